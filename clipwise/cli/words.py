"""What a command says of its parameters, and the lines that need no parser: words alone, told by their place.

Knows no parser, so that a command that needs none starts without it.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

READ: Mapping[Any, Callable[[str], Any]] = {str: str, Path: Path}
BY_PLACE = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.VAR_POSITIONAL)


class Parameter:
    """What the parser is told of one parameter, kept until it is asked; `between` are the limits of a number."""

    def __init__(self, *, between: tuple[int, int] | None = None, **told: Any) -> None:
        self.between = between
        self.told = told


def by_place(function: Callable[..., Any], words: Sequence[str]) -> list[Any] | None:
    """Return a command's arguments when they are plain words for its places; None when a parser has to look at them.

    The session, which a command gets first, is not among them.
    """
    if not all(words) or any(word.startswith("-") for word in words):
        return None
    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    places = [each for each in own if each.kind is inspect.Parameter.POSITIONAL_ONLY]
    rest = [each for each in own if each.kind is inspect.Parameter.VAR_POSITIONAL]
    takers = places[: len(words)] + rest * (len(words) - len(places))
    left = [each for each in own if each.default is inspect.Parameter.empty and each not in takers and each not in rest]
    readers = [_reader(each.annotation) for each in takers]
    if left or len(takers) != len(words) or None in readers:
        return None
    return [read(word) for read, word in zip(readers, words, strict=True) if read is not None]


def _reader(annotation: Any) -> Callable[[str], Any] | None:
    """Return what makes a word the value of a parameter; None for a type that needs more than that."""
    kind = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    if isinstance(kind, types.UnionType):
        kind = next((each for each in get_args(kind) if kind == each | None), None)
    return READ.get(kind)
