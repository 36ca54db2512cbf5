"""What each endpoint takes and answers beyond what its route already says: a row for each, checked to be complete.

Plain data over the components of `schemas`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from clipwise.formats.document import MEDIA
from clipwise.sandbox.endpoints import formats, generated, generations, links, listing, media, products, resources
from clipwise.sandbox.exchange import Endpoint
from clipwise.sandbox.schemas import TEXT, Schema, maybe, record, ref, several, text

PARAMETERS: Mapping[str, Schema] = {
    "kind": {"type": "string", "enum": list(formats.KINDS)},
    "platform": {"type": "string", "enum": list(formats.PLATFORMS)},
    "include_inactive": {"type": "string", "enum": list(formats.TRUTHS)},
    "page": {"type": "integer", "minimum": 1, "maximum": listing.LAST_PAGE, "default": 1},
    "limit": {"type": "integer", "minimum": 1, "maximum": listing.MOST, "default": listing.LIMIT},
    "video_format": {"type": "string", "description": "Any name of a format; hides what does not fit it."},
    "collection": text(listing.MAX_VALUE),
    "product_type": text(listing.MAX_VALUE),
    "type": text(listing.MAX_VALUE),
    "file_type": {"type": "string", "enum": list(MEDIA)},
    "purpose": {"type": "string", "enum": list(MEDIA)},
}
PAGED = ("page", "limit", *listing.FILTERS)
KEYED = ("Idempotency-Key",)
LIST: Mapping[str, Schema] = {"items": several(ref("Item")), "pagination": ref("Pagination")}
STARTED: Mapping[str, Schema] = {"id": TEXT, "status": TEXT, "generation": ref("Generation")}
GONE: Mapping[str, Schema] = {"id": TEXT, "deleted": {"const": True}}
ITEM: Mapping[str, Schema] = {"resource": ref("Item")}
PRODUCT: Mapping[str, Schema] = {"product": {"allOf": [ref("Item"), record({"name": TEXT})]}}
EXTRACTED: Mapping[str, Schema] = {
    "ready": {"type": "boolean"},
    "success": {"type": "boolean"},
    "video_url": maybe(TEXT),
    "error": maybe(TEXT),
    "error_code": maybe(TEXT),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """What an endpoint answers well, with which statuses; what it takes; and the codes of its own refusals.

    `begun` is the answer with status 202; `bare` the media type of an answer without the envelope.
    """

    answer: Mapping[str, Schema] = field(default_factory=dict)
    statuses: tuple[int, ...] = (200,)
    begun: Mapping[str, Schema] = field(default_factory=dict)
    query: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    body: str = ""
    refuses: tuple[str, ...] = ()
    bare: str = ""


OPERATIONS: Mapping[Endpoint, Operation] = {
    formats.list_formats: Operation(
        {"formats": several(ref("Format"))},
        statuses=(200, 304),
        query=("kind", "platform", "include_inactive"),
        refuses=("invalid_argument",),
    ),
    formats.retrieve_format: Operation({"format": ref("Format")}, statuses=(200, 304)),
    formats.list_resource_types: Operation({"resource_types": several(ref("ResourceType"))}, statuses=(200, 304)),
    resources.list_resources: Operation(LIST, query=PAGED, refuses=("invalid_argument",)),
    resources.upload_resource: Operation(ITEM, (201,), body="Upload", refuses=("invalid_argument",)),
    generated.generate_resource: Operation(
        STARTED, (200, 201), headers=KEYED, body="GenerateRequest", refuses=("validation_error", "idempotency_conflict")
    ),
    resources.retrieve_resource: Operation(ITEM),
    resources.delete_resource: Operation(GONE, refuses=("invalid_argument",)),
    resources.list_uploads: Operation(LIST, query=PAGED, refuses=("invalid_argument",)),
    resources.create_upload: Operation(
        {"upload": ref("Item")}, (201,), body="OneOffUpload", refuses=("invalid_argument",)
    ),
    products.list_products: Operation(LIST, query=PAGED, refuses=("invalid_argument",)),
    products.create_product: Operation(PRODUCT, (201,), body="NewProduct", refuses=("validation_error",)),
    products.update_product: Operation(PRODUCT, body="ProductChange", refuses=("validation_error",)),
    products.delete_product: Operation(GONE, refuses=("invalid_argument",)),
    links.create_extraction: Operation(
        {"source_url": TEXT, "video_url": TEXT},
        (200, 202),
        {"source_url": TEXT, "task_id": TEXT},
        body="Link",
        refuses=("validation_error",),
    ),
    links.retrieve_extraction: Operation(EXTRACTED),
    generations.create_generation: Operation(
        STARTED,
        (200, 201),
        headers=KEYED,
        body="Job",
        refuses=("validation_error", "incompatible_resource", "idempotency_conflict"),
    ),
    generations.retrieve_generation: Operation({"generation": ref("Generation")}),
    generations.cancel_generation: Operation(STARTED, refuses=("unsupported_cancellation",)),
    media.download: Operation(statuses=(200, 206, 304), refuses=("range_not_satisfiable",), bare="*/*"),
}
HEADERS: Mapping[str, Schema] = {
    "Idempotency-Key": text(generations.MAX_KEY),
    "X-Clipwise-Act-As-User-Id": {"type": "string", "pattern": "^[!-~]{1,200}$"},
}
