"""Everything the sandbox keeps, in one SQLite file beside the media files of its data folder.

Several processes may work on one folder: writers wait for each other (WAL, immediate transactions). Every call
blocks; the server makes them from threads. Knows nothing of HTTP, of formats or of rendering.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clipwise.sandbox.exchange import ACT_AS, SCOPES

VERSION = 2
DATABASE = "sandbox.db"
WAIT = 10.0  # seconds that a writer waits for another
ACCOUNT = "local"
EVERYONE = ""  # the account that owns what is curated

# What each version added.
SCHEMA: Mapping[int, tuple[str, ...]] = {
    1: (
        "CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
        "CREATE TABLE tokens (hash TEXT PRIMARY KEY, account TEXT NOT NULL, scopes TEXT NOT NULL,"
        " created_at REAL NOT NULL)",
        """CREATE TABLE resources (
            seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, resource_type TEXT NOT NULL,
            name TEXT NOT NULL, source_kind TEXT NOT NULL, kind TEXT NOT NULL, mime_type TEXT NOT NULL,
            path TEXT NOT NULL, bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, metadata TEXT NOT NULL,
            created_at REAL NOT NULL)""",
        "CREATE INDEX resources_listed ON resources (resource_type, account, seq)",
        """CREATE TABLE generations (
            seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, format TEXT NOT NULL,
            payload TEXT NOT NULL, status TEXT NOT NULL, stage TEXT NOT NULL, progress REAL NOT NULL, error TEXT,
            outputs TEXT, idempotency_key TEXT, body_hash TEXT NOT NULL, claim TEXT, lease_until REAL NOT NULL,
            claims INTEGER NOT NULL, created_at REAL NOT NULL, started_at REAL, finished_at REAL)""",
        "CREATE UNIQUE INDEX generations_once ON generations (account, idempotency_key)"
        " WHERE idempotency_key IS NOT NULL",
        "CREATE INDEX generations_open ON generations (status, seq) WHERE status IN ('queued', 'running')",
    ),
    2: (
        "CREATE TABLE extractions (id TEXT PRIMARY KEY, account TEXT NOT NULL, url TEXT NOT NULL,"
        " created_at REAL NOT NULL)",
    ),
}

Term = tuple[str, Sequence[Any]]
"""What narrows a list: a condition in SQL, and the values that are bound in it."""


class StoreError(Exception):
    """The data folder cannot be used; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class Token:
    """Whom a bearer token stands for, and what it may do."""

    account: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Resource:
    """A row of any resource type; `path` is relative to the data folder, and empty where there is no file."""

    id: str
    account: str
    resource_type: str
    name: str
    source_kind: str
    kind: str = ""
    mime_type: str = ""
    path: str = ""
    bytes: int = 0
    sha256: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    created_at: float = field(default_factory=time.time)


class Store:
    """The data folder and its database; safe to use from many threads. Raises StoreError when it cannot be opened."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self._free: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._closed = False
        try:
            _prepare(self.folder)
            with self.writing() as db:
                _migrate(db)
                self._secret = _setting(db, "secret", secrets.token_hex(32))
        except (OSError, sqlite3.Error) as error:
            self.close()
            raise StoreError(f"The sandbox cannot use the folder {self.folder}: {error}") from error
        except StoreError:
            self.close()
            raise

    def close(self) -> None:
        """Close every connection that is not in use, and the others as soon as they are free."""
        with self._lock:
            self._closed = True
            free, self._free = self._free, []
        for connection in free:
            connection.close()

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection for single statements."""
        with self._lock:
            connection = self._free.pop() if self._free else None
        connection = connection or _connect(self.folder / DATABASE)
        try:
            yield connection
        finally:
            with self._lock:
                kept = not self._closed
                if kept:
                    self._free.append(connection)
            if not kept:
                connection.close()

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection inside a transaction that no other writer shares; an exception undoes all of it."""
        with self.reading() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    def sign(self, *parts: str) -> str:
        """Return what makes a URL unguessable: a code for `parts` that only this data folder can make."""
        return hmac.new(self._secret.encode(), "\n".join(parts).encode(), "sha256").hexdigest()[:40]

    # --- tokens -------------------------------------------------------------------------------------------------------

    def own_token(self) -> str:
        """Return this folder's token, which may do everything; it is made and kept (mode 0600) at the first call."""
        path = self.folder / "api_key"
        with self.writing() as db:  # the transaction keeps two processes from making one each
            if not path.is_file():
                part = self.folder / f".api_key-{secrets.token_hex(4)}"
                with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                    file.write(f"cw_live_sandbox_{secrets.token_hex(16)}\n")
                part.replace(path)
            token = path.read_text().strip()
            _add_token(db, token, ACCOUNT, (*SCOPES, ACT_AS))
        return token

    def add_token(self, scopes: Sequence[str], account: str = ACCOUNT) -> str:
        """Make a token with these scopes; only its hash is kept."""
        token = f"cw_live_sandbox_{secrets.token_hex(16)}"
        with self.writing() as db:
            _add_token(db, token, account, scopes)
        return token

    def token(self, bearer: str) -> Token | None:
        """Return whom `bearer` stands for; None when nobody."""
        with self.reading() as db:
            row = db.execute("SELECT account, scopes FROM tokens WHERE hash = ?", (_hashed(bearer),)).fetchone()
        return Token(row["account"], frozenset(json.loads(row["scopes"]))) if row else None

    # --- extractions --------------------------------------------------------------------------------------------------

    def add_extraction(self, account: str, url: str) -> str:
        """Keep a link that is to be extracted; return the id of the task."""
        id = f"task_{secrets.token_hex(12)}"
        with self.writing() as db:
            db.execute("INSERT INTO extractions VALUES (?, ?, ?, ?)", (id, account, url, time.time()))
        return id

    def extraction(self, account: str, id: str) -> tuple[str, float] | None:
        """Return the link of the account's own task, and when it was given; None when there is no such task."""
        with self.reading() as db:
            query = "SELECT url, created_at FROM extractions WHERE id = ? AND account = ?"
            row = db.execute(query, (id, account)).fetchone()
        return (row["url"], row["created_at"]) if row else None

    # --- resources ----------------------------------------------------------------------------------------------------

    def add(self, resource: Resource) -> Resource:
        """Keep a resource; one that has its id already stays as it is."""
        with self.writing() as db:
            insert_resource(db, resource)
        return resource

    def resource(self, account: str, id: str) -> Resource | None:
        """Return the resource when it is the account's own or curated."""
        with self.reading() as db:
            row = db.execute(
                "SELECT * FROM resources WHERE id = ? AND account IN (?, ?)", (id, account, EVERYONE)
            ).fetchone()
        return _resource(row) if row else None

    def resource_of_anyone(self, id: str) -> Resource | None:
        """Return the resource, whoever owns it: for requests that a signed URL allows."""
        with self.reading() as db:
            row = db.execute("SELECT * FROM resources WHERE id = ?", (id,)).fetchone()
        return _resource(row) if row else None

    def resources(
        self, account: str, resource_type: str, terms: Sequence[Term] = (), page: int = 1, limit: int = 100
    ) -> tuple[list[Resource], int]:
        """Return one page (from 1) and the total: the account's own, newest first, then the curated."""
        where = "resource_type = ? AND account IN (?, ?)"
        values: list[Any] = [resource_type, account, EVERYONE]
        for condition, bound in terms:
            where += f" AND ({condition})"
            values += bound
        order = "account = '', CASE WHEN account = '' THEN seq ELSE -seq END"
        with self.reading() as db:
            (total,) = db.execute(f"SELECT count(*) FROM resources WHERE {where}", values).fetchone()
            rows = db.execute(
                f"SELECT * FROM resources WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?",
                (*values, limit, (page - 1) * limit),
            ).fetchall()
        return [_resource(row) for row in rows], total

    def change(self, account: str, id: str, changed: Callable[[Resource], Resource]) -> Resource | None:
        """Give the account's own resource the name and metadata of what `changed` returns; None when there is none."""
        with self.writing() as db:
            row = db.execute("SELECT * FROM resources WHERE id = ? AND account = ?", (id, account)).fetchone()
            if row is None:
                return None
            new = changed(_resource(row))
            values = (new.name, json.dumps(dict(new.metadata)), row["seq"])
            db.execute("UPDATE resources SET name = ?, metadata = ? WHERE seq = ?", values)
        return new

    def delete(self, account: str, id: str) -> bool:
        """Forget the account's own resource; False when there is none. Its file is the caller's to remove."""
        with self.writing() as db:
            done = db.execute("DELETE FROM resources WHERE id = ? AND account = ?", (id, account))
        return done.rowcount == 1


def insert_resource(db: sqlite3.Connection, each: Resource) -> None:
    """Write a resource inside the caller's transaction."""
    names = [name for name in Resource.__slots__ if name != "metadata"]
    db.execute(
        f"INSERT OR IGNORE INTO resources (metadata, {', '.join(names)}) VALUES (?, {', '.join('?' for _ in names)})",
        (json.dumps(dict(each.metadata)), *(getattr(each, name) for name in names)),
    )


def _resource(row: sqlite3.Row) -> Resource:
    values = {name: row[name] for name in Resource.__slots__}
    return Resource(**{**values, "metadata": json.loads(values["metadata"])})


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=WAIT, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    try:
        connection.execute("PRAGMA synchronous = FULL")  # an accepted job survives a power cut
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _prepare(folder: Path) -> None:
    """Make the folder and what is in it, for the owner's eyes only."""
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.mkdir(exist_ok=True, mode=0o700)
    if any(folder.iterdir()) and not (folder / DATABASE).exists():
        raise StoreError(f"{folder} holds something else than a sandbox: name an empty folder or a new one.")
    folder.chmod(0o700)
    _make_database(folder / DATABASE)  # first: it is what marks the folder as a sandbox's
    for name in ("files", "incoming", "outputs", "curated"):
        (folder / name).mkdir(exist_ok=True, mode=0o700)


def _make_database(path: Path) -> None:
    connection = _connect(path)
    try:
        # Two processes that start together can refuse each other the switch, whatever the time-out.
        for _ in range(50):
            with contextlib.suppress(sqlite3.OperationalError):
                connection.execute("PRAGMA journal_mode = WAL")
                return
            time.sleep(0.1)
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()


def _migrate(db: sqlite3.Connection) -> None:
    (found,) = db.execute("PRAGMA user_version").fetchone()
    if found > VERSION:
        raise StoreError("The sandbox's data folder was written by a newer clipwise: update, or use another folder.")
    for version in range(found + 1, VERSION + 1):
        for statement in SCHEMA[version]:
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {version}")


def _setting(db: sqlite3.Connection, key: str, first: str) -> str:
    db.execute("INSERT OR IGNORE INTO settings VALUES (?, ?)", (key, first))
    (value,) = db.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
    return str(value)


def _hashed(token: str) -> str:
    # A token is 128 random bits, so a plain hash cannot be turned back.
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def _add_token(db: sqlite3.Connection, token: str, account: str, scopes: Sequence[str]) -> None:
    db.execute(
        "INSERT OR IGNORE INTO tokens VALUES (?, ?, ?, ?)",
        (_hashed(token), account, json.dumps(list(scopes)), time.time()),
    )
