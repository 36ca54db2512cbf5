"""Passing good specs in about a microsecond: one compiled schema for the whole spec, which refuses all that is in doubt.

What it passes has no problem, not even a warning; what it refuses is for the explaining check to judge. Whatever a
schema cannot say stands in it as a `format` whose check remembers each value that it has looked at: files are taken to
stand still during one run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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
# Two words, or no full stop: not the name of a text file.
IS_TEXT = {"pattern": rf"{_SOLID}[ \n\t]+{_SOLID}|^[^.]*$"}


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


def passing(judge: Checker, folder: Path | None, root: Path | None) -> Callable[[Any], bool]:
    """Return a function that passes good specs of a format, `format` and all, and refuses whatever is in doubt."""
    import jsonschema_rs

    looks = {f"asset-{name}": Looked(each, folder, root) for name, each in judge.by_name.items() if each.takes}
    schema = strict_schema(judge)
    if schema is None:
        return lambda _: False
    formats: dict[str, Callable[[str], bool]] = {name: looked.__getitem__ for name, looked in looks.items()}
    valid: Callable[[Any], bool] = jsonschema_rs.Draft202012Validator(
        schema,
        pattern_options=jsonschema_rs.RegexOptions(),
        offline=True,
        formats=formats,
        validate_formats=True,
    ).is_valid
    return valid


def strict_schema(judge: Checker) -> dict[str, Any] | None:
    """Return the schema of whole specs, stricter than the document; None where a schema cannot be trusted to be."""
    own = judge.schema["properties"]
    if "format" in judge.by_name or any(_counts_finely(each, top=True) for each in own.values()):
        return None
    properties = {name: _stricter(rule, judge.by_name[name]) for name, rule in own.items()}
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


def _stricter(rule: Mapping[str, Any], each: Input) -> dict[str, Any]:
    more = list(_doubts(rule, each))
    found = dict(rule)
    for extra in more:
        if set(extra) & set(found):
            found.setdefault("allOf", [])
            found["allOf"] = [*found["allOf"], extra]
        else:
            found.update(extra)
    return found


def _doubts(rule: Mapping[str, Any], each: Input) -> Iterator[dict[str, Any]]:
    """Go through what the check looks at beside the rule of an input."""
    if each.takes:
        name = {"format": f"asset-{each.name}"}
        yield from () if each.many else (name,)
        yield {"items": {**items, **name} if isinstance(items := rule.get("items", {}), Mapping) else items}
    elif each.text_from == "text":
        yield IS_TEXT
    if each.required and not each.takes:
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
SHALLOW = {"allOf": [_shallow(6)]}


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
