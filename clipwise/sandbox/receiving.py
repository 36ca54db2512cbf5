"""A multipart upload, written to disk and hashed as it arrives.

The file's name from outside is kept as text to show and never becomes a path. Knows nothing of what the file must
be, nor of HTTP beyond the body; every call blocks.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clipwise.sandbox.exchange import Refusal

MAX_FIELDS = 50
MAX_FIELD = 64 * 1024  # bytes
ESCAPES = (("%0D", "\r"), ("%0A", "\n"), ("%22", '"'))  # how HTML forms, and httpx, write these in a file name


@dataclass(frozen=True, slots=True)
class Received:
    """An uploaded file in a temporary place, with the text fields that came beside it."""

    path: Path
    name: str
    bytes: int
    sha256: str
    fields: Mapping[str, str]


def shown_name(name: str) -> str:
    """Return the last part of a file name from outside, without control characters; at most 200 characters."""
    for escape, character in ESCAPES:
        name = name.replace(escape, character)
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    kept = "".join(char for char in last if unicodedata.category(char)[0] != "C")
    return " ".join(kept.split())[:200]


class Receiver:
    """Takes the body of one upload in pieces. Raises Refusal for a body that is too large or makes no sense."""

    def __init__(self, content_type: str, folder: Path, limit: int) -> None:
        from python_multipart.multipart import MultipartParser, parse_options_header

        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise Refusal("invalid_upload", "The body must be multipart/form-data with a file in the part 'file'.")
        self._limit = limit
        self._path = folder / secrets.token_hex(12)
        self._target: Any = None
        self._hash = hashlib.sha256()
        self._bytes = 0
        self._name: str | None = None
        self._fields: dict[str, bytearray] = {}
        self._field: bytearray | None = None
        self._header = (bytearray(), bytearray())
        self._headers: dict[bytes, bytes] = {}
        self._ended = False
        self._options = parse_options_header
        callbacks: Any = {name: getattr(self, f"_{name}") for name in _CALLBACKS}
        try:
            self._parser = MultipartParser(options[b"boundary"], callbacks)
        except ValueError as error:
            raise Refusal("invalid_upload", "The multipart boundary cannot be used.") from error

    def write(self, data: bytes) -> None:
        """Take the next piece of the body."""
        try:
            self._parser.write(data)
        except ValueError as error:  # the parser's own errors
            raise Refusal("invalid_upload", "The multipart body cannot be read.") from error

    def finish(self) -> Received:
        """Return what came; Refusal `invalid_upload` when it is not whole, or holds no file."""
        self._close()
        if not self._ended:
            raise Refusal("invalid_upload", "The upload ended before the multipart body was complete.")
        if self._name is None:
            raise Refusal("invalid_upload", "There is no file in the part 'file'.")
        if self._bytes == 0:
            raise Refusal("invalid_upload", "The file is empty.")
        fields = {name: bytes(value).decode("utf-8", "replace") for name, value in self._fields.items()}
        return Received(self._path, shown_name(self._name), self._bytes, self._hash.hexdigest(), fields)

    def abandon(self) -> None:
        """Remove what was written; harmless after the file has been moved away."""
        self._close()
        with contextlib.suppress(OSError):
            self._path.unlink()

    def _close(self) -> None:
        if self._target is not None:
            self._target.close()
            self._target = None

    # --- what the parser calls ----------------------------------------------------------------------------------------

    def _on_part_begin(self) -> None:
        self._headers, self._field = {}, None

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header[0].extend(data[start:end])

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1].extend(data[start:end])

    def _on_header_end(self) -> None:
        self._headers[bytes(self._header[0]).lower()] = bytes(self._header[1])
        self._header = (bytearray(), bytearray())

    def _on_headers_finished(self) -> None:
        _, options = self._options(self._headers.get(b"content-disposition"))
        part = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" in options:
            if part != "file" or self._name is not None:
                raise Refusal("invalid_upload", "An upload is one file, in the part 'file'.")
            self._name = options[b"filename"].decode("utf-8", "replace")
            self._target = self._path.open("xb")
        elif len(self._fields) >= MAX_FIELDS:
            raise Refusal("invalid_upload", f"There are more than {MAX_FIELDS} fields beside the file.")
        else:
            self._field = self._fields.setdefault(part, bytearray())

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._field is not None:
            self._field.extend(data[start:end])
            if len(self._field) > MAX_FIELD:
                raise Refusal("payload_too_large", f"A field is larger than {MAX_FIELD} bytes.")
            return
        self._bytes += end - start
        if self._bytes > self._limit:
            raise Refusal("payload_too_large", f"The file is larger than {self._limit} bytes.")
        piece = data[start:end]
        self._hash.update(piece)
        self._target.write(piece)

    def _on_part_end(self) -> None:
        self._close()

    def _on_end(self) -> None:
        self._ended = True


_CALLBACKS = (
    "on_part_begin",
    "on_header_field",
    "on_header_value",
    "on_header_end",
    "on_headers_finished",
    "on_part_data",
    "on_part_end",
    "on_end",
)
