"""Cells as the text of a sheet's XML. Text from mail stays text: never a formula, never an illegal character, never too long."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from xml.sax.saxutils import escape

from openpyxl.utils import get_column_letter

LONGEST_TEXT = 32_767
"""What one cell holds, in UTF-16 units: the limit of the format."""
LARGEST_EXACT = 10**15 - 1
"""Spreadsheets keep 15 digits; a larger number is written as text so that none of its digits is lost."""

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_FORMULA_START = ("=", "+", "-", "@", "\t", "\n")
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets count days without a zone


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula of ours with the result we computed, so that viewers that do not calculate show it too."""

    text: str
    value: int | Decimal | str | None


Content = int | Decimal | str | datetime | Formula | None


@dataclass(frozen=True, slots=True)
class Look:
    """The style of a cell as the numbers of the workbook's style table: as it is, and for text that begins like a formula."""

    plain: int
    quoted: int


def clean_text(text: str) -> str:
    """The text without characters that a workbook may not hold, one kind of line end, cut at the limit with an ellipsis."""
    text = _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) * 2 > LONGEST_TEXT and len(text.encode("utf-16-le")) // 2 > LONGEST_TEXT:
        text = text.encode("utf-16-le")[: (LONGEST_TEXT - 1) * 2].decode("utf-16-le", "ignore") + "…"
    return text


def cell(reference: str, look: Look, content: Content) -> str:
    """One cell. An empty text is a blank cell; a datetime is written in its own zone's wall time."""
    if content is None or content == "":
        return f'<c r="{reference}" s="{look.plain}"/>'
    if isinstance(content, int | Decimal):
        if not -LARGEST_EXACT <= content <= LARGEST_EXACT:
            return _text_cell(reference, look.plain, f"{content:f}" if isinstance(content, Decimal) else str(content))
        return f'<c r="{reference}" s="{look.plain}"><v>{content}</v></c>'
    if isinstance(content, str):
        text = clean_text(content)
        return _text_cell(reference, look.quoted if text.startswith(_FORMULA_START) else look.plain, text)
    if isinstance(content, datetime):
        days = (content.replace(tzinfo=None) - _EPOCH).total_seconds() / 86_400
        return f'<c r="{reference}" s="{look.plain}"><v>{days:.6f}</v></c>'
    return _formula_cell(reference, look.plain, content)


def row(number: int, cells: Iterable[tuple[Look, Content]], *, height: float | None = None, first_column: int = 1) -> str:
    """One row of cells from `first_column` on; `height` in points, else the program that opens it decides."""
    size = "" if height is None else f' ht="{height:g}" customHeight="1"'
    body = "".join(
        cell(f"{column_letter(place)}{number}", look, content) for place, (look, content) in enumerate(cells, first_column)
    )
    return f'<row r="{number}"{size}>{body}</row>'


def link(reference: str, sheet: str, target: str) -> str:
    """A hyperlink from a cell to a cell of another sheet of the same workbook."""
    return f'<hyperlink ref="{reference}" location="{escape(quoted_sheet(sheet), {chr(34): "&quot;"})}!{target}"/>'


def quoted_sheet(name: str) -> str:
    """A sheet's name as formulas write it."""
    return "'" + name.replace("'", "''") + "'"


@lru_cache(maxsize=16_384)
def column_letter(place: int) -> str:
    """The letters of a 1-based column."""
    return str(get_column_letter(place))


def _encoded(text: str) -> str:
    return _encoded_short(text) if len(text) <= _SHORT else _encoded_long(text)


def _encoded_long(text: str) -> str:
    return escape(_ESCAPE_LIKE.sub("_x005F_", text))


_SHORT = 100
_encoded_short = lru_cache(maxsize=32_768)(_encoded_long)  # names, hashes and words return on every row


def _text_cell(reference: str, style: int, text: str) -> str:
    if not text:
        return f'<c r="{reference}" s="{style}"/>'
    return f'<c r="{reference}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{_encoded(text)}</t></is></c>'


def _formula_cell(reference: str, style: int, formula: Formula) -> str:
    value = formula.value
    if value is None or isinstance(value, str):
        return f'<c r="{reference}" s="{style}" t="str"><f>{escape(formula.text)}</f><v>{escape(value or "")}</v></c>'
    return f'<c r="{reference}" s="{style}"><f>{escape(formula.text)}</f><v>{value}</v></c>'
