"""`text_to_image`: a picture drawn from the words of a prompt, and from the pictures that guide it.

Knows how a picture is put together; what the words ask for is `picture_words`'.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from PIL import Image, ImageChops, ImageFilter

from clipwise.sandbox.media import backgrounds, figure, motifs, objects
from clipwise.sandbox.media.canvas import Canvas, Fade, Glow, ellipse, painted, rectangle
from clipwise.sandbox.media.colours import mixed, named, palette_for, palette_of, tuned
from clipwise.sandbox.media.cutout import cut_out, subject
from clipwise.sandbox.media.film import Quality
from clipwise.sandbox.media.lettering import drawable, fitted, pill
from clipwise.sandbox.media.order import MAX_TEXT, Asset, MediaError, Order, Rendered, Report
from clipwise.sandbox.media.picture_words import Wanted, read
from clipwise.sandbox.media.pictures import Size, contain, flat
from clipwise.sandbox.media.placements import exact_size
from clipwise.sandbox.media.production import size_of
from clipwise.sandbox.media.stances import STANCES
from clipwise.sandbox.media.stills import lit, picture_of, print_of, shelf, still_size, stood, write_stills
from clipwise.sandbox.media.subjects import Palette, chance, motif_for

# The shorter side that a resolution's name stands for.
_RESOLUTIONS: Mapping[str, int] = {
    "360p": 360, "480p": 480, "540p": 540, "720p": 720, "hd": 720, "1080p": 1080, "fullhd": 1080, "full_hd": 1080,
    "fhd": 1080, "1440p": 1440, "2160p": 2160, "4k": 2160, "uhd": 2160, "1k": 1024, "2k": 2048, "512": 512,
    "768": 768, "1024": 1024, "2048": 2048, "standard": 1024, "low": 512, "medium": 768, "high": 1440,
}  # fmt: skip
_TINTS: Mapping[str, tuple[str, str]] = {
    "warm": ("#ffd9a0", "#ffb765"), "dark": ("#59649a", "#2a2f5c"), "cool": ("#d3e2ee", "#a9c2d8"),
}  # fmt: skip
_MOST_REFERENCES = 4
_SAME = re.compile(r"\b(?:same|this|these|that|product|it|item|object|bottle|model)\b", re.IGNORECASE)
_LARGEST_SHAPE = 4.0
_UNIT = Quality(1000, 1, "", 0)


def render(order: Order, report: Report) -> Rendered:
    """Renders a `text_to_image` order: one picture."""
    prompt = str(order.inputs.get("prompt") or "").strip()
    if not prompt:
        raise MediaError("missing_input", "prompt: there are no words to draw.")
    if len(prompt) > MAX_TEXT:
        raise MediaError("text_too_long", f"the prompt has {len(prompt):,} characters; the sandbox reads {MAX_TEXT:,}.")
    prompt = drawable(prompt, "the prompt")
    size, wanted = picture_size(order), read(prompt)
    report("reading", 0.02)
    assets = _references(order)
    pictures = [picture_of(asset, "media_ids") for asset in assets]
    files = write_stills(order, report, 1, lambda _: _drawn(order, prompt, wanted, size, pictures))
    details = {
        "width": size[0], "height": size[1], "references": [asset.id for asset in assets],
        "shown": [*(name for name, _ in wanted.things), *wanted.people], "place": wanted.place,
        "model": order.inputs.get("model"),
    }  # fmt: skip
    return Rendered(tuple(files), None, details)


def picture_size(order: Order) -> Size:
    """The size that `resolution` and `aspect_ratio` ask for; exact pixels win over the shape."""
    text = str(order.inputs.get("resolution") or "").strip().lower()
    if not text:
        return still_size(order, "1:1")
    exact = exact_size(text, "resolution")
    side = _RESOLUTIONS.get(text.replace(" ", "_"))
    if exact is None and side is None:
        known = ", ".join(_RESOLUTIONS)
        raise MediaError("unsupported_resolution", f"resolution: {text!r} is not like 1024x1024, nor one of {known}.")
    if exact is not None:
        if max(exact) > _LARGEST_SHAPE * min(exact):
            raise MediaError("unsupported_resolution", f"resolution: {text!r} is too long and narrow.")
        return exact
    assert side is not None
    shape = size_of(order.inputs.get("aspect_ratio") or "1:1", _UNIT)
    return round(shape[0] * side / 1000), round(shape[1] * side / 1000)


def _references(order: Order) -> list[Asset]:
    names = ("media_ids", "images", "image", "reference_image")
    return [asset for name in names for asset in order.assets.get(name, ())][:_MOST_REFERENCES]


def _drawn(order: Order, prompt: str, wanted: Wanted, size: Size, pictures: Sequence[Image.Image]) -> Image.Image:
    seed = f"{prompt}{order.inputs.get('model') or ''}"
    colours = named(prompt)
    palette = tuned(colours[0]) if colours else palette_of(pictures[0]) if pictures else palette_for(prompt, seed)
    frame, floor = _setting(wanted, palette, size)
    main = subject(pictures[0]) if pictures and (not wanted.things or _SAME.search(prompt)) else None
    _arrange(frame, _cast(wanted, palette, size, main, prompt), floor, chance(seed, 2) == 1)
    if wanted.light:
        frame = _tinted(frame, wanted.light)
    frame = lit(frame, chance(seed, 4))
    _insets(frame, pictures[1:] if main is not None else pictures)
    _caption(frame, prompt)
    return frame


def _setting(wanted: Wanted, palette: Palette, size: Size) -> tuple[Image.Image, float]:
    """The ground that things stand in front of, and how far down their feet are, as a share of the height."""
    width, height = size
    if wanted.wall or wanted.place is None:
        wall = wanted.wall or palette.top
        canvas = Canvas(size, (0, 0, width, height))
        canvas.fill(rectangle(-2, -2, width + 2, height + 2), Fade(mixed(wall, "#ffffff", 0.16), wall, 14))
        canvas.fill(ellipse(width * 0.3, height * 0.26, max(size) * 0.5), Glow("#ffffff", "#ffffff00"), opacity=0.34)
        frame = flat(canvas.image)
        floor = wanted.surface or mixed(wall, "#c9a57c", 0.66)
        table = shelf(size, 0.7, floor)
        frame.paste(table, (0, 0), table)
        skirt = painted((width, max(2, round(height * 0.016))), mixed(wall, "#ffffff", 0.45))
        frame.paste(skirt, (0, round(height * 0.684)), skirt)
        return frame, 0.82
    frame = flat(backgrounds.draw(wanted.place, size)).filter(ImageFilter.GaussianBlur(min(size) * 0.002))
    if wanted.surface:
        table = shelf(size, 0.74, wanted.surface)
        frame.paste(table, (0, 0), table)
    return frame, 0.88


def _cast(
    wanted: Wanted, palette: Palette, size: Size, main: Image.Image | None, prompt: str
) -> list[tuple[Image.Image, float]]:
    """What is in the picture, most important first, each with the share of the height that it takes."""
    side = round(min(size) * 0.8)
    cast: list[tuple[Image.Image, float]] = []
    if main is not None:
        cast.append((main, 0.56))
    for name, colour in wanted.things:
        thing = objects.draw(name, side, colour or objects.USUAL[name])
        cast.append((thing, _heights().get(name, 0.46)))
    if wanted.people and not cast and wanted.motifs:
        cast.append((_motif(wanted.motifs[0], side, palette), 0.4))
    for number, name in enumerate(wanted.people):
        held = cast.pop(0)[0] if len(cast) == 1 and number == 0 and _held(wanted) else None
        drawn = figure.draw(name, size[1] * 0.78 / 1530, STANCES["holding" if held else "waving"], held)
        cast.insert(0, (drawn.crop(drawn.getbbox()), 0.78))
    if not cast:
        names = wanted.motifs[:3] or (motif_for(prompt),)
        cast = [(_motif(name, side, palette), 0.52 if len(names) == 1 else 0.4) for name in names]
    return cast


def _motif(name: str, side: int, palette: Palette) -> Image.Image:
    canvas = Canvas((side, side), motifs.VIEW)
    motifs.MOTIFS[name](canvas, palette)
    return canvas.image.crop(canvas.image.getbbox())


def _held(wanted: Wanted) -> bool:
    return not wanted.things or wanted.things[0][0] in ("bottle", "shoe", "apple", "balloon", "candle", "cat")


def _heights() -> Mapping[str, float]:
    return {
        "tree": 0.62, "car": 0.3, "bicycle": 0.44, "bird": 0.26, "cat": 0.36, "dog": 0.4, "apple": 0.28, "shoe": 0.24,
        "boat": 0.5, "candle": 0.36, "chair": 0.42, "lamp": 0.5, "balloon": 0.5, "bottle": 0.46,
    }  # fmt: skip


def _arrange(frame: Image.Image, cast: Sequence[tuple[Image.Image, float]], floor: float, turned: bool) -> None:
    """Stands the things side by side, the first a little nearer, so that together they fill most of the width."""
    width, height = frame.size
    shapes = [(thing.width / thing.height * share * height, share * height) for thing, share in cast]
    total = sum(across for across, _ in shapes) * 0.96
    grown = 1.35 if len(cast) == 1 else 1.15
    scale = min(grown, width * 0.88 / total, *(height * 0.74 / tall for _, tall in shapes))
    x = (width - total * scale) / 2
    places = []
    for number, (across, tall) in enumerate(shapes):
        foot = height * (floor + (0.04 if number == 0 else 0.0))
        places.append((number, x + across * scale / 2, foot, (across * scale, tall * scale)))
        x += across * scale * 0.96
    for number, middle, foot, room in reversed(places):
        thing = cast[number][0]
        shown = thing.resize(contain(thing.size, room), Image.Resampling.LANCZOS)
        stood(frame, shown, (width - middle if turned else middle, foot), -0.6)


def _tinted(frame: Image.Image, light: str) -> Image.Image:
    top, bottom = _TINTS[light]
    tint = flat(painted(frame.size, Fade(top, bottom, 20)))
    tinted = ImageChops.multiply(frame, tint)
    return Image.blend(frame, tinted, 0.55)


def _insets(frame: Image.Image, pictures: Sequence[Image.Image]) -> None:
    side = min(frame.size) * 0.17
    for number, picture in enumerate(pictures[:3]):
        card = print_of(cut_out(picture) or picture, side)
        frame.paste(card, (round(frame.width * 0.02 + number * side * 0.95), round(frame.height * 0.02)), card)


def _caption(frame: Image.Image, prompt: str) -> None:
    """The prompt on a small label, so that whoever opens the picture can tell what was asked for."""
    width, height = frame.size
    unit = min(frame.size)
    lines, face = fitted(
        prompt, (round(width * 0.84), round(unit * 0.1)), round(unit * 0.03), 600, max(8, round(unit * 0.02))
    )
    label = pill(lines, face, paint="#ffffffd8")
    frame.paste(label, ((width - label.width) // 2, round(height * 0.975 - label.height)), label)
