"""A folder from outside: keys with scopes, acting for users, what there is, and making room."""

from __future__ import annotations

import json
import time
from pathlib import Path

import httpx
import pytest
from asking import API, Connect, create, error_of, until
from server_files import png, upload, wav

from clipwise.sandbox import curate, jobs, serving
from clipwise.sandbox import store as store_module
from clipwise.sandbox.exchange import ACT_AS, SCOPES
from clipwise.sandbox.serving import Embedded, Settings
from clipwise.sandbox.store import EVERYONE, Resource, Store, StoreError

ACT = "X-Clipwise-Act-As-User-Id"


# --- keys -------------------------------------------------------------------------------------------------------------


def test_a_new_key_may_do_what_its_scopes_say(running: Embedded, connect: Connect) -> None:
    """It works at once, beside the running server, for the folder's own account."""
    reader = connect(serving.new_token(running._data_dir, ["resources:read", "resources:read"]))
    assert reader.get("resources/avatars/").status_code == 200
    error = error_of(reader.post("products/", json={"name": "x"}), 403)
    assert error["details"] == {"scope": "resources:write"}


@pytest.mark.parametrize("scopes", [[], ["resources"], ["resources:read", "everything"]])
def test_a_key_has_scopes_that_exist(running: Embedded, scopes: list[str]) -> None:
    """The message lists them."""
    with pytest.raises(ValueError, match="generations:write"):
        serving.new_token(running._data_dir, scopes)


def test_looking_at_a_folder_does_not_make_a_sandbox_of_it(tmp_path: Path) -> None:
    """All three ways of looking refuse."""
    for look in (
        lambda: serving.new_token(tmp_path, SCOPES),
        lambda: serving.status(tmp_path / "none"),
        lambda: serving.prune(tmp_path, 0),
    ):
        with pytest.raises(StoreError, match="no sandbox"):
            look()
    assert list(tmp_path.iterdir()) == []


# --- users ------------------------------------------------------------------------------------------------------------


def test_a_backend_acts_for_each_of_its_users_apart(running: Embedded, connect: Connect) -> None:
    """Resources, jobs, keys for jobs and link tasks of one user exist for no other, and not for the backend itself."""
    service = connect(serving.new_token(running._data_dir, [*SCOPES, ACT_AS]))
    ann, bob = {ACT: "ann@example.com"}, {ACT: "bob"}
    mine = service.post("uploads/", files={"file": ("a.png", png())}, headers=ann).json()["upload"]["id"]
    body = {"format": "text_to_audio", "script": "Hello.", "voice": "voice_heart"}
    key = {"Idempotency-Key": "users"}
    ours = [service.post("generations/", json=body, headers={**key, **who}).json()["id"] for who in (ann, bob, {})]
    assert len(set(ours)) == 3
    task = service.post("extract-url/", json={"url": "https://a.example/"}, headers=ann).json()["task_id"]
    for path in (f"resources/generic_uploads/{mine}/", f"generations/{ours[0]}/", f"extract-url/{task}/"):
        assert service.get(path, headers=ann).status_code == 200
        for others in (bob, {}):
            assert error_of(service.get(path, headers=others), 404)["code"] == "not_found"
    assert service.get("uploads/", headers=bob).json()["items"] == []
    film = {"format": "static_ad", "product_id": mine, "ad_format": "x"}
    problem = error_of(service.post("generations/", json=film, headers=bob), 400)["details"]["problems"][0]
    assert problem["code"] == "unknown_id"
    until(service, ours[2], "completed")


@pytest.mark.parametrize("user", ["", "a b", "x" * 201])
def test_a_user_who_is_none_is_refused(api: httpx.Client, user: str) -> None:
    """An empty header must not make the backend act for itself."""
    assert error_of(api.get("products/", headers={ACT: user}), 400)["code"] == "invalid_argument"


# --- what there is ----------------------------------------------------------------------------------------------------


def test_the_status_of_a_folder_counts_what_is_in_it(tmp_path: Path, server_settings: Settings) -> None:
    """Jobs by status, resources by type and source, keys, and bytes; it can be written as JSON."""
    with Embedded(tmp_path / "data", settings=server_settings) as sandbox:
        headers = {"Authorization": f"Bearer {sandbox.api_key}"}
        with httpx.Client(base_url=sandbox.base_url + API, headers=headers, trust_env=False) as api:
            for script, ends in (("Hello.", "completed"), ("refuse", "failed")):
                until(api, create(api, script).json()["id"], ends)
            upload(api, wav(), "audio")
            found = serving.status(tmp_path / "data")
    assert found["jobs"] == {"queued": 0, "running": 0, "completed": 1, "failed": 1, "cancelled": 0}
    assert found["resources"]["generic_uploads"]["uploaded"] == 1
    assert found["resources"]["generated_media"] == {"generated": 1}
    assert found["resources"]["avatars"]["curated"] >= 6
    assert (found["bytes"]["files"], found["bytes"]["outputs"], found["tokens"]) == (len(wav()), 10240, 1)
    assert found["bytes"]["total"] == sum(each for name, each in found["bytes"].items() if name != "total")
    assert json.loads(json.dumps(found)) == found


# --- making room ------------------------------------------------------------------------------------------------------


def test_old_jobs_and_media_make_room_and_what_is_needed_stays(
    running: Embedded, api: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files go with their rows; a generated avatar, an upload that a waiting job needs, and resources stay."""
    done = create(api, key="room").json()["id"]
    avatar = api.post("resources/avatars/generate/", json={"prompt": "x"}).json()["id"]
    ended = [until(api, id, "completed")["outputs"] for id in (done, avatar)]
    unused, needed = (upload(api, png()).json()["upload"]["id"] for _ in range(2))
    pose = api.post("resources/poses/upload/", files={"file": ("a.png", png())}).json()["resource"]["id"]
    busy = create(api, "slow 1.5", metadata={"about": needed}).json()["id"]
    until(api, busy, "running")
    assert serving.prune(running._data_dir, 3600) == {"generations": 0, "media": 0, "bytes": 0}
    pruned = serving.prune(running._data_dir, 0)
    assert pruned["generations"] >= 1
    assert pruned["media"] >= 2
    assert pruned["bytes"] >= 10240
    assert error_of(api.get(f"generations/{done}/"), 404)
    assert httpx.get(ended[0]["result"]["url"], trust_env=False).status_code == 404
    assert httpx.get(ended[1]["resource"]["url"], trust_env=False).status_code == 200
    assert api.get(f"generations/{avatar}/").status_code == 200
    assert error_of(api.get(f"resources/generic_uploads/{unused}/"), 404)
    for kept in (f"resources/generic_uploads/{needed}/", f"resources/poses/{pose}/", f"generations/{busy}/"):
        assert api.get(kept).status_code == 200
    assert {each.name for each in (running._data_dir / "files").iterdir()} == {needed, pose}
    assert create(api, "Another.", key="room").status_code == 201
    until(api, busy, "completed")


@pytest.mark.parametrize("age", [-1, float("nan")])
def test_an_age_is_a_number_from_0_on(running: Embedded, age: float) -> None:
    """Anything else would prune what nobody meant."""
    with pytest.raises(ValueError, match="age"):
        serving.prune(running._data_dir, age)


def test_the_catalog_of_an_earlier_version_is_brought_up_to_date(tmp_path: Path) -> None:
    """A curated row says what this version says of it; one's own rows are left alone."""
    store = Store(tmp_path / "data")
    store.add(Resource("avatar_maya", EVERYONE, "avatars", "Old", "curated"))
    store.add(Resource("pose_mine", "local", "poses", "Mine", "uploaded"))
    for _ in range(2):
        curate.seed(store)
    maya, mine = store.resource("local", "avatar_maya"), store.resource("local", "pose_mine")
    assert maya is not None
    assert (maya.name, maya.kind, maya.metadata["curated"]) == ("Maya", "image", "avatar_maya")
    assert getattr(mine, "name", "") == "Mine"
    store.close()


def test_a_folder_of_the_first_version_is_taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was in it stays, what is new is added."""
    with monkeypatch.context() as patch:
        patch.setattr(store_module, "VERSION", 1)
        old = Store(tmp_path / "data")
        job = jobs.accept(old, jobs.Wish("local", "text_to_audio", {}, "x"))[0]
        old.close()
    new = Store(tmp_path / "data")
    assert jobs.find(new, job.id) == job
    assert new.extraction("local", new.add_extraction("local", "https://a.example/")) is not None
    new.close()
    assert time.time() - job.created_at < 60
