"""Claims about the wire: requests out, answers in, and every shape of error on the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from clipwise import errors, wire
from clipwise.effects import Answer, FilePart, Request
from clipwise.errors import APIError, ClipwiseError, InvalidResponse

API = "/api/sdk/v1/"


def said(status: int, content: Any, **headers: str) -> Answer:
    """Return an answer with a JSON body, or with bytes as they are."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


# --- requests ---------------------------------------------------------------------------------------------------------


def test_every_path_is_under_the_api_and_ends_with_a_slash() -> None:
    """Parts of a path are joined with slashes; one closes it."""
    assert wire.get("resources", "voices", "v_1").target == f"{API}resources/voices/v_1/"
    assert wire.delete("products", "p") == Request("DELETE", f"{API}products/p/")


def test_a_query_leaves_out_what_is_none() -> None:
    """None is left out, truth is spelled as JSON spells it, numbers are text, half a character becomes `?`."""
    found = wire.get("formats", kind=None, include_inactive=True, page=2, platform="\udcff").query
    assert found == (("include_inactive", "true"), ("page", "2"), ("platform", "?"))


@pytest.mark.parametrize("id", ["gen_1", "a-b.c", "ünï", "a:b", "...a", 7, "a b", "@me"])
def test_an_id_as_the_api_gives_it_passes(id: Any) -> None:
    """Letters of any script, digits and harmless signs are one part of a path."""
    assert wire.segment(id) == str(id)


@pytest.mark.parametrize(
    "id",
    [
        *["../admin", "a/b", "a?b", "", "%2e%2e", ".", "..", "a#b", "a\\b", "a\nb", "a\x00", "a\x9bb", "\ud800"],
        *[" a", "a ", "x" * 257, None, True, 1.5, ["a"]],
    ],
)
def test_an_id_that_leads_elsewhere_is_refused(id: Any) -> None:
    """What could change the path, or cannot be sent, is refused before anything is sent."""
    with pytest.raises(ClipwiseError, match="nothing was sent") as caught:
        wire.segment(id)
    assert caught.value.code == "invalid_argument"
    assert str(caught.value).isprintable()


def test_a_job_carries_its_key_and_no_input_changes_its_format() -> None:
    """The format stands beside the inputs in the body, and wins over an input of that name."""
    asked = wire.create_generation("quiz", {"script": "s", "format": "other"}, "k1")
    assert asked == Request(
        "POST", f"{API}generations/", headers=(("Idempotency-Key", "k1"),), json={"format": "quiz", "script": "s"}
    )
    assert list(asked.json) == ["format", "script"]
    assert asked.repeatable
    assert asked.idempotency_key == "k1"


def test_a_cancel_may_be_repeated() -> None:
    """Cancelling twice does no harm, so it has a key made of the id."""
    asked = wire.cancel_generation("gen_1")
    assert (asked.target, asked.idempotency_key, asked.repeatable) == (
        f"{API}generations/gen_1/cancel/",
        "cancel-gen_1",
        True,
    )


def test_a_post_without_a_key_is_not_repeatable() -> None:
    """Only a key makes a POST safe to repeat; GET and DELETE are by nature."""
    assert not Request("POST", "/x/").repeatable
    assert not Request("PATCH", "/x/").repeatable
    assert Request("DELETE", "/x/").repeatable


def test_an_upload_leaves_out_what_is_none() -> None:
    """Fields are text; those that are None are not sent."""
    part = FilePart(Path("a.png"), 3, 0, "image/png")
    asked = wire.upload(("uploads",), part, {"purpose": "image", "name": None, "rank": 2}, "k")
    assert asked.form == (("purpose", "image"), ("rank", "2"))
    assert (asked.target, asked.file, asked.idempotency_key) == (f"{API}uploads/", part, "k")


# --- answers ----------------------------------------------------------------------------------------------------------


def test_a_good_answer_is_the_dictionary_as_it_came() -> None:
    """Unknown fields are kept; nothing is added."""
    content = {"success": True, "generation": {"id": "g", "later": [1]}, "new": None}
    assert wire.judge(said(200, content)) == content


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, APIError),
        (401, errors.AuthenticationError),
        (403, errors.PermissionDenied),
        (404, errors.NotFound),
        (409, errors.Conflict),
        (418, APIError),
        (429, errors.RateLimited),
        (500, errors.ServerError),
        (599, errors.ServerError),
    ],
)
def test_each_status_has_its_error(status: int, kind: type[ClipwiseError]) -> None:
    """The class follows the status; code, message, details and request id are the server's."""
    envelope = {"success": False, "error": {"code": "c", "message": "m.", "details": {"a": 1}}, "request_id": "r"}
    with pytest.raises(kind) as caught:
        wire.judge(said(status, envelope))
    assert type(caught.value) is kind
    assert caught.value == kind("m", code="c", status_code=status, request_id="r", details={"a": 1})
    assert caught.value.envelope() == envelope


def test_success_false_is_an_error_whatever_the_status() -> None:
    """The envelope has the last word."""
    with pytest.raises(APIError, match="nope") as caught:
        wire.judge(said(200, {"success": False, "error": "nope"}, x_request_id="req_9"))
    assert (caught.value.status_code, caught.value.request_id) == (200, "req_9")
    assert caught.value.code == "clipwise_error"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"error": "as text"}, "as text"),
        ({"message": "on top"}, "on top"),
        ({"detail": "of a framework"}, "of a framework"),
        ({"error": {"message": None}}, 'the server answered 502: {"error": {"message": null}}'),
        ({}, "the server answered 502: {}"),
        ([], "the server answered 502: []"),
        (b"", "the server answered 502"),
        (b"<html><style>p{}</style><h1>Bad <b>gateway</b></h1></html>", "the server answered 502: Bad gateway"),
        (b"\xff\xfe", "the server answered 502: ��"),
    ],
)
def test_any_shape_of_error_says_something(content: Any, message: str) -> None:
    """Text, other envelopes, pages and nothing at all become a short message."""
    with pytest.raises(errors.ServerError) as caught:
        wire.judge(said(502, content))
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"", "no body"),
        (b"  \n", "no body"),
        (b"[1]", "JSON that is not an object: [1]"),
        (b"7", "JSON that is not an object: 7"),
        (b"null", "JSON that is not an object: null"),
        (b"NaN", "something that is not JSON: NaN"),
        (b'{"a": Infinity}', 'something that is not JSON: {"a": Infinity}'),
        (b'{"a": ', 'something that is not JSON: {"a":'),
        (b"\xff\xfe", "something that is not JSON: ��"),
        (b"<p>Sign in</p>", "something that is not JSON: Sign in"),
        (b"[" * 100_000, "JSON that is nested too deep: " + "[" * 159 + "…"),
    ],
)
def test_what_is_not_the_apis_is_told_with_a_piece_of_it(body: bytes, fault: str) -> None:
    """A 200 that holds no JSON object is an InvalidResponse with the status and an excerpt."""
    with pytest.raises(InvalidResponse) as caught:
        wire.judge(said(200, body))
    assert caught.value.message == f"the server answered 200 with {fault}"
    assert (caught.value.code, caught.value.status_code) == ("invalid_response", 200)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_error_that_names_the_target(status: int) -> None:
    """Where it pointed is told, cleaned; nothing is followed."""
    with pytest.raises(InvalidResponse) as caught:
        wire.judge(said(status, b"", location="https://evil.example/\x1b[2J"))
    assert f"answered {status} and pointed to https://evil.example/[2J;" in caught.value.message


def test_a_redirect_to_nowhere_says_so() -> None:
    """A redirect without a Location is an error all the same."""
    with pytest.raises(InvalidResponse, match="pointed to nowhere"):
        wire.judge(Answer(302))


def test_control_characters_never_come_through() -> None:
    """ESC sequences, bells and overrides in messages, codes and request ids are taken out; line breaks stay."""
    evil = "red\x1b[31m\x07 \u202eline\nnext"
    with pytest.raises(APIError) as caught:
        wire.judge(said(400, {"error": {"message": evil, "code": "a\x1b]0;b"}, "request_id": "r\x1b\n"}))
    assert caught.value.message == "red[31m line\nnext"
    assert (caught.value.code, caught.value.request_id) == ("a]0;b", "r")


def test_huge_details_are_cut() -> None:
    """Five megabytes of details are cut to 2,000 characters; small ones stay as they are."""
    with pytest.raises(APIError) as caught:
        wire.judge(said(400, {"error": {"message": "m" * 10_000, "details": ["x" * 5_000_000]}}))
    assert len(caught.value.details) == 2000
    assert len(caught.value.message) == 2000


def test_deep_details_do_no_harm() -> None:
    """Details that nest to the edge of what can be read are an error like any other."""
    for depth in (200, 900, 20_000):
        nested: Any = "x"
        for _ in range(depth):
            nested = [nested]
        error = wire.refusal(Answer(400), {"error": {"message": "m", "details": nested}})
        assert error.message == "m"


# --- Retry-After ------------------------------------------------------------------------------------------------------

TODAY = "Sun, 22 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [
        ("2", 2.0),
        ("2.5", 2.5),
        ("0", 0.0),
        ("86400", 86400.0),
        ("Sun, 22 Nov 2026 12:00:07 GMT", 7.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("-5", None),
        ("nan", None),
        ("inf", None),
        ("abc", None),
        ("1e9", None),
        ("9999999999", None),
        ("", None),
        ("Sun, 99 Nov 2026 12:00:07 GMT", None),
    ],
)
def test_retry_after_in_every_spelling(stated: str, seconds: float | None) -> None:
    """Seconds or a date count; nonsense does not."""
    assert wire.retry_after(Answer(429, {"retry-after": stated, "date": TODAY})) == seconds


def test_a_date_is_measured_against_the_servers_own() -> None:
    """A date without the server's own time to compare it with is nonsense: our clock may be wrong."""
    assert wire.retry_after(Answer(429, {"retry-after": "Sun, 22 Nov 2026 12:00:07 GMT"})) is None
    assert wire.retry_after(Answer(503)) is None


# --- what an answer holds ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "id"),
    [
        ({"id": "gen_1"}, "gen_1"),
        ({"id": 5}, "5"),
        ({"generation": {"id": "gen_2"}}, "gen_2"),
        ({"resource": {"id": "r"}}, "r"),
        ({"upload": {"id": "u"}}, "u"),
        ({"id": None}, None),
        ({"id": True}, None),
        ({"id": ""}, None),
        ({"generation": "gen"}, None),
        ({}, None),
    ],
)
def test_an_id_is_found_on_top_or_inside(content: dict[str, Any], id: str | None) -> None:
    """An id stands at the top or in the object that the answer is about."""
    assert wire.id_of(content, "generation", "resource", "upload") == id


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ({"status": "Completed "}, "completed"),
        ({"status": "queued", "generation": {"status": "RUNNING"}}, "running"),
        ({"generation": {"id": "g"}, "status": "queued"}, "queued"),
        ({"generation": {"status": 7}}, ""),
        ({}, ""),
    ],
)
def test_a_status_is_read_in_lower_case(content: dict[str, Any], status: str) -> None:
    """Capitals and blanks do not matter; what is no text is no status."""
    assert wire.status_of(content) == status


def test_documents_come_as_a_list_or_by_slug() -> None:
    """The list stands under `formats` or `items`, or is a mapping from slugs."""
    assert wire.documents_in({"formats": [1]}) == [1]
    assert wire.documents_in({"items": ["a"]}) == ["a"]
    assert wire.documents_in({"formats": {"quiz": {"kind": "format"}, "x": 1}}) == [{"slug": "quiz", "kind": "format"}]
    assert wire.documents_in({"formats": "no"}) is None
    assert wire.documents_in({}) is None
    assert wire.documents_in(5) is None


@pytest.mark.parametrize(
    ("error", "found"),
    [
        ({"code": "moderation", "message": "no\x1b"}, ("moderation", "no")),
        ("as text", ("", "as text")),
        (None, ("", "")),
        ({"code": None}, ("", "")),
    ],
)
def test_the_reason_of_a_failure(error: Any, found: tuple[str, str]) -> None:
    """A failed job's reason is an object or a text, cleaned."""
    assert wire.failure_of({"generation": {"status": "failed", "error": error}}) == found
