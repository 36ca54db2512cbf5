"""A catalog as a folder of JSON files, to be kept in a repository: written by `export`, read by `pinned`.

A file is named after its format as far as a file name can hold it; what counts is what is in it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path

from ..files import replace_file
from .catalog import Catalog
from .document import Format, Source
from .known import Known

MAX_BYTES = 8 * 2**20
MAX_FILES = 20_000


def export(formats: Iterable[Format], folder: Path) -> list[Path]:
    """Write each format's document as it came into a file of its own; return the files. OSError if one cannot be."""
    written = []
    for each in formats:
        path = folder / file_name(each.slug)
        text = json.dumps(each.raw, indent=2, ensure_ascii=False, sort_keys=False)
        replace_file(path, f"{text}\n".encode(errors="replace"), 0o644)
        written.append(path)
    return written


def file_name(slug: str) -> str:
    """Return a file name for a slug that leads nowhere else; two slugs never share one."""
    safe = re.sub(r"[^a-z0-9_-]", "_", slug.lower())[:80]
    if safe == slug:
        return f"{safe}.json"
    return f"{safe}-{hashlib.sha256(slug.encode(errors='surrogatepass')).hexdigest()[:8]}.json"


def pinned(folder: Path, known: Known) -> Catalog:
    """Return the catalog in a folder; ValueError, naming the file, for one that holds no document."""
    paths = sorted(folder.glob("*.json"))[:MAX_FILES]
    if not paths:
        raise ValueError(f"{folder} holds no format documents (*.json)")
    documents = []
    for path in paths:
        try:
            if path.stat().st_size > MAX_BYTES:
                raise ValueError("it is too large")
            content = json.loads(path.read_bytes())
        except (OSError, ValueError, RecursionError) as error:
            raise ValueError(f"{path} is not a format document: {error}") from None
        documents.append(content.get("format", content) if isinstance(content, dict) else content)
    return Catalog(documents, known, Source("given", url=str(folder)))
