"""Reads .csv and .tsv: the encoding is guessed by marks and strict decoding, the separator by consistency."""

from __future__ import annotations

import csv
import io
import statistics

from parsers.grid import Cell, CellKind
from parsers.spreadsheet_cells import MAX_COLUMNS, MAX_ROWS, MAX_TEXT, Budget, RawSheet, RawWorkbook, address_of, damaged

_SEPARATORS = "\t;,|"
_SAMPLE_LINES = 60
_SAMPLE = 200_000
_MAX_BYTES = 8 * 1024 * 1024
_MAX_LINE = 100_000
_CP1258_MARKS = frozenset("\u0300\u0301\u0303\u0309\u0323đĐ")


def read_csv(data: bytes, budget: Budget) -> RawWorkbook:
    """The one sheet of the file. Every cell is text: a CSV keeps no types."""
    text = decoded(data[:_MAX_BYTES]).replace("\x00", "")
    separator, text = _separator(text)
    raw = RawSheet(name="", capped=len(data) > _MAX_BYTES)
    lines = (line[:_MAX_LINE] for line in io.StringIO(text, newline=""))
    reader = csv.reader(lines, delimiter=separator)
    try:
        for row, fields in enumerate(reader, start=1):
            if row > MAX_ROWS:
                raw.capped = True
                break
            _add_row(raw, row, fields, budget)
    except csv.Error as error:
        raise damaged("csv") from error
    return RawWorkbook([raw])


def decoded(data: bytes) -> str:
    """The text of a plain file by byte-order mark, else UTF-8, else UTF-16 without mark, cp1258, or bytes kept as they are.

    Text in an old Vietnamese font comes out as Latin-1 letters, which is what the font decoder expects.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    if data[:200].count(b"\x00") > len(data[:200]) // 4:
        return data.decode("utf-16-le" if data[1:2] == b"\x00" else "utf-16-be", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    western = data.decode("latin-1")
    try:
        vietnamese = data.decode("cp1258")
    except UnicodeDecodeError:
        return western
    marks = sum(letter in _CP1258_MARKS for letter in vietnamese)
    letters = sum(letter.isalpha() and not letter.isascii() for letter in western)
    return vietnamese if marks * 3 >= letters else western


def _separator(text: str) -> tuple[str, str]:
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == len("sep=;"):
        return first.strip()[-1], rest
    lines = [line for line in text[:_SAMPLE].splitlines()[:_SAMPLE_LINES] if line.strip()]
    scores = {}
    for separator in _SEPARATORS:
        counts = [line.count(separator) for line in lines if separator in line]
        scores[separator] = (len(counts) * min(statistics.median(counts), 8)) if counts else 0
    return max(_SEPARATORS, key=lambda separator: scores[separator]), text


def _add_row(raw: RawSheet, row: int, fields: list[str], budget: Budget) -> None:
    for column, field in enumerate(fields[:MAX_COLUMNS], start=1):
        if not field.strip():
            continue
        budget.cells -= 1
        if budget.cells < 0:
            raw.capped = True
            return
        raw.cells[row, column] = Cell(kind=CellKind.TEXT, value=field[:MAX_TEXT], address=address_of(row, column))
