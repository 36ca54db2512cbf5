"""What a scene of `smart` is about: a palette, and a drawn subject chosen by the words of a text.

Knows nothing of drawing; the same text always gets the same choice.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a scene: the ground's two ends, two for shapes, and one for highlights."""

    top: str
    bottom: str
    shape: str
    shape_dark: str
    accent: str


PALETTES: tuple[Palette, ...] = (
    Palette("#ff9a76", "#e8506e", "#ffe3c7", "#ffbf91", "#fff6d8"),
    Palette("#4facc8", "#2a5f9e", "#e6f7ff", "#a5d8ee", "#ffe08a"),
    Palette("#7c6ee6", "#4a3a9e", "#ece7ff", "#b9aef5", "#ffd36e"),
    Palette("#4cb592", "#22715f", "#eafaf0", "#a9e0c6", "#ffe08a"),
    Palette("#f6b24e", "#df7433", "#fff3d9", "#ffd694", "#fffbe8"),
    Palette("#ee7fa8", "#a44a8f", "#ffeaf3", "#f9bcd6", "#ffe59a"),
)
DARK_PALETTES: tuple[Palette, ...] = (
    Palette("#2b3a67", "#131a33", "#f3e9d2", "#c6ad8f", "#f7b267"),
    Palette("#4a2545", "#1c1026", "#fbe3e4", "#d99aa5", "#ffcf70"),
    Palette("#1f4e4f", "#0d2228", "#e6f4ea", "#94c4ae", "#f7d06b"),
)
LIGHT_PALETTES: tuple[Palette, ...] = (
    Palette("#8fa9c4", "#5f7d9e", "#fbfdff", "#d5e2ef", "#ffe6a3"),
    Palette("#c79f86", "#97705a", "#fff8f2", "#efd9c8", "#fff0c2"),
    Palette("#8db39a", "#5d8a70", "#fafffb", "#d6e9dc", "#fff0b8"),
)


_DARK = frozenset(["dark", "cinematic", "moody", "luxury", "elegant", "noir", "dramatic", "night", "premium"])
_LIGHT = frozenset(["minimal", "minimalist", "clean", "light", "simple", "soft", "pastel", "airy", "modern"])


def palettes_for(style: str) -> tuple[Palette, ...]:
    """The palettes that the words of a `style` input call for."""
    words = set(re.findall(r"[a-z]+", style.lower()))
    if words & _DARK:
        return DARK_PALETTES
    return LIGHT_PALETTES if words & _LIGHT else PALETTES


def motif_for(text: str, taken: frozenset[str] = frozenset()) -> str:
    """The motif that the words of a text call for, one not in `taken` where there is a choice; else an ornament."""
    words = {_stem(word) for word in re.findall(r"[a-z]+", text.lower())}
    for name, keywords in KEYWORDS.items():
        if name not in taken and words & keywords:
            return name
    free = [name for name in ABSTRACT if name not in taken] or list(ABSTRACT)
    return free[chance(text, len(free))]


def chance(text: str, among: int) -> int:
    """A number from 0 to `among` - 1 that is always the same for the same text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % among


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


ABSTRACT = ("petals", "waves", "mosaic", "sparks")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


KEYWORDS: Mapping[str, frozenset[str]] = {
    "cup": _words(
        "coffee tea cafe barista espresso latte breakfast mug cocoa brew drink food bread pastry pastrie cake cook"
    ),
    "moon": _words("sleep night moon dream bed evening rest bedtime lullaby calm"),
    "drop": _words(
        "water drop serum skin oil rain hydration skincare cream lotion clean ocean sea swim hydrate hydrated"
    ),
    "leaf": _words("plant leaf leave green nature organic eco sustainable garden tree forest vegan bee autumn grow"),
    "sun": _words("sun summer morning light energy bright warm beach solar day sunrise"),
    "mountain": _words(
        "travel mountain hike trip journey adventure outdoor camp trail climb explore world hill tour city tram road"
    ),
    "clock": _words("time clock minute hour fast quick routine schedule habit deadline daily productivity"),
    "chart": _words("business growth sale money invest revenue data finance market budget profit saving startup"),
    "book": _words("learn read book study school history lesson teach course story write education"),
    "phone": _words("app phone mobile software screen social online digital video website tech internet"),
    "home": _words("home house family kitchen room live move property apartment kid parent"),
    "bag": _words("shop buy store bag fashion product brand deal order discount sell clothe"),
    "gift": _words("gift birthday holiday present christmas party celebrate wedding surprise"),
    "flower": _words("flower spring beauty bloom mother perfume scent honey rose"),
    "heart": _words(
        "love heart care health friend kind charity dog cat pet gratitude smile happy people smile smiling together"
    ),
    "rocket": _words("launch rocket space start new future boost power speed introduce"),
    "bubble": _words("talk ask question chat feedback review community answer tell say share"),
    "star": _words("best star win award favorite quality premium great top"),
    "bulb": _words("idea tip think trick how why secret fact creative know explain"),
    "rings": _words("goal target focus plan step aim mission point"),
}
