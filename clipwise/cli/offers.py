"""What the shells complete, as data: made of the command line itself, and of format documents.

The shipped file is written by `scripts/completion.py`, and a test holds it equal to what is made here; what a server
said of its own formats is kept beside it. `complete` reads both.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .. import settings as configuration
from ..files import replace_file
from ..formats.document import Format
from ..projections.command import Flag, help_text, to_flags
from ..text import printable
from .complete import FORMAT, kept_at

LONGEST = 120  # characters of a meaning
MOST = 300  # formats whose flags are kept; of the others only the names
FILES = frozenset(("--catalog", "--upload-root"))


def described(
    app: Any,
    options: Mapping[str, tuple[Any, str]],
    anywhere: Mapping[str, tuple[bool, str]],
    formats: Iterable[Format],
) -> dict[str, Any]:
    """Return all that is completed: of the parser's own tree of commands, of the options of a job, of documents."""
    commands = {name: _command(app[name]) for name in app if not name.startswith("-")}
    flags = {f"--{name.replace('_', '-')}": [_value(kind), _short(about)] for name, (kind, about) in options.items()}
    commands["generate"] |= {"formats": True, "takes": [FORMAT], "many": False}
    commands["generate"]["flags"] = {**flags, "--format": [FORMAT, "The format, by any name"]}
    return {
        "commands": commands,
        "flags": {"--version": ["", "Show the version"]},
        "anywhere": {
            **{name: [_anywhere(name, valued), _short(about)] for name, (valued, about) in anywhere.items()},
            "--help": ["", "Show the help"],
        },
        "formats": {each.slug: of_format(each) for each in formats},
    }


def of_format(format: Format) -> dict[str, Any]:
    """Return what is completed of one format: its flags, and what each takes."""
    flags: dict[str, Any] = {}
    for flag in to_flags(format):
        flags[flag.name] = [_of_flag(flag), _short(help_text(flag.input))]
        if flag.negative:
            flags[flag.negative] = ["", ""]
    return {"about": _short(format.description), "flags": flags}


def _of_flag(flag: Flag) -> Any:
    each = flag.input
    if each.switch:
        return ""
    if each.choices:
        return [str(choice) for choice in each.choices]
    return "file" if each.takes_files or each.text_from else "text"


def _command(app: Any) -> dict[str, Any]:
    """Describe a command of the parser, with those under it."""
    told: dict[str, Any] = {"about": _short(app.help or _documented(app)), "flags": {}, "takes": [], "many": False}
    below = {name: _command(app[name]) for name in app if not name.startswith("-")}
    if below:
        told["commands"] = below
    for each in app.assemble_argument_collection() if app.default_command else ():
        kind = each.field_info.kind
        takes = _takes(each)
        if kind in (kind.POSITIONAL_ONLY, kind.VAR_POSITIONAL):
            told["takes"].append(takes)
            told["many"] = told["many"] or kind is kind.VAR_POSITIONAL
        else:
            told["flags"] |= {name: [takes, _short(each.parameter.help or "")] for name in each.names}
    return told


def _documented(app: Any) -> str:
    return (getattr(app.default_command, "__doc__", None) or "").strip().partition("\n")[0]


def _takes(argument: Any) -> Any:
    choices = argument.get_choices(force=True)
    if choices:
        return list(choices)
    return FORMAT if argument.field_info.name in ("format", "video_format") else _value(argument.hint)


def _value(kind: Any) -> str:
    """Say what a type takes: nothing, a file, or a text."""
    named = str(kind)
    return "" if "bool" in named else "file" if "Path" in named else "text"


def _anywhere(name: str, valued: bool) -> str:
    return ("file" if name in FILES else "text") if valued else ""


def _short(text: str) -> str:
    return printable(text.partition("\n\n")[0], LONGEST)


# --- what is kept -----------------------------------------------------------------------------------------------------


def keep(formats: Any) -> None:
    """Keep what is completed of a catalog that was just fetched; where it cannot be kept, nothing is."""
    found: dict[str, Any] = {}
    for place, name in enumerate(formats.names()):
        each = formats.find(name) if place < MOST else None
        found[name] = of_format(each) if each is not None and each.complete else {"about": "", "flags": {}}
    with contextlib.suppress(OSError, ValueError):
        (configuration.home_path() / "cache" / "completion").mkdir(parents=True, exist_ok=True, mode=0o700)
        replace_file(Path(kept_at(os.environ)), json.dumps(found).encode())
