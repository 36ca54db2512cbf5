"""How documents change: the bundled ones, those that were kept, and what the server says now, side by side."""

from __future__ import annotations

from typing import Any

from ..effects import Disk, Flow
from ..errors import ClipwiseError, UnknownFormatError
from ..formats import bundled, cache
from ..formats.catalog import Catalog
from ..formats.difference import Change, between, of_format
from ..formats.document import Format
from .context import Context
from .documents import LIST, as_catalog, live_catalog, resolve

SIDES = ("bundled", "cache", "live")


def refreshed(context: Context) -> Flow[dict[str, Any]]:
    """Ask the server for its documents now and keep them; ClipwiseError when it does not say."""
    formats = yield from live_catalog(context)
    return {"formats": list(formats.documents)}


def diff(context: Context, name: str | None, older: str, newer: str) -> Flow[list[Change]]:
    """Return what changed from one side to another, of one format or of all."""
    before = yield from _side(context, older)
    after = yield from _side(context, newer)
    if name is None:
        return between((yield from whole(context, before)), (yield from whole(context, after)))
    found = before.find(name), after.find(name)
    if found == (None, None):
        raise UnknownFormatError(name, after.suggest(name))
    one = yield from _whole(context, before, found[0])
    other = yield from _whole(context, after, found[1])
    return of_format(one[0], other[0]) if one and other else between(one, other)


def whole(context: Context, formats: Catalog) -> Flow[list[Format]]:
    """Return the formats of a catalog, asking for those that the list merely sums up."""
    found: list[Format] = []
    for each in formats:
        found += yield from _whole(context, formats, each)
    return found


def _whole(context: Context, formats: Catalog, each: Format | None) -> Flow[list[Format]]:
    if each is None or each.complete:
        return [each] if each else []
    return [(yield from resolve(context, each.slug, live=formats.source.current))]


def _side(context: Context, side: str) -> Flow[Catalog]:
    if side == "bundled":
        return bundled.catalog()
    if side == "live":
        return (yield from live_catalog(context))
    if side != "cache":
        raise ClipwiseError(f"documents are compared between {', '.join(SIDES)}, not {side!r}", code="invalid_argument")
    kept = yield Disk(cache.read, (context.folder, LIST))
    if kept is None:
        raise ClipwiseError("no live documents were kept yet", hint="`clipwise formats refresh` keeps them")
    return as_catalog(context, kept, "stale")
