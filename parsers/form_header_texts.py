"""What is written above a column of a table, merged areas filled in, and which columns are but a part of another."""

from __future__ import annotations

import itertools
import re

from parsers.grid import Cell, CellKind, Sheet

_LONGEST_PRINTED = 300
_COLUMN_MARK = re.compile(r"[(\[]?([A-Z]|\d{1,2})[)\]]?(?:\s*=[\d\s()+\-*/:x%,]+)?[)\]]?")
_DIGIT = re.compile(r"\d")
_A_DATE = re.compile(r"\bngày\b|\bnăm 20\d\d|\d[/.-]\d{1,2}[/.-]20\d\d(?!\d)", re.IGNORECASE)


def is_spanned(sheet: Sheet, band: tuple[int, int], column: int) -> bool:
    """Whether the column is but the right part of the one beside it: headed by a merged cell, and no figure below.

    Offices merge columns so that a letterhead fits above them; a heading over two that both hold figures heads two.
    """
    spans = [each for each in sheet.merges if each.left < column <= each.right and each.top <= band[1] <= each.bottom]
    if not spans or any(sheet.at(row, column).text for row in range(band[0], band[1] + 1)):
        return False
    return not any(place == column and row > band[1] and _may_be_figure(cell) for (row, place), cell in sheet.cells.items())


def _may_be_figure(cell: Cell) -> bool:
    """Whether anything is counted there; the date above a signature is not."""
    if cell.kind is not CellKind.TEXT:
        return cell.kind is not CellKind.BLANK
    return bool(_DIGIT.search(cell.text)) and not _A_DATE.search(cell.text)


def heading_lines(sheet: Sheet, band: tuple[int, int], column: int) -> tuple[str, ...]:
    """The header texts above a column from top to bottom, merged areas and blank cells to the right filled in."""
    lines: list[str] = []
    for row in range(band[0], band[1] + 1):
        text = _header_text(sheet, row, column)
        if not text and row < band[1] and _header_text(sheet, band[1], column):
            text = _spread_from_left(sheet, row, column, band[1])
        if text and (not lines or lines[-1] != text):
            lines.append(text)
    return tuple(lines)


def _header_text(sheet: Sheet, row: int, column: int) -> str:
    cell = sheet.cells.get((row, column))
    if cell is not None:
        return cell.text.strip()[:_LONGEST_PRINTED]
    for merge in sheet.merges:
        if merge.top <= row <= merge.bottom and merge.left <= column <= merge.right:
            return sheet.at(merge.top, merge.left).text.strip()[:_LONGEST_PRINTED]
    return ""


def _spread_from_left(sheet: Sheet, row: int, column: int, bottom: int) -> str:
    """The text of an unmerged group heading: it stands above its first column only."""
    for left in range(column - 1, max(column - 6, 0), -1):
        if not sheet.at(bottom, left).text:
            return ""
        if text := sheet.at(row, left).text.strip():
            return text
    return ""


def numbers_columns(sheet: Sheet, row: int) -> bool:
    """Whether a row below the header only numbers the columns: "A B 1 2 3", "(1) (2) (3)"."""
    texts = [cell.text.strip() for (number, _), cell in sorted(sheet.cells.items()) if number == row]
    marks = [match for text in texts if (match := _COLUMN_MARK.fullmatch(text))]
    figures = [int(match[1]) for match in marks if match[1].isdigit()]
    follow = all(after == before + 1 for before, after in itertools.pairwise(figures))
    few = len(texts) == 2 and figures == [1, 2]  # noqa: PLR2004 - only the columns of figures are numbered
    many = len(texts) > 2 and bool(figures) and figures[0] <= len(texts)  # noqa: PLR2004 - a table
    return len(marks) == len(texts) and (few or many) and follow
