"""The snapshot that ships with the package: every document, and what is known of inputs beyond them.

All of it is data under `schemas_cache/`; this module only finds and reads it.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from .catalog import Catalog
from .document import Source
from .known import Known


@lru_cache(maxsize=1)
def folder() -> Path:
    """Return where the snapshot lies: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "schemas_cache"
    return inside if inside.is_dir() else package.parent / "schemas_cache"


@lru_cache(maxsize=1)
def known() -> Known:
    """Return what is known of inputs and resource types beyond any one document."""
    rows = _json("resource_types.json")["resource_types"]
    return Known(_json("inputs.json")["inputs"], {row["resource_type"]: row for row in rows})


@lru_cache(maxsize=1)
def catalog() -> Catalog:
    """Return the bundled formats."""
    manifest = _json("manifest.json")
    documents = [_json(name) for name in manifest["files"] if name.startswith("formats/")]
    return Catalog(documents, known(), Source("bundled", manifest["taken"]))


def _json(name: str) -> Any:
    return json.loads((folder() / name).read_bytes())
