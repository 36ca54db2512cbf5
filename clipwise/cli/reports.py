"""What `clipwise validate` says, in each of its forms; written as it comes, so that any number of problems fits.

A report hears of files, of what was found in them, and of the end. Knows how to write, not how to check.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .._version import __version__
from ..errors import Problem
from ..specs import Found
from ..text import printable
from .show import Show, problem_lines

Write = Callable[[str], None]
SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
HOME = "https://pypi.org/project/clipwise/"
STDIN = "<stdin>"


@dataclass
class Tally:
    """How many specs there were, how many of them are wrong, and how many have warnings only."""

    specs: int = 0
    wrong: int = 0
    warned: int = 0

    def add(self, other: Any) -> None:
        """Count what something else has counted."""
        self.specs, self.wrong, self.warned = (
            self.specs + other.specs,
            self.wrong + other.wrong,
            self.warned + other.warned,
        )

    def __str__(self) -> str:
        said = f"{self.specs:,} spec{'s' * (self.specs != 1)}, {self.wrong:,} wrong"
        return said + (f", {self.warned:,} with warnings" if self.warned else "")


@dataclass
class Report:
    """Hears of everything in the order of the files; `write` takes a whole line."""

    write: Write
    show: Show
    many: bool = field(default=False, init=False)  # whether a file held more than one spec

    def begin(self) -> None:
        """Nothing was looked at yet."""

    def found(self, name: str, found: Found, single: bool, wrong: bool) -> None:
        """A spec has problems; it is the only one of its file where it is `single`."""

    def file(self, name: str, tally: Tally, single: bool) -> None:
        """A file is at its end."""

    def end(self, tally: Tally) -> None:
        """Everything was looked at."""


class Text(Report):
    """For a person, and for editors that can jump to `file:line:`."""

    def found(self, name: str, found: Found, single: bool, wrong: bool) -> None:
        """One block for a file of its own, one line for each problem otherwise."""
        if single:
            counts = Counter(each.severity for each in found.problems)
            said = [f"{n} {kind}{'s' * (n > 1)}" for kind in ("error", "warning") if (n := counts[kind])]
            self.write(f"{printable(name, 300)}: {', '.join(said)}")
            placed = [_with_place(each, place) for each, place in zip(found.problems, found.places, strict=True)]
            for line in problem_lines(placed):
                self.write(self.show.command(line, flags=False))
            return
        for problem, (line_number, _) in zip(found.problems, found.places, strict=True):
            place = f":{line_number}" if line_number else f": spec {found.number}" if found.number else ""
            kind = "warning: " if problem.severity == "warning" else ""
            self.write(
                self.show.command(f"{printable(name, 300)}{place}: {kind}{printable(problem, 1000)}", flags=False)
            )

    def file(self, name: str, tally: Tally, single: bool) -> None:
        """A good file of one spec is said to be good."""
        self.many = self.many or not single
        if single and not (tally.wrong or tally.warned):
            self.write(f"{printable(name, 300)}: ok")

    def end(self, tally: Tally) -> None:
        """The sum, where there was something to sum up."""
        if self.many:
            self.write(str(tally))


def _with_place(problem: Problem, place: tuple[int, int]) -> Problem:
    if problem.code != "unreadable_spec" or not place[0]:
        return problem
    column = f", column {place[1]}" if place[1] else ""
    message = f"line {place[0]}{column}: {problem.message}"
    return Problem(problem.path, problem.code, message, problem.hint, problem.rule, problem.severity)


class Json(Report):
    """One JSON document; of files of many specs only those with problems are listed."""

    def begin(self) -> None:
        """The list comes first, what is known at the end comes last."""
        self.some = False
        self.files: list[dict[str, Any]] = []
        self.write('{"specs": [')

    def row(self, row: dict[str, Any]) -> None:
        """Write one spec."""
        self.write(("," if self.some else " ") + json.dumps(row))
        self.some = True

    def found(self, name: str, found: Found, single: bool, wrong: bool) -> None:
        """Each problem with its line and column."""
        problems = [
            {**problem.as_dict(), "line": line or None, "column": column or None}
            for problem, (line, column) in zip(found.problems, found.places, strict=True)
        ]
        place = {"number": found.number or None, "line": found.line or None}
        self.row({"file": name, "ok": not wrong, **place, "problems": problems})

    def file(self, name: str, tally: Tally, single: bool) -> None:
        """A good file of one spec is listed too."""
        if single and not (tally.wrong or tally.warned):
            self.row({"file": name, "ok": True, "number": 1, "line": None, "problems": []})
        self.files.append({"file": name, "specs": tally.specs, "wrong": tally.wrong, "warned": tally.warned})

    def end(self, tally: Tally) -> None:
        """Counts, and whether all went well."""
        total = {"specs": tally.specs, "wrong": tally.wrong, "warned": tally.warned}
        closing = {"files": self.files, "total": total, "success": not tally.wrong}
        self.write("], " + json.dumps(closing)[1:])


class Github(Report):
    """Annotations of GitHub Actions: the problem stands beside the line in the pull request."""

    def found(self, name: str, found: Found, single: bool, wrong: bool) -> None:
        """One command for each problem."""
        for problem, (line, column) in zip(found.problems, found.places, strict=True):
            place = {"file": name, "line": line, "col": column, "title": f"clipwise: {problem.code}"}
            told = ",".join(f"{key}={_escaped(str(value), ':,')}" for key, value in place.items() if value)
            message = self.show.command(printable(problem, 1000))
            self.write(f"::{problem.severity} {told}::{_escaped(message)}")

    def file(self, name: str, tally: Tally, single: bool) -> None:
        """Said by what was found."""

    def end(self, tally: Tally) -> None:
        """For the log."""
        self.write(str(tally))


def _escaped(text: str, more: str = "") -> str:
    for char in "%\r\n" + more:
        text = text.replace(char, f"%{ord(char):02X}")
    return text


class Sarif(Report):
    """SARIF 2.1.0, for code scanning."""

    def begin(self) -> None:
        """The results come before the tool, whose rules are known at the end."""
        self.some = False
        self.codes: dict[str, None] = {}
        head = {"$schema": SARIF_SCHEMA, "version": "2.1.0"}
        run = '"runs": [{"columnKind": "unicodeCodePoints", "results": ['
        self.write(json.dumps(head)[:-1] + ", " + run)

    def found(self, name: str, found: Found, single: bool, wrong: bool) -> None:
        """One result for each problem."""
        for problem, place in zip(found.problems, found.places, strict=True):
            self.codes[problem.code] = None
            self.write(("," if self.some else " ") + json.dumps(self.result(name, found, problem, place)))
            self.some = True

    def result(self, name: str, found: Found, problem: Problem, place: tuple[int, int]) -> dict[str, Any]:
        """Return one result."""
        line, column = place
        region = {"region": {"startLine": line, **({"startColumn": column} if column else {})}} if line else {}
        location: dict[str, Any] = {"physicalLocation": {"artifactLocation": {"uri": _uri(name)}, **region}}
        if problem.path:
            location["logicalLocations"] = [{"fullyQualifiedName": problem.where}]
        return {
            "ruleId": problem.code,
            "level": problem.severity,
            "message": {"text": self.show.command(printable(problem, 1000))},
            "locations": [location],
            "properties": {"number": found.number},
        }

    def end(self, tally: Tally) -> None:
        """The tool, and the rules that were broken."""
        rules = [{"id": code, "shortDescription": {"text": code.replace("_", " ")}} for code in self.codes]
        driver = {"name": "clipwise", "version": __version__, "informationUri": HOME, "rules": rules}
        self.write('], "tool": ' + json.dumps({"driver": driver}) + "}]}")


def _uri(name: str) -> str:
    if name == STDIN:
        return "stdin"
    path = Path(name)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


FORMS: Mapping[str, type[Report]] = {"text": Text, "json": Json, "github": Github, "sarif": Sarif}
