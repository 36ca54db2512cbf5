"""A job from its spec to its id: the document is found, the spec checked, files uploaded, the job started once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import wire
from ..effects import Disk, Flow, Tell
from ..errors import InvalidResponse, Problem, ValidationError
from ..formats.document import Format
from ..projections.signature import wire_inputs
from ..validation import check, errors_in, plain, unsettled
from .call import call, need_network
from .context import Context
from .documents import resolve
from .events import Notice, Started
from .upload import replace_files


@dataclass(frozen=True, slots=True)
class Job:
    """What a caller wants: a format, its inputs by their wire or Python names, and how they are to be treated.

    `extra` is sent as it is and never checked; relative paths start in `folder`. `key` makes it one job, however often
    it is sent.
    """

    format: str
    inputs: Mapping[str, Any]
    key: str
    extra: Mapping[str, Any] = field(default_factory=dict)
    validate: bool = True
    folder: Path | None = None


def checked(context: Context, job: Job) -> Flow[tuple[Format, list[Problem]]]:
    """Return the format and every problem of the job; what an older document cannot settle is asked of the live one."""
    format = yield from resolve(context, job.format)
    problems = yield from _judged(format, job)
    if unsettled(problems) and not format.source.current and not context.local_only:
        format = yield from resolve(context, job.format, live=True)
        problems = yield from _judged(format, job)
    return format, problems


def _judged(format: Format, job: Job) -> Flow[list[Problem]]:
    problems: list[Problem] = yield Disk(check, (format, wire_inputs(format, job.inputs), job.folder))
    return problems


def submit(context: Context, job: Job) -> Flow[dict[str, Any]]:
    """Start a job and return the API's answer; ValidationError, with nothing sent, when the spec is wrong."""
    if job.validate:
        format, problems = yield from checked(context, job)
        if errors_in(problems):
            raise ValidationError(format.slug, problems, hint=f"See `clipwise formats show {format.slug}`")
        for each in problems:
            yield Tell(Notice(f"{format.slug}: {each}"))
    else:
        format = yield from resolve(context, job.format)
    need_network(context)
    named = wire_inputs(format, job.inputs)
    inputs = yield from replace_files(context, format, named, job.folder)
    body = {name: plain(value, (name,)) for name, value in {**inputs, **job.extra}.items()}
    content = yield from call(context, wire.create_generation(format.slug, body, job.key))
    id = wire.id_of(content, "generation")
    if id is None:
        raise InvalidResponse(
            "the server accepted the job but answered without its id",
            idempotency_key=job.key,
            hint=f"a job may exist; the same idempotency key ({job.key}) takes it up and starts nothing twice",
        )
    yield Tell(Started(id))
    return content
