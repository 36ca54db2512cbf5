"""Files of job specs of every kind: what is in them, and where whatever cannot be read stands."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

import pytest

from clipwise.errors import ConfigurationError
from clipwise.formats.catalog import Catalog
from clipwise.specs import Block, Entry, Rules, Source, blocks, entries, rules_of, whole
from clipwise.specs.kinds import sniffed
from clipwise.specs.values import MAX_PIECE

CATALOG = Catalog(
    [
        {
            "slug": "teaser",
            "required_inputs": [{"name": "line", "type": "string"}],
            "optional_inputs": [
                {"name": "count", "type": "integer"},
                {"name": "loud", "type": "boolean"},
                {"name": "tags", "type": "string[]"},
                {"name": "picture", "type": "image"},
                {"name": "place", "type": "object"},
            ],
        }
    ]
)


def read(data: bytes | str, kind: str = "", **more: Any) -> list[Entry]:
    """Every entry of a stream; each block and the rules have been pickled and made again."""
    source = Source(None, kind, **more)  # type: ignore[arg-type]
    held: Rules = pickle.loads(pickle.dumps(rules_of(source, CATALOG)))
    stream = io.BytesIO(data.encode() if isinstance(data, str) else data)
    found: list[Block] = [pickle.loads(pickle.dumps(block)) for block in blocks(source, stream)]
    return [entry for block in found for entry in entries(held, block)]


def values(data: bytes | str, kind: str = "", **more: Any) -> list[Any]:
    """The specs of a stream that has nothing wrong."""
    found = read(data, kind, **more)
    assert [each.problem for each in found] == [None] * len(found)
    assert [each.number for each in found] == list(range(1, len(found) + 1))
    return [each.spec for each in found]


def mistake(data: bytes | str, kind: str) -> tuple[int, int, str]:
    """The one mistake of a stream: line, column, and what it is."""
    (found,) = [each for each in read(data, kind) if each.problem is not None]
    assert found.problem is not None
    return found.line, found.column, found.problem.message


A, B = {"format": "teaser", "line": "a"}, {"format": "teaser", "line": "b"}
YAML = "format: teaser\nline: a\n---\nformat: teaser\nline: b\n"
FILES = {
    "jsonl": '{"format": "teaser", "line": "a"}\n\n{"format": "teaser", "line": "b"}',
    "json": '[{"format": "teaser", "line": "a"},\n {"format": "teaser", "line": "b"}]',
    "yaml": YAML,
    "toml": '[[jobs]]\nformat = "teaser"\nline = "a"\n[[jobs]]\nformat = "teaser"\nline = "b"\n',
    "csv": "format,line\nteaser,a\nteaser,b\n",
}


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("lead", ["", "\ufeff"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_every_kind_holds_the_same_specs(kind: str, lead: str, ending: str, tmp_path: Path) -> None:
    """By its suffix, by its beginning or by word; with a byte-order mark or not; with either ending of lines."""
    text = lead + FILES[kind].replace("\n", ending)
    assert values(text, kind) == values(text) == [A, B]
    path = tmp_path / f"jobs.{kind}"
    path.write_bytes(text.encode())
    assert [e.spec for block in blocks(Source(path)) for e in entries(Rules(CATALOG), block)] == [A, B]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("jsonl", '\n{"defaults": {"format": "teaser", "count": 1}}\n{"line": "a"}\n{"line": "b", "count": 2}\n'),
        ("json", '{"defaults": {"format": "teaser", "count": 1},\n"jobs": [{"line": "a"}, {"line": "b", "count": 2}]}'),
        ("yaml", "defaults: {format: teaser, count: 1}\n---\nline: a\n---\nline: b\ncount: 2\n"),
        ("yaml", "defaults: {format: teaser, count: 1}\njobs:\n- line: a\n- {line: b, count: 2}\n"),
        ("toml", '[defaults]\nformat="teaser"\ncount=1\n[[jobs]]\nline="a"\n[[jobs]]\nline="b"\ncount=2\n'),
    ],
)
def test_a_header_holds_for_every_spec_that_does_not_say_otherwise(kind: str, text: str) -> None:
    """A spec's own value goes over that of the header."""
    assert values(text, kind) == [{**A, "count": 1}, {**B, "count": 2}]


def test_defaults_of_a_file_lie_under_those_of_the_header(tmp_path: Path) -> None:
    """Spec, header, --defaults, and last the format of the caller; paths of the file start in its own folder."""
    (tmp_path / "shared").mkdir()
    path = tmp_path / "shared" / "defaults.yaml"
    path.write_text("count: 1\nloud: true\npicture: me.png\n")
    text = '{"defaults": {"count": 2}}\n{"line": "a"}\n{"line": "b", "count": 3}\n'
    under = {"format": "teaser", "loud": True, "picture": str(tmp_path / "shared" / "me.png")}
    assert values(text, defaults=path, format="teaser") == [
        {**under, "count": 2, "line": "a"},
        {**under, "count": 3, "line": "b"},
    ]


@pytest.mark.parametrize(
    ("kind", "data", "place"),
    [
        ("jsonl", b'{"a": }\n', (1, 7, "not JSON: Expecting value")),
        ("jsonl", b'{}\n{"a": "\xff"}\n', (2, 8, "byte 8 is not UTF-8")),
        ("jsonl", b'{}\n{"a": 1, "b": 2, "a": 3}\n', (2, 18, "the key 'a' is written twice")),
        ("jsonl", b'{"a": {"x": [1, {"y": 1, "y": 2}]}}\n', (1, 26, "the key 'y' is written twice")),
        ("jsonl", b'{"a": NaN}', (1, 7, "NaN is not JSON")),
        ("jsonl", b'{"a": -Infinity}', (1, 7, "-Infinity is not JSON")),
        ("jsonl", b"[" * 100_000, (1, 1, "nested too deep")),
        ("jsonl", b'{}\n{"a": "\0"}', (2, 8, "not JSON: Invalid control character at")),
        ("jsonl", b"{}\n[\n{}", (2, 2, "not JSON: Expecting value")),
        ("jsonl", b"{}\n 7\n", (2, 1, "a job spec is an object, not 7")),
        ("jsonl", b"1" * 5000, (1, 1, "a number of too many digits")),
        ("jsonl", b"", (1, 1, "is empty")),
        ("jsonl", b" \n\n", (1, 1, "is empty")),
        ("json", b"", (1, 1, "is empty")),
        ("json", b"[]", (1, 1, "is empty")),
        ("json", b"[", (1, 2, "the list is not closed: ] is missing")),
        ("json", b"[{},\n {}] x", (2, 5, "something follows the end of the list")),
        ("json", b'[{},\n {"a": 1, "a": 2},\n {}]', (2, 11, "the key 'a' is written twice")),
        ("json", b'[{},\n {"a" 1}, {}]', (2, 7, "not JSON: Expecting ':' delimiter")),
        ("json", b'{"jobs": 7}', (1, 10, "jobs: takes a list of job specs")),
        ("yaml", b"a: [\n---\na: 1\n", (2, 1, "not YAML: did not find expected node content")),
        ("yaml", b"a: 1\n---\na: 1\nb: 2\na: 3\n", (5, 1, "the key 'a' is written twice")),
        ("yaml", b"a: 1\nb: \xff\n", (2, 4, "byte 9 is not UTF-8")),
        ("yaml", b'a: "\0"\n', (1, 5, "not YAML: ")),
        ("yaml", b"a: *x\n", (1, 4, "there is no &x before this")),
        ("yaml", b"a: &x [*x]\n", (1, 8, "*x stands inside itself")),
        ("yaml", b"a: !!python/name:os.system\n", (1, 4, "the tag tag:yaml.org,2002:python/name:os.system is not")),
        ("yaml", b"[" * 100_000, (1, 102, "nested too deep")),
        ("yaml", b"- " * 50_000, (1, 203, "nested too deep")),
        ("yaml", b"# nothing\n", (1, 1, "is empty")),
        ("toml", b"a = 1\nb = \n", (2, 5, "not TOML: Invalid value")),
        ("toml", b"a = 1\na = 2\n", (2, 6, "not TOML: Cannot overwrite a value")),
        ("csv", b"format,line\nteaser\n", (2, 1, "has 1 cell, and there are 2 columns")),
        ("csv", b"format,line\nteaser,\xff\nteaser,b\n", (2, 8, "byte 8 is not UTF-8")),
        ("csv", b"format,line\nteaser,a\0\n", (2, 9, "holds a NUL")),
        ("csv", b'format,line\nteaser,"a"b\nteaser,b\n', (2, 1, "not CSV: ',' expected after '\"'")),
        ("csv", b"format,line\n", (1, 1, "holds no rows")),
    ],
)
def test_a_mistake_is_told_with_its_place(kind: str, data: bytes, place: tuple[int, int, str]) -> None:
    """Line and column count from 1 in the whole file."""
    line, column, message = mistake(data, kind)
    assert (line, column) == place[:2]
    assert message.startswith(place[2])


def test_what_stands_around_a_broken_line_is_read(tmp_path: Path) -> None:
    """A broken line, two of ten megabytes and one with a repeated key, among good ones with CRLF and a BOM."""
    good = b'{"format": "teaser", "line": "a"}\r\n'
    long = b'"' + b"x" * 10_000_000 + b'"\r\n'
    data = b"\xef\xbb\xbf" + good + b"{,\r\n" + good + long + good + long * 3 + b'{"a": 1, "a": 2}\r\n' + good.strip()
    found = read(data, "jsonl")
    assert [(each.line, each.spec == A) for each in found] == [
        (1, True), (2, False), (3, True), (4, False), (5, True), (6, False), (7, False), (8, False), (9, False),
        (10, True),
    ]  # fmt: skip
    said = [each.problem.message for each in found if each.problem is not None]
    assert said[1:5] == ["longer than a job spec can be (8 MiB)"] * 4


@pytest.mark.parametrize("size", [MAX_PIECE - 40, MAX_PIECE + 10, MAX_PIECE + 200_000])
def test_a_line_about_as_long_as_may_be_hides_no_other(size: int) -> None:
    """Wherever the reading stops, the next line is the next line."""
    long = b'{"line": "' + b"x" * (size - 12) + b'"}\n'
    found = read(long + b'{"line": "a"}\n{"line": "b"}\n', "jsonl")
    assert [(each.number, each.line) for each in found] == [(1, 1), (2, 2), (3, 3)]
    assert [each.problem is None for each in found] == [size < MAX_PIECE, True, True]


def test_an_item_of_a_list_may_be_too_long_too() -> None:
    """Thirty megabytes in one text, and the items beside it are read."""
    long = b'"' + b"x" * 30_000_000 + b'\\"' + b'"'
    found = read(b'[{"line": "a"},' + long + b', {"line": "b"}]', "json")
    assert [(each.number, each.problem is None) for each in found] == [(1, True), (2, False), (3, True)]


def test_brackets_inside_texts_are_texts() -> None:
    """A list is cut at its own commas, wherever the chunks end."""
    rows = ", \n".join(f'{{"line": "[{n}] \\"{{,]}}\\\\", "tags": ["a,b", "]"]}}' for n in range(20_000))
    found = read(f"[{rows}]", "json")
    assert len(found) == 20_000
    assert found[-1].spec == {"line": '[19999] "{,]}\\', "tags": ["a,b", "]"]}
    assert found[-1].line == 20_000


def test_a_value_is_found_in_the_file() -> None:
    """From the path of a problem to line and column, in JSON and in YAML."""
    (entry,) = read('{\n  "format": "teaser",\n  "tags": ["a",\n    "b"]}', "json")
    assert (entry.place(("tags", 1)), entry.place(("line",)), entry.place()) == ((4, 5), (1, 1), (1, 1))
    _, entry = read("a: 1\n---\nformat: teaser\ntags:\n  - a\n  - b\nplace: {x: {y: 1}}\n", "yaml")
    assert (entry.place(("tags", 1)), entry.place(("place", "x", "y")), entry.place(("place", "z"))) == (
        (6, 5),
        (7, 16),
        (7, 8),
    )
    *_, entry = read('[{"a": 1},\n  {"line": "a : \\"line\\":", "x": {"line": 1}, "line2": 1}]', "json")
    assert entry.place(("line",)) == (2, 12)


def test_yaml_means_what_it_says() -> None:
    """`no` and `on` are texts, dates are texts, numbers are numbers, and an anchor may be used again."""
    text = (
        "format: teaser\nline: no\ntags: &t [on, 2020-01-01, 12:30, ~, 1_000]\n"
        'count: 0x1F\nloud: TRUE\nplace: {a: *t, b: !!str 5, c: "7", d: 1e3, e: .5}\n'
    )
    tags = ["on", "2020-01-01", "12:30", None, "1_000"]
    assert values(text, "yaml") == [
        {
            "format": "teaser",
            "line": "no",
            "tags": tags,
            "count": 31,
            "loud": True,
            "place": {"a": tags, "b": "5", "c": "7", "d": 1000.0, "e": 0.5},
        }
    ]


def test_a_billion_laughs_are_not_written_out() -> None:
    """Aliases of aliases are counted as what they stand for."""
    rows = [b"a: &a [x,x,x,x,x,x,x,x,x,x]"]
    for one, other in zip(b"abcdefgh", b"bcdefghi", strict=True):
        rows.append(b"%c: &%c [%s]" % (other, other, b",".join([b"*%c" % one] * 10)))
    _, _, message = mistake(b"\n".join(rows), "yaml")
    assert message == "more than 2,000,000 values, aliases written out"


def test_dates_of_toml_are_texts() -> None:
    """Nothing but JSON comes out of a spec file."""
    assert values('format = "teaser"\nline = 1979-05-27\n', "toml") == [{"format": "teaser", "line": "1979-05-27"}]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_cells_become_what_the_document_says(delimiter: str) -> None:
    """Numbers, truth values and lists by the type of the input; an empty cell is not given; a cell may have lines."""
    rows = [
        ["format", "line", "count", "loud", "tags", "other"],
        ["teaser", '"two\nlines, ; or ""more"""', "3", "yes", '"x, y"', ""],
        ["teaser", "7", "many", "", "x", "5"],
    ]
    text = "\n".join(delimiter.join(row) for row in rows)
    first, second = read(text, "csv")
    assert first.spec == {
        "format": "teaser",
        "line": 'two\nlines, ; or "more"',
        "count": 3,
        "loud": True,
        "tags": ["x", "y"],
    }
    assert second.spec == {"format": "teaser", "line": "7", "count": "many", "tags": ["x"], "other": "5"}
    assert (first.line, second.line) == (2, 4)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b,a\n1,2,3\n", "line 1: the column 'a' is named twice"),
        ("a,,b\n1,2,3\n", "line 1: column 2 has no name"),
        ("", "is empty; the first row names the columns"),
    ],
)
def test_columns_that_cannot_be_used_are_one_error(text: str, message: str) -> None:
    """Nothing can be said of any row then."""
    with pytest.raises(ConfigurationError, match=message):
        read(text, "csv")


def test_a_template_is_filled_from_rows(tmp_path: Path) -> None:
    """A text that is only a place takes the type of the input; inside a text it is text; an empty cell drops it."""
    template, rows = tmp_path / "job.yaml", tmp_path / "people.csv"
    template.write_text(
        "format: teaser\nline: Hello ${ name }, $5 and $${name}!\ncount: ${count}\n"
        "tags: ['${tag}', fixed]\nplace: {x: '${tag}', y: 1}\n"
    )
    rows.write_text("name,count,tag\nMaya,3,a\nTom,,\n")
    source = Source(template=template, rows=rows)
    held = rules_of(source, CATALOG)
    found = [entry for block in blocks(source) for entry in entries(held, block)]
    assert [each.spec for each in found] == [
        {"format": "teaser", "line": "Hello Maya, $5 and ${name}!", "count": 3, "tags": ["a", "fixed"],
         "place": {"x": "a", "y": 1}},
        {"format": "teaser", "line": "Hello Tom, $5 and ${name}!", "tags": ["fixed"], "place": {"y": 1}},
    ]  # fmt: skip
    assert [each.line for each in found] == [2, 3]
    assert held.folder == tmp_path
    rows.write_text("name,tag\nMaya,a\n")
    with pytest.raises(ConfigurationError, match=r"the template names columns that are not there: \$\{count\}"):
        list(blocks(source))


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        ('{"a": 1}', "json"),
        ('{"a": 1}\n{"a": 2}', "jsonl"),
        ('{\n "a": 1}', "json"),
        ('{"a": \n{"a": 2}\n', "jsonl"),
        (" [1]", "json"),
        ('["a"]', "json"),
        ("[defaults]\na = 1\n", "toml"),
        ("[[jobs]]\n", "toml"),
        ("# c\na = 1", "toml"),
        ("---\na: 1", "yaml"),
        ("a: 1", "yaml"),
        ("- a: 1", "yaml"),
        ("a,b\n1,2", "csv"),
        ("a\tb", "csv"),
        ("hello", ""),
        ("", ""),
    ],
)
def test_a_kind_is_told_by_the_beginning(head: str, kind: str) -> None:
    """Where the name does not tell it."""
    assert sniffed(head.encode()) == kind


def test_a_file_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    """Missing, a folder, an impossible name, or of no kind that is known."""
    (tmp_path / "odd").write_text("hello")
    for path, message in (
        (tmp_path / "none.json", "there is no such file"),
        (tmp_path, "cannot be read: Is a directory"),
        (tmp_path / "\0", "null byte"),
        (tmp_path / "odd", "neither its name nor its beginning tells"),
    ):
        with pytest.raises(ConfigurationError, match=message):
            list(blocks(Source(path)))


def test_one_mapping_is_wanted_of_defaults_and_templates(tmp_path: Path) -> None:
    """A broken file is told with its place, and two specs are one too many."""
    path = tmp_path / "defaults.yaml"
    for text, message in (
        ("a: 1\n---\nb: 2\n", "holds 2 specs, and one is wanted"),
        ("a: [\n", r"defaults\.yaml: line \d, column 1: not YAML"),
        ("- 1\n", "a job spec is an object, not 1"),
    ):
        path.write_text(text)
        with pytest.raises(ConfigurationError, match=message):
            whole(path)
