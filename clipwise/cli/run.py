"""From arguments to an exit code: the flags that stand anywhere are taken out, the command runs, errors are told.

The only place where an error becomes a message and an exit code.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Sequence

from ..errors import ClipwiseError, GenerationFailed
from .session import Session, separated, started, usage
from .show import Show

USAGE, ENDED_BADLY, INTERRUPTED = 2, 3, 130


def run(tokens: Sequence[str]) -> int:
    """Run one command and return its exit code; every error has been told when this returns."""
    show = Show("--json" in tokens)
    session: Session | None = None
    try:
        flags, rest = separated(tokens)
        session = started(flags)
        show = session.show
        _log_to(show)
        return _command(session, rest)
    except GenerationFailed as error:
        show.error(error)
        return ENDED_BADLY
    except ClipwiseError as error:
        show.error(error)
        return USAGE
    except ImportError as error:
        show.error(ClipwiseError(str(error)))
        return USAGE
    except KeyboardInterrupt as interrupt:
        text = str(interrupt) or "interrupted"
        show.error(ClipwiseError(text, code="interrupted")) if show.as_json else show.note(text)
        return INTERRUPTED
    finally:
        if session is not None:
            with contextlib.suppress(KeyboardInterrupt):
                session.close()


def _command(session: Session, rest: list[str]) -> int:
    if rest[:1] == ["generate"]:
        from .generate import generate

        return generate(session, rest[1:])
    from .app import build, without_parser

    if rest[:1] in (["validate"], ["batch"]):  # a lone hyphen is standard input, and no flag
        rest = ["./-" if token == "-" else token for token in rest]
    if (call := without_parser(session, rest)) is not None:
        result = call()
        return result if isinstance(result, int) else 0
    from cyclopts import CycloptsError

    app = build(session, rest)
    try:
        result = app(rest, exit_on_error=False, print_error=False, help_on_error=False, result_action="return_value")
    except CycloptsError as error:
        raise usage(error, " ".join(error.command_chain or ()), rest) from None
    return result if isinstance(result, int) else 0


def _log_to(show: Show) -> None:
    """Notices of the library go to standard error in the manner of the command line; programs get them too."""
    logger = logging.getLogger("clipwise")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("clipwise: %(message)s"))
    logger.handlers[:] = [handler]
    logger.propagate = False
