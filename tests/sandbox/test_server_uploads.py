"""What is uploaded is judged by what is in it, kept under names of our own, and served in whole or in part."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path
from typing import Any

import httpx
import pytest
from asking import error_of
from server_files import png, upload, wav

from clipwise.sandbox.receiving import shown_name
from clipwise.sandbox.serving import Embedded


def test_an_upload_is_kept_whole_and_found_again(api: httpx.Client) -> None:
    """Its size, its hash and what it holds are known, and its URL gives back the same bytes."""
    made = upload(api, png())
    assert made.status_code == 201
    item = made.json()["upload"]
    assert item["id"].startswith("upl_")
    facts = {"file_type": "image", "mime_type": "image/png", "width": 3, "height": 2, "source_kind": "uploaded"}
    assert facts.items() <= item.items()
    assert (item["bytes"], item["sha256"]) == (len(png()), hashlib.sha256(png()).hexdigest())
    assert httpx.get(item["url"], trust_env=False).content == png()
    assert item in api.get("uploads/").json()["items"]
    assert api.get(f"resources/generic_uploads/{item['id']}/").json()["resource"] == item


def test_a_file_is_judged_by_its_content_not_its_name(api: httpx.Client) -> None:
    """A sound that is called a picture is a sound."""
    error = error_of(upload(api, wav(), "image", "picture.png"), 400)
    assert (error["code"], error["details"]["found"]) == ("invalid_upload", "audio")
    item = upload(api, wav(), "audio", "picture.png").json()["upload"]
    assert (item["mime_type"], item["duration"]) == ("audio/wav", 0.1)


@pytest.mark.parametrize(
    "data",
    [
        b"just text",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html><script>alert(1)</script></html>",
        png(50, 50)[:60],
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        wav()[:30],
        b"\0" * 5000,
    ],
)
def test_what_is_no_media_or_damaged_is_refused(api: httpx.Client, running: Embedded, data: bytes) -> None:
    """Text, scripts, playlists that lead elsewhere and halves of files are refused, and nothing of them is kept."""
    before = sorted((running._data_dir / "files").iterdir())
    assert error_of(upload(api, data), 400)["code"] == "invalid_upload"
    assert sorted((running._data_dir / "files").iterdir()) == before
    assert list((running._data_dir / "incoming").iterdir()) == []


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked(api: httpx.Client) -> None:
    """The size is read from the head of the file."""
    bomb = png().replace(struct.pack(">II", 3, 2), struct.pack(">II", 60_000, 60_000))
    assert error_of(upload(api, bomb), 400)["code"] == "invalid_upload"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\win.ini", "win.ini"),
        ('a"b\nc\r\nd.png', 'a"bcd.png'),
        ("a%0d%0aX-Evil: 1.png", "a%0d%0aX-Evil: 1.png"),
        ("\u202egnp.exe", "gnp.exe"),
        ("été 画.png", "été 画.png"),
        ("..", ".."),
        ("x" * 600 + ".png", "x" * 200),
    ],
)
def test_a_name_from_outside_is_only_shown(api: httpx.Client, running: Embedded, name: str, shown: str) -> None:
    """Path pieces, quotes and line breaks in a file's name reach no path, no URL and no header."""
    item = upload(api, png(), name=name).json()["upload"]
    assert item["display_name"] == shown
    assert item["url"].endswith(f"/{item['id']}.png")
    assert (running._data_dir / "files" / item["id"]).read_bytes() == png()


@pytest.mark.parametrize("name", ["", "/", "\n"])
def test_a_name_that_shows_nothing_gives_way_to_the_id(api: httpx.Client, name: str) -> None:
    """Every item has a name to show."""
    assert shown_name(name) == ""
    item = upload(api, png(), name=name or "/").json()["upload"]
    assert item["display_name"] == item["id"]


def test_fields_beside_the_file_are_kept_but_cannot_pass_for_the_servers_own(api: httpx.Client) -> None:
    """Metadata is shown; an id or a URL among it is not believed."""
    fields = {"type": "arms", "name": "Waving", "id": "mine", "url": "https://evil.example/", "source_kind": "curated"}
    answer = api.post("resources/poses/upload/", files={"file": ("p.png", png())}, data=fields)
    item = answer.json()["resource"]
    assert (item["type"], item["display_name"], item["source_kind"]) == ("arms", "Waving", "uploaded")
    assert item["id"] != "mine"
    assert "evil" not in item["url"]
    assert api.get("resources/poses/?type=ARMS").json()["pagination"]["total"] == 1
    assert api.get("resources/poses/?type=other").json()["items"] == []


@pytest.mark.parametrize("path", ["resources/products/upload/", "resources/generated_media/upload/"])
def test_not_every_type_takes_uploads(api: httpx.Client, path: str) -> None:
    """A type without the operation refuses."""
    assert error_of(api.post(path, files={"file": ("p.png", png())}), 400)["code"] == "invalid_argument"


def test_a_file_that_is_too_large_is_refused_while_it_arrives(api: httpx.Client, running: Embedded) -> None:
    """413, and the part that had come is gone."""
    assert error_of(upload(api, png() + b"\0" * 2_000_000), 413)["code"] == "payload_too_large"
    assert list((running._data_dir / "incoming").iterdir()) == []


MULTIPART, HEAD = "multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data; "
BROKEN: dict[str, tuple[str, bytes]] = {
    "no multipart": ("application/json", b"{}"),
    "no boundary": ("multipart/form-data", b"x"),
    "no end": (MULTIPART, HEAD + b'name="file"; filename="a"\r\n\r\nx'),
    "no file": (MULTIPART, HEAD + b'name="a"\r\n\r\nx\r\n--b--\r\n'),
    "no sense": (MULTIPART, b"nonsense"),
    "nothing": (MULTIPART, b""),
    "an endless boundary": (f"multipart/form-data; boundary={'b' * 5000}", b"x"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_multipart_body_is_an_invalid_upload(api: httpx.Client, case: str) -> None:
    """Whatever is wrong with the body, the answer is the envelope."""
    kind, body = BROKEN[case]
    assert error_of(api.post("uploads/", content=body, headers={"Content-Type": kind}), 400)["code"] == "invalid_upload"


@pytest.mark.parametrize("files", [[("file", b"")], [("other", b"x")], [("file", png()), ("file", png())]])
def test_an_upload_is_exactly_one_file(api: httpx.Client, files: list[tuple[str, bytes]]) -> None:
    """Not an empty one, not under another name, not two."""
    parts: Any = [(part, ("a.png", data)) for part, data in files]
    assert error_of(api.post("uploads/", files=parts), 400)["code"] == "invalid_upload"


def test_a_purpose_is_one_of_three(api: httpx.Client) -> None:
    """Anything else is an invalid argument."""
    assert error_of(upload(api, png(), "poster"), 400)["code"] == "invalid_argument"


def test_a_deleted_upload_is_gone_with_its_file(api: httpx.Client, running: Embedded) -> None:
    """Neither the item nor the URL nor the file is left."""
    item = upload(api, png()).json()["upload"]
    assert api.delete(f"resources/generic_uploads/{item['id']}/").status_code == 200
    assert error_of(api.get(f"resources/generic_uploads/{item['id']}/"), 404)
    assert error_of(httpx.get(item["url"], trust_env=False), 404)["code"] == "not_found"
    assert not Path(running._data_dir / "files" / item["id"]).exists()


# --- downloads --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def url(api: httpx.Client) -> str:
    """The URL of a sound of 1,644 bytes."""
    return str(upload(api, wav(), "audio").json()["upload"]["url"])


def get(url: str, method: str = "GET", **headers: str) -> httpx.Response:
    """Download without any key."""
    return httpx.request(method, url, headers=headers, trust_env=False)


def test_a_download_needs_no_key_and_says_what_it_is(url: str) -> None:
    """Type, length, tag and name are in the head; HEAD gives the head alone."""
    whole, head = get(url), get(url, "HEAD")
    assert (whole.status_code, whole.content) == (200, wav())
    for response in (whole, head):
        assert response.headers["content-type"] == "audio/wav"
        assert response.headers["content-length"] == str(len(wav()))
        assert response.headers["etag"] == f'"{hashlib.sha256(wav()).hexdigest()}"'
        assert response.headers["accept-ranges"] == "bytes"
        assert response.headers["x-content-type-options"] == "nosniff"
    assert head.content == b""


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-9", 0, 9), ("bytes=1640-", 1640, 1643), ("bytes=-4", 1640, 1643), ("bytes=1600-9999", 1600, 1643)],
)
def test_a_range_gives_that_part(url: str, asked: str, first: int, last: int) -> None:
    """206 with the part and where it lies."""
    response = get(url, Range=asked)
    assert response.status_code == 206
    assert response.content == wav()[first : last + 1]
    assert response.headers["content-range"] == f"bytes {first}-{last}/1644"


@pytest.mark.parametrize("asked", ["bytes=1644-", "bytes=9999-10000", "bytes=-0"])
def test_a_range_beyond_the_end_cannot_be_satisfied(url: str, asked: str) -> None:
    """416 in the envelope, with the length."""
    response = get(url, Range=asked)
    assert error_of(response, 416)["code"] == "range_not_satisfiable"
    assert response.headers["content-range"] == "bytes */1644"


@pytest.mark.parametrize("asked", ["bytes=", "bytes=-", "lines=1-2", "bytes=9-1", "bytes=0-1,5-6", "bytes=a-b", "x"])
def test_a_range_that_is_not_understood_is_ignored(url: str, asked: str) -> None:
    """As HTTP allows: the whole file."""
    response = get(url, Range=asked)
    assert (response.status_code, response.content) == (200, wav())


def test_a_download_is_taken_up_only_if_the_file_is_the_same(url: str) -> None:
    """If-Range with the right tag gives the part, with another the whole; If-None-Match gives nothing again."""
    tag = get(url, "HEAD").headers["etag"]
    assert get(url, **{"Range": "bytes=10-", "If-Range": tag}).status_code == 206
    assert get(url, **{"Range": "bytes=10-", "If-Range": '"other"'}).content == wav()
    assert get(url, **{"Range": "bytes=99999-", "If-Range": '"other"'}).content == wav()
    assert get(url, **{"If-None-Match": tag}).status_code == 304


def test_a_url_cannot_be_guessed_or_changed(url: str) -> None:
    """Another token, another name and another owner with the same token are not found."""
    base, owner, token, name = url.rsplit("/", 3)
    for parts in (
        (owner, "0" * 40, name),
        (owner, token, "other.wav"),
        ("upl_other", token, name),
        (owner, "é", name),
        (owner, token, "..%2F..%2Fapi_key"),
        (owner, token, "%2e%2e"),
    ):
        assert error_of(get("/".join((base, *parts))), 404)["code"] == "not_found"


def test_urls_are_on_the_host_that_was_asked(api: httpx.Client, running: Embedded) -> None:
    """The same folder may be served on another port tomorrow; a Host that is none is not repeated."""
    port = running.base_url.rpartition(":")[2]
    item = api.get("uploads/", headers={"Host": f"localhost:{port}"}).json()["items"][0]
    assert item["url"].startswith(f"http://localhost:{port}/media/")
    item = api.get("uploads/", headers={"Host": 'evil"<x>'}).json()["items"][0]
    assert item["url"].startswith(running.base_url)
