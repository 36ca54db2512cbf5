"""The product pictures of a film: a framed card with a soft shadow, taken by each picture in turn.

Knows nothing of formats.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from PIL import Image

from clipwise.sandbox.media.canvas import Glow, painted
from clipwise.sandbox.media.pictures import contain, cover_box, is_cut_out, rounded_mask, with_shadow
from clipwise.sandbox.media.stage import SMOOTH, place

_ZOOM = 0.10
_FADE_SECONDS = 0.35
_SHORTEST_TURN = 0.75
_FLATTEST, _TALLEST = 1.6, 0.62


class ProductCards:
    """Pictures that take turns in a card within `room` (left, top, right, bottom), each moving slowly."""

    def __init__(
        self, pictures: Sequence[Image.Image], room: tuple[float, float, float, float], duration: float
    ) -> None:
        self._cards = [_Card(picture, (room[2] - room[0], room[3] - room[1])) for picture in pictures]
        self._centre = ((room[0] + room[2]) / 2, (room[1] + room[3]) / 2)
        self._turn = max(_SHORTEST_TURN, duration / len(self._cards))

    @property
    def bottom(self) -> float:
        """The lowest edge, in pixels, that any of the cards reaches."""
        return self._centre[1] + max(card.size[1] for card in self._cards) / 2

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints the card whose turn it is, over the one before while they change."""
        number = int(time / self._turn)
        since = time - number * self._turn
        cards = self._cards
        if number and since < _FADE_SECONDS and len(cards) > 1:
            before = frame.copy()
            self._show(before, cards[(number - 1) % len(cards)], time, 1.0)
            self._show(frame, cards[number % len(cards)], time, since / self._turn)
            frame.paste(Image.blend(before, frame, since / _FADE_SECONDS))
            return
        self._show(frame, cards[number % len(cards)], time, since / self._turn)

    def _show(self, frame: Image.Image, card: _Card, time: float, share: float) -> None:
        lift = card.size[1] * 0.010 * math.sin(time * 1.4)
        centre = (self._centre[0], self._centre[1] + lift)
        place(frame, card.at(share), centre, turn=1.0 * math.sin(time * 0.75))


class _Card:
    def __init__(self, picture: Image.Image, room: tuple[float, float]) -> None:
        shape = min(_FLATTEST, max(_TALLEST, picture.width / picture.height))
        self.size = contain((shape, 1.0), room)
        self._edge = max(3, round(min(self.size) * 0.022))
        radius = min(self.size) * 0.07
        inside = (self.size[0] - 2 * self._edge, self.size[1] - 2 * self._edge)
        self._picture = _ready(picture, inside)
        white = Image.new("RGBA", self.size, "#ffffff")
        white.putalpha(rounded_mask(self.size, radius))
        self._framed = with_shadow(white, min(self.size) * 0.045, opacity=0.42, drop=0.7)
        self._mask = rounded_mask(inside, radius - self._edge * 0.7)
        self._at = (
            (self._framed.width - inside[0]) // 2,
            (self._framed.height - inside[1]) // 2,
        )

    def at(self, share: float) -> Image.Image:
        zoom = 1.0 + _ZOOM * min(1.0, share)
        drift = (0.3 * math.sin(share * 2.2), -0.2 * share)
        box = cover_box(self._picture.size, self._mask.size, zoom, drift)
        inside = self._picture.resize(self._mask.size, SMOOTH, box=box)
        framed = self._framed.copy()
        framed.paste(inside, self._at, self._mask)
        return framed


def _ready(picture: Image.Image, inside: tuple[int, int]) -> Image.Image:
    """The picture at about the size it is shown at; a cut-out stands on a light ground."""
    target = (round(inside[0] * (1 + _ZOOM)), round(inside[1] * (1 + _ZOOM)))
    if not is_cut_out(picture):
        fitted = picture.resize(target, Image.Resampling.LANCZOS, box=cover_box(picture.size, target))
        ground = Image.new("RGBA", target, "#ffffff")
        ground.alpha_composite(fitted)
        return ground.convert("RGB")
    ground = painted(target, Glow("#ffffff", "#dfe6f2"))
    size = contain(picture.size, (target[0] * 0.86, target[1] * 0.86))
    ground.alpha_composite(picture.resize(size, SMOOTH), ((target[0] - size[0]) // 2, (target[1] - size[1]) // 2))
    return ground.convert("RGB")
