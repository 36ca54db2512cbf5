"""The command line: `main` turns arguments into an exit code; nothing else here is public.

Exit codes: 0; 2 for any error of the API, of clipwise, of a check or of usage; 3 when a job ended failed or
cancelled; 130 when interrupted.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # as in the package: a completion is over before typing would be loaded
if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; without arguments it is this process's own."""
    tokens = list(sys.argv[1:] if arguments is None else arguments)
    if tokens in (["--version"], ["-V"]):
        from .._version import __version__

        print(__version__)
        return 0
    if tokens[:1] == ["__complete"]:
        from .complete import answer

        return answer(tokens[1:])
    from .place import forget, made_fit, stop_no_more, stop_once, without_other_commands

    try:
        made_fit()
        if arguments is None:
            stop_once()
            without_other_commands()
        from .run import run

        code = run(tokens)
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            forget(sys.stdout)
        if arguments is None:
            stop_no_more()
    except KeyboardInterrupt:
        return 130
    except (BrokenPipeError, SystemExit):  # rich, which shows help, says the former as the latter
        # Whoever read the output has seen enough (`| head -1`).
        forget(sys.stdout)
        return 0
    except OSError as error:
        import contextlib

        with contextlib.suppress(OSError):
            print(f"clipwise: the output cannot be written: {error.strerror or error}", file=sys.stderr)
        forget(sys.stdout)
        return 2
    finally:
        try:
            sys.stderr.flush()
        except OSError:
            forget(sys.stderr)
    return code
