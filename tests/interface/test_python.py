"""Every call of the API's documented Python interface, with real ids, against the sandbox."""

from __future__ import annotations

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
