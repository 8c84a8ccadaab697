"""Scans and photos of paper: ruled tables by cells, every value doubtful, no picture that can hurt."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps

from config.campaign import IndicatorType
from config.errors import ParseError
from parsers.content_type import media_type
from parsers.grid import Cell, CellKind
from parsers.number_values import NumberContext
from parsers.numbers import read_number
from parsers.photos import read_photo
from parsers.recognition import RecognisedWord
from parsers.scan import read_scan
from parsers.scan_paper import Paper, between
from parsers.scan_picture import find_grids, grid_cells, prepared
from parsers.scan_slant import facing, straightened
from parsers.values import ValueStatus
from parsers.writing_pdf import page_pictures
from service.convert import OutsidePrograms
from tests.parsers.writing_samples import HEADER, ROWS, converted, form_table, saved
from tests.requirements import LIBREOFFICE, TESSERACT, need


def ruled(rows: int = 4, columns: int = 3, *, size: tuple[int, int] = (1600, 2200), merged: bool = False) -> Image.Image:
    """A white page with a ruled table; `merged` leaves out the line between the first two cells of the first row."""
    page = Image.new("L", size, 255)
    pen = ImageDraw.Draw(page)
    for row in range(rows + 1):
        pen.line((200, 300 + row * 120, 200 + columns * 300, 300 + row * 120), fill=0, width=3)
    for column in range(columns + 1):
        top = 420 if merged and column == 1 else 300
        pen.line((200 + column * 300, top, 200 + column * 300, 300 + rows * 120), fill=0, width=3)
    for line in range(6):  # lines of text, for the skew to be seen
        for word in range(12):
            pen.rectangle((200 + word * 95, 1200 + line * 60, 270 + word * 95, 1222 + line * 60), fill=0)
    return page


def file_of(page: Image.Image, kind: str = "PNG", **options: int) -> bytes:
    stream = BytesIO()
    page.save(stream, kind, **options)
    return stream.getvalue()


def words(*places: tuple[str, int, int]) -> tuple[RecognisedWord, ...]:
    return tuple(
        RecognisedWord(text=text, left=x, top=y, width=40, height=30, confidence=90.0, line=number)
        for number, (text, x, y) in enumerate(places, start=1)
    )


def test_a_ruled_table_is_found_with_its_rows_and_columns() -> None:
    (grid,) = find_grids(ruled())
    assert (len(grid.rows), len(grid.columns)) == (5, 4)
    assert [abs(edge - wanted) <= 3 for edge, wanted in zip(grid.columns, (200, 500, 800, 1100), strict=True)] == [True] * 4


def test_cells_without_a_line_between_them_are_one() -> None:
    (grid,) = find_grids(ruled(merged=True))
    first, second, *_ = grid_cells(grid)
    assert (first.left, first.right, second.left) == (1, 2, 3)
    assert len(grid_cells(grid)) == 11


def test_text_alone_is_no_table() -> None:
    page = ruled()
    page.paste(255, (0, 0, 1600, 1000))
    assert find_grids(page) == []


def test_a_thin_line_is_found_where_letters_touch_it_and_letters_below_each_other_are_none() -> None:
    page = Image.new("L", (1700, 2400), 255)
    pen = ImageDraw.Draw(page)
    edges = (160, 230, 1060, 1225, 1395, 1485, 1560)
    for row in range(13):
        pen.line((edges[0], 300 + row * 42, edges[-1], 300 + row * 42), fill=60, width=2)
    for edge in edges:
        pen.line((edge, 300, edge, 300 + 12 * 42), fill=60, width=2)
    font = ImageFont.load_default(26)
    for row, label in enumerate(
        ("Tap the", "Hoi sach", "Ho tro", "Lop boi", "Hinh", "Lop", "Kinh phi", "Hoi", "Lop", "Ngan", "Kinh", "Lop")
    ):
        for edge in edges[:-1]:
            pen.text((edge + 3, 306 + row * 42), label if edge == 230 else "14", fill=0, font=font)
    (grid,) = find_grids(page.filter(ImageFilter.GaussianBlur(0.8)))
    assert [abs(found - edge) <= 4 for found, edge in zip(grid.columns, edges, strict=True)] == [True] * 7
    assert len(grid.rows) == 13


@pytest.mark.parametrize("angle", [-6.3, 0.9, 4.2])
def test_a_crooked_page_is_straightened(angle: float) -> None:
    crooked = ruled().rotate(angle, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    (grid,) = find_grids(straightened(Paper.whole(crooked)).image)
    assert (len(grid.rows), len(grid.columns)) == (5, 4)


def test_a_dim_photo_with_a_shadow_is_read_like_a_scan() -> None:
    page = ruled()
    shadow = Image.linear_gradient("L").resize(page.size).point(lambda value: 120 + value // 3)
    photo = Image.composite(page, Image.new("L", page.size, 40), shadow).filter(ImageFilter.GaussianBlur(1))
    (grid,) = find_grids(prepared(file_of(photo, "JPEG", quality=60)).image)
    assert (len(grid.rows), len(grid.columns)) == (5, 4)


def test_words_go_to_their_cells_and_all_of_them_are_doubtful() -> None:
    calls: list[str] = []

    def recognise(picture: bytes, layout: str = "page") -> Sequence[RecognisedWord]:
        del picture
        calls.append(layout)
        if layout == "block":
            return ()
        return words(
            ("Tiêu", 300, 100), ("đề", 400, 102), ("STT", 250, 340), ("Số", 560, 340), ("lượng", 620, 342), ("3", 900, 460)
        )

    scan = read_scan((file_of(ruled()),), recognise)  # a list is fine here
    (table,) = scan.tables
    assert {place: cell.text for place, cell in table.cells.items()} == {(1, 1): "STT", (1, 2): "Số lượng", (2, 3): "3"}
    assert all(cell.doubtful for cell in table.cells.values())
    assert table.at(2, 3).address == "T1R2C3"
    assert [paragraph.text for paragraph in scan.paragraphs] == ["Tiêu đề"]
    assert calls == ["sparse", "block"]


def test_a_cell_with_ink_and_no_word_is_looked_at_again() -> None:
    page = ruled()
    ImageDraw.Draw(page).rectangle((930, 460, 942, 490), fill=0)  # a lone "1"

    def recognise(picture: bytes, layout: str = "page") -> tuple[RecognisedWord, ...]:
        if layout == "block":
            assert Image.open(BytesIO(picture)).height < 300
            return words(("1", 80, 80))
        return words(("STT", 250, 340))

    table = read_scan((file_of(page),), recognise).tables[0]
    assert {place: cell.text for place, cell in table.cells.items()} == {(1, 1): "STT", (2, 3): "1"}


def test_ink_that_nobody_can_read_is_not_blank() -> None:
    page = ruled()
    ImageDraw.Draw(page).rectangle((930, 460, 942, 490), fill=0)
    ImageDraw.Draw(page).rectangle((330, 460, 333, 463), fill=0)  # a speck
    table = read_scan((file_of(page),), lambda *_: words(("STT", 250, 340))).tables[0]
    assert {place: cell.text for place, cell in table.cells.items()} == {(1, 1): "STT", (2, 3): "?"}


def test_a_tall_figure_read_as_a_dot_is_not_blank() -> None:
    page = ruled()
    ImageDraw.Draw(page).rectangle((930, 460, 942, 490), fill=0)
    ImageDraw.Draw(page).rectangle((310, 470, 330, 473), fill=0)  # a dash says that there is none
    table = read_scan((file_of(page),), lambda *_: words(("STT", 250, 340), ("-", 300, 457), (".", 915, 460))).tables[0]
    assert (table.at(2, 3).text, table.at(2, 1).text) == ("?", "-")


def test_ink_that_nobody_can_read_is_asked_about_in_the_form() -> None:
    context = NumberContext(unit="lớp", column="count", type=IndicatorType.INTEGER, year=2020)
    cell = Cell(kind=CellKind.TEXT, value="?", doubtful=True)
    assert read_number(cell, context).status is ValueStatus.REJECT
    assert read_number(replace(cell, doubtful=False), context).status is ValueStatus.EMPTY


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_on_its_side_or_its_head_is_turned_until_it_reads(turn: int) -> None:
    page = ruled(size=(2200, 2200))
    upright = page.getpixel((200, 300))
    assert upright == 0

    def recognise(picture: bytes, layout: str = "page") -> tuple[RecognisedWord, ...]:
        with Image.open(BytesIO(picture)) as seen:
            ink = ImageOps.invert(seen).getbbox()
        assert ink is not None
        reads = layout == "block" or abs(ink[1] - 1200) < 40  # the lines of text, left when the rules are painted over
        found = words(*(("chuyên", 250 + each * 9, 340) for each in range(30)))
        return found if reads else tuple(replace(word, confidence=20.0) for word in found)

    (table,) = read_scan((file_of(page.rotate(-turn)),), recognise).tables
    assert (1, 1) in table.cells


@pytest.mark.parametrize("turn", [0.45, -0.45])
def test_thin_grey_lines_tell_a_small_turn_that_the_text_does_not(turn: float) -> None:
    page = Image.new("L", (1240, 1754), 255)
    pen = ImageDraw.Draw(page)
    for number in range(31):
        pen.line((110, 240 + number * 45, 1170, 240 + number * 45), fill=100)
    for at in (110, 150, 700, 830, 920, 1000, 1170):
        pen.line((at, 240, at, 240 + 30 * 45), fill=100)
    for number in range(30):
        for place in range(number * 7 % 9 + 1):
            pen.rectangle((160 + place * 52, 250 + number * 45 + place % 3 * 4, 200 + place * 52, 264 + number * 45), fill=0)
    page = page.rotate(turn, Image.Resampling.BICUBIC, fillcolor=250).filter(ImageFilter.GaussianBlur(0.6))
    (grid,) = find_grids(prepared(file_of(page, "JPEG", quality=75)).image)
    assert (len(grid.rows), len(grid.columns)) == (31, 7)


@pytest.mark.parametrize("slant", [0.03, -0.05])
def test_a_page_photographed_at_a_slant_is_seen_from_the_front(slant: float) -> None:
    page = ruled(rows=7, columns=4, size=(1600, 2200))
    left, right = 1600 * slant, 1600 * (1 - slant)
    corners = ((left, 0.0), (right, 30.0), (1600 - left * 0.2, 2200.0), (left * 0.2, 2180.0))
    data = between(corners, *page.size)
    photographed = page.transform(page.size, Image.Transform.PERSPECTIVE, data, Image.Resampling.BICUBIC, fillcolor=255)
    (grid,) = find_grids(facing(straightened(Paper.whole(photographed))).image)
    assert (len(grid.rows), len(grid.columns)) == (8, 5)
    widths = [right - left for left, right in itertools.pairwise(grid.columns)]
    assert max(widths) - min(widths) < 12


def test_a_shadow_leaves_ink_as_dark_as_it_was() -> None:
    page = ruled()
    shade = Image.linear_gradient("L").rotate(90).resize(page.size).point(lambda value: 70 + value * 120 // 255)
    lit = ImageChops.multiply(page.point(lambda value: max(value, 60)), shade)
    (grid,) = find_grids(prepared(file_of(lit)).image)
    assert (len(grid.rows), len(grid.columns)) == (5, 4)


def test_tables_of_several_pages_are_numbered_on() -> None:
    def recognise(picture: bytes, layout: str = "page") -> tuple[RecognisedWord, ...]:
        del picture, layout
        return words(("a", 250, 340))

    tables = read_scan((file_of(ruled()), file_of(ruled())), recognise).tables
    assert [table.name for table in tables] == ["T1", "T2"]
    assert [place.page for table in tables if (place := table.at(1, 1).place)] == [1, 2]


@pytest.mark.parametrize("data", [b"", b"no picture", file_of(ruled())[:5000]], ids=["empty", "text", "cut"])
def test_what_is_no_picture_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(ParseError):
        read_scan((data,), lambda *_: ())


def test_a_picture_of_900_million_pixels_is_refused() -> None:
    bomb = file_of(Image.new("1", (30_000, 30_000)))
    assert len(bomb) < 1_000_000
    with pytest.raises(ParseError):
        read_scan((bomb,), lambda *_: ())


@functools.cache
def scanned_form() -> Image.Image:
    """The filled form, printed by LibreOffice and scanned: a grey picture of 200 dpi."""
    import docx

    document = docx.Document()
    document.add_paragraph("MẪU TỔNG HỢP SỐ LIỆU KẾT QUẢ TỔ CHỨC TUẦN LỄ")
    form_table(document, ROWS)
    (picture,) = page_pictures(converted(saved(document), "pdf"), (1,))
    return Image.open(BytesIO(picture)).convert("L")


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "GIF", "BMP", "WEBP"])
def test_a_page_that_was_decoded_to_be_judged_is_read_as_its_file_is(kind: str) -> None:
    need(LIBREOFFICE)
    turned, stream = Image.Exif(), BytesIO()
    turned[0x0112] = 6
    scanned_form().rotate(90, expand=True).save(stream, kind, exif=turned)
    verdict = read_photo(stream.getvalue(), media_type(stream.getvalue()))
    assert verdict.decoded is not None
    paper, same = prepared(verdict.decoded), prepared(stream.getvalue())
    assert (paper.way, paper.image.tobytes()) == (same.way, same.image.tobytes())


@pytest.mark.parametrize(("angle", "quality"), [(0.0, 95), (1.7, 60)], ids=["scan", "crooked photo"])
def test_a_printed_form_is_read_with_every_figure_right_or_missing(angle: float, quality: int) -> None:
    need(LIBREOFFICE)
    need(TESSERACT)
    page = scanned_form()
    if angle:
        page = page.rotate(angle, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=225)
    (table,) = read_scan((file_of(page, "JPEG", quality=quality),), OutsidePrograms().recognise).tables
    assert table.last_column == len(HEADER)
    figures = {(row, column): table.at(row, column).text for row in range(3, 3 + len(ROWS)) for column in (4, 5)}
    wanted = {(row, column): ROWS[row - 3][column - 1] for row, column in figures}
    wrong = {place: (text, wanted[place]) for place, text in figures.items() if text not in ("", "?", wanted[place])}
    assert wrong == {}
    assert sum(text not in ("", "?") for text in figures.values()) >= len([text for text in wanted.values() if text]) - 1
    assert all(cell.doubtful for cell in table.cells.values())
