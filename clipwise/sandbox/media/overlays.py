"""The sandbox's own overlays: short films on black, to be laid over others so that only their light is seen.

Each ends where it begins. Knows no format.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from clipwise.sandbox.media.canvas import Canvas, Glow, ellipse, painted, rectangle
from clipwise.sandbox.media.film import Frame, Quality, write_film
from clipwise.sandbox.media.pictures import Size, covering

SECONDS = 4.0
QUALITY = Quality(560, 24, "veryfast", 23)
_SQUARE: Size = (560, 560)
_TALL: Size = (540, 960)
_COLOURS = ("#ff5d6c", "#ffd24a", "#4fd1a5", "#5aa9ff", "#c98bff", "#ff9f4a")

Paint = Callable[[Size, float], Image.Image]


def write(name: str, path: Path) -> None:
    """Writes an overlay as a silent MP4 film."""
    size, paint = OVERLAYS[name]
    write_film(path, _frames(paint, size), None, 0, size, QUALITY)


def draw(name: str, size: Size) -> Image.Image:
    """The overlay's picture a third of the way through, as opaque RGBA."""
    own, paint = OVERLAYS[name]
    return covering(paint(own, 0.35), size).convert("RGBA")


def _frames(paint: Paint, size: Size) -> Iterator[Frame]:
    count = round(SECONDS * QUALITY.fps)
    for number in range(count):
        yield np.asarray(paint(size, number / count))


def _flakes(count: int, seed: int) -> Any:
    """Rows of five numbers from 0 to 1, always the same."""
    return np.random.default_rng(seed).random((count, 5))


def _confetti(size: Size, share: float) -> Image.Image:
    frame = Image.new("RGB", size)
    pen = ImageDraw.Draw(frame)
    for number, (x, y, speed, turn, wide) in enumerate(_flakes(90, 3)):
        laps = 1 + int(speed * 2)
        down = ((y + share * laps) % 1.0) * 1.1 - 0.05
        across = x + 0.02 * math.sin(2 * math.pi * (share * 2 + turn))
        angle = 2 * math.pi * (turn + share * (1 + number % 3))
        long, thick = size[0] * (0.012 + 0.010 * wide), size[0] * 0.010 * abs(math.cos(angle * 1.0)) + 1.5
        cos, sin = math.cos(angle), math.sin(angle)
        corners = [(-long, -thick), (long, -thick), (long, thick), (-long, thick)]
        middle = (across * size[0], down * size[1])
        points = [(middle[0] + a * cos - b * sin, middle[1] + a * sin + b * cos) for a, b in corners]
        pen.polygon(points, fill=_COLOURS[number % len(_COLOURS)])
    return frame.filter(ImageFilter.GaussianBlur(0.6))


def _snow(size: Size, share: float) -> Image.Image:
    frame = Image.new("RGB", size)
    pen = ImageDraw.Draw(frame)
    for x, y, speed, sway, wide in _flakes(150, 8):
        near = wide**2
        down = ((y + share * (1 + (speed > 0.6))) % 1.0) * 1.06 - 0.03
        across = (x + 0.015 * math.sin(2 * math.pi * (share + sway))) * size[0]
        radius = size[0] * (0.0022 + 0.0065 * near)
        grey = round(120 + 135 * near)
        box = (across - radius, down * size[1] - radius, across + radius, down * size[1] + radius)
        pen.ellipse(box, fill=(grey, grey, min(255, grey + 8)))
    return frame.filter(ImageFilter.GaussianBlur(1.1))


def _light_leak(size: Size, share: float) -> Image.Image:
    small = (size[0] // 6, size[1] // 6)
    total = np.zeros((small[1], small[0], 3), np.float32)
    for number, colour in enumerate(("#ff7a2e", "#ffb347", "#ff3d68")):
        angle = 2 * math.pi * (share + number / 3)
        x = 0.5 + 0.52 * math.cos(angle)
        y = 0.4 + 0.34 * math.sin(angle + number)
        strength = 0.5 + 0.3 * math.sin(2 * math.pi * (share * 2 + number * 0.4))
        total += np.asarray(painted(small, Glow(colour, "#000000", (x, y))).convert("RGB"), np.float32) * strength
    glow = Image.fromarray(np.clip(total, 0, 255).astype(np.uint8))
    return glow.resize(size, Image.Resampling.BICUBIC)


def _frame(size: Size, share: float) -> Image.Image:
    width, height = size
    canvas = Canvas(size, (0, 0, width, height))
    edge, thick = width * 0.045, width * 0.011
    ring = rectangle(edge, edge, width - edge, height - edge, width * 0.06)
    canvas.line([*ring, ring[0]], thick, "#f3e2b8")
    inner = rectangle(edge * 1.5, edge * 1.5, width - edge * 1.5, height - edge * 1.5, width * 0.045)
    canvas.line([*inner, inner[0]], thick * 0.35, "#cfae6b")
    for number in range(3):
        place = ring[int(((share + number / 3) % 1.0) * len(ring))]
        near = 2 * math.pi * share + number
        canvas.fill(ellipse(*place, width * (0.09 + 0.02 * math.sin(near))), Glow("#fff3cf", "#fff3cf00"), opacity=0.9)
    frame = Image.new("RGB", size)
    frame.paste(canvas.image, (0, 0), canvas.image)
    return frame


OVERLAYS: Mapping[str, tuple[Size, Paint]] = {
    "confetti": (_SQUARE, _confetti),
    "snow": (_SQUARE, _snow),
    "light_leak": (_SQUARE, _light_leak),
    "frame": (_TALL, _frame),
}
