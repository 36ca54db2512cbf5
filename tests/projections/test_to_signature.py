"""The Python side of a format: spellings, annotations, defaults, and the words about it."""

from __future__ import annotations

import inspect
import keyword
import random
import time
from collections.abc import Mapping
from os import PathLike
from typing import Any, Literal

import pytest
from generated import documents, texts, words
from hypothesis import given
from hypothesis import strategies as st

from clipwise.formats import bundled
from clipwise.formats.document import Format
from clipwise.formats.reader import read_format
from clipwise.projections.command import to_flags
from clipwise.projections.schema import to_json_schema
from clipwise.projections.signature import (
    OPTIONS,
    facts,
    spelled,
    spellings,
    to_docstring,
    to_signature,
    type_text,
    wire_inputs,
)

names = st.one_of(words, texts, st.text("aA_-. 2¹é", min_size=1, max_size=5))


def made(*inputs: Any, **more: Any) -> Format:
    """A format with these inputs, required unless they say otherwise."""
    found = read_format({"slug": "f", "required_inputs": list(inputs), **more})
    assert found is not None
    return found


def annotation(rule: dict[str, Any]) -> Any:
    """The annotation of one required input."""
    return to_signature(made({"name": "x", **rule})).parameters["x"].annotation


@pytest.mark.parametrize(
    ("wire", "python"),
    [
        ("prompt", "prompt"),
        ("aspect-ratio", "aspect_ratio"),
        ("a.b c", "a_b_c"),
        ("3d", "_3d"),
        ("class", "class_"),
        ("None", "None_"),
        ("match", "match"),
        ("self", "self_"),
        ("format", "format_"),
        ("validate", "validate_"),
        ("extra_inputs", "extra_inputs_"),
        ("__init__", "_init_"),
        ("__x", "_x_"),
        ("a/b", "a_b"),
        ("über", "über"),
        ("ﬁlm", "film"),
        ("x²", "x2"),
        ("৴", "_"),
        ("\u0301a", "_\u0301a"),
        ("$", "_"),
        ("", "_"),
    ],
)
def test_a_name_is_spelled_as_an_identifier(wire: str, python: str) -> None:
    """Hyphens, dots, spaces, digits, keywords and our own options each have one Python spelling."""
    assert spelled(wire) == python


@given(st.lists(names, max_size=12, unique=True), st.randoms(use_true_random=False))
def test_spellings_are_injective_and_do_not_depend_on_order(wires: list[str], order: random.Random) -> None:
    """Every wire name gets an identifier of its own that is no keyword and none of ours, in any order."""
    found = spellings(wires)
    shuffled = list(wires)
    order.shuffle(shuffled)
    assert spellings(shuffled) == found
    assert list(found) == wires
    assert len(set(found.values())) == len(wires)
    for wire, python in found.items():
        assert python.isidentifier()
        assert not keyword.iskeyword(python)
        assert python not in {*OPTIONS, "self", "format"}
        if spelled(wire) == wire:
            assert python == wire


@given(names)
def test_a_spelling_is_its_own_spelling(name: str) -> None:
    """Spelling twice is spelling once."""
    assert spelled(spelled(name)) == spelled(name)


def test_the_plain_spelling_goes_to_the_name_that_is_it() -> None:
    """Of names that fold into one, the identifier keeps its name, the others are numbered by the alphabet."""
    assert spellings(["a-b", "a b", "a_b", "a.b"]) == {"a-b": "a_b_3", "a b": "a_b_2", "a_b": "a_b", "a.b": "a_b_4"}
    assert spellings(["a-b", "a_b_2", "a.b"]) == {"a-b": "a_b", "a_b_2": "a_b_2", "a.b": "a_b_3"}
    assert spellings(["class", "class_"]) == {"class": "class_2", "class_": "class_"}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({}, Any),
        ({"type": "string"}, str),
        ({"type": "integer"}, int),
        ({"type": "number"}, float),
        ({"type": "boolean"}, bool),
        ({"type": "object"}, Mapping[str, Any]),
        ({"type": "null"}, None),
        ({"type": ["number", "string"]}, float | str),
        ({"type": "string", "nullable": True}, str | None),
        ({"type": "array"}, list[Any]),
        ({"type": "integer[]"}, list[int]),
        ({"type": "string", "enum": ["a", "b"]}, Literal["a", "b"]),
        ({"type": "string[]", "enum": ["a", "b"]}, list[Literal["a", "b"]]),
        ({"enum": [1, "a", True]}, Literal[1, "a", True]),
        ({"type": "number", "enum": [0.5, 1]}, float),
        ({"type": "string", "enum": [f"v{n}" for n in range(65)]}, str),
        ({"type": "image"}, str | PathLike[str]),
        ({"type": "image[]"}, list[str | PathLike[str]]),
        ({"type": "string", "resource_type": "voices"}, str),
        ({"accepts": ["image"]}, Any),
    ],
)
def test_an_annotation_says_what_the_document_says(rule: dict[str, Any], expected: Any) -> None:
    """Types, closed sets, lists and files each have their annotation; what the document leaves open is `Any`."""
    assert annotation(rule) == expected


def test_required_inputs_come_first_and_have_no_default() -> None:
    """All are keyword-only: required ones, optional ones with the document's default or None, then our options."""
    format = made(
        {"name": "b", "type": "integer", "default": 3, "required": False},
        {"name": "a", "type": "string"},
        {"name": "c", "type": "string", "required": False},
    )
    assert str(to_signature(format)).startswith(
        "(*, a: str, b: int = 3, c: str | None = None, idempotency_key: str | None = None,"
    )
    assert {each.kind for each in to_signature(format).parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}


def test_an_input_that_a_synonym_satisfies_may_be_left_out() -> None:
    """The caller may give either name, so neither is required of him."""
    format = made({"name": "image", "type": "string", "aliases": ["picture"]})
    assert to_signature(format).parameters["image"].default is None


def test_an_open_format_takes_further_inputs() -> None:
    """Where the document does not list everything, any keyword is taken, under a name that no input has."""
    format = read_format({"slug": "f", "inputs": ["inputs", "inputs_"], "input_schema": {"type": "object"}})
    assert format is not None
    last = list(to_signature(format).parameters.values())[-1]
    assert (last.name, last.kind) == ("inputs__", inspect.Parameter.VAR_KEYWORD)


def test_keyword_arguments_become_inputs_by_their_wire_names() -> None:
    """Python spellings and exact names both work; None is left out, unless null is a value of the input."""
    format = made("from", "a-b", {"name": "n", "type": ["integer", "null"]}, "c")
    assert wire_inputs(format, {"from_": 1, "a_b": 2, "n": None, "c": None, "unknown": 3}) == {
        "from": 1,
        "a-b": 2,
        "n": None,
        "unknown": 3,
    }
    assert wire_inputs(format, {"from": 1, "a-b": 2}) == {"from": 1, "a-b": 2}


def test_nothing_is_lost_when_an_input_is_given_by_both_its_names() -> None:
    """The exact name is sent; the spelling stays as it was written, for the check to refuse."""
    assert wire_inputs(made("a-b"), {"a_b": 1, "a-b": 2}) == {"a_b": 1, "a-b": 2}


def test_a_spelling_means_the_listed_input_even_if_a_synonym_is_written_so() -> None:
    """`a_b` is the parameter of `a-b`, though `a_b` is another name for it too."""
    assert wire_inputs(made({"name": "a-b", "aliases": ["a_b"]}), {"a_b": 1}) == {"a-b": 1}


@given(documents)
def test_every_document_has_a_signature_flags_and_words(document: dict[str, Any]) -> None:
    """Signature, flags, schema and docstring of any document agree on its inputs."""
    format = read_format(document)
    assert format is not None
    python = spellings(each.name for each in format.inputs)
    parameters = to_signature(format).parameters
    assert set(python.values()) <= set(parameters)
    assert {flag.input.name for flag in to_flags(format)} >= set(python)
    assert set(to_json_schema(format)["properties"]) >= set(python)
    for name in python.values():
        assert f"    {name}: " in to_docstring(format) or f"    {name} (sent as" in to_docstring(format)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({}, "anything"),
        ({"type": "string"}, "text"),
        ({"type": ["number", "string"]}, "number or text"),
        ({"type": "integer[]"}, "list of whole number"),
        ({"type": "array"}, "list of anything"),
        ({"type": "image"}, "image file or id"),
        ({"type": "video", "multiple": True}, "list of (video file or id)"),
        ({"resource_type": "background_images", "type": "string"}, "id"),
        ({"type": "file"}, "image/video/audio file or id"),
        ({"type": "object"}, "JSON object"),
    ],
)
def test_a_type_is_said_in_words(rule: dict[str, Any], words: str) -> None:
    """What a person reads of a type is words, not JSON's names."""
    assert type_text(made({"name": "x", **rule}).inputs[0]) == words


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({}, []),
        ({"enum": ["a", "b"]}, ["one of a, b"]),
        ({"type": "integer", "min": 0}, ["from 0"]),
        ({"type": "integer", "max": 9}, ["to 9"]),
        ({"type": "integer", "min": 0, "max": 9}, ["from 0 to 9"]),
        ({"type": "string", "max_length": 40}, ["at most 40 characters"]),
        ({"type": "string[]", "max_items": 4}, ["at most 4"]),
        ({"aliases": ["b", "c"]}, ["or give b or c"]),
    ],
)
def test_limits_and_choices_are_said(rule: dict[str, Any], said: list[str]) -> None:
    """Choices, bounds, lengths and synonyms are told in few words."""
    assert facts(made({"name": "x", **rule}).inputs[0]) == said


def test_the_docstring_says_everything() -> None:
    """What the format does, each input with its wire name, and our own options."""
    format = made(
        {"name": "from", "type": "integer", "description": "Where", "min": 1},
        {"name": "b", "required": False},
        description="Makes it.",
        what_it_does="It is made.",
    )
    assert to_docstring(format).split("\n\n") == [
        "Makes it.",
        "It is made.",
        "Inputs:\n    from_ (sent as 'from'): whole number, required - Where; from 1\n    b: anything, optional",
        "Options:\n" + "\n".join(f"    {name}: {meaning}" for name, (_, _, meaning) in OPTIONS.items()),
        "Returns the job, started; `.wait()` waits for it and `.download(folder)` brings its files.",
    ]


def test_a_summary_says_that_it_is_one() -> None:
    """Where the inputs are not known yet, the docstring says so."""
    format = read_format("x")
    assert format is not None
    assert "only a summary" in to_docstring(format)


def test_two_thousand_formats_are_projected_in_a_second() -> None:
    """Schema, signature and flags of two thousand formats take less than a second of CPU."""
    formats = list(bundled.catalog())
    to_flags(formats[0])
    started = time.process_time()
    for place in range(2000):
        format = formats[place % len(formats)]
        to_json_schema(format)
        to_signature(format)
        to_flags(format)
    assert time.process_time() - started < 1.0
