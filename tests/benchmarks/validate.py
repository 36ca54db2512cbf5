"""`clipwise validate` on large files, against a reader that only parses, the plain jsonschema loop, a small file."""

from __future__ import annotations

import contextlib
import gc
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from .rows import Figure, Limit, Row

WORDS = """
I tried this for a week and now take it everywhere because honestly nothing else feels this light on the skin so if
you wait you will miss the launch price today friends
""".split()  # noqa: SIM905
SPECS, LARGE, SMALL = 200_000, 5_000_000, 50_000


def lines(count: int, wrong: float = 0.01) -> Iterator[str]:
    """Specs as people write them, some of them wrong in one of five ways."""
    chance = random.Random(1)
    for _ in range(count):
        spec: dict[str, Any] = {
            "format": "ugc_video",
            "script": " ".join(chance.choices(WORDS, k=chance.randint(40, 60))).capitalize() + ".",
            "avatar": f"avatar_{chance.choice(['maya', 'tom', 'lena', 'otto'])}",
            "voice": f"voice_{chance.choice(['heart', 'bella'])}",
            "product_images": [f"pimg_{chance.randint(1, 500)}", f"pimg_{chance.randint(1, 500)}"],
            "generate_subtitle": True,
        }
        if chance.random() < wrong:
            yield chance.choice(WRONG)(spec)
        else:
            yield json.dumps(spec)


def _without(spec: dict[str, Any], name: str) -> str:
    return json.dumps({key: value for key, value in spec.items() if key != name})


WRONG: list[Callable[[dict[str, Any]], str]] = [
    lambda spec: _without(spec, "script"),
    lambda spec: json.dumps({**spec, "generate_subtitle": "yes"}),
    lambda spec: json.dumps({**spec, "avatar": 7}),
    lambda spec: json.dumps({**spec, "product_images": "pimg_1"}),
    lambda spec: json.dumps(spec)[:-5],
]


@contextlib.contextmanager
def written(count: int) -> Iterator[Path]:
    """A file of so many specs: a piece of at most 200,000, again and again."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "specs.jsonl"
        piece = "".join(f"{line}\n" for line in lines(min(count, SPECS if count <= SPECS else 1000)))
        with path.open("w") as file:
            for _ in range(max(1, count // piece.count("\n"))):
                file.write(piece)
        yield path


def parsed(path: Path) -> None:
    """Read and parse, and nothing else."""
    import orjson

    with path.open("rb") as file:
        for line in file:
            try:  # noqa: SIM105  (a context manager would take longer than the parser)
                orjson.loads(line)
            except ValueError:
                pass


def validated(path: Path) -> None:
    """The command, but for the start of the interpreter; what it prints goes nowhere."""
    from clipwise.cli import main

    with open("/dev/null", "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):  # noqa: PTH123
        assert main(["validate", str(path), "--offline"]) == 2


def looped(path: Path) -> None:
    """What one would write by hand: json and jsonschema."""
    from jsonschema import Draft202012Validator

    from clipwise.formats import bundled
    from clipwise.projections.schema import to_json_schema

    format = bundled.catalog().find("ugc_video")
    assert format is not None
    judge = Draft202012Validator(to_json_schema(format))
    with path.open() as file:
        for line in file:
            with contextlib.suppress(ValueError):
                spec = json.loads(line)
                spec.pop("format")
                list(judge.iter_errors(spec))


def cpu(function: Callable[[Path], None], path: Path, times: int = 3) -> float:
    """The least CPU time of some runs, in seconds."""
    best = float("inf")
    for _ in range(times):
        gc.collect()
        began = time.process_time()
        function(path)
        best = min(best, time.process_time() - began)
    return best


def against_parsing() -> Figure:
    with written(SPECS) as path:
        validated(path)
        return Figure(cpu(validated, path), cpu(parsed, path), "s")


def against_jsonschema() -> Figure:
    """A tenth of the lines for the loop: it takes the same for each."""
    with written(SPECS) as path, written(SPECS // 10) as part:
        validated(path)
        return Figure(cpu(validated, path), 10 * cpu(looped, part, 1), "s")


PEAK = (
    "import sys; from clipwise.cli import main; main(['validate', sys.argv[1], '--offline']); "
    "from tests.benchmarks.rows import peak_mb; print(peak_mb(), file=sys.stderr)"
)
ROOT = Path(__file__).parents[2]


def peak(path: Path) -> float:
    """The most memory that the command took, in MB."""
    command = [sys.executable, "-c", PEAK, str(path)]
    ran = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    return float(ran.stderr.split()[-1])


def memory() -> Figure:
    with written(SMALL) as path:
        small = peak(path)
    with written(LARGE) as path:
        return Figure(peak(path), small, "MB")


WHAT = f"validate on {SPECS:,} specs, 1 % wrong"
ROWS = (
    Row(WHAT, "reading and parsing with orjson alone", Limit("times", 2.5), against_parsing),
    Row(WHAT, "the plain jsonschema loop", Limit("quicker", 20), against_jsonschema),
    Row(f"peak memory of validate on {LARGE:,} lines", f"on {SMALL:,} lines", Limit("more", 20), memory),
)
