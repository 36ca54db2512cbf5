"""Claims about the two drivers, over real sockets: what leaves, what comes back, and how long it may take."""

from __future__ import annotations

import asyncio
import gc
import gzip
import os
import socket
import threading
import time
import tracemalloc
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hands import KEY, Hands
from stub_api import CLOSE, HANG, RESET, Asked, Raw, Reply, StubApi, drip

from clipwise import body, deadline, drivers, wire
from clipwise.deadline import SMALL, Deadline, _Stream
from clipwise.drivers import AsyncDriver, Driver
from clipwise.effects import Answer, Disk, Fetch, FilePart, Flow, NoAnswer, Now, Request, Send, Sleep, Tell, Today
from clipwise.errors import AuthenticationError, ClipwiseError, ConfigurationError
from clipwise.files import measure
from clipwise.settings import Settings

JOB = wire.get("generations", "gen_1")
PATH = "generations/gen_1/"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def send(hands: Hands, api: StubApi, request: Request = JOB, within: float = 5.0, **options: Any) -> Answer:
    answer = hands.perform(hands.driver(api.url, **options), Send(request, within))
    assert isinstance(answer, Answer)
    return answer


def fault(hands: Hands, api: StubApi, *steps: bytes | float | str, within: float = 5.0) -> NoAnswer:
    """Return what the driver raises when the server answers with these steps."""
    api.on("GET", PATH, Raw(steps))
    with pytest.raises(NoAnswer) as caught:
        send(hands, api, within=within)
    return caught.value


# --- what leaves ------------------------------------------------------------------------------------------------------


def test_a_request_arrives_as_it_was_asked_for(hands: Hands, api: StubApi) -> None:
    """Method, path, query, headers and JSON arrive; the API's paths get the token."""
    api.on("POST", "things/", {"id": "x"})
    request = Request("POST", wire.path("things"), (("a", "1 2"), ("b", "ü&=")), (("X-One", "1"),), {"text": "ü"})
    answer = send(hands, api, request)
    (asked,) = api.asked
    assert (asked.method, asked.path, asked.query) == ("POST", "/api/sdk/v1/things/", [("a", "1 2"), ("b", "ü&=")])
    assert asked.json == {"text": "ü"}
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.headers["x-one"] == "1"
    assert asked.headers["user-agent"] == drivers.AGENT
    assert asked.headers["accept-encoding"] == "gzip"
    assert (answer.status, answer.body) == (200, b'{"id": "x"}')


def test_a_url_is_asked_without_the_token(hands: Hands, api: StubApi) -> None:
    """What does not belong to the API is never told the key."""
    api.on("GET", "/elsewhere", Reply(200, b""))
    send(hands, api, Request("GET", f"{api.url}/elsewhere"))
    assert KEY not in str(api.asked[0].headers)


def test_without_a_key_the_api_is_not_asked(hands: Hands, api: StubApi) -> None:
    """A request of the API without a key is an error before a connection is made."""
    with pytest.raises(AuthenticationError):
        send(hands, api, key=None)
    assert api.connections == 0


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\x00b"])
def test_a_header_cannot_be_split(hands: Hands, api: StubApi, value: str) -> None:
    """A value with a line break is refused on this side, and never tried again."""
    with pytest.raises(NoAnswer) as caught:
        send(hands, api, Request("GET", JOB.target, headers=(("If-None-Match", value),)))
    assert (caught.value.fault, caught.value.final, api.asked) == ("protocol", True, [])


def test_letters_beyond_ascii_in_a_header_do_no_harm(hands: Hands, api: StubApi) -> None:
    """An ETag or an id may hold any letter; it travels as UTF-8."""
    api.on("POST", "generations/ünï/cancel/", {})
    send(hands, api, wire.cancel_generation("ünï"))
    assert api.asked[0].headers["idempotency-key"].encode("latin-1").decode() == "cancel-ünï"


def test_one_connection_serves_many_requests(hands: Hands, api: StubApi) -> None:
    """Connections are pooled; a closed driver makes a new one when it is used again."""
    api.on("GET", PATH, {})
    driver = hands.driver(api.url)
    for _ in range(5):
        hands.perform(driver, Send(JOB, 5.0))
    assert api.connections == 1
    hands.do(driver.close())
    hands.perform(driver, Send(JOB, 5.0))
    assert api.connections == 2


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:9/x", "http://169.254.169.254/", "/loop", "//evil", "http://[", ""]
)
def test_a_redirect_is_an_answer(hands: Hands, api: StubApi, status: int, target: str) -> None:
    """Redirects are handed back, never followed; one that makes no sense is a broken answer at worst."""
    api.on("GET", PATH, Reply(status, b"", {"Location": target}))
    try:
        assert send(hands, api).status == status
    except NoAnswer as error:
        assert error.fault == "broken"
    assert len(api.asked) == 1


# --- what comes back --------------------------------------------------------------------------------------------------


def test_the_key_in_an_answer_is_not_passed_on(hands: Hands, api: StubApi) -> None:
    """A server that repeats the key, in a page or a header, is not quoted with it."""
    api.on("GET", PATH, Reply(500, f"<p>bad key {KEY}</p>".encode(), {"Location": f"/x?key={KEY}"}))
    answer = send(hands, api)
    assert answer.body == b"<p>bad key ...</p>"
    assert answer.headers["location"] == "/x?key=…"


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_a_packed_answer_is_unpacked(hands: Hands, api: StubApi, pack: Callable[[bytes], bytes]) -> None:
    """gzip and zlib are unpacked, whatever they are called."""
    api.on("GET", PATH, Reply(200, pack(b'{"a": 1}'), {"Content-Encoding": "gzip"}))
    assert send(hands, api).body == b'{"a": 1}'


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"not gzip", "gzip"),
        (gzip.compress(b"x" * 99, mtime=0)[:-12], "gzip"),
        (b"\x00", "br"),
        (b"\x00", "gzip, gzip"),
    ],
)
def test_what_cannot_be_unpacked_is_a_broken_answer(hands: Hands, api: StubApi, body: bytes, encoding: str) -> None:
    """A torn or unknown packing is a fault that keeps the status."""
    api.on("GET", PATH, Reply(502, body, {"Content-Encoding": encoding}))
    with pytest.raises(NoAnswer, match="cannot be unpacked") as caught:
        send(hands, api)
    assert caught.value.fault == "broken"
    assert caught.value.head is not None
    assert caught.value.head.status == 502


@contextmanager
def flat(limit: int) -> Iterator[None]:
    """Hold the memory that the block takes at its height to `limit` bytes."""
    gc.collect()
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < limit
    finally:
        tracemalloc.stop()


def test_a_gzip_bomb_does_not_go_off(hands: Hands, api: StubApi) -> None:
    """A few hundred kilobytes that unpack to 300 MiB are refused at 32 MiB."""
    packer = zlib.compressobj(wbits=31)
    bomb = b"".join(packer.compress(bytes(2**20)) for _ in range(300)) + packer.flush()
    api.on("GET", PATH, Reply(200, bomb, {"Content-Encoding": "gzip"}))
    with flat(100 * 2**20), pytest.raises(NoAnswer, match="larger than 32 MiB") as caught:
        send(hands, api)
    assert (caught.value.fault, caught.value.final) == ("too_large", True)


def test_an_answer_without_an_end_is_cut(hands: Hands, api: StubApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body larger than the limit is not read to its end, and the status is kept."""
    monkeypatch.setattr(body, "MAX_BODY", 2**20)
    block = b"x" * 2**16
    with flat(12 * 2**20):
        error = fault(hands, api, HEAD + b"Content-Length: 1073741824\r\n\r\n", *[block] * 4000)
    assert (error.fault, error.final) == ("too_large", True)
    assert error.head is not None
    assert error.head.status == 200


@pytest.mark.parametrize(
    "steps",
    [
        [RESET],
        [CLOSE],
        [b"HTTP/1.1 20", CLOSE],
        [b"HTTP/1.1 200 OK\r\nContent-Le", RESET],
        [HEAD + b'Content-Length: 100\r\n\r\n{"id"', CLOSE],
        [HEAD + b'Content-Length: 100\r\n\r\n{"id"', 0.05, RESET],
        [HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", CLOSE],
        [HEAD + b'Transfer-Encoding: chunked\r\n\r\n4\r\n{"id\r\n', CLOSE],
        [b"\x16\x03\x01\x02\x00", CLOSE],
        [b"SSH-2.0-OpenSSH\r\n", CLOSE],
        [b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", CLOSE],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", CLOSE],
        [b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(20_000)), HANG],
    ],
)
def test_a_broken_answer_is_a_fault(hands: Hands, api: StubApi, steps: list[bytes | float | str]) -> None:
    """Resets, half an answer, bad chunks and other protocols are faults, never half an answer."""
    error = fault(hands, api, *steps)
    assert (error.fault, error.final) == ("broken", False)


def test_a_body_that_breaks_keeps_the_head(hands: Hands, api: StubApi) -> None:
    """Status and headers that arrived are kept."""
    error = fault(hands, api, HEAD + b'ETag: "e"\r\nContent-Length: 100\r\n\r\nhalf', CLOSE)
    assert error.head is not None
    assert (error.head.status, error.head.headers["etag"]) == (200, '"e"')


@pytest.mark.parametrize("extra", [b"rubbish", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"])
def test_an_answer_that_is_too_long_does_not_poison_the_next(hands: Hands, api: StubApi, extra: bytes) -> None:
    """Bytes after the end of an answer are never taken for the next one's beginning."""
    long = Raw([HEAD + b"Content-Length: 2\r\n\r\n{}" + extra])
    api.on("GET", PATH, long, Reply(200, b"good"))
    driver = hands.driver(api.url)
    assert hands.perform(driver, Send(JOB, 5.0)).body == b"{}"
    for _ in range(2):
        try:
            assert hands.perform(driver, Send(JOB, 5.0)).body == b"good"
        except NoAnswer as error:
            assert error.fault == "broken"


def test_an_idle_connection_that_the_server_closed_is_not_used(hands: Hands, api: StubApi) -> None:
    """Nobody sees that a pooled connection is gone."""
    api.on("GET", PATH, Raw([HEAD + b"Content-Length: 2\r\n\r\n{}", CLOSE]), {})
    driver = hands.driver(api.url)
    hands.perform(driver, Send(JOB, 5.0))
    time.sleep(0.05)
    assert hands.perform(driver, Send(JOB, 5.0)).status == 200
    assert api.connections == 2


# --- nobody there -----------------------------------------------------------------------------------------------------


def test_a_refused_connection(hands: Hands) -> None:
    """Nothing listens: a connect fault, at once."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(NoAnswer, match="cannot connect") as caught:
        hands.perform(hands.driver(f"http://127.0.0.1:{port}"), Send(JOB, 5.0))
    assert (caught.value.fault, caught.value.final) == ("connect", False)


def test_a_name_that_is_not_found(hands: Hands) -> None:
    """A host that does not exist is a connect fault."""
    with pytest.raises(NoAnswer) as caught:
        hands.perform(hands.driver("http://no-such-host.invalid"), Send(JOB, 5.0))
    assert caught.value.fault == "connect"


@pytest.mark.parametrize("base", ["http://127.0.0.1:0", "http://a..b", "http://" + "x" * 300])
def test_an_address_that_is_none(hands: Hands, base: str) -> None:
    """An address that cannot be is a fault like any other."""
    with pytest.raises(NoAnswer):
        hands.perform(hands.driver(base), Send(JOB, 2.0))


def test_a_black_hole_is_given_up(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that is never made is given up after the time for connecting."""
    monkeypatch.setattr(drivers, "CONNECT_S", 0.3)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as hole:
        held = []
        for _ in range(3):  # the queue is full after these
            waiting = socket.socket()
            waiting.setblocking(False)
            waiting.connect_ex(hole.getsockname())
            held.append(waiting)
        begun = time.monotonic()
        with pytest.raises(NoAnswer) as caught:
            hands.perform(hands.driver(f"http://127.0.0.1:{hole.getsockname()[1]}"), Send(JOB, 5.0))
        for waiting in held:
            waiting.close()
    assert caught.value.fault == "connect"
    assert time.monotonic() - begun < 0.3 + 2 * MARGIN


# --- time -------------------------------------------------------------------------------------------------------------

MARGIN = 0.4  # seconds that a busy machine may take for nothing
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "steps",
    [
        [HANG],
        [HEAD, HANG],
        [HEAD + b"Content-Length: 50\r\n\r\n", HANG],
        [HEAD + b"Content-Length: 500\r\n\r\n", *drip(b"x", 200, 0.03)],
        [CHUNKED, *drip(b"1\r\nx\r\n", 200, 0.03)],
        [b"HTTP/1.1 200 OK\r\n", *drip(b"X-More: x\r\n", 200, 0.03)],
        [*drip(b"H", 200, 0.03)],
        [CHUNKED, *drip(b"1\r\nx\r\n", 10, 0.03), HANG],
    ],
    ids=["silent", "head", "no-body", "drips", "drips-chunks", "endless-headers", "drips-head", "drips-then-hangs"],
)
def test_the_deadline_holds(hands: Hands, api: StubApi, steps: list[bytes | float | str]) -> None:
    """However a server keeps an attempt open, it ends in time (the margin is for a busy machine)."""
    hands.perform(hands.driver(api.url), Send(JOB, 5.0))  # whatever is loaded on first use is not timed
    begun = time.monotonic()
    error = fault(hands, api, *steps, within=0.5)
    assert 0.49 < time.monotonic() - begun < 0.55 + MARGIN
    assert (error.fault, str(error.message)) == ("timeout", "no answer in time")


def test_no_time_is_no_request(hands: Hands, api: StubApi) -> None:
    """When the time is over before an attempt, nothing is sent."""
    with pytest.raises(NoAnswer):
        send(hands, api, within=0.0)
    assert api.asked == []


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    moving = Clock()
    monkeypatch.setattr(deadline, "monotonic", moving)
    return moving


def test_a_deadline_stands_still_for_an_answer(clock: Clock) -> None:
    """What arrives earns no time, unless it is a file."""
    end = Deadline(10.0)
    clock.now += 4
    end.moved(2**20)
    assert (end.left(30.0), end.left(1.0), end.left(None)) == (6.0, 1.0, 6.0)
    clock.now += 6
    with pytest.raises(NoAnswer, match="in time"):
        end.left(30.0)


def test_a_file_goes_on_while_it_moves(clock: Clock) -> None:
    """At 1 KiB/s a file goes on for ever; below it ends after the time of one stall, however fast it began."""
    end = Deadline(30.0, moving=True)
    end.moved(2**30)
    for _ in range(1000):
        clock.now += 1
        end.left(30.0)
        end.moved(1024)
    seconds = 0
    with pytest.raises(NoAnswer):
        while True:
            clock.now += 1
            end.left(30.0)
            end.moved(10)
            seconds += 1
    assert seconds == 30


def test_a_file_has_its_own_end_too(clock: Clock) -> None:
    """A moving file is held to the total as well."""
    end = Deadline(30.0, 40.0, moving=True)
    clock.now += 29
    end.moved(2**20)
    assert end.left(None) == 11.0


def test_what_is_written_is_cut_so_that_the_slowest_keeps_up(clock: Clock) -> None:
    """A piece takes half a stall at 1 KiB/s; another request is written whole."""

    def lengths(end: Deadline, size: int, seconds: float) -> list[int]:
        found = []
        for piece in end.pieces(bytes(size)):
            found.append(len(piece))
            clock.now += seconds
        return found

    end = Deadline(4.0, moving=True)
    assert lengths(end, 5000, 1.0) == [2048, 2048, 904]
    assert [len(piece) for piece in Deadline(4.0).pieces(bytes(5000))] == [5000]


def test_pieces_grow_while_they_go_at_once():
    """What goes through at once is cut less and less; a piece that takes long makes the next a small one again."""
    end, sizes = Deadline(4.0, moving=True), []
    for piece in end.pieces(bytes(20_000)):
        end.left(None)
        sizes.append(len(piece))
        if len(sizes) == 3:
            end.began -= 3.0
        end.moved(len(piece))
    assert sizes == [2048, 4096, 8192, 2048, 3616]


class Held:
    """A connection that writes down what reaches it."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.sent.append(buffer)

    def read(self, count: int, timeout: float | None = None) -> bytes:
        return b"answer"


class WriteError(Exception):
    """As httpcore calls it."""


class Closed(Held):
    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        raise WriteError


def test_a_small_request_leaves_in_one_piece():
    """Head and body go together when the answer is read; a large body does not wait for that."""
    stream = _Stream(inner := Held())
    stream.write(b"head")
    stream.write(b"body")
    assert inner.sent == []
    assert stream.read(9) == b"answer"
    assert inner.sent == [b"headbody"]
    stream.write(b"head")
    stream.write(bytes(SMALL))
    assert [len(each) for each in inner.sent] == [8, SMALL + 4]


def test_an_answer_is_read_though_nothing_more_is_taken():
    """A server that closes early may have said why, and that is read all the same."""
    stream = _Stream(Closed())
    stream.write(b"head")
    assert stream.read(9) == b"answer"
    assert list(Deadline(4.0).pieces(b"")) == []


# --- TLS --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "trusted", "word"),
    [
        ("good", False, "self-signed|self signed"),
        ("other-host", True, "IP address mismatch"),
        ("expired", True, "expired"),
    ],
)
def test_a_bad_certificate_says_which(
    hands: Hands,
    certificates: dict[str, tuple[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    trusted: bool,
    word: str,
) -> None:
    """An untrusted, foreign or expired certificate is final and says what is wrong; nothing was sent."""
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", certificates[name][0])
    with StubApi(certificates[name]) as server, pytest.raises(NoAnswer, match=word) as caught:
        send(hands, server)
    assert (caught.value.fault, caught.value.final, server.asked) == ("tls", True, [])


def test_a_good_certificate_is_good(
    hands: Hands, certificates: dict[str, tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over TLS a request arrives like any other, and the deadline holds."""
    monkeypatch.setenv("SSL_CERT_FILE", certificates["good"][0])
    with StubApi(certificates["good"]) as server:
        server.on("GET", PATH, {"a": 1}, Raw([HEAD, *drip(b"X-More: x\r\n", 200, 0.03)]))
        driver = hands.driver(server.url)
        assert hands.perform(driver, Send(JOB, 5.0)).body == b'{"a": 1}'
        begun = time.monotonic()
        with pytest.raises(NoAnswer, match="in time"):
            hands.perform(driver, Send(JOB, 0.4))
        assert time.monotonic() - begun < 0.4 + 2 * MARGIN


def test_plain_http_where_tls_is_expected(hands: Hands, api: StubApi) -> None:
    """A server that does not speak TLS at all is final too."""
    with pytest.raises(NoAnswer) as caught:
        hands.perform(hands.driver(api.url.replace("http:", "https:")), Send(JOB, 5.0))
    assert (caught.value.fault, caught.value.final) == ("tls", True)


@pytest.mark.parametrize(("name", "value"), [("SSL_CERT_FILE", "/no/such/file"), ("HTTPS_PROXY", "nonsense://x")])
def test_settings_of_the_machine_that_cannot_be_used(
    hands: Hands, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """A missing file of certificates or a strange proxy is an error that names the variables."""
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match="SSL_CERT_FILE"):
        hands.perform(hands.driver("https://127.0.0.1:9"), Send(JOB, 5.0))


# --- uploads ----------------------------------------------------------------------------------------------------------


def part(path: Path) -> FilePart:
    found = measure(path)
    return FilePart(path, found.size, found.changed, "image/png")


def upload(path: Path, **form: str) -> Request:
    return wire.upload(("uploads",), part(path), form, "k")


def test_a_form_arrives_whole(hands: Hands, api: StubApi, tmp_path: Path) -> None:
    """Fields and file are one form, with its length; a name cannot break out of its header."""
    path = tmp_path / 'a"b\r\nX-Evil: 1\nü..png'
    path.write_bytes(b"picture")
    api.on("POST", "uploads/", {})
    send(hands, api, upload(path, purpose="image", name='said "ü"\r\n', half="\udcff"))
    (asked,) = api.asked
    boundary = asked.headers["content-type"].removeprefix("multipart/form-data; boundary=").encode()
    assert int(asked.headers["content-length"]) == asked.size == len(asked.body)
    assert "transfer-encoding" not in asked.headers
    assert asked.body.split(b"--" + boundary) == [
        b"",
        b'\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nimage\r\n',
        b'\r\nContent-Disposition: form-data; name="name"\r\n\r\nsaid "\xc3\xbc"\r\n\r\n',
        b'\r\nContent-Disposition: form-data; name="half"\r\n\r\n?\r\n',
        b'\r\nContent-Disposition: form-data; name="file"; filename="a%22b%0D%0AX-Evil: 1%0A\xc3\xbc..png"'
        b"\r\nContent-Type: image/png\r\n\r\npicture\r\n",
        b"--\r\n",
    ]


def test_a_large_file_is_streamed(hands: Hands, api: StubApi, tmp_path: Path) -> None:
    """64 MiB pass through without being in memory."""
    path = tmp_path / "large.png"
    with path.open("wb") as file:
        file.truncate(64 * 2**20)
    api.on("POST", "uploads/", {})
    driver = hands.driver(api.url)
    with flat(8 * 2**20):
        hands.perform(driver, Send(upload(path), 60.0))
    (asked,) = api.asked
    assert asked.size == int(asked.headers["content-length"]) > 64 * 2**20


def change(path: Path, how: str) -> None:
    """Change a file as it may change between measuring and sending."""
    if how == "deleted":
        path.unlink()
    elif how == "same length":
        os.utime(path, ns=(1, 1))
    else:
        path.write_bytes(b"x" * {"shorter": 10, "longer": 200_000}[how])


@pytest.mark.parametrize("how", ["shorter", "longer", "deleted", "same length"])
def test_a_file_that_changed_is_not_sent_as_if_it_had_not(hands: Hands, api: StubApi, tmp_path: Path, how: str) -> None:
    """A file that is not what was measured ends the request with `invalid_upload`; the connection is not reused."""
    path = tmp_path / "a.png"
    path.write_bytes(b"y" * 100_000)
    request = upload(path)
    change(path, how)
    api.on("POST", "uploads/", {}).on("GET", PATH, {"a": 1})
    driver = hands.driver(api.url)
    with pytest.raises(ClipwiseError, match=r"'a\.png' changed while it was being sent") as caught:
        hands.perform(driver, Send(request, 5.0))
    assert caught.value.code == "invalid_upload"
    assert hands.perform(driver, Send(JOB, 5.0)).body == b'{"a": 1}'


def test_an_early_refusal_of_an_upload_is_heard(hands: Hands, api: StubApi, tmp_path: Path) -> None:
    """413 while the file is still on its way is an answer (or, where the network lost it, a fault), and ends soon."""
    path = tmp_path / "a.png"
    with path.open("wb") as file:
        file.truncate(8 * 2**20)
    api.on("POST", "uploads/", Reply(413, {"error": "too large"}, early=True))
    try:
        assert send(hands, api, upload(path)).status == 413
    except NoAnswer as error:
        assert error.fault == "broken"


def test_an_upload_that_stalls_is_given_up(hands: Hands, api: StubApi, tmp_path: Path) -> None:
    """A server that stops reading is left after the time of one stall, however large the file."""
    path = tmp_path / "a.png"
    with path.open("wb") as file:
        file.truncate(64 * 2**20)
    api.on("POST", "uploads/", Raw([HANG], early=True))
    begun = time.monotonic()
    with pytest.raises(NoAnswer, match="in time"):
        hands.perform(hands.driver(api.url, timeout=0.5), Send(upload(path), 65536.0))
    assert time.monotonic() - begun < 3


# --- fetches ----------------------------------------------------------------------------------------------------------

FILM = b"film" * 50_000


def film(asked: Asked) -> Reply:
    """Serve a film, and the rest of it when that is asked for."""
    start = asked.headers.get("range", "")
    if not start or asked.headers.get("if-range") != '"e"':
        return Reply(200, FILM, {"ETag": '"e"'})
    offset = int(start.removeprefix("bytes=").removesuffix("-"))
    span = f"bytes {offset}-{len(FILM) - 1}/{len(FILM)}"
    return Reply(206, FILM[offset:], {"ETag": '"e"', "Content-Range": span})


def test_a_fetch_writes_a_file_without_the_token(hands: Hands, api: StubApi, tmp_path: Path) -> None:
    """A URL is brought into a file; the answer has no body, the request no token."""
    api.on("GET", "/film", film)
    answer = hands.perform(hands.driver(api.url), Fetch(f"{api.url}/film", tmp_path / "f", 5.0))
    assert (answer.status, answer.body, answer.headers["etag"]) == (200, b"", '"e"')
    assert (tmp_path / "f").read_bytes() == FILM
    assert KEY not in str(api.asked[0].headers)
    assert api.asked[0].headers["accept-encoding"] == "identity"


def test_a_fetch_goes_on_where_it_stopped(hands: Hands, api: StubApi, tmp_path: Path) -> None:
    """With an offset the rest is added to what is there."""
    (tmp_path / "f").write_bytes(FILM[:1000])
    api.on("GET", "/film", film)
    fetch = Fetch(f"{api.url}/film", tmp_path / "f", 5.0, 1000, '"e"')
    assert hands.perform(hands.driver(api.url), fetch).status == 206
    assert (tmp_path / "f").read_bytes() == FILM


def test_a_fetch_of_a_changed_file_starts_anew(hands: Hands, api: StubApi, tmp_path: Path) -> None:
    """A whole answer replaces what is there."""
    (tmp_path / "f").write_bytes(b"old")
    api.on("GET", "/film", film)
    hands.perform(hands.driver(api.url), Fetch(f"{api.url}/film", tmp_path / "f", 5.0, 3, '"old"'))
    assert (tmp_path / "f").read_bytes() == FILM


@pytest.mark.parametrize(
    "headers",
    [{"Content-Range": "bytes 0-9/10"}, {}, {"Content-Range": "bytes 3-9/10", "ETag": '"another"'}],
)
def test_a_part_that_was_not_asked_for_is_not_added(
    hands: Hands, api: StubApi, tmp_path: Path, headers: dict[str, str]
) -> None:
    """A part from elsewhere, or of another version, leaves the file as it is."""
    (tmp_path / "f").write_bytes(b"old")
    api.on("GET", "/film", Reply(206, b"rest", headers))
    with pytest.raises(NoAnswer, match="another part") as caught:
        hands.perform(hands.driver(api.url), Fetch(f"{api.url}/film", tmp_path / "f", 5.0, 3, '"e"'))
    assert caught.value.head == Answer(416)
    assert (tmp_path / "f").read_bytes() == b"old"


def test_a_fetch_that_breaks_keeps_what_came(hands: Hands, api: StubApi, tmp_path: Path) -> None:
    """What arrived is in the file, and the head in the fault, so that it can go on."""
    api.on("GET", "/film", Raw([HEAD + b'ETag: "e"\r\nContent-Length: 9\r\n\r\nhalf', 0.05, CLOSE]))
    with pytest.raises(NoAnswer) as caught:
        hands.perform(hands.driver(api.url), Fetch(f"{api.url}/film", tmp_path / "f", 5.0))
    assert (tmp_path / "f").read_bytes() == b"half"
    assert caught.value.head is not None
    assert caught.value.head.headers["etag"] == '"e"'


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_fetch_writes_nothing_but_what_was_asked_for(hands: Hands, api: StubApi, tmp_path: Path, status: int) -> None:
    """A page about an error, or a redirect, never lands in the file."""
    api.on("GET", "/film", Reply(status, b"page", {"Location": "/other"}))
    assert hands.perform(hands.driver(api.url), Fetch(f"{api.url}/film", tmp_path / "f", 5.0)).status == status
    assert not (tmp_path / "f").exists()
    assert len(api.asked) == 1


def test_a_fetch_that_drips_is_given_up(hands: Hands, api: StubApi, tmp_path: Path) -> None:
    """A file that moves slower than 1 KiB/s ends after the time of one stall."""
    api.on("GET", "/film", Raw([HEAD + b"Content-Length: 500\r\n\r\n", *drip(b"x", 200, 0.03)]))
    begun = time.monotonic()
    with pytest.raises(NoAnswer, match="in time"):
        hands.perform(hands.driver(api.url), Fetch(f"{api.url}/film", tmp_path / "f", 0.5))
    assert 0.49 < time.monotonic() - begun < 0.55 + MARGIN


def test_a_disk_that_cannot_be_written_is_the_disks_fault(hands: Hands, api: StubApi, tmp_path: Path) -> None:
    """An error of the disk is raised as it is."""
    api.on("GET", "/film", film)
    with pytest.raises(FileNotFoundError):
        hands.perform(hands.driver(api.url), Fetch(f"{api.url}/film", tmp_path / "no" / "f", 5.0))


# --- the other effects, and how a flow ends ---------------------------------------------------------------------------


def test_sleep_and_clocks_are_real() -> None:
    """Without a test in between, a driver sleeps, and tells both times."""

    def flow() -> Flow[tuple[float, float]]:
        begun = yield Now()
        yield Sleep(0.02, 0.03)
        return (yield Now()) - begun, (yield Today()) - time.time()

    for slept, off in (Driver(Settings()).run(flow()), asyncio.run(AsyncDriver(Settings()).run(flow()))):
        assert 0.02 <= slept < 0.5
        assert abs(off) < 5


def test_local_work_is_done_and_its_error_raised(hands: Hands) -> None:
    """A piece of work gets its arguments; what it raises comes back into the flow."""
    driver = hands.driver("http://127.0.0.1:9")
    assert hands.perform(driver, Disk(divmod, (7, 2))) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        hands.perform(driver, Disk(divmod, (7, 0)))


def _telling(events: list[str]) -> Flow[str]:
    try:
        yield Tell("one")
    finally:
        events.append("closed")
    return "end"


def test_a_listener_hears_and_its_error_ends_the_flow(hands: Hands) -> None:
    """Events reach the listener; without one they are dropped; what it raises closes the flow and comes out."""
    driver, heard = hands.driver("http://127.0.0.1:9"), list[str]()
    assert hands.do(driver.run(_telling(heard), heard.append)) == "end"
    assert hands.do(driver.run(_telling(heard))) == "end"
    assert heard == ["one", "closed", "closed"]
    with pytest.raises(ZeroDivisionError):
        hands.do(driver.run(_telling(heard), lambda _: 1 / 0))
    assert heard[-1] == "closed"


def test_an_async_listener_is_awaited() -> None:
    """The async driver waits for a listener that is async."""
    heard: list[str] = []

    async def listen(event: str) -> None:
        await asyncio.sleep(0)
        heard.append(event)

    asyncio.run(AsyncDriver(Settings()).run(_telling([]), listen))
    assert heard == ["one"]


def test_a_cancelled_task_closes_its_connection_and_its_flow(api: StubApi) -> None:
    """Cancelling ends a request at once: the flow is closed, the connection not used again."""
    api.on("GET", PATH, Raw([HANG]), {})
    ended: list[str] = []

    def flow() -> Flow[None]:
        try:
            yield Send(JOB, 5.0)
        finally:
            ended.append("closed")

    async def main() -> None:
        driver = AsyncDriver(Settings(api.url, KEY))
        task = asyncio.create_task(driver.run(flow()))
        while not api.asked:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ended == ["closed"]
        await driver.run(flow())
        await driver.close()

    asyncio.run(main())
    assert api.connections == 2


def test_an_interrupt_between_request_and_answer_closes_the_connection(api: StubApi) -> None:
    """Ctrl-C while an answer is awaited comes out as it is; the next request has a new connection."""
    import signal

    api.on("GET", PATH, Raw([HANG]), {})
    with_driver = Driver(Settings(api.url, KEY))

    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        thread = threading.Thread(target=lambda: (time.sleep(0.2), os.kill(os.getpid(), signal.SIGINT)))
        thread.start()
        begun = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            with_driver.run(_sending())
        thread.join()
    finally:
        signal.signal(signal.SIGINT, previous)
    assert time.monotonic() - begun < 0.2 + 2 * MARGIN
    assert with_driver.run(_sending()).status == 200
    with_driver.close()
    assert api.connections == 2


def _sending() -> Flow[Answer]:
    answer: Answer = yield Send(JOB, 5.0)
    return answer


def test_a_driver_may_serve_one_event_loop_after_the_other(api: StubApi) -> None:
    """Connections stay with the loop they were made in."""
    api.on("GET", PATH, {})
    driver = AsyncDriver(Settings(api.url, KEY))

    async def once() -> int:
        status = (await driver.run(_sending())).status
        await driver.close()
        return status

    assert [asyncio.run(once()), asyncio.run(once())] == [200, 200]


def test_a_forked_process_has_its_own_connections(api: StubApi) -> None:
    """Parent and child never read from the same connection."""
    api.on("GET", PATH, {})
    driver = Driver(Settings(api.url, KEY))
    driver.run(_sending())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        os._exit(0 if driver.run(_sending()).status == 200 else 1)
    assert os.waitpid(child, 0)[1] == 0
    driver.run(_sending())
    driver.close()
    assert [each.connection for each in api.asked] == [1, 2, 1]


def test_a_driver_that_is_forgotten_closes_its_connections(api: StubApi) -> None:
    """An unclosed blocking driver leaves no open socket and no warning behind."""
    api.on("GET", PATH, {})
    driver = Driver(Settings(api.url, KEY))
    driver.run(_sending())
    del driver
    gc.collect()


def test_many_threads_share_a_driver(api: StubApi) -> None:
    """16 threads, 160 requests: every answer goes to whoever asked."""
    for name in range(16):
        api.on("GET", f"generations/gen_{name}/", {"id": name})
    driver = Driver(Settings(api.url, KEY))
    wrong: list[Any] = []

    def work(name: int) -> None:
        def flow() -> Flow[Answer]:
            answer: Answer = yield Send(wire.get("generations", f"gen_{name}"), 10.0)
            return answer

        wrong.extend(name for _ in range(10) if driver.run(flow()).body != b'{"id": %d}' % name)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    driver.close()
    assert (wrong, len(api.asked)) == ([], 160)
    assert api.connections <= 16
