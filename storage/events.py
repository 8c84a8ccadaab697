"""The log of what happened, chained by hashes so that a later change or removal shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from storage.schema import event

_START = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened."""

    id: int
    at: datetime
    kind: str
    payload: Mapping[str, Any]
    previous_hash: str
    hash: str


def record_event(connection: Connection, at: datetime, kind: str, payload: Mapping[str, Any]) -> None:
    """Add an event behind the last one."""
    record_events(connection, at, kind, (payload,))


def record_events(connection: Connection, at: datetime, kind: str, payloads: Iterable[Mapping[str, Any]]) -> None:
    """Add events of one kind behind the last one, in this order."""
    previous = connection.execute(_LAST_HASH).scalar() or _START
    rows = []
    for payload in payloads:
        own = chain_hash(previous, at, kind, payload)
        rows.append({"at": at, "kind": kind, "payload": dict(payload), "previous_hash": previous, "hash": own})
        previous = own
    if rows:
        connection.execute(insert(event), rows)


_LAST_HASH = select(event.c.hash).order_by(event.c.id.desc()).limit(1)


def events(connection: Connection) -> tuple[Event, ...]:
    """Every event, oldest first."""
    return tuple(Event(**row) for row in connection.execute(select(event).order_by(event.c.id)).mappings())


def events_since(connection: Connection, kind: str, since: datetime) -> tuple[Event, ...]:
    """The events of one kind from a moment on, oldest first."""
    query = select(event).where(event.c.kind == kind, event.c.at >= since).order_by(event.c.id)
    return tuple(Event(**row) for row in connection.execute(query).mappings())


def chain_hash(previous: str, at: datetime, kind: str, payload: Mapping[str, Any]) -> str:
    """The hash that binds an event to the one before it."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    text = json.dumps([previous, moment, kind, payload], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def broken_link(chain: tuple[Event, ...]) -> int | None:
    """The number of the first event that does not follow from the one before it, None when the chain is whole."""
    previous = _START
    for each in chain:
        if each.previous_hash != previous or each.hash != chain_hash(previous, each.at, each.kind, each.payload):
            return each.id
        previous = each.hash
    return None
