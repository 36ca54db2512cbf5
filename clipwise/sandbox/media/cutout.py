"""Things cut out of their pictures where the ground is plain enough, and the box that stands in where it is not.

Knows no format.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from clipwise.sandbox.media.canvas import Fade, painted
from clipwise.sandbox.media.lettering import block, fitted
from clipwise.sandbox.media.motifs import draw as draw_motif
from clipwise.sandbox.media.pictures import clipped, contain, covering, flat, is_cut_out, rounded_mask
from clipwise.sandbox.media.subjects import Palette, motif_for

_SIDE = 300
# Two neighbouring pixels that differ by less than this (0 to 255) in every colour belong to the same surface.
_STEP = 6.0
_SMALLEST, _LARGEST = 0.03, 0.8
_WHOLE = 0.8  # of what is not ground, how much must hang together for it to be one thing
_MOST_PIECES = 24

Mask = npt.NDArray[np.bool_]


def subject(picture: Image.Image) -> Image.Image:
    """What a picture shows, on transparency without margins; a box printed with it when nothing can be cut out."""
    return cut_out(picture) or box(picture)


def cut_out(picture: Image.Image) -> Image.Image | None:
    """The thing in front of a plain ground, cropped to it; None when no such ground or no such thing is found."""
    if is_cut_out(picture):
        return picture.crop(picture.getchannel("A").getbbox())
    mask = _foreground(flat(picture))
    if mask is None:
        return None
    found = clipped(picture, mask.resize(picture.size, Image.Resampling.BICUBIC))
    edges = found.getchannel("A").point(lambda v: 255 if v > 40 else 0).getbbox()
    return found.crop(edges) if edges else None


def _foreground(picture: Image.Image) -> Image.Image | None:
    """A small mask of what is not ground: the ground is what one reaches from the border without a sudden step."""
    small = picture.resize(contain(picture.size, (_SIDE, _SIDE)), Image.Resampling.BOX)
    pixels = np.asarray(small, np.float32)
    down = np.abs(np.diff(pixels, axis=0)).max(axis=-1) < _STEP
    across = np.abs(np.diff(pixels, axis=1)).max(axis=-1) < _STEP
    border = np.zeros(pixels.shape[:2], bool)
    border[0] = border[:, 0] = border[:, -1] = True
    ground = Image.fromarray(np.where(_grown(border, down, across), 0, 255).astype(np.uint8))
    thing = _largest(np.asarray(ground.filter(ImageFilter.MedianFilter(5))) > 0)
    if thing is None:
        return None
    soft = Image.fromarray(np.where(thing, 255, 0).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.9))
    return soft.point(lambda v: max(0, min(255, (v - 110) * 3)))


def _grown(seed: Mask, down: Mask, across: Mask) -> Mask:
    """Everything that is reached from `seed` where `down` and `across` allow a step to the next pixel."""
    reached = seed
    while True:
        grown = reached.copy()
        grown[1:] |= reached[:-1] & down
        grown[:-1] |= reached[1:] & down
        grown[:, 1:] |= reached[:, :-1] & across
        grown[:, :-1] |= reached[:, 1:] & across
        if np.array_equal(grown, reached):
            return reached
        reached = grown


def _largest(mask: Mask) -> Mask | None:
    """The largest piece of `mask`; None when it is too small, too large, or only one of many."""
    down, across = mask[1:] & mask[:-1], mask[:, 1:] & mask[:, :-1]
    left, best = mask.copy(), np.zeros_like(mask)
    for _ in range(_MOST_PIECES):
        if left.sum() <= best.sum():
            break
        seed = np.zeros_like(mask)
        seed.flat[int(left.argmax())] = True
        piece = _grown(seed, down, across)
        left &= ~piece
        best = piece if piece.sum() > best.sum() else best
    share = float(best.mean())
    return best if _SMALLEST < share < _LARGEST and best.sum() >= _WHOLE * mask.sum() else None


def box(picture: Image.Image) -> Image.Image:
    """A carton whose front is printed with the picture."""
    shape = min(1.25, max(0.62, picture.width / picture.height))
    height = min(900, max(picture.size))
    front = covering(flat(picture).convert("RGBA"), (round(height * shape), height))
    return _carton(front)


def labelled_box(text: str, palette: Palette) -> Image.Image:
    """A carton for a product that there is no picture of: a drawing, and the words that describe it."""
    front = painted((520, 680), Fade(palette.top, palette.bottom, 15))
    motif = draw_motif(motif_for(text), 400, palette)
    front.alpha_composite(motif, (60, 40))
    lines, face = fitted(text, (440, 190), 64, 800, 22)
    words = block(lines, face, palette.shape)
    front.alpha_composite(words, ((520 - words.width) // 2, 456 + (190 - words.height) // 2))
    return _carton(front)


def _carton(front: Image.Image) -> Image.Image:
    """The front with a darker side to its right, leaning away, and a light edge."""
    width, height = front.size
    depth, rise = round(width * 0.16), round(width * 0.05)
    side = front.crop((width - max(2, width // 12), 0, width, height)).resize((depth, height))
    side = Image.blend(side, Image.new("RGBA", side.size, "#1a1626"), 0.42)
    side = side.transform(
        (depth, height), Image.Transform.AFFINE, (1, 0, 0, rise / depth, 1 + rise / height, -rise * 0.2),
        Image.Resampling.BILINEAR,
    )  # fmt: skip
    whole = Image.new("RGBA", (width + depth, height))
    whole.paste(clipped(front, rounded_mask(front.size, width * 0.012)), (0, 0))
    edge = Image.new("L", (depth, height))
    ImageDraw.Draw(edge).polygon([(0, 0), (depth, rise), (depth, height - rise), (0, height)], fill=255)
    whole.paste(clipped(side, edge), (width, 0))
    shine = painted((width, height), Fade("#ffffff30", "#ffffff00", 60))
    whole.alpha_composite(shine)
    return whole
