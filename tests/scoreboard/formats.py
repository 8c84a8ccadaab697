"""Writes pages as files of every format that offices use: by openpyxl, xlwt, python-docx, by hand, and by LibreOffice."""

from __future__ import annotations

import hashlib
import html
import io
import random
import re
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import docx
import openpyxl
import xlwt
from docx.shared import Cm
from openpyxl.styles import Border, Font, Side

from parsers.legacy_tables import TCVN3, VNI
from tests.scoreboard.figures import Content
from tests.scoreboard.tables import Formula, Page
from tests.servers_libreoffice import LibreOffice

Encoder = Callable[[str], str]
_CONVERSIONS = Path(tempfile.gettempdir()) / "thubao-scoreboard"


_TO_TCVN3 = {letter: code for code, letter in reversed(TCVN3.items())}
_TO_VNI = {letter: code for code, letter in reversed(VNI.items())}


def in_tcvn3(text: str) -> str:
    """The text in the codes of a .VnTime font; capitals with marks become small letters, as the font has none."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(_TO_TCVN3.get(each) or _TO_TCVN3.get(each.lower()) or each for each in composed)


def in_vni(text: str) -> str:
    """The text in the codes of a VNI font."""
    return "".join(_TO_VNI.get(each, each) for each in unicodedata.normalize("NFC", text))


def plain(text: str) -> str:
    """The text as it is."""
    return text


LEGACY: dict[str, tuple[str, Encoder]] = {
    "unicode": ("Times New Roman", plain),
    "tcvn3": (".VnTime", in_tcvn3),
    "vni": ("VNI-Times", in_vni),
}


def _shown(content: Content | Formula) -> str:
    """A cell as text, the way a program prints it."""
    if isinstance(content, Formula):
        return str(content.result)
    if isinstance(content, datetime):
        return f"{content.day}/{content.month}"
    if isinstance(content, float) and content.is_integer():
        return str(int(content))
    return "" if content is None else str(content)


def as_xlsx(pages: Sequence[Page], *, encoding: str = "unicode", calculated: bool = True) -> bytes:
    """A workbook by openpyxl; the results of formulas are put in as Excel leaves them, unless not `calculated`."""
    font, encode = LEGACY[encoding]
    book: Any = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    results: list[int] = []
    for page in pages:
        sheet = book.create_sheet(re.sub(r"[\[\]*?:/\\]", " ", page.name)[:31])
        sheet.sheet_state = "hidden" if page.hidden else "visible"
        for (row, column), content in sorted(page.cells.items()):
            cell = sheet.cell(row, column)
            if isinstance(content, Formula):
                cell.value = content.text
                results.append(content.result)
            elif isinstance(content, str):
                cell.value = encode(content)
                cell.data_type = "s"
            else:
                cell.value = content
                if isinstance(content, datetime):
                    cell.number_format = "d-mmm"
            cell.font = Font(name=font)
        _ruled(sheet, page)
        for merge in page.merges:
            _merge_with_openpyxl(sheet, merge)
    stream = io.BytesIO()
    book.save(stream)
    return _with_results(stream.getvalue(), results) if calculated and results else stream.getvalue()


def _merge_with_openpyxl(sheet: Any, merge: tuple[int, int, int, int]) -> None:
    top, left, bottom, right = merge
    if not any(
        sheet.cell(r, c).value is not None
        for r in range(top, bottom + 1)
        for c in range(left, right + 1)
        if (r, c) != (top, left)
    ):
        sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)


def _ruled(sheet: Any, page: Page) -> None:
    """Lines around the cells of the table, and columns as wide as a clerk draws them."""
    line = Side(style="thin")
    rows, columns = page.size
    for row in sheet.iter_rows(min_row=page.top, max_row=rows, min_col=min(column for _, column in page.cells), max_col=columns):
        for cell in row:
            cell.border = Border(left=line, right=line, top=line, bottom=line)
    for row_column, content in page.cells.items():
        if row_column[0] == rows - 5 and isinstance(content, str) and len(content) > 9:
            sheet.column_dimensions[sheet.cell(*row_column).column_letter].width = 60
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage = 1, 0, True


def _with_results(workbook: bytes, results: list[int]) -> bytes:
    source = zipfile.ZipFile(io.BytesIO(workbook))
    stream = io.BytesIO()
    waiting = iter(results)
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            data = source.read(info)
            if info.filename.startswith("xl/worksheets/sheet"):
                text = re.sub(r"</f><v ?/?>(</v>)?", lambda _: f"</f><v>{next(waiting)}</v>", data.decode())
                data = text.encode()
            target.writestr(info.filename, data)
    return stream.getvalue()


def as_xls(pages: Sequence[Page], *, encoding: str = "unicode") -> bytes:
    """An Excel 97 workbook by xlwt."""
    font, encode = LEGACY[encoding]
    book = xlwt.Workbook()
    look, dated = xlwt.XFStyle(), xlwt.XFStyle()
    look.font.name = dated.font.name = font
    dated.num_format_str = "D-MMM"
    for page in pages:
        sheet = book.add_sheet(re.sub(r"[\[\]*?:/\\]", " ", page.name)[:31], cell_overwrite_ok=True)
        sheet.visibility = 1 if page.hidden else 0
        for (row, column), content in sorted(page.cells.items()):
            value = content.result if isinstance(content, Formula) else encode(content) if isinstance(content, str) else content
            sheet.write(row - 1, column - 1, value, dated if isinstance(value, datetime) else look)
        for top, left, bottom, right in page.merges:
            sheet.merge(top - 1, bottom - 1, left - 1, right - 1)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def as_ods(pages: Sequence[Page]) -> bytes:
    """An OpenDocument workbook by hand."""
    tables = "".join(_ods_table(page) for page in pages)
    spaces = "".join(f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
    content = f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{spaces} office:version="1.2"><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>'
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        target.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        target.writestr("content.xml", content)
    return stream.getvalue()


def _ods_table(page: Page) -> str:
    spans = {(top, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in page.merges}
    rows, columns = page.size
    body = ""
    for row in range(1, rows + 1):
        cells = ""
        for column in range(1, columns + 1):
            content = page.cells.get((row, column))
            tall, wide = spans.get((row, column), (1, 1))
            span = f' table:number-rows-spanned="{tall}" table:number-columns-spanned="{wide}"' if (tall, wide) != (1, 1) else ""
            value = content.result if isinstance(content, Formula) else content
            if isinstance(value, int | float):
                kind = f' office:value-type="float" office:value="{value}"'
            elif isinstance(value, datetime):
                kind = f' office:value-type="date" office:date-value="{value:%Y-%m-%d}"'
            else:
                kind = ' office:value-type="string"' if value is not None else ""
            lines = (
                "".join(f"<text:p>{escape(line)}</text:p>" for line in _shown(content).split("\n")) if value is not None else ""
            )
            cells += f"<table:table-cell{span}{kind}>{lines}</table:table-cell>"
        body += f"<table:table-row>{cells}</table:table-row>"
    return f'<table:table table:name="{escape(page.name)}">{body}</table:table>'


def as_csv(page: Page, dice: random.Random) -> bytes:
    """The sheet saved as CSV or as Unicode text."""
    rows, columns = page.size
    sign = dice.choice((",", ";", "\t"))
    lines = []
    for row in range(1, rows + 1):
        fields = [_shown(page.cells.get((row, column))) for column in range(1, columns + 1)]
        lines.append(
            sign.join(
                f'"{each.replace(chr(34), chr(34) * 2)}"' if any(x in each for x in (sign, '"', "\n")) else each
                for each in fields
            )
        )
    text = "\r\n".join(lines)
    return dice.choice((text.encode("utf-8-sig"), text.encode(), b"\xff\xfe" + text.encode("utf-16-le")))


def as_text(page: Page) -> str:
    """The table as it looks when pasted into a plain mail: tabs between the cells."""
    rows, columns = page.size
    return "\n".join(
        "\t".join(re.sub(r"[\n\t]", " ", _shown(page.cells.get((row, column)))) for column in range(1, columns + 1)).rstrip()
        for row in range(1, rows + 1)
    )


def as_html(page: Page, *, encode: Encoder = plain, font: str = "Times New Roman") -> str:
    """The table as Word or Excel paste it."""
    spans = {(top, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in page.merges}
    covered = {
        (row, column)
        for top, left, bottom, right in page.merges
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
        if (row, column) != (top, left)
    }
    rows, columns = page.size
    lines = [f'<p style="font-family:{font}"><b>{html.escape(encode(text))}</b></p>' for text in page.above]
    lines.append('<table border="1" class="MsoNormalTable">')
    for row in range(page.top, rows + 1):
        cells = []
        for column in range(1, columns + 1):
            if (row, column) in covered:
                continue
            tall, wide = spans.get((row, column), (1, 1))
            text = html.escape(encode(_shown(page.cells.get((row, column))))).replace("\n", "<br>") or "&nbsp;"
            cells.append(f'<td rowspan="{tall}" colspan="{wide}"><p><span style="font-family:{font}">{text}</span></p></td>')
        lines.append(f"<tr>{''.join(cells)}</tr>")
    lines.append("</table>")
    return "\n".join(lines)


def as_docx(page: Page, *, before: Sequence[str] = (), encoding: str = "unicode") -> bytes:
    """A Word file: paragraphs, then the table."""
    font, encode = LEGACY[encoding]
    document: Any = docx.Document()
    document.styles["Normal"].font.name = font

    def say(text: str) -> None:
        document.add_paragraph().add_run(encode(text)).font.name = font

    for text in (*before, *page.above):
        say(text)
    rows, columns = page.size
    grid = [[_shown(page.cells.get((row, column))) for column in range(1, columns + 1)] for row in range(page.top, rows + 1)]
    first = next((column for column in range(columns) if any(row[column] for row in grid)), 0)
    table = document.add_table(rows=len(grid), cols=columns - first)
    table.style = "Table Grid"
    for column in table.columns:
        column.width = Cm(16 / (columns - first))
    for row, texts in zip(table.rows, grid, strict=True):
        for cell, text in zip(row.cells, texts[first:], strict=True):
            if text:
                cell.paragraphs[0].add_run(encode(text)).font.name = font
    for top, left, bottom, right in page.merges:
        if top >= page.top and left > first:
            table.cell(top - page.top, left - 1 - first).merge(table.cell(bottom - page.top, right - 1 - first))
    say("")  # Word always leaves a paragraph behind a table
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def as_narrative(lines: Sequence[str], *, encoding: str = "unicode") -> bytes:
    """A Word file of paragraphs only."""
    font, encode = LEGACY[encoding]
    document: Any = docx.Document()
    for text in lines:
        document.add_paragraph().add_run(encode(text)).font.name = font
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def converted(data: bytes, source: str, target: str, office: LibreOffice) -> bytes:
    """The file in another format by LibreOffice; what was converted once is kept for the next run of this machine."""
    key = _fingerprint(data, target)
    kept = _CONVERSIONS / f"{key}.{target}"
    if not kept.exists():
        _CONVERSIONS.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"bao-cao.{source}"
            path.write_bytes(data)
            made = office.convert(path, target).read_bytes()
        fresh = kept.with_suffix(f".{random.SystemRandom().randrange(10**9)}")
        fresh.write_bytes(made)
        fresh.rename(kept)
    return kept.read_bytes()


def _fingerprint(data: bytes, target: str) -> str:
    """The same for the same content: programs write the time of day into their packages."""
    package = zipfile.ZipFile(io.BytesIO(data))
    parts = (name.encode() + package.read(name) for name in sorted(package.namelist()) if not name.startswith("docProps"))
    return hashlib.sha256(target.encode() + b"".join(parts)).hexdigest()[:24]
