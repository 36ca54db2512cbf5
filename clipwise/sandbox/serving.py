"""The sandbox as a running server: in the foreground for a person, or in a thread beside a program.

The one place that puts the parts together. Knows no endpoint.
"""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from clipwise.formats import bundled
from clipwise.sandbox import curate, jobs, require_extra
from clipwise.sandbox.exchange import Limits, Sandbox
from clipwise.sandbox.store import Store
from clipwise.sandbox.upkeep import new_token, prune, status
from clipwise.sandbox.worker import RENDERERS, renderers
from clipwise.sandbox.workforce import Workforce

if TYPE_CHECKING:
    import uvicorn

__all__ = ["Embedded", "Settings", "default_data_dir", "new_token", "prune", "run", "status"]

Quality = Literal["preview", "draft"]
STARTING = 20.0  # seconds
STALE = 3600.0  # seconds after which a part of an upload is nobody's any more


@dataclass(frozen=True, slots=True)
class Settings:
    """How a sandbox works: how well it renders, with how many processes, what it takes, and with which renderers.

    `chaos` makes trouble at these rates ("429=0.05,reset=0.02", see `chaos`), the same for the same `seed`.
    """

    quality: Quality = "preview"
    workers: int = 1
    limits: Limits = field(default_factory=Limits)
    renderers: str = RENDERERS
    chaos: str = ""
    seed: int = 0


def default_data_dir(home: Path) -> Path:
    """Return where a person's sandbox is kept when nothing else is said."""
    return home / ".clipwise" / "sandbox"


def run(
    host: str,
    port: int,
    data_dir: Path,
    *,
    quality: Quality = "preview",
    ready: Callable[[str, str], None],
    settings: Settings | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; `ready` is called with the base URL and the API key once it answers.

    Raises ImportError without the extra, StoreError for an unusable folder, OSError when the port is not free,
    ValueError for `settings.chaos` that makes no sense.
    """
    require_extra()
    settings = settings or Settings(quality)
    with _bound(host, port) as listener, _opened(data_dir, settings) as (sandbox, key):
        server = _server(sandbox, settings, lambda: ready(_url(host, listener), key))
        with _quiet_signals():
            server.run(sockets=[listener])


class Embedded:
    """A sandbox in a background thread of this process, on a free port of 127.0.0.1, for a `with` block.

    `base_url` and `api_key` are there inside the block. Leaving it takes less than a second: what is being rendered
    is queued again, for whoever opens the folder next. Raises ImportError without the extra, StoreError for an
    unusable folder.
    """

    def __init__(self, data_dir: Path, *, quality: Quality = "preview", settings: Settings | None = None) -> None:
        self._data_dir = data_dir
        self._settings = settings or Settings(quality)
        self._stack = contextlib.ExitStack()
        self.base_url = ""
        self.api_key = ""

    def __enter__(self) -> Embedded:
        require_extra()
        with contextlib.ExitStack() as stack:
            listener = stack.enter_context(_bound("127.0.0.1", 0))
            sandbox, self.api_key = stack.enter_context(_opened(self._data_dir, self._settings))
            self.base_url = _url("127.0.0.1", listener)
            stack.enter_context(_in_thread(sandbox, self._settings, listener))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()


@contextlib.contextmanager
def _opened(data_dir: Path, settings: Settings) -> Iterator[tuple[Sandbox, str]]:
    """Open the folder and its workforce; both are let go of in the end."""
    store = Store(data_dir)
    options = ("--quality", settings.quality, "--renderers", settings.renderers)
    workforce = Workforce(store, options, settings.workers)
    try:
        curate.seed(store)
        jobs.sweep(store)
        _clean(store.folder / "incoming")
        sandbox = Sandbox(
            store=store,
            catalog=bundled.catalog(),
            known=bundled.known(),
            renderable=frozenset(renderers(settings.renderers)),
            wake=workforce.wake,
            limits=settings.limits,
        )
        workforce.start()
        yield sandbox, store.own_token()
    finally:
        workforce.stop()
        store.close()


def _clean(incoming: Path) -> None:
    """Remove what a server that died left of its uploads; a younger part may be another server's."""
    for part in incoming.iterdir():
        with contextlib.suppress(OSError):
            if time.time() - part.stat().st_mtime > STALE:
                part.unlink()


@contextlib.contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    """Lend a socket with its port taken, so that the URL is known before anything answers."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # with the protocol named, asyncio sends small answers at once (TCP_NODELAY)
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if not hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # on Windows reuse would let two servers share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        yield listener
    finally:
        listener.close()


def _url(host: str, listener: socket.socket) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{listener.getsockname()[1]}"


def _server(sandbox: Sandbox, settings: Settings, ready: Callable[[], None]) -> uvicorn.Server:
    import h11
    import uvicorn
    from uvicorn.protocols.http.h11_impl import H11Protocol

    from clipwise.sandbox import chaos
    from clipwise.sandbox.app import build

    application = chaos.Chaos(build(sandbox), chaos.plan(settings.chaos), settings.seed)

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready()

    class Protocol(H11Protocol):
        def connection_made(self, transport: Any) -> None:
            """Tell the application how to end this connection."""
            super().connection_made(transport)
            inner, cut = self.app, chaos.cutter(transport)

            async def application(scope: Any, receive: Any, send: Any) -> None:
                await inner({**scope, chaos.CUT: cut}, receive, send)

            self.app = application

        def send_400_response(self, msg: str) -> None:
            """Answer what is not HTTP at all in the envelope too."""
            error = {"code": "invalid_argument", "message": msg, "details": None}
            body = json.dumps({"success": False, "error": error, "request_id": None}).encode()
            head = [(b"content-type", b"application/json"), (b"connection", b"close")]
            parts = (h11.Response(status_code=400, headers=head), h11.Data(data=body), h11.EndOfMessage())
            for part in parts:
                self.transport.write(self.conn.send(part))
            self.transport.close()

    config = uvicorn.Config(
        application,
        http=Protocol,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        log_level="critical",  # what goes wrong is logged by `app`, once
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    return Server(config)


@contextlib.contextmanager
def _in_thread(sandbox: Sandbox, settings: Settings, listener: socket.socket) -> Iterator[None]:
    answers = threading.Event()
    server = _server(sandbox, settings, answers.set)
    thread = threading.Thread(target=lambda: server.run(sockets=[listener]), name="clipwise-sandbox", daemon=True)
    thread.start()
    try:
        if not answers.wait(STARTING):
            raise RuntimeError("The sandbox did not start.")
        yield
    finally:
        server.should_exit = True
        thread.join(0.5)
        server.force_exit = True  # a download that nobody reads to its end must not hold us
        thread.join(5)


@contextlib.contextmanager
def _quiet_signals() -> Iterator[None]:
    """Let a signal mean only "stop": uvicorn raises it anew when it has stopped, and that must not end us first."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: Any) -> None:
        """Nothing is left to be done: uvicorn has its own handler while it runs."""

    before = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
