"""`formats/` and `resource-types/`: the documents as they are, and what kinds of resource there are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from clipwise.formats.document import Format
from clipwise.sandbox.exchange import Answer, Call, Refusal

KINDS = ("all", "format", "tool")
PLATFORMS = ("all", "clipwise", "video_company")
TRUTHS: Mapping[str, bool] = {"true": True, "1": True, "false": False, "0": False}


def list_formats(call: Call) -> Answer:
    """`GET formats/`: every active document, or those of one kind or platform."""
    kind = _choice(call, "kind", KINDS)
    platform = _choice(call, "platform", PLATFORMS)
    inactive = call.query.get("include_inactive", "false").lower()
    if inactive not in TRUTHS:
        raise Refusal("invalid_argument", "include_inactive must be true or false.", {"parameter": "include_inactive"})
    chosen = [
        each.raw
        for each in call.sandbox.catalog
        if _fits(kind, each.kind) and _fits(platform, each.platform) and (each.active or TRUTHS[inactive])
    ]
    return _tagged({"formats": chosen})


def retrieve_format(call: Call) -> Answer:
    """`GET formats/{name}/`: by slug, template name, display name or alias."""
    return _tagged({"format": named_format(call, call.path["name"]).raw})


def list_resource_types(call: Call) -> Answer:
    """`GET resource-types/`."""
    return _tagged({"resource_types": list(call.sandbox.known.resource_types.values())})


def named_format(call: Call, name: str) -> Format:
    """Return the format that answers to `name`; Refusal `not_found` with the nearest names."""
    catalog = call.sandbox.catalog
    found = catalog.find(name)
    if found is None:
        near = catalog.suggest(name)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise Refusal("not_found", f"There is no format {name[:80]!r}.{hint}", {"suggestions": near})
    return found


def _fits(wanted: str, said: str) -> bool:
    """Whether a document is wanted; one that says nothing is for everybody."""
    return wanted == "all" or said in (wanted, "")


def _choice(call: Call, name: str, choices: tuple[str, ...]) -> str:
    value = call.query.get(name, "all")
    if value not in choices:
        raise Refusal("invalid_argument", f"{name} must be one of {', '.join(choices)}.", {"parameter": name})
    return value


def _tagged(content: dict[str, Any]) -> Answer:
    """The tag is of the content alone: each answer has another request id."""
    text = json.dumps(content, sort_keys=True).encode()
    return Answer(content, etag=hashlib.sha256(text).hexdigest()[:32])
