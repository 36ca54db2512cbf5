"""Deadlines for a whole attempt. An HTTP library bounds one read, so that a server that drips could hold it for ever.

Wraps what httpcore calls a network backend, whose streams then read and write no longer than the attempt may last. A
small request leaves in one piece: what is written is held until it is much, or until an answer is read. Knows no HTTP.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextvars import ContextVar
from time import monotonic
from typing import Any

from .effects import NoAnswer
from .resolver import addresses, async_addresses

SMALL = 2**14  # bytes that are held until more comes, or until an answer is read
BROKEN = "WriteError"  # how httpcore calls a connection that takes no more: there may be an answer to read all the same
LARGEST = 2**18  # bytes of one piece
SLOWEST = 1024  # bytes per second below which a file counts as stalled


class Deadline:
    """When one attempt must have ended: after `total` seconds, and after `stall` seconds.

    With `moving` (a file on its way) what arrives or leaves moves the latter on, as long as it is `SLOWEST` or quicker.
    """

    def __init__(self, stall: float, total: float = math.inf, moving: bool = False) -> None:
        self.stall = stall
        self.moving = moving
        self.smallest = int(max(SLOWEST, min(LARGEST, stall * SLOWEST / 2)))
        self.size = self.smallest  # of the next piece
        self.began = monotonic()  # the piece that is on its way
        self.last = self.began + total
        self.until = monotonic() + stall

    def left(self, timeout: float | None) -> float:
        """Return how long one read or write may take; NoAnswer when the time is over."""
        self.began = monotonic()
        left = min(self.until, self.last) - self.began
        if left <= 0:
            raise NoAnswer("timeout", "no answer in time")
        return left if timeout is None else min(left, timeout)

    def moved(self, count: int) -> None:
        """Let `count` bytes that went through earn their time, never more than one stall's."""
        if self.moving:
            now = monotonic()
            self.until = min(self.until + count / SLOWEST, now + self.stall)
            self.size = min(LARGEST, 2 * self.size) if now - self.began < self.stall / 100 else self.smallest

    def pieces(self, buffer: bytes) -> Iterator[bytes]:
        """Cut what is to be written so that the slowest allowed writes one piece in half a stall; larger ones while
        each goes at once."""
        start = 0
        while start < len(buffer):
            size = self.size if self.moving else len(buffer)
            yield buffer[start : start + size]
            start += size


_NOW: ContextVar[Deadline | None] = ContextVar("clipwise_deadline", default=None)


class bounded:  # noqa: N801  (used as a function; a generator would cost more than all that it does)
    """Hold whatever this thread or task reads and writes in the block to a deadline."""

    def __init__(self, deadline: Deadline) -> None:
        self.deadline = deadline

    def __enter__(self) -> None:
        self.token = _NOW.set(self.deadline)

    def __exit__(self, *_: object) -> None:
        _NOW.reset(self.token)


def bind(client: Any, asynchronous: bool = False) -> None:
    """Put the wrapper under every connection pool of an httpx client, which offers no public way to do so."""
    backend = _AsyncBackend if asynchronous else _Backend
    for transport in (client._transport, *client._mounts.values()):
        pool = getattr(transport, "_pool", None)
        if pool is not None and hasattr(pool, "_network_backend"):
            pool._network_backend = backend(pool._network_backend)


class _Wrapper:
    """Passes on whatever it does not bound."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._held = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class _Stream(_Wrapper):
    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        deadline = _NOW.get() or Deadline(math.inf)
        if self._held:
            try:
                self._flush(deadline, timeout)
            except Exception as error:
                if type(error).__name__ != BROKEN:
                    raise
        block: bytes = self._inner.read(max_bytes, deadline.left(timeout))
        deadline.moved(len(block))
        return block

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._held += buffer
        if len(self._held) > SMALL:
            self._flush(_NOW.get() or Deadline(math.inf), timeout)

    def _flush(self, deadline: Deadline, timeout: float | None) -> None:
        buffer, self._held = self._held, b""
        for piece in deadline.pieces(buffer):
            self._inner.write(piece, deadline.left(timeout))
            deadline.moved(len(piece))

    def start_tls(self, *args: Any, **options: Any) -> _Stream:
        return _Stream(self._inner.start_tls(*args, **options))


class _Backend(_Wrapper):
    def connect_tcp(self, host: str, port: int, timeout: float | None = None, **options: Any) -> _Stream:
        end = monotonic() + (_NOW.get() or Deadline(math.inf)).left(timeout)
        found = addresses(host, port, end - monotonic())
        for left, address in zip(range(len(found), 0, -1), found, strict=True):
            try:
                return _Stream(self._inner.connect_tcp(address, port, timeout=_share(end, left), **options))
            except Exception:
                if left == 1:
                    raise
        raise NoAnswer("connect", f"{host!r} has no address")


class _AsyncStream(_Wrapper):
    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        deadline = _NOW.get() or Deadline(math.inf)
        if self._held:
            try:
                await self._flush(deadline, timeout)
            except Exception as error:
                if type(error).__name__ != BROKEN:
                    raise
        block: bytes = await self._inner.read(max_bytes, deadline.left(timeout))
        deadline.moved(len(block))
        return block

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._held += buffer
        if len(self._held) > SMALL:
            await self._flush(_NOW.get() or Deadline(math.inf), timeout)

    async def _flush(self, deadline: Deadline, timeout: float | None) -> None:
        buffer, self._held = self._held, b""
        for piece in deadline.pieces(buffer):
            await self._inner.write(piece, deadline.left(timeout))
            deadline.moved(len(piece))

    async def start_tls(self, *args: Any, **options: Any) -> _AsyncStream:
        return _AsyncStream(await self._inner.start_tls(*args, **options))


class _AsyncBackend(_Wrapper):
    async def connect_tcp(self, host: str, port: int, timeout: float | None = None, **options: Any) -> _AsyncStream:
        end = monotonic() + (_NOW.get() or Deadline(math.inf)).left(timeout)
        found = await async_addresses(host, port, end - monotonic())
        for left, address in zip(range(len(found), 0, -1), found, strict=True):
            try:
                return _AsyncStream(await self._inner.connect_tcp(address, port, timeout=_share(end, left), **options))
            except Exception:
                if left == 1:
                    raise
        raise NoAnswer("connect", f"{host!r} has no address")


def _share(end: float, left: int) -> float:
    """One address that does not answer leaves time for the others."""
    return max(0.001, (end - monotonic()) / left)
