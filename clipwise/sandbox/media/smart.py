"""`smart`: a prompt becomes a title card and a few drawn scenes, narrated and captioned.

Knows how that film is put together; what is said is `narration`'s, what is seen is `scenes`'.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from clipwise.sandbox.media.captions import Caption
from clipwise.sandbox.media.lettering import CaptionStyle, drawable
from clipwise.sandbox.media.narrated import asked, finished, logo_layers, told
from clipwise.sandbox.media.narration import beats, seconds_of
from clipwise.sandbox.media.order import Order, Rendered, Report
from clipwise.sandbox.media.pictures import Size, open_picture
from clipwise.sandbox.media.presenter import Mouth, Photograph, RoundHead, presenter_name
from clipwise.sandbox.media.production import Soundtrack, caption_style, first, quality_of, size_of, words
from clipwise.sandbox.media.scenes import Plan, Scene, SceneTrack, scenes_of
from clipwise.sandbox.media.speech import speakable
from clipwise.sandbox.media.stage import CaptionTrack, Layer


def render(order: Order, report: Report) -> Rendered:
    """Renders a `smart` order: a film and its captions; the transcript is the narration."""
    inputs = order.inputs
    prompt = asked(order, "prompt")
    size = size_of(inputs.get("aspect_ratio"), quality_of(order))
    seconds = seconds_of(inputs.get("duration"))
    plan = beats(prompt, seconds=seconds, tone=words(order, "tone"), audience=audience_of(order))
    telling = told(order, report, plan, size, seconds=seconds)
    scenes = scenes_of(plan, telling.spans, words(order, "style"))
    layers = _layers(order, scenes, size, telling.track, telling.captions)
    return finished(order, report, telling, layers, scenes=[beat.headline for beat in plan])


def audience_of(order: Order) -> str:
    """Who the film is for, as it is said after "for"."""
    text = re.sub(r"^for\s+", "", words(order, "audience"), flags=re.IGNORECASE).rstrip(" .!?")
    return drawable(speakable(text, "the audience"), "the audience") if text else ""


def _layers(
    order: Order, scenes: Sequence[Scene], size: Size, track: Soundtrack, captions: Sequence[Caption]
) -> list[Layer]:
    layers: list[Layer] = [SceneTrack(scenes, size, _plan(size))]
    layers += _presenter(order, size, track.mouth)
    layers += logo_layers(order, size)
    if captions:
        layers.append(CaptionTrack(captions, _caption_spot(size), _caption_style(size, bool(first(order, "avatar")))))
    return layers


def _is_tall(size: Size) -> bool:
    return size[1] >= 1.5 * size[0]


def _plan(size: Size) -> Plan:
    width, height = size
    if width > 1.2 * height:
        room = (round(width * 0.42), round(height * 0.46))
        return Plan((width * 0.28, height * 0.43), room, (width * 0.74, height * 0.43), round(height * 0.68), "left")
    if _is_tall(size):
        room = (round(width * 0.86), round(height * 0.17))
        return Plan((width / 2, height * 0.19), room, (width / 2, height * 0.49), round(width * 0.8), "center")
    room = (round(width * 0.84), round(height * 0.18))
    return Plan((width / 2, height * 0.19), room, (width / 2, height * 0.52), round(height * 0.46), "center")


def _caption_spot(size: Size) -> tuple[float, float]:
    return size[0] / 2, size[1] * (0.79 if _is_tall(size) else 0.86)


def _caption_style(size: Size, with_presenter: bool) -> CaptionStyle:
    style = caption_style(size)
    if with_presenter and not _is_tall(size):
        return CaptionStyle(round(size[0] * 0.64), style.size)
    return style


def _presenter(order: Order, size: Size, mouth: Mouth) -> list[Layer]:
    asset = first(order, "avatar")
    if asset is None:
        return []
    diameter = round(min(size) * (0.2 if _is_tall(size) else 0.19))
    edge = min(size) * 0.05
    centre = (edge + diameter / 2, size[1] - edge - diameter / 2)
    name = presenter_name(asset)
    if name is not None:
        return [RoundHead(name, centre, diameter, mouth, "#cfe3f1")]
    return [Photograph(open_picture(asset, "avatar", 800), centre, diameter, mouth)]
