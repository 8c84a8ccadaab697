"""What every spreadsheet reader shares: limits, bilingual errors, raw sheets, and turning stored numbers into exact values."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.cell import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from config.campaign import Severity
from config.errors import ParseError
from config.text import Text
from parsers.grid import Cell, CellKind, Merge, Sheet
from parsers.values import Finding

MAX_ROWS = 5_000
MAX_COLUMNS = 256
MAX_SHEETS = 64
MAX_CELLS = 100_000  # non-blank cells kept of one workbook
MAX_ELEMENTS = 300_000  # XML elements or binary records looked at in one workbook
MAX_MERGES = 5_000
_LARGEST_MERGED_AREA = 300_000  # cells in all merges of a sheet; beyond, what lies under them is kept
MAX_TEXT = 8_000  # characters kept of one cell
MAX_PART = 64 * 1024 * 1024  # bytes of one inflated part
_CONSTANT = re.compile(r'(?:\w+:)?=?"((?:[^"]|"")*)"$')
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})$")
_LAST_CONVERTIBLE_SERIAL = 2_958_465  # 9999-12-31


class SpreadsheetError(ParseError):
    """A workbook that cannot be read. `text` says why in both languages."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


class PasswordError(SpreadsheetError):
    """A workbook that opens only with a password."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                vi="Tệp bảng tính có mật khẩu; đề nghị gửi bản không đặt mật khẩu.",
                en="The workbook is protected by a password; please send it without one.",
            )
        )


def damaged(detail: str) -> SpreadsheetError:
    """The error for bytes that are not the workbook they seem to be; `detail` names what failed, in English."""
    return SpreadsheetError(
        Text(
            vi="Tệp bảng tính bị hỏng hoặc không đúng định dạng; đề nghị lưu lại dạng .xlsx và gửi lại.",
            en=f"The workbook is damaged or not what it seems ({detail}); please save it again as .xlsx and resend.",
        )
    )


def too_large(detail: str) -> SpreadsheetError:
    """The error for a workbook beyond a safe size; `detail` names the limit."""
    return SpreadsheetError(
        Text(
            vi=f"Tệp bảng tính vượt giới hạn an toàn ({detail}) nên không được mở.",
            en=f"The workbook exceeds a safety limit ({detail}) and was not opened.",
        )
    )


def capped_finding(sheet: str) -> Finding:
    """The finding for a sheet of which only the first part was read."""
    return Finding(
        code="S-CAPPED",
        severity=Severity.WARNING,
        where=sheet,
        text=Text(
            vi=f"Trang tính “{sheet}” quá lớn; chỉ đọc {MAX_ROWS} dòng và {MAX_COLUMNS} cột đầu.",
            en=f"Sheet “{sheet}” is too large; only its first {MAX_ROWS} rows and {MAX_COLUMNS} columns were read.",
        ),
    )


@dataclass(slots=True)
class RawSheet:
    """A sheet while it is being read."""

    name: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    hidden: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    capped: bool = False

    def hide_columns(self, first: int, last: int) -> None:
        """Mark columns first to last, 1-based and inclusive, as hidden."""
        if len(self.hidden_columns) < MAX_COLUMNS:
            self.hidden_columns.update(range(max(first, 1), min(last, MAX_COLUMNS) + 1))

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """Note a merged area, 1-based and inclusive, if it lies in the part that is read."""
        if 0 < top <= MAX_ROWS and 0 < left <= MAX_COLUMNS and len(self.merges) < MAX_MERGES and (bottom > top or right > left):
            self.merges.append(Merge(top=top, left=left, bottom=min(bottom, MAX_ROWS), right=min(right, MAX_COLUMNS)))

    def finished(self) -> Sheet:
        """The sheet as a value. What stands under a merged area is dropped: nobody sees it."""
        covered = _covered(self.merges, self.cells)
        return Sheet(
            name=self.name,
            cells={position: cell for position, cell in self.cells.items() if position not in covered} if covered else self.cells,
            merges=tuple(self.merges),
            hidden=self.hidden,
            hidden_rows=frozenset(self.hidden_rows),
            hidden_columns=frozenset(self.hidden_columns),
        )


def _covered(merges: list[Merge], cells: Mapping[tuple[int, int], Cell]) -> set[tuple[int, int]]:
    covered: set[tuple[int, int]] = set()
    area = 0
    for merge in merges:
        area += (merge.bottom - merge.top + 1) * (merge.right - merge.left + 1)
        if area > _LARGEST_MERGED_AREA:
            break
        rows, columns = range(merge.top, merge.bottom + 1), range(merge.left, merge.right + 1)
        covered.update(each for row in rows for column in columns if (each := (row, column)) in cells)
        covered.discard((merge.top, merge.left))
    return covered


@dataclass(slots=True)
class RawWorkbook:
    """What a reader found in a file. `uncalculated`: a formula stands without its result; `names`: names for a constant text."""

    sheets: list[RawSheet]
    uncalculated: bool = False
    names: dict[str, str] = field(default_factory=dict)


def constant_text(expression: str) -> str:
    """The text a name stands for when its expression is one quoted text, else ""."""
    match = _CONSTANT.match(expression.strip())
    return match[1].replace('""', '"') if match else ""


@dataclass(slots=True)
class Budget:
    """How much work one workbook may still cost."""

    elements: int = MAX_ELEMENTS
    cells: int = MAX_CELLS


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """The part of a cell's style that reading needs."""

    number_format: str = "General"
    font: str = ""
    is_date: bool = False
    struck: bool = False  # crossed out: what stands there was taken back


PLAIN_STYLE = Style()


def style_of(number_format: str, font: str, *, struck: bool = False) -> Style:
    """The style with this number format and font name."""
    is_date = bool(is_date_format(number_format))
    return Style(number_format=number_format or "General", font=font, is_date=is_date, struck=struck)


def format_code(identifier: int, custom: Mapping[int, str]) -> str:
    """The number format behind an id of the file: its own first, then the built-in ones."""
    return custom.get(identifier) or BUILTIN_FORMATS.get(identifier, "General")


def exact(number: float) -> int | Decimal:
    """The stored float as int, or as the shortest decimal that gives it.

    A calculated 30.000000000000004 is 30: no spreadsheet shows or compares more than 15 digits.
    """
    if number.is_integer():
        return int(number)
    shown = float(f"{number:.15g}")
    return int(shown) if shown.is_integer() else Decimal(repr(number))


def serial_to_date(serial: float, *, since_1904: bool) -> date | datetime | time | None:
    """The moment a serial number stands for: time below 1, date when whole, else both; None outside the calendar."""
    if not 0 <= serial <= _LAST_CONVERTIBLE_SERIAL:
        return None
    try:
        moment = from_excel(serial, CALENDAR_MAC_1904 if since_1904 else CALENDAR_WINDOWS_1900)
    except (ValueError, OverflowError):
        return None
    if isinstance(moment, datetime):
        return moment.date() if moment.time() == time(0) else moment
    return moment if isinstance(moment, time) else None


def number_cell(number: float, style: Style, address: str, *, since_1904: bool, formula: str = "") -> Cell:
    """A numeric cell, as a date when its number format says so."""
    moment = serial_to_date(number, since_1904=since_1904) if style.is_date else None
    if moment is not None:
        kind, value = CellKind.DATE, moment
        return Cell(kind=kind, value=value, number_format=style.number_format, formula=formula, font=style.font, address=address)
    return Cell(
        kind=CellKind.NUMBER,
        value=exact(number),
        number_format=style.number_format,
        formula=formula,
        font=style.font,
        address=address,
    )


@functools.lru_cache(maxsize=16_384)
def cell_position(reference: str) -> tuple[int, int] | None:
    """Row and column, 1-based, of "D7"; None when it is no reference."""
    match = _REFERENCE.match(reference)
    if match is None:
        return None
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column


def address_of(row: int, column: int) -> str:
    """The address of a cell by its 1-based row and column: row 7, column 4 is D7."""
    return f"{get_column_letter(column)}{row}"


def integer_of(text: str | None) -> int:
    """The whole number that an attribute holds, 0 when it holds none."""
    try:
        return int(text or 0)
    except ValueError:
        return 0
