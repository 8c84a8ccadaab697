"""A report as text: paragraphs, tables and letterhead of a Word, OpenDocument, PDF, RTF or HTML file.

The format is decided by content. .doc, .rtf and other old formats go through the conversion that is handed in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from config.campaign import Form
from config.text import Text
from config.vietnamese import fold, nfc
from parsers.grid import Cell, CellKind, Merge, Sheet
from parsers.raised import with_superscripts
from parsers.values import Finding
from parsers.writing_blocks import (
    RawCell,
    RawParagraph,
    RawTable,
    RawWriting,
    WritingError,
    all_paragraphs,
    first_of,
    within_limits,
)
from parsers.writing_rtf import RTF_START, lean_rtf

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"
MACRO_SUFFIX = ".macroenabled.12"
HEADING_LINES = 18
HEADING_LENGTH = 200  # a longer paragraph is body text
SIGNATURE_LINES = 12
PROSE_LENGTH = 90  # the mean length of a cell in a table that holds running text
LONG_CELL = 300  # no label is as long
LONG_ANSWER = 120  # nor is a figure, with all that may be noted beside it
LAYOUT_ROWS = 8

NEEDS_OFFICE = Text(
    vi="Máy chủ chưa đọc được định dạng này (cần gói libreoffice-writer-nogui); đề nghị gửi dạng .docx, .xlsx hoặc .pdf.",
    en="This server cannot read this format (package libreoffice-writer-nogui); please send .docx, .xlsx or .pdf.",
)

LETTERHEAD = re.compile(
    r"cong hoa xa hoi|doc lap tu do|^noi nhan|^uy ban nhan dan|^ubnd\b|^t ?m\b|^kt\b|^chu tich|^hieu truong|^nguoi lap|"
    r"^so \d* ?bc\b"
)
"""What stands in the borderless tables at the head and the foot of an official letter, folded."""

BODY_START = re.compile(r"^\s*(?:[IVX]{1,5}|\d{1,2}|phần [IVX\d]+)\s*[.)/:-]", re.IGNORECASE)
ROW_LABEL = re.compile(r"\s*(?:[IVX]{1,5}|\d{1,2}(?:\.\d{1,2})?|[a-eA-E])\s*[.)]?\s*")
WIDE_DIGIT = re.compile(r"[\uff10-\uff19]")
SIGNATURE_START = re.compile(r"^(?:t ?m|kt|tl|chu tich|nguoi lap|giam doc|hieu truong)\b")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffe]")


class Convert(Protocol):
    """Turns a file of one type into another by an outside program: `target` is "docx", "xlsx" or "pdf".

    Raises ParseError with the reason, and the package to install when the program is missing.
    """

    def __call__(self, data: bytes, media_type: str, target: str) -> bytes:
        """The converted file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph in Unicode NFC. `level` is the heading level, 0 for body text; `bold` when all of it is."""

    text: str
    style: str = ""
    level: int = 0
    bold: bool = False
    font: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """A document as text. `heading` is letterhead, title and signature; `page_count` is 0 where the format has no pages.

    Tables that only place text (the letterhead, the signature, a report typed into one frame) are paragraphs; the
    others are sheets named "T1", "T2" in reading order, with cells such as "T1R3C4". `needs_ocr`: most pages are pictures;
    `scanned_pages`: which ones, from 1 on.
    """

    paragraphs: tuple[Paragraph, ...]
    tables: tuple[Sheet, ...]
    heading: str
    needs_ocr: bool = False
    scanned_pages: tuple[int, ...] = ()
    page_count: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def text(self) -> str:
        """All paragraphs, one a line."""
        return "\n".join(paragraph.text for paragraph in self.paragraphs)


def read_writing(data: bytes, media_type: str, *, convert: Convert | None = None) -> Writing:
    """The text and tables of a document.

    WritingError when it is none or needs a program that is missing, LockedError when it has a password; both are ParseErrors.
    """
    if data.startswith(b"%PDF") or (media_type == "application/pdf" and b"%PDF" in data[:1024]):
        from parsers.writing_pdf import read_pdf

        return assemble(read_pdf(data))
    if data.startswith(b"PK"):
        return assemble(_read_zipped(data, media_type))
    if media_type == "text/html":
        return read_html(data)
    if media_type in ("text/plain", "text/csv") and not data.startswith(RTF_START):
        from parsers.spreadsheet_csv import decoded

        return read_text(decoded(data))
    if media_type == "multipart/related":
        from parsers.writing_html import read_web_archive

        return assemble(read_web_archive(data))
    if data[:5] == b"<?xml" and b"office:document" in data[:2000]:
        from parsers.writing_odt import read_odt

        return assemble(read_odt(data))
    if convert is None:
        raise WritingError(NEEDS_OFFICE)
    data = lean_rtf(data) if data.startswith(RTF_START) else data
    return assemble(_read_zipped(convert(data, media_type, "docx"), DOCX))


def read_unruled(data: bytes, form: Form) -> Writing:
    """A PDF with the form's table rebuilt from where the words stand, where it was printed without lines.

    Raises as `read_writing` does.
    """
    from parsers.writing_pdf import read_pdf

    return assemble(read_pdf(data, form))


def read_html(source: str | bytes) -> Writing:
    """The text and tables of an HTML file or mail body."""
    from parsers import writing_html

    return assemble(writing_html.read_html(source))


def read_text(text: str) -> Writing:
    """The text and tab-separated tables of a plain text or mail body."""
    from parsers import writing_html

    return assemble(writing_html.read_text(text))


def _read_zipped(data: bytes, media_type: str) -> RawWriting:
    if media_type == ODT or b"mimetypeapplication/vnd.oasis.opendocument.text" in data[:120]:
        from parsers.writing_odt import read_odt

        return read_odt(data)
    from parsers.writing_docx import read_docx

    return read_docx(data)


def assemble(raw: RawWriting, *, keep_layout: bool = False) -> Writing:
    """The document with its text decoded and its layout tables turned into paragraphs, unless those are kept as tables."""
    from parsers.legacy import DocumentDecoder

    raw = within_limits(raw)
    decoder = DocumentDecoder(piece for paragraph in all_paragraphs(raw) for piece in paragraph.pieces)

    def decode(text: str, font: str) -> str:
        return decoder.decode(text, font).text

    paragraphs: list[Paragraph] = []
    tables: list[Sheet] = []
    for block in raw.blocks:
        if isinstance(block, RawParagraph):
            paragraphs.extend(_paragraphs((block,), decode))
            continue
        texts = [(cell, _paragraphs(cell.paragraphs, decode)) for cell in block.cells]
        if not keep_layout and _is_layout(texts):
            paragraphs.extend(_in_reading_order(texts))
            continue
        sheet = _sheet(texts, len(tables) + 1, decode, block)
        if sheet.cells or keep_layout:
            tables.append(sheet)
    running = [paragraph.text for paragraph in _paragraphs(raw.running, decode)]
    return Writing(
        paragraphs=tuple(paragraphs),
        tables=tuple(tables),
        heading="\n".join(_heading(running, paragraphs)),
        needs_ocr=raw.needs_ocr,
        scanned_pages=raw.scanned_pages,
        page_count=raw.page_count,
        findings=raw.findings,
    )


def _paragraphs(raws: Iterable[RawParagraph], decode: Callable[[str, str], str]) -> list[Paragraph]:
    """Decoded paragraphs without blank ones. Pieces of one font are decoded together: Word cuts words into runs."""
    found = []
    for raw in raws:
        whole, pending, font = "", "", ""
        for text, own in raw.pieces:
            if own != font and pending:
                whole, pending = whole + decode(pending, font), ""
            pending, font = pending + text, own
        text = with_superscripts(clean(whole + (decode(pending, font) if pending else "")))
        if text:
            found.append(Paragraph(text=text, style=raw.style, level=raw.level, bold=raw.bold))
    return found


def clean(text: str) -> str:
    """Decoded text in NFC without control characters, soft hyphens and runs of blanks; line breaks stay."""
    text = CONTROL.sub("", nfc(text)).replace("\u00ad", "")
    lines = (" ".join(line.replace("\u00a0", " ").split(" ")).strip() for line in text.splitlines())
    return "\n".join(re.sub(r" {2,}", " ", line) for line in lines if line)


def _is_layout(cells: list[tuple[RawCell, list[Paragraph]]]) -> bool:
    """Whether a table only places text: one column, running text, or a letterhead or signature of a few rows."""
    filled = [(cell, "\n".join(paragraph.text for paragraph in found)) for cell, found in cells if found]
    if not filled:
        return True
    columns = {cell.column for cell, _ in filled}
    if len(columns) == 1:
        return True
    texts = [text for _, text in filled]
    first, last = min(columns), max(columns)
    figures = sum(text.replace(".", "").isdigit() for cell, text in filled if cell.column > first)
    if len(columns) <= 4 and sum(map(len, texts)) > PROSE_LENGTH * len(texts):  # noqa: PLR2004 - a layout has few columns
        return True
    if len(columns) > 3 or figures:  # noqa: PLR2004 - a letterhead has two
        return False
    if max(len(text) for cell, text in filled if cell.column == last) > LONG_ANSWER:
        return True  # a report typed into a frame: headings on the left, their text on the right
    if max(map(len, texts)) > LONG_CELL:
        return True
    few = len({cell.row for cell, _ in filled}) <= LAYOUT_ROWS
    return few and any(LETTERHEAD.search(fold(line)) for text in texts for line in text.splitlines())


def _in_reading_order(cells: list[tuple[RawCell, list[Paragraph]]]) -> Iterator[Paragraph]:
    """The paragraphs of a layout table; a number alone in its cell is put before the heading beside it."""
    label = ""
    row = 0
    for cell, paragraphs in cells:
        if cell.row != row and label:
            yield Paragraph(text=label)
            label = ""
        row = cell.row
        for paragraph in paragraphs:
            if not label and len(paragraphs) == 1 and ROW_LABEL.fullmatch(paragraph.text):
                label = paragraph.text
                continue
            yield replace(paragraph, text=f"{label.rstrip('.)')}. {paragraph.text}") if label else paragraph
            label = ""
    if label:
        yield Paragraph(text=label)


def _sheet(
    cells: list[tuple[RawCell, list[Paragraph]]], number: int, decode: Callable[[str, str], str], table: RawTable
) -> Sheet:
    name = f"T{number}"
    found: dict[tuple[int, int], Cell] = {}
    merges = []
    for cell, paragraphs in cells:
        if cell.bottom > cell.row or cell.right > cell.column:
            merges.append(Merge(top=cell.row, left=cell.column, bottom=cell.bottom, right=cell.right))
        text = "\n".join(paragraph.text for paragraph in paragraphs)
        crowded = (
            ""
            if text
            else " | ".join(paragraph.text for paragraph in _paragraphs(first_of(cell.inside, LONG_CELL), decode))[:LONG_CELL]
        )
        if text or crowded:
            address = f"{name}R{cell.row}C{cell.column}"
            boxed = table.printed and WIDE_DIGIT.search(text) is not None
            found[cell.row, cell.column] = Cell(
                kind=CellKind.TEXT,
                value=text or crowded,
                address=address,
                crowded=bool(crowded),
                doubtful=table.cut or boxed or cell.doubtful,
                cut=table.cut,
                loose=cell.doubtful,
                boxed=boxed,
            )
    return Sheet(name=name, cells=found, merges=tuple(merges))


def _heading(running: list[str], paragraphs: list[Paragraph]) -> list[str]:
    """Letterhead and title: the lines before the first section or long paragraph; then the signature at the foot."""
    lines: list[str] = list(running)
    start = 0
    for paragraph in paragraphs[:HEADING_LINES]:
        if len(paragraph.text) > HEADING_LENGTH or BODY_START.match(paragraph.text):
            break
        lines.append(paragraph.text)
        start += 1
    last = [line for paragraph in paragraphs[start:] for line in paragraph.text.splitlines()][-SIGNATURE_LINES:]
    for index, line in enumerate(last):
        if SIGNATURE_START.match(fold(line)):
            lines.extend(each for each in last[index:] if len(each) < HEADING_LENGTH)
            break
    return lines
