"""Settles which columns of a table count, where its header leaves that open and its figures tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from config.campaign import Form
from parsers.form_blocks import Row
from parsers.form_header import Columns
from parsers.form_rows import Placement
from parsers.grid import Cell

_FEWEST_SUMS = 4
_FEWEST_FILLED = 2


def settled_columns(placed: tuple[Placement, ...], form: Form) -> tuple[Placement, ...]:
    """The placements with the columns that the figures of the whole table tell; all others are left as they are."""
    columns = placed[0].row.columns if placed else None
    if columns is None or any(each.row.columns != columns for each in placed):
        return placed
    told = _either_or(_with_totals(columns, placed, form), placed, form)
    if told != columns:
        return _with(placed, told)
    return _borne_out(placed, form) if columns.by_order else placed


def _with(placed: tuple[Placement, ...], columns: Columns) -> tuple[Placement, ...]:
    return tuple(replace(each, row=replace(each.row, columns=columns)) for each in placed)


def _with_totals(columns: Columns, placed: Sequence[Placement], form: Form) -> Columns:
    """The columns with that one for a quantity which adds up all others of it: villages side by side and their total."""
    for key, first in columns.quantities:
        others = [column for other, column in columns.alternatives if other == key]
        rows = [each.row for each in placed if key in form.indicators[each.indicator].columns]
        total = _total_of((first, *others), rows) if len(others) > 1 else None
        if total is None:
            continue
        parts = tuple(column for column in (first, *others) if column != total)
        columns = replace(
            columns,
            quantities=tuple((other, total if other == key else column) for other, column in columns.quantities),
            alternatives=tuple(each for each in columns.alternatives if each[0] != key),
            uncertain=columns.uncertain - {key},
            others=(*columns.others, *parts),
        )
    return columns


def _either_or(columns: Columns, placed: Sequence[Placement], form: Form) -> Columns:
    """The columns with those certain of which every row fills one at most: "Số lớp" for classes, "Số cuộc" for events."""
    for key, first in columns.quantities:
        places = (first, *(column for other, column in columns.alternatives if other == key))
        rows = [each.row for each in placed if key in form.indicators[each.indicator].columns]
        filled = [[column for column in places if row.cell(column).text.strip()] for row in rows]
        used = [sum(column in each for each in filled) for column in places]
        if len(places) > 1 and min(used) >= _FEWEST_FILLED and max(map(len, filled)) == 1:
            columns = replace(columns, uncertain=columns.uncertain - {key})
    return columns


def _total_of(columns: tuple[int, ...], rows: Sequence[Row]) -> int | None:
    """The one column that is the sum of the others in every row that has a figure, and in enough of them."""
    found = [each for each in columns if _adds_up(each, [other for other in columns if other != each], rows)]
    return found[0] if len(found) == 1 else None


def _adds_up(total: int, parts: Sequence[int], rows: Sequence[Row]) -> bool:
    agreed = 0
    for row in rows:
        if all(not row.cell(column).text.strip() for column in parts):
            continue  # nothing to add up
        whole, sums = _whole(row.cell(total)), [_whole(row.cell(column)) for column in parts]
        if whole is None or any(each is None for each in sums):
            continue  # a row in words, or of another kind: it is read on its own
        if whole != sum(each for each in sums if each is not None):
            return False
        agreed += sum(bool(each) for each in sums) > 1
    return agreed >= _FEWEST_SUMS


def _whole(cell: Cell) -> int | None:
    """The whole number a cell holds, 0 when blank, None when it holds anything else."""
    if not cell.text.strip():
        return 0
    if isinstance(cell.value, bool) or cell.doubtful:
        return None
    if isinstance(cell.value, int | Decimal):
        return int(cell.value) if cell.value == int(cell.value) else None
    return int(cell.text) if cell.text.strip().isdecimal() else None


def _borne_out(placed: tuple[Placement, ...], form: Form) -> tuple[Placement, ...]:
    """The placements with columns taken by order made certain, when the rows that use one column only bear the order out.

    Figures in further columns without a name may as well be the ones meant.
    """
    columns = placed[0].row.columns
    further = (*columns.others, *(column for _, column in columns.alternatives))
    if any(_whole(each.row.cell(column)) for each in placed for column in further):
        return placed
    support = dict.fromkeys((key for key, _ in columns.quantities), 0)
    for each in placed:
        own = form.indicators[each.indicator].columns
        if len(own) != 1 or own[0] not in support:
            continue
        filled = [key for key, column in columns.quantities if each.row.cell(column).text.strip()]
        if filled == [own[0]]:
            support[own[0]] += 1
        elif filled:
            return placed
    if not all(support.values()):
        return placed
    return _with(placed, replace(columns, uncertain=frozenset()))
