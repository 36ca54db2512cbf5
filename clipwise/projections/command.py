"""A format as a command: flags made from its signature, and the texts of the command line made into values.

The flags read the signature, so that the two cannot disagree. Only this projection knows cyclopts.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from ..errors import ClipwiseError
from ..files import opened, outside
from ..formats.document import Format, Input
from ..text import names_text_file, printable
from .signature import facts, in_order, spellings, type_text, unused
from .texts import value_of_texts

# Flags of the command line itself; an input of such a name gets `--input-…`, so that it swallows none of them.
RESERVED = frozenset(
    [
        "help",
        "h",
        "version",
        "json",
        "offline",
        "sandbox",
        "api-key",
        "base-url",
        "timeout",
        "wait",
        "output",
        "poll-interval",
        "idempotency-key",
        "input",
        "format",
        "spec",
        "dry-run",
        "check-resources",
        "cancel-on-interrupt",
        "upload-root",
        "catalog",
    ]
)
OWN = "__own_"  # no input is spelled so; keeps the parameters of the command itself apart from inputs of the same name
MAX_TEXT_BYTES = 8 * 2**20


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag: its name with the dashes, the parameter that it fills, and the input that it stands for.

    With a `path` it fills one place inside the input's value, and `input` says what may stand there.
    """

    name: str
    parameter: str
    input: Input
    path: tuple[str, ...] = ()

    @property
    def negative(self) -> str:
        """The flag that switches this one off; empty where it is no switch."""
        return f"--no-{self.name[2:]}" if self.input.switch else ""


def to_flags(format: Format) -> list[Flag]:
    """Return a flag for every listed input, in the order of the signature, then one for every other accepted name.

    Another name that is the Python spelling of a listed input is that input's flag already.
    """
    listed = [(name, format.by_name[each.name]) for name, each in in_order(format)]
    wires = {name for name, _ in listed}
    others = spellings((*wires, *(each.name for each in format.also)))
    listed += [(others[each.name], each) for each in format.also if each.name not in wires]
    taken: dict[str, int] = {}
    flags = [Flag(f"--{unused(_flag_name(parameter), taken, '-')}", parameter, each) for parameter, each in listed]
    return flags + [part for _, each in listed if each.flag_prefix for part in _parts(each, taken)]


def _parts(each: Input, taken: dict[str, int]) -> Iterator[Flag]:
    """Make flags for the places inside an object: `--subtitle-position-y` fills `position.y` of it."""
    for path, schema in _places(each.schema, ()):
        words = [re.sub(r"[\W_]+", "-", word.lower()).strip("-") or "x" for word in path]
        first = words[0].removeprefix(f"{each.flag_prefix}-")
        name = unused("-".join([each.flag_prefix, first, *words[1:]]), taken, "-")
        about = f"{path[-1] if len(path) == 1 else ' '.join(path)} of {each.name}"
        about = printable(about, 200)
        parameter = f"{OWN}part_{len(taken)}"  # the name just taken is one more
        yield Flag(f"--{name}", parameter, Input(each.name, schema=schema, description=about), path)


def _places(schema: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    properties = schema.get("properties")
    for name, rule in properties.items() if isinstance(properties, Mapping) else ():
        if isinstance(rule, Mapping) and rule.get("type") == "object" and rule.get("properties"):
            yield from _places(rule, (*path, name))
        elif isinstance(rule, Mapping):
            yield (*path, name), rule


@functools.lru_cache(maxsize=4096)
def _flag_name(parameter: str) -> str:
    """`--no-x` switches `--x` off, so nothing else may be called that."""
    plain = re.sub(r"[\W_]+", "-", parameter.lower()).strip("-") or "x"
    return f"input-{plain}" if plain in RESERVED or plain.startswith("no-") else plain


def to_command(
    format: Format,
    run: Callable[[dict[str, Any]], Any],
    options: inspect.Signature,
    others: Sequence[Input] = (),
) -> Callable[..., Any]:
    """Return a function for cyclopts: a parameter for each flag, then the `options` of the command itself.

    `others` are inputs of other formats: their flags are taken too, though no help shows them, so that the check can
    say what is wrong with them. It calls `run` with the inputs that were given, as texts, by their wire names, the
    `parts` of inputs as (flag, text), and the options by their names.
    """
    flags = to_flags(format)
    taken = {flag.name[2:]: 2 for flag in flags}
    hidden = [
        Flag(f"--{unused(_flag_name(each.name), taken, '-')}", f"{OWN}also_{place}", each)
        for place, each in enumerate(others)
    ]
    wires = {flag.parameter: flag.input.name for flag in (*flags, *hidden) if not flag.path}
    places = {flag.parameter: flag for flag in flags if flag.path}

    def command(**given: Any) -> Any:
        inputs = {wires[name]: value for name, value in given.items() if name in wires and value not in (None, [])}
        parts = [(places[name], value) for name, value in given.items() if name in places and value is not None]
        chosen = {each.name: given.get(OWN + each.name, each.default) for each in options.parameters.values()}
        return run({"inputs": inputs, **({"parts": parts} if places else {}), **chosen})

    own = [each.replace(name=OWN + each.name) for each in options.parameters.values()]
    shown = [*map(_parameter, flags), *(_parameter(each, show=False) for each in hidden)]
    command.__signature__ = inspect.Signature([*shown, *own])  # type: ignore[attr-defined]
    # cyclopts reads the annotations before the signature; only the signature is right.
    command.__annotations__ = {}
    command.__doc__ = None
    return command


def _parameter(flag: Flag, show: bool = True) -> inspect.Parameter:
    from cyclopts import Group, Parameter

    each = flag.input
    kind: Any = bool if each.switch else list[str] if each.many else str
    more: dict[str, Any] = {"metavar": metavar(each)} if _knows_metavar() and not each.switch else {}
    told = Parameter(
        name=flag.name,
        help=help_text(each),
        group=Group(group_of(flag)),
        negative=flag.negative,
        show=show,
        show_default=False,
        required=False,
        show_choices=False,
        **more,
    )
    return inspect.Parameter(
        flag.parameter, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind | None, told]
    )


def group_of(flag: Flag) -> str:
    """Return under which head a flag stands in the help."""
    each = flag.input
    if flag.path:
        return f"Parts of {each.name}"
    if each.unlisted or each.description.startswith("another name for"):
        return "Also accepted"
    return "Required inputs" if each.required else "Inputs"


def help_rows(format: Format) -> dict[str, list[tuple[str, str]]]:
    """Return what the help says of each flag, by the heads under which they stand."""
    flags = to_flags(format)
    parts = dict.fromkeys(group_of(flag) for flag in flags if flag.path)
    rows: dict[str, list[tuple[str, str]]] = {
        head: [] for head in ("Required inputs", "Inputs", "Also accepted", *parts)
    }
    for flag in flags:
        label = ", ".join(filter(None, (f"{flag.name} {metavar(flag.input)}".strip(), flag.negative)))
        rows[group_of(flag)].append((label, help_text(flag.input)))
    return rows


@functools.lru_cache
def _knows_metavar() -> bool:
    """Whether cyclopts has a word for what a flag takes: older releases have none."""
    from cyclopts import Parameter

    return "metavar" in inspect.signature(Parameter).parameters


def metavar(each: Input) -> str:
    """Say in a word what a flag takes; nothing for a switch."""
    if each.switch:
        return ""
    types = each.schema.get("items", {}).get("type", "string") if each.many else (each.types or ("string",))[0]
    named = {"integer": "N", "number": "N", "object": "JSON", "boolean": "BOOL"}.get(str(types), "TEXT")
    taken = "|".join(take.upper() for take in ("file", "id", "url") if take in each.takes)
    return (taken or named) + (",…" if each.many else "")


def help_text(each: Input) -> str:
    """Return what the help of a flag says: what the input is, its type, its choices, an example."""
    kind = {"text": "text, or a text file", "json": "JSON, or a JSON file"}.get(each.text_from, type_text(each))
    if each.many:
        kind += ", by comma or repeated"
    said = [f"[{kind}]", *facts(each)]
    if not each.choices and not each.suggestions and _is_telling(each):
        example = printable(each.example, 60)
        said.append(f"e.g. {example}")
    text = f"{each.description} " if each.description else ""
    return printable(text + "; ".join(said), 4000)


def _is_telling(each: Input) -> bool:
    """An example of a switch or of an id says nothing that the type does not."""
    return isinstance(each.example, (str, int, float)) and not isinstance(each.example, bool) and not each.takes


def joined(format: Format, tokens: Sequence[str]) -> list[str]:
    """Return the arguments with each value that a parser would take for something else tied to its flag.

    `--script "- a list"` is a text, though it begins with a hyphen; `--flag false` switches a flag off.
    """
    kinds = {flag.name: flag.input.switch for flag in to_flags(format)}
    found: list[str] = []
    for token in tokens:
        last = found[-1] if found else ""
        is_text = token.startswith("-") and (any(char.isspace() for char in token) or token == "-")
        is_switch = token.lower() in ("true", "false", "yes", "no")
        if last in kinds and (is_switch if kinds[last] else is_text):
            found[-1] = f"{last}={token}"
        else:
            found.append(token)
    return found


# --- texts of the command line -> values ------------------------------------------------------------------------------


def to_inputs(
    format: Format,
    given: Mapping[str, Any],
    parts: Sequence[tuple[Flag, Any]] = (),
    others: Sequence[Input] = (),
    root: Path | None = None,
) -> dict[str, Any]:
    """Return the texts that were given as the values that the document asks for; `parts` go over what holds them.

    A text that cannot become such a value stays as it is, for the check to explain. ClipwiseError for a text file that
    cannot be read, or that is outside `root`, if there is one.
    """
    known = {**{each.name: each for each in others}, **format.by_name}
    inputs = {name: value_of(known[name], value, root) for name, value in given.items()}
    for flag, value in parts:
        held = inputs.get(flag.input.name, {})
        if isinstance(held, dict):  # anything else is wrong, and the check says so
            inputs[flag.input.name] = _with_part(held, flag.path, value_of(flag.input, value, root))
    return inputs


def _with_part(held: Mapping[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    inner = held.get(path[0]) if len(path) > 1 else None
    return {**held, path[0]: value if len(path) == 1 else _with_part(_held(inner), path[1:], value)}


def _held(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def value_of(each: Input, given: Any, root: Path | None = None) -> Any:
    """Return one input's value from its flag: a text, the texts of a repeated flag, or a switch."""
    if isinstance(given, bool):
        return given
    texts = [given] if isinstance(given, str) else list(given)
    if each.text_from and not each.many:
        texts = [_from_file(each, texts[-1], root)]
    return value_of_texts(each, texts)


def _from_file(each: Input, text: str, root: Path | None) -> str:
    """A text input is given as text or as the path of a file that holds it."""
    try:
        path = Path(text)
        if len(text) > 1024 or "\n" in text or not path.is_file():
            if each.text_from == "text" and names_text_file(text):
                raise ClipwiseError(f"{each.name}: there is no file {printable(text, 200)!r}", code="invalid_argument")
            return text
        if outside(path, root):
            raise ClipwiseError(
                f"{each.name}: the file {printable(text, 200)!r} is outside the upload root {root}",
                code="invalid_upload",
            )
        if path.stat().st_size > MAX_TEXT_BYTES:
            raise ClipwiseError(f"{each.name}: the file {printable(text, 200)!r} is too large to be its text")
        with opened(path, root) as file:
            return file.read().decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise ClipwiseError(f"{each.name}: the file {printable(text, 200)!r} is not UTF-8 text") from None
    except (OSError, ValueError):
        return text
