"""Both clients in one pair of hands: a test is written once and runs for `Clipwise` and for `AsyncClipwise`.

`hands.do(…)` finishes whatever a call returned; sleeps are noted and not slept, and the clock moves on by them.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from stub_api import StubApi

from clipwise import AsyncClipwise, Clipwise
from clipwise.drivers import AsyncDriver, Driver
from clipwise.effects import Effect, Flow, Now, Sleep
from clipwise.settings import Settings

KEY = "cw_live_" + "z" * 24


class Hands:
    """`kind` is "blocking" or "async"; `slept` holds every pause that was asked for."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.slept: list[Sleep] = []
        self._loop = asyncio.new_event_loop() if kind == "async" else None
        self._open: list[Any] = []

    def do(self, value: Any) -> Any:
        """Return the value, awaited if need be."""
        return self._loop.run_until_complete(value) if self._loop and inspect.isawaitable(value) else value

    def together(self, calls: Sequence[Callable[[], Any]]) -> list[Any]:
        """Make calls at the same time, in threads or tasks; return what each gave, or the error that it raised."""
        if self._loop:

            async def all_of_them() -> list[Any]:
                return await asyncio.gather(*(call() for call in calls), return_exceptions=True)

            return self._loop.run_until_complete(all_of_them())
        with ThreadPoolExecutor(len(calls)) as pool:
            started = [pool.submit(call) for call in calls]
            return [each.exception() or each.result() for each in started]

    def client(self, url: str, *, key: str | None = KEY, real_sleep: bool = False, **options: Any) -> Any:
        """Return a client of `url` that is closed with the test."""
        client: Any = (AsyncClipwise if self._loop else Clipwise)(key, url, **options)
        return self._kept(client, client._driver, real_sleep)

    def driver(self, url: str, *, key: str | None = KEY, timeout: float = 30.0) -> Any:
        """Return a driver for `url` that is closed with the test."""
        driver: Any = (AsyncDriver if self._loop else Driver)(Settings(url, key, timeout))
        return self._kept(driver, driver, False)

    def perform(self, driver: Any, effect: Effect) -> Any:
        """Let a driver carry out one effect."""
        return self.do(driver.run(_one(effect)))

    def close(self) -> None:
        for each in self._open:
            self.do(each.close())
        if self._loop:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()

    def _kept(self, owner: Any, driver: Any, real_sleep: bool) -> Any:
        self._open.append(owner)
        if not real_sleep:
            driver.TABLE = {**driver.TABLE, Sleep: self._sleep, Now: self._now}
        return owner

    def _sleep(self, _: Any, effect: Sleep) -> Any:
        self.slept.append(effect)
        return self._answer(None)

    def _now(self, _: Any, __: Now) -> Any:
        return self._answer(time.monotonic() + sum(each.high for each in self.slept))

    def _answer(self, value: Any) -> Any:
        async def later() -> Any:
            return value

        return later() if self._loop else value


def _one(effect: Effect) -> Flow[Any]:
    return (yield effect)


@pytest.fixture(params=["blocking", "async"])
def hands(request: pytest.FixtureRequest) -> Iterator[Hands]:
    """Both kinds of client, one after the other."""
    held = Hands(request.param)
    yield held
    held.close()


@pytest.fixture
def api() -> Iterator[StubApi]:
    """A server of one's own."""
    with StubApi() as server:
        yield server
