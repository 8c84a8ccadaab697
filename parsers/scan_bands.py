"""A page full of cells is recognised in bands, cut where nothing stands.

Tesseract takes the square of what stands apart from each other on a picture: 800 filled cells at once take four times as long as
in six bands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PIL import Image

from parsers.recognition import Recognise, RecognisedWord
from parsers.scan_picture import INK, GridCell, bitmap, has_ink

CELLS_AT_ONCE = 150
"""Filled cells of one band; forms have some two hundred, and up to twice as many are recognised at once as ever."""

_BLANK = 6  # rows of pixels between what stands above a cut and below it


def recognised(
    picture: Image.Image, page: Image.Image, cells: Sequence[Sequence[GridCell]], recognise: Recognise
) -> tuple[RecognisedWord, ...]:
    """The words on a picture of a page with these cells, as if it were recognised as a whole."""
    layout = "sparse" if cells else "page"
    every = [cell for table in cells for cell in table]
    filled = sum(has_ink(page, cell.box) for cell in every) if len(every) > 2 * CELLS_AT_ONCE else 0
    if filled <= 2 * CELLS_AT_ONCE:
        return recognise(bitmap(picture), layout)
    words: list[RecognisedWord] = []
    for top, bottom in bands(picture, -(-filled // CELLS_AT_ONCE)):
        lines = max((word.line for word in words), default=0)
        read = recognise(bitmap(picture.crop((0, top, picture.width, bottom))), layout)
        words.extend(replace(word, top=word.top + top, line=word.line + lines) for word in read)
    return tuple(words)


def bands(picture: Image.Image, count: int) -> list[tuple[int, int]]:
    """The picture from top to bottom in about so many bands of one height; fewer where no blank rows are near."""
    _, inked = picture.point(INK).getprojection()
    blank = 0
    cuts = []
    for row, ink in enumerate(inked):
        blank = 0 if ink else blank + 1
        if blank >= _BLANK:
            cuts.append(row - _BLANK // 2)
    edges = [0]
    height = picture.height / count
    for number in range(1, count):
        wanted = number * height
        near = min(cuts, key=lambda cut: abs(cut - wanted), default=None)
        if near is not None and abs(near - wanted) < height / 2 and near > edges[-1]:
            edges.append(near)
    return list(zip(edges, [*edges[1:], picture.height], strict=True))
