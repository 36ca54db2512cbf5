"""A job as the caller holds it: the API's dictionary, with what can be done about it.

`Generation` blocks, `AsyncGeneration` is awaited; both are shells over the flows, one line per method.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import wire
from .flows import download, wait
from .flows.events import Progress

if TYPE_CHECKING:
    from typing_extensions import Self

    from .client import AsyncClipwise, Clipwise

OnProgress = Callable[[Progress], Any]


class _Job(dict[str, Any]):
    """The API's last answer about one job, with `id` and `status` always at the top."""

    def __init__(self, content: Mapping[str, Any], client: Any, format: str = "", key: str | None = None) -> None:
        super().__init__()
        self._client = client
        self._format = format
        self._key = key
        self._absorb(content)

    def _absorb(self, content: Mapping[str, Any]) -> Self:
        """Take over a newer answer; what only earlier answers said is kept."""
        self.update(content)
        job = wire.inner(content, "generation")
        self.update({name: job[name] for name in ("id", "status") if name in job})
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled and copied as a plain dictionary: a client, and with it a key, does not travel."""
        return dict, (dict(self),)

    @property
    def id(self) -> str:
        """The job's id."""
        return str(self["id"])

    @property
    def status(self) -> str:
        """The status in lower case as of the last answer; completed, failed and cancelled are final."""
        return wire.status_of(self)

    @property
    def outputs(self) -> dict[str, Any]:
        """What the job made, as of the last answer; empty until it is completed."""
        return download.outputs_of(self)

    @property
    def idempotency_key(self) -> str | None:
        """The key that makes this one job, however often it is sent."""
        return self._key

    @property
    def _stem(self) -> str:
        """What its files are called: the format and the id, as far as a file name can hold them."""
        named = self._format or str(wire.inner(self, "generation").get("format") or "clipwise")
        return "-".join(
            "".join(c if c.isalnum() or c in "._-" else "_" for c in part)[:80] for part in (named, self.id)
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({dict(self)!r})"


class Generation(_Job):
    """A started job: the dictionary that the API sent (`job["id"]`), and what can be done about it."""

    _client: Clipwise

    def wait(
        self, timeout: float = 1800.0, interval: float | None = None, on_progress: OnProgress | None = None
    ) -> Self:
        """Wait until the job is completed and return it.

        Polls at once, then ever more rarely up to every 10 s, or every `interval` seconds; `on_progress` hears of
        every poll. GenerationFailed when it failed or was cancelled, WaitTimeout after `timeout` seconds.
        """
        return self._absorb(
            self._client._run(wait.finished(self._client._context, self.id, timeout, interval), on_progress)
        )

    def refresh(self) -> Self:
        """Ask once how the job stands and return it."""
        return self._absorb(self._client._run(wait.retrieve(self._client._context, self.id)))

    def cancel(self) -> Self:
        """Cancel the job and return it; APIError `unsupported_cancellation` when it can no longer be stopped."""
        return self._absorb(self._client._run(wait.cancel(self._client._context, self.id)))

    def download(self, folder: str | os.PathLike[str] = ".") -> list[Path]:
        """Bring the files of the finished job into `folder` (made if need be); return their paths, the film first."""
        return self._client._run(download.download(self._client._context, self, Path(folder), self._stem))


class AsyncGeneration(_Job):
    """A started job: the dictionary that the API sent (`job["id"]`), and what can be done about it."""

    _client: AsyncClipwise

    async def wait(
        self, timeout: float = 1800.0, interval: float | None = None, on_progress: OnProgress | None = None
    ) -> Self:
        flow = wait.finished(self._client._context, self.id, timeout, interval)
        return self._absorb(await self._client._run(flow, on_progress))

    async def refresh(self) -> Self:
        return self._absorb(await self._client._run(wait.retrieve(self._client._context, self.id)))

    async def cancel(self) -> Self:
        return self._absorb(await self._client._run(wait.cancel(self._client._context, self.id)))

    async def download(self, folder: str | os.PathLike[str] = ".") -> list[Path]:
        return await self._client._run(download.download(self._client._context, self, Path(folder), self._stem))


def same_docs(twin: type, original: type) -> None:
    """Give every method of an async class the docstring of its blocking twin: what is said, is said once."""
    for name, member in vars(twin).items():
        if callable(member) and not member.__doc__ and not name.startswith("__"):
            member.__doc__ = getattr(original, name).__doc__


same_docs(AsyncGeneration, Generation)
