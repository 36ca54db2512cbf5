"""A shop with one format, and the command line to buy there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from program import QUEUED, TEASER, Program
from stub_api import StubApi


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
