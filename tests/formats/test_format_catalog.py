"""A catalog finds a format by any of its names, and reads only what is asked for."""

from __future__ import annotations

import time
from typing import Any

import pytest
from generated import json_values, odd_documents, texts
from hypothesis import given
from hypothesis import strategies as st

from clipwise.formats import catalog as module
from clipwise.formats.catalog import Catalog
from clipwise.formats.document import Source

DOCUMENTS: list[Any] = [
    {"slug": "ad_replicate", "display_name": "Ad Replicate", "aliases": ["copycat", "smart"], "id": 17},
    {"slug": "smart", "template_name": "smart_v2", "display_name": "Smart"},
    "bare-name",
    {"name": "Named only", "inputs": ["a"]},
    {"aliases": ["nobody"]},
    None,
]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("ad_replicate", "ad_replicate"),
        ("Ad Replicate", "ad_replicate"),
        ("AD-REPLICATE", "ad_replicate"),
        ("copycat", "ad_replicate"),
        ("17", "ad_replicate"),
        ("smart", "smart"),
        ("SMART_V2", "smart"),
        ("bare_name", "bare-name"),
        ("named-only", "Named only"),
        (" ", None),
        ("nothing", None),
    ],
)
def test_a_format_is_found_by_each_of_its_names(name: str, slug: str | None) -> None:
    """Slug, template, id, display name and aliases lead to it, exactly or folded; a slug wins over an alias."""
    found = Catalog(DOCUMENTS).find(name)
    assert (found.slug if found else None) == slug


def test_what_cannot_be_read_is_passed_over() -> None:
    """An entry without a name is neither listed, nor found, nor suggested."""
    catalog = Catalog(DOCUMENTS)
    assert [each.slug for each in catalog] == ["ad_replicate", "smart", "bare-name", "Named only"]
    assert catalog.names() == ["ad_replicate", "smart", "bare-name", "Named only"]
    assert len(catalog) == 4
    assert catalog.find("nobody") is None
    assert catalog.suggest("nobody") == []


def test_a_wrong_name_leads_to_slugs() -> None:
    """Suggestions are slugs, whichever name was nearly right."""
    catalog = Catalog(DOCUMENTS)
    assert catalog.suggest("copycap") == ["ad_replicate"]
    assert catalog.suggest("smrt") == ["smart"]
    assert catalog.suggest("zzzz") == []


def test_only_the_format_that_is_asked_for_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are listed without reading a document; finding reads one document, and reads it once."""
    read: list[str] = []

    def counted(document: Any, *rest: Any) -> Any:
        read.append(document["slug"])
        return original(document, *rest)

    original = module.read_format
    monkeypatch.setattr(module, "read_format", counted)
    catalog = Catalog([{"slug": f"f{n}"} for n in range(100)])
    assert len(catalog.names()) == 100
    assert catalog.suggest("f7x")
    assert read == []
    assert catalog.find("f42") is catalog.find("F42")
    assert read == ["f42"]


def test_catalogs_are_equal_when_their_formats_are() -> None:
    """Where a catalog came from does not count, what it says does."""
    assert Catalog(DOCUMENTS) == Catalog(DOCUMENTS, source=Source("live"))
    assert Catalog(DOCUMENTS) != Catalog(DOCUMENTS[:1])
    assert Catalog([]) != []
    assert repr(Catalog(["a"], source=Source("live"))) == "Catalog(1 formats, live)"


def test_a_document_that_arrives_alone_is_read_with_what_the_catalog_knows() -> None:
    """Its own source is kept."""
    found = Catalog([]).with_document({"slug": "x"}, Source("live", "now"))
    assert found is not None
    assert found.source == Source("live", "now")


@given(st.lists(st.one_of(json_values, odd_documents), max_size=6), texts)
def test_any_catalog_loads(documents: list[Any], name: str) -> None:
    """Whatever a list holds, each readable format is found by its slug, and each name offered can be found."""
    catalog = Catalog(documents)
    for each in catalog:
        found = catalog.find(each.slug)
        assert found is not None
        assert each.slug in catalog.names()
    for slug in [*catalog.names(), *catalog.suggest(name)]:
        assert catalog.find(slug) is not None


def test_finding_one_of_ten_thousand_formats_is_quick() -> None:
    """The names of ten thousand documents are gathered in well under a second."""
    documents = [{"slug": f"format_{n}", "display_name": f"Format {n}", "aliases": [f"a{n}"]} for n in range(10_000)]
    started = time.process_time()
    found = Catalog(documents).find("FORMAT-9999")
    assert found is not None
    assert time.process_time() - started < 1.0
