"""What a batch costs beside a loop that sends the same requests and knows nothing of ledgers, checks or trouble."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path

from .rows import Figure, Limit, Row
from .server import served

JOBS, TURNS = 10_000, 2
ROOT = Path(__file__).parents[2]


def one_side(side: str, url: str, folder: Path, turn: int) -> tuple[float, float]:
    """Run one side in a process of its own; return its seconds, and the peak of its memory in MB."""
    path = folder / f"{side}-{turn}.jsonl"
    with path.open("w") as file:
        for number in range(JOBS):
            script = f"I tried this for a week, and now I take it everywhere, even to place number {number}."
            spec = {"format": "ugc_video", "script": script, "avatar": "avatar_maya", "voice": "voice_heart"}
            file.write(json.dumps(spec) + "\n")
    command = [sys.executable, "-m", "tests.benchmarks.batching", side, url, str(path)]
    env = {**os.environ, "CLIPWISE_HOME": str(folder)}
    done = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True, timeout=600)
    seconds, peak = map(float, done.stdout.split())
    return seconds, peak


@lru_cache
def batches() -> tuple[Figure, Figure]:
    """Run both sides turn by turn; return the least times, and the memory of ours."""
    with tempfile.TemporaryDirectory() as folder, served() as url:
        turns = [[one_side(side, url, Path(folder), turn) for side in ("ours", "theirs")] for turn in range(TURNS)]
    ours, theirs = zip(*turns, strict=True)
    times = (min(seconds for seconds, _ in side) for side in (ours, theirs))
    return Figure(*times), Figure(max(peak for _, peak in ours), unit="MB")


ROWS = (
    Row(
        "10,000 jobs by batch, 64 in flight",
        "a bare httpx.AsyncClient loop",
        Limit("times", 1.4),
        lambda: batches()[0],
    ),
    Row("10,000 jobs by batch: peak memory", "", Limit("amount", 150), lambda: batches()[1]),
)
