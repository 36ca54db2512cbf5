"""The files of a finished job, brought home: to a temporary name, checked, then renamed.

Output URLs are fetched without the token. What the server calls a file never decides where it lies.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from .. import wire
from ..effects import LARGEST_FILE, Answer, Disk, Fetch, Flow, NoAnswer, Sleep, Tell
from ..errors import ClipwiseError, ConnectionFailed, InvalidResponse
from ..files import digest, replace_file
from ..text import printable
from .call import RETRIED, again, need_line
from .context import Context
from .events import Downloaded

MAX_REDIRECTS = 5
REDIRECTS = (301, 302, 303, 307, 308)
SUFFIXES: Mapping[str, str] = {
    "video/mp4": ".mp4",
    "video/webm": ".webm",
    "video/quicktime": ".mov",
    "audio/wav": ".wav",
    "audio/x-wav": ".wav",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/ogg": ".ogg",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "application/x-subrip": ".srt",
    "text/vtt": ".vtt",
    "text/plain": ".txt",
    "application/json": ".json",
}
KINDS: Mapping[str, str] = {"video": ".mp4", "image": ".png", "audio": ".wav", "subtitles": ".srt"}


@dataclass(frozen=True, slots=True)
class Output:
    """One file of a job: where it is, what it is called here, and what is known of it."""

    url: str
    name: str
    size: int | None = None
    sha256: str = ""


def outputs_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the outputs in an answer about a job; empty when there are none yet."""
    outputs = wire.inner(content, "generation").get("outputs", content.get("outputs"))
    return outputs if isinstance(outputs, dict) else {}


def files_of(content: Mapping[str, Any], stem: str) -> list[Output]:
    """Return every file of a job, named after `stem` and numbered where two would have one name."""
    taken: dict[str, int] = {}
    found = []
    for row in _rows(outputs_of(content)):
        suffix = _suffix(row)
        taken[suffix] = taken.get(suffix, 0) + 1
        number = f"-{taken[suffix]}" if taken[suffix] > 1 else ""
        size, sha = row.get("bytes"), row.get("sha256")
        found.append(
            Output(
                row["url"],
                f"{stem}{number}{suffix}",
                size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None,
                sha.lower() if isinstance(sha, str) and re.fullmatch(r"[0-9a-fA-F]{64}", sha) else "",
            )
        )
    return found


def _rows(outputs: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Go through the places where outputs name files, films first; a URL that is named twice counts once."""
    seen = set()
    result = outputs.get("result")
    listed = outputs.get("files")
    named: list[Any] = list(listed) if isinstance(listed, list) else []
    named += [{"url": outputs.get("video_url"), "kind": "video"}]
    named += result if isinstance(result, list) else [result]
    rows = [row for row in named if isinstance(row, Mapping) and isinstance(row.get("url"), str) and row["url"]]
    for row in sorted(rows, key=lambda row: row.get("kind") != "video"):
        if row["url"] not in seen:
            seen.add(row["url"])
            yield row


def _suffix(row: Mapping[str, Any]) -> str:
    stated = SUFFIXES.get(str(row.get("mime_type", "")).partition(";")[0].strip().lower())
    in_url = re.search(r"(?<![:/])/[^?#]*(\.[A-Za-z0-9]{1,5})(?:[?#]|$)", row["url"])
    return stated or (in_url[1].lower() if in_url else KINDS.get(str(row.get("kind")), ".bin"))


def download(context: Context, content: Mapping[str, Any], folder: Path, stem: str) -> Flow[list[Path]]:
    """Bring every file of a finished job into `folder`; return their paths, the film first.

    A job whose only output is a transcript gives a text file. ClipwiseError when it has no outputs at all.
    """
    need_line(context)
    files = files_of(content, stem)
    transcript = outputs_of(content).get("transcript")
    paths: list[Path] = []
    try:
        if not files and isinstance(transcript, str):
            paths.append(folder / f"{stem}.txt")
            yield Disk(replace_file, (paths[0], transcript.encode(errors="replace") + b"\n", 0o644))
        for each in files:
            paths.append((yield from _bring(context, each, folder)))
    except OSError as error:
        where = printable(folder, 200)
        raise ClipwiseError(
            f"cannot write into {where!r}: {error.strerror or error}",
            hint="give another folder; the job is kept at the server",
        ) from None
    if not paths:
        status = wire.status_of(content)
        raise ClipwiseError(
            f"there is nothing to download; the job is {status or 'in an unknown state'}", code="not_found"
        )
    for path in paths:
        yield Tell(Downloaded(path))
    return paths


def _bring(context: Context, each: Output, folder: Path) -> Flow[Path]:
    target = folder / each.name
    url = _address(context, each.url)
    partial: Path = yield Disk(_prepare, (folder, each.name))
    try:
        yield from _fetched(context, url, partial, min(LARGEST_FILE, each.size or LARGEST_FILE))
        yield Disk(_arrived, (partial, target, each))
    except GeneratorExit:  # nobody is left who could carry out another effect
        raise
    except BaseException:
        yield Disk(_discard, (partial,))
        raise
    return target


def _address(context: Context, url: str) -> str:
    """An output's URL may be relative to the API's host; only http and https are fetched."""
    full, scheme = _joined(context.settings.base_url + "/", url)
    if scheme not in ("http", "https"):
        raise InvalidResponse(f"the job names an output at {printable(url, 200)!r}, which cannot be fetched")
    return full


def _joined(base: str, url: str) -> tuple[str, str]:
    """Return a URL in full, and its scheme; no scheme when it is none."""
    try:
        full = urljoin(base, url)
        return full, urlsplit(full).scheme
    except ValueError:
        return url, ""


def _fetched(context: Context, url: str, partial: Path, limit: int) -> Flow[None]:
    """Fetch a URL into a file of at most `limit` bytes, from where it broke off, until it is whole."""
    attempts, hops, validator = 0, 0, ""
    while True:
        attempts += 1
        offset: int = (yield Disk(_size, (partial,))) if validator else 0
        fetch = Fetch(url, partial, context.settings.timeout, offset, validator, limit)
        outcome: Answer | NoAnswer
        try:
            outcome = yield fetch
        except NoAnswer as fault:
            outcome = fault
        head = outcome if isinstance(outcome, Answer) else outcome.head
        if head is not None and head.status in (200, 206, 416):
            validator = _validator(head)  # none after 416: what is here does not fit, so the file starts anew
        if isinstance(outcome, Answer):
            if outcome.status in (200, 206):
                return
            if outcome.status in REDIRECTS and hops < MAX_REDIRECTS:
                url, hops, attempts = _next_hop(url, outcome), hops + 1, 0
                continue
            if outcome.status not in RETRIED and not (outcome.status == 416 and offset):
                raise _lost(url, f"the server answered {outcome.status}", outcome.status)
        pause = again(context.policy, context.budget, wire.get("media"), outcome, attempts, 600.0)
        if pause is None:
            reason = outcome.message if isinstance(outcome, NoAnswer) else f"the server answered {outcome.status}"
            raise _lost(url, reason, None)
        yield Sleep(pause.low, pause.high)


def _validator(head: Answer) -> str:
    """Only a strong ETag proves that two parts belong together."""
    etag = head.headers.get("etag", "")
    return "" if etag.startswith("W/") or head.status == 416 else etag


def _next_hop(url: str, answer: Answer) -> str:
    was = urlsplit(url).scheme
    target, now = _joined(url, answer.headers.get("location", ""))
    if now not in ("http", "https") or (was == "https" and now != "https") or target == url:
        raise _lost(url, f"it points to {printable(target, 200)!r}, which is not followed", answer.status)
    return target


def _lost(url: str, reason: str, status: int | None) -> ClipwiseError:
    host = printable(urlsplit(url).netloc, 100)
    hint = "the job is kept at the server; try the download again"
    if status is None:
        return ConnectionFailed(f"the file at {host} did not arrive: {reason}", hint=hint)
    return ClipwiseError(f"the file at {host} did not arrive: {reason}", status_code=status, hint=hint)


def _prepare(folder: Path, name: str) -> Path:
    """Make a file of this download alone, so that two at a time do not write into each other's."""
    import tempfile

    folder.mkdir(parents=True, exist_ok=True)
    handle, partial = tempfile.mkstemp(dir=folder, prefix=f".{name[:100]}-", suffix=".part")
    os.close(handle)
    return Path(partial)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _discard(path: Path) -> None:
    path.unlink(missing_ok=True)


def _arrived(partial: Path, target: Path, each: Output) -> None:
    """Give a file its final name once it is whole."""
    size = partial.stat().st_size
    if each.size is not None and size != each.size:
        raise InvalidResponse(f"{each.name} arrived with {size} bytes instead of {each.size}")
    if each.sha256 and digest(partial) != each.sha256:
        raise InvalidResponse(f"{each.name} arrived damaged: its SHA-256 is not the one that the server named")
    partial.chmod(0o644)
    partial.replace(target)
