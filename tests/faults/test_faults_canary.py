"""A canary: one key, used in every way, is looked for in all that was printed, logged, raised, pickled or written.

It may be in one place: the config file that it was saved in.
"""

from __future__ import annotations

import json
import logging
import os
import pickle
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hands import Hands
from stub_api import CLOSE, HANG, RESET, Asked, Raw, Reply, StubApi, document, refused

from clipwise import ClipwiseError
from clipwise.cli import main
from clipwise.drivers import AsyncDriver, Driver
from clipwise.settings import Settings

CANARY = "cw_live_canary_4f1d0c3b2a59687"
PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 100
TEASER = document(
    "teaser",
    {"name": "line", "type": "string"},
    optional=[{"name": "cover", "type": "string", "accepts": ["image"]}],
)
DONE = {"generation": {"id": "gen_1", "status": "completed", "outputs": {"video_url": f"/film.mp4?key={CANARY}"}}}
ECHO = {"success": False, "error": {"code": CANARY, "message": f"bad key {CANARY}", "details": {"key": [CANARY]}}}
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\nX-Key: " + CANARY.encode() + b"\r\n\r\n"
# Whatever a server may do with the key that it was sent, and every other kind of failure.
TROUBLE: dict[str, Any] = {
    "refusal": Reply(401, ECHO, {"X-Request-Id": CANARY, "WWW-Authenticate": f"Bearer {CANARY}"}),
    "refusal in a success": Reply(200, ECHO),
    "page": Reply(200, f"<pre>Authorization: Bearer {CANARY}</pre>".encode()),
    "failure": Reply(500, f"Traceback: key={CANARY!r}".encode()),
    "redirect": Reply(307, b"", {"Location": f"https://{CANARY}.example/?key={CANARY}"}),
    "too many": refused(429, "rate_limited", CANARY, Retry_After="86400"),
    "empty": Reply(204, b""),
    "no id": Reply(200, {"generation": {"key": CANARY}}),
    "status line": Raw([b"junk " + CANARY.encode() + b"\r\n\r\n", CLOSE]),
    "header line": Raw([b"HTTP/1.1 200 OK\r\n" + CANARY.encode() + b"\r\n\r\n", CLOSE]),
    "torn": Raw([HEAD + CANARY.encode(), RESET]),
    "short": Raw([HEAD + CANARY.encode(), CLOSE]),
    "reset": Raw([RESET]),
    "silence": Raw([HANG]),
}


class Seen:
    """All that came out, each with the name of where it came from."""

    def __init__(self) -> None:
        self.texts: list[tuple[str, str]] = []

    def add(self, where: str, what: object) -> None:
        self.texts.append((where, what if isinstance(what, str) else repr(what)))

    def error(self, where: str, error: BaseException) -> None:
        """An error in every way in which one is shown or sent on, local variables of its traceback included."""
        self.add(f"{where}: str", str(error))
        self.add(f"{where}: repr", error)
        self.add(f"{where}: vars", vars(error))
        self.add(f"{where}: pickle", pickle.dumps(error))
        for locals_too in (False, True):
            told = traceback.TracebackException.from_exception(error, capture_locals=locals_too)
            self.add(f"{where}: traceback", "".join(told.format()))
        if isinstance(error, ClipwiseError):
            self.add(f"{where}: envelope", error.envelope())

    def thing(self, where: str, thing: Any) -> None:
        """An object as it is printed, and as it is pickled if it can be."""
        self.add(f"{where}: str", str(thing))
        self.add(f"{where}: repr", repr(thing))
        self.add(f"{where}: vars", repr(getattr(thing, "__dict__", "")))
        try:
            self.add(f"{where}: pickle", pickle.dumps(thing))
        except Exception as error:
            self.error(f"{where}: pickle", error)

    def found(self) -> list[str]:
        return [where for where, text in self.texts if CANARY in text]


def files_with_canary(*folders: Path) -> list[str]:
    """Return every file of these folders that holds the key, or is named after it."""
    paths = [path for folder in folders for path in folder.rglob("*")]
    return [p.name for p in paths if CANARY in p.name or (p.is_file() and CANARY.encode() in p.read_bytes())]


@pytest.fixture
def shop(api: StubApi) -> Iterator[StubApi]:
    """A server where everything works, as long as nothing else is said."""
    api.on("GET", "formats/", {"formats": [TEASER]}).on("POST", "uploads/", {"upload": {"id": "up_1"}})
    api.on("POST", "generations/", {"id": "gen_1", "status": "queued"}).on("GET", "generations/gen_1/", DONE)
    api.on("POST", "generations/gen_1/cancel/", DONE).on("GET", "resource-types/", {"resource_types": []})
    api.on("GET", "/film.mp4", Reply(200, b"film"))
    return api


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    path.write_bytes(PNG)
    return path


@pytest.mark.parametrize("trouble", TROUBLE)
def test_no_failure_shows_the_key(
    hands: Hands, shop: StubApi, caplog: pytest.LogCaptureFixture, home: Path, picture: Path, trouble: str
) -> None:
    """Every way to fail, in creating, uploading, waiting, cancelling, listing and downloading."""
    caplog.set_level(logging.DEBUG)
    seen, client = Seen(), hands.client(shop.url, key=CANARY, timeout=0.3).with_options(max_retries=1)
    hands.do(client.formats.list())
    for method, path in (
        ("POST", "generations/"), ("POST", "uploads/"), ("GET", "generations/gen_1/"), ("GET", "resource-types/"),
        ("POST", "generations/gen_1/cancel/"),
    ):  # fmt: skip
        shop.on(method, path, TROUBLE[trouble])
    for name, ask in (
        ("create", lambda: client.generate.teaser(line="a")),
        ("upload", lambda: client.uploads.create(picture)),
        ("wait", lambda: client.generations.wait("gen_1", timeout=1)),
        ("retrieve", lambda: client.generations.retrieve("gen_1")),
        ("cancel", lambda: client.generations.cancel("gen_1")),
        ("list", lambda: client.resources.types()),
    ):
        try:
            seen.thing(name, hands.do(ask()))
        except ClipwiseError as error:
            seen.error(name, error)
    for record in caplog.records:
        seen.add(f"log of {record.name}", f"{record.getMessage()} {record.__dict__}")
    assert any(each.headers.get("authorization") == f"Bearer {CANARY}" for each in shop.asked)
    assert len(caplog.records) > 30
    assert (seen.found(), files_with_canary(home)) == ([], [])


def test_no_success_shows_the_key(
    hands: Hands, shop: StubApi, caplog: pytest.LogCaptureFixture, home: Path, picture: Path, tmp_path: Path
) -> None:
    """A job from its document to its files: the client, its parts, its answers and its logs."""
    caplog.set_level(logging.DEBUG)
    seen, client = Seen(), hands.client(shop.url, key=CANARY)
    started = hands.do(client.generate.teaser(line="a", cover=picture))
    hands.do(started.wait())
    paths = hands.do(started.download(tmp_path / "out"))
    parts = (client.generate, client.generations, client.formats, client.uploads, client.generate.teaser)
    things = (client, client._context, client._context.settings, client._driver, *parts, started, paths)
    for thing in things:
        seen.thing(type(thing).__name__, thing)
    for record in caplog.records:
        seen.add(f"log of {record.name}", f"{record.getMessage()} {record.__dict__}")
    assert paths[0].read_bytes() == b"film"
    assert shop.of("GET", "/film.mp4")[0].headers.get("authorization") is None
    assert (seen.found(), files_with_canary(home, tmp_path)) == ([], [])


@pytest.mark.parametrize("where", ["refused", "nowhere", "tls"])
def test_nobody_to_be_told_the_key(hands: Hands, api: StubApi, caplog: pytest.LogCaptureFixture, where: str) -> None:
    """Faults before anything was sent."""
    caplog.set_level(logging.DEBUG)
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    url = {
        "refused": f"http://127.0.0.1:{port}",
        "nowhere": "http://no-such-host.invalid",
        "tls": api.url.replace("http:", "https:"),
    }
    seen, client = Seen(), hands.client(url[where], key=CANARY)
    with pytest.raises(ClipwiseError) as caught:
        hands.do(client.generations.retrieve("gen_1"))
    seen.error(where, caught.value)
    seen.add("log", [each.getMessage() for each in caplog.records])
    assert seen.found() == []


@pytest.mark.parametrize("wrong", [CANARY + "\n", CANARY + " x", "ü" + CANARY, CANARY + "\0", CANARY * 200])
def test_a_key_that_is_refused_is_not_shown(hands: Hands, monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    """Not where it is set, and not where it is found."""
    seen = Seen()
    for key in (wrong, None):
        if key is None and "\0" not in wrong:
            monkeypatch.setenv("CLIPWISE_API_KEY", f"x {wrong}")
        with pytest.raises(ClipwiseError) as caught:
            hands.do(hands.client("http://127.0.0.1:9", key=key).generations.retrieve("gen_1"))
        seen.add("str", f"{caught.value} {caught.value!r} {vars(caught.value)} {pickle.dumps(caught.value)!r}")
    assert seen.found() == []


COMMANDS: list[tuple[str, ...]] = [
    ("formats", "list"),
    ("formats", "show", "teaser"),
    ("formats", "refresh"),
    ("generate", "teaser", "--line", "a"),
    ("generate", "teaser", "--line", "a", "--cover", "PICTURE"),
    ("generate", "teaser", "--line", "a", "--wait", "--output", "OUT"),
    ("generate", "teaser", "--line", "a", "--dry-run"),
    ("generate", "teaser", "--help"),
    ("generate", "teaser", "--lime", "a"),
    ("generate", "teazer"),
    ("status", "gen_1"),
    ("wait", "gen_1", "--timeout", "1"),
    ("cancel", "gen_1"),
    ("download", "gen_1", "--output", "OUT"),
    ("resources", "types"),
    ("auth", "show"),
    ("--help",),
    ("status", "../x"),
    ("nonsense",),
]


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str], picture: Path, tmp_path: Path) -> Callable[..., str]:
    """Run a command in this process and return all that it printed."""

    def run(*arguments: str) -> str:
        named = {"PICTURE": str(picture), "OUT": str(tmp_path / "out")}
        main([named.get(each, each) for each in arguments])
        return "".join(capfd.readouterr())

    return run


@pytest.mark.parametrize("given", ["flag", "environment", "config"])
def test_no_command_shows_the_key(
    shop: StubApi, said: Callable[..., str], home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    """Every command, for a person and for a program, wherever the key comes from; it is in the config file alone."""
    seen, flags = Seen(), ("--base-url", shop.url)
    if given == "flag":
        flags += ("--api-key", CANARY)
    elif given == "environment":
        monkeypatch.setenv("CLIPWISE_API_KEY", CANARY)
    else:
        seen.add("set-key", said("auth", "set-key", CANARY, *flags))
    for command in COMMANDS:
        for form in ((), ("--json",)):
            seen.add(" ".join((*command, *form)), said(*command, *form, *flags))
    for answer in (TROUBLE["refusal"], TROUBLE["page"], TROUBLE["redirect"], TROUBLE["status line"]):
        shop.on("POST", "generations/", answer).on("GET", "generations/gen_1/", answer)
        for command in (("generate", "teaser", "--line", "a"), ("status", "gen_1"), ("wait", "gen_1")):
            for form in ((), ("--json",)):
                monkeypatch.setattr("random.uniform", lambda low, high: 0.0)
                seen.add(" ".join((*command, *form)), said(*command, *form, *flags, *_brief(command)))
    assert any(CANARY in str(each.headers) for each in shop.asked)
    assert seen.found() == []
    assert files_with_canary(home, tmp_path) == (["config.json"] if given == "config" else [])
    if given == "config":
        assert (home / "config.json").stat().st_mode & 0o777 == 0o600
        seen.add("clear", said("auth", "clear"))
        assert (seen.found(), files_with_canary(home)) == ([], [])


def _brief(command: tuple[str, ...]) -> tuple[str, ...]:
    return () if command[0] == "generate" else ("--timeout", "1")


@pytest.mark.parametrize(
    "typed",
    [
        ("auth", "set-key", CANARY, "extra"),
        ("auth", "set-key", CANARY, CANARY),
        ("auth", "set-kei", CANARY),
        ("auth", CANARY),
        (CANARY,),
        ("auth", f"set-key={CANARY}"),
        ("auth", "set-key", f"-{CANARY}"),
        ("auth", "set-key", f"--{CANARY}"),
        ("auth", "set-key", "--key", CANARY),
        ("auth", "set-key", f"--key={CANARY}"),
        ("--api-key", CANARY),
        (f"--api-key={CANARY}", "bogus"),
        ("status", "--token", CANARY),
        ("--json", "auth", CANARY),
    ],
    ids=" ".join,
)
def test_a_key_in_the_wrong_place_is_not_repeated(said: Callable[..., str], home: Path, typed: tuple[str, ...]) -> None:
    """Whoever mistypes the command that takes the key does not find it in the message."""
    assert CANARY not in said(*typed)
    assert files_with_canary(home) == []


LOUD = """
import logging, sys
logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
import clipwise
with clipwise.Clipwise(timeout=1).with_options(max_retries=0) as client:
    print(client, client._context.settings, client.formats.list())
    for ask in (lambda: client.generations.retrieve("gen_1"), lambda: client.generate.teaser(line="a")):
        try:
            print(ask())
        except clipwise.ClipwiseError as error:
            logging.exception("it failed")
client.generate.teaser(line=5)
"""


@pytest.mark.parametrize("trouble", ["refusal", "status line", "torn"])
def test_a_program_with_debug_logs_shows_no_key(shop: StubApi, home: Path, trouble: str) -> None:
    """A process of its own, which logs everything and dies of an error that it did not catch."""
    shop.on("GET", "generations/gen_1/", TROUBLE[trouble]).on("POST", "generations/", TROUBLE[trouble])
    environment = {**os.environ, "CLIPWISE_API_KEY": CANARY, "CLIPWISE_BASE_URL": shop.url, "PYTHONDEVMODE": "1"}
    command = [sys.executable, "-c", LOUD]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 1
    assert "receive_response_headers" in ran.stderr
    assert "ValidationError" in ran.stderr.splitlines()[-3] or "teaser" in ran.stderr
    assert CANARY not in ran.stdout + ran.stderr
    assert files_with_canary(home) == []


def test_only_what_lives_is_masked(hands: Hands, shop: StubApi, caplog: pytest.LogCaptureFixture) -> None:
    """A driver that is gone is not held by the logs, and two clients' keys are both masked."""
    caplog.set_level(logging.DEBUG)
    other = "cw_live_other_0123456789"
    shop.on("GET", "resource-types/", lambda asked: Reply(200, {}, {"X-Keys": f"{CANARY} {other} cw_live_third"}))
    clients = [hands.client(shop.url, key=key) for key in (CANARY, other)]
    for client in clients:
        hands.do(client.resources.types())
    logged = "\n".join(each.getMessage() for each in caplog.records)
    assert "… … cw_live_third" in logged.replace("\\xe2\\x80\\xa6", "…")
    assert CANARY not in logged
    assert other not in logged


@pytest.mark.parametrize("kind", [Driver, AsyncDriver])
def test_settings_with_a_key_do_not_travel(kind: type) -> None:
    """Settings, and what holds them, are made anew in each process: a pickle of them cannot be written."""
    for thing in (Settings(api_key=CANARY), kind(Settings(api_key=CANARY))):
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(thing)


def test_the_canary_sings(shop: StubApi, hands: Hands) -> None:
    """The search finds a key where there is one."""
    seen = Seen()
    seen.thing("settings", {"key": CANARY})
    assert len(seen.found()) == 3
    asked: list[Asked] = shop.asked
    hands.do(hands.client(shop.url, key=CANARY).formats.list())
    assert json.dumps(asked[0].headers).count(CANARY) == 1
