"""The sandbox's own catalog as resources: their rows, their other names, and their pictures, drawn when first needed.

Knows nothing of HTTP. What draws is loaded with the first picture.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Mapping
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
_drawing = threading.Lock()
_rows: Mapping[str, Curated] = {row.id: row for row in CURATED}


def seed(store: Store) -> None:
    """Make the catalog's rows resources; those that are there stay as they are."""
    with store.reading() as db:
        kept = {row["id"] for row in db.execute("SELECT id FROM resources WHERE account = ?", (EVERYONE,))}
    missing = [row for row in CURATED if row.id not in kept]
    if missing:
        with store.writing() as db:
            for row in missing:
                insert_resource(db, _resource(row))


def find(store: Store, account: str, id: str) -> Resource | None:
    """Return a resource by its id, or by the id that the documents' examples use for it."""
    return store.resource(account, id) or store.resource(account, ALIASES.get(id, ""))


def preview(store: Store, id: str) -> Path | None:
    """Return the picture of a curated resource, drawn now if it never was; None when it has none."""
    row = _rows.get(id)
    if row is None or row.draw is None:
        return None
    path = store.folder / "curated" / f"{row.id}.png"
    if not path.is_file():
        with _drawing:
            if not path.is_file():
                _draw(row, path)
    return path


def _draw(row: Curated, path: Path) -> None:
    """Write the picture beside its place and move it there whole: other processes may draw the same one."""
    if row.draw is None:
        return
    part = path.with_name(f".{secrets.token_hex(6)}.png")
    try:
        row.draw(SIZES.get(row.resource_type, (512, 512))).save(part)
        part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def _resource(row: Curated) -> Resource:
    return Resource(
        id=row.id,
        account=EVERYONE,
        resource_type=row.resource_type,
        name=row.name,
        source_kind="curated",
        kind=KINDS.get(row.resource_type, ""),
        mime_type="image/png" if row.draw else "",
        metadata={"description": row.description, "curated": row.id},
    )
