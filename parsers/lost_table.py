"""Whether a text holds the rows of a form although no table could be read: printed without lines, cut off, typed, turned round.

A form lost so is never filed as a report alone: its rows read like headings, and its figures would be gone without a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from config.campaign import Form, Severity
from config.text import Text
from config.vietnamese import fold
from parsers.aligned_pieces import LabelParts
from parsers.grid import CellKind, Sheet
from parsers.values import Finding, FormReading, ValueStatus

_LONGEST_LABEL = 300
_LABEL, _MOST_ROWS, _SCANNED_ROWS = 14, 0.6, 0.4
"""Letters of a label that tell a row, and the share of the rows that makes a form, on a scan less."""

_CUT_LABEL, _SOME_ROWS, _FEWEST_ROWS = 5, 0.4, 4
"""The same for labels that narrow columns cut off: such a row must end in a figure, too."""

_WHOLE_ROWS, _ROWS_WITH_FIGURES = 0.45, 0.25
"""The same where rows lie on each other: the share of the rows that is whole, and that has a figure at its end."""

_FEWEST_PARTS = 8
"""Lines that are a part of a label, at the least."""

_HARDLY = 4  # figures unread for each that was

_PROSE_LENGTH, _PROSE_LINES = 100, 5
_ROW_NUMBER = re.compile(r"^\s*(?:[-+*•]|\d{1,2}[.)]?)\s+")
_FIGURE_BEHIND = re.compile(r"\d[\d.,]*\s*$")

LOST_TABLE = Text(
    vi="có các chỉ tiêu của biểu số liệu nhưng không đọc được bảng; đề nghị gửi biểu dạng Excel hoặc bảng trong Word",
    en="holds the rows of the form but no table that can be read; please send the form as Excel or as a table in Word",
)
PARTLY_LOST = Text(
    vi="có thêm nhiều chỉ tiêu của biểu nằm ngoài bảng đọc được; đề nghị gửi biểu dạng Excel hoặc bảng trong Word",
    en="holds many more rows of the form than the table that could be read; please send the form as Excel or as a table in Word",
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


def holds_lost_table(lines: Sequence[str], forms: Sequence[Form], *, scanned: bool = False) -> bool:
    """Whether most rows of one of the forms stand in these lines, or many rows with labels cut off and a figure behind.

    `scanned`: of a page that was hard to read a good part of the rows is enough; the text of a report names a few of them.
    """
    text = fold("\n".join(lines))
    ended = [line for line in lines if _FIGURE_BEHIND.search(line)]
    begun, folded = [_begin(line) for line in ended], [fold(line) for line in ended]
    return any(
        _holds_labels(text, form, _SCANNED_ROWS if scanned else _MOST_ROWS)
        or _holds_cut_rows(begun, form)
        or _holds_broken_rows(text, folded, form)
        or _holds_wrapped_rows(lines, form)
        for form in forms
    )


def is_prose(lines: Sequence[str], forms: Sequence[Form]) -> bool:
    """Whether a report is written there beside the rows: several paragraphs, long even without the labels of the forms.

    A printer joins the lines of a column: what reads like a paragraph may be three labels.
    """
    labels = sorted({fold(each.label) for form in forms for each in form.indicators}, key=len, reverse=True)
    return sum(_is_paragraph(line, labels) for line in lines) >= _PROSE_LINES


def unread_because(forms: Sequence[FormReading], *, turned: bool, half: bool, unread_rows: bool) -> Text | None:
    """Why the form that is there, or most of it, could not be read; None when it was, or there is none."""
    if forms:
        return PARTLY_LOST if unread_rows else None
    return TURNED if turned else NO_FIGURES if half else LOST_TABLE if unread_rows else None


def lost(path: str, why: Text = LOST_TABLE) -> Finding:
    """The finding for a report that holds a form which could not be read."""
    text = Text(vi=f"Tệp “{path}” {why.vi}.", en=f"File “{path}” {why.en}.")
    return Finding(code="D-LOST-TABLE", severity=Severity.WARNING, where=path, text=text)


def without_figures(reading: FormReading) -> bool:
    """Whether the rows of a form were found and no column of figures at all: not a blank form, half a form."""
    return _tells(reading, "F-NO-COLUMN") and not any(each.raw for each in reading.values)


def with_unread_figures(reading: FormReading) -> bool:
    """Whether no column that was understood holds anything, and another one does: no blank form either."""
    return _tells(reading, "F-COLUMN-UNKNOWN") and not any(each.raw for each in reading.values)


def _tells(reading: FormReading, code: str) -> bool:
    return any(each.code == code for each in reading.findings)


def has_unclear_columns(readings: Iterable[FormReading]) -> bool:
    """Whether the columns of a form were guessed, as where a line between two of them was not printed."""
    return any(_tells(each, "F-COLUMNS") for each in readings)


def is_small_part(readings: Iterable[FormReading], form: Form) -> bool:
    """Whether these readings have less than half the rows of the form: the rest may stand on another page."""
    return sum(each.matched for each in readings) < sum(bool(each.columns) for each in form.indicators) / 2


def is_illegible(readings: Sequence[FormReading], form: Form) -> bool:
    """Whether a scan loses more figures than it gives, and has less than half the rows or hardly a figure: it is too blurred."""
    values = [value for each in readings for value in each.values if value.raw and value.column != "note"]
    read = sum(value.value is not None for value in values)
    unknown = sum(finding.code == "F-ROW-UNKNOWN" for each in readings for finding in each.findings)
    unread = len(values) - read + unknown
    return bool(readings) and read < unread and (is_small_part(readings, form) or read * _HARDLY < unread)


def told_by(readings: Sequence[FormReading]) -> tuple[int, int]:
    """How many figures these forms give without a question, -1 without any form, and in how many rows of theirs."""
    counts = [sum(value.status is ValueStatus.OK for value in each.values) for each in readings]
    return sum(counts) if counts else -1, sum(each.matched for each in readings)


def _holds_labels(text: str, form: Form, share: float) -> bool:
    labels = _labels(form)
    return bool(labels) and sum(label in text for label in labels) >= share * len(labels)


def rows_with_figures(form: Form) -> int:
    """How many rows of a form take a figure or a text."""
    return sum(1 for each in form.indicators if each.columns)


def _holds_broken_rows(text: str, ends: Sequence[str], form: Form) -> bool:
    """Whether many labels are whole, some of them with a figure behind: of rows printed on each other the rest is unreadable."""
    labels = _labels(form)
    whole = sum(label in text for label in labels)
    with_figures = sum(any(label in end for end in ends) for label in labels)
    return bool(labels) and whole >= _WHOLE_ROWS * len(labels) and with_figures >= _ROWS_WITH_FIGURES * len(labels)


def _holds_wrapped_rows(lines: Sequence[str], form: Form) -> bool:
    """Whether many lines are some words of a label and nothing else: a narrow column of labels, its rows on several lines."""
    parts = LabelParts(form)
    return sum(map(parts.holds, lines)) >= max(_FEWEST_PARTS, _SOME_ROWS * len(form.indicators))


def _labels(form: Form) -> set[str]:
    return {folded[:_LABEL] for each in form.indicators if len(folded := fold(each.label)) >= _LABEL}


def _holds_cut_rows(ends: Sequence[str], form: Form) -> bool:
    starts = {fold(each.label).replace(" ", "")[:_CUT_LABEL] for each in form.indicators}
    rows = rows_with_figures(form)
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
