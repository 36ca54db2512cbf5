"""Claims about one call: what is tried again, how often, after how long, and what is told when it is over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from scripted import HOST, KEY, context, lost, play, said

from clipwise import wire
from clipwise.effects import Answer, FilePart, NoAnswer, Now, Request, Send, Sleep
from clipwise.errors import (
    APIError,
    AuthenticationError,
    ClipwiseError,
    ConnectionFailed,
    InvalidResponse,
    RateLimited,
    ServerError,
)
from clipwise.flows.call import RETRIED, again, allowance, call, cost, is_doubtful
from clipwise.flows.context import Budget, Context, Policy

GET = wire.get("generations", "gen_1")
CREATE = wire.create_generation("quiz", {"script": "s"}, "key-1")
KEYLESS = Request("POST", "/api/sdk/v1/products/", json={"name": "n"})
FINE = said(200, {"id": "gen_1"})
TODAY = "Sun, 22 Nov 2026 12:00:00 GMT"


def once(request: Request, outcome: Any, within: float = 30.0, at: float = 0.0) -> list[tuple[Any, Any]]:
    """Return the steps of one attempt: the time, the request, and the time again when it may be tried again."""
    again = isinstance(outcome, NoAnswer) or outcome.status in RETRIED
    return [(Now(), at), (Send(request, within), outcome), *([(Now(), at)] if again else [])]


def steps(request: Request, *outcomes: Any, sleeps: tuple[Sleep, ...] = ()) -> list[tuple[Any, Any]]:
    """Return the script of a whole call in which no time passes."""
    script: list[tuple[Any, Any]] = [(Now(), 0.0)]
    for place, outcome in enumerate(outcomes):
        script += once(request, outcome)
        script += [(sleeps[place], None)] if place < min(len(sleeps), len(outcomes) - 1) else []
    return script


BACKOFF = (Sleep(0.25, 0.5), Sleep(0.5, 1.0), Sleep(1.0, 2.0))


def test_a_good_answer_is_returned_at_once() -> None:
    """One request, one answer, nothing else."""
    assert play(call(context(), GET), *steps(GET, FINE)) == {"id": "gen_1"}


@pytest.mark.parametrize("status", sorted(RETRIED))
def test_what_may_pass_is_tried_three_times_more(status: int) -> None:
    """A status that may pass is retried after 0.25-0.5, 0.5-1 and 1-2 s; the error says how many attempts were made."""
    bad = said(status, {"error": "not now"})
    with pytest.raises(ClipwiseError) as caught:
        play(call(context(), GET), *steps(GET, bad, bad, bad, bad, sleeps=BACKOFF))
    assert str(caught.value) == "not now (after 4 attempts)."
    assert (caught.value.attempts, caught.value.status_code) == (4, status)


def test_exactly_these_statuses_are_retried() -> None:
    """The table of faults.md, no more and no less."""
    assert sorted(RETRIED) == [408, 425, 429, 500, 502, 503, 504]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 413, 415, 418, 422, 451, 501, 505, 507, 520])
def test_what_stays_is_not_tried_again(status: int) -> None:
    """Any other status ends the call after one attempt."""
    with pytest.raises(APIError) as caught:
        play(call(context(), CREATE), *steps(CREATE, said(status, {"error": "no"})))
    assert (caught.value.attempts, caught.value.message, caught.value.idempotency_key) == (1, "no", None)


@pytest.mark.parametrize("fault", ["broken", "timeout", "connect"])
def test_a_broken_connection_is_tried_again(fault: str) -> None:
    """Connect, reset, timeout, incomplete and protocol faults are retried, with the same key in every attempt."""
    script = steps(CREATE, lost(fault), lost(fault), FINE, sleeps=BACKOFF)
    assert play(call(context(), CREATE), *script) == {"id": "gen_1"}


@pytest.mark.parametrize("fault", ["tls", "too_large", "protocol"])
def test_a_final_fault_is_not_tried_again(fault: str) -> None:
    """What trying again cannot mend ends the call at once, with the host's name."""
    with pytest.raises(ConnectionFailed) as caught:
        play(call(context(), GET), *steps(GET, lost(fault, "no way", final=True)))
    assert caught.value.message == f"{HOST}: no way"
    assert caught.value.details == {"fault": fault, "host": HOST, "request": "GET /api/sdk/v1/generations/gen_1/"}


def test_a_post_without_a_key_is_not_repeated() -> None:
    """Without a key a second POST could do it twice."""
    with pytest.raises(ServerError):
        play(call(context(), KEYLESS), *steps(KEYLESS, said(503)))
    with pytest.raises(ConnectionFailed):
        play(call(context(), KEYLESS), *steps(KEYLESS, lost("timeout")))


def test_a_post_that_never_left_may_be_repeated() -> None:
    """A connection that was never made sent nothing, so even a POST without a key is tried again."""
    assert play(call(context(), KEYLESS), *steps(KEYLESS, lost("connect"), FINE, sleeps=BACKOFF)) == {"id": "gen_1"}


def test_nobody_answers() -> None:
    """After four attempts the error names the host and what to look at."""
    with pytest.raises(ConnectionFailed) as caught:
        play(call(context(), GET), *steps(GET, *[lost("connect", "cannot connect")] * 4, sleeps=BACKOFF))
    assert str(caught.value) == (
        f"{HOST}: cannot connect (after 4 attempts). Check the network and the base URL, then try again."
    )
    assert caught.value.idempotency_key is None


# --- what the server asks for -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"retry_after": "2"}, Sleep(2.0, 2.125)),
        ({"retry_after": "0"}, Sleep(0.0, 0.125)),
        ({"retry_after": "Sun, 22 Nov 2026 12:00:07 GMT", "date": TODAY}, Sleep(7.0, 7.125)),
        # Our clock may say anything: the answer's own Date counts.
        ({"retry_after": "Thu, 01 Jan 1998 00:00:05 GMT", "date": "Thu, 01 Jan 1998 00:00:00 GMT"}, Sleep(5.0, 5.125)),
        ({"retry_after": "-5"}, Sleep(0.25, 0.5)),
        ({"retry_after": "nan"}, Sleep(0.25, 0.5)),
        ({"retry_after": "inf"}, Sleep(0.25, 0.5)),
        ({"retry_after": "abc"}, Sleep(0.25, 0.5)),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_never_undercut(status: int, headers: dict[str, str], pause: Sleep) -> None:
    """What the server asks for is the least that is slept; nonsense falls back to the usual delay."""
    assert play(call(context(), GET), *steps(GET, said(status, **headers), FINE, sleeps=(pause,))) == {"id": "gen_1"}


def test_a_day_is_not_waited() -> None:
    """More than 120 s ends the call at once; the error carries the number."""
    with pytest.raises(RateLimited) as caught:
        play(call(context(), GET), *steps(GET, said(429, {"error": "later"}, retry_after="86400")))
    assert (caught.value.retry_after, caught.value.attempts) == (86400.0, 1)


def test_two_minutes_are_waited_when_there_is_time() -> None:
    """120 s are still waited if the call may last that long."""
    patient = context(timeout=100.0)
    script = [
        (Now(), 0.0),
        *once(GET, said(429, retry_after="120"), 100.0),
        (Sleep(120.0, 120.125), None),
        *once(GET, FINE, 100.0, 120.0),
    ]
    assert play(call(patient, GET), *script) == {"id": "gen_1"}


# --- time -------------------------------------------------------------------------------------------------------------


def test_a_whole_call_ends_within_four_timeouts() -> None:
    """With three stalled attempts and their sleeps, the fourth gets what is left of 4 x 30 s, and is the last."""
    script = [
        (Now(), 0.0),
        *[(Now(), 0.0), (Send(GET, 30.0), lost("timeout")), (Now(), 30.0), (Sleep(0.25, 0.5), None)],
        *[(Now(), 30.5), (Send(GET, 30.0), lost("timeout")), (Now(), 60.5), (Sleep(0.5, 1.0), None)],
        *[(Now(), 61.5), (Send(GET, 30.0), lost("timeout")), (Now(), 91.5), (Sleep(1.0, 2.0), None)],
        *[(Now(), 93.5), (Send(GET, 26.5), lost("timeout")), (Now(), 120.0)],
    ]
    with pytest.raises(ConnectionFailed, match="after 4 attempts"):
        play(call(context(), GET), *script)


def test_no_sleep_goes_beyond_the_end() -> None:
    """A sleep is clipped to what is left; one that cannot end in time is not begun."""
    policy, budget = Policy(), Budget()
    assert again(policy, budget, GET, said(503), 1, 0.3) == Sleep(0.25, 0.3)
    assert again(policy, budget, GET, said(503), 1, 0.25) is None
    assert again(policy, budget, GET, said(503, retry_after="10"), 1, 10.0) is None
    assert again(policy, budget, GET, said(503, retry_after="10"), 1, 10.01) == Sleep(10.0, 10.01)
    assert budget.left == Budget.FULL - 2 * Budget.FAILURE


def test_delays_double_up_to_eight_seconds() -> None:
    """`d = min(8, 0.5 * 2^n)`, slept between d/2 and d."""
    policy = Policy(retries=9)
    pauses = [again(policy, Budget(), GET, lost(), attempt, 1e6) for attempt in range(1, 8)]
    assert [pause.high for pause in pauses if pause] == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]
    assert all(pause and pause.low == pause.high / 2 for pause in pauses)


def test_an_upload_may_take_its_time() -> None:
    """An upload has the timeout and a second for every KiB; anything else has the timeout."""
    part = FilePart(Path("a"), 10 * 1024, 0, "image/png")
    assert allowance(context(), wire.upload(("uploads",), part, {}, "k")) == 40.0
    assert allowance(context(), CREATE) == 30.0


# --- the budget -------------------------------------------------------------------------------------------------------


def test_the_budget_keeps_a_dead_server_from_being_hammered() -> None:
    """500 tokens pay for 50 failures or 100 throttles; after that nothing is retried until something succeeds."""
    shared = context()
    for _ in range(16):
        with pytest.raises(ConnectionFailed):
            play(call(shared, GET), *steps(GET, *[lost()] * 4, sleeps=BACKOFF))
    assert shared.budget.left == 20
    with pytest.raises(ConnectionFailed, match="after 3 attempts"):
        play(call(shared, GET), *steps(GET, *[lost()] * 3, sleeps=BACKOFF[:2]))
    with pytest.raises(ConnectionFailed) as caught:
        play(call(shared, GET), *steps(GET, lost()))
    assert caught.value.attempts == 1
    play(call(shared, GET), *steps(GET, FINE))
    assert shared.budget.left == 1


def test_success_gives_back_what_the_last_retry_cost() -> None:
    """A retry that helped is free; the budget never grows above full."""
    shared = context()
    play(call(shared, GET), *steps(GET, said(503), FINE, sleeps=BACKOFF))
    assert shared.budget.left == Budget.FULL
    play(call(shared, GET), *steps(GET, FINE))
    assert shared.budget.left == Budget.FULL


def test_a_throttle_costs_half_of_a_failure() -> None:
    """5 tokens for a 429, 10 for everything else."""
    assert [cost(each) for each in (said(429), said(503), lost())] == [5, 10, 10]


# --- doubt ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "doubt"),
    [
        (lost("broken"), True),
        (lost("timeout"), True),
        (lost("too_large", final=True), True),
        (lost("connect"), False),
        (lost("tls", final=True), False),
        (lost("protocol", final=True), False),
        (said(500), True),
        (said(504), True),
        (said(429), False),
        (said(408), False),
    ],
)
def test_when_something_may_have_been_started(outcome: Answer | NoAnswer, doubt: bool) -> None:
    """Doubt is left where a request may have arrived, and nowhere else."""
    assert is_doubtful(outcome) is doubt


def test_accepted_then_lost_then_refused() -> None:
    """If an attempt went unanswered, the error of a later one gives the key: a job may exist."""
    script = steps(CREATE, lost("broken"), said(401, {"error": {"message": "bad key"}}), sleeps=BACKOFF)
    with pytest.raises(AuthenticationError) as caught:
        play(call(context(), CREATE), *script)
    assert caught.value.idempotency_key == "key-1"
    assert caught.value.message == "bad key (after 2 attempts)"
    assert "may have done it all the same: the same idempotency key (key-1)" in caught.value.hint


def test_a_refusal_leaves_no_doubt() -> None:
    """A refusal after a throttle or a connect failure needs no key: nothing was started."""
    script = steps(CREATE, lost("connect"), said(429), said(400, {"error": "no"}), sleeps=BACKOFF)
    with pytest.raises(APIError) as caught:
        play(call(context(), CREATE), *script)
    assert caught.value.idempotency_key is None


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_garbled_success_leaves_doubt(status: int) -> None:
    """A 2xx that is not the API's is not retried; the error gives the key that takes the job up."""
    with pytest.raises(InvalidResponse) as caught:
        play(call(context(), CREATE), *steps(CREATE, Answer(status)))
    assert (caught.value.idempotency_key, caught.value.status_code) == ("key-1", status)


def test_a_redirect_leaves_no_doubt() -> None:
    """A redirect did nothing."""
    with pytest.raises(InvalidResponse) as caught:
        play(call(context(), CREATE), *steps(CREATE, Answer(307, {"location": "https://evil.example"})))
    assert caught.value.idempotency_key is None


# --- before anything --------------------------------------------------------------------------------------------------


def test_offline_asks_for_nothing() -> None:
    """Offline, a call fails before its first effect."""
    with pytest.raises(ConnectionFailed, match="offline"):
        play(call(context(offline=True), GET))


def test_without_a_key_nothing_is_sent() -> None:
    """Without a key, a call fails before its first effect."""
    with pytest.raises(AuthenticationError):
        play(call(context(api_key=None), GET))


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), SystemExit(), OSError("disk")])
def test_what_is_not_the_networks_fault_goes_through(stop: BaseException) -> None:
    """An interrupt, or any other error raised into the flow, ends it as it is."""
    with pytest.raises(type(stop)):
        play(call(context(), GET), (Now(), 0.0), (Now(), 0.0), (Send(GET, 30.0), stop))


def test_a_context_says_no_key() -> None:
    """The repr of a context, and of what flows ask for, does not hold the key."""
    shared: Context = context()
    assert KEY not in repr(shared)
    assert KEY not in repr(Send(CREATE, 30.0))
