"""The tolerant reader: a format document in any shape the API may use -> a `Format`.

One odd input degrades that input, one odd format degrades that format; nothing here raises for what a document says.
Where a document says less than is known of an input (`Known`), the known fills in; where they disagree, the document
wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, get_args

from ..text import folded, printable
from .document import MEDIA, MISSING, Format, Input, Mode, Requirement, Source, Taken, Upload
from .fragments import count, number, safe_schema, type_names

MAX_INPUTS = 10_000
NAME_KEYS = ("name", "key", "id", "param", "field")
TAKEN: tuple[Taken, ...] = get_args(Taken)

# What an input object writes -> the JSON Schema keywords that say it; the first name that is there counts.
LIMITS: Mapping[str, tuple[tuple[str, ...], Any]] = {
    "minimum": (("minimum", "min", "min_value"), number),
    "maximum": (("maximum", "max", "max_value"), number),
    "exclusiveMinimum": (("exclusiveMinimum",), number),
    "exclusiveMaximum": (("exclusiveMaximum",), number),
    "minLength": (("min_length", "minLength"), count),
    "maxLength": (("max_length", "maxLength"), count),
    "minItems": (("min_items", "minItems"), count),
    "maxItems": (("max_items", "maxItems"), count),
}
KINDS_OF_LIMIT = {"string": "Length", "array": "Items"}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beyond any one document: of inputs by name, and of resource types by name."""

    inputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    resource_types: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


NOTHING = Known()


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
    filled = [_fill(each, slug, known) for each in inputs.values()]
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
        also=tuple(_also(filled, slug, known)),
        requirements=tuple(_bound(requirements, filled)),
        modes=tuple(_modes(raw.get("modes"))),
        output_types=_texts(raw.get("output_types")),
        examples=tuple(raw["examples"]) if isinstance(raw.get("examples"), list) else (),
        open=is_open,
        complete=any(key in raw for key in (*_LISTS, *_SCHEMAS)),
        active=raw.get("active", raw.get("is_active", True)) is not False,
        notes=tuple(notes),
        source=source,
        raw=raw,
    )


# --- the inputs -------------------------------------------------------------------------------------------------------

_LISTS: Mapping[str, bool | None] = {"required_inputs": True, "optional_inputs": False, "inputs": None}
_SCHEMAS = ("schema", "input_schema", "parameters")


def _inputs(raw: Mapping[str, Any], notes: list[str]) -> tuple[dict[str, Input], bool]:
    """Read every place where a document may list inputs; the first mention of a name wins, required is kept."""
    found: dict[str, Input] = {}
    is_open = False
    places = [(key, required) for key, required in _LISTS.items() if key in raw]
    places += [(key, None) for key in _SCHEMAS if key in raw]
    for key, required in places:
        value = raw[key]
        is_open = is_open or (_is_schema(value) and value.get("additionalProperties") is True)
        for each in _listed(value, required, raw, key, notes):
            earlier = found.get(each.name)
            if earlier is None and len(found) < MAX_INPUTS:
                found[each.name] = each
            elif earlier is not None and each.required and not earlier.required:
                found[each.name] = replace(earlier, required=True)
    return found, is_open


def _is_schema(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and isinstance(value.get("properties"), Mapping)
        and (value.get("type", "object") == "object")
    )


def _listed(value: Any, required: bool | None, root: Any, key: str, notes: list[str]) -> Iterator[Input]:
    """Read one list of inputs, whichever of the documented shapes it has."""
    for name, rule, must in _entries(value, required, root):
        wire_name = name if name is not None else _name_in(rule)
        if not wire_name or wire_name == "format":  # "format" is the job's own key
            notes.append(f"{key}: an entry that names no input was left out")
            continue
        yield _input(wire_name, rule, must, root if _is_schema(value) else rule)


def _entries(value: Any, required: bool | None, root: Any) -> Iterator[tuple[str | None, Any, bool]]:
    if _is_schema(value):
        stated = value.get("required")
        needed = stated if isinstance(stated, list) else ()
        for name, rule in value["properties"].items():
            yield str(name), rule, name in needed if isinstance(stated, list) else bool(required)
    elif isinstance(value, Mapping):
        for name, rule in value.items():
            yield str(name), rule, bool(required)
    elif isinstance(value, list):
        for rule in value:
            yield (rule if isinstance(rule, str) else None), rule, bool(required)


def _name_in(rule: Any) -> str:
    return next((n for key in NAME_KEYS if (n := _name(rule.get(key)))), "") if isinstance(rule, Mapping) else ""


def _input(name: str, rule: Any, required: bool, root: Any) -> Input:
    """Read one input from its name alone, a type's name, or an object."""
    if isinstance(rule, str):
        rule = {} if rule == name else {"type": rule}
    if not isinstance(rule, Mapping):
        return Input(name, required, raw=rule)
    stated = rule.get("required")
    _types, media, _many = type_names(rule.get("type"))
    accepted = tuple(dict.fromkeys(filter(None, map(_kind, _texts(rule.get("accepts"))))))
    kinds = accepted or ((media,) if media in MEDIA else MEDIA if media == "file" else ())
    schema, labels = _value_rule(rule, root)
    return Input(
        name=name,
        required=stated if isinstance(stated, bool) else required,
        schema=schema,
        description=_description(rule, labels),
        default=rule.get("default", MISSING),
        example=_example(rule),
        resource_type=_first_text(rule, ("resource_type", "resource")),
        takes=("id", "file") if kinds else (),
        media=kinds,
        synonyms=_texts(rule.get("aliases")),
        raw=rule,
    )


def _value_rule(rule: Mapping[str, Any], root: Any) -> tuple[dict[str, Any], list[str]]:
    """Return the JSON Schema fragment for an input object, and the labels of its choices."""
    schema = safe_schema({k: v for k, v in rule.items() if k != "required" or isinstance(v, list)}, root)
    types, _media, many = type_names(rule.get("type"))
    for keyword, (names, read) in LIMITS.items():
        value = next((read(rule[n]) for n in names if n in rule), None)
        if value is not None:
            schema[_keyword_for(keyword, types)] = value
    values, labels = _choices(rule)
    if many or rule.get("multiple") is True:
        item = {k: v for k, v in schema.items() if k not in ("items", "minItems", "maxItems")}
        item["type"] = types[0] if len(types) == 1 and types != ["array"] else types
        item = {k: v for k, v in item.items() if v != []}
        if values:
            item["enum"] = values
        kept = {k: schema[k] for k in ("minItems", "maxItems") if k in schema}
        items = schema.get("items", item) if types == ["array"] else item
        return {"type": "array", "items": items} | kept, labels
    if isinstance(rule.get("items"), str):
        schema["items"] = safe_schema({"type": rule["items"]})
        schema.setdefault("type", "array")
    if values and schema.get("type") == "array":
        schema["items"] = {**(schema.get("items") or {}), "enum": values}
        schema.pop("enum", None)
    elif values:
        schema["enum"] = values
    return schema, labels


def _keyword_for(keyword: str, types: list[str]) -> str:
    """A `min` or `max` of a text counts characters, of a list its items."""
    kind = KINDS_OF_LIMIT.get(types[0], "") if len(types) == 1 else ""
    return {"minimum": f"min{kind}", "maximum": f"max{kind}"}.get(keyword, keyword) if kind else keyword


def _choices(rule: Mapping[str, Any]) -> tuple[list[Any], list[str]]:
    """Read a closed set of values, whose items may be values or `{value, label}`."""
    stated = next((rule[k] for k in ("enum", "choices", "options") if isinstance(rule.get(k), (list, Mapping))), None)
    if isinstance(stated, Mapping):
        stated = [{"value": value, "label": label} for value, label in stated.items()]
    values, labels = [], []
    for each in stated or ():
        value = each.get("value", each.get("id", MISSING)) if isinstance(each, Mapping) else each
        if value is MISSING:
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
    return rule.get("example", listed[0] if isinstance(listed, list) and listed else MISSING)


def _kind(accepted: str) -> str:
    """`image/png`, `images`, `.png` and `image` all name the kind of media `image`."""
    head = accepted.casefold().partition("/")[0].strip().removesuffix("s")
    return head if head in MEDIA else ""


# --- what is known beyond the document --------------------------------------------------------------------------------


def known_input(name: str, slug: str, known: Known) -> Input:
    """Return an input as it is known beyond any one document; it says nothing where nothing is known."""
    row = known.inputs.get(name)
    if row is None:
        return Input(name)
    own = row.get("formats", {}).get(slug, {})
    row = {**row, **own}
    shape = {k: row[k] for k in ("type", "items", "properties") if k in row}
    suggestions = tuple(row.get("examples", ()))
    return Input(
        name=name,
        schema=safe_schema(shape),
        description=row.get("description", ""),
        example=suggestions[0] if suggestions else MISSING,
        suggestions=suggestions,
        resource_type=row.get("resource_type", ""),
        takes=tuple(each for each in TAKEN if each in row.get("takes", ())),
        media=tuple(row.get("media", ())),
        upload=_upload(row.get("upload")),
        synonyms=tuple(row.get("synonyms", ())),
        text_from="text" if row.get("text_file") else "json" if row.get("json_file") else "",
        everywhere=bool(row.get("everywhere")),
    )


def _upload(row: Mapping[str, Any] | None) -> Upload | None:
    if not row:
        return None
    metadata = tuple((k, str(v)) for k, v in row.get("metadata", {}).items())
    return Upload(row.get("resource_type", ""), row.get("purpose", ""), metadata)


def _fill(each: Input, slug: str, known: Known) -> Input:
    """Fill in what the document leaves open; the document's own word stands wherever there is one."""
    more = known_input(each.name, slug, known)
    media = each.media or more.media
    resource_type = each.resource_type or more.resource_type
    same_place = not each.resource_type or each.resource_type == more.resource_type
    takes = tuple(t for t in TAKEN if t in more.takes or t in each.takes)
    stands_in = tuple(n for n, row in known.inputs.items() if each.name in row.get("stands_in_for", ()))
    return replace(
        each,
        schema=each.schema if "type" in each.schema or _says_more(each.schema) else {**more.schema, **each.schema},
        description=each.description or more.description,
        example=more.example if each.example is MISSING else each.example,
        suggestions=more.suggestions if not each.choices else (),
        resource_type=resource_type,
        takes=takes,
        media=media,
        upload=more.upload if same_place and more.upload else _place(each, media, known),
        synonyms=tuple(dict.fromkeys((*each.synonyms, *more.synonyms, *stands_in))),
        text_from=more.text_from,
    )


def _says_more(schema: Mapping[str, Any]) -> bool:
    return any(key in schema for key in ("anyOf", "allOf", "const", "enum"))


def _place(each: Input, media: tuple[str, ...], known: Known) -> Upload | None:
    """Where a file goes that only the document tells of: to the input's resource type, else to the generic uploads."""
    if "file" not in each.takes and not _uploadable(each.resource_type, known):
        return None
    if each.resource_type and each.resource_type != "generic_uploads":
        return Upload(resource_type=each.resource_type)
    return Upload(purpose=media[0]) if media else None


def _uploadable(resource_type: str, known: Known) -> bool:
    return "upload" in known.resource_types.get(resource_type, {}).get("operations", ())


def _also(inputs: list[Input], slug: str, known: Known) -> Iterator[Input]:
    """Name what is accepted beside the listed inputs: their synonyms, and what every format takes."""
    listed = {each.name for each in inputs}
    for each in inputs:
        for name in each.synonyms:
            if name not in listed:
                listed.add(name)
                more = known_input(name, slug, known) if name in known.inputs else replace(each, name=name)
                about = f"another name for {each.name}"
                yield replace(more, required=False, default=MISSING, description=about, synonyms=())
    for name, row in known.inputs.items():
        if row.get("everywhere") and name not in listed:
            yield known_input(name, slug, known)


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
    return {"resource_type": name, "input": rule} if isinstance(rule, str) else {"resource_type": name}


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
        yield replace(each, inputs=named or backed)


def _backed(inputs: Iterable[Input], requirements: Iterable[Requirement], known: Known) -> Iterator[Input]:
    """Give an input the resource type that only a requirement names for it."""
    types = {name: each.resource_type for each in requirements for name in each.inputs if each.resource_type}
    for each in inputs:
        resource_type = types.get(each.name, "")
        if each.resource_type or not resource_type:
            yield each if each.takes or not each.resource_type else _as_asset(each, known)
        else:
            yield _as_asset(replace(each, resource_type=resource_type), known)


def _as_asset(each: Input, known: Known) -> Input:
    """An input that is backed by a resource type takes ids, and files where that type takes uploads."""
    if each.takes:
        return each
    accepts = tuple(known.resource_types.get(each.resource_type, {}).get("accepts", ()))
    place = _place(each, each.media or accepts, known)
    return replace(
        each,
        takes=("id", "file") if place else ("id",),
        media=each.media or accepts,
        upload=each.upload or place,
    )


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
    return next((text for key in keys if (text := _name(raw.get(key)))), "")
