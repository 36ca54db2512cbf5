"""What a batch has to do and has done: a SQLite file that survives Ctrl-C, a crash and a reboot.

Every line has its idempotency key here before anything is sent for it, so that no job is started twice. Holds no text
of a job and no key of the API: hashes, ids, keys of jobs, statuses, outputs. Knows no flow and no network.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from ..errors import ConfigurationError
from ..formats.document import Upload
from ..text import printable
from .lines import DOUBTFUL, INVALID, PLANNED, SENDING, Line

T = TypeVar("T")
VERSION = 1
TABLES = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS lines (
    hash TEXT NOT NULL, nth INTEGER NOT NULL, present INTEGER NOT NULL, number INTEGER NOT NULL,
    line INTEGER NOT NULL, format TEXT NOT NULL, key TEXT NOT NULL UNIQUE, status TEXT NOT NULL, id TEXT NOT NULL,
    began REAL NOT NULL, ended REAL NOT NULL, outputs TEXT NOT NULL, files TEXT, error TEXT, UNIQUE (hash, nth));
CREATE INDEX IF NOT EXISTS in_order ON lines (present, number);
CREATE TABLE IF NOT EXISTS uploads (place TEXT NOT NULL, sha TEXT NOT NULL, id TEXT NOT NULL, UNIQUE (place, sha));
"""
COLUMNS = "number, line, format, key, status, id, began, ended, outputs, files, error"
# A spec that is in the file again stands where it stood; only what was never sent is judged anew.
PLAN = """
INSERT INTO lines (hash, nth, present, number, line, format, key, status, id, began, ended, outputs, error)
VALUES (?, ?, 1, ?, ?, ?, ?, ?, '', 0, 0, '{}', ?)
ON CONFLICT (hash, nth) DO UPDATE SET present = 1, number = excluded.number, line = excluded.line,
    error = CASE WHEN status IN ('planned', 'invalid') THEN excluded.error ELSE error END,
    status = CASE WHEN status IN ('planned', 'invalid') THEN excluded.status ELSE status END
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One spec as it is to be planned: its hash, its place, its format, and why it is invalid, if it is."""

    hash: str
    number: int
    line: int
    format: str
    error: Mapping[str, Any] | None = None


class Ledger:
    """The lines of a batch for one account of one server, in a file, or in memory without a `path`.

    Used by one thread at a time. ConfigurationError when the file cannot be used, or holds jobs of another account or
    server, unless they are to be taken over (a key that was changed, a server that moved).
    """

    def __init__(
        self,
        path: Path | None,
        server: str = "",
        account: str = "",
        read_only: bool = False,
        take_over: bool = False,
    ) -> None:
        self.path = path
        self._lock = threading.Lock()
        with self._usable():
            self._db = _connected(path, read_only)
            if not read_only:
                self._db.executescript(TABLES)
            self._belongs(server, account, take_over)

    def _belongs(self, server: str, account: str, take_over: bool) -> None:
        said = dict(self._db.execute("SELECT name, value FROM about"))
        own = {"version": str(VERSION), "server": server, "account": account}
        if said.get("version", str(VERSION)) != str(VERSION):
            raise ConfigurationError(f"the ledger {self._shown} was written by another version of clipwise")
        if not server or said == own:
            return
        begun = said and self._db.execute("SELECT 1 FROM lines WHERE id != '' LIMIT 1").fetchone()
        if begun and not take_over:
            other = said.get("server") != server
            of = f"the server {said.get('server')}" if other else "another API key"
            raise ConfigurationError(
                f"the ledger {self._shown} is of jobs for {printable(of, 200)}, not for this one",
                hint="use the settings it was begun with; --take-over (take_over=True) says that it is the same "
                "account under a new key or address; another batch takes a ledger of its own (--ledger FILE)",
            )
        with self._db:
            self._db.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", own.items())

    @property
    def _shown(self) -> str:
        return printable(self.path or "in memory", 200)

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise ConfigurationError(
                f"the ledger {self._shown} cannot be used: {error}",
                hint="it says which jobs were started; without it they would be started again",
            ) from None

    def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with self._usable(), self._lock, self._db:
            return work(self._db)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    # --- planning -----------------------------------------------------------------------------------------------------

    def plan(self, wanted: Iterable[Wanted]) -> None:
        """Take in the specs of a file: what is new gets a key, what is gone from the file is set aside, not lost.

        When this returns the keys are on the disk.
        """
        seen: Counter[str] = Counter()

        def rows() -> Iterator[tuple[Any, ...]]:
            for each in wanted:
                seen[each.hash] += 1
                status, error = (INVALID, json.dumps(each.error)) if each.error else (PLANNED, None)
                place = each.number, each.line, printable(each.format, 200)
                yield each.hash, seen[each.hash], *place, uuid4().hex, status, error

        def work(db: sqlite3.Connection) -> None:
            db.execute("UPDATE lines SET present = 0, number = 0")
            db.executemany(PLAN, rows())

        with self._on_disk():
            self._do(work)

    @contextmanager
    def _on_disk(self) -> Iterator[None]:
        """What is written meanwhile survives the machine, not only this process."""
        self._db.execute("PRAGMA synchronous = FULL")
        try:
            yield
        finally:
            self._db.execute("PRAGMA synchronous = NORMAL")

    def find(self, hash: str, nth: int) -> Line | None:
        """Return the line of the nth spec with this hash, if it is of the plan."""
        query = f"SELECT {COLUMNS} FROM lines WHERE hash = ? AND nth = ? AND present = 1"
        row = self._do(lambda db: db.execute(query, (hash, nth)).fetchone())
        return None if row is None else _line(row)

    def lines(self) -> Iterator[Line]:
        """Go through the lines in the order of the specs."""
        query, last = f"SELECT {COLUMNS} FROM lines WHERE present = 1 AND number > ? ORDER BY number LIMIT 500", 0
        while rows := self._do(lambda db, after=last: db.execute(query, (after,)).fetchall()):  # type: ignore[misc]
            last = rows[-1][0]
            yield from map(_line, rows)

    def counts(self) -> Counter[str]:
        """Return how many lines stand in each status."""
        query = "SELECT status, count(*) FROM lines WHERE present = 1 GROUP BY status"
        return Counter(dict(self._do(lambda db: db.execute(query).fetchall())))

    def retry(self, statuses: Sequence[str], numbers: Sequence[int] = ()) -> tuple[int, ...]:
        """Plan lines of these statuses anew, each under a key of its own; all, or only these numbers; return which."""
        chosen = [each for each in self.lines() if each.status in statuses and (not numbers or each.number in numbers)]
        again = [(uuid4().hex, PLANNED, each.key) for each in chosen]
        query = (
            "UPDATE lines SET key = ?, status = ?, id = '', began = 0, ended = 0, outputs = '{}', files = NULL,"
            " error = NULL WHERE key = ?"
        )
        with self._on_disk():
            self._do(lambda db: db.executemany(query, again))
        return tuple(each.number for each in chosen)

    # --- running ------------------------------------------------------------------------------------------------------

    def lease(self, lines: Sequence[Line], now: float) -> list[Line]:
        """Write down, on the disk, that these lines are about to be sent."""
        leased = [each if each.status == SENDING else replace(each, status=SENDING, began=now) for each in lines]
        with self._on_disk():
            self._save(leased)
        return leased

    def save(self, line: Line) -> None:
        """Write down how a line stands."""
        self._save([line])

    def _save(self, lines: Sequence[Line]) -> None:
        query = (
            "UPDATE lines SET status = ?, id = ?, began = ?, ended = ?, outputs = ?, files = ?, error = ? WHERE key = ?"
        )
        self._do(lambda db: db.executemany(query, map(_stored, lines)))

    def doubt(self, now: float, within: float) -> int:
        """Give up on lines whose sending was cut off so long ago that their key may not be known any more."""
        error = {"code": "doubtful", "message": "its sending was cut off more than a day ago: a job may exist"}
        query = "UPDATE lines SET status = ?, error = ? WHERE status = ? AND id = '' AND began < ?"
        given = (DOUBTFUL, json.dumps(error), SENDING, now - within)
        return self._do(lambda db: db.execute(query, given).rowcount)

    def uploaded(self, place: Upload, sha: str, id: str) -> None:
        """Write down that a content was uploaded to a place, and its id there."""
        row = _place(place), sha, id
        self._do(lambda db: db.execute("INSERT OR REPLACE INTO uploads VALUES (?, ?, ?)", row))

    def uploads(self) -> dict[tuple[Upload, str], str]:
        """Return the ids of everything that was uploaded for this batch."""
        rows = self._do(lambda db: db.execute("SELECT place, sha, id FROM uploads").fetchall())
        return {(_upload(place), sha): id for place, sha, id in rows}

    def begun(self, name: str, value: str) -> str:
        """Keep a word about the batch, the first one said; return it."""

        def work(db: sqlite3.Connection) -> str:
            db.execute("INSERT OR IGNORE INTO about VALUES (?, ?)", (name, value))
            return str(db.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()[0])

        return self._do(work)


def _connected(path: Path | None, read_only: bool) -> sqlite3.Connection:
    if path is None:
        return sqlite3.connect(":memory:", check_same_thread=False)
    if read_only:
        if not path.is_file():
            raise FileNotFoundError("there is no such file")
        # A folder that cannot be written has no room for what SQLite keeps beside a file that others may write.
        mode = "mode=ro" if os.access(path.parent, os.W_OK) else "immutable=1"
        return sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, check_same_thread=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    db = sqlite3.connect(path, check_same_thread=False, timeout=30.0)
    with suppress(sqlite3.OperationalError):  # where the disk has no shared memory, the old way does as well
        db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    return db


def _line(row: Sequence[Any]) -> Line:
    *plain, outputs, files, error = row
    brought = None if files is None else tuple(json.loads(files))
    more = {"outputs": json.loads(outputs), "files": brought, "error": None if error is None else json.loads(error)}
    return Line(*plain, **more)


def _stored(line: Line) -> tuple[Any, ...]:
    files = None if line.files is None else json.dumps(line.files)
    error = None if line.error is None else json.dumps(line.error, default=str)
    outputs = json.dumps(line.outputs, default=str)
    return line.status, line.id, line.began, line.ended, outputs, files, error, line.key


def _place(place: Upload) -> str:
    return json.dumps([place.resource_type, place.purpose, place.metadata])


def _upload(text: str) -> Upload:
    resource_type, purpose, metadata = json.loads(text)
    return Upload(resource_type, purpose, tuple((name, value) for name, value in metadata))
