"""Servers and workers as processes: started, stopped, killed, two at once; a job is finished exactly once."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from asking import API, HERE, create, error_of, until

from clipwise.sandbox import EXTRA, require_extra, workforce
from clipwise.sandbox.serving import Embedded, Settings, default_data_dir, run
from clipwise.sandbox.store import Store, StoreError

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and modes of POSIX")
Serve = Callable[[], SimpleNamespace]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder that does not exist yet."""
    return tmp_path / "data"


@pytest.fixture
def serve(data: Path, _renderers_found: None) -> Iterator[Serve]:
    """Start server processes on the folder; what is left of them is killed in the end."""
    started: list[SimpleNamespace] = []

    def start() -> SimpleNamespace:
        process = subprocess.Popen(
            [sys.executable, str(HERE / "server_process.py"), str(data)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout
        told = json.loads(process.stdout.readline())
        headers = {"Authorization": f"Bearer {told['api_key']}"}
        api = httpx.Client(base_url=told["base_url"] + API, headers=headers, timeout=20, trust_env=False)
        started.append(SimpleNamespace(process=process, api=api, **told))
        return started[-1]

    yield start
    for each in started:
        each.api.close()
        each.process.kill()
        each.process.communicate()


def workers(pid: int) -> list[int]:
    """The workers of a server, whichever of its threads started them."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):
            found += [int(each) for each in (task / "children").read_text().split()]
    return found


def gone(pid: int, seconds: float = 3) -> bool:
    """Whether a process ends within that time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
                time.sleep(0.02)
                continue
        return True
    return False


linux = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks up processes in /proc")


def media_of(store: Store, id: str) -> int:
    """How many rows of generated media a generation has."""
    with store.reading() as db:
        query = "SELECT count(*) FROM resources WHERE json_extract(metadata, '$.generation_id') = ?"
        return int(db.execute(query, (id,)).fetchone()[0])


def folders(data: Path) -> int:
    """How many folders of outputs there are."""
    return len(list((data / "outputs").iterdir()))


# --- killed -----------------------------------------------------------------------------------------------------------


@linux
@pytest.mark.slow
def test_a_job_survives_the_death_of_server_and_worker_and_is_finished_once(serve: Serve, data: Path) -> None:
    """Both are killed in the middle of a rendering; the next server takes the job up when the lease runs out."""
    first = serve()
    id = create(first.api, "slow 1").json()["id"]
    until(first.api, id, "running", stage="speaking")
    for pid in workers(first.process.pid):  # the worker first, so that it cannot give the job back
        os.kill(pid, signal.SIGKILL)
    first.process.kill()
    first.process.wait()
    second = serve()
    job = until(second.api, id, "completed")
    assert len(job["outputs"]["files"]) == 1
    store = Store(data)
    assert (media_of(store, id), folders(data)) == (1, 1)
    store.close()


@linux
def test_a_killed_server_takes_its_worker_along_and_the_job_is_given_back_at_once(serve: Serve) -> None:
    """The worker notices the end of its lifeline; nobody has to wait for the lease."""
    first = serve()
    id = create(first.api, "slow 1").json()["id"]
    until(first.api, id, "running", stage="speaking")
    (worker,) = workers(first.process.pid)
    first.process.kill()
    first.process.wait()
    assert gone(worker)
    second = serve()
    assert until(second.api, id, "completed", seconds=4)


@linux
@pytest.mark.slow
def test_a_job_that_kills_its_worker_fails_and_the_server_lives_on(serve: Serve) -> None:
    """Three workers die of it; then it has failed, and the next job is rendered."""
    server = serve()
    poison, good = (create(server.api, script).json()["id"] for script in ("die", "good"))
    job = until(server.api, poison, "failed", seconds=40)
    assert "3 times" in job["error"]["message"]
    assert until(server.api, good, "completed")


def test_jobs_of_a_sandbox_whose_worker_cannot_start_fail_with_the_reason(
    data: Path, server_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After three vain starts nobody is left waiting."""
    monkeypatch.setattr(workforce, "LOOK", 0.1)
    monkeypatch.setattr(workforce, "LONGEST_REST", 0.1)
    with Embedded(data, settings=server_settings) as sandbox:
        monkeypatch.setenv("PYTHONPATH", "")  # there the renderers are not found
        headers = {"Authorization": f"Bearer {sandbox.api_key}"}
        with httpx.Client(base_url=sandbox.base_url + API, headers=headers, trust_env=False) as api:
            job = until(api, create(api).json()["id"], "failed")
    assert job["error"]["code"] == "server_error"
    assert "worker.log" in job["error"]["message"]
    assert "server_renderers" in (data / "worker.log").read_text()


@pytest.mark.slow
def test_two_servers_on_one_folder_share_the_work(serve: Serve, data: Path) -> None:
    """Jobs accepted by either are seen by both, each is rendered once, and a key counts for both."""
    one, two = serve(), serve()
    assert one.api_key == two.api_key
    ids = [create(server.api, f"slow 0.1{n}").json()["id"] for n in range(6) for server in (one, two)]
    keyed = {create(server.api, key="both").json()["id"] for server in (one, two)}
    assert len(keyed) == 1
    for id in ids:
        urls = [until(server.api, id, "completed")["outputs"]["result"]["url"] for server in (one, two)]
        assert [url.startswith(server.base_url) for url, server in zip(urls, (one, two), strict=True)] == [True, True]
        assert httpx.get(urls[1], trust_env=False).status_code == 200
    store = Store(data)
    assert [media_of(store, id) for id in ids] == [1] * len(ids)
    store.close()
    assert folders(data) == len(ids) + 1


def test_servers_that_start_together_make_one_folder(data: Path) -> None:
    """Eight threads open a folder that does not exist, and read one key."""
    gate, keys = threading.Barrier(8), []

    def open_it() -> None:
        gate.wait()
        store = Store(data)
        keys.append(store.own_token())
        store.close()

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


# --- stopped ----------------------------------------------------------------------------------------------------------


@linux
@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_without_a_traceback(serve: Serve, signal_number: int) -> None:
    """Exit code 0, nothing on standard error, no worker left, also in the middle of a rendering."""
    server = serve()
    id = create(server.api, "slow 20").json()["id"]
    until(server.api, id, "running", stage="speaking")
    (worker,) = workers(server.process.pid)
    server.process.send_signal(signal_number)
    _, errors = server.process.communicate(timeout=5)
    assert (server.process.returncode, errors) == (0, b"")
    assert gone(worker)


def test_leaving_an_embedded_sandbox_is_quick_and_loses_no_job(data: Path, server_settings: Settings) -> None:
    """Under a second, with a rendering under way and a download that nobody reads; the next one takes the job up."""
    with Embedded(data, settings=server_settings) as first:
        headers = {"Authorization": f"Bearer {first.api_key}"}
        with httpx.Client(base_url=first.base_url + API, headers=headers, trust_env=False) as api:
            id = create(api, "slow 0.5").json()["id"]
            until(api, id, "running", stage="speaking")
        start = time.monotonic()
    assert time.monotonic() - start < 1
    with (
        Embedded(data, settings=server_settings) as second,
        httpx.Client(base_url=second.base_url + API, headers=headers, trust_env=False) as api,
    ):
        assert second.api_key == first.api_key
        assert until(api, id, "completed", seconds=4)


def test_an_embedded_sandbox_can_be_opened_again_and_again(data: Path, server_settings: Settings) -> None:
    """No thread and no socket is left behind."""
    before = threading.active_count()
    for _ in range(3):
        with Embedded(data, settings=server_settings) as sandbox:
            answer = httpx.get(
                f"{sandbox.base_url}{API}formats/quiz/",
                headers={"Authorization": f"Bearer {sandbox.api_key}"},
                trust_env=False,
            )
            assert answer.status_code == 200
    assert threading.active_count() <= before + 1  # a thread of the pool may still be on its way out


def test_a_port_that_is_taken_is_an_oserror(data: Path) -> None:
    """Before anything else is started."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError):
            run("127.0.0.1", taken.getsockname()[1], data, ready=lambda *_: None)


def test_an_upload_that_is_broken_off_leaves_nothing(data: Path, server_settings: Settings) -> None:
    """The client goes away in the middle; the part is removed and the server answers on."""
    with Embedded(data, settings=server_settings) as sandbox:
        host, _, port = sandbox.base_url.removeprefix("http://").partition(":")
        head = (
            f"POST {API}uploads/ HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {sandbox.api_key}\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n"
            '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        )
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(head.encode() + b"x" * 1000)
            deadline = time.monotonic() + 3
            while not list((data / "incoming").iterdir()) and time.monotonic() < deadline:
                time.sleep(0.01)
        while list((data / "incoming").iterdir()) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert list((data / "incoming").iterdir()) == []
        answer = httpx.get(f"{sandbox.base_url}{API}formats/", trust_env=False)
        assert error_of(answer, 401)


# --- the folder -------------------------------------------------------------------------------------------------------


@posix
def test_the_folder_is_for_its_owner_alone(data: Path, server_settings: Settings) -> None:
    """0700, and the key in it 0600; the key says what it is."""
    with Embedded(data, settings=server_settings) as sandbox:
        key = (data / "api_key").read_text().strip()
        assert key == sandbox.api_key
        assert key.startswith("cw_live_sandbox_")
        assert stat.S_IMODE(data.stat().st_mode) == 0o700
        assert stat.S_IMODE((data / "api_key").stat().st_mode) == 0o600
        assert key.encode() not in (data / "sandbox.db").read_bytes()


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    """A mistyped data folder is refused before a byte is written into it."""
    (tmp_path / "thesis.txt").write_text("x")
    with pytest.raises(StoreError, match="something else"):
        Store(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_folder_of_a_newer_version_is_not_touched(data: Path) -> None:
    """What a newer clipwise wrote may mean something else."""
    store = Store(data)
    with store.reading() as db:
        db.execute("PRAGMA user_version = 99")
    store.close()
    with pytest.raises(StoreError, match="newer"):
        Store(data)


def test_a_damaged_database_is_told_in_one_sentence(data: Path) -> None:
    """Not with an error of SQLite's own."""
    data.mkdir()
    (data / "sandbox.db").write_bytes(b"x" * 5000)
    with pytest.raises(StoreError, match="cannot use the folder"):
        Store(data)


def test_a_person_has_one_sandbox(tmp_path: Path) -> None:
    """Under the home folder, beside clipwise's other files."""
    assert default_data_dir(tmp_path) == tmp_path / ".clipwise" / "sandbox"


# --- cheap to import --------------------------------------------------------------------------------------------------


def loaded_by(code: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after running `code`."""
    script = f"{code}\nimport sys, json; print(json.dumps(sorted(sys.modules)))"
    return set(json.loads(subprocess.run([sys.executable, "-c", script], check=True, capture_output=True).stdout))


def test_importing_the_package_loads_nothing_else() -> None:
    """Whoever only asks whether there is a sandbox pays nothing."""
    extra = loaded_by("import clipwise.sandbox") - loaded_by("import importlib.util, typing, collections")
    assert {each for each in extra if not each.startswith("_")} <= {"clipwise", "clipwise._version", "clipwise.sandbox"}


def test_the_server_loads_nothing_that_renders(data: Path) -> None:
    """Numbers, pictures, film and speech are the worker's, until an upload has to be judged."""
    code = f"""
from pathlib import Path
from clipwise.sandbox.serving import Embedded
with Embedded(Path({str(data)!r})):
    pass"""
    assert not {"numpy", "av", "PIL", "onnxruntime", "httpx"} & loaded_by(code)


def test_the_sandbox_shares_only_the_documents_with_the_client() -> None:
    """It can disagree with the client's check because it does not know it."""
    modules = loaded_by("import clipwise.sandbox.serving, clipwise.sandbox.app, clipwise.sandbox.worker")
    own = {each for each in modules if each.startswith("clipwise.") and not each.startswith("clipwise.sandbox")}
    # what `formats` itself is made of comes along
    assert {each for each in own if not each.startswith("clipwise.formats")} <= {"clipwise.text", "clipwise._version"}


def test_a_missing_extra_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """One ImportError that says everything, in place of the first import that fails."""
    monkeypatch.setattr("clipwise.sandbox.find_spec", lambda name: None if name in ("av", "PIL") else object())
    with pytest.raises(ImportError, match="av, pillow") as caught:
        require_extra()
    assert EXTRA in str(caught.value)
    assert importlib.util.find_spec("starlette")
