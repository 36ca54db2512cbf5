"""Claims that the two clients, their namespaces and their jobs are the same but for `await`."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from clipwise import AsyncClipwise, AsyncGeneration, Clipwise, Generation

KEY = "cw_live_" + "p" * 24
# What exists only because one of them is awaited.
ENTERED = {"__enter__": "__aenter__", "__exit__": "__aexit__"}


def _namespaces() -> list[tuple[type, type]]:
    """Return the class of every namespace that a client has, with its async twin."""
    blocking, awaited = Clipwise(KEY, "http://127.0.0.1:9"), AsyncClipwise(KEY, "http://127.0.0.1:9")
    names = [name for name in dir(Clipwise) if not name.startswith("_")]
    pairs = [(type(getattr(blocking, name)), type(getattr(awaited, name))) for name in names]
    ours = [pair for pair in pairs if pair[0].__module__.startswith("clipwise.")]
    assert len(ours) >= 5
    return list(dict.fromkeys(ours))


TWINS = [(Clipwise, AsyncClipwise), (Generation, AsyncGeneration), *_namespaces()]
twins = pytest.mark.parametrize(("one", "other"), TWINS, ids=lambda kind: kind.__name__)


def members(kind: type) -> dict[str, Any]:
    """Return what a person may use of a class: its public names and its special methods, as they are written."""
    found = {}
    for name in dir(kind):
        owner = next((base for base in kind.__mro__ if name in vars(base)), object)
        if owner.__module__.startswith("clipwise.") and (not name.startswith("_") or _is_special(name)):
            found[name] = inspect.getattr_static(kind, name)
    return found


def _is_special(name: str) -> bool:
    inner = ("__init__", "__call__", "__getitem__", "__getattr__", "__dir__", "__len__", "__iter__", "__repr__")
    return name in inner or name in ENTERED or name in ENTERED.values()


def parameters(member: Any) -> list[inspect.Parameter]:
    """Return the parameters of a method, whatever it is wrapped in; the two kinds of job and client count as one."""
    function = getattr(member, "__func__", getattr(member, "fget", getattr(member, "func", member)))
    listed = inspect.signature(function).parameters.values()
    return [each.replace(annotation=str(each.annotation).replace("Async", "")) for each in listed]


@twins
def test_they_have_the_same_names(one: type, other: type) -> None:
    """Every public name of the one is a name of the other; `with` is `async with`."""
    assert {ENTERED.get(name, name) for name in members(one)} == set(members(other))


@twins
def test_they_take_the_same_arguments(one: type, other: type) -> None:
    """Names, order, kinds, defaults and types of the arguments are the same; only what is returned may be awaited."""
    theirs = members(other)
    for name, member in members(one).items():
        twin = theirs[ENTERED.get(name, name)]
        if callable(getattr(member, "__func__", member)):
            assert parameters(member) == parameters(twin), name
        else:
            assert type(member) is type(twin), name


@twins
def test_they_say_the_same(one: type, other: type) -> None:
    """Every public method has a docstring, and it is the same."""
    for name, member in members(one).items():
        if name.startswith("_"):
            continue
        said = inspect.getdoc(getattr(one, name)) if not isinstance(member, property) else member.__doc__
        twin = getattr(other, name)
        theirs = inspect.getdoc(twin) if not isinstance(twin, property) else twin.__doc__
        assert said, f"{one.__name__}.{name} says nothing"
        assert theirs == said, name


@twins
def test_one_of_them_is_awaited(one: type, other: type) -> None:
    """Where the blocking method is a plain function, the async one is a coroutine, or says at once what it knows."""
    instant = ("with_options", "sandbox", "batch", "__repr__", "__dir__", "__getitem__", "__getattr__", "__init__")
    theirs = members(other)
    for name, member in members(one).items():
        function = getattr(member, "__func__", member)
        if not inspect.isfunction(function) or name in instant or _passes_on(function):
            continue
        twin = theirs[ENTERED.get(name, name)]
        awaited = inspect.iscoroutinefunction(twin) or inspect.isasyncgenfunction(twin)
        assert awaited or hasattr(twin, "__aiter__") or member is twin, name


def _passes_on(function: Any) -> bool:
    """Whether a method only makes something to be iterated or entered, which may differ in kind."""
    return inspect.isgeneratorfunction(function) or "Iter" in str(inspect.signature(function).return_annotation)


def test_the_docstring_of_the_async_client_sends_to_the_other() -> None:
    """What is said of a client is said once."""
    assert "`Clipwise`" in (AsyncClipwise.__doc__ or "")
