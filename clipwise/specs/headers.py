"""Documents that hold other specs: `{"defaults": {…}, "jobs": […]}`, or a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .values import Unreadable

KEYS = {"defaults", "jobs"}


def is_header(value: Any) -> bool:
    """Whether a document says what holds for specs, and is none itself."""
    return isinstance(value, Mapping) and bool(value) and set(value) <= KEYS


def header_defaults(value: Any) -> Mapping[str, Any] | None:
    """Return the defaults of a header that has no jobs; None for anything else. Unreadable for odd defaults."""
    return defaults_of(value) if is_header(value) and "jobs" not in value else None


def defaults_of(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the defaults of a header; Unreadable when they are none."""
    found = value.get("defaults", {})
    if not isinstance(found, Mapping):
        raise Unreadable("defaults: takes an object", 1, 1)
    return found
