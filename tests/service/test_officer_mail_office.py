"""What an officer's mail may decide and what not: codes, times, news, second thoughts, and mail that only looks like one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from parsers.values import Document, MessageReading, Robot
from service.correspondence import Correspondence
from service.desk import Desk
from service.filing import refile
from service.judging import submission_of
from service.officer_mail import code_for
from service.officer_mail_settling import settle_orders
from service.planning import plan
from service.rules.officer_commands import own_lines, read_commands
from service.rules.submission import Content, Submission
from service.worker import Worker
from storage.decisions import all_decisions
from storage.filings import MessageState
from storage.notices import Notice, NoticeKind, NoticeState, enqueue, move, notice_content
from tests.service.office import OFFICER, Office, open_office
from tests.service.papers import CAMPAIGN, everything, mail, on, report, sound_figures, unit_called, whole_form, workbook

UNIT, OTHER = unit_called("Quài Tở"), unit_called("Nà Sáy")
OWN = UNIT.emails[0]
UNITS = tuple(unit_called(each).code for each in ("Quài Tở", "Nà Sáy", "Pú Xi", "Ta Ma", "Quài Nưa"))
VOUCHED = "mx.tuangiao.example; dmarc=pass header.from=tuangiao.example"
LATER = timedelta(minutes=31)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Quài Tở has sent everything, and the digest of 13 October has left."""
    with open_office(tmp_path, units=UNITS) as opened:
        opened.take(mail(1, OWN, *everything()), on(12))
        work(opened, at(7, 31))
        yield opened


def at(hour: int, minute: int = 0, day: int = 13) -> datetime:
    return on(day, hour).replace(minute=minute)


def work(office: Office, now: datetime) -> None:
    """What a tick does after filing."""
    plan(office.installation, now)
    Worker(office.installation, lambda: now).send()


def letters(office: Office, kind: NoticeKind) -> tuple[Notice, ...]:
    return tuple(each for each in office.outbox() if each.kind is kind)


def digest(office: Office) -> Notice:
    return letters(office, NoticeKind.DIGEST)[-1]


def echo(office: Office) -> Notice:
    return letters(office, NoticeKind.OFFICER_ANSWER)[-1]


def says(
    office: Office,
    number: int,
    body: str,
    now: datetime,
    *documents: Document,
    to: Notice | None = None,
    sender: str = OFFICER,
    subject: str = "",
    robot: Robot = Robot.NONE,
) -> int:
    """An officer answers the digest, or the letter given; the mail is filed and what is due is done."""
    about = to or digest(office)
    received = office.take(
        mail(
            number,
            sender,
            *documents,
            subject=subject or f"Re: {about.subject}",
            body=body,
            robot=robot,
            authentication_results=(VOUCHED,),
        ),
        now,
    )
    work(office, now)
    return received


def approval(office: Office) -> MessageReading:
    """The digest is answered with one command; nothing is filed or sent yet."""
    subject = f"Re: {digest(office).subject}"
    return mail(2, OFFICER, subject=subject, body="DUYỆT Quài Tở", authentication_results=(VOUCHED,))


def decided(office: Office) -> list[str]:
    with office.database.reading() as connection:
        return [each.kind.value for each in all_decisions(connection)]


def of(office: Office, name: str = "Quài Tở") -> Submission:
    with office.database.reading() as connection:
        return submission_of(connection, CAMPAIGN, unit_called(name))


def newer(office: Office, number: int, now: datetime) -> None:
    """The unit sends other figures."""
    changed = {**sound_figures(), ("4.books", "count"): 1000 + number}
    office.take(mail(number, OWN, workbook(whole_form(changed), f"sua-{number}.xlsx")), now)


def test_what_came_in_after_the_digest_is_not_approved_unseen(office: Office) -> None:
    newer(office, 2, at(8))
    says(office, 3, "DUYỆT Quài Tở", at(8, 5))
    assert decided(office) == []
    assert "đã gửi thư mới lúc 08:00 ngày 13/10/2020" in echo(office).context["refused"][0]
    says(office, 4, "duyet quai to", at(8, 10), to=echo(office))  # now the officer has been told
    work(office, at(8, 41))
    assert decided(office) == ["order", "approve"]


def test_news_of_one_unit_tells_nothing_of_another(office: Office) -> None:
    newer(office, 2, at(7, 50))
    office.take(mail(3, OTHER.emails[0], *everything()), at(7, 50))
    says(office, 4, "DUYỆT Nà Sáy", at(7, 55))
    assert "xã Nà Sáy đã gửi thư mới" in echo(office).context["refused"][0]
    says(office, 5, "DUYỆT Nà Sáy\nDUYỆT Quài Tở", at(8), to=echo(office))
    assert echo(office).context["done"] == ["Xã Nà Sáy: duyệt báo cáo."]
    assert "xã Quài Tở đã gửi thư mới" in echo(office).context["refused"][0]


def test_what_a_crash_left_is_carried_out_once(office: Office) -> None:
    office.take(mail(3, OTHER.emails[0], *everything()), at(7, 31))
    says(office, 2, "DUYỆT Quài Tở\nMIỄN Pú Xi vì mưa lũ", at(7, 45))
    with office.database.reading() as connection:
        first = all_decisions(connection)[0]
    Desk(office.installation, at(8, 15), OFFICER, order=first.id).approve(CAMPAIGN, UNIT)  # and then the power went
    assert settle_orders(office.installation, at(8, 16)) == 1
    assert decided(office) == ["order", "order", "approve", "excuse"]


@pytest.mark.parametrize("command", ["DUYỆT Quài Tở", "TRẢ LẠI Quài Tở vì thiếu dấu"])
def test_a_verdict_lapses_when_the_unit_sends_again_before_it_takes_effect(office: Office, command: str) -> None:
    says(office, 2, command, at(7, 45))
    newer(office, 3, at(8))
    work(office, at(8, 16))
    assert decided(office) == ["order", "lapse"]
    assert of(office).content is Content.RECEIVED
    assert "đã gửi thư mới" in echo(office).context["refused"][0]
    work(office, at(9))
    assert len(letters(office, NoticeKind.OFFICER_ANSWER)) == 2


def test_nothing_is_decided_before_the_window_is_over_and_once_after_it(office: Office) -> None:
    says(office, 2, "DUYỆT Quài Tở", at(7, 45))
    work(office, at(8, 14))
    assert decided(office) == ["order"]
    work(office, at(8, 15))
    assert settle_orders(office.installation, at(8, 16)) == 0
    assert decided(office) == ["order", "approve"]


def test_a_command_before_the_deadline_takes_effect_at_it(office: Office) -> None:
    work(office, at(7, 31, day=15))
    says(office, 2, "MIỄN Pú Xi vì mưa lũ", at(23, 50, day=15))
    assert "23:59 ngày 15/10/2020" in body_of(office, echo(office))
    work(office, CAMPAIGN.deadline)
    assert of(office, "Pú Xi").content is Content.EXCUSED


def test_the_window_begins_when_the_answer_leaves(office: Office) -> None:
    office.take(approval(office), at(7, 45))
    plan(office.installation, at(8, 30))
    assert decided(office) == ["order"]
    Worker(office.installation, lambda: at(8, 30)).send()
    assert "09:00 ngày 13/10/2020" in body_of(office, echo(office))
    plan(office.installation, at(8, 59))
    assert decided(office) == ["order"]
    plan(office.installation, at(9))
    assert decided(office) == ["order", "approve"]


def test_an_answer_that_cannot_leave_holds_nothing_up_for_ever(office: Office) -> None:
    office.take(approval(office), at(7, 45))
    with office.database.writing() as connection:
        move(connection, echo(office).id, NoticeState.QUEUED, NoticeState.FAILED, error="550")
    plan(office.installation, at(8, 15))
    assert decided(office) == ["order", "approve"]


def test_taken_back_it_never_happens(office: Office) -> None:
    ways = ("HUỶ", "hủy", "Hoàn tác", "UNDO", "HUỶ Quài Tở", "huy lenh 1", "HUỶ DUYỆT Quài Tở", "hủy bỏ 1")
    for number, words in enumerate(ways):
        says(office, 10 + number, "DUYỆT Quài Tở", at(7, 45 + number))
        says(office, 30 + number, words, at(7, 45 + number), to=echo(office))
        assert echo(office).context["cancelled"] == ["Xã Quài Tở: duyệt báo cáo."], words
    work(office, at(9))
    assert decided(office) == ["order", "withdraw"] * len(ways)
    assert of(office).content is Content.RECEIVED


def test_an_undo_of_something_else_takes_nothing_back(office: Office) -> None:
    says(office, 2, "DUYỆT Quài Tở", at(7, 45))
    says(office, 3, "HUỶ 2\nHUỶ Nà Sáy\nHUỶ GHÉP 1\nHUỶ MIỄN Quài Tở", at(7, 50), to=echo(office))
    refused = echo(office).context["refused"]
    assert [("không còn lệnh nào chờ thực hiện" in each) for each in refused] == [True] * 4
    work(office, at(9))
    assert decided(office) == ["order", "approve"]


def test_an_undo_that_comes_too_late_says_so(office: Office) -> None:
    says(office, 2, "DUYỆT Quài Tở", at(7, 45))
    work(office, at(8, 16))
    says(office, 3, "HUỶ", at(8, 20))
    assert decided(office) == ["order", "approve"]
    assert "quyết định đã có hiệu lực" in echo(office).context["refused"][0]


def test_an_undo_that_waited_in_the_mailbox_still_wins(office: Office) -> None:
    says(office, 2, "DUYỆT Quài Tở", at(7, 45))
    says(office, 3, "HUỶ", at(8, 40))  # the tick that finds it is the one that would have carried the order out
    assert decided(office) == ["order", "withdraw"]


def test_numbers_belong_to_the_letter_that_counts_them(office: Office) -> None:
    says(office, 2, "DUYỆT Quài Tở", at(7, 45))
    says(office, 3, "HUỶ 1", at(7, 50))
    assert decided(office) == ["order"]
    assert "số thứ tự" in echo(office).context["refused"][0]


def test_second_thoughts_replace_what_waits(office: Office) -> None:
    says(office, 2, "DUYỆT Quài Tở", at(7, 45))
    says(office, 3, "TRẢ LẠI Quài Tở vì thiếu chữ ký", at(7, 50))
    assert echo(office).context["cancelled"] == ["Xã Quài Tở: duyệt báo cáo (thay bằng lệnh mới)."]
    work(office, at(8, 21))
    assert decided(office) == ["order", "withdraw", "order", "return"]
    assert of(office).content is Content.RETURNED


def test_a_code_is_valid_for_a_week(office: Office) -> None:
    old = digest(office)
    says(office, 2, "MIỄN Pú Xi vì mưa lũ", at(7, 31, day=20), to=old)
    number = says(office, 3, "MIỄN Ta Ma vì mưa lũ", at(7, 32, day=20), to=old)
    assert decided(office) == ["order"]
    assert "đã hết hạn" in echo(office).context["problem"]
    assert office.state(number) is MessageState.COMMAND
    assert "hết hạn" in office.filing(number).why.vi


def test_a_mail_that_is_filed_long_after_it_came_orders_nothing(office: Office) -> None:
    office.receive(approval(office), at(8))
    office.file(at(8, 1, day=14))
    assert decided(office) == []


def test_read_again_it_orders_nothing_anew(office: Office) -> None:
    number = says(office, 2, "DUYỆT Quài Tở\nabc", at(7, 45))
    before = office.filing(number)
    assert before.why.vi == "thư của cán bộ trả lời thư tình hình: 01 lệnh được ghi nhận, 01 dòng chưa thực hiện"
    work(office, at(9))
    for day in (13, 30):
        with office.database.writing() as connection:
            refile(office.installation, connection, (number,), at(10, day=day))
        assert office.filing(number) == before
    assert decided(office) == ["order", "approve"]
    assert len(letters(office, NoticeKind.OFFICER_ANSWER)) == 1


def test_without_the_code_an_officers_mail_is_any_mail(office: Office) -> None:
    number = says(office, 2, "DUYỆT Quài Tở", at(8), subject="Re: [Tình hình báo cáo] Tuần lễ HTSĐ 2020")
    forwarded = says(
        office,
        3,
        "Chuyển bộ phận tổng hợp\nDUYỆT Nà Sáy",
        at(8, 5),
        *everything(),
        subject=f"Fwd: UBND {OTHER.full_name} gửi báo cáo",
    )
    assert decided(office) == []
    assert office.state(number) is not MessageState.COMMAND
    assert (office.filing(forwarded).unit, office.state(forwarded)) == (OTHER.code, MessageState.FILED)


def test_a_report_that_an_officer_attaches_is_filed_and_its_commands_are_not_carried_out(office: Office) -> None:
    subject = f"{OTHER.full_name} gửi báo cáo Re: {digest(office).subject}"
    number = says(office, 2, "DUYỆT Nà Sáy", at(8), *everything(), subject=subject)
    assert decided(office) == []
    assert (office.filing(number).unit, office.state(number)) == (OTHER.code, MessageState.FILED)
    assert "tệp kèm" in echo(office).context["problem"]
    says(office, 3, "Gửi em báo cáo", at(8, 5), report(), subject=subject)
    assert len(letters(office, NoticeKind.OFFICER_ANSWER)) == 1


def test_a_commune_that_writes_duyet_even_with_the_code_decides_nothing(office: Office) -> None:
    number = says(office, 2, "DUYỆT Quài Tở\nGIA HẠN Quài Tở 17/10", at(8), sender=OWN)
    assert decided(office) == []
    assert office.state(number) is not MessageState.COMMAND
    assert letters(office, NoticeKind.OFFICER_ANSWER) == ()


def test_no_robot_commands(office: Office) -> None:
    for number, robot in enumerate(each for each in Robot if each is not Robot.NONE):
        says(office, 10 + number, "DUYỆT Quài Tở", at(8), robot=robot)
    assert decided(office) == []
    assert letters(office, NoticeKind.OFFICER_ANSWER) == ()


def test_the_code_of_another_officers_letter_is_told_and_does_nothing(office: Office) -> None:
    with office.database.writing() as connection:
        enqueue(
            connection,
            key="other",
            campaign=CAMPAIGN.id,
            unit=None,
            kind=NoticeKind.DIGEST,
            due_at=at(7, 30),
            created_at=at(7, 31),
            recipient="truong.phong@tuangiao.example",
            cause="digest",
            context={"reply_code": "ABCD-EFGH-2345"},
        )
    says(office, 2, "DUYỆT Quài Tở", at(8), subject="Re: (mã abcd-efgh-2345)")
    assert decided(office) == []
    assert (echo(office).recipient, echo(office).context["reply_code"]) == (OFFICER, "")
    assert "cán bộ khác" in echo(office).context["problem"]


def test_thanks_are_not_answered(office: Office) -> None:
    for number, body in enumerate(("Cảm ơn em nhé", "", "Kính gửi anh,\n\nTrân trọng\nVăn Huy", "> DUYỆT Quài Tở")):
        received = says(office, 10 + number, body, at(8))
        assert office.filing(received).why.vi.endswith("không có lệnh nào"), body
    assert letters(office, NoticeKind.OFFICER_ANSWER) == ()


CANNOT = {
    "DUYỆT Pú Xi": "xã Pú Xi chưa gửi báo cáo",
    "TRẢ LẠI Ta Ma vì thiếu ảnh": "xã Ta Ma chưa gửi báo cáo",
    "GIA HẠN Pú Xi 15/10": "không sau thời hạn",
    "GIA HẠN Ta Ma 17/12": "sau ngày đóng đợt báo cáo (15/11/2020)",
    "GHÉP 99: Pú Xi": "không có thư số 99",
    "GHÉP 1: Pú Xi": "thư số 1 đã ghi nhận cho xã Quài Tở",
    "DUYỆT Quài": "không có đơn vị “Quài”",
}


def test_what_cannot_be_done_is_said_at_once(office: Office) -> None:
    says(office, 2, "\n".join(CANNOT), at(8))
    refused = {line.partition("”: ")[0].removeprefix("Dòng “"): line for line in echo(office).context["refused"]}
    assert set(refused) == set(CANNOT)
    assert [why for command, why in CANNOT.items() if why not in refused[command]] == []
    work(office, at(9))
    assert decided(office) == []


def test_a_mail_that_waits_is_listed_by_number_and_assigned_by_it(office: Office) -> None:
    stranger = office.take(mail(5, "la@thu.example", *everything(), subject="Gửi báo cáo", body="Kính gửi"), at(7, 40))
    work(office, at(7, 31, day=14))
    assert f"Thư số {stranger} (la@thu.example, “Gửi báo cáo”)" in body_of(office, digest(office))
    says(office, 6, f"ghep thu {stranger}: na say", at(7, 45, day=14))
    assert [each.recipient for each in letters(office, NoticeKind.RECEIPT)].count("la@thu.example") == 0
    work(office, at(8, 16, day=14))
    assert (office.filing(stranger).unit, of(office, "Nà Sáy").complete) == (OTHER.code, True)
    assert [each.recipient for each in letters(office, NoticeKind.RECEIPT)].count("la@thu.example") == 1


def test_an_assigned_mail_that_the_officer_forwarded_teaches_nothing_of_his_address(office: Office) -> None:
    forwarded = office.take(mail(5, OFFICER, *everything(), subject="Fwd: báo cáo", body="Chuyển em"), at(8))
    Desk(office.installation, at(8, 5), "cán bộ").assign(forwarded, CAMPAIGN, OTHER)
    second = office.take(mail(6, OFFICER, *everything(), subject=f"Fwd: UBND {unit_called('Ta Ma').full_name} báo cáo"), at(9))
    assert office.filing(second).unit == unit_called("Ta Ma").code


def test_a_unit_about_which_an_order_waits_is_not_reminded_meanwhile(office: Office) -> None:
    work(office, at(7, 31, day=14))
    says(office, 2, "MIỄN Pú Xi vì mưa lũ", at(7, 45, day=14))
    work(office, at(8, 0, day=14))
    reminders = {each.unit: each.state for each in letters(office, NoticeKind.REMINDER)}
    assert reminders[unit_called("Pú Xi").code] is NoticeState.QUEUED
    assert reminders[OTHER.code] is NoticeState.DRY_RUN
    work(office, at(8, 20, day=14))
    reminders = {each.unit: each.state for each in letters(office, NoticeKind.REMINDER)}
    assert reminders[unit_called("Pú Xi").code] is NoticeState.CANCELLED


def test_no_letter_of_ours_is_a_command_when_a_mail_program_repeats_it_unmarked(office: Office) -> None:
    lines = "DUYỆT Quài Tở\nTRẢ LẠI Quài Tở vì sai\nMIỄN Pú Xi vì mưa lũ\nGIA HẠN Ta Ma 17h 17/10\nDUYET Quai Xo\nGHÉP 1: Pú Xi"
    says(office, 2, lines, at(7, 45))
    says(office, 3, "HUỶ Pú Xi", at(7, 46))
    for notice in (digest(office), *letters(office, NoticeKind.OFFICER_ANSWER)):
        read = read_commands(own_lines(body_of(office, notice)), CAMPAIGN.roster, at(8).date())
        assert read.commands == (), notice.key
    repeated = body_of(office, letters(office, NoticeKind.OFFICER_ANSWER)[0])
    number = says(office, 4, f"Cảm ơn em\n{repeated}", at(7, 50), to=letters(office, NoticeKind.OFFICER_ANSWER)[0])
    assert office.filing(number).why.vi.endswith("không có lệnh nào")


def test_a_strangers_subject_in_the_digest_is_no_command_however_it_is_broken(office: Office) -> None:
    office.take(mail(5, "la@thu.example", *everything(), subject="Kính gửi - DUYỆT Quài Tở", body="Kính gửi"), at(7, 40))
    work(office, at(7, 31, day=14))
    (line,) = [each for each in body_of(office, digest(office)).split("\n") if "la@thu.example" in each]
    quoted = line.replace("DUYỆT", "\nDUYỆT").replace("”)", "\n”)")
    says(office, 6, f"Cảm ơn em\n> {quoted}\n> Trân trọng", at(7, 45, day=14))
    assert decided(office) == []
    assert "phần trích lại" in echo(office).context["refused"][0]


def test_an_english_office_commands_in_english(tmp_path: Path) -> None:
    with open_office(tmp_path, language="en", units=UNITS) as office:
        office.take(mail(1, OWN, *everything()), on(12))
        work(office, at(7, 31))
        says(office, 2, "RETURN Quai To because the stamp is missing\nEXTEND Pu Xi to 17/10\nplease do the rest", at(7, 45))
        words = body_of(office, echo(office))
        assert "1. Xã Quài Tở: the report is returned, reason: the stamp is missing." in words
        assert "2. Xã Pú Xi: the deadline is extended to the end of 17/10/2020." in words
        assert "Line “please do the rest”: no command is recognised." in words
        for notice in (digest(office), echo(office)):
            assert read_commands(own_lines(body_of(office, notice)), CAMPAIGN.roster, at(8).date()).commands == ()
        says(office, 3, "UNDO 2", at(7, 50), to=echo(office))
        work(office, at(8, 16))
        assert decided(office) == ["order", "order", "withdraw", "return"]


def test_where_no_server_vouches_for_senders_no_code_is_given(office: Office) -> None:
    home = office.installation.home
    blind = replace(home, mailboxes=tuple(replace(each, trusted_authserv_id="") for each in home.mailboxes))
    assert code_for(replace(office.installation, home=blind)) == ""
    assert code_for(office.installation) != code_for(office.installation)
    bare = replace(digest(office), context={})
    content = Correspondence(office.installation, at(8)).write(bare, "<1@tuangiao.example>").content
    assert "trả lời thư này" not in text_of(content)


def body_of(office: Office, notice: Notice) -> str:
    with office.database.reading() as connection:
        content = notice_content(connection, notice.id)
    assert content is not None
    return text_of(content)


def text_of(content: bytes) -> str:
    parsed = message_from_bytes(content, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    body = parsed.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")
