"""The title of a blank form among the lines above its table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.vietnamese import fold
from parsers.grid import Sheet
from parsers.learn_table import Looks
from parsers.learn_words import is_letterhead, is_loud, is_office, is_title, measured_in

_SHORTEST = 5  # letters: "Mẫu 1" is no title


def title_of(sheet: Sheet, top: int, before: Sequence[str], looks: Looks) -> tuple[str, str]:
    """Title and subtitle: the line that says it is a report or a form, in capitals or bold type, before others."""
    lines = [*((line, False) for line in before), *_lines_above(sheet, top, looks)]
    told = [(line, bold) for line, bold in lines if len(fold(line)) > _SHORTEST and not is_letterhead(line)]
    told = [(line, bold) for line, bold in told if not is_office(line) and not measured_in(line)] or told
    heads = [(line, bold) for line, bold in told if not line.startswith("(") and not line.endswith((":", "."))] or told
    if not heads:
        return "", ""
    title, _ = max(heads, key=lambda each: (is_title(each[0]) + is_loud(each[0]), each[1], len(each[0])))
    texts = [line for line, _ in told]
    after = texts[texts.index(title) + 1 :]
    return title, next((line for line in after if line.startswith("(")), "")


def measure_of(sheet: Sheet, top: int, before: Sequence[str]) -> str:
    """The unit of measure printed above the whole table, "" when there is none."""
    lines = [*before, *(line for line, _ in _lines_above(sheet, top, Looks()))]
    return next((unit for line in reversed(lines) if (unit := measured_in(line))), "")


def _lines_above(sheet: Sheet, top: int, looks: Looks) -> Iterator[tuple[str, bool]]:
    for (row, column), cell in sorted(sheet.cells.items()):
        if row < top:
            bold = (sheet.name, row, column) in looks.bold
            yield from ((line.strip(), bold) for line in cell.text.splitlines() if line.strip())
