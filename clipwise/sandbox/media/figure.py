"""Whole figures: a presenter's head and shoulders on a body with limbs, holding something or nothing.

Knows no place and no film. Units as in `looks`: the middle of the face is the origin, y goes down.
"""

from __future__ import annotations

from PIL import Image

from clipwise.sandbox.media import avatars
from clipwise.sandbox.media.canvas import Canvas, Fade, Outline, Point, ellipse, mirrored, rectangle, smooth
from clipwise.sandbox.media.looks import FACE, HEAD, LOOKS, Look
from clipwise.sandbox.media.pictures import contain
from clipwise.sandbox.media.stances import Joint, Stance

LEFT, TOP, RIGHT, BOTTOM = -640.0, -440.0, 640.0, 1290.0
FLOOR = 1236.0
SEATED_FLOOR = 1066.0
HOLD_ROOM = (340.0, 400.0)
MANNEQUIN = "mannequin"
_MANNEQUIN = Look(
    "#e9dccf", "#c9b6a4", "#e9dccf", "#c9b6a4", "#d8c8b8", "#efe4d9", "", "", "#e3d4c5", "#cbb8a6", "#ffffff"
)  # fmt: skip
_SHOULDER: Joint = (214, 366)
_HIP: Joint = (92, 640)
_DARK_CLOTH = 330
_TORSO = smooth(
    mirrored([(0, 262), (120, 280), (206, 308), (262, 352), (266, 420), (236, 530), (222, 606), (0, 616)]), steps=8
)


def draw(name: str, unit: float, stance: Stance, product: Image.Image | None = None) -> Image.Image:
    """The presenter `name` (or the mannequin) as RGBA, `unit` pixels for each unit; `product` is put in the hands."""
    size = (round((RIGHT - LEFT) * unit), round((BOTTOM - TOP) * unit))
    canvas = Canvas(size, (LEFT, TOP, RIGHT, BOTTOM))
    look = LOOKS.get(name, _MANNEQUIN)
    _legs(canvas, look, stance)
    canvas.image.alpha_composite(*_bust(canvas, name, look, unit))
    _arms(canvas, look, stance)
    if product is not None and stance.hold is not None:
        _held(canvas, product, stance.hold, stance.grip, unit)
    for _, hand in (stance.left_arm, stance.right_arm):
        _hand(canvas, look, hand)
    return canvas.image


def place_of(point: Joint, unit: float) -> tuple[float, float]:
    """Where a joint is in the drawing, in pixels."""
    return (point[0] - LEFT) * unit, (point[1] - TOP) * unit


def _legs(canvas: Canvas, look: Look, stance: Stance) -> None:
    trousers, dark = _trousers(look)
    if stance.seated:
        _stool(canvas)
    else:
        canvas.fill(ellipse(0, FLOOR, 300, 34), "#10122a", opacity=0.3, blur=14)
    hips = smooth(mirrored([(0, 560), (214, 570), (222, 640), (190, 720), (20, 730)]))
    for side, (knee, foot) in ((-1, stance.left_leg), (1, stance.right_leg)):
        _shoe(canvas, foot, side)
        thick = 170 if stance.seated else 150
        canvas.line(smooth([(side * _HIP[0], _HIP[1]), knee], closed=False, steps=6), thick, trousers)
        canvas.line(smooth([knee, (foot[0], foot[1] - 36)], closed=False, steps=6), 124, trousers)
        canvas.line([(knee[0] - 30, knee[1] + 4), (knee[0] + 34, knee[1] - 6)], 6, dark, opacity=0.5)
    canvas.fill(hips, Fade(trousers, trousers))
    canvas.line([(0, 640), (0, 720)], 6, dark, opacity=0.6)


def _trousers(look: Look) -> tuple[str, str]:
    if look is _MANNEQUIN:
        return look.cloth, look.cloth_dark
    brightness = sum(int(look.cloth[i : i + 2], 16) for i in (1, 3, 5))
    return ("#cdb896", "#a8926f") if brightness < _DARK_CLOTH else ("#414a6b", "#2e3550")


def _stool(canvas: Canvas) -> None:
    canvas.fill(ellipse(0, SEATED_FLOOR, 330, 34), "#10122a", opacity=0.3, blur=14)
    for side in (-1, 1):
        canvas.line([(side * 150, 760), (side * 230, SEATED_FLOOR)], 30, "#8a623f")
    canvas.line([(0, 760), (0, SEATED_FLOOR - 10)], 28, "#7a5535")
    canvas.fill(rectangle(-270, 690, 270, 790, 40), Fade("#c98f60", "#a9724a"))


def _shoe(canvas: Canvas, foot: Joint, side: int) -> None:
    x, y = foot[0] + side * 22, foot[1] + 18
    canvas.fill(
        smooth([(x - 74, y + 34), (x - 70, y - 14), (x, y - 36), (x + 70, y - 14), (x + 74, y + 34)]), "#f7f4ee"
    )
    canvas.fill(rectangle(x - 80, y + 18, x + 80, y + 42, 12), "#d9d4ca")


def _bust(canvas: Canvas, name: str, look: Look, unit: float) -> tuple[Image.Image, tuple[int, int]]:
    """Head, hair and torso cut to a body with arms of its own, and where it goes."""
    side = round(1000 * unit)
    picture = _mannequin(side) if look is _MANNEQUIN else avatars.draw(name, side)
    cut = Canvas((side, side), (0.0, 0.0, 1000.0, 1000.0))
    # Above the shoulders everything is kept; what the bust's own arms add beside the torso is cut away.
    cut.fill(rectangle(-10, -10, 1010, FACE[1] + 292), "#ffffff")
    cut.fill([(x + FACE[0], y + FACE[1]) for x, y in _TORSO], "#ffffff")
    shown = Image.new("RGBA", (side, side))
    shown.paste(picture, (0, 0), cut.image.getchannel("A"))
    left, top = place_of((-FACE[0], -FACE[1]), unit)
    return shown, (round(left), round(top))


def _mannequin(side: int) -> Image.Image:
    canvas = Canvas((side, side), (-FACE[0], -FACE[1], 1000 - FACE[0], 1000 - FACE[1]))
    look = _MANNEQUIN
    canvas.fill(smooth(mirrored([(0, 90), (60, 100), (62, 230), (80, 300), (0, 330)])), Fade(look.shade, look.skin))
    canvas.fill(_TORSO, Fade(look.cloth, look.cloth_dark))
    head = [(x - FACE[0], y - FACE[1]) for x, y in HEAD]
    canvas.fill(head, Fade("#f4eae0", look.shade, 30))
    canvas.line([(0, -150), (0, 150)], 4, look.shade, opacity=0.5)
    canvas.line([(-110, 0), (110, 0)], 4, look.shade, opacity=0.5)
    return canvas.image


def _arms(canvas: Canvas, look: Look, stance: Stance) -> None:
    for side, (elbow, hand) in ((-1, stance.left_arm), (1, stance.right_arm)):
        limb = _limb((side * _SHOULDER[0], _SHOULDER[1]), elbow, hand)
        canvas.line(limb, 118, look.cloth_dark)
        canvas.line(limb, 108, look.cloth)
        wrist = _towards(hand, elbow, 56)
        canvas.line([wrist, _towards(hand, elbow, 26)], 74, look.skin)
        canvas.line([_towards(hand, elbow, 78), _towards(hand, elbow, 74)], 100, look.cloth_dark)


def _limb(shoulder: Joint, elbow: Joint, hand: Joint) -> Outline:
    end = _towards(hand, elbow, 80)
    return smooth([shoulder, elbow, end], closed=False, steps=9)


def _towards(start: Joint, end: Joint, far: float) -> Point:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = max(1.0, (dx * dx + dy * dy) ** 0.5)
    return start[0] + dx / length * far, start[1] + dy / length * far


def _hand(canvas: Canvas, look: Look, hand: Joint) -> None:
    canvas.fill(ellipse(hand[0], hand[1], 50, 46), look.shade)
    canvas.fill(ellipse(hand[0], hand[1] - 2, 47, 43), look.skin)


def _held(canvas: Canvas, product: Image.Image, hold: Joint, grip: float, unit: float) -> None:
    size = contain(product.size, (HOLD_ROOM[0] * unit, HOLD_ROOM[1] * unit))
    shown = product.resize(size, Image.Resampling.LANCZOS)
    x, y = place_of(hold, unit)
    canvas.image.alpha_composite(shown, (max(0, round(x - size[0] / 2)), max(0, round(y - size[1] * grip))))
