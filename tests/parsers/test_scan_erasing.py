"""Figures a pixel or two beside their lines, as spreadsheets print them: read or asked about, never taken for blank cells."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.properties import PageSetupProperties
from PIL import Image, ImageDraw

from config.loading import reference_campaign
from parsers.read import Outside, expected_of, read_file
from parsers.scan_erasing import without_rules
from parsers.scan_picture import find_grids, grid_cells, has_ink
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
