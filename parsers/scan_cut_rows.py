"""A row of a scanned table that the end of a page cut in two: its label goes on at the head of the next page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from parsers.writing_blocks import RawBlock, RawTable
from parsers.writing_pdf_tables import is_remainder, texts_by_row, with_more


def rows_put_together(pages: Sequence[tuple[RawBlock, ...]]) -> list[tuple[RawBlock, ...]]:
    """The blocks of each page; what stands at the head of a table as the rest of the row before it is put there."""
    whole = list(pages)
    for number in range(1, len(whole)):
        above = next((each for each in reversed(whole[number - 1]) if isinstance(each, RawTable)), None)
        below = next((each for each in whole[number] if isinstance(each, RawTable)), None)
        if above is None or below is None:
            continue
        rows, rest = texts_by_row(above.cells), texts_by_row(below.cells).get(1, {})
        foot = max((cell.bottom for cell in above.cells), default=0)
        if not is_remainder(rest, rows.get(foot, {}), rows):
            continue
        longer = replace(
            above,
            cells=tuple(
                with_more(cell, rest[cell.column]) if cell.row == foot and cell.column in rest else cell for cell in above.cells
            ),
        )
        shorter = replace(below, cells=tuple(replace(cell, paragraphs=()) if cell.row == 1 else cell for cell in below.cells))
        whole[number - 1] = tuple(longer if each is above else each for each in whole[number - 1])
        whole[number] = tuple(shorter if each is below else each for each in whole[number])
    return whole
