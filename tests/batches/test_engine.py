"""Claims about a batch that is handed to workers: the same results, line for line, and no key in what is handed out."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hands import KEY
from stub_api import StubApi, refused
from studio import Studio, spec_file, teasers

from clipwise import Clipwise, batch
from clipwise.batches.lines import Line
from clipwise.batches.parts import Part, run_part
from clipwise.batches.run import Options, Work
from clipwise.errors import ClipwiseError

PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 100


@pytest.fixture
def studio(api: StubApi, monkeypatch: pytest.MonkeyPatch) -> Studio:
    """A server whose address and key are in the environment, where workers find them."""
    monkeypatch.setenv("CLIPWISE_API_KEY", KEY)
    monkeypatch.setenv("CLIPWISE_BASE_URL", api.url)
    return Studio(api)


@pytest.fixture
def cluster(studio: Studio) -> Iterator[Any]:
    """Two worker processes of this machine."""
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
        ) as running,
        distributed.Client(running) as client,
    ):
        yield client


def shown(lines: Any) -> list[tuple[Any, ...]]:
    return [(each.number, each.line, each.status, each.reason, bool(each.id)) for each in lines]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_two_workers_bring_the_same_results_line_for_line(cluster: Any, studio: Studio, tmp_path: Path) -> None:
    """Embedded and on a cluster: the same lines, one job for each spec, each file uploaded once, nothing run again."""
    (tmp_path / "a.png").write_bytes(PNG)
    specs = [{**each, "picture": "a.png"} for each in teasers(30)]
    specs += [{"format": "teaser", "line": 7}, {"format": "teaser", "line": "fails"}]
    studio.ends = lambda line: {"status": "failed" if line == "fails" else "completed", "error": "no"}
    here = batch(spec_file(tmp_path / "here.jsonl", *specs), concurrency=4).run()
    assert (len(studio.jobs), len(studio.uploads)) == (31, 1)
    heard: list[Any] = []
    there = batch(spec_file(tmp_path / "there.jsonl", *specs), concurrency=4, engine="dask").run(heard.append)
    assert shown(there) == shown(here)
    assert there.counts == {"completed": 30, "invalid": 1, "failed": 1}
    assert (len(studio.jobs), len(studio.uploads)) == (62, 2)
    assert {each.number for each in heard if isinstance(each, Line)} == set(range(1, 33)) - {31}
    again = batch(tmp_path / "there.jsonl", engine="dask").run()
    assert shown(again) == shown(there)
    assert len(studio.jobs) == 62


def part(studio: Studio, count: int) -> Part:
    works = [
        Work(Line(number, 0, "teaser", f"key-{number}", "sending"), spec)
        for number, spec in enumerate(teasers(count), 1)
    ]
    return Part(studio.api.url, tuple(works), Options())


def test_a_part_travels_without_a_key_of_the_api(studio: Studio) -> None:
    """It is pickled, run elsewhere, and what comes back is pickled too."""
    travelling = pickle.dumps(part(studio, 3))
    assert KEY.encode() not in travelling
    lines, stopped = pickle.loads(pickle.dumps(run_part(pickle.loads(travelling))))
    assert ([each.status for each in lines], stopped) == (["completed"] * 3, "")


def test_a_part_that_was_lost_is_run_again_without_second_jobs(studio: Studio) -> None:
    """Its keys came with it."""
    run_part(part(studio, 3))
    run_part(part(studio, 3))
    assert len(studio.jobs) == 3


def test_a_listener_is_awaited_whoever_runs_the_lines(
    api: StubApi, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine's results come in a thread; an async listener hears of them all the same."""
    monkeypatch.setattr("clipwise.batches.parts.mapped", lambda _, function, items: map(function, items))
    heard: list[Any] = []

    async def hear(event: Any) -> None:
        heard.append(event)

    with Clipwise(KEY, api.url) as client:
        assert client.batch(teasers(2), engine="dask").run(hear).ok
    assert [each.status for each in heard if isinstance(each, Line)] == ["completed", "completed"]


def test_a_part_that_stops_is_told_and_the_next_run_goes_on(
    api: StubApi, studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the workers did before is in the ledger."""
    monkeypatch.setattr("clipwise.batches.parts.mapped", lambda _, function, items: map(function, items))
    path = spec_file(tmp_path / "jobs.jsonl", *teasers(6))
    studio.trouble = lambda _: refused(401, "unauthorized", "who?") if len(studio.jobs) >= 2 else None
    with Clipwise(KEY, api.url) as client:
        with pytest.raises(ClipwiseError, match="part of the batch stopped: who"):
            client.batch(path, engine="dask", concurrency=2).run()
        studio.trouble = lambda _: None
        found = client.batch(path, engine="dask", concurrency=2, max_jobs=3).run()
        assert (found.counts, found.left_out) == ({"completed": 5, "sending": 1}, 1)
        assert client.batch(path, engine="dask").run().ok
    assert len(studio.jobs) == 6
