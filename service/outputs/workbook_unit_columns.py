"""The columns of the sheet by unit: their widths, their three-row header, and on which printed page each stands."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from openpyxl.worksheet.pagebreak import Break, ColBreak
from openpyxl.worksheet.worksheet import Worksheet

from config.campaign import IndicatorType
from config.text import Text
from service.outputs import workbook_style as style
from service.outputs.workbook_cells import column_letter
from service.outputs.workbook_layout import FIRST_FIGURE, GROUP_ROW, LABEL_ROW, UNIT_ROW, Book, FigureColumn

_WIDTHS = {IndicatorType.MONEY: 15.0, IndicatorType.TEXT: 44.0}
_NARROW = 10.0
LEADING_WIDTHS = (5.0, 8.5, 24.0)
_PAGE_WIDTH = 175.0  # of columns on an A4 page in landscape at the scale below
SCALE = 80


def _width(figure: FigureColumn) -> float:
    wide = _WIDTHS.get(figure.indicator.type, _NARROW)
    return max(wide, 13.0) if len(figure.indicator.columns) == 1 else wide


def set_columns(sheet: Worksheet, book: Book) -> None:
    """Sets widths, merged headings and page breaks."""
    for place, width in enumerate(LEADING_WIDTHS, 1):
        sheet.column_dimensions[column_letter(place)].width = width
    for figure in book.layout.figures:
        sheet.column_dimensions[figure.letter].width = _width(figure)
    _set_merges(sheet, book)
    _set_column_breaks(sheet, book)


def _pages(book: Book) -> tuple[int, ...]:
    """The printed page of each figure column; a page ends between groups where they fit, else between indicators."""
    room = _PAGE_WIDTH - sum(LEADING_WIDTHS)
    used, page = 0.0, 0
    pages: list[int] = []
    for _, root_figures in groupby(book.layout.figures, key=lambda figure: figure.root.code):
        group = list(root_figures)
        if used and used + sum(map(_width, group)) > room:
            used, page = 0.0, page + 1
        for _, own_figures in groupby(group, key=lambda figure: figure.indicator.code):
            own = list(own_figures)
            width = sum(map(_width, own))
            if used and used + width > room:
                used, page = 0.0, page + 1
            used += width
            pages += [page] * len(own)
    return tuple(pages)


def _spans(book: Book) -> Iterator[tuple[int, int, int, int]]:
    """The merged areas of the header: row, column, last row, last column. A group that goes on over the page is named again."""
    for place in range(1, FIRST_FIGURE):
        yield GROUP_ROW, place, UNIT_ROW, place
    paged = zip(book.layout.figures, _pages(book), strict=True)
    for _, root_figures in groupby(paged, key=lambda pair: (pair[0].root.code, pair[1])):
        group = [figure for figure, _ in root_figures]
        alone = {figure.indicator.code for figure in group} == {group[0].root.code} and not _has_parts(book, group[0])
        yield GROUP_ROW, group[0].place, LABEL_ROW if alone else GROUP_ROW, group[-1].place
        if alone:
            continue
        for _, own_figures in groupby(group, key=lambda figure: figure.indicator.code):
            own = list(own_figures)
            yield LABEL_ROW, own[0].place, LABEL_ROW, own[-1].place


def _has_parts(book: Book, figure: FigureColumn) -> bool:
    return any(each.root.code == figure.root.code != each.indicator.code for each in book.layout.figures)


def _set_merges(sheet: Worksheet, book: Book) -> None:
    for top, left, bottom, right in _spans(book):
        if (top, left) != (bottom, right):
            sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)


def _set_column_breaks(sheet: Worksheet, book: Book) -> None:
    pages = _pages(book)
    ends = [
        figure.place - 1 for figure, before, page in zip(book.layout.figures[1:], pages, pages[1:], strict=False) if page > before
    ]
    sheet.col_breaks = ColBreak(brk=[Break(id=place, man=True, max=1_048_575) for place in ends])


def header_rows(book: Book) -> Iterator[str]:
    """The three rows that name the columns: group, indicator, what is counted."""
    layout = book.layout
    header = book.styles.look(style.HEADER)
    leading = [
        Text(vi="STT", en="No.").in_(layout.language),
        Text(vi="Mã", en="Code").in_(layout.language),
        Text(vi="Đơn vị", en="Unit").in_(layout.language),
    ]
    groups: list[str] = []
    labels: list[str] = []
    heights = {LABEL_ROW: 1, GROUP_ROW: 1}
    widths = {figure.place: _width(figure) for figure in layout.figures}
    spans = {(top, left): sum(widths.get(place, 0.0) for place in range(left, right + 1)) for top, left, _, right in _spans(book)}
    alone = {left for top, left, bottom, _ in _spans(book) if top == GROUP_ROW and bottom == LABEL_ROW}
    for figure in layout.figures:
        root = f"{figure.root.row_number}. {layout.short_label(figure.root)}".lstrip(". ")
        own = layout.short_label(figure.indicator) if figure.indicator.code != figure.root.code else _whole(book)
        groups.append(root if (GROUP_ROW, figure.place) in spans else "")
        labels.append(own if (LABEL_ROW, figure.place) in spans else "")
        if groups[-1]:
            lines = style.lines_of(root, spans[GROUP_ROW, figure.place])
            if figure.place in alone:
                heights[LABEL_ROW] = max(heights[LABEL_ROW], lines - 2)
            else:
                heights[GROUP_ROW] = max(heights[GROUP_ROW], lines)
        if labels[-1]:
            heights[LABEL_ROW] = max(heights[LABEL_ROW], style.lines_of(own, spans[LABEL_ROW, figure.place]))
    measures = [layout.measure(figure.indicator, figure.column) for figure in layout.figures]
    measure_lines = max(
        (style.lines_of(text, widths[each.place]) for text, each in zip(measures, layout.figures, strict=True)), default=1
    )
    for number, texts, lines in (
        (GROUP_ROW, [*leading, *groups], heights[GROUP_ROW]),
        (LABEL_ROW, ["", "", "", *labels], heights[LABEL_ROW]),
        (UNIT_ROW, ["", "", "", *measures], measure_lines),
    ):
        yield book.cells.row(number, [(header, text) for text in texts], height=style.height_of(lines))


def _whole(book: Book) -> str:
    return Text(vi="Tổng số", en="Total").in_(book.layout.language)
