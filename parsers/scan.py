"""Scans and phone photos of paper: a page as paragraphs and tables, every cell of them doubtful."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from PIL import Image

from config.campaign import Form
from parsers.grid import UNREAD, PicturePlace, Sheet
from parsers.photos import Picture
from parsers.recognition import Recognise, RecognisedWord
from parsers.scan_bands import recognised
from parsers.scan_crowd import CROWDED_PAGE, WORDS_TURNED, is_crowded, told
from parsers.scan_cut_rows import rows_put_together
from parsers.scan_erasing import without_rules
from parsers.scan_figures import WithFigures, lone_figures, with_figures
from parsers.scan_paper import Paper
from parsers.scan_picture import (
    Grid,
    GridCell,
    bitmap,
    find_grids,
    grid_cells,
    has_dash,
    has_ink,
    prepared,
    stacked,
)
from parsers.scan_slant import facing, straightened
from parsers.scan_unruled import PageWords, unruled_form
from parsers.writing import Writing, assemble
from parsers.writing_blocks import RawBlock, RawCell, RawTable, RawWriting, WritingError, damaged, plain

PAGES_MOST = 12
SECOND_LOOK_MOST = 250  # cells read once more on their own
SURE = 80.0  # a second look below this confidence says nothing
CONFIDENT = 60.0
FEWEST_WORDS = 20  # a page that lies on its head still looks like many words
TURNS = (180, 90, 270)
LEGIBLE = 0.6  # of a page's letters read with confidence; one upside down has 0.2
MUCH_BETTER = 0.2  # a turn must gain this share
POOR = 25.0  # words below this confidence outside tables are specks and stamps

Address = tuple[int, int, int]
"""The table's number, the row and the column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    blocks: tuple[RawBlock, ...]
    places: Mapping[Address, PicturePlace]
    turn: int  # degrees by which it was turned to be read
    words: PageWords
    is_crowded: bool  # nothing of it was read


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """Scanned pages as they were read: what `without_lines` needs to read them again for a form."""

    writing: Writing
    pages: tuple[_Page, ...]


def read_scan(pictures: Iterable[Picture], recognise: Recognise) -> Writing:
    """The text and tables on pictures of pages, cells with their places. WritingError when a picture or the OCR program fails."""
    return scanned(pictures, recognise).writing


def scanned(pictures: Iterable[Picture], recognise: Recognise, numbers: Sequence[int] | None = None) -> Scan:
    """The same with the pages as they were read, numbered from 1 or so. Raises as `read_scan` does."""
    pages: list[_Page] = []
    turns: tuple[int, ...] = TURNS
    for number, picture in zip(numbers or itertools.count(1), itertools.islice(pictures, PAGES_MOST), strict=False):
        page = _read_page(prepared(picture), number, recognise, turns)
        turns = (page.turn, *(each for each in turns if each != page.turn)) if page.turn else turns
        pages.append(page)
    if not pages:
        raise damaged("no page")
    if all(page.is_crowded for page in pages):
        raise WritingError(CROWDED_PAGE)
    return Scan(writing=_written(pages), pages=tuple(pages))


def without_lines(scan: Scan, form: Form, recognise: Recognise) -> Writing:
    """The pages with the form's table rebuilt from where their words stand; as they were where it cannot be told apart.

    Raises as `read_scan` does.
    """
    found = unruled_form([page.words for page in scan.pages], form, recognise)
    if found is None:
        return scan.writing
    pages = []
    for page in scan.pages:
        blocks = found.pages.get(page.words.number)
        if blocks is None:
            pages.append(page)
            continue
        own = found.places.items() if found.table in blocks else ()
        pages.append(replace(page, blocks=blocks, places={(1, row, column): place for (row, column), place in own}))
    return _written(pages)


def _written(pages: Sequence[_Page]) -> Writing:
    blocks: list[RawBlock] = []
    places: dict[Address, PicturePlace] = {}
    for page, whole in zip(pages, rows_put_together([page.blocks for page in pages]), strict=True):
        before = sum(isinstance(block, RawTable) for block in blocks)
        places.update({(before + table, row, column): place for (table, row, column), place in page.places.items()})
        blocks.extend(whole)
    crowded = [page.words.number for page in pages if page.is_crowded]
    findings = (told(crowded),) if crowded else ()
    writing = assemble(RawWriting(blocks=tuple(blocks), page_count=len(pages), findings=findings), keep_layout=True)
    tables = tuple(_doubtful(sheet, number, places) for number, sheet in enumerate(writing.tables, start=1))
    return replace(writing, tables=tables)


def _read_page(page: Paper, number: int, recognise: Recognise, turns: Sequence[int]) -> _Page:
    seen = _upright(page, recognise, turns)
    outside = [word for word in seen.words if not any(table.grid.inside(*word.middle) for table in seen.tables)]
    found: list[tuple[float, RawBlock]] = [*_lines(outside)]
    places: dict[Address, PicturePlace] = {}
    for at, each in enumerate(seen.tables, start=1):
        texts = _cell_texts(seen, each, recognise)
        table = RawTable(
            cells=tuple(
                RawCell(row=cell.top, column=cell.left, bottom=cell.bottom, right=cell.right, paragraphs=(plain(text),))
                for cell, text in zip(each.cells, texts, strict=True)
            )
        )
        found.append((float(each.grid.rows[0]), table))
        places.update({(at, cell.top, cell.left): seen.page.place(cell.box, number) for cell in each.cells})
    ordered = [block for _, block in sorted(found, key=lambda pair: pair[0])]
    words = PageWords(number=number, page=seen.page, words=seen.words)
    return _Page(blocks=tuple(ordered), places=places, turn=seen.turn, words=words, is_crowded=seen.is_crowded)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A table on a page, its cells, and the lone figures in them that a second look read, by the index of the cell."""

    grid: Grid
    cells: Sequence[GridCell]
    figures: Mapping[int, RecognisedWord]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A page and how far it was turned, the page without the lines of its tables, its words, and its tables.

    Of a crowded page there are no words and no tables.
    """

    turn: int
    is_crowded: bool = False
    page: Paper
    clean: Image.Image
    words: Sequence[RecognisedWord]
    tables: Sequence[_Table]


def _upright(page: Paper, recognise: Recognise, turns: Sequence[int]) -> _Seen:
    """A page that lies on its side or its head turned to where it reads best; one that reads as it is stays."""
    best = _seen(page, 0, recognise)
    for turn in turns if FEWEST_WORDS <= len(best.words) <= WORDS_TURNED else ():
        legible = _legible(best.words)
        if legible >= LEGIBLE:
            break
        other = _seen(facing(straightened(page.turned(turn))), turn, recognise)
        if _legible(other.words) > legible + MUCH_BETTER:
            best = other
    return best


def _seen(page: Paper, turn: int, recognise: Recognise) -> _Seen:
    """What one call of the OCR program sees of a page: its words, and the lone figures of its tables once more."""
    grids = find_grids(page.image)
    cells = [grid_cells(grid) for grid in grids]
    clean = without_rules(page.image, list(zip(grids, cells, strict=True)))
    if is_crowded(clean, cells):
        return _Seen(turn=turn, is_crowded=True, page=page, clean=clean, words=(), tables=())
    marks = [lone_figures(clean, [cell.box for cell in own]) for own in cells]
    sheet: WithFigures = with_figures(clean, [box for own in marks for box in own.values()])
    words = recognised(sheet.picture, clean, cells, recognise)
    seen = iter(sheet.read(words))
    again = [{index: word for index in mark if (word := next(seen)) is not None} for mark in marks]
    tables = [_Table(grid=grid, cells=inner, figures=read) for grid, inner, read in zip(grids, cells, again, strict=True)]
    own = [word for word in words if word.middle[1] < sheet.page_height]
    return _Seen(turn=turn, page=page, clean=clean, words=own, tables=tables)


def _legible(words: Sequence[RecognisedWord]) -> float:
    """The share of letters that stand in words read with confidence; 0 without words of more than two letters."""
    written = [word for word in words if sum(map(str.isalpha, word.text)) > 2]  # noqa: PLR2004 - crumbs read like "ll"
    letters = sum(len(word.text) for word in written)
    return sum(len(word.text) for word in written if word.confidence >= CONFIDENT) / letters if letters else 0.0


def _cell_texts(seen: _Seen, table: _Table, recognise: Recognise) -> list[str]:
    """The text of each cell. Lone figures are looked at twice; what that left unsure, and ink without a word, once more.

    What stays unread is "?", not blank.
    """
    inside = _words_of_cells(seen.words, table)
    texts = [_joined(own) for own in inside]
    sure: set[int] = set()
    for index, word in table.figures.items():
        if word.confidence > SURE or word.text == texts[index]:
            sure.add(index)
        if word.confidence > max(SURE, _confidence(inside[index])):
            texts[index] = word.text
    unsure = [index for index in range(len(texts)) if index not in sure]
    cells = table.cells
    again = [index for index in unsure if _is_worth_another_look(texts[index], seen.clean, cells[index])][:SECOND_LOOK_MOST]
    if again:
        for index, own in _looked_at_alone(seen.clean, {index: cells[index] for index in again}, recognise).items():
            if _confidence(own) > max(SURE, _confidence(inside[index])):
                texts[index] = _joined(own)
        texts = [UNREAD if index in again and not any(map(str.isalnum, text)) else text for index, text in enumerate(texts)]
    return [text or ("-" if has_dash(seen.clean, cell.box) else "") for text, cell in zip(texts, cells, strict=True)]


def _words_of_cells(words: Sequence[RecognisedWord], table: _Table) -> list[list[RecognisedWord]]:
    inside: list[list[RecognisedWord]] = [[] for _ in table.cells]
    for word in words:
        x, y = word.middle
        if not table.grid.inside(x, y):
            continue
        for index, cell in enumerate(table.cells):
            left, top, right, bottom = cell.box
            if left <= x < right and top <= y < bottom:
                inside[index].append(word)
                break
    return inside


def _looked_at_alone(
    page: Image.Image, cells: Mapping[int, GridCell], recognise: Recognise
) -> Mapping[int, Sequence[RecognisedWord]]:
    """What is read in each of some cells when nothing but them is on the picture."""
    sheet, places = stacked(page, [cell.box for cell in cells.values()])
    found: dict[int, list[RecognisedWord]] = {}
    for word in recognise(bitmap(sheet), "block"):
        for index, (top, bottom) in zip(cells, places, strict=True):
            if top <= word.middle[1] < bottom:
                found.setdefault(index, []).append(word)
    return found


def _confidence(words: Sequence[RecognisedWord]) -> float:
    return min((word.confidence for word in words), default=0.0)


def _is_worth_another_look(text: str, page: Image.Image, cell: GridCell) -> bool:
    """One or two figures, which are misread among the words of a page and rarely alone; or ink that gave no more than a dot."""
    says_nothing = not any(map(str.isalnum, text))
    return len(text) <= 2 and (text.isdigit() or (says_nothing and has_ink(page, cell.box)))  # noqa: PLR2004 - "12"


def _joined(words: Sequence[RecognisedWord]) -> str:
    """Words of a cell in reading order: by lines from the top, then from the left."""
    return "\n".join(_line_text(line) for line in _by_lines(words))


def _by_lines(words: Sequence[RecognisedWord]) -> list[list[RecognisedWord]]:
    lines: list[list[RecognisedWord]] = []
    for word in sorted(words, key=lambda each: each.middle[1]):
        if lines:
            last = lines[-1]
            level = sum(each.middle[1] for each in last) / len(last)
            if abs(word.middle[1] - level) <= 0.5 * max(word.height, last[0].height):
                last.append(word)
                continue
        lines.append([word])
    return lines


def _line_text(words: Sequence[RecognisedWord]) -> str:
    return " ".join(word.text for word in sorted(words, key=lambda each: each.left))


def _lines(words: Sequence[RecognisedWord]) -> list[tuple[float, RawBlock]]:
    """The lines outside of tables, as paragraphs with their height on the page."""
    trusted = [word for word in words if word.confidence >= POOR]
    return [(line[0].middle[1], plain(_line_text(line))) for line in _by_lines(trusted)]


def _doubtful(sheet: Sheet, number: int, places: Mapping[Address, PicturePlace]) -> Sheet:
    """The sheet with every cell to be confirmed, and with its place where the question can be looked up."""
    cells = {
        (row, column): replace(cell, doubtful=True, place=places.get((number, row, column)))
        for (row, column), cell in sheet.cells.items()
    }
    return replace(sheet, cells=cells)
