"""The sandbox's own tracks: synthesised, each in a mood, and seamless when it is played over and over.

Knows nothing of films. The same mood gives the same samples every time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clipwise.sandbox.media.sound import PEAK, Samples, write_wav

RATE = 32_000
_LOUDNESS = 0.12
_BEATS = 4


@dataclass(frozen=True, slots=True)
class Mood:
    """Chords (MIDI notes, one chord a bar), how fast, and how loud each layer is; plucks are steps in a bar of 8."""

    tempo: float
    chords: tuple[tuple[int, ...], ...]
    pad: float
    plucks: tuple[int, ...]
    pluck: float
    bass: float
    kick: tuple[float, ...] = ()
    hat: tuple[float, ...] = ()
    snare: tuple[float, ...] = ()


MOODS: Mapping[str, Mood] = {
    "calm": Mood(
        72, ((48, 55, 64, 71), (45, 52, 60, 67), (41, 48, 57, 64), (43, 50, 59, 62)) * 2, 0.30, (0, 3, 5, 6), 0.20, 0.12
    ),
    "upbeat": Mood(
        116, ((48, 55, 64, 67), (43, 55, 59, 67), (45, 57, 60, 64), (41, 53, 57, 65)) * 3, 0.14,
        (0, 1, 3, 4, 6, 7), 0.26, 0.26, kick=(0, 2), hat=(0.5, 1.5, 2.5, 3.5), snare=(1, 3),
    ),
    "cinematic": Mood(
        60,
        ((45, 52, 57, 64), (41, 48, 57, 60), (48, 55, 60, 64), (43, 50, 59, 62), (38, 50, 57, 65), (40, 52, 56, 64)),
        0.42, (0, 4), 0.10, 0.26, kick=(0,),
    ),
    "lofi": Mood(
        84, ((50, 57, 60, 65), (43, 53, 59, 64), (48, 55, 59, 64), (45, 55, 60, 64)) * 2, 0.22, (0, 3, 6), 0.20, 0.22,
        kick=(0, 1.75, 2.5), hat=(0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5), snare=(1, 3),
    ),
}  # fmt: skip


def write(mood: str, path: Path) -> None:
    """Writes a mood's track as a WAV file."""
    write_wav(path, track(mood), RATE)


def track(mood: str) -> Samples:
    """A mood's track, mono, at 32 kHz."""
    played = MOODS[mood]
    beat = 60 / played.tempo
    whole = np.zeros(round(len(played.chords) * _BEATS * beat * RATE), np.float32)
    for bar, chord in enumerate(played.chords):
        start = bar * _BEATS * beat
        for note in chord:
            _add(whole, start, _pad(note, _BEATS * beat) * (played.pad / len(chord)))
        for number, step in enumerate(played.plucks):
            note = chord[(step + number) % len(chord)] + 12
            _add(whole, start + step * beat / 2, _pluck(note) * played.pluck)
        for half in (0, 2):
            _add(whole, start + half * beat, _bass(chord[0] - 12, beat * 1.7) * played.bass)
        for drum, beats in ((_kick(), played.kick), (_snare(), played.snare), (_hat(), played.hat)):
            for at in beats:
                _add(whole, start + at * beat, drum)
    rms = float(np.sqrt(np.mean(np.square(whole))))
    loud = whole * (_LOUDNESS / rms)
    return np.asarray(PEAK * np.tanh(loud / PEAK), np.float32)


def _add(whole: Samples, seconds: float, sound: Samples) -> None:
    """Adds a sound; what rings past the end is heard at the start, so that the track has no seam."""
    places = (round(seconds * RATE) + np.arange(len(sound))) % len(whole)
    np.add.at(whole, places, sound)


def _times(seconds: float) -> Samples:
    return (np.arange(round(seconds * RATE)) / RATE).astype(np.float32)


def _pitch(note: int) -> float:
    return 440.0 * math.pow(2.0, (note - 69) / 12)


def _pad(note: int, seconds: float) -> Samples:
    t = _times(seconds * 1.35)
    shape = np.minimum(t / 0.7, 1.0) * np.minimum((t[-1] - t) / (0.35 * seconds), 1.0)
    voices = sum(np.sin(2 * np.pi * _pitch(note) * detune * t) for detune in (0.997, 1.0, 1.004))
    overtone = 0.25 * np.sin(4 * np.pi * _pitch(note) * t)
    return np.asarray((voices + overtone) * shape * (0.9 + 0.1 * np.sin(2 * np.pi * 0.7 * t)), np.float32)


def _pluck(note: int) -> Samples:
    t = _times(1.1)
    wave = sum(np.sin(2 * np.pi * _pitch(note) * n * t) * np.exp(-(3 + 2 * n) * t) / n for n in (1, 2, 3, 4))
    return np.asarray(wave * np.minimum(t / 0.004, 1.0), np.float32)


def _bass(note: int, seconds: float) -> Samples:
    t = _times(seconds)
    wave = np.sin(2 * np.pi * _pitch(note) * t) + 0.35 * np.sin(4 * np.pi * _pitch(note) * t)
    return np.asarray(wave * np.minimum(t / 0.02, 1.0) * np.minimum((t[-1] - t) / 0.12, 1.0), np.float32)


def _kick() -> Samples:
    t = _times(0.3)
    return np.asarray(0.5 * np.sin(2 * np.pi * (48 * t + 9 * (1 - np.exp(-28 * t)))) * np.exp(-11 * t), np.float32)


def _snare() -> Samples:
    t = _times(0.2)
    noise = np.random.default_rng(5).standard_normal(len(t))
    return np.asarray((0.10 * noise + 0.12 * np.sin(2 * np.pi * 185 * t)) * np.exp(-20 * t), np.float32)


def _hat() -> Samples:
    t = _times(0.06)
    noise = np.diff(np.random.default_rng(9).standard_normal(len(t) + 1))
    return np.asarray(0.035 * noise * np.exp(-70 * t), np.float32)
