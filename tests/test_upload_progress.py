"""Claims about what is told while a file is sent."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hands import KEY, Hands
from stub_api import Asked, StubApi, refused

from clipwise.cli import main
from clipwise.flows import upload
from clipwise.flows.events import Uploaded

SIZE = 12 * 2**20


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"\0\0\0\x18ftypmp42" + b"f" * (SIZE - 12))
    return path


def told(hands: Hands, client: Any, film: Path) -> list[Uploaded]:
    """Upload a file and return what was told of it on the way."""
    events: list[Any] = []

    def hear(event: Any) -> None:
        events.append((time.monotonic(), event))

    async def hear_later(event: Any) -> None:
        hear(event)

    listener = hear_later if hands.kind == "async" else hear
    hands.do(client._run(upload.to_uploads(client._context, str(film), "video", {}), listener))
    assert all(isinstance(event.path, Path) for _, event in events)
    sent = [(at, event) for at, event in events if isinstance(event, Uploaded)]
    pairs = [(one, two) for one, two in pairwise(sent) if one[1].sent < two[1].sent < SIZE]  # within one attempt
    assert all(two[0] - one[0] >= 0.09 for one, two in pairs), pairs
    return [event for _, event in sent]


def test_progress_is_told_while_a_file_is_sent(hands: Hands, api: StubApi, film: Path) -> None:
    """It grows, ends at the file's size, and is told at most ten times a second; a listener may be async."""
    api.on("POST", "uploads/", {"upload": {"id": "up_1"}})
    events = told(hands, hands.client(api.url), film)
    assert [each.sent for each in events] == sorted({each.sent for each in events})
    assert (events[-1].sent, events[-1].size, events[-1].path) == (SIZE, SIZE, film)


def test_a_retry_begins_anew(hands: Hands, api: StubApi, film: Path) -> None:
    """The whole file is sent again, and told again."""
    api.on("POST", "uploads/", refused(503), {"upload": {"id": "up_1"}})
    ends = [each.sent for each in told(hands, hands.client(api.url), film)].count(SIZE)
    assert ends == 2


def test_a_listener_that_fails_ends_the_upload(hands: Hands, api: StubApi, film: Path) -> None:
    """What a listener raises is raised to the caller, and the connection is not used again."""
    api.on("POST", "uploads/", {"upload": {"id": "up_1"}})
    client = hands.client(api.url)

    def hear(event: Any) -> None:
        if isinstance(event, Uploaded):
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        hands.do(client._run(upload.to_uploads(client._context, str(film), "video", {}), hear))
    assert hands.do(client.uploads.create(film))["upload"]["id"] == "up_1"


def test_the_command_line_tells_of_large_files(
    api: StubApi, film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Lines at every tenth that is seen, for a file above 5 MB; a small one is named and no more."""
    small = tmp_path / "small.mp4"
    small.write_bytes(film.read_bytes()[:1000])

    def slow(_: Asked) -> Any:
        time.sleep(0.05)
        return {"resource": {"id": "res_1"}}

    api.on("POST", "resources/product_images/upload/", slow).on("POST", "uploads/", slow)
    video = {"name": "video", "type": "string", "accepts": ["video"], "resource_type": "product_images"}
    api.on("GET", "formats/", {"formats": [{"slug": "cut", "required_inputs": [video], "optional_inputs": []}]})
    api.on("POST", "generations/", {"id": "gen_1"})
    for path in (film, small):
        assert main(["generate", "cut", "--video", str(path), "--api-key", KEY, "--base-url", api.url]) == 0
    assert main(["uploads", "create", str(film), "--api-key", KEY, "--base-url", api.url]) == 0
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("uploading")]
    assert said[0] == "uploading film.mp4 (12.6 MB)"
    assert "uploading film.mp4: 100 % of 12.6 MB" in said
    assert said.count("uploading film.mp4: 100 % of 12.6 MB") == 2
    assert [line for line in said if "small" in line] == ["uploading small.mp4 (1.0 KB)"]
