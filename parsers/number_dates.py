"""Dates a spreadsheet made out of "3/12", found again; and real dates, refused."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from parsers.number_units import Counted, Mode
from parsers.number_values import NumberContext, NumberReading, reading, rejected
from parsers.values import ValueStatus

_EPOCH = date(1899, 12, 30)
_FIRST_TWO_DIGIT_YEAR, _LAST_TWO_DIGIT_YEAR = 1930, 2029  # what a spreadsheet takes "45" and "20" for
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.|;.*$')
_FULL = re.compile(r"(?<!\d)(\d{1,2})\s*([/.-])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})(?!\d)")
_ISO = re.compile(r"(?<!\d)(?:19|20)\d\d[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_SPELT = re.compile(r"(?:ngày|ngay)\s*\d{1,2}\s*(?:[/.-]|tháng|thang)|(?:tháng|thang)\s*\d{1,2}\b.*(?:năm|nam)\s*\d{4}")
_MONTH_YEAR = re.compile(r"\s*0?(\d{1,2})\s*[/-]\s*((?:19|20)\d\d)\s*")
_NAMED_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<month>{'|'.join(_NAMED_MONTHS)}|thg\s?\d{{1,2}})"
_SHOWN = re.compile(rf"(?:(?P<day>\d{{1,2}})[-\s]{_MONTH}|{_MONTH.replace('month', 'first')}[-\s](?P<year>\d\d))")
_PLANNED = re.compile(
    r"\b(?:kh|kế hoạch|ke hoach|chỉ tiêu giao|mục tiêu|dự toán|cùng kỳ|năm trước|năm ngoái|du toan|cung ky|nam truoc)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_MONTHS, _DAYS = 12, 31
_NEAR = 1  # years around the campaign's that a serial number may be from


def is_date_text(text: str) -> bool:
    """Whether a text is, or plainly contains, a date: 3/12/2020, ngày 3/10, ngày 05 tháng 10."""
    lower = text.lower()
    if _SPELT.search(lower):
        return True
    for pattern in (_FULL, _ISO):
        for match in pattern.finditer(lower):
            first, second = (int(match[1]), int(match[3])) if pattern is _FULL else (int(match[1]), int(match[2]))
            small, large = sorted((first, second))
            if 1 <= small <= _MONTHS and large <= _DAYS:
                return pattern is _ISO or match[2] == "/" or len(match[4]) > 2 or small == large  # noqa: PLR2004 - yy or yyyy
    return False


def names_other_period(text: str, year: int) -> bool:
    """Whether a remark says that the figure is planned, or of another year: "3/5 (KH)", "120 (năm 2019)"."""
    years = {int(each) for each in _YEAR.findall(text)}
    return _PLANNED.search(text) is not None or bool(years and year not in years)


def date_reading(value: date | datetime | time, number_format: str, context: NumberContext, known: Counted) -> NumberReading:
    """A date cell: the two numbers it was typed as where its format betrays them, else refused."""
    if isinstance(value, time) or (isinstance(value, datetime) and value.time() != time()):
        return rejected("date_in_numeric")
    day = value.date() if isinstance(value, datetime) else value
    numbers = _typed(day, _parts(number_format))
    return rejected("date_in_numeric") if numbers is None else _recovered(numbers, context, known)


def shown_date_reading(text: str, context: NumberContext, known: Counted) -> NumberReading | None:
    """A text that is a date as a spreadsheet shows it, "12-Mar", "3-Thg12", "Mar-45", from a .csv or a paste; else None."""
    match = _SHOWN.fullmatch(text.lower())
    if match is None:
        return None
    name = match["month"] or match["first"]
    month = _NAMED_MONTHS.index(name) + 1 if name in _NAMED_MONTHS else int(name[3:])
    other = int(match["day"] or match["year"])
    if not 1 <= month <= _MONTHS or (match["day"] and not 1 <= other <= _DAYS):
        return rejected("date_text")
    if match["day"]:
        return _recovered((min(month, other), max(month, other)), context, known)
    return _recovered((month, other), context, known) if other > _MONTHS else rejected("date_text")


def _recovered(numbers: tuple[int, int], context: NumberContext, known: Counted) -> NumberReading:
    """The two numbers that became a date, in the two columns of their pair."""
    if known.mode is Mode.SUM:
        return reading({context.column: Decimal(sum(numbers))}, ["date_recovered", "summed_components"])
    if known.mode is not Mode.PAIR or context.pair is None:
        return rejected("date_in_numeric")
    return reading(_by_column(numbers, context), ["date_recovered"])


def serial_reading(answer: NumberReading, context: NumberContext, known: Counted) -> NumberReading:
    """The answer, or, where its one figure may be a date's serial number (44168 for 3/12), that date's numbers with a question.

    Also asks about "10/2020", which may be a month.
    """
    if known.mode is Mode.PAIR and context.pair and set(answer.values) == set(context.pair):
        first, second = (int(answer.values[column]) for column in context.pair)
        if first in range(1, _MONTHS + 1) and second in range(context.year - _NEAR, context.year + _NEAR + 1):
            return reading({key: Decimal(value) for key, value in answer.values.items()}, [*answer.warnings, "date_recovered"])
        return answer
    if answer.status is ValueStatus.REJECT or len(answer.values) != 1:
        return answer
    serial = next(iter(answer.values.values()))
    if serial != int(serial) or not _may_be_serial(int(serial), context, known):
        return answer
    warnings = [*answer.warnings, "possible_date_serial"]
    if known.mode is not Mode.PAIR or context.pair is None or answer.warnings:
        return reading({key: Decimal(value) for key, value in answer.values.items()}, warnings)
    day = _EPOCH + timedelta(days=int(serial))
    near = abs(day.year - context.year) <= _NEAR
    both = (min(day.day, day.month), max(day.day, day.month))
    return reading(_by_column(both if near and day.day > 1 else (day.month, day.year % 100), context), warnings)


def _may_be_serial(serial: int, context: NumberContext, known: Counted) -> bool:
    first = (date(context.year - _NEAR, 1, 1) - _EPOCH).days
    last = (date(context.year + _NEAR, 12, 31) - _EPOCH).days
    if first <= serial <= last:
        return True
    if known.mode is not Mode.PAIR:
        return False
    oldest, newest = ((date(year, 1, 1) - _EPOCH).days for year in (_FIRST_TWO_DIGIT_YEAR, _LAST_TWO_DIGIT_YEAR + 1))
    return oldest <= serial < newest and (_EPOCH + timedelta(days=serial)).day == 1  # mmm-yy, from "3/45"


def _parts(number_format: str) -> str:
    """The parts a date format shows, in order, each once: "dm" for d-mmm, "my" for mmm-yy, "dmy" ..., with h for times."""
    bare = _QUOTED.sub("", number_format.lower())
    shown = re.sub(r"[^dmyhs]", "", bare)
    return re.sub(r"(.)\1+", r"\1", shown)


def _typed(day: date, parts: str) -> tuple[int, int] | None:
    """The two numbers a date was typed as, the smaller first if both orders give it, or None for a real date."""
    if sorted(parts) == ["d", "m"]:
        return min(day.day, day.month), max(day.day, day.month)
    if sorted(parts) != ["m", "y"] or day.day != 1:
        return None
    if not _FIRST_TWO_DIGIT_YEAR <= day.year <= _LAST_TWO_DIGIT_YEAR:
        return day.month, day.year
    short = day.year % 100
    return (day.month, short) if short > _MONTHS else None  # "9/01" would be the first of September: 9/2001 was typed


def _by_column(numbers: tuple[int, int], context: NumberContext) -> dict[str, Decimal]:
    first, second = context.pair or ("", "")
    return {first: Decimal(numbers[0]), second: Decimal(numbers[1])}
