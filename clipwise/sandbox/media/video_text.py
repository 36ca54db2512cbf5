"""`video_to_text`: the words of a film as a transcript, and with their times as SRT and WebVTT.

Knows no pictures.
"""

from __future__ import annotations

from pathlib import Path

from clipwise.sandbox.media.captions import Caption, srt, webvtt
from clipwise.sandbox.media.order import Asset, MediaError, MediaFile, Order, Rendered, Report
from clipwise.sandbox.media.transcript import captions_for, heard

INPUTS = ("video", "url")


def render(order: Order, report: Report) -> Rendered:
    """Renders a `video_to_text` order: the transcript is what is heard."""
    asset, input_name = source(order)
    assert asset.path is not None
    report("listening", 0.03)
    words = heard(asset.path, input_name, lambda share: report("listening", 0.05 + 0.9 * share))
    captions = captions_for(words)
    files = caption_files(order.folder, captions)
    report("finished", 1.0)
    details = {"words": len(words), "captions": len(captions), "duration": round(words[-1].end, 3), "source": asset.id}
    return Rendered(tuple(files), " ".join(word.text for word in words), details)


def source(order: Order) -> tuple[Asset, str]:
    """The film that an order is about, and the input that names it; MediaError when there is none on this machine."""
    for name in INPUTS:
        for asset in order.assets.get(name, ()):
            if asset.path is None:
                raise MediaError("unreadable_video", f"{name}: {asset.name or asset.id} has no film file.")
            return asset, name
    for name in INPUTS:
        link = str(order.inputs.get(name) or "")
        if link:
            raise MediaError(
                "unsupported_url",
                f"{name}: the sandbox has no network and cannot fetch {link[:200]!r}. "
                "Upload the film and send its id, or use the live API for links.",
            )
    raise MediaError("missing_input", "video: there is no film.")


def caption_files(folder: Path, captions: tuple[Caption, ...]) -> list[MediaFile]:
    """Writes captions as SubRip and WebVTT."""
    files = []
    for name, kind, text in (
        ("captions.srt", "application/x-subrip", srt(captions)),
        ("captions.vtt", "text/vtt", webvtt(captions)),
    ):
        (folder / name).write_text(text, encoding="utf-8")
        files.append(MediaFile("subtitles", folder / name, kind))
    return files
