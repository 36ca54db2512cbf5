"""A coroutine run to its end for a caller who blocks: Ctrl-C ends it in order, and a loop that runs already is no harm.

Knows nothing of batches.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")
STOPS = (signal.SIGINT, signal.SIGTERM)


def finished(make: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Return the result of a coroutine; KeyboardInterrupt when Ctrl-C ended it, after it has put its things away.

    Where a loop runs already (a notebook) it runs in a thread of its own.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _run(make)
    return _in_a_thread(make)


def _run(make: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """An interrupt in the middle of a task would be reported as that task's failure, so it is made a cancellation."""
    stopped: list[int] = []

    async def whole() -> T:
        task = asyncio.current_task()

        def stop(number: int, _: FrameType | None) -> None:
            if not stopped and task is not None:
                stopped.append(number)
                task.get_loop().call_soon_threadsafe(task.cancel)

        with _caught(stop):
            return await make()

    try:
        return asyncio.run(whole())
    except asyncio.CancelledError:
        if stopped:
            raise KeyboardInterrupt from None
        raise


@contextlib.contextmanager
def _caught(stop: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Handle the signals that mean to stop, where this thread may, and where they were not ignored."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.getsignal(each) for each in STOPS}
    mine = [each for each, handler in before.items() if callable(handler)]
    for each in mine:
        signal.signal(each, stop)
    try:
        yield
    finally:
        for each in mine:
            signal.signal(each, before[each])


def _in_a_thread(make: Callable[[], Coroutine[Any, Any, T]]) -> T:
    outcome: list[T] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            outcome.append(asyncio.run(make()))
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=work, name="clipwise-batch")
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return outcome[0]
