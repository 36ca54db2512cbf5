"""A job spec -> all of its problems, without a network.

The JSON Schema of the format is judged by one engine, which passes the good in a microsecond and finds what is to be
explained about the bad. What a schema cannot say (files, ids, URLs) is judged here. *Is wrong* is an error, *cannot be
sure* is a warning: a document that is not the server's word of today (`Source.current`) cannot vouch for what it does
not list.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .assets import asset_problem, assets, named_as, named_in_text
from .errors import Problem
from .explanations import EXPLAINED, Finding, otherwise, said
from .formats.document import Format, Input
from .formats.modes import mode_input
from .projections.schema import to_json_schema
from .text import names_text_file, printable

if TYPE_CHECKING:
    from .formats.catalog import Catalog

UNSETTLED = ("unknown_input", "not_a_choice")  # what a newer document may allow
MAX_DEPTH = 60
MAX_BITS = 4096  # of a whole number; Python itself refuses to write much larger ones
Severity = Literal["error", "warning"]


def check(
    format: Format, inputs: Mapping[str, Any], folder: Path | None = None, root: Path | None = None
) -> list[Problem]:
    """Return every problem of one job's inputs, in the order of the inputs; an empty list when there is none.

    Relative paths of files are relative to `folder` (default: the working directory); files outside `root`, if there is
    one, are problems and are not looked into.
    """
    return checker(format).problems(inputs, folder, root)


def check_spec(
    spec: Any,
    catalog: Catalog,
    folder: Path | None = None,
    format: Format | None = None,
    root: Path | None = None,
) -> list[Problem]:
    """Return every problem of a job spec: a mapping with the `format` and its inputs, and perhaps `extra_inputs`.

    `format` is its document where that is known better than from the catalog.
    """
    judge = spec_checker(spec, catalog, format)
    return problems_of(judge, spec, folder, root) if isinstance(judge, Checker) else judge


def spec_checker(spec: Any, catalog: Catalog, format: Format | None = None) -> Checker | list[Problem]:
    """Return the checker of the format that a spec names, or what is wrong with the name."""
    if not isinstance(spec, Mapping):
        return [no_spec(spec)]
    name = spec.get("format")
    if not isinstance(name, str) or not name:
        names = catalog.names()
        hint = f'write "format": "{names[0] if len(names) == 1 else "…"}"; `clipwise formats list` shows what there is'
        if name in (None, ""):
            return [Problem(("format",), "missing_input", "no format is named", hint)]
        return [Problem(("format",), "wrong_type", f"takes the name of a format, not {said(name)}", hint)]
    format = format or catalog.find(name)
    if format is None:
        return [unknown_format(name, catalog.suggest(name))]
    return checker(format)


def problems_of(
    judge: Checker,
    spec: Mapping[str, Any],
    folder: Path | None = None,
    root: Path | None = None,
    good: Callable[[Input, str], bool] | None = None,
) -> list[Problem]:
    """Return every problem of a job spec, by the checker of its format."""
    inputs = {key: value for key, value in spec.items() if key != "format"}
    if "extra_inputs" not in judge.by_name and isinstance(inputs.get("extra_inputs"), Mapping):
        del inputs["extra_inputs"]
    return judge.problems(inputs, folder, root, good)


def no_spec(value: Any) -> Problem:
    """Return the problem of a value that is no mapping."""
    return Problem((), "wrong_type", f"a job spec is an object, not {said(value)}", '{"format": "…", …}')


def unknown_format(name: str, near: Iterable[str]) -> Problem:
    """Return the problem of a spec whose format nobody knows; `near` are the names it was probably meant to be."""
    near = list(near)
    hint = f"did you mean {' or '.join(near)}?" if near else "`clipwise formats list` shows what there is"
    return Problem(("format",), "unknown_format", f"there is no format called {printable(name, 100)!r}", hint)


def unsettled(problems: Iterable[Problem]) -> bool:
    """Whether a newer document could settle one of the problems."""
    return any(each.code in (*UNSETTLED, "unknown_format") for each in problems)


def errors_in(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems that are surely wrong."""
    return [each for each in problems if each.severity == "error"]


# --- values that JSON can carry ---------------------------------------------------------------------------------------


class NotJson(Exception):
    """A value that JSON cannot carry; `problem` says where and why."""

    def __init__(self, path: tuple[str | int, ...], message: str, hint: str = "") -> None:
        super().__init__(message)
        self.problem = Problem(path, "not_json", message, hint)


def plain(value: Any, path: tuple[str | int, ...] = (), paths: bool = True) -> Any:
    """Return a value as JSON will carry it (a path as its text); raise for what JSON cannot carry."""
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
            raise NotJson(path, "holds half a character (a lone surrogate)", "decode the text as UTF-8")
        return value
    if value is None or isinstance(value, (bool, int)):
        if value is not None and value.bit_length() > MAX_BITS:
            raise NotJson(path, "is a number too large to be sent")
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise NotJson(path, f"is {value}, which JSON has no number for")
        return value
    if len(path) > MAX_DEPTH:
        raise NotJson(path[:3], "is nested too deep")
    if isinstance(value, Mapping):
        return {_key(key, path): plain(item, (*path, str(key)), paths) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, (*path, place), paths) for place, item in enumerate(value)]
    if isinstance(value, os.PathLike) and paths:
        return plain(os.fsdecode(value), path)
    kind = type(value).__name__
    raise NotJson(
        path,
        f"is a Python {kind}, which cannot be sent",
        "give text, a number, a list or a dict" + (" or a path" if paths else ""),
    )


def _key(key: Any, path: tuple[str | int, ...]) -> str:
    if not isinstance(key, str):
        raise NotJson(path, f"has a key that is not text ({printable(key, 40)})")
    return str(plain(key, path))


# --- the two checkers of one format -----------------------------------------------------------------------------------


def checker(format: Format) -> Checker:
    """Return the checker of a format; made once for all equal formats whose documents can vouch for as much."""
    return _checker(format, format.source.current)


@lru_cache(maxsize=4096)
def _checker(format: Format, current: bool) -> Checker:
    return Checker(format)


class Checker:
    """Everything that can be told of one format's inputs without a network."""

    def __init__(self, format: Format) -> None:
        self.format = format
        self.by_name = format.by_name
        self.mode = mode_input(format) if format.modes else None
        self.schema = _runnable(to_json_schema(format))

    @cached_property
    def engine(self) -> Any:
        """The schema, compiled."""
        import jsonschema_rs

        return jsonschema_rs.Draft202012Validator(
            self.schema, pattern_options=jsonschema_rs.RegexOptions(), offline=True
        )

    @cached_property
    def quick(self) -> Callable[[Any], bool]:
        """Whether inputs are all right, in about a microsecond."""
        valid: Callable[[Any], bool] = self.engine.is_valid
        return valid

    @cached_property
    def listed(self) -> tuple[str, ...]:
        """The names of the listed inputs, fit to be shown."""
        return tuple(printable(each.name, 100) for each in self.format.inputs)

    def findings(self, inputs: Mapping[str, Any]) -> list[Finding]:
        """Return each keyword that the inputs fail, in the order in which the schema has them."""
        found = [_finding(self.schema, inputs, error) for error in self.engine.iter_errors(inputs)]
        return sorted(found, key=lambda each: _order(self.schema, each.rule)) if len(found) > 1 else found

    def problems(
        self,
        inputs: Mapping[str, Any],
        folder: Path | None = None,
        root: Path | None = None,
        good: Callable[[Input, str], bool] | None = None,
    ) -> list[Problem]:
        """Return every problem of the inputs, in their order; `good` knows the texts that name what is there."""
        sent, found = self._plain(inputs, folder)
        unsendable = {each.path[:1] for each in found}
        if found or not self._good(sent):
            found += [
                each
                for each in self._explained(sent)
                if each.path[:1] not in unsendable
                and (each.code == "wrong_type" or not self._is_file(inputs, each.path, folder))
            ]
        found += [each for each in self._beyond(inputs, folder, root, good) if each.path[:1] not in unsendable]
        if len(found) < 2:
            return found
        order = {name: place for place, name in enumerate((*self.by_name, *inputs))}
        return sorted(found, key=lambda each: (order.get(str(each.path[0]), -1) if each.path else -1, str(each.path)))

    def _plain(self, inputs: Mapping[str, Any], folder: Path | None) -> tuple[dict[str, Any], list[Problem]]:
        """Return the inputs as JSON carries them, without those that it cannot carry."""
        sent: dict[str, Any] = {}
        found = []
        for name, value in inputs.items():
            if type(name) is type(value) is str and name.isascii() and value.isascii():
                sent[name] = value  # as most are
                continue
            each = self.by_name.get(name)
            try:
                key = _key(name, ())
                value = named_in_text(value, folder) if each is not None and each.takes_files else value
                sent[key] = plain(value, (name,), paths=each is None or bool(each.takes))
            except NotJson as error:
                found.append(error.problem)
        return sent, found

    def _good(self, sent: Mapping[str, Any]) -> bool:
        try:
            return self.quick(sent)
        except (ValueError, OverflowError, RecursionError):
            return False

    def _explained(self, sent: Mapping[str, Any]) -> Iterator[Problem]:
        seen = set()
        for error in self.findings(sent):
            for problem in EXPLAINED.get(error.keyword, otherwise)(self, error):
                if (problem.path, problem.code) not in seen:
                    seen.add((problem.path, problem.code))
                    yield problem

    def _is_file(self, inputs: Mapping[str, Any], path: tuple[str | int, ...], folder: Path | None) -> bool:
        """Whether a local file stands at a path: an id takes its place, so no rule for texts holds for it."""
        each = self.by_name.get(str(path[0])) if path else None
        if each is None or not each.takes_files:
            return False
        found = [item for place, item in assets(each, inputs.get(each.name)) if (each.name, *place) == path]
        return any(isinstance(item, (str, os.PathLike)) and named_as(item, folder) == "file" for item in found)

    def _beyond(
        self,
        inputs: Mapping[str, Any],
        folder: Path | None,
        root: Path | None,
        good: Callable[[Input, str], bool] | None,
    ) -> Iterator[Problem]:
        """Judge what a schema cannot: modes, the assets that values name, and texts without a word."""
        mode = inputs.get(self.mode.name) if self.mode else None
        for name, value in inputs.items():
            each = self.by_name.get(name)
            if each is None:
                continue
            if each.modes and isinstance(mode, str) and mode not in each.modes:
                message = f"does not count with mode {printable(mode, 60)}"
                hint = f"it does with mode {' or '.join(each.modes)}"
                yield Problem((name,), "not_in_mode", message, hint, "/modes", "warning")
            if not each.takes:
                if each.required and isinstance(value, str) and not value.strip():
                    yield Problem((name,), "empty", "is empty, and it is required", rule=f"/properties/{name}")
                if each.text_from == "text" and isinstance(value, str) and names_text_file(value):
                    message, hint = "looks like the name of a file, and would be sent as text", "read the file first"
                    yield Problem((name,), "names_a_file", message, hint, f"/properties/{name}", "warning")
                continue
            for place, item in assets(each, value):
                is_good = good is not None and isinstance(item, str) and good(each, item)
                if is_good or not isinstance(item, (str, os.PathLike)):
                    continue
                wrong = asset_problem(each, item, folder, root)
                if wrong:
                    code, message, hint, severity = wrong
                    yield Problem((name, *place), code, message, hint, f"/properties/{name}", severity)


def _runnable(schema: Any) -> Any:
    """Leave out patterns that the linear-time engine does not know: they cannot be checked without a risk to hang.

    Half a character, which no engine takes, is written out; no input that is sent has any.
    """
    if isinstance(schema, Mapping):
        return {
            _whole(key): _runnable(value)
            for key, value in schema.items()
            if not (key == "pattern" and isinstance(value, str) and _compiled(value) is None)
        }
    if isinstance(schema, str):
        return _whole(schema)
    return [_runnable(each) for each in schema] if isinstance(schema, list) else schema


def _whole(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Callable[[Any], bool] | None:
    import jsonschema_rs

    try:
        options = jsonschema_rs.RegexOptions(size_limit=2**20, dfa_size_limit=2**20)
        return jsonschema_rs.Draft202012Validator({"pattern": pattern}, pattern_options=options).is_valid
    except ValueError:
        return None


def _finding(schema: Mapping[str, Any], inputs: Any, error: Any) -> Finding:
    """Return what the engine found with the values as they were given."""
    path, rule = tuple(error.instance_path), tuple(error.schema_path)
    instance: Any = inputs
    value: Any = schema
    inside: Any = schema
    for part in path:
        instance = instance[part]
    for part in rule:
        value, inside = value[part], value
    keyword = "false" if value is False and rule[-1:] != ("additionalProperties",) else str(rule[-1])
    names = (error.kind.property,) if keyword == "required" else ()
    return Finding(keyword, value, instance, inside, path, rule, names)


def _order(schema: Any, rule: tuple[str | int, ...]) -> list[int]:
    """Return the place of a keyword among those of the schema."""
    places = []
    for part in rule:
        places.append(part if isinstance(part, int) else list(schema).index(part))
        schema = schema[part]
    return places
