"""Claims about the ledger: every line has its key before anything is sent, and keeps it whatever happens."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from clipwise.batches.ledger import Ledger, Wanted
from clipwise.batches.lines import DOUBTFUL, INVALID, PLANNED, SENDING, spec_hash
from clipwise.errors import ConfigurationError
from clipwise.formats.document import Upload

SERVER, ACCOUNT = "https://api.example", "a" * 24


def wanted(*hashes: str, error: dict[str, str] | None = None) -> list[Wanted]:
    return [Wanted(hash, number, number, "teaser", error) for number, hash in enumerate(hashes, 1)]


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "jobs.ledger", SERVER, ACCOUNT)


def test_a_spec_keeps_its_key_when_the_file_is_planned_again(ledger: Ledger) -> None:
    """The same specs in another order, with a new one between, are the same jobs."""
    ledger.plan(wanted("a", "b"))
    before = {each.number: each.key for each in ledger.lines()}
    ledger.plan(wanted("b", "new", "a"))
    after = [each.key for each in ledger.lines()]
    assert [after[0], after[2]] == [before[2], before[1]]
    assert after[1] not in before.values()


def test_two_equal_specs_are_two_jobs(ledger: Ledger) -> None:
    """Whoever writes a spec twice wants two variations; each has a key, and keeps it."""
    ledger.plan(wanted("a", "a"))
    keys = [each.key for each in ledger.lines()]
    ledger.plan(wanted("a", "a"))
    assert len(set(keys)) == 2
    assert [each.key for each in ledger.lines()] == keys


def test_a_spec_that_left_the_file_is_kept_aside_with_its_job(ledger: Ledger) -> None:
    """It counts no more; put back, it is the job that it was."""
    ledger.plan(wanted("a", "b"))
    first = next(ledger.lines())
    ledger.save(replace(first, id="gen_1", status="completed"))
    ledger.plan(wanted("b"))
    assert [each.number for each in ledger.lines()] == [1]
    assert ledger.find("a", 1) is None
    ledger.plan(wanted("b", "a"))
    found = ledger.find("a", 1)
    assert found is not None
    assert (found.id, found.status, found.number, found.key) == ("gen_1", "completed", 2, first.key)


def test_what_was_wrong_is_judged_anew_and_what_was_sent_is_not(ledger: Ledger) -> None:
    """A spec that is mended in its surroundings is planned; one whose job exists stays what it is."""
    error = {"code": "validation_error", "message": "no"}
    ledger.plan(wanted("a", "b", error=error))
    assert {each.status for each in ledger.lines()} == {INVALID}
    ledger.plan(wanted("a", "b"))
    lines = list(ledger.lines())
    assert [each.status for each in lines] == [PLANNED, PLANNED]
    assert [each.error for each in lines] == [None, None]
    ledger.save(replace(lines[0], id="gen_1", status="running"))
    ledger.plan(wanted("a", "b", error=error))
    assert [each.status for each in ledger.lines()] == ["running", INVALID]


def test_a_line_is_read_as_it_was_written(ledger: Ledger) -> None:
    """Outputs, files and errors survive, unicode included."""
    ledger.plan(wanted("a"))
    line = replace(
        next(ledger.lines()),
        id="gen_ü",
        status="completed",
        began=1.5,
        ended=2.5,
        outputs={"video_url": "http://x/ü.mp4", "n": [1, None]},
        files=("out/ü.mp4",),
        error={"code": "x", "message": "ü"},
    )
    ledger.save(line)
    assert next(ledger.lines()) == line
    ledger.close()
    assert ledger.path is not None
    assert next(Ledger(ledger.path, SERVER, ACCOUNT).lines()) == line


def test_a_retry_has_another_key_and_only_what_ended_badly_is_retried(ledger: Ledger) -> None:
    """A new key is a new job; what completed keeps its own."""
    ledger.plan(wanted("a", "b", "c"))
    one, two, three = ledger.lines()
    ledger.save(replace(one, id="gen_1", status="failed", error={"message": "no"}))
    ledger.save(replace(two, id="gen_2", status="completed"))
    ledger.save(replace(three, id="gen_3", status="failed"))
    assert ledger.retry(("failed",), (1,)) == (1,)
    again = next(ledger.lines())
    assert (again.status, again.id, again.error) == (PLANNED, "", None)
    assert again.key != one.key
    assert [each.status for each in ledger.lines()] == [PLANNED, "completed", "failed"]


def test_a_sending_that_was_cut_off_long_ago_is_doubtful(ledger: Ledger) -> None:
    """The server may have forgotten its key: to send it again could be a second job. A young one is sent again."""
    ledger.plan(wanted("old", "young", "known"))
    old, young, known = ledger.lines()
    ledger.lease([old, known], now=1000.0)
    ledger.save(replace(known, status="queued", id="gen_1", began=1000.0))
    ledger.lease([young], now=80000.0)
    assert ledger.doubt(now=90000.0, within=86400.0) == 1
    assert [each.status for each in ledger.lines()] == [DOUBTFUL, SENDING, "queued"]


def test_a_lease_keeps_the_time_of_the_first_sending(ledger: Ledger) -> None:
    """Sent again and again, a key does not become younger."""
    ledger.plan(wanted("a"))
    (first,) = ledger.lease(list(ledger.lines()), now=100.0)
    (again,) = ledger.lease([first], now=200.0)
    assert again.began == 100.0


def test_uploads_are_known_after_a_restart(ledger: Ledger) -> None:
    """What was uploaded once for a place is not uploaded for it again; another place is another upload."""
    place = Upload("overlays", "", (("type", "overlay"),))
    ledger.uploaded(place, "f" * 64, "res_1")
    ledger.uploaded(Upload(purpose="image"), "f" * 64, "upl_1")
    ledger.close()
    assert ledger.path is not None
    again = Ledger(ledger.path, SERVER, ACCOUNT)
    assert again.uploads() == {(place, "f" * 64): "res_1", (Upload(purpose="image"), "f" * 64): "upl_1"}


@pytest.mark.parametrize(
    ("server", "account", "said"),
    [("http://other", ACCOUNT, "server"), (SERVER, "b" * 24, "another API key")],
)
def test_a_ledger_with_jobs_of_another_server_or_account_is_refused(
    ledger: Ledger, server: str, account: str, said: str
) -> None:
    """Its ids would be asked of somebody who never heard of them; whoever knows better says so."""
    ledger.plan(wanted("a"))
    ledger.save(replace(next(ledger.lines()), id="gen_1", status="running"))
    ledger.close()
    with pytest.raises(ConfigurationError, match=said) as caught:
        Ledger(ledger.path, server, account)
    assert "--take-over" in caught.value.hint
    Ledger(ledger.path, server, account, take_over=True).close()
    assert next(Ledger(ledger.path, server, account).lines()).id == "gen_1"


def test_a_ledger_without_a_job_belongs_to_nobody(ledger: Ledger) -> None:
    """A key that was mistyped, a server that was not there: with the right ones the batch begins."""
    ledger.plan(wanted("a"))
    ledger.lease(list(ledger.lines()), 1.0)
    ledger.close()
    assert [each.status for each in Ledger(ledger.path, "http://right", "b" * 24).lines()] == [SENDING]


def test_a_file_that_is_no_ledger_is_left_alone(tmp_path: Path) -> None:
    """One clear error, and nothing of it is overwritten."""
    path = tmp_path / "jobs.ledger"
    path.write_text("these are my notes, not a database\n" * 10)
    with pytest.raises(ConfigurationError, match="cannot be used"):
        Ledger(path, SERVER, ACCOUNT)
    assert path.read_text().startswith("these are my notes")


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_a_ledger_is_private(ledger: Ledger) -> None:
    """It names jobs that others could ask for."""
    assert ledger.path is not None
    assert stat.S_IMODE(ledger.path.stat().st_mode) == 0o600


def test_a_ledger_holds_no_text_of_a_job(ledger: Ledger) -> None:
    """Hashes, keys and statuses: what was said in the film is not in it."""
    ledger.plan([Wanted(spec_hash({"script": "my secret plan"}), 1, 1, "teaser")])
    ledger.close()
    assert ledger.path is not None
    assert all(b"secret plan" not in each.read_bytes() for each in ledger.path.parent.iterdir())


def test_what_was_leased_survives_kill_9(tmp_path: Path) -> None:
    """The keys and the leases are on the disk when they are said to be."""
    path = tmp_path / "jobs.ledger"
    program = (
        "import os, signal, sys; from pathlib import Path\n"
        "from clipwise.batches.ledger import Ledger, Wanted\n"
        f"ledger = Ledger(Path({str(path)!r}), {SERVER!r}, {ACCOUNT!r})\n"
        "ledger.plan([Wanted('a', 1, 1, 'teaser'), Wanted('b', 2, 2, 'teaser')])\n"
        "print(ledger.lease(list(ledger.lines())[:1], 5.0)[0].key, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    lines = list(Ledger(path, SERVER, ACCOUNT).lines())
    assert [each.status for each in lines] == [SENDING, PLANNED]
    assert lines[0].key == ran.stdout.strip()


def test_the_order_of_names_is_nothing_to_a_hash() -> None:
    """A spec is known by what it says."""
    assert spec_hash({"a": 1, "b": [2]}) == spec_hash({"b": [2], "a": 1}) != spec_hash({"a": 1, "b": [3]})


def test_a_ledger_in_memory_does_the_same() -> None:
    """Specs without a file have nothing beside which a ledger could lie."""
    ledger = Ledger(None, SERVER, ACCOUNT)
    ledger.plan(wanted("a"))
    assert [each.status for each in ledger.lines()] == [PLANNED]


def test_a_ledger_of_another_version_is_told(ledger: Ledger) -> None:
    """A newer clipwise may keep things otherwise."""
    ledger.close()
    assert ledger.path is not None
    with sqlite3.connect(ledger.path) as db:
        db.execute("UPDATE about SET value = '99' WHERE name = 'version'")
    db.close()
    with pytest.raises(ConfigurationError, match="another version"):
        Ledger(ledger.path, SERVER, ACCOUNT)
