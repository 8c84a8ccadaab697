"""A scanned page full of cells is recognised in bands: each small, cut through no word, every word where it stands."""

from __future__ import annotations

import itertools
from io import BytesIO

from PIL import Image

from parsers.recognition import RecognisedWord
from parsers.scan import read_scan
from parsers.scan_bands import CELLS_AT_ONCE, bands
from parsers.scan_picture import INK
from tests.parsers.test_scan_crowd import _file, _ruled

Words = tuple[RecognisedWord, ...]


class Recogniser:
    """Finds every dark patch and calls it a word, and counts what it was shown at once."""

    def __init__(self) -> None:
        self.shown: list[int] = []

    def __call__(self, picture: bytes, layout: str = "page") -> Words:
        page = Image.open(BytesIO(picture)).point(INK)
        words: list[RecognisedWord] = []
        rows = _runs(page.getprojection()[1], 4)
        for number, (top, bottom) in enumerate(rows, start=1):
            for left, right in _runs(page.crop((0, top, page.width, bottom)).getprojection()[0], 14):
                text = "12" if layout == "sparse" else ""
                place = {"left": left, "top": top, "width": right - left, "height": bottom - top}
                words.append(RecognisedWord(text=text, confidence=95.0, line=number, **place))
        self.shown.append(len(words))
        return tuple(words)


def _runs(marks: list[int], gap: int) -> list[tuple[int, int]]:
    """Where something stands: from and to, what is nearer than the gap together."""
    found: list[tuple[int, int]] = []
    for at, mark in enumerate(marks):
        if mark and found and at - found[-1][1] <= gap:
            found[-1] = (found[-1][0], at + 1)
        elif mark:
            found.append((at, at + 1))
    return found


def test_a_page_of_hundreds_of_filled_cells_is_shown_in_bands_and_every_cell_has_its_word() -> None:
    recognise = Recogniser()
    writing = read_scan((_file(_ruled(40, 20)),), recognise)
    assert len(recognise.shown) > 4
    assert max(recognise.shown) < 2 * CELLS_AT_ONCE
    (table,) = writing.tables
    assert {(row, column) for row in range(1, 41) for column in range(1, 21)} <= set(table.cells)


def test_a_form_is_shown_as_a_whole() -> None:
    recognise = Recogniser()
    read_scan((_file(_ruled(40, 6)),), recognise)
    assert max(recognise.shown) > 230


def test_bands_are_cut_where_nothing_stands() -> None:
    page = _ruled(40, 20)
    for column in range(50, 50 + 20 * 77 + 1, 77):  # without the lines down
        page.paste(255, (column - 3, 0, column + 4, page.height))
    found = bands(page, 5)
    assert (found[0][0], found[-1][1], len(found)) == (0, page.height, 5)
    inked = page.point(INK).getprojection()[1]
    assert all(before[1] == after[0] and not inked[after[0]] for before, after in itertools.pairwise(found))


def test_where_no_row_is_blank_the_page_stays_whole() -> None:
    page = Image.new("L", (200, 400), 0)
    assert bands(page, 4) == [(0, 400)]
