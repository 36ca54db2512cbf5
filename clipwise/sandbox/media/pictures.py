"""Pictures from files, fitted and framed: orientation, transparency, covering, round corners, soft shadows.

Knows nothing of time: layers that move are in `stage`.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps, UnidentifiedImageError

from clipwise.sandbox.media.order import Asset, MediaError

Size = tuple[int, int]
Box = tuple[float, float, float, float]
_MAX_PIXELS = 80_000_000
_FINER = 4


def open_picture(asset: Asset, input_name: str, longest: int = 1600) -> Image.Image:
    """The asset's picture upright as RGBA, its longer side at most `longest` pixels.

    Raises MediaError "unreadable_picture", naming the input, for anything that is not a picture.
    """
    if asset.path is None:
        raise MediaError("unreadable_picture", f"{input_name}: {asset.name or asset.id} has no picture file.")
    try:
        return _upright(asset.path, longest)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        why = _reason(asset.path, error)
        raise MediaError("unreadable_picture", f"{input_name}: {asset.name or asset.id} {why}.") from error


def _reason(path: Path, error: Exception) -> str:
    if not path.is_file():
        return "is not there any more"
    if isinstance(error, Image.DecompressionBombError):
        return f"has more than {_MAX_PIXELS // 1_000_000} million pixels"
    return "is not a picture that can be read, or it is damaged"


def _upright(path: Path, longest: int) -> Image.Image:
    with Image.open(path) as opened:
        if opened.width * opened.height > _MAX_PIXELS:
            raise Image.DecompressionBombError
        opened.draft("RGB", (longest, longest))
        picture = ImageOps.exif_transpose(opened)
        picture.thumbnail((longest, longest), Image.Resampling.LANCZOS)
        return _rgba(picture)


def _rgba(picture: Image.Image) -> Image.Image:
    # 16-bit grey would be clipped to white by convert().
    if picture.mode.startswith("I"):
        picture = picture.convert("I").point(lambda v: v / 256).convert("L")
    return picture.convert("RGBA")


def is_cut_out(picture: Image.Image) -> bool:
    """Whether a tenth or more of the picture is see-through."""
    histogram = picture.getchannel("A").histogram()
    return sum(histogram[:16]) > 0.1 * picture.width * picture.height


def contain(size: tuple[float, float], room: tuple[float, float]) -> Size:
    """The largest size with the proportions of `size` that fits in `room`."""
    scale = min(room[0] / size[0], room[1] / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def cover_box(size: Size, target: Size, zoom: float = 1.0, drift: tuple[float, float] = (0.0, 0.0)) -> Box:
    """The part of a picture, in fractions of a pixel, that fills `target`'s proportions.

    `zoom` 1 shows the most; `drift` moves within what is left over, -1 to 1 each way.
    """
    scale = max(target[0] / size[0], target[1] / size[1]) * zoom
    width, height = min(size[0], target[0] / scale), min(size[1], target[1] / scale)
    left = (size[0] - width) / 2 * (1 + drift[0])
    top = (size[1] - height) / 2 * (1 + drift[1])
    return left, top, left + width, top + height


def covering(
    picture: Image.Image, target: Size, zoom: float = 1.0, drift: tuple[float, float] = (0.0, 0.0)
) -> Image.Image:
    """The picture scaled and cropped so that it fills `target`."""
    return picture.resize(target, Image.Resampling.BILINEAR, box=cover_box(picture.size, target, zoom, drift))


def flat(picture: Image.Image, behind: str | Image.Image = "#ffffff") -> Image.Image:
    """The picture as RGB, over a colour or another picture of its size."""
    base = Image.new("RGB", picture.size, behind) if isinstance(behind, str) else behind.convert("RGB").copy()
    base.paste(picture, (0, 0), picture)
    return base


def rounded_mask(size: Size, radius: float) -> Image.Image:
    """A mask of `size` with round corners, antialiased."""
    fine = Image.new("L", (size[0] * _FINER, size[1] * _FINER))
    right, bottom = fine.width - 1, fine.height - 1
    ImageDraw.Draw(fine).rounded_rectangle((0, 0, right, bottom), radius * _FINER, fill=255)
    return fine.reduce(_FINER)


def circle_mask(diameter: int) -> Image.Image:
    """A round mask, antialiased."""
    return rounded_mask((diameter, diameter), diameter / 2)


def with_shadow(layer: Image.Image, blur: float, opacity: float = 0.35, drop: float = 0.5) -> Image.Image:
    """The layer over its own soft shadow; the result is larger by `margin_of(blur)` on every side."""
    margin = margin_of(blur)
    size = (layer.width + 2 * margin, layer.height + 2 * margin)
    dark = Image.new("L", size)
    dark.paste(layer.getchannel("A"), (margin, margin + round(blur * drop)))
    dark = dark.filter(ImageFilter.GaussianBlur(blur)).point(partial(_scaled, opacity))
    shaded = Image.new("RGBA", size, (16, 18, 38, 0))
    shaded.putalpha(dark)
    shaded.alpha_composite(layer, (margin, margin))
    return shaded


def _scaled(by: float, value: float) -> float:
    return value * by


def margin_of(blur: float) -> int:
    """The room, in pixels, that a shadow blurred by `blur` needs on every side."""
    return round(blur * 2.5) + 2


def clipped(picture: Image.Image, mask: Image.Image) -> Image.Image:
    """The picture as RGBA, shown only where `mask` is."""
    shown = picture.convert("RGBA")
    shown.putalpha(ImageChops.multiply(shown.getchannel("A"), mask))
    return shown
