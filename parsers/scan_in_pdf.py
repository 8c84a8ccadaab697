"""A PDF of text in which some pages are scans: a letter with the scanned form behind it. What is read on both is put together."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import pypdfium2

from config.campaign import Severity
from config.errors import ParseError
from config.text import Text
from parsers.grid import Sheet
from parsers.photos import is_page_picture
from parsers.recognition import Recognise
from parsers.values import Finding
from parsers.writing import Writing
from parsers.writing_pdf import PICTURED, page_pictures

_FILLED = 0.7  # as where a picture is told from a file of its own
_MOST_PICTURES = 500


def scans_among(data: bytes, writing: Writing) -> tuple[int, ...]:
    """Which pages of a PDF, from 1 on, are scanned paper: not those with a photograph, nor a smaller picture, which is a file."""
    numbers = _filled(data, writing.scanned_pages[:PICTURED])
    seen = zip(numbers, page_pictures(data, numbers), strict=False)
    return tuple(number for number, picture in seen if is_page_picture(picture))


def _filled(data: bytes, numbers: Sequence[int]) -> tuple[int, ...]:
    """Those of these pages that are filled by a picture, or by the stripes of one."""
    document = pypdfium2.PdfDocument(data)
    try:
        return tuple(number for number in numbers if _share_of_pictures(document, number) >= _FILLED)
    finally:
        document.close()


def _share_of_pictures(document: pypdfium2.PdfDocument, number: int) -> float:
    """The share of a page that its pictures cover, those on each other counted twice; 1 where it cannot be told."""
    try:
        page = document[number - 1]
        width, height = page.get_size()
        pictures = itertools.islice(page.get_objects(filter=(pypdfium2.raw.FPDF_PAGEOBJ_IMAGE,), max_depth=3), _MOST_PICTURES)
        bounds = [each.get_bounds() for each in pictures]
        page.close()
    except pypdfium2.PdfiumError:
        return 1.0
    covered = sum(float((right - left) * (top - bottom)) for left, bottom, right, top in bounds)
    return covered / max(1.0, float(width * height))


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
