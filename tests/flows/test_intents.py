"""One job for each intent, whatever happens in whatever order: the flows against a model server, without sockets.

The model makes a job for each key it has not seen, and one more for every create without a key. What the network does
to each request, and when the client is killed, is drawn by Hypothesis. Nobody remembers a key but the journal
on disk, which is the real one: whoever was cut off looks into it, and else runs the same command again.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from scripted import context, lost, said
from stub_api import document

from clipwise.driving import drive
from clipwise.effects import Answer, Disk, Now, Request, Send, Sleep, Today
from clipwise.errors import ClipwiseError
from clipwise.flows import submit, wait
from clipwise.flows.context import Context
from clipwise.flows.submit import Job
from clipwise.formats.catalog import Catalog
from clipwise.journal import Claim, Journal

EXAMPLES = 2000
CATALOG = Catalog([document("teaser", {"name": "line", "type": "string"})])
FORWARD = {"queued": "running", "running": "completed"}


class Crash(BaseException):
    """The client's process is gone."""


class Server:
    """What a good server remembers: jobs by id, what each is about, and which key it was made for."""

    def __init__(self) -> None:
        self.jobs: dict[str, str] = {}
        self.lines: dict[str, str] = {}
        self.by_key: dict[str, str] = {}

    def __call__(self, request: Request) -> Answer:
        parts = request.target.strip("/").split("/")[3:]
        if request.method == "POST" and parts == ["generations"]:
            return self._made(request.idempotency_key, request.json["line"])
        id = parts[1]
        if id not in self.jobs:
            return said(404, {"success": False, "error": {"code": "not_found", "message": "no such job"}})
        if parts[2:] == ["cancel"]:
            if self.jobs[id] == "completed":
                return said(409, {"success": False, "error": {"code": "unsupported_cancellation", "message": "late"}})
            self.jobs[id] = "cancelled"
        return said(200, {"generation": {"id": id, "status": self.jobs[id]}})

    def _made(self, key: str | None, line: str) -> Answer:
        id = self.by_key.get(key or "", f"gen_{len(self.jobs)}")
        self.jobs.setdefault(id, "queued")
        assert self.lines.setdefault(id, line) == line
        if key:
            self.by_key[key] = id
        return said(200, {"generation": {"id": id, "status": self.jobs[id]}})


REFUSED = {"success": False, "error": {"code": "busy", "message": "no"}}
# What may happen to one request: whether the server hears of it, and what comes back (None: its answer).
TROUBLE: dict[str, tuple[bool, Any]] = {
    "fine": (True, None),
    "refused connection": (False, lost("connect", "cannot connect")),
    "reset before": (False, lost()),
    "reset after": (True, lost()),
    "late": (True, lost("timeout", "no answer in time")),
    "too large": (True, lost("too_large", "the answer is too large", final=True)),
    "503 before": (False, said(503, REFUSED)),
    "504 after": (True, said(504, REFUSED)),
    "page after": (True, Answer(200, {}, b"<html>hello")),
    "torn after": (True, Answer(200, {}, b'{"generation": {"id"')),
    "no id": (True, said(200, {"generation": {"status": "queued"}})),
    "empty": (True, Answer(204)),
    "429": (False, said(429, REFUSED, retry_after="2")),
    "429 for long": (False, said(429, REFUSED, retry_after="86400")),
    "401": (False, said(401, REFUSED)),
    "redirect": (False, Answer(307, {"location": "https://evil.example/"})),
    "crash before": (False, Crash()),
    "crash after": (True, Crash()),
}
faults = st.lists(st.sampled_from(sorted(TROUBLE)), max_size=5)
some = st.integers(0, 99)
# The moment of a kill: half of it counts the effects before, the other half says whether the last one is still done.
moments = st.none() | st.integers(0, 40)


class Kept(Journal):
    """The real journal, which knows what this process holds locked."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "https://api.example", "me")
        self.claims: list[Claim] = []

    def claim(self, *given: Any) -> Claim:
        self.claims.append(super().claim(*given))
        return self.claims[-1]

    def killed(self) -> None:
        """Close what is open, as the system does for a process that is gone; nothing else is cleaned up."""
        for each in self.claims:
            lock, each._lock = each._lock, None
            if lock is not None:
                os.close(lock)


@dataclass
class Intent:
    """A job that somebody wants: what it is about, its id once it is known, and whether the server may have it."""

    line: str
    id: str = ""
    doubtful: bool = False


class Intents(RuleBasedStateMachine):
    """Create, lose the answer, retry, poll, wait, cancel, be killed, run the same again."""

    place = Path()

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir=self.place))
        self.server = Server()
        self.intents: list[Intent] = []
        self.keys = 0
        self.now = 1_700_000_000.0
        self.journal = Kept(self.folder)
        self.context = self._born()

    def _born(self) -> Context:
        """Start a new process, when the old one was killed."""
        self.journal.killed()
        self.journal = Kept(self.folder)
        fresh = context()
        return Context(fresh.settings, fresh.policy, fresh.memory, pinned=CATALOG, journal=self.journal)

    def _run(self, flow: Any, coming: list[str], dies: int | None) -> Any:
        """Drive a flow as the drivers do; each request meets the next trouble, and after the last one none."""
        left, done = list(coming), 0

        def perform(effect: Any) -> Any:
            nonlocal done
            done += 1
            if dies == 2 * done - 2:
                raise self._dead()
            answer = one(effect)
            if dies == 2 * done - 1:
                raise self._dead()
            return answer

        def one(effect: Any) -> Any:
            if isinstance(effect, Send):
                heard, outcome = TROUBLE[left.pop(0) if left else "fine"]
                answer = self.server(effect.request) if heard else None
                if isinstance(outcome, Crash):
                    raise self._dead()
                if isinstance(outcome, BaseException):
                    raise outcome
                return outcome or answer
            if isinstance(effect, Sleep):
                self.now += effect.high
            if isinstance(effect, Disk):
                return effect.work(*effect.args)
            return self.now if isinstance(effect, (Now, Today)) else None

        return drive(flow, perform)

    def _dead(self) -> Crash:
        self.context = self._born()
        return Crash()

    def _submit(self, intent: Intent, coming: list[str], dies: int | None = None) -> None:
        """Run the command for what is wanted, unless the journal knows that the server has it."""
        noted = [each for each in self.journal.all() if each.body == self._body_of(intent) and each.id]
        if noted:
            assert intent.id in ("", noted[0].id)
            intent.id = noted[0].id
            return
        self.keys += 1
        job = Job("teaser", {"line": intent.line}, f"key-{self.keys}")
        try:
            content, key = self._run(submit.start(self.context, job), coming, dies)
        except Crash:
            intent.doubtful = True
        except ClipwiseError as error:
            intent.doubtful = intent.doubtful or error.idempotency_key is not None
            if not intent.doubtful:  # told that nothing was started
                assert intent.line not in self.server.lines.values()
        else:
            intent.id = content["generation"]["id"]
            assert intent.id == self.server.by_key[key]

    def _body_of(self, intent: Intent) -> str:
        with contextlib.suppress(KeyError):
            return self.bodies[intent.line]
        flow = submit.identity(self.context, Job("teaser", {"line": intent.line}, "any"))
        return self.bodies.setdefault(intent.line, self._run(flow, [], None)[1])

    bodies: dict[str, str] = {}

    def _started(self, which: int) -> Intent:
        known = [each for each in self.intents if each.id]
        return known[which % len(known)]

    @rule(coming=faults, dies=moments)
    def create(self, coming: list[str], dies: int | None) -> None:
        self.intents.append(Intent(f"line {len(self.intents)}"))
        self._submit(self.intents[-1], coming, dies)

    @precondition(lambda self: self.intents)
    @rule(which=some, coming=faults, dies=moments)
    def again(self, which: int, coming: list[str], dies: int | None) -> None:
        self._submit(self.intents[which % len(self.intents)], coming, dies)

    @precondition(lambda self: any(each.id for each in self.intents))
    @rule(which=some, coming=faults, patience=st.sampled_from([0, 5, 600]), dies=moments)
    def poll(self, which: int, coming: list[str], patience: int, dies: int | None) -> None:
        intent = self._started(which)
        try:
            content = self._run(wait.wait(self.context, intent.id, patience), coming, dies)
        except Crash:
            return
        except ClipwiseError as error:
            assert intent.id in str(error)
        else:
            assert content["generation"] == {"id": intent.id, "status": self.server.jobs[intent.id]}

    @precondition(lambda self: any(each.id for each in self.intents))
    @rule(which=some, coming=faults, dies=moments)
    def cancel(self, which: int, coming: list[str], dies: int | None) -> None:
        intent = self._started(which)
        try:
            content = self._run(wait.cancel(self.context, intent.id), coming, dies)
        except (Crash, ClipwiseError):
            return
        if "generation" in content and "id" in content["generation"]:
            assert content["generation"]["status"] == self.server.jobs[intent.id] == "cancelled"

    @precondition(lambda self: self.server.jobs)
    @rule(which=some)
    def work(self, which: int) -> None:
        id = list(self.server.jobs)[which % len(self.server.jobs)]
        self.server.jobs[id] = FORWARD.get(self.server.jobs[id], self.server.jobs[id])

    @rule()
    def crash(self) -> None:
        self.context = self._born()

    @invariant()
    def no_job_without_its_intent_and_none_twice(self) -> None:
        jobs = Counter(self.server.lines.values())
        assert set(jobs) <= {each.line for each in self.intents}
        assert set(jobs.values()) <= {1}
        assert all(self.server.lines[each.id] == each.line for each in self.intents if each.id)

    def teardown(self) -> None:
        """In the end the same commands are run again: there are as many jobs as intents, and the journal has them."""
        self.crash()
        for intent in self.intents:
            self._submit(intent, [])
        assert self.server.lines == {each.id: each.line for each in self.intents}
        assert {each.id for each in self.journal.all() if each.id} == set(self.server.jobs)
        self.journal.killed()
        shutil.rmtree(self.folder)


@pytest.mark.slow
@pytest.mark.parametrize("half", range(2))
def test_the_jobs_on_the_server_are_the_intents(half: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two thousand histories of create, lose, retry, poll, cancel, kill and run again: one job for each intent."""
    monkeypatch.setattr(os, "fsync", lambda _: None)  # no power is cut here
    machine = type(f"Intents{half}", (Intents,), {"place": tmp_path})
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    machine.TestCase.settings = settings(
        max_examples=EXAMPLES // 2, stateful_step_count=12, deadline=None, suppress_health_check=checks
    )
    machine.TestCase().runTest()
