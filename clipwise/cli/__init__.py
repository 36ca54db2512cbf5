"""The command line: `main` turns arguments into an exit code; nothing else here is public.

Exit codes: 0; 2 for any error of the API, of clipwise, of a check or of usage; 3 when a job ended failed or
cancelled; 130 when interrupted.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        return _main(list(sys.argv[1:] if arguments is None else arguments))
    except KeyboardInterrupt:  # before the command could say more
        print("interrupted", file=sys.stderr)
        return 130


def _main(tokens: list[str]) -> int:
    _make_fit()
    if tokens in (["--version"], ["-V"]):
        from .._version import __version__

        print(__version__)
        return 0
    from .run import run

    try:
        code = run(tokens)
        sys.stdout.flush()
    except SystemExit:  # how a help page ends that nobody reads to its end
        return 0
    except BrokenPipeError:
        # Whoever read the output has seen enough (`| head -1`).
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        with contextlib.suppress(OSError):
            print(f"clipwise: the output cannot be written: {error.strerror or error}", file=sys.stderr)
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    return code


NARROWEST = 30


def _make_fit() -> None:
    """Closed streams swallow what is written, one that lacks a character replaces it, none is narrower than a word."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: PTH123, SIM115  (stays open as long as the process)
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    if shutil.get_terminal_size().columns < NARROWEST:
        os.environ["COLUMNS"] = str(NARROWEST)
