"""Reads the figures of one placed row: each quantity cell, pairs in one cell, figures in the wrong column."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from config.campaign import Form, Indicator, IndicatorRole, IndicatorType
from config.vietnamese import fold
from parsers.form_amounts import from_note, read_money, read_remark, read_text
from parsers.form_blocks import Row
from parsers.form_claims import SINGLE, Claim, Merges, context_of, doubted, empty_claim, made_value, number_claim, worst
from parsers.form_doubts import with_doubts, with_row_doubts
from parsers.form_findings import stray_value
from parsers.grid import Cell, CellKind
from parsers.number_values import NumberContext, NumberReading
from parsers.numbers import read_number
from parsers.values import Finding, Value, ValueStatus

_GROUPED = 1_000
_FIGURES = re.compile(r"\d+(?:[.,]\d+)*")
_LETTERS = re.compile(r"[^\W\d_]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowValues:
    """What a row says. `moved` is a figure that fits no column of its indicator but may belong to a neighbour of it."""

    values: tuple[Value, ...] = ()
    findings: tuple[Finding, ...] = ()
    moved: Value | None = None


@dataclass(slots=True)
class RowReader:
    """Reads rows of one form. `factors`: by what a sheet's title multiplies money, by the sheet's id."""

    form: Form
    year: int
    factors: Mapping[int, int] = field(default_factory=dict)
    merges: Merges = field(default_factory=Merges)

    def read(self, row: Row, indicator: Indicator, *, certain: bool) -> RowValues:
        """The values of a row taken for this indicator; in doubt when the row is not certain."""
        if indicator.type is IndicatorType.TEXT:
            return RowValues(values=with_row_doubts(read_text(row, indicator), row, certain=certain))
        if indicator.type is IndicatorType.MONEY:
            found = RowValues(values=read_money(row, indicator, self.year, self.factors, self.merges))
        elif not indicator.columns:
            found = RowValues(moved=self._in_heading(row, indicator))
        else:
            found = self._counts(row, indicator)
        read = (*found.values, *read_remark(row, indicator), *([found.moved] if found.moved else []))
        shifted = ["column_uncertain"] if _is_shifted(row, indicator) else []
        values = tuple(
            doubted(each, shifted) for each in with_doubts(read, row, indicator, self.form, self.year, certain=certain)
        )
        if found.moved:
            return replace(found, values=values[:-1], moved=values[-1])
        return replace(found, values=values)

    def _counts(self, row: Row, indicator: Indicator) -> RowValues:
        claims: dict[str, list[Claim]] = {key: [] for key in indicator.columns}
        own: dict[str, Claim] = {}
        strays: list[Claim] = []
        for key, column, cell in _own_cells(row, indicator):
            asked = indicator.columns[0] if key == SINGLE else key
            reading = read_number(cell, self._context(row, indicator, asked))
            doubts = self._doubts(row, indicator, key, column, reading)
            own.setdefault(asked, number_claim(reading.values.get(asked), cell, reading, doubts))
            if key == SINGLE:
                for other in indicator.columns:
                    own.setdefault(other, number_claim(None, cell, reading, doubts))
            for other, value in reading.values.items():
                claims.get(other, strays).append(number_claim(value, cell, reading, doubts))
        _share_doubt(own, claims)
        values = [
            _settled(row, indicator, key, claims[key], own.get(key)) for key in indicator.columns if key in own or claims[key]
        ]
        if not strays:
            values = from_note(row, indicator, values, self._context(row, indicator, indicator.columns[0]))
        return self._with_strays(row, indicator, values, strays)

    def _doubts(self, row: Row, indicator: Indicator, key: str, column: int, reading: NumberReading) -> list[str]:
        """Why a cell's figure may belong to another column or row."""
        doubts = ["column_uncertain"] if key in row.columns.uncertain else []
        merge = self.merges.at(row, column)
        shared = key == SINGLE or (merge is not None and row.columns.count_between(merge.left, merge.right) > 1)
        named = not {"unit_suffix", "column_shift"}.isdisjoint(reading.warnings)
        if shared and len(indicator.columns) > 1 and len(reading.values) == 1 and not named and any(reading.values.values()):
            doubts.append("column_uncertain")  # "120" under one heading for classes and persons
        if self.merges.below(row, column):
            doubts.append("merged_rows")
        if _may_be_pair(row, indicator, key, column, reading):
            doubts.append("ambiguous_reading")
        return doubts

    def _with_strays(self, row: Row, indicator: Indicator, values: list[Value], named: list[Claim]) -> RowValues:
        """Figures in quantity columns the indicator does not use: taken when its own are blank, else told."""
        strays = list(named)
        for key, column in row.columns.quantities:
            cell = row.cell(column)
            if key in indicator.columns or cell.kind is CellKind.BLANK:
                continue
            reading = read_number(cell, self._context(row, indicator, key))
            value = next(iter(reading.values.values()), None)
            if reading.status is not ValueStatus.EMPTY and value != 0:
                strays.append(number_claim(value, cell, reading))
        if not strays:
            return RowValues(values=tuple(values))
        stray = strays[0]
        if any(value.value is not None and value.value == stray.value for value in values):
            return RowValues(values=tuple(values))
        told = stray_value(indicator, stray.cell.text.strip(), stray.cell.address)
        if _is_first_total(row, indicator):
            doubt = replace(stray, status=worst(stray.status, ValueStatus.CONFIRM), warnings=(*stray.warnings, "value_moved"))
            return RowValues(values=tuple(values), findings=(told,), moved=made_value(row, indicator, "", doubt))
        if all(value.status is ValueStatus.EMPTY for value in values) and stray.value is not None and len(indicator.columns) == 1:
            return RowValues(values=(_shifted(row, indicator, stray),))
        return RowValues(values=tuple(values), findings=(told,))

    def _in_heading(self, row: Row, indicator: Indicator) -> Value | None:
        """The first thing written in the quantity columns of a heading, which has none."""
        for column in row.columns.value_columns:
            cell = row.cell(column)
            if cell.kind is CellKind.BLANK:
                continue
            context = replace(self._context(row, indicator, "count"), type=IndicatorType.INTEGER_FLAG, unit="", pair=None)
            reading = read_number(cell, context)
            if reading.status is not ValueStatus.EMPTY:
                claim = number_claim(next(iter(reading.values.values()), None), cell, reading)
                return made_value(row, indicator, "count", claim)
        return None

    def _context(self, row: Row, indicator: Indicator, column: str) -> NumberContext:
        kind = self.form.type_of(indicator, column)
        context = context_of(row, indicator, column, self.year, kind)
        ticked = kind is IndicatorType.INTEGER_FLAG and kind is not indicator.type
        return replace(context, unit="x") if ticked else context


def _may_be_pair(row: Row, indicator: Indicator, key: str, column: int, reading: NumberReading) -> bool:
    """Whether "3.120" classes beside a blank cell for persons may be 3 classes with 120 persons."""
    if indicator.pair is None or key not in (indicator.pair[0], SINGLE) or row.cell(column).kind is not CellKind.TEXT:
        return False
    value = reading.values.get(indicator.pair[0])
    other = row.columns.quantity(indicator.pair[1])
    return value is not None and value >= _GROUPED and not row.cell(other if key != SINGLE else None).text.strip()


def _share_doubt(own: dict[str, Claim], claims: Mapping[str, Sequence[Claim]]) -> None:
    """A blank cell beside one that says more than could be read is asked about, too: "8 lớp, mỗi lớp 133 người" is of both.

    Were it left blank, an older report's figure would go on standing beside the new one.
    """
    said = next((each for each in own.values() if _says_more(each)), None)
    if said is None:
        return
    for key, claim in own.items():
        if claim.status is ValueStatus.EMPTY and not claims[key]:
            own[key] = replace(said, value=None, suggest=None, status=ValueStatus.REJECT)


def _says_more(claim: Claim) -> bool:
    if claim.cell.kind is not CellKind.TEXT or len(_FIGURES.findall(claim.cell.text)) < 2:  # noqa: PLR2004 - one for each
        return False
    unread = claim.status is ValueStatus.REJECT and "range" not in claim.warnings and _LETTERS.search(claim.cell.text)
    return bool(unread) or "parenthetical_ignored" in claim.warnings


def _is_shifted(row: Row, indicator: Indicator) -> bool:
    """Whether the unit of measure stands where a figure belongs: then the figures of the row stand one column off, too."""
    unit = fold(indicator.unit)
    return bool(unit) and any(fold(row.cell(column).text) == unit for column in row.columns.value_columns)


def _own_cells(row: Row, indicator: Indicator) -> list[tuple[str, int, Cell]]:
    """The cells that belong to the indicator by key, or "single" for a column that holds all quantities."""
    columns = row.columns
    found = [(key, column, row.cell(column)) for key in indicator.columns if (column := columns.quantity(key)) is not None]
    for key, column in columns.alternatives:  # "Số lớp" and "Số cuộc" apart: whichever is filled, two if both are
        if key in indicator.columns and row.cell(column).kind is not CellKind.BLANK:
            found = [each for each in found if each[0] != key or each[2].kind is not CellKind.BLANK]
            found.append((key, column, row.cell(column)))
    for key, column in columns.rivals:
        if key in indicator.columns and any(sign.isdigit() for sign in row.cell(column).text):
            found.append((key, column, row.cell(column)))
    if columns.single is not None and len(found) < len(indicator.columns):
        found.append((SINGLE, columns.single, row.cell(columns.single)))
    return found


def _settled(row: Row, indicator: Indicator, key: str, claims: list[Claim], own: Claim | None) -> Value:
    """One value of all that is claimed for a column."""
    amounts = {each.value for each in claims if each.value is not None}
    if own is not None and own.status is ValueStatus.REJECT:
        other = next(iter(amounts)) if len(amounts) == 1 else None
        return made_value(row, indicator, key, replace(own, value=None, suggest=other if isinstance(other, int) else own.suggest))
    if len(amounts) > 1:
        refused = made_value(
            row, indicator, key, replace(claims[0], value=None, status=ValueStatus.REJECT, warnings=("two_values",))
        )
        return replace(refused, raw=" | ".join(dict.fromkeys(each.cell.text.strip() for each in claims)))
    if len({each.cell.address for each in claims} & _doubled(row, key)) > 1:
        claims = [replace(each, status=ValueStatus.CONFIRM, warnings=(*each.warnings, "column_uncertain")) for each in claims]
    if claims:
        return made_value(row, indicator, key, min(claims, key=lambda each: each.status is not ValueStatus.OK))
    if own is not None and own.status is not ValueStatus.EMPTY:
        own = empty_claim(own.cell)  # its cell spoke for another column
    return made_value(row, indicator, key, own or empty_claim(row.cell(None)))


def _doubled(row: Row, key: str) -> set[str]:
    """The cells of all columns that may be the one of a quantity, where there are several."""
    columns = row.columns
    further = [column for other, column in (*columns.alternatives, *columns.rivals) if other == key]
    return {row.cell(column).address for column in (columns.quantity(key), *further)} if further else set()


def _is_first_total(row: Row, indicator: Indicator) -> bool:
    """Whether this is a total under the first quantity (classes): what stands beside it totals something else (persons)."""
    first = row.columns.quantities[0][0] if row.columns.quantities else ""
    return indicator.role is IndicatorRole.TOTAL and indicator.columns == (first,)


def _shifted(row: Row, indicator: Indicator, stray: Claim) -> Value:
    """A single figure in a neighbouring column, taken in doubt."""
    warnings = tuple(dict.fromkeys((*stray.warnings, "column_shift")))
    return made_value(row, indicator, indicator.columns[0], replace(stray, status=ValueStatus.CONFIRM, warnings=warnings))
