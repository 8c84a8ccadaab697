"""The chart page: how reports came in, and the leading figures by unit. A missing unit has no bar and says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.chart.text import Text as ChartText
from openpyxl.chart.title import Title
from openpyxl.drawing.text import CharacterProperties, Font, Paragraph, ParagraphProperties, RegularTextRun
from openpyxl.worksheet.worksheet import Worksheet

from config.campaign import IndicatorRole, IndicatorType, RollUp
from config.text import Language, Text
from service.outputs import workbook_style as style
from service.outputs.wording import CONTENT, absence, draft_mark
from service.outputs.workbook_cells import Content, Formula, Look, quoted_sheet
from service.outputs.workbook_layout import BY_UNIT, CHARTS, Book, FigureColumn, UnitRow
from service.outputs.workbook_package import SheetBody
from service.rules.consolidate import counted_value, numeric
from service.rules.submission import Content as State

_MOST_UNITS = 40
_ONE_PAGE = 75  # rows that still read well on one page
_DATA_COLUMN = 14  # the charts' figures stand to the right of the printed page
_COLOURS = ("2F6DB5", "3B8E7E", "B7791F")
_CENTIMETRES_A_BAR = 0.46


@dataclass(frozen=True, slots=True, kw_only=True)
class _Series:
    """One chart: its title, and a label and figure for each bar."""

    title: str
    axis: str
    bars: tuple[tuple[str, Content], ...]


def build_charts(book: Book) -> SheetBody:
    """Lays the page out and returns the rows of figures behind the charts."""
    layout = book.layout
    sheet = book.workbook.create_sheet(layout.name(CHARTS))
    sheet.sheet_view.showGridLines = False
    series = [_states(book), *(_by_unit(book, figure) for figure in _leading(book))]
    _place(sheet, series, book.layout.language)
    style.set_page(
        sheet,
        landscape=False,
        footer=f"{layout.campaign.title} – {layout.name(CHARTS)}",
        draft=draft_mark(layout.consolidation, layout.language),
    )
    if _last_chart_row(series) < _ONE_PAGE:
        sheet.page_setup.fitToHeight = 1
    sheet.print_area = f"A1:K{_last_chart_row(series)}"
    sheet.column_dimensions["N"].width = 34
    longest = max(len(each.bars) for each in series) + 3
    return SheetBody(rows=_rows(book, series, longest), extent=f"A1:S{longest}")


def _states(book: Book) -> _Series:
    counts = Counter(line.submission.content for line in book.layout.consolidation.units)
    language = book.layout.language
    bars = tuple((CONTENT[state].in_(language), counts[state]) for state in State if counts[state])
    title = Text(vi="Tình hình gửi báo cáo", en="Delivery of reports").in_(language)
    return _Series(title=title, axis=Text(vi="Số đơn vị", en="Units").in_(language), bars=bars)


def _leading(book: Book) -> list[FigureColumn]:
    """The two figures that say most: totals of the form first, with people or money before counts; else the first sums."""
    sums = [
        figure
        for figure in book.layout.figures
        if figure.indicator.roll_up is RollUp.SUM
        and book.layout.campaign.form.type_of(figure.indicator, figure.column) in (IndicatorType.INTEGER, IndicatorType.MONEY)
    ]
    told = {key: total.units for key, total in book.layout.totals.items()}
    sums = [figure for figure in sums if told.get((figure.indicator.code, figure.column))]
    totals = [figure for figure in sums if figure.indicator.role is IndicatorRole.TOTAL]
    return [*totals, *(figure for figure in sums if figure not in totals)][:2]


def _by_unit(book: Book, figure: FigureColumn) -> _Series:
    layout = book.layout
    rows = [(unit, _figure(unit, figure)) for unit in layout.unit_rows]
    if len(rows) > _MOST_UNITS:
        rows = sorted((each for each in rows if each[1] is not None), key=lambda each: -(each[1] or 0))[:_MOST_UNITS]
    sheet = quoted_sheet(layout.name(BY_UNIT))
    bars = []
    for unit, value in rows:
        name = layout.short_name(unit.line.code)
        if not unit.line.reported:
            name = f"{name} ({absence(unit.line).in_(layout.language)})"
        bars.append((name, None if value is None else Formula(f"{sheet}!{figure.letter}{unit.row}", value)))
    label = layout.short_label(figure.indicator)
    axis = layout.measure(figure.indicator, figure.column)
    return _Series(title=f"{label} ({axis})", axis=axis, bars=tuple(bars))


def _figure(unit: UnitRow, figure: FigureColumn) -> int | None:
    if not unit.line.reported:
        return None
    value = numeric(counted_value(unit.line.submission.value(figure.indicator.code, figure.column)))
    return None if value is None else int(value)


def _place(sheet: Worksheet, series: list[_Series], language: Language) -> None:
    top = 3
    for number, each in enumerate(series):
        chart = _chart(each, language)
        column = _DATA_COLUMN + number * 2
        last = 3 + max(1, len(each.bars))
        chart.add_data(Reference(sheet, min_col=column + 1, min_row=4, max_row=last), titles_from_data=False)
        chart.set_categories(Reference(sheet, min_col=column, min_row=4, max_row=last))
        chart.series[0].graphicalProperties = GraphicalProperties(solidFill=_COLOURS[number % len(_COLOURS)])
        sheet.add_chart(chart, f"A{top}")
        top += _chart_rows(each)


def _chart(series: _Series, language: Language) -> BarChart:
    chart = BarChart()
    chart.type = "bar"
    chart.style = 10
    chart.title = _title(series.title)
    chart.legend = None
    chart.gapWidth = 45
    chart.x_axis.scaling.orientation = "maxMin"  # the first unit stands on top
    chart.x_axis.delete = False
    chart.x_axis.txPr = _text(900)
    chart.y_axis.delete = True
    chart.y_axis.majorGridlines = None
    chart.y_axis.scaling.min = 0
    chart.dataLabels = DataLabelList(showVal=True, showSerName=False, showCatName=False, showLegendKey=False)
    chart.dataLabels.numFmt = style.figures_in(style.NUMBER, language)
    chart.dataLabels.txPr = _text(900)
    chart.width = 18  # centimetres
    chart.height = _height(series)
    return chart


def _title(text: str) -> Title:
    run = RegularTextRun(rPr=CharacterProperties(sz=1200, b=True, latin=Font(typeface=style.TYPEFACE)), t=text)
    return Title(tx=ChartText(rich=RichText(p=[Paragraph(pPr=_paragraph(1200, bold=True), r=[run])])), overlay=False)


def _paragraph(size: int, *, bold: bool = False) -> ParagraphProperties:
    return ParagraphProperties(defRPr=CharacterProperties(sz=size, b=bold, latin=Font(typeface=style.TYPEFACE)))


def _text(size: int) -> RichText:
    return RichText(p=[Paragraph(pPr=_paragraph(size), endParaRPr=CharacterProperties(sz=size))])


def _height(series: _Series) -> float:
    return max(4.5, 2.0 + len(series.bars) * _CENTIMETRES_A_BAR)


def _chart_rows(series: _Series) -> int:
    return int(_height(series) / 0.635) + 2


def _last_chart_row(series: list[_Series]) -> int:
    return 3 + sum(_chart_rows(each) for each in series)


def _rows(book: Book, series: list[_Series], last: int) -> Iterator[str]:
    title, header = book.styles.look(style.Style(size=14, bold=True, box=False, wrap=False)), book.styles.look(style.HEADER)
    name, figure = book.styles.look(style.PLAIN_TEXT), book.styles.look(style.FIGURE)
    yield book.cells.row(1, [(title, f"{book.layout.campaign.title}")], height=24)
    heads: list[tuple[Look, Content]] = []
    for each in series:
        heads += [(header, each.title), (header, each.axis)]
    yield book.cells.row(3, heads, first_column=_DATA_COLUMN)
    for number in range(4, last + 1):
        cells: list[tuple[Look, Content]] = []
        for each in series:
            bar = each.bars[number - 4] if number - 4 < len(each.bars) else None
            cells += [(name, bar[0]), (figure, bar[1])] if bar else [(name, None), (figure, None)]
        yield book.cells.row(number, cells, first_column=_DATA_COLUMN)
