"""The process that a command runs in: its signals, its streams, and the width of its terminal. Knows no command."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from types import FrameType
from typing import IO

NARROWEST = 30


def stop_once() -> None:
    """Ctrl-C, or a polite end (SIGTERM), stops the command: the sandbox stops, and the job's id is told.

    Whoever presses again does not cut that off.
    """

    def stop(_: int, __: FrameType | None) -> None:
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, stop)


def stop_again() -> None:
    """Let one more Ctrl-C count, where the first one started work of its own."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.default_int_handler)


def stop_no_more() -> None:
    """Everything is done and said: a Ctrl-C while Python takes itself apart changes nothing."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def without_other_commands() -> None:
    """Keep httpx from loading its own command line, and with it click, pygments and rich where they are installed."""
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]


def terminal_width(unknown: int = 100) -> int:
    """Return how many characters a line has: COLUMNS, else what the terminal says, else what is given."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told):
        return int(told)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or unknown  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):
        return unknown


def made_fit() -> None:
    """Streams that are not there (`2>&-`) lead nowhere, one that lacks a character replaces it.

    A terminal of no width is one of unknown width, and none is narrower than a word. Where no colours are wanted no
    codes are written at all, as on a dumb terminal.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115  (until the end)
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    if os.environ.get("NO_COLOR"):
        os.environ["TERM"] = "dumb"
    if not os.environ.get("COLUMNS", "").strip("0"):
        os.environ.pop("COLUMNS", None)
    if terminal_width(80) < NARROWEST:
        os.environ["COLUMNS"] = str(NARROWEST)


def forget(stream: IO[str]) -> None:
    """Let what is still to be written go nowhere, so that the end of the process does not complain."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
