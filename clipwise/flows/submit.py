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
from ..journal import body_hash
from ..projections.signature import wire_inputs
from ..validation import NotJson, check, check_spec, errors_in, plain, unknown_format, unsettled
from .call import call, need_network
from .context import Context
from .documents import catalog, resolve
from .events import Notice, Started
from .intents import opened
from .ownership import check_resources
from .upload import by_content, replace_files, to_upload, without_files


@dataclass(frozen=True, slots=True)
class Job:
    """What a caller wants: a format, its inputs by their wire or Python names, and how they are to be treated.

    `extra` is sent as it is and never checked; relative paths start in `folder`. `key` makes it one job, however often
    it is sent; `own_key` says that the caller named it. With `check_resources` the API is asked first whether every id
    exists and fits.
    """

    format: str
    inputs: Mapping[str, Any]
    key: str
    extra: Mapping[str, Any] = field(default_factory=dict)
    validate: bool = True
    folder: Path | None = None
    check_resources: bool = False
    own_key: bool = False


def checked(context: Context, job: Job) -> Flow[tuple[Format, list[Problem]]]:
    """Return the format and every problem of the job; what an older document cannot settle is asked of the live one."""
    format = yield from resolve(context, job.format)
    root = context.settings.upload_root
    problems = [*given_twice(format, job), *(yield from _judged(format, job, root))]
    if unsettled(problems) and not format.source.current and not context.local_only:
        newer = yield from resolve(context, job.format, live=True)
        if newer is not format:
            format, problems = newer, [*given_twice(newer, job), *(yield from _judged(newer, job, root))]
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
    problems: list[Problem] = yield Disk(check_spec, (spec, formats, folder, format, context.settings.upload_root))
    return problems


def given_twice(format: Format, job: Job) -> list[Problem]:
    """Return a problem for every input that is given as such and as an extra one: one of the two would be lost."""
    twice = [name for name in wire_inputs(format, job.inputs) if name in job.extra]
    return [Problem((name,), "given_twice", "is given twice, as an input and as an extra one") for name in twice]


def _judged(format: Format, job: Job, root: Path | None) -> Flow[list[Problem]]:
    problems: list[Problem] = yield Disk(check, (format, wire_inputs(format, job.inputs), job.folder, root))
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
    _body(
        format, without_files(format, named, job.folder), job.extra
    )  # what cannot be sent is found before anything is
    return format, named


def planned(context: Context, job: Job) -> Flow[dict[str, Any]]:
    """Check a job and return what would be uploaded and sent for it; sends nothing of it."""
    format, named = yield from _passed(context, job)
    uploads, inputs = yield Disk(to_upload, (format, named, job.folder, context.settings.upload_root))
    return {"uploads": uploads, "request": {"format": format.slug, **_body(format, inputs, job.extra)}}


def submit(context: Context, job: Job) -> Flow[dict[str, Any]]:
    """Start a job and return the API's answer; ValidationError, with nothing sent, when the spec is wrong."""
    return (yield from start(context, job))[0]


def start(context: Context, job: Job) -> Flow[tuple[dict[str, Any], str]]:
    """Start a job as `submit` does; return the answer, and the key that it was sent with.

    With a journal the job is noted there before it is sent, and what came of it after; the key is another than the
    job's when the same job was cut off within the last day, and is taken up.
    """
    format, named = yield from _passed(context, job)
    need_network(context)
    body, files = yield from _noted_as(context, job, format, named)
    entry = yield from opened(context, job.key, job.own_key, format.slug, body, files)
    try:
        inputs = yield from replace_files(context, format, named, job.folder)
        sent = _body(format, inputs, job.extra)
        yield from entry.note(context)
        content = yield from call(context, wire.create_generation(format.slug, sent, entry.key))
        id = _id_of(content, entry.key)
    except BaseException as error:
        yield from entry.ended(context, error)
        raise
    yield from entry.started(context, id, wire.status_of(content))
    yield Tell(Started(id))
    return content, entry.key


def identity(context: Context, job: Job) -> Flow[tuple[str, str]]:
    """Return the format and the hash by which the journal knows a job; sends nothing of it."""
    format, named = yield from _passed(context, job)
    return format.slug, (yield from _noted_as(context, job, format, named))[0]


def _noted_as(context: Context, job: Job, format: Format, named: Mapping[str, Any]) -> Flow[tuple[str, Any]]:
    """Return the hash of a job's body, and the local files in it by place and content; nothing without a journal."""
    if context.journal is None:
        return "", {}
    inputs, files = yield Disk(by_content, (format, named, job.folder, context.settings.upload_root))
    return body_hash({"format": format.slug, **_body(format, inputs, job.extra)}), files


def _id_of(content: Mapping[str, Any], key: str) -> str:
    id = wire.id_of(content, "generation")
    if id is None:
        raise InvalidResponse(
            "the server accepted the job but answered without its id",
            idempotency_key=key,
            request_id=asked if isinstance(asked := content.get("request_id"), str) else None,
            hint=f"a job may exist; the same idempotency key ({key}) takes it up and starts nothing twice",
        )
    return id


def _body(format: Format, inputs: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs as JSON carries them; ValidationError for what it cannot carry."""
    try:
        return {name: plain(value, (name,)) for name, value in {**inputs, **extra}.items()}
    except NotJson as error:
        raise ValidationError(format.slug, [error.problem]) from None
