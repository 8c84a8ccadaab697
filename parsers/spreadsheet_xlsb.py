"""Reads .xlsb record by record ([MS-XLSB] 2.1.4): nothing is allocated for what a record merely claims to span."""

from __future__ import annotations

import posixpath
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from parsers.grid import Cell, CellKind
from parsers.raised import raised
from parsers.spreadsheet_boxes import drawn_boxes, place_boxes
from parsers.spreadsheet_cells import (
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_SHEETS,
    MAX_TEXT,
    PLAIN_STYLE,
    Budget,
    RawSheet,
    RawWorkbook,
    Style,
    address_of,
    damaged,
    format_code,
    number_cell,
    style_of,
)
from parsers.spreadsheet_zip import Package, relations_of

_ROW, _BLANK, _ROUNDED, _ERROR, _BOOLEAN, _REAL, _TEXT, _SHARED = range(8)
_FORMULA_TEXT, _FORMULA_NUMBER, _FORMULA_BOOLEAN, _FORMULA_ERROR = range(8, 12)
_SHORT = range(12, 19)  # a blank to a shared text, without its column: the one behind the cell before
_STRING_ITEM, _FONT, _FORMAT, _EXTENDED = 19, 43, 44, 47
_STRUCK = 0x08  # of a font's flags
_ABOVE = 1  # of a font's escapement: a superscript
_COLUMN, _RICH_TEXT, _SHEET_DATA_END, _WORKBOOK_PROPERTIES, _SHEET, _MERGE = 60, 62, 146, 153, 156, 176
_CELL_FORMATS_BEGIN, _CELL_FORMATS_END = 617, 618
_FORMULAS = (_FORMULA_TEXT, _FORMULA_NUMBER, _FORMULA_BOOLEAN, _FORMULA_ERROR)
_MAX_RECORD = 1 << 20
_MAX_STRINGS = 200_000
_UNKNOWN_FORMULA = "="
_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"
}  # fmt: skip


def read_xlsb(package: Package, budget: Budget) -> RawWorkbook:
    """The workbook of the package. Never `uncalculated`: the format stores a result with every formula."""
    workbook = relations_of(package, "").get("officeDocument", "xl/workbook.bin")
    relations = relations_of(package, workbook)
    base = posixpath.dirname(workbook)
    try:
        sheets, since_1904 = _workbook(package, workbook, budget)
        styles, fonts = _styles(package, relations.get("styles", f"{base}/styles.bin"), budget)
        strings = _strings(package, relations.get("sharedStrings", f"{base}/sharedStrings.bin"), fonts, budget)
        read = []
        for raw, identifier in sheets[:MAX_SHEETS]:
            part = relations.get(identifier)
            if part is not None and part in package:
                _SheetReader(raw, strings, styles, fonts, since_1904=since_1904).read(package, part, budget)
                place_boxes(raw, drawn_boxes(package, part))
                read.append(raw)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise damaged("xlsb") from error
    if not read:
        raise damaged("no sheets")
    return RawWorkbook(read)


def _records(package: Package, part: str, budget: Budget) -> Iterator[tuple[int, bytes]]:
    """Record type and body, one after the other, until the part or the budget ends."""
    buffer, position = b"", 0
    for chunk in package.chunks(part):
        buffer, position = buffer[position:] + chunk, 0
        while (head := _head(buffer, position)) is not None:
            kind, length, start = head
            if length > _MAX_RECORD:
                raise damaged("record")
            if start + length > len(buffer):
                break
            position = start + length
            budget.elements -= 1
            if budget.elements < 0:
                return
            yield kind, buffer[start:position]


def _head(buffer: bytes, position: int) -> tuple[int, int, int] | None:
    """Type, length and start of body of the record at `position`; None when its head is not there yet."""
    if position + 6 > len(buffer) and position + 2 > len(buffer):
        return None
    kind = buffer[position]
    position += 1
    if kind & 0x80:
        if position >= len(buffer):
            return None
        kind = (kind & 0x7F) | (buffer[position] & 0x7F) << 7
        position += 1
    length = 0
    for shift in range(0, 28, 7):
        if position >= len(buffer):
            return None
        byte = buffer[position]
        position += 1
        length |= (byte & 0x7F) << shift
        if not byte & 0x80:
            break
    return kind, length, position


def _wide(body: bytes, start: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<I", body, start)
    stop = start + 4 + 2 * min(length, len(body))
    return body[start + 4 : stop].decode("utf-16-le", errors="replace"), stop


def _workbook(package: Package, part: str, budget: Budget) -> tuple[list[tuple[RawSheet, str]], bool]:
    sheets, since_1904 = [], False
    for kind, body in _records(package, part, budget):
        if kind == _SHEET:
            (state,) = struct.unpack_from("<I", body)
            identifier, stop = _wide(body, 8)
            name, _ = _wide(body, stop)
            sheets.append((RawSheet(name=name, hidden=state != 0), identifier))
        elif kind == _WORKBOOK_PROPERTIES:
            since_1904 = bool(body[0] & 1)
    return sheets, since_1904


@dataclass(frozen=True, slots=True, kw_only=True)
class _Font:
    name: str = ""
    struck: bool = False
    above: bool = False


_NO_FONT = _Font()


def _rich(body: bytes, start: int, fonts: Sequence[_Font]) -> str:
    """The text of a RichStr, without the pieces that are struck through, raised digits marked."""
    text, stop = _wide(body, start + 1)
    if not body[start] & 1:
        return text
    (count,) = struct.unpack_from("<I", body, stop)
    runs = [struct.unpack_from("<HH", body, stop + 4 + 4 * number) for number in range(min(count, (len(body) - stop - 4) // 4))]
    kept = text[: runs[0][0]] if runs else text
    for (first, font), (last, _) in zip(runs, [*runs[1:], (len(text), 0)], strict=True):
        looks = fonts[font] if font < len(fonts) else _NO_FONT
        if not looks.struck:
            kept += raised(text[first:last]) if looks.above else text[first:last]
    return kept


def _strings(package: Package, part: str, fonts: Sequence[_Font], budget: Budget) -> list[str]:
    if part not in package:
        return []
    strings: list[str] = []
    for kind, body in _records(package, part, budget):
        if kind == _STRING_ITEM and len(strings) < _MAX_STRINGS:
            strings.append(_rich(body, 0, fonts)[:MAX_TEXT])
    return strings


def _styles(package: Package, part: str, budget: Budget) -> tuple[list[Style], list[_Font]]:
    if part not in package:
        return [], []
    formats: dict[int, str] = {}
    fonts: list[_Font] = []
    styles: list[Style] = []
    inside = False
    for kind, body in _records(package, part, budget):
        if kind == _FORMAT:
            formats[struct.unpack_from("<H", body)[0]] = _wide(body, 2)[0]
        elif kind == _FONT:
            (escapement,) = struct.unpack_from("<H", body, 6)
            fonts.append(_Font(name=_wide(body, 21)[0], struck=bool(body[2] & _STRUCK), above=escapement == _ABOVE))
        elif kind in (_CELL_FORMATS_BEGIN, _CELL_FORMATS_END):
            inside = kind == _CELL_FORMATS_BEGIN
        elif kind == _EXTENDED and inside:
            _, form, font = struct.unpack_from("<HHH", body)
            looks = fonts[font] if font < len(fonts) else _NO_FONT
            styles.append(style_of(format_code(form, formats), looks.name, struck=looks.struck))
    return styles, fonts


class _SheetReader:
    def __init__(self, raw: RawSheet, strings: list[str], styles: list[Style], fonts: list[_Font], *, since_1904: bool) -> None:
        self._raw, self._strings, self._styles, self._fonts, self._since_1904 = raw, strings, styles, fonts, since_1904
        self._row = 0
        self._next = 0  # column, from 0 on

    def read(self, package: Package, part: str, budget: Budget) -> None:
        """Fill the raw sheet from its part."""
        for kind, body in _records(package, part, budget):
            if kind == _ROW:
                self._row, self._next = struct.unpack_from("<I", body)[0] + 1, 0
                if self._row > MAX_ROWS:
                    self._raw.capped = True
                elif len(body) > 11 and body[11] & 0x10:  # noqa: PLR2004 - fDyZero of BrtRowHdr
                    self._raw.hidden_rows.add(self._row)
            elif _BLANK <= kind <= _FORMULA_ERROR or kind == _RICH_TEXT:
                self._add(kind, body, budget)
            elif kind in _SHORT:
                self._add(kind - _SHORT.start + _BLANK, struct.pack("<I", self._next) + body, budget)
            elif kind == _MERGE:
                top, bottom, left, right = struct.unpack_from("<IIII", body)
                self._raw.merge(top + 1, left + 1, bottom + 1, right + 1)
            elif kind == _COLUMN and struct.unpack_from("<H", body, 16)[0] & 1:
                first, last = struct.unpack_from("<II", body)
                self._raw.hide_columns(first + 1, last + 1)
        if budget.elements < 0 or budget.cells < 0:
            self._raw.capped = True

    def _add(self, kind: int, body: bytes, budget: Budget) -> None:
        column, style_index = struct.unpack_from("<II", body)
        style_index &= 0xFFFFFF
        self._next = column = column + 1
        if kind == _BLANK or self._row > MAX_ROWS:
            return
        if column > MAX_COLUMNS:
            self._raw.capped = True
            return
        budget.cells -= 1
        if budget.cells < 0:
            return
        style = self._styles[style_index] if style_index < len(self._styles) else PLAIN_STYLE
        cell = self._cell(kind, body, style, address_of(self._row, column))
        if cell is not None:
            self._raw.cells[self._row, column] = replace(cell, doubtful=True, struck=True) if style.struck else cell

    def _cell(self, kind: int, body: bytes, style: Style, address: str) -> Cell | None:
        formula = _UNKNOWN_FORMULA if kind in _FORMULAS else ""
        if kind in (_REAL, _FORMULA_NUMBER, _ROUNDED):
            number = _rounded(body) if kind == _ROUNDED else struct.unpack_from("<d", body, 8)[0]
            if number - number != 0:  # infinite, or not a number
                return None
            return number_cell(number, style, address, since_1904=self._since_1904, formula=formula)
        found, value = CellKind.TEXT, ""
        if kind in (_TEXT, _FORMULA_TEXT):
            value = _wide(body, 8)[0]
        elif kind == _RICH_TEXT:
            value = _rich(body, 8, self._fonts)
        elif kind == _SHARED:
            (index,) = struct.unpack_from("<I", body, 8)
            value = self._strings[index] if index < len(self._strings) else ""
        elif kind in (_ERROR, _FORMULA_ERROR):
            found, value = CellKind.ERROR, _ERRORS.get(body[8], "#ERR")
        else:
            return Cell(
                kind=CellKind.BOOLEAN,
                value=bool(body[8]),
                number_format=style.number_format,
                formula=formula,
                address=address,
            )
        if not value.strip():
            return None
        return Cell(
            kind=found,
            value=value[:MAX_TEXT],
            number_format=style.number_format,
            formula=formula,
            font=style.font,
            address=address,
        )


def _rounded(body: bytes) -> float:
    """The number of an RK cell: 30 bits of an integer or of a double's high half, perhaps divided by 100."""
    (packed,) = struct.unpack_from("<i", body, 8)
    number = float(packed >> 2) if packed & 2 else struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))[0]
    return float(number / 100) if packed & 1 else float(number)
