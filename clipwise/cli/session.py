"""What holds for one run of the command line: the flags that may stand anywhere, and the client they lead to.

Taken out of the arguments before any command is looked at, so that they work before and after it.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import settings as configuration
from ..errors import ClipwiseError
from ..files import outside
from ..settings import shortened
from ..text import printable
from .pages import columns
from .show import Show

if TYPE_CHECKING:
    from ..client import Clipwise

# The flags that may stand anywhere: whether each takes a value, and what it does.
ANYWHERE: dict[str, tuple[bool, str]] = {
    "--json": (False, "print one JSON document instead of text"),
    "--offline": (False, "never touch the network"),
    "--sandbox": (False, "run against a sandbox on this machine: no account, real previews"),
    "--api-key": (True, "the key to use (else CLIPWISE_API_KEY, else the config file)"),
    "--catalog": (True, "a folder of exported documents, the only ones to count (else CLIPWISE_CATALOG)"),
    "--upload-root": (True, "a folder: local files outside it are refused"),
    "--base-url": (True, "the API to use (else CLIPWISE_BASE_URL, else the config file)"),
    "--timeout": (True, "seconds that one request may stall (default 30); before the command for `wait`"),
}
# A command's own flag of the same name counts as its own once the command was named.
OWN = {"wait": ("--timeout",)}
LIKE_A_KEY = re.compile(r"[^\s/.=\-][^\s/.=]{19,}")


class UsageError(ClipwiseError):
    """The command line cannot be understood."""

    default_code = "invalid_argument"


def usage(error: Exception, command: str, tokens: Sequence[str] = ()) -> UsageError:
    """Return a usage error of the parser as one message that ends with the command that helps.

    The tokens that could be a key in the wrong place are quoted shortened.
    """
    text = printable(str(error), 1000).partition(" Available commands")[0].rstrip(".")
    for word in sorted({word for each in tokens for word in LIKE_A_KEY.findall(each)}, key=len, reverse=True):
        text = text.replace(word, shortened(word))
    where = " ".join(("clipwise", command)).strip()
    return UsageError(text, hint=f"See `{where} --help`")


@dataclass
class Session:
    """One run: its flags, how it shows things, and its client, made when it is first needed."""

    json: bool = False
    offline: bool = False
    use_sandbox: bool = False
    api_key: str | None = None
    base_url: str | None = None
    timeout: float = 30.0
    catalog: str | None = None
    upload_root: str | None = None
    show: Show = field(default_factory=Show)

    @functools.cached_property
    def client(self) -> Clipwise:
        """The client that the flags ask for; with --sandbox it runs a server of its own."""
        from ..client import Clipwise

        if self.use_sandbox:
            clash = {"--offline": self.offline, "--base-url": self.base_url, "--api-key": self.api_key}
            for flag in [flag for flag, given in clash.items() if given]:
                raise UsageError(f"--sandbox and {flag} cannot be used together: the sandbox is a server of its own")
            return Clipwise.sandbox(timeout=self.timeout, journal=True, upload_root=self.upload_root)
        return self._client(self.offline, journal=True)

    @contextlib.contextmanager
    def watched(self) -> Iterator[Clipwise]:
        """Give the client for a call that uploads: how far it is, is shown."""
        with self.show.watcher() as self.client._listener:
            yield self.client
        self.client._listener = None

    def local_client(self) -> Clipwise:
        """Return a client that asks nobody, for what must work without a network."""
        return self._client(offline=True, journal=False)

    def _client(self, offline: bool, journal: bool) -> Clipwise:
        from ..client import Clipwise

        given = {"catalog": self.catalog, "upload_root": self.upload_root, "journal": journal, "offline": offline}
        return Clipwise(self.api_key, self.base_url, self.timeout, **given)  # type: ignore[arg-type]

    @property
    def root(self) -> Path | None:
        """The one folder that local files may come from, if there is one."""
        return None if self.upload_root is None else configuration.checked_root(self.upload_root)

    def fence(self, path: Path | None) -> None:
        """Refuse a file that is outside the upload root; ClipwiseError `invalid_upload`."""
        if path is not None and outside(path, self.root):
            shown = printable(path, 200)
            raise ClipwiseError(f"{shown} is outside the upload root {self.upload_root}", code="invalid_upload")

    def spec(self, path: Path) -> Any:
        """Read a job spec; ClipwiseError `invalid_upload` for one that is outside the upload root."""
        self.fence(path)
        if path.suffix.lower() in (".yaml", ".yml", ".toml"):
            from ..specs import whole

            return whole(path)
        from ..spec import read_spec

        return read_spec(path, self.root)

    def how_to_go_on(self, id: str, completed: bool = False) -> str:
        """Return what becomes of a job that is left alone, and the commands that take it up."""
        if completed:
            return f"{id} is completed; `clipwise download {id}` brings its files"
        stands = "is kept until the sandbox runs again" if self.use_sandbox else "goes on"
        return f"{id} {stands}; `clipwise wait {id}` waits on, `clipwise cancel {id}` stops it"

    def learnt(self) -> None:
        """Let the shells complete what the server just said that there is, for the account of the settings."""
        found = self.client._context.memory.get("formats")
        if found is None or found.source.kind != "live" or self.api_key or self.base_url or self.use_sandbox:
            return
        from .offers import keep

        keep(found)

    def close(self) -> None:
        """Close the client, if one was made."""
        if "client" in self.__dict__:
            self.learnt()
            self.client.close()


def separated(tokens: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """Return the flags that may stand anywhere, and the other arguments in their order.

    UsageError for a flag without its value.
    """
    found: dict[str, Any] = {}
    rest: list[str] = []
    left = list(tokens)
    while left:
        token = left.pop(0)
        if token == "--":
            rest += [token, *left]
            break
        name, given, value = token.partition("=")
        command = next((each for each in rest if not each.startswith("-")), "")
        if name not in ANYWHERE or name in OWN.get(command, ()):
            rest.append(token)
        elif not ANYWHERE[name][0]:
            if given:
                raise UsageError(f"{name} takes no value")
            found[name] = True
        else:
            if not given and not left:
                raise UsageError(f"{name} needs a value")
            found[name] = value if given else left.pop(0)
    return found, rest


def started(flags: dict[str, Any]) -> Session:
    """Return the session for these flags; UsageError for a timeout that is no number."""
    try:
        timeout = float(flags.get("--timeout", 30.0))
    except ValueError:
        raise UsageError(f"--timeout takes a number of seconds, not {flags['--timeout']!r}") from None
    as_json = "--json" in flags
    return Session(
        json=as_json,
        offline="--offline" in flags,
        use_sandbox="--sandbox" in flags,
        api_key=flags.get("--api-key"),
        base_url=flags.get("--base-url"),
        timeout=timeout,
        catalog=flags.get("--catalog") or os.environ.get("CLIPWISE_CATALOG") or None,
        upload_root=flags.get("--upload-root"),
        show=Show(as_json, "clipwise --sandbox" if "--sandbox" in flags else "clipwise"),
    )


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, with what the user needs to go on as its text."""


def anywhere_help() -> str:
    """Return the lines of help about the flags that may stand anywhere."""
    return "\n".join(columns([(name, meaning) for name, (_, meaning) in ANYWHERE.items()]))
