"""Commands about many jobs: a file of specs, run to the end once; how it stands; what failed, again; a page on it."""

from __future__ import annotations

import contextlib
import shlex
import sys
import tempfile
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from ..batches.batch import Batch, Result, beside
from ..batches.ledger import Ledger
from ..batches.lines import AGAIN, BAD, Line
from ..batches.report import write_page
from ..errors import ClipwiseError, ConnectionFailed
from ..specs import Source
from ..text import printable
from .session import Interrupted, Session, UsageError
from .tally import BarTally, Tally, counted

ENDED_BADLY, WRONG = 3, 2
MANY = 20  # lines that ended badly are named up to so many; the results name all


@Parameter(name="*")
@dataclass(frozen=True)
class Specs:
    """What a batch is made of."""

    file: Annotated[
        Path | None,
        Parameter(help="Job specs: .jsonl, .ndjson, .json, .yaml, .toml, .csv or .tsv; - is standard input."),
    ] = None
    input_format: Annotated[
        Literal["jsonl", "json", "yaml", "toml", "csv"] | None, Parameter(help="What kind of file it is.")
    ] = field(default=None, kw_only=True)
    defaults: Annotated[Path | None, Parameter(help="A file with what holds for every spec.")] = field(
        default=None, kw_only=True
    )
    template: Annotated[Path | None, Parameter(help="A spec with ${NAME} in it, for --rows.")] = field(
        default=None, kw_only=True
    )
    rows: Annotated[Path | None, Parameter(help="A CSV: one job for each row of it.")] = field(
        default=None, kw_only=True
    )
    default_format: Annotated[str | None, Parameter(help="The format of specs that name none.")] = field(
        default=None, kw_only=True
    )
    ledger: Annotated[
        Path | None, Parameter(help="What was done is kept here (default: FILE.ledger, beside the file).")
    ] = field(default=None, kw_only=True)
    output: Annotated[
        Path | None, Parameter(help="The folder for the files and results.jsonl (default: FILE.out, beside the file).")
    ] = field(default=None, kw_only=True)

    @property
    def source(self) -> Source:
        """Where the specs come from; UsageError when nothing, or too much, is named."""
        if (self.template is None) != (self.rows is None):
            raise UsageError("--template and --rows go together", hint="one job is made for each row")
        if (self.template is None) == (self.file is None):
            raise UsageError(
                "give a file of job specs, or --template and --rows", hint="See `clipwise batch run --help`"
            )
        path = None if self.file is None or str(self.file) == "-" else self.file
        return Source(path, self.input_format or "", self.defaults, self.template, self.rows, self.default_format or "")

    @property
    def named(self) -> Path:
        """The file that the ledger and the output are named after."""
        path = self.rows or self.file
        if path is None or str(path) == "-":
            raise UsageError("specs from standard input need --ledger and --output", hint="or put them into a file")
        if path.is_dir():
            raise UsageError(f"{printable(path, 200)!r} is a folder", hint="give a file of job specs")
        return path

    @property
    def ledger_path(self) -> Path:
        """Where the ledger is."""
        return self.ledger or beside(Source(self.named, template=self.template, rows=self.rows)) or Path()

    @property
    def output_path(self) -> Path:
        """Where files go."""
        if self.output is not None:
            return self.output
        template = "" if self.template is None else f"-{self.template.stem}"
        return self.named.with_name(f"{self.named.name}{template}.out")


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a batch is run."""

    concurrency: Annotated[int, Parameter(help="How many jobs run at a time.")] = 16
    rate: Annotated[str | None, Parameter(help="How many jobs are started: 5/s, 100/min, 2000/h.")] = None
    max_jobs: Annotated[int | None, Parameter(help="Start at most so many jobs now; the others wait.")] = None
    job_timeout: Annotated[float, Parameter(help="Seconds to wait for one job.")] = 1800.0
    poll_interval: Annotated[float | None, Parameter(help="Seconds between two looks at a job.")] = None
    no_download: Annotated[bool, Parameter(help="Leave the files at the server.", negative="", show_default=False)] = (
        False
    )
    strict: Annotated[bool, Parameter(help="A spec with warnings is not run.", negative="", show_default=False)] = False
    engine: Annotated[Literal["ray", "dask"] | None, Parameter(help="Hand parts of it to an existing cluster.")] = None
    take_over: Annotated[
        bool,
        Parameter(
            help="Go on with a ledger of another key or address: it is the same account.",
            negative="",
            show_default=False,
        ),
    ] = False


def run(session: Session, specs: Specs | None = None, *, manner: Manner | None = None) -> int:
    """Run every job of a file to its end, once, however often this is interrupted.

    All specs are checked first; those that are wrong are told and not sent. The same command again goes on where the
    last one stopped and starts nothing twice.
    """
    return _run(session, specs or Specs(), manner or Manner(), None)


def retry(
    session: Session,
    specs: Specs | None = None,
    *,
    manner: Manner | None = None,
    number: Annotated[list[int] | None, Parameter(help="Only the specs of these numbers.", negative="")] = None,
    doubtful: Annotated[
        bool, Parameter(help="Also those of which a job may exist already.", negative="", show_default=False)
    ] = False,
) -> int:
    """Run the jobs that failed, were cancelled or refused again, each as a new job, and no others."""
    specs = specs or Specs()
    _need_ledger(specs.ledger_path)
    with _batch(session, specs, manner or Manner()) as batch:
        chosen = batch.retry(number or (), doubtful=doubtful)
    if number and (others := sorted(set(number) - set(chosen))):
        raise UsageError(
            f"spec {', '.join(map(str, others))}: no job that failed, was cancelled or refused",
            hint="`clipwise batch status` names those that did",
        )
    if not chosen:
        session.show.result(
            {"success": True, "retried": 0}, "no job failed, was cancelled or refused: there is nothing to run again"
        )
        return 0
    return _run(session, specs, manner or Manner(), chosen)


def status(session: Session, specs: Specs | None = None) -> int:
    """Show how a batch stands: how many lines are where, and why those that ended badly did."""
    specs = specs or Specs()
    with _ledger(specs) as ledger:
        found = Result(tuple(ledger.lines()))
    _show(session, found, specs)
    return _code(found)


def report(
    session: Session,
    specs: Specs | None = None,
    *,
    page: Annotated[Path | None, Parameter(help="The page (default: report.html in the output folder).")] = None,
) -> None:
    """Write a page of HTML about a batch: pictures, problems, timings; it opens without a server."""
    specs = specs or Specs()
    with _ledger(specs) as ledger:
        lines = tuple(ledger.lines())
    path = page or specs.output_path / "report.html"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_page(path, lines, specs.named.name)
    except OSError as error:
        raise ClipwiseError(f"cannot write {printable(path, 200)!r}: {error.strerror or error}") from None
    session.show.result({"success": True, "page": str(path)}, str(path))


BATCH: Mapping[str, Callable[..., Any]] = {"run": run, "status": status, "retry": retry, "report": report}


# --- inside -----------------------------------------------------------------------------------------------------------


def _run(session: Session, specs: Specs, manner: Manner, only: Container[int] | None) -> int:
    tally = (BarTally if session.show.is_terminal else Tally)(session.show)
    with _batch(session, specs, manner) as batch:
        try:
            with tally:
                found = batch.run(tally, only=only)
        except KeyboardInterrupt:
            raise Interrupted(_how_to_go_on(session, batch)) from None
        except ClipwiseError as error:
            if error.status_code or (isinstance(error, ConnectionFailed) and not session.offline):
                error.hint = ". ".join(filter(None, (error.hint, "The same command goes on where this one stopped")))
            raise
    _show(session, found, specs)
    return _code(found)


@contextlib.contextmanager
def _batch(session: Session, specs: Specs, manner: Manner) -> Iterator[Batch]:
    source = specs.source
    for each in (source.path, source.defaults, source.template, source.rows):
        session.fence(each)
    with _kept(source) as source:
        yield session.client.batch(
            source,
            ledger=specs.ledger_path,
            output=specs.output_path,
            concurrency=manner.concurrency,
            rate=manner.rate,
            max_jobs=manner.max_jobs,
            timeout=manner.job_timeout,
            interval=manner.poll_interval,
            download=not manner.no_download,
            strict=manner.strict,
            engine=manner.engine or "",
            take_over=manner.take_over,
        )


@contextlib.contextmanager
def _kept(source: Source) -> Iterator[Source]:
    """Standard input can be read once, and a batch is read twice: it is kept in a file meanwhile."""
    if source.path is not None or source.rows is not None:
        yield source
        return
    with tempfile.NamedTemporaryFile(prefix="clipwise-", suffix=".specs") as file:
        while block := sys.stdin.buffer.read(2**20):
            file.write(block)
        file.flush()
        yield replace(source, path=Path(file.name))


@contextlib.contextmanager
def _ledger(specs: Specs) -> Iterator[Ledger]:
    _need_ledger(specs.ledger_path)
    ledger = Ledger(specs.ledger_path, read_only=True)
    try:
        yield ledger
    finally:
        ledger.close()


def _need_ledger(path: Path) -> None:
    if not path.is_file():
        raise ClipwiseError(
            f"there is no ledger {printable(path, 200)!r}",
            code="not_found",
            hint="`clipwise batch run FILE` makes one; --ledger names another",
        )


def _how_to_go_on(session: Session, batch: Batch) -> str:
    running = sum(1 for each in batch.lines() if each.started and not each.over)
    stands = "are kept until the sandbox runs again" if session.use_sandbox else "go on at the server"
    jobs = (
        f"{counted(running, 'job')} {stands if running != 1 else stands.replace('are', 'is').replace('go ', 'goes ')}"
    )
    return f"interrupted; {jobs + '; ' if running else ''}the same command goes on where this one stopped"


def _show(session: Session, found: Result, specs: Specs) -> None:
    counts, bad = found.counts, [each for each in found.lines if each.status in BAD or each.error]
    content = {
        "success": found.ok,
        "specs": len(found),
        "counts": dict(counts),
        "left_out": found.left_out,
        "ledger": str(specs.ledger_path),
        "results": None if found.path is None else str(found.path),
        "problems": [each.as_dict() for each in bad],
    }
    text = [_bad_line(each, specs) for each in bad[:MANY]]
    text += [f"… and {len(bad) - MANY:,} more"] if len(bad) > MANY else []
    said = ", ".join(f"{number:,} {name}" for name, number in sorted(counts.items(), key=lambda each: -each[1]))
    text.append(f"{counted(len(found), 'spec')}: {said or 'none'}")
    if found.left_out:
        text.append(f"{found.left_out:,} not started, because of --max-jobs; the same command goes on")
    if any(each.status in AGAIN for each in bad):
        given = f"--ledger {specs.ledger}" if specs.ledger else shlex.quote(str(specs.named))
        session.show.note(
            f"`clipwise batch retry {printable(given, 300)}` runs what ended badly again, and nothing else"
        )
    if found.path is not None:
        text.append(str(found.path))
    session.show.result(content, text)


def _bad_line(line: Line, specs: Specs) -> str:
    where = f"{printable(specs.named, 200)}:{line.line}" if line.line else f"spec {line.number}"
    return f"{where}: {printable(line.status, 60)}: {printable(line.reason, 600)}"


def _code(found: Result) -> int:
    """Lines that are wrong or met an error make 2, jobs that failed or were cancelled 3; what waits is no fault."""
    bad = {each.status for each in found.lines if each.status in BAD or each.error}
    return 0 if not bad else ENDED_BADLY if bad <= {"failed", "cancelled"} else WRONG
