"""Keeps API keys out of what was not written here: the logs and the messages of the HTTP libraries.

They quote what a server sends, and a server may repeat the key. Knows no HTTP library but the names of their loggers.
"""

from __future__ import annotations

import logging
import threading
from weakref import WeakSet

from .settings import Settings

LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy", "httpcore.socks")
MASK = "…"
SHORTEST = 8  # a key as short as a word would be cut out of everything


class Mask:
    """Masks one client's key, in texts and, as long as the client lives, in the logs."""

    def __init__(self, settings: Settings) -> None:
        key = settings.api_key or ""
        key = self.key = key if len(key) >= SHORTEST else ""
        self._shown = sorted({key, repr(key)[1:-1]} - {""}, key=len, reverse=True)
        _LOGS.watch(self)

    def __call__(self, text: str) -> str:
        """Return a text without the key."""
        for each in self._shown:
            text = text.replace(each, MASK)
        return text


class _Logs(logging.Filter):
    """Rewrites a record that holds the key of any living client; hooked in with the first one."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.RLock()
        self._masks: WeakSet[Mask] = WeakSet()

    def watch(self, mask: Mask) -> None:
        with self._lock:
            self._masks.add(mask)
        for name in LOGGERS:
            logging.getLogger(name).addFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        text = said = record.getMessage()
        with self._lock:
            masks = tuple(self._masks)
        for mask in masks:
            text = mask(text)
        if text != said:
            record.msg, record.args = text, ()
        return True


_LOGS = _Logs()
