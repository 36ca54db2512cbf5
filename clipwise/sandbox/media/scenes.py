"""The scenes of `smart` as one layer: drawn grounds, motifs and headlines, one sliding in after another.

Knows what a scene looks like at a moment; not what is said in it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from clipwise.sandbox.media import motifs, picture_words, subjects
from clipwise.sandbox.media.canvas import Canvas, Fade, ellipse
from clipwise.sandbox.media.lettering import block, fitted
from clipwise.sandbox.media.narration import Beat
from clipwise.sandbox.media.pictures import Size, margin_of, with_shadow
from clipwise.sandbox.media.stage import Backdrop, place
from clipwise.sandbox.media.subjects import Palette

_SLIDE_SECONDS = 0.45
_ENTER_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Scene:
    """A headline, a motif and a palette, shown from `start` to `end` seconds."""

    headline: str
    motif: str
    palette: Palette
    start: float
    end: float
    title: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the parts of a scene stand, in pixels."""

    headline: tuple[float, float]
    headline_room: tuple[int, int]
    motif: tuple[float, float]
    motif_side: int
    align: str


def scenes_of(plan: Sequence[Beat], spans: Sequence[tuple[float, float]], style: str) -> list[Scene]:
    """A scene for each beat: what its words name or call for, the next of the style's palettes."""
    palettes = subjects.palettes_for(style)
    offset = subjects.chance(plan[0].headline, len(palettes))
    scenes: list[Scene] = []
    for number, (beat, (start, end)) in enumerate(zip(plan, spans, strict=True)):
        motif = motif_of(f"{beat.headline} {beat.line}", frozenset(scene.motif for scene in scenes[-4:]))
        palette = palettes[(offset + number) % len(palettes)]
        scenes.append(Scene(beat.headline, motif, palette, start, end, title=number == 0))
    return scenes


def motif_of(text: str, taken: frozenset[str] = frozenset()) -> str:
    """The first thing that a text names and that can be drawn, else a motif; one not in `taken`."""
    things = (name for name, _ in picture_words.read(text).things if name not in taken)
    return next(things, None) or subjects.motif_for(text, taken)


class SceneTrack:
    """Scenes in order, without gaps; only the one shown and the one before are kept in memory."""

    def __init__(self, scenes: Sequence[Scene], size: Size, plan: Plan) -> None:
        self._scenes = scenes
        self._size = size
        self._plan = plan
        self._drawn: dict[int, _Drawn] = {}

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints the whole frame."""
        index = max((i for i, scene in enumerate(self._scenes) if scene.start <= time), default=0)
        since = time - self._scenes[index].start
        self._scene(index).paint(frame, time)
        if index and since < _SLIDE_SECONDS:
            before = Image.new("RGB", self._size)
            self._scene(index - 1).paint(before, time)
            across = round(self._size[0] * (1 - eased(since / _SLIDE_SECONDS)))
            after = frame.copy()
            frame.paste(before, (across - self._size[0], 0))
            frame.paste(after, (across, 0))

    def _scene(self, index: int) -> _Drawn:
        if index not in self._drawn:
            for old in [i for i in self._drawn if i < index - 1]:
                del self._drawn[old]
            self._drawn[index] = _Drawn(self._scenes[index], self._size, self._plan)
        return self._drawn[index]


class _Drawn:
    def __init__(self, scene: Scene, size: Size, plan: Plan) -> None:
        self._scene = scene
        self._plan = plan
        self._ground = Backdrop(ground(scene, size), size, max(0.1, scene.end - scene.start) + 1, zoom=0.10)
        self._motif = motifs.draw(scene.motif, plan.motif_side, scene.palette)
        largest = round(min(size) * (0.115 if scene.title else 0.095))
        lines, face = fitted(scene.headline, plan.headline_room, largest, 800, smallest=max(10, largest // 4))
        text = block(lines, face, align=plan.align)
        blur = max(2.0, float(face.size) * 0.09)
        self._headline = with_shadow(text, blur, opacity=0.4)
        slack = (plan.headline_room[0] - self._headline.width + 2 * margin_of(blur)) / 2
        self._headline_x = plan.headline[0] - (slack if plan.align == "left" else 0.0)

    def paint(self, frame: Image.Image, time: float) -> None:
        age = time - self._scene.start
        self._ground.paint(frame, max(0.0, age))
        entered = eased(age / _ENTER_SECONDS)
        x, y = self._plan.motif
        lift = self._plan.motif_side * (0.018 * math.sin(age * 1.6) + 0.10 * (1 - entered))
        scale = 0.8 + 0.2 * entered + 0.012 * math.sin(age * 1.1)
        place(frame, self._motif, (x, y + lift), scale=scale, turn=2.0 * math.sin(age * 0.9))
        down = frame.height * 0.035 * (1 - eased(age / _ENTER_SECONDS * 0.8))
        place(frame, self._headline, (self._headline_x, self._plan.headline[1] + down))


def eased(share: float) -> float:
    """A share of a movement, 0 to 1, that slows down towards its end."""
    share = min(1.0, max(0.0, share))
    return 1 - (1 - share) ** 3


def ground(scene: Scene, size: Size) -> Image.Image:
    """A gradient with large soft shapes, placed by the scene's words."""
    palette = scene.palette
    room = (round(size[0] * 1.1), round(size[1] * 1.1))
    canvas = Canvas(room, (0, 0, 100 * room[0] / min(room), 100 * room[1] / min(room)))
    width, height = 100 * room[0] / min(room), 100 * room[1] / min(room)
    canvas.fill(
        [(-1, -1), (width + 1, -1), (width + 1, height + 1), (-1, height + 1)], Fade(palette.top, palette.bottom, 12)
    )
    seed = subjects.chance(scene.headline, 1000)
    for number, (radius, opacity) in enumerate(((46, 0.10), (34, 0.10), (20, 0.12))):
        x = (0.02 if (seed + number) % 2 else 0.98) * width
        y = (0.1 + 0.38 * number + seed % 7 * 0.015) * height
        canvas.fill(ellipse(x, y, radius), palette.shape, opacity=opacity)
    for column in range(6):
        for row in range(4):
            canvas.fill(
                ellipse(width * 0.08 + column * 4.2, height * 0.9 + row * 4.2, 0.55), palette.shape, opacity=0.28
            )
    return canvas.image
