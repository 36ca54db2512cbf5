"""Claims about which documents hold: memory, fresh disk, live, stale, bundled, in this order; and who is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from scripted import HOST, Clock, context, lost, play, said
from stub_api import document

from clipwise import wire
from clipwise.effects import Answer, Disk, Now, Request, Send, Tell, Today
from clipwise.errors import UnknownFormatError
from clipwise.flows import documents
from clipwise.flows.context import Context
from clipwise.flows.events import Notice
from clipwise.formats import bundled, cache
from clipwise.formats.cache import Kept
from clipwise.formats.catalog import Catalog

NOW = 1_800_000_000.0  # 2027-01-15
LATER = NOW + 7200.0
DAY = "2027-01-15"
LIST = {"formats": [document("teaser", {"name": "line", "type": "string"}), {"slug": "brief"}]}
ASK = Send(wire.get("formats"), 4.0)
ALONE = Send(wire.get("formats", "brief"), 4.0)
BRIEF = {"format": document("brief", "topic")}
TAKEN = bundled.catalog().source.at[:10]


def read(asker: Context, kept: Kept | None, name: str = "formats") -> tuple[Any, Any]:
    """Return the step that looks on disk."""
    return Disk(cache.read, (asker.folder, name)), kept


def kept_as(asker: Context, kept: Kept, name: str = "formats") -> tuple[Any, Any]:
    """Return the step that keeps an answer."""
    return Disk(cache.write, (asker.folder, name, kept)), True


def live(asker: Context, content: Any = LIST, now: float = NOW, kept: Kept | None = None) -> list[tuple[Any, Any]]:
    """Return the steps of asking a server that answers with an ETag."""
    return [
        read(asker, kept),
        (Today(), now),
        (ASK, said(200, content, etag='"v1"')),
        (Today(), now),
        kept_as(asker, Kept(content, now, '"v1"')),
    ]


def asked(effect: Send, outcome: Any, now: float = NOW) -> list[tuple[Any, Any]]:
    """Return the step of asking, and of looking at the clock when there was an answer."""
    return [(effect, outcome), *([(Today(), now)] if isinstance(outcome, Answer) else [])]


def slugs(catalog: Catalog) -> list[str]:
    return [each.slug for each in catalog]


# --- the list ---------------------------------------------------------------------------------------------------------


def test_the_first_question_goes_to_the_server_and_is_kept() -> None:
    """With nothing at hand the server is asked, for at most 4 s, and its answer kept with its ETag."""
    asker = context()
    found = play(documents.catalog(asker), *live(asker))
    assert slugs(found) == ["teaser", "brief"]
    assert (found.source.kind, found.source.at, found.source.url) == (
        "live",
        "2027-01-15T08:00:00+00:00",
        f"https://{HOST}",
    )


def test_the_second_question_asks_nobody() -> None:
    """What is in memory is used for an hour, without disk or network."""
    clock = Clock()
    asker = context(clock)
    first = play(documents.catalog(asker), *live(asker))
    clock.now += 3599
    assert play(documents.catalog(asker)) is first
    clock.now += 2
    play(documents.catalog(asker), *live(asker, now=LATER))


def test_a_fresh_copy_on_disk_is_used_without_asking() -> None:
    """What another run kept less than an hour ago is good enough."""
    asker = context()
    found = play(documents.catalog(asker), read(asker, Kept(LIST, NOW, '"v1"')), (Today(), NOW + 3599))
    assert (slugs(found), found.source.kind) == (["teaser", "brief"], "disk")
    assert play(documents.catalog(asker)) is found


def test_a_copy_from_the_future_is_not_fresh() -> None:
    """A clock that went back does not make a copy fresh for ever."""
    asker = context()
    kept = Kept(LIST, NOW + 5, "")
    play(documents.catalog(asker), *live(asker, kept=kept))


def test_a_stale_copy_is_confirmed_by_its_etag() -> None:
    """With a 304 the kept copy counts as fetched now."""
    asker = context()
    kept = Kept(LIST, NOW, '"v1"')
    asks = replace(ASK, request=replace(ASK.request, headers=(("If-None-Match", '"v1"'),)))
    found = play(
        documents.catalog(asker),
        read(asker, kept),
        (Today(), LATER),
        (asks, said(304)),
        (Today(), LATER),
        kept_as(asker, replace(kept, fetched=LATER)),
    )
    assert (slugs(found), found.source.kind) == (["teaser", "brief"], "live")


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (lost("connect", "cannot connect"), f"{HOST}: cannot connect"),
        (lost("timeout", "no answer in time"), f"{HOST}: no answer in time"),
        (said(500, {"error": "down"}), "down"),
        (said(401, {"error": "bad key"}), "bad key"),
        (said(200, {"formats": None}), "the list of formats holds no list"),
    ],
)
def test_a_dead_catalog_stops_nobody(outcome: Any, reason: str) -> None:
    """Whatever goes wrong, the bundled documents serve, and that is told."""
    asker = context()
    found = play(
        documents.catalog(asker),
        read(asker, None),
        (Today(), NOW),
        *asked(ASK, outcome),
        (Tell(Notice(f"formats: the bundled documents of {TAKEN} ({reason})")), None),
    )
    assert found is bundled.catalog()


def test_a_stale_copy_is_better_than_the_bundled_one() -> None:
    """When the server does not answer, what it once said is used, with its date."""
    asker = context()
    found = play(
        documents.catalog(asker),
        read(asker, Kept(LIST, NOW, "")),
        (Today(), LATER),
        (ASK, lost("connect", "cannot connect")),
        (Tell(Notice(f"formats: the copy kept on {DAY} ({HOST}: cannot connect)")), None),
    )
    assert (slugs(found), found.source.kind) == (["teaser", "brief"], "stale")


@pytest.mark.parametrize("outcome", [lost("connect"), said(500)])
def test_a_dead_catalog_is_left_alone_for_a_minute(outcome: Any) -> None:
    """For 60 s what was found instead is used, silently; then the server is asked again."""
    clock = Clock()
    asker = context(clock)
    fails = [read(asker, None), (Today(), NOW), *asked(ASK, outcome), (Tell, None)]
    first = play(documents.catalog(asker), *fails)
    clock.now += 59
    assert play(documents.catalog(asker)) is first
    assert play(documents.catalog(asker, live=True)) is first
    clock.now += 2
    play(documents.catalog(asker), *live(asker))


@pytest.mark.parametrize(("settings", "reason"), [({"offline": True}, "offline"), ({"api_key": None}, "no API key")])
def test_where_nobody_may_be_asked_nobody_is(settings: dict[str, Any], reason: str) -> None:
    """Offline, or without a key, the network is not touched; that is told once."""
    asker = context(**settings)
    script = [
        read(asker, None),
        (Today(), NOW),
        (Tell(Notice(f"formats: the bundled documents of {TAKEN} ({reason})")), None),
    ]
    assert play(documents.catalog(asker), *script) is bundled.catalog()
    assert play(documents.catalog(asker)) is bundled.catalog()
    assert play(documents.catalog(asker, live=True)) is bundled.catalog()


# --- one document -----------------------------------------------------------------------------------------------------


def test_a_document_of_the_list_needs_no_other_question() -> None:
    """A whole document in the list is the answer, under any of its names."""
    asker = context()
    found = play(documents.resolve(asker, "TEASER"), *live(asker))
    assert (found.slug, [each.name for each in found.inputs]) == ("teaser", ["line"])


def test_a_summary_asks_for_the_whole_document() -> None:
    """A list may hold summaries; the document itself is asked for by its slug, once, and kept."""
    asker = context()
    script = [
        *live(asker),
        read(asker, None, "formats/brief"),
        (ALONE, said(200, BRIEF)),
        (Today(), NOW),
        kept_as(asker, Kept(BRIEF, NOW, ""), "formats/brief"),
    ]
    found = play(documents.resolve(asker, "brief"), *script)
    assert ([each.name for each in found.inputs], found.source.kind) == (["topic"], "live")
    assert play(documents.resolve(asker, "brief")) is found
    assert documents.local_format(asker, "brief") is found


def test_a_fresh_document_on_disk_is_used_without_asking() -> None:
    """One document kept less than an hour ago is good enough, unless the live one is wanted."""
    asker = context()
    kept = Kept(BRIEF, NOW, '"b"')
    found = play(
        documents.resolve(asker, "brief"), *live(asker), read(asker, kept, "formats/brief"), (Today(), NOW + 60)
    )
    assert ([each.name for each in found.inputs], found.source.kind) == (["topic"], "disk")
    asks = replace(ALONE, request=replace(ALONE.request, headers=(("If-None-Match", '"b"'),)))
    wanted_live = [
        *live(asker),
        read(asker, kept, "formats/brief"),
        (asks, said(304)),
        (Today(), NOW + 90),
        kept_as(asker, replace(kept, fetched=NOW + 90), "formats/brief"),
    ]
    assert play(documents.resolve(asker, "brief", live=True), *wanted_live).source.kind == "live"


def test_the_list_works_but_the_document_does_not() -> None:
    """Then the summary is served: nothing is known of its inputs, and nothing is refused for that."""
    asker = context()
    script = [*live(asker), read(asker, None, "formats/brief"), *asked(ALONE, said(500))]
    found = play(documents.resolve(asker, "brief"), *script)
    assert (found.slug, found.complete) == ("brief", False)


def test_the_document_that_was_kept_serves_when_the_live_one_does_not() -> None:
    """An older copy of the one document is better than its summary; that is told."""
    asker = context()
    script = [
        *live(asker, now=LATER),
        read(asker, Kept(BRIEF, NOW, ""), "formats/brief"),
        (Today(), LATER),
        *asked(ALONE, said(500, {"error": "down"})),
        (Tell(Notice(f"brief: its document is from {DAY} (down)")), None),
    ]
    found = play(documents.resolve(asker, "brief"), *script)
    assert (found.complete, found.source.kind) == (True, "stale")


def test_the_document_works_but_the_list_does_not() -> None:
    """A list that fails does not keep the document of a new format from being asked for."""
    asker = context()
    script = [
        *[read(asker, None), (Today(), NOW), *asked(ASK, said(500)), (Tell, None)],
        read(asker, None, "formats/brief"),
        (ALONE, said(200, BRIEF)),
        (Today(), NOW),
        (Disk, True),
    ]
    assert play(documents.resolve(asker, "brief"), *script).slug == "brief"


def test_a_host_that_is_silent_is_not_asked_twice() -> None:
    """When the host did not answer the list, it is not asked for the document: one patience is enough."""
    asker = context()
    script = [
        *[read(asker, None), (Today(), NOW), (ASK, lost("connect", "cannot connect")), (Tell, None)],
        read(asker, None, "formats/brief"),
    ]
    with pytest.raises(UnknownFormatError) as caught:
        play(documents.resolve(asker, "brief"), *script)
    assert str(caught.value) == (
        "there is no format called 'brief'. "
        f"Only its bundled documents could be looked at ({HOST} did not answer just now)."
    )


def test_a_bundled_format_needs_nobody() -> None:
    """What ships with the package works while the server is down."""
    asker = context()
    fails = [read(asker, None), (Today(), NOW), (ASK, lost("connect")), (Tell, None)]
    assert play(documents.resolve(asker, "ugc_video"), *fails).slug == "ugc_video"


def test_an_unknown_format_is_asked_for_once() -> None:
    """A name that the list does not have is asked for on its own, once a minute; then the nearest are named."""
    asker = context()
    script = [
        *live(asker),
        read(asker, None, "formats/teasr"),
        *asked(Send(wire.get("formats", "teasr"), 4.0), said(404, {"error": "no"})),
    ]
    with pytest.raises(UnknownFormatError) as caught:
        play(documents.resolve(asker, "teasr"), *script)
    assert caught.value.suggestions == ("teaser",)
    with pytest.raises(UnknownFormatError):
        play(documents.resolve(asker, "teasr"), read(asker, None, "formats/teasr"))


def test_a_copy_that_does_not_know_a_name_is_renewed() -> None:
    """A name that is missing in a kept list may be new: the live list is asked before that is said."""
    asker = context()
    kept = Kept({"formats": []}, NOW, "")
    script = [read(asker, kept), (Today(), NOW + 10), *live(asker, now=NOW + 10, kept=kept)]
    assert play(documents.resolve(asker, "teaser"), *script).slug == "teaser"


def test_a_name_with_a_space_can_be_asked_for() -> None:
    """A display name is a name; the space is one part of the path like any letter."""
    asker = context()
    script = [
        *live(asker),
        read(asker, None, "formats/My Format"),
        (Send(Request("GET", "/api/sdk/v1/formats/My Format/"), 4.0), said(200, {"format": document("my_format")})),
        (Today(), NOW),
        (Disk, True),
    ]
    assert play(documents.resolve(asker, "My Format"), *script).slug == "my_format"


@pytest.mark.parametrize("name", ["../admin", "a/b", "", "a?b"])
def test_a_name_that_leads_elsewhere_is_not_asked_for(name: str) -> None:
    """A name that could change the path is unknown, and is not sent."""
    asker = context()
    with pytest.raises(UnknownFormatError):
        play(documents.resolve(asker, name), *live(asker), read(asker, None, f"formats/{name}"))


def test_offline_an_unknown_format_says_what_was_looked_at() -> None:
    """Offline, that a name is unknown means only that the documents at hand do not know it."""
    asker = context(offline=True)
    with pytest.raises(UnknownFormatError, match=r"Only its bundled documents could be looked at \(offline\)"):
        play(
            documents.resolve(asker, "brand_new"),
            *[read(asker, None), (Today(), NOW), (Tell, None)],
            read(asker, None, "formats/brand_new"),
        )


# --- listing ----------------------------------------------------------------------------------------------------------


def test_a_filtered_list_is_asked_of_the_server() -> None:
    """Filters go to the server as they are; its answer is returned as it came."""
    asker = context()
    flow = documents.listed(asker, kind="tool", platform=None, include_inactive=False)
    answer = {"formats": [], "success": True}
    found = play(flow, *_called(wire.get("formats", kind="tool"), said(200, answer)))
    assert found == answer


def test_a_filtered_list_works_without_a_server() -> None:
    """Offline, the documents at hand are filtered here."""
    asker = context(offline=True)
    flow = documents.listed(asker, kind="tool")
    found = play(flow, read(asker, None), (Today(), NOW), (Tell, None))
    kinds = {document["kind"] for document in found["formats"]}
    assert kinds == {"tool"}


def test_a_list_without_filters_is_the_catalog() -> None:
    """The documents are returned as they came."""
    asker = context()
    assert play(documents.listed(asker), *live(asker)) == LIST


def _called(request: Request, answer: Any) -> list[tuple[Any, Any]]:
    return [(Now(), 0.0), (Now(), 0.0), (Send(request, 30.0), answer)]
