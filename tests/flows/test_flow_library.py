"""Claims about the smaller flows: links, resources from a prompt, and lists in pages."""

from __future__ import annotations

from typing import Any

import pytest
from scripted import context, lost, play, said

from clipwise import wire
from clipwise.effects import Now, Request, Send, Sleep
from clipwise.errors import ClipwiseError, ConnectionFailed, InvalidResponse, WaitTimeout
from clipwise.flows import extract, library
from clipwise.flows.paging import Pages, another_follows, items_of

LINK = "https://video.example/watch"
ASK = wire.post("extract-url", json={"url": LINK})
LOOK = wire.get("extract-url", "t1")
FOUND = {"ready": True, "success": True, "video_url": "https://v.example/a.mp4", "source_url": LINK}


def asked(request: Request, content: Any) -> list[tuple[Any, Any]]:
    return [(Now(), 0.0), (Now(), 0.0), (Send(request, 30.0), said(200, content))]


def test_a_link_may_be_answered_at_once() -> None:
    """A URL in the first answer ends it."""
    content = {"video_url": "https://v.example/a.mp4"}
    assert play(extract.create(context(), LINK, True, 180, 2), *asked(ASK, content)) == content


def test_a_task_is_polled_until_it_is_ready() -> None:
    """Every interval, give or take a fifth."""
    script = [
        *asked(ASK, {"task_id": "t1"}),
        *[(Now(), 0.0), *asked(LOOK, {"ready": False}), (Now(), 0.0), (Sleep(1.6, 2.4), None)],
        *asked(LOOK, FOUND),
    ]
    assert play(extract.create(context(), LINK, True, 180, 2), *script) == FOUND


def test_without_waiting_the_task_is_the_answer() -> None:
    """`wait=False` returns the task."""
    assert play(extract.create(context(), LINK, False, 180, 2), *asked(ASK, {"task_id": 7})) == {"task_id": 7}


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        ({"ready": True, "success": False, "error": "no\x1b", "error_code": "private_video"}, "private_video", "no"),
        ({"ready": True, "success": False}, "url_extract_failed", "the server gave no reason"),
        ({"ready": True, "success": True}, "url_extract_failed", "the server gave no reason"),
    ],
)
def test_a_link_without_a_video_is_an_error(content: dict[str, Any], code: str, says: str) -> None:
    """A task that ended without a video says why, with the server's code."""
    with pytest.raises(ClipwiseError) as caught:
        play(extract.finished(context(), "t1", 180, 2), (Now(), 0.0), *asked(LOOK, content))
    assert (caught.value.code, caught.value.message) == (code, f"no video can be had from the link: {says}")


def test_a_task_that_takes_too_long() -> None:
    """The last sleep is clipped, one last look is made, then it is a WaitTimeout with the task."""
    script = [
        *[(Now(), 0.0), *asked(LOOK, {"ready": False}), (Now(), 2.0), (Sleep(1.0, 1.0), None)],
        *[*asked(LOOK, {"ready": False}), (Now(), 3.0)],
    ]
    with pytest.raises(WaitTimeout, match="within 3 s") as caught:
        play(extract.finished(context(), "t1", 3, 2), *script)
    assert caught.value.generation_id == "t1"


def test_no_interval_hammers() -> None:
    """An interval of 0 is the usual one; one that is no number is refused."""
    script = [(Now(), 0.0), *asked(LOOK, {"ready": False}), (Now(), 0.0), (Sleep(1.6, 2.4), None), *asked(LOOK, FOUND)]
    play(extract.finished(context(), "t1", 180, 0), *script)
    for timeout, interval in ((180.0, -1.0), (180.0, float("nan")), (float("nan"), 2.0)):
        with pytest.raises(ClipwiseError, match="number of seconds"):
            play(extract.finished(context(), "t1", timeout, interval))


@pytest.mark.parametrize("link", ["", "  ", None, 5])
def test_no_link_is_not_sent(link: Any) -> None:
    """Nothing is asked for nothing."""
    with pytest.raises(ClipwiseError, match="no link"):
        play(extract.create(context(), link, True, 180, 2))


def test_a_resource_from_a_prompt_is_asked_for_once() -> None:
    """Without a key that is documented, a lost answer is not asked for again."""
    request = wire.post("resources", "avatars", "generate", json={"prompt": "a baker", "name": "Ben"})
    flow = library.generate(context(), "avatars", "a baker", {"name": "Ben", "type": None})
    found = play(flow, *asked(request, {"generation": {"id": "gen_1"}}))
    assert found["id"] == "gen_1"
    with pytest.raises(ConnectionFailed):
        flow = library.generate(context(), "avatars", "a baker", {"name": "Ben"})
        play(flow, (Now(), 0.0), (Now(), 0.0), (Send(request, 30.0), lost("timeout")), (Now(), 0.0))
    with pytest.raises(InvalidResponse, match="without the id"):
        play(library.generate(context(), "avatars", "a baker", {"name": "Ben"}), *asked(request, {}))


def page(number: int) -> Request:
    return wire.get("products", limit=2, page=number)


def test_pages_are_asked_for_until_there_are_no_more() -> None:
    """The page number is all that is remembered; the server says when it is over."""
    pages = Pages(wire.get("products", limit=2))
    first = {"items": [{"id": 1}, {"id": 2}], "pagination": {"has_next": True}}
    last = {"items": [{"id": 3}, "odd"], "pagination": {"has_next": False}}
    assert play(pages.next(context()), *asked(page(1), first)) == [{"id": 1}, {"id": 2}]
    assert pages.more
    assert play(pages.next(context()), *asked(page(2), last)) == [{"id": 3}]
    assert not pages.more


def test_a_server_that_repeats_its_page_is_not_asked_for_ever() -> None:
    """The same page twice is an error, not a loop."""
    pages = Pages(wire.get("products", limit=2))
    same = {"items": [{"id": 1}], "pagination": {"next": "?page=2"}}
    play(pages.next(context()), *asked(page(1), same))
    with pytest.raises(InvalidResponse, match="repeats the page before it"):
        play(pages.next(context()), *asked(page(2), same))


@pytest.mark.parametrize(
    ("pagination", "follows"),
    [
        ({"has_next": True}, True),
        ({"next": None}, False),
        ({"pages": 3}, True),
        ({"pages": 1}, False),
        ({"total": 30, "limit": 10}, True),
        ({"total": 10, "limit": 10}, False),
        ({"total": 10}, True),
        ({"total": True}, False),
        ({}, False),
        (None, False),
        ("more", False),
    ],
)
def test_whether_a_page_follows(pagination: Any, follows: bool) -> None:
    """However the server says it; one that says nothing has given the whole list."""
    assert another_follows({"pagination": pagination}, 1, 5) is follows


def test_items_under_any_name() -> None:
    """The list of a list answer is found; what is no object is left out."""
    assert items_of({"items": [{"id": 1}, None]}) == [{"id": 1}]
    assert items_of({"voices": [{"id": 2}]}) == [{"id": 2}]
    assert items_of({"items": "none"}) == []
