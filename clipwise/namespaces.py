"""The namespaces of the blocking client: one line per method, over the flows.

`async_namespaces` has the same names, arguments and docstrings, which a test holds. Nothing here decides anything.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from . import wire
from .flows import documents, drift, extract, library, upload, wait
from .flows.call import call
from .flows.context import Context
from .flows.paging import Pages
from .formats import folder as folders
from .formats.difference import Change
from .formats.document import Format
from .generation import Generation

if TYPE_CHECKING:
    from .client import Clipwise
    from .effects import Request

Answer: TypeAlias = dict[str, Any]
File: TypeAlias = str | os.PathLike[str]
Paths: TypeAlias = list[Path]
Changes: TypeAlias = list[Change]
Ids: TypeAlias = Sequence[str]


class _Namespace:
    def __init__(self, client: Clipwise) -> None:
        self._client = client
        self._run = client._run

    @property
    def _context(self) -> Context:
        return self._client._context

    def _call(self, request: Request) -> Answer:
        return self._run(call(self._context, request))

    def _iterate(self, request: Request) -> Iterator[Answer]:
        pages = Pages(request)
        while pages.more:
            yield from self._run(pages.next(self._context))


class Formats(_Namespace):
    """The catalog of formats."""

    def list(
        self, *, kind: str | None = None, platform: str | None = None, include_inactive: bool | None = None
    ) -> Answer:
        """Return the formats as `{"formats": […]}`.

        `kind` is format, tool or all; `platform` clipwise, video_company or all. Live if the server answers, else what
        was kept or ships with the package.
        """
        flow = documents.listed(self._context, kind=kind, platform=platform, include_inactive=include_inactive)
        return self._run(flow)

    def retrieve(self, id_or_slug: str) -> Answer:
        """Return one format as `{"format": …}` by its id, slug, template name, display name or alias.

        UnknownFormatError, with the nearest names, when there is none.
        """
        return self._run(documents.retrieved(self._context, id_or_slug))

    def document(self, id_or_slug: str) -> Format:
        """Return one format as it is understood: its inputs, requirements and modes as values."""
        return self._run(documents.resolve(self._context, id_or_slug))

    def refresh(self) -> Answer:
        """Ask the server for its documents now, keep them, and return them as `{"formats": […]}`."""
        return self._run(drift.refreshed(self._context))

    def diff(self, id_or_slug: str | None = None, *, from_: str = "bundled", to: str = "live") -> Changes:
        """Return what changed in one format, or in all, between two of bundled, cache and live.

        Each change says whether it may break callers.
        """
        return self._run(drift.diff(self._context, id_or_slug, from_, to))

    def export(self, folder: File) -> Paths:
        """Write every document into a file of `folder`, to be kept and used with `catalog=`; return the files."""
        formats = self._run(documents.catalog(self._context))
        return folders.export(self._run(drift.whole(self._context, formats)), Path(folder))


class Resources(_Namespace):
    """Avatars, voices, music, backgrounds and whatever else jobs are made of."""

    def types(self) -> Answer:
        """Return the resource types and what can be done with each, as `{"resource_types": […]}`."""
        return self._call(wire.get("resource-types"))

    def list(self, type: str, page: int | None = None, limit: int | None = None, **filters: Any) -> Answer:
        """Return one page of a type as `{"items": […], "pagination": …}`.

        Filters are the API's: video_format, collection, product_type, file_type, and `type_` for its `type`.
        """
        return self._call(wire.listed(("resources", type), page=page, limit=limit, **filters))

    def iterate(self, type: str, limit: int | None = None, **filters: Any) -> Iterator[Answer]:
        """Go through every item of a type, asking for the next page when it is needed.

        InvalidResponse when the server gives the same page again.
        """
        return self._iterate(wire.listed(("resources", type), limit=limit, **filters))

    def retrieve(self, type: str, id: str) -> Answer:
        """Return one resource, as `{"resource": {"id", …}}`."""
        return self._call(wire.get("resources", wire.segment(type, "resource type"), wire.segment(id)))

    def upload(self, type: str, file: File, **metadata: Any) -> Answer:
        """Upload a local file as a resource of a type, with text fields; return `{"resource": {"id": …}}`.

        A field whose name is an argument's is given with `_` at its end: `type_="overlay"`.
        """
        return self._run(upload.to_resource(self._context, type, file, wire.fields(metadata)))

    def generate(self, type: str, prompt: str, **metadata: Any) -> Generation:
        """Have an avatar or a background made from a prompt; return the job, to be waited for like any other."""
        flow = library.generate(self._context, type, prompt, wire.fields(metadata))
        return Generation(self._run(flow), self._client, type)

    def delete(self, type: str, id: str) -> Answer:
        """Delete a resource."""
        return self._call(wire.delete("resources", wire.segment(type, "resource type"), wire.segment(id)))


class Uploads(_Namespace):
    """One-off files for jobs."""

    def create(self, file: File, purpose: str = "image", **metadata: Any) -> Answer:
        """Upload a local file (purpose image, video or audio); return `{"upload": {"id": …}}`."""
        return self._run(upload.to_uploads(self._context, file, purpose, wire.fields(metadata)))

    def list(self, page: int | None = None, limit: int | None = None, **filters: Any) -> Answer:
        """Return one page of the uploads as `{"items": […]}`."""
        return self._call(wire.listed(("uploads",), page=page, limit=limit, **filters))

    def iterate(self, limit: int | None = None, **filters: Any) -> Iterator[Answer]:
        """Go through every upload, asking for the next page when it is needed."""
        return self._iterate(wire.listed(("uploads",), limit=limit, **filters))

    def delete(self, id: str) -> Answer:
        """Delete an upload."""
        return self._call(wire.delete("resources", "generic_uploads", wire.segment(id)))


class Products(_Namespace):
    """Products and their pictures."""

    def list(self, page: int | None = None, limit: int | None = None) -> Answer:
        """Return one page of the products as `{"items": […]}`."""
        return self._call(wire.listed(("products",), page=page, limit=limit))

    def iterate(self, limit: int | None = None) -> Iterator[Answer]:
        """Go through every product, asking for the next page when it is needed."""
        return self._iterate(wire.listed(("products",), limit=limit))

    def create(
        self,
        name: str | None = None,
        image_ids: Ids | None = None,
        url: str | None = None,
        **metadata: Any,
    ) -> Answer:
        """Make a product and return `{"product": {"id", …}}`; what is None is left out."""
        return self._call(
            wire.post("products", json=wire.said(name=name, image_ids=image_ids, url=url, **wire.fields(metadata)))
        )

    def update(self, id: str, **metadata: Any) -> Answer:
        """Change what is said of a product and return it; what is not named stays."""
        return self._call(wire.patch("products", wire.segment(id), json=wire.fields(metadata)))

    def delete(self, id: str) -> Answer:
        """Delete a product."""
        return self._call(wire.delete("products", wire.segment(id)))


class Voices(_Namespace):
    """Voices: the catalog, and clones of your own."""

    def list(self, **filters: Any) -> Answer:
        """Return one page of the voices as `{"items": […]}`; filters, `page` and `limit` are the API's."""
        return self._call(wire.listed(("resources", "voices"), **filters))

    def iterate(self, **filters: Any) -> Iterator[Answer]:
        """Go through every voice, asking for the next page when it is needed."""
        return self._iterate(wire.listed(("resources", "voices"), **filters))

    def clone(
        self, file: File, name: str | None = None, language: str | None = None, description: str | None = None
    ) -> Answer:
        """Clone a voice from a recording; return `{"resource": {"id": …}}`."""
        fields = wire.said(name=name, language=language, description=description)
        return self._run(upload.to_resource(self._context, "voices", file, fields))


class ExtractUrl(_Namespace):
    """Videos behind links."""

    def create(self, url: str, wait: bool = True, timeout: float = 180.0, interval: float = 2.0) -> Answer:
        """Ask for the video behind a link; return `{"video_url", "source_url"}`, or `{"task_id"}` without `wait`.

        ClipwiseError `url_extract_failed` when there is none, WaitTimeout after `timeout` seconds.
        """
        return self._run(extract.create(self._context, url, wait, timeout, interval))

    def retrieve(self, task_id: str) -> Answer:
        """Return how an extraction stands, as `{"ready", "success", "video_url", "error", "error_code"}`."""
        return self._run(extract.retrieve(self._context, task_id))

    def wait(self, task_id: str, timeout: float = 180.0, interval: float = 2.0) -> Answer:
        """Poll an extraction every `interval` seconds until it is ready.

        ClipwiseError `url_extract_failed` when no video came of it, WaitTimeout after `timeout` seconds.
        """
        return self._run(extract.finished(self._context, task_id, timeout, interval))


class Generations(_Namespace):
    """Jobs, by their ids."""

    def create(self, idempotency_key: str | None = None, **params: Any) -> Generation:
        """Start a job of `format=…` with these inputs and return it; local files are uploaded first.

        ValidationError, with nothing sent, when the inputs are wrong; `validate=False` sends them unchecked.
        """
        return self._client.generate(idempotency_key=idempotency_key, **params)

    def retrieve(self, id: str) -> Answer:
        """Return how a job stands, as `{"generation": {"id", "status", "outputs", …}}`."""
        return self._run(wait.retrieve(self._context, id))

    def wait(self, id: str, timeout: float = 1800.0, interval: float | None = 5.0) -> Answer:
        """Poll a job every `interval` seconds until it has ended, well or badly; return the API's last answer.

        WaitTimeout after `timeout` seconds.
        """
        return self._run(wait.wait(self._context, id, timeout, interval))

    def cancel(self, id: str) -> Answer:
        """Cancel a job; APIError `unsupported_cancellation` when it can no longer be stopped."""
        return self._run(wait.cancel(self._context, id))

    def handle(self, id: str) -> Generation:
        """Return a job that was started earlier, to be waited for or downloaded; asks once how it stands."""
        return Generation({"id": id, **self.retrieve(id)}, self._client)
