"""A workbook put into a letter as an object, a file dropped into it: what LibreOffice and Word make of them is read."""

from __future__ import annotations

import io
import struct
import zipfile

import docx
import openpyxl
import pytest
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from PIL import Image

from config.loading import reference_campaign
from config.text import NO_TEXT
from parsers.read import expected_of, read_file
from service.demo.files import figures, form_workbook
from tests.parsers.mails import ole, saved
from tests.parsers.opened_files import contents, opened
from tests.requirements import LIBREOFFICE, need
from tests.scoreboard.formats import converted
from tests.servers_libreoffice import LibreOffice

CAMPAIGN = reference_campaign()
UNIT = CAMPAIGN.roster[3]
FORM = form_workbook(CAMPAIGN, UNIT.full_name, figures(CAMPAIGN, int(UNIT.code)))
EXPECTED = expected_of((CAMPAIGN,))
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_OBJECT = f"""<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml"
 xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:r="{_OFFICE}">
<w:object w:dxaOrig="8000" w:dyaOrig="4000"><v:shape id="_x1" style="width:400pt;height:200pt"><v:imagedata r:id="{{picture}}"/>
</v:shape><o:OLEObject Type="Embed" ProgID="{{program}}" ShapeID="_x1" DrawAspect="Content" ObjectID="_1" r:id="{{object}}"/>
</w:object></w:r>"""


def letter_with(workbook: bytes, *, old: bool) -> bytes:
    """A letter in Word whose form is a workbook that was put into it, of Excel 97 or of Excel 2007."""
    document = docx.Document()
    document.add_paragraph("Xã gửi biểu số liệu dưới đây:")
    name, media_type, relation = (
        ("object1.bin", "application/vnd.openxmlformats-officedocument.oleObject", "oleObject")
        if old
        else ("book1.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "package")
    )
    part = Part(PackURI(f"/word/embeddings/{name}"), media_type, workbook, document.part.package)
    picture, _ = document.part.get_or_add_image(io.BytesIO(saved(Image.new("RGB", (300, 200), "white"), "PNG")))
    run = _OBJECT.format(
        picture=picture,
        object=document.part.relate_to(part, f"{_OFFICE}/{relation}"),
        program="Excel.Sheet.8" if old else "Excel.Sheet.12",
    )
    document.add_paragraph()._p.append(parse_xml(run))
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def read_figures(name: str, data: bytes) -> set[tuple[str, str, object]]:
    documents = read_file(name, data, EXPECTED).documents
    values = [value for each in documents for form in each.forms for value in form.values]
    return {(value.indicator, value.column, value.value) for value in values if value.value is not None}


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("extension", ["docx", "doc", "odt"])
def test_a_workbook_put_into_a_letter_is_read(extension: str, *, old: bool) -> None:
    office = LibreOffice(program=need(LIBREOFFICE))
    workbook = converted(FORM, "xlsx", "xls", office) if old else FORM
    letter = letter_with(workbook, old=old)
    data = letter if extension == "docx" else converted(letter, "docx", extension, office)
    expected = read_figures("biểu.xlsx", FORM)
    assert len(expected) > 30
    assert read_figures(f"thư.{extension}", data) == expected


def test_a_workbook_put_into_rich_text_is_read() -> None:
    """As Word writes it: a header of the object's class, then an OLE file in hexadecimal digits, in lines."""
    office = LibreOffice(program=need(LIBREOFFICE))
    held = converted(FORM, "xlsx", "xls", office)
    header = struct.pack("<III", 0x501, 2, 14) + b"Excel.Sheet.8\0" + bytes(8) + struct.pack("<I", len(held))
    digits = (header + held).hex()
    lines = "\n".join(digits[start : start + 128] for start in range(0, len(digits), 128))
    letter = r"{\rtf1\ansi So lieu:\par{\object\objemb{\*\objclass Excel.Sheet.8}{\*\objdata " + lines + "}}}"
    assert read_figures("thư.rtf", letter.encode()) == read_figures("biểu.xlsx", FORM)
    assert contents(opened(letter.encode(), "thư.rtf"))["thư.rtf/object 1"].startswith(held)


def test_a_package_and_a_text_among_the_objects_of_an_old_letter() -> None:
    """Of a text that was put in nothing but its records is there: the sender is asked for the file."""
    data = ole(
        {
            "WordDocument": b"\xec\xa5\xc1\x00" + bytes(20),
            "ObjectPool": {"_1": {"Package": FORM}, "_2": {"WordDocument": b"\xec\xa5\xc1\x00" + bytes(5_000)}},
        }
    )
    found = opened(data, "thư.doc")
    assert contents(found)["thư.doc/object 1/package"].startswith(FORM)
    assert "gửi kèm riêng" in found["thư.doc/object 2/object"].leaf.refusal.vi
    assert found["thư.doc"].leaf.refusal == NO_TEXT


def test_the_charts_of_a_text_are_no_files() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "<office:document-content/>")
        archive.writestr("Object 1/content.xml", "<office:chart/>")
        archive.writestr("Obj101", bytes(range(8)) * 9)
    assert list(opened(target.getvalue(), "thư.odt")) == ["thư.odt"]


@pytest.mark.parametrize("extension", ["fods", "fodt"])
def test_a_document_in_one_plain_xml_file_is_read(extension: str) -> None:
    office = LibreOffice(program=need(LIBREOFFICE))
    source = FORM
    if extension == "fodt":
        document = docx.Document()
        sheet = openpyxl.load_workbook(io.BytesIO(FORM)).worksheets[0]
        rows = [["" if value is None else str(value) for value in row] for row in sheet.iter_rows(min_row=4, values_only=True)]
        table = document.add_table(len(rows), len(rows[0]))
        for cells, texts in zip(table.rows, rows, strict=True):
            for cell, text in zip(cells.cells, texts, strict=True):
                cell.text = text
        stream = io.BytesIO()
        document.save(stream)
        source = stream.getvalue()
    data = converted(source, "docx" if extension == "fodt" else "xlsx", extension, office)
    assert read_figures(f"biểu.{extension}", data) == read_figures("biểu.xlsx", FORM)


def test_a_text_that_a_word_file_holds_as_a_chunk_of_another_format_is_read() -> None:
    """Web applications write .docx files of nothing but a web page; Word shows it as the text."""
    rows = openpyxl.load_workbook(io.BytesIO(FORM)).worksheets[0].iter_rows(min_row=4, values_only=True)
    cells = ("".join(f"<td>{'' if value is None else value}</td>" for value in row) for row in rows)
    page = f"<html><meta charset='utf-8'><table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table></html>"
    document, stream = docx.Document(), io.BytesIO()
    part = Part(PackURI("/word/afchunk.htm"), "text/html", page.encode(), document.part.package)
    document.part.relate_to(part, f"{_OFFICE}/aFChunk")
    document.save(stream)
    assert read_figures("biểu.docx", stream.getvalue()) == read_figures("biểu.xlsx", FORM)
