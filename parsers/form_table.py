"""Finds the form table on the sheets of a document: its label column, its header, its rows, and the text around it.

The labels are found first, wherever they stand; the header is looked for above them. A table may be split into blocks, one
below or beside the other or over several sheets; a second table with the same labels is a second form.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from config.campaign import Form, IndicatorType
from config.vietnamese import fold
from parsers.corrected_words import holds_figure
from parsers.form_blocks import Block, Row, Table, joined_blocks, row_number_of, with_columns
from parsers.form_header import Columns, header_kinds, means_column, read_header
from parsers.form_header_texts import numbers_columns
from parsers.form_own_headings import is_own_heading
from parsers.grid import Cell, CellKind, Sheet
from parsers.labels import LabelIndex, behind_label, folded_labels, label_index

_STRONG = 0.78
_LIKE_A_LABEL = 0.62
_SPLIT_LABEL_DISTANCE = 2
_HEADER_REACH = 10  # rows above the first label
_TRAILING_ROWS = 15
_LEFT_REACH = 4
_WIDTH = 24
_MOST_COMPARED = 700  # texts of a document compared with all labels, and looked up among them
_MOST_TEXTS = 30_000
_LETTERS = re.compile(r"[^\W\d_]{2}")
_BULLET = re.compile(r"^\s*[-+*•–]\s*\w")
_FIGURE = re.compile(r"\s*\d")
_YEAR_ONLY = re.compile(r"\s*20\d\d\s*$")
_YEARS = (2000, 2100)
_LONGEST_FIGURE = 20  # "7.100.000 đồng"
_LONGEST_HEADER_WORD = 6  # "Người" heads a column and may be a label elsewhere
_MOST_HEADER_TEXTS = 8_000
_MOST_HITS = 600
_SURELY_HEADER = 3  # beside so many headings "Các hoạt động" heads the labels, however much it is like one
_LONG = 400


def find_tables(sheets: Sequence[Sheet], form: Form, year: int) -> tuple[Table, ...]:
    """The form tables on these sheets, in reading order."""
    index = label_index(form.indicators)
    budget = _Budget()
    blocks = [block for sheet in sheets if sheet.cells for block in _Finder(sheet, form, index, year, budget).blocks()]
    blocks = [with_columns(block, blocks[:number]) for number, block in enumerate(blocks)]
    return tuple(table for table in joined_blocks(blocks, index) if len(table.indicators) >= fewest_rows(form))


def fewest_rows(form: Form) -> int:
    """How many labels of the form must be found for a table to be one; labels that stand in several groups count once."""
    return min(3, max(1, len({fold(each.label) for each in form.indicators}) // 2))


@dataclass(frozen=True, slots=True)
class _Hit:
    row: int
    column: int
    indicator: int
    exact: bool


@dataclass(slots=True)
class _Budget:
    """How many more texts of a document are looked at."""

    compared: int = _MOST_COMPARED
    texts: int = _MOST_TEXTS


class _Finder:
    """Looks for blocks on one sheet."""

    def __init__(self, sheet: Sheet, form: Form, index: LabelIndex, year: int, budget: _Budget) -> None:
        self.sheet, self.form, self.index, self.year, self.budget = sheet, form, index, year, budget
        self.last_row, self.last_column = sheet.last_row, sheet.last_column
        self.rows_with_cells = sorted({row for row, _ in sheet.cells})
        self.headers: set[int] = set()
        self.texts = folded_labels(each for each in form.indicators if each.type is IndicatorType.TEXT)

    def blocks(self) -> list[Block]:
        """The blocks in reading order."""
        self.headers = self._header_rows()
        hits = self._hits()
        if not hits:
            return []
        tables = self._label_columns(hits)
        found: list[Block] = []
        for number, (label, members) in enumerate(tables):
            right = self._before(*tables[number + 1]) if number + 1 < len(tables) else self.last_column
            left = max(1, tables[number - 1][0] + 1 if number else 1, label - _LEFT_REACH)
            width = max(_WIDTH, len(self.form.columns))
            found.extend(self._blocks_of(label, members, left, min(right, label + width)))
        return sorted(found, key=lambda block: (block.top, block.left)) if len(tables) == 1 else found

    def _header_rows(self) -> set[int]:
        found: set[int] = set()
        last = min(self.last_column, _WIDTH * 3)
        for row in self.rows_with_cells[: min(_MOST_HITS, _MOST_HEADER_TEXTS // max(last, 1))]:
            kinds = header_kinds(self.sheet, row, 1, last, self.form.columns)
            various = len(set(kinds))
            surely = various > _SURELY_HEADER
            if various > 1 and not self._is_data(row, surely_header=surely) and (surely or not self._has_label(row)):
                found.add(row)
        return found

    def _is_data(self, row: int, *, surely_header: bool) -> bool:
        """Whether a cell shows that the row is no header: a figure other than a year, or a label of the form.

        Beside many headings "Kinh phí" heads a column of amounts, whatever row is called so.
        """
        cells = (self.sheet.cells.get((row, column)) for column in range(1, self.last_column + 1))
        return any(
            _shows_data(cell, None if surely_header else self.index) and not is_own_heading(cell.text, self.form.columns)
            for cell in cells
            if cell is not None
        )

    def _has_label(self, row: int) -> bool:
        """Whether a label of the form stands in the row, which then is no header whatever else is in it."""
        texts = [
            cell.text for column in range(1, self.last_column + 1) if (cell := self.sheet.cells.get((row, column))) is not None
        ]
        return any(
            len(text) > _LONGEST_HEADER_WORD
            and not means_column(text, self.form.columns)
            and self.index.best(text[:_LONG])[1] >= _LIKE_A_LABEL
            for text in texts
        )

    def _hits(self) -> list[_Hit]:
        hits: list[_Hit] = []
        for (row, column), cell in sorted(self.sheet.cells.items()):
            if row in self.headers or cell.kind is not CellKind.TEXT or not _LETTERS.search(cell.text):
                continue
            self.budget.texts -= 1
            if self.budget.texts < 0:
                break
            text, _ = self._label(cell.text)
            holders = self.index.exact_holders(text)
            if holders:
                hits.extend(_Hit(row, column, holder, exact=True) for holder in holders[:1])
            elif len(cell.text) > 7 and self.budget.compared > 0:  # noqa: PLR2004 - shorter ones are units and names
                self.budget.compared -= 1
                indicator, score = self.index.best(text)
                if score >= _STRONG:
                    hits.append(_Hit(row, column, indicator, exact=False))
            if len(hits) >= _MOST_HITS:
                break
        return hits

    def _label_columns(self, hits: list[_Hit]) -> list[tuple[int, list[_Hit]]]:
        """The label columns from left to right, each with its hits; one label column may be spread over two."""
        by_column: dict[int, list[_Hit]] = {}
        for hit in hits:
            by_column.setdefault(hit.column, []).append(hit)
        most = max(len({hit.row for hit in each}) for each in by_column.values())
        tables: list[tuple[int, list[_Hit]]] = []
        for column, members in sorted(by_column.items(), key=lambda item: (-len(item[1]), item[0])):
            near = next((each for each in tables if abs(each[0] - column) <= _SPLIT_LABEL_DISTANCE), None)
            if near is not None:
                rows = {hit.row for hit in near[1]}
                near[1].extend(hit for hit in members if hit.row not in rows)
            elif len({hit.row for hit in members}) * 3 >= most:
                tables.append((column, members))
        return sorted(tables, key=lambda each: each[0])

    def _before(self, label: int, hits: list[_Hit]) -> int:
        """The last column before the table with this label column, whose row numbers stand beside its labels."""
        rows = [hit.row for hit in hits]
        return label - 2 if self._numbered(rows, label - 1) else label - 1

    def _blocks_of(self, label: int, hits: list[_Hit], left: int, right: int) -> list[Block]:
        hits = sorted(hits, key=lambda hit: hit.row)
        groups: list[list[_Hit]] = []
        for number, hit in enumerate(hits):
            if not groups or self._starts_anew(groups[-1], hits[number:]):
                groups.append([])
            groups[-1].append(hit)
        blocks: list[Block] = []
        for number, group in enumerate(groups):
            floor = blocks[-1].bottom if blocks else 0
            ceiling = groups[number + 1][0].row - 1 if number + 1 < len(groups) else self.last_row
            blocks.append(self._block(label, group, (left, right), (floor, ceiling)))
        return blocks

    def _starts_anew(self, group: list[_Hit], ahead: list[_Hit]) -> bool:
        """Whether a new block begins: behind another header, or where the form's labels begin again."""
        hit = ahead[0]
        if any(group[-1].row < row < hit.row for row in self.headers):
            return True
        seen = {each.indicator for each in group if not self.index.generic[each.indicator]}
        coming = [each for each in ahead[:6] if not self.index.generic[each.indicator]][:4]
        repeated = sum(each.indicator in seen for each in coming)
        back = bool(seen) and hit.indicator * 2 <= max(seen)
        return back and hit.indicator in seen and len(coming) > 1 and repeated >= min(3, len(coming))

    def _block(self, label: int, hits: list[_Hit], reach: tuple[int, int], limits: tuple[int, int]) -> Block:
        first, last = hits[0].row, hits[-1].row
        band = self._band(first, max(limits[0], first - _HEADER_REACH - 1), label)
        if band:
            header = read_header(self.sheet, band, label, reach, self.form, self.year)
            columns, start = self._with_nameless(header.columns, hits), header.bottom + 1
            start += start < first and numbers_columns(self.sheet, start)
        else:
            columns, start = self._guessed(label, hits, reach), self._first_row_above(first, limits[0], label)
        spread = {hit.row: hit.column for hit in hits}
        rows = self._rows(columns, start, last, spread)
        rows += self._trailing(columns, last, limits[1])
        indicators = frozenset(hit.indicator for hit in hits)
        bottom = max([last, *(row.numbers[-1] for row in rows)])
        top = band[0] if band else start
        return Block(
            sheet=self.sheet,
            top=top,
            bottom=bottom,
            left=reach[0],
            right=reach[1],
            rows=tuple(rows),
            has_header=band is not None,
            indicators=indicators,
        )

    def _band(self, first: int, floor: int, label: int) -> tuple[int, int] | None:
        """The header rows above the first label, from top to bottom."""
        above = [row for row in self.headers if floor < row < first]
        if not above:
            return None
        bottom = top = max(above)
        reach = max(1, label - _LEFT_REACH), min(label + max(_WIDTH, len(self.form.columns)), self.last_column)
        while top - 1 > floor and (top - 1 in self.headers or self._is_group_heading(top - 1, reach)):
            top -= 1
        while bottom + 1 < first and self._is_sub_heading(bottom + 1, label, reach):
            bottom += 1
        return top, bottom

    def _is_group_heading(self, row: int, reach: tuple[int, int]) -> bool:
        """A row above the header that names years, plan and results, over two columns at least."""
        texts = [self.sheet.at(row, column).text for column in range(reach[0], reach[1] + 1)]
        present = [text for text in texts if text]
        return len(present) > 1 and all(re.search(r"20\d\d|kế hoạch|thực hiện|kết quả", text, re.IGNORECASE) for text in present)

    def _is_sub_heading(self, row: int, label: int, reach: tuple[int, int]) -> bool:
        if self.sheet.at(row, label).text:
            return False
        kinds = header_kinds(self.sheet, row, reach[0], reach[1], self.form.columns)
        return bool(kinds) and all(
            cell.kind is CellKind.TEXT
            for column in range(reach[0], reach[1] + 1)
            if (cell := self.sheet.cells.get((row, column))) is not None
        )

    def _first_row_above(self, first: int, floor: int, label: int) -> int:
        """Where a table without header begins: rows directly above the first known label that have a value beside theirs."""
        row = first
        while row - 1 > floor and self.sheet.at(row - 1, label).text and self._has_figure(row - 1, label):
            row -= 1
        return row

    def _has_figure(self, row: int, label: int) -> bool:
        beside = (self.sheet.cells.get((row, column)) for column in range(label + 1, min(label + 8, self.last_column) + 1))
        return any(cell is not None and (cell.kind is CellKind.NUMBER or _looks_like_figure(cell.text)) for cell in beside)

    def _with_nameless(self, columns: Columns, hits: list[_Hit]) -> Columns:
        """One heading "Số lượng" with figures in the nameless columns behind it too: the quantities in the form's order."""
        keys = [each.key for each in self.form.quantity_columns]
        if columns.single is None or len(keys) < 2:  # noqa: PLR2004 - a single column for several quantities
            return columns
        places = [*range(columns.single, columns.single + len(keys))]
        rows = [hit.row for hit in hits]
        if not all(place in columns.others and self._figures(rows, place) for place in places[1:]):
            return columns
        return replace(
            columns,
            single=None,
            quantities=tuple(zip(keys, places, strict=True)),
            others=tuple(column for column in columns.others if column not in places),
            uncertain=frozenset(keys),
            by_order=True,
        )

    def _guessed(self, label: int, hits: list[_Hit], reach: tuple[int, int]) -> Columns:
        """Columns of a table without header: unit by its words, then the quantities in the form's order, then the note."""
        rows = [hit.row for hit in hits]
        units = {fold(each.unit) for each in self.form.indicators if each.unit}
        unit = next((column for column in range(label + 1, label + 3) if self._share(rows, column, units) * 3 >= len(rows)), None)
        numbers = next((column for column in range(label - 1, reach[0] - 1, -1) if self._numbered(rows, column)), None)
        start = (unit or label) + 1
        keys = [each.key for each in self.form.quantity_columns]
        expected = [*range(start, start + len(keys))]
        filled = [column for column in range(start, reach[1] + 1) if self._figures(rows, column)]
        quantities = tuple(zip(keys, expected, strict=True))
        if filled and filled[0] not in expected and len(filled) == len(keys):
            quantities = tuple(zip(keys, filled, strict=True))
        last = max((column for _, column in quantities), default=label)
        rest = [column for column in range(start, reach[1] + 1) if column not in {each for _, each in quantities}]
        note = last + 1 if last + 1 <= reach[1] else None
        return Columns(
            label=label,
            row_number=numbers,
            unit=unit,
            note=note,
            quantities=quantities,
            others=tuple(column for column in rest if column != note),
            uncertain=frozenset(keys),
            by_order=True,
        )

    def _share(self, rows: list[int], column: int, units: set[str]) -> int:
        return sum(fold(self.sheet.at(row, column).text) in units for row in rows)

    def _numbered(self, rows: list[int], column: int) -> bool:
        return any(row_number_of(self.sheet.at(row, column)) for row in rows)

    def _figures(self, rows: list[int], column: int) -> bool:
        return any(any(sign.isdigit() for sign in self.sheet.at(row, column).text) for row in rows)

    def _rows(self, columns: Columns, start: int, last: int, spread: dict[int, int]) -> list[Row]:
        return [
            row
            for number in range(start, last + 1)
            if number not in self.headers and (row := self._row(columns, number, spread.get(number))) is not None
        ]

    def _row(self, columns: Columns, number: int, label_column: int | None) -> Row | None:
        places = [label_column] if label_column else [columns.label, columns.label + 1, columns.label - 1]
        values = (*columns.value_columns, columns.unit, columns.row_number, columns.note)
        label = next(
            (
                text
                for place in places
                if place
                and (place == label_column or place not in values)
                and _LETTERS.search(text := self.sheet.at(number, place).text)
            ),
            "",
        )
        label, behind = self._label(label)
        row = Row(
            sheet=self.sheet,
            numbers=(number,),
            label=label,
            behind=behind,
            row_number=row_number_of(self.sheet.at(number, columns.row_number or 0)),
            unit=self.sheet.at(number, columns.unit or 0).text.strip()[:60],
            columns=columns,
            hidden=number in self.sheet.hidden_rows,
            beside=self._beside(columns, number),
        )
        return row if row.label or row.has_value() else None

    def _label(self, text: str) -> tuple[str, str]:
        """The label in a cell; behind that of a row of free text its answer may stand, however long."""
        label = text.strip()[:_LONG]
        if not self.texts or self.index.exact_holders(label):
            return label, ""
        return behind_label(text, self.texts) or (label, "")

    def _beside(self, columns: Columns, number: int) -> str:
        places = (place for place in range(columns.label - 1, 0, -1) if place not in (columns.row_number, columns.unit))
        return next((text for place in places if _LETTERS.search(text := self.sheet.at(number, place).text)), "")

    def _trailing(self, columns: Columns, last: int, ceiling: int) -> list[Row]:
        """Rows the unit added below the last known label: they have a label and a figure, or begin with a dash."""
        rows: list[Row] = []
        blanks = 0
        for number in range(last + 1, min(last + _TRAILING_ROWS, ceiling) + 1):
            row = self._row(columns, number, None) if number not in self.headers else None
            above = rows[-1].label if rows else self.sheet.at(last, columns.label).text
            goes_on = row is not None and bool(self.index.exact_holders(f"{above} {row.label}"[:_LONG]))  # over the page
            if row is None or not row.label or not (row.has_value() or _BULLET.match(row.label) or goes_on):
                blanks += 1
                if blanks > 1 or number in self.headers:
                    break
                continue
            blanks = 0
            rows.append(row)
        return rows


def _looks_like_figure(text: str) -> bool:
    """Whether a text begins as a figure does and is no longer than one: in Word and on paper every cell is text."""
    return len(text) <= _LONGEST_FIGURE and _FIGURE.match(text) is not None


def _shows_data(cell: Cell, index: LabelIndex | None) -> bool:
    if cell.kind is CellKind.TEXT:
        if (_FIGURE.match(cell.text) and not _YEAR_ONLY.match(cell.text)) or holds_figure(cell.text):
            return True
        return index is not None and len(cell.text) > _LONGEST_HEADER_WORD and bool(index.exact_holders(cell.text[:_LONG]))
    return cell.kind is not CellKind.NUMBER or not (isinstance(cell.value, int) and _YEARS[0] <= cell.value <= _YEARS[1])
