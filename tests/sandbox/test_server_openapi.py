"""The document at /openapi.json is true: whatever is asked, the answer is one that it lists, and no fault."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from asking import API, create, until
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from server_files import png, upload, wav

from clipwise.formats import bundled
from clipwise.sandbox import openapi
from clipwise.sandbox.operations import OPERATIONS
from clipwise.sandbox.routes import DESCRIBED, ROUTES
from clipwise.sandbox.serving import Embedded

DOCUMENT = json.loads(json.dumps(openapi.document(DESCRIBED, bundled.catalog())))
OPERATIONS_HERE = [
    (method, path, operation) for path, methods in DOCUMENT["paths"].items() for method, operation in methods.items()
]
NAMES = [operation["operationId"] for _, _, operation in OPERATIONS_HERE]
EXAMPLES = 25
RENDERED = ("text_to_audio", "ugc_video", "inventory_shoot", "static_ad")


def test_the_document_is_served_without_a_key_and_without_the_envelope(running: Embedded) -> None:
    """It is what the table of routes makes."""
    response = httpx.get(f"{running.base_url}/openapi.json", trust_env=False)
    assert response.headers["content-type"] == "application/json"
    assert response.json() == DOCUMENT


def test_every_route_is_described_once() -> None:
    """No row of either table is without its counterpart; operations have names of their own."""
    assert {row.endpoint for row in DESCRIBED} == set(OPERATIONS)
    assert len(NAMES) == len(set(NAMES)) == len(DESCRIBED) == len(ROUTES) - 1


def test_every_reference_leads_somewhere() -> None:
    """And every schema is one."""
    for reference in re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(DOCUMENT)):
        assert reference in DOCUMENT["components"]["schemas"]
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("format", list(bundled.catalog()), ids=lambda each: each.slug)
def test_the_request_of_a_format_is_that_of_its_document(format: Any) -> None:
    """Every example of the document keeps the schema of its job, and that of no other format."""
    for example in format.examples:
        job = {"format": format.slug, **example["inputs"]}
        good = [name for name in DOCUMENT["components"]["schemas"] if name.startswith("Job_") and is_valid(name, job)]
        assert good == [f"Job_{format.slug}"]


def is_valid(name: str, value: Any) -> bool:
    """Whether a value keeps a component's schema."""
    return validator({"$ref": f"#/components/schemas/{name}"}).is_valid(value)


def validator(schema: Any) -> Draft202012Validator:
    """A validator for a schema whose references point into the document."""
    return Draft202012Validator({**schema, "components": DOCUMENT["components"]})


# --- what is asked ----------------------------------------------------------------------------------------------------

TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)
ODD = st.one_of(TEXTS, st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans(), st.none(),
                st.lists(TEXTS, max_size=3), st.dictionaries(TEXTS, TEXTS, max_size=3))  # fmt: skip
KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=5)
FILE = {"type": "string", "format": "binary"}


Hints = dict[str, list[str]]


def values(schema: Any, hints: Hints, name: str = "", depth: int = 0) -> st.SearchStrategy[Any]:
    """Values that keep a schema, roughly; `hints` are texts that mean something, by the name of what they are for."""
    if "$ref" in schema:
        return values(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]], hints, name, depth)
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum", [schema.get("const")]))
    if "properties" in schema:
        return _object(schema, hints, name, depth)
    for key in ("anyOf", "allOf"):
        if key in schema:
            return st.one_of([values(each, hints, name, depth) for each in schema[key]])
    named = schema.get("type", "string")
    return KINDS[named if isinstance(named, str) else named[0]](schema, hints, name, depth)


def _object(schema: Any, hints: Hints, name: str, depth: int) -> st.SearchStrategy[Any]:
    rules = schema.get("properties", {}) if depth < 3 else {}
    drawn = {name: values(rule, hints, name, depth + 1) for name, rule in rules.items()}
    either = [name for each in schema.get("allOf", ()) for name in each["anyOf"][0]["required"]]
    needed = {name: drawn.pop(name) for name in (*schema.get("required", ()), *either) if name in drawn}
    # Few of the others: a job with one wrong input of many says little.
    few = st.sets(st.sampled_from(sorted(drawn)), max_size=2) if drawn else st.just(set())
    return few.flatmap(lambda names: st.fixed_dictionaries({**needed, **{name: drawn[name] for name in names}}))


def _text(schema: Any, hints: Hints, name: str, depth: int) -> st.SearchStrategy[Any]:
    known = st.sampled_from(hints.get(name, hints[""]))
    return st.one_of(known, known, st.sampled_from(hints[""]), TEXTS)


KINDS: dict[str, Any] = {
    "object": _object,
    "array": lambda schema, hints, name, depth: st.lists(values(schema["items"], hints, name, depth + 1), max_size=3),
    "string": _text,
    "integer": lambda schema, *_: st.integers(schema.get("minimum", -5), schema.get("maximum", 10**7)),
    "number": lambda *_: st.floats(-1, 100),
    "boolean": lambda *_: st.booleans(),
    "null": lambda *_: st.none(),
}


@st.composite
def bodies(draw: st.DrawFn, schema: Any, hints: Hints) -> Any:
    """A body that keeps the schema, or one that does not in one or two places."""
    if schema.get("$ref", "").endswith("/Job") and draw(st.integers(0, 3)):  # mostly what can be rendered here
        schema = {"$ref": f"#/components/schemas/Job_{draw(st.sampled_from(RENDERED))}"}
    body = draw(values(schema, hints))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        body = {**body, draw(st.one_of(st.sampled_from(sorted(body) or ["format"]), TEXTS)): draw(ODD)}
    return body if draw(st.integers(0, 9)) else draw(ODD)


@st.composite
def requests(draw: st.DrawFn, method: str, path: str, operation: Any, hints: Hints) -> dict[str, Any]:
    """A request for an operation: mostly as the document has it, with odd values among them."""
    if known := hints.get(path):
        path = draw(st.sampled_from([path, *known]))
    for name in re.findall(r"{(\w+)}", path):
        known_texts = st.sampled_from(hints.get(name, hints[""]))
        text = draw(st.one_of(known_texts, known_texts, TEXTS.filter(lambda each: each not in ("", ".", ".."))))
        path = path.replace(f"{{{name}}}", quote(text, safe=""))
    asked: dict[str, Any] = {"method": method.upper(), "url": path, "params": {}, "headers": {}}
    for row in operation["parameters"]:
        if row["in"] == "query" and draw(st.integers(0, 3)) == 0:
            asked["params"][row["name"]] = str(draw(st.one_of(values(row["schema"], hints, row["name"]), ODD)))
        elif row["name"] == "Idempotency-Key" and draw(st.booleans()):
            asked["headers"][row["name"]] = draw(KEYS)
        elif row["name"].startswith("X-") and draw(st.integers(0, 9)) == 0:
            asked["headers"][row["name"]] = draw(st.sampled_from(["u1", "u 2", ""]))
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        asked["json"] = draw(bodies(content["application/json"]["schema"], hints))
    elif content:
        rule = DOCUMENT["components"]["schemas"][content["multipart/form-data"]["schema"]["$ref"].rpartition("/")[2]]
        fields = {name: values(each, hints, name) for name, each in rule["properties"].items() if each != FILE}
        said = draw(st.fixed_dictionaries({}, optional=fields))
        part = draw(st.sampled_from(["file", "file", "file", "other"]))
        data = draw(st.one_of(st.sampled_from([png(), wav()]), st.binary(max_size=30)))
        asked |= {"files": {part: (draw(TEXTS), data)}, "data": said}
    return asked


# --- what is answered -------------------------------------------------------------------------------------------------


@pytest.fixture
def hints(api: httpx.Client) -> Hints:
    """Ids, names and whole paths that lead somewhere, so that not everything is refused at the door."""
    done = create(api).json()["id"]
    outputs = until(api, done, "completed")["outputs"]
    picture, sound = (upload(api, *each).json()["upload"]["id"] for each in ((png(),), (wav(), "audio")))
    products = [api.post("products/", json={"name": "x", "image_ids": [picture]}).json()["product"]["id"] for _ in "ab"]
    task = api.post("extract-url/", json={"url": "https://example.com/watch"}).json()["task_id"]
    ids = ["avatar_maya", "voice_heart", "bg_kitchen", picture, sound, *products, done, task]
    resources = [f"avatars/avatar_{each}" for each in ("maya", "leo")] + [
        f"generic_uploads/{each}" for each in ids[3:5]
    ]
    return {
        "": [*ids, outputs["generated_media_id"], "Hello.", "smart", "30s", "#ff0000"],
        "type": ["avatars", "voices", "products", "presets", "background_images", "generic_uploads", "poses"],
        "url": ["https://a.test/v.mp4", "https://example.com/watch?v=1", "https://a.example/", "http://[", "a.b"],
        "voice": ["voice_heart"], "avatar": ["avatar_maya"], "background_image": ["bg_kitchen"], "image_ids": [picture],
        "product_id": products, "name": ["smart", "Quiz", "ugc_video"], "video_format": ["smart", "Quiz", "ugc_video"],
        "/media/{owner}/{token}/{name}": [httpx.URL(outputs["files"][0]["url"]).path],
        f"{API}resources/{{type}}/{{id}}/": [f"{API}resources/{each}/" for each in resources],
        f"{API}generations/{{id}}/": [f"{API}generations/{done}/"],
        f"{API}extract-url/{{id}}/": [f"{API}extract-url/{task}/"],
        f"{API}products/{{id}}/": [f"{API}products/{each}/" for each in products],
    }  # fmt: skip


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS_HERE, ids=NAMES)
def test_every_answer_is_one_that_the_document_lists(
    api: httpx.Client, hints: Hints, running: Embedded, method: str, path: str, operation: Any
) -> None:
    """Never a fault, never a status or a shape of body that is not in the document."""

    @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(requests(method, path, operation, hints))
    def ask(asked: dict[str, Any]) -> None:
        asked["headers"] = {name: value for name, value in asked["headers"].items() if value == value.strip()}
        response = api.request(**{**asked, "url": f"{running.base_url}{asked['url']}"})
        assert response.status_code < 500
        listed = operation["responses"].get(str(response.status_code))
        assert listed is not None, (response.status_code, response.text)
        content = listed.get("content", {})
        if "application/json" in content:
            assert response.headers["content-type"] == "application/json"
            validator(content["application/json"]["schema"]).validate(response.json())

    ask()


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS_HERE, ids=NAMES)
def test_what_an_operation_lists_of_keys_is_so(running: Embedded, method: str, path: str, operation: Any) -> None:
    """Without a key, 401 where the document says that one is needed, and 404 for a file that is not there."""
    answer = httpx.request(method, running.base_url + re.sub(r"{\w+}", "x", path), trust_env=False)
    assert answer.status_code == (401 if operation["security"] else 404)
    assert str(answer.status_code) in operation["responses"]
    assert path.startswith(API) or not operation["security"]
