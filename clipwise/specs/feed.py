"""A stream of bytes that can be looked into before it is read, and read by lines of bounded length."""

from __future__ import annotations

from typing import Any

from .values import MAX_PIECE

CHUNK = 128 * 2**10
BOM = b"\xef\xbb\xbf"


class Feed:
    """Reads a binary stream; what was peeked at is read again. A byte-order mark at the beginning is left out."""

    def __init__(self, stream: Any) -> None:
        self._read = getattr(stream, "read1", None) or stream.read
        self._held = b""
        self._ended = False
        self.taken = 0  # bytes, so far
        self.cut = False  # whether the last line was
        self.skipped = len(BOM) if self.peek(len(BOM)).startswith(BOM) else 0
        self._held = self._held[self.skipped :]

    def peek(self, size: int) -> bytes:
        """Return the next `size` bytes, fewer only at the end, and leave them to be read."""
        parts, length = [self._held], len(self._held)
        while length < size and not self._ended:
            more = self._read(CHUNK)
            self._ended = not more
            parts.append(more)
            length += len(more)
        self._held = b"".join(parts)
        return self._held[:size]

    def read(self, size: int = CHUNK) -> bytes:
        """Return some bytes, at most `size`; none at the end."""
        found = self._held
        if len(found) < size and not self._ended:
            more = self._read(size - len(found))
            self._ended = not more
            found += more
        self._held = b""
        if len(found) > size:
            found, self._held = found[:size], found[size:]
        self.taken += len(found)
        return found

    def lines(self, size: int = CHUNK) -> bytes | None:
        """Return whole lines, the last break left out, about `size` bytes; None at the end.

        A line longer than MAX_PIECE is `cut` there; the rest of it is what `skip_line` skips.
        """
        self.cut = False
        chunk = self.read(size)
        if not chunk:
            return None
        if (end := chunk.rfind(b"\n")) >= 0:
            self._back(chunk[end + 1 :])
            return chunk[:end]
        parts, length = [chunk], len(chunk)
        while length <= MAX_PIECE and (chunk := self.read(size)):
            end = chunk.find(b"\n")
            if end >= 0:
                self._back(chunk[end + 1 :])
                return b"".join([*parts, chunk[:end]])
            parts.append(chunk)
            length += len(chunk)
        self.cut = length > MAX_PIECE
        return b"".join(parts)

    def skip_line(self) -> None:
        """Read to the end of the line, keeping nothing."""
        while chunk := self.read():
            if (end := chunk.find(b"\n")) >= 0:
                self._back(chunk[end + 1 :])
                return

    def whole(self, limit: int) -> bytes | None:
        """Return everything that is left; None when it is more than `limit` bytes."""
        found = self.peek(limit + 1)
        if len(found) > limit:
            return None
        self._held = b""
        self.taken += len(found)
        return found

    def _back(self, data: bytes) -> None:
        self._held = data + self._held
        self.taken -= len(data)
