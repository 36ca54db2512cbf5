"""The items of a JSON array, cut out of a stream as they are written: one broken item does not hide the others."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .exact import HINT
from .feed import Feed
from .values import BLOCK_BYTES, BLOCK_ENTRIES, MAX_PIECE, Block, Raw, Read, Unreadable

# A whole string, the beginning of one that goes on behind the chunk, or a bracket or comma.
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?P<closed>"?)|[\[\]{},]', re.DOTALL)


class Piece:
    """One item of an array: its text (None when it is too long to be kept), and where it begins."""

    __slots__ = ("column", "line", "text")

    def __init__(self, text: bytes | None, line: int, column: int) -> None:
        self.text, self.line, self.column = text, line, column


class Cutter:
    """Cuts the items of one array out of what it is fed, which begins behind the opening bracket."""

    def __init__(self, line: int, column: int) -> None:
        self.line, self.column = line, column  # of the first byte that is held
        self.held = b""
        self.scanned = 0
        self.depth = 1
        self.too_long = False
        self.closed = False

    def feed(self, data: bytes, last: bool) -> Iterator[Piece]:
        """Return the items that end in `data`; what remains of it waits for more."""
        self.held += data
        start = 0
        for token in _TOKEN.finditer(self.held, self.scanned):
            word = token.group()
            if word[:1] == b'"':
                if not token.group("closed") and not last:
                    self.scanned = token.start()
                    break
            elif word in b"[{":
                self.depth += 1
            elif word in b"]}":
                self.depth -= 1
            if (word == b"," and self.depth == 1) or self.depth == 0:
                yield from self._piece(self.held[start : token.start()], ended=self.depth == 0)
                self._move(self.held[start : token.end()])
                start = token.end()
                self.too_long = False
                if self.depth == 0:
                    self.closed = True
                    self.held = self.held[start:]
                    return
            self.scanned = token.end()
        self.held = self.held[start:]
        self.scanned = max(0, self.scanned - start)
        self._let_go()

    def rest(self) -> Iterator[Piece]:
        """Return the item that the end of the file cut off, if there is one."""
        yield from self._piece(self.held, ended=True)

    def _piece(self, text: bytes, ended: bool) -> Iterator[Piece]:
        body = text.lstrip(b" \t\r\n")
        if not body and ended and not self.too_long:
            return  # an empty array, or a comma before its end, which JSON has not but people have
        lead = text[: len(text) - len(body)]
        line, column = _moved(lead, self.line, self.column)
        yield Piece(None if self.too_long or len(body) > MAX_PIECE else body.rstrip(b" \t\r\n"), line, column)

    def _move(self, text: bytes) -> None:
        self.line, self.column = _moved(text, self.line, self.column)

    def _let_go(self) -> None:
        """What is longer than any spec is not kept, only followed to its end."""
        if len(self.held) > MAX_PIECE:
            self.too_long = True
            self._move(self.held[: self.scanned])
            self.held = self.held[self.scanned :]
            self.scanned = 0
            if len(self.held) > MAX_PIECE:  # one string
                kept = b'"' if not self.held.endswith(b"\\") else b'"\\'
                self._move(self.held)
                self.held = kept


def _moved(text: bytes, line: int, column: int) -> tuple[int, int]:
    breaks = text.count(b"\n")
    if breaks:
        return line + breaks, len(text) - text.rfind(b"\n")
    return line, column + len(text)


def array_blocks(feed: Feed, line: int = 1, column: int = 1, alone: bool = True) -> Iterator[Block]:
    """Go through an array whose opening bracket was just read; `line` and `column` are behind it.

    Nothing may follow it where it stands `alone`.
    """
    cutter = Cutter(line, column)
    number, pieces = 1, []
    size = 0
    while not cutter.closed:
        chunk = feed.read(BLOCK_BYTES)
        for piece in cutter.feed(chunk, last=not chunk):
            pieces.append(piece)
            size += len(piece.text or b"")
            if len(pieces) >= BLOCK_ENTRIES or size >= BLOCK_BYTES:
                yield from piece_blocks(number, pieces)
                number, pieces, size = number + len(pieces), [], 0
        if not chunk:
            break
    pieces += list(cutter.rest()) if not cutter.closed else []
    yield from piece_blocks(number, pieces)
    number += len(pieces)
    if number == 1 and cutter.closed:
        yield empty(1, line)
        number = 2
    problem = _ending(cutter, feed) if alone else None
    if problem is not None:
        yield Block(number, cutter.line, Read((problem.entry(number, cutter.line, cutter.column),)))


def _ending(cutter: Cutter, feed: Feed) -> Unreadable | None:
    if not cutter.closed:
        return Unreadable("the list is not closed: ] is missing", 1, 1)
    after = cutter.held
    while not after.strip() and (more := feed.read()):
        after = more
    return Unreadable("something follows the end of the list", 1, 1) if after.strip() else None


def piece_blocks(number: int, pieces: list[Piece]) -> Iterator[Block]:
    """Make blocks of pieces, those that are too long apart."""
    while pieces:
        count = next((place for place, piece in enumerate(pieces) if piece.text is None), len(pieces))
        if count == 0:
            yield too_long(number, pieces[0].line, pieces[0].column)
            count = 1
        else:
            texts = tuple(piece.text or b"" for piece in pieces[:count])
            places = tuple((piece.line, piece.column) for piece in pieces[:count])
            yield Block(number, pieces[0].line, Raw(texts=texts, places=places), size=sum(map(len, texts)))
        number, pieces = number + count, pieces[count:]


def too_long(number: int, line: int, column: int = 1) -> Block:
    """Return the block of one spec that is longer than any spec can be."""
    problem = Unreadable(f"longer than a job spec can be ({MAX_PIECE // 2**20} MiB)", 1, 1)
    return Block(number, line, Read((problem.entry(number, line, column),)), size=MAX_PIECE)


def empty(number: int = 1, line: int = 1) -> Block:
    """Return the block of a file that holds nothing."""
    return Block(number, line, Read((Unreadable("is empty", 1, 1, HINT).entry(number, line),)))
