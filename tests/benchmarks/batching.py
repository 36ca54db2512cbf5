"""One side of the row about batches, in a process of its own: `python -m tests.benchmarks.batching SIDE URL FILE`.

Prints the seconds and the peak of memory in MB.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

import httpx

from .rows import peak_mb

KEY = "cw_live_" + "b" * 24
IN_FLIGHT = 64


def ours(url: str, path: Path) -> None:
    """Run the file as a batch, from nothing to its results."""
    from clipwise import Clipwise

    with Clipwise(KEY, url) as client:
        found = client.batch(path, concurrency=IN_FLIGHT).run()
    assert found.ok
    assert len({each.id for each in found}) == len(found)


def theirs(url: str, path: Path) -> None:
    """Send the same requests, and nothing else."""
    asyncio.run(_bare(url, path))


async def _bare(url: str, path: Path) -> None:
    specs = enumerate(map(json.loads, path.read_text().splitlines()))
    headers = {"Authorization": f"Bearer {KEY}", "Accept": "application/json"}
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=100)
    async with httpx.AsyncClient(headers=headers, trust_env=False, limits=limits, timeout=30) as http:

        async def worker() -> None:
            for number, spec in specs:
                started = await http.post(
                    f"{url}/api/sdk/v1/generations/", json=spec, headers={"Idempotency-Key": f"key-{number}"}
                )
                told = await http.get(f"{url}/api/sdk/v1/generations/{started.json()['id']}/")
                assert told.json()["generation"]["status"] == "completed"

        await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))


if __name__ == "__main__":
    side, url, file = sys.argv[1:]
    start = time.perf_counter()
    {"ours": ours, "theirs": theirs}[side](url, Path(file))
    print(time.perf_counter() - start, peak_mb())
