"""A form table as rows with columns, and how the blocks it was cut into are put together again."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, replace
from datetime import date

from parsers.form_header import Columns
from parsers.grid import BLANK_CELL, Cell, CellKind, Sheet
from parsers.labels import LabelIndex

_LETTERED = re.compile(r"[A-Z]{1,3}\d+$")
_TABLED = re.compile(r"(T\d+)R\d+C\d+$")
_ROW_NUMBER = re.compile(r"^\s*\(?(\d{1,3}(?:\.\d{1,3})*|[IVX]{1,4}|[a-z])\s*[.)]?\s*$")
_OVERLAP = 3  # rows that a continued page may repeat


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a form table: its label and where it stands. Two sheet rows when a label was wrapped over two."""

    sheet: Sheet
    numbers: tuple[int, ...]
    label: str
    row_number: str
    unit: str
    columns: Columns
    hidden: bool = False
    behind: str = ""  # what is written behind the label in its own cell, of a row of free text
    beside: str = ""  # the words of a cell left of the label, which head this row and those below: "Mầm non"

    def cell(self, column: int | None) -> Cell:
        """The cell of the row in that column, the first that holds something if there are two."""
        if column is None:
            return BLANK_CELL
        for number in self.numbers:
            cell = self.sheet.cells.get((number, column))
            if cell is not None:
                return cell
        return Cell(kind=CellKind.BLANK, address=_address(self.sheet, self.numbers[0], column))

    def written(self, column: int | None) -> str:
        """The words of the row in that column; those of a row that goes on on the next page together."""
        cells = (self.sheet.cells.get((number, column)) for number in self.numbers) if column is not None else ()
        return " ".join(said for cell in cells if cell is not None and (said := _said(cell)))

    def has_value(self) -> bool:
        """Whether any quantity column holds something."""
        return any((number, column) in self.sheet.cells for column in self.columns.value_columns for number in self.numbers)


def _said(cell: Cell) -> str:
    """The words of a cell; a date as it is written in letters."""
    return f"{cell.value:%d/%m/%Y}" if isinstance(cell.value, date) else cell.text.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A part of a table on one sheet: its rows from `top` (the header included) to `bottom`, between two columns."""

    sheet: Sheet
    top: int
    bottom: int
    left: int
    right: int
    rows: tuple[Row, ...]
    has_header: bool
    indicators: frozenset[int]  # found with certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A form table put together from its blocks."""

    blocks: tuple[Block, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows in reading order."""
        return tuple(row for block in self.blocks for row in block.rows)

    @property
    def indicators(self) -> frozenset[int]:
        """The indicators whose labels were surely seen."""
        return frozenset().union(*(block.indicators for block in self.blocks))

    @property
    def hidden(self) -> bool:
        """Whether it stands on a hidden sheet."""
        return all(block.sheet.hidden for block in self.blocks)


def _address(sheet: Sheet, row: int, column: int) -> str:
    """The address a blank cell has, in the manner of the sheet's other cells."""
    return _like(next(iter(sheet.cells.values())).address if sheet.cells else "", row, column)


@functools.lru_cache(maxsize=4096)
def _like(sample: str, row: int, column: int) -> str:
    if _LETTERED.match(sample):
        from parsers.spreadsheet_cells import address_of  # openpyxl is long to load, and looking at the board reads no sheet

        return address_of(row, column)
    table = _TABLED.match(sample)
    return f"{table[1]}R{row}C{column}" if table else ""


def row_number_of(cell: Cell) -> str:
    """The row number written in a cell, "" when it holds something else."""
    match = _ROW_NUMBER.match(cell.text)
    return match[1] if match else ""


def joined_blocks(blocks: list[Block], index: LabelIndex) -> list[Table]:
    """Blocks whose labels complete each other make one table; blocks that repeat labels are tables of their own."""
    tables: list[list[Block]] = []
    for block in blocks:
        if tables:
            seen = frozenset().union(*(each.indicators for each in tables[-1]))
            again = sum(not index.generic[each] for each in block.indicators & seen)
            goes_on = block.sheet is tables[-1][-1].sheet or min(block.indicators) + _OVERLAP >= max(seen)
            if goes_on and again * 4 <= len(block.indicators) and again * 2 <= len(seen):
                tables[-1].append(block)
                continue
        tables.append([block])
    return [Table(blocks=tuple(each)) for each in tables]


def with_columns(block: Block, before: list[Block]) -> Block:
    """A block without header of its own takes the columns of the block before it when they stand in the same place."""
    if not before or not block.rows:
        return block
    last = next((each for each in reversed(before) if each.has_header and each.rows), None)
    if last is None or (block.has_header and not _poorer(block.rows[0].columns, last.rows[0].columns)):
        return block
    shift = block.rows[0].columns.label - last.rows[0].columns.label
    if shift and block.sheet is last.sheet and last.top <= block.top <= last.bottom:
        columns = _shifted(last.rows[0].columns, shift)  # beside it: the second half of a table cut for the page
    elif not shift:
        columns = last.rows[0].columns
    else:
        return block
    if _has_figures_for_units(block, columns):
        return block
    rows = tuple(
        replace(
            row, columns=columns, unit=row.cell(columns.unit).text.strip(), row_number=row_number_of(row.cell(columns.row_number))
        )
        for row in block.rows
    )
    return replace(block, rows=rows)


def _has_figures_for_units(block: Block, columns: Columns) -> bool:
    """Whether figures stand where these columns have the units: the block has one column less or more before them."""
    if columns.unit is None:
        return False
    units = [text for row in block.rows if (text := row.cell(columns.unit).text.strip())]
    return 2 * sum(text[0].isdigit() for text in units) > len(units)


def _poorer(columns: Columns, full: Columns) -> bool:
    """Whether a repeated header names less than the first one and contradicts it nowhere."""
    same = all(
        one is None or one == other
        for one, other in (
            (columns.row_number, full.row_number),
            (columns.unit, full.unit),
            (columns.note, full.note),
        )
    )
    named = all(each in full.quantities for each in columns.quantities if each[0] not in columns.uncertain)
    fewer = len(columns.quantities) < len(full.quantities)
    return same and named and columns.label == full.label and full.single is None and fewer


def _shifted(columns: Columns, shift: int) -> Columns:
    def moved(column: int | None) -> int | None:
        return None if column is None else column + shift

    return replace(
        columns,
        label=columns.label + shift,
        row_number=moved(columns.row_number),
        unit=moved(columns.unit),
        note=moved(columns.note),
        quantities=tuple((key, column + shift) for key, column in columns.quantities),
        single=moved(columns.single),
        money=moved(columns.money),
        others=tuple(column + shift for column in columns.others),
        alternatives=tuple((key, column + shift) for key, column in columns.alternatives),
        rivals=tuple((key, column + shift) for key, column in columns.rivals),
        factors=tuple((column + shift, factor) for column, factor in columns.factors),
        ignored=tuple(column + shift for column in columns.ignored),
    )
