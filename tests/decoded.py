"""What a decoder and a listener make of a media file: its streams, pictures, sound and words, for tests to judge."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.int16]
Small = npt.NDArray[np.uint8]
Sound = npt.NDArray[np.float64]
SILENCE: Sound = np.zeros(0)
VISIBLE = 20  # levels of 255 by which a point has to change for anybody to see it


@dataclass(frozen=True, eq=False)
class Shown:
    """A film, a picture or a recording: what it does not have is "", nothing or 0.

    `size` is the file's own; `pictures` are at most half as large, (height, width, 3) each.
    """

    size: tuple[int, int] = (0, 0)
    seconds: float = 0.0
    codecs: tuple[str, ...] = ()
    pictures: tuple[Small, ...] = ()
    sound: Sound = field(default_factory=lambda: SILENCE)
    sound_seconds: float = 0.0

    @property
    def loudness(self) -> float:
        """The root mean square of the sound, of 1."""
        return float(np.sqrt(np.mean(np.square(self.sound)))) if len(self.sound) else 0.0

    def at(self, share: float) -> Small:
        """The picture at a share of the length."""
        return self.pictures[round(share * (len(self.pictures) - 1))]


def shown(path: Path) -> Shown:
    """Decode a whole file."""
    return _picture(path) if path.suffix == ".png" else _streams(path)


def _picture(path: Path) -> Shown:
    with Image.open(path) as picture:
        small = picture.convert("RGB").resize((picture.width // 2, picture.height // 2), Image.Resampling.BOX)
        return Shown(size=picture.size, codecs=(str(picture.format).lower(),), pictures=(np.asarray(small),))


def _streams(path: Path) -> Shown:
    with av.open(str(path)) as container:
        streams = [*container.streams.video, *container.streams.audio]
        lengths = {each.type: float(each.duration * each.time_base) for each in streams}
        codecs = tuple(" ".join(filter(None, (each.codec_context.name, _pixel_format(each)))) for each in streams)
        film = next(iter(container.streams.video), None)
        size = (film.width, film.height) if film else (0, 0)
        half = {"width": size[0] // 2, "height": size[1] // 2}
        pictures, parts = [], []
        for frame in container.decode(*streams):
            if isinstance(frame, av.VideoFrame):
                pictures.append(frame.to_ndarray(format="rgb24", **half))
            else:
                parts.append(frame.to_ndarray()[0].astype(float))
    sound = np.concatenate(parts) if parts else SILENCE
    whole = sound / (32768.0 if len(sound) and np.abs(sound).max() > 2 else 1.0)
    return Shown(size, lengths.get("video", 0.0), codecs, tuple(pictures), whole, lengths.get("audio", 0.0))


def _pixel_format(stream: Any) -> str:
    return str(stream.codec_context.pix_fmt) if stream.type == "video" else ""


def changed(one: Shown, other: Shown, moments: int = 12) -> float:
    """How much of the picture is visibly another one, as a share, at the moment where that is most."""
    assert one.size == other.size
    shares = [number / max(1, moments - 1) for number in range(moments)]
    pairs = [[each.at(share).astype(np.int16) for each in (one, other)] for share in shares]
    return max(float((np.abs(a - b).max(axis=-1) > VISIBLE).mean()) for a, b in pairs)


def frames(path: Path) -> list[Pixels]:
    """Every picture of a film in its full size, (height, width, 3)."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24").astype(np.int16) for frame in container.decode(video=0)]


def word_errors(said: str, heard: str) -> float:
    """The word error rate: edits between the two, per word said."""
    a, b = (re.findall(r"[a-z']+", text.lower()) for text in (said, heard))
    row = list(range(len(b) + 1))
    for i, word in enumerate(a, 1):
        row, before = [i], row
        for j, other in enumerate(b, 1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (word != other)))
    return row[-1] / len(a)


def written(captions: Path) -> str:
    """The words of a .srt file."""
    lines = captions.read_text("utf-8").splitlines()
    return " ".join(line for line in lines if line and "-->" not in line and not line.isdigit())


def last_word_ends(captions: Path) -> float:
    """The second at which the last caption of a .srt file ends."""
    *_, (hours, minutes, seconds) = re.findall(r"--> (\d\d):(\d\d):(\d\d,\d{3})", captions.read_text("utf-8"))
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds.replace(",", "."))
