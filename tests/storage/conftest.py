"""The same contract on every database: `database` is SQLite, and PostgreSQL where its server is installed."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from storage.database import Database
from tests.requirements import POSTGRESQL, need
from tests.servers_dovecot import free_port

_numbers = count(1)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a fresh PostgreSQL server of this worker's own."""
    programs = Path(need(POSTGRESQL)).parent
    user = pwd.getpwnam("postgres") if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    folder = Path(tempfile.mkdtemp(prefix="thubao-pg-"))
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    who = user.pw_uid if user is not None else None
    port = free_port()
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    data = str(folder / "data")

    def run(*command: str) -> None:
        subprocess.run(
            command, check=True, user=who, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120
        )

    run(str(programs / "initdb"), "-D", data, "-A", "trust", "-U", "thubao", "--no-sync", "-E", "UTF8", "--locale=C")
    run(str(programs / "pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"thubao@127.0.0.1:{port}"
    finally:
        run(str(programs / "pg_ctl"), "-D", data, "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'thubao.sqlite3'}"
    server: str = request.getfixturevalue("postgresql")
    name = f"t{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(f"postgresql://{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]  # a name of our own making
    return f"postgresql+psycopg://{server}/{name}"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """An empty database, open."""
    with contextlib.closing(Database(url)) as opened:
        yield opened
