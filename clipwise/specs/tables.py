"""CSV: a row is a job, a column an input; or the row fills the places of a template.

Cells stay texts here: what they are is for the format to say (`filling`).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import ConfigurationError
from ..text import printable
from .exact import decoded
from .feed import Feed
from .values import BLOCK_ENTRIES, Block, Read, Rows, Unreadable

DELIMITERS = "\t;,"
Row = tuple[int, tuple[str, ...]]


class Lines:
    """The lines of a CSV as the reader of the standard library asks for them; knows which were not fit to be read."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.line = 0
        self.problem: Unreadable | None = None  # of the row that is being read, at line `wrong`
        self.wrong = 0

    def __iter__(self) -> Iterator[str]:
        while (data := self.feed.lines()) is not None:
            if self.feed.cut:
                self.feed.skip_line()
                self.line += 1
                self._refuse(Unreadable("a line longer than a job spec can be", 1, 1))
                yield "\n"
                continue
            for raw in data.split(b"\n"):
                self.line += 1
                yield self._text(raw) + "\n"

    def _text(self, raw: bytes) -> str:
        try:
            text = decoded(raw)
        except Unreadable as error:
            self._refuse(error)
            return raw.decode("utf-8", "replace").replace("\0", "")
        if "\0" in text:
            self._refuse(Unreadable("holds a NUL", 1, text.index("\0") + 1))
        return text.replace("\0", "").removesuffix("\r")

    def _refuse(self, error: Unreadable) -> None:
        if self.problem is None:
            self.problem, self.wrong = error, self.line


def delimiter_of(header: str) -> str:
    """Return what separates the columns: the one of tab, semicolon and comma that the header has most of."""
    bare = re.sub(r'"[^"]*"', "", header)
    return max(reversed(DELIMITERS), key=bare.count)


def row_blocks(feed: Feed, name: str, template: Mapping[str, Any] | None = None) -> Iterator[Block]:
    """Go through a table; `name` is what messages call it. ConfigurationError for columns that cannot be used."""
    head = feed.peek(2**16).lstrip(b"\r\n").partition(b"\n")[0].decode("utf-8", "replace")
    lines = Lines(feed)
    reader = csv.reader(iter(lines), delimiter=delimiter_of(head), strict=True)
    columns = _columns(reader, lines, name)
    if template is not None:
        missing = sorted(names_in(template) - set(columns))
        if missing:
            named = ", ".join(f"${{{printable(each, 60)}}}" for each in missing)
            raise ConfigurationError(
                f"{name}: the template names columns that are not there: {named}",
                hint=f"there are {printable(', '.join(columns), 300)}",
            )
    number = 1
    held: list[Row] = []
    for entry in _rows(reader, lines, columns):
        if isinstance(entry, Unreadable):
            yield from _block(number, columns, held, template)
            number, held = number + len(held), []
            yield Block(number, entry.line, Read((entry.entry(number, 1),)))
            number += 1
            continue
        held.append(entry)
        if len(held) >= BLOCK_ENTRIES:
            yield from _block(number, columns, held, template)
            number, held = number + len(held), []
    yield from _block(number, columns, held, template)
    if number == 1 and not held:
        problem = Unreadable("holds no rows", 1, 1)
        yield Block(1, 1, Read((problem.entry(1, 1),)))


def _block(
    number: int, columns: tuple[str, ...], held: list[Row], template: Mapping[str, Any] | None
) -> Iterator[Block]:
    if held:
        yield Block(number, held[0][0], Rows(columns, tuple(held), template))


def _columns(reader: Any, lines: Lines, name: str) -> tuple[str, ...]:
    try:
        columns = tuple(each.strip() for each in next((row for row in reader if row), ()))
    except csv.Error as error:
        raise ConfigurationError(f"{name}: line {lines.line}: not CSV: {error}") from None
    if lines.problem is not None:
        raise ConfigurationError(f"{name}: line {lines.wrong}: {lines.problem.message}")
    if not columns:
        raise ConfigurationError(f"{name}: is empty; the first row names the columns")
    for place, column in enumerate(columns):
        if not column:
            raise ConfigurationError(f"{name}: line {lines.line}: column {place + 1} has no name")
        if column in columns[:place]:
            shown = printable(column, 100)
            raise ConfigurationError(f"{name}: line {lines.line}: the column {shown!r} is named twice")
    return columns


def _rows(reader: Any, lines: Lines, columns: tuple[str, ...]) -> Iterator[Row | Unreadable]:
    """Go through the rows with their lines, or what is wrong with them."""
    while True:
        line = lines.line + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            lines.problem = None
            yield Unreadable(f"not CSV: {error}", lines.line, 1)
            continue
        wrong, lines.problem = lines.problem, None
        if wrong is not None:
            yield Unreadable(wrong.message, lines.wrong, wrong.column)
        elif cells is None:
            return
        elif cells and len(cells) != len(columns):
            count = f"{len(cells)} cell{'s' * (len(cells) != 1)}"
            yield Unreadable(f"has {count}, and there are {len(columns)} columns", line, 1)
        elif cells:
            yield line, tuple(cells)


# --- templates --------------------------------------------------------------------------------------------------------

_PLACE = re.compile(r"\$\$\{|\$\{([^{}]*)\}")


def names_in(value: Any) -> set[str]:
    """Return the columns that a template names."""
    if isinstance(value, str):
        return {found.group(1).strip() for found in _PLACE.finditer(value) if found.group(1) is not None}
    if isinstance(value, Mapping):
        return set().union(*map(names_in, value.values()))
    return set().union(*map(names_in, value)) if isinstance(value, list) else set()


def alone_in(text: str) -> str | None:
    """Return the column that a text is nothing but the place of."""
    found = _PLACE.fullmatch(text)
    return found.group(1).strip() if found and found.group(1) is not None else None


def filled(text: str, cells: Mapping[str, str]) -> str:
    """Return a text with its places filled; `$${` is `${`."""
    return _PLACE.sub(lambda found: "${" if found.group(1) is None else cells[found.group(1).strip()], text)
