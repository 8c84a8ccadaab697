"""Which year a form says it is of: a form of another year is never taken for this year's without a question.

The title decides, then the name of the sheet, then that of the file, and last the dates that stand around the table. The date
of a letter or of a cited decision is no period: only where nothing else names a year does it speak.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from parsers.form_claims import doubted
from parsers.form_findings import form_of_other_year, planned_form
from parsers.values import FormReading

_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_RANGE = re.compile(r"(?<!\d)(20\d\d)\s*[-–—/]\s*(20\d\d)(?!\d)")
_NO_PERIOD = re.compile(
    r"ngày[\s\d.…_/-]*tháng[\s\d.…_]*(?:năm)?[\s.…]*20\d\d"  # the date of a letter, filled in or not
    r"|(?<!\d)\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*20\d\d(?!\d)"
    r"|\bsố\s*:?\s*\d+(?:\s*/\s*20\d\d)?(?:\s*/[\w-]+)?"
    r"|\d+\s*/\s*20\d\d\s*/\s*[^\W\d_]+"
    r"|\bđến\s+(?:năm\s+)?20\d\d",
    re.IGNORECASE,
)
_PLANNED = re.compile(r"\W*(?:BIỂU |BẢNG |MẪU )*(?:TỔNG HỢP )?(?:DỰ KIẾN|SỐ LIỆU (?:KẾ HOẠCH|DỰ KIẾN)|CHỈ TIÊU KẾ HOẠCH)\b")
_OLDEST = 15  # years back; what is older was founded or decided then
_SCHOOL_YEAR = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What stands around a form: the lines above it, the name of its sheet, all text around it, the name of its file."""

    title: str
    sheet: str
    around: str
    file: str = ""


def other_year_of(said: Said, year: int) -> int | None:
    """The year the form says it is of, when that is not `year`; None when it is, or when nothing names a year."""
    for text in (_NO_PERIOD.sub(" ", said.title), said.sheet, _NO_PERIOD.sub(" ", said.file)):
        years = _years(text, year)
        if years:
            return None if year in years else max(years)
    years = _years(f"{said.around}\n{said.file}", year)
    return max(years) if years and year not in years else None


def marked(reading: FormReading, said: Said, year: int) -> FormReading:
    """The reading with every figure to be confirmed and a finding, when the form says that it is of another year or a plan."""
    if reading.blank:
        return reading
    if any(_PLANNED.match(line.strip()) for line in said.title.split("\n") if line.isupper()):
        planned = tuple(doubted(value, ["planned_form"]) for value in reading.values)
        reading = replace(reading, values=planned, findings=(*reading.findings, planned_form()))
    found = other_year_of(said, year)
    if found is None:
        return reading
    values = tuple(doubted(value, ["other_year"]) for value in reading.values)
    return replace(reading, values=values, findings=(*reading.findings, form_of_other_year(found, year)))


def is_of_other_year(reading: FormReading) -> bool:
    """Whether the reading was marked as a form of another year."""
    return any(each.code == "F-YEAR" for each in reading.findings)


def _years(text: str, year: int) -> frozenset[int]:
    """The years a text names as its own; "2016-2020" names the years in between, a programme of other years none."""
    found: set[int] = set()
    for match in _RANGE.finditer(text):
        first, last = int(match[1]), int(match[2])
        if first <= year <= last:
            found.add(year)
        elif last - first == _SCHOOL_YEAR:
            found.add(last)
    found.update(int(each) for each in _YEAR.findall(_RANGE.sub(" ", text)))
    return frozenset(each for each in found if year - _OLDEST <= each <= year + 1)
