"""Finds the table of a blank form that nobody has seen before: its header, which column is what, and its rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from config.campaign import ColumnKind
from config.vietnamese import fold
from parsers.form_header_texts import heading_lines, numbers_columns
from parsers.grid import Cell, CellKind, Merge, Sheet
from parsers.learn_words import (
    heading_kind,
    is_letterhead,
    is_not_asked,
    is_quantity,
    is_share,
    is_signature,
    is_words,
    names_units,
)

_DEEPEST_HEADER = 6
_MOST_ROWS = 600
_MOST_COLUMNS = 120
_LETTERS = re.compile(r"[^\W\d_]{2}")
_NUMBERED = re.compile(r"\(?([IVX]{1,6}|[A-ZĐ]|\d{1,3}(?:\.\d{1,3})*|[a-zđ])\s*[.)/]{0,2}")
_IN_FRONT = re.compile(r"\s*\(?([IVX]{1,6}|[A-ZĐ]|\d{1,3}(?:\.\d{1,3})*|[a-zđ])\s*(?:[.)/:-]+\s+|[.)]\s*(?=[^\W\d_]))")
_BULLET = re.compile(r"\s*([-–•*+])\s*")
_SPACES = 2  # that make one step of indentation
_MOSTLY = 0.6
_HEADINGS = 2  # known ones that make a row the header of another table

Place = tuple[str, int, int]
"""Sheet, row, column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """What a workbook shows beside its texts: bold cells, cells with a grey ground, indentation."""

    bold: frozenset[Place] = frozenset()
    greyed: frozenset[Place] = frozenset()
    indents: Mapping[Place, int] = field(default_factory=dict)


NO_LOOKS = Looks()


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumn:
    """A column of the table: where it stands, the lines printed above it, and what it is; None when it is left out."""

    place: int
    lines: tuple[str, ...]
    kind: ColumnKind | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """A row of the table as printed. `depth` is its indentation; `bullet` a dash before its label.

    `spanned`: its number is merged over from the row above. `heads`: it stands in a column of its own beside the rows it heads.
    """

    number: int
    row_number: str
    label: str
    unit: str
    bullet: str
    depth: int
    bold: bool
    spanned: bool = False
    heads: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankTable:
    """The table of a blank form."""

    sheet: Sheet
    band: tuple[int, int]
    columns: tuple[TableColumn, ...]
    rows: tuple[TableRow, ...]

    def of_kind(self, kind: ColumnKind) -> tuple[TableColumn, ...]:
        """The columns of a kind, left to right."""
        return tuple(each for each in self.columns if each.kind is kind)


def find_blank_tables(sheets: Sequence[Sheet], looks: Looks) -> tuple[BlankTable, ...]:
    """The tables with a header, a quantity column and rows, in reading order."""
    return tuple(table for sheet in sheets if not sheet.hidden for table in _tables(sheet, looks))


def _tables(sheet: Sheet, looks: Looks) -> Iterator[BlankTable]:
    top = 1
    while top <= min(sheet.last_row, _MOST_ROWS):
        table = _table(sheet, top, looks) if _may_be_header(sheet, top) else None
        if table is not None:
            yield table
        top = table.rows[-1].number + 1 if table is not None else top + 1


def _table(sheet: Sheet, top: int, looks: Looks) -> BlankTable | None:
    band = (top, _bottom(sheet, top))
    columns = _columns(sheet, band)
    rows = _without_caption(sheet, tuple(_rows(sheet, band, columns, looks)), columns)
    columns = _without_printed(sheet, columns, rows)
    if not rows or not any(each.kind is ColumnKind.QUANTITY for each in columns):
        return None
    return BlankTable(sheet=sheet, band=band, columns=columns, rows=rows)


def _without_caption(sheet: Sheet, rows: tuple[TableRow, ...], columns: tuple[TableColumn, ...]) -> tuple[TableRow, ...]:
    """The rows before another table, less the line that heads that one."""
    if not rows or not _begins_table(sheet, next(_filled_below(sheet, rows[-1].number), 0), columns):
        return rows
    alone = sum(number == rows[-1].number for number, _ in sheet.cells) == 1
    return rows[:-1] if alone else rows


def _filled_below(sheet: Sheet, row: int) -> Iterator[int]:
    filled = {number for number, _ in sheet.cells}
    return (number for number in range(row + 1, sheet.last_row + 1) if number in filled)


def _without_printed(sheet: Sheet, columns: tuple[TableColumn, ...], rows: Sequence[TableRow]) -> tuple[TableColumn, ...]:
    """The columns with those left out that the office has filled in itself: codes, plans, last year's figures."""
    return tuple(
        replace(each, kind=None) if each.kind is ColumnKind.QUANTITY and _is_printed(sheet, each.place, rows) else each
        for each in columns
    )


def _is_printed(sheet: Sheet, place: int, rows: Sequence[TableRow]) -> bool:
    cells = [sheet.at(row.number, place) for row in rows if not row.heads]
    return sum(not each.formula and _says(each) for each in cells) > _MOSTLY * len(cells)


def _says(cell: Cell) -> bool:
    """Whether a cell of the blank form holds something of the office's: no zero, no "x" for not asked, no dots to write on."""
    return any(sign.isalnum() and sign != "0" for sign in cell.text) and not is_not_asked(cell.text)


def _begins_table(sheet: Sheet, row: int, columns: tuple[TableColumn, ...]) -> bool:
    """Whether another table begins here: headings that are known for what they are, or words where figures would stand."""
    if not row or not _may_be_header(sheet, row):
        return False
    texts = {column: cell.text for (number, column), cell in sheet.cells.items() if number == row}
    known = sum(heading_kind((text,)) is not None or is_quantity(text) for text in texts.values())
    asked = {each.place for each in columns if each.kind is ColumnKind.QUANTITY}
    words = {text for place, text in texts.items() if place in asked and _LETTERS.search(text) and not is_not_asked(text)}
    return known >= _HEADINGS or len(words) >= _HEADINGS


def _may_be_header(sheet: Sheet, row: int) -> bool:
    cells = [sheet.at(row, column) for column in range(1, min(sheet.last_column, _MOST_COLUMNS) + 1)]
    texts = [each.text for each in cells if each.kind is CellKind.TEXT]
    if any(cell.kind is CellKind.NUMBER and not _is_year(cell) for cell in cells) or any(map(_is_letterhead, texts[:2])):
        return False
    texts = [each for each in texts if not each.rstrip().endswith(":") and len(each) < 300]  # noqa: PLR2004 - a paragraph
    known = sum(heading_kind((each,)) is not None or names_units(each) or is_quantity(each) for each in texts)
    return len(texts) > 2 or (len(texts) > 1 and known > 0)  # noqa: PLR2004 - label, unit and a quantity


def _is_letterhead(text: str) -> bool:
    return is_letterhead(text) and heading_kind((text,)) is None and not names_units(text)


def _is_year(cell: Cell) -> bool:
    return isinstance(cell.value, int) and 2000 <= cell.value <= 2100  # noqa: PLR2004 - years


def _bottom(sheet: Sheet, top: int) -> int:
    """The last row of the header: as deep as its merged cells, and the rows below group headings."""
    bottom = top
    while bottom < top + _DEEPEST_HEADER:
        deeper = max((each.bottom for each in sheet.merges if top <= each.top <= bottom), default=bottom)
        if deeper > bottom:
            bottom = min(deeper, top + _DEEPEST_HEADER)
            continue
        if not _goes_on(sheet, top, bottom):
            break
        bottom += 1
    return bottom


def _goes_on(sheet: Sheet, top: int, bottom: int) -> bool:
    """Whether the next row stands under group headings: words only, and nothing below the first two headings."""
    wide = [each for each in sheet.merges if each.top == bottom and each.bottom == bottom and each.right > each.left]
    below = {column: cell for (row, column), cell in sheet.cells.items() if row == bottom + 1}
    if not below or any(cell.kind is not CellKind.TEXT or cell.text.strip().isdigit() for cell in below.values()):
        return False
    if numbers_columns(sheet, bottom + 1):
        return False
    first = sorted(column for (row, column), cell in sheet.cells.items() if row == top)
    under = any(each.left <= column <= each.right for each in wide for column in below)
    return (under and first[0] not in below) or (len(below) > 1 and min(below) > first[min(1, len(first) - 1)])


def _columns(sheet: Sheet, band: tuple[int, int]) -> tuple[TableColumn, ...]:
    start = band[1] + 1
    places = range(1, min(sheet.last_column, _MOST_COLUMNS) + 1)
    lines = {column: heading_lines(sheet, band, column) for column in places}
    lines.update({place: lines.get(place, ()) for place in _printed_over(sheet, band)})
    words = {column: _words_below(sheet, start, column) for column in lines}
    label = _label_column(lines, words)
    found = []
    for place in sorted(lines):
        if lines[place] or place == label:
            kind = ColumnKind.LABEL if place == label else _kind(place, lines[place], label)
            found.append(TableColumn(place=place, lines=lines[place], kind=kind))
    return _one_of_each(found)


def _printed_over(sheet: Sheet, band: tuple[int, int]) -> set[int]:
    """The columns that merged headings reach over."""
    merges = [each for each in sheet.merges if band[0] <= each.top <= band[1]]
    return {column for each in merges for column in range(each.left, min(each.right, _MOST_COLUMNS) + 1)}


def _kind(place: int, lines: tuple[str, ...], label: int) -> ColumnKind | None:
    heading = " ".join(lines)
    kind = heading_kind(lines)
    if kind is ColumnKind.ROW_NUMBER and place < label:
        return kind
    if kind in (ColumnKind.UNIT, ColumnKind.NOTE):
        return kind
    if place < label or kind is ColumnKind.ROW_NUMBER or is_share(heading) or is_words(heading):
        return None
    return ColumnKind.QUANTITY


def _label_column(lines: Mapping[int, tuple[str, ...]], words: Mapping[int, int]) -> int:
    kinds = {place: heading_kind(each) for place, each in lines.items()}
    named = sorted((place for place, kind in kinds.items() if kind is ColumnKind.LABEL), key=lambda each: -words[each])
    units = [place for place, each in lines.items() if each and names_units(each[-1])]
    open_places = [
        place for place, kind in kinds.items() if kind not in (ColumnKind.ROW_NUMBER, ColumnKind.NOTE, ColumnKind.UNIT)
    ]
    most = max((words[place] for place in open_places), default=0)
    telling = [place for place in sorted(open_places) if words[place] == most and most]
    if named and (words[named[0]] or not telling):
        return named[0]
    if telling and (not units or words[units[0]] < most):
        return telling[0]
    return (units or sorted(open_places) or [1])[0]


def _words_below(sheet: Sheet, start: int, column: int) -> int:
    count = 0
    for row in range(start, min(sheet.last_row, start + _MOST_ROWS) + 1):
        text = sheet.at(row, column).text
        count += bool(_LETTERS.search(text)) and not is_signature(text)
    return count


def _one_of_each(columns: list[TableColumn]) -> tuple[TableColumn, ...]:
    """Only the quantities may stand twice: a second note, unit or number column is left out."""
    seen: set[ColumnKind] = set()
    kept = []
    for each in columns:
        twice = each.kind in seen and each.kind is not ColumnKind.QUANTITY
        kept.append(TableColumn(place=each.place, lines=each.lines, kind=None) if twice else each)
        if each.kind is not None:
            seen.add(each.kind)
    return tuple(kept)


def _rows(sheet: Sheet, band: tuple[int, int], columns: tuple[TableColumn, ...], looks: Looks) -> Iterator[TableRow]:
    by_kind = {each.kind: each.place for each in columns if each.kind is not ColumnKind.QUANTITY}
    label, number, unit = (by_kind.get(each, 0) for each in (ColumnKind.LABEL, ColumnKind.ROW_NUMBER, ColumnKind.UNIT))
    first = min((each.place for each in columns if each.kind is ColumnKind.QUANTITY), default=label + 1)
    start = band[1] + 1
    start += numbers_columns(sheet, start)
    blank = 0
    for row in range(start, min(sheet.last_row, start + _MOST_ROWS) + 1):
        place = _label_place(sheet, row, label, first)
        text = sheet.at(row, place).text
        if _begins_table(sheet, row, columns):
            return
        numbered = number and _NUMBERED.fullmatch(sheet.at(row, number).text.strip())
        if not numbered and _ends_table(sheet, row, label, goes_on=not blank and row > start):
            return
        if not _LETTERS.search(text):
            blank += 1
            if blank > 3:  # noqa: PLR2004 - lines left for the units
                return
            continue
        blank = 0
        made = _row(sheet, row, place, (numbered[1] if numbered else "", unit), looks)
        head = _head_beside(sheet, row, label, {number, unit}) if place == label else ""
        if head:
            yield replace(made, label=head, unit="", bullet="", depth=0, heads=True)
            made = replace(made, row_number="")
        yield made


def _ends_table(sheet: Sheet, row: int, label: int, *, goes_on: bool) -> bool:
    """Whether who signs, a date or a note stands in the row; "Date of last inspection", right below others, is one of them."""
    for (number, column), cell in sheet.cells.items():
        if number == row and is_signature(cell.text, surely=goes_on and column == label):
            return True
    return False


def _head_beside(sheet: Sheet, row: int, label: int, known: set[int]) -> str:
    """The words of a cell left of the labels that is merged down over several rows: "Giao thông" beside the roads it heads."""
    for each in sheet.merges:
        if each.top == row < each.bottom and each.right < label and each.left not in known:
            text = " ".join(sheet.at(row, each.left).text.split())
            return text if _LETTERS.search(text) else ""
    return ""


def _label_place(sheet: Sheet, row: int, label: int, first: int) -> int:
    """The label's column; another before the quantities when a heading is merged across the table."""
    if _LETTERS.search(sheet.at(row, label).text):
        return label
    return next((place for place in range(1, first) if len(fold(sheet.at(row, place).text)) > 2), label)  # noqa: PLR2004


def _row(sheet: Sheet, row: int, place: int, about: tuple[str, int], looks: Looks) -> TableRow:
    written = sheet.at(row, place).text
    row_number, unit = about
    bullet = _BULLET.match(written)
    in_front = None if row_number or bullet else _IN_FRONT.match(written)
    rest = written[bullet.end() :] if bullet else written[in_front.end() :] if in_front else written
    spaces = len(written) - len(written.lstrip(" \u00a0\t"))
    return TableRow(
        number=row,
        row_number=row_number or (in_front[1] if in_front else ""),
        label=" ".join(rest.split()),
        unit=" ".join(sheet.at(row, unit).text.split()) if unit else "",
        bullet=bullet[1] if bullet else "",
        depth=looks.indents.get((sheet.name, row, place), 0) + spaces // _SPACES,
        bold=(sheet.name, row, place) in looks.bold,
        spanned=any(each.top < row <= each.bottom and each.right < place for each in sheet.merges),
    )


def merged_over(sheet: Sheet, row: int, places: Sequence[int]) -> Merge | None:
    """The merged area of a row that takes several of these columns for one cell."""
    for each in sheet.merges:
        if each.top <= row <= each.bottom and sum(each.left <= place <= each.right for place in places) > 1:
            return each
    return None
