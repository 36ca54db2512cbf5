"""`business_videos`: calm slides with a headline, a drawing and a progress line, narrated over music if there is any.

Knows what a slide looks like; what is said is `narration`'s.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PIL import Image

from clipwise.sandbox.media import motifs
from clipwise.sandbox.media.canvas import Fade, painted
from clipwise.sandbox.media.lettering import INK, WHITE, CaptionStyle, block, fitted, font, pill
from clipwise.sandbox.media.narrated import Telling, asked, finished, logo_layers, told
from clipwise.sandbox.media.narration import beats
from clipwise.sandbox.media.order import Order, Rendered, Report
from clipwise.sandbox.media.pictures import Size, clipped, rounded_mask, with_shadow
from clipwise.sandbox.media.production import quality_of, size_of, words
from clipwise.sandbox.media.scenes import Scene, eased, scenes_of
from clipwise.sandbox.media.smart import audience_of
from clipwise.sandbox.media.stage import CaptionTrack, Layer, place
from clipwise.sandbox.media.subjects import Palette
from clipwise.sandbox.media.turns import Turns


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of a deck of slides."""

    ground: Fade
    ink: str
    line: str
    dark: bool = False

    def accent(self, palette: Palette) -> str:
        """The colour of a palette that stands out from this ground."""
        return palette.accent if self.dark else palette.bottom


_LIGHT = Theme(Fade("#fbfcfe", "#e6edf6", 20), "#16233b", "#c9d6e6")
_DARK = Theme(Fade("#1d2942", "#0f1626", 20), "#f4f7fc", "#33425f", dark=True)
_WARM = Theme(Fade("#fffaf2", "#f6e6d3", 20), "#3a2618", "#e5cdb2")
_THEMES: tuple[tuple[str, Theme], ...] = (
    (r"dark|night|cinematic|moody|luxury|premium|noir|elegant|black", _DARK),
    (r"warm|friendly|cosy|cozy|earthy|retro|vintage|craft|clay|paper", _WARM),
)


def render(order: Order, report: Report) -> Rendered:
    """Renders a `business_videos` order: slides, in 16:9 unless another shape is asked for."""
    prompt = asked(order, "prompt")
    size = size_of(order.inputs.get("aspect_ratio") or "16:9", quality_of(order))
    audience, style = audience_of(order), words(order, "style")
    plan = beats(prompt, tone=words(order, "tone"), audience=audience)
    telling = told(order, report, plan, size)
    scenes = scenes_of(plan, telling.spans, style)
    layers = [*_slides(telling, scenes, theme_of(style), audience), *logo_layers(order, size)]
    return finished(order, report, telling, layers, slides=[beat.headline for beat in plan])


def theme_of(style: str) -> Theme:
    """The colours that the words of a style call for; light ones when none do."""
    return next((theme for pattern, theme in _THEMES if re.search(rf"\b(?:{pattern})\b", style.lower())), _LIGHT)


def _slides(telling: Telling, scenes: Sequence[Scene], theme: Theme, audience: str) -> list[Layer]:
    size = telling.size
    chips = [f"For {audience}" if audience else "", *(f"{n} of {len(scenes) - 1}" for n in range(1, len(scenes)))]
    makers = [partial(Slide, scene, chip, theme, size) for scene, chip in zip(scenes, chips, strict=True)]
    layers: list[Layer] = [
        Turns([scene.start for scene in scenes], makers),
        Progress(telling.track.duration, theme.accent(scenes[0].palette), theme, size),
    ]
    if telling.captions:
        style = CaptionStyle(round(size[0] * 0.9), round(min(size) * 0.058))
        layers.append(CaptionTrack(telling.captions, (size[0] / 2, size[1] * 0.875), style))
    return layers


class Slide:
    """A headline with a small chip above it, beside (in a tall frame: above) a drawing on a coloured panel."""

    def __init__(self, scene: Scene, chip: str, theme: Theme, size: Size) -> None:
        width, height = size
        wide = width > height
        side = min(size)
        self._ground = painted(size, theme.ground).convert("RGB")
        room = (round(width * (0.42 if wide else 0.84)), round(height * (0.38 if wide else 0.18)))
        largest = round(side * (0.115 if scene.title else 0.095))
        lines, face = fitted(scene.headline, room, largest, 700, smallest=max(10, largest // 4))
        self._text = block(lines, face, theme.ink, align="left")
        self._left = width * 0.07
        self._middle = height * (0.5 if wide else 0.27)
        label = font(max(9, round(side * 0.034)), 600)
        self._chip = pill([chip], label, INK if theme.dark else WHITE, theme.accent(scene.palette)) if chip else None
        self._bar = painted((round(side * 0.16), max(2, round(side * 0.012))), theme.accent(scene.palette))
        panel = (round(width * 0.36), round(height * 0.62)) if wide else (round(width * 0.86), round(height * 0.4))
        self._panel = with_shadow(_panel(scene, panel), side * 0.02, opacity=0.22)
        self._panel_at = (width * 0.75, height * 0.44) if wide else (width / 2, height * 0.6)
        self._motif = motifs.draw(scene.motif, round(min(panel) * 0.86), scene.palette)

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints the whole frame; the drawing floats a little."""
        frame.paste(self._ground)
        rise = frame.height * 0.02 * (1 - eased(time / 0.8))
        place(frame, self._panel, (self._panel_at[0], self._panel_at[1] + rise))
        lift = self._motif.height * 0.012 * math.sin(time * 1.2)
        place(frame, self._motif, (self._panel_at[0], self._panel_at[1] + lift), turn=1.2 * math.sin(time * 0.7))
        top = self._middle - self._text.height / 2 + rise
        place(frame, self._text, (self._left + self._text.width / 2, self._middle + rise))
        if self._chip is not None:
            at = (self._left + self._chip.width / 2, top - self._chip.height * 0.9)
            place(frame, self._chip, at)
        length = eased((time - 0.2) / 0.7)
        bar = self._bar.resize((max(1, round(self._bar.width * length)), self._bar.height))
        frame.paste(bar, (round(self._left), round(top + self._text.height + self._bar.height * 2)))


def _panel(scene: Scene, size: Size) -> Image.Image:
    ground = painted(size, Fade(scene.palette.top, scene.palette.bottom, 20))
    return clipped(ground, rounded_mask(size, min(size) * 0.08))


class Progress:
    """A thin line along the bottom that fills as the film goes on."""

    def __init__(self, duration: float, colour: str, theme: Theme, size: Size) -> None:
        tall = max(2, round(min(size) * 0.014))
        self._duration = duration
        self._empty = painted((size[0], tall), theme.line).convert("RGB")
        self._full = painted((size[0], tall), colour).convert("RGB")
        self._top = size[1] - tall

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints the line, full up to this moment's share."""
        done = max(1, round(frame.width * time / self._duration))
        frame.paste(self._empty, (0, self._top))
        frame.paste(self._full.crop((0, 0, done, self._full.height)), (0, self._top))
