"""A format as JSON Schema: what the document says and no more."""

from __future__ import annotations

from typing import Any

import pytest

from clipwise.formats import bundled
from clipwise.formats.document import Format
from clipwise.formats.reader import read_format
from clipwise.projections.schema import DIALECT, needed_resources, required_names, to_json_schema


def read(**document: Any) -> Format:
    """A document, read."""
    found = read_format({"slug": "f", **document})
    assert found is not None
    return found


def test_a_format_is_one_object_schema() -> None:
    """Rules, descriptions, defaults and examples stand where JSON Schema has a place for them."""
    format = read(
        display_name="The format",
        description="Makes it",
        required_inputs=[{"name": "a", "type": "integer", "min": 1, "description": "How many", "example": 2}],
        optional_inputs=[{"name": "b", "default": None}],
    )
    assert to_json_schema(format) == {
        "$schema": DIALECT,
        "title": "The format",
        "description": "Makes it",
        "type": "object",
        "properties": {
            "a": {"type": "integer", "minimum": 1, "description": "How many", "examples": [2]},
            "b": {"default": None},
        },
        "required": ["a"],
        "additionalProperties": False,
    }


def test_an_input_with_a_synonym_is_required_as_any_of_them() -> None:
    """Either name satisfies the requirement, and both are properties."""
    schema = to_json_schema(read(required_inputs=[{"name": "image", "aliases": ["picture"]}]))
    assert schema["allOf"] == [{"anyOf": [{"required": ["image"]}, {"required": ["picture"]}]}]
    assert list(schema["properties"]) == ["image", "picture"]
    assert "required" not in schema


@pytest.mark.parametrize(
    ("inputs", "requirement", "rules"),
    [
        (
            ["a", "b"],
            {"type": "avatars", "inputs": ["a", "b"], "min": 1},
            [{"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}],
        ),
        (
            [{"name": "a", "type": "string[]"}],
            {"type": "avatars", "input": "a", "min": 2},
            [{"required": ["a"], "properties": {"a": {"minItems": 2}}}],
        ),
        (
            [{"name": "a", "type": "string"}],
            {"type": "avatars", "input": "a", "min": 2},
            [{"anyOf": [{"required": ["a"]}]}],
        ),
        (["a"], {"type": "avatars", "input": "a"}, None),
        (["a"], {"type": "avatars", "input": "a", "min": 1, "required": False}, None),
        (["a"], {"type": "avatars", "input": "gone", "min": 1}, None),
        ([{"name": "a", "required": True}], {"type": "avatars", "input": "a", "min": 3}, None),
    ],
)
def test_resource_requirements_are_rules_where_they_can_be_told(
    inputs: list[Any], requirement: dict[str, Any], rules: Any
) -> None:
    """A needed resource is any of its inputs; what is required anyway, or cannot be met, is left to the server."""
    assert to_json_schema(read(optional_inputs=inputs, resource_requirements=[requirement])).get("allOf") == rules


@pytest.mark.parametrize(
    ("document", "more"),
    [
        ({}, True),
        ({"inputs": []}, False),
        ({"input_schema": {"type": "object", "properties": {}, "additionalProperties": {}}}, True),
        ({"input_schema": {"type": "object", "properties": {}, "additionalProperties": False}}, False),
    ],
)
def test_only_a_whole_document_refuses_other_names(document: dict[str, Any], more: bool) -> None:
    """A summary and an open document take any name."""
    assert to_json_schema(read(**document))["additionalProperties"] is more


def test_a_schema_may_be_changed_without_changing_the_format() -> None:
    """What is returned is the caller's own, down to defaults and examples."""
    format = read(
        inputs=[{"name": "a", "type": "array", "items": {"enum": ["x"]}, "default": ["x"], "example": [["x"]]}]
    )
    before = to_json_schema(format)
    changed = to_json_schema(format)
    rule = changed["properties"]["a"]
    for inner in (rule["items"]["enum"], rule["default"], rule["examples"][0][0]):
        inner.append("y")
    assert to_json_schema(format) == before


def test_what_a_mode_requires_is_required_in_it() -> None:
    """The documented modes ask for what the formats that they run ask for."""
    found = bundled.catalog().find("inventory_shoot")
    assert found is not None
    rules = [
        rule["if"]["properties"]["mode"]["const"] for rule in to_json_schema(found).get("allOf", ()) if "if" in rule
    ]
    asked = [
        mode.name
        for mode in found.modes
        if {*mode.required} - {each.name for each in found.required} & {*found.by_name}
    ]
    assert rules == asked


def test_names_and_resources_of_a_bundled_format() -> None:
    """Synonyms count for each other, and each resource that must be there is named once."""
    found = bundled.catalog().find("viral_dancing_video")
    assert found is not None
    assert [required_names(found, each) for each in found.required] == [
        (each.name, *each.synonyms) for each in found.required
    ]
    assert needed_resources(found) == []
