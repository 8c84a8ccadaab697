"""A table of any origin as cells with addresses: what every spreadsheet, Word, PDF and scan reader hands to `parsers.form`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum


class CellKind(StrEnum):
    """What a cell holds by its own account."""

    BLANK = "blank"
    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    ERROR = "error"


UNREAD = "?"
"""The text of a doubtful cell in which something is written that nobody could read: asked about, never taken for blank."""


SHARES = 10_000
"""Of the width and height of a page, in which places on it are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturePlace:
    """Where a cell stands on the picture of a page: its four corners, clockwise from the one that is upper left when it is read.

    `page` counts from 1. A corner is x and y in ten-thousandths of the width and height of the page as any viewer shows it,
    before it was turned and straightened for reading; which corner comes first says how it was turned.
    """

    page: int
    corners: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell. A formula cell carries its cached result as kind and value; without one it is BLANK with `formula` set.

    `value` is str for TEXT and ERROR, int or Decimal for NUMBER (the shortest decimal that gives the stored float), bool,
    or date/datetime/time for DATE. `address` is "D7" (or "T1R3C4" for a table without letters).
    """

    kind: CellKind
    value: str | int | Decimal | bool | date | datetime | time | None = None
    number_format: str = "General"
    formula: str = ""
    font: str = ""
    address: str = ""
    doubtful: bool = False  # read by OCR, struck through, cut off or loose: every value from it is to be confirmed
    struck: bool = False
    place: PicturePlace | None = None  # where it was read on a scan
    cut: bool = False  # of a table whose texts are cut off at the borders of their cells: its rows may be taken for others
    crowded: bool = False  # several figures stand in a table of their own inside it: which one is meant is to be asked
    loose: bool = False  # printed where it may belong to another row or column as well
    boxed: bool = False  # digits of a typeface that may lack them: each is an empty box then, and all are read as one of them

    @property
    def doubt(self) -> str:
        """Why a doubtful cell is to be confirmed, as a warning's code; "" when it is not doubtful."""
        if not self.doubtful:
            return ""
        named = (
            ("struck_out", self.struck),
            ("cut_off", self.cut),
            ("digits_boxed", self.boxed),
            ("place_uncertain", self.loose),
        )
        return next((code for code, so in named if so), "from_picture")

    @property
    def text(self) -> str:
        """The cell as a person sees it, without number format; "" when blank."""
        return "" if self.value is None else str(self.value)


BLANK_CELL = Cell(kind=CellKind.BLANK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """A merged area, inclusive, 1-based. Its value stands in the top-left cell only."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet or table. `cells` holds non-blank cells by (row, column), both 1-based."""

    name: str
    cells: Mapping[tuple[int, int], Cell]
    merges: tuple[Merge, ...] = ()
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()

    def at(self, row: int, column: int) -> Cell:
        """The cell there, BLANK_CELL if none."""
        return self.cells.get((row, column), BLANK_CELL)

    @property
    def last_row(self) -> int:
        """The last row with a value, 0 if none."""
        return max((row for row, _ in self.cells), default=0)

    @property
    def last_column(self) -> int:
        """The last column with a value, 0 if none."""
        return max((column for _, column in self.cells), default=0)
