"""`resources/…` and `uploads/…`: listed, looked at, uploaded, deleted."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from clipwise.sandbox import curate, judging
from clipwise.sandbox.endpoints.listing import page_of
from clipwise.sandbox.exchange import Answer, Call, Refusal
from clipwise.sandbox.receiving import Received, shown_name
from clipwise.sandbox.store import Resource

UPLOADS = "generic_uploads"
PURPOSES = ("image", "video", "audio")
NO_MORE: Mapping[str, str] = {}
PREFIXES: Mapping[str, str] = {
    "avatars": "avatar",
    "voices": "voice",
    "background_music": "music",
    "overlays": "overlay",
    "background_images": "bg",
    "poses": "pose",
    "products": "product",
    "product_images": "pimg",
    "generic_uploads": "upl",
    "reference_ads": "refad",
    "reference_videos": "refvid",
}


def list_resources(call: Call) -> Answer:
    """`GET resources/{type}/`."""
    return listed(call, resource_type(call)["resource_type"])


def list_uploads(call: Call) -> Answer:
    """`GET uploads/`: the account's own; `resources/generic_uploads/` has the curated ones as well."""
    return listed(call, UPLOADS, own=True)


def retrieve_resource(call: Call) -> Answer:
    """`GET resources/{type}/{id}/`."""
    return Answer({"resource": item(call, one(call, resource_type(call)["resource_type"]))})


def upload_resource(call: Call) -> Answer:
    """`POST resources/{type}/upload/`: a file of a kind that the type accepts."""
    kind = resource_type(call)
    if "upload" not in kind["operations"]:
        raise Refusal("invalid_argument", f"Nothing is uploaded to {kind['resource_type']}.")
    return Answer({"resource": _uploaded(call, kind["resource_type"], kind["accepts"])}, status=201)


def create_upload(call: Call) -> Answer:
    """`POST uploads/`: a file of the kind that `purpose` says."""
    purpose = _received(call).fields.get("purpose", "image")
    if purpose not in PURPOSES:
        raise Refusal("invalid_argument", f"purpose must be one of {', '.join(PURPOSES)}.", {"parameter": "purpose"})
    return Answer({"upload": _uploaded(call, UPLOADS, (purpose,), {"purpose": purpose})}, status=201)


def delete_resource(call: Call) -> Answer:
    """`DELETE resources/{type}/{id}/`: the account's own ones; what is curated stays."""
    kind = resource_type(call)
    found = one(call, kind["resource_type"])
    if "delete" not in kind["operations"] or found.source_kind == "curated":
        raise Refusal("invalid_argument", f"{found.id} cannot be deleted.")
    call.sandbox.store.delete(call.account, found.id)
    if found.path:
        with contextlib.suppress(OSError):  # it may be gone, or (on Windows) be read just now
            (call.sandbox.store.folder / found.path).unlink()
    return Answer({"id": found.id, "deleted": True})


def listed(call: Call, resource_type: str, own: bool = False) -> Answer:
    """One page of a type's resources, `own` without the curated, with where it stands."""
    found, pagination = page_of(call, resource_type, own)
    return Answer({"items": [item(call, each) for each in found], "pagination": pagination})


def one(call: Call, resource_type: str) -> Resource:
    """Return the resource that the path names; Refusal `not_found` when it is not of that type and account."""
    id = call.path["id"]
    found = curate.find(call.sandbox.store, call.account, id)
    if found is None or found.resource_type != resource_type:
        raise Refusal("not_found", f"There is no {id[:80]!r} among the {resource_type}.")
    return found


def item(call: Call, each: Resource) -> dict[str, Any]:
    """Return a resource as the API shows it."""
    shown: dict[str, Any] = {
        "id": each.id,
        "display_name": each.name,
        "source_kind": each.source_kind,
        "resource_type": each.resource_type,
        "created_at": moment(each.created_at),
        **{name: value for name, value in each.metadata.items() if name != "curated"},
    }
    if each.resource_type == "products":
        shown["name"] = each.name
    if each.kind:
        shown["file_type"] = each.kind
    if each.path:
        url = media_url(call, each.id, file_name(each))
        shown |= {"url": url, "mime_type": each.mime_type, "preview_url": url}
        shown |= {"bytes": each.bytes, "sha256": each.sha256} if each.sha256 else {}  # curated: not made yet
    if (not each.path or each.kind == "video") and each.source_kind == "curated" and each.mime_type:
        shown["preview_url"] = media_url(call, each.id, curate.PREVIEW)
    return shown


def file_name(each: Resource) -> str:
    """Return the name under which a resource's file is offered: made of its id, never of a name from outside."""
    return each.id + judging.SUFFIXES.get(each.mime_type, "")


def media_url(call: Call, owner: str, name: str) -> str:
    """Return an absolute URL for a file, on the host that this request came to."""
    return f"{call.base_url}/media/{owner}/{call.sandbox.store.sign(owner, name)}/{name}"


def moment(seconds: float | None) -> str | None:
    """Return a time as ISO 8601 in UTC, to the millisecond."""
    if seconds is None:
        return None
    text = datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def resource_type(call: Call) -> Mapping[str, Any]:
    """Return what is known of the type that the path names; Refusal `not_found` when there is none."""
    name = call.path["type"]
    found = call.sandbox.known.resource_types.get(name)
    if found is None:
        raise Refusal("not_found", f"There is no resource type {name[:80]!r}.")
    return found


def _received(call: Call) -> Received:
    if call.received is None:
        raise Refusal("invalid_upload", "There is no file in the part 'file'.")
    return call.received


def _uploaded(
    call: Call, resource_type: str, accepts: Sequence[str], more: Mapping[str, str] = NO_MORE
) -> dict[str, Any]:
    """Judge the file by its content, move it to its place, and make it a resource."""
    received, store = _received(call), call.sandbox.store
    judged = judging.judge(received.path)
    if judged.kind not in accepts:
        wanted = " or ".join(accepts)
        raise Refusal(
            "invalid_upload",
            f"The file holds {judged.kind} ({judged.mime_type}); {resource_type} takes {wanted} here.",
            {"found": judged.kind, "accepts": list(accepts)},
        )
    id = f"{PREFIXES.get(resource_type, 'res')}_{secrets.token_hex(10)}"
    received.path.replace(store.folder / "files" / id)
    name = shown_name(received.fields.get("name", "")) or received.name or id
    made = Resource(
        id=id,
        account=call.account,
        resource_type=resource_type,
        name=name,
        source_kind="uploaded",
        kind=judged.kind,
        mime_type=judged.mime_type,
        path=f"files/{id}",
        bytes=received.bytes,
        sha256=received.sha256,
        metadata={**metadata(received.fields), "file_name": received.name, **judged.facts, **more},
    )
    return item(call, store.add(made))


OWN_KEYS = frozenset({"id", "display_name", "source_kind", "resource_type", "created_at", "file_type", "url",
                      "preview_url", "mime_type", "bytes", "sha256", "curated", "name"})  # fmt: skip


def metadata(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What a person says of a resource, without what would pass for the API's own."""
    return {name: value for name, value in fields.items() if name not in OWN_KEYS and name.isidentifier()}
