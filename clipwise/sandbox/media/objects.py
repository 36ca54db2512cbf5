"""Everyday things for pictures made from words, each drawn in a colour.

Knows no format. Units: a square of 1000; a thing stands on the line y = 900.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from PIL import Image

from clipwise.sandbox.media.canvas import Canvas, Fade, Glow, arc, ellipse, mirrored, moved, rectangle, smooth
from clipwise.sandbox.media.colours import mixed

VIEW = (0.0, 0.0, 1000.0, 1000.0)
DARK = "#2b2d3a"


def draw(name: str, size: int, colour: str) -> Image.Image:
    """The thing `name` in a colour, as RGBA cut to what is drawn; its foot is the picture's lower edge."""
    canvas = Canvas((size, size), VIEW)
    THINGS[name](canvas, colour, mixed(colour, "#10122a", 0.4), mixed(colour, "#ffffff", 0.5))
    return canvas.image.crop((0, 0, size, round(size * 0.91))).crop(canvas.image.getbbox())


def _wheel(c: Canvas, x: float, y: float, r: float, spokes: int = 10) -> None:
    ring = ellipse(x, y, r)
    c.line([*ring, ring[0]], r * 0.13, DARK)
    for n in range(spokes):
        turn = n * math.pi / spokes
        dx, dy = r * math.cos(turn), r * math.sin(turn)
        c.line([(x - dx, y - dy), (x + dx, y + dy)], r * 0.02, "#8d93a1", opacity=0.8)
    c.fill(ellipse(x, y, r * 0.12), "#5c6170")


def _bicycle(c: Canvas, colour: str, dark: str, light: str) -> None:
    for x in (235, 765):
        _wheel(c, x, 712, 178)
    back, front, crank, seat, head = (235, 712), (765, 712), (470, 718), (392, 430), (672, 420)
    for a, b in ((back, crank), (back, (404, 470)), (crank, seat), (crank, (684, 470)), ((404, 470), (678, 446))):
        c.line([a, b], 26, colour)
    c.line([head, (690, 500), front], 26, dark)
    c.line([head, (660, 360), (600, 340)], 22, DARK)
    c.line([(660, 360), (730, 350)], 22, DARK)
    c.line([seat, (384, 392)], 18, "#8d93a1")
    c.fill(smooth([(310, 372), (400, 360), (462, 384), (400, 404), (330, 402)]), DARK)
    c.fill(ellipse(470, 718, 50), "#5c6170")
    c.line([(470, 718), (512, 800)], 16, DARK)
    c.fill(rectangle(486, 794, 560, 816, 8), DARK)
    c.line([(410, 480), (480, 700)], 6, light, opacity=0.7)


def _car(c: Canvas, colour: str, dark: str, light: str) -> None:
    cabin = smooth([(250, 560), (340, 420), (500, 390), (640, 420), (740, 560)], closed=False)
    c.fill([*cabin, (740, 600), (250, 600)], dark)
    for left, right in ((306, 484), (512, 690)):
        c.fill(rectangle(left, 440, right, 556, 34), "#cfe8f5")
    c.fill(smooth([(60, 640), (90, 560), (260, 540), (720, 540), (900, 580), (944, 660), (930, 780), (70, 780)]),
           Fade(mixed(colour, "#ffffff", 0.15), colour))  # fmt: skip
    c.line([(90, 660), (920, 660)], 8, light, opacity=0.6)
    c.fill(ellipse(900, 640, 34, 26), "#fff0b8")
    for x in (260, 740):
        c.fill(ellipse(x, 780, 118), DARK)
        c.fill(ellipse(x, 780, 58), "#cdd2dc")


def _cat(c: Canvas, colour: str, dark: str, light: str) -> None:
    c.line(smooth([(640, 840), (800, 820), (830, 680), (770, 600)], closed=False), 54, colour)
    c.fill(smooth([(340, 890), (330, 660), (420, 520), (580, 520), (670, 660), (660, 890)]), Fade(colour, dark))
    c.fill(smooth([(430, 890), (440, 680), (500, 620), (560, 680), (570, 890)]), light, opacity=0.7)
    for side in (-1, 1):
        c.fill([(500 + side * 60, 260), (500 + side * 190, 130), (500 + side * 180, 340)], colour)
        c.fill([(500 + side * 96, 260), (500 + side * 170, 180), (500 + side * 164, 310)], "#f3a9b0", opacity=0.8)
        c.fill(ellipse(500 + side * 70, 360, 26, 34), "#f6e58a")
        c.fill(ellipse(500 + side * 70, 362, 10, 30), DARK)
        c.fill(ellipse(500 + side * 90, 872, 70, 30), colour)
    _muzzle(c, colour, light, 380)


def _muzzle(c: Canvas, colour: str, light: str, y: float) -> None:
    head = Canvas(c.image.size, VIEW)
    head.fill(ellipse(500, y, 200, 172), colour)
    c.image.alpha_composite(Image.composite(head.image, Image.new("RGBA", c.image.size), head.image.getchannel("A")))
    for side in (-1, 1):
        c.fill(ellipse(500 + side * 76, y - 20, 30, 36), "#fffaf0")
        c.fill(ellipse(500 + side * 74, y - 16, 20, 28), DARK)
        c.fill(ellipse(500 + side * 68, y - 28, 8), "#ffffff")
        c.fill(ellipse(500 + side * 34, y + 72, 46, 36), light)
    c.fill(ellipse(500, y + 46, 26, 18), "#4a2f33")
    c.line(arc(500, y + 84, 34, 26, 20, 160), 8, "#4a2f33")


def _dog(c: Canvas, colour: str, dark: str, light: str) -> None:
    c.line(smooth([(650, 780), (770, 720), (800, 610)], closed=False), 44, colour)
    c.fill(smooth([(320, 890), (330, 640), (430, 520), (570, 520), (680, 650), (690, 890)]), Fade(colour, dark))
    for side in (-1, 1):
        c.fill(rectangle(500 + side * 96 - 52, 660, 500 + side * 96 + 52, 892, 50), colour)
        c.fill(ellipse(500 + side * 100, 872, 74, 30), light)
    _muzzle(c, colour, light, 380)
    for side in (-1, 1):
        c.fill(ellipse(500 + side * 196, 380, 62, 150, side * 14), dark)
    c.fill(rectangle(380, 548, 620, 584, 18), "#d9423a")


def _bird(c: Canvas, colour: str, dark: str, light: str) -> None:
    c.fill([(250, 560), (60, 640), (90, 520)], dark)
    for x in (470, 540):
        c.line([(x, 740), (x, 890)], 14, "#c98a3c")
    c.fill(smooth([(200, 560), (380, 420), (640, 400), (740, 560), (620, 740), (380, 760)]), Fade(colour, dark))
    c.fill(ellipse(690, 400, 128), colour)
    c.fill([(800, 370), (900, 410), (800, 440)], "#f2a93b")
    c.fill(ellipse(728, 372, 20), DARK)
    c.fill(smooth([(300, 540), (480, 470), (600, 560), (470, 660), (360, 640)]), dark)
    c.fill(ellipse(620, 640, 90, 70), light, opacity=0.6)


def _boat(c: Canvas, colour: str, dark: str, light: str) -> None:
    c.line([(500, 120), (500, 720)], 20, "#8a623f")
    c.fill([(520, 150), (520, 640), (820, 640)], Fade("#ffffff", light))
    c.fill([(480, 220), (480, 640), (240, 640)], Fade("#ffffff", "#dfe6ee"))
    c.fill(smooth([(120, 700), (500, 720), (880, 700), (760, 880), (240, 880)], steps=6), Fade(colour, dark))
    c.line([(150, 722), (850, 722)], 14, light)


def _bottle(c: Canvas, colour: str, dark: str, light: str) -> None:
    glass = smooth(
        moved(mirrored([(0, 250), (70, 252), (74, 330), (130, 410), (140, 500), (140, 860), (0, 896)]), 500, 0)
    )
    c.fill(glass, Fade(colour, dark, 90))
    c.fill(rectangle(420, 130, 580, 262, 24), Fade("#e6e9ef", "#9aa0ad", 90))
    c.fill(rectangle(372, 560, 628, 740, 16), light)
    c.fill(rectangle(386, 440, 410, 840, 12), "#ffffff", opacity=0.5, blur=4, within=glass)


def _shoe(c: Canvas, colour: str, dark: str, light: str) -> None:
    upper = smooth([(110, 500), (200, 470), (340, 520), (470, 480), (560, 600), (800, 690), (900, 790), (110, 800)])
    c.fill(upper, Fade(colour, dark))
    c.fill(rectangle(90, 780, 920, 870, 40), "#f7f5f0")
    c.line([(110, 836), (900, 836)], 10, mixed(colour, "#ffffff", 0.3))
    for n in range(4):
        c.line([(470 + n * 56, 540 + n * 34), (560 + n * 52, 520 + n * 40)], 16, "#ffffff")
    c.line(smooth([(180, 730), (340, 690), (560, 740)], closed=False), 26, light)


def _apple(c: Canvas, colour: str, dark: str, light: str) -> None:
    half = [(0.0, -190.0), (110, -240), (250, -170), (280, 20), (190, 250), (70, 300), (0, 270)]
    c.fill(smooth(moved(mirrored(half), 500, 590)), Glow(mixed(colour, "#ffffff", 0.25), dark, (0.36, 0.34)))
    c.line(smooth([(500, 410), (510, 320), (550, 260)], closed=False), 22, "#7a5535")
    c.fill(ellipse(620, 300, 46, 96, 60), "#5aa05c")
    c.line(arc(400, 520, 90, 110, 180, 260), 22, light, opacity=0.8)


def _balloon(c: Canvas, colour: str, dark: str, light: str) -> None:
    c.line(smooth([(500, 610), (470, 700), (520, 800), (490, 896)], closed=False), 8, "#7b8090")
    c.fill(ellipse(500, 340, 220, 270), Glow(light, colour, (0.36, 0.3)))
    c.fill([(500, 596), (466, 640), (534, 640)], dark)
    c.line(arc(500, 340, 160, 200, 190, 250), 20, "#ffffff", opacity=0.6)


def _chair(c: Canvas, colour: str, dark: str, light: str) -> None:
    for x in (300, 700):
        c.line([(x, 640), (x + (20 if x > 500 else -20), 890)], 34, dark)
    c.fill(rectangle(260, 200, 740, 620, 90), Fade(colour, dark))
    c.fill(rectangle(220, 560, 780, 720, 60), Fade(light, colour))


def _tree(c: Canvas, colour: str, dark: str, light: str) -> None:
    c.fill(smooth([(450, 890), (470, 620), (530, 620), (550, 890)], steps=6), "#8a623f")
    for x, y, r in ((380, 470, 170), (620, 470, 170), (500, 330, 190), (500, 540, 160)):
        c.fill(ellipse(x, y, r), Glow(light, colour, (0.3, 0.2)))
    c.fill(ellipse(560, 580, 130, 70), dark, opacity=0.25, blur=20)


def _candle(c: Canvas, colour: str, dark: str, light: str) -> None:
    c.fill(ellipse(500, 300, 230), Glow("#ffe9a8", "#ffe9a800"), opacity=0.9)
    c.fill(rectangle(360, 500, 640, 896, 40), Fade(colour, dark, 90))
    c.fill(ellipse(500, 512, 140, 36), light)
    c.line([(500, 510), (500, 440)], 10, DARK)
    c.fill(smooth([(500, 250), (556, 370), (500, 450), (444, 370)]), Fade("#fff3b8", "#f2903b"))


def _lamp(c: Canvas, colour: str, dark: str, light: str) -> None:
    c.fill(ellipse(500, 560, 360, 300), Glow("#fff1c2", "#fff1c200"), opacity=0.8)
    c.line([(500, 460), (500, 860)], 26, "#8a623f")
    c.fill(ellipse(500, 872, 150, 26), "#6f4d31")
    c.fill([(390, 190), (610, 190), (720, 480), (280, 480)], Fade(light, colour))
    c.fill(ellipse(500, 480, 220, 30), dark, opacity=0.3)


THINGS: Mapping[str, Callable[[Canvas, str, str, str], None]] = {
    "bicycle": _bicycle, "car": _car, "cat": _cat, "dog": _dog, "bird": _bird, "boat": _boat, "bottle": _bottle,
    "shoe": _shoe, "apple": _apple, "balloon": _balloon, "chair": _chair, "tree": _tree, "candle": _candle,
    "lamp": _lamp,
}  # fmt: skip
USUAL: Mapping[str, str] = {
    "bicycle": "#d9423a", "car": "#3a78c9", "cat": "#e2992e", "dog": "#b98050", "bird": "#3dbdb5", "boat": "#d9423a",
    "bottle": "#26888c", "shoe": "#ee8a34", "apple": "#d9423a", "balloon": "#ee86ab", "chair": "#8a63c7",
    "tree": "#4a9d5f", "candle": "#f6ead2", "lamp": "#f2c230",
}  # fmt: skip
"""The colour of a thing when none is asked for."""
