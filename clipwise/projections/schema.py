"""A format as JSON Schema (2020-12): the rules for the inputs of one job, as data.

The schema says what the document says and no more: a document that is not complete gives a schema that accepts
anything. Knows no validator.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..formats.document import MISSING, Format, Input
from ..formats.modes import mode_input
from ..text import printable

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def to_json_schema(format: Format) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a job's inputs.

    An input that another name can stand in for is required as "any of these". Listed inputs come first, in the
    document's order; synonyms follow.
    """
    schema: dict[str, Any] = {
        "$schema": DIALECT,
        "title": format.display_name or printable(format.slug, 200),
        "type": "object",
        "properties": {each.name: _property(each) for each in (*format.inputs, *format.also)},
    }
    if format.description:
        schema["description"] = format.description
    groups = [required_names(format, each) for each in format.required]
    alone = [names[0] for names in groups if len(names) == 1]
    if alone:
        schema["required"] = alone
    either = [_any_of(names) for names in groups if len(names) > 1]
    either += _by_mode(format)
    either += [_resources(format, names, least) for names, least in needed_resources(format)]
    if either:
        schema["allOf"] = either
    schema["additionalProperties"] = format.open or not format.complete
    return schema


def required_names(format: Format, each: Input) -> tuple[str, ...]:
    """Return every name that satisfies a required input, its own first."""
    return tuple(dict.fromkeys((each.name, *(n for n in each.synonyms if n in format.by_name))))


def needed_resources(format: Format) -> list[tuple[tuple[str, ...], int]]:
    """Return the inputs of each resource requirement that must be met, and how many resources it takes.

    A requirement whose input is required anyway, or that no listed input can meet, is left to the server.
    """
    needed = []
    for requirement in format.requirements:
        inputs = [format.by_name[name] for name in requirement.inputs]
        if requirement.minimum and inputs and not any(each.required for each in inputs):
            names = dict.fromkeys(name for each in inputs for name in required_names(format, each))
            needed.append((tuple(names), requirement.minimum))
    return needed


def _by_mode(format: Format) -> list[dict[str, Any]]:
    """What a mode requires is required only in it."""
    chooses = mode_input(format)
    always = {each.name for each in format.required}
    rules = []
    for mode in format.modes if chooses else ():
        groups = [required_names(format, format.by_name[name]) for name in mode.required if name in format.by_name]
        needed = [_any_of(names) for names in groups if names[0] not in always]
        if needed and chooses:
            chosen = {"properties": {chooses.name: {"const": mode.name}}, "required": [chooses.name]}
            rules.append({"if": chosen, "then": {"allOf": needed}})
    return rules


def _any_of(names: tuple[str, ...]) -> dict[str, Any]:
    return {"anyOf": [{"required": [name]} for name in names]}


def _resources(format: Format, names: tuple[str, ...], least: int) -> dict[str, Any]:
    """At least one of the inputs; the count can be told only where a single list carries them."""
    if least > 1 and len(names) == 1 and format.by_name[names[0]].many:
        return {"required": list(names), "properties": {names[0]: {"minItems": least}}}
    return _any_of(names)


def _property(each: Input) -> dict[str, Any]:
    described: dict[str, Any] = dict(_plain(each.schema))
    if each.description:
        described["description"] = each.description
    if each.default is not MISSING:
        described["default"] = _plain(each.default)
    if each.example is not MISSING:
        described["examples"] = [_plain(each.example)]
    return described


def _plain(value: Any) -> Any:
    """A copy that the caller may change without changing the document."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, (list, tuple)) else value
