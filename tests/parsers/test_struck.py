"""What a clerk has crossed out was taken back: it is never part of the new figure, and alone it is asked about."""

from __future__ import annotations

import io

import docx
import openpyxl
from docx.enum.style import WD_STYLE_TYPE
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from parsers import content_type
from parsers.spreadsheets import read_sheets
from parsers.writing import read_html, read_writing
from tests.requirements import LIBREOFFICE, need
from tests.scoreboard.formats import converted
from tests.servers_libreoffice import LibreOffice

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def test_in_a_workbook() -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page["A1"] = CellRichText(TextBlock(InlineFont(strike=True), "150"), "250")
    page["A2"] = 40
    page["A2"].font = Font(strike=True)
    page["A3"] = 41
    stream = io.BytesIO()
    book.save(stream)
    (sheet,) = read_sheets(stream.getvalue(), _XLSX).sheets
    assert sheet.at(1, 1).text == "250"
    assert (sheet.at(2, 1).doubtful, sheet.at(2, 1).doubt) == (True, "struck_out")
    assert not sheet.at(3, 1).doubtful


def test_in_a_word_file() -> None:
    document = docx.Document()
    table = document.add_table(rows=1, cols=2)
    paragraph = table.cell(0, 1).paragraphs[0]
    paragraph.add_run("150").font.strike = True
    paragraph.add_run("250")
    table.cell(0, 0).text = "Số sách"
    stream = io.BytesIO()
    document.save(stream)
    writing = read_writing(stream.getvalue(), _DOCX)
    told = writing.text + " ".join(cell.text for sheet in writing.tables for cell in sheet.cells.values())
    assert "250" in told
    assert "150" not in told


def test_in_the_body_of_a_mail() -> None:
    table = "<table><tr><td>STT</td><td>Sách</td><td><del>88</del>129</td></tr><tr><td>1</td><td>a</td><td>7</td></tr></table>"
    writing = read_html(table)
    told = writing.text + " ".join(cell.text for sheet in writing.tables for cell in sheet.cells.values())
    assert "129" in told
    assert "88" not in told


def test_in_the_formats_of_other_programs() -> None:
    office = LibreOffice(program=need(LIBREOFFICE))
    book = openpyxl.Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page["A1"] = CellRichText(TextBlock(InlineFont(strike=True), "150"), TextBlock(InlineFont(b=True), "250"))
    page["A2"], page["A3"] = 40, 41
    page["A2"].font = Font(strike=True)
    stream = io.BytesIO()
    book.save(stream)
    for extension, media_type in (("xls", content_type.XLS), ("ods", content_type.ODS)):
        (sheet,) = read_sheets(converted(stream.getvalue(), "xlsx", extension, office), media_type).sheets
        assert sheet.at(1, 1).text == "250", extension
        assert (sheet.at(2, 1).doubt, sheet.at(3, 1).doubt) == ("struck_out", ""), extension


def test_in_an_open_document_text() -> None:
    document = docx.Document()
    document.add_paragraph("Số sách: ").add_run("150").font.strike = True
    document.paragraphs[0].add_run(" 250 quyển")
    stream = io.BytesIO()
    document.save(stream)
    text = converted(stream.getvalue(), "docx", "odt", LibreOffice(program=need(LIBREOFFICE)))
    assert read_writing(text, content_type.ODT).text == "Số sách: 250 quyển"


def test_by_a_style_of_a_word_file_hidden_text_too() -> None:
    document = docx.Document()
    for name, effect in (("Old", "strike"), ("Secret", "hidden")):
        style = document.styles.add_style(name, WD_STYLE_TYPE.CHARACTER)
        setattr(style.font, effect, True)
    paragraph = document.add_paragraph("Số sách: ")
    paragraph.add_run("150", style="Old")
    paragraph.add_run("9", style="Secret")
    paragraph.add_run("250")
    stream = io.BytesIO()
    document.save(stream)
    assert read_writing(stream.getvalue(), _DOCX).text == "Số sách: 250"


def test_hidden_text_of_an_open_document_text_is_not_read() -> None:
    document = docx.Document()
    document.add_paragraph("Số sách: 250").add_run("9").font.hidden = True
    stream = io.BytesIO()
    document.save(stream)
    text = converted(stream.getvalue(), "docx", "odt", LibreOffice(program=need(LIBREOFFICE)))
    assert read_writing(text, content_type.ODT).text == "Số sách: 250"
