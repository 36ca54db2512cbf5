"""One call of the API: sent, judged, and tried again where that can help and cannot cost.

The decision is a pure function of the request, what came of it, and what is left; the flow around it only asks for
effects.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import wire
from ..effects import Answer, Flow, NoAnswer, Now, Request, Send, Sleep
from ..errors import ClipwiseError, ConnectionFailed, InvalidResponse
from .context import Budget, Context, Policy

RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
SLOWEST_UPLOAD = 1024  # bytes per second below which an upload counts as stalled
NOTHING_SENT = ("connect", "tls", "protocol")  # faults before the first byte of a request
NOTHING_DONE = frozenset({301, 307, 308, *range(400, 600)})  # a 302 or 303 may point to what was just made
MAYBE_STARTED = (
    "the server may have done it all the same: the same idempotency key ({key}) takes it up and starts nothing twice"
)


def call(
    context: Context, request: Request, judge: Callable[[Answer], dict[str, Any]] = wire.judge
) -> Flow[dict[str, Any]]:
    """Send a request until it is answered; return the API's dictionary or raise its error."""
    answer, attempts, doubtful = yield from answered(context, request)
    try:
        return judge(answer)
    except ClipwiseError as error:
        error.retry_after = asked = wire.retry_after(answer)
        if asked is not None and asked > context.policy.longest_wait:
            error.hint = ". ".join(filter(None, (error.hint, f"the server asks to be left alone for {asked:.0f} s")))
        garbled = isinstance(error, InvalidResponse) and answer.status not in NOTHING_DONE
        raise _told(error, request, attempts, doubtful or garbled) from None


def answered(context: Context, request: Request) -> Flow[tuple[Answer, int, bool]]:
    """Send a request until it is answered; return the answer, the attempts made, and whether one went unanswered.

    ConnectionFailed is raised when no attempt was answered in time.
    """
    need_network(context)
    within = allowance(context, request)
    deadline = (yield Now()) + within * context.policy.whole
    attempts, doubtful, spent = 0, False, 0
    while True:
        attempts += 1
        outcome = yield from _attempt(request, min(within, deadline - (yield Now())))
        if isinstance(outcome, Answer) and outcome.status not in RETRIED:
            context.budget.give(spent or 1)
            return outcome, attempts, doubtful
        doubtful = doubtful or is_doubtful(outcome)
        left = deadline - (yield Now())
        pause = again(context.policy, context.budget, request, outcome, attempts, left)
        if pause is None:
            if isinstance(outcome, Answer):
                return outcome, attempts, doubtful
            raise _told(_unreachable(context, request, outcome), request, attempts, doubtful)
        spent = cost(outcome)
        yield pause


def _attempt(request: Request, within: float) -> Flow[Answer | NoAnswer]:
    try:
        answer: Answer = yield Send(request, within)
    except NoAnswer as fault:
        return fault
    return answer


def need_network(context: Context) -> None:
    """Refuse to go on where there is no network to be used, or no key to use it with."""
    need_line(context)
    context.settings.need_key()


def need_line(context: Context) -> None:
    """Refuse to go on where there is no network to be used."""
    if context.settings.offline:
        raise ConnectionFailed(
            "this needs the network, and the client is offline", hint="leave out offline (--offline)"
        )


def allowance(context: Context, request: Request) -> float:
    """Return the seconds that one attempt may take: an upload keeps going while it moves."""
    moving = request.file.size / SLOWEST_UPLOAD if request.file else 0.0
    return context.settings.timeout + moving


def again(
    policy: Policy, budget: Budget, request: Request, outcome: Answer | NoAnswer, attempts: int, left: float
) -> Sleep | None:
    """Return how long to sleep before the next attempt, or None when there must be none.

    `attempts` were made so far; `left` seconds remain for the whole call.
    """
    unsent = isinstance(outcome, NoAnswer) and outcome.fault == "connect"
    if attempts > policy.retries or not (request.repeatable or unsent):
        return None
    if isinstance(outcome, NoAnswer) and outcome.final:
        return None
    asked = wire.retry_after(outcome) if isinstance(outcome, Answer) else None
    if asked is not None and asked > policy.longest_wait:
        return None
    delay = min(policy.longest_delay, policy.first_delay * 2 ** (attempts - 1))
    pause = Sleep(delay / 2, delay) if asked is None else Sleep(asked, asked + delay / 4)
    if pause.low >= left or not budget.take(cost(outcome)):
        return None
    return Sleep(pause.low, min(pause.high, left))


def cost(outcome: Answer | NoAnswer) -> int:
    """Return what a retry after this outcome takes from the budget."""
    throttled = isinstance(outcome, Answer) and outcome.status == 429
    return Budget.THROTTLE if throttled else Budget.FAILURE


def is_doubtful(outcome: Answer | NoAnswer) -> bool:
    """Whether the server may have done what was asked without our knowing."""
    return outcome.status >= 500 if isinstance(outcome, Answer) else outcome.fault not in NOTHING_SENT


def _unreachable(context: Context, request: Request, fault: NoAnswer) -> ConnectionFailed:
    host = context.settings.host
    return ConnectionFailed(
        f"{host}: {fault.message}",
        details={"fault": fault.fault, "host": host, "request": f"{request.method} {request.target}"},
        status_code=fault.head.status if fault.head else None,
        hint="" if fault.final else "check the network and the base URL, then try again",
    )


def _told(error: ClipwiseError, request: Request, attempts: int, doubtful: bool) -> ClipwiseError:
    """Add what was tried; where something may have been started, the key that takes it up."""
    error.attempts = attempts
    if attempts > 1:
        error.message += f" (after {attempts} attempts)"
    if doubtful and request.method == "POST" and request.idempotency_key:
        error.idempotency_key = request.idempotency_key
        error.hint = ". ".join(filter(None, (error.hint, MAYBE_STARTED.format(key=request.idempotency_key))))
    return error
