"""The outputs that are pictured, made small: six units, a photo or two each, always the same."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
from openpyxl.styles import Font
from openpyxl.worksheet.properties import PageSetupProperties

from config.campaign import Severity
from config.text import Language, Text
from parsers.cell_notes import CellNote
from parsers.mark_up import mark_up
from parsers.values import Finding
from service.chasing import chase_papers_of
from service.demo.files import figures, form_workbook, photograph
from service.outputs.album import write_album
from service.outputs.blank_form import write_blank_form
from service.outputs.chase_letter import Chase, LateUnit
from service.outputs.outline import outline_document
from service.outputs.report import write_report
from service.outputs.workbook import write_workbook
from service.rules.consolidation import Consolidation
from service.rules.submission import UnitPhoto
from tests.service.campaign_of_units import CAMPAIGN, DEADLINE, consolidation, lines

_OFFICE = "Phòng Giáo dục và Đào tạo huyện Tuần Giáo"
_SUM = Finding(
    code="C-SUM",
    severity=Severity.WARNING,
    where="5",
    text=Text(vi="Tổng số cuộc (12) nhỏ hơn tổng các hoạt động thành phần (14).", en="The total is less than its parts."),
)


class DrawnPhotos:
    """Landscapes drawn from the photo's hash."""

    def photo(self, photo: UnitPhoto) -> bytes | None:
        return photograph(int(photo.sha256[:6], 16), (320, 240))


def consolidated() -> Consolidation:
    """Version 2 of six units, one of them silent; in version 1 another was missing as well."""
    units = tuple(
        replace(line, submission=replace(line.submission, photos=line.submission.photos[: 1 + at % 2]))
        for at, line in enumerate(lines(seed=5, missing=2)[5:11])
    )
    before = consolidation(units=units[:4])
    return consolidation(units=units, version=2, previous=before, findings=(_SUM,))


def make_papers(folder: Path) -> tuple[Path, ...]:
    """Every paper as a file of an office program."""
    made = consolidated()
    language = Language.VI
    unit = CAMPAIGN.roster[3]
    write_workbook(folder / "workbook.xlsx", CAMPAIGN, made, language)
    write_report(folder / "report.docx", CAMPAIGN, made, language, photos=DrawnPhotos(), office=_OFFICE)
    write_album(folder / "album.zip", CAMPAIGN, made, language, DrawnPhotos())
    with zipfile.ZipFile(folder / "album.zip") as archive:
        sheet = next(each for each in archive.namelist() if each.endswith(".docx"))
        (folder / "contact-sheet.docx").write_bytes(archive.read(sheet))
    write_blank_form(folder / "blank-form.xlsx", CAMPAIGN, unit, language=language)
    (folder / "outline.docx").write_bytes(outline_document(CAMPAIGN, unit, language))
    for name, content in zip(("chase.docx", "calls.docx"), chase_papers_of(_chase(), CAMPAIGN.id, language), strict=True):
        (folder / name).write_bytes(content[1])
    (folder / "correction.xlsx").write_bytes(_correction())
    names = ("workbook.xlsx", "report.docx", "contact-sheet.docx", "blank-form.xlsx", "outline.docx", "chase.docx", "calls.docx")
    return tuple(folder / name for name in (*names, "correction.xlsx"))


def _correction() -> bytes:
    unit = CAMPAIGN.roster[3]
    content = _printable(form_workbook(CAMPAIGN, unit.full_name, figures(CAMPAIGN, int(unit.code))))
    doubt = "Đơn vị ghi “hơn 300 quyển”; đề nghị xác nhận số đúng."
    notes = (
        CellNote(sheet="Sheet", cell="D10", text=doubt, grave=False),
        CellNote(sheet="Sheet", cell="E12", text="02 lớp nhưng 0 người.", grave=True),
    )
    return mark_up(content, notes)


def _printable(content: bytes) -> bytes:
    """The commune's workbook on one page, in a typeface that a test machine has: openpyxl's own default is Calibri."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book:
        sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr = 1, PageSetupProperties(fitToPage=True)
        for cell in (each for row in sheet.iter_rows() for each in row):
            cell.font = Font(name="Times New Roman", size=11, bold=cell.font.b)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _chase() -> Chase:
    missing = ("chưa có báo cáo tổng kết (bản lời)", "chưa có biểu tổng hợp số liệu")
    late = tuple(
        LateUnit(
            name=unit.full_name,
            office=f"UBND {unit.full_name}",
            contact="đ/c Lò Văn Bình",
            phone="0215 386 2222",
            missing="; ".join(missing[at % 2 :]),
            reminders=at + 1,
        )
        for at, unit in enumerate(CAMPAIGN.roster[2:5])
    )
    return Chase(
        title=CAMPAIGN.title,
        citation=CAMPAIGN.order_citation,
        deadline=CAMPAIGN.deadline_wording,
        office=_OFFICE,
        area=CAMPAIGN.area,
        mailbox="baocao@tuangiao.example",
        final_call="17:00 ngày 22/10/2020",
        now="08:00 ngày 20/10/2020",
        year=2020,
        expected=len(CAMPAIGN.roster),
        late=late,
        on_roster=late,
        dated=DEADLINE,
    )
