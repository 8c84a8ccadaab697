"""The text of sheets and pages as lines, and whether it is text at all."""

from __future__ import annotations

import re
from collections.abc import Iterable

from config.vietnamese import fold
from parsers.grid import Sheet
from parsers.syllables import is_syllable, letter_runs
from parsers.writing import Paragraph

_LONGEST_TITLE = 160
_CROWDED = 400  # letters
_FORM_TITLE = re.compile(r"^(?:mau|bieu|bang|phu luc)\b|\b(?:tong hop|thong ke) so lieu\b")
_FEWEST_WORDS, _TRUE_WORDS = 40, 0.6

_COLUMNS, _WORDS = 4, 6
"""Of a table."""


def is_written(text: str) -> bool:
    """Whether real words were read: a page of whatever kind, and not a photograph full of small things."""
    words = [each for each in letter_runs(text) if len(each) > 1]
    return len(words) >= _FEWEST_WORDS and sum(map(is_syllable, words)) >= _TRUE_WORDS * len(words)


def shows_table(sheets: Iterable[Sheet]) -> bool:
    """Whether a table was seen that a photograph has no reason to show: four columns, two rows, words and a figure in it."""
    for sheet in sheets:
        texts = [cell.text for cell in sheet.cells.values()]
        worded = sum(map(is_syllable, letter_runs(" ".join(texts))))
        if sheet.last_column >= _COLUMNS and sheet.last_row > 1 and worded >= _WORDS and any(map(str.isdigit, "".join(texts))):
            return True
    return False


def rows_as_lines(sheet: Sheet) -> list[str]:
    """A table's rows with their columns kept apart."""
    last = sheet.last_column
    rows = sorted({row for row, _ in sheet.cells})
    return ["\t".join(" ".join(sheet.at(row, column).text.split()) for column in range(1, last + 1)) for row in rows]


def sheet_lines(sheet: Sheet) -> list[str]:
    """A sheet's rows as lines of text: a report may be typed into cells, and its letterhead always is."""
    rows: dict[int, list[str]] = {}
    for (row, _), cell in sorted(sheet.cells.items()):
        rows.setdefault(row, []).append(cell.text.strip())
    return [" ".join(each for each in cells if each) for _, cells in sorted(rows.items())]


def crowded_cells(sheets: Iterable[Sheet]) -> list[str]:
    """The cells that hold many rows at once: of their table only the lines between columns were printed."""
    return [cell.text for sheet in sheets for cell in sheet.cells.values() if len(cell.text) > _CROWDED]


def title_of(paragraphs: Iterable[Paragraph], heading: str) -> str:
    """What a written document says above its tables: the titles of forms in it, else its letterhead and title."""
    short = (each.text for each in paragraphs if len(each.text) <= _LONGEST_TITLE)
    return "\n".join(text for text in short if _FORM_TITLE.search(fold(text))) or heading
