"""The parts of the media wing: captions, narration, lettering, pictures, the catalog."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clipwise.sandbox.media import captions, lettering, motifs, narration, pictures, scenes, sound, speech, subjects
from clipwise.sandbox.media.canvas import Canvas, ellipse
from clipwise.sandbox.media.curated import CURATED, DEFAULT_AVATAR, DEFAULT_BACKGROUND, Curated
from clipwise.sandbox.media.motifs import MOTIFS
from clipwise.sandbox.media.order import Asset, MediaError
from clipwise.sandbox.media.ornaments import ORNAMENTS
from clipwise.sandbox.media.recognise import transcribe
from clipwise.sandbox.media.speech import Timed

TEXT = "Three drops in the morning, and my skin looks awake all day. Try it for a week and see."
DRAWN = [row for row in CURATED if row.draw is not None]


def test_the_sentences_of_a_speech_have_times_that_rise_and_stay_inside_it() -> None:
    """Each sentence starts after the one before has ended."""
    spoken = speech.speak(TEXT)
    assert [s.text for s in spoken.sentences] == list(speech.sentences_of(TEXT))
    times = [t for s in spoken.sentences for t in (s.start, s.end)]
    assert times == sorted(times)
    assert 0 < times[0] < times[-1] <= spoken.duration


def test_a_sentence_is_quiet_outside_its_times() -> None:
    """The times are those of the sound itself."""
    spoken = speech.speak(TEXT)
    one, two = spoken.sentences
    gap = spoken.samples[int(one.end * spoken.rate) + 1 : int(two.start * spoken.rate) - 1]
    assert np.abs(gap).max() <= 0.02
    assert np.abs(spoken.samples).max() > 0.2


def test_speech_is_the_same_every_time() -> None:
    """The engine's noise is seeded."""
    assert np.array_equal(speech.speak(TEXT).samples, speech.speak(TEXT).samples)


def test_accents_prices_and_quotation_marks_are_spoken() -> None:
    """Text as people write it is not refused."""
    assert speech.speakable("“Café crème” – only $9.99 & 50% off… wow!")


def test_captions_are_short_and_never_cross_sentences() -> None:
    """At most five words each, in order, every word once."""
    made = captions.captions_of([Timed("One two three four five six seven.", 0, 3), Timed("Eight nine.", 3, 4)])
    assert all(len(c.words) <= captions.MAX_WORDS for c in made)
    assert [c.text for c in made] == ["One two three four", "five six seven.", "Eight nine."]


def test_words_fill_the_time_of_their_sentence() -> None:
    """Words follow one another without gaps, a longer one taking longer."""
    words = captions.timed_words(Timed("A considerable day", 1.0, 4.0))
    assert (words[0].start, words[-1].end) == (1.0, pytest.approx(4.0))
    assert [a.end for a in words[:-1]] == [b.start for b in words[1:]]
    assert words[1].end - words[1].start > words[2].end - words[2].start


def test_the_active_word_is_the_one_being_heard() -> None:
    """Before its start a caption shows its first word, after its end the last."""
    caption = captions.Caption((Timed("one", 0, 1), Timed("two", 1, 2)))
    assert [caption.active(t) for t in (-1, 0.5, 1.0, 5)] == [0, 0, 1, 1]


def test_caption_files_have_the_stamps_of_their_kinds() -> None:
    """SubRip writes a comma before the milliseconds, WebVTT a point, and escapes what looks like a tag."""
    made = [captions.Caption((Timed("a<b", 3661.5, 3662), Timed("c", 3662, 3663)))]
    assert captions.srt(made) == "1\n01:01:01,500 --> 01:01:03,000\na<b c\n\n"
    assert captions.webvtt(made).splitlines()[2:] == [
        "01:01:01.500 --> 01:01:03.000",
        "a&lt;b <01:01:02.000>c",
        "",
    ]


@pytest.mark.parametrize(
    ("prompt", "headlines"),
    [
        ("Explain how bees make honey", ["How bees make honey", "A closer look"]),
        ("Make a promo for AeroFlask. It is made of steel.", ["AeroFlask", "It is made of steel"]),
        ("An ad for our cafe with fresh bread and good coffee", ["Our cafe", "Fresh bread", "Good coffee"]),
        ("Why do cats purr?", ["Why do cats purr?", "A closer look"]),
    ],
)
def test_a_prompt_is_read_for_its_subject_and_its_points(prompt: str, headlines: list[str]) -> None:
    """The words that ask for a film are not part of it."""
    assert [beat.headline for beat in narration.beats(prompt)][: len(headlines)] == headlines


@pytest.mark.parametrize("seconds", [4, 10, 30, 60])
def test_the_narration_fits_the_time(seconds: float) -> None:
    """More time is filled with more to say; every line is a sentence."""
    lines = [beat.line for beat in narration.beats("Better sleep", seconds=seconds)]
    assert sum(len(line) for line in lines) / 14 + 0.8 * len(lines) <= max(4.5, seconds)
    assert all(line[0].isupper() and line[-1] in ".!?" for line in lines)
    assert len(lines) == len(set(lines))


@pytest.mark.parametrize(
    ("sentence", "spoken"),
    [
        ("Keep your room dark and cool.", True),
        ("Use less sugar.", True),
        ("Keep it fun.", False),
        ("Use upbeat music.", False),
        ("The tone should be warm.", False),
        ("End with a call to action.", False),
    ],
)
def test_directions_to_the_maker_are_not_read_out(sentence: str, spoken: bool) -> None:
    """Advice to the viewer is spoken, advice about the film is not."""
    lines = [beat.line for beat in narration.beats(f"Better sleep. {sentence}")]
    assert (sentence in lines) == spoken


def test_tone_and_audience_are_heard() -> None:
    """The audience is addressed, and the tone chooses the closing words."""
    lines = [beat.line for beat in narration.beats("Tea", tone="Urgent", audience="students")]
    assert "This one is for students." in lines
    assert lines[-1] == "Don't wait. Start today."


def test_every_keyword_belongs_to_a_motif_that_is_drawn() -> None:
    """The table of words and the table of drawings name the same motifs."""
    assert set(subjects.KEYWORDS) == set(MOTIFS) - set(subjects.ABSTRACT)
    assert set(subjects.ABSTRACT) == set(ORNAMENTS)
    assert subjects.motif_for("Morning coffees") == "cup"


def test_a_scene_shows_the_thing_that_is_named_and_an_ornament_for_what_is_not_known() -> None:
    """A cat is a cat and not a heart; nothing stands for what it does not mean."""
    assert scenes.motif_of("My cat ate the cake") == "cat"
    assert scenes.motif_of("My cat ate the cake", frozenset({"cat"})) == "cup"
    assert scenes.motif_of("Quantum chromodynamics") in ORNAMENTS
    palette = subjects.PALETTES[0]
    drawn = {name: motifs.draw(name, 120, palette).tobytes() for name in ("cat", "heart", *ORNAMENTS)}
    assert len(set(drawn.values())) == len(drawn)


@pytest.mark.parametrize("row", DRAWN, ids=lambda row: row.id)
def test_the_catalog_draws_itself_at_any_size(row: Curated) -> None:
    """Pictures have the size asked for, are the same every time, and are opaque unless they are presenters."""
    assert row.draw is not None
    for size in ((120, 160), (160, 90)):
        picture = row.draw(size)
        assert (picture.mode, picture.size) == ("RGBA", size)
        assert np.array_equal(np.asarray(picture), np.asarray(row.draw(size)))
        opaque = picture.getchannel("A").getextrema()[0] == 255
        assert opaque == (row.resource_type != "avatars")


def test_the_catalog_has_enough_of_everything_and_distinct_ids() -> None:
    """At least six presenters, eight places and three voices, the defaults among them."""
    ids = [row.id for row in CURATED]
    assert len(set(ids)) == len(ids)
    counts = {kind: sum(row.resource_type == kind for row in CURATED) for kind in {r.resource_type for r in CURATED}}
    assert counts["avatars"] >= 6
    assert counts["background_images"] >= 8
    assert counts["voices"] == 3
    assert {DEFAULT_AVATAR, DEFAULT_BACKGROUND} <= set(ids)


def test_presenters_open_their_mouths_and_close_their_eyes() -> None:
    """Each mouth and each state of the eyes is another picture, and only the face changes."""
    from clipwise.sandbox.media import avatars

    poses = [
        np.asarray(avatars.draw("leo", 200, mouth, eyes), np.int16) for mouth in range(5) for eyes in (True, False)
    ]
    for number, pose in enumerate(poses[1:], 1):
        changed = np.abs(pose - poses[0]).max(axis=-1)
        assert changed.any(), number
        assert not changed[130:].any()


def test_text_is_wrapped_within_its_width() -> None:
    """No line is wider than allowed, even when one word is."""
    face = lettering.font(20)
    for line in lettering.wrap("A donaudampfschifffahrtsgesellschaftskapitaen and others", face, 120):
        assert face.getlength(line) <= 120


def test_text_that_does_not_fit_ends_at_a_word() -> None:
    """What is cut off is shown to be."""
    lines, _ = lettering.fitted("word " * 60, (120, 50), 20, 400)
    assert lines[-1].endswith("word…")


def test_a_caption_never_leaves_its_picture() -> None:
    """The letters of a long word shrink rather than being cut."""
    style = lettering.CaptionStyle(width=200, size=24)
    picture = lettering.caption(["Donaudampfschifffahrtsgesellschaft"], 0, style)
    box = picture.getchannel("A").getbbox()
    assert box is not None
    assert box[0] > 0
    assert box[2] < picture.width
    assert box[3] <= picture.height


def test_a_glyph_that_the_font_lacks_is_an_error() -> None:
    """Nothing is drawn as an empty box."""
    assert lettering.drawable("Ça coûte  5 € — Привет") == "Ça coûte 5 € — Привет"
    with pytest.raises(MediaError, match="你") as caught:
        lettering.drawable("Hello 你")
    assert caught.value.code == "unsupported_text"


def test_a_picture_is_turned_upright(tmp_path: Path) -> None:
    """The orientation that a camera writes is honoured."""
    side = Image.new("RGB", (40, 20), "#ffffff")
    exif = side.getexif()
    exif[0x0112] = 6
    side.save(tmp_path / "side.jpg", exif=exif)
    asset = Asset("a", "avatars", "side", tmp_path / "side.jpg", "image/jpeg", {})
    assert pictures.open_picture(asset, "avatar").size == (20, 40)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_kind_of_picture_is_read(tmp_path: Path, mode: str) -> None:
    """Grey, indexed, print and deep pictures become RGBA, light ones staying light."""
    path = tmp_path / ("a.tiff" if mode in ("CMYK", "I;16") else "a.png")
    if mode == "I;16":
        Image.fromarray(np.full((8, 8), 50_000, np.uint16)).save(path)
    else:
        Image.new("RGB", (8, 8), "#c8c8c8").convert(mode).save(path)
    picture = pictures.open_picture(Asset("a", "avatars", "a", path, "image/png", {}), "avatar")
    assert picture.mode == "RGBA"
    assert np.asarray(picture)[..., :3].mean() > 120


def test_a_covering_box_has_the_proportions_of_its_target() -> None:
    """It lies inside the picture whatever the zoom and the drift."""
    for size, target in (((100, 50), (30, 60)), ((50, 100), (60, 30)), ((70, 70), (70, 70))):
        for zoom in (1.0, 1.3):
            left, top, right, bottom = pictures.cover_box(size, target, zoom, (1.0, -1.0))
            assert 0 <= left < right <= size[0] + 1e-6
            assert 0 <= top < bottom <= size[1] + 1e-6
            assert (right - left) / (bottom - top) == pytest.approx(target[0] / target[1])


def test_edges_are_antialiased() -> None:
    """The rim of a disc has many shades between nothing and all."""
    canvas = Canvas((60, 60), (0, 0, 60, 60))
    canvas.fill(ellipse(30, 30, 20), "#ff0000")
    assert len(np.unique(np.asarray(canvas.image.getchannel("A")))) > 8


def test_silence_is_not_given_words(tmp_path: Path) -> None:
    """A recogniser left to itself hears "you" in silence."""
    sound.write_wav(tmp_path / "silence.wav", np.zeros(48_000, np.float32), 24_000)
    assert transcribe(tmp_path / "silence.wav") == ""


def test_a_file_without_sound_cannot_be_transcribed(tmp_path: Path) -> None:
    """The error says so rather than returning nothing."""
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    with pytest.raises(MediaError) as caught:
        transcribe(tmp_path / "a.png")
    assert caught.value.code == "unreadable_audio"


def test_the_envelope_follows_the_loudness() -> None:
    """It is near 1 where there is sound, and 0 where there has been none for a while."""
    samples = np.zeros(24_000, np.float32)
    samples[:12_000] = 0.3
    values = sound.envelope(samples, 24_000, 12, 12)
    assert values[2] > 0.9
    assert values[-1] < 0.05
