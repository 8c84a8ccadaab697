"""The words that head the columns of a form whatever the form is about: row number, label, unit, note, any quantity."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from config.campaign import Column, ColumnKind
from parsers.number_units import counted_by

KIND_WORDS = {
    ColumnKind.ROW_NUMBER: {"stt", "tt", "so tt", "so thu tu", "thu tu", "no", "nr", "ma so"},
    ColumnKind.LABEL: {
        "noi dung", "chi tieu", "noi dung hoat dong", "ten chi tieu", "noi dung cong viec", "tieu chi", "danh muc",
        "noi dung chi tieu", "cac chi tieu", "hoat dong", "cac hoat dong", "ten hoat dong",
        "noi dung cac hoat dong", "indicator", "indicators", "item", "items", "activity", "activities", "description",
    },
    ColumnKind.UNIT: {
        "don vi tinh", "dvt", "don vi", "dv tinh", "d v t", "dv", "d vi", "d vi tinh", "unit", "unit of measure", "units",
    },
    ColumnKind.NOTE: {"ghi chu", "chu thich", "ghi chu neu co", "gc", "note", "notes", "remark", "remarks", "comments"},
}  # fmt: skip
ANY_QUANTITY = {
    "so luong", "sl", "so lieu", "ket qua", "gia tri", "tong so", "thuc hien", "ket qua thuc hien", "so luong thuc hien", "kq",
    "so lieu thuc hien", "ket qua dat duoc", "so lieu bao cao", "quantity", "value", "amount", "figures", "number", "result",
}  # fmt: skip


def kinds_counted(quantities: Sequence[Column]) -> tuple[tuple[str, frozenset[str]], ...]:
    """What each quantity column counts by its own headings, without what two of them count."""
    counted = {each.key: frozenset[str]().union(*map(counted_by, (each.header, *each.aliases))) for each in quantities}
    twice = {kind for one, other in itertools.combinations(counted.values(), 2) for kind in one & other}
    return tuple((key, each - twice) for key, each in counted.items())
