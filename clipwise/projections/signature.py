"""A format as a Python signature and docstring; flags, stubs and the callable all read what is made here.

The Python spelling of a wire name is derived here and nowhere else.
"""

from __future__ import annotations

import functools
import inspect
import keyword
import operator
import unicodedata
from collections.abc import Iterable, Mapping
from os import PathLike
from typing import Any, Literal

from ..formats.document import MISSING, Format, Input
from ..text import printable

# The callable's own keyword arguments: what each is by default, and what it means.
OPTIONS: Mapping[str, tuple[Any, Any, str]] = {
    "idempotency_key": (str | None, None, "the key that makes this one job; made for you when absent"),
    "extra_inputs": (
        Mapping[str, Any] | None,
        None,
        "inputs that the document does not list, sent as they are",
    ),
    "check_resources": (bool, False, "True asks the API first whether every id exists and fits the format"),
    "validate": (bool, True, "False sends the inputs unchecked"),
}
PYTHON_TYPES: Mapping[str, Any] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "array": list[Any],
    "object": Mapping[str, Any],
    "null": None,
}
ENOUGH_CHOICES = 64
MAX_DOCSTRING = 100_000


@functools.lru_cache(maxsize=4096)
def spelled(name: str) -> str:
    """Return the Python spelling of a wire name, before two that fold into one are told apart."""
    # Python reads identifiers in this normal form, so a name in another one could not be written.
    text = unicodedata.normalize("NFKC", name)
    if not text.isidentifier():
        text = "".join(char if f"_{char}".isidentifier() else "_" for char in text)
    if not text.isidentifier():
        text = f"_{text}"
    if text.startswith("__"):  # such names are Python's own
        text = "_" + text.strip("_") + "_"
    # `self` is ours, and so is the format that a job names.
    return f"{text}_" if keyword.iskeyword(text) or text in OPTIONS or text in ("self", "format") else text


def spellings(names: Iterable[str]) -> Mapping[str, str]:
    """Return the Python spelling of every wire name; which gets the plain one does not depend on their order.

    A name that is its own spelling keeps it; the others are numbered in alphabetical order of their wire names.
    """
    return _spellings(tuple(names))


@functools.lru_cache(maxsize=256)
def _spellings(names: tuple[str, ...]) -> Mapping[str, str]:
    wires = list(dict.fromkeys(names))
    given = {wire: wire for wire in wires if spelled(wire) == wire}
    taken = dict.fromkeys(given, 2)
    for wire in sorted(set(wires) - set(given)):
        given[wire] = unused(spelled(wire), taken, "_")
    return {wire: given[wire] for wire in wires}


def unused(name: str, taken: dict[str, int], joint: str) -> str:
    """Return `name` or, if it is taken, the first of `name_2`, `name_3`, … that is not; take it.

    `taken` holds the number to go on with, so that thousands of names that fold into one do not cost their square.
    """
    found, number = name, taken.get(name, 2)
    while found in taken:
        found, number = f"{name.rstrip(joint)}{joint}{number}", number + 1
    taken[found] = 2
    taken[name] = number
    return found


def wire_inputs(format: Format, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return keyword arguments as inputs by their wire names; None is an input that is left out.

    The exact wire name works as well as the Python spelling; a name that is neither stays as it is.
    """
    wires = {python: wire for wire, python in spellings(each.name for each in format.inputs).items()}
    named = {name if wires.get(name) in given else wires.get(name, name): value for name, value in given.items()}
    return {name: value for name, value in named.items() if value is not None or _takes_null(format, name)}


def _takes_null(format: Format, name: str) -> bool:
    each = format.by_name.get(name)
    return each is not None and "null" in each.types


def in_order(format: Format) -> list[tuple[str, Input]]:
    """Return the inputs with their Python spellings, in the order of the signature: required ones first."""
    names = spellings(each.name for each in format.inputs)
    return [(names[each.name], each) for each in sorted(format.inputs, key=lambda each: not each.required)]


def to_signature(format: Format) -> inspect.Signature:
    """Return the signature of the callable for a format: keyword-only, required inputs first, then ours.

    An input that a synonym can stand in for has the default `None` though one of them is required.
    """
    parameters = [_parameter(each, name) for name, each in in_order(format)]
    parameters += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default, _) in OPTIONS.items()
    ]
    if format.open or not format.complete:
        parameters.append(inspect.Parameter("inputs", inspect.Parameter.VAR_KEYWORD, annotation=Any))
    return inspect.Signature(_without_clash(parameters))


def _without_clash(parameters: list[inspect.Parameter]) -> list[inspect.Parameter]:
    """`**inputs` gives way to an input of that name."""
    named = {each.name for each in parameters[:-1]}
    last = parameters[-1]
    while last.name in named:
        last = last.replace(name=f"{last.name}_")
    return [*parameters[:-1], last]


def _parameter(each: Input, python: str) -> inspect.Parameter:
    """A required input that synonyms can satisfy is not required of the caller under this name."""
    needed = each.required and not each.synonyms
    default = inspect.Parameter.empty if needed else None if each.default is MISSING else each.default
    annotation = annotation_of(each)
    if default is None and annotation is not None:
        annotation = annotation | None
    return inspect.Parameter(python, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def annotation_of(each: Input) -> Any:
    """Return the Python type of an input's value; `Any` where the document does not say."""
    choices = each.choices
    if choices and len(choices) <= ENOUGH_CHOICES and all(isinstance(c, (str, int, bool)) for c in choices):
        closed: Any = Literal[choices]
        return list.__class_getitem__(closed) if each.many else closed
    if each.many:
        return list.__class_getitem__(_one_of(_item_types(each), each.takes_files))
    return _one_of(each.types, each.takes_files)


def _item_types(each: Input) -> tuple[str, ...]:
    items = each.schema.get("items")
    types = items.get("type", ()) if isinstance(items, Mapping) else ()
    return (types,) if isinstance(types, str) else tuple(types)


@functools.lru_cache(maxsize=256)
def _one_of(types: tuple[str, ...], files: bool) -> Any:
    if not types:
        return Any
    listed = [PYTHON_TYPES[name] for name in types] + ([PathLike[str]] if files and "string" in types else [])
    return functools.reduce(operator.or_, listed)


def to_docstring(format: Format) -> str:
    """Return the docstring of the callable for a format: what it does, every input, an example."""
    ordered = in_order(format)
    blocks = [format.description or format.display_name or format.slug]
    if format.what_it_does:
        blocks.append(format.what_it_does)
    if ordered:
        blocks.append("Inputs:\n" + "\n".join(_line(each, name) for name, each in ordered))
    if not format.complete:
        blocks.append("The catalog gave only a summary of this format; its inputs are not known yet.")
    options = "\n".join(f"    {name}: {meaning}" for name, (_, _, meaning) in OPTIONS.items())
    blocks.append(f"Options:\n{options}")
    blocks.append("Returns the job, started; `.wait()` waits for it and `.download(folder)` brings its files.")
    return printable("\n\n".join(blocks), MAX_DOCSTRING, lines=True)


def _line(each: Input, python: str) -> str:
    said = [each.description] if each.description else []
    said += facts(each)
    name = python if python == each.name else f"{python} (sent as {each.name!r})"
    need = "required" if each.required else "optional"
    return f"    {name}: {type_text(each)}, {need}" + (f" - {'; '.join(said)}" if said else "")


def type_text(each: Input) -> str:
    """Return the type of an input in words: `text`, `list of image files or ids`, `one of a, b`."""
    if each.takes:
        kinds = "/".join(each.media) or each.resource_type.replace("_", " ")
        one = " or ".join(word for take, word in _TAKEN.items() if take in each.takes).replace("KIND", kinds)
        return f"list of ({one})" if each.many else one
    types = _item_types(each) if each.many else each.types
    text = " or ".join(_WORDS.get(name, name) for name in types) or "anything"
    return f"list of {text}" if each.many else text


_TAKEN = {"file": "KIND file", "id": "id", "url": "URL"}
_WORDS = {
    "string": "text",
    "integer": "whole number",
    "boolean": "true/false",
    "object": "JSON object",
    "array": "list",
}


def facts(each: Input) -> list[str]:
    """Return what else is known of an input's value: choices, limits, known good values, synonyms."""
    said = []
    if each.choices:
        said.append("one of " + ", ".join(str(choice) for choice in each.choices[:20]))
    elif each.suggestions:
        said.append("e.g. " + ", ".join(str(value) for value in each.suggestions[:6]))
    low, high = each.schema.get("minimum"), each.schema.get("maximum")
    if low is not None or high is not None:
        said.append(
            f"from {low}" * (low is not None) + " " * (None not in (low, high)) + f"to {high}" * (high is not None)
        )
    if "maxLength" in each.schema:
        said.append(f"at most {each.schema['maxLength']} characters")
    if "maxItems" in each.schema:
        said.append(f"at most {each.schema['maxItems']}")
    if each.modes:
        said.append("only counts with mode " + " or ".join(each.modes))
    if each.synonyms:
        said.append("or give " + " or ".join(each.synonyms))
    return said
