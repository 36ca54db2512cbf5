"""A format on the command line: flags, help, and texts that become values."""

from __future__ import annotations

import inspect
import json
import os
from pathlib import Path
from typing import Annotated, Any

import cyclopts
import pytest
from generated import documents, texts
from hypothesis import given
from hypothesis import strategies as st

from clipwise.errors import ClipwiseError
from clipwise.formats import bundled
from clipwise.formats.document import Format, Input
from clipwise.formats.reader import read_format
from clipwise.projections.command import help_text, joined, to_command, to_flags, to_inputs, value_of
from clipwise.validation import check


def made(*inputs: Any) -> Format:
    """A format with these inputs."""
    found = read_format({"slug": "f", "optional_inputs": list(inputs)})
    assert found is not None
    return found


def one(**rule: Any) -> Input:
    """An input of this rule."""
    return made({"name": "x", **rule}).inputs[0]


def parsed(format: Format, *tokens: str) -> dict[str, Any]:
    """What `run` gets when cyclopts parses these arguments."""
    app = cyclopts.App(name="f")
    wait = inspect.Parameter(
        "wait",
        inspect.Parameter.KEYWORD_ONLY,
        default=False,
        annotation=Annotated[bool, cyclopts.Parameter(name="--wait")],
    )
    app.default(to_command(format, lambda given: given, inspect.Signature([wait])))
    result: dict[str, Any] = app(
        joined(format, list(tokens)),
        exit_on_error=False,
        print_error=False,
        help_on_error=False,
        result_action="return_value",
    )
    return result["inputs"]


@pytest.mark.parametrize(
    ("rule", "given_text", "value"),
    [
        ({"type": "string"}, "30", "30"),
        ({"type": "string"}, "", ""),
        ({"type": "integer"}, "30", 30),
        ({"type": "integer"}, " -3 ", -3),
        ({"type": "integer"}, "3.5", "3.5"),
        ({"type": "integer"}, "three", "three"),
        ({"type": "integer"}, "9" * 400, "9" * 400),
        ({"type": "number"}, "3", 3),
        ({"type": "number"}, "3.5", 3.5),
        ({"type": "number"}, ".5", 0.5),
        ({"type": "number"}, "1e3", 1000.0),
        ({"type": "number"}, "1e999", "1e999"),
        ({"type": "number"}, "nan", "nan"),
        ({"type": "number"}, "inf", "inf"),
        ({"type": ["number", "string"]}, "30", 30),
        ({"type": ["number", "string"]}, "30s", "30s"),
        ({"type": ["string", "number"]}, "30", "30"),
        ({"type": "boolean"}, "TRUE", True),
        ({"type": "boolean"}, "no", False),
        ({"type": "boolean"}, "maybe", "maybe"),
        ({"type": "object"}, '{"a": [1]}', {"a": [1]}),
        ({"type": "object"}, "[1]", "[1]"),
        ({"type": "object"}, "{" * 100_000, "{" * 100_000),
        ({"type": ["integer", "null"]}, "null", None),
        ({"type": ["integer", "null"]}, "4", 4),
        ({"enum": [1, 2]}, "2", 2),
        ({"enum": ["a", True]}, "True", True),
        ({"type": "integer", "enum": [1, 2]}, "3", 3),
        ({}, "30", "30"),
        ({"type": "image"}, "a,b.png", "a,b.png"),
        ({"type": "string[]"}, "a, b,,c", ["a", "b", "c"]),
        ({"type": "string[]"}, '["a, b"]', ["a, b"]),
        ({"type": "string[]"}, "[a]", ["[a]"]),
        ({"type": "integer[]"}, "1,2,x", [1, 2, "x"]),
        ({"type": "integer[]", "enum": [1, 2]}, "1,2", [1, 2]),
        ({"type": "string", "nullable": True, "multiple": True}, "a,b", ["a", "b"]),
        ({"type": "array", "items": {"type": "object"}}, '{"a": 1, "b": 2}', [{"a": 1, "b": 2}]),
        ({"type": "array", "items": {"type": "object"}}, '[{"a": 1}]', [{"a": 1}]),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "7", 7),
        ({"anyOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "null"}]}, "7,8", [7, 8]),
    ],
)
def test_a_text_becomes_what_the_document_asks_for(rule: dict[str, Any], given_text: str, value: Any) -> None:
    """Each JSON type reads texts in its own way; a text that cannot become one stays, for the check to explain."""
    found = value_of(one(**rule), given_text)
    assert (found, type(found)) == (value, type(value))


def test_a_repeated_flag_is_a_list_or_its_last_value() -> None:
    """A list takes all the texts, a single value the last; a switch is what it is."""
    assert value_of(one(type="string[]"), ["a,b", "c"]) == ["a", "b", "c"]
    assert value_of(one(type="array", items={"type": "object"}), ['{"a":1}', '{"b":2}']) == [{"a": 1}, {"b": 2}]
    assert value_of(one(type="string"), ["a", "b"]) == "b"
    assert value_of(one(type="boolean"), False) is False


@given(
    st.recursive(
        st.one_of(st.booleans(), st.integers(-(2**60), 2**60), texts, st.floats(-1e9, 1e9)),
        lambda each: st.dictionaries(texts, each, max_size=3),
        max_leaves=6,
    )
)
def test_a_value_written_as_text_comes_back(value: Any) -> None:
    """Numbers, truth values, texts and objects survive being written on the command line."""
    kind = {bool: "boolean", int: "integer", str: "string", float: "number", dict: "object"}[type(value)]
    text = value if isinstance(value, str) else json.dumps(value)
    assert value_of(one(type=kind), text) == value
    if kind != "string":
        assert value_of(one(type="array", items={"type": kind}), [json.dumps([value])]) == [value]


@given(documents, texts)
def test_any_text_can_be_given_to_any_input(document: dict[str, Any], text: str) -> None:
    """Reading a text never raises, and the check explains whatever came of it."""
    format = read_format(document)
    assert format is not None
    inputs = to_inputs(format, {each.name: text for each in format.inputs})
    assert set(inputs) == {each.name for each in format.inputs}
    check(format, inputs)


def prompt() -> Format:
    """The bundled format whose prompt may come from a file."""
    found = bundled.catalog().find("smart")
    assert found is not None
    return found


def test_a_text_may_come_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A prompt that is the path of a file is what the file holds; any other text is itself."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "words.txt").write_text("\ufeffThree habits\n", encoding="utf-8")
    for text, value in (
        ("words.txt", "Three habits"),
        (str(tmp_path / "words.txt"), "Three habits"),
        ("one\ntwo", "one\ntwo"),
        ("nul\0", "nul\0"),
        ("x" * 3000, "x" * 3000),
        (".", "."),
    ):
        assert to_inputs(prompt(), {"prompt": text}) == {"prompt": value}
    with pytest.raises(ClipwiseError, match=r"there is no file 'other.txt'"):
        to_inputs(prompt(), {"prompt": "other.txt"})
    assert to_inputs(prompt(), {"tone": "words.txt"}) == {"tone": "words.txt"}


def test_json_may_come_from_a_file(tmp_path: Path) -> None:
    """An object is given as JSON, or as a file of it."""
    found = bundled.catalog().find("generate_subtitle")
    assert found is not None
    path = tmp_path / "look.json"
    path.write_text('{"font": "Noto"}')
    assert to_inputs(found, {"subtitle_typography": str(path)}) == {"subtitle_typography": {"font": "Noto"}}


def test_a_text_file_that_cannot_be_the_text_is_told(tmp_path: Path) -> None:
    """A file of another encoding or of great size is an error that names it; a FIFO is not opened."""
    path = tmp_path / "words.txt"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ClipwiseError, match=r"prompt: the file .*words\.txt' is not UTF-8 text"):
        to_inputs(prompt(), {"prompt": str(path)})
    with path.open("wb") as file:
        file.truncate(9 * 2**20)
    with pytest.raises(ClipwiseError, match="too large"):
        to_inputs(prompt(), {"prompt": str(path)})
    os.mkfifo(tmp_path / "fifo")
    assert to_inputs(prompt(), {"prompt": str(tmp_path / "fifo")}) == {"prompt": str(tmp_path / "fifo")}


def test_flags_are_named_after_the_python_names() -> None:
    """Hyphens for underscores, a prefix for our own flags, numbers for what folds into one."""
    format = made("aspect_ratio", "wait", "JSON", "json", "no_music", "Aspect-Ratio", "class", "промпт", "???")
    assert {flag.input.name: flag.name for flag in to_flags(format)} == {
        "aspect_ratio": "--aspect-ratio",
        "wait": "--input-wait",
        "JSON": "--input-json",
        "json": "--input-json-2",
        "no_music": "--input-no-music",
        "Aspect-Ratio": "--aspect-ratio-2",
        "class": "--class",
        "промпт": "--промпт",
        "???": "--x",
    }


def test_a_synonym_has_a_flag_unless_it_is_spelled_like_its_input() -> None:
    """`a_b` for `a-b` is the same flag already; another name gets its own."""
    format = made({"name": "a-b", "aliases": ["a_b", "c"]})
    assert [(flag.name, flag.parameter, flag.input.name) for flag in to_flags(format)] == [
        ("--a-b", "a_b", "a-b"),
        ("--c", "c", "c"),
    ]


def test_arguments_reach_their_inputs() -> None:
    """Parsed by cyclopts, every kind of flag gives its input's texts under the wire name; what is absent is absent."""
    format = made(
        "from",
        {"name": "a-b", "type": "string"},
        {"name": "on", "type": "boolean"},
        {"name": "maybe", "type": "boolean", "nullable": True},
        {"name": "pics", "type": "image[]"},
        {"name": "kwargs", "type": "string"},
        "__init__",
        "_own_wait",
        "промпт",
    )
    assert parsed(format) == {}
    assert parsed(
        format,
        "--from=x",
        "--a-b",
        "- a list",
        "--on",
        "--no-maybe",
        "--pics",
        "a.png,b.png",
        "--pics",
        "c.png",
        "--kwargs",
        "-",
        "--init",
        "i",
        "--own-wait",
        "o",
        "--промпт",
        "п",
        "--wait",
    ) == {
        "from": "x",
        "a-b": "- a list",
        "on": True,
        "maybe": False,
        "pics": ["a.png,b.png", "c.png"],
        "kwargs": "-",
        "__init__": "i",
        "_own_wait": "o",
        "промпт": "п",
    }
    assert parsed(format, "--on", "false", "--maybe", "yes") == {"on": False, "maybe": True}


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        (["--text", "- x"], ["--text=- x"]),
        (["--text", "-"], ["--text=-"]),
        (["--text", "-x"], ["--text", "-x"]),
        (["--on", "False"], ["--on=False"]),
        (["--on", "x"], ["--on", "x"]),
        (["--other", "- x"], ["--other", "- x"]),
        (["- x"], ["- x"]),
        ([], []),
    ],
)
def test_values_that_look_like_flags_are_tied_to_theirs(tokens: list[str], expected: list[str]) -> None:
    """A text that begins with a hyphen belongs to the flag before it, as does the word that turns a switch off."""
    assert joined(made({"name": "text", "type": "string"}, {"name": "on", "type": "boolean"}), tokens) == expected


def test_hidden_flags_of_other_formats_may_have_any_name() -> None:
    """Inputs of other formats are taken too, whatever they are called, and reach `run` by their wire names."""
    others = [*made("a-b", "a.b", "3d", "x\x1b").inputs]
    command = to_command(made("a_b"), lambda given: given, inspect.Signature(), others)
    names = list(inspect.signature(command).parameters)
    assert len(names) == 5
    assert command(**{name: place for place, name in enumerate(names)})["inputs"] == {
        "a_b": 0,
        "a-b": 1,
        "a.b": 2,
        "3d": 3,
        "x\x1b": 4,
    }


def test_parts_of_an_object_may_have_any_name() -> None:
    """Flags for the places inside an object are made of hostile names too, each its own."""
    properties = {name: {"type": "string"} for name in ("class", "a b", "a_b", "é!", "x\x1b", "")}
    each = Input("look", schema={"type": "object", "properties": properties}, flag_prefix="look")
    format = Format("f", inputs=(each,))
    assert [flag.name for flag in to_flags(format)] == [
        "--look",
        "--look-class",
        "--look-a-b",
        "--look-a-b-2",
        "--look-é",
        "--look-x",
        "--look-x-2",
    ]
    command = to_command(format, lambda given: given, inspect.Signature())
    assert len(inspect.signature(command).parameters) == 7


def test_parts_fill_places_inside_an_object() -> None:
    """A part goes over what the whole flag gave, as the value it must be; a whole that is no object stays."""
    found = bundled.catalog().find("generate_subtitle")
    assert found is not None
    flags = {flag.name: flag for flag in to_flags(found)}
    parts = [(flags["--subtitle-position-y"], "0.8"), (flags["--subtitle-font"], "Noto")]
    whole = {"subtitle_typography": '{"font": "Old", "color": "#fff", "position": 7}'}
    assert to_inputs(found, whole, parts) == {
        "subtitle_typography": {"font": "Noto", "color": "#fff", "position": {"y": 0.8}}
    }
    assert to_inputs(found, {"subtitle_typography": "{"}, parts) == {"subtitle_typography": "{"}


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ({"type": "string", "description": "Words", "example": "Hello"}, "Words [text]; e.g. Hello"),
        ({"type": "integer", "min": 1, "max": 3}, "[whole number]; from 1 to 3"),
        (
            {"type": "image[]", "description": "Pictures", "example": ["a.png"]},
            "Pictures [list of (image file or id), by comma or repeated]",
        ),
        ({"type": "string", "enum": ["a", "b"], "example": "a"}, "[text]; one of a, b"),
        ({"type": "boolean", "example": True}, "[true/false]"),
        ({"type": "string", "enum": ["\x1b[31m"]}, "[text]; one of [31m"),
    ],
)
def test_help_says_what_a_flag_takes(rule: dict[str, Any], text: str) -> None:
    """Description, type, choices, limits and an example where it tells something."""
    assert help_text(one(**rule)) == text
