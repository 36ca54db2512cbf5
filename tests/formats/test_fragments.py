"""The rule for one value: only what is safe and understood gets through, and it is never tighter than what was said."""

from __future__ import annotations

import time
from typing import Any

import jsonschema_rs
import pytest
from generated import json_values, schemas
from hypothesis import given
from hypothesis import strategies as st

from clipwise.formats.fragments import (
    BREADTH,
    KEYWORDS,
    TYPE_NAMES,
    SchemaReader,
    count,
    number,
    shallow,
    type_names,
)


def nested(levels: int, value: Any = 1) -> Any:
    """A value inside so many lists."""
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("stated", "read"),
    [
        ("string", (["string"], "", False)),
        (" String ", (["string"], "", False)),
        ("image-file", (["string"], "image", False)),
        ("Video File", (["string"], "video", False)),
        ("upload", (["string"], "file", False)),
        ("string[]", (["string"], "", True)),
        ("image[]", (["string"], "image", True)),
        ("array<integer>", (["integer"], "", True)),
        ("list[bool]", (["boolean"], "", True)),
        ("List(audio)", (["string"], "audio", True)),
        ("array of images", (["string"], "image", True)),
        ("list of (string)", (["string"], "", True)),
        ("list of nonsense", ([], "", True)),
        ("array<string|number>", (["string", "number"], "", True)),
        ("string[][]", (["array"], "", True)),
        ("number | string", (["number", "string"], "", False)),
        ("int or float", (["integer", "number"], "", False)),
        ("string/integer", (["string", "integer"], "", False)),
        ("string | string[]", (["string", "array"], "", False)),
        ("string | nonsense", ([], "", False)),
        (["string", "null"], (["string", "null"], "", False)),
        (["string", "string"], (["string"], "", False)),
        (["image", "string[]"], (["string", "array"], "image", False)),
        (["string", 7], ([], "", False)),
        ([["string"]], ([], "", False)),
        ("nonsense", ([], "", False)),
        ("", ([], "", False)),
        (None, ([], "", False)),
        ({"type": "string"}, ([], "", False)),
        ("string" + "[]" * 5000, ([], "", False)),
        (nested(900, "string"), ([], "", False)),
    ],
)
def test_a_type_is_read_as_documents_write_it(stated: Any, read: tuple[list[str], str, bool]) -> None:
    """Names, unions and lists of types are understood; what is not gives no type, so nothing is checked."""
    assert type_names(stated) == read


@pytest.mark.parametrize("name", sorted(TYPE_NAMES))
def test_each_type_name_reads_the_same_alone_in_a_list_and_as_items(name: str) -> None:
    """Every row of the table leads to its JSON type in each of the ways to write a list of it."""
    json_type, media = TYPE_NAMES[name]
    assert type_names(name) == ([json_type], media, False)
    assert type_names(f"{name}[]") == ([json_type], media, True)
    assert type_names(f"list of {name}") == ([json_type], media, True)


@given(json_values)
def test_any_value_can_stand_for_a_type(value: Any) -> None:
    """Reading a type never raises, and gives JSON types only."""
    types, _media, _many = type_names(value)
    assert set(types) <= {"string", "number", "integer", "boolean", "array", "object", "null"}


@pytest.mark.parametrize(
    ("stated", "as_number", "as_count"),
    [
        (3, 3, 3),
        (0, 0, 0),
        (-1, -1, None),
        (2.5, 2.5, None),
        (2.0, 2.0, 2),
        ("7", 7, 7),
        (" 7 ", 7, 7),
        ("1.5", 1.5, None),
        ("1e2", 100.0, 100),
        (True, None, None),
        ("three", None, None),
        ("", None, None),
        (None, None, None),
        ([1], None, None),
        (float("nan"), None, None),
        (float("inf"), None, None),
        ("1e999", None, None),
        ("nan", None, None),
        (10**400, None, None),
        ("9" * 5000, None, None),
    ],
)
def test_a_limit_is_a_finite_number_or_none(stated: Any, as_number: Any, as_count: Any) -> None:
    """Numbers and the texts of numbers are limits; truth values, nonsense and what no value can reach are not."""
    assert number(stated) == as_number
    assert count(stated) == as_count


@pytest.mark.parametrize(
    ("schema", "read"),
    [
        ({"type": "string", "format": "uri", "title": "x", "not": {}, "if": {}, "$id": "y"}, {"type": "string"}),
        ({"type": "image[]"}, {"type": "array"}),
        ({"enum": []}, {}),
        ({"enum": list(range(BREADTH))}, {"enum": list(range(BREADTH))}),
        ({"enum": list(range(BREADTH + 1))}, {}),
        ({"anyOf": [{"type": "string"}] * (BREADTH + 1)}, {}),
        ({"const": 0}, {"const": 0}),
        ({"const": None}, {}),
        ({"multipleOf": 0}, {}),
        ({"uniqueItems": False}, {}),
        ({"items": [{"type": "string"}]}, {"items": {}}),
        ({"items": False}, {"items": False}),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, {"anyOf": [{"type": "string"}, {"type": "integer"}]}),
        ({"oneOf": [{"minimum": 1}], "anyOf": [{"maximum": 2}]}, {"anyOf": [{"maximum": 2}]}),
        ({"type": "integer", "nullable": True}, {"type": ["integer", "null"]}),
        ({"type": "null", "nullable": True}, {"type": "null"}),
        ({"type": "string", "enum": ["a"], "nullable": True}, {"type": ["string", "null"], "enum": ["a", None]}),
        ({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]}, {"type": ["integer", "null"], "minimum": 1}),
        (
            {"oneOf": [{"type": "null"}, {"enum": ["a"], "type": "string"}]},
            {"type": ["string", "null"], "enum": ["a", None]},
        ),
        (
            {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]},
            {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]},
        ),
        ({"type": "string", "anyOf": [{"type": "string"}, {"type": "null"}]},) * 2,
        ({"required": ["a", 7]}, {"required": ["a"]}),
        ({"properties": {"a": 7, "b": {"type": "str"}}}, {"properties": {"a": {}, "b": {"type": "string"}}}),
        ({"minLength": "x", "maxLength": -1, "pattern": 7}, {}),
        ("string", {}),
        (None, {}),
    ],
)
def test_a_schema_keeps_what_is_safe(schema: Any, read: dict[str, Any]) -> None:
    """Known keywords of the right shape stay, everything else is dropped, a list that is too long as a whole."""
    assert SchemaReader().read(schema) == read


@pytest.mark.parametrize(
    ("reference", "read"),
    [
        ("#/$defs/a", {"type": "string"}),
        ("#/$defs/a~1b", {"type": "integer"}),
        ("#/$defs/c~0d", {"type": "boolean"}),
        ("#/$defs/chain", {"type": "string"}),
        ("#/$defs/loop", {}),
        ("#/$defs/none", {}),
        ("#/list/0", {}),
        ("#", {}),
        ("http://x/y", {}),
        ("file:///etc/passwd", {}),
        ("other.json#/a", {}),
    ],
)
def test_only_references_into_the_document_are_followed(reference: str, read: dict[str, Any]) -> None:
    """A local reference is written out; recursive, remote and dangling ones allow anything."""
    root = {
        "$defs": {
            "a": {"type": "string"},
            "a/b": {"type": "integer"},
            "c~d": {"type": "boolean"},
            "chain": {"$ref": "#/$defs/a"},
            "loop": {"$ref": "#/$defs/loop"},
        },
        "list": [{"type": "string"}],
    }
    assert SchemaReader(root).read({"$ref": reference}) == read
    assert SchemaReader(root).read({"$dynamicRef": reference, "minLength": 2}) == read | {"minLength": 2}


def test_references_that_multiply_come_to_an_end() -> None:
    """Twelve levels of eight references each would be 10^10 schemas; what is written out is bounded for all of them."""
    root = {f"d{n}": {"properties": {key: {"$ref": f"#/d{n + 1}"} for key in "abcdefgh"}} for n in range(12)}
    reader = SchemaReader(root)
    started = time.process_time()
    for _ in range(100):
        reader.read({"$ref": "#/d0"})
    assert time.process_time() - started < 1.0


@given(schemas)
def test_what_is_read_is_a_schema(schema: dict[str, Any]) -> None:
    """Whatever comes in, what goes out has keywords of the table only and is right by the standard's own schema."""
    read = SchemaReader().read(schema)
    assert set(read) <= set(KEYWORDS)
    assert jsonschema_rs.meta.is_valid(read)


@given(st.dictionaries(st.sampled_from([k for k in KEYWORDS if k != "oneOf"]), json_values, max_size=3), json_values)
def test_what_is_read_never_refuses_more_than_what_was_said(schema: dict[str, Any], value: Any) -> None:
    """A value that is right by the schema as it came is right by what was kept of it."""
    if jsonschema_rs.meta.is_valid(schema):
        try:
            said = jsonschema_rs.Draft202012Validator(schema, offline=True)
        except ValueError:
            return
        if said.is_valid(value):
            assert jsonschema_rs.Draft202012Validator(SchemaReader().read(schema)).is_valid(value)


def test_the_depth_of_a_value_is_bounded() -> None:
    """Values as deep as sixty levels are understood, deeper ones are not; breadth does not count."""
    assert shallow(nested(60))
    assert not shallow(nested(61))
    assert not shallow({"a": nested(900)})
    assert shallow([1] * 10_000)
