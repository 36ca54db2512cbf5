"""Layers that take turns in a film, each in its own time, fading into one another.

Knows nothing of what they show; only the one on and the one before it are kept in memory.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence

from PIL import Image

from clipwise.sandbox.media.pictures import Size
from clipwise.sandbox.media.stage import Layer


class Turns:
    """Layers that each start at their time; `makers` draw them when their turn comes. They must fill the frame."""

    def __init__(self, starts: Sequence[float], makers: Sequence[Callable[[], Layer]], fade: float = 0.4) -> None:
        self._starts = list(starts)
        self._makers = makers
        self._fade = fade
        self._made: dict[int, Layer] = {}

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints the layer whose turn it is, over the one before while they change."""
        index = max(0, bisect_right(self._starts, time) - 1)
        since = time - self._starts[index]
        self._layer(index).paint(frame, since)
        if index and since < self._fade:
            before = Image.new("RGB", frame.size)
            self._layer(index - 1).paint(before, time - self._starts[index - 1])
            frame.paste(Image.blend(before, frame, since / self._fade))

    def _layer(self, index: int) -> Layer:
        for old in [i for i in self._made if i < index - 1]:
            del self._made[old]
        if index not in self._made:
            self._made[index] = self._makers[index]()
        return self._made[index]


class Group:
    """Several layers as one, painted in order."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self._layers = layers

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints all of them."""
        for layer in self._layers:
            layer.paint(frame, time)


class Still:
    """An opaque picture that fills the frame and does not move."""

    def __init__(self, picture: Image.Image, size: Size) -> None:
        self._picture = picture.convert("RGB") if picture.size == size else picture.convert("RGB").resize(size)

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints the whole frame."""
        del time
        frame.paste(self._picture)


class Shown:
    """A layer that is there only from `start` to `end`, in the film's time."""

    def __init__(self, layer: Layer, start: float, end: float) -> None:
        self._layer = layer
        self._span = (start, end)

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints the layer when its time has come."""
        if self._span[0] <= time < self._span[1]:
            self._layer.paint(frame, time)
