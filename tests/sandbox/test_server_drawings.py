"""What is generated from words shows what the words say, and the same words always give the same picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageChops

from clipwise.sandbox.media.colours import COLOURS
from clipwise.sandbox.media.generated import look_for, place_for
from clipwise.sandbox.media.looks import LOOKS
from clipwise.sandbox.media.order import Order
from clipwise.sandbox.renderers import render

SIZE = (90, 160)
WOMEN, MEN = ("maya", "amara", "sofia", "amina", "grace"), ("leo", "kenji", "omar")


def sitter(prompt: str) -> str:
    """Who of the catalog sat for a prompt: told by the face."""
    look = look_for(prompt)
    return next(name for name, each in LOOKS.items() if (each.skin, each.style) == (look.skin, look.style))


@pytest.mark.parametrize(
    ("prompt", "among"),
    [
        ("a woman with blonde hair in a red blazer", ("sofia",)),
        ("an old woman", ("grace",)),
        ("a girl with pink hair in a green hoodie", ("maya", "amara", "sofia", "grace")),
        ("a man with a beard", ("omar",)),
        ("a young man with glasses", MEN),
        ("woman in a headscarf", ("amina",)),
        ("a man", MEN),
        ("a woman", WOMEN),
    ],
)
def test_a_presenter_is_whom_the_words_describe(prompt: str, among: tuple[str, ...]) -> None:
    """Who it is, however the rest is chosen."""
    assert sitter(prompt) in among


def test_the_named_colours_are_those_of_the_clothes_and_the_hair() -> None:
    """Each colour goes where the words put it; clothes and extras are taken from the words too."""
    look = look_for("A man with black hair, glasses and a yellow suit")
    assert (look.hair, look.cloth, look.outfit) == (COLOURS["black"], COLOURS["yellow"], "blazer")
    assert "glasses" in look.extras
    assert look_for("someone") == look_for("someone")


def mean(picture: Image.Image) -> Any:
    """The mean colour."""
    return np.asarray(picture.convert("RGB"), np.float64).mean((0, 1))


@pytest.mark.parametrize("prompt", ["a beach", "a red wall", "画", "x" * 5000, "night, neon, tokyo street", "?!"])
def test_a_place_is_opaque_and_always_the_same(prompt: str) -> None:
    """Whatever the words are, there is a picture, and it is not one flat colour."""
    one, two = place_for(prompt, SIZE), place_for(prompt, SIZE)
    assert one.size == SIZE
    assert one.getchannel("A").getextrema() == (255, 255)
    assert ImageChops.difference(one.convert("RGB"), two.convert("RGB")).getbbox() is None
    assert np.asarray(one.convert("L")).std() > 2


def test_light_and_colours_of_a_place_follow_the_words() -> None:
    """Night is dark, morning is light, and a colour tints."""
    plain, night, morning, pink = (mean(place_for(f"an office{more}", SIZE)) for more in ("", " at night",
                                   " in the morning", " in pink"))  # fmt: skip
    assert night.mean() < 0.75 * plain.mean()
    assert morning.mean() > plain.mean()
    assert pink[0] - pink[1] > plain[0] - plain[1]
    red = mean(place_for("abstract red", SIZE))
    assert red[0] > 1.5 * max(red[1], red[2])


@pytest.mark.parametrize(
    ("slug", "inputs", "shape", "see_through"),
    [
        ("generate_avatars", {"prompt": "a chef"}, 1.0, True),
        ("generate_background_images", {"prompt": "a park", "aspect_ratio": "16:9"}, 16 / 9, False),
        ("generate_background_images", {"prompt": "a park"}, 9 / 16, False),
    ],
)
def test_an_order_is_rendered_to_one_picture(
    tmp_path: Path, slug: str, inputs: dict[str, Any], shape: float, see_through: bool
) -> None:
    """A presenter is cut out, a place fills its shape; progress never goes back."""
    told: list[float] = []
    rendered = render(Order(slug, inputs, {}, tmp_path, "draft"), lambda stage, progress: told.append(progress))
    (file,) = rendered.files
    with Image.open(file.path) as picture:
        assert (file.kind, file.mime_type) == ("image", "image/png")
        assert picture.width / picture.height == pytest.approx(shape, rel=0.02)
        assert (picture.convert("RGBA").getchannel("A").getextrema()[0] == 0) is see_through
    assert told == sorted(told)
