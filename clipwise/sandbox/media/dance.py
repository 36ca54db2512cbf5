"""`viral_dancing_video`: an avatar dances as much, where and when the reference video moves.

Knows how movement becomes a dance: what moves in the reference's left and right half lifts that arm, how much moves is
how far the body goes, and the steps fall on the beat of its sound (else of its movement).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from clipwise.sandbox.media import backgrounds
from clipwise.sandbox.media.canvas import Canvas, ellipse
from clipwise.sandbox.media.film import SOUND_RATE
from clipwise.sandbox.media.footage import Footage, Motion, Reference, motion_of, open_footage
from clipwise.sandbox.media.lettering import drawable, fitted, pill
from clipwise.sandbox.media.noises import beat
from clipwise.sandbox.media.order import Order, Rendered, Report
from clipwise.sandbox.media.pictures import Size
from clipwise.sandbox.media.production import facts, first, mark, quality_of, shoot, size_of, wordless, words
from clipwise.sandbox.media.puppet import FLOOR, Pose, Puppet
from clipwise.sandbox.media.sound import Samples, level
from clipwise.sandbox.media.stage import Backdrop, Layer, Sticker
from clipwise.sandbox.media.styling import Treated, light_of, place_of, style_of

SHORTEST, LONGEST = 3.0, 30.0
_TEMPO = 112.0
_SLOWEST, _QUICKEST = 76.0, 168.0
_QUIET = 0.004


@dataclass(frozen=True, slots=True)
class Beat:
    """When to step: beats a minute, and the second of the first."""

    tempo: float
    first: float

    def at(self, time: float) -> float:
        """How many beats have passed at `time`."""
        return (time - self.first) * self.tempo / 60


def render(order: Order, report: Report) -> Rendered:
    """Renders a `viral_dancing_video` order; the film is as long as its reference, 3 to 30 s."""
    quality = quality_of(order)
    size = size_of(order.inputs.get("aspect_ratio"), quality)
    prompt = drawable(words(order, "prompt"), "the prompt")
    avatar = first(order, "avatar")
    report("watching", 0.02)
    footage = open_footage(first(order, "reference_video"), "reference_video")
    seconds = min(LONGEST, max(SHORTEST, footage.duration))
    motion = motion_of(footage)
    rhythm, played, source = _music(footage, motion, seconds)
    track = wordless(played, SOUND_RATE, quality.fps, seconds)
    report("drawing", 0.1)
    dancer = Dancer(Puppet(avatar, size[1] * 0.00053, size[0] / 2), motion, rhythm, footage.duration, size)
    room = (round(size[0] * 1.06), round(size[1] * 1.06))
    scene: list[Layer] = [Backdrop(backgrounds.draw(place_of(prompt, "street"), room), size, track.duration), dancer]
    layers: list[Layer] = [
        Treated(scene, style_of(prompt), light_of(prompt)), Reference(footage, size), *_label(prompt, size), mark(size)
    ]  # fmt: skip
    files = shoot(order, report, layers, track, size, ())
    details = facts(
        track, size, quality, avatar=avatar.id if avatar else None, tempo=round(rhythm.tempo),
        sound=source, motion=round(float(motion.energy.mean()), 3),
    )  # fmt: skip
    return Rendered(files, None, details)


def _music(footage: Footage, motion: Motion, seconds: float) -> tuple[Beat, Samples, str]:
    """The rhythm, what is heard, and where that is from: the reference's sound, else a beat in its movement's time."""
    heard = footage.sound(SOUND_RATE)
    if heard is not None and len(heard) and float(np.sqrt(np.mean(heard**2))) > _QUIET:
        return rhythm_of(_onsets(heard), 50.0), np.resize(heard, round(seconds * SOUND_RATE)), "reference"
    rhythm = rhythm_of(motion.energy, motion.fps)
    return rhythm, level(beat(seconds, SOUND_RATE, rhythm.tempo, rhythm.first)), "synthesised beat"


def _onsets(samples: Samples) -> npt.NDArray[np.float32]:
    """How suddenly a sound gets louder, 50 times a second."""
    step = SOUND_RATE // 50
    pieces = samples[: len(samples) // step * step].reshape(-1, step)
    loud = np.log1p(40 * np.sqrt(np.mean(pieces**2, axis=1)))
    return np.asarray(np.maximum(0.0, np.diff(loud, prepend=loud[:1])), np.float32)


def rhythm_of(pulses: npt.NDArray[np.float32], fps: float) -> Beat:
    """The tempo at which pulses repeat best, and when the first beat is; 112 a minute when they do not repeat."""
    centred = pulses - pulses.mean()
    lags = [lag for lag in range(2, len(centred) // 2) if _SLOWEST <= 60 * fps / lag <= _QUICKEST]
    if not lags or float(np.abs(centred).max()) < 1e-3:
        return Beat(_TEMPO, 0.0)
    scores = [float(np.dot(centred[:-lag], centred[lag:])) / (len(centred) - lag) for lag in lags]
    best = int(np.argmax(scores))
    if scores[best] <= 0.05 * float(np.mean(centred**2)):
        return Beat(_TEMPO, 0.0)
    lag = float(lags[best])
    if 0 < best < len(lags) - 1:
        low, top, high = scores[best - 1 : best + 2]
        lag += 0.5 * (low - high) / ((low - 2 * top + high) or 1.0)
    phases = [float(pulses[np.arange(start, len(pulses) - 1, lag).astype(int)].sum()) for start in range(int(lag))]
    return Beat(60 * fps / lag, int(np.argmax(phases)) / fps)


class Dancer:
    """A puppet in step with a rhythm, whose arms and hips follow a reference's movement."""

    def __init__(self, puppet: Puppet, motion: Motion, rhythm: Beat, length: float, size: Size) -> None:
        self._puppet, self._motion, self._rhythm, self._length = puppet, motion, rhythm, length
        self._scale = size[1] * 0.00053
        self._down = round(size[1] * 0.915 - FLOOR * self._scale)
        shadow = Canvas((round(520 * self._scale), round(90 * self._scale)), (-260, -45, 260, 45))
        shadow.fill(ellipse(0, 0, 210, 24), "#10122a", opacity=0.35, blur=9)
        self._shadow = shadow.image

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints the dancer over the lower nine tenths of the frame."""
        below = frame.crop((0, self._down, frame.width, frame.height))
        middle, floor = frame.width / 2, (FLOOR - 14) * self._scale
        at = (round(middle - self._shadow.width / 2), round(floor - self._shadow.height / 2))
        below.paste(self._shadow, at, self._shadow)
        self._puppet.paint(below, self.pose(time))
        frame.paste(below, (0, self._down))

    def pose(self, time: float) -> Pose:
        """How the dancer stands at `time`."""
        motion, within = self._motion, time % self._length
        energy, left, right, side = (
            motion.at(each, within) for each in (motion.energy, motion.left, motion.right, motion.side)
        )
        count = self._rhythm.at(time)
        bounce, swing = abs(math.sin(math.pi * count)), math.sin(math.pi * count)
        go = 0.25 + 0.75 * energy
        hip = (500 + 70 * go * swing + 60 * side, FLOOR - 538 + 30 * go * (1 - bounce))
        step = 90 * go * max(0.0, swing), 90 * go * max(0.0, -swing)
        return Pose(
            hip=hip,
            lean=9 * go * swing + 5 * side,
            left_arm=self._arm(left, count, 0.0),
            right_arm=self._arm(right, count, 0.5),
            feet=step,
            tilt=-7 * go * math.sin(math.pi * count + 0.6),
            mouth=0.5 * energy,
        )

    @staticmethod
    def _arm(lift: float, count: float, late: float) -> tuple[float, float]:
        """The angles of an arm that is lifted 0 to 1: it hangs bent, or is thrown up; it always swings a little."""
        swing = math.sin(2 * math.pi * (count / 2 + late))
        return 26 + 128 * lift + 12 * swing, 74 - 62 * lift + 22 * swing * (1 - 0.5 * lift)


def _label(prompt: str, size: Size) -> list[Layer]:
    if not prompt:
        return []
    side = min(size)
    lines, face = fitted(
        prompt, (round(size[0] * 0.82), round(side * 0.09)), round(side * 0.04), 600, max(9, side // 38)
    )
    return [Sticker(pill(lines, face), (size[0] / 2, size[1] * 0.96))]
