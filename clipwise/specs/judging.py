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
from typing import Any

from ..validation import Checker, checker, problems_of, spec_checker
from .quick import passing
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
        format = rules.find(entry.spec.get("format"))
        judge = spec_checker(entry.spec, rules.catalog) if format is None else held_checker(rules, format.slug, format)
        problems = (
            problems_of(judge, entry.spec, rules.folder, rules.root) if isinstance(judge, Checker) else list(judge)
        )
    if not problems:
        return None
    return Found(entry.number, entry.line, tuple(problems), tuple(entry.place(each.path) for each in problems))


def held_checker(rules: Rules, name: str, format: Any) -> Checker:
    """Return the checker of a format; found once."""
    key = ("checker", name)
    if key not in rules.held:
        rules.held[key] = checker(format)
    found: Checker = rules.held[key]
    return found


def quick(rules: Rules, name: Any) -> Callable[[Any], bool] | None:
    """Return the quick check of specs that name their format so; None when there is no such format."""
    key = ("quick", name)
    if key not in rules.held:
        format = rules.find(name)
        rules.held[key] = None if format is None else passing(checker(format), rules.folder, rules.root)
    found: Callable[[Any], bool] | None = rules.held[key]
    return found


def _passed(rules: Rules, entry: Entry) -> bool:
    spec = entry.spec
    if spec is None or not isinstance(name := spec.get("format"), str):
        return False
    valid = quick(rules, name)
    try:
        return valid is not None and valid(spec)
    except CANNOT:
        return False


# --- JSON as it is written --------------------------------------------------------------------------------------------


def _of_raw(rules: Rules, block: Block, content: Raw) -> tuple[int, list[Found | None]]:
    texts = content.texts()
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
            lookup = partial(in_text, text, line, column)
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
        if (
            text.count(b":") != len(spec)
            and place not in unread
            and (b"\\u" in text or text.count(b":") != _colons(spec))
        ):
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
        valid = quick(rules, *names) if len(names) == 1 else None
        if valid is not None:
            verdicts = list(map(valid, specs))
            if False in verdicts:
                yield from (row[:2] for row in zip(places, specs, verdicts, strict=True) if not row[2])
            return
    except (KeyError, TypeError, *CANNOT):
        pass  # one by one
    for place, spec in zip(places, specs, strict=True):
        if not _passed(rules, Entry(0, 0, spec)):
            yield place, spec
