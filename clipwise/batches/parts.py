"""A batch on more than one machine: parts of it are handed to an engine, each a frozen value that can be pickled.

A part holds no key of the API: whoever runs it has one in its own environment. Every job's own key is in the ledger
before its part leaves, so that a part that is lost is run again without a second job.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from ..drivers import AsyncDriver, Driver
from ..engines import mapped
from ..errors import ClipwiseError
from ..flows import documents, upload
from ..flows.context import Context
from ..formats.document import Upload
from ..projections.signature import wire_inputs
from ..settings import resolve
from .ledger import Ledger
from .lines import Line
from .run import Options, Runner, Work, WrittenDown


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines of a batch to be run elsewhere, and at which API; local files are ids already."""

    base_url: str
    works: tuple[Work, ...]
    options: Options


class Told:
    """What a ledger is to a part: the lines as they stand, for whoever handed it out."""

    def __init__(self) -> None:
        self.lines: dict[int, Line] = {}
        self.ids: dict[tuple[Upload, str], str] = {}

    def lease(self, lines: Sequence[Line], now: float) -> list[Line]:
        """Lines of a part are written down already."""
        return list(lines)

    def save(self, line: Line) -> None:
        """Keep how a line stands."""
        self.lines[line.number] = line

    def uploads(self) -> dict[tuple[Upload, str], str]:
        """Nothing is uploaded by a part but what it names by itself."""
        return self.ids

    def uploaded(self, place: Upload, sha: str, id: str) -> None:
        """Keep an id."""
        self.ids[place, sha] = id


def run_part(part: Part) -> tuple[list[Line], str]:
    """Run the lines of a part to their end; return them as they stand, and why it stopped, if it did."""
    told = Told()
    for work in part.works:
        told.save(work.line)

    async def whole(context: Context) -> str:
        driver = AsyncDriver(context.settings)
        try:
            await Runner(context, driver, told, part.options).run(iter(part.works))
        except ClipwiseError as error:
            return str(error)
        finally:
            await driver.close()
        return ""

    stopped = asyncio.run(whole(Context(resolve(base_url=part.base_url))))
    return list(told.lines.values()), stopped


def run_parts(
    engine: str,
    context: Context,
    ledger: Ledger,
    options: Options,
    works: Iterator[Work],
    tell: Callable[[Any], Any] | None,
    stop: threading.Event,
) -> int:
    """Run lines on an engine, part by part; return how many `max_jobs` kept from being started.

    Once `stop` is set no more parts are handed out. ClipwiseError for what stopped a part, when all others are through.
    """
    cutter = _Cutter(context, ledger, options, stop)
    reason = ""
    for lines, stopped in mapped(engine, run_part, cutter.parts(works)):
        reason = stopped or reason
        for line in lines:
            ledger.save(line)
            if tell:
                tell(line)
    if reason:
        raise ClipwiseError(f"part of the batch stopped: {reason}", hint="run the same batch again to go on")
    return cutter.left_out


class _Cutter:
    """Cuts lines into parts: their files are uploaded and they are written down before a part is handed out."""

    def __init__(self, context: Context, ledger: Ledger, options: Options, stop: threading.Event) -> None:
        self._context = replace(context, journal=None, uploaded=WrittenDown(ledger))
        self._ledger, self._options = ledger, options
        self._stop = stop
        self._started = 0
        self.left_out = 0

    def parts(self, works: Iterator[Work]) -> Iterator[Part]:
        """Yield parts of as many lines as one worker runs at a time, no quicker than the rate allows."""
        driver = Driver(self._context.settings)
        alone = replace(self._options, rate=None, max_jobs=None)
        at = time.monotonic()
        try:
            while not self._stop.is_set() and (some := list(islice(works, self._options.concurrency))):
                ready = [self._with_ids(driver, each) for each in self._admitted(some)]
                if not ready:
                    continue
                time.sleep(max(0.0, at - time.monotonic()))
                at = max(at, time.monotonic()) + (len(ready) / self._options.rate if self._options.rate else 0.0)
                leased = self._ledger.lease([each.line for each in ready if not each.line.started], time.time())
                new = {line.number: line for line in leased}
                whole = tuple(replace(each, line=new.get(each.line.number, each.line)) for each in ready)
                yield Part(self._context.settings.base_url, whole, alone)
        finally:
            driver.close()

    def _admitted(self, works: list[Work]) -> list[Work]:
        fresh = [each for each in works if not each.line.started and not each.line.over]
        room = len(fresh) if self._options.max_jobs is None else max(0, self._options.max_jobs - self._started)
        self._started += len(fresh[:room])
        self.left_out += len(fresh[room:])
        kept_out = {each.line.number for each in fresh[room:]}
        return [each for each in works if each.line.number not in kept_out]

    def _with_ids(self, driver: Driver, work: Work) -> Work:
        """Return a line whose local files are uploaded; what cannot be uploaded is left for the part to stumble on."""
        if work.line.started:
            return work
        spec = dict(work.spec)
        try:
            format = driver.run(documents.resolve(self._context, work.line.format))
            inputs = {name: value for name, value in spec.items() if name not in ("format", "extra_inputs")}
            sent = driver.run(upload.replace_files(self._context, format, wire_inputs(format, inputs), work.folder))
        except ClipwiseError:
            return work
        others = {name: value for name, value in spec.items() if name in ("format", "extra_inputs")}
        return replace(work, spec={**others, **sent}, folder=None)
