"""Roll-up, coverage and changes."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from config.campaign import IndicatorType, Severity
from config.text import Text
from parsers.values import Finding, ValueStatus
from service.rules.consolidate import consolidate, numeric, says_something
from service.rules.consolidation import UnitLine
from service.rules.submission import Content, UnitValue
from tests.service.campaign_of_units import CAMPAIGN, DEADLINE, consolidation, lines, reporting_line, silent_line

CODES = [unit.code for unit in CAMPAIGN.roster]


def with_values(*values: UnitValue, unit: int = 0) -> UnitLine:
    line = reporting_line(CAMPAIGN, CAMPAIGN.roster[unit], 1, random.Random(1))
    return replace(line, submission=replace(line.submission, values=values))


def value(
    figure: int | str | None, status: ValueStatus = ValueStatus.OK, indicator: str = "2", column: str = "count"
) -> UnitValue:
    return UnitValue(indicator=indicator, column=column, value=figure, raw=str(figure), status=status)


def of(*units: UnitLine, indicator: str = "2", column: str = "count") -> tuple[object, int, tuple[str, ...], tuple[str, ...]]:
    total = consolidation(units=units).total(indicator, column)
    assert total is not None
    return total.value, total.units, total.missing, total.asked


def test_totals_equal_an_independent_sum() -> None:
    units = lines(seed=3)
    made = consolidation(units=units)
    usable = ("ok", "confirm", "corrected")
    for indicator in CAMPAIGN.form.indicators:
        if indicator.type in (IndicatorType.TEXT, IndicatorType.NONE):
            continue
        for column in indicator.columns:
            figures = [
                each.value
                for line in units
                if line.reported
                for each in line.submission.values
                if each.indicator == indicator.code and each.column == column and each.status in usable
            ]
            total = made.total(indicator.code, column)
            assert total is not None
            assert total.value == sum(int(each or 0) for each in figures)
            assert total.units == len(figures)
            assert len(total.missing) == len(units) - len(figures)


def test_blank_is_not_zero() -> None:
    assert of(with_values(value(None, ValueStatus.EMPTY)), with_values(unit=1)) == (None, 0, (CODES[0], CODES[1]), ())
    assert of(with_values(value(0)))[:3] == (0, 1, ())


def test_a_value_to_confirm_counts_and_is_named() -> None:
    assert of(with_values(value(5, ValueStatus.CONFIRM))) == (5, 1, (), (CODES[0],))


def test_a_rejected_value_never_counts_even_if_it_has_one() -> None:
    assert of(with_values(value(5, ValueStatus.REJECT))) == (None, 0, (CODES[0],), (CODES[0],))


def test_a_corrected_value_counts() -> None:
    assert of(with_values(value(7, ValueStatus.CORRECTED))) == (7, 1, (), ())


def test_a_unit_that_is_not_reported_adds_nothing() -> None:
    absent = replace(with_values(value(900)), reported=False)
    assert of(absent, with_values(value(3), unit=1)) == (3, 1, (CODES[0],), ())


def test_an_excused_unit_is_not_missing() -> None:
    made = consolidation(units=(silent_line(CAMPAIGN.roster[0], Content.EXCUSED), with_values(value(3), unit=1)))
    total = made.total("2", "count")
    assert total is not None
    assert total.missing == ()
    assert (made.expected, made.reported, made.missing) == (1, 1, ())


def test_flags_count_units_that_say_one() -> None:
    units = [with_values(value(flag, indicator="7.communes"), unit=at) for at, flag in enumerate((1, 0, 1, 3))]
    assert of(*units, indicator="7.communes")[:2] == (2, 4)


def test_texts_stand_in_roster_order_without_the_empty_ones() -> None:
    said = ["Tặng 20 xe đạp", "Không.", " KHÔNG CÓ ", "Hội thi nấu ăn"]
    units = [with_values(value(text, indicator="11", column="text"), unit=at) for at, text in enumerate(said)]
    random.Random(4).shuffle(units)
    names = [CAMPAIGN.roster[at].name for at in (0, 3)]
    expected = f"{names[0]}: Tặng 20 xe đạp\n{names[1]}: Hội thi nấu ăn"
    assert of(*units, indicator="11", column="text")[:2] == (expected, 4)


def test_notes_become_one_text_where_some_unit_wrote_one() -> None:
    made = consolidation(units=(with_values(value("do mưa lũ", column="note")), with_values(value(3), unit=1)))
    note = made.total("2", "note")
    assert note is not None
    assert note.value == f"{CAMPAIGN.roster[0].name}: do mưa lũ"
    assert made.total("3", "note") is None


def test_decimals_are_summed_exactly() -> None:
    units = [with_values(value(text), unit=at) for at, text in enumerate(("0.1", "0.2", "0.35"))]
    assert of(*units)[0] == "0.65"
    assert of(with_values(value("0.5")), with_values(value("1.5"), unit=1))[0] == 2


def test_a_heading_has_no_total() -> None:
    assert consolidation().total("4", "count") is None


def test_findings_are_carried() -> None:
    finding = Finding(code="C-7-RANGE", severity=Severity.ERROR, where="7.communes", text=Text(vi="a", en="b"))
    assert consolidation(findings=(finding,)).findings == (finding,)


def test_the_first_version_has_no_changes() -> None:
    made = consolidation()
    assert (made.changes, made.unit_changes, made.previous_version) == ((), (), None)


def test_a_second_version_says_which_totals_and_which_units_differ() -> None:
    before = consolidation(units=(with_values(value(3)), with_values(value(4), unit=1), silent_line(CAMPAIGN.roster[2])))
    units = (with_values(value(3)), with_values(value(9), unit=1), with_values(value(None, ValueStatus.EMPTY), unit=2))
    after = consolidation(units=units, version=2, previous=before)
    assert after.previous_version == 1
    assert [(each.indicator, each.column, each.before, each.after, each.units) for each in after.changes] == [
        ("2", "count", 7, 12, (CODES[1],))
    ]
    assert [(each.unit, each.before, each.after) for each in after.unit_changes] == [(CODES[1], 4, 9)]


def test_changes_that_cancel_out_are_still_told() -> None:
    before = consolidation(units=(with_values(value(3)), with_values(value(4), unit=1)))
    after = consolidation(units=(with_values(value(4)), with_values(value(3), unit=1)), version=2, previous=before)
    assert after.changes == ()
    assert {each.unit for each in after.unit_changes} == {CODES[0], CODES[1]}


def test_a_unit_that_leaves_the_totals_is_a_change() -> None:
    before = consolidation(units=(with_values(value(3)),))
    after = consolidation(units=(replace(with_values(value(3)), reported=False),), version=2, previous=before)
    assert [(each.before, each.after) for each in after.changes] == [(3, None)]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), missing=st.integers(0, 19), order=st.randoms(use_true_random=False))
def test_the_order_of_units_never_matters(seed: int, missing: int, order: random.Random) -> None:
    units = list(lines(seed=seed, missing=missing))
    expected = consolidation(units=tuple(units))
    order.shuffle(units)
    assert consolidation(units=tuple(units)) == expected
    assert expected.reported == 19 - missing


def test_numbers_are_only_what_is_plainly_one() -> None:
    assert [str(numeric(text)) for text in ("12", "-3", "1.50")] == ["12", "-3", "1.50"]
    assert [numeric(text) for text in ("1e5", "1_000", "NaN", "１２", "12 lớp", "")] == [None] * 6


def test_no_is_an_answer_that_says_nothing() -> None:
    assert not any(says_something(text) for text in ("", "Không", "không có.", "- ", "KHÔNG PHÁT SINH", "None"))
    assert says_something("Không có kinh phí nhưng đã tổ chức 2 lớp")


def test_a_campaign_without_reports_consolidates_to_nothing() -> None:
    silent = tuple(silent_line(unit) for unit in CAMPAIGN.roster)
    made = consolidate(CAMPAIGN, silent, now=DEADLINE, cutoff=DEADLINE, final=True, version=1, previous=None)
    assert all(total.value is None and total.units == 0 and len(total.missing) == 19 for total in made.totals)
