"""`b_roll_video`: situations with a product, each as a still and as a clip to cut between the main shots.

Knows which situations there are and how each moves; the stills are composed by `shoot`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PIL import Image

from clipwise.sandbox.media import objects, picture_words, shoot, sound
from clipwise.sandbox.media.canvas import painted
from clipwise.sandbox.media.colours import palette_for
from clipwise.sandbox.media.cutout import labelled_box
from clipwise.sandbox.media.film import SOUND_RATE
from clipwise.sandbox.media.lettering import INK, drawable, fitted, pill
from clipwise.sandbox.media.motion import Move, moving
from clipwise.sandbox.media.noises import air
from clipwise.sandbox.media.order import Asset, MediaFile, Order, Rendered, Report
from clipwise.sandbox.media.pictures import Size
from clipwise.sandbox.media.production import clip, facts, first, mark, quality_of, size_of, wordless, words
from clipwise.sandbox.media.stage import Layer, Sticker
from clipwise.sandbox.media.styling import light_of, place_of
from clipwise.sandbox.media.ugc import product_assets

_SECONDS = {"preview": 4.0, "draft": 1.5}
_BED_LEVEL = 0.03
# Small moves: what a situation shows stays in the frame from the first picture to the last.
_IN, _OUT = Move("push in", "", zoom=(1.0, 1.12)), Move("pull out", "", zoom=(1.12, 1.0))
_STILL = Move("still", "", zoom=(1.0, 1.0))
_ASIDE = Move("pan", "", zoom=(1.08, 1.08), pan=(0.9, 0.0))
_DEPTH = Move("parallax", "", zoom=(1.04, 1.08), pan=(0.4, 0.0), depth=0.03)


@dataclass(frozen=True, slots=True)
class Situation:
    """What a still shows, the number of its composition in `shoot`, and how its clip moves."""

    name: str
    number: int
    move: Move
    with_model: bool = False


_ALONE = (
    Situation("the product in its place", 0, _IN),
    Situation("to one side, with room for a title", 1, _ASIDE),
    Situation("close up", 3, _DEPTH),
)
_WITH_PERSON = (
    Situation("the product in its place", 0, _IN),
    Situation("in the hands of a person", 0, _OUT, with_model=True),
    Situation("shown to the camera", 1, _ASIDE, with_model=True),
    Situation("close up", 3, _DEPTH),
)


def render(order: Order, report: Report) -> Rendered:
    """Renders a `b_roll_video` order: for each situation a PNG and a clip; with an avatar, a person is in two."""
    context = drawable(words(order, "video_context"), "the video context")
    product_type = drawable(words(order, "product_type"), "the product type")
    quality = quality_of(order)
    size = size_of(order.inputs.get("aspect_ratio"), quality)
    report("drawing", 0.02)
    placed = _placed(order, f"{context} {product_type}")
    product = None if product_assets(order) else drawn_product(product_type)
    situations = _WITH_PERSON if first(order, "avatar") is not None else _ALONE
    seconds = _SECONDS.get(order.quality, _SECONDS["preview"])
    bed = _bed(context, seconds)
    track = wordless(bed, SOUND_RATE, quality.fps, seconds)
    files: list[MediaFile] = []
    for number, each in enumerate(situations):
        still = shoot.situation(placed, size, each.number, product, with_model=each.with_model)
        marks = [*_slate(context, number, size), mark(size)]
        files.append(_still(order, [*moving(still, size, _STILL, 1.0, context), *marks], size, number))
        layers = [*moving(still, size, each.move, track.duration, context), *marks]
        progress = _Part(report, number, len(situations))
        files.append(clip(order, progress, layers, track, size, f"situation_{number + 1}"))
    report("finished", 1.0)
    light = light_of(context)
    details = facts(
        track, size, quality, situations=[each.name for each in situations], light=light.name if light else None,
        product_pictures=len(product_assets(order)),
    )  # fmt: skip
    return Rendered(tuple(sorted(files, key=lambda file: file.kind, reverse=True)), None, details)


def drawn_product(product_type: str) -> Image.Image:
    """What stands for a product without pictures: a thing that its type names, else a box with the type on it."""
    things = picture_words.read(product_type).things
    if not things:
        return labelled_box(product_type or "Product", palette_for(product_type))
    name, colour = things[0]
    return objects.draw(name, 900, colour or objects.USUAL[name])


def _placed(order: Order, text: str) -> Order:
    """The order with a place: its own background, else the catalog's for what the texts name."""
    if first(order, "background_image", "background_images") is not None:
        return order
    id = f"background_{place_of(text)}"
    place = Asset(id, "background_images", id, None, "image/png", {"curated": id})
    return replace(order, assets={**order.assets, "background_image": (place,)})


def _bed(context: str, seconds: float) -> sound.Samples:
    found = air(context, seconds, SOUND_RATE)
    return sound.level(sound.music_bed(seconds, SOUND_RATE) if found is None else found, _BED_LEVEL)


def _slate(context: str, number: int, size: Size) -> list[Layer]:
    """A small line in the upper left corner that says what the clip is for."""
    side = min(size)
    room = (round(size[0] * 0.56), round(side * 0.1))
    lines, face = fitted(
        f"{number + 1} · {context}" if context else str(number + 1), room, round(side * 0.034), 600, max(8, side // 42)
    )
    label = pill(lines, face, INK, "#ffffffc8", align="left")
    edge = side * 0.03
    return [Sticker(label, (edge + label.width / 2, edge + label.height / 2))]


def _still(order: Order, layers: Sequence[Layer], size: Size, number: int) -> MediaFile:
    """What the layers show at the start, as a PNG."""
    frame = painted(size, "#000000").convert("RGB")
    for layer in layers:
        layer.paint(frame, 0.0)
    path = order.folder / f"situation_{number + 1}.png"
    frame.save(path)
    return MediaFile("image", path, "image/png")


class _Part:
    """The progress of one clip of several: "filming" until the last picture of the last, then "encoding"."""

    def __init__(self, report: Report, number: int, count: int) -> None:
        self._report, self._number, self._count = report, number, count

    def __call__(self, share: float) -> None:
        whole = (self._number + share) / self._count
        self._report("filming" if whole < 1 else "encoding", 0.05 + 0.93 * whole)
