"""The sheets that are plain tables: how they are framed, and how a heading, a header and rows are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from config.text import Text
from service.outputs import workbook_style as style
from service.outputs.wording import draft_mark
from service.outputs.workbook_cells import Content, Look, column_letter
from service.outputs.workbook_layout import Book
from service.outputs.workbook_package import SheetBody

HEADER_ROW = 4
FIRST_ROW = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumn:
    """A column of a table sheet."""

    header: Text
    width: float
    look: style.Style


Record = Sequence[Content]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table sheet: its name, the title and remarks above (at most two lines), columns, and how many records follow.

    `looks` may give another style for a cell, by record and column.
    """

    name: Text
    title: Text
    remarks: tuple[str, ...]
    columns: tuple[TableColumn, ...]
    count: int
    landscape: bool = True
    filtered: bool = True
    frozen_columns: int = 0
    pages_wide: int = 1


def build_table(book: Book, table: Table, rows: Iterable[str]) -> SheetBody:
    """Frames the sheet and returns its rows: title, remarks and header, then those given, which begin at `FIRST_ROW`."""
    layout = book.layout
    sheet = book.workbook.create_sheet(layout.name(table.name))
    for place, column in enumerate(table.columns, 1):
        sheet.column_dimensions[column_letter(place)].width = column.width
    last = column_letter(len(table.columns))
    last_row = max(FIRST_ROW, FIRST_ROW + table.count - 1)
    sheet.freeze_panes = f"{column_letter(table.frozen_columns + 1)}{FIRST_ROW}"
    if table.filtered and table.count:
        sheet.auto_filter.ref = f"A{HEADER_ROW}:{last}{last_row}"
    style.set_page(
        sheet,
        landscape=table.landscape,
        title_rows=f"{HEADER_ROW}:{HEADER_ROW}",
        footer=f"{layout.campaign.title} – {layout.name(table.name)}",
        title_columns=f"A:{column_letter(table.frozen_columns)}" if table.pages_wide > 1 else "",
        pages_wide=table.pages_wide,
        draft=draft_mark(layout.consolidation, layout.language),
    )
    for number in range(1, HEADER_ROW) if table.pages_wide == 1 else ():
        sheet.merge_cells(start_row=number, start_column=1, end_row=number, end_column=len(table.columns))
    return SheetBody(rows=chain(_heading(book, table), rows), extent=f"A1:{last}{last_row}")


def record_rows(
    book: Book, columns: Sequence[TableColumn], records: Iterable[tuple[Record, dict[int, style.Style]]]
) -> Iterator[str]:
    """The rows of records, each with the styles that differ from its columns' own, as high as their texts need."""
    look = book.styles.look
    own = [look(column.look) for column in columns]
    wrapped = [(at, column.width, style.surely_in_a_line(column.width)) for at, column in enumerate(columns) if column.look.wrap]
    for number, (record, differing) in enumerate(records, FIRST_ROW):
        cells: list[tuple[Look, Content]] = [
            (look(differing[at]) if at in differing else own[at], content) for at, content in enumerate(record)
        ]
        height = 1
        for at, width, short in wrapped:
            text = record[at]
            if isinstance(text, str) and (len(text) > short or "\n" in text):
                height = max(height, style.lines_of(text, width))
        yield book.cells.row(number, cells, height=None if height == 1 else style.height_of(height))


def _heading(book: Book, table: Table) -> Iterator[str]:
    look = book.styles.look
    language = book.layout.language
    whole = sum(column.width for column in table.columns)
    beside = table.pages_wide > 1  # a centred heading would fall between the pages
    title = replace(style.TITLE, horizontal="left", wrap=False) if beside else style.TITLE
    remarked = replace(style.REMARK, wrap=False) if beside else style.REMARK_CENTRED
    yield book.cells.row(1, [(look(title), table.title.in_(language))], height=24)
    for number, remark in enumerate([*table.remarks, "", ""][: HEADER_ROW - 2], 2):
        yield book.cells.row(number, [(look(remarked), remark)], height=style.height_of(style.lines_of(remark, whole)))
    headers = [column.header.in_(language) for column in table.columns]
    lines = max(style.lines_of(text, column.width) for text, column in zip(headers, table.columns, strict=True))
    yield book.cells.row(HEADER_ROW, [(look(style.HEADER), text) for text in headers], height=style.height_of(max(lines, 2)))
