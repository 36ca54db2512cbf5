"""Write schemas_cache/manifest.json: the size and hash of each file of the bundled snapshot.

When the snapshot was taken, and from where, is kept as the manifest says it: change that by hand, with the
documents. With --check nothing is written, and the exit code is 1 when the manifest is out of date.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

SNAPSHOT = Path(__file__).resolve().parent.parent / "schemas_cache"
MANIFEST = SNAPSHOT / "manifest.json"


def entry(path: Path) -> dict[str, str | int]:
    data = path.read_bytes()
    return {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


def manifest() -> bytes:
    """The manifest as it should be, byte for byte."""
    files = {path.relative_to(SNAPSHOT).as_posix(): path for path in SNAPSHOT.rglob("*.json")}
    del files[MANIFEST.name]
    kept = json.loads(MANIFEST.read_bytes())
    kept["files"] = {name: entry(files[name]) for name in sorted(files)}
    return (json.dumps(kept, indent=2, ensure_ascii=False) + "\n").encode()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when it is out of date")
    check: bool = parser.parse_args().check
    right = manifest()
    if MANIFEST.read_bytes() == right:
        return 0
    if check:
        print(f"{MANIFEST} is out of date: run python scripts/manifest.py")
        return 1
    MANIFEST.write_bytes(right)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
