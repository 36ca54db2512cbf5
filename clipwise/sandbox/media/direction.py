"""What a director's words ask of a performance: pace, framing, a smile, liveliness.

Knows nothing of drawing or sound; words that are not understood are left out, and `understood` says which were not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Direction:
    """How a script is played; 1.0 is the ordinary measure of `pace`, `zoom`, `energy` and `nod`."""

    pace: float = 1.0
    zoom: float = 1.0
    energy: float = 1.0
    nod: float = 1.0
    smile: bool = False
    understood: tuple[str, ...] = ()


# A name, the words that ask for it, and what it changes.
_ROWS: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("faster", r"fast\w*|quick\w*|rapid\w*|hurr\w+|rush\w*", {"pace": 1.16}),
    ("slower", r"slow\w*|unhurried|take (?:your|its) time", {"pace": 0.88}),
    ("calm", r"calm\w*|relax\w*|gentl\w+|soft\w*|sooth\w+|serious\w*|quiet\w*", {"pace": 0.94, "energy": 0.45}),
    ("lively", r"energ\w+|excit\w+|livel\w+|enthusias\w+|upbeat|dynamic\w*|gestur\w+", {"pace": 1.06, "energy": 2.2}),
    ("close-up", r"close[ -]?ups?|closer|lean(?:s|ing)? in|zoom(?:ed)? in|tight", {"zoom": 1.24}),
    ("wide", r"wide\w*|step(?:s|ping)? back|lean(?:s|ing)? back|zoom(?:ed)? out|from afar|distance", {"zoom": 0.8}),
    ("smile", r"smil\w+|laugh\w*|happ\w+|cheer\w+|joy\w*|friendly|warm\w*|grin\w*", {"smile": True}),
    ("nod", r"nod\w*", {"nod": 4.0}),
)
_NOT = r"(?:not|don't|do not|never|no|without|less|avoid)\s+(?:too\s+|so\s+|any\s+)?"


def directed(text: str) -> Direction:
    """The direction that the words of `text` give; a word after "not" or "less" gives none."""
    found: dict[str, Any] = {}
    names: list[str] = []
    wanted = re.sub(rf"\b{_NOT}[\w-]+", " ", text.lower())
    for name, pattern, changes in _ROWS:
        if re.search(rf"\b(?:{pattern})\b", wanted):
            names.append(name)
            for key, value in changes.items():
                found[key] = value if isinstance(value, bool) else found.get(key, 1.0) * value
    return Direction(**found, understood=tuple(names))
