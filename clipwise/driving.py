"""A flow from its first effect to its end, with whatever carries effects out: blocking, or awaited.

Knows no effect, no HTTP and no clock.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from .effects import Flow

T = TypeVar("T")


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
