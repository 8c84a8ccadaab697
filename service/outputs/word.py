"""Word documents in the official typeface, saved so that the same content gives the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from service.outputs.atomic import without_times
from service.outputs.workbook_cells import clean_text

TYPEFACE = "Times New Roman"
LEFT, CENTRE, RIGHT, JUSTIFIED = (
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.RIGHT,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
)


def new_document(*, landscape: bool = False) -> WordDocument:
    """An empty A4 document with the margins of official papers and the page number above, from the second page on."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    if landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = section.page_height, section.page_width
    section.top_margin, section.bottom_margin = Cm(2.0), Cm(2.0)
    section.left_margin, section.right_margin = Cm(3.0), Cm(2.0)
    section.header_distance = Cm(1.0)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = TYPEFACE, Pt(14)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), TYPEFACE)
    normal.paragraph_format.space_before, normal.paragraph_format.space_after = Pt(0), Pt(0)
    section.different_first_page_header_footer = True
    _page_number(section.header.paragraphs[0])
    return document


def add_line(
    parent: WordDocument | _Cell,
    text: str,
    *,
    size: float = 14,
    bold: bool = False,
    italic: bool = False,
    alignment: WD_ALIGN_PARAGRAPH = LEFT,
    indent: float = 0,
    before: float = 0,
    after: float = 0,
    keep: bool = False,
) -> Paragraph:
    """Adds a paragraph: sizes and spaces in points, first-line indent in centimetres; `keep` holds it with the next one."""
    paragraph = parent.add_paragraph()
    run = paragraph.add_run(printable(text))
    _shape(run, size, bold=bold, italic=italic)
    form = paragraph.paragraph_format
    form.alignment = alignment
    form.space_before, form.space_after = Pt(before), Pt(after)
    form.keep_with_next = keep
    if indent:
        form.first_line_indent = Cm(indent)
    return paragraph


def write_cell(
    cell: _Cell,
    text: str,
    *,
    size: float = 11,
    bold: bool = False,
    italic: bool = False,
    alignment: WD_ALIGN_PARAGRAPH = LEFT,
) -> None:
    """Writes a text into a table cell, in its first paragraph."""
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.alignment = alignment
    if not text:  # an empty line is as high as its mark, which is that of the whole document
        size_of_mark(paragraph, size)
        return
    run = paragraph.add_run(printable(text))
    _shape(run, size, bold=bold, italic=italic)


def size_of_mark(paragraph: Paragraph, size: float) -> None:
    """How high an empty line is, in points."""
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001 - the library has no way to say it
    mark, height = OxmlElement("w:rPr"), OxmlElement("w:sz")
    height.set(qn("w:val"), str(round(size * 2)))
    mark.append(height)
    properties.append(mark)


def _shape(run: Run, size: float, *, bold: bool, italic: bool) -> None:
    """Only what is not so anyway is written down: a report has thousands of cells."""
    run.font.size = Pt(size)
    if bold:
        run.bold = True
    if italic:
        run.italic = True


def add_table(parent: WordDocument, rows: int, widths: Sequence[float], *, bordered: bool = True) -> Table:
    """Adds a centred table with columns of these widths in centimetres."""
    table: Table = parent.add_table(rows=rows, cols=len(widths))
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    if bordered:
        table.style = "Table Grid"
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Cm(width)
    return table


def repeat_header(row: _Row) -> None:
    """Repeats a table row on every page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 - the library has no way to say it


def keep_whole(row: _Row) -> None:
    """Keeps a table row on one page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001 - the library has no way to say it


def rule_below(paragraph: Paragraph, *, left: float = 0, right: float = 0) -> None:
    """Draws a thin rule under a paragraph, drawn in by these centimetres."""
    paragraph.paragraph_format.line_spacing = Pt(4)
    paragraph.paragraph_format.left_indent, paragraph.paragraph_format.right_indent = Cm(left), Cm(right)
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001 - the library has no way to say it
    after = properties.find(qn("w:spacing"))
    if after is not None:
        after.addprevious(borders)
    else:
        properties.append(borders)


def document_bytes(document: WordDocument, *, made_at: datetime, title: str) -> bytes:
    """The document's file, with the time stamps of the consolidation."""
    properties = document.core_properties
    properties.author, properties.last_modified_by, properties.title = "Thubao", "Thubao", printable(title)[:255]
    properties.comments = ""
    properties.created = properties.modified = made_at.astimezone(UTC).replace(tzinfo=None)
    written = io.BytesIO()
    document.save(written)
    settled = io.BytesIO()
    with zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, data in without_times(written.getvalue()):
            archive.writestr(entry, data)
    return settled.getvalue()


def printable(text: str) -> str:
    """The text without characters that a document may not hold."""
    return clean_text(text)


def _page_number(paragraph: Paragraph) -> None:
    paragraph.paragraph_format.alignment = CENTRE
    run = paragraph.add_run()
    run.font.size = Pt(13)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        if kind:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        else:
            part = OxmlElement("w:instrText")
            part.text = text
        run._r.append(part)  # noqa: SLF001 - the library has no way to say it
