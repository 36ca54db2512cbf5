"""The tree of commands, and the manner that all of them share. Each command is a function in a module of its group.

A command gets the session first; the parser sees only its other parameters. Only the modules that a line needs are
loaded, and the parser only for a line that it has to look at.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

from .pages import wrapped
from .session import Session, anywhere_help
from .words import Parameter, by_place

if TYPE_CHECKING:
    from cyclopts import App

ABOUT = "Make videos from the command line, with the Clipwise API or a sandbox on this machine."
EXIT_CODES = "Exit codes: 0; 2 an error (API, check, usage); 3 the job ended failed or cancelled; 130 interrupted."

JOBS, LIBRARY, SETUP = GROUPS = ("Jobs", "Formats and files", "Setup")
# Each command, or group of commands: the group of the help that it stands in, and where its functions are.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "status": (JOBS, "jobs.status"),
    "wait": (JOBS, "jobs.wait"),
    "cancel": (JOBS, "jobs.cancel"),
    "download": (JOBS, "jobs.download"),
    "validate": (JOBS, "check.validate"),
    "extract-url": (LIBRARY, "library.extract_url"),
    "completion": (SETUP, "shells.completion"),
}
BRANCHES: Mapping[str, tuple[str, str, str]] = {
    "jobs": (JOBS, "The jobs that were started on this machine, and how they stand.", "journal.JOBS"),
    "batch": (JOBS, "Many jobs from a file of specs, run to the end once.", "batch.BATCH"),
    "formats": (LIBRARY, "What kinds of video there are, and what each takes.", "formats.COMMANDS"),
    "resources": (LIBRARY, "Avatars, voices, backgrounds and whatever else jobs are made of.", "library.RESOURCES"),
    "uploads": (LIBRARY, "One-off files for jobs.", "library.UPLOADS"),
    "products": (LIBRARY, "Products and their pictures.", "library.PRODUCTS"),
    "voices": (LIBRARY, "Voices: the catalog, and clones of your own.", "library.VOICES"),
    "auth": (SETUP, "The API key.", "setup.AUTH"),
    "sandbox": (SETUP, "The API on this machine, without an account.", "setup.SANDBOX"),
}


def at(place: str) -> Any:
    """Return what stands at a place of this package, such as `jobs.status`."""
    module, _, name = place.partition(".")
    return getattr(import_module(f".{module}", __package__), name)


def without_parser(session: Session, line: Sequence[str]) -> Callable[[], Any] | None:
    """Return the call that a line of plain words stands for; None for one that a parser has to look at."""
    first, rest = next(iter(line), ""), list(line[1:])
    if first in BRANCHES:
        commands = at(BRANCHES[first][2])
        named = rest[0] if rest else ""
        function, rest = commands.get(named), rest[1:]
    else:
        function = at(COMMANDS[first][1]) if first in COMMANDS else None
    given = None if function is None else by_place(function, rest)
    return None if given is None else partial(function, session, *given)


def build(session: Session, line: Sequence[str] = ()) -> App:
    """Return the command line for one session: what a line's first word names, else all of it."""
    from cyclopts import Group

    from .._version import __version__

    groups = {name: Group(name, sort_key=key) for key, name in enumerate(GROUPS, 1)}
    wanted = next(iter(line), "")
    whole = wanted not in COMMANDS and wanted not in BRANCHES
    app = plain_app("clipwise", ABOUT, "Help", version=__version__, version_flags=("--version",))
    app.command(_generate, name="generate", group=groups[JOBS])
    for name, (group, place) in COMMANDS.items():
        if whole or name == wanted:
            app.command(_with(session, at(place)), name=name, group=groups[group])
    for name, (group, about, place) in BRANCHES.items():
        if whole or name == wanted:
            app.command(_branch(session, name, about, at(place), groups[group]))
    return app


def _branch(session: Session, name: str, about: str, commands: Mapping[str, Callable[..., Any]], group: Any) -> App:
    branch = plain_app(name, about, "Commands", group=group)
    for command, function in commands.items():
        if command:
            branch.command(_with(session, function), name=command)
        else:  # what the group does by itself
            branch.default(_with(session, function))
    return branch


def plain_app(name: str, about: str, commands: str, epilogue: str = "", **more: Any) -> App:
    """Return an app in our manner: plain help that ends with what may stand anywhere."""
    from cyclopts import App, Group

    from .pages import Formatter

    formatter: Any = Formatter()
    return App(
        name=name,
        help=about,
        help_format="plaintext",
        help_formatter=formatter,
        help_epilogue=epilogue + closing(),
        group_commands=Group(commands, sort_key=9),
        **{"version_flags": (), "suppress_keyboard_interrupt": False, **more},
    )


def closing() -> str:
    """Return how every help ends: what may stand anywhere, and the exit codes."""
    return "\n".join(("Anywhere on the line:", "", anywhere_help(), "", *wrapped(EXIT_CODES)))


def _generate() -> None:
    """Start a job: `generate FORMAT --flag …`; `generate FORMAT --help` shows that format's flags."""


def _with(session: Session, function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command its session, and the parser what it is told of the parameters."""
    signature = inspect.signature(function, eval_str=True)
    own = [each.replace(annotation=_told(each.annotation)) for each in list(signature.parameters.values())[1:]]

    def command(*given: Any, **named: Any) -> Any:
        return function(session, *given, **named)

    command.__signature__ = signature.replace(parameters=own)  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in own}
    command.__doc__ = function.__doc__
    command.__name__ = function.__name__
    return command


def _told(annotation: Any) -> Any:
    """Return an annotation with the parser's own words in the place of ours."""
    import cyclopts
    from cyclopts import validators

    if get_origin(annotation) is not Annotated:
        return annotation
    kind, *said = get_args(annotation)
    for place, each in enumerate(said):
        if isinstance(each, Parameter):
            low, high = each.between or (None, None)
            limits = {"validator": validators.Number(gte=low, lte=high)} if each.between else {}
            said[place] = cyclopts.Parameter(**each.told | limits)
    return Annotated.__class_getitem__((kind, *said))
