"""The sandbox's places: flat drawings that fill any proportions and leave the middle quiet for a presenter.

Knows nothing of film. Units as in `scenery`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PIL import Image

from clipwise.sandbox.media import indoors, outdoors
from clipwise.sandbox.media.canvas import Canvas

VIEW = (0.0, 0.0, 1600.0, 1600.0)

PLACES: Mapping[str, Callable[[Canvas], None]] = {
    "kitchen": indoors.kitchen,
    "loft": indoors.loft,
    "beach": outdoors.beach,
    "studio": indoors.studio,
    "park": outdoors.park,
    "bathroom": indoors.bathroom,
    "desk": indoors.desk,
    "street": outdoors.street,
    "rooftop": outdoors.rooftop,
}


def draw(name: str, size: tuple[int, int]) -> Image.Image:
    """The place `name`, filling `size`, as opaque RGBA."""
    canvas = Canvas(size, VIEW)
    PLACES[name](canvas)
    return canvas.image
