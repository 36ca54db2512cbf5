"""The presenter of a film as a layer: a drawn one who talks and blinks, a cut-out, or a photograph in a ring.

Knows nothing of formats. The mouth follows the loudness of the speech, one value for each film frame.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image

from clipwise.sandbox.media import avatars
from clipwise.sandbox.media.canvas import painted
from clipwise.sandbox.media.curated import DEFAULT_AVATAR
from clipwise.sandbox.media.direction import Direction
from clipwise.sandbox.media.looks import LOOKS, Look
from clipwise.sandbox.media.order import Asset
from clipwise.sandbox.media.pictures import (
    circle_mask,
    clipped,
    contain,
    covering,
    flat,
    is_cut_out,
    open_picture,
    with_shadow,
)
from clipwise.sandbox.media.sound import Samples
from clipwise.sandbox.media.stage import SMOOTH, Layer, place

PLAIN = Direction()
_PREFIX = "avatar_"
_BLINK_EVERY = 3.1
_BLINK_SECONDS = 0.13


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a presenter stands: a square of `side` pixels whose bottom middle is at (x, bottom)."""

    x: float
    bottom: float
    side: int


@dataclass(frozen=True, slots=True, eq=False)
class Mouth:
    """Loudness per frame, 0 to 1, at `fps` frames a second."""

    loudness: Samples
    fps: int

    def at(self, time: float) -> float:
        """The loudness at `time`; 0 outside the film."""
        index = round(time * self.fps)
        return float(self.loudness[index]) if 0 <= index < len(self.loudness) else 0.0


def presenter_name(asset: Asset | None) -> str | None:
    """The drawn presenter that an `avatar` asset stands for; None for an uploaded picture."""
    if asset is None:
        return DEFAULT_AVATAR.removeprefix(_PREFIX)
    name = str(asset.metadata.get("curated", asset.id)).removeprefix(_PREFIX)
    return name if name in LOOKS else None


def presenter(asset: Asset | None, spot: Spot, mouth: Mouth, manner: Direction = PLAIN) -> Layer:
    """The layer for an `avatar` input; without one, the default presenter."""
    name = presenter_name(asset)
    if name is not None or asset is None:
        return TalkingHead(LOOKS[name or "maya"], spot, mouth, manner)
    picture = open_picture(asset, "avatar", longest=1200)
    if is_cut_out(picture):
        return CutOut(picture, spot, mouth)
    return Photograph(picture, (spot.x, spot.bottom - 0.665 * spot.side), round(0.52 * spot.side), mouth)


def mouth_level(loud: float) -> int:
    """The drawn mouth, 0 to 4, for a loudness from 0 to 1."""
    return 0 if loud < 0.08 else min(avatars.MOUTH_LEVELS - 1, 1 + int(loud * (avatars.MOUTH_LEVELS - 1.2)))


class TalkingHead:
    """A drawn presenter who sways, breathes, blinks, and opens the mouth as the speech gets louder."""

    def __init__(self, look: Look, spot: Spot, mouth: Mouth, manner: Direction = PLAIN) -> None:
        self._drawing = avatars.Presenter(look, spot.side)
        self._spot = spot
        self._mouth = mouth
        self._manner = manner

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints the presenter, who runs out of the bottom of the frame."""
        loud = self._mouth.at(time)
        eyes_open = time % _BLINK_EVERY < _BLINK_EVERY - _BLINK_SECONDS
        pose = self._drawing.pose(mouth_level(loud), eyes_open, self._manner.smile)
        side, lively = self._spot.side, self._manner.energy
        sway = side * 0.006 * lively * math.sin(time * 1.1)
        nod = side * (0.004 * self._manner.nod * math.sin(time * 2.3) + 0.006 * lively * loud)
        # A little larger than its square, so that swaying never lifts the body off the bottom edge.
        middle = (self._spot.x + sway, self._spot.bottom - side * 0.49 + nod)
        place(frame, pose, middle, scale=1.025 + 0.004 * math.sin(time * 1.7), turn=0.9 * lively * math.sin(time * 0.8))


class CutOut:
    """A picture with a transparent ground, standing at the bottom and swaying a little."""

    def __init__(self, picture: Image.Image, spot: Spot, mouth: Mouth) -> None:
        picture = picture.crop(picture.getchannel("A").getbbox())
        self._picture = picture.resize(contain(picture.size, (spot.side * 0.95, spot.side * 0.86)), SMOOTH)
        self._spot = spot
        self._mouth = mouth

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints the picture, swaying, and bouncing with the speech."""
        lift = self._spot.side * 0.008 * self._mouth.at(time)
        middle = (
            self._spot.x + self._spot.side * 0.005 * math.sin(time * 1.1),
            self._spot.bottom - self._picture.height * 0.49 - lift,
        )
        place(frame, self._picture, middle, scale=1.02, turn=0.8 * math.sin(time * 0.8))


class Photograph:
    """A round portrait that moves slowly, in a ring that widens with the speech."""

    def __init__(self, picture: Image.Image, centre: tuple[float, float], diameter: int, mouth: Mouth) -> None:
        self._centre = centre
        self._diameter = diameter
        self._mouth = mouth
        self._mask = circle_mask(diameter)
        room = round(diameter * 1.08)
        self._picture = covering(flat(picture), (room, room), drift=(0.0, -0.35))
        rim = round(diameter * 1.06)
        self._rim = with_shadow(clipped(Image.new("RGB", (rim, rim), "#ffffff"), circle_mask(rim)), diameter * 0.04)
        self._rings = [self._ring(step / 10) for step in range(11)]

    def _ring(self, loud: float) -> Image.Image:
        side = round(self._diameter * (1.1 + 0.14 * loud))
        ring = painted((side, side), "#ffd84a")
        mask = circle_mask(side).point([round(v * (0.25 + 0.5 * loud)) for v in range(256)])
        return clipped(ring, mask)

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints ring, rim and portrait."""
        ring = self._rings[round(self._mouth.at(time) * 10)]
        for layer in (ring, self._rim):
            frame.paste(layer, self._corner(layer.size), layer)
        spare = self._picture.width - self._diameter
        left = spare * (0.5 + 0.5 * math.sin(time * 0.7))
        top = spare * (0.5 + 0.5 * math.cos(time * 0.5))
        box = (left, top, left + self._diameter, top + self._diameter)
        inside = self._picture.resize((self._diameter, self._diameter), SMOOTH, box=box)
        frame.paste(inside, self._corner(inside.size), self._mask)

    def _corner(self, size: tuple[int, int]) -> tuple[int, int]:
        return round(self._centre[0] - size[0] / 2), round(self._centre[1] - size[1] / 2)


class RoundHead:
    """A drawn presenter in a small disc, for a corner of the film."""

    def __init__(self, name: str, centre: tuple[float, float], diameter: int, mouth: Mouth, paint: str) -> None:
        self._centre = centre
        self._mouth = mouth
        self._head = TalkingHead(LOOKS[name], Spot(diameter / 2, diameter * 1.22, round(diameter * 1.5)), mouth)
        self._ground = painted((diameter, diameter), paint).convert("RGB")
        self._mask = circle_mask(diameter)
        rim = round(diameter * 1.07)
        disc = clipped(Image.new("RGB", (rim, rim), "#ffffff"), circle_mask(rim))
        self._rim = with_shadow(disc, diameter * 0.05)

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints the disc and the head inside it."""
        inside = self._ground.copy()
        self._head.paint(inside, time)
        for layer, mask in ((self._rim, self._rim), (inside, self._mask)):
            at = (round(self._centre[0] - layer.width / 2), round(self._centre[1] - layer.height / 2))
            frame.paste(layer, at, mask)
