"""Claims about what is seen of a batch while it runs, on a clock of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clipwise.batches.batch import Planned
from clipwise.batches.lines import Line
from clipwise.batches.run import Held
from clipwise.cli.show import Show
from clipwise.cli.tally import Tally

LINE = Line(1, 1, "teaser", "key", "sending")


class Clock:
    time = 0.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


def tally(clock: Clock, **counts: int) -> Tally:
    made = Tally(Show(), clock)
    made(Planned(counts))
    return made


def test_it_begins_with_what_there_is(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    """How many, how many of them wrong, how many done before."""
    tally(clock, planned=10, invalid=2, completed=1000)
    assert capsys.readouterr().err == "1,012 specs, 2 invalid, 1,000 done before\n"


def test_what_ends_badly_is_said_at_once(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    """With its number and its reason, without control characters; what ends well is not."""
    heard = tally(clock, planned=2)
    capsys.readouterr()
    heard(replace(LINE, status="completed", id="gen_1"))
    heard(replace(LINE, number=2, line=2, status="failed", id="gen_2", error={"message": "no \x1b[31mlight"}))
    assert capsys.readouterr().err == "line 2: failed: no [31mlight\n"


def test_how_it_stands_is_said_now_and_then(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    """Every ten seconds, with the rate and the time that is left."""
    heard = tally(clock, planned=40)
    capsys.readouterr()
    for number in range(1, 11):
        clock.time += 2
        heard(replace(LINE, number=number, status="queued", id="gen"))
        heard(replace(LINE, number=number, status="completed", id="gen"))
    assert capsys.readouterr().err.splitlines() == [
        "4 of 40, 1 running, 24.0/min, 90 s left",
        "9 of 40, 1 running, 27.0/min, 69 s left",
    ]


def test_a_rest_is_told_with_its_reason(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing moves, and this is why."""
    heard = tally(clock, planned=1)
    capsys.readouterr()
    heard(Held(61.0, "the server answered 429"))
    assert capsys.readouterr().err == "resting 61 s: the server answered 429\n"


def test_a_program_hears_nothing(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    """With --json there is one document, at the end."""
    heard = Tally(Show(as_json=True), clock)
    heard(Planned({"planned": 1}))
    heard(replace(LINE, status="failed"))
    assert capsys.readouterr() == ("", "")


def test_a_line_that_is_sent_again_is_counted_once(clock: Clock) -> None:
    """Its status goes back and forth; one line stays one line."""
    heard = tally(clock, planned=1)
    for status in ("sending", "queued", "running", "queued", "running", "failed", "failed"):
        heard(replace(LINE, status=status, id="gen_1"))
    assert heard.standing() == "1 of 1, 0 running, 1 ended badly"
