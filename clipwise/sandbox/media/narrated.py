"""Films that are told: lines spoken one after another, each with its span of time, and what such films share.

Knows no format; what is seen meanwhile is for the formats to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image

from clipwise.sandbox.media.captions import Caption
from clipwise.sandbox.media.film import Quality
from clipwise.sandbox.media.lettering import drawable
from clipwise.sandbox.media.narration import Beat
from clipwise.sandbox.media.order import Order, Rendered, Report
from clipwise.sandbox.media.pictures import Size, contain, is_cut_out, open_picture, rounded_mask, with_shadow
from clipwise.sandbox.media.production import (
    LEAD_SECONDS,
    TAIL_SECONDS,
    Soundtrack,
    facts,
    film_captions,
    first,
    mark,
    music_of,
    quality_of,
    shoot,
    soundtrack,
    words,
)
from clipwise.sandbox.media.speech import RATE, Speech, Voice, check_language, speak, speakable, voice_of
from clipwise.sandbox.media.stage import Layer, Sticker

SHORTEST_SCENE = 1.5
Span = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Telling:
    """Beats that were spoken: `spans` says from when to when each is on, without gaps from first to last."""

    beats: tuple[Beat, ...]
    spans: tuple[Span, ...]
    track: Soundtrack
    captions: tuple[Caption, ...]
    voices: tuple[Voice, ...]
    size: Size
    quality: Quality


def asked(order: Order, *names: str) -> str:
    """The text of the first of `names` that has any, which must be speakable and drawable English."""
    check_language(order.inputs.get("language"))
    what = f"the {names[0].replace('_', ' ')}"
    return drawable(speakable(words(order, *names), what), what)


def told(
    order: Order,
    report: Report,
    beats: Sequence[Beat],
    size: Size,
    *,
    seconds: float | None = None,
    voices: Sequence[Voice] = (),
    rests: Sequence[float] = (),
) -> Telling:
    """Speaks the beats, each in its voice (else in the order's), stretched by pauses to `seconds`.

    `rests` are the quiet seconds that must follow each; pauses are then made where they are, in proportion.
    """
    quality = quality_of(order)
    cast = tuple(voices) or (voice_of(order.assets.get("voice", ()), order.inputs.get("voice")),) * len(beats)
    report("speaking", 0.02)
    speeches = [speak(beat.line, voice) for beat, voice in zip(beats, cast, strict=True)]
    lengths = _lengths(speeches, seconds, rests)
    track = soundtrack(speeches, quality.fps, lengths, music_of(order, sum(lengths) + 1, RATE))
    captions = film_captions(track, order.inputs.get("generate_subtitle"))
    report("drawing", 0.1)
    return Telling(tuple(beats), _spans(lengths, track.duration), track, captions, cast, size, quality)


def finished(order: Order, report: Report, telling: Telling, layers: Sequence[Layer], **more: Any) -> Rendered:
    """Films the layers under the sandbox's mark, with the telling's sound and captions; `more` are details."""
    shown = [*layers, mark(telling.size)]
    files = shoot(order, report, shown, telling.track, telling.size, telling.captions)
    voices = list(dict.fromkeys(voice.id for voice in telling.voices))
    voice = {"voice": voices[0]} if len(voices) == 1 else {"voices": voices}
    details = facts(telling.track, telling.size, telling.quality, **voice, captions=len(telling.captions), **more)
    return Rendered(files, " ".join(beat.line for beat in telling.beats), details)


def logo_layers(order: Order, size: Size) -> list[Layer]:
    """The order's `logo`, on a white chip in the top left corner; nothing without one."""
    asset = first(order, "logo")
    if asset is None:
        return []
    chip = logo_chip(open_picture(asset, "logo", 600), min(size))
    corner = min(size) * 0.03
    return [Sticker(chip, (corner + chip.width / 2, corner + chip.height / 2))]


def logo_chip(picture: Image.Image, side: int, share: float = 0.2) -> Image.Image:
    """A logo on a white chip with round corners, at most `share` of `side` wide and half that high."""
    shown = picture.resize(contain(picture.size, (side * share, side * share / 2)), Image.Resampling.LANCZOS)
    edge = round(side * 0.018)
    chip = Image.new("RGBA", (shown.width + 2 * edge, shown.height + 2 * edge), "#ffffff")
    chip.putalpha(rounded_mask(chip.size, edge * 1.2))
    chip.alpha_composite(shown, (edge, edge))
    return chip if is_cut_out(picture) else with_shadow(chip, side * 0.008)


def _lengths(speeches: Sequence[Speech], seconds: float | None, rests: Sequence[float]) -> list[float]:
    """How long each scene lasts: its speech and rest, and its share of what is missing to `seconds`."""
    if rests:
        spoken = [speech.duration + rest for speech, rest in zip(speeches, rests, strict=True)]
        shares = [rest / (sum(rests) or 1.0) for rest in rests]
    else:
        spoken = [max(SHORTEST_SCENE, speech.duration) for speech in speeches]
        shares = [1 / len(spoken)] * len(spoken)
    missing = max(0.0, (seconds or 0.0) - LEAD_SECONDS - TAIL_SECONDS - sum(spoken))
    return [length + missing * share for length, share in zip(spoken, shares, strict=True)]


def _spans(lengths: Sequence[float], duration: float) -> tuple[Span, ...]:
    spans: list[Span] = []
    clock = LEAD_SECONDS
    for number, length in enumerate(lengths):
        last = number == len(lengths) - 1
        spans.append((clock if number else 0.0, duration if last else clock + length))
        clock += length
    return tuple(spans)
