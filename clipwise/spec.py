"""A job spec, wherever it is written: one mapping or one JSON file -> its problems, from the documents at hand.

Knows no network: the catalog is given, or it is the bundled one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .errors import ConfigurationError, Problem
from .files import opened
from .formats import bundled
from .formats.catalog import Catalog
from .specs.exact import read_json
from .specs.feed import BOM
from .specs.values import Unreadable
from .text import printable
from .validation import check_spec

MAX_BYTES = 64 * 2**20


def check(
    spec: Mapping[str, Any], *, catalog: Catalog | None = None, folder: str | os.PathLike[str] | None = None
) -> list[Problem]:
    """Return every problem of a job spec, `{"format": "ugc_video", "script": …}`, without a network.

    Judged by `catalog` (default: the bundled documents); relative paths start in `folder` (default: the working
    directory). An empty list means that nothing is wrong.
    """
    return check_spec(spec, catalog or bundled.catalog(), None if folder is None else Path(folder))


def read_spec(path: Path, root: Path | None = None) -> Any:
    """Read a job spec from a JSON file, inside `root` if there is one.

    ConfigurationError with the place when it cannot be read.
    """
    shown = printable(path, 200)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigurationError(f"{shown}: larger than a job spec can be ({MAX_BYTES // 2**20} MiB)")
        with path.open("rb") if root is None else opened(path, root) as file:  # a pipe may hold a spec
            return read_json(file.read(MAX_BYTES).removeprefix(BOM))
    except Unreadable as error:
        message = f"{shown}: line {error.line}, column {error.column}: {error.message}"
        raise ConfigurationError(message, hint=error.hint) from None
    except FileNotFoundError:
        raise ConfigurationError(f"{shown}: there is no such file") from None
    except OSError as error:
        raise ConfigurationError(f"{shown}: cannot be read: {error.strerror or error}") from None
    except ValueError as error:
        raise ConfigurationError(f"{shown}: {error}") from None
