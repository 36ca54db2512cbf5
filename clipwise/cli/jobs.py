"""Commands about jobs that were started, and about job specs that are not."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from .. import wire
from ..errors import ClipwiseError
from ..flows import wait as waiting
from ..flows.download import outputs_of
from ..text import printable
from .place import stop_again
from .session import Interrupted, Session
from .words import Parameter

Id = Annotated[str, Parameter(help="The job's id (gen_…).")]


def status(session: Session, id: Id, /) -> None:
    """Show how a job stands."""
    content = session.client.generations.retrieve(id)
    session.show.result(content, job_lines(content, id))


def wait(
    session: Session,
    id: Id,
    /,
    *,
    timeout: Annotated[float, Parameter(help="Seconds to wait at most.")] = 1800.0,
    poll_interval: Annotated[float, Parameter(help="Seconds between two looks.")] = 5.0,
    cancel_on_interrupt: Annotated[
        bool, Parameter(help="Ctrl-C cancels the job.", negative="", show_default=False)
    ] = False,
) -> None:
    """Wait until a job has ended; a failed or cancelled one makes the exit code 3."""
    client = session.client
    watcher = session.show.watcher()
    with watcher, interruptible(session, cancel_on_interrupt, lambda: (id, watcher.completed)):
        content = client._run(waiting.wait(client._context, id, timeout, poll_interval), watcher)
    waiting.ended_well(content, id)
    session.show.result(content, job_lines(content, id))
    tell_of_download(session, id)


def cancel(session: Session, id: Id, /) -> None:
    """Cancel a job that can still be stopped."""
    content = session.client.generations.cancel(id)
    session.show.result(content, job_lines(content, id))


def download(
    session: Session,
    id: Id,
    /,
    *,
    output: Annotated[Path, Parameter(help="The folder for the files.")] = Path(),
) -> None:
    """Bring the files of a finished job home and print their paths."""
    job = session.client.generations.handle(id)
    if job.status in ("failed", "cancelled"):
        waiting.ended_well(job, id)
    paths = [str(path) for path in job.download(output)]
    session.show.result({**job, "downloaded": paths}, film_last(paths))


def tell_of_download(session: Session, id: str) -> None:
    """The addresses of a sandbox end with it, so a person is told how to get the files."""
    if session.use_sandbox and not session.json:
        session.show.note(f"`clipwise download {id} --output out/` brings its files")


def film_last(paths: list[str]) -> list[str]:
    """Captions and the like come first, so that the last line is what was asked for."""
    return sorted(paths, key=lambda path: not path.endswith((".srt", ".vtt", ".txt")))


@contextlib.contextmanager
def interruptible(
    session: Session, cancels: bool, known: Callable[[], tuple[str, bool]], without_id: Callable[[], str] = str
) -> Iterator[None]:
    """Start a job or wait for it; Ctrl-C leaves it alone and says how to go on, or `cancels` it and says so.

    `known` tells the id, and whether the job is completed, when there is nothing to cancel. A second Ctrl-C does not
    wait for the answer to the cancelling. `without_id` is what to say while there is no id.
    """
    try:
        yield
    except KeyboardInterrupt:
        name, completed = known()
        if not name:
            raise Interrupted(without_id()) from None
        if cancels and not completed:
            session.show.note(f"cancelling {printable(name, 100)} …")
            stop_again()
            _cancelled(session, name)
            raise
        raise Interrupted(session.how_to_go_on(printable(name, 100), completed)) from None


def _rows(outputs: Mapping[str, Any]) -> list[Any]:
    """Return what has an address where no film has one: the files, else the result."""
    files, result = outputs.get("files"), outputs.get("result")
    return files if isinstance(files, list) and files else result if isinstance(result, list) else [result]


def _cancelled(session: Session, id: str) -> None:
    """Cancel a job; what the server says of it is told, whatever it is."""
    try:
        content = session.client.with_options(max_retries=1).generations.cancel(id)
    except ClipwiseError as error:
        session.show.note(f"{printable(id, 100)} could not be cancelled: {printable(str(error), 1000)}")
        _goes_on(session, id)
        raise KeyboardInterrupt from None
    except KeyboardInterrupt:
        session.show.note("not waited for: whether it is cancelled is not known")
        _goes_on(session, id)
        raise
    session.show.note(f"{printable(id, 100)} is {printable(wire.status_of(content), 60) or 'cancelled'}")


def _goes_on(session: Session, id: str) -> None:
    session.show.note(session.how_to_go_on(printable(id, 100)))


def job_lines(content: Mapping[str, Any], id: str) -> list[str]:
    """Return what a person wants to know of a job."""
    job = wire.inner(content, "generation")
    outputs = outputs_of(content)
    results = [] if "video_url" in outputs else _rows(outputs)
    share, ended = job.get("progress"), wire.status_of(content) in wire.TERMINAL
    facts = [
        ("status", wire.status_of(content)),
        ("format", job.get("format")),
        ("stage", None if ended else job.get("stage")),
        ("progress", f"{share:.0%}" if isinstance(share, (int, float)) and not (ended or share is True) else None),
        ("reason", wire.failure_of(content)[1]),
        *((name, value) for name, value in outputs.items() if isinstance(value, (str, int, float))),
        *(("url", row.get("url")) for row in results if isinstance(row, Mapping)),
    ]
    shown = [(name, printable(value, 600)) for name, value in facts if value not in (None, "")]
    return [printable(id, 100), *(f"  {name:<10} {value}" for name, value in shown)]
