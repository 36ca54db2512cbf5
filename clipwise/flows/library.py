"""What jobs are made of: resources made from a prompt; everything else of the library is a single call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import wire
from ..effects import Flow
from ..errors import ClipwiseError, InvalidResponse
from .call import call
from .context import Context


def generate(context: Context, type: str, prompt: str, fields: Mapping[str, Any]) -> Flow[dict[str, Any]]:
    """Have a resource made from a prompt; return the API's answer, which has the id of a job.

    Never sent twice: nothing documents that a key would keep it from being made twice.
    """
    if not isinstance(prompt, str) or not prompt.strip():
        raise ClipwiseError("a prompt that says nothing makes nothing", code="invalid_argument")
    body = {"prompt": prompt, **{name: value for name, value in fields.items() if value is not None}}
    content = yield from call(
        context, wire.post("resources", wire.segment(type, "resource type"), "generate", json=body)
    )
    id = wire.id_of(content, "generation")
    if id is None:
        raise InvalidResponse(
            "the server accepted the prompt but answered without the id of a job",
            hint=f"`clipwise resources list {type}` shows what came of it",
        )
    return {"id": id, **content}
