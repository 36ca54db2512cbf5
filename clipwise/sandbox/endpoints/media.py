"""`/media/…`: what was uploaded, drawn and rendered, at URLs that only the store can make."""

from __future__ import annotations

import hmac

from clipwise.sandbox import curate, jobs
from clipwise.sandbox.endpoints.resources import file_name
from clipwise.sandbox.exchange import Call, FileAnswer, Refusal
from clipwise.sandbox.store import Store

GONE = "There is no such file."


def download(call: Call) -> FileAnswer:
    """`GET /media/{owner}/{token}/{name}`: the URL itself is the permission."""
    store = call.sandbox.store
    owner, name = call.path["owner"], call.path["name"]
    given = call.path["token"].encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(given, store.sign(owner, name).encode()):
        raise Refusal("not_found", GONE)
    found = _of_generation(store, owner, name) or _of_resource(store, owner, name)
    if found is None or not found.path.is_file():
        raise Refusal("not_found", GONE)
    return found


def _of_generation(store: Store, owner: str, name: str) -> FileAnswer | None:
    job = jobs.find(store, owner)
    for file in job.outputs["files"] if job and job.outputs else ():
        if file["name"] == name:
            return FileAnswer(store.folder / file["path"], file["mime_type"], file["sha256"])
    return None


def _of_resource(store: Store, owner: str, name: str) -> FileAnswer | None:
    resource = store.resource_of_anyone(owner)
    if resource is None:
        return None
    if resource.path and name == file_name(resource):
        made, mime_type = curate.file_of(store, resource), resource.mime_type
    else:
        made, mime_type = curate.preview(store, resource.id) if name == curate.PREVIEW else None, "image/png"
    if made is None:
        return None
    own = not resource.sha256 and made.is_file()
    return FileAnswer(made, mime_type, f"{made.name}-{made.stat().st_size}" if own else resource.sha256)
