"""The media wing, judged by what a decoder and a recogniser make of its files."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from decoded import Pixels, frames, shown, word_errors
from PIL import Image

from clipwise.sandbox.media import sound, speech
from clipwise.sandbox.media.curated import CURATED
from clipwise.sandbox.media.production import LEAD_SECONDS
from clipwise.sandbox.media.recognise import transcribe
from clipwise.sandbox.renderers import RENDERERS, Asset, MediaError, Order, Rendered, render

Render = Callable[..., Rendered]

SCRIPT = "I was tired of heavy creams. This little serum sinks in fast, and my skin has never looked so bright."
PROMPT = "Create a video about better sleep with a dark room, a cool breeze, and a quiet phone. Keep it calm."


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Render:
    """Renders a draft, in a folder of its own."""

    def make(
        format: str, inputs: Mapping[str, Any], assets: Mapping[str, tuple[Asset, ...]] | None = None, **options: Any
    ) -> Rendered:
        folder = tmp_path_factory.mktemp("rendering")
        return render(Order(format, inputs, assets or {}, folder, "draft"), options.get("report", lambda *_: None))

    return make


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Asset]:
    """Uploaded pictures: two opaque ones, a cut-out, one that is stored lying on its side."""
    folder = tmp_path_factory.mktemp("pictures")
    rows = {row.id: row for row in CURATED}
    drawings = {
        "red": Image.new("RGB", (300, 300), "#d02030"),
        "blue": Image.new("RGB", (300, 200), "#1030c0"),
        "cutout": drawn(rows["avatar_grace"].draw, (300, 300)),
    }
    found = {}
    for name, drawing in drawings.items():
        drawing.save(folder / f"{name}.png")
        found[name] = uploaded(folder / f"{name}.png")
    side = Image.new("RGB", (200, 100), "#30a040")
    exif = side.getexif()
    exif[0x0112] = 6
    side.save(folder / "side.jpg", exif=exif)
    return {**found, "side": uploaded(folder / "side.jpg")}


def drawn(draw: Any, size: tuple[int, int]) -> Image.Image:
    """What a row of the catalog draws."""
    picture = draw(size)
    assert isinstance(picture, Image.Image)
    return picture


def uploaded(path: Path) -> Asset:
    """An asset for a file that somebody uploaded."""
    return Asset(f"upload_{path.stem}", "product_images", path.name, path, "image/png", {})


def curated(id: str) -> Asset:
    """An asset for a row of the sandbox's own catalog."""
    return Asset(id, "avatars", id, None, "image/png", {"curated": id})


def film(rendered: Rendered) -> Path:
    """The one film of a rendering."""
    return next(file.path for file in rendered.files if file.kind == "video")


@pytest.fixture(scope="module")
def advert(make: Render, pictures: Mapping[str, Asset]) -> Rendered:
    """A `ugc_video` with two product pictures."""
    assets = {"product_images": (pictures["red"], pictures["blue"]), "avatar": (curated("avatar_kenji"),)}
    return make("ugc_video", {"script": SCRIPT, "product_type": "Serum"}, assets)


@pytest.fixture(scope="module")
def advert_frames(advert: Rendered) -> list[Pixels]:
    """The pictures of `advert`."""
    return frames(film(advert))


@pytest.fixture(scope="module")
def explainer(make: Render) -> Rendered:
    """A `smart` film."""
    return make("smart", {"prompt": PROMPT, "tone": "calm"}, {"avatar": (curated("avatar_omar"),)})


def test_importing_the_entrance_loads_nothing_heavy() -> None:
    """A server that only lists its formats and its catalog does not pay for numpy, av or onnxruntime."""
    code = (
        "import sys, clipwise.sandbox.renderers, clipwise.sandbox.media.curated\n"
        "print(sorted({'numpy', 'av', 'PIL', 'onnxruntime', 'hibari'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_each_format_has_a_renderer() -> None:
    """The table names every format that has a document."""
    slugs = {path.stem for path in (Path(__file__).parents[2] / "schemas_cache" / "formats").glob("*.json")}
    assert slugs <= set(RENDERERS)


def test_a_format_without_a_renderer_is_named_in_the_error(make: Render) -> None:
    """An order for anything else says which formats there are."""
    with pytest.raises(MediaError, match=r"poem.*text_to_audio") as caught:
        make("poem", {})
    assert caught.value.code == "unsupported_format"


@pytest.mark.parametrize("voice", ["voice_heart", "voice_deep", "voice_bright"])
def test_the_speech_of_every_voice_is_recognised_back(make: Render, voice: str) -> None:
    """A recogniser hears the script in each voice with at most 15 % of its words wrong."""
    spoken = make("text_to_audio", {"script": SCRIPT, "voice": voice})
    assert [file.kind for file in spoken.files] == ["audio"]
    assert spoken.transcript == SCRIPT
    assert shown(spoken.files[0].path).loudness > 0.02
    assert word_errors(SCRIPT, transcribe(spoken.files[0].path)) <= 0.15


def test_the_voices_differ(make: Render) -> None:
    """The same words are heard differently in each of the voices."""
    sounds = {
        make("text_to_audio", {"script": "Hello there.", "voice": voice}).files[0].path.read_bytes()
        for voice in ("voice_heart", "voice_deep", "voice_bright")
    }
    assert len(sounds) == 3


def test_a_voice_asset_of_the_catalog_is_the_voice_that_speaks(make: Render) -> None:
    """The id behind the asset counts, whatever the input was called."""
    asset = Asset("voice_deep", "voices", "Deep", None, "audio/wav", {"curated": "voice_deep"})
    assert make("text_to_audio", {"script": "Hi.", "voice": "x"}, {"voice": (asset,)}).details["voice"] == "voice_deep"


@pytest.mark.parametrize(
    ("inputs", "code", "words"),
    [
        ({"script": "你好"}, "unsupported_text", "CJK|cjk"),
        ({"script": "Привет"}, "unsupported_text", "cyrillic"),
        ({"script": "Hello 你 there"}, "unsupported_text", "你"),
        ({"script": "So good 🎉"}, "unsupported_text", "party popper"),
        ({"script": "..."}, "unsupported_text", "no words"),
        ({"script": ""}, "unsupported_text", "no words"),
        ({"script": "a" * 5001}, "text_too_long", "5,000"),
        ({"script": "Hallo", "language": "de"}, "unsupported_language", "English only"),
        ({"script": "Hola", "language": "Spanish"}, "unsupported_language", "Spanish"),
        ({"script": "Hi", "voice": "voice_emma"}, "unknown_voice", "voice_heart"),
    ],
)
@pytest.mark.parametrize("format", ["text_to_audio", "ugc_video"])
def test_what_cannot_be_spoken_is_an_error_and_never_silence(
    make: Render, format: str, inputs: Mapping[str, Any], code: str, words: str
) -> None:
    """The error's code and message say what is wrong, for a person and for a program."""
    with pytest.raises(MediaError, match=words) as caught:
        make(format, inputs)
    assert caught.value.code == code


@pytest.mark.parametrize("language", ["en", "en-US", "English", "EN_gb", "", None])
def test_english_by_any_name_is_spoken(make: Render, language: object) -> None:
    """English may be given as a tag, a name or not at all."""
    assert make("text_to_audio", {"script": "Hi.", "language": language}).files


@pytest.mark.parametrize("input_name", ["avatar", "background_image", "product_images", "pose"])
def test_an_unreadable_picture_is_named_by_its_input(make: Render, tmp_path: Path, input_name: str) -> None:
    """A damaged file, and one that is gone, are reported under the input that they were given for."""
    damaged = tmp_path / "damaged.png"
    damaged.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    for path in (damaged, tmp_path / "gone.png"):
        with pytest.raises(MediaError, match=f"{input_name}.*{path.name}") as caught:
            make("ugc_video", {"script": "Hi."}, {input_name: (uploaded(path),)})
        assert caught.value.code == "unreadable_picture"


@pytest.mark.slow
def test_a_film_is_what_every_player_plays(advert: Rendered) -> None:
    """H.264 in yuv420p and AAC, upright and tall, the index in front, picture and sound of one length."""
    path = film(advert)
    with av.open(str(path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, video.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (video.width, video.height) == (360, 640)
        assert audio.codec_context.name == "aac"
        lengths = [float(stream.duration * stream.time_base) for stream in (video, audio)]
    assert lengths[0] == pytest.approx(advert.details["duration"], abs=0.01)
    assert lengths[1] == pytest.approx(lengths[0], abs=0.05)
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


@pytest.mark.slow
def test_sound_and_picture_stay_together(advert: Rendered) -> None:
    """The end of the speech is heard in the film when it was meant to be, to 5 ms."""
    rate = 24_000
    heard = sound.read_sound(film(advert), "film", rate)
    spoken = speech.speak(SCRIPT).samples
    start = len(spoken) - rate
    meant = round(LEAD_SECONDS * rate) + start
    window = heard[meant - rate // 10 : meant + rate + rate // 10]
    late = int(np.correlate(window, spoken[start:], "valid").argmax()) - rate // 10
    assert abs(late) < 0.005 * rate


@pytest.mark.slow
def test_a_film_is_neither_black_nor_still(advert_frames: list[Pixels]) -> None:
    """Every picture is bright and full of contrast, and the pictures change as time passes."""
    for pixels in advert_frames[:: len(advert_frames) // 8]:
        assert pixels.mean() > 30
        assert pixels.std() > 20
    changes = [np.abs(a - b).mean() for a, b in itertools.pairwise(advert_frames)]
    assert sum(change > 0.05 for change in changes) > 0.9 * len(changes)


@pytest.mark.slow
def test_captions_follow_the_speech(advert: Rendered, advert_frames: list[Pixels]) -> None:
    """The highlight is in the captions' band while there is speech, and in another place at another word."""
    height = advert_frames[0].shape[0]
    columns = set()
    for pixels in advert_frames[6 : int(len(advert_frames) * 0.9) : 6]:
        band = pixels[int(height * 0.82) : int(height * 0.93)]
        yellow = (np.abs(band - np.array([255, 216, 74], np.int16)) < 40).all(axis=-1)
        if yellow.sum() > 20:
            columns.add(int(np.flatnonzero(yellow.any(axis=0)).mean()) // 10)
    assert len(columns) >= 4


@pytest.mark.slow
def test_caption_files_say_the_script_within_the_film(advert: Rendered) -> None:
    """The .srt and .vtt files hold every word, in order, with times that rise and end before the film does."""
    texts = {file.path.suffix: file.path.read_text("utf-8") for file in advert.files if file.kind == "subtitles"}
    assert set(texts) == {".srt", ".vtt"}
    assert texts[".vtt"].startswith("WEBVTT\n\n")
    for text in texts.values():
        lines = [line for line in text.splitlines() if line and "-->" not in line and not line.isdigit()]
        words = re.sub(r"<[\d:.]+>", "", " ".join(line for line in lines if line != "WEBVTT"))
        assert words.split() == SCRIPT.split()
        stamps = [float(h) * 3600 + float(m) * 60 + float(s) for h, m, s in cue_times(text)]
        assert stamps == sorted(stamps)
        assert stamps[-1] <= advert.details["duration"]


def cue_times(text: str) -> Iterator[tuple[str, str, str]]:
    """Hours, minutes and seconds of the start and the end of each cue."""
    for line in text.splitlines():
        if "-->" in line:
            yield from re.findall(r"(\d\d):(\d\d):(\d\d[.,]\d{3})".replace(",", ""), line.replace(",", "."))


@pytest.mark.slow
def test_product_pictures_take_turns(advert_frames: list[Pixels]) -> None:
    """The first picture is seen early in the film, the second late."""
    centre = [pixels[140:180, 160:200].mean(axis=(0, 1)) for pixels in (advert_frames[5], advert_frames[-5])]
    assert centre[0][0] > centre[0][2]
    assert centre[1][2] > centre[1][0]


def difference(one: Rendered, other: Rendered) -> float:
    """How far the middle pictures of two films are apart, 0 to 255."""
    a, b = (frames(film(rendered)) for rendered in (one, other))
    middle = min(len(a), len(b)) // 2
    return float(np.abs(a[middle] - b[middle]).mean())


@pytest.fixture(scope="module")
def short(make: Render) -> Rendered:
    """A short `ugc_video` with nothing but its script."""
    return make("ugc_video", {"script": "Try it now."})


@pytest.mark.parametrize(
    ("inputs", "assets"),
    [
        ({}, {"product_image": "side"}),
        ({}, {"avatar": "red"}),
        ({}, {"avatar": "cutout"}),
        ({}, {"pose": "red"}),
        ({}, {"reference_image": "blue"}),
    ],
    ids=str,
)
def test_pictures_of_ones_own_change_the_picture(
    make: Render,
    short: Rendered,
    pictures: Mapping[str, Asset],
    inputs: Mapping[str, Any],
    assets: Mapping[str, str],
) -> None:
    """A film with the input is not the film without it."""
    given = {name: (pictures.get(key) or curated(key),) for name, key in assets.items()}
    assert difference(short, make("ugc_video", {"script": "Try it now.", **inputs}, given)) > 0.15


def test_captions_can_be_left_out(make: Render) -> None:
    """Without captions there are no caption files either."""
    assert [file.kind for file in make("ugc_video", {"script": "Hi.", "generate_subtitle": False}).files] == ["video"]


@pytest.mark.parametrize(
    ("ratio", "size"), [("16:9", (640, 360)), ("1:1", (360, 360)), ("4:5", (360, 450)), (None, (360, 640))]
)
@pytest.mark.parametrize("format", ["ugc_video", "smart"])
def test_the_frame_has_the_proportions_asked_for(make: Render, format: str, ratio: str, size: tuple[int, int]) -> None:
    """The film's own pixels, not only the details, are of the aspect ratio."""
    inputs = {"script": "Hi.", "prompt": "Tea", "duration": 4, "aspect_ratio": ratio}
    with av.open(str(film(make(format, inputs)))) as container:
        video = container.streams.video[0]
        assert (video.width, video.height) == size


def test_an_aspect_ratio_that_is_none_is_refused(make: Render) -> None:
    """The message says what one looks like."""
    with pytest.raises(MediaError, match="9:16") as caught:
        make("ugc_video", {"script": "Hi.", "aspect_ratio": "wide"})
    assert caught.value.code == "unsupported_aspect_ratio"


def test_the_same_order_gives_the_same_bytes(make: Render, short: Rendered) -> None:
    """A film can be compared with an earlier one."""
    assert film(make("ugc_video", {"script": "Try it now."})).read_bytes() == film(short).read_bytes()


def test_progress_never_goes_back_and_ends_at_one(make: Render) -> None:
    """A waiting person sees the stages of the work in order."""
    seen: list[tuple[str, float]] = []
    make("ugc_video", {"script": "Hi."}, report=lambda stage, share: seen.append((stage, share)))
    shares = [share for _, share in seen]
    assert shares == sorted(shares)
    assert seen[-1] == ("finished", 1.0)
    assert len({stage for stage, _ in seen}) >= 4


def test_music_lies_quietly_under_the_speech(make: Render, tmp_path: Path) -> None:
    """With music there is sound where the speech pauses, and the words are still understood."""
    plain, scored = (
        film(make("ugc_video", {"script": "Three drops in the morning. That is all it takes.", **more}))
        for more in ({}, {"background_music": True})
    )
    assert shown(scored).loudness > shown(plain).loudness
    assert word_errors("Three drops in the morning. That is all it takes.", transcribe(scored)) <= 0.15


@pytest.mark.slow
def test_a_prompt_becomes_scenes_that_say_what_it_says(explainer: Rendered) -> None:
    """The scenes are the prompt's own points, the narration is what is heard, directions are not spoken."""
    scenes = explainer.details["scenes"]
    assert scenes[:4] == ["Better sleep", "A dark room", "A cool breeze", "A quiet phone"]
    assert explainer.transcript is not None
    assert "Keep it" not in explainer.transcript
    assert word_errors(explainer.transcript, transcribe(film(explainer))) <= 0.15


@pytest.mark.slow
def test_each_scene_looks_different(explainer: Rendered) -> None:
    """The ground's colour changes from scene to scene."""
    pictures = frames(film(explainer))
    colours = {tuple((p[300, 10:60].mean(axis=0) // 24).astype(int)) for p in pictures[8 :: len(pictures) // 8]}
    assert len(colours) >= 3


@pytest.mark.slow
@pytest.mark.parametrize(("duration", "seconds"), [("6s", 6), (8, 8), ("0:10", 10)])
def test_a_film_lasts_about_as_long_as_asked(make: Render, duration: object, seconds: float) -> None:
    """The length is within a second and a half of `duration`, however it is written."""
    assert make("smart", {"prompt": "Better sleep", "duration": duration}).details["duration"] == pytest.approx(
        seconds, abs=1.5
    )


@pytest.mark.parametrize("duration", ["soon", "-3", "10 km"])
def test_a_duration_that_is_none_is_refused(make: Render, duration: str) -> None:
    """The message says what one looks like."""
    with pytest.raises(MediaError, match="30s") as caught:
        make("smart", {"prompt": "Tea", "duration": duration})
    assert caught.value.code == "unsupported_duration"


def test_an_error_survives_pickling() -> None:
    """A renderer may run in another process."""
    import pickle

    error = pickle.loads(pickle.dumps(MediaError("text_too_long", "Too long.")))
    assert (error.code, str(error)) == ("text_too_long", "Too long.")
