"""The command line: `main` turns arguments into an exit code; nothing else here is public.

Exit codes: 0; 2 for any error of the API, of clipwise, of a check or of usage; 3 when a job ended failed or
cancelled; 130 when interrupted.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    tokens = list(sys.argv[1:] if arguments is None else arguments)
    if tokens in (["--version"], ["-V"]):
        from .._version import __version__

        print(__version__)
        return 0
    from .run import run

    try:
        code = run(tokens)
        sys.stdout.flush()
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
