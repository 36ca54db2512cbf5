"""Measure what the sandbox promises: how long a film takes, how it answers while it renders, and its memory.

    a draft ugc_video of 15 words in at most 1.5 times its length, a preview in at most 4 times
    200 status polls a second while two jobs render, the slowest 1 % within 100 ms
    less than 700 MB for the server and its workers

Prints a table; exit code 1 when a promise is not kept. Run it on an idle machine with 2 cores. Linux only.
"""

from __future__ import annotations

import argparse
import http.client
import os
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox_server import API, Server

SCRIPT = "I tried this little serum for a week, and now I take it absolutely everywhere."
LONG = " ".join(["This sentence is said again and again, so that the film takes a while."] * 8)
FACTORS = {"draft": 1.5, "preview": 4.0}
RATE, ASKERS = 200, 4  # polls a second, and the connections that share them
SLOWEST, MEMORY = 0.100, 700e6


@dataclass(frozen=True)
class Row:
    """One figure beside the most that it may be."""

    what: str
    figure: float
    most: float | None
    unit: str

    @property
    def good(self) -> bool:
        """Whether the promise is kept; a figure without a limit promises nothing."""
        return self.most is None or self.figure <= self.most

    def __str__(self) -> str:
        limit = "" if self.most is None else f"<= {self.most:g} {self.unit}"
        return f"{self.what:<58} {self.figure:>8.1f} {self.unit:<3} {limit:<12} {'' if self.good else 'NOT KEPT'}"


def films(folder: Path, quality: str) -> Iterator[Row]:
    """Time two films of 15 words, from the request to the end: the worker has to start for the first."""
    with Server(folder / quality, quality=quality) as server:
        for which in ("first", "second"):
            start = time.monotonic()
            job = server.until(server.create({"format": "ugc_video", "script": SCRIPT}), "completed")
            took, length = time.monotonic() - start, float(job["outputs"]["duration"])
            yield Row(f"{quality} of {length:.1f} s, {which}: {took:.1f} s, times its length", took / length,
                      FACTORS[quality], "x")  # fmt: skip
        yield Row(f"{quality}: memory afterwards", server.memory()[0] / 1e6, MEMORY / 1e6, "MB")


def polls(folder: Path, quality: str, seconds: float) -> Iterator[Row]:
    """Poll the status of two jobs that are being rendered, and look at the memory that this takes."""
    with Server(folder / f"polls-{quality}", quality=quality, workers=2) as server:
        ids = [server.create({"format": "ugc_video", "script": LONG}) for _ in range(2)]
        for id in ids:
            server.until(id, "running")
        late = polled(server, ids, seconds)
        resident, shared = server.memory()
        running = sum(server.job(id)["status"] == "running" for id in ids)
        for id in ids:
            server.http.post(f"generations/{id}/cancel/")
    yield Row(f"{quality}: polls a second, with {running} jobs still at work", len(late) / seconds, None, "/s")
    for name, share, most in (("half", 0.5, None), ("99 %", 0.99, SLOWEST), ("all", 1.0, None)):
        value = sorted(late)[min(len(late) - 1, int(len(late) * share))]
        yield Row(f"{quality}: {name} answered within", value * 1e3, most and most * 1e3, "ms")
    yield Row(f"{quality}: most memory of each, two workers, added", resident / 1e6, MEMORY / 1e6, "MB")
    yield Row(f"{quality}: at the end, shared pages counted once", shared / 1e6, MEMORY / 1e6, "MB")


def polled(server: Server, ids: Sequence[str], seconds: float) -> list[float]:
    """Ask RATE times a second; return how long after its due time each answer was there."""
    late: list[float] = []
    start = time.monotonic() + 0.1
    askers = [threading.Thread(target=_ask, args=(server, ids, late, start, each, seconds)) for each in range(ASKERS)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    return late


def _ask(server: Server, ids: Sequence[str], late: list[float], start: float, which: int, seconds: float) -> None:
    host, _, port = server.base_url.removeprefix("http://").partition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    headers = {"Authorization": f"Bearer {server.api_key}"}
    for number in range(which, int(RATE * seconds), ASKERS):
        due = start + number / RATE
        time.sleep(max(0.0, due - time.monotonic()))
        connection.request("GET", f"{API}generations/{ids[number % len(ids)]}/", headers=headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200
        late.append(time.monotonic() - due)
    connection.close()


def main() -> int:
    """Measure everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10, help="how long to poll")
    seconds: float = parser.parse_args().seconds
    print(f"load average before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    good = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for rows in (*(films(folder, each) for each in FACTORS), *(polls(folder, each, seconds) for each in FACTORS)):
            for row in rows:
                print(row, flush=True)
                good = good and row.good
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
