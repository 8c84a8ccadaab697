"""The worker at its servers: what goes wrong there is shown and told once, holds up nothing else, and is made good."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from service import worker as worker_module
from service.desk import Board, Desk
from service.installation import opened
from service.planning import plan
from service.views import Views
from storage.filings import MessageState, filings
from storage.mail_records import set_aside_sightings
from storage.notices import Notice, NoticeKind, NoticeState, notices
from tests.end_to_end.campaign_home import ADDRESS, PASSWORD_ENV, FastCampaign, prepare_home
from tests.servers import DovecotServer, SmtpSink
from tests.service.scripted_imap import Script, scripted

pytestmark = pytest.mark.timeout(120)
OFFICER = "can.bo@tuangiao.example"
FIRST = "ubnd.thitran@tuangiao.example"  # the unit whose whole report is the first mail of the story


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch, dovecot: DovecotServer) -> None:
    monkeypatch.setenv(PASSWORD_ENV, dovecot.password)


@contextmanager
def campaign_at(folder: Path, dovecot: DovecotServer, sink: SmtpSink, *changes: tuple[str, str]) -> Iterator[FastCampaign]:
    """The reference campaign with changes of its settings."""
    settings = prepare_home(folder, dovecot, sink) / "thubao.toml"
    text = settings.read_text("utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    settings.write_text(text, "utf-8")
    with opened(folder, exclusive=True) as installation:
        campaign = FastCampaign(installation, dovecot)
        with closing(campaign.worker):
            yield campaign


@pytest.fixture
def campaign(tmp_path: Path, dovecot: DovecotServer, smtp_sink: SmtpSink) -> Iterator[FastCampaign]:
    with campaign_at(tmp_path, dovecot, smtp_sink) as made:
        yield made


def board(campaign: FastCampaign) -> Board:
    return Desk(campaign.installation, campaign.now, "test").board(campaign.campaign)


def outbox(campaign: FastCampaign, *kinds: NoticeKind) -> list[Notice]:
    with campaign.installation.database.reading() as connection:
        return [each for each in notices(connection) if not kinds or each.kind in kinds]


def after(campaign: FastCampaign, **more: float) -> datetime:
    """Time goes by; gives the moment that it is now."""
    campaign.now += timedelta(**more)
    return campaign.now


def alarms(campaign: FastCampaign) -> list[Notice]:
    return [each for each in outbox(campaign, NoticeKind.OFFICER_ALERT) if "cannot be read" in each.cause]


# --- the mailbox fails ---------------------------------------------------------------------------------------------------


def test_a_server_that_is_down_for_two_hours_is_one_alarm_and_everything_arrives_after_it(
    campaign: FastCampaign, dovecot: DovecotServer, smtp_sink: SmtpSink
) -> None:
    campaign.tick_at(5, 9)
    campaign.deliver(campaign.story()[0])
    dovecot.stop()
    tried = 0
    for _ in range(120):
        after(campaign, minutes=1)
        tried += bool(campaign.worker.poll()[1])
    assert 8 <= tried <= 20  # later and later, up to a quarter of an hour
    campaign.worker.tick()
    (alarm,) = alarms(campaign)
    assert alarm.state is NoticeState.SENT
    letter = smtp_sink.to(OFFICER)[-1].message
    assert str(letter["Subject"]).startswith("[Không đọc được hộp thư baocao]")
    assert "Kiểm tra hộp thư baocao" in _text(letter)
    assert board(campaign).mailboxes[0].error
    dovecot.start()
    after(campaign, minutes=16)
    assert campaign.worker.tick().new_messages == 1
    assert not board(campaign).mailboxes[0].error
    assert len(alarms(campaign)) == 1


def test_a_wrong_password_is_tried_four_times_an_hour_and_told_once(
    campaign: FastCampaign, dovecot: DovecotServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSWORD_ENV, "sai")
    campaign.now = campaign.now.replace(day=5, hour=9)
    tried = 0
    for _ in range(60):
        after(campaign, minutes=1)
        tried += bool(campaign.worker.poll()[1])
    assert tried == 4
    assert len(alarms(campaign)) == 1
    assert "password" in board(campaign).mailboxes[0].error
    monkeypatch.setenv(PASSWORD_ENV, dovecot.password)
    after(campaign, minutes=16)
    campaign.worker.poll()
    assert not board(campaign).mailboxes[0].error


def test_one_folder_that_cannot_be_read_is_an_alarm_too(tmp_path: Path, dovecot: DovecotServer, smtp_sink: SmtpSink) -> None:
    with campaign_at(tmp_path, dovecot, smtp_sink, ("[smtp]", 'folders = ["INBOX", "Không có"]\n[smtp]')) as campaign:
        campaign.tick_at(5, 9)
        campaign.deliver(campaign.story()[0])
        after(campaign, minutes=31)
        assert campaign.worker.poll()[0][0].new  # INBOX is read all the same
        assert len(alarms(campaign)) == 1
        assert "Không có" in board(campaign).mailboxes[0].error


def test_a_server_that_is_busy_is_left_alone_for_a_quarter_of_an_hour(
    tmp_path: Path, dovecot: DovecotServer, smtp_sink: SmtpSink
) -> None:
    script = Script(login=b"NO [UNAVAILABLE] Temporary authentication failure")
    with scripted(script) as server, campaign_at(tmp_path, dovecot, smtp_sink, (str(dovecot.port), str(server.port))) as campaign:
        tried = []
        for minute in range(32):
            campaign.now = campaign.now.replace(hour=9) + timedelta(minutes=1)
            if campaign.worker.poll()[1]:
                tried.append(minute)
    assert tried == [0, 15, 30]


def test_a_mailbox_that_nobody_reads_any_more_is_shown_as_silent(campaign: FastCampaign) -> None:
    campaign.tick_at(5, 9)
    after(campaign, minutes=20)
    assert not board(campaign).mailboxes[0].silent
    after(campaign, minutes=20)
    assert board(campaign).mailboxes[0].silent


@pytest.mark.needs_root
def test_a_disk_that_takes_no_mail_is_told_and_stops_nothing_else(
    tmp_path: Path, dovecot: DovecotServer, smtp_sink: SmtpSink
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40k", "tmpfs", disk], check=False).returncode:
        pytest.skip("needs root to mount a small disk")
    try:
        change = ("[smtp]", f'[storage]\narchive = "{disk / "archive"}"\n[smtp]')
        with campaign_at(tmp_path / "home", dovecot, smtp_sink, change) as campaign:
            campaign.deliver(*campaign.story()[:4])
            report = campaign.tick_at(16, 8)
            assert report.problems
            assert board(campaign).mailboxes[0].error in report.problems[0]
            after(campaign, minutes=61)
            assert len(campaign.worker.tick().planned.consolidated) == 1
            assert len(alarms(campaign)) == 1
            subprocess.run(["mount", "-o", "remount,size=8m", disk], check=True)
            after(campaign, minutes=61)
            campaign.worker.tick()
            shown = board(campaign)
            assert (shown.mailboxes[0].error, shown.mailboxes[0].server, shown.mailboxes[0].recorded) == ("", 4, 4)
            assert shown.archive is not None
            assert (shown.archive.counted, shown.archive.agrees) == (4, True)
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


# --- what a mailbox tells ------------------------------------------------------------------------------------------------


def test_a_folder_numbered_anew_is_told_on_the_board_for_a_day_and_answers_nobody_again(
    campaign: FastCampaign, dovecot: DovecotServer, smtp_sink: SmtpSink
) -> None:
    campaign.deliver(*campaign.story()[:2])
    campaign.tick_at(6)
    sent = len(smtp_sink.received)
    dovecot.reset_uidvalidity()
    after(campaign, minutes=6)
    campaign.worker.tick()
    after(campaign, minutes=6)
    campaign.worker.tick()
    (note,) = board(campaign).mailboxes[0].notes
    assert "đánh số lại" in note.vi
    assert len(smtp_sink.received) == sent
    assert (board(campaign).mailboxes[0].server, board(campaign).mailboxes[0].recorded) == (2, 2)
    after(campaign, days=2)
    assert board(campaign).mailboxes[0].notes == ()


def test_a_mail_that_is_too_large_is_never_counted_by_its_beginning(
    tmp_path: Path, dovecot: DovecotServer, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.mailbox_fetch.BEGINNING_BYTES", 20_000)
    with campaign_at(tmp_path, dovecot, smtp_sink) as campaign:
        whole = campaign.story()[0]
        assert len(whole.raw) > 30_000
        object.__setattr__(campaign.installation.home.mailboxes[0], "max_message_bytes", 25_000)
        campaign.deliver(whole)
        campaign.tick_at(6)
        with campaign.installation.database.reading() as connection:
            (filing,) = filings(connection).values()
        assert filing.state is MessageState.SET_ASIDE
        assert "giới hạn" in filing.why.vi
        assert board(campaign).needs_decision == 1
        assert any("vượt giới hạn" in note.vi for note in board(campaign).mailboxes[0].notes)
        assert board(campaign).rates.actual == 0
        assert smtp_sink.to(FIRST) == ()


def test_a_mail_that_cannot_be_fetched_is_among_the_messages_until_it_leaves_the_server(
    tmp_path: Path, dovecot: DovecotServer, smtp_sink: SmtpSink
) -> None:
    script = Script(
        mails={1: b"Subject: a\r\n\r\nb\r\n", 2: b"Subject: c\r\n\r\nd\r\n"},
        body=lambda uid: b"* 9 FETCH (UID 1 BODY[] NIL)\r\n" if uid == 1 else None,
    )
    with scripted(script) as server, campaign_at(tmp_path, dovecot, smtp_sink, (str(dovecot.port), str(server.port))) as campaign:
        campaign.now = campaign.now.replace(day=12)
        for _ in range(5):
            after(campaign, minutes=1)
            campaign.worker.poll()
        shown = board(campaign)
        assert shown.needs_decision == 1
        assert (shown.mailboxes[0].server, shown.mailboxes[0].recorded) == (2, 2)
        assert any("không tải được thư số 1" in note.vi for note in shown.mailboxes[0].notes)
        with campaign.installation.database.reading() as connection:
            (seen,) = set_aside_sightings(connection)
        listed = Views(campaign.installation.home.office.timezone, campaign.installation.home.office.language).unfetched(seen)
        assert (listed["uid"], listed["state"], listed["documents"]) == (1, "set_aside", [])
        del script.mails[1]
        after(campaign, hours=2)
        campaign.worker.poll()
        assert board(campaign).needs_decision == 0


def test_a_mail_that_waits_on_the_server_is_a_difference_on_the_board_however_many_were_deleted(
    tmp_path: Path, dovecot: DovecotServer, smtp_sink: SmtpSink
) -> None:
    script = Script(mails={uid: f"Subject: {uid}\r\n\r\n{uid}\r\n".encode() for uid in range(1, 7)})
    with scripted(script) as server, campaign_at(tmp_path, dovecot, smtp_sink, (str(dovecot.port), str(server.port))) as campaign:
        campaign.now = campaign.now.replace(day=12)
        campaign.worker.poll()
        for uid in range(1, 5):
            del script.mails[uid]
        script.mails[7] = b"Subject: e\r\n\r\nf\r\n"
        script.body = lambda uid: b"" if uid == 7 else None
        after(campaign, hours=2)
        campaign.worker.close()  # this server does not tell an open connection what came
        campaign.worker.poll()
        health = board(campaign).mailboxes[0]
        assert (health.server, health.recorded) == (3, 2)


def test_a_raw_mail_that_is_missing_is_seen_within_the_hour(campaign: FastCampaign) -> None:
    campaign.deliver(*campaign.story()[:2])
    campaign.tick_at(6)
    archive = campaign.installation.archive
    counted = board(campaign).archive
    assert counted is not None
    assert (counted.counted, counted.agrees) == (2, True)
    archive.path(next(archive.hashes())).unlink()
    archive.add(b"Subject: nobody's\r\n\r\n")
    after(campaign, minutes=61)
    campaign.worker.poll()
    counted = board(campaign).archive
    assert counted is not None
    assert (counted.counted, counted.missing, counted.surplus) == (2, 1, 1)


# --- whom we write to ----------------------------------------------------------------------------------------------------


def test_nobody_is_reminded_while_the_mailbox_cannot_be_read(campaign: FastCampaign, dovecot: DovecotServer) -> None:
    campaign.tick_at(7, 17)
    campaign.deliver(*(each for each in campaign.story()[:1]))
    dovecot.stop()
    campaign.tick_at(8, 8)
    reminders = outbox(campaign, NoticeKind.REMINDER)
    assert len(reminders) == 19
    assert {each.state for each in reminders} == {NoticeState.QUEUED}
    assert not board(campaign).undelivered  # they wait for their time: nobody has to mend anything
    dovecot.start()
    campaign.tick_at(8, 8, 20)
    states = {each.recipient: each.state for each in outbox(campaign, NoticeKind.REMINDER)}
    assert states.pop(FIRST) is NoticeState.CANCELLED  # it had sent meanwhile
    assert set(states.values()) == {NoticeState.SENT}


def test_the_mailbox_is_read_again_right_before_somebody_is_reminded(
    campaign: FastCampaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "_LOOK_AGAIN_AFTER", -1.0)  # the round of sending takes long
    campaign.now = campaign.now.replace(day=8, hour=8, minute=1)
    campaign.worker.poll()
    plan(campaign.installation, campaign.now)
    campaign.deliver(campaign.story()[0])
    campaign.worker.send()
    states = {each.recipient: each.state for each in outbox(campaign, NoticeKind.REMINDER)}
    assert states.pop(FIRST) is NoticeState.CANCELLED
    assert set(states.values()) == {NoticeState.SENT}


def test_a_clock_set_back_stops_what_is_due_and_its_coming_right_goes_on(campaign: FastCampaign) -> None:
    campaign.tick_at(7, 17)
    campaign.tick_at(8, 8)
    campaign.now = campaign.now.replace(day=1)
    report = campaign.worker.tick()
    assert "đồng hồ" in report.problems[-1]
    assert report.sent.sent == 0
    campaign.now = campaign.now.replace(day=8, hour=8, minute=30)
    again = campaign.worker.tick()
    assert again.problems == ()
    assert (again.sent.sent, len(outbox(campaign, NoticeKind.REMINDER))) == (0, 19)


def test_what_came_due_in_a_rehearsal_is_sent_when_sending_is_turned_on(
    tmp_path: Path, dovecot: DovecotServer, smtp_sink: SmtpSink
) -> None:
    with campaign_at(tmp_path, dovecot, smtp_sink, ('sending = "on"', 'sending = "dry-run"')) as campaign:
        campaign.deliver(campaign.story()[0])
        campaign.tick_at(8, 8)
        campaign.tick_at(16, 8)  # a rehearsal of the end
        assert "DATA" not in smtp_sink.commands
    settings = tmp_path / "thubao.toml"
    settings.write_text(settings.read_text("utf-8").replace("dry-run", "on"), "utf-8")
    with opened(tmp_path, exclusive=True) as installation:
        campaign = FastCampaign(installation, dovecot)
        with closing(campaign.worker):
            campaign.tick_at(8, 9)
            assert len({each.recipients for each in smtp_sink.received}) == len(smtp_sink.received) == 18
            assert smtp_sink.to(FIRST) == ()  # receipts are not made up for
            campaign.tick_at(8, 10)
            assert len(smtp_sink.received) == 18
            lines = {each.code: each.reminders for each in board(campaign).lines}
            assert lines["03253"] == 0  # what was only rehearsed is not said to have been sent
            assert set(lines.values()) == {0, 1}
            campaign.tick_at(13, 9)
            assert {each.state for each in outbox(campaign, NoticeKind.DELIVERY)} == {NoticeState.DRY_RUN}
            campaign.tick_at(16, 9)
            assert {each.state for each in outbox(campaign, NoticeKind.DELIVERY)} == {NoticeState.SENT}
            assert {each.state for each in outbox(campaign, NoticeKind.OFFICER_ALERT)} == {NoticeState.SENT}


def test_two_robots_that_answer_each_other_fall_silent(
    campaign: FastCampaign, dovecot: DovecotServer, smtp_sink: SmtpSink
) -> None:
    robot = "ho.tro@may.example"
    answered = 0
    dovecot.append(_robots_answer(robot, 0, "Báo cáo Tuần lễ HTSĐ 2020 xã Quài Tở"), campaign.now)
    for hours in range(1, 24 * 14, 3):
        campaign.now = campaign.now.replace(day=1, hour=0, minute=5) + timedelta(hours=hours)
        campaign.worker.poll()
        campaign.worker.send()
        letters = smtp_sink.to(robot)
        for number, letter in enumerate(letters[answered:], start=answered + 1):
            dovecot.append(_robots_answer(robot, number, f"Re: {letter.message['Subject']}"), campaign.now)
        answered = len(letters)
    assert 1 <= answered <= 5


def test_a_reminder_that_came_back_is_told_and_goes_to_the_units_next_address(
    tmp_path: Path, dovecot: DovecotServer, smtp_sink: SmtpSink
) -> None:
    with campaign_at(tmp_path, dovecot, smtp_sink) as campaign:
        unit = campaign.campaign.roster[3]
        object.__setattr__(unit, "emails", (unit.emails[0], "van.thu@xa.example"))
        campaign.tick_at(8, 8)
        (lost,) = [each for each in outbox(campaign, NoticeKind.REMINDER) if each.unit == unit.code]
        dovecot.append(_bounce(lost), campaign.now)
        campaign.tick_at(8, 9)
        fates = {each.recipient: each.state for each in outbox(campaign, NoticeKind.REMINDER) if each.unit == unit.code}
        assert fates == {unit.emails[0]: NoticeState.BOUNCED, "van.thu@xa.example": NoticeState.SENT}
        assert any(unit.full_name in each.vi and unit.emails[0] in each.vi for each in board(campaign).undelivered)
        campaign.tick_at(8, 10)
        assert len(smtp_sink.to("van.thu@xa.example")) == 1
        campaign.tick_at(12, 8)
        assert len(smtp_sink.to("van.thu@xa.example")) == 2  # the next rung, too


def test_while_sending_is_stopped_nothing_leaves_and_then_only_what_is_still_called_for(
    campaign: FastCampaign, smtp_sink: SmtpSink
) -> None:
    campaign.now = campaign.now.replace(day=7, hour=17)
    Desk(campaign.installation, campaign.now, "cán bộ").stop_sending()
    campaign.tick_at(8, 8)
    assert "DATA" not in smtp_sink.commands
    assert len(outbox(campaign, NoticeKind.REMINDER)) == 19
    stopped = board(campaign).stopped
    assert stopped is not None
    assert stopped.who == "cán bộ"
    campaign.deliver(campaign.story()[0])
    campaign.tick_at(8, 9)
    Desk(campaign.installation, campaign.now, "cán bộ").resume_sending()
    assert board(campaign).stopped is None
    campaign.tick_at(8, 10)
    assert len(smtp_sink.to(FIRST)) == 1  # the receipt
    to_units = [each.recipients for each in smtp_sink.received if each.recipients != (OFFICER,)]
    assert len(set(to_units)) == len(to_units) == 19


def test_mail_that_cannot_leave_is_told_on_the_board(campaign: FastCampaign, smtp_sink: SmtpSink) -> None:
    campaign.deliver(campaign.story()[0])
    smtp_sink.stop()
    campaign.tick_at(6)
    (told,) = board(campaign).undelivered
    assert told.vi.startswith("Chưa gửi được 01 thư: cannot reach")
    smtp_sink.start()
    after(campaign, minutes=5)
    campaign.worker.tick()
    assert board(campaign).undelivered == ()


def _text(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def _robots_answer(robot: str, number: int, subject: str) -> bytes:
    """A ticket system that does not say what it is."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = robot, ADDRESS, subject, f"<{number}@may.example>"
    mail.set_content("Yêu cầu của bạn đã được ghi nhận: báo cáo tuần lễ học tập suốt đời. Chúng tôi sẽ trả lời sớm.\n")
    return mail.as_bytes()


def _bounce(lost: Notice) -> bytes:
    """A delivery failure as Postfix writes it."""
    return f"""Return-Path: <>
From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: {ADDRESS}
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce@mx.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

The mail could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {lost.recipient}
Action: failed
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

From: {ADDRESS}
To: {lost.recipient}
Subject: nhac
Message-ID: {lost.message_id}

--b--
""".replace("\n", "\r\n").encode()
