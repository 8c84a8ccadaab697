"""The outbox against a real SMTP server that misbehaves: nothing lost, nothing twice without need, every doubt visible."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.errors import ConfigError, Problem, StorageError, ThubaoError
from config.settings import Security, Sending
from service.credentials import Login
from service.outbox import SmtpSender
from service.sending import Postman, SendReport
from storage.events import events
from storage.notices import WITHOUT_FILES, NoticeKind, NoticeState, notices
from tests.servers import Certificates, SmtpSink
from tests.servers_smtp import Behaviour
from tests.service.outbox import NOON, XA, Outbox, outbox_of

MINUTE = timedelta(minutes=1)
OFFICER = "can.bo@tuangiao.example"


@pytest.fixture
def outbox(tmp_path: Path, smtp_sink: SmtpSink) -> Iterator[Outbox]:
    with outbox_of(tmp_path, smtp_sink) as made:
        yield made


# --- what the server says ------------------------------------------------------------------------------------------------


def test_an_accepted_mail_is_sent_once(outbox: Outbox, smtp_sink: SmtpSink) -> None:
    key = outbox.queue()
    assert outbox.send() == SendReport(sent=1)
    assert outbox.send(MINUTE) == SendReport()
    (mail,) = smtp_sink.received
    notice = outbox.notice(key)
    assert (notice.state, notice.sent_at, notice.error) == (NoticeState.SENT, NOON, "")
    assert mail.recipients == (XA,)
    assert mail.message["Message-ID"] == notice.message_id


def test_a_mail_is_not_sent_before_it_is_due(outbox: Outbox) -> None:
    outbox.queue()
    outbox.now = NOON - MINUTE
    assert outbox.send() == SendReport()
    assert outbox.send(MINUTE) == SendReport(sent=1)


@pytest.mark.parametrize("answer", ["451 4.7.1 Greylisted", "421 4.3.2 Shutting down", "452 4.2.2 Mailbox full"])
def test_a_temporary_refusal_is_tried_later_and_sent_once(outbox: Outbox, smtp_sink: SmtpSink, answer: str) -> None:
    key = outbox.queue()
    smtp_sink.answer_next(answer)
    assert outbox.send() == SendReport(later=1)
    notice = outbox.notice(key)
    assert (notice.state, notice.next_attempt_at) == (NoticeState.QUEUED, NOON + 2 * MINUTE)
    assert answer.split()[1] in notice.error
    assert outbox.send(MINUTE) == SendReport()
    assert outbox.send(MINUTE) == SendReport(sent=1)
    assert len(smtp_sink.received) == 1


def test_a_temporary_refusal_of_the_recipient_is_tried_later(outbox: Outbox, smtp_sink: SmtpSink) -> None:
    key = outbox.queue()
    smtp_sink.refuse_recipient(XA, "450 4.2.0 Greylisted")
    assert outbox.send() == SendReport(later=1)
    assert outbox.state(key) is NoticeState.QUEUED


def test_the_pauses_grow_to_two_hours(outbox: Outbox, smtp_sink: SmtpSink) -> None:
    key = outbox.queue()
    pauses = []
    for _ in range(9):
        smtp_sink.answer_next("451 4.7.1 Later")
        outbox.send()
        until = outbox.notice(key).next_attempt_at
        assert until is not None
        pauses.append((until - outbox.now) // MINUTE)
        outbox.now = until
    assert pauses == [2, 4, 8, 16, 32, 64, 120, 120, 120]


@pytest.mark.parametrize("answer", ["552 5.3.4 Message size limit exceeded", "554 5.2.3 Message too big for this user"])
def test_a_mail_that_is_too_large_goes_once_more_without_its_files(outbox: Outbox, smtp_sink: SmtpSink, answer: str) -> None:
    key = outbox.queue(NoticeKind.DELIVERY)
    smtp_sink.answer_next(answer)
    assert outbox.send() == SendReport(later=1)
    assert outbox.notice(key).context == {WITHOUT_FILES: True}
    assert outbox.send(timedelta(minutes=2)) == SendReport(sent=1)
    assert outbox.correspondent.written == 2  # written anew, it is another letter
    other = outbox.queue(NoticeKind.DELIVERY, number=2)
    smtp_sink.answer_next(answer, answer)
    outbox.send()
    assert outbox.send(timedelta(minutes=2)) == SendReport(failed=1)
    assert outbox.state(other) is NoticeState.FAILED


@pytest.mark.parametrize("answer", ["550 5.1.1 No such user", "554 5.7.1 Refused as spam"])
def test_a_final_refusal_fails_and_is_not_tried_again(outbox: Outbox, smtp_sink: SmtpSink, answer: str) -> None:
    key = outbox.queue()
    smtp_sink.answer_next(answer)
    assert outbox.send() == SendReport(failed=1)
    assert answer in outbox.notice(key).error
    assert outbox.send(timedelta(days=1)) == SendReport()
    assert smtp_sink.received == ()
    with outbox.database.reading() as connection:
        assert [each.payload["state"] for each in events(connection)] == ["failed"]


def test_one_refused_recipient_keeps_no_other_waiting(outbox: Outbox, smtp_sink: SmtpSink) -> None:
    bad, good = outbox.queue(to="sai@xa.example"), outbox.queue(to=XA, number=2)
    smtp_sink.refuse_recipient("sai@xa.example")
    assert outbox.send() == SendReport(failed=1, sent=1)
    assert (outbox.state(bad), outbox.state(good)) == (NoticeState.FAILED, NoticeState.SENT)
    assert all(len(each.recipients) == 1 for each in smtp_sink.received)


def test_a_providers_quota_is_waited_for_longer_than_a_day(outbox: Outbox, smtp_sink: SmtpSink) -> None:
    key = outbox.queue()
    smtp_sink.limit_to(0)
    for _ in range(13):
        outbox.send(timedelta(hours=3))
        assert outbox.state(key) is NoticeState.QUEUED
    smtp_sink.limit_to(None)
    assert outbox.send(timedelta(hours=3)) == SendReport(sent=1)


def test_after_four_days_of_refusals_it_fails(outbox: Outbox, smtp_sink: SmtpSink) -> None:
    key = outbox.queue()
    smtp_sink.limit_to(0)
    while outbox.state(key) is not NoticeState.FAILED:
        outbox.send(timedelta(hours=8))
    assert outbox.now - NOON == timedelta(days=4)
    assert "5.4.5" in outbox.notice(key).error


@pytest.mark.parametrize(
    "address", ["xã@tuangiao.example", "xa@tuangiao.example\r\nRCPT TO:<all@tuangiao.example>", "xa\x00@x.example"]
)
def test_an_address_that_cannot_be_written_stops_nobody(outbox: Outbox, smtp_sink: SmtpSink, address: str) -> None:
    bad, good = outbox.queue(to=address), outbox.queue(number=2)
    report = outbox.send()
    assert outbox.state(good) is NoticeState.SENT
    assert report.sent + report.failed == 2
    assert outbox.state(bad) in {NoticeState.FAILED, NoticeState.SENT}
    assert not any("all@tuangiao.example" in each for each in smtp_sink.commands)


# --- a server that is not there ------------------------------------------------------------------------------------------


def test_an_unreachable_server_ends_the_round_and_costs_no_attempt(outbox: Outbox, smtp_sink: SmtpSink) -> None:
    outbox.queue_many(5)
    smtp_sink.stop()
    assert outbox.send() == SendReport(later=5)
    with outbox.database.reading() as connection:
        found = notices(connection)
    assert {each.state for each in found} == {NoticeState.QUEUED}
    assert {each.attempts for each in found} == {0}
    assert "cannot reach" in found[0].error
    for _ in range(3):
        outbox.send(timedelta(days=2))
    smtp_sink.start()
    assert outbox.send(timedelta(hours=6)) == SendReport(sent=5)


def test_a_wrong_password_is_one_line_and_loses_nothing(outbox: Outbox, tmp_path: Path) -> None:
    with SmtpSink(username="baocao", password="dung") as sink:
        outbox.settings = replace(outbox.settings, port=sink.port, username="baocao")
        outbox.login = lambda: Login(username="baocao", password="sai-mat-khau")
        key = outbox.queue()
        assert outbox.send() == SendReport(later=1)
        error = outbox.notice(key).error
        assert "refused the user name or password" in error
        assert "\n" not in error
        outbox.login = lambda: Login(username="baocao", password="dung")
        assert outbox.send(timedelta(minutes=2)) == SendReport(sent=1)
    assert b"sai-mat-khau" not in (tmp_path / "thubao.sqlite3").read_bytes()


def test_a_sender_address_that_the_server_refuses_is_no_mails_fault(outbox: Outbox, smtp_sink: SmtpSink) -> None:
    keys = [outbox.queue(number=number) for number in range(3)]
    smtp_sink.refuse_sender("553 5.7.1 Sender address rejected: not owned by user")
    assert outbox.send() == SendReport(later=3)
    assert {outbox.state(key) for key in keys} == {NoticeState.QUEUED}
    assert "refuses our sender address" in outbox.notice(keys[0]).error
    smtp_sink.refuse_sender("")
    assert outbox.send(timedelta(minutes=2)) == SendReport(sent=3)


def test_a_password_that_is_not_there_loses_nothing(outbox: Outbox) -> None:
    def missing() -> Login:
        raise ConfigError((Problem(file="thubao.toml", where="[smtp]", text="the environment variable X is not set"),))

    outbox.settings = replace(outbox.settings, username="baocao")
    outbox.login = missing
    key = outbox.queue()
    assert outbox.send() == SendReport(later=1)
    assert "X is not set" in outbox.notice(key).error


def test_a_certificate_of_nobody_known_is_refused(outbox: Outbox, certificates: Certificates) -> None:
    for security in ("tls", "starttls"):
        with SmtpSink(security=security, certificates=certificates) as sink:
            outbox.settings = replace(outbox.settings, port=sink.port, host="localhost", security=Security(security))
            key = outbox.queue(number=2 if security == "tls" else 3)
            outbox.send(timedelta(minutes=3))
            assert "no safe connection" in outbox.notice(key).error
            assert sink.received == ()
            outbox.settings = replace(outbox.settings, certificate_authority=certificates.authority)
            outbox.send(timedelta(minutes=3))
            assert outbox.state(key) is NoticeState.SENT
            outbox.settings = replace(outbox.settings, certificate_authority=None)


# --- doubt ---------------------------------------------------------------------------------------------------------------


def test_taken_but_never_answered_a_reminder_is_repeated_once_and_identical(outbox: Outbox, smtp_sink: SmtpSink) -> None:
    key = outbox.queue()
    smtp_sink.answer_next(Behaviour.DROP)
    assert outbox.send() == SendReport(uncertain=1)
    assert outbox.state(key) is NoticeState.QUEUED
    assert outbox.send(2 * MINUTE) == SendReport(sent=1)
    first, second = smtp_sink.received
    assert first.raw == second.raw
    assert outbox.correspondent.written == 1
    assert outbox.send(timedelta(days=1)) == SendReport()


def test_the_second_copy_is_the_last(outbox: Outbox, smtp_sink: SmtpSink) -> None:
    key = outbox.queue()
    smtp_sink.answer_next(Behaviour.DROP, Behaviour.DROP)
    outbox.send()
    outbox.send(2 * MINUTE)
    assert outbox.state(key) is NoticeState.UNCERTAIN
    for _ in range(3):
        assert outbox.send(timedelta(hours=1)) == SendReport()
    assert len(smtp_sink.received) == 2
    assert "never answered" in outbox.notice(key).error


def test_a_doubt_after_refusals_still_gets_its_copy(outbox: Outbox, smtp_sink: SmtpSink) -> None:
    outbox.queue()
    smtp_sink.answer_next("451 4.7.1 Later", "451 4.7.1 Later", "451 4.7.1 Later", Behaviour.LOSE)
    for _ in range(6):
        outbox.send(timedelta(hours=1))
    assert len(smtp_sink.received) == 1


def test_a_receipt_in_doubt_is_not_repeated_and_stays_visible(outbox: Outbox, smtp_sink: SmtpSink) -> None:
    key = outbox.queue(NoticeKind.RECEIPT)
    smtp_sink.answer_next(Behaviour.DROP)
    outbox.send()
    for _ in range(3):
        outbox.send(timedelta(hours=1))
    assert outbox.state(key) is NoticeState.UNCERTAIN
    assert len(smtp_sink.received) == 1


def test_what_stands_in_the_sent_folder_was_sent(outbox: Outbox, smtp_sink: SmtpSink) -> None:
    key = outbox.queue()
    outbox.in_sent_folder = {Postman(outbox.database, outbox.settings, None, outbox.correspondent).message_id(key)}
    smtp_sink.answer_next(Behaviour.DROP)
    outbox.send()
    assert outbox.state(key) is NoticeState.SENT
    outbox.send(timedelta(hours=1))
    assert len(smtp_sink.received) == 1


def test_the_sent_folder_is_not_asked_for_ever(outbox: Outbox, smtp_sink: SmtpSink) -> None:
    outbox.queue(NoticeKind.RECEIPT)
    smtp_sink.answer_next(Behaviour.DROP)
    outbox.send()
    outbox.send(timedelta(days=2))
    asked = outbox.asked_sent_folder
    outbox.send(timedelta(hours=1))
    assert outbox.asked_sent_folder == asked


def test_a_copy_that_is_no_longer_called_for_leaves_the_doubt_visible(outbox: Outbox, smtp_sink: SmtpSink) -> None:
    key = outbox.queue()
    smtp_sink.answer_next(Behaviour.DROP)
    outbox.send()
    outbox.correspondent.gone[XA] = "the unit owes nothing any more"
    outbox.send(2 * MINUTE)
    notice = outbox.notice(key)
    assert notice.state is NoticeState.UNCERTAIN
    assert "owes nothing" in notice.error
    assert "never answered" in notice.error


def test_a_copy_that_is_refused_for_good_leaves_the_doubt_visible(outbox: Outbox, smtp_sink: SmtpSink) -> None:
    key = outbox.queue()
    smtp_sink.answer_next(Behaviour.DROP, "550 5.1.1 No such user")
    outbox.send()
    outbox.send(2 * MINUTE)
    outbox.send(timedelta(hours=1))
    assert outbox.state(key) is NoticeState.UNCERTAIN
    assert "5.1.1" in outbox.notice(key).error


# --- after a crash -------------------------------------------------------------------------------------------------------


def test_what_was_claimed_is_sent_after_a_crash(outbox: Outbox, smtp_sink: SmtpSink) -> None:
    key = outbox.queue(NoticeKind.RECEIPT)
    outbox.put_in(key, NoticeState.CLAIMED)
    assert outbox.send() == SendReport(sent=1)
    assert len(smtp_sink.received) == 1


@pytest.mark.parametrize("kind", [NoticeKind.REMINDER, NoticeKind.OVERDUE, NoticeKind.DELIVERY, NoticeKind.OFFICER_ALERT])
def test_what_was_on_the_wire_is_sent_once_more_after_a_crash(outbox: Outbox, smtp_sink: SmtpSink, kind: NoticeKind) -> None:
    key = outbox.queue(kind)
    outbox.put_in(key, NoticeState.CLAIMED, NoticeState.TRANSMITTING)
    outbox.recover()
    assert outbox.send(2 * MINUTE) == SendReport(sent=1)
    assert smtp_sink.received[0].raw.startswith(b"Subject: x")  # byte for byte what may have left


def test_a_receipt_on_the_wire_is_not_sent_again_after_a_crash(outbox: Outbox, smtp_sink: SmtpSink) -> None:
    key = outbox.queue(NoticeKind.RECEIPT)
    outbox.put_in(key, NoticeState.CLAIMED, NoticeState.TRANSMITTING)
    outbox.recover()
    outbox.send(timedelta(hours=1))
    assert smtp_sink.received == ()
    assert (outbox.state(key), outbox.notice(key).error) == (NoticeState.UNCERTAIN, "stopped while sending")


def test_a_round_that_was_broken_off_is_settled_by_the_next_one(outbox: Outbox) -> None:
    key = outbox.queue()
    outbox.correspondent.broken[XA] = StorageError("the disk is full")
    with pytest.raises(StorageError):
        outbox.send()
    assert outbox.state(key) is NoticeState.CLAIMED
    outbox.correspondent.broken.clear()
    assert outbox.send() == SendReport(sent=1)


# --- whether and when ----------------------------------------------------------------------------------------------------


def test_a_reminder_is_cancelled_when_the_unit_has_sent_meanwhile(outbox: Outbox, smtp_sink: SmtpSink) -> None:
    key = outbox.queue()
    outbox.correspondent.gone[XA] = "the unit owes nothing any more"
    assert outbox.send() == SendReport(cancelled=1)
    assert (outbox.state(key), outbox.notice(key).error) == (NoticeState.CANCELLED, "the unit owes nothing any more")
    assert smtp_sink.received == ()


def test_a_retry_waits_for_office_hours(outbox: Outbox) -> None:
    reminder, receipt = outbox.queue(), outbox.queue(NoticeKind.RECEIPT, number=2)
    outbox.correspondent.closed_until = NOON + timedelta(hours=19)
    assert outbox.send() == SendReport(later=1, sent=1)
    assert outbox.state(receipt) is NoticeState.SENT
    notice = outbox.notice(reminder)
    assert (notice.next_attempt_at, notice.attempts) == (NOON + timedelta(hours=19), 0)


def test_a_letter_that_cannot_be_written_stops_no_other(outbox: Outbox) -> None:
    bad, good = outbox.queue(to="a@xa.example"), outbox.queue(number=2)
    outbox.correspondent.broken["a@xa.example"] = ThubaoError("letter “reminder” cannot be written: 'x' is undefined")
    assert outbox.send() == SendReport(failed=1, sent=1)
    assert "'x' is undefined" in outbox.notice(bad).error
    assert outbox.state(good) is NoticeState.SENT
    with outbox.database.reading() as connection:
        assert {each.payload["state"] for each in events(connection)} == {"failed", "sent"}


def test_a_dry_run_does_everything_but_sending(outbox: Outbox, smtp_sink: SmtpSink) -> None:
    outbox.settings = replace(outbox.settings, sending=Sending.DRY_RUN)
    key = outbox.queue()
    assert outbox.send() == SendReport(dry=1)
    assert outbox.state(key) is NoticeState.DRY_RUN
    assert outbox.notice(key).subject == "thu"
    assert smtp_sink.received == ()
    outbox.settings = replace(outbox.settings, sending=Sending.ON)
    assert outbox.send(MINUTE) == SendReport()  # what a rehearsal wrote is never sent afterwards


def test_the_daily_limit_keeps_a_share_for_the_office(outbox: Outbox, smtp_sink: SmtpSink) -> None:
    outbox.settings = replace(outbox.settings, daily_limit=10)
    outbox.queue_many(12)
    assert outbox.send() == SendReport(sent=8, later=4)
    for number in range(3):
        outbox.queue(NoticeKind.OFFICER_ALERT, OFFICER, 100 + number)
    assert outbox.send(MINUTE) == SendReport(sent=2, later=1)
    assert len(smtp_sink.received) == 10
    tomorrow = outbox.send(timedelta(hours=12))
    assert tomorrow == SendReport(sent=5)


def test_a_limit_of_one_mail_still_lets_it_out(outbox: Outbox) -> None:
    outbox.settings = replace(outbox.settings, daily_limit=1)
    outbox.queue_many(2)
    assert outbox.send() == SendReport(sent=1, later=1)


def test_a_robot_that_answers_our_answers_is_starved(outbox: Outbox, smtp_sink: SmtpSink) -> None:
    for number in range(15):
        outbox.queue(NoticeKind.RECEIPT, "robot@xa.example", number)
    assert outbox.send() == SendReport(sent=12, later=3)
    assert outbox.send(timedelta(hours=7)) == SendReport(later=3)
    key = outbox.queue(NoticeKind.RECEIPT, XA, 99)
    outbox.send(MINUTE)
    assert outbox.state(key) is NoticeState.SENT
    assert len(smtp_sink.received) == 13


def test_the_office_itself_is_not_starved(outbox: Outbox) -> None:
    for number in range(14):
        outbox.queue(NoticeKind.OFFICER_ALERT, OFFICER, number)
    assert outbox.send() == SendReport(sent=14)


def test_told_to_stop_it_stops_between_mails(outbox: Outbox, smtp_sink: SmtpSink) -> None:
    outbox.queue_many(3)
    sender = SmtpSender(outbox.settings, outbox.login)
    with contextlib.closing(sender):
        postman = Postman(outbox.database, outbox.settings, sender, outbox.correspondent)
        report = postman.send_due(NOON, stopping=lambda: len(smtp_sink.received) == 1)
    assert report == SendReport(sent=1)


def test_a_connection_that_the_server_dropped_is_opened_again(outbox: Outbox, smtp_sink: SmtpSink) -> None:
    sender = SmtpSender(outbox.settings, outbox.login)
    with contextlib.closing(sender):
        postman = Postman(outbox.database, outbox.settings, sender, outbox.correspondent)
        outbox.queue()
        assert postman.send_due(NOON).sent == 1
        smtp_sink.stop()
        smtp_sink.start()
        outbox.queue(number=2)
        assert postman.send_due(NOON).sent == 1
