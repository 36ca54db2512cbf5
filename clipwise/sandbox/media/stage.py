"""A film as layers that are painted over one another for every frame.

Knows no format: what the layers are and where they stand is for `ugc` and `smart` to say. Times are seconds, places
pixels.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
from PIL import Image

from clipwise.sandbox.media.captions import Caption
from clipwise.sandbox.media.film import Frame
from clipwise.sandbox.media.lettering import CaptionStyle, caption
from clipwise.sandbox.media.pictures import Size, covering

SMOOTH = Image.Resampling.BILINEAR


class Layer(Protocol):
    """Something that paints itself onto a frame."""

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints what is to be seen at `time` onto the RGB `frame`."""


def perform(layers: Sequence[Layer], size: Size, fps: int, count: int) -> Iterator[Frame]:
    """The frames of a film, one at a time; the first layer must fill the frame."""
    frame = Image.new("RGB", size)
    for number in range(count):
        for layer in layers:
            layer.paint(frame, number / fps)
        yield np.asarray(frame)


def place(
    frame: Image.Image, layer: Image.Image, centre: tuple[float, float], scale: float = 1.0, turn: float = 0.0
) -> None:
    """Pastes an RGBA layer with its middle at `centre`, to a fraction of a pixel; `turn` in degrees, clockwise."""
    cos, sin = math.cos(math.radians(turn)) / scale, math.sin(math.radians(turn)) / scale
    reach_x = (layer.width * abs(cos) + layer.height * abs(sin)) * scale**2 / 2 + 1
    reach_y = (layer.height * abs(cos) + layer.width * abs(sin)) * scale**2 / 2 + 1
    left, top = max(0, math.floor(centre[0] - reach_x)), max(0, math.floor(centre[1] - reach_y))
    right = min(frame.width, math.ceil(centre[0] + reach_x))
    bottom = min(frame.height, math.ceil(centre[1] + reach_y))
    if right <= left or bottom <= top:
        return
    dx, dy = left - centre[0], top - centre[1]
    matrix = (
        cos, sin, cos * dx + sin * dy + layer.width / 2,
        -sin, cos, -sin * dx + cos * dy + layer.height / 2,
    )  # fmt: skip
    shown = layer.transform((right - left, bottom - top), Image.Transform.AFFINE, matrix, SMOOTH)
    frame.paste(shown, (left, top), shown)


class Backdrop:
    """A picture that fills the frame and moves very slowly."""

    def __init__(self, picture: Image.Image, size: Size, duration: float, zoom: float = 0.06) -> None:
        room = (round(size[0] * (1 + zoom)), round(size[1] * (1 + zoom)))
        self._picture = covering(picture, room).convert("RGB")
        self._size = size
        self._duration = duration
        self._zoom = zoom

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints the whole frame."""
        share = time / self._duration
        zoom = 1 + self._zoom * share
        width, height = self._picture.width / zoom, self._picture.height / zoom
        left = (self._picture.width - width) * (0.5 + 0.4 * math.sin(share * math.pi))
        top = (self._picture.height - height) * 0.4
        box = (left, top, left + width, top + height)
        frame.paste(self._picture.resize(self._size, SMOOTH, box=box))


class Sticker:
    """A picture that stays where it is, unless it is told to float by `drift` pixels."""

    def __init__(self, picture: Image.Image, centre: tuple[float, float], drift: float = 0.0) -> None:
        self._picture = picture
        self._centre = centre
        self._drift = drift

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints the sticker, if it moves to a fraction of a pixel."""
        x, y = self._centre
        if self._drift:
            lift = self._drift * math.sin(time * 1.3)
            place(frame, self._picture, (x, y + lift), turn=0.6 * math.sin(time * 0.9))
            return
        at = (round(x - self._picture.width / 2), round(y - self._picture.height / 2))
        frame.paste(self._picture, at, self._picture)


class CaptionTrack:
    """Captions that follow the speech, the word being heard in another colour."""

    POP_SECONDS = 0.14
    LINGER_SECONDS = 0.35

    def __init__(self, captions: Sequence[Caption], centre: tuple[float, float], style: CaptionStyle) -> None:
        self._captions = captions
        self._starts = [c.start for c in captions]
        self._centre = centre
        self._style = style
        self._kept: tuple[tuple[int, int], Image.Image] | None = None

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints the caption of this moment, if there is one."""
        index = bisect_right(self._starts, time) - 1
        if index < 0 or time > self._captions[index].end + self.LINGER_SECONDS:
            return
        shown = self._captions[index]
        picture = self._drawn(index, shown.active(time))
        age = (time - shown.start) / self.POP_SECONDS
        if age < 1:
            place(frame, picture, self._centre, scale=0.86 + 0.14 * age)
            return
        at = (round(self._centre[0] - picture.width / 2), round(self._centre[1] - picture.height / 2))
        frame.paste(picture, at, picture)

    def _drawn(self, index: int, active: int) -> Image.Image:
        key = (index, active)
        if self._kept is None or self._kept[0] != key:
            words = [word.text for word in self._captions[index].words]
            self._kept = (key, caption(words, active, self._style))
        return self._kept[1]
