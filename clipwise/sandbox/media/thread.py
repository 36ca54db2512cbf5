"""`reddit_style`: a story as a card of a forum thread that scrolls while it is read aloud, over drawn scenes.

Knows how the card looks and how a premise becomes a story; it bears no real forum's name or sign.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from PIL import Image

from clipwise.sandbox.media.canvas import Canvas, arc, ellipse, painted, rectangle, smooth
from clipwise.sandbox.media.lettering import Font, block, font, line_height, wrap
from clipwise.sandbox.media.narrated import Span, asked, finished, told
from clipwise.sandbox.media.narration import Beat, estimate, read, seconds_of, sentence
from clipwise.sandbox.media.order import Order, Rendered, Report
from clipwise.sandbox.media.pictures import Size, clipped, rounded_mask, with_shadow
from clipwise.sandbox.media.production import caption_style, quality_of, size_of, words
from clipwise.sandbox.media.scenes import Plan, SceneTrack, eased, scenes_of
from clipwise.sandbox.media.stage import CaptionTrack, Layer

_SCROLL_SECONDS = 0.7
_INK, _GREY, _MARKER = "#1b1f2a", "#7b8392", "#fff0b3"
# Lines that are true of any story, to fill the time asked for.
_BEFORE = ("So, here is what happened.", "I want to tell it just the way it was.", "It began like any other day.")
_AFTER = (
    "I have gone over it in my head more than once.",
    "I still do not know what to think.",
    "Maybe you know the feeling.",
    "Some people say that I should let it go.",
    "Other people say that they would have done the same.",
    "I can see both sides.",
    "It does make me smile now, a little.",
    "If you have a story like this, tell me.",
    "I would really like to read it.",
    "I will answer as many of you as I can.",
    "Thank you for reading all the way down here.",
)
_LAST = "What would you have done?"


def render(order: Order, report: Report) -> Rendered:
    """Renders a `reddit_style` order; the transcript is the story as it is told."""
    prompt = asked(order, "prompt")
    seconds = seconds_of(order.inputs.get("duration"))
    size = size_of(order.inputs.get("aspect_ratio"), quality_of(order))
    plan = story(prompt, seconds)
    telling = told(order, report, plan, size, seconds=seconds)
    scenes = [
        replace(scene, headline="", title=False) for scene in scenes_of(plan, telling.spans, words(order, "style"))
    ]
    layers: list[Layer] = [
        SceneTrack(scenes, size, _plan(size)),
        ThreadCard([beat.line for beat in plan], telling.spans, size),
    ]
    if telling.captions:
        layers.append(CaptionTrack(telling.captions, (size[0] / 2, size[1] * 0.9), caption_style(size)))
    return finished(order, report, telling, layers, lines=len(plan))


def story(prompt: str, seconds: float | None) -> tuple[Beat, ...]:
    """The prompt's own sentences, the first as the title; around them, lines that fit any story, to fill the time."""
    topic, points = read(prompt)
    title, body, last = sentence(topic), [point.line for point in points], _LAST
    before, after = list(_BEFORE), list(_AFTER)
    if seconds is None:
        before, after = before[: 0 if body else 1], []
    chosen: tuple[list[str], list[str]] = ([], [])
    for lines, more in zip(chosen, (before, after), strict=True):
        for line in more:
            whole = [title, *chosen[0], *body, *chosen[1], line, last]
            if seconds is None or estimate([Beat("", each) for each in whole]) <= seconds:
                lines.append(line)
    lines = [title, *chosen[0], *body, *chosen[1]]
    fits = seconds is None or estimate([Beat("", line) for line in [*lines, last]]) <= seconds
    return tuple(Beat(line.rstrip("."), line) for line in ([*lines, last] if fits else lines))


def _plan(size: Size) -> Plan:
    width, height = size
    return Plan(
        (width / 2, -height), (round(width * 0.5), 20), (width / 2, height * 0.72), round(width * 0.56), "center"
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """Some lines of the card's text, and where they begin."""

    lines: tuple[str, ...]
    face: Font
    top: int
    bottom: int


class ThreadCard:
    """A white card whose text scrolls so that the line being read, marked, is in the middle."""

    def __init__(self, lines: Sequence[str], spans: Sequence[Span], size: Size) -> None:
        side = min(size)
        self._spans = spans
        self._inside = round(size[0] * 0.78)
        self._rows, self._tall = _rows(lines, self._inside, side)
        self._room = min(self._tall, round(size[1] * 0.33))
        self._edge = round(side * 0.05)
        self._header = _header(self._inside, side)
        self._footer = _footer(self._inside, side)
        card = (
            self._inside + 2 * self._edge,
            self._header.height + self._room + self._footer.height + 3 * self._edge,
        )
        white = clipped(painted(card, "#ffffff"), rounded_mask(card, side * 0.05))
        self._card = with_shadow(white, side * 0.02)
        self._margin = (self._card.width - card[0]) // 2
        self._at = (round(size[0] / 2 - self._card.width / 2), round(size[1] * 0.075) - self._margin)
        self._texts: dict[int, Image.Image] = {}

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints the card with its text at this moment's place."""
        index = max((i for i, (start, _) in enumerate(self._spans) if start <= time), default=0)
        share = eased((time - self._spans[index][0]) / _SCROLL_SECONDS) if index else 1.0
        top = self._top(max(0, index - 1)) * (1 - share) + self._top(index) * share
        shown = self._text(index).resize((self._inside, self._room), box=(0, top, self._inside, top + self._room))
        left, y = self._at[0] + self._margin + self._edge, self._at[1] + self._margin + self._edge
        frame.paste(self._card, self._at, self._card)
        frame.paste(self._header, (left, y), self._header)
        frame.paste(shown, (left, y + self._header.height + self._edge // 2))
        bottom = y + self._header.height + self._room + self._edge
        frame.paste(self._footer, (left, bottom), self._footer)

    def _top(self, index: int) -> float:
        row = self._rows[index]
        return float(min(max(0.0, (row.top + row.bottom - self._room) / 2), self._tall - self._room))

    def _text(self, active: int) -> Image.Image:
        if active not in self._texts:
            picture = Image.new("RGBA", (self._inside, self._tall), "#ffffff")
            for number, row in enumerate(self._rows):
                if number == active:
                    marker = (self._inside, row.bottom - row.top)
                    picture.paste(_MARKER, (0, row.top), rounded_mask(marker, marker[0] * 0.02))
                text = block(row.lines, row.face, _INK if number in (0, active) else _GREY, align="left")
                picture.alpha_composite(text, (round(self._inside * 0.02), row.top))
            self._texts = {active: picture.convert("RGB")}
        return self._texts[active]


def _rows(lines: Sequence[str], inside: int, side: int) -> tuple[list[_Row], int]:
    rows: list[_Row] = []
    top = 0
    for number, line in enumerate(lines):
        face = font(round(side * (0.056 if number == 0 else 0.045)), 700 if number == 0 else 450)
        wrapped = tuple(wrap(line, face, inside * 0.94))
        bottom = top + round(line_height(face) * len(wrapped)) + 4
        rows.append(_Row(wrapped, face, top, bottom))
        top = bottom + round(side * (0.025 if number == 0 else 0.012))
    return rows, top


def _header(inside: int, side: int) -> Image.Image:
    tall = round(side * 0.105)
    header = Image.new("RGBA", (inside, tall))
    badge = Canvas((tall, tall), (0, 0, 100, 100))
    disc = ellipse(50, 50, 48)
    badge.fill(disc, "#5b7cfa")
    badge.fill(ellipse(50, 42, 17), "#ffffff")
    badge.fill(ellipse(50, 100, 34, 36), "#ffffff", within=disc)
    header.alpha_composite(badge.image)
    name = block(["The story thread"], font(round(side * 0.04), 700), _INK, align="left")
    who = block(["told anonymously · today"], font(round(side * 0.032), 450), _GREY, align="left")
    header.alpha_composite(name, (round(tall * 1.2), 0))
    header.alpha_composite(who, (round(tall * 1.2), tall - who.height))
    return header


def _footer(inside: int, side: int) -> Image.Image:
    """Three signs with their words, drawn plainly: like, reply, share."""
    tall = round(side * 0.06)
    footer = Image.new("RGBA", (inside, tall))
    face = font(round(side * 0.034), 600)
    x = 0
    for word in ("Like", "Reply", "Share"):
        sign = Canvas((tall, tall), (0, 0, 100, 100))
        for line in _SIGNS[word]:
            sign.line(line, 9, _GREY)
        label = block([word], face, _GREY, align="left")
        footer.alpha_composite(sign.image, (x, 0))
        footer.alpha_composite(label, (x + round(tall * 1.1), max(0, (tall - label.height) // 2)))
        x += round(inside / 3)
    return footer


_HEART = smooth([(50, 86), (14, 50), (18, 22), (40, 20), (50, 34), (60, 20), (82, 22), (86, 50)])
_BUBBLE = rectangle(12, 18, 88, 70, 18)
_SIGNS = {
    "Like": ([*_HEART, _HEART[0]],),
    "Reply": ([*_BUBBLE, _BUBBLE[0]], [(30, 70), (28, 90), (50, 70)]),
    "Share": ([*itertools.chain(arc(60, 84, 48, 50, 180, 265))], [(46, 16), (70, 34), (46, 52)]),
}
