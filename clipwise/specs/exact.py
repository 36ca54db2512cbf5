"""JSON read exactly: every mistake with its line and column, nothing lost without a word.

The reader of the standard library, told to refuse what it would pass over: repeated keys, NaN, half a document.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from ..text import printable
from .values import Unreadable

HINT = 'a job spec looks like {"format": "ugc_video", "script": "…"}'
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],]|NaN|-?Infinity|-?\d[\d.eE+-]*|\w+', re.DOTALL)
_SPACE = re.compile(r"[ \t\r\n]*")
LONGEST_NUMBER = 4300  # digits: the standard library reads no longer ones
DECODER = json.JSONDecoder()


class _Refused(Exception):
    """What the standard library would have passed over."""


def read_json(data: bytes) -> Any:
    """Return the value of a JSON text; Unreadable with its place inside the text."""
    text = decoded(data)
    try:
        return json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise Unreadable(f"not JSON: {error.msg}", *place_at(text, error.pos), HINT) from None
    except RecursionError:
        raise Unreadable("nested too deep", 1, 1) from None
    except _Refused:
        raise _refused(text) from None
    except ValueError:  # only numbers are left
        pos = next((m.start() for m in _TOKEN.finditer(text) if _digits(m.group()) > LONGEST_NUMBER), 0)
        raise Unreadable("a number of too many digits", *place_at(text, pos)) from None


def decoded(data: bytes) -> str:
    """Return bytes as text; Unreadable with the place of the first byte that is not UTF-8."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        begin = data.rfind(b"\n", 0, error.start) + 1
        raise Unreadable(
            f"byte {error.start + 1} is not UTF-8", line, len(data[begin : error.start].decode()) + 1
        ) from None


def place_at(text: str, pos: int) -> tuple[int, int]:
    """Return line and column of a character, from 1."""
    return text.count("\n", 0, pos) + 1, pos - text.rfind("\n", 0, pos)


def _digits(token: str) -> int:
    return len(token) if token[:1].isdigit() or token[:1] == "-" else 0


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A key that is written twice would lose one of its values without a word."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Refused
    return found


def _no_constant(name: str) -> Any:
    raise _Refused


def _refused(text: str) -> Unreadable:
    """Find the first thing in a text that was refused: it is JSON but for that."""
    keys: list[set[str] | None] = []  # of each open object; None for an array
    before = ""
    for token in _TOKEN.finditer(text):
        word = token.group()
        if word[0] == '"' and before in ("{", ",") and keys and (held := keys[-1]) is not None:
            key = json.loads(word, strict=False)
            if key in held:
                return Unreadable(f"the key {printable(key, 100)!r} is written twice", *place_at(text, token.start()))
            held.add(key)
        elif word in ("{", "["):
            keys.append(set() if word == "{" else None)
        elif word in ("}", "]") and keys:
            keys.pop()
        elif word in ("NaN", "Infinity", "-Infinity"):
            return Unreadable(f"{word} is not JSON", *place_at(text, token.start()))
        before = word
    return Unreadable("not JSON", 1, 1, HINT)


def place_of(text: str, path: Sequence[str | int]) -> tuple[int, int]:
    """Return line and column of the value at a path in a JSON text, or of the nearest that holds it."""
    pos = _past_space(text, 0)
    if len(path) == 1 and (alone := _only_key(text, path[0])):
        return place_at(text, alone)
    for part in path:
        step = next((at for key, at in _members(text, pos) if key == part), None)
        if step is None:
            break
        pos = step
    return place_at(text, pos)


def _only_key(text: str, key: str | int) -> int:
    """Return the place of a key's value where that is plain to see; 0 where it is not."""
    written = f'"{key}":'
    if text.count(written) != 1 or text[(pos := text.index(written)) - 1] == "\\":
        return 0
    return _past_space(text, pos + len(written))


def _members(text: str, pos: int) -> Iterator[tuple[str | int, int]]:
    """Go through the keys or numbers of what begins at `pos`, each with the place of its value."""
    opening = text[pos : pos + 1]
    if opening not in ("{", "["):
        return
    pos = _past_space(text, pos + 1)
    number = 0
    while text[pos : pos + 1] not in ("}", "]", ""):
        key: str | int = number
        if opening == "{":
            key, pos = DECODER.raw_decode(text, pos)
            pos = _past_space(text, _past_space(text, pos) + 1)
        yield key, pos
        _, pos = DECODER.raw_decode(text, pos)
        pos = _past_space(text, pos)
        if text[pos : pos + 1] == ",":
            pos = _past_space(text, pos + 1)
        number += 1


def _past_space(text: str, pos: int) -> int:
    found = _SPACE.match(text, pos)
    return found.end() if found else pos
