"""The snapshot that ships with the package: whole, and right by its own documents."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from clipwise.formats import bundled
from clipwise.formats.document import Format, Source
from clipwise.validation import check

ROOT = Path(__file__).resolve().parents[2]
NAMES = """ad_replicate avatar_lipsync b_roll_video business_videos dialogue_video ecommerce_product_video
generate_subtitle image_to_video inventory_shoot quiz reddit_style smart static_ad text_to_audio text_to_image
ugc_actor_video ugc_clone ugc_model_shoot ugc_product_background ugc_video video_to_text viral_dancing_video"""
SLUGS = NAMES.split()
FILE_CODES = {"file_not_found"}
FORMATS = list(bundled.catalog())


def examples() -> list[tuple[str, Any]]:
    """Every example of every bundled document."""
    return [(each.slug, example) for each in FORMATS for example in each.examples]


def test_the_formats_are_the_known_twenty_two() -> None:
    """Twenty-two formats are known, each with a document of its own."""
    assert bundled.catalog().names() == SLUGS
    assert len(SLUGS) == 22
    assert sorted(path.stem for path in (bundled.folder() / "formats").glob("*.json")) == SLUGS


def test_the_manifest_is_right() -> None:
    """Sizes and hashes in the manifest are those of the files."""
    script = ROOT / "scripts" / "manifest.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("format", FORMATS, ids=lambda each: each.slug)
def test_every_bundled_document_is_understood(format: Format) -> None:
    """Nothing in a bundled document is left out, and everything it says of an input is there."""
    assert format.notes == ()
    assert format.complete
    assert format.active
    assert not format.open
    assert format.source.kind == "bundled"
    assert format.source.at >= "2026"
    assert format.inputs
    assert format.examples
    for each in format.inputs:
        assert each.types, f"{format.slug}.{each.name} has no type"
        assert each.description
        if each.takes:
            assert each.resource_type or each.media


@pytest.mark.parametrize("format", FORMATS, ids=lambda each: each.slug)
def test_every_requirement_is_bound_to_inputs_of_its_type(format: Format) -> None:
    """A resource requirement names listed inputs, and these are backed by its type."""
    for requirement in format.requirements:
        assert requirement.resource_type in bundled.known().resource_types
        for name in requirement.inputs:
            assert format.by_name[name].resource_type == requirement.resource_type


@pytest.mark.parametrize("format", FORMATS, ids=lambda each: each.slug)
def test_every_input_of_a_document_is_known_beyond_it(format: Format) -> None:
    """A bare name of any bundled input would be filled from the known inputs."""
    assert {each.name for each in format.inputs} <= set(bundled.known().inputs)


@pytest.mark.parametrize(("slug", "example"), examples())
def test_the_examples_of_a_document_are_right_by_it(slug: str, example: dict[str, Any]) -> None:
    """Its own examples have no problems, but for files that are not here."""
    format = bundled.catalog().find(slug)
    assert format is not None
    assert [each for each in check(format, example["inputs"]) if each.code not in FILE_CODES] == []


@pytest.mark.parametrize("format", FORMATS, ids=lambda each: each.slug)
def test_the_example_of_each_input_is_right_by_its_rule(format: Format) -> None:
    """An input's own example is a right value of it."""
    given = {each.name: each.example for each in format.inputs if each.example}
    wrong = [each for each in check(format, given) if each.code not in {*FILE_CODES, "missing_input", "not_in_mode"}]
    assert wrong == []


def test_smart_has_its_alias() -> None:
    """The one alias that is documented leads to its format."""
    assert {each.slug: each.aliases for each in FORMATS if each.aliases} == {"smart": ("ai_viral_videos",)}


def test_inventory_shoot_runs_two_formats() -> None:
    """The modes that are documented run the formats that are documented."""
    found = bundled.catalog().find("inventory_shoot")
    assert found is not None
    assert [(mode.name, mode.runs) for mode in found.modes] == [
        ("product_shoot", "ugc_product_background"),
        ("model_shoot", "ugc_model_shoot"),
    ]


def test_generic_places_of_files_are_as_documented() -> None:
    """Where a local file goes is known for each input that takes one."""
    found = bundled.catalog().find("ugc_video")
    assert found is not None
    places = {each.name: each.upload for each in found.inputs if each.takes_files and each.upload}
    assert {name: (each.resource_type, each.purpose, dict(each.metadata)) for name, each in places.items()} == {
        "product_images": ("product_images", "", {"type": "product_image"}),
        "avatar": ("avatars", "", {}),
        "background_image": ("background_images", "", {"type": "background_image"}),
        "pose": ("poses", "", {"type": "pose"}),
    }


@pytest.mark.parametrize("format", FORMATS, ids=lambda each: each.slug)
def test_a_format_is_the_same_after_pickling(format: Format) -> None:
    """A format can be sent to another process: equal, with the same hash, its source and its missing defaults."""
    assert format.by_name
    other = pickle.loads(pickle.dumps(format))
    assert other == format
    assert hash(other) == hash(format)
    assert other.source == format.source
    assert [each.default is one.default for each, one in zip(other.inputs, format.inputs, strict=True)] == [
        True for _ in format.inputs
    ]


def test_formats_are_equal_wherever_they_came_from() -> None:
    """The source of a document is no part of what it says; another word is."""
    catalog = bundled.catalog()
    one, other = catalog.find("smart"), catalog.with_document(FORMATS[SLUGS.index("smart")].raw, Source("live"))
    assert one is not None
    assert one == other
    changed = catalog.with_document({**one.raw, "description": "Another"}, Source("live"))
    assert one != changed
