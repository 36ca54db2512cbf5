"""Claims about `clipwise jobs`: what was started here, how it stands, and how it is taken up."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hands import KEY
from stub_api import HANG, RESET, Asked, Raw, Reply, StubApi, document, refused

from clipwise.journal import Journal

TEASER = document("teaser", {"name": "line", "type": "string"})
Run = Callable[..., Any]


@pytest.fixture
def jobs(api: StubApi, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A server that knows its jobs by their keys; they are completed at once, each with one film."""
    monkeypatch.setenv("CLIPWISE_API_KEY", KEY)
    monkeypatch.setenv("CLIPWISE_BASE_URL", api.url)
    made: dict[str, str] = {}

    def create(asked: Asked) -> Any:
        id = made.setdefault(asked.key or "", f"gen_{len(made)}")
        film = {"url": f"{api.url}/{id}.mp4", "kind": "video"}
        api.on("GET", f"generations/{id}/", {"id": id, "status": "completed", "outputs": {"files": [film]}})
        api.on("GET", f"/{id}.mp4", Reply(200, b"film"))
        return Reply(200, {"id": id, "status": "queued"})

    def cut(asked: Asked) -> Any:
        create(asked)
        return Raw([RESET])

    api.on("GET", "formats/", {"formats": [TEASER]}).on("POST", "generations/", create)
    api.on("POST", "cut", cut)  # kept for those who want it
    return made


def cut_off(api: StubApi, clipwise: Run, *command: object) -> None:
    """Run a command whose answers are lost."""
    route = api._routes["POST", "/api/sdk/v1/generations/"]
    api.on("POST", "generations/", api._routes["POST", "/api/sdk/v1/cut"][0])
    assert clipwise(*command).code == 2
    api.on("POST", "generations/", *route)


GENERATE = ("generate", "teaser", "--line", "a", "--timeout", "1")


def test_what_was_started_is_listed(clipwise: Run, jobs: dict[str, str]) -> None:
    """Open ones, with `--all` those that are over; `--refresh` asks the server; no key is needed to look."""
    assert clipwise("jobs").out == "no open job was noted here; --all shows those that are over\n"
    clipwise(*GENERATE)
    rows = clipwise("jobs").out.splitlines()
    assert rows[0].split() == ["ID", "OR", "KEY", "FORMAT", "BEGAN", "STATUS", "SERVER"]
    assert [(row.split()[0], row.split()[1], row.split()[-2]) for row in rows[1:]] == [("gen_0", "teaser", "queued")]
    listed = json.loads(clipwise("jobs", "--json").out)["jobs"]
    assert (listed[0]["id"], listed[0]["key"]) == ("gen_0", next(iter(jobs)))
    assert "no open job" in clipwise("jobs", "--refresh").out
    assert "completed" in clipwise("jobs", "--all").out


def test_the_same_command_takes_up_what_was_cut_off(clipwise: Run, api: StubApi, jobs: dict[str, str]) -> None:
    """The list says so, `resume` says how, and the same command ends with one job; it says that, too."""
    cut_off(api, clipwise, *GENERATE)
    key = next(iter(jobs))
    assert f"{key}  teaser" in clipwise("jobs").out
    assert "the answer was lost" in clipwise("jobs").out
    told = clipwise("jobs", "resume", key)
    assert (told.code, "same command, run again within a day" in told.err) == (2, True)
    every = clipwise("jobs", "resume")
    assert (every.code, "cut off before its id was known" in every.out) == (2, True)
    again = clipwise(*GENERATE)
    assert (again.out, list(jobs)) == ("gen_0\n", [key])
    assert f"it is taken up with its key {key}" in again.err


def test_a_job_from_a_file_is_sent_again(clipwise: Run, api: StubApi, jobs: dict[str, str], tmp_path: Path) -> None:
    """`resume --spec FILE` sends it under its old key, waits, and brings the film; another file is refused."""
    (tmp_path / "job.json").write_text('{"format": "teaser", "line": "a"}')
    (tmp_path / "other.json").write_text('{"format": "teaser", "line": "b"}')
    cut_off(api, clipwise, "generate", "--spec", tmp_path / "job.json")
    assert "is not a job that was cut off here" in clipwise("jobs", "resume", "--spec", tmp_path / "other.json").err
    done = clipwise("jobs", "resume", "--spec", tmp_path / "job.json", "--output", tmp_path / "out")
    assert (done.code, done.out) == (0, f"{tmp_path / 'out' / 'teaser-gen_0.mp4'}\n"), done.err
    assert (len(jobs), (tmp_path / "out" / "teaser-gen_0.mp4").read_bytes()) == (1, b"film")


def test_resume_waits_and_downloads(clipwise: Run, api: StubApi, jobs: dict[str, str], tmp_path: Path) -> None:
    """Every open job is asked for, waited for and brought home; one that failed makes the exit code 3."""
    clipwise(*GENERATE)
    clipwise("generate", "teaser", "--line", "b")
    assert clipwise("jobs", "resume", "gen_1").out == "gen_1: completed\n"
    done = clipwise("jobs", "resume", "--wait", "--output", tmp_path)
    assert (done.code, done.out) == (0, f"{tmp_path / 'teaser-gen_0.mp4'}\n"), done.err
    clipwise("generate", "teaser", "--line", "c")
    api.on("GET", "generations/gen_2/", {"id": "gen_2", "status": "failed", "error": "no voice"})
    failed = clipwise("jobs", "resume", "--wait", "--json")
    row = json.loads(failed.out)["jobs"][0]
    assert (failed.code, row["id"], row["failed"]) == (3, "gen_2", True)
    assert "no voice" in row["error"]


def test_jobs_are_forgotten(clipwise: Run, api: StubApi, jobs: dict[str, str]) -> None:
    """`forget` drops those that are over, `forget KEY` one, `--all` everything; then the same command starts anew."""
    cut_off(api, clipwise, *GENERATE)
    assert clipwise("jobs", "forget").out == "forgot 0 jobs\n"
    assert clipwise("jobs", "forget", next(iter(jobs))).out == "forgot 1 job\n"
    assert clipwise(*GENERATE).out == "gen_1\n"
    assert clipwise("jobs", "forget", "--all").out == "forgot 1 job\n"
    assert "no job 'gen_1' was noted here" in clipwise("jobs", "forget", "gen_1").err


def test_jobs_of_another_account_are_not_asked_for(
    clipwise: Run, jobs: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are listed, for they were started here, but no other key is used for them."""
    clipwise(*GENERATE)
    monkeypatch.setenv("CLIPWISE_API_KEY", KEY + "other")
    assert "gen_0" in clipwise("jobs").out
    assert clipwise("jobs", "resume").out == "no open job was noted here\n"
    assert clipwise("jobs", "resume", "gen_0").code == 2


def test_a_home_that_cannot_be_written_stops_no_job(
    clipwise: Run, jobs: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job is started; that it could not be noted is said."""
    (tmp_path / "home").write_text("")
    monkeypatch.setenv("CLIPWISE_HOME", str(tmp_path / "home"))
    ran = clipwise(*GENERATE)
    assert (ran.code, ran.out) == (0, "gen_0\n")
    assert ran.err.count("cannot be written") == 1
    assert clipwise("jobs").code == 0


# --- Ctrl-C -----------------------------------------------------------------------------------------------------------


def interrupted(home: Path, arguments: list[str], ready: Callable[[], bool], times: int = 1) -> tuple[int, str, float]:
    """Run a command, press Ctrl-C when it is ready; return its exit code, what it said, and how long it took to end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "clipwise", *arguments],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "CLIPWISE_HOME": str(home)},
    )
    until = time.monotonic() + 20
    while not ready() and time.monotonic() < until:
        time.sleep(0.01)
    begun = time.monotonic()
    for _ in range(times):
        process.send_signal(signal.SIGINT)
        time.sleep(0.3 if times > 1 else 0)
    _, said = process.communicate(timeout=20)
    return process.returncode, said, time.monotonic() - begun


@pytest.mark.parametrize("command", ["generate", "wait"])
@pytest.mark.parametrize("cancels", [True, False])
def test_ctrl_c_cancels_only_when_that_was_asked_for(
    jobs: dict[str, str], api: StubApi, home: Path, command: str, cancels: bool
) -> None:
    """With --cancel-on-interrupt the job is cancelled, and that is said; without, it is left alone. Exit code 130."""
    api.on("POST", "generations/", {"id": "gen_7", "status": "queued"})
    api.on("GET", "generations/gen_7/", {"id": "gen_7", "status": "running"})
    api.on("POST", "generations/gen_7/cancel/", {"id": "gen_7", "status": "cancelled"})
    line = [*GENERATE, "--wait"] if command == "generate" else ["wait", "gen_7"]
    line += ["--cancel-on-interrupt"] if cancels else []
    code, said, _ = interrupted(home, line, lambda: bool(api.of("GET", "generations/gen_7/")))
    assert (code, len(api.of("POST", "generations/gen_7/cancel/"))) == (130, 1 if cancels else 0)
    assert ("gen_7 is cancelled" if cancels else "gen_7 goes on") in said
    assert "Traceback" not in said
    if command == "generate":
        stands = [each.status for each in Journal(home / "journal", "", "").all()]
        assert stands == ["cancelled" if cancels else "queued"]


def test_a_second_ctrl_c_ends_at_once(jobs: dict[str, str], api: StubApi, home: Path) -> None:
    """While the server does not answer the cancelling, a second Ctrl-C ends without it, and says what that means."""
    api.on("GET", "generations/gen_7/", {"id": "gen_7", "status": "running"})
    api.on("POST", "generations/gen_7/cancel/", Raw([HANG]))
    ready = threading.Event()
    code, said, took = interrupted(
        home,
        ["wait", "gen_7", "--cancel-on-interrupt"],
        lambda: ready.is_set() or bool(api.of("GET", "generations/gen_7/")),
        times=2,
    )
    assert (code, took < 3) == (130, True)
    assert "whether it is cancelled is not known" in said
    assert "Traceback" not in said


def test_a_job_that_cannot_be_cancelled_goes_on(jobs: dict[str, str], api: StubApi, home: Path) -> None:
    """The server's reason is told, and how to go on; the exit code stays 130."""
    api.on("GET", "generations/gen_7/", {"id": "gen_7", "status": "running"})
    api.on("POST", "generations/gen_7/cancel/", refused(409, "unsupported_cancellation", "too late"))
    code, said, _ = interrupted(
        home, ["wait", "gen_7", "--cancel-on-interrupt"], lambda: bool(api.of("GET", "generations/gen_7/"))
    )
    assert (code, "too late" in said, "gen_7 goes on" in said) == (130, True, True)


def test_ctrl_c_before_the_id_is_known(jobs: dict[str, str], api: StubApi, home: Path) -> None:
    """Nothing can be cancelled yet: the same command takes the job up, and that is what is said."""
    api.on("POST", "generations/", Raw([HANG]))
    code, said, _ = interrupted(
        home, [*GENERATE[:4], "--cancel-on-interrupt"], lambda: bool(api.of("POST", "generations/"))
    )
    assert (code, "a job may have been started; the same command takes it up" in said) == (130, True)
    assert [each.status for each in Journal(home / "journal", "", "").all()] == ["sending"]
