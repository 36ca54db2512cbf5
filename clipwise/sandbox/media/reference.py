"""Pictures and clips for others to follow: poses, a dancing figure, ads, layouts, a product, an ordinary picture.

All of them drawn for the sandbox's catalog, the same every time. Knows no format.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from clipwise.sandbox.media import backgrounds, figure, music, objects
from clipwise.sandbox.media.ad_text import AdText
from clipwise.sandbox.media.canvas import Canvas, Fade, Glow, ellipse, painted, rectangle
from clipwise.sandbox.media.film import Frame, Quality, write_film
from clipwise.sandbox.media.pictures import Size, contain, flat
from clipwise.sandbox.media.stances import STANCES, Joint, Stance
from clipwise.sandbox.media.static_ad import sample
from clipwise.sandbox.media.stills import stood
from clipwise.sandbox.media.subjects import PALETTES

_CLIP: Size = (360, 640)
_CLIP_SECONDS = 8
_QUALITY = Quality(360, 24, "veryfast", 22)
_GROUNDS = ("#dfe7ef", "#f3e3d3", "#e3efe2", "#efe2ee", "#e8e6f4", "#f4ecd2", "#e0eeee")


def pose(name: str, size: Size) -> Image.Image:
    """A pose: a wooden figure in one of the stances, or a thing on a table."""
    ground = _GROUNDS[sorted((*STANCES, "tabletop")).index(name) % len(_GROUNDS)]
    frame = flat(painted(size, Glow("#ffffff", ground, (0.5, 0.4))))
    width, height = size
    if name == "tabletop":
        table = painted((width, round(height * 0.3)), Fade("#d9b48c", "#b98d62"))
        frame.paste(table.convert("RGB"), (0, height - table.height))
        block = _block(round(min(size) * 0.42))
        stood(frame, block, (width * 0.5, height * 0.84), -0.7)
        return frame.convert("RGBA")
    unit = min(height / 1660, width / 1150)
    held = _block(round(300 * unit)) if name in ("holding", "presenting", "pointing", "waving", "seated") else None
    drawn = figure.draw(figure.MANNEQUIN, unit, STANCES[name], held)
    frame.paste(drawn, ((width - drawn.width) // 2, (height - drawn.height) // 2), drawn)
    return frame.convert("RGBA")


def _block(side: int) -> Image.Image:
    """A plain wooden block, to stand for whatever is shown."""
    canvas = Canvas((side, side), (0, 0, 100, 100))
    canvas.fill([(8, 30), (60, 30), (60, 99), (8, 99)], Fade("#f0d9b8", "#dcbc92"))
    canvas.fill([(60, 30), (92, 16), (92, 84), (60, 99)], Fade("#c79f72", "#b1885c"))
    canvas.fill([(8, 30), (40, 16), (92, 16), (60, 30)], "#f9ead3")
    return canvas.image


def product(name: str, size: Size) -> Image.Image:
    """A thing on a plain light ground, as a shop photographs it."""
    frame = flat(painted(size, Glow("#ffffff", "#e6e9ee", (0.5, 0.42))))
    colour = {"bottle": "#2f8f8a", "shoe": "#ee7d3a"}.get(name, objects.USUAL[name])
    drawn = objects.draw(name, 900, colour)
    shown = drawn.resize(contain(drawn.size, (size[0] * 0.66, size[1] * 0.72)), Image.Resampling.LANCZOS)
    frame.paste(shown, ((size[0] - shown.width) // 2, round(size[1] * 0.87) - shown.height), shown)
    return frame.convert("RGBA")


def ordinary(size: Size) -> Image.Image:
    """A picture such as anybody might upload: a bicycle in a park."""
    frame = flat(backgrounds.draw("park", size))
    drawn = objects.draw("bicycle", min(size), "#d9423a")
    shown = drawn.resize(contain(drawn.size, (size[0] * 0.62, size[1] * 0.5)), Image.Resampling.LANCZOS)
    stood(frame, shown, (size[0] * 0.5, size[1] * 0.88), -0.6)
    return frame.convert("RGBA")


_ADS: Mapping[str, tuple[AdText, str, int, int]] = {
    "split": (AdText("Run lighter", "Forget that you wear it.", "€89", "", "New", "Shop now", ()), "shoe", 2, 1),
    "poster": (AdText("Cold all day", "Steel outside, ice inside.", "€29", "", "", "Shop now", ()), "bottle", 1, 3),
}  # fmt: skip


def advert(name: str, size: Size) -> Image.Image:
    """A finished ad for a new one to follow."""
    text, thing, layout, palette = _ADS[name]
    colour = PALETTES[(palette + 3) % len(PALETTES)].bottom
    return sample(size, text, objects.draw(thing, 900, colour), PALETTES[palette], layout).convert("RGBA")


def layout(name: str, size: Size) -> Image.Image:
    """A template, with bars where words would be."""
    paint = {"headline": 0, "story": 1, "compare": 2}[name]
    palette = PALETTES[(paint * 2 + 1) % len(PALETTES)]
    width, height = size
    canvas = Canvas(size, (0, 0, width, height))
    canvas.fill(rectangle(-1, -1, width + 1, height + 1), Fade(palette.top, palette.bottom, 15))
    for box in _BOXES[name]:
        left, top, right, bottom = (v * s for v, s in zip(box, (width, height, width, height), strict=True))
        canvas.fill(rectangle(left, top, right, bottom, min(size) * 0.03), palette.shape, opacity=0.9)
    canvas.fill(ellipse(width * 0.5, height * 0.92, min(size) * 0.03), palette.accent)
    return canvas.image


_BOXES: Mapping[str, tuple[tuple[float, float, float, float], ...]] = {
    "headline": ((0.1, 0.08, 0.9, 0.16), (0.1, 0.18, 0.6, 0.23), (0.1, 0.3, 0.9, 0.82)),
    "story": ((0.06, 0.05, 0.94, 0.7), (0.12, 0.74, 0.88, 0.79), (0.12, 0.81, 0.66, 0.85)),
    "compare": ((0.08, 0.08, 0.92, 0.15), (0.08, 0.22, 0.48, 0.8), (0.52, 0.22, 0.92, 0.8)),
}  # fmt: skip


def clip(name: str, path: Path) -> None:
    """Writes a dance: a wooden figure that moves on every beat of its music."""
    mood, moves = _DANCES[name]
    beat = 60 / music.MOODS[mood].tempo
    count = _CLIP_SECONDS * _QUALITY.fps
    sound = music.track(mood)[: _CLIP_SECONDS * music.RATE]
    write_film(path, _danced(moves, beat, count), sound, music.RATE, _CLIP, _QUALITY)


def poster(name: str, size: Size) -> Image.Image:
    """The dance's picture at its second move."""
    moves = _DANCES[name][1]
    picture = _posed(moves(0.55), 0.55)
    shown = picture.resize(contain(picture.size, size))
    frame = Image.new("RGBA", size, "#26233a")
    frame.paste(shown, ((size[0] - shown.width) // 2, (size[1] - shown.height) // 2))
    return frame


_STEPS = 24


def _danced(moves: Callable[[float], Stance], beat: float, count: int) -> Iterator[Frame]:
    """The film's pictures; a round of two beats is drawn once, in 24 steps."""
    kept: dict[int, Frame] = {}
    for number in range(count):
        step = round(number / _QUALITY.fps / (2 * beat) * _STEPS) % _STEPS
        if step not in kept:
            kept[step] = np.asarray(_posed(moves(step / _STEPS), step / _STEPS))
        yield kept[step]


def _posed(stance: Stance, share: float) -> Image.Image:
    width, height = _CLIP
    pulse = 0.5 + 0.5 * math.cos(4 * math.pi * share)
    frame = flat(painted(_CLIP, Glow("#5b4b8a", "#221d38", (0.5, 0.4))))
    for x, colour in ((0.2, "#ff5fa8"), (0.8, "#35e0ff")):
        spot = painted((width, height), Glow(colour, f"{colour}00", (x, 0.1)))
        spot.putalpha(spot.getchannel("A").point(lambda v: round(v * (0.2 + 0.3 * pulse))))
        frame.paste(spot, (0, 0), spot)
    unit = width / 1150
    drawn = figure.draw(figure.MANNEQUIN, unit, stance)
    lift = 16 * abs(math.sin(2 * math.pi * share))
    sway = 14 * math.sin(2 * math.pi * share)
    frame.paste(drawn, (round((width - drawn.width) / 2 + sway), round(height * 0.52 - drawn.height / 2 - lift)), drawn)
    return frame


def _groove(share: float) -> Stance:
    """Arms swing from side to side while the knees bend."""
    swing = math.sin(2 * math.pi * share)
    up = max(0.0, swing) * 330, max(0.0, -swing) * 330
    return Stance(
        ((-370, 520 - up[0] * 0.5), (-330 - 40 * swing, 660 - up[0] * 1.6)),
        ((370, 520 - up[1] * 0.5), (330 - 40 * swing, 660 - up[1] * 1.6)),
        _leg(-1, 40 * swing), _leg(1, 40 * swing),
    )  # fmt: skip


def _bounce(share: float) -> Stance:
    """Both arms pump overhead and down again, feet stepping out in turn."""
    pump = 0.5 - 0.5 * math.cos(4 * math.pi * share)
    step = math.sin(2 * math.pi * share)
    hands = 640 - 640 * pump
    return Stance(
        ((-400, 470 - 120 * pump), (-300 - 90 * pump, hands)),
        ((400, 470 - 120 * pump), (300 + 90 * pump, hands)),
        _leg(-1, -90 * max(0.0, step)), _leg(1, 90 * max(0.0, -step)),
    )  # fmt: skip


def _leg(side: int, shift: float) -> tuple[Joint, Joint]:
    return (side * 118 + shift * 0.8, 880), (side * 130 + shift * 0.3, 1180)


_DANCES: Mapping[str, tuple[str, Callable[[float], Stance]]] = {
    "groove": ("lofi", _groove),
    "bounce": ("upbeat", _bounce),
}
