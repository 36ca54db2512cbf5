"""`ugc_video`: a presenter talks about a product, with captions that follow the speech.

Knows how that film is laid out; what moves and how it is encoded is elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageFilter

from clipwise.sandbox.media import backgrounds
from clipwise.sandbox.media.curated import DEFAULT_BACKGROUND
from clipwise.sandbox.media.lettering import drawable, fitted, pill
from clipwise.sandbox.media.order import Asset, Order, Rendered, Report
from clipwise.sandbox.media.pictures import Size, contain, covering, flat, open_picture, with_shadow
from clipwise.sandbox.media.presenter import Mouth, Spot, presenter, presenter_name
from clipwise.sandbox.media.production import (
    caption_style,
    facts,
    film_captions,
    first,
    mark,
    music_of,
    quality_of,
    shoot,
    size_of,
    soundtrack,
)
from clipwise.sandbox.media.products import ProductCards
from clipwise.sandbox.media.speech import check_language, speak, speakable, voice_of
from clipwise.sandbox.media.stage import Backdrop, CaptionTrack, Layer, Sticker

_MAX_PICTURES = 12


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand in a frame, in pixels."""

    presenter: Spot
    products: tuple[float, float, float, float]
    label: tuple[float, float]
    label_room: tuple[int, int]
    captions: tuple[float, float]
    pose: tuple[float, float]


def layout(size: Size, with_products: bool) -> Layout:
    """The layout for a frame: product above presenter when it is tall, beside when it is not."""
    width, height = size
    if height >= 1.5 * width:
        side = round(width * (1.0 if with_products else 1.32))
        return Layout(
            presenter=Spot(width / 2, height, side),
            products=(width * 0.12, height * 0.07, width * 0.88, height * 0.425),
            label=(width / 2, height * 0.47),
            label_room=(round(width * 0.8), round(height * 0.055)),
            captions=(width / 2, height * 0.87),
            pose=(width * 0.15, height * (0.6 if with_products else 0.3)),
        )
    side = round(min(height * 0.98, width * 0.82))
    return Layout(
        presenter=Spot(width * (0.29 if with_products else 0.5), height, side),
        products=(width * 0.53, height * 0.11, width * 0.96, height * 0.65),
        label=(width * 0.745, height * 0.71),
        label_room=(round(width * 0.4), round(height * 0.085)),
        captions=(width / 2, height * 0.86),
        pose=(min(size) * 0.13, height * 0.18),
    )


def render(order: Order, report: Report) -> Rendered:
    """Renders a `ugc_video` order: a film, and captions in two formats unless they are switched off."""
    inputs = order.inputs
    check_language(inputs.get("language"))
    script = speakable(str(inputs.get("script") or ""), "the script")
    voice = voice_of(order.assets.get("voice", ()), inputs.get("voice"))
    quality = quality_of(order)
    size = size_of(inputs.get("aspect_ratio"), quality)
    report("speaking", 0.02)
    speech = speak(script, voice)
    track = soundtrack([speech], quality.fps, bed=music_of(order, speech.duration + 1, speech.rate))
    captions = film_captions(track, inputs.get("generate_subtitle"))
    report("drawing", 0.1)
    layers = _layers(order, size, track.duration, track.mouth)
    plan = layout(size, bool(_product_assets(order)))
    if captions:
        layers.append(CaptionTrack(captions, plan.captions, caption_style(size)))
    layers.append(mark(size))
    files = shoot(order, report, layers, track, size, captions)
    avatar = first(order, "avatar")
    details = facts(
        track, size, quality, voice=voice.id, avatar=avatar.id if avatar else f"avatar_{presenter_name(None)}",
        product_pictures=len(_product_assets(order)), captions=len(captions),
    )  # fmt: skip
    return Rendered(files, script, details)


def _layers(order: Order, size: Size, duration: float, mouth: Mouth) -> list[Layer]:
    products = [open_picture(asset, "product_images", 1400) for asset in _product_assets(order)]
    plan = layout(size, bool(products))
    layers: list[Layer] = [Backdrop(_background(order, size), size, duration)]
    pose = first(order, "pose", "reference_image")
    if pose is not None:
        layers.append(Sticker(_polaroid(open_picture(pose, "pose"), min(size)), plan.pose, drift=min(size) * 0.004))
    layers.append(presenter(first(order, "avatar"), plan.presenter, mouth))
    if products:
        layers.append(ProductCards(products, plan.products, duration))
    label = _label(order, plan, min(size))
    if label is not None:
        layers.append(Sticker(label, plan.label))
    return layers


def _product_assets(order: Order) -> Sequence[Asset]:
    names = ("product_images", "product_image", "product_image_upload_id")
    return [asset for name in names for asset in order.assets.get(name, ())][:_MAX_PICTURES]


def _background(order: Order, size: Size) -> Image.Image:
    asset = first(order, "background_image", "background_images")
    room = (round(size[0] * 1.06), round(size[1] * 1.06))
    name = str(asset.metadata.get("curated", asset.id) if asset else DEFAULT_BACKGROUND).removeprefix("background_")
    if name in backgrounds.PLACES:
        picture = backgrounds.draw(name, room)
    else:
        assert asset is not None
        picture = covering(open_picture(asset, "background_image", 2400), room)
    # A touch of depth: the eye goes to what is sharp.
    return flat(picture).filter(ImageFilter.GaussianBlur(min(size) * 0.0035))


def _polaroid(picture: Image.Image, short_side: int) -> Image.Image:
    side = round(short_side * 0.17)
    edge = round(side * 0.08)
    inside = contain(picture.size, (side, side * 1.2))
    card = Image.new("RGBA", (inside[0] + 2 * edge, inside[1] + 4 * edge), "#fffdf8")
    card.paste(flat(picture.resize(inside)), (edge, edge))
    turned = card.rotate(5, Image.Resampling.BICUBIC, expand=True)
    return with_shadow(turned, side * 0.06)


def _label(order: Order, plan: Layout, short_side: int) -> Image.Image | None:
    parts = [
        str(order.inputs[name]).strip() for name in ("product_type", "product_description") if order.inputs.get(name)
    ]
    text = drawable(" · ".join(parts), "the product's label")
    if not text:
        return None
    smallest = max(9, round(short_side * 0.027))
    lines, face = fitted(text, plan.label_room, round(short_side * 0.036), 600, smallest)
    return pill(lines, face)
