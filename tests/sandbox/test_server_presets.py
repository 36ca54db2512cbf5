"""A preset lies under what a job says itself; one that is not there, or not for the format, is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clipwise.formats import bundled
from clipwise.formats.document import Format
from clipwise.sandbox.presets import Look, filled
from clipwise.sandbox.store import EVERYONE, Resource, Store

PRESETS = (
    ("preset_calm", EVERYONE, "Calm", {"inputs": {"script": "Breathe.", "voice": "voice_deep", "prompt": "x"}}),
    ("preset_quiz", EVERYONE, "Quizzes", {"inputs": {"script": "?"}, "video_formats": ["quiz", "Smart"]}),
    ("preset_theirs", "other", "Theirs", {"inputs": {"script": "!"}}),
    ("preset_pictures", "me", "Pictures", {"inputs": {"product_images": ["a"]}, "video_formats": ["UGC_video"]}),
    ("preset_odd", "me", "Odd", {"inputs": "nothing"}),
)


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Look]:
    """The presets that one account can see."""
    store = Store(Path(tmp_path_factory.mktemp("home") / "data"))
    for id, account, name, metadata in PRESETS:
        store.add(Resource(id, account, "presets", name, "curated", metadata=metadata))
    store.add(Resource("avatar_x", "me", "avatars", "X", "uploaded", "image"))
    yield Look(store, "me")
    store.close()


def format_of(slug: str) -> Format:
    """The bundled format of that name."""
    found = bundled.catalog().find(slug)
    assert found is not None
    return found


@pytest.mark.parametrize("named", ["preset_calm", "Calm", " CALM "])
def test_a_preset_is_found_by_its_id_and_by_its_name(look: Look, named: str) -> None:
    """What the format does not take stays out of the job."""
    given = {"preset": named, "voice": "voice_heart"}
    expected = {"script": "Breathe.", "voice": "voice_heart", "preset": named}
    assert filled(format_of("ugc_video"), given, look) == (expected, [])


def test_an_explicit_input_wins_also_under_another_of_its_names(look: Look) -> None:
    """product_image says what product_images would."""
    given = {"preset": "Pictures", "script": "x", "product_image": "b"}
    assert filled(format_of("ugc_video"), given, look) == (given, [])


@pytest.mark.parametrize("named", ["nobody", "preset_theirs", "Theirs", "avatar_x"])
def test_a_preset_that_is_not_there_is_refused(look: Look, named: str) -> None:
    """One of another account, and a resource of another type, are not there either."""
    inputs, (problem,) = filled(format_of("ugc_video"), {"preset": named}, look)
    assert (inputs, problem.code, problem.path) == ({"preset": named}, "unknown_id", ("preset",))


def test_a_preset_for_other_formats_is_incompatible(look: Look) -> None:
    """With the formats that it is for."""
    _, (problem,) = filled(format_of("ugc_video"), {"preset": "Quizzes"}, look)
    assert (problem.code, "quiz and Smart" in problem.message) == ("incompatible_resource", True)


@pytest.mark.parametrize(
    ("slug", "inputs"),
    [("quiz", {"preset": "Calm"}), ("ugc_video", {"preset": 7}), ("ugc_video", {"preset": " "}),
     ("ugc_video", {"script": "x"}), ("ugc_video", {"preset": "Odd"})],
)  # fmt: skip
def test_everything_else_is_left_to_the_rules(look: Look, slug: str, inputs: dict[str, Any]) -> None:
    """A format without presets, a value that names none, and a preset without inputs change nothing."""
    assert filled(format_of(slug), inputs, look) == (inputs, [])
