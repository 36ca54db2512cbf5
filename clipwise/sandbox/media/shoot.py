"""`ugc_model_shoot`, `ugc_product_background` and `inventory_shoot`: stills of a product, alone or with a model.

Knows how each still is composed; one composition for each variation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from PIL import Image

from clipwise.sandbox.media import figure
from clipwise.sandbox.media.canvas import Canvas, Fade, ellipse, rectangle
from clipwise.sandbox.media.colours import main_colours, mixed, palette_for
from clipwise.sandbox.media.cutout import cut_out, labelled_box, subject
from clipwise.sandbox.media.lettering import drawable
from clipwise.sandbox.media.order import Asset, MediaError, Order, Rendered, Report
from clipwise.sandbox.media.pictures import Size, contain, covering, flat, rounded_mask, with_shadow
from clipwise.sandbox.media.presenter import presenter_name
from clipwise.sandbox.media.production import first
from clipwise.sandbox.media.stances import STANCES, Stance
from clipwise.sandbox.media.stills import (
    POSE_INPUTS,
    PRODUCT_INPUTS,
    composition_of,
    lit,
    picture_of,
    place_of,
    print_of,
    product_label,
    product_words,
    shelf,
    still_size,
    stood,
    variations,
    write_stills,
)

_FIGURE_TALL = 1530.0  # units from the hair to the floor


@dataclass(frozen=True, slots=True)
class Shot:
    """A composition with a product alone, in shares of the frame; `light` is where light comes from, -1 to 1."""

    x: float
    foot: float
    height: float
    table: float
    light: float
    zoom: float = 1.1
    drift: float = 0.0
    plinth: bool = False


_SHOTS = (
    Shot(0.5, 0.86, 0.60, 0.74, -0.8, 1.12),
    Shot(0.34, 0.84, 0.48, 0.70, 0.9, 1.3, 0.8),
    Shot(0.5, 0.74, 0.46, 0.80, -0.5, 1.05, -0.4, plinth=True),
    Shot(0.57, 0.97, 0.80, 0.82, 0.6, 1.7, 0.3),
    Shot(0.68, 0.84, 0.50, 0.66, -0.9, 1.25, -0.9),
    Shot(0.36, 0.76, 0.44, 0.82, 0.7, 1.4, 0.6, plinth=True),
)


@dataclass(frozen=True, slots=True)
class Framing:
    """How near a model is: `tall` units fill the frame's height; `x` is where the face is, a share of the width."""

    stance: str
    tall: float
    x: float
    mirrored: bool = False
    zoom: float = 1.05
    drift: float = 0.0


_FRAMINGS = (
    Framing("holding", 1150, 0.5),
    Framing("presenting", 1000, 0.42, zoom=1.25, drift=0.6),
    Framing("walking", 1760, 0.47, zoom=1.0, drift=-0.5),
    Framing("pointing", 1080, 0.56, mirrored=True, zoom=1.4, drift=-0.7),
    Framing("seated", 1560, 0.5, zoom=1.15, drift=0.9),
    Framing("waving", 1350, 0.46, zoom=1.3, drift=0.2),
)
# When the pose is given, what is left to vary is how near the model is, and on which side.
_POSED = (
    Framing("", 1640, 0.5),
    Framing("", 1300, 0.42, mirrored=True, zoom=1.35, drift=0.6),
    Framing("", 2300, 0.66, zoom=1.0, drift=-0.6),
    Framing("", 1180, 0.56, zoom=1.6, drift=0.9),
)


def render_model(order: Order, report: Report) -> Rendered:
    """Renders a `ugc_model_shoot` order."""
    return _shoot(order, report, _model_still)


def render_product(order: Order, report: Report) -> Rendered:
    """Renders a `ugc_product_background` order."""
    return _shoot(order, report, _product_still)


def render_inventory(order: Order, report: Report) -> Rendered:
    """Renders an `inventory_shoot` order: the shoot that `mode` names."""
    mode = str(order.inputs.get("mode") or "product_shoot")
    shoot = MODES.get(mode)
    if shoot is None:
        raise MediaError("missing_input", f"mode: {mode!r} is not one of {', '.join(MODES)}.")
    rendered = shoot(order, report)
    return replace(rendered, details={**rendered.details, "mode": mode})


def situation(order: Order, size: Size, number: int, product: Image.Image | None, *, with_model: bool) -> Image.Image:
    """One still, without a label, of a product (the order's own unless one is given), alone or with a model."""
    set_ = _Set(order, size, _product(order) if product is None else product, None, None)
    return (_model_still if with_model else _product_still)(set_, number)


MODES: Mapping[str, Callable[[Order, Report], Rendered]] = {
    "product_shoot": render_product,
    "model_shoot": render_model,
}


@dataclass(frozen=True, slots=True, eq=False)
class _Set:
    """What is the same in all stills of an order."""

    order: Order
    size: Size
    product: Image.Image | None
    label: Image.Image | None
    reference: Asset | None


def _shoot(order: Order, report: Report, still: Callable[[_Set, int], Image.Image]) -> Rendered:
    count, size = variations(order), still_size(order)
    report("reading", 0.02)
    set_ = _Set(order, size, _product(order), product_label(order, size), first(order, *POSE_INPUTS))
    files = write_stills(order, report, count, partial(still, set_))
    details = {
        "width": size[0], "height": size[1], "variations": count,
        "product_pictures": len(_product_assets(order)), "reference": set_.reference.id if set_.reference else None,
    }  # fmt: skip
    return Rendered(tuple(files), None, details)


def _product_assets(order: Order) -> list[Asset]:
    return [asset for name in PRODUCT_INPUTS for asset in order.assets.get(name, ())]


def _product(order: Order) -> Image.Image | None:
    """The product cut out of its picture; a labelled box when it is only described; None when nothing is said."""
    assets = _product_assets(order)
    if assets:
        return subject(picture_of(assets[0], "product_image", 1400))
    words = product_words(order)
    if not words:
        return None
    return labelled_box(drawable(words[0], "the product"), palette_for(" ".join(words)))


def _product_still(set_: _Set, number: int) -> Image.Image:
    shot, size = _shot(set_, number), set_.size
    frame = place_of(set_.order, size, shot.zoom, shot.drift, blur=0.007)
    colour = mixed(main_colours(frame.crop((0, round(size[1] * 0.7), *size)).convert("RGBA"), 3)[0], "#ecc797", 0.62)
    table = shelf(size, shot.table, colour)
    frame.paste(table, (0, 0), table)
    if shot.plinth:
        _plinth(frame, shot, colour)
    thing = set_.product if set_.product is not None else labelled_box("Product", palette_for("Product"))
    room = (size[0] * 0.82, size[1] * shot.height)
    shown = thing.resize(contain(thing.size, room), Image.Resampling.LANCZOS)
    stood(frame, shown, (size[0] * shot.x, size[1] * shot.foot), shot.light)
    frame = lit(frame, number + (shot.light > 0))
    return _finished(frame, set_)


def _shot(set_: _Set, number: int) -> Shot:
    """The composition of a still, moved to where the reference picture has its subject."""
    shot = _SHOTS[number % len(_SHOTS)]
    if number >= len(_SHOTS):
        shot = replace(shot, x=1 - shot.x, light=-shot.light, drift=-shot.drift, zoom=shot.zoom + 0.2)
    if set_.reference is None:
        return shot
    model = composition_of(picture_of(set_.reference, "reference_image"))
    foot = min(0.96, max(0.6, model.y + model.height / 2))
    x = min(0.8, max(0.2, model.x)) + 0.03 * (number % 3 - 1)
    height = min(0.85, max(0.25, model.height)) * (1.0, 0.8, 1.12)[number % 3]
    return replace(shot, x=x, foot=foot, height=height, table=foot - 0.1, plinth=False)


def _plinth(frame: Image.Image, shot: Shot, colour: str) -> None:
    width, height = frame.size
    canvas = Canvas(frame.size, (0, 0, width, height))
    x, y, reach = width * shot.x, height * shot.foot, width * 0.27
    light, dark = mixed(colour, "#ffffff", 0.62), mixed(colour, "#2b2233", 0.25)
    canvas.fill(ellipse(x, y + height * 0.15, reach * 1.2, reach * 0.22), "#120e18", opacity=0.4, blur=width * 0.012)
    canvas.fill(rectangle(x - reach, y - reach * 0.02, x + reach, y + height * 0.14), Fade(light, dark, 90))
    canvas.fill(ellipse(x, y + height * 0.14, reach, reach * 0.19), Fade(light, dark, 90))
    canvas.fill(ellipse(x, y - reach * 0.02, reach, reach * 0.19), mixed(colour, "#ffffff", 0.78))
    frame.paste(canvas.image, (0, 0), canvas.image)


def _model_still(set_: _Set, number: int) -> Image.Image:
    stance, framing = _staging(set_, number)
    size = set_.size
    frame = place_of(set_.order, size, framing.zoom, framing.drift)
    avatar = first(set_.order, "avatar")
    name = presenter_name(avatar)
    x = framing.x * size[0]
    if name is not None or avatar is None:
        _drawn_model(frame, name or "maya", stance, framing, set_.product)
    else:
        _pictured_model(frame, picture_of(avatar, "avatar", 1400), x, framing, set_.product)
    return _finished(lit(frame, number), set_)


def _staging(set_: _Set, number: int) -> tuple[Stance, Framing]:
    """How the model stands and is framed: after the reference picture when there is one."""
    framing = _FRAMINGS[number % len(_FRAMINGS)]
    if set_.reference is not None:
        name = str(set_.reference.metadata.get("curated", set_.reference.id)).removeprefix("pose_")
        framing = _POSED[number % len(_POSED)]
        if name in STANCES:
            framing = replace(framing, stance=name)
        else:
            model = composition_of(picture_of(set_.reference, "pose"))
            tall = min(2200.0, max(1050.0, _FIGURE_TALL / model.height)) * framing.tall / _POSED[0].tall
            framing = replace(framing, stance="presenting", tall=tall, x=min(0.75, max(0.25, model.x)))
    if number % 12 >= len(_FRAMINGS):
        framing = replace(framing, mirrored=not framing.mirrored, tall=framing.tall * 1.12, x=1 - framing.x)
    stance = STANCES[framing.stance].mirrored() if framing.mirrored else STANCES[framing.stance]
    return stance, _shown_whole(framing, stance, set_.size)


def _shown_whole(framing: Framing, stance: Stance, size: Size) -> Framing:
    """The framing, from so far away and so placed that arms and product are in the picture."""
    shape = size[1] / size[0]
    hold = stance.hold or (0.0, 0.0)
    lowest = hold[1] + (1 - stance.grip) * figure.HOLD_ROOM[1]
    tall = max(framing.tall, 940.0 * shape, lowest / 0.62)
    left, right = (hold[0] - 200) * shape / tall, (hold[0] + 200) * shape / tall
    return replace(framing, tall=tall, x=min(0.98 - right, max(0.02 - left, framing.x)))


def _drawn_model(frame: Image.Image, name: str, stance: Stance, framing: Framing, product: Image.Image | None) -> None:
    unit = frame.height / framing.tall
    floor = figure.SEATED_FLOOR if stance.seated else figure.FLOOR
    whole = framing.tall >= floor + 320
    face = (0.95 - floor / framing.tall) if whole else 0.34
    drawn = figure.draw(name, unit, stance, product)
    corner = figure.place_of((0, 0), unit)
    at = (round(frame.width * framing.x - corner[0]), round(frame.height * face - corner[1]))
    frame.paste(drawn, at, drawn)


def _pictured_model(
    frame: Image.Image, picture: Image.Image, x: float, framing: Framing, product: Image.Image | None
) -> None:
    """A model from an uploaded picture: cut out where that can be done, else as a large print."""
    width, height = frame.size
    share = min(0.94, max(0.6, 1100 / framing.tall))
    person = cut_out(picture)
    if person is not None:
        person = person.resize(contain(person.size, (width * 0.9, height * share)), Image.Resampling.LANCZOS)
        frame.paste(person, (round(x - person.width / 2), height - person.height), person)
    else:
        side = (round(width * 0.62 * share / 0.8), round(height * 0.62 * share / 0.8))
        card = covering(flat(picture).convert("RGBA"), side, drift=(0.0, -0.3))
        card.putalpha(rounded_mask(side, min(side) * 0.05))
        card = with_shadow(card, min(side) * 0.04)
        frame.paste(card, (round(x - card.width / 2), round(height * 0.46 - card.height / 2)), card)
    if product is not None:
        shown = product.resize(contain(product.size, (width * 0.34, height * 0.38)), Image.Resampling.LANCZOS)
        beside = x + width * (0.26 if x < width * 0.55 else -0.26)
        stood(frame, shown, (min(width * 0.8, max(width * 0.2, beside)), height * 0.95), -0.6)


def _finished(frame: Image.Image, set_: _Set) -> Image.Image:
    """The frame with the product's label, and the reference as a small print when it was uploaded."""
    width, height = frame.size
    if set_.reference is not None and "curated" not in set_.reference.metadata:
        card = print_of(picture_of(set_.reference, "pose"), min(frame.size) * 0.15)
        frame.paste(card, (round(width * 0.02), round(height * 0.02)), card)
    if set_.label is not None:
        at = (round((width - set_.label.width) / 2), round(height * 0.965 - set_.label.height))
        frame.paste(set_.label, at, set_.label)
    return frame
