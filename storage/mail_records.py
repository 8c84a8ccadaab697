"""Messages, where they were seen, and how far each folder has been read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, insert, select, update

from storage.insert import insert_or_update
from storage.schema import cursor, message, sighting


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderCursor:
    """How far one folder has been read. All None before the first scan."""

    uidvalidity: int | None = None
    uidnext: int | None = None
    first_uid: int | None = None
    scanned_at: datetime | None = None
    last_success: datetime | None = None
    server_count: int | None = None
    error: str = ""
    error_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRecord:
    """One message as archived."""

    id: int
    sha256: str
    size: int
    received_at: datetime
    fetched_at: datetime
    source: str | None
    truncated: bool
    forgotten_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Where a message stands, or stood, on a server."""

    message_id: int | None
    mailbox: str
    folder: str
    uidvalidity: int
    uid: int
    set_aside: bool
    reason: str


def folder_cursor(connection: Connection, mailbox: str, folder: str) -> FolderCursor:
    """How far this folder has been read."""
    row = connection.execute(select(cursor).where(cursor.c.mailbox == mailbox, cursor.c.folder == folder)).mappings().first()
    if row is None:
        return FolderCursor()
    return FolderCursor(**{name: row[name] for name in FolderCursor.__dataclass_fields__})


def folder_cursors(connection: Connection) -> Mapping[tuple[str, str], FolderCursor]:
    """Every folder's cursor by (mailbox, folder)."""
    rows = connection.execute(select(cursor)).mappings()
    names = FolderCursor.__dataclass_fields__
    return {(row["mailbox"], row["folder"]): FolderCursor(**{name: row[name] for name in names}) for row in rows}


def save_cursor(connection: Connection, mailbox: str, folder: str, value: FolderCursor) -> None:
    """Replace this folder's cursor."""
    fields = {name: getattr(value, name) for name in FolderCursor.__dataclass_fields__}
    insert_or_update(connection, cursor, {"mailbox": mailbox, "folder": folder}, fields)


def known_uids(connection: Connection, mailbox: str, folder: str, uidvalidity: int, low: int, high: int) -> set[int]:
    """UIDs from `low` to `high` inclusive that are recorded or set aside: nothing more to do for them."""
    rows = connection.execute(
        select(sighting.c.uid).where(
            sighting.c.mailbox == mailbox,
            sighting.c.folder == folder,
            sighting.c.uidvalidity == uidvalidity,
            sighting.c.uid.between(low, high),
            sighting.c.message_id.is_not(None) | sighting.c.set_aside,
        )
    )
    return set(rows.scalars())


def record_arrival(
    connection: Connection,
    *,
    mailbox: str,
    folder: str,
    uidvalidity: int,
    uid: int,
    internaldate: datetime,
    sha256: str,
    size: int,
    fetched_at: datetime,
    truncated: bool = False,
) -> int:
    """Record an archived mail and where it was seen; the same raw mail again only adds a sighting. Gives the message's number.

    The message keeps the earliest receipt time of its sightings: a mail moved to another folder may carry a later one.
    """
    number = record_message(
        connection, sha256=sha256, size=size, received_at=internaldate, fetched_at=fetched_at, truncated=truncated
    )
    key = {"mailbox": mailbox, "folder": folder, "uidvalidity": uidvalidity, "uid": uid}
    fields = {"message_id": number, "internaldate": internaldate, "set_aside": False, "reason": "", "attempts": 0}
    insert_or_update(connection, sighting, key, fields)
    return number


def record_message(
    connection: Connection,
    *,
    sha256: str,
    size: int,
    received_at: datetime,
    fetched_at: datetime,
    source: str | None = None,
    truncated: bool = False,
) -> int:
    """Record an archived mail by its hash, once; gives its number."""
    found = connection.execute(select(message.c.id, message.c.received_at).where(message.c.sha256 == sha256)).first()
    if found is not None:
        if received_at < found.received_at:
            connection.execute(update(message).where(message.c.id == found.id).values(received_at=received_at))
        return int(found.id)
    result = connection.execute(
        insert(message).values(
            sha256=sha256, size=size, received_at=received_at, fetched_at=fetched_at, source=source, truncated=truncated
        )
    )
    return int(result.inserted_primary_key[0])  # type: ignore[index]  # one row, one key


def record_failed_uid(
    connection: Connection,
    *,
    mailbox: str,
    folder: str,
    uidvalidity: int,
    uid: int,
    reason: str,
    attempts: int,
    set_aside: bool,
) -> None:
    """Record that a mail could not be fetched; once set aside it is not tried again, and the officer sees it."""
    key = {"mailbox": mailbox, "folder": folder, "uidvalidity": uidvalidity, "uid": uid}
    insert_or_update(connection, sighting, key, {"set_aside": set_aside, "reason": reason, "attempts": attempts})


def failed_uids(connection: Connection, mailbox: str, folder: str, uidvalidity: int) -> Mapping[int, int]:
    """UIDs that could not be fetched so far and how often they were tried."""
    rows = connection.execute(
        select(sighting.c.uid, sighting.c.attempts).where(
            sighting.c.mailbox == mailbox,
            sighting.c.folder == folder,
            sighting.c.uidvalidity == uidvalidity,
            sighting.c.message_id.is_(None),
            sighting.c.set_aside.is_(False),
        )
    )
    return {row.uid: row.attempts for row in rows}


def set_aside_sightings(connection: Connection) -> tuple[Sighting, ...]:
    """Every mail that could not be fetched and was set aside, as its folder is numbered now."""
    numbered_now = (
        (cursor.c.mailbox == sighting.c.mailbox)
        & (cursor.c.folder == sighting.c.folder)
        & (cursor.c.uidvalidity == sighting.c.uidvalidity)
    )
    query = select(sighting).join(cursor, numbered_now).where(sighting.c.message_id.is_(None), sighting.c.set_aside)
    rows = connection.execute(query.order_by(sighting.c.mailbox, sighting.c.folder, sighting.c.uid)).mappings()
    return tuple(_sighting(row) for row in rows)


def unfetched_uids(connection: Connection, mailbox: str, folder: str, uidvalidity: int) -> set[int]:
    """UIDs that could not be fetched, whether they are tried again or set aside."""
    return set(connection.execute(select(sighting.c.uid).where(*_unfetched(mailbox, folder, uidvalidity))).scalars())


def forget_unfetched(connection: Connection, mailbox: str, folder: str, uidvalidity: int, gone: Collection[int]) -> None:
    """Mails that could not be fetched and left the server, or belong to no campaign: nothing of them waits any more."""
    for uid in gone:
        connection.execute(delete(sighting).where(*_unfetched(mailbox, folder, uidvalidity), sighting.c.uid == uid))


def sightings(connection: Connection) -> Mapping[int, Sighting]:
    """The newest sighting of every message seen on a server, by message number."""
    rows = connection.execute(
        select(sighting).where(sighting.c.message_id.is_not(None)).order_by(sighting.c.uidvalidity)
    ).mappings()
    return {row["message_id"]: _sighting(row) for row in rows}


def mailboxes_by_message(connection: Connection) -> Mapping[int, frozenset[str]]:
    """The mailboxes in which each message was seen, by message number."""
    return _mailboxes(connection, sighting.c.message_id.is_not(None))


def mailboxes_of(connection: Connection, numbers: Iterable[int]) -> Mapping[int, frozenset[str]]:
    """The mailboxes in which these messages were seen, by message number."""
    return _mailboxes(connection, sighting.c.message_id.in_(list(numbers)))


def _mailboxes(connection: Connection, wanted: ColumnElement[bool]) -> Mapping[int, frozenset[str]]:
    rows = connection.execute(select(sighting.c.message_id, sighting.c.mailbox).where(wanted).distinct())
    found: dict[int, set[str]] = {}
    for row in rows:
        found.setdefault(row.message_id, set()).add(row.mailbox)
    return {number: frozenset(names) for number, names in found.items()}


def messages(connection: Connection) -> tuple[MessageRecord, ...]:
    """Every message, oldest receipt first."""
    rows = connection.execute(select(message).order_by(message.c.received_at, message.c.id)).mappings()
    return tuple(MessageRecord(**row) for row in rows)


def archived_hashes(connection: Connection) -> set[str]:
    """The hash of every message whose raw mail is kept."""
    return set(connection.execute(select(message.c.sha256).where(message.c.forgotten_at.is_(None))).scalars())


def message_record(connection: Connection, number: int) -> MessageRecord | None:
    """One message by number, None if there is none."""
    row = connection.execute(select(message).where(message.c.id == number)).mappings().first()
    return None if row is None else MessageRecord(**row)


def records_of(connection: Connection, numbers: Iterable[int]) -> Mapping[int, MessageRecord]:
    """These messages by number, as far as there are such."""
    rows = connection.execute(select(message).where(message.c.id.in_(list(numbers)))).mappings()
    return {row["id"]: MessageRecord(**row) for row in rows}


def mark_forgotten(connection: Connection, number: int, at: datetime) -> None:
    """Note that a message's raw copy is dropped; its hash and size stay so that it is not fetched or counted again."""
    connection.execute(update(message).where(message.c.id == number).values(forgotten_at=at))


def _unfetched(mailbox: str, folder: str, uidvalidity: int) -> tuple[ColumnElement[bool], ...]:
    return (
        sighting.c.mailbox == mailbox,
        sighting.c.folder == folder,
        sighting.c.uidvalidity == uidvalidity,
        sighting.c.message_id.is_(None),
    )


def _sighting(row: RowMapping) -> Sighting:
    return Sighting(**{name: row[name] for name in Sighting.__dataclass_fields__})
