"""Anything at all from the server, drawn by Hypothesis: what comes out of a client is a success or an error of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hands import KEY, Hands
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stub_api import CLOSE, Raw, Reply, StubApi, document

from clipwise.cli.show import Show
from clipwise.errors import ClipwiseError

EXAMPLES = 200
bounded = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
leaf = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
NAMES = """id success error code message details request_id generation status progress stage outputs files url formats
items slug pagination upload resource task_id ready"""
names = st.sampled_from(NAMES.split()) | st.text(max_size=5)
anything = st.recursive(
    leaf, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=6), max_leaves=15
)
bodies = anything.map(lambda value: json.dumps(value).encode(errors="surrogatepass")) | st.binary(max_size=60)
statuses = st.sampled_from([200, 201, 202, 204, 206, 301, 304, 307, 400, 401, 403, 404, 409, 413, 418, 422, 429, 500])
statuses |= st.sampled_from([501, 502, 503, 505, 511, 599])
texts = st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=30) | st.sampled_from(
    ["", "-5", "0", "1e9", "nan", "Sun, 22 Nov 2026 16:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 -9999", "9" * 400, "0x10"]
)
headers = st.dictionaries(
    st.sampled_from(
        ["Retry-After", "Date", "Location", "ETag", "Content-Type", "Content-Encoding", "X-Request-Id", "Connection"]
    ),
    texts,
    max_size=5,
)


def tried(hands: Hands, ask: Any) -> None:
    """Do what is asked; an error must be ours, and fit to be shown."""
    del hands.slept[:]
    try:
        repr(hands.do(ask()))
    except ClipwiseError as error:
        shown = f"{error} {error!r}"
        assert KEY not in shown
        assert "\x1b" not in str(error)
        Show(as_json=True).error(error)


def everything(hands: Hands, client: Any) -> None:
    """Ask for whatever reads an answer in a way of its own."""
    for ask in (
        lambda: client.generations.retrieve("gen_1"),
        lambda: client.generations.wait("gen_1", timeout=3),
        lambda: client.generations.cancel("gen_1"),
        lambda: client.generate.teaser(line="a"),
        lambda: client.resources.list("avatars"),
        lambda: client.extract_url.create("https://x.example/", timeout=3),
        lambda: client.uploads.delete("up_1"),
    ):
        tried(hands, ask)


PATHS = (
    ("GET", "generations/gen_1/"), ("POST", "generations/gen_1/cancel/"), ("POST", "generations/"),
    ("GET", "resources/avatars/"), ("POST", "extract-url/"), ("DELETE", "uploads/up_1/"),
)  # fmt: skip


@pytest.fixture
def client(hands: Hands, api: StubApi) -> Any:
    """A client that has its document, and tries everything once."""
    api.on("GET", "formats/", {"formats": [document("teaser", {"name": "line", "type": "string"})]})
    made = hands.client(api.url, timeout=2).with_options(max_retries=0)
    hands.do(made.formats.list())
    return made


@pytest.mark.slow
@given(status=statuses, body=bodies, more=headers)
@bounded
def test_any_answer_is_a_success_or_an_error_of_ours(
    hands: Hands, api: StubApi, client: Any, status: int, body: bytes, more: dict[str, str]
) -> None:
    """Any status, headers and body, JSON or not, in every call."""
    del api.asked[:]
    head = "".join(f"{name}: {value}\r\n" for name, value in more.items()).encode("latin-1")
    whole = b"HTTP/1.1 %d Said\r\nContent-Length: %d\r\n%s\r\n%s" % (status, len(body), head, body)
    for method, path in PATHS:
        api.on(method, path, Raw([whole, CLOSE]))
    everything(hands, client)


@pytest.mark.slow
@given(
    line=st.sampled_from([b"HTTP/1.1 200 OK", b"HTTP/1.0 200", b"HTTP/1.1 -1 x"]) | st.binary(max_size=30),
    framing=st.sampled_from([b"Content-Length: 5", b"Content-Length: -1", b"Content-Length: 99999999999999999999"])
    | st.sampled_from([b"Transfer-Encoding: chunked", b"Transfer-Encoding: x", b"Content-Length: 2, 3", b": x"])
    | st.binary(max_size=30),
    rest=st.binary(max_size=60) | st.sampled_from([b"2\r\n{}\r\n0\r\n\r\n", b"ffffffffffffffff\r\n", b"{}   "]),
)
@bounded
def test_any_bytes_on_the_wire_do_no_harm(
    hands: Hands, api: StubApi, client: Any, line: bytes, framing: bytes, rest: bytes
) -> None:
    """Any status line, any framing, any rest; the client is as good as new afterwards."""
    api.on("GET", "generations/gen_1/", Raw([line + b"\r\n" + framing + b"\r\n\r\n" + rest, CLOSE]))
    tried(hands, lambda: client.generations.retrieve("gen_1"))
    api.on("GET", "generations/gen_1/", {"good": True})
    assert hands.do(client.generations.retrieve("gen_1")) == {"good": True}


@pytest.mark.slow
@given(content=anything | st.fixed_dictionaries({"formats": st.lists(anything, max_size=4)}))
@bounded
def test_any_documents_do_no_harm(hands: Hands, api: StubApi, content: Any) -> None:
    """Whatever the catalog is, formats are listed and a bundled one is checked and started."""
    api.on("GET", "formats/", Reply(200, json.dumps(content).encode(errors="surrogatepass")))
    api.on("GET", "formats/ugc_video/", Reply(200, json.dumps(content).encode(errors="surrogatepass")))
    api.on("POST", "generations/", {"id": "gen_1"})
    client = hands.client(api.url, timeout=2).with_options(max_retries=0)
    for ask in (
        lambda: client.formats.list(),
        lambda: client.formats.refresh(),
        lambda: client.generate.ugc_video.check(script="a"),
        lambda: client.generate(format="ugc_video", script="a"),
        lambda: client.check({"format": "ugc_video", "script": 5}),
    ):
        tried(hands, ask)
    hands.do(client.close())


@given(id=st.text(max_size=20) | st.sampled_from(["..", ".", "%2e%2e", "a/b", "a?b", "a#b", "a\\b", "a\r\nb", "ü"]))
@bounded
def test_any_id_is_sent_as_it_is_or_refused(hands: Hands, api: StubApi, client: Any, id: str) -> None:
    """An id is one part of the path, or nothing is sent."""
    del api.asked[:]
    tried(hands, lambda: client.generations.retrieve(id))
    assert [each.path for each in api.asked] in ([], [f"/api/sdk/v1/generations/{id}/"])
