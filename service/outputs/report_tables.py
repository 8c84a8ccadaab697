"""The tables of the Word report: the consolidated form, the units not reported, the sources, the photos."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.table import Table
from docx.text.paragraph import Paragraph

from config.campaign import Campaign, Column, ColumnKind
from config.text import Language, Text
from parsers.values import CitedDocument
from service.outputs.form_layout import CellRole, FormCell, FormRow, form_header, form_rows
from service.outputs.word import CENTRE, LEFT, RIGHT, add_line, add_table, keep_whole, repeat_header, size_of_mark, write_cell
from service.outputs.wording import (
    CONTENT,
    LONGEST_NOTE,
    LONGEST_TEXT,
    SLOT,
    TIMELINESS,
    absence,
    capitalised,
    figure,
    footnote_mark,
    instant,
    label,
    shortened,
)
from service.rules.consolidation import Consolidation
from service.rules.submission import SlotState

_WIDTH = 16.0  # centimetres between the margins
_SHARES = {
    ColumnKind.ROW_NUMBER: 1.2,
    ColumnKind.LABEL: 5.0,
    ColumnKind.UNIT: 2.5,
    ColumnKind.QUANTITY: 1.6,
    ColumnKind.NOTE: 1.5,
}
_NOTED_SHARE = 3.4  # of a column of remarks in which units wrote
_COVERAGE_SHARE = 2.2
_PHOTO_WIDTH = 7.6
MOST_ROWS = 500
"""A Word table of more rows is slow to open and read by nobody: the workbook has them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPhoto:
    """A picture ready to be placed: a small JPEG and what stands under it."""

    jpeg: bytes
    caption: str


def form_table(document: WordDocument, campaign: Campaign, consolidation: Consolidation, language: Language) -> Table:
    """The consolidated form with the number of units behind each row."""
    columns = campaign.form.columns
    noted = {total.column for total in consolidation.totals if total.value is not None}
    shares = [*(_NOTED_SHARE if _is_noted(column, noted) else _SHARES[column.kind] for column in columns), _COVERAGE_SHARE]
    widths = [share * _WIDTH / sum(shares) for share in shares]
    rows = form_rows(campaign.form)
    table = add_table(document, 2 + len(rows), widths)
    covered = Text(vi="Số đơn vị có số liệu", en="Units with a figure").in_(language)
    size = 10.5 if len(widths) <= 8 else 9.0  # noqa: PLR2004 - wider forms need smaller letters
    grid = [list(row.cells) for row in table.rows]
    for head in form_header(campaign.form, language, (covered,)):
        merged = grid[head.top][head.first - 1].merge(grid[head.bottom][head.last - 1])
        write_cell(merged, head.text, size=size, bold=True, alignment=CENTRE)
    repeat_header(table.rows[0])
    repeat_header(table.rows[1])
    totals = {(total.indicator, total.column): total for total in consolidation.totals}
    for at, form_row in enumerate(rows, 2):
        keep_whole(table.rows[at])
        for cell in form_row.cells:
            target = grid[at][cell.first - 1]
            if cell.last > cell.first:
                target = target.merge(grid[at][cell.last - 1])
            total = totals.get((form_row.indicator.code, cell.key))
            text, alignment = _form_cell(form_row, cell, None if total is None else total.value, language)
            bold = form_row.heading and cell.role not in (CellRole.TEXT, CellRole.NOTE)
            write_cell(target, text, size=size, bold=bold, alignment=alignment)
        counts = dict.fromkeys(totals[form_row.indicator.code, key].units for key in form_row.indicator.columns)
        covered_text = "; ".join(f"{count}/{consolidation.expected}" for count in counts)
        write_cell(grid[at][len(columns)], covered_text, size=size, bold=form_row.heading, alignment=CENTRE)
    return table


def _is_noted(column: Column, noted: set[str]) -> bool:
    return column.kind is ColumnKind.NOTE and column.key in noted


def _form_cell(form_row: FormRow, cell: FormCell, value: int | str | None, language: Language) -> tuple[str, WD_ALIGN_PARAGRAPH]:
    indicator = form_row.indicator
    match cell.role:
        case CellRole.ROW_NUMBER:
            return indicator.row_number, CENTRE
        case CellRole.LABEL:
            mark = footnote_mark(indicator)
            return label(indicator, language) + mark, LEFT
        case CellRole.UNIT:
            return indicator.unit, CENTRE
        case CellRole.FIGURE:
            return figure(value, language), RIGHT
        case CellRole.TEXT | CellRole.NOTE:
            most = LONGEST_NOTE if cell.role is CellRole.NOTE else LONGEST_TEXT
            return "" if value is None else shortened(str(value), most, language), LEFT
        case CellRole.NOT_ASKED:
            return "", CENTRE


def missing_table(document: WordDocument, campaign: Campaign, consolidation: Consolidation, language: Language) -> Table:
    """The units that owe a form and are not in the totals: what they sent, what is missing, how often reminded."""
    headers = (
        Text(vi="STT", en="No."),
        Text(vi="Đơn vị", en="Unit"),
        Text(vi="Tình trạng", en="State"),
        Text(vi="Còn thiếu", en="Missing"),
        Text(vi="Số lần nhắc", en="Reminders"),
        Text(vi="Điện thoại", en="Phone"),
    )
    table = _plain_table(document, headers, (1.2, 3.6, 2.6, 3.7, 1.7, 3.2), language)
    absent = set(consolidation.missing)
    silent = [line for line in consolidation.units if line.code in absent]
    for number, line in enumerate(silent[:MOST_ROWS], 1):
        missing = [
            SLOT[report.slot].in_(language)
            for report in line.submission.slots
            if report.state is SlotState.MISSING and report.slot in campaign.required_slots
        ]
        state = CONTENT[line.submission.content].in_(language) if line.submission.versions else absence(line).in_(language)
        reminders = str(line.reminders) if line.reminders else ""
        cells = (str(number), capitalised(line.name), capitalised(state), ", ".join(missing), reminders, line.phone)
        _add_row(table, cells, centred={0, 4})
    if len(silent) > MOST_ROWS:
        rest = len(silent) - MOST_ROWS
        more = Text(vi=f"… và {rest} đơn vị khác, xem tệp bảng tính", en=f"… and {rest} more, see the workbook").in_(language)
        _add_row(table, ("", more, "", "", "", ""), centred=set())
    return table


def sources_table(document: WordDocument, campaign: Campaign, consolidation: Consolidation, language: Language) -> Table:
    """Which message of which unit the report rests on, and whether it came in time."""
    headers = (
        Text(vi="STT", en="No."),
        Text(vi="Đơn vị", en="Unit"),
        Text(vi="Thư số", en="Message"),
        Text(vi="Nhận lúc", en="Received"),
        Text(vi="Thời hạn", en="Timeliness"),
        Text(vi="Tệp đã dùng", en="Documents used"),
    )
    table = _plain_table(document, headers, (1.3, 3.8, 1.5, 3.0, 2.0, 4.4), language)
    zone = campaign.deadline.tzinfo
    heard = [line for line in consolidation.units if line.submission.versions]
    for number, line in enumerate(heard, 1):
        submission = line.submission
        sources = [value.source for value in submission.values if value.source is not None]
        sources += [section.source for section in submission.sections]
        documents = list(dict.fromkeys(source.document.rsplit("/", 1)[-1] for source in sources))
        messages = list(dict.fromkeys(str(version.message) for version in submission.versions))
        cells = (
            str(number),
            capitalised(line.name),
            ", ".join(messages),
            instant(submission.completed_at or submission.last_received_at, zone),
            TIMELINESS[line.timeliness].in_(language),
            "; ".join(documents),
        )
        _add_row(table, cells, centred={0, 2, 3, 4})
    return table


def cited_table(document: WordDocument, consolidation: Consolidation, language: Language) -> Table:
    """The official documents that the units' narratives list, unit by unit."""
    headers = (
        Text(vi="STT", en="No."),
        Text(vi="Đơn vị", en="Unit"),
        Text(vi="Số, ký hiệu", en="Number"),
        Text(vi="Ngày", en="Date"),
        Text(vi="Trích yếu", en="Subject"),
    )
    table = _plain_table(document, headers, (1.2, 3.4, 3.4, 2.4, 5.6), language)
    for number, (name, each) in enumerate(cited_documents(consolidation)[:MOST_ROWS], 1):
        dated = f"{each.dated:%d/%m/%Y}" if each.dated else ""
        _add_row(table, (str(number), name, each.number, dated, each.subject), centred={0, 3})
    return table


def cited_documents(consolidation: Consolidation) -> list[tuple[str, CitedDocument]]:
    """Each official document that a unit's narrative lists, with the unit's name."""
    return [(capitalised(line.name), each) for line in consolidation.units for each in line.submission.cited]


def photos_table(document: WordDocument, photos: list[ReportPhoto], language: Language) -> Table:
    """The photos, two beside each other, each with its caption."""
    table = add_table(document, (len(photos) + 1) // 2, (_WIDTH / 2, _WIDTH / 2), bordered=False)
    word = Text(vi="Ảnh", en="Photo").in_(language)
    for at, photo in enumerate(photos):
        cell = table.rows[at // 2].cells[at % 2]
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.alignment = CENTRE
        paragraph.paragraph_format.space_before = Pt(8)
        picture = paragraph.add_run().add_picture(io.BytesIO(photo.jpeg), width=Cm(_PHOTO_WIDTH))
        if picture.height > Cm(_PHOTO_WIDTH):
            picture.width = int(picture.width * Cm(_PHOTO_WIDTH) / picture.height)
            picture.height = Cm(_PHOTO_WIDTH)
        add_line(cell, f"{word} {at + 1}. {photo.caption}", size=11, italic=True, alignment=CENTRE)
    for row in table.rows:
        keep_whole(row)
    return table


def replace_marker(document: WordDocument, marker: str, make: Callable[[], Table]) -> bool:
    """Puts the table that `make` appends to the document where the marker's paragraph stands; False if there is no marker."""
    for paragraph in document.element.body.iter(qn("w:p")):
        if "".join(node.text or "" for node in paragraph.iter(qn("w:t"))).strip() == marker:
            table = make()
            paragraph.addprevious(table._tbl)  # noqa: SLF001 - the library has no way to move a table
            following = paragraph.getnext()
            if following is not None and following.tag == qn("w:p"):
                paragraph.getparent().remove(paragraph)
            else:
                for run in list(paragraph.iter(qn("w:r"))):
                    paragraph.remove(run)
                last = Paragraph(paragraph, document)  # a table that ends a page must not push an empty one after it
                last.paragraph_format.line_spacing = Pt(1)
                size_of_mark(last, 1)
            return True
    return False


def _plain_table(document: WordDocument, headers: tuple[Text, ...], widths: tuple[float, ...], language: Language) -> Table:
    table = add_table(document, 1, widths)
    for cell, header in zip(table.rows[0].cells, headers, strict=True):
        write_cell(cell, header.in_(language), size=12, bold=True, alignment=CENTRE)
    repeat_header(table.rows[0])
    return table


def _add_row(table: Table, texts: tuple[str, ...], *, centred: set[int]) -> None:
    row = table.add_row()  # type: ignore[no-untyped-call]
    keep_whole(row)
    for at, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
        write_cell(cell, text, size=12, alignment=CENTRE if at in centred else LEFT)
