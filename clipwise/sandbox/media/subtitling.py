"""`generate_subtitle`: a film with captions burned in, its sound untouched, and the captions as SRT and WebVTT.

Reads and writes one picture at a time, however long the film is.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image, ImageFilter

from clipwise.sandbox.media.captions import Caption
from clipwise.sandbox.media.film import QUALITIES
from clipwise.sandbox.media.footage import open_footage
from clipwise.sandbox.media.lettering import CaptionStyle, caption, drawable
from clipwise.sandbox.media.order import MediaError, MediaFile, Order, Rendered, Report
from clipwise.sandbox.media.pictures import Size, rounded_mask
from clipwise.sandbox.media.production import mark, quality_of
from clipwise.sandbox.media.stage import Sticker, place
from clipwise.sandbox.media.transcript import captions_for, heard, scripted
from clipwise.sandbox.media.typography import REFERENCE_SIDE, USUAL_SIZE, Typography, read
from clipwise.sandbox.media.video_text import caption_files, source

_LONGEST_SIDE = 1920
_LINGER_SECONDS = 0.35
_APPEAR_SECONDS = 0.18
_COPIED = frozenset({"aac", "mp3"})


def render(order: Order, report: Report) -> Rendered:
    """Renders a `generate_subtitle` order; with `visibility` hidden there are only the caption files."""
    look = read(order.inputs.get("subtitle_typography"))
    asset, input_name = source(order)
    footage = open_footage(asset, input_name)
    assert asset.path is not None
    script = " ".join(str(order.inputs.get("script") or "").split())
    report("listening", 0.02)
    listened = _told(report, "listening", 0.03, 0.3)
    words = scripted(script, asset.path, input_name, listened) if script else heard(asset.path, input_name, listened)
    captions = captions_for(words)
    said = drawable(" ".join(word.text for word in words), "the captions")
    files = caption_files(order.folder, captions)
    details: dict[str, Any] = {"captions": len(captions), "words": len(words), "font": look.font, "effect": look.effect}
    if look.visible:
        size = _size(footage.size, order)
        path = order.folder / "video.mp4"
        track = Subtitles(captions, size, look)
        details["duration"] = _burn(asset.path, path, track, size, order, _told(report, "filming", 0.32, 0.65))
        details |= {"width": size[0], "height": size[1]}
        files.insert(0, MediaFile("video", path, "video/mp4"))
    report("finished", 1.0)
    return Rendered(tuple(files), said, details)


def _told(report: Report, stage: str, start: float, length: float) -> Callable[[float], None]:
    return lambda share: report(stage, start + length * min(1.0, share))


def _size(size: Size, order: Order) -> Size:
    """The film's own size in even pixels, smaller when it is huge; a draft is small."""
    quality = quality_of(order)
    scale = min(1.0, _LONGEST_SIDE / max(size))
    if quality is QUALITIES["draft"]:
        scale = min(scale, quality.short_side / min(size))
    return max(2, round(size[0] * scale / 2) * 2), max(2, round(size[1] * scale / 2) * 2)


class Subtitles:
    """Captions that are painted as a typography asks, over any picture of a film."""

    def __init__(self, captions: Sequence[Caption], size: Size, look: Typography) -> None:
        self._captions = captions
        self._starts = [c.start for c in captions]
        self._size = size
        self._look = look
        height = max(8, round(USUAL_SIZE * look.scale * min(size) / REFERENCE_SIDE))
        boxed = look.effect == "box"
        self._style = CaptionStyle(
            size[0], height, look.active, look.colour, look.weight, outlined=not boxed and look.shadow is None
        )
        self._kept: tuple[tuple[int, int], Image.Image] | None = None
        self._mark = mark(size)

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints the caption of this moment, and the sandbox's mark."""
        self._mark.paint(frame, time)
        index = bisect_right(self._starts, time) - 1
        if index < 0 or time > self._end(index):
            return
        shown = self._captions[index]
        active = shown.active(time) if self._look.effect != "none" else -1
        centre = self._centre(self._drawn(index, active))
        _APPEARANCES[self._look.effect](frame, self._drawn(index, active), centre, time - shown.start)

    def _end(self, index: int) -> float:
        end = self._captions[index].end + _LINGER_SECONDS
        return min(end, self._starts[index + 1]) if index + 1 < len(self._starts) else end

    def _centre(self, picture: Image.Image) -> tuple[float, float]:
        """Where the caption's middle is: at `y`, moved inwards where it would leave the picture."""
        half, height = picture.height / 2, self._size[1]
        return self._size[0] / 2, min(height - half - 1, max(half + 1, self._look.y * height))

    def _drawn(self, index: int, active: int) -> Image.Image:
        if self._kept is None or self._kept[0] != (index, active):
            words = [word.text for word in self._captions[index].words]
            if self._look.effect == "typewriter":
                words = words[: active + 1]
            drawn = caption(words, active, self._style)
            drawn = _boxed(drawn, self._style.size) if self._look.effect == "box" else drawn
            drawn = drawn if self._look.shadow is None else _shadowed(drawn, self._look.shadow, self._style.size)
            self._kept = ((index, active), drawn)
        return self._kept[1]


def _shadowed(text: Image.Image, colour: str, size: int) -> Image.Image:
    """The text over a soft shadow that falls to the lower right."""
    blur, drop = max(1.0, size * 0.07), max(1, round(size * 0.07))
    room = Image.new("L", (text.width, text.height + 4 * drop))
    room.paste(text.getchannel("A"), (drop, drop))
    soft = room.filter(ImageFilter.GaussianBlur(blur)).point(lambda v: min(255, round(v * 1.8)))
    shadow = Image.new("RGBA", room.size, colour)
    shadow.putalpha(soft)
    shadow.alpha_composite(text)
    return shadow


def _boxed(text: Image.Image, size: int) -> Image.Image:
    """The text on a dark plate with round corners."""
    edges = text.getchannel("A").getbbox()
    if edges is None:
        return text
    pad = round(size * 0.4)
    whole = Image.new("RGBA", (text.width, edges[3] - edges[1] + 2 * pad))
    plate = (min(text.width, edges[2] - edges[0] + 2 * pad), whole.height)
    dark = Image.new("RGBA", plate, "#14151fd8")
    dark.putalpha(Image.composite(dark.getchannel("A"), Image.new("L", plate), rounded_mask(plate, pad * 0.7)))
    whole.alpha_composite(dark, ((text.width - plate[0]) // 2, 0))
    whole.alpha_composite(text.crop((0, edges[1], text.width, edges[3])), (0, pad))
    return whole


Appear = Callable[[Image.Image, Image.Image, tuple[float, float], float], None]


def _at_once(frame: Image.Image, picture: Image.Image, centre: tuple[float, float], age: float) -> None:
    Sticker(picture, centre).paint(frame, age)


def _popping(frame: Image.Image, picture: Image.Image, centre: tuple[float, float], age: float) -> None:
    if age < _APPEAR_SECONDS:
        place(frame, picture, centre, scale=0.84 + 0.16 * age / _APPEAR_SECONDS)
    else:
        _at_once(frame, picture, centre, age)


def _fading(frame: Image.Image, picture: Image.Image, centre: tuple[float, float], age: float) -> None:
    share = min(1.0, 0.15 + age / (2 * _APPEAR_SECONDS))
    if share < 1:
        picture = picture.copy()
        picture.putalpha(picture.getchannel("A").point([round(v * share) for v in range(256)]))
    _at_once(frame, picture, centre, age)


def _sliding(frame: Image.Image, picture: Image.Image, centre: tuple[float, float], age: float) -> None:
    below = max(0.0, 1 - age / _APPEAR_SECONDS) ** 2 * picture.height * 0.5
    _at_once(frame, picture, (centre[0], centre[1] + below), age)


_APPEARANCES: dict[str, Appear] = {
    "none": _at_once, "karaoke": _at_once, "typewriter": _at_once, "box": _at_once, "pop": _popping,
    "fade": _fading, "slide": _sliding,
}  # fmt: skip


def _burn(
    source_path: Path, path: Path, track: Subtitles, size: Size, order: Order, progress: Callable[[float], None]
) -> float:
    """Writes the film with captions painted on every picture, and copies its sound; its length in seconds."""
    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    try:
        with av.open(str(source_path)) as film, av.open(str(path), "w", format="mp4", options=options) as out:
            return _Burner(film, out, track, size, order).run(progress)
    except (av.FFmpegError, OSError, ValueError) as error:
        raise MediaError("unreadable_video", f"video: {source_path.name} cannot be read to its end.") from error


class _Burner:
    """One film on its way from a container to another."""

    def __init__(self, film: Any, out: Any, track: Subtitles, size: Size, order: Order) -> None:
        quality = quality_of(order)
        self._film, self._out, self._track, self._size = film, out, track, size
        self._pictures = film.streams.video[0]
        self._pictures.thread_type = "AUTO"
        self._video = out.add_stream(
            "libx264", rate=self._pictures.average_rate or quality.fps,
            options={"preset": quality.preset, "crf": str(quality.crf)},
        )  # fmt: skip
        self._video.width, self._video.height = size
        self._video.pix_fmt = "yuv420p"
        self._base = self._pictures.time_base or Fraction(1, 90_000)
        self._video.codec_context.time_base = self._base
        self._video.codec_context.thread_count = 2
        self._sound = film.streams.audio[0] if film.streams.audio else None
        self._copied = self._sound is not None and self._sound.codec_context.name in _COPIED
        self._audio = self._audio_stream()
        self._last, self._end = -1, 0.0

    def run(self, progress: Callable[[float], None]) -> float:
        """Goes through the film once; returns its length."""
        length = float(self._film.duration or 0) / 1_000_000 or 1.0
        streams = [each for each in (self._pictures, self._sound) if each is not None]
        for number, packet in enumerate(self._film.demux(*streams)):
            if packet.stream is self._pictures:
                for frame in packet.decode():
                    self._picture(frame)
                if number % 12 == 0:
                    progress(self._end / length)
            elif self._copied:
                self._copy(packet)
            else:
                self._encode_sound(packet.decode())
        self._out.mux(self._video.encode(None))
        if self._audio is not None and not self._copied:
            self._out.mux(self._audio.encode(None))
        return round(self._end, 3)

    def _audio_stream(self) -> Any:
        if self._sound is None:
            return None
        if self._copied:
            return self._out.add_stream_from_template(self._sound)
        return self._out.add_stream("aac", rate=self._sound.codec_context.sample_rate or 48_000)

    def _copy(self, packet: Any) -> None:
        if packet.dts is not None:
            packet.stream = self._audio
            self._out.mux(packet)

    def _encode_sound(self, frames: Sequence[Any]) -> None:
        for frame in frames:
            self._out.mux(self._audio.encode(frame))

    def _picture(self, frame: Any) -> None:
        turns = round(getattr(frame, "rotation", 0) / 90) % 4
        across, down = (self._size[1], self._size[0]) if turns % 2 else self._size
        picture = frame.to_image(width=across, height=down)
        picture = picture.rotate(90 * turns, expand=True) if turns else picture
        time = float(frame.time or 0.0)
        self._track.paint(picture, time)
        pts = frame.pts if frame.pts is not None else self._last + 1
        if pts <= self._last:
            return
        drawn: Any = av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")
        drawn.pts, drawn.time_base = pts, self._base
        self._last, self._end = pts, time + 1 / float(self._pictures.average_rate or 25)
        self._out.mux(self._video.encode(drawn))
