"""The API as a table: method, path, the scope that a token needs, what answers, and what the body is."""

from __future__ import annotations

from clipwise.sandbox.endpoints import formats, generations, media, products, resources
from clipwise.sandbox.exchange import Route

API = "/api/sdk/v1/"
UPLOADS, TYPED = f"{API}uploads/", f"{API}resources/{{type}}/"
PRODUCTS, JOBS = f"{API}products/", f"{API}generations/"

ROUTES: tuple[Route, ...] = (
    Route("GET", f"{API}formats/", "", formats.list_formats),
    Route("GET", f"{API}formats/{{name}}/", "", formats.retrieve_format),
    Route("GET", f"{API}resource-types/", "", formats.list_resource_types),
    Route("GET", TYPED, "resources:read", resources.list_resources),
    Route("POST", f"{TYPED}upload/", "resources:write", resources.upload_resource, "file"),
    Route("GET", f"{TYPED}{{id}}/", "resources:read", resources.retrieve_resource),
    Route("DELETE", f"{TYPED}{{id}}/", "resources:write", resources.delete_resource),
    Route("GET", UPLOADS, "resources:read", resources.list_uploads),
    Route("POST", UPLOADS, "resources:write", resources.create_upload, "file"),
    Route("GET", PRODUCTS, "resources:read", products.list_products),
    Route("POST", PRODUCTS, "resources:write", products.create_product, "json"),
    Route("PATCH", f"{PRODUCTS}{{id}}/", "resources:write", products.update_product, "json"),
    Route("DELETE", f"{PRODUCTS}{{id}}/", "resources:write", products.delete_product),
    Route("POST", JOBS, "generations:write", generations.create_generation, "json"),
    Route("GET", f"{JOBS}{{id}}/", "generations:read", generations.retrieve_generation),
    Route("POST", f"{JOBS}{{id}}/cancel/", "generations:write", generations.cancel_generation),
    Route("GET", "/media/{owner}/{token}/{name}", None, media.download),
)
