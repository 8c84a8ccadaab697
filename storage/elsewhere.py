"""Documents filed to another campaign than their message: a unit may send the forms of two campaigns in one mail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from storage.schema import elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledElsewhere:
    """A document with the campaign and the unit that it is filed to."""

    path: str
    campaign: str
    unit: str


def save_elsewhere(connection: Connection, found: Mapping[int, Iterable[FiledElsewhere]]) -> None:
    """Store which documents of messages are another campaign's, by message, in place of what was stored before."""
    connection.execute(delete(elsewhere).where(elsewhere.c.message_id.in_(found)))
    rows = [
        {"message_id": number, "position": position, "path": each.path, "campaign": each.campaign, "unit": each.unit}
        for number, documents in found.items()
        for position, each in enumerate(documents)
    ]
    if rows:
        connection.execute(insert(elsewhere), rows)


def elsewhere_of_all(connection: Connection, numbers: Iterable[int]) -> Mapping[int, tuple[FiledElsewhere, ...]]:
    """The documents of these messages that are another campaign's; messages without any are left out."""
    found: dict[int, tuple[FiledElsewhere, ...]] = {}
    wanted = tuple(numbers)
    if not wanted:
        return found
    rows = connection.execute(
        select(elsewhere).where(elsewhere.c.message_id.in_(wanted)).order_by(elsewhere.c.message_id, elsewhere.c.position)
    )
    for row in rows:
        each = FiledElsewhere(path=row.path, campaign=row.campaign, unit=row.unit)
        found[row.message_id] = (*found.get(row.message_id, ()), each)
    return found
