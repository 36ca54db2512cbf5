"""What is shipped: the wheel holds every document and loads them where no checkout is."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROGRAM = """
import clipwise, json, pathlib
from clipwise.formats import bundled
assert "site-packages" in clipwise.__file__, clipwise.__file__
assert bundled.folder().parent == pathlib.Path(clipwise.__file__).parent
formats = list(bundled.catalog())
assert all(each.complete and each.inputs and not each.notes for each in formats)
assert clipwise.check({"format": "ugc_video", "script": "Hello."}) == []
print(len(formats), len(bundled.known().inputs))
"""


@pytest.mark.slow
def test_the_wheel_is_complete(tmp_path):
    """Built, installed elsewhere without the checkout, it loads all 22 documents and what is known beyond them."""
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, timeout=120)
    wheel = next(tmp_path.glob("*.whl"))
    names = zipfile.ZipFile(wheel).namelist()
    assert sum(name.startswith("clipwise/schemas_cache/formats/") for name in names) == 22
    assert {"clipwise/py.typed", "clipwise/schemas_cache/inputs.json", "clipwise/schemas_cache/manifest.json"} <= set(
        names
    )
    assert not [name for name in names if name.startswith(("tests/", "examples/"))]

    # The wheel itself goes into an empty environment; what it needs is borrowed from this one.
    venv.create(tmp_path / "env", with_pip=True)
    python = str(next((tmp_path / "env").glob("[bS]*/python*")))
    pip = [python, "-m", "pip", "install", "-q", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(pip, check=True, timeout=120, capture_output=True)
    site = next((tmp_path / "env").rglob("site-packages"))
    paths = [str(site), *(path for path in sys.path if path.endswith("site-packages"))]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    ran = subprocess.run(
        [python, "-c", PROGRAM], capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split() == ["22", "55"]
