"""Sheets of the reference form for tests, written cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from config.campaign import Form
from config.loading import reference_campaign
from parsers.form import read_forms
from parsers.grid import Cell, CellKind, Merge, Sheet
from parsers.spreadsheet_cells import address_of
from parsers.values import FormReading, Value

Written = str | int | Decimal | date | None
Row = Sequence[Written]

FORM: Form = reference_campaign().form
HEADER: tuple[Row, ...] = (
    ("STT", "Nội dung", "Đơn vị", "Số lượng", None, "Ghi chú"),
    (None, None, None, "Số lớp/số cuộc thi", "Người", None),
)
HEADER_MERGES = ((0, 3, 0, 4), (0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 1, 2), (0, 5, 1, 5))
TITLE: tuple[Row, ...] = (
    ("UBND XÃ QUÀI TỞ",),
    (),
    ("MẪU TỔNG HỢP SỐ LIỆU KẾT QUẢ TỔ CHỨC TUẦN LỄ",),
    ("(Kèm theo báo cáo)",),
    (),
)


def cell(value: Written, row: int, column: int, *, doubtful: bool = False) -> Cell:
    """A cell with this value."""
    if isinstance(value, str):
        kind = CellKind.TEXT
    elif isinstance(value, date):
        kind = CellKind.DATE
    else:
        kind = CellKind.NUMBER
    return Cell(kind=kind, value=value, address=address_of(row, column), doubtful=doubtful)


def sheet(rows: Iterable[Row], *, name: str = "Biểu", left: int = 0, merges: Iterable[tuple[int, int, int, int]] = ()) -> Sheet:
    """A sheet of these rows from A1 on; merges are 0-based like the rows."""
    cells = {
        (number, column): cell(value, number, column)
        for number, row in enumerate(rows, start=1)
        for column, value in enumerate(row, start=1 + left)
        if value is not None and value != ""
    }
    areas = tuple(Merge(top=a + 1, left=b + 1 + left, bottom=c + 1, right=d + 1 + left) for a, b, c, d in merges)
    return Sheet(name=name, cells=cells, merges=areas)


def rows(figures: Mapping[str, Row], *, only: Iterable[str] | None = None, labels: Mapping[str, str] | None = None) -> list[Row]:
    """The rows of the form with these cells (count, people, note) behind the unit, by indicator code."""
    wanted = set(only) if only is not None else {each.code for each in FORM.indicators}
    return [
        (each.row_number or None, (labels or {}).get(each.code, each.label), each.unit or None, *figures.get(each.code, ()))
        for each in FORM.indicators
        if each.code in wanted
    ]


def whole(figures: Mapping[str, Row], *, title: Sequence[Row] = TITLE, labels: Mapping[str, str] | None = None) -> list[Row]:
    """Title, header and all rows."""
    return [*title, *HEADER, *rows(figures, labels=labels)]


def form_sheet(figures: Mapping[str, Row], *, name: str = "Biểu", labels: Mapping[str, str] | None = None) -> Sheet:
    """The whole form with its merged header, as the office hands it out."""
    top = len(TITLE)
    return sheet(whole(figures, labels=labels), name=name, merges=[(a + top, b, c + top, d) for a, b, c, d in HEADER_MERGES])


def read(*sheets: Sheet, form: Form = FORM) -> tuple[FormReading, ...]:
    """The forms on these sheets."""
    return read_forms(sheets, form, year=2020)


def one(*sheets: Sheet, form: Form = FORM) -> FormReading:
    """The only form on these sheets."""
    (reading,) = read(*sheets, form=form)
    return reading


def value(reading: FormReading, code: str, column: str = "count") -> Value:
    """One value of a reading."""
    return next(each for each in reading.values if (each.indicator, each.column) == (code, column))


def figures(reading: FormReading) -> dict[tuple[str, str], int | str | None]:
    """All values that are not empty."""
    return {(each.indicator, each.column): each.value for each in reading.values if each.value is not None}


def codes(reading: FormReading) -> set[str]:
    """The codes of a reading's findings."""
    return {each.code for each in reading.findings}


def doubtful(original: Sheet) -> Sheet:
    """The sheet as OCR would hand it over."""
    return replace(original, cells={place: replace(each, doubtful=True) for place, each in original.cells.items()})
