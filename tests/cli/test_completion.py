"""Claims about completion: what is offered, in a real shell, from data that cannot disagree with the command line."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from stub_api import StubApi, document

from clipwise.cli import main
from clipwise.cli.complete import completed, joined, kept_at, known

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(sys.executable).parent
KEY = "cw_live_" + "z" * 24


def offered(line: str) -> list[str]:
    """What is offered for the last word of a line."""
    return [word for word, _ in completed(line.split(" "), known())]


def test_the_shipped_data_are_those_of_the_command_line():
    """Commands, flags, choices and documents are as the real tree has them: the script would write the same file."""
    checked = subprocess.run([sys.executable, ROOT / "scripts" / "completion.py", "--check"], timeout=60, check=False)
    assert checked.returncode == 0


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("gen", ["generate"]),
        ("formats re", ["refresh"]),
        ("generate teas", []),
        ("generate ugc_v", ["ugc_video"]),
        (
            "generate ugc_video --pro",
            ["--product-images", "--product-type", "--product-description", "--product-image"],
        ),
        ("generate --format ugc_video --scr", ["--script"]),
        ("generate inventory_shoot --mode ", ["product_shoot", "model_shoot"]),
        ("generate inventory_shoot --mode=p", ["--mode=product_shoot"]),
        ("formats show smar", ["smart"]),
        ("--json formats sh", ["show"]),
        ("--timeout 5 formats sh", ["show"]),
        ("status --off", ["--offline"]),
        ("sandbox serve --quality d", ["draft"]),
        ("generate ugc_video --dry", ["--dry-run"]),
        ("resources list avatars --vid", ["--video-format"]),
        ("completion f", ["fish"]),
        ("--vers", ["--version"]),
    ],
)
def test_what_may_stand_there_is_offered(line, words):
    """Commands, sub-commands, flags, formats with their own flags, and the values of closed sets."""
    assert offered(line) == words


@pytest.mark.parametrize("line", ["validate ", "generate ugc_video --avatar ", "generate ugc_video --spec ",
                                  "uploads create fi", "--catalog ", "status gen"])  # fmt: skip
def test_files_are_left_to_the_shell(line):
    """Where a path or a free text stands nothing is offered, so that the shell offers files."""
    assert offered(line) == []


def test_bash_cuts_a_flag_at_its_equals_sign():
    """The three words that bash makes of `--mode=p` are one again, and only the value is offered."""
    assert joined(["generate", "--mode", "=", "p"]) == ["generate", "--mode=p"]
    assert joined(["generate", "--mode", "="]) == ["generate", "--mode="]


def test_nothing_slow_is_loaded(tmp_path):
    """Neither the parser nor the client, nor what makes either slow, is loaded for a completion."""
    probe = (
        "import sys; from clipwise.cli import main; main(['__complete', 'bash', 'generate', 'ugc_video', '--']);"
        "heavy = {'cyclopts', 'httpx', 'rich', 'typing', 'inspect', 'pathlib', 'clipwise.client', 'clipwise.formats'};"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    found = subprocess.run([sys.executable, "-S", "-c", probe], env={"PYTHONPATH": str(ROOT)}, capture_output=True,
                           text=True, timeout=60, check=True)  # fmt: skip
    assert found.stderr == "[]\n"
    assert found.stdout.startswith("--script\tWords the actor speaks")


@pytest.mark.parametrize("words", [[], ["bash"], ["bash", ""], ["zsh", "--", "\udce9"], ["", "x", "--=", "=", ""]])
def test_no_line_is_an_error(words, capsys):
    """Whatever stands on the line, the shell gets an answer and no traceback."""
    assert main(["__complete", *words]) == 0
    assert capsys.readouterr().err == ""


def test_the_accounts_own_formats_are_completed(monkeypatch, capsys):
    """A format that the server has told of is offered with its flags, and to no other account."""
    own = document(
        "teaser_of_mine", {"name": "prompt", "type": "string"}, optional=[{"name": "mood", "enum": ["a", "b"]}]
    )
    server = StubApi().on("GET", "formats/", {"success": True, "formats": [own]})
    monkeypatch.setenv("CLIPWISE_API_KEY", KEY)
    monkeypatch.setenv("CLIPWISE_BASE_URL", server.url)
    try:
        assert offered("generate teaser") == []
        assert main(["formats", "list"]) == 0
    finally:
        server.close()
    capsys.readouterr()
    assert offered("generate teaser") == ["teaser_of_mine"]
    assert offered("generate teaser_of_mine --mood ") == ["a", "b"]
    assert json.loads(Path(kept_at(os.environ)).read_bytes())["teaser_of_mine"]["about"] == ""
    monkeypatch.setenv("CLIPWISE_API_KEY", KEY[:-1] + "y")
    assert offered("generate teaser") == []


def typed(command: list[str], lines: list[str], wanted: str, environment: dict[str, str]) -> str:
    """Type lines into a shell on a terminal of its own; return what it shows, at the latest after ten seconds."""
    import pty

    child, terminal = pty.fork()
    if child == 0:
        os.execvpe(command[0], command, environment)
    shown, until = "", time.monotonic() + 10
    try:
        for line in lines:
            time.sleep(0.4)
            os.write(terminal, line.encode())
        while time.monotonic() < until and not re.search(wanted, shown):
            if select.select([terminal], [], [], 0.2)[0]:
                shown += os.read(terminal, 4096).decode(errors="replace")
    finally:
        os.close(terminal)
        os.kill(child, 9)
        os.waitpid(child, 0)
    return shown


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("clipwise gen\t", "clipwise generate "),
        ("clipwise generate ugc_video --pro\t\t\t", "--product-description"),
        ("clipwise formats show ugc_v\t", "clipwise formats show ugc_video "),
        ("clipwise generate inventory_shoot --mode=mo\t", "--mode=model_shoot "),
        ("clipwise validate on\t", "clipwise validate one.json "),
    ],
)
def test_bash_completes(line, wanted, tmp_path, home):
    """At a press of TAB a real bash writes what is missing; a file's name is its own business."""
    (tmp_path / "one.json").write_text("{}")
    path = f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}"
    environment = {"PATH": path, "HOME": str(tmp_path), "CLIPWISE_HOME": str(home), "TERM": "dumb", "PS1": "> "}
    start = f'cd {tmp_path}; eval "$(clipwise completion bash)"\n'
    shown = typed(["bash", "--norc", "--noprofile", "-i"], [start, line], re.escape(wanted), environment)
    assert wanted in shown


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_is_right_for_its_shell(shell):
    """Each shell that is on this machine can read its script."""
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell}")
    made = subprocess.run([SCRIPTS / "clipwise", "completion", shell], capture_output=True, timeout=60, check=True)
    read = subprocess.run([shell, "-n"], input=made.stdout, capture_output=True, timeout=60, check=False)
    assert (read.returncode, read.stderr) == (0, b"")
