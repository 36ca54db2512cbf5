"""Claims about the pace of a batch, on a clock of their own: how fast, and when not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from clipwise.batches.pace import Pace, rate_of
from clipwise.effects import Answer, NoAnswer, Request
from clipwise.errors import ClipwiseError
from clipwise.wire import create_generation, get

START, LOOK = create_generation("teaser", {}, "key"), get("generations", "gen_1")


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def turns(pace: Pace, clock: Clock, *requests: Request) -> list[float]:
    """Return when each request may be sent, from the beginning."""

    def taken() -> Iterator[float]:
        for each in requests:
            asyncio.run(pace.turn(each))
            yield round(clock.time - 1000.0, 6)

    return list(taken())


def test_starts_keep_their_rate_and_looks_do_not_count(clock: Clock) -> None:
    """Two a second; between them as many looks as one likes."""
    pace = Pace(2.0, clock.now, clock.sleep)
    assert turns(pace, clock, START, LOOK, LOOK, START, START, LOOK) == [0.0, 0.0, 0.0, 0.5, 1.0, 1.0]


def test_time_that_was_not_used_is_not_saved_up(clock: Clock) -> None:
    """After a pause the rate holds again from the first start on."""
    pace = Pace(2.0, clock.now, clock.sleep)
    turns(pace, clock, START)
    clock.time += 10
    assert turns(pace, clock, START, START) == [10.0, 10.5]


@pytest.mark.parametrize("status", [429, 503])
def test_an_answer_that_asks_for_rest_holds_everything(clock: Clock, status: int) -> None:
    """Starts and looks wait alike; a second answer that asks for less adds nothing."""
    pace = Pace(None, clock.now, clock.sleep)
    assert pace.heard(Answer(status, {"retry-after": "7"})) == 7.0
    assert pace.heard(Answer(status, {"retry-after": "3"})) == 0.0
    assert turns(pace, clock, LOOK, START) == [7.0, 7.0]


def test_no_rest_is_longer_than_an_hour(clock: Clock) -> None:
    """A day in a header is told by the line that met it; the batch looks again before."""
    assert Pace(None, clock.now, clock.sleep).heard(Answer(429, {"retry-after": "86400"})) == 3600.0


@pytest.mark.parametrize(
    "outcome", [Answer(200), Answer(404), Answer(429), Answer(503, {"retry-after": "soon"}), NoAnswer("broken", "no")]
)
def test_other_outcomes_hold_nothing(clock: Clock, outcome: Answer | NoAnswer) -> None:
    """What names no time is for the line itself to wait out."""
    assert Pace(None, clock.now, clock.sleep).heard(outcome) == 0.0


def test_trouble_makes_longer_and_longer_rests_until_something_is_answered(clock: Clock) -> None:
    """From one second to a minute; sixteen lines that meet it at once count as one."""
    pace = Pace(None, clock.now, clock.sleep)
    rests = []
    for _ in range(8):
        rests.append(pace.trouble())
        assert pace.trouble() == 0.0
        turns(pace, clock, LOOK)
    assert rests == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]
    pace.heard(Answer(200))
    assert pace.trouble() == 1.0


@pytest.mark.parametrize(
    ("text", "rate"), [("5/s", 5.0), ("5", 5.0), (" 120 / min ", 2.0), ("1800/h", 0.5), ("0.5/s", 0.5)]
)
def test_rates_are_written_as_people_write_them(text: str, rate: float) -> None:
    """A number and a unit."""
    assert rate_of(text) == rate


@pytest.mark.parametrize("text", ["", "fast", "-1/s", "0/s", "5/fortnight", "5/", "١/s", "5//s"])
def test_what_is_no_rate_is_told(text: str) -> None:
    """With what to write instead."""
    with pytest.raises(ClipwiseError, match="is no rate") as caught:
        rate_of(text)
    assert "5/s" in caught.value.hint
