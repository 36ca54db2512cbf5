"""The HTTP side: requests become calls, answers and refusals become the contract's envelope.

Knows no endpoint by name, only the table of `routes`. Endpoints block, so each runs in a thread; nothing that
escapes one reaches the client as anything but an envelope.
"""

from __future__ import annotations

import contextlib
import logging
import re
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route as PathRoute
from starlette.types import Receive, Scope, Send

from clipwise.sandbox import bodies
from clipwise.sandbox.exchange import ACT_AS, STATUS, Answer, Call, FileAnswer, Refusal, Route, Sandbox
from clipwise.sandbox.incoming import Incoming
from clipwise.sandbox.receiving import Received, Receiver
from clipwise.sandbox.routes import ROUTES

log = logging.getLogger("clipwise.sandbox")
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
ACT_AS_HEADER = "X-Clipwise-Act-As-User-Id"
USER = re.compile(r"[!-~]{1,200}")
HOST = re.compile(r"[A-Za-z0-9.:\[\]_-]{1,255}")
BROKE = "The sandbox made a mistake; its log says which."
NO_ROUTE = "There is nothing at this address; paths start with /api/sdk/v1/ and end with a slash."


def build(sandbox: Sandbox, routes: Sequence[Route] = ROUTES) -> Starlette:
    """Return the application over `sandbox`."""
    by_path: dict[str, dict[str, Route]] = defaultdict(dict)
    for row in routes:
        by_path[row.path][row.method] = row
    application = Starlette(
        routes=[PathRoute(path, _Endpoint(rows, sandbox)) for path, rows in by_path.items()],
        exception_handlers={HTTPException: _unrouted},
    )
    application.router.redirect_slashes = False  # a redirect would lose the body, and is not in the contract
    return application


async def _unrouted(request: Request, error: Exception) -> Response:
    await Incoming(request.receive).drain()
    return _refused(Refusal("not_found", NO_ROUTE), _request_id())


class _Endpoint:
    """Everything at one path: an ASGI application that answers each method by its row."""

    def __init__(self, rows: Mapping[str, Route], sandbox: Sandbox) -> None:
        self._rows = rows
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        incoming = Incoming(receive)
        request, request_id = Request(scope, incoming, send), _request_id()
        try:
            response = await self._answer(request, request_id)
        except ClientDisconnect:
            return
        except Refusal as refusal:
            await incoming.drain()
            response = _refused(refusal, request_id)
        except Exception:
            log.exception("%s %s failed (%s)", request.method, request.url.path, request_id)
            await incoming.drain()
            response = _refused(Refusal("server_error", BROKE), request_id)
        await response(scope, receive, send)

    async def _answer(self, request: Request, request_id: str) -> Response:
        row = self._rows.get("GET" if request.method == "HEAD" else request.method)
        if row is None:
            allowed = sorted({*self._rows, *(["HEAD"] if "GET" in self._rows else [])})
            raise Refusal(
                "method_not_allowed",
                f"{request.method} is not possible here; {' and '.join(allowed)} is.",
                headers={"Allow": ", ".join(allowed)},
            )
        account = await self._account(request, row.scope)
        async with _body(request, row, self._sandbox) as (body, received):
            call = _call(request, self._sandbox, account, body, received)
            answer = await run_in_threadpool(row.endpoint, call)
        if isinstance(answer, FileAnswer):
            return _file(answer, request, request_id)
        return _good(answer, request, request_id)

    async def _account(self, request: Request, scope: str | None) -> str:
        """Return whom the request is for; Refusal when its token is unknown or may not do this."""
        if scope is None:
            return ""
        kind, _, bearer = request.headers.get("authorization", "").partition(" ")
        token = await run_in_threadpool(self._sandbox.store.token, bearer.strip()) if bearer else None
        if kind.lower() != "bearer" or token is None:
            message = "This API key is not known here." if bearer else "Send Authorization: Bearer with an API key."
            raise Refusal("invalid_api_key", message, headers={"WWW-Authenticate": "Bearer"})
        user = request.headers.get(ACT_AS_HEADER)
        for needed in (scope, "" if user is None else ACT_AS):
            if needed and needed not in token.scopes:
                raise Refusal("insufficient_scope", f"This API key lacks the scope {needed}.", {"scope": needed})
        if user is None:
            return token.account
        if not USER.fullmatch(user):
            raise Refusal("invalid_argument", f"{ACT_AS_HEADER} must be a user's id: 1 to 200 visible characters.")
        return f"{token.account}/{user}"


def _call(request: Request, sandbox: Sandbox, account: str, body: Any, received: Received | None) -> Call:
    return Call(
        sandbox=sandbox,
        path=request.path_params,
        query=dict(request.query_params),
        headers=request.headers,
        base_url=_base_url(request),
        account=account,
        body=body,
        received=received,
    )


@contextlib.asynccontextmanager
async def _body(request: Request, row: Route, sandbox: Sandbox) -> AsyncIterator[tuple[Any, Received | None]]:
    """Lend the request's body as its row wants it; a file that was not moved away is removed afterwards."""
    if row.takes == "json":
        _check_json(request.headers.get("content-type", ""))
        yield await run_in_threadpool(bodies.parse, await _whole(request, sandbox.limits.json)), None
    elif row.takes == "file":
        limit = sandbox.limits.upload
        receiver = Receiver(request.headers.get("content-type", ""), sandbox.store.folder / "incoming", limit)
        try:
            async for piece in request.stream():
                await run_in_threadpool(receiver.write, piece)
            yield None, await run_in_threadpool(receiver.finish)
        finally:
            receiver.abandon()
    else:
        yield None, None


def _check_json(content_type: str) -> None:
    """Refuse a body that says it is something else; one that says nothing is taken for JSON."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind and kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise Refusal("invalid_argument", "The body must be JSON: send Content-Type: application/json.")


async def _whole(request: Request, limit: int) -> bytes:
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > limit:
            raise Refusal("payload_too_large", f"The body is larger than {limit} bytes.")
        pieces.append(piece)
    return b"".join(pieces)


def _base_url(request: Request) -> str:
    """Return scheme and host as this request reached them: every process of a folder has another port."""
    host = request.headers.get("host", "")
    if not HOST.fullmatch(host):
        name, port = request.scope.get("server") or ("127.0.0.1", 80)
        host = f"{name}:{port}"
    return f"{request.url.scheme}://{host}"


# --- answers ----------------------------------------------------------------------------------------------------------


def _request_id() -> str:
    return f"req_{secrets.token_hex(8)}"


def _good(answer: Answer, request: Request, request_id: str) -> Response:
    headers = {"X-Request-Id": request_id}
    if answer.etag:
        tag = f'W/"{answer.etag}"'
        headers |= {"ETag": tag, "Cache-Control": "no-cache"}
        if _named(request.headers.get("if-none-match", ""), answer.etag):
            return Response(status_code=304, headers=headers)
    content = answer.content if answer.bare else {"success": True, **answer.content, "request_id": request_id}
    return JSONResponse(content, answer.status, headers)


def _refused(refusal: Refusal, request_id: str) -> Response:
    error = {"code": refusal.code, "message": refusal.message, "details": refusal.details}
    content = {"success": False, "error": error, "request_id": request_id}
    return JSONResponse(content, STATUS[refusal.code], {**refusal.headers, "X-Request-Id": request_id})


def _named(header: str, etag: str) -> bool:
    tags = [each.strip().removeprefix("W/").strip('"') for each in header.split(",")]
    return header.strip() == "*" or etag in tags


def _file(answer: FileAnswer, request: Request, request_id: str) -> Response:
    headers = {
        "X-Request-Id": request_id,
        "ETag": f'"{answer.etag}"',
        "Cache-Control": "private, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
    }
    if _named(request.headers.get("if-none-match", ""), answer.etag):
        return Response(status_code=304, headers=headers)
    return _Download(answer, headers)


class _Download(FileResponse):
    """A file, whole or in one range; other ranges are ignored, as HTTP allows, so that no answer is plain text."""

    def __init__(self, answer: FileAnswer, headers: Mapping[str, str]) -> None:
        super().__init__(answer.path, headers=headers, media_type=answer.mime_type, stat_result=answer.path.stat())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = Request(scope).headers.get("range")
        if asked is not None:
            size = int(self.headers["content-length"])
            fits = _fits(asked, size)
            if fits is False and not self._whole_anyway(scope):
                refusal = Refusal(
                    "range_not_satisfiable",
                    f"The file has {size} bytes.",
                    headers={"Content-Range": f"bytes */{size}"},
                )
                await _refused(refusal, self.headers["x-request-id"])(scope, receive, send)
                return
            if not fits:
                scope = {**scope, "headers": [row for row in scope["headers"] if row[0] != b"range"]}
        await super().__call__(scope, receive, send)

    def _whole_anyway(self, scope: Scope) -> bool:
        """Whether the file is not the one (any more) that the client wants a part of."""
        condition = Request(scope).headers.get("if-range")
        return condition is not None and condition not in (self.headers["etag"], self.headers["last-modified"])


def _fits(asked: str, size: int) -> bool | None:
    """Whether a range lies within the file; None for what is no single range of bytes."""
    match = RANGE.fullmatch(asked.replace(" ", ""))
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return int(last) > 0 and size > 0
    if last and int(last) < int(first):
        return None
    return int(first) < size
