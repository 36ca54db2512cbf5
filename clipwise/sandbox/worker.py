"""The process that renders: `python -m clipwise.sandbox.worker DATA_DIR`, started by the server, one job at a time.

Its standard input is its lifeline: a line means that there is work, the end means that the server is gone, however
that happened. A job is held by a claim with a lease (see `jobs`); whatever kills this process, the job is taken up
again. Knows no HTTP.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from clipwise.formats import bundled
from clipwise.sandbox import jobs, orders
from clipwise.sandbox.media.order import MediaError, Order, Rendered, Report
from clipwise.sandbox.store import Store

log = logging.getLogger("clipwise.sandbox.worker")
RENDERERS = "clipwise.sandbox.renderers:RENDERERS"
BEAT = 1.0  # seconds between two signs of life
LOOK = 1.0  # seconds between two looks for work that another process accepted
BORED = 600.0  # seconds without work after which the process ends
QUIET = 0.2  # seconds between two notes of progress in one stage

Table = Mapping[str, Callable[[Order, Report], Rendered]]


class Lost(BaseException):
    """The job is not ours any more: it was cancelled, or the lease ran out. Not for renderers to catch."""


def renderers(named: str = RENDERERS) -> Table:
    """Return the table of renderers that `module:NAME` names."""
    module, _, name = named.partition(":")
    table: Table = getattr(importlib.import_module(module), name)
    return table


class Worker:
    """Claims and renders jobs of one data folder until told to stop."""

    def __init__(self, store: Store, table: Table, quality: str, name: str) -> None:
        self._store = store
        self._table = table
        self._quality = quality
        self._name = name
        self._job: jobs.Generation | None = None
        self._taking = threading.Lock()  # between a claim and our knowing of it, nobody may let go of it
        self._wake = threading.Event()

    def run(self) -> None:
        """Render until there has been no work for ten minutes."""
        threading.Thread(target=self._keep_alive, daemon=True).start()
        last = time.monotonic()
        while time.monotonic() - last < BORED:
            self._wake.clear()
            if self._take():
                jobs.sweep(self._store)
                self._render()
                last = time.monotonic()
            else:
                self._wake.wait(LOOK)

    def wake(self) -> None:
        """Look for work now."""
        self._wake.set()

    def let_go(self) -> None:
        """Give back the job in hand; nothing is claimed after this."""
        self._taking.acquire()  # never released: the process ends
        if self._job is not None:
            jobs.release(self._store, self._job)
            jobs.sweep(self._store)

    def _take(self) -> bool:
        with self._taking:
            self._job = jobs.claim(self._store, self._name)
        return self._job is not None

    def _keep_alive(self) -> None:
        """Renew the lease from a thread of its own: a stage may be long."""
        while True:
            time.sleep(BEAT)
            job = self._job
            if job is not None:
                try:
                    jobs.beat(self._store, job)
                except Exception:
                    log.exception("The lease of %s could not be renewed.", job.id)

    def _render(self) -> None:
        job = self._job
        if job is None or job.claim is None:
            return
        folder = self._store.folder / "outputs" / job.claim
        folder.mkdir(mode=0o700)
        try:
            order = orders.order_for(self._store, bundled.catalog(), job, folder, self._quality)
            rendered = self._table[job.format](order, _reporter(self._store, job))
            outputs, media = orders.kept(self._store, job, rendered)
            done = jobs.finish(self._store, job, outputs, media)
        except Lost:
            done = False
        except MediaError as error:
            done = jobs.fail(self._store, job, error.code, error.message)
        except Exception as error:
            log.exception("%s could not be rendered.", job.id)
            message = f"The sandbox could not render this: {type(error).__name__}. Its worker.log says more."
            done = jobs.fail(self._store, job, "server_error", message)
        self._job = None
        jobs.sweep(self._store)
        log.info("%s %s", job.id, "done" if done else "was taken away")


def _reporter(store: Store, job: jobs.Generation) -> Report:
    """Return the callback for the renderer: it notes the progress, and raises Lost when the job is not ours."""
    stage_then, noted = "", 0.0

    def report(stage: str, progress: float) -> None:
        nonlocal stage_then, noted
        now = time.monotonic()
        if stage == stage_then and now - noted < QUIET:
            return
        if not jobs.report(store, job, stage, progress):
            raise Lost
        stage_then, noted = stage, now

    return report


def _follow(worker: Worker) -> None:
    """Read the lifeline; at its end, give back the job and leave at once, whatever the renderer is doing."""
    try:
        for _ in sys.stdin.buffer:
            worker.wake()
    finally:
        try:
            worker.let_go()
        finally:
            os._exit(0)


def main() -> None:
    """Run a worker for the data folder that the command line names."""
    parser = argparse.ArgumentParser(description="Renders the jobs of a sandbox's data folder.")
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--quality", default="preview")
    parser.add_argument("--renderers", default=RENDERERS)
    parser.add_argument("--name", default="w", help="what its claims begin with")
    options = parser.parse_args()
    # Ctrl-C goes to every process of the terminal; it is the server's to handle.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(process)d %(levelname)s %(message)s")
    if hasattr(os, "nice"):
        os.nice(5)  # the server keeps answering
    worker = Worker(Store(options.data_dir), renderers(options.renderers), options.quality, options.name)
    threading.Thread(target=_follow, args=(worker,), daemon=True).start()
    worker.run()


if __name__ == "__main__":
    main()
