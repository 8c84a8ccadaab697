"""A form of another year never passes as this year's without a question; this year's beside it passes without one."""

from __future__ import annotations

import io

import docx
import openpyxl
import pytest

from config.loading import reference_campaign
from parsers.form_year import Said, other_year_of
from parsers.read import expected_of, read_file
from parsers.values import FormReading, ValueStatus
from tests.parsers.form_sheets import Row, codes, one, sheet, value, whole

SOME: dict[str, Row] = {"1": (3,), "1.total_participants": (None, 120), "2": (7,)}
EXPECTED = expected_of((reference_campaign(),))


def workbook(title: str, *, name: str = "Sheet1") -> bytes:
    """A workbook with the form under this title."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = name
    for row in whole(SOME, title=[("UBND XÃ QUÀI TỞ",), (title,)]):
        page.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def word(title: str) -> bytes:
    """A Word file with the form under this title."""
    document = docx.Document()
    for line in ("UBND XÃ QUÀI TỞ", title):
        document.add_paragraph(line)
    rows = [*whole(SOME, title=[])]
    table = document.add_table(rows=len(rows), cols=6)
    for written, row in zip(rows, table.rows, strict=True):
        cells = row.cells
        for place, text in enumerate(written):
            cells[place].text = "" if text is None else str(text)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def form_of(name: str, data: bytes) -> FormReading:
    (document,) = read_file(name, data, EXPECTED).documents
    (form,) = document.forms
    return form


def asked(form: FormReading) -> bool:
    """Whether the form is marked as another year's, and then whether every figure of it is to be confirmed."""
    marked = "F-YEAR" in codes(form)
    status = {each.status for each in form.values if each.status is not ValueStatus.EMPTY}
    assert status == ({ValueStatus.CONFIRM} if marked else {ValueStatus.OK})
    return marked


@pytest.mark.parametrize("title", ["TUẦN LỄ HỌC TẬP SUỐT ĐỜI NĂM 2019", "Kỳ báo cáo: năm học 2018-2019", "Tháng 10 năm 2019"])
def test_a_title_of_last_year_makes_every_figure_a_question(title: str) -> None:
    form = form_of("bieu.xlsx", workbook(title))
    assert asked(form)
    assert value(form, "1").value == 3
    assert any("2019" in each.text.vi for each in form.findings)


@pytest.mark.parametrize(
    "title",
    [
        "TUẦN LỄ NĂM 2020",
        "TUẦN LỄ HỌC TẬP SUỐT ĐỜI",
        "(Kèm theo Quyết định số 89/QĐ-TTg ngày 09/01/2013) năm 2020",
        "Xây dựng xã hội học tập giai đoạn 2012-2020",
        "So sánh năm 2019 và năm 2020",
        "Số: 2019/BC-UBND ngày 12 tháng 10 năm 2020",
    ],
)
def test_a_title_of_this_year_or_of_none_asks_nothing(title: str) -> None:
    assert not asked(form_of("bieu.xlsx", workbook(title)))


def test_the_name_of_sheet_or_file_says_it_where_the_title_does_not() -> None:
    plain = "TUẦN LỄ HỌC TẬP SUỐT ĐỜI"
    assert asked(form_of("bieu.xlsx", workbook(plain, name="Năm 2019")))
    assert asked(form_of("Bieu so lieu 2019.xlsx", workbook(plain)))
    assert asked(form_of("Bieu so lieu 2019.xlsx", workbook("Quài Tở, ngày 12 tháng 10 năm 2020")))
    assert not asked(form_of("Bieu so lieu 2020.xlsx", workbook(plain)))


def test_a_form_dated_last_year_is_asked_about_and_a_letters_date_of_this_year_does_not_clear_the_title() -> None:
    assert asked(form_of("bieu.xlsx", workbook("Quài Tở, ngày 12 tháng 10 năm 2019")))
    assert asked(form_of("bieu.xlsx", workbook("TUẦN LỄ NĂM 2019 (Kèm theo báo cáo ngày 12 tháng 10 năm 2020)")))


@pytest.mark.parametrize("title", ["MẪU TỔNG HỢP SỐ LIỆU TUẦN LỄ NĂM 2019", "TUẦN LỄ HỌC TẬP SUỐT ĐỜI NĂM 2019"])
def test_in_a_word_file_the_title_stands_above_the_table(title: str) -> None:
    assert asked(form_of("bieu.docx", word(title)))
    assert not asked(form_of("bieu.docx", word(title.replace("2019", "2020"))))


def test_both_years_in_one_workbook_leave_no_question_about_this_years() -> None:
    past = sheet(whole({"1": (99,)}, title=[("BÁO CÁO NĂM 2019",)]), name="Sheet1")
    this = sheet(whole(SOME, title=[("BÁO CÁO NĂM 2020",)]), name="Sheet2")
    assert not asked(one(past, this))


def test_a_year_to_come_and_a_far_one_are_no_period() -> None:
    said = Said(title="Định hướng đến năm 2030, Nghị quyết năm 2001", sheet="", around="")
    assert other_year_of(said, 2020) is None
