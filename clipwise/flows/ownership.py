"""Whether the ids in a job exist and fit its format, asked of the API before anything is paid for.

Answers are kept for as long as documents are; that something is missing is asked anew each time. What cannot be asked
is no problem.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .. import wire
from ..assets import assets, named_as
from ..effects import Flow
from ..errors import APIError, ClipwiseError, NotFound, Problem
from ..formats.document import Format, Input
from ..text import printable
from .call import call
from .context import Context
from .paging import Pages

OFFERED = 3  # ids that would fit, named in a problem
LOOKED_THROUGH = 20  # pages of a list, at most
PAGE = 100
# Where an id may live besides the resource type that its input names.
ELSEWHERE = ("generic_uploads", "generated_media")
NOWHERE = ("", "")


def check_resources(
    context: Context, format: Format, inputs: Mapping[str, Any], folder: Path | None = None
) -> Flow[list[Problem]]:
    """Return a problem for every id that does not exist or does not fit the format, with up to three that would."""
    found = []
    for each, place, id in _ids(format, inputs, folder):
        wrong = yield from _judged(context, format, each, id)
        if wrong:
            code, message = wrong
            near = yield from _fitting(context, format, each)
            hint = f"these would fit: {', '.join(near)}" if near else ""
            found.append(Problem((each.name, *place), code, message, hint, f"/properties/{each.name}"))
    return found


def _ids(
    format: Format, inputs: Mapping[str, Any], folder: Path | None
) -> Iterator[tuple[Input, tuple[int, ...], str]]:
    for name, value in inputs.items():
        each = format.by_name.get(name)
        if each is None or not each.takes or not each.resource_type:
            continue
        for place, item in assets(each, value):
            if isinstance(item, str) and item and named_as(item, folder) == "id":
                yield each, place, item


def _judged(context: Context, format: Format, each: Input, id: str) -> Flow[tuple[str, str] | None]:
    """Return the code and message of what is wrong with one id; None when nothing is, or it cannot be told."""
    shown = repr(printable(id, 100))
    home = yield from _home(context, each, id)
    if home is NOWHERE:
        return "unknown_resource", f"there is no {_one(each)} with the id {shown}"
    if home is None or home[0] in ELSEWHERE:
        return None
    kind, own = home
    listed = yield from _listed(context, format, kind)
    if listed is not None and own not in listed:
        listed = yield from _listed(context, format, kind, anew=True)  # it may be younger than the list that is held
    if listed is None or own in listed:
        return None
    return "incompatible_resource", f"the {_one(each)} {shown} does not fit {format.slug}"


def _one(each: Input) -> str:
    return each.resource_type.removesuffix("s").replace("_", " ")


def _home(context: Context, each: Input, id: str) -> Flow[tuple[str, str] | None]:
    """Return the resource type that an id belongs to, and the id as the API writes it.

    NOWHERE when there is no such id, None when that cannot be told.
    """
    types: dict[str, None] = dict.fromkeys((each.resource_type, *(ELSEWHERE if "file" in each.takes else ())))
    for kind in types:
        key = f"resource/{kind}/{id}"
        held: str | None = context.memory.get(key)
        if held is not None:
            return kind, held
        try:
            content = yield from call(context, wire.get("resources", wire.segment(kind), wire.segment(id)))
        except NotFound:
            continue
        except APIError:
            return None
        except ClipwiseError as error:
            return NOWHERE if error.code == "invalid_argument" else None
        own = wire.id_of(content, "resource") or id
        context.memory.put(key, own)
        return kind, own
    return NOWHERE


def _listed(context: Context, format: Format, type: str, anew: bool = False) -> Flow[frozenset[str] | None]:
    """Return the ids of a type that fit a format; None when the whole list cannot be had."""
    key = f"fitting/{type}/{format.slug}"
    held: frozenset[str] | None = context.memory.get(key)
    if held is not None and not anew:
        return held
    pages = Pages(wire.get("resources", wire.segment(type), video_format=format.slug, limit=PAGE))
    ids: list[str] = []
    try:
        for _ in range(LOOKED_THROUGH):
            ids += [str(item["id"]) for item in (yield from pages.next(context)) if "id" in item]
            if not pages.more:
                break
        else:
            return None
    except ClipwiseError:
        return None
    context.memory.put(key, frozenset(ids))
    return frozenset(ids)


def _fitting(context: Context, format: Format, each: Input) -> Flow[list[str]]:
    """Return up to three ids that would fit; none when the list cannot be had."""
    listed = yield from _listed(context, format, each.resource_type)
    return sorted(listed or ())[:OFFERED]
