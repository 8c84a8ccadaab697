"""The ruling lines of scanned tables painted over, and nothing but them: figures stand a pixel or two beside a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PIL import Image, ImageDraw

from parsers.scan_lines import LINE_THICK
from parsers.scan_picture import FAINT_INK, INK, Grid, GridCell

Box = tuple[int, int, int, int]

PIECE = 120  # pixels: a line that is not quite level keeps to its rows of pixels so far
SURELY = 150  # of 255: how dark a row of pixels along a line is; below it the line is broken
BROKEN = 2  # pixels on either side of where a broken line should be
AS_DARK = 0.8  # of a line's darkest row: the stem of a figure beside it is shorter than the cell
ENDS = 6  # pixels that a line may go on


def without_rules(page: Image.Image, grids: Sequence[tuple[Grid, Sequence[GridCell]]]) -> Image.Image:
    """The page without the ruling lines of its tables: Tesseract takes them for letters."""
    clean = page.copy()
    pen = ImageDraw.Draw(clean)
    inked = [page.point(level) for level in (INK, FAINT_INK)]
    for grid, cells in grids:
        edges = list(dict.fromkeys(each for cell in cells for each in _edges(cell.box)))  # most are those of two cells
        for number, (across, strip) in enumerate((*edges, *_rules(grid))):
            for piece in _pieces(strip, across=across):
                line = _line(inked, piece, across=across)
                if line is not None:
                    pen.rectangle(line, fill=255)
                elif number < len(edges):  # a broken line; but figures below each other may look like a rule beside the edge
                    pen.rectangle(_middle(piece, across=across), fill=255)
    return clean


def _rules(grid: Grid) -> Iterator[tuple[bool, Box]]:
    for rule in grid.across:
        yield True, (rule.start - ENDS, rule.at - LINE_THICK, rule.end + ENDS, rule.at + LINE_THICK)
    for rule in grid.down:
        yield False, (rule.at - LINE_THICK, rule.start - ENDS, rule.at + LINE_THICK, rule.end + ENDS)


def _edges(box: Box) -> Iterator[tuple[bool, Box]]:
    """Where a piece of a line may have been too faint to be found."""
    left, top, right, bottom = box
    for y in (top, bottom):
        yield True, (left - LINE_THICK, y - LINE_THICK, right + LINE_THICK, y + LINE_THICK)
    for x in (left, right):
        yield False, (x - LINE_THICK, top - LINE_THICK, x + LINE_THICK, bottom + LINE_THICK)


def _pieces(strip: Box, *, across: bool) -> Iterator[Box]:
    left, top, right, bottom = strip
    start, end = (left, right) if across else (top, bottom)
    count = max(1, round((end - start) / PIECE))
    for number in range(count):
        one, other = start + (end - start) * number // count, start + (end - start) * (number + 1) // count
        yield (one, top, other, bottom) if across else (left, one, right, other)


def _middle(strip: Box, *, across: bool) -> Box:
    left, top, right, bottom = strip
    spare = LINE_THICK - BROKEN
    return (left, top + spare, right, bottom - spare) if across else (left + spare, top, right - spare, bottom)


def _line(inked: Sequence[Image.Image], strip: Box, *, across: bool) -> Box | None:
    """What is to be painted over (inclusive): the dark rows of a line and one beside them; None where no row is that dark.

    `inked` is the page's dark ink, and the same with faint ink.
    """
    width, height = inked[0].size
    left, top, right, bottom = max(0, strip[0]), max(0, strip[1]), min(width - 1, strip[2]), min(height - 1, strip[3])
    if right <= left or bottom <= top:
        return None
    part = (left, top, right + 1, bottom + 1)
    for dark in inked:
        size = (1, bottom + 1 - top) if across else (right + 1 - left, 1)
        rows = dark.resize(size, Image.Resampling.BOX, part).tobytes()
        peak = max(rows)
        if peak >= SURELY:
            break
    else:
        return None
    line = [at for at, each in enumerate(rows) if each >= AS_DARK * peak]
    first, last = max(0, line[0] - 1), min(len(rows) - 1, line[-1] + 1)
    return (left, top + first, right, top + last) if across else (left + first, top, left + last, bottom)
