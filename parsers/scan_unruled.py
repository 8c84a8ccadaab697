"""A form on scanned pages that was printed without ruling lines: its table from where the recognised words stand."""

from __future__ import annotations

import math
import re
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from config.campaign import Form
from parsers.aligned_pieces import LabelParts, Piece, in_lines, text_of
from parsers.aligned_table import AlignedTable, aligned_table
from parsers.form_header import means_column
from parsers.grid import PicturePlace
from parsers.labels import label_index
from parsers.recognition import Recognise, RecognisedWord
from parsers.scan_headings import has_torn_heading, heading_words, headings_again
from parsers.scan_ink import Box, with_second_look
from parsers.scan_paper import Paper, along
from parsers.scan_pieces import (
    CONFIDENT,
    PAGE_SIDE,
    Frame,
    Level,
    fall_of,
    lean_of,
    letter_height,
    levels,
    pieces_of,
    trusted,
    with_straight_edges,
)
from parsers.writing_blocks import RawBlock, RawTable, plain
from parsers.writing_blocks import text_of as text_of_cell

HEADINGS = 2  # the row of the table in which headings of one column end
FEWEST_LINES = 3  # of labels on a page that holds a part of the form
ABOVE, BELOW = 8.0, 2.5  # letters above the first label and below the last one in which figures may stand
ALIKE, HARDLY_ALIKE = 0.75, 0.6  # of a label's words and letters: less is a part of it
TORN_LINES = 3  # of a label on either of its pages
SHORT = 14  # letters: a label shorter than this may be the end of one
FIGURE = re.compile(r"[\d.,/]*\d[\d.,/]*")
EDGE = 2  # pixels of paper around a cell


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWords:
    """A scanned page as it was read, and its words. `number` counts from 1."""

    number: int
    page: Paper
    words: Sequence[RecognisedWord]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnruledForm:
    """The table of a form, the places of its cells by row and column, and the blocks of each page that holds a part of it."""

    table: RawTable
    places: Mapping[tuple[int, int], PicturePlace]
    pages: Mapping[int, tuple[RawBlock, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A page with a part of the form as pieces."""

    seen: PageWords
    frame: Frame
    pieces: Sequence[Piece]


def unruled_form(pages: Sequence[PageWords], form: Form, recognise: Recognise) -> UnruledForm | None:
    """The form on these pages, None where its table cannot be told apart. Its short figures are looked at once more."""
    labels = LabelParts(form)
    parts = _parts(pages, labels, form, recognise)
    parts = _without_headings_again(_side_by_side(parts, labels), labels, form)
    pieces = with_straight_edges([piece for part in parts for piece in part.pieces])
    parts = [replace(part, pieces=[each for each in pieces if each.page == part.frame.page]) for part in parts]
    table = aligned_table(pieces, form)
    if table is None or has_torn_heading([text_of_cell(each) for each in table.cells if each.bottom == HEADINGS], form):
        return None
    if _has_torn_label(table, labels, form):
        return None
    used = {each.page for each in table.used}
    blocks: dict[int, tuple[RawBlock, ...]] = {}
    places: dict[tuple[int, int], PicturePlace] = {}
    whole = RawTable(cells=table.cells)
    for part in (each for each in parts if each.frame.page in used):
        lines = in_lines(each for each in part.pieces if each not in table.used)
        found: list[tuple[float, RawBlock]] = [(line[0].top, plain(text_of(line))) for line in lines]
        found += [(table.top, whole)] if part.frame.page == table.page else []
        blocks[part.seen.number] = tuple(block for _, block in sorted(found, key=lambda pair: pair[0]))
        for place, own in table.pieces.items():
            if own[0].page == part.frame.page:
                places[place] = _place(part, [each for each in own if each.page == own[0].page])
    return UnruledForm(table=whole, places=places, pages=blocks)


def _has_torn_label(table: AlignedTable, labels: LabelParts, form: Form) -> bool:
    """Whether figures stand beside a part of a label where a page ends in the midst of one: nobody could tell whose they are."""
    index = label_index(form.indicators)
    rows: dict[int, dict[int, str]] = {}
    for each in table.cells:
        if each.row > HEADINGS:
            rows.setdefault(each.row, {})[each.column] = text_of_cell(each)
    known = Counter(column for row in rows.values() for column, text in row.items() if index.exact_holders(text))
    column = max(known, key=lambda each: known[each], default=0)
    pages = {row: own[0].page for (row, at), own in table.pieces.items() if at == column and row in rows}
    for number, page in pages.items():
        label = rows[number].get(column, "")
        at_edge = any(pages.get(number + step, page) != page for step in range(-TORN_LINES, TORN_LINES + 1))
        figures = any(FIGURE.fullmatch(text) for other, text in rows[number].items() if other > column)
        least = ALIKE if labels.holds(label) else HARDLY_ALIKE if len(label) < SHORT else 0.0
        if at_edge and figures and not index.exact_holders(label) and index.best(label)[1] < least:
            return True
    return False


def _place(part: _Part, pieces: Sequence[Piece]) -> PicturePlace:
    left, top, right, bottom = part.frame.box(pieces)
    return part.seen.page.place((left - EDGE, top - EDGE, right + EDGE, bottom + EDGE), part.seen.number)


def _parts(pages: Sequence[PageWords], labels: LabelParts, form: Form, recognise: Recognise) -> list[_Part]:
    """The pages with rows of the form as pieces; none when one of them cannot be read whole, for its rows would be lost."""
    usual = letter_height([word for page in pages for word in page.words])
    parts: list[_Part] = []
    for page in pages:
        letter = letter_height(page.words) or usual
        if parts and _is_illegible(page.words):
            return []
        if not letter:
            continue
        frame = Frame(page=page.number - 1, scale=_scale(page.page))
        own = levels(trusted(page.words, letter), letter, page.page.image)
        frame = replace(frame, fall=fall_of(own, letter))
        hits, _ = labels.column(in_lines(pieces_of(own, letter, frame)))
        hits = [each for each in hits if not means_column(each.text, form.columns)]  # "Nội dung" is a part of a label, too
        if len(hits) < (1 if parts else FEWEST_LINES):  # a last page may hold one row
            continue
        frame = replace(frame, lean=lean_of([frame.box([each])[:2] for each in hits], letter))
        pieces = _pieces(page, own, [frame.box([each]) for each in hits], letter, frame, recognise)
        if pieces is None:
            return []
        parts.append(_Part(seen=page, frame=frame, pieces=pieces))
    return parts


def _is_illegible(words: Sequence[RecognisedWord]) -> bool:
    """Whether most of what was read on a page that follows the form may be anything: rows of the form, too."""
    return 2 * sum(each.confidence >= CONFIDENT for each in words) < len(words)


def _pieces(
    page: PageWords, words: Sequence[Level], labels: Sequence[Box], letter: float, frame: Frame, recognise: Recognise
) -> list[Piece] | None:
    """A page as pieces, what is unsure around its labels looked at once more; None when something larger than words is there."""
    reach = min(each[1] for each in labels) - ABOVE * letter, max(each[3] for each in labels) + BELOW * letter
    column = min(each[0] for each in labels), statistics.median(each[2] for each in labels)
    read = with_second_look(page.page.image, words, reach, column, letter, recognise)
    if read is None:
        return None
    return pieces_of(levels(trusted(read, letter), letter, page.page.image), letter, frame)


def _without_headings_again(parts: Sequence[_Part], labels: LabelParts, form: Form) -> list[_Part]:
    """The pages, the later ones without what they repeat of the headings."""
    words = heading_words(parts[0].pieces, form) if parts else frozenset()
    found = list(parts[:1])
    for part in parts[1:]:
        hits, _ = labels.column(in_lines(part.pieces))
        rows = [each for each in hits if not means_column(each.text, form.columns)]
        again = headings_again(part.pieces, min(rows, key=lambda each: each.top), words) if rows else set()
        found.append(replace(part, pieces=[each for each in part.pieces if each not in again]))
    return found


def _scale(page: Paper) -> float:
    """How many points a pixel is: turning a page leaves more paper around it, so that its own size does not tell."""
    x, y = page.image.width / 2, page.image.height / 2
    start, right, down = along(page.way, x, y), along(page.way, x + 1, y), along(page.way, x, y + 1)
    return PAGE_SIDE * min(math.dist(start, right), math.dist(start, down))


def _side_by_side(parts: Sequence[_Part], labels: LabelParts) -> list[_Part]:
    """The pages shifted so that their labels begin below each other, as no two pages lie on a scanner alike."""
    found: list[_Part] = []
    first: float | None = None
    for part in parts:
        hits, _ = labels.column(in_lines(part.pieces))
        start = statistics.median_low([each.left for each in hits]) if hits else 0.0
        first = start if first is None else first
        shift = first - start
        pieces = [replace(each, left=each.left + shift, right=each.right + shift) for each in part.pieces]
        found.append(replace(part, frame=replace(part.frame, shift=shift), pieces=pieces))
    return found
