"""What the officer decided. Decisions are facts: they are added, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, insert, select

from storage.schema import decision


class DecisionKind(StrEnum):
    """The kinds of decision."""

    ASSIGN = "assign"
    CORRECT = "correct"
    APPROVE = "approve"
    RETURN = "return"
    EXTEND = "extend"
    EXCUSE = "excuse"
    ORDER = "order"  # asked for by mail: takes effect later, as a decision of its own
    WITHDRAW = "withdraw"  # an order taken back before it took effect
    LAPSE = "lapse"  # an order that could not be carried out


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision. `payload` holds what the kind needs: indicator, column and value of a correction, the day of an extension."""

    id: int
    at: datetime
    who: str
    kind: DecisionKind
    campaign: str
    unit: str | None
    message_id: int | None
    payload: Mapping[str, Any]
    why: str


def record_decision(
    connection: Connection,
    *,
    at: datetime,
    who: str,
    kind: DecisionKind,
    campaign: str,
    unit: str | None = None,
    message_id: int | None = None,
    payload: Mapping[str, Any] | None = None,
    why: str = "",
) -> int:
    """Add a decision; gives its number."""
    result = connection.execute(
        insert(decision).values(
            at=at,
            who=who,
            kind=kind.value,
            campaign=campaign,
            unit=unit,
            message_id=message_id,
            payload=dict(payload or {}),
            why=why,
        )
    )
    return int(result.inserted_primary_key[0])  # type: ignore[index]  # one row, one key


def decisions_on(connection: Connection, campaign: str, unit: str) -> tuple[Decision, ...]:
    """Every decision on a unit, oldest first."""
    return _decisions(connection, decision.c.campaign == campaign, decision.c.unit == unit)


def assignments(connection: Connection) -> tuple[Decision, ...]:
    """Every assignment of a message to a unit, oldest first; addresses are learned from these."""
    return _decisions(connection, decision.c.kind == DecisionKind.ASSIGN.value)


def all_decisions(connection: Connection) -> tuple[Decision, ...]:
    """Every decision, oldest first."""
    return _decisions(connection)


def orders(connection: Connection) -> tuple[Decision, ...]:
    """Every decision that was asked for by mail, oldest first, whatever became of it."""
    return _decisions(connection, decision.c.kind == DecisionKind.ORDER.value)


def open_orders(connection: Connection) -> tuple[Decision, ...]:
    """The orders that neither took effect nor were withdrawn nor lapsed; a later decision names the order it settles."""
    given = orders(connection)
    if not given:
        return ()
    settled = {each.payload.get("order") for each in all_decisions(connection) if each.kind is not DecisionKind.ORDER}
    return tuple(each for each in given if each.id not in settled)


def _decisions(connection: Connection, *conditions: Any) -> tuple[Decision, ...]:  # noqa: ANN401 - SQLAlchemy conditions
    rows = connection.execute(select(decision).where(*conditions).order_by(decision.c.id)).mappings()
    return tuple(Decision(**{**row, "kind": DecisionKind(row["kind"])}) for row in rows)
