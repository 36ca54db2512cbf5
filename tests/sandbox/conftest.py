"""A running sandbox for the tests of the server: real sockets, real worker processes, quick renderers."""

from __future__ import annotations

import os
from collections.abc import Iterator

import httpx
import pytest
from asking import API, HERE, Connect

from clipwise.sandbox.exchange import Limits
from clipwise.sandbox.serving import Embedded, Settings
from clipwise.sandbox.store import Store

TABLE = "server_renderers:TABLE"
SETTINGS = Settings(renderers=TABLE, limits=Limits(json=20_000, upload=300_000))


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
