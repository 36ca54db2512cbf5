"""Spec files of every kind: a source -> blocks, a block -> its specs.

Blocks are small and can be pickled, so that they may be judged anywhere; reading holds one or two of them at a time.
"""

from __future__ import annotations

import contextlib
import datetime
import io
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from ..errors import ConfigurationError
from ..formats.catalog import Catalog
from ..text import printable
from . import filling, yamls
from .arrays import array_blocks, empty
from .exact import decoded, place_of, read_json
from .feed import Feed
from .headers import defaults_of, is_header
from .kinds import HEAD, kind_of
from .lines import block_count, line_blocks
from .rules import Rules
from .tables import row_blocks
from .values import MAX_WHOLE, Block, Entry, Raw, Read, Rows, Source, Unreadable, batched

NO_JOBS = "jobs: takes a list of job specs"


def rules_of(
    source: Source,
    catalog: Catalog,
    *,
    root: Path | None = None,
    strict: bool = False,
) -> Rules:
    """Return the rules for the specs of a source; ConfigurationError when its defaults cannot be read."""
    defaults: Mapping[str, Any] = {}
    if source.defaults is not None:
        found = whole(source.defaults)
        defaults = defaults_of(found) if is_header(found) and "jobs" not in found else found
    where = source.defaults.parent if source.defaults is not None else None
    return Rules(catalog, source.folder, root, defaults, where, source.format, strict)


def whole(path: Path) -> dict[str, Any]:
    """Return the one mapping that a file holds, of whatever kind; ConfigurationError when it holds none."""
    shown = printable(path, 200)
    found = [entry for block in blocks(Source(path)) for entry in read(block)]
    if len(found) == 1 and found[0].problem is not None:
        raise ConfigurationError(f"{shown}: {_placed(found[0])}{found[0].problem.message}")
    if len(found) != 1 or found[0].spec is None:
        raise ConfigurationError(f"{shown}: holds {len(found)} specs, and one is wanted")
    return found[0].spec


def blocks(source: Source, stream: Any = None) -> Iterator[Block]:
    """Go through the blocks of a source; `stream` is a binary one to be read in its place.

    ConfigurationError when there is no such file, when its kind cannot be told, and for columns that cannot be used.
    """
    if source.template is not None:
        template = whole(source.template)
        table = replace(source, path=source.rows, template=None, kind="csv")
        with opened(table, stream) as feed:
            yield from row_blocks(feed, printable(table.name, 200), template)
        return
    with opened(source, stream) as feed:
        head = feed.peek(HEAD)
        kind = source.kind or kind_of(source.path, head)
        if not kind and head.strip():
            raise ConfigurationError(
                f"{printable(source.name, 200)}: neither its name nor its beginning tells what kind of file it is",
                hint="say it with --input-format jsonl, json, yaml, toml or csv",
            )
        yield from BLOCKS[kind or "jsonl"](feed, printable(source.name, 200))


@contextlib.contextmanager
def opened(source: Source, stream: Any = None) -> Iterator[Feed]:
    """Open a source; ConfigurationError when it cannot be read."""
    shown = printable(source.name, 200)
    try:
        if stream is not None or source.path is None:
            yield Feed(stream if stream is not None else sys.stdin.buffer)
            return
        with source.path.open("rb") as file:
            yield Feed(file)
    except FileNotFoundError:
        raise ConfigurationError(f"{shown}: there is no such file") from None
    except OSError as error:
        raise ConfigurationError(f"{shown}: cannot be read: {error.strerror or error}") from None
    except ValueError as error:  # an impossible name
        if "null byte" not in str(error):
            raise
        raise ConfigurationError(f"{shown}: {error}") from None


def _placed(entry: Entry) -> str:
    return f"line {entry.line}, column {entry.column}: " if entry.line else ""


# --- kinds ------------------------------------------------------------------------------------------------------------


def _lines(feed: Feed, _name: str) -> Iterator[Block]:
    return line_blocks(feed)


def _json(feed: Feed, name: str) -> Iterator[Block]:
    """A list is read as it comes; one spec, or a header with jobs, as a whole."""
    lead = feed.peek(HEAD)
    body = lead.lstrip(b" \t\r\n")
    if body[:1] == b"[":
        while not (before := feed.read(1)).strip() and before:
            pass
        space = lead[: len(lead) - len(body)]
        yield from array_blocks(feed, space.count(b"\n") + 1, len(space) - space.rfind(b"\n") + 1)
        return
    data = _all(feed, name)
    if not data.strip():
        yield empty()
        return
    try:
        value = read_json(data)
    except Unreadable as error:
        hint = "one spec a line is JSONL: --input-format jsonl" if "Extra data" in error.message else error.hint
        yield Block(1, 1, Read((Unreadable(error.message, error.line, error.column, hint).entry(1, 1),)))
        return
    if not is_header(value):
        line, column = place_of(decoded(data), ())
        yield Block(1, line, Raw(texts=(data.strip(),), places=((line, column),)), size=len(data))
        return
    text = decoded(data)
    jobs = value.get("jobs", [])
    if not isinstance(jobs, list):
        yield Block(1, 1, Read((Unreadable(NO_JOBS, *place_of(text, ("jobs",))).entry(1, 1),)))
    elif jobs:
        line, column = place_of(text, ("jobs",))
        behind = Feed(io.BytesIO(text.split("\n", line - 1)[-1][column:].encode()))
        defaults = defaults_of(value)
        for block in array_blocks(behind, line, column + 1, alone=False):
            yield replace(block, defaults=defaults)
    else:
        yield empty()


def _yaml(feed: Feed, name: str) -> Iterator[Block]:
    """Documents are specs; the first, or any, may be a header; one may be a list."""
    number = 1
    defaults: Mapping[str, Any] = {}
    for data, begin in yamls.documents(feed):
        try:
            if data is None:
                raise Unreadable(f"longer than {MAX_WHOLE // 2**20} MiB", 1, 1)
            value, mark = yamls.read_yaml(data)
            if is_header(value):
                defaults = {**defaults, **defaults_of(value)}
            made = list(_yaml_blocks(value, mark, number, begin, defaults))
        except Unreadable as error:
            made = [Block(number, begin, Read((error.entry(number, begin),)), size=len(data or b""))]
        yield from made
        number += sum(map(block_count, made))
    if number == 1:
        yield empty()


def _yaml_blocks(value: Any, mark: yamls.Mark, number: int, begin: int, defaults: Mapping[str, Any]) -> Iterator[Block]:
    items, marks = [value], [mark]
    if is_header(value):
        items, marks = value.get("jobs", []), mark[2]["jobs"][2] if "jobs" in value else []
        if not isinstance(items, list):
            raise Unreadable(NO_JOBS, *mark[2]["jobs"][:2])
    elif isinstance(value, list):
        items, marks = value, mark[2]
    entries = (
        _entry(number + place, item, partial(yamls.locate, part, begin))
        for place, (item, part) in enumerate(zip(items, marks or [mark] * len(items), strict=False))
    )
    yield from batched(entries, defaults)


def _toml(feed: Feed, name: str) -> Iterator[Block]:
    data = _all(feed, name)
    try:
        text = decoded(data)
        value = _texts_of_dates(_toml_value(text))
    except Unreadable as error:
        yield Block(1, 1, Read((error.entry(1, 1),)))
        return
    if not value:
        yield empty()
        return
    if not is_header(value):
        yield from batched(iter([_entry(1, value, partial(_on_line, 1))]))
        return
    jobs = value.get("jobs", [])
    if not isinstance(jobs, list):
        yield Block(1, 1, Read((Unreadable(NO_JOBS, 1, 1).entry(1, 1),)))
        return
    starts = [text.count("\n", 0, at.start()) + 1 for at in re.finditer(r"^[ \t]*\[\[\s*jobs\s*\]\]", text, re.M)]
    lines = starts if len(starts) == len(jobs) else [0] * len(jobs)
    entries = (
        _entry(place, item, partial(_on_line, line))
        for place, (item, line) in enumerate(zip(jobs, lines, strict=True), 1)
    )
    yield from batched(entries, defaults_of(value))


def _on_line(line: int, path: Any) -> tuple[int, int]:
    """TOML tells where a job begins, and no more."""
    return line, 1 if line else 0


def _toml_value(text: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return dict(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"^(.*) \(at line (\d+), column (\d+)\)$", str(error), re.S)
        if at:
            raise Unreadable(f"not TOML: {at.group(1)}", int(at.group(2)), int(at.group(3))) from None
        last = text.count("\n") + 1
        raise Unreadable(
            f"not TOML: {printable(str(error).removesuffix(' (at end of document)'), 200)}", last, 1
        ) from None
    except RecursionError:
        raise Unreadable("nested too deep", 1, 1) from None


def _texts_of_dates(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _texts_of_dates(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_texts_of_dates(each) for each in value]
    return value.isoformat() if isinstance(value, (datetime.date, datetime.time)) else value


def _table(feed: Feed, name: str) -> Iterator[Block]:
    return row_blocks(feed, name)


BLOCKS: Mapping[str, Callable[[Feed, str], Iterator[Block]]] = {
    "jsonl": _lines,
    "json": _json,
    "yaml": _yaml,
    "toml": _toml,
    "csv": _table,
}


def _all(feed: Feed, name: str) -> bytes:
    data = feed.whole(MAX_WHOLE)
    if data is None:
        raise ConfigurationError(f"{name}: larger than a job spec can be ({MAX_WHOLE // 2**20} MiB)")
    return data


def _entry(number: int, item: Any, lookup: Callable[[Any], tuple[int, int]]) -> Entry:
    line, column = lookup(())
    if isinstance(item, dict):
        return Entry(number, line, item, None, column, lookup)
    return Entry(number, line, None, not_a_spec(item), column)


# --- a block -> its specs ---------------------------------------------------------------------------------------------


def read(block: Block) -> Iterator[Entry]:
    """Go through the specs of a block as the file has them, without any defaults; not for tables."""
    content = block.content
    if isinstance(content, Read):
        yield from content.entries
    elif isinstance(content, Raw):
        for place, text in enumerate(content.texts):
            line, column = content.places[place] if content.places else (block.line + place, 1)
            yield exact(text, block.number + place, line, column)


def exact(text: bytes, number: int, line: int, column: int) -> Entry:
    """Read one spec that is written as JSON."""
    try:
        value = read_json(text)
    except Unreadable as error:
        return error.entry(number, line, column)
    if not isinstance(value, dict):
        return Entry(number, line, None, not_a_spec(value), column)
    return Entry(number, line, value, None, column, partial(in_text, text, line, column))


def in_text(text: bytes, line: int, column: int, path: Any) -> tuple[int, int]:
    """Find a value in a text that begins at a place of the file."""
    there, at = place_of(text.decode(), path)
    return line + there - 1, at + (column - 1 if there == 1 else 0)


def not_a_spec(value: Any) -> Any:
    """Return the problem of a value that is no mapping."""
    from ..validation import no_spec

    return no_spec(value)


def entries(rules: Rules, block: Block) -> Iterator[Entry]:
    """Go through the specs of a block, each with the defaults under it."""
    content = block.content
    if isinstance(content, Rows):
        for place, (line, spec) in enumerate(filling.specs(rules, content)):
            yield Entry(block.number + place, line, rules.merged(spec, block.defaults), column=1)
        return
    for entry in read(block):
        own = entry.spec
        yield entry if own is None else entry._replace(spec=rules.merged(own, block.defaults))
