"""What an advertisement says: its words, taken from a product, from instructions and from data.

Knows nothing of drawing. Nothing is translated: the words are the product's own, and only the button has a language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clipwise.sandbox.media.lettering import drawable
from clipwise.sandbox.media.order import Asset, MediaError

# The words on the button, by the languages in which it can be written.
_BUTTONS: Mapping[str, str] = {
    "english": "Shop now", "german": "Jetzt kaufen", "french": "Acheter", "spanish": "Comprar ahora",
    "italian": "Acquista ora", "portuguese": "Comprar agora", "dutch": "Nu kopen", "swedish": "Köp nu",
    "danish": "Køb nu", "norwegian": "Kjøp nå", "finnish": "Osta nyt", "polish": "Kup teraz",
    "czech": "Koupit", "turkish": "Hemen al", "greek": "Αγορά", "russian": "Купить", "ukrainian": "Купити",
    "vietnamese": "Mua ngay", "indonesian": "Beli sekarang", "romanian": "Cumpără acum", "hindi": "अभी खरीदें",
}  # fmt: skip
_CODES: Mapping[str, str] = {
    "en": "english", "de": "german", "fr": "french", "es": "spanish", "it": "italian", "pt": "portuguese",
    "nl": "dutch", "sv": "swedish", "da": "danish", "no": "norwegian", "nb": "norwegian", "fi": "finnish",
    "pl": "polish", "cs": "czech", "tr": "turkish", "el": "greek", "ru": "russian", "uk": "ukrainian",
    "vi": "vietnamese", "id": "indonesian", "ro": "romanian", "hi": "hindi",
}  # fmt: skip
_OLD_PRICES = ("old_price", "compare_at_price", "original_price", "was")
_BADGES = ("badge", "discount", "offer", "sale", "promo", "promotion")
_TAGLINES = ("tagline", "subtitle", "subheadline", "slogan", "text")
_HEADLINES = ("headline", "title")
_BUTTON_KEYS = ("cta", "call_to_action", "button")
_KNOWN = frozenset({"price", *_OLD_PRICES, *_BADGES, *_TAGLINES, *_HEADLINES, *_BUTTON_KEYS})
_MOST_FACTS = 3
_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]{2,80})[\"”“»]")
_SAYING = re.compile(
    r"^(?:please\s+)?(?:say|mention|write|headline|tagline|text|with the words?)\s*:?\s+(.{2,80})$", re.I
)
_DIRECTING = re.compile(
    r"\b(?:use|make|keep|put|add|show|avoid|no|not|without|with|headline|text|layout|space|font|style|colou?rs?|tone|"
    r"background|image|picture|logo|look|feel|design|minimal\w*|simple|bold|clean|short|large|big|small|dark|light|"
    r"bright|please|should|must|focus|emphasi[sz]e|highlight|modern|elegant)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class AdText:
    """The words of an ad; empty texts are left out of it."""

    headline: str
    tagline: str
    price: str
    old_price: str
    badge: str
    button: str
    facts: tuple[str, ...]


def ad_text(product: Asset, data: object, instructions: str, language: object) -> AdText:
    """The words for a product; MediaError for a language or a script that cannot be written."""
    facts = {str(key).lower(): _flat(value) for key, value in data.items()} if isinstance(data, Mapping) else {}
    said = _said(instructions)
    name = str(product.metadata.get("name") or product.name or product.id)
    about = str(product.metadata.get("description") or product.metadata.get("product_type") or "")
    headline = _first(facts, _HEADLINES) or (said[0] if said else name)
    tagline = _first(facts, _TAGLINES) or (said[1] if len(said) > 1 else about)
    if said and not _first(facts, _HEADLINES):
        tagline = tagline if name.lower() in headline.lower() else f"{name}. {tagline}".strip(" .")
    shown = AdText(
        headline, _shortened(tagline, instructions), _price(facts.get("price", "")), _first(facts, _OLD_PRICES),
        _first(facts, _BADGES), _first(facts, _BUTTON_KEYS) or _button(language),
        _more(facts),
    )  # fmt: skip
    for what, text in zip(AdText.__slots__, (getattr(shown, each) for each in AdText.__slots__), strict=True):
        drawable(" ".join(text) if isinstance(text, tuple) else text, f"the ad's {what}")
    return shown


def _more(facts: Mapping[str, str]) -> tuple[str, ...]:
    """The first few facts that have no place of their own in an ad."""
    named = ((name.replace("_", " ").capitalize(), value) for name, value in facts.items() if name not in _KNOWN)
    return tuple(f"{name}: {value}" for name, value in named if value)[:_MOST_FACTS]


def _button(language: object) -> str:
    text = str(language or "english").strip().lower()
    name = _CODES.get(re.split(r"[-_ (]", text)[0], text.split(" (")[0])
    if name not in _BUTTONS:
        known = ", ".join(each.capitalize() for each in _BUTTONS)
        raise MediaError(
            "unsupported_language", f"language: the sandbox cannot write an ad in {str(language)!r}; it writes {known}."
        )
    return _BUTTONS[name]


def _said(instructions: str) -> list[str]:
    """The parts of the instructions that are words for the ad rather than directions for its maker."""
    found = [match.strip() for match in _QUOTED.findall(instructions)]
    for clause in re.split(r"[,;\n]|\.\s|\.$", _QUOTED.sub(" ", instructions)):
        text = clause.strip(" .")
        saying = _SAYING.match(text)
        if saying:
            found.append(saying[1].strip())
        elif text and len(text) > 3 and not _DIRECTING.search(text):
            found.append(text)
    return [text[0].upper() + text[1:] for text in found if text]


def _shortened(text: str, instructions: str) -> str:
    short = re.search(r"\b(?:short|minimal\w*|little text|less text|few words)\b", instructions, re.IGNORECASE)
    sentence = re.split(r"(?<=[.!?])\s", text.strip())[0]
    return sentence if short or len(text) > 140 else text.strip()


def _first(facts: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((facts[name] for name in names if facts.get(name)), "")


def _price(text: str) -> str:
    return text.strip()


def _flat(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(_flat(each) for each in value)
    return "" if isinstance(value, Mapping) else f"{value:g}" if isinstance(value, float) else str(value).strip()
