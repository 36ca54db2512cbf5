"""How a list is narrowed and paged: what the query of a request asks for, and the terms that the store understands.

A filter is a row of a table. Knows nothing of how an item is shown.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from clipwise.formats.document import MEDIA, Format, Input
from clipwise.sandbox.exchange import Call, Refusal
from clipwise.sandbox.store import EVERYONE, Resource, Term

LIMIT, MOST = 20, 100
LAST_PAGE = 10**6
MAX_VALUE = 200  # characters of a filter
NOTHING: Term = ("0", ())
OWN: Term = ("account != ?", (EVERYONE,))
HISTORY = "generated_media"
NAMED: Mapping[str, str] = {"preset": "presets"}  # inputs that take a resource type without saying so
_FORMATS = "json_extract(metadata, '$.video_formats')"
_FORMAT = "json_extract(metadata, '$.video_format')"


def page_of(call: Call, resource_type: str, own: bool) -> tuple[list[Resource], dict[str, Any]]:
    """Return the resources that a request asks for, `own` without the curated, and where among all they stand."""
    page, limit = _count(call, "page", 1, LAST_PAGE), _count(call, "limit", LIMIT, MOST)
    terms = [FILTERS[name](call, resource_type, value) for name, value in call.query.items() if name in FILTERS]
    terms += [OWN] if own else []
    found, total = call.sandbox.store.resources(call.account, resource_type, terms, page, limit)
    pagination = {
        "page": page,
        "limit": limit,
        "total": total,
        "pages": math.ceil(total / limit),
        "has_next": page * limit < total,
    }
    return found, pagination


def _text(name: str) -> Callable[[Call, str, str], Term]:
    def term(call: Call, resource_type: str, value: str) -> Term:
        if not value.strip() or len(value) > MAX_VALUE:
            raise _wrong(name, f"a text of 1 to {MAX_VALUE} characters")
        return f"json_extract(metadata, '$.{name}') = ? COLLATE NOCASE", (value.strip(),)

    return term


def _media(column: str, name: str) -> Callable[[Call, str, str], Term]:
    def term(call: Call, resource_type: str, value: str) -> Term:
        if value not in MEDIA:
            raise _wrong(name, f"one of {', '.join(MEDIA)}")
        return f"{column} = ?", (value,)

    return term


def _video_format(call: Call, resource_type: str, value: str) -> Term:
    """Keep what fits a format: what an input of it takes, and what does not say that it is for other formats only."""
    format = call.sandbox.catalog.find(value)
    if format is None:
        near = call.sandbox.catalog.suggest(value[:MAX_VALUE])
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        message = f"video_format must name a format; {value[:80]!r} is none.{hint}"
        raise Refusal("invalid_argument", message, {"parameter": "video_format", "suggestions": near})
    names = (*format.names, value)
    marks = ", ".join("?" for _ in names)
    if resource_type == HISTORY:
        return f"{_FORMAT} COLLATE NOCASE IN ({marks})", names
    kinds = _kinds(call, format, resource_type)
    if kinds is None:
        return NOTHING
    listed = f"EXISTS (SELECT 1 FROM json_each({_FORMATS}) WHERE value COLLATE NOCASE IN ({marks}))"
    said = f"({_FORMATS} IS NULL AND {_FORMAT} IS NULL) OR {listed} OR {_FORMAT} COLLATE NOCASE IN ({marks})"
    of_kind = f" AND kind IN ({', '.join('?' for _ in kinds)}, '')" if kinds else ""
    return f"({said}){of_kind}", (*names, *names, *kinds)


def _kinds(call: Call, format: Format, resource_type: str) -> tuple[str, ...] | None:
    """Return the kinds of media that a format takes of a type; () any kind, None when it takes nothing of it.

    A type that no format takes as an input (templates) is not judged here.
    """
    taking = [each for each in format.by_name.values() if resource_type in _types(each)]
    if taking:
        return () if any(not each.media for each in taking) else tuple({kind for each in taking for kind in each.media})
    inputs = (each for other in call.sandbox.catalog for each in other.by_name.values())
    return None if any(resource_type in _types(each) for each in inputs) else ()


def _types(each: Input) -> tuple[str, ...]:
    return each.resource_type, NAMED.get(each.name, "")


FILTERS: Mapping[str, Callable[[Call, str, str], Term]] = {
    "video_format": _video_format,
    "collection": _text("collection"),
    "product_type": _text("product_type"),
    "type": _text("type"),
    "file_type": _media("kind", "file_type"),
    "purpose": _media("ifnull(json_extract(metadata, '$.purpose'), kind)", "purpose"),
}


def _count(call: Call, name: str, default: int, most: int) -> int:
    text = call.query.get(name, str(default))
    value = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if not 1 <= value <= most:
        raise _wrong(name, f"a whole number from 1 to {most:,}")
    return value


def _wrong(name: str, what: str) -> Refusal:
    return Refusal("invalid_argument", f"{name} must be {what}.", {"parameter": name})
