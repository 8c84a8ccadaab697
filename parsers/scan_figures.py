"""Lone figures of a scanned table, put into lines below their page: alone they are no text to Tesseract, in a line they are.

So one call reads the page and looks at its lone figures a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from parsers.recognition import RecognisedWord
from parsers.scan_picture import FIGURE_HEIGHT, INK, has_ink, inner_box

Box = tuple[int, int, int, int]

MOST = 250  # of a page
COARSE = 4  # pixels a side of what is looked at first; specks of dust and grain are lost in it
FAINT = 205  # of 255: a stroke of three pixels in such a square
TALLEST = 48  # pixels: figures of 13 points are 25 tall
WIDE = 2.0  # times its height: three figures are wider
GAP = 32  # pixels: figures further apart are no line, nearer ones are one number
MARGIN = 120
EDGE = 3  # pixels of paper cut out with a figure


@dataclass(frozen=True, slots=True, kw_only=True)
class WithFigures:
    """A page with its lone figures below it, where each of them stands there, and how tall the page itself is."""

    picture: Image.Image
    places: tuple[Box, ...]
    page_height: int

    def read(self, words: Sequence[RecognisedWord]) -> list[RecognisedWord | None]:
        """The word of each figure; None where none was found, more than one, or one that reaches over its neighbour."""
        found: list[list[RecognisedWord]] = [[] for _ in self.places]
        torn: set[int] = set()
        for word in words:
            if word.middle[1] < self.page_height:
                continue
            at = [index for index, place in enumerate(self.places) if _touches(word, place)]
            for index in at:
                found[index].append(word)
            if len(at) > 1:
                torn.update(at)
        return [own[0] if len(own) == 1 and index not in torn else None for index, own in enumerate(found)]


def _touches(word: RecognisedWord, place: Box) -> bool:
    left, top, right, bottom = place
    return top - GAP // 4 <= word.middle[1] <= bottom + GAP // 4 and word.left < right and word.left + word.width > left


def lone_figures(page: Image.Image, boxes: Sequence[Box]) -> dict[int, Box]:
    """Cells (by their index) in which a figure or two stand alone, and where exactly."""
    ink = page.reduce(COARSE).point(lambda value: 255 if value < FAINT else 0)
    found = {index: mark for index, box in enumerate(boxes) if (mark := _lone_mark(page, ink, box)) is not None}
    return dict(list(found.items())[:MOST])


def _lone_mark(page: Image.Image, ink: Image.Image, box: Box) -> Box | None:
    inner = inner_box(box)
    if inner is None:
        return None
    left, top = inner[0] // COARSE, inner[1] // COARSE
    coarse = ink.crop((left, top, inner[2] // COARSE, inner[3] // COARSE)).getbbox()
    if coarse is None or (coarse[3] - coarse[1] - 2) * COARSE > TALLEST or (coarse[2] - coarse[0] - 2) * COARSE > TALLEST * WIDE:
        return None
    around = (
        max(inner[0], (left + coarse[0] - 1) * COARSE), max(inner[1], (top + coarse[1] - 1) * COARSE),
        min(inner[2], (left + coarse[2] + 1) * COARSE), min(inner[3], (top + coarse[3] + 1) * COARSE),
    )  # fmt: skip
    mark = page.crop(around).point(INK).getbbox()
    if mark is None or not has_ink(page, box):
        return None
    width, height = mark[2] - mark[0], mark[3] - mark[1]
    if not FIGURE_HEIGHT <= height <= TALLEST or width > WIDE * height:
        return None
    return around[0] + mark[0], around[1] + mark[1], around[0] + mark[2], around[1] + mark[3]


def with_figures(page: Image.Image, figures: Sequence[Box]) -> WithFigures:
    """The page, and below it the figures in lines, standing on one level."""
    places: list[Box] = []
    line = max((bottom - top for _, top, _, bottom in figures), default=0) + GAP
    x, foot = MARGIN, page.height + GAP + line
    for left, top, right, bottom in figures:
        if x + right - left > page.width - MARGIN and x > MARGIN:
            x, foot = MARGIN, foot + line
        places.append((x, foot - (bottom - top), x + right - left, foot))
        x += right - left + GAP
    if not places:
        return WithFigures(picture=page, places=(), page_height=page.height)
    picture = Image.new("L", (page.width, foot + GAP), 255)
    picture.paste(page, (0, 0))
    for (left, top, right, bottom), place in zip(figures, places, strict=True):
        cut = page.crop((left - EDGE, top - EDGE, right + EDGE, bottom + EDGE))
        picture.paste(cut, (place[0] - EDGE, place[1] - EDGE))
    return WithFigures(picture=picture, places=tuple(places), page_height=page.height)
