"""How the tests of the server ask it: creating, polling, and reading the error of an answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

HERE = Path(__file__).resolve().parent
API = "/api/sdk/v1/"

Connect = Callable[..., httpx.Client]


def error_of(response: httpx.Response, status: int) -> dict[str, Any]:
    """Return the error of an answer after proving that the answer is the contract's envelope."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert body["success"] is False
    assert body["request_id"] == response.headers["x-request-id"]
    assert set(body) == {"success", "error", "request_id"}
    assert set(body["error"]) == {"code", "message", "details"}
    assert "Traceback" not in response.text
    return dict(body["error"])


def create(api: httpx.Client, script: str = "Hello.", key: str | None = None, **inputs: Any) -> httpx.Response:
    """Ask for a generation of `text_to_audio`."""
    headers = {"Idempotency-Key": key} if key else {}
    body = {"format": "text_to_audio", "script": script, "voice": "voice_heart", **inputs}
    return api.post("generations/", json=body, headers=headers)


def until(api: httpx.Client, id: str, *statuses: str, seconds: float = 20, stage: str = "") -> dict[str, Any]:
    """Poll a generation until it has one of the statuses (and the stage)."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        job: dict[str, Any] = api.get(f"generations/{id}/").json()["generation"]
        if job["status"] in statuses and stage in ("", job["stage"]):
            return job
        time.sleep(0.02)
    raise AssertionError(f"{id} never became {statuses} {stage}: {job}")
