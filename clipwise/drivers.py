"""The two drivers: they carry out what flows ask for, blocking or async. The only module that imports httpx.

Each effect is one row of a table and one short method; nothing here decides what to send, when, or how often.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import os
import random
import threading
import time
import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from ._version import __version__
from .body import Body, Filling
from .deadline import Deadline, bind, bounded
from .driving import adrive, drive
from .effects import Answer, Disk, Effect, Fetch, Flow, NoAnswer, Now, Request, Send, Sleep, Tell, Today
from .errors import ConfigurationError
from .flows.events import Uploaded
from .forms import Form
from .masking import Mask
from .settings import Settings

if TYPE_CHECKING:
    import asyncio

    import httpx

T = TypeVar("T")
Kept: TypeAlias = "AsyncGenerator[httpx.AsyncClient, None]"
Closer: TypeAlias = "weakref.finalize[..., AsyncDriver]"
Listener = Callable[[Any], Any]
NONE: Mapping[str, Any] = {}

CONNECT_S = 5.0
AGENT = f"clipwise-python/{__version__}"


# --- what both have in common -----------------------------------------------------------------------------------------


class _Wire:
    """How requests of ours look to httpx, and how its faults look to us."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.masked = Mask(settings)
        self.lock = threading.Lock()

    def options(self, secure: bool) -> dict[str, Any]:
        """Arguments of an httpx client: it never follows a redirect, and loads no certificates for plain HTTP."""
        return {
            "follow_redirects": False,
            "verify": secure,
            "headers": {"User-Agent": AGENT, "Accept": "application/json", "Accept-Encoding": "gzip"},
            "trust_env": secure,
        }

    def deadline(self, send: Send) -> Deadline:
        """An upload may take as long as it moves; everything else has to be over in time."""
        if send.request.file is None:
            return Deadline(send.within)
        return Deadline(min(send.within, self.settings.timeout), send.within, moving=True)

    def request(self, request: Request, stall: float) -> dict[str, Any]:
        """Arguments of an httpx request; only a path of the API gets the token."""
        headers = list(request.headers)
        url = request.target
        if url.startswith("/"):
            url = self.settings.base_url + url
            headers.append(("Authorization", f"Bearer {self.settings.need_key()}"))
            if self.settings.act_as is not None:
                headers.append(("X-Clipwise-Act-As-User-Id", self.settings.act_as))
        given: dict[str, Any] = {"method": request.method, "url": url, "timeout": _timeout(stall)}
        if request.query:
            given["params"] = list(request.query)
        if request.json is not None:
            given["json"] = request.json
        return given | {"headers": [(name, value.encode(errors="replace")) for name, value in headers]}

    def head(self, response: httpx.Response) -> Answer:
        """The status and headers as flows get them: a server that repeats the key is not quoted with it."""
        headers = {name.lower(): self.masked(value) for name, value in response.headers.items()}
        return Answer(response.status_code, headers)

    def whole(self, head: Answer, body: Body) -> Answer:
        """A whole answer, from its head and its body."""
        key, content = self.masked.key, body.whole(head.headers.get("content-encoding", ""))
        return Answer(head.status, head.headers, content.replace(key.encode(), b"...") if key else content)


def _is_secure(url: str) -> bool:
    return url[:6].lower() == "https:"


@functools.lru_cache(maxsize=256)
def _read(url: str) -> httpx.URL:
    """Read a URL once: most go to the same few places."""
    import httpx

    return httpx.URL(url)


def _timeout(within: float) -> httpx.Timeout:
    return _bounds(max(0.001, within), CONNECT_S)


@functools.lru_cache(maxsize=64)
def _bounds(within: float, connect: float) -> httpx.Timeout:
    import httpx

    return httpx.Timeout(within, connect=min(connect, within), pool=within)


def _fault(error: Exception, head: Answer | None, masked: Mask) -> NoAnswer:
    """Tell what went wrong on the way, in our words; a library may quote what the server sent."""
    import httpx

    text = masked(str(error)) or type(error).__name__
    if isinstance(error, (httpx.ConnectTimeout, httpx.PoolTimeout)):
        return NoAnswer("connect", "no connection in time")
    if isinstance(error, httpx.ConnectError):
        import ssl

        if any(isinstance(cause, ssl.SSLError) for cause in _causes(error)):
            return NoAnswer("tls", f"no secure connection: {text}", final=True)
        return NoAnswer("connect", f"cannot connect: {text}")
    if isinstance(error, httpx.TimeoutException):
        return NoAnswer("timeout", "no answer in time", head=head)
    if isinstance(error, (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL, UnicodeError)):
        return NoAnswer("protocol", text, final=True)
    return NoAnswer("broken", f"the connection broke: {text}", head=head)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _unusable(error: Exception) -> ConfigurationError:
    """A proxy or a file of certificates that the environment names, and that httpx cannot use."""
    return ConfigurationError(
        f"this machine's settings for secure connections cannot be used: {error}",
        hint="look at SSL_CERT_FILE, SSL_CERT_DIR, HTTPS_PROXY and ALL_PROXY",
    )


def _spoilt(response: httpx.Response) -> bool:
    """Whether more came than the answer has: httpcore would take it for the beginning of the connection's next one."""
    held: Any = response.stream
    for name in ("_stream", "_httpcore_stream", "_stream", "_connection", "_h11_state"):
        held = getattr(held, name, None)
    return held is not None and bool(held.trailing_data[0])


def _fetch_request(fetch: Fetch) -> dict[str, Any]:
    headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
    if fetch.offset:
        headers |= {"Range": f"bytes={fetch.offset}-", "If-Range": fetch.validator}
    return {"method": "GET", "url": fetch.url, "headers": headers, "timeout": _timeout(fetch.within)}


def _sent(form: Form) -> Uploaded | None:
    """How much of the file is sent, when it is time to say so."""
    sent = form.news(time.monotonic())
    return None if sent is None else Uploaded(form.part.path, sent, form.part.size)


# --- blocking ---------------------------------------------------------------------------------------------------------


def _blocks(response: httpx.Response) -> Iterator[bytes]:
    stream: Any = response.stream
    yield from stream
    if _spoilt(response):
        response.extensions["network_stream"].close()


def _heard(form: Form, tell: Listener | None) -> Iterator[bytes]:
    """Yield a form and tell how much of its file is sent."""
    for block in form.stream():
        yield block
        if tell and (event := _sent(form)):
            tell(event)


class Driver(_Wire):
    """Carries out effects one after the other, blocking; safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._clients: dict[tuple[int, bool], httpx.Client] = {}

    def run(self, flow: Flow[T], tell: Listener | None = None) -> T:
        """Run a flow to its end; `tell` hears its events."""
        return drive(flow, functools.partial(self.perform, tell=tell))

    def perform(self, effect: Effect, tell: Listener | None) -> Any:
        """Carry out one effect."""
        if isinstance(effect, Tell):
            return tell(effect.event) if tell else None
        if isinstance(effect, Send) and effect.request.file is not None:
            return self._upload(effect, tell)
        return self.TABLE[type(effect)](self, effect)

    def http(self, url: str) -> httpx.Client:
        """Return the pooled client for a URL, made on first use: one for https, one for plain HTTP.

        A forked process gets its own: two that read from one connection would take each other's answers.
        """
        place = os.getpid(), _is_secure(url)
        with self.lock:
            if place not in self._clients:
                import httpx

                try:
                    self._clients[place] = httpx.Client(**self.options(place[1]))
                except (OSError, ValueError, ImportError) as error:
                    raise _unusable(error) from None
                bind(self._clients[place])
            return self._clients[place]

    def close(self) -> None:
        """Close the connections; the driver may be used again."""
        with self.lock:
            clients, self._clients = self._clients, {}
        for http in clients.values():
            http.close()

    def __del__(self) -> None:
        with contextlib.suppress(Exception):  # half made, or the interpreter is going away
            self.close()

    def _upload(self, send: Send, tell: Listener | None) -> Answer:
        form = Form(send.request)
        return self._send(send, {"content": _heard(form, tell)}, form.headers)

    def _send(self, send: Send, more: Mapping[str, Any] = NONE, headers: Mapping[str, str] = NONE) -> Answer:
        deadline = self.deadline(send)
        given = {**self.request(send.request, deadline.stall), **more}
        given["headers"] += headers.items()
        body = Body()
        with self._streamed(given, deadline) as (response, head):
            for block in _blocks(response):
                body.add(block)
            return self.whole(head, body)

    @contextlib.contextmanager
    def _streamed(self, given: dict[str, Any], deadline: Deadline) -> Iterator[tuple[httpx.Response, Answer]]:
        import httpx

        head = None
        try:
            with bounded(deadline), self.http(given["url"]).stream(**{**given, "url": _read(given["url"])}) as response:
                head = self.head(response)
                yield response, head
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise _fault(error, head, self.masked) from None
        except NoAnswer as fault:
            fault.head = fault.head or head
            raise

    def _fetch(self, fetch: Fetch) -> Answer:
        with self._streamed(_fetch_request(fetch), Deadline(fetch.within, moving=True)) as (response, head):
            if head.status in (200, 206):
                filling = Filling(fetch, head)
                with fetch.path.open(filling.mode) as file:
                    for block in _blocks(response):
                        file.write(filling.passed(block))
            return head

    TABLE: dict[type, Callable[[Driver, Any], Any]] = {
        Send: _send,
        Fetch: _fetch,
        Sleep: lambda _, effect: time.sleep(random.uniform(effect.low, effect.high)),
        Now: lambda _, __: time.monotonic(),
        Today: lambda _, __: time.time(),
        Disk: lambda _, effect: effect.work(*effect.args),
    }


# --- async ------------------------------------------------------------------------------------------------------------


class AsyncDriver(_Wire):
    """Carries out effects without blocking the event loop; local work goes to threads."""

    def __init__(self, settings: Settings) -> None:
        global asyncio  # loaded with the first driver that needs it: no blocking call has to wait for it
        import asyncio

        super().__init__(settings)
        self._clients: dict[tuple[asyncio.AbstractEventLoop, bool], tuple[httpx.AsyncClient, Kept, Closer]] = {}

    async def run(self, flow: Flow[T], tell: Listener | None = None) -> T:
        """Run a flow to its end; `tell` hears its events, and is awaited if it is async."""
        return await adrive(flow, functools.partial(self.perform, tell=tell))

    async def perform(self, effect: Effect, tell: Listener | None) -> Any:
        """Carry out one effect."""
        if isinstance(effect, Tell):
            heard = tell(effect.event) if tell else None
            return await heard if inspect.isawaitable(heard) else heard
        if isinstance(effect, Send) and effect.request.file is not None:
            return await self._upload(effect, tell)
        return await self.TABLE[type(effect)](self, effect)

    async def http(self, url: str) -> httpx.AsyncClient:
        """Return the pooled client for a URL, made on first use: one for https, one for plain HTTP.

        Another event loop gets its own: a connection cannot move from one to the next.
        """
        for over in [place for place in self._clients if place[0].is_closed()]:
            self._clients.pop(over)[2].detach()
        place = asyncio.get_running_loop(), _is_secure(url)
        if place not in self._clients:
            import httpx

            try:
                kept = _kept(httpx.AsyncClient(**self.options(place[1])))
            except (OSError, ValueError, ImportError) as error:
                raise _unusable(error) from None
            self._clients[place] = await anext(kept), kept, weakref.finalize(self, _forgotten, place[0], kept)
        return self._clients[place][0]

    async def close(self) -> None:
        """Close the connections; the driver may be used again."""
        clients, self._clients = self._clients, {}
        for (loop, _), (_, kept, closer) in clients.items():
            closer.detach()
            if loop is asyncio.get_running_loop():
                await kept.aclose()

    async def _upload(self, send: Send, tell: Listener | None) -> Answer:
        form = Form(send.request)
        return await self._send(send, {"content": _aheard(form, tell)}, form.headers)

    async def _send(self, send: Send, more: Mapping[str, Any] = NONE, headers: Mapping[str, str] = NONE) -> Answer:
        deadline = self.deadline(send)
        given = {**self.request(send.request, deadline.stall), **more}
        given["headers"] += headers.items()
        body = Body()
        async with self._streamed(given, deadline) as (response, head):
            async for block in _ablocks(response):
                body.add(block)
            return self.whole(head, body)

    @contextlib.asynccontextmanager
    async def _streamed(
        self, given: dict[str, Any], deadline: Deadline
    ) -> AsyncIterator[tuple[httpx.Response, Answer]]:
        import httpx

        head = None
        try:
            with bounded(deadline):
                http = await self.http(given["url"])
                async with http.stream(**{**given, "url": _read(given["url"])}) as response:
                    head = self.head(response)
                    yield response, head
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise _fault(error, head, self.masked) from None
        except NoAnswer as fault:
            fault.head = fault.head or head
            raise

    async def _fetch(self, fetch: Fetch) -> Answer:
        async with self._streamed(_fetch_request(fetch), Deadline(fetch.within, moving=True)) as (response, head):
            if head.status in (200, 206):
                filling = Filling(fetch, head)
                with await asyncio.to_thread(fetch.path.open, filling.mode) as file:
                    async for block in _ablocks(response):
                        await asyncio.to_thread(file.write, filling.passed(block))
            return head

    async def _now(self, _: Now) -> float:
        return time.monotonic()

    async def _today(self, _: Today) -> float:
        return time.time()

    TABLE: dict[type, Callable[[AsyncDriver, Any], Any]] = {
        Send: _send,
        Fetch: _fetch,
        Sleep: lambda _, effect: asyncio.sleep(random.uniform(effect.low, effect.high)),
        Now: _now,
        Today: _today,
        Disk: lambda _, effect: asyncio.to_thread(effect.work, *effect.args),
    }


async def _kept(http: httpx.AsyncClient) -> Kept:
    """Keep a client until it is closed or forgotten, or its event loop ends: whichever it is, closes this generator."""
    bind(http, asynchronous=True)
    try:
        yield http
    finally:
        await http.aclose()


def _forgotten(loop: asyncio.AbstractEventLoop, kept: Kept) -> None:
    """Nobody has the driver any more: its loop closes the connections, if it still runs."""

    async def close() -> None:
        await kept.aclose()

    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(lambda: loop.create_task(close()))


async def _aheard(form: Form, tell: Listener | None) -> AsyncIterator[bytes]:
    """Yield a form, which is read in threads, and tell how much of its file is sent."""
    blocks, end = form.stream(), object()
    while (block := await asyncio.to_thread(next, blocks, end)) is not end:
        assert isinstance(block, bytes)
        yield block
        if tell and (event := _sent(form)):
            heard = tell(event)
            if inspect.isawaitable(heard):
                await heard


async def _ablocks(response: httpx.Response) -> AsyncIterator[bytes]:
    stream: Any = response.stream
    async for block in stream:
        yield block
    if _spoilt(response):
        await response.extensions["network_stream"].aclose()
