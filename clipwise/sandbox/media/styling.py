"""The look that a text asks for: film treatments by style words, and the place and the light that a text names.

Knows no format. What no word asks for stays as it is.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps

from clipwise.sandbox.media import picture_words
from clipwise.sandbox.media.stage import Layer

Change = Callable[[Image.Image], Image.Image]


def _tinted(colour: tuple[int, int, int], share: float, contrast: float = 1.0) -> Change:
    def change(frame: Image.Image) -> Image.Image:
        tint = Image.blend(frame, Image.new("RGB", frame.size, colour), share)
        return ImageEnhance.Contrast(tint).enhance(contrast)

    return change


def _sepia(frame: Image.Image) -> Image.Image:
    grey = ImageOps.grayscale(frame)
    return ImageOps.colorize(grey, "#24150b", "#fff3d6", "#a87d4f")


def _noir(frame: Image.Image) -> Image.Image:
    return ImageEnhance.Contrast(ImageOps.grayscale(frame)).enhance(1.35).convert("RGB")


def _clay(frame: Image.Image) -> Image.Image:
    """Matt and dented, as if pressed by thumbs."""
    dented = ImageChops.soft_light(frame.filter(ImageFilter.SMOOTH_MORE), _dents(frame.size))
    return ImageEnhance.Color(ImageOps.posterize(dented, 5)).enhance(1.2)


@functools.lru_cache(maxsize=4)
def _dents(size: tuple[int, int]) -> Image.Image:
    """A relief of soft lumps, lit from above."""
    cell = max(8, min(size) // 18)
    coarse = (size[1] // cell + 2, size[0] // cell + 2)
    lumps = Image.fromarray(np.random.default_rng(3).integers(0, 255, coarse, np.uint8))
    smooth = lumps.resize(size, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(2))
    relief = ImageOps.autocontrast(smooth.filter(ImageFilter.EMBOSS), cutoff=2)
    return Image.blend(relief, Image.new("L", size, 128), 0.66).convert("RGB")


def _comic(frame: Image.Image) -> Image.Image:
    flat = ImageOps.posterize(ImageEnhance.Color(frame).enhance(1.2), 4)
    edges = ImageOps.grayscale(frame).filter(ImageFilter.FIND_EDGES).point([255 - min(255, v * 3) for v in range(256)])
    return Image.composite(flat, Image.new("RGB", frame.size, "#14151f"), edges)


def _pixels(frame: Image.Image) -> Image.Image:
    cell = max(3, min(frame.size) // 72)
    small = frame.resize((frame.width // cell, frame.height // cell), Image.Resampling.BOX)
    return small.resize(frame.size, Image.Resampling.NEAREST)


def _painted(frame: Image.Image) -> Image.Image:
    """Few colours, run a little into one another, on rough paper."""
    few = ImageOps.posterize(ImageEnhance.Color(frame).enhance(1.25), 4)
    soft = Image.blend(few, few.filter(ImageFilter.BoxBlur(max(1, min(frame.size) // 240))), 0.6)
    paper = Image.blend(soft, Image.new("RGB", frame.size, "#fff8ec"), 0.22)
    return Image.blend(paper, ImageChops.soft_light(paper, _dents(frame.size)), 0.5)


def _dreamy(frame: Image.Image) -> Image.Image:
    glow = frame.filter(ImageFilter.GaussianBlur(min(frame.size) / 40))
    return Image.blend(frame, ImageEnhance.Brightness(glow).enhance(1.15), 0.45)


def _sketch(frame: Image.Image) -> Image.Image:
    grey = ImageOps.grayscale(frame)
    blurred = np.asarray(ImageOps.invert(grey).filter(ImageFilter.GaussianBlur(min(frame.size) / 60)), np.float32)
    dodged = np.minimum(255.0, np.asarray(grey, np.float32) * 255.0 / np.maximum(1.0, 256.0 - blurred))
    return Image.fromarray(dodged.astype(np.uint8)).convert("RGB")


@dataclass(frozen=True, slots=True)
class Treatment:
    """How a style looks: a change to each picture, and how many pictures a second move (0: all)."""

    name: str
    words: str
    change: Change
    steps: int = 0


_STYLES: tuple[Treatment, ...] = (
    Treatment("clay", r"clay\w*|stop[ -]?motion|plasticine|claymation", _clay, steps=8),
    Treatment("black and white", r"noir|black[ -]and[ -]white|monochrome", _noir),
    Treatment("sepia", r"sepia|vintage|retro|old[ -]fashioned|nostalgi\w+", _sepia),
    Treatment("comic", r"comics?|cartoon\w*|pop[ -]art|anime|manga", _comic),
    Treatment("pixels", r"pixel\w*|8[ -]?bit|arcade|voxel", _pixels),
    Treatment("painting", r"water[ -]?colou?rs?|paint\w*|gouache|oil|pastels?", _painted, steps=12),
    Treatment("pencil", r"sketch\w*|pencil|hand[ -]drawn|line[ -]art|charcoal", _sketch),
    Treatment("dreamy", r"dream\w*|soft|ethereal|romantic", _dreamy),
)
_LIGHTS: tuple[Treatment, ...] = (
    Treatment("dusk", r"dusk|sunset|golden hour|evening|twilight", _tinted((232, 108, 60), 0.24, 1.05)),
    Treatment("dawn", r"sunrise|dawn|early morning|before sunrise", _tinted((255, 178, 128), 0.26, 1.0)),
    Treatment("night", r"night\w*|midnight|moonlight|moonlit|dark\w*", _tinted((16, 24, 74), 0.36, 1.08)),
    Treatment("cold", r"winter\w*|snow\w*|cold|frost\w*|icy|misty|fog\w*", _tinted((190, 218, 240), 0.26, 1.0)),
    Treatment("neon", r"neon|cyberpunk|club|disco|party", _tinted((140, 40, 200), 0.22, 1.15)),
    Treatment("warm", r"warm\w*|sunny|summer\w*|cosy|cozy|sunlit", _tinted((255, 196, 110), 0.14, 1.02)),
)
# What people do or use, and the place for it; the names of places themselves are `picture_words`'.
_ACTIVITIES: tuple[tuple[str, str], ...] = (
    ("loft", r"flat|penthouse|home|sofa"),
    ("street", r"runn\w+|jog\w*|sneakers?|shoes?|urban|club|disco|dance\w*"),
    ("kitchen", r"bak\w+|cook\w*|chefs?|coffee|caf[eé]|breakfast|food|drink\w*|croissants?|tea"),
    ("beach", r"surf\w*|swim\w*|pool|pier|desert|holiday|island|summer"),
    ("bathroom", r"skin\w*|serum|cosmetics?|make-?up|shampoo|cream|soap|beauty|perfume"),
    ("desk", r"work\w*|stud(?:y|ies|ying)|school|teach\w*|lesson|laptop|meeting|business|software|app"),
    ("park", r"hik\w+|outdoors?|outside|nature|picnic|trail|camp\w*|dogs?|bik\w+|bicycles?|walk\w*|jungle|farm"),
    ("studio", r"stage|gallery|fashion"),
)


def style_of(text: str) -> Treatment | None:
    """The treatment that a style's words ask for."""
    return _asked(_STYLES, text)


def light_of(text: str) -> Treatment | None:
    """The light of the time of day, or of the weather, that a text names."""
    return _asked(_LIGHTS, text)


def place_of(text: str, otherwise: str = "studio") -> str:
    """The catalog's place that a text names, or that suits what people do in it."""
    found = (place for place, words in _ACTIVITIES if re.search(rf"\b(?:{words})\b", text.lower()))
    return picture_words.read(text).place or next(found, otherwise)


def _asked(rows: tuple[Treatment, ...], text: str) -> Treatment | None:
    return next((row for row in rows if re.search(rf"\b(?:{row.words})\b", text.lower())), None)


class Treated:
    """Layers seen through treatments, in order; between two steps of a treatment the picture stands still."""

    def __init__(self, layers: Sequence[Layer], *treatments: Treatment | None) -> None:
        self._layers = layers
        self._treatments = [each for each in treatments if each is not None]
        self._steps = max((each.steps for each in self._treatments), default=0)
        self._kept: tuple[int, Image.Image] | None = None

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints the layers as they are at this step, treated."""
        step = int(time * self._steps)
        if self._steps and self._kept is not None and self._kept[0] == step:
            frame.paste(self._kept[1])
            return
        for layer in self._layers:
            layer.paint(frame, step / self._steps if self._steps else time)
        for each in self._treatments:
            frame.paste(each.change(frame))
        if self._steps:
            self._kept = (step, frame.copy())
