"""What an officer asked for by mail, from the mail that said it until it takes effect: it can be taken back for half an hour.

An order is put on record at once and becomes a decision when its undo window is over. Until then nothing has happened: no state
has changed and no letter has left, so taking it back undoes all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection

from config.campaign import Campaign
from service.rules.officer_commands import Command, CommandKind
from storage.decisions import Decision, DecisionKind, open_orders, record_decision
from storage.events import record_event
from storage.notices import Notice, NoticeKind, NoticeState, notices_of_kind

UNDO_WINDOW = timedelta(minutes=30)
_ANSWER_IS_LATE = timedelta(days=1)
_ON_ITS_WAY = frozenset({NoticeState.HELD, NoticeState.QUEUED, NoticeState.CLAIMED, NoticeState.TRANSMITTING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One thing asked for: `number` as the answer counts it, `answer` the key of that letter, `thread` the digest's code."""

    id: int
    at: datetime
    who: str
    campaign: str
    mail: int
    number: int
    thread: str
    answer: str
    command: Command


def waiting_orders(connection: Connection) -> tuple[Order, ...]:
    """The orders that have not taken effect yet, oldest first."""
    return tuple(_order(each) for each in open_orders(connection))


def record_order(connection: Connection, order: Order, *, message_id: str) -> None:
    """Put an order on record; its number there is given, whatever `id` says. `message_id` is the mail's own."""
    command = order.command
    payload = {
        "asks": command.kind.value,
        "number": order.number,
        "thread": order.thread,
        "answer": order.answer,
        "mail": message_id,
        "written": command.written,
        "about": command.message,
        "day": command.day.isoformat() if command.day else None,
        "time": command.at.isoformat() if command.at else None,
    }
    _record(connection, DecisionKind.ORDER, order, order.at, order.who, payload, command.why)


def withdraw(connection: Connection, order: Order, at: datetime, who: str, why: str) -> None:
    """The officer took the order back before it took effect."""
    _record(connection, DecisionKind.WITHDRAW, order, at, who, {"order": order.id}, why)


def lapse(connection: Connection, order: Order, at: datetime, why: str) -> None:
    """The order could not be carried out when its time came."""
    _record(connection, DecisionKind.LAPSE, order, at, order.who, {"order": order.id}, why)


def effect_at(campaign: Campaign, taken_at: datetime, told_at: datetime) -> datetime:
    """When an order takes effect: half an hour after the officer was told of it, but at the deadline for one given before."""
    after = max(taken_at, told_at) + UNDO_WINDOW
    return min(after, campaign.deadline) if taken_at < campaign.deadline else after


def due_at(campaign: Campaign, order: Order, answer: Notice | None) -> datetime:
    """When a waiting order takes effect, by what became of the answer; while that has not left, no half hour has begun.

    An answer that cannot leave holds nothing up for longer than a day, nor beyond the deadline.
    """
    if answer is not None and answer.sent_at is None and answer.state in _ON_ITS_WAY:
        return effect_at(campaign, order.at, order.at + _ANSWER_IS_LATE)
    return effect_at(campaign, order.at, answer.sent_at if answer and answer.sent_at else order.at)


def answers_by_key(connection: Connection) -> Mapping[str, Notice]:
    """The letters that answered commands, by key."""
    return {each.key: each for each in notices_of_kind(connection, NoticeKind.OFFICER_ANSWER)}


def _order(decision: Decision) -> Order:
    payload = decision.payload
    command = Command(
        kind=CommandKind(payload["asks"]),
        written=str(payload["written"]),
        unit=decision.unit or "",
        message=payload["about"],
        day=date.fromisoformat(payload["day"]) if payload["day"] else None,
        at=time.fromisoformat(payload["time"]) if payload["time"] else None,
        why=decision.why,
    )
    return Order(
        id=decision.id,
        at=decision.at,
        who=decision.who,
        campaign=decision.campaign,
        mail=decision.message_id or 0,
        number=int(payload["number"]),
        thread=str(payload["thread"]),
        answer=str(payload["answer"]),
        command=command,
    )


def _record(
    connection: Connection, kind: DecisionKind, order: Order, at: datetime, who: str, payload: Mapping[str, Any], why: str
) -> None:
    unit = order.command.unit
    number = record_decision(
        connection,
        at=at,
        who=who,
        kind=kind,
        campaign=order.campaign,
        unit=unit,
        message_id=order.mail,
        payload=payload,
        why=why,
    )
    told = {"decision": number, "kind": kind.value, "unit": unit, "who": who, "why": why, "mail": order.mail}
    asked = {"asks": order.command.kind.value} if kind is DecisionKind.ORDER else {"order": order.id}
    record_event(connection, at, "decision", {**told, **asked})
