"""Commands about what jobs are made of: resources, uploads, products, voices, and videos behind links.

Lists are tables for people and the API's answer for programs; `--all` goes through every page.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

from .. import wire
from ..errors import ClipwiseError
from ..files import measure
from ..flows.paging import items_of
from ..text import printable
from .session import Session
from .show import table
from .words import Parameter

Type = Annotated[str, Parameter(help="The resource type, such as avatars; `resources types` lists them.")]
Id = Annotated[str, Parameter(help="Its id.")]
File = Annotated[Path, Parameter(help="The file.")]
Page = Annotated[int | None, Parameter(help="Which page, from 1.")]
Limit = Annotated[int | None, Parameter(help="How many on a page.")]
All = Annotated[bool, Parameter(name="--all", help="Every page.", negative="", show_default=False)]
Field = Annotated[list[str] | None, Parameter(help="name=value: another text field.", negative="")]
Text = Annotated[str | None, Parameter()]


def _said(**fields: Any) -> dict[str, Any]:
    """Keep what was said."""
    return {name: value for name, value in fields.items() if value is not None}


def fields_of(pairs: list[str] | None) -> dict[str, str]:
    """Read `name=value` pairs as keyword arguments; ClipwiseError for one that is none."""
    found = {}
    for pair in pairs or ():
        name, given, value = pair.partition("=")
        if not given or not name:
            raise ClipwiseError(f"--field takes name=value, not {printable(pair, 80)!r}", code="invalid_argument")
        found[f"{name}_"] = value  # whatever the name, it cannot clash with an argument
    return found


# --- what is shown ----------------------------------------------------------------------------------------------------

# The columns of a list: the head, and the fields of an item of which the first that is there is shown.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "ID": ("id",),
    "NAME": ("display_name", "name", "file_name", "filename"),
    "KIND": ("source_kind", "product_type", "purpose", "type"),
    "MORE": ("description", "language", "mime_type", "url"),
}


def show_list(session: Session, content: Mapping[str, Any]) -> None:
    """Show a list answer; says how to get the rest of it when there is more."""
    items = items_of(content)
    rows = [[_cell(item, fields) for fields in COLUMNS.values()] for item in items]
    session.show.result(content, table(rows, tuple(COLUMNS)) if rows else "nothing here")
    pagination = content.get("pagination")
    if isinstance(pagination, dict) and pagination.get("has_next") and not session.json:
        session.show.note(f"page {pagination.get('page', 1)} of {pagination.get('pages', '?')}; --all shows everything")


def _cell(item: Mapping[str, Any], fields: tuple[str, ...]) -> str:
    return next((str(item[name]) for name in fields if item.get(name) not in (None, "")), "")


def show_one(session: Session, content: Mapping[str, Any], *names: str) -> None:
    """Show one thing: every field that is a single value."""
    held = wire.inner(content, *names)
    rows = {name: value for name, value in held.items() if isinstance(value, (str, int, float)) and value != ""}
    width = max(map(len, rows), default=0)
    session.show.result(content, [f"{name:<{width}}  {printable(value, 4000)}" for name, value in rows.items()])


def show_id(session: Session, content: Mapping[str, Any], *names: str) -> None:
    """Show the id of what was made; a program gets the whole answer."""
    session.show.result(content, printable(wire.id_of(content, *names) or "done", 200))


def _everything(session: Session, every: bool, items: Callable[[], Any], page: Callable[[], Any]) -> None:
    show_list(session, {"success": True, "items": list(items())} if every else page())


# --- resources --------------------------------------------------------------------------------------------------------


def types(session: Session) -> None:
    """List the resource types, and what can be done with each."""
    content = session.client.resources.types()
    listed = content.get("resource_types", [])
    rows = [
        (str(each.get("resource_type", "")), ", ".join(each.get("operations") or ()), str(each.get("description", "")))
        for each in listed
        if isinstance(each, dict)
    ]
    session.show.result(content, table(rows, ("TYPE", "OPERATIONS", "")))


def resources_list(
    session: Session,
    type: Type,
    /,
    *,
    video_format: Annotated[str | None, Parameter(help="Only what fits this format.")] = None,
    type_: Annotated[str | None, Parameter(name="--type", help="Only of this kind, such as overlay.")] = None,
    product_type: Annotated[str | None, Parameter(help="Only for this kind of product.")] = None,
    collection: Annotated[str | None, Parameter(help="Only of this collection.")] = None,
    file_type: Annotated[str | None, Parameter(help="Only image, video or audio.")] = None,
    page: Page = None,
    limit: Limit = None,
    every: All = False,
) -> None:
    """List resources of a type."""
    own = session.client.resources
    filters = _said(
        video_format=video_format, type_=type_, product_type=product_type, collection=collection, file_type=file_type
    )
    _everything(
        session,
        every,
        lambda: own.iterate(type, limit=limit, **filters),
        lambda: own.list(type, page=page, limit=limit, **filters),
    )


def resources_show(session: Session, type: Type, id: Id, /) -> None:
    """Show one resource."""
    show_one(session, session.client.resources.retrieve(type, id), "resource")


def resources_upload(
    session: Session,
    type: Type,
    file: File,
    /,
    *,
    name: Annotated[str | None, Parameter(help="What to call it.")] = None,
    type_: Annotated[str | None, Parameter(name="--type", help="Its kind, such as overlay or underlay.")] = None,
    product_type: Annotated[str | None, Parameter(help="The kind of product it shows.")] = None,
    collection: Annotated[str | None, Parameter(help="The collection it belongs to.")] = None,
    video_format: Annotated[str | None, Parameter(help="The format it is for.")] = None,
    file_type: Annotated[str | None, Parameter(help="image, video or audio.")] = None,
    language: Annotated[str | None, Parameter(help="The language spoken in it.")] = None,
    description: Annotated[str | None, Parameter(help="What it is.")] = None,
    field: Field = None,
) -> None:
    """Upload a file as a resource and print its id."""
    said = _said(
        name=name,
        type_=type_,
        product_type=product_type,
        collection=collection,
        video_format=video_format,
        file_type=file_type,
        language=language,
        description=description,
    )
    fields = {**said, **fields_of(field)}
    with session.watched() as client:
        content = client.resources.upload(type, file, **fields)
    show_id(session, content, "resource", "upload")


def resources_generate(
    session: Session,
    type: Type,
    /,
    *,
    prompt: Annotated[str, Parameter(help="What it shall look like.")],
    name: Annotated[str | None, Parameter(help="What to call it.")] = None,
    type_: Annotated[str | None, Parameter(name="--type", help="Its kind.")] = None,
    product_type: Annotated[str | None, Parameter(help="The kind of product.")] = None,
    collection: Annotated[str | None, Parameter(help="The collection it belongs to.")] = None,
    video_format: Annotated[str | None, Parameter(help="The format it is for.")] = None,
    file_type: Annotated[str | None, Parameter(help="image, video or audio.")] = None,
    field: Field = None,
    wait: Annotated[bool, Parameter(help="Wait until it is there.", negative="", show_default=False)] = False,
) -> None:
    """Make an avatar or a background from a prompt and print the job's id."""
    said = _said(
        name=name,
        type_=type_,
        product_type=product_type,
        collection=collection,
        video_format=video_format,
        file_type=file_type,
    )
    job = session.client.resources.generate(type, prompt, **said, **fields_of(field))
    if wait:
        with session.show.watcher() as watcher:
            job.wait(on_progress=watcher)
    session.show.result(dict(job), printable(job.id, 200))


def resources_delete(session: Session, type: Type, id: Id, /) -> None:
    """Delete a resource of yours."""
    session.show.result(session.client.resources.delete(type, id), f"deleted {printable(id, 200)}")


RESOURCES: Mapping[str, Callable[..., Any]] = {
    "types": types,
    "list": resources_list,
    "show": resources_show,
    "upload": resources_upload,
    "generate": resources_generate,
    "delete": resources_delete,
}


# --- uploads ----------------------------------------------------------------------------------------------------------


def uploads_create(
    session: Session,
    file: File,
    /,
    *,
    purpose: Annotated[str | None, Parameter(help="image, video or audio; else what is in the file.")] = None,
    field: Field = None,
) -> None:
    """Upload a one-off file and print its id."""
    if purpose is None:
        with contextlib.suppress(OSError):  # the upload says what is wrong
            purpose = measure(file, session.root).media.kind
    purpose = "image" if purpose in (None, "", "text") else purpose
    with session.watched() as client:
        content = client.uploads.create(file, purpose, **fields_of(field))
    show_id(session, content, "upload", "resource")


def uploads_list(
    session: Session,
    *,
    file_type: Annotated[str | None, Parameter(help="Only image, video or audio.")] = None,
    page: Page = None,
    limit: Limit = None,
    every: All = False,
) -> None:
    """List your uploads."""
    own, filters = session.client.uploads, _said(file_type=file_type)
    _everything(
        session,
        every,
        lambda: own.iterate(limit=limit, **filters),
        lambda: own.list(page=page, limit=limit, **filters),
    )


def uploads_delete(session: Session, id: Id, /) -> None:
    """Delete an upload."""
    session.show.result(session.client.uploads.delete(id), f"deleted {printable(id, 200)}")


UPLOADS: Mapping[str, Callable[..., Any]] = {"create": uploads_create, "list": uploads_list, "delete": uploads_delete}


# --- products ---------------------------------------------------------------------------------------------------------

Name = Annotated[str | None, Parameter(help="Its name.")]
Images = Annotated[list[str] | None, Parameter(name="--image-id", help="A picture's id; may be repeated.", negative="")]
Url = Annotated[str | None, Parameter(help="Its page.")]
ProductType = Annotated[str | None, Parameter(help="What kind of product it is.")]
Description = Annotated[str | None, Parameter(help="What it is and whom it is for.")]


def products_list(session: Session, *, page: Page = None, limit: Limit = None, every: All = False) -> None:
    """List your products."""
    own = session.client.products
    _everything(session, every, lambda: own.iterate(limit=limit), lambda: own.list(page=page, limit=limit))


def products_create(
    session: Session,
    *,
    name: Name = None,
    image_ids: Images = None,
    url: Url = None,
    product_type: ProductType = None,
    description: Description = None,
    field: Field = None,
) -> None:
    """Make a product and print its id."""
    said = _said(name=name, image_ids=image_ids, url=url, product_type=product_type, description=description)
    show_id(session, session.client.products.create(**said, **fields_of(field)), "product")


def products_update(
    session: Session,
    id: Id,
    /,
    *,
    name: Name = None,
    image_ids: Images = None,
    url: Url = None,
    product_type: ProductType = None,
    description: Description = None,
    field: Field = None,
) -> None:
    """Change what is said of a product; what is not named stays."""
    said = _said(name=name, image_ids=image_ids, url=url, product_type=product_type, description=description)
    show_one(session, session.client.products.update(id, **said, **fields_of(field)), "product")


def products_delete(session: Session, id: Id, /) -> None:
    """Delete a product."""
    session.show.result(session.client.products.delete(id), f"deleted {printable(id, 200)}")


PRODUCTS: Mapping[str, Callable[..., Any]] = {
    "list": products_list,
    "create": products_create,
    "update": products_update,
    "delete": products_delete,
}


# --- voices -----------------------------------------------------------------------------------------------------------


def voices_list(
    session: Session,
    *,
    language: Annotated[str | None, Parameter(help="Only voices of this language.")] = None,
    video_format: Annotated[str | None, Parameter(help="Only what fits this format.")] = None,
    page: Page = None,
    limit: Limit = None,
    every: All = False,
) -> None:
    """List the voices."""
    own, filters = session.client.voices, _said(language=language, video_format=video_format)
    _everything(
        session,
        every,
        lambda: own.iterate(limit=limit, **filters),
        lambda: own.list(page=page, limit=limit, **filters),
    )


def voices_clone(
    session: Session,
    file: Annotated[Path, Parameter(help="A recording of the voice.")],
    /,
    *,
    name: Annotated[str | None, Parameter(help="What to call it.")] = None,
    language: Annotated[str | None, Parameter(help="The language spoken.")] = None,
    description: Annotated[str | None, Parameter(help="What it sounds like.")] = None,
) -> None:
    """Clone a voice from a recording and print its id."""
    with session.watched() as client:
        content = client.voices.clone(file, name=name, language=language, description=description)
    show_id(session, content, "resource", "voice", "upload")


VOICES: Mapping[str, Callable[..., Any]] = {"list": voices_list, "clone": voices_clone}


# --- links ------------------------------------------------------------------------------------------------------------


def extract_url(
    session: Session,
    link: Annotated[str, Parameter(help="The link to a page with a video.")],
    /,
    *,
    wait_timeout: Annotated[float, Parameter(help="Seconds to wait at most.")] = 180.0,
    poll_interval: Annotated[float, Parameter(help="Seconds between two looks.")] = 2.0,
) -> None:
    """Get the URL of the video behind a link."""
    content = session.client.extract_url.create(link, timeout=wait_timeout, interval=poll_interval)
    found = chain((content.get("video_url"),), (content.get("task_id"),))
    session.show.result(content, printable(next((each for each in found if each), ""), 2000))
