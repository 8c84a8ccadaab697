"""Text boxes drawn on a sheet are read: the letterhead that says who reports, and a figure that lies over a blank cell."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Mapping

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from parsers import content_type
from parsers.grid import Sheet
from parsers.spreadsheets import SpreadsheetError, read_sheets
from tests.parsers.spreadsheet_samples import ods, xlsb, xlsb_cell, xlsb_row
from tests.requirements import LIBREOFFICE, need
from tests.scoreboard.formats import converted
from tests.servers_libreoffice import LibreOffice

_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/{}"
_RELATIONS = "http://schemas.openxmlformats.org/{}/2006/relationships"
_RELATION = (
    f'<Relationships xmlns="{_RELATIONS.format("package")}"><Relationship Id="rIdBox" '
    f'Type="{_RELATIONS.format("officeDocument")}/drawing" Target="../drawings/box.xml"/></Relationships>'
)
Area = tuple[int, int, int, int]


def _corner(name: str, row: int, column: int) -> str:
    inside = 9_000 if name == "from" else 150_000
    return (
        f"<xdr:{name}><xdr:col>{column - 1}</xdr:col><xdr:colOff>{inside}</xdr:colOff>"
        f"<xdr:row>{row - 1}</xdr:row><xdr:rowOff>{inside}</xdr:rowOff></xdr:{name}>"
    )


def _drawing(boxes: Mapping[Area, str]) -> str:
    """A drawing with these texts; each lies from the upper left cell to the lower right one."""
    shapes = []
    for number, ((top, left, bottom, right), text) in enumerate(boxes.items(), start=2):
        paragraphs = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in text.split("\n"))
        shapes.append(
            f"<xdr:twoCellAnchor>{_corner('from', top, left)}{_corner('to', bottom, right)}"
            f'<xdr:sp><xdr:nvSpPr><xdr:cNvPr id="{number}" name="Box {number}"/><xdr:cNvSpPr txBox="1"/></xdr:nvSpPr>'
            '<xdr:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="900000" cy="300000"/></a:xfrm>'
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr>'
            f"<xdr:txBody><a:bodyPr/>{paragraphs}</xdr:txBody></xdr:sp><xdr:clientData/></xdr:twoCellAnchor>"
        )
    names = f'xmlns:xdr="{_DRAWING.format("spreadsheetDrawing")}" xmlns:a="{_DRAWING.format("main")}"'
    return f"<xdr:wsDr {names}>{''.join(shapes)}</xdr:wsDr>"


def _with_boxes(book: bytes, boxes: Mapping[Area, str], sheet: str = "sheet1.xml", *, lost: int = 0) -> bytes:
    """A workbook with a drawing on its first sheet, of which so many letters are lost at its end."""
    drawing = _drawing(boxes)
    stream = io.BytesIO()
    tag = f'<drawing xmlns:r="{_RELATIONS.format("officeDocument")}" r:id="rIdBox"/></worksheet>'.encode()
    kind = b'<Override PartName="/xl/drawings/box.xml" ContentType="application/vnd.openxmlformats-officedocument.drawing+xml"/>'
    with zipfile.ZipFile(io.BytesIO(book)) as source, zipfile.ZipFile(stream, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part = part.replace(b"</worksheet>", tag)
            target.writestr(name, part.replace(b"</Types>", kind + b"</Types>"))
        target.writestr("xl/drawings/box.xml", drawing[: len(drawing) - lost])
        target.writestr(f"xl/worksheets/_rels/{sheet}.rels", _RELATION)
    return stream.getvalue()


def _table() -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page["D1"] = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    for row in range(4, 8):
        for column, text in enumerate((row, "Xóa mù chữ", "lớp/người", 3), start=1):
            page.cell(row, column, text)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


_BOXES: Mapping[Area, str] = {
    (1, 1, 2, 2): "ỦY BAN NHÂN DÂN\nXÃ QUÀI TỞ",
    (5, 5, 5, 5): "120",
    (6, 4, 6, 5): "45 người",
    (7, 5, 7, 6): "Số liệu do trường cung cấp",
}


def _assert_read(sheet: Sheet) -> None:
    assert sheet.at(1, 1).text.split("\n") == ["ỦY BAN NHÂN DÂN", "XÃ QUÀI TỞ"]
    assert (sheet.at(5, 5).text, sheet.at(5, 5).doubt) == ("120", "place_uncertain")
    assert sheet.at(6, 4).text == "3"  # what the cell itself says stays
    assert sheet.at(6, 5).text == "45 người"
    assert sheet.at(7, 5).text == ""  # words are no figure of the table: they follow it
    assert sheet.at(8, 1).text == "Số liệu do trường cung cấp"


def test_boxes_of_a_workbook() -> None:
    (sheet,) = read_sheets(_with_boxes(_table(), _BOXES), content_type.XLSX).sheets
    _assert_read(sheet)


@pytest.mark.parametrize(("extension", "media_type"), [("xls", content_type.XLS), ("ods", content_type.ODS)])
def test_boxes_of_a_workbook_that_another_program_wrote(extension: str, media_type: str) -> None:
    office = LibreOffice(program=need(LIBREOFFICE))
    (sheet,) = read_sheets(converted(_with_boxes(_table(), _BOXES), "xlsx", extension, office), media_type).sheets
    _assert_read(sheet)


def test_boxes_of_a_binary_workbook() -> None:
    data = xlsb(xlsb_row(3) + xlsb_cell(7, 0, 0, bytes(4)), ["Xóa mù chữ"])
    (sheet,) = read_sheets(_with_boxes(data, {(4, 2, 4, 2): "120"}, "sheet1.bin"), content_type.XLSB).sheets
    assert (sheet.at(4, 1).text, sheet.at(4, 2).text) == ("Xóa mù chữ", "120")


def test_the_box_of_a_comment_is_none() -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page["A1"] = "Số lớp"
    page["A1"].comment = Comment("ghi 99 vào đây", "a")
    stream = io.BytesIO()
    book.save(stream)
    office = LibreOffice(program=need(LIBREOFFICE))
    for extension, media_type in (("xlsx", content_type.XLSX), ("xls", content_type.XLS), ("ods", content_type.ODS)):
        data = stream.getvalue() if extension == "xlsx" else converted(stream.getvalue(), "xlsx", extension, office)
        (sheet,) = read_sheets(data, media_type).sheets
        assert {cell.text for cell in sheet.cells.values()} == {"Số lớp"}, extension


def test_a_box_whose_object_is_wanting_is_no_accident() -> None:
    book = converted(_with_boxes(_table(), _BOXES), "xlsx", "xls", LibreOffice(program=need(LIBREOFFICE)))
    lost = book.replace(b"\x5d\x00\x1a\x00\x15\x00\x12\x00", b"\x5e\x00\x1a\x00\x15\x00\x12\x00")
    assert lost != book
    with pytest.raises(SpreadsheetError):
        read_sheets(lost, content_type.XLS)


def test_a_damaged_drawing_hides_no_table() -> None:
    (sheet,) = read_sheets(_with_boxes(_table(), _BOXES, lost=200), content_type.XLSX).sheets
    assert sheet.at(4, 2).text == "Xóa mù chữ"
    assert "XÃ QUÀI TỞ" in sheet.at(1, 1).text  # what came before the damage


def test_a_drawing_without_end_takes_no_time() -> None:
    shape = f"<draw:frame>{'<text:p>a</text:p>' * 100_000}</draw:frame>"
    cell = '<table:table-cell office:value-type="string"><text:p>Xóa mù chữ</text:p></table:table-cell>'
    rows = f"<table:table-row><table:table-cell>{shape}</table:table-cell>{cell}</table:table-row>"
    started = time.process_time()
    (sheet,) = read_sheets(ods(f'<table:table table:name="A" xmlns:draw="d">{rows}</table:table>'), content_type.ODS).sheets
    assert time.process_time() - started < 2
    assert sheet.at(1, 2).text == "Xóa mù chữ"
