"""The live formulas of the workbook, each with the result we computed. A blank is not zero: no value gives an empty cell."""

from __future__ import annotations

from config.campaign import IndicatorType, RollUp
from service.outputs.workbook_cells import LARGEST_EXACT, Content, Formula
from service.outputs.workbook_layout import FigureColumn, Layout
from service.rules.consolidate import numeric


def total_content(layout: Layout, figure: FigureColumn) -> Content:
    """A total as a live formula over the sheet by unit; as text where the roll-up is text or the number too long to be exact."""
    total = layout.totals.get((figure.indicator.code, figure.column))
    value = None if total is None else total.value
    number = numeric(value)
    roll_up = figure.indicator.roll_up
    if roll_up not in (RollUp.SUM, RollUp.SUM_OF_FLAGS) or not layout.consolidation.units:
        return value
    if number is not None and not -LARGEST_EXACT <= number <= LARGEST_EXACT:
        return value
    cells = layout.unit_range(figure)
    result = f"SUM({cells})" if roll_up is RollUp.SUM else f"COUNTIF({cells},1)"
    return Formula(f'IF(COUNT({cells})=0,"",{result})', number, fractional=figure.indicator.type is IndicatorType.DECIMAL)


def coverage_formula(layout: Layout, figures: tuple[FigureColumn, ...]) -> Content:
    """How many units have a value, of how many: "17/19"; "17/19; 16/19" where an indicator's columns differ."""
    expected = layout.expected
    if not figures or not layout.consolidation.units:
        return None
    counts = [_units(layout, figure) for figure in figures]
    cells = [_count(layout, figure) for figure in figures]
    of_all = f'"/{expected}"'
    if len(figures) == 1:
        return Formula(f"{cells[0]}&{of_all}", f"{counts[0]}/{expected}")
    if len(figures) == 2:  # noqa: PLR2004 - a pair is said in full
        text = f"{counts[0]}/{expected}" if counts[0] == counts[1] else f"{counts[0]}/{expected}; {counts[1]}/{expected}"
        return Formula(f'IF({cells[0]}={cells[1]},{cells[0]}&{of_all},{cells[0]}&"/{expected}; "&{cells[1]}&{of_all})', text)
    low, high = f"MIN({','.join(cells)})", f"MAX({','.join(cells)})"
    text = f"{min(counts)}/{expected}" if min(counts) == max(counts) else f"{min(counts)}–{max(counts)}/{expected}"
    return Formula(f'IF({low}={high},{low}&{of_all},{low}&"–"&{high}&{of_all})', text)


def _units(layout: Layout, figure: FigureColumn) -> int:
    total = layout.totals.get((figure.indicator.code, figure.column))
    return 0 if total is None else total.units


def _count(layout: Layout, figure: FigureColumn) -> str:
    if figure.indicator.roll_up in (RollUp.SUM, RollUp.SUM_OF_FLAGS):
        return f"COUNT({layout.unit_range(figure)})"
    return str(_units(layout, figure))
