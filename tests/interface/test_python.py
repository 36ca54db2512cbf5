"""Every call of the API's documented Python interface, with real ids, against the sandbox."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from clipwise import APIError, ClipwiseError, NotFound


def test_formats_are_listed_and_retrieved(api):
    """`formats.list` filters by kind and platform; `formats.retrieve` takes a slug, a name or an alias."""
    c = api.client
    assert len(api(c.formats.list())["formats"]) == 22
    assert {each["kind"] for each in api(c.formats.list(kind="tool"))["formats"]} == {"tool"}
    assert {each["platform"] for each in api(c.formats.list(platform="clipwise"))["formats"]} == {"clipwise"}
    assert len(api(c.formats.list(include_inactive=True))["formats"]) == 22
    for name in ("smart", "ai_viral_videos", "Smart"):
        assert api(c.formats.retrieve(name))["format"]["slug"] == "smart"


def test_resource_types_say_what_can_be_done(api):
    """`resources.types` names every documented type."""
    types = {each["resource_type"]: each for each in api(api.client.resources.types())["resource_types"]}
    assert "generate" in types["avatars"]["operations"]
    assert len(types) == 14


def test_resources_are_listed_shown_uploaded_and_deleted(api, files):
    """`resources.list`, `.retrieve`, `.upload` with metadata, `.iterate` over pages, `.delete`."""
    own = api.client.resources
    page = api(own.list("avatars", page=1, limit=3))
    assert len(page["items"]) == 3
    assert page["pagination"]["has_next"] is True
    assert {"id", "display_name", "source_kind"} <= set(page["items"][0])
    everything = api.listed(own.iterate("avatars", limit=3))
    assert len(everything) == page["pagination"]["total"]
    assert len({each["id"] for each in everything}) == len(everything)
    made = api(own.upload("background_images", files.picture, name="Plinth", type_="background_image"))["resource"]
    kept = api(own.retrieve("background_images", made["id"]))["resource"]
    assert (kept["display_name"], kept["source_kind"]) == ("Plinth", "uploaded")
    assert made["id"] in [each["id"] for each in api.listed(own.iterate("background_images", limit=5))]
    api(own.delete("background_images", made["id"]))
    with pytest.raises(NotFound):
        api(own.retrieve("background_images", made["id"]))


def test_only_what_fits_a_format_is_listed(api):
    """The filter `video_format` hides what the format cannot use."""
    own = api.client.resources
    assert api(own.list("avatars", video_format="ugc_video"))["items"]
    assert api(own.list("avatars", video_format="text_to_audio"))["items"] == []


def test_an_avatar_is_made_from_a_prompt(api):
    """`resources.generate` returns a job that is waited for like any other; a new resource comes of it."""
    own = api.client.resources
    job = api(own.generate("avatars", "A cheerful woman with red hair and a green jacket"))
    done = api(job.wait(interval=0.1))
    assert done.status == "completed"
    made = [each for each in api.listed(own.iterate("avatars")) if each["source_kind"] == "generated"]
    assert made


@pytest.mark.parametrize(("purpose", "name"), [("image", "picture"), ("audio", "voice"), ("video", "film")])
def test_uploads_are_made_listed_and_deleted(api, files, purpose, name):
    """`uploads.create` for each purpose, `.list`, `.delete`."""
    own = api.client.uploads
    made = api(own.create(getattr(files, name), purpose=purpose))["upload"]
    assert made["id"] in [each["id"] for each in api(own.list(page=1, limit=100))["items"]]
    assert made["id"] in [each["id"] for each in api.listed(own.iterate(limit=2))]
    api(own.delete(made["id"]))
    assert made["id"] not in [each["id"] for each in api.listed(own.iterate(limit=100))]


def test_products_are_made_changed_and_deleted(api, files):
    """`products.create` with pictures, `.list`, `.update`, `.delete`."""
    c = api.client
    picture = api(c.resources.upload("product_images", files.picture, type_="product_image"))["resource"]["id"]
    made = api(
        c.products.create(name="Lumea", image_ids=[picture], url="https://example.com/lumea", product_type="serum")
    )
    id = made["product"]["id"]
    assert api(c.products.update(id, description="A vitamin serum"))["product"]["description"] == "A vitamin serum"
    kept = next(each for each in api.listed(c.products.iterate(limit=1)) if each["id"] == id)
    assert (kept["name"], kept["image_ids"]) == ("Lumea", [picture])
    assert id in [each["id"] for each in api(c.products.list(page=1, limit=100))["items"]]
    api(c.products.delete(id))
    assert id not in [each["id"] for each in api.listed(c.products.iterate())]


def test_voices_are_listed_and_cloned(api, files):
    """`voices.list` is the catalog; `voices.clone` adds one of your own."""
    own = api.client.voices
    assert {"voice_heart", "voice_deep", "voice_bright"} <= {each["id"] for each in api(own.list(limit=50))["items"]}
    made = api(own.clone(files.voice, name="Mine", language="en", description="Warm"))
    id = made["resource"]["id"]
    assert id in [each["id"] for each in api.listed(own.iterate(limit=2))]


def test_a_link_becomes_a_video(api):
    """`extract_url.create` waits by itself, or gives a task to `retrieve` and `wait` for."""
    own = api.client.extract_url
    found = api(own.create("https://example.com/watch?v=1", interval=0.1))
    assert found["video_url"].startswith("http")
    task = api(own.create("https://example.com/watch?v=2", wait=False))
    assert "ready" in api(own.retrieve(task["task_id"]))
    assert api(own.wait(task["task_id"], interval=0.1))["video_url"]
    with pytest.raises(ClipwiseError) as caught:
        api(own.create("https://nowhere.invalid/page", interval=0.1))
    assert caught.value.code == "url_extract_failed"


def test_a_generation_is_created_retrieved_waited_for_and_cancelled(api):
    """`generations.create` sends what it was given; `.retrieve`, `.wait` and `.cancel` take its id."""
    own = api.client.generations
    job = api(own.create(format="text_to_audio", script="Hello there.", voice="voice_heart"))
    assert job["id"].startswith("gen_")
    payload = api(own.wait(job["id"], timeout=60, interval=0.1))
    assert payload["generation"]["status"] == "completed"
    assert api(own.retrieve(job["id"]))["generation"]["outputs"]["result"]["url"]
    with pytest.raises(APIError) as caught:
        api(own.cancel(job["id"]))
    assert caught.value.code == "unsupported_cancellation"


def test_the_same_key_is_the_same_job(api):
    """`idempotency_key` given twice starts one job."""
    own = api.client.generations
    inputs = {"format": "text_to_audio", "script": "Once.", "voice": "voice_heart"}
    first = api(own.create(idempotency_key=f"once-{api.loop is None}", **inputs))
    assert api(own.create(idempotency_key=f"once-{api.loop is None}", **inputs))["id"] == first["id"]


def test_a_failed_job_is_returned_by_generations_wait(api):
    """As the existing client does: the payload, not an exception."""
    own = api.client.generations
    job = api(own.create(format="text_to_audio", script="你好", voice="voice_heart"))
    assert api(own.wait(job["id"], interval=0.1))["generation"]["status"] == "failed"


def test_ids_are_checked_before_paying(api):
    """`check_resources=True` names an id that does not exist, with some that would fit."""
    problems = api(api.client.generate.ugc_video.check(script="Hi.", avatar="avatar_nobody", check_resources=True))
    assert [(each.code, each.path) for each in problems] == [("unknown_resource", ("avatar",))]
    assert "these would fit: avatar_" in problems[0].hint
    assert api(api.client.generate.ugc_video.check(script="Hi.", avatar="avatar_maya", check_resources=True)) == []


def test_documents_are_refreshed_compared_and_exported(api, tmp_path):
    """`formats.refresh` asks anew, `.diff` finds nothing between equal documents, `.export` pins them."""
    own = api.client.formats
    assert len(api(own.refresh())["formats"]) == 22
    assert api(own.diff()) == []
    assert api(own.diff("ugc_video", from_="cache", to="live")) == []
    assert len(api(own.export(tmp_path))) == 22


def test_options_share_everything_else(api):
    """`with_options` returns a client with another timeout and other retries."""
    quick = api.client.with_options(timeout=5, max_retries=0)
    assert len(api(quick.formats.list())["formats"]) == 22


# Each format's documented inputs: with ids of the catalog, and with local files where these are taken.
JOBS = {
    "smart": {"prompt": "Tea. It is warm.", "aspect_ratio": "1:1", "duration": "4s", "convert_images_to_video": True},
    "business_videos": {"prompt": "Safety first.", "background_music": "music_calm", "logo": "PICTURE"},
    "ecommerce_product_video": {"prompt": "A serum.", "product_images": ["PICTURE"], "product_name": "Lumea"},
    "reddit_style": {"prompt": "My cat speaks.", "background_music": "music_calm"},
    "quiz": {"prompt": "Numbers", "questions_count": 1, "options_count": 2, "overlay": "overlay_confetti"},
    "dialogue_video": {"prompt": "A: Hello. B: Hi."},
    "viral_dancing_video": {"avatar": "avatar_leo", "reference_video": "FILM"},
    "ugc_video": {
        "script": "Hi there.",
        "product_images": ["PICTURE"],
        "avatar": "avatar_maya",
        "pose": "pose_walking",
    },
    "ugc_actor_video": {"script": "Hi there.", "avatar": "avatar_leo", "background_image": "PICTURE"},
    "ugc_clone": {"script": "Hi there.", "background_image": "bg_kitchen"},
    "ugc_model_shoot": {"variations": 1, "product_image": "PICTURE", "avatar": "avatar_maya"},
    "ugc_product_background": {"variations": 1, "product_image": "PICTURE", "background_image": "bg_kitchen"},
    "b_roll_video": {"video_context": "Morning.", "product_type": "serum", "aspect_ratio": "9:16"},
    "static_ad": {"product_id": "product_123", "ad_format": "instagram_square", "reference_ad_id": "refad_123"},
    "ad_replicate": {"avatar": "avatar_maya", "reference_video": "FILM"},
    "avatar_lipsync": {"avatar": "avatar_maya", "audio": "VOICE"},
    "image_to_video": {"image": "PICTURE", "prompt": "Slow push in"},
    "text_to_image": {"prompt": "A bottle on a plinth", "media_ids": ["PICTURE"]},
    "text_to_audio": {"script": "Hello.", "voice": "voice_deep"},
    "video_to_text": {"video": "FILM"},
    "generate_subtitle": {"video": "FILM", "subtitle_typography": {"color": "#FFEE00", "position": {"y": 0.2}}},
    "inventory_shoot": {"mode": "product_shoot", "variations": 1, "product_image": "PICTURE"},
    "inventory_shoot, of a model": {"mode": "model_shoot", "variations": 1, "avatar": "avatar_maya"},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", JOBS)
def test_every_format_makes_what_it_promises(server, files, name, tmp_path):
    """A job of each format, with ids and local files, is checked, uploaded, run and downloaded."""
    from clipwise import Clipwise

    given = {"PICTURE": files.picture, "FILM": files.film, "VOICE": files.voice}

    def placed(value: object) -> object:
        return [placed(each) for each in value] if isinstance(value, list) else given.get(str(value), value)

    slug = name.partition(",")[0]
    inputs = {key: placed(value) for key, value in JOBS[name].items()}
    with Clipwise(server.api_key, server.base_url) as client:
        job = client.generate[slug](**inputs).wait(interval=0.1, timeout=120)
        paths = job.download(tmp_path)
        promised = client.formats.document(slug).output_types
    kinds = {"image": ".png", "video": ".mp4", "audio": ".wav", "subtitles": ".srt"}
    suffixes = {path.suffix for path in paths}
    assert {kinds[kind] for kind in promised if kind in kinds} <= suffixes
    if "transcript" in promised:
        assert "short film" in job.outputs["transcript"].lower()
    for path in paths:
        CHECKS.get(path.suffix, lambda _: None)(path)
    if ".mp4" in suffixes:
        assert_heard(next(path for path in paths if path.suffix == ".mp4"), silent=name in SILENT)


SILENT = ("b_roll_video", "image_to_video")


def assert_seen(pixels: Any) -> None:
    """A picture is neither black nor of one colour."""
    assert pixels.mean() > 10
    assert pixels.std() > 8


def assert_film(path: Path) -> None:
    """A film plays everywhere, has an even size, lasts, and is neither black nor still."""
    import av

    with av.open(str(path)) as container:
        video = container.streams.video[0]
        assert (video.codec_context.name, video.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert video.width % 2 == video.height % 2 == 0
        pictures = [frame.to_ndarray(format="gray").astype(int) for frame in container.decode(video)]
        assert len(pictures) / float(video.average_rate) > 0.9
    assert_seen(pictures[len(pictures) // 2])
    assert max(abs(one - pictures[0]).mean() for one in pictures[1::3]) > 0.3


def assert_picture(path: Path) -> None:
    """A picture is at least as large as a phone shows it."""
    import numpy as np
    from PIL import Image

    with Image.open(path) as picture:
        assert min(picture.size) >= 256
        assert_seen(np.asarray(picture.convert("L"), dtype=int))


def assert_heard(path: Path, silent: bool = False) -> None:
    """There is sound, and it is louder than nothing; only what is meant to be silent has none."""
    import av
    import numpy as np

    with av.open(str(path)) as container:
        if not container.streams.audio:
            assert silent
            return
        sound = np.concatenate([np.ravel(frame.to_ndarray()).astype(float) for frame in container.decode(audio=0)])
    loudest = 32768 if abs(sound).max() > 1.5 else 1
    assert (sound**2).mean() ** 0.5 / loudest > 0.005


CHECKS = {".mp4": assert_film, ".png": assert_picture, ".wav": assert_heard}
