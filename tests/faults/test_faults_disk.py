"""Files under fire: no room on the disk, two writers, what is no file, and films and uploads of any size."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hands import Hands
from program import Program, no_room
from stub_api import CLOSE, Raw, Reply, StubApi, document

from clipwise.errors import ClipwiseError
from clipwise.flows import download
from clipwise.flows.events import Uploaded
from clipwise.formats import cache
from clipwise.settings import load_config

PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 100
PICTURE = {"name": "picture", "type": "string", "accepts": ["image"], "resource_type": "product_images"}
TEASER = document("teaser", {"name": "line", "type": "string"}, optional=[PICTURE])


# --- uploads ----------------------------------------------------------------------------------------------------------

GIGABYTES = 5


def resident() -> int:
    """Return the megabytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") // 2**20


@pytest.mark.slow
def test_five_gigabytes_are_streamed(hands: Hands, api: StubApi, tmp_path: Path) -> None:
    """A file of 5 GiB arrives to its last byte, and memory stays flat all the way."""
    path = tmp_path / "large.png"
    with path.open("wb") as file:
        file.write(PNG)
        file.truncate(GIGABYTES * 2**30)
    api.keeps = False
    api.on("POST", "uploads/", {"upload": {"id": "up_1"}})
    client, held = hands.client(api.url), []
    client._listener = lambda _: held.append(resident())
    hands.do(client.uploads.create(path))
    (asked,) = api.of("POST", "uploads/")
    assert asked.size == int(asked.headers["content-length"]) > GIGABYTES * 2**30
    assert len(held) > 5
    assert max(held) - held[0] < 32


@pytest.mark.parametrize("how", ["shorter", "longer", "touched", "deleted"])
def test_a_file_that_changes_under_way(hands: Hands, api: StubApi, tmp_path: Path, how: str) -> None:
    """Changed after its first part was sent: an error, and the next call is good; a deleted one is sent whole."""
    path = tmp_path / "a.png"
    path.write_bytes(PNG + bytes(6_000_000))
    size, told = path.stat().st_size, []

    def change(event: Any) -> None:
        if isinstance(event, Uploaded) and not told:
            told.append(how)
            if how in ("shorter", "longer"):
                os.truncate(path, size - 3_000_000 if how == "shorter" else size + 5)
            elif how == "touched":
                os.utime(path, ns=(1, 1))
            else:
                path.unlink()

    api.on("POST", "uploads/", {"upload": {"id": "up_1"}})
    client = hands.client(api.url)
    client._listener = change
    if how == "deleted":
        assert hands.do(client.uploads.create(path)) == {"upload": {"id": "up_1"}}
        assert api.of("POST", "uploads/")[0].size > size
        return
    with pytest.raises(ClipwiseError, match="changed while it was being sent") as caught:
        hands.do(client.uploads.create(path))
    assert caught.value.code == "invalid_upload"
    assert told == [how]
    assert hands.do(client.uploads.create(path)) == {"upload": {"id": "up_1"}}


def odd(kind: str, folder: Path) -> Path:
    """Return the path of something that is no file."""
    path = Path("/dev/zero") if kind == "device" else folder / "thing.png"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    return path


ODD = {"device": "not a regular file", "folder": "is a directory", "pipe": "not a regular file"}


@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_file_is_not_uploaded(hands: Hands, api: StubApi, tmp_path: Path, kind: str) -> None:
    """/dev/zero, a folder and a pipe are refused at once, in every call that takes a file; nothing is sent."""
    api.on("GET", "formats/", {"formats": [TEASER]})
    path, client = odd(kind, tmp_path), hands.client(api.url)
    for call in (
        lambda: client.uploads.create(path),
        lambda: client.resources.upload("product_images", path),
        lambda: client.voices.clone(path),
        lambda: client.generate.teaser(line="a", picture=path),
        lambda: client.generate.teaser(line="a", picture=path, validate=False),
    ):
        begun = time.monotonic()
        with pytest.raises(ClipwiseError, match=ODD[kind]):
            hands.do(call())
        assert time.monotonic() - begun < 2
    assert [each for each in api.asked if each.method == "POST"] == []


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("line", [("uploads", "create"), ("generate", "teaser", "--line", "a", "--picture")])
def test_what_is_no_file_is_told_to_a_person(
    shop: StubApi, program: Program, tmp_path: Path, kind: str, line: tuple[str, ...]
) -> None:
    """The command says what it is, and sends nothing."""
    shop.on("GET", "formats/", {"formats": [TEASER]})
    code, out, err = program(*line, odd(kind, tmp_path))
    assert (code, out) == (2, "")
    assert ODD[kind] in err
    assert [each for each in shop.asked if each.method == "POST"] == []


# --- downloads --------------------------------------------------------------------------------------------------------

FILM = b"film" * 3000


@pytest.mark.parametrize(("stated", "limit"), [({}, 10_000), ({"bytes": 5000}, download.LARGEST_FILE)])
def test_a_download_has_an_end(
    hands: Hands, api: StubApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stated: dict[str, int], limit: int
) -> None:
    """A file that outgrows what was stated, or the most that is taken, is given up then; nothing of it is left."""
    monkeypatch.setattr(download, "LARGEST_FILE", limit)
    outputs = {"files": [{"url": "/f.mp4", "kind": "video", **stated}]}
    api.on("GET", "generations/gen_1/", {"id": "gen_1", "status": "completed", "outputs": outputs})
    endless = [b'HTTP/1.1 200 OK\r\nETag: "e"\r\n\r\n', *[FILM] * 2000]
    api.on("GET", "/f.mp4", Raw([*endless, CLOSE]))
    job = hands.do(hands.client(api.url).generations.handle("gen_1"))
    with pytest.raises(ClipwiseError, match=f"larger than {stated.get('bytes', limit):,} bytes"):
        hands.do(job.download(tmp_path / "out"))
    assert len(api.of("GET", "/f.mp4")) == 1
    assert list((tmp_path / "out").iterdir()) == []


# --- no room on the disk ----------------------------------------------------------------------------------------------

WORK = """
import asyncio, inspect, sys, clipwise
from pathlib import Path
from clipwise.settings import save_config

kind, url, what, place = sys.argv[1:]

async def main():
    client = (clipwise.AsyncClipwise if kind == "async" else clipwise.Clipwise)("some-key", url, journal=True)

    async def done(value):
        return await value if inspect.isawaitable(value) else value

    try:
        if what == "download":
            print(await done((await done(client.generations.handle("gen_1"))).download(place)))
        elif what == "config":
            save_config(Path(place) / "config.json", api_key="k" * 500)
        else:  # cache and journal
            print((await done(client.generate(format="teaser", line="a"))).id)
    except clipwise.ClipwiseError as error:
        print(type(error).__name__, error)
    await done(client.close())

asyncio.run(main())
"""


@pytest.mark.parametrize("kind", ["blocking", "async"])
@pytest.mark.parametrize("what", ["download", "config", "cache and journal"])
def test_without_room(api: StubApi, home: Path, tmp_path: Path, kind: str, what: str) -> None:
    """A film and a config that find no room are clean errors; a job starts without cache and journal; no half file."""
    done = {"id": "gen_1", "status": "completed", "outputs": {"video_url": "/film.mp4"}}
    api.on("GET", "formats/", {"formats": [TEASER]}).on("POST", "generations/", {"id": "gen_1"})
    api.on("GET", "generations/gen_1/", done).on("GET", "/film.mp4", Reply(200, FILM))
    place = tmp_path / "out"
    place.mkdir()
    (place / "config.json").write_text('{"api_key": "older"}')
    ran = subprocess.run(
        [sys.executable, "-c", WORK, kind, api.url, what, str(place)],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=no_room, capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip
    expected = {
        "download": f"ClipwiseError cannot write into {str(place)!r}: File too large",
        "config": f"ConfigurationError the config file {place}/config.json cannot be written: File too large",
        "cache and journal": "gen_1\n",
    }[what]
    assert ran.stdout.startswith(expected), ran.stdout
    assert "Traceback" not in ran.stderr
    assert [(each.name, each.read_text()) for each in place.iterdir()] == [("config.json", '{"api_key": "older"}')]
    assert [each for each in home.rglob("*") if each.is_file()] == []
    assert ("the journal in" in ran.stderr) == (what == "cache and journal")


def test_without_room_a_job_is_not_noted_and_starts_all_the_same(shop: StubApi, program: Program, home: Path) -> None:
    """A person is told that the journal could not be written, once; the job is there, and no file is."""
    code, out, err = program("generate", "teaser", "--line", "a", preexec_fn=no_room)
    assert (code, out) == (0, "gen_1\n")
    assert err.count("the journal in") == 1
    assert [each for each in home.rglob("*") if each.is_file()] == []


# --- two writers ------------------------------------------------------------------------------------------------------

TIMES = 1000  # by each of the two
WRITER = """
import os, sys
from pathlib import Path
from clipwise.formats import cache
from clipwise.settings import save_config

os.fsync = lambda _: None  # no power is cut here
folder, letter, times = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
for number in range(times):
    save_config(folder / "config.json", api_key=letter * 1000)
    assert cache.write(folder / "cache", "formats", cache.Kept({"letter": letter * 20000}, 1.0, letter))
"""


def test_two_writers_always_leave_one_valid_file(tmp_path: Path) -> None:
    """Two processes write the config and the cache, a thousand times each: every reader finds a whole file."""
    letters = "ab"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), each, str(TIMES)]) for each in letters]
    keys, kept = [], []
    while any(writer.poll() is None for writer in writers):
        content, fault = load_config(tmp_path / "config.json")
        assert fault == ""
        keys.append(content.get("api_key", ""))
        if (tmp_path / "cache").exists() and list((tmp_path / "cache").glob("*.json")):
            found = cache.read(tmp_path / "cache", "formats")
            assert found is not None
            kept.append((found.content["letter"], found.etag))
    assert [writer.wait() for writer in writers] == [0, 0]
    assert set(keys) <= {"", "a" * 1000, "b" * 1000}
    assert set(kept) <= {("a" * 20000, "a"), ("b" * 20000, "b")}
    assert min(len(keys), len(kept)) > 20
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["config.json"]
    assert len(list((tmp_path / "cache").iterdir())) == 1
