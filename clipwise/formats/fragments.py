"""The rule for one value: whatever a document writes -> a JSON Schema fragment that is safe to evaluate.

Only keywords of the table get through, each with a value of the right shape; local references are written out,
recursive and remote ones become "anything". What is dropped can only make a rule looser, so `not` has no row, and a
list that is too long is dropped, not cut. Knows nothing of inputs or formats.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

JSON_TYPES = ("string", "number", "integer", "boolean", "array", "object", "null")
DEPTH = 12  # of nesting; deeper rules are not checked
BREADTH = 2000  # items of one enum, properties of one object
EXPANDED = 20_000  # subschemas written out for references: they can multiply without being recursive
VALUE_DEPTH = 60  # of nesting in a value; a deeper one is not understood
LARGEST = 2**53  # a limit beyond it is none

# What documents call a type -> the JSON type, and the kind of media that it names.
TYPE_NAMES: Mapping[str, tuple[str, str]] = {
    **{name: (name, "") for name in JSON_TYPES},
    **dict.fromkeys(("str", "text", "textarea", "markdown", "color", "date", "time", "enum", "select"), ("string", "")),
    **dict.fromkeys(("id", "resource", "resource_id", "uuid", "url", "uri", "link"), ("string", "")),
    **dict.fromkeys(("int", "long"), ("integer", "")),
    **dict.fromkeys(("float", "double", "decimal", "numeric"), ("number", "")),
    **dict.fromkeys(("bool", "checkbox", "toggle"), ("boolean", "")),
    **dict.fromkeys(("list", "tuple", "set", "multiselect"), ("array", "")),
    **dict.fromkeys(("dict", "map", "mapping", "json"), ("object", "")),
    **dict.fromkeys(("image", "picture", "photo", "image_file"), ("string", "image")),
    **dict.fromkeys(("video", "video_file"), ("string", "video")),
    **dict.fromkeys(("audio", "sound", "audio_file"), ("string", "audio")),
    "file": ("string", "file"),
    "upload": ("string", "file"),
}


def type_names(value: Any) -> tuple[list[str], str, bool]:
    """Read a type as documents write it; return the JSON types, the media it names, and whether it is a list of that.

    A name that is not known gives no types: the value is not checked.
    """
    if isinstance(value, str) and value in TYPE_NAMES:
        plain = TYPE_NAMES[value]
        return [plain[0]], plain[1], False
    if isinstance(value, (list, tuple)):
        read = [type_names(each if isinstance(each, str) else None) for each in value]
        known = all(types or many for types, _, many in read)
        types = [t for each, _, many in read for t in (["array"] if many else each)]
        return (list(dict.fromkeys(types)) if known else [], next((m for _, m, _ in read if m), ""), False)
    if not isinstance(value, str):
        return [], "", False
    text = value.strip().casefold()
    name = text.replace(" ", "_").replace("-", "_")
    if name in TYPE_NAMES or len(text) > 200:
        return type_names(name) if name in TYPE_NAMES else ([], "", False)
    inner = _list_of(text)
    if inner is None:
        for separator in ("|", " or ", "/"):
            if separator in text:
                return type_names(text.split(separator))
        inner = text[:-2] if text.endswith("[]") else None
    if inner is not None:
        types, media, many = type_names(inner)
        return (["array"] if many else types), media, True
    return [], "", False


def _list_of(text: str) -> str | None:
    """Return what `array<string>`, `list[string]` or `list of strings` is a list of."""
    for opening, closing in (("<", ">"), ("[", "]"), ("(", ")")):
        head, found, rest = text.partition(opening)
        if found and rest[1:].endswith(closing) and head.strip() in ("array", "list"):
            return rest[:-1]
    for lead in ("list of ", "array of "):
        if text.startswith(lead):
            inner = text.removeprefix(lead).strip("() ")
            return inner if TYPE_NAMES.get(inner) else inner.removesuffix("s")
    return None


def number(value: Any) -> int | float | None:
    """Return `value` when it is a finite number (or the text of one), else None."""
    if isinstance(value, str):
        try:
            value = float(value) if "." in value or "e" in value.lower() else int(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if abs(value) <= LARGEST else None  # nor is a NaN


def count(value: Any) -> int | None:
    """Return `value` when it is a whole number from 0 on, else None."""
    read = number(value)
    return int(read) if read is not None and read >= 0 and int(read) == read else None


def shallow(value: Any, depth: int = VALUE_DEPTH) -> bool:
    """Whether a value is not nested deeper than can be copied and compared."""
    if isinstance(value, Mapping):
        value = value.values()
    elif not isinstance(value, (list, tuple)):
        return True
    return depth > 0 and all(shallow(each, depth - 1) for each in value)


class SchemaReader:
    """Reads schemas; remembers the document that their references point into, and how much was written out."""

    def __init__(self, root: Any = None) -> None:
        self.root = root
        self.left = EXPANDED

    def read(self, schema: Any) -> dict[str, Any]:
        """Return what can be trusted of a JSON Schema from outside."""
        return self.schema(schema, 0, ())

    def schema(self, value: Any, depth: int, seen: tuple[str, ...]) -> dict[str, Any]:
        self.left -= bool(seen)
        if not isinstance(value, Mapping) or depth > DEPTH or self.left < 0:
            return {}
        reference = value.get("$ref", value.get("$dynamicRef"))
        if isinstance(reference, str):
            target = None if reference in seen else self.target(reference)
            merged = {k: v for k, v in value.items() if k not in ("$ref", "$dynamicRef")}
            found = self.schema(target, depth + 1, (*seen, reference))
            return found | self.schema(merged, depth + 1, seen) if merged else found
        read: dict[str, Any] = {}
        for keyword, reader in KEYWORDS.items():
            if keyword in value:
                kept = reader(self, value[keyword], depth, seen)
                if kept is not None:
                    read[keyword] = kept
        if "oneOf" in read:  # a branch that was loosened must not make two of them match
            read.setdefault("anyOf", read.pop("oneOf"))
        return _or_null(read) if value.get("nullable") is True else _optional(read)

    def target(self, reference: str) -> Any:
        """Follow a reference inside the document; anything else leads nowhere."""
        if not reference.startswith("#/"):
            return None
        here = self.root
        for part in reference[2:].split("/"):
            part = part.replace("~1", "/").replace("~0", "~")
            here = here.get(part) if isinstance(here, Mapping) else None
        return here

    def each(self, value: Any, depth: int, seen: tuple[str, ...]) -> list[dict[str, Any]] | None:
        if not isinstance(value, list) or not 0 < len(value) <= BREADTH:
            return None
        return [self.schema(each, depth + 1, seen) for each in value]

    def named(self, value: Any, depth: int, seen: tuple[str, ...]) -> dict[str, Any] | None:
        if not isinstance(value, Mapping):
            return None
        return {str(k): self.schema(v, depth + 1, seen) for k, v in value.items()}

    def one(self, value: Any, depth: int, seen: tuple[str, ...]) -> dict[str, Any] | bool | None:
        return value if isinstance(value, bool) else self.schema(value, depth + 1, seen)


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The same rule for one type, or null; what has no one type stays as it is."""
    if isinstance(schema.get("type"), str) and schema["type"] != "null":
        choices = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
        return {**schema, "type": [schema["type"], "null"], **choices}
    return schema


def _optional(schema: dict[str, Any]) -> dict[str, Any]:
    """A choice between one type and null, as many generators write an optional value, is that type or null."""
    branches = schema.get("anyOf", [])
    some = [each for each in branches if each != {"type": "null"}]
    if len(some) != 1 or len(branches) != 2 or some[0] == _or_null(some[0]) or "const" in some[0]:
        return schema
    rest = {keyword: value for keyword, value in schema.items() if keyword != "anyOf"}
    return schema if rest.keys() & some[0].keys() else rest | _or_null(some[0])


def _types(_: SchemaReader, value: Any, *__: Any) -> str | list[str] | None:
    types, _media, many = type_names(value)
    if many:
        return "array"
    return (types[0] if len(types) == 1 else types) or None


def _values(_: SchemaReader, value: Any, *__: Any) -> list[Any] | None:
    return list(value) if isinstance(value, list) and 0 < len(value) <= BREADTH and shallow(value) else None


def _names(_: SchemaReader, value: Any, *__: Any) -> list[str] | None:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else None


def _is(read: Callable[[Any], Any]) -> Callable[..., Any]:
    def keyword(_: SchemaReader, value: Any, *__: Any) -> Any:
        return read(value)

    return keyword


def _positive(value: Any) -> int | float | None:
    read = number(value)
    return read if read is not None and read > 0 else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and len(value) <= 2000 else None


KEYWORDS: Mapping[str, Callable[..., Any]] = {
    "type": _types,
    "enum": _values,
    "const": _is(lambda value: value if shallow(value) else None),
    "minimum": _is(number),
    "maximum": _is(number),
    "exclusiveMinimum": _is(number),
    "exclusiveMaximum": _is(number),
    "multipleOf": _is(_positive),
    "minLength": _is(count),
    "maxLength": _is(count),
    "minItems": _is(count),
    "maxItems": _is(count),
    "uniqueItems": _is(lambda value: True if value is True else None),
    "minProperties": _is(count),
    "maxProperties": _is(count),
    "pattern": _is(_text),
    "required": _names,
    "items": SchemaReader.one,
    "prefixItems": SchemaReader.each,
    "properties": SchemaReader.named,
    "additionalProperties": SchemaReader.one,
    "anyOf": SchemaReader.each,
    "oneOf": SchemaReader.each,
    "allOf": SchemaReader.each,
}
