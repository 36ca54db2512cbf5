"""One job for each intent, whatever happens in whatever order: the flows against a model server, without sockets.

The model makes a job for each key it has not seen, and one more for every create without a key. What the network does
to each request, and when the client dies, is drawn by Hypothesis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from scripted import context, lost, said
from stub_api import document

from clipwise.driving import drive
from clipwise.effects import Answer, Disk, Now, Request, Send, Sleep
from clipwise.errors import ClipwiseError
from clipwise.flows import submit, wait
from clipwise.flows.context import Context
from clipwise.flows.submit import Job
from clipwise.formats.catalog import Catalog

EXAMPLES = 2000
CATALOG = Catalog([document("teaser", {"name": "line", "type": "string"})])
FORWARD = {"queued": "running", "running": "completed"}


class Crash(BaseException):
    """The client's process is gone."""


class Server:
    """What a good server remembers: jobs by id, and which key each was made for."""

    def __init__(self) -> None:
        self.jobs: dict[str, str] = {}
        self.by_key: dict[str, str] = {}

    def __call__(self, request: Request) -> Answer:
        parts = request.target.strip("/").split("/")[3:]
        if request.method == "POST" and parts == ["generations"]:
            return self._made(request.idempotency_key)
        id = parts[1]
        if id not in self.jobs:
            return said(404, {"success": False, "error": {"code": "not_found", "message": "no such job"}})
        if parts[2:] == ["cancel"]:
            if self.jobs[id] == "completed":
                return said(409, {"success": False, "error": {"code": "unsupported_cancellation", "message": "late"}})
            self.jobs[id] = "cancelled"
        return said(200, {"generation": {"id": id, "status": self.jobs[id]}})

    def _made(self, key: str | None) -> Answer:
        id = self.by_key.get(key or "", f"gen_{len(self.jobs)}")
        self.jobs.setdefault(id, "queued")
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


@dataclass
class Intent:
    """A job that somebody wants: its key, the id once it was told, and whether the server may have it."""

    key: str
    id: str = ""
    doubtful: bool = False


class Intents(RuleBasedStateMachine):
    """Create, lose the answer, retry, poll, wait, cancel, crash, resume."""

    def __init__(self) -> None:
        super().__init__()
        self.server = Server()
        self.intents: list[Intent] = []
        self.made = 0
        self.now = 1000.0
        self.context = self._born()

    def _born(self) -> Context:
        fresh = context()
        return Context(fresh.settings, fresh.policy, fresh.memory, pinned=CATALOG)

    def _run(self, flow: Any, coming: list[str]) -> Any:
        """Drive a flow as the drivers do; each request meets the next trouble, and after the last one none."""
        left = list(coming)

        def perform(effect: Any) -> Any:
            if isinstance(effect, Send):
                heard, outcome = TROUBLE[left.pop(0) if left else "fine"]
                answer = self.server(effect.request) if heard else None
                if isinstance(outcome, BaseException):
                    raise outcome
                return outcome or answer
            if isinstance(effect, Sleep):
                self.now += effect.high
            if isinstance(effect, Disk):
                return effect.work(*effect.args)
            return self.now if isinstance(effect, Now) else None

        try:
            return drive(flow, perform)
        except Crash:
            self.context = self._born()
            raise

    def _submit(self, intent: Intent, coming: list[str]) -> None:
        job = Job("teaser", {"line": "a"}, intent.key)
        try:
            content = self._run(submit.submit(self.context, job), coming)
        except Crash:
            intent.doubtful = True
        except ClipwiseError as error:
            assert error.idempotency_key in (None, intent.key)
            intent.doubtful = intent.doubtful or error.idempotency_key is not None
            if not intent.doubtful and not intent.id:  # told that nothing was started: nobody asks again
                assert intent.key not in self.server.by_key
                self.intents.remove(intent)
        else:
            told = content["generation"]["id"]
            assert told == self.server.by_key[intent.key]
            assert intent.id in ("", told)
            intent.id = told

    def _started(self, which: int) -> Intent:
        known = [each for each in self.intents if each.id]
        return known[which % len(known)]

    @rule(coming=faults)
    def create(self, coming: list[str]) -> None:
        self.made += 1
        intent = Intent(f"key-{self.made}")
        self.intents.append(intent)
        self._submit(intent, coming)

    @precondition(lambda self: self.intents)
    @rule(which=some, coming=faults)
    def resume(self, which: int, coming: list[str]) -> None:
        self._submit(self.intents[which % len(self.intents)], coming)

    @precondition(lambda self: any(each.id for each in self.intents))
    @rule(which=some, coming=faults, patience=st.sampled_from([0, 5, 600]))
    def poll(self, which: int, coming: list[str], patience: int) -> None:
        intent = self._started(which)
        try:
            content = self._run(wait.wait(self.context, intent.id, patience), coming)
        except Crash:
            return
        except ClipwiseError as error:
            assert intent.id in str(error)
        else:
            assert content["generation"] == {"id": intent.id, "status": self.server.jobs[intent.id]}

    @precondition(lambda self: any(each.id for each in self.intents))
    @rule(which=some, coming=faults)
    def cancel(self, which: int, coming: list[str]) -> None:
        intent = self._started(which)
        try:
            content = self._run(wait.cancel(self.context, intent.id), coming)
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
    def no_job_without_its_intent(self) -> None:
        keys = {each.key for each in self.intents}
        assert len(self.server.jobs) == len(self.server.by_key)
        assert set(self.server.by_key) <= keys
        assert all(self.server.by_key[each.key] == each.id for each in self.intents if each.id)

    def teardown(self) -> None:
        """In the end whatever was cut off is taken up: there are as many jobs as intents."""
        self.crash()
        for intent in list(self.intents):
            self._submit(intent, [])
        assert {each.key: each.id for each in self.intents} == self.server.by_key
        assert len(self.server.jobs) == len(self.intents)


@pytest.mark.slow
@pytest.mark.parametrize("half", range(2))
def test_the_jobs_on_the_server_are_the_intents(half: int) -> None:
    """Two thousand histories of create, lose, retry, poll, cancel, crash and resume: one job for each intent."""
    machine = type(f"Intents{half}", (Intents,), {})
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    machine.TestCase.settings = settings(
        max_examples=EXAMPLES // 2, stateful_step_count=12, deadline=None, suppress_health_check=checks
    )
    machine.TestCase().runTest()
