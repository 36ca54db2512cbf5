"""Blocks of specs, judged: the quick way and the exact way come to the same verdict."""

from __future__ import annotations

import io
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from generated import documents, json_values, words
from hypothesis import given
from hypothesis import strategies as st

from clipwise.formats import bundled
from clipwise.formats.catalog import Catalog
from clipwise.formats.document import Format
from clipwise.formats.reader import read_format
from clipwise.projections.skeleton import example_of
from clipwise.specs import Block, Found, Rules, Source, blocks, entries, judge
from clipwise.specs.judging import explained
from clipwise.specs.quick import Looked, passing, strict_schema
from clipwise.specs.values import Raw
from clipwise.validation import check_spec, checker

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def both(rules: Rules, lines: list[bytes]) -> tuple[list[Found], list[Found]]:
    """What the block is judged to be, and what each of its entries is when it is read exactly and explained."""
    block = Block(1, 1, Raw(b"\n".join(lines)))
    exactly = [explained(rules, entry) for entry in entries(rules, block)]
    judged = judge(rules, block)
    assert judged.specs == len(lines)
    return list(judged.found), [each for each in exactly if each is not None]


ODD = [
    b'{"format": "smart", "prompt": "x", "prompt": "y"}',
    b'{"format": "smart", "prompt": "a: b \\u003a", "pro\\u006dpt": "y"}',
    b'{"format": "smart", "prompt": "12:30 http://x"}',
    b'{"format" : "smart", "prompt" :"x y"}',
    b'{"format": "smart", "prompt": "notes.txt"}',
    b'{"format": "smart", "prompt": " notes.md "}',
    b'{"format": "smart", "prompt": "   "}',
    b'{"format": "smart", "prompt": "\\u001c \\u3000"}',
    b'{"format": "smart", "prompt": "\\ud800"}',
    b'{"format": "smart", "prompt": "x y", "duration": 1e400}',
    b'{"format": "smart", "prompt": "x y", "duration": ' + b"9" * 5000 + b"}",
    b'{"format": "smart", "prompt": "x y", "duration": 18446744073709551617}',
    b'{"format": "smart", "prompt": "x y", "duration": NaN}',
    b'{"format": "smart", "prompt": "x y", "metadata": ' + b'{"a":' * 70 + b"1" + b"}" * 70 + b"}",
    b'{"format": "smart", "prompt": "x y", "extra_inputs": {"a": {"b": [1]}}}',
    b'{"format": "smart", "prompt": "x y", "extra_inputs": 7}',
    b'{"format": "smart", "prompt": "x y", "avatar": "me.png"}',
    b'{"format": "smart", "prompt": "x y", "avatar": "plain"}',
    b'{"format": "smart", "prompt": "x y", "avatar": "gone.png"}',
    b'{"format": "smart", "prompt": "x y", "avatar": ""}',
    b'{"format": "smart", "prompt": "x y", "avatar": "https://x.test/a.png"}',
    b'{"format": "smart"}',
    b'{"format": "smrt", "prompt": "x"}',
    b'{"format": 7, "prompt": "x"}',
    b'{"format": ["smart"], "prompt": "x"}',
    b'{"prompt": "x"}',
    b"[]",
    b"7",
    b"nothing",
    b'{"format": "smart", "prompt": "\xff"}',
    b"{" * 2000,
    b'{"format": "Smart", "prompt": "Tea."}',
    b'{"format": "inventory_shoot", "mode": "product_shoot", "product_images": ["p_1"], "variations": 4}',
    b'{"format": "inventory_shoot", "mode": "model_shoot", "variations": 4}',
    b'{"format": "inventory_shoot", "mode": "no_shoot"}',
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "me.png").write_bytes(PNG)
    (tmp_path / "plain").write_bytes(b"words")
    return tmp_path


def test_both_ways_agree_on_odd_lines(folder: Path) -> None:
    """One by one, all together, and after a line that is good."""
    rules = Rules(bundled.catalog(), folder)
    good = b'{"format": "smart", "prompt": "Three habits"}'
    for lines in [ODD] + [[each] for each in ODD] + [[good, each, good] for each in ODD]:
        quick, exact = both(rules, lines)
        assert quick == exact
    assert both(rules, [good] * 3) == ([], [])


def test_both_ways_agree_under_defaults(folder: Path) -> None:
    """What a spec does not say is judged as what the defaults say."""
    rules = Rules(bundled.catalog(), folder, defaults={"avatar": "me.png", "generate_subtitle": "yes"}, format="smart")
    quick, exact = both(rules, [*ODD, b'{"prompt": "x y"}', b'{"prompt": "x y", "generate_subtitle": true}'])
    assert quick == exact


@pytest.mark.parametrize("format", list(bundled.catalog()), ids=lambda each: each.slug)
def test_both_ways_agree_on_every_bundled_format(format: Format, folder: Path) -> None:
    """An example with each input wrong in many ways; and what is right is passed by the quick way alone."""
    right = {"format": format.slug, **{each.name: example_of(each) for each in format.inputs if each.required}}
    values = (None, True, 7, 0.5, "x", "", " ", [], ["x"], [[1]], {}, {"x": {"y": 1}}, "a.txt", "gone.png", "plain")
    specs = [right, *({**right, each.name: value} for each in format.by_name.values() for value in values)]
    rules = Rules(bundled.catalog(), folder)
    quick, exact = both(rules, [json.dumps(each).encode() for each in specs])
    assert quick == exact
    assert exact


def quick_way(format: Format, folder: Path) -> Any:
    """The quick check of a format, without any memory of values."""
    held = checker(format)
    looks = {each.name: Looked(each, folder, None) for each in held.by_name.values() if each.takes}
    return passing(held, folder, looks)


@given(documents, st.dictionaries(words, json_values, max_size=4))
def test_what_the_quick_check_passes_has_no_problem(document: dict[str, Any], inputs: dict[str, Any]) -> None:
    """Whatever a document says; what it refuses may be right all the same."""
    format = read_format(document, bundled.known())
    assert format is not None
    passes, catalog = quick_way(format, Path()), Catalog([])
    named = dict(zip((each.name for each in format.inputs), inputs.values(), strict=False))
    for each in (inputs, named):
        spec = {**each, "format": "made"}
        if passes(spec):
            assert check_spec(spec, catalog, Path(), format) == []


def test_a_bundled_format_has_a_quick_way() -> None:
    """No bundled document falls back to the slow way for all of its specs."""
    assert [each.slug for each in bundled.catalog() if strict_schema(checker(each)) is None] == []


def test_a_file_is_looked_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many specs name it."""
    looked: list[Path] = []
    from clipwise import assets

    real = assets.measure
    monkeypatch.setattr(assets, "measure", lambda path, root=None: looked.append(path) or real(path, root))
    line = b'{"format": "smart", "prompt": "Three habits", "avatar": "me.png"}'
    rules = Rules(bundled.catalog(), folder)
    assert judge(rules, Block(1, 1, Raw(b"\n".join([line] * 100)))).found == ()
    assert looked == [folder / "me.png"]


def test_counts_and_places(folder: Path) -> None:
    """How many, how many wrong, how many with warnings only; strict makes those wrong."""
    data = (
        b'{"format": "smart", "prompt": "x y"}\n\n{"format": "smart", "prompt": 5}\n'
        b'{"format": "smart", "prompt": "x y", "mood": "calm"}\n'
    )
    source = Source(None, "jsonl")
    for strict, wrong, warned in ((False, 1, 1), (True, 2, 0)):
        rules = pickle.loads(pickle.dumps(Rules(bundled.catalog(), folder, strict=strict)))
        (judged,) = [judge(rules, block) for block in blocks(source, io.BytesIO(data))]
        assert (judged.specs, judged.wrong, judged.warned) == (3, wrong, warned)
        assert [(each.number, each.line, each.places) for each in judged.found] == [
            (2, 3, ((3, 31),)),
            (3, 4, ((4, 46),)),
        ]


def test_the_upload_root_holds_for_every_spec(folder: Path) -> None:
    """A file outside it is a problem, also where the quick way looks."""
    rules = Rules(bundled.catalog(), folder, root=folder / "inside")
    quick, exact = both(rules, [b'{"format": "smart", "prompt": "x y", "avatar": "me.png"}'])
    assert quick == exact
    assert [each.code for each in quick[0].problems] == ["outside_upload_root"]
