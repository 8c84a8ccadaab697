"""A photographed or scanned page made fit for reading: evenly lit, upright, and its ruling lines found. Pillow alone."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageChops, ImageFilter, ImageOps

from parsers.photos import Picture
from parsers.picture_bars import WHOLE, inside_bars, part
from parsers.picture_memory import is_too_much, upright_grey
from parsers.scan_lines import BLOCK_ACROSS, BLOCK_DOWN, LINE_THICK, Rule, rules_across, rules_down
from parsers.scan_paper import Paper
from parsers.scan_slant import DARK, facing, straightened
from parsers.writing_blocks import damaged, too_large

PIXELS_MOST = 60_000_000
LONG_SIDE = 2_400  # an A4 page at 200 dpi has 2,339
SHORT_SIDE_LEAST = 1_500
PICTURE_ERRORS = (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError)

STRETCH_SHARE = 0.7  # of a row's height: a block of a line that ends there may be lost
SHORT = 0.5  # of a line's length
TOUCH = 14  # pixels: two lines this close meet
EDGE_SHARE = 0.22  # of a table's height that an edge between columns must cover
SMALLEST_TABLE = 0.02  # of the page
ROW_SHARE = 0.13  # of its width that one between rows must: a heading over two narrow columns has a line of its own
WHITE = 250  # of 255
FIGURE_HEIGHT = 8  # pixels; figures of 13 points are 25 tall, those of a form shrunk to the width of a page 10
FIGURE_INK = 12  # pixels: a thin "7" of that height whose edge lies under a line has 15
DASH_WIDTH, DASH_LONGEST, DASH_HEIGHT = 4, 30, 5  # pixels
DASH_SLIM = 1.5  # times its height
DASH_FULL = 0.6  # of its box is ink
DASH_OFF = 0.2  # of a cell's height: how far from its middle
STEP = 5  # pixels
NARROWEST = 22  # pixels: no column of a printed table is narrower
LOWEST = 14  # pixels: no row is lower, be the form shrunk to the width of a page; the two lines of a double one are nearer
INSIDE = 4  # pixels of a cell beside its lines
INKED = 178  # of 255: how dark a row of pixels along a line is
FAINT = 210  # of 255: what a grey or hair-thin line is still darker than
PALE = 1.2  # times what is surely dark: print as black as it should be has less at its edges
MORE_CELLS = 1.03  # times: what faint lines must part; where none are, faint ink is letters that run along a line
GRAINY = 0.15  # of a page that is darker than that: more is the grain of a photo
FAINT_INK = [255 if value < FAINT else 0 for value in range(256)]
INK = [255 if value < DARK else 0 for value in range(256)]  # what `point` makes of a page: 255 where it is dark


IsInked = Callable[[int, int, int], bool]
"""Whether a line at a position is dark between a start and an end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table on a page: positions of its rows' and columns' edges, and the rules that part them."""

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    across: tuple[Rule, ...]
    down: tuple[Rule, ...]

    def inside(self, x: float, y: float) -> bool:
        """Whether a point is inside the table."""
        return self.columns[0] <= x <= self.columns[-1] and self.rows[0] <= y <= self.rows[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class GridCell:
    """A cell of a grid, 1-based and inclusive, with its box in pixels."""

    top: int
    left: int
    bottom: int
    right: int
    box: tuple[int, int, int, int]


def prepared(picture: Picture) -> Paper:
    """The page in grey: turned as the camera was held, evenly lit, straightened, about 200 dpi. WritingError when unreadable."""
    try:
        with Image.open(BytesIO(picture)) if isinstance(picture, bytes) else picture as opened:
            if opened.width * opened.height > PIXELS_MOST:
                raise too_large(f"{opened.width} x {opened.height} pixels")
            if isinstance(picture, bytes) and is_too_much(opened, picture):
                raise too_large(f"{opened.width} x {opened.height} pixels of {opened.format}")
            opened.draft("L", (LONG_SIDE, LONG_SIDE))
            page = upright_grey(opened)
    except PICTURE_ERRORS as error:
        raise damaged(f"{type(error).__name__}: {error}") from error
    box = inside_bars(page) or WHOLE
    return facing(straightened(Paper.part(_evenly_lit(_sized(part(page, box) if box != WHOLE else page)), box)))


def _sized(page: Image.Image) -> Image.Image:
    long, short = max(page.size), min(page.size)
    factor = min(1.0, LONG_SIDE / long) if short * LONG_SIDE / long >= SHORT_SIDE_LEAST or long > LONG_SIDE else 1.0
    if short < SHORT_SIDE_LEAST and long < LONG_SIDE:
        factor = min(LONG_SIDE / long, SHORT_SIDE_LEAST / short, 2.0)
    if abs(factor - 1.0) < 0.02:  # noqa: PLR2004 - not worth the blur
        return page
    size = (max(1, round(page.width * factor)), max(1, round(page.height * factor)))
    return page.resize(size, Image.Resampling.LANCZOS if factor > 1 else Image.Resampling.BOX)


def _evenly_lit(page: Image.Image) -> Image.Image:
    """Divides by the paper: shadows of a phone photo go, ink stays as dark as it is beside its paper."""
    paper = page.resize((max(1, page.width // 8), max(1, page.height // 8)), Image.Resampling.BOX)
    for _ in range(4):  # four squares of 3 make one of 9, in a third of the time
        paper = paper.filter(ImageFilter.MaxFilter(3))
    paper = paper.filter(ImageFilter.GaussianBlur(4))
    if min(paper.tobytes()) >= WHITE:  # from a scanner: there is nothing to divide by
        return _contrasted(page)
    paper = paper.resize(page.size, Image.Resampling.BILINEAR)
    darker = ImageChops.subtract(paper.point(_LOGARITHMS), page.point(_LOGARITHMS))
    return _contrasted(darker.point(_RATIOS))


def _contrasted(page: Image.Image) -> Image.Image:
    """Ink as dark as it can be; on a page of a few lines all of it is less than what is cut off of others."""
    counts, pixels = page.histogram(), page.width * page.height
    cut = min(0.5, sum(counts[:DARK]) * 50 / pixels)  # per cent
    if counts[0] > cut * pixels / 100 and counts[255]:
        return page  # it has all there is
    return ImageOps.autocontrast(page, cutoff=(cut, 0))


_LOGARITHMS = [round(255 * math.log(value + 1) / math.log(256)) for value in range(256)]
_RATIOS = [round(255 * 256 ** (-value / 255)) for value in range(256)]
"""Of a difference of logarithms: how bright a place is beside its paper, 255 for the paper itself."""


def find_grids(page: Image.Image) -> list[Grid]:
    """The ruled tables of a page, top to bottom."""
    inked, faintly = page.point(INK), page.point(FAINT_INK)
    grids = _grids_in(inked)
    dark, faint = (each.tobytes().count(255) for each in (inked, faintly))  # a histogram of white takes four times as long
    # faint lines would be lost; but the grain of a photo would be lines
    if (_are_small(grids, page) or faint >= PALE * dark) and faint <= GRAINY * page.width * page.height:
        fainter = _grids_in(faintly)
        before, now = (sum(len(grid_cells(grid)) for grid in found) for found in (grids, fainter))
        grids = fainter if now > MORE_CELLS * before else grids
    return sorted(grids, key=lambda grid: grid.rows[0])


def _are_small(grids: Sequence[Grid], page: Image.Image) -> bool:
    """Whether there are no tables but perhaps strokes of letters that look like one: none is a fair part of the page."""
    areas = [(each.rows[-1] - each.rows[0]) * (each.columns[-1] - each.columns[0]) for each in grids]
    return max(areas, default=0) < SMALLEST_TABLE * page.width * page.height


def _grids_in(dark: Image.Image) -> list[Grid]:
    across, down = rules_across(dark), rules_down(dark)
    grids = []
    for rows, columns in _connected(across, down):
        width, height = _spread(columns), _spread(rows)
        row_edges = _edges(rows, width * ROW_SHARE)
        inked_across, inked_down = functools.partial(_inked_across, dark), functools.partial(_inked_down, dark)
        column_edges = _supported(_edges(columns, height * EDGE_SHARE), columns, row_edges, inked_down, NARROWEST)
        row_edges = _supported(row_edges, rows, column_edges, inked_across, LOWEST)
        if len(row_edges) > 2 and len(column_edges) > 2:  # noqa: PLR2004 - two rows and two columns
            longest, tallest = dark.width // BLOCK_ACROSS, dark.height // BLOCK_DOWN
            kept_rows = tuple(_drawn_out(rule, inked_across, longest) for rule in _at_edges(rows, row_edges))
            kept_columns = tuple(_drawn_out(rule, inked_down, tallest) for rule in _at_edges(columns, column_edges))
            grids.append(Grid(rows=row_edges, columns=column_edges, across=kept_rows, down=kept_columns))
    return grids


def _at_edges(rules: Sequence[Rule], edges: Sequence[int]) -> list[Rule]:
    """The lines that run along edges. A much shorter one beside a line is the text that stands there, and no line."""
    near = sorted((rule for rule in rules if any(abs(rule.at - edge) <= TOUCH for edge in edges)), key=lambda rule: -rule.length)
    kept: list[Rule] = []
    for rule in near:
        longer = [each for each in kept if rule.length < SHORT * each.length]
        if not any(_covered([each], rule.at, rule.start, rule.end) >= STRETCH_SHARE * rule.length for each in longer):
            kept.append(rule)
    return kept


def _drawn_out(rule: Rule, is_inked: IsInked, most: int) -> Rule:
    """The line as far as it goes: it was found in whole blocks, and what it has of a further one is half a row of a table."""
    start, end = rule.start, rule.end
    while start > max(0, rule.start - most) and is_inked(rule.at, max(0, start - STEP), start):
        start = max(0, start - STEP)
    while end < rule.end + most and is_inked(rule.at, end, end + STEP):
        end += STEP
    return Rule(at=rule.at, start=start, end=end)


def _connected(across: list[Rule], down: list[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Groups of lines that meet each other."""
    groups: list[tuple[list[Rule], list[Rule]]] = []
    left = list(down)
    while left:
        rows: list[Rule] = []
        columns = [left.pop()]
        grew = True
        while grew:
            new_rows = [rule for rule in across if rule not in rows and any(_meet(rule, other) for other in columns)]
            rows.extend(new_rows)
            new_columns = [rule for rule in left if any(_meet(other, rule) for other in rows)]
            columns.extend(new_columns)
            left = [rule for rule in left if rule not in new_columns]
            grew = bool(new_rows or new_columns)
        groups.append((rows, columns))
    return groups


def _meet(across: Rule, down: Rule) -> bool:
    return (
        across.start - TOUCH * 3 <= down.at <= across.end + TOUCH * 3
        and down.start - TOUCH * 2 <= across.at <= down.end + TOUCH * 2
    )


def _spread(rules: Sequence[Rule]) -> int:
    return max(rule.at for rule in rules) - min(rule.at for rule in rules) if rules else 0


def _edges(rules: Sequence[Rule], least: float) -> tuple[int, ...]:
    """Positions of edges: lines at one position together, those that are too short in all left out (letters in a column)."""
    merged: list[list[Rule]] = []
    for rule in sorted(rules, key=lambda each: each.length, reverse=True):  # the longest says where the line is
        beside = next((each for each in merged if abs(rule.at - each[0].at) <= TOUCH), None)
        if beside is None:
            merged.append([rule])
        else:
            beside.append(rule)
    long_enough = (each for each in merged if sum(rule.length for rule in each) >= least)
    return tuple(sorted(round(sum(r.at * r.length for r in each) / sum(r.length for r in each)) for each in long_enough))


def _supported(
    edges: tuple[int, ...], rules: Sequence[Rule], crossing: tuple[int, ...], is_inked: IsInked, least: int
) -> tuple[int, ...]:
    """The edges that run along a fifth of the table's rows (or columns) from end to end; letters in a column never do.

    Of two that are less than `least` pixels apart the one that runs further stays.
    """
    stretches = list(itertools.pairwise(crossing))
    kept: list[tuple[int, int]] = []  # (edge, stretches it covers)
    for edge in edges:
        support = sum(
            _covered(rules, edge, start, end) >= STRETCH_SHARE * (end - start) and is_inked(edge, start, end)
            for start, end in stretches
        )
        if support * 5 < len(stretches):
            continue
        if kept and edge - kept[-1][0] < least:  # first letters of a left-aligned column stand like a line beside the line
            kept[-1] = max(kept[-1], (edge, support), key=lambda each: each[1])
        else:
            kept.append((edge, support))
    return tuple(edge for edge, _ in kept)


def _inked_across(dark: Image.Image, at: int, start: int, end: int) -> bool:
    """Whether one row of pixels near a position is dark nearly throughout; letters beside each other leave gaps."""
    return _is_inked(dark, (start, max(0, at - LINE_THICK), end, min(dark.height, at + LINE_THICK + 1)), across=True)


def _inked_down(dark: Image.Image, at: int, start: int, end: int) -> bool:
    """The same of a column of pixels; letters below each other leave gaps."""
    return _is_inked(dark, (max(0, at - LINE_THICK), start, min(dark.width, at + LINE_THICK + 1), end), across=False)


def _is_inked(dark: Image.Image, box: tuple[int, int, int, int], *, across: bool) -> bool:
    if box[2] <= box[0] or box[3] <= box[1]:
        return False
    strip = dark.crop(box)
    return max(strip.resize((1, strip.height) if across else (strip.width, 1), Image.Resampling.BOX).tobytes()) >= INKED


def grid_cells(grid: Grid) -> list[GridCell]:
    """The cells of a grid, merged where no line parts them."""
    taken: set[tuple[int, int]] = set()
    cells = []
    for row in range(len(grid.rows) - 1):
        for column in range(len(grid.columns) - 1):
            if (row, column) in taken:
                continue
            right = column
            while right + 2 < len(grid.columns) and not _parted(
                grid.down, grid.columns[right + 1], grid.rows[row], grid.rows[row + 1]
            ):
                right += 1
            bottom = row
            while bottom + 2 < len(grid.rows) and all(
                not _parted(grid.across, grid.rows[bottom + 1], grid.columns[each], grid.columns[each + 1])
                for each in range(column, right + 1)
            ):
                bottom += 1
            taken.update((y, x) for y in range(row, bottom + 1) for x in range(column, right + 1))
            box = (grid.columns[column], grid.rows[row], grid.columns[right + 1], grid.rows[bottom + 1])
            cells.append(GridCell(top=row + 1, left=column + 1, bottom=bottom + 1, right=right + 1, box=box))
    return cells


def _parted(rules: Sequence[Rule], at: int, start: int, end: int) -> bool:
    """Whether a line stands at a position over most of a stretch."""
    return _covered(rules, at, start, end) * 2 >= end - start


def _covered(rules: Sequence[Rule], at: int, start: int, end: int) -> int:
    """How much of a stretch is covered by lines at a position."""
    return sum(max(0, min(rule.end, end) - max(rule.start, start)) for rule in rules if abs(rule.at - at) <= TOUCH)


def has_ink(page: Image.Image, box: tuple[int, int, int, int]) -> bool:
    """Whether something is written inside a box: dark, and as tall as a figure; specks and crumbs of lines are not."""
    inner = inner_box(box)
    if inner is None:
        return False
    marks = page.crop(inner).point(INK)
    place = marks.getbbox()
    return place is not None and place[3] - place[1] >= FIGURE_HEIGHT and marks.histogram()[255] >= FIGURE_INK


def has_dash(page: Image.Image, box: tuple[int, int, int, int]) -> bool:
    """Whether nothing but a dash is written inside a box, at half its height: "none", as ledgers print a zero."""
    inner = inner_box(box)
    if inner is None:
        return False
    marks = page.crop(inner).point(INK)
    place = marks.getbbox()
    if place is None:
        return False
    width, height = place[2] - place[0], place[3] - place[1]
    middle = (place[1] + place[3]) / 2 / marks.height
    flat = height <= DASH_HEIGHT and DASH_WIDTH <= width <= DASH_LONGEST and width >= DASH_SLIM * height
    return flat and abs(middle - 0.5) <= DASH_OFF and marks.histogram()[255] >= DASH_FULL * width * height


def inner_box(box: tuple[int, int, int, int]) -> tuple[int, int, int, int] | None:
    """What of a cell lies inside its lines; None where nothing fits."""
    left, top, right, bottom = box[0] + INSIDE, box[1] + INSIDE, box[2] - INSIDE, box[3] - INSIDE
    return (left, top, right, bottom) if right - left > 4 and bottom - top > 4 else None  # noqa: PLR2004 - nothing fits


def bitmap(page: Image.Image) -> bytes:
    """The picture as a BMP file: packing it for Tesseract would cost more than it saves."""
    stream = BytesIO()
    page.save(stream, format="BMP")
    return stream.getvalue()


def stacked(page: Image.Image, boxes: Sequence[tuple[int, int, int, int]]) -> tuple[Image.Image, list[tuple[int, int]]]:
    """Cut-outs of a page one below the other, and where each begins and ends, so that one call reads them all."""
    inner = [inner_box(box) or box for box in boxes]
    width = max(right - left for left, _, right, _ in inner) + 120
    height = sum(bottom - top + 40 for _, top, _, bottom in inner) + 40
    sheet = Image.new("L", (width, height), 255)
    places = []
    y = 40
    for left, top, right, bottom in inner:
        sheet.paste(page.crop((left, top, right, bottom)), (60, y))
        places.append((y - 20, y + bottom - top + 20))
        y += bottom - top + 40
    return sheet, places
