"""What a batch brought, as a file: one line of JSON for each spec, in the order of the specs. Knows no ledger."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from ..files import replace_file
from .lines import Line

NAME = "results.jsonl"


def write_results(folder: Path, lines: Iterable[Line]) -> Path:
    """Write the lines into `folder`, the whole file or none of it; return its path. OSError if it cannot be written."""
    path = folder / NAME
    folder.mkdir(parents=True, exist_ok=True)
    replace_file(
        path,
        (
            (json.dumps(line.as_dict(), default=str, ensure_ascii=False) + "\n").encode(errors="replace")
            for line in lines
        ),
        0o644,
    )
    return path
