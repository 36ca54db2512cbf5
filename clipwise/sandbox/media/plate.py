"""A clean plate: a picture whose middle, where a person speaks to the camera, is painted over from both sides.

Knows nothing of films, and does not look for the person: what is painted over in vain is only softer than it was.
"""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from clipwise.sandbox.media.pictures import Size

_EDGE = 4  # columns beside the person that stand for what is behind


def cleared(picture: Image.Image) -> Image.Image:
    """The picture without whoever fills its middle."""
    hard, soft = _masks(picture.size)
    return Image.composite(_behind(picture, hard), picture, soft)


@functools.lru_cache(maxsize=2)
def _masks(size: Size) -> tuple[npt.NDArray[np.bool_], Image.Image]:
    """Where a person is who is framed from the chest up: head, hair and shoulders; and the same with a soft edge."""
    width, height = size
    side = min(1.32 * width, 0.98 * height)
    middle, face = width / 2, height - 0.6 * side
    mask = Image.new("L", size)
    pen = ImageDraw.Draw(mask)
    pen.ellipse((middle - 0.33 * side, face - 0.34 * side, middle + 0.33 * side, face + 0.36 * side), 255)
    pen.rectangle((middle - 0.56 * side, height - 0.36 * side, middle + 0.56 * side, height), 255)
    return np.asarray(mask) > 0, mask.filter(ImageFilter.GaussianBlur(side * 0.02))


def _behind(picture: Image.Image, mask: npt.NDArray[np.bool_]) -> Image.Image:
    """The picture with each row of the mask filled from its left to its right neighbours.

    Where the person reaches both edges, the row above is repeated.
    """
    pixels = np.asarray(picture.convert("RGB"), np.float32).copy()
    width = pixels.shape[1]
    for number, row in enumerate(mask):
        inside = np.flatnonzero(row)
        if not len(inside):
            continue
        left, right = int(inside[0]), int(inside[-1]) + 1
        if left < _EDGE or right > width - _EDGE:
            pixels[number] = pixels[number - 1]
            continue
        beside = (slice(left - _EDGE, left), slice(right, right + _EDGE))
        start, end = (pixels[number, columns].mean(axis=0) for columns in beside)
        share = np.linspace(0, 1, right - left, dtype=np.float32)[:, None]
        pixels[number, left:right] = start * (1 - share) + end * share
    filled = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    return filled.filter(ImageFilter.GaussianBlur(width * 0.025))
