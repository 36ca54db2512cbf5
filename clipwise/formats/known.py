"""What is known of inputs and resource types beyond any one document, and how it fills in what a document leaves open.

Where a document and this disagree, the document wins. The rows are data (`schemas_cache/inputs.json`); none is here.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, get_args

from ..text import printable
from .document import MISSING, Input, Taken, Upload
from .fragments import SchemaReader

TAKEN: tuple[Taken, ...] = get_args(Taken)


@dataclass(frozen=True)
class Known:
    """What is known beyond any one document: of inputs by name, and of resource types by name."""

    inputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    resource_types: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @cached_property
    def synonyms(self) -> Mapping[str, list[str]]:
        """The names that satisfy each input as well: of two synonyms either does, whichever row says so."""
        return self._named_by("synonyms")

    @cached_property
    def stand_ins(self) -> Mapping[str, list[str]]:
        """The names that satisfy each input where a format lists them."""
        return self._named_by("stands_in_for")

    @cached_property
    def unlisted(self) -> Mapping[str, Mapping[str, Any]]:
        """The rows of inputs that are taken by formats which do not list them."""
        return {name: row for name, row in self.inputs.items() if row.get("taken_by")}

    @cached_property
    def read(self) -> dict[tuple[str, str], Input]:
        """What was read of a row already, by its name and by the format that it says something of its own about."""
        return {}

    def _named_by(self, key: str) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, row in self.inputs.items():
            for other in row.get(key, ()):
                found.setdefault(other, []).append(name)
        return found


NOTHING = Known()


def known_input(name: str, slug: str, known: Known) -> Input:
    """Return an input as it is known beyond any one document; it says nothing where nothing is known."""
    row = known.inputs.get(name)
    if row is None:
        return Input(name)
    own = row.get("formats", {}).get(slug, {})
    key = name, slug if own else ""
    found = known.read.get(key)
    if found is None:
        found = known.read[key] = _from_row(name, {**row, **own})
    return found


def _from_row(name: str, row: Mapping[str, Any]) -> Input:
    shape = {k: row[k] for k in ("type", "items", "properties") if k in row}
    suggestions = tuple(row.get("examples", ()))
    return Input(
        name=name,
        schema=SchemaReader().read(shape),
        description=row.get("description", ""),
        example=suggestions[0] if suggestions else MISSING,
        suggestions=suggestions,
        resource_type=row.get("resource_type", ""),
        takes=tuple(each for each in TAKEN if each in row.get("takes", ())),
        media=tuple(row.get("media", ())),
        upload=_upload(row.get("upload")),
        synonyms=tuple(row.get("synonyms", ())),
        text_from="text" if row.get("text_file") else "json" if row.get("json_file") else "",
        flag_prefix=row.get("flag_prefix", ""),
        unlisted="taken_by" in row,
    )


def _upload(row: Mapping[str, Any] | None) -> Upload | None:
    if not row:
        return None
    metadata = tuple((k, str(v)) for k, v in row.get("metadata", {}).items())
    return Upload(row.get("resource_type", ""), row.get("purpose", ""), metadata)


def fill(each: Input, slug: str, known: Known, listed: Container[str]) -> Input:
    """Fill in what the document leaves open; the document's own word stands wherever there is one."""
    more = known_input(each.name, slug, known)
    media = each.media or more.media
    resource_type = each.resource_type or more.resource_type
    same_place = not each.resource_type or each.resource_type == more.resource_type
    takes = tuple(t for t in TAKEN if t in more.takes or t in each.takes)
    others = (*known.synonyms.get(each.name, ()), *filter(listed.__contains__, known.stand_ins.get(each.name, ())))
    return replace(
        each,
        schema=_fuller(each.schema, more.schema),
        description=each.description or more.description,
        example=more.example if each.example is MISSING else each.example,
        suggestions=more.suggestions if not each.choices else (),
        resource_type=resource_type,
        takes=takes,
        media=media,
        upload=more.upload if same_place and more.upload else place(each, media, known),
        synonyms=tuple(dict.fromkeys((*each.synonyms, *more.synonyms, *others))),
        text_from=more.text_from,
        flag_prefix=more.flag_prefix,
    )


def _fuller(said: Mapping[str, Any], known: Mapping[str, Any]) -> Mapping[str, Any]:
    """The document's rule stands, but one that names no more than the known type, of which more is known."""
    if not known or said == {"type": known.get("type")}:
        return known or said
    return said if "type" in said or _says_more(said) else {**known, **said}


def _says_more(schema: Mapping[str, Any]) -> bool:
    return any(key in schema for key in ("anyOf", "allOf", "const", "enum"))


def place(each: Input, media: tuple[str, ...], known: Known) -> Upload | None:
    """Where a file goes that only the document tells of: to the input's resource type, else to the generic uploads."""
    if "file" not in each.takes and not _uploadable(each.resource_type, known):
        return None
    if each.resource_type and each.resource_type != "generic_uploads":
        return Upload(resource_type=each.resource_type)
    return Upload(purpose=media[0]) if media else None


def _uploadable(resource_type: str, known: Known) -> bool:
    return "upload" in known.resource_types.get(resource_type, {}).get("operations", ())


def also(inputs: list[Input], slug: str, platform: str, known: Known) -> Iterator[Input]:
    """Name what is accepted beside the listed inputs: their synonyms, and what is known to be taken unlisted."""
    listed = {each.name for each in inputs}
    for each in inputs:
        for name in each.synonyms:
            if name not in listed:
                listed.add(name)
                more = known_input(name, slug, known) if name in known.inputs else replace(each, name=name)
                about = f"another name for {printable(each.name, 100)}"
                yield replace(more, required=False, default=MISSING, description=about, synonyms=())
    for name, row in known.unlisted.items():
        taken = row["taken_by"]
        by_this = slug in taken.get("formats", ()) or platform in taken.get("platforms", ())
        if (by_this or taken.get("every")) and name not in listed:
            yield known_input(name, slug, known)


def as_asset(each: Input, known: Known) -> Input:
    """An input that is backed by a resource type takes ids, and files where that type takes uploads."""
    if each.takes:
        return each
    accepts = tuple(known.resource_types.get(each.resource_type, {}).get("accepts", ()))
    goes_to = place(each, each.media or accepts, known)
    return replace(
        each,
        takes=("id", "file") if goes_to else ("id",),
        media=each.media or accepts,
        upload=each.upload or goes_to,
    )
