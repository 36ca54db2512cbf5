"""A batch as one page of HTML that opens without a server: thumbnails, problems, timings.

The page holds no script and asks no other host; texts from outside are escaped. Knows no ledger and no network.
"""

from __future__ import annotations

import base64
import os
import statistics
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timezone
from html import escape
from pathlib import Path
from urllib.parse import quote

from ..files import measure, replace_file
from ..text import printable
from .lines import BAD, Line
from .thumbnail import to_jpeg

STYLE = """
:root { color-scheme: light dark; --line: #8884; --good: #1a7f4b; --bad: #c0362c; --dim: #777; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
.facts { color: var(--dim); margin: 0 0 1.5rem; }
.tiles { display: flex; flex-wrap: wrap; gap: .75rem; margin: 0 0 1.5rem; }
.tile { border: 1px solid var(--line); border-radius: .5rem; padding: .6rem 1rem; min-width: 6rem; }
.tile b { display: block; font-size: 1.4rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .5rem .6rem; border-top: 1px solid var(--line); }
td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
img, video { max-width: 160px; max-height: 160px; border-radius: .35rem; display: block; background: #8882; }
.completed { color: var(--good); } .bad { color: var(--bad); }
.why { white-space: pre-wrap; overflow-wrap: anywhere; }
small { color: var(--dim); overflow-wrap: anywhere; }
"""


def to_page(lines: Sequence[Line], title: str, page: Path) -> Iterator[str]:
    """Yield the page about these lines piece by piece; its links to files are relative to where `page` will lie."""
    title = escape(printable(title, 300))
    yield f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><style>{STYLE}</style>"
    yield f"<h1>{title}</h1>{_facts(lines)}{_bad(lines)}<table><tr><th>#<th>Made<th>Job<th>Status<th>Took</tr>"
    for each in lines:
        yield _row(each, page.parent)
    yield "</table></html>\n"


def write_page(path: Path, lines: Sequence[Line], title: str) -> None:
    """Write the page, whole or not at all; OSError if it cannot be written."""
    replace_file(path, (piece.encode(errors="replace") for piece in to_page(lines, title, path)), 0o644)


def _facts(lines: Sequence[Line]) -> str:
    counts: dict[str, int] = {}
    for each in lines:
        counts[each.status] = counts.get(each.status, 0) + 1
    tiles = [("specs", len(lines)), *sorted(counts.items())]
    took = [each.ended - each.began for each in lines if each.ok and each.ended >= each.began > 0]
    said = []
    if took:
        said.append(f"a job took {seconds(statistics.median(took))} (median), {seconds(max(took))} at most")
    times = [time for each in lines for time in (each.began, each.ended) if time]
    if times:
        begun = datetime.fromtimestamp(min(times), timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
        said.append(f"begun {begun}, {seconds(max(times) - min(times))} to the last change")
    boxes = "".join(f"<div class=tile><b>{number:,}</b>{escape(printable(name, 40))}</div>" for name, number in tiles)
    return f"<p class=facts>{escape('; '.join(said))}</p><div class=tiles>{boxes}</div>"


def _bad(lines: Sequence[Line]) -> str:
    """Return links to the lines that ended badly."""
    links = [f"<a href='#n{each.number}'>{each.number}</a>" for each in lines if each.status in BAD or each.error]
    return f"<p>Ended badly: {' '.join(links)}</p>" if links else ""


def _row(line: Line, folder: Path) -> str:
    kind = "bad" if line.status in BAD else line.status if line.ok else ""
    where = f"line {line.line}" if line.line else ""
    took = seconds(line.ended - line.began) if line.ended >= line.began > 0 else ""
    names = " ".join(f"<a href='{_link(path, folder)}'>{escape(Path(path).name)}</a>" for path in line.files or ())
    why = f"<div class=why>{escape(printable(line.reason, 4000, lines=True))}</div>" if line.reason else ""
    job = f"{escape(line.format)}<br><small>{escape(printable(line.id, 100))} {where}<br>{names}</small>"
    return (
        f"<tr id=n{line.number}><td class=n>{line.number}<td>{_thumbnail(line.files or (), folder)}<td>{job}"
        f"<td><span class='{kind}'>{escape(printable(line.status, 60))}</span>{why}<td class=n>{took}</tr>\n"
    )


def seconds(value: float) -> str:
    """Return a length of time for a person."""
    whole = round(value)
    if value < 10:
        return f"{value:.1f} s"
    if whole < 120:
        return f"{whole} s"
    return f"{whole // 60} min" if whole < 7200 else f"{whole // 3600} h {whole % 3600 // 60} min"


def _link(path: str, folder: Path) -> str:
    return escape(quote(os.path.relpath(path, folder)), quote=True)


def _thumbnail(files: Iterable[str], folder: Path) -> str:
    """Return a small picture of the first film or picture: inside the page where one can be made here."""
    for name in files:
        try:
            media = measure(Path(name)).media
        except (OSError, ValueError):
            continue
        if media.kind in ("image", "video"):
            picture = to_jpeg(Path(name), media.kind)
            if picture:
                return f"<img alt='' src='data:image/jpeg;base64,{base64.b64encode(picture).decode()}'>"
            link = _link(name, folder)
            if media.kind == "image":
                return f"<img alt='' loading=lazy src='{link}'>"
            return f"<video muted controls preload=metadata src='{link}#t=0.5'></video>"
    return ""
