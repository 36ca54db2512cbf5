"""The sandbox's places under the sky, drawn flat.

Units as in `scenery`; the middle is left quiet for a presenter.
"""

from __future__ import annotations

import math

from clipwise.sandbox.media.canvas import Canvas, Fade, Glow, arc, ellipse, rectangle, smooth
from clipwise.sandbox.media.scenery import bar, everything, light, plant


def beach(canvas: Canvas) -> None:
    """Bright beach with a palm tree and a parasol."""
    everything(canvas, Fade("#7cc8f0", "#fdeccb"))
    light(canvas, 1060, 420, 420, "#fff6cf", 0.95)
    canvas.fill(ellipse(1060, 420, 92), "#fff3b8")
    for x, y, wide in ((520, 330, 150), (860, 220, 110), (1180, 640, 120), (180, 540, 160)):
        for dx, dy, share in ((-0.6, 10, 0.5), (0, -14, 0.62), (0.6, 8, 0.48)):
            canvas.fill(ellipse(x + dx * wide, y + dy, wide * share, wide * share * 0.48), "#ffffff", opacity=0.85)
        bar(canvas, x - wide, y + 8, x + wide, y + 52, "#ffffff", 30, 0.85)
    canvas.fill(smooth([(1000, 840), (1150, 770), (1320, 800), (1620, 740), (1620, 860), (1000, 860)]), "#6fa98f")
    bar(canvas, -20, 840, 1620, 1110, Fade("#2f9fc4", "#7ad7d2"))
    for number, y in enumerate((880, 925, 975, 1030)):
        for x in range(-80 + number * 67, 1620, 260):
            canvas.line(
                smooth([(x, y), (x + 50, y - 8), (x + 100, y), (x + 150, y - 6)], closed=False),
                5,
                "#e9fbff",
                opacity=0.6,
            )
    canvas.fill(
        smooth(
            [(-40, 1100), (260, 1068), (640, 1100), (1000, 1062), (1360, 1096), (1660, 1070), (1660, 1700), (-40, 1700)]
        ),
        "#ffffff",
        opacity=0.75,
    )
    canvas.fill(
        smooth(
            [(-40, 1122), (260, 1090), (640, 1124), (1000, 1086), (1360, 1120), (1660, 1094), (1660, 1700), (-40, 1700)]
        ),
        Fade("#fbe3b0", "#eec787"),
    )
    canvas.line(smooth([(420, 1140), (414, 900), (440, 700), (490, 560)], closed=False), 30, "#9b6a45")
    for turn in (-170, -140, -100, -62, -28, 8):
        tip = (490 + 250 * math.cos(math.radians(turn)), 560 + 180 * math.sin(math.radians(turn)) + 50)
        middle = (490 + 130 * math.cos(math.radians(turn)), 560 + 130 * math.sin(math.radians(turn)) - 10)
        canvas.fill(
            smooth([(490, 560), (middle[0], middle[1] - 26), tip, (middle[0] + 6, middle[1] + 24)]),
            Fade("#4fae7a", "#2f8763"),
        )
    canvas.line([(1150, 860), (1120, 1170)], 12, "#f4f1ea")
    canvas.fill(arc(1156, 880, 170, 140, 180, 360), "#f26d5b")
    for start, end in ((205, 235), (270, 300), (330, 352)):
        canvas.fill([(1150, 880), *arc(1156, 880, 170, 140, start, end)], "#fff4e4")


def park(canvas: Canvas) -> None:
    """Green park with trees, flowers and a path."""
    everything(canvas, Fade("#9fdcf5", "#e9f8d9"))
    light(canvas, 480, 330, 420, "#fffbe0", 0.9)
    canvas.fill(
        smooth([(-60, 900), (260, 760), (620, 850), (1000, 740), (1340, 830), (1660, 760), (1660, 1300), (-60, 1300)]),
        "#a8d8a0",
    )
    canvas.fill(
        smooth([(-60, 990), (340, 900), (760, 980), (1180, 890), (1660, 980), (1660, 1400), (-60, 1400)]), "#82c489"
    )
    for x, base, radius, colour in (
        (430, 960, 150, "#4fa36c"),
        (1180, 950, 176, "#3f9463"),
        (660, 930, 90, "#67b57c"),
        (980, 925, 82, "#67b57c"),
        (140, 980, 170, "#3f9463"),
        (1480, 980, 160, "#4fa36c"),
    ):
        bar(canvas, x - radius * 0.1, base - radius, x + radius * 0.1, base + 60, "#8a623f", 6)
        for dx, dy, share in ((-0.55, -1.1, 0.75), (0.55, -1.1, 0.75), (0, -1.75, 0.82), (0, -1.1, 0.8)):
            canvas.fill(
                ellipse(x + dx * radius, base + dy * radius, radius * share), Glow("#a5dba0", colour, (0.3, 0.2))
            )
    canvas.fill(
        smooth([(-60, 1080), (500, 1010), (1100, 1040), (1660, 1000), (1660, 1700), (-60, 1700)]),
        Fade("#6cba72", "#4a9a5c"),
    )
    canvas.fill(
        smooth([(760, 1032), (860, 1034), (980, 1240), (1260, 1640), (420, 1640), (680, 1240)]),
        Fade("#f4e3bd", "#e6c996"),
    )
    for x, y, colour in (
        (420, 1180, "#ff8fa0"),
        (500, 1320, "#ffd766"),
        (380, 1420, "#ffffff"),
        (1180, 1160, "#ffd766"),
        (1230, 1300, "#ff8fa0"),
        (560, 1120, "#ffffff"),
        (1080, 1110, "#ffffff"),
    ):
        for turn in range(0, 360, 72):
            canvas.fill(
                ellipse(x + 13 * math.cos(math.radians(turn)), y + 13 * math.sin(math.radians(turn)), 10), colour
            )
        canvas.fill(ellipse(x, y, 8), "#f6a945")


def street(canvas: Canvas) -> None:
    """City street at night with neon signs and lanterns."""
    everything(canvas, Fade("#1b1440", "#56247a"))
    light(canvas, 800, 760, 640, "#ff5fa8", 0.5)
    for index, (x, wide, top) in enumerate(
        ((-20, 260, 300), (220, 230, 120), (440, 170, 380), (1000, 190, 330), (1170, 230, 90), (1390, 260, 260))
    ):
        bar(canvas, x, top, x + wide, 1140, Fade(("#2a1f5c", "#34246b", "#241a50")[index % 3], "#1a1238"))
        for row in range(int((1000 - top) / 62)):
            for column in range(int(wide / 56)):
                if (row * 5 + column * 3 + index) % 4:
                    colour = ("#ffd27a", "#7ae7ff", "#ff8ad0")[(row + column * 2 + index) % 3]
                    bar(
                        canvas,
                        x + 20 + column * 54,
                        top + 34 + row * 62,
                        x + 46 + column * 54,
                        top + 66 + row * 62,
                        colour,
                        3,
                        0.55,
                    )
    for x, top, wide, tall, colour in (
        (400, 470, 84, 280, "#ff4f9a"),
        (1130, 520, 96, 240, "#35e0ff"),
        (1040, 380, 70, 110, "#ffd34f"),
    ):
        canvas.fill(rectangle(x - 20, top - 20, x + wide + 20, top + tall + 20, 30), colour, opacity=0.4, blur=26)
        bar(canvas, x, top, x + wide, top + tall, "#1a1238", 14)
        ring = rectangle(x + 8, top + 8, x + wide - 8, top + tall - 8, 10)
        canvas.line([*ring, ring[0]], 7, colour)
        for y in range(top + 46, top + tall - 30, 50):
            canvas.line([(x + 26, y), (x + wide - 26, y)], 8, colour, opacity=0.9)
    canvas.fill([(-20, 1120), (1620, 1120), (1620, 1640), (-20, 1640)], Fade("#2a1a52", "#140d2c"))
    for x, colour in ((440, "#ff4f9a"), (1180, "#35e0ff"), (820, "#b36bff")):
        canvas.fill(ellipse(x, 1330, 90, 230), colour, opacity=0.42, blur=44)
    canvas.line(smooth([(300, 250), (620, 330), (980, 320), (1300, 220)], closed=False), 3, "#0e0826")
    for x, y in ((420, 285), (560, 318), (700, 332), (840, 334), (980, 320), (1120, 288)):
        light(canvas, x, y + 18, 62, "#ffb45e", 0.8)
        canvas.fill(ellipse(x, y + 18, 17, 21), "#ff9d4d")


def rooftop(canvas: Canvas) -> None:
    """Roof terrace over a city, under an evening sky, with a string of lamps."""
    everything(canvas, Fade("#6f86c9", "#ffc9a3"))
    light(canvas, 1080, 700, 460, "#fff0c4", 0.9)
    canvas.fill(ellipse(1080, 720, 84), "#fff1c9")
    for x, y, wide in ((520, 300, 170), (930, 210, 130), (1260, 420, 150)):
        canvas.fill(ellipse(x, y, wide, wide * 0.13), "#ffe3d3", opacity=0.75)
        canvas.fill(ellipse(x + wide * 0.4, y + 26, wide * 0.7, wide * 0.1), "#ffd3c4", opacity=0.7)
    for shade, tops, step, lit in (("#7d7fb0", (760, 690, 800, 720, 660, 790), 160, 0.0),
                                   ("#55578c", (830, 760, 900, 790, 870, 730, 850), 130, 0.8)):  # fmt: skip
        for index, x in enumerate(range(-40, 1640, step)):
            top = tops[index % len(tops)]
            bar(canvas, x, top, x + step - 8, 1120, shade)
            for pane in range(int(lit and (1060 - top) / 46)):
                if (pane + index) % 3:
                    left = x + 20 + (pane * 37 + index * 23) % (step - 66)
                    bar(canvas, left, top + 26 + pane * 46, left + 20, top + 50 + pane * 46, "#ffe2a0", 3, lit)
    bar(canvas, -20, 1010, 1620, 1130, Fade("#c98f74", "#a86e5a"))
    bar(canvas, -20, 990, 1620, 1030, "#e0ab8c", 6)
    bar(canvas, -20, 1130, 1620, 1640, Fade("#b98a70", "#8b6151"))
    for y in (1190, 1275, 1390):
        canvas.line([(-20, y), (1620, y)], 4, "#7b5546", opacity=0.5)
    for x in (380, 1215):
        canvas.line([(x, 1010), (x, 470)], 10, "#3d3350")
    wire = [(380, 480), (560, 560), (800, 590), (1040, 560), (1215, 480)]
    canvas.line(smooth(wire, closed=False), 4, "#3d3350")
    for x, y in ((450, 518), (560, 562), (680, 584), (800, 592), (920, 584), (1040, 562), (1145, 518)):
        light(canvas, x, y + 20, 56, "#ffdf9a", 0.8)
        canvas.fill(ellipse(x, y + 20, 13, 17), "#fff1c9")
    for x in (430, 1165):
        plant(canvas, x, 1110, 210, "#5b4a63", "#6aa27c")
