"""Local files: written whole or not at all, measured, and known by what is in them, not by their names.

Knows nothing of the API; every function here blocks.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

HEAD = 4096


@dataclass(frozen=True, slots=True)
class Media:
    """What a file holds: its kind (image, video, audio, text), and its MIME type; both empty when it is unknown."""

    kind: str = ""
    mime_type: str = ""


# Where in the file, which bytes, what that means. The first row that fits counts.
SIGNATURES: tuple[tuple[int, bytes, Media], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", Media("image", "image/png")),
    (0, b"\xff\xd8\xff", Media("image", "image/jpeg")),
    (0, b"GIF87a", Media("image", "image/gif")),
    (0, b"GIF89a", Media("image", "image/gif")),
    (8, b"WEBP", Media("image", "image/webp")),
    (0, b"BM", Media("image", "image/bmp")),
    (0, b"II*\x00", Media("image", "image/tiff")),
    (0, b"MM\x00*", Media("image", "image/tiff")),
    (8, b"WAVE", Media("audio", "audio/wav")),
    (8, b"AVI ", Media("video", "video/x-msvideo")),
    (0, b"ID3", Media("audio", "audio/mpeg")),
    (0, b"fLaC", Media("audio", "audio/flac")),
    (0, b"FORM", Media("audio", "audio/aiff")),
    (0, b"\x1a\x45\xdf\xa3", Media("video", "video/webm")),
    (0, b"FLV\x01", Media("video", "video/x-flv")),
    (0, b"\x00\x00\x01\xba", Media("video", "video/mpeg")),
    (0, b"\x00\x00\x01\xb3", Media("video", "video/mpeg")),
)
# The brand of an ISO base media file (`ftyp`) says which kind it is; any other brand is video.
BRANDS: dict[bytes, Media] = {
    b"M4A ": Media("audio", "audio/mp4"),
    b"M4B ": Media("audio", "audio/mp4"),
    b"avif": Media("image", "image/avif"),
    b"heic": Media("image", "image/heic"),
    b"heix": Media("image", "image/heic"),
    b"mif1": Media("image", "image/heif"),
    b"qt  ": Media("video", "video/quicktime"),
}


def media_of(head: bytes) -> Media:
    """Tell the kind of media from the first 4,096 bytes of a file."""
    if head[4:8] == b"ftyp":
        return BRANDS.get(head[8:12], Media("video", "video/mp4"))
    if head[:4] == b"OggS":  # Theora is a film; Vorbis, Opus, Speex and FLAC are sound
        return Media("video", "video/ogg") if b"theora" in head else Media("audio", "audio/ogg")
    for place, signature, media in SIGNATURES:
        if head[place : place + len(signature)] == signature:
            return media
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:  # an MPEG audio frame
        return Media("audio", "audio/aac" if head[1] & 0xF6 == 0xF0 else "audio/mpeg")
    if b"<svg" in head[:1024].lower():
        return Media("image", "image/svg+xml")
    return Media("text", "text/plain") if _is_text(head) else Media()


def _is_text(head: bytes) -> bool:
    """A cut may split the last character, so up to three bytes at the end are forgiven."""
    if not head or b"\x00" in head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start >= HEAD - 3
    return True


@dataclass(frozen=True, slots=True)
class Measured:
    """A regular file as it was found: its size in bytes, when it was changed (ns), and the media in it."""

    path: Path
    size: int
    changed: int
    media: Media


def measure(path: Path) -> Measured:
    """Look at a file without reading more than its head; OSError when it is not a readable regular file."""
    found = path.stat()
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError("is a directory")
    if not stat.S_ISREG(found.st_mode):  # opening a FIFO or a device could block for ever
        raise OSError("is not a regular file")
    with path.open("rb") as file:
        head = file.read(HEAD)
    return Measured(path, found.st_size, found.st_mtime_ns, media_of(head))


def digest(path: Path) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal."""
    sha = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(2**20):
            sha.update(block)
    return sha.hexdigest()


def replace_file(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Write `data` under `path`: a reader sees the old file or the new one, never a part; OSError if it cannot."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
