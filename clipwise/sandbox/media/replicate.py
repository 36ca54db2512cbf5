"""`ad_replicate`: a reference advertisement again, with another actor: its shots, its pace, its pictures, its words.

Knows how the reference is taken over; what is said in it is heard by `recognise`, when that extra is installed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PIL import Image, ImageFilter

from clipwise.sandbox.media import backgrounds
from clipwise.sandbox.media.acting import direction
from clipwise.sandbox.media.canvas import Fade, painted
from clipwise.sandbox.media.footage import Footage, Player, Reference, motion_of, open_footage, pictures
from clipwise.sandbox.media.narrated import Telling, finished, told
from clipwise.sandbox.media.narration import LONGEST, Beat, sentence
from clipwise.sandbox.media.order import MediaError, Order, Rendered, Report
from clipwise.sandbox.media.pictures import Size, covering
from clipwise.sandbox.media.plate import cleared
from clipwise.sandbox.media.presenter import Spot, presenter
from clipwise.sandbox.media.production import caption_style, first, quality_of, size_of, words
from clipwise.sandbox.media.speech import check_language, sentences_of, speakable, voice_of
from clipwise.sandbox.media.stage import Backdrop, CaptionTrack, Layer
from clipwise.sandbox.media.turns import Turns

NEUTRAL = "Take a good look at this. You may like what you see."
# How the actor is framed in one shot after another: across, and how large.
_FRAMINGS = ((0.5, 1.12), (0.32, 0.86), (0.68, 0.98), (0.5, 1.36))


def render(order: Order, report: Report) -> Rendered:
    """Renders an `ad_replicate` order, in the reference's shape and about as long as it is."""
    check_language(order.inputs.get("language"))
    report("watching", 0.01)
    footage = open_footage(first(order, "reference_video", "reference_ad"), "reference_video")
    cuts = motion_of(footage).cuts
    heard = _heard(footage)
    how = direction(order)
    voice = voice_of(order.assets.get("voice", ()), order.inputs.get("voice"))
    paced = replace(voice, speed=voice.speed * how.pace)
    beats = [Beat("", line) for line in sentences_of(heard or NEUTRAL)]
    size = size_of(_shape(footage.size), quality_of(order))
    seconds = min(LONGEST, footage.duration)
    telling = told(order, report, beats, size, seconds=seconds, voices=[paced] * len(beats))
    ratio = telling.track.duration / footage.duration
    starts = [0.0, *(cut * ratio for cut in cuts)]
    source = words(order, "background_source")
    layers = _scenery(footage, source, starts, telling)
    shots = [
        presenter(first(order, "avatar"), _spot(number, how.zoom, size), telling.track.mouth, how)
        for number in range(min(len(starts), len(_FRAMINGS)))
    ]
    layers.append(Shots(starts, shots))
    if telling.captions:
        layers.append(CaptionTrack(telling.captions, (size[0] / 2, size[1] * 0.87), caption_style(size)))
    return finished(
        order, report, telling, layers, shots=len(starts), background=source or "reference_video",
        words="of the reference" if heard else "neutral", direction=list(how.understood),
    )  # fmt: skip


def _heard(footage: Footage) -> str:
    """What is said in the reference; "" when nothing is, or when there is nothing here to listen with."""
    if not footage.has_sound:
        return ""
    try:
        from clipwise.sandbox.media.recognise import transcribe

        text = transcribe(footage.path)
    except (ImportError, MediaError):
        return ""
    text = re.sub(r"\[[^\]]*\]|\([^)]*\)|[^\w\s.,;:!?'$%&-]", " ", text)
    try:
        return sentence(" ".join(speakable(text).split()))
    except MediaError:
        return ""


def _shape(size: Size) -> str:
    """The aspect ratio nearest to a film's that the sandbox films."""
    return f"{min(2.4, max(0.42, size[0] / size[1])):.4f}:1"


def _spot(number: int, zoom: float, size: Size) -> Spot:
    across, large = _FRAMINGS[number % len(_FRAMINGS)]
    side = min(size[0] * 1.12, size[1] * 0.98) * large * zoom
    return Spot(size[0] * across, size[1], round(side))


def _scenery(footage: Footage, source: str, starts: Sequence[float], telling: Telling) -> list[Layer]:
    """What is behind the actor: the reference, else a place that is named, else a ground in the reference's colours."""
    size, duration = telling.size, telling.track.duration
    name = source.lower().removeprefix("background_").removeprefix("bg_")
    if name in backgrounds.PLACES:
        room = (round(size[0] * 1.06), round(size[1] * 1.06))
        return [
            Backdrop(backgrounds.draw(name, room), size, duration),
            Reference(footage, size, footage.duration / duration),
        ]
    if not source or re.search(r"reference|video|original|ad\b|same|keep|source", name):
        return [Playing(footage, size, duration)]
    grounds = _grounds(footage, starts, duration)
    makers = [partial(Backdrop, painted(size, ground), size, duration) for ground in grounds]
    return [Turns(starts, makers, fade=0.0), Reference(footage, size, footage.duration / duration)]


def _grounds(footage: Footage, starts: Sequence[float], duration: float) -> list[Fade]:
    """For each shot, a gradient between the colours of its upper and its lower half."""
    ratio = footage.duration / duration
    looks = list(pictures(footage, 32, 4))
    shown = [min(looks, key=lambda look: abs(look[0] - (start * ratio + 0.2)))[1] for start in starts]
    return [Fade(_mean(picture, 0), _mean(picture, 1)) for picture in shown]


def _mean(picture: Image.Image, half: int) -> str:
    """The colour of the upper (0) or the lower half (1)."""
    middle = picture.height // 2
    part = picture.crop((0, half * middle, picture.width, middle + half * middle)).resize((1, 1), Image.Resampling.BOX)
    return f"#{part.convert('RGB').tobytes().hex()}"


class Playing:
    """The reference behind everything, without its actor and a little out of focus, played over the whole new film."""

    def __init__(self, footage: Footage, size: Size, duration: float) -> None:
        self._player = Player(footage, max(size) // 2, 12)
        self._size = size
        self._ratio = footage.duration / duration
        self._kept: tuple[int, Image.Image] | None = None

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints the whole frame."""
        shown = self._player.at(time * self._ratio)
        if self._kept is None or self._kept[0] != id(shown):
            blurred = cleared(shown).filter(ImageFilter.GaussianBlur(min(shown.size) * 0.008))
            self._kept = (id(shown), covering(blurred, self._size))
        frame.paste(self._kept[1])


class Shots:
    """The actor, framed anew with every shot."""

    def __init__(self, starts: Sequence[float], framed: Sequence[Layer]) -> None:
        self._starts, self._framed = starts, framed

    def paint(self, frame: Image.Image, time: float) -> None:
        """Paints the actor as this moment's shot frames them."""
        index = max((i for i, start in enumerate(self._starts) if start <= time), default=0)
        self._framed[index % len(self._framed)].paint(frame, time)
