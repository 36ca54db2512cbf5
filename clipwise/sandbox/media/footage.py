"""Uploaded films: their shape, their pictures at any time, how much moves in them and where they are cut.

Knows no format. A film that cannot be read raises MediaError "unreadable_video", which names its input.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, UnidentifiedImageError

from clipwise.sandbox.media import sound
from clipwise.sandbox.media.order import Asset, MediaError
from clipwise.sandbox.media.pictures import Size, contain, covering, rounded_mask

LONGEST = 60.0
_GRID = 32
_LOOKS_PER_SECOND = 12
# A cut changes more of the picture than this, and far more than its neighbours do.
_CUT, _CUT_OVER_USUAL, _SHORTEST_SHOT = 22.0, 4.0, 0.35
_BRIGHT = 70
Grey = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Footage:
    """A film on disk: upright size in pixels and length in seconds, at most a minute of it."""

    path: Path
    input_name: str
    size: Size
    duration: float
    has_sound: bool

    def sound(self, rate: int) -> sound.Samples | None:
        """Its sound, cut to its length; None when it has none."""
        if not self.has_sound:
            return None
        return sound.read_sound(self.path, self.input_name, rate, self.duration + 1)[: int(self.duration * rate)]


def open_footage(asset: Asset | None, input_name: str) -> Footage:
    """The film behind an asset."""
    if asset is None or asset.path is None:
        raise MediaError("unreadable_video", f"{input_name}: {asset.name if asset else 'it'} has no film file.")
    try:
        with av.open(str(asset.path)) as container:
            frame = next(iter(container.decode(container.streams.video[0])))
            length = float(container.duration or 0) / 1_000_000
            has_sound = bool(container.streams.audio)
    except (av.FFmpegError, OSError, IndexError, ValueError, StopIteration) as error:
        why = "is not a film that can be read, or it is damaged"
        raise MediaError("unreadable_video", f"{input_name}: {asset.name or asset.id} {why}.") from error
    size = (frame.height, frame.width) if _quarter(frame) % 2 else (frame.width, frame.height)
    return Footage(asset.path, input_name, size, min(LONGEST, max(0.1, length)), has_sound)


def pictures(footage: Footage, longest: int, fps: float) -> Generator[tuple[float, Image.Image], None, None]:
    """The film's pictures with their times, about `fps` of them a second, the longer side `longest` pixels."""
    scale = min(1.0, longest / max(footage.size))
    size = max(2, round(footage.size[0] * scale)), max(2, round(footage.size[1] * scale))
    due = 0.0
    with av.open(str(footage.path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        start: float | None = None
        for frame in container.decode(stream):
            start = frame.time or 0.0 if start is None else start
            time = (frame.time or 0.0) - start
            if time > footage.duration:
                return
            if time >= due - 1e-6:
                due = max(due + 1 / fps, time)
                yield time, _upright(frame, size)


def _quarter(frame: Any) -> int:
    return round(getattr(frame, "rotation", 0) / 90) % 4


def _upright(frame: Any, size: Size) -> Image.Image:
    turns = _quarter(frame)
    across, down = (size[1], size[0]) if turns % 2 else size
    picture: Image.Image = frame.to_image(width=across, height=down)
    return picture.rotate(90 * turns, expand=True) if turns else picture


class Player:
    """The picture of a film at rising times; it starts again when it is over."""

    def __init__(self, footage: Footage, longest: int, fps: float) -> None:
        self._footage, self._longest, self._fps = footage, longest, fps
        self._round = 0
        self._source = self._opened()
        self._now = self._next = next(self._source)

    def at(self, time: float) -> Image.Image:
        """The picture at `time`, which must not be earlier than at the last call."""
        round_, within = divmod(time, self._footage.duration)
        if int(round_) != self._round:
            self._round = int(round_)
            self._source.close()
            self._source = self._opened()
            self._now = self._next = next(self._source)
        while self._next[0] <= within:
            self._now = self._next
            self._next = next(self._source, (float("inf"), self._now[1]))
        return self._now[1]

    def _opened(self) -> Generator[tuple[float, Image.Image], None, None]:
        return pictures(self._footage, self._longest, self._fps)


class Overlay:
    """A film, or a picture, laid over the whole frame: black lets through what is below, light shines.

    A film that is not mostly dark is laid on faintly, so that what is below stays readable.
    """

    def __init__(self, asset: Asset, input_name: str, size: Size) -> None:
        self._size = size
        self._still = _still(asset)
        self._player = None if self._still else Player(open_footage(asset, input_name), max(size), 24)
        self._strength = 1.0
        if self._player is not None and np.asarray(self._player.at(0.0)).mean() > _BRIGHT:
            self._strength = 0.3

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints the overlay's picture of this moment over the frame."""
        if self._still is not None:
            shown = covering(self._still, self._size)
            frame.paste(shown, (0, 0), shown)
        elif self._player is not None:
            lit = ImageChops.screen(frame, covering(self._player.at(time), self._size))
            frame.paste(Image.blend(frame, lit, self._strength))


class Reference:
    """The reference as a small picture in the corner, so that the two can be compared."""

    def __init__(self, footage: Footage, size: Size, pace: float = 1.0) -> None:
        side = min(size)
        self._pace = pace
        self._shape = contain(footage.size, (side * 0.26, side * 0.3))
        self._player = Player(footage, max(self._shape), 15)
        edge = max(2, round(side * 0.008))
        self._frame = Image.new("RGB", (self._shape[0] + 2 * edge, self._shape[1] + 2 * edge), "#ffffff")
        self._mask = rounded_mask(self._frame.size, side * 0.02)
        self._edge = edge
        self._at = (round(side * 0.03), round(side * 0.03))

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints the reference's picture of this moment."""
        shown = self._player.at(time * self._pace)
        self._frame.paste(shown.resize(self._shape), (self._edge, self._edge))
        frame.paste(self._frame, self._at, self._mask)


def _still(asset: Asset) -> Image.Image | None:
    if asset.path is None:
        return None
    try:
        with Image.open(asset.path) as opened:
            picture: Image.Image = opened.convert("RGBA")
            return picture
    except (UnidentifiedImageError, OSError, ValueError):
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """How much moves in a film, `fps` times a second, each 0 to 1: in all, on each side's upper half, and where.

    `side` is where the movement is across, -1 (left) to 1; `cuts` are the seconds at which another shot begins.
    """

    fps: int
    energy: Grey
    left: Grey
    right: Grey
    side: Grey
    cuts: tuple[float, ...]

    def at(self, values: Grey, time: float) -> float:
        """One of the measures at `time`, between two looks."""
        return float(np.interp(time * self.fps, np.arange(len(values)), values))


def motion_of(footage: Footage) -> Motion:
    """Looks at a film 12 times a second, small, and measures what changed."""
    fps = _LOOKS_PER_SECOND
    looked = pictures(footage, _GRID * 2, fps)
    colours = [np.asarray(picture.resize((_GRID, _GRID)), np.float32) for _, picture in looked]
    changed = np.abs(np.diff(np.stack([colours[0], *colours]), axis=0)).max(axis=-1)
    cuts = _cuts(changed.mean(axis=(1, 2)), fps)
    for cut in cuts:
        changed[round(cut * fps)] = 0.0
    upper, half = _GRID * 5 // 8, _GRID // 2
    across = np.linspace(-1.0, 1.0, _GRID)
    columns = changed.sum(axis=1)
    side = (columns * across).sum(axis=1) / np.maximum(columns.sum(axis=1), 1e-3)
    energy = _shares(changed.mean(axis=(1, 2)))[0]
    left, right = _shares(changed[:, :upper, :half].mean(axis=(1, 2)), changed[:, :upper, half:].mean(axis=(1, 2)))
    return Motion(fps, energy, left, right, _smooth(np.asarray(side, np.float32)), cuts)


def _cuts(whole: Grey, fps: int) -> tuple[float, ...]:
    usual = float(np.median(whole[1:])) if len(whole) > 1 else 0.0
    found: list[float] = []
    for number in np.flatnonzero(whole > max(_CUT, usual * _CUT_OVER_USUAL)):
        time = float(number) / fps
        if time - (found[-1] if found else 0.0) >= _SHORTEST_SHOT:
            found.append(time)
    return tuple(found)


def _smooth(values: Grey, reach: int = 2) -> Grey:
    kernel = np.hanning(2 * reach + 3)[1:-1]
    padded = np.pad(values, reach, mode="edge")
    return np.asarray(np.convolve(padded, kernel / kernel.sum(), "valid"), np.float32)


def _shares(*measures: Grey) -> tuple[Grey, ...]:
    """Measures, smoothed, as shares of what all of them together seldom exceed."""
    smooth = [_smooth(values) for values in measures]
    most = max(0.4, float(np.percentile(np.concatenate(smooth), 92)))
    return tuple(np.clip(values / most, 0.0, 1.0).astype(np.float32) for values in smooth)
