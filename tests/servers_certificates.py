"""A private certificate authority for the test servers, made by openssl."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

_AUTHORITY = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
_SERVER = (
    "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n"
    "subjectAltName=DNS:localhost,IP:127.0.0.1\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
)  # strict enough for Python 3.13, which checks these


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """Files in PEM. Clients trust `authority`; servers show `certificate` and hold `key`."""

    authority: Path
    certificate: Path
    key: Path


def make_certificates(openssl: str, folder: Path) -> Certificates:
    """An authority and a certificate for localhost and 127.0.0.1, good for two days."""
    folder.mkdir(parents=True)
    (folder / "authority.ext").write_text(_AUTHORITY)
    (folder / "server.ext").write_text(_SERVER)
    for name in ("authority", "server"):
        _run(openssl, folder, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.key")
        _run(openssl, folder, "req", "-new", "-key", f"{name}.key", "-subj", f"/CN=thubao test {name}", "-out", f"{name}.csr")
    sign = ("x509", "-req", "-days", "2", "-sha256")
    _run(
        openssl,
        folder,
        *sign,
        "-in",
        "authority.csr",
        "-signkey",
        "authority.key",
        "-extfile",
        "authority.ext",
        "-out",
        "authority.pem",
    )
    _run(
        openssl,
        folder,
        *sign,
        "-in",
        "server.csr",
        "-CA",
        "authority.pem",
        "-CAkey",
        "authority.key",
        "-CAcreateserial",
        "-extfile",
        "server.ext",
        "-out",
        "server.pem",
    )  # fmt: skip - one command
    return Certificates(authority=folder / "authority.pem", certificate=folder / "server.pem", key=folder / "server.key")


def _run(openssl: str, folder: Path, *arguments: str) -> None:
    subprocess.run([openssl, *arguments], cwd=folder, check=True, capture_output=True, timeout=60)
