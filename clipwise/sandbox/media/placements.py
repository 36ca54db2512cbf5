"""The sizes of advertisements, by the name of the placement.

Knows nothing of drawing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from clipwise.sandbox.media.order import MediaError
from clipwise.sandbox.media.pictures import Size

PLACEMENTS: Mapping[str, Size] = {
    "instagram_square": (1080, 1080),
    "instagram_post": (1080, 1080),
    "instagram_portrait": (1080, 1350),
    "instagram_landscape": (1080, 566),
    "instagram_story": (1080, 1920),
    "instagram_reel": (1080, 1920),
    "facebook_square": (1080, 1080),
    "facebook_post": (1200, 630),
    "facebook_feed": (1080, 1350),
    "facebook_landscape": (1200, 628),
    "facebook_story": (1080, 1920),
    "facebook_cover": (1640, 856),
    "tiktok": (1080, 1920),
    "snapchat": (1080, 1920),
    "youtube_thumbnail": (1280, 720),
    "pinterest_pin": (1000, 1500),
    "linkedin_post": (1200, 627),
    "linkedin_square": (1200, 1200),
    "x_post": (1600, 900),
    "twitter_post": (1600, 900),
    "display_rectangle": (600, 500),
    "display_leaderboard": (1456, 180),
    "square": (1080, 1080),
    "portrait": (1080, 1350),
    "landscape": (1200, 628),
    "story": (1080, 1920),
    "banner": (1456, 364),
}
_SMALLEST, _LARGEST = 160, 4096
_SIZE = re.compile(r"(\d{1,7})\s*[x×*]\s*(\d{1,7})", re.IGNORECASE)
_RATIO = re.compile(r"(\d{1,2}(?:\.\d+)?)\s*:\s*(\d{1,2}(?:\.\d+)?)")


def size_for(ad_format: object) -> Size:
    """The pixels for "instagram_square", "Instagram story", "1200x628" or "4:5".

    Raises MediaError "unsupported_resolution", listing the placements, for anything else.
    """
    text = str(ad_format or "").strip().lower()
    name = re.sub(r"[\s\-]+", "_", text).removesuffix("_ad")
    found = PLACEMENTS.get(name) or exact_size(text, "ad_format") or _of_ratio(text)
    if found is None:
        known = ", ".join(PLACEMENTS)
        raise MediaError("unsupported_resolution", f"ad_format: {ad_format!r} is none of {known}, nor like 1080x1350.")
    return found


def exact_size(text: str, input_name: str) -> Size | None:
    """The pixels that "1200x628" names; None for another text, MediaError for sizes that are not made."""
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        return None
    size = (int(match[1]), int(match[2]))
    if not all(_SMALLEST <= side <= _LARGEST for side in size):
        raise MediaError(
            "unsupported_resolution", f"{input_name}: {text!r} has a side outside {_SMALLEST} to {_LARGEST} pixels."
        )
    return size


def _of_ratio(text: str) -> Size | None:
    match = _RATIO.fullmatch(text)
    if match is None:
        return None
    across, down = float(match[1]), float(match[2])
    if not across or not down or not 0.2 <= across / down <= 8:
        return None
    return (1080, round(1080 * down / across)) if across <= down else (round(1080 * across / down), 1080)
