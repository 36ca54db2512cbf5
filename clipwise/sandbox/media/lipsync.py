"""`avatar_lipsync`: an avatar whose mouth follows a recording, which is kept as it is.

Knows how that film is laid out; sound and picture start together, at zero.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from clipwise.sandbox.media import sound
from clipwise.sandbox.media.acting import direction
from clipwise.sandbox.media.canvas import painted
from clipwise.sandbox.media.film import SOUND_RATE
from clipwise.sandbox.media.order import MediaError, Order, Rendered, Report
from clipwise.sandbox.media.pictures import Size, clipped, rounded_mask
from clipwise.sandbox.media.presenter import Mouth, presenter
from clipwise.sandbox.media.production import facts, first, mark, quality_of, shoot, size_of, wordless
from clipwise.sandbox.media.speech import DEFAULT_VOICE
from clipwise.sandbox.media.stage import Backdrop, Layer
from clipwise.sandbox.media.ugc import Part, backdrop_picture, layout

LONGEST = 180.0
_BARS = 41


def render(order: Order, report: Report) -> Rendered:
    """Renders an `avatar_lipsync` order; the film is as long as its recording."""
    quality = quality_of(order)
    size = size_of(order.inputs.get("aspect_ratio"), quality)
    report("listening", 0.02)
    samples, seconds = _recording(order)
    track = wordless(samples, SOUND_RATE, quality.fps, seconds)
    report("drawing", 0.1)
    part = Part(first(order, "avatar"), DEFAULT_VOICE, direction(order), in_front=True)
    layers: list[Layer] = [
        Backdrop(backdrop_picture(order, size), size, track.duration),
        presenter(part.avatar, layout(size, False, part).presenter, track.mouth, part.direction),
        Waves(track.mouth, size),
        mark(size),
    ]
    files = shoot(order, report, layers, track, size, ())
    details = facts(
        track, size, quality, avatar=part.avatar.id if part.avatar else None,
        audio_seconds=round(seconds, 3), direction=list(part.direction.understood),
    )  # fmt: skip
    return Rendered(files, None, details)


def _recording(order: Order) -> tuple[sound.Samples, float]:
    asset = first(order, "audio")
    if asset is None or asset.path is None:
        raise MediaError("unreadable_audio", "audio: there is no recording to follow.")
    samples = sound.read_sound(asset.path, "audio", SOUND_RATE, LONGEST + 1)
    seconds = len(samples) / SOUND_RATE
    if seconds > LONGEST:
        raise MediaError(
            "unsupported_duration", f"audio: {asset.name} is longer than the {LONGEST:.0f} s that the sandbox films."
        )
    return samples, seconds


class Waves:
    """The loudness of the last and the next moments as a row of bars, the present in the middle."""

    def __init__(self, mouth: Mouth, size: Size) -> None:
        self._mouth = mouth
        self._step = size[0] * 0.62 / _BARS
        self._centre = (size[0] / 2, size[1] * 0.93)
        self._tallest = min(size) * 0.1
        wide = max(2, round(self._step * 0.6))
        self._bars = [
            self._bar(wide, max(wide, round(self._tallest * level / 12)), colour)
            for colour in ("#ffffffd8", "#ffd84a")
            for level in range(13)
        ]

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints the bars around `time`."""
        for number in range(_BARS):
            away = number - _BARS // 2
            loud = self._mouth.at(time + away * 0.07)
            shape = float(np.cos(away / _BARS * np.pi))
            bar = self._bars[round(12 * loud * shape) + (13 if away == 0 else 0)]
            at = (round(self._centre[0] + away * self._step - bar.width / 2), round(self._centre[1] - bar.height / 2))
            frame.paste(bar, at, bar)

    @staticmethod
    def _bar(wide: int, tall: int, colour: str) -> Image.Image:
        return clipped(painted((wide, tall), colour), rounded_mask((wide, tall), wide / 2))
