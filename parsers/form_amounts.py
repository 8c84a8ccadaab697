"""Reads what is no count in a row: money in whichever column it was typed, free text, and notes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from config.campaign import Indicator
from parsers.form_blocks import Row
from parsers.form_claims import (
    MONEY,
    NOTE,
    TEXT,
    Claim,
    Merges,
    context_of,
    doubted,
    empty_claim,
    is_example,
    made_value,
    number_claim,
    text_claim,
    worst,
)
from parsers.form_money import money_factor
from parsers.grid import Cell, CellKind
from parsers.number_values import NumberContext
from parsers.numbers import read_note, read_number
from parsers.values import Value, ValueStatus

_WORD = re.compile(r"[^\W\d_]")
_ALREADY_WHOLE = {1_000: 1_000_000, 1_000_000: 100_000}  # an amount this large is in đồng whatever the header says
_UNITS = {1_000: "Nghìn đồng", 1_000_000: "Triệu đồng"}
_BARE_FIGURE = re.compile(r"(?=.*[1-9])[\d.,\s]+")  # no text, and perhaps of another row
_BEHIND_LABEL = re.compile(r"[:)]\s*([^:)]*\w\s+\w[^:)]*)$")


def read_money(row: Row, indicator: Indicator, year: int, factors: Mapping[int, int], merges: Merges) -> tuple[Value, ...]:
    """The one amount of the row, from any of its quantity columns; two different amounts are rejected.

    `factors` says by what a sheet's title multiplies money, by the sheet's id.
    """
    key = indicator.columns[0] if indicator.columns else MONEY
    context = context_of(row, indicator, key, year)
    places = (*row.columns.value_columns, *((row.columns.money,) if row.columns.money is not None else ()))
    claims = [_amount(row, column, context, factors, merges) for column in places]
    filled = _telling(claims)
    if not filled:
        beside = [_amount(row, column, context, factors, merges) for column in row.columns.others if column not in places]
        filled = [
            replace(each, status=worst(each.status, ValueStatus.CONFIRM), warnings=(*each.warnings, "column_uncertain"))
            for each in _telling([each for each in beside if each.value is not None])
        ]
    if len({each.value for each in filled}) > 1:
        refused = Claim(None, filled[0].cell, ValueStatus.REJECT, ("two_amounts",))
        raw = " | ".join(each.cell.text.strip() for each in filled)
        return (replace(made_value(row, indicator, key, refused), raw=raw),)
    if filled:
        return (made_value(row, indicator, key, filled[0]),)
    empty = [made_value(row, indicator, key, claims[0])] if claims else []
    return tuple(from_note(row, indicator, empty, context))


def _telling(claims: list[Claim]) -> list[Claim]:
    """The claims that say something; a zero beside an amount says nothing."""
    filled = [each for each in claims if each.status is not ValueStatus.EMPTY]
    return [each for each in filled if each.value != 0] or filled


def _amount(row: Row, column: int, context: NumberContext, factors: Mapping[int, int], merges: Merges) -> Claim:
    cell = row.cell(column)
    reading = read_number(cell, context)
    value = reading.values.get(context.column, next(iter(reading.values.values()), None))
    claim = number_claim(value, cell, reading, ["merged_rows"] if merges.below(row, column) else [])
    factor = _factor(row, column, factors)
    if factor != 1 and "non_integer" in claim.warnings:  # 12,3 under "triệu đồng"
        told = read_number(cell, replace(context, unit=_UNITS[factor]))
        claim = number_claim(told.values.get(context.column), cell, told, ["unit_in_header"])
        return replace(claim, status=worst(claim.status, ValueStatus.CONFIRM))
    written_out = cell.kind is CellKind.TEXT and _WORD.search(cell.text) is not None
    if factor == 1 or written_out or not isinstance(claim.value, int) or not claim.value:
        return claim
    multiplied = claim.value * factor
    whole = claim.value >= _ALREADY_WHOLE[factor]
    return replace(
        claim,
        value=claim.value if whole else multiplied,
        suggest=multiplied if whole else None,
        status=worst(claim.status, ValueStatus.CONFIRM),
        warnings=(*(each for each in claim.warnings if each != "money_small"), "unit_in_header"),
    )


def _factor(row: Row, column: int, factors: Mapping[int, int]) -> int:
    printed = max(money_factor(row.unit), money_factor(row.label), dict(row.columns.factors).get(column, 1))
    return max(printed, factors.get(id(row.sheet), 1))


def read_text(row: Row, indicator: Indicator) -> tuple[Value, ...]:
    """The free text of the row, from any cell beside its label or behind the label itself."""
    key = indicator.columns[0] if indicator.columns else TEXT
    columns = row.columns
    beside = [
        column for column in columns.others if _WORD.search(row.cell(column).text)
    ]  # a bare figure there is a plan or a past year
    places = [*columns.value_columns, *beside, *([columns.note] if columns.note is not None else [])]
    filled = [column for column in places if row.written(column)]
    pieces = [row.written(column) for column in filled]
    if row.behind and row.behind not in pieces:
        pieces.insert(0, row.behind)
    if not pieces and (match := _BEHIND_LABEL.search(row.label)) and match[1].strip() not in indicator.label:
        pieces = [match[1].strip()]
    text = "; ".join(dict.fromkeys(pieces))
    first = row.cell(next(iter(filled or places), None))
    value = replace(made_value(row, indicator, key, text_claim(text, first)), raw=text)
    return (doubted(value, ["column_uncertain"]) if _may_be_anothers(row, pieces) else value,)


def _may_be_anothers(row: Row, pieces: Sequence[str]) -> bool:
    """Whether a free text may hold what is none of it: bare figures, or words in several columns, cut up where they ran over."""
    columns = row.columns
    words = [column for column in columns.value_columns if _WORD.search(row.written(column))]
    bare = [_BARE_FIGURE.fullmatch(piece) is not None for piece in pieces]
    guessed = columns.by_order or bool(columns.uncertain)
    return bool(pieces) and (all(bare) or (guessed and any(bare)) or len(words) > 1)


def read_remark(row: Row, indicator: Indicator) -> tuple[Value, ...]:
    """The note of the row, if there is one."""
    text = row.written(row.columns.note)
    remark = made_value(row, indicator, NOTE, text_claim(text, row.cell(row.columns.note)))
    return (replace(remark, raw=text),) if text else ()


def from_note(row: Row, indicator: Indicator, values: list[Value], context: NumberContext) -> list[Value]:
    """The values with figures from the note where every cell is blank; such a figure is always asked about."""
    cell: Cell = row.cell(row.columns.note)
    if not cell.text.strip() or is_example(cell.text) or any(value.status is not ValueStatus.EMPTY for value in values):
        return values
    reading = read_note(cell.text, context)
    if reading is None or not reading.values:
        return values
    found = []
    for key in indicator.columns or (MONEY,):
        if key in reading.values:
            claim = number_claim(reading.values[key], cell, reading, ["value_from_note"])
            found.append(made_value(row, indicator, key, replace(claim, status=worst(claim.status, ValueStatus.CONFIRM))))
        else:
            found.extend(
                [value for value in values if value.column == key] or [made_value(row, indicator, key, empty_claim(cell))]
            )
    return found
