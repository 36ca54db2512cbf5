"""Every bundled format, made over HTTP by a draft sandbox: what comes back is judged by a decoder and a recogniser.

`JOBS` gives a format nearly every input it takes, `PROMISES` says what must come of that, and `CHANGES` what becomes of
it when one input is another. A format or an optional input without a row fails.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from decoded import Shown, changed, last_word_ends, shown, word_errors, written

from clipwise import Clipwise, GenerationFailed
from clipwise.formats import bundled

pytestmark = pytest.mark.slow

RECORDED = "Three drops in the morning, and my skin looks awake all day."
SCRIPT = "Look how bright my skin is today."
PLAYED = ("h264 yuv420p", "aac")
TALL, WIDE, SQUARE = (360, 640), (640, 360), (360, 360)
FILM, CAPTIONED = {".mp4": 1}, {".mp4": 1, ".srt": 1, ".vtt": 1}
UNHEARD = 0.15  # of the words

# What stands for something of `files`; everything else is sent as it is.
PICTURE, VOICE, REFERENCE, SAID = "the picture", "the recording", "the film", "what the film says"

# A name, which begins with its format's: the inputs of one job.
JOBS: Mapping[str, Mapping[str, Any]] = {
    "smart": {
        "prompt": "Why a vitamin serum? It wakes up tired skin.", "language": "English",
        "aspect_ratio": "1:1", "duration": "8s", "tone": "warm and practical", "style": "minimal",
        "audience": "new nurses", "voice": "voice_deep", "avatar": "avatar_maya", "logo": PICTURE,
        "convert_images_to_video": True,
    },
    "business_videos": {
        "prompt": "Safety comes first. Wear the helmet.", "language": "en", "audience": "new hires",
        "tone": "clear and friendly", "style": "flat icons on white", "voice": "voice_heart", "logo": PICTURE,
        "background_music": "music_calm",
    },
    "ecommerce_product_video": {
        "prompt": "Show why it wakes up tired skin", "product_name": "Morning Dew",
        "product_description": "Amber glass", "product_images": [PICTURE], "language": "English",
        "aspect_ratio": "4:5", "voice": "voice_bright", "logo": "upload_123",
    },
    "reddit_style": {
        "prompt": "Our dog stole the cake, and nobody saw it.", "language": "English", "duration": 7,
        "voice": "voice_deep", "background_music": "music_lofi",
    },
    "quiz": {
        "prompt": "Capitals of Europe, easy", "questions_count": 1, "options_count": 2, "language": "English",
        "duration": 8, "background_music": "music_calm", "overlay": "overlay_confetti",
    },
    "dialogue_video": {
        "prompt": "Mia: Did you see the moon last night?\nTom: I did, and it was huge!", "language": "English",
        "duration": 6, "style": "sepia",
        "character_consistency_prompts": ["Mia: red curls", "Tom: beard, green jacket"],
    },
    "viral_dancing_video": {"avatar": "avatar_leo", "reference_video": REFERENCE, "prompt": "On a beach"},
    "ugc_video": {
        "script": SCRIPT, "product_images": [PICTURE], "product_type": "serum",
        "product_description": "Light and bright", "avatar": "avatar_maya", "voice": "voice_heart",
        "background_image": "bg_kitchen", "pose": "pose_walking", "generate_subtitle": True,
    },
    "ugc_actor_video": {
        "script": SCRIPT, "product_images": ["pimg_123", PICTURE], "avatar": "avatar_leo", "voice": "voice_bright",
        "background_image": PICTURE, "pose": "pose_waving", "directive_instructions": "With a smile",
    },
    "ugc_clone": {
        "script": SCRIPT, "directive_instructions": "Nod now and then", "language": "English",
        "background_image": "bg_kitchen", "generate_subtitle": True,
    },
    "ugc_model_shoot": {
        "variations": 2, "product_image": PICTURE, "product_type": "serum", "product_description": "In amber glass",
        "avatar": "avatar_maya", "background_image": "background_street", "pose": "pose_walking", "aspect_ratio": "1:1",
    },
    "ugc_product_background": {
        "variations": 1, "product_image": PICTURE, "product_type": "serum", "product_description": "In amber glass",
        "background_image": "bg_kitchen", "reference_image": "pose_tabletop", "aspect_ratio": "16:9",
    },
    "b_roll_video": {
        "video_context": "A runner gets ready before sunrise", "product_type": "serum", "aspect_ratio": "9:16",
        "product_images": [PICTURE], "avatar": "avatar_kenji", "background_image": "background_park",
    },
    "static_ad": {
        "product_id": "product_123", "ad_format": "instagram_story", "product_image_upload_id": "pimg_123",
        "reference_ad_id": "refad_123", "language": "English", "custom_instructions": "Plenty of empty space",
        "variations": 1, "data": {"price": "€29"},
    },
    "ad_replicate": {
        "avatar": "avatar_amara", "reference_video": REFERENCE, "voice": "voice_heart",
        "directive_instructions": "With a smile", "background_source": "reference_video",
    },
    "avatar_lipsync": {
        "avatar": "avatar_maya", "audio": VOICE, "directive_instruction": "Nod now and then",
        "background_image": "background_desk",
    },
    "image_to_video": {
        "image": PICTURE, "prompt": "Slow push in", "model": "seedance_pro_480", "duration": 2, "generate_audio": True,
    },
    "text_to_image": {
        "prompt": "A red bicycle against a blue wall", "media_ids": [PICTURE], "model": "model_123",
        "resolution": "360p", "aspect_ratio": "4:5",
    },
    "text_to_audio": {"script": SCRIPT, "voice": "voice_heart"},
    "video_to_text": {"video": REFERENCE},
    "generate_subtitle": {
        "video": REFERENCE, "script": SAID, "subtitle_typography": {"color": "#FFEE00", "position": {"y": 0.2}},
    },
    "inventory_shoot": {
        "mode": "model_shoot", "variations": 1, "product_image": PICTURE, "product_type": "serum",
        "product_description": "In amber glass", "avatar": "avatar_grace", "background_image": "background_beach",
        "aspect_ratio": "4:5",
    },
    "inventory_shoot, of a product": {
        "mode": "product_shoot", "variations": 1, "product_image": PICTURE, "background_image": "background_loft",
        "reference_image": "pose_tabletop", "aspect_ratio": "1:1",
    },
}  # fmt: skip


def format_of(name: str) -> str:
    """The format of a job."""
    return name.partition(",")[0]


@dataclass(frozen=True)
class Promise:
    """What must come of a job: how many files of each kind, their size, and what is heard for how long.

    `seconds` is the length asked for, to within `give`; a film without one is as long as what is said in it. `said` is
    what was to be said, in so many words; where only the prompt is known, all of `words` are part of it.
    """

    files: Mapping[str, int]
    size: tuple[int, int] = TALL
    codecs: tuple[str, ...] = PLAYED
    seconds: float | str | None = None
    give: float = 0.1
    said: str = ""
    words: str = ""


STILL = ("png",)
PROMISES: Mapping[str, Promise] = {
    "smart": Promise(CAPTIONED, SQUARE, seconds=8, give=1.5, words="Why a vitamin serum? This one is for new nurses."),
    "business_videos": Promise(CAPTIONED, WIDE, words="Safety comes first. Wear the helmet."),
    "ecommerce_product_video": Promise(CAPTIONED, (360, 450), words="Morning Dew wakes up tired skin. Amber glass."),
    "reddit_style": Promise(CAPTIONED, seconds=7, give=1.5, words=JOBS["reddit_style"]["prompt"]),
    "quiz": Promise(CAPTIONED, seconds=8, give=1.5, words="What is the capital of? The answer is"),
    "dialogue_video": Promise(
        CAPTIONED, WIDE, seconds=6, give=1.5, said="Did you see the moon last night? I did, and it was huge!"
    ),
    "viral_dancing_video": Promise(FILM, seconds=REFERENCE),
    "ugc_video": Promise(CAPTIONED, said=SCRIPT),
    "ugc_actor_video": Promise(CAPTIONED, said=SCRIPT),
    "ugc_clone": Promise(CAPTIONED, said=SCRIPT),
    "ugc_model_shoot": Promise({".png": 2}, SQUARE, STILL),
    "ugc_product_background": Promise({".png": 1}, WIDE, STILL),
    "b_roll_video": Promise({".mp4": 4, ".png": 4}, seconds=1.5),
    "static_ad": Promise({".png": 1}, TALL, STILL),
    "ad_replicate": Promise(CAPTIONED, seconds=REFERENCE, give=1.5, said=SAID),
    "avatar_lipsync": Promise(FILM, seconds=VOICE, said=RECORDED),
    "image_to_video": Promise(FILM, (480, 480), seconds=2),
    "text_to_image": Promise({".png": 1}, (360, 450), STILL),
    "text_to_audio": Promise({".wav": 1}, (0, 0), ("pcm_s16le",), said=SCRIPT),
    "video_to_text": Promise({".srt": 1, ".vtt": 1}, said=SAID),
    "generate_subtitle": Promise(CAPTIONED, seconds=REFERENCE, said=SAID),
    "inventory_shoot": Promise({".png": 1}, (360, 450), STILL),
    "inventory_shoot, of a product": Promise({".png": 1}, SQUARE, STILL),
}


@dataclass(frozen=True, eq=False)
class Made:
    """A finished job: what the API says of it, and the files that were downloaded."""

    outputs: Mapping[str, Any]
    paths: tuple[Path, ...]

    def of(self, suffix: str) -> list[Path]:
        """The files of a kind, in order."""
        return sorted(path for path in self.paths if path.suffix == suffix)

    @property
    def media(self) -> list[Shown]:
        """The pictures and films, decoded, or else the recording."""
        return [decoded(path) for path in [*self.of(".mp4"), *self.of(".png")] or self.of(".wav")]


decoded = functools.lru_cache(maxsize=12)(shown)
Make = Callable[..., Made]
Plain = Callable[[str], Made]


@pytest.fixture(scope="module")
def make(server, files, tmp_path_factory) -> Iterator[Make]:
    """Makes a job of `JOBS`, with some inputs changed (None: left out), from the request to the last file."""
    given = {PICTURE: files.picture, VOICE: files.voice, REFERENCE: files.film, SAID: files.said}

    def placed(value: Any) -> Any:
        return [placed(each) for each in value] if isinstance(value, list) else given.get(str(value), value)

    with Clipwise(server.api_key, server.base_url) as client:

        def make(name: str, **other: Any) -> Made:
            inputs = {key: placed(value) for key, value in {**JOBS[name], **other}.items() if value is not None}
            job = client.generate[format_of(name)](**inputs).wait(interval=0.1, timeout=120)
            return Made(job.outputs, tuple(job.download(tmp_path_factory.mktemp("made"))))

        yield make


@pytest.fixture(scope="module")
def plain(make) -> Plain:
    """Each job of `JOBS` as it stands there, made once."""
    return functools.cache(make)


def test_every_format_has_a_job_and_a_promise() -> None:
    """A format that is new among the documents has to be made here too."""
    assert {format_of(name) for name in JOBS} == {each.slug for each in bundled.catalog()}
    assert list(PROMISES) == list(JOBS)


@pytest.mark.parametrize("name", JOBS)
def test_every_format_makes_what_it_promises(plain, files, name) -> None:
    """Files, streams, size and length are those asked for; nothing is black, flat, still or silent."""
    promise, made = PROMISES[name], plain(name)
    assert {suffix: len(made.of(suffix)) for suffix in {path.suffix for path in made.paths}} == promise.files
    kinds = {"image": ".png", "video": ".mp4", "audio": ".wav", "subtitles": ".srt", "transcript": ".srt"}
    promised = bundled.catalog().find(format_of(name)).output_types
    assert {kinds[each] for each in promised} <= set(promise.files)
    for each, path in zip(made.media, [*made.of(".mp4"), *made.of(".png")], strict=False):
        assert each.size == promise.size
        assert each.codecs == (promise.codecs if path.suffix == ".mp4" else STILL)
        judge_pictures(each)
    for each in made.media:
        if each.codecs != STILL:
            assert each.loudness > 0.005
            judge_length(each, made, promise, files)


def judge_pictures(each: Shown) -> None:
    """Pictures are bright enough and full of contrast at any time, and those of a film change all the time."""
    for share in (0, 0.2, 0.4, 0.6, 0.8, 1):
        assert each.at(share).mean() > 30
        assert each.at(share).std() > 15
    steps = [np.abs(a.astype(np.int16) - b).mean() for a, b in pairwise(each.pictures)]
    assert sum(step > 0.02 for step in steps) >= 0.8 * len(steps)


def judge_length(each: Shown, made: Made, promise: Promise, files: Any) -> None:
    """Sound and pictures end together, when they were asked to or within a second and a half of the last word."""
    seconds = each.seconds or each.sound_seconds
    assert each.sound_seconds == pytest.approx(seconds, abs=0.07)
    if made.outputs.get("duration"):
        assert seconds == pytest.approx(made.outputs["duration"], abs=0.02)
    asked = {REFERENCE: files.film, VOICE: files.voice}.get(promise.seconds, promise.seconds)
    if isinstance(asked, Path):
        asked = decoded(asked).seconds or decoded(asked).sound_seconds
    if asked is not None:
        assert seconds == pytest.approx(asked, abs=promise.give)
    elif made.of(".srt"):
        assert 0 < seconds - last_word_ends(made.of(".srt")[0]) < 1.5


SPEAKING = [name for name, promise in PROMISES.items() if promise.said or promise.words]


@pytest.mark.parametrize("name", SPEAKING)
def test_what_is_said_is_recognised_back(plain, files, name) -> None:
    """At most 15 % of the words to be said are not heard in the film; the transcript and the captions hold them too."""
    from clipwise.sandbox.media.recognise import transcribe

    promise, made = PROMISES[name], plain(name)
    asked = files.said if promise.said == SAID else promise.said
    said = made.outputs.get("transcript") or asked
    if asked:
        assert word_errors(asked, said) <= UNHEARD
    assert set(plainly(promise.words)) <= set(plainly(said))
    for path in [*made.of(".mp4"), *made.of(".wav")]:
        heard = transcribe(path)
        assert word_errors(asked or said, heard) <= UNHEARD, heard
    for path in made.of(".srt"):
        assert written(path).split() == said.split()


def plainly(text: str) -> list[str]:
    """The words of a text without what stands between them."""
    return [word.strip(".,?!").lower() for word in text.split()]


Seen = Callable[[Made, Made], None]
LEAST = 0.004  # of the picture


def another(one: Made, other: Made) -> None:
    """Another picture: at some moment a part of it that can be seen has changed."""
    pairs = list(zip(one.media, other.media, strict=True))
    assert max(changed(*pair) for pair in pairs) > LEAST


def heard(one: Made, other: Made) -> None:
    """Another sound, under pictures that may be the same."""
    a, b = (each.media[0].sound for each in (one, other))
    length = min(len(a), len(b))
    assert abs(a[:length] - b[:length]).mean() > 0.05 * abs(a).mean()


def sized(*size: int) -> Seen:
    """Pictures of this size."""
    return lambda one, other: _equal([each.size for each in other.media], [size] * len(one.media))


def lasting(seconds: float) -> Seen:
    """A film of this length, to a second and a half, and so not of the length it was."""

    def judge(one: Made, other: Made) -> None:
        assert other.media[0].seconds == pytest.approx(seconds, abs=1.5)
        assert abs(other.media[0].seconds - one.media[0].seconds) > 1.6

    return judge


def counting(suffix: str, count: int) -> Seen:
    """So many files of a kind, no two alike."""

    def judge(one: Made, other: Made) -> None:
        assert len(one.of(suffix)) != count
        assert len({path.read_bytes() for path in other.of(suffix)}) == count

    return judge


def silent(_: Made, other: Made) -> None:
    """No sound track."""
    _equal([each.sound_seconds for each in other.media], [0.0])


def _equal(one: Any, other: Any) -> None:
    assert one == other


@dataclass(frozen=True)
class Change:
    """A job with another value of one input (None: without it), and how that is seen."""

    job: str
    input: str
    value: Any
    seen: Seen = another

    def __str__(self) -> str:
        return f"{self.job}-{self.input}"


CHANGES: tuple[Change, ...] = (
    Change("smart", "aspect_ratio", "16:9", sized(640, 360)),
    Change("smart", "duration", 12, lasting(12)),
    Change("smart", "tone", "urgent"),
    Change("smart", "style", "dark and cinematic"),
    Change("smart", "audience", "students"),
    Change("smart", "voice", "voice_bright", heard),
    Change("smart", "avatar", "avatar_kenji"),
    Change("smart", "logo", None),
    Change("business_videos", "audience", None),
    Change("business_videos", "tone", "urgent"),
    Change("business_videos", "style", "dark"),
    Change("business_videos", "voice", "voice_deep", heard),
    Change("business_videos", "logo", None),
    Change("business_videos", "background_music", None, heard),
    Change("ecommerce_product_video", "product_name", "Northpeak"),
    Change("ecommerce_product_video", "product_description", "Steel"),
    Change("ecommerce_product_video", "product_images", ["pimg_shoe"]),
    Change("ecommerce_product_video", "aspect_ratio", "1:1", sized(360, 360)),
    Change("ecommerce_product_video", "voice", "voice_deep", heard),
    Change("ecommerce_product_video", "logo", None),
    Change("reddit_style", "duration", 11, lasting(11)),
    Change("reddit_style", "voice", "voice_bright", heard),
    Change("reddit_style", "background_music", None, heard),
    Change("quiz", "questions_count", 2),
    Change("quiz", "options_count", 3),
    Change("quiz", "duration", 12, lasting(12)),
    Change("quiz", "background_music", None, heard),
    Change("quiz", "overlay", "overlay_snow"),
    Change("dialogue_video", "duration", 10, lasting(10)),
    Change("dialogue_video", "style", "noir"),
    Change("dialogue_video", "character_consistency_prompts", ["Mia: grey braid", "Tom: glasses, blue apron"]),
    Change("viral_dancing_video", "prompt", "In the kitchen"),
    Change("ugc_video", "product_images", ["pimg_shoe"]),
    Change("ugc_video", "product_type", "oil"),
    Change("ugc_video", "product_description", None),
    Change("ugc_video", "avatar", "avatar_kenji"),
    Change("ugc_video", "voice", "voice_deep", heard),
    Change("ugc_video", "background_image", PICTURE),
    Change("ugc_video", "pose", "pose_seated"),
    Change("ugc_video", "generate_subtitle", False),
    Change("ugc_actor_video", "product_images", None),
    Change("ugc_actor_video", "avatar", "avatar_grace"),
    Change("ugc_actor_video", "voice", "voice_deep", heard),
    Change("ugc_actor_video", "background_image", "background_beach"),
    Change("ugc_actor_video", "pose", None),
    Change("ugc_actor_video", "directive_instructions", "Close-up"),
    Change("ugc_clone", "directive_instructions", "Step back"),
    Change("ugc_clone", "background_image", "background_street"),
    Change("ugc_clone", "generate_subtitle", False),
    Change("ugc_model_shoot", "product_image", "pimg_shoe"),
    Change("ugc_model_shoot", "product_type", "oil"),
    Change("ugc_model_shoot", "product_description", None),
    Change("ugc_model_shoot", "avatar", "avatar_kenji"),
    Change("ugc_model_shoot", "background_image", "background_beach"),
    Change("ugc_model_shoot", "pose", "pose_seated"),
    Change("ugc_model_shoot", "aspect_ratio", "16:9", sized(640, 360)),
    Change("ugc_product_background", "product_image", "pimg_shoe"),
    Change("ugc_product_background", "product_type", "oil"),
    Change("ugc_product_background", "product_description", None),
    Change("ugc_product_background", "background_image", "background_beach"),
    Change("ugc_product_background", "reference_image", None),
    Change("ugc_product_background", "pose", "pose_walking"),
    Change("ugc_product_background", "aspect_ratio", "9:16", sized(360, 640)),
    Change("b_roll_video", "product_images", None),
    Change("b_roll_video", "avatar", "avatar_sofia"),
    Change("b_roll_video", "background_image", None),
    Change("static_ad", "product_image_upload_id", "pimg_shoe"),
    Change("static_ad", "reference_ad_id", "refad_split"),
    Change("static_ad", "language", "German"),
    Change("static_ad", "custom_instructions", 'Say "Glow on"'),
    Change("static_ad", "variations", 2, counting(".png", 2)),
    Change("static_ad", "data", {"discount": "-20 %"}),
    Change("ad_replicate", "voice", "voice_deep", heard),
    Change("ad_replicate", "directive_instructions", "Close-up"),
    Change("ad_replicate", "background_source", "beach"),
    Change("avatar_lipsync", "directive_instruction", "Lean back"),
    Change("avatar_lipsync", "background_image", None),
    Change("image_to_video", "model", "another_360", sized(360, 360)),
    Change("image_to_video", "duration", 4, lasting(4)),
    Change("image_to_video", "resolution", "240x320", sized(240, 320)),
    Change("image_to_video", "generate_audio", False, silent),
    Change("text_to_image", "media_ids", None),
    Change("text_to_image", "model", "model_7"),
    Change("text_to_image", "resolution", "480p", sized(480, 600)),
    Change("text_to_image", "aspect_ratio", "16:9", sized(640, 360)),
    Change("generate_subtitle", "script", "Hullo! Thus is a sharp flame."),
    Change("generate_subtitle", "subtitle_typography", None),
    Change("inventory_shoot", "product_image", "pimg_shoe"),
    Change("inventory_shoot", "product_type", "oil"),
    Change("inventory_shoot", "product_description", None),
    Change("inventory_shoot", "avatar", "avatar_kenji"),
    Change("inventory_shoot", "background_image", "background_desk"),
    Change("inventory_shoot", "pose", "pose_seated"),
    Change("inventory_shoot", "reference_image", "pose_seated"),
    Change("inventory_shoot", "aspect_ratio", "9:16", sized(360, 640)),
    Change("inventory_shoot, of a product", "reference_image", PICTURE),
    Change("inventory_shoot, of a product", "aspect_ratio", "16:9", sized(640, 360)),
)

ENGLISH_ONLY = "only English is spoken here, and any other language is refused"
# Optional inputs that are neither seen nor heard, and why.
UNSEEN: Mapping[tuple[str, str], str] = {
    **{(slug, "language"): ENGLISH_ONLY for slug in (
        "smart", "business_videos", "ecommerce_product_video", "reddit_style", "quiz", "dialogue_video", "ugc_clone",
    )},
    ("video_to_text", "url"): "a link takes the place of the film, and the sandbox has no network to follow it",
}  # fmt: skip


def test_every_optional_input_has_a_change() -> None:
    """An input that is new in a document has to change something here too, or to have a reason not to."""
    optional = {(each.slug, one.name) for each in bundled.catalog() for one in each.inputs if not one.required}
    rows = {(format_of(each.job), each.input) for each in CHANGES}
    assert rows | set(UNSEEN) == optional
    assert rows & set(UNSEEN) == set()


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_every_optional_input_changes_what_is_made(make, plain, change) -> None:
    """A job with another value of the input is not the job as it was, in the way that the input is for."""
    assert JOBS[change.job].get(change.input) != change.value
    change.seen(plain(change.job), make(change.job, **{change.input: change.value}))


@pytest.mark.parametrize("slug", [slug for (slug, _), why in UNSEEN.items() if why == ENGLISH_ONLY])
def test_a_language_that_is_not_spoken_is_refused(make, slug) -> None:
    """The job fails and says why; nothing is read out as if it were English."""
    with pytest.raises(GenerationFailed, match="English only") as caught:
        make(slug, language="Spanish")
    assert caught.value.code == "unsupported_language"
