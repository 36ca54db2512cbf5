"""A format as a job spec to start from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from generated import documents
from hypothesis import given

from clipwise.formats import bundled
from clipwise.formats.document import Format
from clipwise.formats.reader import read_format
from clipwise.projections.skeleton import json_skeleton, skeleton, yaml_skeleton
from clipwise.specs.yamls import read_yaml
from clipwise.validation import check_spec

EVERY = pytest.mark.parametrize("format", list(bundled.catalog()), ids=lambda each: each.slug)


def of_yaml(text: str) -> Any:
    return read_yaml(text.encode())[0]


@EVERY
@pytest.mark.parametrize("required_only", [False, True])
def test_a_skeleton_has_nothing_wrong_but_files_that_are_not_there(
    format: Format, required_only: bool, tmp_path: Path
) -> None:
    """What it gives as examples is what the format takes."""
    spec = json.loads(json_skeleton(format, required_only))
    problems = check_spec(spec, bundled.catalog(), tmp_path)
    assert {each.code for each in problems if each.severity == "error"} <= {"file_not_found"}
    assert spec["format"] == format.slug
    assert set(spec) - {"format"} >= {each.name for each in format.required}


@EVERY
def test_yaml_says_the_same_as_json(format: Format) -> None:
    """As it stands it is what is required; without the hashes before optional inputs it is everything."""
    assert of_yaml(yaml_skeleton(format, True)) == skeleton(format, True)
    text = yaml_skeleton(format)
    assert of_yaml(text) == skeleton(format, True)
    names = tuple(f"# {each.name}: " for each in format.inputs)
    assert of_yaml("\n".join(line[2:] if line.startswith(names) else line for line in text.split("\n"))) == skeleton(
        format
    )


def test_comments_say_what_an_input_is() -> None:
    """Description, type, choices, and whether it is required."""
    format = read_format(
        {
            "slug": "f",
            "required_inputs": [{"name": "on", "type": "string", "description": "Which way", "enum": ["up", "down"]}],
            "optional_inputs": [{"name": "size", "type": "integer", "min": 2, "max": 5}],
        }
    )
    assert format is not None
    assert yaml_skeleton(format).split("\n") == [
        "# f.",
        'format: "f"',
        "",
        "# Which way",
        "# text; required; one of up, down",
        '"on": "up"',
        "",
        "# whole number; optional; from 2 to 5",
        "# size: 2",
    ]


@given(documents)
def test_any_document_has_a_skeleton(document: dict[str, Any]) -> None:
    """Whatever is in it, the YAML can be read and says what the JSON says."""
    format = read_format(document, bundled.known())
    assert format is not None
    for required_only in (False, True):
        json.loads(json_skeleton(format, required_only))
    assert of_yaml(yaml_skeleton(format)) == of_yaml(yaml_skeleton(format, True)) == skeleton(format, True)
