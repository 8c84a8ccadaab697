"""The consolidated form: the blank form's own layout, filled with live totals, and how many units stand behind each row."""

from __future__ import annotations

from dataclasses import dataclass

from config.campaign import ColumnKind, Indicator
from config.text import Text
from service.outputs import workbook_style as style
from service.outputs.form_layout import CellRole, FormCell, FormRow, form_header, form_rows, form_widths
from service.outputs.wording import (
    LONGEST_NOTE,
    LONGEST_TEXT,
    coverage,
    draft_mark,
    footnote_mark,
    footnotes,
    instant,
    label,
    shortened,
    signature_words,
)
from service.outputs.workbook_cells import Content, Formula, Look, column_letter, link
from service.outputs.workbook_formulas import coverage_formula, total_content
from service.outputs.workbook_layout import BY_UNIT, DELIVERY, SUMMARY, UNIT_ROW, Book, Layout
from service.outputs.workbook_package import SheetBody

_COVERAGE_WIDTH = 14.0
_HEADER_ROW = 7
_LINES_A_ROW = 24  # a row holds 409 points; longer texts go on in the next row
_MOST_LINES = 240
_MOST_NAMES = 40
_ROOM_TO_SIGN = "\u00a0"
"""What keeps room for a signature on the page, in rows of their own.

LibreOffice fits a sheet to a page by whole per cents and may leave its last row out.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spot:
    """A cell of an indicator's row: the places it covers, its look and content."""

    first: int
    last: int
    look: style.Style
    content: Content
    target: str = ""  # the column on the sheet by unit that it links to


def build_summary(book: Book) -> SheetBody:
    """Lays the sheet out and returns its rows."""
    layout = book.layout
    sheet = book.workbook.create_sheet(layout.name(SUMMARY))
    columns = layout.campaign.form.columns
    for place, width in enumerate(column_widths(layout), 1):
        sheet.column_dimensions[column_letter(place)].width = width
    last = len(columns) + 1
    writer = _SummaryWriter(book)
    for top, left, bottom, right in writer.merges:
        sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
    label_place = next((at for at, column in enumerate(columns, 1) if column.kind is ColumnKind.LABEL), 1)
    sheet.freeze_panes = f"{column_letter(label_place + 1)}{_HEADER_ROW + 2}"
    style.set_page(
        sheet,
        landscape=sum(column_widths(layout)) > style.PORTRAIT_WIDTH,
        title_rows=f"{_HEADER_ROW}:{_HEADER_ROW + 1}",
        footer=layout.campaign.title,
        draft=draft_mark(layout.consolidation, layout.language),
        pages_high=1 if len(layout.campaign.form.indicators) <= style.MOST_ON_A_PAGE else 0,
    )
    return SheetBody(rows=writer.rows, extent=f"A1:{column_letter(last)}{len(writer.rows)}", links=writer.links)


def column_widths(layout: Layout) -> list[float]:
    """The widths of the form's columns and of the coverage column after them."""
    return [*form_widths(layout.campaign.form), _COVERAGE_WIDTH]


class _SummaryWriter:
    """Builds the rows from top to bottom; the row after the last one built is `len(rows) + 1`."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._layout = book.layout
        self._columns = book.layout.campaign.form.columns
        self._last = len(self._columns) + 1
        self._widths = column_widths(book.layout)
        self.rows: list[str] = []
        self.merges: list[tuple[int, int, int, int]] = []
        self.links: list[str] = []
        self._heading()
        self._header()
        for form_row in form_rows(book.layout.campaign.form):
            self._indicator(form_row)
        self._foot()

    # what stands above the table

    def _heading(self) -> None:
        layout = self._layout
        form = layout.campaign.form
        self._across(form.title, style.TITLE)
        self._across(form.subtitle, style.SUBTITLE)
        self._across(layout.campaign.title, style.Style(size=12, bold=True, box=False, horizontal="center"))
        mark = draft_mark(layout.consolidation, layout.language)
        self._across(mark or self._version(), style.DRAFT if mark else style.REMARK_CENTRED)
        self._across(self._coverage(), style.REMARK_CENTRED)
        self._across(self._missing(), style.REMARK_CENTRED)

    def _version(self) -> str:
        number = self._layout.consolidation.version
        return Text(vi=f"Bản tổng hợp lần {number}", en=f"Consolidation no. {number}").in_(self._layout.language)

    def _coverage(self) -> str:
        layout, consolidation = self._layout, self._layout.consolidation
        until = instant(consolidation.cutoff, layout.campaign.deadline.tzinfo)
        return Text(
            vi=f"Tổng của {coverage(consolidation)} đơn vị, số liệu đến {until}, gồm cả số liệu chưa duyệt.",
            en=f"Totals of {coverage(consolidation)} units, figures as of {until}, not yet approved ones included.",
        ).in_(layout.language)

    def _missing(self) -> str:
        layout = self._layout
        missing = layout.consolidation.missing
        if not missing:
            return Text(vi="Tất cả đơn vị đã có số liệu.", en="All units are included.").in_(layout.language)
        names = ", ".join(layout.full_name(code) for code in missing[:_MOST_NAMES])
        if len(missing) > _MOST_NAMES:
            rest = len(missing) - _MOST_NAMES
            sheet = layout.name(DELIVERY)
            names += Text(vi=f" và {rest} đơn vị khác (xem trang «{sheet}»)", en=f" and {rest} more (see sheet «{sheet}»)").in_(
                layout.language
            )
        text = Text(vi=f"Chưa có số liệu ({len(missing)}): {names}.", en=f"Not included ({len(missing)}): {names}.")
        return text.in_(layout.language)

    def _across(self, text: str, look: style.Style) -> None:
        number = len(self.rows) + 1
        self.merges.append((number, 1, number, self._last))
        lines = style.lines_of(text, sum(self._widths))
        self.rows.append(self._book.cells.row(number, [(self._look(look), text)], height=style.height_of(lines, look.size)))

    # the table

    def _header(self) -> None:
        top = len(self.rows) + 1
        covered = Text(vi="Số đơn vị có số liệu", en="Units with a figure").in_(self._layout.language)
        texts = [[""] * self._last, [""] * self._last]
        lines = [1, 1]
        for cell in form_header(self._layout.campaign.form, self._layout.language, (covered,)):
            texts[cell.top][cell.first - 1] = cell.text
            if cell.bottom > cell.top or cell.last > cell.first:
                self.merges.append((top + cell.top, cell.first, top + cell.bottom, cell.last))
            if cell.top == cell.bottom:
                width = sum(self._widths[cell.first - 1 : cell.last])
                lines[cell.top] = max(lines[cell.top], style.lines_of(cell.text, width))
        look = self._look(style.HEADER)
        for offset in (0, 1):
            height = max(22.0, style.height_of(lines[offset]))
            self.rows.append(self._book.cells.row(top + offset, [(look, text) for text in texts[offset]], height=height))

    def _indicator(self, form_row: FormRow) -> None:
        spots = self._spots(form_row)
        notes = {at: self._chunks(spot) for at, spot in enumerate(spots) if isinstance(spot.content, str)}
        more = max((len(chunks) for chunks in notes.values()), default=1)
        for part in range(more):
            self._indicator_row(spots, {at: chunks[part] if part < len(chunks) else [] for at, chunks in notes.items()}, part)

    def _indicator_row(self, spots: list[_Spot], texts: dict[int, list[str]], part: int) -> None:
        number = len(self.rows) + 1
        cells: list[tuple[Look, Content]] = []
        height = 1
        for at, spot in enumerate(spots):
            look = self._look(spot.look)
            content = "\n".join(texts[at]) if at in texts else spot.content if part == 0 else None
            cells.append((look, content))
            cells += [(look, None)] * (spot.last - spot.first)
            if spot.last > spot.first:
                self.merges.append((number, spot.first, number, spot.last))
            if isinstance(content, str):
                height = max(height, style.lines_of(content, self._width(spot)))
            if spot.target and _shows_something(content):
                reference = f"{column_letter(spot.first)}{number}"
                self.links.append(link(reference, self._layout.name(BY_UNIT), f"{spot.target}{UNIT_ROW}"))
        self.rows.append(self._book.cells.row(number, cells, height=max(18, style.height_of(height))))

    def _width(self, spot: _Spot) -> float:
        return sum(self._widths[spot.first - 1 : spot.last]) - spot.look.indent * 2

    def _chunks(self, spot: _Spot) -> list[list[str]]:
        """A text's lines, as many to a row as the row can show; what is far too much is pointed at instead."""
        width = self._width(spot)
        chunks: list[list[str]] = [[]]
        room = _LINES_A_ROW
        lines = str(spot.content).split("\n")
        for at, line in enumerate(lines):
            need = style.lines_of(line, width)
            if need > room and chunks[-1]:
                chunks.append([])
                room = _LINES_A_ROW
            if len(chunks) * _LINES_A_ROW > _MOST_LINES:
                chunks[-1].append(self._and_more(len(lines) - at))
                break
            chunks[-1].append(line)
            room -= need
        return chunks

    def _and_more(self, rest: int) -> str:
        sheet = self._layout.name(BY_UNIT)
        text = Text(vi=f"… và {rest} dòng nữa, xem trang «{sheet}»", en=f"… and {rest} more lines, see sheet «{sheet}»")
        return text.in_(self._layout.language)

    def _spots(self, form_row: FormRow) -> list[_Spot]:
        figures = tuple(
            figure
            for key in form_row.indicator.columns
            if (figure := self._layout.figure_by_key.get((form_row.indicator.code, key))) is not None
        )
        look = style.GROUP_CENTRED if form_row.heading else style.CENTRED
        covered = _Spot(first=self._last, last=self._last, look=look, content=coverage_formula(self._layout, figures))
        return [*(self._spot(form_row, cell) for cell in form_row.cells), covered]

    def _spot(self, form_row: FormRow, cell: FormCell) -> _Spot:
        indicator, heading = form_row.indicator, form_row.heading
        centred = style.GROUP_CENTRED if heading else style.CENTRED
        text = style.TEXT_GROUP if heading else style.TEXT
        total = self._layout.totals.get((indicator.code, cell.key))
        match cell.role:
            case CellRole.ROW_NUMBER:
                look, content = centred, indicator.row_number
            case CellRole.LABEL:
                look, content = style.GROUP_LABEL if heading else style.LABEL, self._label(indicator)
            case CellRole.UNIT:
                look, content = centred, indicator.unit
            case CellRole.FIGURE:
                return self._figure_spot(form_row, cell)
            case CellRole.NOTE | CellRole.TEXT:
                said = "" if total is None or total.value is None else str(total.value)
                most = LONGEST_NOTE if cell.role is CellRole.NOTE else LONGEST_TEXT
                look, content = text, shortened(said, most, self._layout.language)
            case CellRole.NOT_ASKED:
                look, content = style.TEXT_GROUP if heading else style.NOT_ASKED, ""
        return _Spot(first=cell.first, last=cell.last, look=look, content=content)

    def _label(self, indicator: Indicator) -> str:
        return f"{label(indicator, self._layout.language)}{footnote_mark(indicator)}"

    def _figure_spot(self, form_row: FormRow, cell: FormCell) -> _Spot:
        key = (form_row.indicator.code, cell.key)
        figure = self._layout.figure_by_key[key]
        total = self._layout.totals.get(key)
        look = style.GROUP_FIGURE if form_row.heading else style.FIGURE
        if total is not None and total.asked:
            look = style.FIGURE_TO_CONFIRM
        content = total_content(self._layout, figure)
        return _Spot(first=cell.first, last=cell.last, look=look, content=content, target=figure.letter)

    # what stands below the table

    def _foot(self) -> None:
        layout = self._layout
        notes = [*footnotes(layout.campaign.form)]
        if any(total.asked for total in layout.consolidation.totals):
            notes.append(_ASKED)
        notes.append(_BLANK)
        for note in notes:
            self._across(note.in_(layout.language), style.REMARK)
        self._signatures()

    def _signatures(self) -> None:
        half = self._left_half()
        dated, left, right = signature_words(self._layout.language)
        number = len(self.rows) + 1
        self.rows.append(self._book.cells.row(number, [], height=10))
        lines = (
            ("", dated, style.REMARK_CENTRED, 20.0),
            (left, right, style.SIGNATURE, 36.0),
            *((_ROOM_TO_SIGN, "", style.SIGNATURE, 18.0) for _ in range(3)),
        )
        for at, (one, other, look, height) in enumerate(lines, number + 1):
            self.merges += [(at, 1, at, half), (at, half + 1, at, self._last)]
            blank: list[tuple[Look, Content]] = [(self._look(look), None)] * (half - 1)
            self.rows.append(
                self._book.cells.row(at, [(self._look(look), one), *blank, (self._look(look), other)], height=height)
            )

    def _left_half(self) -> int:
        """The columns of the left signature: near half of the page, by their widths."""
        wanted = sum(self._widths) * _LEFT_SHARE
        return next(at for at in range(1, self._last + 1) if sum(self._widths[:at]) >= wanted or at == self._last - 1)

    def _look(self, look: style.Style) -> Look:
        return self._book.styles.look(look)


def _shows_something(content: Content) -> bool:
    return content.value is not None if isinstance(content, Formula) else content is not None


_LEFT_SHARE = 0.4
_ASKED = Text(
    vi="Số có dấu «?» trên nền vàng: có đơn vị đang được hỏi lại, xem trang «Cảnh báo».",
    en="Figures marked «?» on yellow: some units are being asked again, see sheet «Warnings».",
)
_BLANK = Text(
    vi="Ô trống: chưa đơn vị nào có số liệu (không phải số 0). Cột cuối: số đơn vị có số liệu trên số đơn vị phải báo cáo.",
    en="Blank: no unit gave a figure (not zero). Last column: units with a figure of units that owe a report.",
)
