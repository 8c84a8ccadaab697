"""Figures pasted one row or one column off, or in swapped columns, are never taken for certain; a single slip is only told."""

from __future__ import annotations

import pytest

from parsers.values import FormReading, ValueStatus
from tests.parsers.form_sheets import TITLE, Row, Written, codes, one, sheet, value, whole

GIVEN: dict[str, Row] = {
    "1": (9,), "1.total_participants": (None, 400), "1.it_training": (2, 60), "1.life_skills": (3, 90), "1.literacy": (4, 80),
    "2": (7,), "3": (12,), "4.donors": (5, 20), "4.books": (300,), "5": (6,), "5.book_fair": (1,), "5.history_contest": (2, 110),
    "5.thematic": (3, 130), "6": (5,), "6.sports": (2, 140), "6.arts": (3, 150), "7.communes": (1,), "7.institutions": (4,),
    "8": (2, 75), "9.collectives": (3,), "9.individuals": (None, 11), "10": (6_000_000,), "10.state_budget": (5_000_000,),
    "10.other": (1_000_000,),
}  # fmt: skip
START = len(TITLE) + 2
COUNT, PEOPLE, NOTE = 3, 4, 5


def table(given: dict[str, Row] | None = None) -> list[list[Written]]:
    return [[*row, *[None] * (7 - len(row))] for row in whole(given or GIVEN)]


def certain(reading: FormReading) -> set[str]:
    return {each.indicator for each in reading.values if each.status is ValueStatus.OK and each.column != "note"}


def moved(columns: tuple[int, ...], by: int) -> FormReading:
    """The form with these columns pasted some rows lower or higher."""
    rows, source = table(), table()
    for number in range(START, len(rows)):
        for column in columns:
            rows[number][column] = source[number - by][column] if START <= number - by < len(rows) else None
    return one(sheet(rows))


@pytest.mark.parametrize(("columns", "by"), [((COUNT, PEOPLE), 1), ((COUNT, PEOPLE), -1), ((PEOPLE,), 1), ((COUNT,), 1)])
def test_figures_one_row_off_are_all_asked_about(columns: tuple[int, ...], by: int) -> None:
    reading = moved(columns, by)
    assert "F-SHIFTED" in codes(reading)
    assert not certain(reading)


@pytest.mark.parametrize("by", [1, -1])
def test_figures_one_column_off_are_all_asked_about(by: int) -> None:
    rows = table()
    for row in rows[START:]:
        row[COUNT + by], row[PEOPLE + by], row[PEOPLE if by < 0 else COUNT] = row[COUNT], row[PEOPLE], None
    reading = one(sheet(rows))
    assert "F-SHIFTED" in codes(reading)
    assert not certain(reading)


def test_swapped_columns_are_asked_about() -> None:
    rows = table({key: row for key, row in GIVEN.items() if len(row) > 1 and row[0]})
    for row in rows[START:]:
        row[COUNT], row[PEOPLE] = row[PEOPLE], row[COUNT]
    reading = one(sheet(rows))
    assert "F-SWAPPED" in codes(reading)
    assert value(reading, "1.literacy", "people").status is ValueStatus.CONFIRM
    assert value(reading, "1.literacy").status is ValueStatus.CONFIRM


def test_the_form_in_its_place_is_certain() -> None:
    reading = one(sheet(table()))
    assert {each.status for each in reading.values} == {ValueStatus.OK, ValueStatus.EMPTY}
    assert not codes(reading)


@pytest.mark.parametrize(
    "slip",
    [
        {"9": (14,)},  # a total of the rows below, in the heading's row
        {"9": (99,)},
        {"4": (5, 20), "7": (1,), "9": (3, 11)},
        {"5": (6, 240), "5.book_fair": (1, 50), "5.exhibition": (1, 45), "6": (5, 290)},  # persons beside events
        {"2": (0, 7)},
        {"1.total_participants": (0, 400), "9.individuals": (0, 11), "9.collectives": (3, 0), "4.books": (300, 0)},
        {"10.other": (300,)},
        {"1.literacy": (80, 4), "8": (75, 2), "5.thematic": (130, 3)},
    ],
)
def test_a_slip_leaves_the_rest_certain(slip: dict[str, Row]) -> None:
    reading = one(sheet(table({**GIVEN, **slip})))
    assert {"F-SHIFTED", "F-SWAPPED"}.isdisjoint(codes(reading))
    assert "6.sports" in certain(reading)


def test_one_row_of_two_with_fewer_persons_says_nothing_of_the_columns() -> None:
    assert "F-SWAPPED" not in codes(one(sheet(table({"1": (9,), "1.literacy": (80, 4), "6.sports": (2, 140)}))))
