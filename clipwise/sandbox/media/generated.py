"""Presenters and places drawn from words: what the words name is taken, a hash of them decides the rest.

The same prompt always gives the same picture. Knows nothing of resources.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from PIL import Image, ImageChops, ImageOps

from clipwise.sandbox.media import backgrounds
from clipwise.sandbox.media.avatars import Presenter
from clipwise.sandbox.media.canvas import Canvas, Fade, Glow, ellipse, painted
from clipwise.sandbox.media.colours import COLOURS, mixed, named, palette_for
from clipwise.sandbox.media.looks import LOOKS, Look
from clipwise.sandbox.media.order import MediaFile, Order, Rendered, Report
from clipwise.sandbox.media.pictures import Size
from clipwise.sandbox.media.production import quality_of, size_of
from clipwise.sandbox.media.subjects import chance

SIDES: Mapping[str, int] = {"preview": 1024, "draft": 384}
WOMAN = r"wom[ae]n|girl|lady|she|her|female|mother|mum|grandmother|actress"
MAN = r"m[ae]n|boy|guy|he|his|male|dude|father|dad|grandfather|actor"
# The presenters of the catalog: who they could be, and the words that suit them best.
SITTERS: Mapping[str, tuple[str, str]] = {
    "maya": (WOMAN, r"long|dark|waves|brunette|host|mother|mum"),
    "leo": (MAN, r"auburn|ginger|stubble|creator|young|dude"),
    "amara": (WOMAN, r"curl\w*|afro|earrings|hoops|storyteller|blouse"),
    "kenji": (MAN, r"student|glasses|nerd|hoodie|developer|reviewer|gamer|teen\w*|boy"),
    "sofia": (WOMAN, r"blond\w*|bob|blazer|suit|business\w*|expert|manager|doctor"),
    "omar": (MAN, r"father|dad|beard\w*|denim|chef|cook|maker|barista"),
    "amina": (WOMAN, r"scarf|headscarf|hijab|veil|guide"),
    "grace": (WOMAN, r"old|older|elderly|senior|grandmother|silver|gr[ae]y|adviser|teacher"),
}
COVERED = ("amina",)  # whose hair is not seen
HAIR = r"(?:hair|haired|curls|afro|bob|beard|bearded)"
HAIRS: Mapping[str, str] = {"blonde": "#d9a441", "blond": "#d9a441", "ginger": "#b5562a", "auburn": "#8a4b26",
                            "brunette": "#3b211a", "dark": "#2a1c17", "red": "#a8442a"}  # fmt: skip
OUTFITS: Mapping[str, str] = {
    "sweater": r"sweater|jumper|pullover|knit\w*",
    "overshirt": r"shirt|overshirt|t-?shirt",
    "blouse": r"blouse|dress|top",
    "hoodie": r"hoodie|sweatshirt|sporty",
    "blazer": r"blazer|suit|business\w*|formal|doctor|lab coat",
    "jacket": r"jacket|coat|denim|leather",
}
EXTRAS: Mapping[str, str] = {"glasses": r"glasses|spectacles", "hoops": r"hoops|earrings", "beard": r"beard\w*"}
CLOTHS = ("#f2b134", "#2f7f86", "#ef6f5e", "#3d4f8f", "#3f8f6b", "#5b80b0", "#c86b85", "#8f79c4", "#d97b3f")
PLACES: Mapping[str, str] = {
    "kitchen": r"kitchen|cook\w*|cafe|coffee|breakfast|restaurant|bakery|food",
    "loft": r"loft|brick|apartment|living room|industrial|window",
    "beach": r"beach|sea|ocean|sand|coast|palm|summer|island|holiday",
    "studio": r"studio|podium|plinth|showroom|backdrop|set",
    "park": r"park|garden|forest|tree\w*|meadow|nature|grass|outdoor\w*|mountain\w*|field",
    "bathroom": r"bath\w*|spa|shower|tiles?|mirror|cosmetic\w*|skincare",
    "desk": r"desk|office|work\w*|laptop|books?|library|bookshelf|home|room",
    "rooftop": r"roof\w*|terrace|balcony|skyline",
    "street": r"street|city|neon|night|urban|alley|tokyo|downtown",
}
# Words -> the light that a place is in: how its colour is laid on, the colour, and how strongly.
LIGHTS: Mapping[str, tuple[Callable[[Image.Image, Image.Image], Image.Image], str, float]] = {
    r"night|dark|midnight|moon\w*": (ImageChops.multiply, "#3a4a8c", 0.9),
    r"sunset|dusk|golden|evening|warm": (ImageChops.multiply, "#ffb070", 0.75),
    r"sunrise|dawn|morning|bright|airy": (ImageChops.screen, "#4a3416", 1.0),
    r"winter|snow\w*|cold|foggy|mist\w*|rain\w*": (ImageChops.screen, "#8fa6bd", 0.75),
}


def render_avatar(order: Order, report: Report) -> Rendered:
    """Draws a presenter, head and shoulders, on transparency."""
    prompt = str(order.inputs["prompt"])
    look = look_for(prompt)
    report("drawing", 0.2)
    picture = Presenter(look, SIDES.get(order.quality, SIDES["preview"])).pose(0, eyes_open=True)
    return _written(order, report, picture)


def render_background(order: Order, report: Report) -> Rendered:
    """Draws a place; one that the words do not name is a ground in their colours."""
    prompt = str(order.inputs["prompt"])
    size = size_of(order.inputs.get("aspect_ratio"), quality_of(order))
    report("drawing", 0.2)
    return _written(order, report, place_for(prompt, size))


def look_for(prompt: str) -> Look:
    """How a presenter looks whom these words describe."""
    text = prompt.lower()
    hair = re.search(rf"\b({'|'.join({**COLOURS, **HAIRS})})\b(?=[\w ,-]{{0,24}}\b{HAIR}\b)", text)
    base = LOOKS[_sitter(text, hair is not None)]
    rest = text.replace(hair.group(1), " ", 1) if hair else text
    colours = named(rest)
    cloth = colours[0] if colours else CLOTHS[chance(f"cloth {text}", len(CLOTHS))]
    strands = {**COLOURS, **HAIRS}[hair.group(1)] if hair else base.hair
    outfit = next((name for name, words in OUTFITS.items() if _says(text, words)), base.outfit)
    more = tuple(name for name, words in EXTRAS.items() if _says(text, words) and name not in base.extras)
    return replace(
        base,
        outfit=outfit,
        cloth=cloth,
        cloth_dark=mixed(cloth, "#15172b", 0.22),
        hair=strands,
        hair_light=mixed(strands, "#ffffff", 0.2),
        extras=(*(each for each in base.extras if not (each == "stubble" and "beard" in more)), *more),
    )


def place_for(prompt: str, size: Size) -> Image.Image:
    """The place that these words name, in their light, as opaque RGBA."""
    text = prompt.lower()
    scores = {name: len(re.findall(rf"\b(?:{words})\b", text)) for name, words in PLACES.items()}
    best = max(scores, key=lambda name: (scores[name], chance(name + text, 997)))
    picture = backgrounds.draw(best, size) if scores[best] else _ground(text, size)
    if chance(f"turn {text}", 2):
        picture = ImageOps.mirror(picture)
    for words, (laid, colour, strength) in LIGHTS.items():
        if _says(text, words) and not (best == "street" and strength == 0.9):  # that one is drawn at night
            picture = Image.blend(picture, laid(picture, Image.new("RGBA", size, colour)), strength)
    if scores[best] and (colours := named(text)):
        picture = Image.blend(picture, Image.new("RGBA", size, colours[0]), 0.28)
    picture.putalpha(255)
    return picture


def _sitter(text: str, hair: bool) -> str:
    scores = {
        name: 3 * _says(text, kind) + len(set(re.findall(rf"\b(?:{words})\b", text))) - 9 * (hair and name in COVERED)
        for name, (kind, words) in SITTERS.items()
    }
    return max(scores, key=lambda name: (scores[name], chance(name + text, 997)))


def _says(text: str, words: str) -> bool:
    return re.search(rf"\b(?:{words})\b", text) is not None


def _ground(text: str, size: Size) -> Image.Image:
    """Soft shapes on a gradient, in the colours that the words name."""
    palette = palette_for(text)
    canvas = Canvas(size, (0, 0, 100, 100))
    canvas.image.alpha_composite(painted(size, Fade(palette.top, palette.bottom, 20)))
    for number in range(7):
        seed = f"{number} {text}"
        x, y, radius = (chance(f"{axis} {seed}", 1000) / 10 for axis in "xyr")
        glow = Glow(palette.shape, f"{palette.shape}00", (0.4, 0.35))
        canvas.fill(ellipse(x, y, 9 + radius / 4), glow, opacity=0.3)
    canvas.fill(ellipse(50, 124, 95, 42), palette.bottom, opacity=0.55, blur=3)
    return canvas.image


def _written(order: Order, report: Report, picture: Image.Image) -> Rendered:
    path = order.folder / "image.png"
    picture.save(path)
    report("finished", 1.0)
    details = {"width": picture.width, "height": picture.height}
    return Rendered((MediaFile("image", path, "image/png"),), None, details)
