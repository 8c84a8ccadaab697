"""Rows that units move, rename, add and leave to be filled in: each figure with its own row, or told."""

from __future__ import annotations

import pytest

from config.campaign import Severity
from parsers.values import ValueStatus
from tests.parsers.form_sheets import FORM, HEADER, TITLE, Row, codes, figures, form_sheet, one, rows, sheet, value, whole

SOME: dict[str, Row] = {"1": (3,), "1.total_participants": (None, 120), "1.it_training": (1, 40), "4.books": (250,)}


@pytest.mark.parametrize("where", [0, 12, 27])
def test_a_group_moved_as_a_whole_keeps_its_short_labels(where: int) -> None:
    given: dict[str, Row] = {"9.collectives": (2,), "9.individuals": (None, 3), "10": (7_000_000,), "10.other": (7_000_000,)}
    lines = rows(given)
    moved = [each for each in lines if each[0] in ("9", "10") or each[3:]]
    moved += [each for each in lines if each[1] == "Ngân sách nhà nước"]
    kept = [each for each in lines if each not in moved]
    reading = one(sheet([*TITLE, *HEADER, *kept[:where], *moved, *kept[where:]]))
    filled = [each for each in reading.values if each.value]
    assert {(each.indicator, each.value) for each in filled} == {(code, each[-1]) for code, each in given.items()}
    assert {each.status for each in filled} == {ValueStatus.OK}


def test_a_unit_behind_the_label_is_no_part_of_it() -> None:
    labels = {each.code: f"{each.label} ({each.unit.removeprefix('Số ')})" for each in FORM.indicators if each.unit}
    given: dict[str, Row] = {**SOME, "9.collectives": (2,), "9.individuals": (None, 3), "6.arts": (2, 70)}
    reading = one(form_sheet(given, labels=labels))
    assert figures(reading) == figures(one(form_sheet(given)))
    assert {each.status for each in reading.values} == {ValueStatus.OK, ValueStatus.EMPTY}


def test_figures_of_schools_below_a_blank_row_are_told() -> None:
    lines = whole(SOME)
    place = next(number for number, line in enumerate(lines) if "Hoạt động thể dục thể thao" in line)
    lines[place : place + 1] = [lines[place][:3], (None, "- Trường TH", None, 3, 120), (None, "- Trường THCS", None, 1, 45)]
    reading = one(sheet(lines))
    assert [(each.code, each.where) for each in reading.findings] == [("F-ROW-PARTS", "6.sports")] * 2
    assert len(reading.extras) == 2


def test_rows_added_to_a_form_that_has_all_of_its_own_are_told_once() -> None:
    lines = whole(SOME)
    place = next(number for number, line in enumerate(lines) if "tin học" in " ".join(map(str, line))) + 1
    lines[place:place] = [(None, "Tập huấn phòng cháy chữa cháy", None, 1, 33), (None, "Hội thi rung chuông vàng", None, 1, 140)]
    reading = one(sheet(lines))
    (told,) = reading.findings
    assert (told.code, told.severity) == ("F-ROW-ADDED", Severity.INFO)
    assert "“Tập huấn phòng cháy chữa cháy”" in told.text.vi
    assert "“Hội thi rung chuông vàng”" in told.text.vi


def test_a_row_of_words_with_a_figure_among_them_is_no_header() -> None:
    lines = whole(SOME)
    place = next(number for number, line in enumerate(lines) if "Hoạt động văn nghệ" in " ".join(map(str, line)))
    lines[place] = (None, "Hoạt động VN", "Số cuộc/người", "một cuộc, 54 lượt người")
    reading = one(sheet(lines))
    assert "F-ROW-UNKNOWN" in codes(reading) or value(reading, "6.arts").value == 1


def test_a_grand_total_of_everything_is_an_extra_and_no_question() -> None:
    lines = [each for each in whole(SOME) if "Xóa mù chữ" not in each]
    reading = one(sheet([*lines, (None, "Tổng cộng", None, 99, 999)]))
    assert not codes(reading)
    assert len(reading.extras) == 1


@pytest.mark.parametrize("row", [(None, None, "VD: 3 lớp/120 người"), (None, None, "Ví dụ: 02/45"), ("...", "......", "…")])
def test_what_was_left_to_be_filled_in_is_blank(row: Row) -> None:
    dots: dict[str, Row] = {"11": ("......",)}
    reading = one(form_sheet({"1.it_training": row, **dots}))
    assert reading.blank
    assert not figures(reading)


@pytest.mark.parametrize("text", ["3.120", "1.250"])
def test_thousands_of_classes_beside_blank_persons_are_asked_about(text: str) -> None:
    assert value(one(form_sheet({"1.it_training": (text,)})), "1.it_training").status is ValueStatus.CONFIRM
    assert value(one(form_sheet({"1.it_training": (3, text)})), "1.it_training", "people").status is ValueStatus.OK


def test_on_a_page_without_a_header_misspelt_rows_above_the_first_known_one_are_not_passed_over() -> None:
    """As in Word and on scans, where every figure is a text."""
    codes_of_page = [each.code for each in FORM.indicators[15:]]
    given: dict[str, Row] = {"5.book_fair": ("03",), "5.exhibition": ("07",), "5.thematic": ("01", "136"), "6.arts": ("02", "70")}
    labels = {"5.book_fair": "Hậi sách, đường sách, nhã sách", "5.exhibition": "'[nrnơ hàv"}
    first = rows({"1": ("09",), "1.it_training": ("05", "480")}, only=[each.code for each in FORM.indicators[:15]])
    reading = one(sheet([*TITLE, *HEADER, *first]), sheet(rows(given, only=codes_of_page, labels=labels), name="2"))
    assert value(reading, "5.book_fair").value == 3
    assert "F-ROW-UNKNOWN" in codes(reading)


def test_a_text_that_goes_on_on_the_next_page_is_whole() -> None:
    lines = whole({"1": (3,), "2": (7,)})
    at = next(number for number, line in enumerate(lines) if "Các nội dung khác (nếu có)" in line)
    cut = [
        ("11", "Các nội dung", None, None, None, "Trồng 200 cây"),
        (None, "khác (nếu có)", None, None, None, "xanh quanh trường"),
    ]
    written = value(one(sheet([*lines[:at], *cut, *lines[at + 1 :]])), "11", "text")
    assert (written.value, written.status) == ("Trồng 200 cây xanh quanh trường", ValueStatus.OK)


@pytest.mark.parametrize(
    ("code", "words", "unit"),
    [
        ("4.donors", 3, ("Tập", "thể/cá nhân")),
        ("6.visits", 1, ("Số cuộc/người", None)),
        ("5.book_contest", 2, (None, "Số cuộc/người")),
    ],
)
def test_a_row_cut_by_the_end_of_a_page_is_one_whatever_the_rest_of_its_label_is_like(
    code: str, words: int, unit: tuple[str | None, str | None]
) -> None:
    lines = whole({"1": (3,), "2": (7,)})
    label = next(each.label for each in FORM.indicators if each.code == code)
    at = next(number for number, line in enumerate(lines) if label in line)
    start, end = " ".join(label.split()[:words]), " ".join(label.split()[words:])
    cut = [(None, start, unit[0], 8, 312), (None, end, unit[1])]
    reading = one(sheet([*lines[:at], *cut, *lines[at + 1 :]]))
    assert [value(reading, code, key).value for key in ("count", "people")] == [8, 312]
    assert value(reading, code, "people").status is ValueStatus.OK


def test_a_text_in_several_columns_of_figures_is_asked_about() -> None:
    for cells, status in ((("Tặng quà cho", "15 học sinh"), ValueStatus.CONFIRM), (("Tặng quà", 15), ValueStatus.OK)):
        assert value(one(form_sheet({"1": (3,), "2": (7,), "11": cells})), "11", "text").status is status


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("8 lớp, mỗi lớp khoảng 133 người, tổng 1065 người", ValueStatus.REJECT),
        ("7 đơn vị: 1007 nam, 1006 nữ", ValueStatus.REJECT),
        ("8 lớp", ValueStatus.EMPTY),
        ("7-9", ValueStatus.EMPTY),
    ],
)
def test_a_blank_cell_beside_one_that_says_more_than_could_be_read_is_asked_about_too(written: str, status: ValueStatus) -> None:
    code = "4.donors" if "đơn vị" in written else "1.it_training"
    reading = one(sheet(whole({code: (written,), "1": (3,), "2": (7,)})))
    assert value(reading, code, "people").status is status
