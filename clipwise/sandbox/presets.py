"""Saved settings: what a preset brings into a job, under what the job itself says.

A preset is a resource whose metadata holds `inputs`. Knows nothing of requests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clipwise.formats.document import Format
from clipwise.sandbox import curate
from clipwise.sandbox.store import Resource, Store
from clipwise.sandbox.values import Problem, written

PRESET, PRESETS = "preset", "presets"


@dataclass(frozen=True, slots=True)
class Look:
    """Where an account's presets are looked up, its own and the curated."""

    store: Store
    account: str

    def up(self, named: str) -> Resource | None:
        """Return the preset of this id or name."""
        found = curate.find(self.store, self.account, named)
        if found is not None:
            return found if found.resource_type == PRESETS else None
        every, _ = self.store.resources(self.account, PRESETS, limit=10_000)
        return next((each for each in every if each.name.casefold() == named.strip().casefold()), None)


def filled(format: Format, inputs: Mapping[str, Any], look: Look) -> tuple[dict[str, Any], list[Problem]]:
    """Return the inputs with those of the `preset` under them, and what is wrong with the preset.

    What the format does not take is left out of a preset; an explicit input, or a synonym of it, wins.
    """
    named = inputs.get(PRESET)
    if PRESET not in format.by_name or not isinstance(named, str) or not named.strip():
        return dict(inputs), []  # what is wrong with it is for the rules to say
    found = look.up(named)
    if found is None:
        hint = "GET resources/presets/ lists what there is."
        return dict(inputs), [Problem((PRESET,), "unknown_id", f"There is no preset {written(named)}.", hint)]
    fits = found.metadata.get("video_formats")
    if isinstance(fits, list) and not {name.casefold() for name in format.names} & {str(e).casefold() for e in fits}:
        message = f"The preset {found.name} is for {' and '.join(map(str, fits))}."
        return dict(inputs), [Problem((PRESET,), "incompatible_resource", message, "Send one that fits, or none.")]
    brought = found.metadata.get("inputs")
    under = {
        name: value
        for name, value in (brought.items() if isinstance(brought, Mapping) else ())
        if name in format.by_name and not _said(format, name, inputs)
    }
    return {**under, **inputs}, []


def _said(format: Format, name: str, inputs: Mapping[str, Any]) -> bool:
    """Whether the job itself gives an input, under its own name or another."""
    others = {each.name for each in format.inputs if name in each.synonyms}
    return bool({name, *format.by_name[name].synonyms, *others} & inputs.keys())
