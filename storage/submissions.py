"""The cached state of every unit, and the consolidations made of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from storage.schema import consolidation, decision, filing, message, unit_state

_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsolidationRow:
    """One consolidation as recorded; `payload` is the plain form of its values."""

    campaign: str
    version: int
    made_at: datetime
    final: bool
    figures: str
    payload: Mapping[str, Any]
    files: tuple[str, ...]


def save_state(
    connection: Connection,
    *,
    campaign: str,
    unit: str,
    judged_at: datetime,
    content: str,
    figures: str,
    submission: Mapping[str, Any],
) -> None:
    """Replace the cached state of a unit."""
    connection.execute(delete(unit_state).where(unit_state.c.campaign == campaign, unit_state.c.unit == unit))
    connection.execute(
        insert(unit_state).values(
            campaign=campaign, unit=unit, judged_at=judged_at, content=content, figures=figures, submission=dict(submission)
        )
    )


def states(connection: Connection, campaign: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The code and the plain submission of every unit that has one, one after another: all at once would fill the memory."""
    query = select(unit_state.c.unit, unit_state.c.submission).where(unit_state.c.campaign == campaign)
    for row in connection.execute(query, execution_options={"yield_per": _AT_ONCE}):
        yield row.unit, row.submission


def state_of(connection: Connection, campaign: str, unit: str) -> Mapping[str, Any] | None:
    """The plain submission of one unit."""
    return connection.execute(
        select(unit_state.c.submission).where(unit_state.c.campaign == campaign, unit_state.c.unit == unit)
    ).scalar()


def units_on_record(connection: Connection, campaign: str) -> frozenset[str]:
    """The codes under which mail was filed or something was decided."""
    filed = select(filing.c.unit).where(filing.c.campaign == campaign, filing.c.unit.is_not(None))
    decided = select(decision.c.unit).where(decision.c.campaign == campaign, decision.c.unit.is_not(None))
    return frozenset(connection.execute(filed.union(decided)).scalars())


def units_heard_since(connection: Connection, campaign: str, since: datetime) -> tuple[str, ...]:
    """The units of which a mail received since then was filed, in the order of their codes."""
    rows = connection.execute(
        select(filing.c.unit)
        .join(message, message.c.id == filing.c.message_id)
        .where(filing.c.campaign == campaign, filing.c.unit.is_not(None), message.c.received_at >= since)
        .distinct()
        .order_by(filing.c.unit)
    )
    return tuple(rows.scalars())


def unit_with_figures(connection: Connection, campaign: str, figures: str, other_than: str) -> str | None:
    """Another unit whose figures are the very same."""
    return connection.execute(
        select(unit_state.c.unit)
        .where(unit_state.c.campaign == campaign, unit_state.c.figures == figures, unit_state.c.unit != other_than)
        .limit(1)
    ).scalar()


def save_consolidation(
    connection: Connection,
    *,
    campaign: str,
    version: int,
    made_at: datetime,
    final: bool,
    figures: str,
    payload: Mapping[str, Any],
    files: tuple[str, ...],
) -> None:
    """Record a consolidation."""
    connection.execute(
        insert(consolidation).values(
            campaign=campaign,
            version=version,
            made_at=made_at,
            final=final,
            figures=figures,
            payload=dict(payload),
            files=list(files),
        )
    )


def latest_consolidation(connection: Connection, campaign: str) -> ConsolidationRow | None:
    """The newest consolidation of a campaign."""
    return _newest(connection, consolidation.c.campaign == campaign)


def consolidation_of(connection: Connection, campaign: str, version: int) -> ConsolidationRow | None:
    """One consolidation by its version."""
    return _newest(connection, consolidation.c.campaign == campaign, consolidation.c.version == version)


def _newest(connection: Connection, *conditions: ColumnElement[bool]) -> ConsolidationRow | None:
    query = select(consolidation).where(*conditions).order_by(consolidation.c.version.desc()).limit(1)
    row = connection.execute(query).mappings().first()
    return None if row is None else ConsolidationRow(**{**row, "files": tuple(row["files"])})
