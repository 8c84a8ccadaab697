"""What the readers of .docx, .odt, .pdf and .html hand to `parsers.writing`: blocks in reading order, not decoded yet."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from config.campaign import Severity
from config.errors import ParseError
from config.text import Text
from parsers.spreadsheet_cells import PasswordError
from parsers.values import Finding

CELL_LIMIT = 12_000
"""Cells of all tables of one document; the reference form has 220."""

SMALL_TABLE = 4
"""Filled cells of a table that is drawn inside a cell for its looks: one figure, or a few beside each other."""

PARAGRAPH_LIMIT = 12_000
"""Paragraphs of one document that are kept."""

LETTERS_LIMIT = 400_000
"""Characters of one document that are read: two hundred pages full of text, of which every later reader sees each again."""


class WritingError(ParseError):
    """A document that cannot be read. `text` says why in both languages."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


class LockedError(PasswordError):
    """A document that opens only with a password."""

    def __init__(self) -> None:
        super().__init__()
        self.text = Text(
            vi="Tệp có mật khẩu; đề nghị gửi bản không đặt mật khẩu.",
            en="The file is protected by a password; please send it without one.",
        )
        self.args = (self.text.en,)


def damaged(detail: str) -> WritingError:
    """The error for bytes that are not the document they seem to be; `detail` names what failed, in English."""
    return WritingError(
        Text(
            vi="Tệp bị hỏng hoặc không đúng định dạng; đề nghị gửi lại dạng .docx, .xlsx hoặc .pdf.",
            en=f"The file is damaged or not what it seems to be ({detail}); please send it again as .docx, .xlsx or .pdf.",
        )
    )


def too_large(detail: str) -> WritingError:
    """The error for a document beyond what is read of any; `detail` names the limit, in English."""
    return WritingError(
        Text(
            vi="Tệp quá lớn hoặc có cấu trúc bất thường, không mở vì lý do an toàn; đề nghị gửi lại bản gọn hơn.",
            en=f"The file is too large or built in an abnormal way ({detail}), not opened for safety; please send a smaller one.",
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RawParagraph:
    """A paragraph as (text, font) pieces. `level` is the heading level, 1-based, 0 for body text."""

    pieces: tuple[tuple[str, str], ...]
    style: str = ""
    level: int = 0
    bold: bool = False

    @property
    def text(self) -> str:
        """The text of all pieces, not decoded."""
        return "".join(text for text, _ in self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawCell:
    """A cell of a table, 1-based; `bottom` and `right` are its last row and column.

    `inside` is the text of tables in it that are blocks of their own: where the cell says nothing else, they are what it holds.
    `doubtful`: what stands there may belong to another row or column.
    """

    row: int
    column: int
    bottom: int
    right: int
    paragraphs: tuple[RawParagraph, ...]
    inside: tuple[RawParagraph, ...] = ()
    doubtful: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """A table as its cells in reading order, blank ones included; `cut` when many texts end at the border of a cell.

    `printed`: of a PDF, where a letter that the typeface lacks may be read as any other.
    """

    cells: tuple[RawCell, ...]
    cut: bool = False
    printed: bool = False


RawBlock = RawParagraph | RawTable


@dataclass(frozen=True, slots=True, kw_only=True)
class RawWriting:
    """A document as blocks in reading order; `running` is the text of page headers, which may hold the letterhead."""

    blocks: tuple[RawBlock, ...]
    running: tuple[RawParagraph, ...] = ()
    page_count: int = 0
    needs_ocr: bool = False
    scanned_pages: tuple[int, ...] = ()
    findings: tuple[Finding, ...] = ()


def parted(blocks: Iterable[RawBlock]) -> tuple[tuple[RawParagraph, ...], tuple[RawTable, ...]]:
    """The paragraphs of a cell, and the tables in it that may be a form; a few cells drawn in a cell only place its text."""
    paragraphs: list[RawParagraph] = []
    tables: list[RawTable] = []
    for block in blocks:
        if isinstance(block, RawParagraph):
            paragraphs.append(block)
        elif sum(bool(text_of(each)) for each in block.cells) <= SMALL_TABLE:
            paragraphs.extend(paragraph for each in block.cells for paragraph in (*each.paragraphs, *each.inside))
        else:
            tables.append(block)
    return tuple(paragraphs), tuple(tables)


def paragraphs_in(tables: Iterable[RawTable]) -> tuple[RawParagraph, ...]:
    """Every paragraph of these tables."""
    return tuple(paragraph for table in tables for each in table.cells for paragraph in each.paragraphs)


def text_of(cell: RawCell) -> str:
    """The text of a cell's own paragraphs, not decoded."""
    return "".join(paragraph.text for paragraph in cell.paragraphs).strip()


def first_of(paragraphs: Iterable[RawParagraph], letters: int) -> Iterator[RawParagraph]:
    """The first paragraphs, enough for so many letters in any encoding: of tables in tables each holds all that are in it."""
    left = 4 * letters
    for each in paragraphs:
        if left <= 0:
            return
        left -= len(each.text)
        yield each


def all_paragraphs(raw: RawWriting) -> Iterator[RawParagraph]:
    """Every paragraph of a document, those inside cells included."""
    yield from raw.running
    for block in raw.blocks:
        if isinstance(block, RawParagraph):
            yield block
        else:
            for cell in block.cells:
                yield from cell.paragraphs


def within_limits(raw: RawWriting) -> RawWriting:
    """The document up to as many characters as are read of any; that it was cut, here or by its reader, is told."""
    kept: list[RawBlock] = []
    left = LETTERS_LIMIT
    for block in raw.blocks:
        size = len(block.text) if isinstance(block, RawParagraph) else sum(len(each.text) for each in paragraphs_in((block,)))
        if size > left:
            if isinstance(block, RawParagraph):
                kept.append(replace(block, pieces=tuple(_beginning(block.pieces, left))))
            said = cut_short(LETTERS_LIMIT, Text(vi="ký tự", en="characters"))
            return replace(raw, blocks=tuple(kept), findings=(*raw.findings, said))
        left -= size
        kept.append(block)
    counted = sum(1 for _ in itertools.islice(all_paragraphs(raw), PARAGRAPH_LIMIT + 1))
    if counted == PARAGRAPH_LIMIT and not any(each.code == "D-CUT" for each in raw.findings):  # its reader stopped there
        return replace(raw, findings=(*raw.findings, cut_short(PARAGRAPH_LIMIT, Text(vi="đoạn", en="paragraphs"))))
    return raw


def _beginning(pieces: Iterable[tuple[str, str]], letters: int) -> Iterator[tuple[str, str]]:
    for text, font in pieces:
        yield text[:letters], font
        letters = max(0, letters - len(text))


def plain(text: str, *, style: str = "", level: int = 0, bold: bool = False, font: str = "") -> RawParagraph:
    """A paragraph of one piece."""
    return RawParagraph(pieces=((text, font),), style=style, level=level, bold=bold)


def cut_short(limit: int, what: Text) -> Finding:
    """The finding that a document was read only up to a limit; `what` names the things counted."""
    return Finding(
        code="D-CUT",
        severity=Severity.WARNING,
        where="",
        text=Text(
            vi=f"Tệp quá dài, hệ thống chỉ đọc {limit} {what.vi} đầu tiên; đề nghị gửi riêng phần báo cáo và biểu số liệu.",
            en=f"The file is too long: only the first {limit} {what.en} were read. Please send the report and the form alone.",
        ),
    )
