"""Flat illustration on a plain bitmap: smooth outlines, gradients and soft shadows, antialiased.

Knows no subject. Positions are in the drawing's own units, which a `Canvas` maps to pixels; angles are degrees.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter

Point = tuple[float, float]
Outline = Sequence[Point]
_FINER = 4


@dataclass(frozen=True, slots=True)
class Fade:
    """A linear gradient from `first` to `last`, across the shape's box; `angle` 0 is downwards, 90 rightwards."""

    first: str
    last: str
    angle: float = 0.0


@dataclass(frozen=True, slots=True)
class Glow:
    """A radial gradient from `inner`, at `centre` (fractions of the shape's box), to `outer` at its edge."""

    inner: str
    outer: str
    centre: Point = (0.5, 0.5)


Paint = str | Fade | Glow


class Canvas:
    """A transparent bitmap that shows the units `view` = (left, top, right, bottom), filling `size` and cut to it."""

    def __init__(self, size: tuple[int, int], view: tuple[float, float, float, float]) -> None:
        left, top, right, bottom = view
        self.scale = max(size[0] / (right - left), size[1] / (bottom - top))
        self._shift = (
            size[0] / 2 - (left + right) / 2 * self.scale,
            size[1] / 2 - (top + bottom) / 2 * self.scale,
        )
        self.image = Image.new("RGBA", size)

    def fill(
        self,
        outline: Outline,
        paint: Paint,
        *,
        opacity: float = 1.0,
        blur: float = 0.0,
        within: Outline | None = None,
    ) -> None:
        """Paints the inside of `outline`, blurred by `blur` units, only where it is also inside `within`."""
        box = self._box(outline, blur)
        if box is None:
            return
        mask = self._mask(outline, box)
        if blur:
            mask = mask.filter(ImageFilter.GaussianBlur(blur * self.scale))
        if within is not None:
            mask = ImageChops.multiply(mask, self._mask(within, box))
        self._lay(mask, paint, box, opacity)

    def line(
        self, points: Outline, width: float, paint: Paint, *, opacity: float = 1.0, within: Outline | None = None
    ) -> None:
        """Draws a line with round ends through `points`, `width` units thick."""
        box = self._box(points, width)
        if box is None:
            return
        mask = Image.new("L", ((box[2] - box[0]) * _FINER, (box[3] - box[1]) * _FINER))
        pen = ImageDraw.Draw(mask)
        fine = self._pixels(points, box)
        thick = max(1.0, width * self.scale * _FINER)
        pen.line(fine, fill=255, width=round(thick))
        # Pillow's own joints are ragged where a curve has many short pieces.
        for x, y in fine:
            pen.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill=255)
        mask = mask.reduce(_FINER)
        if within is not None:
            mask = ImageChops.multiply(mask, self._mask(within, box))
        self._lay(mask, paint, box, opacity)

    def _box(self, outline: Outline, margin: float) -> tuple[int, int, int, int] | None:
        xs = [x * self.scale + self._shift[0] for x, _ in outline]
        ys = [y * self.scale + self._shift[1] for _, y in outline]
        pad = margin * self.scale * 3 + 2
        width, height = self.image.size
        box = (
            max(0, math.floor(min(xs) - pad)),
            max(0, math.floor(min(ys) - pad)),
            min(width, math.ceil(max(xs) + pad)),
            min(height, math.ceil(max(ys) + pad)),
        )
        return box if box[2] > box[0] and box[3] > box[1] else None

    def _pixels(self, outline: Outline, box: tuple[int, int, int, int]) -> list[Point]:
        dx, dy = self._shift[0] - box[0], self._shift[1] - box[1]
        return [((x * self.scale + dx) * _FINER, (y * self.scale + dy) * _FINER) for x, y in outline]

    def _mask(self, outline: Outline, box: tuple[int, int, int, int]) -> Image.Image:
        mask = Image.new("L", ((box[2] - box[0]) * _FINER, (box[3] - box[1]) * _FINER))
        ImageDraw.Draw(mask).polygon(self._pixels(outline, box), fill=255)
        return mask.reduce(_FINER)

    def _lay(self, mask: Image.Image, paint: Paint, box: tuple[int, int, int, int], opacity: float) -> None:
        layer = painted(mask.size, paint)
        alpha = mask if opacity >= 1 else mask.point([round(v * opacity) for v in range(256)])
        layer.putalpha(ImageChops.multiply(layer.getchannel("A"), alpha))
        self.image.alpha_composite(layer, box[:2])


def painted(size: tuple[int, int], paint: Paint) -> Image.Image:
    """A rectangle of `paint`, as RGBA."""
    if isinstance(paint, str):
        return Image.new("RGBA", size, ImageColor.getrgb(paint))
    x = (np.arange(size[0], dtype=np.float32) + 0.5) / size[0]
    y = (np.arange(size[1], dtype=np.float32) + 0.5) / size[1]
    if isinstance(paint, Fade):
        turn = math.radians(paint.angle)
        across, down = math.sin(turn), math.cos(turn)
        low = min(across, 0.0) + min(down, 0.0)
        share = (x[None, :] * across + y[:, None] * down - low) / (abs(across) + abs(down))
        return _mixed(paint.first, paint.last, share)
    share = 2 * np.hypot(x[None, :] - paint.centre[0], y[:, None] - paint.centre[1])
    return _mixed(paint.inner, paint.outer, share)


def _mixed(first: str, last: str, share: npt.NDArray[np.floating[Any]]) -> Image.Image:
    share = np.clip(share, 0.0, 1.0)[..., None]
    start, end = (np.array(ImageColor.getcolor(colour, "RGBA"), np.float32) for colour in (first, last))
    return Image.fromarray((start + (end - start) * share + 0.5).astype(np.uint8))


def ellipse(x: float, y: float, rx: float, ry: float | None = None, turn: float = 0.0) -> list[Point]:
    """An ellipse, a circle when `ry` is left out, turned clockwise by `turn`."""
    ry = rx if ry is None else ry
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    ring = [(rx * math.cos(a * math.pi / 36), ry * math.sin(a * math.pi / 36)) for a in range(72)]
    return [(x + px * cos - py * sin, y + px * sin + py * cos) for px, py in ring]


def rectangle(left: float, top: float, right: float, bottom: float, radius: float = 0.0) -> list[Point]:
    """A rectangle with round corners."""
    r = min(radius, (right - left) / 2, (bottom - top) / 2)
    if r <= 0:
        return [(left, top), (right, top), (right, bottom), (left, bottom)]
    corners = (
        (right - r, top + r, -90),
        (right - r, bottom - r, 0),
        (left + r, bottom - r, 90),
        (left + r, top + r, 180),
    )
    return [
        (x + r * math.cos(math.radians(start + step * 9)), y + r * math.sin(math.radians(start + step * 9)))
        for x, y, start in corners
        for step in range(11)
    ]


def smooth(points: Outline, closed: bool = True, steps: int = 12) -> list[Point]:
    """A curve through all of `points` (Catmull-Rom); open ones end at the first and the last."""
    n = len(points)
    if closed:
        pick = [points[i % n] for i in range(-1, n + 2)]
    else:
        pick = [points[0], *points, points[-1]]
    curve: list[Point] = []
    for a, b, c, d in zip(pick, pick[1:], pick[2:], pick[3:], strict=False):
        curve += [
            (_spline(a[0], b[0], c[0], d[0], s / steps), _spline(a[1], b[1], c[1], d[1], s / steps))
            for s in range(steps)
        ]
    return curve if closed else [*curve, points[-1]]


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)


def mirrored(half: Outline, axis: float = 0.0) -> list[Point]:
    """The points of a right half, from top to bottom, followed by their mirror images back to the top."""
    return [*half, *((2 * axis - x, y) for x, y in reversed(half) if x != axis)]


def arc(x: float, y: float, rx: float, ry: float, start: float, end: float) -> list[Point]:
    """Part of an ellipse between two angles; 0 is to the right, 90 down."""
    return [
        (
            x + rx * math.cos(math.radians(start + (end - start) * s / 24)),
            y + ry * math.sin(math.radians(start + (end - start) * s / 24)),
        )
        for s in range(25)
    ]


def star(x: float, y: float, outer: float, inner: float, points: int = 5, turn: float = -90.0) -> list[Point]:
    """A star with `points` tips, the first of them at `turn`."""
    return [
        (
            x + r * math.cos(math.radians(turn + i * 180 / points)),
            y + r * math.sin(math.radians(turn + i * 180 / points)),
        )
        for i in range(points * 2)
        for r in ((outer, inner)[i % 2],)
    ]


def moved(outline: Iterable[Point], dx: float, dy: float) -> list[Point]:
    """The outline shifted by (dx, dy)."""
    return [(x + dx, y + dy) for x, y in outline]
