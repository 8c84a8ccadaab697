"""A form as a printed table: its two-row header and, for each indicator, which cells hold what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from config.campaign import Column, ColumnKind, Form, Indicator, IndicatorRole, IndicatorType
from config.text import Language, Text

NAMELESS = Text(vi="Nội dung", en="Content")
"""The header of the label column where the form prints none."""


class CellRole(StrEnum):
    """What a cell of an indicator's row is for."""

    ROW_NUMBER = "row_number"
    LABEL = "label"
    UNIT = "unit"
    FIGURE = "figure"
    TEXT = "text"
    NOTE = "note"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormCell:
    """One cell of an indicator's row, over columns `first` to `last` (1-based); `key` is the column its value is kept under."""

    first: int
    last: int
    role: CellRole
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRow:
    """One indicator's row; a heading is printed bold."""

    indicator: Indicator
    heading: bool
    cells: tuple[FormCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderCell:
    """One cell of the header: rows 0 and 1, columns 1-based, all inclusive."""

    top: int
    first: int
    bottom: int
    last: int
    text: str


def form_widths(form: Form) -> tuple[float, ...]:
    """The widths of the form's columns on a sheet, in digits: quantities wide enough for money."""
    quantities = sum(1 for column in form.columns if column.kind is ColumnKind.QUANTITY)
    widths = {
        ColumnKind.ROW_NUMBER: 6.0,
        ColumnKind.LABEL: 50.0,
        ColumnKind.UNIT: 14.0,
        ColumnKind.QUANTITY: 13.0 if quantities > 1 else 16.0,
        ColumnKind.NOTE: 24.0,
    }
    return tuple(widths[column.kind] for column in form.columns)


def form_header(form: Form, language: Language, extra: Sequence[str] = ()) -> tuple[HeaderCell, ...]:
    """The header's cells from left to right, merged as the form prints them; `extra` are headers of columns after the form's."""
    cells: list[HeaderCell] = []
    for place, column in enumerate(form.columns, 1):
        name = column.header or (NAMELESS.in_(language) if column.kind is ColumnKind.LABEL else "")
        if not column.group_header:
            cells.append(HeaderCell(top=0, first=place, bottom=1, last=place, text=name))
            continue
        open_group = next((each for each in reversed(cells) if each.top == 0), None)
        if open_group and open_group.bottom == 0 and open_group.last == place - 1 and open_group.text == column.group_header:
            cells.remove(open_group)
            first = open_group.first
        else:
            first = place
        cells.append(HeaderCell(top=0, first=first, bottom=0, last=place, text=column.group_header))
        cells.append(HeaderCell(top=1, first=place, bottom=1, last=place, text=name))
    places = range(len(form.columns) + 1, len(form.columns) + 1 + len(extra))
    cells += [HeaderCell(top=0, first=at, bottom=1, last=at, text=text) for at, text in zip(places, extra, strict=True)]
    return tuple(cells)


def form_rows(form: Form) -> tuple[FormRow, ...]:
    """The rows of the form's indicators, top to bottom."""
    return tuple(
        FormRow(indicator=indicator, heading=_is_heading(indicator), cells=tuple(_cells(form, indicator)))
        for indicator in form.indicators
    )


def _is_heading(indicator: Indicator) -> bool:
    return indicator.parent is None or indicator.role in (IndicatorRole.GROUP, IndicatorRole.TOTAL)


def _cells(form: Form, indicator: Indicator) -> list[FormCell]:
    area = _area(form, indicator)
    cells = []
    for place, column in enumerate(form.columns, 1):
        if area and place == area[0]:
            role = CellRole.TEXT if indicator.type is IndicatorType.TEXT else CellRole.FIGURE
            cells.append(FormCell(first=area[0], last=area[1], role=role, key=indicator.columns[0]))
        elif not area or not area[0] < place <= area[1]:
            cells.append(_cell(indicator, column, place))
    return cells


def _cell(indicator: Indicator, column: Column, place: int) -> FormCell:
    plain = {
        ColumnKind.ROW_NUMBER: CellRole.ROW_NUMBER,
        ColumnKind.LABEL: CellRole.LABEL,
        ColumnKind.UNIT: CellRole.UNIT,
        ColumnKind.NOTE: CellRole.NOTE,
    }
    role = plain.get(column.kind)
    if role is None:
        asked = CellRole.TEXT if indicator.type is IndicatorType.TEXT else CellRole.FIGURE
        role = asked if column.key in indicator.columns else CellRole.NOT_ASKED
    return FormCell(first=place, last=place, role=role, key=column.key)


def _area(form: Form, indicator: Indicator) -> tuple[int, int] | None:
    """The columns that an indicator fills as one: money or text of a form that has no column of that kind."""
    kinds = {column.key: column.kind for column in form.columns}
    if not indicator.columns or any(kinds.get(key) is ColumnKind.QUANTITY for key in indicator.columns):
        return None
    places = [at for at, column in enumerate(form.columns, 1) if column.kind is ColumnKind.QUANTITY]
    if not places:
        return None
    first = last = places[0]
    while last + 1 in places:
        last += 1
    is_text = indicator.type is IndicatorType.TEXT
    if is_text and last < len(form.columns) and form.columns[last].kind is ColumnKind.NOTE:
        last += 1
    return first, last
