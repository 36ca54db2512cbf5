"""Small things that drift through a picture: steam, snow, rain, sparks, petals, bubbles.

Knows no format; where each is at a time is worked out from its number alone.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from PIL import Image

from clipwise.sandbox.media.canvas import Canvas, Glow, ellipse, star
from clipwise.sandbox.media.pictures import Size
from clipwise.sandbox.media.stage import place


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of thing looks and moves: how many, how large and how fast, in shares of the frame's short side."""

    name: str
    words: str
    shape: str
    colour: str
    count: int
    radius: float
    fall: float
    sway: float
    opacity: float = 1.0


KINDS: tuple[Kind, ...] = (
    Kind("steam", r"steam\w*|smoke|smoking|mist\w*|vapou?r|fog\w*|hot", "glow", "#ffffff", 14, 0.11, -0.16, 0.05, 0.34),
    Kind("snow", r"snow\w*|flakes?|winter", "dot", "#ffffff", 46, 0.011, 0.14, 0.05, 0.9),
    Kind("rain", r"rain\w*|drizzle|pour\w*", "streak", "#dbe8f5", 60, 0.03, 1.3, 0.0, 0.55),
    Kind("petals", r"petals?|leaves|leaf|blossoms?|confetti", "petal", "#f59ab0", 26, 0.02, 0.2, 0.09, 0.95),
    Kind("bubbles", r"bubbl\w+|fizz\w*|sparkling water|foam\w*", "ring", "#ffffff", 26, 0.02, -0.22, 0.03, 0.7),
    Kind("sparks", r"spark\w*|glitter\w*|shimmer\w*|shin\w+|glow\w*|magic\w*|stars?|gleam\w*", "star", "#fff3c4",
         22, 0.026, -0.03, 0.02, 0.95),
    Kind("dust", r"dust\w*|particles?|float\w*|pollen|embers?|firefl\w+", "glow", "#ffe9b8",
         34, 0.018, -0.05, 0.06, 0.8),
)  # fmt: skip


def kind_of(text: str) -> Kind | None:
    """The kind that a text names."""
    return next((kind for kind in KINDS if re.search(rf"\b(?:{kind.words})\b", text.lower())), None)


class Drift:
    """A layer of one kind; things that leave the frame come in again on the other side."""

    def __init__(self, kind: Kind, size: Size) -> None:
        self._kind, self._size = kind, size
        self._side = min(size)
        self._sprites = [_sprite(kind, max(1.5, self._side * kind.radius * scale)) for scale in (0.6, 0.85, 1.15)]

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints all of them where they are at `time`."""
        kind, (width, height) = self._kind, self._size
        tall = height + 0.3 * self._side
        for number in range(kind.count):
            near = number % 3
            x = _spread(number, 1) * width + kind.sway * self._side * math.sin(time * 1.2 + number)
            travelled = time * kind.fall * self._side * (0.7 + 0.25 * near)
            y = (_spread(number, 2) * tall + travelled) % tall - 0.15 * self._side
            scale = 0.55 + 0.45 * math.sin(time * 3 + number * 2.1) if kind.shape == "star" else 1.0
            turn = math.degrees(time + number) if kind.shape == "petal" else 0.0
            place(frame, self._sprites[near], (x, y), scale=max(0.2, scale), turn=turn)


def _spread(number: int, which: int) -> float:
    """A number from 0 to 1, different for each thing and evenly spread."""
    return (number * (0.618034, 0.754878)[which - 1] + 0.37 * which) % 1.0


def _sprite(kind: Kind, radius: float) -> Image.Image:
    side = max(4, round(radius * 2.4))
    canvas = Canvas((side, side), (-1.2, -1.2, 1.2, 1.2))
    if kind.shape == "glow":
        canvas.fill(ellipse(0, 0, 1.1), Glow(kind.colour, f"{kind.colour}00"), opacity=kind.opacity)
    elif kind.shape == "star":
        canvas.fill(star(0, 0, 1.1, 0.22, 4), kind.colour, opacity=kind.opacity)
    elif kind.shape == "streak":
        canvas.line([(0.12, -1.0), (-0.12, 1.0)], 0.12, kind.colour, opacity=kind.opacity)
    elif kind.shape == "ring":
        ring = ellipse(0, 0, 0.95)
        canvas.line([*ring, ring[0]], 0.16, kind.colour, opacity=kind.opacity)
    else:
        canvas.fill(ellipse(0, 0, 1.0, 0.55 if kind.shape == "petal" else 1.0), kind.colour, opacity=kind.opacity)
    return canvas.image
