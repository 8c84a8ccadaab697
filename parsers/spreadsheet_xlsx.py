"""Reads .xlsx and .xlsm in one pass: cached values and formulas together, styles by openpyxl's tables, no tree in memory.

openpyxl needs two loads for a formula and its cached value, and refuses whole workbooks over a bad style; neither suits mail.
"""

from __future__ import annotations

import contextlib
import posixpath
import re
from dataclasses import replace
from datetime import date, datetime

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
    SpreadsheetError,
    Style,
    address_of,
    cell_position,
    constant_text,
    damaged,
    format_code,
    integer_of,
    number_cell,
    style_of,
)
from parsers.spreadsheet_zip import Attributes, Package, StopReadingError, XmlHandler, read_xml, relations_of

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s+ref=\"([A-Z]{1,3}[0-9]{1,7}):([A-Z]{1,3}[0-9]{1,7})\"")
_TRUE = frozenset({"1", "true", "on"})
_MAX_STRINGS = 200_000
_MAX_STYLES = 65_536  # what Excel itself allows
_MAX_STRING_BYTES = 32 * 1024 * 1024

Strings = list[tuple[str, str]]  # text and the font of its first run


def read_xlsx(package: Package, budget: Budget) -> RawWorkbook:
    """The workbook of the package."""
    workbook = _workbook_part(package)
    relations = relations_of(package, workbook)
    plan = _WorkbookHandler()
    read_xml(package, workbook, plan)
    base = posixpath.dirname(workbook)
    strings = _strings(package, relations.get("sharedStrings", f"{base}/sharedStrings.xml"))
    styles = _styles(package, relations.get("styles", f"{base}/styles.xml"))
    sheets, uncalculated = [], False
    for name, identifier, hidden in plan.sheets[:MAX_SHEETS]:
        part = relations.get(identifier)
        if part is None or part not in package:
            continue
        raw = RawSheet(name=name, hidden=hidden)
        handler = _SheetHandler(raw, strings, styles, budget, since_1904=plan.since_1904, stale=plan.stale)
        if not read_xml(package, part, handler):
            raw.capped = True
            _merges_behind(package, part, raw)
        uncalculated = uncalculated or handler.uncalculated
        place_boxes(raw, drawn_boxes(package, part))
        sheets.append(raw)
    if not sheets:
        raise damaged("no sheets")
    return RawWorkbook(sheets, uncalculated, plan.names)


def unescaped(text: str) -> str:
    """Text with the _x000D_ escapes of the file format resolved."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _workbook_part(package: Package) -> str:
    part = relations_of(package, "").get("officeDocument", "xl/workbook.xml")
    return part if part in package else "xl/workbook.xml"


class _WorkbookHandler(XmlHandler):
    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.since_1904 = False
        self.names: dict[str, str] = {}
        self._name = ""
        self._text: list[str] = []
        self.stale = False  # the writer asks for a recalculation: cached zeros mean nothing

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "sheet":
            hidden = attributes.get("state", "visible") != "visible"
            self.sheets.append((attributes.get("name", ""), attributes.get("id", ""), hidden))
        elif name == "workbookPr":
            self.since_1904 = attributes.get("date1904", "") in _TRUE
        elif name == "calcPr":
            self.stale = attributes.get("fullCalcOnLoad", "") in _TRUE
        elif name == "definedName":
            self._name, self._text = attributes.get("name", ""), []

    def end(self, name: str) -> None:
        if name == "definedName":
            if (text := constant_text("".join(self._text))) and len(self.names) < MAX_SHEETS:
                self.names[self._name] = text
            self._name = ""

    def text(self, text: str) -> None:
        if self._name:
            self._text.append(text)


class _StringHandler(XmlHandler):
    prefixed = False

    def __init__(self) -> None:
        self.strings: Strings = []
        self._parts: list[str] = []
        self._font = ""
        self._reading = False
        self._phonetic = self._struck = self._raised = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "t":
            self._reading = not (self._phonetic or self._struck)
        elif name == "strike":  # a run that is crossed out was taken back
            self._struck = attributes.get("val", "1") in _TRUE
        elif name == "vertAlign":
            self._raised = attributes.get("val") == "superscript"
        elif name == "si":
            self._parts, self._font = [], ""
        elif name == "rFont" and not self._font:
            self._font = attributes.get("val", "")
        elif name == "rPh":
            self._phonetic = True

    def end(self, name: str) -> None:
        if name == "t":
            self._reading = False
        elif name in ("r", "si"):
            self._struck = self._raised = False
        if name == "rPh":
            self._phonetic = False
        elif name == "si":
            self.strings.append((unescaped("".join(self._parts)[:MAX_TEXT]), self._font))
            if len(self.strings) > _MAX_STRINGS:
                raise StopReadingError

    def text(self, text: str) -> None:
        if self._reading:
            self._parts.append(raised(text) if self._raised else text)


def _strings(package: Package, part: str) -> Strings:
    if part not in package:
        return []
    handler = _StringHandler()
    read_xml(package, part, handler, limit=_MAX_STRING_BYTES)
    return handler.strings


class _StyleHandler(XmlHandler):
    prefixed = False

    def __init__(self) -> None:
        self.formats: dict[int, str] = {}
        self.fonts: list[str] = []
        self.cells: list[tuple[int, int]] = []
        self.struck: set[int] = set()
        self._inside = ""

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "strike" and self._inside == "fonts" and attributes.get("val", "1") in _TRUE:
            self.struck.add(len(self.fonts) - 1)
        elif name in ("fonts", "cellXfs", "dxfs", "cellStyleXfs"):
            self._inside = name
        elif name == "numFmt" and self._inside != "dxfs":
            self.formats[integer_of(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif name == "font" and self._inside == "fonts":
            self.fonts.append("")
        elif name == "name" and self._inside == "fonts" and self.fonts:
            self.fonts[-1] = attributes.get("val", "")
        elif name == "xf" and self._inside == "cellXfs":
            self.cells.append((integer_of(attributes.get("numFmtId")), integer_of(attributes.get("fontId"))))
            if len(self.cells) > _MAX_STYLES:
                raise StopReadingError

    def end(self, name: str) -> None:
        if name == self._inside:
            self._inside = ""


def _styles(package: Package, part: str) -> list[Style]:
    if part not in package:
        return []
    handler = _StyleHandler()
    read_xml(package, part, handler, limit=16 * 1024 * 1024)
    made: dict[tuple[int, int], Style] = {}
    for key in handler.cells:
        if key not in made:
            font = handler.fonts[key[1]] if 0 <= key[1] < len(handler.fonts) else ""
            made[key] = style_of(format_code(key[0], handler.formats), font, struck=key[1] in handler.struck)
    return [made[key] for key in handler.cells]


class _SheetHandler(XmlHandler):
    prefixed = False

    def __init__(
        self, raw: RawSheet, strings: Strings, styles: list[Style], budget: Budget, *, since_1904: bool, stale: bool
    ) -> None:
        self._raw, self._strings, self._styles, self._budget = raw, strings, styles, budget
        self._since_1904, self._stale = since_1904, stale
        self._row = self._column = 0
        self._kind = ""
        self._style = PLAIN_STYLE
        self._text: list[str] | None = None
        self._value = self._formula = self._inline = ""
        self._has_formula = self._struck = self._raised = False
        self._shared: dict[str, str] = {}
        self._shared_id = ""
        self.uncalculated = False

    def start(self, name: str, attributes: Attributes) -> None:
        self._budget.elements -= 1
        if self._budget.elements < 0:
            raise StopReadingError
        if name == "c":
            self._start_cell(attributes)
        elif name in ("v", "t"):
            self._text = []
        elif name == "strike":
            self._struck = attributes.get("val", "1") in _TRUE
        elif name == "vertAlign":
            self._raised = attributes.get("val") == "superscript"
        elif name == "f":
            self._text, self._has_formula = [], True
            self._shared_id = attributes.get("si", "") if attributes.get("t") == "shared" else ""
        elif name == "row":
            self._start_row(attributes)
        elif name == "col":
            if attributes.get("hidden", "") in _TRUE:
                self._raw.hide_columns(integer_of(attributes.get("min")), integer_of(attributes.get("max")))
        elif name == "mergeCell":
            first, _, last = attributes.get("ref", "").partition(":")
            _add_merge(self._raw, first, last)

    def end(self, name: str) -> None:
        if name == "c":
            self._end_cell()
        elif self._text is None:
            return
        elif name == "v":
            self._value, self._text = self._inline or "".join(self._text), None
        elif name == "t":
            text = "" if self._struck else "".join(self._text)
            self._inline += raised(text) if self._raised else text
            self._value, self._text, self._struck, self._raised = self._inline, None, False, False
        elif name == "f":
            self._formula, self._text = "".join(self._text), None
            if self._shared_id:
                self._formula = self._shared.setdefault(self._shared_id, self._formula) or self._formula

    def text(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _start_row(self, attributes: Attributes) -> None:
        self._row = integer_of(attributes.get("r")) or self._row + 1
        self._column = 0
        if self._row > MAX_ROWS:
            raise StopReadingError
        if attributes.get("hidden", "") in _TRUE:
            self._raw.hidden_rows.add(self._row)

    def _start_cell(self, attributes: Attributes) -> None:
        position = cell_position(attributes.get("r", ""))
        self._row, self._column = position or (max(self._row, 1), self._column + 1)
        self._kind = attributes.get("t", "n")
        index = integer_of(attributes.get("s"))
        self._style = self._styles[index] if 0 <= index < len(self._styles) else PLAIN_STYLE
        self._value = self._formula = self._inline = ""
        self._has_formula = False

    def _end_cell(self) -> None:
        if not self._value and not self._has_formula:
            return
        if not (0 < self._row <= MAX_ROWS and 0 < self._column <= MAX_COLUMNS):
            self._raw.capped = True
            return
        cell = self._cell(address_of(self._row, self._column))
        if cell is None:
            return
        self._budget.cells -= 1
        if self._budget.cells < 0:
            raise StopReadingError
        self._raw.cells[self._row, self._column] = replace(cell, doubtful=True, struck=True) if self._style.struck else cell

    def _cell(self, address: str) -> Cell | None:
        formula = f"={self._formula}" if self._has_formula else ""
        value, kind, style = self._value, self._kind, self._style
        if formula and (not value or (self._stale and value == "0")):
            if kind == "str":
                return None  # the result is the empty string
            self.uncalculated = True
            return Cell(kind=CellKind.BLANK, number_format=style.number_format, formula=formula, font=style.font, address=address)
        if kind == "n":
            try:
                number = float(value)
            except ValueError:
                return _text_cell(value, style, address, formula)
            if number - number != 0:  # infinite, or not a number
                return _text_cell(value, style, address, formula)
            return number_cell(number, style, address, since_1904=self._since_1904, formula=formula)
        if kind == "s":
            index = integer_of(value)
            text, font = self._strings[index] if 0 <= index < len(self._strings) else ("", "")
            return _text_cell(text, style, address, formula, font=font)
        if kind == "b":
            return _of_kind(CellKind.BOOLEAN, value in _TRUE, style, address, formula)
        if kind == "e":
            return _of_kind(CellKind.ERROR, value, style, address, formula)
        if kind == "d":
            return _iso_date(value, style, address, formula)
        return _text_cell(unescaped(value), style, address, formula)


def _of_kind(kind: CellKind, value: str | bool | date, style: Style, address: str, formula: str) -> Cell:  # noqa: FBT001 - a cell's value
    return Cell(kind=kind, value=value, number_format=style.number_format, formula=formula, font=style.font, address=address)


def _text_cell(text: str, style: Style, address: str, formula: str, *, font: str = "") -> Cell | None:
    if not text.strip():
        return None
    return Cell(
        kind=CellKind.TEXT,
        value=text[:MAX_TEXT],
        number_format=style.number_format,
        formula=formula,
        font=font or style.font,
        address=address,
    )


def _iso_date(value: str, style: Style, address: str, formula: str) -> Cell | None:
    try:
        moment = datetime.fromisoformat(value.rstrip("Z"))
    except ValueError:
        return _text_cell(value, style, address, formula)
    midnight = moment.hour == moment.minute == moment.second == 0
    return _of_kind(CellKind.DATE, moment.date() if midnight else moment, style, address, formula)


def _add_merge(raw: RawSheet, first: str, last: str) -> None:
    start, stop = cell_position(first), cell_position(last)
    if start and stop:
        raw.merge(start[0], start[1], stop[0], stop[1])


def _merges_behind(package: Package, part: str, raw: RawSheet) -> None:
    """The merged areas of a sheet whose reading stopped early: they stand behind all its rows."""
    tail = b""
    with contextlib.suppress(SpreadsheetError):  # larger still: its first part is read without merges
        for chunk in package.chunks(part):
            window = tail + chunk
            for match in _MERGED.finditer(window) if b"mergeCell " in window else ():
                _add_merge(raw, match[1].decode(), match[2].decode())
            tail = window[-100:]
