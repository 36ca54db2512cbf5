"""The commands, over the client: each reads its arguments, asks the client once, and shows what came.

Formats become commands in `generate`; nothing here knows how a request is made.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Group, Parameter

from .. import settings as configuration
from ..errors import ClipwiseError
from ..flows import wait as waiting
from ..formats import bundled
from ..formats.catalog import Catalog
from ..formats.document import Format
from ..formats.reader import read_format
from ..projections.command import help_text, to_flags
from ..spec import check, read_spec
from ..text import printable
from ..validation import errors_in
from .session import Session, anywhere_help
from .show import problem_lines, table, wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping

ABOUT = "Make videos from the command line, with the Clipwise API or a sandbox on this machine."
EXIT_CODES = "Exit codes: 0; 2 an error (API, check, usage); 3 the job ended failed or cancelled; 130 interrupted."
EPILOGUE = f"Anywhere on the line:\n\n{anywhere_help()}\n\n{EXIT_CODES}"


def bare_app(name: str | tuple[str, ...], about: str, **more: Any) -> App:
    """Return an app in our manner: plain help, no colours of its own making."""
    return App(name=name, help=about, help_format="plaintext", version_flags=(), help_epilogue=EPILOGUE, **more)


def build(session: Session) -> App:
    """Return the command line for one session."""
    from .._version import __version__

    app = App(
        name="clipwise",
        help=ABOUT,
        help_format="plaintext",
        version=__version__,
        version_flags=("--version",),
        help_epilogue=EPILOGUE,
        group_commands=Group("Help", sort_key=4),
    )
    jobs, media, setup = Group("Jobs", sort_key=1), Group("Formats and files", sort_key=2), Group("Setup", sort_key=3)
    app.command(_generate_stub, name="generate", group=jobs)
    for place in (_status, _wait, _cancel, _download, _validate):
        app.command(_with(session, place), name=place.__name__.strip("_"), group=jobs)
    tree: dict[str, tuple[str, Group, dict[str, Any]]] = {
        "formats": ("What kinds of video there are.", media, {"list": _formats_list, "show": _formats_show}),
        "resources": ("Avatars, voices, backgrounds and the like.", media, {"upload": _resources_upload}),
        "uploads": ("One-off files for jobs.", media, {"create": _uploads_create}),
        "auth": ("The API key.", setup, {"set-key": _auth_set_key, "show": _auth_show, "clear": _auth_clear}),
        "sandbox": ("The API on this machine, without an account.", setup, {"serve": _sandbox_serve}),
    }
    for name, (about, group, commands) in tree.items():
        branch = bare_app(name, about, group=group, group_commands=Group("Commands"))
        for command, function in commands.items():
            branch.command(_with(session, function), name=command)
        app.command(branch)
    return app


def _with(session: Session, function: Any) -> Any:
    """Give a command its session; the parser sees only the other parameters."""
    signature = inspect.signature(function, eval_str=True)
    own = list(signature.parameters.values())[1:]

    def command(*given: Any, **named: Any) -> Any:
        return function(session, *given, **named)

    command.__signature__ = signature.replace(parameters=own)  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in own}
    command.__doc__ = function.__doc__
    command.__name__ = function.__name__
    return command


# --- jobs -------------------------------------------------------------------------------------------------------------

Id = Annotated[str, Parameter(help="The job's id (gen_…).")]


def _generate_stub() -> None:
    """Start a job: `generate FORMAT --flag …`; `generate FORMAT --help` shows that format's flags."""


def _status(session: Session, id: Id, /) -> None:
    """Show how a job stands."""
    content = session.client.generations.retrieve(id)
    session.show.result(content, job_lines(content, id))


def _wait(
    session: Session,
    id: Id,
    /,
    *,
    timeout: Annotated[float, Parameter(help="Seconds to wait at most.")] = 1800.0,
    poll_interval: Annotated[float, Parameter(help="Seconds between two looks.")] = 5.0,
) -> None:
    """Wait until a job has ended; a failed or cancelled one makes the exit code 3."""
    client = session.client
    with session.show.watcher() as watcher:
        content = interruptible(
            session, id, lambda: client._run(waiting.wait(client._context, id, timeout, poll_interval), watcher)
        )
    waiting.ended_well(content, id)
    session.show.result(content, job_lines(content, id))


def _cancel(session: Session, id: Id, /) -> None:
    """Cancel a job that can still be stopped."""
    content = session.client.generations.cancel(id)
    session.show.result(content, job_lines(content, id))


def _download(
    session: Session,
    id: Id,
    /,
    *,
    output: Annotated[Path, Parameter(help="The folder for the files.")] = Path(),
) -> None:
    """Bring the files of a finished job home and print their paths."""
    job = session.client.generations.handle(id)
    paths = [str(path) for path in job.download(output)]
    session.show.result({**job, "downloaded": paths}, film_last(paths))


def _validate(
    session: Session,
    *files: Annotated[Path, Parameter(help="JSON files, each with one job spec.")],
    strict: Annotated[bool, Parameter(help="Warnings count as errors.", negative="")] = False,
) -> int:
    """Check job specs without a network: {"format": "ugc_video", "script": …}.

    Relative paths in a spec start in the folder of its file.
    """
    if not files:
        raise ClipwiseError("no file to check", code="invalid_argument", hint="Try `clipwise validate job.json`")
    report = []
    for path in files:
        problems = check(read_spec(path), folder=path.parent)
        wrong = problems if strict else errors_in(problems)
        report.append((path, problems, bool(wrong)))
    failed = any(wrong for _, _, wrong in report)
    rows = [{"file": str(p), "ok": not wrong, "problems": [each.as_dict() for each in ps]} for p, ps, wrong in report]
    lines = [line for path, problems, wrong in report for line in _report_lines(path, problems, wrong)]
    session.show.result({"success": not failed, "specs": rows}, lines)
    return 2 if failed else 0


def _report_lines(path: Path, problems: list[Any], wrong: bool) -> list[str]:
    counts = {kind: sum(each.severity == kind for each in problems) for kind in ("error", "warning")}
    said = [f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in counts.items() if count]
    head = f"{printable(path, 300)}: {', '.join(said) or 'ok'}"
    return [head, *problem_lines(problems)]


def film_last(paths: list[str]) -> list[str]:
    """Captions and the like come first, so that the last line is what was asked for."""
    return sorted(paths, key=lambda path: not path.endswith((".srt", ".vtt", ".txt")))


def interruptible(session: Session, id: str, work: Any) -> Any:
    """Do work that waits for a job; Ctrl-C leaves the job alone and says how to go on."""
    try:
        return work()
    except KeyboardInterrupt:
        session.show.note(f"{id} goes on; `clipwise wait {id}` waits on, `clipwise cancel {id}` stops it")
        raise


def job_lines(content: Mapping[str, Any], id: str) -> list[str]:
    """Return what a person wants to know of a job."""
    from .. import wire
    from ..flows.download import outputs_of

    job = wire.inner(content, "generation")
    share, ended = job.get("progress"), wire.status_of(content) in wire.TERMINAL
    facts = [
        ("status", wire.status_of(content)),
        ("format", job.get("format")),
        ("stage", None if ended else job.get("stage")),
        ("progress", f"{share:.0%}" if isinstance(share, (int, float)) and not (ended or share is True) else None),
        ("reason", wire.failure_of(content)[1]),
        *((name, value) for name, value in outputs_of(content).items() if isinstance(value, (str, int, float))),
    ]
    shown = [(name, printable(value, 600)) for name, value in facts if value not in (None, "")]
    return [printable(id, 100), *(f"  {name:<10} {value}" for name, value in shown)]


# --- formats ----------------------------------------------------------------------------------------------------------


def _formats_list(
    session: Session,
    *,
    kind: Annotated[Literal["format", "tool", "all"] | None, Parameter(help="Only this kind.")] = None,
    platform: Annotated[str | None, Parameter(help="Only this platform: clipwise, video_company or all.")] = None,
    include_inactive: Annotated[bool, Parameter(help="Inactive ones too.", negative="")] = False,
) -> None:
    """List the formats."""
    content = session.client.formats.list(kind=kind, platform=platform, include_inactive=include_inactive or None)
    formats = list(Catalog(content["formats"], bundled.known()))
    rows = [(each.slug, each.kind or "-", ", ".join(each.output_types) or "-", each.description) for each in formats]
    session.show.result(content, table(rows, ("FORMAT", "KIND", "MAKES", "")))


def _formats_show(session: Session, format: Annotated[str, Parameter(help="Any name of it.")], /) -> None:
    """Show what a format takes."""
    content = session.client.formats.retrieve(format)
    found = read_format(content["format"], bundled.known())
    session.show.result(content, format_lines(found) if found else [])


def format_lines(found: Format) -> list[str]:
    """Return a format's page for a person."""
    names = ", ".join(each for each in found.names if each != found.slug and each != found.display_name)
    lines = [f"{found.display_name or found.slug}  ({found.slug}{', also ' + names if names else ''})", ""]
    lines += wrapped(found.description) + wrapped(found.what_it_does)
    flags = {flag.input.name: flag.name for flag in to_flags(found)}
    for head, required in (("Required", True), ("Optional", False)):
        rows = [(each.name, help_text(each)) for each in found.inputs if each.required is required]
        lines += ["", *table(rows, (head.upper(), ""))] if rows else []
    if found.modes:
        lines += [
            "",
            *table([(mode.name, f"runs {mode.runs}" if mode.runs else "") for mode in found.modes], ("MODES", "")),
        ]
    if found.output_types:
        lines += ["", f"Makes: {', '.join(found.output_types)}"]
    lines += ["", "Example:", *example_lines(found, flags)] if found.examples else []
    return lines


def example_lines(found: Format, flags: Mapping[str, str]) -> list[str]:
    """Return the first example of a format as a command that can be run."""
    first = found.examples[0]
    inputs = first.get("inputs", first) if isinstance(first, dict) else {}
    if not isinstance(inputs, dict):
        return []
    parts = [part for name, value in inputs.items() if name in flags for part in _argument(flags[name], value)]
    return [f"  clipwise generate {found.slug} " + " \\\n      ".join(parts)]


def _argument(flag: str, value: Any) -> list[str]:
    import json
    import shlex

    if isinstance(value, bool):
        return [flag if value else f"--no-{flag[2:]}"]
    if isinstance(value, list) and all(isinstance(each, str) and "," not in each for each in value):
        value = ",".join(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return [f"{flag} {shlex.quote(printable(text, 300))}"]


# --- files ------------------------------------------------------------------------------------------------------------


def _resources_upload(
    session: Session,
    type: Annotated[str, Parameter(help="The resource type, such as avatars or background_images.")],
    file: Annotated[Path, Parameter(help="The file.")],
    /,
    *,
    name: Annotated[str | None, Parameter(help="What to call it.")] = None,
) -> None:
    """Upload a file as a resource and print its id."""
    content = session.client.resources.upload(type, file, name=name)
    _show_id(session, content, "resource", "upload")


def _uploads_create(
    session: Session,
    file: Annotated[Path, Parameter(help="The file.")],
    /,
    *,
    purpose: Annotated[str, Parameter(help="image, video or audio.")] = "image",
) -> None:
    """Upload a one-off file and print its id."""
    _show_id(session, session.client.uploads.create(file, purpose), "upload", "resource")


def _show_id(session: Session, content: dict[str, Any], *names: str) -> None:
    from .. import wire

    session.show.result(content, printable(wire.id_of(content, *names) or "", 200))


# --- setup ------------------------------------------------------------------------------------------------------------


def _auth_set_key(session: Session, key: Annotated[str, Parameter(help="The API key.")], /) -> None:
    """Save the API key in the config file, for the base URL in use."""
    path = configuration.config_path()
    url = configuration.resolve("checked-below", session.base_url).base_url
    configuration.save_config(path, api_key=configuration.checked_key(key), base_url=url)
    session.show.result({"success": True, "config": str(path), "base_url": url}, f"saved for {url} in {path}")


def _auth_show(session: Session) -> None:
    """Show which key and base URL are used, and where each comes from."""
    found = configuration.resolve(session.api_key, session.base_url)
    key = configuration.shortened(found.api_key) if found.api_key else None
    content = {"api_key": key, "base_url": found.base_url, "origins": dict(found.origins)}
    text = [
        f"key       {key or 'none'}  ({found.origins['api_key'] if key else configuration.NO_KEY})",
        f"base URL  {found.base_url}  ({found.origins['base_url']})",
        f"config    {found.origins['config']}",
    ]
    session.show.result(content, text)


def _auth_clear(session: Session) -> None:
    """Take the saved key out of the config file."""
    path = configuration.config_path()
    configuration.save_config(path, api_key=None)
    session.show.result({"success": True, "config": str(path)}, f"no key is saved in {path} now")


def _sandbox_serve(
    session: Session,
    *,
    host: Annotated[str, Parameter(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, Parameter(help="The port; 0 picks a free one.")] = 8787,
    data_dir: Annotated[Path | None, Parameter(help="Where jobs and media are kept.")] = None,
    quality: Annotated[Literal["preview", "draft"], Parameter(help="draft is small and quick.")] = "preview",
) -> None:
    """Run the sandbox until Ctrl-C and print how to reach it."""
    from ..sandbox.serving import run

    def ready(base_url: str, api_key: str) -> None:
        text = [f"export CLIPWISE_BASE_URL={base_url}", f"export CLIPWISE_API_KEY={api_key}"]
        session.show.note(f"The sandbox listens on {base_url}; Ctrl-C stops it. In another terminal:")
        if session.json:
            import json

            print(json.dumps({"base_url": base_url, "api_key": api_key}), flush=True)
        else:
            session.show.result(None, text)
            import sys

            sys.stdout.flush()

    try:
        run(host, port, data_dir or configuration.sandbox_path(), quality=quality, ready=ready)
    except OSError as error:
        raise ClipwiseError(f"cannot listen on {host}:{port}: {error.strerror or error}", hint="try --port 0") from None
