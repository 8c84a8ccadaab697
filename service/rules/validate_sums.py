"""Rules about figures that go together: totals and their parts, events and their people, one indicator implying another.

Only figures that exist are compared. A blank part is not zero, so a sum of parts is the sum of the parts that were given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from config.campaign import Form, Rule, Severity
from parsers.values import Finding
from service.rules.validate_facts import (
    Check,
    Facts,
    Figure,
    Key,
    Number,
    as_number,
    count_and_people,
    finding,
    key_of,
    keys_of,
    names,
    whole,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A total the unit left blank, computed from its parts: shown as provisional, never recorded as the unit's own."""

    indicator: str
    column: str
    value: int
    parts: tuple[str, ...]  # the codes of the parts that had a figure
    rule: str


def derive(form: Form, values: Mapping[Key, Figure]) -> tuple[Derived, ...]:
    """The totals left blank that the form's `derive_total` rules can compute; none where no part was given."""
    return tuple(each for rule in form.rules if rule.type == "derive_total" for each in _derived(rule, values))


def _derived(rule: Rule, values: Mapping[Key, Figure]) -> Iterator[Derived]:
    totals = rule.params.get("totals")
    for name, parts in totals.items() if isinstance(totals, Mapping) else ():
        code, _, column = str(name).rpartition(".")
        if values.get((code, column)) is not None:
            continue
        given = {each: value for each in names(parts) if isinstance(value := values.get((each, column)), int)}
        if given:
            yield Derived(indicator=code, column=column, value=sum(given.values()), parts=tuple(given), rule=rule.id)


def derive_total(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """A total was left blank though its parts are given."""
    for each in _derived(rule, facts.values):
        if not facts.unread(each.indicator, each.column):
            yield finding(rule, facts.form, each.indicator, sum=each.value)


def total_ge_max_part(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """The total is not smaller than one of its parts."""
    for code, total, parts in _total_and_parts(rule, facts):
        if total < max(parts):
            yield finding(rule, facts.form, code, total=total, max=max(parts))


def total_ge_sum_parts(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """The total is not smaller than the sum of its parts."""
    for code, total, parts in _total_and_parts(rule, facts):
        if total < sum(parts):
            yield finding(rule, facts.form, code, total=total, sum=sum(parts))


def total_le_sum_parts(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """The total is not larger than the sum of its parts."""
    for code, total, parts in _total_and_parts(rule, facts):
        if total > sum(parts):
            yield finding(rule, facts.form, code, total=total, sum=sum(parts), gap=total - sum(parts))


def total_eq_sum_parts(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """The total is the sum of its parts."""
    for code, total, parts in _total_and_parts(rule, facts):
        if total != sum(parts):
            yield finding(rule, facts.form, code, total=total, sum=sum(parts))


def total_eq_sum_parts_if_present(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """The total is the sum of exhaustive parts; with a part blank a smaller sum is only asked about."""
    asked = names(rule.params.get("parts"))
    for code, total, parts in _total_and_parts(rule, facts):
        if total == sum(parts):
            continue
        certain = len(parts) == len(asked) or sum(parts) > total
        severity = rule.severity if certain or rule.severity is Severity.INFO else Severity.WARNING
        yield finding(rule, facts.form, code, severity=severity, total=total, sum=sum(parts))


def people_ge_count(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """An event has at least one participant: fewer people than events means swapped columns."""
    for code, count, people in _pairs(rule, facts):
        if count is not None and people is not None and people < count:
            yield finding(rule, facts.form, code, count=count, people=people)


def count_requires_people(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """Events are given with their people."""
    for code, count, people in _pairs(rule, facts):
        column = count_and_people(facts.form.indicator(code))[1]
        if count and people is None and not facts.unread(code, column):
            yield finding(rule, facts.form, code, count=count)


def people_requires_count(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """People are given with their events."""
    for code, count, people in _pairs(rule, facts):
        column = count_and_people(facts.form.indicator(code))[0]
        if people and count is None and not facts.unread(code, column):
            yield finding(rule, facts.form, code, people=people)


def avg_people_per_count_max(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """No event has more people than a commune can gather."""
    most = whole(rule.params.get("max"))
    for code, count, people in _pairs(rule, facts):
        if count and people is not None and count > 0 and people > most * count:
            average = (Decimal(people) / Decimal(count)).quantize(Decimal("0.1"))  # for reading only
            yield finding(rule, facts.form, code, avg=average, count=count, people=people)


def implies_positive(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """Where one figure is positive, one of some others is, too."""
    causes = (*keys_of(rule.params.get("if")), *keys_of(rule.params.get("if_any")))
    effects = keys_of(rule.params.get("then_any"))
    caused = any(_positive(facts, key) for key in causes)
    answered = any(_positive(facts, key) or facts.unread(*key) for key in effects)
    if caused and effects and not answered:
        yield finding(rule, facts.form, effects[0][0])


def equal_values(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """Two indicators that may count the same thing have the same figures."""
    columns = names(rule.params.get("columns"))
    for first, second in zip(names(rule.params.get("a")), names(rule.params.get("b")), strict=False):
        pairs = [(facts.number(first, column), facts.number(second, column)) for column in columns]
        given = [pair for pair in pairs if pair != (None, None)]
        if given and all(a == b for a, b in given) and any(a for a, _ in given):
            yield finding(rule, facts.form, second)


def _positive(facts: Facts, key: Key) -> bool:
    value = facts.number(*key)
    return value is not None and value > 0


def _total_and_parts(rule: Rule, facts: Facts) -> Iterator[tuple[str, Number, list[Number]]]:
    key = key_of(rule.params.get("total"))
    if key is None:
        return
    column = str(rule.params.get("column", key[1]))
    total = facts.number(*key)
    found = (as_number(facts.values.get((code, column))) for code in names(rule.params.get("parts")))
    parts = [value for value in found if value is not None]
    if total is not None and parts:
        yield key[0], total, parts


def _pairs(rule: Rule, facts: Facts) -> Iterator[tuple[str, Number | None, Number | None]]:
    for code in names(rule.params.get("codes")):
        count, people = count_and_people(facts.form.indicator(code))
        yield code, facts.number(code, count), facts.number(code, people)


SUM_CHECKS: dict[str, Check] = {
    "derive_total": derive_total,
    "total_ge_max_part": total_ge_max_part,
    "total_ge_sum_parts": total_ge_sum_parts,
    "total_le_sum_parts": total_le_sum_parts,
    "total_eq_sum_parts": total_eq_sum_parts,
    "total_eq_sum_parts_if_present": total_eq_sum_parts_if_present,
    "people_ge_count": people_ge_count,
    "count_requires_people": count_requires_people,
    "people_requires_count": people_requires_count,
    "avg_people_per_count_max": avg_people_per_count_max,
    "implies_positive": implies_positive,
    "equal_values": equal_values,
}
