"""Comments of a sheet: ours put in, those of an earlier round taken out, other people's left as they are."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

from parsers.mark_package import MarkedPackage
from parsers.writing_xml import local

_OURS = "Thubao"
OUR_HEAD = f"{_OURS}:\n"
REST = "\n----------\n"
"""Between our words and a comment of the unit's own in the same cell."""
_SHAPE = re.compile(r"<v:shape\b(?:(?!</v:shape>).)*?ObjectType=\"Note\".*?</v:shape>", re.DOTALL)
_PLACE = re.compile(r"<x:Row>\s*(\d+)\s*</x:Row>\s*<x:Column>\s*(\d+)\s*</x:Column>")
_NUMBER = re.compile(r"_x0000_s(\d+)")
_AFTER_DRAWING = frozenset(
    "legacyDrawingHF drawingHF picture oleObjects controls webPublishItems tableParts extLst".split()  # noqa: SIM905 - one line
)
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_VML = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{block}"/>'
    "</o:shapelayout></xml>"
)
_SHAPE_TYPE = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_NOTE = (
    '<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;margin-left:60pt;margin-top:2pt;width:240pt;'
    'height:90pt;z-index:1;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
    '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto">'
    '<div style="text-align:left"></div></v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:Anchor>{left}, 15, {top}, 2, {right}, 15, {bottom}, 4</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row>"
    "<x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
_BLOCK = 1024  # ids of shapes that one sheet may use


class SheetComments:
    """The comments of one sheet. `earlier`: the cells that bore ours when the workbook came."""

    def __init__(self, package: MarkedPackage, sheet: str) -> None:
        self._package, self._sheet = package, sheet
        self._part = next(iter(package.related(sheet, "comments")), "")
        self.earlier: tuple[str, ...] = self._take_out_ours()

    def put(self, notes: Mapping[str, str]) -> None:
        """Say these words in these cells, before what the unit itself has written there."""
        root = self._comments()
        known = {each.get("ref", ""): each for each in root.iter(_in(root, "comment"))}
        author = _author(root)
        new = []
        for cell, text in notes.items():
            if (own := known.get(cell)) is not None:
                words = own.find(_in(root, "text"))
                if words is not None:
                    words.insert(0, _run(root, f"{OUR_HEAD}{text}{REST}"))
                    bare = words.find(_in(root, "t"))  # a plain text beside runs is not allowed: it becomes a run
                    if bare is not None:
                        words.remove(bare)
                        words.append(_run(root, bare.text or ""))
                continue
            listed = root.find(_in(root, "commentList"))
            made = etree.SubElement(listed, _in(root, "comment"), ref=cell, authorId=author)
            etree.SubElement(made, _in(root, "text")).append(_run(root, f"{OUR_HEAD}{text}"))
            new.append(cell)
        _sort(root)
        self._draw(new)

    def _take_out_ours(self) -> tuple[str, ...]:
        if not self._part or self._part not in self._package:
            return ()
        root = self._package.tree(self._part)
        found, gone = [], []
        for each in list(root.iter(_in(root, "comment"))):
            said = "".join(text.text or "" for text in each.iter(_in(root, "t")))
            if not said.lstrip().startswith(_OURS + ":"):
                continue
            found.append(each.get("ref", ""))
            _, between, own = said.partition(REST.strip("\n"))
            words = each.find(_in(root, "text"))
            if between and own.strip() and words is not None:
                for run in list(words):
                    words.remove(run)
                words.append(_run(root, own.lstrip("\n")))
            else:
                each.getparent().remove(each)
                gone.append(each.get("ref", ""))
        self._erase(gone)
        return tuple(found)

    def _comments(self) -> etree._Element:
        if not self._part or self._part not in self._package:
            namespace = etree.QName(self._package.tree(self._sheet)).namespace
            self._part = self._package.free_name("xl/thubaoComments{}.xml")
            self._package.write(self._part, f'<comments xmlns="{namespace}"><authors/><commentList/></comments>'.encode())
            self._package.declare(_COMMENTS_TYPE, part=self._part)
            self._package.relate(self._sheet, "comments", self._part)
        return self._package.tree(self._part)

    def _drawing(self) -> str:
        """The part with the boxes of the comments; made when there is none."""
        sheet = self._package.tree(self._sheet)
        element = sheet.find(_in(sheet, "legacyDrawing"))
        if element is not None:
            return self._package.target(self._sheet, element.get(f"{{{_R}}}id", ""))
        part = self._package.free_name("xl/drawings/thubaoDrawing{}.vml")
        self._package.write(part, _VML.format(block=900 + int("".join(filter(str.isdigit, part)))).encode())
        self._package.declare(_VML_TYPE, extension="vml")
        made = etree.Element(_in(sheet, "legacyDrawing"))
        made.set(f"{{{_R}}}id", self._package.relate(self._sheet, "vmlDrawing", part))
        after = next((place for place, each in enumerate(sheet) if local(each) in _AFTER_DRAWING), len(sheet))
        sheet.insert(after, made)
        return part

    def _draw(self, cells: list[str]) -> None:
        if not cells:
            return
        part = self._drawing()
        text = self._package.read(part).decode("utf-8", "surrogateescape")
        block = re.search(r"<o:idmap\b[^>]*\bdata=\"(\d+)", text)
        least = int(block[1]) * _BLOCK if block else _BLOCK
        number = max([least, *(int(each) for each in _NUMBER.findall(text))])
        shapes = "" if 'id="_x0000_t202"' in text else _SHAPE_TYPE
        for cell in cells:
            number += 1
            row, column = _place(cell)
            shapes += _NOTE.format(
                number=number, row=row, column=column, left=column + 1, top=max(row - 1, 0), right=column + 4, bottom=row + 5
            )
        before, end, after = text.rpartition("</xml>")
        self._package.write(part, f"{before}{shapes}{end}{after}".encode("utf-8", "surrogateescape"))

    def _erase(self, cells: list[str]) -> None:
        sheet = self._package.tree(self._sheet)
        element = sheet.find(_in(sheet, "legacyDrawing"))
        part = self._package.target(self._sheet, element.get(f"{{{_R}}}id", "")) if element is not None else ""
        if not cells or not part or part not in self._package:
            return
        places = {_place(cell) for cell in cells}

        def kept(shape: re.Match[str]) -> str:
            place = _PLACE.search(shape[0])
            return "" if place and (int(place[1]), int(place[2])) in places else shape[0]

        text = self._package.read(part).decode("utf-8", "surrogateescape")
        self._package.write(part, _SHAPE.sub(kept, text).encode("utf-8", "surrogateescape"))


def _place(cell: str) -> tuple[int, int]:
    column, row = coordinate_from_string(cell)
    return row - 1, column_index_from_string(column) - 1


def _in(root: etree._Element, name: str) -> str:
    return f"{{{etree.QName(root).namespace}}}{name}"


def _run(root: etree._Element, text: str) -> etree._Element:
    run = etree.Element(_in(root, "r"))
    words = etree.SubElement(run, _in(root, "t"))
    words.text = text
    words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return run


def _author(root: etree._Element) -> str:
    """The number of our name among the authors."""
    authors = root.find(_in(root, "authors"))
    if authors is None:
        authors = etree.Element(_in(root, "authors"))
        root.insert(0, authors)
    names = [each.text for each in authors]
    if _OURS not in names:
        etree.SubElement(authors, _in(root, "author")).text = _OURS
        names.append(_OURS)
    return str(names.index(_OURS))


def _sort(root: etree._Element) -> None:
    """The comments in the order of their cells, in which Excel wants them."""
    listed = root.find(_in(root, "commentList"))
    if listed is not None:
        listed[:] = sorted(listed, key=lambda each: _place(each.get("ref", "A1")))
