"""What a person does with a sandbox's folder from the command line: keys, a look inside, making room, trouble."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from clipwise.cli.setup import SANDBOX
from clipwise.sandbox import jobs
from clipwise.sandbox.exchange import ACT_AS, SCOPES
from clipwise.sandbox.serving import Settings
from clipwise.sandbox.store import Resource, Store


@pytest.fixture
def data(home: Path) -> Path:
    """The folder that is used when none is named, with a finished job, a waiting one and a generated picture."""
    store = Store(home / "sandbox")
    store.own_token()
    for format in ("quiz", "smart"):
        jobs.accept(store, jobs.Wish("local", format, {}, format))
    done = jobs.claim(store)
    assert done is not None
    (store.folder / "outputs" / str(done.claim)).mkdir()
    picture = Path("outputs") / str(done.claim) / "a.png"
    (store.folder / picture).write_bytes(b"x" * 5000)
    made = Resource("media_1", "local", "generated_media", "a.png", "generated", "image", path=picture.as_posix())
    jobs.finish(store, done, {"files": []}, [made])
    store.close()
    return store.folder


def test_a_key_with_scopes_is_printed_alone(clipwise, data):
    """It is the whole output, so that a shell can keep it, and it may do what was said and nothing else."""
    ran = clipwise("sandbox", "token", "--scopes", "generations:read, resources:read")
    assert (ran.code, ran.err) == (0, "")
    store = Store(data)
    found = store.token(ran.out.strip())
    store.close()
    assert found is not None
    assert (found.account, found.scopes) == ("local", {"generations:read", "resources:read"})


@pytest.mark.parametrize("scope", [*SCOPES, ACT_AS])
def test_every_scope_of_the_api_can_be_given(clipwise, data, scope):
    """A program gets the key and its scopes as one document."""
    made = json.loads(clipwise("sandbox", "token", "--scopes", scope, "--data-dir", data, "--json").out)
    assert made["api_key"].startswith("cw_live_sandbox_")
    assert made["scopes"] == [scope]


def test_a_folder_is_looked_at(clipwise, data):
    """Jobs by status, what is one's own, and the size, for a person and for a program."""
    text = clipwise("sandbox", "status").out
    assert f"folder     {data}\n" in text
    assert "queued 1, running 0, completed 1" in text
    assert "resources  generated_media 1\n" in text
    assert "outputs 5.0 KB" in text
    found = json.loads(clipwise("sandbox", "status", "--data-dir", data, "--json").out)
    assert (found["jobs"]["completed"], found["tokens"], found["bytes"]["outputs"]) == (1, 1, 5000)


@pytest.mark.parametrize("age", ["90s", "30m", "12h", "7d", "2w", "0.5h"])
def test_what_is_younger_than_the_age_stays(clipwise, data, age):
    """Every unit is understood, and nothing of today is a minute old."""
    ran = clipwise("sandbox", "prune", "--older-than", age)
    assert (ran.code, ran.out) == (0, "removed 0 jobs and 0 files of media, 0 B in all\n")


def test_old_jobs_and_media_are_removed_and_counted(clipwise, data):
    """The waiting job stays."""
    gone = json.loads(clipwise("sandbox", "prune", "--older-than", "0s", "--data-dir", data, "--json").out)
    assert gone == {"success": True, "generations": 1, "media": 1, "bytes": 5000}
    assert "queued 1, running 0, completed 0" in clipwise("sandbox", "status").out
    assert list((data / "outputs").iterdir()) == []


def test_a_server_is_started_as_it_was_asked_for(clipwise, tmp_path, monkeypatch):
    """Quality, workers, trouble and seed reach the server."""
    asked = []
    monkeypatch.setattr(
        "clipwise.sandbox.serving.run", lambda *given, ready, settings: asked.append((*given, settings))
    )
    flags = ("--quality", "draft", "--workers", 2, "--chaos", "429=0.05,503=0.02", "--seed", 7)
    assert clipwise("sandbox", "serve", "--port", 0, "--data-dir", tmp_path, *flags).code == 0
    assert asked == [("127.0.0.1", 0, tmp_path, Settings("draft", 2, chaos="429=0.05,503=0.02", seed=7))]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["status"], "There is no sandbox in"),
        (["token", "--scopes", "resources:read"], "There is no sandbox in"),
        (["prune", "--older-than", "7d"], "There is no sandbox in"),
        (["token"], "parameter --scopes requires an argument"),
        (["token", "--scopes", "resources:read,all"], "there is no scope all; the API has generations:write"),
        (["token", "--scopes", " , "], "a key needs a scope; the API has generations:write"),
        (["prune"], "parameter --older-than requires an argument"),
        (["prune", "--older-than", "7y"], "'7y' is no age. Write 90s, 30m, 12h, 7d or 2w"),
        (["prune", "--older-than=-1d"], "'-1d' is no age"),
        (["prune", "--older-than", "a week"], "'a week' is no age"),
        (["prune", "--older-than", "٣d"], "is no age"),
        (["serve", "--workers", "0"], "Must be >= 1"),
        (["serve", "--quality", "best"], 'Choose from: "preview", "draft"'),
        (["serve", "--seed", "x"], "unable to convert"),
        (["serve", "--port", "0", "--chaos", "429=2"], "--chaos: '429=2' needs a share from 0 to 1"),
        (["serve", "--port", "0", "--chaos", "flood=0.1"], "--chaos: 'flood' is no trouble that the sandbox makes"),
        (["serve", "--port", "0", "--chaos", "503=half"], "--chaos: 'half' is not a number from 0 on"),
        (["serve", "--port", "70000"], "cannot listen on 127.0.0.1:70000"),
        (["serve", "--host", "no host at all"], "cannot listen on no host at all:8787"),
    ],
)
def test_a_mistake_gets_one_message_and_exit_code_2(clipwise, arguments, said):
    """No traceback, and nothing on standard output."""
    ran = clipwise("sandbox", *arguments)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert said in ran.err


def test_a_folder_of_something_else_is_refused(clipwise, tmp_path):
    """Neither the server nor the others touch it."""
    (tmp_path / "thesis.txt").write_text("x")
    for command in (["serve", "--port", "0"], ["status"], ["prune", "--older-than", "1d"]):
        ran = clipwise("sandbox", *command, "--data-dir", tmp_path)
        assert ran.code == 2
        assert str(tmp_path) in ran.err
    assert [each.name for each in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_port_that_is_taken_is_told(clipwise, tmp_path):
    """With what helps."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ran = clipwise("sandbox", "serve", "--port", taken.getsockname()[1], "--data-dir", tmp_path / "data")
    assert ran.code == 2
    assert "Try --port 0" in ran.err


def test_every_command_of_the_sandbox_is_named_here():
    """A new one needs a test."""
    assert set(SANDBOX) == {"serve", "token", "status", "prune"}
