"""The parts of a unit's own workbook, changed one by one: whatever is not touched goes back byte for byte as it came."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib

from lxml import etree

from config.errors import ParseError

_MOST_PARTS = 2_000
_MOST_BYTES = 80 * 1024 * 1024
_ERRORS = (zipfile.BadZipFile, zlib.error, KeyError, ValueError, OSError, EOFError, NotImplementedError, RuntimeError)
_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_CONTENT_TYPES = "[Content_Types].xml"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


class MarkedPackage:
    """A workbook's zip. Parts are read when asked for; `saved` is the whole with the changed ones in their places.

    Raises:
        ParseError: it is no zip, larger than any report, or holds broken XML.
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            entries = self._zip.infolist()
        except _ERRORS as error:
            raise ParseError(f"not a workbook: {error}") from error
        if len(entries) > _MOST_PARTS or sum(each.file_size for each in entries) > _MOST_BYTES:
            raise ParseError("the workbook is too large to be marked")
        self._names = {each.filename.replace("\\", "/").lstrip("/").casefold(): each.filename for each in entries}
        self._changed: dict[str, bytes] = {}
        self._trees: dict[str, tuple[etree._Element, bytes]] = {}

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._names or name in self._changed

    def read(self, name: str) -> bytes:
        """The bytes of a part."""
        if name in self._changed:
            return self._changed[name]
        try:
            return self._zip.read(self._names[name.casefold()])
        except _ERRORS as error:
            raise ParseError(f"{name} cannot be read: {error}") from error

    def write(self, name: str, content: bytes) -> None:
        """Replace or add a part."""
        self._changed[name] = content

    def tree(self, name: str) -> etree._Element:
        """The XML of a part, to be changed in place; it is saved with the package."""
        if name not in self._trees:
            parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
            try:
                root = etree.fromstring(self.read(name), parser)
            except etree.XMLSyntaxError as error:
                raise ParseError(f"{name} is broken: {error}") from error
            if root.getroottree().docinfo.doctype:
                raise ParseError(f"{name} declares a document type")
            self._trees[name] = root, _written(root)
        return self._trees[name][0]

    def related(self, part: str, kind: str) -> list[str]:
        """The parts that a part names as its comments, styles, ... in its relationships."""
        return [target for _, own, target in self._relationships(part) if own.endswith(f"/{kind}")]

    def target(self, part: str, identifier: str) -> str:
        """The part behind one relationship, "" when there is none."""
        return next((target for own, _, target in self._relationships(part) if own == identifier), "")

    def relate(self, part: str, kind: str, target: str) -> str:
        """A new relationship from a part to another; gives its id."""
        name = _relationships_of(part)
        if name not in self:
            self.write(name, f'<Relationships xmlns="{_RELATIONSHIPS}"/>'.encode())
        root = self.tree(name)
        taken = {each.get("Id", "") for each in root}
        identifier = next(made for number in range(1, len(taken) + 2) if (made := f"rIdThubao{number}") not in taken)
        etree.SubElement(root, f"{{{_RELATIONSHIPS}}}Relationship", Id=identifier, Type=f"{_OFFICE}/{kind}", Target=f"/{target}")
        return identifier

    def declare(self, content_type: str, *, part: str = "", extension: str = "") -> None:
        """Say in the package what a new part is, by its name or by its ending."""
        root = self.tree(_CONTENT_TYPES)
        if extension:
            if not any(each.get("Extension", "").casefold() == extension for each in root):
                declared = etree.Element(f"{{{_TYPES}}}Default", Extension=extension, ContentType=content_type)
                root.insert(0, declared)
        else:
            etree.SubElement(root, f"{{{_TYPES}}}Override", PartName=f"/{part}", ContentType=content_type)

    def free_name(self, pattern: str) -> str:
        """The first name of a pattern with a number that no part has."""
        return next(name for number in range(1, _MOST_PARTS + 2) if (name := pattern.format(number)) not in self)

    def saved(self) -> bytes:
        """The package with its changes, every part in its place."""
        for name, (root, before) in self._trees.items():
            if (after := _written(root)) != before or name in self._changed:
                self._changed[name] = after
        waiting = {name.casefold(): (name, content) for name, content in self._changed.items()}
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
            for entry in self._zip.infolist():
                own = entry.filename.replace("\\", "/").lstrip("/")
                _, content = waiting.pop(own.casefold(), ("", None))
                header = zipfile.ZipInfo(entry.filename, entry.date_time)
                header.compress_type, header.external_attr = zipfile.ZIP_DEFLATED, entry.external_attr
                made.writestr(header, self.read(own) if content is None else content)
            for name, content in waiting.values():
                made.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
        return target.getvalue()

    def _relationships(self, part: str) -> list[tuple[str, str, str]]:
        name = _relationships_of(part)
        if name not in self:
            return []
        folder = posixpath.dirname(part)
        found = []
        for each in self.tree(name):
            written = each.get("Target", "").replace("\\", "/")
            inside = written.lstrip("/") if written.startswith("/") else posixpath.normpath(posixpath.join(folder, written))
            if each.get("TargetMode") != "External":
                found.append((each.get("Id", ""), each.get("Type", ""), inside))
        return found


def _written(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _relationships_of(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")
