"""What the command line does without a network: formats, help, checks, and one clear message for every mistake."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_bundled_formats_are_listed(clipwise):
    """Every one of the 22 bundled formats has a line, and where they come from is said on standard error."""
    ran = clipwise("formats", "list", "--offline")
    slugs = [line.split()[0] for line in ran.out.splitlines()[1:] if not line.startswith(" ")]
    assert ran.code == 0
    assert len(slugs) == 22
    assert {"ugc_video", "smart", "text_to_audio", "inventory_shoot"} <= set(slugs)
    assert ran.err == "clipwise: formats: the bundled documents of 2026-11-22 (offline)\n"


def test_a_list_can_be_narrowed_by_kind(clipwise):
    """Only tools are listed when only tools are asked for."""
    ran = clipwise("formats", "list", "--kind", "tool", "--offline", "--json")
    assert {each["slug"] for each in json.loads(ran.out)["formats"]} == {
        "image_to_video", "text_to_image", "text_to_audio", "video_to_text", "generate_subtitle",
    }  # fmt: skip


def test_a_format_is_shown_under_any_of_its_names(clipwise):
    """The display name, in any case, finds the same page as the slug."""
    by_slug, by_name = (
        clipwise("formats", "show", "ugc_video", "--offline"),
        clipwise("--offline", "formats", "show", "ugc VIDEO"),
    )
    assert by_slug.code == by_name.code == 0
    assert by_slug.out == by_name.out
    assert "script" in by_slug.out
    assert "clipwise generate ugc_video --script" in by_slug.out


def test_the_help_of_a_format_shows_its_inputs(clipwise):
    """Types, what is required, what may be a file, synonyms and an example are in the help."""
    ran = clipwise("generate", "ugc_video", "--help")
    assert ran.code == 0
    for shown in (
        "Required inputs", "--script", "--product-images", "image file or id", "--no-generate-subtitle",
        "--product-image", "--wait", "--output", "Example:", "--sandbox",
    ):  # fmt: skip
        assert shown in ran.out
    assert ran.err == "clipwise: formats: the bundled documents of 2026-11-22 (no API key)\n"


def test_choices_are_in_the_help(clipwise):
    """The values of a closed set are named."""
    shown = clipwise("generate", "inventory_shoot", "--help").out.replace("│", " ")
    assert "one of product_shoot, model_shoot" in " ".join(shown.split())


def test_every_format_has_a_help_page(clipwise):
    """No bundled format breaks the help."""
    slugs = [each["slug"] for each in json.loads(clipwise("formats", "list", "--json").out)["formats"]]
    for slug in slugs:
        ran = clipwise("generate", slug, "--help")
        assert (ran.code, f"clipwise generate {slug}" in ran.out) == (0, True)


@pytest.mark.parametrize("command", ["formats", "formats list", "formats show", "generate", "status", "wait", "cancel",
                                     "download", "validate", "auth", "auth set-key", "resources upload",
                                     "uploads create", "sandbox serve"])  # fmt: skip
def test_every_command_has_a_help_page(clipwise, command):
    """Each command says how it is used and what may stand anywhere, and exits 0."""
    ran = clipwise(*command.split(), "--help")
    assert ran.code == 0
    assert "--json" in ran.out


def test_validate_names_every_problem_of_a_spec_that_has_five(clipwise, tmp_path):
    """One run names all five, with their places, and exits 2."""
    (tmp_path / "script.txt").write_text("no picture")
    (tmp_path / "product.png").write_bytes((EXAMPLES / "product.png").read_bytes())
    spec = {
        "format": "ugc_video",
        "product_images": ["prodct.png", "script.txt"],
        "avatar": 7,
        "generate_subtitle": "yes",
    }
    path = tmp_path / "job.json"
    path.write_text(json.dumps(spec))
    ran = clipwise("validate", path)
    near = tmp_path / "product.png"
    assert ran.code == 2
    assert ran.out.splitlines() == [
        f"{path}: 5 errors",
        "  error: script: is required: Words the actor speaks (for example "
        '"I tried this for a week, and now I take it everywhere.")',
        f"  error: product_images[0]: there is no file 'prodct.png' (did you mean '{near}'?)",
        "  error: product_images[1]: the file 'script.txt' holds text, not image (give image content)",
        '  error: avatar: takes text, not 7 (write "7")',
        '  error: generate_subtitle: takes true or false, not the text "yes"',
    ]
    assert ran.err == "clipwise: formats: the bundled documents of 2026-11-22 (offline)\n"


def test_validate_gives_the_same_to_a_program(clipwise, tmp_path):
    """With --json there is one document with every problem's path and code."""
    path = tmp_path / "job.json"
    path.write_text('{"format": "ugc_model_shoot", "variations": "3"}')
    ran = clipwise("--json", "validate", path)
    report = json.loads(ran.out)
    assert (ran.code, report["success"]) == (2, False)
    assert [(each["path"], each["code"]) for each in report["specs"][0]["problems"]] == [(["variations"], "wrong_type")]


def test_a_good_spec_passes(clipwise):
    """The example job is right, and its file is looked for beside it."""
    ran = clipwise("validate", EXAMPLES / "job.json")
    assert (ran.code, ran.out) == (0, f"{EXAMPLES / 'job.json'}: ok\n")


def test_an_input_that_only_a_newer_document_could_know_is_a_warning(clipwise, tmp_path):
    """The bundled document cannot vouch for it; --strict refuses it."""
    path = tmp_path / "job.json"
    path.write_text('{"format": "ugc_video", "script": "Hello.", "mood": "calm"}')
    assert clipwise("validate", path).code == 0
    assert "warning: mood: is not an input of ugc_video, as far as this copy" in clipwise("validate", path).out
    assert clipwise("validate", "--strict", path).code == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "line 1, column 2: not JSON"),
        (b'{"format": "smart",\n "prompt": "x",\n "prompt": "y"}', "the key 'prompt' is written twice"),
        (b'{"format": "smart", "prompt": NaN}', "NaN is not JSON"),
        (b'{"format": "smart", "prompt": "\xff"}', "byte 32 is not UTF-8"),
        (b"[" * 100_000, "nested too deep"),
    ],
)
def test_a_spec_that_cannot_be_read_is_told_with_its_place(clipwise, tmp_path, content, said):
    """It is a problem like any other: the other files are judged all the same."""
    path, other = tmp_path / "job.json", tmp_path / "other.json"
    path.write_bytes(content)
    other.write_text('{"format": "smart"}')
    ran = clipwise("validate", path, tmp_path / "nowhere.json", other)
    assert ran.code == 2
    assert said in ran.out
    assert "nowhere.json: 1 error\n  error: there is no such file" in ran.out
    assert "other.json: 1 error\n  error: prompt: is required" in ran.out


def test_a_spec_with_a_byte_order_mark_is_read(clipwise, tmp_path):
    """What Windows editors write is no mistake."""
    path = tmp_path / "job.json"
    path.write_bytes(b'\xef\xbb\xbf{"format": "smart", "prompt": "Tea."}\r\n')
    assert clipwise("validate", path).code == 0


NO_KEY = (
    "clipwise: no API key. Set CLIPWISE_API_KEY, or save a key with `clipwise auth set-key KEY`; "
    "without an account, add --sandbox (Python: Clipwise.sandbox())."
)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["generate", "ugc_vido", "--script", "x"], "there is no format called 'ugc_vido'; did you mean ugc_video"),
        (["generate", "ugc_video"], "script: is required: Words the actor speaks"),
        (["generate", "ugc_video", "--scrip", "x"], "ugc_video has no flag --scrip. Did you mean --script"),
        (["generate", "ugc_model_shoot", "--variations", "three"], "takes a whole number, not the text"),
        (["generate", "ugc_video", "--script", "x", "--avatar", "nobody.png"], "avatar: there is no file 'nobody.png'"),
        (["generate", "ugc_video", "--script", "x"], NO_KEY),
        (["generate", "ugc_video", "--script", "x", "--offline"], "this needs the network, and the client is offline"),
        (["status", "gen_1"], NO_KEY),
        (["status", "../admin"], "'../admin' is not a valid id; nothing was sent"),
        (["status"], "See `clipwise status --help`"),
        (["generate", "--script", "x"], "no format is named"),
        (["generate", "--format"], "--format needs a value"),
        (["generate", "ugc_video", "--script"], "--script requires an argument"),
        (["generate", "ugc_video", "--script", "x", "--input", "mood"], "--input takes name=value, not 'mood'"),
        (["nonsense"], 'Unknown command "nonsense"'),
        (["--timeout", "soon", "formats", "list"], "--timeout takes a number of seconds, not 'soon'"),
        (["--timeout=-1", "formats", "list"], "timeout must be a number of seconds above 0"),
        (["--base-url", "ftp://x", "formats", "list"], "'ftp://x' is not a base URL"),
        (["--api-key", "two words", "status", "gen_1"], "holds a space, a line break or another character"),
        (["--sandbox", "--offline", "status", "gen_1"], "cannot be used together"),
        (["validate"], "no file to check"),
        (["generate", "ugc_video", "--script", "ads/scrpt.txt"], "script: there is no file 'ads/scrpt.txt'"),
        (["generate", "smart", "--prompt", "x", "--poll-interval", "-1"], "interval is a number of seconds, not -1.0"),
        (["generate", "smart", "--prompt", "x", "--output", "/proc/x"], "cannot write into '/proc/x'"),
        (["--sandbox", "--base-url", "http://x", "status", "gen_1"], "cannot be used together"),
        (["--sandbox", "auth", "set-key", "cw_live_x"], "the sandbox needs no key"),
        (["auth", "set-key", ""], "is empty"),
        (["generate", "smart", "--prompt", "x", "--input", "prompt=y"], "prompt: is given twice"),
        (["uploads", "create", "nowhere.png", "--api-key", "cw_x"], "there is no file 'nowhere.png'; nothing was sent"),
    ],
)  # fmt: skip
def test_bad_input_gets_one_clear_message_and_exit_code_2(clipwise, arguments, said):
    """No traceback, nothing on standard output, what to do next."""
    ran = clipwise(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.png", b"", "is empty"),
        ("text.png", b"only words\n", "holds text, not image"),
        ("sound.png", b"ID3\x04\x00\x00\x00\x00\x00\x00", "holds audio, not image"),
    ],
)
def test_a_file_of_the_wrong_kind_is_refused_before_anything_is_sent(clipwise, tmp_path, name, content, said):
    """The content decides, not the name."""
    (tmp_path / name).write_bytes(content)
    ran = clipwise("generate", "ugc_video", "--script", "x", "--avatar", tmp_path / name)
    assert ran.code == 2
    assert said in ran.err


def test_a_program_gets_the_error_envelope(clipwise):
    """With --json the error is one JSON document on standard error, in the API's shape."""
    ran = clipwise("generate", "ugc_video", "--json", "--offline")
    document = ran.err[ran.err.index("{") :]
    error = json.loads(document)
    assert (ran.code, ran.out) == (2, "")
    assert error["success"] is False
    assert error["error"]["code"] == "validation_error"
    assert [each["path"] for each in error["error"]["details"]["problems"]] == [["script"]]


def test_a_script_may_begin_with_a_hyphen(clipwise):
    """A text with spaces is never taken for a flag."""
    ran = clipwise(
        "generate", "ugc_video", "--script", "- first, - second", "--generate-subtitle", "false", "--offline"
    )
    assert "this needs the network" in ran.err


def test_a_key_is_saved_shown_short_and_cleared(clipwise, tmp_path, monkeypatch):
    """The file is for its owner only, other settings in it stay, and the key is never shown whole."""
    path = tmp_path / "made" / "config.json"
    monkeypatch.setenv("CLIPWISE_CONFIG_PATH", str(path))
    key = "cw_live_0123456789abcdefghij"
    assert clipwise("auth", "set-key", key).code == 0
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert json.loads(path.read_text()) == {"api_key": key, "base_url": "https://app.clipwise.ai"}
    shown = clipwise("auth", "show")
    assert "cw_live_…ghij" in shown.out
    assert key not in shown.out + shown.err
    assert clipwise("auth", "clear").code == 0
    assert json.loads(path.read_text()) == {"base_url": "https://app.clipwise.ai"}


def test_a_config_that_cannot_be_understood_stops_only_what_needs_it(clipwise, home):
    """Formats and checks work; a command that needs the key says what is wrong, and the hint it gives works."""
    path = home / "config.json"
    path.write_text("{")
    assert clipwise("formats", "list").code == 0
    assert f"the config file {path} is not JSON" in clipwise("auth", "show").out
    refused = clipwise("status", "gen_1")
    assert (refused.code, f"no API key: the config file {path} is not JSON" in refused.err) == (2, True)
    saved = clipwise("auth", "set-key", "cw_live_0123456789abcdefghij")
    assert saved.code == 0
    assert (home / "config.json.unreadable").read_text() == "{"
    assert json.loads(path.read_text())["api_key"] == "cw_live_0123456789abcdefghij"


@pytest.mark.parametrize(
    "arguments", [["formats", "list"], ["generate", "ugc_video", "--help"], ["--help"], ["status", "x"]]
)
@pytest.mark.parametrize("shell", ["{} >&-", "{} 2>&-", "{} | head -1", "PYTHONIOENCODING=ascii {}", "COLUMNS=1 {}"])
def test_odd_streams_make_no_traceback(arguments, shell, home):
    """Closed, cut short, without a character, one column wide: no traceback, and the exit code of the command."""
    command = shlex.join([sys.executable, "-m", "clipwise", *arguments])
    script = f"set -o pipefail; {shell.format(command)}"
    environment = {"CLIPWISE_HOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C"}
    ran = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, timeout=20, env=environment, check=False
    )
    assert "Traceback" not in ran.stderr
    assert ran.returncode == (2 if "status" in arguments else 0)


def test_a_saved_key_is_not_used_for_another_host(clipwise):
    """What was saved for the API is not sent to wherever --base-url points."""
    clipwise("auth", "set-key", "cw_live_0123456789abcdefghij")
    shown = json.loads(clipwise("auth", "show", "--json", "--base-url", "http://127.0.0.1:9").out)
    assert (shown["api_key"], shown["base_url"]) == (None, "http://127.0.0.1:9")


def test_the_version_is_printed(clipwise):
    """`--version` prints the version and nothing else."""
    from clipwise import __version__

    assert clipwise("--version").out == f"{__version__}\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("job.json", '{"format": "ugc_video", "script": "Hello, my friend."}'),
        ("job.yaml", "format: ugc_video\nscript: Hello, my friend.  # as the skeleton writes it\n"),
        ("job.toml", 'format = "ugc_video"\nscript = "Hello, my friend."\n'),
    ],
)
def test_a_whole_job_may_be_written_in_any_of_the_ways_of_spec_files(clipwise, tmp_path, name, text):
    """`generate --spec` takes what `formats skeleton` writes."""
    (tmp_path / name).write_text(text)
    ran = clipwise("generate", "--spec", tmp_path / name, "--dry-run", "--offline", "--json")
    assert ran.code == 0
    assert json.loads(ran.out)["request"] == {"format": "ugc_video", "script": "Hello, my friend."}
