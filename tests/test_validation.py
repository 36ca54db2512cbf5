"""The check of a job: every problem, where it is, what is wrong, and what would be right."""

from __future__ import annotations

import enum
import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from generated import documents, json_values, texts, words
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recorded import clean
from referee import referee

from clipwise import assets, explanations, validation
from clipwise.assets import named_as
from clipwise.errors import Problem
from clipwise.explanations import EXPLAINED
from clipwise.formats import bundled
from clipwise.formats.document import Format, Source
from clipwise.formats.fragments import KEYWORDS
from clipwise.formats.known import NOTHING
from clipwise.formats.reader import read_format
from clipwise.validation import check, checker, errors_in, plain, unsettled

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
WAV = b"RIFF\0\0\0\0WAVEfmt "
MP4 = b"\0\0\0\x18ftypisom\0\0\0\0"


def made(*inputs: Any, kind: str = "live", **more: Any) -> Format:
    """A format with these optional inputs, from the server of today unless said otherwise."""
    document = {"slug": "f", "optional_inputs": list(inputs), **more}
    found = read_format(document, NOTHING, Source(kind))  # type: ignore[arg-type]
    assert found is not None
    return found


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working folder with a file of each kind."""
    monkeypatch.chdir(tmp_path)
    for name, data in {
        "me.png": PNG,
        "talk.wav": WAV,
        "film.mp4": MP4,
        "notes.txt": b"words",
        "empty.png": b"",
        "odd.png": b"\0\1\2",
        "secret.png": PNG,
        "plain": PNG,
    }.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "folder.png").mkdir()
    os.mkfifo(tmp_path / "fifo.png")
    yield tmp_path


IMAGE = {"name": "image", "type": "image"}
RULES: dict[str, tuple[Any, Any, Problem]] = {
    "missing": (
        {"name": "a", "required": True, "description": "What to make", "example": "a cat"},
        {},
        Problem(("a",), "missing_input", "is required: What to make", 'for example "a cat"', "/required"),
    ),
    "missing, plainly": (
        {"name": "a", "required": True},
        {},
        Problem(("a",), "missing_input", "is required", "", "/required"),
    ),
    "missing with a synonym": (
        {"name": "a", "required": True, "aliases": ["b", "c"]},
        {},
        Problem(("a",), "missing_input", "is required; b or c would do as well", "", "/allOf/0/anyOf"),
    ),
    "missing inside": (
        {"name": "a", "type": "object", "properties": {"x": {}}, "required": ["x"]},
        {"a": {}},
        Problem(("a", "x"), "missing_input", "is required", "", "/properties/a/required"),
    ),
    "unknown": (
        {"name": "prompt"},
        {"promt": 1},
        Problem(("promt",), "unknown_input", "is not an input of f", "did you mean prompt?", "/additionalProperties"),
    ),
    "unknown, like nothing": (
        {"name": "prompt"},
        {"zzz": 1},
        Problem(
            ("zzz",),
            "unknown_input",
            "is not an input of f",
            "extra_inputs sends it all the same",
            "/additionalProperties",
        ),
    ),
    "unknown inside": (
        {"name": "a", "type": "object", "properties": {"size": {}}, "additionalProperties": False},
        {"a": {"sise": 1}},
        Problem(
            ("a", "sise"),
            "unknown_input",
            "is not an input of it",
            "did you mean size?",
            "/properties/a/additionalProperties",
        ),
    ),
    "a text for a number": (
        {"name": "a", "type": "integer"},
        {"a": "3"},
        Problem(
            ("a",),
            "wrong_type",
            'takes a whole number, not the text "3"',
            "write 3 without quotes",
            "/properties/a/type",
        ),
    ),
    "a fraction for a whole number": (
        {"name": "a", "type": "integer"},
        {"a": 3.5},
        Problem(("a",), "wrong_type", "takes a whole number, not 3.5", "", "/properties/a/type"),
    ),
    "true for a number": (
        {"name": "a", "type": "integer"},
        {"a": True},
        Problem(("a",), "wrong_type", "takes a whole number, not true", "", "/properties/a/type"),
    ),
    "a number for a text": (
        {"name": "a", "type": "string"},
        {"a": 3},
        Problem(("a",), "wrong_type", "takes text, not 3", 'write "3"', "/properties/a/type"),
    ),
    "a text for a list": (
        {"name": "a", "type": "string[]"},
        {"a": "x"},
        Problem(("a",), "wrong_type", 'takes a list, not the text "x"', 'write ["x"]', "/properties/a/type"),
    ),
    "a list for a text": (
        {"name": "a", "type": "string"},
        {"a": ["x"]},
        Problem(("a",), "wrong_type", "takes text, not a list", 'write "x"', "/properties/a/type"),
    ),
    "a text for a truth value": (
        {"name": "a", "type": "boolean"},
        {"a": "True"},
        Problem(
            ("a",),
            "wrong_type",
            'takes true or false, not the text "True"',
            "write true without quotes",
            "/properties/a/type",
        ),
    ),
    "null": (
        {"name": "a", "type": ["number", "string"]},
        {"a": None},
        Problem(("a",), "wrong_type", "takes a number or text, not null", "", "/properties/a/type"),
    ),
    "in a list": (
        {"name": "a", "type": "integer[]"},
        {"a": [1, "x"]},
        Problem(("a", 1), "wrong_type", 'takes a whole number, not the text "x"', "", "/properties/a/items/type"),
    ),
    "no choice": (
        {"name": "a", "enum": ["flat", "photo"]},
        {"a": "foto"},
        Problem(
            ("a",),
            "not_a_choice",
            'the text "foto" is not one of flat, photo',
            "did you mean photo?",
            "/properties/a/enum",
        ),
    ),
    "no choice of many": (
        {"name": "a", "enum": list(range(20))},
        {"a": 99},
        Problem(
            ("a",),
            "not_a_choice",
            "99 is not one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, … (20 in all)",
            "",
            "/properties/a/enum",
        ),
    ),
    "too small": (
        {"name": "a", "type": "integer", "min": 2},
        {"a": 1},
        Problem(("a",), "out_of_range", "must be at least 2, not 1", "", "/properties/a/minimum"),
    ),
    "too large": (
        {"name": "a", "type": "number", "max": 2},
        {"a": 2.5},
        Problem(("a",), "out_of_range", "must be at most 2, not 2.5", "", "/properties/a/maximum"),
    ),
    "not more": (
        {"name": "a", "type": "number", "exclusiveMinimum": 0},
        {"a": 0},
        Problem(("a",), "out_of_range", "must be more than 0, not 0", "", "/properties/a/exclusiveMinimum"),
    ),
    "not less": (
        {"name": "a", "type": "number", "exclusiveMaximum": 1},
        {"a": 1},
        Problem(("a",), "out_of_range", "must be less than 1, not 1", "", "/properties/a/exclusiveMaximum"),
    ),
    "no multiple": (
        {"name": "a", "type": "number", "multipleOf": 0.1},
        {"a": 0.35},
        Problem(("a",), "out_of_range", "must be a multiple of 0.1, not 0.35", "", "/properties/a/multipleOf"),
    ),
    "too long": (
        {"name": "a", "type": "string", "max_length": 3},
        {"a": "four"},
        Problem(("a",), "out_of_range", "must have at most 3 characters, not 4", "", "/properties/a/maxLength"),
    ),
    "too short": (
        {"name": "a", "type": "string", "min": 3},
        {"a": "é"},
        Problem(("a",), "out_of_range", "must have at least 3 characters, not 1", "", "/properties/a/minLength"),
    ),
    "too few": (
        {"name": "a", "type": "string[]", "min": 1},
        {"a": []},
        Problem(("a",), "out_of_range", "must have at least 1 items, not 0", "", "/properties/a/minItems"),
    ),
    "too many": (
        {"name": "a", "type": "image[]", "max": 1},
        {"a": ["id1", "id2"]},
        Problem(("a",), "out_of_range", "must have at most 1 items, not 2", "", "/properties/a/maxItems"),
    ),
    "no match": (
        {"name": "a", "type": "string", "pattern": "^[a-z]+$"},
        {"a": "A1"},
        Problem(("a",), "wrong_value", "'A1' does not match '^[a-z]+$'", "", "/properties/a/pattern"),
    ),
    "no form": (
        {"name": "a", "anyOf": [{"type": "string"}, {"type": "integer"}]},
        {"a": []},
        Problem(("a",), "wrong_value", "a list fits none of the 2 forms allowed", "", "/properties/a/anyOf"),
    ),
    "blank": (
        {"name": "a", "type": "string", "required": True},
        {"a": " \n"},
        Problem(("a",), "empty", "is empty, and it is required", "", "/properties/a"),
    ),
    "an empty asset": (
        IMAGE,
        {"image": ""},
        Problem(("image",), "empty", "is empty; it takes image file or id", "", "/properties/image"),
    ),
    "a URL": (
        IMAGE,
        {"image": "https://x.test/a.png"},
        Problem(
            ("image",),
            "not_documented",
            "is a URL, which this input is not documented to take",
            "use a file or an id",
            "/properties/image",
            "warning",
        ),
    ),
    "a file for an id": (
        {"name": "voice", "type": "string", "resource_type": "voices"},
        {"voice": "talk.wav"},
        Problem(
            ("voice",),
            "takes_an_id",
            "takes the id of one of your voices, not a file ('talk.wav')",
            "`clipwise resources list voices`",
            "/properties/voice",
        ),
    ),
    "a file that is not there": (
        IMAGE,
        {"image": "mee.png"},
        Problem(
            ("image",), "file_not_found", "there is no file 'mee.png'", "did you mean 'me.png'?", "/properties/image"
        ),
    ),
    "a folder that is not there": (
        IMAGE,
        {"image": "nowhere/me.png"},
        Problem(
            ("image",),
            "file_not_found",
            "there is no file 'nowhere/me.png'",
            "the folder 'nowhere' does not exist",
            "/properties/image",
        ),
    ),
    "a folder": (
        IMAGE,
        {"image": "folder.png"},
        Problem(("image",), "file_unreadable", "'folder.png' is a directory", "", "/properties/image"),
    ),
    "a FIFO": (
        IMAGE,
        {"image": Path("fifo.png")},
        Problem(("image",), "file_unreadable", "'fifo.png' is not a regular file", "", "/properties/image"),
    ),
    "a NUL": (
        IMAGE,
        {"image": "~\0/x.png"},
        Problem(("image",), "file_unreadable", "'~/x.png' embedded null byte", "", "/properties/image"),
    ),
    "a long name": (
        IMAGE,
        {"image": "x" * 300 + ".png"},
        Problem(("image",), "file_unreadable", f"'{'x' * 199}…' File name too long", "", "/properties/image"),
    ),
    "an empty file": (
        IMAGE,
        {"image": "empty.png"},
        Problem(("image",), "file_empty", "the file 'empty.png' is empty", "", "/properties/image"),
    ),
    "a file of another kind": (
        IMAGE,
        {"image": "talk.wav"},
        Problem(
            ("image",),
            "wrong_media",
            "the file 'talk.wav' holds audio, not image",
            "give image content",
            "/properties/image",
        ),
    ),
    "a file in a list": (
        {"name": "pics", "type": "image[]"},
        {"pics": ["me.png", "notes.txt"]},
        Problem(
            ("pics", 1),
            "wrong_media",
            "the file 'notes.txt' holds text, not image",
            "give image content",
            "/properties/pics",
        ),
    ),
    "a file of no known kind": (
        IMAGE,
        {"image": "odd.png"},
        Problem(
            ("image",),
            "unknown_media",
            "cannot tell what 'odd.png' holds; image is expected",
            "",
            "/properties/image",
            "warning",
        ),
    ),
    "not a number": (
        {"name": "a", "type": "number"},
        {"a": float("nan")},
        Problem(("a",), "not_json", "is nan, which JSON has no number for"),
    ),
    "a number of thousands of digits": (
        {"name": "a", "type": "integer"},
        {"a": 10**5000},
        Problem(("a",), "not_json", "is a number too large to be sent"),
    ),
    "half a character": (
        {"name": "a"},
        {"a": ["x", "\ud800"]},
        Problem(("a", 1), "not_json", "holds half a character (a lone surrogate)", "decode the text as UTF-8"),
    ),
    "a Python object": (
        {"name": "a"},
        {"a": {"x": {1}}},
        Problem(
            ("a", "x"),
            "not_json",
            "is a Python set, which cannot be sent",
            "give text, a number, a list or a dict",
        ),
    ),
    "a path where text belongs": (
        {"name": "a", "type": "string"},
        {"a": Path("x")},
        Problem(
            ("a",),
            "not_json",
            "is a Python PosixPath, which cannot be sent",
            "give text, a number, a list or a dict",
        ),
    ),
    "a key that is not text": (
        {"name": "a"},
        {"a": {1: 2}},
        Problem(("a",), "not_json", "has a key that is not text (1)"),
    ),
    "a name that is not text": ({"name": "a"}, {7: 2}, Problem((), "not_json", "has a key that is not text (7)")),
}


@pytest.mark.parametrize("case", RULES)
def test_each_problem_is_told_exactly(case: str, files: Path) -> None:
    """Path, code, message, hint, rule and severity are the whole answer, and the only one."""
    rule, inputs, problem = RULES[case]
    assert check(made(rule), inputs) == [problem]


def test_a_file_outside_the_upload_root_is_told_exactly(files: Path, tmp_path: Path) -> None:
    """Whether it is there or not makes no difference."""
    root = tmp_path / "fence"
    for name in ("me.png", "not-there.png"):
        message = f"the file '{name}' is outside the upload root"
        problem = Problem(("image",), "outside_upload_root", message, f"it is {root}", "/properties/image")
        assert check(made(IMAGE), {"image": name}, root=root) == [problem]


def test_every_code_of_the_check_has_an_exact_case() -> None:
    """A new code needs a case here; the others are told in tests of their own."""
    source = "\n".join(Path(str(each.__file__)).read_text() for each in (assets, explanations, validation))
    places = (
        r'\), "(\w+)"',
        r'return "(\w+)", ',
        r'problem\(\s*"(\w+)"',
        r'\(path, "(\w+)"',
        r'^ +"([a-z]+_[a-z_]+)",$',
    )
    codes = {code for place in places for code in re.findall(place, source, re.M)} - {"error", "warning"}
    told = {problem.code for _, _, problem in RULES.values()}
    assert codes == told | {"unknown_format", "not_in_mode", "names_a_file", "outside_upload_root", "taken_as_id"}


def test_the_name_of_a_text_file_is_not_its_text() -> None:
    """A script that is nothing but a file's name is probably a mistake; the check says so and does not refuse it."""
    format = bundled.catalog().find("ugc_video")
    assert format is not None
    (problem,) = check(format, {"script": "ads/script.txt"})
    assert (problem.code, problem.severity) == ("names_a_file", "warning")
    assert check(format, {"script": "Read script.txt aloud."}) == []


def test_the_table_of_explanations_is_complete() -> None:
    """Every keyword that can fail either has words of its own or is told in the validator's."""
    without = {"const", "pattern", "required", "items", "prefixItems", "properties", "uniqueItems", "oneOf", "allOf"}
    assert set(KEYWORDS) - set(EXPLAINED) == (without | {"minProperties", "maxProperties"}) - {"required"}
    assert set(EXPLAINED) <= set(KEYWORDS)


@pytest.mark.parametrize(
    ("rule", "inputs"),
    [
        ({"name": "a", "type": "integer"}, {"a": 3.0}),
        ({"name": "a", "type": "number"}, {"a": 10**300}),
        ({"name": "a", "type": "number", "multipleOf": 0.1}, {"a": 0.3}),
        ({"name": "a", "type": ["integer", "null"]}, {"a": None}),
        ({"name": "a", "type": "string", "enum": ["x"], "nullable": True}, {"a": None}),
        ({"name": "a", "type": "string", "max_length": 1}, {"a": "🎬"}),
        ({"name": "a", "type": "string[]"}, {"a": ("x", "y")}),
        ({"name": "a", "type": "string", "pattern": "(?=impossible)x"}, {"a": "y"}),
        ({"name": "a", "accepts": ["audio"]}, {"a": "film.mp4"}),
        (IMAGE, {"image": Path("me.png")}),
        (IMAGE, {"image": b"me.png".decode()}),
        (IMAGE, {"image": "plain"}),
        (IMAGE, {"image": "avatar_maya"}),
        (
            {"name": "image", "type": "image", "max_length": 3, "pattern": "^[0-9]+$", "enum": ["1"]},
            {"image": "me.png"},
        ),
        ({"name": "pics", "type": "image[]", "enum": ["id1"]}, {"pics": ["id1", "me.png"]}),
        ({"name": "voice", "resource_type": "voices"}, {"voice": "voice/v1.2"}),
    ],
)
def test_what_is_right_has_no_problems(rule: dict[str, Any], inputs: dict[str, Any], files: Path) -> None:
    """Nothing is refused that the document allows; a rule for an id is no rule for the path of a file."""
    assert check(made(rule), inputs) == []


def test_all_problems_come_at_once_in_the_order_of_the_inputs() -> None:
    """What is missing comes first, then each input's problems in the order in which they were given."""
    format = made({"name": "a", "required": True}, {"name": "b", "type": "integer"}, {"name": "c", "type": "boolean"})
    problems = check(format, {"zz": 1, "c": "x", "b": "y"})
    assert [(each.where, each.code) for each in problems] == [
        ("a", "missing_input"),
        ("zz", "unknown_input"),
        ("c", "wrong_type"),
        ("b", "wrong_type"),
    ]


@pytest.mark.parametrize(
    ("kind", "severity", "message"),
    [
        ("live", "error", "is not an input of f"),
        ("given", "error", "is not an input of f"),
        ("disk", "warning", "is not an input of f, as far as this copy of its document knows"),
        ("stale", "warning", "is not an input of f, as far as this copy of its document knows"),
        ("bundled", "warning", "is not an input of f, as far as this copy of its document knows"),
    ],
)
def test_only_the_server_s_word_of_today_makes_an_unknown_input_an_error(
    kind: str, severity: str, message: str
) -> None:
    """An older copy cannot vouch for what it does not list, nor for a choice; that is a warning, and unsettled."""
    format = made({"name": "a", "enum": ["x"]}, kind=kind)
    problems = check(format, {"a": "y", "b": 1})
    assert [(each.code, each.severity) for each in problems] == [
        ("not_a_choice", severity),
        ("unknown_input", severity),
    ]
    assert problems[1].message == message
    assert unsettled(problems)
    assert errors_in(problems) == ([] if severity == "warning" else problems)


def test_equal_documents_of_another_source_are_judged_by_their_own() -> None:
    """A bundled document that was checked first does not soften the live one that says the same."""
    assert check(made("a", kind="bundled"), {"b": 1})[0].severity == "warning"
    assert check(made("a", kind="live"), {"b": 1})[0].severity == "error"
    assert checker(made("a", kind="live")) is checker(made("a", kind="given"))


def test_wrong_types_are_settled() -> None:
    """What no document could allow is not asked about again."""
    assert not unsettled(check(made({"name": "a", "type": "integer"}), {"a": "x"}))
    assert unsettled([Problem(("format",), "unknown_format", "x")])


def test_a_missing_resource_is_a_missing_input() -> None:
    """A requirement that any of several inputs can meet names them all."""
    needs = [{"resource_type": "avatars", "inputs": ["a", "b"], "min": 1}]
    assert check(made("a", "b", resource_requirements=needs), {}) == [
        Problem(("a",), "missing_input", "is required; b would do as well", "", "/allOf/0/anyOf")
    ]


def test_inputs_of_another_mode_are_a_warning() -> None:
    """An input that does not count in the chosen mode is told with the mode in which it does."""
    found = bundled.catalog().find("inventory_shoot")
    assert found is not None
    other = next(each for each in found.inputs if each.modes == ("model_shoot",))
    value = "avatar_maya"
    problems = [
        each for each in check(found, {"mode": "product_shoot", other.name: value}) if each.path == (other.name,)
    ]
    assert problems == [
        Problem(
            (other.name,),
            "not_in_mode",
            "does not count with mode product_shoot",
            "it does with mode model_shoot",
            "/modes",
            "warning",
        )
    ]


@pytest.mark.parametrize(("make", "what"), [("folder", "a folder"), ("fifo", "a pipe or a device")])
def test_what_is_there_under_the_name_of_an_id_is_told(files: Path, make: str, what: str) -> None:
    """A folder or a pipe called like an id is no file to send: that it is taken as an id is a warning."""
    (files / "avatar_maya").mkdir() if make == "folder" else os.mkfifo(files / "avatar_maya")
    message = f"'avatar_maya' is {what}, which cannot be sent; it is taken as an id"
    problem = Problem(("image",), "taken_as_id", message, "give a file", "/properties/image", "warning")
    assert check(made(IMAGE), {"image": "avatar_maya"}) == [problem]
    assert check(made(IMAGE), {"image": "avatar_maya"}, root=files / "fence") == []
    assert check(made(IMAGE), {"image": "avatar_mayo"}) == []


def test_the_name_of_a_file_need_not_be_text(files: Path) -> None:
    """A name in Latin-1 names a file all the same, whether it is there or not; half a character names nothing."""
    path = os.fsdecode(os.fsencode(files) + b"/caf\xe9.png")
    (problem,) = check(made(IMAGE), {"image": path})
    assert problem.code == "file_not_found"
    Path(path).write_bytes((files / "me.png").read_bytes())
    assert check(made(IMAGE), {"image": path}) == check(made(IMAGE), {"image": Path(path)}) == []
    assert [each.code for each in check(made(IMAGE), {"image": "\ud800.png"})] == ["not_json"]


def test_a_file_that_may_not_be_read_says_so(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Permission is told apart from absence."""

    def refuse(_: Path, __: Path | None) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(assets, "measure", refuse)
    (problem,) = check(made(IMAGE), {"image": "secret.png"})
    assert (problem.code, problem.message) == ("file_unreadable", "the file 'secret.png' may not be read")


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("avatar_maya", "id"),
        ("gen_1", "id"),
        ("", "id"),
        ("x" * 5000, "id"),
        ("nul\0", "id"),
        ("a/b", "file"),
        ("a\\b", "file"),
        ("~me", "file"),
        ("./x", "file"),
        ("me.PNG", "file"),
        ("film.jpeg", "file"),
        ("plain", "file"),
        (Path("anything"), "file"),
        ("https://x", "url"),
        ("HTTP://x/y.png", "url"),
        ("ftp://x/y", "file"),
    ],
)
def test_a_value_is_named_by_its_form(value: Any, kind: str, files: Path) -> None:
    """Paths by their form, or because they exist; URLs by their scheme; everything else is an id."""
    assert named_as(value) == kind


class Ratio(str, enum.Enum):
    """An enumeration as callers use for choices."""

    UPRIGHT = "9:16"


class Path2(os.PathLike[bytes]):
    """A path of bytes."""

    def __fspath__(self) -> bytes:
        return b"me.png"


def test_values_of_python_are_carried_as_json(files: Path) -> None:
    """Enumerations, tuples, mappings and paths become what JSON has for them; the original is not changed."""
    value = {"a": (1, {"b": Ratio.UPRIGHT}), "p": Path("x"), "n": None}
    assert json.loads(json.dumps(plain(value))) == {"a": [1, {"b": "9:16"}], "p": "x", "n": None}
    assert value["a"] == (1, {"b": Ratio.UPRIGHT})
    format = made({"name": "ratio", "enum": ["9:16"]}, IMAGE)
    assert check(format, {"ratio": Ratio.UPRIGHT, "image": Path2()}) == []


def test_what_contains_itself_is_too_deep() -> None:
    """A list inside itself is told, not followed for ever."""
    loop: list[Any] = []
    loop.append(loop)
    (problem,) = check(made("a"), {"a": loop})
    assert (problem.path, problem.code, problem.message) == (("a", 0, 0), "not_json", "is nested too deep")


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|a?)+$", "^(.*)*x$", "(x+x+)+y"])
def test_no_pattern_can_hang_the_check(pattern: str) -> None:
    """A pattern on which a backtracking engine would run for years is judged in no time."""
    format = made({"name": "a", "type": "string", "pattern": pattern}, {"name": "b", "type": "integer"})
    started = time.process_time()
    problems = check(format, {"a": "a" * 50_000 + "!", "b": "x"})
    assert time.process_time() - started < 1.0
    assert [each.code for each in problems if each.path == ("b",)] == ["wrong_type"]


def test_a_right_spec_is_judged_quickly() -> None:
    """A thousand checks of a right spec take less than a quarter of a second of CPU."""
    found = bundled.catalog().find("ugc_video")
    assert found is not None
    inputs = {"script": "Hello", "avatar": "avatar_maya", "product_images": ["pimg_1", "pimg_2"]}
    assert check(found, inputs) == []
    started = time.process_time()
    for _ in range(1000):
        check(found, inputs)
    assert time.process_time() - started < 0.25


def test_thousands_of_unknown_inputs_are_told_in_time() -> None:
    """The nearest names are sought for the first few only."""
    format = made(*(f"input_{n}" for n in range(5000)))
    started = time.process_time()
    problems = check(format, {f"inputx_{n}": n for n in range(2000)})
    assert len(problems) == 2000
    assert problems[0].hint.startswith("did you mean input_")
    assert problems[-1].hint == "extra_inputs sends it all the same"
    assert time.process_time() - started < 3.0


def agree(format: Format, inputs: Any) -> bool:
    """Whether the checker passes what it finds nothing in, and an independent implementation says the same."""
    judge = checker(format)
    verdict = judge.quick(inputs)
    return verdict == (not judge.findings(inputs)) == referee(judge.schema).is_valid(inputs)


@pytest.mark.parametrize("format", list(bundled.catalog()), ids=lambda each: each.slug)
def test_passing_explaining_and_an_independent_checker_agree_on_every_bundled_format(format: Format) -> None:
    """The right examples, each of them with one input wrong or gone, and nothing at all."""
    assert agree(format, {})
    for example in format.examples:
        inputs = example["inputs"]
        assert checker(format).quick(inputs)
        assert agree(format, inputs)
        for name in inputs:
            assert agree(format, {key: value for key, value in inputs.items() if key != name})
            for wrong in (None, True, 7, 0.5, "x", "", [], ["x"], [7], {}, {"x": 1}):
                assert agree(format, {**inputs, name: wrong})


@given(documents, st.dictionaries(words, json_values, max_size=4))
def test_passing_explaining_and_an_independent_checker_agree_on_any_document(
    document: dict[str, Any], inputs: dict[str, Any]
) -> None:
    """Whatever a document says, what is passed has nothing to be explained, and the referee agrees."""
    format = read_format(document)
    assert format is not None
    assert agree(format, inputs)
    named = dict(zip((each.name for each in format.inputs), inputs.values(), strict=False))
    assert agree(format, named)


odd = st.one_of(
    json_values,
    texts,
    st.sampled_from(
        [
            "~\0",
            "~\ud800",
            "./\0",
            "a/" * 3000,
            "\ud800",
            b"x",
            {1},
            Path("/dev/zero"),
            Path(),
            10**5000,
            float("inf"),
            1j,
        ]
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents, st.data())
def test_the_check_never_raises(files: Path, document: dict[str, Any], data: st.DataObject) -> None:
    """Any inputs of any document give problems that can be shown and written as JSON."""
    format = read_format(document, bundled.known())
    assert format is not None
    names = st.sampled_from([*(each.name for each in format.inputs), "other", "\ud800", 7, ()])
    inputs = data.draw(st.dictionaries(names, st.one_of(odd, st.lists(odd, max_size=3)), max_size=5))
    for problem in check(format, inputs, files):
        assert clean(str(problem))
        json.dumps(problem.as_dict())
