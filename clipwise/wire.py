"""The API's wire: what is asked becomes a `Request`, an `Answer` becomes the API's dictionary or an error.

Functions on plain values: no HTTP library, no clock, no retries. Everything known of paths, headers, the envelope and
Retry-After is here and nowhere else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from .effects import Answer, FilePart, Request
from .errors import ClipwiseError, InvalidResponse, error_for
from .text import printable

API = "/api/sdk/v1/"
KEY_HEADER = "Idempotency-Key"
TERMINAL = ("completed", "failed", "cancelled")

# --- requests ---------------------------------------------------------------------------------------------------------

_ID = re.compile(r"[^\x00-\x20\x7f-\x9f\ud800-\udfff/\\?#%]{1,256}")


def segment(value: Any, what: str = "id") -> str:
    """Return an id or name that is one safe part of a path; ClipwiseError for one that could lead elsewhere."""
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    if not _ID.fullmatch(text.replace(" ", "_")) or text != text.strip() or set(text) == {"."}:
        raise ClipwiseError(
            f"{printable(value, 80)!r} is not a valid {what}; nothing was sent",
            code="invalid_argument",
            hint=f"give the {what} exactly as the API returned it",
        )
    return text


def path(*parts: str) -> str:
    """Return the path of an endpoint; every endpoint ends with a slash."""
    return API + "".join(f"{part}/" for part in parts)


def query(**values: Any) -> tuple[tuple[str, str], ...]:
    """Return query parameters as text; those that are None are left out."""
    return tuple((name, _query_text(value)) for name, value in values.items() if value is not None)


def _query_text(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text.encode(errors="replace").decode()


def get(*parts: str, **values: Any) -> Request:
    """Ask for something; keyword arguments become the query."""
    return Request("GET", path(*parts), query(**values))


def listed(place: tuple[str, ...], **values: Any) -> Request:
    """Ask for a list; keyword arguments (page, limit, filters) become the query."""
    return get(*(segment(part, "resource type") for part in place), **fields(values))


def fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return keyword arguments as fields: one `_` at the end of a name only keeps it from clashing with ours."""
    return {name.removesuffix("_"): value for name, value in given.items()}


def said(**values: Any) -> dict[str, Any]:
    """Return what was said; None was not."""
    return {name: value for name, value in values.items() if value is not None}


def post(*parts: str, json: Mapping[str, Any]) -> Request:
    """Make something; without a key it is never sent twice."""
    return Request("POST", path(*parts), json=dict(json))


def patch(*parts: str, json: Mapping[str, Any]) -> Request:
    """Change something."""
    return Request("PATCH", path(*parts), json=dict(json))


def delete(*parts: str) -> Request:
    """Delete something."""
    return Request("DELETE", path(*parts))


def create_generation(format: str, inputs: Mapping[str, Any], key: str) -> Request:
    """Start a job; the same `key` starts no second one. No input can change the format."""
    body = {"format": format, **inputs} | {"format": format}
    return Request("POST", path("generations"), headers=((KEY_HEADER, key),), json=body)


def cancel_generation(id: str) -> Request:
    """Cancel a job; asking twice does no harm, which its key says to the retries."""
    own = segment(id)
    return Request("POST", path("generations", own, "cancel"), headers=((KEY_HEADER, f"cancel-{own}"),))


def upload(place: tuple[str, ...], file: FilePart, form: Mapping[str, Any], key: str) -> Request:
    """Upload a file to an endpoint, with text fields; a field that is None is left out."""
    fields = tuple((name, str(value)) for name, value in form.items() if value is not None)
    return Request("POST", path(*place), headers=((KEY_HEADER, key),), form=fields, file=file)


# --- answers ----------------------------------------------------------------------------------------------------------


def judge(answer: Answer) -> dict[str, Any]:
    """Return the API's dictionary; raise the error that the answer stands for.

    The envelope has the last word, whatever the status: `success: false` is an error, and `success: true` is none.
    """
    content, fault = parse(answer)
    said = content.get("success") if isinstance(content, dict) else None
    if said is False or (answer.status >= 400 and said is not True):
        raise refusal(answer, content)
    if 300 <= answer.status < 400:
        target = printable(answer.headers.get("location", "nowhere"), 200)
        raise InvalidResponse(
            f"the server answered {answer.status} and pointed to {target}; redirects are not followed, "
            "so that neither the key nor the job leaves for another host",
            **_about(answer),
            hint="check the base URL",
        )
    if not isinstance(content, dict):
        raise InvalidResponse(
            f"the server answered {answer.status} with {fault or 'JSON that is not an object'}{_excerpt(answer)}",
            **_about(answer),
            hint="check the base URL; a proxy may stand in between",
        )
    return content


def judge_task(answer: Answer) -> dict[str, Any]:
    """Return the API's dictionary about a task, whose `success` is the task's own and not the answer's."""
    content, _ = parse(answer)
    if answer.status == 200 and isinstance(content, dict) and "ready" in content:
        return content
    return judge(answer)


def parse(answer: Answer) -> tuple[Any, str]:
    """Read the body as JSON; return the value, and what is wrong with it (empty when it is good)."""
    if not answer.body.strip():
        return None, "no body"
    try:
        return json.loads(answer.body, parse_constant=_no_constant), ""
    except RecursionError:
        return None, "JSON that is nested too deep"
    except ValueError:
        return None, "something that is not JSON"


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def refusal(answer: Answer, content: Any) -> ClipwiseError:
    """Return the error for a refused request, from whatever envelope, string or page came with it."""
    error = content.get("error") if isinstance(content, dict) else None
    if isinstance(error, str):
        error = {"message": error}
    if not isinstance(error, Mapping):
        error = {"message": _first_text(content, ("message", "detail"))} if isinstance(content, dict) else {}
    kind = error_for(answer.status)
    message = printable(error.get("message") or "", 2000, lines=True)
    if not message:
        message = f"the server answered {answer.status}{_excerpt(answer)}"
    code = error.get("code")
    return kind(
        message.rstrip("."),
        code=printable(code, 100) if isinstance(code, str) and code else None,
        details=_capped(error.get("details")),
        **_about(answer, content),
    )


def _first_text(content: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    return next((value for key in keys if isinstance(value := content.get(key), str)), "")


def _about(answer: Answer, content: Any = None) -> dict[str, Any]:
    stated = content.get("request_id") if isinstance(content, dict) else None
    request_id = stated if isinstance(stated, str) else answer.headers.get("x-request-id")
    return {"status_code": answer.status, "request_id": printable(request_id, 200) if request_id else None}


def _excerpt(answer: Answer) -> str:
    """A short and safe piece of a body that is not the API's; pages are shown without their tags."""
    text = answer.body[:4096].decode("utf-8", "replace")
    shown = printable(re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", text, flags=re.S | re.I), 160)
    return f": {shown}" if shown else ""


def _capped(details: Any) -> Any:
    """Details are kept as they came, unless they are too large or too deep to be of use."""
    try:
        text = repr(details)
    except RecursionError:
        return "nested too deep"
    return details if len(text) <= 65536 else printable(text, 2000)


def retry_after(answer: Answer) -> float | None:
    """Return how many seconds the server asks to be left alone; None when it says nothing, or nonsense.

    A date is measured against the answer's own Date, so that a wrong clock here does not matter.
    """
    stated = answer.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", stated):
        return float(stated)
    if not stated:
        return None
    from email.utils import parsedate_to_datetime  # loads all that is needed for mail

    try:
        until = parsedate_to_datetime(stated)
        since = parsedate_to_datetime(answer.headers["date"])
        return max(0.0, (until - since).total_seconds())
    except (KeyError, ValueError, TypeError, IndexError, OverflowError):
        return None


# --- what an answer holds ---------------------------------------------------------------------------------------------


def inner(content: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return the object that an answer carries under one of `names`, or the answer itself."""
    return next((value for name in names if isinstance(value := content.get(name), dict)), dict(content))


def id_of(content: Mapping[str, Any], *names: str) -> str | None:
    """Return the id in an answer: its own, or that of the object under one of `names`."""
    for held in (content, inner(content, *names)):
        value = held.get("id")
        if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value):
            return str(value)
    return None


def status_of(content: Mapping[str, Any]) -> str:
    """Return a generation's status in lower case; empty when the answer has none."""
    status = inner(content, "generation").get("status", content.get("status"))
    return status.strip().casefold() if isinstance(status, str) else ""


def documents_in(content: Any) -> list[Any] | None:
    """Return the format documents of a list answer; None when there is no list."""
    listed = content.get("formats", content.get("items")) if isinstance(content, dict) else None
    if isinstance(listed, dict):
        return [{"slug": slug, **document} for slug, document in listed.items() if isinstance(document, dict)]
    return listed if isinstance(listed, list) else None


def failure_of(content: Mapping[str, Any]) -> tuple[str, str]:
    """Return the code and the reason of a job that ended badly; both empty when the server gave none."""
    error = inner(content, "generation").get("error")
    if isinstance(error, str):
        return "", printable(error, 1000)
    if isinstance(error, Mapping):
        return printable(error.get("code") or "", 100), printable(error.get("message") or "", 1000)
    return "", ""
