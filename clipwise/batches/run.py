"""A batch on its way: each line is taken from where it stands to its end, many at a time, on one event loop.

The flows are those of one job; here it is decided which line runs when, and what an error means for the rest.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import math
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, TypeVar

from .. import wire
from ..callables import new_job
from ..drivers import AsyncDriver
from ..driving import adrive
from ..effects import Effect, Flow, NoAnswer, Send
from ..errors import (
    APIError,
    AuthenticationError,
    ClipwiseError,
    ConfigurationError,
    ConnectionFailed,
    InvalidResponse,
)
from ..flows import documents, download, submit, upload, wait
from ..flows.context import Context
from ..flows.events import Progress
from ..formats.document import Format, Upload
from ..projections.signature import wire_inputs
from .lines import DOUBTFUL, INVALID, REFUSED, Line, told
from .pace import Pace

T = TypeVar("T")
Listener = Callable[[Any], Any]
TRIES = 4  # of one line, each with the retries of its calls, against trouble that may pass
PAYMENT_REQUIRED = 402
STOP_ALL = (AuthenticationError, ConfigurationError)  # no key, or no ledger: the next line would fare no better


@dataclass(frozen=True, slots=True)
class Options:
    """How a batch runs.

    `concurrency` jobs at a time; `rate` starts per second; files go to `output` (None: they stay at the server); at
    most `max_jobs` jobs are started by this run; `timeout` seconds for one job; `patience` seconds for a server that
    does not answer.
    """

    concurrency: int = 16
    rate: float | None = None
    output: Path | None = None
    max_jobs: int | None = None
    timeout: float = 1800.0
    interval: float | None = None
    patience: float = 600.0

    def __post_init__(self) -> None:
        wait.check_times(self.timeout, self.interval)
        for name, least in (("concurrency", 1), ("max_jobs", 0), ("rate", 0), ("patience", 0)):
            value = getattr(self, name)
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if value is not None and not (number and value >= least and (name != "concurrency" or value <= 1024)):
                most = " (1 to 1024)" if name == "concurrency" else ""
                raise ClipwiseError(f"{name} cannot be {value!r}{most}", code="invalid_argument")


@dataclass(frozen=True, slots=True)
class Held:
    """The whole batch rests for so many seconds, because of what the server said or did not say."""

    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class Work:
    """One line to be run: how it stands, its spec, and where its relative paths start."""

    line: Line
    spec: Mapping[str, Any]
    folder: Path | None = None
    tries: int = 0  # that met trouble while others got through
    first: float = math.inf  # when it first met trouble


class Stopped(Exception):
    """Nothing more can be done now; `cause` says why."""

    def __init__(self, cause: ClipwiseError) -> None:
        super().__init__(str(cause))
        self.cause = cause


class Book(Protocol):
    """Where it is written down what becomes of lines: a ledger, or what stands for one."""

    def lease(self, lines: Sequence[Line], now: float) -> list[Line]:
        """Write down that these lines are about to be sent; return them so."""

    def save(self, line: Line) -> None:
        """Write down how a line stands."""

    def uploads(self) -> dict[tuple[Upload, str], str]:
        """Return the ids of what was uploaded."""

    def uploaded(self, place: Upload, sha: str, id: str) -> None:
        """Write down that a content was uploaded."""


class WrittenDown(dict[Any, str]):
    """The ids of what was uploaded, each of which the ledger gets to know as soon as it is known."""

    def __init__(self, ledger: Book) -> None:
        super().__init__(ledger.uploads())
        self._ledger = ledger

    def __setitem__(self, memo: Any, id: str) -> None:
        super().__setitem__(memo, id)
        place, sha = memo
        self._ledger.uploaded(place, sha, id)


class Runner:
    """Runs lines over one driver, and writes what becomes of them into the ledger."""

    def __init__(
        self, context: Context, driver: AsyncDriver, ledger: Book, options: Options, tell: Listener | None = None
    ) -> None:
        self.context = replace(context, journal=None, uploaded=WrittenDown(ledger))
        self.driver, self.ledger, self.options = driver, ledger, options
        self.pace = Pace(options.rate, time.monotonic, asyncio.sleep)
        self.left_out = 0  # lines that max_jobs kept from being started
        self._listener = tell
        self._started = self._running = 0
        self._ready: deque[Work] = deque()
        self._formats: dict[str, Format] = {}
        self._ids: dict[tuple[Any, ...], asyncio.Task[str]] = {}
        self._good = 0.0  # when a line last got through
        self._trouble: float | None = None  # since when none does

    async def run(self, works: Iterator[Work]) -> None:
        """Run every line to its end; ClipwiseError for what stops the whole batch, which then can be run again."""
        tasks = [asyncio.create_task(self._worker(works)) for _ in range(self.options.concurrency)]
        try:
            await asyncio.gather(*tasks)
        except Stopped as stop:
            raise stop.cause from None
        finally:
            running = [*tasks, *self._ids.values()]
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _worker(self, works: Iterator[Work]) -> None:
        while (work := self._take(works)) is not None:
            self._running += 1
            await self._one(work)
            self._running -= 1

    def _take(self, works: Iterator[Work]) -> Work | None:
        """Return the next line; those that are to be sent are written down first, some at a time."""
        while not self._ready:
            found = list(islice(works, self.options.concurrency))
            if not found:
                return None
            fresh = [each for each in found if not each.line.started and not each.line.over]
            if self.options.max_jobs is not None:
                room = max(0, self.options.max_jobs - self._started)
                self.left_out += len(fresh[room:])
                fresh = fresh[:room]
            self._started += len(fresh)
            leased = self.ledger.lease([each.line for each in fresh], time.time())
            self._ready += [each for each in found if each.line.started or each.line.over]
            self._ready += [replace(work, line=line) for work, line in zip(fresh, leased, strict=True)]
        return self._ready.popleft()

    # --- one line -----------------------------------------------------------------------------------------------------

    async def _one(self, work: Work) -> None:
        """Take a line from where it stands to its end, or put it back for later."""
        line, since = work.line, time.monotonic()
        try:
            if not line.started:
                line = await self._start(work)
                self._well()
            if not line.ended:
                line = await self._wait(line)
                self._well()
            if line.wants_files(self.options.output is not None):
                line = await self._bring(line)
        except ClipwiseError as error:
            await self._erred(replace(work, line=line), error, since)

    async def _start(self, work: Work) -> Line:
        line = work.line
        await self._tell(line)
        spec = {name: value for name, value in work.spec.items() if name != "format"}
        extra = spec.pop("extra_inputs", None)
        format = await self._format(line.format)
        named = await self._with_ids(format, wire_inputs(format, spec), work.folder)
        options = {"idempotency_key": line.key, "extra_inputs": extra, "validate": False}
        content, _ = await self._do(submit.start(self.context, new_job(format.slug, named, options)))
        id = wire.id_of(content, "generation") or ""
        return await self._changed(replace(line, id=id, status=wire.status_of(content) or "queued"))

    async def _wait(self, line: Line) -> Line:
        held = line

        async def seen(event: Any) -> None:
            nonlocal held
            if isinstance(event, Progress) and (event.status, event.stage) != (held.status, held.stage):
                now = replace(held, status=event.status, stage=event.stage, progress=event.progress)
                if event.status in wire.TERMINAL:
                    return
                if event.status != held.status:
                    self.ledger.save(now)
                held = now
                await self._tell(held)

        content = await self._do(wait.wait(self.context, line.id, self.options.timeout, self.options.interval), seen)
        status = wire.status_of(content)
        error = None
        if status != "completed":
            code, reason = wire.failure_of(content)
            error = {"code": code or status, "message": reason or f"the job ended {status}"}
        outputs = download.outputs_of(content)
        return await self._changed(replace(held, status=status, ended=time.time(), outputs=outputs, error=error))

    async def _bring(self, line: Line) -> Line:
        assert self.options.output is not None
        content = await self._do(wait.retrieve(self.context, line.id)) if not line.outputs else {
            "status": line.status, "outputs": line.outputs
        }  # fmt: skip
        stem = f"{line.number:05}-{line.format}-{line.id}"
        try:
            paths = await self._do(download.download(self.context, content, self.options.output, safe(stem)))
        except ClipwiseError as error:
            if error.code != "not_found":
                raise
            paths = []  # a job that made nothing that could be brought
        return await self._changed(replace(line, files=tuple(str(path.absolute()) for path in paths), error=None))

    def _well(self) -> None:
        """The server does what it is asked."""
        self._good, self._trouble = time.monotonic(), None

    async def _erred(self, work: Work, error: ClipwiseError, since: float) -> None:
        """Decide what an error means: for this line, for the pace of all, or for the whole batch.

        A line that meets trouble which may pass is put back. If others get through it has so many tries, and is then
        left for the next run, which sends the same key; if none gets through, all wait together.
        """
        if isinstance(error, STOP_ALL) or error.status_code == PAYMENT_REQUIRED:
            raise Stopped(error)
        line = work.line
        if may_pass(error):
            self._trouble = self._trouble or time.monotonic()
            if time.monotonic() - self._trouble > self.options.patience:
                raise Stopped(error)
            await self._rest(error)
            alone = not self._ready and self._running == 1
            work = replace(work, tries=work.tries + (self._good > (work.first if alone else since)))
            if work.tries < TRIES:
                self._ready.append(replace(work, first=min(work.first, since)))
                return
        elif not line.started:
            line = replace(line, status=_verdict(error), ended=time.time())
        await self._changed(replace(line, error=told(error)))

    async def _rest(self, error: ClipwiseError) -> None:
        seconds = self.pace.hold(error.retry_after) if error.retry_after else self.pace.trouble()
        if seconds:
            await self._tell(Held(seconds, error.message))

    # --- what lines share ---------------------------------------------------------------------------------------------

    async def _format(self, name: str) -> Format:
        if name not in self._formats:
            self._formats[name] = await self._do(documents.resolve(self.context, name))
        return self._formats[name]

    async def _with_ids(self, format: Format, inputs: Mapping[str, Any], folder: Path | None) -> dict[str, Any]:
        """Return the inputs with every local file uploaded, each content once, and its id in its place."""
        found: dict[tuple[Upload, Path], str] = {}
        upload.with_files(format, inputs, folder, lambda _, place, path: found.setdefault((place, path), ""))
        for place, path in found:
            found[place, path] = await self._id_of(place, path)
        return upload.with_files(format, inputs, folder, lambda _, place, path: found[place, path])

    async def _id_of(self, place: Upload, path: Path) -> str:
        """Return the id of a file: many lines that name it wait for one upload; what went wrong is tried anew."""
        name = place, path, _as_it_is(path)
        task = self._ids.get(name)
        if task is None:
            task = self._ids[name] = asyncio.create_task(self._do(upload.once(self.context, place, path)))
        try:
            return await asyncio.shield(task)
        except ClipwiseError:
            if self._ids.get(name) is task:
                del self._ids[name]
            raise

    # --- doing and telling --------------------------------------------------------------------------------------------

    def _do(self, flow: Flow[T], hear: Listener | None = None) -> Coroutine[Any, Any, T]:
        return adrive(flow, functools.partial(self._perform, hear=hear))

    async def _perform(self, effect: Effect, hear: Listener | None) -> Any:
        if not isinstance(effect, Send):
            return await self.driver.perform(effect, hear)
        await self.pace.turn(effect.request)
        try:
            answer = await self.driver.perform(effect, hear)
        except NoAnswer as fault:
            self.pace.heard(fault)
            raise
        rest = self.pace.heard(answer)
        if rest:
            await self._tell(Held(rest, f"the server answered {answer.status} and asked to be left alone"))
        return answer

    async def _changed(self, line: Line) -> Line:
        self.ledger.save(line)
        await self._tell(line)
        return line

    async def _tell(self, event: Any) -> None:
        heard = self._listener(event) if self._listener else None
        if inspect.isawaitable(heard):
            await heard


def may_pass(error: ClipwiseError) -> bool:
    """Whether the same request may be answered otherwise later."""
    status = error.status_code or 0
    busy = status in (408, 425, 429) or (status >= 500 and status not in (501, 505))
    return busy or isinstance(error, (ConnectionFailed, InvalidResponse)) or error.idempotency_key is not None


def _verdict(error: ClipwiseError) -> str:
    """Return what a line is that can never be started as it is."""
    if error.code == "idempotency_conflict":
        return DOUBTFUL
    return REFUSED if isinstance(error, APIError) and error.status_code else INVALID


def _as_it_is(path: Path) -> tuple[int, int]:
    """Return what tells a file from what it was earlier; nothing for one that uploading will complain about."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return 0, 0
    return found.st_size, found.st_mtime_ns


def safe(name: str) -> str:
    """Return a text as a file name can hold it."""
    return "".join(c if c.isalnum() or c in "._-" else "_" for c in name)[:150]
