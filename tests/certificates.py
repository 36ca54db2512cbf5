"""Certificates for servers on loopback, made once."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """A certificate of our own for 127.0.0.1, one for another host, one that has expired."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl to make certificates with")
    folder = tmp_path_factory.mktemp("tls")
    made = {}
    for name, host, days in [
        ("good", "IP:127.0.0.1", "2"),
        ("other-host", "DNS:other.example", "2"),
        ("expired", "IP:127.0.0.1", "-1"),
    ]:
        certificate, key, asked, names = (str(folder / f"{name}.{suffix}") for suffix in ("pem", "key", "csr", "ext"))
        Path(names).write_text(f"subjectAltName={host}\n")
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=stub"]
        for command in (
            [openssl, "req", *curve, "-keyout", key, "-out", asked],
            [
                openssl,
                "x509",
                "-req",
                "-in",
                asked,
                "-signkey",
                key,
                "-days",
                days,
                "-extfile",
                names,
                "-out",
                certificate,
            ],
        ):
            subprocess.run(command, capture_output=True, check=True, timeout=60)
        made[name] = certificate, key
    return made
