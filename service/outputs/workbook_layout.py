"""Where everything stands in the workbook: sheet names, the figure columns and rows of the sheet by unit, the sources' rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from openpyxl import Workbook

from config.campaign import Campaign, Indicator, Unit
from config.text import Language, Text
from parsers.values import ValueStatus
from service.outputs.wording import column_header, measure, plain_label
from service.outputs.workbook_cells import Cells, column_letter, quoted_sheet
from service.outputs.workbook_style import Styles
from service.rules.consolidation import Consolidation, Total, UnitLine
from service.rules.submission import UnitValue

SUMMARY = Text(vi="Tổng hợp", en="Summary")
BY_UNIT = Text(vi="Theo đơn vị", en="By unit")
DELIVERY = Text(vi="Tình hình gửi", en="Delivery")
WARNINGS = Text(vi="Cảnh báo", en="Warnings")
SCANS = Text(vi="Đối chiếu bản quét", en="Scans")
SOURCES = Text(vi="Nguồn", en="Sources")
CHANGES = Text(vi="Thay đổi", en="Changes")
CHARTS = Text(vi="Biểu đồ", en="Charts")

FIRST_FIGURE = 4  # after STT, code and name
GROUP_ROW, LABEL_ROW, UNIT_ROW, TOTAL_ROW, COVERAGE_ROW, FIRST_UNIT_ROW = 4, 5, 6, 7, 8, 9
FIRST_SOURCE_ROW = 5
MOST_LINKS = 65_000
"""Spreadsheets drop the links of a sheet that has more than 65,530."""

_IN_BRACKETS = re.compile(r"\s*\([^()]*\)")
_LONG_LABEL = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureColumn:
    """One column of the sheet by unit: an indicator's column. `root` is the top-level indicator it stands under."""

    indicator: Indicator
    column: str
    place: int
    root: Indicator

    @property
    def letter(self) -> str:
        """Its letters."""
        return column_letter(self.place)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRow:
    """One unit on the sheet by unit: its row, and on the sources sheet the row of its first value, and how many it has."""

    line: UnitLine
    row: int
    first_source: int
    sources: int


class Layout:
    """The places of one consolidation's workbook."""

    def __init__(self, campaign: Campaign, consolidation: Consolidation, language: Language) -> None:
        self.campaign = campaign
        self.consolidation = consolidation
        self.language = language

    def name(self, sheet: Text) -> str:
        """The sheet's name in the workbook's language."""
        return sheet.in_(self.language)

    @cached_property
    def figures(self) -> tuple[FigureColumn, ...]:
        """All figure columns, left to right in the form's order."""
        by_code = {indicator.code: indicator for indicator in self.campaign.form.indicators}
        pairs = [(indicator, column) for indicator in self.campaign.form.indicators for column in indicator.columns]
        return tuple(
            FigureColumn(indicator=indicator, column=column, place=place, root=_root(indicator, by_code))
            for place, (indicator, column) in enumerate(pairs, FIRST_FIGURE)
        )

    @cached_property
    def figure_by_key(self) -> dict[tuple[str, str], FigureColumn]:
        """The figure columns by indicator code and column key."""
        return {(each.indicator.code, each.column): each for each in self.figures}

    @cached_property
    def totals(self) -> dict[tuple[str, str], Total]:
        """The totals by indicator code and column key."""
        return {(each.indicator, each.column): each for each in self.consolidation.totals}

    @cached_property
    def units(self) -> dict[str, Unit]:
        """The roster by code."""
        return {unit.code: unit for unit in self.campaign.roster}

    @cached_property
    def expected(self) -> int:
        """How many units owe a report, counted once: every figure's coverage tells it."""
        return self.consolidation.expected

    @property
    def last_unit_row(self) -> int:
        """The last row with a unit on the sheet by unit."""
        return FIRST_UNIT_ROW + len(self.consolidation.units) - 1

    @property
    def source_count(self) -> int:
        """How many values the sources sheet lists."""
        return sum(unit.sources for unit in self.unit_rows)

    @cached_property
    def unit_rows(self) -> tuple[UnitRow, ...]:
        """The units with their rows, in order."""
        rows = []
        first = FIRST_SOURCE_ROW
        for row, line in enumerate(self.consolidation.units, FIRST_UNIT_ROW):
            sources = len(listed_values(line))
            rows.append(UnitRow(line=line, row=row, first_source=first, sources=sources))
            first += sources
        return tuple(rows)

    def unit_range(self, figure: FigureColumn) -> str:
        """The cells of all units in a figure column, as a formula on any sheet writes them."""
        letter = figure.letter
        return f"{quoted_sheet(self.name(BY_UNIT))}!${letter}${FIRST_UNIT_ROW}:${letter}${self.last_unit_row}"

    def short_name(self, code: str) -> str:
        """A unit's name as lists write it, "Quài Tở"; the code of a unit that is not on the roster."""
        unit = self.units.get(code)
        return unit.name if unit is not None else code

    def full_name(self, code: str) -> str:
        """A unit's name with what it is, "xã Quài Tở"; the code of a unit that is not on the roster."""
        unit = self.units.get(code)
        return unit.full_name if unit is not None else code

    def short_label(self, indicator: Indicator) -> str:
        """The indicator's label without what it says in brackets when it is long."""
        full = plain_label(indicator, self.language)
        return _IN_BRACKETS.sub("", full) if len(full) > _LONG_LABEL else full

    def measure(self, indicator: Indicator, column: str) -> str:
        """What a column of an indicator counts, as the form prints it."""
        return measure(self.campaign, indicator, column, self.language)

    def column_words(self, indicator: Indicator | None, column: str) -> str:
        """A column by the form's header; by what it counts where the form has no such column."""
        if indicator is None or any(each.key == column for each in self.campaign.form.columns):
            return self.column_header(column)
        return self.measure(indicator, column)

    def column_header(self, column: str) -> str:
        """The form's header of a column, its key if the form has no such column."""
        return column_header(self.campaign, column)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A workbook being made: openpyxl's frame, its styles, its cells, and the layout."""

    workbook: Workbook
    styles: Styles
    cells: Cells
    layout: Layout


def listed_values(line: UnitLine) -> list[UnitValue]:
    """The values of a unit that the sources sheet lists: all but the blank ones."""
    return [value for value in line.submission.values if value.status is not ValueStatus.EMPTY]


def _root(indicator: Indicator, by_code: dict[str, Indicator]) -> Indicator:
    seen = {indicator.code}
    while indicator.parent is not None and indicator.parent in by_code and indicator.parent not in seen:
        indicator = by_code[indicator.parent]
        seen.add(indicator.code)
    return indicator
