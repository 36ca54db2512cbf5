"""One small function per keyword of JSON Schema: what the checker found -> problems.

Each says what is wrong, where, and the nearest thing that would be right.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from .assets import Severity
from .errors import Problem
from .formats.document import Input
from .text import nearest, printable

if TYPE_CHECKING:
    from .validation import Checker

ENOUGH_HINTS = 10


class Finding(NamedTuple):
    """One keyword that an instance fails: the value of the keyword, the rule that it stands in, and both places.

    `names` are the properties that `required` misses.
    """

    keyword: str
    value: Any
    instance: Any
    schema: Mapping[str, Any]
    path: tuple[str | int, ...]
    rule: tuple[str | int, ...]
    names: tuple[str, ...] = ()


class _At(NamedTuple):
    """Where a schema error stands."""

    path: tuple[str | int, ...]
    rule: str
    each: Input | None

    @classmethod
    def of(cls, checker: Checker, error: Finding) -> _At:
        path = error.path
        rule = "/" + "/".join(map(str, error.rule))
        return cls(path, rule, checker.by_name.get(str(path[0])) if path else None)

    def problem(self, code: str, message: str, hint: str = "", severity: Severity = "error") -> Problem:
        return Problem(self.path, code, message, hint, self.rule, severity)


def _required(checker: Checker, error: Finding) -> Iterator[Problem]:
    at = _At.of(checker, error)
    for name in error.names:
        each = checker.by_name.get(name) if not at.path else None
        yield Problem((*at.path, name), "missing_input", "is required" + _what(each), _example(each), at.rule)


def _any_of(checker: Checker, error: Finding) -> Iterator[Problem]:
    names = [name for rule in error.value for name in rule.get("required", ())]
    at = _At.of(checker, error)
    if at.path or not names:
        yield at.problem("wrong_value", f"{said(error.instance)} fits none of the {len(error.value)} forms allowed")
        return
    each = checker.by_name.get(names[0])
    others = printable(" or ".join(names[1:]), 300)
    message = f"is required{_what(each)}" + (f"; {others} would do as well" if others else "")
    yield Problem((names[0],), "missing_input", message, _example(each), at.rule)


def _unknown(checker: Checker, error: Finding) -> Iterator[Problem]:
    at = _At.of(checker, error)
    allowed = error.schema.get("properties", {})
    top = not at.path
    severity: Severity = "error" if checker.format.source.current or not top else "warning"
    known = checker.listed if top else tuple(allowed)
    for count, name in enumerate(name for name in error.instance if name not in allowed):
        near = _nearest(name, known, 2) if count < ENOUGH_HINTS else ()
        hint = f"did you mean {' or '.join(near)}?" if near else "extra_inputs sends it all the same" if top else ""
        sure = "" if severity == "error" else ", as far as this copy of its document knows"
        owner = printable(checker.format.slug, 100) if top else "it"
        yield Problem((*at.path, name), "unknown_input", f"is not an input of {owner}{sure}", hint, at.rule, severity)


def _type(checker: Checker, error: Finding) -> Iterator[Problem]:
    at = _At.of(checker, error)
    wanted = error.value
    wanted = [wanted] if isinstance(wanted, str) else list(wanted)
    named = " or ".join(WORDS.get(each, each) for each in wanted)
    yield at.problem("wrong_type", f"takes {named}, not {said(error.instance)}", _right_value(wanted, error.instance))


def _right_value(wanted: list[str], value: Any) -> str:
    """Show the value as it would be right, where that is plain."""
    if wanted == ["array"] and isinstance(value, str):
        return f"write [{_quoted(value)}]"
    if isinstance(value, str) and {"integer", "number"} & set(wanted) and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return f"write {value} without quotes" if "integer" not in wanted or "." not in value else ""
    if isinstance(value, str) and wanted == ["boolean"] and value.lower() in ("true", "false"):
        return f"write {value.lower()} without quotes"
    if wanted == ["string"] and isinstance(value, (int, float)) and not isinstance(value, bool):
        return f'write "{value}"'
    if wanted == ["string"] and isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        return f"write {_quoted(value[0])}"
    return ""


def _enum(checker: Checker, error: Finding) -> Iterator[Problem]:
    at = _At.of(checker, error)
    choices = tuple(printable(each, 100) for each in error.value)
    near = _nearest(error.instance, choices, 1) if isinstance(error.instance, str) else ()
    listed = ", ".join(choices[:12]) + (f", … ({len(choices)} in all)" if len(choices) > 12 else "")
    severity: Severity = "error" if checker.format.source.current else "warning"
    hint = f"did you mean {near[0]}?" if near else ""
    yield at.problem("not_a_choice", f"{said(error.instance)} is not one of {listed}", hint, severity)


def _limit(text: str) -> Callable[[Checker, Finding], Iterator[Problem]]:
    def explain(checker: Checker, error: Finding) -> Iterator[Problem]:
        measured = len(error.instance) if isinstance(error.instance, (str, list, dict)) else error.instance
        message = text.format(limit=error.value, value=measured)
        yield _At.of(checker, error).problem("out_of_range", message)

    return explain


def otherwise(checker: Checker, error: Finding) -> Iterator[Problem]:
    message = OTHERWISE.get(error.keyword, "{instance!r} is not allowed")
    said = message.format(instance=error.instance, value=error.value)
    yield _At.of(checker, error).problem("wrong_value", printable(said, 300))


OTHERWISE: Mapping[str, str] = {
    "pattern": "{instance!r} does not match {value!r}",
    "const": "{value!r} was expected",
    "uniqueItems": "{instance!r} has non-unique elements",
    "oneOf": "{instance!r} fits none of the forms allowed, or more than one",
    "minProperties": "{instance!r} does not have enough properties",
    "maxProperties": "{instance!r} has too many properties",
}


EXPLAINED: Mapping[Any, Callable[[Checker, Finding], Iterator[Problem]]] = {
    "required": _required,
    "anyOf": _any_of,
    "additionalProperties": _unknown,
    "type": _type,
    "enum": _enum,
    "minimum": _limit("must be at least {limit}, not {value}"),
    "maximum": _limit("must be at most {limit}, not {value}"),
    "exclusiveMinimum": _limit("must be more than {limit}, not {value}"),
    "exclusiveMaximum": _limit("must be less than {limit}, not {value}"),
    "multipleOf": _limit("must be a multiple of {limit}, not {value}"),
    "minLength": _limit("must have at least {limit} characters, not {value}"),
    "maxLength": _limit("must have at most {limit} characters, not {value}"),
    "minItems": _limit("must have at least {limit} items, not {value}"),
    "maxItems": _limit("must have at most {limit} items, not {value}"),
}
WORDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


@lru_cache(maxsize=4096)
def _nearest(name: str, names: tuple[str, ...], count: int) -> tuple[str, ...]:
    """The same slip is made in many specs."""
    return tuple(nearest(name, names, count))


def _what(each: Input | None) -> str:
    return f": {each.description}" if each is not None and each.description else ""


def _example(each: Input | None) -> str:
    if each is None or not isinstance(each.example, (str, int, float, list)):
        return ""
    return f"for example {_quoted(each.example)}"


def _quoted(value: Any) -> str:
    return printable(json.dumps(value, ensure_ascii=False), 120)


def said(value: Any) -> str:
    """Name a wrong value with its kind: `"three"`, `3.5`, `true`, `a list`."""
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, Mapping):
        return "an object"
    return f"the text {_quoted(value)}" if isinstance(value, str) else _quoted(value)
