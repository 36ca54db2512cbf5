"""What an uploaded file really holds: told by decoding it, never by its name or what the sender says.

Knows nothing of resources. Pillow and PyAV are loaded at the first file; only kinds of file that hold nothing but
media are opened, so that a playlist or a script inside an upload is never followed.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clipwise.sandbox.exchange import Refusal

MAX_PIXELS = 80_000_000
PICTURES = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
DEMUXERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,ogg,mp3,wav,flac,aac,aiff,w64,caf,amr"
# What PyAV calls the container -> the second half of the MIME type; anything else keeps its own name.
CONTAINERS: Mapping[str, str] = {
    "mov,mp4,m4a,3gp,3g2,mj2": "mp4",
    "matroska,webm": "webm",
    "mp3": "mpeg",
    "avi": "x-msvideo",
    "mpegts": "mp2t",
    "flv": "x-flv",
}
SUFFIXES: Mapping[str, str] = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "image/bmp": ".bmp",
    "image/tiff": ".tif",
    "image/avif": ".avif",
    "audio/mpeg": ".mp3",
    "audio/wav": ".wav",
    "audio/flac": ".flac",
    "audio/ogg": ".ogg",
    "audio/mp4": ".m4a",
    "audio/webm": ".weba",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
    "video/quicktime": ".mov",
    "video/ogg": ".ogv",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """What a file holds: image, video or audio, its MIME type, and facts (width, height in pixels, duration in s)."""

    kind: str
    mime_type: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def judge(path: Path) -> Judged:
    """Return what the file holds; Refusal `invalid_upload` when it is no image, video or audio, or is damaged."""
    found = _picture(path) or _film_or_sound(path)
    if found is None:
        raise Refusal(
            "invalid_upload",
            "The file is not an image, a video or a sound that can be read, or it is damaged.",
            {"reads": [*PICTURES, *DEMUXERS.split(",")]},
        )
    return found


def _picture(path: Path) -> Judged | None:
    from PIL import Image, UnidentifiedImageError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # oddities of a file from outside are not the server's
        try:
            with Image.open(path, formats=PICTURES) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise Refusal("invalid_upload", f"The picture has more than {MAX_PIXELS:,} pixels.")
                image.load()
                mime_type = Image.MIME.get(image.format or "", "")
                return Judged("image", mime_type, {"width": image.width, "height": image.height})
        except UnidentifiedImageError:
            return None
        except Image.DecompressionBombError as error:
            raise Refusal("invalid_upload", f"The picture has more than {MAX_PIXELS:,} pixels.") from error
        except (OSError, ValueError, SyntaxError, EOFError, IndexError, OverflowError, MemoryError) as error:
            raise Refusal("invalid_upload", "The picture is damaged.") from error


def _film_or_sound(path: Path) -> Judged | None:
    import av

    try:
        with av.open(str(path), options={"format_whitelist": DEMUXERS, "protocol_whitelist": "file"}) as container:
            pictures = [s for s in container.streams.video if not _is_cover(s)]
            stream: Any = next(iter([*pictures, *container.streams.audio]), None)
            if stream is None:
                return None
            next(container.decode(stream))
            kind = str(stream.type)
            facts: dict[str, Any] = {"duration": container.duration / 1_000_000} if container.duration else {}
            if kind == "video":
                facts |= {"width": stream.width, "height": stream.height}
            return Judged(kind, f"{kind}/{_subtype(container.format.name, path)}", facts)
    except (av.FFmpegError, StopIteration, OSError, ValueError, MemoryError):
        return None


def _is_cover(stream: Any) -> bool:
    """Whether a video stream is only the picture on a record's sleeve."""
    import av.stream

    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _subtype(container: str, path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(64)
    if head[4:12] == b"ftypqt  ":
        return "quicktime"
    if container == "matroska,webm" and b"webm" not in head:
        return "x-matroska"
    return CONTAINERS.get(container, container)
