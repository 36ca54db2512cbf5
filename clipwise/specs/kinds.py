"""Which kind of file it is: by its suffix, else by how it begins."""

from __future__ import annotations

import json
import re
from pathlib import Path

from .values import SUFFIXES, Kind

HEAD = 64 * 2**10
_TOML = re.compile(rb"\s*(#[^\n]*\n\s*)*(\[\[?[\w.\"-]+\]\]?\s*(\n|$|#)|[\w.\"-]+\s*=)")
_YAML = re.compile(rb"\s*((#|%)[^\n]*\n\s*)*(---(\s|$)|[\w\"' .-]+:(\s|$)|- )")


def kind_of(path: Path | None, head: bytes) -> Kind:
    """Return the kind of a file; empty when neither its suffix nor its beginning tells."""
    by_suffix = SUFFIXES.get(path.suffix.lower(), "") if path is not None else ""
    return by_suffix or sniffed(head)


def sniffed(head: bytes) -> Kind:
    """Tell the kind from the beginning of a file; empty when it does not tell."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:1] == b"{":
        return _of_object(text)
    if _TOML.match(text) and not re.match(rb"\[\[?[\"\d]", text):
        return "toml"
    if text[:1] == b"[":
        return "json"
    if _YAML.match(text):
        return "yaml"
    first = text.partition(b"\n")[0]
    return "csv" if any(each in first for each in (b",", b";", b"\t")) else ""


def _of_object(text: bytes) -> Kind:
    """An object that ends on its line, with another on the next, is the first of many; so is one that is broken."""
    first, _, rest = text.partition(b"\n")
    after = rest.lstrip()[:1]
    try:
        whole = isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        whole = False
    if whole:
        return "jsonl" if after else "json"
    return "jsonl" if after == b"{" or (len(text) >= HEAD - 3 > 0 and not rest) else "json"
