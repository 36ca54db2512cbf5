"""Whatever is wrong with a request, the answer is a 4xx envelope, and nothing outside the data folder is touched."""

from __future__ import annotations

import contextlib
import functools
import http.client
import json
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from asking import API, create, error_of, until
from server_files import png, upload

from clipwise.sandbox.exchange import Route
from clipwise.sandbox.routes import DESCRIBED
from clipwise.sandbox.serving import Embedded

SECRET = "the words of the canary"
HUGE = "x" * 5_000_000
JSON_ROUTES = [row for row in DESCRIBED if row.takes == "json"]
FILE_ROUTES = [row for row in DESCRIBED if row.takes == "file"]
NAMED_ROUTES = [row for row in DESCRIBED if "{" in row.path]
CLIMBING = (
    "..", "../..", "../canary.txt", "../../canary.txt", "....//....//canary.txt", "..\\..\\canary.txt", "/etc/passwd",
    "file:///etc/passwd", "~/canary.txt", "%2e%2e%2fcanary.txt", "a/../../canary.txt", "\0", "canary.txt\0.png",
    "..%c0%afcanary.txt", "x" * 5000, "' OR 1=1 --", "{id}", "\u202e", "CON", "C:\\canary.txt", "*", "sandbox.db",
)  # fmt: skip


def name_of(row: Route) -> str:
    """What a route is called in the list of tests."""
    return f"{row.method} {row.path.removeprefix(API)}"


@pytest.fixture(scope="module", autouse=True)
def canary(running: Embedded) -> Path:
    """A file beside the data folder."""
    path = running._data_dir.parent / "canary.txt"
    path.write_text(SECRET)
    return path


def path_of(row: Route) -> str:
    """A path of a route that leads to its endpoint."""
    return row.path.format(type="avatars", id="avatar_maya", name="x", owner="o", token="t")


def refused(response: httpx.Response) -> str:
    """Return the code of a refusal after proving that it is one, in the envelope."""
    assert 400 <= response.status_code < 500, (response.status_code, response.text)
    assert SECRET not in response.text
    return str(error_of(response, response.status_code)["code"])


@pytest.fixture(scope="module")
def ask(running: Embedded) -> Any:
    """Ask with the sandbox's key, at a path from the root."""
    headers = {"Authorization": f"Bearer {running.api_key}"}
    with httpx.Client(base_url=running.base_url, headers=headers, timeout=20, trust_env=False) as client:
        yield client.request


# --- bodies -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", JSON_ROUTES, ids=name_of)
@pytest.mark.parametrize("body", [b"", b"null", b"7", b'"x"', b"[]", b"[{}]", b"{'a': 1}", b"{", b"\xff", b"a=1"])
def test_a_body_that_is_no_object_is_refused_everywhere(ask: Any, row: Route, body: bytes) -> None:
    """By every operation that takes JSON."""
    assert refused(ask(row.method, path_of(row), content=body)) in ("invalid_argument", "not_found")


@pytest.mark.parametrize("row", [row for row in JSON_ROUTES if row.method == "POST"], ids=name_of)
def test_what_is_missing_is_named(ask: Any, row: Route) -> None:
    """An empty object is never enough to make something."""
    assert refused(ask("POST", path_of(row), json={})) in ("validation_error", "invalid_argument")


@pytest.mark.parametrize("value", [7, 1.5, True, None, [], {}, [[]], [{}], {"a": {"b": []}}, "", " ", ["x", 7]])
@pytest.mark.parametrize(
    ("path", "body", "name"),
    [
        ("generations/", {"format": "ugc_video", "script": "x"}, "format"),
        ("generations/", {"format": "ugc_video", "script": "x"}, "script"),
        ("generations/", {"format": "ugc_video", "script": "x"}, "avatar"),
        ("generations/", {"format": "ugc_video", "script": "x"}, "preset"),
        ("generations/", {"format": "text_to_audio", "script": "x"}, "voice"),
        ("products/", {"name": "x"}, "name"),
        ("extract-url/", {"url": "x"}, "url"),
        ("resources/avatars/generate/", {"prompt": "x"}, "prompt"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(ask: Any, path: str, body: Any, name: str, value: Any) -> None:
    """Wherever a text is wanted; empty texts are none."""
    response = ask("POST", API + path, json={**body, name: value})
    assert refused(response) in ("validation_error", "invalid_argument")
    assert name in response.text


@pytest.mark.parametrize("row", JSON_ROUTES, ids=name_of)
def test_five_megabytes_of_text_are_too_many(ask: Any, row: Route) -> None:
    """The refusal arrives, and the connection can be used again."""
    assert refused(ask(row.method, path_of(row), json={"format": HUGE, "name": HUGE})) == "payload_too_large"
    assert ask("GET", f"{API}formats/").status_code == 200


@pytest.mark.parametrize("row", FILE_ROUTES, ids=name_of)
@pytest.mark.parametrize("field", ["name", "purpose", HUGE[:100_000]])
def test_five_megabytes_beside_a_file_are_too_many(ask: Any, row: Route, field: str) -> None:
    """As a field's value, or with a name that is long itself."""
    response = ask("POST", path_of(row), files={"file": ("a.png", png())}, data={field: HUGE})
    assert refused(response) in ("payload_too_large", "invalid_upload")


@pytest.mark.parametrize("header", ["Authorization", "Idempotency-Key", "X-Clipwise-Act-As-User-Id"])
def test_a_long_header_is_refused(ask: Any, header: str) -> None:
    """Each that means something has a length that it may have."""
    job = {"format": "text_to_audio", "script": "x", "voice": "voice_heart"}
    assert refused(ask("POST", f"{API}generations/", json=job, headers={header: "x" * 50_000}))


@pytest.mark.parametrize("name", ["Authorization", "Cookie"])
def test_a_header_without_end_is_not_read_to_its_end(running: Embedded, ask: Any, name: str) -> None:
    """The connection ends, with a refusal if it still gets through, and the server lives on."""
    host, _, port = running.base_url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection, contextlib.suppress(ConnectionError):
        connection.sendall(f"GET {API}formats/ HTTP/1.1\r\nHost: {host}\r\n{name}: {HUGE}\r\n\r\n".encode())
        assert connection.recv(65536).startswith(b"HTTP/1.1 4")
    assert ask("GET", f"{API}formats/").status_code == 200


@pytest.mark.parametrize("row", JSON_ROUTES, ids=name_of)
@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "image/png", "json"]
)
def test_json_that_says_it_is_something_else_is_refused(ask: Any, row: Route, kind: str) -> None:
    """With the type that is wanted."""
    response = ask(row.method, path_of(row), content=b'{"name": "x"}', headers={"Content-Type": kind})
    assert refused(response) == "invalid_argument"
    assert "application/json" in response.text


@pytest.mark.parametrize("kind", [None, "application/json", "Application/JSON; charset=utf-8", "application/x+json"])
def test_json_by_any_name_is_taken(ask: Any, kind: str | None) -> None:
    """Also when nothing is said."""
    headers = {} if kind is None else {"Content-Type": kind}
    assert ask("POST", f"{API}products/", content=b'{"name": "x"}', headers=headers).status_code == 201


@pytest.mark.parametrize("row", FILE_ROUTES, ids=name_of)
@pytest.mark.parametrize("kind", ["application/json", "text/plain", "image/png", "multipart/mixed; boundary=b", ""])
def test_a_file_outside_a_form_is_refused(ask: Any, row: Route, kind: str) -> None:
    """Files come as multipart/form-data alone."""
    assert refused(ask("POST", path_of(row), content=png(), headers={"Content-Type": kind})) == "invalid_upload"


# --- ways out of the folder -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", NAMED_ROUTES, ids=name_of)
@pytest.mark.parametrize("sent", ["plain", "quoted", "quoted twice"])
def test_an_id_made_of_path_pieces_leads_nowhere(running: Embedded, row: Route, sent: str) -> None:
    """In every place of every path, as it is, quoted, and quoted twice."""
    host, _, port = running.base_url.removeprefix("http://").partition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    for piece in CLIMBING:
        once = quote(piece, safe="" if sent != "plain" else "/.\\:~*{}' ").replace(" ", "%20").replace("'", "%27")
        name = quote(once, safe="") if sent == "quoted twice" else once
        target = row.path.format_map(dict.fromkeys(("type", "id", "name", "owner", "token"), name))
        body = b'{"name": "x", "prompt": "x"}' if row.takes == "json" else None
        headers = {"Authorization": f"Bearer {running.api_key}", "Content-Type": "application/json"}
        connection.request(row.method, target, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        assert 400 <= answer.status < 500, (target, answer.status, text)
        assert json.loads(text)["success"] is False
        assert SECRET not in text
        assert "root:" not in text
    connection.close()


@pytest.mark.parametrize("piece", [*CLIMBING, "file://canary.txt", "http://[", "ftp://x/y"])
def test_an_asset_made_of_path_pieces_is_no_asset(ask: Any, canary: Path, piece: str) -> None:
    """Of a job, of a product, and behind a link."""
    for value in (piece, f"{piece}/{canary}", str(canary)):
        for name in ("avatar", "background_image", "preset", "voice"):
            job = {"format": "ugc_video", "script": "x", name: value}
            assert refused(ask("POST", f"{API}generations/", json=job)) in ("validation_error", "incompatible_resource")
        assert refused(ask("POST", f"{API}products/", json={"name": "x", "image_ids": [value]})) == "validation_error"
        assert refused(ask("POST", f"{API}extract-url/", json={"url": value}))


def test_no_file_outside_the_folder_is_opened(ask: Any, running: Embedded, api: httpx.Client, canary: Path) -> None:
    """Every file that Python opens for such requests is in the data folder, or one of Python's own modules."""
    ids = [f"../../{canary.name}", str(canary), "/etc/passwd", "..%2f..%2fcanary.txt"]
    with opened() as paths:
        for id in ids:
            for row in NAMED_ROUTES:
                target = row.path.format_map(
                    dict.fromkeys(("type", "id", "name", "owner", "token"), quote(id, safe=""))
                )
                refused(ask(row.method, target, json={"name": "x"} if row.takes == "json" else None))
            refused(ask("POST", f"{API}generations/", json={"format": "ugc_video", "script": "x", "avatar": id}))
            item = upload(api, png(), name=id).json()["upload"]
            assert httpx.get(item["url"], trust_env=False).content == png()
            named = {"file": ("a.png", png())}
            kept = ask("POST", f"{API}resources/poses/upload/", files=named, data={"name": id, "type": id})
            assert kept.status_code == 201
            job = create(api, "Hello.", key=id, metadata={"path": id}).json()["id"]
            until(api, job, "completed")
    folder = running._data_dir.absolute()
    ours = [folder, Path("/proc"), Path(sys.prefix), Path(sys.base_prefix), Path(__file__).parents[2]]
    assert [each for each in paths if folder in each.parents]
    assert [each for each in paths if not any(each.is_relative_to(one) for one in ours)] == []


def test_what_lies_around_the_folder_is_as_it_was(running: Embedded, canary: Path) -> None:
    """After everything above: the canary, alone, with its words; and in the folder only what belongs there."""
    assert canary.read_text() == SECRET
    assert sorted(each.name for each in canary.parent.iterdir()) == ["canary.txt", "data"]
    here = {each.name.partition("-")[0] for each in running._data_dir.iterdir()}
    assert here <= {"api_key", "curated", "files", "incoming", "outputs", "sandbox.db", "worker.log"}
    assert list((running._data_dir / "incoming").iterdir()) == []
    for file in (running._data_dir / "files").iterdir():
        assert file.name.partition("_")[0] in ("upl", "pose")


# --- what is opened ---------------------------------------------------------------------------------------------------

NOTED: list[set[Path]] = []  # where the paths go while somebody wants to know them
EVENTS = ("open", "os.listdir", "os.scandir", "os.remove", "os.rename", "os.mkdir", "sqlite3.connect")


@contextlib.contextmanager
def opened() -> Iterator[set[Path]]:
    """Note the path of every file and folder that this process opens inside the block."""
    _listen()
    NOTED.append(set())
    try:
        yield NOTED[-1]
    finally:
        NOTED.clear()


@functools.cache
def _listen() -> None:
    sys.addaudithook(_note)  # for the rest of the process: a hook cannot be taken away


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if NOTED and event in EVENTS and isinstance(arguments[0], (str, bytes, Path)):
        NOTED[-1].add(Path(os.fsdecode(arguments[0])).absolute())
