"""Draws and speaks the example inputs: product.png, script.txt and voice.wav."""

from __future__ import annotations

import math
from pathlib import Path

from PIL import Image, ImageDraw

from clipwise.sandbox.media import sound, speech
from clipwise.sandbox.media.canvas import Canvas, Fade, Glow, arc, ellipse, mirrored, moved, rectangle, smooth
from clipwise.sandbox.media.lettering import font

HERE = Path(__file__).parent
SCRIPT = (
    "I was so tired of heavy creams. Then I found this little vitamin serum: three drops in the morning, "
    "and my skin looks awake all day. Try it for a week and see."
)
LINE = "Three drops in the morning, and my skin looks awake all day."


def main() -> None:
    """Writes the three files beside this one."""
    product().save(HERE / "product.png", optimize=True)
    (HERE / "script.txt").write_text(f"{SCRIPT}\n", encoding="utf-8")
    spoken = speech.speak(LINE)
    sound.write_wav(HERE / "voice.wav", spoken.samples, spoken.rate)


def product() -> Image.Image:
    """A dropper bottle on a plinth, 1000 pixels square."""
    canvas = Canvas((1000, 1000), (0, 0, 1000, 1000))
    _set(canvas)
    _leaves(canvas)
    _bottle(canvas)
    _label(canvas)
    _droplets(canvas)
    return canvas.image.convert("RGB")


def _set(canvas: Canvas) -> None:
    canvas.fill(rectangle(-10, -10, 1010, 1010), Fade("#fde7d6", "#f9c9ae"))
    canvas.fill(ellipse(500, 400, 350), Fade("#fff3e6", "#fbd8bd"))
    canvas.fill(rectangle(-10, 790, 1010, 1010), Fade("#f6bd9d", "#eda582"))
    canvas.fill(ellipse(500, 890, 330, 62), "#9c4f33", opacity=0.35, blur=18)
    canvas.fill([(210, 800), (790, 800), *arc(500, 880, 290, 58, 0, 180)], Fade("#fff7ef", "#e9b596", 90))
    canvas.fill(ellipse(500, 800, 290, 58), Fade("#fffaf4", "#fbe2cf", 90))


def _leaves(canvas: Canvas) -> None:
    for base, turn, long in ((400, -22, 230), (390, -48, 220), (370, -74, 170), (600, 24, 220), (615, 52, 190)):
        across, down = math.sin(math.radians(turn)), math.cos(math.radians(turn))
        blade = ellipse(base + across * long * 0.62, 780 - down * long * 0.62, long * 0.24, long * 0.62, turn)
        canvas.fill(blade, Fade("#a9c48f", "#6a9467", 40))
        canvas.line([blade[18], blade[54]], 4, "#5b8259", opacity=0.7)


def _bottle(canvas: Canvas) -> None:
    canvas.fill(ellipse(530, 812, 190, 30), "#8a4227", opacity=0.5, blur=12)
    glass = smooth(
        moved(
            mirrored(
                [(0, 400), (58, 402), (62, 428), (84, 452), (136, 486), (150, 540), (150, 780), (132, 812), (0, 818)]
            ),
            500,
            0,
        )
    )
    canvas.fill(glass, Fade("#e99a3c", "#b4591c", 70))
    canvas.fill(rectangle(360, 560, 640, 830, 20), Fade("#f5b04c", "#c9671f", 70), opacity=0.55, within=glass)
    canvas.fill(rectangle(370, 470, 396, 800, 13), "#ffffff", opacity=0.5, blur=4, within=glass)
    canvas.fill(rectangle(612, 520, 640, 800, 12), "#6e2d0c", opacity=0.35, blur=8, within=glass)
    canvas.fill(rectangle(434, 336, 566, 420, 16), Fade("#fdf8f2", "#d9c8b8", 90))
    for x in range(446, 562, 14):
        canvas.line([(x, 346), (x, 410)], 4, "#cbb8a6", opacity=0.6)
    bulb = smooth(moved(mirrored([(0, 170), (30, 176), (44, 206), (44, 300), (50, 342), (0, 346)]), 500, 0))
    canvas.fill(bulb, Fade("#f28b72", "#cf5f48", 90))
    canvas.fill(rectangle(474, 200, 486, 320, 6), "#ffffff", opacity=0.45, blur=3, within=bulb)


def _label(canvas: Canvas) -> None:
    canvas.fill(rectangle(372, 560, 628, 756, 14), Fade("#fffdf9", "#f6e6d6", 90))
    canvas.fill(ellipse(500, 604, 24), Glow("#ffd98a", "#f0913e", (0.4, 0.35)))
    pen = ImageDraw.Draw(canvas.image)
    for text, y, size, weight in (("LUMEA", 672, 46, 700), ("VITAMIN C SERUM", 708, 20, 600), ("30 ml", 736, 18, 400)):
        pen.text((500, y), text, "#7a3f22", font(size, weight), anchor="ms")


def _droplets(canvas: Canvas) -> None:
    for x, y, size in ((690, 812, 20), (738, 826, 12), (300, 822, 16)):
        canvas.fill(ellipse(x + 4, y + size * 0.6, size * 1.2, size * 0.4), "#8a4227", opacity=0.4, blur=4)
        canvas.fill(ellipse(x, y, size * 1.2, size * 0.8), Glow("#ffe6b5", "#ec9a3f", (0.35, 0.3)))
        canvas.fill(ellipse(x - size * 0.4, y - size * 0.3, size * 0.3, size * 0.18), "#ffffff", opacity=0.9)


if __name__ == "__main__":
    main()
