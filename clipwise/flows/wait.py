"""Waiting for a job: polls that survive outages, tell what they see, and end in time."""

from __future__ import annotations

from typing import Any

from .. import wire
from ..effects import Answer, Flow, NoAnswer, Now, Request, Send, Sleep, Tell
from ..errors import ClipwiseError, ConnectionFailed, GenerationFailed, InvalidResponse, NotFound, WaitTimeout
from ..text import printable
from .call import RETRIED, call, need_network
from .context import Context
from .events import Notice, Progress
from .intents import saw

FIRST_S, GROWTH, LONGEST_S, SPREAD = 1.0, 1.5, 10.0, 0.2
APPEARS_WITHIN_S = 30.0  # a job just created may be unknown to the server that is asked
LAST_POLL_S = 5.0  # what a poll may take though the time is over
KNOWN = (*wire.TERMINAL, "queued", "running", "pending", "processing", "in_progress", "started", "created")


def retrieve(context: Context, id: str) -> Flow[dict[str, Any]]:
    """Return the API's answer about a job."""
    content = yield from call(context, wire.get("generations", wire.segment(id)))
    return (yield from saw(context, id, content))


def cancel(context: Context, id: str) -> Flow[dict[str, Any]]:
    """Cancel a job and return the API's answer; APIError `unsupported_cancellation` when it cannot be stopped."""
    return (yield from saw(context, id, (yield from call(context, wire.cancel_generation(id)))))


def wait(context: Context, id: str, timeout: float = 1800.0, interval: float | None = None) -> Flow[dict[str, Any]]:
    """Poll a job until it has ended; return the API's last answer, whichever way it ended.

    Polls at once, then every `interval` seconds (default: from 1 s, growing to 10 s), give or take a fifth. Network
    faults, 5xx and 429 do not end the wait. WaitTimeout after `timeout` seconds.
    """
    request = wire.get("generations", wire.segment(id))
    check_times(timeout, interval)
    need_network(context)
    start = yield Now()
    pause, seen, last, trouble = interval or FIRST_S, False, Progress(id, ""), ""
    odd: set[str] = set()
    while True:
        left = start + timeout - (yield Now())
        answer = yield from _poll(context, id, request, min(context.settings.timeout, max(left, LAST_POLL_S)))
        now = yield Now()
        asked = None
        if isinstance(answer, Answer):
            asked = wire.retry_after(answer)
            content, trouble = _judged(answer, id, seen or now - start > APPEARS_WITHIN_S)
            if content is not None:
                seen, last = True, _progress(id, content, now - start)
                yield Tell(last)
                if last.status in wire.TERMINAL:
                    return (yield from saw(context, id, content))
                if last.status not in KNOWN and last.status not in odd:
                    odd.add(last.status)
                    yield Tell(Notice(f"{id} is {printable(last.status, 80) or 'in no state'}, whatever that means"))
        else:
            trouble = answer.message
        if left <= 0:
            raise _timed_out(id, timeout, last, trouble)
        yield _pause(pause, asked, start + timeout - now)
        pause = interval or min(LONGEST_S, pause * GROWTH)


def check_times(timeout: float, interval: float | None) -> None:
    """A time that is no number would be waited for without end."""
    for name, value, least in (("timeout", timeout, 0.0), ("interval", interval or FIRST_S, 1e-9)):
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= least:
            raise ClipwiseError(f"{name} is a number of seconds, not {value!r}", code="invalid_argument")


def _poll(context: Context, id: str, request: Request, within: float) -> Flow[Answer | NoAnswer]:
    try:
        answer: Answer = yield Send(request, within)
    except NoAnswer as fault:
        if fault.final:
            raise _about(ConnectionFailed(f"{context.settings.host}: {fault.message}"), id) from None
        return fault
    return answer


def _judged(answer: Answer, id: str, known: bool) -> tuple[dict[str, Any] | None, str]:
    """Return the job's state, or None and why this poll told nothing; raise what waiting cannot mend."""
    try:
        return wire.judge(answer), ""
    except NotFound as error:
        if known:
            raise _about(error, id) from None
        return None, error.message
    except ClipwiseError as error:
        garbled = isinstance(error, InvalidResponse) and answer.status < 300
        if not (garbled or answer.status in RETRIED or answer.status >= 500):
            raise _about(error, id) from None
        return None, error.message


def _about(error: ClipwiseError, id: str) -> ClipwiseError:
    error.message = f"{error.message} (while waiting for {id})"
    later = "" if isinstance(error, NotFound) else f"go on later with `clipwise wait {id}`"
    error.hint = ". ".join(filter(None, (error.hint, later)))
    return error


def _progress(id: str, content: dict[str, Any], waited: float) -> Progress:
    job = wire.inner(content, "generation")
    share, stage = job.get("progress"), job.get("stage")
    known = isinstance(share, (int, float)) and not isinstance(share, bool) and share == share
    return Progress(
        id,
        wire.status_of(content),
        stage if isinstance(stage, str) else "",
        min(1.0, max(0.0, float(share))) if known else None,  # type: ignore[arg-type]
        waited,
    )


def _pause(pause: float, asked: float | None, left: float) -> Sleep:
    """The server's word wins over ours; the last sleep is clipped, so that one last poll is made."""
    low, high = (asked, asked * (1 + SPREAD)) if asked is not None else (pause * (1 - SPREAD), pause * (1 + SPREAD))
    return Sleep(max(0.0, min(low, left)), max(0.0, min(high, left)))


def _timed_out(id: str, timeout: float, last: Progress, trouble: str) -> WaitTimeout:
    stands = f"it is {last.status}" if last.status else "its state is not known"
    return WaitTimeout(
        f"{id} was not finished after {timeout:g} s; {stands}"
        + (f"; the last poll failed: {trouble}" if trouble else ""),
        generation_id=id,
        details={"id": id, "status": last.status},
        hint=f"it goes on at the server: `clipwise wait {id}` waits on",
    )


def ended_well(content: dict[str, Any], id: str) -> dict[str, Any]:
    """Return the answer of a completed job; GenerationFailed, with the server's reason, for any other ending."""
    status = wire.status_of(content)
    if status == "completed":
        return content
    code, reason = wire.failure_of(content)
    raise GenerationFailed(
        f"{id} ended {status}" + (f": {reason}" if reason else ""),
        generation=content,
        code=code or None,
        request_id=content.get("request_id") if isinstance(content.get("request_id"), str) else None,
        details={"id": id, "status": status},
    )


def finished(context: Context, id: str, timeout: float, interval: float | None) -> Flow[dict[str, Any]]:
    """Wait for a job that is wanted whole: GenerationFailed when it did not complete."""
    return ended_well((yield from wait(context, id, timeout, interval)), id)
