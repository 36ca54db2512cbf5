"""Pieces that several of the sandbox's places share.

Units: a square of 1600; a tall picture shows x from 350 to 1250, a wide one y from 350 to 1250.
"""

from __future__ import annotations

import math

from clipwise.sandbox.media.canvas import Canvas, Fade, Glow, Paint, ellipse, rectangle, smooth


def bar(
    canvas: Canvas,
    left: float,
    top: float,
    right: float,
    bottom: float,
    paint: Paint,
    radius: float = 0.0,
    opacity: float = 1.0,
) -> None:
    """A rectangle with round corners."""
    canvas.fill(rectangle(left, top, right, bottom, radius), paint, opacity=opacity)


def everything(canvas: Canvas, paint: Paint) -> None:
    """Paints the whole square."""
    bar(canvas, -20, -20, 1620, 1620, paint)


def light(canvas: Canvas, x: float, y: float, radius: float, colour: str, opacity: float) -> None:
    """A soft round light."""
    canvas.fill(ellipse(x, y, radius), Glow(colour, f"{colour}00"), opacity=opacity)


def plant(canvas: Canvas, x: float, base: float, tall: float, pot: str = "#d9825b", leaf: str = "#4f9a6b") -> None:
    """A potted plant whose pot begins at `base`."""
    for turn in (-62, -38, -16, 6, 28, 52):
        length = tall * (0.78 + 0.22 * math.cos(math.radians(turn * 1.5)))
        tip = (x + math.sin(math.radians(turn)) * length, base - math.cos(math.radians(turn)) * length)
        middle = ((x + tip[0]) / 2, (base + tip[1]) / 2)
        side = (math.cos(math.radians(turn)) * length * 0.15, math.sin(math.radians(turn)) * length * 0.15)
        blade = [(x, base), (middle[0] - side[0], middle[1] - side[1]), tip, (middle[0] + side[0], middle[1] + side[1])]
        canvas.fill(smooth(blade), Fade(leaf, "#2f6b4d"), opacity=0.96)
    wide = tall * 0.26
    canvas.fill(
        [
            (x - wide, base - 8),
            (x + wide, base - 8),
            (x + wide * 0.75, base + wide * 1.5),
            (x - wide * 0.75, base + wide * 1.5),
        ],
        Fade(pot, "#a95c3d", 90),
    )
    bar(canvas, x - wide * 1.1, base - 24, x + wide * 1.1, base + 10, pot, 8)


def window(canvas: Canvas, left: float, top: float, right: float, bottom: float, sky: Paint) -> None:
    """A window with a white frame."""
    bar(canvas, left - 18, top - 18, right + 18, bottom + 18, "#fffaf2", 10)
    bar(canvas, left, top, right, bottom, sky, 4)
    bar(canvas, (left + right) / 2 - 7, top, (left + right) / 2 + 7, bottom, "#fffaf2")
    bar(canvas, left, (top * 0.45 + bottom * 0.55) - 6, right, (top * 0.45 + bottom * 0.55) + 6, "#fffaf2")
