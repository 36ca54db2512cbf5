"""The two drivers: they carry out what flows ask for, blocking or async. The only module that imports httpx.

Each effect is one row of a table and one short method; nothing here decides what to send, when, or how often.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
import random
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from ._version import __version__
from .effects import Answer, Disk, Effect, Fetch, Flow, NoAnswer, Now, Request, Send, Sleep, Tell, Today
from .errors import ClipwiseError
from .settings import Settings

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")
Listener = Callable[[Any], Any]

CONNECT_S = 5.0
MAX_BODY = 32 * 2**20  # an API answer larger than this is not one
BLOCK = 2**18
AGENT = f"clipwise-python/{__version__}"


def drive(flow: Flow[T], perform: Callable[[Any], Any]) -> T:
    """Run a flow to its end with a blocking `perform`."""
    try:
        effect = next(flow)
        while True:
            try:
                answer = perform(effect)
            except BaseException as error:
                effect = flow.throw(error)
            else:
                effect = flow.send(answer)
    except StopIteration as stop:
        result: T = stop.value
        return result
    finally:
        flow.close()


async def adrive(flow: Flow[T], perform: Callable[[Any], Any]) -> T:
    """Run a flow to its end with an awaitable `perform`."""
    try:
        effect = next(flow)
        while True:
            try:
                answer = await perform(effect)
            except BaseException as error:
                effect = flow.throw(error)
            else:
                effect = flow.send(answer)
    except StopIteration as stop:
        result: T = stop.value
        return result
    finally:
        flow.close()


# --- what both have in common -----------------------------------------------------------------------------------------


class _Wire:
    """How requests of ours look to httpx, and how its faults look to us."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.lock = threading.Lock()

    def options(self, secure: bool) -> dict[str, Any]:
        """Arguments of an httpx client: it never follows a redirect, and loads no certificates for plain HTTP."""
        return {
            "follow_redirects": False,
            "verify": secure,
            "headers": {"User-Agent": AGENT, "Accept": "application/json"},
            "trust_env": secure,
        }

    def request(self, request: Request, within: float) -> dict[str, Any]:
        """Arguments of an httpx request; only a path of the API gets the token."""
        headers = [*request.headers]
        url = request.target
        if url.startswith("/"):
            url = self.settings.base_url + url
            headers.append(("Authorization", f"Bearer {self.settings.need_key()}"))
        given: dict[str, Any] = {"method": request.method, "url": url, "headers": headers, "timeout": _timeout(within)}
        if request.query:
            given["params"] = list(request.query)
        if request.json is not None:
            given["json"] = request.json
        if request.form:
            given["data"] = dict(request.form)
        return given


def _is_secure(url: str) -> bool:
    return url[:6].lower() == "https:"


def _timeout(within: float) -> httpx.Timeout:
    import httpx

    within = max(0.001, within)
    return httpx.Timeout(within, connect=min(CONNECT_S, within), pool=within)


def _answer(response: httpx.Response, body: bytes = b"") -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, headers, body)


def _fault(error: Exception, head: Answer | None = None) -> NoAnswer:
    """Tell what went wrong on the way, in our words."""
    import httpx

    text = str(error) or type(error).__name__
    if isinstance(error, httpx.ConnectTimeout):
        return NoAnswer("connect", f"no connection within {CONNECT_S:g} s")
    if isinstance(error, httpx.ConnectError):
        tls = "SSL" in text or "TLS" in text or "CERTIFICATE" in text.upper()
        return (
            NoAnswer("tls", f"no secure connection: {text}", final=True)
            if tls
            else NoAnswer("connect", f"cannot connect: {text}")
        )
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        return NoAnswer("timeout", "no answer in time", head=head)
    if isinstance(error, (httpx.UnsupportedProtocol, httpx.InvalidURL)):
        return NoAnswer("protocol", text, final=True)
    if isinstance(error, httpx.TransportError):
        return NoAnswer("broken", f"the connection broke: {text}", head=head)
    if isinstance(error, httpx.DecodingError):
        return NoAnswer("broken", f"the answer cannot be unpacked: {text}", head=head)
    raise error


class _Body:
    """Collects an answer's body, capped in size and time."""

    def __init__(self, within: float) -> None:
        self.deadline = time.monotonic() + within
        self.parts: list[bytes] = []
        self.size = 0

    def add(self, block: bytes) -> None:
        self.size += len(block)
        if self.size > MAX_BODY:
            raise NoAnswer("too_large", f"the answer is larger than {MAX_BODY // 2**20} MiB", final=True)
        self.parts.append(block)
        self.check()

    def check(self) -> None:
        if time.monotonic() > self.deadline:
            raise NoAnswer("timeout", "the answer did not arrive in time")

    @property
    def whole(self) -> bytes:
        return b"".join(self.parts)


class _Checked:
    """A file being sent: exactly as many bytes as were measured, or the request fails."""

    def __init__(self, request: Request) -> None:
        assert request.file is not None
        self.part = request.file

    def blocks(self) -> Iterator[bytes]:
        left = self.part.size
        with self.part.path.open("rb") as file:
            while block := file.read(BLOCK):
                left -= len(block)
                if left < 0:
                    break
                yield block
        if left or self.part.path.stat().st_mtime_ns != self.part.changed:
            raise ClipwiseError(
                f"the file {self.part.path.name!r} changed while it was being sent",
                code="invalid_upload",
                hint="send it again when it is at rest",
            )


def _multipart(request: Request) -> tuple[dict[str, str], Callable[[], Iterator[bytes]]]:
    """Return the headers of a form with a file, and its bytes as a stream that is never whole in memory."""
    part = request.file
    assert part is not None
    boundary = f"clipwise-{random.getrandbits(128):032x}"
    lead = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"\r\n\r\n{value}\r\n'.encode()
        for name, value in request.form
    )
    lead += (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{part.field}"; filename="{_quoted(part.path.name)}"\r\n'
        f"Content-Type: {part.mime_type}\r\n\r\n"
    ).encode()
    tail = f"\r\n--{boundary}--\r\n".encode()

    def stream() -> Iterator[bytes]:
        yield lead
        yield from _Checked(request).blocks()
        yield tail

    length = len(lead) + part.size + len(tail)
    return {"Content-Type": f"multipart/form-data; boundary={boundary}", "Content-Length": str(length)}, stream


def _quoted(name: str) -> str:
    """Escape a name for a part's header as browsers do; a lone surrogate becomes a question mark."""
    safe = name.encode(errors="replace").decode()
    return safe.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _fetch_request(fetch: Fetch) -> dict[str, Any]:
    headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
    if fetch.offset:
        headers |= {"Range": f"bytes={fetch.offset}-", "If-Range": fetch.validator}
    return {"method": "GET", "url": fetch.url, "headers": headers, "timeout": _timeout(fetch.within)}


def _mode(status: int, fetch: Fetch) -> str:
    """A part is added to what is there; a whole answer starts the file anew."""
    return "ab" if status == 206 and fetch.offset else "wb"


# --- blocking ---------------------------------------------------------------------------------------------------------


class Driver(_Wire):
    """Carries out effects one after the other, blocking; safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._clients: dict[bool, httpx.Client] = {}

    def run(self, flow: Flow[T], tell: Listener | None = None) -> T:
        """Run a flow to its end; `tell` hears its events."""
        return drive(flow, functools.partial(self._perform, tell=tell))

    def _perform(self, effect: Effect, tell: Listener | None) -> Any:
        if isinstance(effect, Tell):
            return tell(effect.event) if tell else None
        return self.TABLE[type(effect)](self, effect)

    def http(self, url: str) -> httpx.Client:
        """Return the pooled client for a URL, made on first use: one for https, one for plain HTTP."""
        secure = _is_secure(url)
        with self.lock:
            if secure not in self._clients:
                import httpx

                self._clients[secure] = httpx.Client(**self.options(secure))
            return self._clients[secure]

    def close(self) -> None:
        """Close the connections; the driver may be used again."""
        with self.lock:
            clients, self._clients = self._clients, {}
        for http in clients.values():
            http.close()

    def _send(self, send: Send) -> Answer:
        given = self.request(send.request, send.within)
        if send.request.file is not None:
            headers, stream = _multipart(send.request)
            given.pop("data", None)
            given |= {"content": stream(), "headers": [*given["headers"], *headers.items()]}
        body = _Body(send.within)
        with self._streamed(given) as response:
            for block in response.iter_bytes(BLOCK):
                body.add(block)
            return _answer(response, body.whole)

    @contextlib.contextmanager
    def _streamed(self, given: dict[str, Any]) -> Iterator[httpx.Response]:
        import httpx

        head = None
        try:
            with self.http(given["url"]).stream(**given) as response:
                head = _answer(response)
                yield response
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _fault(error, head) from None

    def _fetch(self, fetch: Fetch) -> Answer:
        with self._streamed(_fetch_request(fetch)) as response:
            if response.status_code in (200, 206):
                with fetch.path.open(_mode(response.status_code, fetch)) as file:
                    for block in response.iter_raw(BLOCK):
                        file.write(block)
            return _answer(response)

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
        super().__init__(settings)
        self._clients: dict[bool, httpx.AsyncClient] = {}

    async def run(self, flow: Flow[T], tell: Listener | None = None) -> T:
        """Run a flow to its end; `tell` hears its events, and is awaited if it is async."""
        return await adrive(flow, functools.partial(self._perform, tell=tell))

    async def _perform(self, effect: Effect, tell: Listener | None) -> Any:
        if isinstance(effect, Tell):
            heard = tell(effect.event) if tell else None
            return await heard if inspect.isawaitable(heard) else heard
        return await self.TABLE[type(effect)](self, effect)

    def http(self, url: str) -> httpx.AsyncClient:
        """Return the pooled client for a URL, made on first use: one for https, one for plain HTTP."""
        secure = _is_secure(url)
        if secure not in self._clients:
            import httpx

            self._clients[secure] = httpx.AsyncClient(**self.options(secure))
        return self._clients[secure]

    async def close(self) -> None:
        """Close the connections; the driver may be used again."""
        clients, self._clients = self._clients, {}
        for http in clients.values():
            await http.aclose()

    async def _send(self, send: Send) -> Answer:
        given = self.request(send.request, send.within)
        if send.request.file is not None:
            headers, stream = _multipart(send.request)
            given.pop("data", None)
            given |= {"content": _threaded(stream()), "headers": [*given["headers"], *headers.items()]}
        body = _Body(send.within)
        try:
            return await asyncio.wait_for(self._read(given, body), send.within)
        except asyncio.TimeoutError:
            raise NoAnswer("timeout", "no answer in time") from None

    async def _read(self, given: dict[str, Any], body: _Body) -> Answer:
        async with self._streamed(given) as response:
            async for block in response.aiter_bytes(BLOCK):
                body.add(block)
            return _answer(response, body.whole)

    @contextlib.asynccontextmanager
    async def _streamed(self, given: dict[str, Any]) -> AsyncIterator[httpx.Response]:
        import httpx

        head = None
        try:
            async with self.http(given["url"]).stream(**given) as response:
                head = _answer(response)
                yield response
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _fault(error, head) from None

    async def _fetch(self, fetch: Fetch) -> Answer:
        async with self._streamed(_fetch_request(fetch)) as response:
            if response.status_code in (200, 206):
                with await asyncio.to_thread(fetch.path.open, _mode(response.status_code, fetch)) as file:
                    async for block in response.aiter_raw(BLOCK):
                        await asyncio.to_thread(file.write, block)
            return _answer(response)

    async def _sleep(self, effect: Sleep) -> None:
        await asyncio.sleep(random.uniform(effect.low, effect.high))

    async def _now(self, _: Now) -> float:
        return time.monotonic()

    async def _today(self, _: Today) -> float:
        return time.time()

    async def _disk(self, effect: Disk) -> Any:
        return await asyncio.to_thread(effect.work, *effect.args)

    TABLE: dict[type, Callable[[AsyncDriver, Any], Any]] = {
        Send: _send,
        Fetch: _fetch,
        Sleep: _sleep,
        Now: _now,
        Today: _today,
        Disk: _disk,
    }


async def _threaded(blocks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Read a blocking stream in threads, block by block."""
    end = object()
    while (block := await asyncio.to_thread(next, blocks, end)) is not end:
        assert isinstance(block, bytes)
        yield block
