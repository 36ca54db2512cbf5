"""clipwise: the Clipwise video-generation API, driven by its own format documents.

Names only; each is loaded when it is first used.
"""

from __future__ import annotations

from ._version import __version__

TYPE_CHECKING = False  # type checkers take it for True; importing typing would double the time of this import
if TYPE_CHECKING:
    from typing import Any

    from .batches.batch import AsyncBatch, Batch
    from .batches.lines import Line
    from .client import AsyncClipwise, Clipwise, batch
    from .errors import (
        APIError,
        AuthenticationError,
        ClipwiseError,
        ConfigurationError,
        Conflict,
        ConnectionFailed,
        GenerationFailed,
        InvalidResponse,
        NotFound,
        PermissionDenied,
        Problem,
        RateLimited,
        ServerError,
        UnknownFormatError,
        ValidationError,
        WaitTimeout,
    )
    from .flows.events import Progress
    from .formats.document import Format, Input, Requirement
    from .generation import AsyncGeneration, Generation
    from .spec import check
    from .specs import Source

_HOME = {
    "batches.batch": ("AsyncBatch", "Batch"),
    "batches.lines": ("Line",),
    "client": ("AsyncClipwise", "Clipwise", "batch"),
    "errors": (
        "APIError",
        "AuthenticationError",
        "ClipwiseError",
        "ConfigurationError",
        "Conflict",
        "ConnectionFailed",
        "GenerationFailed",
        "InvalidResponse",
        "NotFound",
        "PermissionDenied",
        "Problem",
        "RateLimited",
        "ServerError",
        "UnknownFormatError",
        "ValidationError",
        "WaitTimeout",
    ),
    "flows.events": ("Progress",),
    "formats.document": ("Format", "Input", "Requirement"),
    "generation": ("AsyncGeneration", "Generation"),
    "spec": ("check",),
    "specs": ("Source",),
}
_MODULES = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "APIError",
    "AsyncBatch",
    "AsyncClipwise",
    "AsyncGeneration",
    "AuthenticationError",
    "Batch",
    "Clipwise",
    "ClipwiseError",
    "ConfigurationError",
    "Conflict",
    "ConnectionFailed",
    "Format",
    "Generation",
    "GenerationFailed",
    "Input",
    "InvalidResponse",
    "Line",
    "NotFound",
    "PermissionDenied",
    "Problem",
    "Progress",
    "RateLimited",
    "Requirement",
    "ServerError",
    "Source",
    "UnknownFormatError",
    "ValidationError",
    "WaitTimeout",
    "__version__",
    "batch",
    "check",
]


def __getattr__(name: str) -> Any:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module 'clipwise' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f".{module}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
