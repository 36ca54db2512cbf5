"""What a prompt asks a picture to show: things and their colours, people, a place, a light.

Knows nothing of drawing. Reads English words; what it does not know it leaves alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from clipwise.sandbox.media.colours import COLOURS
from clipwise.sandbox.media.subjects import KEYWORDS


def _table(text: str) -> dict[str, str]:
    """Word -> what it stands for, from lines of "name: words"."""
    rows = (line.split(":") for line in text.strip().splitlines())
    return {word: name.strip() for name, words in rows for word in words.split()}


_THINGS = _table("""
    bicycle: bicycle bike cycle cyclist tricycle
    car: car van taxi truck automobile vehicle jeep
    cat: cat kitten kitty tiger lion fox
    dog: dog puppy hound wolf corgi poodle
    bird: bird parrot sparrow robin owl pigeon duck chicken
    boat: boat ship sailboat yacht sail
    bottle: bottle flask serum perfume wine jar
    shoe: shoe sneaker trainer boot
    apple: apple fruit peach tomato
    balloon: balloon
    chair: chair armchair sofa couch seat
    tree: tree oak maple
    candle: candle
    lamp: lamp lantern light-bulb
""")
_PEOPLE = _table("""
    maya: woman girl lady mother person someone barista teacher
    leo: man guy father boy runner
    grace: grandmother grandma
    kenji: student programmer teenager
    omar: chef baker carpenter
""")
_PLACES = _table("""
    kitchen: kitchen bakery cooking restaurant cafe
    loft: loft brick apartment living
    beach: beach sea ocean sand seaside coast wave harbour harbor lake
    park: park garden forest meadow field grass countryside hill mountain wood woods
    bathroom: bathroom bath spa shower
    desk: desk office workspace workplace study
    street: street city neon night-city road downtown alley
    studio: studio plinth
    rooftop: rooftop roof terrace balcony skyline
""")
_SURFACES = _table("""
    #b98a5e: wood wooden table plank oak
    #8f969f: stone slate rock concrete pavement
    #f0eee9: marble snow linen
    #e7cfa0: sand
""")
_LIGHTS = _table("""
    warm: sunset sunrise afternoon golden dusk evening candlelight autumn sunny sun
    dark: night midnight moonlight moody noir dark
    cool: winter cold foggy fog misty mist overcast rain rainy wet
""")
_WALLS = frozenset({"wall", "background", "backdrop", "ground"})
_FILLING = frozenset({"the", "a", "an", "of", "and", "old", "new", "small", "big", "little", "large", "bright", "dark",
                      "light", "deep", "pale", "vintage", "wooden", "plain"})  # fmt: skip
MOST_THINGS = 4


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a prompt asks for; `things` are (name, colour or None), the names of `objects.THINGS` or of a motif."""

    things: tuple[tuple[str, str | None], ...]
    motifs: tuple[str, ...]
    people: tuple[str, ...]
    place: str | None
    wall: str | None
    surface: str | None
    light: str | None


def read(prompt: str) -> Wanted:
    """What the words of a prompt ask for, each thing once, in their order."""
    things: dict[str, str | None] = {}
    found: dict[str, str] = {}
    motifs: list[str] = []
    people: list[str] = []
    colour: str | None = None
    for word in (_single(word) for word in re.findall(r"[a-z]+", prompt.lower())):
        if word in COLOURS and word not in ("sky", "rose"):
            colour = COLOURS[word]
            continue
        if word in _THINGS:
            things.setdefault(_THINGS[word], colour)
        elif word in _PEOPLE:
            people.append(_PEOPLE[word])
        elif word in _WALLS and colour:
            found["wall"] = colour
        else:
            motifs += [name for name, words in KEYWORDS.items() if word in words and name not in motifs][:1]
        for key, table in (("place", _PLACES), ("surface", _SURFACES), ("light", _LIGHTS)):
            if word in table:
                found.setdefault(key, table[word])
        colour = colour if word in _FILLING else None
    return Wanted(
        tuple(things.items())[:MOST_THINGS], tuple(motifs), tuple(dict.fromkeys(people))[:2],
        found.get("place"), found.get("wall"), found.get("surface"), found.get("light"),
    )  # fmt: skip


def _single(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def known() -> Mapping[str, frozenset[str]]:
    """Every name that `read` can give, by its kind."""
    tables = {"things": _THINGS, "people": _PEOPLE, "place": _PLACES, "light": _LIGHTS}
    return {kind: frozenset(table.values()) for kind, table in tables.items()}
