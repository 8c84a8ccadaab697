"""Columns that a header leaves open: the figures of the whole table tell which of them count, or everything is asked about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from parsers.form import read_forms
from parsers.values import FormReading, ValueStatus
from tests.parsers.form_sheets import FORM, HEADER, TITLE, Row, codes, figures, one, rows, sheet, value

GIVEN: dict[str, tuple[int | None, int | None]] = {
    "1": (7, None),
    "1.total_participants": (None, 215),
    "1.literacy": (3, 90),
    "1.life_skills": (4, 125),
    "4.books": (250, None),
    "6.sports": (2, 60),
    "9.individuals": (None, 3),
}
TRUTH = {(code, key): each for code, pair in GIVEN.items() for key, each in zip(("count", "people"), pair, strict=True) if each}
AMOUNT = {("10.state_budget", "money"): 5_000_000}


def certain(reading: FormReading) -> dict[tuple[str, str], int | str | None]:
    return {place: each for place, each in figures(reading).items() if value(reading, *place).status is ValueStatus.OK}


def split(number: int | None) -> tuple[int | None, int | None]:
    return (None, None) if number is None else (number // 3, number - number // 3)


def by_village(*, books: int = 250) -> list[Row]:
    """Two villages side by side, and what they come to."""
    given = {**GIVEN, "4.books": (books, None)}
    parts = {code: (split(count), split(people)) for code, (count, people) in given.items()}
    cells = {code: (a, x, b, y, *GIVEN[code]) for code, ((a, b), (x, y)) in parts.items()}
    heads: list[Row] = [
        ("STT", "Nội dung", "Đơn vị", "Bản Cang", None, "Bản Nong", None, "Tổng cộng", None),
        (None, None, None, *("Số lớp", "Người") * 3),
    ]
    return [*TITLE, *heads, *rows({**cells, "10.state_budget": (None, None, None, None, 5_000_000)})]


def test_of_villages_side_by_side_their_total_is_the_communes() -> None:
    assert certain(one(sheet(by_village()))) == TRUTH | AMOUNT


def test_a_total_that_does_not_add_up_leaves_its_column_asked_about() -> None:
    reading = one(sheet(by_village(books=100)))
    assert {key for _, key in certain(reading)} == {"people", "money"}


def test_money_may_stand_in_a_column_of_its_own() -> None:
    header = ("STT", "Nội dung", "Đơn vị", "Số lớp", "Người", "Kinh phí (đồng)", "Ghi chú")
    given = rows({**GIVEN, "10.state_budget": (None, None, 5_000_000)})
    assert certain(one(sheet([*TITLE, header, *given]))) == TRUTH | AMOUNT


def test_money_planned_in_a_column_of_its_own_is_asked_about() -> None:
    header = ("STT", "Nội dung", "Đơn vị", "Số lớp", "Người", "Kinh phí kế hoạch", "Ghi chú")
    given = rows({**GIVEN, "10.state_budget": (None, None, 5_000_000)})
    assert certain(one(sheet([*TITLE, header, *given]))) == TRUTH


@pytest.mark.parametrize("second", ["Học viên", "Lượt", "2"])
@pytest.mark.parametrize("first", ["Số lượng", "Kết quả", "Lớp", "1"])
def test_a_heading_that_names_no_quantity_is_told_by_the_rows_of_one_column(first: str, second: str) -> None:
    reading = one(sheet([*TITLE, ("STT", "Nội dung", "Đơn vị", first, second, "Ghi chú"), *rows(GIVEN)]))
    assert certain(reading) == TRUTH


@pytest.mark.parametrize("second", ["Số học viên", "Số học sinh", "Số lượt"])
def test_persons_called_otherwise_are_persons_beside_a_column_without_a_name(second: str) -> None:
    header = ("STT", "Nội dung", "Đ.vị", "Số lớp", "Địa điểm", second, "Ghi chú")
    given = rows({code: (count, None, people) for code, (count, people) in GIVEN.items()})
    assert certain(one(sheet([*TITLE, header, *given]))) == TRUTH


@pytest.mark.parametrize("first", ["Số lớp/người", "Sô lớp, cuộc thi nguời"])
def test_a_heading_that_names_both_quantities_beside_one_for_persons_holds_the_other(first: str) -> None:
    reading = one(sheet([*TITLE, ("STT", "Nội dung", "Đơn vị", first, "Người", "Ghi chú"), *rows(GIVEN)]))
    read = figures(reading)
    assert {place: read.get(place) for place in TRUTH} == TRUTH


def test_women_are_not_all_persons() -> None:
    header = ("STT", "Nội dung", "Đơn vị", "Số lớp", "Trong đó nữ", "Dân tộc", "Ghi chú")
    given = rows({code: (count, people, people) for code, (count, people) in GIVEN.items()})
    assert {key for _, key in certain(one(sheet([*TITLE, header, *given])))} == {"count"}


@pytest.mark.parametrize("total", ["Tổng", "Tổng số"])
def test_a_total_before_men_and_women_is_of_persons(total: str) -> None:
    header = ("STT", "Nội dung", "Đơn vị", "Số lớp, cuộc", total, "Nam", "Nữ", "Ghi chú")
    given = rows({code: (count, people, None, people) for code, (count, people) in GIVEN.items()})
    assert certain(one(sheet([*TITLE, header, *given]))) == TRUTH


def test_more_columns_without_a_name_than_quantities_leave_every_figure_asked_about() -> None:
    header = ("STT", "Nội dung", "Đơn vị", "Cang", "Nong", "Hua", "Huổi")
    given = rows({code: (count, people, count, people) for code, (count, people) in GIVEN.items()})
    assert not certain(one(sheet([*TITLE, header, *given])))


def test_columns_of_which_every_row_fills_one_are_certain() -> None:
    header = ("STT", "Nội dung", "Đơn vị", "Số lớp", "Số cuộc", "Người")
    given = {code: (count, None, people) if code[0] == "1" else (None, count, people) for code, (count, people) in GIVEN.items()}
    assert certain(one(sheet([*TITLE, header, *rows(given)]))) == TRUTH


def test_a_quantity_whose_only_column_is_hidden_is_asked_about() -> None:
    hidden = replace(sheet([*TITLE, *HEADER, *rows(GIVEN)]), hidden_columns=frozenset({5}))
    reading = one(hidden)
    assert figures(reading) == TRUTH
    assert {key for _, key in certain(reading)} == {"count"}


@pytest.mark.parametrize("marks", [("[1]", "[2]", "[3]", "[4]", "[5]"), (None, None, None, 1, 2)])
def test_a_row_that_numbers_the_columns_holds_no_figures(marks: Row) -> None:
    reading = one(sheet([*TITLE, *HEADER, marks, *rows(GIVEN)]))
    assert certain(reading) == TRUTH
    assert not codes(reading)
    assert not reading.extras


WIDE: Row = ("STT", "Nội dung", "Đơn vị", "Số lượng", None, "Số người")


def widened(given: dict[str, tuple[int | None, int | None]]) -> list[Row]:
    """The counts in the left one of two columns under one heading, as where a letterhead of two halves stands above."""
    return rows({code: (count, None, people) for code, (count, people) in given.items()})


def merged(heading: str, *below: Row) -> FormReading:
    """The form with its heading and the cells below it merged over two columns, and rows below the table."""
    page = [*TITLE, (*WIDE[:3], heading, *WIDE[4:]), *widened(GIVEN)]
    return one(sheet([*page, *below], merges=[(row, 3, row, 4) for row in range(len(TITLE), len(page))]))


def test_a_heading_merged_over_a_column_without_figures_heads_one_column() -> None:
    reading = merged("Số lớp, số cuộc", (None, None, None, None, "Quài Tở, ngày 12 tháng 10 năm 2020"))
    assert certain(reading) == TRUTH
    assert figures(merged("Số lượng")) == TRUTH


@pytest.mark.parametrize("stray", ["2015", "03 lớp ở bản Co Muông, các lớp khác chưa có số liệu"])
def test_no_figure_in_the_right_part_of_a_merged_heading_is_passed_over(stray: str) -> None:
    page = [*TITLE, (*WIDE[:3], "Số lớp", *WIDE[4:]), *rows({**GIVEN, "4.books": (None, stray)})]
    reading = one(sheet(page, merges=[(len(TITLE), 3, len(TITLE), 4)]))
    assert value(reading, "4.books").status is not ValueStatus.EMPTY


def test_of_two_columns_under_a_heading_that_names_no_quantity_none_is_lost_without_a_word() -> None:
    page = [*TITLE, WIDE, *widened(GIVEN)]
    stray = next(number for number, row in enumerate(page) if 250 in row)
    page[stray] = (*page[stray][:3], None, 250, None)
    reading = one(sheet(page, merges=[(len(TITLE), 3, len(TITLE), 4)]))
    assert figures(reading) == TRUTH
    assert not [place for place in certain(reading) if place[1] == "count"]


def test_the_columns_of_another_sheet_are_not_borrowed_where_figures_stand_for_units() -> None:
    last_year: list[Row] = [("STT", "Nội dung", None, "Đơn vị", "Số lớp", "Người", "Ghi chú")]
    last_year += [(row[0], row[1], None, *row[2:]) for row in rows({"1": (9,), "2": (9,)})]
    bare = rows({"1.it_training": (3, 120), "2": (7,), "4.books": (250,)})
    sheets = (replace(sheet(last_year), name="Năm 2019"), replace(sheet(bare), name="Quài Tở"))
    reading = next(each for each in read_forms(sheets, FORM, year=2020) if each.sheet == "Quài Tở")
    found = {(each.indicator, each.column): each.value for each in reading.values if each.value is not None}
    assert found == {
        ("1.it_training", "count"): 3,
        ("1.it_training", "people"): 120,
        ("2", "count"): 7,
        ("4.books", "count"): 250,
    }
