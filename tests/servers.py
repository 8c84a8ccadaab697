"""The real servers and programs of the tests, as fixtures. `tests/conftest.py` offers them to every test.

dovecot         a fresh, empty mailbox of a user of its own on this worker's Dovecot
smtp_sink       a fresh aiosmtpd that records what it is given and answers as told
certificates    a private authority and a certificate for localhost
libreoffice     LibreOffice headless, a profile of its own for every call
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.requirements import DOVECOT, LIBREOFFICE, OPENSSL, need
from tests.servers_certificates import Certificates, make_certificates
from tests.servers_dovecot import DovecotProcess, DovecotServer
from tests.servers_libreoffice import LibreOffice
from tests.servers_smtp import SmtpSink

__all__ = [
    "Certificates",
    "DovecotProcess",
    "DovecotServer",
    "LibreOffice",
    "SmtpSink",
    "certificates",
    "dovecot",
    "dovecot_process",
    "libreoffice",
    "smtp_sink",
]


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """A short path of its own for this worker's servers: Unix sockets allow 107 characters, Dovecot drops root's rights."""
    folder = Path(tempfile.mkdtemp(prefix="thubao-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def certificates(server_folder: Path) -> Certificates:
    """A private authority, and a certificate it gave to localhost and 127.0.0.1."""
    return make_certificates(need(OPENSSL), server_folder / "tls")


@pytest.fixture(scope="session")
def dovecot_process(server_folder: Path, certificates: Certificates) -> Iterator[DovecotProcess]:
    """This worker's Dovecot, started once."""
    process = DovecotProcess(program=need(DOVECOT), folder=server_folder / "dovecot", certificates=certificates)
    process.start()
    yield process
    process.stop()


@pytest.fixture
def dovecot(dovecot_process: DovecotProcess) -> DovecotServer:
    """An empty mailbox of a new user; the server runs, whatever the test before did to it."""
    dovecot_process.start()
    return dovecot_process.new_user()


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """A mail server that takes everything until told otherwise. No TLS, no log-in: see `SmtpSink` for those."""
    with SmtpSink() as sink:
        yield sink


@pytest.fixture(scope="session")
def libreoffice() -> LibreOffice:
    """LibreOffice headless."""
    return LibreOffice(program=need(LIBREOFFICE))
