"""YAML without its traps: `no` and dates are texts, nothing is built but plain values, an alias cannot multiply.

A file is cut at its `---` lines, so that one broken document does not hide the others; each is read from its events.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..text import printable
from .feed import Feed
from .values import MAX_DEPTH, MAX_WHOLE, NOWHERE, Unreadable

MAX_VALUES = 2_000_000  # in one document, aliases written out
_MARK = re.compile(rb"(---|\.\.\.)([ \t\r]|$)")
_FILLER = re.compile(rb"(\s*(#[^\n]*|%[^\n]*)?(\n|$))*\Z")
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_TAG = "tag:yaml.org,2002:"
# Marks are a tree as the value is: the place of a scalar, or of a list or mapping with the marks of what is in it.
Mark = tuple[int, int, Any]


def documents(feed: Feed) -> Iterator[tuple[bytes | None, int]]:
    """Go through the documents of a stream as they are written, each with the line on which its text begins.

    One that is longer than MAX_WHOLE is None. Those that hold nothing are left out.
    """
    held: list[bytes] = []
    size, begin, line = 0, 1, 1
    while (data := feed.lines()) is not None:
        for text in data.split(b"\n"):
            if _MARK.match(text) and not _only_filler(held):
                yield from _document(held, size, begin)
                held, size, begin = [], 0, line
            if text[:3] == b"..." and _MARK.match(text):
                text = b""
            size += len(text) + 1
            if size <= MAX_WHOLE:
                held.append(text)
            line += 1
        if feed.cut:
            feed.skip_line()
            size = MAX_WHOLE + 1
    yield from _document(held, size, begin)


def _document(held: list[bytes], size: int, begin: int) -> Iterator[tuple[bytes | None, int]]:
    if size > MAX_WHOLE + 1:
        yield None, begin
    elif not _only_filler(held):
        yield b"\n".join(held), begin


def _only_filler(held: list[bytes]) -> bool:
    """Whether lines hold no more than comments, directives and the mark of a beginning."""
    for text in held:
        bare = text.strip()
        if bare and bare[:1] not in (b"#", b"%") and not re.fullmatch(rb"---(\s+#.*)?", bare):
            return False
    return True


def read_yaml(data: bytes) -> tuple[Any, Mark]:
    """Return the value of one document, and the places of its parts; Unreadable with its place inside the text."""
    import yaml

    from .exact import decoded

    text = decoded(data)
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        return _Builder(loader, yaml).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise Unreadable(f"not YAML: {printable(error.problem or error.context, 200)}", line, column) from None
    except yaml.YAMLError as error:  # a character that YAML has not
        at = re.search(r"position (\d+)", str(error))
        raise Unreadable(f"not YAML: {printable(str(error).splitlines()[0], 200)}", *_at(text, at)) from None
    finally:
        loader.dispose()


def _at(text: str, found: re.Match[str] | None) -> tuple[int, int]:
    from .exact import place_at

    odd = next((place for place, char in enumerate(text) if char < " " and char not in "\t\n\r"), 0)
    return place_at(text, odd or (int(found.group(1)) if found else 0))


class _Builder:
    """Builds the value of a document out of the events of a parser."""

    def __init__(self, parser: Any, yaml: Any) -> None:
        self.parser, self.yaml = parser, yaml
        self.anchors: dict[str, tuple[Any, Mark, int]] = {}
        self.open: set[str] = set()
        self.count = 0

    def document(self) -> tuple[Any, Mark]:
        self.parser.get_event()
        start = self.parser.get_event()
        if isinstance(start, self.yaml.StreamEndEvent):
            return None, (1, 1, None)
        value, mark = self.node(self.parser.get_event(), 0)
        self.parser.get_event()
        after = self.parser.get_event()
        if not isinstance(after, self.yaml.StreamEndEvent):
            raise self.refuse("a second document begins without ---", after)
        return value, mark

    def refuse(self, message: str, event: Any) -> Unreadable:
        mark = event.start_mark
        return Unreadable(message, mark.line + 1, mark.column + 1)

    def node(self, event: Any, depth: int) -> tuple[Any, Mark]:
        """Return the value that begins with an event."""
        if isinstance(event, self.yaml.AliasEvent):
            return self.alias(event)
        if depth > MAX_DEPTH:
            raise self.refuse("nested too deep", event)
        before, anchor = self.count, event.anchor
        self.tally(1, event)
        if anchor:
            self.open.add(anchor)
            self.anchors.pop(anchor, None)
        if isinstance(event, self.yaml.ScalarEvent):
            value: Any = self.scalar(event)
            parts: Any = None
        elif isinstance(event, self.yaml.SequenceStartEvent):
            value, parts = self.sequence(event, depth)
        else:
            value, parts = self.mapping(event, depth)
        mark = (event.start_mark.line + 1, event.start_mark.column + 1, parts)
        if anchor:
            self.open.discard(anchor)
            self.anchors[anchor] = (value, mark, self.count - before)
        return value, mark

    def tally(self, count: int, event: Any) -> None:
        """Aliases of aliases grow without bound in a few lines."""
        self.count += count
        if self.count > MAX_VALUES:
            raise self.refuse(f"more than {MAX_VALUES:,} values, aliases written out", event)

    def alias(self, event: Any) -> tuple[Any, Mark]:
        if event.anchor in self.open:
            raise self.refuse(f"*{printable(event.anchor, 60)} stands inside itself", event)
        if event.anchor not in self.anchors:
            raise self.refuse(f"there is no &{printable(event.anchor, 60)} before this", event)
        value, _, count = self.anchors[event.anchor]
        self.tally(count, event)
        return value, (event.start_mark.line + 1, event.start_mark.column + 1, None)

    def scalar(self, event: Any) -> Any:
        tag = (event.tag or "").removeprefix(_TAG)
        if tag and tag not in ("str", "!", "int", "float", "bool", "null"):
            raise self.refuse(f"the tag {printable(event.tag, 60)} is not for job specs", event)
        if tag in ("str", "!") or not (event.implicit[0] or tag):
            return event.value
        return plain_scalar(event.value)

    def sequence(self, event: Any, depth: int) -> tuple[list[Any], list[Mark]]:
        self.untagged(event, "seq")
        values, marks = [], []
        while not isinstance(item := self.parser.get_event(), self.yaml.SequenceEndEvent):
            value, mark = self.node(item, depth + 1)
            values.append(value)
            marks.append(mark)
        return values, marks

    def mapping(self, event: Any, depth: int) -> tuple[dict[str, Any], dict[str, Mark]]:
        self.untagged(event, "map")
        values: dict[str, Any] = {}
        marks: dict[str, Mark] = {}
        while not isinstance(item := self.parser.get_event(), self.yaml.MappingEndEvent):
            if not isinstance(item, self.yaml.ScalarEvent):
                raise self.refuse("a key is a text", item)
            key = item.value
            if key == "<<" and item.implicit[0]:
                raise self.refuse("<< is not for job specs: write the keys out, or use defaults", item)
            if key in values:
                raise self.refuse(f"the key {printable(key, 100)!r} is written twice", item)
            values[key], marks[key] = self.node(self.parser.get_event(), depth + 1)
        return values, marks

    def untagged(self, event: Any, kind: str) -> None:
        if event.tag not in (None, "!", _TAG + kind):
            raise self.refuse(f"the tag {printable(event.tag, 60)} is not for job specs", event)


def plain_scalar(text: str) -> Any:
    """Return what a text without quotes is in YAML 1.2: null, true, false, a number, or the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text) and len(text) < 4000:
        return int(text, 0) if text[:2] in ("0x", "0o") else int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def locate(mark: Mark, begin: int, path: Sequence[str | int]) -> tuple[int, int]:
    """Return line and column of the value at a path; `begin` is the line on which the document's text begins."""
    for part in path:
        parts = mark[2]
        inside = (
            parts.get(part)
            if isinstance(parts, Mapping)
            else parts[part]
            if isinstance(parts, list) and isinstance(part, int) and part < len(parts)
            else None
        )
        if inside is None:
            break
        mark = inside
    return (mark[0] + begin - 1, mark[1]) if mark[0] else NOWHERE
