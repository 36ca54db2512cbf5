"""Claims about the fence: no local file outside `upload_root` is read, however it is named."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hands import KEY, Hands
from stub_api import StubApi, document

from clipwise import files
from clipwise.cli import main
from clipwise.errors import ClipwiseError, ConfigurationError, ValidationError

PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 100
PICTURE = {"name": "picture", "type": "string", "accepts": ["image"], "resource_type": "product_images"}
TEASER = document("teaser", {"name": "script", "type": "string"}, optional=[PICTURE])


WATCHED: list[Path] = []  # the files that were opened, while a test looks


def _note(event: str, args: tuple[Any, ...]) -> None:
    if event == "open" and WATCHED and isinstance(args[0], (str, bytes)):
        WATCHED.append(Path(os.fsdecode(args[0])))


sys.addaudithook(_note)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a picture in it and one beside it, and links of all kinds; no file outside was opened."""
    folder = tmp_path / "fence"
    folder.mkdir()
    (folder / "in.png").write_bytes(PNG)
    (tmp_path / "out.png").write_bytes(PNG)
    (tmp_path / "fence-too").mkdir()
    (tmp_path / "fence-too" / "out.png").write_bytes(PNG)
    (folder / "good.png").symlink_to("in.png")
    (folder / "link.png").symlink_to(tmp_path / "out.png")
    (folder / "up").symlink_to(tmp_path)
    (folder / "loop.png").symlink_to("loop.png")
    monkeypatch.chdir(folder)
    WATCHED[:] = [folder]
    yield folder
    opened, WATCHED[:] = WATCHED[1:], []
    assert [path for path in opened if path.name in ("out.png", "link.png") or path.resolve().name == "out.png"] == []


@pytest.fixture
def server(api: StubApi) -> StubApi:
    api.on("GET", "formats/", {"formats": [TEASER]}).on("POST", "generations/", {"id": "gen_1"})
    api.on("POST", "resources/product_images/upload/", {"resource": {"id": "res_1"}})
    return api.on("POST", "uploads/", {"upload": {"id": "up_1"}})


OUTSIDE = ["../out.png", "link.png", "up/out.png", "../fence-too/out.png", "../not-there.png", "up/fence/../out.png"]


@pytest.mark.parametrize("named", OUTSIDE)
def test_a_file_outside_is_refused_before_it_is_read(hands: Hands, server: StubApi, root: Path, named: str) -> None:
    """The check, the job and each upload refuse it, by whatever links it is reached; nothing is sent."""
    client = hands.client(server.url, upload_root=root)
    problems = hands.do(client.check({"format": "teaser", "script": "a", "picture": named}))
    assert [(each.path, each.code) for each in problems] == [(("picture",), "outside_upload_root")]
    with pytest.raises(ValidationError) as caught:
        hands.do(client.generate(format="teaser", script="a", picture=named))
    assert [each.code for each in caught.value.problems] == ["outside_upload_root"]
    for call in (
        lambda: client.generate(format="teaser", script="a", picture=named, validate=False),
        lambda: client.uploads.create(named),
        lambda: client.resources.upload("product_images", Path(named).absolute()),
        lambda: client.voices.clone(named),
    ):
        with pytest.raises(ClipwiseError) as refused:
            hands.do(call())
        assert (refused.value.code, "outside the upload root" in str(refused.value)) == ("invalid_upload", True)
    assert [each for each in server.asked if each.method == "POST"] == []


@pytest.mark.parametrize("named", ["in.png", "good.png", "up/fence/in.png", "../fence/in.png"])
def test_a_file_inside_is_sent(hands: Hands, server: StubApi, root: Path, named: str) -> None:
    """However it is named, what is inside may be sent; the journal hashes it too."""
    client = hands.client(server.url, upload_root=root, journal=True)
    assert hands.do(client.generate(format="teaser", script="a", picture=named)).id == "gen_1"
    assert server.of("POST", "generations/")[0].json["picture"] == "res_1"


@pytest.mark.parametrize("what", ["its folder", "the file"])
@pytest.mark.parametrize("nth", [1, 2, 3, 4])
def test_what_is_swapped_after_the_check_is_not_opened(
    hands: Hands, server: StubApi, root: Path, monkeypatch: pytest.MonkeyPatch, what: str, nth: int
) -> None:
    """A folder or file that becomes a link just before any one of its openings: nothing outside is sent."""
    (root / "sub").mkdir()
    (root / "sub" / "p.png").write_bytes(PNG)
    (root.parent / "elsewhere").mkdir()
    (root.parent / "elsewhere" / "p.png").write_bytes(PNG + b"canary")
    plain, calls = files._within, []

    def swapped(real: Path, fence: Path) -> int:
        calls.append(real)
        if len(calls) == nth:
            place = root / "sub" if what == "its folder" else root / "sub" / "p.png"
            place.rename(root / "old")
            place.symlink_to(root.parent / "elsewhere" / ("" if what == "its folder" else "p.png"))
        return plain(real, fence)

    monkeypatch.setattr(files, "_within", swapped)
    client = hands.client(server.url, upload_root=root)
    with pytest.raises(ClipwiseError):
        hands.do(client.generate(format="teaser", script="a", picture="sub/p.png"))
    assert len(calls) >= nth
    assert [each for each in server.asked if b"canary" in each.body] == []
    assert server.of("POST", "generations/") == []


def test_a_hard_link_cannot_be_told_from_a_file(hands: Hands, server: StubApi, root: Path) -> None:
    """What the fence cannot see: a second name of a file outside is a file inside."""
    (root.parent / "twin.png").write_bytes(PNG)
    (root / "hard.png").hardlink_to(root.parent / "twin.png")
    hands.do(hands.client(server.url, upload_root=root).uploads.create("hard.png"))
    assert len(server.of("POST", "uploads/")) == 1


def test_a_loop_of_links_is_outside(hands: Hands, server: StubApi, root: Path) -> None:
    """What leads nowhere is an error like any other."""
    client = hands.client(server.url, upload_root=root)
    assert hands.do(client.check({"format": "teaser", "script": "a", "picture": "loop.png"}))
    with pytest.raises(ClipwiseError):
        hands.do(client.uploads.create("loop.png"))


@pytest.mark.parametrize("named", ["", "not-there", "fence/in.png", "a\0b"])
def test_a_root_that_is_no_folder_is_refused_where_it_is_set(hands: Hands, root: Path, named: str) -> None:
    """A fence that would hold nothing, or everything, is an error."""
    place = str(root.parent / named) if named else os.devnull
    with pytest.raises(ConfigurationError, match="upload root"):
        hands.client("http://127.0.0.1:9", upload_root=place)


@pytest.fixture
def clipwise(server: StubApi, root: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Run a command inside the fence."""

    def run(*arguments: object) -> tuple[int, Any]:
        code = main(["--api-key", KEY, "--base-url", server.url, "--upload-root", ".", *map(str, arguments)])
        return code, capsys.readouterr()

    return run


def test_the_command_line_is_fenced_in(clipwise: Callable[..., Any], server: StubApi, root: Path) -> None:
    """`--upload-root DIR`: files of inputs, uploads, text files and specs outside of it are refused."""
    (root.parent / "words.txt").write_text("canary-words")
    (root.parent / "job.json").write_text(json.dumps({"format": "teaser", "script": "canary-words"}))
    (root / "words.txt").write_text("inside")
    (root / "job.json").write_text(json.dumps({"format": "teaser", "script": "a", "picture": "../out.png"}))
    for line in (
        ("generate", "teaser", "--script", "a", "--picture", "../out.png"),
        ("generate", "teaser", "--script", "a", "--picture", "link.png", "--dry-run"),
        ("generate", "teaser", "--script", "../words.txt"),
        ("generate", "--spec", "../job.json"),
        ("generate", "--spec", "job.json"),
        ("uploads", "create", "../out.png"),
        ("resources", "upload", "product_images", "up/out.png"),
        ("jobs", "resume", "--spec", "../job.json"),
    ):
        code, printed = clipwise(*line)
        assert (code, "outside the upload root" in printed.err) == (2, True), (line, printed)
        assert "canary" not in printed.err + printed.out
    assert clipwise("validate", "../job.json")[0] == clipwise("validate", "job.json")[0] == 2
    assert [each for each in server.asked if each.method == "POST"] == []
    assert clipwise("generate", "teaser", "--script", "words.txt", "--picture", "in.png")[1].out == "gen_1\n"
    assert server.of("POST", "generations/")[0].json["script"] == "inside"
