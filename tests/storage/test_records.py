"""Messages, readings, filings, decisions, states and consolidations: what is put on record comes back, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from config.errors import StorageError
from config.text import Text
from parsers.codec import to_plain
from parsers.values import DocumentFate, MessageReading
from storage.database import Database
from storage.decisions import DecisionKind, all_decisions, assignments, decisions_on, record_decision
from storage.filings import (
    Filing,
    FilingRow,
    MessageState,
    filed_to,
    filing_of,
    filings,
    originals_of,
    save_filing,
    save_filings,
    unfile,
    unfiled,
)
from storage.mail_records import (
    FolderCursor,
    failed_uids,
    folder_cursor,
    folder_cursors,
    forget_unfetched,
    known_uids,
    mailboxes_by_message,
    mailboxes_of,
    mark_forgotten,
    message_record,
    messages,
    record_arrival,
    record_failed_uid,
    record_message,
    save_cursor,
    set_aside_sightings,
    unfetched_uids,
)
from storage.readings import (
    documents,
    forget_derived,
    forget_text,
    note_reader_death,
    other_users_of,
    reading_of,
    save_fates,
    save_reading,
    unread,
)
from storage.submissions import (
    consolidation_of,
    latest_consolidation,
    save_consolidation,
    save_state,
    state_of,
    states,
    unit_with_figures,
)
from tests.service.papers import everything, mail, photo, photos, report

NOON = datetime(2020, 10, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def arrive(
    database: Database, letter: str, *, uid: int = 1, at: datetime = NOON, mailbox: str = "baocao", folder: str = "INBOX"
) -> int:
    with database.writing() as connection:
        return record_arrival(
            connection,
            mailbox=mailbox,
            folder=folder,
            uidvalidity=7,
            uid=uid,
            internaldate=at,
            sha256=letter * 64,
            size=100,
            fetched_at=NOON + HOUR,
        )


def file(
    database: Database, number: int, reading: MessageReading, filing: Filing | None = None, units: dict[str, str] | None = None
) -> None:
    with database.writing() as connection:
        save_reading(connection, number, reading)
        filed = filing or Filing(message_id=number, state=MessageState.FILED, campaign="htsd-2020", unit="03295")
        save_filings(connection, (FilingRow(filing=replace(filed, message_id=number), document_units=units or {}),))


# --- messages ------------------------------------------------------------------------------------------------------------


def test_the_same_mail_in_two_folders_is_one_message_received_when_it_first_was(database: Database) -> None:
    first = arrive(database, "a", at=NOON)
    again = arrive(database, "a", uid=9, folder="Junk", at=NOON - HOUR)
    assert first == again
    with database.reading() as connection:
        (record,) = messages(connection)
        assert record.received_at == NOON - HOUR
        assert [known_uids(connection, "baocao", each, 7, 1, 9) for each in ("INBOX", "Junk")] == [{1}, {9}]
        assert mailboxes_by_message(connection) == mailboxes_of(connection, [first]) == {first: frozenset({"baocao"})}


def test_a_mail_that_cannot_be_fetched_is_counted_and_then_set_aside(database: Database) -> None:
    where = {"mailbox": "baocao", "folder": "INBOX", "uidvalidity": 7}
    with database.writing() as connection:
        record_failed_uid(connection, **where, uid=5, reason="garbage", attempts=1, set_aside=False)  # type: ignore[arg-type]  # a place
    with database.reading() as connection:
        assert failed_uids(connection, "baocao", "INBOX", 7) == {5: 1}
        assert known_uids(connection, "baocao", "INBOX", 7, 1, 9) == set()
        assert unfetched_uids(connection, "baocao", "INBOX", 7) == {5}
    with database.writing() as connection:
        record_failed_uid(connection, **where, uid=5, reason="garbage", attempts=3, set_aside=True)  # type: ignore[arg-type]  # a place
        save_cursor(connection, "baocao", "INBOX", FolderCursor(uidvalidity=7))
    with database.reading() as connection:
        assert failed_uids(connection, "baocao", "INBOX", 7) == {}
        assert known_uids(connection, "baocao", "INBOX", 7, 1, 9) == {5}
        assert [each.reason for each in set_aside_sightings(connection)] == ["garbage"]
    with database.writing() as connection:
        save_cursor(connection, "baocao", "INBOX", FolderCursor(uidvalidity=8))
        assert set_aside_sightings(connection) == ()  # the folder was numbered anew: what it holds now has other numbers
        forget_unfetched(connection, "baocao", "INBOX", 7, {5})
        assert unfetched_uids(connection, "baocao", "INBOX", 7) == set()


def test_a_poll_finds_the_waiting_mails_without_looking_through_all(database: Database) -> None:
    asked: list[tuple[str, Any]] = []
    with database.reading() as connection:
        event.listen(connection, "before_cursor_execute", lambda _c, _cursor, text, values, *_rest: asked.append((text, values)))
        failed_uids(connection, "baocao", "INBOX", 7)
        (text, values) = asked[0]
        plan = connection.exec_driver_sql(f"EXPLAIN {'QUERY PLAN ' if connection.dialect.name == 'sqlite' else ''}{text}", values)
        said = str(plan.all())
    assert "sighting_waiting" in said or connection.dialect.name != "sqlite", "PostgreSQL plans by how full a table is"


def test_a_cursor_is_replaced_whole(database: Database) -> None:
    with database.writing() as connection:
        assert folder_cursor(connection, "baocao", "INBOX") == FolderCursor()
        save_cursor(connection, "baocao", "INBOX", FolderCursor(uidvalidity=7, uidnext=10, error="down", error_since=NOON))
        save_cursor(connection, "baocao", "INBOX", FolderCursor(uidvalidity=7, uidnext=12, last_success=NOON))
    with database.reading() as connection:
        expected = FolderCursor(uidvalidity=7, uidnext=12, last_success=NOON)
        assert folder_cursors(connection) == {("baocao", "INBOX"): expected}


def test_an_imported_mail_is_recorded_once_with_its_earliest_receipt(database: Database) -> None:
    with database.writing() as connection:
        numbers = {
            record_message(connection, sha256="c" * 64, size=1, received_at=at, fetched_at=NOON, source="bc.eml")
            for at in (NOON, NOON - HOUR, NOON + HOUR)
        }
        (number,) = numbers
        record = message_record(connection, number)
        assert record is not None
        assert (record.received_at, record.source) == (NOON - HOUR, "bc.eml")
        mark_forgotten(connection, number, NOON)
        assert message_record(connection, number + 1) is None


def test_a_decision_about_no_message_is_refused(database: Database) -> None:
    with pytest.raises(StorageError), database.writing() as connection:
        record_decision(connection, at=NOON, who="a", kind=DecisionKind.ASSIGN, campaign="c", unit="1", message_id=404)


# --- readings and filings --------------------------------------------------------------------------------------------------


def test_a_reading_comes_back_equal_and_is_replaced_whole(database: Database) -> None:
    number = arrive(database, "a")
    first, second = mail(1, "xa@x.example", *everything()), mail(1, "xa@x.example", report())
    with database.writing() as connection:
        assert unread(connection) == ((number, "a" * 64),)
        save_reading(connection, number, first)
        assert reading_of(connection, number) == first
        assert len(documents(connection, number)) == 6
        save_reading(connection, number, second)
        assert reading_of(connection, number) == second
        assert [each.name for each in documents(connection)] == ["Bao cao.docx"]
        assert (unread(connection), unfiled(connection)) == ((), (number,))


def test_a_reader_that_died_is_counted_and_the_mail_stays_unread(database: Database) -> None:
    number = arrive(database, "a")
    with database.writing() as connection:
        assert [note_reader_death(connection, number, "out of memory") for _ in range(3)] == [1, 2, 3]
        assert reading_of(connection, number) is None
        assert unread(connection) == ((number, "a" * 64),)
        save_filing(connection, Filing(message_id=number, state=MessageState.SET_ASIDE))
        assert unread(connection) == ()


def test_a_filing_comes_back_equal(database: Database) -> None:
    number = arrive(database, "a")
    filing = Filing(
        message_id=number,
        state=MessageState.NEEDS_DECISION,
        campaign="htsd-2020",
        unit="03295",
        trust="failed",
        provisional=True,
        evidence=({"kind": "address", "detail": "xa@x.example", "unit": "03295", "score": 1.0},),
        why=Text(vi="nghi giả mạo", en="forged"),
        request={"kind": "extension"},
    )
    file(database, number, mail(1, "xa@x.example"), filing)
    with database.reading() as connection:
        assert filing_of(connection, number) == filing
        assert filings(connection) == {number: filing}
        assert filed_to(connection, "htsd-2020", "03295") == ()  # it waits
        assert filing_of(connection, number + 1) is None


def test_a_split_message_is_given_to_each_of_its_units_and_unfiling_takes_it_back(database: Database) -> None:
    number = arrive(database, "a")
    file(database, number, mail(1, "truong@x.example", report(), *photos(1)), units={"IMG_0001.jpg": "03259", "Bao cao.docx": ""})
    with database.writing() as connection:
        for unit in ("03295", "03259"):
            (filed,) = filed_to(connection, "htsd-2020", unit)
            assert filed.document_units == {"IMG_0001.jpg": "03259", "Bao cao.docx": ""}
            assert (filed.message_id, filed.fetched_at) == (number, NOON + HOUR)
        assert filed_to(connection, "other", "03295") == ()
        unfile(connection, number)
        assert filed_to(connection, "htsd-2020", "03259") == ()
        assert unfiled(connection) == (number,)


def test_messages_of_a_unit_come_oldest_receipt_first_and_a_copy_may_make_one_older(database: Database) -> None:
    late, early, copy = (
        arrive(database, each, uid=uid, at=at)
        for each, uid, at in (("a", 1, NOON), ("b", 2, NOON - HOUR), ("c", 3, NOON - 2 * HOUR))
    )
    file(database, late, mail(1, "xa@x.example"))
    file(database, early, mail(2, "xa@x.example"))
    with database.reading() as connection:
        assert [each.message_id for each in filed_to(connection, "htsd-2020", "03295")] == [early, late]
    file(database, copy, mail(1, "xa@x.example"), Filing(message_id=copy, state=MessageState.DUPLICATE, duplicate_of=late))
    with database.reading() as connection:
        found = filed_to(connection, "htsd-2020", "03295")
        assert [(each.message_id, each.received_at) for each in found] == [(late, NOON - 2 * HOUR), (early, NOON - HOUR)]


def test_the_originals_of_a_content_are_the_messages_filed_as_no_copy(database: Database) -> None:
    first, second, other = (arrive(database, each, uid=uid, at=NOON + uid * HOUR) for uid, each in enumerate("abc", start=1))
    for number, key in ((first, 1), (second, 1), (other, 2)):
        with database.writing() as connection:
            save_reading(connection, number, mail(key, "xa@x.example"))
    fingerprint = mail(1, "xa@x.example").envelope.fingerprint
    with database.writing() as connection:
        assert originals_of(connection, [fingerprint]) == {}  # nothing is filed yet
        save_filing(connection, Filing(message_id=first, state=MessageState.FILED))
        assert originals_of(connection, [fingerprint]) == {fingerprint: ((NOON + HOUR, first),)}
        save_filing(connection, Filing(message_id=second, state=MessageState.DUPLICATE, duplicate_of=first))
        assert originals_of(connection, [fingerprint]) == {fingerprint: ((NOON + HOUR, first),)}


def test_a_photo_is_found_in_other_units_and_campaigns_only(database: Database) -> None:
    ours, theirs, last_year = (arrive(database, each, uid=uid) for uid, each in enumerate("abc", start=1))
    file(database, ours, mail(1, "a@x.example", photo(1), photo(2), photo(3)))
    file(
        database,
        theirs,
        mail(2, "b@x.example", photo(1)),
        Filing(message_id=0, state=MessageState.FILED, campaign="htsd-2020", unit="03259"),
    )
    file(
        database,
        last_year,
        mail(3, "a@x.example", photo(2)),
        Filing(message_id=0, state=MessageState.FILED, campaign="htsd-2019", unit="03295"),
    )
    with database.reading() as connection:
        found = other_users_of(connection, [photo(each).sha256 for each in (1, 2, 3)], "htsd-2020", "03295")
    assert found == {photo(1).sha256: ("htsd-2020", "03259"), photo(2).sha256: ("htsd-2019", "03295")}


def test_the_fate_of_a_document_is_kept_apart_from_what_was_read(database: Database) -> None:
    number = arrive(database, "a")
    file(database, number, mail(1, "xa@x.example", report()))
    with database.writing() as connection:
        save_fates(connection, [(number, "Bao cao.docx", DocumentFate.SUPERSEDED, Text(vi="đã có bản mới", en="newer"))])
        (row,) = documents(connection, number)
        assert (row.fate, row.why.vi) == ("superseded", "đã có bản mới")
        reading = reading_of(connection, number)
        assert reading is not None
        assert reading.documents[0].fate is DocumentFate.USED


def test_forgotten_text_leaves_no_word_but_is_never_read_again(database: Database) -> None:
    number = arrive(database, "a")
    private = Filing(message_id=number, state=MessageState.NOT_A_REPORT, evidence=({"detail": "me@home.example"},))
    file(database, number, mail(1, "me@home.example", report(), subject="Thư riêng"), private)
    fingerprint = mail(1, "me@home.example").envelope.fingerprint
    with database.writing() as connection:
        forget_text(connection, number)
        mark_forgotten(connection, number, NOON)
        assert reading_of(connection, number) is None
        assert documents(connection, number) == ()
        assert filings(connection)[number].evidence == ()
        assert (unread(connection), unfiled(connection)) == ((), ())
        assert originals_of(connection, [fingerprint]) == {fingerprint: ((NOON, number),)}


def test_everything_derived_can_be_dropped_and_the_facts_stay(database: Database) -> None:
    number = arrive(database, "a")
    file(database, number, mail(1, "xa@x.example", *everything()))
    with database.writing() as connection:
        record_decision(connection, at=NOON, who="officer", kind=DecisionKind.ASSIGN, campaign="c", unit="1", message_id=number)
        forget_derived(connection)
        assert (filings(connection), documents(connection), unread(connection)) == ({}, (), ((number, "a" * 64),))
        assert len(all_decisions(connection)) == 1


# --- decisions, states, consolidations ------------------------------------------------------------------------------------


def test_decisions_come_back_in_their_order(database: Database) -> None:
    number = arrive(database, "a")
    with database.writing() as connection:
        record_decision(connection, at=NOON, who="a", kind=DecisionKind.ASSIGN, campaign="c", unit="1", message_id=number)
        record_decision(
            connection, at=NOON, who="a", kind=DecisionKind.CORRECT, campaign="c", unit="1", payload={"value": 5}, why="gọi điện"
        )
        record_decision(connection, at=NOON, who="b", kind=DecisionKind.EXCUSE, campaign="c", unit="2")
    with database.reading() as connection:
        assert [each.kind for each in decisions_on(connection, "c", "1")] == [DecisionKind.ASSIGN, DecisionKind.CORRECT]
        assert decisions_on(connection, "c", "1")[1].payload == {"value": 5}
        assert [each.message_id for each in assignments(connection)] == [number]
        assert [each.who for each in all_decisions(connection)] == ["a", "a", "b"]


def test_the_state_of_a_unit_is_replaced(database: Database) -> None:
    with database.writing() as connection:
        for content, figures in (("partial", ""), ("received", "f" * 64)):
            save_state(
                connection,
                campaign="c",
                unit="1",
                judged_at=NOON,
                content=content,
                figures=figures,
                submission={"content": content},
            )
        save_state(connection, campaign="c", unit="2", judged_at=NOON, content="received", figures="f" * 64, submission={})
        assert state_of(connection, "c", "1") == {"content": "received"}
        assert {unit for unit, _ in states(connection, "c")} == {"1", "2"}
        assert state_of(connection, "c", "3") is None
        assert unit_with_figures(connection, "c", "f" * 64, "1") == "2"
        assert unit_with_figures(connection, "other", "f" * 64, "1") is None


def test_a_version_is_recorded_once_and_each_can_be_asked_for(database: Database) -> None:
    def save(version: int) -> None:
        with database.writing() as connection:
            save_consolidation(
                connection,
                campaign="c",
                version=version,
                made_at=NOON,
                final=True,
                figures=str(version),
                payload={"v": version},
                files=("a", "b"),
            )

    for version in (1, 2):
        save(version)
    with pytest.raises(StorageError):
        save(2)
    with database.reading() as connection:
        latest, first = latest_consolidation(connection, "c"), consolidation_of(connection, "c", 1)
        assert latest is not None
        assert first is not None
        assert (latest.version, latest.files, first.payload) == (2, ("a", "b"), {"v": 1})
        assert consolidation_of(connection, "c", 3) is None
        assert latest_consolidation(connection, "other") is None


def test_names_of_any_letters_survive(database: Database) -> None:
    number = arrive(database, "a")
    strange = replace(report(), name="Bao cao 🎉 \u202egpj.docx", path="thư mục/Bao cao 🎉.docx")
    with database.writing() as connection:
        save_reading(connection, number, mail(1, "xa@x.example", strange))
        (row,) = documents(connection, number)
        assert (row.name, row.path) == (strange.name, strange.path)
        assert to_plain(row.why) == {"vi": "", "en": ""}
