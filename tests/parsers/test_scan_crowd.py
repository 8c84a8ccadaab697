"""Scanned pages with more on them than any form are told and not read; the pages beside them are."""

from __future__ import annotations

import random
from io import BytesIO

import pytest
from PIL import Image, ImageDraw, ImageFont

from parsers.recognition import RecognisedWord
from parsers.scan import read_scan
from parsers.writing_blocks import WritingError

Words = tuple[RecognisedWord, ...]


def _ruled(rows: int, columns: int, *, filled: bool = True) -> Image.Image:
    page = Image.new("L", (1654, 2339), 255)
    pen, font, chance = ImageDraw.Draw(page), ImageFont.load_default(18), random.Random(rows)
    down, across = 2200 // rows, 1540 // columns
    for row in range(rows + 1):
        pen.line((50, 60 + row * down, 50 + columns * across, 60 + row * down), width=2)
    for column in range(columns + 1):
        pen.line((50 + column * across, 60, 50 + column * across, 60 + rows * down), width=2)
    for row in range(rows if filled else 0):
        for column in range(columns):
            pen.text((57 + column * across, 63 + row * down), str(chance.randrange(10, 100)), font=font)
    return page


def _small_print() -> Image.Image:
    page = Image.new("L", (1654, 2339), 255)
    pen, font, chance = ImageDraw.Draw(page), ImageFont.load_default(12), random.Random(1)
    for line in range(170):
        pen.text((20, 20 + line * 13), "".join(chance.choices("abcdeghiklmnopqrstuvxy", k=260)), font=font)
    return page


def _file(page: Image.Image) -> bytes:
    stream = BytesIO()
    page.save(stream, "PNG")
    return stream.getvalue()


def _never(picture: bytes, layout: str = "page") -> Words:
    raise AssertionError(layout, len(picture))


def _one_word(picture: bytes, layout: str = "page") -> Words:
    del picture, layout
    return (RecognisedWord(text="Xã", left=400, top=900, width=60, height=24, confidence=95.0, line=1),)


@pytest.mark.parametrize("page", [_ruled(80, 60), _ruled(40, 28), _small_print()], ids=["squares", "too many figures", "print"])
def test_a_page_with_more_on_it_than_any_form_is_refused_in_words(page: Image.Image) -> None:
    with pytest.raises(WritingError) as caught:
        read_scan((_file(page),), _never)
    assert "quá nhiều ô kẻ hoặc chữ quá nhỏ" in caught.value.text.vi


def test_the_other_pages_are_read_and_it_is_said_which_was_not() -> None:
    plain = Image.new("L", (1654, 2339), 255)
    writing = read_scan((_file(plain), _file(_ruled(80, 60))), _one_word)
    assert [each.text for each in writing.paragraphs] == ["Xã"]
    assert [(each.code, each.where) for each in writing.findings] == [("D-LIMIT", "2")]


def test_a_form_of_many_blank_cells_is_read() -> None:
    assert read_scan((_file(_ruled(40, 28, filled=False)),), _one_word).tables
    assert read_scan((_file(_ruled(40, 12)),), _one_word).tables


def test_a_page_of_thousands_of_words_is_not_tried_in_other_directions() -> None:
    calls: list[str] = []

    def many(picture: bytes, layout: str = "page") -> Words:
        del picture
        calls.append(layout)
        return tuple(
            RecognisedWord(text="ll", left=9, top=at % 2_000, width=9, height=9, confidence=10.0, line=at) for at in range(2_500)
        )

    read_scan((_file(Image.new("L", (1654, 2339), 255)),), many)
    assert len(calls) == 1
