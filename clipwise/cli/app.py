"""The tree of commands, and the manner that all of them share. Each command is a function in a module of its group.

A command gets the session first; the parser sees only its other parameters.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from cyclopts import App, Group

from . import check, formats, jobs, journal, library, setup
from .session import Session, anywhere_help

ABOUT = "Make videos from the command line, with the Clipwise API or a sandbox on this machine."
EXIT_CODES = "Exit codes: 0; 2 an error (API, check, usage); 3 the job ended failed or cancelled; 130 interrupted."
EPILOGUE = f"Anywhere on the line:\n\n{anywhere_help()}\n\n{EXIT_CODES}"

JOBS, LIBRARY, SETUP = (Group(name, sort_key=key) for key, name in enumerate(("Jobs", "Formats and files", "Setup"), 1))
# Each command, or group of commands, with the group of the help that it stands in.
COMMANDS: Mapping[str, tuple[Group, Callable[..., Any]]] = {
    "status": (JOBS, jobs.status),
    "wait": (JOBS, jobs.wait),
    "cancel": (JOBS, jobs.cancel),
    "download": (JOBS, jobs.download),
    "validate": (JOBS, check.validate),
    "extract-url": (LIBRARY, library.extract_url),
}
BRANCHES: Mapping[str, tuple[Group, str, Mapping[str, Callable[..., Any]]]] = {
    "jobs": (JOBS, "The jobs that were started on this machine, and how they stand.", journal.JOBS),
    "formats": (LIBRARY, "What kinds of video there are, and what each takes.", formats.COMMANDS),
    "resources": (LIBRARY, "Avatars, voices, backgrounds and whatever else jobs are made of.", library.RESOURCES),
    "uploads": (LIBRARY, "One-off files for jobs.", library.UPLOADS),
    "products": (LIBRARY, "Products and their pictures.", library.PRODUCTS),
    "voices": (LIBRARY, "Voices: the catalog, and clones of your own.", library.VOICES),
    "auth": (SETUP, "The API key.", setup.AUTH),
    "sandbox": (SETUP, "The API on this machine, without an account.", setup.SANDBOX),
}


def build(session: Session) -> App:
    """Return the command line for one session."""
    from .._version import __version__

    app = plain_app("clipwise", ABOUT, "Help", version=__version__, version_flags=("--version",))
    app.command(_generate, name="generate", group=JOBS)
    for name, (group, function) in COMMANDS.items():
        app.command(_with(session, function), name=name, group=group)
    for name, (group, about, commands) in BRANCHES.items():
        branch = plain_app(name, about, "Commands", group=group)
        for command, function in commands.items():
            if command:
                branch.command(_with(session, function), name=command)
            else:  # what the group does by itself
                branch.default(_with(session, function))
        app.command(branch)
    return app


def plain_app(name: str, about: str, commands: str, epilogue: str = "", **more: Any) -> App:
    """Return an app in our manner: plain help that ends with what may stand anywhere."""
    return App(
        name=name,
        help=about,
        help_format="plaintext",
        help_epilogue=epilogue + EPILOGUE,
        group_commands=Group(commands, sort_key=9),
        **{"version_flags": (), "suppress_keyboard_interrupt": False, **more},
    )


def _generate() -> None:
    """Start a job: `generate FORMAT --flag …`; `generate FORMAT --help` shows that format's flags."""


def _with(session: Session, function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command its session."""
    signature = inspect.signature(function, eval_str=True)
    own = list(signature.parameters.values())[1:]

    def command(*given: Any, **named: Any) -> Any:
        return function(session, *given, **named)

    command.__signature__ = signature.replace(parameters=own)  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in own}
    command.__doc__ = function.__doc__
    command.__name__ = function.__name__
    return command
