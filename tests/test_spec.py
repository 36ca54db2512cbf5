"""A job spec from a mapping or a file: read with care, judged whole."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

import clipwise
from clipwise.errors import ConfigurationError, Problem
from clipwise.formats.catalog import Catalog
from clipwise.spec import check, read_spec


def test_a_right_spec_has_no_problems() -> None:
    """A spec of a bundled format that says all that is required is right."""
    assert check({"format": "smart", "prompt": "Three habits"}) == []
    assert clipwise.check is check


def test_a_spec_is_judged_by_the_catalog_that_is_given() -> None:
    """Not the bundled documents but those of the catalog count."""
    catalog = Catalog([{"slug": "mine", "required_inputs": ["a"]}])
    assert check({"format": "mine", "a": 1}, catalog=catalog) == []
    assert [each.code for each in check({"format": "smart", "prompt": "x"}, catalog=catalog)] == ["unknown_format"]


@pytest.mark.parametrize("spec", [None, 7, "smart", ["smart"]])
def test_what_is_no_object_is_no_spec(spec: object) -> None:
    """A spec that is not a mapping is one problem, with the shape that would be right."""
    (problem,) = check(spec)  # type: ignore[arg-type]
    assert (problem.path, problem.code, problem.hint) == ((), "wrong_type", '{"format": "…", …}')


@pytest.mark.parametrize("spec", [{}, {"format": None}, {"format": ""}])
def test_a_spec_names_its_format(spec: dict[str, object]) -> None:
    """Without a format, what to write is told, with the first of the catalog as the example."""
    expected = [
        Problem(
            ("format",),
            "missing_input",
            "no format is named",
            'write "format": "mine"; `clipwise formats list` shows what there is',
        )
    ]
    assert check(spec, catalog=Catalog([{"slug": "mine"}])) == expected


@pytest.mark.parametrize(("name", "said"), [(7, "7"), ({}, "an object"), (True, "true"), (["mine"], "a list")])
def test_the_name_of_a_format_is_text(name: object, said: str) -> None:
    """What is no text is told as what it is, and what to write instead."""
    message = f"takes the name of a format, not {said}"
    (problem,) = check({"format": name}, catalog=Catalog([{"slug": "mine"}]))
    assert problem == Problem(
        ("format",), "wrong_type", message, 'write "format": "mine"; `clipwise formats list` shows what there is'
    )


def test_a_wrong_format_is_answered_with_the_nearest() -> None:
    """An unknown name leads to the names nearest to it, or to the list."""
    assert check({"format": "smrt"}) == [
        Problem(("format",), "unknown_format", "there is no format called 'smrt'", "did you mean smart?")
    ]
    assert check({"format": "qqqq\x1b"}) == [
        Problem(
            ("format",),
            "unknown_format",
            "there is no format called 'qqqq'",
            "`clipwise formats list` shows what there is",
        )
    ]


def test_a_format_is_named_in_any_of_its_ways() -> None:
    """Alias, display name, case and hyphens all name the format."""
    for name in ("smart", "Smart", "SMART", "ai_viral_videos", "ai-viral-videos", "AI Viral Videos"):
        assert check({"format": name, "prompt": "x"}) == []


def test_relative_paths_start_in_the_folder_of_the_spec(tmp_path: Path) -> None:
    """A file that is beside the spec is found there, not in the working directory."""
    (tmp_path / "me.png").write_bytes(b"\x89PNG\r\n\x1a\n0000")
    spec = {"format": "smart", "prompt": "x", "avatar": "me.png"}
    assert [each.code for each in check(spec)] == ["file_not_found"]
    assert check(spec, folder=tmp_path) == []
    assert check(spec, folder=str(tmp_path)) == []


def test_a_file_is_read_as_it_is_written(tmp_path: Path) -> None:
    """JSON with or without a byte-order mark is read; any value is a value."""
    path = tmp_path / "spec.json"
    for text, value in (('\ufeff{"format": "smart"}', {"format": "smart"}), ("[1.5, null]", [1.5, None])):
        path.write_text(text, encoding="utf-8")
        assert read_spec(path) == value


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "line 1, column 1: not JSON: Expecting value"),
        (b'{"a": 1,}', "not JSON"),
        (b'{"a": NaN}', "NaN is not JSON"),
        (b'{"a": -Infinity}', "-Infinity is not JSON"),
        (b'{"a": 1, "b": 2, "a": 3}', "the key 'a' is written twice"),
        (b'{"x\\u001b": 1, "x\\u001b": 3}', "the key 'x' is written twice"),
        (b'{"a": "\xff"}', "byte 8 is not UTF-8"),
        (b"[" * 100_000, "nested too deep"),
        (b"1" * 5000, "line 1, column 1: a number of too many digits"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(data: bytes, message: str, tmp_path: Path) -> None:
    """The error names the file, and the place in it."""
    path = tmp_path / "spec.json"
    path.write_bytes(data)
    with pytest.raises(ConfigurationError, match=r"spec\.json") as caught:
        read_spec(path)
    assert message in caught.value.message


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    """A missing file, a folder and an impossible name are each told apart."""
    for path, message in (
        (tmp_path / "none.json", "there is no such file"),
        (tmp_path, "cannot be read: Is a directory"),
        (tmp_path / "\0", "null byte"),
    ):
        with pytest.raises(ConfigurationError, match=message):
            read_spec(path)


def test_a_repeated_key_is_found_in_no_time(tmp_path: Path) -> None:
    """A hundred thousand keys, the last one twice, cost no more than reading them."""
    names = [f"k{n}" for n in range(100_000)]
    path = tmp_path / "big.json"
    path.write_text("{" + ",".join(f"{json.dumps(name)}:1" for name in [*names, names[-1]]) + "}")
    started = time.process_time()
    with pytest.raises(ConfigurationError, match="'k99999' is written twice"):
        read_spec(path)
    assert time.process_time() - started < 1.0


def test_a_file_larger_than_any_spec_is_not_read(tmp_path: Path) -> None:
    """A sparse file of 65 MiB is refused by its size."""
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(65 * 2**20)
    with pytest.raises(ConfigurationError, match="larger than a job spec can be"):
        read_spec(path)
