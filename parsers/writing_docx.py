"""Word files (.docx, .docm, .dotx): paragraphs and tables in document order, as a reader sees them on paper.

Tracked changes are accepted, hidden text is left out, text boxes are read once (mc:AlternateContent holds them twice),
automatic list labels are put back as text, and tables inside cells become tables of their own,
unless they are a few cells that only place a cell's text.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lxml import etree

from config.text import Text
from parsers.grid import UNREAD
from parsers.raised import raised
from parsers.writing_blocks import (
    CELL_LIMIT,
    PARAGRAPH_LIMIT,
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
from parsers.writing_docx_styles import (
    Numbering,
    Styles,
    heading_level,
    is_gone,
    is_raised,
    list_place,
    run_font,
    switch,
    without_table_styles,
)
from parsers.writing_xml import attribute, child, children, local, open_zip, parse_xml, read_part, read_xml

HEADER_PARTS = 6
THROUGH = frozenset(
    {"ins", "moveTo", "sdt", "sdtContent", "smartTag", "customXml", "hyperlink", "fldSimple", "dir", "bdo", "body"}
)
"""Elements that only wrap what counts."""

SILENT = frozenset({"del", "moveFrom", "instrText", "delText", "annotationRef", "rPr", "pPr", "proofErr", "bookmarkStart"})
TEXT_OF = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": "\u00ad"}
"""U+00AD stays: in TCVN3 it is the letter ư. `parsers.writing` drops it after decoding."""

LAST_COLUMN = 200


def read_docx(data: bytes) -> RawWriting:
    """The blocks of a Word file. WritingError when it is none."""
    with open_zip(data) as archive:
        main = _main_part(archive)
        root = read_xml(archive, main)
        if root is None:
            raise damaged("a Word file without a main document")
        folder = main.rpartition("/")[0]
        styles = _styles(archive, f"{folder}/styles.xml")
        walk = _Walk(styles, Numbering.of(read_xml(archive, f"{folder}/numbering.xml")))
        blocks = tuple(walk.blocks(child(root, "body")))
        running = tuple(_running(archive, folder, styles))
        pictures = any(name.startswith(f"{folder}/media/") for name in archive.namelist())
    letters = sum(len(block.text) for block in blocks if isinstance(block, RawParagraph))
    bare = pictures and letters < 20 and not any(isinstance(block, RawTable) for block in blocks)  # noqa: PLR2004 - no sentence
    findings = (cut_short(CELL_LIMIT, Text(vi="ô", en="cells")),) if walk.cut else ()
    return RawWriting(blocks=blocks, running=running, needs_ocr=bare, findings=findings)


def _styles(archive: zipfile.ZipFile, name: str) -> Styles:
    part = read_part(archive, name)
    return Styles(None if part is None else parse_xml(without_table_styles(part), name))


def _main_part(archive: zipfile.ZipFile) -> str:
    relations = read_xml(archive, "_rels/.rels")
    for relation in children(relations, "Relationship"):
        if attribute(relation, "Type").endswith("/officeDocument"):
            return attribute(relation, "Target").lstrip("/")
    return "word/document.xml"


def _running(archive: zipfile.ZipFile, folder: str, styles: Styles) -> Iterator[RawParagraph]:
    """The paragraphs of page headers, tables there included: some offices put the letterhead there."""
    names = [name for name in archive.namelist() if name.startswith(f"{folder}/header") and name.endswith(".xml")]
    for name in sorted(names)[:HEADER_PARTS]:
        for block in _Walk(styles, Numbering()).blocks(read_xml(archive, name)):
            if isinstance(block, RawParagraph):
                yield block
            else:
                yield from (paragraph for cell in block.cells for paragraph in cell.paragraphs)


@dataclass(frozen=True, slots=True)
class _Looks:
    """How the text of a run is set, by itself or by the styles around it."""

    font: str
    bold: bool
    gone: bool  # hidden or struck through
    raised: bool = False


class _Walk:
    """One pass over a part in document order."""

    def __init__(self, styles: Styles, numbering: Numbering) -> None:
        self._styles = styles
        self._numbering = numbering
        self._cells = 0
        self._paragraphs = 0
        self.cut = False

    def blocks(self, element: etree._Element | None) -> Iterator[RawBlock]:
        """The paragraphs and tables below an element."""
        if element is None:
            return
        for each in element:
            name = local(each)
            if name == "p":
                yield from self._paragraph(each)
            elif name == "tbl":
                yield from self._table(each)
            elif name in THROUGH:
                yield from self.blocks(each)
            elif name == "AlternateContent":
                yield from self.blocks(_chosen(each))

    def _paragraph(self, element: etree._Element) -> Iterator[RawBlock]:
        if self._paragraphs >= PARAGRAPH_LIMIT:
            self.cut = True
            return
        self._paragraphs += 1
        properties = child(element, "pPr")
        identifier = attribute(child(properties, "pStyle"), "val")
        style = self._styles.resolved(identifier)
        pieces: list[tuple[str, str, bool]] = []
        boxes: list[etree._Element] = []
        looks = _Looks(style.font or self._styles.default_font, style.bold is True, style.gone is True)
        self._runs(element, looks, pieces, boxes)
        if label := self._label(properties, style.list_id, style.list_level):
            font = pieces[0][1] if pieces else ""
            pieces.insert(0, (label + " ", font, bool(pieces) and pieces[0][2]))
        spoken = [bold for text, _, bold in pieces if text.strip()]
        yield RawParagraph(
            pieces=tuple((text, font) for text, font, _ in pieces),
            style=style.name,
            level=heading_level(properties, style.name) or style.level,
            bold=bool(spoken) and all(spoken),
        )
        for box in boxes:
            yield from self.blocks(box)

    def _label(self, properties: etree._Element | None, style_list: str, style_level: int) -> str:
        list_id, level = list_place(properties)
        if not list_id:
            list_id, level = style_list, level or style_level
        return "" if list_id in ("", "0") else self._numbering.label(list_id, level)

    def _runs(
        self, element: etree._Element, around: _Looks, pieces: list[tuple[str, str, bool]], boxes: list[etree._Element]
    ) -> None:
        for each in element:
            name = local(each)
            if name == "r":
                properties = child(each, "rPr")
                looks = self._looks(properties, around)
                if not looks.gone and child(properties, "del") is None:
                    self._content(each, looks, pieces, boxes)
            elif name in THROUGH:
                self._runs(each, around, pieces, boxes)
            elif name in ("oMath", "oMathPara"):
                pieces.append((_equation(each), around.font, around.bold))
            elif name == "AlternateContent":
                chosen = _chosen(each)
                if chosen is not None:
                    self._runs(chosen, around, pieces, boxes)

    def _looks(self, properties: etree._Element | None, around: _Looks) -> _Looks:
        font, bold, gone = run_font(properties), switch(properties, "b"), is_gone(properties)
        if named := attribute(child(properties, "rStyle"), "val"):
            style = self._styles.resolved(named)
            font, bold, gone = font or style.font, style.bold if bold is None else bold, style.gone if gone is None else gone
        return _Looks(
            font or around.font,
            around.bold if bold is None else bold,
            around.gone if gone is None else gone,
            is_raised(properties),
        )

    def _content(
        self, run: etree._Element, looks: _Looks, pieces: list[tuple[str, str, bool]], boxes: list[etree._Element]
    ) -> None:
        for each in run:
            name = local(each)
            if name == "t":
                text = each.text or ""
                pieces.append((raised(text) if looks.raised else text, looks.font, looks.bold))
            elif name in TEXT_OF:
                pieces.append((TEXT_OF[name], looks.font, looks.bold))
            elif name == "AlternateContent":
                chosen = _chosen(each)
                if chosen is not None:
                    self._content(chosen, looks, pieces, boxes)
            elif name in ("drawing", "pict", "object"):
                boxes.extend(found for found in each.iter() if local(found) == "txbxContent" and not _inside_box(found, each))

    def _table(self, element: etree._Element) -> Iterator[RawBlock]:
        cells: list[RawCell] = []
        nested: list[RawBlock] = []
        open_merges: dict[int, int] = {}  # column -> index in cells of the vertically merged cell above
        for number, row in enumerate(_rows(element), start=1):
            if self._cells >= CELL_LIMIT:
                self.cut = True
                break
            column = 1 + _number(child(child(row, "trPr"), "gridBefore"))
            for cell in _row_cells(row):
                properties = child(cell, "tcPr")
                span = min(max(1, _number(child(properties, "gridSpan"), 1)), LAST_COLUMN)
                merge = child(properties, "vMerge")
                if column + span > LAST_COLUMN:
                    self.cut = True
                    break
                self._cells += 1
                if merge is not None and attribute(merge, "val") != "restart" and column in open_merges:
                    cells[open_merges[column]] = _longer(cells[open_merges[column]], number)
                    column += span
                    continue
                cells.append(self._cell(cell, number, column, span, nested))
                open_merges.pop(column, None)
                if merge is not None:
                    open_merges[column] = len(cells) - 1
                column += span
        yield RawTable(cells=tuple(cells))
        yield from nested

    def _cell(self, element: etree._Element, row: int, column: int, span: int, nested: list[RawBlock]) -> RawCell:
        paragraphs, tables = parted(self.blocks(element))
        nested.extend(tables)
        return RawCell(
            row=row, column=column, bottom=row, right=column + span - 1, paragraphs=paragraphs, inside=paragraphs_in(tables)
        )


def _equation(element: etree._Element) -> str:
    """The text of an equation; between what stands above, below or beside each other in it, a question mark."""
    texts = [each for each in element.iter() if local(each) == "t"]
    is_line = all(local(each.getparent().getparent()) == "oMath" for each in texts)
    return ("" if is_line else f" {UNREAD} ").join(each.text or "" for each in texts)


def _longer(cell: RawCell, bottom: int) -> RawCell:
    return replace(cell, bottom=bottom)


def _rows(element: etree._Element) -> Iterator[etree._Element]:
    for each in element:
        name = local(each)
        if name == "tr":
            if child(child(each, "trPr"), "del") is None:
                yield each
        elif name in THROUGH:
            yield from _rows(each)


def _row_cells(row: etree._Element) -> Iterator[etree._Element]:
    for each in row:
        name = local(each)
        if name == "tc":
            if child(child(each, "tcPr"), "cellDel") is None:
                yield each
        elif name in THROUGH:
            yield from _row_cells(each)


def _number(element: etree._Element | None, default: int = 0) -> int:
    text = attribute(element, "val")
    return int(text) if text.isdigit() and len(text) < 6 else default  # noqa: PLR2004 - longer is nonsense


def _chosen(alternate: etree._Element) -> etree._Element | None:
    """The first branch of an AlternateContent that holds text, else its fallback."""
    branches = list(children(alternate, "Choice")) + list(children(alternate, "Fallback"))
    with_text = (branch for branch in branches if any(local(each) == "t" and each.text for each in branch.iter()))
    return next(with_text, branches[0] if branches else None)


def _inside_box(element: etree._Element, top: etree._Element) -> bool:
    """Whether a text box stands inside another one below `top`: it is then reached through the outer one."""
    above = element.getparent()
    while above is not None and above is not top:
        if local(above) in ("txbxContent", "Fallback"):
            return True
        above = above.getparent()
    return False
