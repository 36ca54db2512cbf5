"""Where to send, as whom, and where things are kept: argument > environment > config file > default.

Settings are one frozen value, resolved once. Knows no HTTP; a key never appears in its `repr`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .errors import AuthenticationError, ConfigurationError
from .files import replace_file

BASE_URL = "https://app.clipwise.ai"
HOME = "~/.clipwise"
TIMEOUT_S = 30.0
NO_KEY = (
    "set CLIPWISE_API_KEY, or save a key with `clipwise auth set-key KEY`; "
    "without an account, add --sandbox (Python: Clipwise.sandbox())"
)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a client needs to know before its first request.

    `origins` says where each value came from (argument, environment, config file, default).
    """

    base_url: str = BASE_URL
    api_key: str | None = field(default=None, repr=False)
    timeout: float = TIMEOUT_S
    offline: bool = False
    act_as: str | None = None  # the user for whom a trusted backend acts
    home: Path = Path()
    no_key: str = "no API key"  # why there is none, where there is none
    upload_root: Path | None = None  # the only folder whose files may be read for jobs, if there is one
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)

    def __reduce__(self) -> tuple[Any, ...]:
        """A key does not travel: neither in a pickle nor in a copy."""
        raise TypeError("settings hold an API key and cannot be pickled; make a client in each process")

    @property
    def host(self) -> str:
        """The host that requests go to, for messages."""
        return urlsplit(self.base_url).netloc

    @property
    def cache(self) -> Path:
        """The folder for what is kept of the live documents."""
        return self.home / "cache"

    @property
    def account(self) -> str:
        """A hash that tells accounts apart: the key, and the user for whom is acted."""
        return hashlib.sha256(f"{self.api_key or ''}\n{self.act_as or ''}".encode()).hexdigest()

    def need_key(self) -> str:
        """Return the key; AuthenticationError when there is none."""
        if self.api_key is None:
            raise AuthenticationError(self.no_key, hint=NO_KEY)
        return self.api_key


def shortened(key: str) -> str:
    """Return a key as it may be shown: enough to tell two apart, too little to use."""
    return f"{key[:8]}…{key[-4:]}" if len(key) >= 20 else "…"


def config_path(environment: Mapping[str, str] | None = None) -> Path:
    """Return where the config file is: CLIPWISE_CONFIG_PATH, else config.json in the home folder."""
    env = os.environ if environment is None else environment
    named = env.get("CLIPWISE_CONFIG_PATH")
    return _expanded(named) if named else home_path(env) / "config.json"


def home_path(environment: Mapping[str, str] | None = None) -> Path:
    """Return the folder for everything that clipwise keeps: CLIPWISE_HOME, else ~/.clipwise."""
    env = os.environ if environment is None else environment
    return _expanded(env.get("CLIPWISE_HOME") or HOME)


def journal_path(environment: Mapping[str, str] | None = None) -> Path:
    """Return the folder where the jobs that were to be started are noted, if they are."""
    return home_path(environment) / "journal"


def sandbox_path(environment: Mapping[str, str] | None = None) -> Path:
    """Return the folder of this user's sandbox: its jobs, uploads and media."""
    return home_path(environment) / "sandbox"


def _expanded(path: str) -> Path:
    return Path(os.path.expanduser(path))  # noqa: PTH111  (Path.expanduser raises where there is no home)


def resolve(
    api_key: str | None = None,
    base_url: str | None = None,
    timeout: float | None = None,
    offline: bool = False,
    act_as: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Return the settings that hold; ConfigurationError or AuthenticationError for a value that cannot be used.

    A saved key is used only for the base URL that it was saved for.
    """
    env = os.environ if environment is None else environment
    path = config_path(env)
    saved, fault = load_config(path)
    saved_url = saved.get("base_url")
    url, url_from = _first(
        ("argument", base_url), ("environment", env.get("CLIPWISE_BASE_URL")), ("config file", saved_url)
    )
    url = checked_url(url or BASE_URL, url_from)
    own = checked_url(saved_url, "config file") if saved_url else BASE_URL
    key, key_from = _first(
        ("argument", api_key),
        ("environment", env.get("CLIPWISE_INTERNAL_SERVICE_TOKEN") if act_as is not None else None),
        ("environment", env.get("CLIPWISE_API_KEY")),
        ("config file", saved.get("api_key") if own == url else None),
    )
    return Settings(
        base_url=url,
        api_key=None if key is None else checked_key(key, key_from),
        timeout=checked_timeout(TIMEOUT_S if timeout is None else timeout),
        offline=offline,
        act_as=None if act_as is None else checked_user(act_as),
        home=home_path(env),
        no_key=_why_no_key(path, saved, fault, own),
        origins={"base_url": url_from, "api_key": key_from, "config": str(path)},
    )


def _why_no_key(path: Path, saved: Mapping[str, Any], fault: str, own: str) -> str:
    if fault:
        return f"no API key: the config file {path} {fault}"
    return f"no API key for this base URL: the saved one is for {own}" if saved.get("api_key") else "no API key"


def _first(*values: tuple[str, str | None]) -> tuple[str | None, str]:
    return next(((value, origin) for origin, value in values if value is not None and value != ""), (None, "default"))


def load_config(path: Path) -> tuple[dict[str, Any], str]:
    """Read the config file; return what it says, and what is wrong with it (empty when it is absent or good)."""
    try:
        if path.exists() and not path.is_file():  # opening a FIFO could block for ever
            return {}, "is not a file"
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}, ""
    except OSError as error:
        return {}, f"cannot be read: {error.strerror or error}"
    except (ValueError, RecursionError):
        return {}, "is not JSON"
    if not isinstance(content, dict):
        return {}, "is not a JSON object"
    wrong = [name for name in ("api_key", "base_url") if not isinstance(content.get(name, ""), str)]
    return ({}, f"has a value for {wrong[0]} that is not text") if wrong else (content, "")


def save_config(path: Path, **values: str | None) -> Path | None:
    """Write settings into the config file, keeping what else is in it; None takes a value out.

    A file that cannot be understood is kept under another name, which is returned. ConfigurationError when nothing can
    be written.
    """
    content, fault = load_config(path)
    aside = path.with_name(f"{path.name}.unreadable") if fault else None
    content.update(values)
    kept = {name: value for name, value in content.items() if value is not None}
    try:
        if aside is not None:
            path.replace(aside)
        replace_file(path, json.dumps(kept, indent=2).encode() + b"\n")
    except OSError as error:
        raise ConfigurationError(
            f"the config file {path} cannot be written: {error.strerror or error}",
            hint="set CLIPWISE_API_KEY instead, or point CLIPWISE_CONFIG_PATH to a file that can be written",
        ) from None
    return aside


def checked_key(key: str, origin: str = "argument") -> str:
    """Return a key that can travel in a header; AuthenticationError, without showing it, for one that cannot."""
    if not isinstance(key, str):
        raise AuthenticationError(f"the API key (from the {origin}) is a Python {type(key).__name__}, not text")
    key = key.strip() if origin != "argument" else key
    if not key:
        raise AuthenticationError(f"the API key (from the {origin}) is empty", hint=NO_KEY)
    if len(key) > 4096 or not all("!" <= char <= "~" for char in key):
        raise AuthenticationError(
            f"the API key (from the {origin}) holds a space, a line break or another character that no key has",
            hint="copy it again, whole and alone",
        )
    return key


def checked_user(user: str) -> str:
    """Return a user's id that can travel in a header; ConfigurationError for one that cannot."""
    if not user or len(user) > 255 or not all("!" <= char <= "~" for char in user):
        raise ConfigurationError(f"{user[:100]!r} is not a user's id", hint="an id is printable ASCII without spaces")
    return user


def user_id(user: Any) -> str | None:
    """Return the id of a user given as such, as a mapping, or as an object with `id` or `pk`; None for None."""
    if user is None:
        return None
    if isinstance(user, Mapping):
        user = user.get("id", user.get("pk"))
    elif not isinstance(user, (str, int)):
        user = getattr(user, "id", getattr(user, "pk", None))
    if user is None or isinstance(user, bool):
        raise ConfigurationError("the user to act for has no id", hint="give an id, or an object with `id` or `pk`")
    return str(user)


def base_url(given: str | None = None, environment: Mapping[str, str] | None = None) -> str:
    """Return the base URL that holds, without a word about keys."""
    env = os.environ if environment is None else environment
    saved, _ = load_config(config_path(env))
    return checked_url(given or env.get("CLIPWISE_BASE_URL") or saved.get("base_url") or BASE_URL)


def checked_url(url: str, origin: str = "argument") -> str:
    """Return a base URL without its closing slash; ConfigurationError for what is not http(s)."""
    if not isinstance(url, str):
        raise ConfigurationError(f"the base URL is a Python {type(url).__name__}, not text")
    try:
        parts = urlsplit(url.strip())
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
        good = good and not set(parts.netloc) & set("@ ") and not parts.query and not parts.fragment
    except ValueError:
        good = False
    if not good or not url.strip().isprintable():
        source = "" if origin == "argument" else f" (from the {origin})"
        # A name, a password or a key in it is nobody's business.
        shown = re.sub(r"//[^/@]*@|[?#].*", lambda found: "//…@" if found[0][0] == "/" else "?…", url[:200])
        raise ConfigurationError(f"{shown!r} is not a base URL{source}", hint=f"it looks like {BASE_URL}")
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}"


def checked_root(folder: str | os.PathLike[str]) -> Path:
    """Return the one folder that files may come from, as it really is; ConfigurationError for what is no folder."""
    try:
        root = _expanded(os.fsdecode(folder)).resolve(strict=True)
        good = root.is_dir()
    except (OSError, ValueError, TypeError, RuntimeError):
        good = False
    if not good:
        raise ConfigurationError(f"the upload root {str(folder)[:200]!r} is not a folder")
    return root


def checked_retries(count: int) -> int:
    """Return a number of retries; ConfigurationError for what is none."""
    if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= 100:
        raise ConfigurationError(f"max_retries must be a whole number from 0 to 100, not {count!r}")
    return count


def checked_timeout(seconds: float) -> float:
    """Return a timeout in seconds; ConfigurationError for what is none."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 < seconds < 1e6:
        raise ConfigurationError(f"timeout must be a number of seconds above 0, not {seconds!r}")
    return float(seconds)
