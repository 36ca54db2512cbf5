"""Claims about jobs that are noted before they are sent: whatever cuts them off, the server ends with one."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from hands import KEY, Hands
from stub_api import CLOSE, HANG, RESET, Asked, Raw, Reply, StubApi, document, refused

from clipwise.errors import APIError, ClipwiseError
from clipwise.journal import Intent, Journal

PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 100
TEASER = document(
    "teaser",
    {"name": "line", "type": "string"},
    optional=[{"name": "picture", "type": "string", "accepts": ["image"], "resource_type": "product_images"}],
)
PROMPT = "canary-prompt-which-nobody-may-find"


class Shop:
    """A server's memory: one job for each key; the same key with another body is refused."""

    def __init__(self) -> None:
        self.jobs: dict[str, tuple[str, Any]] = {}
        self.uploads = 0
        self._lock = threading.Lock()

    def __call__(self, asked: Asked) -> Any:
        with self._lock:
            assert asked.key is not None
            id, body = self.jobs.setdefault(asked.key, (f"gen_{len(self.jobs)}", asked.json))
            if body != asked.json:
                return refused(409, "idempotency_conflict")
            return Reply(200, {"id": id, "status": "queued"})

    def upload(self, _: Asked) -> Any:
        with self._lock:
            self.uploads += 1
            return {"resource": {"id": f"res_{self.uploads}"}}

    def deaf(self, asked: Asked) -> Any:
        """Do it, and never answer."""
        self(asked)
        return Raw([HANG])

    def cut(self, asked: Asked) -> Any:
        """Do it, and close the connection."""
        self(asked)
        return Raw([RESET])


@pytest.fixture
def shop(api: StubApi) -> Shop:
    held = Shop()
    api.on("GET", "formats/", {"formats": [TEASER]}).on("POST", "generations/", held)
    api.on("POST", "resources/product_images/upload/", held.upload)
    return held


def kept(home: Path) -> list[Intent]:
    return Journal(home / "journal", "", "").all()


def start(hands: Hands, client: Any, **inputs: Any) -> Any:
    return hands.do(client.generate(format="teaser", **{"line": "a", **inputs}))


# --- one process ------------------------------------------------------------------------------------------------------


def test_a_job_is_noted_before_it_is_sent_and_settled_after(hands: Hands, api: StubApi, shop: Shop, home: Path) -> None:
    """While the server thinks, the file is there; after its answer it has the id."""
    seen = []

    def look(asked: Asked) -> Any:
        seen.extend(kept(home))
        return shop(asked)

    api.on("POST", "generations/", look)
    job = start(hands, hands.client(api.url, journal=True))
    assert [(each.key, each.status, each.id) for each in seen] == [(job.idempotency_key, "sending", "")]
    assert [(each.key, each.status, each.id) for each in kept(home)] == [(job.idempotency_key, "queued", "gen_0")]


def test_nothing_is_noted_unless_it_is_asked_for(hands: Hands, api: StubApi, shop: Shop, home: Path) -> None:
    """In Python the journal is off."""
    start(hands, hands.client(api.url))
    assert not (home / "journal").exists()
    start(hands, hands.client(api.url, journal=home / "mine"))
    assert len(Journal(home / "mine", "", "").all()) == 1


@pytest.mark.parametrize("picture", [None, "there"])
def test_a_lost_answer_and_the_same_call_again(
    hands: Hands, api: StubApi, shop: Shop, tmp_path: Path, home: Path, picture: str | None
) -> None:
    """After a failure that may have started a job, the same call takes it up, uploads too; then there is one."""
    inputs = {}
    if picture:
        (tmp_path / "p.png").write_bytes(PNG)
        inputs = {"picture": tmp_path / "p.png"}
    api.on("POST", "generations/", shop.cut)
    with pytest.raises(ClipwiseError) as caught:
        start(hands, hands.client(api.url, journal=True), **inputs)
    assert [each.status for each in kept(home)] == ["unknown"]
    api.on("POST", "generations/", shop)
    job = start(hands, hands.client(api.url, journal=True), **inputs)
    assert (job.id, job.idempotency_key) == ("gen_0", caught.value.idempotency_key)
    assert (len(shop.jobs), shop.uploads) == (1, 1 if picture else 0)
    assert start(hands, hands.client(api.url, journal=True), **inputs).id == "gen_1"


def test_taking_up_is_told_once(hands: Hands, api: StubApi, shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    """That a job is taken up, and how to start another instead, is a warning in the log."""
    api.on("POST", "generations/", shop.cut, shop.cut, shop.cut, shop.cut, shop)
    client = hands.client(api.url, journal=True)
    with pytest.raises(ClipwiseError):
        start(hands, client)
    with caplog.at_level(logging.WARNING, "clipwise"):
        start(hands, client)
    assert [text for text in caplog.messages if "is taken up with its key" in text and "jobs forget" in text]


@pytest.mark.parametrize(
    ("answer", "status"),
    [(refused(400, "validation_error"), "refused"), (refused(401), "refused"), (Reply(200, {}), "unknown")],
)
def test_a_refusal_is_an_outcome(
    hands: Hands, api: StubApi, shop: Shop, home: Path, answer: Reply, status: str
) -> None:
    """What was surely refused is over; an answer without an id leaves it open."""
    api.on("POST", "generations/", answer)
    with pytest.raises(ClipwiseError):
        start(hands, hands.client(api.url, journal=True))
    assert [each.status for each in kept(home)] == [status]


@pytest.mark.parametrize(("answer", "status"), [(refused(401), "unknown"), (refused(400), "refused")])
def test_a_refusal_on_taking_up_proves_little(
    hands: Hands, api: StubApi, shop: Shop, home: Path, answer: Reply, status: str
) -> None:
    """A token that is revoked meanwhile says nothing of the job that may exist; inputs that are refused do."""
    api.on("POST", "generations/", shop.cut)
    for _ in range(2):
        with pytest.raises(ClipwiseError):
            start(hands, hands.client(api.url, journal=True))
        api.on("POST", "generations/", answer)
    assert [each.status for each in kept(home)] == [status]


def test_a_server_that_is_not_there_has_no_job(hands: Hands, api: StubApi, shop: Shop, home: Path) -> None:
    """Nothing was sent, so nothing is open."""
    client = hands.client(api.url, journal=True)
    start(hands, client)
    api.close()
    with pytest.raises(ClipwiseError):
        start(hands, client, line="b")
    assert sorted(each.status for each in kept(home)) == ["queued", "unsent"]


def test_waiting_and_cancelling_are_seen(hands: Hands, api: StubApi, shop: Shop, home: Path) -> None:
    """The entry has the status that was last seen."""
    job = start(hands, hands.client(api.url, journal=True))
    api.on("GET", f"generations/{job.id}/", {"id": job.id, "status": "completed"})
    hands.do(job.wait())
    assert [each.status for each in kept(home)] == ["completed"]


@pytest.mark.parametrize("spoil", ["a file", "read only"])
def test_a_journal_that_cannot_be_written_stops_nobody(
    hands: Hands, api: StubApi, shop: Shop, tmp_path: Path, caplog: pytest.LogCaptureFixture, spoil: str
) -> None:
    """The job goes on without it; that is told once."""
    place = tmp_path / "place"
    if spoil == "a file":
        place.write_text("")
    else:
        place.mkdir(mode=0o500)
        if os.access(place, os.W_OK):
            pytest.skip("root may write anywhere")
    client = hands.client(api.url, journal=place / "journal")
    with caplog.at_level(logging.WARNING, "clipwise"):
        assert start(hands, client).id == "gen_0"
        assert start(hands, client).id == "gen_1"
    assert len([text for text in caplog.messages if "cannot be written" in text]) == 1


def test_neither_key_nor_prompt_is_in_the_journal(
    hands: Hands, api: StubApi, shop: Shop, home: Path, tmp_path: Path
) -> None:
    """A canary in the token, the text and the name of a file is in no file of the journal, nor in its name."""
    (tmp_path / "secret-name.png").write_bytes(PNG)
    client = hands.client(api.url, journal=True)
    start(hands, client, line=PROMPT, picture=tmp_path / "secret-name.png")
    api.on("POST", "generations/", refused(400, "no", PROMPT))
    with pytest.raises(APIError):
        start(hands, client, line=PROMPT + "2")
    files = [each for each in (home / "journal").rglob("*") if each.is_file()]
    assert len(files) == 2
    for path in files:
        text = str(path) + path.read_text()
        assert not any(word in text for word in (KEY, PROMPT, "secret-name", str(tmp_path)))


# --- processes that die -----------------------------------------------------------------------------------------------

STARTER = """
import sys, clipwise
client = clipwise.Clipwise(sys.argv[1], sys.argv[2], journal=True)
given = {"picture": sys.argv[3]} if len(sys.argv) > 3 else {}
print(client.generate.teaser(line="a", **given).id)
"""


def command(api: StubApi, *more: str) -> list[str]:
    return [sys.executable, "-c", STARTER, KEY, api.url, *more]


def killed(api: StubApi, line: list[str], when: Any) -> None:
    """Run a command until something has happened, then kill -9 it."""
    with subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        until = time.monotonic() + 20
        while not when() and time.monotonic() < until:
            time.sleep(0.01)
        child.kill()
    assert when()


@pytest.mark.parametrize("with_file", [False, True])
def test_killed_between_request_and_answer_the_same_command_takes_it_up(
    api: StubApi, shop: Shop, tmp_path: Path, home: Path, with_file: bool
) -> None:
    """kill -9 while the server works; the same command, without any key, ends with one job and one upload."""
    (tmp_path / "p.png").write_bytes(PNG)
    line = command(api, *([str(tmp_path / "p.png")] if with_file else []))
    api.on("POST", "generations/", shop.deaf, shop)
    killed(api, line, lambda: len(shop.jobs) == 1)
    again = subprocess.run(line, capture_output=True, text=True, check=True, timeout=30)
    assert (again.stdout.strip(), len(shop.jobs), shop.uploads) == ("gen_0", 1, 1 if with_file else 0)
    third = subprocess.run(line, capture_output=True, text=True, check=True, timeout=30)
    assert (third.stdout.strip(), len(shop.jobs)) == ("gen_1", 2)


def test_killed_before_the_job_was_sent(api: StubApi, shop: Shop, tmp_path: Path, home: Path) -> None:
    """kill -9 during the upload: nothing is open, and the same command starts the one job."""
    (tmp_path / "p.png").write_bytes(PNG)
    hung = threading.Event()

    def hang(_: Asked) -> Any:
        hung.set()
        return Raw([HANG])

    api.on("POST", "resources/product_images/upload/", hang, shop.upload)
    line = command(api, str(tmp_path / "p.png"))
    killed(api, line, hung.is_set)
    assert kept(home) == []
    again = subprocess.run(line, capture_output=True, text=True, check=True, timeout=30)
    assert (again.stdout.strip(), len(shop.jobs)) == ("gen_0", 1)


def test_noted_but_never_sent(api: StubApi, shop: Shop, home: Path) -> None:
    """Cut off between the note and the request: the same command sends it under the noted key."""
    api.on("POST", "generations/", Raw([CLOSE], early=True), Raw([HANG], early=True), shop)
    killed(api, command(api), lambda: len(api.of("POST", "generations/")) == 2)
    noted = kept(home)[0].key
    subprocess.run(command(api), capture_output=True, text=True, check=True, timeout=30)
    assert list(shop.jobs) == [noted]


def test_two_commands_at_once_are_two_jobs(api: StubApi, shop: Shop, home: Path) -> None:
    """The same command in two processes at the same time means two jobs: neither takes the other for cut off."""
    held = threading.Barrier(2, timeout=20)

    def together(asked: Asked) -> Any:
        held.wait()
        return shop(asked)

    api.on("POST", "generations/", together)
    children = [subprocess.Popen(command(api), stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = [child.communicate(timeout=30)[0].strip() for child in children]
    assert sorted(told) == ["gen_0", "gen_1"]
    assert len(kept(home)) == 2
    assert json.dumps(sorted(each.id for each in kept(home))) == '["gen_0", "gen_1"]'
