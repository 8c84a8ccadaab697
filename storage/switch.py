"""The stop switch: while it is thrown no mail leaves, whatever is due; everything else goes on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from storage.events import record_event
from storage.insert import insert_or_update
from storage.schema import about

_KEY = "sending_stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """Since when no mail leaves, and who wanted it."""

    since: datetime
    who: str


def sending_stopped(connection: Connection) -> Stopped | None:
    """Whether sending is stopped, None while mail may leave."""
    value = connection.execute(select(about.c.value).where(about.c.key == _KEY)).scalar()
    if value is None:
        return None
    plain = json.loads(value)
    return Stopped(since=datetime.fromisoformat(plain["since"]), who=plain["who"])


def stop_sending(connection: Connection, now: datetime, who: str) -> None:
    """Throw the switch; thrown already it stays as it is."""
    if sending_stopped(connection) is None:
        value = json.dumps({"since": now.isoformat(), "who": who}, ensure_ascii=False)
        insert_or_update(connection, about, {"key": _KEY}, {"value": value})
        record_event(connection, now, "sending", {"stopped": True, "who": who})


def resume_sending(connection: Connection, now: datetime, who: str) -> None:
    """Take the switch back: what waited leaves with the next round, if it is still called for."""
    if connection.execute(delete(about).where(about.c.key == _KEY)).rowcount:
        record_event(connection, now, "sending", {"stopped": False, "who": who})
