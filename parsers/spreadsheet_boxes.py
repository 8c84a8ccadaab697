"""Text boxes that lie on a sheet: a letterhead, the note of a clerk, a figure drawn over a cell. No cell knows of them."""

from __future__ import annotations

import contextlib
import itertools
import re
import struct
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from parsers.grid import Cell, CellKind, Merge
from parsers.spreadsheet_cells import MAX_COLUMNS, MAX_ROWS, MAX_SHEETS, RawSheet, SpreadsheetError, address_of, integer_of
from parsers.spreadsheet_zip import Attributes, Package, StopReadingError, XmlHandler, read_xml, relations_of

_MOST_BOXES = 200
_MOST_ELEMENTS = 100_000
_MOST_RECORDS = 400_000
_MAX_DRAWING = 8 * 1024 * 1024  # bytes
_LONGEST = 4_000
_FIGURE = re.compile(r"\s*\d[\d\s.,/]*\D{0,20}$")
_REACH = 12  # rows and columns of a box that are looked at
_CROWDED_ROW = 1  # cells: a row with more is one of a table, where only a figure is meant for a cell

_DRAWING, _OBJECT, _TEXT_OBJECT, _CONTINUE = 0x00EC, 0x005D, 0x01B6, 0x003C
_SUBSTREAM, _END, _SHEET, _LOCKED = 0x0809, 0x000A, 0x0085, 0x002F
_NOTE = 0x19  # an object that is the box of a comment
_ANCHOR = b"\x10\xf0\x12\x00\x00\x00"  # the type and length of a shape's place on the sheet ([MS-XLS] 2.5.193)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBox:
    """A text and the cells that it covers, 1-based and inclusive."""

    text: str
    top: int
    left: int
    bottom: int
    right: int
    font: str = ""


def place_boxes(raw: RawSheet, boxes: Iterable[TextBox]) -> None:
    """Each text in a cell it covers that is blank, in doubt which one is meant; else below everything else on the sheet.

    A text that is no figure stays out of the rows of a table: it says something beside it.
    """
    filled = Counter(row for row, _ in raw.cells)
    for box in boxes:
        text = box.text.strip()[:_LONGEST]
        if not text:
            continue
        position = _free(raw, box, filled, is_figure=_FIGURE.match(text) is not None)
        if position is None:
            position = max(filled, default=0) + 1, 1
        if position[0] <= MAX_ROWS:
            filled[position[0]] += 1
            raw.cells[position] = Cell(
                kind=CellKind.TEXT, value=text, font=box.font, address=address_of(*position), doubtful=True, loose=True
            )


def _free(raw: RawSheet, box: TextBox, filled: Counter[int], *, is_figure: bool) -> tuple[int, int] | None:
    rows = range(max(1, box.top), min(box.bottom, box.top + _REACH, MAX_ROWS) + 1)
    columns = range(max(1, box.left), min(box.right, box.left + _REACH, MAX_COLUMNS) + 1)
    near = (each for each in raw.merges if each.top <= rows.stop and each.bottom >= rows.start)
    merges = list(itertools.islice((each for each in near if each.right >= columns.start), _REACH * _REACH))
    for row in rows:
        if not is_figure and filled[row] > _CROWDED_ROW:
            continue
        for column in columns:
            if (row, column) not in raw.cells and not any(_covers(each, row, column) for each in merges):
                return row, column
    return None


def _covers(merge: Merge, row: int, column: int) -> bool:
    """Whether a cell lies under a merged one: what stands there is dropped."""
    inside = merge.top <= row <= merge.bottom and merge.left <= column <= merge.right
    return inside and (row, column) != (merge.top, merge.left)


def drawn_boxes(package: Package, sheet: str) -> list[TextBox]:
    """The text boxes drawn on an .xlsx or .xlsb sheet, in the order they were drawn; of a damaged drawing its first ones."""
    handler = _DrawingHandler()
    with contextlib.suppress(SpreadsheetError):  # the table is read all the same
        drawing = relations_of(package, sheet).get("drawing")
        if drawing is not None and drawing in package:
            read_xml(package, drawing, handler, limit=_MAX_DRAWING)
    return handler.boxes


class _DrawingHandler(XmlHandler):
    def __init__(self) -> None:
        self.boxes: list[TextBox] = []
        self._elements = 0
        self._corner = ""
        self._corners = {"from": [0, 0], "to": [0, 0]}
        self._number: list[str] | None = None
        self._text: list[str] = []
        self._font = ""
        self._reading = False
        self._skipping = 0  # depth in the fallback that says the same once more

    def start(self, name: str, attributes: Attributes) -> None:
        self._elements += 1
        if self._elements > _MOST_ELEMENTS or len(self.boxes) >= _MOST_BOXES:
            raise StopReadingError
        if self._skipping or name == "Fallback":
            self._skipping += 1
        elif name in ("twoCellAnchor", "oneCellAnchor", "absoluteAnchor"):
            self._corners, self._text, self._font = {"from": [0, 0], "to": [0, 0]}, [], ""
        elif name in self._corners:
            self._corner = name
        elif self._corner and name in ("row", "col"):
            self._number = []
        elif name in ("p", "br") and self._text:
            self._text.append("\n")
        elif name == "t":
            self._reading = True
        elif name == "latin" and not self._font:
            self._font = attributes.get("typeface", "")

    def end(self, name: str) -> None:
        if self._skipping:
            self._skipping -= 1
        elif name in self._corners:
            self._corner = ""
        elif name in ("row", "col") and self._number is not None:
            self._corners[self._corner][name == "col"] = integer_of("".join(self._number)) + 1
            self._number = None
        elif name == "t":
            self._reading = False
        elif name in ("twoCellAnchor", "oneCellAnchor", "absoluteAnchor"):
            (top, left), (bottom, right) = self._corners["from"], self._corners["to"]
            box = TextBox(
                text="".join(self._text), top=top, left=left, bottom=max(top, bottom), right=max(left, right), font=self._font
            )
            self.boxes.append(box)

    def text(self, text: str) -> None:
        if self._skipping:
            return
        if self._number is not None:
            self._number.append(text)
        elif self._reading:
            self._text.append(text)


def binary_boxes(stream: bytes) -> list[list[TextBox]]:
    """The text boxes of each worksheet in the stream of an .xls of Excel 97 and later, in the order of its worksheets.

    Empty where the stream is encrypted.
    """
    if _TEXT_OBJECT.to_bytes(2, "little") not in stream:  # as in nearly all
        return []
    starts: list[int] = []
    budget = iter(range(_MOST_RECORDS))
    for kind, body in _records(stream, 0, budget):
        if kind == _LOCKED:
            return []
        if kind == _SHEET and len(body) > 6 and not body[5]:  # noqa: PLR2004 - its place, whether it is hidden, what it is
            starts.append(struct.unpack_from("<I", body)[0])
    return [list(_sheet_boxes(_records(stream, start, budget))) for start in starts[:MAX_SHEETS]]


def _records(stream: bytes, position: int, budget: Iterator[int]) -> Iterator[tuple[int, bytes]]:
    """The records of a substream, those of charts on a sheet left out; one of the budget is spent for each."""
    depth = 0
    while position + 4 <= len(stream) and next(budget, None) is not None:
        kind, length = struct.unpack_from("<HH", stream, position)
        position += 4
        if kind == _SUBSTREAM:
            depth += 1
        elif kind == _END:
            depth -= 1
            if depth < 1:
                return
        if depth == 1:
            yield kind, stream[position : position + length]
        position += length


def _sheet_boxes(records: Iterable[tuple[int, bytes]]) -> Iterator[TextBox]:
    place, is_note, left = (1, 1, 1, 1), False, 0
    text = ""
    count = 0
    for kind, body in records:
        if kind == _CONTINUE and left > 0 and body:
            piece = body[1:].decode("utf-16-le" if body[0] & 1 else "latin-1", "replace")[:left]
            text, left = text + piece, left - len(piece)
            if left <= 0:
                top, column, bottom, right = place
                yield TextBox(text=text.replace("\r", "\n"), top=top, left=column, bottom=bottom, right=right)
                count += 1
        elif kind == _DRAWING and (at := body.rfind(_ANCHOR)) >= 0 and len(body) >= at + 24:
            first, row, last, end = struct.unpack_from("<8xH2xH2xH2xH", body, at)
            place = row + 1, first + 1, end + 1, last + 1
        elif kind == _OBJECT and len(body) > 6:  # noqa: PLR2004 - ft, cb, ot
            is_note = struct.unpack_from("<H", body, 4)[0] == _NOTE
        elif kind == _TEXT_OBJECT and len(body) >= 12:  # noqa: PLR2004 - up to the length of its text
            text, left = "", 0 if is_note else struct.unpack_from("<H", body, 10)[0]
        if count >= _MOST_BOXES:
            return
