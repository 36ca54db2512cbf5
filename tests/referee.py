"""An independent judge of a JSON Schema: the jsonschema library, with the two rules in which we mean something else."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError


def referee(schema: Any) -> Any:
    """Return a validator of the library for a schema."""
    return _Judge(schema)


def _pattern(_validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    """Patterns mean what an engine makes of them that cannot hang."""
    options = jsonschema_rs.RegexOptions()
    judge = jsonschema_rs.Draft202012Validator({"pattern": pattern}, pattern_options=options)
    if isinstance(instance, str) and not judge.is_valid(instance):
        yield ValidationError("does not match")


def _multiple(_validator: Any, step: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    """0.3 is a multiple of 0.1, as it is written."""
    is_number = isinstance(instance, (int, float)) and not isinstance(instance, bool)
    if is_number and Fraction(str(instance)) % Fraction(str(step)):
        yield ValidationError("is not a multiple")


_Judge: Any = validators.extend(Draft202012Validator, {"pattern": _pattern, "multipleOf": _multiple})
