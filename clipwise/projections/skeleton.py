"""A format as a job spec to start from: every input with an example, as JSON, or as YAML that explains itself.

What is written as an example is what the document gives as one, else its default, its first choice, or anything of the
right type. Knows no validator and no YAML library: JSON values are YAML.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from ..formats.document import MISSING, Format, Input
from ..formats.modes import mode_input
from ..text import printable
from .schema import needed_resources
from .signature import facts, type_text

WIDTH = 96
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_WORDS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}  # no keys for older readers of YAML


def skeleton(format: Format, required_only: bool = False) -> dict[str, Any]:
    """Return a job spec with an example for each input, or for those only without which it is refused."""
    inputs = [each for each in format.inputs if not required_only or each.name in needed(format)]
    return {"format": format.slug, **{each.name: example_of(each) for each in inputs}}


def json_skeleton(format: Format, required_only: bool = False) -> str:
    """Return the job spec as JSON."""
    return json.dumps(skeleton(format, required_only), indent=2, ensure_ascii=False)


def yaml_skeleton(format: Format, required_only: bool = False) -> str:
    """Return the job spec as YAML with comments; what may be left out is commented out."""
    return "\n".join(_yaml_lines(format, required_only))


def needed(format: Format) -> set[str]:
    """Return the inputs that a job cannot be without, in the mode that the example chooses."""
    names = {each.name for each in format.required} | {group[0] for group, _ in needed_resources(format)}
    chooses = mode_input(format) if format.modes else None
    if chooses is not None and (chooses.required or not _without_mode(format)):
        names.add(chooses.name)
        chosen = example_of(chooses)
        names |= {name for mode in format.modes if mode.name == chosen for name in mode.required}
    return names & {each.name for each in format.inputs}


def _without_mode(format: Format) -> bool:
    """Whether no mode asks for anything."""
    return not any(mode.required for mode in format.modes)


def example_of(each: Input) -> Any:
    """Return a value that an input may have."""
    for value in (each.example, each.default):
        if value is not MISSING and value is not None and (each.many or value != ""):
            return value
    if each.choices:
        return [each.choices[0]] if each.many else each.choices[0]
    if each.suggestions:
        return [each.suggestions[0]] if each.many else each.suggestions[0]
    return _sample(each.schema)


def _sample(rule: Mapping[str, Any]) -> Any:
    types = rule.get("type", "string")
    kind = types if isinstance(types, str) else next((each for each in types if each != "null"), "null")
    if kind == "array":
        items = rule.get("items")
        return [_sample(items if isinstance(items, Mapping) else {})] * max(1, rule.get("minItems", 1))
    if kind == "object":
        wanted, properties = rule.get("required", ()), rule.get("properties", {})
        return {name: _sample(properties.get(name, {})) for name in wanted}
    if kind in ("integer", "number"):
        return rule.get("minimum", min(1, rule.get("maximum", 1)))
    if kind == "string":
        text = "…" * max(1, rule.get("minLength", 1))
        return text[: rule.get("maxLength", len(text))]
    return {"boolean": True}.get(kind)


def _yaml_lines(format: Format, required_only: bool) -> Iterator[str]:
    must = needed(format)
    yield from _comment(f"{format.display_name or format.slug}. {format.description}".strip())
    yield f"format: {_scalar(format.slug)}"
    for each in format.inputs:
        is_needed = each.name in must
        if required_only and not is_needed:
            continue
        yield ""
        yield from _comment(each.description)
        yield from _comment("; ".join((type_text(each), "required" if is_needed else "optional", *facts(each))))
        key = each.name if _PLAIN_KEY.fullmatch(each.name) and each.name.lower() not in _WORDS else _scalar(each.name)
        yield f"{'' if is_needed else '# '}{key}: {_scalar(example_of(each))}"


def _comment(text: str) -> Iterator[str]:
    for line in textwrap.wrap(printable(text, 2000), WIDTH):
        yield f"# {line}"


def _scalar(value: Any) -> str:
    """Write a value on one line, as JSON; what YAML takes for a line break is escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return "".join(char if char.isprintable() else _escape(ord(char)) for char in text)


def _escape(code: int) -> str:
    return f"\\U{code:08x}" if code > 0xFFFF else "\\ufffd" if 0xD800 <= code < 0xE000 else f"\\u{code:04x}"
