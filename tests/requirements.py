"""What the tests need that Python's packages do not bring: one place that finds it, or skips with the reason.

Under CI=true nothing is skipped: what is missing fails. `.ci/install-servers`, run by `make test`, installs all of it.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

_POSTGRESQL = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name), reverse=True)
SYSTEM_PATH = os.pathsep.join(
    (os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", "/usr/lib/dovecot", *map(str, _POSTGRESQL))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A program of the system: what it is called, which Debian package has it, what it is for."""

    commands: tuple[str, ...]  # any one of these
    package: str
    purpose: str


DOVECOT = Requirement(commands=("dovecot",), package="dovecot-imapd", purpose="a real IMAP server")
LMTP = Requirement(commands=("lmtp",), package="dovecot-lmtpd", purpose="deliver the same mail twice")
OPENSSL = Requirement(commands=("openssl",), package="openssl", purpose="make the test servers' certificates")
LIBREOFFICE = Requirement(
    commands=("soffice", "libreoffice"),
    package="libreoffice-calc-nogui libreoffice-writer-nogui",
    purpose="open and recalculate what we make",
)
TESSERACT = Requirement(commands=("tesseract",), package="tesseract-ocr tesseract-ocr-vie", purpose="read scanned pages")
POPPLER = Requirement(commands=("pdftoppm",), package="poppler-utils", purpose="turn PDF pages into pictures")
UNAR = Requirement(commands=("unar",), package="unar", purpose="unpack rar archives")
ANTIWORD = Requirement(commands=("antiword",), package="antiword", purpose="read old Word files")
STRACE = Requirement(commands=("strace",), package="strace", purpose="kill the program at a chosen system call")
POSTGRESQL = Requirement(commands=("initdb",), package="postgresql", purpose="keep the records on a second database")
EVERYTHING = (DOVECOT, LMTP, OPENSSL, LIBREOFFICE, TESSERACT, POPPLER, UNAR, ANTIWORD, STRACE, POSTGRESQL)


def found(requirement: Requirement) -> str | None:
    """The program's path, or None."""
    return next(filter(None, (shutil.which(each, path=SYSTEM_PATH) for each in requirement.commands)), None)


def need(requirement: Requirement) -> str:
    """The program's path. Without it the calling test is skipped with the reason, or fails under CI=true."""
    path = found(requirement)
    if path is None:
        reason = f"needs {requirement.commands[0]} to {requirement.purpose}: apt-get install {requirement.package}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path
