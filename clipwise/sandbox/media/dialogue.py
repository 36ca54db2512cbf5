"""`dialogue_video`: characters who speak in turn, each in a voice of their own, the speaker in the light.

Knows how a dialogue is read from a prompt, or made for one, and how the film is laid out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from clipwise.sandbox.media import backgrounds
from clipwise.sandbox.media.characters import Character, cast, descriptions
from clipwise.sandbox.media.lettering import INK, drawable, font, pill
from clipwise.sandbox.media.narrated import Span, Telling, asked, finished, told
from clipwise.sandbox.media.narration import Beat, estimate, seconds_of, sentence
from clipwise.sandbox.media.order import MediaError, Order, Rendered, Report
from clipwise.sandbox.media.pictures import Size
from clipwise.sandbox.media.presenter import Mouth, Spot, TalkingHead
from clipwise.sandbox.media.production import caption_style, quality_of, size_of, words
from clipwise.sandbox.media.speech import speakable
from clipwise.sandbox.media.stage import Backdrop, CaptionTrack, Layer, place
from clipwise.sandbox.media.styling import Treated, light_of, place_of, style_of

MOST_CHARACTERS = 4
_LINE = re.compile(r"(?:^|\n|(?<=[.!?…\"”])\s+)\s*([A-Z][\w'’. -]{0,24}?)\s*:\s+", re.UNICODE)
_SUBJECT = re.compile(
    r"\b(?:(?:about|over|on|discuss(?:es|ing)?|debat(?:e|es|ing))\s+|(?=(?:whether|why|how|what|where)\s))(.+?)[.!?]?$",
    re.IGNORECASE,
)
# Two people's lines, spoken in turn; {} is what they talk about. The first row whose words the prompt has is theirs.
_TALKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"argu\w+|disagree\w*|quarrel\w*|fight\w*|debat\w+|rival\w*", (
        "So, {}. I say that there is only one right answer.", "And I say that you have it all wrong.",
        "I have done it my way for twenty years.", "Then it is about time that you tried mine.",
        "Give me one good reason.", "Because mine works, every single time.",
        "That is what you said the last time.", "And was I wrong the last time?",
        "Let us try both, side by side.", "Fine. May the better one win.")),
    (r"teach\w*|learn\w*|lesson\w*|student\w*|explain\w*|interview\w*|ask\w*|doctor|coach\w*", (
        "Can you help me with something? It is about {}.", "Of course. What would you like to know?",
        "Where do I begin?", "Begin with one small step, and do it slowly.",
        "And what if I get it wrong?", "Then you will know more than you did before.",
        "How long will it take me?", "Not long, if you practise a little every day.",
        "Thank you. I will try it today.", "Good. Come back and tell me how it went.")),
    (r"", (
        "Have you thought about {}?", "I have. I have been thinking of little else.",
        "And what do you say?", "I say that it is worth talking about.",
        "Tell me more.", "It looks simple, until you try it.",
        "That is just what I found.", "So we agree on that, at least.",
        "Shall we talk again tomorrow?", "I would like that.")),
)  # fmt: skip


def render(order: Order, report: Report) -> Rendered:
    """Renders a `dialogue_video` order, in 16:9 unless another shape is asked for."""
    prompt = asked(order, "prompt") and speakable(words(order, "prompt"), "the prompt")
    about = descriptions(order.inputs.get("character_consistency_prompts"))
    seconds = seconds_of(order.inputs.get("duration"))
    lines = script(prompt, list(about), seconds)
    people = cast(list(dict.fromkeys(name for name, _ in lines)), about)
    size = size_of(order.inputs.get("aspect_ratio") or "16:9", quality_of(order))
    voices = {person.name: person.voice for person in people}
    plan = [Beat(name, line) for name, line in lines]
    telling = told(order, report, plan, size, seconds=seconds, voices=[voices[name] for name, _ in lines])
    layers = _layers(telling, people, prompt, words(order, "style"))
    characters = {person.name: person.about for person in people}
    said = [f"{name}: {line}" for name, line in lines]
    return finished(order, report, telling, layers, characters=characters, lines=said)


def script(prompt: str, names: Sequence[str], seconds: float | None) -> list[tuple[str, str]]:
    """Who says what: the prompt's own "Name: words" lines, else a talk about what the prompt is about."""
    own = written(prompt)
    if own:
        return own
    first, second = (*names, "Alex", "Sam")[:2] if len(names) != 1 else (names[0], "Alex")
    subject = _SUBJECT.search(prompt.splitlines()[0].strip())
    topic = (subject[1] if subject else prompt).strip(" .!?")
    talk = next(lines for pattern, lines in _TALKS if re.search(rf"\b(?:{pattern})", prompt.lower()))
    said = [sentence(line.format(f"{topic[0].lower()}{topic[1:]}" if subject else topic)) for line in talk]
    while len(said) > 4 and estimate([Beat("", line) for line in said]) > (seconds or 16.0):
        said = said[:-2]
    return [((first, second)[number % 2], line) for number, line in enumerate(said)]


def written(prompt: str) -> list[tuple[str, str]]:
    """The lines of a prompt that is written as a dialogue; none when it is not, or when one person talks alone."""
    parts = _LINE.split(prompt)
    pairs = [(name.strip(), " ".join(line.split())) for name, line in zip(parts[1::2], parts[2::2], strict=True)]
    pairs = [(drawable(name, "a character's name"), line) for name, line in pairs if any(c.isalnum() for c in line)]
    speakers = {name for name, _ in pairs}
    if len(speakers) > MOST_CHARACTERS:
        raise MediaError(
            "unsupported_count", f"the prompt has {len(speakers)} speakers; the sandbox films up to {MOST_CHARACTERS}."
        )
    return pairs if len(speakers) > 1 else []


def _layers(telling: Telling, people: Sequence[Character], prompt: str, style: str) -> list[Layer]:
    size = telling.size
    background = backgrounds.draw(place_of(prompt), (round(size[0] * 1.06), round(size[1] * 1.06)))
    turns = [beat.headline for beat in telling.beats]
    scene: list[Layer] = [
        Backdrop(background, size, telling.track.duration),
        Stage(people, turns, telling.spans, telling.track.mouth, size),
    ]
    layers: list[Layer] = [Treated(scene, style_of(style), light_of(style if written(prompt) else f"{style} {prompt}"))]
    layers.append(NameTags(people, turns, telling.spans, size))
    if telling.captions:
        layers.append(CaptionTrack(telling.captions, (size[0] / 2, size[1] * 0.83), caption_style(size)))
    return layers


@dataclass(frozen=True, slots=True)
class _Turn:
    """Whose turn it is, by number, and since when."""

    number: int
    since: float


def _turn(people: Sequence[Character], turns: Sequence[str], spans: Sequence[Span], time: float) -> _Turn:
    index = max((i for i, (start, _) in enumerate(spans) if start <= time), default=0)
    names = [person.name for person in people]
    return _Turn(names.index(turns[index]), time - spans[index][0])


def _spots(count: int, size: Size) -> list[Spot]:
    width, height = size
    side = round(min(height * 0.9, width * (1.1 if count <= 2 else 1.5) / count))
    return [Spot(width * (number + 0.5) / count, height, side) for number in range(count)]


class Stage:
    """The characters side by side; whoever listens is in the shade and keeps the mouth shut."""

    def __init__(
        self, people: Sequence[Character], turns: Sequence[str], spans: Sequence[Span], mouth: Mouth, size: Size
    ) -> None:
        self._people, self._turns, self._spans = people, turns, spans
        silent = Mouth(np.zeros(1, np.float32), mouth.fps)
        spots = _spots(len(people), size)
        self._heads = [
            (TalkingHead(person.look, spot, mouth), TalkingHead(person.look, spot, silent))
            for person, spot in zip(people, spots, strict=True)
        ]
        self._shade = Image.new("RGB", size, "#0c0e1c")

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints the listeners, the shade over them, and the speaker."""
        turn = _turn(self._people, self._turns, self._spans, time)
        for number, (_, listening) in enumerate(self._heads):
            if number != turn.number:
                listening.paint(frame, time + 1.7 * number)
        frame.paste(Image.blend(frame, self._shade, 0.32 * min(1.0, 0.4 + turn.since / 0.3)))
        self._heads[turn.number][0].paint(frame, time)


class NameTags:
    """Each character's name above the head, the speaker's in colour."""

    def __init__(self, people: Sequence[Character], turns: Sequence[str], spans: Sequence[Span], size: Size) -> None:
        self._people, self._turns, self._spans = people, turns, spans
        face = font(max(9, round(min(size) * 0.05)), 700)
        self._tags = [
            tuple(pill([person.name], face, INK, paint) for paint in ("#ffffffa0", "#ffd84a")) for person in people
        ]
        self._spots = [
            (spot.x, max(min(size) * 0.1, spot.bottom - spot.side * 0.93)) for spot in _spots(len(people), size)
        ]

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints the tags; the speaker's is a little larger."""
        speaker = _turn(self._people, self._turns, self._spans, time).number
        for number, (tags, spot) in enumerate(zip(self._tags, self._spots, strict=True)):
            active = number == speaker
            place(frame, tags[active], spot, scale=1.12 if active else 1.0)
