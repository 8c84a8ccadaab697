"""Counts that are calculated in their cell: "2 + 3 = 5", "3 lớp x 40 người", "50 nam, 70 nữ"."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from parsers.number_answers import CountCell, labelled, moved, paired, sides_of, single, summed
from parsers.number_parse import Quantity
from parsers.number_phrases import column_of
from parsers.number_units import Mode
from parsers.number_values import NumberReading, reading, rejected

_TWO = 2


def added(cell: CountCell, quantities: Sequence[Quantity], joins: Sequence[str]) -> NumberReading:
    """As in "2+3", "50 tờ rơi + 2 băng rôn", "2/45 + 1/30"."""
    codes = cell.warnings(quantities)
    total = sum((each.value for each in quantities), Decimal(0))
    labels = [each for each in quantities if each.kinds]
    if all(join == "+" for join in joins):
        if cell.known.mode is Mode.SUM and labels:
            return summed(cell, quantities, codes)
        if not labels:
            return reading({moved(cell.context, column_of(cell.context), codes): total}, [*codes, "expression"])
        if len({each.kinds for each in labels}) == 1 and labels[0].kinds & sides_of(cell)[0]:
            part_said = ["ambiguous_reading"] if cell.pair and len(labels) < len(quantities) else []  # "7 lớp + 2289": persons?
            return reading({column_of(cell.context): total}, [*codes, "expression", "unit_suffix", *part_said])
        return labelled(cell, quantities, codes) if len(labels) == len(quantities) else rejected("text_no_number")
    terms = _terms(quantities, joins)
    if cell.pair and all(len(term) == _TWO for term in terms) and set(joins) == {"+", "/"}:
        first = sum((term[0].value for term in terms), Decimal(0))
        second = sum((term[1].value for term in terms), Decimal(0))
        swapped = any(term[0].kinds & cell.known.other or term[1].kinds & cell.known.own for term in terms)
        return rejected("text_no_number") if swapped else paired(cell, first, second, [*codes, "expression", "ambiguous_reading"])
    return rejected("text_no_number")


def _terms(quantities: Sequence[Quantity], joins: Sequence[str]) -> list[list[Quantity]]:
    terms = [[quantities[0]]]
    for quantity, join in zip(quantities[1:], joins, strict=True):
        if join == "+":
            terms.append([quantity])
        else:
            terms[-1].append(quantity)
    return terms


def equation(cell: CountCell, quantities: Sequence[Quantity], joins: Sequence[str]) -> NumberReading:
    """As in "2 + 3 = 5": the result counts, if it is right."""
    if joins[-1] != "=" or joins.count("=") != 1 or len(quantities) <= _TWO:
        return rejected("text_no_number")
    parts, result = quantities[:-1], quantities[-1]
    codes = cell.warnings(quantities)
    if all(join == "+" for join in joins[:-1]):
        if sum((each.value for each in parts), Decimal(0)) != result.value:
            return rejected("expression_mismatch")
        final = single(cell, Quantity(result.amount, kinds=result.kinds or parts[0].kinds))
        return reading(final.values, [*final.warnings, *codes, "expression"])
    if list(joins[:-1]) == ["×"]:
        if parts[0].value * parts[1].value != result.value:
            return rejected("expression_mismatch")
        if cell.pair:
            return multiplied(cell, parts, ["×"])
        return reading({column_of(cell.context): result.value}, [*codes, "expression", "ambiguous_reading"])
    return rejected("text_no_number")


def multiplied(cell: CountCell, quantities: Sequence[Quantity], joins: Sequence[str]) -> NumberReading:
    """As in "3 lớp x 40 người", "3 lớp, mỗi lớp 40 người": classes, and persons in each."""
    if cell.pair is None or len(quantities) != _TWO or not cell.known.heads_per_event:
        return rejected("multiplication")
    first, second = quantities
    if first.kinds & cell.known.other and second.kinds & cell.known.own and joins == ["×"]:
        first, second = second, first
    if first.kinds & cell.known.other or second.kinds & cell.known.own or first.each or first.rate:
        return rejected("multiplication")
    if second.rate is not None and not second.rate & cell.known.own:
        return rejected("multiplication")
    codes = [code for code in cell.warnings(quantities) if code != "people_lt_count"]
    values = {cell.pair[0]: first.value, cell.pair[1]: first.value * second.value}
    return reading(values, [*codes, "multiplication_inferred"])


def parts_only(cell: CountCell) -> NumberReading:
    """As in "50 nam, 70 nữ": only parts are given; their sum is asked about. One part alone is not the figure."""
    parts = cell.parsed.quantities
    codes = [code for code in cell.warnings(parts) if code != "parenthetical_ignored"]
    if len(parts) == 1:
        return reading({column_of(cell.context): parts[0].value}, [*codes, "ambiguous_unit"])
    if set(cell.parsed.joins) & {"/", "-", "×", " ", "="}:
        return rejected("text_no_number")
    total = sum((each.value for each in parts), Decimal(0))
    return reading({column_of(cell.context): total}, [*codes, "summed_components", "ambiguous_reading"])
