"""Which format documents hold now: memory, then disk while fresh, then live, then stale disk, then bundled.

A catalog endpoint that is dead or slow never stops a user; that an older document is served is told once.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from .. import wire
from ..effects import Answer, Disk, Flow, NoAnswer, Request, Send, Tell, Today
from ..errors import ClipwiseError, UnknownFormatError
from ..formats import bundled, cache
from ..formats.cache import Kept
from ..formats.catalog import Catalog
from ..formats.document import Format, Source
from ..formats.reader import read_format
from .call import call
from .context import Context
from .events import Notice

PATIENCE_S = 4.0  # what a catalog may take before an older copy is used
LIST = "formats"


def catalog(context: Context, live: bool = False) -> Flow[Catalog]:
    """Return the formats; `live` asks the server even if a fresh copy is at hand. Never fails for want of a server."""
    if not live and (held := local_catalog(context)) is not None:
        return held
    kept: Kept | None = yield Disk(cache.read, (context.folder, LIST))
    now = yield Today()
    if kept and not live and not context.local_only and kept.fresh(now):
        return _remember(context, kept, "disk")
    reason = _reason_not_to_ask(context)
    if not reason:
        try:
            fetched = yield from _fetch(context, wire.get(LIST), LIST, kept)
        except ClipwiseError as error:
            reason = error.message
            context.memory.pause(LIST)
        else:
            return _remember(context, fetched, "live")
    return (yield from _older(context, kept, reason))


def local_catalog(context: Context) -> Catalog | None:
    """Return the formats that are in memory, or None; asks nobody."""
    held: Catalog | None = context.memory.get(LIST)
    if held is None and context.memory.paused(LIST):
        held = context.memory.get("older")
    return held


def _reason_not_to_ask(context: Context) -> str:
    if context.settings.offline:
        return "offline"
    if context.settings.api_key is None:
        return "no API key"
    return f"{context.settings.host} did not answer just now" if context.memory.paused(LIST) else ""


def _remember(context: Context, kept: Kept, kind: Any) -> Catalog:
    found = _catalog(context, kept, kind)
    context.memory.put(LIST, found)
    return found


def _catalog(context: Context, kept: Kept, kind: Any) -> Catalog:
    documents = wire.documents_in(kept.content) or []
    source = Source(kind, _iso(kept.fetched), context.settings.base_url)
    return Catalog(documents, bundled.known(), source)


def _older(context: Context, kept: Kept | None, reason: str) -> Flow[Catalog]:
    """Serve what was kept, however old, else what ships with the package; say so once."""
    found = _catalog(context, kept, "stale") if kept else bundled.catalog()
    what = "the copy kept on" if kept else "the bundled documents of"
    yield Tell(Notice(f"formats: {what} {found.source.at[:10]} ({reason})"))
    context.memory.put("older", found)
    return found


def resolve(context: Context, name: str, live: bool = False) -> Flow[Format]:
    """Return the format of that name, whole: a summary is asked for on its own.

    UnknownFormatError when no source knows it; the server is asked before that is said.
    """
    formats = yield from catalog(context, live)
    found = formats.find(name)
    if found is None and not formats.source.current and not context.local_only and not live:
        formats = yield from catalog(context, live=True)
        found = formats.find(name)
    if found is not None and found.complete:
        return found
    return (yield from _alone(context, name if found is None else found.slug, formats, found))


def _alone(context: Context, name: str, formats: Catalog, summary: Format | None) -> Flow[Format]:
    """Ask for one document; fall back on what was kept of it, on the bundled one, on its summary."""
    key = f"{LIST}/{name}"
    held: Format | None = context.memory.get(key)
    if held is not None:
        return held
    kept: Kept | None = yield Disk(cache.read, (context.folder, key))
    reason = _reason_not_to_ask(context)
    if not reason and not context.memory.paused(key):
        try:
            fetched = yield from _fetch(context, wire.get(LIST, wire.segment(name, "format name")), key, kept)
        except ClipwiseError as error:
            reason = error.message
            context.memory.pause(key)
        else:
            found = _one(context, fetched, "live")
            if found is not None:
                context.memory.put(key, found)
                return found
    older = (_one(context, kept, "stale") if kept else None) or bundled.catalog().find(name)
    if older is None and summary is None:
        raise UnknownFormatError(name, formats.suggest(name))
    if older is not None:
        yield Tell(Notice(f"{older.slug}: its document is from {older.source.at[:10]} ({reason or 'not answered'})"))
    return older or summary or Format(name)


def _one(context: Context, kept: Kept, kind: Any) -> Format | None:
    content = kept.content
    document = content.get("format", content) if isinstance(content, dict) else None
    return read_format(document, bundled.known(), Source(kind, _iso(kept.fetched), context.settings.base_url))


def _fetch(context: Context, request: Request, name: str, kept: Kept | None) -> Flow[Kept]:
    """Ask the server once, with the ETag of what is kept, and keep what it says; ClipwiseError when it does not."""
    if kept and kept.etag:
        request = replace(request, headers=(("If-None-Match", kept.etag),))
    try:
        answer: Answer = yield Send(request, min(PATIENCE_S, context.settings.timeout))
    except NoAnswer as fault:
        raise ClipwiseError(f"{context.settings.host}: {fault.message}") from None
    now = yield Today()
    if answer.status == 304 and kept:
        fresh = replace(kept, fetched=now)
    else:
        content = wire.judge(answer)
        if name == LIST and wire.documents_in(content) is None:
            raise ClipwiseError("the list of formats holds no list")
        fresh = Kept(content, now, answer.headers.get("etag", ""))
    yield Disk(cache.write, (context.folder, name, fresh))
    return fresh


def listed(context: Context, **filters: Any) -> Flow[dict[str, Any]]:
    """Return the answer of `GET formats/` for these filters; without a server, the documents at hand, filtered here."""
    wanted = {key: value for key, value in filters.items() if value is not None and value is not False}
    if wanted and not context.local_only:
        try:
            return (yield from call(context, wire.get(LIST, **wanted)))
        except ClipwiseError as error:
            yield Tell(Notice(f"formats: the server could not be asked ({error.message})"))
    formats = yield from catalog(context)
    return {"formats": [each.raw for each in formats if _wanted(each, wanted)]}


def _wanted(each: Format, filters: dict[str, Any]) -> bool:
    stated = {"kind": each.kind, "platform": each.platform}
    fits = all(filters.get(k) in (None, "all", v) or not v for k, v in stated.items())
    return fits and (each.active or bool(filters.get("include_inactive")))


def retrieved(context: Context, name: str) -> Flow[dict[str, Any]]:
    """Return the answer of `GET formats/{name}/`: live, or the document at hand."""
    found = yield from resolve(context, name)
    return {"format": found.raw}


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="seconds")
