"""Printed forms without ruling lines, or with some of them, with known truth: by LibreOffice Calc, Writer and as a web page.

Every seed gives another page: paper, typeface, widths, alignment, wrapped labels, notes with figures in them, header, footer,
one page or several.
"""

from __future__ import annotations

import html
import io
import random
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docx
import openpyxl
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from config.campaign import Form, Indicator, IndicatorType
from tests.requirements import LIBREOFFICE, need
from tests.scoreboard.formats import converted, in_tcvn3
from tests.servers_libreoffice import LibreOffice

Key = tuple[str, str]
PROGRAMS = ("calc", "calc", "calc", "writer", "writer", "web")
LINES = ("none", "none", "none", "level", "stripes", "header", "frame", "upright", "some")
FONTS = ("Times New Roman", "Times New Roman", "Arial", "DejaVu Sans", "Liberation Sans Narrow")
NOTES = (
    "02 lớp ở bản Co Muông",
    "có danh sách 35 người kèm theo",
    "theo Kế hoạch số 68/KH-UBND ngày 25/9/2020",
    "3",
    "15 cuốn sách",
    "Trường THCS",
    "tổ chức 2 đợt: đợt 1 có 12 người, đợt 2 có 20 người",
    "100%",
)
STRANGERS = (
    "Tuyên truyền trên hệ thống loa truyền thanh của các bản trên địa bàn xã",
    "Hội thi giáo viên dạy giỏi",
    "Thi rung chuông vàng tìm hiểu lịch sử địa phương cho học sinh trung học cơ sở",
    "Số bản có nhà văn hóa",
)


@dataclass(slots=True, kw_only=True)
class Line:
    """One row of the form as it is typed: row number, label, unit, figures, note."""

    cells: list[str]
    code: str = ""


@dataclass(slots=True, kw_only=True)
class Look:
    """How a paper looks."""

    program: str
    lines: str
    font: str
    size: int
    label: int  # characters
    figure: int
    note: int
    upright: str  # where a cell's text stands: top, center, bottom, mixed (labels at the top, figures at the foot)
    level: str  # where a figure stands: left, center, right, general (numbers right, texts left)
    landscape: bool
    repeated: bool
    footer: str
    two: bool  # header rows
    tcvn3: bool
    cairo: bool
    low: bool  # rows too low for their text, as where a clerk set their height by hand
    misspelt: float  # share of the labels
    marks: bool  # a row (1) (2) (3) under the header
    beside: str  # a further column of figures, before the others

    @property
    def wide(self) -> tuple[float, ...]:
        """The widths of the columns in characters."""
        beside = (self.figure,) if self.beside else ()
        return (5, self.label, 11, *beside, self.figure, self.figure, self.note)

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return len(self.wide)

    @property
    def figures(self) -> tuple[int, int]:
        """The columns of classes and of persons, from 1 on."""
        return self.columns - 2, self.columns - 1

    def level_of(self, number: int, column: int, text: str) -> str:
        """Where a cell's text stands from left to right; rows of the header are negative."""
        if number < 0 or column == 1:
            return "center"
        if not 3 < column < self.columns:
            return "left"
        if self.level == "general":
            return "right" if text.isdigit() and (text == "0" or not text.startswith("0")) else "left"
        return self.level

    def upright_of(self, number: int, column: int) -> str:
        """Where a cell's text stands from top to foot."""
        if number < 0:
            return "center"
        return ("bottom" if 3 < column < self.columns else "top") if self.upright == "mixed" else self.upright


@dataclass(slots=True, kw_only=True)
class Paper:
    """A printed form and what stands in it: None where nothing does."""

    data: bytes
    truth: dict[Key, int | None]
    notes: str
    strangers: list[str] = field(default_factory=list)


def paper(form: Form, seed: int, *, blank: bool = False, **wanted: Any) -> Paper:
    """The form printed for a seed; `wanted` fixes traits of its look."""
    dice = random.Random(seed)
    look = _look(dice, wanted)
    truth: dict[Key, int | None] = {}
    lines = [_line(dice, each, truth, blank=blank) for each in form.indicators]
    strangers = []
    if not blank and dice.random() < 0.25:
        for _ in range(dice.choice((1, 2))):
            label = dice.choice(STRANGERS)
            strangers.append(label)
            row = ["", label, dice.choice(("", "lớp/người")), str(dice.randint(700, 799)), str(dice.randint(7000, 7999)), ""]
            lines.insert(dice.randrange(3, len(lines)), Line(cells=row))
    if not blank and dice.random() < 0.15:
        gone = lines.pop(dice.randrange(2, len(lines)))
        truth.update({key: None for key in truth if key[0] == gone.code})
    header = _header(dice, look)
    for line in lines:
        if dice.random() < look.misspelt:
            line.cells[1] = _misspelt(dice, line.cells[1])
        if look.beside:
            line.cells.insert(3, str(dice.randint(4000, 4999)) if line.cells[3] or line.cells[4] else "")
    if look.tcvn3:
        header = [[in_tcvn3(each) for each in row] for row in header]
        lines = [Line(cells=[in_tcvn3(each) for each in line.cells], code=line.code) for line in lines]
    write = {"calc": _by_calc, "writer": _by_writer, "web": _by_web}[look.program]
    data = write(look, header, [line.cells for line in lines])
    return Paper(data=_by_cairo(data) if look.cairo else data, truth=truth, notes=str(look), strangers=strangers)


def _look(dice: random.Random, wanted: dict[str, Any]) -> Look:
    traits: dict[str, Any] = {
        "program": dice.choice(PROGRAMS),
        "lines": dice.choice(LINES),
        "font": dice.choice(FONTS),
        "size": dice.choice((8, 9, 10, 11, 12, 13)),
        "label": dice.choice((22, 28, 36, 45, 60, 75)),
        "figure": dice.choice((7, 9, 12, 15)),
        "note": dice.choice((10, 16, 30)),
        "upright": dice.choice(("top", "center", "center", "bottom", "bottom", "mixed")),
        "level": dice.choice(("left", "center", "center", "right", "right", "general")),
        "landscape": dice.random() < 0.3,
        "repeated": dice.random() < 0.5,
        "footer": dice.choice(("", "", "Trang &P", "&P", "&P/&N")),
        "two": dice.random() < 0.7,
        "tcvn3": dice.random() < 0.06,
        "cairo": dice.random() < 0.2,
        "low": dice.random() < 0.08,
        "misspelt": dice.choice((0.0, 0.0, 0.1, 0.3)),
        "marks": dice.random() < 0.12,
        "beside": dice.choice(("", "", "", "", "Kế hoạch", "Năm 2019")),
    }
    return Look(**{**traits, **wanted})


def _header(dice: random.Random, look: Look) -> list[list[str]]:
    label = dice.choice(("Nội dung", "Nội dung", "Chỉ tiêu", ""))
    first, last = ["STT", label, dice.choice(("Đơn vị", "Đơn vị tính", "ĐVT"))], dice.choice(("Ghi chú", "Ghi chú"))
    names = ["Số lớp/số cuộc thi", dice.choice(("Người", "Số người"))]
    beside = [look.beside] if look.beside else []
    rows = [[*first, *beside, *names, last]]
    if look.two:
        blank = [""] * (3 + len(beside))
        rows = [[*first, *beside, "Số lượng", "", last], [*blank, *names, ""]]
    return [*rows, [f"({number})" for number in range(1, len(rows[0]) + 1)]] if look.marks else rows


def _misspelt(dice: random.Random, label: str) -> str:
    """A label with a letter too many, one left out, or a word in other spelling."""
    place = dice.randrange(2, len(label))
    return dice.choice((label[:place] + label[place + 1 :], label[:place] + dice.choice("aeinht") + label[place:], label.upper()))


def _line(dice: random.Random, indicator: Indicator, truth: dict[Key, int | None], *, blank: bool) -> Line:
    given: dict[str, str] = {}
    if indicator.columns and indicator.type is not IndicatorType.TEXT and not blank:
        for key in indicator.columns:
            value = None if dice.random() < 0.12 else _amount(dice, indicator, key)
            truth[indicator.code, key] = value
            given[key] = "" if value is None else _spelt(dice, value, key)
        pair = [truth.get((indicator.code, key)) for key in indicator.pair or ()]
        count, people = pair if len(pair) == 2 else (None, None)
        if count is not None and people is not None and people >= count and dice.random() < 0.12:
            both = dice.choice((f"{count:02d} lớp/{people} người", f"{count}/{people}"))
            given = {"count": both if "lớp" in indicator.unit else f"{count}/{people}", "people": ""}
    note = dice.choice(NOTES) if not blank and dice.random() < 0.18 else ""
    money = given.pop("money", "")
    figures = [given.get("count", "") or money, given.get("people", "")]
    return Line(cells=[indicator.row_number, indicator.label, indicator.unit, *figures, note], code=indicator.code)


def _amount(dice: random.Random, indicator: Indicator, key: str) -> int:
    if indicator.type is IndicatorType.INTEGER_FLAG:
        return dice.choice((0, 1))
    if indicator.type is IndicatorType.MONEY:
        return dice.choice((500_000, 4_500_000, 12_000_000))
    return dice.choice((0, dice.randint(1, 9), dice.randint(10, 30))) if key == "count" else dice.randint(31, 1950)


def _spelt(dice: random.Random, value: int, key: str) -> str:
    if key == "money":
        return f"{value:,}".replace(",", ".")
    choice = dice.random()
    if choice < 0.1:
        return f"{value:02d}"
    return f"{value:,}".replace(",", ".") if choice < 0.2 else str(value)


TITLE = ("UBND XÃ QUÀI TỞ", "MẪU TỔNG HỢP SỐ LIỆU KẾT QUẢ TỔ CHỨC TUẦN LỄ", "(Kèm theo Báo cáo số 45/BC-UBND ngày 12/10/2020)")
SIGNED = ("Quài Tở, ngày 12 tháng 10 năm 2020", "TM. UỶ BAN NHÂN DÂN", "Lò Văn An")


def _by_calc(look: Look, header: list[list[str]], rows: list[list[str]]) -> bytes:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for text in TITLE:
        sheet.append([None, in_tcvn3(text) if look.tcvn3 else text])
    sheet.append([])
    top = sheet.max_row + 2
    for number, row in enumerate([*header, *rows], start=top):
        for column, text in enumerate(row, start=1):
            whole = int(text) if text.isdigit() and not text.startswith("0") and column in (1, 4, *look.figures) else text
            cell = sheet.cell(number, column, whole if text else None)
            _dress(look, cell, text, (number - top - len(header), column, len(rows)))
        if not look.low:
            tall = max(_lines_of(text, room) for text, room in zip(row, look.wide, strict=True))
            sheet.row_dimensions[number].height = tall * look.size * 1.32 + 3
    if look.two:
        for column in range(1, look.columns + 1):
            if column not in look.figures:
                sheet.merge_cells(start_row=top, end_row=top + 1, start_column=column, end_column=column)
        sheet.merge_cells(start_row=top, end_row=top, start_column=look.figures[0], end_column=look.figures[1])
    for letter, wide in zip("ABCDEFG", look.wide, strict=False):
        sheet.column_dimensions[letter].width = wide
    for text in SIGNED:
        sheet.cell(sheet.max_row + 2, 4, in_tcvn3(text) if look.tcvn3 else text)
    sheet.page_setup.orientation = "landscape" if look.landscape else "portrait"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage = 1, 0, True
    if look.repeated:
        sheet.print_title_rows = f"{top}:{top + len(header) - 1}"
    sheet.oddFooter.center.text = look.footer or None
    stream = io.BytesIO()
    book.save(stream)
    return converted(stream.getvalue(), "xlsx", "pdf", LibreOffice(program=need(LIBREOFFICE)))


def _lines_of(text: str, room: float) -> int:
    """How many lines a text needs in a column, rather one too many."""
    lines, left = 1, 0.0
    for word in text.split():
        if left and left + len(word) > room * 0.85:
            lines, left = lines + 1, 0.0
        left += len(word) + 1
        lines += int(len(word) / (room * 0.85))
    return lines


def _dress(look: Look, cell: Any, text: str, place: tuple[int, int, int]) -> None:
    """Typeface, alignment and lines of one cell at row (negative in the header) and column, of so many rows."""
    number, column, count = place
    thin, no = Side(style="thin"), Side()
    level = look.level_of(number, column, text)
    cell.font = Font(name=".VnTime" if look.tcvn3 else look.font, size=look.size, bold=number < 0)
    cell.alignment = Alignment(wrap_text=True, vertical=look.upright_of(number, column), horizontal=level)
    if look.lines == "stripes" and number % 2 == 0 and number >= 0:
        cell.fill = PatternFill("solid", fgColor="DDDDDD")
    across = thin if look.lines == "level" or (look.lines == "header" and number < 0) else no
    down = thin if look.lines == "upright" or (look.lines == "header" and number < 0) else no
    left = right = down
    top = bottom = across
    if look.lines == "frame":
        left, right = thin if column == 1 else no, thin if column == look.columns else no
        top, bottom = thin if number in (0, -1) else no, thin if number == count - 1 else no
    if look.lines == "some":  # no line between the two columns of figures
        top = bottom = thin
        left, right = no if column == look.figures[1] else thin, no if column == look.figures[0] else thin
    cell.border = Border(left=left, right=right, top=top, bottom=bottom)


def _by_writer(look: Look, header: list[list[str]], rows: list[list[str]]) -> bytes:
    document: Any = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = (Cm(29.7), Cm(21)) if look.landscape else (Cm(21), Cm(29.7))
    if look.landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
    section.left_margin = section.right_margin = Cm(1.8)
    style = document.styles["Normal"]
    style.font.name, style.font.size = ".VnTime" if look.tcvn3 else look.font, Pt(look.size)
    style.paragraph_format.space_after = Pt(0)
    for text in TITLE:
        document.add_paragraph(in_tcvn3(text) if look.tcvn3 else text)
    table = document.add_table(len(header) + len(rows), look.columns)
    table.autofit = False
    table.style = "Table Grid" if look.lines == "some" else "Normal Table"
    wide = look.wide
    room = (26.0 if look.landscape else 17.4) / sum(wide)
    for number, (texts, row) in enumerate(zip([*header, *rows], table.rows, strict=True), start=-len(header)):
        for column, (text, cell) in enumerate(zip(texts, row.cells, strict=True)):
            cell.width = Cm(wide[column] * room)
            cell.text = text
            paragraph = cell.paragraphs[0]
            paragraph.alignment = getattr(WD_ALIGN_PARAGRAPH, look.level_of(number, column + 1, text).upper())
            cell.vertical_alignment = getattr(WD_CELL_VERTICAL_ALIGNMENT, look.upright_of(number, column + 1).upper())
            _lined(look, cell, number, column)
        if look.repeated and number < 0:
            row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    if look.two:
        first, last = (each - 1 for each in look.figures)
        for column in range(look.columns):
            if column not in (first, last):
                table.cell(0, column).merge(table.cell(1, column)).text = header[0][column]
        table.cell(0, first).merge(table.cell(0, last)).text = header[0][first]
    for text in SIGNED:
        document.add_paragraph(in_tcvn3(text) if look.tcvn3 else text).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    stream = io.BytesIO()
    document.save(stream)
    return converted(stream.getvalue(), "docx", "pdf", LibreOffice(program=need(LIBREOFFICE)))


def _lined(look: Look, cell: Any, number: int, column: int) -> None:
    properties = cell._tc.get_or_add_tcPr()
    if look.lines == "stripes" and number >= 0 and number % 2 == 0:
        shade = OxmlElement("w:shd")
        shade.set(qn("w:val"), "clear")
        shade.set(qn("w:fill"), "DDDDDD")
        properties.append(shade)
    sides: tuple[str, ...] = ()
    if look.lines == "level":
        sides = ("top", "bottom")
    elif look.lines == "upright":
        sides = ("left", "right")
    elif look.lines == "header" and number < 0:
        sides = ("top", "left", "bottom", "right")
    if look.lines == "some" and column + 1 in look.figures:
        _bordered(properties, ("right",) if column + 1 == look.figures[0] else ("left",), "nil")
    _bordered(properties, sides, "single")


def _bordered(properties: Any, sides: tuple[str, ...], kind: str) -> None:
    if not sides:
        return
    borders = OxmlElement("w:tcBorders")
    for side in sides:
        line = OxmlElement(f"w:{side}")
        line.set(qn("w:val"), kind)
        line.set(qn("w:sz"), "4")
        borders.append(line)
    properties.append(borders)


def _by_web(look: Look, header: list[list[str]], rows: list[list[str]]) -> bytes:
    wide = look.wide
    total = sum(wide)
    figures = tuple(each - 1 for each in look.figures)
    lines = "".join(f"<p>{html.escape(in_tcvn3(text) if look.tcvn3 else text)}</p>" for text in TITLE)
    lines += (
        f'<table width="100%" border="{1 if look.lines == "frame" else 0}" rules="{"rows" if look.lines == "level" else "none"}">'
    )
    for number, row in enumerate([*header, *rows], start=-len(header)):
        fill = ' bgcolor="#dddddd"' if look.lines == "stripes" and number >= 0 and number % 2 == 0 else ""
        lines += f"<tr{fill}>"
        for column, text in enumerate(row):
            span = ""
            if look.two and number < 0:
                upper, lower = number == -len(header), number == 1 - len(header)
                if (upper and column == figures[1]) or (lower and column not in figures):
                    continue
                span = ' colspan="2"' if upper and column == figures[0] else ' rowspan="2"' if upper else ""
            level = look.level_of(number, column + 1, text)
            upright = look.upright_of(number, column + 1).replace("center", "middle")
            lines += (
                f'<td{span} width="{wide[column] * 100 / total:.0f}%" align="{level}" valign="{upright}">{html.escape(text)}</td>'
            )
        lines += "</tr>"
    lines += "</table>" + "".join(f"<p align=right>{html.escape(in_tcvn3(text) if look.tcvn3 else text)}</p>" for text in SIGNED)
    style = f"font-family:'{'.VnTime' if look.tcvn3 else look.font}';font-size:{look.size}pt"
    size = "29.7cm 21cm" if look.landscape else "21cm 29.7cm"
    sheet = f"@page{{size:{size};margin:1.5cm}} p,td{{{style};margin:0}}"
    page = f'<html><head><meta charset="utf-8"><style>{sheet}</style></head><body>{lines}</body></html>'
    with tempfile.TemporaryDirectory(prefix="thubao-web-") as folder:
        path = Path(folder, "bieu.html")
        path.write_bytes(page.encode())
        return LibreOffice(program=need(LIBREOFFICE)).to_pdf(path).read_bytes()


def _by_cairo(data: bytes) -> bytes:
    """The same pages written anew by another program, where it is installed."""
    program = shutil.which("pdftocairo")
    if program is None:
        return data
    with tempfile.TemporaryDirectory(prefix="thubao-cairo-") as folder:
        source, target = Path(folder, "a.pdf"), Path(folder, "b.pdf")
        source.write_bytes(data)
        subprocess.run([program, "-pdf", str(source), str(target)], check=True, capture_output=True, timeout=60)
        return target.read_bytes()
