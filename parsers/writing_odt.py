"""OpenDocument texts (.odt, .ott, .fodt): paragraphs and tables in document order, with the fonts their styles name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from config.text import Text
from parsers.raised import is_above, raised
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
    paragraphs_in,
    parted,
)
from parsers.writing_xml import attribute, child, children, local, open_zip, parse_xml, read_xml

BOXES = frozenset({"frame", "custom-shape", "rect", "g"})
"""Drawn on the page with text, tables, or other boxes inside: LibreOffice saves a text box of Word as a custom shape."""

WRAPPERS = BOXES | {"section", "list", "list-item", "list-header", "text", "text-box", "index-body", "table-of-content"}
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
    walk = _Walk(_styles(styles, root))
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


@dataclass(frozen=True, slots=True)
class _Looks:
    """What a style says of text: `gone` is hidden or struck through, and no text; `raised` stands above the line."""

    font: str = ""
    bold: bool = False
    gone: bool = False
    raised: bool = False

    def under(self, above: _Looks) -> _Looks:
        """These looks where they stand inside others."""
        return _Looks(self.font or above.font, self.bold or above.bold, self.gone or above.gone, self.raised or above.raised)


def _styles(*roots: etree._Element | None) -> dict[str, tuple[_Looks, str]]:
    """Style name -> its own looks and its parent style, from the common and the automatic styles."""
    found: dict[str, tuple[_Looks, str]] = {}
    for root in roots:
        for group in ("styles", "automatic-styles"):
            for style in children(child(root, group), "style"):
                text = child(style, "text-properties")
                looks = _Looks(
                    font=attribute(text, "font-name") or attribute(text, "font-family").strip("'\""),
                    bold=attribute(text, "font-weight") == "bold",
                    gone=(attribute(text, "text-line-through-style") or "none") != "none" or attribute(text, "display") == "none",
                    raised=is_above(attribute(text, "text-position")),
                )
                found[attribute(style, "name")] = (looks, attribute(style, "parent-style-name"))
    return found


class _Walk:
    def __init__(self, styles: dict[str, tuple[_Looks, str]]) -> None:
        self._styles = styles
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
        looks = self._looks(style)
        if not looks.gone:
            self._text(element, looks, pieces, boxes)
        spoken = [bold for text, _, bold in pieces if text.strip()]
        yield RawParagraph(
            pieces=tuple((text, font) for text, font, _ in pieces),
            style=style,
            level=int(level) if level.isdigit() else 0,
            bold=bool(spoken) and all(spoken),
        )
        for box in boxes:
            yield from self.blocks(box)

    def _looks(self, name: str) -> _Looks:
        found, depth = _Looks(), 0
        while name in self._styles and depth < 12:  # noqa: PLR2004 - longer chains are loops
            above, name = self._styles[name]
            found, depth = found.under(above), depth + 1
        return found

    def _text(
        self, element: etree._Element, looks: _Looks, pieces: list[tuple[str, str, bool]], boxes: list[etree._Element]
    ) -> None:
        def add(text: str | None) -> None:
            if text:
                pieces.append((raised(text) if looks.raised else text, looks.font, looks.bold))

        add(element.text)
        for each in element:
            name = local(each)
            if name == "s":
                count = attribute(each, "c")
                add(" " * (min(int(count), 200) if count.isdigit() else 1))
            elif name == "tab":
                add("\t")
            elif name == "line-break":
                add("\n")
            elif name in BOXES:
                boxes.append(each)
            elif name and name not in SILENT:
                inside = self._looks(attribute(each, "style-name")).under(looks)
                if not inside.gone:
                    self._text(each, inside, pieces, boxes)
            add(each.tail)

    def _table(self, element: etree._Element) -> Iterator[RawBlock]:
        cells: list[RawCell] = []
        nested: list[RawBlock] = []
        number, columns = 0, _columns(element)
        for row in _rows(element):
            spans = _leaves_out_covered(row, columns)
            for _ in range(_count(row, "number-rows-repeated")):
                number += 1
                self._row(row, number, cells, nested, spans=spans)
        yield RawTable(cells=tuple(cells))
        yield from nested

    def _row(self, row: etree._Element, number: int, cells: list[RawCell], nested: list[RawBlock], *, spans: bool) -> None:
        """The cells of a row; `spans`: those that a merged one covers are not written, and it takes their columns, too."""
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
                column += _count(cell, "number-columns-spanned") if spans else 1

    def _cell(self, element: etree._Element, row: int, column: int, nested: list[RawBlock]) -> RawCell:
        paragraphs, tables = parted(self.blocks(element))
        nested.extend(tables)
        return RawCell(
            row=row,
            column=column,
            bottom=row + _count(element, "number-rows-spanned") - 1,
            right=column + _count(element, "number-columns-spanned") - 1,
            paragraphs=paragraphs,
            inside=paragraphs_in(tables),
        )


def _columns(element: etree._Element) -> int:
    """How many columns a table declares."""
    count = 0
    for each in element:
        name = local(each)
        if name == "table-column":
            count += _count(each, "number-columns-repeated")
        elif name in ("table-columns", "table-header-columns", "table-column-group"):
            count += _columns(each)
    return count


def _leaves_out_covered(row: etree._Element, columns: int) -> bool:
    """Whether a row has all its columns only with those that its merged cells cover: pandoc does not write these."""
    cells = [each for each in row if local(each) in ("table-cell", "covered-table-cell")]
    written = sum(_count(each, "number-columns-repeated") for each in cells)
    covered = sum(_count(each, "number-columns-spanned") - 1 for each in cells)
    return covered > 0 and written + covered == columns


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
