"""The sandbox's presenters: flat drawings, head and shoulders, on transparency, able to talk and to blink.

Knows nothing of film. Units as in `looks`.
"""

from __future__ import annotations

from PIL import Image

from clipwise.sandbox.media.canvas import Canvas, Fade, arc, ellipse, mirrored, rectangle, smooth
from clipwise.sandbox.media.hair import EXTRAS, STYLES, beard
from clipwise.sandbox.media.looks import FACE, HEAD, LOOKS, VIEW, Look, at
from clipwise.sandbox.media.wardrobe import OUTFITS

MOUTH_LEVELS = 5
_NECK = smooth(
    at(mirrored([(0, 90), (66, 100), (68, 210), (80, 262), (108, 300), (0, 420)])),
)


def draw(name: str, size: int, mouth: int = 0, eyes_open: bool = True) -> Image.Image:
    """The presenter `name` as an RGBA square of `size` pixels; `mouth` is 0 (closed, smiling) to 4 (wide)."""
    return Presenter(LOOKS[name], size).pose(mouth, eyes_open)


class Presenter:
    """A presenter at one size, drawn once, whose mouth and eyes are put in for each pose and then kept.

    Without a body (`dressed=False`) it is a head and a neck, for a body of the caller's.
    """

    def __init__(self, look: Look, size: int, dressed: bool = True) -> None:
        self._look = look
        self._size = (size, size)
        under = Canvas(self._size, VIEW)
        STYLES[self._look.style].back(under, self._look)
        under.fill(_NECK, Fade(self._look.shade, self._look.skin))
        if dressed:
            OUTFITS[self._look.outfit](under, self._look)
        _head(under, self._look)
        self._under = under.image
        over = Canvas(self._size, VIEW)
        STYLES[self._look.style].front(over, self._look)
        for extra in self._look.extras:
            EXTRAS[extra](over, self._look)
        self._over = over.image
        self._poses: dict[tuple[int, bool, bool], Image.Image] = {}

    def pose(self, mouth: int, eyes_open: bool, smile: bool = False) -> Image.Image:
        """The drawing with this mouth (0 to 4) and these eyes; do not change it."""
        key = (mouth, eyes_open, smile)
        if key not in self._poses:
            canvas = Canvas(self._size, VIEW)
            canvas.image.alpha_composite(self._under)
            if "beard" in self._look.extras:
                beard(canvas, self._look)
            _eyes(canvas, self._look, eyes_open)
            _mouth(canvas, self._look, mouth / (MOUTH_LEVELS - 1), smile)
            canvas.image.alpha_composite(self._over)
            self._poses[key] = canvas.image
        return self._poses[key]


def _head(canvas: Canvas, look: Look) -> None:
    canvas.fill(
        smooth(at([(-66, 150), (0, 176), (66, 150), (70, 225), (0, 258), (-70, 225)])),
        look.shade,
        opacity=0.75,
        blur=6,
        within=_NECK,
    )
    for side in (-1, 1):
        canvas.fill(ellipse(FACE[0] + side * 150, FACE[1] + 22, 28, 42, side * 8), look.skin)
        canvas.fill(ellipse(FACE[0] + side * 153, FACE[1] + 24, 14, 25, side * 8), look.shade, opacity=0.5)
    canvas.fill(HEAD, look.skin)
    canvas.fill(at(ellipse(0, 215, 150, 60)), look.shade, opacity=0.35, blur=16, within=HEAD)
    canvas.fill(at(ellipse(168, 40, 56, 190)), look.shade, opacity=0.35, blur=20, within=HEAD)
    canvas.fill(at(ellipse(-40, -90, 90, 60)), "#ffffff", opacity=0.14, blur=26, within=HEAD)
    for side in (-1, 1):
        canvas.fill(at(ellipse(side * 88, 68, 36, 24)), look.blush, opacity=0.34, blur=9, within=HEAD)
    canvas.line(smooth(at([(4, 18), (17, 56), (0, 66), (-12, 62)]), closed=False), 7, look.shade)


def _eyes(canvas: Canvas, look: Look, eyes_open: bool) -> None:
    brow = look.shade if look.style == "pixie" else look.hair
    for side in (-1, 1):
        x = side * 60
        canvas.line(at(arc(x + side * 3, -34, 36, 17, -152, -28)), 10, brow)
        if not eyes_open:
            canvas.line(at(arc(x, 2, 21, 9, 15, 165)), 7, "#3a2622")
            continue
        canvas.fill(at(ellipse(x, 0, 25, 21)), "#fffaf5", opacity=0.96)
        canvas.fill(at(ellipse(x, 1, 15.5, 18)), "#3b2a25")
        canvas.fill(at(ellipse(x + 5, -6, 5)), "#ffffff")
        canvas.line(at(arc(x, 1, 26, 22, -165, -15)), 6.5, "#2c1d1a")


def _mouth(canvas: Canvas, look: Look, wide: float, smile: bool) -> None:
    if smile:
        for side in (-1, 1):
            canvas.line(at(arc(side * 60, 40, 26, 10, 200, 340)), 4, look.shade, opacity=0.8)
    if smile and wide <= 0.3:
        _smile(canvas, look)
        return
    if wide <= 0:
        canvas.line(at(arc(0, 88, 46, 32, 25, 155)), 9, look.lips)
        return
    reach = 46 - 8 * wide
    lips = smooth(
        at([(-reach, 102), (-reach * 0.5, 98), (0, 100), (reach * 0.5, 98), (reach, 102),
             (reach * 0.72, 114 + 26 * wide), (0, 122 + 38 * wide), (-reach * 0.72, 114 + 26 * wide)])
    )  # fmt: skip
    canvas.fill(lips, "#571c26")
    canvas.fill(at(ellipse(0, 132 + 36 * wide, 26, 18)), "#e0737a", within=lips)
    canvas.fill(at(rectangle(-reach, 92, reach, 108 + 4 * wide, 4)), "#ffffff", within=lips)
    canvas.line([*lips, lips[0]], 6, look.lips)


def _smile(canvas: Canvas, look: Look) -> None:
    lips = smooth(at([(-58, 92), (-30, 100), (0, 103), (30, 100), (58, 92), (40, 122), (0, 138), (-40, 122)]))
    canvas.fill(lips, "#7a2832")
    canvas.fill(at(rectangle(-58, 86, 58, 117, 4)), "#ffffff", within=lips)
    canvas.line([*lips, lips[0]], 6, look.lips)
