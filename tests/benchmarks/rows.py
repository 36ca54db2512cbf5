"""What a benchmark is: one row of the table, with its limit and the function that measures it.

Each figure is a ratio to something measured in the same run, or an amount. Two sides are measured turn by turn. Of
few long turns the least of each side counts, since whatever else the machine does only ever adds to a time; of many
short ones the median, which such moments hit on both sides alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

Kind = Literal["times", "quicker", "more", "amount"]


@dataclass(frozen=True)
class Figure:
    """What was measured: ours, and what it is held against (0 for an amount), in one unit."""

    ours: float
    theirs: float = 0.0
    unit: str = "s"


@dataclass(frozen=True)
class Limit:
    """What a figure may be: at most so many `times` the other side, at least so many times `quicker`, so much `more`
    than it, or an `amount`."""

    kind: Kind
    value: float

    def of(self, figure: Figure) -> float:
        """Return the number that the limit is about."""
        return {
            "times": lambda: figure.ours / figure.theirs,
            "quicker": lambda: figure.theirs / figure.ours,
            "more": lambda: figure.ours - figure.theirs,
            "amount": lambda: figure.ours,
        }[self.kind]()

    def met(self, figure: Figure) -> bool:
        """Whether a figure keeps the limit."""
        found = self.of(figure)
        return found >= self.value if self.kind == "quicker" else found <= self.value

    def text(self, value: float, unit: str) -> str:
        """Return a number of this kind for a person."""
        return {
            "times": f"{value:.2f} ×",
            "quicker": f"{value:.1f} × quicker",
            "more": f"{value:+.1f} {unit}",
            "amount": f"{value:.2f} {unit}",
        }[self.kind]


@dataclass(frozen=True)
class Row:
    """One promise: what is measured, against what, the limit, and how."""

    what: str
    against: str
    limit: Limit
    measure: Callable[[], Figure]


def peak_mb() -> float:
    """Return the most memory that this process had, in MB (Linux). `ru_maxrss` of a child begins with its parent's."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


def in_turn(
    ours: Callable[[], Any],
    theirs: Callable[[], Any],
    rounds: int,
    chosen: Callable[[list[float]], float] = min,
) -> Figure:
    """Time two functions turn by turn, after one turn that does not count; return the chosen seconds of each."""
    found: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds + 1):
        for times, function in zip(found, (ours, theirs), strict=True):
            start = perf_counter()
            function()
            if turn:
                times.append(perf_counter() - start)
    return Figure(chosen(found[0]), chosen(found[1]))
