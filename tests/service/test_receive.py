"""The receive step against a real Dovecot."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from config.errors import MailServerError
from service.receive import FULL_LOOK_EVERY
from storage.mail_records import folder_cursor, mark_forgotten, messages
from tests.servers import DovecotServer
from tests.service.receiving import OFFICE, RECEIVED, House, deliver, house_for, mail, mails


@pytest.fixture
def house(dovecot: DovecotServer, tmp_path: Path) -> House:
    return house_for(dovecot, tmp_path)


def test_every_mail_is_archived_and_recorded_once(dovecot: DovecotServer, house: House) -> None:
    raw = mails(60)
    deliver(dovecot, raw)
    report = house.receive()
    assert len(report.new) == 60
    assert (report.server_count, report.recorded, report.failed, report.notes) == (60, 60, (), ())
    house.assert_holds_exactly(raw)
    with house.database.reading() as connection:
        assert {each.received_at for each in messages(connection)} == {RECEIVED}
    assert house.receive().new == ()


def test_new_mail_is_found_by_the_next_look(dovecot: DovecotServer, house: House) -> None:
    deliver(dovecot, [mail(1)])
    with house.mailbox() as mailbox:
        assert len(house.receive_from(mailbox).new) == 1
        for number in range(2, 6):
            deliver(dovecot, [mail(number)])
            report = house.receive_from(mailbox)
            assert len(report.new) == 1
            assert report.server_count == report.recorded == number
        assert house.receive_from(mailbox).new == ()
    house.assert_holds_exactly(mails(5))


def test_our_reading_leaves_no_trace(dovecot: DovecotServer, house: House) -> None:
    deliver(dovecot, mails(3))
    before, flags = dovecot.status(), dovecot.flags()
    with house.mailbox() as mailbox:
        house.receive_from(mailbox)
        mailbox.wait(0.1)
        mailbox.contains_message_id("INBOX", "<1@xa.example>")
    assert dovecot.status() == before
    assert dovecot.flags() == flags
    assert not any("\\Seen" in each for each in dovecot.flags().values())


def test_mail_that_a_human_read_flagged_or_moved_is_received_all_the_same(dovecot: DovecotServer, tmp_path: Path) -> None:
    house = house_for(dovecot, tmp_path, folders=("INBOX", "Done"))
    raw = mails(6)
    deliver(dovecot, raw)
    with dovecot.human() as human:
        human.create("Done")
        human.uid("STORE", "1", "+FLAGS", r"(\Seen \Flagged)")
        human.uid("MOVE", "2", "Done")
        assert len(house.receive().new) == 6
        human.uid("MOVE", "3", "Done")  # after we have it: no second message
        human.uid("STORE", "4", "+FLAGS", r"(\Deleted)")
        human.expunge()
        house.now += FULL_LOOK_EVERY
        report = house.receive()
        assert report.new == ()
        assert report.server_count == report.recorded == 5
        assert dovecot.flags()[1] == ("\\Flagged", "\\Seen")
    house.assert_holds_exactly(raw)


def test_mail_expunged_between_search_and_fetch_does_not_stop_the_others(dovecot: DovecotServer, house: House) -> None:
    deliver(dovecot, mails(8))
    with house.mailbox() as mailbox:
        uids = mailbox.uids("INBOX", 1, 8)
        with dovecot.human() as human:
            human.uid("STORE", "3:4", "+FLAGS", r"(\Deleted)")
            human.expunge()
        fetched = list(mailbox.fetch("INBOX", uids, house.archive))
    assert [each.uid for each in fetched] == [1, 2, 5, 6, 7, 8, 3, 4]
    assert [str(getattr(each, "why", "")) for each in fetched[-2:]] == ["gone", "gone"]


def test_an_emptied_mailbox_takes_nothing_from_the_record(dovecot: DovecotServer, house: House) -> None:
    raw = mails(4)
    deliver(dovecot, raw)
    house.receive()
    with dovecot.human() as human:
        human.uid("STORE", "1:*", "+FLAGS", r"(\Deleted)")
        human.expunge()
    report = house.receive(full=True)
    assert (report.new, report.server_count, report.failed) == ((), 0, ())
    house.assert_holds_exactly(raw)


def test_new_uidvalidity_brings_a_note_and_no_new_message(dovecot: DovecotServer, house: House) -> None:
    raw = mails(12)
    deliver(dovecot, raw)
    first = house.receive()
    dovecot.reset_uidvalidity()
    report = house.receive()
    assert report.new == ()
    assert ["đánh số lại" in note.vi for note in report.notes] == [True]
    assert (report.server_count, report.recorded) == (12, 12)
    assert house.receive().notes == ()
    house.assert_holds_exactly(raw)
    assert len(first.new) == 12


def test_the_same_mail_in_two_folders_is_one_message(dovecot: DovecotServer, tmp_path: Path) -> None:
    house = house_for(dovecot, tmp_path, folders=("INBOX", "Junk"))
    deliver(dovecot, [mail(1), mail(2)])
    deliver(dovecot, [mail(2), mail(3)], folder="Junk")
    report = house.receive()
    assert len(report.new) == 3
    assert (report.server_count, report.recorded) == (4, 4)
    house.assert_holds_exactly([mail(1), mail(2), mail(3)])


def test_a_moved_mail_keeps_its_first_receipt(dovecot: DovecotServer, tmp_path: Path) -> None:
    house = house_for(dovecot, tmp_path, folders=("INBOX", "Later"))
    deliver(dovecot, [mail(1)])
    deliver(dovecot, [mail(1)], folder="Later", received_at=RECEIVED + timedelta(days=9))
    house.receive()
    with house.database.reading() as connection:
        (message,) = messages(connection)
    assert message.received_at == RECEIVED


def test_mail_from_before_the_window_is_left_alone(dovecot: DovecotServer, house: House) -> None:
    deliver(dovecot, [mail(1)], received_at=datetime(2020, 5, 1, 12, tzinfo=OFFICE))
    deliver(dovecot, [mail(2)], received_at=datetime(2020, 9, 28, 23, 59, 59, tzinfo=OFFICE))
    deliver(dovecot, [mail(3)], received_at=datetime(2020, 9, 29, 0, 0, 1, tzinfo=OFFICE))
    deliver(dovecot, [mail(4)], received_at=datetime(2020, 1, 1, 12, tzinfo=OFFICE))  # moved in later
    report = house.receive()
    assert (len(report.new), report.server_count, report.recorded, report.earlier) == (1, 1, 1, 2)
    house.assert_holds_exactly([mail(3)])


def test_a_window_may_begin_at_a_moment_whatever_the_clocks_zone(dovecot: DovecotServer, house: House) -> None:
    for number, hour in ((1, 5), (2, 7)):
        deliver(dovecot, [mail(number)], received_at=datetime(2020, 9, 29, hour, tzinfo=OFFICE))
    house.now = house.now.astimezone(UTC)
    assert len(house.receive(window_start=datetime(2020, 9, 29, 6, tzinfo=OFFICE)).new) == 1
    house.assert_holds_exactly([mail(2)])


def test_a_window_that_begins_earlier_brings_the_earlier_mail(dovecot: DovecotServer, house: House) -> None:
    deliver(dovecot, [mail(1)], received_at=datetime(2020, 5, 1, 12, tzinfo=OFFICE))
    deliver(dovecot, [mail(2)])
    house.receive()
    report = house.receive(full=True, window_start=date(2020, 4, 1))
    assert len(report.new) == 1
    house.assert_holds_exactly([mail(1), mail(2)])


def test_a_mail_over_the_limit_is_archived_in_part_and_noted(dovecot: DovecotServer, house: House) -> None:
    large = mail(1, size=900_000)
    deliver(dovecot, [mail(2), large, mail(3)])
    house.settings = replace(house.settings, max_message_bytes=500_000)
    report = house.receive()
    assert len(report.new) == 3
    assert ["vượt giới hạn" in note.vi for note in report.notes] == [True]
    house.assert_holds_exactly([mail(2), large[: 256 * 1024], mail(3)])
    with house.database.reading() as connection:
        assert [each.truncated for each in messages(connection)].count(True) == 1


def test_a_large_mail_comes_whole(dovecot: DovecotServer, house: House) -> None:
    raw = [mail(1, size=20_000_000), mail(2), mail(3, size=3_000_000)]
    deliver(dovecot, raw)
    assert len(house.receive().new) == 3
    house.assert_holds_exactly(raw)


def test_forgotten_mail_stays_forgotten_when_it_is_seen_again(dovecot: DovecotServer, house: House) -> None:
    deliver(dovecot, [mail(1), mail(2)])
    house.receive()
    (private, number), *_ = house.recorded().items()
    with house.database.writing() as connection:
        mark_forgotten(connection, number, house.now)
    house.archive.drop(private)
    dovecot.reset_uidvalidity()
    assert house.receive().new == ()
    assert not house.archive.contains(private)


def test_a_folder_that_is_not_there_does_not_keep_the_others(dovecot: DovecotServer, tmp_path: Path) -> None:
    house = house_for(dovecot, tmp_path, folders=("Không có", "INBOX"))
    deliver(dovecot, [mail(1)])
    report = house.receive()
    assert len(report.new) == 1
    assert ["Không có" in note.vi for note in report.notes] == [True]
    with house.database.reading() as connection:
        missing = folder_cursor(connection, "baocao", "Không có")
        found = folder_cursor(connection, "baocao", "INBOX")
    assert "sửa `folders`" in missing.error
    assert missing.error_since == house.now
    assert (found.error, found.last_success) == ("", house.now)


def test_folders_have_vietnamese_names(dovecot: DovecotServer, tmp_path: Path) -> None:
    house = house_for(dovecot, tmp_path, folders=("Báo cáo đã nhận",))
    from imapclient.imap_utf7 import encode

    deliver(dovecot, [mail(1)], folder=encode("Báo cáo đã nhận").decode())
    assert len(house.receive().new) == 1
    with house.mailbox() as mailbox:
        assert "Báo cáo đã nhận" in mailbox.folders()


def test_after_a_server_restart_the_next_look_goes_on(dovecot: DovecotServer, house: House) -> None:
    deliver(dovecot, [mail(1)])
    with house.mailbox() as mailbox:
        house.receive_from(mailbox)
        dovecot.restart()
        deliver(dovecot, [mail(2)])
        with pytest.raises(MailServerError, match="ended the connection") as caught:
            house.receive_from(mailbox)
        assert caught.value.transient
        assert not mailbox.connected
        mailbox.reconnect()
        assert len(house.receive_from(mailbox).new) == 1
    house.assert_holds_exactly(mails(2))


def test_progress_counts_to_the_end(dovecot: DovecotServer, house: House) -> None:
    from service.receive import receive

    deliver(dovecot, mails(30))
    told: list[tuple[int, int]] = []
    with house.mailbox() as mailbox:
        receive(
            mailbox,
            mailbox.settings,
            house.archive,
            house.database,
            window_start=date(2020, 9, 29),
            now=lambda: house.now,
            progress=lambda done, total: told.append((done, total)),
        )
    assert told == [(number, 30) for number in range(1, 31)]


def test_asked_to_stop_it_stops_and_the_next_look_brings_the_rest(dovecot: DovecotServer, house: House) -> None:
    from service.receive import receive

    raw = mails(40)
    deliver(dovecot, raw)
    done: list[int] = []
    with house.mailbox() as mailbox:
        report = receive(
            mailbox,
            mailbox.settings,
            house.archive,
            house.database,
            window_start=date(2020, 9, 29),
            now=lambda: house.now,
            progress=lambda number, _: done.append(number),
            stop=lambda: len(done) >= 7,
        )
    assert len(report.new) == 7
    assert len(house.receive().new) == 33
    house.assert_holds_exactly(raw)
