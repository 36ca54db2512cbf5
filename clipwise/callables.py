"""Every format as a function: with the format's own name, signature and help, made at run time.

`Generate` blocks, `AsyncGenerate` is awaited; what they share is written once.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from .errors import ClipwiseError, Problem
from .flows import documents, submit
from .flows.submit import Job
from .formats import bundled
from .formats.document import Format
from .generation import AsyncGeneration, Generation, same_docs
from .projections.schema import to_json_schema
from .projections.signature import OPTIONS, spelled, to_docstring, to_signature

if TYPE_CHECKING:
    from .client import AsyncClipwise, Clipwise


class FormatCallable(Protocol):
    """What `client.generate.<format>` is: a function with the format's own signature and help.

    `format` is its document and `schema` the JSON Schema of its inputs; None where the document is not at hand.
    """

    format: Format | None
    schema: dict[str, Any] | None

    def __call__(self, **inputs: Any) -> Any:
        """Check the inputs, upload files, start the job, return it."""

    def check(self, **inputs: Any) -> Any:
        """Return every problem of the inputs; nothing is sent."""


def dressed(function: Any, check: Any, format: Format | None, name: str) -> FormatCallable:
    """Give the function of one format its name, signature, help and check."""
    function.__name__ = function.__qualname__ = spelled(format.slug if format else name)
    function.__module__ = "clipwise.generate"
    function.format = format
    function.schema = to_json_schema(format) if format else None
    function.check = check
    if format is not None:
        signature = to_signature(format)
        function.__signature__ = signature
        function.__doc__ = to_docstring(format)
        inputs = [each for name, each in signature.parameters.items() if name not in ("idempotency_key", "validate")]
        check.__signature__ = inspect.Signature(inputs)
    return function  # type: ignore[no-any-return]


def made_once(
    made: dict[str, FormatCallable],
    format: Format | None,
    name: str,
    make: Callable[[Format | None, str], FormatCallable],
) -> FormatCallable:
    """Return the function that was made of a document, as long as that document holds; else make it."""
    if format is None:
        return make(format, name)
    found = made.get(format.slug)
    if found is None or found.format is not format:
        found = made[format.slug] = make(format, name)
    return found


def job_of(name: str, given: Mapping[str, Any], folder: Path | None = None) -> Job:
    """Separate the callable's own options from the inputs."""
    options = {option: value for option, value in given.items() if option in OPTIONS}
    return new_job(name, {each: value for each, value in given.items() if each not in OPTIONS}, options, folder)


def new_job(name: str, inputs: Mapping[str, Any], options: Mapping[str, Any], folder: Path | None = None) -> Job:
    """Return a job with these options; every logical job has one key from the start.

    ClipwiseError for an option that cannot be used.
    """
    given = {option: default for option, (_, default, _) in OPTIONS.items()} | dict(options)
    key, extra = given["idempotency_key"] or os.urandom(16).hex(), given["extra_inputs"] or {}
    if not isinstance(key, str) or len(key) > 255 or not all("!" <= char <= "~" for char in key):
        message = "an idempotency key is up to 255 printable ASCII characters without spaces"
        raise ClipwiseError(message, code="invalid_argument")
    if not isinstance(extra, Mapping):
        raise ClipwiseError("extra_inputs is a mapping from names to values", code="invalid_argument")
    checked = bool(given["validate"]), folder, bool(given["check_resources"]), bool(given["idempotency_key"])
    return Job(name, dict(inputs), key, dict(extra), *checked)


class Generate:
    """Every format as a callable: `.ugc_video(script=…)`, `["any-name"](…)`, or `generate(format="…", …)`."""

    def __init__(self, client: Clipwise) -> None:
        self._client = client
        self._made: dict[str, FormatCallable] = {}

    def __call__(self, *, format: str, **inputs: Any) -> Generation:
        """Check the inputs, upload local files, start one job of `format` and return it."""
        return self._start(format, **inputs)

    def __getitem__(self, name: str) -> FormatCallable:
        found = self._client._run(documents.resolve(self._client._context, name))
        return made_once(self._made, found, name, self._callable)

    def __getattr__(self, name: str) -> FormatCallable:
        return self[_attribute(name)]

    def __dir__(self) -> Iterable[str]:
        formats = self._client._run(documents.catalog(self._client._context))
        return sorted(map(spelled, formats.names()))

    def __repr__(self) -> str:
        return f"<every format of {self._client!r} as a callable; dir() lists them>"

    def _start(self, name: str, /, **inputs: Any) -> Generation:
        job = job_of(name, inputs)
        content, key = self._client._run(submit.start(self._client._context, job))
        return Generation(content, self._client, name, key)

    def _check(self, name: str, /, **inputs: Any) -> list[Problem]:
        return self._client._run(submit.checked(self._client._context, job_of(name, inputs)))[1]

    def _callable(self, format: Format | None, name: str) -> FormatCallable:
        slug = format.slug if format else name

        def start(**inputs: Any) -> Generation:
            return self._start(slug, **inputs)

        def check(**inputs: Any) -> list[Problem]:
            """Return every problem of the inputs; nothing is sent."""
            return self._check(slug, **inputs)

        return dressed(start, check, format, name)


class AsyncGenerate:
    """Every format as a callable: `.ugc_video(script=…)`, `["any-name"](…)`, or `generate(format="…", …)`.

    A name is looked up without the network (what is in memory, else bundled); the call itself asks the server.
    """

    def __init__(self, client: AsyncClipwise) -> None:
        self._client = client
        self._made: dict[str, FormatCallable] = {}

    async def __call__(self, *, format: str, **inputs: Any) -> AsyncGeneration:
        return await self._start(format, **inputs)

    def __getitem__(self, name: str) -> FormatCallable:
        found = documents.local_format(self._client._context, name)
        return made_once(self._made, found, name, self._callable)

    def __getattr__(self, name: str) -> FormatCallable:
        return self[_attribute(name)]

    def __dir__(self) -> Iterable[str]:
        known = documents.local_catalog(self._client._context) or bundled.catalog()
        return sorted(map(spelled, known.names()))

    def __repr__(self) -> str:
        return f"<every format of {self._client!r} as a callable; dir() lists them>"

    async def _start(self, name: str, /, **inputs: Any) -> AsyncGeneration:
        job = job_of(name, inputs)
        content, key = await self._client._run(submit.start(self._client._context, job))
        return AsyncGeneration(content, self._client, name, key)

    async def _check(self, name: str, /, **inputs: Any) -> list[Problem]:
        return (await self._client._run(submit.checked(self._client._context, job_of(name, inputs))))[1]

    def _callable(self, format: Format | None, name: str) -> FormatCallable:
        slug = format.slug if format else name

        async def start(**inputs: Any) -> AsyncGeneration:
            return await self._start(slug, **inputs)

        async def check(**inputs: Any) -> list[Problem]:
            """Return every problem of the inputs; nothing is sent."""
            return await self._check(slug, **inputs)

        return dressed(start, check, format, name)


def _attribute(name: str) -> str:
    """A private name is never a format, so that copying or inspecting a client asks no server."""
    if name.startswith("_") and not name[1:2].isdigit():
        raise AttributeError(name)
    return name


same_docs(AsyncGenerate, Generate)
