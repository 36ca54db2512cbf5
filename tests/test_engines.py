"""An engine does the same as a loop."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from clipwise.engines import mapped
from clipwise.errors import ConfigurationError
from clipwise.formats import bundled
from clipwise.specs import Source, blocks, judge, rules_of


def test_an_engine_that_nobody_knows_is_refused() -> None:
    """With the names of those that are known."""
    with pytest.raises(ConfigurationError, match="there is no engine 'spark'") as caught:
        mapped("spark", str, [1])
    assert caught.value.hint == "there are dask, ray"


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_two_workers_judge_as_one_does(tmp_path: Path) -> None:
    """Line for line the same results, in the same order, from two other processes."""
    distributed = pytest.importorskip("distributed")
    path = tmp_path / "jobs.jsonl"
    rows = [
        '{"format": "smart", "prompt": "Three habits"}',
        '{"format": "smart", "prompt": 7}',
        "{,",
        '{"format": "smart", "prompt": "x y", "avatar": "gone.png"}',
    ]
    path.write_text("\n".join(rows * 5000))
    source = Source(path)
    function = partial(judge, rules_of(source, bundled.catalog()))
    with contextlib.ExitStack() as stack:
        cluster = stack.enter_context(
            distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, processes=True)
        )
        client = stack.enter_context(distributed.Client(cluster))
        assert len(set(client.run(os.getpid).values()) - {os.getpid()}) == 2
        there = list(mapped("dask", function, blocks(source)))
    here = list(mapped("", function, blocks(source)))
    assert there == here
    assert sum(each.wrong for each in here) == 15_000


def test_no_more_is_read_than_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that is slow does not make the reader fill the memory."""
    from clipwise import engines

    read: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            read.append(number)
            yield number

    results = engines._in_order(lambda item: lambda: item * 2, items(), 4)
    assert [next(results) for _ in range(3)] == [0, 2, 4]
    assert len(read) == 6
