"""Reads the XML of Excel 2003, which many accounting programs still write under the name .xls."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

from parsers.grid import Cell, CellKind
from parsers.raised import raised
from parsers.spreadsheet_cells import (
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_SHEETS,
    MAX_TEXT,
    Budget,
    RawSheet,
    RawWorkbook,
    address_of,
    damaged,
    exact,
)
from parsers.spreadsheet_zip import Attributes, StopReadingError, XmlHandler, parse_xml

_MAX_BYTES = 64 * 1024 * 1024
_MARK = b"urn:schemas-microsoft-com:office:spreadsheet"


def is_excel_xml(data: bytes) -> bool:
    """Whether these bytes are an Excel 2003 XML workbook."""
    return _MARK in data[:4_000] or _MARK.decode().encode("utf-16-le") in data[:8_000]


def read_excel_xml(data: bytes, budget: Budget) -> RawWorkbook:
    """The workbook in these bytes."""
    handler = _Handler(budget)
    complete = parse_xml([data[:_MAX_BYTES]], handler, "xml")
    if not handler.sheets:
        raise damaged("no sheets")
    if not complete:
        handler.sheets[-1].capped = True
    return RawWorkbook(handler.sheets, handler.uncalculated)


class _Handler(XmlHandler):
    def __init__(self, budget: Budget) -> None:
        self.sheets: list[RawSheet] = []
        self.uncalculated = False
        self._budget = budget
        self._fonts: dict[str, tuple[str, str]] = {}  # style: font, number format
        self._style = ""
        self._row = self._column = 0
        self._cell: Attributes = {}
        self._type = ""
        self._text: list[str] | None = None
        self._reading = self._commented = False
        self._above = self._struck = 0  # open elements that set text above the line, and that cross it out

    def start(self, name: str, attributes: Attributes) -> None:
        self._budget.elements -= 1
        if self._budget.elements < 0:
            raise StopReadingError
        if name == "Worksheet":
            if len(self.sheets) >= MAX_SHEETS:
                raise StopReadingError
            self.sheets.append(RawSheet(name=attributes.get("Name", "")))
            self._row = 0
        elif name == "Style":
            self._style = attributes.get("ID", "")
        elif name in ("Font", "NumberFormat") and self._style:
            font, number_format = self._fonts.get(self._style, ("", "General"))
            font = attributes.get("FontName", font)
            number_format = attributes.get("Format", number_format)
            self._fonts[self._style] = (font, number_format)
        elif name in ("Sup", "S"):
            self._above, self._struck = self._above + (name == "Sup"), self._struck + (name == "S")
        elif self.sheets:
            self._start_inside(name, attributes)

    def _start_inside(self, name: str, attributes: Attributes) -> None:
        raw = self.sheets[-1]
        if name == "Row":
            self._row = _integer(attributes.get("Index")) or self._row + 1
            self._column = 0
            if self._row > MAX_ROWS:
                raw.capped = True
            elif attributes.get("Hidden") == "1":
                raw.hidden_rows.add(self._row)
        elif name == "Column":
            self._column = _integer(attributes.get("Index")) or self._column + 1
            if attributes.get("Hidden") == "1":
                raw.hide_columns(self._column, self._column + _integer(attributes.get("Span")))
        elif name == "Cell":
            self._column = _integer(attributes.get("Index")) or self._column + 1
            self._cell, self._type, self._text = attributes, "", []
            across, down = _integer(attributes.get("MergeAcross")), _integer(attributes.get("MergeDown"))
            if across or down:
                raw.merge(self._row, self._column, self._row + down, self._column + across)
        elif name == "Comment":
            self._commented = True
        elif name == "Data" and not self._commented:
            self._type, self._text, self._reading = attributes.get("Type", "String"), [], True
        elif name == "Visible":
            self._text, self._reading = [], True

    def end(self, name: str) -> None:
        if name == "Style":
            self._style = ""
        elif name == "Cell" and self.sheets:
            self._end_cell(self.sheets[-1])
            self._column += _integer(self._cell.get("MergeAcross"))
        elif name == "Comment":
            self._commented, self._reading = False, False
        elif name == "Data":
            self._reading = False
        elif name in ("Sup", "S"):
            self._above, self._struck = self._above - (name == "Sup"), self._struck - (name == "S")
        elif name == "Visible" and self.sheets and self._text is not None:
            self.sheets[-1].hidden = "".join(self._text).strip() != "SheetVisible"
            self._reading = False

    def text(self, text: str) -> None:
        if self._text is not None and self._reading and not self._struck:
            self._text.append(raised(text) if self._above else text)

    def _end_cell(self, raw: RawSheet) -> None:
        formula, text = self._cell.get("Formula", ""), "".join(self._text or ())
        self._text = None
        if not (text.strip() or formula) or self._row > MAX_ROWS:
            return
        if self._column > MAX_COLUMNS:
            raw.capped = True
            return
        self._budget.cells -= 1
        if self._budget.cells < 0:
            raise StopReadingError
        font, number_format = self._fonts.get(self._cell.get("StyleID", "Default"), ("", "General"))
        kind, value = _typed(self._type, text)
        self.uncalculated = self.uncalculated or kind is CellKind.BLANK
        address = address_of(self._row, self._column)
        raw.cells[self._row, self._column] = Cell(
            kind=kind, value=value, number_format=number_format, formula=formula, font=font, address=address
        )


def _typed(kind: str, text: str) -> tuple[CellKind, str | int | Decimal | bool | date | None]:
    try:
        if kind == "Number":
            return CellKind.NUMBER, exact(float(text))
        if kind == "DateTime":
            moment = datetime.fromisoformat(text)
            return CellKind.DATE, moment.date() if moment.time() == time(0) else moment
    except (ValueError, OverflowError):
        return CellKind.TEXT, text[:MAX_TEXT]
    if kind == "Boolean":
        return CellKind.BOOLEAN, text.strip() == "1"
    if kind == "Error":
        return CellKind.ERROR, text
    return (CellKind.TEXT, text[:MAX_TEXT]) if text.strip() else (CellKind.BLANK, None)


def _integer(text: str | None) -> int:
    try:
        return max(int(text or 0), 0)
    except ValueError:
        return 0
