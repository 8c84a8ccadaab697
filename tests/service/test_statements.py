"""What a unit says of its figures in words alone is put before the officer, never passed over and never taken."""

from __future__ import annotations

from dataclasses import replace

import pytest

from config.loading import reference_campaign
from parsers.corrected_words import corrected_in_letter
from parsers.values import DocumentFate, DocumentRole
from service.rules.match import Outcome, Query, identify
from service.rules.statements import Statement, statement_in
from tests.service.mails_for_match import form, mail

CAMPAIGN = reference_campaign()
UNIT = next(each for each in CAMPAIGN.roster if each.name == "Quài Tở")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Em xin đính chính: số sách huy động là 250 quyển chứ không phải 225 quyển ạ.", Statement.FIGURES),
        ("Vâng ạ, mục kinh phí đúng là 5 triệu đồng.", Statement.FIGURES),
        ("Số liệu của xã: lớp 5, người 180, sách 300, kinh phí 4tr.", Statement.FIGURES),
        ("Mục 4 số sách: 300 -> 350 quyển", Statement.FIGURES),
        ("Xã gửi thiếu, số người xóa mù chữ là 45.", Statement.FIGURES),
        ("Kinh phí 1.250.000 đồng", Statement.FIGURES),
        ("Số tin bài về các hoạt động của Tuần lễ đã đăng là 7", Statement.FIGURES),
        ("Có 3 băng rôn ạ", Statement.FIGURES),
        ("Em sửa ngay trong thư ạ\n\nVào 12 thg 10, 2020 lúc 09:00 Phòng GD đã viết:\n> Số lớp: 25", Statement.FIGURES),
        ("Bản gửi lúc sáng bị nhầm của năm ngoái, đề nghị Phòng không dùng ạ.", Statement.WITHDRAWN),
        ("Xã em không tổ chức Tuần lễ do mưa lũ.", Statement.NOTHING),
        ("Số liệu đúng rồi ạ, em xác nhận.", Statement.CONFIRMED),
        ("Vâng, em cảm ơn Phòng. Sáng mai 14/10 xã gửi ạ.", Statement.NONE),
        ("Xã đã gửi báo cáo theo Công văn số 35/CV ngày 12/10/2020, ĐT 0912345678.", Statement.NONE),
        ("Vâng ạ\n\nVào 12 thg 10, 2020 lúc 09:00 Phòng GD đã viết:\n> - Số sách: 225 quyển", Statement.NONE),
    ],
)
def test_a_statement_is_told_from_small_talk(body: str, said: Statement) -> None:
    assert statement_in(body) is said


@pytest.mark.parametrize(
    "body",
    ["Xin sửa số sách là 250 quyển ạ.", "Bản sáng nay gửi nhầm ạ.", "Xã không tổ chức.", "Em xác nhận số liệu đúng."],
)
def test_a_mail_of_words_alone_from_a_unit_waits_for_the_officer(body: str) -> None:
    found = identify(CAMPAIGN, mail(sender=UNIT.emails[0], subject="Re: [Đã nhận] Báo cáo", body=body), Query())
    assert (found.outcome, found.unit) == (Outcome.NEEDS_DECISION, UNIT.code)


def test_the_same_words_with_a_form_or_from_a_stranger_or_about_another_report_do_not_wait() -> None:
    body = "Xin sửa số sách là 250 quyển ạ."
    filed = identify(CAMPAIGN, mail(form(), sender=UNIT.emails[0], body=body), Query())
    stranger = identify(CAMPAIGN, mail(sender="ai-do@x.vn", subject="Chào", body=body), Query())
    other = identify(
        CAMPAIGN, mail(sender=UNIT.emails[0], subject="Báo cáo kết quả chuyển đổi số tháng 10", body="120 người"), Query()
    )
    assert filed.outcome is Outcome.FILED
    assert stranger.outcome is not Outcome.NEEDS_DECISION
    assert other.outcome is Outcome.NOT_A_REPORT


def test_figures_in_the_words_of_a_stranger_wait() -> None:
    body = "UBND xã Quài Tở xin sửa: số tin bài về các hoạt động của Tuần lễ là 7 tin."
    found = identify(CAMPAIGN, mail(sender="ai-do@x.vn", subject="Sửa số liệu", body=body), Query())
    assert (found.outcome, found.unit) == (Outcome.NEEDS_DECISION, UNIT.code)
    nothing_said = identify(
        CAMPAIGN,
        mail(sender="ai-do@x.vn", subject="Báo cáo Tuần lễ HTSĐ", body="UBND xã Quài Tở gửi báo cáo Tuần lễ ạ."),
        Query(),
    )
    assert nothing_said.outcome is not Outcome.NEEDS_DECISION


def test_a_stranger_who_names_the_unit_and_its_report_waits_too() -> None:
    body = "Xã Quài Tở xin đính chính: số sách là 530 quyển chứ không phải như trong báo cáo."
    found = identify(CAMPAIGN, mail(sender="ai-do@x.vn", subject="Re: Xã Quài Tở gửi báo cáo Tuần lễ HTSĐ", body=body), Query())
    assert (found.outcome, found.unit) == (Outcome.NEEDS_DECISION, UNIT.code)


def test_a_letter_that_corrects_figures_without_a_form_waits_for_the_officer() -> None:
    said = corrected_in_letter("đính chính là 530 quyển", "cv.docx")
    letter = replace(form(), role=DocumentRole.UNKNOWN, fate=DocumentFate.IGNORED, forms=(), findings=(said,))
    alone = identify(CAMPAIGN, mail(letter, sender=UNIT.emails[0], subject="Công văn"), Query())
    assert (alone.outcome, alone.unit, "văn bản sửa đổi" in alone.why.vi) == (Outcome.NEEDS_DECISION, UNIT.code, True)
    beside = identify(CAMPAIGN, mail(letter, form(), sender=UNIT.emails[0], subject="Công văn"), Query())
    assert beside.outcome is Outcome.FILED
