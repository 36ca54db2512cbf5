"""`quiz`: question cards with answers to choose from, a ring that counts down, and the right answer shown and said.

Knows how that film is laid out and timed; what is asked is `quizbank`'s.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from PIL import Image, ImageDraw

from clipwise.sandbox.media import subjects
from clipwise.sandbox.media.canvas import Canvas, painted
from clipwise.sandbox.media.footage import Overlay
from clipwise.sandbox.media.lettering import INK, WHITE, block, fitted, font, pill
from clipwise.sandbox.media.narrated import Telling, asked, finished, told
from clipwise.sandbox.media.narration import Beat, seconds_of
from clipwise.sandbox.media.noises import chime, tick, with_sounds
from clipwise.sandbox.media.order import MediaError, Order, Rendered, Report
from clipwise.sandbox.media.pictures import Size, clipped, rounded_mask, with_shadow
from clipwise.sandbox.media.production import Soundtrack, first, quality_of, size_of
from clipwise.sandbox.media.quizbank import MOST_QUESTIONS, Question, questions
from clipwise.sandbox.media.scenes import Scene, eased, ground
from clipwise.sandbox.media.speech import DEFAULT_VOICE
from clipwise.sandbox.media.stage import Backdrop, Layer, place
from clipwise.sandbox.media.subjects import Palette
from clipwise.sandbox.media.turns import Turns

_THINK, _REVEAL = 3.0, 0.9
_SECONDS_EACH = 9.0
_RIGHT, _RIGHT_DARK = "#27a566", "#1b7f4d"


def render(order: Order, report: Report) -> Rendered:
    """Renders a `quiz` order; the transcript is the questions and answers as they are said."""
    prompt = asked(order, "prompt")
    seconds = seconds_of(order.inputs.get("duration"))
    usual = min(MOST_QUESTIONS, max(1, int(seconds / _SECONDS_EACH))) if seconds else 3
    count, options = _count(order, "questions_count", usual), _count(order, "options_count", 4)
    topic, quiz = questions(prompt, count, options)
    size = size_of(order.inputs.get("aspect_ratio"), quality_of(order))
    plan = [beat for question in quiz for beat in _beats(question)]
    rests = [_THINK, _REVEAL] * len(quiz)
    telling = told(order, report, plan, size, seconds=seconds, voices=[DEFAULT_VOICE] * len(plan), rests=rests)
    rounds = _rounds(telling, quiz)
    telling = replace(telling, track=_with_ticks(telling, rounds))
    layers = _layers(order, prompt, rounds, size, telling.track.duration)
    return finished(
        order, report, telling, layers, topic=topic, questions=[q.text for q in quiz], answers=[q.answer for q in quiz]
    )


def _count(order: Order, name: str, usual: int) -> int:
    value = order.inputs.get(name)
    if value in (None, ""):
        return usual
    try:
        return int(str(value))
    except ValueError:
        raise MediaError("unsupported_count", f"{name}: {value!r} is not a whole number.") from None


def _beats(question: Question) -> tuple[Beat, Beat]:
    return Beat(question.text, question.text), Beat(question.answer, f"The answer is {question.answer}.")


@dataclass(frozen=True, slots=True)
class Round:
    """A question and its times: shown from `start`, counted down from `asked` to `told`, over at `end`."""

    question: Question
    start: float
    asked: float
    told: float
    end: float


def _rounds(telling: Telling, quiz: Sequence[Question]) -> list[Round]:
    heard = {sentence.start: sentence.end for sentence in telling.track.sentences}
    rounds = []
    for number, question in enumerate(quiz):
        (start, told_at), (_, end) = telling.spans[2 * number : 2 * number + 2]
        spoken = max(stop for begin, stop in heard.items() if start <= begin < told_at)
        rounds.append(Round(question, start, spoken, told_at, end))
    return rounds


def _with_ticks(telling: Telling, rounds: Sequence[Round]) -> Soundtrack:
    track = telling.track
    assert track.samples is not None
    ticks = [(r.asked + n, tick(track.rate)) for r in rounds for n in range(math.ceil(r.told - r.asked - 0.2))]
    chimes = [(r.told - 0.12, chime(track.rate)) for r in rounds]
    return replace(track, samples=with_sounds(track.samples, track.rate, [*ticks, *chimes]))


def _layers(order: Order, prompt: str, rounds: Sequence[Round], size: Size, duration: float) -> list[Layer]:
    palette = subjects.PALETTES[subjects.chance(prompt, len(subjects.PALETTES))]
    scene = Scene(prompt, "", palette, 0.0, duration)
    labels = [f"Question {number} of {len(rounds)}" for number in range(1, len(rounds) + 1)]
    makers = [partial(Card, each, label, palette, size, prompt) for each, label in zip(rounds, labels, strict=True)]
    layers: list[Layer] = [
        Backdrop(ground(scene, size), size, duration),
        Turns([each.start for each in rounds], makers, fade=0.0),
    ]
    overlay = first(order, "overlay")
    return layers if overlay is None else [*layers, Overlay(overlay, "overlay", size)]


class Card:
    """The topic, one question, its options, and the ring; the right option turns green when it is told."""

    def __init__(self, round_: Round, label: str, palette: Palette, size: Size, topic: str) -> None:
        self._round = round_
        self._size = size
        width, height = size
        side = min(size)
        self._header = _header(topic, label, palette, size)
        room = (round(width * 0.86), round(height * 0.2))
        self._question = _question(round_.question.text, room, side)
        count = len(round_.question.options)
        columns = 1 if height > 1.2 * width else 2
        rows = -(-count // columns)
        self._bar = (
            round(width * 0.86 / columns - (columns - 1) * side * 0.02),
            round(height * min(0.085, 0.3 / rows)),
        )
        self._spots = [
            (
                width * 0.5 + (n % columns - (columns - 1) / 2) * (self._bar[0] + side * 0.04),
                height * 0.47 + (n // columns + 0.5) * (self._bar[1] * 1.18),
            )
            for n in range(count)
        ]
        letters = "ABCDEF"
        self._options = [
            {kind: _option(letters[n], text, self._bar, side, paint, ink) for kind, (paint, ink) in _KINDS.items()}
            for n, text in enumerate(round_.question.options)
        ]
        self._ring = (width / 2, height * 0.47 + rows * self._bar[1] * 1.18 + height * 0.07, round(height * 0.058))

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints the card as it is `time` seconds after its start."""
        now = self._round.start + time
        width, height = self._size
        place(frame, self._header, (width / 2, height * 0.125))
        place(frame, self._question, (width / 2, height * 0.325), scale=0.85 + 0.15 * eased(time / 0.4))
        told_at = self._round.told
        for number, (spot, option) in enumerate(zip(self._spots, self._options, strict=True)):
            right = number == self._round.question.right
            kind = "open" if now < told_at else "right" if right else "wrong"
            away = width * (1 - eased((time - 0.12 * number) / 0.45))
            swell = 0.05 * math.sin(min(1.0, (now - told_at) / 0.4) * math.pi) if kind == "right" else 0.0
            place(frame, option[kind], (spot[0] + away, spot[1]), scale=1 + swell)
        if now < told_at:
            self._count_down(frame, now)

    def _count_down(self, frame: Image.Image, now: float) -> None:
        x, y, radius = self._ring
        whole = self._round.told - self._round.asked
        left = min(whole, self._round.told - now)
        ring = _ring(radius, left / whole, math.ceil(left))
        frame.paste(ring, (round(x - ring.width / 2), round(y - ring.height / 2)), ring)


_KINDS = {"open": ("#ffffff", INK), "right": (_RIGHT, WHITE), "wrong": ("#ffffff8c", "#5d6172")}


def _header(topic: str, label: str, palette: Palette, size: Size) -> Image.Image:
    side = min(size)
    lines, face = fitted(
        topic, (round(size[0] * 0.84), round(size[1] * 0.09)), round(side * 0.062), 800, max(9, side // 36)
    )
    text = with_shadow(block(lines, face), max(2.0, side * 0.006))
    chip = pill([label], font(max(9, round(side * 0.038)), 700), INK, palette.accent)
    whole = Image.new("RGBA", (max(text.width, chip.width), text.height + chip.height))
    whole.alpha_composite(text, ((whole.width - text.width) // 2, 0))
    whole.alpha_composite(chip, ((whole.width - chip.width) // 2, text.height))
    return whole


def _question(text: str, room: tuple[int, int], side: int) -> Image.Image:
    lines, face = fitted(
        text, (round(room[0] * 0.88), round(room[1] * 0.8)), round(side * 0.085), 800, max(9, side // 30)
    )
    card = clipped(painted(room, "#ffffff"), rounded_mask(room, side * 0.05))
    shown = block(lines, face, INK)
    card.alpha_composite(shown, ((room[0] - shown.width) // 2, (room[1] - shown.height) // 2))
    return with_shadow(card, side * 0.015)


def _option(letter: str, text: str, bar: Size, side: int, paint: str, ink: str) -> Image.Image:
    option = clipped(painted(bar, paint), rounded_mask(bar, bar[1] * 0.3))
    disc = round(bar[1] * 0.66)
    colour = _RIGHT_DARK if paint == _RIGHT else "#e9ecf4"
    option.alpha_composite(
        clipped(painted((disc, disc), colour), rounded_mask((disc, disc), disc / 2)), ((bar[1] - disc) // 2,) * 2
    )
    sign = block([letter], font(max(8, round(disc * 0.56)), 800), ink)
    option.alpha_composite(sign, ((bar[1] - sign.width) // 2, (bar[1] - sign.height) // 2))
    room = (bar[0] - round(bar[1] * 1.7), round(bar[1] * 0.86))
    lines, face = fitted(text, room, round(min(side * 0.062, bar[1] * 0.5)), 700, max(8, side // 40))
    words = block(lines, face, ink, align="left")
    option.alpha_composite(words, (round(bar[1] * 1.15), (bar[1] - words.height) // 2))
    if paint == _RIGHT:
        tick_ = Canvas((bar[1], bar[1]), (0, 0, 100, 100))
        tick_.line([(28, 52), (44, 68), (74, 34)], 11, WHITE)
        option.alpha_composite(tick_.image, (bar[0] - bar[1], 0))
    return option


def _ring(radius: int, share: float, seconds: int) -> Image.Image:
    fine = 4
    side = radius * 2
    ring = Image.new("RGBA", (side * fine, side * fine))
    pen = ImageDraw.Draw(ring)
    box = (2 * fine, 2 * fine, ring.width - 2 * fine, ring.height - 2 * fine)
    pen.ellipse(box, fill="#14151f66")
    wide = max(2, radius // 5) * fine
    pen.arc(box, -90, -90 + 360 * share, fill=WHITE, width=wide)
    small = ring.reduce(fine)
    number = block([str(seconds)], font(round(radius * 0.9), 800))
    small.alpha_composite(number, ((side - number.width) // 2, (side - number.height) // 2))
    return small
