"""What a presenter looks like, as data, and the units that every part of the drawing shares.

Knows nothing of drawing. Units: a square of 1000, the middle of the face at (500, 400), the body
running out at the bottom.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clipwise.sandbox.media.canvas import Outline, Point, mirrored, moved, smooth

VIEW = (0.0, 0.0, 1000.0, 1000.0)
FACE = (500.0, 400.0)


@dataclass(frozen=True, slots=True)
class Look:
    """How a presenter looks: colours, and the names of a hair style, an outfit and extras."""

    skin: str
    shade: str
    blush: str
    lips: str
    hair: str
    hair_light: str
    style: str
    outfit: str
    cloth: str
    cloth_dark: str
    accent: str = "#ffffff"
    extras: tuple[str, ...] = ()


LOOKS: Mapping[str, Look] = {
    "maya": Look(
        "#d99a6c", "#b97a4f", "#e2745c", "#b4504a", "#3b211a", "#6b3f2d",
        "waves", "sweater", "#f2b134", "#d8922a", extras=("studs",),
    ),
    "leo": Look(
        "#f3c9a5", "#dba57e", "#ee8f7a", "#c76a5e", "#8a4b26", "#b56b38",
        "quiff", "overshirt", "#2f7f86", "#225f66", "#f6f3ec", extras=("stubble",),
    ),
    "amara": Look(
        "#8d5a3c", "#6f432b", "#b5503f", "#8c3b3c", "#1f1613", "#3d2a22",
        "afro", "blouse", "#ef6f5e", "#d5574a", "#ffd9a0", extras=("hoops",),
    ),
    "kenji": Look(
        "#f0c79b", "#d6a376", "#ea9079", "#bd6a5c", "#1d1c22", "#3c3b47",
        "fringe", "hoodie", "#3d4f8f", "#2e3c70", "#e9ecf7", extras=("glasses",),
    ),
    "sofia": Look(
        "#f8d8bf", "#e3b496", "#f19a8c", "#cc5b5f", "#d9a441", "#f0c873",
        "bob", "blazer", "#3f8f6b", "#2f7054", "#fdfaf4",
    ),
    "omar": Look(
        "#c98d61", "#a86f48", "#d2705a", "#9d544a", "#211a1a", "#453534",
        "crop", "jacket", "#5b80b0", "#456591", "#fbfaf6", extras=("beard",),
    ),
    "amina": Look(
        "#dba678", "#bd8659", "#e57f6b", "#b9575a", "#4a2e22", "#4a2e22",
        "scarf", "sweater", "#f4efe6", "#dcd3c3", "#c86b85",
    ),
    "grace": Look(
        "#f2cdb2", "#d9a98a", "#ee9488", "#c25f63", "#c9ccd4", "#eceef2",
        "pixie", "blouse", "#8f79c4", "#7661ab", "#e9e2fa", extras=("glasses", "studs"),
    ),
}  # fmt: skip


def at(points: Outline) -> list[Point]:
    """An outline drawn around the middle of the face, moved to where that is."""
    return moved(points, *FACE)


HEAD = smooth(
    moved(
        mirrored(
            [(0, -188), (78, -176), (130, -122), (149, -40), (146, 40), (128, 106), (86, 160), (34, 190), (0, 195)]
        ),
        *FACE,
    )
)
