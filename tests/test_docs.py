"""The documentation is whole and true: what it names is there, and what is there is named."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from clipwise import namespaces
from clipwise.cli.app import BRANCHES, COMMANDS, at
from clipwise.cli.generate import OPTIONS
from clipwise.cli.session import ANYWHERE
from clipwise.client import Clipwise
from clipwise.namespaces import _Namespace

ROOT = Path(__file__).parents[1]
INTERFACE = (ROOT / "docs" / "interface.md").read_text()
FAULTS = (ROOT / "docs" / "faults.md").read_text()
README = (ROOT / "README.md").read_text()


@cache
def named_in(path: Path) -> set[str]:
    """Return the names of the tests in a file."""
    return {each.name for each in ast.walk(ast.parse(path.read_text())) if isinstance(each, ast.FunctionDef)}


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`(tests/[\w/]+\.py::\w+)`", INTERFACE + FAULTS))))
def test_every_test_that_the_table_names_is_there(named):
    """A row whose test was renamed or dropped shows nothing."""
    path, _, name = named.partition("::")
    assert name in named_in(ROOT / path)


def test_every_fault_has_a_test():
    """No row is without one, and every file of tests about faults is named."""
    rows = [line for line in FAULTS.splitlines() if line.startswith("| ") and not line.startswith("| given")]
    assert len(rows) >= 34
    assert [row for row in rows if "::test_" not in row] == []
    assert [path.name for path in (ROOT / "tests" / "faults").glob("test_*.py") if path.name not in FAULTS] == []


def test_every_call_is_in_the_table():
    """Every public method of every namespace, and of the client, has a row."""
    spaces = {name: each for name, each in vars(namespaces).items() if isinstance(each, type)}
    missing = []
    for each in spaces.values():
        if issubclass(each, _Namespace) and each is not _Namespace:
            row = re.sub(r"(?<!^)([A-Z])", r"_\1", each.__name__).lower()
            rows = [line for line in INTERFACE.splitlines() if f"client.{row}." in line]
            names = [name for name in vars(each) if not name.startswith("_")]
            missing += [f"{row}.{n}" for n in names if not any(re.search(rf"\.{n}\(", line) for line in rows)]
    missing += [n for n in vars(Clipwise) if not n.startswith("_") and n not in INTERFACE]
    assert missing == []


def test_every_command_is_in_the_table():
    """Every command, every flag that may stand anywhere, and every option of `generate`."""
    commands = [*COMMANDS, *(f"{name} {each}" for name, (_, _, branch) in BRANCHES.items() for each in at(branch))]
    missing = [name for name in (*commands, *ANYWHERE) if name not in INTERFACE]
    options = [f"--{name.replace('_', '-')}" for name in OPTIONS]
    assert missing + [name for name in options if name not in INTERFACE + README] == []


def test_the_readme_is_true_about_commands():
    """Every command of the README's table exists."""
    named = set(re.findall(r"^\| `([a-z-]+)", README, re.MULTILINE))
    assert named <= {"generate", *COMMANDS, *BRANCHES}


def test_ci_runs_the_line_of_the_readme():
    """The line that sets up and tests is written once."""
    assert README.count("'.[dev]'") == 1
    assert "README.md" in (ROOT / ".ci" / "run").read_text()
