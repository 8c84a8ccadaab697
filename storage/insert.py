"""INSERT ... ON CONFLICT in the words of the database at hand; each dialect is loaded only where it is spoken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table


def insert_or_update(connection: Connection, table: Table, key: Mapping[str, object], fields: Mapping[str, object]) -> None:
    """Insert a row, or set these fields of the row that has the key."""
    statement = _insert(connection, table).values(**key, **fields)
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=dict(fields)))


def insert_once(connection: Connection, table: Table, unique: str, fields: Mapping[str, object]) -> bool:
    """Insert a row unless one with the same value in the unique column is there; gives whether it was inserted."""
    statement = _insert(connection, table).values(**fields).on_conflict_do_nothing(index_elements=[unique])
    # the row itself, not a count of rows: psycopg counts none where SQLAlchemy asks for the new key
    return connection.execute(statement.returning(table.c[unique])).first() is not None


def _insert(connection: Connection, table: Table) -> Any:  # noqa: ANN401 - one of two dialects' own classes
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)
