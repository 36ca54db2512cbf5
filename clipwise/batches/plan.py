"""From what was given to the lines of a batch: read, judged, and known by their hashes, before anything is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import Problem
from ..specs import Block, Entry, Rules, Source, blocks, entries, judge
from ..specs.values import Read
from ..validation import errors_in, no_spec
from .ledger import Ledger, Wanted
from .lines import spec_hash
from .run import Work

BLOCK = 200


@dataclass(frozen=True)
class Given:
    """The specs of a batch: those of a file, or mappings; they can be gone through again and again."""

    source: Source | None = None
    specs: tuple[Mapping[str, Any], ...] = ()
    folder: Path | None = None

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.source.name if self.source else f"{len(self.specs)} specs"

    def blocks(self) -> Iterator[Block]:
        """Return the specs, some at a time."""
        if self.source is not None:
            yield from blocks(self.source)
        for place in range(0, len(self.specs), BLOCK):
            some = enumerate(self.specs[place : place + BLOCK], place + 1)
            yield Block(place + 1, 0, Read(tuple(_entry(number, spec) for number, spec in some)))


def _entry(number: int, spec: Any) -> Entry:
    return Entry(number, 0, dict(spec)) if isinstance(spec, Mapping) else Entry(number, 0, None, no_spec(spec))


def names_in(given: Given, rules: Rules) -> set[str]:
    """Return the names of the formats that the specs ask for."""
    found = {(entry.spec or {}).get("format") for block in given.blocks() for entry in entries(rules, block)}
    return {name for name in found if isinstance(name, str) and name}


def wanted(given: Given, rules: Rules) -> Iterator[Wanted]:
    """Go through the specs as they are to be planned; by strict rules, warnings make a spec invalid."""
    for block in given.blocks():
        wrong = {each.number: each for each in judge(rules, block).found}
        for entry in entries(rules, block):
            found = wrong.get(entry.number)
            problems = list(found.problems) if found else []
            told = _error(problems if rules.strict else errors_in(problems))
            yield Wanted(_hash(entry), entry.number, entry.line, _format(entry), told)


def _hash(entry: Entry) -> str:
    return spec_hash({"unreadable": entry.number} if entry.spec is None else entry.spec)


def _format(entry: Entry) -> str:
    named = (entry.spec or {}).get("format", "")
    return named if isinstance(named, str) else ""


def _error(problems: Iterable[Problem]) -> dict[str, Any] | None:
    listed = [each.as_dict() for each in problems]
    if not listed:
        return None
    return {"code": "validation_error", "message": "; ".join(map(str, problems)), "problems": listed}


def works(given: Given, rules: Rules, ledger: Ledger, download: bool) -> Iterator[Work]:
    """Go through the lines that are not at their end; a spec that was not planned is not run."""
    seen: Counter[str] = Counter()
    for block in given.blocks():
        for entry in entries(rules, block):
            hash = _hash(entry)
            seen[hash] += 1
            line = ledger.find(hash, seen[hash])
            if entry.spec is None or line is None:
                continue
            if download and line.files and not all(Path(name).exists() for name in line.files):
                line = replace(line, files=None)  # somebody took them away; they are brought again
            if not line.over or line.wants_files(download):
                yield Work(line, entry.spec, rules.folder)
