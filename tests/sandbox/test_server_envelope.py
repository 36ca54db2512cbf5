"""Every answer is the contract's envelope, whoever asks and however."""

from __future__ import annotations

import socket
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from asking import API, Connect, error_of

from clipwise.formats import bundled
from clipwise.formats.catalog import Catalog
from clipwise.sandbox.endpoints import formats
from clipwise.sandbox.exchange import SCOPES, STATUS, Call, Refusal, Sandbox
from clipwise.sandbox.routes import ROUTES
from clipwise.sandbox.serving import Embedded
from clipwise.sandbox.store import Store

NEEDY = [row for row in ROUTES if row.scope]


def test_a_good_answer_says_so_and_carries_the_request_id_twice(api: httpx.Client) -> None:
    """success and request_id are in the body, and the id in the header too."""
    response = api.get("formats/")
    assert response.status_code == 200
    assert response.json()["success"] is True
    assert response.json()["request_id"] == response.headers["x-request-id"]


@pytest.mark.parametrize("path", ["/", "/api/", f"{API}nothing/", f"{API}formats", f"{API}formats//", "/media/a/b/"])
def test_an_unknown_route_is_not_found(api: httpx.Client, path: str) -> None:
    """What is not in the table answers 404, also without the last slash: a redirect would lose a body."""
    assert error_of(api.get(str(api.base_url.copy_with(path=path))), 404)["code"] == "not_found"


@pytest.mark.parametrize("path", ["generations/", "formats/", "uploads/", "resources/avatars/upload/"])
def test_a_wrong_method_says_which_are_right(api: httpx.Client, path: str) -> None:
    """405 names the methods in Allow."""
    response = api.put(path, json={})
    assert error_of(response, 405)["code"] == "method_not_allowed"
    assert response.headers["allow"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[1]",
        b'"text"',
        b"\xff\xfe",
        b'{"format": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": "\\ud800"}',
        b'{"\\udfff": 1}',
        b"[" * 5_000 + b"]" * 5_000,
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b'{"a": ' + b"9" * 10_000 + b"}",
    ],
)
def test_a_body_that_is_no_plain_json_object_is_an_invalid_argument(api: httpx.Client, body: bytes) -> None:
    """Half a body, NaN, numbers without end, deep nesting and broken Unicode are refused before any judgement."""
    response = api.post("generations/", content=body, headers={"Content-Type": "application/json"})
    assert error_of(response, 400)["code"] == "invalid_argument"


def test_a_body_that_is_too_large_is_refused_and_the_refusal_arrives(api: httpx.Client) -> None:
    """The rest of the body is read away, so that the client gets to read the answer."""
    response = api.post("generations/", content=b" " * 5_000_000)
    assert error_of(response, 413)["code"] == "payload_too_large"
    assert api.get("formats/").status_code == 200


def test_what_is_not_http_is_answered_in_the_envelope(running: Embedded) -> None:
    """Even a request line that makes no sense gets JSON."""
    host, _, port = running.base_url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(b"NONSENSE\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 400")
    assert b'"success": false' in answer


def test_a_fault_of_the_server_tells_no_secrets(monkeypatch: pytest.MonkeyPatch, api: httpx.Client) -> None:
    """An exception nobody expected becomes server_error, without its text."""

    def broken(*_: Any) -> Any:
        raise RuntimeError("the secret")

    monkeypatch.setattr(Store, "resources", broken)
    response = api.get("resources/avatars/")
    assert error_of(response, 500)["code"] == "server_error"
    assert "secret" not in response.text


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer wrong", "Basic abc", "cw_live_x", "Bearer é"])
def test_no_key_or_an_unknown_one_is_invalid(running: Embedded, header: str | None) -> None:
    """Every way of not naming a known key answers 401."""
    headers = {} if header is None else {"Authorization": header.encode("latin-1")}
    response = httpx.get(f"{running.base_url}{API}formats/", headers=headers, trust_env=False)
    assert error_of(response, 401)["code"] == "invalid_api_key"
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("row", NEEDY, ids=[f"{row.method} {row.path}" for row in NEEDY])
def test_each_route_asks_for_its_own_scope(store: Store, connect: Connect, row: Any) -> None:
    """A key with every scope but the route's is refused before its body is looked at."""
    client = connect(store.add_token([each for each in SCOPES if each != row.scope]))
    path = row.path.removeprefix(API).format(type="avatars", id="x")
    error = error_of(client.request(row.method, path, content=b"x" * 100_000), 403)
    assert (error["code"], error["details"]) == ("insufficient_scope", {"scope": row.scope})


def test_a_key_without_scopes_may_read_the_formats(store: Store, connect: Connect) -> None:
    """The documents are for every key."""
    assert connect(store.add_token([])).get("formats/quiz/").status_code == 200


def test_only_an_internal_token_acts_for_another_user(store: Store, connect: Connect) -> None:
    """The act-as header needs its scope, and gives each user an account of their own."""
    header = {"X-Clipwise-Act-As-User-Id": "u1"}
    plain = connect(store.add_token(["resources:read"]))
    assert error_of(plain.get("products/", headers=header), 403)["code"] == "insufficient_scope"
    internal = connect()
    made = internal.post("products/", json={"name": "Theirs"}, headers=header).json()["product"]["id"]
    assert internal.get(f"resources/products/{made}/", headers=header).status_code == 200
    assert internal.get(f"resources/products/{made}/").status_code == 404


def test_every_code_of_a_refusal_has_a_status() -> None:
    """The table of codes is what statuses are read from."""
    assert {Refusal(code, "").status for code in STATUS} == set(STATUS.values())


# --- formats ----------------------------------------------------------------------------------------------------------


def test_the_formats_are_the_documents_as_they_are(api: httpx.Client) -> None:
    """Nothing is added to a document or left out."""
    assert api.get("formats/").json()["formats"] == [each.raw for each in bundled.catalog()]


@pytest.mark.parametrize(("query", "key"), [("kind=tool", "kind"), ("platform=clipwise", "platform")])
def test_formats_are_chosen_by_kind_and_platform(api: httpx.Client, query: str, key: str) -> None:
    """A filter keeps what it names, `all` keeps everything."""
    chosen = api.get(f"formats/?{query}").json()["formats"]
    assert chosen
    assert {each[key] for each in chosen} == {query.partition("=")[2]}
    assert len(api.get(f"formats/?{key}=all").json()["formats"]) == len(bundled.catalog())


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ({}, ["a", "plain"]),
        ({"include_inactive": "true"}, ["a", "b", "plain"]),
        ({"include_inactive": "0", "kind": "tool"}, ["plain"]),
        ({"include_inactive": "TRUE", "kind": "tool", "platform": "clipwise"}, ["b", "plain"]),
        ({"platform": "video_company"}, ["plain"]),
    ],
)
def test_inactive_formats_are_listed_only_when_asked_for(query: dict[str, str], slugs: list[str]) -> None:
    """Each filter narrows what the others leave; a document that says neither kind nor platform is for everybody."""
    documents = [
        {"slug": "a", "kind": "format", "platform": "clipwise", "inputs": []},
        {"slug": "b", "kind": "tool", "platform": "clipwise", "inputs": [], "active": False},
        {"slug": "plain", "inputs": []},
    ]
    sandbox: Any = SimpleNamespace(catalog=Catalog(documents))
    answer = formats.list_formats(Call(sandbox, path={}, query=query, headers={}, base_url=""))
    assert [each["slug"] for each in answer.content["formats"]] == slugs


@pytest.mark.parametrize("query", ["kind=films", "platform=mine", "include_inactive=perhaps"])
def test_a_filter_of_formats_takes_only_its_values(api: httpx.Client, query: str) -> None:
    """A value that means nothing is refused, not ignored."""
    assert error_of(api.get(f"formats/?{query}"), 400)["code"] == "invalid_argument"


@pytest.mark.parametrize("name", ["smart", "ai_viral_videos", "Smart", "UGC%20video", "ugc-video"])
def test_a_format_answers_to_all_its_names(api: httpx.Client, name: str) -> None:
    """Slug, alias and display name lead to the document."""
    assert api.get(f"formats/{name}/").json()["format"]["slug"] in ("smart", "ugc_video")


@pytest.mark.parametrize("name", ["ugc_vide", "..%2F..%2Fetc", "%00", "a" * 3000, "%0A", "<script>"])
def test_an_unknown_format_is_not_found(api: httpx.Client, name: str) -> None:
    """With the nearest names; a name made of path pieces is only a name."""
    assert error_of(api.get(f"formats/{name}/"), 404)["code"] == "not_found"


@pytest.mark.parametrize("path", ["formats/", "formats/quiz/", "resource-types/"])
def test_documents_are_sent_once_and_then_only_confirmed(api: httpx.Client, path: str) -> None:
    """The tag of an answer, sent back, gets 304 without a body."""
    tag = api.get(path).headers["etag"]
    again = api.get(path, headers={"If-None-Match": f'"x", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert api.get(path, headers={"If-None-Match": '"x"'}).status_code == 200


# --- resources --------------------------------------------------------------------------------------------------------


def test_pages_cover_a_list_once(api: httpx.Client) -> None:
    """Walking the pages gives every item once, and the last page says that it is the last."""
    for n in range(7):
        api.post("products/", json={"name": f"Product {n}"})
    seen: list[str] = []
    for page in range(1, 5):
        answer = api.get("products/", params={"page": page, "limit": 2}).json()
        seen += [each["display_name"] for each in answer["items"]]
        assert answer["pagination"]["has_next"] is (page < 4)
    assert answer["pagination"] == {"page": 4, "limit": 2, "total": 7, "pages": 4, "has_next": False}
    assert seen == [f"Product {n}" for n in reversed(range(7))]
    assert api.get("products/", params={"page": 9}).json()["items"] == []


@pytest.mark.parametrize("query", ["page=0", "limit=0", "limit=101", "page=-1", "page=x", "limit=٣", "page=1.5"])
def test_a_page_is_a_whole_number_within_reason(api: httpx.Client, query: str) -> None:
    """Anything else is an invalid argument."""
    assert error_of(api.get(f"resources/voices/?{query}"), 400)["code"] == "invalid_argument"


def test_curated_resources_are_listed_with_pictures_that_are_drawn_when_asked_for(
    api: httpx.Client, running: Embedded
) -> None:
    """Listing draws nothing; the preview is a picture, and is kept."""
    items = api.get("resources/avatars/").json()["items"]
    assert {each["source_kind"] for each in items} == {"curated"}
    assert list((running._data_dir / "curated").iterdir()) == []
    response = httpx.get(items[0]["preview_url"], trust_env=False)
    assert response.headers["content-type"] == "image/png"
    assert response.content.startswith(b"\x89PNG")
    assert len(list((running._data_dir / "curated").iterdir())) == 1


def test_the_examples_names_lead_to_curated_resources(api: httpx.Client) -> None:
    """Ids that the documents use as examples exist under another name."""
    assert api.get("resources/background_images/bg_kitchen/").json()["resource"]["id"] == "background_kitchen"


@pytest.mark.parametrize("path", ["resources/films/", "resources/avatars/nobody/", "resources/voices/avatar_maya/"])
def test_a_resource_is_found_only_under_its_own_type(api: httpx.Client, path: str) -> None:
    """An unknown type, an unknown id, and an id of another type are all not found."""
    assert error_of(api.get(path), 404)["code"] == "not_found"


def test_what_is_curated_cannot_be_deleted(api: httpx.Client) -> None:
    """It belongs to everyone."""
    assert error_of(api.delete("resources/avatars/avatar_maya/"), 400)["code"] == "invalid_argument"


def test_a_product_is_made_changed_and_deleted(api: httpx.Client) -> None:
    """A change leaves alone what it does not name."""
    made = api.post("products/", json={"name": "Bottle", "url": "https://b.example/", "colour": "red"})
    assert made.status_code == 201
    id = made.json()["product"]["id"]
    changed = api.patch(f"products/{id}/", json={"name": "Flask", "description": "Steel"}).json()["product"]
    assert {changed[k] for k in ("name", "url", "colour", "description")} == {
        "Flask",
        "https://b.example/",
        "red",
        "Steel",
    }
    assert api.delete(f"products/{id}/").json()["success"] is True
    assert error_of(api.patch(f"products/{id}/", json={}), 404)["code"] == "not_found"


@pytest.mark.parametrize(
    "body", [{}, {"name": " "}, {"name": 7}, {"name": "x", "image_ids": "y"}, {"name": "x", "image_ids": ["nothing"]}]
)
def test_a_product_needs_a_name_and_pictures_that_exist(api: httpx.Client, body: dict[str, Any]) -> None:
    """What is wrong is named with its place."""
    error = error_of(api.post("products/", json=body), 400)
    assert error["code"] == "validation_error"
    assert error["details"]["problems"][0]["path"]


def test_the_services_of_the_endpoints_are_frozen() -> None:
    """No endpoint can change what the others work with."""
    with pytest.raises((AttributeError, TypeError)):
        Sandbox.__new__(Sandbox).store = None  # type: ignore[misc, assignment]
