"""What the server says of a job before it takes it: all problems, each with its place."""

from __future__ import annotations

from typing import Any

import pytest

from clipwise.formats import bundled
from clipwise.formats.catalog import Catalog
from clipwise.formats.reader import read_format
from clipwise.sandbox import rules
from clipwise.sandbox.exchange import Refusal
from clipwise.sandbox.modes import in_mode
from clipwise.sandbox.store import Resource
from clipwise.sandbox.values import KEYWORDS, TYPES, problems

KEPT = {
    each.id: each
    for each in (
        Resource("avatar_maya", "", "avatars", "Maya", "curated", "image"),
        Resource("voice_heart", "", "voices", "Heart", "curated", "audio"),
        Resource("pimg_1", "local", "product_images", "Shoe", "uploaded", "image"),
        Resource("upl_image", "local", "generic_uploads", "Image", "uploaded", "image"),
        Resource("upl_video", "local", "generic_uploads", "Video", "uploaded", "video"),
        Resource("media_1", "local", "generated_media", "Made", "generated", "image"),
        Resource("pose_1", "local", "poses", "Pose", "uploaded", "image"),
    )
}


def found(slug: str, **inputs: Any) -> list[tuple[Any, ...]]:
    """Return code and path of every problem, in order."""
    format = bundled.catalog().find(slug)
    assert format is not None
    catalog = bundled.catalog()
    try:
        rules.judge(in_mode(format, inputs, catalog), inputs, KEPT.get, bundled.known())
    except Refusal as refusal:
        return [(each["code"], *each["path"]) for each in refusal.details["problems"]]
    return []


GOOD: list[tuple[str, dict[str, Any]]] = [
    ("smart", {"prompt": "x", "duration": 30}),
    ("smart", {"prompt": "x", "duration": "30s", "metadata": {"any": ["thing"]}}),
    ("image_to_video", {"image": "upl_image", "prompt": "x"}),
    ("image_to_video", {"image": "media_1", "prompt": "x"}),
    ("video_to_text", {"url": "https://example.com/a.mp4"}),
    ("video_to_text", {"video": "https://example.com/a.mp4"}),
    ("video_to_text", {"video": "upl_video"}),
    ("ugc_video", {"script": "x", "product_image": "pimg_1", "reference_image": "pose_1"}),
    ("ugc_actor_video", {"script": "x", "directive_instruction": "calm"}),
    ("inventory_shoot", {"mode": "model_shoot", "variations": 2.0}),
    ("dialogue_video", {"prompt": "x", "character_consistency_prompts": ["a", "b"]}),
    ("inventory_shoot", {"mode": "model_shoot", "variations": 1, "avatar": "avatar_maya", "reference_image": "pose_1"}),
    ("inventory_shoot", {"mode": "product_shoot", "variations": 1, "pose": "pose_1", "metadata": {}}),
    ("generate_subtitle", {"video": "upl_video", "subtitle_typography": {"position": {"y": 0.9}, "glow": [1]}}),
    ("generate_subtitle", {"video": "upl_video", "subtitle_typography": {"visibility": "hidden", "shadow": None}}),
]
BAD: list[tuple[str, dict[str, Any], list[tuple[Any, ...]]]] = [
    ("smart", {}, [("required", "prompt")]),
    ("smart", {"prompt": ""}, [("empty", "prompt")]),
    ("smart", {"prompt": " \n"}, [("empty", "prompt")]),
    ("smart", {"prompt": None}, [("type", "prompt")]),
    ("smart", {"prompt": 7}, [("type", "prompt")]),
    ("smart", {"prompt": "x", "promt": "y"}, [("unknown_input", "promt")]),
    ("smart", {"prompt": "x", "duration": True}, [("type", "duration")]),
    ("smart", {"prompt": "x", "metadata": "y"}, [("type", "metadata")]),
    ("inventory_shoot", {"mode": "both", "variations": True}, [("enum", "mode"), ("type", "variations")]),
    ("inventory_shoot", {"mode": "model_shoot", "variations": 2.5}, [("type", "variations")]),
    ("inventory_shoot", {"mode": "product_shoot", "variations": 1, "avatar": "avatar_maya"},
     [("unknown_input", "avatar")]),
    ("inventory_shoot", {"mode": "both", "variations": 1, "avatar": "avatar_maya"}, [("enum", "mode")]),
    ("generate_subtitle", {"video": "upl_video", "subtitle_typography": {"position": {"y": 0.95}}},
     [("limit", "subtitle_typography", "position", "y")]),
    ("generate_subtitle", {"video": "upl_video", "subtitle_typography": {"visibility": "no", "font_size": "12"}},
     [("type", "subtitle_typography", "font_size"), ("enum", "subtitle_typography", "visibility")]),
    ("ugc_video", {"script": "x", "avatar": "avatar_none"}, [("unknown_id", "avatar")]),
    ("ugc_video", {"script": "x", "avatar": "voice_heart"}, [("incompatible_resource", "avatar")]),
    ("ugc_video", {"script": "x", "avatar": "me.png"}, [("local_path", "avatar")]),
    ("ugc_video", {"script": "x", "avatar": "C:\\me"}, [("local_path", "avatar")]),
    ("ugc_video", {"script": "x", "avatar": "https://a.example/b.png"}, [("not_an_id", "avatar")]),
    ("ugc_video", {"script": "x", "product_images": []}, [("empty", "product_images")]),
    ("ugc_video", {"script": "x", "product_images": "pimg_1"}, [("type", "product_images")]),
    ("ugc_video", {"script": "x", "product_images": ["pimg_1", "./b", 3]}, [("type", "product_images", 2)]),
    ("ugc_video", {"script": "x", "product_images": ["pimg_1", "./b"]}, [("local_path", "product_images", 1)]),
    ("ugc_video", {"script": "x", "product_images": ["upl_image"]}, [("incompatible_resource", "product_images", 0)]),
    ("image_to_video", {"image": "upl_video", "prompt": "x"}, [("incompatible_resource", "image")]),
    ("text_to_audio", {"script": "", "voice": "nobody"}, [("empty", "script"), ("unknown_id", "voice")]),
]  # fmt: skip


@pytest.mark.parametrize(("slug", "inputs"), GOOD)
def test_a_job_that_keeps_the_rules_is_let_through(slug: str, inputs: dict[str, Any]) -> None:
    """Synonyms, stand-ins, links where links go, and metadata everywhere."""
    assert found(slug, **inputs) == []


@pytest.mark.parametrize(("slug", "inputs", "expected"), BAD)
def test_a_job_that_breaks_rules_hears_of_all_of_them(
    slug: str, inputs: dict[str, Any], expected: list[tuple[Any, ...]]
) -> None:
    """Each problem has a code and the path to what is wrong."""
    assert sorted(map(str, found(slug, **inputs))) == sorted(map(str, expected))


def test_only_assets_that_do_not_fit_have_a_code_of_their_own() -> None:
    """incompatible_resource when that is all that is wrong, validation_error otherwise."""
    format = bundled.catalog().find("ugc_video")
    assert format is not None
    for inputs, code in (
        ({"script": "x", "avatar": "voice_heart"}, "incompatible_resource"),
        ({"avatar": "voice_heart"}, "validation_error"),
    ):
        with pytest.raises(Refusal) as refusal:
            rules.judge(format, inputs, KEPT.get)
        assert refusal.value.code == code


@pytest.mark.parametrize("format", list(bundled.catalog()), ids=lambda each: each.slug)
def test_every_example_of_a_document_breaks_no_rule_but_that_of_its_assets(format: Any) -> None:
    """The documents and the server agree about everything except files that are not uploaded yet."""
    for example in format.examples:
        codes = {each[0] for each in found(format.slug, **example["inputs"])}
        assert codes <= {"local_path", "unknown_id"}


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        ({"type": "null"}, None, 0),
        ({"type": ["number", "string"]}, 1.5, True),
        ({"const": 1}, 1, True),
        ({"enum": [0]}, 0, False),
        ({"exclusiveMinimum": 0, "exclusiveMaximum": 2}, 1, 2),
        ({"minimum": 1, "maximum": 2}, 2, 3),
        ({"minLength": 2, "maxLength": 3}, "ab", "a"),
        ({"minItems": 1, "maxItems": 2}, [1], []),
        ({"required": ["a"]}, {"a": 1}, {}),
        ({"anyOf": [{"type": "string"}, {"type": "integer", "minimum": 3}]}, 3, 2),
        ({"allOf": [{"type": "string"}, {"minLength": 2}]}, "ab", "a"),
        ({"items": {"type": "string"}}, ["a"], [1]),
        ({"properties": {"a": {"type": "string"}}}, {"b": 1}, {"a": 1}),
    ],
)
def test_a_keyword_tells_good_from_bad(rule: dict[str, Any], good: Any, bad: Any) -> None:
    """The evaluator's rows, one by one."""
    assert list(problems(good, rule)) == []
    assert list(problems(bad, rule))


def test_the_tables_cover_what_the_documents_use() -> None:
    """No keyword or type of a bundled document goes unjudged, and a hostile pattern is not even looked at."""
    used = {key for each in bundled.catalog() for rule in (*each.inputs, *each.also) for key in rule.schema}
    assert used <= {"type", *KEYWORDS}
    assert {"string", "number", "integer", "boolean", "array", "object", "null"} == set(TYPES)
    assert list(problems("a" * 40, {"pattern": "(a+)+$b"})) == []


def test_a_mode_whose_format_is_not_there_changes_nothing() -> None:
    """What the document says counts then; so it does when the mode is none of its own."""
    format = bundled.catalog().find("inventory_shoot")
    assert format is not None
    assert in_mode(format, {"mode": "product_shoot"}, Catalog([])) is format
    assert in_mode(format, {"mode": "both"}, bundled.catalog()) is format
    assert in_mode(format, {}, bundled.catalog()) is format


def test_a_mode_brings_what_the_format_that_runs_it_requires() -> None:
    """An input that only the other format lists is accepted, and missing when that one needs it."""
    outer = {"slug": "shoot", "modes": {"a": "work"}, "required_inputs": ["mode"], "optional_inputs": ["x", "y"]}
    work = {"slug": "work", "required_inputs": ["x", "z"], "optional_inputs": []}
    catalog = Catalog([outer, work])
    format = catalog.find("shoot")
    assert format is not None
    effective = in_mode(format, {"mode": "a"}, catalog)
    assert {each.name: each.required for each in effective.inputs} == {"mode": True, "x": True, "z": True}


def test_an_open_format_takes_inputs_that_it_does_not_list() -> None:
    """A document that says it is not complete is believed."""
    schema = {"type": "object", "properties": {"a": {}}, "additionalProperties": True}
    format = read_format({"slug": "x", "input_schema": schema})
    assert format is not None
    rules.judge(format, {"b": 1}, KEPT.get)
