"""Workbooks made by hand for tests: .xlsx and .ods part by part, .xlsb record by record."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Sequence
from typing import IO

SHEET = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
_WORKBOOK = '<workbook xmlns:r="r"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>'
_RELATIONS = (
    '<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.{0}"/>'
    '<Relationship Id="rId2" Type="x/sharedStrings" Target="sharedStrings.{0}"/>'
    '<Relationship Id="rId3" Type="x/styles" Target="styles.{0}"/></Relationships>'
)
Part = str | bytes | Callable[[IO[bytes]], None]


def package(parts: dict[str, Part]) -> bytes:
    """A zip of these parts; a function writes a part that is too long to build in memory."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            if callable(content):
                with archive.open(name, "w") as target:
                    content(target)
            else:
                archive.writestr(name, content)
    return stream.getvalue()


def xlsx(sheet: Part, **others: Part) -> bytes:
    """An .xlsx with this one sheet; other parts by name, "sharedStrings" or "styles"."""
    parts: dict[str, Part] = {"xl/workbook.xml": _WORKBOOK, "xl/_rels/workbook.xml.rels": _RELATIONS.format("xml")}
    parts["xl/worksheets/sheet1.xml"] = sheet
    return package(parts | {f"xl/{name}.xml": content for name, content in others.items()})


def ods(tables: str, styles: str = "") -> bytes:
    """An .ods with these tables and automatic styles."""
    content = (
        '<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x" xmlns:style="s" xmlns:fo="f" xmlns:number="n">'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    return package({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content})


def record(kind: int, body: bytes = b"") -> bytes:
    """One record of an .xlsb part: type and length in groups of seven bits."""
    head = bytes([kind]) if kind < 0x80 else bytes([(kind & 0x7F) | 0x80, kind >> 7])
    length, sizes = len(body), bytearray()
    while True:
        sizes.append((length & 0x7F) | (0x80 if length > 0x7F else 0))
        length >>= 7
        if not length:
            return head + bytes(sizes) + body


def wide(text: str) -> bytes:
    """A text as records hold it."""
    return struct.pack("<I", len(text.encode("utf-16-le")) // 2) + text.encode("utf-16-le")


def xlsb_cell(kind: int, column: int, style: int, data: bytes) -> bytes:
    """A cell record; columns count from 0."""
    return record(kind, struct.pack("<II", column, style) + data)


def xlsb_row(row: int, *, hidden: bool = False) -> bytes:
    """The record that begins a row; rows count from 0."""
    return record(0, struct.pack("<IIHBB", row, 0, 300, 0, 0x10 if hidden else 0) + struct.pack("<BI", 0, 0))


def xlsb(
    sheet: bytes,
    strings: Sequence[str | bytes] = (),
    styles: Sequence[tuple[str, str]] = (("General", "Calibri"),),
    raised: Sequence[int] = (),
) -> bytes:
    """An .xlsb with this one sheet; styles are number formats with fonts, the raised ones set above the line.

    A string of bytes is a rich one as records hold it.
    """
    fonts = b"".join(
        record(43, struct.pack("<HHHHBBBB8sB", 220, 0, 400, number in raised, 0, 2, 0, 0, bytes(8), 2) + wide(font))
        for number, (_, font) in enumerate(styles)
    )
    formats = b"".join(record(44, struct.pack("<H", 164 + number) + wide(code)) for number, (code, _) in enumerate(styles))
    looks = b"".join(
        record(47, struct.pack("<HHHHHBBH", 0, 164 + number, number, 0, 0, 0, 0, 0)) for number, _ in enumerate(styles)
    )
    workbook = record(153, struct.pack("<III", 0, 0, 0)) + (
        record(143) + record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("A")) + record(144)
    )
    return package(
        {
            "xl/workbook.bin": record(131) + workbook + record(132),
            "xl/_rels/workbook.bin.rels": _RELATIONS.format("bin"),
            "xl/worksheets/sheet1.bin": record(129)
            + record(148, struct.pack("<IIII", 0, 9, 0, 9))
            + record(145)
            + sheet
            + record(146)
            + record(130),
            "xl/sharedStrings.bin": record(159, struct.pack("<II", len(strings), len(strings)))
            + b"".join(record(19, each if isinstance(each, bytes) else b"\0" + wide(each)) for each in strings)
            + record(160),
            "xl/styles.bin": record(278)
            + record(615, struct.pack("<I", len(styles)))
            + formats
            + record(616)
            + fonts
            + record(617, struct.pack("<I", len(styles)))
            + looks
            + record(618)
            + record(279),
        }
    )
