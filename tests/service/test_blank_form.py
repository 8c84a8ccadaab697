"""The blank form: prefilled, marked, and checking what is typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from parsers.form import read_forms
from parsers.spreadsheets import read_sheets
from service.outputs.blank_form import write_blank_form
from tests.servers_libreoffice import LibreOffice
from tests.service.campaign_of_units import CAMPAIGN

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UNIT = CAMPAIGN.roster[15]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("blank") / "blank.xlsx"
    write_blank_form(path, CAMPAIGN, UNIT)
    return openpyxl.load_workbook(path)


def test_the_unit_is_named_and_marked_with_hidden_names(book: Any) -> None:
    assert f"Đơn vị báo cáo: X{UNIT.full_name[1:]}" in {cell.value for cell in book.active["A"]}
    for name, text in (("thubao_unit", UNIT.code), ("thubao_campaign", CAMPAIGN.id)):
        assert book.defined_names[name].attr_text == f'"{text}"'
        assert book.defined_names[name].hidden


def test_without_a_unit_only_the_campaign_is_marked(tmp_path: Path) -> None:
    write_blank_form(tmp_path / "blank.xlsx", CAMPAIGN, None)
    assert list(openpyxl.load_workbook(tmp_path / "blank.xlsx").defined_names) == ["thubao_campaign"]


def test_every_indicator_stands_there_with_empty_cells_to_fill(book: Any) -> None:
    sheet = book.active
    rows = {str(sheet.cell(row, 2).value): row for row in range(1, sheet.max_row + 1)}
    for indicator in CAMPAIGN.form.indicators:
        row = rows[indicator.label]
        assert (sheet.cell(row, 1).value or "") == indicator.row_number
        assert (sheet.cell(row, 3).value or "") == indicator.unit
        assert [sheet.cell(row, place).value for place in (4, 5, 6)] == [None, None, None]


def test_figure_cells_check_what_is_typed(book: Any) -> None:
    sheet = book.active
    rows = {str(sheet.cell(row, 2).value): row for row in range(1, sheet.max_row + 1)}
    checks = {}
    for check in sheet.data_validations.dataValidation:
        for area in check.sqref.ranges:
            checks[area.coord] = check
    expected = sum(len(each.columns) for each in CAMPAIGN.form.indicators if each.columns != ("text",))
    assert len(checks) == expected
    flag = next(each for each in CAMPAIGN.form.indicators if each.code == "7.communes")
    assert checks[f"D{rows[flag.label]}"].formula1 == '"0,1"'
    assert all(check.type in ("whole", "list") and check.errorStyle == "warning" for check in checks.values())


def test_money_has_one_wide_cell(book: Any) -> None:
    sheet = book.active
    row = next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 2).value == "Ngân sách nhà nước")
    assert f"D{row}:E{row}" in {area.coord for area in sheet.merged_cells.ranges}


def test_the_same_blank_has_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.xlsx", "two.xlsx"):
        write_blank_form(tmp_path / name, CAMPAIGN, UNIT)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_our_own_reader_knows_the_blank_and_reads_back_every_figure_typed_in(tmp_path: Path, libreoffice: LibreOffice) -> None:
    path = tmp_path / "blank.xlsx"
    write_blank_form(path, CAMPAIGN, UNIT)
    blank = read_sheets(path.read_bytes(), XLSX)
    assert blank.names == {"thubao_campaign": CAMPAIGN.id, "thubao_unit": UNIT.code}
    assert [(reading.blank, reading.matched) for reading in read_forms(blank.sheets, CAMPAIGN.form, year=2020)] == [(True, 35)]

    book: Any = openpyxl.load_workbook(path)
    sheet = book.active
    rows = {str(sheet.cell(row, 2).value): row for row in range(1, sheet.max_row + 1)}
    typed: dict[tuple[str, str], int | str] = {}
    for number, indicator in enumerate(CAMPAIGN.form.indicators, 11):
        for at, column in enumerate(indicator.columns):
            others: dict[str, int | str] = {"text": "Tặng 20 xe đạp", "money": number * 100_000}
            figure = others.get(column, number + at)
            typed[indicator.code, column] = 1 if indicator.code == "7.communes" else figure
            place = {"count": 4, "people": 5, "money": 4, "text": 4}[column]
            sheet.cell(rows[indicator.label], place).value = typed[indicator.code, column]
    book.save(tmp_path / "filled.xlsx")
    for filled in (tmp_path / "filled.xlsx", libreoffice.recalculate(tmp_path / "filled.xlsx")):
        read = read_sheets(filled.read_bytes(), XLSX)
        (form,) = read_forms(read.sheets, CAMPAIGN.form, year=2020)
        assert {(value.indicator, value.column): value.value for value in form.values if value.value is not None} == typed
        assert read.names["thubao_unit"] == UNIT.code
