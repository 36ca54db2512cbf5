"""What is made of every recorded document: signature, flags, schema, help and check agree, and nothing raises."""

from __future__ import annotations

import ast
import inspect
import json
import re
import time
from typing import Any

import jsonschema_rs
import pytest
from recorded import NAMES, Recorded, clean

from clipwise.formats import bundled
from clipwise.formats.document import Format
from clipwise.projections.command import RESERVED, help_text, to_command, to_flags
from clipwise.projections.schema import to_json_schema
from clipwise.projections.signature import OPTIONS, spellings, to_docstring, to_signature, wire_inputs
from clipwise.validation import check

FORMATS = {
    **{name: Recorded(name).read() for name in NAMES},
    **{f"{name} + known": Recorded(name).read(bundled.known()) for name in NAMES if name != "hostile_many"},
    **{each.slug: each for each in bundled.catalog()},
}
KEYWORD = inspect.Parameter.KEYWORD_ONLY


@pytest.fixture(params=FORMATS)
def format(request: pytest.FixtureRequest) -> Format:
    """Each recorded document, alone and with what is known beyond it, and each bundled one."""
    return FORMATS[request.param]


def test_every_name_is_in_every_projection(format: Format) -> None:
    """The document, the schema, the signature and the flags name the same inputs."""
    listed = [each.name for each in format.inputs]
    accepted = [each.name for each in (*format.inputs, *format.also)]
    python = spellings(listed)
    parameters = {name: each for name, each in to_signature(format).parameters.items() if name not in OPTIONS}
    flags = to_flags(format)
    own = [flag.parameter for flag in flags if flag.input.name in python and not flag.path]
    assert list(to_json_schema(format)["properties"]) == accepted
    assert set(own) == set(python.values()) == {name for name in parameters if parameters[name].kind is KEYWORD}
    assert own == [name for name in parameters if parameters[name].kind is KEYWORD]
    assert {flag.input.name for flag in flags} >= set(listed)
    assert set(accepted) - {flag.input.name for flag in flags} <= set(python.values())


def test_flags_are_unique_and_swallow_none_of_ours(format: Format) -> None:
    """No two flags are the same, none is one of the command line's own, none reads as the negative of another."""
    names = [flag.name for flag in to_flags(format)]
    assert len(names) == len(set(names)) == len({flag.parameter for flag in to_flags(format)})
    for name in names:
        assert re.fullmatch(r"--\w[\w-]*", name)
        assert name[2:] not in RESERVED
        assert not name.startswith("--no-")


def test_required_inputs_agree(format: Format) -> None:
    """What the schema requires is what has no default in the signature, but for inputs that a synonym can stand for."""
    python = spellings(each.name for each in format.inputs)
    parameters = to_signature(format).parameters.values()
    bare = {each.name for each in parameters if each.default is each.empty and each.kind is KEYWORD}
    schema = to_json_schema(format)
    assert {python[name] for name in schema.get("required", ())} == bare
    either = {name for rule in schema.get("allOf", ()) for each in rule.get("anyOf", ()) for name in each["required"]}
    assert {each.name for each in format.required if each.synonyms} <= either


def test_the_schema_is_a_schema(format: Format) -> None:
    """The schema is one by the standard's own schema, and its JSON can be written and read again."""
    schema = to_json_schema(format)
    written = json.dumps(schema)
    assert json.loads(written) == schema
    assert jsonschema_rs.meta.is_valid(json.loads(written.replace("\\ud800", "")))
    assert "$ref" not in written


def test_the_signature_could_be_written(format: Format) -> None:
    """Every parameter is an identifier that Python keeps as it is written, so that a call of it parses."""
    names = list(to_signature(format).parameters)
    call = ast.parse(f"f({', '.join(f'{name}=1' for name in names)})", mode="eval").body
    assert isinstance(call, ast.Call)
    assert [each.arg for each in call.keywords] == names
    assert str(to_signature(format))


def test_python_names_lead_back_to_wire_names(format: Format) -> None:
    """Called by its Python spelling or by its exact name, every input is sent under its own name."""
    python = spellings(each.name for each in format.inputs)
    by_spelling = wire_inputs(format, {python[name]: place for place, name in enumerate(python)})
    assert by_spelling == {name: place for place, name in enumerate(python)}
    exact = wire_inputs(format, {name: place for place, name in enumerate(python)})
    assert exact == {name: place for place, name in enumerate(python)}


def test_a_command_is_built_and_hands_every_flag_on(format: Format) -> None:
    """The command for cyclopts has one parameter for each flag, and gives `run` the inputs by their wire names."""
    seen: list[dict[str, Any]] = []
    options = inspect.Signature(
        [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=0) for name in ("wait", "input", "output")]
    )
    command = to_command(format, seen.append, options)
    flags = to_flags(format)
    parameters = list(inspect.signature(command).parameters)
    assert parameters == [*(flag.parameter for flag in flags), "__own_wait", "__own_input", "__own_output"]
    whole = [flag for flag in flags if not flag.path]
    command(**{flag.parameter: flag.input.name for flag in whole}, __own_wait=7)
    parts = {"parts": []} if len(whole) < len(flags) else {}
    inputs = {flag.input.name: flag.input.name for flag in whole}
    assert seen == [{"inputs": inputs, "wait": 7, "input": 0, "output": 0, **parts}]


def test_no_text_can_repaint_a_terminal(format: Format) -> None:
    """Docstring, help, titles, descriptions and problems hold no control characters."""
    schema = to_json_schema(format)
    texts = [schema["title"], schema.get("description", ""), to_docstring(format)]
    texts += [rule.get("description", "") for rule in schema["properties"].values()]
    for flag in to_flags(format):
        texts += [flag.name, help_text(flag.input)]
    problems = check(format, {"unknown\x1b": "\x1b", **{each.name: "\x1b[2J" for each in format.inputs}})
    texts += [text for each in (*problems, *check(format, {})) for text in (str(each), each.message, each.hint)]
    assert [text for text in texts if not clean(text)] == []


def test_any_inputs_are_judged_in_time(format: Format) -> None:
    """Inputs of every kind give problems, never an exception, and all of it takes less than two seconds."""
    started = time.process_time()
    long = "a" * 5000 + "!"
    for value in (None, True, 7, 1.5, long, "x.png", [], [[7]], {"x": {"x": 1}}, {}, 10**400):
        for problem in check(format, {each.name: value for each in format.inputs[:60]}):
            assert problem.message
    assert time.process_time() - started < 2.0


def test_all_projections_take_less_than_a_second(format: Format) -> None:
    """No document makes a projection slow, not even five thousand inputs."""
    started = time.process_time()
    to_json_schema(format)
    to_signature(format)
    to_docstring(format)
    to_flags(format)
    assert time.process_time() - started < 1.0


def spelled_rows() -> list[tuple[str, str]]:
    """The recorded documents that state Python spellings or flags."""
    return [(name, key) for name in NAMES for key in ("spelled", "flags") if key in Recorded(name).row]


@pytest.mark.parametrize(("name", "key"), spelled_rows())
def test_hostile_names_are_spelled_as_recorded(name: str, key: str) -> None:
    """The Python spellings and the flags of hostile names are what the recorded case states."""
    recorded = Recorded(name)
    format = recorded.read()
    found = spellings(each.name for each in format.inputs)
    if key == "flags":
        found = {flag.input.name: flag.name for flag in to_flags(format)}
    expected = recorded.row[key]
    assert {wire: found[wire] for wire in expected} == expected
