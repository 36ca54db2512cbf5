"""Passing good specs in a microsecond: one compiled schema for the whole spec, which refuses all that is in doubt.

What it passes has no problem, not even a warning; what it refuses is for the explaining check to judge. Whatever a
schema cannot say stands in it as a `format` whose check remembers each value that it has looked at: files are taken to
stand still during one run.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from ..assets import asset_problem
from ..formats.document import Format, Input
from ..validation import Checker

REMEMBERED = 100_000  # values of one input
WIDEST = 2**63  # a larger whole number is read as a fraction by the quick reader
SCALARS = ("string", "number", "boolean", "null")
# A character that is no white space by anybody's reckoning.
_SOLID = r"[^\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]"
SAYS_SOMETHING = {"pattern": _SOLID}
# Two words, or one without a full stop: not the name of a text file, and not blank. The commonest case comes first.
IS_TEXT = {"pattern": rf"[!-~] [!-~]|{_SOLID}[ \n\t]+{_SOLID}|^[^.]*{_SOLID.replace('[^', '[^.')}[^.]*$"}
# An id, unless a file is called that.
IS_ID = "^[A-Za-z0-9_-]+$"
LISTED = 10_000  # entries of the folder that are looked at for such files


class Looked(dict[str, bool]):
    """Whether values of one input name what is there; each is looked at once."""

    def __init__(self, each: Input, folder: Path | None, root: Path | None) -> None:
        super().__init__()
        self.each, self.folder, self.root = each, folder, root

    def __missing__(self, value: str) -> bool:
        if len(self) >= REMEMBERED:
            self.clear()
        self[value] = good = asset_problem(self.each, value, self.folder, self.root) is None
        return good


def passing(judge: Checker, folder: Path, looks: Mapping[str, Looked]) -> Callable[[Any], bool]:
    """Return a function that passes good specs of a format, `format` and all, and refuses whatever is in doubt.

    `looks` are for the inputs that name something.
    """
    import jsonschema_rs

    schema = strict_schema(judge, _like_ids(folder))
    if schema is None:
        return lambda _: False
    formats: dict[str, Callable[[str], bool]] = {f"asset-{name}": looked.__getitem__ for name, looked in looks.items()}
    valid: Callable[[Any], bool] = jsonschema_rs.Draft202012Validator(
        schema,
        pattern_options=jsonschema_rs.RegexOptions(),
        offline=True,
        formats=formats,
        validate_formats=True,
    ).is_valid
    return valid


def _like_ids(folder: Path) -> list[str] | None:
    """Return the entries of a folder that are called as an id might be; None when there are too many to tell."""
    with contextlib.suppress(OSError):
        names = [each.name for each in islice(folder.iterdir(), LISTED)]
        found = [name for name in names if re.fullmatch(IS_ID, name)]
        return found if len(names) < LISTED and len(found) < 100 else None
    return []


def strict_schema(judge: Checker, like_ids: list[str] | None = None) -> dict[str, Any] | None:
    """Return the schema of whole specs, stricter than the document; None where a schema cannot be trusted to be.

    `like_ids` are names of files that look like ids; without them every value is looked at.
    """
    own = judge.schema["properties"]
    if (
        "format" in judge.by_name
        or not set(own) <= set(judge.by_name)
        or any(_counts_finely(each, top=True) for each in own.values())
    ):
        return None
    properties = {name: _stricter(rule, judge.by_name[name], like_ids) for name, rule in own.items()}
    properties["format"] = {}
    properties.setdefault("extra_inputs", {"type": "object"})
    rules = [*judge.schema.get("allOf", ()), *_by_mode(judge.format, judge.mode, properties)]
    return (
        {**judge.schema, "properties": properties, "allOf": rules}
        if rules
        else {
            **judge.schema,
            "properties": properties,
        }
    )


def _stricter(rule: Mapping[str, Any], each: Input, like_ids: list[str] | None) -> dict[str, Any]:
    more = list(_doubts(rule, each, like_ids))
    found = dict(rule)
    for extra in more:
        found = _with(
            {name: value for name, value in found.items() if name != "items"} if "items" in extra else found, extra
        )
    return found


def _with(rule: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return a rule that says both."""
    if set(rule) & set(extra):
        return {**rule, "allOf": [*rule.get("allOf", ()), extra]}
    return {**rule, **extra}


def _doubts(rule: Mapping[str, Any], each: Input, like_ids: list[str] | None) -> Iterator[dict[str, Any]]:
    """Go through what the check looks at beside the rule of an input."""
    if each.takes:
        looked: dict[str, Any] = {"format": f"asset-{each.name}"}
        if like_ids is not None:
            is_id = {"pattern": IS_ID, "not": {"enum": like_ids}} if like_ids else {"pattern": IS_ID}
            looked = {"anyOf": [is_id, looked]}
        if not each.many:
            yield looked
        items = rule.get("items", {})
        yield {"items": _with(items, looked) if isinstance(items, Mapping) else items}
    elif each.text_from == "text":
        yield IS_TEXT
    elif each.required:
        yield SAYS_SOMETHING
    if not _is_flat(rule):
        yield SHALLOW
    if "multipleOf" in rule:
        yield {"allOf": [{"maximum": WIDEST, "minimum": -WIDEST}]}


def _is_flat(rule: Mapping[str, Any]) -> bool:
    types = rule.get("type", ())
    types = {types} if isinstance(types, str) else set(types)
    items = rule.get("items")
    in_list = isinstance(items, Mapping) and items.get("type") in SCALARS
    return bool(types) and types <= ({*SCALARS, "integer", "array"} if in_list else {*SCALARS, "integer"})


def _shallow(depth: int) -> dict[str, Any]:
    if not depth:
        return {"type": list(SCALARS)}
    inside = _shallow(depth - 1)
    return {"items": inside, "additionalProperties": inside}


# What is nested deeper may be too deep to be sent.
SHALLOW = {"allOf": [_shallow(3)]}


def _counts_finely(rule: Any, top: bool = False) -> bool:
    """Whether a large number and the fraction next to it could be told apart by a rule."""
    if isinstance(rule, Mapping):
        values = [*rule.get("enum", ()), rule.get("const")]
        if any(isinstance(each, (int, float)) and abs(each) >= WIDEST for each in values):
            return True
        return ("multipleOf" in rule and not top) or any(
            _counts_finely(each) for name, each in rule.items() if name not in ("enum", "const", "default", "examples")
        )
    return isinstance(rule, list) and any(map(_counts_finely, rule))


def _by_mode(format: Format, mode: Input | None, properties: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """An input that does not count in the chosen mode is a warning."""
    bound = [each for each in format.by_name.values() if each.modes]
    if mode is None or not bound:
        return
    names = list(dict.fromkeys(name for each in bound for name in each.modes))
    yield {"properties": {mode.name: {"anyOf": [{"enum": names}, {"not": {"type": "string"}}]}}}
    for name in names:
        others = {each.name: False for each in bound if name not in each.modes}
        chosen = {"properties": {mode.name: {"const": name}}, "required": [mode.name]}
        yield {"if": chosen, "then": {"properties": others}}
