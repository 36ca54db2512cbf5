"""How fast a batch may go: so many starts a second, and no request at all while the server wants to be left alone.

Pure but for the clock and the sleep that it is given; knows no HTTP library.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from ..effects import Answer, NoAnswer, Request
from ..errors import ClipwiseError
from ..wire import path, retry_after

TROUBLE_S = (1.0, 60.0)  # the first and the longest rest after trouble that names no time
LONGEST_HOLD_S = 3600.0
STARTS = path("generations")
BUSY = (429, 503)
UNITS = {"s": 1.0, "sec": 1.0, "second": 1.0, "m": 60.0, "min": 60.0, "minute": 60.0, "h": 3600.0, "hour": 3600.0}


def rate_of(text: str) -> float:
    """Return starts per second from `5/s`, `100/min` or `5`; ClipwiseError `invalid_argument` for anything else."""
    match = re.fullmatch(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*(?:/\s*([a-z]+))?\s*", text, re.ASCII)
    unit = UNITS.get(match[2] or "s") if match else None
    if match is None or unit is None or not float(match[1]):
        raise ClipwiseError(f"{text!r} is no rate", code="invalid_argument", hint="write 5/s, 100/min or 2000/h")
    return float(match[1]) / unit


class Pace:
    """The pace of all lines of a batch together."""

    def __init__(self, rate: float | None, now: Callable[[], float], sleep: Callable[[float], Awaitable[None]]) -> None:
        self._step = 1 / rate if rate else 0.0
        self._now, self._sleep = now, sleep
        self._next = now()  # when the next job may be started
        self._held = 0.0  # until when nothing is sent
        self._rest = TROUBLE_S[0]

    async def turn(self, request: Request) -> None:
        """Wait until this request may be sent."""
        if self._step and request.method == "POST" and request.target == STARTS:
            self._next = max(self._next, self._now())
            at, self._next = self._next, self._next + self._step
            await self._until(at)
        while self._held > self._now():
            await self._until(self._held)

    async def _until(self, at: float) -> None:
        left = at - self._now()
        if left > 0:
            await self._sleep(left)

    def heard(self, outcome: Answer | NoAnswer) -> float:
        """Take in an answer; return for how many seconds it makes the whole batch rest, 0 for most."""
        if isinstance(outcome, NoAnswer):
            return 0.0
        if outcome.status not in BUSY:
            if outcome.status < 500:
                self._rest = TROUBLE_S[0]
            return 0.0
        asked = retry_after(outcome)
        return self.hold(min(asked, LONGEST_HOLD_S)) if asked else 0.0

    def hold(self, seconds: float) -> float:
        """Let the whole batch rest; return by how many seconds that is more than it did anyway."""
        until = self._now() + seconds
        more = max(0.0, until - max(self._held, self._now()))
        self._held = max(self._held, until)
        return more

    def trouble(self) -> float:
        """Let the batch rest after a line met trouble that may pass, each time longer; return the seconds."""
        if self._held > self._now():
            return 0.0
        rest, self._rest = self._rest, min(TROUBLE_S[1], self._rest * 2)
        return self.hold(rest)
