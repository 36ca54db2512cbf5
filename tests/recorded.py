"""The recorded documents: one file in `documents/` for each shape that a format document may have.

`reads_as` says what each input must read as; the other fields what must hold of the format.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clipwise.formats.document import Format
from clipwise.formats.known import NOTHING, Known
from clipwise.formats.reader import read_format

FOLDER = Path(__file__).resolve().parent / "documents"


@dataclass(frozen=True)
class Recorded:
    """One recorded document and what it must become."""

    name: str

    @functools.cached_property
    def row(self) -> dict[str, Any]:
        """The file's content."""
        return json.loads((FOLDER / f"{self.name}.json").read_bytes())

    @property
    def document(self) -> dict[str, Any]:
        """The document as the API would send it."""
        return self.row["document"]

    def read(self, known: Known = NOTHING) -> Format:
        """The document, read."""
        format = read_format(self.document, known)
        assert format is not None
        return format


NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


def clean(text: str) -> bool:
    """Whether a text has no character that could repaint a terminal; line breaks may be."""
    return not any((char < " " and char != "\n") or "\x7f" <= char <= "\x9f" or char in "\u202e\u2066" for char in text)
