"""`ecommerce_product_video`: the product's pictures move, its name and facts come up as cards, and a voice presents it.

Knows how that film is laid out and worded; the words are the order's own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from PIL import Image

from clipwise.sandbox.media import motifs
from clipwise.sandbox.media.canvas import Glow, painted
from clipwise.sandbox.media.lettering import INK, block, drawable, fitted
from clipwise.sandbox.media.narrated import Telling, asked, finished, logo_layers, told
from clipwise.sandbox.media.narration import Beat, read, sentence
from clipwise.sandbox.media.order import Order, Rendered, Report
from clipwise.sandbox.media.pictures import Box, Size, clipped, open_picture, rounded_mask, with_shadow
from clipwise.sandbox.media.production import caption_style, quality_of, size_of, words
from clipwise.sandbox.media.products import ProductCards
from clipwise.sandbox.media.scenes import Scene, eased, ground, motif_of, scenes_of
from clipwise.sandbox.media.speech import speakable
from clipwise.sandbox.media.stage import Backdrop, CaptionTrack, Layer, place
from clipwise.sandbox.media.subjects import Palette
from clipwise.sandbox.media.turns import Turns
from clipwise.sandbox.media.ugc import product_assets

_MOST_CARDS = 4
# How a card's short forms are said.
_UNITS = {
    "ml": "millilitres", "cl": "centilitres", "l": "litres", "mm": "millimetres", "cm": "centimetres", "km":
    "kilometres", "kg": "kilograms", "g": "grams", "w": "watts", "mah": "milliamp hours", "oz": "ounces",
}  # fmt: skip
_ENDING = re.compile(
    r"[,;]?\s*(?:\b(?:and|then)\s+)?\b(?:end|finish|close|start|begin|open)\s+(?:on|with|by)\b.*$", re.IGNORECASE
)


def render(order: Order, report: Report) -> Rendered:
    """Renders an `ecommerce_product_video` order: opening, a card for each fact, and the name again."""
    prompt = asked(order, "prompt")
    name, about = (_said(order, key) for key in ("product_name", "product_description"))
    size = size_of(order.inputs.get("aspect_ratio"), quality_of(order))
    plan = pitch(prompt, name, about)
    telling = told(order, report, plan, size)
    pictures = [open_picture(asset, "product_images", 1400) for asset in product_assets(order)]
    scenes = scenes_of(plan, telling.spans, words(order, "style"))
    layers = [*_layers(telling, scenes, pictures), *logo_layers(order, size)]
    cards = [beat.headline for beat in plan]
    return finished(order, report, telling, layers, cards=cards, product_pictures=len(pictures))


def pitch(prompt: str, name: str, about: str) -> tuple[Beat, ...]:
    """What is said of a product: its name, what the prompt is about, its facts, and its name again."""
    topic, points = read(_ENDING.sub("", prompt).strip() or prompt)
    opening = [Beat(name, f"Meet {name}.")] if name else []
    facts = [_fact(text) for text in _facts(about)]
    closing = Beat(name, f"{name}. Find it in the shop.") if name else Beat("Take a closer look", "Take a closer look.")
    return (*opening, _reason(topic), *facts[:_MOST_CARDS], *points[:_MOST_CARDS], closing)


def _reason(topic: str) -> Beat:
    asks = re.match(r"(?:why|how|what|where)\b", topic, re.IGNORECASE) and not topic.endswith("?")
    headline = f"{topic[0].upper()}{topic[1:]}"
    return Beat(headline, sentence(f"Here is {topic[0].lower()}{topic[1:]}" if asks else topic))


def _facts(about: str) -> list[str]:
    return [part.strip(" .") for part in re.split(r"[,;\n•]|(?<=[.!?])\s", about) if part.strip(" .")]


def _fact(text: str) -> Beat:
    spoken = re.sub(r"(\d)\s?([a-zA-Z]+)\b", lambda m: f"{m[1]} {_UNITS.get(m[2].lower(), m[2])}", text)
    capital = f"{text[0].upper()}{text[1:]}"
    return Beat(capital, f"{spoken[0].upper()}{spoken[1:]}.")


def _said(order: Order, name: str) -> str:
    text, what = words(order, name), f"the {name.replace('_', ' ')}"
    return drawable(speakable(text, what), what).rstrip(".") if text else ""


def _layers(telling: Telling, scenes: Sequence[Scene], pictures: Sequence[Image.Image]) -> list[Layer]:
    size = telling.size
    palette = scenes[0].palette
    room, card, captions = _plan(size)
    shown = list(pictures) or [_drawing(scenes, min(size), palette)]
    makers = [partial(Card, scene, card, min(size)) for scene in scenes]
    layers: list[Layer] = [
        Backdrop(ground(scenes[0], size), size, telling.track.duration),
        ProductCards(shown, room, telling.track.duration),
        Turns([scene.start for scene in scenes], makers, fade=0.0),
    ]
    if telling.captions:
        layers.append(CaptionTrack(telling.captions, captions, caption_style(size)))
    return layers


def _plan(size: Size) -> tuple[Box, Box, tuple[float, float]]:
    """Where the pictures, the card and the captions are."""
    width, height = size
    if width > 1.2 * height:
        picture = (width * 0.05, height * 0.14, width * 0.48, height * 0.78)
        return picture, (width * 0.52, height * 0.24, width * 0.95, height * 0.68), (width / 2, height * 0.89)
    if height >= 1.5 * width:
        picture = (width * 0.08, height * 0.1, width * 0.92, height * 0.54)
        return picture, (width * 0.08, height * 0.58, width * 0.92, height * 0.74), (width / 2, height * 0.85)
    picture = (width * 0.14, height * 0.08, width * 0.86, height * 0.58)
    return picture, (width * 0.1, height * 0.62, width * 0.9, height * 0.8), (width / 2, height * 0.91)


def _drawing(scenes: Sequence[Scene], side: int, palette: Palette) -> Image.Image:
    """What stands for a product without pictures: a drawing that its words call for."""
    motif = motif_of(" ".join(scene.headline for scene in scenes))
    picture = painted((side, side), Glow("#ffffff", palette.shape))
    colours = Palette(palette.top, palette.bottom, palette.top, palette.bottom, palette.accent)
    picture.alpha_composite(motifs.draw(motif, side, colours))
    return picture


class Card:
    """A white card with a line of words, sliding in from the left."""

    def __init__(self, scene: Scene, room: Box, side: int) -> None:
        size = (round(room[2] - room[0]), round(room[3] - room[1]))
        largest = round(side * (0.105 if scene.title else 0.085))
        inside = (round(size[0] * 0.86), round(size[1] * 0.62))
        lines, face = fitted(scene.headline, inside, largest, 800, smallest=max(9, largest // 4))
        text = block(lines, face, INK)
        white = clipped(painted(size, "#fffffff2"), rounded_mask(size, side * 0.045))
        white.alpha_composite(text, ((size[0] - text.width) // 2, (size[1] - text.height) // 2 - round(side * 0.012)))
        bar = painted((round(size[0] * 0.14), max(3, round(side * 0.012))), scene.palette.bottom)
        white.alpha_composite(bar, ((size[0] - bar.width) // 2, size[1] - bar.height - round(side * 0.016)))
        self._card = with_shadow(white, side * 0.018)
        self._centre = ((room[0] + room[2]) / 2, (room[1] + room[3]) / 2)

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints the card where it is by now."""
        away = frame.width * 0.9 * (1 - eased(time / 0.5))
        place(frame, self._card, (self._centre[0] - away, self._centre[1]))
