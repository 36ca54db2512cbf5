"""Presenters' hair, beards, glasses and earrings: what hangs behind the head, and what lies over the face.

Units as in `looks`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from clipwise.sandbox.media.canvas import Canvas, Fade, Glow, Outline, Point, arc, ellipse, mirrored, rectangle, smooth
from clipwise.sandbox.media.looks import HEAD, VIEW, Look, at


@dataclass(frozen=True, slots=True)
class Style:
    """A hair style in two parts, around the head."""

    back: Callable[[Canvas, Look], None]
    front: Callable[[Canvas, Look], None]


def _nothing(canvas: Canvas, look: Look) -> None:
    del canvas, look


def _shape(points: Outline, *, both: bool = False, highlight: Outline = ()) -> Callable[[Canvas, Look], None]:
    outline = smooth(at(mirrored(points) if both else points))

    def paint(canvas: Canvas, look: Look) -> None:
        canvas.fill(outline, Fade(look.hair_light, look.hair) if not highlight else look.hair)
        if highlight:
            canvas.line(smooth(at(highlight), closed=False), 13, look.hair_light, opacity=0.75, within=outline)

    return paint


def _afro(canvas: Canvas, look: Look) -> None:
    puffs = [
        (0, -150, 150),
        (-120, -130, 130),
        (120, -130, 130),
        (-190, -50, 105),
        (190, -50, 105),
        (-195, 50, 85),
        (195, 50, 85),
    ]
    for x, y, radius in puffs:
        canvas.fill(at(ellipse(x, y, radius)), look.hair)
    for x, y, radius in puffs[:5]:
        canvas.fill(at(ellipse(x - 10, y - 34, radius * 0.6)), look.hair_light, opacity=0.35, blur=20)


def _afro_line(canvas: Canvas, look: Look) -> None:
    for x, y, radius in (
        (-112, -132, 52),
        (-62, -168, 54),
        (0, -182, 56),
        (62, -168, 54),
        (112, -132, 52),
        (-148, -72, 36),
        (148, -72, 36),
    ):
        canvas.fill(at(ellipse(x, y, radius)), look.hair)


def _scarf_back(canvas: Canvas, look: Look) -> None:
    canvas.fill(
        smooth(at(mirrored([(0, -236), (120, -216), (196, -110), (204, 60), (190, 230), (120, 330), (0, 350)]))),
        look.accent,
    )


def _scarf_front(canvas: Canvas, look: Look) -> None:
    outer = smooth(
        at(mirrored([(0, -236), (118, -216), (192, -110), (200, 40), (196, 180), (236, 330), (150, 396), (0, 430)]))
    )
    opening = smooth(at(mirrored([(0, -152), (84, -136), (130, -64), (134, 40), (112, 116), (70, 166), (0, 190)])))
    ring = Canvas(canvas.image.size, VIEW)
    ring.fill(outer, Glow("#dd86a0", look.accent, (0.4, 0.25)))
    ring.line(smooth(at([(-150, 150), (-60, 250), (60, 282), (170, 250)]), closed=False), 7, "#a9506b", opacity=0.7)
    ring.line(smooth(at([(-190, 260), (-60, 340), (90, 350), (200, 300)]), closed=False), 7, "#a9506b", opacity=0.6)
    hole = Canvas(canvas.image.size, VIEW)
    hole.fill(opening, "#000000")
    ring.image.paste((0, 0, 0, 0), mask=hole.image.getchannel("A"))
    canvas.image.alpha_composite(ring.image)
    canvas.line([*opening, opening[0]], 5, "#a9506b", opacity=0.55)


STYLES: Mapping[str, Style] = {
    "waves": Style(
        _shape(
            [(0, -232), (110, -216), (186, -130), (204, 0), (190, 110), (232, 210), (206, 310), (222, 380),
             (150, 420), (0, 400)],
            both=True,
        ),
        _shape(
            [(-40, -226), (60, -232), (150, -176), (190, -60), (196, 80), (182, 190), (162, 90), (150, 10),
             (126, -66), (60, -118), (-20, -150), (-70, -112), (-122, -54), (-150, 20), (-164, 110), (-184, 190),
             (-198, 80), (-190, -60), (-140, -180)],
            highlight=[(-30, -196), (60, -190), (130, -130), (166, -40), (172, 60)],
        ),
    ),
    "quiff": Style(
        _nothing,
        _shape(
            [(-158, 10), (-168, -90), (-150, -170), (-100, -222), (-10, -262), (90, -262), (158, -214),
             (176, -120), (158, 10), (148, -44), (132, -96), (70, -128), (0, -138), (-70, -128), (-124, -102),
             (-146, -44)],
            highlight=[(-90, -176), (-10, -216), (80, -216), (136, -176)],
        ),
    ),
    "afro": Style(_afro, _afro_line),
    "fringe": Style(
        _nothing,
        _shape(
            [(-158, 20), (-172, -80), (-150, -180), (-80, -236), (20, -248), (110, -222), (162, -140), (170, -40),
             (156, 20), (146, -40), (120, -60), (96, -110), (60, -66), (20, -104), (-30, -60), (-66, -104),
             (-110, -56), (-146, -40)],
            highlight=[(-110, -150), (-40, -196), (50, -200), (120, -160)],
        ),
    ),
    "bob": Style(
        _shape(
            [(0, -238), (120, -222), (196, -130), (212, 10), (206, 140), (180, 208), (100, 216), (0, 200)], both=True
        ),
        _shape(
            [(20, -236), (120, -212), (186, -120), (204, 20), (198, 150), (168, 204), (150, 120), (146, 0),
             (116, -84), (40, -150), (-30, -100), (-100, -62), (-142, -20), (-150, 110), (-170, 204), (-198, 150),
             (-204, 20), (-180, -130), (-100, -216)],
            highlight=[(20, -190), (100, -166), (156, -90), (174, 20)],
        ),
    ),
    "crop": Style(
        _nothing,
        _shape(
            [(-156, 0), (-164, -90), (-138, -172), (-70, -222), (0, -232), (70, -222), (138, -172), (164, -90),
             (156, 0), (144, -60), (124, -120), (60, -142), (0, -146), (-60, -142), (-124, -120), (-144, -60)],
            highlight=[(-96, -168), (-30, -192), (40, -192), (100, -166)],
        ),
    ),
    "scarf": Style(_scarf_back, _scarf_front),
    "pixie": Style(
        _shape([(0, -226), (120, -206), (186, -110), (186, 30), (160, 110), (0, 120)], both=True),
        _shape(
            [(-60, -238), (60, -246), (150, -190), (184, -80), (178, 60), (156, 110), (150, 20), (140, -50),
             (100, -96), (20, -76), (-60, -100), (-110, -128), (-142, -50), (-152, 20), (-158, 100), (-180, 50),
             (-186, -80), (-140, -196)],
            highlight=[(-70, -170), (0, -140), (80, -150), (140, -110)],
        ),
    ),
}  # fmt: skip


def _glasses(canvas: Canvas, look: Look) -> None:
    frame = "#3b3f4c" if look.style != "pixie" else "#7a5c8f"
    for side in (-1, 1):
        lens = at(rectangle(side * 62 - 44, -36, side * 62 + 44, 40, 32))
        canvas.fill(lens, "#ffffff", opacity=0.12)
        canvas.line([*lens, lens[0], lens[1]], 7, frame)
        canvas.line(at([(side * 106, -8), (side * 148, -2)]), 7, frame)
    canvas.line(at(arc(0, 4, 18, 12, -170, -10)), 7, frame)


def _studs(canvas: Canvas, look: Look) -> None:
    del look
    for side in (-1, 1):
        canvas.fill(at(ellipse(side * 156, 62, 8)), "#ffe2a3")


def _hoops(canvas: Canvas, look: Look) -> None:
    for side in (-1, 1):
        ring = at(ellipse(side * 160, 98, 27, 33))
        canvas.line([*ring, ring[0]], 6, look.accent)


def _stubble(canvas: Canvas, look: Look) -> None:
    jaw = smooth(at(mirrored([(0, 150), (60, 142), (112, 90), (140, 40), (140, 120), (70, 196), (0, 204)])))
    canvas.fill(jaw, look.hair, opacity=0.16, blur=12, within=HEAD)


def beard(canvas: Canvas, look: Look) -> None:
    half: list[Point] = [
        (0, 74),
        (44, 78),
        (86, 98),
        (120, 60),
        (140, 0),
        (154, 0),
        (152, 70),
        (132, 138),
        (84, 192),
        (34, 216),
        (0, 220),
    ]
    canvas.fill(smooth(at(mirrored(half))), look.hair)
    canvas.fill(at(ellipse(0, 124, 58, 28)), look.skin)


EXTRAS: Mapping[str, Callable[[Canvas, Look], None]] = {
    "glasses": _glasses,
    "studs": _studs,
    "hoops": _hoops,
    "stubble": _stubble,
    "beard": _nothing,
}
