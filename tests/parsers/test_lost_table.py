"""A form printed to PDF with narrow columns, without lines, over two pages: read as a form or said to be lost, never dropped."""

from __future__ import annotations

import io
from collections.abc import Mapping

import docx
import openpyxl
import pypdfium2
import pytest
from openpyxl.styles import Border, Font, Side

from config.loading import reference_campaign
from config.text import NO_TEXT
from parsers.lost_table import holds_lost_table
from parsers.read import expected_of, read_file
from parsers.values import Document, DocumentFate, DocumentRole, ValueStatus
from parsers.writing_pdf_tables import ruled_pages
from tests.parsers.form_sheets import FORM, Row, value, whole
from tests.requirements import LIBREOFFICE, need
from tests.scoreboard.formats import converted
from tests.servers_libreoffice import LibreOffice

EXPECTED = expected_of((reference_campaign(),))


def figures_of(number: int, columns: tuple[str, ...]) -> dict[str, int]:
    """Figures that no other row has."""
    return {key: {"count": number + 1, "people": number + 101, "money": 5_000_000 + 1_000 * number}[key] for key in columns}


TRUTH = {
    each.code: figures_of(each.order, each.columns) for each in FORM.indicators if each.columns and each.columns != ("text",)
}
GIVEN: dict[str, Row] = {code: (given.get("count", given.get("money")), given.get("people")) for code, given in TRUTH.items()}
OUTLINE = ("I.1. Công tác chỉ đạo", "I.2. Tổ chức Lễ khai mạc", "I.3. Các hoạt động", "I.4. Kinh phí")


def printed(
    width: int,
    *,
    lines: bool,
    one_page_wide: bool = True,
    height: float | None = None,
    given: Mapping[str, Row] = GIVEN,
) -> bytes:
    """The filled form printed by LibreOffice, its labels in a column of this width that does not wrap."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in whole(given):
        page.append(list(row))
    for column, wide in zip("ABCDE", (5, width, 8, 10, 10), strict=True):
        page.column_dimensions[column].width = wide
    side = Side(style="thin") if lines else Side()
    for cells in page.iter_rows(min_row=6, max_col=6):
        for cell in cells:
            cell.border = Border(left=side, right=side, top=side, bottom=side)
            cell.font = Font(name="Times New Roman")  # pages break elsewhere in another machine's idea of Calibri
    for number in range(1, page.max_row + 1):
        page.row_dimensions[number].height = height
    if one_page_wide:
        page.page_setup.fitToWidth, page.page_setup.fitToHeight, page.sheet_properties.pageSetUpPr.fitToPage = 1, 0, True
    stream = io.BytesIO()
    book.save(stream)
    return converted(stream.getvalue(), "xlsx", "pdf", LibreOffice(program=need(LIBREOFFICE)))


def read(name: str, data: bytes) -> Document:
    (document,) = read_file(name, data, EXPECTED).documents
    return document


def is_said_to_be_lost(document: Document) -> bool:
    assert (document.narrative, document.forms) == (None, ())
    lost = (document.role, document.fate) == (DocumentRole.FORM, DocumentFate.UNREADABLE)
    assert lost == (document.why != NO_TEXT)
    return lost


@pytest.mark.parametrize("width", [20, 12])
def test_in_ruled_cells_cut_labels_are_read_and_none_is_taken_for_another(width: int) -> None:
    document = read("bieu.pdf", printed(width, lines=True))
    (form,) = document.forms
    read_right = 0
    for each in form.values:
        if each.column not in ("note", "text") and each.status in (ValueStatus.OK, ValueStatus.CONFIRM):
            assert each.value == TRUTH[each.indicator][each.column], each
            read_right += 1
    assert read_right > 25


@pytest.mark.parametrize("width", [40, 20, 12, 8])
def test_without_lines_and_with_labels_cut_the_form_is_no_report(width: int) -> None:
    assert is_said_to_be_lost(read("bieu.pdf", printed(width, lines=False)))


def test_full_width_digits_in_print_are_asked_about() -> None:
    """Where the typeface lacks them, each is the same empty box, and the file says that all are the same digit."""
    document = read("bieu.pdf", printed(60, lines=True, given={**GIVEN, "6.arts": ("\uff13\uff19", 132)}))
    (form,) = document.forms
    assert "digits_boxed" in value(form, "6.arts").warnings
    assert value(form, "6.arts").status is ValueStatus.CONFIRM
    assert value(form, "6.arts", "people").status is ValueStatus.OK


def test_figures_printed_on_another_page_make_no_blank_form() -> None:
    document = read("bieu.pdf", printed(60, lines=True, one_page_wide=False))
    assert is_said_to_be_lost(document)
    assert "cột số liệu" in document.why.vi


def test_labels_that_a_printer_joined_are_no_report() -> None:
    """As a page comes out in a wide typeface: two or three labels a line, their figures on another page."""
    labels = [each.label for each in FORM.indicators]
    lines = [" ".join(labels[at : at + 3]) for at in range(0, len(labels), 3)]
    document = read("bieu.txt", "\n".join(["UBND XÃ QUÀI TỞ", FORM.title, "1. Lễ khai mạc", *lines]).encode())
    assert is_said_to_be_lost(document)


def test_a_report_with_a_lost_table_keeps_its_text_and_says_so() -> None:
    prose = [f"{heading}\n{'Ủy ban nhân dân xã đã chỉ đạo các trường và các bản tổ chức Tuần lễ. ' * 4}" for heading in OUTLINE]
    table = [f"{each.label} {3}" for each in FORM.indicators]
    text = "\n\n".join(["BÁO CÁO KẾT QUẢ TUẦN LỄ HƯỞNG ỨNG HỌC TẬP SUỐT ĐỜI", *prose, *prose[:2], "\n".join(table[:3])])
    assert not read("bao cao.txt", text.encode()).findings
    cut = "\n".join(f"{each.label[:9]} lớp 3" for each in FORM.indicators)
    document = read("bao cao.txt", f"{text}\n\n{cut}".encode())
    assert document.narrative is not None
    assert [each.code for each in document.findings] == ["D-LOST-TABLE"]
    assert "bao cao.txt" in document.findings[0].text.vi


def test_a_page_of_the_form_that_was_not_read_is_told_beside_the_one_that_was() -> None:
    page = docx.Document()
    for each in FORM.indicators[:26]:
        page.add_paragraph(f"{each.label} {each.unit}")
    kept = FORM.indicators[24:]
    table = page.add_table(len(kept) + 1, 4)
    for cell, text in zip(table.rows[0].cells, ("Nội dung", "Đơn vị", "Số lớp", "Người"), strict=True):
        cell.text = text
    for row, each in zip(table.rows[1:], kept, strict=True):
        row.cells[0].text, row.cells[1].text, row.cells[2].text = each.label, each.unit, "3" if each.columns else ""
    stream = io.BytesIO()
    page.save(stream)
    document = read("bieu.docx", stream.getvalue())
    assert value(document.forms[0], "7.institutions").value == 3
    assert [each.code for each in document.findings] == ["D-LOST-TABLE"]
    assert "ngoài bảng" in document.findings[0].text.vi


def test_a_report_in_words_alone_has_lost_nothing() -> None:
    prose = [f"{heading}\n{'Xã đã tổ chức bồi dưỡng giáo viên, phổ cập giáo dục và xóa mù chữ. ' * 4}" for heading in OUTLINE]
    villages = "\n".join(f"Số hộ của bản thứ {number}: {number + 40}" for number in range(30))
    document = read("bao cao.txt", "\n\n".join(["BÁO CÁO KẾT QUẢ TUẦN LỄ HỌC TẬP SUỐT ĐỜI", *prose, villages]).encode())
    assert document.role is DocumentRole.NARRATIVE
    assert not document.findings


@pytest.mark.parametrize(("width", "cut"), [(14, True), (90, False)])
def test_a_form_whose_labels_are_cut_off_at_their_cells_is_asked_about(width: int, *, cut: bool) -> None:
    """Two rows whose first letters are alike are taken for each other."""
    read_values = [each for form in read("bieu.pdf", printed(width, lines=True)).forms for each in form.values if each.raw]
    assert read_values
    assert {each.status is ValueStatus.OK for each in read_values} == {not cut}
    assert {"cut_off" in each.warnings for each in read_values if each.status is ValueStatus.CONFIRM} <= {cut}


def test_the_last_rows_of_such_a_form_on_the_next_page_are_asked_about_as_well() -> None:
    """A few rows there are too few to show that their labels are cut off; their columns tell it."""
    data = printed(14, lines=True, height=18)
    with pypdfium2.PdfDocument(data) as document:
        pages, _ = ruled_pages(data, range(len(document)))
    tables = [table for page in pages.values() for table in page.tables]
    assert len(tables) == 2
    assert all(table.cut for table in tables)


def test_of_a_scan_that_was_hard_to_read_a_good_part_of_the_rows_is_a_lost_form() -> None:
    labels = [f"{each.label} | lớp/người ? |" for each in FORM.indicators]
    half = labels[:16]
    assert holds_lost_table(half, (FORM,), scanned=True)
    assert not holds_lost_table(half, (FORM,))
    assert not holds_lost_table(labels[:4], (FORM,), scanned=True)
