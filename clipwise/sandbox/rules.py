"""The sandbox's own judgement of a job: the format's document, the inputs, and whom the named assets belong to.

Shares nothing with the client's check but the documents, so that the two can disagree. Finds all problems at once.
Knows no HTTP; `find` is how it looks up an id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from clipwise.formats.document import Format, Input
from clipwise.formats.known import NOTHING, Known, known_input
from clipwise.sandbox.exchange import refusal
from clipwise.sandbox.store import Resource
from clipwise.sandbox.values import Path, Problem, problems, written

Find = Callable[[str], "Resource | None"]

LINKS = ("http://", "https://")
FILE_ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".mp4", ".mov", ".webm", ".mp3", ".wav", ".m4a", ".ogg")
# What may also stand where a resource type is asked for, when the kind of media fits.
STAND_INS: Mapping[str, tuple[str, ...]] = {"generic_uploads": ("generated_media",)}


def judge(
    format: Format, inputs: Mapping[str, Any], find: Find, known: Known = NOTHING, already: Iterable[Problem] = ()
) -> None:
    """Raise Refusal with every problem: `incompatible_resource` when all are of that kind, else `validation_error`.

    `known` says what is inside an object that the document only calls an object; `already` are problems found before.
    """
    found = [*already, *_missing(format, inputs), *_given(format, inputs, find, known)]
    if found:
        only_assets = all(each.code == "incompatible_resource" for each in found)
        raise refusal(found, format.slug, "incompatible_resource" if only_assets else "validation_error")


def _missing(format: Format, inputs: Mapping[str, Any]) -> Iterator[Problem]:
    for each in format.required:
        names = (each.name, *each.synonyms)
        if not any(name in inputs for name in names):
            yield Problem((each.name,), "required", f"{each.name} is missing.", f"Send {' or '.join(names)}.")
    for requirement in format.requirements:
        given = [name for name in requirement.inputs if name in inputs]
        optional = all(not each.required for each in format.inputs if each.name in requirement.inputs)
        if requirement.minimum and requirement.inputs and not given and optional:
            either = " or ".join(requirement.inputs)
            yield Problem((requirement.inputs[0],), "required", f"{either} is missing.", f"Send {either}.")


def _given(format: Format, inputs: Mapping[str, Any], find: Find, known: Known) -> Iterator[Problem]:
    for name, value in inputs.items():
        rule = format.by_name.get(name)
        if rule is not None:
            yield from _value(rule, value, find, _inside(rule, format.slug, known))
        elif not format.open:
            listed = ", ".join(each.name for each in format.inputs)
            where = f" in mode {inputs['mode']}" if format.modes and "mode" in inputs else ""
            yield Problem((name,), "unknown_input", f"{format.slug} has no input {name}{where}.", f"It takes {listed}.")


def _inside(rule: Input, slug: str, known: Known) -> Mapping[str, Any]:
    """Return what is known of an object's properties where the document says nothing of them."""
    if "object" not in rule.types or "properties" in rule.schema:
        return {}
    inside = known_input(rule.name, slug, known).schema.get("properties")
    return {"properties": inside} if inside else {}


def _value(rule: Input, value: Any, find: Find, inside: Mapping[str, Any]) -> Iterator[Problem]:
    wrong = [*problems(value, rule.schema, (rule.name,)), *problems(value, inside, (rule.name,))]
    yield from wrong
    if wrong:
        return
    texts = list(_texts(value, (rule.name,)))
    for path, text in texts:
        if not text.strip():
            yield Problem(path, "empty", f"{rule.name} is empty.", "Leave it out, or send text that is not empty.")
        elif rule.takes or rule.resource_type:
            yield from _asset(rule, text, path, find)
    if rule.many and not value:
        yield Problem((rule.name,), "empty", f"{rule.name} is an empty list.", "Leave it out, or send an item.")


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """The texts that an input itself consists of; what is inside an object is the object's own affair."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        for place, each in enumerate(value):
            if isinstance(each, str):
                yield (*path, place), each


def _asset(rule: Input, text: str, path: Path, find: Find) -> Iterator[Problem]:
    if text.lower().startswith(LINKS):
        if "url" not in rule.takes:
            yield Problem(path, "not_an_id", f"{rule.name} takes no links.", "Upload the file and send its id.")
        return
    resource = find(text)
    if resource is not None:
        yield from _fits(rule, resource, path)
    elif _is_path(text):
        place = rule.upload.resource_type if rule.upload else ""
        where = f"resources/{place}/upload/" if place else "uploads/"
        hint = f"Upload it to {where} first and send the id." if rule.takes_files else "Send the id of a resource."
        yield Problem(path, "local_path", f"{written(text)} looks like a local file, which the API cannot see.", hint)
    else:
        hint = f"GET resources/{rule.resource_type}/ lists what there is." if rule.resource_type else ""
        yield Problem(path, "unknown_id", f"There is no resource {written(text)} in this account.", hint)


def _fits(rule: Input, resource: Resource, path: Path) -> Iterator[Problem]:
    wanted = rule.resource_type
    if wanted and resource.resource_type not in (wanted, *STAND_INS.get(wanted, ())):
        message = f"{resource.id} belongs to {resource.resource_type}; {rule.name} takes one of {wanted}."
        yield Problem(path, "incompatible_resource", message, f"Send an id from resources/{wanted}/.")
    elif rule.media and resource.kind and resource.kind not in rule.media:
        message = f"{resource.id} is {resource.kind}; {rule.name} takes {' or '.join(rule.media)}."
        yield Problem(path, "incompatible_resource", message, f"Send an id of {' or '.join(rule.media)}.")


def _is_path(text: str) -> bool:
    lowered = text.lower()
    return "/" in text or "\\" in text or text.startswith((".", "~")) or lowered.endswith(FILE_ENDINGS)
