"""Frames and sound into an H.264 and AAC file that plays while it loads.

Knows nothing of what the frames show. The same frames and sound give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import Colorspace

from clipwise.sandbox.media import speech
from clipwise.sandbox.media.sound import Samples

Frame = npt.NDArray[np.uint8]
SOUND_RATE = 48_000
_BT709 = 1
_LIMITED = 1


@dataclass(frozen=True, slots=True)
class Quality:
    """How finely a film is made; `short_side` in pixels."""

    short_side: int
    fps: int
    preset: str
    crf: int


QUALITIES = {
    "preview": Quality(720, 24, "veryfast", 21),
    "draft": Quality(360, 12, "ultrafast", 24),
}
# Two encoder threads whatever the machine: x264's bytes depend on how many there are.
_THREADS = 2


def write_film(
    path: Path, frames: Iterable[Frame], samples: Samples | None, rate: int, size: tuple[int, int], quality: Quality
) -> None:
    """Writes RGB frames (height, width, 3) with mono sound, if any, cut or padded to the picture."""
    speech.rest()  # the encoder needs the room
    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    with av.open(str(path), "w", format="mp4", options=options) as container:
        video = _video_stream(container, size, quality)
        audio = None if samples is None else _sound_stream(container)
        written = 0
        for number, pixels in enumerate(frames):
            _encode_picture(container, video, pixels, number)
            if samples is not None:
                until = round((number + 1) * rate / quality.fps)
                _encode_sound(container, audio, samples, rate, (written, until))
                written = until
        for stream in (video, audio):
            if stream is not None:
                container.mux(stream.encode(None))


def _video_stream(container: Any, size: tuple[int, int], quality: Quality) -> Any:
    stream = container.add_stream(
        "libx264", rate=quality.fps, options={"preset": quality.preset, "crf": str(quality.crf)}
    )
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    context.time_base = Fraction(1, quality.fps)
    context.thread_count = _THREADS
    context.colorspace = context.color_primaries = context.color_trc = _BT709
    context.color_range = _LIMITED
    return stream


def _sound_stream(container: Any) -> Any:
    stream = container.add_stream("aac", rate=SOUND_RATE, layout="mono")
    stream.bit_rate = 128_000
    return stream


def _encode_picture(container: Any, stream: Any, pixels: Frame, number: int) -> None:
    rgb = av.VideoFrame.from_ndarray(pixels, format="rgb24")
    frame = rgb.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709)
    frame.pts = number
    container.mux(stream.encode(frame))


def _encode_sound(container: Any, stream: Any, samples: Samples, rate: int, span: tuple[int, int]) -> None:
    """Encodes the samples from span[0] to span[1]; the stream resamples them to its own rate."""
    start, end = span
    piece = samples[start:end]
    padded = np.pad(piece, (0, end - start - len(piece))).astype(np.float32)
    frame = av.AudioFrame.from_ndarray(padded[None, :], format="fltp", layout="mono")
    frame.sample_rate = rate
    frame.pts = start
    frame.time_base = Fraction(1, rate)
    container.mux(stream.encode(frame))
