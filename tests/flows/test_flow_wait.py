"""Claims about waiting: when it polls, what it survives, what ends it, and what it says."""

from __future__ import annotations

from typing import Any

import pytest
from scripted import HOST, context, lost, play, said

from clipwise import wire
from clipwise.effects import Answer, NoAnswer, Now, Send, Sleep, Tell
from clipwise.errors import (
    AuthenticationError,
    ClipwiseError,
    ConnectionFailed,
    GenerationFailed,
    InvalidResponse,
    NotFound,
    PermissionDenied,
    WaitTimeout,
)
from clipwise.flows import wait
from clipwise.flows.events import Notice, Progress

POLL = wire.get("generations", "gen_1")
ID = "gen_1"


def job(status: Any, **more: Any) -> Answer:
    return said(200, {"generation": {"id": ID, "status": status, **more}})


def poll(answer: Any, at: float = 0.0, took: float = 0.0, within: float = 30.0) -> list[tuple[Any, Any]]:
    """Return the steps of one poll: the time, the request, the time."""
    return [(Now(), at), (Send(POLL, within), answer), (Now(), at + took)]


def told(status: str, waited: float = 0.0, **more: Any) -> tuple[Any, Any]:
    return Tell(Progress(ID, status, waited=waited, **more)), None


def slept(low: float, high: float) -> tuple[Any, Any]:
    return Sleep(pytest.approx(low), pytest.approx(high)), None  # type: ignore[arg-type]


BEGIN = (Now(), 0.0)
DONE = [*poll(job("completed")), told("completed")]


def test_it_polls_at_once() -> None:
    """A job that is done is returned without a sleep."""
    found = play(wait.wait(context(), ID), BEGIN, *DONE)
    assert found == {"generation": {"id": ID, "status": "completed"}}


def test_pauses_grow_by_half_up_to_ten_seconds() -> None:
    """1, 1.5, 2.25 ... 10, 10 s, each give or take a fifth."""
    script: list[Any] = [BEGIN]
    for pause in (1.0, 1.5, 2.25, 3.375, 5.0625, 7.59375, 10.0, 10.0):
        script += [*poll(job("running")), told("running"), slept(pause * 0.8, pause * 1.2)]
    play(wait.wait(context(), ID), *script, *DONE)


def test_an_interval_that_is_given_does_not_grow() -> None:
    """With an interval of 5 s every pause is 4 to 6 s."""
    script: list[Any] = [BEGIN]
    for _ in range(3):
        script += [*poll(job("running")), told("running"), slept(4.0, 6.0)]
    play(wait.wait(context(), ID, interval=5.0), *script, *DONE)


def test_the_servers_word_wins() -> None:
    """Retry-After, with a good answer or a bad one, is never undercut."""
    running = Answer(200, {"retry-after": "7"}, job("running").body)
    script = [
        BEGIN,
        *[*poll(running), told("running"), slept(7.0, 8.4)],
        *[*poll(said(429, retry_after="30")), slept(30.0, 36.0)],
        *DONE,
    ]
    play(wait.wait(context(), ID), *script)


def test_the_last_sleep_is_clipped_and_one_last_poll_is_made() -> None:
    """The wait ends at its time: with what is left slept, and one look more."""
    script = [
        BEGIN,
        *[*poll(job("running"), at=0.0, within=10.0), told("running"), slept(4.0, 6.0)],
        *[*poll(job("running"), at=5.0, within=5.0), told("running", 5.0), slept(4.0, 5.0)],
        *[*poll(job("running", stage="rendering"), at=10.0, within=5.0), told("running", 10.0, stage="rendering")],
    ]
    with pytest.raises(WaitTimeout) as caught:
        play(wait.wait(context(), ID, timeout=10.0, interval=5.0), *script)
    assert str(caught.value) == (
        "gen_1 was not finished after 10 s; it is running. "
        "It goes on at the server: `clipwise wait gen_1` waits on."
    )  # fmt: skip
    assert (caught.value.generation_id, caught.value.code) == (ID, "timeout")


def test_the_last_poll_may_bring_the_end() -> None:
    """What the last poll finds counts."""
    script = [BEGIN, *poll(job("running"), within=5.0), told("running"), slept(1.0, 1.0)]
    script += poll(job("completed"), at=1.0, within=5.0)
    play(wait.wait(context(), ID, timeout=1.0, interval=5.0), *script, told("completed", 1.0))


def test_no_time_means_one_look() -> None:
    """A timeout of 0 polls once."""
    with pytest.raises(WaitTimeout):
        play(wait.wait(context(), ID, timeout=0), BEGIN, *poll(job("queued"), within=5.0), told("queued"))


def test_a_hanging_server_does_not_stretch_the_wait() -> None:
    """A poll gets no more than what is left, but at least 5 s."""
    script = [
        *[BEGIN, *poll(lost("timeout", "no answer in time"), took=12.0, within=12.0), slept(0.0, 0.0)],
        *poll(lost("timeout", "no answer in time"), at=12.0, took=5.0, within=5.0),
    ]
    with pytest.raises(WaitTimeout, match="its state is not known; the last poll failed: no answer in time"):
        play(wait.wait(context(), ID, timeout=12.0), *script)


@pytest.mark.parametrize(
    "trouble",
    [
        lost("connect"),
        lost("timeout"),
        lost("broken"),
        *[said(status) for status in (408, 425, 429, 500, 501, 502, 503, 504, 520, 524)],
        Answer(200, {}, b"<html>hotel</html>"),
        Answer(200),
        said(200, []),
    ],
)
def test_trouble_does_not_end_a_wait(trouble: Answer | NoAnswer) -> None:
    """Outages, 5xx, 429 and pages of a proxy are waited out."""
    script = [BEGIN, *poll(trouble), slept(0.8, 1.2), *poll(trouble), slept(1.2, 1.8), *DONE]
    play(wait.wait(context(), ID), *script)


def test_a_minute_without_network_is_survived() -> None:
    """Sixty seconds of failing polls, then the end."""
    script: list[Any] = [BEGIN]
    for second in range(0, 60, 5):
        script += [*poll(lost("connect"), at=float(second)), slept(4.0, 6.0)]
    script += [*poll(job("completed"), at=60.0), told("completed", 60.0)]
    play(wait.wait(context(), ID, interval=5.0), *script)


def test_a_job_just_created_may_be_unknown_at_first() -> None:
    """For the first 30 s a 404 is waited out; after that it is an error."""
    script = [BEGIN, *poll(said(404), at=29.0), slept(0.8, 1.2), *DONE]
    play(wait.wait(context(), ID), *script)
    with pytest.raises(NotFound, match=r"gone \(while waiting for gen_1\)"):
        play(wait.wait(context(), ID), BEGIN, *poll(said(404, {"error": "gone"}), at=31.0))


def test_a_job_that_was_seen_and_is_gone_is_an_error() -> None:
    """A 404 after the job was seen ends the wait at once."""
    script = [BEGIN, *poll(job("running")), told("running"), slept(0.8, 1.2), *poll(said(404, {"error": "gone"}))]
    with pytest.raises(NotFound):
        play(wait.wait(context(), ID), *script)


@pytest.mark.parametrize(("status", "kind"), [(401, AuthenticationError), (403, PermissionDenied)])
def test_a_revoked_key_ends_the_wait_with_the_id(status: int, kind: type[ClipwiseError]) -> None:
    """The error says which job it was, and how to go on."""
    script = [BEGIN, *poll(job("running")), told("running"), slept(0.8, 1.2), *poll(said(status, {"error": "revoked"}))]
    with pytest.raises(kind) as caught:
        play(wait.wait(context(), ID), *script)
    assert str(caught.value) == "revoked (while waiting for gen_1). Go on later with `clipwise wait gen_1`"


def test_a_refusal_in_a_good_answer_ends_the_wait() -> None:
    """`success: false` is the API speaking, whatever the status."""
    with pytest.raises(ClipwiseError, match="no such account"):
        play(wait.wait(context(), ID), BEGIN, *poll(said(200, {"success": False, "error": "no such account"})))


def test_a_redirect_ends_the_wait() -> None:
    """Someone else answers there."""
    with pytest.raises(InvalidResponse, match=r"while waiting for gen_1"):
        play(wait.wait(context(), ID), BEGIN, *poll(Answer(302, {"location": "https://evil.example"})))


def test_a_fault_that_stays_ends_the_wait_with_host_and_id() -> None:
    """A failed certificate will not mend itself."""
    with pytest.raises(ConnectionFailed) as caught:
        play(wait.wait(context(), ID), BEGIN, *poll(lost("tls", "no secure connection: expired", final=True)))
    assert caught.value.message == f"{HOST}: no secure connection: expired (while waiting for gen_1)"


@pytest.mark.parametrize("status", ["completed", "COMPLETED", "Failed", "cancelled "])
def test_the_end_is_seen_in_any_spelling(status: str) -> None:
    """Capitals and blanks do not matter; `wait` returns a job however it ended."""
    plain = status.strip().lower()
    found = play(wait.wait(context(), ID), BEGIN, *poll(job(status)), told(plain))
    assert found["generation"]["status"] == status


def test_an_unknown_status_is_told_once_and_waited_out() -> None:
    """`paused` is no end: it is said once, and the wait goes on."""
    script = [
        BEGIN,
        *[*poll(job("paused")), told("paused"), (Tell(Notice("gen_1 is paused, whatever that means")), None)],
        slept(0.8, 1.2),
        *[*poll(job("paused")), told("paused"), slept(1.2, 1.8)],
        *[*poll(job(None)), told(""), (Tell(Notice("gen_1 is in no state, whatever that means")), None)],
        slept(1.8, 2.7),
        *[*poll(job("paused")), told("paused"), slept(2.7, 4.05)],
        *DONE,
    ]
    play(wait.wait(context(), ID), *script)


@pytest.mark.parametrize("status", [each for each in wait.KNOWN if each not in wire.TERMINAL])
def test_a_known_status_is_not_remarked_on(status: str) -> None:
    """What is known is only told as progress, also when it goes backwards."""
    script = [BEGIN, *poll(job("running")), told("running"), slept(0.8, 1.2), *poll(job(status)), told(status)]
    play(wait.wait(context(), ID), *script, slept(1.2, 1.8), *DONE)


@pytest.mark.parametrize(
    ("said_share", "share"),
    [(0.5, 0.5), (1, 1.0), (7, 1.0), (-1, 0.0), (None, None), ("half", None), (True, None)],
)
def test_progress_is_a_share_or_unknown(said_share: Any, share: float | None) -> None:
    """Progress is kept between 0 and 1; what is no number is unknown."""
    script = [
        BEGIN,
        *poll(job("completed", progress=said_share, stage="mix")),
        told("completed", progress=share, stage="mix"),
    ]
    play(wait.wait(context(), ID), *script)


@pytest.mark.parametrize(
    ("timeout", "interval"), [(float("nan"), None), (-1.0, None), (1.0, -1.0), (1.0, float("nan"))]
)
def test_a_time_that_is_no_number_is_refused(timeout: float, interval: float | None) -> None:
    """NaN would wait for ever, a negative interval would hammer."""
    with pytest.raises(ClipwiseError) as caught:
        play(wait.wait(context(), ID, timeout, interval))
    assert caught.value.code == "invalid_argument"


@pytest.mark.parametrize("id", ["../admin", "", "a/b"])
def test_an_id_that_leads_elsewhere_is_refused(id: str) -> None:
    """Nothing is asked for an id that is none."""
    for flow in (wait.wait(context(), id), wait.retrieve(context(), id), wait.cancel(context(), id)):
        with pytest.raises(ClipwiseError, match="nothing was sent"):
            play(flow)


def test_offline_there_is_nothing_to_wait_for() -> None:
    """Offline a wait ends before it begins."""
    with pytest.raises(ConnectionFailed):
        play(wait.wait(context(offline=True), ID))


# --- how it ended -----------------------------------------------------------------------------------------------------


def test_finished_raises_for_a_job_that_failed() -> None:
    """A failed job is an error with the server's code, reason and last answer."""
    answer = job("failed", error={"code": "moderation", "message": "not\x1b allowed"})
    with pytest.raises(GenerationFailed) as caught:
        play(wait.finished(context(), ID, 10.0, None), BEGIN, *poll(answer, within=10.0), told("failed"))
    assert (str(caught.value), caught.value.code) == ("gen_1 ended failed: not allowed.", "moderation")
    assert caught.value.generation["generation"]["status"] == "failed"


def test_finished_raises_for_a_job_that_was_cancelled() -> None:
    """Without a reason, the ending is the message."""
    with pytest.raises(GenerationFailed, match=r"gen_1 ended cancelled\."):
        play(wait.finished(context(), ID, 60.0, None), BEGIN, *poll(job("cancelled")), told("cancelled"))


def test_cancel_may_be_lost_and_repeated() -> None:
    """The answer to a cancel may be lost: it is asked again, with the same key."""
    asked = Send(wire.cancel_generation(ID), 30.0)
    script = [
        *[(Now(), 0.0), (Now(), 0.0), (asked, lost()), (Now(), 0.0), (Sleep(0.25, 0.5), None)],
        *[(Now(), 0.0), (asked, job("cancelled"))],
    ]
    assert play(wait.cancel(context(), ID), *script)["generation"]["status"] == "cancelled"


def test_a_listener_that_fails_ends_the_wait_with_its_own_error() -> None:
    """An error of whoever listens is not taken for the network's."""
    with pytest.raises(ZeroDivisionError):
        play(wait.wait(context(), ID), BEGIN, *poll(job("running")), (Tell, ZeroDivisionError()))


def test_an_interrupt_ends_the_wait_at_once() -> None:
    """Ctrl-C while sleeping asks for nothing more."""
    script = [BEGIN, *poll(job("running")), told("running"), (Sleep, KeyboardInterrupt())]
    with pytest.raises(KeyboardInterrupt):
        play(wait.wait(context(), ID), *script)
