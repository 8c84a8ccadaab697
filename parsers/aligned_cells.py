"""The cells of a table that was built from where its words stand."""

from __future__ import annotations

from collections.abc import Sequence

from parsers.aligned_columns import Band
from parsers.aligned_pieces import Piece
from parsers.writing_blocks import RawCell, plain


def header_cells(bands: Sequence[Band]) -> list[tuple[RawCell, tuple[Piece, ...]]]:
    """The headings in two rows with their pieces, those without another above them over both."""
    cells: list[tuple[RawCell, tuple[Piece, ...]]] = []
    column = 0
    while column < len(bands):
        group, last = bands[column].group, column
        while group and last + 1 < len(bands) and bands[last + 1].group == group:
            last += 1
        if group:
            cells.append((raw_cell(1, column + 1, group, right=last + 1), ()))
        column = last + 1
    for number, band in enumerate(bands, start=1):
        if band.title:
            cells.append((raw_cell(2 if band.group else 1, number, band.title, bottom=2), tuple(band.heading)))
    return cells


def raw_cell(row: int, column: int, text: str, *, right: int = 0, bottom: int = 0, doubtful: bool = False) -> RawCell:
    """A cell of one text, over one place unless it reaches further."""
    return RawCell(
        row=row,
        column=column,
        bottom=max(bottom, row),
        right=max(right, column),
        paragraphs=(plain(text),),
        doubtful=doubtful,
    )
