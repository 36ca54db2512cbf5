"""The sandbox's own catalog: presenters, places and voices, each a frozen row with an id that never changes.

Cheap to import: what draws is loaded when a row is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from clipwise.sandbox.media.speech import VOICES

if TYPE_CHECKING:
    from PIL import Image

Draw = Callable[[tuple[int, int]], "Image.Image"]


@dataclass(frozen=True, slots=True)
class Curated:
    """A row of the catalog; `draw(size)` makes its RGBA picture, the same every time, and is None for voices."""

    id: str
    resource_type: str
    name: str
    description: str
    draw: Draw | None = None


def _draw_avatar(name: str, size: tuple[int, int]) -> Image.Image:
    from PIL import Image

    from clipwise.sandbox.media import avatars

    side = min(size)
    picture = Image.new("RGBA", size)
    picture.alpha_composite(avatars.draw(name, side), ((size[0] - side) // 2, size[1] - side))
    return picture


def _draw_background(name: str, size: tuple[int, int]) -> Image.Image:
    from clipwise.sandbox.media import backgrounds

    return backgrounds.draw(name, size)


_AVATARS = (
    ("maya", "Maya", "Friendly host with long dark hair and a mustard sweater."),
    ("leo", "Leo", "Easy-going creator with auburn hair and a teal overshirt."),
    ("amara", "Amara", "Confident storyteller with natural curls and a coral blouse."),
    ("kenji", "Kenji", "Curious reviewer with glasses and a blue hoodie."),
    ("sofia", "Sofia", "Polished expert with a blonde bob and a green blazer."),
    ("omar", "Omar", "Relaxed maker with a full beard and a denim jacket."),
    ("amina", "Amina", "Warm guide with a rose headscarf and a cream sweater."),
    ("grace", "Grace", "Seasoned adviser with silver hair and a lilac blouse."),
)
_BACKGROUNDS = (
    ("kitchen", "Sunny kitchen", "Warm kitchen with a window, hanging lamps and fruit."),
    ("loft", "City loft", "Brick loft at dusk with tall windows over a skyline."),
    ("beach", "Beach", "Bright beach with a palm tree and a parasol."),
    ("studio", "Studio sweep", "Soft coral studio with plinths and a branch."),
    ("park", "Park", "Green park with trees, flowers and a path."),
    ("bathroom", "Bathroom shelf", "Light tiled bathroom with a mirror and shelves of bottles."),
    ("desk", "Creator's desk", "Tidy desk with books, pictures, a laptop and a lamp."),
    ("street", "Neon street", "City street at night with neon signs and lanterns."),
)

CURATED: tuple[Curated, ...] = (
    *(Curated(f"avatar_{key}", "avatars", name, about, partial(_draw_avatar, key)) for key, name, about in _AVATARS),
    *(
        Curated(f"background_{key}", "background_images", name, about, partial(_draw_background, key))
        for key, name, about in _BACKGROUNDS
    ),
    *(Curated(voice.id, "voices", voice.name, voice.description) for voice in VOICES),
)
DEFAULT_AVATAR = "avatar_maya"
DEFAULT_BACKGROUND = "background_kitchen"
