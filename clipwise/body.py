"""The body of an answer, collected block by block: capped in size before and after it is unpacked.

Knows no HTTP library.
"""

from __future__ import annotations

import zlib

from .effects import NoAnswer

MAX_BODY = 32 * 2**20  # an API answer larger than this is not one


class Body:
    """Collects an answer's body; NoAnswer for one that is too large, or that cannot be unpacked."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0

    def add(self, block: bytes) -> None:
        """Take in the next block."""
        self.size += len(block)
        if self.size > MAX_BODY:
            raise _too_large()
        self.parts.append(block)

    def whole(self, encoding: str) -> bytes:
        """Return the whole body, unpacked."""
        raw = b"".join(self.parts)
        if encoding.strip().lower() in ("", "identity") or not raw:
            return raw
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)  # gzip or zlib, whatever it is called
        try:
            unpacked = unpacker.decompress(raw, MAX_BODY + 1)
        except zlib.error as error:
            raise NoAnswer("broken", f"the answer cannot be unpacked: {error}") from None
        if len(unpacked) > MAX_BODY:
            raise _too_large()
        if not unpacker.eof:
            raise NoAnswer("broken", "the answer cannot be unpacked: its end is missing")
        return unpacked


def _too_large() -> NoAnswer:
    return NoAnswer("too_large", f"the answer is larger than {MAX_BODY // 2**20} MiB", final=True)
