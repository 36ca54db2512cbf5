"""JSON bodies from outside: read strictly, so that nothing odd gets past the first line.

Knows nothing of the API; `NaN`, numbers without end, deep nesting and broken Unicode are refused.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from clipwise.sandbox.exchange import Refusal

DEPTH = 32


def parse(data: bytes) -> Any:
    """Return the JSON value of a body; Refusal `invalid_argument` says what is wrong with it."""
    if not data.strip():
        raise Refusal("invalid_argument", "The body is empty; it must be a JSON object.")
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=_constant, parse_float=_float)
    except RecursionError:
        value = None
        deep = True
    except ValueError as error:  # also UnicodeDecodeError, JSONDecodeError, an integer of thousands of digits
        raise Refusal("invalid_argument", f"The body is not JSON: {error}.") from error
    else:
        deep = _too_deep(value)
    if deep:
        raise Refusal("invalid_argument", f"The body is nested more than {DEPTH} levels deep.")
    return value


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value


def _too_deep(value: Any) -> bool:
    """Walk the value without recursion; Refusal for text that cannot be written as UTF-8."""
    level = [value]
    for _ in range(DEPTH + 1):
        below: list[Any] = []
        for each in level:
            if isinstance(each, str):
                _check(each)
            elif isinstance(each, dict):
                below += [*each, *each.values()]
            elif isinstance(each, list):
                below += each
        if not below:
            return False
        level = below
    return True


def _check(text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Refusal("invalid_argument", "A text holds half of a character (a lone surrogate).") from error
