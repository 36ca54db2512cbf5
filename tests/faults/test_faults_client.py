"""What a client survives, over real sockets, for both kinds: the rows of docs/faults.md that no other test shows."""

from __future__ import annotations

import socket
import time
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from hands import Hands
from stub_api import CLOSE, RESET, Raw, Reply, StubApi, document, refused

from clipwise import drivers
from clipwise.errors import APIError, AuthenticationError, ClipwiseError, ConnectionFailed, NotFound, RateLimited

TEASER = document("teaser", {"name": "line", "type": "string"})
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
POLL = "generations/gen_1/"


def job(status: str, **more: Any) -> dict[str, Any]:
    return {"generation": {"id": "gen_1", "status": status, **more}}


@pytest.fixture
def shop(api: StubApi) -> StubApi:
    """A server with one format, which starts jobs."""
    return api.on("GET", "formats/", {"formats": [TEASER]}).on("POST", "generations/", job("queued"))


def waited(hands: Hands, api: StubApi, *answers: Any, **options: Any) -> Any:
    """Wait for the job while the server gives these answers to polls."""
    api.on("GET", POLL, *answers)
    return hands.do(hands.client(api.url).generations.wait("gen_1", **options))


@pytest.mark.parametrize("where", ["refused", "no such name", "black hole"])
def test_a_host_that_is_not_there_is_named(hands: Hands, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """Refused, unknown or silent: an error with the host, after four attempts, in time."""
    monkeypatch.setattr(drivers, "CONNECT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as hole:
        port, queue = hole.getsockname()[1], [socket.socket() for _ in range(3)]
        for each in queue if where == "black hole" else ():
            each.setblocking(False)
            each.connect_ex(hole.getsockname())
        if where == "refused":
            hole.close()
        host = "no-such-host.invalid" if where == "no such name" else f"127.0.0.1:{port}"
        begun = time.monotonic()
        with pytest.raises(ConnectionFailed, match=host.replace(".", r"\.")) as caught:
            hands.do(hands.client(f"http://{host}").generations.retrieve("gen_1"))
        for each in queue:
            each.close()
    assert caught.value.attempts == 4
    assert time.monotonic() - begun < 4 * 0.2 + 1


DATE = formatdate(1_800_000_000, usegmt=True)
LATER = formatdate(1_800_000_007, usegmt=True)


@pytest.mark.parametrize(
    ("headers", "low", "high"),
    [
        ({"Retry-After": "2"}, 2.0, 2.2),
        ({"Retry-After": LATER, "Date": DATE}, 7.0, 7.2),  # our clock is years off, which does not matter
        ({"Retry-After": DATE, "Date": LATER}, 0.0, 0.125),
        *[({"Retry-After": text}, 0.25, 0.5) for text in ("-5", "nan", "inf", "abc", "1e400", "", "9" * 400)],
        ({"Retry-After": LATER, "Date": "nonsense"}, 0.25, 0.5),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_the_server_says_when(
    hands: Hands, shop: StubApi, headers: dict[str, str], low: float, high: float, status: int
) -> None:
    """Seconds and dates are never undercut; nonsense falls back to the delay."""
    shop.on("POST", "generations/", Reply(status, {"success": False}, headers), job("queued"))
    hands.do(hands.client(shop.url).generate.teaser(line="a"))
    (pause,) = hands.slept
    assert (pause.low, pause.high) == (pytest.approx(low, abs=0.01), pytest.approx(high, rel=0.1, abs=0.01))


@pytest.mark.parametrize("status", [429, 503])
def test_a_day_is_told_and_not_waited(hands: Hands, shop: StubApi, status: int) -> None:
    """Above two minutes the error is raised at once, and says how long."""
    shop.on("POST", "generations/", refused(status, "busy", "busy", Retry_After="86400"))
    with pytest.raises(APIError) as caught:
        hands.do(hands.client(shop.url).generate.teaser(line="a"))
    assert (caught.value.retry_after, hands.slept, isinstance(caught.value, RateLimited)) == (86400, [], status == 429)


ODD = [
    b"[]", b"5", b"null", b'"text"', b"NaN", b'{"id": NaN}', b'{"id": Infinity}', b"[" * 100_000, b'{"a":' * 100_000,
    b"\xff\xfe\x00", b'{"id": "\xff"}', b'{"id": "gen', b"<html><script>alert(1)</script>Hello</html>", b" ",
]  # fmt: skip


@pytest.mark.parametrize("body", ODD, ids=lambda body: repr(body[:16]))
@pytest.mark.parametrize("status", [200, 502])
def test_what_is_not_json_of_ours(hands: Hands, shop: StubApi, body: bytes, status: int) -> None:
    """Status and a short safe piece; the next answer on the connection is good again."""
    shop.on("GET", POLL, *[Reply(status, body)] * (1 if status == 200 else 4), job("running"))
    client = hands.client(shop.url)
    with pytest.raises(ClipwiseError) as caught:
        hands.do(client.generations.retrieve("gen_1"))
    assert caught.value.status_code == status
    assert len(str(caught.value)) < 500
    assert "<" not in str(caught.value)
    assert str(caught.value).isprintable()
    assert hands.do(client.generations.retrieve("gen_1")) == job("running")


def test_five_megabytes_of_details(hands: Hands, shop: StubApi) -> None:
    """An error is short, whatever was sent along."""
    error = {"code": "x" * 10**6, "message": "m\x1b[31m" * 10**6, "details": ["d" * 10**6] * 5}
    shop.on("GET", POLL, Reply(400, {"success": False, "error": error}))
    with pytest.raises(APIError) as caught:
        hands.do(hands.client(shop.url).generations.retrieve("gen_1"))
    assert len(str(caught.value)) + len(repr(caught.value.details)) + len(caught.value.code) < 10_000
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    "steps",
    [
        [HEAD + b'Content-Length: 5\r\n\r\n{"id": "gen_1"}'],
        [HEAD + b"Content-Length: 500\r\n\r\n{}", CLOSE],
        [HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"],
        [HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", CLOSE],
        [HEAD + b"Content-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n" + b'{"id": "evil"}'],
    ],
    ids=["longer", "shorter", "bad chunk", "chunk without end", "two answers"],
)
def test_the_next_answer_is_never_poisoned(hands: Hands, shop: StubApi, steps: list[Any]) -> None:
    """Whatever a broken answer leaves on the connection, nobody is told it."""
    shop.on("GET", POLL, Raw(steps), job("running"))
    client = hands.client(shop.url)
    for _ in range(3):
        try:
            found = hands.do(client.generations.retrieve("gen_1"))
        except ClipwiseError:
            continue
        assert found in ({}, job("running"))


@pytest.mark.parametrize(
    "statuses",
    [["running", "queued", "running", "completed"], ["QUEUED", "Running", "COMPLETED"], ["", "x", "Completed"]],
)
def test_statuses_of_every_kind_are_waited_out(hands: Hands, shop: StubApi, statuses: list[str]) -> None:
    """Backwards, in capitals, unknown: the wait goes on to the end."""
    found = waited(hands, shop, *[job(each, unknown_field=1) for each in statuses])
    assert found["generation"]["status"].lower() == "completed"
    assert len(shop.of("GET", POLL)) == len(statuses)


def test_a_minute_without_network_is_survived(hands: Hands, shop: StubApi) -> None:
    """Twelve polls in a row that nobody answers, over more than 60 s."""
    found = waited(hands, shop, job("running"), *[Raw([RESET])] * 12, job("completed"))
    assert found == job("completed")
    assert sum(each.high for each in hands.slept) > 60


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_server_does_not_end_a_wait(hands: Hands, shop: StubApi, status: int) -> None:
    """Refusals of polls are waited out."""
    assert waited(hands, shop, *[refused(status, "busy")] * 6, job("completed")) == job("completed")


def test_a_job_that_is_not_known_yet_and_one_that_is_gone(hands: Hands, shop: StubApi) -> None:
    """404 at first is waited out; 404 for a job that was seen is an error."""
    missing = refused(404, "not_found", "no such job")
    assert waited(hands, shop, missing, missing, job("completed")) == job("completed")
    with pytest.raises(NotFound, match="gen_1"):
        waited(hands, shop, job("running"), missing)


def test_a_key_that_is_revoked_while_waiting(hands: Hands, shop: StubApi) -> None:
    """The error has the job's id, and how to go on."""
    with pytest.raises(AuthenticationError, match="clipwise wait gen_1"):
        waited(hands, shop, job("running"), refused(401, "invalid_api_key", "revoked"))


def test_a_status_that_never_changes_ends_in_time(hands: Hands, shop: StubApi) -> None:
    """At the timeout, not before and not much later."""
    with pytest.raises(ClipwiseError, match="not finished after 30 s; it is running"):
        waited(hands, shop, job("running"), timeout=30)
    assert sum(each.high for each in hands.slept) == pytest.approx(30, abs=0.5)


def test_a_cancel_may_race_and_repeat(hands: Hands, shop: StubApi) -> None:
    """A cancel whose answer is lost, one that comes too late, and one that comes twice."""
    done = job("completed")
    shop.on("POST", "generations/gen_1/cancel/", Raw([RESET]), refused(503), done, job("cancelled"), job("cancelled"))
    client = hands.client(shop.url)
    assert hands.do(client.generations.cancel("gen_1")) == done
    assert hands.do(client.generations.cancel("gen_1")) == hands.do(client.generations.cancel("gen_1"))
    assert {each.key for each in shop.of("POST", "generations/gen_1/cancel/")} == {"cancel-gen_1"}


@pytest.mark.parametrize("target", ["https://evil.example/", "http://169.254.169.254/", "/api/sdk/v1/generations/", ""])
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_told_and_not_followed(hands: Hands, shop: StubApi, status: int, target: str) -> None:
    """One request, whatever it points to; where that is, is named."""
    shop.on("POST", "generations/", Reply(status, b"", {"Location": target} if target else {}))
    with pytest.raises(ClipwiseError, match=target.replace(".", r"\.") or "nowhere"):
        hands.do(hands.client(shop.url).generate.teaser(line="a"))
    assert len(shop.of("POST", "generations/")) == 1


# --- downloads --------------------------------------------------------------------------------------------------------

FILM = b"film" * 3000


def brought(hands: Hands, shop: StubApi, folder: Path, *answers: Any, **said: Any) -> Any:
    """Download the job's one file, which the server serves with these answers."""
    shop.on("GET", POLL, job("completed", outputs={"files": [{"url": "/f.mp4", "kind": "video", **said}]}))
    shop.on("GET", "/f.mp4", *answers)
    handle = hands.do(hands.client(shop.url).generations.handle("gen_1"))
    return hands.do(handle.download(folder))


@pytest.mark.parametrize("name", ["../../x", "/etc/passwd", "a\\..\\b", "CON", "x" * 5000])
def test_a_download_is_named_here(hands: Hands, shop: StubApi, tmp_path: Path, name: str) -> None:
    """What the server calls a file decides nothing; a file of that name that was there is replaced whole."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    for content in (b"older", FILM):
        (path,) = brought(hands, shop, tmp_path / "out", Reply(200, content, headers))
        assert path.read_bytes() == content
    assert list((tmp_path / "out").iterdir()) == [path]
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("wrong", [{"bytes": 5}, {"sha256": "0" * 64}])
def test_a_download_that_is_not_what_was_named(hands: Hands, shop: StubApi, tmp_path: Path, wrong: Any) -> None:
    """A wrong length or hash is an error, and nothing is left under any name."""
    with pytest.raises(ClipwiseError):
        brought(hands, shop, tmp_path / "out", Reply(200, FILM), **wrong)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_download_that_breaks_for_ever(hands: Hands, shop: StubApi, tmp_path: Path) -> None:
    """A clean error after four attempts, each from where the last one broke; no partial file is left."""
    torn = Raw([HEAD + b'ETag: "e"\r\nContent-Length: 12000\r\n\r\n' + FILM[:5000], 0.02, RESET])
    with pytest.raises(ConnectionFailed, match="did not arrive"):
        brought(hands, shop, tmp_path / "out", torn)
    assert len(shop.of("GET", "/f.mp4")) == 4
    assert list((tmp_path / "out").iterdir()) == []


# --- uploads ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ['a"b.png', "a\nb.png", "ü\u202e.png", "a;b=c.png", "-rf.png", "a%0d%0a.png"])
def test_an_upload_of_any_name(hands: Hands, shop: StubApi, tmp_path: Path, name: str) -> None:
    """No name of a file can end its header or add one."""
    path = tmp_path / name
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"p" * 100)
    shop.on("POST", "uploads/", {"upload": {"id": "up_1"}})
    hands.do(hands.client(shop.url).uploads.create(path))
    (asked,) = shop.of("POST", "uploads/")
    assert asked.body.count(b"filename=") == 1
    assert asked.body.count(b"Content-Disposition") == 2
    assert asked.body.endswith(b"--\r\n")


@pytest.mark.parametrize("answer", [refused(413, "too_large", "too large"), refused(401, "invalid_api_key", "no")])
def test_an_upload_that_is_refused_while_it_is_sent(hands: Hands, shop: StubApi, tmp_path: Path, answer: Reply) -> None:
    """The server's word is heard, or the broken connection is; nothing is sent for ever."""
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"p" * 8_000_000)
    shop.on("POST", "uploads/", Reply(answer.status, answer.body, early=True))
    with pytest.raises(ClipwiseError) as caught:
        hands.do(hands.client(shop.url).uploads.create(path))
    assert caught.value.status_code in (answer.status, None)
    assert len(shop.of("POST", "uploads/")) <= 4
