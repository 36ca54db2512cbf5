"""Claims about what a command starts without, and that it makes no difference to what it does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from clipwise.cli.app import BRANCHES, COMMANDS, at, build
from clipwise.cli.pages import columns
from clipwise.cli.session import Session
from clipwise.cli.words import by_place

FUNCTIONS = {
    **{(name,): at(place) for name, (_, place) in COMMANDS.items()},
    **{(name, each): function for name, (_, _, place) in BRANCHES.items() for each, function in at(place).items()},
}
WORDS = (("a",), ("ugc_video", "b/c.json"), ("x=1", "ü ü", "3"), ())


def parsed(line: list[str]) -> list[object] | None:
    """What the parser makes of a line: the arguments by their places; None when it refuses the line."""
    from cyclopts import CycloptsError

    try:
        _, bound, _ = build(Session(), line).parse_args(line, exit_on_error=False, print_error=False)
    except CycloptsError:
        return None
    assert bound.kwargs == {}
    return list(bound.args)


@pytest.mark.parametrize("command", FUNCTIONS)
def test_plain_words_are_what_the_parser_makes_of_them(command):
    """Whatever is taken by its place without the parser, the parser takes in the same way."""
    for words in WORDS:
        given = by_place(FUNCTIONS[command], words)
        if given is not None:
            assert parsed([*filter(None, command), *words]) == given


def test_words_are_taken_without_the_parser():
    """The commands that are typed most need no parser."""
    assert by_place(FUNCTIONS["status",], ["gen_1"]) == ["gen_1"]
    assert by_place(FUNCTIONS["formats", "list"], []) == []
    assert by_place(FUNCTIONS["formats", "diff"], ["x"]) == ["x"]
    assert by_place(FUNCTIONS["formats", "export"], ["x"]) == [Path("x")]


@pytest.mark.parametrize("words", [["--json"], ["-"], [""], ["a", "b"], []])
def test_what_is_no_plain_word_is_left_to_the_parser(words):
    """A flag, a dash, an empty word, too many words or too few."""
    assert by_place(FUNCTIONS["status",], words) is None


LIGHT = {
    "formats list": "cyclopts rich httpx jsonschema asyncio ssl email.utils",
    "formats show ugc_video": "cyclopts rich httpx jsonschema asyncio",
    "auth show": "cyclopts rich httpx jsonschema asyncio clipwise.client clipwise.formats",
    "generate ugc_video --help": "cyclopts rich httpx jsonschema asyncio",
    "status gen_1 --offline": "cyclopts rich jsonschema asyncio",
}


@pytest.mark.parametrize("line", LIGHT)
def test_a_command_starts_without_what_it_does_not_need(line):
    """The libraries that are slow to load stay out of a command that has no use for them."""
    probe = (
        "import sys; from clipwise.cli import main; main(sys.argv[2:]);"
        "print([name for name in sys.argv[1].split() if name in sys.modules], file=sys.stderr)"
    )
    command = [sys.executable, "-c", probe, LIGHT[line], *line.split()]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert ran.stderr.splitlines()[-1] == "[]"


@pytest.mark.parametrize("width", [30, 40, 80, 200])
def test_a_page_of_help_fits_its_terminal(clipwise, monkeypatch, width):
    """No line of the two columns is wider than the terminal, nor than can be read."""
    monkeypatch.setenv("COLUMNS", str(width))
    lines = columns([("--a-flag TEXT", "what it means, in words " * 9), ("-x", "")], "  ")
    assert max(map(len, lines)) <= min(width, 100)
    ran = clipwise("generate", "ugc_video", "--help")
    own = ran.out.partition("Example:")[0].splitlines()[1:]  # a command is never cut
    assert max(map(len, own)) <= min(width, 100)
    assert ran.code == 0


def test_no_color_reaches_a_page_that_is_read_by_a_program(clipwise):
    """Outside a terminal the help is plain text."""
    assert "\x1b" not in clipwise("generate", "ugc_video", "--help").out + clipwise("--help").out
