"""The chase: the officer gets the letter to sign and whom to call; heads of units get a copy of overdue letters where wanted."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from docx import Document

from config.errors import ConfigError
from config.loading import load_home
from config.text import Language
from service.chasing import chase_of
from service.demo.files import figures, form_workbook
from service.demo.story import Story
from service.installation import opened
from service.outputs.chase_letter import chase_document
from service.planning import plan
from storage.notices import NoticeKind, NoticeState
from tests.service.office_without_servers import OFFICER, Office, at, attachments_of, office, text_of

LATE, CLEAR = "03304", "03253"
UNITS = (LATE, CLEAR, "03277")
ROSTER = "campaigns/htsd-2020/roster.csv"


def words_in(document: bytes) -> str:
    opened = Document(io.BytesIO(document))
    cells = [cell.text for table in opened.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(each.text for each in opened.paragraphs), *cells])


def everything_from(here: Office, code: str, day: int, hour: int) -> None:
    here.take_in(Story(here.campaign, "baocao@tuangiao.example")._whole(code, at(day, hour)))


def test_the_officer_gets_the_letter_to_sign_on_the_third_working_day(tmp_path: Path) -> None:
    with office(tmp_path, units=UNITS) as here:
        everything_from(here, CLEAR, 12, 9)
        here.work_at(at(20, 7, 59))
        assert here.notices(NoticeKind.CHASE) == ()  # the deadline was Thursday 15: the third working day is Tuesday 20
        here.work_at(at(20, 8, 0))
        here.work_at(at(20, 8, 1))
        (notice,) = here.notices(NoticeKind.CHASE)
        assert (notice.recipient, notice.unit, notice.state) == (OFFICER, None, NoticeState.DRY_RUN)
        mail = here.mail(notice)
        assert str(mail["Subject"]) == "[Dự thảo công văn đôn đốc] Tuần lễ HTSĐ 2020: 02/3 đơn vị chưa hoàn thành báo cáo"
        assert "Lãnh đạo" not in text_of(mail)
        letter, calls = attachments_of(mail).values()
        words = words_in(letter)
        for told in ("PHÒNG GIÁO DỤC VÀ ĐÀO TẠO", "UBND HUYỆN TUẦN GIÁO", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "V/v đôn đốc"):
            assert told in words
        assert "Xã Mường Thín" in words
        assert "Thị trấn" not in words  # who has reported is not chased
        assert "TRƯỞNG PHÒNG" in words
        assert "Điện thoại" not in words  # the list of phones is the office's own
        assert "Điện thoại" in words_in(calls)


def test_nobody_late_no_chase(tmp_path: Path) -> None:
    with office(tmp_path, units=(CLEAR,)) as here:
        everything_from(here, CLEAR, 12, 9)
        here.work_at(at(20, 8, 1))
        assert here.notices(NoticeKind.CHASE) == ()


def test_a_chase_is_dropped_when_the_last_report_came_before_it_left(tmp_path: Path) -> None:
    with office(tmp_path, units=(CLEAR,)) as here:
        plan(here.installation, at(20, 8, 1))
        everything_from(here, CLEAR, 20, 8)
        here.work_at(at(20, 8, 2))
        (notice,) = here.notices(NoticeKind.CHASE)
        assert (notice.state, notice.error) == (NoticeState.CANCELLED, "no unit is late any more")


def test_chase_off_means_off(tmp_path: Path) -> None:
    with office(tmp_path, units=UNITS) as here:
        path = here.installation.home.path / "campaigns/htsd-2020/campaign.toml"
        path.write_text(path.read_text(encoding="utf-8").replace('chase = "3d"', 'chase = "off"'), encoding="utf-8")
        home = load_home(here.installation.home.path)
        assert home.campaigns[0].reminders.chase is None


def test_who_lacks_the_form_is_called_first_then_the_largest(tmp_path: Path) -> None:
    people = {LATE: "1.200", CLEAR: "9.000", "03277": "4.000"}
    with_column(tmp_path, "population", people)
    with reopened(tmp_path) as here:
        everything = Story(here.campaign, "baocao@tuangiao.example")
        unit = here.campaign.unit(CLEAR)
        assert unit is not None
        form = form_workbook(here.campaign, unit.full_name, figures(here.campaign, int(CLEAR)))
        here.take_in(everything._mail(unit, at(12, 9), f"Biểu số liệu {unit.full_name}", {"So lieu.xlsx": form}))
        here.work_at(at(20, 8, 1))
        (notice,) = here.notices(NoticeKind.CHASE)
        lines = [each for each in text_of(here.mail(notice)).splitlines() if each[:2] in {"1.", "2.", "3."}]
        names = ("Mường Thín", "Tênh Phông", "Tuần Giáo")
        order = [next(name for name in names if name in each) for each in lines]
        assert order == list(names)  # 4.000 people and no form, 1.200 and no form; the town of 9.000 has sent its form


def test_the_head_gets_the_overdue_letter_in_copy_where_the_office_wants_it(tmp_path: Path) -> None:
    with_column(tmp_path, "head_email", {LATE: "chu.tich@tuangiao.example"})
    switch_on_copies(tmp_path)
    with reopened(tmp_path) as here:
        here.work_at(at(16, 8, 1))
        own = next(each for each in here.notices(NoticeKind.OVERDUE) if each.unit == LATE)
        (copy,) = here.notices(NoticeKind.OVERDUE_COPY)
        assert (copy.unit, copy.recipient) == (LATE, "chu.tich@tuangiao.example")
        for mail in (here.mail(own), here.mail(copy)):
            assert (mail["To"], mail["Cc"]) == (own.recipient, "chu.tich@tuangiao.example")
        other = next(each for each in here.notices(NoticeKind.OVERDUE) if each.unit == "03277")
        assert here.mail(other)["Cc"] is None


def test_copies_are_off_by_default(tmp_path: Path) -> None:
    with_column(tmp_path, "head_email", {LATE: "chu.tich@tuangiao.example"})
    with reopened(tmp_path) as here:
        here.work_at(at(16, 8, 1))
        assert here.notices(NoticeKind.OVERDUE)
        assert here.notices(NoticeKind.OVERDUE_COPY) == ()


@pytest.mark.parametrize(("heads", "told"), [({}, "head_email"), ({LATE: "chu tich"}, "head_email")])
def test_copies_without_addresses_are_a_mistake(tmp_path: Path, heads: dict[str, str], told: str) -> None:
    with_column(tmp_path, "head_email", heads)
    switch_on_copies(tmp_path)
    with pytest.raises(ConfigError, match=told):
        load_home(tmp_path)


def with_column(folder: Path, name: str, values: dict[str, str]) -> None:
    """A home whose roster has one more column."""
    with office(folder, units=UNITS):
        pass
    path = folder / ROSTER
    first, *rows = path.read_text(encoding="utf-8").splitlines()
    more = [f"{each},{values.get(each.partition(',')[0], '')}" for each in rows]
    path.write_text("\n".join([f"{first},{name}", *more]) + "\n", encoding="utf-8")


def switch_on_copies(folder: Path) -> None:
    path = folder / "campaigns/htsd-2020/campaign.toml"
    text = path.read_text(encoding="utf-8").replace("# copy_heads = true", "copy_heads = true")
    path.write_text(text, encoding="utf-8")


@contextmanager
def reopened(folder: Path) -> Iterator[Office]:
    with opened(folder, exclusive=True) as installation:
        yield Office(installation)


def test_a_letter_does_not_claim_reminders_that_nobody_got(tmp_path: Path) -> None:
    with office(tmp_path, units=UNITS) as here:
        with here.installation.database.reading() as connection:
            chase = chase_of(here.installation, connection, here.campaign, at(20))
        assert "đã gửi thư nhắc" not in words_in(chase_document(chase, Language.VI))
        here.work_at(at(19, 8, 1))
        with here.installation.database.reading() as connection:
            chase = chase_of(here.installation, connection, here.campaign, at(20))
        assert "đã gửi thư nhắc. Tuy nhiên, đến" in words_in(chase_document(chase, Language.VI))
