"""The conservation law as last counted: every mail on the server has a state, every row its raw mail, every raw mail its row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from storage.insert import insert_or_update
from storage.schema import balance

ARCHIVE = "archive"
"""The place where rows are counted against raw mails; every other place is a folder of a mailbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """One count: of `counted` things `missing` lack their counterpart, and `surplus` counterparts belong to nothing."""

    counted_at: datetime
    counted: int
    missing: int = 0
    surplus: int = 0

    @property
    def agrees(self) -> bool:
        """Whether nothing is missing and nothing is left over."""
        return not self.missing and not self.surplus


def folder_place(mailbox: str, folder: str) -> str:
    """Under which name a folder is counted."""
    return f"{mailbox}/{folder}"


def save_balance(connection: Connection, place: str, value: Balance) -> None:
    """Replace the last count of a place."""
    fields = {name: getattr(value, name) for name in Balance.__dataclass_fields__}
    insert_or_update(connection, balance, {"place": place}, fields)


def balances(connection: Connection) -> Mapping[str, Balance]:
    """The last count of every place."""
    rows = connection.execute(select(balance)).mappings()
    return {row["place"]: Balance(**{name: row[name] for name in Balance.__dataclass_fields__}) for row in rows}
