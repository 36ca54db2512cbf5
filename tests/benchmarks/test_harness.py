"""Claims about the harness itself: cheap, and part of the ordinary tests; the figures are not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from benchmarks import __main__ as harness
from benchmarks.rows import Figure, Limit, Row, in_turn

PROMISED = (
    "import clipwise", "clipwise --version", "completion", "formats list", "formats show", "auth show",
    "validate one.json", "generate FORMAT --help", "status ID", "client.generate.x", "uploading 2 GiB",
    "peak memory", "projections of 2,000 formats", "validate on 200,000 specs", "validate on 5,000,000 lines",
    "10,000 jobs by batch",
)  # fmt: skip


def test_every_promise_has_a_row():
    """Each line of the table is measured by a row, and no two rows have one name."""
    names = [(row.what, row.against) for row in harness.all_rows()]
    assert [each for each in PROMISED if not any(each in name for name, _ in names)] == []
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("limit", "figure", "value", "met"),
    [
        (Limit("times", 1.5), Figure(3.0, 2.0), 1.5, True),
        (Limit("times", 1.5), Figure(3.2, 2.0), 1.6, False),
        (Limit("quicker", 20), Figure(1.0, 20.0), 20.0, True),
        (Limit("quicker", 20), Figure(1.0, 19.0), 19.0, False),
        (Limit("more", 30), Figure(131.0, 100.0, "MB"), 31.0, False),
        (Limit("amount", 1), Figure(0.9), 0.9, True),
    ],
)
def test_a_limit_says_whether_a_figure_keeps_it(limit, figure, value, met):
    """At most so many times, at least so many times quicker, so much more, an amount."""
    assert (limit.of(figure), limit.met(figure)) == (value, met)


def test_two_sides_are_measured_turn_by_turn():
    """After one turn that does not count, each side has as many turns as the other."""
    order: list[str] = []
    in_turn(lambda: order.append("ours"), lambda: order.append("theirs"), 2)
    assert order == ["ours", "theirs"] * 3


@pytest.mark.parametrize(("limit", "code"), [(2.0, 0), (0.5, 1)])
def test_a_missed_figure_is_an_exit_code(limit, code, monkeypatch, capsys, tmp_path: Path):
    """The table and the file say what was measured, and the exit code whether it will do."""
    row = Row("a cheap row", "itself", Limit("times", limit), lambda: Figure(1.0, 1.0))
    monkeypatch.setattr(harness, "all_rows", lambda: [row, Row("another", "", Limit("amount", 1), lambda: Figure(9.0))])
    assert harness.main(["--only", "cheap", "--json", str(tmp_path / "x.json")]) == code
    head, line = capsys.readouterr().out.splitlines()
    assert re.split(r"\s{2,}", line)[:2] == ["a cheap row", "itself"]
    assert head.startswith("what")
    written = json.loads((tmp_path / "x.json").read_bytes())
    assert [(each["what"], each["figure"], each["met"]) for each in written["rows"]] == [("a cheap row", 1.0, not code)]
    assert written["machine"]["processors"] >= 1


def test_one_cheap_row_is_measured():
    """The rows can be measured as they stand."""
    row = next(row for row in harness.all_rows() if row.what.startswith("one format of 2,000"))
    assert 0 < row.measure().ours < 5
