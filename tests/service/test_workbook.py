"""The consolidated workbook, read back with openpyxl and recalculated by LibreOffice."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from config.campaign import IndicatorType
from config.text import Language
from parsers.values import ValueStatus
from service.outputs.workbook import write_workbook
from service.rules.consolidation import Consolidation, UnitLine
from service.rules.submission import Content
from tests.servers_libreoffice import LibreOffice
from tests.service.campaign_of_units import CAMPAIGN, consolidation, lines, silent_line

SHEETS = ["Tổng hợp", "Theo đơn vị", "Tình hình gửi", "Cảnh báo", "Nguồn", "Thay đổi", "Biểu đồ"]
FIRST_UNIT_ROW = 9


@pytest.fixture(scope="module")
def made() -> Consolidation:
    return consolidation(units=lines(seed=5))


@pytest.fixture(scope="module")
def book(path: Path) -> Any:
    return openpyxl.load_workbook(path)


@pytest.fixture(scope="module")
def path(made: Consolidation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("workbook") / "htsd-2020-v1.xlsx"
    write_workbook(file, CAMPAIGN, made, Language.VI)
    return file


def write(folder: Path, made: Consolidation, language: Language = Language.VI) -> Any:
    file = folder / "made.xlsx"
    write_workbook(file, CAMPAIGN, made, language)
    return openpyxl.load_workbook(file)


def figure_columns() -> dict[tuple[str, str], int]:
    pairs = [(indicator.code, column) for indicator in CAMPAIGN.form.indicators for column in indicator.columns]
    return {pair: place for place, pair in enumerate(pairs, 4)}


def label_rows(sheet: Any) -> dict[str, int]:
    """Row numbers on the summary by the label printed there."""
    return {str(sheet.cell(row, 2).value).removesuffix(" (*)"): row for row in range(1, sheet.max_row + 1)}


def figures_on(book: Any) -> dict[tuple[str, str], object]:
    """The totals as the summary shows them, found by label."""
    sheet = book["Tổng hợp"]
    rows = label_rows(sheet)
    places = {"count": 4, "people": 5, "money": 4, "text": 4}
    return {
        (indicator.code, column): sheet.cell(rows[indicator.label], places[column]).value
        for indicator in CAMPAIGN.form.indicators
        for column in indicator.columns
    }


def summed(made: Consolidation) -> dict[tuple[str, str], int]:
    """An independent sum over the submissions."""
    totals: dict[tuple[str, str], int] = {}
    for line in made.units:
        for value in line.submission.values if line.reported else ():
            if value.status in ("ok", "confirm", "corrected") and isinstance(value.value, int):
                key = (value.indicator, value.column)
                totals[key] = totals.get(key, 0) + value.value
    return totals


def test_the_sheets_stand_in_their_order(book: Any) -> None:
    assert book.sheetnames == SHEETS


def test_totals_are_live_formulas_that_show_the_computed_result(path: Path, book: Any, made: Consolidation) -> None:
    formulas, results = figures_on(book), figures_on(openpyxl.load_workbook(path, data_only=True))
    for key, expected in summed(made).items():
        assert str(formulas[key]).startswith("=IF(COUNT('Theo đơn vị'!"), key
        assert results[key] == expected


def test_totals_recalculated_by_libreoffice_equal_an_independent_sum(
    path: Path, made: Consolidation, libreoffice: LibreOffice
) -> None:
    book = openpyxl.load_workbook(libreoffice.recalculate(path), data_only=True)
    results = figures_on(book)
    expected = summed(made)
    assert {key: results[key] for key in expected} == expected
    rows = label_rows(book["Tổng hợp"])
    for indicator in CAMPAIGN.form.indicators:
        totals = [made.total(indicator.code, column) for column in indicator.columns]
        counts = list(dict.fromkeys(f"{total.units}/19" for total in totals if total is not None))
        assert (book["Tổng hợp"].cell(rows[indicator.label], 7).value or "") == "; ".join(counts)


def test_a_number_typed_in_by_hand_changes_the_total(
    path: Path, made: Consolidation, libreoffice: LibreOffice, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(path)
    absent = next(row for row, line in enumerate(made.units, FIRST_UNIT_ROW) if not line.reported)
    book["Theo đơn vị"].cell(absent, figure_columns()["2", "count"]).value = 1000
    book.save(tmp_path / "edited.xlsx")
    results = openpyxl.load_workbook(libreoffice.recalculate(tmp_path / "edited.xlsx"), data_only=True)
    assert figures_on(results)["2", "count"] == summed(made)["2", "count"] + 1000


def test_missing_units_say_so_and_blanks_stay_blank(book: Any, made: Consolidation) -> None:
    sheet = book["Theo đơn vị"]
    columns = figure_columns()
    for row, line in enumerate(made.units, FIRST_UNIT_ROW):
        assert sheet.cell(row, 2).value == line.code
        for key, place in columns.items():
            shown = sheet.cell(row, place).value
            value = line.submission.value(*key)
            if not line.reported:
                assert shown == "chưa gửi"
            elif value is None or value.status is ValueStatus.EMPTY:
                assert shown is None
            elif value.status is ValueStatus.REJECT:
                assert shown == "hỏi lại"
            else:
                assert shown == value.value


def test_a_value_to_confirm_is_marked_by_colour_sign_and_comment(book: Any, made: Consolidation) -> None:
    sheet = book["Theo đơn vị"]
    columns = figure_columns()
    marked = 0
    for row, line in enumerate(made.units, FIRST_UNIT_ROW):
        for value in line.submission.values:
            cell = sheet.cell(row, columns[value.indicator, value.column])
            if value.status is ValueStatus.CONFIRM:
                marked += 1
                assert cell.number_format == '[$-42A]#,##0" ?"'
                assert cell.fill.start_color.rgb == "FFFFF2CC"
                assert value.raw in cell.comment.text
            elif value.status is ValueStatus.OK and isinstance(value.value, int):
                assert (cell.number_format, cell.comment) == ("[$-42A]#,##0", None)
    assert marked > 3


def test_every_figure_links_to_its_own_source(book: Any, made: Consolidation) -> None:
    sheet, sources = book["Theo đơn vị"], book["Nguồn"]
    columns = figure_columns()
    followed = 0
    for row, line in enumerate(made.units, FIRST_UNIT_ROW):
        for value in line.submission.values:
            cell = sheet.cell(row, columns[value.indicator, value.column])
            if not line.reported or value.status is ValueStatus.EMPTY or value.column == "text":
                assert cell.hyperlink is None
                continue
            assert cell.hyperlink is not None
            name, target = str(cell.hyperlink.location).split("!")
            record = [each.value for each in sources[int(target[1:])]]
            assert name == "'Nguồn'"
            assert value.source is not None
            assert record[0] == line.code
            assert record[2] == value.indicator
            assert record[6] == value.raw
            assert record[9] == value.source.message
            assert record[13] == value.source.cell
            assert record[15] == value.source.sha256
            followed += 1
    assert followed > 500


def test_nothing_reported_gives_empty_totals_not_zeros(tmp_path: Path) -> None:
    made = consolidation(units=tuple(silent_line(unit) for unit in CAMPAIGN.roster))
    write_workbook(tmp_path / "empty.xlsx", CAMPAIGN, made, Language.VI)
    shown = figures_on(openpyxl.load_workbook(tmp_path / "empty.xlsx", data_only=True))
    assert set(shown.values()) <= {None, ""}


def test_text_from_mail_never_becomes_a_formula(tmp_path: Path, libreoffice: LibreOffice) -> None:
    evil = ['=HYPERLINK("http://x.example","a")', "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1", "=cmd|' /C calc'!A0"]
    made = consolidation(units=tuple(_poisoned(line, evil[at % len(evil)]) for at, line in enumerate(lines(missing=1))))
    book = write(tmp_path, made)
    ours = re.compile(r"^=(IF\(|COUNT\(|'Theo đơn vị'!|0&|\d+&)")
    seen = 0
    for sheet in book:
        for cell in (each for row in sheet.iter_rows() for each in row):
            if cell.data_type == "f":
                assert ours.match(str(cell.value)), (sheet.title, cell.coordinate, cell.value)
                assert "HYPERLINK" not in str(cell.value)
                assert "+1" not in str(cell.value)
            elif isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@", "\t", "\n")):
                assert cell.quotePrefix, (sheet.title, cell.coordinate)
                seen += 1
    assert seen > 20
    recalculated = openpyxl.load_workbook(libreoffice.recalculate(tmp_path / "made.xlsx"))
    assert all(
        ours.match(str(cell.value))
        for sheet in recalculated
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    )


def _poisoned(line: UnitLine, text: str) -> UnitLine:
    values = tuple(
        replace(
            value,
            raw=text,
            value=text if value.column == "text" else value.value,
            why=text,
            status=ValueStatus.CONFIRM if value.value is not None or value.column == "text" else value.status,
            source=None if value.source is None else replace(value.source, document=text, sheet=text),
        )
        for value in line.submission.values
    )
    return replace(line, name=text, phone=text, submission=replace(line.submission, values=values))


def test_characters_a_workbook_may_not_hold_are_left_out(tmp_path: Path) -> None:
    units = lines()
    bad = 'a\x00b\x0bc\ud800d\ufffee_x0041_<&>"'
    book = write(tmp_path, consolidation(units=(replace(units[0], name=bad), *units[1:])))
    assert book["Theo đơn vị"].cell(FIRST_UNIT_ROW, 3).value in ('Abcde_x005F_x0041_<&>"', 'Abcde_x0041_<&>"')


def test_a_text_longer_than_a_cell_is_cut_with_a_mark(tmp_path: Path) -> None:
    units = lines(missing=0)
    long = "ế" * 40_000
    value = replace(units[0].submission.values[0], raw=long)
    line = replace(units[0], submission=replace(units[0].submission, values=(value,)))
    shown = write(tmp_path, consolidation(units=(line, *units[1:])))["Nguồn"]["G5"].value
    assert len(shown) == 32_767
    assert shown.endswith("ế…")


def test_a_number_too_long_for_a_spreadsheet_keeps_every_digit(tmp_path: Path) -> None:
    units = lines(missing=0)
    huge = 9_007_199_254_740_993
    values = tuple(
        replace(each, value=huge, status=ValueStatus.OK) if each.indicator == "10" else each
        for each in units[0].submission.values
    )
    line = replace(units[0], submission=replace(units[0].submission, values=values))
    made = consolidation(units=(line, *units[1:]))
    book = write(tmp_path, made)
    sheet = book["Theo đơn vị"]
    assert sheet.cell(FIRST_UNIT_ROW, figure_columns()["10", "money"]).value == str(huge)
    total = made.total("10", "money")
    assert total is not None
    assert figures_on(book)["10", "money"] == str(total.value)


def test_the_same_consolidation_gives_the_same_bytes(path: Path, made: Consolidation, tmp_path: Path) -> None:
    write_workbook(tmp_path / "again.xlsx", CAMPAIGN, made, Language.VI)
    assert (tmp_path / "again.xlsx").read_bytes() == path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        assert {each.date_time for each in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist()[0] == "[Content_Types].xml"
        assert b"2020-10-15T17:00:04Z" in archive.read("docProps/core.xml")


def test_nothing_partial_is_left_when_writing_fails(made: Consolidation, tmp_path: Path) -> None:
    target = tmp_path / "there.xlsx"
    target.mkdir()
    with pytest.raises(OSError, match="there"):
        write_workbook(target, CAMPAIGN, made, Language.VI)
    assert [each.name for each in tmp_path.iterdir()] == ["there.xlsx"]


def test_a_draft_says_so_on_every_page(tmp_path: Path) -> None:
    book = write(tmp_path, consolidation(units=lines(missing=7), final=False))
    words = "BẢN NHÁP – 12/19 đơn vị"
    assert any(cell.value == words for cell in book["Tổng hợp"]["A"])
    assert all(sheet.oddHeader.right.text == words for sheet in book)


def test_a_final_consolidation_is_no_draft(book: Any) -> None:
    assert not any("NHÁP" in str(cell.value) for row in book["Tổng hợp"].iter_rows() for cell in row)


def test_the_summary_names_coverage_and_missing_units(book: Any, made: Consolidation) -> None:
    text = " ".join(str(cell.value) for cell in book["Tổng hợp"]["A"])
    assert "17/19 đơn vị" in text
    for code in made.missing:
        unit = CAMPAIGN.unit(code)
        assert unit is not None
        assert unit.name in text


def test_pages_are_a4_with_repeated_headers_and_frozen_panes(book: Any) -> None:
    for sheet in book:
        assert str(sheet.page_setup.paperSize) == "9"
        if sheet.title != "Biểu đồ":
            assert sheet.print_title_rows
            assert sheet.freeze_panes
    assert book["Theo đơn vị"].page_setup.orientation == "landscape"


def test_rows_that_are_not_summable_carry_the_footnote(book: Any) -> None:
    sheet = book["Tổng hợp"]
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    marked = [text for text in texts if text.endswith(" (*)")]
    assert len(marked) == sum(each.mixed_units for each in CAMPAIGN.form.indicators) == 4
    assert any(text.startswith("(*) ") for text in texts)


def test_delivery_tells_times_and_states(book: Any, made: Consolidation) -> None:
    sheet = book["Tình hình gửi"]
    rows = {row[1].value: [cell.value for cell in row] for row in sheet.iter_rows(min_row=5)}
    for line in made.units:
        record = rows[line.code]
        assert record[5] == ("có" if line.reported else "chưa gửi")
        received = line.submission.first_received_at
        if received is not None:
            assert abs((record[9] - received.replace(tzinfo=None)).total_seconds()) < 1
    assert "17/19" in sheet["A2"].value


def test_times_are_told_on_the_offices_clock(tmp_path: Path) -> None:
    units = tuple(
        line
        if line.submission.first_received_at is None
        else replace(
            line,
            submission=replace(line.submission, first_received_at=line.submission.first_received_at.astimezone(UTC)),
        )
        for line in lines()
    )
    here = write(tmp_path, consolidation())["Tình hình gửi"]["J5"].value
    assert write(tmp_path, consolidation(units=units))["Tình hình gửi"]["J5"].value == here


def test_every_asked_value_is_on_the_warnings_sheet(book: Any, made: Consolidation) -> None:
    sheet = book["Cảnh báo"]
    records = [(str(row[1].value).lower(), str(row[3].value)) for row in sheet.iter_rows(min_row=5)]
    for line in made.units:
        for value in line.submission.values:
            if value.status in (ValueStatus.CONFIRM, ValueStatus.REJECT):
                indicator = CAMPAIGN.form.indicator(value.indicator)
                assert indicator is not None
                assert (line.name.lower(), indicator.label) in records


def test_the_second_version_lists_what_changed(tmp_path: Path) -> None:
    before = consolidation(units=lines(missing=3))
    after = consolidation(units=lines(missing=0), version=2, previous=before)
    sheet = write(tmp_path, after)["Thay đổi"]
    records = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]
    totals = {(record[0], record[1]): record[3:6] for record in records if record[2] == "TỔNG"}
    for change in after.changes:
        indicator = CAMPAIGN.form.indicator(change.indicator)
        assert indicator is not None
        if indicator.type is IndicatorType.INTEGER and isinstance(change.after, int):
            column = {"count": "Số lớp/số cuộc thi", "people": "Người"}[change.column]
            assert totals[indicator.label, column] == [change.before, change.after, change.after - int(change.before or 0)]
    assert len(records) > len(totals) > 20


def test_the_first_version_says_there_is_nothing_to_compare(book: Any) -> None:
    assert "bản đầu tiên" in book["Thay đổi"]["A2"].value


def test_excused_and_returned_units_are_named_by_their_state(tmp_path: Path) -> None:
    units = list(lines(missing=0))
    units[0] = silent_line(CAMPAIGN.roster[0], Content.EXCUSED)
    units[1] = replace(units[1], reported=False, submission=replace(units[1].submission, content=Content.RETURNED))
    sheet = write(tmp_path, consolidation(units=tuple(units)))["Theo đơn vị"]
    assert [sheet.cell(FIRST_UNIT_ROW + at, 4).value for at in range(2)] == ["miễn", "trả lại"]


def test_an_english_workbook_has_english_words(tmp_path: Path) -> None:
    book = write(tmp_path, consolidation(), Language.EN)
    assert book.sheetnames == ["Summary", "By unit", "Delivery", "Warnings", "Sources", "Changes", "Charts"]
    assert "not sent" in {cell.value for row in book["By unit"].iter_rows() for cell in row}
