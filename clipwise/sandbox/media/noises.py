"""Short synthesised sounds: a tick, a chime, a beat to dance to, and the air of a place.

Knows nothing of films; arrays as in `sound`, the same every time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from clipwise.sandbox.media.sound import PEAK, Samples

_LEVEL = 0.05


def tick(rate: int) -> Samples:
    """A clock's tick."""
    t = np.arange(int(0.06 * rate)) / rate
    return np.asarray(0.16 * np.sin(2 * np.pi * 1400 * t) * np.exp(-t * 70), np.float32)


def chime(rate: int) -> Samples:
    """Two rising notes that ring out: right."""
    t = np.arange(int(0.7 * rate)) / rate
    first = np.sin(2 * np.pi * 784 * t) * np.exp(-t * 6)
    late = np.where(t > 0.11, np.sin(2 * np.pi * 1175 * t) * np.exp(-(t - 0.11) * 6), 0.0)
    return np.asarray(0.11 * (first + late), np.float32)


def beat(seconds: float, rate: int, tempo: float = 112.0, first: float = 0.0) -> Samples:
    """A dance beat: a drum on every beat, a rattle between, a bass note that changes with the bar."""
    whole = np.zeros(int(seconds * rate), np.float32)
    step = 60.0 / tempo
    drum, rattle = _drum(rate), _rattle(rate)
    for number in range(int((seconds - first) / step) + 1):
        at = first + number * step
        lay(whole, at, drum, rate)
        lay(whole, at + step / 2, rattle, rate)
        note = 55.0 * 2 ** ((0, 0, 3, -2)[number // 4 % 4] / 12)
        lay(whole, at + step / 2, _bass(rate, note, step * 0.45), rate)
    return whole


def _drum(rate: int) -> Samples:
    t = np.arange(int(0.22 * rate)) / rate
    return np.asarray(0.5 * np.sin(2 * np.pi * (48 * t + 5.5 * (1 - np.exp(-t * 28)))) * np.exp(-t * 16), np.float32)


def _rattle(rate: int) -> Samples:
    t = np.arange(int(0.08 * rate)) / rate
    noise = np.diff(np.random.default_rng(5).normal(size=len(t) + 1))
    return np.asarray(0.06 * noise * np.exp(-t * 50), np.float32)


def _bass(rate: int, pitch: float, seconds: float) -> Samples:
    t = np.arange(int(seconds * rate)) / rate
    wave = np.sin(2 * np.pi * pitch * t) + 0.4 * np.sin(4 * np.pi * pitch * t) + 0.2 * np.sin(6 * np.pi * pitch * t)
    return np.asarray(0.16 * wave * np.minimum(1, (seconds - t) * 30) * np.minimum(1, t * 200), np.float32)


# Words of a prompt -> how bright its noise is (0 to 1), and how often it swells in a second.
_AIRS: tuple[tuple[str, float, float], ...] = (
    (r"rain\w*|water\w*|pour\w*|fountain|shower|splash\w*", 0.8, 0.15),
    (r"sea|ocean|wave\w*|beach|shore|surf", 0.35, 0.16),
    (r"wind\w*|breeze|storm\w*|leaves|snow\w*|forest|mountain\w*", 0.18, 0.3),
    (r"fire|flame\w*|candle\w*|steam\w*|smoke", 0.5, 1.7),
)


def air(text: str, seconds: float, rate: int) -> Samples | None:
    """The noise of what a text names: rain, sea, wind, fire; None when it names none of them."""
    for pattern, bright, swell in _AIRS:
        if re.search(rf"\b(?:{pattern})\b", text.lower()):
            return _rushing(seconds, rate, bright, swell)
    return None


def _rushing(seconds: float, rate: int, bright: float, swell: float) -> Samples:
    count = int(seconds * rate)
    noise = np.random.default_rng(11).normal(size=count)
    spectrum = np.fft.rfft(noise)
    pitch = np.fft.rfftfreq(count, 1 / rate)
    spectrum *= 1 / (1 + (pitch / (300 + 6000 * bright)) ** 2) * (pitch > 60)
    shaped = np.fft.irfft(spectrum, count) * (0.7 + 0.3 * np.sin(2 * np.pi * swell * np.arange(count) / rate))
    return np.asarray(shaped * (_LEVEL / (float(np.sqrt(np.mean(shaped**2))) or 1.0)), np.float32)


def lay(onto: Samples, at: float, sound: Samples, rate: int) -> None:
    """Adds a sound from `at` seconds on, as far as there is room."""
    start = max(0, round(at * rate))
    room = max(0, min(len(sound), len(onto) - start))
    onto[start : start + room] += sound[:room]


def with_sounds(samples: Samples, rate: int, sounds: Iterable[tuple[float, Samples]]) -> Samples:
    """A copy of `samples` with sounds added at their times."""
    mixed: Samples = samples.copy()
    for at, sound in sounds:
        lay(mixed, at, sound, rate)
    return np.clip(mixed, -PEAK, PEAK)
