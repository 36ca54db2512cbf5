"""`image_to_video`: one still picture moves as the prompt asks, with what drifts through it, and sound if wanted.

Knows which words mean which move; pictures are moved by fractions of a pixel.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from PIL import Image, ImageChops, ImageFilter

from clipwise.sandbox.media import sound
from clipwise.sandbox.media.film import SOUND_RATE, Quality
from clipwise.sandbox.media.narration import seconds_of
from clipwise.sandbox.media.noises import air
from clipwise.sandbox.media.order import MediaError, Order, Rendered, Report
from clipwise.sandbox.media.particles import Drift, kind_of
from clipwise.sandbox.media.pictures import Size, contain, cover_box, covering, flat, is_cut_out, open_picture
from clipwise.sandbox.media.production import facts, first, mark, quality_of, shoot, size_of, wordless, words
from clipwise.sandbox.media.stage import SMOOTH, Layer
from clipwise.sandbox.media.styling import Treated, light_of

_USUAL_SECONDS = 5.0
_SMALLEST, _LARGEST = 120, 2160
_BED_LEVEL = 0.05
_COLUMNS, _ROWS = 12, 14


@dataclass(frozen=True, slots=True)
class Move:
    """A movement of the camera: zoom from and to, pan (shares of the room there is), turn about the middle, waves."""

    name: str
    words: str
    zoom: tuple[float, float] = (1.12, 1.12)
    pan: tuple[float, float] = (0.0, 0.0)
    orbit: float = 0.0
    wave: float = 0.0
    depth: float = 0.0


PUSH = Move("push in", r"push\w*(?: in)?|zoom\w* in|closer|dolly in|move\w* in|approach\w*", zoom=(1.02, 1.3))
MOVES: tuple[Move, ...] = (
    Move("pull out", r"pull\w* (?:out|back)|zoom\w* out|dolly out|mov\w+ away|back away|reveal\w*", zoom=(1.32, 1.02)),
    PUSH,
    Move("orbit", r"circl\w+|orbit\w*|around|rotat\w+|turn\w*|spin\w*|revolv\w+", zoom=(1.16, 1.2), orbit=1.0),
    Move("parallax", r"parallax|depth|3-?d|layers?", zoom=(1.06, 1.16), pan=(0.5, 0.0), depth=0.09),
    Move(
        "pan left", r"pan\w* (?:to the )?left|mov\w+ (?:to the )?left|slid\w+ left", zoom=(1.22, 1.22), pan=(-1.0, 0.0)
    ),
    Move("pan right", r"pan\w*|mov\w+ (?:to the )?right|slid\w+|track\w*", zoom=(1.22, 1.22), pan=(1.0, 0.0)),
    Move("tilt down", r"tilt\w* down|mov\w+ down|lower\w*|descend\w*", zoom=(1.22, 1.22), pan=(0.0, 1.0)),
    Move("tilt up", r"tilt\w*|mov\w+ up|ris\w+ up|ascend\w*|crane", zoom=(1.22, 1.22), pan=(0.0, -1.0)),
    Move("waves", r"wav\w+|rippl\w+|flow\w*|sway\w*|flutter\w*|wind\w*|breez\w+|water|sea|dance\w*", wave=1.0),
)
_FASTER, _SLOWER = (
    r"\b(?:fast\w*|quick\w*|rapid\w*|dramatic\w*)\b",
    r"\b(?:slow\w*|gentl\w+|soft\w*|subtl\w+|calm\w*)\b",
)


def render(order: Order, report: Report) -> Rendered:
    """Renders an `image_to_video` order; the film has no sound track unless sound is asked for."""
    prompt = words(order, "prompt")
    asset = first(order, "image", "source_image", "image_url")
    if asset is None:
        raise MediaError("unreadable_picture", "image: there is no picture to set in motion.")
    report("drawing", 0.02)
    picture = open_picture(asset, "image", 2400)
    quality = quality_of(order)
    size = frame_of(words(order, "resolution", "model"), picture.size, quality, named=bool(words(order, "resolution")))
    seconds = seconds_of(order.inputs.get("duration"), shortest=1.0) or _USUAL_SECONDS
    loud = str(order.inputs.get("generate_audio") or "").strip().lower() in ("true", "yes", "1")
    samples = _sound(prompt, seconds) if loud else None
    track = wordless(samples, SOUND_RATE, quality.fps, seconds)
    move, drifting = move_of(prompt), kind_of(prompt)
    light = light_of(prompt)
    layers = moving(_filled(picture, size), size, move, track.duration, prompt)
    files = shoot(order, report, [*layers, mark(size)], track, size, ())
    details = facts(
        track, size, quality, move=move.name, drifting=drifting.name if drifting else None,
        light=light.name if light else None, audio=loud, model=words(order, "model") or None,
    )  # fmt: skip
    return Rendered(files, None, details)


def moving(picture: Image.Image, size: Size, move: Move, duration: float, text: str) -> list[Layer]:
    """A picture that moves, in the light and with the things drifting through it that a text names."""
    drifting = kind_of(text)
    layers: list[Layer] = [Treated([Moving(picture, size, move, duration)], light_of(text))]
    return layers if drifting is None else [*layers, Drift(drifting, size)]


def move_of(prompt: str) -> Move:
    """The first move that a prompt names, else a push in; larger or smaller by how fast it is to be."""
    text = prompt.lower()
    found = next((move for move in MOVES if re.search(rf"\b(?:{move.words})\b", text)), PUSH)
    by = 1.5 if re.search(_FASTER, text) else 0.75 if re.search(_SLOWER, text) else 1.0
    first_, last = found.zoom
    if first_ < last:
        return replace(
            found, zoom=(first_, first_ + (last - first_) * by), orbit=found.orbit * by, wave=found.wave * by
        )
    return replace(found, zoom=(last + (first_ - last) * by, last), orbit=found.orbit * by, wave=found.wave * by)


def frame_of(resolution: str, picture: Size, quality: Quality, *, named: bool = True) -> Size:
    """The frame for "1024x576", or for "720p" in the picture's proportions; a model's name may end in its lines."""
    text = resolution.strip().lower()
    exact = re.fullmatch(r"(\d{2,4})\s*[x×*]\s*(\d{2,4})", text)
    lines = (
        re.fullmatch(r"(\d{3,4})\s*p?|([248])k", text) if named else re.search(r"(?:^|\D)(480|540|720|1080)p?$", text)
    )
    if exact:
        size = round(int(exact[1]) / 2) * 2, round(int(exact[2]) / 2) * 2
        return _checked(size, resolution)
    if named and text and lines is None:
        raise MediaError("unsupported_resolution", f"resolution: {resolution!r} is not like 720p or 1024x576.")
    shape = min(2.4, max(0.42, picture[0] / picture[1]))
    side = quality.short_side
    if lines is not None:
        side = int(lines[1]) if lines[1] else {"2": 1440, "4": 2160, "8": 4320}[lines[2]]
    return _checked(size_of(f"{shape:.4f}:1", replace(quality, short_side=round(side / 2) * 2)), resolution)


def _checked(size: Size, resolution: str) -> Size:
    if not (min(size) >= _SMALLEST and max(size) <= 2 * _LARGEST and min(size) <= _LARGEST):
        raise MediaError(
            "unsupported_resolution", f"resolution: {resolution!r} is not between {_SMALLEST}p and {_LARGEST}p."
        )
    return size


def _sound(prompt: str, seconds: float) -> sound.Samples:
    """The air of what the prompt names, else soft music."""
    found = air(prompt, seconds, SOUND_RATE)
    return found if found is not None else sound.level(sound.music_bed(seconds, SOUND_RATE), _BED_LEVEL)


def _filled(picture: Image.Image, size: Size) -> Image.Image:
    """The picture without transparency, in the frame's proportions or nearly: a misfit stands on its own blur."""
    target = max(picture.width / picture.height, 0.01) / (size[0] / size[1])
    if not is_cut_out(picture) and 0.75 < target < 1.34:
        return flat(picture)
    room = (round(size[0] * 1.3), round(size[1] * 1.3))
    ground = covering(flat(picture), room).filter(ImageFilter.GaussianBlur(min(room) * 0.05))
    inside = picture.resize(contain(picture.size, room), Image.Resampling.LANCZOS)
    at = (room[0] - inside.width) // 2, (room[1] - inside.height) // 2
    ground.paste(inside, at, ImageChops.multiply(inside.getchannel("A"), _soft_edges(inside.size)))
    return ground


def _soft_edges(size: Size) -> Image.Image:
    edge = max(2, round(min(size) * 0.06))
    mask = Image.new("L", size)
    mask.paste(255, (edge, edge, size[0] - edge, size[1] - edge))
    return mask.filter(ImageFilter.GaussianBlur(edge * 0.45))


class Moving:
    """A picture that fills the frame, moved as a `Move` says over `duration` seconds."""

    def __init__(self, picture: Image.Image, size: Size, move: Move, duration: float) -> None:
        largest = (round(size[0] * move.zoom[1] * 1.1), round(size[1] * move.zoom[1] * 1.1))
        scale = max(largest[0] / picture.width, largest[1] / picture.height)
        if scale < 1:
            picture = picture.resize(
                (round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS
            )
        self._picture = picture.convert("RGB")
        self._size, self._move, self._duration = size, move, duration

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints the whole frame."""
        share = min(1.0, time / self._duration)
        eased = share * share * (3 - 2 * share)
        shown = self._seen(eased)
        if self._move.depth:
            shown = _nearer(shown, self._move.depth * (2 * eased - 1))
        if self._move.orbit:
            shown = _turned(shown, self._move.orbit * math.sin((eased - 0.5) * math.pi))
        if self._move.wave:
            shown = _waved(shown, time, self._move.wave)
        frame.paste(shown)

    def _seen(self, eased: float) -> Image.Image:
        move = self._move
        zoom = move.zoom[0] + (move.zoom[1] - move.zoom[0]) * eased
        drift = (move.pan[0] * (2 * eased - 1) * 0.95, move.pan[1] * (2 * eased - 1) * 0.95)
        return self._picture.resize(self._size, SMOOTH, box=cover_box(self._picture.size, self._size, zoom, drift))


def _turned(picture: Image.Image, turn: float) -> Image.Image:
    """The picture seen from the side, `turn` -1 to 1, enlarged so that it still fills the frame."""
    width, height = picture.size
    bend, closer = 0.16 * turn, 1 / (1 + 0.2 * abs(turn))
    # Source point = middle + closer * (point - middle) / (1 + bend * across), across from -1 to 1.
    per = 2 * bend / width
    base = 1 - bend
    cx, cy = width / 2, height / 2
    shift = cx * bend * 0.5
    across = (closer + cx * per + shift * per, 0.0, cx * base - closer * cx + shift * base)
    down = (cy * per, closer, cy * base - closer * cy)
    matrix = tuple(value / base for value in (*across, *down, per, 0.0))
    return picture.transform(picture.size, Image.Transform.PERSPECTIVE, matrix, SMOOTH)


def _nearer(picture: Image.Image, shift: float) -> Image.Image:
    """The picture with its middle shifted sideways against its edges, as what is nearer is when the camera moves."""

    def at(x: float, y: float) -> tuple[float, float]:
        return -shift * (math.sin(math.pi * x) * math.sin(math.pi * y)) ** 1.5, 0.0

    return _bent(picture, at)


def _waved(picture: Image.Image, time: float, strength: float) -> Image.Image:
    """The picture as if on cloth or water, the edges still."""
    reach = 0.014 * strength

    def at(x: float, y: float) -> tuple[float, float]:
        calm = reach * math.sin(math.pi * x) * math.sin(math.pi * y)
        return calm * math.sin(time * 2.4 + y * 9 + x * 3), 0.6 * calm * math.cos(time * 2.0 + x * 7)

    return _bent(picture, at)


def _bent(picture: Image.Image, shift: Callable[[float, float], tuple[float, float]]) -> Image.Image:
    """The picture on a grid whose points (0 to 1 each way) are shifted by shares of its shorter side."""
    width, height = picture.size
    side = min(picture.size)

    def corner(column: int, row: int) -> tuple[float, float]:
        dx, dy = shift(column / _COLUMNS, row / _ROWS)
        return column / _COLUMNS * width + dx * side, row / _ROWS * height + dy * side

    mesh = []
    for row in range(_ROWS):
        for column in range(_COLUMNS):
            left, top = round(column * width / _COLUMNS), round(row * height / _ROWS)
            right, bottom = round((column + 1) * width / _COLUMNS), round((row + 1) * height / _ROWS)
            around = ((column, row), (column, row + 1), (column + 1, row + 1), (column + 1, row))
            mesh.append(((left, top, right, bottom), tuple(value for each in around for value in corner(*each))))
    return picture.transform(picture.size, Image.Transform.MESH, mesh, SMOOTH)
