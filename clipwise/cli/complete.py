"""What could stand where the cursor is: asked by the shell at every press of the TAB key, so it is quick.

Commands and flags are read from data that `offers` makes of the command line itself and of the documents. Loads next
to nothing: no parser, no client, no document.
"""

from __future__ import annotations

import json
import os
import sys

TYPE_CHECKING = False  # as in the package: typing would take longer than all of this
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

SHIPPED = os.path.join(os.path.dirname(__file__), "completion.json")  # noqa: PTH118, PTH120  (pathlib is slow to load)
FORMAT = "format"  # what takes the name of a format; "file" and "text" are left to the shell


def answer(asked: Sequence[str]) -> int:
    """Print what could stand in the place of the last word, with what it means; nothing where a file could stand.

    The first word is the name of the shell. A line that cannot be completed is no error.
    """
    shell, words = (asked[0], list(asked[1:])) if asked else ("", [])
    try:
        # A broken file of ours must not spoil the line that somebody writes.
        lines = list(completed(joined(words) if shell == "bash" else words, known()))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return 0
    for word, meaning in lines:
        # bash takes the `=` for the beginning of a word of its own
        shown = word.partition("=")[2] if shell == "bash" and word.startswith("-") and "=" in word else word
        sys.stdout.write(f"{shown}\t{meaning}\n")
    return 0


def known() -> dict[str, Any]:
    """Return what ships with the package, with what was kept of this account's own formats."""
    with open(SHIPPED, "rb") as file:  # noqa: PTH123
        shipped: dict[str, Any] = json.loads(file.read())
    try:
        with open(kept_at(os.environ), "rb") as file:  # noqa: PTH123
            kept = json.loads(file.read())
        # Of a format that is only named there, more is known here.
        shipped["formats"] |= {
            name: each for name, each in kept.items() if each["flags"] or name not in shipped["formats"]
        }
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        pass
    return shipped


def kept_at(environment: Any) -> str:
    """Return where the formats of the account that these settings lead to are kept for completion.

    Named after a hash of the settings, so that the formats of one account are never shown to another.
    """
    home = os.path.expanduser(environment.get("CLIPWISE_HOME") or "~/.clipwise")  # noqa: PTH111
    folder = os.path.join(home, "cache", "completion")  # noqa: PTH118
    if not os.path.isdir(folder):  # noqa: PTH112
        return ""
    from hashlib import sha256

    config = environment.get("CLIPWISE_CONFIG_PATH") or os.path.join(home, "config.json")  # noqa: PTH118
    try:
        with open(config, "rb") as file:  # noqa: PTH123
            saved = file.read(2**20)
    except OSError:
        saved = b""
    named = ("CLIPWISE_API_KEY", "CLIPWISE_BASE_URL", "CLIPWISE_CATALOG")
    told = "\n".join(environment.get(name, "") for name in named).encode(errors="surrogatepass")
    return os.path.join(folder, sha256(told + b"\n" + saved).hexdigest()[:32] + ".json")  # noqa: PTH118


def joined(words: Sequence[str]) -> list[str]:
    """Return the words of a line of bash, which cuts `--flag=value` in three."""
    found: list[str] = []
    for word in words:
        last = found[-1] if found else ""
        if last.startswith("--") and (word == "=" or last.endswith("=")):
            found[-1] = last + word
        else:
            found.append(word)
    return found


def completed(words: Sequence[str], data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what the last of the words could become, and what each means."""
    here = Line(data)
    for word in words[:-1]:
        here.read(word)
    current = words[-1] if words else ""
    name, given, value = current.partition("=")
    if here.wanted is not None:
        yield from _starting(current, here.values(here.wanted))
    elif current.startswith("-") and given:
        takes = here.flags().get(name, ("", ""))[0]
        yield from ((f"{name}={word}", about) for word, about in _starting(value, here.values(takes)))
    elif current.startswith("-"):
        yield from _starting(current, ((name, about) for name, (_, about) in here.flags().items()))
    else:
        yield from _starting(current, here.words())


def _starting(text: str, words: Any) -> Iterator[tuple[str, str]]:
    return ((word, about) for word, about in words if word.startswith(text))


class Line:
    """How far a line is read: the command that it names, and what the next word is for."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.node: dict[str, Any] = data
        self.wanted: Any = None  # what the flag just read takes
        self.flag = ""
        self.format = ""
        self.place = 0

    def read(self, word: str) -> None:
        """Read one whole word."""
        name, given, value = word.partition("=")
        if self.wanted is not None:
            self._took(self.flag, word)
            self.wanted = None
        elif word.startswith("-"):
            takes = self.flags().get(name, ("", ""))[0]
            if given:
                self._took(name, value)
            elif takes:
                self.wanted, self.flag = takes, name
        elif word in self.node.get("commands", {}) and not self.place:
            self.node = self.node["commands"][word]
        else:
            if self.kind() == FORMAT and not self.format:
                self.format = word
            self.place += 1

    def _took(self, flag: str, value: str) -> None:
        if flag == "--format":
            self.format = value

    def kind(self) -> Any:
        """Return what the next word without a flag is; empty when there is to be none."""
        takes = self.node.get("takes", [])
        if self.node.get("formats") and self.format:
            return ""
        return (
            takes[min(self.place, len(takes) - 1)] if takes and (self.place < len(takes) or self.node["many"]) else ""
        )

    def flags(self) -> dict[str, Any]:
        """Return every flag that may stand here, those of the format first."""
        own = self.data["formats"].get(self.format, {}).get("flags", {}) if self.node.get("formats") else {}
        return {**own, **self.node.get("flags", {}), **self.data["anywhere"]}

    def values(self, takes: Any) -> Any:
        """Return the values that something takes, as far as they are known."""
        if takes == FORMAT:
            return [(name, each["about"]) for name, each in self.data["formats"].items()]
        return [(each, "") for each in takes] if isinstance(takes, list) else []

    def words(self) -> Any:
        """Return what may stand here that is no flag; flags where there is no such thing."""
        if "commands" in self.node and not self.place:
            return [(name, each["about"]) for name, each in self.node["commands"].items()]
        kind = self.kind()
        return self.values(kind) if kind else [(name, about) for name, (_, about) in self.flags().items()]
