"""What a large catalog costs: everything that is made of 2,000 formats, in seconds of the processor."""

from __future__ import annotations

import copy
import inspect
import json
from time import process_time
from typing import Any

from clipwise.formats import bundled
from clipwise.formats.catalog import Catalog
from clipwise.formats.document import Source
from clipwise.projections.command import to_command, to_flags
from clipwise.projections.schema import to_json_schema
from clipwise.projections.signature import to_docstring, to_signature

from .rows import Figure, Limit, Row

COUNT = 2_000
NO_OPTIONS = inspect.Signature()


def documents(count: int = COUNT) -> list[dict[str, Any]]:
    """Return so many documents, each unlike the others: the bundled ones under other names, with an input more."""
    own = [copy.deepcopy(document) for document in bundled.catalog().documents]
    made = []
    for number in range(count):
        document = json.loads(json.dumps(own[number % len(own)]))
        document |= {"slug": f"{document['slug']}_{number}", "aliases": [f"other-{number}"]}
        document["display_name"] = f"{document.get('display_name', '')} {number}"
        extra = {"name": f"extra_{number}", "type": "integer", "minimum": number, "description": f"Number {number}."}
        document["optional_inputs"] = [*document.get("optional_inputs", ()), extra]
        made.append(document)
    return made


def project(catalog: Catalog) -> int:
    """Make every projection of every format; return how many formats there were."""
    count = 0
    for each in catalog:
        to_json_schema(each)
        to_signature(each)
        to_docstring(each)
        to_flags(each)
        count += 1
    return count


def of_all() -> Figure:
    """Measure the reading of 2,000 documents, and all that is made of them."""
    given = documents()
    start = process_time()
    assert project(Catalog(given, bundled.known(), Source("bundled"))) == COUNT
    return Figure(process_time() - start, unit="s of CPU")


def of_one() -> Figure:
    """Measure the finding of one format among 2,000, with its command."""
    given = documents()
    start = process_time()
    found = Catalog(given, bundled.known(), Source("bundled")).find("other-1234")
    assert found is not None
    project_one = to_command(found, lambda _: None, NO_OPTIONS)
    assert callable(project_one)
    return Figure(process_time() - start, unit="s of CPU")


ROWS = (
    Row("all projections of 2,000 formats", "", Limit("amount", 1.0), of_all),
    Row("one format of 2,000, found, as a command", "", Limit("amount", 0.1), of_one),
)
