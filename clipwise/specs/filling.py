"""Rows of a table -> job specs: each cell becomes what the document asks for, an empty one is not given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..formats.document import Format, Input
from ..projections.texts import item_of_text, value_of_texts
from .rules import Rules
from .tables import alone_in, filled
from .values import Rows

GONE = object()


def specs(rules: Rules, content: Rows) -> Iterator[tuple[int, dict[str, Any]]]:
    """Go through the specs of rows, with their lines."""
    for line, cells in content.rows:
        row = dict(zip(content.columns, cells, strict=True))
        yield line, _of_row(rules, row) if content.template is None else _of_template(rules, row, content.template)


def _named(rules: Rules, spec: Mapping[str, Any]) -> Format | None:
    return rules.find(spec.get("format") or rules.defaults.get("format") or rules.format)


def _of_row(rules: Rules, row: Mapping[str, str]) -> dict[str, Any]:
    given = {name: text for name, text in row.items() if text != ""}
    format = _named(rules, given)
    return {name: _value(None if format is None else format.by_name.get(name), text) for name, text in given.items()}


def _value(each: Input | None, text: str) -> Any:
    return text if each is None else value_of_texts(each, [text])


def _of_template(rules: Rules, row: Mapping[str, str], template: Mapping[str, Any]) -> dict[str, Any]:
    named = template.get("format")
    format = _named(rules, {"format": filled(named, row) if isinstance(named, str) else ""})
    found = {}
    for name, value in template.items():
        each = None if format is None else format.by_name.get(name)
        if (made := _filled(each, value, row, inside=False)) is not GONE:
            found[name] = made
    return found


def _filled(each: Input | None, value: Any, row: Mapping[str, str], inside: bool) -> Any:
    """Return a value of the template with its places filled; GONE for a place whose cell is empty."""
    if isinstance(value, str):
        column = alone_in(value)
        if column is None:
            return filled(value, row)
        if row[column] == "":
            return GONE
        if each is None:
            return row[column]
        return item_of_text(each, row[column]) if inside else _value(each, row[column])
    if isinstance(value, list):
        items = [_filled(each if each is not None and each.many else None, item, row, inside=True) for item in value]
        return [item for item in items if item is not GONE]
    if isinstance(value, Mapping):
        made = {name: _filled(None, item, row, inside=True) for name, item in value.items()}
        return {name: item for name, item in made.items() if item is not GONE}
    return value
