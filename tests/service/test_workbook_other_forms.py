"""Forms that look nothing like the reference: English without row numbers, wide, one column, texts of any length."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from config.campaign import (
    Campaign,
    Column,
    ColumnKind,
    Form,
    Indicator,
    IndicatorRole,
    IndicatorType,
    RollUp,
    Slot,
    Unit,
)
from config.text import Language
from parsers.values import ValueStatus
from service.outputs.blank_form import write_blank_form
from service.outputs.report import write_report
from service.outputs.workbook import write_workbook
from service.rules.consolidation import UnitLine
from service.rules.submission import Content, SlotReport, SlotState, Submission, Timeliness, UnitValue
from tests.servers_libreoffice import LibreOffice
from tests.service.campaign_of_units import CAMPAIGN, consolidation


def column(key: str, kind: ColumnKind, group: str = "") -> Column:
    return Column(key=key, header=key.capitalize(), kind=kind, group_header=group)


def indicator(code: str, order: int, columns: tuple[str, ...], kind: IndicatorType = IndicatorType.INTEGER) -> Indicator:
    return Indicator(
        code=code,
        order=order,
        label=f"Indicator {code} (with remarks)",
        label_en="",
        row_number="",
        unit="",
        type=kind,
        role=IndicatorRole.LEAF,
        parent=None,
        columns=columns,
        pair=None,
        roll_up=RollUp.CONCAT_BY_UNIT if kind is IndicatorType.TEXT else RollUp.SUM,
        required=False,
    )


def campaign_with(columns: tuple[Column, ...], indicators: tuple[Indicator, ...], units: int = 3) -> Campaign:
    form = Form(title="Quarterly return", subtitle="", columns=columns, indicators=indicators, rules=(), outline=())
    roster = tuple(Unit(code=f"U{at}", name=f"Unit & {at}", kind="") for at in range(units))
    return replace(CAMPAIGN, id="return", form=form, roster=roster, area="", title="Quarterly return", photos=None)


def reported(campaign: Campaign, values: Mapping[str, Mapping[str, int | str]], at: int) -> UnitLine:
    unit = campaign.roster[at]
    read = tuple(
        UnitValue(indicator=code, column=key, value=value, raw=str(value), status=ValueStatus.OK)
        for code, row in values.items()
        for key, value in row.items()
    )
    slots = (SlotReport(slot=Slot.FORM, state=SlotState.OK),)
    return UnitLine(
        code=unit.code,
        name=unit.full_name,
        submission=Submission(unit=unit.code, content=Content.RECEIVED, slots=slots, values=read),
        timeliness=Timeliness.ON_TIME,
        reported=True,
    )


ENGLISH = campaign_with(
    (
        column("item", ColumnKind.LABEL),
        column("male", ColumnKind.QUANTITY, "Persons"),
        column("female", ColumnKind.QUANTITY, "Persons"),
        column("cost", ColumnKind.QUANTITY),
    ),
    (
        indicator("a", 1, ("male", "female", "cost")),
        indicator("b", 2, ("cost",), IndicatorType.DECIMAL),
        indicator("c", 3, ("text",), IndicatorType.TEXT),
    ),
)
WIDE = campaign_with(
    (
        column("no", ColumnKind.ROW_NUMBER),
        column("item", ColumnKind.LABEL),
        *(column(f"m{at}", ColumnKind.QUANTITY) for at in range(14)),
    ),
    tuple(indicator(f"i{at}", at, tuple(f"m{month}" for month in range(14))) for at in range(1, 6)),
)
ONE = campaign_with((column("item", ColumnKind.LABEL), column("n", ColumnKind.QUANTITY)), (indicator("a", 1, ("n",)),))


def test_an_english_form_is_summed_in_its_own_layout(tmp_path: Path, libreoffice: LibreOffice) -> None:
    units = (
        reported(ENGLISH, {"a": {"male": 3, "female": 4, "cost": 10}, "b": {"cost": "0.1"}, "c": {"text": "fine"}}, 0),
        reported(ENGLISH, {"a": {"male": 5, "female": 0}, "b": {"cost": "0.2"}}, 1),
    )
    made = consolidation(ENGLISH, units)
    write_workbook(tmp_path / "made.xlsx", ENGLISH, made, Language.EN)
    book = openpyxl.load_workbook(libreoffice.recalculate(tmp_path / "made.xlsx"), data_only=True)
    rows: dict[Any, list[Any]] = {row[0].value: [cell.value for cell in row] for row in book["Summary"].iter_rows()}
    assert rows["Indicator a (with remarks)"][1:5] == [8, 4, 10, "1–2/2"]
    assert abs(rows["Indicator b (with remarks)"][3] - 0.3) < 1e-12
    assert rows["Indicator c (with remarks)"][1] == "Unit & 0: fine"
    assert made.total("b", "cost") is not None


@pytest.mark.parametrize("campaign", [ENGLISH, WIDE, ONE], ids=["english", "wide", "one column"])
def test_every_form_has_a_summary_a_report_and_a_blank(campaign: Campaign, tmp_path: Path) -> None:
    values = {each.code: dict.fromkeys(each.columns, 1) for each in campaign.form.indicators}
    made = consolidation(campaign, (reported(campaign, values, 0),), final=False)
    write_workbook(tmp_path / "made.xlsx", campaign, made, Language.EN)
    write_report(tmp_path / "made.docx", campaign, made, Language.EN)
    write_blank_form(tmp_path / "blank.xlsx", campaign, campaign.roster[0], language=Language.EN)
    book = openpyxl.load_workbook(tmp_path / "made.xlsx", data_only=True)
    labels = {cell.value for row in book["Summary"].iter_rows() for cell in row}
    blanks = {cell.value for row in openpyxl.load_workbook(tmp_path / "blank.xlsx")["Form"].iter_rows() for cell in row}
    for each in campaign.form.indicators:
        assert each.label in labels
        assert each.label in blanks


def test_a_wide_form_is_printed_in_landscape(tmp_path: Path) -> None:
    write_workbook(tmp_path / "made.xlsx", WIDE, consolidation(WIDE, ()), Language.EN)
    book = openpyxl.load_workbook(tmp_path / "made.xlsx")
    assert book["Summary"].page_setup.orientation == "landscape"


def test_a_campaign_without_units_still_gives_a_workbook(tmp_path: Path) -> None:
    write_workbook(tmp_path / "made.xlsx", ONE, consolidation(ONE, ()), Language.VI)
    assert openpyxl.load_workbook(tmp_path / "made.xlsx")["Tổng hợp"]["B9"].value is None


def test_a_text_of_many_lines_goes_on_in_further_rows_whole(tmp_path: Path) -> None:
    campaign = replace(ENGLISH, roster=tuple(Unit(code=f"{at:03}", name=f"N{at}", kind="") for at in range(90)))
    units = tuple(reported(campaign, {"c": {"text": f"said {at}"}}, at) for at in range(90))
    write_workbook(tmp_path / "made.xlsx", campaign, consolidation(campaign, units), Language.EN)
    sheet = openpyxl.load_workbook(tmp_path / "made.xlsx")["Summary"]
    texts = [str(sheet.cell(row, 2).value) for row in range(1, sheet.max_row + 1) if "said" in str(sheet.cell(row, 2).value)]
    assert len(texts) > 2
    assert "\n".join(texts).split("\n") == [f"N{at}: said {at}" for at in range(90)]
    assert all((sheet.row_dimensions[row].height or 0) <= 409 for row in range(1, sheet.max_row + 1))


def test_no_figure_is_shown_rounded(tmp_path: Path) -> None:
    """12.5 ha is no 13: a cell with decimals shows them, in totals, by unit and in the blank form; whole numbers show none."""
    values = ({"b": {"cost": "12.5"}, "a": {"cost": 1200}}, {"b": {"cost": 3}, "a": {"cost": 7}})
    made = consolidation(ENGLISH, tuple(reported(ENGLISH, each, at) for at, each in enumerate(values)))
    write_workbook(tmp_path / "made.xlsx", ENGLISH, made, Language.EN)
    book = openpyxl.load_workbook(tmp_path / "made.xlsx", data_only=True)
    formats = {cell.value: cell.number_format for sheet in book for row in sheet.iter_rows() for cell in row}
    assert formats[15.5] == formats[12.5] == "#,##0.0#####"
    assert formats[1207] == formats[1200] == "#,##0"
    write_blank_form(tmp_path / "blank.xlsx", ENGLISH, None, language=Language.EN)
    sheet = openpyxl.load_workbook(tmp_path / "blank.xlsx")["Form"]
    rows = {row[0].value: row for row in sheet.iter_rows()}
    assert rows["Indicator b (with remarks)"][3].number_format == "General"
    assert rows["Indicator a (with remarks)"][3].number_format == "#,##0"


def test_what_is_not_added_up_says_so(tmp_path: Path) -> None:
    share = replace(indicator("b", 2, ("cost",), IndicatorType.DECIMAL), roll_up=RollUp.NONE)
    form = replace(ENGLISH.form, indicators=(ENGLISH.form.indicators[0], share))
    campaign = replace(ENGLISH, form=form)
    made = consolidation(campaign, (reported(campaign, {"b": {"cost": "45.5"}}, 0),))
    write_workbook(tmp_path / "made.xlsx", campaign, made, Language.EN)
    rows = {row[0].value: row for row in openpyxl.load_workbook(tmp_path / "made.xlsx")["Summary"].iter_rows()}
    assert rows["Indicator b (with remarks) (**)"][3].value is None
    assert any(str(text).startswith("(**) Shares and averages are not added up") for text in rows)


def test_group_headings_of_a_blank_form_are_shown_whole(tmp_path: Path) -> None:
    long = "Results of the review of households – Households close to poverty in remote villages"
    columns = (
        column("item", ColumnKind.LABEL),
        column("n", ColumnKind.QUANTITY, long),
        column("m", ColumnKind.QUANTITY, "Other"),
    )
    campaign = campaign_with(columns, (indicator("a", 1, ("n", "m")),))
    write_blank_form(tmp_path / "blank.xlsx", campaign, None, language=Language.EN)
    sheet = openpyxl.load_workbook(tmp_path / "blank.xlsx")["Form"]
    row = next(row[1].row for row in sheet.iter_rows() if row[1].value == long)
    assert (sheet.row_dimensions[row].height or 0) > 60
