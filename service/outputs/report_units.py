"""The form unit by unit, the first appendix of the Word report: a landscape section with tables that a page can hold."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from itertools import groupby

from docx.document import Document as WordDocument
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm
from docx.table import Table, _Cell

from config.campaign import Campaign, IndicatorType
from config.text import Language, Text
from parsers.values import ValueStatus
from service.outputs.word import CENTRE, LEFT, RIGHT, add_line, add_table, keep_whole, repeat_header, write_cell
from service.outputs.wording import ASK_AGAIN, absence, capitalised, coverage, figure
from service.outputs.workbook_layout import FigureColumn, Layout
from service.rules.consolidate import counted_value
from service.rules.consolidation import Consolidation, UnitLine
from service.rules.submission import UnitValue

MOST_UNITS = 100
"""A printed table of more units is read by nobody: the workbook has them all."""
_WIDTH = 25.7  # centimetres between the margins of a landscape page
_NUMBER, _NAME = 1.0, 3.6
_SHORT_LIST = 24  # so many units fit on one page
_WIDTHS = {IndicatorType.MONEY: 2.7, IndicatorType.TEXT: 5.2}
_COUNT, _ALONE = 1.6, 2.3
_HEADER_ROWS = 3
_SIZE, _HEADER_SIZE = 10.0, 9.0
_NOTE = Text(
    vi="Ô trống: đơn vị không ghi (không phải số 0). «45 ?»: tạm dùng, chờ xác nhận. «hỏi lại»: chưa dùng được. "
    "«45 *»: cán bộ đã sửa.",
    en="Blank: not filled in (not zero). «45 ?»: provisional, to be confirmed. «asked again»: not usable yet. "
    "«45 *»: corrected by the officer.",
)


def shows_units(consolidation: Consolidation) -> bool:
    """Whether the report has the appendix: somebody has reported, and not too many to print."""
    return any(line.reported for line in consolidation.units) and len(consolidation.units) <= MOST_UNITS


def unit_tables(document: WordDocument, campaign: Campaign, consolidation: Consolidation, language: Language) -> list[Table]:
    """The tables, appended to the document: so many columns each as a page is wide, groups kept together where they fit."""
    layout = Layout(campaign, consolidation, language)
    return [_table(document, layout, page) for page in _pages(layout.figures)]


def place_unit_tables(
    document: WordDocument, marker: str, campaign: Campaign, consolidation: Consolidation, language: Language
) -> None:
    """Puts the tables and their legend where the marker's paragraph stands, if there is one."""
    place = next((each for each in document.element.body.iter(qn("w:p")) if _text(each) == marker), None)
    if place is None:
        return
    for table in unit_tables(document, campaign, consolidation, language):
        gap = add_line(document, "", size=6)
        place.addprevious(table._tbl)  # noqa: SLF001 - the library has no way to move a table
        place.addprevious(gap._p)  # noqa: SLF001 - nor a paragraph
    note = add_line(document, _NOTE.in_(language), size=10, italic=True)
    place.addprevious(note._p)  # noqa: SLF001
    place.getparent().remove(place)


def turn_pages(document: WordDocument, begins: str, ends: str) -> None:
    """Makes a landscape section of what stands between two marker paragraphs; without them all pages stay upright."""
    body = document.element.body
    paragraphs = {_text(each): each for each in body.iter(qn("w:p"))}
    first, last = paragraphs.get(begins), paragraphs.get(ends)
    if first is None:
        return
    upright = body.sectPr
    wide = copy.deepcopy(upright)
    _turn(wide)
    _end_section(first, copy.deepcopy(upright))
    _number_every_page(upright)
    if last is not None and any(_shows(each) for each in last.itersiblings()):
        _end_section(last, wide)
        return
    if last is not None:
        last.getparent().remove(last)
    body.replace(upright, wide)


def _turn(section) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - an element of lxml
    size, margins = section.find(qn("w:pgSz")), section.find(qn("w:pgMar"))
    width, height = size.get(qn("w:w")), size.get(qn("w:h"))
    size.set(qn("w:w"), height)
    size.set(qn("w:h"), width)
    size.set(qn("w:orient"), "landscape")
    for side in ("left", "right"):
        margins.set(qn(f"w:{side}"), str(round(Cm(2.0).twips)))
    _number_every_page(section)


def _number_every_page(section) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Only the first page of the whole paper goes without a number."""
    for each in section.findall(qn("w:titlePg")):
        section.remove(each)


def _end_section(paragraph, section) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    for run in paragraph.findall(qn("w:r")):
        paragraph.remove(run)
    paragraph.get_or_add_pPr().append(section)


def _shows(element) -> bool:  # type: ignore[no-untyped-def]  # noqa: ANN001
    return element.tag == qn("w:tbl") or bool(_text(element)) or next(element.iter(qn("w:drawing")), None) is not None


def _text(element) -> str:  # type: ignore[no-untyped-def]  # noqa: ANN001
    return "".join(node.text or "" for node in element.iter(qn("w:t"))).strip()


def _pages(figures: Sequence[FigureColumn]) -> Iterator[list[FigureColumn]]:
    """The columns table by table: a table ends between groups where they fit, else between indicators."""
    room = _WIDTH - _NUMBER - _NAME
    page: list[FigureColumn] = []
    for _, of_group in groupby(figures, key=lambda each: each.root.code):
        group = list(of_group)
        if page and _wide([*page, *group]) > room:
            yield page
            page = []
        for _, of_indicator in groupby(group, key=lambda each: each.indicator.code):
            own = list(of_indicator)
            if page and _wide([*page, *own]) > room:
                yield page
                page = []
            page += own
    if page:
        yield page


def _wide(figures: Sequence[FigureColumn]) -> float:
    return sum(map(_width, figures))


def _width(figure: FigureColumn) -> float:
    return _WIDTHS.get(figure.indicator.type, _ALONE if len(figure.indicator.columns) == 1 else _COUNT)


def _table(document: WordDocument, layout: Layout, figures: list[FigureColumn]) -> Table:
    lines = layout.consolidation.units
    widths = _stretched(figures)
    table = add_table(document, _HEADER_ROWS + len(lines) + 1, [_NUMBER, _NAME, *widths])
    rows = list(table.rows)
    grid = [list(row.cells) for row in rows]
    _header(grid, layout, figures)
    for row in rows[:_HEADER_ROWS]:
        repeat_header(row)
    for number, line in enumerate(lines, 1):
        _unit_row(grid[_HEADER_ROWS + number - 1], layout, figures, line, number)
    _total_row(grid[-1], layout, figures)
    together = len(lines) <= _SHORT_LIST
    for row, cells in zip(rows[:-1], grid[:-1], strict=True):
        keep_whole(row)
        for paragraph in (paragraph for cell in (cells if together else []) for paragraph in cell.paragraphs):
            paragraph.paragraph_format.keep_with_next = True
    return table


def _stretched(figures: list[FigureColumn]) -> list[float]:
    """Widths that fill the page, but no column wider than half as much again as it needs."""
    widths = [_width(each) for each in figures]
    stretch = min((_WIDTH - _NUMBER - _NAME) / sum(widths), 1.5)
    return [width * stretch for width in widths]


def _header(grid: list[list[_Cell]], layout: Layout, figures: list[FigureColumn]) -> None:
    language = layout.language
    for place, word in enumerate((Text(vi="STT", en="No."), Text(vi="Đơn vị", en="Unit"))):
        _head(grid[0][place].merge(grid[2][place]), word.in_(language))
    at = 2
    for _, of_group in groupby(figures, key=lambda each: each.root.code):
        group = list(of_group)
        number = f"{group[0].root.row_number}. " if group[0].root.row_number else ""
        alone = all(each.indicator is each.root for each in group)
        last = grid[1 if alone else 0][at + len(group) - 1]
        _head(grid[0][at].merge(last), f"{number}{layout.short_label(group[0].root)}")
        for _, of_indicator in groupby(group, key=lambda each: each.indicator.code):
            own = list(of_indicator)
            name = _TOTAL.in_(language) if own[0].indicator is own[0].root else layout.short_label(own[0].indicator)
            if not alone:
                _head(grid[1][at].merge(grid[1][at + len(own) - 1]), name)
            for each in own:
                _head(grid[2][at], capitalised(layout.measure(each.indicator, each.column)), bold=False)
                at += 1


_TOTAL = Text(vi="Chung", en="In all")


def _head(cell: _Cell, text: str, *, bold: bool = True) -> None:
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    write_cell(cell, text, size=_HEADER_SIZE, bold=bold, alignment=CENTRE)


def _unit_row(cells: list[_Cell], layout: Layout, figures: list[FigureColumn], line: UnitLine, number: int) -> None:
    write_cell(cells[0], str(number), size=_SIZE, alignment=CENTRE)
    write_cell(cells[1], capitalised(line.name), size=_SIZE)
    if not line.reported:
        absent = cells[2].merge(cells[-1]) if len(cells) > len(("STT", "unit", "one figure")) else cells[2]
        write_cell(absent, absence(line).in_(layout.language), size=_SIZE, italic=True, alignment=CENTRE)
        return
    values = {(value.indicator, value.column): value for value in line.submission.values}
    for cell, each in zip(cells[2:], figures, strict=True):
        text = _shown(values.get((each.indicator.code, each.column)), layout.language)
        write_cell(cell, text, size=_SIZE, alignment=_alignment(each))


def _shown(value: UnitValue | None, language: Language) -> str:
    if value is None:
        return ""
    if value.status is ValueStatus.REJECT:
        return ASK_AGAIN.in_(language)
    mark = {ValueStatus.CONFIRM: " ?", ValueStatus.CORRECTED: " *"}.get(value.status, "")
    text = figure(counted_value(value), language)
    return f"{text}{mark}" if text else ""


def _total_row(cells: list[_Cell], layout: Layout, figures: list[FigureColumn]) -> None:
    words = Text(vi="Cộng ({n} đơn vị)", en="Total ({n} units)").in_(layout.language).format(n=coverage(layout.consolidation))
    write_cell(cells[0].merge(cells[1]), words, size=_SIZE, bold=True, alignment=CENTRE)
    for cell, each in zip(cells[2:], figures, strict=True):
        total = layout.totals.get((each.indicator.code, each.column))
        summed = total is not None and each.indicator.type is not IndicatorType.TEXT
        text = figure(total.value, layout.language) if summed and total is not None else ""
        write_cell(cell, text, size=_SIZE, bold=True, alignment=_alignment(each))


def _alignment(column: FigureColumn) -> WD_ALIGN_PARAGRAPH:
    return LEFT if column.indicator.type is IndicatorType.TEXT else RIGHT
