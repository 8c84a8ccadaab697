"""A form printed without ruling lines: its table rebuilt from where the words stand.

The labels of the form say which lines are rows, the headings say which columns there are, and every figure must stand beside one
label and below one heading. A figure that may belong to two rows or columns is doubtful in the one and unread in the other; a
table that cannot be told apart is not read at all.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from config.campaign import Form
from config.vietnamese import fold
from parsers.aligned_cells import header_cells, raw_cell
from parsers.aligned_columns import Bands, are_units, bands_of, header_lines, is_marks, is_plain_kind
from parsers.aligned_pieces import LabelParts, Line, Piece, in_lines, joined, text_of, without_running
from parsers.aligned_rows import LabelRow, label_rows, row_of
from parsers.form_header import means_column
from parsers.grid import UNREAD
from parsers.labels import LabelIndex, label_index
from parsers.writing_blocks import RawCell

FEWEST_LABELS = 0.5  # of the form's rows must be found word by word
ALIKE = 0.75  # of a label's words and letters
MOST_BELOW = 0.8  # of the labels stand below the headings of the table
MOST_DOUBTS = 0.5  # of the figures
FAR_APART = 40  # lines without a label: what stands beyond is another text
MOST_ENDING = 3  # lines
WRAPPED_LINES = 1.35  # of a letter's height from one line of a cell to the next
TRAILING = 2.5  # lines between the last label and a row that the unit added
MOST_PIECES = 6_000
NEIGHBOURS = 40  # pieces of the lines around
OVERPRINTED, TOUCH = 0.3, 0.5  # of a letter's height; points
_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_SIGNS = re.compile(r"[\d\s.,/()\-–]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignedTable:
    """A table by its cells, the page and height it begins at, and the pieces of text that are in it or were left out.

    `pieces` are those of each cell, or those that may stand in it, by row and column.
    """

    page: int
    top: float
    cells: tuple[RawCell, ...]
    used: frozenset[Piece]
    pieces: Mapping[tuple[int, int], tuple[Piece, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Region:
    """The lines of a table: its header, its rows, and how the labels in it are written."""

    header: list[Line]
    body: list[Line]
    hits: list[Piece]
    left_out: list[Line]


def aligned_table(pieces: Sequence[Piece], form: Form) -> AlignedTable | None:
    """The form's table among these pieces of text, None where there is none that can be told apart."""
    if len(pieces) > MOST_PIECES:
        return None
    parts, index = LabelParts(form), label_index(form.indicators)
    lines = [parts.put_together(line) for line in in_lines(dict.fromkeys(pieces))]
    region = _region(lines, parts, index, form)
    if region is None or _is_overprinted(region.body):
        return None
    bands = bands_of(region.header, region.body, region.hits, form)
    if bands is None:
        return None
    rows = _rows(bands, index, form)
    if not _is_whole(rows, index, form):
        return None
    cells = _cells(bands, rows, index)
    if cells is None:
        return None
    inside = [*region.header, *region.body]
    used = {each for line in (*inside, *region.left_out) for each in line}
    split = {each for each in pieces if any(_covers(whole, each) for whole in used)}
    first = min(region.header[0], key=lambda each: each.top) if region.header else region.body[0][0]
    filled = {(cell.row, cell.column): own for cell, own in cells if own}
    return AlignedTable(
        page=first.page, top=first.top, cells=tuple(cell for cell, _ in cells), used=frozenset(used | split), pieces=filled
    )


def _is_overprinted(lines: Sequence[Line]) -> bool:
    """Whether texts lie on each other: rows too low for what is in them, whose lines hide behind the next row."""
    pieces = [each for line in lines for each in line]
    for number, one in enumerate(pieces):
        for other in pieces[number + 1 : number + 1 + NEIGHBOURS]:
            if one.page == other.page and one.overlaps(other.left + TOUCH, other.right - TOUCH):
                common = min(one.bottom, other.bottom) - max(one.top, other.top)
                if common > OVERPRINTED * min(one.size, other.size):
                    return True
    return False


def _covers(whole: Piece, part: Piece) -> bool:
    return (
        whole.page == part.page
        and whole.left <= part.left
        and part.right <= whole.right
        and whole.top <= part.top
        and part.bottom <= whole.bottom
    )


def _region(lines: Sequence[Line], parts: LabelParts, index: LabelIndex, form: Form) -> _Region | None:
    """Where the table begins and ends."""
    kept = without_running(lines)
    hits, beside = parts.column(kept)
    exact = [row for row in label_rows(beside, index, lambda _: False) if row.exact]
    number_of = {id(piece): number for number, line in enumerate(kept) for piece in line}
    places = [(number_of[id(row.lines[0])], number_of[id(row.lines[-1])]) for row in exact]
    window = _densest(_below_header(places, kept, form))
    if window is None:
        return None
    first, last = window[0], _label_end(kept, window[1], exact, index)
    last = max([last, *(at for each in hits if last < (at := number_of[id(each)]) <= last + FAR_APART)])
    start = first
    left = min(each.left for row in exact for each in row.lines)
    while start and not _is_header_end(kept[start - 1], left, form):
        start -= 1
        if first - start > FAR_APART:
            return None
    header = header_lines([line for line in kept[:start] if line[0].page == kept[start][0].page], form)
    if not header:
        return None
    again = _headers_again(kept[start : last + 1], header, left)
    body = [line for line in kept[start : last + 1] if id(line) not in again]
    body.extend(_trailing(kept[last + 1 :], kept[last], hits))
    running = [line for line in lines if line not in kept and kept[first][0].page <= line[0].page <= kept[last][0].page]
    inside = {id(piece) for line in body for piece in line}
    missed = any(_is_row(line, left, form) for line in kept[last + 1 :] if id(line[0]) not in inside)
    if missed or _holds_header(body, header, form):
        return None
    return _Region(
        header=header, body=body, hits=[each for each in hits if id(each) in inside], left_out=[*again.values(), *running]
    )


def _headers_again(lines: Sequence[Line], header: Sequence[Line], left: float) -> dict[int, Line]:
    """The lines with which a later page repeats the header, by their identity."""
    texts = {fold(text_of(line)) for line in header}
    found: dict[int, Line] = {}
    for _, own in itertools.groupby(lines, key=lambda line: line[0].page):
        page = list(own)
        heads = list(itertools.takewhile(lambda line: _may_head(line, texts, left), page))
        whole = any(len(line) > 1 and fold(text_of(line)) in texts for line in heads)
        if not whole:  # the rest of one whose first lines were told by their place
            heads = list(itertools.takewhile(lambda line: _ends_heading(line, texts, left), heads))
        if page[0][0].page != header[0][0].page:
            found.update({id(line): line for line in heads})
    return found


def _ends_heading(line: Line, texts: set[str], left: float) -> bool:
    return fold(text_of(line)) in texts and not any(abs(each.left - left) < each.size for each in line)


def _may_head(line: Line, texts: set[str], left: float) -> bool:
    if fold(text_of(line)) in texts or is_marks(line):
        return True
    return not any(abs(each.left - left) < each.size or _DIGIT.search(_YEAR.sub("", each.text)) for each in line)


def _holds_header(body: Sequence[Line], header: Sequence[Line], form: Form) -> bool:
    """Whether headings are left among the rows: another table, or a header that could not be told from them."""
    headings = {fold(each.text) for line in header for each in line if means_column(each.text, form.columns)}
    return any(sum(fold(each.text) in headings for each in line) > 1 for line in body)


def _label_end(lines: Sequence[Line], last: int, rows: Sequence[LabelRow], index: LabelIndex) -> int:
    """The line with which the last label ends, when short words of it are wrapped below: "(nếu có)"."""
    row = next(row for row in rows if row.lines[-1] in lines[last])
    end, text = last, row.text
    for number in range(last + 1, min(last + MOST_ENDING, len(lines) - 1) + 1):
        line = lines[number]
        if line[0].page != row.lines[-1].page or abs(line[0].left - row.lines[-1].left) > line[0].size:
            break
        text = f"{text} {line[0].text}"
        if index.exact_holders(text):
            end = number
    return end


def _below_header(places: Sequence[tuple[int, int]], lines: Sequence[Line], form: Form) -> Sequence[tuple[int, int]]:
    """The places of labels below the headings that most of them stand below: "4. Kinh phí" may be a section of the report."""
    below = places
    for number, line in enumerate(lines):
        if _names_columns(line, form) and any(is_plain_kind(each, form) for each in line):
            later = [place for place in places if place[0] > number]
            below = later if len(later) >= MOST_BELOW * len(places) else below
    return below


def _names_columns(line: Line, form: Form) -> bool:
    """Whether a line heads several columns, and holds no figures."""
    return not _holds_figures(line) and sum(means_column(each.text, form.columns) for each in line) > 1


def _holds_figures(line: Line) -> bool:
    return any(_DIGIT.search(_YEAR.sub("", each.text)) for each in line)


def _densest(places: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """The first and last line of the stretch with most labels."""
    stretches: list[list[tuple[int, int]]] = []
    for place in places:
        if stretches and place[0] - stretches[-1][-1][1] <= FAR_APART:
            stretches[-1].append(place)
        else:
            stretches.append([place])
    best = max(stretches, key=len, default=None)
    return (best[0][0], best[-1][1]) if best else None


def _is_header_end(line: Line, left: float, form: Form) -> bool:
    """Whether a line is the last of a header: without figures, and naming columns or with nothing where the labels begin."""
    if is_marks(line):
        return True
    unlabelled = not any(abs(each.left - left) < each.size for each in line)
    return _names_columns(line, form) or (unlabelled and not _holds_figures(line))


def _is_row(line: Line, left: float, form: Form) -> bool:
    """Whether a line looks like one more row of the form: a label, a unit of measure and a figure."""
    units = {fold(each.unit) for each in form.indicators if each.unit}
    labelled = any(abs(each.left - left) < each.size for each in line)
    return labelled and any(fold(each.text) in units for each in line) and any(_SIGNS.fullmatch(each.text) for each in line[1:])


def _trailing(lines: Sequence[Line], last: Line, hits: Sequence[Piece]) -> list[Line]:
    """Rows below the last known label: a text where labels begin and something beside it."""
    found: list[Line] = []
    left = min(each.left for each in hits)
    for line in lines:
        before = (found[-1] if found else last)[0]
        labelled = len(line) > 1 and any(abs(each.left - left) < each.size for each in line[:2])
        if line[0].page != before.page or line[0].top - before.bottom > TRAILING * before.size or not labelled:
            break
        found.append(line)
    return found


def _rows(bands: Bands, index: LabelIndex, form: Form) -> list[LabelRow]:
    """The labels of the table from top to bottom."""
    units = {fold(each.unit) for each in form.indicators if each.unit}
    told = [band for band in bands.all[bands.label + 1 :] if are_units(band, units)][:1]
    starts = [each for band in told for each in band.body if fold(each.text) in units]
    starts_left = [each for band in bands.all[: bands.label] for each in band.body]

    def barred(lines: Sequence[Piece]) -> bool:
        return any(sum(_beside(each, lines) for each in some) > 1 for some in (starts, starts_left))

    lines = [joined(line) for line in in_lines(bands.all[bands.label].body)]
    return label_rows(lines, index, barred)


def _beside(piece: Piece, lines: Sequence[Piece]) -> bool:
    middle = (piece.top + piece.bottom) / 2
    return piece.page == lines[0].page and lines[0].top <= middle <= lines[-1].bottom


def _is_whole(rows: Sequence[LabelRow], index: LabelIndex, form: Form) -> bool:
    """Whether the rows are most of the form's, and no other copy of it stands among them."""
    found = [holders for row in rows if row.exact and (holders := index.exact_holders(row.text))]
    alone = [holders[0] for holders in found if len(holders) == 1 and not index.generic[holders[0]]]
    labelled = sum(1 for each in form.indicators if each.label)
    return len(found) >= FEWEST_LABELS * labelled and len(set(alone)) == len(alone)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """A piece in its row and column, and the other row it may belong to. `figure`: it says something of quantities.

    `level`: it stands exactly where the row has its lines.
    """

    piece: Piece
    level: bool
    row: int
    column: int
    rival: int | None
    figure: bool


@dataclass(slots=True, kw_only=True)
class _Cell:
    pieces: list[Piece]
    doubtful: bool = False


def _placed(bands: Bands, rows: Sequence[LabelRow]) -> Iterator[_Placed]:
    for column, band in enumerate(bands.all):
        for piece in band.body if column != bands.label else ():
            row, rival = row_of(piece, rows)
            figure = (piece.text == UNREAD or bool(_DIGIT.search(piece.text))) and bands.label < column < bands.note
            level = rival is None and rows[row].levels_with(piece)
            yield _Placed(piece=piece, row=row, column=column, rival=rival, figure=figure, level=level)


def _cells(bands: Bands, rows: Sequence[LabelRow], index: LabelIndex) -> list[tuple[RawCell, tuple[Piece, ...]]] | None:
    """Header and rows as cells with their pieces; None when too many figures may stand in two places."""
    found: dict[tuple[int, int], _Cell] = {}
    rivals: dict[tuple[int, int], list[Piece]] = {}
    placed = list(_placed(bands, rows))
    told = {each.row for each in placed if each.figure}
    sure = [each.exact or _stands_alone(rows, number) for number, each in enumerate(rows)]
    pushed = _pushed(placed)
    doubts = 0
    for each in placed:
        cell = found.setdefault((each.row, each.column), _Cell(pieces=[]))
        cell.pieces.append(each.piece)
        loose = each.rival is not None or each.piece in bands.leaning
        cell.doubtful |= loose or not sure[each.row] or (each.figure and each in pushed)
        if each.figure:
            doubts += loose
            parts = list(_perhaps_parts(each.row, rows, told, index))
            cell.doubtful |= bool(parts)
            others = [(each.row, other) for other in bands.leaning.get(each.piece, ())]
            others += [(other, each.column) for other in (*parts, each.rival) if other is not None]
            for place in others:
                rivals.setdefault(place, []).append(each.piece)
    figures = sum(each.figure for each in placed)
    if doubts > MOST_DOUBTS * max(figures, 1):
        return None
    return [
        *header_cells(bands.all),
        *((raw_cell(number, bands.label + 1, each.text), each.lines) for number, each in enumerate(rows, start=3)),
        *((_body_cell(place, cell, doubtful=place in rivals), tuple(cell.pieces)) for place, cell in found.items()),
        *(
            (raw_cell(row + 3, column + 1, UNREAD, doubtful=True), tuple(rivals[row, column]))
            for row, column in sorted(set(rivals) - set(found))
        ),
    ]


def _pushed(placed: Sequence[_Placed]) -> set[_Placed]:
    """The pieces off the lines of their rows, and those right above and below them: perhaps lines of one cell."""
    off = [each for each in placed if not each.level]
    return {
        each
        for each in placed
        if any(
            one.column == each.column
            and one.piece.page == each.piece.page
            and abs(one.piece.bottom - each.piece.bottom) <= WRAPPED_LINES * each.piece.size
            for one in off
        )
    }


def _body_cell(place: tuple[int, int], cell: _Cell, *, doubtful: bool) -> RawCell:
    lines = [text_of(line) for line in in_lines(cell.pieces)]
    cut = sum(bool(_DIGIT.search(line)) for line in lines) > 1  # a narrow column breaks figures over two lines
    text = _joined(lines)
    if UNREAD in text and not any(map(str.isalpha, text)):  # of a scanned figure only a part was read
        text = UNREAD
    return raw_cell(place[0] + 3, place[1] + 1, text, doubtful=cell.doubtful or cut or doubtful)


def _perhaps_parts(number: int, rows: Sequence[LabelRow], told: set[int], index: LabelIndex) -> Iterator[int]:
    """The labels around one that is not of the form word by word which may be parts of it, since they have no figures.

    "văn nghệ" is a label of the form, too, and with a misspelt line above it "Hoạt đng văn nghệ" is the same one.
    """
    for step in (-1, 1):
        other = number + step
        while not rows[number].exact and 0 <= other < len(rows) and other not in told:
            if rows[other].exact and not _are_one(min(number, other), max(number, other), rows, index):
                break
            yield other
            other += step


def _are_one(first: int, last: int, rows: Sequence[LabelRow], index: LabelIndex) -> bool:
    """Whether all of these lines are one label of the form by their letters, and one of them is the same label already."""
    holders = {one for row in rows[first : last + 1] for one in index.exact_holders(row.text)}
    best, score = index.best(" ".join(row.text for row in rows[first : last + 1]))
    return best in holders and score >= ALIKE


def _stands_alone(rows: Sequence[LabelRow], number: int) -> bool:
    """Whether both neighbours of a label are known word by word, so that every line between them is its own."""
    return all(rows[other].exact for other in (number - 1, number + 1) if 0 <= other < len(rows))


def _joined(lines: Sequence[str]) -> str:
    bare = all(_SIGNS.fullmatch(line) for line in lines)
    return ("\n" if bare else " ").join(lines)  # figures on two lines stay two, to be asked about
