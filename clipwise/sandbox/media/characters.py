"""Who speaks in a dialogue: names and looks from a person's description, and a voice for each.

Knows nothing of film. What a description does not say is taken from one of the catalog's presenters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from clipwise.sandbox.media.colours import COLOURS, mixed
from clipwise.sandbox.media.looks import LOOKS, Look
from clipwise.sandbox.media.speech import VOICES, Voice

_HEART, _DEEP, _BRIGHT = VOICES
_LOWER = frozenset(("leo", "kenji", "omar"))
_TURNS = ("maya", "leo", "amara", "kenji")
_HAIR: Mapping[str, tuple[str, str]] = {
    "grey": ("#aab0b8", "#d5d9de"), "gray": ("#aab0b8", "#d5d9de"), "silver": ("#c9ccd4", "#eceef2"),
    "white": ("#e6e4e0", "#ffffff"), "blond": ("#d9a441", "#f0c873"), "blonde": ("#d9a441", "#f0c873"),
    "brown": ("#5d3a26", "#8a5a3c"), "black": ("#1d1c22", "#3c3b47"), "dark": ("#2b1d19", "#4d372e"),
    "red": ("#a8452a", "#d0683f"), "ginger": ("#b8552c", "#dd7a45"), "auburn": ("#7d3523", "#a55434"),
    "pink": ("#e07aa0", "#f4a8c2"), "blue": ("#3e66b5", "#6c92da"), "purple": ("#7148a8", "#9b74cf"),
}  # fmt: skip
# The first presenter whose words a description has is the one to start from.
_BASES: tuple[tuple[str, str], ...] = (
    ("omar", r"beard\w*|moustache|burly"),
    ("amina", r"headscarf|head scarf|hijab|veil"),
    ("amara", r"curl\w*|curly|afro|coils"),
    ("grace", r"grandmother|grandma|old(?:er|erly)? (?:woman|lady)|pixie|elderly"),
    ("sofia", r"bob|fringe bob|blonde?"),
    ("maya", r"braids?|plaits?|long(?:er)? hair|pony ?tail|waves|wavy|woman|girl|she|her|mother|sister|queen"),
    ("leo", r"man|boy|he|his|father|brother|stubble|king|guy"),
    ("kenji", r"short hair|hoodie|fringe"),
)
_HAIR_WORDS = r"hair|braids?|plaits?|bob|curls?|afro|pony ?tail|beard|bun|fringe|waves|moustache"
_CLOTHES = r"apron|shirt|t-shirt|sweater|jumper|hoodie|jacket|coat|blazer|dress|blouse|overalls|uniform|suit|vest"
_OUTFITS: tuple[tuple[str, str], ...] = (
    ("hoodie", r"hoodie"), ("blazer", r"blazer|suit|uniform"), ("jacket", r"jacket|coat|vest"),
    ("sweater", r"sweater|jumper|cardigan"), ("blouse", r"blouse|dress"), ("overshirt", r"shirt|apron|overalls"),
)  # fmt: skip
_EXTRAS = (("glasses", r"glasses|spectacles"), ("hoops", r"earrings?"), ("beard", r"beard\w*"))


@dataclass(frozen=True, slots=True)
class Character:
    """A speaker: a name to show, what was said of the looks, the looks, and a voice."""

    name: str
    about: str
    look: Look
    voice: Voice


def descriptions(value: Any) -> dict[str, str]:
    """Names and descriptions from "Ada: tall, …", a list of such, or an object of them; unnamed ones are numbered."""
    if isinstance(value, Mapping):
        return {str(name).strip(): str(about).strip() for name, about in value.items()}
    lines: Iterable[Any] = value if isinstance(value, list) else re.split(r"\n|;", str(value or ""))
    found: dict[str, str] = {}
    for line in lines:
        text = str(line).strip()
        name, colon, about = text.partition(":")
        if colon and len(name.split()) <= 3:
            found[name.strip()] = about.strip()
        elif text:
            found[f"Person {len(found) + 1}"] = text
    return found


def cast(names: Sequence[str], about: Mapping[str, str]) -> tuple[Character, ...]:
    """A character for each name, all of them different to look at and, as far as there are voices, to hear."""
    found: list[Character] = []
    bases: list[str] = []
    for name in names:
        text = about.get(name, "")
        base = _base(text, bases)
        bases.append(base)
        found.append(Character(name, text, described(text, LOOKS[base]), _voice(base, [c.voice for c in found])))
    return tuple(found)


def described(text: str, look: Look) -> Look:
    """A look changed as a description says: hair, clothes, glasses, a beard."""
    words = text.lower()
    hair = re.search(rf"\b({'|'.join(_HAIR)})(?:[ -](?:and )?[\w-]+)?[ -](?:{_HAIR_WORDS})\b", words)
    if hair:
        look = replace(look, hair=_HAIR[hair[1]][0], hair_light=_HAIR[hair[1]][1])
    cloth = re.search(rf"\b({'|'.join(COLOURS)})(?:[ -][\w-]+)?[ -](?:{_CLOTHES})\b", words)
    if cloth:
        look = replace(look, cloth=COLOURS[cloth[1]], cloth_dark=mixed(COLOURS[cloth[1]], "#15172b", 0.22))
    outfit = next((name for name, pattern in _OUTFITS if re.search(rf"\b(?:{pattern})\b", words)), None)
    extras = [extra for extra, pattern in _EXTRAS if re.search(rf"\b(?:{pattern})\b", words)]
    return replace(look, outfit=outfit or look.outfit, extras=tuple(dict.fromkeys((*look.extras, *extras))))


def _base(text: str, taken: Sequence[str]) -> str:
    wanted = [base for base, words in _BASES if re.search(rf"\b(?:{words})\b", text.lower())]
    rest = [name for name in (*_TURNS, *LOOKS) if name not in taken]
    return next((base for base in wanted if base not in taken), rest[0] if rest else _TURNS[0])


def _voice(base: str, taken: Sequence[Voice]) -> Voice:
    order = (_DEEP, _HEART, _BRIGHT) if base in _LOWER else (_HEART, _BRIGHT, _DEEP)
    return next((voice for voice in order if voice not in taken), order[0])
