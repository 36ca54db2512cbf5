"""A small HTTP server on loopback: each test writes down its answers, whole or broken; it notes what it is asked.

A route has a list of answers; the last one repeats. An answer is a JSON value (200), a `Reply`, `Raw` steps (bytes to
write, seconds to pause, or one of RESET, CLOSE, HANG), or a function of the request that returns one of these.
Bounded: no connection lives longer than `LIFE_S`, and closing the server ends everything at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

API = "/api/sdk/v1/"
LIFE_S = 20.0
KEPT = 2**20
RESET, CLOSE, HANG = "reset", "close", "hang"


@dataclass
class Asked:
    """One request as it arrived; of a long body only the beginning is kept, with its size and hash."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes = b""
    size: int = 0
    sha256: str = ""
    connection: int = 0

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def key(self) -> str | None:
        return self.headers.get("idempotency-key")


@dataclass(frozen=True)
class Reply:
    """A whole answer; `early` sends it before the body of the request is read."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    early: bool = False

    def encoded(self) -> bytes:
        body = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), **self.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"HTTP/1.1 {self.status} Said\r\n{lines}\r\n".encode() + (b"" if self.status in (204, 304) else body)


@dataclass(frozen=True)
class Raw:
    """An answer step by step, as no good server would give it."""

    steps: Sequence[bytes | float | str]
    early: bool = False


def refused(status: int, code: str = "", message: str = "no", **headers: str) -> Reply:
    """Return the API's envelope for an error."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(
        status, {"success": False, "error": {"code": code, "message": message}, "request_id": "req_1"}, headers=named
    )


def document(slug: str, *required: Any, optional: Sequence[Any] = (), **more: Any) -> dict[str, Any]:
    """Return a format document with these inputs."""
    named = {"slug": slug, "display_name": slug.replace("_", " ").title(), "kind": "format"}
    return {**named, "required_inputs": list(required), "optional_inputs": list(optional), **more}


class StubApi:
    """The server; `url` is its base URL, `asked` what it was asked so far."""

    def __init__(self, certificate: tuple[str, str] | None = None) -> None:
        self.asked: list[Asked] = []
        self.connections = 0
        self.keeps = True  # else bodies are counted and thrown away
        self._routes: dict[tuple[str, str], list[Any]] = {}
        self._over = threading.Event()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._tls: ssl.SSLContext | None = None
        if certificate:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(*certificate)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.port}"
        self._start(self._accept)

    def on(self, method: str, path: str, *answers: Any) -> StubApi:
        """Say what is answered; a path that does not start with a slash belongs to the API."""
        self._routes[method, path if path.startswith("/") else API + path] = list(answers)
        return self

    def of(self, method: str, path: str) -> list[Asked]:
        """Return the requests for one route, in their order."""
        full = path if path.startswith("/") else API + path
        return [each for each in self.asked if (each.method, each.path) == (method, full)]

    def close(self) -> None:
        self._over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            held = list(self._open)
        for each in held:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def __enter__(self) -> StubApi:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _start(self, work: Callable[..., None], *args: Any) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._start(self._serve, connection, self.connections)

    def _serve(self, connection: socket.socket, number: int) -> None:
        connection.settimeout(LIFE_S)
        with self._lock:
            self._open.add(connection)
        try:
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rb") as stream:
                while not self._over.is_set() and self._one(connection, stream, number):
                    pass
        except (OSError, ValueError):
            pass
        finally:
            connection.close()
            with self._lock:
                self._open.discard(connection)

    def _one(self, connection: socket.socket, stream: Any, number: int) -> bool:
        """Answer one request; return whether the connection goes on."""
        if stream.peek(1)[:1] == b"\x16":  # a TLS greeting
            connection.sendall(b"HTTP/1.1 400 Said\r\nContent-Length: 0\r\n\r\n")
            return False
        line = stream.readline(65536).decode("latin-1").split()
        if len(line) != 3:
            return False
        headers = {}
        while (row := stream.readline(65536)) not in (b"\r\n", b""):
            name, _, value = row.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        parts = urlsplit(line[1])
        asked = Asked(line[0], unquote(parts.path), parse_qsl(parts.query), headers, connection=number)
        self.asked.append(asked)
        answer = self._answer_for(asked)
        if not getattr(answer, "early", False):
            _read_body(asked, stream) if self.keeps else _count_body(asked, connection, stream)
        if callable(answer):
            answer = answer(asked)
        if isinstance(answer, Raw):
            return self._broken(connection, answer)
        if not isinstance(answer, Reply):
            answer = Reply(200, answer)
        connection.sendall(answer.encoded())
        return not answer.early and answer.headers.get("Connection") != "close"

    def _answer_for(self, asked: Asked) -> Any:
        with self._lock:
            answers = self._routes.get((asked.method, asked.path), [refused(404, "not_found", "no such thing")])
            return answers.pop(0) if len(answers) > 1 else answers[0]

    def _broken(self, connection: socket.socket, answer: Raw) -> bool:
        for step in answer.steps:
            if isinstance(step, bytes):
                connection.sendall(step)
            elif isinstance(step, float):
                self._over.wait(step)
            elif step == RESET:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return False
            elif step == HANG:
                self._over.wait(LIFE_S)
            elif step == CLOSE:
                return False
        return True


def _read_body(asked: Asked, stream: Any) -> None:
    sha = hashlib.sha256()
    for block in _blocks(asked.headers, stream):
        asked.size += len(block)
        sha.update(block)
        if len(asked.body) < KEPT:
            asked.body += block[: KEPT - len(asked.body)]
    asked.sha256 = sha.hexdigest()


def _count_body(asked: Asked, connection: socket.socket, stream: Any) -> None:
    """Throw a body away as quickly as it comes."""
    left, room = int(asked.headers.get("content-length", 0)), bytearray(2**20)
    first = len(stream.peek(1)) if left else 0
    asked.size = len(stream.read(min(first, left)))
    while asked.size < left and (count := connection.recv_into(room, min(len(room), left - asked.size))):
        asked.size += count


def _blocks(headers: Mapping[str, str], stream: Any) -> Iterator[bytes]:
    left = int(headers.get("content-length", 0))
    while left and (block := stream.read(min(left, 2**16))):
        left -= len(block)
        yield block


def drip(block: bytes, times: int, every: float) -> list[bytes | float]:
    """Return steps that write one block again and again, with a pause before each."""
    return [step for _ in range(times) for step in (every, block)]
