"""How a batch stands, while it runs: a table that redraws itself on a terminal, lines now and then elsewhere."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from ..batches.batch import Planned
from ..batches.lines import BAD, INVALID, OVER, Line
from ..batches.report import seconds
from ..batches.run import Held
from ..text import printable
from .show import Show

SAID_EVERY_S = 10.0
SHORT_S = 0.5  # a rest that is not worth a word
SHOWN = 6  # running jobs in the table


def counted(number: int, what: str) -> str:
    """Return a number of things: `1 job`, `2,000 jobs`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


class Tally(AbstractContextManager["Tally"]):
    """Hears what a batch tells; says at times how it stands, and at once what ended badly."""

    def __init__(self, show: Show, now: Callable[[], float] = time.monotonic) -> None:
        self.show = show
        self.now = now
        self.running: dict[int, Line] = {}
        self.ended: set[int] = set()
        self.total = self.before = self.bad = 0
        self.began = self.said = self.rested = now()
        self.reason = ""  # of the last rest that was told

    def __exit__(self, *_: object) -> None:
        return None

    def __call__(self, event: Any) -> None:
        """Hear an event."""
        if isinstance(event, Planned):
            self.planned(event)
        elif isinstance(event, Held):
            self.held(event)
        elif isinstance(event, Line):
            self.changed(event)

    def planned(self, event: Planned) -> None:
        """All specs are judged; those that ended in an earlier run count as before."""
        counts = Counter(event.counts)
        self.total = sum(counts.values())
        self.before, self.bad = (sum(counts[each] for each in statuses) for statuses in (OVER, BAD))
        invalid, done = counts[INVALID], counts["completed"]
        bad = self.bad - invalid
        parts = [counted(self.total, "spec")]
        parts += [f"{invalid:,} invalid"] if invalid else []
        parts += [f"{done:,} done before"] if done else []
        parts += [f"{bad:,} ended badly before"] if bad else []
        self.line(", ".join(parts))
        self.began = self.said = self.now()

    def changed(self, line: Line) -> None:
        """One line stands elsewhere."""
        if line.over:
            self.running.pop(line.number, None)
            if line.status in BAD and line.number not in self.ended:
                self.bad += 1
                where = f"line {line.line}" if line.line else f"spec {line.number}"
                self.line(f"{where}: {printable(line.status, 60)}: {printable(line.reason, 300)}")
            self.ended.add(line.number)
        else:
            self.running[line.number] = line
        self.tick()

    def held(self, event: Held) -> None:
        """The whole batch rests; the same reason is said once in a while."""
        if event.seconds >= SHORT_S and (event.reason != self.reason or self.now() - self.rested >= SAID_EVERY_S):
            self.reason, self.rested = event.reason, self.now()
            self.line(f"resting {seconds(event.seconds)}: {printable(event.reason, 300)}")

    def tick(self) -> None:
        """Say how it stands, not too often."""
        if self.now() - self.said >= SAID_EVERY_S:
            self.said = self.now()
            self.line(self.standing())

    @property
    def done(self) -> int:
        """How many lines are at their end, in this run or an earlier one."""
        return self.before + len(self.ended)

    def standing(self) -> str:
        """Return how the batch stands, in one line."""
        parts = [f"{self.done:,} of {self.total:,}", f"{len(self.running):,} running"]
        parts += [f"{self.bad:,} ended badly"] if self.bad else []
        return ", ".join([*parts, *self.speed()])

    def speed(self) -> list[str]:
        """Return how quick it goes and how long it will take, once that can be told."""
        spent = self.now() - self.began
        if not self.ended or spent <= 0:
            return []
        rate, left = len(self.ended) / spent, self.total - self.done
        told = f"{rate:.1f}/s" if rate >= 1 else f"{rate * 60:.1f}/min"
        return [told, f"{seconds(left / rate)} left"] if left > 0 else [told]

    def line(self, text: str) -> None:
        """Say one line, unless a program listens."""
        if not self.show.as_json:
            self.show.note(text)


class BarTally(Tally):
    """Draws a table on the terminal: how many are done, running and bad, the rate, the time left, some running jobs."""

    def __init__(self, show: Show) -> None:
        super().__init__(show)
        from rich.console import Console
        from rich.live import Live

        self.console = Console(stderr=True)
        self.live = Live(console=self.console, transient=True, get_renderable=self.drawn, refresh_per_second=4)

    def __enter__(self) -> BarTally:
        self.live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.live.stop()

    def tick(self) -> None:
        """The table redraws itself."""

    def line(self, text: str) -> None:
        """Lines go above the table."""
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def drawn(self) -> Any:
        """Return the table as it is now."""
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        if not self.total:
            return Text("checking the specs …")
        bar = ProgressBar(total=self.total, completed=self.done, width=min(30, self.console.width // 3))
        head, rows = Table.grid(padding=(0, 2)), Table.grid(padding=(0, 2))
        head.add_row(bar, Text(self.standing()))
        for line in list(self.running.values())[:SHOWN]:
            share = "" if line.progress is None else f"{line.progress:.0%}"
            rows.add_row(f"{line.number}", line.format, line.status, printable(line.stage, 40), share)
        return Group(head, rows)
