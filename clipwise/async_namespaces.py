"""The namespaces of the awaited client: one line per method, over the flows.

`namespaces` has the same names, arguments and docstrings; the latter are taken from there.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import namespaces, wire
from .flows import documents, drift, extract, library, upload, wait
from .flows.call import call
from .flows.context import Context
from .flows.paging import Pages
from .formats import folder as folders
from .formats.document import Format
from .generation import AsyncGeneration, same_docs
from .namespaces import Answer, Changes, File, Ids, Paths

if TYPE_CHECKING:
    from .client import AsyncClipwise
    from .effects import Request


class _AsyncNamespace:
    def __init__(self, client: AsyncClipwise) -> None:
        self._client = client
        self._run = client._run

    @property
    def _context(self) -> Context:
        return self._client._context

    async def _call(self, request: Request) -> Answer:
        return await self._run(call(self._context, request))

    async def _iterate(self, request: Request) -> AsyncIterator[Answer]:
        pages = Pages(request)
        while pages.more:
            for item in await self._run(pages.next(self._context)):
                yield item


class AsyncFormats(_AsyncNamespace):
    """The catalog of formats."""

    async def list(
        self, *, kind: str | None = None, platform: str | None = None, include_inactive: bool | None = None
    ) -> Answer:
        flow = documents.listed(self._context, kind=kind, platform=platform, include_inactive=include_inactive)
        return await self._run(flow)

    async def retrieve(self, id_or_slug: str) -> Answer:
        return await self._run(documents.retrieved(self._context, id_or_slug))

    async def document(self, id_or_slug: str) -> Format:
        return await self._run(documents.resolve(self._context, id_or_slug))

    async def refresh(self) -> Answer:
        return await self._run(drift.refreshed(self._context))

    async def diff(self, id_or_slug: str | None = None, *, from_: str = "bundled", to: str = "live") -> Changes:
        return await self._run(drift.diff(self._context, id_or_slug, from_, to))

    async def export(self, folder: File) -> Paths:
        formats = await self._run(documents.catalog(self._context))
        return folders.export(await self._run(drift.whole(self._context, formats)), Path(folder))


class AsyncResources(_AsyncNamespace):
    """Avatars, voices, music, backgrounds and whatever else jobs are made of."""

    async def types(self) -> Answer:
        return await self._call(wire.get("resource-types"))

    async def list(self, type: str, page: int | None = None, limit: int | None = None, **filters: Any) -> Answer:
        return await self._call(wire.listed(("resources", type), page=page, limit=limit, **filters))

    def iterate(self, type: str, limit: int | None = None, **filters: Any) -> AsyncIterator[Answer]:
        return self._iterate(wire.listed(("resources", type), limit=limit, **filters))

    async def retrieve(self, type: str, id: str) -> Answer:
        return await self._call(wire.get("resources", wire.segment(type, "resource type"), wire.segment(id)))

    async def upload(self, type: str, file: File, **metadata: Any) -> Answer:
        return await self._run(upload.to_resource(self._context, type, file, wire.fields(metadata)))

    async def generate(self, type: str, prompt: str, **metadata: Any) -> AsyncGeneration:
        flow = library.generate(self._context, type, prompt, wire.fields(metadata))
        return AsyncGeneration(await self._run(flow), self._client, type)

    async def delete(self, type: str, id: str) -> Answer:
        return await self._call(wire.delete("resources", wire.segment(type, "resource type"), wire.segment(id)))


class AsyncUploads(_AsyncNamespace):
    """One-off files for jobs."""

    async def create(self, file: File, purpose: str = "image", **metadata: Any) -> Answer:
        return await self._run(upload.to_uploads(self._context, file, purpose, wire.fields(metadata)))

    async def list(self, page: int | None = None, limit: int | None = None, **filters: Any) -> Answer:
        return await self._call(wire.listed(("uploads",), page=page, limit=limit, **filters))

    def iterate(self, limit: int | None = None, **filters: Any) -> AsyncIterator[Answer]:
        return self._iterate(wire.listed(("uploads",), limit=limit, **filters))

    async def delete(self, id: str) -> Answer:
        return await self._call(wire.delete("resources", "generic_uploads", wire.segment(id)))


class AsyncProducts(_AsyncNamespace):
    """Products and their pictures."""

    async def list(self, page: int | None = None, limit: int | None = None) -> Answer:
        return await self._call(wire.listed(("products",), page=page, limit=limit))

    def iterate(self, limit: int | None = None) -> AsyncIterator[Answer]:
        return self._iterate(wire.listed(("products",), limit=limit))

    async def create(
        self,
        name: str | None = None,
        image_ids: Ids | None = None,
        url: str | None = None,
        **metadata: Any,
    ) -> Answer:
        return await self._call(
            wire.post("products", json=wire.said(name=name, image_ids=image_ids, url=url, **wire.fields(metadata)))
        )

    async def update(self, id: str, **metadata: Any) -> Answer:
        return await self._call(wire.patch("products", wire.segment(id), json=wire.fields(metadata)))

    async def delete(self, id: str) -> Answer:
        return await self._call(wire.delete("products", wire.segment(id)))


class AsyncVoices(_AsyncNamespace):
    """Voices: the catalog, and clones of your own."""

    async def list(self, **filters: Any) -> Answer:
        return await self._call(wire.listed(("resources", "voices"), **filters))

    def iterate(self, **filters: Any) -> AsyncIterator[Answer]:
        return self._iterate(wire.listed(("resources", "voices"), **filters))

    async def clone(
        self, file: File, name: str | None = None, language: str | None = None, description: str | None = None
    ) -> Answer:
        fields = wire.said(name=name, language=language, description=description)
        return await self._run(upload.to_resource(self._context, "voices", file, fields))


class AsyncExtractUrl(_AsyncNamespace):
    """Videos behind links."""

    async def create(self, url: str, wait: bool = True, timeout: float = 180.0, interval: float = 2.0) -> Answer:
        return await self._run(extract.create(self._context, url, wait, timeout, interval))

    async def retrieve(self, task_id: str) -> Answer:
        return await self._run(extract.retrieve(self._context, task_id))

    async def wait(self, task_id: str, timeout: float = 180.0, interval: float = 2.0) -> Answer:
        return await self._run(extract.finished(self._context, task_id, timeout, interval))


class AsyncGenerations(_AsyncNamespace):
    """Jobs, by their ids."""

    async def create(self, idempotency_key: str | None = None, **params: Any) -> AsyncGeneration:
        return await self._client.generate(idempotency_key=idempotency_key, **params)

    async def retrieve(self, id: str) -> Answer:
        return await self._run(wait.retrieve(self._context, id))

    async def wait(self, id: str, timeout: float = 1800.0, interval: float | None = 5.0) -> Answer:
        return await self._run(wait.wait(self._context, id, timeout, interval))

    async def cancel(self, id: str) -> Answer:
        return await self._run(wait.cancel(self._context, id))

    async def handle(self, id: str) -> AsyncGeneration:
        return AsyncGeneration({"id": id, **await self.retrieve(id)}, self._client)


for _name in ("Formats", "Resources", "Uploads", "Products", "Voices", "ExtractUrl", "Generations"):
    same_docs(globals()[f"Async{_name}"], getattr(namespaces, _name))
