"""Reads .ods in one pass over content.xml. Repeated rows and columns cost nothing unless they hold something."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal

from parsers.grid import Cell, CellKind
from parsers.raised import is_above, raised
from parsers.spreadsheet_boxes import TextBox, place_boxes
from parsers.spreadsheet_cells import (
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_SHEETS,
    MAX_TEXT,
    Budget,
    PasswordError,
    RawSheet,
    RawWorkbook,
    address_of,
    cell_position,
    constant_text,
    damaged,
    exact,
)
from parsers.spreadsheet_zip import Attributes, Package, StopReadingError, XmlHandler, read_xml

_DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S$")
_ERROR_TEXT = re.compile(r"(#[A-Z/0]+[!?]?|Err:\d+|#N/A)$")
_PREFIX = re.compile(r"\w+:(?==)")  # "of:=" names the formula language
_HOURS_A_DAY = 24
_MOST_BOXES = 200
_LONGEST_BOX = 4_000
_SHAPES = frozenset({"shapes", "frame", "custom-shape", "rect"})
_DATE_PARTS = {  # short and long spelling in a number format
    "day": ("d", "dd"),
    "month": ("m", "mm"),
    "year": ("yy", "yyyy"),
    "hours": ("h", "hh"),
    "minutes": ("m", "mm"),
    "seconds": ("s", "ss"),
}


def read_ods(package: Package, budget: Budget) -> RawWorkbook:
    """The workbook of the package."""
    if b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise PasswordError
    styles = _StyleHandler()
    if "styles.xml" in package:
        read_xml(package, "styles.xml", styles, limit=16 * 1024 * 1024)
    content = _ContentHandler(styles, budget)
    if not read_xml(package, "content.xml", content) and content.sheets:
        content.sheets[-1].capped = True
    if not content.sheets:
        raise damaged("no sheets")
    return RawWorkbook(content.sheets, content.uncalculated, content.names)


@dataclass(slots=True)
class _CellStyle:
    font: str = ""
    number_style: str = ""
    parent: str = ""
    struck: bool | None = None


class _StyleHandler(XmlHandler):
    """Collects fonts and number formats of cell styles, and which row, column and table styles hide."""

    def __init__(self) -> None:
        self.cells: dict[str, _CellStyle] = {}
        self.formats: dict[str, str] = {}
        self.hidden_tables: set[str] = set()
        self.struck_spans: set[str] = set()
        self.raised_spans: set[str] = set()
        self._name = self._family = self._number = ""
        self._code: list[str] = []
        self._literal = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "style":
            self._name, self._family = attributes.get("name", ""), attributes.get("family", "")
            if self._family == "table-cell":
                self.cells[self._name] = _CellStyle(
                    number_style=attributes.get("data-style-name", ""), parent=attributes.get("parent-style-name", "")
                )
        elif name == "text-properties" and self._family == "text":
            if _is_struck(attributes):
                self.struck_spans.add(self._name)
            if is_above(attributes.get("text-position", "")):
                self.raised_spans.add(self._name)
        elif name == "text-properties" and self._name in self.cells:
            self.cells[self._name].font = attributes.get("font-name") or attributes.get("font-family", "")
            self.cells[self._name].struck = _is_struck(attributes)
        elif name == "table-properties" and attributes.get("display") == "false":
            self.hidden_tables.add(self._name)
        elif name in ("number-style", "date-style", "time-style", "percentage-style", "currency-style"):
            self._number, self._code = attributes.get("name", ""), []
        elif self._number:
            self._format_part(name, attributes)

    def end(self, name: str) -> None:
        if name == "style":
            self._name = ""
        elif name == "text":
            self._literal = False
        elif self._number and name.endswith("-style"):
            self.formats[self._number] = "".join(self._code)
            self._number = ""

    def text(self, text: str) -> None:
        if self._literal:
            self._code.append(text)

    def _format_part(self, name: str, attributes: Attributes) -> None:
        long = attributes.get("style") == "long"
        if name in _DATE_PARTS:
            code = _DATE_PARTS[name][long]
            if name == "month" and attributes.get("textual") == "true":
                code = "mmmm" if long else "mmm"
            self._code.append(code)
        elif name == "number":
            decimals = int(attributes.get("decimal-places", "0") or 0)
            whole = "#,##0" if attributes.get("grouping") == "true" else "0"
            self._code.append(whole + ("." + "0" * min(decimals, 20) if decimals else ""))
        elif name == "text":
            self._literal = True

    def look_of(self, name: str) -> tuple[str, str, bool]:
        """Font and number format of a cell style, through its parents, and whether it strikes its text through."""
        font = number_format = ""
        struck: bool | None = None
        for _ in range(8):
            style = self.cells.get(name)
            if style is None:
                break
            font = font or style.font
            number_format = number_format or self.formats.get(style.number_style, "")
            struck = style.struck if struck is None else struck
            name = style.parent
        return font, number_format or "General", bool(struck)


def _is_struck(attributes: Attributes) -> bool | None:
    """Whether text properties strike through; None when they say nothing of it."""
    said = attributes.get("text-line-through-style") or attributes.get("text-line-through-type")
    return None if said is None else said != "none"


@dataclass(slots=True)
class _Pending:
    """A cell whose element is still open."""

    attributes: Attributes
    repeated: int
    covered: bool
    pieces: list[str] = field(default_factory=list)
    length: int = 0

    def add(self, text: str) -> None:
        """Take more text, up to the limit."""
        if self.length < MAX_TEXT:
            self.pieces.append(text)
            self.length += len(text)


class _ContentHandler(XmlHandler):
    def __init__(self, styles: _StyleHandler, budget: Budget) -> None:
        self._styles, self._budget = styles, budget
        self.sheets: list[RawSheet] = []
        self.uncalculated = False
        self.names: dict[str, str] = {}
        self._raw: RawSheet | None = None
        self._row = self._column = 0
        self._row_repeat = 1
        self._row_cells: list[tuple[int, Cell]] = []
        self._pending: _Pending | None = None
        self._reading = False
        self._skipping = 0  # depth inside annotations and shapes, whose paragraphs are no cell text
        self._box: TextBox | None = None  # the shape that is open
        self._boxes: list[TextBox] = []
        self._row_hidden = False
        self._spans: list[bool] = []  # those that are open, and whether they stand above the line

    def start(self, name: str, attributes: Attributes) -> None:
        self._budget.elements -= 1
        if self._budget.elements < 0:
            raise StopReadingError
        if self._skipping or name == "annotation" or name in _SHAPES:
            self._start_shape(name, attributes)
        elif name == "span":
            self._start_span(attributes.get("style-name", ""))
        elif self._raw is None:
            self._start_outside(name, attributes)
        elif name in ("table-cell", "covered-table-cell"):
            self._pending = _Pending(
                attributes, max(_integer(attributes.get("number-columns-repeated"), 1), 1), name.startswith("covered")
            )
        elif name == "p" and self._pending:
            if self._pending.pieces:
                self._pending.add("\n")
            self._reading = True
        elif name == "s" and self._reading and self._pending:
            self._pending.add(" " * min(_integer(attributes.get("c"), 1), 100))
        elif name in ("tab", "line-break") and self._reading and self._pending:
            self._pending.add("\n" if name == "line-break" else "\t")
        elif name == "table-row":
            self._start_row(attributes)
        elif name == "table-column":
            self._start_column(attributes)

    def _start_shape(self, name: str, attributes: Attributes) -> None:
        self._skipping += 1
        if self._skipping == 1 and name in _SHAPES and self._raw and len(self._boxes) < _MOST_BOXES:
            top, left = max(self._row, 1), self._column + 1
            end = cell_position(attributes.get("end-cell-address", "").rpartition(".")[2]) or (top, left)
            bottom = 0 if name == "shapes" else max(top, end[0])  # those of the page: nothing says on which cells they lie
            self._box = TextBox(text="", top=top, left=left, bottom=bottom, right=max(left, end[1]))
        elif name in ("p", "line-break"):
            self._add_to_box("\n")

    def _add_to_box(self, text: str) -> None:
        if self._box and len(self._box.text) < _LONGEST_BOX:
            self._box = replace(self._box, text=self._box.text + text)

    def _start_span(self, style: str) -> None:
        if style in self._styles.struck_spans:
            self._skipping += 1  # what is crossed out was taken back
        else:
            self._spans.append(style in self._styles.raised_spans)

    def _start_outside(self, name: str, attributes: Attributes) -> None:
        if name == "table":
            if len(self.sheets) >= MAX_SHEETS:
                raise StopReadingError
            hidden = attributes.get("style-name", "") in self._styles.hidden_tables
            self._raw = RawSheet(name=attributes.get("name", ""), hidden=hidden)
            self.sheets.append(self._raw)
            self._row = self._column = 0
        elif name == "named-expression" and (text := constant_text(attributes.get("expression", ""))):
            self.names[attributes.get("name", "")] = text
        else:
            self._styles.start(name, attributes)

    def end(self, name: str) -> None:
        if self._skipping:
            self._skipping -= 1
            if not self._skipping and self._box:
                self._boxes.append(self._box)
                self._box = None
        elif name == "span":
            self._spans.pop()
        elif self._raw is None:
            self._styles.end(name)
        elif name in ("table-cell", "covered-table-cell"):
            self._end_cell()
        elif name == "p":
            self._reading = False
        elif name == "table-row":
            self._end_row()
        elif name == "table-columns" or (name == "table" and not self._pending):
            self._column = 0
            if name == "table":
                if self._raw:
                    place_boxes(self._raw, self._boxes)
                self._raw, self._boxes = None, []

    def text(self, text: str) -> None:
        if self._skipping:
            self._add_to_box(text)
            return
        if self._raw is None:
            self._styles.text(text)
        elif self._reading and self._pending:
            self._pending.add(raised(text) if any(self._spans) else text)

    def _start_row(self, attributes: Attributes) -> None:
        self._row += 1
        self._column = 0
        self._row_cells = []
        self._row_repeat = max(_integer(attributes.get("number-rows-repeated"), 1), 1)
        self._row_hidden = attributes.get("visibility", "visible") != "visible"
        if self._row > MAX_ROWS and self._raw:
            # Only a row with something in it shows that the sheet goes on: LibreOffice pads to the last row with blanks.
            self._row = MAX_ROWS + 1

    def _start_column(self, attributes: Attributes) -> None:
        repeated = max(_integer(attributes.get("number-columns-repeated"), 1), 1)
        if self._raw and attributes.get("visibility", "visible") != "visible":
            self._raw.hide_columns(self._column + 1, self._column + repeated)
        self._column += repeated

    def _end_row(self) -> None:
        raw = self._raw
        if raw is None:
            return
        last = min(self._row + self._row_repeat - 1, MAX_ROWS)
        if self._row_cells and self._row > MAX_ROWS:
            raw.capped = True
            raise StopReadingError
        for row in range(self._row, last + 1):
            if self._row_hidden:
                raw.hidden_rows.add(row)
            for column, cell in self._row_cells:
                self._budget.cells -= 1
                if self._budget.cells < 0:
                    raise StopReadingError
                raw.cells[row, column] = _moved(cell, row, column)
            if not self._row_cells and not self._row_hidden:
                break
        self._row += self._row_repeat - 1

    def _end_cell(self) -> None:
        pending, self._pending = self._pending, None
        if pending is None or self._raw is None:
            return
        first = self._column + 1
        self._column += pending.repeated
        attributes = pending.attributes
        down, across = _integer(attributes.get("number-rows-spanned"), 1), _integer(attributes.get("number-columns-spanned"), 1)
        if down > 1 or across > 1:
            self._raw.merge(self._row, first, self._row + down - 1, first + across - 1)
        if pending.covered:
            return
        cell = self._cell(attributes, "".join(pending.pieces))
        if cell is None:
            return
        if first > MAX_COLUMNS:
            self._raw.capped = True
            return
        self._row_cells.extend((column, cell) for column in range(first, min(self._column, MAX_COLUMNS) + 1))

    def _cell(self, attributes: Attributes, text: str) -> Cell | None:
        kind = attributes.get("value-type", "")
        formula = attributes.get("formula", "")
        font, number_format, struck = self._styles.look_of(attributes.get("style-name", ""))
        if not kind and not formula and not text.strip():
            return None
        found, value = _typed(kind, attributes, text)
        if found is CellKind.BLANK:
            if not formula:
                return None
            self.uncalculated = self.uncalculated or not kind
            if kind:
                return None  # the result is the empty string
        return Cell(
            kind=found,
            value=value,
            number_format=number_format,
            formula=_PREFIX.sub("", formula),
            font=font,
            doubtful=struck,
            struck=struck,
        )


def _typed(kind: str, attributes: Attributes, text: str) -> tuple[CellKind, str | int | Decimal | bool | date | time | None]:
    stored = attributes.get("value", "")
    try:
        if kind in ("float", "percentage", "currency"):
            return CellKind.NUMBER, exact(float(stored))
        if kind == "date":
            moment = datetime.fromisoformat(attributes.get("date-value", ""))
            return CellKind.DATE, moment.date() if moment.time() == time(0) else moment
        if kind == "time" and (match := _DURATION.match(attributes.get("time-value", ""))):
            hours = int(match[1])
            if hours < _HOURS_A_DAY:
                return CellKind.DATE, time(hours, int(match[2]), int(match[3]))
    except (ValueError, OverflowError):
        pass
    if kind == "boolean":
        return CellKind.BOOLEAN, attributes.get("boolean-value") == "true"
    shown = text if text.strip() else attributes.get("string-value", "")
    if not shown.strip():
        return CellKind.BLANK, None
    if attributes.get("formula") and _ERROR_TEXT.match(shown):
        return CellKind.ERROR, shown
    return CellKind.TEXT, shown[:MAX_TEXT]


def _moved(cell: Cell, row: int, column: int) -> Cell:
    return replace(cell, address=address_of(row, column))


def _integer(text: str | None, default: int) -> int:
    try:
        return int(text) if text else default
    except ValueError:
        return default
