"""Ruled tables on PDF pages by pdfplumber, with merged cells, and joined where they go on over the page."""

from __future__ import annotations

import bisect
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

import pypdfium2

from parsers.pdf_fonts import counted
from parsers.raised import raised
from parsers.writing_blocks import RawCell, RawTable, damaged, plain

THIN = 1.6  # points: a thicker bar is no line through text
STRUCK = (0.4, 0.78)  # where between top and foot of a letter a line strikes it through; underlines run lower
RAISED_SIZE = 0.8  # of the letters beside it
RAISED_BY = 0.15  # of their size
SAME = 3.0  # points: two rulings this close are one
OPEN_COLUMNS = 3  # lines between columns that end at the same height
SOME_TEXT = 30  # letters: as much stands on the page above of a note that goes on
UNFINISHED = re.compile(r"[-–/(+]\s*$|\([^)]*$")  # "khoảng 26 -", "4 lớp (5 người": what follows stands on the next page
TOUCHING = 0.15  # of their size: letters of one word stand no further apart
CUT_ROWS, CUT_SHARE = 3, 0.2
TABLES_PER_PAGE = 12
CELLS_PER_PAGE = 4_000
CROSSINGS_PER_PAGE = 3_000  # squared paper; a table of sixty rows and twenty-five columns has half of it
CROSSINGS_OF_ALL = 25_000  # of all pages: seven seconds
CHARACTERS_PER_PAGE = 60_000

Box = tuple[float, float, float, float]


@dataclass(slots=True, kw_only=True)
class PageTable:
    """A table on one page: its place from the top of the page, its column edges and cells.

    `cut` when many of its texts are cut off at the borders of their cells, as Excel prints labels that do not wrap.
    """

    top: float
    bottom: float
    edges: tuple[float, ...]
    cells: list[RawCell]
    cut: bool = False

    @property
    def last_row(self) -> int:
        """The last row of the table."""
        return max((cell.bottom for cell in self.cells), default=0)


@dataclass(slots=True, kw_only=True)
class RuledPage:
    """A page with tables: the lines outside of them and the tables, each with its distance from the top."""

    lines: list[tuple[float, str]]
    tables: list[PageTable]


def ruled_pages(data: bytes, pages: Sequence[int]) -> tuple[dict[int, RuledPage], int]:
    """The pages among these (0-based) on which a table was found: of two columns, and two rows unless it goes on from above.

    And how many of them were looked at: all, unless they have more lines than the tables of any report.
    """
    import pdfplumber  # 80 ms that a mail without a PDF need not wait for

    found: dict[int, RuledPage] = {}
    looked_at, crossings = len(pages), 0
    try:
        with counted(), pdfplumber.open(BytesIO(only_pages(data, pages))) as document:
            for number, (index, page) in enumerate(zip(pages, document.pages, strict=False)):
                crossings += here if (here := _crossings(page)) <= CROSSINGS_PER_PAGE else 0
                if crossings > CROSSINGS_OF_ALL:
                    looked_at = number
                    break
                before = found.get(index - 1)
                if (ruled := _ruled_page(page, before.tables[-1].edges if before else ())) is not None:
                    found[index] = ruled
                page.close()
    except table_errors():
        pass  # what was found before
    tables = [table for ruled in found.values() for table in ruled.tables]
    for cut in [table for table in tables if table.cut]:  # its last rows on the next page may be too few to show it
        for table in tables:
            table.cut = table.cut or goes_on(cut, table)
    return found, looked_at


def table_errors() -> tuple[type[Exception], ...]:
    """What pdfplumber and pdfminer raise on odd files; the text of the page has been read by then, so tables are a bonus."""
    from pdfminer.pdfexceptions import PDFException
    from pdfminer.psexceptions import PSException
    from pdfplumber.utils.exceptions import PdfminerException

    return PdfminerException, PDFException, PSException, ValueError, KeyError, TypeError, IndexError, AttributeError, OSError


def only_pages(data: bytes, pages: Sequence[int]) -> bytes:
    """The file with these pages alone: pdfminer walks every page of a file before it gives the first."""
    source = pypdfium2.PdfDocument(data)
    try:
        if len(source) == len(pages):
            return data
        chosen = pypdfium2.PdfDocument.new()
        chosen.import_pages(source, list(pages))
        stream = BytesIO()
        chosen.save(stream)
        chosen.close()
        return stream.getvalue()
    except pypdfium2.PdfiumError as error:
        raise damaged(f"PDF: {error}") from error
    finally:
        source.close()


def _ruled_page(page: Any, before: tuple[float, ...]) -> RuledPage | None:  # noqa: ANN401 - pdfplumber has no types
    """The page with its tables; `before` are the columns of the table at the foot of the page before."""
    if len(page.chars) > CHARACTERS_PER_PAGE or _crossings(page) > CROSSINGS_PER_PAGE:
        return None
    strokes = strokes_of(page)
    tables = [
        (table.bbox, read)
        for table in page.find_tables({"explicit_horizontal_lines": _open_ends(page)})[:TABLES_PER_PAGE]
        if len(table.cells) <= CELLS_PER_PAGE and (read := _table(table, page.chars, strokes, before)) is not None
    ]
    if not tables:
        return None
    boxes = [box for box, _ in tables]
    outside = page.filter(lambda each: each["object_type"] != "char" or not any(_in(each, box) for box in boxes))
    lines = [(float(line["top"]), str(line["text"])) for line in outside.extract_text_lines(return_chars=False)]
    return RuledPage(lines=lines, tables=sorted((table for _, table in tables), key=lambda table: table.top))


def _crossings(page: Any) -> int:  # noqa: ANN401 - pdfplumber has no types
    """In how many places lines across and down may cross: what finding the cells takes grows with it."""
    across = {round(edge["top"] / SAME) for edge in page.edges if edge["orientation"] == "h"}
    down = {round(edge["x0"] / SAME) for edge in page.edges if edge["orientation"] == "v"}
    return len(across) * len(down)


def _open_ends(page: Any) -> list[float]:  # noqa: ANN401 - pdfplumber has no types
    """Where the lines between columns end without a line across: a row that the page break left open at its foot or head."""
    across = [edge["top"] for edge in page.edges if edge["orientation"] == "h"]
    down = [edge for edge in page.edges if edge["orientation"] == "v"]
    ends = Counter(round(edge[end]) for edge in down[:CELLS_PER_PAGE] for end in ("top", "bottom"))
    return [float(at) for at, count in ends.items() if count >= OPEN_COLUMNS and all(abs(at - line) > SAME for line in across)]


def _in(character: dict[str, Any], box: Box) -> bool:
    x, y = (character["x0"] + character["x1"]) / 2, (character["top"] + character["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])


def _table(
    table: Any,  # noqa: ANN401 - pdfplumber has no types
    characters: list[dict[str, Any]],
    strokes: list[Box],
    before: tuple[float, ...],
) -> PageTable | None:
    from pdfplumber.utils.text import extract_text

    boxes: list[Box] = sorted(set(table.cells), key=lambda box: (box[1], box[0]))
    across = _edges([box[0] for box in boxes] + [box[2] for box in boxes])
    down = _edges([box[1] for box in boxes] + [box[3] for box in boxes])
    if len(across) < 3:  # noqa: PLR2004 - two columns have three edges
        return None
    if len(down) < 3:  # noqa: PLR2004 - two rows as well; one row is a table where it fills a page between others
        if not all(any(abs(edge - other) <= SAME * 2 for other in before) for edge in across):
            return None
        across = list(before)
    left, top, right, bottom = table.bbox
    inside = [each for each in characters if _in(each, (left, top, right, bottom))]
    grid: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for each in inside:
        x, y = (each["x0"] + each["x1"]) / 2, (each["top"] + each["bottom"]) / 2
        grid.setdefault((bisect.bisect_right(down, y), bisect.bisect_right(across, x)), []).append(each)
    level = [each for each in characters if top <= (each["top"] + each["bottom"]) / 2 <= bottom]
    over, rows_over = _running_over(level, boxes, across)
    cells = []
    for box in boxes:
        row, column = _place(down, box[1]), _place(across, box[0])
        last_row, last_column = max(row, _place(down, box[3]) - 1), max(column, _place(across, box[2]) - 1)
        own = [each for y in range(row, last_row + 1) for x in range(column, last_column + 1) for each in grid.get((y, x), ())]
        own = _as_written(own, [each for each in strokes if box[0] < each[0] and each[2] < box[2] and box[1] < each[1] < box[3]])
        text = _unwrapped(extract_text(own)) if own else ""
        cells.append(
            RawCell(
                row=row, column=column, bottom=last_row, right=last_column,
                paragraphs=(plain(text, font=_font(own)),), doubtful=box in over,
            )
        )  # fmt: skip
    cut = rows_over >= max(CUT_ROWS, CUT_SHARE * (len(down) - 1))
    return PageTable(top=top, bottom=bottom, edges=tuple(across), cells=cells, cut=cut)


def _running_over(characters: list[dict[str, Any]], boxes: list[Box], across: list[float]) -> tuple[set[Box], int]:
    """The cells over whose border a word runs, the last letter of a text that was cut off there, with those it runs into.

    And in how many rows one runs into another cell.
    """
    over: set[Box] = set()
    rows: set[int] = set()
    columns = [bisect.bisect_right(across, (each["x0"] + each["x1"]) / 2) for each in characters]
    pairs = zip(itertools.pairwise(characters), itertools.pairwise(columns), strict=True)  # in the order of writing
    for one, other in (pair for pair, (here, there) in pairs if here != there):
        touch = abs(one["top"] - other["top"]) < 1 and abs(other["x0"] - one["x1"]) < TOUCHING * one["size"]
        if touch and not one["text"].isspace() and not other["text"].isspace():
            home = next((box for box in boxes if _in(one, box)), None)
            if home is not None and not _in(other, home):
                into = [box for box in boxes if _in(other, box)]
                over.update((home, *into))
                if into:
                    rows.add(round(one["top"]))
    return over, len(rows)


def strokes_of(page: Any) -> list[Box]:  # noqa: ANN401 - pdfplumber has no types
    """The thin level lines of a page, rulings among them."""
    drawn = (*page.lines, *page.rects, *page.curves)
    return [
        (each["x0"], each["top"], each["x1"], each["bottom"])
        for each in drawn
        if each["bottom"] - each["top"] <= THIN and each["x1"] > each["x0"]
    ]


def _as_written(characters: list[dict[str, Any]], strokes: list[Box]) -> list[dict[str, Any]]:
    """The characters of a cell without those that a line of the cell strikes through; small raised digits marked as raised."""
    left = [each for each in characters if not any(strikes(stroke, each) for stroke in strokes)] if strokes else characters
    tallest = max(left, key=lambda each: float(each["size"]), default=None)
    if tallest is None or all(each["size"] >= RAISED_SIZE * tallest["size"] for each in left):
        return left
    return [{**each, "text": raised(each["text"])} if _is_raised(each, left) else each for each in left]


def strikes(stroke: Box, character: dict[str, Any]) -> bool:
    """Whether a level line goes through a character, not above or under it."""
    top, height = character["top"], character["bottom"] - character["top"]
    across = stroke[0] <= (character["x0"] + character["x1"]) / 2 <= stroke[2]
    return bool(across and top + STRUCK[0] * height <= (stroke[1] + stroke[3]) / 2 <= top + STRUCK[1] * height)


def _is_raised(character: dict[str, Any], others: list[dict[str, Any]]) -> bool:
    """Whether a character is smaller than one on its line and ends above it."""
    return any(
        character["size"] < RAISED_SIZE * other["size"]
        and other["top"] - other["size"] / 2 <= character["top"] < other["bottom"]
        and character["bottom"] <= other["bottom"] - RAISED_BY * other["size"]
        for other in others
    )


def _unwrapped(text: str) -> str:
    """The text of a cell on one line; a figure that stands on two lines stays on two, to be asked about."""
    return text.replace("\n", " ") if any(letter.isalpha() for letter in text) else text


def _edges(positions: list[float]) -> list[float]:
    merged: list[float] = []
    for position in sorted(positions):
        if not merged or position - merged[-1] > SAME:
            merged.append(position)
    return merged


def _place(edges: list[float], position: float) -> int:
    """The 1-based index of the edge nearest to a position."""
    return 1 + min(range(len(edges)), key=lambda index: abs(edges[index] - position))


def _font(characters: list[dict[str, Any]]) -> str:
    if not characters:
        return ""
    name = str(Counter(each.get("fontname", "") for each in characters).most_common(1)[0][0])
    return name.partition("+")[2] or name


def goes_on(above: PageTable, below: PageTable) -> bool:
    """Whether a table at the top of a page has the columns of the table at the foot of the page before."""
    return len(above.edges) == len(below.edges) and all(
        abs(one - other) <= SAME * 2 for one, other in zip(above.edges, below.edges, strict=True)
    )


def joined(above: PageTable, below: PageTable) -> PageTable:
    """One table of two: a header repeated on the new page is dropped, and a row that the page break cut is put together."""
    rows_above, rows_below = texts_by_row(above.cells), texts_by_row(below.cells)
    repeated = 0
    while repeated < 3 and repeated + 1 in rows_below and rows_below[repeated + 1] == rows_above.get(repeated + 1):  # noqa: PLR2004 - header rows
        repeated += 1
    cells = list(above.cells)
    rest = [cell for cell in below.cells if cell.row > repeated]
    first = repeated + 1
    shift = above.last_row - repeated
    remainder = rows_below.get(first, {})
    if is_remainder(remainder, rows_above.get(above.last_row, {}), rows_above):
        cells = [
            with_more(cell, remainder[cell.column]) if cell.column in remainder and cell.bottom == above.last_row else cell
            for cell in cells
        ]
        rest = [cell for cell in rest if cell.row > first]
        shift -= 1
    cells.extend(_moved(cell, shift) for cell in rest)
    return PageTable(top=above.top, bottom=below.bottom, edges=above.edges, cells=cells, cut=above.cut or below.cut)


def texts_by_row(cells: Iterable[RawCell]) -> dict[int, dict[int, str]]:
    """The texts of cells by row and column; blank ones are left out."""
    rows: dict[int, dict[int, str]] = {}
    for cell in cells:
        text = "\n".join(paragraph.text for paragraph in cell.paragraphs).strip()
        if text:
            rows.setdefault(cell.row, {})[cell.column] = text
    return rows


def is_remainder(row: dict[int, str], above: dict[int, str], rows: dict[int, dict[int, str]]) -> bool:
    """The second half of a row that the page break cut: a label not begun with a capital, a note, or both, under words."""
    if not row or not all(_has_words(above.get(column, "")) for column in row):
        return False
    labels = [column for column in row if 2 * sum(_has_words(each.get(column, "")) for each in rows.values()) >= len(rows)]
    return len(labels) <= 1 and all(
        (not text[0].isupper() and (column in labels or len(row) == 1))
        or (column not in labels and len(above[column]) >= SOME_TEXT and not _is_figure(text))
        or UNFINISHED.search(above[column]) is not None
        for column, text in row.items()
    )


def _has_words(text: str) -> bool:
    return any(letter.isalpha() for letter in text)


def _is_figure(text: str) -> bool:
    return text[0].isdigit() and len(text) < SOME_TEXT


def with_more(cell: RawCell, text: str) -> RawCell:
    """The cell with the rest of its text."""
    whole = " ".join([*(paragraph.text for paragraph in cell.paragraphs), text])
    font = cell.paragraphs[0].pieces[0][1] if cell.paragraphs and cell.paragraphs[0].pieces else ""
    return replace(cell, paragraphs=(plain(whole, font=font),))


def _moved(cell: RawCell, rows: int) -> RawCell:
    return replace(cell, row=cell.row + rows, bottom=cell.bottom + rows)


def raw_table(table: PageTable) -> RawTable:
    """The table as a block."""
    return RawTable(cells=tuple(sorted(table.cells, key=lambda cell: (cell.row, cell.column))), cut=table.cut, printed=True)
