"""Small media files, made by hand, for tests of the server."""

from __future__ import annotations

import io
import struct
import wave
import zlib

import httpx


def png(width: int = 3, height: int = 2) -> bytes:
    """A small PNG, made by hand."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x40\x80\xc0" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def wav() -> bytes:
    """A tenth of a second of silence."""
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(1600))
    return target.getvalue()


def upload(api: httpx.Client, data: bytes, purpose: str = "image", name: str = "a.png") -> httpx.Response:
    """Upload a file to the generic uploads."""
    return api.post("uploads/", files={"file": (name, data)}, data={"purpose": purpose})
