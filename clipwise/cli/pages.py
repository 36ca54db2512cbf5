"""Pages of help: how a command is used, what it does, its flags in two columns, cut to the width of the terminal.

Plain text, with bold heads where a person looks at a terminal. Knows no parser; `Formatter` is how cyclopts hands on
what it knows of a command.
"""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from .place import terminal_width

WIDEST, WIDEST_LABEL, NARROWEST_TEXT = 100, 34, 24
Row = tuple[str, str]  # a flag or a name, and what it means


def page(usage: str, about: str, sections: Iterable[tuple[str, Sequence[Row]]], closing: str) -> list[str]:
    """Return a whole page as lines."""
    lines = [f"Usage: {usage}", *paragraphs(about)]
    for title, rows in sections:
        lines += section(title, rows)
    return [*lines, "", *closing.splitlines()]


def paragraphs(text: str) -> list[str]:
    """Return a text as lines, a blank one before each of its paragraphs."""
    lines = []
    for each in text.split("\n\n"):
        if words := " ".join(each.split()):
            lines += ["", *wrapped(words)]
    return lines


def wrapped(text: str) -> list[str]:
    """Return one paragraph as lines of the terminal's width."""
    return textwrap.wrap(text, _width(), break_on_hyphens=False)


def section(title: str, rows: Sequence[Row]) -> list[str]:
    """Return rows under a head, after a blank line; nothing where there are none."""
    return ["", _head(f"{title}:"), *columns(rows, "  ")] if rows else []


def columns(rows: Sequence[Row], indent: str = "") -> list[str]:
    """Return rows as two aligned columns; what means more than fits beside a long name stands below it."""
    room = _width() - len(indent)
    lead = min(WIDEST_LABEL, room // 2 - 2, max((len(label) for label, _ in rows), default=0)) + 2
    if room - lead < NARROWEST_TEXT:
        lead = 4
    lines = []
    for label, text in rows:
        told = textwrap.wrap(text, room - lead, break_on_hyphens=False)
        if len(label) + 2 > lead:
            lines += textwrap.wrap(label, room, subsequent_indent="  ", break_on_hyphens=False)
        else:
            lines.append(f"{label:<{lead}}{told.pop(0) if told else ''}".rstrip())
        lines += [" " * lead + more for more in told]
    return [indent + line for line in lines]


def _width() -> int:
    return min(WIDEST, terminal_width())


def _head(text: str) -> str:
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM", "dumb") == "dumb" or not sys.stdout.isatty()
    return text if plain else f"\x1b[1m{text}\x1b[0m"


class Formatter:
    """Shows in our manner what cyclopts tells of a command."""

    def render_usage(self, _: Any, __: Any, usage: Any) -> None:
        """Show how a command is used."""
        print(f"Usage: {str(usage or '').strip().removeprefix('Usage:').strip()}")

    def render_description(self, _: Any, __: Any, description: Any) -> None:
        """Show what a command does."""
        for line in paragraphs(_text(description)):
            print(line)

    def __call__(self, _: Any, __: Any, panel: Any) -> None:
        """Show one group of flags, or of commands."""
        for line in section(_text(panel.title), [_row(each) for each in panel.entries]):
            print(line)


def _row(entry: Any) -> Row:
    labels = getattr(entry, "display_labels_with_metavar", None) or (*entry.names, *entry.shorts)
    choices = f"[{', '.join(entry.choices)}]" if entry.choices else ""
    default = f"[default: {entry.default}]" if entry.default is not None else ""
    needed = "[required]" if entry.required else ""
    return ", ".join(labels), " ".join(filter(None, (_text(entry.description), choices, default, needed)))


def _text(value: Any) -> str:
    """Return what cyclopts wraps for a console as the text that it is."""
    inner = getattr(value, "primary_renderable", value)
    return "" if inner is None else str(getattr(inner, "plain", inner)).strip()
