"""Marking a unit's own workbook: cells coloured and commented, nothing else changed, hostile files refused."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from openpyxl.comments import Comment

from config.errors import ParseError
from parsers.cell_notes import CellNote
from parsers.mark_up import mark_up


def _book() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Biểu"
    sheet["A1"], sheet["B2"], sheet["C3"], sheet["D4"] = "tiêu đề", "5 triệu", "=1+2", 7
    sheet.merge_cells("A1:C1")
    sheet["D4"].comment = Comment("của xã", "xã")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _note(cell: str, *, sheet: str = "Biểu", grave: bool = False) -> CellNote:
    return CellNote(sheet=sheet, cell=cell, text=f"xem lại {cell}", grave=grave)


def test_cells_are_marked_and_figures_stay() -> None:
    marked = mark_up(_book(), (_note("B2", grave=True), _note("C3"), _note("D4"), _note("B1")))
    sheet = openpyxl.load_workbook(io.BytesIO(marked))["Biểu"]
    assert (sheet["B2"].value, sheet["C3"].value, sheet["D4"].value) == ("5 triệu", "=1+2", 7)
    assert sheet["B2"].comment.text == "xem lại B2"
    assert sheet["B2"].fill.start_color.rgb != sheet["C3"].fill.start_color.rgb
    assert sheet["A1"].comment.text == "xem lại B1"  # a merged cell is marked where it shows
    assert "xem lại D4" in sheet["D4"].comment.text
    assert "của xã" in sheet["D4"].comment.text


@pytest.mark.parametrize(
    "notes", [(), (_note("B2", sheet="không có"),), (_note("không phải ô"),)], ids=["no notes", "no such sheet", "no such cell"]
)
def test_nothing_to_mark_is_an_error(notes: tuple[CellNote, ...]) -> None:
    with pytest.raises(ParseError):
        mark_up(_book(), notes)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 cut", b"\xd0\xcf\x11\xe0 old"])
def test_what_is_no_workbook_is_refused(data: bytes) -> None:
    with pytest.raises(ParseError):
        mark_up(data, (_note("B2"),))


def test_a_bomb_is_refused_before_it_is_opened() -> None:
    stream = io.BytesIO(_book())
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/bomb.xml", b" " * (81 * 1024 * 1024))
    with pytest.raises(ParseError, match="too large"):
        mark_up(stream.getvalue(), (_note("B2"),))
