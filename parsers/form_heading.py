"""The text around a form table: letterhead and title above it, signature below it, the cover sheet before it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from config.vietnamese import fold
from parsers.form_blocks import Block, Table
from parsers.form_money import money_factor
from parsers.grid import Sheet

_MOST = 1_500
_MOST_ABOVE = 1_000
_MOST_COVER = 400
_MOST_LINES = 60
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_COUNTED_IN = re.compile(
    r"(?:đơn vị(?: tính)?|đvt|tính (?:bằng|theo|là))[^\d\n]{0,30}?"
    r"((?:nghìn|ngàn|nghin|triệu|trieu|1[. ]?000(?:[. ]?000)?)(?=\s*(?:đồng|dong|đ\b|d\b|vnđ|vnd|[).,;]|$)).{0,12})",
    re.IGNORECASE,
)
_RECIPIENTS = re.compile(r"noi nhan\b")
_LONG = 200
_LETTERHEAD = re.compile(r"ubnd|ủy ban|uỷ ban|cộng h[oò]|mẫu|biểu|phụ lục", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What stands around a table: `heading` above, below and on cover sheets, `title` above it with the name of its sheet.

    `counted_in` says by what a line above or below multiplies money: "Đơn vị tính: nghìn đồng" gives 1,000.
    """

    heading: str
    title: str
    counted_in: int


def surroundings_of(table: Table, tables: Sequence[Table], sheets: Sequence[Sheet]) -> Surroundings:
    """The text around one of the tables on these sheets; cover sheets count when it is the only table."""
    above, below = _around(table, tables)
    text = _clipped(above, _MOST_ABOVE)
    rest = _clipped(below, _MOST - len(text))
    cover = _cover(table, sheets) if len(tables) == 1 else ""
    return Surroundings(
        heading="\n".join(part for part in (text, rest, cover) if part)[:_MOST],
        title="\n".join([table.blocks[0].sheet.name, *above]),
        counted_in=max((money_factor(match[1]) for line in (*above, *below) for match in _COUNTED_IN.finditer(line)), default=1),
    )


def years_in(text: str) -> frozenset[int]:
    """The years a text names."""
    return frozenset(int(year) for year in _YEAR.findall(text))


def _around(table: Table, tables: Sequence[Table]) -> tuple[list[str], list[str]]:
    first, last = table.blocks[0], table.blocks[-1]
    others = [block for other in tables if other is not table for block in other.blocks]
    floor = max((block.bottom for block in others if block.sheet is first.sheet and block.bottom < first.top), default=0)
    ceiling = min(
        (block.top for block in others if block.sheet is last.sheet and block.top > last.bottom), default=last.sheet.last_row + 1
    )
    above = _lines(first.sheet, range(floor + 1, first.top), _reach(first, others))
    below = _lines(last.sheet, range(last.bottom + 1, ceiling), _reach(last, others))
    if floor:  # below another table: its signature stands first, our letterhead after it
        above = above[next((number for number, line in enumerate(above) if _LETTERHEAD.search(line)), 0) :]
    if ceiling <= last.sheet.last_row:
        below = below[: next((number for number, line in enumerate(below) if _LETTERHEAD.search(line)), 0)]
    return above, below


def _reach(block: Block, others: Iterable[Block]) -> tuple[int, int]:
    """The columns to read text from: all of them, unless another table stands beside this one."""
    beside = [each for each in others if each.sheet is block.sheet and each.top <= block.bottom and block.top <= each.bottom]
    return (block.left, block.right) if beside else (1, 1 << 30)


def _lines(sheet: Sheet, rows: range, reach: tuple[int, int]) -> list[str]:
    by_row: dict[int, list[tuple[int, str]]] = {}
    for (row, column), cell in sheet.cells.items():
        if row in rows and reach[0] <= column <= reach[1] and (text := cell.text.strip()):
            by_row.setdefault(row, []).append((column, text))
    return [" ".join(text for _, text in sorted(by_row[row])) for row in sorted(by_row)[:_MOST_LINES]]


def _cover(table: Table, sheets: Sequence[Sheet]) -> str:
    used = {id(block.sheet) for block in table.blocks}
    lines = [
        line
        for sheet in sheets
        if id(sheet) not in used and not sheet.hidden
        for line in _lines(sheet, range(1, _MOST_LINES), (1, 1 << 30))
    ]
    return _clipped(lines, _MOST_COVER)


def _clipped(lines: Iterable[str], most: int) -> str:
    return "\n".join(lines)[: max(most, 0)]


def recipients_row(table: Table) -> float:
    """The row from which on it is told whom the paper goes to, each with a dash before it; infinity where it is not."""
    last = table.blocks[-1].sheet
    return min((row for (row, _), cell in last.cells.items() if _RECIPIENTS.match(fold(cell.text[:_LONG]))), default=math.inf)
