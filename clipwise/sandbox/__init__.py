"""The sandbox: a real HTTP server on this machine that speaks the API and makes real films without a key.

A wing of its own: of the client it knows the format documents and nothing else, so that the two can disagree.
Importing this package costs nothing; `serving` runs the server.
"""

from __future__ import annotations

from importlib.util import find_spec

EXTRA = "pip install 'clipwise[sandbox]'"
# What has to be importable -> the distribution that brings it.
NEEDED = {
    "starlette": "starlette",
    "uvicorn": "uvicorn",
    "python_multipart": "python-multipart",
    "av": "av",
    "PIL": "pillow",
    "numpy": "numpy",
}


def require_extra() -> None:
    """Raise ImportError, naming the extra to install, when a package that the sandbox needs is not there."""
    missing = [distribution for module, distribution in NEEDED.items() if find_spec(module) is None]
    if missing:
        raise ImportError(f"the sandbox needs {', '.join(missing)}: {EXTRA}", name=missing[0])
