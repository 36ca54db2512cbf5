"""One line of a batch and how it stands, as frozen values; the only place that knows what may become of a line.

Knows no ledger, no flow and no network.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ..errors import ClipwiseError

RESENT_WITHIN_S = 24 * 3600.0  # how long the server is trusted to know a key
# What becomes of a line before the server knows it, and where it never does. All other statuses are the server's.
PLANNED, SENDING = "planned", "sending"
INVALID, REFUSED, DOUBTFUL = "invalid", "refused", "doubtful"
AGAIN = ("failed", "cancelled", REFUSED)  # what a retry may mend; what is invalid is judged anew by every run
BAD = (*AGAIN, INVALID, DOUBTFUL)
OVER = ("completed", *BAD)


@dataclass(frozen=True, slots=True)
class Line:
    """One spec of a batch and what became of it.

    `number` counts the specs from 1, `line` is where it stands in its file (0: it is in none). `status` is planned,
    sending, then the server's (completed, failed, cancelled at the end); invalid when the spec is wrong, refused when
    the server said so, doubtful when a job may exist that can no longer be asked for. `began` and `ended` are seconds
    since 1970; `files` are the absolute paths of what was brought home, None while nothing was.
    """

    number: int
    line: int
    format: str
    key: str
    status: str = PLANNED
    id: str = ""
    began: float = 0.0
    ended: float = 0.0
    outputs: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[str, ...] | None = None
    error: Mapping[str, Any] | None = None
    stage: str = ""
    progress: float | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more happens to it by itself."""
        return self.status in OVER

    @property
    def ok(self) -> bool:
        """Whether its job is completed."""
        return self.status == "completed"

    @property
    def started(self) -> bool:
        """Whether the server has its job."""
        return bool(self.id)

    @property
    def reason(self) -> str:
        """Why it did not end well, in one sentence; empty when nothing is said."""
        return str((self.error or {}).get("message", ""))

    def wants_files(self, download: bool) -> bool:
        """Whether its files are still to be brought home."""
        return download and self.ok and self.files is None

    def as_dict(self) -> dict[str, Any]:
        """Return the line as JSON values: a row of `results.jsonl`."""
        row = asdict(self)
        del row["stage"], row["progress"]
        return {**row, "outputs": dict(self.outputs), "files": None if self.files is None else list(self.files)}


def spec_hash(spec: Mapping[str, Any]) -> str:
    """Return what a spec is known by in a ledger: the SHA-256 of its canonical JSON; the order of names is nothing."""
    text = json.dumps(spec, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def told(error: ClipwiseError) -> dict[str, Any]:
    """Return an error as a line keeps it."""
    kept = {"code": error.code, "message": str(error), "request_id": error.request_id, "details": error.details}
    return {name: value for name, value in kept.items() if value is not None}
