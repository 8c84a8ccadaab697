"""Opening the database and its transactions: SQLite with full durability on one machine, PostgreSQL on several."""

from __future__ import annotations

import contextlib
import sqlite3
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event, insert, make_url, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from config.errors import StorageError
from config.text import Text
from storage.schema import SCHEMA_VERSION, about, metadata

_BUSY_SECONDS = 30
_WRITER = 0x7468756261_6F
"""The advisory lock that writers hold on PostgreSQL: any number that nobody else uses."""


class Database:
    """The one place where connections come from. Writing transactions take the write lock at once (BEGIN IMMEDIATE)."""

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        weakref.finalize(self, self._engine.dispose)  # one that nobody closed closes itself
        self._prepare()

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that may write: committed when the block ends, rolled back when it raises."""
        writer = self._engine.execution_options(thubao_writing=True)
        with _as_storage_error(), writer.begin() as connection:
            if connection.dialect.name == "postgresql":  # one writer at a time, as SQLite has it: the log is one chain
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER})")
            yield connection

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view for reading."""
        reader = self._engine
        if reader.dialect.name == "postgresql":
            reader = reader.execution_options(isolation_level="REPEATABLE READ")
        with _as_storage_error(), reader.connect() as connection, connection.begin():
            yield connection

    def copy_to(self, path: Path) -> None:
        """A consistent copy under this name, made while others write; an earlier copy is replaced only by a whole one."""
        partial = path.with_name(f".{path.name}.partial")
        if self._engine.dialect.name != "sqlite":
            raise StorageError("only SQLite is copied by Thubao; copy this database with its own program, such as pg_dump")
        try:
            partial.unlink(missing_ok=True)
            source, target = self._engine.raw_connection(), sqlite3.connect(partial)
            try:
                cast("sqlite3.Connection", source.driver_connection).backup(target)
                target.execute("PRAGMA journal_mode=DELETE")  # one file, whole in itself
            finally:
                target.close()
                source.close()
            partial.replace(path)
        except (sqlite3.Error, OSError) as error:
            partial.unlink(missing_ok=True)
            raise StorageError(f"cannot copy the database to {path}: {error}") from error

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def _prepare(self) -> None:
        with self.writing() as connection:
            metadata.create_all(connection)
            found = connection.execute(select(about.c.value).where(about.c.key == "schema_version")).scalar()
            if found is None:
                connection.execute(insert(about).values(key="schema_version", value=str(SCHEMA_VERSION)))
            elif int(found) > SCHEMA_VERSION:
                raise StorageError(
                    f"the database is of version {found}, this Thubao knows up to {SCHEMA_VERSION}: start the newer Thubao again"
                )


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True)
    if parsed.database and parsed.database != ":memory:":
        try:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"cannot make the folder of the database {parsed.database}: {error.strerror}") from error
    engine = create_engine(parsed, connect_args={"timeout": _BUSY_SECONDS, "isolation_level": None, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
    cursor = connection.cursor()
    # FULL, not NORMAL: with NORMAL a power cut loses rows that kill -9 would keep
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_SECONDS * 1000}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.execute("PRAGMA trusted_schema=OFF")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("thubao_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


_ADVICE = {
    "database is locked": Text(
        vi="chương trình khác giữ cơ sở dữ liệu quá lâu; dừng nó rồi chạy lại",
        en="another program holds the database for too long; stop it and start again",
    ),
    "database or disk is full": Text(
        vi="ổ đĩa đầy; giải phóng chỗ trống, không mất gì và công việc sẽ tự tiếp tục",
        en="the disk is full; make room, nothing is lost and work goes on by itself",
    ),
    "unable to open database file": Text(
        vi="kiểm tra thư mục data có đó và người dùng đang chạy Thubao được ghi vào đó",
        en="check that the folder exists and belongs to the user that runs Thubao",
    ),
    "attempt to write a readonly database": Text(
        vi="kiểm tra người dùng đang chạy Thubao được ghi vào thư mục data",
        en="check that the folder belongs to the user that runs Thubao",
    ),
    "disk I/O error": Text(
        vi="ổ đĩa bị lỗi; kiểm tra ổ đĩa trước khi chạy lại", en="the disk failed; check it before starting again"
    ),
    "file is not a database": Text(
        vi="tệp bị hỏng hoặc không phải cơ sở dữ liệu; khôi phục bản sao lưu gần nhất",
        en="the file is damaged or no database; restore the last backup",
    ),
    "database disk image is malformed": Text(
        vi="tệp bị hỏng; khôi phục bản sao lưu gần nhất hoặc chạy `thubao rebuild`",
        en="the file is damaged; restore the last backup or run `thubao rebuild`",
    ),
}


@contextlib.contextmanager
def _as_storage_error() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise StorageError(_in_one_line(error)) from error
    except SQLAlchemyError as error:
        raise StorageError(f"the database refused: {str(error).splitlines()[0]}") from error


def _in_one_line(error: DBAPIError) -> Text:
    reason = str(error.orig).splitlines()[0] if error.orig is not None else str(error)
    for part, advice in _ADVICE.items():
        if part in reason:
            return Text(
                vi=f"cơ sở dữ liệu từ chối ({reason}): {advice.vi}",
                en=f"the database refused ({reason}): {advice.en}",
            )
    return Text(vi=f"cơ sở dữ liệu từ chối: {reason}", en=f"the database refused: {reason}")


def integrity_problem(database: Database) -> str:
    """What SQLite's own quick check complains of, "" if nothing or another database."""
    with database.reading() as connection:
        if connection.dialect.name != "sqlite":
            return ""
        answer = str(connection.execute(text("PRAGMA quick_check")).scalar())
    return "" if answer == "ok" else answer
