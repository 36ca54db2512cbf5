"""A job spec -> all of its problems, without a network.

The JSON Schema of the format is judged twice: a quick checker passes the good, a slow one explains the bad. What a
schema cannot say (files, ids, URLs) is judged here. *Is wrong* is an error, *cannot be sure* is a warning: a document
that is not the server's word of today (`Source.current`) cannot vouch for what it does not list.
"""

from __future__ import annotations

import difflib
import math
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .errors import Problem
from .files import Measured, measure
from .formats.document import Format, Input
from .projections.schema import to_json_schema
from .projections.signature import type_text
from .text import nearest, printable

if TYPE_CHECKING:
    from typing import TypeAlias

    from .formats.catalog import Catalog

    SchemaError: TypeAlias = Any  # jsonschema's ValidationError, whose stubs allow "unset" everywhere

UNSETTLED = ("unknown_input", "not_a_choice")  # what a newer document may allow
MAX_DEPTH = 60
Severity = Literal["error", "warning"]


def check(format: Format, inputs: Mapping[str, Any], folder: Path | None = None) -> list[Problem]:
    """Return every problem of one job's inputs, in the order of the inputs; an empty list when there is none.

    Relative paths of files are relative to `folder` (default: the working directory).
    """
    return checker(format).problems(inputs, folder)


def check_spec(spec: Any, catalog: Catalog, folder: Path | None = None) -> list[Problem]:
    """Return every problem of a job spec: a mapping with the `format` and its inputs."""
    if not isinstance(spec, Mapping):
        return [Problem((), "wrong_type", f"a job spec is an object, not {_said(spec)}", '{"format": "…", …}')]
    name = spec.get("format")
    if not isinstance(name, str) or not name:
        example = catalog.names()[:1] or ["…"]
        return [Problem(("format",), "missing_input", "no format is named", f'"format": "{example[0]}"')]
    format = catalog.find(name)
    if format is None:
        return [_unknown_format(name, catalog)]
    return check(format, {key: value for key, value in spec.items() if key != "format"}, folder)


def _unknown_format(name: str, catalog: Catalog) -> Problem:
    near = catalog.suggest(name)
    hint = f"did you mean {' or '.join(near)}?" if near else "`clipwise formats list` shows what there is"
    return Problem(("format",), "unknown_format", f"there is no format called {printable(name, 100)!r}", hint)


def unsettled(problems: Iterable[Problem]) -> bool:
    """Whether a newer document could settle one of the problems."""
    return any(each.code in (*UNSETTLED, "unknown_format") for each in problems)


def errors_in(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems that are surely wrong."""
    return [each for each in problems if each.severity == "error"]


# --- files, ids and URLs ----------------------------------------------------------------------------------------------

_URL = re.compile(r"https?://", re.IGNORECASE)
_MEDIA_SUFFIX = re.compile(
    r"\.(png|jpe?g|gif|webp|bmp|tiff?|svg|avif|hei[cf]|mp4|mov|m4v|webm|mkv|avi|mp3|wav|m4a|aac|flac|ogg|oga|opus|txt|pdf)$",
    re.IGNORECASE,
)
# A file of the second kind may hold nothing but the first.
MAY_HOLD = {("audio", "video")}


def named_as(value: Any, folder: Path | None = None) -> Literal["id", "file", "url"]:
    """Tell what a value names: a path object, a text with a path's form, or an existing file is a file."""
    if isinstance(value, os.PathLike):
        return "file"
    text = str(value)
    if _URL.match(text):
        return "url"
    if "/" in text or "\\" in text or text.startswith(("~", ".")) or _MEDIA_SUFFIX.search(text):
        return "file"
    return "file" if text and len(text) < 1024 and _is_file(located(text, folder)) else "id"


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def located(value: str | os.PathLike[str], folder: Path | None = None) -> Path:
    """Return where a named file is: `~` is the home folder, a relative path starts in `folder`."""
    path = Path(os.path.expanduser(os.fspath(value)))  # noqa: PTH111  (Path.expanduser raises where there is no home)
    return path if folder is None else folder / path


def assets(each: Input, value: Any) -> Iterator[tuple[tuple[int, ...], Any]]:
    """Go through what an input's value names: itself, or every item of a list, with the place in it."""
    if isinstance(value, (list, tuple)):
        yield from (((place,), item) for place, item in enumerate(value))
    else:
        yield (), value


def _asset_problem(each: Input, value: Any, folder: Path | None) -> tuple[str, str, str, Severity] | None:
    """Judge one value that names an asset; return code, message, hint and severity of what is wrong."""
    if value == "":
        return "empty", f"is empty; it takes {type_text(each)}", "", "error"
    kind = named_as(value, folder)
    if kind == "file":
        return _file_problem(each, value, folder)
    if kind == "url" and "url" not in each.takes:
        return (
            "not_documented",
            "is a URL, which this input is not documented to take",
            "use a file or an id",
            "warning",
        )
    return None


def _file_problem(each: Input, value: Any, folder: Path | None) -> tuple[str, str, str, Severity] | None:
    path = located(value, folder)
    shown = repr(printable(os.fspath(value), 200))
    if not each.takes_files:
        if not isinstance(value, os.PathLike) and not _is_file(path) and not _MEDIA_SUFFIX.search(str(value)):
            return None  # an id may look like anything
        kind = each.resource_type or "asset"
        return (
            "takes_an_id",
            f"takes the id of one of your {kind}, not a file ({shown})",
            f"`clipwise resources list {kind}`",
            "error",
        )
    try:
        found = measure(path)
    except FileNotFoundError:
        return "file_not_found", f"there is no file {shown}", _similar_file(path), "error"
    except PermissionError:
        return "file_unreadable", f"the file {shown} may not be read", "", "error"
    except (OSError, ValueError) as error:
        return "file_unreadable", f"{shown} {error.args[-1] if error.args else 'cannot be read'}", "", "error"
    return _content_problem(each, found, shown)


def _content_problem(each: Input, found: Measured, shown: str) -> tuple[str, str, str, Severity] | None:
    wanted = " or ".join(each.media)
    kind = found.media.kind
    if not found.size:
        return "file_empty", f"the file {shown} is empty", "", "error"
    if not each.media or kind in each.media or any((want, kind) in MAY_HOLD for want in each.media):
        return None
    if not kind:
        return "unknown_media", f"cannot tell what {shown} holds; {wanted} is expected", "", "warning"
    return "wrong_media", f"the file {shown} holds {kind}, not {wanted}", f"give {wanted} content", "error"


def _similar_file(path: Path) -> str:
    """Name a file nearby that was probably meant; looks only where the caller pointed."""
    try:
        names = [each.name for each in list(path.parent.iterdir())[:2000]]
    except (OSError, ValueError):
        return f"the folder {printable(path.parent, 200)!r} does not exist" if str(path.parent) != "." else ""
    near = difflib.get_close_matches(path.name, names, n=1, cutoff=0.7)
    return f"did you mean {str(path.parent / near[0])!r}?" if near else ""


# --- values that JSON can carry ---------------------------------------------------------------------------------------


class _NotJson(Exception):
    def __init__(self, path: tuple[str | int, ...], message: str, hint: str = "") -> None:
        super().__init__(message)
        self.problem = Problem(path, "not_json", message, hint)


def plain(value: Any, path: tuple[str | int, ...] = (), paths: bool = True) -> Any:
    """Return a value as JSON will carry it (a path as its text); raise for what JSON cannot carry."""
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
            raise _NotJson(path, "holds half a character (a lone surrogate)", "decode the text as UTF-8")
        return value
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise _NotJson(path, f"is {value}, which JSON has no number for")
        return value
    if len(path) > MAX_DEPTH:
        raise _NotJson(path[:3], "is nested too deep")
    if isinstance(value, Mapping):
        return {_key(key, path): plain(item, (*path, str(key)), paths) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, (*path, place), paths) for place, item in enumerate(value)]
    if isinstance(value, os.PathLike) and paths:
        return plain(os.fsdecode(value), path)
    kind = type(value).__name__
    raise _NotJson(path, f"is a Python {kind}, which cannot be sent", "give text, a number, a list, a dict or a path")


def _key(key: Any, path: tuple[str | int, ...]) -> str:
    if not isinstance(key, str):
        raise _NotJson(path, f"has a key that is not text ({printable(key, 40)})")
    return key


# --- the two checkers of one format -----------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def checker(format: Format) -> Checker:
    """Return the checker of a format; made once."""
    return Checker(format)


class Checker:
    """Everything that can be told of one format's inputs without a network."""

    def __init__(self, format: Format) -> None:
        self.format = format
        self.by_name = format.by_name
        self.schema = _runnable(to_json_schema(format))

    @cached_property
    def quick(self) -> Callable[[Any], bool]:
        """Whether inputs are all right, in about a microsecond."""
        import jsonschema_rs

        return jsonschema_rs.Draft202012Validator(
            self.schema, pattern_options=jsonschema_rs.RegexOptions(), offline=True
        ).is_valid

    @cached_property
    def slow(self) -> Any:
        """The same rules, explained."""
        from jsonschema import Draft202012Validator, validators

        explaining: Any = validators.extend(Draft202012Validator, {"pattern": _linear_pattern})  # type: ignore[no-untyped-call]
        return explaining(self.schema)

    def problems(self, inputs: Mapping[str, Any], folder: Path | None = None) -> list[Problem]:
        """Return every problem of the inputs, in their order."""
        sent, found = self._plain(inputs)
        unsendable = {each.path[:1] for each in found}
        if found or not self._good(sent):
            found += [each for each in self._explained(sent) if each.path[:1] not in unsendable]
        found += [each for each in self._beyond(inputs, folder) if each.path[:1] not in unsendable]
        order = {name: place for place, name in enumerate((*self.by_name, *inputs))}
        return sorted(found, key=lambda each: (order.get(str(each.path[0]), -1) if each.path else -1, str(each.path)))

    def _plain(self, inputs: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
        """Return the inputs as JSON carries them, without those that it cannot carry."""
        sent: dict[str, Any] = {}
        found = []
        for name, value in inputs.items():
            each = self.by_name.get(name)
            try:
                sent[name] = plain(value, (name,), paths=each is None or bool(each.takes))
            except _NotJson as error:
                found.append(error.problem)
        return sent, found

    def _good(self, sent: Mapping[str, Any]) -> bool:
        try:
            return self.quick(sent)
        except (ValueError, OverflowError, RecursionError):
            return False

    def _explained(self, sent: Mapping[str, Any]) -> Iterator[Problem]:
        seen = set()
        for error in self.slow.iter_errors(sent):
            for problem in EXPLAINED.get(error.validator, _otherwise)(self, error):
                if (problem.path, problem.code) not in seen:
                    seen.add((problem.path, problem.code))
                    yield problem

    def _beyond(self, inputs: Mapping[str, Any], folder: Path | None) -> Iterator[Problem]:
        """Judge what a schema cannot: the assets that values name, and texts without a word."""
        for name, value in inputs.items():
            each = self.by_name.get(name)
            if each is None:
                continue
            if not each.takes:
                if each.required and isinstance(value, str) and not value.strip():
                    yield Problem((name,), "empty", "is empty, and it is required", rule=f"/properties/{name}")
                continue
            for place, item in assets(each, value):
                wrong = _asset_problem(each, item, folder) if isinstance(item, (str, os.PathLike)) else None
                if wrong:
                    code, message, hint, severity = wrong
                    yield Problem((name, *place), code, message, hint, f"/properties/{name}", severity)


def _runnable(schema: Any) -> Any:
    """Leave out patterns that the linear-time engine does not know: they cannot be checked without a risk to hang."""
    if isinstance(schema, Mapping):
        return {
            key: _runnable(value)
            for key, value in schema.items()
            if not (key == "pattern" and isinstance(value, str) and _compiled(value) is None)
        }
    return [_runnable(each) for each in schema] if isinstance(schema, list) else schema


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Callable[[Any], bool] | None:
    import jsonschema_rs

    try:
        options = jsonschema_rs.RegexOptions(size_limit=2**20, dfa_size_limit=2**20)
        return jsonschema_rs.Draft202012Validator({"pattern": pattern}, pattern_options=options).is_valid
    except ValueError:
        return None


def _linear_pattern(_validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[SchemaError]:
    from jsonschema.exceptions import ValidationError

    matches = _compiled(pattern)
    if isinstance(instance, str) and matches is not None and not matches(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


# --- one small function per keyword: a schema error -> problems -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _At:
    """Where a schema error stands."""

    path: tuple[str | int, ...]
    rule: str
    each: Input | None

    @classmethod
    def of(cls, checker: Checker, error: SchemaError) -> _At:
        path = tuple(error.absolute_path)
        rule = "/" + "/".join(str(part) for part in error.absolute_schema_path)
        return cls(path, rule, checker.by_name.get(str(path[0])) if path else None)

    def problem(self, code: str, message: str, hint: str = "", severity: Severity = "error") -> Problem:
        return Problem(self.path, code, message, hint, self.rule, severity)


def _required(checker: Checker, error: SchemaError) -> Iterator[Problem]:
    at = _At.of(checker, error)
    for name in error.validator_value:
        if name in error.instance:
            continue
        each = checker.by_name.get(name) if not at.path else None
        yield Problem((*at.path, name), "missing_input", "is required" + _what(each), _example(each), at.rule)


def _any_of(checker: Checker, error: SchemaError) -> Iterator[Problem]:
    names = [name for rule in error.validator_value for name in rule.get("required", ())]
    at = _At.of(checker, error)
    if at.path or not names:
        yield at.problem(
            "wrong_value", f"{_said(error.instance)} fits none of the {len(error.validator_value)} forms allowed"
        )
        return
    each = checker.by_name[names[0]]
    others = " or ".join(names[1:])
    message = f"is required{_what(each)}" + (f"; {others} would do as well" if others else "")
    yield Problem((names[0],), "missing_input", message, _example(each), at.rule)


def _unknown(checker: Checker, error: SchemaError) -> Iterator[Problem]:
    at = _At.of(checker, error)
    allowed = error.schema.get("properties", {})
    top = not at.path
    severity: Severity = "error" if checker.format.source.current or not top else "warning"
    for name in error.instance:
        if name in allowed:
            continue
        near = nearest(name, [each.name for each in checker.format.inputs] if top else allowed, 2)
        hint = f"did you mean {' or '.join(near)}?" if near else "extra_inputs sends it all the same" if top else ""
        sure = "" if severity == "error" else ", as far as this copy of its document knows"
        owner = checker.format.slug if top else "it"
        yield Problem((*at.path, name), "unknown_input", f"is not an input of {owner}{sure}", hint, at.rule, severity)


def _type(checker: Checker, error: SchemaError) -> Iterator[Problem]:
    at = _At.of(checker, error)
    wanted = error.validator_value
    wanted = [wanted] if isinstance(wanted, str) else list(wanted)
    named = " or ".join(WORDS.get(each, each) for each in wanted)
    yield at.problem("wrong_type", f"takes {named}, not {_said(error.instance)}", _right_value(wanted, error.instance))


def _right_value(wanted: list[str], value: Any) -> str:
    """Show the value as it would be right, where that is plain."""
    if wanted == ["array"] and isinstance(value, str):
        return f"write [{_quoted(value)}]"
    if isinstance(value, str) and {"integer", "number"} & set(wanted) and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return f"write {value} without quotes" if "integer" not in wanted or "." not in value else ""
    if isinstance(value, str) and wanted == ["boolean"] and value.lower() in ("true", "false"):
        return f"write {value.lower()} without quotes"
    if wanted == ["string"] and isinstance(value, (int, float)) and not isinstance(value, bool):
        return f'write "{value}"'
    if wanted == ["string"] and isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        return f"write {_quoted(value[0])}"
    return ""


def _enum(checker: Checker, error: SchemaError) -> Iterator[Problem]:
    at = _At.of(checker, error)
    choices = [str(each) for each in error.validator_value]
    near = nearest(str(error.instance), choices, 1)
    listed = ", ".join(choices[:12]) + (f", … ({len(choices)} in all)" if len(choices) > 12 else "")
    severity: Severity = "error" if checker.format.source.current else "warning"
    hint = f"did you mean {near[0]}?" if near else ""
    yield at.problem("not_a_choice", f"{_said(error.instance)} is not one of {listed}", hint, severity)


def _limit(text: str) -> Callable[[Checker, SchemaError], Iterator[Problem]]:
    def explain(checker: Checker, error: SchemaError) -> Iterator[Problem]:
        measured = len(error.instance) if isinstance(error.instance, (str, list, dict)) else error.instance
        message = text.format(limit=error.validator_value, value=measured)
        yield _At.of(checker, error).problem("out_of_range", message)

    return explain


def _otherwise(checker: Checker, error: SchemaError) -> Iterator[Problem]:
    yield _At.of(checker, error).problem("wrong_value", printable(error.message, 300))


EXPLAINED: Mapping[Any, Callable[[Checker, SchemaError], Iterator[Problem]]] = {
    "required": _required,
    "anyOf": _any_of,
    "additionalProperties": _unknown,
    "type": _type,
    "enum": _enum,
    "minimum": _limit("must be at least {limit}, not {value}"),
    "maximum": _limit("must be at most {limit}, not {value}"),
    "exclusiveMinimum": _limit("must be more than {limit}, not {value}"),
    "exclusiveMaximum": _limit("must be less than {limit}, not {value}"),
    "multipleOf": _limit("must be a multiple of {limit}, not {value}"),
    "minLength": _limit("must have at least {limit} characters, not {value}"),
    "maxLength": _limit("must have at most {limit} characters, not {value}"),
    "minItems": _limit("must have at least {limit} items, not {value}"),
    "maxItems": _limit("must have at most {limit} items, not {value}"),
}
WORDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def _what(each: Input | None) -> str:
    return f": {each.description}" if each is not None and each.description else ""


def _example(each: Input | None) -> str:
    if each is None or not isinstance(each.example, (str, int, float, list)):
        return ""
    return f"for example {_quoted(each.example)}"


def _quoted(value: Any) -> str:
    import json

    return printable(json.dumps(value, ensure_ascii=False), 120)


def _said(value: Any) -> str:
    """Name a wrong value with its kind: `"three"`, `3.5`, `true`, `a list`."""
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, Mapping):
        return "an object"
    return f"the text {_quoted(value)}" if isinstance(value, str) else _quoted(value)
