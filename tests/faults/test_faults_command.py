"""The command line as a process of its own, interrupted and in odd places: right exit code, no traceback, a way on."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hands import KEY
from program import BUSY, COMMAND, QUEUED, TEASE, TEASER, Program, interrupted, no_room, on_terminal, until
from stub_api import CLOSE, HANG, RESET, Raw, Reply, StubApi, drip, refused

# --- Ctrl-C -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("times", [1, 2, 5])
@pytest.mark.parametrize("command", [(*TEASE, "--wait"), ("wait", "gen_1")])
def test_ctrl_c_while_waiting(shop: StubApi, program: Program, command: tuple[str, ...], times: int) -> None:
    """The job is left alone; its id and the commands that go on are told."""
    process = program.start(*command)
    until(lambda: shop.of("GET", "generations/gen_1/"))
    time.sleep(0.1)
    said = interrupted(process, times)
    assert "gen_1 goes on; `clipwise wait gen_1` waits on, `clipwise cancel gen_1` stops it" in said
    assert shop.of("POST", "generations/gen_1/cancel/") == []


@pytest.mark.parametrize("times", [1, 2, 5])
@pytest.mark.parametrize(
    "answer", [Raw([HANG]), refused(503, "busy", "busy", Retry_After="60"), Raw([b"HTTP/1.1 200 OK\r\n", HANG])]
)
def test_ctrl_c_between_request_and_answer(shop: StubApi, program: Program, answer: Any, times: int) -> None:
    """Nobody knows whether the job was started; the same command takes it up, under the key that was sent."""
    shop.on("POST", "generations/", answer)
    process = program.start(*TEASE)
    until(lambda: shop.of("POST", "generations/"))
    time.sleep(0.1)
    said = interrupted(process, times)
    (asked,) = shop.of("POST", "generations/")
    assert "a job may have been started; the same command takes it up" in said
    shop.on("POST", "generations/", QUEUED)
    assert program(*TEASE)[:2] == (0, "gen_1\n")
    assert {each.key for each in shop.of("POST", "generations/")} == {asked.key}


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_while_uploading(shop: StubApi, program: Program, tmp_path: Path, times: int) -> None:
    """An upload that is cut off starts no job, and that is said."""
    path = tmp_path / "large.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"p" * 30_000_000)
    shop.on("POST", "uploads/", Raw([HANG], early=True))
    process = program.start(*TEASE, "--cover", path)
    until(lambda: shop.of("POST", "uploads/"))
    time.sleep(0.1)
    assert "nothing was started; the same command starts it" in interrupted(process, times)
    assert shop.of("POST", "generations/") == []


def test_ctrl_c_while_downloading(shop: StubApi, program: Program, tmp_path: Path) -> None:
    """What came of a file goes; nothing has the final name."""
    done = {"id": "gen_1", "status": "completed", "outputs": {"video_url": "/film.mp4"}}
    shop.on("GET", "generations/gen_1/", {"generation": done})
    shop.on("GET", "/film.mp4", Raw([b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\nfilm", HANG]))
    process = program.start("download", "gen_1", "--output", tmp_path / "out")
    until(lambda: shop.of("GET", "/film.mp4"))
    time.sleep(0.1)
    interrupted(process)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("command", [("formats", "list"), ("status", "gen_1"), ("resources", "types"), TEASE])
def test_ctrl_c_while_asking(shop: StubApi, program: Program, command: tuple[str, ...]) -> None:
    """A command that only asks ends as quickly."""
    shop.on("GET", "formats/", Raw([HANG])).on("GET", "generations/gen_1/", Raw([HANG]))
    shop.on("GET", "resource-types/", Raw([HANG]))
    process = program.start(*command)
    until(lambda: shop.asked)
    time.sleep(0.05)
    interrupted(process)


def test_a_polite_end_is_ctrl_c(shop: StubApi, program: Program) -> None:
    """SIGTERM, as a service manager sends it, tells the id too."""
    process = program.start("wait", "gen_1")
    until(lambda: shop.of("GET", "generations/gen_1/"))
    time.sleep(0.1)
    assert "gen_1 goes on" in interrupted(process, kind=signal.SIGTERM)


def test_ctrl_c_of_a_program_that_reads_json(shop: StubApi, program: Program) -> None:
    """With --json the way on is told on standard error, and standard output stays empty."""
    process = program.start(*TEASE, "--wait", "--json")
    until(lambda: shop.of("GET", "generations/gen_1/"))
    time.sleep(0.1)
    assert "gen_1 goes on" in interrupted(process)


@pytest.mark.slow
def test_ctrl_c_at_any_moment(shop: StubApi, program: Program) -> None:
    """From the start of the work to its end, and three times in a row: never a traceback."""
    shop.on("GET", "formats/", Raw([0.05, Reply(200, {"formats": [TEASER]}).encoded()]))
    for step in range(12):
        seen = len(shop.asked)
        process = program.start(*TEASE, "--wait", environment={"CLIPWISE_HOME": f"/nowhere/{step}"})
        until(lambda seen=seen: len(shop.asked) > seen)
        time.sleep(step * 0.02)
        interrupted(process, times=3)


# --- standard output --------------------------------------------------------------------------------------------------

PRINTING = [("formats", "list"), ("formats", "show", "teaser"), ("status", "gen_1"), ("--help",), TEASE]


@pytest.mark.parametrize("command", PRINTING, ids=" ".join)
@pytest.mark.parametrize("as_json", [(), ("--json",)], ids=["text", "json"])
def test_standard_output_is_full(program: Program, command: tuple[str, ...], as_json: tuple[str, ...]) -> None:
    """An error of one line, and exit code 2."""
    with Path("/dev/full").open("w") as full:
        code, _, err = program(*command, *as_json, stdout=full)
    assert code == 2
    assert "the output cannot be written: No space left on device" in err


@pytest.mark.parametrize("command", PRINTING, ids=" ".join)
def test_standard_output_is_closed_by_its_reader(program: Program, command: tuple[str, ...]) -> None:
    """`| head -1`: whoever reads has seen enough, which is no error."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        code, _, err = program(*command, stdout=writer)
    finally:
        os.close(writer)
    assert code == 0
    assert "cannot" not in err
    assert "Broken" not in err


def test_a_reader_that_has_seen_enough_changes_no_verdict(program: Program, tmp_path: Path) -> None:
    """`validate … | head -1` in a pipeline is as wrong as the specs are."""
    path = tmp_path / "jobs.jsonl"
    path.write_text('{"format": "ugc_video", "script": 5}\n' * 2000)
    line = f"set -o pipefail; {sys.executable} -m clipwise --offline validate {path} --format github | head -1"
    ran = subprocess.run(["bash", "-c", line], env=program.environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert ran.stdout.startswith("::error")
    assert "Traceback" not in ran.stderr


def test_a_pipe_that_is_read_in_part(program: Program) -> None:
    """A real `head -1` gets its line."""
    line = f"{sys.executable} -m clipwise formats list --offline; echo code $? >&2"
    ran = subprocess.run(
        ["bash", "-c", f"({line}) | head -1"], env=program.environment, capture_output=True, text=True, check=True
    )
    assert ran.stdout.startswith("FORMAT")
    assert "code 0" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("streams", ["1", "2", "12"])
@pytest.mark.parametrize("command", [*PRINTING, ("status", "../x")], ids=" ".join)
def test_streams_that_are_not_there(program: Program, command: tuple[str, ...], streams: str) -> None:
    """`>&-` and `2>&-`: no crash, whichever is missing."""
    closed = " ".join(f"{each}>&-" for each in streams)
    ran = subprocess.run(
        ["bash", "-c", f'exec "$@" {closed}', "-", *COMMAND, *command],
        env=program.environment, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert ran.returncode in (0, 2)
    assert "Traceback" not in ran.stderr + ran.stdout
    assert ran.returncode == (2 if command == ("status", "../x") else 0) or "1" in streams


def test_standard_error_is_full(program: Program) -> None:
    """Notes that cannot be written stop nobody: the result comes."""
    with Path("/dev/full").open("w") as full:
        process = program.start(*TEASE, stderr=full)
        out, _ = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, "gen_1\n")


DONE = {"generation": {"id": "gen_1", "status": "completed", "outputs": {"video_url": "/film.mp4"}}}


@pytest.mark.parametrize("command", [*PRINTING, ("wait", "gen_1"), ("status", "../x")], ids=" ".join)
def test_no_codes_where_no_terminal_is(shop: StubApi, program: Program, command: tuple[str, ...]) -> None:
    """What is piped is plain text, even where colours are forced on others."""
    shop.on("GET", "generations/gen_1/", DONE)
    _, out, err = program(*command, environment={"TERM": "xterm-256color"})
    assert "\x1b" not in out + err


@pytest.mark.parametrize("command", [*PRINTING, ("wait", "gen_1"), ("status", "../x")], ids=" ".join)
@pytest.mark.parametrize("columns", ["1", "0", "-3", "nonsense"])
def test_one_column_is_enough(shop: StubApi, program: Program, command: tuple[str, ...], columns: str) -> None:
    """A terminal of any width gets its text."""
    shop.on("GET", "generations/gen_1/", QUEUED, DONE)
    wait = ("--poll-interval", "0.1") if "wait" in command else ()
    code, text = on_terminal(program, *command, *wait, TERM="xterm", COLUMNS=columns)
    assert code == (2 if "../x" in command else 0), text
    assert "Traceback" not in text


def test_control_characters_never_reach_the_terminal(shop: StubApi, program: Program) -> None:
    """What a server says cannot repaint a terminal, in a message, a status or a document."""
    evil = "\x1b]0;owned\x07\x1b[31mred\u202e\x9b2J"
    shop.on("GET", "generations/gen_1/", {"generation": {"id": "gen_1", "status": evil, "format": evil, "stage": evil}})
    shop.on("GET", "formats/", {"formats": [{**TEASER, "description": evil, "display_name": evil}]})
    shop.on("POST", "generations/", refused(400, evil, evil))
    for command in (("status", "gen_1"), ("formats", "list"), ("formats", "show", "teaser"), TEASE, (*TEASE, "--json")):
        _, text = on_terminal(program, *command, TERM="dumb")
        assert not set("\x1b\x07\u202e\x9b") & set(text), text


# --- the disk ---------------------------------------------------------------------------------------------------------


def test_without_room_the_cache_is_not_missed(program: Program, home: Path) -> None:
    """A job is started; no torn or temporary file is left."""
    assert program(*TEASE, preexec_fn=no_room)[:2] == (0, "gen_1\n")
    assert [each for each in home.rglob("*") if each.is_file()] == []


def test_without_room_a_download_is_a_clean_error(shop: StubApi, program: Program, tmp_path: Path) -> None:
    """The error names the folder; nothing is left under the final name or any other; the job is kept."""
    shop.on("GET", "generations/gen_1/", DONE).on("GET", "/film.mp4", Reply(200, b"film" * 100))
    code, out, err = program("download", "gen_1", "--output", tmp_path / "out", preexec_fn=no_room)
    assert (code, out) == (2, "")
    assert "cannot write into" in err
    assert "File too large" in err
    assert list((tmp_path / "out").iterdir()) == []


def test_without_room_a_key_is_not_saved(program: Program, home: Path) -> None:
    """The old config stays whole, and the error says what else can be done."""
    assert program("auth", "set-key", "first-key")[0] == 0
    before = (home / "config.json").read_bytes()
    code, out, err = program("auth", "set-key", "k" * 200, preexec_fn=no_room)
    assert (code, out) == (2, "")
    assert "cannot be written" in err
    assert "CLIPWISE_API_KEY" in err
    assert [(each.name, each.read_bytes()) for each in home.iterdir() if each.is_file()] == [("config.json", before)]


@pytest.mark.parametrize("where", ["/proc/clipwise", "/dev/null/clipwise", "/sys/clipwise"])
def test_a_home_that_cannot_be_written(program: Program, where: str) -> None:
    """Jobs start without a cache; only saving a key says that it cannot."""
    place = {"environment": {"CLIPWISE_HOME": where}}
    assert program(*TEASE, **place)[:2] == (0, "gen_1\n")
    assert program("formats", "list", **place)[0] == 0
    code, _, err = program("auth", "set-key", "some-key", **place)
    assert (code, "cannot be" in err) == (2, True)


def test_no_home_at_all(program: Program) -> None:
    """Without HOME and CLIPWISE_HOME, as some services run: the command works."""
    bare = {name: value for name, value in program.environment.items() if name != "CLIPWISE_HOME"}
    command = [*COMMAND, *TEASE]
    ran = subprocess.run(
        command, env={**bare, "HOME": "/proc/nobody"}, capture_output=True, text=True, timeout=30, check=False
    )
    assert (ran.returncode, ran.stdout) == (0, "gen_1\n")
    assert "Traceback" not in ran.stderr


SPOILT = [b"", b"{", b"[]", b"\xff\xfe", b"null", b'{"api_key": 5}', b"[" * 100_000, b'{"base_url": "ftp://x"}']


@pytest.mark.parametrize("content", SPOILT, ids=lambda content: repr(content[:12]))
def test_a_spoilt_config(program: Program, home: Path, content: bytes) -> None:
    """Where key and address come from elsewhere it does not matter; where it is needed the file is named."""
    path = home / "config.json"
    path.write_bytes(content)
    assert program(*TEASE)[:2] == (0, "gen_1\n") or b"ftp" in content
    program.environment.pop("CLIPWISE_API_KEY")
    code, _, err = program("status", "gen_1")
    assert code == 2
    assert str(path) in err or "no API key" in err or "ftp://x" in err
    assert path.read_bytes() == content


@pytest.mark.parametrize("content", SPOILT, ids=lambda content: repr(content[:12]))
def test_a_spoilt_cache(program: Program, home: Path, content: bytes) -> None:
    """Whatever lies in the cache, the job is started and the cache mended."""
    assert program(*TEASE)[0] == 0
    kept = [path for path in (home / "cache").rglob("*.json") if path.is_file()]
    assert kept
    for path in kept:
        path.write_bytes(content)
    assert program(*TEASE)[:2] == (0, "gen_1\n")
    assert all(isinstance(json.loads(path.read_bytes()), dict) for path in kept)


def test_a_config_that_others_could_read_becomes_private(program: Program, home: Path) -> None:
    """It is used as it is; saving a key makes it the owner's alone."""
    path = home / "config.json"
    path.write_text(json.dumps({"api_key": KEY, "base_url": program.environment["CLIPWISE_BASE_URL"]}))
    path.chmod(0o644)
    program.environment.pop("CLIPWISE_API_KEY")
    assert program("status", "gen_1")[0] == 0
    assert program("auth", "set-key", "another-key")[0] == 0
    assert path.stat().st_mode & 0o777 == 0o600


# --- the server, as a person meets it ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Reply(302, b"", {"Location": "http://169.254.169.254/latest"}), "pointed to http://169.254.169.254/latest"),
        (Reply(200, b"<html><h1>Welcome</h1></html>"), "something that is not JSON: Welcome"),
        (Reply(204, b""), "no body"),
        (Reply(200, {"generation": {}}), "--idempotency-key|same idempotency key"),
        (refused(401, "invalid_api_key", "no such key"), "no such key"),
        (refused(418, "teapot", "I am a teapot"), "I am a teapot"),
        (refused(429, "rate_limited", "slow down", Retry_After="86400"), "slow down"),
        (Reply(200, {"success": False, "error": "out of credits"}), "out of credits"),
    ],
)
def test_a_refused_job_is_one_message(shop: StubApi, program: Program, answer: Reply, said: str) -> None:
    """Exit code 2, one message for a person, the envelope for a program; nothing is sent twice."""
    shop.on("POST", "generations/", answer)
    code, out, err = program(*TEASE)
    assert (code, out) == (2, "")
    assert re.search(said, err)
    code, out, err = program(*TEASE, "--json")
    assert (code, out, json.loads(err[err.index("{") :])["success"]) == (2, "", False)
    assert len(shop.of("POST", "generations/")) == 2


def test_a_lost_answer_is_one_job_for_a_person_too(shop: StubApi, program: Program) -> None:
    """Reset, cut short and refused for a moment: the command prints one id, and every attempt had one key."""
    torn = Raw([b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"id"', CLOSE])
    shop.on("POST", "generations/", Raw([RESET]), torn, refused(503), QUEUED)
    assert program(*TEASE)[:2] == (0, "gen_1\n")
    asked = shop.of("POST", "generations/")
    assert (len(asked), len({each.key for each in asked})) == (4, 1)


def test_accepted_lost_and_refused_tells_the_key_that_takes_it_up(shop: StubApi, program: Program) -> None:
    """A person who lost the answer and then the key's validity is told what to type."""
    shop.on("POST", "generations/", Raw([RESET]), refused(401, "invalid_api_key", "revoked"))
    code, _, err = program(*TEASE)
    assert code == 2
    assert (shop.of("POST", "generations/")[0].key or "?") in err


def test_nobody_answers_a_person(program: Program) -> None:
    """The host is named, within the deadline."""
    code, _, err = program("status", "gen_1", "--base-url", "http://no-such-host.invalid", "--timeout", "0.5")
    assert code == 2
    assert "no-such-host.invalid" in err


def test_a_server_that_drips_is_given_up_by_a_person_too(shop: StubApi, program: Program) -> None:
    """A whole call ends within four times its timeout."""
    shop.on("GET", "generations/gen_1/", Raw([b"HTTP/1.1 200 OK\r\n", *drip(b"X-More: x\r\n", 400, 0.03)]))
    begun = time.monotonic()
    code, _, err = program("status", "gen_1", "--timeout", "0.4")
    assert code == 2
    assert "in time" in err
    assert time.monotonic() - begun < 4 * 0.4 + 2 + BUSY


def test_a_wait_of_a_person_survives_trouble(shop: StubApi, program: Program) -> None:
    """Refusals, resets and pages between two looks: the wait goes on to the end."""
    trouble = [refused(503), Raw([RESET]), Reply(502, b"<p>"), refused(404, "not_found", "not yet"), QUEUED]
    shop.on("GET", "generations/gen_1/", *trouble, DONE)
    code, out, _ = program("wait", "gen_1", "--poll-interval", "0.05")
    assert (code, "completed" in out) == (0, True)


def test_a_key_that_is_revoked_while_a_person_waits(shop: StubApi, program: Program) -> None:
    """The message holds the job's id and the command that goes on."""
    shop.on("GET", "generations/gen_1/", QUEUED, refused(401, "invalid_api_key", "revoked"))
    code, _, err = program("wait", "gen_1", "--poll-interval", "0.05")
    assert code == 2
    assert "`clipwise wait gen_1`" in err


def test_a_status_that_nobody_knows_is_said_once(shop: StubApi, program: Program) -> None:
    """It is waited out, until the time is over, which is told with the command that goes on."""
    shop.on("GET", "generations/gen_1/", {"generation": {"id": "gen_1", "status": "paused"}})
    code, _, err = program("wait", "gen_1", "--poll-interval", "0.05", "--timeout", "0.5")
    assert code == 2
    assert err.count("gen_1 is paused, whatever that means") == 1
    assert "`clipwise wait gen_1` waits on" in err


@pytest.mark.parametrize("id", ["../admin", "a/b", "a?b", "", "%2e%2e"])
@pytest.mark.parametrize("command", ["status", "wait", "cancel", "download"])
def test_an_id_that_leads_elsewhere_is_refused(
    shop: StubApi, program: Program, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
    id: str, command: str,
) -> None:  # fmt: skip
    """Nothing is sent."""
    from clipwise.cli import main

    for name, value in program.environment.items():
        monkeypatch.setenv(name, value)
    assert main([command, id]) == 2
    assert "nothing was sent" in capfd.readouterr().err
    assert shop.asked == []


def test_a_key_that_cannot_travel_is_refused(shop: StubApi, program: Program) -> None:
    """An idempotency key with a line break is refused where it is given, and not printed."""
    code, _, err = program(*TEASE, "--idempotency-key", "mine\nX-Evil: 1")
    assert (code, shop.of("POST", "generations/")) == (2, [])
    assert "X-Evil" not in err
