"""A sandbox server as a process of its own, for the scripts beside this one: started, asked, measured, killed.

Looks up workers and memory in /proc, and so needs Linux.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

API = "/api/sdk/v1/"
ENDED = ("completed", "failed", "cancelled")


class Server:
    """`clipwise sandbox serve` on a data folder; `http` is a client with its key, `port` stays what it was given."""

    def __init__(self, data_dir: Path, port: int = 0, *, quality: str = "draft", workers: int = 1) -> None:
        flags = {"port": port, "data-dir": data_dir, "quality": quality, "workers": workers}
        command = [sys.executable, "-m", "clipwise", "sandbox", "serve", "--json"]
        command += [f"--{name}={value}" for name, value in flags.items()]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        told = json.loads(self.process.stdout.readline())
        self.base_url, self.api_key = str(told["base_url"]), str(told["api_key"])
        headers = {"Authorization": f"Bearer {self.api_key}"}
        self.http = httpx.Client(base_url=self.base_url + API, headers=headers, timeout=30, trust_env=False)

    def create(self, body: Mapping[str, Any], key: str | None = None) -> str:
        """Start a job and return its id."""
        answer = self.http.post("generations/", json=body, headers={"Idempotency-Key": key} if key else {})
        answer.raise_for_status()
        return str(answer.json()["id"])

    def job(self, id: str) -> dict[str, Any]:
        """Return a job as it is now."""
        found: dict[str, Any] = self.http.get(f"generations/{id}/").raise_for_status().json()["generation"]
        return found

    def until(self, id: str, *statuses: str, seconds: float = 600) -> dict[str, Any]:
        """Wait until a job has one of the statuses, or has ended."""
        deadline = time.monotonic() + seconds
        while (job := self.job(id))["status"] not in (*statuses, *ENDED):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{id} is {job['status']} after {seconds:.0f} s")
            time.sleep(0.05)
        return job

    def workers(self) -> list[int]:
        """The process ids of the workers, whichever thread started them."""
        found: list[int] = []
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            with contextlib.suppress(OSError):
                found += [int(each) for each in (task / "children").read_text().split()]
        return found

    def memory(self) -> tuple[int, int]:
        """Bytes of the server and its workers: the most that each ever had, and now, with what they share once."""
        pids = [self.process.pid, *self.workers()]
        return _sum(pids, "status", "VmHWM:"), _sum(pids, "smaps_rollup", "Pss:")

    def kill(self) -> None:
        """kill -9, the workers first, so that none of them can give back its job."""
        for pid in [*self.workers(), self.process.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._close()

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        self._close()

    def _close(self) -> None:
        self.http.close()
        self.process.communicate(timeout=20)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.returncode is None:
            self.stop()


def free_port() -> int:
    """Return a port that nobody has just now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _sum(pids: list[int], file: str, name: str) -> int:
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
            total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))
    return total
