"""Figures a pixel or two beside their lines, as spreadsheets print them: read or asked about, never taken for blank cells."""

from __future__ import annotations

import io
import subprocess
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.properties import PageSetupProperties
from PIL import Image, ImageChops, ImageDraw, ImageFont

from config.loading import reference_campaign
from parsers.read import Outside, expected_of, read_file
from parsers.scan_erasing import without_rules
from parsers.scan_lines import Rule
from parsers.scan_picture import Grid, find_grids, grid_cells, has_ink
from parsers.values import Value, ValueStatus
from service.convert import OutsidePrograms
from service.demo.files import figures, form_workbook
from tests.requirements import LIBREOFFICE, POPPLER, TESSERACT, need

CAMPAIGN = reference_campaign()
UNIT = CAMPAIGN.roster[3]
FIGURES = figures(CAMPAIGN, int(UNIT.code))


def printed(folder: Path, dpi: int) -> Image.Image:
    """The form as LibreOffice prints it on one page: small, the figures at the right of their cells."""
    book = openpyxl.load_workbook(io.BytesIO(form_workbook(CAMPAIGN, UNIT.full_name, FIGURES)))
    for sheet in book:
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        for number, row in enumerate(sheet.iter_rows(), start=1):
            longest = max((len(cell.value) for cell in row if isinstance(cell.value, str)), default=0)
            sheet.row_dimensions[number].height = 15 * (1 + longest // 60)
    book.save(folder / "form.xlsx")
    profile = f"-env:UserInstallation=file://{folder}/profile"
    convert = [
        need(LIBREOFFICE),
        profile,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(folder),
        str(folder / "form.xlsx"),
    ]
    subprocess.run(convert, check=True, capture_output=True, timeout=120)
    draw = [need(POPPLER), "-r", str(dpi), "-gray", "-singlefile", str(folder / "form.pdf"), str(folder / "page")]
    subprocess.run(draw, check=True, timeout=60)
    with Image.open(folder / "page.pgm") as page:
        return page.copy()


@pytest.mark.parametrize(("dpi", "turned"), [(170, 1.2), (200, -0.6), (300, -1.2)])
def test_figures_beside_their_lines_are_read(tmp_path: Path, dpi: int, turned: float) -> None:
    need(TESSERACT)
    page = printed(tmp_path, dpi).rotate(turned, resample=Image.Resampling.BICUBIC, fillcolor=255, expand=True)
    scan = io.BytesIO()
    page.save(scan, "JPEG", quality=75)
    outside = OutsidePrograms(seconds=100)
    reading = read_file(
        "scan.jpg",
        scan.getvalue(),
        expected_of((CAMPAIGN,)),
        outside=Outside(convert=outside.convert, recognise=outside.recognise),
    )
    values = {
        (each.indicator, each.column): each for document in reading.documents for form in document.forms for each in form.values
    }
    truth = {(code, column): number for code, columns in FIGURES.items() for column, number in columns.items()}
    assert not [key for key in truth if key not in values or values[key].status is ValueStatus.EMPTY]
    assert all(each.status is not ValueStatus.OK for each in values.values() if each.value)
    assert sum(values[key].value == number for key, number in truth.items()) >= 0.9 * len(truth)
    assert not [key for key, value in values.items() if key not in truth and _says_something(value)]


def _says_something(value: Value) -> bool:
    return value.column in {"count", "people", "money"} and value.status is not ValueStatus.EMPTY and value.value != 0


def ruled() -> Image.Image:
    """Three rows of three cells; in the second cell of each row a stroke like that of a "1", ever nearer to the line."""
    page = Image.new("L", (1700, 2300), 255)
    pen = ImageDraw.Draw(page)
    for x in (200, 600, 1000, 1400):
        pen.line((x, 300, x, 600), fill=0, width=3)
    for y in (300, 400, 500, 600):
        pen.line((200, y, 1400, y), fill=0, width=3)
    for y, x in ((330, 992), (430, 990), (530, 985)):
        pen.rectangle((x, y, x + 3, y + 26), fill=0)
    return page


def test_nothing_but_the_line_is_painted_over() -> None:
    page = ruled()
    (grid,) = find_grids(page)
    cells = grid_cells(grid)
    clean = without_rules(page, [(grid, cells)])
    written = {(each.top, each.left) for each in cells if has_ink(clean, each.box)}
    assert written == {(1, 2), (2, 2), (3, 2)}
    assert min(clean.crop((1000, 310, 1100, 390)).tobytes()) == 255  # no crumb of the line on its other side


def figures_in_a_column(page: Image.Image, grid: Grid, at: int) -> None:
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(34)
    for top in grid.rows[:-1]:
        pen.text((at, top + 30), "1", fill=0, font=font)


def test_figures_below_each_other_that_look_like_a_line_beside_the_line_stay() -> None:
    page = ruled()
    (grid,) = find_grids(page)
    figures_in_a_column(page, grid, 1010)
    beside = replace(grid, down=(*grid.down, Rule(at=1013, start=300, end=600)))
    cells = grid_cells(beside)
    clean = without_rules(page, [(beside, cells)])
    assert {(each.top, each.left) for each in cells if has_ink(clean, each.box)} >= {(1, 3), (2, 3), (3, 3)}
    assert clean.crop((1006, 310, 1100, 390)).tobytes() == page.crop((1006, 310, 1100, 390)).tobytes()


def test_a_stroke_beside_a_line_that_is_lost_stays() -> None:
    page = ruled()
    (grid,) = find_grids(page)
    cells = grid_cells(grid)
    page.paste(255, (990, 302, 1005, 399))  # the line between the cells of the first row is gone
    ImageDraw.Draw(page).rectangle((994, 330, 997, 356), fill=0)
    clean = without_rules(page, [(grid, cells)])
    assert clean.crop((994, 330, 998, 357)).getextrema() == (0, 0)


def test_grey_lines_as_thin_as_a_hair_are_found_and_painted_over() -> None:
    page = Image.new("L", (1700, 2300), 255)
    pen = ImageDraw.Draw(page)
    for x in (200, 600, 800, 1000):
        pen.line((x, 300, x, 900), fill=185)
    for y in range(300, 901, 50):
        pen.line((200, y, 1000, y), fill=185)
    (grid,) = find_grids(page)
    assert (len(grid.rows), len(grid.columns)) == (13, 4)
    clean = without_rules(page, [(grid, grid_cells(grid))])
    assert clean.getextrema() == (255, 255)


def test_the_grain_of_a_photo_is_no_line() -> None:
    (grid,) = find_grids(
        ImageChops.multiply(ruled(), Image.effect_noise((1700, 2300), 60).point(lambda value: min(255, value + 75)))
    )
    assert (len(grid.rows), len(grid.columns)) == (4, 4)
