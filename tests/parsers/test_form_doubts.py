"""What a paper says against its own figures: two columns of persons, labels that deny, notes that put right, other money."""

from __future__ import annotations

from dataclasses import replace

import pytest

from config.campaign import IndicatorType
from parsers.values import FormReading, ValueStatus
from tests.parsers.form_sheets import FORM, HEADER, TITLE, codes, one, rows, sheet, value, whole

LITERACY = "1.literacy"


def labelled(code: str, label: str, figure: int = 5) -> FormReading:
    return one(sheet(whole({"2": (7,), code: (figure,)}, labels={code: label})))


def noted(code: str, figure: int, note: str) -> FormReading:
    return one(sheet(whole({"2": (7,), code: (figure, None, note)})))


def asked(reading: FormReading, code: str, column: str = "count") -> tuple[object, ValueStatus]:
    found = value(reading, code, column)
    return found.value, found.status


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Cán bộ", "Người dân"),
        ("Người lớn", "Trẻ em"),
        ("Học sinh", "Người dân"),
        ("Đại biểu", "Người dự khác"),
        ("Giáo viên", "Học sinh"),
    ],
)
def test_two_columns_that_both_count_persons_are_asked_about_even_where_they_agree(first: str, second: str) -> None:
    head = [("STT", "Nội dung", "ĐVT", "Số lớp/số cuộc", first, second, "Ghi chú")]
    figures = {LITERACY: (3, 29, 58), "1.life_skills": (2, 40, 40), "6.sports": (1, None, 12)}
    reading = one(sheet([*TITLE, *head, *rows(figures)]))
    assert asked(reading, LITERACY, "people") == (None, ValueStatus.REJECT)
    assert asked(reading, "1.life_skills", "people") == (40, ValueStatus.CONFIRM)
    assert asked(reading, "6.sports", "people")[0] == 12
    assert asked(reading, LITERACY) == (3, ValueStatus.OK)


@pytest.mark.parametrize("second", ["Trong đó: học sinh", "Giảng viên", "Địa điểm"])
def test_a_column_that_counts_a_part_or_holds_words_raises_no_doubt(second: str) -> None:
    head = [("STT", "Nội dung", "ĐVT", "Số lớp/số cuộc", "Số người", second, "Ghi chú")]
    beside = 12 if second.startswith("Trong") else "Nhà văn hóa"
    reading = one(sheet([*TITLE, *head, *rows({LITERACY: (3, 29, beside), "2": (4,)})]))
    assert asked(reading, LITERACY, "people") == (29, ValueStatus.OK)


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("7.institutions", "Số cơ sở giáo dục chưa tổ chức Lễ khai mạc Tuần lễ"),
        ("7.communes", "So xa khong to chuc Le khai mac Tuan le"),
        ("4.books", "Số sách cần huy động tặng các trường, thư viện"),
        ("4.books", "Số sách đã huy động tặng các trường, thư viện năm 2019"),
        (LITERACY, "Xóa mù chữ (dự kiến)"),
        (LITERACY, "Xóa mù chữ - kế hoạch"),
        ("6.visits", "Thăm quan, học tập tại bảo tàng, di tích lịch sử (đã hủy)"),
    ],
)
def test_a_label_that_says_what_the_forms_does_not_leaves_its_figure_asked_about(code: str, label: str) -> None:
    found = value(labelled(code, label), code)
    assert (found.value, found.status) == (5, ValueStatus.CONFIRM)
    assert "label_against" in found.warnings


@pytest.mark.parametrize(
    ("code", "label"),
    [
        (LITERACY, "Xóa mù chữ (năm 2020)"),
        (LITERACY, "Xóa mù chữ, năm học 2019-2020"),
        ("4.books", "Số sách đã huy động tặng thiếu nhi các trường, thư viện"),
    ],
)
def test_a_label_of_this_year_and_in_other_words_raises_no_such_doubt(code: str, label: str) -> None:
    assert "label_against" not in value(labelled(code, label), code).warnings


@pytest.mark.parametrize(
    ("code", "figure", "note"),
    [
        ("4.books", 380, "Sửa lại: 350 quyển"),
        ("4.books", 1459, "Đúng là 350"),
        ("4.books", 1587, "Số năm 2019"),
        ("4.books", 828, "ước tính"),
        (LITERACY, 3, "Không tổ chức"),
        (LITERACY, 3, "Do mưa lũ nên chưa tổ chức"),
        ("6.arts", 3, "Hoãn do mưa lũ"),
        ("6.arts", 2, "Dự kiến tháng 11"),
    ],
)
def test_a_note_that_speaks_against_its_figure_leaves_it_asked_about(code: str, figure: int, note: str) -> None:
    found = value(noted(code, figure, note), code)
    assert (found.value, found.status, "note_against" in found.warnings) == (figure, ValueStatus.CONFIRM, True)


@pytest.mark.parametrize(
    ("code", "figure", "note"),
    [
        (LITERACY, 0, "Không tổ chức"),
        (LITERACY, 3, "dự kiến tháng 11 mở thêm 2 lớp"),
        ("4.books", 350, "Nhà hảo tâm tặng, không thu tiền"),
        (LITERACY, 3, "Xã không có kinh phí, dân đóng góp"),
        ("4.books", 350, "Theo Kế hoạch số 12/KH-UBND năm 2019"),
    ],
)
def test_a_note_that_goes_with_its_figure_raises_no_doubt(code: str, figure: int, note: str) -> None:
    found = value(noted(code, figure, note), code)
    assert (found.value, found.status) == (figure, ValueStatus.OK)


@pytest.mark.parametrize("note", ["nghìn đồng", "(đơn vị: nghìn đồng)", "bằng hiện vật, không quy tiền"])
def test_a_note_that_names_another_unit_of_money_leaves_the_amount_asked_about(note: str) -> None:
    code = next(each.code for each in FORM.indicators if each.type is IndicatorType.MONEY)
    found = value(noted(code, 150_000, note), code, "money")
    assert found.status is ValueStatus.CONFIRM


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("(Kinh phí tính bằng nghìn đồng)", ""),
        ("Đơn vị tính kinh phí: 1.000 đồng", ""),
        ("", "Ghi chú: mục 10 đơn vị tính là nghìn đồng"),
    ],
)
def test_a_line_around_the_table_says_in_what_money_is_counted(above: str, below: str) -> None:
    code = next(each.code for each in FORM.indicators if each.type is IndicatorType.MONEY)
    written = [*TITLE, (above,), *HEADER, *rows({code: (120_000,), "2": (4,)}), (), (None, below)]
    assert asked(one(sheet(written)), code, "money") == (120_000_000, ValueStatus.CONFIRM)


@pytest.mark.parametrize("below", ["THỦ TRƯỞNG ĐƠN VỊ Triệu Văn A", "Tổng kinh phí tính theo quyết toán 120 triệu đồng"])
def test_a_name_or_a_sum_below_the_table_multiplies_nothing(below: str) -> None:
    code = next(each.code for each in FORM.indicators if each.type is IndicatorType.MONEY)
    written = [*TITLE, *HEADER, *rows({code: (120_000_000,), "2": (4,)}), (), (None, below)]
    assert asked(one(sheet(written)), code, "money")[0] == 120_000_000


@pytest.mark.parametrize("label", ["Hoạt động văn nghệ, thể dục thể thao", "Hoạt động thể dục, thể thao và văn nghệ"])
def test_a_row_whose_label_names_two_indicators_is_asked_about(label: str) -> None:
    found = value(labelled("6.sports", label), "6.sports")
    assert (found.value, found.status, "two_indicators" in found.warnings) == (5, ValueStatus.CONFIRM, True)


@pytest.mark.parametrize("written", ["34 người\n39 người", "60\n28", "2\n02 người"])
def test_figures_of_two_printed_rows_in_one_cell_of_a_scan_are_never_added(written: str) -> None:
    page = sheet(whole({"2": (7,), LITERACY: (3, written)}))
    place = next(key for key, each in page.cells.items() if each.value == written)
    scanned = replace(page, cells={**page.cells, place: replace(page.cells[place], doubtful=True)})
    found = value(one(scanned), LITERACY, "people")
    assert (found.value, found.status, found.warnings) == (None, ValueStatus.REJECT, ("rows_in_cell",))


@pytest.mark.parametrize("title", ["SỐ LIỆU KẾ HOẠCH TỔ CHỨC TUẦN LỄ NĂM 2020", "DỰ KIẾN SỐ LIỆU TUẦN LỄ"])
def test_a_form_whose_title_names_a_plan_is_asked_about_as_a_whole(title: str) -> None:
    reading = one(sheet([(title,), *HEADER, *rows({"2": (7,), LITERACY: (3, 40)})]))
    assert asked(reading, "2") == (7, ValueStatus.CONFIRM)
    assert "F-PLAN" in codes(reading)


def test_a_form_sent_with_a_plan_is_none() -> None:
    reading = one(sheet([("Kèm theo Kế hoạch số 12/KH-UBND",), *HEADER, *rows({"2": (7,), LITERACY: (3, 40)})]))
    assert asked(reading, "2") == (7, ValueStatus.OK)
