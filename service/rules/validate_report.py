"""Rules about the report as a whole: narrative against form, stale year, untouched template, copied figures, photos."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from config.campaign import Form, Indicator, IndicatorType, Rule, Severity
from config.vietnamese import fold
from parsers.narrative_figures import CEREMONY_SECTION, FUNDS_SECTION, FigureKind, NarrativeFigure, figures
from parsers.values import Finding, NarrativeReading, SectionText
from service.rules.validate_facts import Check, Facts, Figure, Key, finding, money_column, names, whole

_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")


def narrative_consistency(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """What the narrative's section says agrees with the form: a ceremony held or not, amounts of money by source.

    Only what the text states for certain is compared, with a figure that the form has.
    """
    section = str(rule.params.get("section", ""))
    if facts.narrative is None or not facts.narrative.sections:
        return
    text = _section(facts.narrative, section)
    for code in (*names(rule.params.get("code")), *names(rule.params.get("codes"))):
        indicator = facts.form.indicator(code)
        if indicator is None:
            continue
        if indicator.type is IndicatorType.MONEY:
            value, said = facts.number(code, money_column(indicator)), _amount(indicator, text)
        else:
            value, said = facts.number(code, str(rule.params.get("column", "count"))), _event(text)
            value = None if value is None else int(value > 0)
        if value is not None and said is not None and value != said:
            yield finding(rule, facts.form, code)
            return


def _section(narrative: NarrativeReading, code: str) -> str:
    """The text of a section with its subsections."""
    return "\n".join(each.text for each in narrative.sections if each.code == code or each.code.startswith(f"{code}."))


def _event(text: str) -> int | None:
    """1 where the text tells of a ceremony, 0 where it denies one or says nothing at all, None where it leaves it open."""
    if not fold(text):
        return 0
    return next((each.value for each in _stated(CEREMONY_SECTION, text) if each.kind is FigureKind.CEREMONY), None)


def _amount(indicator: Indicator, text: str) -> int | None:
    """The amount the text states for the source that the indicator's label names, the total where it names none."""
    kinds = {each.kind for each in _stated(FUNDS_SECTION, f"{indicator.label}: 1.000.000 đồng")} or {FigureKind.ALL_FUNDS}
    return next((each.value for each in _stated(FUNDS_SECTION, text) if each.kind in kinds), None)


def _stated(section: str, text: str) -> tuple[NarrativeFigure, ...]:
    sections = (SectionText(code=section, text=text),)
    return figures(NarrativeReading(sections=sections, unplaced="", heading=""))


def equals_blank_template(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """The form was filled in."""
    if facts.blank:
        yield finding(rule, facts.form, "")


def identical_to_other_unit(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """The figures are not those of another unit; too few figures prove nothing."""
    least = whole(rule.params.get("min_nonzero_cells"), 1)
    mine = _telling(facts.form, facts.values)
    if len(mine) < least:
        return
    for name, values in facts.others.items():
        if _telling(facts.form, values) == mine:
            yield finding(rule, facts.form, "", other_unit=name)
            return


def identical_to_previous_year(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """The figures are not last year's."""
    mine = _telling(facts.form, facts.values)
    if mine and facts.previous is not None and _telling(facts.form, facts.previous) == mine:
        yield finding(rule, facts.form, "")


def _telling(form: Form, values: Mapping[Key, Figure]) -> dict[Key, Figure]:
    """The figures that can betray a copy: not blank, not zero, not text."""
    numbers = {each.code for each in form.indicators if each.type not in {IndicatorType.TEXT, IndicatorType.NONE}}
    return {key: value for key, value in values.items() if value and key[0] in numbers}


def stale_year_text(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """The report is of the campaign's year. A copied heading alone is no sign: nothing in the whole text may name the year."""
    if facts.narrative is None:
        return
    expected = str(facts.year)
    heading = _without(rule, facts.narrative.heading)
    rest = "\n".join((*(each.text for each in facts.narrative.sections), facts.narrative.unplaced))
    stale = [year for year in _YEAR.findall(heading) if year != expected]
    named = _YEAR.findall(f"{heading}\n{_without(rule, rest)}")
    if stale and expected not in named:
        yield finding(rule, facts.form, "", found=stale[0], expected=expected)


def _without(rule: Rule, text: str) -> str:
    """The text without the literal wordings that the blank outline itself carries, however spaced."""
    for literal in names(rule.params.get("ignore_literals")):
        pattern = r"\s+".join(re.escape(word) for word in literal.split())
        text = re.sub(pattern, " ", text, flags=re.IGNORECASE)
    return text


def photo_count(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """Enough photos came; more than the most is only told, since the officer picks."""
    if facts.photo_count is None:
        return
    least = facts.photo_rule.min if facts.photo_rule else whole(rule.params.get("min"))
    most = facts.photo_rule.max if facts.photo_rule else whole(rule.params.get("max"), facts.photo_count)
    if facts.photo_count < least:
        yield finding(rule, facts.form, "", n=facts.photo_count, min=least, max=most)
    elif facts.photo_count > most:
        yield finding(rule, facts.form, "", severity=Severity.INFO, n=facts.photo_count, min=least, max=most)


def photo_taken_window(rule: Rule, facts: Facts) -> Iterator[Finding]:
    """Photos were taken around the campaign's days, where the camera recorded the day."""
    first, last = _day(rule.params.get("from")), _day(rule.params.get("to"))
    for photo in facts.photos:
        if photo.taken_at is None or first is None or last is None:
            continue
        day = photo.taken_at.date()
        if not first <= day <= last:
            yield finding(rule, facts.form, photo.source.document, name=f"“{photo.name}”", date=f"{day:%d/%m/%Y}")


def _day(parameter: object) -> date | None:
    if isinstance(parameter, date):
        return parameter
    try:
        return date.fromisoformat(str(parameter))
    except ValueError:
        return None


FORM_COPY_CHECKS: dict[str, Check] = {
    "identical_to_other_unit": identical_to_other_unit,
    "identical_to_previous_year": identical_to_previous_year,
}
REPORT_CHECKS: dict[str, Check] = {
    "narrative_consistency": narrative_consistency,
    "equals_blank_template": equals_blank_template,
    "stale_year_text": stale_year_text,
    "photo_count": photo_count,
    "photo_taken_window": photo_taken_window,
}
