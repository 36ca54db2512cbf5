"""What presenters wear: each outfit draws the body over the neck, and leaves skin at the neckline.

Units as in `looks`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from clipwise.sandbox.media.canvas import Canvas, Fade, Outline, Point, ellipse, mirrored, smooth
from clipwise.sandbox.media.looks import Look, at

_BODY_HALF: list[Point] = [(0, 268), (78, 274), (150, 300), (262, 338), (340, 402), (378, 500), (395, 720), (0, 720)]
_BODY = smooth(at(mirrored(_BODY_HALF)))


def _body(canvas: Canvas, look: Look) -> None:
    canvas.fill(_BODY, Fade(look.cloth, look.cloth_dark))
    for side in (-1, 1):
        canvas.line(
            smooth(at([(side * 262, 520), (side * 268, 590), (side * 282, 700)]), closed=False), 7, look.cloth_dark
        )


def _neckline(canvas: Canvas, look: Look, points: Outline) -> None:
    opening = smooth(at(mirrored(points)))
    canvas.fill(opening, look.skin)
    canvas.fill(
        smooth(at([(-70, 200), (70, 200), (64, 262), (0, 286), (-64, 262)])),
        look.shade,
        opacity=0.7,
        blur=7,
        within=opening,
    )


def _sweater(canvas: Canvas, look: Look) -> None:
    _body(canvas, look)
    collar = smooth(at(mirrored([(0, 236), (76, 232), (94, 272), (70, 318), (0, 336)])))
    canvas.fill(collar, Fade(look.cloth_dark, look.cloth))
    for x in range(-60, 61, 20):
        canvas.line(at([(x, 262), (x * 0.9, 322)]), 3, look.cloth_dark, within=collar)
    _neckline(canvas, look, [(0, 190), (66, 200), (72, 244), (0, 276)])


def _overshirt(canvas: Canvas, look: Look) -> None:
    _body(canvas, look)
    canvas.fill(smooth(at(mirrored([(0, 262), (88, 270), (112, 380), (104, 720), (0, 720)]))), look.accent)
    _neckline(canvas, look, [(0, 190), (70, 210), (84, 276), (48, 318), (0, 330)])
    _lapels(canvas, look, [(74, 262), (176, 306), (172, 400), (112, 500), (96, 380)])


def _lapels(canvas: Canvas, look: Look, right: Outline) -> None:
    for side in (-1, 1):
        lapel = at([(side * x, y) for x, y in right])
        canvas.fill(lapel, look.cloth_dark, opacity=0.55, blur=6)
        canvas.fill(lapel, Fade(look.cloth, look.cloth_dark))
        canvas.line([*lapel, lapel[0]], 4, look.cloth_dark)


def _blouse(canvas: Canvas, look: Look) -> None:
    _body(canvas, look)
    _neckline(canvas, look, [(0, 190), (72, 206), (98, 286), (52, 380), (0, 452)])
    for side in (-1, 1):
        canvas.fill(
            at([(side * 78, 250), (side * 128, 300), (side * 86, 430), (0, 470), (side * 70, 380)]),
            Fade(look.cloth, look.cloth_dark),
        )
    canvas.line(smooth(at([(-66, 262), (-30, 334), (0, 350), (30, 334), (66, 262)]), closed=False), 4, look.accent)
    canvas.fill(at(ellipse(0, 356, 11)), look.accent)


def _hoodie(canvas: Canvas, look: Look) -> None:
    _body(canvas, look)
    canvas.fill(
        smooth(at(mirrored([(0, 218), (90, 214), (158, 280), (128, 356), (0, 404)]))),
        Fade(look.cloth_dark, look.cloth),
    )
    _neckline(canvas, look, [(0, 190), (68, 206), (88, 270), (0, 340)])
    canvas.fill(smooth(at(mirrored([(0, 288), (62, 276), (50, 316), (0, 346)]))), look.accent)
    for side in (-1, 1):
        canvas.line(smooth(at([(side * 62, 372), (side * 70, 440), (side * 62, 510)]), closed=False), 8, look.accent)


def _blazer(canvas: Canvas, look: Look) -> None:
    _body(canvas, look)
    canvas.fill(at([(-92, 270), (92, 270), (52, 720), (-52, 720)]), look.accent)
    _neckline(canvas, look, [(0, 190), (70, 210), (82, 276), (44, 340), (0, 362)])
    _lapels(canvas, look, [(76, 258), (160, 300), (196, 396), (150, 420), (158, 452), (46, 660), (84, 400)])


def _jacket(canvas: Canvas, look: Look) -> None:
    _body(canvas, look)
    canvas.fill(at([(-96, 268), (96, 268), (80, 720), (-80, 720)]), look.accent)
    _neckline(canvas, look, [(0, 190), (70, 210), (84, 276), (0, 326)])
    _lapels(canvas, look, [(70, 250), (150, 284), (190, 350), (118, 400), (86, 330)])
    for side in (-1, 1):
        canvas.line(at([(side * 150, 470), (side * 262, 470)]), 5, look.cloth_dark)
        canvas.fill(at(ellipse(side * 206, 496, 9)), "#e8c27a")


OUTFITS: Mapping[str, Callable[[Canvas, Look], None]] = {
    "sweater": _sweater,
    "overshirt": _overshirt,
    "blouse": _blouse,
    "hoodie": _hoodie,
    "blazer": _blazer,
    "jacket": _jacket,
}
