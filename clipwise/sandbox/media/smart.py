"""`smart`: a prompt becomes a title card and a few drawn scenes, narrated and captioned.

Knows how that film is put together; what is said is `narration`'s, what is seen is `scenes`'.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from PIL import Image

from clipwise.sandbox.media import subjects
from clipwise.sandbox.media.captions import Caption
from clipwise.sandbox.media.lettering import CaptionStyle, drawable
from clipwise.sandbox.media.narration import Beat, beats, seconds_of
from clipwise.sandbox.media.order import Order, Rendered, Report
from clipwise.sandbox.media.pictures import Size, contain, is_cut_out, open_picture, rounded_mask, with_shadow
from clipwise.sandbox.media.presenter import Mouth, Photograph, RoundHead, presenter_name
from clipwise.sandbox.media.production import (
    LEAD_SECONDS,
    TAIL_SECONDS,
    Soundtrack,
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
from clipwise.sandbox.media.scenes import Plan, Scene, SceneTrack
from clipwise.sandbox.media.speech import RATE, Speech, check_language, speak, speakable, voice_of
from clipwise.sandbox.media.stage import CaptionTrack, Layer, Sticker

_SHORTEST_SCENE = 1.5
_DARK = frozenset(["dark", "cinematic", "moody", "luxury", "elegant", "noir", "dramatic", "night", "premium"])
_LIGHT = frozenset(["minimal", "minimalist", "clean", "light", "simple", "soft", "pastel", "airy", "modern"])


def render(order: Order, report: Report) -> Rendered:
    """Renders a `smart` order: a film and its captions; the transcript is the narration."""
    inputs = order.inputs
    check_language(inputs.get("language"))
    prompt = drawable(speakable(str(inputs.get("prompt") or ""), "the prompt"), "the prompt")
    voice = voice_of(order.assets.get("voice", ()), inputs.get("voice"))
    quality = quality_of(order)
    size = size_of(inputs.get("aspect_ratio"), quality)
    seconds = seconds_of(inputs.get("duration"))
    plan = beats(
        prompt, seconds=seconds, tone=str(inputs.get("tone") or ""), audience=_audience(inputs.get("audience"))
    )
    report("speaking", 0.02)
    speeches = [speak(beat.line, voice) for beat in plan]
    lengths = _lengths(speeches, seconds)
    track = soundtrack(speeches, quality.fps, lengths, music_of(order, sum(lengths) + 1, RATE))
    captions = film_captions(track, inputs.get("generate_subtitle"))
    report("drawing", 0.1)
    layers = _layers(order, _scenes(plan, lengths, track, str(inputs.get("style") or "")), size, track, captions)
    files = shoot(order, report, layers, track, size, captions)
    details = facts(
        track, size, quality, voice=voice.id, scenes=[beat.headline for beat in plan], captions=len(captions)
    )
    return Rendered(files, " ".join(beat.line for beat in plan), details)


def _audience(audience: object) -> str:
    text = re.sub(r"^for\s+", "", str(audience or "").strip(), flags=re.IGNORECASE).rstrip(" .!?")
    return drawable(speakable(text, "the audience"), "the audience") if text else ""


def _lengths(speeches: Sequence[Speech], seconds: float | None) -> list[float]:
    """How long each scene lasts: its speech, and its share of what is missing to `seconds`."""
    spoken = [max(_SHORTEST_SCENE, speech.duration) for speech in speeches]
    missing = (seconds or 0.0) - LEAD_SECONDS - TAIL_SECONDS - sum(spoken)
    return [length + max(0.0, missing) / len(spoken) for length in spoken]


def _palettes(style: str) -> Sequence[subjects.Palette]:
    words = set(re.findall(r"[a-z]+", style.lower()))
    if words & _DARK:
        return subjects.DARK_PALETTES
    return subjects.LIGHT_PALETTES if words & _LIGHT else subjects.PALETTES


def _scenes(plan: Sequence[Beat], lengths: Sequence[float], track: Soundtrack, style: str) -> list[Scene]:
    palettes = _palettes(style)
    offset = subjects.chance(plan[0].headline, len(palettes))
    scenes: list[Scene] = []
    clock = LEAD_SECONDS
    for number, (beat, length) in enumerate(zip(plan, lengths, strict=True)):
        motif = subjects.motif_for(f"{beat.headline} {beat.line}", frozenset(scene.motif for scene in scenes[-4:]))
        palette = palettes[(offset + number) % len(palettes)]
        start, end = (clock if number else 0.0), (clock + length if number < len(plan) - 1 else track.duration)
        scenes.append(Scene(beat.headline, motif, palette, start, end, title=number == 0))
        clock += length
    return scenes


def _layers(
    order: Order, scenes: Sequence[Scene], size: Size, track: Soundtrack, captions: Sequence[Caption]
) -> list[Layer]:
    layers: list[Layer] = [SceneTrack(scenes, size, _plan(size))]
    layers += _presenter(order, size, track.mouth)
    logo = first(order, "logo")
    if logo is not None:
        layers.append(_logo(open_picture(logo, "logo", 600), size))
    if captions:
        layers.append(CaptionTrack(captions, _caption_spot(size), _caption_style(size, bool(first(order, "avatar")))))
    layers.append(mark(size))
    return layers


def _is_tall(size: Size) -> bool:
    return size[1] >= 1.5 * size[0]


def _plan(size: Size) -> Plan:
    width, height = size
    if width > 1.2 * height:
        room = (round(width * 0.42), round(height * 0.46))
        return Plan((width * 0.28, height * 0.43), room, (width * 0.74, height * 0.43), round(height * 0.68), "left")
    if _is_tall(size):
        room = (round(width * 0.86), round(height * 0.17))
        return Plan((width / 2, height * 0.19), room, (width / 2, height * 0.49), round(width * 0.8), "center")
    room = (round(width * 0.84), round(height * 0.18))
    return Plan((width / 2, height * 0.19), room, (width / 2, height * 0.52), round(height * 0.46), "center")


def _caption_spot(size: Size) -> tuple[float, float]:
    return size[0] / 2, size[1] * (0.79 if _is_tall(size) else 0.86)


def _caption_style(size: Size, with_presenter: bool) -> CaptionStyle:
    style = caption_style(size)
    if with_presenter and not _is_tall(size):
        return CaptionStyle(round(size[0] * 0.64), style.size)
    return style


def _presenter(order: Order, size: Size, mouth: Mouth) -> list[Layer]:
    asset = first(order, "avatar")
    if asset is None:
        return []
    diameter = round(min(size) * (0.2 if _is_tall(size) else 0.19))
    edge = min(size) * 0.05
    centre = (edge + diameter / 2, size[1] - edge - diameter / 2)
    name = presenter_name(asset)
    if name is not None:
        return [RoundHead(name, centre, diameter, mouth, "#cfe3f1")]
    return [Photograph(open_picture(asset, "avatar", 800), centre, diameter, mouth)]


def _logo(picture: Image.Image, size: Size) -> Sticker:
    side = min(size)
    shown = picture.resize(contain(picture.size, (side * 0.2, side * 0.1)), Image.Resampling.LANCZOS)
    edge = round(side * 0.018)
    chip = Image.new("RGBA", (shown.width + 2 * edge, shown.height + 2 * edge), "#ffffff")
    chip.putalpha(rounded_mask(chip.size, edge * 1.2))
    chip.alpha_composite(shown, (edge, edge))
    if not is_cut_out(picture):
        chip = with_shadow(chip, side * 0.008)
    corner = side * 0.03
    return Sticker(chip, (corner + chip.width / 2, corner + chip.height / 2))
