"""What a person meets on the command line, as a process of its own: TLS, cancelling, odd names, the very beginning."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hands import Hands
from program import COMMAND, QUEUED, TEASE, Program, interrupted, on_terminal, until
from stub_api import CLOSE, HANG, RESET, Asked, Raw, Reply, StubApi, refused

import clipwise
from clipwise.errors import ClipwiseError

PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 100
POLL = "generations/gen_1/"
CANCEL = "generations/gen_1/cancel/"
DONE = {"generation": {"id": "gen_1", "status": "completed", "outputs": {"video_url": "/film.mp4"}}}
GONE = {"generation": {"id": "gen_1", "status": "cancelled"}}


# --- TLS --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "word"),
    [("other-host", "IP address mismatch"), ("expired", "expired"), ("untrusted", "self-signed|self signed")],
)
def test_a_bad_certificate_is_told_to_a_person(
    program: Program, certificates: dict[str, tuple[str, str]], name: str, word: str
) -> None:
    """At once, without another attempt, and which it is; neither key nor request leaves."""
    pair = certificates["good" if name == "untrusted" else name]
    trust = {} if name == "untrusted" else {"SSL_CERT_FILE": pair[0]}
    with StubApi(pair) as server:
        begun = time.monotonic()
        code, out, err = program("status", "gen_1", "--base-url", server.url, environment=trust)
        assert time.monotonic() - begun < 5
        assert (code, out, server.asked, server.connections) == (2, "", [], 1)
    assert re.search(word, err)
    assert "attempts" not in err


def test_plain_http_on_a_tls_port_is_told_to_a_person(shop: StubApi, program: Program) -> None:
    """The connection cannot be made secure; nothing is tried again."""
    code, out, err = program("status", "gen_1", "--base-url", shop.url.replace("http:", "https:"))
    assert (code, out, shop.asked, shop.connections) == (2, "", [], 1)
    assert "no secure connection" in err


# --- connections and redirects ----------------------------------------------------------------------------------------


def test_a_connection_that_the_server_closed_is_nothing_to_a_person(shop: StubApi, program: Program) -> None:
    """A server that hangs up after every answer: the job is started and waited for, and not a word is said of it."""

    def then_closed(content: Any) -> Raw:
        return Raw([Reply(200, content).encoded(), 0.02, CLOSE])

    shop.on("POST", "generations/", then_closed(QUEUED))
    shop.on("GET", POLL, *[then_closed(QUEUED)] * 3, DONE)
    code, out, err = program(*TEASE, "--wait", "--poll-interval", "0.1")
    assert (code, "completed" in out) == (0, True)
    assert len(shop.of("POST", "generations/")) == 1
    assert len(shop.of("GET", POLL)) == 4
    assert "broke" not in err


def test_a_redirect_to_itself_is_not_followed(hands: Hands, shop: StubApi) -> None:
    """The same host and path again, for a question and for a job: one request each, and where it points is told."""
    for method, path, call in (
        ("GET", POLL, lambda client: client.generations.retrieve("gen_1")),
        ("POST", "generations/", lambda client: client.generate.teaser(line="a")),
    ):
        for location in (f"/api/sdk/v1/{path}", f"{shop.url}/api/sdk/v1/{path}"):
            seen = len(shop.of(method, path))
            shop.on(method, path, Reply(307, b"", {"Location": location}))
            with pytest.raises(ClipwiseError, match=re.escape(location)) as caught:
                hands.do(call(hands.client(shop.url)))
            assert caught.value.status_code == 307
            assert len(shop.of(method, path)) == seen + 1
    assert hands.slept == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_itself_is_told_to_a_person(shop: StubApi, program: Program, status: int) -> None:
    """A loop ends before it begins: one request, exit code 2, the place named."""
    for method, path, line in (("GET", POLL, ("status", "gen_1")), ("POST", "generations/", TEASE)):
        shop.on(method, path, Reply(status, b"", {"Location": f"/api/sdk/v1/{path}"}))
        code, out, err = program(*line)
        assert (code, out, len(shop.of(method, path))) == (2, "", 1)
        assert f"pointed to /api/sdk/v1/{path}" in err


# --- cancelling -------------------------------------------------------------------------------------------------------


def test_a_cancel_of_a_person_may_race_and_repeat(shop: StubApi, program: Program) -> None:
    """The answer lost, the job completed meanwhile, cancelled twice: the final job each time, under one key."""
    shop.on("POST", CANCEL, Raw([RESET]), GONE, GONE, DONE)
    for status in ("cancelled", "cancelled", "completed"):
        code, out, _ = program("cancel", "gen_1")
        assert (code, f"status     {status}" in out) == (0, True)
    assert [each.key for each in shop.of("POST", CANCEL)] == ["cancel-gen_1"] * 4


def test_a_cancel_that_comes_too_late_is_told(shop: StubApi, program: Program) -> None:
    """A job that can no longer be stopped: what the server says, as text and as its envelope."""
    shop.on("POST", CANCEL, refused(409, "unsupported_cancellation", "it is completed already"))
    assert program("cancel", "gen_1")[::2] == (2, "clipwise: it is completed already. [request req_1]\n")
    code, out, err = program("cancel", "gen_1", "--json")
    assert (code, out, json.loads(err)["error"]["code"]) == (2, "", "unsupported_cancellation")


@pytest.mark.parametrize("flags", [(), ("--cancel-on-interrupt",)])
def test_ctrl_c_in_the_final_download_cancels_nothing(
    shop: StubApi, program: Program, tmp_path: Path, flags: tuple[str, ...]
) -> None:
    """The job is completed: nothing goes on and nothing is cancelled; the command that brings its files is told."""
    shop.on("GET", POLL, DONE)
    shop.on("GET", "/film.mp4", Raw([b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\nfilm", HANG]))
    process = program.start(*TEASE, "--output", tmp_path / "out", *flags)
    until(lambda: shop.of("GET", "/film.mp4"))
    time.sleep(0.1)
    said = interrupted(process)
    assert "gen_1 is completed; `clipwise download gen_1` brings its files" in said
    assert "goes on" not in said
    assert shop.of("POST", CANCEL) == []
    assert list((tmp_path / "out").iterdir()) == []


def test_an_id_that_nobody_knows_is_not_waited_for_later(hands: Hands, shop: StubApi) -> None:
    """After half a minute of 404 the error says so; that one could go on later is not said."""
    shop.on("GET", "generations/nope/", refused(404, "not_found", "no such job"))
    with pytest.raises(ClipwiseError, match="no such job") as caught:
        hands.do(hands.client(shop.url).generations.wait("nope"))
    assert "later" not in str(caught.value)
    assert sum(each.high for each in hands.slept) >= 30


# --- uploads ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "word"),
    [(refused(413, "too_large", "the file is too large"), "too large"), (refused(401, "x", "who is it"), "who is it")],
)
def test_an_upload_of_a_person_that_is_refused_while_it_is_sent(
    shop: StubApi, program: Program, tmp_path: Path, answer: Reply, word: str
) -> None:
    """Exit code 2 and one message: the server's, or that the connection broke; no job is started."""
    path = tmp_path / "large.png"
    path.write_bytes(PNG + bytes(8_000_000))
    shop.on("POST", "uploads/", Reply(answer.status, answer.body, early=True))
    for line in (("uploads", "create", path), (*TEASE, "--cover", path)):
        code, out, err = program(*line)
        assert (code, out) == (2, "")
        assert word in err or "connection broke" in err
    assert shop.of("POST", "generations/") == []
    assert len(shop.of("POST", "uploads/")) <= 8


LATIN = os.fsdecode(b"caf\xe9.png")


@pytest.mark.parametrize(
    "line",
    [
        (*TEASE, "--cover", LATIN), (*TEASE, "--cover", "no" + LATIN), ("uploads", "create", LATIN),
        ("uploads", "create", "no" + LATIN), ("validate", LATIN), ("generate", "--spec", LATIN), ("status", LATIN),
        ("generate", LATIN), (LATIN,), ("--" + LATIN,), ("generate", "teaser", "--line", LATIN),
        ("generate", "teaser", "--line", "a", "--input", f"{LATIN}=1"), ("download", "gen_1", "--output", LATIN),
        ("sandbox", "serve", "--host", LATIN), ("--catalog", LATIN, "formats", "list"), ("formats", "export", LATIN),
        ("--upload-root", LATIN, *TEASE), ("--base-url", f"http://{LATIN}", "status", "x"), ("jobs", "forget", LATIN),
        (*TEASE, "--cover", LATIN, "--dry-run"), ("auth", "set-key", LATIN), ("sandbox", "status", "--data-dir", LATIN),
    ],
    ids=repr,
)  # fmt: skip
@pytest.mark.parametrize("as_json", [(), ("--json",)], ids=["text", "json"])
def test_names_in_another_encoding_do_no_harm(
    shop: StubApi, program: Program, tmp_path: Path, line: tuple[str, ...], as_json: tuple[str, ...]
) -> None:
    """Bytes that are not UTF-8, wherever they stand: a file is sent, everything else is an error of one message."""
    (tmp_path / LATIN).write_bytes(PNG)
    shop.on("GET", POLL, DONE).on("GET", "/film.mp4", Reply(200, b"film")).on("POST", "uploads/", {"id": "up_1"})
    code, _, err = program(*line, *as_json, cwd=tmp_path)  # a traceback fails in there
    assert code in (0, 2), err
    if "--cover" in line and LATIN in line:
        assert code == 0
        assert len(shop.of("POST", "uploads/")) == ("--dry-run" not in line)


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_lies_there_under_the_name_of_an_id_is_told(
    shop: StubApi, program: Program, tmp_path: Path, kind: str
) -> None:
    """A folder or a pipe is no file: it is taken as an id, which is said."""
    (tmp_path / "img_1").mkdir() if kind == "folder" else os.mkfifo(tmp_path / "img_1")
    code, out, err = program(*TEASE, "--cover", "img_1", cwd=tmp_path)
    assert (code, out) == (0, "gen_1\n")
    assert f"'img_1' is a {'folder' if kind == 'folder' else 'pipe or a device'}" in err
    assert "taken as an id" in err


@pytest.mark.parametrize("command", [("generate", "--spec"), ("validate",), ("jobs", "resume", "--spec")])
def test_a_spec_with_another_format_than_a_text(
    shop: StubApi, program: Program, tmp_path: Path, command: tuple[str, ...]
) -> None:
    """What is there, and what to write instead."""
    (tmp_path / "job.json").write_text('{"format": 7}')
    code, out, err = program(*command, "job.json", cwd=tmp_path)
    assert code == 2
    assert "takes the name of a format, not 7" in out + err
    assert 'rite "format": "' in out + err


# --- answers and downloads --------------------------------------------------------------------------------------------


def test_a_server_that_is_down_for_ever_is_told_with_the_attempts(shop: StubApi, program: Program) -> None:
    """503 again and again: four attempts under one key, and the error counts them."""
    shop.on("POST", "generations/", refused(503, "down", "down for today"))
    code, out, err = program(*TEASE)
    assert (code, out) == (2, "")
    assert "down for today (after 4 attempts)" in err
    asked = shop.of("POST", "generations/")
    assert (len(asked), len({each.key for each in asked})) == (4, 1)


def test_killed_between_request_and_answer_the_same_command_takes_it_up(shop: StubApi, program: Program) -> None:
    """kill -9 while the server thinks: `jobs` lists it, and the same command sends the same key."""
    shop.on("POST", "generations/", Raw([HANG]))
    process = program.start(*TEASE)
    until(lambda: shop.of("POST", "generations/"))
    process.kill()
    process.communicate()
    key = shop.of("POST", "generations/")[0].key
    assert key
    assert key in program("jobs")[1]
    shop.on("POST", "generations/", QUEUED)
    assert program(*TEASE)[:2] == (0, "gen_1\n")
    assert [each.key for each in shop.of("POST", "generations/")] == [key, key]


def part(asked: Asked) -> Any:
    """Break the film off in the middle; serve the rest of it when that is asked for."""
    head = 'HTTP/1.1 {} OK\r\nETag: "e"\r\nContent-Disposition: attachment; filename="../../x"\r\n'
    if "range" not in asked.headers:
        whole = f"{head.format(200)}Content-Length: {len(FILM)}\r\n\r\n".encode()
        return Raw([whole + FILM[:5000], 0.05, CLOSE])
    start = int(asked.headers["range"].removeprefix("bytes=").removesuffix("-"))
    span = {"Content-Range": f"bytes {start}-{len(FILM) - 1}/{len(FILM)}", "ETag": '"e"'}
    return Reply(206, FILM[start:], span)


FILM = b"film" * 3000


def test_a_download_of_a_person_is_taken_up_again(shop: StubApi, program: Program, tmp_path: Path) -> None:
    """Broken off half way, the rest is asked for; its name is ours, and an older file is replaced."""
    shop.on("GET", POLL, DONE).on("GET", "/film.mp4", part)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "clipwise-gen_1.mp4").write_bytes(b"older")
    code, out, _ = program("download", "gen_1", "--output", "out", cwd=tmp_path)
    assert (code, out) == (0, "out/clipwise-gen_1.mp4\n")
    assert [(each.name, each.read_bytes()) for each in (tmp_path / "out").iterdir()] == [("clipwise-gen_1.mp4", FILM)]
    assert [each.headers.get("range") for each in shop.of("GET", "/film.mp4")] == [None, "bytes=5000-"]
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_a_download_of_another_length_is_told_to_a_person(shop: StubApi, program: Program, tmp_path: Path) -> None:
    """What is not what the server named is thrown away; the older file stays."""
    files = [{"url": "/film.mp4", "kind": "video", "bytes": len(FILM) + 1}]
    shop.on("GET", POLL, {"id": "gen_1", "status": "completed", "outputs": {"files": files}})
    shop.on("GET", "/film.mp4", Reply(200, FILM))
    (tmp_path / "clipwise-gen_1.mp4").write_bytes(b"older")
    code, out, err = program("download", "gen_1", cwd=tmp_path)
    assert (code, out) == (2, "")
    assert f"arrived with {len(FILM)} bytes instead of {len(FILM) + 1}" in err
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("clipwise-gen_1.mp4", b"older")]


SECRETS = ["secret key", "secret\nX-Evil: 1", "secretü", " secret\t", ""]


@pytest.mark.parametrize("key", SECRETS, ids=repr)
@pytest.mark.parametrize("way", ["flag", "environment", "config", "set-key"])
def test_an_api_key_that_cannot_travel_is_refused_where_it_is_set(
    shop: StubApi, program: Program, home: Path, key: str, way: str
) -> None:
    """Exit code 2 before anything is sent, whichever way it came, and not a letter of it is shown."""
    line: tuple[str, ...] = ("status", "gen_1")
    if way != "environment":
        program.environment.pop("CLIPWISE_API_KEY")
    if way == "flag":
        line = (*line, "--api-key", key)
    elif way == "environment":
        program.environment["CLIPWISE_API_KEY"] = key
    elif way == "config":
        saved = {"api_key": key, "base_url": program.environment["CLIPWISE_BASE_URL"]}
        (home / "config.json").write_text(json.dumps(saved))
    else:
        line = ("auth", "set-key", key)
    code, out, err = program(*line)
    strips = key.strip() == "secret" and way in ("environment", "config")  # white space around a pasted key is harmless
    assert (code, len(shop.asked)) == ((0, 1) if strips else (2, 0)), err
    assert "secret" not in out + err


# --- the sandbox ------------------------------------------------------------------------------------------------------


def test_a_sandbox_for_every_address_says_so(program: Program, tmp_path: Path) -> None:
    """Who can reach it, and at which address from elsewhere."""
    process = program.start("sandbox", "serve", "--host", "0.0.0.0", "--port", "0", "--data-dir", tmp_path / "data")
    assert process.stdout is not None
    url = process.stdout.readline().strip().rpartition("=")[2]
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=10)
    port = url.rpartition(":")[2]
    assert url == f"http://127.0.0.1:{port}"
    assert f"listens on every address of this machine: whoever reaches port {port} with the key can use it" in said
    assert f"http://ADDRESS-OF-THIS-MACHINE:{port}" in said


@pytest.mark.parametrize("host", ["8.8.8.8", "no-such-host.invalid", LATIN])
def test_a_sandbox_that_cannot_listen_there_says_where_it_could(program: Program, tmp_path: Path, host: str) -> None:
    """An address that is not this machine's is told, with what would be right."""
    code, out, err = program("sandbox", "serve", "--host", host, "--port", "0", "--data-dir", tmp_path / "data")
    assert (code, out) == (2, "")
    assert "--host takes an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them" in err


# --- the terminal -----------------------------------------------------------------------------------------------------


SHOWING = [
    ("--help",), ("generate", "teaser", "--help"), ("jobs", "--help"), ("nonsense",), ("formats", "list"),
    ("formats", "show", "teaser"), ("status", "gen_1"), TEASE, (*TEASE, "--wait"),
]  # fmt: skip
PLAIN = [{"NO_COLOR": "1", "TERM": "xterm-256color"}, {"TERM": "dumb"}]


@pytest.mark.parametrize("set_to", PLAIN, ids=["no-color", "dumb"])
@pytest.mark.parametrize("command", SHOWING, ids=" ".join)
def test_no_codes_at_all_where_no_colours_are_wanted(
    shop: StubApi, program: Program, command: tuple[str, ...], set_to: dict[str, str]
) -> None:
    """On a real terminal NO_COLOR and TERM=dumb leave nothing but text: no colour, no bold, no moving about."""
    shop.on("GET", POLL, QUEUED, DONE)
    code, text = on_terminal(program, *command, *(("--poll-interval", "0.1") if "--wait" in command else ()), **set_to)
    assert code == (2 if command == ("nonsense",) else 0), text
    assert "\x1b" not in text
    assert text.strip()


# --- the very beginning -----------------------------------------------------------------------------------------------

OURS = str(Path(clipwise.__file__).parent)
INSTALLED = "import sys; from clipwise.__main__ import main; sys.exit(main())"  # what pip writes
SCRIPT = (sys.executable, "-c", INSTALLED)


@pytest.mark.parametrize("line", [COMMAND, SCRIPT], ids=["python -m", "script"])
def test_ctrl_c_before_the_command_has_begun(shop: StubApi, program: Program, line: tuple[str, ...]) -> None:
    """In the first 0.3 s: 130 and no traceback; only what Python does before it reads our first line is its own."""
    shop.on("GET", "formats/", Raw([HANG]))
    dice, codes = random.Random(5), []
    for _ in range(15):
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        process = subprocess.Popen([*line, "formats", "list"], env=program.environment, **pipes)
        time.sleep(dice.uniform(0, 0.3))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
        seen = {Path(place).name for place in re.findall(rf'File "{re.escape(OURS)}/([^"]+)"', err)}
        assert seen <= {"__init__.py"}, err  # the package itself, which a program may import, leaves Ctrl-C alone
        assert out == ""
        codes.append(process.returncode)
        if process.returncode == 130:
            assert err in ("", "clipwise: interrupted\n", "interrupted\n"), err
    assert set(codes) <= {130, 1, -signal.SIGINT}
    assert codes.count(130) >= 1
