"""The body of a request on its way in: what of it was read, and how the rest is read away.

Knows nothing of what the body is.
"""

from __future__ import annotations

import anyio
from starlette.types import Message, Receive

DRAIN = 64 * 2**20  # bytes of a refused body that are read away
DRAIN_TIME = 10.0  # seconds


class Incoming:
    """What the client sends, and whether all of it was read: to wait for more than that would be to wait for ever."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._ended = False

    async def __call__(self) -> Message:
        message = await self._receive()
        self._ended = not message.get("more_body", False)
        return message

    async def drain(self) -> None:
        """Read away the rest: where a connection is cut, the answer is lost with it."""
        left = DRAIN
        with anyio.move_on_after(DRAIN_TIME):
            while not self._ended and left > 0:
                left -= len((await self()).get("body", b""))
