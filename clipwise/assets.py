"""What a value of an input names (an id, a local file, a URL), and what is wrong with it.

Judges files by what is in them. Knows no schema and no network.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from .files import Measured, measure, outside
from .formats.document import Input
from .projections.signature import type_text
from .text import printable

Severity = Literal["error", "warning"]

_URL = re.compile(r"https?://", re.IGNORECASE)
_MEDIA_SUFFIX = re.compile(
    r"\.(png|jpe?g|gif|webp|bmp|tiff?|svg|avif|hei[cf]|mp4|mov|m4v|webm|mkv|avi|mp3|wav|m4a|aac|flac|ogg|oga|opus|txt|pdf)$",
    re.IGNORECASE,
)
# A file of the second kind may hold nothing but the first.
MAY_HOLD = {("audio", "video")}


def named_as(value: Any, folder: Path | None = None) -> Literal["id", "file", "url"]:
    """Tell what a value names: a path object, a text with a path's form, or an existing file is a file."""
    if isinstance(value, os.PathLike):
        return "file"
    text = str(value)
    if _URL.match(text):
        return "url"
    if "/" in text or "\\" in text or text.startswith(("~", ".")) or _MEDIA_SUFFIX.search(text):
        return "file"
    return "file" if text and len(text) < 1024 and _is_file(located(text, folder)) else "id"


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def located(value: str | os.PathLike[str], folder: Path | None = None) -> Path:
    """Return where a named file is: `~` is the home folder, a relative path starts in `folder`."""
    named = os.fsdecode(value)
    with contextlib.suppress(ValueError):  # a NUL in the name of a user
        named = os.path.expanduser(named)  # noqa: PTH111  (Path.expanduser raises where there is no home)
    path = Path(named)
    return path if folder is None else folder / path


def assets(each: Input, value: Any) -> Iterator[tuple[tuple[int, ...], Any]]:
    """Go through what an input's value names: itself, or every item of a list, with the place in it."""
    if isinstance(value, (list, tuple)):
        yield from (((place,), item) for place, item in enumerate(value))
    else:
        yield (), value


def named_in_text(value: Any, folder: Path | None) -> Any:
    """Return a value whose local files have names that JSON can carry: what is sent is their ids, not their names."""
    if isinstance(value, (list, tuple)):
        return [each if isinstance(each, (list, tuple)) else named_in_text(each, folder) for each in value]
    if isinstance(value, str) and _is_text(value):
        return value
    if isinstance(value, (str, os.PathLike)) and named_as(value, folder) == "file":
        with contextlib.suppress(UnicodeEncodeError):
            return os.fsencode(value).decode(errors="replace")
    return value


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def asset_problem(
    each: Input, value: Any, folder: Path | None, root: Path | None = None
) -> tuple[str, str, str, Severity] | None:
    """Judge one value that names an asset; return code, message, hint and severity of what is wrong.

    Nothing outside `root`, if there is one, is looked into.
    """
    if value == "":
        return "empty", f"is empty; it takes {type_text(each)}", "", "error"
    kind = named_as(value, folder)
    if kind == "id" and each.takes_files and (odd := _odd(located(str(value), folder), root)):
        shown = repr(printable(str(value), 200))
        return "taken_as_id", f"{shown} is {odd}, which cannot be sent; it is taken as an id", "give a file", "warning"
    if kind == "file":
        return _file_problem(each, value, folder, root)
    if kind == "url" and "url" not in each.takes:
        return (
            "not_documented",
            "is a URL, which this input is not documented to take",
            "use a file or an id",
            "warning",
        )
    return None


def _odd(path: Path, root: Path | None) -> str:
    """Tell what is there under the name of an id, if it is anything; a file would count as one."""
    try:
        mode = path.stat().st_mode if len(path.name) < 256 and not outside(path, root) else 0
    except (OSError, ValueError):
        return ""
    return "a folder" if stat.S_ISDIR(mode) else "a pipe or a device" if mode else ""


def _file_problem(
    each: Input, value: Any, folder: Path | None, root: Path | None
) -> tuple[str, str, str, Severity] | None:
    path = located(value, folder)
    shown = repr(printable(os.fsdecode(value), 200))
    if not each.takes_files:
        if not isinstance(value, os.PathLike) and not _is_file(path) and not _MEDIA_SUFFIX.search(str(value)):
            return None  # an id may look like anything
        kind = printable(each.resource_type, 100)
        hint = f"`clipwise resources list {kind}`" if kind else ""
        return "takes_an_id", f"takes the id of one of your {kind or 'assets'}, not a file ({shown})", hint, "error"
    if outside(path, root):
        return "outside_upload_root", f"the file {shown} is outside the upload root", f"it is {root}", "error"
    try:
        found = measure(path, root)
    except FileNotFoundError:
        return "file_not_found", f"there is no file {shown}", _similar_file(path), "error"
    except PermissionError:
        return "file_unreadable", f"the file {shown} may not be read", "", "error"
    except (OSError, ValueError) as error:
        return "file_unreadable", f"{shown} {error.args[-1] if error.args else 'cannot be read'}", "", "error"
    return _content_problem(each, found, shown)


def _content_problem(each: Input, found: Measured, shown: str) -> tuple[str, str, str, Severity] | None:
    wanted = " or ".join(each.media)
    kind = found.media.kind
    if not found.size:
        return "file_empty", f"the file {shown} is empty", "", "error"
    if not each.media or kind in each.media or any((want, kind) in MAY_HOLD for want in each.media):
        return None
    if not kind:
        return "unknown_media", f"cannot tell what {shown} holds; {wanted} is expected", "", "warning"
    return "wrong_media", f"the file {shown} holds {kind}, not {wanted}", f"give {wanted} content", "error"


def _similar_file(path: Path) -> str:
    """Name a file nearby that was probably meant; looks only where the caller pointed."""
    try:
        names = [each.name for each in islice(path.parent.iterdir(), 2000)]
    except (OSError, ValueError):
        return f"the folder {printable(path.parent, 200)!r} does not exist" if str(path.parent) != "." else ""
    import difflib

    near = difflib.get_close_matches(path.name, names, n=1, cutoff=0.7)
    return f"did you mean {printable(path.parent / near[0], 300)!r}?" if near else ""
