"""One draft sandbox for all tests of the documented interface, and files to give it."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from clipwise import AsyncClipwise, Clipwise
from clipwise.sandbox.serving import Embedded

EXAMPLES = Path(__file__).parents[2] / "examples"


@dataclass(frozen=True)
class Files:
    """Real files of each kind."""

    picture: Path = EXAMPLES / "product.png"
    voice: Path = EXAMPLES / "voice.wav"
    film: Path = Path()
    said: str = "Hello, this is a short film."


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    """A sandbox that renders drafts."""
    with Embedded(tmp_path_factory.mktemp("sandbox") / "data", quality="draft") as running:
        yield running


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A picture, a recording, and a short film with speech."""
    from clipwise.sandbox.renderers import Order, render

    folder = tmp_path_factory.mktemp("film")
    inputs = {"script": Files.said}
    made = render(Order("ugc_video", inputs, {}, folder, "draft"), lambda *_: None)
    return Files(film=next(each.path for each in made.files if each.kind == "video"))


class Caller:
    """Calls a client of either kind and finishes what it returns."""

    def __init__(self, client: Any, loop: asyncio.AbstractEventLoop | None) -> None:
        self.client = client
        self.loop = loop

    def __call__(self, value: Any) -> Any:
        return self.loop.run_until_complete(value) if self.loop and inspect.isawaitable(value) else value

    def listed(self, items: Any) -> list[Any]:
        """Return everything that an iteration gives."""
        if self.loop is None:
            return list(items)

        async def collect() -> list[Any]:
            return [each async for each in items]

        return self.loop.run_until_complete(collect())


@pytest.fixture(params=["blocking", "async"])
def api(request: pytest.FixtureRequest, server: Embedded) -> Iterator[Caller]:
    """A client of the sandbox: one test body runs for both kinds."""
    loop = asyncio.new_event_loop() if request.param == "async" else None
    client: Any = (AsyncClipwise if loop else Clipwise)(server.api_key, server.base_url)
    caller = Caller(client, loop)
    yield caller
    caller(client.close())
    if loop:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


Run = Callable[..., Any]
