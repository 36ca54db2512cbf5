"""A batch as the caller holds it: specs, a ledger, and a run that can be cut off and taken up.

`Batch` blocks, `AsyncBatch` is awaited; both run the same coroutine, since many jobs at a time need one event loop.
"""

from __future__ import annotations

import asyncio
import inspect
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict

from ..drivers import AsyncDriver
from ..errors import ClipwiseError, ConfigurationError, UnknownFormatError
from ..files import held, need_room
from ..flows import documents
from ..flows.call import need_network
from ..flows.context import Context
from ..formats.catalog import Catalog
from ..formats.document import Format
from ..generation import same_docs
from ..specs import Rules, Source, rules_of
from ..text import printable
from .blocking import finished
from .ledger import Ledger
from .lines import AGAIN, DOUBTFUL, RESENT_WITHIN_S, Line
from .pace import rate_of
from .parts import run_parts
from .plan import Given, names_in, wanted, works
from .report import write_page
from .results import write_results
from .run import Held, Options, Runner, Work

if TYPE_CHECKING:
    from ..client import AsyncClipwise, Clipwise

Specs: TypeAlias = "Source | str | os.PathLike[str] | Iterable[Mapping[str, Any]]"
OnEvent: TypeAlias = "Callable[[Line | Held | Planned], Any]"


class BatchOptions(TypedDict, total=False):
    """The options of `client.batch`."""

    ledger: str | os.PathLike[str] | None
    output: str | os.PathLike[str] | None
    concurrency: int
    rate: float | str | None
    max_jobs: int | None
    timeout: float
    interval: float | None
    patience: float
    folder: str | os.PathLike[str] | None
    strict: bool
    download: bool
    engine: str
    take_over: bool


@dataclass(frozen=True, slots=True)
class Planned:
    """Every spec was judged and has its key; so many lines stand in each status before anything is sent."""

    counts: Mapping[str, int]


@dataclass(frozen=True)
class Result:
    """How a batch stands: its lines in the order of the specs.

    `left_out` lines were not started because of `max_jobs`; `path` is the file with the results, if one was written.
    """

    lines: tuple[Line, ...]
    left_out: int = 0
    path: Path | None = None

    def __iter__(self) -> Iterator[Line]:
        return iter(self.lines)

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def counts(self) -> Counter[str]:
        """How many lines stand in each status."""
        return Counter(each.status for each in self.lines)

    @property
    def ok(self) -> bool:
        """Whether every job is completed and brought."""
        return all(each.ok and each.error is None for each in self.lines)


class _Batch:
    """What both batches are made of."""

    def __init__(
        self,
        client: Any,
        specs: Specs,
        *,
        ledger: str | os.PathLike[str] | None = None,
        output: str | os.PathLike[str] | None = None,
        concurrency: int = 16,
        rate: float | str | None = None,
        max_jobs: int | None = None,
        timeout: float = 1800.0,
        interval: float | None = None,
        patience: float = 600.0,
        folder: str | os.PathLike[str] | None = None,
        strict: bool = False,
        download: bool = True,
        engine: str = "",
        take_over: bool = False,
    ) -> None:
        self._client = client
        self._given = _given(specs, None if folder is None else Path(folder))
        self._strict = strict
        self._engine = engine
        self._take_over = take_over
        self.output = None if output is None else Path(output)
        self.ledger = beside(self._given.source) if ledger is None else Path(ledger)
        started = rate_of(rate) if isinstance(rate, str) else rate
        into = self.output if download else None
        self._options = Options(concurrency, started, into, max_jobs, timeout, interval, patience)
        self._in_memory: Ledger | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._given.name!r}, ledger={self.ledger and str(self.ledger)!r})"

    @contextmanager
    def _opened(self, alone: bool = True) -> Iterator[Ledger]:
        """Open the ledger; `alone`: so that no other process runs it meanwhile."""
        server, account = self._client._identity
        if self.ledger is None:
            self._in_memory = self._in_memory or Ledger(None, server, account)
            yield self._in_memory
            return
        try:
            with held(self.ledger) if alone else nullcontext(True) as free:
                if not free:
                    raise ConfigurationError(
                        f"another process runs the batch of the ledger {self.ledger}",
                        hint="`clipwise batch status` shows how it stands",
                    )
                found = Ledger(self.ledger, server, account, take_over=self._take_over)
                try:
                    yield found
                finally:
                    found.close()
        except OSError as error:
            raise ConfigurationError(f"the ledger {self.ledger} cannot be used: {error.strerror or error}") from None

    def lines(self) -> tuple[Line, ...]:
        """Return the lines as the ledger has them, in the order of the specs; none before the first run."""
        with self._opened(alone=False) as ledger:
            return tuple(ledger.lines())

    def report(self, page: str | os.PathLike[str]) -> Path:
        """Write a page of HTML on the batch: pictures, problems, timings; return its path."""
        path = Path(page)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_page(path, self.lines(), self._given.name)
        except OSError as error:
            raise _unwritable(path, error) from None
        return path

    def retry(self, numbers: Iterable[int] = (), *, doubtful: bool = False) -> tuple[int, ...]:
        """Plan the jobs that failed, were cancelled or refused anew, all or those of these numbers; return the numbers.

        Each gets a new key, and will be a new job. Lines that are doubtful, of which a job may exist, only if asked.
        """
        with self._opened() as ledger:
            return ledger.retry((*AGAIN, DOUBTFUL) if doubtful else AGAIN, tuple(numbers))

    async def _plan(self, ledger: Ledger, driver: AsyncDriver, listener: OnEvent | None) -> Rules:
        context = self._client._context
        catalog = await driver.run(documents.catalog(context, live=not context.local_only), self._client._heard(None))
        given = self._given
        rules = rules_of(given.source or Source(), catalog, root=context.settings.upload_root, strict=self._strict)
        rules = replace(rules, folder=given.folder or rules.folder)
        names = await asyncio.to_thread(names_in, given, rules)
        known = [await self._known(driver, name) for name in sorted(names)]
        rules = replace(rules, catalog=_alone(catalog, [each for each in known if each is not None]))
        await asyncio.to_thread(lambda: ledger.plan(wanted(given, rules)))
        ledger.doubt(time.time(), RESENT_WITHIN_S)
        await _told(listener, Planned(dict(ledger.counts())))
        return rules

    async def _known(self, driver: AsyncDriver, name: str) -> Format | None:
        try:
            return await driver.run(documents.resolve(self._client._context, name))
        except UnknownFormatError:
            return None

    async def _done(self, driver: AsyncDriver, listener: OnEvent | None, only: Container[int] | None) -> Result:
        context = self._client._context
        need_network(context)
        next(self._given.blocks(), None)  # what cannot be read at all leaves no ledger behind
        if self.output is not None:
            try:
                need_room(self.output)  # before anything is paid for
            except OSError as error:
                raise _unwritable(self.output, error) from None
        with self._opened() as ledger:
            rules = await self._plan(ledger, driver, listener)
            todo = (
                each
                for each in works(self._given, rules, ledger, self._options.output is not None)
                if only is None or each.line.number in only
            )
            path = None
            try:
                if self._engine:
                    left = await self._in_parts(context, ledger, todo, listener)
                else:
                    runner = Runner(context, driver, ledger, self._options, listener)
                    await runner.run(todo)
                    left = runner.left_out
            finally:
                path = self._results(ledger)
            return Result(tuple(ledger.lines()), left, path)

    async def _in_parts(self, context: Context, ledger: Ledger, todo: Iterator[Work], listener: OnEvent | None) -> int:
        """Run lines on the engine, in a thread; one cannot be cancelled, so it ends with the parts under way."""
        heard, stop = _from_a_thread(listener), threading.Event()
        try:
            return await asyncio.to_thread(run_parts, self._engine, context, ledger, self._options, todo, heard, stop)
        finally:
            stop.set()

    def _results(self, ledger: Ledger) -> Path | None:
        if self.output is None:
            return None
        try:
            return write_results(self.output, ledger.lines())
        except OSError as error:
            raise _unwritable(self.output, error) from None


class Batch(_Batch):
    """Many jobs, from a file of specs or from mappings; made by `client.batch(specs)`."""

    _client: Clipwise

    def run(self, on_event: OnEvent | None = None, *, only: Container[int] | None = None) -> Result:
        """Judge every spec, then upload, start, wait for and download what is not at its end yet; return how it stands.

        Specs that are wrong are not sent; the others are run. Run again after whatever cut it off: it goes on, and no
        job is started twice. `on_event` hears of every `Line` that changes, of `Planned` and of `Held`; `only` are the
        numbers to run. ClipwiseError for what stops the whole batch.
        """

        async def whole() -> Result:
            driver = AsyncDriver(self._client._context.settings)
            try:
                return await self._done(driver, listener, only)
            finally:
                await driver.close()

        self._client._usable()
        listener = on_event
        return finished(whole)


class AsyncBatch(_Batch):
    """Many jobs, from a file of specs or from mappings; made by `client.batch(specs)`."""

    _client: AsyncClipwise

    async def run(self, on_event: OnEvent | None = None, *, only: Container[int] | None = None) -> Result:
        self._client._usable()
        return await self._done(self._client._driver, on_event, only)


same_docs(AsyncBatch, Batch)


async def _told(listener: OnEvent | None, event: Any) -> None:
    heard = listener(event) if listener else None
    if inspect.isawaitable(heard):
        await heard


def _from_a_thread(listener: OnEvent | None) -> OnEvent:
    """Return a listener for another thread, which waits there for what this loop has to await."""
    loop = asyncio.get_running_loop()
    return lambda event: asyncio.run_coroutine_threadsafe(_told(listener, event), loop).result()


def _given(specs: Specs, folder: Path | None) -> Given:
    if isinstance(specs, Source):
        return Given(specs, folder=folder)
    if isinstance(specs, (str, os.PathLike)):
        return Given(Source(Path(specs)), folder=folder)
    if isinstance(specs, Mapping):
        raise ClipwiseError("a batch takes many specs, not one", code="invalid_argument", hint="put it into a list")
    return Given(specs=tuple(specs), folder=folder)


def beside(source: Source | None) -> Path | None:
    """The ledger of a file lies beside it; specs without a file have one in memory."""
    path = None if source is None else source.rows or source.path
    if source is None or path is None:
        return None
    path = path.resolve()  # a link to a file is that file
    return path.with_name(f"{path.name}{f'-{source.template.stem}' if source.template else ''}.ledger")


def _alone(catalog: Catalog, known: Sequence[Format]) -> Catalog:
    """Return the catalog with the whole documents of these formats in the place of their summaries."""
    whole = {each.slug: each.raw for each in known}
    if not whole:
        return catalog
    others = [each for each in catalog.documents if not isinstance(each, Mapping) or each.get("slug") not in whole]
    return Catalog([*whole.values(), *others], catalog.known, catalog.source)


def _unwritable(folder: Path, error: OSError) -> ClipwiseError:
    reason = error.strerror or error
    return ClipwiseError(f"cannot write into {printable(folder, 200)!r}: {reason}", hint="give another folder")
