"""Text from outside, made fit to show, and the names nearest to a wrong one.

Documents, server messages and file names come from elsewhere: what a person sees of them passes through
`printable`. Knows nothing of the API.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# Control, format (bidirectional overrides), surrogate and private characters can repaint a terminal.
_UNSAFE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
LONGEST_NAME = 100  # that is compared with another; a longer one would take long
_KEPT = {"\u200d", "\u200c"}  # joiners: emoji and several scripts need them


def printable(text: object, limit: int = 2000, *, lines: bool = False) -> str:
    """Return `text` without control characters, at most `limit` characters long.

    With `lines`, line breaks stay; otherwise every run of white space becomes one space.
    """
    raw = str(text)[: limit * 4]
    if (raw.replace("\n", " ") if lines else raw).isprintable():  # none of what is unsafe counts as such
        cleaned = raw
    else:
        cleaned = "".join(_shown(char, lines) for char in raw)
    cleaned = cleaned.strip() if lines else " ".join(cleaned.split())
    return cleaned if len(cleaned) <= limit else cleaned[: limit - 1] + "…"


def _shown(char: str, lines: bool) -> str:
    if char == "\n":
        return char if lines else " "
    if char in "\t\r\u2028\u2029":
        return " "
    return char if char in _KEPT or unicodedata.category(char) not in _UNSAFE else ""


def names_text_file(text: str) -> bool:
    """Whether a text is nothing but the name of a text file (`script.txt`, `texts/ad.md`)."""
    return re.fullmatch(r"[^\s<>|]{1,500}\.(txt|md|text|srt|docx?)", text.strip(), re.IGNORECASE) is not None


def folded(name: str) -> str:
    """Return the form in which two spellings of one name are equal: case, hyphen, dot and space do not count."""
    return "_".join(name.casefold().replace("-", " ").replace("_", " ").replace(".", " ").split())


def nearest(name: str, names: Iterable[str], count: int = 3) -> list[str]:
    """Return up to `count` of `names` that `name` was probably meant to be, the likeliest first."""
    if len(name) > LONGEST_NAME:
        return []
    wanted = folded(name)
    by_fold: dict[str, str] = {}
    for each in names:
        if len(each) <= LONGEST_NAME:
            by_fold.setdefault(folded(each), each)
    import difflib

    close = difflib.get_close_matches(wanted, by_fold, n=count, cutoff=0.6)
    parts = [fold for fold in by_fold if wanted and (wanted in fold or fold in wanted) and len(fold) > 2]
    return [by_fold[fold] for fold in dict.fromkeys(close + sorted(parts, key=len))][:count]
