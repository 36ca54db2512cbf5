"""Hypothesis strategies: any JSON, documents that are nearly right, and inputs for them."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from clipwise.formats.fragments import KEYWORDS, TYPE_NAMES

settings.register_profile("clipwise", deadline=None, max_examples=40, derandomize=True, print_blob=False)
settings.load_profile("clipwise")

texts = st.text(max_size=12)
words = st.sampled_from(["prompt", "a-b", "a_b", "class", "image", "voice", "../x", "help", "3d", "é", "x\x1b[1m", ""])
numbers = st.one_of(st.integers(-(2**53), 2**53), st.integers(-3, 10), st.floats(-1e6, 1e6, width=32))
scalars = st.one_of(st.none(), st.booleans(), numbers, texts, words)
json_values = st.recursive(
    scalars,
    lambda each: st.one_of(st.lists(each, max_size=4), st.dictionaries(st.one_of(words, texts), each, max_size=4)),
    max_leaves=12,
)
type_words = st.one_of(
    st.sampled_from(sorted(TYPE_NAMES)),
    st.sampled_from(["string[]", "list of images", "array<int|string>", "number | string", "nothing known"]),
    st.lists(st.sampled_from(["string", "integer", "number", "null", "array", "boolean"]), min_size=1, max_size=3),
)
LIMITS = ("min", "max", "minimum", "maximum", "min_length", "max_length", "min_items", "max_items", "multipleOf")


def rules() -> st.SearchStrategy[dict[str, Any]]:
    """Objects that describe an input as documents do, most of them in good order."""
    plain = st.fixed_dictionaries(
        {},
        optional={
            "type": type_words,
            "enum": st.lists(scalars, max_size=4),
            "options": st.lists(st.fixed_dictionaries({"value": scalars, "label": texts}), max_size=3),
            "pattern": st.sampled_from(["^a", "(a+)+$", "(?=x)", "([", "[0-9]{2}", r"^\w+$"]),
            "required": st.booleans(),
            "multiple": st.booleans(),
            "nullable": st.booleans(),
            "uniqueItems": st.booleans(),
            "default": json_values,
            "example": json_values,
            "description": texts,
            "accepts": st.lists(st.sampled_from(["image", "video/mp4", "audios", "nothing"]), max_size=2),
            "aliases": st.lists(words, max_size=2),
            "resource_type": st.sampled_from(["avatars", "voices", "unheard_of", ""]),
            **{name: st.integers(-2, 6) for name in LIMITS},
        },
    )
    return st.recursive(
        plain,
        lambda each: st.builds(
            lambda rule, more: {**rule, **more},
            plain,
            st.fixed_dictionaries(
                {},
                optional={
                    "items": st.one_of(each, type_words),
                    "properties": st.dictionaries(words, each, max_size=2),
                    "anyOf": st.lists(each, min_size=1, max_size=3),
                    "oneOf": st.lists(each, min_size=1, max_size=3),
                    "allOf": st.lists(each, min_size=1, max_size=2),
                    "additionalProperties": st.one_of(st.booleans(), each),
                },
            ),
        ),
        max_leaves=3,
    )


named_rules = st.builds(
    lambda key, name, rule: {**rule, key: name},
    st.sampled_from(["name", "key", "id", "param", "field"]),
    words,
    rules(),
)
lists_of_inputs = st.one_of(
    st.lists(st.one_of(words, named_rules), max_size=5),
    st.dictionaries(words, st.one_of(rules(), type_words), max_size=5),
    st.builds(
        lambda properties, required: {"type": "object", "properties": properties, "required": required},
        st.dictionaries(words, rules(), max_size=4),
        st.lists(words, max_size=2),
    ),
)
documents = st.builds(
    lambda places: {"slug": "made", **places},
    st.fixed_dictionaries(
        {},
        optional={
            "required_inputs": lists_of_inputs,
            "optional_inputs": lists_of_inputs,
            "input_schema": lists_of_inputs,
            "resource_requirements": st.one_of(
                st.lists(
                    st.one_of(
                        st.sampled_from(["avatars", "a sentence of words"]),
                        st.fixed_dictionaries(
                            {"type": st.sampled_from(["avatars", "voices"]), "input": words},
                            optional={"min": st.integers(0, 3), "required": st.booleans()},
                        ),
                    ),
                    max_size=3,
                ),
                st.dictionaries(st.sampled_from(["avatars", "voices"]), scalars, max_size=2),
            ),
        },
    ),
)
odd_documents = st.dictionaries(
    st.sampled_from(
        [
            "slug",
            "template_name",
            "name",
            "id",
            "display_name",
            "aliases",
            "required_inputs",
            "optional_inputs",
            "inputs",
            "schema",
            "parameters",
            "resource_requirements",
            "modes",
            "examples",
            "output_types",
            "description",
        ]
    ),
    st.one_of(json_values, lists_of_inputs),
    max_size=6,
)
schemas = st.dictionaries(st.sampled_from([*KEYWORDS, "$ref", "not"]), json_values, max_size=4)
