"""A whole job in a JSON file, as the command line takes it: its relative paths start in the file's folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..assets import located, named_as
from ..callables import new_job
from ..explanations import said
from ..flows.submit import Job
from ..formats.document import Format
from ..text import printable
from .session import Session, UsageError


def whole_spec(session: Session, path: Path) -> dict[str, Any]:
    """Read a job spec, with its folder under the empty name; UsageError for what is none."""
    found = session.spec(path)
    shown, example = printable(path, 200), "ugc_video"
    if not isinstance(found, dict):
        raise UsageError(f"{shown} holds no job spec", hint=f'it looks like {{"format": "{example}", "script": "…"}}')
    if not isinstance(found.get("format", ""), str):
        text = f"{shown}: format takes the name of a format, not {said(found['format'])}"
        raise UsageError(text, hint=f'write "format": "{example}"')
    return {**found, "": path.parent}


def job_of_spec(format: Format, spec: Mapping[str, Any], key: str) -> Job:
    """Return the job of a spec as it stands, under a key that it had before."""
    inputs = placed_inputs(format, spec)
    return new_job(format.slug, inputs, {"idempotency_key": key, "extra_inputs": spec.get("extra_inputs") or {}})


def placed_inputs(format: Format, spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return a spec's inputs with its relative paths made to start in its folder."""
    inputs = {name: value for name, value in spec.items() if name not in ("format", "", "extra_inputs")}
    folder = spec.get("")

    def placed(value: Any) -> Any:
        if isinstance(value, list):
            return [placed(each) for each in value]
        if isinstance(value, str) and folder is not None and named_as(value, folder) == "file":
            return os.fspath(located(value, folder))
        return value

    files = {each.name for each in format.by_name.values() if each.takes_files}
    return {name: placed(value) if name in files else value for name, value in inputs.items()}
