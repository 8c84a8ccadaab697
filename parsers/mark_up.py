"""Marks cells of a unit's own workbook: coloured, with a comment that says what to look at. Run in a reading child only.

Only what the marks need is changed in the package. Pictures, charts, drawn shapes, controls, rules of the cells, macros and
whatever else the file holds go back as they came, which no library that writes workbooks anew can promise.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from lxml import etree
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string, get_column_letter
from openpyxl.utils.exceptions import CellCoordinatesException

from config.errors import ParseError
from parsers.cell_notes import CellNote
from parsers.mark_comments import SheetComments
from parsers.mark_package import MarkedPackage
from parsers.writing_xml import local

_GRAVE, _DOUBTFUL = "FFFFC7CE", "FFFFF2A8"  # light red: wrong; light yellow: to confirm
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_ERRORS = (KeyError, ValueError, TypeError, AttributeError, IndexError, RecursionError, StopIteration, CellCoordinatesException)


def mark_up(data: bytes, notes: tuple[CellNote, ...]) -> bytes:
    """A copy of a .xlsx workbook with these cells coloured and commented; all else stays as it is.

    Marks of an earlier round are taken out first.

    Raises:
        ParseError: the file cannot be opened safely, or none of the cells is in it.
    """
    package = MarkedPackage(data)
    try:
        book = next(iter(package.related("", "officeDocument")))
        styles = _Styles(package, book)
        placed = 0
        for name, part in _sheets(package, book):
            placed += _mark(package, part, [each for each in notes if each.sheet == name], styles)
        if not placed:
            raise ParseError("none of the cells to mark is in the workbook")
        styles.finish()
        return package.saved()
    except _ERRORS as error:
        raise ParseError(f"the workbook cannot be marked: {error}") from error


def _sheets(package: MarkedPackage, book: str) -> Iterable[tuple[str, str]]:
    """Names and parts of the sheets with cells."""
    root = package.tree(book)
    tables = {*package.related(book, "worksheet")}
    for each in root.iter(f"{{{etree.QName(root).namespace}}}sheet"):
        identifier = next((value for key, value in each.attrib.items() if str(key).endswith("}id")), "")
        part = package.target(book, str(identifier))
        if part in tables:
            yield each.get("name", ""), part


def _mark(package: MarkedPackage, part: str, notes: list[CellNote], styles: _Styles) -> int:
    sheet = _Cells(package.tree(part))
    comments = SheetComments(package, part)
    for cell in comments.earlier:
        sheet.style(cell, styles.without_ours)
    told: dict[str, list[str]] = {}
    grave: set[str] = set()
    for note in notes:
        cell = sheet.shown(note.cell)
        told.setdefault(cell, []).append(note.text)
        grave.update((cell,) if note.grave else ())
    for cell in told:
        sheet.style(cell, styles.grave if cell in grave else styles.doubtful)
    if told:
        comments.put({cell: "\n".join(texts) for cell, texts in told.items()})
    return len(told)


@dataclass(slots=True)
class _Styles:
    """The cell styles of a workbook, each with its twins in our colours."""

    package: MarkedPackage
    book: str
    root: etree._Element = field(init=False)
    made: dict[tuple[int, str], int] = field(default_factory=dict)
    fills: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.root = self.package.tree(next(iter(self.package.related(self.book, "styles"))))

    def grave(self, style: int) -> int:
        """The style in the colour of what is wrong."""
        return self._twin(style, _GRAVE)

    def doubtful(self, style: int) -> int:
        """The style in the colour of what is to be confirmed."""
        return self._twin(style, _DOUBTFUL)

    def without_ours(self, style: int) -> int:
        """The style without a colour of ours; any other as it is."""
        fill = self._part("fills")[int(self._part("cellXfs")[style].get("fillId", "0"))]
        colours = {str(each.get("rgb", "")).upper()[-6:] for each in fill.iter() if local(each) == "fgColor"}
        return self._twin(style, "") if colours & {_GRAVE[-6:], _DOUBTFUL[-6:]} else style

    def finish(self) -> None:
        """Put the counts right."""
        for name in ("fills", "cellXfs"):
            part = self._part(name)
            part.set("count", str(len(part)))

    def _twin(self, style: int, colour: str) -> int:
        if (style, colour) not in self.made:
            formats = self._part("cellXfs")
            twin = copy.deepcopy(formats[style])
            twin.set("fillId", str(self._fill(colour)))
            twin.set("applyFill", "1")
            formats.append(twin)
            self.made[style, colour] = len(formats) - 1
        return self.made[style, colour]

    def _fill(self, colour: str) -> int:
        if not colour:
            return 0
        if colour not in self.fills:
            fills = self._part("fills")
            pattern = etree.SubElement(etree.SubElement(fills, self._in("fill")), self._in("patternFill"), patternType="solid")
            etree.SubElement(pattern, self._in("fgColor"), rgb=colour)
            etree.SubElement(pattern, self._in("bgColor"), indexed="64")
            self.fills[colour] = len(fills) - 1
        return self.fills[colour]

    def _part(self, name: str) -> etree._Element:
        found = self.root.find(self._in(name))
        if found is None:
            raise ParseError(f"the styles of the workbook have no {name}")
        return found

    def _in(self, name: str) -> str:
        return f"{{{etree.QName(self.root).namespace}}}{name}"


class _Cells:
    """The cells of a sheet by their addresses."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._namespace = etree.QName(root).namespace
        self._data = next(root.iter(self._in("sheetData")))
        self._merged = [_area(each.get("ref", "A1")) for each in root.iter(self._in("mergeCell"))]
        self._rows = _numbered(self._data)

    def shown(self, address: str) -> str:
        """The cell in which the one of this address is seen: the corner of its merged area."""
        letters, row = coordinate_from_string(address)
        column = column_index_from_string(letters)
        for left, top, right, bottom in self._merged:
            if left <= column <= right and top <= row <= bottom:
                return f"{get_column_letter(left)}{top}"
        return f"{letters}{row}"

    def style(self, address: str, change: Callable[[int], int]) -> None:
        """Give the cell the style that `change` makes of its own; a cell that is not there is put in."""
        cell = self._cell(address)
        cell.set("s", str(change(int(cell.get("s", "0")))))

    def _cell(self, address: str) -> etree._Element:
        letters, number = coordinate_from_string(address)
        row = self._rows.get(number)
        if row is None:
            row = etree.Element(self._in("row"), r=str(number))
            self._data.insert(sum(each < number for each in self._rows), row)
            self._rows[number] = row
        place = column_index_from_string(letters)
        columns = _columns(row)
        if (known := dict(columns).get(place)) is not None:
            known.set("r", address)
            return known
        at = sum(own < place for own, _ in columns)
        made = etree.Element(self._in("c"), r=address)
        made.set("s", row.get("s", "") or self._column_style(place))
        row.insert(at, made)
        return made

    def _column_style(self, place: int) -> str:
        for each in self._root.iter(self._in("col")):
            if int(each.get("min", "0")) <= place <= int(each.get("max", "0")):
                return str(each.get("style", "0"))
        return "0"

    def _in(self, name: str) -> str:
        return f"{{{self._namespace}}}{name}"


def _area(reference: str) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a merged area."""
    first, _, last = reference.replace("$", "").partition(":")
    (left, top), (right, bottom) = (coordinate_from_string(each) for each in (first, last or first))
    return column_index_from_string(left), top, column_index_from_string(right), bottom


def _numbered(data: etree._Element) -> dict[int, etree._Element]:
    """The rows by their numbers; a row without one follows the row before it."""
    found: dict[int, etree._Element] = {}
    number = 0
    for row in data:
        number = int(row.get("r") or number + 1)
        found[number] = row
    return found


def _columns(row: etree._Element) -> list[tuple[int, etree._Element]]:
    found = []
    column = 0
    for cell in row:
        written = cell.get("r")
        column = column_index_from_string(coordinate_from_string(written)[0]) if written else column + 1
        found.append((column, cell))
    return found
