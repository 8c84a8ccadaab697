"""What stands beside the form or the narrative of a file is kept or named: notes, further sheets, lists, remarks."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

import docx
import openpyxl
import pytest
from openpyxl.comments import Comment

from config.campaign import Severity
from config.loading import reference_campaign
from parsers.read import expected_of, read_file
from parsers.values import Document, DocumentFate, Finding
from service.demo.files import figures, form_workbook
from tests.parsers.mails import photograph, saved
from tests.parsers.writing_samples import SECTIONS
from tests.requirements import LIBREOFFICE, need
from tests.scoreboard.formats import converted
from tests.servers_libreoffice import LibreOffice

CAMPAIGN = reference_campaign()
UNIT = CAMPAIGN.roster[3]
CLOSING = "Trên đây là báo cáo của UBND xã./."


def workbook() -> Any:
    return openpyxl.load_workbook(io.BytesIO(form_workbook(CAMPAIGN, UNIT.full_name, figures(CAMPAIGN, int(UNIT.code)))))


def read(made: Any, name: str) -> Document:
    stream = io.BytesIO()
    made.save(stream)
    return read_file(name, stream.getvalue(), expected_of((CAMPAIGN,))).documents[0]


def told(document: Document) -> dict[str, Finding]:
    return {each.code: each for each in (*document.findings, *(document.narrative.findings if document.narrative else ()))}


def test_an_ordinary_workbook_has_nothing_beside_its_form() -> None:
    assert told(read(workbook(), "bieu.xlsx")) == {}


def test_a_note_below_the_table_is_quoted() -> None:
    book = workbook()
    book.active.cell(book.active.max_row + 2, 2, "Ghi chú: Ngoài ra xã còn mở 02 lớp dạy nghề cho 60 người, chưa tính vào biểu.")
    finding = told(read(book, "bieu.xlsx"))["F-BESIDE"]
    assert finding.severity is Severity.INFO
    assert "02 lớp dạy nghề cho 60 người" in finding.text.vi


def test_a_further_sheet_with_figures_is_named_and_a_cover_sheet_is_not() -> None:
    book = workbook()
    classes, cover = book.create_sheet("Danh sách lớp"), book.create_sheet("Bìa")
    for row in (("STT", "Tên lớp", "Số người"), (1, "Kỹ năng sống bản Hua Sa", 45), (2, "Dạy nghề", 25)):
        classes.append(row)
    cover.append(("BÁO CÁO",))
    cover.append((None, "Ngày 12/10/2020"))
    finding = told(read(book, "bieu.xlsx"))["F-OTHER-SHEET"]
    assert "“Danh sách lớp”" in finding.text.vi
    assert "Bìa" not in finding.text.vi


def narrative() -> Any:
    document = docx.Document()
    document.add_paragraph("BÁO CÁO")
    document.add_paragraph("Tổng kết Tuần lễ hưởng ứng học tập suốt đời năm 2020")
    for heading, text in SECTIONS:
        document.add_paragraph(heading)
        document.add_paragraph(text)
    document.add_paragraph(CLOSING)
    return document


def table(document: Any, *rows: tuple[str, ...]) -> None:
    made = document.add_table(len(rows), len(rows[0]))
    for cells, texts in zip(made.rows, rows, strict=True):
        for cell, text in zip(cells.cells, texts, strict=True):
            cell.text = text


def test_the_tables_of_a_narrative_are_kept_and_their_documents_cited() -> None:
    document = narrative()
    table(
        document,
        ("STT", "Số văn bản", "Ngày ban hành", "Trích yếu"),
        ("1", "156/KH-UBND", "25/9/2020", "Tổ chức Tuần lễ học tập"),
        ("2", "178/QĐ-UBND", "26/9/2020", "Thành lập Ban tổ chức"),
    )
    found = read(document, "bao cao.docx")
    assert found.narrative is not None
    assert "178/QĐ-UBND | 26/9/2020 | Thành lập Ban tổ chức" in found.narrative.unplaced
    listed = {each.number: (each.dated, each.subject) for each in found.narrative.cited}
    assert listed["156/KH-UBND"] == (date(2020, 9, 25), "Tổ chức Tuần lễ học tập")
    assert "N-BEYOND" in told(found)
    assert "N-BEYOND" not in told(read(narrative(), "bao cao.docx"))


def test_a_narrative_that_stands_in_a_table_is_not_said_twice() -> None:
    document = docx.Document()
    document.add_paragraph("BÁO CÁO")
    document.add_paragraph("Tổng kết Tuần lễ hưởng ứng học tập suốt đời năm 2020")
    table(
        document,
        ("I. Tổ chức triển khai Tuần lễ", ""),
        ("1. Công tác chỉ đạo", "Đã ra 02 kế hoạch.\nĐã họp 03 lần."),
        ("2. Lễ phát động", "Sáng 01/10 tại trường."),
        ("3. Nội dung các hoạt động", "Treo 06 băng rôn."),
        ("4. Kinh phí", "Không có."),
    )
    found = read(document, "bao cao.docx")
    assert found.narrative is not None
    assert len(found.narrative.sections) > 3
    assert not [line for line in found.narrative.unplaced.splitlines() if " | " in line]


def test_remarks_on_cells_and_in_margins_are_quoted_and_our_own_are_not() -> None:
    book = workbook()
    book.active["D9"].comment = Comment("Trong đó có 50 quyển của Hội Phụ nữ chưa nhập kho", "Lò Văn An")
    book.active["D10"].comment = Comment("Thubao:\nđề nghị xác nhận", "Thubao")
    finding = told(read(book, "bieu.xlsx"))["D-REMARK"]
    assert finding.severity is Severity.WARNING
    assert "50 quyển của Hội Phụ nữ chưa nhập kho” (D9)" in finding.text.vi
    assert "đề nghị xác nhận" not in finding.text.vi
    document = narrative()
    document.add_comment(document.paragraphs[1].runs, text="Đã kiểm tra", author="Lò Văn An", initials="A")
    assert told(read(document, "bao cao.docx"))["D-REMARK"].severity is Severity.INFO


def test_a_letter_that_corrects_a_figure_and_a_table_of_a_few_rows_are_told() -> None:
    letter = docx.Document()
    letter.add_paragraph("V/v đính chính số liệu báo cáo Tuần lễ HTSĐ năm 2020")
    letter.add_paragraph("Do sơ suất, số sách đã huy động ghi 350 quyển, nay đính chính là 530 quyển.")
    said = read(letter, "cong van.docx")
    assert (said.fate, "“đính chính là 530 quyển”" in told(said)["D-LETTER-FIGURES"].text.vi) == (DocumentFate.IGNORED, True)
    few = docx.Document()
    table(few, ("STT", "Nội dung", "Đơn vị", "Số lượng"), ("4", "Số sách đã huy động tặng các trường, thư viện", "Quyển", "888"))
    assert "Quyển | 888" in told(read(few, "bo sung.docx"))["D-LETTER-FIGURES"].text.vi
    plan = docx.Document()
    plan.add_paragraph("KẾ HOẠCH")
    plan.add_paragraph("Tổ chức Tuần lễ từ ngày 01/10/2020 cho 120 người; kinh phí 5.000.000 đồng.")
    assert told(read(plan, "ke hoach.docx")) == {}


def test_a_paper_of_photos_is_not_said_to_hold_none() -> None:
    album = docx.Document()
    album.add_paragraph("Một số hình ảnh")
    album.add_picture(io.BytesIO(saved(photograph((900, 700), 3))))
    stream = io.BytesIO()
    album.save(stream)
    paper, photo = read_file("anh.docx", stream.getvalue(), expected_of((CAMPAIGN,))).documents
    assert (paper.fate, photo.fate) == (DocumentFate.IGNORED, DocumentFate.USED)
    assert "ảnh bên trong" in paper.why.vi


def test_a_report_on_a_sheet_of_its_own_is_read_and_a_copy_of_the_form_is_none() -> None:
    book = workbook()
    book.copy_worksheet(book.active).title = "Bản nháp"
    text = book.create_sheet("Thuyết minh")
    text.append(("BÁO CÁO Tổng kết Tuần lễ hưởng ứng học tập suốt đời năm 2020",))
    for heading, said in SECTIONS:
        text.append((heading,))
        text.append((said,))
    found = read(book, "bieu.xlsx")
    assert len(found.forms) > 0
    assert found.narrative is not None
    assert {each.code for each in found.narrative.sections} >= {"I.1", "I.2", "I.3", "I.4", "II.1", "II.2", "II.3"}
    assert "F-OTHER-SHEET" not in told(found)
    assert "Cơ sở vật chất" in {each.code: each.text for each in found.narrative.sections}["II.2"]
    del book["Thuyết minh"]
    assert read(book, "bieu.xlsx").narrative is None


def test_footnotes_and_figures_at_the_foot_of_a_page_are_quoted() -> None:
    document = narrative()
    foot = document.sections[0].footer
    foot.paragraphs[0].text = "Trang 1 / 3"
    foot.add_paragraph("Trong đó 02 lớp dạy nghề cho 60 người chưa tính vào biểu")
    finding = told(read(document, "bao cao.docx"))["D-FOOTNOTE"]
    assert finding.severity is Severity.WARNING
    assert "02 lớp dạy nghề" in finding.text.vi
    assert "Trang 1" not in finding.text.vi


_FOOTNOTE = """<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:footnote w:id="2"><w:p><w:r>
<w:t>Có 25 người của bản Hua Sa chưa tính vào biểu</w:t></w:r></w:p></w:footnote></w:footnotes>"""
_TYPE = b"""<Override PartName="/word/footnotes.xml"
 ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"/></Types>"""
_RELATION = b"""<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
 Target="footnotes.xml"/></Relationships>"""


def with_footnote(data: bytes) -> bytes:
    """The document with a footnote behind its first line, which python-docx cannot write."""
    reference = b'</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w") as made:
        for name in source.namelist():
            part = source.read(name)
            if name == "word/document.xml":
                part = part.replace(b"</w:t></w:r></w:p>", reference, 1)
            part = part.replace(b"</Types>", _TYPE) if name == "[Content_Types].xml" else part
            part = part.replace(b"</Relationships>", _RELATION) if name == "word/_rels/document.xml.rels" else part
            made.writestr(name, part)
        made.writestr("word/footnotes.xml", _FOOTNOTE)
    return target.getvalue()


@pytest.mark.parametrize("extension", ["docx", "odt"])
def test_the_footnotes_of_a_report_are_quoted(extension: str) -> None:
    stream = io.BytesIO()
    narrative().save(stream)
    data = with_footnote(stream.getvalue())
    if extension != "docx":
        data = converted(data, "docx", extension, LibreOffice(program=need(LIBREOFFICE)))
    (document,) = read_file(f"bao cao.{extension}", data, expected_of((CAMPAIGN,))).documents
    assert "25 người của bản Hua Sa" in told(document)["D-FOOTNOTE"].text.vi
