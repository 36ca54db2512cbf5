"""The steps that every film takes: its size, its soundtrack, its captions, and the encoding with progress.

Knows no format; `ugc` and `smart` bring the layers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from clipwise.sandbox.media import sound
from clipwise.sandbox.media.captions import Caption, captions_of, srt, webvtt
from clipwise.sandbox.media.film import QUALITIES, Frame, Quality, write_film
from clipwise.sandbox.media.lettering import INK, WHITE, CaptionStyle, drawable, font, pill
from clipwise.sandbox.media.order import Asset, MediaError, MediaFile, Order, Report
from clipwise.sandbox.media.pictures import Size
from clipwise.sandbox.media.presenter import Mouth
from clipwise.sandbox.media.speech import Speech, Timed
from clipwise.sandbox.media.stage import Layer, Sticker, perform

LEAD_SECONDS = 0.15
TAIL_SECONDS = 0.55
MARK = "sandbox preview"
_NARROWEST, _WIDEST = 0.4, 2.5
Progress = Callable[[float], None]
"""Called with the share of a film's pictures that are done, 0 to 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Soundtrack:
    """The sound of a film, if any, `frames` frames long, and what is said in it when."""

    samples: sound.Samples | None
    rate: int
    sentences: tuple[Timed, ...]
    mouth: Mouth
    frames: int
    duration: float


def soundtrack(
    speeches: Sequence[Speech], fps: int, seconds: Sequence[float] | None = None, bed: sound.Samples | None = None
) -> Soundtrack:
    """Speeches one after another, the n-th padded to `seconds[n]`, with a lead before and a tail after.

    `bed` is music to lie under all of it.
    """
    rate = speeches[0].rate
    parts = [np.zeros(round(LEAD_SECONDS * rate), np.float32)]
    sentences: list[Timed] = []
    clock = LEAD_SECONDS
    for number, speech in enumerate(speeches):
        length = max(speech.duration, seconds[number] if seconds else 0.0)
        sentences += [Timed(s.text, clock + s.start, clock + s.end) for s in speech.sentences]
        parts.append(np.pad(speech.samples, (0, round(length * rate) - len(speech.samples))))
        clock += length
    frames = math.ceil((clock + TAIL_SECONDS) * fps)
    voice = np.concatenate(parts)
    voice = np.pad(voice, (0, max(0, round(frames / fps * rate) - len(voice)))).astype(np.float32)
    mouth = Mouth(sound.envelope(voice, rate, fps, frames), fps)
    mixed = voice if bed is None else sound.laid_under(voice, bed)
    return Soundtrack(mixed, rate, tuple(sentences), mouth, frames, frames / fps)


def wordless(samples: sound.Samples | None, rate: int, fps: int, seconds: float) -> Soundtrack:
    """A track of `seconds` with sound that is heard as it is, or with none; nothing in it is captioned."""
    frames = max(1, math.ceil(seconds * fps - 0.01))
    heard = np.zeros(1, np.float32) if samples is None else samples
    padded = np.pad(heard, (0, max(0, round(frames / fps * rate) - len(heard)))).astype(np.float32)
    mouth = Mouth(sound.envelope(padded, rate, fps, frames), fps)
    return Soundtrack(None if samples is None else padded, rate, (), mouth, frames, frames / fps)


def quality_of(order: Order) -> Quality:
    """The quality that an order asks for; anything unknown is a preview."""
    return QUALITIES.get(order.quality, QUALITIES["preview"])


def size_of(aspect_ratio: object, quality: Quality) -> Size:
    """The frame for "9:16" (also for None), "16:9", "1:1", "4:5" and other width:height, in even pixels."""
    text = str(aspect_ratio or "9:16").strip().lower().replace("x", ":").replace("/", ":")
    if text in ("auto", "match_input_image"):
        text = "9:16"
    try:
        across, down = (float(part) for part in text.split(":"))
        shape = across / down
    except (ValueError, ZeroDivisionError):
        shape = 0.0
    if not _NARROWEST <= shape <= _WIDEST:
        raise MediaError(
            "unsupported_aspect_ratio", f"aspect_ratio: {aspect_ratio!r} is not like 9:16, 16:9, 1:1 or 4:5."
        )
    long_side = round(quality.short_side * max(shape, 1 / shape) / 2) * 2
    return (quality.short_side, long_side) if shape <= 1 else (long_side, quality.short_side)


def caption_style(size: Size) -> CaptionStyle:
    """Captions that suit a frame."""
    return CaptionStyle(width=size[0], size=round(min(size) * 0.066))


def mark(size: Size) -> Sticker:
    """The small mark in the top right corner that says what the film is."""
    label = pill([MARK], font(max(9, round(min(size) * 0.025)), 600), WHITE, f"{INK}80")
    edge = min(size) * 0.03
    return Sticker(label, (size[0] - edge - label.width / 2, edge + label.height / 2))


def music_of(order: Order, seconds: float, rate: int) -> sound.Samples | None:
    """The music that `background_music` asks for: an uploaded track, else the sandbox's own; None for none."""
    assets = order.assets.get("background_music", ())
    if assets and assets[0].path is not None:
        return sound.read_sound(assets[0].path, "background_music", rate)
    return sound.music_bed(seconds, rate) if assets or order.inputs.get("background_music") else None


def words(order: Order, *names: str) -> str:
    """What the first of the inputs `names` that has any words says, without the white space around it."""
    return next((text for name in names if (text := str(order.inputs.get(name) or "").strip())), "")


def first(order: Order, *names: str) -> Asset | None:
    """The first asset behind any of the inputs `names`."""
    return next((asset for name in names for asset in order.assets.get(name, ())), None)


def shoot(
    order: Order, report: Report, layers: Sequence[Layer], track: Soundtrack, size: Size, captions: Sequence[Caption]
) -> tuple[MediaFile, ...]:
    """Writes the film, and its captions as .srt and .vtt when there are any."""
    files = [clip(order, _filming(report), layers, track, size)]
    for name, kind, text in (
        ("captions.srt", "application/x-subrip", srt(captions)),
        ("captions.vtt", "text/vtt", webvtt(captions)),
    ):
        if captions:
            (order.folder / name).write_text(text, encoding="utf-8")
            files.append(MediaFile("subtitles", order.folder / name, kind))
    report("finished", 1.0)
    return tuple(files)


def clip(
    order: Order, progress: Progress, layers: Sequence[Layer], track: Soundtrack, size: Size, name: str = "video"
) -> MediaFile:
    """Writes one film, telling `progress` the share of its pictures that are done."""
    quality = quality_of(order)
    path = order.folder / f"{name}.mp4"
    frames = _counted(perform(layers, size, quality.fps, track.frames), track.frames, progress)
    write_film(path, frames, track.samples, track.rate, size, quality)
    return MediaFile("video", path, "video/mp4")


def film_captions(track: Soundtrack, wanted: object) -> tuple[Caption, ...]:
    """The captions of a soundtrack, all of them drawable; none when `wanted` is False."""
    if wanted is False or str(wanted).strip().lower() in ("false", "no", "0"):
        return ()
    for sentence in track.sentences:
        drawable(sentence.text, "the script")
    return captions_of(track.sentences)


def facts(track: Soundtrack, size: Size, quality: Quality, **more: Any) -> dict[str, Any]:
    """What there is to say of a finished film; `duration` in seconds."""
    return {"duration": round(track.duration, 3), "width": size[0], "height": size[1], "fps": quality.fps, **more}


def _filming(report: Report) -> Progress:
    """Reports the pictures as "filming", and what the encoder still holds after the last as "encoding"."""
    return lambda share: report("filming" if share < 1 else "encoding", 0.15 + 0.83 * share)


def _counted(frames: Iterable[Frame], count: int, progress: Progress) -> Iterator[Frame]:
    for number, frame in enumerate(frames):
        if number % 6 == 0:
            progress(number / count)
        yield frame
    progress(1.0)
