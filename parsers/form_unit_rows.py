"""Reads a table that lists the units, one row each: the filled rows, each as a form of its own under the name that it bears.

Whose mail it is decides elsewhere which row counts; a mail with one filled row says by that row's name whose it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from config.campaign import Form, Indicator
from config.vietnamese import fold
from parsers.form_blocks import Row, row_number_of
from parsers.form_header import Columns, header_kinds, read_header
from parsers.form_header_texts import numbers_columns
from parsers.form_own_headings import GROUPS_JOIN, is_own_heading
from parsers.form_values import RowReader
from parsers.grid import CellKind, Sheet
from parsers.values import FormReading, ValueStatus

_HEADER_WITHIN = 60  # rows
_DEEPEST_HEADER = 6
_ENOUGH = 0.6  # of the form's columns must be there by their own headings
_MOST_LINES = 12
_LONG = 200
_FIGURE = re.compile(r"\s*\d")
_SUM_ROW = re.compile(
    r"^(?:tong|tong cong|tong so|cong|cong chung|toan (?:huyen|xa|tinh|thanh pho|thi xa|nganh)|total|grand total|sum|all \w+)\b"
)


def read_unit_rows(sheets: Sequence[Sheet], form: Form, *, year: int) -> tuple[FormReading, ...]:
    """One reading for every filled row; one blank reading when the table is there and nothing is filled in.

    The name of the row is part of the heading, and so evidence of whose mail it is, only where no other row is filled.
    """
    found = [each for sheet in sheets if not sheet.hidden for each in _read(sheet, form, year)]
    filled = [each for each in found if not each.blank]
    if len(filled) == 1:
        return (replace(filled[0], heading="\n".join(line for line in (filled[0].row_name, filled[0].heading) if line)),)
    return tuple(filled or found[:1])


def _read(sheet: Sheet, form: Form, year: int) -> Iterator[FormReading]:
    band = _band(sheet, form)
    if band is None:
        return
    label = _label_column(sheet, band, form)
    columns = read_header(sheet, band, label, (1, sheet.last_column), form, year).columns
    matched = len(columns.quantities) - len(columns.uncertain)
    if matched < max(1, round(len(form.quantity_columns) * _ENOUGH)):
        return
    above = "\n".join(_lines(sheet, range(1, band[0])))
    reader = RowReader(form=form, year=year)
    rows = [row for row in _rows(sheet, columns, band[1] + 1) if _is_filled(row) and not _SUM_ROW.match(fold(row.label))]
    for row in rows:
        own = reader.read(row, _indicator(form), certain=True)
        yield FormReading(
            sheet=sheet.name,
            values=own.values,
            findings=own.findings,
            heading=above,
            row_name=row.label,
            matched=matched,
            blank=all(value.status is ValueStatus.EMPTY for value in own.values),
        )
    if not rows:
        yield FormReading(sheet=sheet.name, values=(), findings=(), heading=above, matched=matched, blank=True)


def _is_filled(row: Row) -> bool:
    """Whether a figure stands in the row: signatures and dates below the table stand in its columns, too."""
    return any(_FIGURE.match(row.cell(column).text) for column in row.columns.value_columns)


def _indicator(form: Form) -> Indicator:
    return form.indicators[0]


def _band(sheet: Sheet, form: Form) -> tuple[int, int] | None:
    """The header rows: from the first row that names two things of the form to the last that holds nothing but its headings."""
    last_column = sheet.last_column
    for top in range(1, min(sheet.last_row, _HEADER_WITHIN) + 1):
        kinds = header_kinds(sheet, top, 1, last_column, form.columns)
        if len(kinds) < 2 or len(set(kinds)) < 2:  # noqa: PLR2004 - one thing may stand anywhere
            continue
        bottom = top
        while bottom < top + _DEEPEST_HEADER and _only_headings(sheet, bottom + 1, form):
            bottom += 1
        return top, bottom
    return None


def _only_headings(sheet: Sheet, row: int, form: Form) -> bool:
    texts = [cell.text for (number, _), cell in sheet.cells.items() if number == row]
    left_out = {fold(line) for heading in form.left_out for line in heading.split(GROUPS_JOIN)}
    return bool(texts) and all(is_own_heading(text, form.columns) or fold(text) in left_out for text in texts)


def _label_column(sheet: Sheet, band: tuple[int, int], form: Form) -> int:
    """The column of the units' names: by its heading, else the first with words below the header."""
    headings = {fold(text) for each in form.columns if each.kind == "label" for text in (each.header, *each.aliases)} - {""}
    for (row, column), cell in sorted(sheet.cells.items()):
        if band[0] <= row <= band[1] and fold(cell.text) in headings:
            return column
    below = (
        column
        for (row, column), cell in sorted(sheet.cells.items(), key=lambda each: (each[0][1], each[0][0]))
        if row > band[1] and cell.kind is CellKind.TEXT and len(fold(cell.text)) > 3  # noqa: PLR2004 - no row number
    )
    return next(below, 1)


def _rows(sheet: Sheet, columns: Columns, start: int) -> Iterator[Row]:
    start += numbers_columns(sheet, start)
    for number in range(start, sheet.last_row + 1):
        yield Row(
            sheet=sheet,
            numbers=(number,),
            label=" ".join(sheet.at(number, columns.label).text.split())[:_LONG],
            row_number=row_number_of(sheet.at(number, columns.row_number or 0)),
            unit="",
            columns=columns,
            hidden=number in sheet.hidden_rows,
        )


def _lines(sheet: Sheet, rows: range) -> list[str]:
    found: dict[int, list[str]] = {}
    for (row, _), cell in sorted(sheet.cells.items()):
        if row in rows:
            found.setdefault(row, []).append(cell.text.strip())
    return [" ".join(found[row]) for row in sorted(found)][-_MOST_LINES:]
