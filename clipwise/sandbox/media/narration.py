"""From a prompt to the beats of a short film: for each a headline to show and a line to say.

There is no language model here and none is pretended: lines are the prompt's own words, or plain sentences that are
true of any subject. Knows nothing of sound or pictures.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from clipwise.sandbox.media.order import MediaError

SHORTEST, LONGEST = 4.0, 60.0
_MAX_POINTS = 5
_MAX_HEADLINE = 56
_LETTERS_PER_SECOND = 14.0
_PAUSE_SECONDS = 0.8


@dataclass(frozen=True, slots=True)
class Beat:
    """One scene: what it shows and what is said meanwhile."""

    headline: str
    line: str


@dataclass(frozen=True, slots=True)
class _Manner:
    opening: Beat
    closing: Beat


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PLAIN = _Manner(
    Beat("A closer look", "Let's take a closer look."), Beat("Thanks for watching", "Thanks for watching.")
)
_MANNERS: tuple[tuple[frozenset[str], _Manner], ...] = (
    (
        _words("fun funny playful upbeat energetic happy cheerful lively quirky humorous casual"),
        _Manner(Beat("Here we go", "Ready? Here we go."), Beat("See you soon", "That's it. See you next time!")),
    ),
    (
        _words("professional formal corporate serious business informative authoritative educational"),
        _Manner(Beat("In brief", "Here is what matters, in brief."), Beat("Thank you", "Thank you for your time.")),
    ),
    (
        _words("inspiring inspirational motivational uplifting emotional warm hopeful epic"),
        _Manner(Beat("It starts here", "Every change starts somewhere."), Beat("Your turn", "Now it's your turn.")),
    ),
    (
        _words("urgent bold direct persuasive dramatic exciting intense"),
        _Manner(
            Beat("Right now", "There is no better time than now."), Beat("Start today", "Don't wait. Start today.")
        ),
    ),
    (
        _words("calm relaxed soothing gentle peaceful friendly soft"),
        _Manner(Beat("Take a breath", "Let's take this slowly."), Beat("Take care", "Thank you, and take care.")),
    ),
)
_ANY_SUBJECT: tuple[Beat, ...] = (
    Beat("One clear idea", "It starts with one clear idea."),
    Beat("Step by step", "Take it one step at a time."),
    Beat("Small details", "Small details often make the biggest difference."),
    Beat("Keep it simple", "Keep it simple, and it is easy to remember."),
    Beat("See for yourself", "The best way to understand it is to see it for yourself."),
    Beat("Little by little", "Little by little, it all comes together."),
    Beat("Find your way", "Try a few things, and find the way that works for you."),
    Beat("Keep going", "Once you have started, it is easier to keep going."),
    Beat("Look again", "Look a second time, and you may notice something new."),
    Beat("Ask questions", "If you are curious, ask questions. That is how it begins."),
    Beat("Worth sharing", "And a good idea is always worth sharing."),
    Beat("Time well spent", "A few minutes like these are time well spent."),
)

_KINDS = (
    "video|clip|ad|advert|advertisement|reel|tiktok|commercial|promo|teaser|trailer|explainer|montage|animation|short"
)
_REQUEST = re.compile(
    r"^(?:please\s+)?(?:(?:can you|could you|i want|i need|i'd like|we need|we want)\s+(?:you\s+)?(?:to\s+)?)?"
    r"(?:(?:create|make|generate|write|produce|design|build|film|shoot|give)\s+)?(?:me\s+|us\s+)?"
    rf"(?:(?:an?|the|some|our|my)\s+)?(?:[\w'-]+,?\s+){{0,5}}?(?:{_KINDS})s?\s+"
    r"(?:about|on|for|of|showing|explaining|featuring|promoting|introducing|to promote|to introduce|"
    r"that (?:shows|explains|promotes|introduces|presents))\s+",
    re.IGNORECASE,
)
_TELLING = re.compile(
    r"^(?:please\s+)?(?:explain|describe|present|show|introduce|promote|advertise|tell\s+(?:me|us|people|everyone)|"
    r"talk)\s+(?:about\s+)?",
    re.IGNORECASE,
)
_FILM = (
    r"(?:video|clip|ad|tone|style|mood|music|voice|voice-?over|narration|narrator|caption|subtitle|footage|shot|scene|"
    r"transition|colou?r|logo|text|animation|duration|length|format|second|hook|presenter|avatar|call to action|cta)s?"
)
# Sentences that direct the film rather than belong in it.
_DIRECTION = re.compile(
    r"^(?:please\s+)?(?:"
    rf"(?:keep|make) (?:it|this|them|(?:the )?{_FILM})\b|"
    rf"(?:the |overall )*{_FILM}\b(?: \w+)?(?: should| must| is| are|:)|it (?:should|must)\b|"
    rf"(?:use|include|add|show|end|start|begin|finish|no|avoid|with|without|aim|target|create|generate)\b.*\b{_FILM}\b)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_TAIL = re.compile(r"\s*(?::|\s[-–—]\s|\b(?:with|featuring|including|such as)\b)\s*", re.IGNORECASE)
_ITEMS = re.compile(r"\s*(?:[,;]\s*(?:and\s+)?|\s+and\s+)\s*", re.IGNORECASE)
_SMALL = _words("""
    a all an and any are as at be because been but by can could do does for from has have how if in into is it its
    every more most my no not of on or our out over so such than that the their them then there these they this to
    up very was we were what when where which who why will with would you your
""")


def beats(prompt: str, *, seconds: float | None = None, tone: str = "", audience: str = "") -> tuple[Beat, ...]:
    """The beats of a film about a prompt: first its title, last a closing.

    With `seconds`, as many as fill about that time; without, as many as the prompt has to say, up to a minute.
    """
    topic, points = read(prompt)
    manner = _manner(tone)
    start = [Beat(_capital(topic), sentence(topic))]
    if audience:
        start.append(Beat(f"For {audience}", f"This one is for {audience}."))
    body = [*points[:_MAX_POINTS]] if seconds is None else list(points)
    fillers = list(_ANY_SUBJECT)
    if not body:
        body = [manner.opening, *fillers[:2]]
        fillers = fillers[2:]
    return _fitted(start, body, fillers, manner.closing, seconds)


def _fitted(
    start: list[Beat], body: list[Beat], fillers: Sequence[Beat], closing: Beat, seconds: float | None
) -> tuple[Beat, ...]:
    limit = LONGEST if seconds is None else seconds
    while body and estimate([*start, *body, closing]) > limit:
        body.pop()
    if seconds is not None:
        for filler in fillers:
            if estimate([*start, *body, filler, closing]) > limit:
                break
            body.append(filler)
    whole = [*start, *body, closing]
    return tuple(whole if body or estimate(whole) <= limit else start[:1])


def estimate(all_beats: Sequence[Beat]) -> float:
    """About how many seconds the beats take to say."""
    return sum(len(beat.line) / _LETTERS_PER_SECOND + _PAUSE_SECONDS for beat in all_beats)


def seconds_of(duration: object, shortest: float = SHORTEST) -> float | None:
    """Seconds from 30, "30", "30s", "1 min" or "0:30", kept between `shortest` and 60; None for None and "".

    Raises MediaError "unsupported_duration" for anything else.
    """
    if duration in (None, ""):
        return None
    text = str(duration).strip().lower()
    clock = re.fullmatch(r"(\d+):(\d\d)", text)
    amount = re.fullmatch(r"(\d+(?:\.\d+)?)\s*-?\s*(s|secs?|seconds?|m|mins?|minutes?)?", text)
    if clock:
        value = int(clock[1]) * 60.0 + int(clock[2])
    elif amount:
        value = float(amount[1]) * (60.0 if (amount[2] or "s").startswith("m") else 1.0)
    else:
        raise MediaError("unsupported_duration", f"duration: {duration!r} is not like 30, 30s or 1 min.")
    return min(LONGEST, max(shortest, value))


def read(prompt: str) -> tuple[str, list[Beat]]:
    """What a prompt is about, and the points that it makes; words that direct the film are neither."""
    first, *rest = [s.strip() for s in _SENTENCE.split(prompt.strip()) if any(c.isalnum() for c in s)] or [prompt]
    topic = _TELLING.sub("", _REQUEST.sub("", first, count=1), count=1).strip() or first
    ending = "?" if topic.endswith("?") else ""
    topic = topic.rstrip(" .!?,;:")
    topic, items = _listed(topic)
    points = _item_beats(items)
    points += [Beat(_headline(s), sentence(s)) for s in rest if not _DIRECTION.match(s)]
    return topic + ending, points


def _listed(topic: str) -> tuple[str, list[str]]:
    """The subject, and the things that it is said to have: "an ad: one, two and three"."""
    parts = _TAIL.split(topic, maxsplit=1)
    if len(parts) == 2 and parts[0] and len(parts[0].split()) >= 2:
        items = [item for item in _ITEMS.split(parts[1]) if item]
        if len(items) >= 2 and all(len(item.split()) <= 8 for item in items):
            return parts[0], items
    return topic, []


def _item_beats(items: Sequence[str]) -> list[Beat]:
    lines = [*(sentence(item) for item in items[:-1]), *(f"And {item}." for item in items[-1:])]
    return [Beat(_capital(item), line) for item, line in zip(items, lines, strict=True)]


def _manner(tone: str) -> _Manner:
    words = set(re.findall(r"[a-z]+", tone.lower()))
    return next((manner for names, manner in _MANNERS if words & names), _PLAIN)


def _headline(whole: str) -> str:
    """A few words that stand for a sentence: itself, its first clause, or its two weightiest words."""
    flat = whole.rstrip(" .!,;:")
    clause = re.split(r"[,;:–—]", flat, maxsplit=1)[0]
    for text in (flat, clause):
        if len(text) <= _MAX_HEADLINE:
            return _capital(text)
    words = [w for w in re.findall(r"[\w'’-]+", flat) if w.lower() not in _SMALL]
    weighty = sorted(dict.fromkeys(words), key=len, reverse=True)[:2]
    return _capital(", ".join(word for word in dict.fromkeys(words) if word in weighty) or clause)


def sentence(text: str) -> str:
    """The text with a capital first and a full stop last."""
    whole = _capital(text.strip())
    return whole if whole[-1:] in ".!?…" else f"{whole.rstrip(' ,;:')}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
