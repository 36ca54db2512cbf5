"""What a format document says, as frozen values.

These values know none of their projections (schema, signature, flags, …), no network and no disk. JSON values inside
them (`schema`, `raw`, examples) are plain dicts and lists, never changed after they are read. `reader` makes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

MEDIA = ("image", "video", "audio")
Taken = Literal["id", "file", "url"]


class Missing:
    """The type of `MISSING`: no value was given, where `None` would be one."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"

    def __reduce__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING = Missing()


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document came from: live, disk (kept and fresh), stale (kept, no longer fresh), bundled or given."""

    kind: Literal["live", "disk", "stale", "bundled", "given"] = "given"
    at: str = ""  # when it was fetched or taken, ISO 8601 UTC
    url: str = ""

    @property
    def current(self) -> bool:
        """Whether the server said so just now, so that what is not in it does not exist."""
        return self.kind in ("live", "given")


@dataclass(frozen=True, slots=True)
class Upload:
    """Where a local file goes before the job: to a resource type, or to the generic uploads with a purpose."""

    resource_type: str = ""
    purpose: str = ""
    metadata: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a format.

    `schema` is the rule for its value, as a JSON Schema (2020-12) fragment without references; `{}` where the document
    says nothing. `takes` says what may name an asset (an id, a local file, a URL); it is empty for plain values.
    `synonyms` are names that satisfy this input as well; what is sent keeps the name that the caller wrote.
    """

    name: str
    required: bool = False
    schema: Mapping[str, Any] = field(default_factory=dict, hash=False)
    description: str = ""
    default: Any = field(default=MISSING, hash=False)
    example: Any = field(default=MISSING, hash=False)
    suggestions: tuple[Any, ...] = field(default=(), hash=False)  # known good values of an open set
    resource_type: str = ""
    takes: tuple[Taken, ...] = ()
    media: tuple[str, ...] = ()
    upload: Upload | None = None
    synonyms: tuple[str, ...] = ()
    text_from: Literal["", "text", "json"] = ""  # the command line also takes the path of such a file
    flag_prefix: str = ""  # the command line has flags of this prefix for the parts of the value
    unlisted: bool = False  # known to be taken by formats that do not list it
    modes: tuple[str, ...] = ()  # the modes in which it counts; empty when it always does
    raw: Any = field(default=None, compare=False, repr=False)

    @property
    def types(self) -> tuple[str, ...]:
        """The JSON types that the value may have; empty when the document does not say."""
        types = self.schema.get("type", ())
        return (types,) if isinstance(types, str) else tuple(types)

    @property
    def many(self) -> bool:
        """Whether the value is a list, and nothing else but null."""
        return _only(self.types, "array")

    @property
    def switch(self) -> bool:
        """Whether the value is true or false, and nothing else but null."""
        return _only(self.types, "boolean")

    @property
    def choices(self) -> tuple[Any, ...]:
        """The values of a closed set, null aside; empty when the set is open."""
        if "enum" not in self.schema and "items" not in self.schema:
            return ()
        rule = self.schema.get("items", {}) if self.many else self.schema
        return tuple(each for each in rule.get("enum", ()) if each is not None) if isinstance(rule, Mapping) else ()

    @property
    def takes_files(self) -> bool:
        """Whether a local file may stand here, to be uploaded first."""
        return "file" in self.takes and self.upload is not None


def _only(types: tuple[str, ...], wanted: str) -> bool:
    """Whether a value may have one type and nothing else but null."""
    return wanted in types and all(each in (wanted, "null") for each in types)


@dataclass(frozen=True, slots=True)
class Requirement:
    """Which inputs a resource type backs, and how many of its resources are needed."""

    resource_type: str
    inputs: tuple[str, ...] = ()
    minimum: int = 0
    maximum: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Mode:
    """One way of running a format: `runs` is the format that does the work.

    `inputs` are those that count in it, `required` those without which it is refused; both are empty when nothing says.
    """

    name: str
    runs: str = ""
    inputs: tuple[str, ...] = ()
    required: tuple[str, ...] = ()


@dataclass(frozen=True)
class Format:
    """What the API says about one kind of video; equal to another that says the same, wherever it came from.

    `complete` is False for a summary, as the list of formats may give it: its inputs are not known yet. `notes` names
    what in the document was not understood; `raw` is the document as it came.
    """

    slug: str
    template_name: str = ""
    display_name: str = ""
    aliases: tuple[str, ...] = ()
    id: str = ""
    kind: str = ""
    platform: str = ""
    description: str = ""
    what_it_does: str = ""
    inputs: tuple[Input, ...] = ()
    also: tuple[Input, ...] = ()  # accepted though not listed: synonyms, and what every format takes
    requirements: tuple[Requirement, ...] = ()
    modes: tuple[Mode, ...] = ()
    output_types: tuple[str, ...] = ()
    examples: tuple[Any, ...] = field(default=(), hash=False)
    open: bool = False  # the document says that it does not list everything
    complete: bool = True
    active: bool = True
    notes: tuple[str, ...] = field(default=(), compare=False)
    source: Source = field(default=Source(), compare=False)
    raw: Any = field(default=None, compare=False, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that the format answers to, the slug first."""
        named = (self.slug, self.template_name, self.id, self.display_name, *self.aliases)
        return tuple(dict.fromkeys(name for name in named if name))

    @cached_property
    def by_name(self) -> Mapping[str, Input]:
        """Every input that is accepted, listed or not, by the name that is sent."""
        return {each.name: each for each in (*self.also, *self.inputs)}

    @property
    def required(self) -> tuple[Input, ...]:
        """The inputs without which the job is refused."""
        return tuple(each for each in self.inputs if each.required)
