"""Lone figures of a scanned table are read together with their page."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from parsers.recognition import RecognisedWord
from parsers.scan import read_scan
from parsers.scan_figures import lone_figures, with_figures
from service.convert import OutsidePrograms
from tests.requirements import TESSERACT, need

BOXES = ((100, 100, 300, 180), (300, 100, 500, 180), (500, 100, 700, 180), (700, 100, 900, 180))


def page_with(*texts: str, size: int = 34) -> Image.Image:
    page = Image.new("L", (1000, 400), 255)
    font = ImageFont.load_default(size)
    for text, (left, top, _, _) in zip(texts, BOXES, strict=True):
        ImageDraw.Draw(page).text((left + 30, top + 20), text, fill=0, font=font)
    return page


def word(text: str, left: int, top: int, width: int) -> RecognisedWord:
    return RecognisedWord(text=text, left=left, top=top, width=width, height=24, confidence=95.0, line=1)


def test_one_or_two_figures_stand_alone_and_words_long_numbers_and_blank_cells_do_not() -> None:
    assert set(lone_figures(page_with("3", "12", "", "12.500"), BOXES)) == {0, 1}
    assert set(lone_figures(page_with("buổi học", "", ".", "8"), BOXES)) == {3}


def test_figures_stand_below_their_page_on_one_level_and_the_page_is_as_it_was() -> None:
    page = page_with("3", "12", "", "8")
    sheet = with_figures(page, list(lone_figures(page, BOXES).values()))
    assert sheet.picture.crop((0, 0, *page.size)).tobytes() == page.tobytes()
    assert len({bottom for _, _, _, bottom in sheet.places}) == 1
    assert all(top > page.height and (min(sheet.picture.crop((left, top, right, bottom)).tobytes()) < 100)
               for left, top, right, bottom in sheet.places)  # fmt: skip


def test_more_figures_than_fit_into_a_line_go_on_in_the_next() -> None:
    figure = (130, 120, 150, 150)
    sheet = with_figures(page_with("3", "", "", ""), [figure] * 40)
    assert len({bottom for _, _, _, bottom in sheet.places}) > 1
    assert all(right <= 1000 and bottom <= sheet.picture.height for _, _, right, bottom in sheet.places)


def test_a_word_over_two_figures_is_neither() -> None:
    page = page_with("3", "12", "", "8")
    sheet = with_figures(page, list(lone_figures(page, BOXES).values()))
    (first, top, _, _), (_, _, end, _), (last, low, right, _) = sheet.places
    read = sheet.read([word("312", first, top, end - first), word("8", last, low, right - last), word("8", last, 120, 20)])
    assert [each and each.text for each in read] == [None, None, "8"]


def test_a_clean_table_of_lone_figures_takes_two_calls_at_most() -> None:
    need(TESSERACT)
    page, font = Image.new("L", (1654, 2339), 255), ImageFont.load_default(34)
    pen = ImageDraw.Draw(page)
    columns, rows = (120, 220, 800, 1100, 1400), [300 + row * 70 for row in range(13)]
    for x in columns:
        pen.line((x, rows[0], x, rows[-1]), fill=0, width=3)
    for y in rows:
        pen.line((columns[0], y, columns[-1], y), fill=0, width=3)
    wanted = [(str(row + 1), "So nguoi tham gia hoc tap", str(row * 7 % 10), str(40 + row)) for row in range(12)]
    for y, texts in zip(rows, wanted, strict=False):
        for x, text in zip(columns, texts, strict=False):
            pen.text((x + 30, y + 18), text, fill=0, font=font)
    layouts: list[str] = []

    def recognise(picture: bytes, layout: str = "page") -> tuple[RecognisedWord, ...]:
        layouts.append(layout)
        return OutsidePrograms().recognise(picture, layout)

    stream = BytesIO()
    page.save(stream, "PNG")
    (table,) = read_scan((stream.getvalue(),), recognise).tables
    read = [tuple(table.at(row + 1, column).text for column in (1, 3, 4)) for row in range(12)]
    right = [
        got == want
        for own, texts in zip(read, wanted, strict=True)
        for got, want in zip(own, (texts[0], *texts[2:]), strict=True)
    ]
    assert sum(right) >= 34
    assert len(layouts) <= 2
