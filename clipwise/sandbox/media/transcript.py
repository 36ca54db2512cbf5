"""The words of a film with their times: as they are heard, or a known script laid over where somebody speaks.

Knows no format and no pictures.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from clipwise.sandbox.media import recognise
from clipwise.sandbox.media.captions import Caption, captions_of_words, timed_words
from clipwise.sandbox.media.order import MediaError
from clipwise.sandbox.media.sound import Samples, read_sound
from clipwise.sandbox.media.speech import Timed

RATE = 16_000
LONGEST_SECONDS = 1800.0
_BLOCK = RATE // 50
_SILENCE = 0.006
_PAUSE_SECONDS = 0.3
_LONGEST_SENTENCE = 40
# A word that would begin so shortly before a pause begins after it.
_LEAN_SECONDS = 0.25
_NO_SPEECH = "no speech was found in"


def heard(path: Path, input_name: str, progress: Callable[[float], None]) -> tuple[Timed, ...]:
    """The words that are spoken in a file; MediaError "no_speech" when there are none."""
    samples = read_sound(path, input_name, RATE, LONGEST_SECONDS)
    words = recognise.words_heard(samples, progress)
    if not words:
        raise MediaError("no_speech", f"{input_name}: {_NO_SPEECH} {path.name}.")
    return words


def scripted(script: str, path: Path, input_name: str, progress: Callable[[float], None]) -> tuple[Timed, ...]:
    """The words of a known script with the times at which they are spoken in a file.

    They follow the words that are heard where the recogniser is installed, else the stretches of sound.
    """
    samples = read_sound(path, input_name, RATE, LONGEST_SECONDS)
    spans = speech_spans(samples)
    if not spans:
        raise MediaError("no_speech", f"{input_name}: {_NO_SPEECH} {path.name}.")
    words = script.split()
    found = recognise.words_heard(samples, progress) if recognise.is_available() else ()
    return _matched(words, found) or _spread(words, spans)


def speech_spans(samples: Samples) -> list[tuple[float, float]]:
    """Where there is sound, in seconds; shorter pauses than 0.3 s are part of it."""
    count = len(samples) // _BLOCK
    loud = np.abs(samples[: count * _BLOCK]).reshape(count, _BLOCK).max(axis=1, initial=0.0)
    floor = max(_SILENCE, 0.06 * float(np.percentile(loud, 98))) if count else 1.0
    spans: list[tuple[float, float]] = []
    for block in np.flatnonzero(loud > floor):
        start, end = float(block) * _BLOCK / RATE, float(block + 1) * _BLOCK / RATE
        if spans and start - spans[-1][1] < _PAUSE_SECONDS:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _spread(words: Sequence[str], spans: Sequence[tuple[float, float]]) -> tuple[Timed, ...]:
    """Words laid evenly over the stretches of sound, as if the pauses between them took no time."""
    total = sum(end - start for start, end in spans)
    placed = timed_words(Timed(" ".join(words), 0.0, total))
    starts = [_clock(word.start, spans, _LEAN_SECONDS) for word in placed]
    ends = [_clock(word.end, spans) for word in placed]
    return tuple(Timed(w.text, start, max(start, end)) for w, start, end in zip(placed, starts, ends, strict=True))


def _clock(spoken: float, spans: Sequence[tuple[float, float]], lean: float = 0.0) -> float:
    """The moment at which `spoken` seconds of sound have passed; the next stretch begins `lean` seconds early."""
    for start, end in spans[:-1]:
        if spoken <= end - start - lean:
            return start + spoken
        spoken = max(0.0, spoken - (end - start))
    return min(spans[-1][0] + spoken, spans[-1][1])


def _matched(words: Sequence[str], found: Sequence[Timed]) -> tuple[Timed, ...]:
    """The script's words with the times of the same words that were heard; () when too few are the same."""
    keys = [_key(word) for word in words]
    pairs = difflib.SequenceMatcher(None, keys, [_key(word.text) for word in found], autojunk=False)
    times: dict[int, Timed] = {}
    for block in pairs.get_matching_blocks():
        times.update({block.a + step: found[block.b + step] for step in range(block.size)})
    if len(times) < 0.4 * len(words):
        return ()
    return tuple(_filled(words, times, found[0].start, found[-1].end))


def _filled(words: Sequence[str], times: dict[int, Timed], first: float, last: float) -> list[Timed]:
    """Every word with a time: those that were not heard share the time between their neighbours."""
    done: list[Timed] = []
    number = 0
    while number < len(words):
        if number in times:
            done.append(Timed(words[number], times[number].start, times[number].end))
            number += 1
            continue
        until = next((i for i in range(number, len(words)) if i in times), len(words))
        start = done[-1].end if done else first
        end = max(start, times[until].start if until < len(words) else last)
        done += timed_words(Timed(" ".join(words[number:until]), start, end))
        number = until
    return done


def _key(word: str) -> str:
    return re.sub(r"[^\w']", "", word.lower())


def captions_for(words: Sequence[Timed]) -> tuple[Caption, ...]:
    """Short captions that never cross a sentence's end or a pause."""
    found: list[Caption] = []
    sentence: list[Timed] = []
    for word in words:
        paused = bool(sentence) and word.start - sentence[-1].end > 2 * _PAUSE_SECONDS
        if sentence and (paused or sentence[-1].text[-1] in ".!?…" or len(sentence) >= _LONGEST_SENTENCE):
            found += captions_of_words(sentence)
            sentence = []
        sentence.append(word)
    return (*found, *captions_of_words(sentence))
