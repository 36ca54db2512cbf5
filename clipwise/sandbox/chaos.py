"""Trouble on purpose, so that people can rehearse it: refusals, faults, delays, broken answers, broken connections.

A layer around the application that knows none of it. A trouble is asked for by the header of one request, or comes
by itself at the rates of a plan, drawn from a seed. What is refused was not done; what is slow, reset or truncated
was done, and only its answer is late, lost or cut, so that a careless client pays twice.

    header  503 | 429;retry-after=1 | slow=0.5 (seconds) | reset | truncate
    plan    429=0.05;retry-after=2,503=0.05,reset=0.02,slow=0.1;seconds=0.5,truncate=0.01 (shares of all requests)
"""

from __future__ import annotations

import math
import os
import random
import secrets
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clipwise.sandbox.incoming import Incoming

HEADER = "X-Clipwise-Sandbox-Chaos"
CUT = "clipwise.cut"  # in a request's scope: what ends its connection, gently or not
LINGER = "hh" if os.name == "nt" else "ii"
LONGEST = 60.0  # seconds of a delay
WORDS = ("slow", "reset", "truncate")
OPTIONS: Mapping[str, str] = {"retry-after": "429 and 503", "seconds": "slow"}
GRAMMAR = "like 503, 429;retry-after=1, slow=0.5, reset or truncate"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One kind of trouble: a status from 400 to 599 or one of WORDS, with a number for its options."""

    kind: str
    options: Mapping[str, float] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """The status of a refusal; 0 for any other trouble."""
        return int(self.kind) if self.kind.isdigit() else 0


@dataclass(frozen=True, slots=True)
class Plan:
    """Which troubles come by themselves, each in a share of all requests."""

    rates: tuple[tuple[Trouble, float], ...] = ()

    def draw(self, chance: float) -> Trouble | None:
        """Return the trouble that a number from 0 to 1 falls upon."""
        for trouble, rate in self.rates:
            if chance < rate:
                return trouble
            chance -= rate
        return None


def plan(text: str) -> Plan:
    """Read a plan such as `429=0.05,reset=0.02`; ValueError says what is wrong with it."""
    rates = []
    for part in filter(None, (each.strip() for each in text.split(","))):
        trouble, rate = _read(part)
        if rate is None or not 0 <= rate <= 1:
            raise ValueError(f"{part!r} needs a share from 0 to 1, such as {trouble.kind}=0.05")
        rates.append((trouble, rate))
    if sum(rate for _, rate in rates) > 1:
        raise ValueError("the shares come to more than 1")
    return Plan(tuple(rates))


def asked(text: str) -> Trouble:
    """Read the header's value; ValueError says what is wrong with it."""
    trouble, number = _read(text.strip())
    if number is None:
        return trouble
    if trouble.kind != "slow":
        raise ValueError(f"a number says how slow only; write something {GRAMMAR}")
    return Trouble("slow", {"seconds": min(number, LONGEST)})


def _read(text: str) -> tuple[Trouble, float | None]:
    head, *rest = (each.strip() for each in text.split(";"))
    kind, _, number = (each.strip() for each in head.partition("="))
    if kind not in WORDS and not (kind.isascii() and kind.isdigit() and 400 <= int(kind[:4]) <= 599):
        raise ValueError(f"{kind[:40]!r} is no trouble that the sandbox makes; write something {GRAMMAR}")
    pairs = [each.partition("=") for each in rest]
    options = {name.strip(): _number(value) for name, _, value in pairs}
    unknown = [name for name in options if name not in OPTIONS]
    if unknown:
        raise ValueError(f"{unknown[0][:40]!r} is no option; there are {' and '.join(OPTIONS)}")
    return Trouble(kind, options), _number(number) if number else None


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        raise ValueError(f"{text[:40]!r} is not a number from 0 on")
    return value


class Chaos:
    """The layer: makes the trouble that a request asks for, or that the plan draws for it."""

    def __init__(self, application: ASGIApp, plan: Plan = Plan(), seed: int = 0) -> None:
        self._application = application
        self._plan = plan
        self._random = random.Random(seed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            trouble = self._trouble(scope)
        except ValueError as error:
            await _refuse(400, "invalid_argument", f"{HEADER}: {error}.", {})(scope, receive, send)
            return
        if trouble is None:
            await self._application(scope, receive, send)
        elif trouble.status:
            await _refused(trouble)(scope, receive, send)
        else:
            await TROUBLES[trouble.kind](self._application, trouble, scope, receive, send)

    def _trouble(self, scope: Scope) -> Trouble | None:
        wanted = [value for name, value in scope.get("headers", ()) if name == HEADER.lower().encode()]
        if wanted:
            return asked(wanted[0].decode("latin-1"))
        return self._plan.draw(self._random.random()) if self._plan.rates else None


# --- the troubles -----------------------------------------------------------------------------------------------------


def _refused(trouble: Trouble) -> ASGIApp:
    """Refuse without having looked at the request."""
    code = {429: "rate_limited"}.get(trouble.status, "server_error" if trouble.status >= 500 else "invalid_argument")
    wait = trouble.options.get("retry-after", 1 if trouble.status == 429 else None)
    headers = {} if wait is None else {"Retry-After": str(math.ceil(wait))}
    return _refuse(trouble.status, code, "This trouble was asked for (chaos).", headers)


def _refuse(status: int, code: str, message: str, headers: Mapping[str, str]) -> ASGIApp:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await Incoming(receive).drain()  # or the answer would be lost with the connection
        id = f"req_{secrets.token_hex(8)}"
        content: Any = {"success": False, "error": {"code": code, "message": message, "details": None}}
        response: Response = JSONResponse({**content, "request_id": id}, status, {**headers, "X-Request-Id": id})
        await response(scope, receive, send)

    return answer


async def _slow(application: ASGIApp, trouble: Trouble, scope: Scope, receive: Receive, send: Send) -> None:
    """Do what was asked, and keep the answer back."""
    waited = False

    async def late(message: Message) -> None:
        nonlocal waited
        if not waited:
            waited = True
            await anyio.sleep(min(trouble.options.get("seconds", 1.0), LONGEST))
        await send(message)

    await application(scope, receive, late)


async def _reset(application: ASGIApp, trouble: Trouble, scope: Scope, receive: Receive, send: Send) -> None:
    """Do what was asked, and break the connection before a byte of the answer."""

    async def nowhere(message: Message) -> None:
        """The answer is lost."""

    await application(scope, receive, nowhere)
    await _cut(scope, receive, reset=True)


async def _truncate(application: ASGIApp, trouble: Trouble, scope: Scope, receive: Receive, send: Send) -> None:
    """Do what was asked, and end the connection in the middle of the answer's body."""
    cut = False

    async def half(message: Message) -> None:
        nonlocal cut
        body = message.get("body", b"")
        if cut or not body:
            await _unless(cut, send, message)
            return
        cut = True
        await send({**message, "body": body[: len(body) // 2], "more_body": True})
        await _cut(scope, receive, reset=False)

    await application(scope, receive, half)


async def _unless(cut: bool, send: Send, message: Message) -> None:
    if not cut:
        await send(message)


async def _cut(scope: Scope, receive: Receive, reset: bool) -> None:
    """End the connection, where the server lets us, and wait until it is gone."""
    if CUT in scope:
        scope[CUT](reset)
        with anyio.move_on_after(1):
            while (await receive())["type"] != "http.disconnect":
                pass


TROUBLES: Mapping[str, Callable[[ASGIApp, Trouble, Scope, Receive, Send], Awaitable[None]]] = {
    "slow": _slow,
    "reset": _reset,
    "truncate": _truncate,
}


def cutter(transport: Any) -> Callable[[bool], None]:
    """Return what ends a connection: with a reset, or after what was written has gone out."""

    def cut(reset: bool) -> None:
        connection = transport.get_extra_info("socket")
        if not reset:
            transport.close()
            return
        if connection is not None:  # no lingering: the other side gets a reset, not an orderly end
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(LINGER, 1, 0))
        transport.abort()

    return cut
