"""Claims about a job's entry in the journal, as a script of effects: what is asked of the disk, and when."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scripted import RUN, context, play, said
from stub_api import document

from clipwise import wire
from clipwise.effects import Disk, NoAnswer, Now, Send, Tell, Today
from clipwise.errors import ConnectionFailed
from clipwise.flows import submit
from clipwise.flows.context import Context, Policy
from clipwise.flows.events import Noted, Notice, Started
from clipwise.flows.submit import Job
from clipwise.formats import bundled
from clipwise.formats.catalog import Catalog
from clipwise.formats.document import Source
from clipwise.journal import Journal

TEASER = document("teaser", {"name": "line", "type": "string"})
STARTED = said(200, {"id": "gen_1", "status": "queued"})


def knowing(folder: Path) -> Context:
    """Return a context with a journal that has the catalog in memory."""
    asker = replace(context(policy=Policy(retries=0)), journal=Journal(folder / "journal", "s", "a"))
    asker.memory.put("formats", Catalog([TEASER], bundled.known(), Source("live", "2027-01-15T08:00:00+00:00")))
    return asker


def does(name: str) -> Any:
    """Return a predicate: a piece of local work of that name."""
    return lambda asked: isinstance(asked, Disk) and asked.work.__name__ == name


def create(key: str) -> Send:
    return Send(wire.create_generation("teaser", {"line": "a"}, key), 30.0)


OPENED = [(does("check"), RUN), (does("by_content"), RUN), (Today(), 1.8e9), (does("claim"), RUN)]
CLOCK = [(Now(), 0.0), (Now(), 0.0)]


def cut_off(asker: Context, key: str, by: BaseException) -> None:
    """Start a job and cut it off while the server thinks."""
    script = [*OPENED, (does("note"), RUN), (Tell(Noted(key)), None), *CLOCK, (create(key), by)]
    with pytest.raises(type(by)):
        play(submit.start(asker, Job("teaser", {"line": "a"}, key)), *script)


def test_noted_sent_settled_told(tmp_path: Path) -> None:
    """The note comes right before the request, the outcome right after it."""
    asker = knowing(tmp_path)
    found = play(
        submit.start(asker, Job("teaser", {"line": "a"}, "k1")),
        *OPENED,
        (does("note"), RUN),
        (Tell(Noted("k1")), None),
        *CLOCK,
        (create("k1"), STARTED),
        (Today(), 1.8e9),
        (does("settle"), RUN),
        (Tell(Started("gen_1")), None),
    )
    assert found == ({"id": "gen_1", "status": "queued"}, "k1")


@pytest.mark.parametrize("by", [KeyboardInterrupt(), GeneratorExit()])
def test_what_was_cut_off_is_taken_up_with_its_key(tmp_path: Path, by: BaseException) -> None:
    """Ctrl-C asks nothing more of the disk; the same job again is sent with the first one's key, and that is said."""
    asker = knowing(tmp_path)
    cut_off(asker, "k1", by)
    found = play(
        submit.start(asker, Job("teaser", {"line": "a"}, "k2")),
        *OPENED,
        (lambda asked: isinstance(asked.event, Notice) and "with its key k1" in asked.event.text, None),
        (does("note"), RUN),
        (Tell(Noted("k1")), None),
        *CLOCK,
        (create("k1"), STARTED),
        (Today(), 1.8e9),
        (does("settle"), RUN),
        (Tell(Started("gen_1")), None),
    )
    assert found[1] == "k1"


def test_a_note_that_fails_is_told_and_the_job_is_sent(tmp_path: Path) -> None:
    """A full disk does not stop a job, before it or after it."""
    full = "the journal in x cannot be written (No space left on device)"
    told = (Tell(Notice(f"{full}; the job goes on without it")), None)
    play(
        submit.start(knowing(tmp_path), Job("teaser", {"line": "a"}, "k1")),
        *OPENED,
        (does("note"), full),
        told,
        (Tell(Noted("k1", kept=False)), None),
        *CLOCK,
        (create("k1"), STARTED),
        (Today(), 1.8e9),
        (does("settle"), full),
        told,
        (Tell(Started("gen_1")), None),
    )


@pytest.mark.parametrize(("fault", "status"), [("connect", "unsent"), ("timeout", "unknown")])
def test_a_lost_answer_is_an_open_outcome(tmp_path: Path, fault: str, status: str) -> None:
    """Where nothing left, nothing is open; where something may have arrived, the outcome is unknown."""
    asker = knowing(tmp_path)
    with pytest.raises(ConnectionFailed):
        play(
            submit.start(asker, Job("teaser", {"line": "a"}, "k1")),
            *OPENED,
            (does("note"), RUN),
            (Tell(Noted("k1")), None),
            *CLOCK,
            (create("k1"), NoAnswer(fault, "gone")),
            (Now(), 1.0),
            (Today(), 1.8e9),
            (does("settle"), RUN),
        )
    assert asker.journal is not None
    assert [each.status for each in asker.journal.all()] == [status]


def test_without_a_journal_nothing_is_asked(tmp_path: Path) -> None:
    """The steps are those of a job alone."""
    asker = replace(knowing(tmp_path), journal=None)
    script = [(does("check"), RUN), *CLOCK, (create("k1"), STARTED), (Tell(Started("gen_1")), None)]
    play(submit.start(asker, Job("teaser", {"line": "a"}, "k1")), *script)
