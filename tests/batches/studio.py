"""A small API for batches: one job for each key, uploads counted, and trouble where a test wants it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from stub_api import Asked, Reply, StubApi, document

MEDIA = b"a film, or what passes for one"
TEASER = document(
    "teaser",
    {"name": "line", "type": "string"},
    optional=[{"name": "picture", "type": "string", "accepts": ["image"], "resource_type": "product_images"}],
)


class Studio:
    """Jobs are completed when they are first asked for, unless `ends` says otherwise of their line."""

    def __init__(self, api: StubApi) -> None:
        self.api = api
        self.jobs: dict[str, str] = {}  # key -> id
        self.bodies: dict[str, dict[str, Any]] = {}  # id -> body
        self.uploads: list[str] = []
        self.trouble: Callable[[Asked], Any] = lambda _: None  # an answer instead of the job
        self.after: Callable[[Asked], Any] = lambda _: None  # an answer after the job was started
        self.ends: Callable[[str], dict[str, Any]] = lambda _: {"status": "completed"}
        self._lock = threading.Lock()
        api.on("GET", "formats/", {"formats": [TEASER]})
        api.on("POST", "generations/", self._create)
        api.on("POST", "resources/product_images/upload/", self._upload)
        api.on("GET", "/media/film.mp4", Reply(200, MEDIA, {"Content-Type": "video/mp4"}))

    @property
    def lines(self) -> list[str]:
        """The line of every job, sorted."""
        return sorted(body["line"] for body in self.bodies.values())

    def _create(self, asked: Asked) -> Any:
        trouble = self.trouble(asked)
        if trouble is not None:
            return trouble
        with self._lock:
            assert asked.key is not None
            new = asked.key not in self.jobs
            id = self.jobs.setdefault(asked.key, f"gen_{len(self.jobs) + 1}")
            if new:
                self.bodies[id] = asked.json
                self.api.on("GET", f"generations/{id}/", lambda _: self._told(id))
                self.api.on("GET", f"generations/{id}", lambda _: self._told(id))
        return self.after(asked) or {"id": id, "status": "queued"}

    def _told(self, id: str) -> Any:
        outputs = {"video_url": f"{self.api.url}/media/film.mp4"}
        job = {"id": id, "outputs": outputs, **self.ends(self.bodies[id]["line"])}
        return {"success": True, "generation": job}

    def _upload(self, asked: Asked) -> Any:
        with self._lock:
            self.uploads.append(asked.sha256)
            return {"resource": {"id": f"res_{len(self.uploads)}"}}


def spec_file(path: Path, *specs: Any) -> Path:
    """Write a JSONL file; a text is a line as it stands."""
    path.write_text("".join((each if isinstance(each, str) else json.dumps(each)) + "\n" for each in specs))
    return path


def teasers(count: int, **more: Any) -> list[dict[str, Any]]:
    """Return so many specs, each with a line of its own."""
    return [{"format": "teaser", "line": f"line {number:03}", **more} for number in range(1, count + 1)]
