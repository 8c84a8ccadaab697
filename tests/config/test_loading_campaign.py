"""campaign.toml, form.toml and the letters: what they give, and what is said of every mistake."""

from __future__ import annotations

import shutil
from datetime import date, time, timedelta

import pytest

from config.campaign import Requirement, UnknownSenders
from tests.config.homes import CAMPAIGN, HomeFolder

FILE = f"{CAMPAIGN}/campaign.toml"
FORM = f"{CAMPAIGN}/form.toml"


def test_the_campaign_of_a_new_home(home: HomeFolder) -> None:
    campaign = home.load().campaign("htsd-2020")
    assert campaign is not None
    assert campaign.deadline.isoformat() == "2020-10-15T23:59:59+07:00"
    assert (campaign.starts, campaign.closes, campaign.year) == (date(2020, 9, 29), date(2020, 11, 15), 2020)
    assert campaign.reminders.before == (timedelta(days=7), timedelta(days=3), timedelta(days=1))
    assert campaign.reminders.at == time(8, 0)
    assert campaign.unknown_senders is UnknownSenders.FILE
    assert campaign.consolidation.recipients == ("officer@example.org",)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("+07:00", "", "thiếu múi giờ; đề nghị ghi: 2020-10-15T23:59:59+07:00"),
        ("2020-10-15T23:59:59+07:00", "2020-10-15", "thiếu giờ và múi giờ; đề nghị ghi: 2020-10-15T23:59:59+07:00"),
        ("2020-10-15T23:59:59+07:00", '"15/10/2020"', "phải là một thời điểm"),
        ("2020-10-15T23:59:59+07:00", "2020-09-01T23:59:59+07:00", "thời hạn 01/09/2020 trước ngày bắt đầu 29/09/2020"),
        ("closes = 2020-11-15", "closes = 2020-10-01", "ngày đóng 01/10/2020 trước thời hạn 15/10/2020"),
        ('id = "htsd-2020"', 'id = "htsd-2021"', 'ghi: id = "htsd-2020"'),
        ("min = 3, max = 5", "min = 6, max = 5", "min = 6 lớn hơn max = 5"),
        ("{ min = 3, max = 5 }", '"không"', 'ghi photos = { min = 3, max = 5 } hoặc "off"'),
        ("min = 3, max = 5", "min = 3", "thiếu khóa max"),
        ('"7d", "3d", "1d"', '"7x"', "không hiểu khoảng thời gian '7x'"),
        ('"7d", "3d", "1d"', '"36h"', "lịch nhắc tính theo ngày"),
        ('"7d", "3d", "1d"', '"3d", "3d"', "có mốc nhắc bị lặp"),
        ('at = "08:00"', 'at = "8 giờ"', "không hiểu giờ '8 giờ'"),
        ('unknown_senders = "file"', 'unknown_senders = "files"', "có phải là file?"),
        ("deadline_wording", "deadline_words", "có phải là deadline_wording?"),
        ('["officer@example.org"]', '["officer"]', "không phải địa chỉ thư điện tử"),
        ('narrative = "required"', 'narrative = "needed"', 'chỉ nhận "required", "optional", "off"'),
    ],
)
def test_a_wrong_campaign_key_says_what_to_write(home: HomeFolder, old: str, new: str, said: str) -> None:
    home.replace(FILE, old, new)
    assert said in home.only_problem()


def test_photos_can_be_off_and_times_can_be_toml(home: HomeFolder) -> None:
    home.replace(FILE, "{ min = 3, max = 5 }", '"off"')
    home.replace(FILE, 'at = "08:00"', "at = 09:30:00")
    campaign = home.load().campaigns[0]
    assert campaign.photos is None
    assert campaign.reminders.at == time(9, 30)
    assert campaign.narrative is Requirement.REQUIRED


def test_a_campaign_that_asks_for_nothing_is_refused(home: HomeFolder) -> None:
    home.replace(FILE, "{ min = 3, max = 5 }", '"off"')
    home.replace(FILE, 'narrative = "required"', 'narrative = "off"')
    home.replace(FILE, 'form = "required"', 'form = "off"')
    assert "không yêu cầu phần nào" in home.only_problem()


def test_the_officers_get_the_report_when_nobody_is_named(home: HomeFolder) -> None:
    home.replace(FILE, 'recipients = ["officer@example.org"]', "")
    home.replace("thubao.toml", '["officer@example.org"]', '["can.bo@example.org"]')
    assert home.load().campaigns[0].consolidation.recipients == ("can.bo@example.org",)


def test_the_calendar_takes_days_off_and_made_up_saturdays(home: HomeFolder) -> None:
    days = home.load().campaigns[0].working_days
    assert days.is_working(date(2020, 10, 15))
    assert not days.is_working(date(2020, 9, 2))
    home.replace(
        FILE, "# [calendar]", "[calendar]\nextra_off = [2020-10-15]\nextra_workdays = [2020-10-17]\nholidays = [2020-10-20]\n#"
    )
    days = home.load().campaigns[0].working_days
    assert [day for day in range(12, 24) if not days.is_working(date(2020, 10, day))] == [15, 18, 20]


def test_a_home_without_campaigns_is_told(home: HomeFolder) -> None:
    shutil.rmtree(home.path / "campaigns")
    assert "chưa có đợt báo cáo nào" in home.only_problem()


def test_a_campaign_without_its_files_is_told_file_by_file(home: HomeFolder) -> None:
    for path in sorted((home.path / CAMPAIGN).glob("*.*")):
        path.unlink()
    files = [problem.file for problem in home.problems()]
    assert files == [f"{CAMPAIGN}/{name}" for name in ("campaign.toml", "form.toml", "roster.csv")]


def test_an_office_with_a_blank_form_only_is_told_to_learn_it(home: HomeFolder) -> None:
    (home.path / FORM).rename(home.path / CAMPAIGN / "form.xlsx")
    assert "thubao form learn form.xlsx" in home.only_problem()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('code = "5.exhibition"', 'code = "5.book_fair"', "'5.book_fair' đã dùng ở [[indicator]] thứ 16"),
        ('id = "V-INT"', 'id = "V-REQ"', "'V-REQ' đã dùng ở [[rule]] thứ 1"),
        ('key = "people"', 'key = "count"', "'count' đã dùng ở [[column]] thứ 4"),
        ('code = "I.2"', 'code = "I.1"', "'I.1' đã dùng ở [[section]] thứ 3"),
        ('parent = "4"', 'parent = "4x"', "không có chỉ tiêu '4x' đứng trước 4.donors"),
        ('parent = "4"', 'parent = "5"', "không có chỉ tiêu '5' đứng trước 4.donors"),
        ('"10.state_budget", "10.other"]', '"10.state_buget", "10.other"]', "có phải là 10.state_budget?"),
        ('columns = ["people"]', 'columns = ["peeple"]', "không có cột số liệu 'peeple'; có phải là people?"),
        ('columns = ["people"]', "", "thiếu columns; đề nghị ghi: columns = "),
        ('type = "money_vnd"', 'type = "money_vnd"\ncolumns = ["count"]', "không ghi columns; xóa dòng này"),
        ('pair = ["count", "people"]', 'pair = ["count"]', "pair phải gồm hai cột"),
        ('type = "integer"', 'type = "interger"', "có phải là integer?"),
        ('role = "total"', 'role = "sum"', 'chỉ nhận "group", "total", "leaf", "text"'),
        ('kind = "note"', 'kind = "unit"', "chỉ có một cột unit"),
        ('severity = "info"', 'severity = "hint"', 'chỉ nhận "error", "warning", "info"'),
        ("label_en", "label_eng", "có phải là label_en?"),
    ],
)
def test_a_wrong_form_says_what_to_write(home: HomeFolder, old: str, new: str, said: str) -> None:
    home.replace(FORM, old, new)
    told = [str(problem) for problem in home.problems()]
    assert any(said in each for each in told)
    assert all(each.startswith(f"{FORM}: dòng ") for each in told)


def test_a_form_without_figures_is_refused(home: HomeFolder) -> None:
    text = (home.path / FORM).read_text("utf-8").replace('kind = "quantity"', 'kind = "note"')
    (home.path / FORM).write_text(text, "utf-8")
    assert any("không có cột số liệu (kind" in str(problem) for problem in home.problems())


def test_one_wrong_indicator_does_not_hide_another(home: HomeFolder) -> None:
    home.replace(FORM, 'type = "integer"', 'type = "interger"')
    home.replace(FORM, 'code = "5.exhibition"', 'code = "5.book_fair"')
    told = " ".join(str(problem) for problem in home.problems())
    assert "interger" in told
    assert "đã dùng" in told


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{{ mailbox }}", "{{ mailbox }", "dòng 17: sai cú pháp của mẫu thư"),
        ("{{ mailbox }}", "{{ mailbx }}", "dòng 17: không có từ {{ mailbx }}; có phải là mailbox?"),
        ("{{ mailbox }}", "{{ mailbox|upcase }}", "upcase"),
        ("{{ mailbox }}", "{{ mailbox + 1 }}", "mẫu thư không điền được"),
        ("{{ mailbox }}", "{{ mailbox.nothing }}", "mẫu thư không điền được"),
    ],
)
def test_a_letter_that_cannot_be_sent_is_told(home: HomeFolder, old: str, new: str, said: str) -> None:
    home.replace(f"{CAMPAIGN}/letters/reminder.txt", old, new)
    problem = home.only_problem()
    assert problem.startswith(f"{CAMPAIGN}/letters/reminder.txt: ")
    assert said in problem


def test_a_missing_and_a_misnamed_letter_are_told(home: HomeFolder) -> None:
    letters = home.path / CAMPAIGN / "letters"
    (letters / "overdue.txt").rename(letters / "overdu.txt")
    missing, strange = home.problems()
    assert (missing.file, strange.file) == (f"{CAMPAIGN}/letters/overdue.txt", f"{CAMPAIGN}/letters/overdu.txt")
    assert "có phải là overdue?" in strange.text


def test_a_letter_without_a_subject_is_told(home: HomeFolder) -> None:
    (home.path / CAMPAIGN / "letters" / "chase.txt").write_text("\nKính gửi\n", "utf-8")
    assert "dòng đầu phải là tiêu đề thư" in home.only_problem()


def test_an_english_office_gets_english_letters(home: HomeFolder) -> None:
    assert "Kính gửi" in home.load().campaigns[0].letters["reminder"]
    home.replace("thubao.toml", 'language = "vi"', 'language = "en"')
    assert "The deadline for the report" in home.load().campaigns[0].letters["reminder"]
