"""Formats with modes: which inputs count in which mode.

A mode says so itself, or names the format that does its work, whose inputs then count. Functions on values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from .document import Format, Input, Mode

Find = Callable[[str], Format | None]
LISTS = ("required_inputs", "optional_inputs", "inputs")


def with_modes(format: Format, find: Find) -> Format:
    """Return the format with each mode's inputs known, as far as the formats that do the work can be found."""
    if not format.modes or mode_input(format) is None:
        return format
    modes = tuple(_described(format, mode, find) for mode in format.modes)
    if modes == format.modes and not any(mode.inputs for mode in modes):
        return format
    inputs = tuple(_counted(each, modes) for each in format.inputs)
    return replace(format, modes=modes, inputs=inputs)


def mode_input(format: Format) -> Input | None:
    """Return the input that chooses the mode: the one whose choices are the modes, or that is called `mode`."""
    names = {mode.name for mode in format.modes}
    by_choice = next((each for each in format.inputs if names and set(map(str, each.choices)) == names), None)
    return by_choice or next((each for each in format.inputs if each.name == "mode"), None)


def _described(format: Format, mode: Mode, find: Find) -> Mode:
    own = _said_in(format, mode.name)
    if own:
        return replace(mode, inputs=own[0], required=own[1])
    runs = find(mode.runs) if mode.runs and mode.runs != format.slug else None
    if runs is None or not runs.complete:
        return mode
    accepted = tuple(dict.fromkeys(name for each in runs.inputs for name in (each.name, *each.synonyms)))
    return replace(mode, inputs=accepted, required=tuple(each.name for each in runs.required))


def _said_in(format: Format, name: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return the inputs that the document itself lists for a mode, and which of them are required."""
    modes = format.raw.get("modes") if isinstance(format.raw, Mapping) else None
    rows = list(modes.items()) if isinstance(modes, Mapping) else [(_name(row), row) for row in _list(modes)]
    row = next((row for key, row in rows if key == name and isinstance(row, Mapping)), {})
    if not any(key in row for key in LISTS):
        return None
    required, optional, others = (tuple(map(_name, _list(row.get(key)))) for key in LISTS)
    return (*required, *optional, *others), required


def _list(value: Any) -> Iterable[Any]:
    return list(value) if isinstance(value, (list, Mapping)) else ()


def _name(item: Any) -> str:
    found = item.get("name", item.get("key")) if isinstance(item, Mapping) else item
    return found if isinstance(found, str) else ""


def _counted(each: Input, modes: tuple[Mode, ...]) -> Input:
    """An input that only some modes know counts in these; one that every mode knows, or none, always does."""
    counts = tuple(mode.name for mode in modes if not mode.inputs or each.name in mode.inputs)
    known = any(each.name in mode.inputs for mode in modes)
    return replace(each, modes=counts) if known and len(counts) < len(modes) else each
