"""What the workbook shows on screen and paper: whole names, exact figures and times, notes that fit, room to sign."""

from __future__ import annotations

import re
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl

from config.campaign import IndicatorType, Severity
from config.text import Language, Text
from parsers.values import Finding, ValueStatus
from service.outputs.workbook import write_workbook
from service.rules.submission import Content, UnitValue
from tests.requirements import POPPLER, need
from tests.servers_libreoffice import LibreOffice
from tests.service.campaign_of_units import CAMPAIGN, consolidation, lines, silent_line
from tests.service.test_workbook import FIRST_UNIT_ROW, write


def test_a_long_note_is_shortened_in_the_form_and_whole_among_the_sources(tmp_path: Path) -> None:
    line = lines(missing=0)[0]
    said = ("sách " * 400).strip()
    note = UnitValue(indicator="4.books", column="note", value=said, raw=said, status=ValueStatus.OK, source=None)
    made = consolidation(units=(replace(line, submission=replace(line.submission, values=(*line.submission.values, note))),))
    opened = write(tmp_path, made)
    (told,) = [str(cell.value) for row in opened["Tổng hợp"] for cell in row if "sách sách" in str(cell.value)]
    assert len(told) < 300
    assert told.endswith("… (xem trang «Nguồn» của bảng tính)")
    assert said in [cell.value for cell in opened["Nguồn"]["F"]]


def test_a_long_name_is_shown_whole_by_unit(tmp_path: Path) -> None:
    unit = replace(CAMPAIGN.roster[0], name="Rạng Đông - Trung tâm học tập cộng đồng liên bản vùng cao phía Tây huyện")
    line = replace(lines(missing=0)[0], name=unit.full_name)
    campaign = replace(CAMPAIGN, roster=(unit,))
    write_workbook(tmp_path / "long.xlsx", campaign, consolidation(campaign, (line,)), Language.VI)
    sheet = openpyxl.load_workbook(tmp_path / "long.xlsx")["Theo đơn vị"]
    assert sheet.cell(FIRST_UNIT_ROW, 3).alignment.wrap_text
    assert sheet.row_dimensions[FIRST_UNIT_ROW].height > 50


def test_no_program_shows_the_minute_before(tmp_path: Path) -> None:
    """Programs cut a time of day off at the minute: a moment written too coarsely would be shown one minute early."""
    write(tmp_path, consolidation())
    with zipfile.ZipFile(tmp_path / "made.xlsx") as archive:
        sheet = archive.read("xl/worksheets/sheet3.xml").decode()
    moments = [float(each) for each in re.findall(r"<v>(4\d{4}\.\d+)</v>", sheet)]
    assert moments
    assert all(abs(each * 86_400 - round(each * 86_400)) < 1e-3 for each in moments)


def test_a_note_that_is_the_same_for_many_units_is_said_once(tmp_path: Path) -> None:
    note = Finding(code="V-8-UNIT", severity=Severity.INFO, where="8", text=Text(vi="mục 8 không in đơn vị tính.", en="no unit"))
    units = tuple(replace(each, submission=replace(each.submission, findings=(note,))) for each in lines(missing=0))
    opened = write(tmp_path, consolidation(units=units))
    told = [(row[1].value, row[4].value) for row in opened["Cảnh báo"].iter_rows(min_row=5) if row[5].value == "V-8-UNIT"]
    assert told == [(f"{len(units)} đơn vị", "Mục 8 không in đơn vị tính.")]
    header = [cell.value for cell in opened["Tình hình gửi"][4]]
    assert {row[header.index("Cảnh báo")].value for row in opened["Tình hình gửi"].iter_rows(min_row=5)} == {None}


def test_an_excused_unit_is_neither_in_time_nor_late(tmp_path: Path) -> None:
    units = (silent_line(CAMPAIGN.roster[0], Content.EXCUSED), *lines(missing=0)[1:])
    sheet = write(tmp_path, consolidation(units=units))["Tình hình gửi"]
    assert [sheet.cell(5, 4).value, sheet.cell(5, 5).value] == ["Miễn", None]


def test_the_signatures_are_not_in_the_last_row(tmp_path: Path) -> None:
    """LibreOffice, fitting the sheet to a page, may drop its last row."""
    sheet = write(tmp_path, consolidation())["Tổng hợp"]
    row = next(cell.row for cell in sheet["A"] if "NGƯỜI LẬP BIỂU" in str(cell.value))
    assert sheet.max_row - row >= 2
    assert sheet.cell(sheet.max_row, 1).value == "\u00a0", "an empty row would not be printed, nor leave room to sign"


def test_a_fraction_is_shown_and_never_rounded_away(tmp_path: Path, libreoffice: LibreOffice) -> None:
    form = replace(
        CAMPAIGN.form,
        indicators=tuple(
            replace(each, type=IndicatorType.DECIMAL) if each.code == "4.books" else each for each in CAMPAIGN.form.indicators
        ),
    )
    line = lines(missing=0)[0]
    kept = tuple(each for each in line.submission.values if each.indicator != "4.books")
    books = UnitValue(indicator="4.books", column="count", value="1012.5", raw="1.012,5", status=ValueStatus.OK)
    line = replace(line, submission=replace(line.submission, values=(*kept, books)))
    campaign = replace(CAMPAIGN, form=form, roster=CAMPAIGN.roster[:1])
    file = tmp_path / "fractions.xlsx"
    write_workbook(file, campaign, consolidation(campaign, (line,)), Language.VI)
    need(POPPLER)
    shown = subprocess.run(
        ["pdftotext", "-layout", str(libreoffice.to_pdf(file)), "-"], capture_output=True, text=True, check=True
    ).stdout
    assert shown.count("1.012,5") >= 4, "in the form, by unit twice, and among the sources"
    assert "1.013" not in shown
