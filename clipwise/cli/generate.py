"""Formats become commands: `generate FORMAT --flag …`, with the flags that the format's document asks for.

The document is looked up first; then one command is built for it, parsed, checked, and run.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from ..callables import new_job
from ..errors import ClipwiseError
from ..files import need_room
from ..flows import documents, submit
from ..flows.submit import Job
from ..flows.wait import check_times
from ..formats import bundled
from ..formats.document import Format, Input
from ..formats.known import known_input
from ..generation import Generation
from ..projections.command import help_rows, joined, to_command, to_flags, to_inputs
from ..text import nearest, printable
from .app import closing
from .formats import example_lines
from .jobs import film_last, interruptible, job_lines, tell_of_download
from .pages import page
from .session import Session, UsageError, anywhere_help, usage
from .show import size_text, table
from .specs import placed_inputs, whole_spec

ABOUT = """Start a job: `clipwise generate FORMAT --flag …`, or `clipwise generate --format FORMAT --flag …`.

The flags are those of the format: `clipwise generate FORMAT --help` shows them.
"""
# The options of every job, beside the format's own flags: the type, and what the help says.
OPTIONS: Mapping[str, tuple[Any, str]] = {
    "wait": (bool, "Wait until the job has ended"),
    "output": (Path | None, "Bring the files into this folder; waits for them"),
    "dry_run": (bool, "Check, and show what would be uploaded and sent; sends nothing"),
    "check_resources": (bool, "Ask the API first whether every id exists and fits"),
    "spec": (Path | None, "A file with the whole job (JSON, YAML, TOML); flags go over it"),
    "input": (list[str] | None, "name=value: an input that the document does not list"),
    "poll_interval": (float | None, "Seconds between two looks (default: 1, growing to 10)"),
    "cancel_on_interrupt": (bool, "Ctrl-C cancels the job"),
    "idempotency_key": (str | None, "Makes this one job, however often it is sent"),
}


def generate(session: Session, tokens: Sequence[str]) -> int:
    """Run `clipwise generate` with these arguments and return its exit code."""
    name, rest = named_format(tokens)
    spec = _spec(session, rest)
    name = name or spec.get("format")
    if not name:
        if not rest or rest[0] in ("--help", "-h"):
            return _overview(session)
        raise UsageError("no format is named", hint="Try `clipwise generate ugc_video --help`")
    client = session.client
    return _run(session, client._run(documents.resolve(client._context, name)), rest, spec)


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


def _spec(session: Session, tokens: Sequence[str]) -> dict[str, Any]:
    """Read the job of `--spec FILE`, which may name the format too; its relative paths start in its folder."""
    named = [t.partition("=")[2] for t in tokens if t.startswith("--spec=")]
    named += [tokens[at + 1] for at, token in enumerate(tokens[:-1]) if token == "--spec"]
    if not named:
        return {}
    return whole_spec(session, Path(named[-1]))


def _overview(session: Session) -> int:
    client = session.client
    formats = list(client._run(documents.catalog(client._context)))
    rows = [(each.slug, each.description) for each in formats]
    content = {"formats": [each.slug for each in formats]}
    lines = [*ABOUT.splitlines(), "", *table(rows, ("FORMAT", "")), "", "Anywhere on the line:", "", anywhere_help()]
    session.show.result(content, lines)
    return 0


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


# What the help says that an option takes.
TAKES: Mapping[Any, str] = {
    Path | None: " PATH",
    list[str] | None: " NAME=VALUE",
    float | None: " SECONDS",
    str | None: " TEXT",
}


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _run(session: Session, format: Format, tokens: list[str], spec: Mapping[str, Any]) -> int:
    if asks_for_help(tokens):
        print("\n".join(help_page(format)))
        return 0
    from cyclopts import CycloptsError
    from cyclopts.exceptions import UnknownOptionError, UnusedCliTokensError

    from .app import plain_app

    others = _others(format)
    app = plain_app(f"clipwise generate {printable(format.slug, 100)}", "", "Help")
    app.default(to_command(format, lambda given: _start(session, format, given, others, spec), _options(), others))
    try:
        result = app(
            joined(format, tokens),
            exit_on_error=False,
            print_error=False,
            help_on_error=False,
            result_action="return_value",
        )
    except (UnknownOptionError, UnusedCliTokensError) as error:
        raise _unknown(format, error) from None
    except CycloptsError as error:
        raise usage(error, f"generate {format.slug}") from None
    return result if isinstance(result, int) else 0


def asks_for_help(tokens: Sequence[str]) -> bool:
    """Whether the help is asked for, wherever on the line."""
    said = list(tokens)
    return any(flag in said[: said.index("--") if "--" in said else None] for flag in ("--help", "-h"))


def help_page(format: Format) -> list[str]:
    """Return the help of one format's command, as lines; it needs no parser."""
    about = "\n\n".join(filter(None, (format.description, format.what_it_does))) or format.slug
    job = [(_flag(name) + TAKES.get(kind, ""), said) for name, (kind, said) in OPTIONS.items()]
    sections = {**help_rows(format), "Job": job, "Help": [("--help, -h", "Show this page")]}
    example = example_lines(format)
    ends = ["Example:", "", *example, "", closing()] if example else [closing()]
    usage = f"clipwise generate {printable(format.slug, 100)} [OPTIONS]"
    return page(usage, printable(about, 20000, lines=True), sections.items(), "\n".join(ends))


def _others(format: Format) -> list[Input]:
    """Return the documented inputs that this format does not take: their flags lead to the check, not to a riddle."""
    known = bundled.known()
    return [known_input(name, format.slug, known) for name in known.inputs if name not in format.by_name]


def _unknown(format: Format, error: Any) -> UsageError:
    """Name the flag that the format does not have, and the nearest that it has."""
    token = getattr(getattr(error, "token", None), "keyword", None) or next(iter(error.unused_tokens or ()), "")
    shown, see = printable(token, 80), f"See `clipwise generate {format.slug} --help`"
    if not token.startswith("-"):
        return UsageError(f"{shown!r} belongs to no flag", hint=see)
    name = token.strip("-").partition("=")[0]
    near = [f"--{each}" for each in nearest(name, [flag.name[2:] for flag in to_flags(format)], 2)]
    hint = f"Did you mean {' or '.join(near)}? " if near else ""
    all_the_same = f"--input {printable(name.replace('-', '_'), 80)}=VALUE sends it all the same. "
    return UsageError(f"{format.slug} has no flag {shown}", hint=hint + all_the_same + see)


# --- the job ----------------------------------------------------------------------------------------------------------


def _start(
    session: Session, format: Format, given: dict[str, Any], others: Sequence[Input], spec: Mapping[str, Any]
) -> int:
    """Start the job, wait for it and bring its files, as far as that was asked for."""
    job = _job(session, format, given, others, spec)
    check_times(0.0, given["poll_interval"])
    if given["output"] is not None and not given["dry_run"]:
        _made(given["output"])
    if given["dry_run"]:
        return _dry_run(session, job)
    client, output = session.client, given["output"]
    watcher = session.show.watcher()

    def nothing_known() -> str:
        if not watcher.sending:
            return "interrupted before the job was sent: nothing was started; the same command starts it"
        again = (
            "the same command takes it up" if watcher.key else "the same command with --idempotency-key {} takes it up"
        )
        return f"a job may have been started; {again.format(job.key)}; `clipwise jobs` lists it"

    def known() -> tuple[str, bool]:
        return watcher.id, watcher.completed

    with watcher, interruptible(session, given["cancel_on_interrupt"], known, nothing_known):
        try:
            content, key = client._run(submit.start(client._context, job), watcher)
            started = Generation(content, client, format.slug, key)
            if not given["wait"] and output is None:
                return _show_started(session, started)
            started.wait(interval=given["poll_interval"], on_progress=watcher)
            paths = [str(path) for path in started.download(output)] if output is not None else []
        except ClipwiseError as error:
            raise _with_id(error, watcher.id) from None
    return _show_done(session, started, paths)


def _job(
    session: Session, format: Format, given: Mapping[str, Any], others: Sequence[Input], spec: Mapping[str, Any]
) -> Job:
    """Put the job together: the spec, the flags over it, the options."""
    root = session.client._context.settings.upload_root
    inputs = {
        **placed_inputs(format, spec),
        **to_inputs(format, given["inputs"], given.get("parts", ()), others, root),
    }
    extra = {**(spec.get("extra_inputs") or {}), **_extra(given["input"] or ())}
    options = {name: given[name] for name in ("idempotency_key", "check_resources")}
    return new_job(format.slug, inputs, {**options, "extra_inputs": extra})


def _dry_run(session: Session, job: Job) -> int:
    client = session.client
    plan = client._run(submit.planned(client._context, job))
    lines = [
        f"would upload {printable(row['file'], 300)} ({size_text(row['bytes'])}) to {row['to']}"
        for row in plan["uploads"]
    ]
    lines += ["would send:", json.dumps(plan["request"], indent=2, ensure_ascii=False)]
    session.show.result({"dry_run": True, **plan}, lines)
    return 0


def _show_started(session: Session, job: Generation) -> int:
    session.show.result(dict(job), job.id)
    session.show.note(f"`clipwise wait {job.id}` waits for it, `clipwise download {job.id}` brings its files")
    return 0


def _show_done(session: Session, job: Generation, paths: list[str]) -> int:
    content = {**job, "downloaded": paths} if paths else dict(job)
    session.show.result(content, film_last(paths) or job_lines(job, job.id))
    if not paths:
        tell_of_download(session, job.id)
    return 0


def _with_id(error: ClipwiseError, id: str) -> ClipwiseError:
    """An error after the job was started never loses the job."""
    if id and id not in str(error):
        error.hint = ". ".join(
            filter(None, (error.hint, f"the job is {id}: `clipwise download {id}` brings its files"))
        )
    if id and error.details is None:
        error.details = {"id": id}
    return error


def _made(folder: Path) -> None:
    """A folder that cannot take the files is told before anything is paid for."""
    try:
        need_room(folder)
    except OSError as error:
        reason = error.strerror or error
        raise UsageError(f"cannot write into {printable(folder, 200)!r}: {reason}; nothing was sent") from None


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
