"""Files of job specs: read in constant memory, told with line and column what is wrong, judged block by block.

for block in blocks(Source(Path("jobs.jsonl"))):
    for entry in entries(rules, block): …
    judged = judge(rules, block)
"""

from __future__ import annotations

from .judging import judge
from .reading import blocks, entries, rules_of, whole
from .rules import Rules
from .values import Block, Entry, Found, Judged, Source, Unreadable

__all__ = [
    "Block",
    "Entry",
    "Found",
    "Judged",
    "Rules",
    "Source",
    "Unreadable",
    "blocks",
    "entries",
    "judge",
    "rules_of",
    "whole",
]
