"""Queue many drafts of text_to_image and kill -9 the server with its workers in between: each is finished once.

Jobs are accepted while others are rendered and while the server dies; who asks repeats with the same key.
Exit code 1 when a job is missing, failed, or was finished twice. Linux only.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx
from sandbox_server import Server, free_port

from clipwise.sandbox.upkeep import status

THINGS = ("cup of tea", "red bicycle", "green bottle", "small house", "blue shoe", "yellow lamp", "tree", "camera")
PATIENCE = 3600.0  # seconds


@dataclass(frozen=True)
class Soak:
    """What became of the jobs."""

    jobs: int
    kills: int
    accepted: int
    completed: int
    duplicates: int
    lost: int
    seconds: float

    @property
    def good(self) -> bool:
        """Whether every job was finished exactly once."""
        return (self.accepted, self.completed, self.duplicates, self.lost) == (self.jobs, self.jobs, 0, 0)


class _Requester(threading.Thread):
    """Asks for the jobs one after another, and again, with the same key, when no answer came."""

    def __init__(self, url: str, key: str, jobs: int) -> None:
        super().__init__(daemon=True)
        self.ids: list[str] = []
        self._url, self._key, self._jobs = url, key, jobs

    def run(self) -> None:
        headers = {"Authorization": f"Bearer {self._key}"}
        with httpx.Client(headers=headers, timeout=30, trust_env=False) as http:
            for number in range(self._jobs):
                self.ids.append(self._ask(http, number))

    def _ask(self, http: httpx.Client, number: int) -> str:
        body = {"format": "text_to_image", "prompt": f"A {THINGS[number % len(THINGS)]}, number {number}"}
        while True:
            try:
                answer = http.post(self._url, json=body, headers={"Idempotency-Key": f"soak-{number}"})
                return str(answer.raise_for_status().json()["id"])
            except httpx.TransportError:
                time.sleep(0.2)


def soak(data_dir: Path, jobs: int, kills: int, workers: int = 2) -> Soak:
    """Run the jobs on a new data folder with that many kills, spread evenly over the work."""
    start, port = time.monotonic(), free_port()
    server = Server(data_dir, port, workers=workers)
    requester = _Requester(f"{server.base_url}/api/sdk/v1/generations/", server.api_key, jobs)
    requester.start()
    for number in range(1, kills + 1):
        _until(data_dir, jobs * number // (kills + 1))
        server.kill()
        server = Server(data_dir, port, workers=workers)
    with server:
        requester.join(PATIENCE)
        _until(data_dir, jobs)
        return _judged(server, requester.ids, data_dir, jobs, kills, time.monotonic() - start)


def _until(data_dir: Path, ended: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        found = status(data_dir)["jobs"]
        if found["completed"] + found["failed"] >= ended:
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {PATIENCE:.0f} s: {found}")
        time.sleep(0.25)


def _judged(server: Server, ids: list[str], data_dir: Path, jobs: int, kills: int, seconds: float) -> Soak:
    """Ask the API what there is: each job, and the pictures that came of it."""
    done = {id for id in ids if _whole(server, id)}
    made: Counter[str] = Counter()
    page, more = 1, True
    while more:
        answer = server.http.get("resources/generated_media/", params={"page": page, "limit": 100}).json()
        made.update(str(each["generation_id"]) for each in answer["items"])
        page, more = page + 1, bool(answer["pagination"]["has_next"])
    folders = sum(1 for _ in (data_dir / "outputs").iterdir())
    twice = sum(made.values()) - len(made) + max(0, folders - len(made)) + len(ids) - len(set(ids))
    return Soak(jobs, kills, len(set(ids)), len(done), twice, len(set(ids) - set(made)), round(seconds, 1))


def _whole(server: Server, id: str) -> bool:
    """Whether a job is completed, with one file that can be downloaded whole."""
    job = server.job(id)
    if job["status"] != "completed":
        return False
    (file,) = job["outputs"]["files"]
    return len(server.http.get(file["url"]).content) == int(file["bytes"])


def main() -> int:
    """Run the soak and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = soak(Path(folder) / "data", options.jobs, options.kills, options.workers)
    for name, value in asdict(found).items():
        print(f"{name:<11} {value}")
    return 0 if found.good else 1


if __name__ == "__main__":
    raise SystemExit(main())
