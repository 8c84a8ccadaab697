"""The picture of a cell is cut out of the scan as it was sent, however that lay: upright, and with the figure in it."""

from __future__ import annotations

import functools
import subprocess
from io import BytesIO

import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from config.errors import ParseError
from parsers import content_type as kind
from parsers.cell_pictures import cell_pictures
from parsers.grid import Cell, PicturePlace, Sheet
from parsers.picture_pages import picture_pages
from parsers.scan import read_scan
from parsers.scan_paper import Paper, along, between
from parsers.scan_picture import find_grids, grid_cells, prepared
from parsers.writing_pdf import page_pictures
from service.convert import OutsidePrograms
from tests.parsers.test_scan import file_of, ruled, scanned_form
from tests.parsers.writing_samples import ROWS
from tests.requirements import LIBREOFFICE, TESSERACT, need

_TURNED_BY_CAMERA = 0x0112


def opened_cell(cell: bytes) -> Image.Image:
    with Image.open(BytesIO(cell)) as image:
        return image.convert("L")


def photographed(page: Image.Image) -> Image.Image:
    """From above its foot, by a hand that was not quite steady."""
    (width, height), white = page.size, Image.new("L", (page.width * 11 // 10, page.height * 11 // 10), 255)
    white.paste(page, (width // 20, height // 20))
    width, height = white.size
    corners = ((-0.02 * width, 4.0), (1.02 * width, -6.0), (width - 4.0, height + 5.0), (3.0, height - 4.0))
    return white.transform(
        white.size, Image.Transform.PERSPECTIVE, between(corners, width, height), Image.Resampling.BICUBIC, fillcolor=240
    )


def test_ways_lead_back_through_every_turn() -> None:
    page = Paper.whole(Image.new("L", (400, 600), 255))
    assert page.place((0, 0, 400, 600), 3) == PicturePlace(page=3, corners=((0, 0), (10_000, 0), (10_000, 10_000), (0, 10_000)))
    assert page.turned(90).place((0, 0, 600, 400), 1).corners == ((10_000, 0), (10_000, 10_000), (0, 10_000), (0, 0))
    assert page.turned(180).place((0, 0, 40, 60), 1).corners == (
        (10_000, 10_000),
        (9_000, 10_000),
        (9_000, 9_000),
        (10_000, 9_000),
    )
    around = page.turned(4.0).turned(-4.0)
    middle = along(around.way, around.image.width / 2, around.image.height / 2)
    assert middle == pytest.approx((0.5, 0.5), abs=0.002)


@pytest.mark.parametrize("angle", [0.0, -6.3, 3.1])
@pytest.mark.parametrize("size", [(1600, 2200), (3200, 4400), (1200, 1650)], ids=["as read", "twice as large", "smaller"])
def test_what_stands_in_the_middle_of_a_cell_stands_in_the_middle_of_its_picture(angle: float, size: tuple[int, int]) -> None:
    page = ruled()
    ImageDraw.Draw(page).rectangle((940, 460, 960, 500), fill=0)  # in the third cell of the second row: 800 to 1100, 420 to 540
    sent = page.rotate(angle, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=255).resize(size)
    paper = prepared(file_of(sent))
    (grid,) = find_grids(paper.image)
    box = next(each.box for each in grid_cells(grid) if (each.top, each.left) == (2, 3))
    (cell,) = cell_pictures(file_of(sent), kind.PNG, [paper.place(box, 1)])
    image = ImageOps.invert(opened_cell(cell))
    width, height = image.size
    inside = image.crop((width // 5, height // 5, width * 4 // 5, height * 4 // 5)).point(lambda value: 255 if value > 100 else 0)
    mark = inside.getbbox()
    assert mark is not None
    assert abs((mark[0] + mark[2]) / 2 - inside.width / 2) < 0.03 * width
    assert abs((mark[1] + mark[3]) / 2 - inside.height / 2) < 0.05 * height
    edges = [image.resize((width, 1), Image.Resampling.BOX).tobytes(), image.resize((1, height), Image.Resampling.BOX).tobytes()]
    assert all(max(each[: len(each) // 6]) > 150 and max(each[-len(each) // 6 :]) > 150 for each in edges)  # its lines are on it


def figures_in(table: Sheet) -> dict[tuple[int, int], Cell]:
    """What was read in the columns of figures."""
    places = ((row, column) for row in range(3, 3 + len(ROWS)) for column in (4, 5))
    return {place: cell for place in places if (cell := table.at(*place)).text}


def cut_from(data: bytes, media_type: str, table: Sheet) -> dict[tuple[int, int], bytes]:
    """The picture of every figure of a table."""
    figures = figures_in(table)
    places = [cell.place for cell in figures.values() if cell.place is not None]
    return dict(zip(figures, cell_pictures(data, media_type, places), strict=True))


@functools.cache
def upright_cells() -> dict[tuple[int, int], bytes]:
    """The figures of the form as it was printed."""
    data = file_of(scanned_form())
    (table,) = read_scan((data,), OutsidePrograms().recognise).tables
    return cut_from(data, kind.PNG, table)


def apart(one: bytes, other: bytes) -> float:
    """How far two pictures differ, 0 to 255, when they are seen from afar."""
    seen = [opened_cell(each).filter(ImageFilter.GaussianBlur(3)).resize((40, 30), Image.Resampling.BOX) for each in (one, other)]
    ink = [ImageOps.autocontrast(each).tobytes() for each in seen]
    return sum(abs(mine - theirs) for mine, theirs in zip(ink[0], ink[1], strict=True)) / len(ink[0])


def assert_alike(cells: dict[tuple[int, int], bytes]) -> None:
    """Every figure stands on its picture as it does on the one of the upright page, and on no other so well."""
    wanted = upright_cells()
    cells = {place: cell for place, cell in cells.items() if place in wanted}  # where one more blank cell is asked about
    assert len(cells) >= len(wanted) - 1
    nearest = {place: min(wanted, key=lambda each: apart(cell, wanted[each])) for place, cell in cells.items()}
    assert nearest == {place: place for place in cells}
    assert max(apart(cell, wanted[place]) for place, cell in cells.items()) < 20


def test_the_figure_that_was_read_can_be_read_on_the_picture_of_its_cell() -> None:
    need(LIBREOFFICE)
    program = need(TESSERACT)
    for (row, column), cell in upright_cells().items():
        inner = ImageOps.crop(opened_cell(cell), 16)  # without the lines of the cell
        target = BytesIO()
        ImageOps.expand(inner, 30, 255).save(target, "PNG")
        command = [program, "stdin", "stdout", "--psm", "6", "-c", "tessedit_char_whitelist=0123456789."]
        said = subprocess.run(command, input=target.getvalue(), check=True, capture_output=True).stdout.decode()
        assert said.strip() == ROWS[row - 3][column - 1]


@pytest.mark.parametrize("turn", [90, 180, 1.7, "camera", "photo"])
def test_a_page_that_was_turned_or_photographed_gives_the_same_pictures(turn: float | str) -> None:
    need(LIBREOFFICE)
    need(TESSERACT)
    page = scanned_form()
    if turn == "camera":
        exif = Image.Exif()
        exif[_TURNED_BY_CAMERA] = 6
        stream = BytesIO()
        page.rotate(90, expand=True).save(stream, "JPEG", quality=90, exif=exif)
        data = stream.getvalue()
    elif turn == "photo":
        data = file_of(photographed(page), "JPEG", quality=85)
    else:
        sent = page.rotate(float(turn), resample=Image.Resampling.BICUBIC, expand=True, fillcolor=225)
        data = file_of(sent, "JPEG", quality=85)
    (table,) = read_scan((data,), OutsidePrograms().recognise).tables
    assert_alike(cut_from(data, kind.JPEG, table))


@pytest.mark.parametrize(("program", "media_type"), [("PDF", kind.PDF), ("TIFF", kind.TIFF)])
def test_the_second_page_of_a_scanned_file_is_cut_from_the_second_page(program: str, media_type: str) -> None:
    need(LIBREOFFICE)
    need(TESSERACT)
    form, stream = scanned_form(), BytesIO()
    cover = Image.new("L", (1000, 1400), 255)
    cover.save(stream, program, resolution=200, save_all=True, append_images=[form.rotate(180)])
    data = stream.getvalue()
    pages = page_pictures(data) if media_type == kind.PDF else picture_pages(data, media_type)
    (table,) = read_scan(pages, OutsidePrograms().recognise).tables
    assert {cell.place.page for cell in figures_in(table).values() if cell.place} == {2}
    assert_alike(cut_from(data, media_type, table))


def test_pages_behind_one_that_is_damaged_or_huge_are_left_alone() -> None:
    stream = BytesIO()
    Image.new("1", (40, 40)).save(stream, "TIFF", save_all=True, append_images=[Image.new("1", (40, 40))] * 20)
    assert len(list(picture_pages(stream.getvalue(), kind.TIFF))) == 12
    assert len(list(picture_pages(b"no picture", kind.TIFF))) == 1


def test_a_page_that_is_not_there_is_refused_in_words() -> None:
    place = PicturePlace(page=2, corners=((0, 0), (100, 0), (100, 100), (0, 100)))
    stream = BytesIO()
    Image.new("L", (100, 100), 255).save(stream, "PDF")
    for data, media_type in ((stream.getvalue(), kind.PDF), (b"no picture", kind.PNG)):
        with pytest.raises(ParseError):
            cell_pictures(data, media_type, [place])
