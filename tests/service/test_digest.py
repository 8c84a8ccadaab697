"""The officer's digest: when it leaves, what it says first, and when it keeps silent."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import openpyxl

from config.loading import reference_campaign
from service.digest import digest_moments, is_digest_day
from storage.notices import NoticeKind, NoticeState
from tests.service.office_without_servers import OFFICER, ZONE, arrivals, at, attachments_of, office, text_of

UNITS = ("03253", "03265", "03269")


def test_daily_in_the_last_week_on_working_days_and_weekly_otherwise() -> None:
    campaign = reference_campaign()
    days = [each.date() for each in digest_moments(campaign, ZONE)]
    october = [each.day for each in days if each.month == 10]
    assert october == [5, 8, 9, 12, 13, 14, 15, 19, 26]  # 10 and 11 October 2020 are a weekend
    assert {each.time().isoformat() for each in digest_moments(campaign, ZONE)} == {"07:30:00"}
    assert not is_digest_day(campaign, date(2020, 9, 28), ZONE)  # before the campaign
    assert max(days) <= campaign.closes


def test_numbers_in_the_subject_decisions_first_and_a_draft_goes_with_it(tmp_path: Path) -> None:
    with office(tmp_path, units=UNITS) as here:
        here.take_in(*[each for each in arrivals(*UNITS) if each.at < at(13, 7)])
        here.work_at(at(13, 7, 29))
        assert here.notices(NoticeKind.DIGEST) == ()
        here.work_at(at(13, 7, 31))
        (digest,) = here.notices(NoticeKind.DIGEST)
        assert (digest.recipient, digest.state) == (OFFICER, NoticeState.DRY_RUN)
        mail = here.mail(digest)
        assert "2/3 đủ, 0 thiếu, 1 chưa gửi" in str(mail["Subject"])
        assert "còn 02 ngày" in str(mail["Subject"])
        text = text_of(mail)
        assert text.index("việc cần quyết định") < text.index("1. Đã gửi đủ")
        ((name, content),) = attachments_of(mail).items()
        assert name == "BAN-NHAP-htsd-2020-20201013.xlsx"
        words = {str(cell.value) for sheet in openpyxl.load_workbook(io.BytesIO(content)) for row in sheet for cell in row}
        assert any("BẢN NHÁP" in each for each in words)
        here.work_at(at(13, 11))
        assert len(here.notices(NoticeKind.DIGEST)) == 1


def test_silent_when_nothing_has_changed_but_not_in_the_last_three_days(tmp_path: Path) -> None:
    with office(tmp_path, units=UNITS) as here:
        for day in (8, 9, 10, 12, 13, 14, 15):
            here.work_at(at(day, 7, 45))
        states = {each.due_at.astimezone(ZONE).day: each.state for each in here.notices(NoticeKind.DIGEST)}
        sent, silent = NoticeState.DRY_RUN, NoticeState.CANCELLED
        assert states == {8: sent, 9: silent, 12: silent, 13: sent, 14: sent, 15: sent}


def test_news_breaks_the_silence(tmp_path: Path) -> None:
    with office(tmp_path, units=UNITS) as here:
        here.work_at(at(8, 7, 45))
        here.take_in(*[each for each in arrivals("03265") if each.at < at(9, 7)])
        here.work_at(at(9, 7, 45))
        assert [each.state for each in here.notices(NoticeKind.DIGEST)] == [NoticeState.DRY_RUN] * 2
