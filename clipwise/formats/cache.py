"""What is kept of the live documents, where, and for how long: in memory and on disk.

One folder for each base URL and account, so that one account's formats are never shown to another. Only this module
knows the files; it asks nothing of the network. A cache that cannot be read or written is no error: it is not there.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..files import replace_file

FRESH_S = 3600.0  # how long a kept answer is used without asking
PAUSE_S = 60.0  # how long a catalog that did not answer is left alone
LATEST = 2**37  # seconds since 1970; a time beyond it is not ours, and has no date
MAX_BYTES = 32 * 2**20  # a kept file larger than this is not ours


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer as it was kept: the JSON of it, when (seconds since 1970), and its ETag."""

    content: Any
    fetched: float
    etag: str = ""

    def fresh(self, now: float) -> bool:
        """Whether it may be used without asking; one from the future is not trusted."""
        return 0 <= now - self.fetched < FRESH_S


def account_folder(root: Path, base_url: str, account: str) -> Path:
    """Return the folder for one base URL and account; neither can be read out of its name."""
    digest = hashlib.sha256(f"{base_url}\n{account}".encode()).hexdigest()
    return root / digest[:24]


def read(folder: Path, name: str) -> Kept | None:
    """Return what is kept under `name`, or None when it is missing, too large, torn or foreign."""
    path = _path(folder, name)
    try:
        if path.stat().st_size > MAX_BYTES:
            return None
        row = json.loads(path.read_bytes())
        if row["name"] != name or not isinstance(row["content"], dict):
            return None
        fetched = float(row["fetched"])
        return Kept(row["content"], fetched, str(row["etag"])) if 0 <= fetched < LATEST else None
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None


def write(folder: Path, name: str, kept: Kept) -> bool:
    """Keep an answer under `name`, whole or not at all; return whether it could be."""
    try:
        replace_file(_path(folder, name), json.dumps({"name": name, **asdict(kept)}).encode())
    except (OSError, ValueError, RecursionError):
        return False
    return True


def _path(folder: Path, name: str) -> Path:
    """Names come from documents (`../../x`), so a file is named after the hash of its name."""
    return folder / f"{hashlib.sha256(name.encode(errors='surrogatepass')).hexdigest()[:32]}.json"


class Memory:
    """What this process has already asked, for an hour; safe to share between threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        from cachetools import TTLCache

        self._lock = threading.Lock()
        self._answers: TTLCache[str, Any] = TTLCache(maxsize=4096, ttl=FRESH_S, timer=clock)
        self._pauses: TTLCache[str, bool] = TTLCache(maxsize=4096, ttl=PAUSE_S, timer=clock)

    def get(self, name: str) -> Any:
        """Return what is remembered under `name`, or None."""
        with self._lock:
            return self._answers.get(name)

    def put(self, name: str, value: Any) -> None:
        """Remember `value` for an hour."""
        with self._lock:
            self._answers[name] = value

    def forget(self) -> None:
        """Forget everything, so that the next question goes further."""
        with self._lock:
            self._answers.clear()
            self._pauses.clear()

    def pause(self, name: str) -> None:
        """Remember that `name` did not answer, so that it is left alone for a minute."""
        with self._lock:
            self._pauses[name] = True

    def paused(self, name: str) -> bool:
        """Whether `name` did not answer within the last minute."""
        with self._lock:
            return name in self._pauses
