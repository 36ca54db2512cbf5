"""`extract-url/…`: from the link of a page to the video on it, as far as a server without a network can.

A URL of the sandbox's own media, and one whose path ends like a video file, is its own video, told at once. Any other
link gets a task, ready after half a second: it fails with `url_extract_failed`, because nothing is fetched here.
To rehearse success, ask for `https://example.com/watch…` or `https://anything.test/watch…`: the video of such a page
is one of the curated reference videos, the same for the same link.
"""

from __future__ import annotations

import re
import time
import zlib
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from clipwise.sandbox.endpoints.resources import item, media_url
from clipwise.sandbox.exchange import Answer, Call, Refusal, object_body, refusal
from clipwise.sandbox.values import Problem, problems

READY = 0.5  # seconds until a task is ready
SUFFIXES = (".mp4", ".mov", ".webm", ".m4v", ".mkv", ".avi", ".ogv", ".mpg", ".mpeg")
TEXT = {"type": "string", "minLength": 1, "maxLength": 2000}
REHEARSED = re.compile(r"(.+\.)?(example\.com|test)")
REFUSED = re.compile(r"[\x00-\x20\x7f]")
OWN = re.compile(r"/media/([^/]+)/([^/]+)/([^/]+)")
FAILED = "url_extract_failed"
NO_NETWORK = "The sandbox fetches nothing from the network; links to video files work, and https://example.com/watch…"
NO_VIDEO = "The sandbox has no reference video to rehearse with."


def create_extraction(call: Call) -> Answer:
    """`POST extract-url/`: the video at once (200), or a task to ask for (202)."""
    url = _url(object_body(call).get("url"))
    parts = _parts(url)
    if parts.path.lower().endswith(SUFFIXES):
        return Answer({"video_url": _own(call, parts) or url, "source_url": url})
    return Answer({"task_id": call.sandbox.store.add_extraction(call.account, url), "source_url": url}, status=202)


def retrieve_extraction(call: Call) -> Answer:
    """`GET extract-url/{task_id}/`: whether it is ready, and what came of it."""
    found = call.sandbox.store.extraction(call.account, call.path["id"])
    if found is None:
        raise Refusal("not_found", "There is no such extraction in this account.")
    url, since = found
    told: dict[str, Any] = {"task_id": call.path["id"], "source_url": url}
    told |= {"ready": False, "video_url": None, "error": None, "error_code": None}
    if time.time() - since < READY:
        return Answer(told | {"success": False})
    video = _rehearsed(call, url) if _is_rehearsal(_parts(url)) else None
    if video is None:
        error = NO_VIDEO if _is_rehearsal(_parts(url)) else NO_NETWORK
        return Answer(told | {"ready": True, "success": False, "error": error, "error_code": FAILED})
    return Answer(told | {"ready": True, "success": True, "video_url": video})


def _url(value: Any) -> str:
    """Return a link that could be fetched; Refusal with what is wrong with it."""
    found = list(problems(value, TEXT, ("url",)))
    if not found and _host(value) is None:
        found = [Problem(("url",), "format", "This is not a link to a web page.", "Send http:// or https:// …")]
    if found:
        raise refusal(found)
    return str(value)


def _host(url: str) -> str | None:
    try:
        parts = _parts(url)
        _ = parts.port  # a port that is no number is found when it is asked for
    except ValueError:
        return None
    good = parts.scheme in ("http", "https") and not REFUSED.search(url)
    return parts.hostname if good else None


def _parts(url: str) -> SplitResult:
    return urlsplit(url)


def _own(call: Call, parts: SplitResult) -> str | None:
    """Return the sandbox's own URL of a file, as this request reaches it; None for what is not its own."""
    match = OWN.fullmatch(unquote(parts.path))
    if match is None:
        return None
    owner, token, name = match.groups()
    return media_url(call, owner, name) if call.sandbox.store.sign(owner, name) == token else None


def _is_rehearsal(parts: SplitResult) -> bool:
    return bool(REHEARSED.fullmatch(parts.hostname or "")) and parts.path.startswith("/watch")


def _rehearsed(call: Call, url: str) -> str | None:
    """Return the URL of a curated reference video: which one, the link decides."""
    curated = ("source_kind = 'curated' AND kind = 'video'", ())
    found, _ = call.sandbox.store.resources(call.account, "reference_videos", [curated])
    shown = item(call, found[zlib.crc32(url.encode()) % len(found)]) if found else {}
    video: str | None = shown.get("url")
    return video
