"""Reads the campaign's form out of the tables of a document, wherever it stands and however it was changed.

A row that was dropped gives no value, never zero. A figure whose row or column is not certain is given to be confirmed, and one
that could be either of two things is not given at all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from config.campaign import Form, Indicator, IndicatorRole, IndicatorType
from config.vietnamese import fold
from parsers.form_blocks import Row, Table
from parsers.form_claims import NOTE, cleared, doubted
from parsers.form_columns import settled_columns
from parsers.form_findings import (
    added_rows,
    disputed_row,
    guessed_columns,
    header_has_value,
    hidden_sheet,
    no_quantity_column,
    no_result,
    only_parts,
    other_year,
    several_forms,
    shifted_table,
    swapped_columns,
    unknown_row,
    unlabelled_row,
    unread_column,
)
from parsers.form_heading import recipients_row, surroundings_of, years_in
from parsers.form_parts import compiled_of
from parsers.form_quantity_labels import with_quantity_rows
from parsers.form_quantity_rows import quantity_rows
from parsers.form_rows import Alignment, Placement, align
from parsers.form_shift import seems_shifted, swapped
from parsers.form_table import fewest_rows, find_tables
from parsers.form_unit_rows import read_unit_rows
from parsers.form_values import RowReader, RowValues
from parsers.form_year import Said, marked
from parsers.grid import Cell, Sheet
from parsers.labels import label_index
from parsers.values import Finding, FormReading, Value, ValueStatus

__all__ = ["read_forms"]

_MOST_EXTRAS = 40
_STILL_A_LABEL = 0.85
_MOST_UNKNOWN = 8
_LONG = 200
_FRAGMENT = 3  # a table with fewer rows than a third of the largest, all of them also there, is no second form
_SAME_LETTERHEAD = 85
_BULLETS = "-+*•–"
_NO_RESULT = re.compile(r"\b(?:ke hoach|du kien|du thao|nhap|ban nhap|plan|draft)\b")  # names of sheets
_GRAND_TOTALS = frozenset({"tong cong", "cong", "tong", "tong so", "total"})  # of everything: adds classes to books


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """One table read."""

    table: Table
    reading: FormReading
    title: str
    above: str  # the title without the name of the sheet
    indicators: frozenset[int]


def read_forms(sheets: Sequence[Sheet], form: Form, *, year: int, name: str = "", text: str = "") -> tuple[FormReading, ...]:
    """Every filled copy of the form on these sheets, in reading order; when none is filled, the blank one; else nothing.

    Hidden sheets count only when nothing is found on the others. `year` picks this year's copy and columns; what says that it
    is of another year, in its title, sheet or file `name`, or in the `text` around its tables, is to be confirmed.
    """
    if form.units_as_rows:
        rows = read_unit_rows(sheets, form, year=year)
        return tuple(
            marked(each, Said(title=f"{text}\n{each.heading}", sheet=each.sheet, around=each.heading, file=name), year)
            for each in rows
        )
    visible = [sheet for sheet in sheets if not sheet.hidden]
    found = _read_all(visible, form, year)
    if not found:
        hidden = [sheet for sheet in sheets if sheet.hidden]
        found = [_hidden(each) for each in _read_all(hidden, form, year)]
    return tuple(_of_its_year(each, year, name, text) for each in _chosen(found, year))


def _of_its_year(read: _Read, year: int, name: str, text: str) -> FormReading:
    reading = read.reading
    said = Said(
        title=f"{text}\n{read.above}",
        sheet=reading.sheet,
        around=f"{text}\n{read.above}\n{reading.heading}",
        file=name,
    )
    return marked(reading, said, year)


def _read_all(sheets: Sequence[Sheet], form: Form, year: int) -> list[_Read]:
    tables = find_tables(sheets, form, year)
    found = []
    for table in tables:
        alignment = align(with_quantity_rows(table.rows, form), form)
        if len(alignment.placed) < fewest_rows(form):
            continue
        around = surroundings_of(table, tables, sheets)
        factors = {id(block.sheet): around.counted_in for block in table.blocks}
        reading = _TableReader(table, alignment, form, RowReader(form=form, year=year, factors=factors)).reading()
        found.append(
            _Read(
                table=table,
                reading=replace(reading, heading=around.heading),
                title=around.title,
                above=around.title.partition("\n")[2],
                indicators=frozenset(each.indicator for each in alignment.placed),
            )
        )
    return found


def _hidden(read: _Read) -> _Read:
    reading = read.reading
    values = tuple(doubted(value, ["hidden_row"]) for value in reading.values)
    findings = (*reading.findings, hidden_sheet(reading.sheet))
    return replace(read, reading=replace(reading, values=values, findings=findings))


def _chosen(found: list[_Read], year: int) -> list[_Read]:
    """The tables that are forms of this year: no fragments, no copies, no last year's form beside this year's, no blank ones."""
    if not found:
        return []
    most = max(found, key=lambda each: each.reading.matched)
    found = [
        each
        for each in found
        if each is most or len(each.indicators) * _FRAGMENT > len(most.indicators) or not each.indicators <= most.indicators
    ]
    filled = [each for each in found if not each.reading.blank]
    if not filled:
        return found[:1]
    kept: list[_Read] = []
    for each in filled:
        if not any(_same_figures(each.reading, other.reading) for other in kept):
            kept.append(each)
    past = [each for each in kept if _is_past_copy(each, kept, year)]
    kept = [each for each in kept if each not in past]
    extra = [other_year(each.reading.sheet, max(years_in(each.title) - {year})) for each in past]
    planned = [each for each in kept if _NO_RESULT.search(fold(each.reading.sheet))]
    if len(planned) < len(kept):
        kept = [each for each in kept if each not in planned]
        extra += [no_result(each.reading.sheet) for each in planned]
    compiled = compiled_of([each.reading for each in kept])
    if compiled is not None:
        kept = [kept[compiled.whole]]
        extra.extend(compiled.findings)
    if len(kept) > 1:
        extra.append(several_forms(len(kept)))
    return [replace(each, reading=replace(each.reading, findings=(*each.reading.findings, *extra))) for each in kept]


def _same_figures(one: FormReading, other: FormReading) -> bool:
    return [(value.indicator, value.column, value.raw) for value in one.values] == [
        (value.indicator, value.column, value.raw) for value in other.values
    ] and fold(one.heading) == fold(other.heading)


def _is_past_copy(read: _Read, others: list[_Read], year: int) -> bool:
    """Whether this is another year's form of the same unit: its title names that year and is otherwise this year's title."""
    years, named = years_in(read.title), years_in(read.reading.sheet)
    if named and year not in named and any(year in years_in(other.reading.sheet) for other in others):
        return True  # its sheet is named for another year and there is one for this: its title was copied
    if not years or year in years:
        return False
    sheet_says_so = bool(named)
    for other in others:
        if other is read or (years_in(other.title) and year not in years_in(other.title)):
            continue
        if sheet_says_so or fuzz.ratio(_without_digits(read.title), _without_digits(other.title)) >= _SAME_LETTERHEAD:
            return True
    return False


def _without_digits(text: str) -> str:
    return "".join(sign for sign in fold(text) if not sign.isdigit())


class _TableReader:
    """Turns one aligned table into a reading."""

    def __init__(self, table: Table, alignment: Alignment, form: Form, reader: RowReader) -> None:
        self.table, self.alignment, self.form, self.reader = table, alignment, form, reader
        self.values: dict[tuple[str, str], Value] = {}
        self.findings: list[Finding] = []
        self.extras: list[str] = []
        self.used: set[int] = set()  # rows below an indicator that said one of its quantities, by id

    def reading(self) -> FormReading:
        """The reading, still without the text around the table."""
        placed = settled_columns(self.alignment.placed, self.form)
        rows = [(each, self.reader.read(each.row, self._indicator(each), certain=each.certain)) for each in placed]
        for _, found in rows:
            self.values.update({(value.indicator, value.column): value for value in found.values})
        for each, found in rows:
            self._told(each, found)
        self._take_quantity_rows()
        self._shifts_told(placed)
        self._left_out(placed)
        self._columns_told(placed)
        values = tuple(self.values.values())
        sheet = self.table.blocks[0].sheet.name
        return FormReading(
            sheet=sheet,
            values=values,
            findings=tuple(self.findings),
            heading="",
            matched=len(placed),
            blank=not self.extras
            and all(value.status is ValueStatus.EMPTY for value in values if value.column != NOTE or value.raw),
            extras=tuple(self.extras[:_MOST_EXTRAS]),
        )

    def _take_quantity_rows(self) -> None:
        """The figures of rows such as "Số người", where their indicator's own row leaves that quantity blank."""
        for each in quantity_rows(self.alignment, self.form):
            indicator = self._indicator(each.placement)
            current, said = self.values.get((indicator.code, each.key)), each.value(self.reader)
            if said is None or (current is not None and current.status is not ValueStatus.EMPTY and not each.own):
                continue
            if each.own:  # what was read there as another quantity was this one
                others = [(indicator.code, key) for key in indicator.columns if (indicator.code, key) in self.values]
                self.values.update({key: cleared(self.values[key]) for key in others})
            else:
                self.used.add(id(each.row))
            if each.alone:
                self.values[indicator.code, each.key] = said
            else:
                self.extras.append(_as_text(each.row))
                self.findings.append(only_parts(indicator, each.row.label, _place(each.row)))

    def _shifts_told(self, placed: tuple[Placement, ...]) -> None:
        """Every figure in doubt where the table seems to be filled in one row or column off, or in swapped columns."""
        rows = [(each.row, self._indicator(each)) for each in placed]
        if seems_shifted(rows, self.values, self.form):
            self.findings.append(shifted_table(self.table.blocks[0].sheet.name))
            self.values = {key: doubted(value, ["table_shifted"]) for key, value in self.values.items()}
        exchanged = swapped(rows, self.values)
        if exchanged:
            self.findings.append(swapped_columns(self.table.blocks[0].sheet.name))
            self.values = {
                key: doubted(value, ["people_lt_count"]) if key[0] in exchanged else value for key, value in self.values.items()
            }

    def _indicator(self, placement: Placement) -> Indicator:
        return self.form.indicators[placement.indicator]

    def _told(self, placement: Placement, found: RowValues) -> None:
        """Findings of a row, and its figure moved to a neighbour when that one is blank."""
        indicator = self._indicator(placement)
        if found.moved is None:
            self.findings.extend(found.findings)
            return
        target = self._target(indicator, found.moved)
        if target is not None:
            moved = replace(found.moved, indicator=target[0], column=target[1], status=ValueStatus.CONFIRM)
            warnings = tuple(dict.fromkeys((*moved.warnings, "value_moved")))
            self.values[target] = replace(moved, warnings=warnings)
            return
        self.findings.extend(found.findings)
        if not indicator.columns and found.moved.value != 0:
            self.extras.append(f"{placement.row.label}: {found.moved.raw}"[:_LONG])
            self.findings.append(header_has_value(indicator, found.moved.raw, found.moved.cell))

    def _target(self, indicator: Indicator, moved: Value) -> tuple[str, str] | None:
        """The blank neighbour a figure typed in the heading's or the total's row belongs to."""
        if not isinstance(moved.value, int):
            return None
        for child in self.form.indicators:
            if child.parent != indicator.code or len(child.columns) != 1:
                continue
            flag = child.type is IndicatorType.INTEGER_FLAG and not indicator.columns and moved.value in (0, 1)
            total = child.role is IndicatorRole.TOTAL and bool(indicator.columns) and child.columns != indicator.columns
            key = (child.code, child.columns[0])
            current = self.values.get(key)
            if (flag or total) and (current is None or current.status is ValueStatus.EMPTY):
                return key
        return None

    def _left_out(self, placed: tuple[Placement, ...]) -> None:
        """Rows whose figures are not used, told when they hold any."""
        for row, number in self.alignment.disputed:
            if row.has_value():
                self.findings.append(disputed_row(self.form.indicators[number], row.label, _place(row)))
                self.extras.append(_as_text(row))
        have = {each.indicator for each in placed}
        missing = sum(bool(each.columns) for number, each in enumerate(self.form.indicators) if number not in have)
        text_row = next((each for each in reversed(placed) if self._indicator(each).type is IndicatorType.TEXT), None)
        extras = [each for each in self.alignment.extras if id(each) not in self.used]
        end = recipients_row(self.table)
        told, added = 0, []
        for row in extras:
            if text_row is not None and row.numbers[0] < end and self._continues(text_row, row):
                self._add_text(self._indicator(text_row), row)
            elif row.has_value():
                self.extras.append(_as_text(row))
                if told >= _MOST_UNKNOWN or fold(row.label) in _GRAND_TOTALS:
                    continue
                above = self._blank_above(row, placed)
                if missing or not row.label or _is_loose(row) or self._is_above_blank(row, placed):
                    self.findings.append(
                        unknown_row(row.label, _place(row), missing) if row.label else unlabelled_row(_place(row))
                    )
                elif above is not None:
                    self.findings.append(only_parts(self._indicator(above), row.label, _place(row)))
                else:
                    added.append((row.label, _place(row)))
                told += bool(missing or not row.label or above or _is_loose(row))
        self.findings.extend([added_rows(added)] if added else [])

    def _is_above_blank(self, row: Row, placed: tuple[Placement, ...]) -> bool:
        """Whether the row directly below an added one is left blank: the first line of its label may stand above, cut off."""
        below = (each for each in placed if each.row.sheet is row.sheet and each.row.numbers[0] == row.numbers[-1] + 1)
        index = label_index(self.form.indicators)
        return any(
            self._is_blank(each) and index.matches(f"{row.label} {each.row.label}")[each.indicator].score >= _STILL_A_LABEL
            for each in below
        )

    def _blank_above(self, row: Row, placed: tuple[Placement, ...]) -> Placement | None:
        """The row of the form above an added one, when it is left blank: then the figures stand with its parts only."""
        above = [each for each in placed if each.row.sheet is row.sheet and each.row.numbers[0] < row.numbers[0]]
        last = max(above, key=lambda each: each.row.numbers[0], default=None)
        return last if last is not None and self._is_blank(last) else None

    def _is_blank(self, placement: Placement) -> bool:
        """Whether a row of figures says nothing."""
        indicator = self._indicator(placement)
        values = (self.values.get((indicator.code, key)) for key in indicator.columns)
        blank = all(value is None or value.status is ValueStatus.EMPTY for value in values)
        return blank and bool(indicator.columns) and indicator.type is not IndicatorType.TEXT

    def _continues(self, text_row: Placement, row: Row) -> bool:
        """Whether a row below the free text row carries on its text: it begins with a dash."""
        below = row.sheet is text_row.row.sheet and row.numbers[0] > text_row.row.numbers[-1]
        return below and row.label.lstrip()[:1] in tuple(_BULLETS)

    def _add_text(self, indicator: Indicator, row: Row) -> None:
        key = (indicator.code, indicator.columns[0] if indicator.columns else "text")
        value = self.values.get(key)
        if value is None:
            return
        text = "\n".join(part for part in (value.raw, _as_text(row)) if part)
        status = ValueStatus.OK if value.status is ValueStatus.EMPTY else value.status
        self.values[key] = replace(value, value=text, raw=text, status=status)

    def _columns_told(self, placed: tuple[Placement, ...]) -> None:
        columns = [block.rows[0].columns for block in self.table.blocks if block.rows]
        sheet = self.table.blocks[0].sheet.name
        if not any(each.value_columns for each in columns):
            self.findings.append(no_quantity_column(sheet))
        elif any("column_uncertain" in value.warnings for value in self.values.values()):
            self.findings.append(guessed_columns(sheet))
        unread = {column: cell for each in reversed(placed) for column, cell in self._unread(each)}
        for cell in [unread[column] for column in sorted(unread)][:_MOST_UNKNOWN]:
            self.findings.append(unread_column(cell.address, cell.text.strip()[:_LONG]))

    def _unread(self, placement: Placement) -> Sequence[tuple[int, Cell]]:
        """The figures beside a row whose own cells are all blank, by their columns, which mean nothing to us."""
        indicator = self._indicator(placement)
        blank = all(
            value is None or value.status is ValueStatus.EMPTY
            for value in (self.values.get((indicator.code, key)) for key in indicator.columns)
        )
        if not blank or indicator.type in (IndicatorType.TEXT, IndicatorType.MONEY) or not indicator.columns:
            return ()
        cells = [(column, placement.row.cell(column)) for column in placement.row.columns.others]
        return [(column, cell) for column, cell in cells if any(sign.isdigit() for sign in cell.text)]


def _is_loose(row: Row) -> bool:
    """Whether a figure may stand in another row than this: on paper without lines, where a label has several lines."""
    return any(row.cell(column).loose for column in row.columns.value_columns)


def _place(row: Row) -> str:
    """Where a row stands, for a person: its label's or first value's address."""
    places = (row.columns.label, *row.columns.value_columns)
    return next((cell.address for column in places if (cell := row.cell(column)).text), "")


def _as_text(row: Row) -> str:
    figures = [row.cell(column).text.strip() for column in (*row.columns.value_columns, row.columns.note)]
    said = " | ".join(each for each in figures if each)
    return (f"{row.label}: {said}" if said else row.label)[:_LONG]
