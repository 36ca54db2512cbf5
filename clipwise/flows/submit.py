"""A job from its spec to its id: the document is found, the spec checked, files uploaded, the job started once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import wire
from ..effects import Disk, Flow, Tell
from ..errors import InvalidResponse, Problem, UnknownFormatError, ValidationError
from ..formats.document import Format
from ..projections.signature import wire_inputs
from ..validation import NotJson, check, check_spec, errors_in, plain, unknown_format, unsettled
from .call import call, need_network
from .context import Context
from .documents import catalog, resolve
from .events import Notice, Started
from .ownership import check_resources
from .upload import replace_files, to_upload


@dataclass(frozen=True, slots=True)
class Job:
    """What a caller wants: a format, its inputs by their wire or Python names, and how they are to be treated.

    `extra` is sent as it is and never checked; relative paths start in `folder`. `key` makes it one job, however often
    it is sent. With `check_resources` the API is asked first whether every id exists and fits.
    """

    format: str
    inputs: Mapping[str, Any]
    key: str
    extra: Mapping[str, Any] = field(default_factory=dict)
    validate: bool = True
    folder: Path | None = None
    check_resources: bool = False


def checked(context: Context, job: Job) -> Flow[tuple[Format, list[Problem]]]:
    """Return the format and every problem of the job; what an older document cannot settle is asked of the live one."""
    format = yield from resolve(context, job.format)
    problems = [*given_twice(format, job), *(yield from _judged(format, job))]
    if unsettled(problems) and not format.source.current and not context.local_only:
        newer = yield from resolve(context, job.format, live=True)
        if newer is not format:
            format, problems = newer, [*given_twice(newer, job), *(yield from _judged(newer, job))]
    if job.check_resources:
        need_network(context)
        problems = [
            *problems,
            *(yield from check_resources(context, format, wire_inputs(format, job.inputs), job.folder)),
        ]
    return format, problems


def spec_problems(context: Context, spec: Any, folder: Path | None = None) -> Flow[list[Problem]]:
    """Return every problem of a job spec: a mapping with the `format` and its inputs, and perhaps `extra_inputs`."""
    format: Format | None = None
    formats = yield from catalog(context)
    if isinstance(spec, Mapping) and isinstance(spec.get("format"), str):
        try:
            format = yield from resolve(context, spec["format"])
        except UnknownFormatError as error:
            return [unknown_format(spec["format"], error.suggestions)]
    problems: list[Problem] = yield Disk(check_spec, (spec, formats, folder, format))
    return problems


def given_twice(format: Format, job: Job) -> list[Problem]:
    """Return a problem for every input that is given as such and as an extra one: one of the two would be lost."""
    twice = [name for name in wire_inputs(format, job.inputs) if name in job.extra]
    return [Problem((name,), "given_twice", "is given twice, as an input and as an extra one") for name in twice]


def _judged(format: Format, job: Job) -> Flow[list[Problem]]:
    problems: list[Problem] = yield Disk(check, (format, wire_inputs(format, job.inputs), job.folder))
    return problems


def _passed(context: Context, job: Job) -> Flow[tuple[Format, dict[str, Any]]]:
    """Return the format and the inputs by their wire names; ValidationError when the job is surely wrong."""
    if job.validate:
        format, problems = yield from checked(context, job)
        if errors_in(problems):
            raise ValidationError(format.slug, problems, hint=f"See `clipwise formats show {format.slug}`")
        for each in problems:
            yield Tell(Notice(f"{format.slug}: {each}"))
    else:
        format = yield from resolve(context, job.format)
    named = wire_inputs(format, job.inputs)
    _body(format, named, job.extra)  # what cannot be sent is found before anything is
    return format, named


def planned(context: Context, job: Job) -> Flow[dict[str, Any]]:
    """Check a job and return what would be uploaded and sent for it; sends nothing of it."""
    format, named = yield from _passed(context, job)
    uploads, inputs = yield Disk(to_upload, (format, named, job.folder))
    return {"uploads": uploads, "request": {"format": format.slug, **_body(format, inputs, job.extra)}}


def submit(context: Context, job: Job) -> Flow[dict[str, Any]]:
    """Start a job and return the API's answer; ValidationError, with nothing sent, when the spec is wrong."""
    format, named = yield from _passed(context, job)
    need_network(context)
    inputs = yield from replace_files(context, format, named, job.folder)
    body = _body(format, inputs, job.extra)
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


def _body(format: Format, inputs: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs as JSON carries them; ValidationError for what it cannot carry."""
    try:
        return {name: plain(value, (name,)) for name, value in {**inputs, **extra}.items()}
    except NotJson as error:
        raise ValidationError(format.slug, [error.problem]) from None
