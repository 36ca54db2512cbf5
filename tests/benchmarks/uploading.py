"""One upload in a process of its own: `python -m tests.benchmarks.uploading ours|theirs URL FILE`.

Prints the seconds that it took, and the peak of the memory of this process, in MB.
"""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter

import httpx

from clipwise import Clipwise
from clipwise.effects import FilePart, Request
from clipwise.forms import Form

from .rows import peak_mb

KEY = "cw_live_" + "b" * 24
PNG = b"\x89PNG\r\n\x1a\n"


def ours(url: str, path: Path) -> None:
    """Upload it with a client."""
    with Clipwise(KEY, url) as client:
        assert client.uploads.create(path)["upload"]["id"] == "upl_1"


def theirs(url: str, path: Path) -> None:
    """Stream the same kind of body with httpx alone."""
    part = FilePart(path, path.stat().st_size, path.stat().st_mtime_ns, "image/png")
    form = Form(Request("POST", "", form=(("purpose", "image"),), file=part))
    headers = {"Authorization": f"Bearer {KEY}", **form.headers}
    with httpx.Client(trust_env=False) as bare:
        answer = bare.post(f"{url}/api/sdk/v1/uploads/", content=form.stream(), headers=headers, timeout=60)
        assert answer.json()["upload"]["id"] == "upl_1"


if __name__ == "__main__":
    side, url, file = sys.argv[1:]
    start = perf_counter()
    {"ours": ours, "theirs": theirs}[side](url, Path(file))
    seconds = perf_counter() - start
    print(seconds, peak_mb())
