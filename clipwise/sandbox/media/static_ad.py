"""`static_ad`: still advertisements for a product, in the size of a placement, after a reference ad when there is one.

Knows how an ad is laid out; what it says is `ad_text`'s, how large it is `placements`'.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial

from PIL import Image

from clipwise.sandbox.media.ad_text import AdText, ad_text
from clipwise.sandbox.media.canvas import Canvas, Fade, Glow, ellipse, rectangle
from clipwise.sandbox.media.colours import brightness, mixed, named, palette_of, tuned
from clipwise.sandbox.media.curated import CURATED
from clipwise.sandbox.media.cutout import labelled_box, subject
from clipwise.sandbox.media.lettering import block, fitted, font, pill
from clipwise.sandbox.media.order import Asset, MediaError, Order, Rendered, Report
from clipwise.sandbox.media.pictures import Size, contain
from clipwise.sandbox.media.placements import size_for
from clipwise.sandbox.media.production import first
from clipwise.sandbox.media.stills import composition_of, picture_of, stood, variations, write_stills
from clipwise.sandbox.media.subjects import DARK_PALETTES, LIGHT_PALETTES, PALETTES, Palette, chance

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where text and product go, as shares of the ad (left, top, right, bottom), and which ground is behind."""

    text: Box
    product: Box
    align: str
    ground: str


_SQUARE = (
    Layout((0.07, 0.10, 0.50, 0.92), (0.50, 0.12, 0.96, 0.90), "left", "disc"),
    Layout((0.08, 0.09, 0.92, 0.47), (0.16, 0.51, 0.84, 0.96), "center", "table"),
    Layout((0.56, 0.10, 0.95, 0.92), (0.04, 0.12, 0.49, 0.90), "left", "split"),
    Layout((0.08, 0.65, 0.92, 0.96), (0.16, 0.06, 0.84, 0.60), "center", "arch"),
)
_TALL = (
    Layout((0.08, 0.08, 0.92, 0.40), (0.10, 0.40, 0.90, 0.90), "center", "disc"),
    Layout((0.08, 0.66, 0.92, 0.95), (0.10, 0.08, 0.90, 0.60), "center", "arch"),
    Layout((0.09, 0.07, 0.86, 0.42), (0.14, 0.42, 0.94, 0.95), "left", "split"),
    Layout((0.08, 0.08, 0.92, 0.40), (0.10, 0.42, 0.90, 0.93), "center", "table"),
)
_WIDE = (
    Layout((0.05, 0.10, 0.54, 0.92), (0.56, 0.10, 0.96, 0.92), "left", "disc"),
    Layout((0.47, 0.10, 0.95, 0.92), (0.04, 0.10, 0.44, 0.92), "left", "split"),
    Layout((0.05, 0.10, 0.52, 0.92), (0.54, 0.08, 0.97, 0.95), "left", "arch"),
    Layout((0.46, 0.10, 0.95, 0.92), (0.04, 0.08, 0.44, 0.93), "left", "table"),
)
_AIRY = re.compile(r"\b(?:empty|white|negative|much|plenty of) space\b|\bminimal\w*|\bairy\b|\bclean\b", re.IGNORECASE)
_DARK = re.compile(r"\b(?:dark|moody|luxur\w+|premium|elegant|noir)\b", re.IGNORECASE)
_BRIGHT = re.compile(r"\b(?:light|bright|pastel|soft|clean|minimal\w*)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class _Brief:
    """What is the same in all versions of an ad."""

    size: Size
    text: AdText
    product: Image.Image
    palettes: tuple[Palette, ...]
    layouts: tuple[Layout, ...]
    airy: bool


def render(order: Order, report: Report) -> Rendered:
    """Renders a `static_ad` order: as many pictures as `variations` asks for, one by default."""
    inputs = order.inputs
    product = next((a for a in order.assets.get("product_id", ()) if a.resource_type != "product_images"), None)
    if product is None:
        raise MediaError("missing_input", "product_id: there is no product to advertise.")
    size, count = _sized(size_for(inputs.get("ad_format")), order.quality), variations(order)
    instructions = str(inputs.get("custom_instructions") or "")
    text = ad_text(product, inputs.get("data"), instructions, inputs.get("language"))
    report("reading", 0.03)
    reference = first(order, "reference_ad_id", "reference_ad")
    brief = _brief(size, text, _picture(order, product, text), instructions, reference)
    files = write_stills(order, report, count, partial(_ad, brief))
    details = {
        "width": size[0], "height": size[1], "variations": count, "product": product.id,
        "headline": text.headline, "reference_ad": reference.id if reference else None,
    }  # fmt: skip
    return Rendered(tuple(files), None, details)


def sample(size: Size, text: AdText, product: Image.Image, palette: Palette, layout: int) -> Image.Image:
    """An ad with these words and this product in one of the layouts, 0 to 3."""
    return _ad(_Brief(size, text, product, (palette,), (_layouts(size)[layout],), False), 0)


def _layouts(size: Size) -> tuple[Layout, ...]:
    shape = size[0] / size[1]
    return _WIDE if shape > 1.25 else _SQUARE if shape > 0.85 else _TALL


def _sized(size: Size, quality: str) -> Size:
    """The size itself, and a third of it for a draft."""
    return (round(size[0] / 3), round(size[1] / 3)) if quality == "draft" else size


def _picture(order: Order, product: Asset, text: AdText) -> Image.Image:
    """The product: the picture that was named, else one of the product's own, else a carton with its name."""
    asset = first(order, "product_image_upload_id", "product_image", "product_images")
    pictures = [a for a in order.assets.get("product_id", ()) if a is not product or a.path is not None]
    ids = product.metadata.get("image_ids")
    rows = [row for row in CURATED if isinstance(ids, list) and row.id in ids]
    pictures += [Asset(row.id, row.resource_type, row.name, None, "", {"curated": row.id}) for row in rows]
    chosen = asset or next(iter(pictures), None)
    if chosen is None:
        return labelled_box(text.headline, PALETTES[chance(product.id, len(PALETTES))])
    return subject(picture_of(chosen, "product_image_upload_id", 1600))


def _brief(size: Size, text: AdText, product: Image.Image, instructions: str, reference: Asset | None) -> _Brief:
    layouts = _layouts(size)
    own = palette_of(product)
    palettes = [own, *(p for p in PALETTES if abs(brightness(p.bottom) - brightness(own.bottom)) < 0.4)]
    if _DARK.search(instructions):
        palettes = list(DARK_PALETTES)
    elif _BRIGHT.search(instructions):
        palettes = [replace(own, top="#fdfbf7", bottom=mixed(own.top, "#ffffff", 0.7)), *LIGHT_PALETTES]
    colours = named(instructions)
    if colours:
        palettes = [tuned(colour) for colour in colours]
    if reference is not None:
        picture = picture_of(reference, "reference_ad_id")
        palettes = [palette_of(picture)]
        near = _nearest(layouts, picture)
        layouts = (near, *(each for each in layouts if each is not near))
    return _Brief(size, text, product, tuple(palettes), layouts, bool(_AIRY.search(instructions)))


def _nearest(layouts: tuple[Layout, ...], reference: Image.Image) -> Layout:
    """The layout whose product stands where the reference ad has its subject."""
    found = composition_of(reference)
    return min(
        layouts,
        key=lambda each: (
            abs((each.product[0] + each.product[2]) / 2 - found.x)
            + abs((each.product[1] + each.product[3]) / 2 - found.y)
        ),
    )


def _ad(brief: _Brief, number: int) -> Image.Image:
    layout = brief.layouts[number % len(brief.layouts)]
    palette = _again(brief.palettes[number % len(brief.palettes)], number // len(brief.layouts))
    frame = _ground(brief.size, layout, palette).convert("RGB")
    _show_product(frame, brief, layout)
    column = _column(brief, layout, palette)
    left, top, right, bottom = _pixels(layout.text, brief.size)
    x = left if layout.align == "left" else (left + right - column.width) / 2
    frame.paste(column, (round(x), round((top + bottom - column.height) / 2)), column)
    if brief.text.badge:
        _badge(frame, brief, layout, palette)
    return frame


def _again(palette: Palette, round_: int) -> Palette:
    """The palette for the layouts' n-th round: another ground each time, so that no two versions are alike."""
    lighter = replace(
        palette, top=mixed(palette.top, palette.accent, 0.35), bottom=mixed(palette.bottom, "#10122a", 0.3)
    )
    return (palette, replace(palette, top=palette.bottom, bottom=palette.top), lighter)[round_ % 3]


def _show_product(frame: Image.Image, brief: _Brief, layout: Layout) -> None:
    left, top, right, bottom = _pixels(layout.product, brief.size)
    share = 0.74 if brief.airy else 0.92
    room = ((right - left) * share, (bottom - top) * share)
    shown = brief.product.resize(contain(brief.product.size, room), Image.Resampling.LANCZOS)
    middle = (top + bottom + shown.height) / 2
    foot = min(bottom, middle) if layout.ground != "table" else bottom - (bottom - top) * 0.06
    stood(frame, shown, ((left + right) / 2, foot), -0.5)


def _ground(size: Size, layout: Layout, palette: Palette) -> Image.Image:
    width, height = size
    canvas = Canvas(size, (0, 0, width, height))
    canvas.fill(rectangle(-2, -2, width + 2, height + 2), Fade(palette.top, palette.bottom, 20))
    left, top, right, bottom = _pixels(layout.product, size)
    x, y, side = (left + right) / 2, (top + bottom) / 2, min(right - left, bottom - top)
    if layout.ground == "disc":
        canvas.fill(ellipse(x, y, side * 0.56), palette.shape, opacity=0.35)
        canvas.fill(ellipse(x, y, side * 0.46), Glow("#ffffff", palette.shape), opacity=0.75)
    elif layout.ground == "split":
        canvas.fill(_half(layout.product, size), Fade(palette.shape, palette.shape_dark, 10))
    elif layout.ground == "arch":
        half = side * 0.5
        canvas.fill(rectangle(x - half, top - side * 0.02, x + half, bottom + height, half), palette.shape, opacity=0.5)
        canvas.fill(ellipse(x, bottom, half * 1.1, half * 0.16), palette.bottom, opacity=0.35)
    else:
        canvas.fill(ellipse(x, y, side * 0.7), Glow(palette.accent, f"{palette.accent}00"), opacity=0.6)
        edge = bottom - (bottom - top) * 0.24
        canvas.fill(rectangle(-2, edge, width + 2, height + 2), Fade(palette.shape, palette.shape_dark))
    return canvas.image


def _half(product: Box, size: Size) -> list[tuple[float, float]]:
    """The part of the ad on the product's side, with a slanting edge."""
    width, height = size
    if product[2] - product[0] > 0.6:
        edge = height * (product[1] + 0.04)
        return [
            (-2, edge + height * 0.05),
            (width + 2, edge - height * 0.05),
            (width + 2, height + 2),
            (-2, height + 2),
        ]
    if product[0] > 0.4:
        edge = width * product[0]
        return [(edge + width * 0.05, -2), (width + 2, -2), (width + 2, height + 2), (edge - width * 0.03, height + 2)]
    edge = width * product[2]
    return [(-2, -2), (edge + width * 0.03, -2), (edge - width * 0.04, height + 2), (-2, height + 2)]


def _column(brief: _Brief, layout: Layout, palette: Palette) -> Image.Image:
    """Headline, tagline, price, facts and button, one under another."""
    left, top, right, bottom = _pixels(layout.text, brief.size)
    room = (round(right - left), round(bottom - top))
    ink = _ink(layout, palette)
    text, unit = brief.text, round(min(min(brief.size) * 0.045, room[1] * 0.11))
    parts = [_words(text.headline, (room[0], round(room[1] * 0.42)), round(unit * 2.5), 900, ink, layout.align)]
    if text.tagline:
        parts.append(_words(text.tagline, (room[0], round(room[1] * 0.22)), unit, 500, ink, layout.align))
    if text.price:
        parts.append(_price(text, unit, ink, room[0]))
    for fact in text.facts:
        parts.append(_words(fact, (room[0], round(unit * 1.3)), round(unit * 0.8), 600, ink, layout.align))
    dark = brightness(ink) < 0.5
    parts.append(pill([text.button], font(unit, 700), "#ffffff" if dark else palette.bottom, ink))
    return _stacked(parts, layout.align, round(unit * (0.75 if brief.airy else 0.55)), room)


def _ink(layout: Layout, palette: Palette) -> str:
    ground = mixed(palette.top, palette.bottom, 0.4)
    return "#ffffff" if brightness(ground) < 0.62 else mixed(palette.bottom, "#10121f", 0.78)


def _words(text: str, room: tuple[int, int], size: int, weight: int, ink: str, align: str) -> Image.Image:
    lines, face = fitted(text, room, max(8, size), weight, smallest=max(7, min(size, round(size * 0.4))))
    return block(lines, face, ink, align=align)


def _price(text: AdText, unit: int, ink: str, width: int) -> Image.Image:
    """The price, large, and the one it was, struck through."""
    now = _words(text.price, (width, round(unit * 2.6)), round(unit * 1.9), 800, ink, "left")
    if not text.old_price:
        return now
    was = _words(text.old_price, (width, round(unit * 1.4)), unit, 500, ink, "left")
    row = Image.new("RGBA", (now.width + unit // 2 + was.width, now.height))
    row.alpha_composite(now)
    at = (now.width + unit // 2, (now.height - was.height) // 2)
    row.alpha_composite(was, at)
    strike = Image.new("RGBA", (was.width, max(2, unit // 12)), ink)
    row.alpha_composite(strike, (at[0], at[1] + was.height // 2))
    return row


def _stacked(parts: list[Image.Image], align: str, gap: int, room: tuple[int, int]) -> Image.Image:
    width = max(part.width for part in parts)
    height = sum(part.height for part in parts) + gap * (len(parts) - 1)
    column = Image.new("RGBA", (width, height))
    y = 0
    for part in parts:
        column.alpha_composite(part, (0 if align == "left" else (width - part.width) // 2, y))
        y += part.height + gap
    if column.height > room[1] or column.width > room[0]:
        column = column.resize(contain(column.size, room), Image.Resampling.LANCZOS)
    return column


def _badge(frame: Image.Image, brief: _Brief, layout: Layout, palette: Palette) -> None:
    """A round sticker at the upper edge of the product."""
    side = round(min(min(brief.size) * 0.2, frame.height * 0.34))
    canvas = Canvas((side, side), (0, 0, 100, 100))
    canvas.fill(ellipse(50, 50, 48), "#e8433f")
    canvas.fill(ellipse(50, 50, 43), "#f0594f")
    words = _words(
        brief.text.badge, (round(side * 0.72), round(side * 0.5)), round(side * 0.26), 800, "#ffffff", "center"
    )
    canvas.image.alpha_composite(words, ((side - words.width) // 2, (side - words.height) // 2))
    turned = canvas.image.rotate(10, Image.Resampling.BICUBIC)
    left, top, right, _ = _pixels(layout.product, brief.size)
    x = left if layout.text[0] > 0.4 or layout.align == "center" else right - side
    frame.paste(turned, (round(max(0, x)), round(top + frame.height * 0.04)), turned)


def _pixels(box: Box, size: Size) -> Box:
    return box[0] * size[0], box[1] * size[1], box[2] * size[0], box[3] * size[1]
