"""The life of a generation in the store: accepted once, claimed under a lease, finished exactly once.

    queued ──claim──▶ running ──finish──▶ completed | failed
      └───────cancel─────┴──────────────▶ cancelled

A claim is a random word; whoever renders proves with it that the job is still theirs. Every change is one
transaction, so workers and servers of several processes cannot disagree. Knows nothing of HTTP or of rendering.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clipwise.sandbox.store import Resource, Store, insert_resource

LEASE = 5.0  # seconds without a sign of life after which a job is anyone's again
MAX_CLAIMS = 3  # a job that took its renderer down this often is not tried again
LAST_STAGES = ("encoding", "finished")  # from here on a job is not stopped any more
DIED = {"code": "server_error", "message": f"The rendering was broken off {MAX_CLAIMS} times; it is not tried again."}


class KeyConflict(Exception):
    """The idempotency key was used for another body."""


class Unstoppable(Exception):
    """The generation is finished, or in its last stage."""


@dataclass(frozen=True, slots=True)
class Generation:
    """A row of the generations; `outputs` are as stored: with paths, without URLs. Times are seconds since 1970."""

    id: str
    account: str
    format: str
    payload: Mapping[str, Any]
    status: str
    stage: str
    progress: float
    error: Mapping[str, Any] | None
    outputs: Mapping[str, Any] | None
    claim: str | None
    created_at: float
    started_at: float | None
    finished_at: float | None


@dataclass(frozen=True, slots=True)
class Wish:
    """A generation as it is asked for: `key` makes it happen once, `body_hash` tells one body from another."""

    account: str
    format: str
    payload: Mapping[str, Any]
    body_hash: str
    key: str | None = None


def earlier(store: Store, account: str, key: str, body_hash: str) -> Generation | None:
    """Return what was accepted under this key; KeyConflict when it was for another body."""
    with store.reading() as db:
        return _earlier(db, account, key, body_hash)


def accept(store: Store, wish: Wish) -> tuple[Generation, bool]:
    """Commit a new generation, or find the one of the same key; say whether it is new."""
    with store.writing() as db:
        found = _earlier(db, wish.account, wish.key, wish.body_hash) if wish.key else None
        if found:
            return found, False
        id = f"gen_{secrets.token_hex(12)}"
        db.execute(
            "INSERT INTO generations (id, account, format, payload, status, stage, progress, idempotency_key,"
            " body_hash, lease_until, claims, created_at) VALUES (?, ?, ?, ?, 'queued', '', 0, ?, ?, 0, 0, ?)",
            (id, wish.account, wish.format, json.dumps(wish.payload), wish.key, wish.body_hash, time.time()),
        )
        return _generation(db.execute("SELECT * FROM generations WHERE id = ?", (id,)).fetchone()), True


def find(store: Store, id: str, account: str | None = None) -> Generation | None:
    """Return a generation, of the account or (None) of anyone."""
    with store.reading() as db:
        row = db.execute(
            "SELECT * FROM generations WHERE id = ? AND (? IS NULL OR account = ?)", (id, account, account)
        ).fetchone()
    return _generation(row) if row else None


def cancel(store: Store, id: str, account: str) -> Generation | None:
    """Take the job from whoever has it; Unstoppable when it is too late, None when there is no such job.

    Its worker finds its claim gone at the next report, and leaves nothing behind.
    """
    with store.writing() as db:
        row = db.execute("SELECT * FROM generations WHERE id = ? AND account = ?", (id, account)).fetchone()
        if row is None:
            return None
        if row["status"] not in ("queued", "running") or row["stage"] in LAST_STAGES:
            raise Unstoppable(_generation(row))
        _close(db, row["seq"], "cancelled", None)
        return _generation(db.execute("SELECT * FROM generations WHERE id = ?", (id,)).fetchone())


def waiting(store: Store) -> bool:
    """Whether a job could be claimed now."""
    with store.reading() as db:
        return db.execute(f"SELECT 1 FROM generations WHERE {_FREE} LIMIT 1", (time.time(),)).fetchone() is not None


_FREE = "(status = 'queued' OR (status = 'running' AND lease_until < ?))"


def claim(store: Store, worker: str = "w") -> Generation | None:
    """Take the oldest job that is nobody's; what died too often fails on the way.

    The claim begins with the worker's name, so that `orphan` finds what a dead one had in hand.
    """
    if not waiting(store):  # looking costs nothing; a write transaction holds up others
        return None
    with store.writing() as db:
        while True:
            now = time.time()
            row = db.execute(f"SELECT * FROM generations WHERE {_FREE} ORDER BY seq LIMIT 1", (now,)).fetchone()
            if row is None:
                return None
            if row["claims"] >= MAX_CLAIMS:
                _close(db, row["seq"], "failed", DIED)
                continue
            db.execute(
                "UPDATE generations SET status = 'running', stage = 'starting', progress = 0, claim = ?,"
                " lease_until = ?, claims = claims + 1, started_at = coalesce(started_at, ?) WHERE seq = ?",
                (f"{worker}-{secrets.token_hex(12)}", now + LEASE, now, row["seq"]),
            )
            return _generation(db.execute("SELECT * FROM generations WHERE seq = ?", (row["seq"],)).fetchone())


def orphan(store: Store, worker: str) -> bool:
    """End the lease of a worker that is known to be dead, so that nobody waits for it; False when it had no job."""
    with store.writing() as db:
        ended = db.execute(
            "UPDATE generations SET lease_until = 0 WHERE status = 'running' AND substr(claim, 1, ?) = ?",
            (len(worker) + 1, f"{worker}-"),
        )
    return ended.rowcount > 0


def abandon(store: Store, message: str) -> None:
    """Fail every queued job: nobody is able to take it."""
    with store.writing() as db:
        for row in db.execute("SELECT seq FROM generations WHERE status = 'queued'").fetchall():
            _close(db, row["seq"], "failed", {"code": "server_error", "message": message})


def beat(store: Store, job: Generation) -> bool:
    """Renew the lease; False when the job is not this claim's any more."""
    return _mine(store, job, "lease_until = ?", (time.time() + LEASE,))


def report(store: Store, job: Generation, stage: str, progress: float) -> bool:
    """Note how far it is (0 to 1); False when the job is not this claim's any more."""
    values = (stage[:80], min(max(progress, 0.0), 1.0), time.time() + LEASE)
    return _mine(store, job, "stage = ?, progress = ?, lease_until = ?", values)


def release(store: Store, job: Generation) -> bool:
    """Give the job back unfinished: no death is counted, and the next one takes it at once."""
    return _mine(store, job, "status = 'queued', claim = NULL, lease_until = 0, claims = claims - 1", ())


def finish(store: Store, job: Generation, outputs: Mapping[str, Any], media: Sequence[Resource]) -> bool:
    """Complete the job and record its media in one transaction; False, and nothing kept, when it is not ours."""
    with store.writing() as db:
        done = db.execute(
            "UPDATE generations SET status = 'completed', progress = 1, outputs = ?, finished_at = ?, lease_until = 0"
            " WHERE id = ? AND claim = ? AND status = 'running'",
            (json.dumps(outputs), time.time(), job.id, job.claim),
        )
        if done.rowcount != 1:
            return False
        for each in media:
            insert_resource(db, each)
        return True


def fail(store: Store, job: Generation, code: str, message: str) -> bool:
    """End the job with a reason; False when it is not this claim's any more."""
    with store.writing() as db:
        row = db.execute(
            "SELECT seq FROM generations WHERE id = ? AND claim = ? AND status = 'running'", (job.id, job.claim)
        ).fetchone()
        if row is not None:
            _close(db, row["seq"], "failed", {"code": code, "message": message})
        return row is not None


def sweep(store: Store) -> None:
    """Remove the folders of claims that no running or completed job has."""
    # Folders first: a claim is in the database before its folder is made.
    folders = [each for each in (store.folder / "outputs").iterdir() if each.is_dir()]
    with store.reading() as db:
        alive = {row["claim"] for row in db.execute("SELECT claim FROM generations WHERE claim IS NOT NULL")}
    for folder in folders:
        if folder.name not in alive:
            with contextlib.suppress(OSError):
                shutil.rmtree(folder)


def _mine(store: Store, job: Generation, change: str, values: Sequence[Any]) -> bool:
    with store.writing() as db:
        done = db.execute(
            f"UPDATE generations SET {change} WHERE id = ? AND claim = ? AND status = 'running'",
            (*values, job.id, job.claim),
        )
    return done.rowcount == 1


def _close(db: sqlite3.Connection, seq: int, status: str, error: Mapping[str, Any] | None) -> None:
    db.execute(
        "UPDATE generations SET status = ?, error = ?, claim = NULL, lease_until = 0, finished_at = ? WHERE seq = ?",
        (status, json.dumps(error) if error else None, time.time(), seq),
    )


def _earlier(db: sqlite3.Connection, account: str, key: str, body_hash: str) -> Generation | None:
    row = db.execute("SELECT * FROM generations WHERE account = ? AND idempotency_key = ?", (account, key)).fetchone()
    if row is not None and row["body_hash"] != body_hash:
        raise KeyConflict(row["id"])
    return _generation(row) if row else None


def _generation(row: sqlite3.Row) -> Generation:
    values = {name: row[name] for name in Generation.__slots__}
    for name in ("payload", "error", "outputs"):
        values[name] = json.loads(values[name]) if values[name] else None
    return Generation(**values)
