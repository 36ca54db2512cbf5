"""The sandbox's rooms, drawn flat.

Units as in `scenery`; the middle is left quiet for a presenter.
"""

from __future__ import annotations

import math

from clipwise.sandbox.media.canvas import Canvas, Fade, Glow, arc, ellipse, rectangle, smooth
from clipwise.sandbox.media.scenery import bar, everything, light, plant, window


def kitchen(canvas: Canvas) -> None:
    """Warm kitchen with a window, hanging lamps and fruit."""
    everything(canvas, Fade("#ffe9c9", "#ffd9ac"))
    light(canvas, 560, 420, 640, "#fff7df", 0.9)
    window(canvas, 410, 300, 760, 760, Fade("#a9dcf3", "#e8f7e6"))
    canvas.fill(
        smooth([(410, 690), (480, 640), (560, 668), (650, 626), (760, 670), (760, 760), (410, 760)]),
        "#9fce94",
        within=rectangle(410, 300, 760, 760),
    )
    for x in range(860, 1600, 92):
        for row in range(6):
            bar(canvas, x + row % 2 * 46, 500 + row * 66, x + 84 + row % 2 * 46, 558 + row * 66, "#fff6ea", 6, 0.55)
    bar(canvas, 870, 640, 1620, 662, "#b07a4f", 4)
    for x, colour, tall in ((900, "#e8785a", 74), (985, "#f2b84b", 92), (1080, "#6aa88f", 66), (1165, "#e8785a", 84)):
        bar(canvas, x, 640 - tall, x + 62, 640, Fade(colour, colour), 14)
        bar(canvas, x + 6, 630 - tall, x + 56, 646 - tall, "#8b5a3c", 5)
    for x, drop in ((930, 330), (1120, 290)):
        canvas.line([(x, -20), (x, drop)], 5, "#6b5344")
        canvas.fill(arc(x, drop + 74, 74, 74, 180, 360), Fade("#4f7f78", "#3b645f"))
        light(canvas, x, drop + 100, 170, "#fff3c4", 0.55)
    bar(canvas, -20, 1010, 1620, 1070, Fade("#c98f60", "#b27a4d"))
    bar(canvas, -20, 1070, 1620, 1620, Fade("#f6efe4", "#e2d3bd"))
    for x in range(40, 1600, 300):
        bar(canvas, x, 1120, x + 264, 1620, "#fffaf2", 14, 0.75)
        bar(canvas, x + 102, 1150, x + 162, 1166, "#b98a5e", 8)
    plant(canvas, 410, 960, 190)
    for x, y in ((1130, 985), (1190, 988), (1160, 940)):
        canvas.fill(ellipse(x, y, 36), Glow("#ffc46b", "#ef8b3a", (0.35, 0.3)))
    canvas.fill(arc(1160, 990, 112, 52, 0, 180), Fade("#7fb3c8", "#4f8ca6"))


def loft(canvas: Canvas) -> None:
    """Brick loft at dusk with tall windows over a skyline."""
    everything(canvas, Fade("#58493f", "#7a6150"))
    for row in range(30):
        for column in range(15):
            x, y = column * 124 - (row % 2) * 62, row * 46 - 20
            bar(
                canvas,
                x + 3,
                y + 3,
                x + 119,
                y + 41,
                ("#9a6a52", "#a6745a", "#8f614b")[(row * 7 + column * 3) % 3],
                4,
                0.62,
            )
    for left in (392, 960):
        bar(canvas, left - 14, 240, left + 264, 880, "#2b2a30", 6)
        pane = rectangle(left, 254, left + 250, 866)
        canvas.fill(pane, Fade("#f7b58a", "#6e8fc6"))
        for index, tall in enumerate((210, 330, 260, 390, 180)):
            bar(
                canvas,
                left + index * 50,
                866 - tall,
                left + index * 50 + 48,
                866,
                ("#44558a", "#51639b", "#3b4a7b")[index % 3],
            )
            for lamp in range(int(tall / 44)):
                bar(
                    canvas,
                    left + index * 50 + 10 + lamp % 2 * 18,
                    884 - tall + lamp * 42,
                    left + index * 50 + 20 + lamp % 2 * 18,
                    900 - tall + lamp * 42,
                    "#ffe2a0",
                )
        for x in (left + 80, left + 165):
            canvas.line([(x, 254), (x, 866)], 7, "#2b2a30")
        for y in (450, 650):
            canvas.line([(left, y), (left + 250, y)], 7, "#2b2a30")
    canvas.line(arc(800, -120, 780, 330, 10, 170), 4, "#26211e")
    for angle in range(20, 165, 18):
        across, down = 800 + 780 * math.cos(math.radians(angle)), -120 + 330 * math.sin(math.radians(angle))
        light(canvas, across, down + 24, 70, "#ffdf9a", 0.8)
        canvas.fill(ellipse(across, down + 22, 13, 17), "#fff1c9")
    bar(canvas, -20, 1120, 1620, 1620, Fade("#7d563d", "#543826"))
    for y in (1190, 1290, 1420):
        canvas.line([(-20, y), (1620, y)], 4, "#49301f", opacity=0.6)
    canvas.fill(rectangle(330, 960, 690, 1190, 46), Fade("#3f7a78", "#2e5d5b"))
    canvas.fill(rectangle(300, 1040, 720, 1210, 46), Fade("#4f9290", "#376e6c"))
    plant(canvas, 1200, 1080, 300, "#e9e0d2")


def studio(canvas: Canvas) -> None:
    """Soft coral studio with plinths and a branch."""
    everything(canvas, Fade("#f6c7bf", "#f2a8a0"))
    light(canvas, 800, 640, 760, "#fff0e8", 0.85)
    canvas.fill(
        smooth([(-60, 1180), (400, 1130), (800, 1118), (1200, 1130), (1660, 1180), (1660, 1700), (-60, 1700)]),
        Fade("#f4b3a8", "#e89488"),
    )
    canvas.fill(ellipse(800, 620, 330), "#fbd9cf", opacity=0.7)
    canvas.fill(ellipse(470, 1150, 150, 34), "#a85b57", opacity=0.35, blur=14)
    bar(canvas, 350, 880, 590, 1150, Fade("#fbe6de", "#e7b6aa", 90), 10)
    canvas.fill(ellipse(470, 880, 120, 30), "#fff2ec")
    canvas.fill(ellipse(470, 800, 74), Glow("#ffe6a8", "#efb552", (0.35, 0.3)))
    canvas.fill(ellipse(1150, 1180, 150, 34), "#a85b57", opacity=0.35, blur=14)
    bar(canvas, 1040, 990, 1260, 1180, Fade("#fbe6de", "#e7b6aa", 90), 10)
    canvas.fill(ellipse(1150, 990, 110, 27), "#fff2ec")
    canvas.line(smooth([(1150, 985), (1140, 860), (1168, 730)], closed=False), 9, "#8a9b6c")
    for x, y, turn in ((1112, 850, 30), (1186, 810, -36), (1136, 770, 24), (1190, 740, -30), (1160, 700, 0)):
        canvas.fill(ellipse(x, y, 24, 48, turn - 20), Fade("#a8ba86", "#7d9163"))
    canvas.fill(arc(1180, 440, 130, 130, 180, 360), "#f7d28b", opacity=0.9)


def bathroom(canvas: Canvas) -> None:
    """Light tiled bathroom with a mirror and shelves of bottles."""
    everything(canvas, "#d8ece8")
    for x in range(0, 1600, 100):
        for y in range(0, 1100, 100):
            bar(canvas, x + 3, y + 3, x + 97, y + 97, Fade("#eef8f5", "#e0f1ed", 45), 8, 0.95)
    light(canvas, 800, 420, 620, "#ffffff", 0.7)
    canvas.fill(ellipse(800, 470, 262, 330), "#d9b06f")
    canvas.fill(ellipse(800, 470, 246, 314), Fade("#f4fbfd", "#c4e2ea", 35))
    for x in (690, 760):
        canvas.line([(x, 640), (x + 200, 300)], 26, "#ffffff", opacity=0.35, within=ellipse(800, 470, 246, 314))
    for x, y in ((380, 700), (1010, 700)):
        bar(canvas, x - 20, y, x + 220, y + 22, "#c99a6a", 6)
        canvas.fill(rectangle(x - 10, y + 22, x + 210, y + 40), "#6d9088", opacity=0.25, blur=8)
    for x, tall, wide, colour in (
        (388, 120, 52, "#f2a48f"),
        (452, 84, 64, "#fdf6ea"),
        (528, 142, 44, "#7fb8a6"),
        (1020, 92, 66, "#e9c46a"),
        (1100, 136, 48, "#fdf6ea"),
        (1160, 104, 54, "#8cb3d9"),
    ):
        bar(canvas, x, 700 - tall, x + wide, 700, Fade(colour, colour), 12)
        bar(canvas, x + wide * 0.28, 676 - tall, x + wide * 0.72, 704 - tall, "#ffffff", 5)
        bar(canvas, x + 8, 700 - tall * 0.62, x + wide - 8, 700 - tall * 0.3, "#ffffff", 4, 0.55)
    bar(canvas, -20, 1060, 1620, 1130, Fade("#ffffff", "#e3ded6"))
    bar(canvas, -20, 1130, 1620, 1620, Fade("#b98d63", "#96683f"))
    for x in (270, 800, 1330):
        bar(canvas, x - 245, 1170, x + 245, 1640, "#c79b70", 12, 0.7)
        canvas.fill(ellipse(x + 190, 1220, 14), "#f0d9a6")
    plant(canvas, 1190, 1010, 210, "#ffffff", "#5fae86")
    bar(canvas, 390, 950, 560, 1060, Fade("#fdf6ea", "#eadfc9"), 18)
    bar(canvas, 400, 910, 550, 960, Fade("#f2b9a9", "#e39d8b"), 18)


def desk(canvas: Canvas) -> None:
    """Desk with books, pictures, a laptop and a lamp."""
    everything(canvas, Fade("#cfd8f2", "#e9e3f4"))
    light(canvas, 1180, 460, 520, "#fff5dd", 0.8)
    for y in (420, 640):
        bar(canvas, 350, y, 720, y + 20, "#a97c57", 5)
        for index in range(9):
            tall = 104 + (index * 37 + y) % 62
            colour = ("#ef7d63", "#4d7fb8", "#f2bd52", "#5fa58a", "#8d6fb5", "#f7ead3")[(index * 5 + y // 100) % 6]
            bar(canvas, 368 + index * 38, y - tall, 400 + index * 38, y, Fade(colour, colour), 4)
            bar(canvas, 373 + index * 38, y - tall + 18, 395 + index * 38, y - tall + 26, "#ffffff", 0, 0.6)
    for left, top, colour in ((930, 330, "#f7c4b4"), (1100, 420, "#b9dccb"), (940, 560, "#f6dfa4")):
        bar(canvas, left - 10, top - 10, left + 140, top + 190, "#ffffff", 6)
        bar(canvas, left, top, left + 130, top + 180, colour, 2)
        canvas.fill(ellipse(left + 65, top + 78, 36), "#ffffff", opacity=0.75)
        canvas.fill(
            smooth(
                [
                    (left + 4, top + 150),
                    (left + 44, top + 112),
                    (left + 84, top + 144),
                    (left + 126, top + 104),
                    (left + 126, top + 176),
                    (left + 4, top + 176),
                ]
            ),
            "#5f7fa8",
            opacity=0.55,
        )
    bar(canvas, -20, 1040, 1620, 1110, Fade("#d9a874", "#c48e58"))
    bar(canvas, -20, 1110, 1620, 1620, Fade("#b47f4d", "#8b5e36"))
    bar(canvas, 1000, 820, 1300, 1010, Fade("#3a4157", "#2a3044"), 14)
    bar(canvas, 1014, 834, 1286, 996, Fade("#7aa7e8", "#b98fe0", 60), 6)
    bar(canvas, 960, 1010, 1340, 1042, Fade("#dfe4ee", "#b4bccd"), 12)
    canvas.line([(440, 1040), (430, 860), (520, 760)], 14, "#3d465c")
    canvas.fill([(470, 790), (560, 690), (640, 800), (560, 850)], Fade("#f2bd52", "#dd9c2f"))
    light(canvas, 600, 880, 200, "#fff3c4", 0.7)
    bar(canvas, 640, 960, 716, 1042, Fade("#ef7d63", "#d9634a"), 12)
    canvas.line(arc(722, 996, 26, 24, -80, 80), 11, "#d9634a")
