"""Formats with modes: what a job may and must say when its mode is run by another format.

Knows nothing of requests; a mode whose format is not in the catalog leaves everything as the document says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from clipwise.formats.catalog import Catalog
from clipwise.formats.document import Format

MODE = "mode"


def in_mode(format: Format, inputs: Mapping[str, Any], catalog: Catalog) -> Format:
    """Return the format as it is in the mode that the inputs choose: with the inputs of the format that runs.

    What both list is judged by the format that was asked for, and is required when either says so.
    """
    named = inputs.get(MODE)
    mode = next((each for each in format.modes if each.name == named), None)
    runs = catalog.find(mode.runs) if mode and mode.runs else None
    if runs is None or runs.slug == format.slug:
        return format
    needed = {each.name for each in (*format.inputs, *runs.inputs) if each.required}
    both = [each for each in format.inputs if each.name == MODE or each.name in runs.by_name or runs.open]
    listed = {each.name for each in both}
    more = [each for each in runs.inputs if each.name not in listed]
    return replace(
        format,
        inputs=tuple(replace(each, required=each.name in needed) for each in (*both, *more)),
        also=(*runs.also, *(each for each in format.also if each.unlisted)),
        requirements=runs.requirements,
        open=format.open or runs.open,
    )
