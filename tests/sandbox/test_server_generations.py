"""A job is accepted once, rendered in another process, told about truly, and cancelled while that is possible."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from asking import Connect, create, error_of, until

from clipwise.sandbox import jobs
from clipwise.sandbox.serving import Embedded
from clipwise.sandbox.store import Store


def test_a_job_is_accepted_rendered_and_can_be_downloaded(api: httpx.Client) -> None:
    """From 201 to a file whose bytes are what its hash says."""
    made = create(api)
    assert made.status_code == 201
    assert made.json()["id"].startswith("gen_")
    assert made.json()["status"] == "queued"
    job = until(api, made.json()["id"], "completed", "failed")
    assert (job["progress"], job["error"], job["engine"]) == (1, None, "sandbox")
    assert job["created_at"] <= job["started_at"] <= job["finished_at"]
    outputs = job["outputs"]
    assert (outputs["engine"], outputs["transcript"], outputs["duration"]) == ("sandbox", "Hello.", 1.5)
    assert "not the work of the service" in outputs["note"]
    assert outputs["result"]["url"] == outputs["files"][0]["url"]
    file = outputs["files"][0]
    assert (file["kind"], file["mime_type"], file["bytes"], file["name"]) == ("audio", "audio/wav", 10240, "audio.wav")
    assert len(httpx.get(file["url"], trust_env=False).content) == 10240


def test_a_film_has_a_video_url_and_becomes_generated_media(api: httpx.Client) -> None:
    """The video stands for the generation; it is listed among the generated media, and can be deleted there."""
    body = {"format": "ugc_video", "script": "x", "avatar": "avatar_maya", "background_image": "bg_kitchen"}
    id = api.post("generations/", json=body).json()["id"]
    outputs = until(api, id, "completed")["outputs"]
    assert outputs["video_url"].endswith("video.mp4")
    assert "transcript" not in outputs
    assert outputs["details"]["assets"] == {"avatar": ["avatar_maya"], "background_image": ["background_kitchen"]}
    path = f"resources/generated_media/{outputs['generated_media_id']}/"
    item = api.get(path).json()["resource"]
    assert (item["file_type"], item["generation_id"], item["source_kind"]) == ("video", id, "generated")
    assert httpx.get(item["url"], trust_env=False).content == b"film"
    assert api.delete(path).status_code == 200
    assert httpx.get(outputs["video_url"], trust_env=False).status_code == 404


def test_a_job_that_cannot_be_rendered_fails_with_its_reason(api: httpx.Client) -> None:
    """The renderer's own code and words reach the client."""
    job = until(api, create(api, "refuse").json()["id"], "failed")
    assert job["error"] == {"code": "unsupported_text", "message": "The script cannot be spoken."}
    assert job["outputs"] is None


def test_a_fault_of_a_renderer_fails_the_job_and_not_the_worker(api: httpx.Client) -> None:
    """The next job is rendered by the same worker."""
    job = until(api, create(api, "break").json()["id"], "failed")
    assert job["error"]["code"] == "server_error"
    assert "a fault of the renderer" not in job["error"]["message"]
    until(api, create(api).json()["id"], "completed")


# --- refused ----------------------------------------------------------------------------------------------------------


def test_all_problems_come_at_once(api: httpx.Client) -> None:
    """Three things are wrong, three are named."""
    answer = create(api, "", voice="nobody", volume=3)
    error = error_of(answer, 400)
    assert error["code"] == "validation_error"
    assert [each["path"] for each in error["details"]["problems"]] == [["script"], ["voice"], ["volume"]]
    assert all(set(each) == {"path", "code", "message", "hint"} for each in error["details"]["problems"])


@pytest.mark.parametrize("format", [None, "", 3, ["smart"], "no_such_format", "../smart"])
def test_an_unknown_format_is_a_problem_of_the_format(api: httpx.Client, format: object) -> None:
    """Whatever stands there, the path is `format`."""
    error = error_of(api.post("generations/", json={"format": format}), 400)
    assert error["details"]["problems"][0]["path"] == ["format"]


def test_a_format_without_a_renderer_is_refused_with_those_that_have_one(api: httpx.Client) -> None:
    """A good job that this sandbox cannot render is an invalid argument."""
    error = error_of(api.post("generations/", json={"format": "smart", "prompt": "x"}), 400)
    assert error["code"] == "invalid_argument"
    assert "text_to_audio" in error["message"]


def test_an_asset_of_another_account_does_not_exist(api: httpx.Client, store: Store, connect: Connect) -> None:
    """Neither as an input nor as a resource nor as a generation."""
    other = connect(store.add_token(["generations:write", "generations:read", "resources:read"], account="other"))
    product = api.post("products/", json={"name": "Mine"}).json()["product"]["id"]
    mine = create(api).json()["id"]
    body = {"format": "static_ad", "product_id": product, "ad_format": "x"}
    assert error_of(other.post("generations/", json=body), 400)["details"]["problems"][0]["code"] == "unknown_id"
    for answer in (
        other.get(f"resources/products/{product}/"),
        other.get(f"generations/{mine}/"),
        other.post(f"generations/{mine}/cancel/"),
    ):
        assert error_of(answer, 404)["code"] == "not_found"


# --- once -------------------------------------------------------------------------------------------------------------


def test_a_key_and_a_body_make_one_generation(api: httpx.Client) -> None:
    """The same key with the same body answers the same id, in whatever order its keys are, also when it is done."""
    first = create(api, key="once")
    again = create(api, key="once")
    turned = api.post(
        "generations/",
        json={"voice": "voice_heart", "script": "Hello.", "format": "text_to_audio"},
        headers={"Idempotency-Key": "once"},
    )
    assert (first.status_code, again.status_code, turned.status_code) == (201, 200, 200)
    assert first.json()["id"] == again.json()["id"] == turned.json()["id"]
    until(api, first.json()["id"], "completed")
    assert create(api, key="once").json()["status"] == "completed"


def test_a_key_with_another_body_is_a_conflict(api: httpx.Client) -> None:
    """Also when the other body would be refused for itself."""
    first = create(api, key="conflict").json()["id"]
    for answer in (create(api, "Another.", key="conflict"), create(api, "", key="conflict")):
        error = error_of(answer, 409)
        assert (error["code"], error["details"]) == ("idempotency_conflict", {"generation_id": first})


def test_a_key_belongs_to_an_account(api: httpx.Client, store: Store, connect: Connect) -> None:
    """Two accounts may use the same key."""
    other = connect(store.add_token(["generations:write"], account="other"))
    assert create(api, key="shared").json()["id"] != create(other, "Different.", key="shared").json()["id"]


def test_a_refused_body_does_not_use_up_its_key(api: httpx.Client) -> None:
    """After the mistake is put right, the key still works."""
    assert create(api, "", key="retry").status_code == 400
    assert create(api, "Right.", key="retry").status_code == 201


def test_twenty_requests_at_once_with_one_key_make_one_generation(api: httpx.Client) -> None:
    """Exactly one of them is answered 201."""
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: create(api, "slow 0.1", key="race"), range(20)))
    assert sorted(each.status_code for each in answers) == [200] * 19 + [201]
    assert len({each.json()["id"] for each in answers}) == 1


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_key_is_text_of_reasonable_length(api: httpx.Client, key: str) -> None:
    """An empty key would make all jobs one."""
    answer = api.post("generations/", json={"format": "smart"}, headers={"Idempotency-Key": key})
    assert error_of(answer, 400)["code"] == "invalid_argument"


# --- cancelled --------------------------------------------------------------------------------------------------------


def test_a_queued_job_is_cancelled_before_it_starts(api: httpx.Client) -> None:
    """It never runs."""
    busy = create(api, "slow 0.6").json()["id"]
    until(api, busy, "running")
    queued = create(api).json()["id"]
    answer = api.post(f"generations/{queued}/cancel/")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    until(api, busy, "completed")
    job = api.get(f"generations/{queued}/").json()["generation"]
    assert (job["status"], job["started_at"], job["outputs"]) == ("cancelled", None, None)


def test_a_running_job_is_cancelled_and_leaves_nothing(api: httpx.Client, running: Embedded) -> None:
    """The worker notices between two reports and takes the next job; the folder is gone."""
    id = create(api, "slow 10").json()["id"]
    until(api, id, "running", stage="speaking")
    assert api.post(f"generations/{id}/cancel/").json()["generation"]["status"] == "cancelled"
    start = time.monotonic()
    done = until(api, create(api).json()["id"], "completed")
    assert time.monotonic() - start < 5
    assert done["error"] is None
    assert api.get(f"generations/{id}/").json()["generation"]["status"] == "cancelled"
    with_media = {each.name for each in (running._data_dir / "outputs").iterdir() if any(each.iterdir())}
    kept = Store(running._data_dir)
    with kept.reading() as db:
        alive = {row["claim"] for row in db.execute("SELECT claim FROM generations WHERE status = 'completed'")}
    kept.close()
    assert with_media <= alive


def test_a_job_in_its_last_stage_or_finished_is_not_cancelled(api: httpx.Client) -> None:
    """unsupported_cancellation says in what state it is, and the job goes on."""
    id = create(api, "encode 0.5").json()["id"]
    until(api, id, "running", stage="encoding")
    error = error_of(api.post(f"generations/{id}/cancel/"), 409)
    assert (error["code"], error["details"]["stage"]) == ("unsupported_cancellation", "encoding")
    until(api, id, "completed")
    assert error_of(api.post(f"generations/{id}/cancel/"), 409)["details"]["status"] == "completed"
    cancelled = create(api, "slow 10").json()["id"]
    api.post(f"generations/{cancelled}/cancel/")
    assert error_of(api.post(f"generations/{cancelled}/cancel/"), 409)["details"]["status"] == "cancelled"


@pytest.mark.parametrize("id", ["gen_none", "..%2F..%2Fapi_key", "%00", "%0A", "' OR 1=1 --", "x" * 4000])
def test_an_id_that_is_none_is_not_found(api: httpx.Client, id: str) -> None:
    """Path pieces and quotes are only an id that nothing has."""
    assert error_of(api.get(f"generations/{id}/"), 404)["code"] == "not_found"
    assert error_of(api.post(f"generations/{id}/cancel/"), 404)["code"] == "not_found"


def test_the_server_answers_while_a_job_is_rendered(api: httpx.Client) -> None:
    """Polls of a busy sandbox take far less than a tenth of a second."""
    id = create(api, "slow 1").json()["id"]
    until(api, id, "running")
    took = []
    for _ in range(30):
        start = time.monotonic()
        api.get(f"generations/{id}/")
        took.append(time.monotonic() - start)
    assert sorted(took)[15] < 0.1
    until(api, id, "completed")


# --- the queue itself -------------------------------------------------------------------------------------------------


def _wish(store: Store, script: str = "x") -> jobs.Generation:
    return jobs.accept(store, jobs.Wish("local", "text_to_audio", {"script": script}, script))[0]


@pytest.fixture
def queue(tmp_path: object) -> object:
    """A store of its own, without server or worker."""
    kept = Store(tmp_path / "data")  # type: ignore[operator]
    yield kept
    kept.close()


def test_a_job_is_claimed_by_one_of_many(queue: Store) -> None:
    """Eight threads ask for one job at the same time; one gets it."""
    _wish(queue)
    gate, got = threading.Barrier(8), []

    def ask() -> None:
        gate.wait()
        got.append(jobs.claim(queue))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len([each for each in got if each]) == 1


def test_a_claim_whose_lease_ran_out_can_do_nothing_more(queue: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else has the job then: the old claim neither reports nor finishes nor fails nor gives it back."""
    _wish(queue)
    old = jobs.claim(queue)
    assert old is not None
    assert jobs.claim(queue) is None
    now = time.time()
    monkeypatch.setattr(jobs.time, "time", lambda: now + jobs.LEASE + 0.1)
    new = jobs.claim(queue)
    assert new is not None
    assert (new.id, new.claim == old.claim) == (old.id, False)
    assert not jobs.beat(queue, old)
    assert not jobs.report(queue, old, "speaking", 0.5)
    assert not jobs.finish(queue, old, {}, [])
    assert not jobs.fail(queue, old, "x", "y")
    assert not jobs.release(queue, old)
    assert jobs.finish(queue, new, {"files": []}, [])
    assert not jobs.finish(queue, new, {"files": []}, [])


def test_a_sign_of_life_keeps_the_lease(queue: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job that takes longer than a lease stays its claim's."""
    _wish(queue)
    job = jobs.claim(queue)
    assert job is not None
    now = time.time()
    for seconds in (3, 6, 9):
        monkeypatch.setattr(jobs.time, "time", lambda seconds=seconds: now + seconds)
        assert jobs.beat(queue, job)
        assert jobs.claim(queue) is None


def test_a_job_that_kills_its_renderers_fails_at_last(queue: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """After three claims that died it is not tried again, and the one behind it gets its turn."""
    poison, good = _wish(queue, "die"), _wish(queue, "good")
    now = time.time()
    for turn in range(jobs.MAX_CLAIMS):
        monkeypatch.setattr(jobs.time, "time", lambda turn=turn: now + turn * 6)
        claimed = jobs.claim(queue)
        assert claimed is not None
        assert claimed.id == poison.id
    monkeypatch.setattr(jobs.time, "time", lambda: now + 30)
    assert getattr(jobs.claim(queue), "id", "") == good.id
    failed = jobs.find(queue, poison.id)
    assert failed is not None
    assert (failed.status, failed.error) == ("failed", jobs.DIED)


def test_a_job_that_is_given_back_has_not_died(queue: Store) -> None:
    """However often a server is stopped, its jobs are taken up again."""
    _wish(queue)
    for _ in range(10):
        job = jobs.claim(queue)
        assert job is not None
        assert jobs.release(queue, job)


def test_folders_of_dead_claims_are_swept_away(queue: Store) -> None:
    """Those of running and completed jobs stay."""
    _wish(queue)
    job = jobs.claim(queue)
    assert job is not None
    assert job.claim is not None
    for name in (job.claim, "dead"):
        (queue.folder / "outputs" / name).mkdir()
        (queue.folder / "outputs" / name / "part.mp4").write_bytes(b"x")
    jobs.sweep(queue)
    assert [each.name for each in (queue.folder / "outputs").iterdir()] == [job.claim]
    jobs.finish(queue, job, {"files": []}, [])
    jobs.sweep(queue)
    assert [each.name for each in (queue.folder / "outputs").iterdir()] == [job.claim]
