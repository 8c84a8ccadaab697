"""Opens a workbook of any common format as sheets of cells, decided by its content and never by its name.

What a reader may cost is bounded before and while reading: see `parsers.spreadsheet_cells` for the limits.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import olefile

from config.text import Text
from parsers.grid import CellKind, Sheet
from parsers.legacy import DocumentDecoder
from parsers.raised import with_superscripts
from parsers.spreadsheet_cells import (
    Budget,
    PasswordError,
    RawSheet,
    RawWorkbook,
    SpreadsheetError,
    capped_finding,
    damaged,
    too_large,
)
from parsers.spreadsheet_csv import read_csv
from parsers.spreadsheet_ods import read_ods
from parsers.spreadsheet_xls import read_xls
from parsers.spreadsheet_xlsb import read_xlsb
from parsers.spreadsheet_xlsx import read_xlsx
from parsers.spreadsheet_xml import is_excel_xml, read_excel_xml
from parsers.spreadsheet_zip import Package
from parsers.values import Finding

__all__ = ["PasswordError", "SpreadsheetError", "Workbook", "read_sheets"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_EXCEL = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
_ZIP = b"PK"
_MOST_TEXT = 4_000_000
"""Characters in all cells of a workbook: ten thousand cells may share one long text, and every later reader sees ten thousand."""

_PLAIN_TYPES = ("text/", "application/csv", "application/octet-stream")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """The sheets of a file. `uncalculated`: some formula stands without a result, so a recalculation may add figures."""

    sheets: tuple[Sheet, ...]
    uncalculated: bool
    findings: tuple[Finding, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)  # defined names that stand for a text, such as "thubao_unit"


def read_sheets(data: bytes, media_type: str) -> Workbook:
    """The sheets of a .xlsx, .xlsm, .xls, .xlsb, .ods, Excel 2003 .xml, .csv or .tsv file; old Vietnamese fonts decoded.

    `media_type` only allows plain text to be read as a table. PasswordError when locked, SpreadsheetError when unreadable.
    """
    raw = _read(data, media_type, Budget())
    if sum(len(cell.value) for sheet in raw.sheets for cell in sheet.cells.values() if isinstance(cell.value, str)) > _MOST_TEXT:
        raise too_large(f"> {_MOST_TEXT} characters")
    return Workbook(
        sheets=_decoded(raw.sheets),
        uncalculated=raw.uncalculated,
        findings=tuple(capped_finding(each.name) for each in raw.sheets if each.capped),
        names=raw.names,
    )


def _read(data: bytes, media_type: str, budget: Budget) -> RawWorkbook:
    if data.startswith(_OLE):
        if _is_locked_package(data):
            raise PasswordError
        return read_xls(data, budget)
    if data.startswith(_ZIP):
        package = Package(data)
        if "content.xml" in package:
            return read_ods(package, budget)
        if "xl/workbook.bin" in package:
            return read_xlsb(package, budget)
        return read_xlsx(package, budget)
    if data.startswith(_OLD_EXCEL):
        return read_xls(data, budget)
    if is_excel_xml(data):
        return read_excel_xml(data, budget)
    if media_type.startswith(_PLAIN_TYPES) and not re.match(rb"\s*<", data):
        return read_csv(data, budget)
    raise SpreadsheetError(
        Text(
            vi="Tệp không phải là bảng tính đọc được (.xlsx, .xls, .xlsb, .ods, .csv).",
            en="The file is no spreadsheet that can be read (.xlsx, .xls, .xlsb, .ods, .csv).",
        )
    )


def _is_locked_package(data: bytes) -> bool:
    """Whether the OLE container holds an encrypted modern workbook instead of an old one."""
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:  # short bytes alone would be taken for a path
            return bool(container.exists("EncryptedPackage"))
    except (OSError, ValueError, IndexError, TypeError) as error:
        raise damaged("OLE") from error


def _decoded(raws: list[RawSheet]) -> tuple[Sheet, ...]:
    """The sheets with every text in Unicode NFC; the workbook's texts and fonts decide together in which encoding they are."""
    texts = {
        (cell.value, cell.font)
        for raw in raws
        for cell in raw.cells.values()
        if isinstance(cell.value, str) and cell.kind is CellKind.TEXT
    }
    decoder = DocumentDecoder(sorted(texts))
    changed = {key: text for key in texts if (text := with_superscripts(decoder.decode(*key).text)) != key[0]}
    for raw in raws if changed else ():
        for position, cell in raw.cells.items():
            if isinstance(cell.value, str) and cell.kind is CellKind.TEXT and (cell.value, cell.font) in changed:
                raw.cells[position] = replace(cell, value=changed[cell.value, cell.font])
    return tuple(raw.finished() for raw in raws)
