"""What a cell of figures says, with every doubt about it: the one door to reading numbers.

The policy: blank is not zero, "-" and "không" are; never round; a small sum of money is asked about, not multiplied; what can be
read in two ways is used provisionally and asked about, what contradicts itself is refused.
"""

from __future__ import annotations

import functools
import re
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal

from config.campaign import IndicatorType
from parsers.grid import UNREAD, Cell, CellKind
from parsers.number_counts import read_count
from parsers.number_dates import date_reading, serial_reading
from parsers.number_literals import THOUSAND, clean
from parsers.number_money import in_unit, read_money, unit_scale
from parsers.number_notes import read_note
from parsers.number_phrases import column_of, whole_cell
from parsers.number_units import Counted, Mode, counted
from parsers.number_values import NumberContext, NumberReading, empty, reading, rejected
from parsers.number_warnings import WARNING_CODES, status_of, warning_severity, warning_text

__all__ = [
    "WARNING_CODES",
    "NumberContext",
    "NumberReading",
    "read_note",
    "read_number",
    "status_of",
    "warning_severity",
    "warning_text",
]

_THREE_DECIMALS = re.compile(r"(?:^|[#0,])0\.000(?!0)")
_QUOTED_FORMAT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_FIRST_SECTION = re.compile(r'(?:"[^"]*"|\\.|[^;])*')
_LITERAL = re.compile(r'"([^"]*)"')
_PLACES = re.compile(r"[0#?@]|general|standard", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"(\d+)(?:[.,](\d+))?E\+?(\d{1,2})", re.IGNORECASE)
_PLAIN = re.compile(r"[1-9]\d{0,3}|0\d{0,2}")
_PERCENTAGE = re.compile(r"\s*(\d[\d.,]*)\s*%\s*")
_LOOKS_LIKE_ONE = re.compile(r"\b\d+l\b")
_WRAPPED = re.compile(r"(\d[\d.,]*)\s*\n\s*([.,]?\d[\d.,]*)((?:\s*[^\W\d]+)?)")
_GROUPED = re.compile(r"\d{1,3}([.,])\d{3}(?:\1\d{3})*")
_SENTENCE_END = re.compile(r"(?:\s*\./\.)?[\s.,;:]*$")
_MARKED = re.compile(
    r"\d[ \t\u00a0]{2,}\d"  # two figures apart, no thousands
    r"|\d\s*\*+\s*$"  # a footnote may say that it is a plan or an estimate
)
_EXACT_MANTISSA = 2  # 5E+06 and 1.20E+06 were typed or are round; the 1.23E+05 of a narrow column may be 123.456
_LARGEST_EXPONENT = 15
_LONGEST = 400  # characters; a longer text is a story, not a figure
_MOST_DIGITS = 25
_LONGEST_KEPT = 60  # characters of a cell whose reading is kept for the next of its kind


def read_number(cell: Cell, context: NumberContext) -> NumberReading:
    """What a cell of figures says in its context. Never raises; a doubtful cell (OCR) is always to be confirmed."""
    if cell.crowded:
        return rejected("table_in_cell")
    if cell.doubtful or cell.formula or type(cell.value) not in (int, str) or len(cell.text) > _LONGEST_KEPT:
        return _read(cell, context)
    return _plain_cell(cell.kind, cell.value, cell.number_format, context)


@functools.lru_cache(maxsize=8192, typed=True)
def _plain_cell(kind: CellKind, value: int | str, number_format: str, context: NumberContext) -> NumberReading:
    """Of hundreds of forms a reader process meets the same small figures and the same blanks again and again."""
    return _read(Cell(kind=kind, value=value, number_format=number_format), context)


def _read(cell: Cell, context: NumberContext) -> NumberReading:
    if cell.doubtful and cell.text.strip() == UNREAD:
        return rejected("place_unread" if cell.loose else "ink_unread")
    answer = _by_kind(cell, context)
    if cell.formula and cell.kind is not CellKind.BLANK:
        answer = replace(_with(answer, "formula"), suggest=None)  # nobody typed its result
    if answer.values and cell.kind is CellKind.NUMBER and cell.value and _shown_otherwise(cell.number_format):
        answer = _with(answer, "ambiguous_reading")
    if cell.doubtful and answer.values:
        answer = _with(answer, cell.doubt)
    return answer


def _shown_otherwise(number_format: str) -> bool:
    """Whether a person sees another figure than the cell holds, or none: formats such as 0"00" and ;;; do that."""
    shown = _FIRST_SECTION.match(number_format)
    section = shown[0] if shown else ""
    if any(any(sign.isdigit() for sign in literal) for literal in _LITERAL.findall(section)):
        return True
    return bool(number_format) and not _PLACES.search(_QUOTED_FORMAT.sub("", section))


def _with(answer: NumberReading, code: str) -> NumberReading:
    codes = tuple(dict.fromkeys((*answer.warnings, code)))
    if not answer.values:
        return NumberReading(status=answer.status, warnings=codes, suggest=answer.suggest)
    return NumberReading(status=status_of(codes), values=answer.values, warnings=codes, suggest=answer.suggest)


def _by_kind(cell: Cell, context: NumberContext) -> NumberReading:
    if "%" in context.unit and not context.whole:
        cell = _in_percent(cell)
    value = cell.value
    if cell.kind is CellKind.BLANK or value is None:
        return rejected("formula_uncalculated") if cell.formula else empty()
    if cell.kind is CellKind.ERROR:
        return rejected("excel_error")
    if isinstance(value, bool):
        return rejected("boolean")
    if isinstance(value, int | Decimal):
        return _number(Decimal(value), cell.number_format, context)
    if isinstance(value, datetime | date | time):
        return date_reading(value, cell.number_format, context, counted(context))
    return _text(value, context)


def _in_percent(cell: Cell) -> Cell:
    """A cell of a row that asks for percentages, without the sign: 45.5 for "45,5%" and for 0.455 that is shown as 45.5%."""
    if isinstance(cell.value, str) and (match := _PERCENTAGE.fullmatch(cell.value)):
        return replace(cell, value=match[1])
    if isinstance(cell.value, int | Decimal) and "%" in _QUOTED_FORMAT.sub("", cell.number_format):
        return replace(cell, value=Decimal(cell.value) * 100, number_format="General")
    return cell


def _number(value: Decimal, number_format: str, context: NumberContext) -> NumberReading:
    """A number cell: its format may betray what was typed."""
    shown = _QUOTED_FORMAT.sub("", number_format)
    if not value.is_finite():
        return rejected("excel_error")
    if value and value.adjusted() > _MOST_DIGITS:
        return rejected("text_no_number")
    if "%" in shown:
        return rejected("percent")
    if value < 0:
        return rejected("negative")
    if value and context.whole and _THREE_DECIMALS.search(shown.split(";")[0]):
        restored = value * THOUSAND if value < THOUSAND else value  # "1.200" was typed where the dot is a decimal point
        if restored == int(restored):
            return _figure(restored, context, ["thousands_dot_lost"])
    if value == int(value) or not context.whole:
        return _figure(value, context, [])
    if context.type is IndicatorType.MONEY and unit_scale(context.unit) > 1:
        return _figure(value, context, [])
    suggest = value * THOUSAND
    return rejected("non_integer", suggest=int(suggest) if suggest == int(suggest) else None)


def _figure(value: Decimal, context: NumberContext, warnings: list[str]) -> NumberReading:
    """A bare figure in its column."""
    if context.type is IndicatorType.MONEY:
        return in_unit(value, 1 if warnings else unit_scale(context.unit), warnings)
    column = context.column
    if context.columns and column not in context.columns and len(context.columns) == 1:
        column = context.columns[0]
        warnings = [*warnings, "column_shift"]
    if value > THOUSAND**3:
        warnings = [*warnings, "implausible"]
    return serial_reading(reading({column: value}, warnings), context, counted(context))


def _text(text: str, context: NumberContext) -> NumberReading:
    """A text cell."""
    cleaned, unusual = clean(text)
    if not cleaned:
        return empty()
    if len(cleaned) > _LONGEST:
        return rejected("text_no_number")
    whole = _unwrapped(cleaned)
    answer = _cleaned(whole or cleaned, context, counted(context))
    if whole and answer.values:
        answer = _with(answer, "ambiguous_reading")
    is_rest = (cleaned[0] == "(" and ")" not in cleaned) or (cleaned[-1] == ")" and "(" not in cleaned)
    if answer.values and (is_rest or _MARKED.search(text)):  # what stood before or behind it is in another row on paper
        answer = _with(answer, "ambiguous_reading")
    return _with(answer, "fullwidth") if unusual and answer.values else answer


def _unwrapped(text: str) -> str:
    """A figure that a narrow cell broke inside its thousands, on one line; "" where the lines are two figures."""
    found = _WRAPPED.fullmatch(text)
    if found is None or (_GROUPED.fullmatch(found[1]) is not None and found[2][0].isdigit()):
        return ""
    return f"{found[1]}{found[2]}{found[3]}" if _GROUPED.fullmatch(f"{found[1]}{found[2]}") else ""


def _cleaned(text: str, context: NumberContext, known: Counted) -> NumberReading:
    if _PLAIN.fullmatch(text):
        return _figure(Decimal(text), context, [])
    answer = whole_cell(text, context, known)
    if answer:
        return answer
    bare = _SENTENCE_END.sub("", text)
    if len(bare) > 1 and bare[0] == bare[-1] == '"':
        bare = bare[1:-1].strip()
    bare = re.sub(r"^'+(?=.)", "", bare).strip()
    named = _without_unit(bare, context, known)
    whole_unit = named != bare and "/" not in named  # "120 lớp/người": of which?
    bare = named
    match = _SCIENTIFIC.fullmatch(bare)
    if match:
        return _scientific(match, context)
    answer = whole_cell(bare, context, known) if bare != text else None
    if answer:
        return answer
    if context.type is IndicatorType.MONEY:
        return read_money(bare, context)
    answer = read_count(bare, context, known)
    lone = _LOOKS_LIKE_ONE.fullmatch(bare) or (not context.unit and _LOOKS_LIKE_ONE.search(bare))
    if lone and answer.values:
        answer = _with(answer, "ocr_suspect")  # 2l: two classes, or 21
    return _with(answer, "ambiguous_unit") if whole_unit and answer.values else answer


def _without_unit(text: str, context: NumberContext, known: Counted) -> str:
    """The text without the whole printed unit behind it: "3/120 (lớp/người)"."""
    if known.mode is Mode.SINGLE or "/" not in context.unit:
        return text
    unit = r"\s*/\s*".join(re.escape(part.strip()) for part in context.unit.split("/"))
    return re.sub(rf"(?<=[\d\s])\(?\s*{unit}\s*\)?$", "", text, flags=re.IGNORECASE).strip()


def _scientific(match: re.Match[str], context: NumberContext) -> NumberReading:
    """As in "5E+06": what a spreadsheet shows of 5000000."""
    whole, fraction, exponent = match[1], match[2] or "", int(match[3])
    if exponent > _LARGEST_EXPONENT:
        return rejected("scientific", "text_no_number")
    value = Decimal(f"{whole}.{fraction or 0}") * 10**exponent
    if value != int(value):
        return rejected("scientific", "non_integer")
    warnings = ["scientific"]
    short = len(fraction) <= _EXACT_MANTISSA >= len((whole + fraction).rstrip("0"))
    if exponent > len(fraction) and not short:
        warnings.append("approx")
    if context.type is IndicatorType.MONEY:
        return in_unit(value, 1, warnings)
    return reading({column_of(context): value}, [*warnings, "implausible"] if value > THOUSAND**3 else warnings)
