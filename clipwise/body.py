"""The body of an answer, taken in block by block: capped in size before and after it is unpacked.

Knows no HTTP library.
"""

from __future__ import annotations

import zlib

from .effects import Answer, Fetch, NoAnswer

MAX_BODY = 32 * 2**20  # an API answer larger than this is not one
MISFIT = Answer(416)


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


class Filling:
    """Passes on the blocks of a file that is fetched; NoAnswer for a part that does not fit, and for too large a file.

    `mode` is how the file is opened: a part is added to what is there; a whole answer starts it anew.
    """

    def __init__(self, fetch: Fetch, head: Answer) -> None:
        self.mode = _mode(fetch, head)
        self.limit = fetch.limit
        self.size = fetch.offset if self.mode == "ab" else 0

    def passed(self, block: bytes) -> bytes:
        """Return a block that may still be written."""
        self.size += len(block)
        if self.size > self.limit:
            raise NoAnswer("too_large", f"the file is larger than {self.limit:,} bytes", final=True)
        return block


def _mode(fetch: Fetch, head: Answer) -> str:
    if head.status != 206 or not fetch.offset:
        return "wb"
    same = head.headers.get("etag", fetch.validator) == fetch.validator
    if not same or not head.headers.get("content-range", "").startswith(f"bytes {fetch.offset}-"):
        raise NoAnswer("broken", "the server sent another part of the file than was asked for", head=MISFIT)
    return "ab"


def _too_large() -> NoAnswer:
    return NoAnswer("too_large", f"the answer is larger than {MAX_BODY // 2**20} MiB", final=True)
