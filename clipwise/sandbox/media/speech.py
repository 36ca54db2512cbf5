"""English text to speech, with the exact time of every sentence.

One neural voice is bundled with the engine; the sandbox's three voices are that one at different speeds and
pitches. The engine must never be given another voice's name: it would download it.
"""

from __future__ import annotations

import functools
import threading
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from clipwise.sandbox.media.order import MAX_TEXT, Asset, MediaError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from clipwise.sandbox.media.sound import Samples

RATE = 24_000
SEED = 7
# Symbols the engine reads out or passes over without losing a word.
_PLAIN_SYMBOLS = frozenset("$£€¥₹₩¢%&+=<>°#@*/\\^_~|`©®™×÷±•·…´¨¯¸")
_ENGLISH = frozenset({"en", "eng", "english"})


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of the sandbox; `pitch` above 1 is brighter, `speed` above 1 is quicker (what is heard)."""

    id: str
    name: str
    description: str
    pitch: float = 1.0
    speed: float = 1.0


VOICES: tuple[Voice, ...] = (
    Voice("voice_heart", "Heart", "Warm and natural, at an easy pace."),
    Voice("voice_deep", "Deep", "Low and calm, a little slower.", pitch=0.84, speed=0.97),
    Voice("voice_bright", "Bright", "Light and lively, a little quicker.", pitch=1.09, speed=1.06),
)
DEFAULT_VOICE = VOICES[0]


@dataclass(frozen=True, slots=True)
class Timed:
    """Text and when it is heard, in seconds."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True, eq=False)
class Speech:
    """Mono float32 `samples` at `rate` hertz, and the sentences in them."""

    samples: Samples
    rate: int
    sentences: tuple[Timed, ...]

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.rate


def speak(text: str, voice: Voice = DEFAULT_VOICE) -> Speech:
    """Speaks English `text`, the same every time.

    Raises MediaError: "text_too_long" above 5,000 characters, "unsupported_text" for what cannot be spoken.
    """
    import numpy as np

    from clipwise.sandbox.media import sound

    parts: list[Samples] = []
    times: list[Timed] = []
    clock = 0.0
    for sentence in sentences_of(speakable(text)):
        samples = sound.level(_voiced(sentence, voice))
        start, end = sound.audible_span(samples, RATE)
        times.append(Timed(sentence, clock + start, clock + end))
        parts.append(samples)
        clock += len(samples) / RATE
    return Speech(np.concatenate(parts), RATE, tuple(times))


def speakable(text: str, what: str = "the text") -> str:
    """The text with invisible characters dropped, or MediaError when any of it could not be heard."""
    if len(text) > MAX_TEXT:
        raise MediaError("text_too_long", f"{what} has {len(text):,} characters; the sandbox speaks {MAX_TEXT:,}.")
    visible = "".join(" " if c in "\t\v\f\r" else c for c in unicodedata.normalize("NFC", text))
    kept = "".join(c for c in visible if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf"))
    foreign = sorted({c for c in kept if not _can_say(c)})
    if foreign:
        raise MediaError("unsupported_text", _foreign_message(what, foreign))
    if not any(c.isalnum() for c in kept):
        raise MediaError("unsupported_text", f"{what} has no words that could be spoken.")
    return kept.strip()


def sentences_of(text: str) -> tuple[str, ...]:
    """Sentences in order; a piece without a word in it belongs to the sentence before."""
    from hibari import Hibari

    found: list[str] = []
    for piece in Hibari.split_sentences(text):
        flat = " ".join(piece.split())
        if found and not any(c.isalnum() for c in flat):
            found[-1] = f"{found[-1]} {flat}"
        else:
            found.append(flat)
    return tuple(found)


def voice_of(assets: Iterable[Asset], named: object = None) -> Voice:
    """The voice that a `voice` input means; the default one for none, and for a cloned voice.

    Raises MediaError "unknown_voice" for a name that is neither a voice of the sandbox nor an asset.
    """
    by_name = {key: voice for voice in VOICES for key in (voice.id, voice.name.lower())}
    for asset in assets:
        return by_name.get(str(asset.metadata.get("curated", asset.id)), DEFAULT_VOICE)
    if named in (None, ""):
        return DEFAULT_VOICE
    found = by_name.get(str(named)) or by_name.get(str(named).lower())
    if found is None:
        known = ", ".join(voice.id for voice in VOICES)
        raise MediaError("unknown_voice", f"There is no voice {str(named)!r} in the sandbox; it has {known}.")
    return found


def check_language(language: object) -> None:
    """Raises MediaError "unsupported_language" for anything but English; None and "" are English."""
    if language in (None, ""):
        return
    first = str(language).strip().lower().replace("_", "-").split("-")[0].split("(")[0].strip()
    if first not in _ENGLISH:
        raise MediaError(
            "unsupported_language",
            f"The sandbox speaks English only and cannot speak {str(language)!r}. "
            "Leave `language` out, or use the live API for other languages.",
        )


def _voiced(sentence: str, voice: Voice) -> Samples:
    import numpy as np

    from clipwise.sandbox.media import sound

    with _LOCK:
        parts = list(_engine().stream(sentence, speed=voice.speed / voice.pitch, seed=SEED))
    samples: Samples = np.concatenate(parts).astype(np.float32) if parts else np.zeros(0, np.float32)
    if not np.abs(samples).max(initial=0.0) > 0.01:
        raise MediaError("unsupported_text", f"The sandbox's voice has no way to say {sentence[:60]!r}.")
    return sound.resample(samples, round(RATE * voice.pitch), RATE)


_LOCK = threading.Lock()


@functools.cache
def _engine() -> Any:
    from hibari import Hibari

    return Hibari()


def rest() -> None:
    """Lets go of the engine, about 80 MB; the next speech loads it anew in less than half a second."""
    with _LOCK:
        _engine.cache_clear()


def _can_say(character: str) -> bool:
    category = unicodedata.category(character)
    if category[0] == "L":
        return unicodedata.name(character, "").startswith("LATIN") or character in "ªº"
    if category == "Nd":
        return character.isascii()
    return category[0] in "ZP" or character in _PLAIN_SYMBOLS or character == "\n"


def _foreign_message(what: str, foreign: list[str]) -> str:
    shown = ", ".join(f"{c} ({unicodedata.name(c, 'unnamed').lower()})" for c in foreign[:5])
    more = f" and {len(foreign) - 5} more" if len(foreign) > 5 else ""
    return (
        f"{what} has characters that the sandbox cannot speak: {shown}{more}. "
        "Its voice knows English in Latin letters only; the live API is not limited in this way."
    )
