"""How long it takes until a command has done its work: whole processes, against an interpreter that does nothing.

The commands are run by the script that was installed, with an empty home folder and without a key.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from .rows import Figure, Limit, Row, in_turn
from .server import served

SCRIPT = str(Path(sys.executable).with_name("clipwise"))
NOTHING = (sys.executable, "-c", "pass")
ROUNDS = 15
SPEC = {"format": "ugc_video", "script": "I tried this for a week, and now I take it everywhere."}
KEY = "cw_live_" + "b" * 24


def started(command: Sequence[str], home: Path, settings: Mapping[str, str]) -> None:
    """Run a command to its end; it must succeed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CLIPWISE_")}
    env = {**kept, "CLIPWISE_HOME": str(home), **settings}
    subprocess.run(command, env=env, check=True, capture_output=True, timeout=60, cwd=home)


def against_nothing(command: Sequence[str], settings: Mapping[str, str] = {}) -> Figure:
    """Measure a command against an interpreter that does nothing."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "one.json").write_text(json.dumps(SPEC))
        return in_turn(lambda: started(command, home, settings), lambda: started(NOTHING, home, settings), ROUNDS)


def of_status() -> Figure:
    """Measure `status ID` with a server on loopback."""
    with served() as url:
        return against_nothing((SCRIPT, "status", "gen_1"), {"CLIPWISE_BASE_URL": url, "CLIPWISE_API_KEY": KEY})


def row(what: str, times: float, *command: str, measure: Callable[[], Figure] | None = None) -> Row:
    """Return the row of one command."""
    return Row(what, "python -c pass", Limit("times", times), measure or (lambda: against_nothing(command)))


ROWS = (
    row("import clipwise", 1.5, sys.executable, "-c", "import clipwise"),
    row("clipwise --version", 3, SCRIPT, "--version"),
    row("a completion of a command", 3, SCRIPT, "__complete", "bash", "gen"),
    row("a completion of a flag", 3, SCRIPT, "__complete", "bash", "generate", "ugc_video", "--pro"),
    row("formats list", 10, SCRIPT, "formats", "list"),
    row("formats show", 10, SCRIPT, "formats", "show", "ugc_video"),
    row("auth show", 10, SCRIPT, "auth", "show"),
    row("validate one.json", 11, SCRIPT, "validate", "one.json"),
    row("generate FORMAT --help", 15, SCRIPT, "generate", "ugc_video", "--help"),
    row("status ID over loopback", 17, measure=of_status),
)
