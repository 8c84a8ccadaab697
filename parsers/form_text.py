"""A form typed as lines of text, in a mail or where a program lost the table: "1. Xóa mù chữ: 03 lớp/120 người", "Tin bài | 5".

What is read so is always to be confirmed: nothing but the order of the words says which figure belongs to what.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from config.campaign import ColumnKind, Form, Indicator, IndicatorType
from config.vietnamese import fold
from parsers.form import read_forms
from parsers.form_claims import doubted
from parsers.form_findings import unknown_row
from parsers.form_header import header_kinds
from parsers.grid import Cell, CellKind, Sheet
from parsers.labels import label_index
from parsers.values import FormReading

_ENOUGH = 0.78  # how well the words must fit a label of the form
_SHORTEST = 3
_LONGEST_LINE = 400
_LONGEST_FIGURE = 80
_LONGEST_WORDS = 30  # "ba lớp", "không", "không tổ chức"
_MOST_LINES = 2_000
_WIDEST = 72  # columns in which headings are looked for
_MOST_COLONS = 4
_MOST_WRAPPED = 2
_MOST_FIELDS = 12
_HEADING_LABEL = "Nội dung"
_FIELDS = re.compile(r"\s*\|\s*|\t")
_NUMBERING = re.compile(
    r"^\s*(?:[-+*•–—]|\(?(?:\d{1,2}(?:\.\d{1,2})*|[IVX]{1,4}|[a-zđ])\s*[.)/]|\d{1,2}\s)\s*(?=\D)", re.IGNORECASE
)
_ROW_NUMBER = re.compile(r"^\(?(?:\d{1,2}(?:\.\d{1,2})*|[IVX]{1,4}|[a-z])[.)]?$")
_SIGNS = re.compile(r"\s*(?:[:=]|\.{3,}|…+|\s[-–—]\s)\s*")
_BRACKETS = re.compile(r"^(.{3,}?)\s*\(([^()]*\d[^()]*)\)\s*[.;,]?$")
_FIRST_DIGIT = re.compile(r"^(\D{3,}?)\s+((?:khoảng\s+|gần\s+|hơn\s+|trên\s+)?[~<>≥≤]?\s*\d.*)$", re.IGNORECASE)
_COUNTED = re.compile(r"^(?:tổng\s+)?số\s+(?:lượng|lớp|cuộc|buổi|người|lượt\s+người)\s+", re.IGNORECASE)
_LONGEST_ROW = 120
_MOST_TOLD = 12
_ROW = re.compile(r"\W*[^\W\d_][^\d:=]{2,80}(?:[:=]\s*|\s{2,}|\t|\s)[^\d\n]{0,30}\d")
_NO_ROW = re.compile(
    r"(?:dien thoai|sdt|dt|so dt|tel|mobile|fax|zalo|so|thoi gian|tu ngay|nam|cong van)\b|.*\b(?:gui|kem|xin|kinh mong|ngay)\b"
)
_END = re.compile(
    r"(?:tran trong|em (?:xin )?cam on|xin (?:tran trong )?cam on|cam on|kinh chao|than ai|nguoi (?:gui|lap)|noi nhan)\b"
)
_SAYS = re.compile(r"\w")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedRow:
    """One line that names an indicator and says something of it. `indicator` is its place in the form."""

    indicator: int
    label: str
    fields: tuple[str, ...]
    written: str = ""  # the label as it stands in the text, where `label` is the form's own
    lines: tuple[str, ...] = ()  # as they stand in the text


def typed_rows(lines: Iterable[str], form: Form) -> tuple[TypedRow, ...]:
    """The lines that name an indicator of the form and give a figure; a line that a mail program wrapped is read as one."""
    found: list[TypedRow] = []
    before: list[str] = []
    for line in _short(lines):
        wordings = [(line,), *((*before[-count:], line) for count in range(1, len(before) + 1))]
        seen = [
            (best, wording)
            for wording in wordings
            if (best := _best(" ".join(wording), form)) is not None and (len(wording) == 1 or _goes_on(wording, best[1]))
        ]
        if seen:
            (_, row), wording = max(seen, key=lambda each: each[0][0])
            found.append(replace(row, lines=wording))
            before = []
        elif _DIGIT.search(line) or _FIELDS.search(line):
            before = []
        else:
            before = [*before, line][-_MOST_WRAPPED:]
    return tuple(found)


def names_row(line: str, form: Form) -> bool:
    """Whether a line is the label of a row and says nothing of it, as above the rows below it."""
    bare = _NUMBERING.sub("", "\t".join(each for each in _FIELDS.split(line.strip()) if not _ROW_NUMBER.match(each.strip())))
    label = bare.split("\t")[0].strip()
    index = label_index(form.indicators)
    return bool(label) and not _DIGIT.search(label) and (bool(index.exact_holders(label)) or index.best(label)[1] >= _ENOUGH)


def read_typed_form(
    rows: Sequence[TypedRow], form: Form, *, year: int, text: str = "", lines: Iterable[str] = ()
) -> FormReading | None:
    """These lines as a form, every figure to be confirmed; None when they make none.

    Of all `lines` of the text those that look like rows and are none of the form are told.
    """
    if form.units_as_rows or len({each.indicator for each in rows}) < _SHORTEST:
        return None
    readings = read_forms((_sheet(rows, form),), form, year=year, text=text)
    if len(readings) != 1:
        return None
    missing = len(form.indicators) - len({each.indicator for each in rows})
    told = tuple(unknown_row(each, "", missing) for each in itertools.islice(_unplaced(rows, lines), _MOST_TOLD))
    return in_doubt(replace(readings[0], findings=(*readings[0].findings, *told)))


def _unplaced(rows: Sequence[TypedRow], lines: Iterable[str]) -> Iterator[str]:
    """The lines from the first row of the form on that say a figure of something and were taken for no row."""
    taken = {line for row in rows for line in row.lines}
    behind = itertools.dropwhile(lambda line: line not in taken, _short(lines))
    for line in itertools.takewhile(lambda line: not _END.match(fold(line)), behind):
        said = _NUMBERING.sub("", line)
        if line not in taken and len(line) <= _LONGEST_ROW and _ROW.match(said) and not _NO_ROW.match(fold(said)):
            yield line


def in_doubt(reading: FormReading) -> FormReading:
    """The reading with every figure to be confirmed, since it stood in text."""
    return replace(reading, values=tuple(doubted(each, ["from_text"]) for each in reading.values))


def has_header(sheet: Sheet, form: Form) -> bool:
    """Whether a row of a table in a text names its columns."""
    width = min(sheet.last_column, _WIDEST)  # asked once: it goes through all cells
    rows = sorted({row for row, _ in sheet.cells})[:_MOST_LINES]
    return any(len(set(header_kinds(sheet, row, 1, width, form.columns))) > 1 for row in rows)


def _short(lines: Iterable[str]) -> Iterator[str]:
    kept = (each.strip() for line in lines for each in line.splitlines())
    for _, line in zip(range(_MOST_LINES), (each for each in kept if each), strict=False):
        yield line[:_LONGEST_LINE]


def _goes_on(wording: tuple[str, ...], row: TypedRow) -> bool:
    """Whether the last line belongs to those before it: the label goes on in it, or was left open at its end.

    A row without a figure is no beginning of the next.
    """
    return row.written.split()[-1] in wording[-1] or (wording[-2].rstrip().endswith(":") and wording[-1][:1].isdigit())


def _best(line: str, form: Form) -> tuple[float, TypedRow] | None:
    """The split of a line into label and figures whose label fits the form best."""
    best: tuple[float, TypedRow] | None = None
    index = label_index(form.indicators)
    for label, fields in _wordings(line):
        holders = index.exact_holders(label)
        number, score = (holders[0], 1.0) if holders else index.best(label)
        if score < _ENOUGH or (best is not None and score <= best[0]):
            continue
        indicator = form.indicators[number]
        if _takes(indicator, fields):
            named = indicator.label if holders else label
            best = score, TypedRow(indicator=number, label=named, fields=fields, written=label)
    return best


def _takes(indicator: Indicator, fields: tuple[str, ...]) -> bool:
    """Whether these fields can be what a unit says of this indicator."""
    said = [each for each in fields if _SAYS.search(each)]
    if indicator.type is IndicatorType.TEXT:
        return bool(said)
    digits = any(_DIGIT.search(each) for each in said)
    words = bool(indicator.columns) and len(fields) == 1 and len(fields[0]) <= _LONGEST_WORDS
    return bool(said) and (digits or words) and len(said[0]) <= _LONGEST_FIGURE


def _wordings(line: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every split of a line, with its label as written and without "Số lớp", "Tổng số người" before it."""
    for label, fields in _splits(line):
        yield label, fields
        bare = _COUNTED.sub("", label)
        if bare != label and len(bare) >= _SHORTEST:
            yield bare, fields


def _splits(line: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every way to see a label and what is said of it in a line."""
    fields = [each.strip() for each in _FIELDS.split(line.strip().strip("|").strip())]
    if len(fields) > 1 and _ROW_NUMBER.match(fields[0]):
        fields = fields[1:]
    if len(fields) > 1:
        yield fields[0], tuple(fields[1:_MOST_FIELDS])
        return
    bare = _NUMBERING.sub("", fields[0])
    for sign in list(_SIGNS.finditer(bare))[:_MOST_COLONS]:
        if sign.start() >= _SHORTEST and bare[sign.end() :]:
            yield bare[: sign.start()], (bare[sign.end() :],)
    for pattern in (_BRACKETS, _FIRST_DIGIT):
        if match := pattern.match(bare):
            yield match[1].rstrip(" :,-–"), (match[2],)


def _sheet(rows: Sequence[TypedRow], form: Form) -> Sheet:
    """The lines as a table under the form's own headings."""
    quantities = form.quantity_columns
    cells: dict[tuple[int, int], Cell] = {}

    def put(row: int, column: int, text: str) -> None:
        if text.strip():
            cells[row, column] = Cell(kind=CellKind.TEXT, value=text.strip())

    put(2, 2, _HEADING_LABEL)
    note = len(quantities) + 3
    put(2, note, next((each.header for each in form.columns if each.kind is ColumnKind.NOTE), "") or "Ghi chú")
    for place, column in enumerate(quantities, start=3):
        put(1, place, column.group_header)
        put(2, place, column.header)
    with_units = _has_column_of_units(rows)
    for number, row in enumerate(rows, start=3):
        indicator = form.indicators[row.indicator]
        put(number, 1, indicator.row_number)
        put(number, 2, row.label)
        for place, text in _places(row, indicator, form, with_units=with_units):
            put(number, 3 + place, text)
    return Sheet(name="", cells=cells)


def _without_unit(text: str, unit: str) -> str:
    """What is said behind a unit of measure and a sign: "4/132" of "lớp/người - 4/132"."""
    sign = next(_SIGNS.finditer(text), None)
    return text[sign.end() :] if sign and unit and fold(text[: sign.start()]) == fold(unit) else text


def _has_column_of_units(rows: Sequence[TypedRow]) -> bool:
    """Whether most lines say what is counted before they say how many."""
    several = [each.fields[0] for each in rows if len(each.fields) > 1]
    return sum(bool(_SAYS.search(each)) and not _DIGIT.search(each) for each in several) > len(several) / 2


def _places(row: TypedRow, indicator: Indicator, form: Form, *, with_units: bool) -> Iterator[tuple[int, str]]:
    """Which quantity column, from 0 on, each field of a line stands in; one behind the last is the note.

    `with_units`: a blank first field is the unit's, where there are more fields than quantities.
    """
    keys = [each.key for each in form.quantity_columns]
    fields = list(row.fields)
    if len(fields) > 1 and (fold(fields[0]) == fold(indicator.unit) or not _DIGIT.search(fields[0])) and fields[0]:
        fields = fields[1:]  # the unit of measure
    elif with_units and len(fields) > len(keys) and not fields[0]:
        fields = fields[1:]
    elif len(fields) == 1:
        fields = [_without_unit(fields[0], indicator.unit)]
    if indicator.type is IndicatorType.MONEY and not any(fields[: len(keys)]):
        fields = [each for each in fields if _DIGIT.search(each)][:1] or fields  # in whichever column it was typed
    if len(fields) == 1:
        own = next((key for key in indicator.columns if key in keys), keys[0])
        yield keys.index(own), fields[0]
        return
    yield from enumerate(fields[: len(keys)])
    rest = "; ".join(each for each in fields[len(keys) :] if each)
    if rest:
        yield len(keys), rest
