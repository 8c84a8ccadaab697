"""Whether a table's figures stand one row or one column off, or in swapped columns: then none of them is certain.

A figure in a wrong place looks like any other. But the form has rows that take no figure, one column only, or money: figures
pasted one row or column off come to stand there. One such figure is a slip, and told; several are a shift.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence

from config.campaign import Form, Indicator, IndicatorType
from parsers.form_blocks import Row
from parsers.values import Value

_SHIFTED = 4
_SMALL_MONEY, _LARGE_COUNT = 1_000, 500_000
_FEWEST_SWAPPED = 3
_LONGEST = 60  # characters of a figure, blanks included
_FIGURE = re.compile(r"\s*\d[\d.,\s]*$")

Values = Mapping[tuple[str, str], Value]


def seems_shifted(rows: Iterable[tuple[Row, Indicator]], values: Values, form: Form) -> bool:
    """Whether so many figures stand where the form has none that the others cannot be trusted either."""
    points = 0
    for row, indicator in rows:
        points += _points(row, indicator, values, form)
        if points >= _SHIFTED:
            return True
    return False


def swapped(rows: Sequence[tuple[Row, Indicator]], values: Values) -> frozenset[str]:
    """The indicators whose two columns seem exchanged: most rows of the table have fewer persons than classes."""
    pairs = [(indicator, *_pair(indicator, values)) for _, indicator in rows if indicator.pair and _counts_heads(indicator)]
    both = [(indicator, first, second) for indicator, first, second in pairs if first and second]
    wrong = [indicator for indicator, first, second in both if second < first]
    if len(wrong) < _FEWEST_SWAPPED or len(wrong) * 2 < len(both):
        return frozenset()
    return frozenset(each.code for each, _, _ in both)


def _counts_heads(indicator: Indicator) -> bool:
    return "người" in indicator.unit.lower() or not indicator.unit


def _pair(indicator: Indicator, values: Values) -> tuple[int, int]:
    first, second = (_whole(values.get((indicator.code, key))) for key in indicator.pair or ("", ""))
    return first, second


def _whole(value: Value | None) -> int:
    return value.value if value is not None and isinstance(value.value, int) else 0


def _points(row: Row, indicator: Indicator, values: Values, form: Form) -> int:
    """How much a row speaks for a shift: 2 for what nobody would type there, 1 for what may be a slip."""
    stated = {key: number for key, column in row.columns.quantities if (number := _number(row, column)) is not None}
    figures = {key: number for key, number in stated.items() if number}
    points = 2 if row.columns.unit is not None and _FIGURE.match(row.unit) and indicator.unit else 0
    if indicator.type is IndicatorType.MONEY:
        return points + any(each < _SMALL_MONEY for each in figures.values()) + (len(set(figures.values())) > 1)
    if indicator.type is IndicatorType.TEXT:
        return points + bool(figures)
    if not indicator.columns:
        return points + (2 if figures and not _sums_up(indicator, figures, values, form) else 0)
    points += 2 * any(each >= _LARGE_COUNT for each in figures.values())
    if len(indicator.columns) == 1:  # a zero in its own column is an answer, too
        beside = any(key not in indicator.columns for key in figures)
        points += beside and (not _is_event(indicator) or not any(key in stated for key in indicator.columns))
    if indicator.type is IndicatorType.INTEGER_FLAG:
        points += any(each > 1 for each in figures.values())
    return points


def _is_event(indicator: Indicator) -> bool:
    """Whether persons may well be written beside the figure: of classes and events they are counted, of books they are not."""
    return not {"cuộc", "lớp"}.isdisjoint(indicator.unit.lower().replace("/", " ").split())


def _sums_up(indicator: Indicator, figures: Mapping[str, int], values: Values, form: Form) -> bool:
    """Whether a heading's figures are those of the rows below it: a total, a single child's figure, or a tick."""
    children = [each.code for each in form.indicators if each.parent == indicator.code]
    below = [_whole(value) for (code, column), value in values.items() if code in children and column != "note"]
    return all(each in below or each == sum(below) or each == 1 for each in figures.values())


def _number(row: Row, column: int) -> int | None:
    text = row.cell(column).text.strip()
    return _figure(text) if len(text) <= _LONGEST else None


@functools.lru_cache(maxsize=4096)
def _figure(text: str) -> int | None:
    if not _FIGURE.match(text):
        return None
    digits = re.sub(r"[.,\s]", "", text)
    return int(digits) if len(digits) < 16 else None  # noqa: PLR2004 - more digits than any figure has
