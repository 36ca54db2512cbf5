"""Drawings that mean nothing in particular, for what none of the motifs is about.

Units as in `motifs`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from clipwise.sandbox.media.canvas import Canvas, Fade, Glow, ellipse, rectangle, smooth, star
from clipwise.sandbox.media.subjects import Palette


def _petals(canvas: Canvas, p: Palette) -> None:
    """A ring of discs seen through one another."""
    for turn in range(0, 360, 45):
        x, y = 500 + 165 * math.cos(math.radians(turn)), 500 + 165 * math.sin(math.radians(turn))
        canvas.fill(ellipse(x, y, 170, 82, turn), Fade(p.shape, p.shape_dark, turn), opacity=0.55)
    canvas.fill(ellipse(500, 500, 84), Glow("#ffffff", p.accent))


def _waves(canvas: Canvas, p: Palette) -> None:
    """Three soft waves in a disc."""
    disc = ellipse(500, 500, 330)
    canvas.fill(disc, Fade(p.accent, p.shape))
    for number, (paint, top) in enumerate(((p.shape, 470), (p.shape_dark, 570), (p.bottom, 680))):
        lift = (46, -46)[number % 2]
        crest = [(100, top), (300, top - lift), (500, top), (700, top + lift), (900, top - lift * 0.4)]
        canvas.fill([*smooth(crest, closed=False), (900, 900), (100, 900)], paint, opacity=0.9, within=disc)
    canvas.fill(ellipse(610, 330, 56), "#ffffff", opacity=0.85)


def _mosaic(canvas: Canvas, p: Palette) -> None:
    """Round tiles in the palette's colours, the corners left out."""
    paints = (p.shape, p.shape_dark, p.accent, "#ffffff")
    for row in range(5):
        for column in range(5):
            if (row in (0, 4)) + (column in (0, 4)) < 2:
                x, y = 230 + column * 112, 230 + row * 112
                paint = paints[(row * 3 + column * 2 + row * column) % 4]
                canvas.fill(rectangle(x, y, x + 92, y + 92, 24), paint, opacity=0.9)


def _sparks(canvas: Canvas, p: Palette) -> None:
    """Four-pointed sparks, large and small."""
    for x, y, size, paint in (
        (450, 520, 290, Fade(p.shape, p.shape_dark, 30)),
        (735, 300, 140, Fade(p.accent, p.shape, 30)),
        (720, 730, 100, Fade("#ffffff", p.shape, 30)),
        (250, 260, 76, Fade("#ffffff", p.accent, 30)),
    ):
        canvas.fill(star(x, y, size, size * 0.27, 4), paint)


ORNAMENTS: Mapping[str, Callable[[Canvas, Palette], None]] = {
    "petals": _petals, "waves": _waves, "mosaic": _mosaic, "sparks": _sparks,
}  # fmt: skip
