"""What one request is to an endpoint, and what may come back: plain values.

Knows no HTTP library, no storage and no endpoint. `app` turns requests into calls, and answers and refusals into
the contract's envelope.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from clipwise.formats.catalog import Catalog
    from clipwise.formats.known import Known
    from clipwise.sandbox.receiving import Received
    from clipwise.sandbox.store import Store
    from clipwise.sandbox.values import Problem

# Every code that an answer may carry -> its status.
STATUS: Mapping[str, int] = {
    "validation_error": 400,
    "invalid_argument": 400,
    "invalid_upload": 400,
    "incompatible_resource": 400,
    "invalid_api_key": 401,
    "insufficient_scope": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "idempotency_conflict": 409,
    "unsupported_cancellation": 409,
    "payload_too_large": 413,
    "range_not_satisfiable": 416,
    "rate_limited": 429,
    "server_error": 500,
}
SCOPES = ("generations:write", "generations:read", "resources:read", "resources:write")
ACT_AS = "users:act_as"
"""The scope of an internal service token, which may act for one of its users."""


class Refusal(Exception):
    """An error answer: `code` is a row of STATUS, the message is for people, `details` for programs."""

    def __init__(self, code: str, message: str, details: Any = None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details
        self.headers = dict(headers or {})

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return STATUS[self.code]


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer: the envelope's own keys are added to `content`, unless it is `bare`.

    With `etag` it can be asked for again cheaply.
    """

    content: Mapping[str, Any]
    status: int = 200
    etag: str = ""
    bare: bool = False


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """A file as the answer, whole or in ranges; `etag` is the strong one, without its quotes."""

    path: Path
    mime_type: str
    etag: str


@dataclass(frozen=True, slots=True)
class Limits:
    """How much the server takes, in bytes: of a JSON body, and of an uploaded file."""

    json: int = 2**20
    upload: int = 4 * 2**30


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What every endpoint works with; `renderable` are the slugs that can be rendered, `wake` starts the worker."""

    store: Store
    catalog: Catalog
    known: Known
    renderable: frozenset[str]
    wake: Callable[[], None]
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Call:
    """One request, judged to be allowed: `body` is the JSON value, `received` the uploaded file, where there is one."""

    sandbox: Sandbox
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    base_url: str
    account: str = ""
    body: Any = None
    received: Received | None = None


Endpoint = Callable[[Call], "Answer | FileAnswer"]
Takes = Literal["nothing", "json", "file"]


@dataclass(frozen=True, slots=True)
class Route:
    """A row of the API: which scope a token needs ("" any token, None no token at all), and what the body is."""

    method: str
    path: str
    scope: str | None
    endpoint: Endpoint
    takes: Takes = "nothing"


def object_body(call: Call) -> dict[str, Any]:
    """Return the JSON body when it is an object; Refusal `invalid_argument` otherwise."""
    if not isinstance(call.body, dict):
        raise Refusal("invalid_argument", "The body must be a JSON object.")
    return call.body


def refusal(found: Sequence[Problem], about: str = "", code: str = "validation_error") -> Refusal:
    """Return the refusal that names all problems; its message is the first of them."""
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    lead = f"{about}: " if about else ""
    message = f"{lead}{found[0].where}: {found[0].message}{more}"
    return Refusal(code, message, {"problems": [each.as_dict() for each in found]})
