"""One client in many hands, forgotten, or left to a resolver that hangs: no deadlock, no leak, nothing twice."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import socket
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from hands import KEY, Hands
from stub_api import RESET, Asked, Raw, Reply, StubApi, document, refused

from clipwise import AsyncClipwise
from clipwise.errors import APIError, ClipwiseError, ConnectionFailed

PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 100
PICTURE = {"name": "picture", "type": "string", "accepts": ["image"], "resource_type": "product_images"}
TEASER = document("teaser", {"name": "line", "type": "string"}, optional=[PICTURE])
UPLOAD = "resources/product_images/upload/"
POLL = "generations/gen_1/"
DONE = {"generation": {"id": "gen_1", "status": "completed"}}


class Shop:
    """A server's memory: one job for each key; every poll finds its job, done at the second look."""

    def __init__(self, api: StubApi) -> None:
        self.jobs: dict[str, tuple[str, Any]] = {}
        self._api = api
        self._lock = threading.Lock()
        api.on("GET", "formats/", {"formats": [TEASER]}).on("POST", "generations/", self)

    def __call__(self, asked: Asked) -> Any:
        with self._lock:
            assert asked.key is not None
            id, _ = self.jobs.setdefault(asked.key, (f"gen_{len(self.jobs)}", asked.json))
            states = [{"id": id, "status": status} for status in ("queued", "completed")]
            self._api.on("GET", f"generations/{id}/", *states)
            return Reply(200, {"id": id, "status": "queued", "line": asked.json["line"]})


def test_thirty_two_at_once_share_a_client(hands: Hands, api: StubApi) -> None:
    """32 threads, or tasks, which each start and wait for four jobs: each is told of its own, and nothing is left."""
    shop = Shop(api)
    client = hands.client(api.url, real_sleep=True)
    hands.do(client.formats.list())
    before = threading.active_count()

    def four(name: int) -> Any:
        lines = [f"{name}-{number}" for number in range(4)]
        if hands.kind == "blocking":
            jobs = [client.generate.teaser(line=line) for line in lines]
            return [(job.wait(interval=0.01).status, job["line"]) for job in jobs], lines

        async def work() -> Any:
            jobs = [await client.generate.teaser(line=line) for line in lines]
            return [((await job.wait(interval=0.01)).status, job["line"]) for job in jobs], lines

        return work()

    begun = time.monotonic()
    for told, lines in hands.together([lambda name=name: four(name) for name in range(32)]):
        assert told == [("completed", line) for line in lines]
    assert time.monotonic() - begun < 20
    assert sorted(body["line"] for _, body in shop.jobs.values()) == sorted(
        f"{name}-{number}" for name in range(32) for number in range(4)
    )
    end = time.monotonic() + 5
    while len(api._open) > 32 and time.monotonic() < end:
        time.sleep(0.02)
    assert len(api._open) <= 32
    assert threading.active_count() <= before + 32 + 2 + (os.cpu_count() or 1) + 4  # the stub's, and asyncio's pool


# --- the same file at once --------------------------------------------------------------------------------------------


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """The same picture under eight names."""
    paths = [tmp_path / f"{number}.png" for number in range(8)]
    for path in paths:
        path.write_bytes(PNG)
    return paths


def test_the_same_new_file_is_uploaded_once(hands: Hands, api: StubApi, pictures: list[Path]) -> None:
    """Eight jobs at once with one content that is new to the server: one upload, eight jobs with its id."""
    shop = Shop(api)
    api.on("POST", UPLOAD, lambda _: (time.sleep(0.3), {"resource": {"id": "res_1"}})[1])
    client = hands.client(api.url, real_sleep=True)
    jobs = hands.together([lambda path=path: client.generate.teaser(line=path.name, picture=path) for path in pictures])
    assert sorted(job.id for job in jobs) == [f"gen_{number}" for number in range(8)]
    assert [body["picture"] for _, body in shop.jobs.values()] == ["res_1"] * 8
    assert len(api.of("POST", UPLOAD)) == 1
    assert client._context.uploading == {}


def test_an_upload_that_fails_holds_up_nobody(hands: Hands, api: StubApi, pictures: list[Path]) -> None:
    """When the one who sends the file fails, the others send it for themselves."""
    Shop(api)
    answers = [lambda _: (time.sleep(0.2), refused(413, "too_large", "too large"))[1], {"resource": {"id": "res_1"}}]
    api.on("POST", UPLOAD, *answers)
    client = hands.client(api.url, real_sleep=True)
    got = hands.together([lambda path=path: client.generate.teaser(line="a", picture=path) for path in pictures])
    assert [each.status_code for each in got if isinstance(each, APIError)] == [413]
    assert len({each.id for each in got if not isinstance(each, APIError)}) == 7
    assert client._context.uploading == {}


def test_an_upload_that_is_abandoned_holds_up_nobody(api: StubApi, pictures: list[Path]) -> None:
    """A task that is cancelled while it sends the file leaves it to the next."""
    Shop(api)
    reached = threading.Event()
    slow = [lambda _: (reached.set(), time.sleep(0.3), Raw([RESET]))[2], {"resource": {"id": "res_1"}}]
    api.on("POST", UPLOAD, *slow)

    async def main() -> str:
        async with AsyncClipwise(KEY, api.url) as client:
            first = asyncio.create_task(client.generate.teaser(line="a", picture=pictures[0]))
            while not reached.is_set():
                await asyncio.sleep(0.01)
            second = asyncio.create_task(client.generate.teaser(line="b", picture=pictures[1]))
            await asyncio.sleep(0.1)
            first.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await first
            return (await second).id

    assert asyncio.run(main()) == "gen_0"


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


# --- forgotten --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["in its loop", "after its loop"])
def test_an_async_client_that_is_forgotten_leaves_nothing(api: StubApi, when: str) -> None:
    """Never closed: no warning (which is an error here), no connection and no file left."""
    api.on("GET", POLL, DONE)
    held: list[Any] = []
    gc.collect()
    before = open_files()

    async def main() -> None:
        client = AsyncClipwise(KEY, api.url)
        await client.generations.retrieve("gen_1")
        held.append(client)
        del client
        if when == "in its loop":
            held.clear()
            gc.collect()
            await asyncio.sleep(0.1)
            await gone()

    async def gone() -> None:
        end = time.monotonic() + 5
        while len(api._open) and time.monotonic() < end:
            await asyncio.sleep(0.02)
        assert len(api._open) == 0

    asyncio.run(main())
    held.clear()
    gc.collect()
    end = time.monotonic() + 5
    while open_files() > before and time.monotonic() < end:
        time.sleep(0.02)
    assert open_files() <= before


PROGRAM = """
import asyncio, sys, clipwise

async def main():
    client = clipwise.AsyncClipwise(sys.argv[1], sys.argv[2])
    print((await client.generations.retrieve("gen_1"))["generation"]["status"])
    globals()["kept"] = client

asyncio.run(main())
"""


def test_a_program_that_never_closes_its_client_ends_without_a_word(api: StubApi) -> None:
    """With every warning of Python turned on."""
    api.on("GET", POLL, DONE)
    line = [sys.executable, "-X", "dev", "-W", "always", "-c", PROGRAM, KEY, api.url]
    ran = subprocess.run(line, capture_output=True, text=True, timeout=30, check=False)
    ours = [row for row in ran.stderr.splitlines() if "unclosed" in row or "Traceback" in row or "never" in row]
    assert (ran.returncode, ran.stdout, ours) == (0, "completed\n", [])


# --- names of hosts ---------------------------------------------------------------------------------------------------


def resolving(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    """Let the system's resolver answer in another way."""
    plain = socket.getaddrinfo

    def found(host: Any, port: Any, *args: Any, **more: Any) -> Any:
        return answer(port) if host == "api.example" else plain(host, port, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", found)


def test_a_resolver_that_hangs_is_given_up(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is not resolved in time: an error that says so; nobody waits for the resolver, not even the end."""
    over = threading.Event()
    resolving(monkeypatch, lambda _: over.wait(20) and [])
    begun = time.monotonic()
    client = hands.client("http://api.example", timeout=0.3)
    with pytest.raises(ConnectionFailed, match=r"api\.example.*not resolved in time"):
        hands.do(client.generations.retrieve("gen_1"))
    hands.do(client.close())
    assert time.monotonic() - begun < 4 * 0.3 + 1
    over.set()


HANGS = """
import socket, sys, time
from clipwise.cli import main
socket.getaddrinfo = lambda *_, **__: time.sleep(60)
sys.exit(main(["status", "gen_1", "--base-url", "http://api.example", "--api-key", "some-key", "--timeout", "0.3"]))
"""


def test_a_resolver_that_hangs_keeps_no_person_waiting() -> None:
    """The command ends in time, though the resolver is still at it."""
    begun = time.monotonic()
    line = [sys.executable, "-c", textwrap.dedent(HANGS)]
    ran = subprocess.run(line, capture_output=True, text=True, timeout=30, check=False)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "'api.example' was not resolved in time" in ran.stderr
    assert time.monotonic() - begun < 4 * 0.3 + 3


def test_every_address_of_a_name_is_tried(hands: Hands, api: StubApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first address refuses, the second answers: nobody notices."""
    row = socket.AF_INET, socket.SOCK_STREAM, 6, ""
    resolving(monkeypatch, lambda port: [(*row, ("127.0.0.9", port)), (*row, ("127.0.0.1", port))])
    api.on("GET", POLL, DONE)
    client = hands.client(f"http://api.example:{api.port}")
    assert hands.do(client.generations.retrieve("gen_1")) == DONE
    assert (hands.slept, api.connections) == ([], 1)


@pytest.mark.parametrize("found", [OSError(-2, "Name or service not known"), []], ids=["unknown", "no address"])
def test_a_name_without_an_address_is_an_error(hands: Hands, monkeypatch: pytest.MonkeyPatch, found: Any) -> None:
    """What the resolver says is told, with the host."""

    def answer(_: Any) -> Any:
        if isinstance(found, OSError):
            raise found
        return found

    resolving(monkeypatch, answer)
    with pytest.raises(ClipwiseError, match=r"api\.example"):
        hands.do(hands.client("http://api.example").generations.retrieve("gen_1"))
