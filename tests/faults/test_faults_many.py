"""Claims about money under fire: many jobs, random faults, killed processes; none lost, none doubled."""

from __future__ import annotations

import gc
import json
import os
import pickle
import random
import signal
import subprocess
import sys
import threading
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hands import KEY, Hands
from stub_api import CLOSE, HANG, RESET, Asked, Raw, Reply, StubApi, document, refused

import clipwise
from clipwise import Clipwise, errors
from clipwise.flows.context import Budget

MANY = int(os.environ.get("MANY_JOBS", "300"))
TEASER = document("teaser", {"name": "line", "type": "string"})


class Shop:
    """A server's memory of jobs: one for each key, whatever the network does before or after."""

    def __init__(self, share: float = 0.0) -> None:
        self.jobs: dict[str, str] = {}
        self._dice = random.Random(7)
        self._share = share
        self._lock = threading.Lock()

    def __call__(self, asked: Asked) -> Any:
        with self._lock:
            trouble = self._dice.random() < self._share
            before = self._dice.random() < 0.5
            if trouble and before:
                return self._dice.choice([refused(503), Reply(502, b"<p>"), Raw([RESET]), Raw([CLOSE])])
            assert asked.key is not None
            id = self.jobs.setdefault(asked.key, f"gen_{len(self.jobs)}")
            body = json.dumps({"id": id, "line": asked.json["line"]}).encode()
            if trouble:  # done, but nobody hears of it
                head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
                return self._dice.choice([Raw([RESET]), Raw([head + body[:9], CLOSE]), Raw([head[:20], RESET])])
            return Reply(200, body)


def many(hands: Hands, api: StubApi, count: int) -> tuple[Shop, dict[str, str]]:
    """Start jobs one after the other with 5 % of trouble; return the server's memory, and id -> line as it was told."""
    shop = Shop(0.05)
    api.on("GET", "formats/", {"formats": [TEASER]}).on("POST", "generations/", shop)
    client, told = hands.client(api.url), {}
    for number in range(count):
        started = hands.do(client.generate.teaser(line=str(number), validate=False))
        told[started.id] = started["line"]
        client._context.budget.give(Budget.FULL)  # the rate of trouble, not its sum, is what is tried here
        del api.asked[:]
    return shop, told


def test_no_job_is_lost_and_none_doubled(hands: Hands, api: StubApi) -> None:
    """Five hundred jobs at 5 % of trouble: the server has exactly five hundred, each told to whoever asked for it."""
    shop, told = many(hands, api, 500)
    assert len(shop.jobs) == len(told) == 500
    assert set(shop.jobs.values()) == set(told)
    assert sorted(told.values(), key=int) == [str(number) for number in range(500)]
    assert len(hands.slept) > 10


def in_use() -> tuple[int, int, int]:
    """Return how many threads, open files and bytes there are."""
    gc.collect()
    files = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0
    return threading.active_count(), files, tracemalloc.get_traced_memory()[0]


@pytest.mark.slow
def test_many_jobs_leave_nothing_behind(hands: Hands, api: StubApi) -> None:
    """Threads, open files and memory stay flat over as many jobs as there is patience for (MANY_JOBS)."""
    many(hands, api, 200)
    tracemalloc.start()
    try:
        before = in_use()
        shop, told = many(hands, api, MANY)
        after = in_use()
    finally:
        tracemalloc.stop()
    assert len(shop.jobs) == len(told) == MANY
    assert after[0] <= before[0] + 3
    assert after[1] <= before[1] + 6
    assert after[2] - before[2] < 8 * 2**20


STARTER = """
import sys, clipwise
print(clipwise.Clipwise(sys.argv[1], sys.argv[2]).generate.teaser(line="a", idempotency_key="mine").id)
"""


@pytest.mark.slow
def test_killed_between_request_and_answer_and_taken_up_again(api: StubApi) -> None:
    """After kill -9 the same key takes the job up: the server has one."""
    shop = Shop()
    api.on("GET", "formats/", {"formats": [TEASER]})
    api.on("POST", "generations/", lambda asked: (shop(asked), Raw([HANG]))[1], shop)
    command = [sys.executable, "-c", STARTER, KEY, api.url]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        until = time.monotonic() + 20
        while not shop.jobs and time.monotonic() < until:
            time.sleep(0.01)
        child.kill()
    assert child.returncode == -signal.SIGKILL
    again = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    assert (again.stdout.strip(), shop.jobs) == ("gen_0", {"mine": "gen_0"})


@pytest.mark.parametrize(
    "spoil", ["a file", b"{", b'{"name": "formats", "content": 5, "fetched": %d, "etag": ""}', "not there"]
)
def test_a_home_that_cannot_be_used_stops_nobody(
    hands: Hands, api: StubApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: str | bytes
) -> None:
    """Without a usable home the client works: only nothing is kept."""
    home = tmp_path / "home"
    if spoil == "a file":
        home.write_text("")
    monkeypatch.setenv("CLIPWISE_HOME", str(home))
    api.on("GET", "formats/", {"formats": [TEASER]}).on("POST", "generations/", {"id": "gen_1"})
    assert hands.do(hands.client(api.url).generate(format="teaser", line="a")).id == "gen_1"
    if isinstance(spoil, bytes):
        for kept in (home / "cache").rglob("*.json"):
            kept.write_bytes(spoil.replace(b"%d", b"%d" % time.time()))
    assert hands.do(hands.client(api.url).generate(format="teaser", line="a")).id == "gen_1"


def test_a_client_that_is_forgotten_leaves_no_warning(api: StubApi) -> None:
    """An unclosed client is collected with its connections."""
    api.on("GET", "formats/", {"formats": [TEASER]})
    client = Clipwise(KEY, api.url)
    client.formats.list()
    assert client.generate.teaser.format is not None
    del client
    gc.collect()


def _errors() -> list[errors.ClipwiseError]:
    problem = errors.Problem(("a", 1), "wrong_type", "takes text")
    made: list[errors.ClipwiseError] = [
        errors.ValidationError("quiz", [problem], hint="h"),
        errors.UnknownFormatError("x", ["y"]),
        errors.WaitTimeout("late", generation_id="gen_1"),
        errors.GenerationFailed("bad", generation={"id": "gen_1"}, code="c"),
    ]
    plain = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.ClipwiseError)
    ]
    special = {type(each) for each in made}
    return made + [kind("m", code="c", status_code=4, retry_after=1.5) for kind in plain if kind not in special]


@pytest.mark.parametrize("error", _errors(), ids=lambda error: type(error).__name__)
def test_errors_survive_a_process_pool(error: errors.ClipwiseError) -> None:
    """Every error comes back from another process as it was."""
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        twin = pickle.loads(pickle.dumps(error, protocol))
        assert (twin, type(twin), str(twin), vars(twin)) == (error, type(error), str(error), vars(error))
    assert type(error).__name__ in clipwise.__all__
