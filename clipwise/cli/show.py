"""What a person or a program sees: results on standard output, everything else on standard error.

`--json` prints exactly one document. Text from outside is cleaned before it is shown. Knows no client.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import textwrap
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import IO, Any

from ..errors import ClipwiseError, Problem
from ..flows.events import Downloaded, Noted, Progress, Started, Uploaded, Uploading
from ..text import printable
from .place import forget, terminal_width

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # what no text may do to a terminal, wherever it came from
LARGE = 5_000_000  # bytes of a file from which on it is told how much of it is sent


class Show:
    """Shows results and events in the way that was asked for; `program` is how hints write the command."""

    def __init__(self, as_json: bool = False, program: str = "clipwise") -> None:
        self.as_json = as_json
        self.program = program

    def result(self, content: Any, text: str | Iterable[str] = "") -> None:
        """Print a result: the content as one JSON document, or the text for a person."""
        if self.as_json:
            write(json.dumps(content, indent=2, ensure_ascii=not _speaks_utf8(sys.stdout)), sys.stdout)
            return
        lines = [text] if isinstance(text, str) else list(text)
        for line in lines:
            _print(line, sys.stdout)

    def note(self, text: str) -> None:
        """Say something that is not a result; where it cannot be said, the work goes on."""
        with contextlib.suppress(OSError):
            _print(self.command(text), sys.stderr)

    def error(self, error: ClipwiseError) -> None:
        """Say what went wrong: the API's error envelope as JSON, or one message."""
        if self.as_json:
            envelope = error.envelope()
            envelope["error"]["message"] = self.command(envelope["error"]["message"])
            with contextlib.suppress(OSError):
                print(json.dumps(envelope, indent=2, default=str), file=sys.stderr)
            return
        text = printable(str(error), 20000, lines=True)
        about = f" [request {error.request_id}]" if error.request_id else ""
        self.note(f"clipwise: {text}{about}")

    def command(self, text: str, flags: bool = True) -> str:
        """Commands in hints are written so that they can be run as they stand, and Python's names as `flags`."""
        text = text.replace("extra_inputs sends it", "--input name=value sends it") if flags else text
        return text.replace("`clipwise ", f"`{self.program} ")

    def watcher(self) -> Watcher:
        """Return a listener for the events of a job: a bar on a terminal, lines elsewhere."""
        return BarWatcher(self) if self.is_terminal else Watcher(self)

    @property
    def is_terminal(self) -> bool:
        """Whether a person watches standard error in something that can redraw a line."""
        return sys.stderr.isatty() and os.environ.get("TERM", "") != "dumb" and not self.as_json


class Watcher(AbstractContextManager["Watcher"]):
    """Tells of a job's events, one line for each change; remembers the job's id."""

    def __init__(self, show: Show) -> None:
        self.show = show
        self.id = ""
        self.completed = False  # the server was heard to say so
        self.key = ""  # what the journal knows the job by, if it does
        self.sending = False  # whether the job itself is on its way
        self.said = ""
        self.tenth = 0

    def __exit__(self, *_: object) -> None:
        return None

    def __call__(self, event: Any) -> None:
        """Hear an event."""
        if isinstance(event, Started):
            self.id = event.id
            self.started(event)
        elif isinstance(event, Uploading):
            self.tenth = 0
            self.line(f"uploading {printable(event.path.name, 100)} ({size_text(event.size)})")
        elif isinstance(event, Uploaded):
            if event.size > LARGE:
                self.uploaded(event)
        elif isinstance(event, Noted):
            self.sending = True
            self.key = event.key if event.kept else ""
        elif isinstance(event, Progress):
            self.id, self.completed = event.id, event.status == "completed"
            self.progress(event)
        elif isinstance(event, Downloaded):
            pass  # the path is a result, and is printed as one

    def started(self, event: Started) -> None:
        """The job has an id."""
        self.line(f"started {printable(event.id, 100)}")

    def uploaded(self, event: Uploaded) -> None:
        """So much of a large file is sent; said at every tenth of it."""
        tenth = 10 * event.sent // event.size
        if tenth > self.tenth:
            self.line(f"uploading {printable(event.path.name, 100)}: {tenth}0 % of {size_text(event.size)}")
        self.tenth = tenth

    def progress(self, event: Progress) -> None:
        """The job stands somewhere; said when it is new."""
        text = stand_text(event)
        if text != self.said:
            self.said = text
            self.line(text)

    def line(self, text: str) -> None:
        """Say one line, unless a program listens."""
        if not self.show.as_json:
            self.show.note(text)


class BarWatcher(Watcher):
    """Draws a bar on the terminal while the job runs."""

    def __init__(self, show: Show) -> None:
        super().__init__(show)
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
        self.bar = Bar(*columns, console=Console(stderr=True), transient=True)
        self.task: Any = None

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def uploaded(self, event: Uploaded) -> None:
        """Move the bar along a large file."""
        self.move(f"uploading {printable(event.path.name, 60)}", event.sent / event.size)

    def progress(self, event: Progress) -> None:
        """Move the bar; a job whose progress is not told gets one that pulses."""
        self.move(stand_text(event), event.progress)

    def move(self, text: str, share: float | None) -> None:
        """Draw the bar at a share from 0 to 1; without one it pulses."""
        if self.task is None:
            self.bar.start()
            self.task = self.bar.add_task("", total=None)
        self.bar.update(self.task, description=text, total=None if share is None else 1.0, completed=share or 0.0)

    def line(self, text: str) -> None:
        """Lines go above the bar."""
        self.bar.console.print(text, markup=False, highlight=False, soft_wrap=True)


# --- texts ------------------------------------------------------------------------------------------------------------


def stand_text(event: Progress) -> str:
    """Return how a job stands in a few words: its status, and its stage where that says more."""
    status, stage = printable(event.status, 40), printable(event.stage, 60)
    return f"{status}: {stage}" if stage and stage != status else status


def table(rows: Sequence[Sequence[str]], heads: Sequence[str]) -> list[str]:
    """Return rows as aligned lines under heads; the last column is wrapped to the terminal's width."""
    cells = [[printable(cell, 500) for cell in row] for row in (list(heads), *rows)]
    widths = [max((len(row[place]) for row in cells), default=0) for place in range(len(heads) - 1)]
    indent = sum(widths) + 2 * len(widths)
    room = max(24, terminal_width() - indent)
    lines = []
    for row in cells:
        lead = "".join(f"{cell:<{width}}  " for cell, width in zip(row, widths, strict=False))
        wrapped = textwrap.wrap(row[-1], room) or [""]
        lines += [(lead + wrapped[0]).rstrip(), *(" " * indent + more for more in wrapped[1:])]
    return lines


def wrapped(text: str, indent: str = "") -> list[str]:
    """Return a paragraph as lines of the terminal's width."""
    return textwrap.wrap(text, max(24, min(100, terminal_width())), initial_indent=indent, subsequent_indent=indent)


def problem_lines(problems: Iterable[Problem]) -> list[str]:
    """Return one line for each problem, errors and warnings told apart."""
    return [f"  {each.severity}: {printable(each, 1000)}" for each in problems]


def size_text(size: int) -> str:
    """Return a size in bytes for a person."""
    amount, unit = float(size), "B"
    for larger in ("KB", "MB", "GB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.0f} {unit}" if unit == "B" or amount >= 100 else f"{amount:.1f} {unit}"


def write_line(text: str, stream: IO[str]) -> None:
    """Write one line to a stream, with replacements for characters that it lacks."""
    _print(text, stream)


def _speaks_utf8(stream: IO[str]) -> bool:
    return (getattr(stream, "encoding", "") or "").lower().replace("-", "") == "utf8"


def _print(text: str, stream: IO[str]) -> None:
    """A terminal that lacks a character gets a replacement, not a traceback."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    write(CONTROL.sub("", text).encode(encoding, "replace").decode(encoding), stream)


def write(text: str, stream: IO[str]) -> None:
    """Write a line; where its reader has seen enough (`| head -1`) the command goes on and says nothing more."""
    try:
        print(text, file=stream)
    except BrokenPipeError:
        forget(stream)
