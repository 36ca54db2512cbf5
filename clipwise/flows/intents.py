"""One job's entry in the journal: opened before anything is sent for it, noted before the job is, settled after.

Without a journal nothing is asked of the disk. A journal that cannot be written never stops a job: that is told once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from .. import wire
from ..effects import Disk, Flow, Tell, Today
from ..errors import APIError, ClipwiseError
from ..journal import REFUSED, UNKNOWN, UNSENT, Claim
from .context import Context
from .events import Noted, Notice
from .upload import Memo

TELLING = (400, 422)  # refusals that say: there is no such job, and there will be none


class Entry:
    """The entry of one job; `key` is the one to send, which may be that of an earlier attempt that was cut off."""

    def __init__(self, key: str, claim: Claim | None = None, files: Mapping[str, Memo] | None = None) -> None:
        self.key = key
        self._claim = claim
        self._files = dict(files or {})

    def note(self, context: Context) -> Flow[None]:
        """Write down what is about to be sent, before it is."""
        if self._claim is None or context.journal is None:
            return
        sent = {name: context.uploaded[memo] for name, memo in self._files.items() if memo in context.uploaded}
        fault = yield Disk(context.journal.note, (self._claim, sent))
        if fault:
            yield Tell(Notice(f"{fault}; the job goes on without it"))
        yield Tell(Noted(self.key, not fault))

    def started(self, context: Context, id: str, status: str) -> Flow[None]:
        """Write down that the server has the job."""
        yield from self._settle(context, status or "queued", id)

    def ended(self, context: Context, error: BaseException) -> Flow[None]:
        """Write down why there is no id; what is no error of ours (Ctrl-C) leaves the entry as it is: cut off."""
        if self._claim is not None and isinstance(error, ClipwiseError):
            yield from self._settle(context, self._outcome(error), "")
        elif self._claim is not None:
            self._claim.release()

    def _outcome(self, error: ClipwiseError) -> str:
        """An attempt whose outcome is not known stays so, unless the server says that there can be no such job."""
        was_open = self._claim is not None and self._claim.taken_up and error.status_code not in TELLING
        if error.idempotency_key or was_open:
            return UNKNOWN
        return REFUSED if isinstance(error, APIError) and error.status_code else UNSENT

    def _settle(self, context: Context, status: str, id: str) -> Flow[None]:
        if self._claim is None or context.journal is None:
            return
        fault = yield Disk(context.journal.settle, (self._claim, status, id, (yield Today())))
        if fault:
            yield Tell(Notice(f"{fault}; the job goes on without it"))


def opened(context: Context, key: str, own_key: bool, format: str, body: str, files: Mapping[str, Memo]) -> Flow[Entry]:
    """Open the entry of a job; an earlier one with the same body that was cut off is taken up, which is told.

    What was uploaded for that one is not uploaded again, so that the server is sent the same words.
    """
    if context.journal is None:
        return Entry(key)
    claim: Claim = yield Disk(context.journal.claim, (format, body, key, own_key, (yield Today())))
    intent = claim.intent
    for name, id in intent.uploads.items():
        if name in files:
            context.uploaded.setdefault(files[name], id)
    if claim.taken_up and not own_key:
        when = datetime.fromtimestamp(intent.began, timezone.utc).isoformat(" ", "seconds")[:19]
        yield Tell(
            Notice(
                f"{format}: the same job was cut off at {when} UTC; it is taken up with its key {intent.key}, so that "
                f"there is one (`clipwise jobs forget {intent.key}` lets the same command start another)"
            )
        )
    return Entry(intent.key, claim, files)


def saw(context: Context, id: str, content: dict[str, Any]) -> Flow[dict[str, Any]]:
    """Write down how a job stands; return the answer that said so."""
    if context.journal is not None:
        yield Disk(context.journal.saw, (id, wire.status_of(content), (yield Today())))
    return content
