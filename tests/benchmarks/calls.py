"""What a call costs beside the same request by a bare pooled httpx client, to a server in another process."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path
from statistics import median

import httpx

from clipwise import Clipwise

from .rows import Figure, Limit, Row, in_turn
from .server import served
from .uploading import KEY, PNG

INPUTS = {"script": "I tried this for a week, and now I take it everywhere.", "product_type": "running shoe"}
CALLS = 2_000
SIZE, UPLOADS = 2 * 2**30, 4
ROOT = Path(__file__).parents[2]
HEADERS = {"Authorization": f"Bearer {KEY}", "Accept": "application/json"}


def client(url: str, home: str) -> Clipwise:
    """Return a client that keeps what it keeps in a folder, and asks for no documents."""
    os.environ["CLIPWISE_HOME"] = home
    return Clipwise(KEY, url, catalog=Path(home) / "catalog")


def of_call() -> Figure:
    """Measure a checked job against its bare POST; both keep their connection."""
    with tempfile.TemporaryDirectory() as home, served() as url, httpx.Client(headers=HEADERS, trust_env=False) as bare:
        Clipwise(offline=True).formats.export(Path(home) / "catalog")
        with client(url, home) as own:
            body = {"format": "ugc_video", **INPUTS}

            def ours() -> None:
                assert own.generate.ugc_video(**INPUTS).id.startswith("gen_")

            def theirs() -> None:
                headers = {"Idempotency-Key": os.urandom(16).hex()}
                answer = bare.post(f"{url}/api/sdk/v1/generations/", json=body, headers=headers)
                assert answer.json()["generation"]["id"].startswith("gen_")

            return in_turn(ours, theirs, CALLS, median)


@lru_cache
def uploaded() -> tuple[Figure, Figure]:
    """Upload a file of 2 GiB that takes no room on the disk, turn by turn; return the least times, and the memory."""
    with tempfile.TemporaryDirectory() as home, served() as url:
        file = Path(home) / "large.png"
        with file.open("wb") as large:
            large.write(PNG)
            large.truncate(SIZE)
        warmed(file)
        turns = [(one_upload("ours", url, file), one_upload("theirs", url, file)) for _ in range(UPLOADS)]
    ours, theirs = zip(*turns, strict=True)
    times = (min(seconds for seconds, _ in side) for side in (ours, theirs))
    return Figure(*times), Figure(max(peak for _, peak in ours), min(peak for _, peak in theirs), "MB")


def warmed(file: Path) -> None:
    """Read the file once, so that no side has to wait for the disk."""
    with file.open("rb") as large:
        while large.read(2**20):
            pass


def one_upload(side: str, url: str, file: Path) -> tuple[float, float]:
    """Upload the file in a process of its own; return its seconds, and the peak of its memory in MB."""
    command = [sys.executable, "-m", "tests.benchmarks.uploading", side, url, str(file)]
    env = {**os.environ, "CLIPWISE_HOME": str(file.parent)}
    done = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True, timeout=300)
    seconds, peak = map(float, done.stdout.split())
    return seconds, peak


BARE = "bare httpx streaming it"
ROWS = (
    Row("client.generate.x(…), checked, warm", "the same POST by bare httpx", Limit("times", 1.25), of_call),
    Row("uploading 2 GiB", BARE, Limit("times", 1.15), lambda: uploaded()[0]),
    Row("uploading 2 GiB: peak memory", BARE, Limit("more", 30), lambda: uploaded()[1]),
)
