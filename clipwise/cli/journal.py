"""Commands about the jobs that were started on this machine: listed, taken up, forgotten.

They read the journal, which `generate` writes; only --refresh and `resume` ask a server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from time import time
from typing import Annotated, Any

from .. import settings as configuration
from .. import wire
from ..client import sandbox_server
from ..errors import ClipwiseError, GenerationFailed, NotFound
from ..flows import documents, submit
from ..flows import wait as waiting
from ..generation import Generation
from ..journal import SENDING, UNKNOWN, Intent, Journal
from ..text import printable
from .jobs import film_last
from .session import Session, UsageError
from .show import table
from .specs import job_of_spec, whole_spec
from .words import Parameter

Name = Annotated[str | None, Parameter(help="The job's id, or its idempotency key.")]
CUT_OFF = (
    "the same command, run again within a day, goes on with the same key; "
    "`clipwise jobs resume {key} --spec FILE` does so for a job from a file"
)
BAD, UNRESUMED = 3, 2


def list_(
    session: Session,
    *,
    every: Annotated[
        bool, Parameter(name="--all", help="Those that are over too.", negative="", show_default=False)
    ] = False,
    refresh: Annotated[
        bool, Parameter(help="Ask the server how they stand now.", negative="", show_default=False)
    ] = False,
) -> None:
    """List the jobs that were started on this machine, and how they stood when they were last seen."""
    if refresh:
        _refresh(session)
    listed = [each for each in _kept(session).all() if _belongs(session, each) and (every or not each.over)]
    rows = [
        (each.id or each.key, each.format, _when(each.began), _status(each), _place(each.server)) for each in listed
    ]
    heads = ("ID OR KEY", "FORMAT", "BEGAN", "STATUS", "SERVER")
    nothing = "no job was noted here" if every else "no open job was noted here; --all shows those that are over"
    session.show.result({"jobs": [_row(each) for each in listed]}, table(rows, heads) if rows else nothing)


def resume(
    session: Session,
    name: Name = None,
    /,
    *,
    wait: Annotated[bool, Parameter(help="Wait until they have ended.", negative="", show_default=False)] = False,
    output: Annotated[Path | None, Parameter(help="Bring their files into this folder; waits for them.")] = None,
    spec: Annotated[
        Path | None, Parameter(help="The JSON file of a job that was cut off: it is sent again, with its key.")
    ] = None,
) -> int:
    """Take up jobs that were started here: all open ones, or one.

    A job whose id is known is asked for, waited for (--wait) and brought home (--output). One that was cut off before
    its id was known can only be sent again, with its key, so that there is one: run the same command again within a
    day, or give its file with --spec. What was to be said in it is kept nowhere else. The exit code is 3 when a job
    ended badly, else 2 when one could not be taken up.
    """
    wanted = _wanted(session, name)
    if spec is not None:
        wanted = [_sent_again(session, wanted, spec)]
    if name and not wanted[0].id:
        raise ClipwiseError(f"{wanted[0].key} was cut off before its id was known", hint=_how(session, wanted[0]))
    report = [_taken_up(session, each, wait or output is not None, output) for each in wanted]
    lines = [line for row in report for line in (row.pop("lines"))]
    session.show.result({"jobs": report}, lines or "no open job was noted here")
    return BAD if any(row["failed"] for row in report) else UNRESUMED if any(row["error"] for row in report) else 0


def forget(
    session: Session,
    name: Name = None,
    /,
    *,
    every: Annotated[bool, Parameter(name="--all", help="Open ones too.", negative="", show_default=False)] = False,
) -> None:
    """Take jobs out of the list: those that are over, or one. Nothing is changed at the server."""
    journal = _kept(session)
    listed = [each for each in journal.all() if _belongs(session, each)]
    gone = _named(listed, name) if name else [each for each in listed if every or each.over]
    kept = [each for each in gone if not journal.forget(each)]
    if kept:
        raise ClipwiseError(f"the journal in {journal.folder} cannot be changed")
    shown = [each.id or each.key for each in gone]
    session.show.result({"success": True, "forgotten": shown}, f"forgot {len(gone)} job{'s' * (len(gone) != 1)}")


JOBS: Mapping[str, Callable[..., Any]] = {"": list_, "resume": resume, "forget": forget}


# --- the journal ------------------------------------------------------------------------------------------------------


def _kept(session: Session) -> Journal:
    """Return the journal for looking, without a client: no key is needed for that."""
    return Journal(configuration.journal_path(), sandbox_server(configuration.sandbox_path()), "")


def _belongs(session: Session, each: Intent) -> bool:
    return not session.use_sandbox or each.server.startswith("sandbox:")


def _open(session: Session) -> list[Intent]:
    """Return what may go on at the server that this run talks to, as the account that it has."""
    journal = session.client._context.journal
    assert journal is not None  # the command line always has one
    return [each for each in journal.all() if journal.ours(each) and not each.over]


def _wanted(session: Session, name: str | None) -> list[Intent]:
    if name is None:
        return _open(session)
    journal = session.client._context.journal
    assert journal is not None
    return _named([each for each in journal.all() if journal.ours(each)], name)[-1:]


def _named(listed: Iterable[Intent], name: str) -> list[Intent]:
    found = [each for each in listed if name in (each.id, each.key)]
    if not found:
        shown = printable(name, 100)
        raise NotFound(f"no job {shown!r} was noted here", hint="`clipwise jobs --all` lists what was")
    return found


def _refresh(session: Session) -> None:
    """Ask for every open job that has an id; one that cannot be asked for is told and stays as it was."""
    for each in _open(session):
        if each.id:
            try:
                session.client.generations.retrieve(each.id)
            except ClipwiseError as error:
                session.show.note(f"{printable(each.id, 100)}: {printable(str(error), 500)}")


# --- taking up --------------------------------------------------------------------------------------------------------


def _sent_again(session: Session, wanted: list[Intent], path: Path) -> Intent:
    """Send the job of a file again under the key that it was cut off with; refuse another job."""
    client, spec = session.client, whole_spec(session, path)
    if not isinstance(spec.get("format"), str):
        raise UsageError("the spec names no format", hint='it looks like {"format": "…", …}')
    format = client._run(documents.resolve(client._context, spec["format"]))
    slug, body = client._run(submit.identity(client._context, job_of_spec(format, spec, "any")))
    same = [each for each in wanted if (each.format, each.body) == (slug, body) and not each.id]
    if not same:
        shown = printable(path, 200)
        raise ClipwiseError(f"{shown} is not a job that was cut off here", hint="`clipwise jobs` lists those")
    content, key = client._run(submit.start(client._context, job_of_spec(format, spec, same[0].key)))
    journal = client._context.journal
    assert journal is not None
    id = Generation(content, client, slug, key).id
    return next(each for each in journal.all() if each.id == id and journal.ours(each))


def _taken_up(session: Session, each: Intent, wait: bool, output: Path | None) -> dict[str, Any]:
    """Ask for one job, wait for it and bring it home, as far as it goes; return what came of it."""
    row: dict[str, Any] = {**_row(each), "downloaded": [], "error": None, "failed": False}
    if not each.id:
        row["error"] = f"it was cut off before its id was known; {_how(session, each)}"
        return {**row, "lines": [f"{each.key} ({each.format}): {row['error']}"]}
    client, shown = session.client, printable(each.id, 100)
    try:
        with session.show.watcher() as watcher:
            flow = waiting.wait(client._context, each.id) if wait else waiting.retrieve(client._context, each.id)
            job = Generation({"id": each.id, **client._run(flow, watcher)}, client, each.format)
        row["status"] = job.status
        if wait or job.status in wire.TERMINAL:
            waiting.ended_well(dict(job), each.id)
        if output is not None:
            row["downloaded"] = film_last([str(path) for path in job.download(output)])
    except ClipwiseError as error:
        row |= {"error": str(error), "failed": isinstance(error, GenerationFailed)}
        return {**row, "lines": [f"{shown}: {printable(str(error), 1000)}"]}
    except KeyboardInterrupt:
        session.show.note(f"{shown} goes on; `clipwise jobs resume {shown} --wait` waits on")
        raise
    return {**row, "lines": row["downloaded"] or [f"{shown}: {printable(job.status, 60)}"]}


def _how(session: Session, each: Intent) -> str:
    """Return how a job that was cut off is taken up."""
    if each.young(time()):
        return session.show.command(CUT_OFF.format(key=each.key))
    return "that was more than a day ago: look at the server before you start it anew"


# --- texts ------------------------------------------------------------------------------------------------------------


def _row(each: Intent) -> dict[str, Any]:
    return {name: value for name, value in asdict(each).items() if name != "uploads"}


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).isoformat(" ", "minutes")


def _status(each: Intent) -> str:
    """A job without an answer may be at work in another process, or cut off."""
    return {SENDING: "sent, no answer yet", UNKNOWN: "unknown: the answer was lost"}.get(each.status, each.status)


def _place(server: str) -> str:
    return "sandbox" if server.startswith("sandbox:") else server.partition("://")[2] or server
