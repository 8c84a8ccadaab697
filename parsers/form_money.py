"""Money in what a table prints around its figures: columns of amounts, and amounts in thousands or millions."""

from __future__ import annotations

import re
from collections.abc import Iterable

from config.vietnamese import fold

_THOUSANDS = re.compile(r"\b(nghìn|ngàn|nghin|ngan (?:dong|đồng)|1[. ]?000\s*(?:đồng|dong|đ|d|vnđ|vnd))\b", re.IGNORECASE)
_MILLIONS = re.compile(r"\b(triệu|trieu|1[. ]?000[. ]?000\s*(?:đồng|dong|đ|d|vnđ|vnd))\b", re.IGNORECASE)
_MONEY = re.compile(r"\b(kinh phi|so tien|thanh tien|tien|money|cost)\b")


def names_money(heading: Iterable[str]) -> bool:
    """Whether a column's heading says that it holds amounts of money."""
    return any(_MONEY.search(fold(line)) for line in heading)


def money_factor(text: str) -> int:
    """By what a printed unit multiplies money: 1,000 for "nghìn đồng", 1,000,000 for "triệu đồng", else 1."""
    if _MILLIONS.search(text):
        return 1_000_000
    return 1_000 if _THOUSANDS.search(text) else 1
