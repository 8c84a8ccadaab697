"""A text too long for its cell is cut off in print: the part of a letter beyond the border is no figure of the next cell."""

from __future__ import annotations

import io

import openpyxl
from openpyxl.styles import Border, Side
from openpyxl.worksheet.worksheet import Worksheet

from parsers import content_type
from parsers.writing import read_writing
from tests.requirements import LIBREOFFICE, need
from tests.scoreboard.formats import converted
from tests.servers_libreoffice import LibreOffice

_LINE = Side(style="thin")


def test_a_cell_that_was_cut_off_and_the_one_it_runs_into_are_in_doubt_and_no_others() -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    for row in range(1, 13):
        for column, text in enumerate((row, "Chữ", "12.000.000 đồng" if row == 7 else "4 lớp", "45"), start=1):
            page.cell(row, column, text).border = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
    stream = io.BytesIO()
    book.save(stream)
    printed = converted(stream.getvalue(), "xlsx", "pdf", LibreOffice(program=need(LIBREOFFICE)))
    (table,) = read_writing(printed, content_type.PDF).tables
    assert table.at(7, 3).text != "12.000.000 đồng"  # as it is printed
    assert {place for place, cell in table.cells.items() if cell.doubtful} == {(7, 3), (7, 4)}
