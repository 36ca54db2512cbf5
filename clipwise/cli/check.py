"""`clipwise validate`: files of job specs, judged without a network."""

from __future__ import annotations

import contextlib
import gc
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from .. import settings as configuration
from ..client import Clipwise
from ..engines import mapped
from ..errors import ClipwiseError, ConfigurationError, Problem
from ..files import outside
from ..flows import documents
from ..formats.catalog import Catalog
from ..specs import Found, Judged, Source, blocks, judge, rules_of
from ..text import printable
from .reports import FORMS, STDIN, Report, Tally
from .session import Session, UsageError
from .show import BarWatcher, write_line
from .words import Parameter

BAR_AFTER_S = 1.0
Form = Literal["text", "json", "github", "sarif"]
Kind = Literal["jsonl", "json", "yaml", "toml", "csv"]


def validate(
    session: Session,
    *files: Annotated[Path, Parameter(help="Files of job specs; - reads standard input.")],
    strict: Annotated[bool, Parameter(help="Warnings count as errors.", negative="", show_default=False)] = False,
    format: Annotated[Form, Parameter(help="The form of the report; --json is --format json.")] = "text",
    input_format: Annotated[
        Kind | None, Parameter(help="The kind of the files (else by suffix, else by how they begin).")
    ] = None,
    default_format: Annotated[
        str, Parameter(help="The video format of specs that name none.", show_default=False)
    ] = "",
    defaults: Annotated[Path | None, Parameter(help="A file with inputs that hold for every spec.")] = None,
    template: Annotated[Path | None, Parameter(help="A spec with ${COLUMN} in it, filled from --rows.")] = None,
    rows: Annotated[Path | None, Parameter(help="A CSV: a job for each row.")] = None,
    engine: Annotated[Literal["dask", "ray"] | None, Parameter(help="Let workers of an engine check.")] = None,
) -> int:
    """Check job specs without a network: {"format": "ugc_video", "script": …}.

    Files of JSON (one spec, a list, or {"defaults": …, "jobs": […]}), JSONL (one spec a line), YAML, TOML and CSV (a
    column for each input). Judged by the documents at hand: a pinned catalog, what was kept of the live ones, else the
    bundled ones. Relative paths in a spec start in the folder of its file.
    """
    sources = _sources(files, template, rows, Source(None, input_format or "", defaults, format=default_format))
    with session.local_client() as client, Run(session, "json" if session.json else format) as run:
        catalog = catalog_at_hand(client)
        root = None if session.upload_root is None else configuration.checked_root(session.upload_root)
        for each in (defaults, template, *((rows,) if template else ())):
            session.fence(each)
        run.report.begin()
        for source in sources:
            rules = rules_of(source, catalog, root=root, strict=strict)
            rules = replace(rules, columns=run.form != "text")
            run.file(source, _judged(session, source, mapped(engine or "", partial(judge, rules), blocks(source))))
        run.report.end(run.total)
    return 2 if run.total.wrong else 0


def _sources(files: tuple[Path, ...], template: Path | None, rows: Path | None, manner: Source) -> list[Source]:
    """Return what is to be read; UsageError when that makes no sense."""
    if (template is None) != (rows is None):
        raise UsageError("--template and --rows belong together: one spec for each row of the CSV")
    if template is not None and files:
        raise UsageError("with --template and --rows there are no other files")
    if template is not None and rows is not None:
        return [replace(manner, template=template, rows=None if str(rows) == "-" else rows, kind="")]
    if not files:
        raise ClipwiseError("no file to check", code="invalid_argument", hint="Try `clipwise validate job.json`")
    return [replace(manner, path=None if str(path) == "-" else path) for path in files]


def catalog_at_hand(client: Clipwise) -> Catalog:
    """Return the documents that hold without asking anybody, those that were kept one by one among them."""
    context = client._context
    found = client._run(documents.catalog(context))
    if context.pinned is not None or found.source.kind == "bundled":
        return found
    whole = [each if each.complete else client._run(documents.resolve(context, each.slug)) for each in found]
    if all(each.complete for each in found):
        return found
    return Catalog([each.raw for each in whole], found.known, found.source)


def _judged(session: Session, source: Source, judged: Iterator[Judged]) -> Iterator[Judged]:
    """A file that cannot be read is a problem of its own, and the other files are judged all the same."""
    try:
        if source.path is not None and outside(source.path, session.root):
            raise ConfigurationError(f"is outside the upload root {session.upload_root}")
        yield from judged
    except ConfigurationError as error:
        problem = Problem((), "unreadable_spec", error.message.removeprefix(f"{source.name}: "), error.hint)
        yield Judged(1, 1, 0, (Found(0, 0, (problem,), ((0, 0),)),))


@dataclass
class Run:
    """One run over files: tells the report of what is found, and a person how far it is."""

    session: Session
    form: Form
    total: Tally = field(default_factory=Tally)

    def __post_init__(self) -> None:
        self.began = time.monotonic()
        self.out = sys.stdout
        self.bar: BarWatcher | None = None
        self.report: Report = FORMS[self.form](self.write, self.session.show)

    def __enter__(self) -> Run:
        """Specs by the hundred are no garbage in circles: looking for it among them would take a tenth of the time."""
        self.thresholds = gc.get_threshold()
        gc.set_threshold(100_000, 20, 100)
        return self

    def __exit__(self, *error: object) -> None:
        gc.set_threshold(*self.thresholds)
        if self.bar is not None:
            self.bar.__exit__(*error)

    def write(self, text: str) -> None:
        """Write a line of the report; above the bar where both are on one terminal."""
        if self.bar is not None and self.out.isatty():
            self.bar.line(text)
        else:
            write_line(text, self.out)

    def file(self, source: Source, judged: Iterator[Judged]) -> None:
        """Tell of one file."""
        name = STDIN if source.path is None and source.template is None else source.name
        tally, seen = Tally(), 0
        first = next(judged, Judged(0))
        second = next(judged, None)
        single = second is None and first.specs == 1
        size = _size(source)
        for each in _chained(first, second, judged):
            tally.add(each)
            seen += each.size
            for found in each.found:
                self.report.found(name, found, single, _is_wrong(found, each))
            self.tell(name, tally, seen / size if size else None)
        self.report.file(name, tally, single)
        self.total.add(tally)

    def tell(self, name: str, tally: Tally, share: float | None) -> None:
        """Draw how far it is, on a terminal and when it takes long enough to be worth it."""
        if self.bar is None and (not self.session.show.is_terminal or time.monotonic() - self.began < BAR_AFTER_S):
            return
        if self.bar is None:
            self.bar = BarWatcher(self.session.show)
        self.bar.move(f"{printable(name, 60)}: {tally}", share)


def _is_wrong(found: Found, judged: Judged) -> bool:
    """Strictness is in the counts: where nothing has warnings only, whatever was found is wrong."""
    return not judged.warned or any(problem.severity == "error" for problem in found.problems)


def _chained(first: Judged, second: Judged | None, rest: Iterator[Judged]) -> Iterator[Judged]:
    yield first
    if second is not None:
        yield second
    yield from rest


def _size(source: Source) -> int:
    path = source.rows if source.template is not None else source.path
    with contextlib.suppress(OSError, AttributeError):
        return path.stat().st_size if path is not None else 0
    return 0


COMMANDS: dict[str, Any] = {"validate": validate}
