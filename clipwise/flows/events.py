"""What flows tell of on their way: plain values for whoever shows progress."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should know, once."""

    text: str


@dataclass(frozen=True, slots=True)
class Uploading:
    """A local file is about to be uploaded; `size` in bytes."""

    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class Uploaded:
    """So much of a local file has been sent; `sent` and `size` in bytes."""

    path: Path
    sent: int
    size: int


@dataclass(frozen=True, slots=True)
class Noted:
    """The job is about to be sent with this idempotency key; the journal has it if it was `kept` there."""

    key: str
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Started:
    """The server accepted the job."""

    id: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How a job stands: `progress` from 0 to 1 (None when the server does not say), `waited` in seconds."""

    id: str
    status: str
    stage: str = ""
    progress: float | None = None
    waited: float = 0.0


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file of the job is on disk, whole."""

    path: Path
