"""Run a batch of many specs against a draft sandbox and kill -9 it on the way: one job for each spec, in the end.

    python scripts/soak_batch.py [--jobs 500] [--kills 3]

Every fifth spec names one of five pictures, each of which has to be uploaded once. Exit code 1 when a result or a job
is missing, a job was started twice, or a picture was uploaded again.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image
from sandbox_server import Server, free_port

from clipwise.sandbox.upkeep import status

THINGS = ("cup of tea", "red bicycle", "green bottle", "small house", "blue shoe", "yellow lamp", "tree", "camera")
PICTURES = 5
PATIENCE = 1800.0  # seconds


def written(folder: Path, jobs: int) -> Path:
    """Write the pictures and the specs; return the file of the specs."""
    for number in range(PICTURES):
        Image.new("RGB", (64, 64), (40 * number, 90, 200 - 30 * number)).save(folder / f"{number}.png")
    path = folder / "jobs.jsonl"
    with path.open("w") as file:
        for number in range(jobs):
            spec = {"format": "text_to_image", "prompt": f"A {THINGS[number % len(THINGS)]}, number {number}"}
            more = {"media_ids": [f"{number // 5 % PICTURES}.png"]} if number % 5 == 0 else {}
            file.write(json.dumps({**spec, **more}) + "\n")
    return path


def run(folder: Path, server: Server) -> subprocess.Popen[bytes]:
    """Start `clipwise batch run` in a folder of its own."""
    own = {
        "CLIPWISE_BASE_URL": server.base_url,
        "CLIPWISE_API_KEY": server.api_key,
        "CLIPWISE_HOME": str(folder / "home"),
    }
    command = [sys.executable, "-m", "clipwise", "batch", "run", "jobs.jsonl", "--concurrency", "16"]
    return subprocess.Popen(command, cwd=folder, env={**os.environ, **own})


def until(data_dir: Path, completed: int) -> None:
    """Wait until so many jobs are completed."""
    deadline = time.monotonic() + PATIENCE
    while status(data_dir)["jobs"].get("completed", 0) < completed:
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {PATIENCE:.0f} s: {status(data_dir)['jobs']}")
        time.sleep(0.1)


def soak(folder: Path, jobs: int, kills: int) -> dict[str, object]:
    """Run the batch with that many kills, spread evenly over the work; return what became of it."""
    start, data_dir = time.monotonic(), folder / "sandbox"
    path = written(folder, jobs)
    with Server(data_dir, free_port(), workers=2) as server:
        for number in range(1, kills + 1):
            process = run(folder, server)
            until(data_dir, jobs * number // (kills + 1))
            process.kill()
            process.wait()
        code = run(folder, server).wait(PATIENCE)
        uploads = server.http.get("uploads/", params={"limit": 100}).json()
    rows = [
        json.loads(line) for line in (path.with_name(f"{path.name}.out") / "results.jsonl").read_text().splitlines()
    ]
    found = status(data_dir)["jobs"]
    return {
        "exit_code": code,
        "results": len(rows),
        "completed": sum(row["status"] == "completed" for row in rows),
        "files": sum(Path(folder / name).stat().st_size > 0 for row in rows for name in row["files"]),
        "distinct_jobs": len({row["id"] for row in rows}),
        "jobs_on_the_server": sum(found.values()),
        "uploads": uploads.get("pagination", {}).get("total", len(uploads.get("items", []))),
        "seconds": round(time.monotonic() - start, 1),
    }


def main() -> int:
    """Run the soak and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=500)
    parser.add_argument("--kills", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = soak(Path(folder), given.jobs, given.kills)
    print(json.dumps({"jobs": given.jobs, "kills": given.kills, **found}, indent=2))
    whole = {"results", "completed", "files", "distinct_jobs", "jobs_on_the_server"}
    good = all(found[name] == given.jobs for name in whole) and found["uploads"] == min(PICTURES, given.jobs)
    return 0 if good and found["exit_code"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
