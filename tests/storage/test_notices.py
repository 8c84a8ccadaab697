"""The outbox's rows: one per cause, moved only by who saw the state before, counted as what left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from storage.database import Database
from storage.notices import (
    Notice,
    NoticeKind,
    NoticeState,
    due_notices,
    enqueue,
    left_since,
    move,
    notice_by_message_id,
    notice_content,
    notice_key,
    notices,
    notices_in,
    reminders_sent,
)

NOON = datetime(2020, 10, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def add(
    database: Database, number: int = 1, *, kind: NoticeKind = NoticeKind.REMINDER, unit: str = "03295", due: datetime = NOON
) -> bool:
    with database.writing() as connection:
        return enqueue(
            connection,
            key=notice_key("htsd-2020", unit, kind, due, number),
            campaign="htsd-2020",
            unit=unit,
            kind=kind,
            due_at=due,
            created_at=NOON,
            recipient=f"{unit}@xa.example",
            cause="rung 1",
            context={"rung": 1, "files": ["a.xlsx"]},
        )


def every(database: Database) -> tuple[Notice, ...]:
    with database.reading() as connection:
        return notices(connection)


def step(database: Database, notice: Notice, *states: NoticeState, **fields: object) -> list[bool]:
    with database.writing() as connection:
        return [move(connection, notice.id, before, after, **fields) for before, after in pairwise(states)]


def test_the_same_cause_is_queued_once(database: Database) -> None:
    assert add(database)
    assert not add(database)
    assert add(database, 2)
    assert add(database, kind=NoticeKind.OVERDUE)
    assert add(database, unit="03259")
    assert len(every(database)) == 4


def test_a_notice_comes_back_as_it_was_queued(database: Database) -> None:
    add(database)
    (notice,) = every(database)
    assert (notice.kind, notice.state, notice.due_at) == (NoticeKind.REMINDER, NoticeState.QUEUED, NOON)
    assert notice.context == {"rung": 1, "files": ["a.xlsx"]}
    assert (notice.attempts, notice.error, notice.sent_at, notice.message_id) == (0, "", None, "")


def test_only_what_is_queued_and_due_is_handed_out_oldest_first(database: Database) -> None:
    for number, due in enumerate((NOON + HOUR, NOON, NOON - HOUR, NOON - 2 * HOUR), start=1):
        add(database, number, due=due)
    later, _, _, sent = sorted(every(database), key=lambda each: -each.due_at.timestamp())
    step(database, sent, NoticeState.QUEUED, NoticeState.CLAIMED)
    with database.reading() as connection:
        assert [each.due_at for each in due_notices(connection, NOON)] == [NOON - HOUR, NOON]
    assert later.due_at == NOON + HOUR


def test_what_waits_for_its_next_attempt_is_not_handed_out(database: Database) -> None:
    add(database)
    step(database, every(database)[0], NoticeState.QUEUED, NoticeState.QUEUED, next_attempt_at=NOON + HOUR)
    with database.reading() as connection:
        assert due_notices(connection, NOON) == ()
        assert len(due_notices(connection, NOON + HOUR)) == 1


def test_only_one_of_two_who_claim_gets_it(database: Database) -> None:
    add(database)
    (notice,) = every(database)
    assert step(database, notice, NoticeState.QUEUED, NoticeState.CLAIMED) == [True]
    assert step(database, notice, NoticeState.QUEUED, NoticeState.CLAIMED) == [False]
    assert [each.state for each in every(database)] == [NoticeState.CLAIMED]


def test_a_letter_is_kept_byte_for_byte(database: Database) -> None:
    add(database)
    (notice,) = every(database)
    content = bytes(range(256)) * 50
    with database.reading() as connection:
        assert notice_content(connection, notice.id) is None
    step(database, notice, NoticeState.QUEUED, NoticeState.CLAIMED, content=content, message_id="<a@b>")
    with database.reading() as connection:
        assert notice_content(connection, notice.id) == content
        found = notice_by_message_id(connection, ("<x@y>", "<a@b>"))
        assert found is not None
        assert found.id == notice.id
        assert notice_by_message_id(connection, ()) is None
        assert notice_by_message_id(connection, ("<x@y>",)) is None


def test_what_left_is_counted_whatever_came_of_it(database: Database) -> None:
    states = (NoticeState.SENT, NoticeState.BOUNCED, NoticeState.UNCERTAIN, NoticeState.FAILED, NoticeState.CANCELLED)
    for number, state in enumerate(states, start=1):
        add(database, number, unit="03295" if number % 2 else "03259")
        with database.writing() as connection:
            newest = max(notices(connection), key=lambda each: each.id)
            move(connection, newest.id, NoticeState.QUEUED, state, sent_at=NOON)
    with database.reading() as connection:
        assert left_since(connection, NOON) == 3
        assert left_since(connection, NOON, "03259@xa.example") == 1
        assert left_since(connection, NOON + HOUR) == 0
        assert reminders_sent(connection, "htsd-2020") == {"03295": 2, "03259": 1}
        assert reminders_sent(connection, "other") == {}
        assert [each.state for each in notices_in(connection, NoticeState.FAILED)] == [NoticeState.FAILED]
        assert len(notices(connection, "htsd-2020", "03295")) == 3
