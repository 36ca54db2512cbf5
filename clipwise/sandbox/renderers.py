"""From an order to files: one renderer for each format that the sandbox can make.

The only entrance to the media wing, and cheap to import: numpy, av and onnxruntime are loaded by the first rendering.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import cast

from clipwise.sandbox.media.order import (
    MAX_TEXT,
    Asset,
    MediaError,
    MediaFile,
    Order,
    Rendered,
    Report,
)

__all__ = ["MAX_TEXT", "RENDERERS", "Asset", "MediaError", "MediaFile", "Order", "Rendered", "Report", "render"]


def _renderer(module: str, function: str = "render") -> Callable[[Order, Report], Rendered]:
    """The renderer `function` of a module of the media wing, which is loaded by its first rendering."""

    def renderer(order: Order, report: Report) -> Rendered:
        found = getattr(import_module(f"clipwise.sandbox.media.{module}"), function)
        return cast(Rendered, found(order, report))

    return renderer


RENDERERS: Mapping[str, Callable[[Order, Report], Rendered]] = {
    "text_to_audio": _renderer("audio"),
    "ugc_video": _renderer("ugc"),
    "smart": _renderer("smart"),
    "ugc_actor_video": _renderer("acting", "render_actor"),
    "ugc_clone": _renderer("acting", "render_clone"),
    "avatar_lipsync": _renderer("lipsync"),
    "business_videos": _renderer("business"),
    "ecommerce_product_video": _renderer("ecommerce"),
    "reddit_style": _renderer("thread"),
    "quiz": _renderer("quiz"),
    "dialogue_video": _renderer("dialogue"),
    "viral_dancing_video": _renderer("dance"),
    "ad_replicate": _renderer("replicate"),
    "b_roll_video": _renderer("broll"),
    "image_to_video": _renderer("motion"),
    "ugc_model_shoot": _renderer("shoot", "render_model"),
    "ugc_product_background": _renderer("shoot", "render_product"),
    "inventory_shoot": _renderer("shoot", "render_inventory"),
    "static_ad": _renderer("static_ad"),
    "text_to_image": _renderer("text_image"),
    "video_to_text": _renderer("video_text"),
    "generate_subtitle": _renderer("subtitling"),
    "generate_avatars": _renderer("generated", "render_avatar"),
    "generate_background_images": _renderer("generated", "render_background"),
}
"""The formats that the sandbox renders, by slug."""


def render(order: Order, report: Report) -> Rendered:
    """Renders an order into its folder, telling `report` how far it is.

    Raises MediaError for an order that cannot be rendered; its `code` says why.
    """
    renderer = RENDERERS.get(order.format)
    if renderer is None:
        known = ", ".join(RENDERERS)
        raise MediaError("unsupported_format", f"The sandbox does not render {order.format!r}; it renders {known}.")
    return renderer(order, report)
