"""The API as a table: method, path, the scope that a token needs, what answers, and what the body is."""

from __future__ import annotations

from clipwise.sandbox import openapi
from clipwise.sandbox.endpoints import formats, generated, generations, links, media, products, resources
from clipwise.sandbox.exchange import Answer, Call, Route

API = "/api/sdk/v1/"
UPLOADS, TYPED = f"{API}uploads/", f"{API}resources/{{type}}/"
PRODUCTS, LINKS, JOBS = f"{API}products/", f"{API}extract-url/", f"{API}generations/"

DESCRIBED: tuple[Route, ...] = (
    Route("GET", f"{API}formats/", "", formats.list_formats),
    Route("GET", f"{API}formats/{{name}}/", "", formats.retrieve_format),
    Route("GET", f"{API}resource-types/", "", formats.list_resource_types),
    Route("GET", TYPED, "resources:read", resources.list_resources),
    Route("POST", f"{TYPED}upload/", "resources:write", resources.upload_resource, "file"),
    Route("POST", f"{TYPED}generate/", "resources:write", generated.generate_resource, "json"),
    Route("GET", f"{TYPED}{{id}}/", "resources:read", resources.retrieve_resource),
    Route("DELETE", f"{TYPED}{{id}}/", "resources:write", resources.delete_resource),
    Route("GET", UPLOADS, "resources:read", resources.list_uploads),
    Route("POST", UPLOADS, "resources:write", resources.create_upload, "file"),
    Route("GET", PRODUCTS, "resources:read", products.list_products),
    Route("POST", PRODUCTS, "resources:write", products.create_product, "json"),
    Route("PATCH", f"{PRODUCTS}{{id}}/", "resources:write", products.update_product, "json"),
    Route("DELETE", f"{PRODUCTS}{{id}}/", "resources:write", products.delete_product),
    Route("POST", LINKS, "resources:write", links.create_extraction, "json"),
    Route("GET", f"{LINKS}{{id}}/", "resources:read", links.retrieve_extraction),
    Route("POST", JOBS, "generations:write", generations.create_generation, "json"),
    Route("GET", f"{JOBS}{{id}}/", "generations:read", generations.retrieve_generation),
    Route("POST", f"{JOBS}{{id}}/cancel/", "generations:write", generations.cancel_generation),
    Route("GET", "/media/{owner}/{token}/{name}", None, media.download),
)


def describe(call: Call) -> Answer:
    """`GET /openapi.json`: the table above as a document for machines."""
    return Answer(openapi.document(DESCRIBED, call.sandbox.catalog), bare=True)


ROUTES = (*DESCRIBED, Route("GET", "/openapi.json", None, describe))
