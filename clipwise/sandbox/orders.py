"""From an accepted generation to a renderer's order, and from what it rendered to what the store keeps.

The one place that knows both the jobs and the media wing. Runs in the worker; knows no HTTP and no URLs.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from clipwise.formats.document import Format
from clipwise.sandbox.curate import find
from clipwise.sandbox.jobs import Generation
from clipwise.sandbox.media.order import Asset, MediaFile, Order, Rendered
from clipwise.sandbox.store import Resource, Store

# Of several kinds of file, the one that stands for the generation comes first.
MEDIA_KINDS = ("video", "audio", "image")


def order_for(store: Store, format: Format, job: Generation, folder: Path, quality: str) -> Order:
    """Return the order that renders `job` into `folder`: its inputs, and what is behind each id in them."""
    inputs = {name: _plain(value, format.by_name[name].types) for name, value in job.payload.items()
              if name in format.by_name}  # fmt: skip
    assets = {
        name: tuple(_assets(store, job.account, value))
        for name, value in inputs.items()
        if (rule := format.by_name[name]).takes or rule.resource_type
    }
    return Order(format.slug, inputs, {k: v for k, v in assets.items() if v}, folder, quality)


def kept(store: Store, job: Generation, rendered: Rendered) -> tuple[dict[str, Any], list[Resource]]:
    """Return the outputs as the store keeps them, and the rows of generated media that they become.

    The files are hashed, and flushed to the disk before the job is called completed.
    """
    files = [_file(store, each) for each in rendered.files]
    media = [_generated(job, each) for each in files if each["kind"] in MEDIA_KINDS]
    media.sort(key=lambda each: MEDIA_KINDS.index(each.kind))
    outputs = {
        "transcript": rendered.transcript,
        "details": dict(rendered.details),
        "files": files,
        "generated_media_id": media[0].id if media else None,
    }
    return outputs, media


def _plain(value: Any, types: tuple[str, ...]) -> Any:
    """`4.0` is an integer in JSON, and should be one in Python."""
    return int(value) if isinstance(value, float) and types == ("integer",) else value


def _assets(store: Store, account: str, value: Any) -> Iterator[Asset]:
    for id in value if isinstance(value, list) else [value]:
        resource = find(store, account, id) if isinstance(id, str) else None
        if resource is not None:
            yield Asset(
                id=resource.id,
                resource_type=resource.resource_type,
                name=resource.name,
                path=store.folder / resource.path if resource.path else None,
                mime_type=resource.mime_type,
                metadata=resource.metadata,
            )


def _file(store: Store, each: MediaFile) -> dict[str, Any]:
    sha = hashlib.sha256()
    with each.path.open("r+b") as file:  # fsync asks for a writable file on some systems
        while block := file.read(2**20):
            sha.update(block)
        os.fsync(file.fileno())
    return {
        "kind": each.kind,
        "name": each.path.name,
        "mime_type": each.mime_type,
        "bytes": each.path.stat().st_size,
        "sha256": sha.hexdigest(),
        "path": each.path.relative_to(store.folder).as_posix(),
    }


def _generated(job: Generation, file: Mapping[str, Any]) -> Resource:
    return Resource(
        id=f"media_{secrets.token_hex(10)}",
        account=job.account,
        resource_type="generated_media",
        name=file["name"],
        source_kind="generated",
        kind=file["kind"],
        mime_type=file["mime_type"],
        path=file["path"],
        bytes=file["bytes"],
        sha256=file["sha256"],
        metadata={"generation_id": job.id, "video_format": job.format},
    )
