"""A row of the benchmarks: what is measured, against what, and how much it may be."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Figure(NamedTuple):
    """What was measured, of ours and of what it is held against, in one unit."""

    ours: float
    theirs: float
    unit: str


class Row(NamedTuple):
    """`limit` is the largest ratio of ours to theirs; for memory the largest difference."""

    what: str
    against: str
    limit: float
    measure: Callable[[], Figure]
