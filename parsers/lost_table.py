"""Whether a text holds the rows of a form although no table could be read: printed without lines, cut off, typed, turned round.

A form lost so is never filed as a report alone: its rows read like headings, and its figures would be gone without a word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from config.campaign import Form, Severity
from config.text import Text
from config.vietnamese import fold
from parsers.grid import CellKind, Sheet
from parsers.values import Finding, FormReading

_LONGEST_LABEL = 300
_LABEL, _MOST_ROWS = 14, 0.6
"""Letters of a label that tell a row, and the share of the rows that makes a form."""

_CUT_LABEL, _SOME_ROWS, _FEWEST_ROWS = 5, 0.4, 4
"""The same for labels that narrow columns cut off: such a row must end in a figure, too."""

_PROSE_LENGTH, _PROSE_LINES = 100, 5
_ROW_NUMBER = re.compile(r"^\s*(?:[-+*•]|\d{1,2}[.)]?)\s+")
_FIGURE_BEHIND = re.compile(r"\d[\d.,]*\s*$")

LOST_TABLE = Text(
    vi="có các chỉ tiêu của biểu số liệu nhưng không đọc được bảng; đề nghị gửi biểu dạng Excel hoặc bảng trong Word",
    en="holds the rows of the form but no table that can be read; please send the form as Excel or as a table in Word",
)
NO_FIGURES = Text(
    vi="có các chỉ tiêu của biểu nhưng không thấy cột số liệu (có thể in sang trang khác); đề nghị gửi tệp Excel hoặc Word",
    en="holds the rows of the form but no column of figures (it may be on another page); please send the Excel or Word file",
)
TURNED = Text(
    vi="biểu đặt các chỉ tiêu thành cột; đề nghị gửi lại theo mẫu: mỗi chỉ tiêu một dòng, số liệu ở các cột bên phải",
    en="has the indicators as columns; please send the form as it was given: an indicator a row, its figures beside it",
)


def lies_across(sheet: Sheet, forms: Sequence[Form]) -> bool:
    """Whether a table has the indicators of a form side by side in one row, where the form has them one below the other."""
    rows: dict[int, list[str]] = {}
    for (row, _), cell in sheet.cells.items():
        if cell.kind is CellKind.TEXT and _LABEL <= len(cell.text) <= _LONGEST_LABEL:
            rows.setdefault(row, []).append(cell.text)
    full = [{fold(text)[:_LABEL] for text in texts} for texts in rows.values() if len(texts) >= _FEWEST_ROWS]
    known = [_labels(form) for form in forms if not form.units_as_rows] if full else []
    return any(len(begins & labels) >= max(_FEWEST_ROWS, len(labels) / 2) for begins in full for labels in known)


def holds_lost_table(lines: Sequence[str], forms: Sequence[Form]) -> bool:
    """Whether most rows of one of the forms stand in these lines, or many rows with labels cut off and a figure behind."""
    text = fold("\n".join(lines))
    ends = [_begin(line) for line in lines if _FIGURE_BEHIND.search(line)]
    return any(_holds_labels(text, form) or _holds_cut_rows(ends, form) for form in forms)


def is_prose(lines: Sequence[str], forms: Sequence[Form]) -> bool:
    """Whether a report is written there beside the rows: several paragraphs, long even without the labels of the forms.

    A printer joins the lines of a column: what reads like a paragraph may be three labels.
    """
    labels = sorted({fold(each.label) for form in forms for each in form.indicators}, key=len, reverse=True)
    return sum(_is_paragraph(line, labels) for line in lines) >= _PROSE_LINES


def lost(path: str, why: Text = LOST_TABLE) -> Finding:
    """The finding for a report that holds a form which could not be read."""
    text = Text(vi=f"Tệp “{path}” {why.vi}.", en=f"File “{path}” {why.en}.")
    return Finding(code="D-LOST-TABLE", severity=Severity.WARNING, where=path, text=text)


def without_figures(reading: FormReading) -> bool:
    """Whether the rows of a form were found and no column of figures at all: not a blank form, half a form."""
    return any(each.code == "F-NO-COLUMN" for each in reading.findings) and not any(each.raw for each in reading.values)


def _holds_labels(text: str, form: Form) -> bool:
    labels = _labels(form)
    return bool(labels) and sum(label in text for label in labels) >= _MOST_ROWS * len(labels)


def _labels(form: Form) -> set[str]:
    return {folded[:_LABEL] for each in form.indicators if len(folded := fold(each.label)) >= _LABEL}


def _holds_cut_rows(ends: Sequence[str], form: Form) -> bool:
    starts = {fold(each.label).replace(" ", "")[:_CUT_LABEL] for each in form.indicators}
    rows = sum(1 for each in form.indicators if each.columns)
    return sum(begin in starts for begin in ends) >= max(_FEWEST_ROWS, _SOME_ROWS * rows)


def _is_paragraph(line: str, labels: Sequence[str]) -> bool:
    if len(line) < _PROSE_LENGTH or _FIGURE_BEHIND.search(line):
        return False
    rest = fold(line)
    for label in labels:
        rest = rest.replace(label, "") if len(label) >= _LABEL else rest
    return len(rest) >= _PROSE_LENGTH


def _begin(line: str) -> str:
    return fold(_ROW_NUMBER.sub("", line)).replace(" ", "")[:_CUT_LABEL]
