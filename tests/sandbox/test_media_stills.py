"""The formats that make stills, transcripts and subtitles, judged by what a decoder makes of their files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest
from decoded import frames, word_errors
from PIL import Image, ImageDraw

from clipwise.sandbox.media import (
    ad_text,
    cutout,
    objects,
    picture_words,
    placements,
    recognise,
    sound,
    speech,
    transcript,
    typography,
)
from clipwise.sandbox.media.curated import CURATED
from clipwise.sandbox.media.film import QUALITIES, write_film
from clipwise.sandbox.renderers import Asset, MediaError, Order, Rendered, render

Render = Callable[..., Rendered]
SCRIPT = "I was tired of heavy creams. This little serum sinks in fast, and my skin has never looked so bright."


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Render:
    """Renders a draft, in a folder of its own."""

    def make(format: str, inputs: Mapping[str, Any], assets: Mapping[str, Asset] | None = None) -> Rendered:
        folder = tmp_path_factory.mktemp("rendering")
        given = {name: (asset,) for name, asset in (assets or {}).items()}
        return render(Order(format, inputs, given, folder, "draft"), lambda *_: None)

    return make


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Asset]:
    """Uploaded pictures: a thing on a plain ground, a busy one, and one with its subject at the right."""
    folder = tmp_path_factory.mktemp("pictures")
    plain = Image.new("RGB", (300, 300), "#f0f0f4")
    ImageDraw.Draw(plain).rounded_rectangle((110, 60, 190, 250), 20, fill="#c02040")
    busy = Image.fromarray(np.random.default_rng(1).integers(0, 255, (200, 160, 3)).astype(np.uint8))
    right = Image.new("RGB", (300, 300), "#ffffff")
    ImageDraw.Draw(right).ellipse((200, 150, 270, 260), fill="#204080")
    for name, picture in (("plain", plain), ("busy", busy), ("right", right)):
        picture.save(folder / f"{name}.png")
    return {
        name: Asset(f"upload_{name}", "generic_uploads", name, folder / f"{name}.png", "image/png", {})
        for name in ("plain", "busy", "right")
    }


def curated(id: str) -> Asset:
    """An asset for a row of the sandbox's own catalog, without a file."""
    row = next(row for row in CURATED if row.id == id)
    return Asset(id, row.resource_type, row.name, None, row.mime_type, {**row.metadata, "curated": id})


def pixels(rendered: Rendered, number: int = 0) -> npt.NDArray[np.int16]:
    """A picture of a rendering."""
    with Image.open(rendered.files[number].path) as picture:
        return np.asarray(picture.convert("RGB"), np.int16)


def difference(one: npt.NDArray[np.int16], other: npt.NDArray[np.int16]) -> float:
    """How much two pictures of one size differ, per pixel and colour."""
    assert one.shape == other.shape
    return float(np.abs(one - other).mean())


PRODUCT = Asset(
    "product_9", "products", "Lumea Serum", None, "",
    {"name": "Lumea Serum", "description": "Three drops in the morning.", "product_type": "serum"},
)  # fmt: skip
# Format -> inputs and assets that give one small picture.
SHOOTS: Mapping[str, tuple[Mapping[str, Any], Mapping[str, str]]] = {
    "ugc_model_shoot": ({"variations": 1, "aspect_ratio": "1:1"}, {"product_image": "plain"}),
    "ugc_product_background": ({"variations": 1, "aspect_ratio": "1:1"}, {"product_image": "plain"}),
    "inventory_shoot": ({"mode": "product_shoot", "variations": 1, "aspect_ratio": "1:1"}, {"product_image": "plain"}),
    "static_ad": ({"ad_format": "instagram_square"}, {"product_image_upload_id": "plain", "product_id": "product"}),
    "text_to_image": ({"prompt": "A red bicycle", "aspect_ratio": "1:1"}, {}),
}


@pytest.fixture(scope="module")
def still(make: Render, files: Mapping[str, Asset]) -> Callable[..., Rendered]:
    """Renders a format's plainest order with something more; orders without anything more are rendered once."""
    plain: dict[str, Rendered] = {}

    def still(
        format: str, inputs: Mapping[str, Any] | None = None, assets: Mapping[str, str] | None = None
    ) -> Rendered:
        if not inputs and not assets and format in plain:
            return plain[format]
        usual, given = SHOOTS[format]
        named = {**given, **(assets or {})}
        found = {name: PRODUCT if id == "product" else files.get(id) or curated(id) for name, id in named.items()}
        done = make(format, {**usual, **(inputs or {})}, found)
        return done if inputs or assets else plain.setdefault(format, done)

    return still


@pytest.mark.parametrize("format", SHOOTS)
def test_each_format_gives_a_picture_that_is_neither_black_nor_flat(still: Render, format: str) -> None:
    """A draft is a PNG with many colours, marked as the sandbox's."""
    rendered = still(format)
    assert [(f.kind, f.mime_type) for f in rendered.files] == [("image", "image/png")]
    shown = pixels(rendered)
    assert shown.shape[:2] == (rendered.details["height"], rendered.details["width"]) == (360, 360)
    assert shown.mean() > 30
    assert shown.std() > 15
    assert len(np.unique(shown.reshape(-1, 3), axis=0)) > 500


@pytest.mark.parametrize("format", ["ugc_model_shoot", "ugc_product_background", "inventory_shoot", "static_ad"])
def test_every_variation_is_composed_differently(still: Render, format: str) -> None:
    """As many pictures as asked for, no two of them alike."""
    rendered = still(format, {"variations": 3})
    assert len(rendered.files) == 3
    shown = [pixels(rendered, number) for number in range(3)]
    assert min(difference(a, b) for a, b in ((shown[0], shown[1]), (shown[1], shown[2]), (shown[0], shown[2]))) > 8


def test_a_dozen_ads_are_a_dozen_different_ones(still: Render) -> None:
    """Layouts and palettes come round at different times, with and without a reference."""
    for assets in ({}, {"reference_ad_id": "refad_split"}):
        rendered = still("static_ad", {"variations": 12, "ad_format": "160x200"}, assets)
        assert len({pixels(rendered, number).tobytes() for number in range(12)}) == 12


@pytest.mark.parametrize("count", [0, 13, True, "4", 2.5])
def test_a_count_that_cannot_be_made_is_refused(still: Render, count: object) -> None:
    """The message names the limits."""
    with pytest.raises(MediaError, match="1 to 12") as caught:
        still("ugc_model_shoot", {"variations": count})
    assert caught.value.code == "unsupported_count"


@pytest.mark.parametrize(
    ("format", "inputs", "assets"),
    [
        ("ugc_model_shoot", {}, {"avatar": "plain"}),
        ("ugc_model_shoot", {}, {"avatar": "busy"}),
        ("ugc_model_shoot", {}, {"background_image": "busy"}),
        ("ugc_model_shoot", {}, {"pose": "right"}),
        ("ugc_product_background", {}, {"product_image": "busy"}),
        ("ugc_product_background", {}, {"pose": "right"}),
        ("inventory_shoot", {"mode": "model_shoot"}, {}),
        ("inventory_shoot", {}, {"pose": "right"}),
        ("static_ad", {}, {"product_image_upload_id": "right"}),
        ("static_ad", {"custom_instructions": "Short headline, plenty of empty space"}, {}),
        ("static_ad", {"custom_instructions": 'The headline is "Glow on"'}, {}),
        ("static_ad", {"custom_instructions": "green and dark"}, {}),
        ("static_ad", {"data": {"price": "€29"}}, {}),
        ("static_ad", {"data": {"volume": "30 ml"}}, {}),
        ("text_to_image", {"prompt": "A blue bicycle"}, {}),
        ("text_to_image", {"prompt": "A red bicycle on the beach"}, {}),
        ("text_to_image", {"prompt": "A red bicycle at night"}, {}),
    ],
    ids=str,
)
def test_required_inputs_and_pictures_of_ones_own_change_the_picture(
    still: Render, format: str, inputs: Mapping[str, Any], assets: Mapping[str, str]
) -> None:
    """A picture with the value is not the picture without it; that each optional input counts is shown over HTTP."""
    assert difference(pixels(still(format)), pixels(still(format, inputs, assets))) > 0.15


def test_the_subject_of_a_reference_says_where_the_product_stands(still: Render) -> None:
    """A reference with its subject at the right moves the red product to the right."""
    found = []
    for assets in ({}, {"reference_image": "right"}):
        shown = pixels(still("ugc_product_background", {"background_image": None}, assets))
        red = (shown[..., 0] > 140) & (shown[..., 1] < 90) & (shown[..., 2] < 110)
        found.append(float(np.flatnonzero(red.any(axis=0)).mean()) / shown.shape[1])
    assert found[1] > found[0] + 0.15


def test_a_product_is_known_by_its_words_alone(make: Render) -> None:
    """Without a picture there is a carton with the words on it; without anything there is still a still."""
    bare = make("ugc_product_background", {"variations": 1})
    named = make("ugc_product_background", {"variations": 1, "product_type": "Candle"})
    assert difference(pixels(bare), pixels(named)) > 1


def test_an_unknown_mode_is_refused(still: Render) -> None:
    """The message names the modes."""
    with pytest.raises(MediaError, match="product_shoot, model_shoot"):
        still("inventory_shoot", {"mode": "film"})


def test_a_thing_is_cut_out_of_a_plain_ground_and_not_of_a_busy_one(files: Mapping[str, Asset]) -> None:
    """What is cut out keeps its proportions; what cannot be is printed on a carton."""
    assert files["plain"].path is not None
    assert files["busy"].path is not None
    found = cutout.cut_out(Image.open(files["plain"].path).convert("RGBA"))
    assert found is not None
    assert found.width / found.height == pytest.approx(81 / 191, abs=0.05)
    busy = Image.open(files["busy"].path).convert("RGBA")
    assert cutout.cut_out(busy) is None
    assert cutout.subject(busy).getchannel("A").getextrema() == (0, 255)


@pytest.mark.parametrize(
    ("named", "size"),
    [("instagram_square", (1080, 1080)), ("Instagram Story", (1080, 1920)), ("facebook-landscape", (1200, 628)),
     ("600x500", (600, 500)), ("4:5", (1080, 1350))],
)  # fmt: skip
def test_a_placement_has_its_size(named: str, size: tuple[int, int]) -> None:
    """Names in any spelling, pixels, and proportions."""
    assert placements.size_for(named) == size


@pytest.mark.parametrize("named", ["billboard", "", None, "10x10", "99999x20"])
def test_a_placement_that_is_none_is_refused(named: object) -> None:
    """The error has its own code."""
    with pytest.raises(MediaError) as caught:
        placements.size_for(named)
    assert caught.value.code == "unsupported_resolution"


def test_an_ad_says_what_it_is_told_and_leaves_out_directions() -> None:
    """Quoted words become the headline; what directs the maker does not appear."""
    told = ad_text.ad_text(PRODUCT, {"price": 29, "Weight": "1 kg"}, 'Use big type, say "Glow on the go"', "French")
    assert (told.headline, told.price, told.button) == ("Glow on the go", "29", "Acheter")
    assert told.tagline.startswith("Lumea Serum")
    assert told.facts == ("Weight: 1 kg",)
    plain = ad_text.ad_text(PRODUCT, None, "Short headline, plenty of empty space", None)
    assert (plain.headline, plain.tagline) == ("Lumea Serum", "Three drops in the morning.")


@pytest.mark.parametrize(
    ("inputs", "code"),
    [({"language": "Japanese"}, "unsupported_language"), ({"data": {"badge": "新"}}, "unsupported_text"),
     ({"ad_format": "billboard"}, "unsupported_resolution")],
)  # fmt: skip
def test_what_an_ad_cannot_say_is_an_error(still: Render, inputs: Mapping[str, Any], code: str) -> None:
    """Nothing is drawn as boxes, and nothing is passed over."""
    with pytest.raises(MediaError) as caught:
        still("static_ad", inputs)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("inputs", "size"),
    [({"resolution": "320x200"}, (320, 200)), ({"resolution": "360p", "aspect_ratio": "16:9"}, (640, 360)),
     ({"aspect_ratio": "9:16"}, (360, 640)), ({}, (360, 360))],
)  # fmt: skip
def test_a_picture_has_the_resolution_asked_for(make: Render, inputs: Mapping[str, Any], size: tuple[int, int]) -> None:
    """Exact pixels, names, and proportions."""
    with Image.open(make("text_to_image", {"prompt": "Tea", **inputs}).files[0].path) as picture:
        assert picture.size == size


@pytest.mark.parametrize(
    ("inputs", "code"),
    [({"prompt": "  "}, "missing_input"), ({"prompt": "一只猫"}, "unsupported_text"),
     ({"prompt": "Tea", "resolution": "huge"}, "unsupported_resolution"),
     ({"prompt": "Tea" * 2000}, "text_too_long")],
)  # fmt: skip
def test_a_prompt_that_cannot_be_drawn_is_an_error(make: Render, inputs: Mapping[str, Any], code: str) -> None:
    """The code says why."""
    with pytest.raises(MediaError) as caught:
        make("text_to_image", inputs)
    assert caught.value.code == code


def test_a_prompt_is_read_for_things_colours_places_and_light() -> None:
    """A colour belongs to the thing it stands before."""
    wanted = picture_words.read("A red bicycle against a blue wall, late afternoon sun")
    assert wanted.things == (("bicycle", "#d9423a"),)
    assert (wanted.wall, wanted.light, wanted.place) == ("#3a78c9", "warm", None)
    assert picture_words.read("A woman with two cats in the kitchen").people == ("maya",)


def test_every_word_leads_to_something_that_is_drawn() -> None:
    """The tables of words and the tables of drawings name the same things."""
    from clipwise.sandbox.media import backgrounds, looks

    known = picture_words.known()
    assert known["things"] == set(objects.THINGS) == set(objects.USUAL)
    assert known["people"] <= set(looks.LOOKS)
    assert known["place"] <= set(backgrounds.PLACES)


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Asset:
    """A film of a grey wall in which somebody speaks."""
    path = tmp_path_factory.mktemp("talk") / "talk.mp4"
    spoken = speech.speak(SCRIPT)
    grey = np.full((180, 320, 3), 96, np.uint8)
    write_film(path, [grey] * round(spoken.duration * 12), spoken.samples, spoken.rate, (320, 180), QUALITIES["draft"])
    return Asset("upload_talk", "generic_uploads", "talk.mp4", path, "video/mp4", {})


@pytest.fixture(scope="module")
def caption(make: Render, talk: Asset) -> Callable[[Any], Rendered]:
    """Captions the film with its script in a typography, without the recogniser, which takes its time."""

    def caption(look: Any) -> Rendered:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(recognise, "is_available", lambda: False)
            return make("generate_subtitle", {"script": SCRIPT, "subtitle_typography": look}, {"video": talk})

    return caption


@pytest.fixture(scope="module")
def captioned(caption: Callable[[Any], Rendered]) -> Rendered:
    """The film with captions as they come."""
    return caption(None)


@pytest.mark.slow
def test_the_words_of_a_film_are_heard(make: Render, talk: Asset) -> None:
    """At most 15 % of them wrong, and every caption while it is spoken."""
    rendered = make("video_to_text", {}, {"video": talk})
    assert rendered.transcript is not None
    assert word_errors(SCRIPT, rendered.transcript) <= 0.15
    assert [file.path.suffix for file in rendered.files] == [".srt", ".vtt"]
    spoken = speech.speak(SCRIPT)
    assert talk.path is not None
    words = recognise.words_heard(sound.read_sound(talk.path, "video", 16_000))
    assert words[0].start == pytest.approx(spoken.sentences[0].start, abs=0.25)
    assert next(w for w in words if w.text == "This").start == pytest.approx(spoken.sentences[1].start, abs=0.35)
    assert words[-1].end == pytest.approx(spoken.sentences[1].end, abs=0.35)
    assert all(a.start <= b.start for a, b in pairwise(words))


def test_a_silent_film_has_no_words(make: Render, tmp_path: Path) -> None:
    """The error says so."""
    path = tmp_path / "silent.wav"
    sound.write_wav(path, np.zeros(32_000, np.float32), 16_000)
    silent = Asset("s", "generic_uploads", "silent", path, "video/mp4", {})
    with pytest.raises(MediaError, match="no speech") as caught:
        make("video_to_text", {}, {"video": silent})
    assert caught.value.code == "no_speech"


def test_a_link_cannot_be_fetched(make: Render) -> None:
    """The sandbox has no network, and says so."""
    with pytest.raises(MediaError, match="no network") as caught:
        make("video_to_text", {"url": "https://example.com/interview.mp4"})
    assert caught.value.code == "unsupported_url"


def test_without_the_extra_a_transcript_names_it_and_a_script_is_spread_over_the_speech(
    make: Render, talk: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A known script needs no recogniser."""
    monkeypatch.setattr(recognise, "is_available", lambda: False)
    monkeypatch.setattr(recognise, "_model", recognise._model.__wrapped__)
    with pytest.raises(MediaError, match=r"clipwise\[transcribe\]") as caught:
        make("video_to_text", {}, {"video": talk})
    assert caught.value.code == "missing_extra"
    assert talk.path is not None
    words = transcript.scripted(SCRIPT, talk.path, "video", lambda _: None)
    spoken = speech.speak(SCRIPT)
    assert " ".join(w.text for w in words) == SCRIPT
    assert next(w for w in words if w.text == "This").start == pytest.approx(spoken.sentences[1].start, abs=0.5)


def test_a_script_takes_its_times_from_the_words_that_are_heard() -> None:
    """Misheard words share the time between their neighbours; another text altogether is not matched."""
    said = ("one", "too", "three", "for", "five")
    found = [speech.Timed(word, number, number + 1.0) for number, word in enumerate(said)]
    words = transcript._matched(["One", "two", "three,", "four", "five."], found)
    assert [(w.text, w.start) for w in words] == [("One", 0), ("two", 1), ("three,", 2), ("four", 3), ("five.", 4)]
    assert transcript._matched(["Nothing", "like", "it", "at", "all"], found) == ()


def test_captions_are_burned_in_and_the_sound_is_kept(captioned: Rendered, talk: Asset) -> None:
    """The film has captions low in the picture while somebody speaks, and the very sound it had."""
    assert [file.kind for file in captioned.files] == ["video", "subtitles", "subtitles"]
    assert captioned.transcript == SCRIPT
    assert talk.path is not None
    before, after = frames(talk.path), frames(captioned.files[0].path)
    assert len(before) == len(after)
    middle = np.abs(after[len(after) // 2] - before[len(before) // 2]).max(axis=-1)
    assert middle[120:].max() > 90
    assert middle[40:110].max() < 30
    assert np.array_equal(heard_in(talk.path), heard_in(captioned.files[0].path))


def heard_in(path: Path) -> npt.NDArray[np.float32]:
    """The sound of a file."""
    with av.open(str(path)) as container:
        return np.concatenate([f.to_ndarray()[0] for f in container.decode(audio=0)])


@pytest.mark.parametrize(
    "look",
    [{"position": {"y": 0.2}}, {"color": "#00ff00"}, {"active_word_color": "red"}, {"font_size": 90},
     {"font": "Noto Sans Light"}, {"subtitle_effect": "box"}, {"shadow": True}],
    ids=str,
)  # fmt: skip
def test_typography_changes_the_captions(
    caption: Callable[[Any], Rendered], captioned: Rendered, look: Mapping[str, Any]
) -> None:
    """A film with the wish is not the film without it."""
    wished = caption(look)
    one, other = (frames(r.files[0].path)[14] for r in (captioned, wished))
    assert difference(one, other) > 0.2
    if "position" in look:
        changed = np.abs(other - 96).max(axis=-1)
        assert changed[20:60].max() > 90
        assert changed[120:170].max() < 30
    if look.get("color"):
        assert ((other[..., 1] > 180) & (other[..., 0] < 90)).sum() > 40


def test_hidden_captions_are_only_files(caption: Callable[[Any], Rendered]) -> None:
    """No film is made."""
    rendered = caption({"visibility": "hidden"})
    assert [file.kind for file in rendered.files] == ["subtitles", "subtitles"]


@pytest.mark.parametrize(
    "look",
    [{"font": "Comic Sans"}, {"font_size": 2}, {"font_size": "big"}, {"color": "reddish"},
     {"subtitle_effect": "explode"}, {"position": {"y": 1.2}}, ["bold"]],
    ids=str,
)  # fmt: skip
def test_typography_that_cannot_be_drawn_is_refused(look: object) -> None:
    """The message names the key."""
    with pytest.raises(MediaError, match="subtitle_typography") as caught:
        typography.read(look)
    assert caught.value.code == "unsupported_typography"
