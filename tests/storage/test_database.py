"""Opening, writing at once, and one clear line for everything that a database refuses."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text, update

from config.errors import StorageError
from storage.database import Database, integrity_problem
from storage.schema import SCHEMA_VERSION, about, message

NOON = datetime(2020, 10, 10, 12, tzinfo=UTC)


def set_value(database: Database, key: str, value: str) -> None:
    with database.writing() as connection:
        connection.execute(insert(about).values(key=key, value=value))


def value_of(database: Database, key: str) -> str | None:
    with database.reading() as connection:
        return connection.execute(select(about.c.value).where(about.c.key == key)).scalar()


def test_what_was_written_is_there_after_opening_again(url: str) -> None:
    with contextlib.closing(Database(url)) as first:
        set_value(first, "office", "Phòng GD&ĐT Tuần Giáo")
    with contextlib.closing(Database(url)) as again:
        assert value_of(again, "office") == "Phòng GD&ĐT Tuần Giáo"
        assert value_of(again, "schema_version") == str(SCHEMA_VERSION)


def test_a_block_that_raises_writes_nothing(database: Database) -> None:
    def fail_halfway() -> None:
        with database.writing() as connection:
            connection.execute(insert(about).values(key="half", value="done"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert value_of(database, "half") is None


def test_concurrent_writers_lose_nothing(database: Database) -> None:
    set_value(database, "count", "0")
    errors: list[BaseException] = []

    def add(times: int) -> None:
        try:
            for _ in range(times):
                with database.writing() as connection:
                    query = select(about.c.value).where(about.c.key == "count")
                    count = int(connection.execute(query).scalar_one())
                    connection.execute(update(about).where(about.c.key == "count").values(value=str(count + 1)))
        except StorageError as error:
            errors.append(error)

    threads = [threading.Thread(target=add, args=(15,)) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert errors == []
    assert value_of(database, "count") == "60"


def test_a_reader_sees_one_moment(database: Database) -> None:
    set_value(database, "seen", "before")
    with database.reading() as connection:
        query = select(about.c.value).where(about.c.key == "seen")
        assert connection.execute(query).scalar() == "before"
        with database.writing() as writer:
            writer.execute(update(about).where(about.c.key == "seen").values(value="after"))
        assert connection.execute(query).scalar() == "before"
    assert value_of(database, "seen") == "after"


def test_moments_come_back_to_the_microsecond_and_a_naive_one_is_refused(database: Database) -> None:
    moment = datetime.fromisoformat("2020-10-15T23:59:59.123456+07:00")
    with database.writing() as connection:
        connection.execute(insert(message).values(sha256="a" * 64, size=1, received_at=moment, fetched_at=NOON))
    with database.reading() as connection:
        assert connection.execute(select(message.c.received_at)).scalar() == moment
    naive = moment.replace(tzinfo=None)
    with pytest.raises(StorageError, match="time zone"), database.writing() as connection:
        connection.execute(insert(message).values(sha256="b" * 64, size=1, received_at=naive, fetched_at=NOON))


def test_a_newer_schema_is_refused_and_left_as_it_is(url: str) -> None:
    with contextlib.closing(Database(url)) as database, database.writing() as connection:
        connection.execute(update(about).where(about.c.key == "schema_version").values(value=str(SCHEMA_VERSION + 1)))
    for _ in range(2):
        with pytest.raises(StorageError, match="start the newer Thubao") as refused:
            Database(url)
        assert "\n" not in str(refused.value)


def test_a_whole_database_has_no_problem(database: Database) -> None:
    assert integrity_problem(database) == ""


# --- SQLite files ----------------------------------------------------------------------------------------------------------


def test_sqlite_is_as_durable_as_it_can_be(tmp_path: Path) -> None:
    with contextlib.closing(Database(f"sqlite:///{tmp_path / 'a.sqlite3'}")) as database, database.reading() as connection:
        pragmas = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_writing_transaction_holds_the_lock_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    with contextlib.closing(Database(f"sqlite:///{path}")) as database:
        other = sqlite3.connect(path, timeout=0, isolation_level=None)
        with contextlib.closing(other), database.writing(), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")


@pytest.mark.parametrize("content", [b"this is no database, it is a letter" * 100, bytes(range(256)) * 40])
def test_a_file_that_is_no_database_is_one_clear_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.sqlite3"
    path.write_bytes(content)
    with pytest.raises(StorageError, match="no database; restore the last backup") as refused:
        Database(f"sqlite:///{path}")
    assert "\n" not in str(refused.value)
    assert path.read_bytes() == content


def test_a_damaged_file_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    with contextlib.closing(Database(f"sqlite:///{path}")) as database:
        for number in range(200):
            set_value(database, f"key {number}", "x" * 500)
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(StorageError, match="damaged") as refused, contextlib.closing(Database(f"sqlite:///{path}")) as database:
        value_of(database, "key 7")
    assert "\n" not in str(refused.value)


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, not a folder")
    with pytest.raises(StorageError, match="cannot make the folder") as refused:
        Database(f"sqlite:///{tmp_path / 'data' / 'thubao.sqlite3'}")
    assert "\n" not in str(refused.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")
@pytest.mark.needs_root
def test_a_folder_of_somebody_else_is_one_clear_line(tmp_path: Path) -> None:
    """A child becomes nobody, for whom every folder here may only be read."""
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o055)
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        os.setuid(65534)
        try:
            Database(f"sqlite:///{tmp_path / 'thubao.sqlite3'}")
            said = "opened"
        except StorageError as error:
            said = str(error)
        os.write(writes, said.encode())
        os._exit(0)
    os.close(writes)
    os.waitpid(child, 0)
    with os.fdopen(reads) as pipe:
        said = pipe.read()
    assert "belongs to the user that runs Thubao" in said
    assert "\n" not in said
