"""How each message was filed, and what is filed to a unit. All derived: filing makes it again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, delete, func, insert, select, update

from config.text import NO_TEXT, Text
from parsers.codec import from_plain, to_plain
from parsers.values import MessageReading
from storage.elsewhere import FiledElsewhere, elsewhere_of_all, save_elsewhere
from storage.schema import document, elsewhere, filing, message, reading


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


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingRow:
    """A filing to be stored, with the documents that are from another unit (path -> code) or another campaign's."""

    filing: Filing
    document_units: Mapping[str, str] = field(default_factory=dict)
    others: tuple[FiledElsewhere, ...] = ()


def save_filing(connection: Connection, value: Filing) -> None:
    """Store how one message was filed; none of its documents is another's."""
    save_filings(connection, (FilingRow(filing=value),))


def save_filings(connection: Connection, rows: Sequence[FilingRow]) -> None:
    """Store how messages were filed, in place of what was stored of them before."""
    save_elsewhere(connection, {each.filing.message_id: each.others for each in rows})
    connection.execute(delete(filing).where(filing.c.message_id.in_([each.filing.message_id for each in rows])))
    if rows:
        connection.execute(insert(filing), [_row(each.filing) for each in rows])
    units = [
        {"of_message": each.filing.message_id, "at_path": path, "from_unit": unit}
        for each in rows
        for path, unit in each.document_units.items()
    ]
    if units:
        connection.execute(_SAVE_UNIT, units)


_SAVE_UNIT = (
    update(document)
    .where(document.c.message_id == bindparam("of_message"), document.c.path == bindparam("at_path"))
    .values(unit=bindparam("from_unit"))
)


def _row(value: Filing) -> dict[str, Any]:
    return {
        "message_id": value.message_id,
        "state": value.state.value,
        "campaign": value.campaign,
        "unit": value.unit,
        "trust": value.trust,
        "provisional": value.provisional,
        "evidence": list(value.evidence),
        "why": to_plain(value.why),
        "duplicate_of": value.duplicate_of,
        "request": value.request,
    }


def filings(connection: Connection) -> Mapping[int, Filing]:
    """How every message was filed, by its number."""
    return {row["message_id"]: _filing(row) for row in connection.execute(select(filing)).mappings()}


def waiting_filings(connection: Connection, campaign: str) -> tuple[Filing, ...]:
    """How the messages of a campaign were filed that wait for the officer's decision, by their numbers."""
    wanted = select(filing).where(filing.c.campaign == campaign, filing.c.state == MessageState.NEEDS_DECISION.value)
    return tuple(map(_filing, connection.execute(wanted.order_by(filing.c.message_id)).mappings()))


def filing_of(connection: Connection, number: int) -> Filing | None:
    """How one message was filed."""
    row = connection.execute(select(filing).where(filing.c.message_id == number)).mappings().first()
    return None if row is None else _filing(row)


def units_by_sender(connection: Connection, campaign: str) -> Mapping[str, frozenset[str]]:
    """The units that mails from each address were filed to in a campaign, by the address in small letters."""
    sender = reading.c.content["envelope"]["senders"][0].as_string()
    rows = connection.execute(
        select(sender, filing.c.unit)
        .distinct()
        .join(reading, reading.c.message_id == filing.c.message_id)
        .where(filing.c.campaign == campaign, filing.c.state == MessageState.FILED.value, filing.c.unit.is_not(None))
    )
    found: dict[str, set[str]] = {}
    for address, unit in rows:
        found.setdefault((address or "").casefold(), set()).add(unit)
    return {address: frozenset(units) for address, units in found.items()}


def unfile(connection: Connection, number: int) -> None:
    """Forget how a message was filed, so that it is filed again."""
    connection.execute(delete(filing).where(filing.c.message_id == number))
    connection.execute(update(document).where(document.c.message_id == number).values(unit=None))
    save_elsewhere(connection, {number: ()})


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


def originals_of(connection: Connection, fingerprints: Iterable[str]) -> Mapping[str, tuple[tuple[datetime, int], ...]]:
    """The messages with these fingerprints that were filed as no copy of another: fingerprint -> (received, number) of each."""
    rows = connection.execute(
        select(reading.c.fingerprint, message.c.received_at, message.c.id)
        .join(message, message.c.id == reading.c.message_id)
        .join(filing, filing.c.message_id == reading.c.message_id)
        .where(reading.c.fingerprint.in_(list(fingerprints)), filing.c.duplicate_of.is_(None))
    )
    found: dict[str, tuple[tuple[datetime, int], ...]] = {}
    for row in rows:
        found[row.fingerprint] = (*found.get(row.fingerprint, ()), (row.received_at, row.id))
    return found


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
