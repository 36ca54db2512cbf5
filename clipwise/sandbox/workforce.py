"""The server's side of the workers: started when there is work, woken, watched, and let go of.

Knows nothing of HTTP or of what the jobs are.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import clipwise.sandbox
from clipwise.sandbox import jobs
from clipwise.sandbox.store import Store

log = logging.getLogger("clipwise.sandbox")
LOOK = 1.0  # seconds between two looks for work that nobody told us of
PATIENCE = 0.5  # seconds that a worker has to give back its job
LOG_SIZE = 2**20  # bytes after which the workers' log starts anew
MAX_FAILURES = 3  # workers in a row that died before they took a job, after which the waiting jobs fail
LONGEST_REST = 30.0  # seconds between two starts of a worker that keeps dying


@dataclass(frozen=True, slots=True)
class _Worker:
    """A worker process, and what its claims begin with."""

    name: str
    process: subprocess.Popen[bytes]

    def wake(self) -> None:
        if self.process.stdin:
            with contextlib.suppress(OSError):  # it has just died: the next look starts another
                self.process.stdin.write(b"\n")
                self.process.stdin.flush()

    def close(self) -> None:
        """End its lifeline."""
        if self.process.stdin:
            with contextlib.suppress(OSError):
                self.process.stdin.close()


class Workforce:
    """Keeps up to `size` worker processes on one data folder while there is work in it.

    `options` go to the worker's command line.
    """

    def __init__(self, store: Store, options: tuple[str, ...] = (), size: int = 1) -> None:
        self._store = store
        self._command = [sys.executable, "-m", "clipwise.sandbox.worker", str(store.folder), *options]
        self._size = size
        self._workers: list[_Worker] = []
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._rest, self._not_before = 0.0, 0.0
        self._failures = 0
        self._thread = threading.Thread(target=self._watch, name="clipwise-workers", daemon=True)

    def start(self) -> None:
        """Begin to watch for work, also for what an earlier process left behind."""
        self._thread.start()

    def wake(self) -> None:
        """There is new work."""
        self._wake.set()

    def stop(self) -> None:
        """Close the workers' lifelines and see them gone, within a second; what they had in hand is queued again."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        for worker in self._workers:
            worker.close()
        deadline = time.monotonic() + PATIENCE
        for worker in self._workers:
            try:
                worker.process.wait(max(deadline - time.monotonic(), 0.01))
            except subprocess.TimeoutExpired:
                worker.process.kill()
                worker.process.wait()
                jobs.orphan(self._store, worker.name)

    def _watch(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(LOOK)
            self._wake.clear()
            if self._stop.is_set():
                return
            try:
                self._look()
            except Exception:
                log.exception("The sandbox could not look after its workers.")

    def _look(self) -> None:
        self._workers = [each for each in self._workers if self._lives(each)]
        if not jobs.waiting(self._store):
            return
        for worker in self._workers:
            worker.wake()
        if len(self._workers) < self._size and time.monotonic() >= self._not_before:
            self._workers.append(self._hire())

    def _lives(self, worker: _Worker) -> bool:
        code = worker.process.poll()
        if code is None:
            return True
        worker.close()
        had_a_job = jobs.orphan(self._store, worker.name)
        if code == 0:
            self._rest, self._failures = 0.0, 0
        else:
            self._failures = 0 if had_a_job else self._failures + 1
            self._mourn(code)
        return False

    def _mourn(self, code: int) -> None:
        """Rest longer after each death; when workers cannot even start, the waiting jobs are told so."""
        self._rest = min(max(self._rest * 2, 0.5), LONGEST_REST)
        self._not_before = time.monotonic() + self._rest
        where = self._store.folder / "worker.log"
        log.warning("A worker of the sandbox died (%s); %s says more.", code, where)
        if self._failures >= MAX_FAILURES:
            jobs.abandon(self._store, f"The sandbox's worker does not start; {where} says why.")

    def _hire(self) -> _Worker:
        name = secrets.token_hex(4)
        path = self._store.folder / "worker.log"
        mode = "ab" if path.is_file() and path.stat().st_size < LOG_SIZE else "wb"
        with path.open(mode) as output:
            process = subprocess.Popen(
                [*self._command, "--name", name],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                cwd=self._store.folder,  # `-m` looks for modules in its folder first: not in one of somebody else
                env=_environment(),
                **_own_group(),
            )
        return _Worker(name, process)


def _environment() -> dict[str, str]:
    """This process's environment, in which the worker finds the same clipwise, also one that is not installed."""
    package = str(Path(clipwise.sandbox.__file__).resolve().parent.parent.parent)
    paths = [*filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)), package]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def _own_group() -> dict[str, Any]:
    """Keep the terminal's Ctrl-C from the workers."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}
