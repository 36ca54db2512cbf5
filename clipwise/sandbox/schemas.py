"""The shapes of what goes in and out, as JSON Schema: the components of the OpenAPI document.

Plain data; knows no route.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clipwise.formats.document import MEDIA, Format
from clipwise.sandbox.exchange import STATUS

Schema = Mapping[str, Any]
TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer", "minimum": 0}
MOMENT: Schema = {"type": "string", "format": "date-time"}
ANYTHING: Schema = {}
BINARY: Schema = {"type": "string", "format": "binary"}


def ref(name: str) -> Schema:
    """Return a reference to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


def record(required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None, **more: Any) -> Schema:
    """Return the schema of an object with these properties; others may be there."""
    return {"type": "object", "properties": {**required, **(optional or {})}, "required": list(required), **more}


def several(each: Schema, **more: Any) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": each, **more}


def maybe(each: Schema) -> Schema:
    """Return the schema of a value or null."""
    return {"anyOf": [each, {"type": "null"}]}


def text(longest: int, shortest: int = 1) -> Schema:
    """Return the schema of a text of limited length."""
    return {"type": "string", "minLength": shortest, "maxLength": longest}


PRODUCT: Mapping[str, Schema] = {
    "image_ids": several(text(5000), maxItems=50),
    "url": text(2000),
    "product_type": text(5000),
    "description": text(5000),
}
COMPONENTS: Mapping[str, Schema] = {
    "Error": record(
        {
            "success": {"const": False},
            "error": record({"code": {"type": "string", "enum": list(STATUS)}, "message": TEXT, "details": ANYTHING}),
            "request_id": {"type": ["string", "null"]},
        }
    ),
    "Format": record(
        {
            "slug": TEXT,
            "display_name": TEXT,
            "kind": {"enum": ["format", "tool"]},
            "platform": {"enum": ["clipwise", "video_company"]},
            "required_inputs": several({"type": "object"}),
            "optional_inputs": several({"type": "object"}),
            "resource_requirements": several({"type": "object"}),
            "output_types": several(TEXT),
        },
        {"template_name": TEXT, "aliases": several(TEXT), "description": TEXT, "what_it_does": TEXT},
    ),
    "ResourceType": record(
        {"resource_type": TEXT, "operations": several(TEXT), "accepts": several({"enum": list(MEDIA)})},
        {"display_name": TEXT, "description": TEXT, "filters": several(TEXT)},
    ),
    "Item": record(
        {
            "id": TEXT,
            "display_name": TEXT,
            "source_kind": {"enum": ["curated", "uploaded", "generated", "created"]},
            "resource_type": TEXT,
            "created_at": MOMENT,
        },
        {
            "file_type": {"enum": list(MEDIA)},
            "mime_type": TEXT,
            "bytes": WHOLE,
            "sha256": TEXT,
            "url": TEXT,
            "preview_url": TEXT,
        },
    ),
    "Pagination": record(
        {**dict.fromkeys(("page", "limit", "total", "pages"), WHOLE), "has_next": {"type": "boolean"}}
    ),
    "File": record({"kind": TEXT, "name": TEXT, "url": TEXT, "mime_type": TEXT, "bytes": WHOLE, "sha256": TEXT}),
    "Outputs": record(
        {"files": several(ref("File")), "engine": TEXT, "note": TEXT, "details": {"type": "object"}},
        {
            "video_url": TEXT,
            "transcript": TEXT,
            "duration": {"type": "number"},
            "generated_media_id": TEXT,
            "result": record({"url": TEXT, "urls": several(TEXT)}),
            "resource": record({"id": TEXT, "resource_type": TEXT, "url": TEXT}),
        },
    ),
    "Generation": record(
        {
            "id": TEXT,
            "status": {"enum": ["queued", "running", "completed", "failed", "cancelled"]},
            "format": TEXT,
            "progress": {"type": "number", "minimum": 0, "maximum": 1},
            "stage": TEXT,
            "outputs": maybe(ref("Outputs")),
            "error": maybe(record({"code": TEXT, "message": TEXT})),
            "created_at": MOMENT,
            "started_at": maybe(MOMENT),
            "finished_at": maybe(MOMENT),
        },
        {"engine": TEXT},
    ),
    "GenerateRequest": record(
        {"prompt": text(5000)},
        {"name": text(200), "aspect_ratio": text(20)},
        description="What else is said is kept as metadata of the new resource.",
    ),
    "NewProduct": record({"name": text(200)}, PRODUCT, description="What else is said is kept and shown."),
    "ProductChange": record({}, {"name": text(200), **PRODUCT}),
    "Link": record({"url": text(2000)}),
    "Upload": record(
        {"file": BINARY},
        dict.fromkeys(("name", "type", "product_type", "collection", "language", "description"), TEXT),
        description="What the file holds is told by its content; the text fields are kept as metadata.",
    ),
    "OneOffUpload": record({"file": BINARY}, {"purpose": {"type": "string", "enum": list(MEDIA)}, "name": TEXT}),
}


def job_of(format: Format) -> Schema:
    """Return the schema of a generation's request for one format, as its document has it.

    A required input may be there under another of its names, or come from a preset.
    """
    named: dict[str, Schema] = {"format": {"type": "string", "enum": list(format.names)}}
    inputs = {name: {**each.schema, **_about(each.description)} for name, each in format.by_name.items()}
    preset = ("preset",) if "preset" in format.by_name else ()
    needed = [
        {"anyOf": [{"required": [name]} for name in (each.name, *each.synonyms, *preset)]} for each in format.required
    ]
    schema = record(named, inputs, additionalProperties=format.open)
    return {**schema, "title": format.display_name or format.slug, **({"allOf": needed} if needed else {})}


def _about(description: str) -> dict[str, str]:
    return {"description": description} if description else {}
