"""What stands beside the form or the narrative of a file: notes under the table, other sheets, lists in the text.

None of it is a figure of the form; all of it is kept, or at least named, so that nothing a unit wrote goes unseen.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from config.campaign import Form, Severity
from config.text import Text, shortened
from config.vietnamese import fold
from parsers.corrected_words import holds_figure
from parsers.document_text import rows_as_lines
from parsers.grid import Cell, CellKind, Sheet
from parsers.narrative import with_unplaced
from parsers.narrative_citations import cited_documents
from parsers.values import CitedDocument, Finding, FormReading, NarrativeReading

_NOTE = re.compile(r"\W*(?:ghi chu|luu y|chu thich|chu y|ngoai ra|rieng|bo sung them)\b")
_FEWEST_WORDS = 5
_FEWEST_ROWS, _FEWEST_NUMBERS = 3, 2  # a cover sheet has the number and the date of a letter
_MOST_ROWS, _MOST_CELLS = 300, 2_000
_COPIED_ROWS = 4  # labels of a form's rows on a sheet that is a copy of it
_LABEL = 14  # letters of a label that tell a row
_MOST_SHOWN = 4
_LONGEST = 200


def other_tables(sheets: Sequence[Sheet], forms: Sequence[FormReading], expected: Iterable[Form]) -> tuple[Sheet, ...]:
    """The tables that hold no row of a form and more than one row and column."""
    used, labels = _used(forms), _labels(expected)
    return tuple(
        each
        for each in sheets
        if each.name not in used
        and each.last_row > 1
        and each.last_column > 1
        and not any(fold(cell.text[:_LONGEST])[:_LABEL] in labels for cell in _first(each))
    )


def text_sheets(sheets: Sequence[Sheet], forms: Sequence[FormReading], expected: Iterable[Form]) -> tuple[Sheet, ...]:
    """The visible sheets of a workbook with these forms that may hold its report: no form, and no copy of one."""
    used, labels = _used(forms), _labels(expected)
    return tuple(
        each
        for each in sheets
        if each.name not in used
        and not each.hidden
        and len(labels & {fold(cell.text[:_LONGEST])[:_LABEL] for cell in _first(each)}) < _COPIED_ROWS
    )


def with_tables(narrative: NarrativeReading, tables: Sequence[Sheet]) -> NarrativeReading:
    """The narrative with the rows of its tables as unplaced text, and the official documents that they list."""
    said = " ".join(" ".join((*(each.text for each in narrative.sections), narrative.unplaced, narrative.heading)).split())
    lines = [line for table in tables for line in rows_as_lines(_top(table))]
    rows = [list(_cells(line)) for line in lines[:_MOST_ROWS]]
    new = [row for row in rows if row and not _was_read(row, said)]
    if not new:
        return narrative
    known = {each.number for each in narrative.cited}
    listed = tuple(each for row in new for each in _listed(row) if each.number not in known)
    return with_unplaced(replace(narrative, cited=(*narrative.cited, *listed)), [" | ".join(row) for row in new])


def _was_read(row: Sequence[str], said: str) -> bool:
    """Whether a row's texts behind its number and its heading stand in what was read: a report typed into a table."""
    texts = [each for each in row if any(map(str.isalpha, each))]
    return all(each in said for each in texts[1:] or row)


def told_beside(
    forms: Sequence[FormReading], tables: Sequence[Sheet], told: Sequence[Finding], *, on_sheet: bool
) -> tuple[Finding, ...]:
    """What a file with these filled forms says beside them, in its text and, for a workbook, on other sheets.

    `told`: what was said of the file already.
    """
    said = (*told, *(each for form in forms for each in form.findings))
    return (*_notes(forms), *(_sheets(tables, said) if on_sheet else ())) if forms else ()


def _notes(forms: Sequence[FormReading]) -> tuple[Finding, ...]:
    """A finding that quotes the notes and figures written above and below the tables; none where there are none."""
    in_tables = (form for form in forms if any(value.cell for value in form.values))  # typed lines are told one by one
    lines = (" ".join(line.split()) for form in in_tables for line in form.heading.split("\n"))
    said = [line for line in dict.fromkeys(lines) if len(line.split()) >= _FEWEST_WORDS and _speaks(line)]
    if not said:
        return ()
    quoted = "; ".join(f"“{shortened(line, _LONGEST)}”" for line in said[:_MOST_SHOWN])
    text = Text(
        vi=f"Ngoài biểu, tệp còn ghi: {quoted}; nội dung này không tính vào chỉ tiêu nào.",
        en=f"Beside the table the file says: {quoted}; it counts for no indicator.",
    )
    return (Finding(code="F-BESIDE", severity=Severity.INFO, where="", text=text),)


def _sheets(tables: Sequence[Sheet], told: Iterable[Finding]) -> tuple[Finding, ...]:
    """A finding that names the visible sheets with figures that are no form and were not spoken of; none where all are."""
    spoken = " ".join(each.text.vi for each in told)
    names = [each.name for each in tables if not each.hidden and f"“{each.name}”" not in spoken and _has_figures(each)]
    if not names:
        return ()
    quoted = ", ".join(f"“{name}”" for name in names[:_MOST_SHOWN]) + ("…" if len(names) > _MOST_SHOWN else "")
    text = Text(
        vi=f"Tệp còn trang tính {quoted} không phải biểu số liệu của đợt này; số liệu ở đó không được dùng.",
        en=f"The file has more sheets, {quoted}, that are no form of this campaign; their figures were not used.",
    )
    return (Finding(code="F-OTHER-SHEET", severity=Severity.INFO, where="", text=text),)


def _speaks(line: str) -> bool:
    return holds_figure(line) or _NOTE.match(fold(line)) is not None


def _used(forms: Sequence[FormReading]) -> set[str]:
    """The names of the sheets that hold these forms."""
    return {name for form in forms for name in (form.sheet, *(value.sheet for value in form.values))}


def _labels(expected: Iterable[Form]) -> set[str]:
    """The beginnings of the labels that tell a row of a form."""
    return {fold(each.label)[:_LABEL] for form in expected for each in form.indicators if len(fold(each.label)) >= _LABEL}


def _first(sheet: Sheet) -> Iterator[Cell]:
    return itertools.islice(sheet.cells.values(), _MOST_CELLS)


def _top(table: Sheet) -> Sheet:
    """The table without the rows that nobody would read in a report."""
    return replace(table, cells={(row, column): cell for (row, column), cell in table.cells.items() if row <= _MOST_ROWS})


def _has_figures(sheet: Sheet) -> bool:
    some = dict(itertools.islice(sheet.cells.items(), _MOST_CELLS))
    rows = {row for (row, _), cell in some.items() if any(map(str.isdigit, cell.text))}
    return len(rows) >= _FEWEST_ROWS or sum(cell.kind is CellKind.NUMBER for cell in some.values()) >= _FEWEST_NUMBERS


def _cells(line: str) -> Iterator[str]:
    yield from (each.strip() for each in line.split("\t") if each.strip())


def _listed(row: Sequence[str]) -> Iterator[CitedDocument]:
    """The official document that a row of a list names: its number, its date, and the longest other text as its subject."""
    number = next((each for each in row if cited_documents(each)), "")
    if not number:
        return
    rest = [each for each in row if each != number]
    subject = max((each for each in rest if any(map(str.isalpha, each))), key=len, default="")
    day = next((each for each in rest if each != subject and re.search(r"\d+[/.-]\d+[/.-]\d{2,4}", each)), "")
    yield from cited_documents(f"{number} ngày {day} về việc {subject}" if day else f"{number} về việc {subject}")
