"""The reader: any document gives a format or nothing, and what is known fills in what it leaves open."""

from __future__ import annotations

import time
from typing import Any

import pytest
from generated import documents, json_values, odd_documents, scalars
from hypothesis import given
from hypothesis import strategies as st

from clipwise.formats import bundled
from clipwise.formats.document import MISSING, Format, Input, Source, Upload
from clipwise.formats.known import Known, known_input
from clipwise.formats.reader import MAX_INPUTS, read_format

KNOWN = Known(
    {
        "prompt": {"type": "string", "description": "What to make", "text_file": True},
        "avatar": {
            "type": "string",
            "resource_type": "avatars",
            "takes": ["id", "file"],
            "media": ["image"],
            "upload": {"resource_type": "avatars", "metadata": {"type": "avatar"}},
            "examples": ["avatar_maya"],
        },
        "video": {"type": "string", "takes": ["url"], "formats": {"special": {"description": "Its own"}}},
        "image": {"type": "string", "synonyms": ["images"]},
        "images": {"type": "array", "items": {"type": "string"}},
        "link": {"type": "string", "stands_in_for": ["video"]},
        "metadata": {"type": "object", "taken_by": {"every": True}},
    },
    {"avatars": {"operations": ["upload"], "accepts": ["image"]}, "voices": {"operations": ["list"]}},
)


def read(*inputs: Any, **more: Any) -> Format:
    """A format with these inputs, read with what `KNOWN` knows."""
    found = read_format({"slug": "f", "optional_inputs": list(inputs), **more}, KNOWN)
    assert found is not None
    return found


@given(st.one_of(json_values, odd_documents, documents), st.sampled_from([KNOWN, bundled.known()]))
def test_reading_any_json_never_raises(document: Any, known: Known) -> None:
    """Whatever a document says, it is a format or nothing, equal to itself and hashable."""
    found = read_format(document, known)
    assert found is None or (isinstance(found, Format) and found == read_format(document, known))
    assert isinstance(hash(found), int)


@given(st.dictionaries(st.sampled_from(["slug", "name", "id", "key"]), scalars))
def test_a_format_has_a_name_or_is_none(document: dict[str, Any]) -> None:
    """A document without any name is no format, and no format has an empty slug."""
    found = read_format(document)
    named = any(str(v).strip() for v in document.values() if isinstance(v, (str, int)) and not isinstance(v, bool))
    assert (found is not None) == named
    assert found is None or found.slug == found.slug.strip() != ""


@pytest.mark.parametrize("document", [None, 7, [], {}, {"slug": " "}, {"slug": True}, {"inputs": ["a"]}])
def test_what_has_no_name_is_no_format(document: Any) -> None:
    """A document that cannot be asked for is left out."""
    assert read_format(document) is None


def test_a_bare_slug_is_a_format_of_which_nothing_is_known() -> None:
    """A catalog may list names alone."""
    found = read_format("smart")
    assert found is not None
    assert (found.slug, found.complete, found.inputs) == ("smart", False, ())


@pytest.mark.parametrize(
    ("document", "slug"),
    [
        ({"slug": " a ", "name": "b"}, "a"),
        ({"slug": "", "template_name": "t", "name": "b"}, "t"),
        ({"name": "b", "id": 7}, "b"),
        ({"id": 7, "key": "k"}, "7"),
        ({"key": "k", "display_name": "D"}, "k"),
        ({"display_name": "D"}, "D"),
    ],
)
def test_the_slug_is_the_first_name_that_there_is(document: dict[str, Any], slug: str) -> None:
    """Where the slug is missing, the next best name takes its place."""
    found = read_format(document)
    assert found is not None
    assert found.slug == slug


def test_the_words_of_a_format_are_kept() -> None:
    """Names, texts, kinds, examples and the raw document are all there."""
    document = {
        "slug": "f",
        "template_name": "t",
        "display_name": "D",
        "aliases": ["a", 7, ""],
        "id": 3,
        "kind": "tool",
        "platform": "clipwise",
        "description": "one\ntwo",
        "what_it_does": "more",
        "output_types": ["video"],
        "examples": [{"inputs": {}}],
        "is_active": False,
        "unheard": {"of": 1},
    }
    found = read_format(document, source=Source("live", "2026", "https://x"))
    assert found == Format(
        slug="f",
        template_name="t",
        display_name="D",
        aliases=("a",),
        id="3",
        kind="tool",
        platform="clipwise",
        description="one two",
        what_it_does="more",
        output_types=("video",),
        examples=({"inputs": {}},),
        complete=False,
        active=False,
    )
    assert found.source == Source("live", "2026", "https://x")
    assert found.raw is document
    assert found.names == ("f", "t", "3", "D", "a")


def test_a_bare_name_is_filled_from_what_is_known() -> None:
    """Type, description, media and the place of its files come from the known inputs."""
    prompt, avatar = read("prompt", "avatar").inputs
    assert prompt == Input(
        "prompt", schema={"type": "string"}, description="What to make", text_from="text", synonyms=()
    )
    assert avatar == Input(
        "avatar",
        schema={"type": "string"},
        example="avatar_maya",
        suggestions=("avatar_maya",),
        resource_type="avatars",
        takes=("id", "file"),
        media=("image",),
        upload=Upload("avatars", metadata=(("type", "avatar"),)),
    )


def test_the_document_s_own_word_wins() -> None:
    """What the document says of type, text, media and resource type is not overruled by what is known."""
    stated = {
        "name": "avatar",
        "type": "integer",
        "description": "Mine",
        "accepts": ["video"],
        "resource_type": "voices",
        "enum": [1, 2],
        "example": 2,
    }
    (avatar,) = read(stated).inputs
    assert avatar.schema == {"type": "integer", "enum": [1, 2]}
    assert (avatar.description, avatar.media, avatar.resource_type) == ("Mine", ("video",), "voices")
    assert (avatar.example, avatar.suggestions) == (2, ())
    assert avatar.upload == Upload(resource_type="voices")


def test_a_limit_without_a_type_is_joined_to_the_known_type() -> None:
    """A document that says only how long a text may be leaves its type to what is known."""
    (prompt,) = read({"name": "prompt", "max_length": 9}).inputs
    assert prompt.schema == {"type": "string", "maxLength": 9}


def test_what_is_known_for_one_format_counts_there_alone() -> None:
    """A row may say something else for one format."""
    assert known_input("video", "special", KNOWN).description == "Its own"
    assert known_input("video", "f", KNOWN).description == ""
    assert known_input("unheard", "f", KNOWN) == Input("unheard")


def test_synonyms_and_inputs_of_every_format_are_accepted_though_not_listed() -> None:
    """`also` holds the other names of listed inputs, and what every format takes, none of them required."""
    found = read("image", {"name": "voice", "aliases": ["speaker", "image"], "required": True}, "video")
    assert [(each.name, each.description) for each in found.also] == [
        ("images", "another name for image"),
        ("speaker", "another name for voice"),
        ("metadata", ""),
    ]
    assert not any(each.required for each in found.also)
    assert found.by_name["images"].many


def test_an_input_stands_in_for_another_only_where_it_is_listed() -> None:
    """A link can take the place of a video in a format that takes links, and nowhere else."""
    assert read("video").inputs[0].synonyms == ()
    assert read("video", "link").inputs[0].synonyms == ("link",)


def test_a_resource_type_that_takes_uploads_takes_files() -> None:
    """An input that only a requirement makes an asset takes ids, and files where its type is known to take them."""
    found = read(
        "who", "says", "odd", resource_requirements={"avatars": "who", "voices": "says", "unheard": {"input": "odd"}}
    )
    who, says, odd = found.inputs
    assert (who.takes, who.media, who.upload) == (("id", "file"), ("image",), Upload("avatars"))
    assert (says.takes, says.upload) == (("id",), None)
    assert (odd.takes, odd.resource_type) == (("id",), "unheard")
    assert [each.inputs for each in found.requirements] == [("who",), ("says",), ("odd",)]


def test_generic_uploads_have_a_purpose() -> None:
    """A file without a resource type of its own goes to the generic uploads, for the purpose that its media say."""
    plain, generic = read(
        {"name": "clip", "type": "video"}, {"name": "pic", "type": "image", "resource_type": "generic_uploads"}
    ).inputs
    assert plain.upload == Upload(purpose="video")
    assert generic.upload == Upload(purpose="image")


@pytest.mark.parametrize(
    ("accepts", "media"),
    [
        (["image/png", "image/jpeg"], ("image",)),
        ("video", ("video",)),
        (["Images", "AUDIOS"], ("image", "audio")),
        (["video/*", "audio/mpeg", "text/plain"], ("video", "audio")),
        (["application/pdf", 7], ()),
        ({"image": 1}, ()),
    ],
)
def test_accepted_media_are_read_from_kinds_and_mime_types(accepts: Any, media: tuple[str, ...]) -> None:
    """Kinds, plurals and MIME types all name the kind of media; what is none is left out."""
    (each,) = read({"name": "x", "accepts": accepts}).inputs
    assert each.media == media


def test_no_default_is_not_a_default_of_null() -> None:
    """`default: null` is a default; no default is MISSING, which is one and the same everywhere."""
    with_null, without = read({"name": "a", "default": None}, "b").inputs
    assert with_null.default is None
    assert without.default is MISSING
    assert not MISSING
    assert repr(MISSING) == "MISSING"


def test_more_inputs_than_can_be_kept_make_the_format_open() -> None:
    """What is cut off cannot be called unknown."""
    found = read(*(f"i{n}" for n in range(MAX_INPUTS + 5)))
    assert len(found.inputs) == MAX_INPUTS
    assert found.open


def test_five_hundred_documents_are_read_in_a_second() -> None:
    """All bundled documents, over and over, with what is known: well within a second of CPU."""
    raw = [each.raw for each in bundled.catalog()]
    known = bundled.known()
    started = time.process_time()
    for place in range(500):
        read_format(raw[place % len(raw)], known)
    assert time.process_time() - started < 1.0
