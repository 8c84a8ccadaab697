"""The workbook file: openpyxl's frame (styles, panes, pages, comments, charts) with our rows streamed into it.

Rows are streamed because 10,600 units give half a million rows of sources: as openpyxl cells they would take gigabytes. Every
time stamp comes from the values, so the same input gives the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.styles.stylesheet import write_stylesheet
from openpyxl.xml.functions import tostring

from service.outputs.atomic import atomic_file, zip_entry
from service.outputs.workbook_cells import Cells

_BEGINNING = ("[Content_Types].xml", "_rels/.rels")
_STYLES = "xl/styles.xml"
_SHEET_DATA = re.compile(rb"<sheetData\s*/>|<sheetData>.*?</sheetData>", re.DOTALL)
_DIMENSION = re.compile(rb"<dimension [^>]*/>")
_AFTER_LINKS = re.compile(rb"<(printOptions|pageMargins)\b")
_CHUNK = 1 << 18
_STRINGS = "xl/sharedStrings.xml"
_ANNOUNCED = {
    "[Content_Types].xml": (
        b"</Types>",
        (
            b'<Override PartName="/xl/sharedStrings.xml" '
            b'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
        ),
    ),
    "xl/_rels/workbook.xml.rels": (
        b"</Relationships>",
        (
            b'<Relationship Id="rIdStrings" Target="/xl/sharedStrings.xml" '
            b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/>'
        ),
    ),
}


@dataclass(slots=True, kw_only=True)
class SheetBody:
    """The rows and links of one sheet, made while they are written. `extent` is the area they fill, "A1:H40"."""

    rows: Iterable[str]
    extent: str
    links: list[str] = field(default_factory=list)


def save_workbook(
    path: Path, workbook: Workbook, cells: Cells, bodies: list[SheetBody], *, made_at: datetime, title: str
) -> None:
    """Writes the workbook atomically; `bodies` stand beside the workbook's sheets, written with `cells`."""
    frame = io.BytesIO()
    workbook.save(frame)
    replaced = {"docProps/app.xml": _application(), "docProps/core.xml": _properties(made_at, title)}
    streamed = {f"xl/worksheets/sheet{number}.xml": body for number, body in enumerate(bodies, 1)}
    with atomic_file(path) as file, zipfile.ZipFile(frame) as source, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name in _ordered(source.namelist()):
            if name in streamed:
                _write_sheet(target, name, source.read(name), streamed[name])
            elif name == _STYLES:
                target.writestr(zip_entry(name), tostring(write_stylesheet(workbook)))
            else:
                target.writestr(zip_entry(name), _with_strings(name, replaced.get(name) or source.read(name)))
        with target.open(zip_entry(_STRINGS), "w") as out:
            _write_parts(out, cells.shared_strings())


def _ordered(names: list[str]) -> list[str]:
    """The types first, as readers expect; the styles last, since rows ask for styles while they are streamed."""
    return [*_BEGINNING, *sorted(name for name in names if name not in (*_BEGINNING, _STYLES)), _STYLES]


def _write_sheet(target: zipfile.ZipFile, name: str, frame: bytes, body: SheetBody) -> None:
    data = _SHEET_DATA.search(frame)
    if data is None:
        message = f"{name} has no rows to replace"
        raise ValueError(message)
    head = _DIMENSION.sub(f'<dimension ref="{body.extent}"/>'.encode(), frame[: data.start()])
    with target.open(zip_entry(name, fast=True), "w") as out:
        out.write(head + b"<sheetData>")
        _write_parts(out, body.rows)
        out.write(b"</sheetData>" + _with_links(frame[data.end() :], body.links))


def _write_parts(out: IO[bytes], parts: Iterable[str]) -> None:
    pending: list[str] = []
    size = 0
    for part in parts:
        pending.append(part)
        size += len(part)
        if size > _CHUNK:
            out.write("".join(pending).encode())
            pending.clear()
            size = 0
    out.write("".join(pending).encode())


def _with_strings(name: str, data: bytes) -> bytes:
    """The table of shared texts announced in the two places that list a workbook's parts."""
    for place, (end, entry) in _ANNOUNCED.items():
        if name == place:
            return data.replace(end, entry + end)
    return data


def _with_links(tail: bytes, links: list[str]) -> bytes:
    if not links:
        return tail
    place = _AFTER_LINKS.search(tail)
    if place is None:
        message = "the sheet has no page margins to put its links before"
        raise ValueError(message)
    return tail[: place.start()] + b"<hyperlinks>" + "".join(links).encode() + b"</hyperlinks>" + tail[place.start() :]


def _application() -> bytes:
    """Who made the file. Not "Microsoft Excel": LibreOffice recalculates the files of programs it does not know."""
    return (
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
        b"<Application>Thubao</Application></Properties>"
    )


def _properties(made_at: datetime, title: str) -> bytes:
    stamp = f"{made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:creator>Thubao</dc:creator>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{stamp}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{stamp}</dcterms:modified></cp:coreProperties>'
    ).encode()
