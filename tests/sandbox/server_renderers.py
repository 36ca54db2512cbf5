"""Renderers for tests of the server: quick, and ruled by the words of the script.

`slow 2` takes two seconds; `refuse` is an order that cannot be rendered; `break` is a fault of the renderer; `die`
kills the worker; `encode 2` spends two seconds in the last stage.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path

from clipwise.sandbox.media.order import Asset, MediaError, MediaFile, Order, Rendered, Report


def _spend(seconds: float, stage: str, report: Report) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        report(stage, 0.5)
        time.sleep(0.02)


def _refuse() -> None:
    raise MediaError("unsupported_text", "The script cannot be spoken.")


def _break() -> None:
    raise ZeroDivisionError("a fault of the renderer")


def _die() -> None:
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


def _obey(order: Order, report: Report) -> None:
    word, _, number = str(order.inputs["script"]).partition(" ")
    report("speaking", 0.1)
    if word == "slow":
        _spend(float(number), "speaking", report)
    elif word == "encode":
        _spend(float(number), "encoding", report)
    elif word in ("refuse", "break", "die"):
        {"refuse": _refuse, "break": _break, "die": _die}[word]()


def audio(order: Order, report: Report) -> Rendered:
    _obey(order, report)
    path = order.folder / "audio.wav"
    path.write_bytes(bytes(range(256)) * 40)
    return Rendered((MediaFile("audio", path, "audio/wav"),), str(order.inputs["script"]), {"duration": 1.5})


def video(order: Order, report: Report) -> Rendered:
    _obey(order, report)
    film, captions = order.folder / "video.mp4", order.folder / "captions.srt"
    film.write_bytes(b"film")
    captions.write_bytes(b"captions")
    files = (MediaFile("subtitles", captions, "application/x-subrip"), MediaFile("video", film, "video/mp4"))
    assets = {name: [asset.id for asset in found] for name, found in order.assets.items()}
    return Rendered(files, None, {"assets": assets})


def picture(order: Order, report: Report) -> Rendered:
    report("drawing", 0.5)
    path = order.folder / "image.png"
    path.write_bytes(b"picture of " + str(order.inputs.get("prompt", "")).encode())
    told = {"inputs": dict(order.inputs), "assets": {name: [_told(each) for each in found] for name, found in
            order.assets.items()}}  # fmt: skip
    return Rendered((MediaFile("image", path, "image/png"),), None, told)


def _told(asset: Asset) -> dict[str, object]:
    """What a renderer sees of an asset, with the sizes of its files in place of their paths."""
    pictures = [Path(each).stat().st_size for each in asset.metadata.get("images", ())]
    size = asset.path.stat().st_size if asset.path else None
    return {**asset.metadata, "id": asset.id, "type": asset.resource_type, "images": pictures, "size": size}


TABLE: Mapping[str, object] = {
    "text_to_audio": audio,
    "ugc_video": video,
    "static_ad": picture,
    "inventory_shoot": picture,
    "generate_avatars": picture,
}
