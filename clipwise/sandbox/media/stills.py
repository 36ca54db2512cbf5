"""What the formats that make pictures share: sizes, counts, pictures behind assets, places, light, labels, files.

Knows no format.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from clipwise.sandbox.media import backgrounds
from clipwise.sandbox.media.canvas import Fade, Glow, painted
from clipwise.sandbox.media.curated import CURATED, DEFAULT_BACKGROUND, Curated
from clipwise.sandbox.media.lettering import drawable, fitted, pill
from clipwise.sandbox.media.order import Asset, MediaError, MediaFile, Order, Report
from clipwise.sandbox.media.pictures import Size, contain, covering, flat, open_picture, with_shadow
from clipwise.sandbox.media.production import first, mark, quality_of, size_of

SHORT_SIDES = {"preview": 1080, "draft": 360}
MOST_VARIATIONS = 12
PRODUCT_INPUTS = ("product_image", "product_images", "product_image_upload_id")
POSE_INPUTS = ("pose", "reference_image")
_DRAWN = (1000, 1000)
_LIGHTS = (("#fff4d6", 0.16, 0.10), ("#ffe1b0", 0.84, 0.08), ("#e8f1ff", 0.5, -0.05), ("#ffd7c2", 0.1, 0.55))


def still_size(order: Order, default: str = "4:5") -> Size:
    """The size that `aspect_ratio` asks for."""
    side = SHORT_SIDES.get(order.quality, SHORT_SIDES["preview"])
    return size_of(order.inputs.get("aspect_ratio") or default, replace(quality_of(order), short_side=side))


def variations(order: Order, default: int = 1) -> int:
    """How many pictures an order asks for, 1 to 12."""
    asked = order.inputs.get("variations")
    count = default if asked is None else asked
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST_VARIATIONS:
        raise MediaError("unsupported_count", f"variations: the sandbox makes 1 to {MOST_VARIATIONS}, not {asked!r}.")
    return count


def write_stills(order: Order, report: Report, count: int, paint: Callable[[int], Image.Image]) -> list[MediaFile]:
    """Writes `count` pictures with the sandbox's mark as PNG files, one after another."""
    files = []
    for number in range(count):
        report("drawing", 0.1 + 0.85 * number / count)
        picture = paint(number).convert("RGB")
        mark(picture.size).paint(picture, 0.0)
        path = order.folder / f"image_{number + 1:02}.png"
        picture.save(path)
        files.append(MediaFile("image", path, "image/png"))
    report("finished", 1.0)
    return files


def catalog_row(asset: Asset) -> Curated | None:
    """The row of the sandbox's catalog that an asset stands for."""
    id = str(asset.metadata.get("curated", asset.id))
    return next((row for row in CURATED if row.id == id), None)


def picture_of(asset: Asset, input_name: str, longest: int = 1600) -> Image.Image:
    """The picture behind an asset: its file, else what the catalog draws."""
    row = catalog_row(asset)
    if row is not None and row.draw is not None and (asset.path is None or not asset.path.is_file()):
        return row.draw(row.size or _DRAWN)
    return open_picture(asset, input_name, longest)


def place_of(order: Order, size: Size, zoom: float = 1.0, drift: float = 0.0, blur: float = 0.0035) -> Image.Image:
    """The place that `background_image` names as RGB, larger by `zoom`, moved sideways by `drift` (-1 to 1)."""
    asset = first(order, "background_image", "background_images")
    name = str(asset.metadata.get("curated", asset.id) if asset else DEFAULT_BACKGROUND).removeprefix("background_")
    room = (round(size[0] * zoom), round(size[1] * zoom))
    if asset is None or name in backgrounds.PLACES:
        picture = backgrounds.draw(name, room)
    else:
        picture = covering(picture_of(asset, "background_image", 2400), room)
    shown = flat(covering(picture, size, zoom, (drift, 0.1)))
    return shown.filter(ImageFilter.GaussianBlur(min(size) * blur))


@dataclass(frozen=True, slots=True)
class Composition:
    """Where a picture's subject is: its middle, and how much of the height and width it takes, in shares."""

    x: float
    y: float
    width: float
    height: float


def composition_of(picture: Image.Image) -> Composition:
    """Where the subject of a reference picture is: what differs from its border."""
    pixels = np.asarray(flat(picture).resize((64, 64), Image.Resampling.BOX), np.float32)
    border = np.concatenate([pixels[0], pixels[:, 0], pixels[:, -1]])
    away = np.abs(pixels - np.median(border, axis=0)).max(axis=-1)
    weights = np.clip(away - max(18.0, float(np.percentile(away, 40))), 0.0, None)
    if not weights.any():
        return Composition(0.5, 0.55, 0.4, 0.6)
    x, width = _span(weights.sum(axis=0))
    y, height = _span(weights.sum(axis=1))
    return Composition(x, y, width, height)


def _span(weights: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> tuple[float, float]:
    """The middle of what weighs, and the length that nine tenths of it take, in shares."""
    run = np.cumsum(weights) / weights.sum()
    low, high = (float(np.searchsorted(run, edge)) / len(weights) for edge in (0.05, 0.95))
    return (low + high) / 2, max(0.15, high - low)


def lit(picture: Image.Image, number: int) -> Image.Image:
    """The picture in one of four lights, with slightly darker corners."""
    colour, x, y = _LIGHTS[number % len(_LIGHTS)]
    glow = painted(picture.size, Glow(colour, "#00000000", (x, y)))
    light = Image.new("RGB", picture.size)
    light.paste(glow, (0, 0), glow.getchannel("A").point(lambda v: v * 0.30))
    bright = ImageChops.screen(picture.convert("RGB"), light)
    shade = painted(picture.size, Glow("#ffffff", "#e2dde8"))
    return ImageChops.multiply(bright, flat(shade))


def product_label(order: Order, size: Size) -> Image.Image | None:
    """The product's type and description on a label; None when neither is given."""
    text = drawable(" · ".join(product_words(order)), "the product's label")
    if not text:
        return None
    room = (round(size[0] * 0.8), round(min(size) * 0.11))
    lines, face = fitted(text, room, round(min(size) * 0.036), 600, max(9, round(min(size) * 0.026)))
    return pill(lines, face)


def product_words(order: Order) -> list[str]:
    """What an order says of its product."""
    names = ("product_type", "product_description")
    return [str(order.inputs[name]).strip() for name in names if order.inputs.get(name)]


def print_of(picture: Image.Image, side: float) -> Image.Image:
    """The picture as a small print with a white edge, slightly turned."""
    edge = round(side * 0.07)
    inside = contain(picture.size, (side, side * 1.2))
    card = Image.new("RGBA", (inside[0] + 2 * edge, inside[1] + 4 * edge), "#fffdf8")
    card.paste(flat(picture.resize(inside, Image.Resampling.LANCZOS), "#eef1f6"), (edge, edge))
    return with_shadow(card.rotate(4, Image.Resampling.BICUBIC, expand=True), side * 0.06)


def shelf(size: Size, top: float, colour: str) -> Image.Image:
    """A table that begins at `top` (a share of the height), as a layer of `size`."""
    width, height = size
    edge = round(height * top)
    layer = Image.new("RGBA", size)
    tall = max(1, height - edge)
    layer.paste(painted((width, tall), Fade(colour, _darker(colour, 0.72))), (0, edge))
    rim = painted((width, max(2, round(height * 0.008))), Fade("#ffffffa0", "#ffffff00"))
    layer.alpha_composite(rim, (0, edge))
    return layer


def _darker(colour: str, by: float) -> str:
    return "#" + "".join(f"{round(int(colour[i : i + 2], 16) * by):02x}" for i in (1, 3, 5))


def stood(frame: Image.Image, thing: Image.Image, foot: tuple[float, float], light: float) -> None:
    """Puts a cut-out onto a frame with its foot at `foot`, its shadow falling away from `light` (-1 left to 1)."""
    width, height = thing.size
    left, top = round(foot[0] - width / 2), round(foot[1] - height)
    tall, reach = max(2, round(height * 0.3)), round(height * 0.34 * -light)
    alpha = thing.getchannel("A").resize((width, tall), Image.Resampling.BOX)
    room = Image.new("L", (width + 2 * abs(reach) + 2 * tall, tall + round(width * 0.2)))
    slope = reach / tall
    room.paste(alpha, (abs(reach) + tall, 0))
    cast = room.transform(room.size, Image.Transform.AFFINE, (1, slope, -slope * tall, 0, 1, 0))
    cast = cast.filter(ImageFilter.GaussianBlur(max(2.0, width * 0.03))).point(lambda v: v * 0.42)
    at = (left - abs(reach) - tall, round(foot[1] - tall + height * 0.012))
    frame.paste(Image.new("RGB", room.size, "#16121f"), at, cast)
    contact = Image.new("L", (round(width * 1.3), round(width * 0.2)))
    contact.paste(painted(contact.size, Glow("#ffffff", "#000000")).convert("L"), (0, 0))
    contact = contact.point(lambda v: v * 0.55)
    frame.paste(
        Image.new("RGB", contact.size, "#120e18"),
        (round(foot[0] - contact.width / 2), round(foot[1] - contact.height * 0.55)),
        contact,
    )
    frame.paste(thing, (left, top), thing)
