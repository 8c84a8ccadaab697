"""What was read from each message, and how it was filed. All derived: `forget_derived` empties it, reading fills it again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, delete, func, insert, null, select, true, update

from config.text import NO_TEXT, Text
from parsers.codec import from_plain, to_plain
from parsers.values import READER_VERSION, DocumentFate, Envelope, MessageReading
from storage.elsewhere import FiledElsewhere, elsewhere_of_all, save_elsewhere
from storage.schema import DERIVED, document, elsewhere, filing, message, reading


class MessageState(StrEnum):
    """The one visible state of every message."""

    RECEIVED = "received"  # archived, not read yet
    FILED = "filed"
    UNATTRIBUTED = "unattributed"
    NEEDS_DECISION = "needs_decision"
    NOT_A_REPORT = "not_a_report"
    DUPLICATE = "duplicate"
    SET_ASIDE = "set_aside"
    COMMAND = "command"  # the officer's answer to a digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """How a message was filed."""

    message_id: int
    state: MessageState
    campaign: str | None = None
    unit: str | None = None
    trust: str = "unverified"
    provisional: bool = False
    evidence: tuple[Mapping[str, Any], ...] = ()
    why: Text = NO_TEXT
    duplicate_of: int | None = None
    request: Mapping[str, Any] | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledReading:
    """A message filed to a unit, with what was read from it."""

    message_id: int
    received_at: datetime
    fetched_at: datetime
    sha256: str
    filing: Filing
    reading: MessageReading
    document_units: Mapping[str, str]  # document path -> another unit's code
    campaign: str = ""  # the campaign it was asked for
    others: tuple[FiledElsewhere, ...] = ()  # documents of another campaign than the message's

    def unit_of(self, path: str) -> str | None:
        """The unit that a document is from in the campaign it was asked for, None when it is not for this campaign."""
        own = next((each for each in self.others if each.path == path), None)
        if own is not None:
            return own.unit if own.campaign == self.campaign else None
        return self.document_units.get(path, self.filing.unit) if self.filing.campaign == self.campaign else None


def save_reading(connection: Connection, number: int, content: MessageReading) -> None:
    """Store what was read from a message and list its documents, replacing an earlier reading."""
    connection.execute(delete(document).where(document.c.message_id == number))
    connection.execute(delete(reading).where(reading.c.message_id == number))
    connection.execute(
        insert(reading).values(
            message_id=number,
            reader_version=READER_VERSION,
            content=to_plain(content),
            fingerprint=content.envelope.fingerprint,
            mail_key=content.envelope.message_id[:300],
        )
    )
    rows = [
        {
            "message_id": number,
            "position": position,
            "path": each.path,
            "name": each.name,
            "sha256": each.sha256,
            "size": each.size,
            "type": each.type,
            "role": each.role.value,
            "fate": each.fate.value,
            "why": to_plain(each.why),
            "perceptual_hash": each.photo.perceptual_hash if each.photo else "",
        }
        for position, each in enumerate(content.documents)
    ]
    if rows:
        connection.execute(insert(document), rows)


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


def unread(connection: Connection) -> tuple[int, ...]:
    """Messages that were not read yet and not set aside, oldest receipt first."""
    rows = connection.execute(
        select(message.c.id)
        .outerjoin(reading, reading.c.message_id == message.c.id)
        .outerjoin(filing, filing.c.message_id == message.c.id)
        .where(reading.c.fingerprint.is_(None) | (reading.c.fingerprint == ""), filing.c.message_id.is_(None))
        .where(message.c.forgotten_at.is_(None))
        .order_by(message.c.received_at, message.c.id)
    )
    return tuple(rows.scalars())


def unfiled(connection: Connection) -> tuple[int, ...]:
    """Messages that were read but not filed yet, oldest receipt first."""
    rows = connection.execute(
        select(message.c.id)
        .join(reading, reading.c.message_id == message.c.id)
        .outerjoin(filing, filing.c.message_id == message.c.id)
        .where(reading.c.fingerprint != "", filing.c.message_id.is_(None))
        .order_by(message.c.received_at, message.c.id)
    )
    return tuple(rows.scalars())


def save_filing(
    connection: Connection, value: Filing, document_units: Mapping[str, str], others: Iterable[FiledElsewhere] = ()
) -> None:
    """Store how a message was filed, which of its documents are from another unit, and which are another campaign's."""
    save_elsewhere(connection, value.message_id, others)
    connection.execute(delete(filing).where(filing.c.message_id == value.message_id))
    connection.execute(
        insert(filing).values(
            message_id=value.message_id,
            state=value.state.value,
            campaign=value.campaign,
            unit=value.unit,
            trust=value.trust,
            provisional=value.provisional,
            evidence=list(value.evidence),
            why=to_plain(value.why),
            duplicate_of=value.duplicate_of,
            request=value.request,
        )
    )
    for path, unit in document_units.items():
        connection.execute(
            update(document).where(document.c.message_id == value.message_id, document.c.path == path).values(unit=unit)
        )


def filings(connection: Connection) -> Mapping[int, Filing]:
    """How every message was filed, by its number."""
    return {row["message_id"]: _filing(row) for row in connection.execute(select(filing)).mappings()}


def filing_of(connection: Connection, number: int) -> Filing | None:
    """How one message was filed."""
    row = connection.execute(select(filing).where(filing.c.message_id == number)).mappings().first()
    return None if row is None else _filing(row)


def unfile(connection: Connection, number: int) -> None:
    """Forget how a message was filed, so that it is filed again."""
    connection.execute(delete(filing).where(filing.c.message_id == number))
    connection.execute(update(document).where(document.c.message_id == number).values(unit=None))
    save_elsewhere(connection, number, ())


def filed_to(
    connection: Connection, campaign: str, unit: str, known: Mapping[int, MessageReading] | None = None
) -> tuple[FiledReading, ...]:
    """Every message with something from this unit, oldest receipt first; split messages are given to each of their units.

    A mail that was delivered twice counts as received when its first copy was. `known`: readings at hand, by message.
    """
    at_hand = known or {}
    split = select(document.c.message_id).where(document.c.unit == unit)
    whole = select(filing.c.message_id).where(filing.c.campaign == campaign, filing.c.unit == unit)
    beside = select(elsewhere.c.message_id).where(elsewhere.c.campaign == campaign, elsewhere.c.unit == unit)
    rows = (
        connection.execute(
            select(message.c.id, message.c.received_at, message.c.fetched_at, message.c.sha256, reading.c.content, *filing.c)
            .join(filing, filing.c.message_id == message.c.id)
            .join(reading, reading.c.message_id == message.c.id)
            .where(filing.c.message_id.in_(whole.union(split, beside)), filing.c.state == MessageState.FILED.value)
            .where((filing.c.campaign == campaign) | filing.c.message_id.in_(beside))
            .order_by(message.c.received_at, message.c.id)
        )
        .mappings()
        .all()
    )
    others = elsewhere_of_all(connection, (row["id"] for row in rows))
    units: dict[int, dict[str, str]] = {}
    for each in connection.execute(
        select(document.c.message_id, document.c.path, document.c.unit)
        .join(filing, filing.c.message_id == document.c.message_id)
        .where(document.c.unit.is_not(None), filing.c.campaign == campaign)
        .where((filing.c.unit == unit) | document.c.message_id.in_(split))
    ):
        units.setdefault(each.message_id, {})[each.path] = each.unit
    first_copies = _first_copies(connection)
    found = [
        FiledReading(
            message_id=row["id"],
            received_at=min(row["received_at"], first_copies.get(row["id"], row["received_at"])),
            fetched_at=row["fetched_at"],
            sha256=row["sha256"],
            filing=_filing(row),
            reading=at_hand.get(row["id"]) or from_plain(MessageReading, row["content"]),
            document_units=units.get(row["id"], {}),
            campaign=campaign,
            others=others.get(row["id"], ()),
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda each: (each.received_at, each.message_id)))


def _first_copies(connection: Connection) -> Mapping[int, datetime]:
    """When the first copy of each mail that was delivered more than once was received."""
    rows = connection.execute(
        select(filing.c.duplicate_of, func.min(message.c.received_at))
        .join(message, message.c.id == filing.c.message_id)
        .where(filing.c.duplicate_of.is_not(None))
        .group_by(filing.c.duplicate_of)
    )
    return {row[0]: row[1] for row in rows}


def twin_of(connection: Connection, number: int, fingerprint: str) -> int | None:
    """The earliest other message with this fingerprint that was filed before: the same mail delivered twice."""
    return connection.execute(
        select(message.c.id)
        .join(reading, reading.c.message_id == message.c.id)
        .join(filing, filing.c.message_id == message.c.id)
        .where(reading.c.fingerprint == fingerprint, message.c.id != number, filing.c.duplicate_of.is_(None))
        .order_by(message.c.received_at, message.c.id)
        .limit(1)
    ).scalar()


def earlier_namesake(connection: Connection, number: int, envelope: Envelope) -> int | None:
    """The first other message under the same Message-ID whose content is another, of those that came before."""
    if not envelope.message_id:
        return None
    query = select(reading.c.message_id).where(
        reading.c.mail_key == envelope.message_id[:300],
        reading.c.fingerprint != envelope.fingerprint,
        reading.c.message_id < number,
    )
    return connection.execute(query.order_by(reading.c.message_id).limit(1)).scalar()


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


def _filing(row: RowMapping) -> Filing:
    return Filing(
        message_id=row["message_id"],
        state=MessageState(row["state"]),
        campaign=row["campaign"],
        unit=row["unit"],
        trust=row["trust"],
        provisional=row["provisional"],
        evidence=tuple(row["evidence"]),
        why=from_plain(Text, row["why"]),
        duplicate_of=row["duplicate_of"],
        request=row["request"],
    )


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
    save_elsewhere(connection, number, ())
    connection.execute(update(filing).where(filing.c.message_id == number).values(evidence=[], request=None))
