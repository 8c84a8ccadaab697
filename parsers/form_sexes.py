"""Columns "Tổng", "Nam" and "Nữ": which of them holds the persons that a form asks for."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Protocol

from config.vietnamese import fold
from parsers.number_units import counted_by

_TOTAL, _SEXES = frozenset({"tong", "tong so", "tong cong"}), frozenset({"nam", "nu"})


class HeadedColumn(Protocol):
    """A column with what its header says: the lines above it, and the quantities they name."""

    lines: tuple[str, ...]
    keys: tuple[str, ...]
    unnamed: bool


def name_persons(columns: Sequence[HeadedColumn], counted: Sequence[tuple[str, frozenset[str]]]) -> None:
    """A column "Tổng" before "Nam" and "Nữ" holds persons; where no column does, these two hold them together.

    `counted`: what each quantity of the form counts.
    """
    persons = counted_by("người")
    key = next((key for key, kinds in counted if kinds & persons), None)
    if key is None:
        return
    for total, one, other in zip(columns, columns[1:], columns[2:], strict=False):
        if total.lines and not total.keys and fold(total.lines[-1]) in _TOTAL and _are_sexes(one, other):
            total.keys, total.unnamed = (key,), False
    if not any(key in each.keys for each in columns):
        for one, other in itertools.pairwise(columns):
            if _are_sexes(one, other):
                one.keys = other.keys = (key,)


def _are_sexes(one: HeadedColumn, other: HeadedColumn) -> bool:
    return {fold(line) for each in (one, other) for line in each.lines[-1:]} == _SEXES
