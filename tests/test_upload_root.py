"""Claims about the fence: no local file outside `upload_root` is read, however it is named."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hands import KEY, Hands
from stub_api import StubApi, document

from clipwise.cli import main
from clipwise.errors import ClipwiseError, ConfigurationError, ValidationError

PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 100
PICTURE = {"name": "picture", "type": "string", "accepts": ["image"], "resource_type": "product_images"}
TEASER = document("teaser", {"name": "script", "type": "string"}, optional=[PICTURE])


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a picture in it and one beside it, and links of all kinds; outside files cannot be opened."""
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
    plain = Path.open

    def watched(path: Path, *args: Any, **more: Any) -> Any:
        assert path.resolve().name != "out.png", f"{path} was opened"
        return plain(path, *args, **more)

    monkeypatch.setattr(Path, "open", watched)
    monkeypatch.chdir(folder)
    return folder


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
