"""Claims about `clipwise batch`, run as people run it: a process of its own, real sockets, real signals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hands import KEY
from stub_api import Asked, StubApi, refused
from studio import MEDIA, Studio, spec_file, teasers

PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 100


@pytest.fixture
def studio(api: StubApi) -> Studio:
    return Studio(api)


@pytest.fixture
def started(api: StubApi, home: Path, tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """Start `clipwise …` in the test's folder."""
    own = {"CLIPWISE_HOME": str(home), "CLIPWISE_API_KEY": KEY, "CLIPWISE_BASE_URL": api.url, "COLUMNS": "200"}

    def start(*arguments: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "clipwise", *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env={**os.environ, **own},
        )

    return start


@pytest.fixture
def ran(started: Callable[..., subprocess.Popen[str]]) -> Callable[..., tuple[int, str, str]]:
    """Run `clipwise …` to its end: the exit code and what it printed."""

    def run(*arguments: object, stdin: str | None = None) -> tuple[int, str, str]:
        process = started(*arguments)
        out, err = process.communicate(stdin, timeout=60)
        assert "Traceback" not in err
        return process.returncode, out, err

    return run


def until(what: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_batch_is_run_shown_and_reported(ran: Callable[..., Any], studio: Studio, tmp_path: Path) -> None:
    """Run, status and report as a person uses them; what was wrong is named with its line, and the code is 2."""
    spec_file(tmp_path / "jobs.jsonl", *teasers(3), {"format": "teaser", "lin": "x"}, "{broken")
    code, out, err = ran("batch", "run", "jobs.jsonl")
    assert code == 2
    assert err.splitlines()[0] == "5 specs, 2 invalid"
    assert out.splitlines()[0].startswith("jobs.jsonl:4: invalid: line: is required")
    assert out.splitlines()[1].startswith("jobs.jsonl:5: invalid: not JSON")
    assert out.splitlines()[2:] == ["5 specs: 3 completed, 2 invalid", "jobs.jsonl.out/results.jsonl"]
    rows = [json.loads(line) for line in (tmp_path / "jobs.jsonl.out" / "results.jsonl").read_text().splitlines()]
    assert [row["status"] for row in rows] == ["completed"] * 3 + ["invalid"] * 2
    assert (tmp_path / rows[0]["files"][0]).read_bytes() == MEDIA
    code, out, _ = ran("batch", "status", "jobs.jsonl", "--json")
    assert code == 2
    told = json.loads(out)
    assert (told["counts"], [each["number"] for each in told["problems"]]) == ({"completed": 3, "invalid": 2}, [4, 5])
    code, out, _ = ran("batch", "report", "jobs.jsonl")
    page = (tmp_path / out.strip()).read_text()
    assert code == 0
    assert page.count("<tr id=n") == 5
    assert "http://" not in page.replace(studio.api.url, "")
    assert "href='00001-teaser-gen_" in page


def test_killed_three_times_it_ends_with_one_job_for_each_spec(
    started: Callable[..., subprocess.Popen[str]], ran: Callable[..., Any], studio: Studio, tmp_path: Path
) -> None:
    """kill -9 at three moments: 500 specs, 500 jobs, 500 results, each file uploaded once."""
    for number in range(5):
        (tmp_path / f"{number}.png").write_bytes(PNG + bytes([number]))
    specs = [{**each, "picture": f"{place % 5}.png"} for place, each in enumerate(teasers(500))]
    spec_file(tmp_path / "jobs.jsonl", *specs)
    for jobs in (60, 200, 380):
        process = started("batch", "run", "jobs.jsonl", "--no-download")
        until(lambda wanted=jobs: len(studio.jobs) >= wanted)
        process.kill()
        process.communicate()
    code, out, _ = ran("batch", "run", "jobs.jsonl", "--no-download")
    assert (code, out.splitlines()[0]) == (0, "500 specs: 500 completed")
    assert len(studio.jobs) == 500
    assert studio.lines == [f"line {number:03}" for number in range(1, 501)]
    assert len(studio.uploads) == 5
    rows = [json.loads(line) for line in (tmp_path / "jobs.jsonl.out" / "results.jsonl").read_text().splitlines()]
    assert [studio.bodies[row["id"]]["line"] for row in rows] == [each["line"] for each in specs]


def test_ctrl_c_says_how_to_go_on(
    started: Callable[..., subprocess.Popen[str]], ran: Callable[..., Any], studio: Studio, tmp_path: Path
) -> None:
    """130 within a second or two, no traceback, the results so far; the same command goes on."""
    spec_file(tmp_path / "jobs.jsonl", *teasers(40))
    studio.ends = lambda line: {"status": "completed" if line < "line 010" else "running"}
    process = started("batch", "run", "jobs.jsonl", "--concurrency", "4")
    until(lambda: len(studio.jobs) >= 12)
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    _, err = process.communicate(timeout=20)
    assert time.monotonic() - began < 4
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "go on at the server; the same command goes on where this one stopped" in err
    assert len((tmp_path / "jobs.jsonl.out" / "results.jsonl").read_text().splitlines()) == 40
    studio.ends = lambda _: {"status": "completed"}
    assert ran("batch", "run", "jobs.jsonl")[0] == 0
    assert len(studio.jobs) == 40


def test_what_failed_is_run_again_alone(ran: Callable[..., Any], studio: Studio, tmp_path: Path) -> None:
    """The code is 3 when jobs ended badly; `retry` starts those and no others."""
    spec_file(tmp_path / "jobs.jsonl", *teasers(4))
    studio.ends = lambda line: {"status": "failed" if line == "line 003" else "completed", "error": "out of film"}
    code, out, err = ran("batch", "run", "jobs.jsonl")
    assert code == 3
    assert out.splitlines()[0] == "jobs.jsonl:3: failed: out of film"
    assert "`clipwise batch retry jobs.jsonl` runs what ended badly again" in err
    studio.ends = lambda _: {"status": "completed"}
    code, out, _ = ran("batch", "retry", "jobs.jsonl")
    assert (code, out.splitlines()[0]) == (0, "4 specs: 4 completed")
    assert studio.lines == ["line 001", "line 002", "line 003", "line 003", "line 004"]
    code, _, err = ran("batch", "retry", "jobs.jsonl", "--number", "99")
    assert code == 2
    assert "spec 99: no job that failed" in err
    code, out, _ = ran("batch", "retry", "jobs.jsonl")
    assert (code, out) == (0, "no job failed, was cancelled or refused: there is nothing to run again\n")


def test_a_template_and_rows_are_a_batch(ran: Callable[..., Any], studio: Studio, tmp_path: Path) -> None:
    """One job for each row, from a spec with ${NAME} in it; the ledger lies beside the rows."""
    (tmp_path / "job.yaml").write_text("format: teaser\nline: Hello ${NAME}!\n")
    (tmp_path / "people.csv").write_text('NAME,CITY\nAda,London\n"Grace, Admiral",Arlington\n')
    code, _, _ = ran("batch", "run", "--template", "job.yaml", "--rows", "people.csv", "--no-download")
    assert code == 0
    assert studio.lines == ["Hello Ada!", "Hello Grace, Admiral!"]
    assert (tmp_path / "people.csv-job.ledger").exists()


def test_standard_input_is_a_batch(ran: Callable[..., Any], studio: Studio, tmp_path: Path) -> None:
    """With a ledger and an output, since there is no file to lie beside; run again, it starts nothing."""
    lines = "".join(json.dumps(each) + "\n" for each in teasers(3))
    line = ("batch", "run", "-", "--ledger", "mine.ledger", "--output", "films")
    assert ran(*line, stdin=lines)[0] == 0
    assert ran(*line, stdin=lines)[0] == 0
    assert len(studio.jobs) == 3
    assert len(list((tmp_path / "films").glob("*.mp4"))) == 3
    code, _, err = ran("batch", "run", "-", stdin=lines)
    assert code == 2
    assert "--ledger and --output" in err


def test_a_server_that_refuses_the_key_is_one_message(ran: Callable[..., Any], studio: Studio, tmp_path: Path) -> None:
    """Exit code 2, and how to go on."""
    spec_file(tmp_path / "jobs.jsonl", *teasers(4))
    studio.trouble = lambda _: refused(401, "unauthorized", "who are you?")
    code, _, err = ran("batch", "run", "jobs.jsonl")
    assert code == 2
    assert "who are you?" in err
    assert "the same command goes on" in err.replace("The", "the")


def test_a_rest_is_told(ran: Callable[..., Any], studio: Studio, tmp_path: Path) -> None:
    """Whoever watches knows why nothing moves."""
    spec_file(tmp_path / "jobs.jsonl", *teasers(2))
    asked: list[Asked] = []

    def trouble(each: Asked) -> Any:
        asked.append(each)
        return refused(429, "rate_limited", "slow down", Retry_After="1") if len(asked) == 1 else None

    studio.trouble = trouble
    code, _, err = ran("batch", "run", "jobs.jsonl", "--concurrency", "1")
    assert code == 0
    assert "resting 1.0 s: the server answered 429 and asked to be left alone" in err


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["batch", "run"], "give a file of job specs"),
        (["batch", "run", "none.jsonl"], "there is no such file"),
        (["batch", "run", "jobs.jsonl", "--rows", "people.csv"], "--template and --rows go together"),
        (["batch", "run", "jobs.jsonl", "--rate", "fast"], "is no rate"),
        (["batch", "run", "jobs.jsonl", "--upload-root", "inside"], "is outside the upload root"),
        (["batch", "run", "jobs.jsonl", "--offline"], "the client is offline"),
        (["batch", "run", "jobs.jsonl", "--concurrency", "0"], "concurrency cannot be 0"),
        (["batch", "run", "inside"], "is a folder"),
        (["batch", "run", "."], "is a folder"),
        (["batch", "status", "jobs.jsonl"], "there is no ledger"),
        (["batch", "retry", "jobs.jsonl"], "there is no ledger"),
        (["batch", "report", "jobs.jsonl"], "there is no ledger"),
    ],
)
def test_bad_usage_is_one_clear_message(
    ran: Callable[..., Any], studio: Studio, tmp_path: Path, line: list[str], said: str
) -> None:
    """Exit code 2; nothing is sent, and no ledger is left behind."""
    spec_file(tmp_path / "jobs.jsonl", *teasers(1))
    (tmp_path / "inside").mkdir()
    code, out, err = ran(*line)
    assert (code, out) == (2, "")
    assert said in err
    assert studio.jobs == {}
    assert not list(tmp_path.glob("*.ledger*"))
