"""Local files: known by their content, measured without a hang, written whole or not at all."""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import socket
import stat
import threading
import wave
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from clipwise.files import HEAD, Media, digest, measure, media_of, replace_file
from clipwise.journal import Journal


def picture(kind: str) -> bytes:
    """A small picture."""
    made = io.BytesIO()
    Image.new("RGB", (16, 16), "teal").save(made, kind)
    return made.getvalue()


def sound(container: str, codec: str, format: str = "s16") -> bytes:
    """A tenth of a second of silence."""
    made = io.BytesIO()
    with av.open(made, "w", format=container) as file:
        stream = file.add_stream(codec, rate=48000)
        stream.layout = "mono"
        for _ in range(5):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 960), np.int16), "s16", "mono")
            frame.sample_rate = 48000
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return made.getvalue()


def film(container: str, codec: str) -> bytes:
    """Three frames of film."""
    made = io.BytesIO()
    with av.open(made, "w", format=container) as file:
        stream = file.add_stream(codec, rate=25)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for _ in range(3):
            file.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), "rgb24")))
        file.mux(stream.encode(None))
    return made.getvalue()


def plain_wave() -> bytes:
    """A wave file of the standard library."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * 80)
    return made.getvalue()


REAL: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "png": (lambda: picture("PNG"), "image", "image/png"),
    "jpg": (lambda: picture("JPEG"), "image", "image/jpeg"),
    "gif": (lambda: picture("GIF"), "image", "image/gif"),
    "webp": (lambda: picture("WEBP"), "image", "image/webp"),
    "bmp": (lambda: picture("BMP"), "image", "image/bmp"),
    "tiff": (lambda: picture("TIFF"), "image", "image/tiff"),
    "avif": (lambda: picture("AVIF"), "image", "image/avif"),
    "wav": (plain_wave, "audio", "audio/wav"),
    "mp3": (lambda: sound("mp3", "mp3"), "audio", "audio/mpeg"),
    "mp2": (lambda: sound("mp2", "mp2"), "audio", "audio/mpeg"),
    "m4a": (lambda: sound("ipod", "aac"), "audio", "audio/mp4"),
    "aac": (lambda: sound("adts", "aac"), "audio", "audio/aac"),
    "flac": (lambda: sound("flac", "flac"), "audio", "audio/flac"),
    "ogg": (lambda: sound("ogg", "libopus"), "audio", "audio/ogg"),
    "aiff": (lambda: sound("aiff", "pcm_s16be"), "audio", "audio/aiff"),
    "mp4": (lambda: film("mp4", "mpeg4"), "video", "video/mp4"),
    "mov": (lambda: film("mov", "mpeg4"), "video", "video/quicktime"),
    "webm": (lambda: film("webm", "libvpx"), "video", "video/webm"),
    "mkv": (lambda: film("matroska", "mpeg4"), "video", "video/webm"),
    "avi": (lambda: film("avi", "mpeg4"), "video", "video/x-msvideo"),
    "flv": (lambda: film("flv", "flv"), "video", "video/x-flv"),
    "mpg": (lambda: film("mpeg", "mpeg1video"), "video", "video/mpeg"),
}


@pytest.mark.parametrize("kind", REAL)
def test_real_media_are_known_by_their_content(kind: str, tmp_path: Path) -> None:
    """A file made by a real encoder is recognised, whatever its name says."""
    make, media, mime_type = REAL[kind]
    path = tmp_path / "misnamed.txt"
    path.write_bytes(make())
    found = measure(path)
    assert found.media == Media(media, mime_type)
    assert found.size == path.stat().st_size
    assert found.changed == path.stat().st_mtime_ns


@pytest.mark.parametrize(
    ("head", "media"),
    [
        (b"", Media()),
        (b"Once upon a time", Media("text", "text/plain")),
        ("Größe\n".encode(), Media("text", "text/plain")),
        (b"see the WEBP file", Media("text", "text/plain")),
        (b"BMW makes cars, and more", Media("text", "text/plain")),
        (b"FORM 27 is to be filled in", Media("text", "text/plain")),
        (b"ID3 is a tag", Media("text", "text/plain")),
        (b"For free!", Media("text", "text/plain")),
        ("Hello, 16".encode("utf-16"), Media()),
        ("Hello, 16".encode("latin-1") + b"\xfc", Media()),
        (b"text\x00with a NUL", Media()),
        (b"%PDF-1.7\n1 0 obj", Media("document", "application/pdf")),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", Media("document", "application/pdf")),
        (b"PK\x03\x04\x14\x00", Media()),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', Media("image", "image/svg+xml")),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- x -->\n<svg/>', Media("image", "image/svg+xml")),
        (b'<!DOCTYPE html><p><svg width="1"/></p>', Media("text", "text/plain")),
        (b"\x00\x00\x00\x18ftypheic\x00\x00", Media("image", "image/heic")),
        (b"\x00\x00\x00\x18ftypzzzz\x00\x00", Media("video", "video/mp4")),
        (b"\x00\x00\x00\x08wide\x00\x00", Media("video", "video/quicktime")),
        (b"OggS" + b"\x00" * 24 + b"\x80theora", Media("video", "video/ogg")),
        (b"\xff", Media()),
    ],
)
def test_a_head_is_not_mistaken(head: bytes, media: Media) -> None:
    """Texts that begin like media are texts; what is none of them is unknown."""
    assert media_of(head) == media


def test_a_character_cut_at_the_end_of_the_head_is_forgiven() -> None:
    """A text whose last character the head splits is still a text; a broken one earlier is not."""
    assert media_of(("a" * (HEAD - 1) + "é").encode()[:HEAD]).kind == "text"
    assert media_of(b"a" * (HEAD - 10) + b"\xc3(" + b"a" * 8).kind == ""


@pytest.mark.parametrize("make", ["directory", "fifo", "socket", "missing", "name too long", "device"])
def test_what_is_no_regular_file_is_refused_at_once(make: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that could block, or that is not there, is opened: OSError."""
    monkeypatch.chdir(tmp_path)
    path = {"device": Path("/dev/zero"), "name too long": Path("x" * 300)}.get(make, Path("thing"))
    bound = socket.socket(socket.AF_UNIX)
    if make == "directory":
        path.mkdir()
    elif make == "fifo":
        os.mkfifo(path)
    elif make == "socket":
        bound.bind(str(path))
    with bound, pytest.raises(OSError, match=r"directory|regular|No such|too long"):
        measure(path)


def test_an_empty_file_has_no_media(tmp_path: Path) -> None:
    """Nothing is neither text nor media."""
    (tmp_path / "empty").touch()
    assert (measure(tmp_path / "empty").size, measure(tmp_path / "empty").media) == (0, Media())


def test_a_digest_is_of_the_whole_file(tmp_path: Path) -> None:
    """The digest covers what lies beyond one block."""
    data = os.urandom(2**20) * 2 + b"x"
    (tmp_path / "big").write_bytes(data)
    assert digest(tmp_path / "big") == hashlib.sha256(data).hexdigest()


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    """The folder is made, the mode is private, and nothing else is left."""
    path = tmp_path / "a" / "b" / "config.json"
    replace_file(path, b"one")
    replace_file(path, b"two")
    assert path.read_bytes() == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["config.json"]


def test_a_name_of_the_greatest_length_can_be_replaced(tmp_path: Path) -> None:
    """The temporary name beside a long one is not too long."""
    path = tmp_path / ("é" * 127)
    replace_file(path, b"x")
    assert path.read_bytes() == b"x"


def test_a_failed_replacement_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk fails while writing, the old content stays and no part lies about."""
    path = tmp_path / "kept"
    replace_file(path, b"old")

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_readers_see_one_content_or_the_other(tmp_path: Path) -> None:
    """While two threads replace a file, a reader always finds one of the two whole."""
    path = tmp_path / "shared"
    contents = [bytes([n]) * 5000 for n in (1, 2)]
    replace_file(path, contents[0])

    def write(content: bytes) -> None:
        for _ in range(40):
            replace_file(path, content)

    writers = [threading.Thread(target=write, args=(content,)) for content in contents]
    for each in writers:
        each.start()
    seen = {path.read_bytes() for _ in range(300)}
    for each in writers:
        each.join()
    assert seen <= set(contents)


def test_a_measure_can_be_sent_to_another_process(tmp_path: Path) -> None:
    """What is known of a file is a plain value."""
    (tmp_path / "x").write_text("hi")
    found = measure(tmp_path / "x")
    assert pickle.loads(pickle.dumps(found)) == found


def test_the_name_of_a_file_survives_a_power_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new entry of the journal: its content, its folder and the folders made for it are written through."""
    synced = []

    def fsync(handle: int) -> None:
        found = os.fstat(handle)
        synced.append(found.st_ino if stat.S_ISDIR(found.st_mode) else "content")

    monkeypatch.setattr(os, "fsync", fsync)
    journal = Journal(tmp_path / "home" / "journal", "https://api.example", "me")
    claim = journal.claim("teaser", "ab" * 32, "key", False, 1000.0)
    assert journal.note(claim, {}) == ""
    folders = [tmp_path / "home", tmp_path / "home" / "journal", tmp_path / "home" / "journal" / "ab"]
    assert synced == [folders[0].stat().st_ino, folders[1].stat().st_ino, "content", folders[2].stat().st_ino]
    journal.settle(claim, "queued", "gen_1", 1001.0)
    assert synced[4:] == ["content", folders[2].stat().st_ino]
