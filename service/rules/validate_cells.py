"""Rules about one cell at a time: filled where required, whole, in range, in the right column, money of a likely size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from config.campaign import ColumnKind, Indicator, IndicatorType, Rule
from parsers.values import Finding, ValueStatus
from service.rules.validate_facts import Check, Facts, Figure, Number, finding, money_column, names, whole

_NOT_A_COUNT = frozenset({"negative", "non_integer"})
_TWO_AMOUNTS = frozenset({"two_amounts", "two_values", "two_columns_differ"})


def required(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """A required indicator has a figure in each of its columns; what could not be read is asked about elsewhere."""
    for code in names(rule.params.get("codes")):
        indicator = facts.form.indicator(code)
        if indicator is None:
            continue
        blank = {each for each in indicator.columns if facts.values.get((code, each)) is None and not facts.unread(code, each)}
        ticks = {each for each in indicator.columns if facts.form.type_of(indicator, each) is IndicatorType.INTEGER_FLAG}
        if blank - ticks or (ticks and ticks <= blank):  # of "Có" and "Không" one is ticked
            yield finding(rule, facts.form, code)


def non_negative_integer(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """Counts are whole and not negative."""
    types = names(rule.params.get("types"))
    for indicator, column in _cells(facts):
        key = (indicator.code, column)
        value = facts.values.get(key)
        warnings = facts.warnings.get(key, ())
        refused = facts.unread(*key) and (not warnings or not _NOT_A_COUNT.isdisjoint(warnings))
        wrong = value is not None and (not isinstance(value, int) or value < 0)
        if facts.form.type_of(indicator, column).value in types and (refused or wrong):
            yield finding(rule, facts.form, indicator.code, raw=facts.raws.get(key) or str(value))


def in_set(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """The figure is one of a few."""
    allowed = rule.params.get("set")
    for code, column, value in _figures(rule, facts):
        if not isinstance(allowed, list | tuple | set | frozenset) or value in allowed:
            continue
        yield finding(rule, facts.form, code, value=value, column=column)


def minimum(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """The figure is at least so much."""
    least = whole(rule.params.get("min"))
    for code, _, value in _figures(rule, facts):
        if value < least:
            yield finding(rule, facts.form, code, value=value, min=least)


def maximum(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """No figure is larger than so much."""
    most = whole(rule.params.get("max"))
    for code in names(rule.params.get("codes")):
        for column in names(rule.params.get("columns")):
            value = facts.number(code, column)
            if value is not None and value > most:
                yield finding(rule, facts.form, code, value=value, column=column, max=most)


def column_not_meaningful(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """No figure stands in a column that the indicator's unit does not use; a figure the reader moved is told, too."""
    quantity = {each.key for each in facts.form.quantity_columns}
    told: set[str] = set()
    for (code, column), value in facts.values.items():
        indicator = facts.form.indicator(code)
        if indicator is None or indicator.type is IndicatorType.NONE or code in told:
            continue
        stray = value is not None and column in quantity and column not in indicator.columns
        stray = stray and indicator.type not in {IndicatorType.MONEY, IndicatorType.TEXT}
        if stray or "column_shift" in facts.warnings.get((code, column), ()):
            told.add(code)
            yield finding(rule, facts.form, code, unit=indicator.unit, value=value)


def unit_assumed(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """An indicator without a printed unit was read with an assumed one; told when it holds a figure."""
    for code in names(rule.params.get("code")):
        indicator = facts.form.indicator(code)
        if indicator and any(facts.number(code, column) for column in indicator.columns):
            yield finding(rule, facts.form, code, unit=str(rule.params.get("unit", "")))


def single_value_across_columns(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """An indicator with one value has not two different ones in two columns."""
    columns = tuple(each.key for each in facts.form.quantity_columns)
    for code in names(rule.params.get("codes")):
        indicator = facts.form.indicator(code)
        found = [value for column in columns if (value := facts.number(code, column)) is not None]
        if len(set(found)) > 1:
            yield finding(rule, facts.form, code, a=found[0], b=found[1])
            continue
        key = (code, money_column(indicator))
        if not _TWO_AMOUNTS.isdisjoint(facts.warnings.get(key, ())):
            first, _, second = facts.raws.get(key, "").partition("|")
            yield finding(rule, facts.form, code, a=first.strip(), b=second.strip() or "…")


def money_magnitude_small(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """An amount so small that thousands or millions were meant."""
    least = whole(rule.params.get("min_nonzero"))
    for code, value in _amounts(rule, facts):
        if 0 < value < least:
            yield finding(rule, facts.form, code, value=value)


def money_max(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """An amount beyond what one unit can have."""
    most = whole(rule.params.get("max"))
    for code, value in _amounts(rule, facts):
        if value > most and not _is_beyond(rule, facts, code, value):
            yield finding(rule, facts.form, code, value=value)


def _is_beyond(rule: Rule, facts: Facts, code: str, value: Number) -> bool:
    """Whether a rule with a higher limit speaks of the same amount: it is asked about once."""
    most = whole(rule.params.get("max"))
    limits = (
        whole(each.params.get("max"))
        for each in facts.form.rules
        if each.type == rule.type and code in names(each.params.get("codes"))
    )
    return any(most < limit < value for limit in limits)


def money_multiple_of(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """An amount in odd small change: often a lost group of digits."""
    multiple = whole(rule.params.get("multiple"), 1) or 1
    for code, value in _amounts(rule, facts):
        if value % multiple:
            yield finding(rule, facts.form, code, value=value)


def max_by_unit_attribute(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """No figure is larger than the unit's population; silent for a unit whose population is not on the roster."""
    column = str(rule.params.get("column", ""))
    population = facts.unit.population if rule.params.get("attribute") == "population" else None
    for code in names(rule.params.get("codes")):
        value = facts.number(code, column)
        if population is not None and value is not None and value > population:
            yield finding(rule, facts.form, code, people=value, population=population)


def all_zero_or_blank(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """At least some figure is not zero; a cell that could not be read counts as filled."""
    least = whole(rule.params.get("min_filled"), 1)
    filled = sum(1 for key, value in facts.values.items() if _says(value) or facts.unread(*key))
    if filled < least:
        yield finding(rule, facts.form, "")


def _says(value: Figure) -> bool:
    return bool(value.strip()) if isinstance(value, str) else bool(value)


def _cells(facts: Facts) -> Iterator[tuple[Indicator, str]]:
    quantity = {each.key for each in facts.form.columns if each.kind is ColumnKind.QUANTITY}
    for code, column in dict.fromkeys((*facts.values, *(k for k, s in facts.statuses.items() if s is ValueStatus.REJECT))):
        indicator = facts.form.indicator(code)
        if indicator is not None and (column in indicator.columns or column in quantity):
            yield indicator, column


def _figures(rule: Rule, facts: Facts) -> Iterator[tuple[str, str, Number]]:
    column = str(rule.params.get("column", ""))
    for code in names(rule.params.get("code")):
        value = facts.number(code, column)
        if value is not None:
            yield code, column, value


def _amounts(rule: Rule, facts: Facts) -> Iterator[tuple[str, Number]]:
    for code in names(rule.params.get("codes")):
        value = facts.number(code, money_column(facts.form.indicator(code)))
        if value is not None:
            yield code, value


CELL_CHECKS: dict[str, Check] = {
    "required": required,
    "non_negative_integer": non_negative_integer,
    "in_set": in_set,
    "min": minimum,
    "max": maximum,
    "column_not_meaningful": column_not_meaningful,
    "unit_assumed": unit_assumed,
    "single_value_across_columns": single_value_across_columns,
    "money_magnitude_small": money_magnitude_small,
    "money_max": money_max,
    "money_multiple_of": money_multiple_of,
    "max_by_unit_attribute": max_by_unit_attribute,
    "all_zero_or_blank": all_zero_or_blank,
}
