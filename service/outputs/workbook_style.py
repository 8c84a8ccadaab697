"""How the workbook looks: one typeface, few colours that also read in black and white, A4 pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties

from config.text import Language
from service.outputs.workbook_cells import Look

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

TYPEFACE = "Times New Roman"
NUMBER = "#,##0"
NUMBER_WITH_FRACTION = "#,##0.0#####"
NUMBER_TO_CONFIRM = '#,##0" ?"'
NUMBER_CORRECTED = '#,##0" *"'
INSTANT = "dd/mm/yyyy hh:mm"
PERCENT = "0.0%"

_THIN = frozenset("iìíỉĩịljtrfsI.,;:'()|-/ ")
_INK = "FF1F2A37"
_RED = "FFB42318"
_GREY = "FF6B7280"
PORTRAIT_WIDTH = 150.0
"""Wider sheets, in digits, are printed in landscape."""
_ROW_HEIGHT = 18.0
_LINE = Side(style="thin", color="FF9AA5B1")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """A style by what it is made of; `fill` and `colour` are ARGB."""

    size: float = 11
    bold: bool = False
    italic: bool = False
    colour: str = _INK
    fill: str = ""
    box: bool = True
    horizontal: str = "left"
    vertical: str = "center"
    wrap: bool = True
    indent: int = 0
    number_format: str = "General"


_HEADER = "FFDCE6F1"
_GROUP = "FFF3F6FA"
_NOT_ASKED = "FFE9ECF0"
_AMBER = "FFFFF2CC"
_ROSE = "FFFBE3E1"

TITLE = Style(size=14, bold=True, box=False, horizontal="center")
SUBTITLE = Style(size=12, italic=True, box=False, horizontal="center")
DRAFT = Style(size=13, bold=True, colour=_RED, box=False, horizontal="center")
REMARK = Style(size=11, italic=True, box=False, vertical="top")
REMARK_CENTRED = Style(size=11, italic=True, box=False, horizontal="center")
SIGNATURE = Style(size=12, bold=True, box=False, horizontal="center", vertical="top")
HEADER = Style(bold=True, fill=_HEADER, horizontal="center")
LABEL = Style(indent=1)
GROUP_LABEL = Style(bold=True, fill=_GROUP)
CENTRED = Style(horizontal="center")
GROUP_CENTRED = Style(bold=True, fill=_GROUP, horizontal="center")
TEXT = Style(vertical="top")
TEXT_CENTRED = Style(horizontal="center", vertical="top")
TEXT_GROUP = Style(fill=_GROUP, vertical="top")
PLAIN_TEXT = Style(wrap=False)
TEXT_BESIDE_FIGURES = Style(vertical="top", indent=1)
PLAIN_TEXT_BESIDE_FIGURES = Style(wrap=False, indent=1)
FIGURE = Style(horizontal="right", wrap=False, number_format=NUMBER)
GROUP_FIGURE = Style(bold=True, fill=_GROUP, horizontal="right", wrap=False, number_format=NUMBER)
TOTAL_FIGURE = Style(bold=True, fill=_HEADER, horizontal="right", wrap=False, number_format=NUMBER)
TOTAL_LABEL = Style(bold=True, fill=_HEADER)
FIGURE_TO_CONFIRM = Style(italic=True, fill=_AMBER, horizontal="right", wrap=False, number_format=NUMBER_TO_CONFIRM)
FIGURE_CORRECTED = Style(bold=True, horizontal="right", wrap=False, number_format=NUMBER_CORRECTED)
TEXT_TO_CONFIRM = Style(italic=True, fill=_AMBER, vertical="top", indent=1)
ASKED_AGAIN = Style(bold=True, italic=True, colour=_RED, fill=_ROSE, horizontal="center", wrap=False)
ABSENT = Style(size=10, italic=True, colour=_GREY, fill=_NOT_ASKED, horizontal="center", wrap=False)
NOT_ASKED = Style(fill=_NOT_ASKED)
INSTANT_CELL = Style(horizontal="center", wrap=False, number_format=INSTANT)
PERCENT_CELL = Style(horizontal="right", wrap=False, number_format=PERCENT)
SEVERE = Style(bold=True, colour=_RED, horizontal="center", vertical="top")
HASH = Style(size=9, colour=_GREY, wrap=False)


MOST_ON_A_PAGE = 40
"""A form of so many rows is printed on one page, its signatures with it."""


class Styles:
    """The styles of one workbook, registered once each."""

    def __init__(self, workbook: Workbook, language: Language = Language.EN) -> None:
        self._language = language
        self._sheet = workbook.worksheets[0] if workbook.worksheets else workbook.create_sheet()
        self._looks: dict[Style, Look] = {}
        normal = workbook._named_styles["Normal"]  # type: ignore[attr-defined]  # noqa: SLF001 - no public way to its font
        normal.font = Font(name=TYPEFACE, size=11)

    def look(self, style: Style) -> Look:
        """The numbers under which this workbook knows the style."""
        if style not in self._looks:
            plain, quoted = self._register(style, quoted=False), self._register(style, quoted=True)
            shown = replace(style, number_format=style.number_format.replace(NUMBER, NUMBER_WITH_FRACTION))
            self._looks[style] = Look(plain, quoted, plain if shown == style else self._register(shown, quoted=False))
        return self._looks[style]

    def _register(self, style: Style, *, quoted: bool) -> int:
        cell = Cell(self._sheet, row=1, column=1)
        cell.font = Font(name=TYPEFACE, size=style.size, bold=style.bold, italic=style.italic, color=style.colour)
        cell.alignment = Alignment(
            horizontal=style.horizontal, vertical=style.vertical, wrap_text=style.wrap, indent=style.indent
        )
        cell.number_format = figures_in(style.number_format, self._language)
        if style.fill:
            cell.fill = PatternFill("solid", start_color=style.fill, end_color=style.fill)
        if style.box:
            cell.border = _BOX
        cell.quotePrefix = quoted
        return int(cell.style_id)


def figures_in(number_format: str, language: Language) -> str:
    """A format of figures that groups thousands as the language does, 1.250 in Vietnamese, whatever the program is set to."""
    return f"[$-42A]{number_format}" if language is Language.VI and number_format.startswith(NUMBER) else number_format


def set_page(
    sheet: Worksheet,
    *,
    landscape: bool,
    title_rows: str = "",
    title_columns: str = "",
    footer: str = "",
    draft: str = "",
    pages_wide: int = 1,
    pages_high: int = 0,
) -> None:
    """A4, fitted to the width, header rows repeated, page numbers below; a draft says so on every page. 0 pages high: any."""
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.fitToWidth = pages_wide
    sheet.page_setup.fitToHeight = pages_high
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins.left, sheet.page_margins.right = 0.6, 0.4
    sheet.page_margins.top, sheet.page_margins.bottom = 0.6, 0.6
    sheet.page_margins.header, sheet.page_margins.footer = 0.3, 0.3
    sheet.print_options.horizontalCentered = True
    sheet.sheet_format.defaultRowHeight = _ROW_HEIGHT
    sheet.sheet_format.customHeight = True
    if title_rows:
        sheet.print_title_rows = title_rows
    if title_columns:
        sheet.print_title_cols = title_columns
    sheet.oddFooter = HeaderFooterItem(left=_page_text(_escaped(footer)), right=_page_text("&P/&N"))
    sheet.oddHeader = HeaderFooterItem(right=_page_text(_escaped(draft)))


def lines_of(text: str, width: float) -> int:
    """How many lines a wrapped text takes in a column of this width, on the safe side."""
    return _lines_of_label(text, width) if len(text) <= _LABEL else _lines_of_text(text, width)


def surely_in_a_line(width: float) -> int:
    """How many letters, whichever they are, take one line in a column of this width."""
    return int(_room(width) / _WIDEST)


def _room(width: float) -> float:
    return max(width * 0.97 - 1.2, 3)


def _lines_of_text(text: str, width: float) -> int:
    room = _room(width)
    return sum(_wrapped(line, room) for line in text.split("\n")) if text else 1


_LABEL, _WIDEST = 200, 1.4
_lines_of_label = lru_cache(maxsize=8_192)(_lines_of_text)  # labels return for every unit


def height_of(lines: int, size: float = 11) -> float:
    """The height in points of so many lines, at most what a row may have."""
    return min(409.0, lines * size * 1.3 + 4)


def _wrapped(line: str, room: float) -> int:
    """The lines a paragraph takes when its words are wrapped."""
    if len(line) * _WIDEST <= room:
        return 1
    lines, used = 1, 0.0
    for word in line.split(" "):
        extent = _extent(word)
        if used and used + 0.5 + extent > room:
            lines, used = lines + 1, 0.0
        used += extent + (0.5 if used else 0.0)
        while used > room:  # a word longer than the line is broken
            lines, used = lines + 1, used - room
    return lines


@lru_cache(maxsize=4_096)  # words return in ten thousand questions
def _extent(word: str) -> float:
    """A word's width in digits of the typeface."""
    return sum(1.5 if letter in "mwM@%W" else 1.3 if letter.isupper() else 0.6 if letter in _THIN else 0.95 for letter in word)


def _page_text(text: str) -> _HeaderFooterPart:
    return _HeaderFooterPart(text=text or None, font=f"{TYPEFACE},Regular", size=9)


def _escaped(text: str) -> str:
    """Text for a page header, where & begins a command and 255 characters are all there is."""
    return text[:100].replace("&", "&&")
