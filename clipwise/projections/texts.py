"""Texts made into the values that a document asks for: from flags, and from the cells of a table.

A text that cannot become such a value stays as it is, for the check to explain.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ..formats.document import Input


def value_of_texts(each: Input, texts: Sequence[str]) -> Any:
    """Return one input's value from its text, or from several where it is a list; the last counts where it is not."""
    return list_of(each, texts) if each.many else typed(each.types, each.choices, texts[-1])


def item_of_text(each: Input, text: str) -> Any:
    """Return one item of an input that is a list."""
    return typed(_item_types(each), each.choices, text)


def list_of(each: Input, texts: Sequence[str]) -> Any:
    """A list is a JSON list, or items by comma, or the flag given several times."""
    if len(texts) == 1 and texts[0].lstrip().startswith("["):
        read = _json(texts[0])
        if isinstance(read, list):
            return read
    types = _item_types(each)
    split = [part.strip() for text in texts for part in ([text] if "object" in types else text.split(","))]
    return [typed(types, each.choices, part) for part in split if part]


def _item_types(each: Input) -> tuple[str, ...]:
    items = each.schema.get("items")
    types = items.get("type", ()) if isinstance(items, Mapping) else ()
    return (types,) if isinstance(types, str) else tuple(types)


def typed(types: Iterable[str], choices: Sequence[Any], text: str) -> Any:
    """Return the first reading of a text that has one of the types; the text itself if none has."""
    for choice in choices:
        if str(choice) == text:
            return choice
    for name in types:
        read = READ[name](text)
        if read is not UNREAD:
            return read
    return text


UNREAD = object()


def _whole(text: str) -> Any:
    return int(text) if re.fullmatch(r"[+-]?\d{1,300}", text.strip()) else UNREAD


def _number(text: str) -> Any:
    if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", text.strip()) is None:
        return UNREAD
    whole = _whole(text)
    value = float(text) if whole is UNREAD else whole
    return value if abs(value) < math.inf else UNREAD


def _boolean(text: str) -> Any:
    return {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}.get(text.lower(), UNREAD)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return UNREAD


def _of_kind(kind: type) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        value = _json(text)
        return value if isinstance(value, kind) else UNREAD

    return read


READ: Mapping[str, Callable[[str], Any]] = {
    "string": lambda text: text,
    "integer": _whole,
    "number": _number,
    "boolean": _boolean,
    "array": _of_kind(list),
    "object": _of_kind(dict),
    "null": lambda text: None if text == "null" else UNREAD,
}
