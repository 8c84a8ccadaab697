"""Filing: whose mail it is, what answer it gets, what the officer's word changes, and what is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.campaign import Slot
from parsers.values import MessageReading, Robot
from service.desk import Desk
from service.filing import refile
from service.forgetting import forget_private_mail
from service.judging import submission_of
from service.rules.submission import Content, Submission
from storage.filings import MessageState
from storage.notices import NoticeKind, NoticeState, enqueue, move
from storage.readings import documents, reading_of
from tests.service.office import ADDRESS, Office, open_office
from tests.service.papers import CAMPAIGN, everything, mail, on, photos, report, sound_figures, unit_called, whole_form, workbook

UNIT, OTHER = unit_called("Quài Tở"), unit_called("Nà Sáy")
OWN = UNIT.emails[0]
PRIVATE = "thu.nguyen@thu.example"
FORGED = "mx.tuangiao.example; dmarc=fail header.from=tuangiao.example"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


def of(office: Office, name: str = "Quài Tở") -> Submission:
    with office.database.reading() as connection:
        return submission_of(connection, CAMPAIGN, unit_called(name))


def desk(office: Office, day: int = 12) -> Desk:
    return Desk(office.installation, on(day), "cán bộ")


def named(number: int, sender: str = PRIVATE, **more: object) -> MessageReading:
    """A whole report whose subject names the unit."""
    return mail(number, sender, *everything(), subject=f"UBND {UNIT.full_name} gửi báo cáo Tuần lễ HTSĐ 2020", **more)  # type: ignore[arg-type]


def test_a_units_report_is_filed_and_answered_once(office: Office) -> None:
    number = office.take(mail(1, OWN, *everything()), on(8))
    assert office.filing(number).unit == UNIT.code
    assert of(office).content is Content.RECEIVED
    office.file(on(9))
    (notice,) = office.outbox()
    assert (notice.kind, notice.recipient, notice.context["letter"]) == (NoticeKind.RECEIPT, OWN, "receipt_complete")


@pytest.mark.parametrize("robot", [each for each in Robot if each is not Robot.NONE])
def test_no_robot_is_answered(office: Office, robot: Robot) -> None:
    office.take(mail(1, OWN, *everything(), robot=robot), on(8))
    assert office.outbox() == ()


def test_a_mail_forwarded_by_a_rule_is_read_all_the_same(office: Office) -> None:
    office.take(mail(1, OWN, *everything(), robot=Robot.AUTO_FORWARD), on(8))
    assert of(office).complete


@pytest.mark.parametrize("sender", ["", "a@", '"a@xa.example"@evil.example', "a@xa.example\0@evil.example"])
def test_what_is_no_address_is_never_answered(office: Office, sender: str) -> None:
    office.take(named(1, sender), on(8))
    assert office.outbox() == ()


def test_our_own_address_is_never_answered(office: Office) -> None:
    office.take(named(1, ADDRESS), on(8))
    assert office.outbox() == ()


@pytest.mark.parametrize(
    ("named", "state"),
    [
        ("<ours@tuangiao.example>", NoticeState.BOUNCED),
        ("", NoticeState.BOUNCED),  # some servers name only the address
        ("<the.officers.own@tuangiao.example>", NoticeState.SENT),  # not our letter
    ],
)
def test_a_bounce_marks_its_notice(office: Office, named: str, state: NoticeState) -> None:
    with office.database.writing() as connection:
        enqueue(
            connection,
            key="k",
            campaign=CAMPAIGN.id,
            unit=UNIT.code,
            kind=NoticeKind.REMINDER,
            due_at=on(8),
            created_at=on(8),
            recipient=OWN,
            cause="rung 1",
        )
    (notice,) = office.outbox()
    with office.database.writing() as connection:
        move(connection, notice.id, NoticeState.QUEUED, NoticeState.SENT, message_id="<ours@tuangiao.example>", sent_at=on(8))
    bounce = mail(2, "mailer-daemon@x.example", robot=Robot.BOUNCE, bounced_message_id=named, bounced_recipient=OWN)
    number = office.take(bounce, on(8, 9))
    assert office.state(number) is MessageState.NOT_A_REPORT
    (notice,) = office.outbox()
    assert notice.state is state
    assert (OWN in notice.error) is (state is NoticeState.BOUNCED)


def test_the_same_mail_twice_is_one_report_and_one_answer(office: Office) -> None:
    first = office.take(mail(1, OWN, *everything()), on(8))
    again = office.take(mail(1, OWN, *everything(), body="qua máy chủ khác"), on(9))
    assert (office.state(again), office.filing(again).duplicate_of) == (MessageState.DUPLICATE, first)
    with office.database.reading() as connection:
        fates = {(each.message_id, each.fate) for each in documents(connection)}
    assert fates == {(first, "used"), (again, "duplicate")}
    assert len(office.outbox()) == 1
    assert of(office).version == 1


def test_copies_that_come_in_together_are_one_report_however_many(office: Office) -> None:
    first = office.receive(mail(1, OWN, *everything()), on(8))
    copies = [office.receive(mail(1, OWN, *everything(), body=f"bản thứ {number}"), on(8, 9)) for number in (2, 3)]
    other = office.receive(mail(2, OWN, *everything(), message_id="<1@xa.example>"), on(8, 10))
    office.file(on(9))
    assert [(office.state(each), office.filing(each).duplicate_of) for each in copies] == [(MessageState.DUPLICATE, first)] * 2
    assert [each["kind"] for each in office.filing(other).evidence].count("same_message_id") == 1
    assert of(office).first_received_at == on(8)
    assert [each.trigger_id for each in office.outbox()] == [first, other]


def test_a_copy_that_came_in_earlier_makes_the_report_on_time(office: Office) -> None:
    office.take(mail(1, OWN, *everything()), CAMPAIGN.deadline + timedelta(minutes=9))
    assert of(office).completed_at == CAMPAIGN.deadline + timedelta(minutes=9)
    office.take(mail(1, OWN, *everything(), body="bản trong thư rác"), CAMPAIGN.deadline - timedelta(minutes=1))
    assert of(office).completed_at == CAMPAIGN.deadline - timedelta(minutes=1)


def test_failed_authentication_on_a_known_address_waits_and_is_not_answered(office: Office) -> None:
    number = office.take(mail(1, OWN, *everything(), authentication_results=(FORGED,)), on(8))
    assert office.state(number) is MessageState.NEEDS_DECISION
    assert of(office).content is Content.MISSING
    assert office.outbox() == ()


def test_an_assignment_teaches_the_address_and_files_its_other_mail(office: Office) -> None:
    first = office.take(named(1), on(8))
    second = office.take(mail(2, PRIVATE, *photos(2, 20), subject="ảnh", body="gửi ảnh"), on(9))
    assert of(office).provisional
    assert office.state(second) is not MessageState.FILED
    desk(office).assign(first, CAMPAIGN, UNIT)
    assert not of(office).provisional
    assert (office.state(second), office.filing(second).unit) == (MessageState.FILED, UNIT.code)
    third = office.take(mail(3, PRIVATE, workbook(whole_form(sound_figures(5)), "moi.xlsx")), on(13))
    assert office.filing(third).unit == UNIT.code


@pytest.mark.parametrize("at_once", [True, False], ids=["in one poll", "later"])
def test_an_address_that_was_filed_before_suggests_its_unit_and_no_more(office: Office, *, at_once: bool) -> None:
    readings = (named(1), mail(2, PRIVATE, workbook(whole_form(sound_figures(5)), "Book1.xlsx"), subject="bổ sung biểu"))
    numbers = [office.receive(each, on(8)) if at_once else office.take(each, on(8)) for each in readings]
    office.file(on(9))
    filing = office.filing(numbers[1])
    assert (filing.state, filing.unit) == (MessageState.UNATTRIBUTED, UNIT.code)
    assert [each["kind"] for each in filing.evidence] == ["earlier"]
    words = mail(3, PRIVATE, subject="đính chính", body="Em sửa số sách là 530 quyển ạ.")
    assert office.filing(office.take(words, on(9))).state is MessageState.NEEDS_DECISION


def test_an_address_that_was_filed_for_two_units_suggests_neither(office: Office) -> None:
    office.take(named(1), on(8))
    office.take(mail(2, PRIVATE, *everything(), subject=f"UBND {OTHER.full_name} gửi báo cáo Tuần lễ HTSĐ 2020"), on(8))
    third = office.take(mail(3, PRIVATE, workbook(whole_form(sound_figures(5)), "Book1.xlsx"), subject="bổ sung biểu"), on(9))
    assert office.filing(third).unit is None


def test_an_assignment_takes_the_report_away_from_the_wrong_unit(office: Office) -> None:
    number = office.take(named(1), on(8))
    desk(office).assign(number, CAMPAIGN, OTHER)
    assert of(office).content is Content.MISSING
    assert of(office, "Nà Sáy").complete


def test_an_address_whose_mails_were_assigned_to_two_units_speaks_for_neither(office: Office) -> None:
    first, second = (office.take(mail(each, PRIVATE, *everything()), on(8)) for each in (1, 2))
    desk(office).assign(first, CAMPAIGN, UNIT)
    desk(office).assign(second, CAMPAIGN, OTHER)
    third = office.take(mail(3, PRIVATE, *photos(3)), on(9))
    assert office.filing(third).state is MessageState.UNATTRIBUTED


def test_a_mail_of_two_units_is_verified_for_the_one_that_sent_it_or_that_the_officer_named(office: Office) -> None:
    papers = [
        replace(
            workbook(whole_form(sound_figures())), path=f"{each.name}.xlsx", name=f"UBND {each.full_name}.xlsx", sha256=each.code
        )
        for each in (UNIT, OTHER)
    ]
    number = office.take(mail(1, OWN, *papers), on(8))
    assert (office.filing(number).state, office.filing(number).unit) == (MessageState.FILED, UNIT.code)
    assert (of(office).provisional, of(office, OTHER.name).provisional) == (False, True)
    desk(office).assign(number, CAMPAIGN, OTHER)
    assert [each.source.document for each in of(office).values if each.source][:1] == [f"{UNIT.name}.xlsx"]
    assert (of(office).provisional, of(office, OTHER.name).provisional) == (True, False)
    desk(office, 13).assign(number, CAMPAIGN, UNIT)
    assert (of(office).provisional, of(office, OTHER.name).provisional) == (False, False)


def test_what_waited_replaces_figures_once_assigned(office: Office) -> None:
    office.take(mail(1, OWN, *everything()), on(8))
    changed = {**sound_figures(), ("4.books", "count"): 9999}
    subject = f"UBND {UNIT.full_name} gửi báo cáo Tuần lễ HTSĐ 2020"
    number = office.take(mail(2, PRIVATE, workbook(whole_form(changed), "x.xlsx"), subject=subject), on(9))
    assert of(office).waiting == (number,)
    assert office.outbox()[-1].context["letter"] == "receipt_problems"
    desk(office).assign(number, CAMPAIGN, UNIT)
    value = of(office).value("4.books", "count")
    assert value is not None
    assert value.value == 9999


def test_approval_names_the_message_whose_sender_is_not_confirmed(office: Office) -> None:
    office.take(mail(1, OWN, report(), *photos(3)), on(8))
    subject = f"UBND {UNIT.full_name} gửi biểu số liệu Tuần lễ HTSĐ 2020"
    stranger = office.take(mail(2, PRIVATE, workbook(whole_form(sound_figures())), subject=subject), on(9))
    office.take(mail(3, OWN, *photos(1, 30)), on(10))
    with pytest.raises(Exception, match=f"thubao assign {stranger} {UNIT.code}"):
        desk(office).approve(CAMPAIGN, UNIT)


def test_two_campaigns_in_one_mailbox_are_kept_apart(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        home = office.installation.home
        later = replace(CAMPAIGN, id="other-2020", deadline=CAMPAIGN.deadline + timedelta(days=5))
        office.installation = replace(office.installation, home=replace(home, campaigns=(later, *home.campaigns)))
        first = office.take(replace(mail(1, OWN, *everything()), campaign=CAMPAIGN.id), on(8))
        second = office.take(replace(mail(2, OWN, *everything()), campaign="other-2020"), on(9))
        assert [office.filing(each).campaign for each in (first, second)] == [CAMPAIGN.id, "other-2020"]
        assert of(office).version == 1


def test_a_mail_with_the_forms_of_two_campaigns_is_filed_to_both_and_answered_for_each(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        home = office.installation.home
        later = replace(CAMPAIGN, id="other-2020", deadline=CAMPAIGN.deadline + timedelta(days=5))
        office.installation = replace(office.installation, home=replace(home, campaigns=(later, *home.campaigns)))
        form, *rest = everything()
        second = replace(form, path="b.xlsx", name="b.xlsx", sha256="b", campaigns=("other-2020",))
        number = office.take(mail(1, OWN, replace(form, campaigns=(CAMPAIGN.id,)), *rest, second), on(8))
        assert office.filing(number).campaign == CAMPAIGN.id
        assert of(office).complete
        with office.database.writing() as connection:
            refile(office.installation, connection, (number,), on(9))
        with office.database.reading() as connection:
            other = submission_of(connection, later, UNIT)
            assert {each.path: each.campaign for each in documents(connection, number) if each.campaign} == {
                "b.xlsx": "other-2020"
            }
        assert [each.slots for each in other.versions] == [(Slot.FORM,)]
        assert [each.path for each in other.documents] == ["b.xlsx"]
        assert {(each.campaign, each.kind) for each in office.outbox()} == {
            (CAMPAIGN.id, NoticeKind.RECEIPT),
            ("other-2020", NoticeKind.RECEIPT),
        }


def test_mail_from_before_every_campaign_is_no_report(office: Office) -> None:
    number = office.take(mail(1, OWN, *everything()), on(1) - timedelta(days=30))
    assert office.state(number) is MessageState.NOT_A_REPORT


def private_letter(number: int, body: str = "Chiều nay đi đá bóng nhé") -> MessageReading:
    return mail(number, "ban@nha.example", subject="Đá bóng", body=body)


def test_private_mail_in_a_shared_mailbox_is_forgotten_with_its_copies_and_reports_are_not(tmp_path: Path) -> None:
    with open_office(tmp_path, dedicated=False) as office:
        private = office.take(private_letter(1), on(8))
        copy = office.take(private_letter(1, "Chiều nay đi đá bóng nhé!"), on(8, 9))
        kept = office.take(mail(2, OWN, *everything()), on(8, 10))
        assert forget_private_mail(office.installation, on(20)) == ()
        assert forget_private_mail(office.installation, on(23)) == (private, copy)
        assert forget_private_mail(office.installation, on(24)) == ()
        assert len(list(office.installation.archive.hashes())) == 1
        with office.database.reading() as connection:
            assert reading_of(connection, private) is None
            assert reading_of(connection, kept) is not None


def test_a_raw_copy_that_a_crash_left_is_dropped_later(tmp_path: Path) -> None:
    with open_office(tmp_path, dedicated=False) as office:
        office.take(private_letter(1), on(8))
        raw = office.installation.archive.read(next(iter(office.installation.archive.hashes())))
        forget_private_mail(office.installation, on(23))
        office.installation.archive.add(raw)  # as if the disk had refused
        forget_private_mail(office.installation, on(23, 9))
        assert list(office.installation.archive.hashes()) == []


def test_a_stranger_without_papers_is_not_asked_from_a_mailbox_that_a_person_also_uses(tmp_path: Path) -> None:
    note = mail(1, "sep@huyen.example", subject="Báo cáo tuần", body="Anh gửi em báo cáo tuần nhé.")
    for dedicated, asked in ((False, 0), (True, 1)):
        with open_office(tmp_path / str(dedicated), dedicated=dedicated) as office:
            assert office.state(office.take(note, on(8))) is MessageState.UNATTRIBUTED
            assert len(office.outbox()) == asked


def test_mail_that_brings_nothing_is_answered_a_few_times_only(office: Office) -> None:
    for number in range(1, 8):
        office.take(mail(number, PRIVATE, subject="Báo cáo", body="Gửi báo cáo."), on(8, 7 + number))
    assert len(office.outbox()) == 5
    office.take(named(9), on(9))
    assert len(office.outbox()) == 6  # what brings a report is answered


def test_another_mail_under_the_same_message_id_is_kept_and_names_the_first(office: Office) -> None:
    first = office.take(mail(1, OWN, *everything()), on(8))
    second = office.take(mail(2, OWN, *everything(), message_id="<1@xa.example>"), on(9))
    third = office.take(mail(3, OWN, *everything(), message_id=""), on(9, 9))
    assert office.state(second) is MessageState.FILED
    (clue,) = [each for each in office.filing(second).evidence if each["kind"] == "same_message_id"]
    assert str(first) in clue["detail"]["vi"]
    assert all(each["kind"] != "same_message_id" for number in (first, third) for each in office.filing(number).evidence)


def test_in_a_dedicated_mailbox_nothing_is_forgotten(office: Office) -> None:
    office.take(private_letter(1), on(8))
    assert forget_private_mail(office.installation, on(30)) == ()


def test_a_schools_paper_beside_the_communes_own_is_named_and_not_counted(office: Office) -> None:
    school = replace(workbook(whole_form(sound_figures())), path="bieu truong.xlsx")
    school = replace(school, forms=tuple(replace(each, heading="TRƯỜNG THCS QUÀI TỞ\nBIỂU TỔNG HỢP") for each in school.forms))
    number = office.take(mail(1, OWN, *everything(), school), on(8))
    assert of(office).content is Content.RECEIVED
    (told,) = [each for each in of(office).findings if each.code == "D-SCHOOL"]
    assert "bieu truong.xlsx" in told.text.vi
    with office.database.reading() as connection:
        fates = {each.path: (each.fate, each.why.vi) for each in documents(connection, number)}
    assert fates["bieu truong.xlsx"][0] == "ignored"
    assert "của trường" in fates["bieu truong.xlsx"][1]
