"""What a flow may ask for, and what it gets: plain values.

A flow is a generator that yields these and never does I/O itself; `drivers` carries them out, blocking or async.
Knows nothing of the API.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")
LARGEST_FILE = 32 * 2**30  # bytes of a file that is fetched without its size being known


@dataclass(frozen=True, slots=True)
class FilePart:
    """A local file to be sent as one part of a form; `size` and `changed` are what it was when it was judged.

    It is not opened when it is outside `root`, if there is one.
    """

    path: Path
    size: int
    changed: int
    mime_type: str
    field: str = "file"
    root: Path | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. A `target` that starts with `/` belongs to the API and is sent with the token; a URL is not."""

    method: str
    target: str
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    json: Any = None
    form: tuple[tuple[str, str], ...] = ()
    file: FilePart | None = None

    @property
    def idempotency_key(self) -> str | None:
        """The key that makes the server do this once, however often it is asked."""
        return next((value for name, value in self.headers if name == "Idempotency-Key"), None)

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice does no more than sending it once."""
        return self.method in ("GET", "HEAD", "PUT", "DELETE") or self.idempotency_key is not None


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, read to its end; header names are in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class NoAnswer(Exception):
    """No whole answer came. `fault` says why in a word; `final` that trying again cannot help.

    `head` is the status and headers, where these came before the fault.
    """

    def __init__(self, fault: str, message: str, *, final: bool = False, head: Answer | None = None) -> None:
        super().__init__(fault, message)
        self.fault = fault
        self.message = message
        self.final = final
        self.head = head


@dataclass(frozen=True, slots=True)
class Send:
    """Send a request and read the answer; NoAnswer is raised into the flow. `within`: seconds for this attempt."""

    request: Request
    within: float


@dataclass(frozen=True, slots=True)
class Sleep:
    """Sleep for a time drawn evenly between two numbers of seconds."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Now:
    """Tell the time in seconds, on a clock that only goes forward."""


@dataclass(frozen=True, slots=True)
class Today:
    """Tell the time in seconds since 1970, as this machine's clock has it."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Let whoever started the flow know of something; the answer is None."""

    event: Any


@dataclass(frozen=True, slots=True)
class Disk:
    """Do a piece of local work that blocks (a file, a check); its result is the answer, its error is raised."""

    work: Callable[..., Any]
    args: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Fetch:
    """Bring a URL into a file, without the token, from byte `offset` on; the answer has no body.

    `validator` is the ETag that the first part had: with another one the file starts anew. A file of more than `limit`
    bytes is given up: NoAnswer `too_large`.
    """

    url: str
    path: Path
    within: float
    offset: int = 0
    validator: str = ""
    limit: int = LARGEST_FILE


Effect: TypeAlias = Send | Sleep | Now | Today | Tell | Disk | Fetch
Flow: TypeAlias = Generator[Effect, Any, T]
