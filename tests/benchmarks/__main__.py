"""Measure every row, print the table, and exit with 1 when a figure is missed.

`--only WORD` measures the rows whose name holds the word, `--json FILE` writes the figures and the machine's facts too.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from importlib import import_module
from pathlib import Path
from typing import Any

from .rows import Figure, Row

MODULES = ("validate", "batch", "startup", "calls", "projections")
HEADS = ("what", "against", "ours", "theirs", "figure", "limit", "met")


def all_rows() -> list[Row]:
    """Return the rows of every module, in the order in which they are measured and shown."""
    there = [name for name in MODULES if importlib.util.find_spec(f"{__package__}.{name}")]
    return [row for name in there for row in import_module(f".{name}", __package__).ROWS]


def cells(row: Row, figure: Figure) -> tuple[str, ...]:
    """Return one line of the table."""
    digits = 5 if figure.unit == "s" else 2
    theirs = f"{figure.theirs:.{digits}f} {figure.unit}" if figure.theirs else ""
    number = row.limit.text(row.limit.of(figure), figure.unit)
    limit = row.limit.text(row.limit.value, figure.unit)
    met = "yes" if row.limit.met(figure) else "NO"
    return row.what, row.against, f"{figure.ours:.{digits}f} {figure.unit}", theirs, number, limit, met


def as_json(row: Row, figure: Figure) -> dict[str, Any]:
    """Return one row for a program."""
    return {
        "what": row.what,
        "against": row.against,
        "kind": row.limit.kind,
        "limit": row.limit.value,
        "figure": row.limit.of(figure),
        "ours": figure.ours,
        "theirs": figure.theirs,
        "unit": figure.unit,
        "met": row.limit.met(figure),
    }


def machine() -> dict[str, Any]:
    """Return what the figures were measured on."""
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "processors": os.cpu_count(),
        "at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--only", metavar="WORD", default="", help="only the rows whose name holds this")
    parser.add_argument("--json", metavar="FILE", type=Path, help="where to write the figures")
    given = parser.parse_args(arguments)
    rows = [row for row in all_rows() if given.only in row.what]
    measured = []
    for place, row in enumerate(rows, 1):
        print(f"[{place}/{len(rows)}] {row.what} …", file=sys.stderr, flush=True)
        measured.append((row, row.measure()))
    lines = [HEADS, *(cells(*each) for each in measured)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEADS))]
    for line in lines:
        print("  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip())
    if given.json:
        content = {"machine": machine(), "rows": [as_json(*each) for each in measured]}
        given.json.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    return 0 if measured and all(row.limit.met(figure) for row, figure in measured) else 1


if __name__ == "__main__":
    sys.exit(main())
