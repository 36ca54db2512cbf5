"""The tolerant reader: a format document in any shape the API may use -> a `Format`.

One odd input degrades that input, one odd format degrades that format; nothing here raises for what a document says.
Where a document says less than is known of an input (`Known`), the known fills in; where they disagree, the document
wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..text import folded, printable
from .document import MEDIA, MISSING, Format, Input, Mode, Requirement, Source
from .fragments import SchemaReader, count, number, shallow, type_names
from .known import NOTHING, Known, also, as_asset, fill

MAX_INPUTS = 10_000
NAME_KEYS = ("name", "key", "id", "param", "field")

# What an input object writes -> the JSON Schema keywords that say it; the first name that is there counts.
LIMITS: Mapping[str, tuple[str, ...]] = {
    "minimum": ("minimum", "min", "min_value"),
    "maximum": ("maximum", "max", "max_value"),
    "minLength": ("min_length", "minLength"),
    "maxLength": ("max_length", "maxLength"),
    "minItems": ("min_items", "minItems"),
    "maxItems": ("max_items", "maxItems"),
}
LIMIT_NAMES = frozenset(name for names in LIMITS.values() for name in names)


def read_format(raw: Any, known: Known = NOTHING, source: Source = Source()) -> Format | None:
    """Read one format document; None when it does not even have a name."""
    if isinstance(raw, str):
        raw = {"slug": raw}
    if not isinstance(raw, Mapping):
        return None
    slug = _first_text(raw, ("slug", "template_name", "name", "id", "key", "display_name"))
    if not slug:
        return None
    notes: list[str] = []
    inputs, is_open = _inputs(raw, notes)
    filled = [fill(each, slug, known, inputs) for each in inputs.values()]
    requirements = tuple(_requirements(raw.get("resource_requirements"), notes))
    filled = list(_backed(filled, requirements, known))
    return Format(
        slug=slug,
        template_name=_text(raw.get("template_name")),
        display_name=printable(_text(raw.get("display_name")), 200),
        aliases=_texts(raw.get("aliases")),
        id=_name(raw.get("id")),
        kind=_text(raw.get("kind")),
        platform=_text(raw.get("platform")),
        description=printable(_text(raw.get("description"))),
        what_it_does=printable(_text(raw.get("what_it_does"))),
        inputs=tuple(filled),
        also=tuple(also(filled, slug, _text(raw.get("platform")), known)),
        requirements=tuple(_bound(requirements, filled)),
        modes=tuple(_modes(raw.get("modes"))),
        output_types=_texts(raw.get("output_types")),
        examples=tuple(raw["examples"]) if isinstance(raw.get("examples"), list) else (),
        open=is_open,
        complete=any(isinstance(raw.get(key), (list, Mapping)) for key in (*_LISTS, *_SCHEMAS)),
        active=raw.get("active", raw.get("is_active", True)) is not False,
        notes=tuple(notes),
        source=source,
        raw=raw,
    )


# --- the inputs -------------------------------------------------------------------------------------------------------

_LISTS: Mapping[str, bool | None] = {"required_inputs": True, "optional_inputs": False, "inputs": None}
_SCHEMAS = ("schema", "input_schema", "parameters")


def _inputs(raw: Mapping[str, Any], notes: list[str]) -> tuple[dict[str, Input], bool]:
    """Read every place where a document may list inputs; the first mention that says anything of a name wins.

    An input is required if any of them says so.
    """
    found: dict[str, Input] = {}
    is_open = False
    for key in (*_LISTS, *_SCHEMAS):
        value, reader = _followed(raw, key)
        if not isinstance(value, (list, Mapping)):
            if value is not None:
                notes.append(f"{key}: is no list of inputs")
            continue
        is_open = is_open or _is_open(value)
        for each in _listed(value, _LISTS.get(key) is True, reader, key, notes):
            earlier = found.get(each.name)
            if earlier is None and len(found) >= MAX_INPUTS:
                return found, True
            better = each if earlier is None or not earlier.raw else earlier
            required = each.required or (earlier is not None and earlier.required)
            found[each.name] = better if better.required is required else replace(better, required=required)
    return found, is_open


def _followed(raw: Mapping[str, Any], key: str) -> tuple[Any, SchemaReader]:
    """Return what stands in one place, and a reader for its references: they point into it, or into the document."""
    value = raw.get(key)
    if not isinstance(value, Mapping):
        return value, SchemaReader(raw)
    reader = SchemaReader({**raw, **value})
    reference = value.get("$ref")
    return reader.target(reference) if isinstance(reference, str) else value, reader


def _is_schema(value: Any) -> bool:
    """A mapping may have an input of the name `type`, but hardly one of the type "object" alone."""
    if not isinstance(value, Mapping):
        return False
    stated = value.get("type")
    if isinstance(stated, list):
        return "object" in stated
    return stated == "object" or (stated is None and isinstance(value.get("properties"), Mapping))


def _is_open(value: Any) -> bool:
    if not _is_schema(value):
        return False
    return "properties" not in value or value.get("additionalProperties", False) is not False


def _listed(value: Any, required: bool, reader: SchemaReader, key: str, notes: list[str]) -> Iterator[Input]:
    """Read one list of inputs, whichever of the documented shapes it has."""
    for name, rule, must in _entries(value, required):
        if not name or name == "format":  # "format" is the job's own key
            notes.append(f"{key}: an entry that names no input was left out")
            continue
        yield _input(name, rule, must, reader)


def _entries(value: Any, required: bool) -> Iterator[tuple[str, Any, bool]]:
    """Go through one list of inputs: the name, what is said of it, and whether it is required."""
    if _is_schema(value):
        stated, properties = value.get("required"), value.get("properties")
        for name, rule in properties.items() if isinstance(properties, Mapping) else ():
            yield _name(name), rule, name in stated if isinstance(stated, list) else required
    elif isinstance(value, Mapping):
        for name, rule in value.items():
            yield _name(name), rule, required
    else:
        for rule in value:
            yield (_name(rule), {}, required) if isinstance(rule, str) else (_name_in(rule), rule, required)


def _name_in(rule: Any) -> str:
    return next((n for key in NAME_KEYS if (n := _name(rule.get(key)))), "") if isinstance(rule, Mapping) else ""


def _input(name: str, rule: Any, required: bool, reader: SchemaReader) -> Input:
    """Read one input from a type's name or an object."""
    if isinstance(rule, str):
        rule = {"type": rule}
    if not isinstance(rule, Mapping):
        return Input(name, required, raw=rule)
    stated = rule.get("required")
    accepts = _texts(rule.get("accepts"))
    accepted = tuple(dict.fromkeys(filter(None, map(_kind, accepts)))) if accepts else ()
    media = _media(rule)
    kinds = accepted or ((media,) if media in MEDIA else MEDIA if media == "file" else ())
    resource_type = _first_text(rule, ("resource_type", "resource"))
    schema, labels = _value_rule(rule, reader, bool(kinds or resource_type))
    return Input(
        name=name,
        required=stated if isinstance(stated, bool) else required,
        schema=schema,
        description=_description(rule, labels),
        default=_shallow(rule.get("default", MISSING)),
        example=_example(rule),
        resource_type=resource_type,
        takes=("id", "file") if kinds else (),
        media=kinds,
        synonyms=_texts(rule.get("aliases")),
        raw=rule,
    )


def _media(rule: Mapping[str, Any]) -> str:
    """Return the kind of media that the type, or the type of the items, names."""
    items = rule.get("items")
    inner = items.get("type") if isinstance(items, Mapping) else items
    return type_names(rule.get("type"))[1] or type_names(inner)[1]


def _shallow(value: Any) -> Any:
    return value if shallow(value) else MISSING


def _value_rule(rule: Mapping[str, Any], reader: SchemaReader, asset: bool) -> tuple[dict[str, Any], list[str]]:
    """Return the JSON Schema fragment for an input object, and the labels of its choices."""
    schema = reader.read({k: v for k, v in rule.items() if k != "enum" and (k != "required" or isinstance(v, list))})
    if isinstance(rule.get("items"), str):
        schema = {"type": "array", **schema, "items": reader.read({"type": rule["items"]})}
    types, _, many = type_names(rule.get("type"))
    many = many or (rule.get("multiple") is True and types != ["array"])
    for keyword, names in () if LIMIT_NAMES.isdisjoint(rule) else LIMITS.items():
        stated = next((rule[name] for name in names if name in rule), None)
        meant = _keyword_for(keyword, types, many, asset)
        value = count(stated) if meant.endswith(("Length", "Items")) else number(stated)
        if meant != keyword:
            schema.pop(keyword, None)
        if meant and value is not None:
            schema[meant] = value
    values, labels = _choices(rule)
    if many:
        schema = _list_rule(schema, types)
    if values and set(type_names(schema.get("type"))[0]) - {"null"} == {"array"} and not _any_list(values):
        schema["items"] = {**(schema.get("items") or {}), "enum": values}
    elif values:
        schema["enum"] = [*values, None] if rule.get("nullable") is True and None not in values else values
    return schema, labels


def _any_list(values: list[Any]) -> bool:
    return any(isinstance(each, list) for each in values)


def _list_rule(schema: dict[str, Any], types: list[str]) -> dict[str, Any]:
    """Return the rule for a list of what `schema` is the rule of."""
    counted: dict[str, Any] = {k: schema[k] for k in ("minItems", "maxItems", "uniqueItems") if k in schema}
    item = {k: v for k, v in schema.items() if k not in (*counted, "items", "type")}
    if types:
        item["type"] = types[0] if len(types) == 1 else types
    return {"type": "array", "items": schema.get("items", item), **counted}


def _keyword_for(keyword: str, types: list[str], many: bool, asset: bool) -> str:
    """A `min` or `max` of a text counts characters, of a list its items; it may also be the size of a file.

    Empty where that cannot be told: of a list of numbers, and of a file.
    """
    if keyword not in ("minimum", "maximum"):
        return keyword
    if types == ["array"] or (many and types not in (["number"], ["integer"])):
        return f"{keyword[:3]}Items"
    if many or asset:
        return ""
    return f"{keyword[:3]}Length" if types == ["string"] else keyword


def _choices(rule: Mapping[str, Any]) -> tuple[list[Any], list[str]]:
    """Read a closed set of values, whose items may be values or `{value, label}`."""
    stated = next((rule[k] for k in ("enum", "choices", "options") if isinstance(rule.get(k), (list, Mapping))), None)
    if isinstance(stated, Mapping):
        stated = [{"value": value, "label": label} for value, label in stated.items()]
    values, labels = [], []
    for each in stated or ():
        value = each.get("value", each.get("id", MISSING)) if isinstance(each, Mapping) else each
        if value is MISSING or not shallow(value):
            return [], []  # a set that cannot be read is not a closed one
        values.append(value)
        label = each.get("label") if isinstance(each, Mapping) else None
        if isinstance(label, str) and folded(label) != folded(str(value)):
            labels.append(f"{value} = {label}")
    return values, labels


def _description(rule: Mapping[str, Any], labels: list[str]) -> str:
    text = printable(_first_text(rule, ("description", "help", "label", "title")))
    if not labels:
        return text
    listed = printable("; ".join(labels), 500)
    return f"{text} ({listed})" if text else listed


def _example(rule: Mapping[str, Any]) -> Any:
    listed = rule.get("examples")
    return _shallow(rule.get("example", listed[0] if isinstance(listed, list) and listed else MISSING))


def _kind(accepted: str) -> str:
    """`image/png`, `images` and `image` all name the kind of media `image`."""
    head = accepted.casefold().partition("/")[0].strip().removesuffix("s")
    return head if head in MEDIA else ""


# --- resource requirements and modes ----------------------------------------------------------------------------------


def _requirements(value: Any, notes: list[str]) -> Iterator[Requirement]:
    """Read the requirements: resource types, sentences, objects, or a mapping from either to how many."""
    if isinstance(value, Mapping):
        value = [_as_item(name, rule) for name, rule in value.items()]
    for item in value if isinstance(value, list) else ():
        if isinstance(item, str):
            yield _stated(item)
        elif isinstance(item, Mapping):
            yield _required(item)
        else:
            notes.append("resource_requirements: an entry was not understood")


def _as_item(name: str, rule: Any) -> Any:
    if isinstance(rule, Mapping):
        return {"resource_type": name, **rule}
    if isinstance(rule, bool):
        return {"resource_type": name, "required": rule}
    if count(rule) is not None:
        return {"resource_type": name, "min": rule}
    return {"resource_type": name, "input": rule} if isinstance(rule, (str, list)) else {"resource_type": name}


def _stated(text: str) -> Requirement:
    """A word is a resource type; a sentence is kept as a note."""
    return Requirement("", note=printable(text, 500)) if " " in text.strip() else Requirement(text.strip())


def _required(item: Mapping[str, Any]) -> Requirement:
    resource_type = _first_text(item, ("resource_type", "type", "resource"))
    named = next((item[k] for k in ("input", "inputs", "param", "field", "name") if k in item), None)
    minimum = count(item.get("min", item.get("minimum")))
    needed = item.get("required")
    floor = 1 if needed is True else 0
    return Requirement(
        resource_type=resource_type,
        inputs=(named,) if isinstance(named, str) else _texts(named),
        minimum=0 if needed is False else max(floor, minimum or 0),
        maximum=count(item.get("max", item.get("maximum"))),
        note=printable(_first_text(item, ("description", "note", "help")), 500),
    )


def _bound(requirements: Iterable[Requirement], inputs: Iterable[Input]) -> Iterator[Requirement]:
    """Give a requirement that names no input the inputs that its resource type backs."""
    inputs = list(inputs)
    names = {each.name for each in inputs}
    for each in requirements:
        named = tuple(name for name in each.inputs if name in names)
        backed = tuple(i.name for i in inputs if each.resource_type and i.resource_type == each.resource_type)
        yield each if each.inputs == (named or backed) else replace(each, inputs=named or backed)


def _backed(inputs: Iterable[Input], requirements: Iterable[Requirement], known: Known) -> Iterator[Input]:
    """Give an input the resource type that only a requirement names for it."""
    types = {name: each.resource_type for each in requirements for name in each.inputs if each.resource_type}
    for each in inputs:
        resource_type = types.get(each.name, "")
        if each.resource_type or not resource_type:
            yield each if each.takes or not each.resource_type else as_asset(each, known)
        else:
            yield as_asset(replace(each, resource_type=resource_type), known)


def _modes(value: Any) -> Iterator[Mode]:
    if isinstance(value, Mapping):
        value = [{"name": name, "runs": runs} for name, runs in value.items()]
    for item in value if isinstance(value, list) else ():
        if isinstance(item, str):
            yield Mode(item)
        elif isinstance(item, Mapping) and (name := _name_in(item)):
            runs = item.get("runs")
            yield Mode(name, runs if isinstance(runs, str) else _first_text(item, ("format", "slug", "template")))


# --- single values ----------------------------------------------------------------------------------------------------


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _name(value: Any) -> str:
    """A name is a text that is not empty; a number counts as its digits (`id: 17`)."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else ""


def _texts(value: Any) -> tuple[str, ...]:
    value = [value] if isinstance(value, str) else value
    return tuple(each for each in value if isinstance(each, str) and each) if isinstance(value, list) else ()


def _first_text(raw: Mapping[str, Any], keys: Iterable[str]) -> str:
    for key in keys:
        if text := _name(raw.get(key)):
            return text
    return ""
