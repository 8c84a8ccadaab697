"""The rules of the reference form, each seen to speak and to be silent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.campaign import PhotoRule, Rule, Severity
from config.loading import reference_campaign
from config.text import Text
from parsers.values import Finding, NarrativeReading, SectionText, ValueStatus
from service.rules.submission import Source, UnitPhoto
from service.rules.validate import KNOWN_RULE_TYPES, derive, rule_problems, validate

CAMPAIGN = reference_campaign()
FORM = CAMPAIGN.form
UNIT = replace(CAMPAIGN.roster[15], population=4_000)
NARRATIVES = json.loads((Path(__file__).parent / "data" / "mail_samples.json").read_text("utf-8"))["narratives"]
Values = dict[tuple[str, str], int | str | None]
GOOD: Values = {(code, column): value for code, cells in NARRATIVES[0]["figures"].items() for column, value in cells.items()}


def narrative(sections: Mapping[str, str], heading: str = "") -> NarrativeReading:
    return NarrativeReading(
        sections=tuple(SectionText(code=code, text=text) for code, text in sections.items()), unplaced="", heading=heading
    )


def run(values: Values, **facts: object) -> tuple[Finding, ...]:
    statuses = facts.pop("statuses", {})
    raws = facts.pop("raws", {})
    return validate(FORM, values, statuses, raws, unit=UNIT, year=2020, **facts)  # type: ignore[arg-type]  # the test says which


def codes(findings: tuple[Finding, ...]) -> set[str]:
    return {each.code for each in findings}


def text_of(findings: tuple[Finding, ...], code: str) -> str:
    return next(each.text.vi for each in findings if each.code == code)


def with_values(**changes: int | str | None) -> Values:
    """The consistent report of the sample with cells changed: `c_5__book_fair=2` is ("5.book_fair", "count")."""
    columns = {"c": "count", "p": "people", "m": "money", "t": "text"}
    values = dict(GOOD)
    for name, value in changes.items():
        code = name[2:].replace("__", ".")
        values[code, columns[name[0]]] = value
    return values


def test_consistent_report_raises_nothing() -> None:
    found = run(GOOD, narrative=narrative(NARRATIVES[0]["sections"]), photo_count=4)
    assert found == ()


def test_second_sample_raises_only_what_its_author_says() -> None:
    sample = NARRATIVES[1]
    values: Values = {(code, column): value for code, cells in sample["figures"].items() for column, value in cells.items()}
    found = run(values, narrative=narrative(sample["sections"]), photo_count=4)
    assert {each.severity for each in found} <= {Severity.INFO}
    assert codes(found) <= {"V-8-UNIT", "V-1-TOT-GAP"}


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({"c_2": None}, "V-REQ", "Số tin bài"),
        ({"c_2": -1}, "V-INT", "đã ghi: -1"),
        ({"p_1__total_participants": 79}, "V-1-TOT-MAX", "(79)"),
        ({"p_1__total_participants": 144}, "V-1-TOT-SUM", "(145)"),
        ({"p_1__total_participants": 1_250}, "V-1-TOT-GAP", "1.250"),
        ({"c_1": 0}, "V-1-CLS-MAX", "(0)"),
        ({"c_1": 4}, "V-1-CLS-SUM", "(3)"),
        ({"c_1": None}, "V-1-EMPTY-TOTAL", "tạm tính 3"),
        ({"p_1__total_participants": None}, "V-1-EMPTY-TOTAL", "tạm tính 145"),
        ({"c_5": 0}, "V-5-TOT", "(0)"),
        ({"c_6": 1}, "V-6-TOT", "(1)"),
        ({"c_6__arts": 131}, "V-PPL-GE-CNT", "(130)"),
        ({"p_6__arts": None}, "V-CNT-NO-PPL", "Hoạt động văn nghệ"),
        ({"c_6__arts": None}, "V-PPL-NO-CNT", "Hoạt động văn nghệ"),
        ({"p_6__arts": 1_001}, "V-AVG", "1.001"),
        ({"c_9__individuals": 3}, "V-COL", "Người"),
        ({"c_7__communes": 2}, "V-7-FLAG", "đã ghi: 2"),
        ({"c_3": 1}, "V-BANNER-MIN", "ghi 1"),
        ({"c_4__donors": None, "p_4__donors": 0}, "V-4-BOOKS", "tặng sách"),
        ({"c_4__books": None}, "V-4-DONORS", "để trống"),
        ({"c_8": 1, "p_8": 60, "c_5__thematic": 1, "p_5__thematic": 60, "c_5": 2}, "V-DOUBLE-8", "không tính trùng"),
        ({"c_8": 1, "p_8": 60}, "V-8-UNIT", "số cuộc/người"),
        ({"m_10": 6_000_000}, "V-10-TOT", "6.500.000"),
        ({"m_10__other": 2_000}, "V-10-SMALL", "2.000 đồng"),
        ({"m_10__other": 100_000_001}, "V-10-LARGE", "100.000.001"),
        ({"m_10__other": 2_000_000_001}, "V-10-HUGE", "2.000.000.001"),
        ({"m_10__other": 2_000_500}, "V-10-ROUND", "2.000.500"),
        ({"p_6__arts": 4_001, "c_6__arts": 9}, "V-POP", "4.000"),
    ],
)
def test_rule_speaks(changes: dict[str, int | None], code: str, said: str) -> None:
    found = run(with_values(**changes))
    assert said in text_of(found, code)
    finding = next(each for each in found if each.code == code)
    assert "{" not in finding.text.vi + finding.text.en


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"c_2": 0}, "V-REQ"),
        ({"p_1__total_participants": 145}, "V-1-TOT-SUM"),
        ({"c_1": None, "c_1__it_training": None, "c_1__life_skills": None, "c_1__science_law": None}, "V-1-EMPTY-TOTAL"),
        ({"c_5": 1}, "V-5-TOT"),
        ({"c_5": None}, "V-5-TOT"),
        ({"c_6__arts": 0, "p_6__arts": None}, "V-CNT-NO-PPL"),
        ({"c_6__arts": 1, "p_6__arts": 0}, "V-CNT-NO-PPL"),
        ({"c_6__arts": 0, "p_6__arts": 9}, "V-PPL-NO-CNT"),
        ({"p_6__arts": 1_000}, "V-AVG"),
        ({"c_7__communes": None}, "V-7-FLAG"),
        ({"c_3": None}, "V-BANNER-MIN"),
        ({"c_4__donors": None}, "V-4-BOOKS"),
        ({"c_8": 0, "p_8": 0, "c_5__thematic": 0, "p_5__thematic": 0}, "V-DOUBLE-8"),
        ({"c_8": 1, "p_8": None, "c_5__thematic": 1, "p_5__thematic": 60}, "V-DOUBLE-8"),
        ({"m_10": 6_500_000}, "V-10-TOT"),
        ({"m_10__other": 0}, "V-10-SMALL"),
        ({"m_10__other": 50_000}, "V-10-SMALL"),
        ({"m_10__other": 100_000_000}, "V-10-LARGE"),
        ({"p_6__arts": 4_000, "c_6__arts": 9}, "V-POP"),
    ],
)
def test_rule_is_silent(changes: dict[str, int | None], code: str) -> None:
    assert code not in codes(run(with_values(**changes)))


def test_blank_part_leaves_the_total_of_money_in_doubt_not_in_error() -> None:
    found = run(with_values(m_10=6_500_000, m_10__other=None))
    assert next(each.severity for each in found if each.code == "V-10-TOT") is Severity.WARNING
    above = run(with_values(m_10=4_000_000, m_10__other=None))
    assert next(each.severity for each in above if each.code == "V-10-TOT") is Severity.ERROR


def test_rejected_cell_is_not_called_blank() -> None:
    key = ("2", "count")
    facts = {"statuses": {key: ValueStatus.REJECT}, "raws": {key: "2,5"}}
    found = run(with_values(c_2=None), **facts)
    assert "V-REQ" not in codes(found)
    assert "đã ghi: 2,5" in text_of(found, "V-INT")
    people = ("6.arts", "people")
    unread = run(with_values(p_6__arts=None), statuses={people: ValueStatus.REJECT}, raws={people: "130?"})
    assert "V-CNT-NO-PPL" not in codes(unread)
    told = run(with_values(c_2=None), **facts, warnings={key: ("ambiguous_slash",)})
    assert "V-INT" not in codes(told), "the reader has told it in its own words"


def test_decimal_and_text_are_no_counts() -> None:
    assert "đã ghi: 2.5" in text_of(run(with_values(c_2="2.5")), "V-INT")


def test_moved_figure_and_two_amounts_are_told_by_the_readers_marks() -> None:
    moved = run(GOOD, warnings={("6.arts", "people"): ("column_shift",)})
    assert codes(moved) == {"V-COL"}
    key = ("10.other", "money")
    two = run(with_values(m_10__other=None), raws={key: "5 triệu | 6 triệu"}, warnings={key: ("two_amounts",)})
    assert "(5 triệu; 6 triệu)" in text_of(two, "V-10-TWO")
    raw: Values = {("10.other", "count"): 5_000_000, ("10.other", "people"): 6_000_000}
    assert "(5.000.000; 6.000.000)" in text_of(run({**GOOD, **raw}), "V-10-TWO")


def test_copied_figures_are_told() -> None:
    assert "xã Quài Nưa" in text_of(run(GOOD, others={"xã Quài Nưa": dict(GOOD)}), "V-SAMEAS")
    assert codes(run(GOOD, others={"xã Quài Nưa": with_values(c_3=7)})) == set()
    few: Values = dict.fromkeys(GOOD) | {("1", "count"): 3}
    assert "V-SAMEAS" not in codes(run(few, others={"xã Quài Nưa": dict(few)}))
    assert codes(run(GOOD, previous=dict(GOOD))) == {"V-PREV"}


def test_blank_template_is_one_error_and_not_thirty_warnings() -> None:
    found = run({}, blank=True)
    assert [(each.code, each.severity) for each in found] == [("V-TEMPLATE", Severity.ERROR)]


def test_all_zero_is_told_and_text_or_unread_cells_are_something() -> None:
    zeros: Values = dict.fromkeys(GOOD, 0)
    assert "V-ALLZERO" in codes(run(zeros))
    assert "V-ALLZERO" not in codes(run({**zeros, ("11", "text"): "Thi kéo co"}))
    unread = {"statuses": {("2", "count"): ValueStatus.REJECT}, "raws": {("2", "count"): "ba"}}
    assert "V-ALLZERO" not in codes(run({**zeros, ("2", "count"): None}, **unread))


def test_no_form_no_rules_about_its_cells() -> None:
    assert codes(run({}, has_form=False, photo_count=1)) == {"V-PHOTO"}


@pytest.mark.parametrize(
    ("held", "text", "told"),
    [
        (1, "Lễ khai mạc được tổ chức ngày 01/10/2020.", False),
        (1, "", True),
        (1, "Xã không tổ chức do mưa lũ.", True),
        (0, "Lễ phát động tổ chức tại trường THCS với 320 người.", True),
        (0, "Xã không tổ chức.", False),
        (0, "Tham dự lễ phát động cấp huyện.", False),
        (None, "Lễ khai mạc được tổ chức.", False),
    ],
)
def test_ceremony_in_form_and_narrative(held: int | None, text: str, *, told: bool) -> None:
    report = narrative({"I.1": "Đã ban hành kế hoạch.", "I.2": text})
    assert ("V-7-NARR" in codes(run(with_values(c_7__communes=held), narrative=report))) is told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- Ngân sách nhà nước: 4.500.000 đồng.\n- Nguồn xã hội hoá: 2 triệu đồng.", False),
        ("- Ngân sách nhà nước: 4,5 triệu đồng; nguồn hợp pháp khác: 2.000.000đ", False),
        ("- Ngân sách nhà nước: 4 triệu 500 nghìn đồng", False),
        ("- Nguồn xã hội hoá: 3 triệu đồng.", True),
        ("- Ngân sách nhà nước: 5.500.000 đồng.", True),
        ("- Ngân sách nhà nước: không", True),
        ("- Ngân sách nhà nước: 3.000.000 đồng; ngân sách nhà nước bổ sung: 1.500.000 đồng", False),
        ("Kinh phí do xã tự cân đối.", False),
        ("Tổng kinh phí 6.500.000 đồng.", False),
        ("Không có kinh phí.", True),
    ],
)
def test_money_in_form_and_narrative(text: str, *, told: bool) -> None:
    report = narrative({"I.2": "Lễ khai mạc tổ chức ngày 01/10.", "I.4": text})
    assert ("V-10-NARR" in codes(run(GOOD, narrative=report))) is told


@pytest.mark.parametrize(("text", "told"), [("Tổng kinh phí 6.500.000 đồng.", False), ("Tổng kinh phí 9.500.000 đồng.", True)])
def test_the_total_of_the_narrative_is_that_of_the_form(text: str, *, told: bool) -> None:
    report = narrative({"I.2": "Lễ khai mạc tổ chức ngày 01/10.", "I.4": text})
    values: Values = {**GOOD, ("10", "money"): 6_500_000}
    assert ("V-10-NARR" in codes(run(values, narrative=report))) is told


def test_money_under_the_subsections_of_the_outline_counts() -> None:
    report = narrative({"I.2": "Lễ khai mạc tổ chức", "I.4.a": "Ngân sách nhà nước: 9.000.000 đồng"})
    assert "V-10-NARR" in codes(run(GOOD, narrative=report))


@pytest.mark.parametrize(
    ("heading", "text", "told"),
    [
        ("BÁO CÁO Tuần lễ học tập suốt đời năm 2019", "Ngày 01/10/2019 khai mạc.", True),
        ("BÁO CÁO Tuần lễ học tập suốt đời năm 2019", "Ngày 01/10/2020 khai mạc.", False),
        ("BÁO CÁO Tuần lễ học tập suốt đời năm 2020", "So với năm 2019 tăng.", False),
        ("BÁO CÁO", "Kế hoạch giai đoạn 2016-2019", False),
        ("BÁO CÁO", "học tập suốt đời năm  2019 (nêu rõ số văn bản", False),
    ],
)
def test_year_of_the_report(heading: str, text: str, *, told: bool) -> None:
    report = narrative({"I.2": f"Lễ khai mạc tổ chức. {text}"}, heading=heading)
    assert ("V-YEAR" in codes(run(GOOD, narrative=report))) is told


@pytest.mark.parametrize(("count", "severity"), [(2, Severity.WARNING), (3, None), (5, None), (6, Severity.INFO), (None, None)])
def test_photo_count(count: int | None, severity: Severity | None) -> None:
    found = [each.severity for each in run(GOOD, photo_count=count) if each.code == "V-PHOTO"]
    assert found == ([severity] if severity else [])
    assert codes(run(GOOD, photo_count=8, photo_rule=PhotoRule(min=1, max=8))) == set()


def photo(day: datetime | None) -> UnitPhoto:
    source = Source(message=1, document="anh.zip/1.jpg", sha256="a", received_at=datetime(2020, 10, 12, tzinfo=UTC))
    return UnitPhoto(sha256="a", name="1.jpg", width=1, height=1, source=source, taken_at=day)


def test_photo_taken_outside_the_days() -> None:
    days = ("2019-10-02T00:00:00", "2020-09-25T00:00:00", "2020-10-14T23:00:00")  # a camera's clock has no zone
    stale = run(GOOD, photos=(photo(None), *(photo(datetime.fromisoformat(each)) for each in days)))
    assert [(each.code, each.where) for each in stale] == [("V-PHOTO-DATE", "anh.zip/1.jpg")]
    assert "02/10/2019" in stale[0].text.vi


def test_derived_total_is_the_sum_of_the_parts_given() -> None:
    derived = derive(FORM, with_values(c_1=None, p_1__total_participants=None))
    assert {(each.indicator, each.column): each.value for each in derived} == {
        ("1", "count"): 3,
        ("1.total_participants", "people"): 145,
    }
    assert derived[0].parts == ("1.it_training", "1.life_skills", "1.science_law")
    assert derive(FORM, GOOD) == ()
    assert derive(FORM, {}) == ()


def test_every_rule_of_the_reference_form_is_known_and_whole() -> None:
    assert {rule.type for rule in FORM.rules} <= KNOWN_RULE_TYPES
    assert rule_problems(FORM, file="form.toml") == ()


def test_mistakes_in_rules_are_told_all_at_once() -> None:
    bad = (
        Rule(id="A", type="no_such", severity=Severity.INFO, scope="unit", params={}, text=Text(vi="", en="")),
        Rule(id="B", type="min", severity=Severity.INFO, scope="consolidated", params={"code": "99"}, text=Text(vi="", en="")),
        Rule(
            id="C",
            type="derive_total",
            severity=Severity.INFO,
            scope="unit",
            params={"totals": {"98.count": ("1",)}},
            text=Text(vi="", en=""),
        ),
        Rule(
            id="D",
            type="implies_positive",
            severity=Severity.INFO,
            scope="unit",
            params={"if": ("97", "count")},
            text=Text(vi="", en=""),
        ),
    )
    problems = rule_problems(replace(FORM, rules=bad), file="form.toml")
    assert [each.where for each in problems] == ["rule A", "rule B", "rule B", "rule C", "rule D"]
    assert "'no_such'" in problems[0].text
    assert all(each.file == "form.toml" for each in problems)


def test_text_with_stray_braces_still_speaks() -> None:
    rule = Rule(
        id="X",
        type="min",
        severity=Severity.INFO,
        scope="unit",
        params={"code": "3", "column": "count", "min": 99},
        text=Text(vi="{ {value} {unknown}", en="{"),
    )
    found = validate(replace(FORM, rules=(rule,)), GOOD, {}, {}, unit=UNIT, year=2020)
    assert [each.text.vi for each in found] == ["{ {value} {unknown}"]
    known = replace(rule, text=Text(vi="{value} {unknown}", en="{value}"))
    found = validate(replace(FORM, rules=(known,)), GOOD, {}, {}, unit=UNIT, year=2020)
    assert [(each.text.vi, each.text.en) for each in found] == [("6 {unknown}", "6")]


_keys = st.sampled_from([(each.code, column) for each in FORM.indicators for column in each.columns])
_figures = st.one_of(st.none(), st.integers(-3, 10**10), st.sampled_from(["2.5", "không", "NaN", "Infinity", ""]))


@given(values=st.dictionaries(_keys, _figures, max_size=40), rejected=st.sets(_keys, max_size=5))
def test_no_report_is_too_strange_for_the_rules(values: Values, rejected: set[tuple[str, str]]) -> None:
    """Whatever was read, the rules answer with findings whose texts are filled, and blanks are never summed as zero."""
    found = run(values, statuses=dict.fromkeys(rejected, ValueStatus.REJECT), raws=dict.fromkeys(rejected, "3/120"))
    assert all(each.text.vi and "{" not in each.text.vi for each in found)
    for each in derive(FORM, values):
        assert values.get((each.indicator, each.column)) is None
        assert each.value == sum(v for part in each.parts if isinstance(v := values[part, each.column], int))
