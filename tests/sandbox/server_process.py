"""A sandbox server as a process of its own: `python server_process.py DATA_DIR`; prints its URL and key as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from clipwise.sandbox.serving import Settings, run


def _ready(base_url: str, api_key: str) -> None:
    print(json.dumps({"base_url": base_url, "api_key": api_key}), flush=True)


if __name__ == "__main__":
    run("127.0.0.1", 0, Path(sys.argv[1]), ready=_ready, settings=Settings(renderers="server_renderers:TABLE"))
