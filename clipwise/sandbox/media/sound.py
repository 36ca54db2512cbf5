"""Sound as float32 arrays: resampling, levels, the loudness a mouth can follow, music beds, WAV files.

Knows nothing of words; arrays are mono, one value per sample, -1 to 1.
"""

from __future__ import annotations

import itertools
import math
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from clipwise.sandbox.media.order import MediaError

Samples = npt.NDArray[np.float32]

VOICE_LEVEL = 0.11
PEAK = 0.95
BED_LEVEL = 0.018


def resample(samples: Samples, rate: int, to: int) -> Samples:
    """The same sound at another sampling rate; passing a false `rate` shifts its pitch and its length."""
    if rate == to or not len(samples):
        return samples
    resampler = av.AudioResampler(format="flt", layout="mono", rate=to)
    frame = av.AudioFrame.from_ndarray(samples[None, :], format="flt", layout="mono")
    frame.sample_rate = rate
    frames = [*resampler.resample(frame), *resampler.resample(None)]
    return np.concatenate([f.to_ndarray()[0] for f in frames]).astype(np.float32)


def audible_span(samples: Samples, rate: int, floor: float = 0.01) -> tuple[float, float]:
    """Where sound starts and ends, in seconds; (0, length) when all of it is below `floor`."""
    loud = np.flatnonzero(np.abs(samples) > floor)
    if not len(loud):
        return 0.0, len(samples) / rate
    return float(loud[0]) / rate, float(loud[-1] + 1) / rate


def level(samples: Samples, target: float = VOICE_LEVEL) -> Samples:
    """The sound with its voiced parts at `target` RMS, its peaks held under 0.95."""
    loud = samples[np.abs(samples) > 0.01]
    if not len(loud):
        return samples
    gained = samples * (target / float(np.sqrt(np.mean(np.square(loud)))))
    peak = float(np.abs(gained).max())
    return (gained * min(1.0, PEAK / peak)).astype(np.float32)


def envelope(samples: Samples, rate: int, fps: int, frames: int) -> npt.NDArray[np.float32]:
    """Loudness for each of `frames` film frames, 0 (silent) to 1 (loud), quick to rise and slower to fall."""
    step = rate / fps
    edges = (np.arange(frames + 1) * step).astype(int)
    pieces = (samples[start:end] for start, end in itertools.pairwise(edges))
    rms = np.array([math.sqrt(float(np.dot(piece, piece)) / step) for piece in pieces])
    reference = float(np.percentile(rms[rms > 0.005], 90)) if (rms > 0.005).any() else 1.0
    raw = np.clip(rms / reference, 0.0, 1.0)
    smooth = np.zeros(frames, np.float32)
    held = 0.0
    for index, value in enumerate(raw):
        held = max(float(value), held * 0.45)
        smooth[index] = held
    return smooth


# A gentle four-chord turn: MIDI note numbers, low to high.
_CHORDS = ((48, 55, 64, 71), (45, 52, 60, 67), (41, 48, 57, 64), (43, 50, 59, 62))
_CHORD_SECONDS = 3.2


def music_bed(seconds: float, rate: int) -> Samples:
    """A quiet synthesised pad with plucked notes, `seconds` long, meant to lie under speech."""
    count = int(seconds * rate)
    bed = np.zeros(count + rate * 5, np.float32)
    for number, start in enumerate(np.arange(0.0, seconds, _CHORD_SECONDS)):
        chord = _CHORDS[number % len(_CHORDS)]
        at = int(start * rate)
        for note in chord:
            _add(bed, at, _tone(note, _CHORD_SECONDS + 1.2, rate, attack=0.9) * 0.25)
        for beat in range(8):
            note = chord[(beat * 3) % 4] + 12
            pluck = _tone(note, 0.9, rate, attack=0.006, decay=5.0) * 0.22
            _add(bed, at + int(beat * _CHORD_SECONDS / 8 * rate), pluck)
    return _faded(bed[:count], rate)


def _tone(note: int, seconds: float, rate: int, *, attack: float, decay: float = 0.0) -> Samples:
    t = np.arange(int(seconds * rate)) / rate
    pitch = 440.0 * 2.0 ** ((note - 69) / 12)
    wave_ = np.sin(2 * np.pi * pitch * t) + 0.3 * np.sin(4 * np.pi * pitch * t) * np.exp(-3 * t)
    shape = np.minimum(t / attack, 1.0) * np.minimum((seconds - t) / min(1.2, seconds * 0.5), 1.0)
    return np.asarray(wave_ * shape * np.exp(-decay * t), np.float32)


def _add(onto: Samples, at: int, samples: Samples) -> None:
    room = min(len(samples), len(onto) - at)
    onto[at : at + room] += samples[:room]


def _faded(samples: Samples, rate: int, seconds: float = 0.8) -> Samples:
    ramp = min(len(samples) // 2, int(seconds * rate))
    shaped: Samples = samples.copy()
    shaped[:ramp] *= np.linspace(0, 1, ramp, dtype=np.float32)
    shaped[len(shaped) - ramp :] *= np.linspace(1, 0, ramp, dtype=np.float32)
    return shaped


def laid_under(speech: Samples, bed: Samples) -> Samples:
    """Speech with `bed` quietly beneath it; the bed repeats when it is the shorter."""
    if not len(bed):
        return speech
    fitted = np.resize(bed, len(speech))
    rms = float(np.sqrt(np.mean(np.square(fitted)))) or 1.0
    mixed = speech + fitted * (BED_LEVEL / rms)
    return np.clip(mixed, -PEAK, PEAK).astype(np.float32)


def read_sound(path: Path, input_name: str, rate: int, max_seconds: float = 600.0) -> Samples:
    """The sound of an audio or video file at `rate`; MediaError names `input_name` when there is none."""
    chunks: list[Samples] = []
    heard = 0
    try:
        for chunk in _decoded(path, rate):
            chunks.append(chunk)
            heard += len(chunk)
            if heard > max_seconds * rate:
                break
    except (av.FFmpegError, OSError, IndexError, ValueError) as error:
        raise MediaError("unreadable_audio", f"{input_name}: {path.name} has no sound that can be read.") from error
    if not chunks:
        raise MediaError("unreadable_audio", f"{input_name}: {path.name} has no sound in it.")
    return np.concatenate(chunks)


def _decoded(path: Path, rate: int) -> Iterator[Samples]:
    resampler: Any = av.AudioResampler(format="flt", layout="mono", rate=rate)
    with av.open(str(path)) as container:
        for frame in itertools.chain(_frames(container), (None,)):
            for out in resampler.resample(frame):
                yield out.to_ndarray()[0].astype(np.float32)


def _frames(container: Any) -> Iterator[Any]:
    yield from container.decode(container.streams.audio[0])


def write_wav(path: Path, samples: Samples, rate: int) -> None:
    """Writes 16-bit PCM."""
    pcm = (np.clip(samples, -1.0, 1.0) * 32767.0).round().astype("<i2")
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(pcm.tobytes())
