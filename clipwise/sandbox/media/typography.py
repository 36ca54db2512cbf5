"""What `subtitle_typography` says about captions, read into plain values.

Knows nothing of films. Anything that cannot be drawn as asked raises MediaError "unsupported_typography".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PIL import ImageColor

from clipwise.sandbox.media.lettering import ACTIVE, WHITE
from clipwise.sandbox.media.order import MediaError

# The shorter side of a picture, in pixels, for which `font_size` is meant.
REFERENCE_SIDE = 720
USUAL_SIZE = 47.5
_SMALLEST, _LARGEST = 8, 300
_TOP, _BOTTOM = 0.1, 0.9
_WEIGHTS: Mapping[str, int] = {
    "thin": 100, "extralight": 200, "light": 300, "regular": 400, "normal": 400, "medium": 500, "semibold": 600,
    "bold": 700, "extrabold": 800, "heavy": 800, "black": 900,
}  # fmt: skip
_FONT = re.compile(r"noto\s*sans(?:[\s\-]+([a-z ]+))?", re.IGNORECASE)
# What an effect is called -> which of the ways to appear it is.
_EFFECTS: Mapping[str, str] = {
    "none": "none", "static": "none", "plain": "none", "pop": "pop", "bounce": "pop", "zoom": "pop", "scale": "pop",
    "karaoke": "karaoke", "highlight": "karaoke", "word_highlight": "karaoke", "active_word": "karaoke",
    "fade": "fade", "fade_in": "fade", "slide": "slide", "slide_up": "slide", "rise": "slide",
    "typewriter": "typewriter", "reveal": "typewriter", "word_by_word": "typewriter", "box": "box",
    "background": "box", "boxed": "box",
}  # fmt: skip
_OFF = frozenset({"", "false", "no", "none", "off", "0", "hidden"})


@dataclass(frozen=True, slots=True)
class Typography:
    """How captions look; `scale` multiplies the usual size, `y` is a share of the picture's height."""

    weight: int = 800
    font: str = "Noto Sans"
    scale: float = 1.0
    colour: str = WHITE
    active: str = ACTIVE
    effect: str = "pop"
    shadow: str | None = None
    visible: bool = True
    y: float = 0.84


def read(given: object) -> Typography:
    """The typography that an order asks for; the usual one for None."""
    if given is None:
        return Typography()
    if not isinstance(given, Mapping):
        raise _wrong("", given, "an object")
    usual = Typography()
    return Typography(
        weight=_weight(given.get("font")),
        font=str(given.get("font") or usual.font),
        scale=_size(given.get("font_size")),
        colour=_colour(given, "color", usual.colour),
        active=_colour(given, "active_word_color", usual.active),
        effect=_effect(given.get("subtitle_effect")),
        shadow=_shadow(given.get("shadow")),
        visible=str(given.get("visibility", True)).strip().lower() not in _OFF,
        y=_y(given.get("position")),
    )


def _weight(font: object) -> int:
    """The weight that a font's name ends in; only Noto Sans is there to be drawn with."""
    if font in (None, ""):
        return Typography().weight
    match = _FONT.fullmatch(str(font).strip())
    style = re.sub(r"\s", "", (match[1] or "extrabold").lower()) if match else ""
    if style not in _WEIGHTS:
        known = ", ".join(name.capitalize() for name in _WEIGHTS)
        raise _wrong("font", font, f"Noto Sans, the sandbox's only font, on its own or with one of {known}")
    return _WEIGHTS[style]


def _size(size: object) -> float:
    if size is None:
        return 1.0
    if isinstance(size, bool) or not isinstance(size, int | float) or not _SMALLEST <= size <= _LARGEST:
        raise _wrong("font_size", size, f"a number from {_SMALLEST} to {_LARGEST}")
    return size / USUAL_SIZE


def _colour(given: Mapping[str, Any], name: str, usual: str) -> str:
    value = given.get(name)
    if value in (None, ""):
        return usual
    try:
        red, green, blue, *_ = ImageColor.getrgb(str(value).strip())
    except ValueError as error:
        raise _wrong(name, value, "a colour like #FFD400 or white") from error
    return f"#{red:02x}{green:02x}{blue:02x}"


def _effect(effect: object) -> str:
    if effect in (None, ""):
        return Typography().effect
    name = re.sub(r"[\s\-]+", "_", str(effect).strip().lower())
    if name not in _EFFECTS:
        raise _wrong("subtitle_effect", effect, f"one of {', '.join(_EFFECTS)}")
    return _EFFECTS[name]


def _shadow(shadow: object) -> str | None:
    """The shadow's colour; None for none."""
    if isinstance(shadow, Mapping):
        return _colour(shadow, "color", "#000000")
    text = str(shadow if shadow is not None else "").strip().lower()
    if text in _OFF:
        return None
    return _colour({"shadow": shadow}, "shadow", "#000000") if text.startswith(("#", "rgb")) else "#000000"


def _y(position: object) -> float:
    if position is None:
        return Typography().y
    y = position.get("y", Typography().y) if isinstance(position, Mapping) else position
    if isinstance(y, bool) or not isinstance(y, int | float) or not _TOP <= y <= _BOTTOM:
        raise _wrong("position.y", y, f"a number from {_TOP} to {_BOTTOM}")
    return float(y)


def _wrong(name: str, value: object, wanted: str) -> MediaError:
    where = f"subtitle_typography.{name}" if name else "subtitle_typography"
    return MediaError("unsupported_typography", f"{where}: {value!r} is not {wanted}.")
