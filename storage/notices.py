"""The outbox: every mail that is to leave, is leaving or has left, with its cause and fate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select, update

from storage.insert import insert_once
from storage.schema import notice


class NoticeState(StrEnum):
    """How far a notice has come. The last six are final."""

    HELD = "held"
    QUEUED = "queued"
    CLAIMED = "claimed"
    TRANSMITTING = "transmitting"
    UNCERTAIN = "uncertain"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"
    CANCELLED = "cancelled"
    DRY_RUN = "dry_run"


class NoticeKind(StrEnum):
    """The kinds of outgoing mail."""

    KICKOFF = "kickoff"
    RECEIPT = "receipt"
    QUESTION = "question"
    REMINDER = "reminder"
    OVERDUE = "overdue"
    OVERDUE_COPY = "overdue_copy"  # the same letter, to the unit's head
    OFFICER_ALERT = "officer_alert"
    DIGEST = "digest"
    DELIVERY = "delivery"
    CHASE = "chase"
    CORRECTION = "correction"
    OFFICER_ANSWER = "officer_answer"


REALLY_LEFT = (NoticeState.SENT, NoticeState.UNCERTAIN, NoticeState.TRANSMITTING, NoticeState.BOUNCED)
"""States of a notice that has left the house."""

LEFT = (*REALLY_LEFT, NoticeState.DRY_RUN)
"""States of a notice that has left the house, or would have in a dry run."""


REMINDING = (NoticeKind.REMINDER, NoticeKind.OVERDUE, NoticeKind.OVERDUE_COPY)
"""Kinds that would be unjust to a unit that has sent a moment ago."""

WITHOUT_FILES = "without_files"
"""In a notice's context: its files were too large for a mail server, the letter goes without them and says where they are."""

WAITS = "waits"
"""How the reason of a notice begins that waits for its time and not for something to be mended."""

DID_NOT_ARRIVE = (NoticeState.FAILED, NoticeState.BOUNCED)
"""States of a notice that did not reach its reader, for all we know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One outgoing mail."""

    id: int
    key: str
    campaign: str
    unit: str | None
    kind: NoticeKind
    due_at: datetime
    created_at: datetime
    recipient: str
    state: NoticeState
    cause: str
    context: Mapping[str, Any]
    trigger_id: int | None
    subject: str
    message_id: str
    attempts: int
    next_attempt_at: datetime | None
    sent_at: datetime | None
    error: str


_COLUMNS = tuple(notice.c[name] for name in Notice.__dataclass_fields__)  # all but the rendered mail, which may be large


def notice_key(campaign: str, unit: str | None, kind: NoticeKind, due_at: datetime, sequence: int) -> str:
    """The unique key of a notice: the same cause can never be mailed twice."""
    return f"{campaign}|{unit or '-'}|{kind}|{due_at.isoformat()}|{sequence}"


def enqueue(
    connection: Connection,
    *,
    key: str,
    campaign: str,
    unit: str | None,
    kind: NoticeKind,
    due_at: datetime,
    created_at: datetime,
    recipient: str,
    cause: str,
    context: Mapping[str, Any] | None = None,
    trigger_id: int | None = None,
    state: NoticeState = NoticeState.QUEUED,
) -> bool:
    """Add a notice unless its key is there already; gives whether it was added."""
    return insert_once(
        connection,
        notice,
        "key",
        {
            "key": key,
            "campaign": campaign,
            "unit": unit,
            "kind": kind.value,
            "due_at": due_at,
            "created_at": created_at,
            "recipient": recipient,
            "state": state.value,
            "cause": cause,
            "context": dict(context or {}),
            "trigger_id": trigger_id,
            "subject": "",
            "message_id": "",
            "attempts": 0,
            "error": "",
        },
    )


def send_after_all(connection: Connection, key: str, now: datetime) -> bool:
    """Queue a notice that was only rehearsed, as if it were new; gives whether there was one."""
    fresh = {"created_at": now, "subject": "", "message_id": "", "content": None, "attempts": 0, "error": ""}
    result = connection.execute(
        update(notice)
        .where(notice.c.key == key, notice.c.state == NoticeState.DRY_RUN.value, notice.c.due_at <= now)
        .values(state=NoticeState.QUEUED.value, next_attempt_at=None, sent_at=None, **fresh)
    )
    return result.rowcount == 1


def is_recorded(connection: Connection, key: str) -> bool:
    """Whether there is a notice of this key, whatever became of it."""
    return connection.execute(select(notice.c.id).where(notice.c.key == key)).first() is not None


def due_notices(connection: Connection, now: datetime) -> tuple[Notice, ...]:
    """Queued notices whose time has come, in the order they are due."""
    rows = connection.execute(
        select(*_COLUMNS)
        .where(
            notice.c.state == NoticeState.QUEUED.value,
            notice.c.due_at <= now,
            notice.c.next_attempt_at.is_(None) | (notice.c.next_attempt_at <= now),
        )
        .order_by(notice.c.due_at, notice.c.id)
    ).mappings()
    return tuple(_notice(row) for row in rows)


def move(connection: Connection, number: int, before: NoticeState, after: NoticeState, **fields: object) -> bool:
    """Take a notice from one state to the next, only if it still is in the first; gives whether it was."""
    result = connection.execute(
        update(notice).where(notice.c.id == number, notice.c.state == before.value).values(state=after.value, **fields)
    )
    return result.rowcount == 1


def notices(connection: Connection, campaign: str | None = None, unit: str | None = None) -> tuple[Notice, ...]:
    """Every notice, or those of a campaign or unit, in the order they were due."""
    query = select(*_COLUMNS).order_by(notice.c.due_at, notice.c.id)
    if campaign is not None:
        query = query.where(notice.c.campaign == campaign)
    if unit is not None:
        query = query.where(notice.c.unit == unit)
    return tuple(_notice(row) for row in connection.execute(query).mappings())


def notices_of_kind(connection: Connection, *kinds: NoticeKind) -> tuple[Notice, ...]:
    """Every notice of these kinds, in the order they were added."""
    wanted = [each.value for each in kinds]
    rows = connection.execute(select(*_COLUMNS).where(notice.c.kind.in_(wanted)).order_by(notice.c.id)).mappings()
    return tuple(_notice(row) for row in rows)


def notices_in(connection: Connection, *states: NoticeState, campaign: str | None = None) -> tuple[Notice, ...]:
    """Every notice in one of these states, of all campaigns or of one."""
    query = select(*_COLUMNS).where(notice.c.state.in_([each.value for each in states])).order_by(notice.c.id)
    if campaign is not None:
        query = query.where(notice.c.campaign == campaign)
    return tuple(_notice(row) for row in connection.execute(query).mappings())


def lost_notices(connection: Connection, campaign: str) -> tuple[Notice, ...]:
    """For every address from which the last mail came back, or that it never reached: that mail."""
    lost = {each.recipient: each for each in sorted(notices_in(connection, *DID_NOT_ARRIVE, campaign=campaign), key=_order)}
    if not lost:
        return ()
    query = select(notice.c.recipient, notice.c.due_at, notice.c.id).where(
        notice.c.campaign == campaign, notice.c.state == NoticeState.SENT.value, notice.c.recipient.in_(list(lost))
    )
    arrived = {row.recipient for row in connection.execute(query) if (row.due_at, row.id) > _order(lost[row.recipient])}
    return tuple(each for recipient, each in lost.items() if recipient not in arrived)


def notice_content(connection: Connection, number: int) -> bytes | None:
    """The rendered mail, byte for byte, None before it was rendered."""
    return connection.execute(select(notice.c.content).where(notice.c.id == number)).scalar()


def notice_by_message_id(connection: Connection, message_ids: tuple[str, ...]) -> Notice | None:
    """Our mail with one of these Message-IDs: what a reply or a bounce is about."""
    if not message_ids:
        return None
    row = connection.execute(select(*_COLUMNS).where(notice.c.message_id.in_(message_ids))).mappings().first()
    return None if row is None else _notice(row)


def last_sent_to(connection: Connection, recipient: str, since: datetime) -> Notice | None:
    """The last mail that has left for an address since then."""
    sent = [each.value for each in (NoticeState.SENT, NoticeState.UNCERTAIN)]
    query = select(*_COLUMNS).where(
        func.lower(notice.c.recipient) == recipient, notice.c.state.in_(sent), notice.c.sent_at >= since
    )
    row = connection.execute(query.order_by(notice.c.sent_at.desc(), notice.c.id.desc()).limit(1)).mappings().first()
    return None if row is None else _notice(row)


def contexts_of(connection: Connection, campaign: str, recipient: str, *kinds: NoticeKind) -> tuple[Mapping[str, Any], ...]:
    """The contexts of every notice of these kinds to one address."""
    query = select(notice.c.context).where(notice.c.campaign == campaign, notice.c.recipient == recipient)
    return tuple(connection.execute(query.where(notice.c.kind.in_([each.value for each in kinds]))).scalars())


def left_since(connection: Connection, since: datetime, recipient: str | None = None, *, rehearsed: bool = False) -> int:
    """How many mails have left since then, to one address or to all; `rehearsed`: those that would have, too."""
    states = [each.value for each in (LEFT if rehearsed else REALLY_LEFT)]
    query = select(func.count()).where(notice.c.state.in_(states), notice.c.sent_at >= since)
    if recipient is not None:
        query = query.where(notice.c.recipient == recipient)
    return int(connection.execute(query).scalar_one())


def reminders_sent(connection: Connection, campaign: str) -> Mapping[str, int]:
    """How many reminders have left for each unit. Those of a rehearsal count until the first mail has really left."""
    of_campaign = notice.c.campaign == campaign
    has_sent = connection.execute(
        select(notice.c.id).where(of_campaign, notice.c.state == NoticeState.SENT.value).limit(1)
    ).first()
    states = [each.value for each in (REALLY_LEFT if has_sent else LEFT)]
    kinds = [NoticeKind.REMINDER.value, NoticeKind.OVERDUE.value]
    rows = connection.execute(
        select(notice.c.unit, func.count())
        .where(of_campaign, notice.c.kind.in_(kinds), notice.c.state.in_(states))
        .group_by(notice.c.unit)
    )
    return {row[0]: int(row[1]) for row in rows if row[0]}


def _order(notice: Notice) -> tuple[datetime, int]:
    return notice.due_at, notice.id


def _notice(row: RowMapping) -> Notice:
    fields = {name: row[name] for name in Notice.__dataclass_fields__}
    return Notice(**{**fields, "kind": NoticeKind(row["kind"]), "state": NoticeState(row["state"])})
