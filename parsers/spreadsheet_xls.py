"""Reads .xls (BIFF 2 to 8) with xlrd: fonts, number formats, merges and what is hidden."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import msoffcrypto
import olefile
import xlrd
from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError
from xlrd.compdoc import CompDocError

from parsers.grid import Cell, CellKind
from parsers.raised import raised
from parsers.spreadsheet_boxes import binary_boxes, place_boxes
from parsers.spreadsheet_cells import (
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_SHEETS,
    MAX_TEXT,
    Budget,
    PasswordError,
    RawSheet,
    RawWorkbook,
    Style,
    address_of,
    damaged,
    number_cell,
    style_of,
    too_large,
)

_MAX_CELLS = 500_000
_ONE_CELL = frozenset({0x0001, 0x0002, 0x0003, 0x0004, 0x0005, 0x0006, 0x007E, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E})
_MANY_CELLS = {0x00BD: 6, 0x00BE: 2}  # MULRK and MULBLANK: bytes a cell
_BEGIN, _OF_A_SHEET, _FORMULA = 0x0809, b"\x10\0", 0x0006
_ON_LOAD, _SHORTEST_FORMULA = 0x02, 16  # of its flags; bytes
_MAX_LOOKS = 40_000  # Excel itself writes at most 4,000 styles; xlrd makes a kilobyte of each
_LOOKS = frozenset({0x0018, 0x001E, 0x0031, 0x0043, 0x00E0, 0x0218, 0x0231, 0x0243, 0x0293, 0x041E, 0x0443})
"""Names, fonts, number formats and styles of cells, in every version."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAX_BYTES = 40 * 1024 * 1024
_DEFAULT_PASSWORD = "VelvetSweatshop"  # noqa: S105 - Excel encrypts protected sheets with it and opens them without asking
_FORMULA_RESULT_UNKNOWN = "="
_EXCEL_97 = 80  # of xlrd's versions of the format
_ABOVE = 1  # of a font's escapement: a superscript
_XLS_ERRORS = (
    xlrd.XLRDError,
    CompDocError,
    struct.error,
    AssertionError,
    IndexError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    OverflowError,
    LookupError,
    EOFError,
    NameError,  # a text object whose own object is wanting
    ArithmeticError,
)
xlrd.book.evaluate_name_formula = lambda *_arguments, **_options: (
    None
)  # fails on rarer formulas of names, and nobody asks for them
_DECRYPTION_ERRORS = (DecryptionError, FileFormatError, InvalidKeyError, ParseError, *_XLS_ERRORS)


def read_xls(data: bytes, budget: Budget) -> RawWorkbook:
    """The workbook in these bytes."""
    if len(data) > _MAX_BYTES:
        raise too_large(f"> {_MAX_BYTES >> 20} MB")
    stream = _stream(data)
    stale = _checked(stream)
    book = _opened(data)
    styles = _styles(book)
    sheets, uncalculated = [], False
    boxes = binary_boxes(stream) if book.biff_version >= _EXCEL_97 else []
    try:
        for number in range(min(book.nsheets, MAX_SHEETS)):
            raw, unknown = _read_sheet(book, book.sheet_by_index(number), styles, budget)
            unknown = _blanked(raw, stale[number] if number < len(stale) else ()) or unknown
            book.unload_sheet(number)
            place_boxes(raw, boxes[number] if number < len(boxes) else ())
            uncalculated = uncalculated or unknown
            sheets.append(raw)
    except _XLS_ERRORS as error:
        raise damaged("xls") from error
    return RawWorkbook(sheets, uncalculated, _names(book))


def _stream(data: bytes) -> bytes:
    """The records of the workbook, as they stand in its container."""
    if not data.startswith(_OLE):
        return data
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:  # short bytes alone would be taken for a path
            name = next((each for each in ("Workbook", "Book") if container.exists(each)), "")
            return container.openstream(name).read() if name else b""
    except (OSError, ValueError, IndexError, TypeError) as error:
        raise damaged("OLE") from error


def _checked(stream: bytes) -> list[set[tuple[int, int]]]:
    """Refuse a workbook with more cells or styles than any form has, before xlrd makes an object of each.

    Of each sheet: the cells, from 0 on, whose formula has a zero for a result and is to be calculated when it is opened, as
    Perl's Spreadsheet::WriteExcel writes every one.
    """
    stale: list[set[tuple[int, int]]] = []
    position, cells, looks = 0, 0, 0
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, position)
        if kind in _ONE_CELL:
            cells += 1
        elif kind in _MANY_CELLS:
            cells += length // _MANY_CELLS[kind]
        elif kind in _LOOKS:
            looks += 1
        elif kind == _BEGIN and stream[position + 6 : position + 8] == _OF_A_SHEET:
            stale.append(set())
        if kind == _FORMULA and stale and length >= _SHORTEST_FORMULA and stream[position + 10 : position + 18] == bytes(8):
            row, column, flags = *struct.unpack_from("<HH", stream, position + 4), stream[position + 18]
            if flags & _ON_LOAD:
                stale[-1].add((row, column))
        if cells > _MAX_CELLS:
            raise too_large(f"> {_MAX_CELLS} cells")
        if looks > _MAX_LOOKS:
            raise too_large(f"> {_MAX_LOOKS} styles")
        position += 4 + length
    return stale


def _opened(data: bytes, *, decrypted: bool = False) -> Any:  # noqa: ANN401 - xlrd has no types
    try:
        return xlrd.open_workbook(
            file_contents=data, formatting_info=True, on_demand=True, ragged_rows=True, logfile=io.StringIO()
        )
    except xlrd.XLRDError as error:
        if "encrypted" not in str(error):
            raise damaged("xls") from error
        if decrypted:
            raise PasswordError from error
    except _XLS_ERRORS as error:
        raise damaged("xls") from error
    return _opened(_decrypted(data), decrypted=True)


def _decrypted(data: bytes) -> bytes:
    """The workbook behind Excel's own default password; PasswordError when a person chose another."""
    plain = io.BytesIO()
    try:
        locked = msoffcrypto.OfficeFile(io.BytesIO(data))
        locked.load_key(password=_DEFAULT_PASSWORD)
        locked.decrypt(plain)
    except _DECRYPTION_ERRORS as error:
        raise PasswordError from error
    return plain.getvalue()


def _names(book: Any) -> dict[str, str]:  # noqa: ANN401 - xlrd has no types
    """Names for a constant text: their formula is one string token."""
    found = {}
    for each in book.name_obj_list[:MAX_SHEETS]:
        formula = each.raw_formula or b""
        if formula[:1] == b"\x17" and len(formula) > 3:  # noqa: PLR2004 - ptgStr, length, flags, text
            wide = bool(formula[2] & 1)
            text = formula[3 : 3 + formula[1] * (2 if wide else 1)]
            found[each.name] = text.decode("utf-16-le" if wide else "latin-1", errors="replace")
    return found


def _styles(book: Any) -> list[Style]:  # noqa: ANN401 - xlrd has no types
    made = []
    for form in book.xf_list:
        number_format = book.format_map.get(form.format_key)
        known = book.font_list[form.font_index] if form.font_index < len(book.font_list) else None
        font = known.name if known else ""
        struck = bool(known and known.struck_out)
        made.append(style_of(number_format.format_str if number_format else "General", font, struck=struck))
    return made


def _read_sheet(book: Any, sheet: Any, styles: list[Style], budget: Budget) -> tuple[RawSheet, bool]:  # noqa: ANN401 - xlrd
    raw = RawSheet(name=sheet.name, hidden=sheet.visibility != 0)
    raw.capped = sheet.nrows > MAX_ROWS
    unknown = False
    for row in range(min(sheet.nrows, MAX_ROWS)):
        for column in range(min(sheet.row_len(row), MAX_COLUMNS)):
            cell = _cell(book, sheet, row, column, styles)
            if cell is None:
                continue
            budget.cells -= 1
            if budget.cells < 0:
                raw.capped = True
                return raw, unknown
            unknown = unknown or cell.kind is CellKind.BLANK
            style = sheet.cell_xf_index(row, column)
            struck = 0 <= style < len(styles) and styles[style].struck
            raw.cells[row + 1, column + 1] = replace(cell, doubtful=True, struck=True) if struck else cell
    for top, bottom, left, right in sheet.merged_cells:  # ends are exclusive
        raw.merge(top + 1, left + 1, bottom, right)
    raw.hidden_rows.update(row + 1 for row, info in sheet.rowinfo_map.items() if info.hidden and row < MAX_ROWS)
    for column, info in sheet.colinfo_map.items():
        if info.hidden:
            raw.hide_columns(column + 1, column + 1)
    return raw, unknown


def _blanked(raw: RawSheet, zeros: Iterable[tuple[int, int]]) -> bool:
    """Take the zeros that are no results from these cells, from 0 on; whether there were any."""
    found = [(row + 1, column + 1) for row, column in zeros if (row + 1, column + 1) in raw.cells]
    for place in found:
        raw.cells[place] = replace(raw.cells[place], kind=CellKind.BLANK, value=None, formula=_FORMULA_RESULT_UNKNOWN)
    return bool(found)


def _cell(book: Any, sheet: Any, row: int, column: int, styles: list[Style]) -> Cell | None:  # noqa: ANN401 - xlrd
    kind, value = sheet.cell_type(row, column), sheet.cell_value(row, column)
    if kind in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return None
    index = sheet.cell_xf_index(row, column)
    style = styles[index] if 0 <= index < len(styles) else Style()
    address = address_of(row + 1, column + 1)
    if kind in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        return number_cell(value, style, address, since_1904=bool(book.datemode))
    if kind == xlrd.XL_CELL_BOOLEAN:
        return Cell(kind=CellKind.BOOLEAN, value=bool(value), number_format=style.number_format, address=address)
    if kind == xlrd.XL_CELL_ERROR:
        text = xlrd.error_text_from_code.get(value, "#ERR")
        return Cell(kind=CellKind.ERROR, value=text, number_format=style.number_format, address=address)
    if value == "":  # only a formula leaves an empty text: one that gives "", or one never calculated
        return Cell(kind=CellKind.BLANK, number_format=style.number_format, formula=_FORMULA_RESULT_UNKNOWN, address=address)
    value = _as_set(book, sheet, (row, column), value)
    if not value.strip():
        return None
    return Cell(
        kind=CellKind.TEXT,
        value=value[:MAX_TEXT],
        number_format=style.number_format,
        font=_font(book, sheet, row, column) or style.font,
        address=address,
    )


def _as_set(book: Any, sheet: Any, place: tuple[int, int], text: str) -> str:  # noqa: ANN401 - xlrd has no types
    """The text without the pieces that are struck through, raised digits marked."""
    runs = sheet.rich_text_runlist_map.get(place) or ()
    ends = [*(start for start, _ in runs[1:]), len(text)]
    kept = text[: runs[0][0]] if runs else text
    for (start, font), end in zip(runs, ends, strict=False):
        looks = book.font_list[font] if font < len(book.font_list) else None
        if looks is None or not looks.struck_out:
            kept += raised(text[start:end]) if looks is not None and looks.escapement == _ABOVE else text[start:end]
    return kept


def _font(book: Any, sheet: Any, row: int, column: int) -> str:  # noqa: ANN401 - xlrd has no types
    """The font of a cell's rich text from its first character on, "" when the cell's own font holds."""
    runs = sheet.rich_text_runlist_map.get((row, column), ())
    if runs and runs[0][0] == 0 and runs[0][1] < len(book.font_list):
        return str(book.font_list[runs[0][1]].name)
    return ""
