"""What was read from each message. All derived: `forget_derived` empties it, reading fills it again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, delete, insert, null, select, true, update

from config.text import Text
from parsers.codec import from_plain, to_plain
from parsers.values import READER_VERSION, Document, DocumentFate, MessageReading
from storage.elsewhere import save_elsewhere
from storage.filings import MessageState
from storage.schema import DERIVED, document, elsewhere, filing, message, reading

KEY_LENGTH = 300
"""So much of a Message-ID header is kept as the key to look it up by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """One document as listed: its fate once its unit was judged, and its unit when that differs from its message's."""

    message_id: int
    position: int
    path: str
    name: str
    sha256: str
    size: int
    type: str
    role: str
    fate: str
    why: Text
    unit: str | None
    campaign: str | None = None  # another campaign than its message's, to whose unit it is filed


def save_reading(connection: Connection, number: int, content: MessageReading) -> None:
    """Store what was read from a message and list its documents, replacing an earlier reading."""
    save_readings(connection, {number: content})


def save_readings(connection: Connection, contents: Mapping[int, MessageReading]) -> None:
    """Store what was read from messages, by their numbers, and list their documents, replacing earlier readings."""
    for table in (document, reading):
        connection.execute(delete(table).where(table.c.message_id.in_(contents)))
    if contents:
        connection.execute(insert(reading), [_reading_row(number, content) for number, content in contents.items()])
    listed = [_document_row(number, *each) for number, content in contents.items() for each in enumerate(content.documents)]
    if listed:
        connection.execute(insert(document), listed)


def _reading_row(number: int, content: MessageReading) -> dict[str, Any]:
    return {
        "message_id": number,
        "reader_version": READER_VERSION,
        "content": to_plain(content),
        "fingerprint": content.envelope.fingerprint,
        "mail_key": content.envelope.message_id[:KEY_LENGTH],
    }


def _document_row(number: int, position: int, listed: Document) -> dict[str, Any]:
    return {
        "message_id": number,
        "position": position,
        "path": listed.path,
        "name": listed.name,
        "sha256": listed.sha256,
        "size": listed.size,
        "type": listed.type,
        "role": listed.role.value,
        "fate": listed.fate.value,
        "why": to_plain(listed.why),
        "perceptual_hash": listed.photo.perceptual_hash if listed.photo else "",
    }


def note_reader_death(connection: Connection, number: int, reason: str) -> int:
    """Count one more failed attempt at reading a message; gives how many there were."""
    row = connection.execute(select(reading.c.attempts).where(reading.c.message_id == number)).first()
    attempts = 1 if row is None else int(row.attempts) + 1
    if row is None:
        connection.execute(
            insert(reading).values(message_id=number, reader_version=READER_VERSION, attempts=attempts, error=reason)
        )
    else:
        connection.execute(update(reading).where(reading.c.message_id == number).values(attempts=attempts, error=reason))
    return attempts


def reading_of(connection: Connection, number: int) -> MessageReading | None:
    """What was read from a message, None if it was not read yet."""
    content = connection.execute(select(reading.c.content).where(reading.c.message_id == number)).scalar()
    return None if content is None else from_plain(MessageReading, content)


def readings_of(connection: Connection, numbers: Iterable[int]) -> Mapping[int, MessageReading]:
    """What was read from these messages, by number; those that were not read are left out."""
    rows = connection.execute(
        select(reading.c.message_id, reading.c.content).where(
            reading.c.message_id.in_(list(numbers)), reading.c.content.is_not(null())
        )
    )
    return {row.message_id: from_plain(MessageReading, row.content) for row in rows}


def unread(connection: Connection) -> tuple[tuple[int, str], ...]:
    """Messages that were not read yet and not set aside, each with the hash of its raw mail, oldest receipt first."""
    rows = connection.execute(
        select(message.c.id, message.c.sha256)
        .outerjoin(reading, reading.c.message_id == message.c.id)
        .outerjoin(filing, filing.c.message_id == message.c.id)
        .where(reading.c.fingerprint.is_(None) | (reading.c.fingerprint == ""), filing.c.message_id.is_(None))
        .where(message.c.forgotten_at.is_(None))
        .order_by(message.c.received_at, message.c.id)
    )
    return tuple((row.id, row.sha256) for row in rows)


def namesakes_of(connection: Connection, message_ids: Iterable[str]) -> Mapping[str, tuple[tuple[int, str], ...]]:
    """The messages with these Message-ID headers: header -> (number, fingerprint) of each, in the order they came."""
    keys = [each[:KEY_LENGTH] for each in message_ids if each]
    rows = connection.execute(
        select(reading.c.mail_key, reading.c.message_id, reading.c.fingerprint)
        .where(reading.c.mail_key.in_(keys))
        .order_by(reading.c.message_id)
    )
    found: dict[str, tuple[tuple[int, str], ...]] = {}
    for row in rows:
        found[row.mail_key] = (*found.get(row.mail_key, ()), (row.message_id, row.fingerprint))
    return found


def documents(connection: Connection, number: int | None = None) -> tuple[DocumentRow, ...]:
    """Every document of one message, or of all."""
    own = (elsewhere.c.message_id == document.c.message_id) & (elsewhere.c.path == document.c.path)
    query = (
        select(document, elsewhere.c.campaign, elsewhere.c.unit.label("other_unit"))
        .outerjoin(elsewhere, own)
        .order_by(document.c.message_id, document.c.position)
    )
    if number is not None:
        query = query.where(document.c.message_id == number)
    return tuple(_document(row) for row in connection.execute(query).mappings())


def save_fates(connection: Connection, fates: Iterable[tuple[int, str, DocumentFate, Text]]) -> None:
    """Record what became of documents once their unit was judged: message, path, fate and why of each."""
    rows = [
        {"of_message": number, "at_path": path, "fate": fate.value, "why": to_plain(why)} for number, path, fate, why in fates
    ]
    if rows:
        connection.execute(_SAVE_FATE, rows)


_SAVE_FATE = (
    update(document)
    .where(document.c.message_id == bindparam("of_message"), document.c.path == bindparam("at_path"))
    .values(fate=bindparam("fate"), why=bindparam("why"))
)


def other_users_of(connection: Connection, hashes: Iterable[str], campaign: str, unit: str) -> Mapping[str, tuple[str, str]]:
    """Photo hashes that another unit, or another campaign, sent too: hash -> (campaign, unit)."""
    wanted = tuple(hashes)
    rows = connection.execute(
        select(document.c.sha256, filing.c.campaign, filing.c.unit)
        .join(filing, filing.c.message_id == document.c.message_id)
        .where(document.c.sha256.in_(wanted), document.c.role == "photo", filing.c.state == MessageState.FILED.value)
        .where((filing.c.unit != unit) | (filing.c.campaign != campaign))
        .order_by(document.c.message_id.desc())
    )
    return {row.sha256: (row.campaign, row.unit) for row in rows if row.unit}


def forget_derived(connection: Connection) -> None:
    """Empty every derived table, for all can be made again. Of forgotten mail the state stays: its raw copy is gone."""
    forgotten = select(message.c.id).where(message.c.forgotten_at.is_not(None))
    for table in DERIVED:
        kept = table.c.message_id.not_in(forgotten) if "message_id" in table.c else true()
        connection.execute(delete(table).where(kept))


def _document(row: RowMapping) -> DocumentRow:
    fields = {name: row[name] for name in DocumentRow.__dataclass_fields__}
    return DocumentRow(**{**fields, "why": from_plain(Text, row["why"]), "unit": row["other_unit"] or row["unit"]})


def forget_reading(connection: Connection, number: int) -> None:
    """Forget what was read from one message and how it was filed, so that it is read again."""
    for table in (filing, document, elsewhere, reading):
        connection.execute(delete(table).where(table.c.message_id == number))


def forget_text(connection: Connection, number: int) -> None:
    """Keep of a message only that it was read and how it was filed: no address, no subject, no word, no file name."""
    connection.execute(update(reading).where(reading.c.message_id == number).values(content=null(), mail_key=""))
    connection.execute(delete(document).where(document.c.message_id == number))
    save_elsewhere(connection, {number: ()})
    connection.execute(update(filing).where(filing.c.message_id == number).values(evidence=[], request=None))
