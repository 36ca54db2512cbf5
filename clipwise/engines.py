"""One function over many pieces: here, or by an engine (Dask, Ray); results in order, a few pieces at a time.

Functions and pieces must be picklable; an engine's own way of starting and finding workers is left to its environment.
"""

from __future__ import annotations

import os
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.util import find_spec
from typing import Any, TypeVar

from .errors import ConfigurationError

T = TypeVar("T")
R = TypeVar("R")
Submit = Callable[[Any], Callable[[], Any]]

AHEAD = 2  # pieces for each worker that may be under way
_HELD: dict[str, Callable[[Any], Any]] = {}  # in a worker: the functions of runs, so that what they remember stays


def mapped(engine: str, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """Go through the results of a function in the order of the items; `engine` is "" (here), "dask" or "ray".

    ConfigurationError when the engine is not known or not installed.
    """
    if engine not in ENGINES:
        known = ", ".join(name for name in ENGINES if name)
        raise ConfigurationError(f"there is no engine {engine!r}", hint=f"there are {known}")
    if engine:
        _need(engine)
    return ENGINES[engine](function, items)


def _here(function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    return map(function, items)


def _dask(function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """Use the client that is connected, else one for the scheduler of the environment, else workers of this machine."""
    import distributed

    try:
        client, own = distributed.get_client(), False
    except ValueError:
        address = os.environ.get("DASK_SCHEDULER_ADDRESS")
        client, own = distributed.Client(address) if address else distributed.Client(processes=True), True
    try:
        held = client.scatter(_Held(function), broadcast=True)
        workers = sum(client.nthreads().values()) or 1

        def submit(item: Any) -> Callable[[], Any]:
            answer: Callable[[], Any] = client.submit(_call, held, item, pure=False).result
            return answer

        yield from _in_order(submit, items, AHEAD * workers)
    finally:
        if own:
            client.close()


def _ray(function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """Use the cluster of the environment (RAY_ADDRESS), else one here."""
    import ray

    own = not ray.is_initialized()
    if own:
        ray.init(address=os.environ.get("RAY_ADDRESS"), include_dashboard=False, log_to_driver=False)
    try:
        token, held, call = uuid.uuid4().hex, ray.put(function), ray.remote(_call_kept)
        workers = int(ray.cluster_resources().get("CPU", 1))

        def submit(item: Any) -> Callable[[], Any]:
            reference = call.remote(token, [held], item)
            return lambda: ray.get(reference)

        yield from _in_order(submit, items, AHEAD * workers)
    finally:
        if own:
            ray.shutdown()


def _in_order(submit: Submit, items: Iterable[Any], ahead: int) -> Iterator[Any]:
    """Keep `ahead` pieces under way and give their results in order."""
    under_way: deque[Callable[[], Any]] = deque()
    for item in items:
        under_way.append(submit(item))
        if len(under_way) >= ahead:
            yield under_way.popleft()()
    while under_way:
        yield under_way.popleft()()


class _Held:
    """A function as a value: an engine does not look into it."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function


def _call(held: _Held, item: Any) -> Any:
    return held.function(item)


def _call_kept(token: str, held: list[Any], item: Any) -> Any:
    """Call the function of a run, which is fetched once."""
    if token not in _HELD:
        import ray

        _HELD.clear()
        _HELD[token] = ray.get(held[0])
    return _HELD[token](item)


def _need(engine: str) -> None:
    if find_spec(MODULES[engine]) is None:
        raise ConfigurationError(f"the engine {engine!r} is not installed", hint=f"`pip install 'clipwise[{engine}]'`")


MODULES: Mapping[str, str] = {"dask": "distributed", "ray": "ray"}
ENGINES: Mapping[str, Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]] = {
    "": _here,
    "dask": _dask,
    "ray": _ray,
}
