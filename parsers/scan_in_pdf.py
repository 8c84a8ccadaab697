"""A PDF of text in which some pages are scans: a letter with the scanned form behind it. What is read on both is put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from config.campaign import Severity
from config.errors import ParseError
from config.text import Text
from parsers.grid import Sheet
from parsers.photos import is_page_picture
from parsers.recognition import Recognise
from parsers.values import Finding
from parsers.writing import Writing
from parsers.writing_pdf import PICTURED, page_pictures


def scans_among(data: bytes, writing: Writing) -> tuple[int, ...]:
    """Which pages of a PDF, from 1 on, are scanned paper; a page that shows a photograph is none."""
    numbers = writing.scanned_pages[:PICTURED]
    seen = zip(numbers, page_pictures(data, numbers), strict=False)
    return tuple(number for number, picture in seen if is_page_picture(picture))


def with_scans(data: bytes, writing: Writing, numbers: Sequence[int], recognise: Recognise | None) -> Writing:
    """The text of a PDF, and behind it what is read on these pages; why it is not, where it cannot be."""
    from parsers.scan import scanned

    if recognise is None:
        return replace(writing, findings=(*writing.findings, _unread(numbers)))
    try:
        scan = scanned(page_pictures(data, numbers), recognise, numbers).writing
    except ParseError:
        return replace(writing, findings=(*writing.findings, _unread(numbers)))
    before = len(writing.tables)
    tables = tuple(_renumbered(table, before + number) for number, table in enumerate(scan.tables, start=1))
    return replace(
        writing,
        paragraphs=(*writing.paragraphs, *scan.paragraphs),
        tables=(*writing.tables, *tables),
        heading="\n".join(filter(None, (writing.heading, scan.heading))),
        findings=(*writing.findings, *scan.findings),
    )


def _renumbered(table: Sheet, number: int) -> Sheet:
    """The table under the name that it has behind others, its cells' addresses with it."""
    name, start = f"T{number}", len(table.name)
    cells = {place: replace(cell, address=f"{name}{cell.address[start:]}") for place, cell in table.cells.items()}
    return replace(table, name=name, cells=cells)


def _unread(numbers: Sequence[int]) -> Finding:
    pages = ", ".join(map(str, numbers))
    return Finding(
        code="D-SCANNED-PAGES",
        severity=Severity.WARNING,
        where="",
        text=Text(
            vi=f"Trang {pages} của tệp PDF là bản quét, chưa đọc được chữ; đề nghị gửi tệp Excel hoặc Word.",
            en=f"Page {pages} of the PDF is a scan whose text could not be read; please send Excel or Word.",
        ),
    )
