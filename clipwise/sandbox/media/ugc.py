"""`ugc_video`: a presenter talks about a product, with captions that follow the speech.

Knows how that film is laid out; what moves and how it is encoded is elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PIL import Image, ImageFilter

from clipwise.sandbox.media import backgrounds
from clipwise.sandbox.media.curated import DEFAULT_BACKGROUND
from clipwise.sandbox.media.direction import Direction
from clipwise.sandbox.media.lettering import drawable, fitted, pill
from clipwise.sandbox.media.order import Asset, Order, Rendered, Report
from clipwise.sandbox.media.pictures import Size, contain, covering, flat, open_picture, with_shadow
from clipwise.sandbox.media.presenter import PLAIN, Mouth, Spot, presenter, presenter_name
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
from clipwise.sandbox.media.speech import Voice, check_language, speak, speakable, voice_of
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


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Who plays a script and how: the actor's picture, the voice, the director's words."""

    avatar: Asset | None
    voice: Voice
    direction: Direction = PLAIN
    in_front: bool = False
    badge: str = ""


def layout(size: Size, with_products: bool, part: Part) -> Layout:
    """The layout for a frame: product above presenter when it is tall, beside when it is not.

    An actor "in front" keeps the whole frame, and the product is a card in the corner.
    """
    width, height = size
    tall = height >= 1.5 * width
    shared = with_products and not part.in_front
    if tall:
        side = round(width * (1.0 if shared else 1.32) * part.direction.zoom)
        products = (width * 0.12, height * 0.07, width * 0.88, height * 0.425)
        corner = (width * 0.62, height * 0.07, width * 0.95, height * 0.25)
        return Layout(
            presenter=Spot(width / 2, height, side),
            products=corner if part.in_front else products,
            label=(width / 2, height * (0.085 if part.in_front else 0.47)),
            label_room=(round(width * 0.8), round(height * 0.055)),
            captions=(width / 2, height * 0.87),
            pose=(width * 0.15, height * (0.17 if part.in_front else 0.6 if shared else 0.3)),
        )
    side = round(min(height * 0.98, width * 0.82) * part.direction.zoom)
    return Layout(
        presenter=Spot(width * (0.29 if shared else 0.5), height, side),
        products=(width * 0.7, height * 0.12, width * 0.96, height * 0.5)
        if part.in_front
        else (width * 0.53, height * 0.11, width * 0.96, height * 0.65),
        label=(width * 0.745, height * 0.71),
        label_room=(round(width * 0.4), round(height * 0.085)),
        captions=(width / 2, height * 0.86),
        pose=(min(size) * 0.13, height * 0.18),
    )


def render(order: Order, report: Report) -> Rendered:
    """Renders a `ugc_video` order: a film, and captions in two formats unless they are switched off."""
    check_language(order.inputs.get("language"))
    voice = voice_of(order.assets.get("voice", ()), order.inputs.get("voice"))
    return played(order, report, Part(first(order, "avatar"), voice))


def played(order: Order, report: Report, part: Part) -> Rendered:
    """The order's script played by `part` on this stage."""
    inputs = order.inputs
    script = speakable(str(inputs.get("script") or ""), "the script")
    quality = quality_of(order)
    size = size_of(inputs.get("aspect_ratio"), quality)
    report("speaking", 0.02)
    speech = speak(script, replace(part.voice, speed=part.voice.speed * part.direction.pace))
    track = soundtrack([speech], quality.fps, bed=music_of(order, speech.duration + 1, speech.rate))
    captions = film_captions(track, inputs.get("generate_subtitle"))
    report("drawing", 0.1)
    layers = _layers(order, size, track.duration, track.mouth, part)
    plan = layout(size, bool(product_assets(order)), part)
    if captions:
        layers.append(CaptionTrack(captions, plan.captions, caption_style(size)))
    layers.append(mark(size))
    files = shoot(order, report, layers, track, size, captions)
    direction = {"direction": list(part.direction.understood)} if part.direction is not PLAIN else {}
    details = facts(
        track, size, quality, voice=part.voice.id,
        avatar=part.avatar.id if part.avatar else f"avatar_{presenter_name(None)}",
        product_pictures=len(product_assets(order)), captions=len(captions), **direction,
    )  # fmt: skip
    return Rendered(files, script, details)


def _layers(order: Order, size: Size, duration: float, mouth: Mouth, part: Part) -> list[Layer]:
    products = [open_picture(asset, "product_images", 1400) for asset in product_assets(order)]
    plan = layout(size, bool(products), part)
    layers: list[Layer] = [Backdrop(backdrop_picture(order, size), size, duration)]
    pose = first(order, "pose", "reference_image")
    if pose is not None:
        layers.append(Sticker(_polaroid(open_picture(pose, "pose"), min(size)), plan.pose, drift=min(size) * 0.004))
    layers.append(presenter(part.avatar, plan.presenter, mouth, part.direction))
    if products:
        layers.append(ProductCards(products, plan.products, duration))
    label = _label(order, plan, min(size), part.badge)
    if label is not None:
        layers.append(Sticker(label, plan.label))
    return layers


def product_assets(order: Order) -> Sequence[Asset]:
    """The product pictures of an order, however their input is called; at most twelve."""
    names = ("product_images", "product_image", "product_image_upload_id")
    return [asset for name in names for asset in order.assets.get(name, ())][:_MAX_PICTURES]


def backdrop_picture(order: Order, size: Size, default: str = DEFAULT_BACKGROUND) -> Image.Image:
    """The order's `background_image`, else the catalog's `default`, a little out of focus."""
    asset = first(order, "background_image", "background_images")
    room = (round(size[0] * 1.06), round(size[1] * 1.06))
    name = str(asset.metadata.get("curated", asset.id) if asset else default).removeprefix("background_")
    if name in backgrounds.PLACES:
        picture = backgrounds.draw(name, room)
    else:
        assert asset is not None
        picture = covering(open_picture(asset, "background_image", 2400), room)
    # A touch of depth: the eye goes to what is sharp.
    return flat(picture).filter(ImageFilter.GaussianBlur(min(size) * 0.0035))


def _polaroid(picture: Image.Image, short_side: int) -> Image.Image:
    side = round(short_side * 0.21)
    edge = round(side * 0.08)
    inside = contain(picture.size, (side, side * 1.2))
    card = Image.new("RGBA", (inside[0] + 2 * edge, inside[1] + 4 * edge), "#fffdf8")
    card.paste(flat(picture.resize(inside)), (edge, edge))
    turned = card.rotate(5, Image.Resampling.BICUBIC, expand=True)
    return with_shadow(turned, side * 0.06)


def _label(order: Order, plan: Layout, short_side: int, badge: str) -> Image.Image | None:
    parts = [
        str(order.inputs[name]).strip() for name in ("product_type", "product_description") if order.inputs.get(name)
    ]
    text = drawable(" · ".join(parts) or badge, "the product's label")
    if not text:
        return None
    smallest = max(9, round(short_side * 0.027))
    lines, face = fitted(text, plan.label_room, round(short_side * 0.036), 600, smallest)
    return pill(lines, face)
