"""`generations/…`: a job is judged, accepted once, looked at, cancelled."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from clipwise.formats.document import Format
from clipwise.sandbox import curate, jobs, presets, rules
from clipwise.sandbox.endpoints.resources import media_url, moment
from clipwise.sandbox.exchange import Answer, Call, Refusal, object_body
from clipwise.sandbox.modes import in_mode
from clipwise.sandbox.orders import MAKES
from clipwise.sandbox.values import Problem

NOTE = (
    "Made by the local sandbox on this machine: a preview to build against. It is not the work of the service's models."
)
MAX_KEY = 255


def create_generation(call: Call) -> Answer:
    """`POST generations/`: 201 when the job is new, 200 when this key and body were accepted before."""
    body = object_body(call)
    return accepted(call, body, lambda: _judged(call, body))


def accepted(call: Call, signed: Any, judged: Callable[[], tuple[str, dict[str, Any]]]) -> Answer:
    """Accept a job once for each Idempotency-Key: `signed` tells one request from another.

    `judged` returns what renders it and its payload, or raises the Refusal; it is not asked about a repetition.
    """
    key, store = _key(call), call.sandbox.store
    digest = hashlib.sha256(json.dumps(signed, sort_keys=True).encode()).hexdigest()
    try:
        job, new = jobs.earlier(store, call.account, key, digest) if key else None, False
        if job is None:
            slug, payload = judged()
            job, new = jobs.accept(store, jobs.Wish(call.account, slug, payload, digest, key))
    except jobs.KeyConflict as conflict:
        raise Refusal(
            "idempotency_conflict",
            "This Idempotency-Key was used for a generation with another body.",
            {"generation_id": conflict.args[0]},
        ) from conflict
    call.sandbox.wake()
    return Answer({"id": job.id, "status": job.status, "generation": present(call, job)}, status=201 if new else 200)


def retrieve_generation(call: Call) -> Answer:
    """`GET generations/{id}/`."""
    return Answer({"generation": present(call, _found(jobs.find(call.sandbox.store, call.path["id"], call.account)))})


def cancel_generation(call: Call) -> Answer:
    """`POST generations/{id}/cancel/`: from the moment of the answer the job is cancelled."""
    try:
        job = _found(jobs.cancel(call.sandbox.store, call.path["id"], call.account))
    except jobs.Unstoppable as late:
        found: jobs.Generation = late.args[0]
        state = "in its last stage" if found.status == "running" else found.status
        raise Refusal(
            "unsupported_cancellation",
            f"{found.id} is {state} and cannot be cancelled any more.",
            {"status": found.status, "stage": found.stage},
        ) from late
    return Answer({"id": job.id, "status": job.status, "generation": present(call, job)})


def present(call: Call, job: jobs.Generation) -> dict[str, Any]:
    """Return a generation as the API shows it; URLs are on the host that this request came to."""
    return {
        "id": job.id,
        "status": job.status,
        "format": job.format,
        "progress": round(job.progress, 3),
        "stage": job.stage if job.status == "running" else job.status,
        "outputs": _outputs(call, job.id, job.outputs) if job.outputs is not None else None,
        "error": job.error,
        "created_at": moment(job.created_at),
        "started_at": moment(job.started_at),
        "finished_at": moment(job.finished_at),
        "engine": "sandbox",
    }


def _outputs(call: Call, id: str, stored: Mapping[str, Any]) -> dict[str, Any]:
    files = [
        {**{k: v for k, v in file.items() if k != "path"}, "url": media_url(call, id, file["name"])}
        for file in stored["files"]
    ]
    of_kind = {kind: [each["url"] for each in files if each["kind"] == kind] for kind in ("video", "audio", "image")}
    shown: dict[str, Any] = {"engine": "sandbox", "note": NOTE, "files": files, "details": stored["details"]}
    if stored["transcript"] is not None:
        shown["transcript"] = stored["transcript"]
    if "duration" in stored["details"]:
        shown["duration"] = stored["details"]["duration"]
    if stored["generated_media_id"]:
        shown["generated_media_id"] = stored["generated_media_id"]
    if of_kind["video"]:
        shown["video_url"] = of_kind["video"][0]
    elif urls := of_kind["audio"] or of_kind["image"]:
        shown["result"] = {"url": urls[0], "urls": urls}
        if made := stored.get("resource"):
            shown["resource"] = {**made, "url": urls[0]}
            shown["result"] |= made
    return shown


def _found(job: jobs.Generation | None) -> jobs.Generation:
    if job is None:
        raise Refusal("not_found", "There is no such generation in this account.")
    return job


def _key(call: Call) -> str | None:
    key = call.headers.get("idempotency-key")
    if key is None:
        return None
    if not key.strip() or len(key) > MAX_KEY:
        raise Refusal("invalid_argument", f"An Idempotency-Key has 1 to {MAX_KEY} characters.")
    return key


def _judged(call: Call, body: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the format's slug and the inputs; Refusal with all that is wrong with them."""
    sandbox = call.sandbox
    format = _format(call, body.get("format"))
    given = {name: value for name, value in body.items() if name != "format"}
    inputs, wrong = presets.filled(format, given, presets.Look(sandbox.store, call.account))
    effective = in_mode(format, inputs, sandbox.catalog)
    inputs = {name: value for name, value in inputs.items() if name in given or name in effective.by_name}
    rules.judge(effective, inputs, partial(curate.find, sandbox.store, call.account), sandbox.known, wrong)
    check_renderable(call, format.slug, "format")
    return format.slug, inputs


def check_renderable(call: Call, slug: str, parameter: str) -> None:
    """Refusal, with what can be rendered, when there is no renderer for it."""
    renderable = call.sandbox.renderable
    if slug not in renderable:
        known = sorted(each for each in renderable if (each in MAKES) == (slug in MAKES))
        message = f"This sandbox cannot render {slug}; it renders {', '.join(known) or 'nothing of the kind'}."
        raise Refusal("invalid_argument", message, {"parameter": parameter, "renderable": known})


def _format(call: Call, name: Any) -> Format:
    catalog = call.sandbox.catalog
    found = catalog.find(name) if isinstance(name, str) and name.strip() else None
    if found is not None:
        return found
    near = catalog.suggest(name) if isinstance(name, str) and name.strip() else []
    hint = f"Did you mean {' or '.join(near)}?" if near else "GET formats/ lists what there is."
    problem = Problem(
        ("format",),
        "required" if name is None else "unknown_format",
        "format is missing." if name is None else f"There is no format {str(name)[:80]!r}.",
        hint,
    )
    raise Refusal("validation_error", f"{problem.message} {hint}", {"problems": [problem.as_dict()]})
