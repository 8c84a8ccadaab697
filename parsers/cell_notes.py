"""What is to be said about the cells of a workbook."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CellNote:
    """What to say about one cell; `grave` when the figure cannot be used as it is."""

    sheet: str
    cell: str
    text: str
    grave: bool = False
