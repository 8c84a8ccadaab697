"""What letters to the officers say of all units: nobody with open questions is "in order", and what is new is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.console_board import board_table
from service.desk import Desk
from service.installation import opened
from storage.notices import NoticeKind
from tests.service.office_without_servers import ZONE, Office, arrivals, at, office, text_of

DOUBTFUL, CLEAR, SILENT = "03277", "03253", "03295"
UNITS = (DOUBTFUL, CLEAR, SILENT)


def digest_of(here: Office, day: int) -> tuple[str, str]:
    here.work_at(at(day, 7, 31))
    digest = next(each for each in here.notices(NoticeKind.DIGEST) if each.due_at.astimezone(ZONE).day == day)
    return digest.subject, text_of(here.mail(digest))


def test_a_report_with_open_questions_is_not_counted_as_in_order(tmp_path: Path) -> None:
    with office(tmp_path, units=UNITS) as here:
        here.take_in(*arrivals(DOUBTFUL, CLEAR))
        subject, text = digest_of(here, 15)
        assert "1/3 đủ, 1 thiếu, 1 chưa gửi" in subject
        assert "1. Đã gửi đủ (01): thị trấn Tuần Giáo." in text
        assert "- xã Mường Thín: còn 05 nội dung cần làm rõ" in text


def test_the_last_day_says_so_instead_of_counting_to_nothing(tmp_path: Path) -> None:
    with office(tmp_path, units=UNITS) as here:
        subject, _ = digest_of(here, 15)
        assert "hôm nay đến hạn" in subject
        assert "00 ngày" not in subject


@pytest.mark.parametrize(("day", "said"), [(13, "2 days left"), (14, "due tomorrow"), (15, "due today")])
def test_english_counts_days_as_english_does(tmp_path: Path, day: int, said: str) -> None:
    with office(tmp_path, units=UNITS, language="en") as here:
        assert said in digest_of(here, day)[0]


def test_a_digest_names_who_has_sent_since_the_last_one_and_when_the_mailbox_was_read(tmp_path: Path) -> None:
    with office(tmp_path, units=UNITS) as here:
        here.take_in(*arrivals(CLEAR))  # on the 5th
        assert "Mới nhận" not in digest_of(here, 13)[1], "there was no digest before"
        here.take_in(*arrivals(DOUBTFUL))  # on the 14th
        _, text = digest_of(here, 15)
        assert "Mới nhận từ thư trước: xã Mường Thín." in text
        assert "Hộp thư baocao: chưa kiểm tra được lần nào." in text


def test_a_returned_report_is_said_to_be_returned(tmp_path: Path) -> None:
    with office(tmp_path, units=UNITS) as here:
        here.take_in(*arrivals(CLEAR))
        unit = here.campaign.unit(CLEAR)
        assert unit is not None
        Desk(here.installation, at(13), "cán bộ").send_back(here.campaign, unit, "Biểu thiếu dấu.")
        assert "- thị trấn Tuần Giáo: báo cáo được trả lại để chỉnh sửa" in digest_of(here, 14)[1]
        here.work_at(at(16, 8, 1))
        overdue = next(each for each in here.notices(NoticeKind.OVERDUE) if each.unit == CLEAR)
        assert "đã trả lại để bổ sung, chỉnh sửa báo cáo của thị trấn Tuần Giáo" in text_of(here.mail(overdue))


def test_the_board_keeps_its_columns_beside_a_long_name_and_excused_units_are_not_late(tmp_path: Path) -> None:
    with office(tmp_path, units=UNITS) as here:
        roster = tmp_path / "campaigns" / "htsd-2020" / "roster.csv"
        roster.write_text(
            roster.read_text(encoding="utf-8-sig").replace("Quài Tở", "Quài Tở và các bản vùng cao " * 4), encoding="utf-8"
        )
    with opened(tmp_path, exclusive=True) as installation:
        here = Office(installation)
        desk = Desk(installation, at(20), "cán bộ")
        silent = here.campaign.unit(SILENT)
        assert silent is not None
        desk.excuse(here.campaign, silent, "lũ quét")
        table = board_table(desk.board(here.campaign), here.installation.home.office)
        assert max(column.max_width or 0 for column in table.columns) <= 30
        times = [str(each) for each in table.columns[7].cells]
        assert times == ["quá hạn", "quá hạn", ""]


def test_a_missing_unit_that_has_more_time_is_said_to_have_it(tmp_path: Path) -> None:
    with office(tmp_path, units=UNITS) as here:
        silent = here.campaign.unit(SILENT)
        assert silent is not None
        Desk(here.installation, at(13), "cán bộ").extend(here.campaign, silent, at(20).date())
        assert "xã Quài Tở (được gia hạn đến hết ngày 20/10/2020)" in digest_of(here, 15)[1]
