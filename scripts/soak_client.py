"""Ten thousand creates at 5 % of trouble, 32 in flight, against a stub server in another process.

    python scripts/soak_client.py [--jobs 10000] [--in-flight 32] [--trouble 0.05] [--kind blocking|async] [--limit 600]

Prints what became of the jobs, and what the client held at 10 %, 50 % and 100 % of them. Exits with 1 when a job was
lost or doubled, when connections, threads or files grew, or memory by more than 20 MB between 10 % and the end.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
KEY = "cw_live_" + "s" * 24
MARKS = (0.1, 0.5, 1.0)
GROWTH_MB = 20.0
WORK_S = 0.02  # what the server takes for a job, so that many are in flight
SLACK = 16  # connections, threads and files that may come and go: an idle connection more or less is no leak


# --- the server, in a process of its own ------------------------------------------------------------------------------


def serve(trouble: float, seed: int) -> None:
    """Serve until standard input is closed; the first line says where."""
    from stub_api import RESET, Asked, Raw, Reply, StubApi, document, refused

    dice, lock = random.Random(seed), threading.Lock()
    jobs: dict[str, str] = {}
    seen = {"requests": 0, "troubles": 0, "without_key": 0}

    def create(asked: Asked) -> Any:
        with lock:
            api.asked.clear()
            seen["requests"] += 1
            seen["without_key"] += asked.key is None
            kind = dice.choice(("429", "503", "before", "after", "truncated")) if dice.random() < trouble else ""
            seen["troubles"] += bool(kind)
            pause = dice.uniform(0, 2 * WORK_S)
        time.sleep(pause)
        with lock:
            if kind in ("429", "503"):
                return refused(int(kind), "busy", "busy", Retry_After="1")
            if kind == "before":
                return Raw([RESET])
            id = jobs.setdefault(asked.key or f"nobody's-{len(jobs)}", f"gen_{len(jobs)}")
        body = json.dumps({"generation": {"id": id, "status": "queued"}, "line": asked.json["line"]}).encode()
        if kind == "after":
            return Raw([RESET])
        if kind == "truncated":
            return Raw([b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body[: len(body) // 2], RESET])
        return Reply(200, body)

    with StubApi() as api:
        api.on("GET", "formats/", {"formats": [document("teaser", {"name": "line", "type": "string"})]})
        api.on("POST", "generations/", create)
        api.on("GET", "/told", lambda _: {"jobs": jobs, "connections": api.connections, **seen})
        print(api.url, flush=True)
        sys.stdin.read()


@contextlib.contextmanager
def server(trouble: float, seed: int) -> Iterator[str]:
    command = [sys.executable, __file__, "--serve", "--trouble", str(trouble), "--seed", str(seed)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None and child.stdout is not None
        try:
            yield child.stdout.readline().strip()
        finally:
            child.stdin.close()
            child.wait(30)


# --- the client -------------------------------------------------------------------------------------------------------


def held() -> dict[str, float]:
    """Return what this process holds."""
    gc.collect()
    links = []
    for each in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            links.append(os.readlink(each))  # noqa: PTH115  (sockets have no path)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return {
        "connections": sum(link.startswith("socket:") for link in links),
        "threads": threading.active_count(),
        "files": len(links),
        "memory_mb": round(pages * os.sysconf("SC_PAGESIZE") / 2**20, 1),
    }


class Tally:
    """Which job was told to whom, and what was held on the way."""

    def __init__(self, total: int) -> None:
        self.told: dict[int, str] = {}
        self.wrong = self.resumed = 0
        self.marks: list[dict[str, float]] = []
        self._at = [max(1, int(total * mark)) for mark in MARKS]
        self._lock = threading.Lock()

    def done(self, number: int, job: Any) -> None:
        with self._lock:
            self.told[number] = job.id
            self.wrong += job["line"] != str(number)
            if len(self.told) in self._at:
                self.marks.append({"done": len(self.told), **held()})


def blocking(url: str, total: int, in_flight: int, tally: Tally, late: Callable[[], bool]) -> None:
    from clipwise import Clipwise, ClipwiseError

    def one(number: int) -> None:
        key = None
        while not late():
            try:
                tally.done(number, client.generate.teaser(line=str(number), idempotency_key=key))
            except ClipwiseError as error:  # four times in a row: a person goes on with the key, if there is one
                key = error.idempotency_key
                tally.resumed += 1
            else:
                return

    with Clipwise(KEY, url) as client, ThreadPoolExecutor(in_flight) as pool:
        client.formats.list()
        for _ in pool.map(one, range(total)):
            pass


def asynchronous(url: str, total: int, in_flight: int, tally: Tally, late: Callable[[], bool]) -> None:
    from clipwise import AsyncClipwise, ClipwiseError

    async def work(client: AsyncClipwise, numbers: Iterator[int]) -> None:
        for number in numbers:
            key = None
            while not late():
                try:
                    tally.done(number, await client.generate.teaser(line=str(number), idempotency_key=key))
                except ClipwiseError as error:
                    key = error.idempotency_key
                    tally.resumed += 1
                else:
                    break

    async def main() -> None:
        async with AsyncClipwise(KEY, url) as client:
            await client.formats.list()
            numbers = iter(range(total))
            await asyncio.gather(*(work(client, numbers) for _ in range(in_flight)))

    asyncio.run(main())


def report(kind: str, total: int, tally: Tally, server_said: dict[str, Any], seconds: float) -> bool:
    """Print the figures; return whether all is as it must be."""
    jobs, told = server_said["jobs"], set(tally.told.values())
    lost = total - len(told & set(jobs.values()))
    doubled = len(jobs) - len(told)
    first, last = tally.marks[0], tally.marks[-1]
    growth = round(last["memory_mb"] - first["memory_mb"], 1)
    print(f"{kind}: {total} creates in {seconds:.0f} s, {server_said['troubles']} troubles in", end=" ")
    print(f"{server_said['requests']} requests over {server_said['connections']} connections")
    print(f"jobs {len(jobs)}, lost {lost}, doubled {doubled}, wrong answers {tally.wrong}", end=", ")
    print(f"without a key {server_said['without_key']}, taken up by hand {tally.resumed}")
    for mark in tally.marks:
        print(
            "at {done:>6}: {connections} connections, {threads} threads, {files} files, {memory_mb} MB".format(**mark)
        )
    print(f"memory grew by {growth} MB between {MARKS[0]:.0%} and the end")
    flat = all(last[name] - first[name] <= SLACK for name in ("connections", "threads", "files"))
    good = (lost, doubled, tally.wrong, server_said["without_key"]) == (0, 0, 0, 0) and len(tally.marks) == len(MARKS)
    return good and flat and growth < GROWTH_MB


def main() -> int:
    """Run the soak and return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--in-flight", type=int, default=32)
    parser.add_argument("--trouble", type=float, default=0.05)
    parser.add_argument("--kind", choices=("blocking", "async"), default="blocking")
    parser.add_argument("--limit", type=float, default=600.0, help="seconds after which no job is begun any more")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(given.trouble, given.seed)
        return 0
    tally, begun = Tally(given.jobs), time.monotonic()
    run = blocking if given.kind == "blocking" else asynchronous
    with tempfile.TemporaryDirectory() as home, server(given.trouble, given.seed) as url:
        os.environ["CLIPWISE_HOME"] = home
        run(url, given.jobs, given.in_flight, tally, lambda: time.monotonic() - begun > given.limit)
        if not tally.marks:
            print("not a tenth was done in time")
            return 1
        with urllib.request.urlopen(f"{url}/told") as answer:
            server_said = json.load(answer)
    return 0 if report(given.kind, given.jobs, tally, server_said, time.monotonic() - begun) else 1


if __name__ == "__main__":
    sys.exit(main())
