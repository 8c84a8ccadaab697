"""The blank form as a workbook: prefilled with the unit's name, cells that check what is typed, and a hidden mark of the unit.

The mark makes identity certain when the form comes back: the hidden defined names `thubao_campaign` and `thubao_unit` hold the
campaign's id and the unit's code as text.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from config.campaign import Campaign, Indicator, IndicatorType, Unit
from config.text import Language, Text
from service.outputs import workbook_style as style
from service.outputs.form_layout import CellRole, FormRow, form_header, form_rows, form_widths
from service.outputs.wording import capitalised, label, signature_words
from service.outputs.workbook_cells import Cells, Content, Look, clean_text, column_letter
from service.outputs.workbook_package import SheetBody, save_workbook
from service.outputs.workbook_style import Styles

UNIT_NAME = "thubao_unit"
CAMPAIGN_NAME = "thubao_campaign"

_SHEET = Text(vi="Biểu số liệu", en="Form")
_HINT = Text(
    vi="Mỗi ô ghi một số, không kèm chữ; chỉ tiêu không phát sinh ghi số 0; điều cần giải thích ghi ở cột Ghi chú.",
    en="One number in each cell, without words; write 0 where there was nothing; explain in the remarks column.",
)
_FILL = style.Style(horizontal="right", number_format=style.NUMBER)
_FILL_DECIMAL = style.Style(horizontal="right")  # shown as typed
_FILL_TEXT = style.Style(vertical="top", number_format="@")


def write_blank_form(path: Path, campaign: Campaign, unit: Unit | None, *, language: Language = Language.VI) -> None:
    """Writes the blank form atomically, for one unit or, with None, for any. The same input gives the same bytes."""
    workbook = Workbook()
    styles, cells = Styles(workbook), Cells()
    sheet = workbook.worksheets[0]
    sheet.title = _SHEET.in_(language)
    writer = _FormWriter(sheet, styles, cells, campaign, unit, language)
    marks = {CAMPAIGN_NAME: campaign.id} | ({} if unit is None else {UNIT_NAME: unit.code})
    for name, text in marks.items():
        quoted = clean_text(text).replace('"', '""')
        workbook.defined_names[name] = DefinedName(name, attr_text=f'"{quoted}"', hidden=True)
    body = SheetBody(rows=writer.rows, extent=f"A1:{column_letter(len(campaign.form.columns))}{len(writer.rows)}")
    title = campaign.form.title if unit is None else f"{campaign.form.title} – {unit.full_name}"
    save_workbook(path, workbook, cells, [body], made_at=_start(campaign), title=title)


def _start(campaign: Campaign) -> datetime:
    """A time stamp that does not change from one writing to the next: the campaign's first day."""
    first = campaign.starts
    return datetime(first.year, first.month, first.day, tzinfo=campaign.deadline.tzinfo)


class _FormWriter:
    """Builds the rows from top to bottom."""

    def __init__(
        self, sheet: Worksheet, styles: Styles, cells: Cells, campaign: Campaign, unit: Unit | None, language: Language
    ) -> None:
        self._sheet = sheet
        self._styles = styles
        self._cells = cells
        self._campaign = campaign
        self._language = language
        self._widths = form_widths(campaign.form)
        self._last = len(self._widths)
        self._checks: dict[IndicatorType, DataValidation] = {}
        self.rows: list[str] = []
        for place, width in enumerate(self._widths, 1):
            sheet.column_dimensions[column_letter(place)].width = width
        self._heading(unit)
        top = self._header()
        for form_row in form_rows(campaign.form):
            self._indicator(form_row, unit)
        self._signatures()
        sheet.freeze_panes = f"A{top + 2}"
        short = len(self._campaign.form.indicators) <= style.MOST_ON_A_PAGE
        landscape = sum(self._widths) > style.PORTRAIT_WIDTH
        style.set_page(sheet, landscape=landscape, title_rows=f"{top}:{top + 1}", pages_high=1 if short else 0)

    def _heading(self, unit: Unit | None) -> None:
        form = self._campaign.form
        self._across(form.title, style.TITLE)
        self._across(form.subtitle, style.SUBTITLE)
        self._across(self._campaign.title, style.Style(size=12, bold=True, box=False, horizontal="center"))
        name = "………………………………" if unit is None else capitalised(unit.full_name)
        reporter = Text(vi=f"Đơn vị báo cáo: {name}", en=f"Reporting unit: {name}").in_(self._language)
        self._across(reporter, style.Style(size=12, bold=True, box=False))
        self._across(_HINT.in_(self._language), style.REMARK)

    def _across(self, text: str, look: style.Style) -> None:
        number = len(self.rows) + 1
        self._sheet.merge_cells(start_row=number, start_column=1, end_row=number, end_column=self._last)
        lines = style.lines_of(text, sum(self._widths))
        self.rows.append(self._cells.row(number, [(self._look(look), text)], height=style.height_of(lines, look.size) + 2))

    def _header(self) -> int:
        top = len(self.rows) + 1
        texts = [[""] * self._last, [""] * self._last]
        lines = [1, 1]
        for cell in form_header(self._campaign.form, self._language):
            texts[cell.top][cell.first - 1] = cell.text
            if cell.top == cell.bottom:
                width = sum(self._widths[cell.first - 1 : cell.last])
                lines[cell.top] = max(lines[cell.top], style.lines_of(cell.text, width))
            if cell.bottom > cell.top or cell.last > cell.first:
                self._sheet.merge_cells(
                    start_row=top + cell.top, start_column=cell.first, end_row=top + cell.bottom, end_column=cell.last
                )
        look = self._look(style.HEADER)
        for at in (0, 1):
            height = max(22.0, style.height_of(lines[at]))
            self.rows.append(self._cells.row(top + at, [(look, text) for text in texts[at]], height=height))
        return top

    def _indicator(self, form_row: FormRow, unit: Unit | None) -> None:
        number = len(self.rows) + 1
        indicator, heading = form_row.indicator, form_row.heading
        centred = style.GROUP_CENTRED if heading else style.CENTRED
        cells: list[tuple[Look, Content]] = []
        height = 1
        for cell in form_row.cells:
            look, text = style.NOT_ASKED, ""
            match cell.role:
                case CellRole.ROW_NUMBER:
                    look, text = centred, indicator.row_number
                case CellRole.LABEL:
                    look, text = (style.GROUP_LABEL if heading else style.LABEL), label(indicator, self._language)
                    if unit is not None and self._campaign.form.units_as_rows:
                        text = capitalised(unit.full_name)
                case CellRole.UNIT:
                    look, text = centred, indicator.unit
                case CellRole.FIGURE:
                    kind = self._type_at(indicator, cell.first)
                    look = _FILL_DECIMAL if kind is IndicatorType.DECIMAL else _FILL
                    self._check(kind, f"{column_letter(cell.first)}{number}")
                case CellRole.TEXT | CellRole.NOTE:
                    look = _FILL_TEXT
                case CellRole.NOT_ASKED:
                    pass
            cells += [(self._look(look), text), *([(self._look(look), None)] * (cell.last - cell.first))]
            height = max(height, style.lines_of(text, sum(self._widths[cell.first - 1 : cell.last]) - look.indent * 2))
            if cell.last > cell.first:
                self._sheet.merge_cells(start_row=number, start_column=cell.first, end_row=number, end_column=cell.last)
        lines = max(height, 4) if indicator.type is IndicatorType.TEXT else height
        self.rows.append(self._cells.row(number, cells, height=max(20.0, style.height_of(lines))))

    def _type_at(self, indicator: Indicator, place: int) -> IndicatorType:
        return self._campaign.form.type_of(indicator, self._campaign.form.columns[place - 1].key)

    def _check(self, kind: IndicatorType, reference: str) -> None:
        if kind not in self._checks:
            self._checks[kind] = _validation(kind, self._language)
            self._sheet.add_data_validation(self._checks[kind])
        self._checks[kind].add(reference)

    def _signatures(self) -> None:
        number = len(self.rows) + 1
        half = max(1, self._last // 2)
        self.rows.append(self._cells.row(number, [], height=10))
        dated, left, right = signature_words(self._language)
        pairs = (("", dated, style.REMARK_CENTRED, 20.0), (left, right, style.SIGNATURE, 90.0))
        for at, (one, other, look, height) in enumerate(pairs, number + 1):
            self._sheet.merge_cells(start_row=at, start_column=1, end_row=at, end_column=half)
            self._sheet.merge_cells(start_row=at, start_column=half + 1, end_row=at, end_column=self._last)
            blank: list[tuple[Look, Content]] = [(self._look(look), None)] * (half - 1)
            self.rows.append(self._cells.row(at, [(self._look(look), one), *blank, (self._look(look), other)], height=height))

    def _look(self, look: style.Style) -> Look:
        return self._styles.look(look)


def _validation(kind: IndicatorType, language: Language) -> DataValidation:
    """What a cell accepts. A wrong entry is questioned, not refused: a unit that must write words there still can."""
    title = Text(vi="Số liệu", en="Figure").in_(language)
    if kind is IndicatorType.INTEGER_FLAG:
        check = DataValidation(type="list", formula1='"0,1"', allow_blank=True)
        prompt = Text(vi="Chỉ ghi 1 (có) hoặc 0 (không).", en="Write 1 (yes) or 0 (no) only.")
    elif kind is IndicatorType.MONEY:
        check = DataValidation(type="whole", operator="greaterThanOrEqual", formula1="0", allow_blank=True)
        prompt = Text(
            vi="Ghi đủ số tiền bằng đồng, ví dụ 5000000; không ghi tắt nghìn đồng, triệu đồng.",
            en="Write the full amount in đồng, e.g. 5000000; not in thousands or millions.",
        )
    elif kind is IndicatorType.DECIMAL:
        check = DataValidation(type="decimal", operator="greaterThanOrEqual", formula1="0", allow_blank=True)
        prompt = Text(vi="Ghi một số không âm.", en="Write a number that is not negative.")
    else:
        check = DataValidation(type="whole", operator="greaterThanOrEqual", formula1="0", allow_blank=True)
        prompt = Text(vi="Ghi một số nguyên, không kèm chữ.", en="Write a whole number, without words.")
    check.errorStyle = "warning"
    check.promptTitle = check.errorTitle = title
    check.prompt = check.error = prompt.in_(language)
    check.showInputMessage = check.showErrorMessage = True
    return check
