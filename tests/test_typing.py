"""What type checkers see of clipwise: a program that uses it passes them in their strict modes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONSUMER = Path(__file__).parent / "consumer" / "consumer.py"


@pytest.mark.slow
def test_a_consumer_passes_mypy_in_strict_mode(tmp_path):
    """`py.typed` is there, and no name that users need is untyped."""
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), str(CONSUMER)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False, cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout


@pytest.mark.slow
def test_a_consumer_passes_pyright(tmp_path):
    """The same for pyright, in its strict mode; basedpyright is the release of it that installs without a download."""
    program = shutil.which("basedpyright", path=str(Path(sys.executable).parent))
    assert program, "basedpyright is in the extra dev"
    (tmp_path / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict", "reportMissingModuleSource": false}')
    (tmp_path / "consumer.py").write_text(CONSUMER.read_text())
    command = [program, "--pythonpath", sys.executable, "--project", str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False, cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout
