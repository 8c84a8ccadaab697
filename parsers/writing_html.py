"""HTML, such as a form pasted into a mail, and plain text with tab-separated tables."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator

from lxml import etree, html

from parsers.header_fields import has_endless_parameters
from parsers.raised import raised
from parsers.writing_blocks import (
    CELL_LIMIT,
    PARAGRAPH_LIMIT,
    RawBlock,
    RawCell,
    RawParagraph,
    RawTable,
    RawWriting,
    damaged,
    paragraphs_in,
    parted,
    plain,
)
from parsers.writing_xml import local

HTML_LIMIT = 4 * 1024 * 1024
TEXT_LIMIT = 1_000_000
ARCHIVE_LIMIT = 40 * 1024 * 1024
FIELD = re.compile(rb"(?i)(?:\A|[\r\n])content-[a-z-]{1,40}[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*")
SPAN_LIMIT = 60
SILENT = frozenset(
    {"del", "s", "strike", "script", "style", "head", "title", "noscript", "template", "svg", "math", "iframe", "object"}
)
BREAKING = frozenset(
    "p div li ul ol dl dt dd h1 h2 h3 h4 h5 h6 blockquote pre center section article header footer form body html hr".split()  # noqa: SIM905 - reads better
)
CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
LINE_END = re.compile(r"\r\n?|\n")  # and nothing else: codes that Unicode takes for line ends are letters in VPS
FAMILY = re.compile(r"font-family\s*:\s*[\"']?([^;,\"']+)", re.IGNORECASE)

_ABOVE = re.compile(r"vertical-align\s*:\s*super", re.IGNORECASE)
_PAGE_END = re.compile(r"</(?:body|html)\s*>", re.IGNORECASE)
_ENDLESS_TAG = re.compile(r"<([a-zA-Z][a-zA-Z0-9]{0,20})\s[^<>]{20000,}>")


def readable_html(html: str) -> str:
    """HTML without the ends of its page, for a web mail that forwards puts one page after another and readers stop at the first.

    A tag of thousands of attributes loses them: libxml2 compares each with all others.
    """
    return _ENDLESS_TAG.sub(r"<\1>", _PAGE_END.sub(" ", html))


def read_html(source: str | bytes) -> RawWriting:
    """The blocks of an HTML text; bytes are decoded by their byte order mark, their own charset, else as UTF-8."""
    text = source if isinstance(source, str) else _decoded(source)
    text = readable_html(text[:HTML_LIMIT].replace("\x00", ""))
    parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return RawWriting(blocks=())
    return RawWriting(blocks=tuple(_Walk().blocks(root)))


def read_web_archive(data: bytes) -> RawWriting:
    """The blocks of the page in a .mht file, as Word and Excel save them under any name. WritingError when it holds none."""
    if any(has_endless_parameters(found.group()) for found in FIELD.finditer(data, 0, ARCHIVE_LIMIT)):
        raise damaged("MHTML")
    message = email.message_from_bytes(data[:ARCHIVE_LIMIT], policy=email.policy.compat32)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                charset = part.get_content_charset()
                return read_html(content if charset is None else _in_charset(content, charset))
    raise damaged("MHTML")


def _in_charset(content: bytes, charset: str) -> str:
    try:
        return content.decode(charset, "replace")
    except (LookupError, ValueError):
        return _decoded(content)


def read_text(text: str) -> RawWriting:
    """The lines of a plain text; a block of lines of which half or more have two tabs holds a table."""
    blocks: list[RawBlock] = []
    run: list[str] = []
    for line in LINE_END.split(text[:TEXT_LIMIT])[:PARAGRAPH_LIMIT]:
        if line.strip():
            run.append(line.rstrip())
            continue
        blocks.extend(_tabbed(run))
        run = []
        blocks.append(plain(line))
    blocks.extend(_tabbed(run))
    return RawWriting(blocks=tuple(blocks))


def _tabbed(lines: list[str]) -> Iterator[RawBlock]:
    """The table in lines that stand together, and what is above and below it. One tab is an indent or a letterhead."""
    wide = [number for number, line in enumerate(lines) if line.count("\t") > 1]
    if len(wide) < 2 or len(wide) * 2 < wide[-1] - wide[0] + 1:  # noqa: PLR2004 - one row is no table
        yield from (plain(line) for line in lines)
        return
    first, last = wide[0], wide[-1] + 1
    yield from (plain(line) for line in lines[:first])
    yield RawTable(
        cells=tuple(
            RawCell(row=number, column=column, bottom=number, right=column, paragraphs=(plain(field),))
            for number, line in enumerate(lines[first:last], start=1)
            for column, field in enumerate(line.split("\t")[:SPAN_LIMIT], start=1)
        )
    )
    yield from (plain(line) for line in lines[last:])


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    declared = CHARSET.search(data[:4096])
    for encoding in (declared.group(1).decode("ascii") if declared else "", "utf-8", "cp1258"):
        try:
            return data.decode(encoding or "utf-8")
        except (ValueError, LookupError):
            continue
    return data.decode("utf-8", "replace")


class _Walk:
    """Collects text until something breaks the line; tables become tables."""

    def __init__(self) -> None:
        self._pieces: list[tuple[str, str, bool]] = []
        self._cells = 0
        self._paragraphs = 0

    def blocks(self, element: etree._Element) -> Iterator[RawBlock]:
        """The paragraphs and tables of an element."""
        yield from self._inside(element, "", bold=False, level=0)
        yield from self._flush(0)

    def _inside(self, element: etree._Element, font: str, *, bold: bool, level: int) -> Iterator[RawBlock]:
        name = local(element)
        if not name or name in SILENT or _hidden(element):
            return
        if name == "table":
            yield from self._flush(level)
            yield from self._table(element)
            return
        if name == "br":
            yield from self._flush(level)
            return
        breaking = name in BREAKING
        if breaking:
            yield from self._flush(level)
        own_font = element.get("face") or _family(element) or font
        own_bold = bold or name in ("b", "strong", "th") or (len(name) == 2 and name[0] == "h" and name[1].isdigit())  # noqa: PLR2004 - h1 to h6
        own_level = int(name[1]) if len(name) == 2 and name[0] == "h" and name[1].isdigit() else level  # noqa: PLR2004 - the same
        if name == "li":
            self._pieces.append(("- ", own_font, own_bold))
        before = len(self._pieces)
        self._add(element.text, own_font, bold=own_bold, keep=name == "pre")
        for each in element:
            yield from self._inside(each, own_font, bold=own_bold, level=own_level)
            self._add(each.tail, own_font, bold=own_bold, keep=name == "pre")
        if name == "sup" or _ABOVE.search(element.get("style") or ""):
            self._pieces[before:] = [(raised(text), font, bold) for text, font, bold in self._pieces[before:]]
        if breaking:
            yield from self._flush(own_level)

    def _add(self, text: str | None, font: str, *, bold: bool, keep: bool) -> None:
        if text:
            self._pieces.append((text if keep else re.sub(r"[ \t\r\n\f]+", " ", text), font, bold))

    def _flush(self, level: int) -> Iterator[RawBlock]:
        pieces, self._pieces = self._pieces, []
        spoken = [bold for text, _, bold in pieces if text.strip()]
        if spoken and self._paragraphs < PARAGRAPH_LIMIT:
            self._paragraphs += 1
            yield RawParagraph(pieces=tuple((text, font) for text, font, _ in pieces), level=level, bold=all(spoken))

    def _table(self, element: etree._Element) -> Iterator[RawBlock]:
        cells: list[RawCell] = []
        nested: list[RawBlock] = []
        covered: dict[tuple[int, int], bool] = {}
        for number, row in enumerate(_rows(element), start=1):
            column = 1
            for cell in row:
                if local(cell) not in ("td", "th") or self._cells >= CELL_LIMIT:
                    continue
                while (number, column) in covered:
                    column += 1
                across, down = _span(cell, "colspan"), _span(cell, "rowspan")
                self._cells += across * down
                covered.update({(number + y, column + x): True for y in range(down) for x in range(across)})
                paragraphs, tables = parted(_Walk().blocks(cell))
                nested.extend(tables)
                cells.append(
                    RawCell(
                        row=number,
                        column=column,
                        bottom=number + down - 1,
                        right=column + across - 1,
                        paragraphs=paragraphs,
                        inside=paragraphs_in(tables),
                    )
                )
                column += across
        yield RawTable(cells=tuple(cells))
        yield from nested


def _rows(element: etree._Element) -> Iterator[etree._Element]:
    for each in element:
        name = local(each)
        if name == "tr":
            yield each
        elif name in ("tbody", "thead", "tfoot"):
            yield from _rows(each)


def _span(cell: etree._Element, name: str) -> int:
    text = (cell.get(name) or "").strip()
    return max(1, min(int(text), SPAN_LIMIT)) if text.isdigit() and len(text) < 6 else 1  # noqa: PLR2004 - longer is nonsense


def _hidden(element: etree._Element) -> bool:
    return "display:none" in (element.get("style") or "").replace(" ", "").lower()


def _family(element: etree._Element) -> str:
    found = FAMILY.search(element.get("style") or "")
    return found.group(1).strip() if found else ""
