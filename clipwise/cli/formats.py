"""Commands about formats: what there is, what it takes, what changed, and a catalog of one's own."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from ..flows import documents
from ..formats import bundled
from ..formats.document import Format
from ..formats.reader import read_format
from ..projections import skeleton as specs
from ..projections.command import help_text, to_flags
from ..text import printable
from .session import Session, UsageError
from .show import table, wrapped
from .words import Parameter

Where = Literal["bundled", "cache", "live"]
BROKEN = 3


def list_(
    session: Session,
    *,
    kind: Annotated[Literal["format", "tool", "all"] | None, Parameter(help="Only this kind.")] = None,
    platform: Annotated[str | None, Parameter(help="Only this platform: clipwise, video_company or all.")] = None,
    include_inactive: Annotated[bool, Parameter(help="Inactive ones too.", negative="", show_default=False)] = False,
) -> None:
    """List the formats."""
    content = session.client.formats.list(kind=kind, platform=platform, include_inactive=include_inactive or None)
    held = {id(each.raw): each for each in documents.local_catalog(session.client._context) or ()}
    read = (held.get(id(row)) or read_format(row, bundled.known()) for row in content["formats"])  # none is read twice
    rows = [(e.slug, e.kind or "-", ", ".join(e.output_types) or "-", e.description) for e in read if e is not None]
    session.show.result(content, table(rows, ("FORMAT", "KIND", "MAKES", "")))


def show(session: Session, format: Annotated[str, Parameter(help="Any name of it.")], /) -> None:
    """Show what a format takes."""
    found = session.client.formats.document(format)
    session.show.result({"format": found.raw}, format_lines(found))


def refresh(session: Session) -> None:
    """Ask the server for its documents now and keep them."""
    content = session.client.formats.refresh()
    count = len(content["formats"])
    session.show.result(content, f"{count} formats, as {session.client.base_url} says now")


def diff(
    session: Session,
    format: Annotated[str | None, Parameter(help="Only this format.")] = None,
    /,
    *,
    from_: Annotated[Where, Parameter(name="--from", help="The older side: bundled, cache or live.")] = "bundled",
    to: Annotated[Where, Parameter(help="The newer side.")] = "live",
) -> int:
    """Say what changed in the documents; a change that may break callers makes the exit code 3."""
    changes = session.client.formats.diff(format, from_=from_, to=to)
    breaking = [each for each in changes if each.breaking]
    lines = [
        f"{'!' if each.breaking else ' '} {each.what:<9} {printable(each.path, 200)}: {each.message}"
        for each in changes
    ]
    count = f"{len(changes)} change{'s' * (len(changes) != 1)} from {from_} to {to}"
    lines.append(f"{count}, {len(breaking)} of them may break callers (!)" if changes else count)
    session.show.result({"changes": [each.as_dict() for each in changes], "breaking": len(breaking)}, lines)
    return BROKEN if breaking else 0


def export(session: Session, folder: Annotated[Path, Parameter(help="Where to write them.")], /) -> None:
    """Write the documents as files, to be kept in a repository and used with --catalog."""
    paths = [str(path) for path in session.client.formats.export(folder)]
    session.show.result({"files": paths}, f"{len(paths)} documents in {folder}; use them with --catalog {folder}")


def skeleton(
    session: Session,
    format: Annotated[str, Parameter(help="Any name of it.")],
    /,
    *,
    required_only: Annotated[bool, Parameter(help="Only what is required.", negative="", show_default=False)] = False,
    yaml: Annotated[bool, Parameter(help="As YAML, with comments.", negative="", show_default=False)] = False,
) -> None:
    """Write a job spec to start from: each input with an example."""
    found = session.client.formats.document(format)
    if yaml and session.json:
        raise UsageError("--yaml and --json cannot be used together")
    session.show.result(
        specs.skeleton(found, required_only),
        specs.yaml_skeleton(found, required_only) if yaml else specs.json_skeleton(found, required_only),
    )


COMMANDS: Mapping[str, Callable[..., Any]] = {
    "list": list_,
    "show": show,
    "refresh": refresh,
    "diff": diff,
    "export": export,
    "skeleton": skeleton,
}


def format_lines(found: Format) -> list[str]:
    """Return a format's page for a person."""
    names = ", ".join(each for each in found.names if each not in (found.slug, found.display_name))
    title = f"{found.display_name or found.slug}  ({found.slug}{', also ' + names if names else ''})"
    lines = [printable(title, 400), ""]
    lines += wrapped(found.description) + wrapped(found.what_it_does)
    for head, required in (("REQUIRED", True), ("OPTIONAL", False)):
        rows = [(each.name, help_text(each)) for each in found.inputs if each.required is required]
        lines += ["", *table(rows, (head, ""))] if rows else []
    if found.modes:
        rows = [(mode.name, f"runs {mode.runs}" if mode.runs else "") for mode in found.modes]
        lines += ["", *table(rows, ("MODES", ""))]
    if found.output_types:
        lines += ["", f"Makes: {', '.join(found.output_types)}"]
    example = example_lines(found)
    return [*lines, "", "Example:", *example] if example else lines


def example_lines(found: Format) -> list[str]:
    """Return the first example of a format as a command that can be run; empty when there is none."""
    first = found.examples[0] if found.examples else {}
    inputs = first.get("inputs", first) if isinstance(first, dict) else {}
    flags = {flag.input.name: flag.name for flag in to_flags(found) if not flag.path}
    if not isinstance(inputs, dict):
        return []
    parts = [part for name, value in inputs.items() if name in flags for part in _argument(flags[name], value)]
    return [f"  clipwise generate {found.slug} " + " \\\n      ".join(parts)] if parts else []


def _argument(flag: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [flag if value else f"--no-{flag[2:]}"]
    if isinstance(value, list) and all(isinstance(each, str) and "," not in each for each in value):
        value = ",".join(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return [f"{flag} {shlex.quote(printable(text, 300))}"]
