"""The two clients and their namespaces: shells over the flows, one line per method.

`Clipwise` blocks, `AsyncClipwise` is awaited; names, arguments and docstrings are the same, which a test holds. Nothing
here decides anything.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import logging
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar
from uuid import uuid4

from . import settings as configuration
from .drivers import AsyncDriver, Driver, Listener
from .effects import Flow
from .errors import ClipwiseError, ConfigurationError, Problem, UnknownFormatError
from .flows import documents, submit, upload, wait
from .flows.context import Context
from .flows.events import Notice
from .flows.submit import Job
from .formats import bundled
from .formats.document import Format
from .generation import AsyncGeneration, Generation, same_docs
from .projections.schema import to_json_schema
from .projections.signature import spelled, to_docstring, to_signature

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

T = TypeVar("T")
log = logging.getLogger("clipwise")


class _Client:
    """What both clients are made of: settings, the state of their flows, and who hears of events."""

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: float = configuration.TIMEOUT_S,
        *,
        offline: bool = False,
    ) -> None:
        self._context = Context(configuration.resolve(api_key, base_url, timeout, offline))
        self._server = contextlib.ExitStack()  # holds the embedded sandbox, if this client runs one

    def __repr__(self) -> str:
        offline = ", offline" if self._context.settings.offline else ""
        return f"{type(self).__name__}({self._context.settings.base_url}{offline})"

    def _heard(self, listener: Listener | None) -> Listener:
        """A notice goes to the log, once; everything else to whoever listens."""

        def hear(event: Any) -> Any:
            if isinstance(event, Notice):
                if event.text not in self._context.said:
                    self._context.said.add(event.text)
                    log.warning(event.text)
                return None
            return listener(event) if listener else None

        return hear

    @classmethod
    def _with_sandbox(
        cls, data_dir: str | os.PathLike[str] | None, quality: Literal["preview", "draft"], timeout: float
    ) -> Self:
        from .sandbox.serving import Embedded
        from .sandbox.store import StoreError

        folder = configuration.sandbox_path() if data_dir is None else Path(data_dir)
        with contextlib.ExitStack() as stack:
            try:
                server = stack.enter_context(Embedded(folder, quality=quality))
            except (StoreError, OSError) as error:
                raise ConfigurationError(f"the sandbox cannot start in {str(folder)!r}: {error}") from None
            client = cls(server.api_key, server.base_url, timeout)
            client._server = stack.pop_all()
        return client


# --- the callable for one format --------------------------------------------------------------------------------------


class FormatCallable(Protocol):
    """What `client.generate.<format>` is: a function with the format's own signature and help."""

    format: Format | None
    schema: dict[str, Any] | None

    def __call__(self, **inputs: Any) -> Any:
        """Check the inputs, upload files, start the job, return it."""

    def check(self, **inputs: Any) -> Any:
        """Return every problem of the inputs; nothing is sent."""


def _dressed(function: Any, check: Any, format: Format | None, name: str) -> FormatCallable:
    """Give the function of one format its name, signature, help and check."""
    function.__name__ = function.__qualname__ = spelled(format.slug if format else name)
    function.__module__ = "clipwise.generate"
    function.format = format
    function.schema = to_json_schema(format) if format else None
    function.check = check
    if format is not None:
        function.__signature__ = to_signature(format)
        function.__doc__ = to_docstring(format)
        check.__signature__ = inspect.Signature(
            [p for p in to_signature(format).parameters.values() if p.name not in ("idempotency_key", "validate")]
        )
    return function  # type: ignore[no-any-return]


def _job(name: str, inputs: Mapping[str, Any], folder: Path | None = None) -> Job:
    """Separate the callable's own options from the inputs; every logical job has one key from the start."""
    rest = dict(inputs)
    key = rest.pop("idempotency_key", None) or uuid4().hex
    if not isinstance(key, str) or len(key) > 255 or not all("!" <= char <= "~" for char in key):
        raise ClipwiseError(
            "an idempotency key is up to 255 printable ASCII characters without spaces", code="invalid_argument"
        )
    extra, validate = rest.pop("extra_inputs", None) or {}, rest.pop("validate", True)
    if not isinstance(extra, Mapping):
        raise ClipwiseError("extra_inputs is a mapping from names to values", code="invalid_argument")
    return Job(name, rest, key, dict(extra), bool(validate), folder)


# --- blocking ---------------------------------------------------------------------------------------------------------


class _Namespace:
    def __init__(self, client: Clipwise) -> None:
        self._client = client
        self._run = client._run

    @property
    def _context(self) -> Context:
        return self._client._context


class Formats(_Namespace):
    """The catalog of formats."""

    def list(
        self, *, kind: str | None = None, platform: str | None = None, include_inactive: bool | None = None
    ) -> dict[str, Any]:
        """Return the formats as `{"formats": […]}`.

        `kind` is format, tool or all; `platform` clipwise, video_company or all. Live if the
        server answers, else what was kept or ships with the package.
        """
        flow = documents.listed(self._context, kind=kind, platform=platform, include_inactive=include_inactive)
        return self._run(flow)

    def retrieve(self, id_or_slug: str) -> dict[str, Any]:
        """Return one format as `{"format": …}` by its id, slug, template name, display name or alias.

        UnknownFormatError, with the nearest names, when there is none.
        """
        return self._run(documents.retrieved(self._context, id_or_slug))


class Resources(_Namespace):
    """Avatars, voices, music, backgrounds and whatever else jobs are made of."""

    def upload(self, type: str, file: str | os.PathLike[str], **metadata: Any) -> dict[str, Any]:
        """Upload a local file as a resource of a type, with text fields; return `{"resource": {"id": …}}`."""
        return self._run(upload.to_resource(self._context, type, file, metadata))


class Uploads(_Namespace):
    """One-off files for jobs."""

    def create(self, file: str | os.PathLike[str], purpose: str = "image", **metadata: Any) -> dict[str, Any]:
        """Upload a local file (purpose image, video or audio); return `{"upload": {"id": …}}`."""
        return self._run(upload.to_uploads(self._context, file, purpose, metadata))


class Generations(_Namespace):
    """Jobs, by their ids."""

    def create(self, idempotency_key: str | None = None, **params: Any) -> Generation:
        """Start a job of `format=…` with these inputs and return it; local files are uploaded first.

        ValidationError, with nothing sent, when the inputs are wrong; `validate=False` sends them unchecked.
        """
        return self._client.generate(idempotency_key=idempotency_key, **params)

    def retrieve(self, id: str) -> dict[str, Any]:
        """Return how a job stands, as `{"generation": {"id", "status", "outputs", …}}`."""
        return self._run(wait.retrieve(self._context, id))

    def wait(self, id: str, timeout: float = 1800.0, interval: float | None = 5.0) -> dict[str, Any]:
        """Poll a job every `interval` seconds until it has ended, well or badly; return the API's last answer.

        WaitTimeout after `timeout` seconds.
        """
        return self._run(wait.wait(self._context, id, timeout, interval))

    def cancel(self, id: str) -> dict[str, Any]:
        """Cancel a job; APIError `unsupported_cancellation` when it can no longer be stopped."""
        return self._run(wait.cancel(self._context, id))

    def handle(self, id: str) -> Generation:
        """Return a job that was started earlier, to be waited for or downloaded; asks once how it stands."""
        return Generation(self.retrieve(id), self._client)


class Generate(_Namespace):
    """Every format as a callable: `.ugc_video(script=…)`, `["any-name"](…)`, or `generate(format="…", …)`."""

    def __call__(self, *, format: str, **inputs: Any) -> Generation:
        """Check the inputs, upload local files, start one job of `format` and return it."""
        return self._start(format, **inputs)

    def __getitem__(self, name: str) -> FormatCallable:
        return self._callable(self._run(documents.resolve(self._context, name)), name)

    def __getattr__(self, name: str) -> FormatCallable:
        return self[_attribute(name)]

    def __dir__(self) -> Iterable[str]:
        return sorted({*super().__dir__(), *map(spelled, self._run(documents.catalog(self._context)).names())})

    def _start(self, name: str, /, **inputs: Any) -> Generation:
        job = _job(name, inputs)
        return Generation(self._run(submit.submit(self._context, job)), self._client, name, job.key)

    def _check(self, name: str, /, **inputs: Any) -> list[Problem]:
        return self._run(submit.checked(self._context, _job(name, inputs)))[1]

    def _callable(self, format: Format | None, name: str) -> FormatCallable:
        slug = format.slug if format else name

        def start(**inputs: Any) -> Generation:
            return self._start(slug, **inputs)

        def check(**inputs: Any) -> list[Problem]:
            """Return every problem of the inputs; nothing is sent."""
            return self._check(slug, **inputs)

        return _dressed(start, check, format, name)


class Clipwise(_Client):
    """A client of the Clipwise API that blocks until it is answered.

    `api_key` and `base_url` are taken from the environment (CLIPWISE_API_KEY, CLIPWISE_BASE_URL) or the config file
    when absent; `timeout` is how many seconds one attempt may stall. With `offline` the network is never touched. Safe
    to share between threads; use it in a `with` block, or close it. Without an account: `Clipwise.sandbox()`.
    """

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: float = configuration.TIMEOUT_S,
        *,
        offline: bool = False,
    ) -> None:
        super().__init__(api_key, base_url, timeout, offline=offline)
        self._driver = Driver(self._context.settings)

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
    def generations(self) -> Generations:
        """Jobs, by their ids."""
        return Generations(self)

    @functools.cached_property
    def generate(self) -> Generate:
        """Every format as a callable."""
        return Generate(self)

    @classmethod
    def sandbox(
        cls,
        data_dir: str | os.PathLike[str] | None = None,
        *,
        quality: Literal["preview", "draft"] = "preview",
        timeout: float = configuration.TIMEOUT_S,
    ) -> Self:
        """Return a client of a sandbox of its own: a real server of the API on this machine, which needs no account.

        It keeps its jobs and media in `data_dir` (default: in the home folder of clipwise) and renders previews;
        `quality` is preview or draft (small and quick). It stops when the client is closed. Needs the extra `sandbox`.
        """
        return cls._with_sandbox(data_dir, quality, timeout)

    def close(self) -> None:
        """Close the connections, and the sandbox if this client runs one."""
        self._driver.close()
        self._server.close()

    def _run(self, flow: Flow[T], listener: Listener | None = None) -> T:
        return self._driver.run(flow, self._heard(listener))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


# --- async ------------------------------------------------------------------------------------------------------------


class _AsyncNamespace:
    def __init__(self, client: AsyncClipwise) -> None:
        self._client = client
        self._run = client._run

    @property
    def _context(self) -> Context:
        return self._client._context


class AsyncFormats(_AsyncNamespace):
    """The catalog of formats."""

    async def list(
        self, *, kind: str | None = None, platform: str | None = None, include_inactive: bool | None = None
    ) -> dict[str, Any]:
        flow = documents.listed(self._context, kind=kind, platform=platform, include_inactive=include_inactive)
        return await self._run(flow)

    async def retrieve(self, id_or_slug: str) -> dict[str, Any]:
        return await self._run(documents.retrieved(self._context, id_or_slug))


class AsyncResources(_AsyncNamespace):
    """Avatars, voices, music, backgrounds and whatever else jobs are made of."""

    async def upload(self, type: str, file: str | os.PathLike[str], **metadata: Any) -> dict[str, Any]:
        return await self._run(upload.to_resource(self._context, type, file, metadata))


class AsyncUploads(_AsyncNamespace):
    """One-off files for jobs."""

    async def create(self, file: str | os.PathLike[str], purpose: str = "image", **metadata: Any) -> dict[str, Any]:
        return await self._run(upload.to_uploads(self._context, file, purpose, metadata))


class AsyncGenerations(_AsyncNamespace):
    """Jobs, by their ids."""

    async def create(self, idempotency_key: str | None = None, **params: Any) -> AsyncGeneration:
        return await self._client.generate(idempotency_key=idempotency_key, **params)

    async def retrieve(self, id: str) -> dict[str, Any]:
        return await self._run(wait.retrieve(self._context, id))

    async def wait(self, id: str, timeout: float = 1800.0, interval: float | None = 5.0) -> dict[str, Any]:
        return await self._run(wait.wait(self._context, id, timeout, interval))

    async def cancel(self, id: str) -> dict[str, Any]:
        return await self._run(wait.cancel(self._context, id))

    async def handle(self, id: str) -> AsyncGeneration:
        return AsyncGeneration(await self.retrieve(id), self._client)


class AsyncGenerate(_AsyncNamespace):
    """Every format as a callable: `.ugc_video(script=…)`, `["any-name"](…)`, or `generate(format="…", …)`.

    A name is looked up without the network (what is in memory, else bundled); the call itself asks the server.
    """

    async def __call__(self, *, format: str, **inputs: Any) -> AsyncGeneration:
        return await self._start(format, **inputs)

    def __getitem__(self, name: str) -> FormatCallable:
        known = documents.local_catalog(self._context) or bundled.catalog()
        return self._callable(known.find(name), name)

    def __getattr__(self, name: str) -> FormatCallable:
        return self[_attribute(name)]

    def __dir__(self) -> Iterable[str]:
        known = documents.local_catalog(self._context) or bundled.catalog()
        return sorted({*super().__dir__(), *map(spelled, known.names())})

    async def _start(self, name: str, /, **inputs: Any) -> AsyncGeneration:
        job = _job(name, inputs)
        return AsyncGeneration(await self._run(submit.submit(self._context, job)), self._client, name, job.key)

    async def _check(self, name: str, /, **inputs: Any) -> list[Problem]:
        return (await self._run(submit.checked(self._context, _job(name, inputs))))[1]

    def _callable(self, format: Format | None, name: str) -> FormatCallable:
        slug = format.slug if format else name

        async def start(**inputs: Any) -> AsyncGeneration:
            return await self._start(slug, **inputs)

        async def check(**inputs: Any) -> list[Problem]:
            """Return every problem of the inputs; nothing is sent."""
            return await self._check(slug, **inputs)

        return _dressed(start, check, format, name)


class AsyncClipwise(_Client):
    """A client of the Clipwise API that is awaited; otherwise as `Clipwise`, to be used in an `async with` block."""

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: float = configuration.TIMEOUT_S,
        *,
        offline: bool = False,
    ) -> None:
        super().__init__(api_key, base_url, timeout, offline=offline)
        self._driver = AsyncDriver(self._context.settings)

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
    def generations(self) -> AsyncGenerations:
        """Jobs, by their ids."""
        return AsyncGenerations(self)

    @functools.cached_property
    def generate(self) -> AsyncGenerate:
        """Every format as a callable."""
        return AsyncGenerate(self)

    @classmethod
    def sandbox(
        cls,
        data_dir: str | os.PathLike[str] | None = None,
        *,
        quality: Literal["preview", "draft"] = "preview",
        timeout: float = configuration.TIMEOUT_S,
    ) -> Self:
        """Return a client of a sandbox of its own: a real server of the API on this machine, which needs no account.

        It keeps its jobs and media in `data_dir` (default: in the home folder of clipwise) and renders previews;
        `quality` is preview or draft (small and quick). It stops when the client is closed. Needs the extra `sandbox`.
        """
        return cls._with_sandbox(data_dir, quality, timeout)

    async def close(self) -> None:
        await self._driver.close()
        self._server.close()

    async def _run(self, flow: Flow[T], listener: Listener | None = None) -> T:
        return await self._driver.run(flow, self._heard(listener))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _attribute(name: str) -> str:
    """A private name is never a format, so that copying or inspecting a client asks no server."""
    if name.startswith("_") and not name[1:2].isdigit():
        raise AttributeError(name)
    return name


for _twin, _original in {
    AsyncFormats: Formats,
    AsyncResources: Resources,
    AsyncUploads: Uploads,
    AsyncGenerations: Generations,
    AsyncGenerate: Generate,
    AsyncClipwise: Clipwise,
}.items():
    same_docs(_twin, _original)

__all__ = ["AsyncClipwise", "Clipwise", "UnknownFormatError"]
