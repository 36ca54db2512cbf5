"""Specs of one line each: cut into blocks as they are written, for a reader that is quick."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any

from .arrays import empty, too_long
from .exact import read_json
from .feed import Feed
from .headers import header_defaults
from .values import MAX_PIECE, Block, Raw, Unreadable

SPACE = frozenset(b" \t\r\n\v\f")
_FIRST = itemgetter(0)


def line_blocks(feed: Feed) -> Iterator[Block]:
    """Go through a file of lines; blank ones do not count. The first may hold the defaults of all others."""
    number, line = 1, 1
    defaults: Mapping[str, Any] | None = None  # until the first line was seen
    while (data := feed.lines()) is not None:
        if defaults is None and (body := data.lstrip()):
            head, more, rest = body.partition(b"\n")
            found = _header(head)
            defaults = found or {}
            if found is not None:
                line += data[: len(data) - len(body)].count(b"\n") + 1
                data = rest
                if not more:
                    continue
        lines = data.split(b"\n")
        for block in _cut(feed, data, lines, number, line, defaults or {}):
            yield block
            number += block_count(block)
        line += len(lines)
    if number == 1:
        yield empty()


def _header(head: bytes) -> Mapping[str, Any] | None:
    if b'"defaults"' not in head[:200] or len(head) > MAX_PIECE:
        return None
    try:
        return header_defaults(read_json(head))
    except Unreadable:
        return None


def _cut(
    feed: Feed, data: bytes, lines: list[bytes], number: int, line: int, defaults: Mapping[str, Any]
) -> Iterator[Block]:
    """Make blocks of whole lines."""
    size = len(data) + 1
    if feed.cut or (size > MAX_PIECE and len(lines) == 1):
        if feed.cut:
            feed.skip_line()
        yield too_long(number, line)
        return
    if _none_is_blank(lines):
        yield Block(number, line, Raw(data, lines), defaults, size)
    elif kept := [(place, each) for place, each in enumerate(lines) if each.strip()]:
        places = tuple((line + place, 1) for place, _ in kept)
        yield Block(number, places[0][0], Raw(texts=[each for _, each in kept], places=places), defaults, size)


def _none_is_blank(lines: list[bytes]) -> bool:
    """Whether every line says something; told by how they begin where that is enough."""
    try:
        beginnings = set(map(_FIRST, lines))
    except IndexError:  # an empty line
        return False
    return beginnings.isdisjoint(SPACE) or not any(map(bytes.isspace, lines))


def block_count(block: Block) -> int:
    """Return how many specs a block holds."""
    content = block.content
    return len(content.texts) if isinstance(content, Raw) else len(content[0])
