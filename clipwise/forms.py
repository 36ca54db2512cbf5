"""A form with one file, as a stream of bytes that is never whole in memory.

The file is sent exactly as it was measured, or the request fails. Knows no HTTP library.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from .effects import FilePart, Request
from .errors import ClipwiseError
from .text import printable

BLOCK = 2**18
EVERY_S = 0.1
END = float("inf")


class Form:
    """The headers and the bytes of one attempt to send a request's fields and file."""

    def __init__(self, request: Request) -> None:
        assert request.file is not None
        self.part = request.file
        self.sent = 0  # bytes of the file that were handed on
        self._told = 0.0
        boundary = f"clipwise-{random.getrandbits(128):032x}"
        self._lead = _lead(boundary, request.form, request.file)
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self.headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(len(self._lead) + self.part.size + len(self._tail)),
        }

    def stream(self) -> Iterator[bytes]:
        """Yield the form; ClipwiseError `invalid_upload` when the file is no longer what was measured."""
        self.sent = 0
        yield self._lead
        for block in _blocks(self.part):
            self.sent += len(block)
            yield block
        yield self._tail

    def news(self, now: float) -> int | None:
        """Return how much of the file was sent, at most every tenth of a second and once at its end; else None."""
        done = self.sent == self.part.size
        if (done and self._told == END) or not self.sent or (not done and now - self._told < EVERY_S):
            return None
        self._told = END if done else now
        return self.sent


def _lead(boundary: str, fields: tuple[tuple[str, str], ...], part: FilePart) -> bytes:
    opened = f"--{boundary}\r\nContent-Disposition: form-data; name="
    text = "".join(f'{opened}"{_quoted(name)}"\r\n\r\n{value}\r\n' for name, value in fields)
    text += f'{opened}"{part.field}"; filename="{_quoted(part.path.name)}"\r\nContent-Type: {part.mime_type}\r\n\r\n'
    return text.encode(errors="replace")


def _quoted(name: str) -> str:
    """Escape a name for a part's header as browsers do."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _blocks(part: FilePart) -> Iterator[bytes]:
    """Yield exactly as many bytes as were measured; anything else is an error."""
    left = part.size
    try:
        with part.path.open("rb") as file:
            while left >= 0 and (block := file.read(BLOCK)):
                left -= len(block)
                if left >= 0:
                    yield block
        changed = left != 0 or part.path.stat().st_mtime_ns != part.changed
    except OSError:
        changed = True
    if changed:
        raise ClipwiseError(
            f"the file {printable(part.path.name, 200)!r} changed while it was being sent",
            code="invalid_upload",
            hint="send it again when it is at rest",
        )
