"""Every test has a home of its own, and no setting of the machine that runs it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from certificates import certificates  # noqa: F401  (a fixture)
from hands import api, hands  # noqa: F401  (fixtures)


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point clipwise to an empty home folder, and take every other CLIPWISE_ variable away."""
    for name in [name for name in os.environ if name.startswith("CLIPWISE_")]:
        monkeypatch.delenv(name)
    folder = tmp_path_factory.mktemp("clipwise-home")
    monkeypatch.setenv("CLIPWISE_HOME", str(folder))
    return folder
