"""The two clients: settings, the state of their flows, their namespaces.

`Clipwise` blocks, `AsyncClipwise` is awaited; names, arguments and docstrings are the same, which a test holds. Nothing
here decides anything.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, get_args

from . import settings as configuration
from .async_namespaces import (
    AsyncExtractUrl,
    AsyncFormats,
    AsyncGenerations,
    AsyncProducts,
    AsyncResources,
    AsyncUploads,
    AsyncVoices,
)
from .callables import AsyncGenerate, Generate
from .drivers import AsyncDriver, Driver, Listener
from .effects import Flow
from .errors import ConfigurationError, Problem
from .flows import submit
from .flows.context import Context
from .flows.events import Notice
from .formats import bundled
from .formats.folder import pinned
from .generation import same_docs
from .journal import Journal
from .namespaces import ExtractUrl, Formats, Generations, Products, Resources, Uploads, Voices

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self, Unpack

    from .batches.batch import AsyncBatch, Batch, BatchOptions, Specs

T = TypeVar("T")
Quality = Literal["preview", "draft"]
Kept: TypeAlias = "bool | str | os.PathLike[str] | None"
log = logging.getLogger("clipwise")


class _Client:
    """What both clients are made of: settings, the state of their flows, and who hears of events."""

    _driver: Any
    _listener: Listener | None = None  # hears of every call that has no listener of its own

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: float = configuration.TIMEOUT_S,
        *,
        offline: bool = False,
        catalog: str | os.PathLike[str] | None = None,
        user: Any = None,
        act_as_user_id: str | None = None,
        journal: Kept = None,
        upload_root: str | os.PathLike[str] | None = None,
    ) -> None:
        act_as = configuration.user_id(act_as_user_id if user is None else user)
        settings = configuration.resolve(api_key, base_url, timeout, offline, act_as)
        if upload_root is not None:
            settings = replace(settings, upload_root=configuration.checked_root(upload_root))
        kept = _journal(journal, settings.base_url, settings.account)
        self._context = Context(settings, pinned=None if catalog is None else _pinned(Path(catalog)), journal=kept)
        self._identity = settings.base_url, settings.account[:24]  # whose jobs they are, for ledgers
        self._server = contextlib.ExitStack()  # holds the embedded sandbox, if this client runs one
        self._runs_sandbox = self._stopped = False

    def __repr__(self) -> str:
        offline = ", offline" if self._context.settings.offline else ""
        return f"{type(self).__name__}({self.base_url}{offline})"

    @property
    def base_url(self) -> str:
        """The API that this client talks to."""
        return self._context.settings.base_url

    def with_options(self, *, timeout: float | None = None, max_retries: int | None = None) -> Self:
        """Return a client with another `timeout` (seconds) or number of retries, which shares everything else.

        It shares the connections too: close the first one.
        """
        settings, policy = self._context.settings, self._context.policy
        if timeout is not None:
            settings = replace(settings, timeout=configuration.checked_timeout(timeout))
        if max_retries is not None:
            policy = replace(policy, retries=configuration.checked_retries(max_retries))
        twin: Self = object.__new__(type(self))
        twin._context = replace(self._context, settings=settings, policy=policy)
        twin._identity = self._identity
        twin._server = contextlib.ExitStack()
        twin._runs_sandbox = twin._stopped = False
        twin._driver = self._driver
        return twin

    def _stop_server(self) -> None:
        """Stop the embedded sandbox, if this client runs one; nothing can be asked after that."""
        self._stopped = self._runs_sandbox
        self._server.close()

    def _usable(self) -> None:
        if self._stopped:
            hint = "do this before it is closed, inside the `with` block"
            raise ConfigurationError("this client was closed, and its sandbox with it", hint=hint)

    def _heard(self, listener: Listener | None) -> Listener:
        """A notice goes to the log, once; everything else to whoever listens."""

        def hear(event: Any) -> Any:
            if isinstance(event, Notice):
                if self._context.said.setdefault(event.text, event) is event:
                    log.warning("%s", event.text)
                return None
            hears = listener or self._listener
            return hears(event) if hears else None

        return hear

    @classmethod
    def sandbox(
        cls,
        data_dir: str | os.PathLike[str] | None = None,
        *,
        quality: Quality = "preview",
        timeout: float = configuration.TIMEOUT_S,
        journal: Kept = None,
        upload_root: str | os.PathLike[str] | None = None,
    ) -> Self:
        """Return a client of a sandbox of its own: a real server of the API on this machine, which needs no account.

        It keeps its jobs and media in `data_dir` (default: in the home folder of clipwise) and renders previews;
        `quality` is preview or draft (small and quick). It stops when the client is closed. Needs the extra `sandbox`.
        """
        from .sandbox.serving import Embedded
        from .sandbox.store import StoreError

        if quality not in get_args(Quality):
            raise ConfigurationError(f"quality is preview or draft, not {quality!r}")
        folder = configuration.sandbox_path() if data_dir is None else Path(data_dir)
        with contextlib.ExitStack() as stack:
            try:
                server = stack.enter_context(Embedded(folder, quality=quality))
            except (StoreError, OSError) as error:
                raise ConfigurationError(f"the sandbox cannot start in {str(folder)!r}: {error}") from None
            client = cls(server.api_key, server.base_url, timeout, upload_root=upload_root)
            client._identity = sandbox_server(folder), ""  # neither its port nor its key stay the same
            client._context = replace(client._context, journal=_journal(journal, *client._identity))
            client._server = stack.pop_all()
            client._runs_sandbox = True
        return client


def sandbox_server(folder: Path) -> str:
    """Return how the journal calls the sandbox in a folder."""
    return f"sandbox:{folder.absolute()}"


def _journal(given: Kept, server: str, account: str) -> Journal | None:
    if given is None or given is False:
        return None
    return Journal(configuration.journal_path() if given is True else Path(given), server, account[:24])


def _pinned(folder: Path) -> Any:
    try:
        return pinned(folder, bundled.known())
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"the catalog cannot be used: {error}") from None


class Clipwise(_Client):
    """A client of the Clipwise API that blocks until it is answered.

    `api_key` and `base_url` are taken from the environment (CLIPWISE_API_KEY, CLIPWISE_BASE_URL) or the config file
    when absent; `timeout` is how many seconds one attempt may stall. With `offline` the network is never touched;
    `catalog` is a folder of exported documents that are the only ones to count. `user` (an id, or an object with one)
    or `act_as_user_id` acts for a user, with the key in CLIPWISE_INTERNAL_SERVICE_TOKEN. With `journal` (True, or a
    folder) every job is noted on disk before it is sent, and one that was cut off within the last day is taken up when
    the same is asked for again. Files outside `upload_root` are never read. Safe to share between threads; use it in a
    `with` block, or close it. Without an account: `Clipwise.sandbox()`.
    """

    @functools.cached_property
    def _driver(self) -> Driver:
        return Driver(self._context.settings)

    @functools.cached_property
    def formats(self) -> Formats:
        """The catalog of formats."""
        return Formats(self)

    @functools.cached_property
    def resources(self) -> Resources:
        """Avatars, voices, music, backgrounds and whatever else jobs are made of."""
        return Resources(self)

    @functools.cached_property
    def uploads(self) -> Uploads:
        """One-off files for jobs."""
        return Uploads(self)

    @functools.cached_property
    def products(self) -> Products:
        """Products and their pictures."""
        return Products(self)

    @functools.cached_property
    def voices(self) -> Voices:
        """Voices: the catalog, and clones of your own."""
        return Voices(self)

    @functools.cached_property
    def extract_url(self) -> ExtractUrl:
        """Videos behind links."""
        return ExtractUrl(self)

    @functools.cached_property
    def generations(self) -> Generations:
        """Jobs, by their ids."""
        return Generations(self)

    @functools.cached_property
    def generate(self) -> Generate:
        """Every format as a callable."""
        return Generate(self)

    def check(self, spec: Mapping[str, Any], *, folder: str | os.PathLike[str] | None = None) -> list[Problem]:
        """Return every problem of a job spec, `{"format": "ugc_video", "script": …}`, by the newest documents at hand.

        Relative paths start in `folder` (default: the working directory). Nothing is sent but questions for documents.
        """
        return self._run(submit.spec_problems(self._context, spec, None if folder is None else Path(folder)))

    def batch(self, specs: Specs, **options: Unpack[BatchOptions]) -> Batch:
        """Return a batch of many jobs, which `.run()` runs to the end once, however often it is cut off.

        `specs` is the path of a spec file (JSONL, JSON, YAML, TOML, CSV), a `Source` (a path with defaults, or a
        template with rows), or job specs as mappings. What was done is
        kept in `ledger` (a file; default: beside the spec file, in memory for mappings). Files are brought into
        `output`, with `results.jsonl` (default: nothing is brought); `concurrency` jobs run at a time (default 16);
        `rate` limits the starts ("5/s", or a number per second), `max_jobs` the jobs that one run starts; `timeout`
        and `interval` are those of waiting for one job; after `patience` seconds (600) without an answer the run
        stops. Relative paths start in `folder` (default: that of the spec file). With `strict` a spec with warnings
        is not run; `download=False` leaves the files at the server; `engine` ("ray", "dask") hands parts to a
        cluster. A ledger with jobs of another key or address is refused, unless `take_over` says that it is the
        same account.
        """
        from .batches.batch import Batch

        return Batch(self, specs, **options)

    def close(self) -> None:
        """Close the connections, and the sandbox if this client runs one."""
        self._driver.close()
        self._stop_server()

    def _run(self, flow: Flow[T], listener: Listener | None = None) -> T:
        self._usable()
        return self._driver.run(flow, self._heard(listener))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncClipwise(_Client):
    """A client of the Clipwise API that is awaited; otherwise as `Clipwise`, to be used in an `async with` block."""

    @functools.cached_property
    def _driver(self) -> AsyncDriver:
        return AsyncDriver(self._context.settings)

    @functools.cached_property
    def formats(self) -> AsyncFormats:
        """The catalog of formats."""
        return AsyncFormats(self)

    @functools.cached_property
    def resources(self) -> AsyncResources:
        """Avatars, voices, music, backgrounds and whatever else jobs are made of."""
        return AsyncResources(self)

    @functools.cached_property
    def uploads(self) -> AsyncUploads:
        """One-off files for jobs."""
        return AsyncUploads(self)

    @functools.cached_property
    def products(self) -> AsyncProducts:
        """Products and their pictures."""
        return AsyncProducts(self)

    @functools.cached_property
    def voices(self) -> AsyncVoices:
        """Voices: the catalog, and clones of your own."""
        return AsyncVoices(self)

    @functools.cached_property
    def extract_url(self) -> AsyncExtractUrl:
        """Videos behind links."""
        return AsyncExtractUrl(self)

    @functools.cached_property
    def generations(self) -> AsyncGenerations:
        """Jobs, by their ids."""
        return AsyncGenerations(self)

    @functools.cached_property
    def generate(self) -> AsyncGenerate:
        """Every format as a callable."""
        return AsyncGenerate(self)

    async def check(self, spec: Mapping[str, Any], *, folder: str | os.PathLike[str] | None = None) -> list[Problem]:
        return await self._run(submit.spec_problems(self._context, spec, None if folder is None else Path(folder)))

    def batch(self, specs: Specs, **options: Unpack[BatchOptions]) -> AsyncBatch:
        from .batches.batch import AsyncBatch

        return AsyncBatch(self, specs, **options)

    async def close(self) -> None:
        await self._driver.close()
        self._stop_server()

    async def _run(self, flow: Flow[T], listener: Listener | None = None) -> T:
        self._usable()
        return await self._driver.run(flow, self._heard(listener))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


same_docs(AsyncClipwise, Clipwise)


def batch(specs: Specs, **options: Unpack[BatchOptions]) -> Batch:
    """Return a batch over a client from the environment (`Clipwise()`); arguments as those of `client.batch`."""
    return Clipwise().batch(specs, **options)
