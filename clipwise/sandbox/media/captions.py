"""Sentences with times into short captions with a time for every word, and into SRT and WebVTT.

Knows nothing of pictures: it says what is shown when, not how it looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clipwise.sandbox.media.speech import Timed

MAX_WORDS = 5
MAX_CHARACTERS = 26
_CLAUSE_ENDS = ",;:—–"
# What a word costs beyond its letters: its own onset, and the pause that punctuation makes.
_ONSET = 1.6
_PAUSE = 3.0


@dataclass(frozen=True, slots=True)
class Caption:
    """A few words shown together; `words` follow one another without gaps, times in seconds."""

    words: tuple[Timed, ...]

    @property
    def text(self) -> str:
        """The words with spaces between them."""
        return " ".join(word.text for word in self.words)

    @property
    def start(self) -> float:
        """When the first word is heard."""
        return self.words[0].start

    @property
    def end(self) -> float:
        """When the last word ends."""
        return self.words[-1].end

    def active(self, time: float) -> int:
        """The index of the word heard at `time`; the first one before it starts, the last one after."""
        return max((i for i, word in enumerate(self.words) if word.start <= time), default=0)


def captions_of(sentences: Iterable[Timed]) -> tuple[Caption, ...]:
    """Captions of at most five words that never cross from one sentence into the next."""
    found: list[Caption] = []
    for sentence in sentences:
        found += captions_of_words(timed_words(sentence))
    return tuple(found)


def captions_of_words(words: Sequence[Timed]) -> tuple[Caption, ...]:
    """Captions of the words of one sentence, whose times are known."""
    return tuple(Caption(chunk) for chunk in _chunks(tuple(words))) if words else ()


def timed_words(sentence: Timed) -> tuple[Timed, ...]:
    """The words of a sentence, its time shared out by their length and by the pauses after them."""
    texts = sentence.text.split()
    costs = [_cost(text, last=i == len(texts) - 1) for i, text in enumerate(texts)]
    scale = (sentence.end - sentence.start) / (sum(costs) or 1.0)
    words: list[Timed] = []
    clock = sentence.start
    for text, cost in zip(texts, costs, strict=True):
        words.append(Timed(text, clock, clock + cost * scale))
        clock += cost * scale
    return tuple(words)


def _cost(word: str, *, last: bool) -> float:
    pause = _PAUSE if word[-1] in _CLAUSE_ENDS and not last else 0.0
    # A digit is read as a word: "20" takes as long as "twenty".
    return _ONSET + sum(3.0 if c.isdigit() else 1.0 for c in word if c.isalnum()) + pause


def _chunks(words: tuple[Timed, ...]) -> list[tuple[Timed, ...]]:
    """Clauses, each cut into as few pieces as are short enough, all of about the same length."""
    chunks: list[tuple[Timed, ...]] = []
    for clause in _clauses(words):
        count = len(_cut(clause, MAX_CHARACTERS))
        length = sum(len(word.text) + 1 for word in clause)
        tightest = next((c for c in range(-(-length // count), MAX_CHARACTERS) if len(_cut(clause, c)) == count), None)
        chunks += _cut(clause, tightest or MAX_CHARACTERS)
    return chunks


def _clauses(words: tuple[Timed, ...]) -> list[tuple[Timed, ...]]:
    clauses: list[list[Timed]] = [[]]
    for number, word in enumerate(words):
        clauses[-1].append(word)
        left = len(words) - number - 1
        if word.text[-1] in _CLAUSE_ENDS and len(clauses[-1]) > 1 and left > 1:
            clauses.append([])
    return [tuple(clause) for clause in clauses if clause]


def _cut(words: tuple[Timed, ...], most: int) -> list[tuple[Timed, ...]]:
    pieces: list[list[Timed]] = [[]]
    for word in words:
        length = sum(len(w.text) + 1 for w in pieces[-1]) + len(word.text)
        if pieces[-1] and (len(pieces[-1]) == MAX_WORDS or length > most):
            pieces.append([])
        pieces[-1].append(word)
    return [tuple(piece) for piece in pieces if piece]


def srt(captions: Iterable[Caption]) -> str:
    """The captions as SubRip text."""
    return "".join(
        f"{number}\n{_stamp(c.start, ',')} --> {_stamp(c.end, ',')}\n{c.text}\n\n"
        for number, c in enumerate(captions, 1)
    )


def webvtt(captions: Iterable[Caption]) -> str:
    """The captions as WebVTT text, with a timestamp before each word after the first."""
    cues = (f"{_stamp(c.start, '.')} --> {_stamp(c.end, '.')}\n{_karaoke(c)}\n\n" for c in captions)
    return "WEBVTT\n\n" + "".join(cues)


def _karaoke(caption: Caption) -> str:
    first, *rest = caption.words
    return _escaped(first.text) + "".join(f" <{_stamp(w.start, '.')}>{_escaped(w.text)}" for w in rest)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _stamp(seconds: float, mark: str) -> str:
    total = round(seconds * 1000)
    hours, rest = divmod(total, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}{mark}{rest % 1000:03}"
