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

from clipwise.formats.catalog import Catalog
from clipwise.sandbox.curate import file_of, find, preview
from clipwise.sandbox.jobs import Generation
from clipwise.sandbox.media.order import Asset, MediaError, MediaFile, Order, Rendered
from clipwise.sandbox.modes import in_mode
from clipwise.sandbox.store import Resource, Store

# Of several kinds of file, the one that stands for the generation comes first.
MEDIA_KINDS = ("video", "audio", "image")
# What is no format, but rendered like one -> the resource type that it makes a resource of.
MAKES: Mapping[str, str] = {"generate_avatars": "avatars", "generate_background_images": "background_images"}
HISTORY, PRODUCTS = "generated_media", "products"
PREFIXES: Mapping[str, str] = {"avatars": "avatar", "background_images": "bg", HISTORY: "media"}
NAME = 80  # characters of a prompt that make a name


def order_for(store: Store, catalog: Catalog, job: Generation, folder: Path, quality: str) -> Order:
    """Return the order that renders `job` into `folder`: its inputs, and what is behind each id in them."""
    if job.format in MAKES:
        return Order(job.format, job.payload, {}, folder, quality)
    asked = catalog.find(job.format)
    if asked is None:
        raise MediaError("unsupported_format", f"There is no format {job.format}.")
    rules = in_mode(asked, job.payload, catalog).by_name
    inputs = {name: _plain(value, rules[name].types) for name, value in job.payload.items() if name in rules}
    assets = {
        name: tuple(_assets(store, job.account, value))
        for name, value in inputs.items()
        if rules[name].takes or rules[name].resource_type
    }
    return Order(asked.slug, inputs, {k: v for k, v in assets.items() if v}, folder, quality)


def kept(store: Store, job: Generation, rendered: Rendered) -> tuple[dict[str, Any], list[Resource]]:
    """Return the outputs as the store keeps them, and the rows of media that they become.

    The files are hashed, and flushed to the disk before the job is called completed.
    """
    files = [_file(store, each) for each in rendered.files]
    made = [_generated(job, each) for each in files if each["kind"] in MEDIA_KINDS]
    made.sort(key=lambda each: MEDIA_KINDS.index(each.kind))
    outputs = {
        "transcript": rendered.transcript,
        "details": dict(rendered.details),
        "files": files,
        "generated_media_id": None if job.format in MAKES or not made else made[0].id,
    }
    if job.format in MAKES and made:
        outputs["resource"] = {"id": made[0].id, "resource_type": made[0].resource_type}
    return outputs, made


def _plain(value: Any, types: tuple[str, ...]) -> Any:
    """`4.0` is an integer in JSON, and should be one in Python."""
    return int(value) if isinstance(value, float) and types == ("integer",) else value


def _assets(store: Store, account: str, value: Any) -> Iterator[Asset]:
    for id in value if isinstance(value, list) else [value]:
        resource = find(store, account, id) if isinstance(id, str) else None
        if resource is not None:
            yield _product(store, account, resource) if resource.resource_type == PRODUCTS else _asset(store, resource)


def _asset(store: Store, resource: Resource) -> Asset:
    return Asset(
        id=resource.id,
        resource_type=resource.resource_type,
        name=resource.name,
        path=file_of(store, resource),
        mime_type=resource.mime_type,
        metadata=resource.metadata,
    )


def _product(store: Store, account: str, product: Resource) -> Asset:
    """A product has no file of its own: its pictures come along as paths, and the first stands for it."""
    ids = product.metadata.get("image_ids") or ()
    pictures = [each for id in ids if (each := find(store, account, id)) is not None and each.kind == "image"]
    paths = [path for each in (*pictures, product) if (path := _picture(store, each)) is not None]
    mime_type = next((each.mime_type for each in pictures if each.mime_type), "image/png") if paths else ""
    about = {name: product.metadata.get(name, "") for name in ("description", "product_type", "url")}
    return Asset(
        id=product.id,
        resource_type=PRODUCTS,
        name=product.name,
        path=paths[0] if paths else None,
        mime_type=mime_type,
        metadata={**product.metadata, **about, "name": product.name, "image_ids": list(ids), "images": paths},
    )


def _picture(store: Store, resource: Resource) -> Path | None:
    """Where a resource's picture lies; one of the sandbox's own is drawn now if it never was."""
    return file_of(store, resource) or preview(store, resource.id)


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
    resource_type = MAKES.get(job.format, HISTORY)
    name, about = file["name"], {"video_format": job.format}
    if resource_type != HISTORY:
        about = {key: value for key, value in job.payload.items() if key != "name"}
        name = str(job.payload.get("name") or job.payload["prompt"]).strip()[:NAME]
    return Resource(
        id=f"{PREFIXES[resource_type]}_{secrets.token_hex(10)}",
        account=job.account,
        resource_type=resource_type,
        name=name,
        source_kind="generated",
        kind=file["kind"],
        mime_type=file["mime_type"],
        path=file["path"],
        bytes=file["bytes"],
        sha256=file["sha256"],
        metadata={**about, "generation_id": job.id},
    )
