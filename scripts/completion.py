"""Write clipwise/cli/completion.json: what the shells complete, made of the command line and of the bundled documents.

With --check nothing is written, and the exit code is 1 when the file is out of date.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from clipwise.cli.app import build
from clipwise.cli.complete import SHIPPED
from clipwise.cli.generate import OPTIONS
from clipwise.cli.offers import described
from clipwise.cli.session import ANYWHERE, Session
from clipwise.formats import bundled


def completion() -> str:
    """The file as it should be."""
    content = described(build(Session()), OPTIONS, ANYWHERE, bundled.catalog())
    return json.dumps(content, indent=0, ensure_ascii=False) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when it is out of date")
    check: bool = parser.parse_args().check
    path, right = Path(SHIPPED), completion()
    if path.is_file() and path.read_text(encoding="utf-8") == right:
        return 0
    if check:
        print(f"{path} is out of date: run python scripts/completion.py")
        return 1
    path.write_text(right, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
