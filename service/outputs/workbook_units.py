"""The sheet by unit: one row per unit, one column per figure.

Missing units say so, blanks stay blank, doubtful figures are marked.
"""

from __future__ import annotations

from collections.abc import Iterator

from openpyxl.comments import Comment
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from config.campaign import IndicatorType
from config.text import Text
from parsers.values import ValueStatus
from service.outputs import workbook_style as style
from service.outputs.wording import ASK_AGAIN, absence, capitalised, coverage, draft_mark, instant
from service.outputs.workbook_cells import LARGEST_EXACT, Content, Look, clean_text, column_letter, link
from service.outputs.workbook_formulas import coverage_formula, total_content
from service.outputs.workbook_layout import (
    BY_UNIT,
    COVERAGE_ROW,
    FIRST_FIGURE,
    FIRST_UNIT_ROW,
    GROUP_ROW,
    MOST_LINKS,
    SOURCES,
    TOTAL_ROW,
    Book,
    UnitRow,
    listed_values,
)
from service.outputs.workbook_package import SheetBody
from service.outputs.workbook_unit_columns import LEADING_WIDTHS, SCALE, header_rows, set_columns
from service.rules.consolidate import numeric
from service.rules.submission import UnitValue

_MOST_COMMENTS = 500
_LEGEND = Text(
    vi="Ô trống: đơn vị không ghi (không phải số 0).  «45 ?» nền vàng: tạm dùng, chờ xác nhận.  «hỏi lại»: chưa dùng được.  "
    "«45 *»: cán bộ đã sửa.",
    en="Blank: not filled in (not zero).  «45 ?» on yellow: provisional, to be confirmed.  «asked again»: not usable yet.  "
    "«45 *»: corrected by the officer.",
)
_HINT = Text(vi="Bấm vào con số để xem nguồn.", en="Click a figure to see its source.")


def build_by_unit(book: Book) -> SheetBody:
    """Lays the sheet out and returns its rows."""
    layout = book.layout
    sheet = book.workbook.create_sheet(layout.name(BY_UNIT))
    set_columns(sheet, book)
    _set_comments(sheet, book)
    sheet.freeze_panes = f"{column_letter(FIRST_FIGURE)}{FIRST_UNIT_ROW}"
    mark = draft_mark(layout.consolidation, layout.language)
    style.set_page(
        sheet,
        landscape=True,
        title_rows=f"{GROUP_ROW}:{COVERAGE_ROW}",
        title_columns=f"A:{column_letter(FIRST_FIGURE - 1)}",
        footer=f"{layout.campaign.title} – {layout.name(BY_UNIT)}",
        draft=mark,
    )
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=False)
    sheet.page_setup.scale = SCALE
    sheet.print_options.horizontalCentered = False
    links: list[str] = []
    last = column_letter(max(FIRST_FIGURE, FIRST_FIGURE + len(layout.figures) - 1))
    extent = f"A1:{last}{max(layout.last_unit_row, COVERAGE_ROW)}"
    return SheetBody(rows=_rows(book, links), extent=extent, links=links)


def _set_comments(sheet: Worksheet, book: Book) -> None:
    """What the unit wrote, on the cells that are asked about or corrected; at most some hundreds, the sources have them all."""
    room = _MOST_COMMENTS
    for unit in book.layout.unit_rows:
        if not unit.line.reported:
            continue
        for value in unit.line.submission.values:
            figure = book.layout.figure_by_key.get((value.indicator, value.column))
            if figure is None or value.status in (ValueStatus.OK, ValueStatus.EMPTY):
                continue
            if room == 0:
                return
            room -= 1
            comment = Comment(clean_text(_comment(book, value)), "Thubao", height=90, width=260)
            sheet.cell(unit.row, figure.place).comment = comment


def _comment(book: Book, value: UnitValue) -> str:
    said = {
        ValueStatus.CONFIRM: Text(vi="Tạm dùng, cần xác nhận.", en="Provisional, to be confirmed."),
        ValueStatus.REJECT: Text(vi="Chưa dùng được, đã hỏi lại.", en="Not usable, asked again."),
        ValueStatus.CORRECTED: Text(vi="Cán bộ đã sửa.", en="Corrected by the officer."),
    }[value.status]
    wrote = Text(vi=f"Đơn vị ghi: «{value.raw}»", en=f"The unit wrote: «{value.raw}»")
    lines = [said.in_(book.layout.language), wrote.in_(book.layout.language)]
    return "\n".join([*lines, value.why] if value.why else lines)[:500]


def _rows(book: Book, links: list[str]) -> Iterator[str]:
    yield from _heading(book)
    yield from header_rows(book)
    yield from _total_rows(book)
    linked = book.layout.source_count <= MOST_LINKS
    writer = _UnitWriter(book, links if linked else None)
    for unit in book.layout.unit_rows:
        yield writer.row(unit)


def _heading(book: Book) -> Iterator[str]:
    layout = book.layout
    look = book.styles.look
    consolidation = layout.consolidation
    zone = layout.campaign.deadline.tzinfo
    title = Text(vi="SỐ LIỆU THEO TỪNG ĐƠN VỊ", en="FIGURES BY UNIT").in_(layout.language)
    mark = draft_mark(consolidation, layout.language)
    until = instant(consolidation.cutoff, zone)
    count = Text(vi=f"{coverage(consolidation)} đơn vị, đến {until}", en=f"{coverage(consolidation)} units, as of {until}")
    left = style.Style(size=14, bold=True, box=False, wrap=False)
    remark = look(style.Style(size=11, italic=True, box=False, wrap=False))
    yield book.cells.row(1, [(look(left), f"{title} – {mark}" if mark else title)], height=22)
    beside = f"{layout.campaign.title}. {_HINT.in_(layout.language)}"
    named: list[tuple[Look, Content]] = [(remark, count.in_(layout.language)), (remark, None), (remark, None), (remark, beside)]
    yield book.cells.row(2, named)
    yield book.cells.row(3, [(remark, _LEGEND.in_(layout.language))], height=20, first_column=FIRST_FIGURE)


def _total_rows(book: Book) -> Iterator[str]:
    layout = book.layout
    bold, plain = book.styles.look(style.TOTAL_LABEL), book.styles.look(style.CENTRED)
    figure_look = book.styles.look(style.TOTAL_FIGURE)
    total = Text(vi="TỔNG CỘNG", en="TOTAL").in_(layout.language)
    counted = Text(vi="Số đơn vị có số liệu", en="Units with a figure").in_(layout.language)
    totals: list[tuple[Look, Content]] = [(bold, ""), (bold, ""), (bold, total)]
    coverages: list[tuple[Look, Content]] = [(plain, ""), (plain, ""), (plain, counted)]
    for figure in layout.figures:
        content = total_content(layout, figure)
        totals.append((figure_look, content if figure.indicator.type is not IndicatorType.TEXT else ""))
        coverages.append((plain, coverage_formula(layout, (figure,))))
    yield book.cells.row(TOTAL_ROW, totals, height=20)
    yield book.cells.row(COVERAGE_ROW, coverages, height=18)


class _UnitWriter:
    """Writes the row of a unit. Made once per sheet, since it runs for every figure of 10,600 units."""

    def __init__(self, book: Book, links: list[str] | None) -> None:
        self._cells = book.cells
        self._language = book.layout.language
        self._figures = tuple(
            (each.letter, (each.indicator.code, each.column), each.indicator.type is IndicatorType.TEXT)
            for each in book.layout.figures
        )
        self._sources = book.layout.name(SOURCES)
        self._links = links
        look = book.styles.look
        self._leading = (look(style.CENTRED), look(style.CENTRED), look(style.Style()))
        self._absent, self._again = look(style.ABSENT), look(style.ASKED_AGAIN)
        self._figure, self._text = look(style.FIGURE), look(style.TEXT_BESIDE_FIGURES)
        self._marked = {
            ValueStatus.OK: self._figure,
            ValueStatus.CONFIRM: look(style.FIGURE_TO_CONFIRM),
            ValueStatus.CORRECTED: look(style.FIGURE_CORRECTED),
        }
        self._marked_text = {ValueStatus.CONFIRM: look(style.TEXT_TO_CONFIRM)}

    def row(self, unit: UnitRow) -> str:
        """The unit's row, and its links."""
        number, line = unit.row, unit.line
        leading: tuple[Content, ...] = (number - FIRST_UNIT_ROW + 1, line.code, capitalised(line.name))
        cells = [
            self._cells.cell(f"{column_letter(at)}{number}", look, it)
            for at, (look, it) in enumerate(zip(self._leading, leading, strict=True), 1)
        ]
        lines = style.lines_of(line.name, LEADING_WIDTHS[-1])
        size = "" if lines == 1 else f' ht="{style.height_of(lines):g}" customHeight="1"'
        if not line.reported:
            word = absence(line).in_(self._language)
            cells += [self._cells.cell(f"{letter}{number}", self._absent, word) for letter, _, _ in self._figures]
            return f'<row r="{number}"{size}>{"".join(cells)}</row>'
        values = {(value.indicator, value.column): value for value in line.submission.values}
        plain = f'{number}" s="{self._figure.plain}"><v>'
        for letter, key, is_text in self._figures:
            value = values.get(key)
            if (  # most cells are such
                value is not None
                and value.status is ValueStatus.OK
                and type(value.value) is int
                and -LARGEST_EXACT <= value.value <= LARGEST_EXACT
                and not is_text
            ):
                cells.append(f'<c r="{letter}{plain}{value.value}</v></c>')
            else:
                cells.append(self._value(f"{letter}{number}", value, is_text=is_text))
        if self._links is not None:
            self._links += self._links_of(unit)
        return f'<row r="{number}"{size}>{"".join(cells)}</row>'

    def _links_of(self, unit: UnitRow) -> Iterator[str]:
        """From the figures of a unit to their sources."""
        places = {(value.indicator, value.column): at for at, value in enumerate(listed_values(unit.line), unit.first_source)}
        for letter, key, is_text in self._figures:
            if key in places and not is_text:
                yield link(f"{letter}{unit.row}", self._sources, f"A{places[key]}")

    def _value(self, reference: str, value: UnitValue | None, *, is_text: bool) -> str:
        if value is None or value.status is ValueStatus.EMPTY:
            return self._cells.cell(reference, self._text if is_text else self._figure, None)
        if value.value is None or value.status is ValueStatus.REJECT:
            return self._cells.cell(reference, self._again, ASK_AGAIN.in_(self._language))
        if is_text:
            return self._cells.cell(reference, self._marked_text.get(value.status, self._text), str(value.value))
        number = numeric(value.value)
        return self._cells.cell(reference, self._marked[value.status], value.value if number is None else number)
