"""Claims about a large catalog: what is not used is not read, and what was read is not read again."""

from __future__ import annotations

import pytest

from clipwise import Clipwise
from clipwise.formats import bundled, catalog
from clipwise.formats.catalog import Catalog
from clipwise.formats.known import known_input
from clipwise.formats.reader import read_format

DOCUMENTS = [{"slug": f"format_{n}", "aliases": [f"Other {n}"], "inputs": [{"name": "script"}]} for n in range(2000)]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The slugs of the documents that were read, in their order."""
    slugs: list[str] = []

    def noted(document, known, source):
        slugs.append(document["slug"])
        return read_format(document, known, source)

    monkeypatch.setattr(catalog, "read_format", noted)
    return slugs


def test_only_the_format_that_is_asked_for_is_read(read):
    """Finding one of 2,000 by any of its names, naming all, and suggesting some, read no more than that one."""
    formats = Catalog(DOCUMENTS, bundled.known())
    assert len(formats.names()) == 2000
    assert formats.suggest("formt_77")[0].startswith("format_")
    assert read == []
    found = formats.find("other 1234")
    assert found is not None
    assert (found.slug, read) == ("format_1234", ["format_1234"])


def test_a_document_is_read_once(read):
    """However often a format is asked for, it is the same value."""
    formats = Catalog(bundled.catalog().documents, bundled.known())
    for name in ("ugc_video", "inventory_shoot", "smart"):
        assert formats.find(name) is formats.find(name)
    assert len(read) == len(set(read))


def test_what_is_known_of_an_input_is_read_once_for_all_formats():
    """Two formats of which nothing else is said share it; one of which more is said has its own."""
    known = bundled.known()
    assert known_input("script", "a", known) is known_input("script", "b", known)


def test_a_function_is_made_once_for_a_document():
    """`client.generate.x` is the same function as long as its document holds, under each of its names."""
    with Clipwise(offline=True) as client:
        assert client.generate.ugc_video is client.generate["ugc_video"]
        assert client.generate["UGC Video"] is client.generate.ugc_video
        assert client.generate.smart is not client.generate.ugc_video
