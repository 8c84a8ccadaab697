"""The pieces of a count's answer: which column a figure belongs to, figures paired, chosen by their labels, added up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from parsers.number_literals import BILLION, Shape
from parsers.number_parse import Parsed, Quantity
from parsers.number_phrases import column_of
from parsers.number_units import Counted, Mode
from parsers.number_values import NumberContext, NumberReading, reading, rejected

_MONEY_LIKE = 100_000  # "3 triệu" beside classes is money
_MANY_EVENTS = 10
_FEW_EACH = 3  # many events with so few persons each: rather "women out of all", "attended out of invited"


@dataclass(frozen=True, slots=True)
class CountCell:
    """The question and its parsed text."""

    context: NumberContext
    known: Counted
    parsed: Parsed

    @property
    def pair(self) -> tuple[str, str] | None:
        """The two columns a cell may fill, if this one may."""
        return self.context.pair if self.known.mode is Mode.PAIR else None

    def warnings(self, quantities: Sequence[Quantity]) -> list[str]:
        """What the quantities used bring along."""
        codes = [code for each in quantities for code in each.amount.warnings]
        if any(each.approx for each in quantities):
            codes.append("approx")
        if any(each.turns for each in quantities):
            codes.append("turns_not_heads")
        if self.parsed.references or self.parsed.doubt:
            codes.append("ambiguous_reading")
        if self.parsed.unknown:
            codes.append("ambiguous_unit")
        parts = [each.value for each in self.parsed.quantities if each.part]
        if parts:
            codes.append("parenthetical_ignored")
        if parts and quantities and max(parts) > max(each.value for each in quantities):
            codes.append("ambiguous_reading")  # no part is larger than its whole: it is of something else
        if any(each.value > BILLION or (each.amount.scaled and each.value >= _MONEY_LIKE) for each in quantities):
            codes.append("implausible")
        return codes


def single(cell: CountCell, quantity: Quantity) -> NumberReading:
    """One figure, with or without its unit."""
    context = cell.context
    codes = cell.warnings([quantity])
    column = column_of(context)
    if quantity.rate is not None and cell.pair and quantity.rate & sides_of(cell)[1]:
        codes.append("ambiguous_reading")  # "3 lớp/... người": the other half was left open
    elif quantity.rate is not None or quantity.each:
        if quantity.rate is None or "commune" not in quantity.rate:
            return rejected(*codes, "multiplication")
        codes.append("rate_suffix_ignored")
    if _glued_pair(cell, quantity):
        return _side_by_side(cell, quantity, codes)
    sexes = [each.value for each in cell.parsed.quantities if each.part and "subset" in each.kinds]
    if cell.pair and cell.known.heads_per_event and quantity.kinds & cell.known.own and len(sexes) > 1:
        persons = sum(sexes, Decimal(0))  # "5 lớp: 42 nam, 42 nữ"
        return paired(cell, quantity.value, persons, [*codes, "summed_components", "ambiguous_reading"])
    if not quantity.kinds:
        if cell.pair and column == cell.pair[0] and cell.known.heads_per_event and "parenthetical_ignored" in codes:
            codes.append("ambiguous_reading")  # "120 trong đó nữ 45" classes are persons
        return reading({moved(context, column, codes): quantity.value}, codes)
    codes.append("unit_suffix")
    own, other = sides_of(cell)
    if quantity.kinds & own:
        if "subset" in quantity.kinds:
            codes.append("ambiguous_unit")
        return reading({moved(context, column, codes): quantity.value}, codes)
    target = other_column(cell, quantity)
    if quantity.kinds & other and target:
        return reading({target: quantity.value}, [*codes, "column_shift"])
    if target:
        return reading({target: quantity.value}, [*codes, "column_shift"])
    return reading({column: quantity.value}, [*codes, "ambiguous_unit"])


def _glued_pair(cell: CountCell, quantity: Quantity) -> bool:
    """As in "3 120" and "3,120" in the first column of a pair: 3120, or 3 and 120."""
    found = quantity.amount.literal
    pair = cell.pair
    if found is None or pair is None or cell.context.column != pair[0] or found.groups != 1 or found.fraction:
        return False
    return found.shape in (Shape.SPACES, Shape.COMMAS) and not found.raw[-3:].startswith("0") and not found.raw.startswith("0")


def _side_by_side(cell: CountCell, quantity: Quantity, codes: list[str]) -> NumberReading:
    found, pair = quantity.amount.literal, cell.pair
    if found is None or pair is None:
        return rejected("text_no_number")
    first, second = re.split(r"[ ,]", found.raw)
    kept = [code for code in codes if code not in ("thousands_space", "thousands_comma")]
    return paired(cell, Decimal(first), Decimal(second), [*kept, "ambiguous_reading"])


def moved(context: NumberContext, column: str, codes: list[str]) -> str:
    """The indicator's only column when the figure stands beside it."""
    if context.columns and column not in context.columns and len(context.columns) == 1:
        codes.append("column_shift")
        return context.columns[0]
    return column


def sides_of(cell: CountCell) -> tuple[frozenset[str], frozenset[str]]:
    """What the cell's own column counts, and what the other column of the pair does."""
    if cell.pair and cell.context.column == cell.pair[1]:
        return cell.known.other, cell.known.own
    return cell.known.own, cell.known.other


def other_column(cell: CountCell, quantity: Quantity) -> str | None:
    """The column a figure belongs to by its unit, when it is not the one it stands in."""
    if cell.pair:
        if quantity.kinds & cell.known.own:
            return cell.pair[0]
        return cell.pair[1] if quantity.kinds & cell.known.other else None
    if cell.context.column not in ("count", "people"):
        return None
    if "person" in quantity.kinds and "person" not in cell.known.own:
        return "people"
    return "count" if quantity.kinds & {"class", "event"} and "person" in cell.known.own else None


def paired(cell: CountCell, first: Decimal, second: Decimal, codes: Sequence[str]) -> NumberReading:
    """Two figures for the two columns of the pair."""
    if cell.pair is None:
        return rejected("ambiguous_slash")
    found = ["split_pair", *codes]
    if cell.known.heads_per_event and second < first:
        found.append("people_lt_count")
    elif cell.known.heads_per_event and first >= _MANY_EVENTS and second < first * _FEW_EACH:
        found.append("ambiguous_reading")
    return reading({cell.pair[0]: first, cell.pair[1]: second}, found)


def labelled(cell: CountCell, quantities: Sequence[Quantity], codes: list[str]) -> NumberReading:
    """Figures that name what they count, where one of them, or their sum, may be the one asked for."""
    own, _ = sides_of(cell)
    wanted = [each for each in quantities if each.kinds & own]
    moved = [each for each in quantities if each not in wanted and other_column(cell, each)]
    if not wanted and not moved:
        return rejected("text_no_number")
    column = column_of(cell.context)
    values: dict[str, Decimal] = {}
    if len(wanted) > 2 and wanted[0].value == sum((each.value for each in wanted[1:]), Decimal(0)):  # noqa: PLR2004 - a total, parts
        return reading({column: wanted[0].value}, [*codes, "summed_components", "ambiguous_reading"])
    for each in wanted:
        values[column] = values.get(column, Decimal(0)) + each.value
    for each in moved:
        target = other_column(cell, each) or column
        values[target] = values.get(target, Decimal(0)) + each.value
    if len(wanted) + len(moved) > len(values):
        codes += ["summed_components", "ambiguous_reading"]
    if moved and cell.pair is None:
        codes.append("column_shift")
    if len(wanted) + len(moved) < len(quantities):
        codes.append("ambiguous_unit")
    if len(values) > 1:
        codes.append("split_pair")
    return reading(values, codes)


def summed(cell: CountCell, quantities: Sequence[Quantity], codes: list[str]) -> NumberReading:
    """Kinds counted together: "50 tờ rơi + 2 băng rôn", "3/1" schools and centres."""
    if any(each.kinds and not each.kinds & cell.known.own for each in quantities):
        codes.append("ambiguous_unit")
    labelled = [bool(each.kinds) for each in quantities]
    if any(labelled) and not all(labelled):
        codes.append("ambiguous_reading")
    total = sum((each.value for each in quantities), Decimal(0))
    return reading({column_of(cell.context): total}, [*codes, "summed_components"])


def first_of(cell: CountCell, quantities: Sequence[Quantity], codes: list[str]) -> NumberReading:
    """The unit names two things but there is one column: the first is taken, and asked about."""
    wanted = [each for each in quantities if each.kinds & cell.known.own]
    column = column_of(cell.context)
    if len(wanted) == len(quantities):
        total = sum((each.value for each in wanted), Decimal(0))
        return reading({column: total}, [*codes, "summed_components"])
    if wanted:
        total = sum((each.value for each in wanted), Decimal(0))
        return reading({column: total}, [*codes, "ambiguous_unit"])
    return reading({column: quantities[0].value}, [*codes, "ambiguous_unit"])
