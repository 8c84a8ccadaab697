"""Rows below an indicator, one for each of its quantities: "Số lớp" and "Số người" under one column of figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from config.campaign import Form
from config.vietnamese import fold
from parsers.form_blocks import Row
from parsers.form_header_words import kinds_counted
from parsers.form_rows import Alignment, Placement
from parsers.form_values import RowReader
from parsers.number_units import counted_by
from parsers.values import Value, ValueStatus

_A_HABIT = 3
"""So many rows of this kind are how the table is laid out; one or two may mean anything, and are asked about."""

_TOTALS = ("tong", "cong")  # of a whole group, below its last indicator


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantityRow:
    """A row that says one quantity of the indicator placed above it, or in this row itself.

    `alone` when no other row says the same one.
    """

    row: Row
    placement: Placement
    key: str
    certain: bool = True
    alone: bool = True

    @property
    def own(self) -> bool:
        """Whether it is the row of the indicator, whose figure is that of one quantity by its unit."""
        return self.row is self.placement.row

    def value(self, reader: RowReader) -> Value | None:
        """What it says of that quantity, None when it says nothing."""
        indicator = reader.form.indicators[self.placement.indicator]
        narrowed = replace(indicator, columns=(self.key,), pair=None, unit=self.row.unit or self.row.label)
        found = reader.read(self.row, narrowed, certain=self.certain and self.placement.certain).values
        return next((each for each in found if each.column == self.key and each.status is not ValueStatus.EMPTY), None)


def quantity_rows(alignment: Alignment, form: Form) -> tuple[QuantityRow, ...]:
    """The rows directly below a placed row that name one of its quantities and nothing else, by their label or their unit.

    Only under one column for all quantities. Where that is how the table is laid out, the placed rows come first.
    """
    placements = {id(each.row): each for each in alignment.placed}
    rows = [*(each.row for each in alignment.placed), *alignment.extras, *(row for row, _ in alignment.disputed)]
    found: list[QuantityRow] = []
    above: Placement | None = None
    sheets = list(dict.fromkeys(id(row.sheet) for row in rows))
    for row in sorted(rows, key=lambda each: (sheets.index(id(each.sheet)), each.numbers[0], each.columns.label)):
        if id(row) in placements:
            above = placements[id(row)]
            continue
        key = "" if above is None else _key(row, above, form)
        if not key or above is None:
            above = None  # what follows belongs to this row: a school, a village
            continue
        found.append(QuantityRow(row=row, placement=above, key=key))
    said = [(each.placement.indicator, each.key) for each in found]
    certain = len(found) >= _A_HABIT
    below = [replace(each, certain=certain, alone=said.count(own) == 1) for each, own in zip(found, said, strict=True)]
    return (*(_own_rows(below, form) if certain else ()), *below)


def _own_rows(below: Sequence[QuantityRow], form: Form) -> Iterator[QuantityRow]:
    """The placed rows above such rows, where their unit names the quantity that is left for them."""
    placements = {each.placement.indicator: each.placement for each in below}
    for number, placement in placements.items():
        key = _named(placement.row.unit, number, form)
        if key and key not in {each.key for each in below if each.placement.indicator == number}:
            yield QuantityRow(row=placement.row, placement=placement, key=key)


def _key(row: Row, above: Placement, form: Form) -> str:
    """The quantity of the indicator above that a row names, "" if it names none or more than one."""
    if row.columns.single is None or row.sheet is not above.row.sheet or fold(row.label).startswith(_TOTALS):
        return ""
    return _named(row.label or row.unit, above.indicator, form)


def _named(text: str, number: int, form: Form) -> str:
    """The quantity of an indicator that a text names, "" if it names none or more than one."""
    said = counted_by(fold(text))
    keys = [key for key, kinds in kinds_counted(form.quantity_columns) if kinds & said]
    return keys[0] if len(keys) == 1 and keys[0] in form.indicators[number].columns else ""
