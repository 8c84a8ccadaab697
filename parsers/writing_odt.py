"""OpenDocument texts (.odt, .ott, .fodt): paragraphs and tables in document order, with the fonts their styles name."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from config.text import Text
from parsers.writing_blocks import (
    CELL_LIMIT,
    PARAGRAPH_LIMIT,
    LockedError,
    RawBlock,
    RawCell,
    RawParagraph,
    RawTable,
    RawWriting,
    cut_short,
    damaged,
)
from parsers.writing_xml import attribute, child, children, local, open_zip, parse_xml, read_xml

WRAPPERS = frozenset(
    {"section", "list", "list-item", "list-header", "text", "frame", "text-box", "index-body", "table-of-content"}
)
SILENT = frozenset({"tracked-changes", "annotation", "annotation-end", "note", "forms", "sequence-decls", "desc", "title"})
REPEAT_LIMIT = 64  # a repeated row or cell beyond this is padding
LAST_COLUMN = 200


def read_odt(data: bytes) -> RawWriting:
    """The blocks of an OpenDocument text, zipped or flat. WritingError when it is none, LockedError when it has a password."""
    if data[:2] != b"PK":
        flat = parse_xml(data, "document")
        return _read(flat, flat, pictures=False)
    with open_zip(data) as archive:
        manifest = read_xml(archive, "META-INF/manifest.xml")
        if manifest is not None and any(local(each) == "encryption-data" for each in manifest.iter()):
            raise LockedError
        root = read_xml(archive, "content.xml")
        if root is None:
            raise damaged("an OpenDocument file without content")
        styles = read_xml(archive, "styles.xml")
        pictures = any(name.startswith("Pictures/") for name in archive.namelist())
    return _read(root, styles, pictures=pictures)


def _read(root: etree._Element, styles: etree._Element | None, *, pictures: bool) -> RawWriting:
    walk = _Walk(_fonts(styles, root))
    body = child(root, "body")
    blocks = tuple(walk.blocks(child(body, "text")))
    running: list[RawParagraph] = []
    for page in children(child(styles, "master-styles"), "master-page"):
        for header in (each for each in page if local(each).startswith("header")):
            running.extend(block for block in walk.blocks(header) if isinstance(block, RawParagraph))
    letters = sum(len(block.text) for block in blocks if isinstance(block, RawParagraph))
    bare = pictures and letters < 20 and not any(isinstance(block, RawTable) for block in blocks)  # noqa: PLR2004 - no sentence
    findings = (cut_short(CELL_LIMIT, Text(vi="ô", en="cells")),) if walk.cut else ()
    return RawWriting(blocks=blocks, running=tuple(running), needs_ocr=bare, findings=findings)


STRUCK = "\0struck"
"""In place of a font: what a style strikes through was taken back and is no text."""


def _fonts(*roots: etree._Element | None) -> dict[str, tuple[str, bool, str]]:
    """Style name -> (font, bold, parent style), from the common and the automatic styles."""
    found: dict[str, tuple[str, bool, str]] = {}
    for root in roots:
        for group in ("styles", "automatic-styles"):
            for style in children(child(root, group), "style"):
                text = child(style, "text-properties")
                font = attribute(text, "font-name") or attribute(text, "font-family").strip("'\"")
                bold = attribute(text, "font-weight") == "bold"
                if (attribute(text, "text-line-through-style") or "none") != "none":
                    font = STRUCK
                found[attribute(style, "name")] = (font, bold, attribute(style, "parent-style-name"))
    return found


class _Walk:
    def __init__(self, fonts: dict[str, tuple[str, bool, str]]) -> None:
        self._fonts = fonts
        self._cells = 0
        self._paragraphs = 0
        self.cut = False

    def blocks(self, element: etree._Element | None) -> Iterator[RawBlock]:
        """The paragraphs and tables below an element."""
        if element is None:
            return
        for each in element:
            name = local(each)
            if name in ("p", "h"):
                yield from self._paragraph(each, name)
            elif name == "table":
                yield from self._table(each)
            elif name in WRAPPERS:
                yield from self.blocks(each)

    def _paragraph(self, element: etree._Element, name: str) -> Iterator[RawBlock]:
        if self._paragraphs >= PARAGRAPH_LIMIT:
            self.cut = True
            return
        self._paragraphs += 1
        level = attribute(element, "outline-level") if name == "h" else ""
        pieces: list[tuple[str, str, bool]] = []
        boxes: list[etree._Element] = []
        style = attribute(element, "style-name")
        font, bold = self._style(style)
        if font != STRUCK:
            self._text(element, font, bold, pieces, boxes)
        spoken = [bold for text, _, bold in pieces if text.strip()]
        yield RawParagraph(
            pieces=tuple((text, font) for text, font, _ in pieces),
            style=style,
            level=int(level) if level.isdigit() else 0,
            bold=bool(spoken) and all(spoken),
        )
        for box in boxes:
            yield from self.blocks(box)

    def _style(self, name: str) -> tuple[str, bool]:
        font, bold, depth = "", False, 0
        while name in self._fonts and depth < 12:  # noqa: PLR2004 - longer chains are loops
            own_font, own_bold, name = self._fonts[name]
            font, bold, depth = font or own_font, bold or own_bold, depth + 1
        return font, bold

    def _text(
        self,
        element: etree._Element,
        font: str,
        bold: bool,  # noqa: FBT001 - private, passed down unchanged
        pieces: list[tuple[str, str, bool]],
        boxes: list[etree._Element],
    ) -> None:
        if element.text:
            pieces.append((element.text, font, bold))
        for each in element:
            name = local(each)
            if name == "s":
                count = attribute(each, "c")
                pieces.append((" " * (min(int(count), 200) if count.isdigit() else 1), font, bold))
            elif name == "tab":
                pieces.append(("\t", font, bold))
            elif name == "line-break":
                pieces.append(("\n", font, bold))
            elif name == "frame":
                boxes.append(each)
            elif name and name not in SILENT:
                own_font, own_bold = self._style(attribute(each, "style-name"))
                if own_font == STRUCK:
                    if each.tail:
                        pieces.append((each.tail, font, bold))
                    continue
                self._text(each, own_font or font, own_bold or bold, pieces, boxes)
            if each.tail:
                pieces.append((each.tail, font, bold))

    def _table(self, element: etree._Element) -> Iterator[RawBlock]:
        cells: list[RawCell] = []
        nested: list[RawBlock] = []
        number = 0
        for row in _rows(element):
            for _ in range(_count(row, "number-rows-repeated")):
                number += 1
                self._row(row, number, cells, nested)
        yield RawTable(cells=tuple(cells))
        yield from nested

    def _row(self, row: etree._Element, number: int, cells: list[RawCell], nested: list[RawBlock]) -> None:
        column = 1
        for cell in row:
            name = local(cell)
            if name not in ("table-cell", "covered-table-cell"):
                continue
            for _ in range(_count(cell, "number-columns-repeated")):
                if column > LAST_COLUMN or self._cells >= CELL_LIMIT:
                    self.cut = True
                    return
                self._cells += 1
                if name == "table-cell":
                    cells.append(self._cell(cell, number, column, nested))
                column += 1

    def _cell(self, element: etree._Element, row: int, column: int, nested: list[RawBlock]) -> RawCell:
        blocks = list(self.blocks(element))
        nested.extend(block for block in blocks if not isinstance(block, RawParagraph))
        return RawCell(
            row=row,
            column=column,
            bottom=row + _count(element, "number-rows-spanned") - 1,
            right=column + _count(element, "number-columns-spanned") - 1,
            paragraphs=tuple(block for block in blocks if isinstance(block, RawParagraph)),
        )


def _rows(element: etree._Element) -> Iterator[etree._Element]:
    for each in element:
        name = local(each)
        if name == "table-row":
            yield each
        elif name in ("table-header-rows", "table-rows", "table-row-group"):
            yield from _rows(each)


def _count(element: etree._Element, name: str) -> int:
    text = attribute(element, name)
    return max(1, min(int(text), REPEAT_LIMIT)) if text.isdigit() and len(text) < 9 else 1  # noqa: PLR2004 - longer is nonsense
