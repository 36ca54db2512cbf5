"""Whether a JSON value keeps a rule: the sandbox's own evaluator of the schema fragments that documents use.

Written apart from the client's check on purpose. A keyword without a row is not judged (a `pattern` from outside
could hang the server). Knows nothing of inputs or resources.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Path = tuple["str | int", ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a request: where, a stable word for programs, and what to do, for people."""

    path: Path
    code: str
    message: str
    hint: str = ""

    @property
    def where(self) -> str:
        """The path as text: `product_images[1]`."""
        return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path).lstrip(".")

    def as_dict(self) -> dict[str, Any]:
        """Return the problem as JSON values."""
        return {"path": list(self.path), "code": self.code, "message": self.message, "hint": self.hint}


def _whole(value: Any) -> bool:
    return _number(value) and value == int(value)


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


TYPES: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": _whole,
    "number": _number,
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "null": lambda value: value is None,
}


def problems(value: Any, rule: Mapping[str, Any], path: Path = ()) -> Iterator[Problem]:
    """Find everything in `value` that breaks `rule`; a wrong type is the only finding about that value."""
    wrong = list(_type(value, rule.get("type"), path)) if "type" in rule else []
    if wrong:
        yield from wrong
        return
    for keyword, judge in KEYWORDS.items():
        if keyword in rule:
            yield from judge(value, rule[keyword], path)


def written(value: Any) -> str:
    """Return a value as JSON, short enough for a message."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _type(value: Any, named: Any, path: Path) -> Iterator[Problem]:
    names = [named] if isinstance(named, str) else list(named)
    if not any(TYPES[name](value) for name in names if name in TYPES):
        found = next((name for name, is_one in TYPES.items() if is_one(value)), "something else")
        yield Problem(path, "type", f"{written(value)} is of type {found}.", f"Send {' or '.join(names)}.")


def _enum(value: Any, choices: Sequence[Any], path: Path) -> Iterator[Problem]:
    # True equals 1 in Python, not in JSON.
    if not any(value == each and isinstance(value, bool) == isinstance(each, bool) for each in choices):
        listed = ", ".join(written(each) for each in choices[:12])
        yield Problem(path, "enum", f"{written(value)} is not one of the choices.", f"Send one of {listed}.")


def _bound(broken: Callable[[Any, Any], bool], words: str) -> Callable[[Any, Any, Path], Iterator[Problem]]:
    def judge(value: Any, limit: Any, path: Path) -> Iterator[Problem]:
        if _number(value) and broken(value, limit):
            yield Problem(path, "limit", f"{written(value)} is out of range.", f"Send {words} {limit}.")

    return judge


def _size(kind: type[str] | type[list[Any]], broken: Callable[[int, int], bool], words: str, what: str) -> Any:
    def judge(value: Any, limit: int, path: Path) -> Iterator[Problem]:
        if isinstance(value, kind) and broken(len(value), limit):
            yield Problem(path, "limit", f"There are {len(value)} {what}.", f"Send {words} {limit}.")

    return judge


def _items(value: Any, rule: Any, path: Path) -> Iterator[Problem]:
    if isinstance(value, list) and isinstance(rule, Mapping):
        for place, each in enumerate(value):
            yield from problems(each, rule, (*path, place))


def _properties(value: Any, rules: Mapping[str, Any], path: Path) -> Iterator[Problem]:
    if isinstance(value, dict):
        for name, rule in rules.items():
            if name in value:
                yield from problems(value[name], rule, (*path, name))


def _required(value: Any, names: Sequence[str], path: Path) -> Iterator[Problem]:
    for name in names if isinstance(value, dict) else ():
        if name not in value:
            yield Problem((*path, name), "required", f"{name} is missing.", f"Send {name}.")


def _any_of(value: Any, rules: Sequence[Mapping[str, Any]], path: Path) -> Iterator[Problem]:
    found = [list(problems(value, rule, path)) for rule in rules]
    if found and all(found):
        yield from min(found, key=len)


def _all_of(value: Any, rules: Sequence[Mapping[str, Any]], path: Path) -> Iterator[Problem]:
    for rule in rules:
        yield from problems(value, rule, path)


KEYWORDS: Mapping[str, Callable[[Any, Any, Path], Iterator[Problem]]] = {
    "enum": _enum,
    "const": lambda value, only, path: _enum(value, [only], path),
    "minimum": _bound(lambda value, limit: value < limit, "at least"),
    "maximum": _bound(lambda value, limit: value > limit, "at most"),
    "exclusiveMinimum": _bound(lambda value, limit: value <= limit, "more than"),
    "exclusiveMaximum": _bound(lambda value, limit: value >= limit, "less than"),
    "minLength": _size(str, lambda found, limit: found < limit, "at least", "characters"),
    "maxLength": _size(str, lambda found, limit: found > limit, "at most", "characters"),
    "minItems": _size(list, lambda found, limit: found < limit, "at least", "items"),
    "maxItems": _size(list, lambda found, limit: found > limit, "at most", "items"),
    "items": _items,
    "properties": _properties,
    "required": _required,
    "anyOf": _any_of,
    "allOf": _all_of,
}
