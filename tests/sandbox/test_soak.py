"""Much at once: a queue that outlives kill -9, and polls that are answered while films are rendered.

Small runs of scripts/soak_sandbox.py and scripts/measure_sandbox.py, which make the large ones.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks up processes in /proc"),
]
SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture(autouse=True)
def _scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the scripts be imported."""
    monkeypatch.syspath_prepend(SCRIPTS)


def test_queued_drafts_survive_two_kills_and_none_is_made_twice(tmp_path: Path) -> None:
    """The server and its workers are killed twice while jobs come in and are rendered."""
    from soak_sandbox import soak

    found = soak(tmp_path / "data", jobs=60, kills=2)
    assert found.good, found


def test_polls_are_answered_while_two_films_are_rendered(tmp_path: Path) -> None:
    """200 a second, with bounds that a busy machine keeps too; the memory of all processes stays small."""
    from measure_sandbox import MEMORY, RATE, polls

    rows = list(polls(tmp_path, "draft", seconds=3))
    figures = {row.what: row.figure for row in rows}
    assert figures["draft: polls a second, with 2 jobs still at work"] == RATE
    assert figures["draft: 99 % answered within"] < 1000
    assert figures["draft: at the end, shared pages counted once"] < MEMORY / 1e6


def test_a_draft_is_made_quickly(tmp_path: Path) -> None:
    """15 words take a few times the film's length at worst, on a busy machine; the script has the real bound."""
    from measure_sandbox import SCRIPT, films

    assert len(SCRIPT.split()) == 15
    assert max(row.figure for row in films(tmp_path, "draft") if row.unit == "x") < 6


def test_a_large_upload_passes_through_a_small_memory(tmp_path: Path) -> None:
    """A recording of 300 MB goes to the disk as it comes: the server grows by a fraction of it."""
    from sandbox_server import Server

    recording, size = tmp_path / "long.wav", 300_000_000
    head = struct.pack(
        "<4sI8sIHHIIHH4sI", b"RIFF", size - 8, b"WAVEfmt ", 16, 1, 1, 48000, 96000, 2, 16, b"data", size - 44
    )
    recording.write_bytes(head)
    os.truncate(recording, size)
    with Server(tmp_path / "data") as server, recording.open("rb") as file:
        server.http.get("formats/")
        before, _ = server.memory()
        answer = server.http.post("uploads/", files={"file": ("long.wav", file)}, data={"purpose": "audio"})
        after, _ = server.memory()
    assert (answer.status_code, answer.json()["upload"]["bytes"]) == (201, size)
    assert after - before < 80e6
