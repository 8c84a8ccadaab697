"""A workbook in which a commune compiles its schools: one sheet for the whole commune beside one for each of them.

The commune's own sheet is its report; those of the schools are what it was made of, kept out of the figures and compared.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from config.campaign import Severity
from config.text import Text
from config.vietnamese import fold
from parsers.values import Finding, FormReading, ValueStatus

_WHOLE = re.compile(r"\b(?:tong hop|tong cong|tong|toan xa|toan thi tran|chung|ca xa|th xa|summary|total)\b")
_OFFICE = re.compile(r"\b(?:ubnd|uy ban nhan dan)\b")
_PART = re.compile(
    r"\b(?:truong|thcs|tieu hoc|mam non|mau giao|ptdtbt|pt dtbt|thpt|mn|mg|tthtcd|trung tam)\b"
    r"|\bth (?!xa\b|hop\b|toan\b|chung\b)\w|^th$"
)
_OF_COMMUNE = re.compile(r"\b(?:ubnd|uy ban nhan dan) (?:xa|thi tran|phuong) (\w+ \w+)")
_TOP = 300
_LETTERHEAD_LINES = 3
_AGREES, _ENOUGH_CELLS = 0.8, 5
_MOST_NAMED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """Which of several forms is the whole, and what is to be said of its parts."""

    whole: int
    findings: tuple[Finding, ...]


def compiled_of(readings: Sequence[FormReading]) -> Compiled | None:
    """The form that sums up the others, by the names of the sheets and letterheads or by its figures; None when none does."""
    if len(readings) < 2 or len(_communes(readings)) > 1:  # noqa: PLR2004 - a whole and a part
        return None
    number = _named(readings)
    if number is None:
        number = _summing(readings)
    if number is None:
        return None
    parts = [each for place, each in enumerate(readings) if place != number]
    return Compiled(whole=number, findings=(_kept_as_support(readings[number], parts), *_differences(readings[number], parts)))


def _named(readings: Sequence[FormReading]) -> int | None:
    """The one sheet that is named for the whole, or bears the commune office's letterhead, while all others are a school's."""
    parts = [place for place, each in enumerate(readings) if _is_part(each)]
    rest = [place for place in range(len(readings)) if place not in parts]
    return rest[0] if len(rest) == 1 and parts and _is_whole(readings[rest[0]]) else None


def _communes(readings: Sequence[FormReading]) -> set[str]:
    """The communes whose offices the letterheads name: where there are two, neither is a part of the other."""
    return {match[1] for each in readings if (match := _OF_COMMUNE.search(fold(_letterhead(each))))}


def _letterhead(reading: FormReading) -> str:
    """The first lines of the heading; a school named further down, in a note under the table, is no letterhead."""
    return "\n".join(reading.heading[:_TOP].splitlines()[:_LETTERHEAD_LINES])


def _is_whole(reading: FormReading) -> bool:
    return bool(_WHOLE.search(fold(reading.sheet)) or _OFFICE.search(fold(reading.heading[:_TOP])))


def _is_part(reading: FormReading) -> bool:
    name = fold(reading.sheet)
    if _WHOLE.search(name):
        return False
    return bool(_PART.search(name) or _PART.search(fold(_letterhead(reading))))


def _summing(readings: Sequence[FormReading]) -> int | None:
    """The one form whose figures are the sums of all others."""
    if len(readings) < 3:  # noqa: PLR2004 - one part alone would be a copy
        return None
    found = [place for place in range(len(readings)) if _is_sum(readings[place], [*readings[:place], *readings[place + 1 :]])]
    return found[0] if len(found) == 1 else None


def _is_sum(whole: FormReading, parts: Sequence[FormReading]) -> bool:
    sums = _sums(parts)
    figures = {key: value for key, value in _figures(whole).items() if value and key[1] != "money"}
    agree = sum(sums.get(key) == value for key, value in figures.items())
    return agree >= _ENOUGH_CELLS and agree >= _AGREES * len(figures)


def _figures(reading: FormReading) -> dict[tuple[str, str], int]:
    return {(each.indicator, each.column): each.value for each in reading.values if isinstance(each.value, int)}


def _sums(parts: Sequence[FormReading]) -> Counter[tuple[str, str]]:
    total: Counter[tuple[str, str]] = Counter()
    for part in parts:
        total.update(_figures(part))
    return total


def _kept_as_support(whole: FormReading, parts: Sequence[FormReading]) -> Finding:
    names = ", ".join(f"“{each.sheet}”" for each in parts[:_MOST_NAMED])
    return Finding(
        code="F-PARTS",
        severity=Severity.INFO,
        where="",
        text=Text(
            vi=f"Tệp có trang tổng hợp “{whole.sheet}” và {len(parts)} trang của đơn vị thành phần ({names}); "
            "số liệu lấy từ trang tổng hợp, các trang kia chỉ để đối chiếu.",
            en=f"The file holds a summary “{whole.sheet}” and {len(parts)} sheets of its parts ({names}); "
            "the figures are those of the summary, the others serve to compare.",
        ),
    )


def _differences(whole: FormReading, parts: Sequence[FormReading]) -> tuple[Finding, ...]:
    """Where the summary is not the sum of its parts, when there are several and every one of them could be read there."""
    if len(parts) < 2:  # noqa: PLR2004 - one school is not the whole commune
        return ()
    sums = _sums(parts)
    unclear = {
        (each.indicator, each.column)
        for part in (whole, *parts)
        for each in part.values
        if each.status not in (ValueStatus.OK, ValueStatus.EMPTY)
    }
    found = [
        (key, value, sums[key])
        for key, value in _figures(whole).items()
        if key in sums and key not in unclear and sums[key] != value and key[1] != "money"
    ]
    return tuple(_differs(whole, code, column, value, total) for (code, column), value, total in found)


def _differs(whole: FormReading, code: str, column: str, value: int, total: int) -> Finding:
    cell = next((each.cell for each in whole.values if (each.indicator, each.column) == (code, column)), "")
    return Finding(
        code="F-PARTS-SUM",
        severity=Severity.WARNING,
        where=code,
        text=Text(
            vi=f"Trang tổng hợp “{whole.sheet}” (ô {cell}) ghi {value}, cộng các trang thành phần là {total}; đề nghị xem lại.",
            en=f"The summary “{whole.sheet}” (cell {cell}) says {value}, its parts add up to {total}; please check.",
        ),
    )
