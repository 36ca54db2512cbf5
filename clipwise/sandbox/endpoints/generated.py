"""`resources/{type}/generate/`: a new resource drawn from words, made by a job like any other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clipwise.sandbox.endpoints.generations import accepted, check_renderable
from clipwise.sandbox.endpoints.resources import metadata, resource_type
from clipwise.sandbox.exchange import Answer, Call, Refusal, object_body, refusal
from clipwise.sandbox.orders import MAKES
from clipwise.sandbox.values import Problem, problems

SLUGS: Mapping[str, str] = {made: slug for slug, made in MAKES.items()}
RULES: Mapping[str, Mapping[str, Any]] = {
    "prompt": {"type": "string", "minLength": 1, "maxLength": 5000},
    "name": {"type": "string", "minLength": 1, "maxLength": 200},
    "aspect_ratio": {"type": "string", "minLength": 1, "maxLength": 20},
}


def generate_resource(call: Call) -> Answer:
    """`POST resources/{type}/generate/`: a job whose output is a resource of the type; poll it like any other."""
    kind, body = resource_type(call), object_body(call)
    made = kind["resource_type"]
    if "generate" not in kind["operations"] or made not in SLUGS:
        raise Refusal("invalid_argument", f"Nothing is generated for {made}; {' and '.join(SLUGS)} can be.")
    return accepted(call, [made, body], lambda: (_checked(call, SLUGS[made]), _payload(body)))


def _checked(call: Call, slug: str) -> str:
    check_renderable(call, slug, "type")
    return slug


def _payload(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is rendered and kept: the prompt, and what else is said of the resource."""
    found = [p for name, rule in RULES.items() if name in body for p in problems(body[name], rule, (name,))]
    if not found and not str(body.get("prompt", "")).strip():
        found = [Problem(("prompt",), "required", "prompt is missing.", "Say in words what to make.")]
    if found:
        raise refusal(found)
    return {**metadata(body), **{name: body[name] for name in RULES if name in body}}
