"""A flow played as a script of (effect, answer) pairs: no network, no clock, no event loop."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from clipwise.effects import Answer, Flow, NoAnswer
from clipwise.flows.context import Context, Policy
from clipwise.formats.cache import Memory
from clipwise.settings import Settings

HOST = "api.example"
KEY = "cw_live_" + "s" * 24
RUN = object()


class Clock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def context(clock: Clock | None = None, policy: Policy | None = None, **settings: Any) -> Context:
    """Return a context of its own, for an API that is not there."""
    given = {"base_url": f"https://{HOST}", "api_key": KEY, "home": Path("/nowhere"), **settings}
    return Context(Settings(**given), policy or Policy(), memory=Memory(clock or Clock()))


def play(flow: Flow[Any], *script: tuple[Any, Any]) -> Any:
    """Run a flow: each effect that it asks for must equal the next one in the script, which has its answer.

    An effect in the script may be a type or a predicate; an answer that is an error is raised into the flow, and RUN
    lets a `Disk` effect do its work.
    """
    done = 0
    try:
        asked = next(flow)
        for expected, answer in script:
            assert _fits(expected, asked), f"step {done}: asked\n  {asked}\nnot\n  {expected}"
            done += 1
            answer = _done(asked) if answer is RUN else answer
            asked = flow.throw(answer) if isinstance(answer, BaseException) else flow.send(answer)
    except StopIteration as stop:
        assert done == len(script), f"the flow ended after {done} of {len(script)} steps with {stop.value!r}"
        return stop.value
    finally:
        flow.close()
    raise AssertionError(f"the script is over, but the flow asks {asked}")


def _done(asked: Any) -> Any:
    try:
        return asked.work(*asked.args)
    except Exception as error:
        return error


def _fits(expected: Any, asked: Any) -> bool:
    if isinstance(expected, type):
        return isinstance(asked, expected)
    return bool(expected(asked)) if callable(expected) else expected == asked


def said(status: int = 200, content: Any = None, **headers: str) -> Answer:
    """Return an answer with a JSON body; underscores in header names are hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, named, b"" if content is None else json.dumps(content).encode())


def lost(fault: str = "broken", message: str = "the connection broke", **more: Any) -> NoAnswer:
    """Return what a driver raises when no whole answer came."""
    return NoAnswer(fault, message, **more)
