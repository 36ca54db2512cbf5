"""What a person does with a data folder from outside: keys, how full it is, and making room.

Works beside a running server as well as without one. Knows no HTTP.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from clipwise.sandbox import jobs
from clipwise.sandbox.exchange import ACT_AS, SCOPES
from clipwise.sandbox.store import DATABASE, EVERYONE, Store, StoreError

PARTS = ("files", "outputs", "curated", "incoming")
STATUSES = ("queued", "running", "completed", "failed", "cancelled")
# Generated media, and uploads for a single use, that no generation still to come may need.
OLD_MEDIA = """
    SELECT id, path, bytes FROM resources WHERE resource_type IN ('generated_media', 'generic_uploads')
    AND account != ? AND created_at < ? AND NOT EXISTS (
        SELECT 1 FROM generations WHERE status IN ('queued', 'running') AND instr(payload, resources.id))"""
# A generation whose output lives on as a resource (a generated avatar) is kept with it.
OLD_JOBS = """
    SELECT id FROM generations WHERE status NOT IN ('queued', 'running') AND finished_at < ? AND id NOT IN (
        SELECT ifnull(json_extract(metadata, '$.generation_id'), '') FROM resources WHERE source_kind = 'generated')"""


def new_token(data_dir: Path, scopes: Sequence[str]) -> str:
    """Make an API key of the folder's account with these scopes and return it; it cannot be read again.

    `users:act_as` makes it an internal service token. ValueError for a scope that does not exist or for none at all,
    StoreError for a folder that is no sandbox's.
    """
    unknown = [each for each in scopes if each not in (*SCOPES, ACT_AS)]
    if unknown or not scopes:
        listed = ", ".join((*SCOPES, ACT_AS))
        wrong = f"there is no scope {' or '.join(unknown)}" if unknown else "a key needs a scope"
        raise ValueError(f"{wrong}; the API has {listed}")
    with _opened(data_dir) as store:
        return store.add_token(list(dict.fromkeys(scopes)))


def status(data_dir: Path) -> dict[str, Any]:
    """Return what is in a folder, as JSON values: jobs by status, resources by type and kind of source, bytes, keys.

    StoreError for a folder that is no sandbox's.
    """
    with _opened(data_dir) as store:
        used = {part: _bytes(store.folder / part) for part in PARTS}
        used["database"] = sum(each.stat().st_size for each in store.folder.glob(f"{DATABASE}*"))
        with store.reading() as db:
            counted = dict(db.execute("SELECT status, count(*) FROM generations GROUP BY status").fetchall())
            rows = db.execute(
                "SELECT resource_type, source_kind, count(*) FROM resources GROUP BY resource_type, source_kind"
            ).fetchall()
            (tokens,) = db.execute("SELECT count(*) FROM tokens").fetchone()
            (oldest,) = db.execute("SELECT min(created_at) FROM generations").fetchone()
        resources: dict[str, dict[str, int]] = {}
        for kind, source, count in rows:
            resources.setdefault(kind, {})[source] = count
        return {
            "folder": str(store.folder),
            "bytes": {**used, "total": sum(used.values())},
            "jobs": {name: counted.get(name, 0) for name in STATUSES},
            "oldest_job_seconds": None if oldest is None else round(time.time() - oldest),
            "resources": resources,
            "tokens": tokens,
        }


def prune(data_dir: Path, older_than_seconds: float) -> dict[str, Any]:
    """Forget finished jobs, generated media and one-off uploads of that age, remove their files, and say how many.

    What queued and running jobs need stays, and so do resources that were uploaded or generated to be used again
    (avatars, backgrounds, products). An idempotency key of a forgotten job may be used again. ValueError for a
    negative age, StoreError for a folder that is no sandbox's.
    """
    if not older_than_seconds >= 0:
        raise ValueError("the age is a number of seconds from 0 on")
    before = time.time() - older_than_seconds
    with _opened(data_dir) as store:
        size = _media_bytes(store)
        with store.writing() as db:
            media = db.execute(OLD_MEDIA, (EVERYONE, before)).fetchall()
            db.executemany("DELETE FROM resources WHERE id = ?", [(row["id"],) for row in media])
            finished = db.execute(OLD_JOBS, (before,)).fetchall()
            db.executemany("DELETE FROM generations WHERE id = ?", [(row["id"],) for row in finished])
            db.execute("DELETE FROM extractions WHERE created_at < ?", (before,))
        for row in media:
            with contextlib.suppress(OSError):  # it may be read just now, or be gone with its folder
                (store.folder / row["path"]).unlink()
        jobs.sweep(store)
        return {"generations": len(finished), "media": len(media), "bytes": max(0, size - _media_bytes(store))}


@contextlib.contextmanager
def _opened(data_dir: Path) -> Iterator[Store]:
    """Lend a folder that is a sandbox's already: to look must not make one."""
    if not (data_dir / DATABASE).is_file():
        raise StoreError(f"There is no sandbox in {data_dir}.")
    store = Store(data_dir)
    try:
        yield store
    finally:
        store.close()


def _media_bytes(store: Store) -> int:
    return _bytes(store.folder / "files") + _bytes(store.folder / "outputs")


def _bytes(folder: Path) -> int:
    total = 0
    for each in folder.rglob("*"):
        with contextlib.suppress(OSError):  # a worker may just have removed it
            total += each.stat().st_size if each.is_file() else 0
    return total
