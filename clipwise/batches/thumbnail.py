"""A small picture of a film or of a picture, where the libraries of the extra `sandbox` are at hand."""

from __future__ import annotations

import io
from pathlib import Path

LONGER_SIDE = 320  # pixels


def to_jpeg(path: Path, kind: str) -> bytes:
    """Return a small JPEG of an image, or of a film a third into it; nothing where none can be made here."""
    try:
        import av
        from PIL import Image
    except ImportError:
        return b""
    try:
        picture: Image.Image
        if kind == "image":
            picture = Image.open(path)
        else:
            with av.open(str(path)) as film:
                film.seek(int((film.duration or 0) / 3))
                picture = next(film.decode(film.streams.video[0])).to_image()
        picture = picture.convert("RGB")
        picture.thumbnail((LONGER_SIDE, LONGER_SIDE))
        held = io.BytesIO()
        picture.save(held, "JPEG", quality=70)
    except (OSError, ValueError, IndexError, StopIteration, av.FFmpegError):
        return b""
    return held.getvalue()
