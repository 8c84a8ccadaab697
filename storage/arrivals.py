"""Recording many arrived mails at once: a few statements for a whole group, however many mails it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.schema import message, sighting


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An archived mail and where on the server it stands."""

    uid: int
    internaldate: datetime
    sha256: str
    size: int
    truncated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of an arrival: its message, and whether that was known, or known and forgotten on purpose."""

    number: int
    new: bool
    forgotten: bool


def record_arrivals(
    connection: Connection, arrivals: Sequence[Arrival], *, mailbox: str, folder: str, uidvalidity: int, fetched_at: datetime
) -> tuple[Recorded, ...]:
    """Record archived mails and where they were seen; the same raw mail again only adds a sighting.

    A message keeps the earliest receipt time of its sightings: a mail moved to another folder may carry a later one.
    """
    if not arrivals:
        return ()
    first: dict[str, Arrival] = {}
    for arrival in sorted(arrivals, key=lambda each: each.internaldate):
        first.setdefault(arrival.sha256, arrival)
    known = _by_hash(connection, first)
    _insert_new(connection, [each for sha256, each in first.items() if sha256 not in known], fetched_at)
    _move_back(connection, [each for sha256, each in first.items() if sha256 in known and each.internaldate < known[sha256][1]])
    numbers = known | _by_hash(connection, [sha256 for sha256 in first if sha256 not in known])
    rows = [
        {
            "mailbox": mailbox,
            "folder": folder,
            "uidvalidity": uidvalidity,
            "uid": each.uid,
            "message_id": numbers[each.sha256][0],
            "internaldate": each.internaldate,
            "set_aside": False,
            "reason": "",
            "attempts": 0,
        }
        for each in arrivals
    ]
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(sighting)
    fields = ("message_id", "internaldate", "set_aside", "reason", "attempts")
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["mailbox", "folder", "uidvalidity", "uid"],
            set_={name: statement.excluded[name] for name in fields},
        ),
        rows,
    )
    return tuple(
        Recorded(
            number=numbers[each.sha256][0],
            new=each.sha256 not in known and first[each.sha256] is each,
            forgotten=numbers[each.sha256][2],
        )
        for each in arrivals
    )


def _by_hash(connection: Connection, hashes: Sequence[str] | dict[str, Arrival]) -> dict[str, tuple[int, datetime, bool]]:
    if not hashes:
        return {}
    columns = (message.c.sha256, message.c.id, message.c.received_at, message.c.forgotten_at)
    rows = connection.execute(select(*columns).where(message.c.sha256.in_(list(hashes))))
    return {row.sha256: (row.id, row.received_at, row.forgotten_at is not None) for row in rows}


def _insert_new(connection: Connection, arrivals: Sequence[Arrival], fetched_at: datetime) -> None:
    if arrivals:
        rows = [
            {
                "sha256": each.sha256,
                "size": each.size,
                "received_at": each.internaldate,
                "fetched_at": fetched_at,
                "truncated": each.truncated,
            }
            for each in arrivals
        ]
        connection.execute(insert(message), rows)


def _move_back(connection: Connection, arrivals: Sequence[Arrival]) -> None:
    if arrivals:
        statement = update(message).where(message.c.sha256 == bindparam("hash")).values(received_at=bindparam("earlier"))
        connection.execute(statement, [{"hash": each.sha256, "earlier": each.internaldate} for each in arrivals])
