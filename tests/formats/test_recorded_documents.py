"""Every shape of a format document is read as its file says."""

from __future__ import annotations

import time
from typing import Any

import pytest
from recorded import NAMES, Recorded

from clipwise.formats import bundled
from clipwise.formats.catalog import Catalog
from clipwise.formats.document import Input


@pytest.fixture(params=NAMES)
def recorded(request: pytest.FixtureRequest) -> Recorded:
    """Each recorded document in turn."""
    return Recorded(request.param)


def said(each: Input, attribute: str) -> Any:
    """An attribute of an input as JSON has it."""
    value = getattr(each, attribute)
    return list(value) if isinstance(value, tuple) else value


def test_each_input_reads_as_the_file_says(recorded: Recorded) -> None:
    """Schema, required, media and the rest of every input are exactly what the recorded case states."""
    inputs = recorded.read().by_name
    expected = recorded.row["reads_as"]
    read = {name: {key: said(inputs[name], key) for key in row} for name, row in expected.items()}
    assert read == expected


def test_the_format_reads_as_the_file_says(recorded: Recorded) -> None:
    """Requirements, modes, notes and completeness are what the recorded case states."""
    format, row = recorded.read(), recorded.row
    assert format.complete == row.get("complete", True)
    assert format.open == row.get("open", False)
    if "notes" in row:
        assert sorted(format.notes) == sorted(row["notes"])
    if "modes" in row:
        assert [[mode.name, mode.runs] for mode in format.modes] == row["modes"]
    if "requirements" in row:
        read = [{k: said(each, k) for k in want} for each, want in zip(format.requirements, row["requirements"])]  # type: ignore[arg-type]  # noqa: B905
        assert read == row["requirements"]
        assert len(format.requirements) == len(row["requirements"])


def test_only_named_inputs_are_read(recorded: Recorded) -> None:
    """No shape leads to an input that its document does not name, and each name is there once."""
    format = recorded.read()
    names = [each.name for each in format.inputs]
    assert len(names) == len(set(names))
    assert "format" not in names
    if not recorded.name.startswith("hostile"):
        listed = set(recorded.row["reads_as"])
        assert set(names) | {each.name for each in format.also} >= listed
        assert set(names) <= listed


def test_reading_takes_less_than_a_second(recorded: Recorded) -> None:
    """No document costs more than a second, whatever it says: references cannot multiply without end."""
    started = time.process_time()
    recorded.read(bundled.known())
    assert time.process_time() - started < 1.0


def test_reading_twice_gives_equal_formats(recorded: Recorded) -> None:
    """Reading is a function of the document: two readings are equal and hash alike."""
    assert recorded.read() == recorded.read()
    assert hash(recorded.read()) == hash(recorded.read())


def test_all_of_them_make_one_catalog() -> None:
    """A catalog of every shape at once loads, and each format is found by its own slug."""
    documents = [Recorded(name).document for name in NAMES]
    catalog = Catalog([*documents, 7, None, [], {}, {"slug": ""}], bundled.known())
    assert len(catalog) == len(NAMES)
    for document in documents:
        found = catalog.find(document["slug"])
        assert found is not None
        assert found.slug == document["slug"]
