"""Spellings beyond the published ones, each with what it must become: a table to read, and to add to when a unit surprises us."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal

import pytest

from config.campaign import IndicatorType
from parsers.grid import BLANK_CELL, Cell, CellKind
from parsers.numbers import NumberContext, NumberReading, read_note, read_number
from parsers.values import ValueStatus

INTEGER, FLAG, DECIMAL, MONEY_TYPE = IndicatorType.INTEGER, IndicatorType.INTEGER_FLAG, IndicatorType.DECIMAL, IndicatorType.MONEY


def context(
    unit: str,
    column: str = "count",
    kind: IndicatorType = INTEGER,
    pair: tuple[str, str] | None = None,
    columns: tuple[str, ...] = (),
) -> NumberContext:
    return NumberContext(unit=unit, column=column, type=kind, year=2020, pair=pair, columns=columns)


PAIR = ("count", "people")
CLASSES = context("lớp/người", pair=PAIR)
PEOPLE = context("lớp/người", "people", pair=PAIR)
DONORS = context("Tập thể/cá nhân", pair=PAIR)
UNPRINTED = context("", pair=PAIR)
ONLY_CLASSES = context("lớp")
BOOKS = context("Quyển")
LEAFLETS = context("quyển/ tờ")
NEWS = context("Tin, bài/ cuộc")
SCHOOLS = context("Trường/ Trung Tâm")
CEREMONY = context("xã", kind=FLAG)
MONEY = context("Đồng", kind=MONEY_TYPE)
MILLIONS = context("Triệu đồng", kind=MONEY_TYPE)
AREA = context("ha", "area", DECIMAL)
GIRLS = context("học sinh", "female")
SEXES = context("nam/nữ", "male", pair=("male", "female"))


def read(cell: Cell | str, where: NumberContext) -> NumberReading:
    return read_number(Cell(kind=CellKind.TEXT, value=cell) if isinstance(cell, str) else cell, where)


CERTAIN: list[tuple[NumberContext, str, Mapping[str, int]]] = [
    (CLASSES, "-/-", {"count": 0, "people": 0}),
    (CLASSES, "–/không", {"count": 0, "people": 0}),
    (CLASSES, "0/-", {"count": 0, "people": 0}),
    (CLASSES, "Không tổ chức; 0", {"count": 0, "people": 0}),
    (CLASSES, "ko / Không có", {"count": 0, "people": 0}),
    (CLASSES, "3 lớp (120 người)", {"count": 3, "people": 120}),
    (CLASSES, "3 (120)", {"count": 3, "people": 120}),
    (CLASSES, "Số lớp: 3, số người: 120", {"count": 3, "people": 120}),
    (CLASSES, "lớp/người: 3/120", {"count": 3, "people": 120}),
    (CLASSES, "3/120 (lớp/người)", {"count": 3, "people": 120}),
    (CLASSES, "3 lớp, 120 người (nữ 65)", {"count": 3, "people": 120}),
    (CLASSES, "3 lớp, 120 người, trong đó nữ 65", {"count": 3, "people": 120}),
    (CLASSES, "120 người (3 lớp)", {"count": 3, "people": 120}),
    (PEOPLE, "120 trong đó nữ 45", {"people": 120}),
    (PEOPLE, "120 người (nữ 45 người)", {"people": 120}),
    (PEOPLE, "45 nữ/120 người", {"people": 120}),
    (CLASSES, "3 lớp (TH: 2, THCS: 1)/120 người", {"count": 3, "people": 120}),
    (CLASSES, "3 lớp\n120 cán bộ, giáo viên", {"count": 3, "people": 120}),
    (CLASSES, "ba lớp/một trăm hai mươi người", {"count": 3, "people": 120}),
    (CLASSES, "3 (ba) lớp/120 (một trăm hai mươi) người", {"count": 3, "people": 120}),
    (CLASSES, "tổ chức 3 lớp 120 người", {"count": 3, "people": 120}),
    (CLASSES, "3／120", {"count": 3, "people": 120}),
    (CLASSES, "không/không", {"count": 0, "people": 0}),
    (CLASSES, "-/-", {"count": 0, "people": 0}),
    (CLASSES, "không (0)", {"count": 0}),
    (CLASSES, "• 3 lớp\n• 120 người", {"count": 3, "people": 120}),
    (CLASSES, "3 lớp (ngày 5/10)", {"count": 3}),
    (CLASSES, "2L", {"count": 2}),
    (CLASSES, "Không mở lớp", {"count": 0}),
    (PEOPLE, "12 (trong đó nữ: 5)", {"people": 12}),
    (PEOPLE, "120 đ/c", {"people": 120}),
    (PEOPLE, "120 h/s", {"people": 120}),
    (PEOPLE, "1E+3", {"people": 1000}),
    (PEOPLE, "+5", {"people": 5}),
    (DONORS, "15 TT/40 CN", {"count": 15, "people": 40}),
    (DONORS, "40/15", {"count": 40, "people": 15}),
    (DONORS, "05 tập thể, 120 học sinh", {"count": 5, "people": 120}),
    (UNPRINTED, "2 cuộc/120 người", {"count": 2, "people": 120}),
    (ONLY_CLASSES, "5 (3+2)", {"count": 5}),
    (ONLY_CLASSES, "3 lớp (2 TH, 1 THCS)", {"count": 3}),
    (BOOKS, "1.250 cuốn sách", {"count": 1250}),
    (BOOKS, "100 quyển + 50 cuốn", {"count": 150}),
    (BOOKS, "5. 000. 000", {"count": 5_000_000}),
    (LEAFLETS, "50 tờ rơi\n02 băng rôn\n03 áp phích", {"count": 55}),
    (LEAFLETS, "52: 50 tờ rơi, 2 băng rôn", {"count": 52}),
    (LEAFLETS, "02 băng zôn", {"count": 2}),
    (NEWS, "5 tin, 2 bài", {"count": 7}),
    (SCHOOLS, "3 trường và 1 TT HTCĐ", {"count": 4}),
    (CEREMONY, "Không tổ chức", {"count": 0}),
    (MONEY, "1 tỷ 2", {"money": 1_200_000_000}),
    (MONEY, "5 triệu 5", {"money": 5_500_000}),
    (MONEY, "5tr500", {"money": 5_500_000}),
    (MONEY, "500N", {"money": 500_000}),
    (MONEY, "5.000.000đ (Bằng chữ: Năm triệu đồng)", {"money": 5_000_000}),
    (MONEY, "(ĐVT: 1.000đ) 3.500", {"money": 3_500_000}),
    (MONEY, "2tr+3tr=5tr", {"money": 5_000_000}),
    (MONEY, "không có kinh phí", {"money": 0}),
    (MILLIONS, "5,5", {"money": 5_500_000}),
    (MILLIONS, "5.000.000đ", {"money": 5_000_000}),
    (GIRLS, "120 em", {"female": 120}),
    (SEXES, "nam: 3, nữ: 4", {"male": 3, "female": 4}),
]

ASKED: list[tuple[NumberContext, str, Mapping[str, int], str]] = [
    (CLASSES, "7 lớp / + 2289", {"count": 2296}, "ambiguous_reading"),
    (CLASSES, "3 - 120", {"count": 3, "people": 120}, "ambiguous_reading"),
    (DONORS, "6 lượt/335", {"count": 6, "people": 335}, "ambiguous_reading"),
    (CLASSES, "120 lượt/3", {"count": 3, "people": 120}, "ambiguous_reading"),
    (CLASSES, "3 120", {"count": 3, "people": 120}, "ambiguous_reading"),
    (PEOPLE, "1\t250", {"count": 1, "people": 250}, "ambiguous_reading"),  # a tab is no space between thousands
    (PEOPLE, "1    250", {"count": 1, "people": 250}, "ambiguous_reading"),
    (CLASSES, "(hai mươi lăm", {"count": 25}, "ambiguous_reading"),  # the rest of "24 (hai mươi lăm)"
    (CLASSES, "hai mươi lăm)", {"count": 25}, "ambiguous_reading"),
    (UNPRINTED, "3l; 355", {"count": 3, "people": 355}, "ocr_suspect"),  # three classes, or 31 of anything
    (CLASSES, "1/10", {"count": 1, "people": 10}, "ambiguous_reading"),  # or the first of October
    (CLASSES, "3/5 (KH)", {"count": 3, "people": 5}, "ambiguous_reading"),
    (CLASSES, "120 (năm 2019)", {"count": 120}, "ambiguous_reading"),
    (CLASSES, "3*", {"count": 3}, "ambiguous_reading"),
    (PEOPLE, "3  120", {"people": 3120}, "ambiguous_reading"),
    (SCHOOLS, "3\n120", {"count": 123}, "ambiguous_reading"),
    (SCHOOLS, "1/10", {"count": 11}, "ambiguous_reading"),
    (SCHOOLS, "5/5", {"count": 5}, "ambiguous_reading"),  # five of five, or five schools and five centres
    (SCHOOLS, "04/04 trường", {"count": 4}, "ambiguous_reading"),
    (MONEY, "2.500.00\n0", {"money": 2_500_000}, "ambiguous_reading"),  # a narrow cell breaks it
    (MONEY, "2.500\n.000 đồng", {"money": 2_500_000}, "ambiguous_reading"),
    (MONEY, "5.000.000 (năm 2019)", {"money": 5_000_000}, "ambiguous_reading"),
    (MONEY, "5.000.000đ (KH)", {"money": 5_000_000}, "ambiguous_reading"),
    (CLASSES, "10/2020", {"count": 10, "people": 2020}, "date_recovered"),
    (CLASSES, "3 lớp, mỗi lớp 40 người", {"count": 3, "people": 120}, "multiplication_inferred"),
    (CLASSES, "3 lớp, 40 người/lớp", {"count": 3, "people": 120}, "multiplication_inferred"),
    (CLASSES, "2/45 + 1/30", {"count": 3, "people": 75}, "ambiguous_reading"),
    (CLASSES, "3/12O", {"count": 3, "people": 120}, "ocr_suspect"),
    (CLASSES, "l2O", {"count": 120}, "ocr_suspect"),
    (CLASSES, "2l", {"count": 2}, "ocr_suspect"),
    (CLASSES, "40/40", {"count": 40, "people": 40}, "ambiguous_reading"),
    (CLASSES, "3/0", {"count": 3, "people": 0}, "people_lt_count"),
    (CLASSES, "/120", {"count": 120}, "ambiguous_reading"),
    (CLASSES, "120 (3 lớp)", {"count": 3, "people": 120}, "ambiguous_reading"),
    (CLASSES, "65/120", {"count": 65, "people": 120}, "ambiguous_reading"),
    (CLASSES, "3 (5)", {"count": 3}, "ambiguous_reading"),
    (CLASSES, "3k", {"count": 3000}, "ambiguous_reading"),
    (CLASSES, "3 ngày", {"count": 3}, "ambiguous_unit"),
    (CLASSES, "3 lớp ~120 người", {"count": 3, "people": 120}, "approx"),
    (CLASSES, "7h30", {"count": 7, "people": 30}, "ambiguous_unit"),
    (CLASSES, "3 lớp/... người", {"count": 3}, "ambiguous_reading"),
    (CLASSES, "120 lớp/người", {"count": 120}, "ambiguous_unit"),
    (CLASSES, "120 người của 3 trường", {"people": 120}, "ambiguous_unit"),
    (CLASSES, "Trường TH số 1: 3 lớp, 120 người", {"count": 3, "people": 120}, "ambiguous_reading"),
    (PEOPLE, "120 (65)", {"people": 120}, "ambiguous_reading"),
    (PEOPLE, "120 (một trăm ba mươi)", {"people": 120}, "words_mismatch"),
    (PEOPLE, "50 nam, 70 nữ", {"people": 120}, "summed_components"),
    (PEOPLE, "không quá 100", {"people": 100}, "approx"),
    (PEOPLE, "tăng 5", {"people": 5}, "ambiguous_reading"),
    (PEOPLE, "1.23E+05", {"people": 123_000}, "approx"),
    (PEOPLE, "Chưa có", {"people": 0}, "ambiguous_reading"),
    (PEOPLE, "sau", {"people": 6}, "ambiguous_reading"),
    (PEOPLE, "1.00", {"people": 1}, "decimal_dot"),
    (ONLY_CLASSES, "120 người", {"people": 120}, "column_shift"),
    (ONLY_CLASSES, "5 lớp gồm 3 lớp TH và 2 lớp THCS", {"count": 5}, "ambiguous_reading"),
    (BOOKS, "44168", {"count": 44168}, "possible_date_serial"),
    (BOOKS, "5 đầu sách", {"count": 5}, "ambiguous_unit"),
    (NEWS, "03 tin; 02 bài; 01 cuộc", {"count": 5}, "ambiguous_unit"),
    (CLASSES, "3 lớp (40 người/lớp)", {"count": 3, "people": 120}, "multiplication_inferred"),
    (CLASSES, "3 (tăng 45)", {"count": 3}, "parenthetical_ignored"),
    (CLASSES, "3 lớp (trừ 45)", {"count": 3}, "parenthetical_ignored"),
    (CLASSES, "3 triệu", {"count": 3_000_000}, "implausible"),
    (CLASSES, "3 lớp/120 triệu", {"count": 3, "people": 120_000_000}, "implausible"),
    (CLASSES, "3 lớp, nam 120, nữ 45", {"count": 3, "people": 165}, "summed_components"),
    (CLASSES, "5 lớp: 42 nam, 42 nữ", {"count": 5, "people": 84}, "ambiguous_reading"),
    (CLASSES, "3 lớp, 45 nữ", {"count": 3}, "ambiguous_reading"),
    (CLASSES, "120 (người)", {"people": 120}, "column_shift"),
    (CLASSES, "120 trong đó nữ 45", {"count": 120}, "ambiguous_reading"),
    (CLASSES, "120 (nữ 45)", {"count": 120}, "ambiguous_reading"),
    (CLASSES, "12-Mar", {"count": 3, "people": 12}, "date_recovered"),
    (CLASSES, "3-Thg12", {"count": 3, "people": 12}, "date_recovered"),
    (CLASSES, "25-thg 3", {"count": 3, "people": 25}, "date_recovered"),
    (CLASSES, "Mar-45", {"count": 3, "people": 45}, "date_recovered"),
    (PEOPLE, "45/120 nữ", {"people": 45}, "ambiguous_reading"),
    (PEOPLE, "120 (nữ)", {"people": 120}, "ambiguous_unit"),
    (CEREMONY, "v", {"count": 1}, "mark_as_one"),
    (MONEY, "năm triệu năm", {"money": 5_500_000}, "shorthand"),
    (MONEY, "3 tỷ", {"money": 3_000_000_000}, "implausible"),
    (MONEY, "5tr50", {"money": 5_500_000}, "ambiguous_reading"),
    (MONEY, "1.250 triệu", {"money": 1_250_000_000}, "decimal_dot"),
    (MONEY, "50.000đ/người", {"money": 50_000}, "ambiguous_unit"),
    (MONEY, "5 triêu", {"money": 5_000_000}, "ambiguous_reading"),
    (MONEY, "20 quyển sách trị giá 5.000.000đ", {"money": 5_000_000}, "ambiguous_unit"),
    (MONEY, "5.000.000 (sáu triệu đồng)", {"money": 5_000_000}, "words_mismatch"),
    (MILLIONS, "5.000.000", {"money": 5_000_000}, "ambiguous_unit"),
    (GIRLS, "5 nam", {"female": 5}, "ambiguous_unit"),
]

REFUSED: list[tuple[NumberContext, str, str]] = [
    (CLASSES, "3/120/5", "ambiguous_slash"),
    (CLASSES, "TH: 2/45\nTHCS: 1/30", "ambiguous_slash"),
    (CLASSES, "ngày 7/10", "date_text"),
    (CLASSES, "ngày 05 tháng 10 năm 2020", "date_text"),
    (CLASSES, "Mar-08", "date_text"),
    (CLASSES, "40-Mar", "date_text"),
    (BOOKS, "12-Mar", "date_in_numeric"),
    (MONEY, ".5 triệu", "bad_grouping"),
    (CLASSES, "3/-120", "negative"),
    (CLASSES, "3,5/120", "non_integer"),
    (CLASSES, "Lớp 3", "text_no_number"),
    (CLASSES, "lớp 5A", "text_no_number"),
    (CLASSES, "... lớp/ ... người", "text_no_number"),
    (PEOPLE, "từ 100 đến 120", "range"),
    (PEOPLE, "10÷15", "range"),
    (PEOPLE, "0912345678", "text_no_number"),
    (PEOPLE, "(120)", "negative"),
    (PEOPLE, "hàng trăm", "text_no_number"),
    (PEOPLE, "một số người", "text_no_number"),
    (PEOPLE, "TRUE", "boolean"),
    (PEOPLE, "đang tổng hợp", "pending"),
    (PEOPLE, "không rõ", "pending"),
    (PEOPLE, "#DIV/0!", "excel_error"),
    (PEOPLE, "như trên", "ditto"),
    (ONLY_CLASSES, "3/120", "ambiguous_slash"),
    (ONLY_CLASSES, "3x40", "multiplication"),
    (BOOKS, "2, 3", "text_no_number"),
    (LEAFLETS, "53: 50 tờ rơi, 2 băng rôn", "expression_mismatch"),
    (MONEY, "5.000,000", "bad_grouping"),
    (MONEY, "5-10 triệu", "range"),
    (MONEY, "500.000 x 3", "multiplication"),
    (MONEY, "5m", "text_no_number"),
    (MONEY, "200$", "text_no_number"),
    (MONEY, "20 quyển", "text_no_number"),
    (MONEY, "1/2 triệu", "ambiguous_slash"),
    (AREA, "½", "text_no_number"),
]


@pytest.mark.parametrize(("where", "text", "expected"), CERTAIN)
def test_spelling_is_read_with_certainty(where: NumberContext, text: str, expected: Mapping[str, int]) -> None:
    found = read(text, where)
    assert (found.status, dict(found.values)) == (ValueStatus.OK, expected)


@pytest.mark.parametrize(("where", "text", "expected", "code"), ASKED)
def test_spelling_is_used_and_asked_about(where: NumberContext, text: str, expected: Mapping[str, int], code: str) -> None:
    found = read(text, where)
    assert (found.status, dict(found.values)) == (ValueStatus.CONFIRM, expected)
    assert code in found.warnings


@pytest.mark.parametrize(("where", "text", "code"), REFUSED)
def test_spelling_is_refused(where: NumberContext, text: str, code: str) -> None:
    found = read(text, where)
    assert (found.status, dict(found.values)) == (ValueStatus.REJECT, {})
    assert code in found.warnings


@pytest.mark.parametrize("text", ["", " ", "\u00a0", "\n", "......", "___", "?", "n/a", "..../....", "."])
def test_blank_and_placeholders_are_not_zero(text: str) -> None:
    assert read(text, CLASSES).status is ValueStatus.EMPTY


DAY = date(2020, 12, 3)


@pytest.mark.parametrize(
    "number_format",
    ["d-mmm", "dd-mmm", "d/m", "dd/mm", "m/d", "mmm-dd", "[$-409]d-mmm;@", "[$-42A]dd/mm;@", "D. MMM", "dd\\-mmm", 'd "tháng" m'],
)
def test_a_pair_that_became_day_and_month_is_recovered_and_asked_about(number_format: str) -> None:
    found = read(Cell(kind=CellKind.DATE, value=DAY, number_format=number_format), CLASSES)
    assert found == NumberReading(status=ValueStatus.CONFIRM, values={"count": 3, "people": 12}, warnings=("date_recovered",))


@pytest.mark.parametrize("number_format", ["dd/mm/yyyy", "m/d/yyyy", "d-mmm-yy", "yyyy-mm-dd", "General", "m/d/yy h:mm", "h:mm"])
def test_a_whole_date_is_refused(number_format: str) -> None:
    assert read(Cell(kind=CellKind.DATE, value=DAY, number_format=number_format), CLASSES).warnings == ("date_in_numeric",)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (date(1945, 3, 1), {"count": 3, "people": 45}),
        (date(2120, 3, 1), {"count": 3, "people": 2120}),
        (date(2000, 3, 1), {}),  # typed 3/00 or 3/2000
        (date(2001, 9, 1), {}),  # 9/01 would have become the first of September
        (date(2020, 3, 2), {}),
    ],
)
def test_a_pair_that_became_month_and_year(value: date, expected: Mapping[str, int]) -> None:
    assert dict(read(Cell(kind=CellKind.DATE, value=value, number_format="mmm-yy"), CLASSES).values) == expected


@pytest.mark.parametrize("value", [datetime(2020, 12, 3, 5, 0), time(3, 45)])  # noqa: DTZ001 - a spreadsheet's clock has no zone
def test_a_time_is_refused(value: datetime | time) -> None:
    assert read(Cell(kind=CellKind.DATE, value=value, number_format="d-mmm"), CLASSES).status is ValueStatus.REJECT


def test_a_date_in_a_summed_cell_needs_no_order() -> None:
    found = read(Cell(kind=CellKind.DATE, value=date(2020, 1, 3), number_format="d-mmm"), SCHOOLS)
    assert (found.status, dict(found.values)) == (ValueStatus.CONFIRM, {"count": 4})


def test_a_date_where_one_figure_is_due_is_refused() -> None:
    for where in (ONLY_CLASSES, BOOKS, NEWS, MONEY, GIRLS):
        assert read(Cell(kind=CellKind.DATE, value=DAY, number_format="d-mmm"), where).warnings == ("date_in_numeric",)


@pytest.mark.parametrize(
    ("value", "number_format", "where", "expected"),
    [
        ("1", "0.000", PEOPLE, ("confirm", {"people": 1000}, None)),
        ("0", "0.000", PEOPLE, ("ok", {"people": 0}, None)),
        ("1.25", "General", PEOPLE, ("reject", {}, 1250)),
        ("1.2345", "General", PEOPLE, ("reject", {}, None)),
        ("0.85", "0%", PEOPLE, ("reject", {}, None)),
        ("3", "0%", PEOPLE, ("reject", {}, None)),
        ("-5", "General", PEOPLE, ("reject", {}, None)),
        ("16497", "General", CLASSES, ("confirm", {"count": 3, "people": 45}, None)),
        ("43915", "General", CLASSES, ("confirm", {"count": 3, "people": 25}, None)),
        ("5.5", "General", MONEY, ("reject", {}, 5500)),
        ("5.5", "General", MILLIONS, ("ok", {"money": 5_500_000}, None)),
        ("500", "#,##0.000", MONEY, ("confirm", {"money": 500_000}, None)),
        ("3.5", "General", AREA, ("ok", {"area": Decimal("3.5")}, None)),
        ("3", '0"00"', BOOKS, ("confirm", {"count": 3}, None)),  # a person sees 300
        ("3", ";;;", BOOKS, ("confirm", {"count": 3}, None)),  # and here nothing
        ("3", '"Không"', BOOKS, ("confirm", {"count": 3}, None)),
        ("0", '0;0;"-"', BOOKS, ("ok", {"count": 0}, None)),
        ("3", '00" quyển"', BOOKS, ("ok", {"count": 3}, None)),
        ("3", '_-* #,##0_-;-* #,##0_-;_-* "-"_-;_-@_-', BOOKS, ("ok", {"count": 3}, None)),
        ("1200", "[$-42A]#,##0", BOOKS, ("ok", {"count": 1200}, None)),
    ],
)
def test_number_cells(
    value: str, number_format: str, where: NumberContext, expected: tuple[str, dict[str, int], int | None]
) -> None:
    number = Decimal(value)
    found = read(
        Cell(kind=CellKind.NUMBER, value=int(number) if number == int(number) else number, number_format=number_format), where
    )
    assert (found.status, dict(found.values), found.suggest) == expected


def test_formulas_keep_their_result_and_say_so() -> None:
    counted = read(Cell(kind=CellKind.NUMBER, value=5, formula="=2+3"), BOOKS)
    assert (counted.status, dict(counted.values), counted.warnings) == (ValueStatus.OK, {"count": 5}, ("formula",))
    average = read(Cell(kind=CellKind.NUMBER, value=Decimal("3.5"), formula="=7/2"), BOOKS)
    assert (average.status, average.suggest) == (ValueStatus.REJECT, None)
    assert read(Cell(kind=CellKind.BLANK, formula="=A1"), BOOKS).warnings == ("formula_uncalculated",)
    assert read(Cell(kind=CellKind.ERROR, value="#REF!", formula="=A1"), BOOKS).warnings == ("excel_error", "formula")
    assert read(Cell(kind=CellKind.BOOLEAN, value=True), CEREMONY).warnings == ("boolean",)
    assert read(BLANK_CELL, BOOKS).status is ValueStatus.EMPTY


def test_a_cell_read_by_ocr_is_always_confirmed() -> None:
    found = read(Cell(kind=CellKind.TEXT, value="120", doubtful=True), PEOPLE)
    assert (found.status, dict(found.values)) == (ValueStatus.CONFIRM, {"people": 120})
    assert read(Cell(kind=CellKind.TEXT, value="", doubtful=True), PEOPLE).status is ValueStatus.EMPTY


def test_a_figure_beside_the_only_column_moves_there_with_a_question() -> None:
    beside = context("Người", columns=("people",))
    assert dict(read("5", beside).values) == {"people": 5}
    assert read("5", beside).warnings == ("column_shift",)
    assert read(Cell(kind=CellKind.NUMBER, value=5), beside).status is ValueStatus.CONFIRM


def test_the_forms_own_words_for_its_units_are_known() -> None:
    pair = NumberContext(
        unit="Nhóm/thầy cô",
        column="groups",
        type=INTEGER,
        year=2020,
        pair=("groups", "teachers"),
        subunits={"group": ("cụm thi đua",), "teacher": ("giảng viên",)},
    )
    assert dict(read("20 giảng viên, 5 cụm thi đua", pair).values) == {"groups": 5, "teachers": 20}
    assert dict(read("5 nhóm/20 thầy cô", pair).values) == {"groups": 5, "teachers": 20}
    summed = NumberContext(
        unit="bộ/hộp", column="sets", type=INTEGER, year=2020, pair=None, subunits={"set": ("bộ",), "box": ("hộp", "thùng")}
    )
    assert read("3 bộ, 2 thùng", summed).values == {"sets": 5}
    assert read("3 bộ, 2 thùng", summed).status is ValueStatus.OK
    assert read("3/2", context("hộ/khẩu")).warnings == ("ambiguous_slash",)  # nobody said that these are counted together


def test_decimals_are_kept_exactly_where_they_are_asked_for() -> None:
    assert read("12.345,67 ha", AREA).values == {"area": Decimal("12345.67")}
    assert read("3.5", AREA).status is ValueStatus.CONFIRM
    assert read("1,200", AREA).values == {"area": Decimal("1.2")}


NOTES: list[tuple[NumberContext, str, Mapping[str, int] | None]] = [
    (CLASSES, "3/120", {"count": 3, "people": 120}),
    (CLASSES, "ngày 3/10 tổ chức 3 lớp 120 người", {"count": 3, "people": 120}),
    (CLASSES, "120 người, trong đó nữ 65", {"people": 120}),
    (CLASSES, "Không tổ chức", {"count": 0, "people": 0}),
    (CLASSES, "Không", None),
    (CLASSES, "có 65 nữ", None),
    (CLASSES, "mỗi lớp 40 người", None),
    (CLASSES, "năm trước 120 người", None),
    (CLASSES, "dự kiến 3 lớp", None),
    (CLASSES, "Theo KH số 68/KH-UBND ngày 25/9/2020", None),
    (CLASSES, "100% HS tham gia", None),
    (CLASSES, "2 lớp 45 người; 1 lớp 30 người", None),
    (BOOKS, "5 trường tặng 250 cuốn", {"count": 250}),
    (BOOKS, "quyển 1, quyển 2", None),
    (BOOKS, "xem quyển 2", None),
    (LEAFLETS, "50 tờ rơi, 2 băng rôn", {"count": 52}),
    (MONEY, "hỗ trợ 500.000 đồng", {"money": 500_000}),
    (MONEY, "ngày 5/10 chi 5.000.000đ", {"money": 5_000_000}),
    (MONEY, "2 triệu NSNN, 3 triệu XHH", None),
    (MONEY, "200 quyển vở", None),
    (MONEY, "500 nghìn đồng/xã", None),
]


@pytest.mark.parametrize(("where", "note", "expected"), NOTES)
def test_a_note_gives_only_figures_it_names_and_always_with_a_question(
    where: NumberContext, note: str, expected: Mapping[str, int] | None
) -> None:
    found = read_note(note, where)
    assert (dict(found.values) if found else None) == expected
    assert found is None or (found.status is ValueStatus.CONFIRM and "value_from_note" in found.warnings)


@pytest.mark.parametrize(
    "text", ["9" * 300, "1" * 5000, "chua a " * 5000, "3/" * 5000, "(" * 3000, "một " * 90, "1 " * 190, "((1)" * 90]
)
def test_overlong_cells_are_refused_at_once(text: str) -> None:
    for where in (CLASSES, MONEY, AREA):
        assert read(text, where).status is ValueStatus.REJECT
        read_note(text, where)


@pytest.mark.parametrize("value", ["1E+999999", "1E+308", "1E-999999", "NaN", "Infinity", "123456789012345678901234567890.5"])
def test_absurd_number_cells_are_refused(value: str) -> None:
    for where in (CLASSES, MONEY, AREA):
        found = read(Cell(kind=CellKind.NUMBER, value=Decimal(value)), where)
        assert found.status is ValueStatus.REJECT or value == "1E-999999"


@pytest.mark.parametrize("written", ["60 HS lớp 9", "60 học sinh lớp 9", "60 em lớp 9A"])
def test_the_grade_of_the_persons_counted_is_no_count_of_classes(written: str) -> None:
    found = read(written, PEOPLE)
    assert (dict(found.values), found.status) == ({"people": 60}, ValueStatus.CONFIRM)
