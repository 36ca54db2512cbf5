"""Commands that set things up: the API key, and the sandbox."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from .. import settings as configuration
from ..errors import ClipwiseError
from .session import Session


def set_key(session: Session, key: Annotated[str, Parameter(help="The API key.")], /) -> None:
    """Save the API key in the config file, for the base URL in use."""
    path = configuration.config_path()
    url = configuration.base_url(session.base_url)
    configuration.save_config(path, api_key=configuration.checked_key(key), base_url=url)
    session.show.result({"success": True, "config": str(path), "base_url": url}, f"saved for {url} in {path}")


def show(session: Session) -> None:
    """Show which key and base URL are used, and where each comes from."""
    found = configuration.resolve(session.api_key, session.base_url)
    key = configuration.shortened(found.api_key) if found.api_key else None
    content = {"api_key": key, "base_url": found.base_url, "origins": dict(found.origins)}
    text = [
        f"key       {key} ({found.origins['api_key']})" if key else "key       none",
        f"base URL  {found.base_url} ({found.origins['base_url']})",
        f"config    {found.origins['config']}",
    ]
    session.show.result(content, text if key else [*text, "", configuration.NO_KEY])


def clear(session: Session) -> None:
    """Take the saved key out of the config file."""
    path = configuration.config_path()
    configuration.save_config(path, api_key=None)
    session.show.result({"success": True, "config": str(path)}, f"no key is saved in {path} now")


AUTH: Mapping[str, Callable[..., Any]] = {"set-key": set_key, "show": show, "clear": clear}


def serve(
    session: Session,
    *,
    host: Annotated[str, Parameter(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, Parameter(help="The port; 0 picks a free one.")] = 8787,
    data_dir: Annotated[Path | None, Parameter(help="Where jobs and media are kept.")] = None,
    quality: Annotated[Literal["preview", "draft"], Parameter(help="draft is small and quick.")] = "preview",
) -> None:
    """Run the sandbox until Ctrl-C and print how to reach it."""
    from ..sandbox.serving import run
    from ..sandbox.store import StoreError

    def ready(base_url: str, api_key: str) -> None:
        if session.json:
            print(json.dumps({"base_url": base_url, "api_key": api_key}))
        else:
            session.show.note(f"The sandbox listens on {base_url}; Ctrl-C stops it. In another terminal:")
            session.show.result(None, [f"export CLIPWISE_BASE_URL={base_url}", f"export CLIPWISE_API_KEY={api_key}"])
        sys.stdout.flush()

    try:
        run(host, port, data_dir or configuration.sandbox_path(), quality=quality, ready=ready)
    except StoreError as error:
        raise ClipwiseError(str(error)) from None
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ClipwiseError(f"cannot listen on {host}:{port}: {reason}", hint="try --port 0") from None


SANDBOX: Mapping[str, Callable[..., Any]] = {"serve": serve}
