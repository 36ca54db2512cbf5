"""Claims about the page on a batch: it stands alone, shows what was made, and is safe with texts from outside."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from clipwise.batches.lines import Line
from clipwise.batches.report import seconds, to_page, write_page

PICTURE = Path(__file__).parents[2] / "examples" / "product.png"
DONE = Line(1, 1, "static_ad", "key", "completed", "gen_1", 100.0, 104.5)


def page(*lines: Line, at: Path = Path("report.html")) -> str:
    return "".join(to_page(lines, "jobs.jsonl", at))


def test_a_picture_is_shown_inside_the_page(tmp_path: Path) -> None:
    """Small, and as it was made: the page can be sent to somebody without the folder."""
    shutil.copy(PICTURE, tmp_path / "a.png")
    write_page(tmp_path / "report.html", [replace(DONE, files=(str(tmp_path / "a.png"),))], "jobs.jsonl")
    text = (tmp_path / "report.html").read_text()
    assert len(re.findall(r"<img alt='' src='data:image/jpeg;base64,[A-Za-z0-9+/=]{500,}'>", text)) == 1
    assert "<a href='a.png'>a.png</a>" in text
    assert len(text) < 100_000


def test_a_film_that_cannot_be_looked_into_here_is_linked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the libraries the browser shows its first picture."""
    monkeypatch.setattr("clipwise.batches.report.to_jpeg", lambda *_: b"")
    film = tmp_path / "a b.mp4"
    film.write_bytes(b"\0\0\0\x18ftypmp42" + b"\0" * 100)
    text = page(replace(DONE, files=(str(film),)), at=tmp_path / "report.html")
    assert "<video muted controls preload=metadata src='a%20b.mp4#t=0.5'></video>" in text


def test_a_file_that_is_gone_or_odd_spoils_nothing(tmp_path: Path) -> None:
    """The row stands without a picture."""
    (tmp_path / "odd.png").write_bytes(b"\x89PNG\r\n\x1a\n and nothing")
    text = page(replace(DONE, files=(str(tmp_path / "gone.mp4"), str(tmp_path / "odd.png"))), at=tmp_path / "r.html")
    assert text.count("<tr id=n1>") == 1
    assert "data:image" not in text


def test_texts_from_outside_stay_texts() -> None:
    """Neither the server nor a file name writes into the page."""
    bad = replace(
        DONE,
        format="<script>a()</script>",
        status="failed",
        id="gen_<b>",
        files=("out/'onload=alert(1).png",),
        error={"message": "</td><script>alert(1)</script>\x1b[31m\nsecond line"},
    )
    text = page(bad)
    assert "<script" not in text
    assert "\x1b" not in text
    assert "&lt;/td&gt;&lt;script&gt;alert(1)&lt;/script&gt;[31m\nsecond line" in text
    assert "href='out/%27onload%3Dalert%281%29.png'" in text


def test_the_page_needs_nothing_from_elsewhere() -> None:
    """No script, no font, no other host."""
    text = page(DONE)
    assert re.findall(r"https?://|<script|<link|@import|url\(", text) == []


def test_what_ended_badly_is_named_first() -> None:
    """With links to the rows; the facts count everything."""
    text = page(DONE, replace(DONE, number=2, status="failed", error={"message": "no light"}))
    assert "Ended badly: <a href='#n2'>2</a>" in text
    assert "<b>2</b>specs" in text
    assert "no light" in text
    assert "a job took 4.5 s (median), 4.5 s at most" in text


@pytest.mark.parametrize(
    ("value", "said"), [(0.04, "0.0 s"), (9.9, "9.9 s"), (61, "61 s"), (600, "10 min"), (9000, "2 h 30 min")]
)
def test_lengths_of_time_are_read_at_a_glance(value: float, said: str) -> None:
    """Seconds, then minutes, then hours."""
    assert seconds(value) == said
