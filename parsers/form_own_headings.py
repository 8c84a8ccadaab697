"""What a form itself prints above its quantity columns: such a heading names its column whatever else its words may say."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from config.campaign import Column, ColumnKind
from config.vietnamese import fold

GROUPS_JOIN = " – "
"""Between the lines of a heading over more than two rows, in a column's `group_header`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnHeadings:
    """The folded headings of a form. In `headers` the key is "" where several columns share the heading ("Nam" of each age)."""

    headers: Mapping[str, str]  # the lowest line above a column
    paths: Mapping[str, str]  # all lines above a column
    groups: frozenset[str]


@functools.lru_cache(maxsize=16)
def own_headings(columns: tuple[Column, ...]) -> OwnHeadings:
    """The headings of these columns."""
    quantities = [column for column in columns if column.kind is ColumnKind.QUANTITY]
    paths = _keys((fold(f"{each.group_header} {each.header}"), each.key) for each in quantities)
    parts = {part for each in quantities for part in (each.group_header, *each.group_header.split(GROUPS_JOIN))}
    return OwnHeadings(
        headers=_keys((fold(each.header), each.key) for each in quantities),
        paths={path: key for path, key in paths.items() if key},
        groups=frozenset(map(fold, parts)) - {""},
    )


def is_own_heading(text: str, columns: tuple[Column, ...]) -> bool:
    """Whether a text is printed above a quantity column of the form, word by word: "6-10 tuổi" begins like a figure."""
    own, folded = own_headings(columns), fold(text)
    return folded in own.headers or folded in own.groups


def _keys(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for heading, key in pairs:
        if heading:
            found[heading] = "" if heading in found else key
    return found
