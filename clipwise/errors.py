"""Every error that clipwise raises, and the `Problem` that a check reports.

ClipwiseError
├── ValidationError         the job spec is wrong; nothing was sent       validation_error
├── UnknownFormatError      no format has that name                       unknown_format
├── ConfigurationError      a setting or a file of ours is unusable       clipwise_error
├── ConnectionFailed        no usable answer came                         connection_error
├── InvalidResponse         an answer that is not the API's               invalid_response
├── WaitTimeout             the job was not done in time                  timeout
├── GenerationFailed        the job ended failed or cancelled             the server's code
└── APIError                the server refused                            the server's code
    ├── AuthenticationError 401, and no key at all
    ├── PermissionDenied    403
    ├── NotFound            404
    ├── Conflict            409
    ├── RateLimited         429
    └── ServerError         5xx

Errors compare equal when they say the same, survive a process pool, and never hold a credential.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from .text import printable


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or cannot be vouched for, in a job spec.

    `path` leads into what was passed, `code` is a stable word for programs, `hint` is the nearest thing that would
    be right, `rule` is the rule's place in the format document. An "error" is surely refused by the server; a
    "warning" is what cannot be settled from here.
    """

    path: tuple[str | int, ...]
    code: str
    message: str
    hint: str = ""
    rule: str = ""
    severity: Literal["error", "warning"] = "error"

    @property
    def where(self) -> str:
        """The path as text: `product_images[1]`; empty for the spec as a whole."""
        text = ""
        for part in self.path:
            text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
        return printable(text, 300)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.path else ""
        return f"{place}{self.message}" + (f" ({self.hint})" if self.hint else "")

    def as_dict(self) -> dict[str, Any]:
        """Return the problem as JSON values."""
        return asdict(self) | {"path": list(self.path)}


class ClipwiseError(Exception):
    """Any failure of clipwise or of the API; `str()` of it is fit to show to a person.

    `code` is the API's word for it (`clipwise_error` when nothing better is known), `status_code` and `request_id`
    belong to the answer that caused it, if one came; `details` is what the server added; `hint` says what to do next;
    `attempts` counts the requests made; `idempotency_key` is set where a job may exist on the server; `retry_after` is
    how many seconds the server asked to be left alone.
    """

    default_code = "clipwise_error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        status_code: int | None = None,
        request_id: str | None = None,
        details: Any = None,
        hint: str = "",
        attempts: int | None = None,
        idempotency_key: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.status_code = status_code
        self.request_id = request_id
        self.details = details
        self.hint = hint
        self.attempts = attempts
        self.idempotency_key = idempotency_key
        self.retry_after = retry_after

    def __str__(self) -> str:
        hint = self.hint if self.hint[1:2].isupper() else self.hint[:1].upper() + self.hint[1:]
        return " ".join(map(_sentence, filter(None, (self.message, hint))))

    def __repr__(self) -> str:
        shown = ", ".join(f"{k}={v!r}" for k, v in vars(self).items() if k != "message" and v not in (None, ""))
        return f"{type(self).__name__}({self.message!r}, {shown})"

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((type(self), self.message, self.code, self.status_code, self.request_id))

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.message), dict(vars(self))

    def envelope(self) -> dict[str, Any]:
        """Return the error in the shape of the API's own error answers."""
        error = {"code": self.code, "message": str(self), "details": self.details}
        return {"success": False, "error": error, "request_id": self.request_id}


def _sentence(text: str) -> str:
    """Close a sentence; what follows a full stop begins with a capital, unless it is a name."""
    return text if text.endswith(("?", "!", ".", "`")) else f"{text}."


def _rebuild(cls: type[ClipwiseError], message: str) -> ClipwiseError:
    """Make an error again in another process, whatever its `__init__` asks for; its state follows."""
    error = cls.__new__(cls, message)
    error.args = (message,)
    return error


class ValidationError(ClipwiseError):
    """The job spec is wrong: `problems` lists everything that is; nothing was sent."""

    default_code = "validation_error"

    def __init__(self, format: str, problems: Sequence[Problem], *, hint: str = "") -> None:
        wrong = [problem for problem in problems if problem.severity == "error"]
        count = f"{len(wrong)} problems" if len(wrong) != 1 else "1 problem"
        lines = "".join(f"\n  - {problem}" for problem in wrong)
        super().__init__(
            f"{printable(format, 100)}: {count} in the inputs; nothing was sent{lines}",
            details={"problems": [problem.as_dict() for problem in problems]},
            hint=hint,
        )
        self.format = format
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class UnknownFormatError(ClipwiseError, AttributeError):
    """No format has that name; `suggestions` holds the names nearest to it.

    An AttributeError too, so that `hasattr(client.generate, name)` can be asked.
    """

    default_code = "unknown_format"

    def __init__(self, name: str, suggestions: Sequence[str] = (), *, hint: str = "") -> None:
        near = f"; did you mean {printable(' or '.join(suggestions), 500)}?" if suggestions else ""
        super().__init__(
            f"there is no format called {printable(name, 100)!r}{near}",
            hint=hint or "`clipwise formats list` shows what there is",
            details={"suggestions": list(suggestions)},
        )
        self.name = name
        self.suggestions = tuple(suggestions)

    def __reduce__(self) -> tuple[Any, ...]:
        """An AttributeError keeps its name apart from everything else that it holds."""
        build, arguments, state = super().__reduce__()
        return build, arguments, {**state, "name": self.name}


class ConfigurationError(ClipwiseError):
    """A setting, or a file that clipwise keeps, cannot be used."""


class ConnectionFailed(ClipwiseError):
    """No usable answer came: the host could not be reached, or the connection broke or stalled."""

    default_code = "connection_error"


class InvalidResponse(ClipwiseError):
    """The server answered with something that is not the API's."""

    default_code = "invalid_response"


class WaitTimeout(ClipwiseError):
    """The job was not finished in the time that was given; it goes on at the server, as `generation_id`."""

    default_code = "timeout"

    def __init__(self, message: str, *, generation_id: str = "", **rest: Any) -> None:
        super().__init__(message, **rest)
        self.generation_id = generation_id


class GenerationFailed(ClipwiseError):
    """The job ended failed or cancelled; `generation` is the server's last answer about it."""

    def __init__(self, message: str, *, generation: Mapping[str, Any], **rest: Any) -> None:
        super().__init__(message, **rest)
        self.generation = dict(generation)


class APIError(ClipwiseError):
    """The server refused the request."""


class AuthenticationError(APIError):
    """The key is missing, malformed or not accepted (401)."""

    default_code = "invalid_api_key"


class PermissionDenied(APIError):
    """The key may not do this (403)."""


class NotFound(APIError):
    """There is no such thing on the server (404)."""

    default_code = "not_found"


class Conflict(APIError):
    """The request contradicts an earlier one (409), such as a reused idempotency key."""


class RateLimited(APIError):
    """Too many requests (429), for longer than clipwise waits by itself."""

    default_code = "rate_limited"


class ServerError(APIError):
    """The server failed (5xx)."""

    default_code = "server_error"


BY_STATUS: Mapping[int, type[APIError]] = {
    401: AuthenticationError,
    403: PermissionDenied,
    404: NotFound,
    409: Conflict,
    429: RateLimited,
}


def error_for(status: int) -> type[APIError]:
    """Return the class of error that stands for an HTTP status."""
    return BY_STATUS.get(status, ServerError if status >= 500 else APIError)
