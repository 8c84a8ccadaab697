"""Rules about the consolidated figures: in range, covered by enough units, not made by one unit, totals equal to parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from config.campaign import Form, IndicatorType, Rule, Severity, Unit
from config.text import Text
from config.vietnamese import without_lead
from parsers.values import Finding
from service.rules.consolidation import Total
from service.rules.validate_facts import Figure, Key, Number, as_number, finding, key_of, names, whole

_COUNTED = frozenset({IndicatorType.INTEGER, IndicatorType.INTEGER_FLAG, IndicatorType.DECIMAL, IndicatorType.MONEY})
_EQUAL = frozenset({"total_eq_sum_parts", "total_eq_sum_parts_if_present"})
_PART_RULES = _EQUAL | {"total_ge_sum_parts", "total_ge_max_part", "total_le_sum_parts"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Roll:
    """All the units' figures: the totals, and what each unit gave."""

    form: Form
    totals: tuple[Total, ...]
    tables: Mapping[str, Mapping[Key, Figure]]
    roster: tuple[Unit, ...]

    def name(self, code: str) -> str:
        return next((each.full_name for each in self.roster if each.code == code), code)


def validate_consolidation(
    form: Form,
    totals: tuple[Total, ...],
    tables: Mapping[str, Mapping[Key, Figure]],
    roster: tuple[Unit, ...],
) -> tuple[Finding, ...]:
    """What is wrong or doubtful in the consolidated figures. `tables`: the counted figures of each reporting unit, by code."""
    roll = _Roll(form=form, totals=totals, tables=tables, roster=roster)
    rules = [rule for rule in form.rules if rule.scope == "consolidated" and rule.type in CONSOLIDATED_CHECKS]
    return tuple(each for rule in rules for each in CONSOLIDATED_CHECKS[rule.type](rule, roll))


def _range(rule: Rule, roll: _Roll) -> Iterator[Finding]:
    size = len(roll.roster)
    limit = rule.params.get("max")
    most = size if limit == "roster.size" else whole(limit, size)
    for total in roll.totals:
        value = as_number(total.value)
        if total.indicator in names(rule.params.get("code")) and value is not None:
            if whole(rule.params.get("min")) <= value <= most:
                continue
            yield finding(rule, roll.form, total.indicator, value=value, roster_size=size, max=most)


def _coverage(rule: Rule, roll: _Roll) -> Iterator[Finding]:
    """One finding for the units that gave no figure at all, and one for each indicator that still fewer gave.

    An indicator is told by its least covered column.
    """
    wanted = names(rule.params.get("code"))
    least: dict[str, Total] = {}
    for total in roll.totals:
        indicator = roll.form.indicator(total.indicator)
        if indicator is None or indicator.type not in _COUNTED or total.column not in indicator.columns:
            continue
        if "*" not in wanted and total.indicator not in wanted:
            continue
        known = least.get(total.indicator)
        if known is None or total.units < known.units:
            least[total.indicator] = total
    silent = set.intersection(*(set(each.missing) for each in least.values())) if least and "*" in wanted else set()
    yield from _silent(rule, roll, silent)
    others = Text(vi=" và các đơn vị chưa có số liệu nào", en=" and the units without any figure")
    for code, total in least.items():
        extra = ", ".join(roll.name(each) for each in total.missing if each not in silent)
        if extra:
            missing = Text(vi=extra + others.vi, en=extra + others.en) if silent else Text(vi=extra, en=extra)
            size = total.units + len(total.missing)
            yield finding(rule, roll.form, code, n=total.units, roster_size=size, missing=missing)


def _silent(rule: Rule, roll: _Roll, silent: set[str]) -> Iterator[Finding]:
    if not silent:
        return
    expected = {code for total in roll.totals for code in total.missing} | set(roll.tables)
    missing = ", ".join(each.full_name for each in roll.roster if each.code in silent)
    count = f"{len(expected - silent)}/{len(expected)}"
    text = Text(
        vi=f"Mới có số liệu của {count} đơn vị (thiếu: {missing}).", en=f"Figures of {count} units only (missing: {missing})."
    )
    yield Finding(code=rule.id, severity=rule.severity, where="", text=text)


def _outlier(rule: Rule, roll: _Roll) -> Iterator[Finding]:
    factor = whole(rule.params.get("factor"), 10)
    least = whole(rule.params.get("min_units"), 2)
    for total in roll.totals:
        indicator = roll.form.indicator(total.indicator)
        if indicator is None or indicator.type not in _COUNTED:
            continue
        given = {code: value for code in roll.tables if (value := _figure(roll, code, total)) is not None}
        positive = [value for value in given.values() if value > 0]
        if len(given) < least or not positive:
            continue
        middle = median(Fraction(each) for each in given.values()) or median(Fraction(each) for each in positive)
        whole_sum = sum(Fraction(each) for each in given.values())
        for code, value in given.items():
            if len(positive) > 1 and Fraction(value) > factor * middle:
                share = int(Fraction(value) * 100 / whole_sum)
                if share:  # beside one that makes up nearly all of the total the others say nothing
                    yield finding(rule, roll.form, total.indicator, unit=roll.name(code), pct=share, value=value)


def _figure(roll: _Roll, unit: str, total: Total) -> Number | None:
    return as_number(roll.tables[unit].get((total.indicator, total.column)))


def _reported_vs_recomputed(rule: Rule, roll: _Roll) -> Iterator[Finding]:
    """Over the units that gave both a total and parts. Where parts need not be exhaustive, a larger total is only told."""
    wanted = names(rule.params.get("totals"))
    for key, parts, kinds in _part_rules(roll.form):
        if key[0] not in wanted:
            continue
        reported, recomputed = _both(roll, key, parts)
        if reported == recomputed:
            continue
        lawful = _EQUAL.isdisjoint(kinds) and reported > recomputed
        severity = Severity.INFO if lawful else rule.severity
        indicator = roll.form.indicator(key[0])
        found = finding(rule, roll.form, key[0], severity=severity, a=reported, b=recomputed)
        if indicator is not None and "{label}" not in rule.text.vi:
            label = Text(vi=without_lead(indicator.label), en=without_lead(indicator.label_en or indicator.label))
            text = Text(vi=f"{label.vi}: {found.text.vi}", en=f"{label.en}: {found.text.en}")
            found = Finding(code=found.code, severity=found.severity, where=found.where, text=text)
        yield found


def _part_rules(form: Form) -> Iterator[tuple[Key, tuple[str, ...], frozenset[str]]]:
    """Every total with its parts and the kinds of unit rules that bind them."""
    kinds: dict[tuple[Key, tuple[str, ...]], set[str]] = {}
    for rule in form.rules:
        key = key_of(rule.params.get("total"))
        if rule.type in _PART_RULES and key is not None:
            kinds.setdefault((key, names(rule.params.get("parts"))), set()).add(rule.type)
    for (key, parts), types in kinds.items():
        yield key, parts, frozenset(types)


def _both(roll: _Roll, key: Key, parts: tuple[str, ...]) -> tuple[Number, Number]:
    reported: Number = 0
    recomputed: Number = 0
    for table in roll.tables.values():
        total = as_number(table.get(key))
        given = [value for code in parts if (value := as_number(table.get((code, key[1])))) is not None]
        if total is not None and given:
            reported += total
            recomputed += sum(given)
    return reported, recomputed


CONSOLIDATED_CHECKS: dict[str, Callable[[Rule, _Roll], Iterable[Finding]]] = {
    "range": _range,
    "coverage": _coverage,
    "outlier": _outlier,
    "reported_vs_recomputed": _reported_vs_recomputed,
}
