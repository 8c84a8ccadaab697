"""Three blank forms of offices that look nothing like the reference, filled in by hand from a seed."""

from __future__ import annotations

import io
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import docx
import openpyxl
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

Answers = Mapping[tuple[str, str], int]
"""What a unit fills in: (label of the row, full heading of the column) -> figure. In a list of units the label is ""."""

XLSX = ("vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx")
DOCX = ("vnd.openxmlformats-officedocument.wordprocessingml.document", "docx")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeUnit:
    """A unit on the roster of an office."""

    code: str
    name: str
    kind: str

    @property
    def address(self) -> str:
        return f"{self.code.lower()}@units.example"


class OfficeForm(Protocol):
    """A blank form, and how a unit fills it in."""

    title: str
    file_type: tuple[str, str]
    units: tuple[OfficeUnit, ...]
    language: str

    def blank(self) -> bytes:
        """The office's own blank form."""
        ...

    def answers(self, chance: random.Random) -> Answers:
        """What one unit has to say; a few cells stay blank."""
        ...

    def filled(self, unit: OfficeUnit, answers: Answers) -> bytes:
        """The form as the unit sends it back."""
        ...


def _bytes_of(book: Any) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _some(chance: random.Random, keys: list[tuple[str, str]]) -> dict[tuple[str, str], int]:
    return {key: chance.choice([0, chance.randint(1, 9), chance.randint(10, 1500)]) for key in keys if chance.random() < 0.9}


class WideForm:
    """Vietnamese, eleven columns of figures under merged age groups, columns numbered, totals below their parts."""

    title = "THỐNG KÊ TRẺ EM TRONG ĐỘ TUỔI NĂM HỌC 2025-2026"
    file_type = XLSX
    language = "vi"
    units = tuple(
        OfficeUnit(code=f"P{at}", name=name, kind="phường")
        for at, name in enumerate(("Thanh Bình", "Him Lam", "Noong Bua", "Mường Thanh"), 1)
    )
    groups = ("Trẻ 0-5 tuổi", "Trẻ 6-10 tuổi", "Trẻ 11-14 tuổi")
    parts = ("Nam", "Nữ", "Tổng số")
    rows = (
        ("I", "Trẻ em đang đi học", "x"),
        ("1", "Dân tộc Kinh", ""),
        ("2", "Dân tộc Thái", ""),
        ("3", "Dân tộc khác", ""),
        ("II", "Trẻ em chưa đi học hoặc bỏ học", "x"),
        ("1", "Do khuyết tật", ""),
        ("2", "Do hoàn cảnh gia đình", ""),
        ("", "Tổng cộng", ""),
    )

    def _sheet(self) -> tuple[Any, Worksheet]:
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        sheet["A1"], sheet["H1"] = "UBND THÀNH PHỐ\nPHÒNG GIÁO DỤC", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
        sheet["A3"], sheet["A4"] = self.title, "Đơn vị báo cáo: ................"
        sheet.merge_cells("A3:L3")
        for column, text in ((1, "STT"), (2, "Phân loại"), (12, "Ghi chú")):
            sheet.cell(6, column, text)
            sheet.merge_cells(start_row=6, end_row=7, start_column=column, end_column=column)
        for at, group in enumerate(self.groups):
            sheet.cell(6, 3 + at * 3, group)
            sheet.merge_cells(start_row=6, end_row=6, start_column=3 + at * 3, end_column=5 + at * 3)
            for place, part in enumerate(self.parts):
                sheet.cell(7, 3 + at * 3 + place, part)
        for column in range(1, 13):
            sheet.cell(8, column, f"({column})")
        for row, (number, label, mark) in enumerate(self.rows, 9):
            sheet.cell(row, 1, number or None)
            sheet.cell(row, 2, label).font = Font(bold=number in {"I", "II", ""})
            for column in range(3, 12) if mark else ():
                sheet.cell(row, column, mark)
        sheet["B19"], sheet["I19"] = "Người lập biểu", "Thủ trưởng đơn vị"
        return book, sheet

    def blank(self) -> bytes:
        return _bytes_of(self._sheet()[0])

    def answers(self, chance: random.Random) -> Answers:
        keys = [
            (label, f"{group} – {part}")
            for _, label, mark in self.rows
            if not mark
            for group in self.groups
            for part in self.parts
        ]
        found = _some(chance, [key for key in keys if key[0] != "Tổng cộng"])
        totals = {(label, heading): 0 for label, heading in keys if label == "Tổng cộng"}
        for (_, heading), value in found.items():
            totals["Tổng cộng", heading] += value
        return {**found, **totals}

    def filled(self, unit: OfficeUnit, answers: Answers) -> bytes:
        book, sheet = self._sheet()
        sheet["A4"] = f"Đơn vị báo cáo: Phường {unit.name}"
        for row, (_, label, _mark) in enumerate(self.rows, 9):
            for at, group in enumerate(self.groups):
                for place, part in enumerate(self.parts):
                    if (value := answers.get((label, f"{group} – {part}"))) is not None:
                        sheet.cell(row, 3 + at * 3 + place, value)
        return _bytes_of(book)


class ListOfUnits:
    """Vietnamese, the office's list of its schools: each school fills in its own row and leaves the others."""

    title = "TỔNG HỢP QUY MÔ TRƯỜNG LỚP ĐẦU NĂM HỌC"
    file_type = XLSX
    language = "vi"
    units = tuple(
        OfficeUnit(code=f"T{at}", name=name, kind="trường")
        for at, name in enumerate(("THCS Quài Cang", "THCS Mùn Chung", "Tiểu học Bình Minh", "Mầm non Hoa Ban"), 1)
    )
    headings = ("Số lớp", "Học sinh – Tổng số", "Học sinh – Nữ", "Giáo viên", "Phòng học kiên cố")

    def _sheet(self) -> tuple[Any, Worksheet]:
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        sheet["A1"] = self.title
        for column, text in enumerate(("TT", "Tên trường", "Số lớp", "Học sinh", None, "Giáo viên", "Phòng học kiên cố"), 1):
            sheet.cell(3, column, text)
        sheet["D4"], sheet["E4"] = "Tổng số", "Nữ"
        sheet.merge_cells("D3:E3")
        for column in (1, 2, 3, 6, 7):
            sheet.merge_cells(start_row=3, end_row=4, start_column=column, end_column=column)
        for row, unit in enumerate(self.units, 5):
            sheet.cell(row, 1, row - 4)
            sheet.cell(row, 2, f"Trường {unit.name}")
            for column in range(3, 8):
                sheet.cell(row, column).fill = PatternFill("solid", fgColor="FFFFF2CC")
        sheet.cell(5 + len(self.units), 2, "Tổng cộng").font = Font(bold=True)
        return book, sheet

    def blank(self) -> bytes:
        return _bytes_of(self._sheet()[0])

    def answers(self, chance: random.Random) -> Answers:
        return _some(chance, [("", heading) for heading in self.headings])

    def filled(self, unit: OfficeUnit, answers: Answers) -> bytes:
        book, sheet = self._sheet()
        for column, heading in enumerate(self.headings, 3):
            if (value := answers.get(("", heading))) is not None:
                sheet.cell(5 + self.units.index(unit), column, value)
                sheet.cell(5 + len(self.units), column, value)  # the formula of the sum row, as its program saved it
        sheet["E12"] = "Ngày 5 tháng 9 năm 2025"
        return _bytes_of(book)


class EnglishForm:
    """English, a Word document, items numbered 1, 1.1, units of measure, one text."""

    title = "QUARTERLY CLINIC RETURN"
    file_type = DOCX
    language = "en"
    units = tuple(
        OfficeUnit(code=f"C{at}", name=name, kind="clinic")
        for at, name in enumerate(("Riverside", "Hilltop", "Old Mill", "Station Road"), 1)
    )
    headings = ("Male", "Female", "Total")
    rows = (
        ("1", "Consultations", "persons"),
        ("1.1", "of which first visits", "persons"),
        ("1.2", "of which follow-up visits", "persons"),
        ("2", "Vaccinations given", "doses"),
        ("3", "Home visits by nurses", "visits"),
        ("4", "Patients referred to hospital", "persons"),
    )

    def _document(self) -> tuple[Any, Any]:
        document = docx.Document()
        document.add_paragraph("County Health Office")
        document.add_heading(self.title, 1)
        document.add_paragraph("Reporting unit: ________________")
        table = document.add_table(rows=1 + len(self.rows), cols=6)
        for column, text in enumerate(("No.", "Item", "Unit of measure", *self.headings)):
            table.cell(0, column).text = text
        for row, texts in enumerate(self.rows, 1):
            for column, text in enumerate(texts):
                table.cell(row, column).text = text
        document.add_paragraph("Prepared by: ________________")
        return document, table

    def blank(self) -> bytes:
        return _bytes_of(self._document()[0])

    def answers(self, chance: random.Random) -> Answers:
        found: dict[tuple[str, str], int] = {}
        for heading in self.headings:
            first, again = chance.randint(0, 400), chance.randint(0, 90)
            found["of which first visits", heading] = first
            found["of which follow-up visits", heading] = again
            found["Consultations", heading] = first + again
        return {**found, **_some(chance, [(label, heading) for _, label, _ in self.rows[3:] for heading in self.headings])}

    def filled(self, unit: OfficeUnit, answers: Answers) -> bytes:
        document, table = self._document()
        document.paragraphs[2].text = f"Reporting unit: {unit.name} clinic"
        for row, (_, label, _unit) in enumerate(self.rows, 1):
            for column, heading in enumerate(self.headings, 3):
                if (value := answers.get((label, heading))) is not None:
                    table.cell(row, column).text = str(value)
        return _bytes_of(document)


FORMS: tuple[OfficeForm, ...] = (WideForm(), ListOfUnits(), EnglishForm())
