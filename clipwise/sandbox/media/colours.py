"""Colours by their names in a text, and palettes made of a colour or of a picture.

Knows no format; the same text or picture always gives the same colours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from PIL import Image, ImageColor

from clipwise.sandbox.media.pictures import flat
from clipwise.sandbox.media.subjects import PALETTES, Palette, chance

COLOURS: Mapping[str, str] = {
    "red": "#d9423a", "crimson": "#b0243a", "scarlet": "#e0392b", "orange": "#ee8a34", "amber": "#e2992e",
    "yellow": "#f2c230", "gold": "#d8a734", "golden": "#e0a840", "mustard": "#d9a521", "green": "#4a9d5f",
    "mint": "#9fdcc0", "olive": "#8b8f45", "emerald": "#1f8f66", "lime": "#a5cf3d", "teal": "#26888c",
    "turquoise": "#3dbdb5", "blue": "#3a78c9", "navy": "#24365f", "sky": "#7fbfe8", "purple": "#7a52b3",
    "violet": "#8a63c7", "lilac": "#b9a3e0", "lavender": "#b8abe6", "pink": "#ee86ab", "coral": "#f3785f",
    "rose": "#d8708a", "magenta": "#c9388c", "brown": "#8a5d3b", "tan": "#c9a27a", "beige": "#e3d2b4",
    "cream": "#f6ead2", "white": "#f7f5f0", "ivory": "#f5efe0", "grey": "#9aa0a8", "gray": "#9aa0a8",
    "silver": "#c3c9d1", "black": "#23252c", "charcoal": "#3a3d46", "copper": "#b9703f", "bronze": "#a9783f",
}  # fmt: skip
_DEEP = 0.55


def named(text: str) -> list[str]:
    """The colours that a text names, in its order, as "#rrggbb"."""
    return [COLOURS[word] for word in re.findall(r"[a-z]+", text.lower()) if word in COLOURS]


def mixed(first: str, second: str, share: float) -> str:
    """`first` with `share` (0 to 1) of `second` in it."""
    pairs = zip(ImageColor.getrgb(first)[:3], ImageColor.getrgb(second)[:3], strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def brightness(colour: str) -> float:
    """How light a colour looks, 0 to 1."""
    red, green, blue = ImageColor.getrgb(colour)[:3]
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255


def tuned(colour: str) -> Palette:
    """A palette around one colour."""
    accent = "#ffe08a" if brightness(colour) < _DEEP else "#fff6d8"
    return Palette(
        mixed(colour, "#ffffff", 0.18), mixed(colour, "#15172b", 0.38), mixed(colour, "#ffffff", 0.84),
        mixed(colour, "#ffffff", 0.45), accent,
    )  # fmt: skip


def palette_for(text: str, seed: str = "") -> Palette:
    """The palette for the first colour that a text names, else one chosen by the text."""
    found = named(text)
    return tuned(found[0]) if found else PALETTES[chance(text + seed, len(PALETTES))]


def main_colours(picture: Image.Image, count: int = 4) -> Sequence[str]:
    """The picture's commonest colours, the commonest first."""
    small = flat(picture).resize((48, 48), Image.Resampling.BOX).quantize(count, Image.Quantize.MEDIANCUT)
    table = small.getpalette() or []
    ranked = sorted(range(count), key=small.histogram().__getitem__, reverse=True)
    return ["#" + "".join(f"{v:02x}" for v in table[3 * i : 3 * i + 3]) for i in ranked if small.histogram()[i]]


def palette_of(picture: Image.Image) -> Palette:
    """A palette around the most colourful of a picture's main colours."""
    return tuned(max(main_colours(picture, 5), key=_vividness))


def _vividness(colour: str) -> float:
    red, green, blue = ImageColor.getrgb(colour)[:3]
    return max(red, green, blue) - min(red, green, blue)
