"""A small digit above the line is the mark of a footnote, never a digit of the figure, in whatever a clerk writes."""

from __future__ import annotations

import io
import struct

import docx
import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.worksheet.worksheet import Worksheet

from parsers import content_type
from parsers.spreadsheets import read_sheets
from parsers.writing import read_html, read_writing
from tests.parsers.spreadsheet_samples import xlsb, xlsb_cell, xlsb_row, xlsx
from tests.requirements import LIBREOFFICE, need
from tests.scoreboard.formats import converted
from tests.servers_libreoffice import LibreOffice


def _text(data: bytes, media_type: str) -> str:
    (sheet,) = read_sheets(data, media_type).sheets
    return sheet.at(1, 1).text


def test_in_a_document() -> None:
    document = docx.Document()
    document.add_paragraph("Số sách: 250").add_run("1").font.superscript = True
    stream = io.BytesIO()
    document.save(stream)
    text = converted(stream.getvalue(), "docx", "odt", LibreOffice(program=need(LIBREOFFICE)))
    for told in (
        read_writing(stream.getvalue(), content_type.DOCX).text,
        read_writing(text, content_type.ODT).text,
        read_html("<p>Số sách: 250<sup>1</sup></p>").text,
        read_html('<p>Số sách: 250<span style="vertical-align: super">1</span></p>').text,
    ):
        assert told == "Số sách: 250¹"


def test_in_a_workbook_of_each_format() -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page["A1"] = CellRichText("250", TextBlock(InlineFont(vertAlign="superscript"), "1"), TextBlock(InlineFont(b=True), "7"))
    stream = io.BytesIO()
    book.save(stream)
    assert _text(stream.getvalue(), content_type.XLSX) == "250¹7"
    office = LibreOffice(program=need(LIBREOFFICE))
    for extension, media_type in (("xls", content_type.XLS), ("ods", content_type.ODS)):
        assert _text(converted(stream.getvalue(), "xlsx", extension, office), media_type) == "250¹7", extension


def test_in_a_text_inside_the_cell_of_a_workbook() -> None:
    runs = '<r><t>250</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>1</t></r><r><t>7</t></r>'
    cell = f'<row r="1"><c r="A1" t="inlineStr"><is>{runs}</is></c></row>'
    assert _text(xlsx(cell), content_type.XLSX) == "250¹7"


def test_in_a_binary_workbook() -> None:
    runs = "2501".encode("utf-16-le") + struct.pack("<IHHHH", 2, 0, 0, 3, 1)
    shared, own = (b"\1" + struct.pack("<I", 4) + runs for _ in range(2))
    cells = xlsb_row(0) + xlsb_cell(7, 0, 0, struct.pack("<I", 0)) + xlsb_cell(62, 1, 0, own)
    data = xlsb(cells, [shared], [("General", "Arial"), ("General", "Arial")], raised=[1])
    (sheet,) = read_sheets(data, content_type.XLSB).sheets
    assert (sheet.at(1, 1).text, sheet.at(1, 2).text) == ("250¹", "250¹")


def test_in_the_xml_of_excel_2003() -> None:
    data = (
        '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="A"><Table><Row><Cell>'
        '<ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><S>9</S>250<Sup>1</Sup>7</ss:Data>'
        "</Cell></Row></Table></Worksheet></Workbook>"
    )
    assert _text(data.encode(), content_type.XLS) == "250¹7"
