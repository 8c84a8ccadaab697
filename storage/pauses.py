"""The servers that are left alone for a while because they refused our log-in: a new process has to know of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, select

from config.text import Text
from storage.insert import insert_or_update
from storage.schema import pause

OUTGOING = "smtp"
"""The outgoing server among the servers that may be left alone."""


def mailbox_server(name: str) -> str:
    """The name of a mailbox's server among them."""
    return f"mailbox {name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Since when and until when a server is left alone, and why. `login` is the mark of what it refused, never a secret."""

    server: str
    since: datetime
    until: datetime
    reason: Text
    login: str

    def holds(self, now: datetime) -> bool:
        """Whether it lasts still. A clock that went back behind its beginning does not make us wait for ever."""
        return self.since <= now < self.until


def save_pause(connection: Connection, value: Pause) -> None:
    """Begin a pause; the last one of the same server is forgotten."""
    fields = {"since": value.since, "until": value.until, "login": value.login}
    reason = {"vi": value.reason.vi, "en": value.reason.en}
    insert_or_update(connection, pause, {"server": value.server}, {**fields, "reason": reason})


def end_pause(connection: Connection, server: str) -> None:
    """The server let us in."""
    connection.execute(delete(pause).where(pause.c.server == server))


def pauses(connection: Connection) -> Mapping[str, Pause]:
    """The last pause of every server, over or not."""
    return {row["server"]: _pause(row) for row in connection.execute(select(pause)).mappings()}


def _pause(row: RowMapping) -> Pause:
    reason = Text(vi=row["reason"]["vi"], en=row["reason"]["en"])
    return Pause(server=row["server"], since=row["since"], until=row["until"], reason=reason, login=row["login"])
