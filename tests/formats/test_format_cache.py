"""What is kept of the live documents: found again, never trusted blindly, never an error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from generated import json_values
from hypothesis import HealthCheck, given, settings

from clipwise.formats.cache import FRESH_S, MAX_BYTES, PAUSE_S, Kept, Memory, account_folder, read, write

KEPT = Kept({"formats": [{"slug": "é"}]}, 1000.0, '"tag"')


def only_file(folder: Path) -> Path:
    """The one file in a folder."""
    (path,) = folder.iterdir()
    return path


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    """An answer comes back as it was kept, under its own name alone."""
    assert write(tmp_path, "formats", KEPT)
    assert read(tmp_path, "formats") == KEPT
    assert read(tmp_path, "formats/smart") is None
    assert write(tmp_path, "formats", Kept({}, 2000))
    assert read(tmp_path, "formats") == Kept({}, 2000)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(json_values)
def test_any_json_can_be_kept(tmp_path: Path, content: Any) -> None:
    """Whatever the API answers is kept as it is."""
    write(tmp_path, "any", Kept({"x": content}, 1.0))
    assert read(tmp_path, "any") == Kept({"x": content}, 1.0)


@pytest.mark.parametrize("name", ["../../x", "a/b", "", "x" * 5000, "nul\0", "half\ud800", "CON"])
def test_no_name_leads_out_of_the_folder(name: str, tmp_path: Path) -> None:
    """Names come from documents; the file is named after a hash, so that it lies in the folder whatever they are."""
    folder = tmp_path / "cache"
    assert write(folder, name, KEPT)
    assert read(folder, name) == KEPT
    assert list(tmp_path.iterdir()) == [folder]
    assert only_file(folder).suffix == ".json"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"7",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"name": "formats"}',
        b'{"name": "formats", "content": [], "fetched": 1, "etag": ""}',
        b'{"name": "other", "content": {}, "fetched": 1, "etag": ""}',
        b'{"name": "formats", "content": {}, "fetched": "soon", "etag": ""}',
        b'{"name": "formats", "content": {}, "fetched": null, "etag": ""}',
        b'{"name": "formats", "content": {}, "fetched": NaN, "etag": ""}',
        b'{"name": "formats", "content": {}, "fetched": Infinity, "etag": ""}',
        b'{"name": "formats", "content": {}, "fetched": -5, "etag": ""}',
        b'{"name": "formats", "content": {}, "fetched": 1e300, "etag": ""}',
        b'{"name": "formats", "content": {}, "fetched": ' + b"9" * 400 + b', "etag": ""}',
    ],
)
def test_a_torn_or_foreign_file_is_not_there(data: bytes, tmp_path: Path) -> None:
    """Damage of any kind reads as nothing kept, and is written over."""
    write(tmp_path, "formats", KEPT)
    only_file(tmp_path).write_bytes(data)
    assert read(tmp_path, "formats") is None
    assert write(tmp_path, "formats", KEPT)
    assert read(tmp_path, "formats") == KEPT


def test_a_file_too_large_to_be_ours_is_not_read(tmp_path: Path) -> None:
    """A sparse file beyond the limit is passed over by its size."""
    write(tmp_path, "formats", KEPT)
    with only_file(tmp_path).open("r+b") as file:
        file.truncate(MAX_BYTES + 1)
    assert read(tmp_path, "formats") is None


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    """Where a file stands in place of the folder nothing is kept, and nothing raises."""
    (tmp_path / "file").write_text("x")
    assert not write(tmp_path / "file", "formats", KEPT)
    assert read(tmp_path / "file", "formats") is None


def test_kept_files_are_private(tmp_path: Path) -> None:
    """Nobody else can read what the account may see."""
    write(tmp_path / "a", "formats", KEPT)
    assert (tmp_path / "a").stat().st_mode & 0o077 == 0
    assert only_file(tmp_path / "a").stat().st_mode & 0o077 == 0


def test_each_account_has_a_folder_that_does_not_name_it(tmp_path: Path) -> None:
    """Two accounts, or two servers, never share a folder; neither can be read out of its name."""
    folders = {account_folder(tmp_path, url, key) for url in ("https://a", "https://b") for key in ("k1", "k2")}
    assert len(folders) == 4
    assert account_folder(tmp_path, "https://a", "k1") in folders
    assert not any("k1" in each.name or "https" in each.name for each in folders)


@pytest.mark.parametrize(
    ("now", "fresh"), [(1000.0, True), (1000 + FRESH_S - 1, True), (1000 + FRESH_S, False), (999.0, False)]
)
def test_an_hour_is_fresh_and_the_future_is_not(now: float, fresh: bool) -> None:
    """An answer is fresh for an hour; one from the future is not trusted."""
    assert KEPT.fresh(now) == fresh


def test_the_file_says_what_it_is(tmp_path: Path) -> None:
    """A person who opens the file finds the name, the answer, its time and its tag."""
    write(tmp_path, "formats", KEPT)
    assert json.loads(only_file(tmp_path).read_bytes()) == {
        "name": "formats",
        "content": KEPT.content,
        "fetched": 1000.0,
        "etag": '"tag"',
    }


def test_memory_forgets_by_the_clock() -> None:
    """What is remembered lasts an hour, a pause a minute, and both end when told to forget."""
    now = [0.0]
    memory = Memory(lambda: now[0])
    memory.put("a", 1)
    memory.pause("b")
    assert (memory.get("a"), memory.get("b")) == (1, None)
    assert (memory.paused("b"), memory.paused("a")) == (True, False)
    now[0] = PAUSE_S + 1
    assert (memory.get("a"), memory.paused("b")) == (1, False)
    now[0] = FRESH_S + 1
    assert memory.get("a") is None
    memory.put("a", 2)
    memory.pause("a")
    memory.forget()
    assert (memory.get("a"), memory.paused("a")) == (None, False)
