"""Local files: written whole or not at all, measured, and known by what is in them, not by their names.

Knows nothing of the API; every function here blocks.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

HEAD = 4096
_READ = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_NO_LINK = _READ | getattr(os, "O_NOFOLLOW", 0)
_FOLDER = _NO_LINK | getattr(os, "O_DIRECTORY", 0)


@dataclass(frozen=True, slots=True)
class Media:
    """What a file holds: its kind (image, video, audio, text, document), and its MIME type; both empty if unknown."""

    kind: str = ""
    mime_type: str = ""


# How a file begins, and what that means. The first row that fits counts.
SIGNATURES: tuple[tuple[bytes, Media], ...] = (
    (rb"\x89PNG\r\n\x1a\n", Media("image", "image/png")),
    (rb"\xff\xd8\xff", Media("image", "image/jpeg")),
    (rb"GIF8[79]a", Media("image", "image/gif")),
    (rb"RIFF....WEBP", Media("image", "image/webp")),
    (rb"BM....\0\0\0\0", Media("image", "image/bmp")),
    (rb"II\*\0|MM\0\*", Media("image", "image/tiff")),
    (rb"(?i:(\xef\xbb\xbf)?\s*<(svg|(\?xml|!--|!doctype svg).*<svg))", Media("image", "image/svg+xml")),
    (rb"(RIFF|RF64)....WAVE", Media("audio", "audio/wav")),
    (rb"ID3[\x02-\x04]", Media("audio", "audio/mpeg")),
    (rb"fLaC", Media("audio", "audio/flac")),
    (rb"FORM....AIF[FC]", Media("audio", "audio/aiff")),
    (rb"\xff[\xf0\xf1\xf8\xf9]", Media("audio", "audio/aac")),
    (rb"\xff[\xe2-\xe5\xf2-\xf5\xfa-\xfd]", Media("audio", "audio/mpeg")),  # a frame of layer II or III
    (rb"RIFF....AVI ", Media("video", "video/x-msvideo")),
    (rb"\x1a\x45\xdf\xa3", Media("video", "video/webm")),
    (rb"FLV\x01", Media("video", "video/x-flv")),
    (rb"\0\0\x01[\xb3\xba]", Media("video", "video/mpeg")),
    (rb"[\0-\x07]...(moov|mdat|wide|free)", Media("video", "video/quicktime")),
    (rb"%PDF-", Media("document", "application/pdf")),
)
_SIGNATURES = tuple((re.compile(pattern, re.DOTALL), media) for pattern, media in SIGNATURES)
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
    for pattern, media in _SIGNATURES:
        if pattern.match(head):
            return media
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


def outside(path: Path, root: Path | None) -> bool:
    """Whether a path leads out of `root`, wherever its links point; nothing is read but them. No root, no outside."""
    if root is None:
        return False
    try:
        return not path.resolve().is_relative_to(root)
    except (OSError, ValueError, RuntimeError):  # a loop of links, or no name at all
        return True


def opened(path: Path, root: Path | None = None) -> BinaryIO:
    """Open a regular file for reading; OSError for anything else, and for what is outside `root`, if there is one.

    Behind a root no link is followed once the path is known, so that nothing can be swapped between the check and the
    opening. A hard link to a file outside cannot be told from a file.
    """
    handle = os.open(path, _READ) if root is None else _within(path.resolve(), root)
    try:
        _regular(os.fstat(handle))
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def _within(real: Path, root: Path) -> int:
    """Open a path without links, folder by folder from the root on."""
    if not real.is_relative_to(root):
        raise PermissionError("is outside the upload root")
    if os.open not in os.supports_dir_fd:  # Windows: looked at again once it is open
        handle = os.open(real, _NO_LINK)
        if real.resolve() == real and os.path.samestat(os.fstat(handle), real.stat()):
            return handle
        os.close(handle)
        raise PermissionError("is outside the upload root")
    *folders, name = (".", *real.relative_to(root).parts)
    place = os.open(root, _FOLDER)
    for each in folders:
        place = _next(place, each, _FOLDER)
    return _next(place, name, _NO_LINK)


def _next(folder: int, name: str, flags: int) -> int:
    try:
        return os.open(name, flags, dir_fd=folder)
    finally:
        os.close(folder)


def _regular(found: os.stat_result) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError("is a directory")
    if not stat.S_ISREG(found.st_mode):
        raise OSError("is not a regular file")


def measure(path: Path, root: Path | None = None) -> Measured:
    """Look at a file without reading more than its head; OSError when it is not a readable regular file."""
    _regular(path.stat())  # opening a device could do something
    with opened(path, root) as file:
        found = os.fstat(file.fileno())
        head = file.read(HEAD)
    return Measured(path, found.st_size, found.st_mtime_ns, media_of(head))


def digest(path: Path, root: Path | None = None) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal."""
    sha = hashlib.sha256()
    with opened(path, root) as file:
        while block := file.read(2**20):
            sha.update(block)
    return sha.hexdigest()


def sync_folder(folder: Path) -> None:
    """Let the names in a folder survive a power cut, where the system can do that."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def replace_file(path: Path, data: bytes | Iterable[bytes], mode: int = 0o600) -> None:
    """Write `data` under `path`: a reader sees the old file or the new one, never a part; OSError if it cannot."""
    import tempfile

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines([data] if isinstance(data, bytes) else data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def need_room(folder: Path) -> None:
    """Make a folder, if need be, and see that files can be written into it; OSError when they cannot."""
    import tempfile

    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass


@contextlib.contextmanager
def held(path: Path) -> Iterator[bool]:
    """Hold a lock file beside `path`; give False when another process or thread holds it. It goes when it is let go.

    Where there are no locks (Windows, some network folders) it is given all the same.
    """
    try:
        import fcntl
    except ImportError:
        yield True
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    lock_path = path.with_name(path.name + ".lock")
    lock = os.open(lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    free = True
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Whoever held it may have removed the file that was opened here: then it locks nobody else out.
            free = _same_file(lock, lock_path)
        except BlockingIOError:
            free = False
        except OSError:
            pass
        yield free
    finally:
        if free:
            with contextlib.suppress(OSError):
                lock_path.unlink()
        os.close(lock)


def _same_file(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except OSError:
        return False
