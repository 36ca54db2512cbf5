"""Names of hosts become addresses, in time: the system's resolver cannot be interrupted, so a thread asks it.

The thread is left behind when the time is over; it holds nothing, and no process waits for it. Knows no HTTP.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from .effects import NoAnswer

if TYPE_CHECKING:
    import asyncio

Found: TypeAlias = "list[str] | OSError | UnicodeError"


def addresses(host: str, port: int, within: float) -> list[str]:
    """Return the addresses of a host, the likeliest first; NoAnswer when there are none, or not in time."""
    if _is_address(host):
        return [host]
    answers: queue.SimpleQueue[Found] = queue.SimpleQueue()
    _ask(host, port, answers.put)
    try:
        return _good(answers.get(timeout=max(0.0, within)))
    except queue.Empty:
        raise _late(host) from None


async def async_addresses(host: str, port: int, within: float) -> list[str]:
    """Return the addresses of a host as `addresses` does, awaited."""
    import asyncio

    if _is_address(host):
        return [host]
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Found] = loop.create_future()

    def deliver(found: Found) -> None:
        if not answer.done():
            answer.set_result(found)

    def later(found: Found) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(deliver, found)

    _ask(host, port, later)
    try:
        return _good(await asyncio.wait_for(answer, within))
    except asyncio.TimeoutError:
        raise _late(host) from None


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


def _ask(host: str, port: int, answer: Callable[[Found], None]) -> None:
    def work() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            answer(error)
        else:
            answer(list(dict.fromkeys(str(row[4][0]) for row in rows)))

    threading.Thread(target=work, name="clipwise-resolver", daemon=True).start()


def _good(found: Found) -> list[str]:
    if isinstance(found, OSError):
        raise NoAnswer("connect", f"cannot connect: {found}")
    if isinstance(found, UnicodeError):
        raise found
    return found


def _late(host: str) -> NoAnswer:
    return NoAnswer("connect", f"the name {host!r} was not resolved in time")
