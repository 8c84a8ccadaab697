"""The rules about the consolidated figures, over rolled-up reports of the roster."""

from __future__ import annotations

from collections.abc import Mapping

from config.campaign import Severity
from config.loading import reference_campaign
from parsers.values import Finding
from service.rules.consolidation import Total
from service.rules.validate import validate_consolidation

CAMPAIGN = reference_campaign()
FORM = CAMPAIGN.form
CODES = tuple(each.code for each in CAMPAIGN.roster)
Table = dict[tuple[str, str], int | str | None]


def rolled_up(tables: Mapping[str, Table]) -> tuple[Total, ...]:
    totals = []
    for indicator in FORM.indicators:
        for column in indicator.columns:
            given = {
                code: value for code in CODES if isinstance(value := tables.get(code, {}).get((indicator.code, column)), int)
            }
            totals.append(
                Total(
                    indicator=indicator.code,
                    column=column,
                    value=sum(given.values()) if given else None,
                    units=len(given),
                    missing=tuple(code for code in CODES if code not in given),
                )
            )
    return tuple(totals)


def run(tables: Mapping[str, Table]) -> tuple[Finding, ...]:
    return validate_consolidation(FORM, rolled_up(tables), tables, CAMPAIGN.roster)


def by_code(findings: tuple[Finding, ...], code: str) -> list[Finding]:
    return [each for each in findings if each.code == code]


def everybody(**cells: int) -> dict[str, Table]:
    """Every unit with the same figures; `c_2=3` is ("2", "count")."""
    columns = {"c": "count", "p": "people", "m": "money"}
    return {code: {(name[2:].replace("__", "."), columns[name[0]]): value for name, value in cells.items()} for code in CODES}


def test_number_of_communes_stays_within_the_roster() -> None:
    assert by_code(run(everybody(c_7__communes=1)), "C-7-RANGE") == []
    above = by_code(run(everybody(c_7__communes=2)), "C-7-RANGE")
    assert [(each.severity, each.where) for each in above] == [(Severity.ERROR, "7.communes")]
    assert "đến 19" in above[0].text.vi


def test_sum_over_missing_units_says_so_by_name() -> None:
    tables = everybody(c_2=3, c_1__literacy=1, p_1__literacy=20)
    del tables[CODES[0]]
    tables[CODES[1]].pop(("1.literacy", "people"))
    found = {each.where: each.text.vi for each in by_code(run(tables), "C-COVER")}
    assert found[""] == "Mới có số liệu của 18/19 đơn vị (thiếu: thị trấn Tuần Giáo)."
    assert "2" not in found, "that only the silent unit is missing was said once for all"
    assert "17/19" in found["1.literacy"]
    assert "(thiếu: xã Phình Sáng và các đơn vị chưa có số liệu nào)" in found["1.literacy"]
    assert "11" not in found, "free text is not covered by figures"
    assert "4" not in found, "a heading holds nothing"


def test_full_coverage_is_silent() -> None:
    whole = {"c_2": 3}
    assert "2" not in {each.where for each in by_code(run(everybody(**whole)), "C-COVER")}


def test_unit_that_makes_the_total_is_told() -> None:
    tables = everybody(c_4__books=100)
    tables[CODES[3]]["4.books", "count"] = 1_001
    (found,) = by_code(run(tables), "C-OUTLIER")
    assert found.where == "4.books"
    assert "xã Mùn Chung chiếm 35%" in found.text.vi
    tables[CODES[3]]["4.books", "count"] = 1_000
    assert by_code(run(tables), "C-OUTLIER") == []


def test_beside_a_giant_the_merely_large_are_no_part_of_the_total() -> None:
    tables = everybody(c_4__books=2)
    tables[CODES[3]]["4.books", "count"] = 1_000_000
    tables[CODES[4]]["4.books", "count"] = 500
    (found,) = by_code(run(tables), "C-OUTLIER")
    assert "xã Mùn Chung" in found.text.vi


def test_a_label_that_leads_over_to_its_parts_is_named_without_that() -> None:
    tables = everybody(p_1__total_participants=30, p_1__literacy=20)
    (found,) = by_code(run(tables), "C-TOTALS")
    assert found.text.vi.startswith("Tổng số người tham gia: Tổng hợp")


def test_too_few_units_have_no_outlier() -> None:
    tables = {code: table for code, table in everybody(c_4__books=1).items() if code in CODES[:5]}
    tables[CODES[0]]["4.books", "count"] = 10_000
    assert by_code(run(tables), "C-OUTLIER") == []
    alone: dict[str, Table] = everybody(c_4__books=0)
    alone[CODES[0]]["4.books", "count"] = 3
    assert by_code(run(alone), "C-OUTLIER") == []


def test_totals_that_must_equal_their_parts_are_an_error() -> None:
    tables = everybody(c_1=3, c_1__literacy=3, m_10=5_000_000, m_10__other=5_000_000)
    assert by_code(run(tables), "C-TOTALS") == []
    tables[CODES[0]]["1", "count"] = 4
    (found,) = by_code(run(tables), "C-TOTALS")
    assert (found.where, found.severity) == ("1", Severity.ERROR)
    assert "(58)" in found.text.vi
    assert "(57)" in found.text.vi


def test_totals_that_may_hold_more_are_only_told_when_larger() -> None:
    tables = everybody(c_5=3, c_5__book_contest=2)
    (larger,) = by_code(run(tables), "C-TOTALS")
    assert (larger.where, larger.severity) == ("5", Severity.INFO)
    (smaller,) = by_code(run(everybody(c_5=1, c_5__book_contest=2)), "C-TOTALS")
    assert smaller.severity is Severity.ERROR


def test_unit_without_parts_or_without_total_is_not_compared() -> None:
    tables = everybody(c_1=3, c_1__literacy=3)
    tables[CODES[0]].pop(("1", "count"))
    assert by_code(run(tables), "C-TOTALS") == []
    tables[CODES[1]].pop(("1.literacy", "count"))
    tables[CODES[1]]["1", "count"] = 5
    assert by_code(run(tables), "C-TOTALS") == []


def test_nobody_reported() -> None:
    found = run({})
    (one,) = found
    assert one.code == "C-COVER"
    assert "0/19" in one.text.vi
