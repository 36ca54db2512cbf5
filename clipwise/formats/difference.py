"""Two documents of one format, or two catalogs -> what changed between them, and what of it breaks callers.

A change breaks callers when a job that was right before may be refused now. Functions on values; knows no source.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .document import MISSING, Format, Input


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: what (added, removed, tightened, loosened, changed), where, in words, and whether it breaks."""

    what: str
    path: str
    message: str
    breaking: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the change as JSON values."""
        return asdict(self)


def between(old: Iterable[Format], new: Iterable[Format]) -> list[Change]:
    """Return every change from one catalog to another, by format and then by input."""
    before, after = ({each.slug: each for each in formats} for formats in (old, new))
    found: list[Change] = []
    for slug in sorted({*before, *after}):
        if slug not in after:
            found.append(Change("removed", slug, "the format is gone", breaking=True))
        elif slug not in before:
            found.append(Change("added", slug, "a new format"))
        else:
            found += of_format(before[slug], after[slug])
    return found


def of_format(old: Format, new: Format) -> list[Change]:
    """Return every change from one document of a format to another."""
    if not new.complete or not old.complete:
        return []
    found = [
        Change("removed", f"{old.slug}", f"no longer answers to {name!r}", breaking=True)
        for name in old.names
        if name not in new.names and name != old.display_name
    ]
    before, after = old.by_name, new.by_name
    listed = dict.fromkeys(each.name for each in (*old.inputs, *new.inputs))
    for name in listed:
        found += of_input(f"{old.slug}.{name}", before.get(name), after.get(name), new.open)
    if old.output_types and new.output_types:
        gone = [kind for kind in old.output_types if kind not in new.output_types]
        found += [Change("removed", old.slug, f"no longer makes {kind}", breaking=True) for kind in gone]
    return found


def of_input(path: str, old: Input | None, new: Input | None, is_open: bool = False) -> list[Change]:
    """Return every change from one input to another; None where there is none of that name."""
    if old is None and new is not None:
        breaking = new.required and not new.synonyms
        return [Change("added", path, "a new required input" if new.required else "a new input", breaking)]
    if new is None or old is None:
        return [] if old is None else [Change("removed", path, "the input is gone", breaking=not is_open)]
    found = []
    if old.required != new.required:
        word = "now required" if new.required else "no longer required"
        found.append(Change("tightened" if new.required else "loosened", path, word, breaking=new.required))
    found += of_schema(path, old.schema, new.schema)
    if ("file" in old.takes) and "file" not in new.takes:
        found.append(Change("tightened", path, "no longer takes a file", breaking=True))
    if old.resource_type != new.resource_type and old.resource_type:
        text = f"backed by {new.resource_type or 'nothing'} instead of {old.resource_type}"
        found.append(Change("changed", path, text, breaking=bool(new.resource_type)))
    if old.default is not MISSING and old.default != new.default:
        found.append(Change("changed", path, f"the default is {_json(new.default)}, it was {_json(old.default)}"))
    return found


# Keyword -> whether a larger value is the tighter one.
LIMITS: Mapping[str, bool] = {
    "minimum": True,
    "exclusiveMinimum": True,
    "minLength": True,
    "minItems": True,
    "minProperties": True,
    "maximum": False,
    "exclusiveMaximum": False,
    "maxLength": False,
    "maxItems": False,
    "maxProperties": False,
}


def of_schema(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Return what changed in the rule for a value."""
    found = [*_of_types(path, _types(old), _types(new)), *_of_choices(path, old.get("enum"), new.get("enum"))]
    for keyword, larger_is_tighter in LIMITS.items():
        found += _of_limit(path, keyword, old.get(keyword), new.get(keyword), larger_is_tighter)
    if isinstance(old.get("items"), Mapping) or isinstance(new.get("items"), Mapping):
        found += of_schema(f"{path}[]", _rule(old.get("items")), _rule(new.get("items")))
    before, after = (_rule(each.get("properties")) for each in (old, new))
    for name in sorted({*before, *after}):
        found += of_schema(f"{path}.{name}", _rule(before.get(name)), _rule(after.get(name)))
    rest = ("pattern", "const", "anyOf", "allOf", "required", "additionalProperties")
    for keyword in rest:
        if old.get(keyword) != new.get(keyword):
            gone = keyword not in new
            what = "loosened" if gone else "tightened" if keyword not in old else "changed"
            found.append(
                Change(what, path, f"the rule {keyword!r} is {'gone' if gone else 'other'}", breaking=not gone)
            )
    return found


def _rule(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _types(schema: Mapping[str, Any]) -> frozenset[str]:
    stated = schema.get("type", ())
    types = {stated} if isinstance(stated, str) else set(stated)
    return frozenset(types | {"integer"} if "number" in types else types)


def _of_types(path: str, old: frozenset[str], new: frozenset[str]) -> Iterator[Change]:
    """No type at all means that any will do."""
    if old == new:
        return
    tighter = bool(new) and (not old or bool(old - new))
    text = f"takes {_list(new) or 'anything'}, it took {_list(old) or 'anything'}"
    yield Change("tightened" if tighter else "loosened", path, text, breaking=tighter)


def _of_choices(path: str, old: Any, new: Any) -> Iterator[Change]:
    if old == new:
        return
    if old is None:
        yield Change("tightened", path, f"only takes {_list(new)} now", breaking=True)
    elif new is None:
        yield Change("loosened", path, "takes any value now")
    else:
        gone, more = [each for each in old if each not in new], [each for each in new if each not in old]
        if gone:
            yield Change("tightened", path, f"no longer takes {_list(gone)}", breaking=True)
        if more:
            yield Change("loosened", path, f"also takes {_list(more)}")


def _of_limit(path: str, keyword: str, old: Any, new: Any, larger_is_tighter: bool) -> Iterator[Change]:
    if old == new:
        return
    tighter = new is not None and (old is None or (new > old) == larger_is_tighter)
    text = f"{keyword} is {'gone' if new is None else new}, it was {'not there' if old is None else old}"
    yield Change("tightened" if tighter else "loosened", path, text, breaking=tighter)


def _list(values: Iterable[Any]) -> str:
    shown = [each if isinstance(each, str) else _json(each) for each in values]
    return ", ".join(sorted(shown)[:20])


def _json(value: Any) -> str:
    return "none" if value is MISSING else json.dumps(value, ensure_ascii=False, default=str)
