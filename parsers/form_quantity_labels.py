"""Rows whose label names an indicator and one of its quantities: "Xóa mù chữ - số lớp", "Số người tham gia Xóa mù chữ"."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from config.campaign import Form
from parsers.form_blocks import Row
from parsers.form_header_words import kinds_counted
from parsers.labels import LabelIndex, label_index
from parsers.number_units import counted_by

_BEHIND = re.compile(r"^(?P<base>.+?)\s*[-–—:,;(]\s*(?P<quantity>[^-–—:,;()]{2,30})\)?[\s.:]*$")
_BEFORE = re.compile(r"^\W*(?P<quantity>(?:tổng )?số \w+(?: \w+)??)(?: tham gia| tham dự)? (?P<base>.+)$", re.IGNORECASE)
_ALIKE = 0.9


@dataclass(frozen=True, slots=True)
class _Named:
    """What a label names: an indicator by its place in the form, the words for it, and a quantity with its words."""

    indicator: int
    base: str
    key: str
    quantity: str


def with_quantity_rows(rows: Sequence[Row], form: Form) -> tuple[Row, ...]:
    """The rows with two of one indicator below each other, one for each quantity, as the indicator and a row of its quantity.

    So they are where the label stands once; only under one column for all quantities.
    """
    index = label_index(form.indicators)
    changed: dict[int, Row] = {}
    named = [_named(row, form, index) for row in rows]
    for (above, first), (row, second) in itertools.pairwise(zip(rows, named, strict=True)):
        if first is None or second is None or first.indicator != second.indicator or first.key == second.key:
            continue
        if row.sheet is above.sheet and row.numbers[0] == above.numbers[-1] + 1 and id(above) not in changed:
            changed[id(above)] = replace(above, label=first.base, unit=first.quantity)
            changed[id(row)] = replace(row, label=second.quantity, row_number="")
    return tuple(changed.get(id(row), row) for row in rows)


def _named(row: Row, form: Form, index: LabelIndex) -> _Named | None:
    """What the label of a row names; None where it names no quantity, or no indicator that has several."""
    if row.columns.single is None or not row.label:
        return None
    for base, quantity in _partings(row.label):
        keys = [key for key, kinds in kinds_counted(form.quantity_columns) if kinds & counted_by(quantity)]
        number, score = index.best(base)
        if len(keys) == 1 and score >= _ALIKE and form.indicators[number].pair and keys[0] in form.indicators[number].columns:
            return _Named(number, base, keys[0], quantity)
    return None


def _partings(label: str) -> Iterator[tuple[str, str]]:
    for pattern in (_BEHIND, _BEFORE):
        if match := pattern.match(label):
            yield match["base"], match["quantity"]
