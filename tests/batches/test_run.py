"""Claims about running a batch, over real sockets: one job for each spec, however often it is cut off."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hands import KEY, Hands
from stub_api import RESET, Asked, Raw, Reply, StubApi, refused
from studio import MEDIA, Studio, spec_file, teasers

from clipwise import Clipwise
from clipwise.batches.batch import Planned
from clipwise.batches.run import Held
from clipwise.errors import AuthenticationError, ClipwiseError, ConfigurationError, ConnectionFailed

PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 100


@pytest.fixture
def studio(api: StubApi) -> Studio:
    return Studio(api)


@pytest.fixture
def run(hands: Hands, api: StubApi) -> Callable[..., Any]:
    """Run a batch with a client of either kind; return how it stands."""

    def do(specs: Any, hear: Any = None, only: Any = None, **options: Any) -> Any:
        return hands.do(hands.client(api.url, real_sleep=True).batch(specs, **options).run(hear, only=only))

    return do


def test_every_spec_becomes_one_job_and_its_file(run: Callable[..., Any], studio: Studio, tmp_path: Path) -> None:
    """Results stand in the order of the specs, in memory and on the disk; each file is the one that the job made."""
    found = run(spec_file(tmp_path / "jobs.jsonl", *teasers(9)), output=tmp_path / "out", concurrency=4)
    assert found.ok
    assert [(each.number, each.line, each.status) for each in found] == [(n, n, "completed") for n in range(1, 10)]
    assert [studio.bodies[each.id]["line"] for each in found] == [f"line {n:03}" for n in range(1, 10)]
    assert all(Path(name).read_bytes() == MEDIA for each in found for name in each.files)
    rows = [json.loads(line) for line in found.path.read_text().splitlines()]
    assert [(row["number"], row["id"], row["files"]) for row in rows] == [
        (each.number, each.id, list(each.files)) for each in found
    ]


def test_run_again_it_starts_nothing(run: Callable[..., Any], studio: Studio, tmp_path: Path) -> None:
    """A batch that is whole asks the server for nothing but its documents."""
    path = spec_file(tmp_path / "jobs.jsonl", *teasers(3))
    run(path, output=tmp_path / "out")
    asked = len(studio.api.asked)
    assert run(path, output=tmp_path / "out").ok
    assert {each.path for each in studio.api.asked[asked:]} <= {"/api/sdk/v1/formats/"}
    assert len(studio.jobs) == 3


def test_mappings_are_run_without_a_file(run: Callable[..., Any], studio: Studio) -> None:
    """Nothing is written anywhere; two equal specs are two jobs."""
    found = run([{"format": "teaser", "line": "same"}, {"format": "teaser", "line": "same"}])
    assert found.counts == {"completed": 2}
    assert found.path is None
    assert studio.lines == ["same", "same"]
    assert [each.files for each in found] == [None, None]


def test_what_is_wrong_is_told_and_not_sent_and_the_rest_is_run(
    run: Callable[..., Any], studio: Studio, tmp_path: Path
) -> None:
    """All specs are judged before anything is sent."""
    specs = [*teasers(2), {"format": "teaser", "line": 7}, '{"format": "teas', {"format": "teaser"}, {"format": "no"}]
    heard: list[Any] = []
    found = run(spec_file(tmp_path / "jobs.jsonl", *specs), heard.append)
    assert found.counts == {"completed": 2, "invalid": 4}
    assert [each.line for each in found if each.status == "invalid"] == [3, 4, 5, 6]
    assert "takes text, not 7" in found.lines[2].reason
    assert studio.lines == ["line 001", "line 002"]
    assert heard[0] == Planned({"planned": 2, "invalid": 4})


def test_a_lost_answer_is_one_job(run: Callable[..., Any], studio: Studio) -> None:
    """Every create is accepted and its answer lost once: the key takes the job up."""
    lost: set[str] = set()

    def after(asked: Asked) -> Any:
        assert asked.key is not None
        if asked.key in lost:
            return None
        lost.add(asked.key)
        return Raw([RESET])

    studio.after = after
    assert run(teasers(5)).ok
    assert len(studio.jobs) == 5
    assert len(studio.api.of("POST", "generations/")) == 10


def test_each_distinct_content_is_uploaded_once(run: Callable[..., Any], studio: Studio, tmp_path: Path) -> None:
    """Many lines, two contents, three names: two uploads, in this run and in the next."""
    for name, content in (("a.png", PNG), ("same.png", PNG), ("b.png", PNG + b"b")):
        (tmp_path / name).write_bytes(content)
    names = ["a.png", "same.png", "b.png"]
    specs = [{**each, "picture": names[place % 3]} for place, each in enumerate(teasers(12))]
    path = spec_file(tmp_path / "jobs.jsonl", *specs)
    assert run(path, concurrency=12).ok
    assert len(studio.uploads) == 2
    sent = {body["line"]: body["picture"] for body in studio.bodies.values()}
    assert sent["line 001"] == sent["line 002"] != sent["line 003"]
    assert run(spec_file(path, *specs, {**specs[0], "line": "new"})).ok
    assert len(studio.uploads) == 2
    assert len(studio.jobs) == 13


def test_429_slows_the_whole_batch(run: Callable[..., Any], studio: Studio) -> None:
    """The server asks one line to wait a second: no line sends anything within it, and all are told of it."""
    refused_at: list[float] = []
    times: list[float] = []
    heard: list[Any] = []

    def trouble(asked: Asked) -> Any:
        times.append(time.monotonic())
        if len(times) == 3:
            refused_at.append(times[-1])
            return refused(429, "rate_limited", "slow down", Retry_After="1")
        return None

    studio.trouble = trouble
    assert run(teasers(24), heard.append, concurrency=4).ok
    assert len(studio.jobs) == 24
    # those that were on their way when the answer left may still arrive
    inside = [each for each in times if refused_at[0] + 0.15 < each < refused_at[0] + 0.95]
    assert inside == []
    assert any(isinstance(each, Held) and each.seconds == pytest.approx(1, abs=0.1) for each in heard)


def test_a_rate_is_kept(run: Callable[..., Any], studio: Studio) -> None:
    """Ten starts at 20 a second take nearly half a second."""
    times: list[float] = []
    studio.trouble = lambda _: times.append(time.monotonic())
    assert run(teasers(10), rate="20/s").ok
    assert 0.4 < max(times) - min(times) < 2.0


def test_at_most_so_many_jobs_are_started(run: Callable[..., Any], studio: Studio, tmp_path: Path) -> None:
    """The others wait for the next run."""
    path = spec_file(tmp_path / "jobs.jsonl", *teasers(5))
    found = run(path, max_jobs=2)
    assert (found.counts, found.left_out) == ({"completed": 2, "planned": 3}, 3)
    assert len(studio.jobs) == 2
    assert run(path).ok
    assert len(studio.jobs) == 5


def test_jobs_that_fail_are_told_and_can_be_run_again_alone(hands: Hands, studio: Studio, tmp_path: Path) -> None:
    """The reason is the server's; a retry is a new job, and touches no other line."""
    studio.ends = lambda line: (
        {"status": "failed", "error": {"code": "render_failed", "message": "no light"}}
        if line == "line 002"
        else {"status": "completed"}
    )
    batch = hands.client(studio.api.url, real_sleep=True).batch(spec_file(tmp_path / "jobs.jsonl", *teasers(3)))
    found = hands.do(batch.run())
    assert found.counts == {"completed": 2, "failed": 1}
    assert found.lines[1].error == {"code": "render_failed", "message": "no light"}
    assert hands.do(batch.run()).counts == {"completed": 2, "failed": 1}  # not by itself
    studio.ends = lambda _: {"status": "completed"}
    assert batch.retry() == (2,)
    assert hands.do(batch.run(only=(2,))).ok
    assert studio.lines == ["line 001", "line 002", "line 002", "line 003"]


def test_a_refused_line_does_not_stop_the_others(run: Callable[..., Any], studio: Studio) -> None:
    """What the server refuses for good is told with its reason, and asked once."""
    studio.trouble = lambda asked: refused(422, "validation_error", "not this") if "002" in asked.json["line"] else None
    found = run(teasers(3))
    assert [each.status for each in found] == ["completed", "refused", "completed"]
    assert "not this" in found.lines[1].reason
    assert len(studio.api.of("POST", "generations/")) == 3


def test_a_key_that_is_no_longer_good_stops_the_batch_and_loses_nothing(
    run: Callable[..., Any], studio: Studio, tmp_path: Path
) -> None:
    """No line is spoilt by it: with a good key the same batch goes on."""
    path = spec_file(tmp_path / "jobs.jsonl", *teasers(6))
    studio.trouble = lambda _: refused(401, "unauthorized", "who?") if len(studio.jobs) >= 2 else None
    with pytest.raises(AuthenticationError):
        run(path, concurrency=2)
    studio.trouble = lambda _: None
    assert run(path).ok
    assert len(studio.jobs) == 6


def test_trouble_that_passes_spoils_no_line(run: Callable[..., Any], studio: Studio) -> None:
    """Two seconds of 503 for everyone: the batch rests, and every line gets through with the key that it had."""
    began = time.monotonic()
    studio.trouble = lambda _: refused(503, "busy", "busy") if time.monotonic() - began < 2 else None
    assert run(teasers(4), concurrency=4).ok
    assert len(studio.jobs) == len({each.key for each in studio.api.of("POST", "generations/")}) == 4


def test_one_line_that_never_gets_through_is_left_for_the_next_run(
    hands: Hands, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While others do: it is told why, and the next run sends the same key."""
    monkeypatch.setattr("clipwise.batches.pace.TROUBLE_S", (0.01, 0.02))
    studio.trouble = lambda asked: refused(500, "broken", "oh") if asked.json["line"] == "line 001" else None
    batch = hands.client(studio.api.url, real_sleep=True).with_options(max_retries=0).batch(teasers(8), concurrency=2)
    found = hands.do(batch.run())
    assert [each.status for each in found] == ["sending"] + ["completed"] * 7
    assert "oh" in found.lines[0].reason
    studio.trouble = lambda _: None
    assert hands.do(batch.run()).ok
    keys = [each.key for each in studio.api.of("POST", "generations/") if each.json["line"] == "line 001"]
    assert len(keys) > 2
    assert len(set(keys)) == 1


def test_a_server_that_is_gone_stops_the_batch_in_time(run: Callable[..., Any], studio: Studio, tmp_path: Path) -> None:
    """After the patience that was given; the ledger knows every line."""
    path = spec_file(tmp_path / "jobs.jsonl", *teasers(2))
    studio.trouble = lambda _: Raw([RESET])
    with pytest.raises(ConnectionFailed):
        run(path, patience=0.5)
    studio.trouble = lambda _: None
    assert run(path).ok
    assert len(studio.jobs) == 2


def test_a_listener_may_be_async(api: StubApi, studio: Studio) -> None:
    """It is awaited, before the line goes on."""
    heard: list[Any] = []

    async def hear(event: Any) -> None:
        await asyncio.sleep(0)
        heard.append(event)

    with Clipwise(KEY, api.url) as client:
        assert client.batch(teasers(2)).run(hear).ok
    assert [each.status for each in heard if getattr(each, "number", 0) == 1] == ["sending", "queued", "completed"]


def test_a_batch_runs_where_a_loop_runs_already(api: StubApi, studio: Studio) -> None:
    """In a notebook the blocking client blocks, and does not complain."""

    async def notebook() -> Any:
        with Clipwise(KEY, api.url) as client:
            return client.batch(teasers(2)).run()

    assert asyncio.run(notebook()).ok


def test_two_processes_do_not_run_one_ledger(api: StubApi, studio: Studio, tmp_path: Path) -> None:
    """The second is told; the first is not disturbed."""
    path = spec_file(tmp_path / "jobs.jsonl", *teasers(2))
    inside, go_on = threading.Event(), threading.Event()

    def hear(_: Any) -> None:
        inside.set()
        assert go_on.wait(20)

    with Clipwise(KEY, api.url) as client:
        first = threading.Thread(target=lambda: results.append(client.batch(path).run(hear)))
        results: list[Any] = []
        first.start()
        assert inside.wait(20)
        try:
            with pytest.raises(ConfigurationError, match="another process"):
                client.batch(path).run()
        finally:
            go_on.set()
            first.join(30)
    assert results[0].ok
    assert len(studio.jobs) == 2
    assert not (tmp_path / "jobs.jsonl.ledger.lock").exists()


def test_an_output_that_cannot_be_written_is_told_before_anything_is_sent(
    run: Callable[..., Any], studio: Studio, tmp_path: Path
) -> None:
    """A file where the folder should be: nothing is paid for."""
    (tmp_path / "out").write_text("a file where the folder should be")
    with pytest.raises(ClipwiseError, match="cannot write into"):
        run(spec_file(tmp_path / "jobs.jsonl", *teasers(2)), output=tmp_path / "out")
    assert studio.jobs == {}


def test_a_download_that_failed_is_brought_by_the_next_run(
    run: Callable[..., Any], studio: Studio, tmp_path: Path
) -> None:
    """The job is not started again for it."""
    path = spec_file(tmp_path / "jobs.jsonl", *teasers(2))
    studio.api.on("GET", "/media/film.mp4", refused(403, "forbidden", "not yet"))
    found = run(path, output=tmp_path / "out")
    assert [(each.status, each.files) for each in found] == [("completed", None)] * 2
    assert not found.ok
    assert "did not arrive" in found.lines[0].reason
    studio.api.on("GET", "/media/film.mp4", Reply(200, MEDIA))
    found = run(path, output=tmp_path / "out")
    assert found.ok
    assert all(Path(each.files[0]).read_bytes() == MEDIA for each in found)
    assert len(studio.jobs) == 2


def test_files_that_somebody_took_away_are_brought_again(
    run: Callable[..., Any], studio: Studio, tmp_path: Path
) -> None:
    """No job is started for it; their paths are absolute, wherever the next run is started."""
    path = spec_file(tmp_path / "jobs.jsonl", *teasers(3))
    found = run(path, output=tmp_path / "out")
    lost = Path(found.lines[1].files[0])
    assert lost.is_absolute()
    lost.unlink()
    assert run(path, output=tmp_path / "out").ok
    assert lost.read_bytes() == MEDIA
    assert len(studio.jobs) == 3


def test_what_is_no_spec_is_a_line_that_is_wrong(run: Callable[..., Any], studio: Studio) -> None:
    """Whatever stands among the mappings; the others are run."""
    found = run([*teasers(1), None, "teaser", 7])
    assert [each.status for each in found] == ["completed", "invalid", "invalid", "invalid"]
    assert "a job spec is an object" in found.lines[1].reason


def test_a_link_to_a_file_is_that_file(run: Callable[..., Any], studio: Studio, tmp_path: Path) -> None:
    """One ledger, and no second jobs."""
    run(spec_file(tmp_path / "jobs.jsonl", *teasers(2)))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "link.jsonl").symlink_to(tmp_path / "jobs.jsonl")
    assert run(tmp_path / "sub" / "link.jsonl").ok
    assert len(studio.jobs) == 2


def test_the_page_is_made_in_python_too(hands: Hands, studio: Studio, tmp_path: Path) -> None:
    """Of the batch as its ledger has it."""
    batch = hands.client(studio.api.url, real_sleep=True).batch(teasers(2))
    hands.do(batch.run())
    assert batch.report(tmp_path / "pages" / "report.html").read_text().count("<tr id=n") == 2


def test_a_job_that_is_completed_at_once_is_whole(run: Callable[..., Any], studio: Studio, tmp_path: Path) -> None:
    """A server that knows the key answers with the job as it stands; its outputs are asked for all the same."""
    studio.after = lambda asked: {"id": studio.jobs[asked.key or ""], "status": "completed"}
    found = run(spec_file(tmp_path / "jobs.jsonl", *teasers(2)), output=tmp_path / "out")
    assert found.ok
    assert all(each.outputs["video_url"] and each.ended and each.files for each in found)


@pytest.mark.parametrize(
    "options",
    [{"concurrency": 0}, {"concurrency": 5000}, {"rate": "fast"}, {"rate": "0/s"}, {"max_jobs": -1}, {"timeout": "x"}],
)
def test_options_that_cannot_be_are_refused(api: StubApi, studio: Studio, options: dict[str, Any]) -> None:
    """Before anything is read or sent."""
    with Clipwise(KEY, api.url) as client, pytest.raises(ClipwiseError):
        client.batch(teasers(1), **options)
    assert studio.api.asked == []
