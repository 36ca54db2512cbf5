"""Resources of every type: filtered, generated, extracted from links, cloned, and brought into jobs."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
from asking import Connect, create, error_of, until
from server_files import png, upload, wav

from clipwise.formats import bundled
from clipwise.sandbox.media.curated import CURATED
from clipwise.sandbox.serving import Embedded
from clipwise.sandbox.store import EVERYONE, Resource, Store


def kept(store: Store, id: str, resource_type: str, kind: str = "", **metadata: Any) -> str:
    """Put a curated resource into the folder; return its id."""
    name = metadata.pop("name", id)
    store.add(Resource(id, EVERYONE, resource_type, name, "curated", kind, metadata=metadata))
    return id


def ids(api: httpx.Client, path: str) -> list[str]:
    """The ids that a list gives."""
    return [each["id"] for each in api.get(path).json()["items"]]


# --- filters ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("filter", ["type", "product_type", "collection"])
def test_a_text_filter_keeps_what_says_so_in_any_case(api: httpx.Client, filter: str) -> None:
    """What an upload said of itself narrows the list; what said nothing is left out."""
    fields = {filter: "Evening"}
    made = api.post("resources/overlays/upload/", files={"file": ("a.gif", png())}, data=fields)
    assert error_of(made, 400)["code"] == "invalid_upload"  # a picture is no overlay
    made = api.post("resources/poses/upload/", files={"file": ("a.png", png())}, data=fields)
    assert ids(api, f"resources/poses/?{filter}=evening") == [made.json()["resource"]["id"]]
    assert ids(api, f"resources/poses/?{filter}=morning") == []


def test_uploads_are_filtered_by_purpose_and_by_what_they_hold(api: httpx.Client) -> None:
    """The purpose is kept, also the one that is left unsaid."""
    picture, sound = upload(api, png()), upload(api, wav(), "audio")
    unsaid = api.post("uploads/", files={"file": ("a.png", png())}).json()["upload"]
    assert unsaid["purpose"] == "image"
    mine = {picture.json()["upload"]["id"], unsaid["id"]}
    assert mine <= set(ids(api, "uploads/?purpose=image&limit=100"))
    assert ids(api, "uploads/?file_type=audio") == [sound.json()["upload"]["id"]]
    assert ids(api, "uploads/?file_type=video") == []


@pytest.mark.parametrize(
    "query", ["video_format=films", "video_format=", "file_type=pdf", "purpose=poster", "type=", f"type={'x' * 201}"]
)
def test_a_filter_that_means_nothing_is_refused(api: httpx.Client, query: str) -> None:
    """Ignoring it would show what was not asked for."""
    error = error_of(api.get(f"resources/generic_uploads/?{query}"), 400)
    assert (error["code"], error["details"]["parameter"]) == ("invalid_argument", query.partition("=")[0])


def test_a_type_that_no_input_of_a_format_takes_is_empty_for_it(api: httpx.Client) -> None:
    """text_to_audio takes voices, and no avatars; every name of a format will do."""
    assert ids(api, "resources/avatars/?video_format=text_to_audio") == []
    assert ids(api, "resources/voices/?video_format=Text%20to%20audio") == ids(api, "resources/voices/")
    assert ids(api, "resources/avatars/?video_format=ai_viral_videos") == ids(api, "resources/avatars/")


def test_a_kind_of_media_that_a_format_does_not_take_is_hidden_for_it(api: httpx.Client, store: Store) -> None:
    """ad_replicate follows videos; a static ad follows an ad of any kind."""
    film, still = (
        kept(store, "refad_film", "reference_ads", "video"),
        kept(store, "refad_still", "reference_ads", "image"),
    )
    replicate = ids(api, "resources/reference_ads/?video_format=ad_replicate&limit=100")
    assert film in replicate
    assert still not in replicate
    assert {film, still} <= set(ids(api, "resources/reference_ads/?video_format=static_ad&limit=100"))


def test_what_names_its_formats_is_hidden_for_the_others(api: httpx.Client, store: Store) -> None:
    """Also in a type that no input takes, such as templates; what names none serves all."""
    one = kept(store, "template_one", "templates", video_formats=["quiz", "Smart"])
    every = kept(store, "template_every", "templates")
    assert {one, every} <= set(ids(api, "resources/templates/?video_format=smart&limit=100"))
    listed = ids(api, "resources/templates/?video_format=ugc_video&limit=100")
    assert every in listed
    assert one not in listed


def test_media_are_listed_by_the_format_that_made_them(api: httpx.Client) -> None:
    """The history can be asked for one format."""
    id = create(api).json()["id"]
    made = until(api, id, "completed")["outputs"]["generated_media_id"]
    assert made in ids(api, "resources/generated_media/?video_format=text_to_audio")
    assert made not in ids(api, "resources/generated_media/?video_format=smart")


@pytest.mark.parametrize("type", ["templates", "presets"])
def test_templates_and_presets_are_listed_and_looked_at_only(api: httpx.Client, store: Store, type: str) -> None:
    """Nothing is uploaded, generated or deleted there."""
    id = kept(store, f"{type}_x", type, name="Plain")
    assert id in ids(api, f"resources/{type}/?limit=100")
    assert api.get(f"resources/{type}/{id}/").json()["resource"]["display_name"] == "Plain"
    for answer in (
        api.delete(f"resources/{type}/{id}/"),
        api.post(f"resources/{type}/upload/", files={"file": ("a.png", png())}),
        api.post(f"resources/{type}/generate/", json={"prompt": "x"}),
    ):
        assert error_of(answer, 400)["code"] == "invalid_argument"


# --- generated --------------------------------------------------------------------------------------------------------


def test_a_generated_avatar_is_a_resource_of_its_own(api: httpx.Client) -> None:
    """Its id and URL are in the job's outputs; what was said of it is kept; it is no generated media."""
    before = api.get("resources/generated_media/").json()["pagination"]["total"]
    made = api.post("resources/avatars/generate/", json={"prompt": "A cook", "collection": "staff", "url": "x"})
    assert (made.status_code, made.json()["status"]) == (201, "queued")
    outputs = until(api, made.json()["id"], "completed")["outputs"]
    resource = outputs["resource"]
    assert outputs["result"]["id"] == resource["id"]
    assert httpx.get(resource["url"], trust_env=False).content == b"picture of A cook"
    item = api.get(f"resources/avatars/{resource['id']}/").json()["resource"]
    assert (item["source_kind"], item["display_name"], item["prompt"]) == ("generated", "A cook", "A cook")
    assert httpx.get(item["url"], trust_env=False).content == b"picture of A cook"
    assert ids(api, "resources/avatars/?collection=staff") == [resource["id"]]
    assert api.get("resources/generated_media/").json()["pagination"]["total"] == before
    job = {"format": "ugc_video", "script": "x", "avatar": resource["id"]}
    assert api.post("generations/", json=job).status_code == 201


@pytest.mark.parametrize("body", [{}, {"prompt": ""}, {"prompt": " "}, {"prompt": 7}, {"prompt": "x" * 5001}])
def test_a_resource_is_generated_from_words(api: httpx.Client, body: dict[str, Any]) -> None:
    """Without any, with none to speak of, or with too many it is not."""
    error = error_of(api.post("resources/avatars/generate/", json=body), 400)
    assert (error["code"], error["details"]["problems"][0]["path"]) == ("validation_error", ["prompt"])


def test_a_resource_is_generated_once_for_each_key(api: httpx.Client) -> None:
    """The same words for another type are another request."""
    key = {"Idempotency-Key": "portrait"}
    first, again = (api.post("resources/avatars/generate/", json={"prompt": "x"}, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code, first.json()["id"]) == (201, 200, again.json()["id"])
    other = api.post("resources/background_images/generate/", json={"prompt": "x"}, headers=key)
    assert error_of(other, 409)["code"] == "idempotency_conflict"


def test_what_has_no_renderer_or_is_no_such_type_is_not_generated(api: httpx.Client) -> None:
    """The refusal says what can be, and its formats are not mixed up with the resources."""
    missing = api.post("resources/background_images/generate/", json={"prompt": "x"})
    assert error_of(missing, 400)["details"]["renderable"] == ["generate_avatars"]
    assert error_of(api.post("resources/films/generate/", json={"prompt": "x"}), 404)["code"] == "not_found"
    job = api.post("generations/", json={"format": "generate_avatars", "prompt": "x"})
    assert error_of(job, 400)["details"]["problems"][0]["code"] == "unknown_format"
    unrendered = api.post("generations/", json={"format": "smart", "prompt": "x"})
    assert "generate_avatars" not in error_of(unrendered, 400)["details"]["renderable"]


# --- voices -----------------------------------------------------------------------------------------------------------


def test_a_voice_is_cloned_from_a_recording(api: httpx.Client) -> None:
    """What is said of it is kept; a picture is no recording; the voice can be used and deleted."""
    said = {"name": "Me", "language": "English", "description": "On a good day"}
    item = api.post("resources/voices/upload/", files={"file": ("a.txt", wav())}, data=said).json()["resource"]
    assert (item["display_name"], item["language"], item["description"]) == ("Me", "English", "On a good day")
    assert (item["file_type"], item["mime_type"], item["source_kind"]) == ("audio", "audio/wav", "uploaded")
    assert item["preview_url"] == item["url"]
    assert ids(api, "resources/voices/")[0] == item["id"]
    assert create(api, voice=item["id"]).status_code == 201
    wrong = api.post("resources/voices/upload/", files={"file": ("a.wav", png())}, data=said)
    assert error_of(wrong, 400)["code"] == "invalid_upload"
    assert api.delete(f"resources/voices/{item['id']}/").status_code == 200


# --- links ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["https://cdn.example.net/a/b.MP4?x=1", "http://localhost:1/v.webm"])
def test_a_link_to_a_video_file_is_its_own_video(api: httpx.Client, url: str) -> None:
    """It is told at once."""
    answer = api.post("extract-url/", json={"url": url})
    assert (answer.status_code, answer.json()["video_url"], answer.json()["source_url"]) == (200, url, url)


def test_the_sandboxs_own_film_is_found_on_the_host_that_was_asked(api: httpx.Client, running: Embedded) -> None:
    """A URL that another server of the folder gave leads to this one."""
    id = api.post("generations/", json={"format": "ugc_video", "script": "x"}).json()["id"]
    film = until(api, id, "completed")["outputs"]["video_url"]
    elsewhere = film.replace(running.base_url, "http://127.0.0.1:9")
    assert api.post("extract-url/", json={"url": elsewhere}).json()["video_url"] == film


def extracted(api: httpx.Client, url: str) -> dict[str, Any]:
    """Ask for a link and poll until the task is ready."""
    begun = api.post("extract-url/", json={"url": url})
    assert begun.status_code == 202
    path = f"extract-url/{begun.json()['task_id']}/"
    first = api.get(path).json()
    assert (first["ready"], first["video_url"]) == (False, None)
    deadline = time.monotonic() + 5
    while not (task := api.get(path).json())["ready"] and time.monotonic() < deadline:
        time.sleep(0.05)
    return dict(task)


def test_any_other_link_fails_after_a_moment_with_the_reason(api: httpx.Client) -> None:
    """The sandbox fetches nothing, and says so."""
    task = extracted(api, "https://video.example.net/watch?v=1")
    assert (task["ready"], task["success"], task["error_code"]) == (True, False, "url_extract_failed")
    assert "network" in task["error"]


@pytest.mark.parametrize("host", ["example.com", "www.example.com", "videos.test"])
def test_success_can_be_rehearsed_with_links_that_lead_nowhere(api: httpx.Client, store: Store, host: str) -> None:
    """The video is a curated reference video, which a job may be given as it is."""
    video = Resource("refvid_x", EVERYONE, "reference_videos", "X", "curated", "video", "video/mp4", "files/refvid_x")
    (store.folder / "files" / "refvid_x").write_bytes(b"film")
    store.add(video)
    task = extracted(api, f"https://{host}/watch?v=1")
    assert (task["success"], task["error"]) == (True, None)
    assert task["video_url"].startswith("http://127.0.0.1")


@pytest.mark.parametrize(
    "url", [None, "", 7, "example.com/watch", "ftp://example.com/a.mp4", "http://", "http://[::1", "https://a:b/",
            "https://a.example/ b.mp4", "file:///etc/passwd", "https://a.example/" + "x" * 2000]
)  # fmt: skip
def test_what_is_no_link_is_refused(api: httpx.Client, url: object) -> None:
    """Before any task is made."""
    error = error_of(api.post("extract-url/", json={} if url is None else {"url": url}), 400)
    assert (error["code"], error["details"]["problems"][0]["path"]) == ("validation_error", ["url"])


def test_a_task_belongs_to_its_account(api: httpx.Client, store: Store, connect: Connect) -> None:
    """To others it does not exist."""
    id = api.post("extract-url/", json={"url": "https://a.example/"}).json()["task_id"]
    other = connect(store.add_token(["resources:read"], account="other"))
    for answer in (other.get(f"extract-url/{id}/"), api.get("extract-url/task_none/")):
        assert error_of(answer, 404)["code"] == "not_found"


# --- products ---------------------------------------------------------------------------------------------------------


def test_a_product_brings_its_pictures_into_a_job(api: httpx.Client) -> None:
    """The renderer gets what is said of it, and its pictures as files, the first of them standing for it."""
    sizes = (5, 900)
    pictures = [upload(api, png(3, rows)).json()["upload"] for rows in sizes]
    said = {"name": "Shoe", "description": "Light", "image_ids": [each["id"] for each in pictures], "colour": "red"}
    product = api.post("products/", json=said).json()["product"]
    job = {"format": "static_ad", "product_id": product["id"], "ad_format": "square"}
    id = api.post("generations/", json=job).json()["id"]
    (seen,) = until(api, id, "completed")["outputs"]["details"]["assets"]["product_id"]
    assert (seen["type"], seen["name"], seen["description"], seen["colour"]) == ("products", "Shoe", "Light", "red")
    assert (seen["product_type"], seen["url"], seen["image_ids"]) == ("", "", said["image_ids"])
    assert seen["images"] == [each["bytes"] for each in pictures]
    assert seen["size"] == pictures[0]["bytes"]


def test_a_product_without_pictures_or_with_lost_ones_can_still_be_advertised(api: httpx.Client) -> None:
    """What was deleted since is left out."""
    picture = upload(api, png()).json()["upload"]["id"]
    product = api.post("products/", json={"name": "Shoe", "image_ids": [picture]}).json()["product"]["id"]
    api.delete(f"resources/generic_uploads/{picture}/")
    id = api.post("generations/", json={"format": "static_ad", "product_id": product, "ad_format": "x"}).json()["id"]
    (seen,) = until(api, id, "completed")["outputs"]["details"]["assets"]["product_id"]
    assert (seen["images"], seen["size"]) == ([], None)


def test_products_are_resources_too(api: httpx.Client) -> None:
    """Listed, looked at, filtered and deleted under resources/products as well."""
    product = api.post("products/", json={"name": "Lamp", "product_type": "lighting"}).json()["product"]
    assert (product["source_kind"], product["name"]) == ("created", "Lamp")
    assert ids(api, "resources/products/?product_type=Lighting") == [product["id"]]
    assert ids(api, "products/?product_type=lighting") == [product["id"]]
    assert api.get(f"resources/products/{product['id']}/").json()["resource"] == product
    assert api.delete(f"resources/products/{product['id']}/").status_code == 200
    assert error_of(api.patch(f"products/{product['id']}/", json={}), 404)["code"] == "not_found"


def test_what_is_curated_is_not_among_ones_own_products_and_uploads(api: httpx.Client, store: Store) -> None:
    """It is among the resources, cannot be changed, and can be used."""
    for path, id in (("products", "product_sample"), ("generic_uploads", "upload_sample")):
        kept(store, id, path, "image" if path != "products" else "")
        assert id in ids(api, f"resources/{path}/?limit=100")
        assert id not in ids(api, f"{path.removeprefix('generic_')}/?limit=100")
    assert error_of(api.patch("products/product_sample/", json={"name": "Mine"}), 400)["code"] == "invalid_argument"
    job = {"format": "static_ad", "product_id": "product_sample", "ad_format": "x"}
    assert api.post("generations/", json=job).status_code == 201


def test_presets_are_listed_for_the_formats_that_take_one(api: httpx.Client, store: Store) -> None:
    """smart takes none; what a preset brings reaches the renderer, under what the job says."""
    id = kept(store, "preset_sample", "presets", name="Square shoot", inputs={"aspect_ratio": "1:1", "variations": 3})
    assert id not in ids(api, "resources/presets/?video_format=smart&limit=100")
    assert id in ids(api, "resources/presets/?video_format=inventory_shoot&limit=100")
    job = {"format": "inventory_shoot", "mode": "product_shoot", "preset": "square shoot", "aspect_ratio": "4:5"}
    made = api.post("generations/", json=job).json()
    inputs = until(api, made["id"], "completed")["outputs"]["details"]["inputs"]
    assert (inputs["aspect_ratio"], inputs["variations"]) == ("4:5", 3)


@pytest.mark.parametrize("row", [row for row in CURATED if row.resource_type == "presets"], ids=lambda row: row.id)
def test_every_curated_preset_can_be_used(api: httpx.Client, row: Any) -> None:
    """By its id and by its name, with each of its formats, which lists it."""
    own = {"script": "Hello.", "mode": "product_shoot"}
    for slug in row.metadata["video_formats"]:
        assert row.id in ids(api, f"resources/presets/?video_format={slug}")
        format = bundled.catalog().find(slug)
        assert format is not None
        needed = {name: own[name] for name in own if any(each.name == name and each.required for each in format.inputs)}
        for named in (row.id, row.name):
            answer = api.post("generations/", json={"format": slug, "preset": named, **needed})
            # a format without a renderer here is refused after everything else was found right
            assert answer.status_code == 201 or "renderable" in answer.json()["error"]["details"], answer.text


@pytest.mark.parametrize("change", [{"name": ""}, {"name": " "}, {"name": None}, {"image_ids": ["voice_heart"]}])
def test_a_change_of_a_product_is_judged_like_a_new_one(api: httpx.Client, change: dict[str, Any]) -> None:
    """A product does not lose its name, and a voice is no picture."""
    id = api.post("products/", json={"name": "Lamp"}).json()["product"]["id"]
    assert error_of(api.patch(f"products/{id}/", json=change), 400)["code"] == "validation_error"
    assert api.get(f"resources/products/{id}/").json()["resource"]["name"] == "Lamp"


# --- modes ------------------------------------------------------------------------------------------------------------


def test_a_mode_decides_what_reaches_the_renderer(api: httpx.Client) -> None:
    """A whole number that was written with a point is an integer there."""
    job = {"format": "inventory_shoot", "mode": "model_shoot", "variations": 2.0, "avatar": "avatar_maya"}
    id = api.post("generations/", json=job).json()["id"]
    details = until(api, id, "completed")["outputs"]["details"]
    assert details["inputs"] == {**{k: v for k, v in job.items() if k != "format"}, "variations": 2}
    assert [each["id"] for each in details["assets"]["avatar"]] == ["avatar_maya"]
    refused = api.post("generations/", json={**job, "mode": "product_shoot"})
    (problem,) = error_of(refused, 400)["details"]["problems"]
    assert (problem["code"], problem["path"]) == ("unknown_input", ["avatar"])
    assert "in mode product_shoot" in problem["message"]
