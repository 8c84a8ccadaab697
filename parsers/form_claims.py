"""What single cells say, before it is settled which value an indicator gets: claims, and values made of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from config.campaign import Indicator, IndicatorType
from parsers.form_blocks import Row
from parsers.grid import Cell, CellKind, Merge, Sheet
from parsers.number_values import NumberContext, NumberReading
from parsers.values import Value, ValueStatus

NOTE = "note"
MONEY = "money"
TEXT = "text"
SINGLE = "single"

_TWO_FIGURES = frozenset({"summed_components", "ambiguous_unit", "text_no_number"})
_WRITTEN = re.compile(r"[^\W_]")
_EXAMPLE = re.compile(r"\W*(?:vd|ví dụ|vi du|thí dụ|e\.g\.|example)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Claim:
    """One cell saying something for one column."""

    value: int | str | None
    cell: Cell
    status: ValueStatus
    warnings: tuple[str, ...] = ()
    suggest: int | None = None


def number_claim(value: Decimal | int | None, cell: Cell, reading: NumberReading, doubts: Iterable[str] = ()) -> Claim:
    """What the cell says as a figure; in doubt for every code in `doubts`, and when it was read from a picture."""
    added = list(doubts)
    if _holds_two_rows(cell, reading):
        return Claim(None, cell, ValueStatus.REJECT, ("rows_in_cell",))
    if cell.doubtful:
        added.append(cell.doubt)
    if reading.status is ValueStatus.EMPTY:
        added = []
    status = ValueStatus.CONFIRM if added and reading.status is ValueStatus.OK else reading.status
    return Claim(stored(value), cell, status, tuple(dict.fromkeys((*reading.warnings, *added))), reading.suggest)


def _holds_two_rows(cell: Cell, reading: NumberReading) -> bool:
    """Whether a scanned cell holds the figures of two printed rows whose line was not seen: they belong to two indicators."""
    if cell.doubt != "from_picture" or "\n" not in cell.text:
        return False
    lines = [line for line in cell.text.split("\n") if any(sign.isdigit() for sign in line)]
    bare = any(not any(sign.isalpha() for sign in line) for line in lines)  # "3 lớp" above "120 người" is one row's
    return len(lines) > 1 and (bare or not _TWO_FIGURES.isdisjoint(reading.warnings))


def text_claim(text: str, cell: Cell) -> Claim:
    """What the cell says as text; dots left to be filled in say nothing, nor does an example of how to fill them."""
    if not _WRITTEN.search(text) or is_example(text):
        return Claim(None, cell, ValueStatus.EMPTY)
    if cell.doubtful:
        return Claim(text, cell, ValueStatus.CONFIRM, (cell.doubt,))
    return Claim(text, cell, ValueStatus.OK)


def is_example(text: str) -> bool:
    """Whether a text shows how a cell is to be filled in: "VD: 3 lớp/120 người"."""
    return _EXAMPLE.match(text) is not None


def empty_claim(cell: Cell) -> Claim:
    """A cell that says nothing for a column, whatever it says for others."""
    return Claim(None, replace(cell, value=None, kind=CellKind.BLANK, formula=""), ValueStatus.EMPTY)


def stored(value: Decimal | int | None) -> int | str | None:
    """A figure as values keep it: whole numbers as int, decimals as their text."""
    return value if value is None or isinstance(value, int) else str(value)


def worst(one: ValueStatus, other: ValueStatus) -> ValueStatus:
    """The graver of two statuses."""
    order = (ValueStatus.EMPTY, ValueStatus.OK, ValueStatus.CORRECTED, ValueStatus.CONFIRM, ValueStatus.REJECT)
    return max(one, other, key=order.index)


def doubted(value: Value, doubts: Iterable[str]) -> Value:
    """The value to be confirmed for these reasons; what is empty or rejected stays so."""
    added = tuple(doubts)
    if not added or value.status in (ValueStatus.EMPTY, ValueStatus.REJECT) or value.column == NOTE:
        return value
    return replace(value, status=ValueStatus.CONFIRM, warnings=tuple(dict.fromkeys((*value.warnings, *added))))


def cleared(value: Value) -> Value:
    """The value of a column for which its cell says nothing after all."""
    return replace(value, value=None, raw="", status=ValueStatus.EMPTY, warnings=(), suggest=None)


def made_value(row: Row, indicator: Indicator, key: str, claim: Claim) -> Value:
    """The value of an indicator's column that this claim makes."""
    return Value(
        indicator=indicator.code,
        column=key,
        value=claim.value,
        raw=claim.cell.text.strip() or claim.cell.formula,
        status=claim.status,
        warnings=claim.warnings,
        suggest=claim.suggest,
        sheet=row.sheet.name,
        cell=claim.cell.address,
        number_format=claim.cell.number_format if claim.cell.number_format != "General" else "",
        place=claim.cell.place,
    )


def context_of(row: Row, indicator: Indicator, column: str, year: int, kind: IndicatorType | None = None) -> NumberContext:
    """What is known of a cell of this row; `kind` is what its figures are where the column says so."""
    return NumberContext(
        unit=indicator.unit or row.unit,
        column=column,
        type=kind or indicator.type,
        year=year,
        pair=indicator.pair,
        subunits=indicator.subunits,
        columns=indicator.columns,
    )


class Merges:
    """The merged areas of sheets by their top-left cell."""

    def __init__(self) -> None:
        self._known: dict[int, dict[tuple[int, int], Merge]] = {}

    def at(self, row: Row, column: int) -> Merge | None:
        """The merged area that begins in this column of the row."""
        known = self._known.get(id(row.sheet))
        if known is None:
            known = self._known[id(row.sheet)] = _by_corner(row.sheet)
        return next((known[number, column] for number in row.numbers if (number, column) in known), None)

    def below(self, row: Row, column: int) -> bool:
        """Whether the cell there is merged with rows below this one."""
        merge = self.at(row, column)
        return merge is not None and merge.bottom > max(row.numbers)


def _by_corner(sheet: Sheet) -> dict[tuple[int, int], Merge]:
    return {(merge.top, merge.left): merge for merge in sheet.merges}
