"""`products/…`: records of what is sold, with the ids of their pictures."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from clipwise.sandbox import curate
from clipwise.sandbox.endpoints.resources import OWN_KEYS, item, listed, one
from clipwise.sandbox.exchange import Answer, Call, Refusal, object_body, refusal
from clipwise.sandbox.store import Resource
from clipwise.sandbox.values import Problem, problems

PRODUCTS = "products"
TEXT = {"type": "string", "minLength": 1, "maxLength": 5000}
RULES: Mapping[str, Mapping[str, Any]] = {
    "name": {**TEXT, "minLength": 0, "maxLength": 200},
    "image_ids": {"type": "array", "items": TEXT, "maxItems": 50},
    "url": {**TEXT, "maxLength": 2000},
    "product_type": TEXT,
    "description": TEXT,
}


def list_products(call: Call) -> Answer:
    """`GET products/`: the account's own; `resources/products/` has the curated ones as well."""
    return listed(call, PRODUCTS, own=True)


def create_product(call: Call) -> Answer:
    """`POST products/`: at least a name; keys that are not known are kept as they are."""
    body = object_body(call)
    _judge(call, {"name": "", **body})
    made = Resource(
        id=f"product_{secrets.token_hex(10)}",
        account=call.account,
        resource_type=PRODUCTS,
        name=body["name"].strip(),
        source_kind="created",
        metadata=_metadata(body),
    )
    return Answer({"product": item(call, call.sandbox.store.add(made))}, status=201)


def update_product(call: Call) -> Answer:
    """`PATCH products/{id}/`: what is sent is changed, what is not stays."""
    body, found = object_body(call), _own(call)
    _judge(call, body)

    def changed(product: Resource) -> Resource:
        name = str(body.get("name", product.name)).strip()
        return replace(product, name=name, metadata={**product.metadata, **_metadata(body)})

    done = call.sandbox.store.change(call.account, found.id, changed)
    if done is None:
        raise Refusal("not_found", f"{found.id} has just been deleted.")
    return Answer({"product": item(call, done)})


def delete_product(call: Call) -> Answer:
    """`DELETE products/{id}/`."""
    found = _own(call)
    call.sandbox.store.delete(call.account, found.id)
    return Answer({"id": found.id, "deleted": True})


def _own(call: Call) -> Resource:
    found = one(call, PRODUCTS)
    if found.source_kind == "curated":
        raise Refusal("invalid_argument", f"{found.id} is not yours to change.")
    return found


def _judge(call: Call, body: Mapping[str, Any]) -> None:
    found = [p for name, rule in RULES.items() if name in body for p in problems(body[name], rule, (name,))]
    if not str(body.get("name", "?")).strip():
        found = [Problem(("name",), "required", "name is missing.", "Send the product's name."), *found]
    found = found or list(_pictures(call, body.get("image_ids", [])))
    if found:
        raise refusal(found)


def _pictures(call: Call, ids: list[str]) -> Iterator[Problem]:
    for place, id in enumerate(ids):
        resource = curate.find(call.sandbox.store, call.account, id)
        if resource is None or resource.kind != "image":
            hint = "Upload it to resources/product_images/upload/ first."
            yield Problem(("image_ids", place), "unknown_id", f"There is no picture {id[:80]!r}.", hint)


def _metadata(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in OWN_KEYS or name == "url"}
