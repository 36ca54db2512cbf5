"""From an order to files: one renderer for each format that the sandbox can make.

The only entrance to the media wing, and cheap to import: numpy, av and onnxruntime are loaded by the first rendering.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

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


def _text_to_audio(order: Order, report: Report) -> Rendered:
    from clipwise.sandbox.media import audio

    return audio.render(order, report)


def _ugc_video(order: Order, report: Report) -> Rendered:
    from clipwise.sandbox.media import ugc

    return ugc.render(order, report)


def _smart(order: Order, report: Report) -> Rendered:
    from clipwise.sandbox.media import smart

    return smart.render(order, report)


RENDERERS: Mapping[str, Callable[[Order, Report], Rendered]] = {
    "text_to_audio": _text_to_audio,
    "ugc_video": _ugc_video,
    "smart": _smart,
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
