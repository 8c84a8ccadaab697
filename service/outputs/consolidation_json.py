"""The consolidation as JSON, for scripts."""

from __future__ import annotations

from service.rules.consolidate import counted_value
from service.rules.consolidation import Consolidation, UnitLine

Figures = dict[str, dict[str, int | str]]


def to_json(consolidation: Consolidation) -> dict[str, object]:
    """The consolidation in the form that scripts rely on; `units` holds the figures that are in the totals."""
    totals: dict[str, dict[str, dict[str, int | str | None]]] = {}
    asked: dict[str, dict[str, list[str]]] = {}
    for total in consolidation.totals:
        totals.setdefault(total.indicator, {})[total.column] = {"value": total.value, "units": total.units}
        if total.asked:
            asked.setdefault(total.indicator, {})[total.column] = list(total.asked)
    return {
        "campaign": consolidation.campaign,
        "version": consolidation.version,
        "made_at": consolidation.made_at.isoformat(),
        "cutoff": consolidation.cutoff.isoformat(),
        "final": consolidation.final,
        "coverage": {
            "reported": consolidation.reported,
            "expected": consolidation.expected,
            "missing": list(consolidation.missing),
        },
        "totals": totals,
        "units": {line.code: _figures(line) for line in consolidation.units if line.reported},
        "asked": asked,
        "previous_version": consolidation.previous_version,
        "changes": [
            {
                "indicator": change.indicator,
                "column": change.column,
                "before": change.before,
                "after": change.after,
                "units": list(change.units),
            }
            for change in consolidation.changes
        ],
    }


def _figures(line: UnitLine) -> Figures:
    figures: Figures = {}
    for value in line.submission.values:
        figure = counted_value(value)
        if figure is not None:
            figures.setdefault(value.indicator, {})[value.column] = figure
    return figures
