"""The command line as a process of its own, against the stub: how the tests of faults run it and interrupt it."""

from __future__ import annotations

import os
import pty
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hands import KEY
from stub_api import document

COMMAND = (sys.executable, "-m", "clipwise")
TEASER = document(
    "teaser",
    {"name": "line", "type": "string"},
    optional=[{"name": "cover", "type": "string", "accepts": ["image"]}],
    description="A short film that makes people wait. " * 5,
)
TEASE = ("generate", "teaser", "--line", "a")
QUEUED = {"generation": {"id": "gen_1", "status": "queued"}}
SOON = 1.0  # seconds from Ctrl-C to the end
BUSY = 1.0  # more, for a busy machine


class Program:
    """Runs `clipwise …` in a process of its own, with its own home."""

    def __init__(self, url: str, home: Path) -> None:
        self.environment = {
            "PATH": os.environ.get("PATH", ""),
            "CLIPWISE_HOME": str(home),
            "CLIPWISE_BASE_URL": url,
            "CLIPWISE_API_KEY": KEY,
            "COLUMNS": "100",
        }
        self.open: list[subprocess.Popen[str]] = []

    def start(self, *arguments: object, **more: Any) -> subprocess.Popen[str]:
        command, environment = [*COMMAND, *map(str, arguments)], {**self.environment, **more.pop("environment", {})}
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
        process = subprocess.Popen(command, env=environment, text=True, **pipes)
        self.open.append(process)
        return process

    def __call__(self, *arguments: object, **more: Any) -> tuple[int, str, str]:
        process = self.start(*arguments, **more)
        out, err = process.communicate(timeout=30)
        assert "Traceback" not in err + (out or "")
        assert "Exception ignored" not in err
        assert KEY not in err + (out or "")
        return process.returncode, out, err

    def close(self) -> None:
        for each in self.open:
            each.kill()
            each.communicate()


def no_room() -> None:
    """From now on no file may grow beyond its first 100 bytes, as on a disk that is full."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))


def until(ready: Callable[[], Any], seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)


def interrupted(process: subprocess.Popen[str], times: int = 1, kind: int = signal.SIGINT) -> str:
    """Press Ctrl-C and return what was said; it ends soon, with 130 and without a traceback."""
    begun = time.monotonic()
    for _ in range(times):
        process.send_signal(kind)
        time.sleep(0.02)
    _, said = process.communicate(timeout=10)
    assert time.monotonic() - begun < SOON + BUSY
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert "Exception ignored" not in said
    assert KEY not in said
    return said


def on_terminal(program: Program, *arguments: object, **environment: str) -> tuple[int, str]:
    """Run a command whose streams are one terminal; return its exit code and all that the terminal got."""
    ours, theirs = pty.openpty()
    process = program.start(*arguments, stdout=theirs, stderr=theirs, environment=environment)
    os.close(theirs)
    got: list[bytes] = []

    def read() -> None:
        try:
            while block := os.read(ours, 65536):
                got.append(block)
        except OSError:  # the other end is gone
            pass

    reader = threading.Thread(target=read)
    reader.start()
    code = process.wait(30)
    reader.join(10)
    os.close(ours)
    assert KEY.encode() not in b"".join(got)
    return code, b"".join(got).decode()
