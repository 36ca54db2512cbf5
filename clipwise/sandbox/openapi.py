"""The API as an OpenAPI 3.1 document, made of the table of routes and the rows that describe them.

What follows from a route (its scope, its parameters, its kind of body) is derived here; knows no endpoint by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from clipwise._version import __version__
from clipwise.formats.catalog import Catalog
from clipwise.sandbox.exchange import STATUS, Route
from clipwise.sandbox.operations import HEADERS, OPERATIONS, PARAMETERS, Operation
from clipwise.sandbox.schemas import COMPONENTS, TEXT, job_of, record, ref

ABOUT = (
    "The Clipwise API as the local sandbox speaks it. Every JSON answer is an envelope: `success`, `request_id`, and"
    " what is listed here, or `error`. Trouble can be rehearsed with the header `X-Clipwise-Sandbox-Chaos` (503,"
    " 429;retry-after=1, slow=0.5, reset, truncate); what comes of that is not listed."
)
ACT_AS = "X-Clipwise-Act-As-User-Id"
REASONS: Mapping[int, str] = {
    200: "Done", 201: "Made", 202: "Begun: ask again", 206: "A part of the file", 304: "As it was",
    400: "Something in the request is wrong", 401: "No API key, or an unknown one", 403: "The API key may not do this",
    404: "There is no such thing", 409: "It is too late, or the key was used", 413: "Too large",
    416: "The file has no such part",
}  # fmt: skip
MEDIA_TYPES: Mapping[str, str] = {"json": "application/json", "file": "multipart/form-data"}
# What a kind of body brings in refusals.
BODY_CODES: Mapping[str, tuple[str, ...]] = {
    "nothing": (),
    "json": ("invalid_argument", "payload_too_large"),
    "file": ("invalid_upload", "payload_too_large"),
}


def document(routes: Sequence[Route], catalog: Catalog) -> dict[str, Any]:
    """Return the document of these routes; the request of a generation is that of any of the catalog's formats."""
    paths: dict[str, dict[str, Any]] = {}
    for row in routes:
        paths.setdefault(row.path, {})[row.method.lower()] = _operation(row, OPERATIONS[row.endpoint])
    jobs = {f"Job_{re.sub('[^A-Za-z0-9._-]', '_', each.slug)}": job_of(each) for each in catalog}
    schemas = {**COMPONENTS, **jobs, "Job": {"anyOf": [ref(name) for name in jobs]}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Clipwise sandbox", "version": __version__, "description": ABOUT},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
    }


def _operation(row: Route, told: Operation) -> dict[str, Any]:
    about = " ".join((row.endpoint.__doc__ or "").split("\n\n")[0].split())
    operation: dict[str, Any] = {
        "operationId": row.endpoint.__name__,
        "summary": about.partition(": ")[2] or about,
        "parameters": list(_parameters(row, told)),
        "responses": _responses(row, told),
        "security": [] if row.scope is None else [{"bearer": [row.scope] if row.scope else []}],
    }
    if row.takes != "nothing":
        content = {MEDIA_TYPES[row.takes]: {"schema": ref(told.body)}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _parameters(row: Route, told: Operation) -> Iterable[dict[str, Any]]:
    for name in re.findall(r"{(\w+)}", row.path):
        yield {"name": name, "in": "path", "required": True, "schema": TEXT}
    for name in told.query:
        yield {"name": name, "in": "query", "schema": PARAMETERS[name]}
    for name in (*told.headers, *([] if row.scope is None else [ACT_AS])):
        yield {"name": name, "in": "header", "schema": HEADERS[name]}


def _responses(row: Route, told: Operation) -> dict[str, Any]:
    answers: dict[str, Any] = {str(status): _good(status, told) for status in told.statuses}
    by_status: dict[int, list[str]] = {}
    for code in sorted(_codes(row, told)):
        by_status.setdefault(STATUS[code], []).append(code)
    for status, codes in sorted(by_status.items()):
        stated = record({"error": record({"code": {"enum": codes}})})
        content = {"application/json": {"schema": {"allOf": [ref("Error"), stated]}}}
        answers[str(status)] = {"description": REASONS[status], "content": content}
    return answers


def _codes(row: Route, told: Operation) -> set[str]:
    """Every code that a refusal of this route can carry: from its scope, its path, its body, and the endpoint."""
    codes = {*told.refuses, *BODY_CODES[row.takes]}
    if row.scope is not None:  # also of the header that says for whom
        codes |= {"invalid_api_key", "insufficient_scope", "invalid_argument"}
    if "{" in row.path:
        codes.add("not_found")
    return codes


def _good(status: int, told: Operation) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": REASONS[status]}
    if status == 304:
        return answer
    told_then = told.begun if status == 202 else told.answer
    schema = record({"success": {"const": True}, "request_id": TEXT, **told_then})
    answer["content"] = {told.bare: {}} if told.bare else {"application/json": {"schema": schema}}
    return answer
