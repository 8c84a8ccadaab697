"""A report typed into a table, headings on the left and a few words on the right: read where the text around it is no report."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from config.campaign import Section
from config.vietnamese import fold
from parsers.grid import Sheet
from parsers.narrative import read_narrative
from parsers.values import NarrativeReading
from parsers.writing import Paragraph

_MOST_COLUMNS = 3
_MOST_ROWS = 60
_FEWEST_SECTIONS = 2
_CLOSING = re.compile(r"(?:tm|kt|noi nhan|nguoi lap|chu tich)\b")  # the signature, with which the report ends
_NUMBER = re.compile(r"(?:[IVX]{1,4}|\d{1,2}(?:\.\d{1,2})?)[.)]?")


def read_report(
    paragraphs: Sequence[Paragraph], tables: Sequence[Sheet], outline: tuple[Section, ...]
) -> NarrativeReading | None:
    """The narrative in running text; where that has no section, in the tables of a few columns as well."""
    found = read_narrative(paragraphs, outline)
    if found is not None and found.sections:
        return found
    rows = [line for table in tables for line in _lines(table)]
    end = next((place for place, each in enumerate(paragraphs) if _CLOSING.match(fold(each.text))), len(paragraphs))
    inside = read_narrative((*paragraphs[:end], *rows, *paragraphs[end:]), outline) if rows else None
    return inside if inside is not None and len(inside.sections) >= _FEWEST_SECTIONS else found


def _lines(table: Sheet) -> Iterator[Paragraph]:
    """The cells of a table of headings and texts in reading order, a number alone before what stands beside it."""
    if len({column for _, column in table.cells}) > _MOST_COLUMNS or len({row for row, _ in table.cells}) > _MOST_ROWS:
        return
    number = ""
    for _, cell in sorted(table.cells.items()):
        text = cell.text.strip()
        if _NUMBER.fullmatch(text):
            number = text.rstrip(".)")
            continue
        yield Paragraph(text=f"{number}. {text}" if number else text)
        number = ""
