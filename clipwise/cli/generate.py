"""Formats become commands: `generate FORMAT --flag …`, with the flags that the format's document asks for.

The document is looked up first; then one command is built for it, parsed, checked, and run.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from ..client import _job
from ..errors import ClipwiseError
from ..flows import documents, submit
from ..formats.document import Format
from ..generation import Generation
from ..projections.command import joined, to_command, to_flags, to_inputs
from ..text import nearest, printable
from .run import usage
from .session import Session, UsageError, anywhere_help
from .show import table

ABOUT = """Start a job: `clipwise generate FORMAT --flag …`, or `clipwise generate --format FORMAT --flag …`.

The flags are those of the format: `clipwise generate FORMAT --help` shows them.
"""


def generate(session: Session, tokens: Sequence[str]) -> int:
    """Run `clipwise generate` with these arguments and return its exit code."""
    name, rest = named_format(tokens)
    client = session.client
    if name is None:
        if not rest or rest[0] in ("--help", "-h"):
            return _overview(session)
        raise UsageError("no format is named", hint="Try `clipwise generate ugc_video --help`")
    format = client._run(documents.resolve(client._context, name))
    return _run(session, format, rest)


def named_format(tokens: Sequence[str]) -> tuple[str | None, list[str]]:
    """Return the format's name, from the first argument or from `--format`, and the other arguments."""
    rest = list(tokens)
    for place, token in enumerate(rest):
        if token == "--":
            break
        if token.startswith("--format="):
            return token.partition("=")[2], rest[:place] + rest[place + 1 :]
        if token == "--format":
            if place + 1 == len(rest):
                raise UsageError("--format needs a value")
            return rest[place + 1], rest[:place] + rest[place + 2 :]
    if rest and not rest[0].startswith("-"):
        return rest[0], rest[1:]
    return None, rest


def _overview(session: Session) -> int:
    client = session.client
    formats = list(client._run(documents.catalog(client._context)))
    rows = [(each.slug, each.description) for each in formats]
    content = {"formats": [each.slug for each in formats]}
    lines = [*ABOUT.splitlines(), "", *table(rows, ("FORMAT", "")), "", "Anywhere on the line:", "", anywhere_help()]
    session.show.result(content, lines)
    return 0


# The options of every job, beside the format's own flags: the type, and what the help says.
OPTIONS: Mapping[str, tuple[Any, str]] = {
    "wait": (bool, "Wait until the job has ended"),
    "output": (Path | None, "Bring the files into this folder; waits for them"),
    "poll_interval": (float | None, "Seconds between two looks (default: 1, growing to 10)"),
    "idempotency_key": (str | None, "Makes this one job, however often it is sent"),
    "input": (list[str] | None, "name=value: an input that the document does not list"),
}


def _options() -> inspect.Signature:
    from cyclopts import Group, Parameter

    group = Group("Job", sort_key=4)
    return inspect.Signature(
        [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=False if kind is bool else None,
                annotation=Annotated[
                    kind, Parameter(name=_flag(name), help=about, negative="", group=group, show_default=False)
                ],
            )
            for name, (kind, about) in OPTIONS.items()
        ]
    )


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _run(session: Session, format: Format, tokens: list[str]) -> int:
    from cyclopts import App, CycloptsError, Group
    from cyclopts.exceptions import UnknownOptionError, UnusedCliTokensError

    from .app import EPILOGUE, example_lines

    flags = {flag.input.name: flag.name for flag in to_flags(format)}
    example = example_lines(format, flags)
    epilogue = ("Example:\n\n" + "\n".join(example) + "\n\n" if example else "") + EPILOGUE
    about = "\n\n".join(filter(None, (format.description, format.what_it_does)))
    app = App(
        name=f"clipwise generate {format.slug}",
        help=about or format.slug,
        help_format="plaintext",
        version_flags=(),
        group_commands=Group("Help", sort_key=5),
        help_epilogue=epilogue,
    )
    app.default(to_command(format, lambda given: _start(session, format, given), _options()))
    try:
        result = app(
            joined(format, tokens),
            exit_on_error=False,
            print_error=False,
            help_on_error=False,
            result_action="return_value",
        )
    except (UnknownOptionError, UnusedCliTokensError) as error:
        raise _unknown(format, error, flags, tokens) from None
    except CycloptsError as error:
        raise usage(error, f"generate {format.slug}") from None
    return result if isinstance(result, int) else 0


def _unknown(format: Format, error: Any, flags: Mapping[str, str], tokens: Sequence[str]) -> UsageError:
    """Name the flag that the format does not have, and the nearest that it has."""
    token = getattr(getattr(error, "token", None), "keyword", None) or next(iter(error.unused_tokens or ()), "")
    shown = printable(token, 80)
    if not token.startswith("-"):
        return UsageError(f"{shown!r} belongs to no flag", hint=f"See `clipwise generate {format.slug} --help`")
    near = [
        f"--{each}" for each in nearest(token.strip("-").partition("=")[0], [name[2:] for name in flags.values()], 2)
    ]
    hint = f"Did you mean {' or '.join(near)}? " if near else ""
    name = printable(token.strip("-").partition("=")[0].replace("-", "_"), 80)
    see = f"--input {name}=VALUE sends it all the same. See `clipwise generate {format.slug} --help`"
    return UsageError(f"{format.slug} has no flag {shown}", hint=hint + see)


def _start(session: Session, format: Format, given: dict[str, Any]) -> int:
    """Start the job, wait for it and bring its files, as far as that was asked for."""
    options = {"idempotency_key": given["idempotency_key"], "extra_inputs": _extra(given["input"] or ())}
    job = _job(format.slug, {**to_inputs(format, given["inputs"]), **options})
    client, output = session.client, given["output"]
    with session.show.watcher() as watcher:
        try:
            started = Generation(
                client._run(submit.submit(client._context, job), watcher), client, format.slug, job.key
            )
            if not given["wait"] and output is None:
                return _show_started(session, started)
            started.wait(interval=given["poll_interval"], on_progress=watcher)
            paths = [str(path) for path in started.download(output)] if output is not None else []
        except KeyboardInterrupt:
            _tell_how_to_go_on(session, watcher.id, job.key)
            raise
    return _show_done(session, started, paths)


def _show_started(session: Session, job: Generation) -> int:
    session.show.result(dict(job), job.id)
    session.show.note(f"`clipwise wait {job.id}` waits for it, `clipwise download {job.id}` brings its files")
    return 0


def _show_done(session: Session, job: Generation, paths: list[str]) -> int:
    from .app import film_last, job_lines

    content = {**job, "downloaded": paths} if paths else dict(job)
    session.show.result(content, film_last(paths) or job_lines(job, job.id))
    return 0


def _tell_how_to_go_on(session: Session, id: str, key: str) -> None:
    if id:
        session.show.note(f"{id} goes on; `clipwise wait {id}` waits on, `clipwise cancel {id}` stops it")
    else:
        session.show.note(f"a job may have been started; the same command with --idempotency-key {key} takes it up")


def _extra(pairs: Sequence[str]) -> dict[str, Any]:
    """Read `name=value`; a value that is JSON is taken as JSON, any other is a text."""
    found = {}
    for pair in pairs:
        name, given, text = pair.partition("=")
        if not given or not name:
            raise ClipwiseError(f"--input takes name=value, not {printable(pair, 80)!r}", code="invalid_argument")
        try:
            found[name] = json.loads(text)
        except (ValueError, RecursionError):
            found[name] = text
    return found
