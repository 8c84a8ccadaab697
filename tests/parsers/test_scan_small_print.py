"""Pages in small print, short pages on a desk and forms on a screen: nothing on them is taken for blank or for a photo."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw, ImageFont

from config.loading import reference_campaign
from parsers.photos import read_photo
from parsers.read import Outside, expected_of, read_file
from parsers.recognition import RecognisedWord
from parsers.scan_cut_rows import rows_put_together
from parsers.scan_erasing import without_rules
from parsers.scan_picture import find_grids, grid_cells, has_dash, has_ink
from parsers.values import Document, DocumentFate, DocumentRole
from parsers.writing_blocks import RawCell, RawTable, plain

SMALL = ImageFont.load_default(13)


def small_print(rows: int = 14, row: int = 21) -> Image.Image:
    """A form shrunk to the width of a page: rows as low as their text, small figures at the right of their cells."""
    page = Image.new("L", (1700, 2300), 255)
    pen = ImageDraw.Draw(page)
    for number in range(rows + 1):
        pen.line((150, 300 + number * row, 1500, 300 + number * row), fill=40, width=2)
    for at in (150, 200, 720, 900, 1050, 1500):
        pen.line((at, 300, at, 300 + rows * row), fill=40, width=2)
    for number in range(rows):
        pen.text((204, 303 + number * row), "Boi duong nang cao trinh do tin hoc cho can bo", fill=0, font=SMALL)
        pen.text((1041, 303 + number * row), "7", fill=0, font=SMALL)
    return page


def test_a_small_figure_that_touches_its_line_is_no_blank_cell() -> None:
    page = small_print()
    grids = find_grids(page)
    cells = grid_cells(grids[0])
    clean = without_rules(page, [(grids[0], cells)])
    assert {cell.top for cell in cells if cell.left == 4 and has_ink(clean, cell.box)} == set(range(1, 15))
    assert not [cell for cell in cells if cell.left in (1, 5) and has_ink(clean, cell.box)]


@pytest.mark.parametrize("row", [17, 21])
def test_rows_as_low_as_their_text_stay_apart(row: int) -> None:
    (grid,) = find_grids(small_print(row=row))
    assert (len(grid.rows), len(grid.columns)) == (15, 6)


def test_text_beside_a_line_is_not_painted_over_with_it() -> None:
    page = small_print(rows=10, row=40)
    pen = ImageDraw.Draw(page)
    for number in range(10):  # a row of small letters is nearly as dark as a line
        pen.rectangle((204, 308 + number * 40, 440, 310 + number * 40), fill=0)
    (grid,) = find_grids(page)
    clean = without_rules(page, [(grid, grid_cells(grid))])
    assert clean.crop((204, 309, 440, 310)).getextrema() == (0, 0)


def last_page(desk: int = 70) -> bytes:
    """The end of a table on a page that lies on a desk: two rows and a lot of paper."""
    page = Image.new("L", (900, 1250), desk)
    page.paste(232, (55, 60, 845, 1190))
    pen = ImageDraw.Draw(page)
    for y in (120, 165, 210):
        pen.line((90, y, 800, y), fill=30, width=2)
    for x in (90, 130, 520, 640, 720, 800):
        pen.line((x, 120, x, 210), fill=30, width=2)
    for y in (130, 175):
        pen.text((140, y), "Kinh phi huy dong tu cac nguon khac", fill=20, font=ImageFont.load_default(18))
        pen.text((645, y), "4.500.000", fill=20, font=ImageFont.load_default(18))
    stream = io.BytesIO()
    page.save(stream, "JPEG", quality=80)
    return stream.getvalue()


def read(data: bytes, name: str, *found: tuple[str, int, int]) -> Document:
    words = tuple(
        RecognisedWord(text=text, left=left, top=top, width=60, height=20, confidence=90.0, line=line)
        for line, (text, left, top) in enumerate(found)
    )
    outside = Outside(recognise=lambda *_: words)
    (document,) = read_file(name, data, expected_of((reference_campaign(),)), outside=outside).documents
    return document


WORDS = ("Nội", "dung", "khác", "của", "các", "xã", "trong", "Tuần", "lễ")
TABLE = tuple((word, 260 + 90 * at, 280) for at, word in enumerate(WORDS))


def test_a_short_last_page_on_a_desk_is_looked_at_for_text() -> None:
    verdict = read_photo(last_page(), "image/jpeg", name="IMG_20201012.jpg")
    assert (verdict.role, verdict.perhaps_page) == (DocumentRole.PHOTO, True)


def test_a_table_that_is_no_form_is_no_photo_either() -> None:
    document = read(last_page(), "IMG_20201012.jpg", *TABLE, ("4.500.000", 1250, 280))
    assert (document.role, document.fate) == (DocumentRole.SCAN, DocumentFate.UNREADABLE)
    assert "không nhận ra biểu số liệu" in document.why.vi


def test_where_no_words_are_read_in_the_table_it_stays_a_photo() -> None:
    document = read(last_page(), "IMG_20201012.jpg", ("|", 260, 280))
    assert (document.role, document.fate) == (DocumentRole.PHOTO, DocumentFate.USED)


def screen(*lines: str) -> bytes:
    """What a phone shows, saved as a picture."""
    shown = Image.new("RGB", (1080, 2340), (255, 255, 255))
    pen = ImageDraw.Draw(shown)
    pen.rectangle((0, 0, 1080, 110), fill=(33, 115, 70))
    for number, line in enumerate(lines):
        pen.text((80, 140 + number * 36), line, fill=(20, 20, 20), font=ImageFont.load_default(24))
    stream = io.BytesIO()
    shown.save(stream, "PNG")
    return stream.getvalue()


def test_a_screen_is_looked_at_for_a_form_and_else_stays_one() -> None:
    shown = screen(*["Boi duong thuong xuyen cho giao vien trong Tuan le hoc tap suot doi cua xa, so lop"] * 50)
    assert read_photo(shown, "image/png", name="hinh.png").perhaps_page
    chat = read(shown, "hinh.png", *((word, 100 + 80 * at, 200) for at, word in enumerate(["chuyện"] * 50)))
    assert (chat.role, chat.fate) == (DocumentRole.UNKNOWN, DocumentFate.IGNORED)


def test_a_row_that_the_end_of_a_scanned_page_cuts_is_put_together() -> None:
    def table(*lines: tuple[str, ...]) -> RawTable:
        cells = [
            RawCell(row=row, column=column, bottom=row, right=column, paragraphs=(plain(text),))
            for row, texts in enumerate(lines, start=1)
            for column, text in enumerate(texts, start=1)
        ]
        return RawTable(cells=tuple(cells))

    first = table(("", "Xóa mù chữ", "lớp/người", "2", "26"), ("", "Bồi dưỡng,", "lớp/người", "1", "18"))
    rest = table(("", "tập huấn cho cán bộ quản lý", "", "", ""), ("", "Hội sách", "Số cuộc", "2", ""))
    own = table(("", "Hội sách", "Số cuộc", "2", ""), ("", "tập huấn cho cán bộ quản lý", "", "", ""))
    (above,), (below,) = rows_put_together([(first,), (rest,)])
    assert isinstance(above, RawTable)
    assert isinstance(below, RawTable)
    assert [cell.paragraphs[0].text for cell in above.cells if cell.row == 2] == [
        "", "Bồi dưỡng, tập huấn cho cán bộ quản lý", "lớp/người", "1", "18"
    ]  # fmt: skip
    assert not any(cell.paragraphs for cell in below.cells if cell.row == 1)
    assert rows_put_together([(first,), (own,)]) == [(first,), (own,)]


def test_a_dash_in_a_cell_is_none_and_a_speck_is_nothing() -> None:
    page = Image.new("L", (400, 200), 255)
    pen = ImageDraw.Draw(page)
    pen.rectangle((180, 48, 189, 50), fill=0)  # a dash
    pen.rectangle((180, 148, 182, 150), fill=0)  # a speck
    pen.rectangle((180, 2, 220, 3), fill=0)  # the rest of a line
    assert has_dash(page, (0, 10, 400, 90))
    assert not has_dash(page, (0, 110, 400, 190))
    assert not has_dash(page, (0, 0, 400, 60))
    pen.text((100, 30), "7", fill=0, font=ImageFont.load_default(30))
    assert not has_dash(page, (0, 10, 400, 90))
