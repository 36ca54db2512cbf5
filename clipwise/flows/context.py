"""What all flows of one client share: its settings, what it remembers, and its retry budget.

The only state that flows have. Safe to share between threads; knows no HTTP.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from time import monotonic

from ..formats.cache import Memory, account_folder
from ..formats.catalog import Catalog
from ..journal import Journal
from ..settings import Settings


@dataclass(frozen=True, slots=True)
class Policy:
    """How often and how long a call is tried again; times in seconds."""

    retries: int = 3
    first_delay: float = 0.5
    longest_delay: float = 8.0
    longest_wait: float = 120.0  # that the server may ask for; above it the error is raised at once
    whole: float = 4.0  # a whole call, sleeps included, ends within this many times the timeout


class Budget:
    """Keeps a dead server from being hammered: retries cost, success gives back."""

    FULL = 500
    THROTTLE = 5
    FAILURE = 10

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.left = self.FULL

    def take(self, cost: int) -> bool:
        """Pay for one retry; False when there is not enough left."""
        with self._lock:
            if self.left < cost:
                return False
            self.left -= cost
            return True

    def give(self, amount: int) -> None:
        """Give back after a success, never above the full budget."""
        with self._lock:
            self.left = min(self.FULL, self.left + amount)


@dataclass(frozen=True, slots=True)
class Context:
    """One client's share of the flows."""

    settings: Settings
    policy: Policy = Policy()
    memory: Memory = field(default_factory=partial(Memory, monotonic))
    budget: Budget = field(default_factory=Budget)
    uploaded: dict[tuple[object, str], str] = field(default_factory=dict)  # where and which content -> id
    uploading: dict[tuple[object, str], object] = field(default_factory=dict)  # what is on its way -> who sends it
    pinned: Catalog | None = None  # the only documents that count, if there are any
    said: dict[str, object] = field(default_factory=dict)  # what was told, and who told it
    journal: Journal | None = None  # where jobs are noted before they are sent, if they are

    @property
    def folder(self) -> Path:
        """Where the documents of this base URL and account are kept."""
        return account_folder(self.settings.cache, self.settings.base_url, self.settings.account)

    @property
    def local_only(self) -> bool:
        """Whether the live documents are not asked: pinned, offline, or without a key."""
        return self.pinned is not None or self.settings.offline or self.settings.api_key is None

    def with_settings(self, change: Callable[[Settings], Settings] | None = None, **values: object) -> Context:
        """Return a context with other settings that shares everything else."""
        settings = change(self.settings) if change else replace(self.settings, **values)  # type: ignore[arg-type]
        return replace(self, settings=settings)
