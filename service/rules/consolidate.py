"""From the units' submissions to one consolidation: roll-up, coverage, and what changed since the previous version.

Pure. Blank is not zero: a total whose units gave nothing is None, and every total names the units without a value.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from config.campaign import Campaign, ColumnKind, Indicator, RollUp
from parsers.values import Finding, ValueStatus
from service.rules.consolidation import Consolidation, Total, TotalChange, UnitChange, UnitLine
from service.rules.submission import UnitValue

COUNTED = frozenset({ValueStatus.OK, ValueStatus.CONFIRM, ValueStatus.CORRECTED})
"""The statuses whose values enter a total; CONFIRM provisionally."""
ASKED = frozenset({ValueStatus.CONFIRM, ValueStatus.REJECT})
"""The statuses that are asked about."""

_DECIMAL = re.compile(r"-?[0-9]{1,25}(\.[0-9]{1,25})?")
_NOTHING_TO_SAY = frozenset({"", "không", "không có", "không phát sinh", "khong", "khong co", "ko", "none", "nil", "no", "n/a"})

Figure = int | str | None
Key = tuple[str, str]  # indicator code, column key


def consolidate(
    campaign: Campaign,
    lines: tuple[UnitLine, ...],
    *,
    now: datetime,
    cutoff: datetime,
    final: bool,
    version: int,
    previous: Consolidation | None,
    findings: tuple[Finding, ...] = (),
) -> Consolidation:
    """The consolidation of these units, put in roster order. `findings` are those of the consolidated rules."""
    order = {unit.code: place for place, unit in enumerate(campaign.roster)}
    units = tuple(sorted(lines, key=lambda line: order.get(line.code, len(order))))
    values = _values_by_key(units)
    totals = tuple(
        _total(campaign, units, values.get((indicator.code, column), [None] * len(units)), indicator, column)
        for indicator, column in _columns(campaign, units, values)
    )
    unit_changes = _unit_changes(units, previous)
    return Consolidation(
        campaign=campaign.id,
        version=version,
        made_at=now,
        cutoff=cutoff,
        final=final,
        units=units,
        totals=totals,
        findings=findings,
        changes=_total_changes(totals, unit_changes, previous),
        unit_changes=unit_changes,
        previous_version=None if previous is None else previous.version,
    )


def counted_value(value: UnitValue | None) -> Figure:
    """The figure of a value that enters totals, None for a value that is blank, rejected or absent."""
    return value.value if value is not None and value.status in COUNTED else None


def numeric(figure: Figure) -> int | Decimal | None:
    """A figure as an exact number; None for a blank or for text that is no number."""
    if figure is None or isinstance(figure, int):
        return figure
    return Decimal(figure) if _DECIMAL.fullmatch(figure) else None


def says_something(text: str) -> bool:
    """Whether a free text answers more than "nothing to report"."""
    return text.strip().casefold().strip(string.punctuation + string.whitespace + "–—…") not in _NOTHING_TO_SAY


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """One unit's values by key, and whether they count."""

    reported: bool
    values: Mapping[Key, UnitValue]

    def figure(self, key: Key) -> Figure:
        return counted_value(self.values.get(key)) if self.reported else None


def _table(line: UnitLine | None) -> _Table:
    if line is None:
        return _Table(reported=False, values={})
    return _Table(
        reported=line.reported,
        values={(value.indicator, value.column): value for value in line.submission.values},
    )


def _values_by_key(units: tuple[UnitLine, ...]) -> dict[Key, list[UnitValue | None]]:
    """The values of all units by key, one place for each unit: a table for each unit would take far more memory."""
    values: dict[Key, list[UnitValue | None]] = {}
    for at, line in enumerate(units):
        for value in line.submission.values:
            key = (value.indicator, value.column)
            if key not in values:
                values[key] = [None] * len(units)
            values[key][at] = value
    return values


def _columns(
    campaign: Campaign, units: tuple[UnitLine, ...], values: Mapping[Key, list[UnitValue | None]]
) -> list[tuple[Indicator, str]]:
    """Every indicator column of the form in its order, and the note column of the indicators where some unit wrote a note."""
    notes = [column.key for column in campaign.form.columns if column.kind is ColumnKind.NOTE]
    noted = {
        key
        for key, given in values.items()
        if key[1] in notes
        and any(line.reported and counted_value(value) is not None for line, value in zip(units, given, strict=True))
    }
    columns = []
    for indicator in campaign.form.indicators:
        columns += [(indicator, column) for column in indicator.columns]
        columns += [(indicator, note) for note in notes if (indicator.code, note) in noted and note not in indicator.columns]
    return columns


def _total(
    campaign: Campaign, units: tuple[UnitLine, ...], values: list[UnitValue | None], indicator: Indicator, column: str
) -> Total:
    given: list[tuple[str, int | str]] = []
    missing: list[str] = []
    asked: list[str] = []
    roll_up = indicator.roll_up if column in indicator.columns else RollUp.CONCAT_BY_UNIT
    for line, value in zip(units, values, strict=True):
        if line.reported and value is not None and value.status in ASKED:
            asked.append(line.code)
        figure = counted_value(value) if line.reported else None
        if figure is not None and (roll_up is RollUp.CONCAT_BY_UNIT or numeric(figure) is not None):
            given.append((line.code, figure))
        elif line.reported or line.submission.content != "excused":
            missing.append(line.code)
    return Total(
        indicator=indicator.code,
        column=column,
        value=_rolled_up(campaign, roll_up, given),
        units=len(given),
        missing=tuple(missing),
        asked=tuple(asked),
    )


def _rolled_up(campaign: Campaign, roll_up: RollUp, given: list[tuple[str, int | str]]) -> Figure:
    if not given or roll_up is RollUp.NONE:
        return None
    if roll_up is RollUp.CONCAT_BY_UNIT:
        names = {unit.code: unit.name for unit in campaign.roster}
        said = [f"{names.get(code, code)}: {str(text).strip()}" for code, text in given if says_something(str(text))]
        return "\n".join(said) or None
    numbers = [number for _, figure in given if (number := numeric(figure)) is not None]
    if roll_up is RollUp.SUM_OF_FLAGS:
        return sum(1 for number in numbers if number == 1)
    total = sum(numbers)
    if isinstance(total, int):
        return total
    return int(total) if total == total.to_integral_value() else f"{total.normalize():f}"


def _unit_changes(units: tuple[UnitLine, ...], previous: Consolidation | None) -> tuple[UnitChange, ...]:
    """Every figure that counts now and did not, or the other way round, or differs; units in roster order."""
    if previous is None:
        return ()
    before = {line.code: line for line in previous.units}
    changes = []
    for line in units:
        table, old = _table(line), _table(before.get(line.code))
        keys = dict.fromkeys([*table.values, *old.values])
        changes += [
            UnitChange(unit=line.code, indicator=key[0], column=key[1], before=old.figure(key), after=table.figure(key))
            for key in keys
            if old.figure(key) != table.figure(key)
        ]
    return tuple(changes)


def _total_changes(
    totals: tuple[Total, ...], unit_changes: tuple[UnitChange, ...], previous: Consolidation | None
) -> tuple[TotalChange, ...]:
    if previous is None:
        return ()
    before = {(total.indicator, total.column): total.value for total in previous.totals}
    after = {(total.indicator, total.column): total.value for total in totals}
    units: dict[Key, list[str]] = {}
    for change in unit_changes:
        units.setdefault((change.indicator, change.column), []).append(change.unit)
    return tuple(
        TotalChange(
            indicator=key[0],
            column=key[1],
            before=before.get(key),
            after=after.get(key),
            units=tuple(units.get(key, ())),
        )
        for key in dict.fromkeys([*after, *before])
        if before.get(key) != after.get(key)
    )
