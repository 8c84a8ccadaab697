"""The first appendix of the Word report: the form unit by unit, on landscape pages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.table import Table

from config.text import Language
from parsers.values import ValueStatus
from service.outputs.report import write_report
from service.outputs.report_units import MOST_UNITS
from service.rules.consolidation import Consolidation
from tests.service.campaign_of_units import CAMPAIGN, consolidation, lines, many_units


def report(folder: Path, made: Consolidation, language: Language = Language.VI) -> WordDocument:
    write_report(folder / "report.docx", CAMPAIGN, made, language, photos=None)
    return Document(str(folder / "report.docx"))


def tables_of(document: WordDocument) -> list[Table]:
    return [
        table for table in document.tables if table.cell(0, 1).text in {"Đơn vị", "Unit"} and len(table.rows) > 3 and _wide(table)
    ]


def _wide(table: Table) -> bool:
    return table.cell(2, 1).text in {"Đơn vị", "Unit"}  # merged over the three rows of the header


@pytest.fixture(scope="module")
def made() -> Consolidation:
    return consolidation(units=lines(seed=5))


@pytest.fixture(scope="module")
def document(made: Consolidation, tmp_path_factory: pytest.TempPathFactory) -> WordDocument:
    return report(tmp_path_factory.mktemp("report"), made)


def test_the_appendix_is_a_landscape_section_between_upright_ones(document: WordDocument) -> None:
    sections = list(document.sections)
    assert [each.orientation for each in sections] == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE, WD_ORIENT.PORTRAIT]
    assert [(round(each.page_width.cm, 1), round(each.page_height.cm, 1)) for each in sections] == [  # type: ignore[union-attr]
        (21.0, 29.7),
        (29.7, 21.0),
        (21.0, 29.7),
    ]
    assert [each.different_first_page_header_footer for each in sections] == [True, False, False]  # later pages are all numbered
    assert all("PAGE" in each.header._element.xml for each in sections)


def test_every_table_fits_the_page_and_no_column_is_too_narrow_to_read(document: WordDocument) -> None:
    tables = tables_of(document)
    assert len(tables) > 2
    for table in tables:
        columns = [column.width.cm for column in table.columns]  # type: ignore[union-attr]
        assert sum(columns) <= 25.8
        assert min(columns[2:]) >= 1.5


def test_every_figure_of_every_unit_stands_in_its_cell(document: WordDocument, made: Consolidation) -> None:
    shown: dict[str, list[str]] = {line.name.casefold(): [] for line in made.units}
    for table in tables_of(document):
        for row in table.rows[3:-1]:
            shown[row.cells[1].text.casefold()] += [cell.text for cell in row.cells[2:]]
    for line in made.units:
        cells = shown[line.name.casefold()]
        if not line.reported:
            assert set(cells) == {"chưa gửi"}
            continue
        expected = []
        for indicator in CAMPAIGN.form.indicators:
            for column in indicator.columns:
                value = line.submission.value(indicator.code, column)
                assert value is not None
                mark = {ValueStatus.CONFIRM: " ?", ValueStatus.CORRECTED: " *"}.get(value.status, "")
                plain = f"{value.value:,}".replace(",", ".") if isinstance(value.value, int) else value.value
                expected.append("hỏi lại" if value.status is ValueStatus.REJECT else "" if plain is None else f"{plain}{mark}")
        assert cells == expected


def test_the_last_row_is_the_consolidated_form(document: WordDocument, made: Consolidation) -> None:
    shown = [cell.text for table in tables_of(document) for cell in table.rows[-1].cells[2:]]
    totals = []
    for indicator in CAMPAIGN.form.indicators:
        for column in indicator.columns:
            total = made.total(indicator.code, column)
            number = total.value if total is not None else None
            totals.append(f"{number:,}".replace(",", ".") if isinstance(number, int) else "")
    assert shown == totals
    assert tables_of(document)[0].rows[-1].cells[0].text == "Cộng (17/19 đơn vị)"


def test_it_is_the_first_appendix_and_the_missing_units_are_the_second(document: WordDocument) -> None:
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "Phụ lục 1\nBIỂU TỔNG HỢP SỐ LIỆU THEO TỪNG ĐƠN VỊ" in text
    assert "Phụ lục 2\nDANH SÁCH ĐƠN VỊ CHƯA CÓ SỐ LIỆU" in text
    assert "\ue000" not in text


def test_where_nothing_follows_there_is_no_empty_last_page(tmp_path: Path) -> None:
    units = tuple(replace(line, submission=replace(line.submission, versions=())) for line in lines(missing=0))
    document = report(tmp_path, consolidation(units=units))
    assert [each.orientation for each in document.sections] == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE]
    assert "NGUỒN TỔNG HỢP" not in "\n".join(paragraph.text for paragraph in document.paragraphs)


def test_more_units_than_anybody_reads_are_left_to_the_workbook(tmp_path: Path) -> None:
    campaign = many_units(MOST_UNITS + 1)
    made = consolidation(campaign, lines(campaign))
    write_report(tmp_path / "report.docx", campaign, made, Language.VI, photos=None)
    document = Document(str(tmp_path / "report.docx"))
    assert tables_of(document) == []
    assert len(document.sections) == 1


def test_the_appendix_speaks_english(made: Consolidation, tmp_path: Path) -> None:
    document = report(tmp_path, made, Language.EN)
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "Appendix 1\nTHE FORM UNIT BY UNIT" in text
    assert tables_of(document)[0].rows[-1].cells[0].text == "Total (17/19 units)"
