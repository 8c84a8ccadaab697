"""The consolidated workbook: the form's own layout with live totals, every unit, delivery, warnings, sources, changes, charts."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook

from config.campaign import Campaign
from config.text import Language
from service.outputs.workbook_cells import Cells
from service.outputs.workbook_changes import build_changes
from service.outputs.workbook_charts import build_charts
from service.outputs.workbook_delivery import build_delivery
from service.outputs.workbook_findings import build_findings
from service.outputs.workbook_layout import Book, Layout
from service.outputs.workbook_package import SheetBody, save_workbook
from service.outputs.workbook_scans import CellPictures, asked_of_scans, build_scans
from service.outputs.workbook_sources import build_sources
from service.outputs.workbook_style import Styles
from service.outputs.workbook_summary import build_summary
from service.outputs.workbook_units import build_by_unit
from service.rules.consolidation import Consolidation

_FOR_ALL = (build_summary, build_by_unit, build_delivery, build_findings)
_FOR_PROOF = (build_sources, build_changes, build_charts)


def write_workbook(
    path: Path, campaign: Campaign, consolidation: Consolidation, language: Language, cells: CellPictures | None = None
) -> None:
    """Writes the workbook atomically. The same consolidation gives the same bytes.

    Figures from scans that are asked about stand on a sheet of their own beside the pictures of their cells, taken from `cells`.

    Totals are formulas over the sheet by unit and carry the computed result too. Time and memory grow linearly with the units;
    rows are streamed, so 10,600 units fit in a small machine.
    """
    workbook = Workbook()
    book = Book(
        workbook=workbook, styles=Styles(workbook, language), cells=Cells(), layout=Layout(campaign, consolidation, language)
    )
    scratch = workbook.worksheets[0]
    builders: list[Callable[[Book], SheetBody]] = [*_FOR_ALL]
    if cells is not None and asked_of_scans(consolidation):
        builders.append(functools.partial(build_scans, cells=cells))
    bodies = [build(book) for build in (*builders, *_FOR_PROOF)]
    workbook.remove(scratch)
    workbook.active = 0
    for sheet in workbook.worksheets[1:]:
        sheet.sheet_view.tabSelected = False
    save_workbook(
        path, workbook, book.cells, bodies, made_at=consolidation.made_at, title=f"{campaign.title} v{consolidation.version}"
    )
