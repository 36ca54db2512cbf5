"""Local files on their way to the server: measured, hashed, sent, and replaced by their ids in the inputs.

The same content for the same place is sent once per client.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from .. import wire
from ..assets import located, named_as
from ..effects import Disk, FilePart, Flow, Sleep, Tell
from ..errors import ClipwiseError, InvalidResponse
from ..files import Measured, digest, measure, outside
from ..formats.document import Format, Input, Upload
from ..text import printable
from .call import call
from .context import Context
from .events import Uploading

Memo: TypeAlias = tuple[Upload, str]  # where a file goes, and the hash of what is in it
LOOK_S = 0.05  # seconds between two looks at an upload that another flow makes


def to_resource(context: Context, type: str, file: Any, metadata: Mapping[str, Any]) -> Flow[dict[str, Any]]:
    """Upload a file to a resource type, with text fields; return the API's answer."""
    place = ("resources", wire.segment(type, "resource type"), "upload")
    return (yield from _send(context, place, (yield from _measured(context, file)), metadata))


def to_uploads(context: Context, file: Any, purpose: str, metadata: Mapping[str, Any]) -> Flow[dict[str, Any]]:
    """Upload a one-off file (purpose image, video or audio); return the API's answer."""
    found = yield from _measured(context, file)
    return (yield from _send(context, ("uploads",), found, {"purpose": purpose, **metadata}))


def replace_files(
    context: Context, format: Format, inputs: Mapping[str, Any], folder: Path | None = None
) -> Flow[dict[str, Any]]:
    """Return the inputs with every local file uploaded and replaced by its id; other values are not touched."""
    sent = {}
    for name, value in inputs.items():
        each = format.by_name.get(name)
        sent[name] = value if each is None or not each.takes_files else (yield from _ids(context, each, value, folder))
    return sent


def to_upload(
    format: Format, inputs: Mapping[str, Any], folder: Path | None = None, root: Path | None = None
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return what would be uploaded for these inputs, each content once, and the inputs with a word for each new id."""
    rows: dict[Memo, dict[str, Any]] = {}

    def planned(each: Input, upload: Upload, path: Path) -> str:
        to = f"resources/{upload.resource_type}" if upload.resource_type else "uploads"
        _fence(path, root)
        try:
            row = {"input": each.name, "file": str(path), "bytes": measure(path, root).size, "to": to}
            rows.setdefault((upload, digest(path, root)), row)
        except (OSError, ValueError) as error:
            raise _unsendable(path, error) from None
        return f"<id of {printable(path.name, 200)}>"

    sent = with_files(format, inputs, folder, planned)
    return list(rows.values()), sent


def by_content(
    format: Format, inputs: Mapping[str, Any], folder: Path | None = None, root: Path | None = None
) -> tuple[dict[str, Any], dict[str, Memo]]:
    """Return the inputs with each local file's hash in its place, and these files by what stands there.

    A file that cannot be read has no hash: uploading it will say what is wrong.
    """
    memos: dict[str, Memo] = {}

    def hashed(_: Input, upload: Upload, path: Path) -> str:
        _fence(path, root)
        try:
            sha = digest(measure(path, root).path, root)
        except (OSError, ValueError):
            return ""
        fields = "".join(f"&{name}={value}" for name, value in upload.metadata)
        name = f"{upload.resource_type or upload.purpose}{fields}#{sha}"
        memos[name] = upload, sha
        return name

    return with_files(format, inputs, folder, hashed), memos


def without_files(format: Format, inputs: Mapping[str, Any], folder: Path | None) -> dict[str, Any]:
    """Return the inputs without their local files, whose names need not be text that JSON can carry."""
    return with_files(format, inputs, folder, lambda *_: "")


def with_files(
    format: Format, inputs: Mapping[str, Any], folder: Path | None, word: Callable[[Input, Upload, Path], str]
) -> dict[str, Any]:
    """Return the inputs with a word in the place of every local file."""

    def replaced(each: Input, value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return [replaced(each, item) for item in value]
        if each.upload is None or not _is_file(value, folder):
            return value
        return word(each, each.upload, located(value, folder))

    sent = {}
    for name, value in inputs.items():
        each = format.by_name.get(name)
        sent[name] = value if each is None or not each.takes_files else replaced(each, value)
    return sent


def _ids(context: Context, each: Input, value: Any, folder: Path | None) -> Flow[Any]:
    """Uploading goes in the order of the list; a text that names no file is an id already."""
    if isinstance(value, (list, tuple)):
        ids = []
        for item in value:
            ids.append((yield from _ids(context, each, item, folder)))
        return ids
    if each.upload is None or not _is_file(value, folder):
        return value
    return (yield from once(context, each.upload, located(value, folder)))


def _is_file(value: Any, folder: Path | None) -> bool:
    return isinstance(value, (str, os.PathLike)) and named_as(value, folder) == "file"


def once(context: Context, upload: Upload, path: Path) -> Flow[str]:
    """Upload a file unless this client already sent the same content to the same place; return its id.

    While another flow of this client sends it, that one is waited for; when it fails, this one sends the file too.
    """
    found = yield from _measured(context, path)
    try:
        memo = (upload, (yield Disk(digest, (found.path, context.settings.upload_root))))
    except OSError as error:
        raise _unsendable(path, error) from None
    own = object()
    while context.uploading.setdefault(memo, own) is not own:
        yield Sleep(LOOK_S, 2 * LOOK_S)
    try:
        if memo not in context.uploaded:
            context.uploaded[memo] = yield from _new_id(context, upload, found)
    finally:
        del context.uploading[memo]
    return context.uploaded[memo]


def _new_id(context: Context, upload: Upload, found: Measured) -> Flow[str]:
    fields = dict(upload.metadata)
    place = ("resources", upload.resource_type, "upload") if upload.resource_type else ("uploads",)
    if not upload.resource_type:
        fields = {"purpose": upload.purpose, **fields}
    content = yield from _send(context, place, found, fields)
    id = wire.id_of(content, "resource", "upload")
    if id is None:
        raise InvalidResponse(f"the server took {found.path.name!r} but answered without an id for it")
    return id


def _fence(path: Path, root: Path | None) -> None:
    """Refuse a file outside the one folder that files may come from, whether it is there or not."""
    if outside(path, root):
        raise ClipwiseError(
            f"the file {printable(path, 200)!r} is outside the upload root; nothing was sent",
            code="invalid_upload",
            hint=f"the upload root is {root}",
        )


def _measured(context: Context, file: Any) -> Flow[Measured]:
    """Look at a file before anything is sent; a missing or unreadable one is the API's `invalid_upload`.

    Behind a fence (`upload_root`) links are followed once, and what they lead to is what is sent.
    """
    if not isinstance(file, (str, os.PathLike)):
        raise ClipwiseError(
            f"a file is given by its path, not as a Python {type(file).__name__}", code="invalid_upload"
        )
    path, root = located(file), context.settings.upload_root
    if root is not None:
        yield Disk(_fence, (path, root))
        path = yield Disk(path.resolve)
    try:
        found: Measured = yield Disk(measure, (path, root))
    except (OSError, ValueError) as error:
        raise _unsendable(path, error) from None
    if not found.size:
        raise ClipwiseError(f"the file {printable(path, 200)!r} is empty; nothing was sent", code="invalid_upload")
    return found


def _unsendable(path: Path, error: Exception) -> ClipwiseError:
    shown = printable(path, 200)
    if isinstance(error, FileNotFoundError):
        return ClipwiseError(f"there is no file {shown!r}; nothing was sent", code="invalid_upload")
    reason = getattr(error, "strerror", None) or error
    return ClipwiseError(f"the file {shown!r} cannot be sent: {reason}", code="invalid_upload")


def _send(context: Context, place: tuple[str, ...], found: Measured, form: Mapping[str, Any]) -> Flow[dict[str, Any]]:
    mime = found.media.mime_type or "application/octet-stream"
    part = FilePart(found.path, found.size, found.changed, mime, root=context.settings.upload_root)
    if not context.local_only:
        yield Tell(Uploading(found.path, found.size))
    return (yield from call(context, wire.upload(place, part, form, f"upload-{os.urandom(16).hex()}")))
