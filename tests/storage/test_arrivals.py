"""Recording a group of arrived mails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.arrivals import Arrival, Recorded, record_arrivals
from storage.database import Database
from storage.mail_records import failed_uids, known_uids, mark_forgotten, messages, record_arrival, record_failed_uid, sightings

NOON = datetime(2020, 10, 10, 12, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path / 'thubao.sqlite3'}")


def arrival(uid: int, letter: str, *, hours: int = 0) -> Arrival:
    return Arrival(uid=uid, internaldate=NOON + timedelta(hours=hours), sha256=letter * 64, size=uid)


def record(database: Database, *arrivals: Arrival, folder: str = "INBOX", uidvalidity: int = 7) -> tuple[Recorded, ...]:
    with database.writing() as connection:
        return record_arrivals(
            connection, arrivals, mailbox="baocao", folder=folder, uidvalidity=uidvalidity, fetched_at=NOON + timedelta(days=1)
        )


def test_a_group_is_recorded_as_its_mails_would_be_one_by_one(database: Database, tmp_path: Path) -> None:
    group = (arrival(1, "a"), arrival(2, "b", hours=3), arrival(3, "a", hours=-1))
    record(database, *group)
    other = Database(f"sqlite:///{tmp_path / 'other.sqlite3'}")
    with other.writing() as connection:
        for each in group:
            record_arrival(
                connection,
                mailbox="baocao",
                folder="INBOX",
                uidvalidity=7,
                uid=each.uid,
                internaldate=each.internaldate,
                sha256=each.sha256,
                size=each.size,
                fetched_at=NOON + timedelta(days=1),
            )
    with database.reading() as ours, other.reading() as theirs:
        assert {each.sha256: each.received_at for each in messages(ours)} == {
            each.sha256: each.received_at for each in messages(theirs)
        }
        assert known_uids(ours, "baocao", "INBOX", 7, 1, 9) == known_uids(theirs, "baocao", "INBOX", 7, 1, 9) == {1, 2, 3}


def test_only_a_mail_never_seen_is_new(database: Database) -> None:
    first = record(database, arrival(1, "a"), arrival(2, "b"), arrival(3, "a"))
    assert [each.new for each in first] == [True, True, False]
    assert first[0].number == first[2].number
    again = record(database, arrival(8, "b"), arrival(9, "c"), uidvalidity=8)
    assert [each.new for each in again] == [False, True]


def test_the_earliest_receipt_counts(database: Database) -> None:
    record(database, arrival(1, "a"))
    record(database, arrival(5, "a", hours=5), folder="Moved")
    record(database, arrival(6, "a", hours=-2), folder="Junk")
    with database.reading() as connection:
        (message,) = messages(connection)
    assert message.received_at == NOON - timedelta(hours=2)


def test_a_forgotten_mail_is_known_as_such(database: Database) -> None:
    (first,) = record(database, arrival(1, "a"))
    assert not first.forgotten
    with database.writing() as connection:
        mark_forgotten(connection, first.number, NOON)
    (again,) = record(database, arrival(1, "a"), uidvalidity=8)
    assert again.forgotten
    assert not again.new


def test_a_mail_that_failed_before_is_no_longer_failed(database: Database) -> None:
    with database.writing() as connection:
        record_failed_uid(
            connection, mailbox="baocao", folder="INBOX", uidvalidity=7, uid=4, reason="x", attempts=2, set_aside=False
        )
    (recorded,) = record(database, arrival(4, "a"))
    with database.reading() as connection:
        assert not failed_uids(connection, "baocao", "INBOX", 7)
        assert sightings(connection)[recorded.number].uid == 4


def test_nothing_arrived_is_nothing_recorded(database: Database) -> None:
    assert record(database) == ()
