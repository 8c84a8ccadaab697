"""Marking a unit's own workbook: cells coloured and commented, nothing else changed, hostile files refused."""

from __future__ import annotations

import io
import shutil
import subprocess
import warnings
import zipfile
from pathlib import Path

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
    assert sheet["B2"].comment.text == "Thubao:\nxem lại B2"
    assert sheet["B2"].fill.start_color.rgb != sheet["C3"].fill.start_color.rgb
    assert sheet["A1"].comment.text == "Thubao:\nxem lại B1"  # a merged cell is marked where it shows
    assert "xem lại D4" in sheet["D4"].comment.text
    assert "của xã" in sheet["D4"].comment.text


MESS = Path(__file__).parent / "workbooks" / "everything.xlsx"
"""A sheet with most of what Excel offers, written by XlsxWriter: a text box, a button, a tick box, sparklines, bars and icons in
cells, lists from another sheet, rich text, a comment of the unit's, a picture, charts, a hidden and a protected sheet."""


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def comments(data: bytes, sheet: str) -> dict[str, str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cells = [cell for row in openpyxl.load_workbook(io.BytesIO(data))[sheet] for cell in row]
    return {cell.coordinate: cell.comment.text for cell in cells if cell.comment}


def test_whatever_else_a_workbook_holds_goes_back_byte_for_byte() -> None:
    before = MESS.read_bytes()
    after = mark_up(before, tuple(_note(cell, sheet="Biểu 1") for cell in ("D7", "D5", "B20", "Z7")))
    own, marked = parts(before), parts(after)
    assert list(marked) == list(own)
    changed = {name for name in own if own[name] != marked[name]}
    assert changed == {"xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml"}
    sheet = marked["xl/worksheets/sheet1.xml"].decode()
    for kept in ("x14:sparkline ", "x14:dataBar", "dataValidation ", "sheetProtection", "<f>SUM(C5:C12)</f><v>180</v>"):
        assert kept.strip() in sheet
    assert b"Button1_Click" in marked["xl/drawings/vmlDrawing1.vml"]
    assert set(comments(after, "Biểu 1")) == {"D7", "D5", "B20", "Z7"}
    assert comments(after, "Biểu 1")["D5"].endswith("của xã: đã đối chiếu")


def test_marks_of_the_last_round_are_taken_out_before_the_next() -> None:
    """Not one comment piles up, a mended cell loses our colour, and what the unit wrote itself stays."""
    first = mark_up(MESS.read_bytes(), tuple(_note(cell, sheet="Biểu 1") for cell in ("D7", "D5", "E6")))
    second = mark_up(first, (_note("C6", sheet="Biểu 1"), _note("D5", sheet="Biểu 1")))
    third = mark_up(second, (_note("C6", sheet="Biểu 1"),))
    assert comments(third, "Biểu 1") == {"C6": "Thubao:\nxem lại C6", "D5": "của xã: đã đối chiếu"}
    assert comments(second, "Biểu 1")["D5"].count("xem lại") == 1
    shapes = parts(third)["xl/drawings/vmlDrawing1.vml"].decode()
    assert shapes.count('ObjectType="Note"') == 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sheet = openpyxl.load_workbook(io.BytesIO(third))["Biểu 1"]
    assert [sheet[cell].fill.fill_type for cell in ("C6", "D7")] == ["solid", None]
    assert sheet["C7"].fill.start_color.rgb == "FFDDEBF7"  # a colour of the unit's own


def test_a_workbook_that_calc_has_saved_is_marked_anew(tmp_path: Path) -> None:
    """LibreOffice drops who wrote a comment; ours are known by their first line."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed")
    source = tmp_path / "marked.xlsx"
    source.write_bytes(mark_up(MESS.read_bytes(), tuple(_note(cell, sheet="Biểu 1") for cell in ("D7", "D5"))))
    profile = (tmp_path / "profile").as_uri()
    command = [
        "soffice",
        f"-env:UserInstallation={profile}",
        "--headless",
        "--convert-to",
        "xlsx",
        "--outdir",
        str(tmp_path / "lo"),
    ]
    subprocess.run([*command, str(source)], check=True, capture_output=True, timeout=180)
    saved = (tmp_path / "lo" / "marked.xlsx").read_bytes()
    assert set(comments(saved, "Biểu 1")) == {"D5", "D7"}
    again = mark_up(saved, (_note("C6", sheet="Biểu 1"),))
    assert comments(again, "Biểu 1") == {"C6": "Thubao:\nxem lại C6", "D5": "của xã: đã đối chiếu"}


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
