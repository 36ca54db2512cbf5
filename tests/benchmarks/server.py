"""A server in a process of its own that answers at once and keeps nothing: the other end of what is measured.

It speaks just enough HTTP/1.1 for a client that is trusted: keep-alive, a body of a stated length, one answer for each
kind of path. `python server.py` prints its port.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

UPLOAD = {"success": True, "upload": {"id": "upl_1"}}
KINDS = ((b"/uploads/", UPLOAD), (b"/resources/", UPLOAD))


def encoded(content: object, status: str = "200 OK") -> bytes:
    """Return a whole answer."""
    body = json.dumps(content).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


ANSWERS = tuple((kind, encoded(content)) for kind, content in KINDS)
UNKNOWN = encoded({"success": False, "error": {"code": "not_found", "message": "no"}}, "404 Not Found")


NUMBERS = itertools.count(1)


def answered(method: bytes, path: bytes) -> bytes:
    """Return the answer to a request: each job has an id of its own, and is completed when it is asked for."""
    if b"/generations/" not in path:
        return next((answer for kind, answer in ANSWERS if kind in path), UNKNOWN)
    new = method == b"post"
    id = f"gen_{next(NUMBERS)}" if new else path.rstrip(b"/").rpartition(b"/")[2].decode()
    outputs = {} if new else {"outputs": {"video_url": f"https://media.example/{id}.mp4"}}
    job = {"id": id, "status": "queued" if new else "completed", "format": "ugc_video", **outputs}
    return encoded({"success": True, "id": id, "generation": job})


class Talk(asyncio.Protocol):
    """One connection: reads heads, skips bodies, answers."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.head = b""
        self.left = 0  # bytes of a body that are still to come
        self.answer = UNKNOWN

    def data_received(self, data: bytes) -> None:
        while data:
            if self.left:
                skipped = min(self.left, len(data))
                self.left -= skipped
                data = data[skipped:]
            else:
                self.head += data
                end = self.head.find(b"\r\n\r\n")
                if end < 0:
                    return
                data, head, self.head = self.head[end + 4 :], self.head[:end].lower(), b""
                at = head.find(b"\r\ncontent-length:")
                self.left = int(head[at + 17 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
                self.answer = answered(*head.split(b" ", 2)[:2])
            if not self.left:
                self.transport.write(self.answer)


async def serve() -> None:
    """Serve until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Talk, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextlib.contextmanager
def served() -> Iterator[str]:
    """Run the server in a process of its own; give its base URL."""
    command = [sys.executable, str(Path(__file__).resolve())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.terminate()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve())
