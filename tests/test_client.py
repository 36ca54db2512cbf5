"""Claims about the two clients as a person meets them, over real sockets: one body for both kinds."""

from __future__ import annotations

import asyncio
import copy
import hashlib
import inspect
import logging
import pickle
import socket
import threading
import traceback
from pathlib import Path
from typing import Any

import pytest
from hands import KEY, Hands
from stub_api import CLOSE, HANG, RESET, Asked, Raw, Reply, StubApi, document, refused

import clipwise
from clipwise import AsyncClipwise, Clipwise
from clipwise.effects import Sleep
from clipwise.errors import (
    APIError,
    AuthenticationError,
    ClipwiseError,
    ConfigurationError,
    ConnectionFailed,
    GenerationFailed,
    InvalidResponse,
    NotFound,
    RateLimited,
    ServerError,
    UnknownFormatError,
    ValidationError,
    WaitTimeout,
)
from clipwise.projections.signature import OPTIONS

PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 100
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

# A format that no code has ever heard of.
TEASER = document(
    "launch-teaser",
    {"name": "tag-line", "type": "string", "description": "Words on the last picture", "max_length": 20},
    optional=[
        {"name": "mood", "enum": ["calm", "wild"], "default": "calm"},
        {"name": "class", "type": "integer", "min": 1, "max": 3},
        {"name": "pictures", "type": "array", "items": {"type": "string"}, "resource_type": "product_images"}
        | {"accepts": ["image"]},
        {"name": "cover", "type": "string", "accepts": ["image"]},
    ],
    aliases=["teaser"],
    description="A short film that makes people wait for a launch.",
)

STARTED = {"id": "gen_1", "status": "queued"}


@pytest.fixture
def served(api: StubApi) -> StubApi:
    """A server with the one format, which starts jobs."""
    api.on("GET", "formats/", Reply(200, {"formats": [TEASER]}, {"ETag": '"v1"'}))
    api.on(
        "POST", "generations/", {"id": "gen_1", "status": "queued", "generation": {"id": "gen_1", "status": "queued"}}
    )
    return api


def job(status: str, **more: Any) -> dict[str, Any]:
    return {"generation": {"id": "gen_1", "status": status, **more}}


def create(hands: Hands, api: StubApi, **more: Any) -> Any:
    """Start a job of the format by a client of its own."""
    return hands.do(hands.client(api.url).generate.launch_teaser(tag_line="Soon", **more))


# --- a format that nobody has seen before -----------------------------------------------------------------------------


def test_a_new_format_is_a_callable(hands: Hands, served: StubApi) -> None:
    """A format that the server invents has its own name, signature, help and schema, with no change of code."""
    client = hands.client(served.url)
    hands.do(client.formats.list())
    assert "launch_teaser" in dir(client.generate)
    function = client.generate.launch_teaser
    assert list(inspect.signature(function).parameters) == ["tag_line", "mood", "class_", "pictures", "cover", *OPTIONS]
    assert all(each.kind is each.KEYWORD_ONLY for each in inspect.signature(function).parameters.values())
    assert inspect.signature(function).parameters["tag_line"].default is inspect.Parameter.empty
    assert (function.__name__, function.format.slug) == ("launch_teaser", "launch-teaser")
    assert function.__doc__.startswith("A short film that makes people wait for a launch.")
    assert "tag_line (sent as 'tag-line'): text, required - Words on the last picture" in function.__doc__
    assert function.schema["required"] == ["tag-line"]


@pytest.mark.parametrize("name", ["launch-teaser", "launch_teaser", "teaser", "Launch-Teaser", "LAUNCH TEASER"])
def test_a_format_answers_to_any_of_its_names(hands: Hands, served: StubApi, name: str) -> None:
    """`generate[name]` and `generate(format=name)` take slugs, aliases and display names in any spelling."""
    client = hands.client(served.url)
    hands.do(client.generate[name](tag_line="Soon"))
    hands.do(client.generate(format=name, tag_line="Soon"))
    hands.do(client.generations.create(format=name, **{"tag-line": "Soon"}))
    assert [each.json for each in served.of("POST", "generations/")] == [
        {"format": "launch-teaser", "tag-line": "Soon"}
    ] * 3


def test_every_name_in_dir_leads_to_a_callable(hands: Hands, served: StubApi) -> None:
    """What `dir` lists can be taken hold of."""
    client = hands.client(served.url)
    hands.do(client.formats.list())
    public = [name for name in dir(client.generate) if not name.startswith("__") and name not in vars(client.generate)]
    assert all(callable(getattr(client.generate, name)) for name in public if not hasattr(type(client.generate), name))


def test_a_new_format_is_checked_before_anything_is_sent(hands: Hands, served: StubApi) -> None:
    """Wrong inputs are told all at once, by the rules that the server's document has; nothing is sent."""
    with pytest.raises(ValidationError) as caught:
        create(hands, served, mood="angry", **{"class": "2"}, colour="red")
    assert [(each.where, each.code, each.hint) for each in caught.value.problems] == [
        ("mood", "not_a_choice", ""),
        ("class", "wrong_type", "write 2 without quotes"),
        ("colour", "unknown_input", "extra_inputs sends it all the same"),
    ]
    assert served.of("POST", "generations/") == []


def test_check_returns_problems_and_sends_nothing(hands: Hands, served: StubApi) -> None:
    """`.check` returns what a call would raise; an empty list means that nothing is wrong."""
    client = hands.client(served.url)
    assert hands.do(client.generate.launch_teaser.check(tag_line="Soon", mood="wild")) == []
    (problem,) = hands.do(client.generate["teaser"].check(tag_line="x" * 21))
    assert (problem.where, problem.message) == ("tag-line", "must have at most 20 characters, not 21")
    assert served.of("POST", "generations/") == []


def test_files_of_a_new_format_are_uploaded_and_replaced(hands: Hands, served: StubApi, tmp_path: Path) -> None:
    """Local files go where the document says, once each; the job carries ids."""
    shoe, hat = tmp_path / "shoe.png", tmp_path / "hat.png"
    shoe.write_bytes(PNG)
    hat.write_bytes(PNG + b"hat")
    served.on("POST", "resources/product_images/upload/", {"resource": {"id": "p1"}}, {"resource": {"id": "p2"}})
    served.on("POST", "uploads/", {"upload": {"id": "u1"}})
    create(hands, served, pictures=[shoe, str(hat), "p_old"], cover=str(shoe))
    assert served.of("POST", "generations/")[0].json == {
        "format": "launch-teaser",
        "tag-line": "Soon",
        "pictures": ["p1", "p2", "p_old"],
        "cover": "u1",
    }
    sent = served.of("POST", "resources/product_images/upload/") + served.of("POST", "uploads/")
    assert [PNG in each.body for each in sent] == [True] * 3
    assert len({each.key for each in sent}) == 3


def test_extra_inputs_and_validate(hands: Hands, served: StubApi) -> None:
    """`extra_inputs` sends what no document lists, `validate=False` sends anything."""
    create(hands, served, extra_inputs={"beta": [1]})
    create(hands, served, validate=False, mood="angry", class_=None)
    assert [each.json for each in served.of("POST", "generations/")] == [
        {"format": "launch-teaser", "tag-line": "Soon", "beta": [1]},
        {"format": "launch-teaser", "tag-line": "Soon", "mood": "angry"},
    ]


def test_an_unknown_format_names_the_nearest(hands: Hands, served: StubApi) -> None:
    """A wrong name is an UnknownFormatError with suggestions, and is an AttributeError too."""
    client = hands.client(served.url)
    hands.do(client.formats.list())
    with pytest.raises(UnknownFormatError) as caught:
        hands.do(client.generate(format="launch_teazer"))
    assert caught.value.suggestions == ("launch-teaser",)
    assert not hasattr(client.generate, "_private")


def test_documents_are_asked_for_once(hands: Hands, served: StubApi) -> None:
    """One client asks once; the next one, and any other run, finds the answer on disk."""
    for _ in range(2):
        client = hands.client(served.url)
        for _ in range(3):
            hands.do(client.generate(format="teaser", tag_line="Soon"))
    assert len(served.of("GET", "formats/")) == 1
    assert len(served.of("POST", "generations/")) == 6


def test_another_account_does_not_see_what_was_kept(hands: Hands, served: StubApi) -> None:
    """What one key was told is not served to another."""
    hands.do(hands.client(served.url).formats.list())
    hands.do(hands.client(served.url, key="other-key").formats.list())
    assert len(served.of("GET", "formats/")) == 2


def test_a_dead_catalog_is_told_once_and_stops_nobody(
    hands: Hands, api: StubApi, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the catalog down, a bundled format works; that its document is an older one is said once, on stderr."""
    monkeypatch.setattr(logging.getLogger("clipwise"), "propagate", False)
    api.on("GET", "formats/", refused(500, "down", "down"))
    api.on("POST", "generations/", {"id": "gen_1"})
    client = hands.client(api.url)
    for _ in range(3):
        hands.do(client.generate(format="text_to_image", prompt="a shoe"))
    out, err = capfd.readouterr()
    assert (out, err.count("formats: the bundled documents of")) == ("", 1)
    assert len(api.of("GET", "formats/")) == 1
    assert len(api.of("POST", "generations/")) == 3


# --- one job, whatever happens ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "trouble",
    [
        Raw([RESET]),
        Raw([CLOSE]),
        Raw([b"HTTP/1.1 200 OK\r\nContent-Ty", RESET]),
        Raw([HEAD + b'Content-Length: 100\r\n\r\n{"id": "gen', 0.02, RESET]),
        Raw([HEAD + b'Content-Length: 100\r\n\r\n{"id": "gen', CLOSE]),
        Raw([HEAD + b'Transfer-Encoding: chunked\r\n\r\n9\r\n{"id": "g', CLOSE]),
        refused(500),
        refused(503, "busy", "busy", Retry_After="1"),
        Reply(502, b"<html>Bad gateway</html>"),
        Reply(408, b""),
        refused(429, "rate_limited", "slow down", Retry_After="2"),
    ],
    ids=["reset", "close", "mid-head", "mid-body", "short", "chunk", "500", "503", "502", "408", "429"],
)
def test_a_lost_answer_is_one_job(hands: Hands, served: StubApi, trouble: Any) -> None:
    """A create that breaks is sent again with the same key and the same body; the caller sees one job."""
    served.on("POST", "generations/", trouble, trouble, STARTED)
    started = create(hands, served)
    asked = served.of("POST", "generations/")
    assert len(asked) == 3
    assert {each.key for each in asked} == {started.idempotency_key}
    assert len({each.body for each in asked}) == 1
    assert started.id == "gen_1"
    assert len(hands.slept) == 2


def test_a_hanging_create_is_given_up_and_repeated(hands: Hands, served: StubApi) -> None:
    """When the answer stalls, the next attempt has the same key."""
    served.on("POST", "generations/", Raw([HANG]), STARTED)
    client = hands.client(served.url, timeout=0.3)
    hands.do(client.generate(format="teaser", tag_line="Soon"))
    assert len({each.key for each in served.of("POST", "generations/")}) == 1
    assert len(served.of("POST", "generations/")) == 2


def test_every_job_has_its_own_key(hands: Hands, served: StubApi) -> None:
    """Two calls are two jobs, unless the caller says that they are one."""
    client = hands.client(served.url)
    for key in (None, None, "mine-1", "mine-1"):
        hands.do(client.generate(format="teaser", tag_line="Soon", idempotency_key=key))
    keys = [each.key for each in served.of("POST", "generations/")]
    assert len(set(keys)) == 3
    assert keys[2:] == ["mine-1", "mine-1"]


@pytest.mark.parametrize("key", ["a b", "a\r\nX-Evil: 1", "ü", "k" * 256, 5])
def test_a_key_that_cannot_travel_is_refused(hands: Hands, served: StubApi, key: Any) -> None:
    """An idempotency key is checked before anything is sent."""
    with pytest.raises(ClipwiseError) as caught:
        create(hands, served, idempotency_key=key)
    assert caught.value.code == "invalid_argument"
    assert served.of("POST", "generations/") == []


def test_accepted_lost_and_then_refused_gives_the_key(hands: Hands, served: StubApi) -> None:
    """If an answer was lost and the next attempt is refused, the error says that a job may exist, and its key."""
    served.on("POST", "generations/", Raw([RESET]), refused(401, "invalid_api_key", "the key was revoked"))
    with pytest.raises(AuthenticationError, match="may have done it all the same") as caught:
        create(hands, served, idempotency_key="mine")
    assert (caught.value.idempotency_key, caught.value.attempts) == ("mine", 2)


def test_nobody_answers_for_ever(hands: Hands, served: StubApi) -> None:
    """After four attempts the error says how many, and gives the key."""
    served.on("POST", "generations/", refused(503, "busy", "busy"))
    with pytest.raises(ServerError) as caught:
        create(hands, served)
    assert (caught.value.attempts, len(served.of("POST", "generations/"))) == (4, 4)
    assert "after 4 attempts" in str(caught.value)
    assert hands.slept == [Sleep(0.25, 0.5), Sleep(0.5, 1.0), Sleep(1.0, 2.0)]


def test_a_day_is_not_waited(hands: Hands, served: StubApi) -> None:
    """`Retry-After: 86400` is an error at once, which carries the number."""
    served.on("POST", "generations/", refused(429, "rate_limited", "tomorrow", Retry_After="86400"))
    with pytest.raises(RateLimited) as caught:
        create(hands, served)
    assert (caught.value.retry_after, caught.value.attempts, hands.slept) == (86400.0, 1, [])


@pytest.mark.parametrize("status", [400, 403, 418, 501, 505])
def test_what_stays_is_not_tried_again(hands: Hands, served: StubApi, status: int) -> None:
    """A refusal is asked once."""
    served.on("POST", "generations/", refused(status, "no", "no"))
    with pytest.raises(APIError):
        create(hands, served)
    assert len(served.of("POST", "generations/")) == 1


# --- strange answers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Reply(200, b"<html><h1>Welcome</h1></html>"), "not JSON: Welcome"),
        (Reply(200, b'{"id": "gen_'), "not JSON"),
        (Reply(200, b"[]"), "not an object"),
        (Reply(200, b"5"), "not an object"),
        (Reply(200, b"null"), "not an object"),
        (Reply(200, b'{"id": NaN}'), "not JSON"),
        (Reply(200, b"[" * 100_000), "nested too deep"),
        (Reply(200, b"\xff\xfe\x00"), "not JSON"),
        (Reply(200, b""), "no body"),
        (Reply(204, b""), "no body"),
        (Reply(200, {"status": "queued"}), "without its id"),
        (Reply(303, b"", {"Location": "/api/sdk/v1/generations/gen_0/"}), "pointed to"),  # to what was just made
    ],
)
def test_a_success_that_is_none_gives_the_key(hands: Hands, served: StubApi, answer: Reply, says: str) -> None:
    """A 200 that cannot be understood is told with a piece of it; it is not repeated; the key is given."""
    served.on("POST", "generations/", answer)
    with pytest.raises(InvalidResponse, match=says) as caught:
        create(hands, served, idempotency_key="mine")
    assert caught.value.idempotency_key == "mine"
    assert len(str(caught.value)) < 600
    assert len(served.of("POST", "generations/")) == 1


@pytest.mark.parametrize("status", [200, 201, 400, 418])
def test_the_envelope_has_the_last_word(hands: Hands, served: StubApi, status: int) -> None:
    """What says that it is a success is one, whatever stands above it: a job that exists is not lost."""
    served.on("POST", "generations/", Reply(status, {"success": True, "id": "gen_1", "status": "queued"}))
    assert create(hands, served).id == "gen_1"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (refused(200, "odd", "refused with 200"), "refused with 200"),
        (Reply(400, {"success": False, "error": "as text"}), "as text"),
        (Reply(400, {"error": {"message": "no code"}}), "no code"),
        (Reply(400, {"error": {"message": "red\x1b[31m\x07"}}), "red[31m"),
        (Reply(400, b"<h1>Bad request</h1>"), "the server answered 400: Bad request"),
        (Reply(400, b""), "the server answered 400"),
    ],
)
def test_every_shape_of_refusal(hands: Hands, served: StubApi, answer: Reply, message: str) -> None:
    """Envelopes of any kind, pages and nothing at all become an APIError without control characters."""
    served.on("POST", "generations/", answer)
    with pytest.raises(APIError) as caught:
        create(hands, served)
    assert caught.value.message == message


def test_unknown_fields_are_kept(hands: Hands, served: StubApi) -> None:
    """What the client does not know is handed on as it came."""
    served.on("POST", "generations/", {"id": "gen_1", "status": "NEW", "credits": {"left": 3}})
    started = create(hands, served)
    assert (started["credits"], started["status"], started.status) == ({"left": 3}, "NEW", "new")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_takes_nothing_along(hands: Hands, served: StubApi, status: int) -> None:
    """A redirect is not followed: neither token nor prompt leaves, and the error names the other host."""
    with StubApi() as thief:
        served.on("POST", "generations/", Reply(status, b"", {"Location": f"{thief.url}/steal"}))
        with pytest.raises(InvalidResponse, match=f"pointed to {thief.url}/steal"):
            create(hands, served)
        assert thief.asked == []
        assert thief.connections == 0


# --- uploads ----------------------------------------------------------------------------------------------------------


def test_an_upload_is_sent_again_whole(hands: Hands, api: StubApi, tmp_path: Path) -> None:
    """After a 503 the whole file is sent again, with the same key."""
    path = tmp_path / "a.png"
    path.write_bytes(PNG * 10_000)
    api.on("POST", "uploads/", refused(503), Raw([RESET]), {"upload": {"id": "u"}})
    assert hands.do(hands.client(api.url).uploads.create(path, purpose="image", note="n"))["upload"]["id"] == "u"
    asked = api.of("POST", "uploads/")
    assert len(asked) == 3
    assert len({each.key for each in asked}) == 1
    assert {each.size for each in asked} == {int(asked[0].headers["content-length"])}
    assert len({hashlib.sha256(each.body.partition(b"\r\n\r\n")[2]).digest() for each in asked}) == 3  # own boundaries


def test_a_resource_is_uploaded_with_its_fields(hands: Hands, api: StubApi, tmp_path: Path) -> None:
    """Metadata travels as text fields; the answer comes back as it is."""
    path = tmp_path / "a.png"
    path.write_bytes(PNG)
    api.on("POST", "resources/avatars/upload/", {"resource": {"id": "r", "new": 1}})
    assert hands.do(hands.client(api.url).resources.upload("avatars", path, name="Maya")) == {
        "resource": {"id": "r", "new": 1}
    }
    assert b'name="name"\r\n\r\nMaya\r\n' in api.asked[0].body


def test_a_file_that_is_not_there_is_an_invalid_upload(hands: Hands, api: StubApi, tmp_path: Path) -> None:
    """Nothing is sent for a file that is missing."""
    with pytest.raises(ClipwiseError) as caught:
        hands.do(hands.client(api.url).uploads.create(tmp_path / "none.png"))
    assert (caught.value.code, api.asked) == ("invalid_upload", [])


# --- jobs -------------------------------------------------------------------------------------------------------------


def test_a_job_is_the_dictionary_that_the_api_sent(hands: Hands, served: StubApi) -> None:
    """A job can be used as the plain answer, and knows its id, status, outputs and key."""
    started = create(hands, served, idempotency_key="mine")
    assert isinstance(started, dict)
    assert (started["id"], started.id, started.status, started.outputs) == ("gen_1", "gen_1", "queued", {})
    assert started.idempotency_key == "mine"
    assert repr(started).startswith(("Generation({'id': 'gen_1'", "AsyncGeneration({'id': 'gen_1'"))


def test_a_job_is_waited_for(hands: Hands, served: StubApi) -> None:
    """Waiting tells every poll and returns the job with what it made."""
    done = job("completed", outputs={"video_url": "https://x"})
    served.on("GET", "generations/gen_1/", job("running", progress=0.5, stage="speech"), Raw([RESET]), done)
    started = create(hands, served)
    heard: list[Any] = []
    assert hands.do(started.wait(timeout=60, on_progress=heard.append)) is started
    assert (started.status, started["status"], started.outputs) == (
        "completed",
        "completed",
        {"video_url": "https://x"},
    )
    assert [(each.status, each.stage, each.progress) for each in heard] == [
        ("running", "speech", 0.5),
        ("completed", "", None),
    ]
    assert [(each.low, each.high) for each in hands.slept] == [(0.8, 1.2), (pytest.approx(1.2), pytest.approx(1.8))]


def test_a_failed_job_is_an_error_for_the_job_and_an_answer_for_the_namespace(hands: Hands, served: StubApi) -> None:
    """`job.wait()` raises GenerationFailed; `generations.wait(id)` returns the payload, as documented."""
    answer = job("failed", error={"code": "moderation", "message": "not allowed"})
    served.on("GET", "generations/gen_1/", answer)
    started = create(hands, served)
    with pytest.raises(GenerationFailed, match="gen_1 ended failed: not allowed") as caught:
        hands.do(started.wait())
    assert (caught.value.code, caught.value.generation) == ("moderation", answer)
    assert hands.do(hands.client(served.url).generations.wait("gen_1")) == answer


def test_a_wait_has_an_end(hands: Hands, served: StubApi) -> None:
    """A job that never ends is a WaitTimeout with its id, after as long as was said."""
    served.on("GET", "generations/gen_1/", job("running"))
    with pytest.raises(WaitTimeout, match="it is running") as caught:
        hands.do(create(hands, served).wait(timeout=7, interval=2))
    assert caught.value.generation_id == "gen_1"
    assert len(hands.slept) == 3
    assert sum(each.high for each in hands.slept) == pytest.approx(7, abs=0.2)


def test_an_unknown_status_is_said_once(hands: Hands, served: StubApi, caplog: pytest.LogCaptureFixture) -> None:
    """A new status is waited out, and remarked on once."""
    served.on("GET", "generations/gen_1/", job("paused"), job("paused"), job("COMPLETED"))
    hands.do(create(hands, served).wait())
    assert [each.getMessage() for each in caplog.records if each.name == "clipwise"] == [
        "gen_1 is paused, whatever that means"
    ]


def test_a_job_is_refreshed_and_cancelled(hands: Hands, served: StubApi) -> None:
    """Both return the job with the newest answer; a cancel whose answer is lost is sent again with the same key."""
    served.on("GET", "generations/gen_1/", job("running"))
    served.on("POST", "generations/gen_1/cancel/", Raw([RESET]), job("cancelled"))
    started = create(hands, served)
    assert hands.do(started.refresh()).status == "running"
    assert hands.do(started.cancel()).status == "cancelled"
    assert {each.key for each in served.of("POST", "generations/gen_1/cancel/")} == {"cancel-gen_1"}


def test_a_job_that_cannot_be_stopped(hands: Hands, served: StubApi) -> None:
    """The API's own code comes through."""
    served.on("POST", "generations/gen_1/cancel/", refused(409, "unsupported_cancellation", "too late"))
    with pytest.raises(APIError, match="too late") as caught:
        hands.do(create(hands, served).cancel())
    assert (caught.value.code, caught.value.status_code, caught.value.request_id) == (
        "unsupported_cancellation",
        409,
        "req_1",
    )


@pytest.mark.parametrize("id", ["../admin", "a/b", "a?b", "", "%2e%2e"])
@pytest.mark.parametrize("method", ["retrieve", "wait", "cancel", "handle"])
def test_an_id_that_leads_elsewhere_is_refused(hands: Hands, api: StubApi, method: str, id: str) -> None:
    """Nothing is sent for an id that could change the path."""
    with pytest.raises(ClipwiseError, match="nothing was sent"):
        hands.do(getattr(hands.client(api.url).generations, method)(id))
    assert api.asked == []


def test_the_files_of_a_job_are_brought(hands: Hands, served: StubApi, tmp_path: Path) -> None:
    """A handle to an earlier job brings its files, without the token, redirects and torn connections included."""
    film = b"film" * 5000
    files = [
        {"url": "/media/final.mp4", "kind": "video", "bytes": len(film), "sha256": hashlib.sha256(film).hexdigest()}
    ]

    def serve(asked: Asked) -> Reply | Raw:
        if "range" not in asked.headers:
            return Raw([HEAD + b'ETag: "e"\r\nContent-Length: 20000\r\n\r\n' + film[:9000], 0.02, RESET])
        assert (asked.headers["range"], asked.headers["if-range"]) == ("bytes=9000-", '"e"')
        return Reply(206, film[9000:], {"ETag": '"e"', "Content-Range": "bytes 9000-19999/20000"})

    with StubApi() as cdn:
        cdn.on("GET", "/final.mp4", serve)
        served.on("GET", "/media/final.mp4", Reply(302, b"", {"Location": f"{cdn.url}/final.mp4"}))
        served.on("GET", "generations/gen_1/", job("completed", outputs={"files": files}, format="launch-teaser"))
        handle = hands.do(hands.client(served.url).generations.handle("gen_1"))
        paths = hands.do(handle.download(tmp_path / "out"))
        assert [each.headers.get("authorization") for each in cdn.asked] == [None, None]
    assert paths == [tmp_path / "out" / "launch-teaser-gen_1.mp4"]
    assert paths[0].read_bytes() == film
    assert list((tmp_path / "out").iterdir()) == paths
    assert served.of("GET", "/media/final.mp4")[0].headers.get("authorization") is None


def test_a_hostile_id_stays_in_the_folder(hands: Hands, served: StubApi, tmp_path: Path) -> None:
    """A server that names a job `../../x` cannot write outside the folder."""
    evil = {"id": "../../x", "status": "completed", "outputs": {"video_url": "/a.mp4"}, "format": "../../../etc"}
    served.on("POST", "generations/", {"generation": evil, "id": "../../x"}).on("GET", "/a.mp4", Reply(200, b"f"))
    paths = hands.do(create(hands, served).download(tmp_path / "in"))
    assert [path.parent for path in paths] == [tmp_path / "in"]
    assert [each.name for each in tmp_path.iterdir()] == ["in"]


# --- secrets ----------------------------------------------------------------------------------------------------------


def test_a_job_travels_without_its_client(hands: Hands, served: StubApi) -> None:
    """Pickled or copied, a job is a plain dictionary: no client, and no key."""
    started = create(hands, served)
    for twin in (pickle.loads(pickle.dumps(started)), copy.copy(started), copy.deepcopy(started)):
        assert type(twin) is dict
        assert twin == dict(started)
    assert KEY.encode() not in pickle.dumps(started)


def test_the_key_is_in_nothing_that_can_be_seen(
    hands: Hands, served: StubApi, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """Neither logs at their finest, nor any repr, message, traceback or pickle of an error holds the key."""
    caplog.set_level(logging.DEBUG)
    path = tmp_path / "a.png"
    path.write_bytes(PNG)
    client = hands.client(served.url)
    seen = [
        repr(client),
        repr(client.generate),
        repr(client._context),
        repr(client._driver),
        repr(vars(client.generate)),
    ]
    answers = [
        *[
            Raw([RESET]),
            Reply(200, b"<p>"),
            refused(401, "invalid_api_key", f"bad key {KEY}"),
            refused(403),
            Reply(204, b""),
        ],
        Reply(500, f"<pre>Authorization: Bearer {KEY}</pre>".encode()),
    ]
    for answer in answers:
        served.on("POST", "generations/", answer).on("POST", "uploads/", answer)
        for begin in (
            lambda: hands.do(client.generate(format="teaser", tag_line="Soon")),
            lambda: hands.do(client.uploads.create(path)),
        ):
            with pytest.raises(ClipwiseError) as caught:
                begin()
            error = caught.value
            seen += [str(error), repr(error), str(error.envelope()), "".join(traceback.format_exception(error))]
            seen += [repr(pickle.dumps(error))]
            assert pickle.loads(pickle.dumps(error)) == error
    seen += [each.getMessage() for each in caplog.records]
    assert len(caplog.records) > 50
    assert not [text for text in seen if KEY in text]


def test_a_key_that_cannot_travel_is_refused_where_it_is_set(hands: Hands) -> None:
    """A client with such a key is never made, and the error does not show it."""
    with pytest.raises(AuthenticationError) as caught:
        hands.client("http://127.0.0.1:9", key="secret\r\nX-Evil: 1")
    assert "secret" not in str(caught.value)


# --- life of a client -------------------------------------------------------------------------------------------------


def test_offline_never_opens_a_socket(hands: Hands, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Offline, formats are listed and specs checked; whatever needs the network says so without trying."""

    def forbidden(*_: Any) -> Any:
        raise AssertionError("a socket was opened")

    client = hands.client("https://app.clipwise.ai", offline=True)
    if hands.kind == "async":
        hands.do(asyncio.sleep(0))  # the loop has its own pair of sockets
    monkeypatch.setattr(socket.socket, "connect", forbidden)
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    path = tmp_path / "a.png"
    path.write_bytes(PNG)
    assert len(hands.do(client.formats.list())["formats"]) > 20
    assert hands.do(client.formats.retrieve("ugc_video"))["format"]["slug"] == "ugc_video"
    assert hands.do(client.generate.ugc_video.check(script="hello")) == []
    with pytest.raises(ValidationError):
        hands.do(client.generate.ugc_video(script=5))
    for ask in (
        lambda: client.generate.ugc_video(script="hello"),
        lambda: client.generations.retrieve("gen_1"),
        lambda: client.generations.wait("gen_1"),
        lambda: client.uploads.create(path),
    ):
        with pytest.raises(ConnectionFailed, match="offline"):
            hands.do(ask())


def test_a_client_can_be_closed_and_used_again(hands: Hands, served: StubApi) -> None:
    """Closing twice does no harm; the next call opens a new connection."""
    client = hands.client(served.url)
    hands.do(client.generate(format="teaser", tag_line="Soon"))
    assert served.connections == 1
    hands.do(client.close())
    hands.do(client.close())
    hands.do(client.generate(format="teaser", tag_line="Soon"))
    assert served.connections == 2


def test_one_connection_for_everything(hands: Hands, served: StubApi) -> None:
    """A job from its document to its end uses one connection."""
    served.on("GET", "generations/gen_1/", job("running"), job("completed"))
    hands.do(create(hands, served).wait())
    assert (served.connections, len(served.asked)) == (1, 4)


def test_with_closes_the_client(served: StubApi) -> None:
    """`with` and `async with` close the connections, also after an error."""
    with pytest.raises(ZeroDivisionError), Clipwise(KEY, served.url) as client:
        client.generate(format="teaser", tag_line="Soon")
        raise ZeroDivisionError
    assert client._driver._clients == {}

    async def main() -> AsyncClipwise:
        async with AsyncClipwise(KEY, served.url) as inside:
            await inside.generate(format="teaser", tag_line="Soon")
            return inside

    assert asyncio.run(main())._driver._clients == {}


def test_sixteen_threads_share_a_client(served: StubApi) -> None:
    """Every thread gets its own job; the document is asked for at most once by each."""
    lock, count = threading.Lock(), iter(range(1000))

    def start(asked: Asked) -> dict[str, Any]:
        with lock:
            return {"id": f"gen_{next(count)}", "line": asked.json["tag-line"]}

    served.on("POST", "generations/", start)
    client, jobs = Clipwise(KEY, served.url), list[Any]()

    def work(name: int) -> None:
        for _ in range(5):
            jobs.append((str(name), client.generate(format="teaser", tag_line=str(name))))

    threads = [threading.Thread(target=work, args=(name,)) for name in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    client.close()
    assert len({started.id for _, started in jobs}) == 80
    assert all(started["line"] == line for line, started in jobs)
    assert len({each.key for each in served.of("POST", "generations/")}) == 80


def test_many_tasks_share_an_async_client(served: StubApi) -> None:
    """Forty jobs at a time on one loop."""

    async def main() -> list[Any]:
        async with AsyncClipwise(KEY, served.url) as client:
            return await asyncio.gather(*[client.generate(format="teaser", tag_line=str(n)) for n in range(40)])

    jobs = asyncio.run(main())
    assert [started.id for started in jobs] == ["gen_1"] * 40
    assert len({started.idempotency_key for started in jobs}) == 40


def test_cancelling_while_waiting_leaves_the_job_alone(served: StubApi) -> None:
    """Cancelling the task that waits cancels no job, and the client goes on."""
    served.on("GET", "generations/gen_1/", job("running"))

    async def main() -> None:
        async with AsyncClipwise(KEY, served.url) as client:
            started = await client.generate(format="teaser", tag_line="Soon")
            task = asyncio.create_task(started.wait())
            while not served.of("GET", "generations/gen_1/"):
                await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert (await started.refresh()).status == "running"

    asyncio.run(main())
    assert served.of("POST", "generations/gen_1/cancel/") == []


def test_a_listener_that_fails_is_not_swallowed(hands: Hands, served: StubApi) -> None:
    """An error in `on_progress` ends the wait as it is; the job goes on at the server."""
    served.on("GET", "generations/gen_1/", job("running"))
    with pytest.raises(ZeroDivisionError):
        hands.do(create(hands, served).wait(on_progress=lambda _: 1 / 0))


def test_settings_come_from_the_environment(hands: Hands, served: StubApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without arguments a client asks whom the environment names."""
    monkeypatch.setenv("CLIPWISE_API_KEY", KEY)
    monkeypatch.setenv("CLIPWISE_BASE_URL", served.url)
    client = hands.client("", key=None)
    hands.do(client.formats.list())
    assert served.asked[0].headers["authorization"] == f"Bearer {KEY}"
    assert served.url in repr(client)


@pytest.mark.parametrize("wrong", [{"timeout": 0}, {"timeout": "5"}])
def test_a_client_that_cannot_work_is_not_made(hands: Hands, wrong: dict[str, Any]) -> None:
    """Settings that cannot be used are told at once."""
    with pytest.raises(ConfigurationError):
        hands.client("http://127.0.0.1:9", **wrong)


def test_without_a_key_the_error_says_how_to_get_one(hands: Hands, api: StubApi) -> None:
    """A call that needs a key says where it could come from; no request is made."""
    with pytest.raises(AuthenticationError, match="set-key"):
        hands.do(hands.client(api.url, key=None).generations.retrieve("gen_1"))
    assert api.asked == []


def test_a_listing_is_the_servers_own(hands: Hands, api: StubApi) -> None:
    """Filters reach the server; what it answers is returned as it came."""
    api.on("GET", "formats/", {"formats": [{"slug": "x", "new": 1}]})
    found = hands.do(hands.client(api.url).formats.list(kind="tool", include_inactive=True))
    assert found == {"formats": [{"slug": "x", "new": 1}]}
    assert api.asked[0].query == [("kind", "tool"), ("include_inactive", "true")]


def test_a_job_that_is_not_there(hands: Hands, api: StubApi) -> None:
    """404 for an id is NotFound with the API's message."""
    with pytest.raises(NotFound, match="no such thing") as caught:
        hands.do(hands.client(api.url).generations.retrieve("gen_404"))
    assert caught.value.code == "not_found"


def test_everything_named_can_be_imported() -> None:
    """Every name of the package loads, and no other."""
    assert all(getattr(clipwise, name) is not None for name in clipwise.__all__)
    assert dir(clipwise) == sorted(clipwise.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = clipwise.nothing
