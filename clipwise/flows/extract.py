"""A link becomes the URL of a video: answered at once, or after a while as a task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import wire
from ..effects import Flow, Now, Sleep
from ..errors import ClipwiseError, WaitTimeout
from ..text import printable
from .call import call
from .context import Context
from .wait import check_times

SPREAD, INTERVAL_S = 0.2, 2.0


def create(context: Context, url: str, wait: bool, timeout: float, interval: float) -> Flow[dict[str, Any]]:
    """Ask for the video behind a link; with `wait`, go on until it is there or cannot be had."""
    if not isinstance(url, str) or not url.strip():
        raise ClipwiseError("there is no link to extract a video from", code="invalid_argument")
    content = yield from call(context, wire.post("extract-url", json={"url": url}))
    task = content.get("task_id")
    if not wait or content.get("video_url") or not isinstance(task, (str, int)):
        return content
    return (yield from finished(context, str(task), timeout, interval))


def retrieve(context: Context, task: str) -> Flow[dict[str, Any]]:
    """Ask once how an extraction stands."""
    return (yield from call(context, wire.get("extract-url", wire.segment(task, "task id")), wire.judge_task))


def finished(context: Context, task: str, timeout: float, interval: float) -> Flow[dict[str, Any]]:
    """Poll an extraction until it is ready; ClipwiseError `url_extract_failed` when no video came of it."""
    check_times(timeout, interval)
    interval = interval or INTERVAL_S  # without a pause it would hammer
    start = yield Now()
    while True:
        content = yield from retrieve(context, task)
        if content.get("ready") is True:
            return judged(content)
        left = start + timeout - (yield Now())
        if left <= 0:
            raise WaitTimeout(
                f"no video came of the link within {timeout:g} s",
                generation_id=task,
                hint=f"it may still come: ask again for the task {printable(task, 100)}",
            )
        yield Sleep(min(interval * (1 - SPREAD), left), min(interval * (1 + SPREAD), left))


def judged(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer about an extraction that succeeded; raise for one that failed."""
    if content.get("success") is not False and content.get("video_url"):
        return dict(content)
    reason = printable(content.get("error") or "the server gave no reason", 1000)
    code = content.get("error_code")
    raise ClipwiseError(
        f"no video can be had from the link: {reason}",
        code=printable(code, 100) if isinstance(code, str) and code else "url_extract_failed",
        details=dict(content),
    )
