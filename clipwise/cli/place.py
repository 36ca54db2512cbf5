"""The process that a command runs in: its signals, its streams, and the width of its terminal. Knows no command."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType


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


def made_fit() -> None:
    """Streams that are not there (`2>&-`) lead nowhere; a terminal of no width is one of unknown width."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115  (until the end)
    if not os.environ.get("COLUMNS", "").strip("0"):
        os.environ.pop("COLUMNS", None)
