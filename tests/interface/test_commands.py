"""Every command and flag of the API's documented command line, with real ids, against the sandbox."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from stub_api import StubApi

from clipwise.cli import main


@pytest.fixture
def clipwise(server, capsys, monkeypatch) -> Iterator[Callable[..., Any]]:
    """Run a command against the sandbox; return what it printed, as JSON when `--json` was asked for."""
    monkeypatch.setenv("CLIPWISE_API_KEY", server.api_key)
    monkeypatch.setenv("CLIPWISE_BASE_URL", server.base_url)
    monkeypatch.setenv("COLUMNS", "140")

    def run(*arguments: object, code: int = 0) -> Any:
        capsys.readouterr()
        ended = main([str(each) for each in arguments])
        printed = capsys.readouterr()
        assert ended == code, printed.err
        return json.loads(printed.out) if "--json" in arguments and code == 0 else printed

    yield run


def test_global_flags_stand_before_or_after_the_command(clipwise, server, monkeypatch):
    """`--api-key`, `--base-url`, `--timeout` and `--json` mean the same on either side."""
    monkeypatch.delenv("CLIPWISE_API_KEY")
    monkeypatch.delenv("CLIPWISE_BASE_URL")
    flags = ("--api-key", server.api_key, "--base-url", server.base_url, "--timeout", "20", "--json")
    assert clipwise(*flags, "formats", "list") == clipwise("formats", "list", *flags)


def test_formats(clipwise):
    """`formats list` with its filters, `formats show`, `refresh`, `diff`, `export`."""
    assert len(clipwise("formats", "list", "--include-inactive", "--json")["formats"]) == 22
    assert "text_to_audio" in clipwise("formats", "list", "--kind", "tool", "--platform", "video_company").out
    assert clipwise("formats", "show", "ugc_video", "--json")["format"]["slug"] == "ugc_video"
    assert clipwise("formats", "refresh").out.startswith("22 formats")
    assert clipwise("formats", "diff").out == "0 changes from bundled to live\n"


def test_a_breaking_change_is_marked_and_makes_the_exit_code_3(clipwise, tmp_path):
    """What the server says now is compared with what was bundled; an exported catalog pins what was."""
    clipwise("formats", "export", tmp_path)
    documents = [json.loads(path.read_text()) for path in sorted(tmp_path.glob("*.json"))]
    assert len(documents) == 22
    ugc = next(each for each in documents if each["slug"] == "ugc_video")
    ugc["required_inputs"].append({"name": "mood", "type": "string"})
    ugc["optional_inputs"].append({"name": "tempo", "type": "number"})
    with StubApi() as changed:
        changed.on("GET", "formats/", {"formats": documents})
        told = clipwise("formats", "diff", "ugc_video", "--base-url", changed.url, code=3)
        assert told.out.splitlines() == [
            "! added     ugc_video.mood: a new required input",
            "  added     ugc_video.tempo: a new input",
            "2 changes from bundled to live, 1 of them may break callers (!)",
        ]
        flags = ("generate", "ugc_video", "--script", "Hi.", "--dry-run", "--base-url", changed.url)
        assert "mood: is required" in clipwise(*flags, code=2).err
        assert clipwise("--catalog", tmp_path, *flags).err == ""


def test_resources(clipwise, files):
    """`resources types | list | show | upload | generate | delete`, with filters and paging."""
    assert len(clipwise("resources", "types", "--json")["resource_types"]) == 14
    page = clipwise(
        "resources", "list", "avatars", "--video-format", "ugc_video", "--page", "1", "--limit", "2", "--json"
    )
    assert len(page["items"]) == 2
    everything = clipwise("resources", "list", "avatars", "--all", "--json")["items"]
    assert len(everything) >= 6
    shown = clipwise("resources", "show", "avatars", "avatar_maya", "--json")
    assert shown["resource"]["id"] == "avatar_maya"
    id = clipwise("resources", "upload", "poses", files.picture, "--type", "pose", "--name", "Mine").out.strip()
    listed = clipwise("resources", "list", "poses", "--type", "pose", "--file-type", "image", "--all", "--json")
    assert id in [each["id"] for each in listed["items"]]
    clipwise("resources", "list", "poses", "--product-type", "serum", "--collection", "none")
    assert clipwise("resources", "delete", "poses", id).out == f"deleted {id}\n"
    made = clipwise(
        "resources", "generate", "background_images", "--prompt", "A calm beach at dawn", "--wait", "--json"
    )
    assert made["status"] == "completed"


def test_uploads(clipwise, files):
    """`uploads create | list | delete`."""
    id = clipwise("uploads", "create", files.voice, "--purpose", "audio").out.strip()
    assert id in [each["id"] for each in clipwise("uploads", "list", "--page", 1, "--limit", 100, "--json")["items"]]
    clipwise("uploads", "delete", id)
    assert id not in [each["id"] for each in clipwise("uploads", "list", "--all", "--json")["items"]]


def test_products(clipwise, files):
    """`products list | create | update | delete`; `--image-id` may be repeated."""
    picture = clipwise("resources", "upload", "product_images", files.picture).out.strip()
    id = clipwise("products", "create", "--name", "Lumea", "--image-id", picture, "--image-id", picture, "--url",
                  "https://example.com", "--product-type", "serum", "--description",
                  "Vitamin C").out.strip()  # fmt: skip
    assert clipwise("products", "update", id, "--name", "Lumea 2", "--json")["product"]["name"] == "Lumea 2"
    assert id in [each["id"] for each in clipwise("products", "list", "--all", "--json")["items"]]
    assert "Lumea 2" in clipwise("products", "list", "--limit", 100).out
    clipwise("products", "delete", id)


def test_voices(clipwise, files):
    """`voices list` with paging, `voices clone`."""
    assert len(clipwise("voices", "list", "--limit", 2, "--json")["items"]) == 2
    id = clipwise(
        "voices", "clone", files.voice, "--name", "Mine", "--language", "en", "--description", "Calm"
    ).out.strip()
    assert id in [each["id"] for each in clipwise("voices", "list", "--all", "--json")["items"]]


def test_a_job_from_start_to_end(clipwise, tmp_path):
    """`generate --format F`, `status`, `wait ID --timeout --poll-interval`, `cancel`, `download`."""
    id = clipwise("generate", "--format", "text_to_audio", "--script", "Hello.", "--voice", "voice_heart",
                  "--idempotency-key", "from-start-to-end").out.strip()  # fmt: skip
    assert clipwise("status", id, "--json")["generation"]["id"] == id
    waited = clipwise("wait", id, "--timeout", 60, "--poll-interval", 0.1, "--json")
    assert waited["generation"]["status"] == "completed"
    assert "unsupported" in clipwise("cancel", id, "--json", code=2).err
    path = Path(clipwise("download", id, "--output", tmp_path).out.strip())
    assert path.suffix == ".wav"


def test_a_failed_job_ends_with_3(clipwise):
    """`generate --wait` and `wait` tell the reason, and the exit code says that the job failed."""
    flags = ("--script", "你好", "--voice", "voice_heart", "--poll-interval", "0.1")
    failed = clipwise("generate", "text_to_audio", *flags, "--wait", code=3)
    assert "ended failed" in failed.err
    id = failed.err.split("started ")[1].split()[0]
    assert "ended failed" in clipwise("wait", id, "--poll-interval", "0.1", code=3).err


def test_ids_are_checked_before_paying(clipwise):
    """`--check-resources` names an id that does not exist, with some that would fit; nothing is sent."""
    flags = ("generate", "ugc_video", "--script", "Hi.", "--check-resources")
    refused = clipwise(*flags, "--avatar", "avatar_nobody", code=2)
    assert "avatar: there is no avatar with the id 'avatar_nobody' (these would fit: avatar_" in refused.err
    assert clipwise(*flags, "--avatar", "avatar_maya", "--dry-run").err == ""


def test_a_link(clipwise):
    """`extract-url LINK [--wait-timeout] [--poll-interval]`."""
    link = "https://example.com/watch?v=3"
    assert clipwise("extract-url", link, "--wait-timeout", 20, "--poll-interval", 0.1).out.startswith("http")


def test_a_whole_job_comes_from_a_file(clipwise, tmp_path, files):
    """`--spec FILE`: its paths start in its folder, and flags go over it."""
    (tmp_path / "shoe.png").write_bytes(files.picture.read_bytes())
    spec = {"format": "ugc_video", "script": "From the file.", "product_images": ["shoe.png"]}
    (tmp_path / "job.json").write_text(json.dumps(spec))
    plan = clipwise("generate", "--spec", tmp_path / "job.json", "--script", "From the flag.", "--dry-run", "--json")
    assert plan["request"] == {
        "format": "ugc_video",
        "script": "From the flag.",
        "product_images": ["<id of shoe.png>"],
    }
    assert [(each["input"], each["to"]) for each in plan["uploads"]] == [("product_images", "resources/product_images")]


def test_a_dry_run_sends_nothing(clipwise, files):
    """It shows what would be uploaded and sent; no job and no upload comes of it."""
    before = clipwise("uploads", "list", "--json")["pagination"]["total"]
    plan = clipwise("generate", "image_to_video", "--image", files.picture, "--prompt", "Slowly", "--duration", "5",
                    "--dry-run",
                    "--input", "seed=7", "--metadata", '{"campaign": "x"}', "--json")  # fmt: skip
    assert plan["request"]["duration"] == 5
    assert (plan["request"]["seed"], plan["request"]["metadata"]) == (7, {"campaign": "x"})
    assert clipwise("uploads", "list", "--json")["pagination"]["total"] == before


def test_flags_for_captions_go_over_their_json(clipwise, files, tmp_path):
    """`--subtitle-*` fill places of `--subtitle-typography`, which is JSON or a JSON file."""
    (tmp_path / "look.json").write_text('{"font": "Noto Sans", "position": {"y": 0.8}, "color": "#ffffff"}')
    plan = clipwise("generate", "generate_subtitle", "--video", files.film, "--subtitle-typography",
                    tmp_path / "look.json",
                    "--subtitle-font-size", "40", "--subtitle-color", "#ffee00", "--subtitle-active-word-color",
                    "#ff0000",
                    "--subtitle-effect", "pop", "--subtitle-position-y", "0.3", "--subtitle-shadow", "soft",
                    "--subtitle-visibility", "visible", "--dry-run", "--json")  # fmt: skip
    assert plan["request"]["subtitle_typography"] == {
        "font": "Noto Sans",
        "position": {"y": 0.3},
        "color": "#ffee00",
        "font_size": 40,
        "active_word_color": "#ff0000",
        "subtitle_effect": "pop",
        "shadow": "soft",
        "visibility": "visible",
    }
    refused = clipwise("generate", "generate_subtitle", "--video", files.film, "--subtitle-position-y", "1.5", code=2)
    assert "subtitle_typography.position.y: must be at most 0.9, not 1.5" in refused.err


def test_a_preset_and_moving_stills_are_taken_though_no_document_lists_them(clipwise):
    """Formats of the platform `video_company` take `--preset`; `smart` takes `--convert-images-to-video`."""
    plan = clipwise("generate", "smart", "--prompt", "Tea.", "--convert-images-to-video", "--image-to-video-model",
                    "seedance_pro_480", "--image-to-video-resolution", "480p", "--dry-run", "--json")  # fmt: skip
    assert plan["request"]["convert_images_to_video"] is True
    preset = clipwise("resources", "list", "presets", "--json")["items"][0]["id"]
    plan = clipwise("generate", "ugc_video", "--script", "Hi.", "--preset", preset, "--dry-run", "--json")
    assert plan["request"]["preset"] == preset


def test_the_flags_of_other_formats_lead_to_the_check(clipwise):
    """A documented flag that this format does not take is a problem of the spec, said like any other."""
    refused = clipwise("generate", "ugc_video", "--script", "Hi.", "--questions-count", "3", code=2)
    assert "questions_count: is not an input of ugc_video" in refused.err


def test_a_program_gets_one_document_and_the_error_envelope(clipwise):
    """`--json`: a success on standard output, an error in the API's shape on standard error, code 2."""
    failed = clipwise("resources", "show", "avatars", "avatar_nobody", "--json", code=2)
    assert failed.out == ""
    error = json.loads(failed.err)
    assert (error["success"], error["error"]["code"]) == (False, "not_found")
    assert error["request_id"].startswith("req_")


def test_both_inventory_shoots(clipwise):
    """The mode decides which inputs count; one that does not is told."""
    flags = ("--variations", 1, "--dry-run", "--json")
    assert clipwise("generate", "inventory_shoot", "--mode", "model_shoot", "--avatar", "avatar_maya", *flags)
    told = clipwise("generate", "inventory_shoot", "--mode", "product_shoot", "--avatar", "avatar_maya",
                    "--variations", 1,
                    "--dry-run")  # fmt: skip
    assert "avatar: does not count with mode product_shoot (it does with mode model_shoot)" in told.err
    assert "only counts with mode model_shoot" in " ".join(
        clipwise("generate", "inventory_shoot", "--help").out.replace("│", " ").split()
    )
