"""Cells as the text of a sheet's XML. Text from mail stays text: never a formula, never an illegal character, never too long."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from xml.sax.saxutils import escape

from openpyxl.utils import get_column_letter

from service.outputs.formula_text import begins_like_formula

LONGEST_TEXT = 32_767
"""What one cell holds, in UTF-16 units: the limit of the format."""
LARGEST_EXACT = 10**15 - 1
"""Spreadsheets keep 15 digits; a larger number is written as text so that none of its digits is lost."""

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets count days without a zone


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula of ours with the result we computed, so that viewers that do not calculate show it too."""

    text: str
    value: int | Decimal | str | None
    fractional: bool = False  # its result may have a fraction, now or when a figure changes


Content = int | Decimal | str | datetime | Formula | None


@dataclass(frozen=True, slots=True)
class Look:
    """The style of a cell as the numbers of the workbook's style table.

    As it is, for text that begins like a formula, and for a number with a fraction, which is shown and never rounded away.
    """

    plain: int
    quoted: int
    fractional: int


def clean_text(text: str) -> str:
    """The text without characters that a workbook may not hold, one kind of line end, cut at the limit with an ellipsis."""
    text = _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) * 2 > LONGEST_TEXT and len(text.encode("utf-16-le")) // 2 > LONGEST_TEXT:
        text = text.encode("utf-16-le")[: (LONGEST_TEXT - 1) * 2].decode("utf-16-le", "ignore") + "…"
    return text


class Cells:
    """Writes cells and rows of one workbook, and keeps the texts they share.

    Texts are kept once for the whole workbook: names, documents and hashes return on half a million rows.
    """

    def __init__(self) -> None:
        self._shared: dict[str, tuple[int, bool]] = {}  # the text as given -> its number, and whether it begins like a formula
        self._texts: dict[str, int] = {}  # the text as written -> its number

    def cell(self, reference: str, look: Look, content: Content) -> str:
        """One cell. An empty text is a blank cell; a datetime is written in its own zone's wall time."""
        if isinstance(content, str):
            return self._text(reference, look, content)
        if content is None:
            return f'<c r="{reference}" s="{look.plain}"/>'
        if isinstance(content, int | Decimal):
            if not -LARGEST_EXACT <= content <= LARGEST_EXACT:
                return self._text(reference, look, f"{content:f}" if isinstance(content, Decimal) else str(content))
            style = look.fractional if _has_fraction(content) else look.plain
            return f'<c r="{reference}" s="{style}"><v>{content}</v></c>'
        if isinstance(content, datetime):
            return f'<c r="{reference}" s="{look.plain}"><v>{_days(content)}</v></c>'
        fractional = content.fractional or _has_fraction(content.value)
        return _formula_cell(reference, look.fractional if fractional else look.plain, content)

    def row(
        self, number: int, cells: Iterable[tuple[Look, Content]], *, height: float | None = None, first_column: int = 1
    ) -> str:
        """One row of cells from `first_column` on; `height` in points, else the sheet's own."""
        size = "" if height is None else f' ht="{height:g}" customHeight="1"'
        placed = enumerate(cells, first_column)
        body = "".join([self.cell(f"{column_letter(place)}{number}", look, content) for place, (look, content) in placed])
        return f'<row r="{number}"{size}>{body}</row>'

    def shared_strings(self) -> Iterator[str]:
        """The table of the texts written so far, in parts."""
        yield (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" uniqueCount="{len(self._texts)}">'
        )
        for text in self._texts:
            kept = ' xml:space="preserve"' if text != text.strip() or "\n" in text or "  " in text else ""
            yield f"<si><t{kept}>{escape(_ESCAPE_LIKE.sub('_x005F_', text))}</t></si>"
        yield "</sst>"

    def _text(self, reference: str, look: Look, text: str) -> str:
        known = self._shared.get(text)
        if known is None:
            known = self._share(text)
        number, quoted = known
        if number < 0:
            return f'<c r="{reference}" s="{look.plain}"/>'
        return f'<c r="{reference}" s="{look.quoted if quoted else look.plain}" t="s"><v>{number}</v></c>'

    def _share(self, text: str) -> tuple[int, bool]:
        written = clean_text(text)
        number = self._texts.setdefault(written, len(self._texts)) if written else -1
        known = number, begins_like_formula(written)
        self._shared[text] = known
        return known


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


def _has_fraction(number: object) -> bool:
    return isinstance(number, Decimal) and number != number.to_integral_value()


def _days(moment: datetime) -> str:
    """An instant as a spreadsheet counts it: days since the end of 1899, so exact that no program shows the minute before."""
    return f"{(moment.replace(tzinfo=None) - _EPOCH).total_seconds() / 86_400:.11f}"


def _formula_cell(reference: str, style: int, formula: Formula) -> str:
    value = formula.value
    if value is None or isinstance(value, str):
        return f'<c r="{reference}" s="{style}" t="str"><f>{escape(formula.text)}</f><v>{escape(value or "")}</v></c>'
    return f'<c r="{reference}" s="{style}"><f>{escape(formula.text)}</f><v>{value}</v></c>'
