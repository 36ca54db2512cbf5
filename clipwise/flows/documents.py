"""Which format documents hold now: memory, then disk while fresh, then live, then stale disk, then bundled.

A catalog endpoint that is dead or slow never stops a user; that an older document is served is told once.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from .. import wire
from ..effects import Answer, Disk, Flow, NoAnswer, Request, Send, Tell, Today
from ..errors import ClipwiseError, ConnectionFailed, UnknownFormatError
from ..formats import bundled, cache
from ..formats.cache import Kept
from ..formats.catalog import Catalog
from ..formats.document import Format, Source
from ..formats.reader import read_format
from .call import call, need_network
from .context import Context
from .events import Notice

PATIENCE_S = 4.0  # what a catalog may take before an older copy is used
LIST = "formats"
HOST = ""  # paused when the server did not answer at all, so that nothing else is asked of it either


def catalog(context: Context, live: bool = False) -> Flow[Catalog]:
    """Return the formats; `live` asks the server even if a fresh copy is at hand. Never fails for want of a server."""
    if context.pinned is not None:
        return context.pinned
    reason = _reason_not_to_ask(context, LIST)
    if (reason or not live) and (held := local_catalog(context)) is not None:
        return held
    kept: Kept | None = yield Disk(cache.read, (context.folder, LIST))
    kept = None if kept is None or wire.documents_in(kept.content) is None else kept
    now = yield Today()
    if kept and not live and not context.local_only and kept.fresh(now):
        return _remember(context, kept, "disk")
    if not reason:
        try:
            fetched = yield from _fetch(context, wire.get(LIST), LIST, kept)
        except ClipwiseError as error:
            reason = _paused(context, LIST, error)
        else:
            return _remember(context, fetched, "live")
    return (yield from _older(context, kept, reason))


def local_catalog(context: Context) -> Catalog | None:
    """Return the formats that are pinned or in memory, or None; asks nobody."""
    if context.pinned is not None:
        return context.pinned
    held: Catalog | None = context.memory.get(LIST)
    if held is None and _reason_not_to_ask(context, LIST):
        held = context.memory.get("older")
    return held


def local_format(context: Context, name: str) -> Format | None:
    """Return the format of that name that is at hand without asking anybody: in memory, else bundled."""
    found = (local_catalog(context) or bundled.catalog()).find(name)
    if found is not None and found.complete:
        return found
    alone: Format | None = context.memory.get(f"{LIST}/{found.slug if found else name}")
    return alone or found


def _reason_not_to_ask(context: Context, name: str) -> str:
    if context.settings.offline:
        return "offline"
    if context.settings.api_key is None:
        return "no API key"
    paused = context.memory.paused(HOST) or context.memory.paused(name)
    return f"{context.settings.host} did not answer just now" if paused else ""


def _paused(context: Context, name: str, error: ClipwiseError) -> str:
    """Leave alone for a minute what did not answer; return why."""
    context.memory.pause(HOST if isinstance(error, ConnectionFailed) else name)
    return error.message


def _remember(context: Context, kept: Kept, kind: Any) -> Catalog:
    found = as_catalog(context, kept, kind)
    context.memory.put(LIST, found)
    return found


def live_catalog(context: Context) -> Flow[Catalog]:
    """Return the formats as the server says now, and keep them; ClipwiseError when it does not say."""
    need_network(context)
    kept: Kept | None = yield Disk(cache.read, (context.folder, LIST))
    context.memory.forget()
    return _remember(context, (yield from _fetch(context, wire.get(LIST), LIST, kept)), "live")


def as_catalog(context: Context, kept: Kept, kind: Any) -> Catalog:
    """Return an answer that was kept as a catalog."""
    documents = wire.documents_in(kept.content) or []
    source = Source(kind, _iso(kept.fetched), context.settings.base_url)
    return Catalog(documents, bundled.known(), source)


def _older(context: Context, kept: Kept | None, reason: str) -> Flow[Catalog]:
    """Serve what was kept, however old, else what ships with the package; say so once."""
    found = as_catalog(context, kept, "stale") if kept else bundled.catalog()
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
    if context.pinned is not None:
        if found is None:
            raise UnknownFormatError(name, formats.suggest(name), hint=f"the catalog is pinned to {formats.source.url}")
        return found
    if found is None and not formats.source.current and not live and not _reason_not_to_ask(context, LIST):
        formats = yield from catalog(context, live=True)
        found = formats.find(name)
    if found is not None and found.complete:
        return found
    return (yield from _alone(context, name if found is None else found.slug, formats, found, live))


def _alone(context: Context, name: str, formats: Catalog, summary: Format | None, live: bool) -> Flow[Format]:
    """Return one document: from memory, fresh from disk, live; else what was kept, the bundled one, its summary."""
    key = f"{LIST}/{name}"
    held: Format | None = context.memory.get(key)
    if held is not None and (held.source.current or not live):
        return held
    kept: Kept | None = yield Disk(cache.read, (context.folder, key))
    reason, fetched, kind = _reason_not_to_ask(context, key), None, "live"
    if kept and not live and not context.local_only and kept.fresh((yield Today())):
        fetched, kind = kept, "disk"
    elif not reason:
        try:
            fetched = yield from _fetch(context, wire.get(LIST, wire.segment(name, "format name")), key, kept)
        except ClipwiseError as error:
            reason = _paused(context, key, error)
    found = _one(context, fetched, kind) if fetched else None
    if found is not None:
        context.memory.put(key, found)
        return found
    return (yield from _older_alone(context, name, kept, reason or "not understood", (formats, summary)))


def _older_alone(
    context: Context, name: str, kept: Kept | None, reason: str, listed: tuple[Catalog, Format | None]
) -> Flow[Format]:
    """Serve what was kept of one document, else the bundled one, else its summary in the list."""
    formats, summary = listed
    older = (_one(context, kept, "stale") if kept else None) or bundled.catalog().find(name)
    if older is not None:
        yield Tell(Notice(f"{older.slug}: its document is from {older.source.at[:10]} ({reason})"))
        return older
    if summary is not None:
        return summary
    known = "" if formats.source.current else f"only its {formats.source.kind} documents could be looked at ({reason})"
    raise UnknownFormatError(name, formats.suggest(name), hint=known)


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
        raise ConnectionFailed(f"{context.settings.host}: {fault.message}") from None
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
            if error.status_code in (400, 422):  # it was asked, and says what is wrong with the question
                raise
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
