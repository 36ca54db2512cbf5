"""Claims about the journal on disk: what is in its files, who may take up what, and what never harms."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clipwise.journal import Intent, Journal, as_bytes, as_intent, body_hash

NOW = 1.8e9
BODY = body_hash({"format": "teaser", "line": "a"})


def journal(folder: Path, server: str = "https://api.example", account: str = "acc") -> Journal:
    return Journal(folder / "journal", server, account)


def cut_off(kept: Journal, key: str = "k1", body: str = BODY, now: float = NOW) -> None:
    """Note a job as a process does that dies before it is answered."""
    claim = kept.claim("teaser", body, key, False, now)
    assert kept.note(claim, {"x#1": "up_1"}) == ""
    claim.release()


def test_the_order_of_names_does_not_count() -> None:
    """Two bodies that say the same have one hash; another value has another."""
    assert body_hash({"a": 1, "b": [2]}) == body_hash({"b": [2], "a": 1})
    assert body_hash({"a": 1}) != body_hash({"a": "1"})


def test_what_was_cut_off_is_taken_up_with_its_key(tmp_path: Path) -> None:
    """The same body gets the key of the attempt that was cut off, and the ids of its uploads."""
    cut_off(journal(tmp_path))
    claim = journal(tmp_path).claim("teaser", BODY, "k2", False, NOW + 60)
    assert (claim.taken_up, claim.intent.key, claim.intent.uploads) == (True, "k1", {"x#1": "up_1"})


@pytest.mark.parametrize(
    ("what", "later"), [("body", 60.0), ("server", 60.0), ("account", 60.0), ("format", 60.0), ("time", 86401.0)]
)
def test_another_job_is_another_job(tmp_path: Path, what: str, later: float) -> None:
    """Another body, server, account or format, or a day later: nothing is taken up."""
    cut_off(journal(tmp_path))
    kept = journal(tmp_path, **({what: "other"} if what in ("server", "account") else {}))
    body = BODY[:40] + "0" * 24 if what == "body" else BODY
    claim = kept.claim("other" if what == "format" else "teaser", body, "k2", False, NOW + later)
    assert (claim.taken_up, claim.intent.key) == (False, "k2")


@pytest.mark.parametrize("status", ["queued", "refused", "unsent", "completed"])
def test_what_was_settled_is_not_taken_up(tmp_path: Path, status: str) -> None:
    """A job whose outcome is known is over for this: the same command starts another."""
    kept = journal(tmp_path)
    claim = kept.claim("teaser", BODY, "k1", False, NOW)
    kept.note(claim, {})
    kept.settle(claim, status, "gen_1" if status in ("queued", "completed") else "", NOW)
    assert kept.claim("teaser", BODY, "k2", False, NOW).intent.key == "k2"


def test_what_is_still_being_sent_is_left_alone(tmp_path: Path) -> None:
    """Two commands at once are two jobs; only when the first one is gone is it taken up."""
    one, two = journal(tmp_path), journal(tmp_path)
    first = one.claim("teaser", BODY, "k1", False, NOW)
    one.note(first, {})
    second = two.claim("teaser", BODY, "k2", False, NOW)
    assert (second.taken_up, second.intent.key) == (False, "k2")
    first.release()
    third = two.claim("teaser", BODY, "k3", False, NOW)
    assert (third.taken_up, third.intent.key) == (True, "k1")


def test_a_key_of_ones_own_finds_its_own_intent(tmp_path: Path) -> None:
    """A key that the caller names is the key that is sent, and takes up only what was sent with it."""
    cut_off(journal(tmp_path), "mine")
    assert journal(tmp_path).claim("teaser", BODY, "other", True, NOW).taken_up is False
    assert journal(tmp_path).claim("teaser", BODY, "mine", True, NOW + 1e6).taken_up is True


def test_nobody_else_may_look(tmp_path: Path) -> None:
    """Folders are 0700 and files 0600, whatever the umask says; nothing but the intents stays there."""
    old = os.umask(0)
    try:
        kept = journal(tmp_path)
        claim = kept.claim("teaser", BODY, "k1", False, NOW)
        kept.note(claim, {})
        modes = {stat.S_IMODE(each.stat().st_mode) for each in kept.folder.rglob("*") if each.is_file()}
        kept.settle(claim, "queued", "gen_1", NOW)
    finally:
        os.umask(old)
    assert modes == {0o600}
    assert {stat.S_IMODE(each.stat().st_mode) for each in (kept.folder, kept.folder / BODY[:2])} == {0o700}
    assert [each.suffix for each in kept.folder.rglob("*") if each.is_file()] == [".json"]


def test_a_status_is_written_when_it_is_news(tmp_path: Path) -> None:
    """`saw` changes the intent of that id, and nothing for an id that is not known."""
    kept = journal(tmp_path)
    claim = kept.claim("teaser", BODY, "k1", False, NOW)
    kept.note(claim, {})
    kept.settle(claim, "queued", "gen_1", NOW)
    again = journal(tmp_path)
    again.saw("gen_1", "completed", NOW + 5)
    again.saw("gen_2", "completed", NOW + 5)
    assert [(each.id, each.status, each.seen) for each in again.all()] == [("gen_1", "completed", NOW + 5)]
    assert again.forget(again.all()[0])
    assert again.all() == []


WRITER = """
import sys, pathlib
from clipwise.journal import Journal, body_hash
kept = Journal(pathlib.Path(sys.argv[1]), "s", "a")
for number in range(1000):
    claim = kept.claim("teaser", body_hash(number % 7), f"{sys.argv[2]}{number % 50}", True, 1.8e9)
    assert kept.note(claim, {}) == ""
    assert kept.settle(claim, "queued", f"gen_{number}", 1.8e9) == ""
"""


def test_two_processes_write_a_thousand_times_each(tmp_path: Path) -> None:
    """While two processes write, whoever looks finds whole intents; none of either is missing at the end."""
    kept = Journal(tmp_path / "journal", "s", "a")
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(kept.folder), name]) for name in "ab"]
    while any(writer.poll() is None for writer in writers):
        assert all(each.key[0] in "ab" for each in kept.all())
        for path in kept.folder.glob("??/*.json"):
            assert as_intent(path.read_bytes()) is not None
    assert [writer.wait() for writer in writers] == [0, 0]
    assert len(kept.all()) == 2 * 7 * 50
    assert {path.suffix for path in kept.folder.glob("??/*")} == {".json"}


@pytest.mark.parametrize("spoil", [b"", b"{", b"[]", b'{"key": 5}', b"\xff", b"[" * 100_000, b"x" * 300_000])
def test_a_spoilt_file_is_not_there(tmp_path: Path, spoil: bytes) -> None:
    """A file that is torn or foreign stops neither the list nor the next job."""
    kept = journal(tmp_path)
    cut_off(kept)
    for path in kept.folder.rglob("*.json"):
        path.write_bytes(spoil)
    assert kept.all() == []
    assert kept.claim("teaser", BODY, "k2", False, NOW).intent.key == "k2"


def test_an_intent_elsewhere_than_its_name_says_does_not_count(tmp_path: Path) -> None:
    """What was copied or renamed is not listed twice."""
    kept = journal(tmp_path)
    cut_off(kept)
    path = next(kept.folder.rglob("*.json"))
    path.with_name("copy.json").write_bytes(path.read_bytes())
    assert len(kept.all()) == 1


@settings(max_examples=200)
@given(st.dictionaries(st.text(), st.one_of(st.text(), st.floats(), st.integers(), st.none(), st.booleans())))
def test_whatever_a_file_says_it_is_an_intent_or_nothing(row: dict[str, object]) -> None:
    """No content of a file raises."""
    good = json.loads(as_bytes(Intent("k", "f", "s", "a", BODY, NOW)))
    as_intent(json.dumps(row).encode())
    found = as_intent(json.dumps({**good, **row}).encode())
    assert found is None or isinstance(found, Intent)
    for name in good:
        for value in row.values():
            as_intent(json.dumps({**good, name: value}).encode())


def test_an_intent_comes_back_as_it_was() -> None:
    """What is written is what is read."""
    intent = Intent("k", "f", "s", "a", BODY, NOW, "gen_1", "queued", NOW, {"x": "y"})
    assert as_intent(as_bytes(intent)) == intent
    assert as_intent(as_bytes(replace(intent, began=-1.0))) is None
