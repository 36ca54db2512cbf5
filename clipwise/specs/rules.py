"""What is needed to read and to judge the specs of a file: documents, folders and defaults. Can be pickled.

What is made of it (formats, checkers) is made again in each process, when it is first needed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..assets import located, named_as
from ..formats.catalog import Catalog
from ..formats.document import Format


@dataclass(frozen=True)
class Rules:
    """The catalog that judges, the folder in which relative paths start, and the root that no file may be outside.

    `defaults` hold for every spec that does not say otherwise; their relative paths start in `defaults_folder`.
    `format` is that of specs that name none. `strict` makes warnings count as errors. Without `columns` a problem in a
    line of JSONL has that line for its place, and the column is not looked for.
    """

    catalog: Catalog
    folder: Path = field(default_factory=Path)
    root: Path | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)
    defaults_folder: Path | None = None
    format: str = ""
    strict: bool = False
    columns: bool = True
    held: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __getstate__(self) -> dict[str, Any]:
        """What was made is left behind."""
        return {name: value for name, value in vars(self).items() if name != "held"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, held={})

    def find(self, name: Any) -> Format | None:
        """Return the format of that name; found once."""
        if not isinstance(name, str) or not name:
            return None
        key = ("format", name)
        if key not in self.held:
            self.held[key] = self.catalog.find(name)
        found: Format | None = self.held[key]
        return found

    def merged(self, spec: Mapping[str, Any], header: Mapping[str, Any]) -> dict[str, Any]:
        """Return a spec with the defaults under it: its own values first, then those of its file, then the others."""
        if not (header or self.defaults or self.format):
            return dict(spec)
        named = next((each["format"] for each in (spec, header, self.defaults) if "format" in each), self.format)
        under = self.placed(named) if self.defaults else {}
        return {**({"format": named} if named else {}), **under, **header, **spec}

    def placed(self, name: Any) -> Mapping[str, Any]:
        """Return the defaults for a format, with their relative paths made to start in their folder."""
        format, folder = self.find(name), self.defaults_folder
        if format is None or folder is None:
            return self.defaults
        key = ("defaults", format.slug)
        if key not in self.held:
            files = {each.name for each in format.by_name.values() if each.takes_files}
            self.held[key] = {k: _placed(v, folder) if k in files else v for k, v in self.defaults.items()}
        found: Mapping[str, Any] = self.held[key]
        return found


def _placed(value: Any, folder: Path) -> Any:
    if isinstance(value, list):
        return [_placed(each, folder) for each in value]
    is_file = isinstance(value, str) and value and named_as(value, folder) == "file"
    return os.fspath(located(value, folder).absolute()) if is_file else value
