"""Lists that come in pages: one page at a time, until the server says that there are no more.

What a page holds and whether another follows is read from its answer alone; the page number is all that is remembered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..effects import Flow, Request
from ..errors import InvalidResponse
from .call import call
from .context import Context

LISTS = ("items", "resources", "uploads", "products", "voices", "formats", "results", "data")
MOST_PAGES = 100_000


class Pages:
    """The pages of one list, asked for one after the other."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.number = next((int(value) for name, value in request.query if name == "page"), 1)
        self.more = True
        self._last: list[Any] | None = None

    def next(self, context: Context) -> Flow[list[dict[str, Any]]]:
        """Return the items of the next page; InvalidResponse when it repeats the last one."""
        rest = tuple(each for each in self.request.query if each[0] != "page")
        content = yield from call(context, replace(self.request, query=(*rest, ("page", str(self.number)))))
        items = items_of(content)
        if items and items == self._last:
            raise InvalidResponse(
                f"page {self.number} of {self.request.target} repeats the page before it",
                hint="the server does not page here; take the first page alone",
            )
        self.more = bool(items) and self.number < MOST_PAGES and another_follows(content, self.number, len(items))
        self._last = items
        self.number += 1
        return items


def items_of(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the items of a list answer, whatever the list is called."""
    listed: list[Any] = next((content[name] for name in LISTS if isinstance(content.get(name), list)), [])
    return [each for each in listed if isinstance(each, dict)]


def another_follows(content: Mapping[str, Any], number: int, count: int) -> bool:
    """Whether a page follows this one; an answer that says nothing of pages is the whole list."""
    stated = content.get("pagination")
    if not isinstance(stated, Mapping):
        return False
    for name in ("has_next", "has_more", "next", "next_page"):
        if name in stated:
            return bool(stated[name])
    pages, total, limit = (_count(stated.get(name)) for name in ("pages", "total", "limit"))
    if pages is not None:
        return number < pages
    return total is not None and number * (limit or count) < total


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
