"""Amounts of money written in running text: "4.500.000 đồng", "5,5 triệu", "1 triệu 500 nghìn"."""

from __future__ import annotations

import re
from decimal import Decimal

_UNITS = {
    "tỷ": 10**9,
    "tỉ": 10**9,
    "triệu": 10**6,
    "tr": 10**6,
    "nghìn": 10**3,
    "ngàn": 10**3,
    "k": 10**3,
    "đồng": 1,
    "đ": 1,
    "vnđ": 1,
    "vnd": 1,
}
_AMOUNT = re.compile(
    r"(?<![\w.,])(\d{1,3}(?:[ .,]\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?)\s*(tỷ|tỉ|triệu|tr|nghìn|ngàn|k|đồng|đ|vnđ|vnd)(?!\w)",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"\d{1,3}(?:[ .,]\d{3})+")


def amounts_in(text: str) -> tuple[int, ...]:
    """Every amount in đồng that a text names, in order; one that cannot be read for certain is left out."""
    found: list[int] = []
    end, smallest = -1, 0
    for match in _AMOUNT.finditer(text):
        unit = _UNITS[match[2].lower()]
        value = _number(match[1], unit)
        continues = 0 < unit < smallest and not text[end : match.start()].strip()
        end, smallest = match.end(), unit
        if value is None:
            continue
        if continues and found:
            found[-1] += value
        else:
            found.append(value)
    return tuple(found)


def _number(digits: str, unit: int) -> int | None:
    if unit > 1 and re.fullmatch(r"\d+[.,]\d{3}", digits):
        return None  # "1.500 triệu" is 1,500 million or 1.5 million
    plain = re.sub(r"[ .,]", "", digits) if _GROUPED.fullmatch(digits) else digits.replace(",", ".")
    if plain.count(".") > 1 or " " in plain:
        return None
    value = Decimal(plain) * unit
    return int(value) if value == value.to_integral_value() else None
