"""A shop with one format, and the command line to buy there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hands import KEY
from program import QUEUED, TEASER, Program
from stub_api import StubApi


@pytest.fixture(autouse=True)
def nothing_written_holds_the_key(home: Path) -> Iterator[None]:
    """Whatever a test of faults leaves in the home folder, the key is in no file but the config, nor in a name."""
    yield
    for path in [each for each in home.rglob("*") if each.is_file()]:
        assert KEY not in str(path)
        assert path.name.startswith("config.json") or KEY.encode() not in path.read_bytes(), path


@pytest.fixture
def shop(api: StubApi) -> StubApi:
    """A server with one format, whose job is never done."""
    api.on("GET", "formats/", {"formats": [TEASER]}).on("POST", "generations/", QUEUED)
    return api.on("GET", "generations/gen_1/", QUEUED)


@pytest.fixture
def program(shop: StubApi, home: Path) -> Iterator[Program]:
    """The command line against the stub."""
    held = Program(shop.url, home)
    yield held
    held.close()
