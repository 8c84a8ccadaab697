"""Marks cells of a unit's own workbook: coloured, with a comment that says what to look at. Run in a reading child only."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib
from xml.etree.ElementTree import ParseError as XmlError

import openpyxl
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from config.errors import ParseError
from parsers.cell_notes import CellNote

_MOST_PARTS = 2_000
_MOST_BYTES = 80 * 1024 * 1024
_GRAVE, _DOUBTFUL = "FFFFC7CE", "FFFFF2A8"  # light red: wrong; light yellow: to confirm
_ERRORS = (
    InvalidFileException, zipfile.BadZipFile, zlib.error, XmlError, struct.error, KeyError, ValueError, TypeError, AttributeError,
    IndexError, OSError, EOFError, NotImplementedError, RecursionError, AssertionError,
)  # fmt: skip


def mark_up(data: bytes, notes: tuple[CellNote, ...], author: str = "Thubao") -> bytes:
    """A copy of a .xlsx workbook with these cells coloured and commented; figures and formulas stay as they are.

    Raises:
        ParseError: the file cannot be opened safely, or none of the cells is in it.
    """
    _refuse_bombs(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl names every part of a file that it will not keep
            book = openpyxl.load_workbook(io.BytesIO(data))
            placed = sum(_mark(book[each.sheet], each, author) for each in notes if each.sheet in book.sheetnames)
            target = io.BytesIO()
            book.save(target)
    except _ERRORS as error:
        raise ParseError(f"the workbook cannot be marked: {error}") from error
    if not placed:
        raise ParseError("none of the cells to mark is in the workbook")
    return target.getvalue()


def _refuse_bombs(data: bytes) -> None:
    try:
        entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except _ERRORS as error:
        raise ParseError(f"not a workbook: {error}") from error
    if len(entries) > _MOST_PARTS or sum(each.file_size for each in entries) > _MOST_BYTES:
        raise ParseError("the workbook is too large to be marked")


def _mark(sheet: object, note: CellNote, author: str) -> bool:
    if not isinstance(sheet, Worksheet):  # a chart on a sheet of its own
        return False
    cell = sheet[note.cell]
    if isinstance(cell, MergedCell):
        area = next(each for each in sheet.merged_cells.ranges if note.cell in each)
        cell = sheet.cell(area.min_row, area.min_col)
    if isinstance(cell, tuple | MergedCell):
        return False
    colour = _GRAVE if note.grave else _DOUBTFUL
    cell.fill = PatternFill(fill_type="solid", start_color=colour, end_color=colour)
    earlier = f"\n---\n{cell.comment.text}" if cell.comment else ""
    cell.comment = Comment(note.text + earlier, author, height=110, width=320)
    return True
