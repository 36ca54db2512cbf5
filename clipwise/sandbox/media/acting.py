"""`ugc_actor_video` and `ugc_clone`: one person performs a script as directed; the clone is the account's own likeness.

Knows who plays and how; the stage is that of `ugc`.
"""

from __future__ import annotations

from clipwise.sandbox.media.direction import Direction, directed
from clipwise.sandbox.media.order import Asset, Order, Rendered, Report
from clipwise.sandbox.media.production import first, words
from clipwise.sandbox.media.speech import VOICES, check_language, voice_of
from clipwise.sandbox.media.ugc import Part, played

# The likeness and the voice that are "set up in the account" of everyone who uses the sandbox.
LIKENESS = Asset("avatar_omar", "avatars", "Omar", None, "image/png", {"curated": "avatar_omar"})
LIKENESS_VOICE = next(voice for voice in VOICES if voice.id == "voice_deep")


def render_actor(order: Order, report: Report) -> Rendered:
    """Renders a `ugc_actor_video` order: the actor fills the frame, a product is a card in the corner."""
    check_language(order.inputs.get("language"))
    voice = voice_of(order.assets.get("voice", ()), order.inputs.get("voice"))
    return played(order, report, Part(first(order, "avatar"), voice, direction(order), in_front=True))


def render_clone(order: Order, report: Report) -> Rendered:
    """Renders a `ugc_clone` order with the account's likeness and voice."""
    check_language(order.inputs.get("language"))
    part = Part(LIKENESS, LIKENESS_VOICE, direction(order), in_front=True, badge="Your likeness, as set up here")
    return played(order, report, part)


def direction(order: Order) -> Direction:
    """What the order's directive words ask for."""
    return directed(words(order, "directive_instructions", "directive_instruction"))
