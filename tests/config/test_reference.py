"""The built-in campaign is the real form, roster and calendar."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from config.campaign import Campaign, IndicatorRole, IndicatorType, RollUp, Slot
from config.letter_templates import mistakes_in, render_letter
from config.letters import KINDS, VARIABLES
from config.loading import reference_campaign
from config.loading_campaign import REFERENCE, vietnamese_holidays
from config.vietnamese import fold


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return reference_campaign()


def test_thirty_five_rows_in_eleven_groups(campaign: Campaign) -> None:
    rows = campaign.form.indicators
    assert [each.order for each in rows] == list(range(1, 36))
    assert [each.row_number for each in rows if each.row_number] == [str(number) for number in range(1, 12)]
    assert [each.code for each in rows if each.parent is None] == [str(number) for number in range(1, 12)]
    assert all(each.parent is None or each.code.startswith(f"{each.parent}.") for each in rows)
    roles = {IndicatorRole.LEAF: 26, IndicatorRole.TOTAL: 5, IndicatorRole.GROUP: 3, IndicatorRole.TEXT: 1}
    assert Counter(each.role for each in rows) == roles


def test_columns_and_values_of_the_form(campaign: Campaign) -> None:
    form = campaign.form
    assert [each.key for each in form.columns] == ["stt", "label", "unit", "count", "people", "note"]
    assert [each.key for each in form.quantity_columns] == ["count", "people"]
    assert {each.group_header for each in form.quantity_columns} == {"Số lượng"}
    keys = {each.code: each.columns for each in form.indicators}
    assert keys["1"] == ("count",)
    assert keys["1.total_participants"] == ("people",)
    assert keys["1.it_training"] == ("count", "people")
    assert keys["10.state_budget"] == ("money",)
    assert keys["11"] == ("text",)
    assert [code for code, columns in keys.items() if not columns] == ["4", "7", "9"]


def test_pairs_are_the_rows_that_ask_for_both(campaign: Campaign) -> None:
    for each in campaign.form.indicators:
        assert (each.pair == ("count", "people")) == (each.columns == ("count", "people"))


def test_roll_ups(campaign: Campaign) -> None:
    ups = {each.code: each.roll_up for each in campaign.form.indicators}
    assert ups["7.communes"] is RollUp.SUM_OF_FLAGS
    assert ups["11"] is RollUp.CONCAT_BY_UNIT
    assert ups["10"] is RollUp.SUM
    assert ups["4"] is RollUp.NONE
    assert [each.code for each in campaign.form.indicators if each.mixed_units] == ["2", "3", "4.donors", "7.institutions"]
    assert [each.code for each in campaign.form.indicators if each.type is IndicatorType.MONEY] == [
        "10",
        "10.state_budget",
        "10.other",
    ]  # fmt: skip - codes
    assert [each.code for each in campaign.form.indicators if each.required] == [
        "1",
        "1.total_participants",
        "2",
        "3",
        "7.communes",
    ]  # fmt: skip - codes


def test_every_rule_is_there_in_both_languages(campaign: Campaign) -> None:
    rules = campaign.form.rules
    assert len(rules) == len({rule.id for rule in rules}) == 41
    assert Counter(rule.scope for rule in rules) == {"unit": 37, "consolidated": 4}
    assert all(rule.text.vi and rule.text.en and rule.text.vi != rule.text.en for rule in rules)
    placeholders = [({*_words(rule.text.vi)}, {*_words(rule.text.en)}) for rule in rules]
    assert all(vietnamese == english for vietnamese, english in placeholders)


def _words(text: str) -> list[str]:
    return [part.split("}")[0] for part in text.split("{")[1:]]


def test_the_outline_knows_the_variants_of_its_headings(campaign: Campaign) -> None:
    outline = {section.code: section for section in campaign.form.outline}
    assert [code for code, section in outline.items() if section.required] == [
        "I.1",
        "I.2",
        "I.3",
        "I.4",
        "II.1",
        "II.2",
        "II.3",
    ]  # fmt: skip - codes
    assert "bài học" in outline["II.1"].heading  # letters do not repeat the slip of the district's paper
    assert fold("Những kết quả đạt được; bìa học kinh nghiệm") in {fold(alias) for alias in outline["II.1"].aliases}
    everything = [fold(text) for section in outline.values() for text in (section.heading, *section.aliases)]
    assert not [text for text, times in Counter(everything).items() if times > 1], "a heading that means two sections"


def test_nineteen_units_in_official_order(campaign: Campaign) -> None:
    roster = campaign.roster
    assert len(roster) == 19
    assert [unit.code for unit in roster] == sorted(unit.code for unit in roster)
    assert Counter(unit.kind for unit in roster) == {"xã": 18, "thị trấn": 1}
    assert all(len(unit.emails) == 1 and unit.emails[0].endswith(".example") for unit in roster), "no real address is shipped"
    assert len({unit.emails[0] for unit in roster}) == 19
    quai_to = campaign.unit("03295")
    assert quai_to is not None
    assert quai_to.full_name == "xã Quài Tở"
    assert {"Quài Tơ", "UBND xã Quài Tở"} <= set(quai_to.aliases)
    assert "QTở" in quai_to.weak_aliases


def test_the_districts_bare_name_is_nobodys_alias(campaign: Campaign) -> None:
    names = {fold(alias) for unit in campaign.roster for alias in unit.aliases}
    assert fold("Tuần Giáo") not in names
    assert fold("TT Tuần Giáo") in names


def test_slots_and_deadline(campaign: Campaign) -> None:
    assert campaign.required_slots == (Slot.NARRATIVE, Slot.FORM, Slot.PHOTOS)
    assert campaign.deadline == datetime(2020, 10, 15, 16, 59, 59, tzinfo=UTC)
    assert campaign.deadline_wording == "trước ngày 15/10/2020"


def test_the_calendar_of_the_campaign(campaign: Campaign) -> None:
    days = campaign.working_days
    assert days.on_or_before(date(2020, 10, 11)) == date(2020, 10, 9)
    assert days.on_or_after(date(2020, 10, 17)) == date(2020, 10, 19)
    assert not days.is_working(date(2026, 2, 20)), "the announced New Year break"
    assert not days.is_working(date(2021, 5, 3)), "1 May 2021 was a Saturday: the Monday is off"
    assert {day.year for day in vietnamese_holidays()} == set(range(2020, 2031))


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("kind", list(KINDS))
def test_every_letter_reads_well_full_and_empty(language: str, kind: str) -> None:
    text = reference_campaign(language).letters[kind]
    assert mistakes_in(text) == ()
    empty = {key: () for key, value in VARIABLES.items() if isinstance(value, tuple)}
    optional = dict.fromkeys(
        ("order_citation", "contact_name", "contact_phone", "next_reminder", "final_call", "correction_until"), ""
    )
    for days_left in (7, 3, 1, 0, -2):
        for values in (VARIABLES, {**VARIABLES, **empty}, {**VARIABLES, **empty, **optional}):
            subject, body = render_letter(text, {**values, "days_left": days_left})
            assert subject.startswith("[")
            whole = f"{subject}\n{body}"
            assert not [
                bad
                for bad in ("  ", " ,", " .", "()", "::", ": \n", "{", "}", "None", "\n\n\n", "..")
                if bad in whole.replace("   - ", "")
            ]
            assert not body.startswith("\n")
            assert all(line == line.rstrip() for line in body.split("\n"))


_TOLD = {
    "receipt_complete": ("key_figures", "problems", "have_items"),
    "receipt_problems": ("key_figures", "problems", "have_items", "missing_items"),
    "receipt_late": ("problems", "have_items", "missing_items"),
    "receipt_replacement": ("changed_figures", "problems", "have_items", "missing_items"),
    "ask_unit": ("candidates",),
    "reminder": ("problems", "have_items", "missing_items"),
    "overdue": ("problems", "have_items", "missing_items"),
    "chase": ("phone_list", "actions"),
    "officer_alert": ("list_complete", "list_partial", "list_missing", "actions"),
    "digest": ("list_complete", "list_partial", "list_missing", "actions", "waiting_mails", "order_forms"),
    "officer_answer": ("orders_done", "orders_cancelled", "orders_refused", "order_forms"),
    "delivery": ("files", "list_missing", "changed_figures"),
    "question": ("problems",),
    "correction": ("problems",),
}


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(("kind", "lists"), _TOLD.items())
def test_a_letter_tells_every_line_it_is_given(language: str, kind: str, lists: tuple[str, ...]) -> None:
    values = {**VARIABLES, **{name: (f"{name} một", f"{name} hai") for name in lists}}
    _, body = render_letter(reference_campaign(language).letters[kind], values)
    assert [line for name in lists for line in (f"{name} một", f"{name} hai") if line not in body] == []


def test_vietnamese_letters_keep_the_register() -> None:
    for kind, text in reference_campaign().letters.items():
        assert "yêu cầu" not in text.casefold(), kind
        assert "!" not in text.replace("!=", ""), kind
        assert "Trân trọng./." in text, kind
        assert "Kính gửi" in text, kind


def test_the_reminder_grows_firmer() -> None:
    letter = reference_campaign().letters["reminder"]
    subjects = [render_letter(letter, {**VARIABLES, "days_left": days})[0] for days in (5, 3, 1, 0)]
    assert [subject.split(" báo cáo")[0] for subject in subjects] == [
        "[Nhắc việc] Còn 05 ngày đến hạn",
        "[Nhắc việc] Còn 03 ngày đến hạn",
        "[Nhắc việc - gấp] Ngày mai đến hạn",
        "[Nhắc việc - gấp] Hôm nay đến hạn",
    ]
    bodies = [render_letter(letter, {**VARIABLES, "days_left": days, "have_items": ()})[1] for days in (5, 3, 1)]
    assert "trân trọng đề nghị" in bodies[0]
    assert "khẩn trương" in bodies[1]
    assert "trong ngày 15/10/2020" in bodies[2]


def test_every_letter_has_its_english_twin() -> None:
    letters = REFERENCE / "htsd-2020" / "letters"
    assert {path.stem for path in letters.glob("*.txt")} == {path.stem for path in (letters / "en").glob("*.txt")} == set(KINDS)
