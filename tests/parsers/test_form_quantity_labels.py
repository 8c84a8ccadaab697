"""A row for each quantity, the indicator's label said again in each: both figures belong to the one indicator."""

from __future__ import annotations

import pytest

from parsers.values import FormReading, ValueStatus
from tests.parsers.form_sheets import FORM, TITLE, Row, one, sheet, value

_GIVEN = {"1.it_training": (2, 60), "1.life_skills": (3, 120), "1.literacy": (1, 15), "5.thematic": (4, 95), "6.arts": (7, 610)}
_STYLES = {
    "dash": ("{} - số {}", "{} - số người"),
    "brackets": ("{} (số {})", "{} (người)"),
    "colon": ("{}: Số {}", "{}: Số người tham gia"),
    "before": ("Số {1} {0}", "Số người tham gia {}"),
}


def _reading(first: str, second: str, given: dict[str, tuple[int, int]]) -> FormReading:
    """A form with one column of figures, its pairs in two rows with these labels."""
    lines: list[Row] = [*TITLE, ("STT", "Nội dung", "Đơn vị tính", "Kết quả", "Ghi chú")]
    for each in FORM.indicators:
        if each.code not in given:
            lines.append((each.row_number, each.label, each.unit, None, None))
            continue
        counted = each.unit.partition("/")[0].removeprefix("Số ").lower() or "cuộc"
        lines.append((each.row_number, first.format(each.label, counted), counted, given[each.code][0], None))
        lines.append((None, second.format(each.label), "người", given[each.code][1], None))
    return one(sheet(lines))


@pytest.mark.parametrize("style", _STYLES)
def test_both_figures_belong_to_the_indicator(style: str) -> None:
    reading = _reading(*_STYLES[style], _GIVEN)
    filled = {(each.indicator, each.column): each.value for each in reading.values if each.value is not None}
    assert filled == {
        (code, key): said for code, pair in _GIVEN.items() for key, said in zip(("count", "people"), pair, strict=True)
    }
    assert {each.status for each in reading.values} == {ValueStatus.OK, ValueStatus.EMPTY}


def test_one_or_two_such_rows_may_mean_anything_and_are_asked_about() -> None:
    reading = _reading(*_STYLES["dash"], {"1.literacy": (1, 15)})
    assert (value(reading, "1.literacy", "people").value, value(reading, "1.literacy", "people").status) == (
        15,
        ValueStatus.CONFIRM,
    )


def test_rows_of_two_indicators_stay_apart() -> None:
    lines: list[Row] = [*TITLE, ("STT", "Nội dung", "Đơn vị tính", "Kết quả", "Ghi chú")]
    for each in FORM.indicators:
        label = each.label + {"1.it_training": " - số lớp", "1.life_skills": " - số người"}.get(each.code, "")
        said = {"1.it_training": 2, "1.life_skills": 60}.get(each.code)
        lines.append((each.row_number, label, each.unit, said, None))
    reading = one(sheet(lines))
    figures = {(each.indicator, each.column): each.value for each in reading.values if each.status is ValueStatus.OK}
    assert ("1.it_training", "people") not in figures
    assert ("1.life_skills", "count") not in figures
