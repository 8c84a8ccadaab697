"""The words that head the columns of a form whatever it is about: row number, label, unit, note, quantities, plans, years."""

from __future__ import annotations

import itertools
import re
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
    "so lieu thuc hien", "ket qua dat duoc", "trong tuan le", "trong tuan", "trong dot",
    "trong ky", "ky nay", "so lieu bao cao", "quantity", "value", "amount", "figures", "number", "result",
}  # fmt: skip

PLAN = re.compile(r"\b(ke hoach|kh|muc tieu|duoc giao|chi tieu giao|du kien|dang ky|plan|planned|target)\b")
ACTUAL = re.compile(r"\b(thuc hien|ket qua|dat duoc|da lam|actual|result)\b")
BEFORE = re.compile(r"\b(nam truoc|cung ky|ky truoc|nam ngoai|lan truoc|previous|last year)\b")
COMPARED = re.compile(r"\b(ty le|ti le|so sanh|so voi|tang giam|phan tram|luy ke|cong don|change|ratio|percent)\b|%")
RISE = re.compile(r"\b(tăng|giảm)\b", re.IGNORECASE)  # with their marks: without, "tặng sách" would be a rise
PART = re.compile(r"\b(?:trong do|nu|nam)\b")  # of the figure beside it


def kinds_counted(quantities: Sequence[Column]) -> tuple[tuple[str, frozenset[str]], ...]:
    """What each quantity column counts by its own headings, without what two of them count."""
    counted = {each.key: frozenset[str]().union(*map(counted_by, (each.header, *each.aliases))) for each in quantities}
    twice = {kind for one, other in itertools.combinations(counted.values(), 2) for kind in one & other}
    return tuple((key, each - twice) for key, each in counted.items())
