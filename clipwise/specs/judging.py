"""A block of job specs -> what is wrong with them. Pure: the same block and rules are judged the same anywhere."""

from __future__ import annotations

from collections.abc import Iterator

from ..validation import check_spec
from .reading import entries
from .rules import Rules
from .values import Block, Entry, Found, Judged


def judge(rules: Rules, block: Block) -> Judged:
    """Judge the specs of a block."""
    return _summed(rules, block, [judged(rules, entry) for entry in entries(rules, block)])


def judged(rules: Rules, entry: Entry) -> Found | None:
    """Return what is wrong with one spec; None when nothing is."""
    if entry.problem is not None or entry.spec is None:
        problems = [entry.problem] if entry.problem is not None else []
    else:
        problems = check_spec(entry.spec, rules.catalog, rules.folder, rules.find(entry.spec.get("format")), rules.root)
    if not problems:
        return None
    return Found(entry.number, entry.line, tuple(problems), tuple(entry.place(each.path) for each in problems))


def _summed(rules: Rules, block: Block, found: list[Found | None]) -> Judged:
    some = tuple(each for each in found if each is not None)
    wrong = sum(1 for each in some if rules.strict or any(problem.severity == "error" for problem in each.problems))
    return Judged(len(found), wrong, len(some) - wrong, some, block.size)


def all_judged(rules: Rules, found: Iterator[Block]) -> Iterator[Judged]:
    """Judge one block after the other."""
    return (judge(rules, block) for block in found)
