"""A running sandbox for the tests of the server: real sockets, real worker processes, quick renderers."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from clipwise.sandbox.exchange import Limits
from clipwise.sandbox.serving import Embedded, Settings
from clipwise.sandbox.store import Store

HERE = Path(__file__).resolve().parent
TABLE = "server_renderers:TABLE"
SETTINGS = Settings(renderers=TABLE, limits=Limits(json=20_000, upload=300_000))
API = "/api/sdk/v1/"

Connect = Callable[..., httpx.Client]


@pytest.fixture(scope="session")
def _renderers_found() -> Iterator[None]:
    """Let the worker processes import the renderers that lie beside this file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(HERE), prepend=os.pathsep)
        yield


@pytest.fixture
def server_settings(_renderers_found: None) -> Settings:
    """Settings with the quick renderers and small limits."""
    return SETTINGS


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, _renderers_found: None) -> Iterator[Embedded]:
    """One sandbox for the tests of a module."""
    with Embedded(tmp_path_factory.mktemp("home") / "data", settings=SETTINGS) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def store(running: Embedded) -> Iterator[Store]:
    """The running sandbox's folder, opened beside it as another process would."""
    kept = Store(running._data_dir)
    yield kept
    kept.close()


@pytest.fixture(scope="module")
def connect(running: Embedded) -> Iterator[Connect]:
    """Make clients of the running sandbox: with its own key, or the one given."""
    made: list[httpx.Client] = []

    def client(key: str | None = None, base_url: str | None = None) -> httpx.Client:
        headers = {"Authorization": f"Bearer {key or running.api_key}"}
        made.append(
            httpx.Client(base_url=(base_url or running.base_url) + API, headers=headers, timeout=20, trust_env=False)
        )
        return made[-1]

    yield client
    for each in made:
        each.close()


@pytest.fixture(scope="module")
def api(connect: Connect) -> httpx.Client:
    """A client with the sandbox's own key."""
    return connect()


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
