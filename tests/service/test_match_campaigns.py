"""Campaigns that collect at once in one mailbox: each document goes to the one that it is for, or the officer is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from config.campaign import Campaign
from config.loading import reference_campaign
from config.vietnamese import fold
from parsers.values import Document
from service.rules.match_campaigns import choose_campaigns
from service.rules.match_reports import has_theme
from tests.service.mails_for_match import form, mail, photo

REFERENCE = reference_campaign()


def campaign(identifier: str, title: str, days: int = 0) -> Campaign:
    return replace(
        REFERENCE, id=identifier, title=title, short_title=title, deadline=REFERENCE.deadline + timedelta(days=days),
        form=replace(REFERENCE.form, title=title.upper()),
    )  # fmt: skip


SEPTEMBER = campaign("t9", "Báo cáo tai nạn giao thông tháng 9 năm 2020")
OCTOBER = campaign("t10", "Báo cáo tai nạn giao thông tháng 10 năm 2020", 30)
HERDS = campaign("dan", "Tổng đàn vật nuôi 2020", 5)
OPEN = (SEPTEMBER, OCTOBER, HERDS)


def paper(path: str, *campaigns: str, heading: str = "") -> Document:
    return replace(form(path, heading=heading), campaigns=campaigns)


@pytest.mark.parametrize(
    ("heading", "name", "subject", "body", "expected"),
    [
        ("BÁO CÁO TAI NẠN GIAO THÔNG THÁNG 10 NĂM 2020", "a.xlsx", "Báo cáo tháng 9", "", "t10"),
        ("Xã Nà Sáy, ngày 02 tháng 10 năm 2020\nBÁO CÁO THÁNG 9 NĂM 2020", "a.xlsx", "", "", "t9"),
        ("", "ATGT thang 10.xlsx", "", "", "t10"),
        ("", "a.xlsx", "BC TNGT tháng 9", "", "t9"),
        ("", "a.xlsx", "Báo cáo", "Xã gửi báo cáo tháng 10.", "t10"),
    ],
)
def test_the_same_form_is_told_by_its_title_then_by_the_words_around_it(
    heading: str, name: str, subject: str, body: str, expected: str
) -> None:
    choice = choose_campaigns(OPEN, mail(paper(name, "t9", "t10", heading=heading), subject=subject, body=body), None)
    assert (choice.main.id, choice.rivals, choice.others) == (expected, (), ())


def test_where_nothing_tells_them_apart_both_are_named_and_none_is_taken() -> None:
    choice = choose_campaigns(OPEN, mail(paper("a.xlsx", "t9", "t10"), subject="Báo cáo ATGT"), None)
    assert {each.id for each in choice.rivals} == {"t9", "t10"}
    answered = choose_campaigns(OPEN, mail(paper("a.xlsx", "t9", "t10"), subject="Báo cáo ATGT"), "t10")
    assert (answered.main.id, answered.rivals) == ("t10", ())


def test_each_form_of_a_mail_goes_to_its_own_campaign() -> None:
    papers = (
        paper("t9.xlsx", "t9", "t10", heading="Tháng 9 năm 2020"),
        paper("dan.xlsx", "dan"),
        paper("t10.xlsx", "t9", "t10", heading="Tháng 10 năm 2020"),
        photo(),
    )
    choice = choose_campaigns(OPEN, mail(*papers, subject="Gửi các báo cáo tháng 9, tháng 10"), None)
    assert choice.main.id == "t9"
    assert [(path, each.id) for path, each in choice.others] == [("dan.xlsx", "dan"), ("t10.xlsx", "t10")]
    assert choice.rivals == ()


def test_a_form_speaks_louder_than_the_letter_that_the_mail_answers() -> None:
    assert choose_campaigns(OPEN, mail(paper("dan.xlsx", "dan")), "t9").main.id == "dan"


def test_a_mail_without_a_form_is_for_the_campaign_it_names_else_for_the_one_due_next() -> None:
    assert choose_campaigns(OPEN, mail(subject="Xin gia hạn báo cáo tổng đàn vật nuôi"), None).main.id == "dan"
    assert choose_campaigns(OPEN, mail(subject="Xin gia hạn"), None).main.id == "t9"
    assert choose_campaigns(OPEN, mail(subject="Xin gia hạn"), "t10").main.id == "t10"


def test_that_a_title_begins_like_any_report_names_no_campaign() -> None:
    herds = campaign("dan", "Báo cáo tổng đàn vật nuôi 2020")
    assert not has_theme(herds, fold("Báo cáo kết quả chuyển đổi số"))
    assert has_theme(herds, fold("xã gửi tổng đàn vật nuôi"))
