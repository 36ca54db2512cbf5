"""Many format documents: found by any of their names, suggested when a name is nearly right.

A document is read only when it is asked for, so a catalog of thousands costs what is used of it. Knows no network,
no disk and no cache.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from ..text import folded, nearest
from .document import Format, Source
from .known import NOTHING, Known
from .modes import with_modes
from .reader import read_format

# The fields that name a format, before its aliases; a name in an earlier field wins over the same name in a later one.
NAME_FIELDS = ("slug", "template_name", "name", "id", "key", "display_name")


class Catalog:
    """The formats that one source offers, in its order.

    Iterating reads every document; `find` reads one. Two catalogs are equal when their formats are.
    """

    def __init__(self, documents: Iterable[Any], known: Known = NOTHING, source: Source = Source()) -> None:
        self.documents = tuple(documents)
        self.known = known
        self.source = source
        self._read: dict[int, Format | None] = {}
        self._moded: dict[int, Format] = {}

    def __iter__(self) -> Iterator[Format]:
        for place in range(len(self.documents)):
            found = self._whole(place)
            if found is not None:
                yield found

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Catalog) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Catalog({len(self.documents)} formats, {self.source.kind})"

    def find(self, name: str) -> Format | None:
        """Return the format that answers to `name`: exactly, else in any case, with hyphens or underscores."""
        place = self._place(name)
        return None if place is None else self._whole(place)

    def _whole(self, place: int) -> Format | None:
        """Return a format with what others say of its modes."""
        if place not in self._moded:
            found = self._at(place)
            if found is None:
                return None
            self._moded[place] = with_modes(found, self._plain)
        return self._moded[place]

    def _plain(self, name: str) -> Format | None:
        """Find a format as its own document says it."""
        place = self._place(name)
        return None if place is None else self._at(place)

    def _place(self, name: str) -> int | None:
        place = self._exact.get(name)
        return self._folded.get(folded(name)) if place is None else place

    def names(self) -> list[str]:
        """Return the slug of every format, without reading the documents."""
        return list(dict.fromkeys(named[0] for named in self._named if named))

    def suggest(self, name: str) -> list[str]:
        """Return the slugs of the formats that `name` was probably meant to be, the likeliest first."""
        near = nearest(name, self._exact)
        return list(dict.fromkeys(self._named[self._exact[each]][0] for each in near))

    def with_document(self, document: Any, source: Source) -> Format | None:
        """Read a document that arrived on its own, with what this catalog knows."""
        return read_format(document, self.known, source)

    def _at(self, place: int) -> Format | None:
        if place not in self._read:
            self._read[place] = read_format(self.documents[place], self.known, self.source)
        return self._read[place]

    @cached_property
    def _named(self) -> list[list[str]]:
        """The names of each document, in the order in which they count."""
        return [list(_names(document)) for document in self.documents]

    @cached_property
    def _exact(self) -> Mapping[str, int]:
        ranked = sorted(
            ((rank, place, name) for place, named in enumerate(self._named) for rank, name in enumerate(named)),
            key=lambda row: row[:2],
        )
        found: dict[str, int] = {}
        for _rank, place, name in ranked:
            found.setdefault(name, place)
        return found

    @cached_property
    def _folded(self) -> Mapping[str, int]:
        found: dict[str, int] = {}
        for name, place in self._exact.items():
            found.setdefault(folded(name), place)
        return found


def _names(document: Any) -> Iterator[str]:
    """Go through the names of a document; none for one that cannot be read for want of a slug."""
    if isinstance(document, str):
        document = {"slug": document}
    fields = [document.get(key) for key in NAME_FIELDS] if isinstance(document, Mapping) else []
    named = [str(each).strip() for each in fields if isinstance(each, (str, int)) and not isinstance(each, bool)]
    if any(named):
        aliases = document.get("aliases")
        named += [each for each in (aliases if isinstance(aliases, list) else [aliases]) if isinstance(each, str)]
    yield from filter(None, named)
