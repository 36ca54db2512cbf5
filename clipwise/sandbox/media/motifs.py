"""Drawn subjects for the scenes of `smart`.

Knows nothing of film. Units: a square of 1000; a motif keeps within 60 units of its edge.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from PIL import Image

from clipwise.sandbox.media.canvas import Canvas, Fade, Glow, arc, ellipse, mirrored, moved, rectangle, smooth, star
from clipwise.sandbox.media.objects import THINGS, USUAL
from clipwise.sandbox.media.objects import draw as draw_thing
from clipwise.sandbox.media.ornaments import ORNAMENTS
from clipwise.sandbox.media.subjects import Palette

VIEW = (0.0, 0.0, 1000.0, 1000.0)


def draw(name: str, size: int, palette: Palette) -> Image.Image:
    """The motif or the thing `name`, a motif in the colours of a palette, as an RGBA square of `size` pixels."""
    canvas = Canvas((size, size), VIEW)
    canvas.fill(ellipse(500, 500, 430), palette.shape, opacity=0.16)
    canvas.fill(ellipse(500, 500, 352), palette.shape, opacity=0.18)
    if name in THINGS:
        _stand(canvas, draw_thing(name, round(size * 0.72), USUAL[name]))
    else:
        MOTIFS[name](canvas, palette)
    return canvas.image


def _stand(canvas: Canvas, thing: Image.Image) -> None:
    """Puts a thing into the middle."""
    side = canvas.image.width
    canvas.image.alpha_composite(thing, ((side - thing.width) // 2, (side - thing.height) // 2))


def _shadow(canvas: Canvas, y: float, reach: float) -> None:
    canvas.fill(ellipse(500, y, reach, reach * 0.13), "#10122a", opacity=0.28, blur=14)


def _bulb(canvas: Canvas, p: Palette) -> None:
    canvas.fill(ellipse(500, 430, 330), Glow(p.accent, f"{p.accent}00"), opacity=0.7)
    glass = smooth(
        moved(mirrored([(0, -250), (150, -204), (216, -60), (170, 80), (96, 170), (84, 230), (0, 232)]), 500, 440)
    )
    canvas.fill(glass, Fade(p.accent, p.shape_dark))
    canvas.line(
        smooth([(440, 660), (430, 540), (470, 480), (500, 540), (530, 480), (570, 540), (560, 660)], closed=False),
        14,
        p.bottom,
        opacity=0.65,
    )
    for index in range(3):
        canvas.fill(rectangle(418 + index * 8, 682 + index * 46, 582 - index * 8, 718 + index * 46, 16), p.shape)
    canvas.line(arc(500, 420, 160, 180, 195, 255), 20, "#ffffff", opacity=0.7)


def _heart(canvas: Canvas, p: Palette) -> None:
    _shadow(canvas, 810, 190)
    half = [(0.0, -110.0), (70, -210), (190, -214), (262, -110), (226, 20), (120, 150), (0, 260)]
    canvas.fill(smooth(moved(mirrored(half), 500, 480)), Fade(p.shape, p.shape_dark, 20))
    canvas.line(arc(390, 400, 90, 90, 170, 260), 24, "#ffffff", opacity=0.75)
    for x, y, r in ((760, 270, 34), (806, 350, 20), (238, 690, 26)):
        canvas.fill(ellipse(x, y, r), p.accent, opacity=0.9)


def _star(canvas: Canvas, p: Palette) -> None:
    canvas.fill(ellipse(500, 490, 390), Glow(p.accent, f"{p.accent}00"), opacity=0.5)
    canvas.fill(star(500, 500, 300, 140), Fade(p.accent, p.shape_dark, 30))
    canvas.fill(star(500, 500, 190, 90), p.shape, opacity=0.55)
    for x, y, r in ((800, 240, 60), (215, 300, 44), (770, 780, 40)):
        canvas.fill(star(x, y, r, r * 0.36, 4), p.shape)


def _rocket(canvas: Canvas, p: Palette) -> None:
    for x, y, r in ((330, 800, 90), (440, 840, 110), (570, 835, 105), (680, 795, 84)):
        canvas.fill(ellipse(x, y, r), p.shape, opacity=0.5)
    canvas.fill(smooth([(440, 690), (500, 860), (560, 690)]), Fade(p.accent, "#ff8a4c"))
    for side in (-1, 1):
        canvas.fill(
            smooth([(500 + side * 100, 520), (500 + side * 190, 660), (500 + side * 176, 740), (500 + side * 86, 670)]),
            p.shape_dark,
        )
    canvas.fill(
        smooth(moved(mirrored([(0, -350), (84, -230), (118, -60), (104, 120), (70, 200), (0, 206)]), 500, 500)),
        Fade("#ffffff", p.shape_dark, 80),
    )
    canvas.fill(ellipse(500, 400, 62), p.bottom)
    canvas.fill(ellipse(500, 400, 46), Fade(p.accent, p.top))
    for x, y, r in ((230, 280, 40), (780, 330, 52), (740, 180, 26)):
        canvas.fill(star(x, y, r, r * 0.34, 4), p.accent)


def _leaf(canvas: Canvas, p: Palette) -> None:
    _shadow(canvas, 830, 170)
    canvas.line(smooth([(500, 820), (494, 640), (510, 420)], closed=False), 20, p.shape_dark)
    for x, y, long, turn in (
        (500, 300, 190, 0),
        (365, 480, 170, -52),
        (640, 500, 165, 54),
        (390, 650, 120, -66),
        (612, 668, 116, 64),
    ):
        blade = ellipse(x, y, long * 0.46, long, turn)
        canvas.fill(blade, Fade(p.shape, p.shape_dark, 35))
        canvas.line([blade[18], blade[54]], 7, p.bottom, opacity=0.4)


def _cup(canvas: Canvas, p: Palette) -> None:
    _shadow(canvas, 812, 280)
    canvas.line(arc(690, 590, 96, 88, -82, 88), 38, p.shape_dark)
    canvas.fill(
        smooth([(278, 450), (722, 450), (706, 640), (630, 780), (370, 780), (294, 640)]),
        Fade(p.shape, p.shape_dark, 60),
    )
    canvas.fill(ellipse(500, 456, 220, 46), p.shape)
    canvas.fill(ellipse(500, 460, 190, 34), Fade("#8a5738", "#5b3522"))
    for x, height in ((420, 180), (500, 230), (580, 180)):
        canvas.line(
            smooth(
                [(x, 400), (x - 30, 400 - height * 0.35), (x + 26, 400 - height * 0.68), (x - 6, 400 - height)],
                closed=False,
            ),
            20,
            "#ffffff",
            opacity=0.55,
        )


def _mountain(canvas: Canvas, p: Palette) -> None:
    disc = ellipse(500, 500, 352)
    canvas.fill(ellipse(640, 350, 88), p.accent, within=disc)
    canvas.fill([(60, 800), (360, 330), (660, 800)], Fade(p.shape, p.shape_dark), within=disc)
    canvas.fill([(300, 424), (360, 330), (420, 424), (386, 404), (356, 440), (330, 408)], "#ffffff")
    canvas.fill([(360, 800), (640, 430), (940, 800)], Fade(p.shape_dark, p.bottom), within=disc)
    canvas.fill([(584, 504), (640, 430), (700, 504), (660, 488), (634, 518), (612, 490)], "#ffffff")
    canvas.fill(
        smooth([(60, 730), (360, 690), (640, 740), (940, 690), (940, 900), (60, 900)]),
        p.shape,
        opacity=0.85,
        within=disc,
    )


def _drop(canvas: Canvas, p: Palette) -> None:
    _shadow(canvas, 830, 170)
    half = [(0.0, -320.0), (60, -200), (160, -40), (196, 90), (140, 220), (0, 276)]
    canvas.fill(smooth(moved(mirrored(half), 500, 510)), Fade(p.shape, p.shape_dark, 25))
    canvas.line(arc(490, 590, 130, 130, 110, 185), 26, "#ffffff", opacity=0.75)
    for x, y, r in ((740, 380, 40), (262, 420, 30), (786, 520, 22)):
        canvas.fill(ellipse(x, y, r), p.accent, opacity=0.9)


def _chart(canvas: Canvas, p: Palette) -> None:
    canvas.fill(rectangle(220, 230, 780, 790, 40), "#ffffff", opacity=0.94)
    for index, tall in enumerate((130, 210, 290, 390)):
        x = 280 + index * 120
        canvas.fill(rectangle(x, 730 - tall, x + 80, 730, 16), Fade(p.top, p.bottom))
    canvas.line([(300, 560), (440, 480), (560, 410), (700, 300)], 16, "#f2a93b")
    for x, y in ((300, 560), (440, 480), (560, 410), (700, 300)):
        canvas.fill(ellipse(x, y, 20), "#f2a93b")


def _clock(canvas: Canvas, p: Palette) -> None:
    _shadow(canvas, 850, 200)
    canvas.fill(ellipse(500, 500, 310), Fade(p.shape_dark, p.bottom, 30))
    canvas.fill(ellipse(500, 500, 262), "#ffffff")
    for hour in range(12):
        x, y = 500 + 220 * math.cos(hour * math.pi / 6), 500 + 220 * math.sin(hour * math.pi / 6)
        canvas.fill(ellipse(x, y, 13 if hour % 3 else 20), p.bottom)
    canvas.line([(500, 500), (500, 340)], 24, p.bottom)
    canvas.line([(500, 500), (610, 560)], 24, p.top)
    canvas.fill(ellipse(500, 500, 26), "#f2a93b")


def _moon(canvas: Canvas, p: Palette) -> None:
    canvas.fill(ellipse(500, 480, 380), Glow(p.accent, f"{p.accent}00"), opacity=0.4)
    outer = arc(500, 490, 270, 270, 60, 300)
    inner = arc(600, 490, 220, 234, 285, 75)
    canvas.fill([*outer, *inner], Fade(p.accent, p.shape_dark, 40))
    for x, y, r in ((690, 330, 46), (770, 500, 30), (650, 560, 34), (250, 230, 34)):
        canvas.fill(star(x, y, r, r * 0.36, 4), p.shape)


def _sun(canvas: Canvas, p: Palette) -> None:
    for index in range(12):
        turn = index * math.pi / 6
        near, far = 270, 370 if index % 2 else 410
        canvas.line(
            [
                (500 + near * math.cos(turn), 500 + near * math.sin(turn)),
                (500 + far * math.cos(turn), 500 + far * math.sin(turn)),
            ],
            34,
            p.accent,
        )
    canvas.fill(ellipse(500, 500, 215), Glow("#ffffff", p.accent, (0.38, 0.34)))
    canvas.line(arc(500, 500, 165, 165, 190, 260), 20, "#ffffff", opacity=0.8)


def _phone(canvas: Canvas, p: Palette) -> None:
    _shadow(canvas, 880, 170)
    canvas.fill(rectangle(340, 150, 660, 850, 56), "#22243a")
    canvas.fill(rectangle(362, 176, 638, 824, 36), Fade(p.shape, p.shape_dark))
    canvas.fill(rectangle(450, 190, 550, 212, 11), "#22243a")
    canvas.fill(rectangle(392, 260, 608, 470, 26), "#ffffff", opacity=0.95)
    canvas.fill([(470, 315), (470, 415), (555, 365)], p.top)
    for index in range(3):
        canvas.fill(rectangle(392, 510 + index * 82, 608 - index * 50, 560 + index * 82, 22), "#ffffff", opacity=0.85)
    canvas.fill(ellipse(700, 300, 62), p.accent)
    half = [(0.0, -12.0), (12, -28), (32, -22), (36, 0), (0, 36)]
    canvas.fill(smooth(moved(mirrored(half), 700, 300)), "#e8506e")


def _book(canvas: Canvas, p: Palette) -> None:
    _shadow(canvas, 760, 320)
    for side in (-1, 1):
        x = 500 + side * 330
        canvas.fill(
            smooth(
                [(500, 350), (500 + side * 160, 290), (x, 320), (x, 700), (500 + side * 160, 670), (500, 730)], steps=8
            ),
            p.shape_dark,
        )
        canvas.fill(
            smooth(
                [
                    (500, 330),
                    (500 + side * 160, 276),
                    (x - side * 20, 300),
                    (x - side * 20, 670),
                    (500 + side * 160, 646),
                    (500, 700),
                ],
                steps=8,
            ),
            Fade("#ffffff", p.shape, 90),
        )
        for row in range(4):
            y = 392 + row * 64
            canvas.line(
                smooth([(500 + side * 56, y + 6), (500 + side * 150, y - 16), (500 + side * 262, y - 4)], closed=False),
                11,
                p.bottom,
                opacity=0.4,
            )
    canvas.line([(500, 340), (500, 705)], 8, p.bottom, opacity=0.5)
    canvas.fill(star(500, 210, 60, 22, 4), p.accent)


def _gift(canvas: Canvas, p: Palette) -> None:
    _shadow(canvas, 812, 250)
    canvas.fill(rectangle(280, 450, 720, 800, 24), Fade(p.shape, p.shape_dark, 60))
    canvas.fill(rectangle(250, 380, 750, 480, 24), p.shape)
    canvas.fill(rectangle(455, 380, 545, 800), p.accent)
    for side in (-1, 1):
        loop = smooth(
            [
                (500, 384),
                (500 + side * 60, 250),
                (500 + side * 170, 230),
                (500 + side * 180, 320),
                (500 + side * 90, 380),
            ]
        )
        canvas.line([*loop, loop[0]], 32, p.accent)


def _flower(canvas: Canvas, p: Palette) -> None:
    canvas.line(smooth([(500, 880), (488, 700), (500, 520)], closed=False), 24, p.shape_dark)
    canvas.fill(ellipse(590, 730, 46, 110, 62), p.shape_dark)
    for index in range(8):
        turn = index * 45
        x, y = 500 + 150 * math.sin(math.radians(turn)), 420 - 150 * math.cos(math.radians(turn))
        canvas.fill(ellipse(x, y, 72, 128, turn), Fade(p.shape, p.shape_dark))
    canvas.fill(ellipse(500, 420, 96), Glow("#ffffff", p.accent, (0.4, 0.35)))


def _home(canvas: Canvas, p: Palette) -> None:
    _shadow(canvas, 800, 300)
    canvas.fill(rectangle(300, 460, 700, 790, 10), Fade("#ffffff", p.shape))
    canvas.fill([(500, 210), (780, 480), (220, 480)], Fade(p.shape_dark, p.bottom))
    canvas.fill(rectangle(452, 600, 560, 790, 50), p.top)
    canvas.fill(rectangle(340, 550, 420, 640, 10), p.accent)
    canvas.fill(rectangle(594, 550, 664, 640, 10), p.accent)


def _bag(canvas: Canvas, p: Palette) -> None:
    _shadow(canvas, 822, 250)
    canvas.line(arc(500, 380, 110, 150, 180, 360), 28, p.shape)
    canvas.fill([(290, 370), (710, 370), (760, 810), (240, 810)], Fade(p.shape, p.shape_dark))
    for x in (390, 610):
        canvas.fill(ellipse(x, 426, 22), p.bottom, opacity=0.8)
    canvas.line(arc(500, 540, 110, 96, 20, 160), 24, p.top)


def _rings(canvas: Canvas, p: Palette) -> None:
    for index, (paint, radius) in enumerate(((p.shape_dark, 330), (p.shape, 240), (p.top, 156), (p.accent, 74))):
        canvas.fill(ellipse(500, 500, radius), Fade(paint, paint), opacity=1.0 if index else 0.8)
    canvas.line([(520, 480), (800, 200)], 22, "#ffffff")
    canvas.fill([(780, 150), (800, 200), (850, 220), (900, 150), (840, 158), (846, 100)], "#ffffff")


def _bubble(canvas: Canvas, p: Palette) -> None:
    canvas.fill(rectangle(210, 260, 690, 560, 80), Fade("#ffffff", p.shape))
    canvas.fill([(300, 540), (290, 660), (420, 550)], p.shape)
    canvas.fill(rectangle(400, 480, 800, 730, 76), Fade(p.accent, p.shape_dark))
    canvas.fill([(700, 710), (716, 810), (600, 720)], p.shape_dark)
    for x in (500, 600, 700):
        canvas.fill(ellipse(x, 605, 26), p.bottom)
    for y, right in ((360, 610), (430, 520)):
        canvas.line([(290, y), (right, y)], 22, p.top, opacity=0.7)


MOTIFS: Mapping[str, Callable[[Canvas, Palette], None]] = {
    "bulb": _bulb, "heart": _heart, "star": _star, "rocket": _rocket, "leaf": _leaf, "cup": _cup,
    "mountain": _mountain, "drop": _drop, "chart": _chart, "clock": _clock, "moon": _moon, "sun": _sun,
    "phone": _phone, "book": _book, "gift": _gift, "flower": _flower, "home": _home, "bag": _bag,
    "rings": _rings, "bubble": _bubble, **ORNAMENTS,
}  # fmt: skip
