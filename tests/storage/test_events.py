"""The log of what happened: whole, or the first broken link is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from storage.database import Database
from storage.events import Event, broken_link, chain_hash, events, record_event
from storage.schema import event

NOON = datetime(2020, 10, 10, 12, tzinfo=UTC)


def log(database: Database, count: int = 5) -> None:
    with database.writing() as connection:
        for number in range(count):
            told = {"message": number, "unit": "xã Quài Tở", "why": None, "list": [1, "a"]}
            record_event(connection, NOON + timedelta(minutes=number), "message_filed", told)


def chain(database: Database) -> tuple[Event, ...]:
    with database.reading() as connection:
        return events(connection)


def test_an_untouched_log_is_whole(database: Database) -> None:
    assert broken_link(chain(database)) is None
    log(database)
    found = chain(database)
    assert [each.payload["message"] for each in found] == [0, 1, 2, 3, 4]
    assert broken_link(found) is None


@pytest.mark.parametrize(
    "change", [{"payload": {"message": 99}}, {"kind": "other"}, {"at": NOON}, {"hash": "0" * 64}, {"previous_hash": "f" * 64}]
)
def test_a_changed_event_is_found(database: Database, change: dict[str, object]) -> None:
    log(database)
    third = chain(database)[2].id
    with database.writing() as connection:
        connection.execute(update(event).where(event.c.id == third).values(**change))
    assert broken_link(chain(database)) == third


@pytest.mark.parametrize("place", [0, 2])
def test_a_removed_event_is_found(database: Database, place: int) -> None:
    log(database)
    found = chain(database)
    with database.writing() as connection:
        connection.execute(delete(event).where(event.c.id == found[place].id))
    assert broken_link(chain(database)) == found[place + 1].id


def test_an_event_slipped_in_is_found(database: Database) -> None:
    log(database)
    last = chain(database)[-1]
    with database.writing() as connection:
        forged = {"at": NOON, "kind": "decision", "payload": {}, "previous_hash": last.previous_hash, "hash": "a" * 64}
        connection.execute(insert(event).values(**forged))
    broken = broken_link(chain(database))
    assert broken is not None
    assert broken > last.id


def test_the_hash_of_an_event_does_not_depend_on_the_clock_face() -> None:
    hanoi = NOON.astimezone(timezone(timedelta(hours=7)))
    assert chain_hash("0", NOON, "a", {"b": 1, "c": 2}) == chain_hash("0", hanoi, "a", {"c": 2, "b": 1})


plain = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda each: st.lists(each, max_size=3), max_leaves=5)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(), plain, max_size=3), st.dictionaries(st.text(), plain, max_size=3))
def test_different_payloads_have_different_hashes(first: dict[str, object], second: dict[str, object]) -> None:
    same = repr(sorted(first.items())) == repr(sorted(second.items()))
    assert (chain_hash("0", NOON, "a", first) == chain_hash("0", NOON, "a", second)) == same


def test_a_rolled_back_event_leaves_no_gap(database: Database) -> None:
    def fail_halfway() -> None:
        with database.writing() as connection:
            record_event(connection, NOON, "lost", {})
            raise RuntimeError

    log(database, 2)
    with pytest.raises(RuntimeError):
        fail_halfway()
    log(database, 2)
    assert broken_link(chain(database)) is None
    with database.reading() as connection:
        assert "lost" not in set(connection.execute(select(event.c.kind)).scalars())
