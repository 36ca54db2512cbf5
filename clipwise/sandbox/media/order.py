"""What goes into a rendering and what comes out of it, as plain values.

Imports nothing heavy: a server can take and keep orders without loading numpy, av or onnxruntime.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

MAX_TEXT = 5_000
"""The longest script or prompt, in characters, that the sandbox will speak."""

ErrorCode = Literal[
    "unsupported_format",
    "unsupported_language",
    "unsupported_text",
    "unknown_voice",
    "unreadable_picture",
    "unreadable_audio",
    "unreadable_video",
    "unsupported_aspect_ratio",
    "unsupported_duration",
    "unsupported_resolution",
    "unsupported_count",
    "text_too_long",
    "missing_input",
    "missing_extra",
    "no_speech",
    "unsupported_url",
    "unsupported_typography",
]
Kind = Literal["video", "audio", "image", "subtitles"]
Report = Callable[[str, float], None]
"""Called with the name of the stage and the overall progress, 0 to 1, which never goes back."""


class MediaError(Exception):
    """An order that cannot be rendered, with a `code` for programs and a message for people."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Asset:
    """A resource that an input refers to: a picture or a sound on disk, or a voice without any file.

    `metadata["curated"]` is the catalog id when the resource is one of the sandbox's own.
    """

    id: str
    resource_type: str
    name: str
    path: Path | None
    mime_type: str
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Order:
    """A job to render: `assets` maps an input's name to what is behind its ids, in order.

    `folder` is empty and the renderer's own; `quality` is "preview" (the default) or "draft".
    """

    format: str
    inputs: Mapping[str, Any]
    assets: Mapping[str, tuple[Asset, ...]]
    folder: Path
    quality: str = "preview"


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file that a rendering left in its folder."""

    kind: Kind
    path: Path
    mime_type: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """What came of an order: its files, what is said in them, and facts such as `duration` in seconds."""

    files: tuple[MediaFile, ...]
    transcript: str | None
    details: Mapping[str, Any]
