"""A whole-body dancer: limbs that turn about their joints, feet that stay on the floor, a head from an avatar.

Knows nothing of music or films. Units: a view 1000 wide, the floor at y = 1600; angles are degrees, 0 hangs down.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image

from clipwise.sandbox.media import avatars
from clipwise.sandbox.media.canvas import Canvas, Fade, Point, ellipse, mirrored, painted, rectangle, smooth
from clipwise.sandbox.media.colours import mixed
from clipwise.sandbox.media.looks import LOOKS, Look
from clipwise.sandbox.media.order import Asset
from clipwise.sandbox.media.pictures import circle_mask, clipped, covering, flat, is_cut_out, open_picture, with_shadow
from clipwise.sandbox.media.presenter import mouth_level, presenter_name
from clipwise.sandbox.media.stage import place

FLOOR = 1600.0
_UPPER_ARM, _FOREARM, _THIGH, _SHIN = 190.0, 185.0, 250.0, 255.0
_HIP_HALF, _SHOULDER_HALF, _TORSO = 66.0, 128.0, 330.0


@dataclass(frozen=True, slots=True)
class Pose:
    """A moment of a dance: where the hips are, how the body leans, the arms' angles, how high the feet are."""

    hip: Point
    lean: float
    left_arm: tuple[float, float]
    right_arm: tuple[float, float]
    feet: tuple[float, float] = (0.0, 0.0)
    tilt: float = 0.0
    mouth: float = 0.0


class Puppet:
    """The parts of a dancer, drawn once at `scale` pixels a unit, and put together for each pose."""

    def __init__(self, avatar: Asset | None, scale: float, middle: float) -> None:
        self._scale, self._middle = scale, middle
        name = presenter_name(avatar)
        look = LOOKS[name or "kenji"]
        self._avatar = avatars.Presenter(look, round(720 * scale), dressed=False) if name else None
        self._face = None if name or avatar is None else _photographed(avatar, round(400 * scale))
        trousers = "#2d3350" if look.cloth != "#3d4f8f" else "#23252f"
        dark = mixed(trousers, "#000000", 0.25)
        self._upper = self._limb(_UPPER_ARM, 66, 52, look.cloth, look.cloth_dark)
        self._fore = self._limb(_FOREARM, 50, 38, look.skin, look.shade, hand=look.skin)
        self._thigh = self._limb(_THIGH, 98, 76, trousers, dark)
        self._shin = self._limb(_SHIN, 76, 52, trousers, dark)
        self._shoe = self._shoes()
        self._torso = self._body(look, trousers)

    def paint(self, frame: Image.Image, pose: Pose) -> None:
        """Paints the dancer in a pose, from the back to the front."""
        hip, neck = pose.hip, _along(pose.hip, _TORSO, 180 + pose.lean)
        for side, lift in ((-1, pose.feet[0]), (1, pose.feet[1])):
            self._leg(frame, hip, side, lift)
        shoulders = [
            (neck[0] + side * _SHOULDER_HALF, neck[1] + 46 + side * _SHOULDER_HALF * math.sin(math.radians(pose.lean)))
            for side in (-1, 1)
        ]
        for shoulder, side, arm in zip(shoulders, (-1, 1), (pose.left_arm, pose.right_arm), strict=True):
            if arm[0] < 100:
                self._arm(frame, shoulder, side, arm)
        if self._avatar is not None and self._face is None:
            self._head(frame, neck, pose, behind=True)
        middle = _along(hip, _TORSO / 2, 180 + pose.lean)
        self._put(frame, self._torso, middle, pose.lean)
        self._head(frame, neck, pose, behind=False)
        for shoulder, side, arm in zip(shoulders, (-1, 1), (pose.left_arm, pose.right_arm), strict=True):
            if arm[0] >= 100:
                self._arm(frame, shoulder, side, arm)

    def _arm(self, frame: Image.Image, shoulder: Point, side: int, angles: tuple[float, float]) -> None:
        upper, fore = -side * angles[0], -side * (angles[0] + angles[1])
        elbow = _along(shoulder, _UPPER_ARM, upper)
        self._put(frame, self._fore, _along(elbow, _FOREARM / 2, fore), fore)
        self._put(frame, self._upper, _along(shoulder, _UPPER_ARM / 2, upper), upper)

    def _leg(self, frame: Image.Image, hip: Point, side: int, lift: float) -> None:
        top = (hip[0] + side * _HIP_HALF, hip[1])
        foot = (500 + side * 120.0, FLOOR - 44 - lift)
        knee = _knee(top, foot, side)
        for part, start, end in ((self._shin, knee, foot), (self._thigh, top, knee)):
            turn = math.degrees(math.atan2(start[0] - end[0], end[1] - start[1]))
            self._put(frame, part, ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2), turn)
        self._put(frame, self._shoe[side > 0], (foot[0] + side * 22, foot[1] + 16), side * -lift * 0.06)

    def _head(self, frame: Image.Image, neck: Point, pose: Pose, *, behind: bool) -> None:
        turn = pose.lean * 0.5 + pose.tilt
        if self._face is not None:
            self._put(frame, self._face, _along(neck, 148, 180 + turn), turn)
            return
        assert self._avatar is not None
        # A presenter's face is at 0.4 of its square, which shows 1000 units of its own on 720 of these.
        drawing = self._avatar.pose(mouth_level(pose.mouth), True, smile=True)
        if behind:
            drawing = drawing.crop((0, 0, drawing.width, drawing.height))
        else:
            drawing = _faded_below(drawing, 0.665)
        self._put(frame, drawing, _along(neck, 72, 180 + turn), turn)

    def _put(self, frame: Image.Image, part: Image.Image, at: Point, turn: float) -> None:
        place(frame, part, (self._middle + (at[0] - 500) * self._scale, at[1] * self._scale), turn=turn)

    def _limb(self, long: float, wide: float, narrow: float, first: str, last: str, hand: str = "") -> Image.Image:
        """A limb that hangs down, its joints half a width inside both ends."""
        half, room = long / 2 + wide, wide * 0.9
        canvas = Canvas((round(2 * room * self._scale), round(2 * half * self._scale)), (-room, -half, room, half))
        a, b = wide / 2, narrow / 2
        outline = [
            *((a * math.cos(t), -long / 2 - a * math.sin(t)) for t in (math.pi * n / 12 for n in range(13))),
            *((-b * math.cos(t), long / 2 + b * math.sin(t)) for t in (math.pi * n / 12 for n in range(13))),
        ]
        if hand:
            canvas.fill(ellipse(0, long / 2 + 14, narrow * 0.78, narrow * 0.9), hand)
        canvas.fill(outline, Fade(first, last, 60))
        return canvas.image

    def _shoes(self) -> tuple[Image.Image, Image.Image]:
        canvas = Canvas((round(150 * self._scale), round(80 * self._scale)), (-75, -40, 75, 40))
        canvas.fill(smooth([(-44, -20), (0, -26), (52, 4), (60, 26), (-46, 28), (-54, 6)]), "#f4f1ec")
        canvas.fill(rectangle(-54, 20, 62, 32, 6), "#e4574f")
        return canvas.image.transpose(Image.Transpose.FLIP_LEFT_RIGHT), canvas.image

    def _body(self, look: Look, trousers: str) -> Image.Image:
        half = _TORSO / 2 + 60
        canvas = Canvas((round(420 * self._scale), round(2 * half * self._scale)), (-210, -half, 210, half))
        top, low = -_TORSO / 2, _TORSO / 2
        canvas.fill(
            smooth(mirrored([(0, low - 40), (96, low - 36), (116, low + 24), (70, low + 52), (0, low + 40)])), trousers
        )
        chest = mirrored(
            [(0, top - 4), (70, top), (142, top + 22), (160, top + 66), (120, 20), (112, low + 4), (0, low + 14)]
        )
        canvas.fill(smooth(chest), Fade(look.cloth, look.cloth_dark))
        canvas.fill(smooth(mirrored([(0, top - 30), (50, top - 20), (56, top + 8), (0, top + 44)])), look.skin)
        canvas.line(smooth([(-58, top + 4), (0, top + 50), (58, top + 4)], closed=False), 9, look.accent)
        return canvas.image


def _faded_below(drawing: Image.Image, share: float) -> Image.Image:
    """The drawing without what is below `share` of its height."""
    shown = drawing.copy()
    shown.paste((0, 0, 0, 0), (0, round(drawing.height * share), drawing.width, drawing.height))
    return shown


def _photographed(avatar: Asset, side: int) -> Image.Image:
    """The head of an uploaded picture: a cut-out's upper square, else a round portrait with a rim."""
    picture = open_picture(avatar, "avatar", 1200)
    square = min(picture.size)
    if is_cut_out(picture):
        picture = picture.crop(picture.getchannel("A").getbbox())
        square = min(picture.width, picture.height)
        left = (picture.width - square) // 2
        return picture.crop((left, 0, left + square, square)).resize((side, side))
    rim = round(side * 1.08)
    disc = clipped(painted((rim, rim), "#ffffff"), circle_mask(rim))
    face = clipped(covering(flat(picture), (side, side), drift=(0.0, -0.6)), circle_mask(side))
    disc.alpha_composite(face, ((rim - side) // 2, (rim - side) // 2))
    return with_shadow(disc, side * 0.02)


def _along(start: Point, far: float, turn: float) -> Point:
    """The point `far` from `start`; `turn` 0 is down, 90 to the left, clockwise as seen."""
    return start[0] - far * math.sin(math.radians(turn)), start[1] + far * math.cos(math.radians(turn))


def _knee(top: Point, foot: Point, side: int) -> Point:
    """Where the knee is between hip and foot, bent outwards."""
    across, down = foot[0] - top[0], foot[1] - top[1]
    far = min(math.hypot(across, down), _THIGH + _SHIN - 1)
    cosine = (_THIGH**2 + far**2 - _SHIN**2) / (2 * _THIGH * far)
    bend = math.degrees(math.acos(max(-1.0, min(1.0, cosine))))
    straight = math.degrees(math.atan2(-across, down))
    return _along(top, _THIGH, straight - side * bend)
