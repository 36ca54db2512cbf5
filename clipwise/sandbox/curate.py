"""The sandbox's own catalog as resources: their rows, their other names, and their files, made when first needed.

Knows nothing of HTTP. What draws, plays and films is loaded with the first file.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from clipwise.sandbox.media.curated import CURATED, Curated
from clipwise.sandbox.store import EVERYONE, Resource, Store, insert_resource

# Ids that the format documents use as examples -> what stands for them here.
ALIASES: Mapping[str, str] = {
    "bg_kitchen": "background_kitchen",
    "bg_street": "background_street",
    "bg_office": "background_desk",
}
KINDS: Mapping[str, str] = {"avatars": "image", "background_images": "image", "voices": "audio"}
SIZES: Mapping[str, tuple[int, int]] = {"avatars": (512, 512), "background_images": (540, 960)}
PREVIEW = "preview.png"
FOLDER = "curated"
_making: Mapping[str, threading.Lock] = defaultdict(threading.Lock)
_rows: Mapping[str, Curated] = {row.id: row for row in CURATED}


def seed(store: Store) -> None:
    """Make the catalog's rows resources, and bring those up to date that an earlier version wrote."""
    wanted = [_resource(row) for row in CURATED]
    with store.reading() as db:
        kept = {row["id"]: tuple(row)[1:] for row in db.execute(_KEPT, (EVERYONE,))}
    changed = [each for each in wanted if kept.get(each.id) != _columns(each)]
    if changed:
        with store.writing() as db:
            for each in changed:
                insert_resource(db, each)
                db.execute(_UPDATED, (*_columns(each), each.id, EVERYONE))


_KEPT = "SELECT id, resource_type, name, kind, mime_type, path, metadata FROM resources WHERE account = ?"
_UPDATED = (
    "UPDATE resources SET resource_type = ?, name = ?, kind = ?, mime_type = ?, path = ?, metadata = ?"
    " WHERE id = ? AND account = ?"
)


def _columns(each: Resource) -> tuple[str, ...]:
    return each.resource_type, each.name, each.kind, each.mime_type, each.path, json.dumps(dict(each.metadata))


def find(store: Store, account: str, id: str) -> Resource | None:
    """Return a resource by its id, or by the id that the documents' examples use for it."""
    return store.resource(account, id) or store.resource(account, ALIASES.get(id, ""))


def file_of(store: Store, resource: Resource) -> Path | None:
    """Return where a resource's file is, made now when it is the sandbox's own and never was; None when it has none."""
    if not resource.path:
        return None
    path = store.folder / resource.path
    row = _rows.get(resource.id) if resource.source_kind == FOLDER else None
    if row is not None and not path.is_file():
        _once(path, row.write)
    return path


def preview(store: Store, id: str) -> Path | None:
    """Return the picture of a curated resource, drawn now if it never was; None when it has none."""
    row = _rows.get(id)
    if row is None or row.draw is None:
        return None
    path = store.folder / FOLDER / f"{row.id}.png"
    if not path.is_file():
        _once(path, partial(_draw, row))
    return path


def _once(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file beside its place and move it there whole: other processes may make the same one."""
    with _making[path.name]:
        if path.is_file():
            return
        part = path.with_name(f".{secrets.token_hex(6)}{path.suffix}")
        try:
            write(part)
            part.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink()
            raise


def _draw(row: Curated, path: Path) -> None:
    if row.draw is not None:
        row.draw(row.size or SIZES.get(row.resource_type, (512, 512))).save(path)


def _resource(row: Curated) -> Resource:
    mime_type = row.mime_type or ("image/png" if row.draw else "")
    return Resource(
        id=row.id,
        account=EVERYONE,
        resource_type=row.resource_type,
        name=row.name,
        source_kind=FOLDER,
        kind=row.mime_type.partition("/")[0] or KINDS.get(row.resource_type, ""),
        mime_type=mime_type,
        path=f"{FOLDER}/{row.file_name}" if row.file_name else "",
        metadata={**row.metadata, "description": row.description, "curated": row.id},
    )
