"""A block of job specs -> what is wrong with them. Pure: the same block and rules are judged the same anywhere.

Good specs are passed by a quick reader and a quick check; whatever either of them is in doubt about is read exactly and
explained. Both ways come to the same verdict.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import repeat
from operator import itemgetter
from typing import Any, NamedTuple

from ..errors import Problem
from ..formats.document import Format, Input
from ..validation import Checker, check_spec, checker, problems_of
from .quick import Looked, passing
from .reading import entries, exact, in_text
from .rules import Rules
from .values import Block, Entry, Found, Judged, Raw

_FORMAT = itemgetter("format")
_LONG = re.compile(rb"\d{18}")  # a number that the quick reader may not read exactly
CANNOT = (ValueError, OverflowError, RecursionError)


def judge(rules: Rules, block: Block) -> Judged:
    """Judge the specs of a block."""
    if isinstance(block.content, Raw):
        count, found = _of_raw(rules, block, block.content)
    else:
        all_ = list(entries(rules, block))
        count, found = len(all_), [explained(rules, entry) for entry in all_ if not _passed(rules, entry)]
    some = tuple(each for each in found if each is not None)
    wrong = sum(1 for each in some if rules.strict or any(problem.severity == "error" for problem in each.problems))
    return Judged(count, wrong, len(some) - wrong, some, block.size)


def explained(rules: Rules, entry: Entry) -> Found | None:
    """Return what is wrong with one spec; None when nothing is."""
    if entry.problem is not None or entry.spec is None:
        problems = [entry.problem] if entry.problem is not None else []
    else:
        problems = _problems(rules, entry.spec)
    if not problems:
        return None
    return Found(entry.number, entry.line, tuple(problems), tuple(entry.place(each.path) for each in problems))


def _problems(rules: Rules, spec: dict[str, Any]) -> list[Problem]:
    name = spec.get("format")
    known = _known(rules, name) if isinstance(name, str) else None
    if known is None:
        return check_spec(spec, rules.catalog, rules.folder, None, rules.root)
    return problems_of(known.judge, spec, rules.folder, rules.root, known.good)


class _Known(NamedTuple):
    """What is made of a format for one run: its explaining check, its quick one, and what both have looked at."""

    judge: Checker
    passes: Callable[[Any], bool]
    good: Callable[[Input, str], bool]


def _known(rules: Rules, name: str) -> _Known | None:
    """Return what judges the specs that name their format so; None when there is no such format. Made once."""
    key = ("known", name)
    if key not in rules.held:
        rules.held[key] = _made(rules, rules.find(name))
    found: _Known | None = rules.held[key]
    return found


def _made(rules: Rules, format: Format | None) -> _Known | None:
    if format is None:
        return None
    judge = checker(format)
    looks = {each.name: Looked(each, rules.folder, rules.root) for each in judge.by_name.values() if each.takes}
    passes = passing(judge, rules.folder, looks)
    return _Known(judge, passes, lambda each, value: looks[each.name][value])


def _passed(rules: Rules, entry: Entry) -> bool:
    spec = entry.spec
    if spec is None or not isinstance(name := spec.get("format"), str):
        return False
    known = _known(rules, name)
    try:
        return known is not None and known.passes(spec)
    except CANNOT:
        return False


# --- JSON as it is written --------------------------------------------------------------------------------------------


def _of_raw(rules: Rules, block: Block, content: Raw) -> tuple[int, list[Found | None]]:
    texts = content.texts
    specs, unread = _loaded(texts)
    odd = {**unread, **dict.fromkeys(_repeating(content, texts, specs, unread))}
    places: Sequence[int] = range(len(texts))
    sound = specs
    if odd:
        places = [place for place in places if place not in odd]
        sound = [specs[place] for place in places]
    if block.defaults or rules.defaults or rules.format:
        sound = [rules.merged(spec, block.defaults) for spec in sound]
    refused = dict(_refused(rules, places, sound))
    found = []
    for place in sorted((*odd, *refused)) if odd else refused:
        line, column = content.places[place] if content.places else (block.line + place, 1)
        text = texts[place]
        if place in odd or _LONG.search(text):
            entry = exact(text, block.number + place, line, column)
            if entry.spec is not None:
                entry = entry._replace(spec=rules.merged(entry.spec, block.defaults))
        else:
            lookup = partial(in_text, text, line, column) if rules.columns or content.places else None
            entry = Entry(block.number + place, line, refused[place], None, column, lookup)
        found.append(explained(rules, entry))
    return len(texts), found


def _loaded(texts: Sequence[bytes]) -> tuple[list[Any], dict[int, None]]:
    """Return what a quick reader makes of the texts, and the places of those that are no objects for it."""
    from orjson import JSONDecodeError, loads

    specs: list[Any] = []
    unread: dict[int, None] = {}
    left: Iterator[Any] = map(loads, texts)
    while True:
        try:
            specs.extend(left)
            break
        except JSONDecodeError:
            unread[len(specs)] = None
            specs.append({})
    if set(map(type, specs)) - {dict}:
        unread |= {place: None for place, spec in enumerate(specs) if type(spec) is not dict}
        specs = [spec if type(spec) is dict else {} for spec in specs]
    return specs, unread


def _repeating(content: Raw, texts: Sequence[bytes], specs: list[Any], unread: Iterable[int]) -> list[int]:
    """Return the places of the texts in which a key may be written twice.

    Every key is followed by a colon of its own. So where there are no more colons than keys were read, no key was lost;
    and for a whole block at once that is one quick count.
    """
    apart = sum(texts[place].count(b":") for place in unread)
    colons = content.data.count(b":") if content.data else sum(map(bytes.count, texts, repeat(b":")))
    if colons - apart == sum(map(len, specs)):
        return []
    found = []
    for place, (text, spec) in enumerate(zip(texts, specs, strict=True)):
        colons = text.count(b":")
        if colons != len(spec) and place not in unread and (b"\\u" in text or colons != _colons(spec)):
            found.append(place)
    return found


def _colons(value: Any) -> int:
    """Return how many colons a value is written with: one for each key, and those inside texts."""
    if type(value) is str:
        return value.count(":")
    if type(value) is dict:
        return len(value) + sum(map(_colons, value)) + sum(map(_colons, value.values()))
    return sum(map(_colons, value)) if type(value) is list else 0


def _refused(rules: Rules, places: Sequence[int], specs: list[Any]) -> Iterator[tuple[int, Any]]:
    """Go through the specs that the quick check does not pass, with their places."""
    try:
        names = set(map(_FORMAT, specs))
        known = _known(rules, *names) if len(names) == 1 else None
        if known is not None:
            verdicts = list(map(known.passes, specs))
            if False in verdicts:
                yield from (row[:2] for row in zip(places, specs, verdicts, strict=True) if not row[2])
            return
    except (KeyError, TypeError, *CANNOT):
        pass  # one by one
    for place, spec in zip(places, specs, strict=True):
        if not _passed(rules, Entry(0, 0, spec)):
            yield place, spec
