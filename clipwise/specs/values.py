"""The values of spec files: where they come from, pieces of them, and the job specs in them. They know no disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

from ..errors import Problem

Kind = Literal["", "jsonl", "json", "yaml", "toml", "csv"]
KINDS: tuple[Kind, ...] = ("jsonl", "json", "yaml", "toml", "csv")
SUFFIXES: Mapping[str, Kind] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".toml": "toml",
    ".csv": "csv",
    ".tsv": "csv",
}
MAX_PIECE = 8 * 2**20  # bytes of one line, or of one item of an array
MAX_WHOLE = 64 * 2**20  # bytes of what can only be read as a whole
BLOCK_BYTES = 128 * 2**10
BLOCK_ENTRIES = 500
MAX_DEPTH = 100  # of nesting in a spec file
NOWHERE = (0, 0)


@dataclass(frozen=True, slots=True)
class Source:
    """Where job specs come from: a file or, without a path, standard input.

    `kind` is empty where it is to be told by the suffix, or else by the beginning. `defaults` is a file with what holds
    for every spec; `template` and `rows` make one spec of every row of a CSV, in place of `path`; `format` is that of
    specs that name none.
    """

    path: Path | None = None
    kind: Kind = ""
    defaults: Path | None = None
    template: Path | None = None
    rows: Path | None = None
    format: str = ""

    @property
    def folder(self) -> Path:
        """Where relative paths in the specs start."""
        named = self.template or self.path
        return Path() if named is None else named.parent

    @property
    def name(self) -> str:
        """What messages call it."""
        named = self.rows if self.template else self.path
        return "-" if named is None else str(named)


class Entry(NamedTuple):
    """One job spec of a file: its number, from 1, and the line on which it begins (0 when nothing tells).

    `spec` has the defaults under it; it is None when `problem` says why it cannot be read. `locate` is a lookup from
    the path of a problem to its line and column, where the kind of file has one.
    """

    number: int
    line: int
    spec: dict[str, Any] | None
    problem: Problem | None = None
    column: int = 0
    locate: Callable[[Sequence[str | int]], tuple[int, int]] | None = None

    def place(self, path: Sequence[str | int] = ()) -> tuple[int, int]:
        """Return line and column of the value at a path, or of the nearest that holds it; 0 for what is not known."""
        path = _present(self.spec, path)
        found = self.locate(path) if path and self.locate is not None else NOWHERE
        return found if found[0] else (self.line, self.column)


def _present(value: Any, path: Sequence[str | int]) -> Sequence[str | int]:
    """Return as much of a path as is there."""
    for count, part in enumerate(path):
        try:
            value = value[part]
        except (LookupError, TypeError):
            return path[:count]
    return path


class Raw:
    """JSON as it is written: `data` of whole lines, or pieces of it with the line and column of each."""

    __slots__ = ("data", "places", "texts")

    def __init__(
        self, data: bytes = b"", texts: Sequence[bytes] | None = None, places: Sequence[tuple[int, int]] = ()
    ) -> None:
        self.data = data
        self.texts = data.split(b"\n") if texts is None else texts
        self.places = places

    def __reduce__(self) -> tuple[Any, ...]:
        """Lines travel once."""
        return Raw, (self.data, None if self.data else self.texts, self.places)


class Rows(NamedTuple):
    """Rows of a table under its columns, with their lines; `template` is what they are filled into."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    template: Mapping[str, Any] | None = None


class Read(NamedTuple):
    """Specs that are read, or cannot be."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a file, some hundred specs at most; `number` and `line` are those of the first.

    `defaults` are those that the file itself says, in its header; `size` is how much of the file it is, in bytes.
    """

    number: int
    line: int
    content: Raw | Rows | Read
    defaults: Mapping[str, Any] = field(default_factory=dict)
    size: int = 0


class Found(NamedTuple):
    """A spec with problems: its number, its line, and each problem with its line and column (0 for unknown)."""

    number: int
    line: int
    problems: tuple[Problem, ...]
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of a block: how many specs, how many of them are surely wrong or have warnings only, and which."""

    specs: int
    wrong: int = 0
    warned: int = 0
    found: tuple[Found, ...] = ()
    size: int = 0


class Unreadable(Exception):
    """A spec that cannot be read; `line` and `column` count from 1 inside its text, 0 for unknown."""

    def __init__(self, message: str, line: int = 0, column: int = 0, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.line, self.column, self.hint = message, line, column, hint

    def problem(self) -> Problem:
        """Return it as the problem of a spec."""
        return Problem((), "unreadable_spec", self.message, self.hint)

    def entry(self, number: int, line: int, column: int = 1) -> Entry:
        """Return it as an entry; `line` and `column` are where its text begins."""
        there = line + max(self.line, 1) - 1 if line else 0
        offset = column - 1 if self.line <= 1 else 0
        return Entry(number, there, None, self.problem(), self.column + offset if self.column else 0)


def batched(entries: Iterator[Entry], defaults: Mapping[str, Any] | None = None) -> Iterator[Block]:
    """Gather entries into blocks."""
    held: list[Entry] = []
    for entry in entries:
        held.append(entry)
        if len(held) >= BLOCK_ENTRIES:
            yield Block(held[0].number, held[0].line, Read(tuple(held)), defaults or {})
            held = []
    if held:
        yield Block(held[0].number, held[0].line, Read(tuple(held)), defaults or {})
