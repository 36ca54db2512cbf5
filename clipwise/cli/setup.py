"""Commands that set things up: the API key, and the sandbox."""

from __future__ import annotations

import contextlib
import errno
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from .. import settings as configuration
from ..errors import ClipwiseError
from ..text import printable
from .session import Session, UsageError
from .show import size_text
from .words import Parameter

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
EVERYWHERE = ("0.0.0.0", "::", "")  # what --host says for every address of this machine
HOSTS = "--host takes an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them"
DataDir = Annotated[Path | None, Parameter(help="Where jobs and media are kept.")]


def set_key(session: Session, key: Annotated[str, Parameter(help="The API key.")], /) -> None:
    """Save the API key in the config file, for the base URL in use."""
    _not_of_the_sandbox(session)
    path = configuration.config_path()
    url = configuration.base_url(session.base_url)
    _tell_of(session, configuration.save_config(path, api_key=configuration.checked_key(key), base_url=url))
    session.show.result({"success": True, "config": str(path), "base_url": url}, f"saved for {url} in {path}")


def _tell_of(session: Session, aside: Path | None) -> None:
    if aside is not None:
        session.show.note(f"clipwise: what was there could not be understood; it is kept as {aside}")


def _not_of_the_sandbox(session: Session) -> None:
    if session.use_sandbox:
        raise UsageError("the sandbox needs no key: auth is about the key of your account", hint="leave out --sandbox")


def show(session: Session) -> None:
    """Show which key and base URL are used, and where each comes from."""
    _not_of_the_sandbox(session)
    found = configuration.resolve(session.api_key, session.base_url)
    key = configuration.shortened(found.api_key) if found.api_key else None
    content = {"api_key": key, "base_url": found.base_url, "origins": dict(found.origins)}
    text = [
        f"key       {key} ({found.origins['api_key']})" if key else f"key       none ({found.no_key})",
        f"base URL  {found.base_url} ({found.origins['base_url']})",
        f"config    {found.origins['config']}",
    ]
    session.show.result(content, text if key else [*text, "", configuration.NO_KEY])


def clear(session: Session) -> None:
    """Take the saved key out of the config file."""
    _not_of_the_sandbox(session)
    path = configuration.config_path()
    _tell_of(session, configuration.save_config(path, api_key=None))
    session.show.result({"success": True, "config": str(path)}, f"no key is saved in {path} now")


AUTH: Mapping[str, Callable[..., Any]] = {"set-key": set_key, "show": show, "clear": clear}


def serve(
    session: Session,
    *,
    host: Annotated[str, Parameter(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, Parameter(help="The port; 0 picks a free one.")] = 8787,
    data_dir: DataDir = None,
    quality: Annotated[Literal["preview", "draft"], Parameter(help="draft is small and quick.")] = "preview",
    workers: Annotated[int, Parameter(help="How many jobs are rendered at a time.", between=(1, 64))] = 1,
    chaos: Annotated[
        str, Parameter(help="Trouble to rehearse, in shares of all requests: 429=0.05,503=0.02,reset=0.01,slow=0.1.")
    ] = "",
    seed: Annotated[int, Parameter(help="The same seed brings the same trouble.")] = 0,
) -> None:
    """Run the sandbox until Ctrl-C and print how to reach it."""
    from ..sandbox.serving import Settings, run

    def ready(base_url: str, api_key: str) -> None:
        if session.json:
            print(json.dumps({"base_url": base_url, "api_key": api_key}))
        else:
            if host in EVERYWHERE:
                port = base_url.rpartition(":")[2]
                session.show.note(
                    f"The sandbox listens on every address of this machine: whoever reaches port {port} with the key "
                    f"can use it. From another machine it is http://ADDRESS-OF-THIS-MACHINE:{port}"
                )
            session.show.note(f"The sandbox listens on {base_url}; Ctrl-C stops it. In another terminal:")
            session.show.result(None, [f"export CLIPWISE_BASE_URL={base_url}", f"export CLIPWISE_API_KEY={api_key}"])
        sys.stdout.flush()

    settings = Settings(quality, workers, chaos=chaos, seed=seed)
    try:
        with _told("--chaos: "):
            run(host, port, data_dir or configuration.sandbox_path(), ready=ready, settings=settings)
    except (OSError, OverflowError, UnicodeError, TypeError) as error:  # TypeError: a host that is no text
        reason = getattr(error, "strerror", None) or error
        taken = isinstance(error, OSError) and error.errno in (errno.EADDRINUSE, errno.EACCES)
        hint = "try --port 0" if taken or isinstance(error, OverflowError) else HOSTS
        raise ClipwiseError(f"cannot listen on {printable(host, 100)}:{port}: {reason}", hint=hint) from None


def token(
    session: Session,
    *,
    scopes: Annotated[str, Parameter(help="What the key may do, such as generations:read,resources:read.")],
    data_dir: DataDir = None,
) -> None:
    """Make another API key that may do only what its scopes say, and print it; it is shown this once."""
    from ..sandbox.upkeep import new_token

    wanted = [each for each in map(str.strip, scopes.split(",")) if each]
    with _told():
        key = new_token(data_dir or configuration.sandbox_path(), wanted)
    session.show.result({"api_key": key, "scopes": wanted}, key)


def status(session: Session, *, data_dir: DataDir = None) -> None:
    """Show what a sandbox's folder holds: jobs, resources, keys, and how large it is."""
    from ..sandbox.upkeep import status as look

    with _told():
        found = look(data_dir or configuration.sandbox_path())
    own = [
        (kind, sum(n for source, n in each.items() if source != "curated")) for kind, each in found["resources"].items()
    ]
    lines = {
        "folder": found["folder"],
        "size": _listed((part, size_text(size)) for part, size in found["bytes"].items()),
        "jobs": _listed(found["jobs"].items()),
        "resources": _listed((kind, number) for kind, number in own if number) or "only curated ones",
        "keys": found["tokens"],
    }
    session.show.result(found, [f"{name:<10} {value}" for name, value in lines.items()])


def prune(
    session: Session,
    *,
    older_than: Annotated[str, Parameter(help="The age from which on they go: 90s, 30m, 12h, 7d or 2w.")],
    data_dir: DataDir = None,
) -> None:
    """Remove finished jobs, generated media and one-off uploads of that age; resources and open jobs stay."""
    from ..sandbox.upkeep import prune as make_room

    age = _seconds(older_than)
    with _told():
        gone = make_room(data_dir or configuration.sandbox_path(), age)
    text = f"removed {gone['generations']} jobs and {gone['media']} files of media, {size_text(gone['bytes'])} in all"
    session.show.result({"success": True, **gone}, text)


@contextlib.contextmanager
def _told(about: str = "") -> Iterator[None]:
    """What the sandbox cannot do with a folder, or with what was asked, becomes an error of the command line."""
    from ..sandbox.store import StoreError

    try:
        yield
    except StoreError as error:
        raise ClipwiseError(str(error)) from None
    except UnicodeError:  # a ValueError too, but of a host's name
        raise
    except ValueError as error:
        raise ClipwiseError(f"{about}{error}", code="invalid_argument") from None


def _seconds(text: str) -> float:
    """Return an age such as `7d` in seconds; ClipwiseError for what is none."""
    match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)([smhdw])", text.strip(), re.ASCII)
    if match is None:
        raise ClipwiseError(f"{text!r} is no age", code="invalid_argument", hint="write 90s, 30m, 12h, 7d or 2w")
    return float(match[1]) * UNITS[match[2]]


def _listed(pairs: Iterable[tuple[str, object]]) -> str:
    """Return names and values in one line."""
    return ", ".join(f"{name} {value}" for name, value in pairs)


SANDBOX: Mapping[str, Callable[..., Any]] = {"serve": serve, "token": token, "status": status, "prune": prune}
