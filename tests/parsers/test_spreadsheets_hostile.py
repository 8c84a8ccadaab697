"""A hostile workbook is refused or read in part: within 2 seconds of processor time and 200 MB, whatever it claims."""

from __future__ import annotations

import json
import resource
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest
import xlwt

from parsers.spreadsheets import SpreadsheetError, read_sheets
from tests.parsers.spreadsheet_samples import SHEET, ods, package, xlsb, xlsb_cell, xlsb_row, xlsx

_SECONDS = 2.0
_BYTES = 200 * 1024 * 1024
_ONE = '<sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>'
_END = "</worksheet>"

_CHILD = """
import json, sys, time
from pathlib import Path
from parsers.spreadsheets import SpreadsheetError, read_sheets
data = Path(sys.argv[1]).read_bytes()
began = time.process_time()
try:
    book = read_sheets(data, "text/csv")
    fate = [sum(len(sheet.cells) for sheet in book.sheets), [finding.code for finding in book.findings]]
except SpreadsheetError as refused:
    fate = [refused.text.en, []]
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(json.dumps({"seconds": time.process_time() - began, "peak": int(peak.split()[1]) * 1024, "fate": fate}))
"""


def _repeated(head: str, item: bytes, times: int, tail: str) -> Callable[[IO[bytes]], None]:
    def write(stream: IO[bytes]) -> None:
        stream.write(head.encode())
        for _ in range(times // 1_000):
            stream.write(item * 1_000)
        stream.write(tail.encode())

    return write


def _ods_table(body: str) -> bytes:
    return ods(f'<table:table table:name="A">{body}</table:table>')


def _xls() -> bytes:
    import io

    book = xlwt.Workbook()
    page = book.add_sheet("A")
    page.write(65_535, 255, 1)
    page.write(0, 0, 1)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
    '<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>&b;&c;</v></c></row></sheetData></worksheet>'
)
_ONE_CELL = '<table:table-cell office:value-type="float" office:value="1"/>'

BOMBS: dict[str, Callable[[], bytes]] = {
    "a cell at XFD1048576": lambda: xlsx(
        SHEET + _ONE.replace("</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>') + _END
    ),
    "cells at A1 and ZZ300000": lambda: xlsx(
        SHEET + _ONE.replace("</sheetData>", '<row r="300000"><c r="ZZ300000"><v>1</v></c></row></sheetData>') + _END
    ),
    "a dimension of the whole sheet": lambda: xlsx(SHEET + '<dimension ref="A1:XFD1048576"/>' + _ONE + _END),
    "900,000 rows": lambda: xlsx(_repeated(SHEET + "<sheetData>", b"<row><c><v>1</v></c></row>", 900_000, "</sheetData>" + _END)),
    "ten million cells in one row": lambda: xlsx(
        _repeated(SHEET + '<sheetData><row r="1">', b"<c/>", 10_000_000, "</row></sheetData>" + _END)
    ),
    "150 MB in one cell": lambda: xlsx(
        _repeated(
            SHEET + '<sheetData><row><c t="inlineStr"><is><t>', b"a" * 1_000, 150_000, "</t></is></c></row></sheetData>" + _END
        )
    ),
    "100,000 merged areas": lambda: xlsx(
        _repeated(SHEET + _ONE + "<mergeCells>", b'<mergeCell ref="A1:IV5000"/>', 100_000, "</mergeCells>" + _END)
    ),
    "a formula of 60 MB": lambda: xlsx(
        _repeated(SHEET + "<sheetData><row><c><f>", b"1+" * 500, 60_000, "1</f></c></row></sheetData>" + _END)
    ),
    "two million shared strings": lambda: xlsx(
        SHEET + _ONE + _END, sharedStrings=_repeated("<sst>", b"<si><t>x</t></si>", 2_000_000, "</sst>")
    ),
    "a shared string of 150 MB": lambda: xlsx(
        SHEET + _ONE + _END, sharedStrings=_repeated("<sst><si><t>", b"x" * 1_000, 150_000, "</t></si></sst>")
    ),
    "half a million styles": lambda: xlsx(
        SHEET + _ONE + _END, styles=_repeated("<styleSheet><cellXfs>", b'<xf numFmtId="14"/>', 500_000, "</cellXfs></styleSheet>")
    ),
    "12,000 parts": lambda: package({"xl/workbook.xml": "<workbook/>"} | {f"x{number}": "" for number in range(12_000)}),
    "entities": lambda: xlsx(_LAUGHS),
    "an open document of 17 billion cells": lambda: _ods_table(
        '<table:table-row table:number-rows-repeated="1048576">'
        '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="16384"/></table:table-row>'
    ),
    "an open document padded to its last cell": lambda: _ods_table(
        f"<table:table-row>{_ONE_CELL}</table:table-row>"
        '<table:table-row table:number-rows-repeated="1048574"><table:table-cell table:number-columns-repeated="16384"/>'
        "</table:table-row>"
        f"<table:table-row>{_ONE_CELL}</table:table-row>"
    ),
    "an open document of a million spaces": lambda: _ods_table(
        '<table:table-row><table:table-cell office:value-type="string"><text:p>'
        + '<text:s text:c="99999999"/>' * 1_000_000
        + "</text:p></table:table-cell></table:table-row>"
    ),
    "a binary cell at XFD1048576": lambda: xlsb(
        xlsb_row(0) + xlsb_cell(5, 0, 0, bytes(8)) + xlsb_row(1_048_575) + xlsb_cell(5, 16_383, 0, bytes(8))
    ),
    "a binary text that claims 4 GB": lambda: xlsb(xlsb_row(0) + xlsb_cell(6, 0, 0, struct.pack("<I", 0xFFFFFFFF) + b"x")),
    "two million binary rows": lambda: xlsb(xlsb_row(0) * 2_000_000),
    "an old cell at IV65536": _xls,
    "200,000 styles of an old workbook": lambda: (
        struct.pack("<HHHHHHII", 0x0809, 16, 0x0600, 5, 0, 0, 0, 0) + (struct.pack("<HH", 0x00E0, 20) + bytes(20)) * 200_000
    ),
    "one line of 16 MB": lambda: b"a," * 8_000_000,
    "four million lines": lambda: b"a,b\n" * 4_000_000,
    "a quoted field of 15 MB": lambda: b'"' + b"a" * 15_000_000,
}


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (1 << 31, 1 << 31))
    resource.setrlimit(resource.RLIMIT_CPU, (20, 20))


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_little(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(BOMBS[name]())
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(path)], capture_output=True, text=True, check=False, preexec_fn=_limit
    )
    assert done.returncode == 0, done.stderr[-500:]
    cost = json.loads(done.stdout)
    assert cost["seconds"] < _SECONDS, cost
    assert cost["peak"] < _BYTES, cost


@pytest.mark.parametrize(
    "name", ["a cell at XFD1048576", "900,000 rows", "an open document of 17 billion cells", "a binary cell at XFD1048576"]
)
def test_what_was_left_out_is_told(name: str) -> None:
    from parsers.spreadsheets import read_sheets

    book = read_sheets(BOMBS[name](), "")
    assert [finding.code for finding in book.findings] == ["S-CAPPED"]
    assert book.sheets[0].at(1, 1).text


def test_ten_thousand_cells_that_share_one_long_text_are_refused() -> None:
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 5_000))
    strings = "<sst><si><t>" + "chữ " * 2_000 + "</t></si></sst>"
    with pytest.raises(SpreadsheetError, match="safety limit"):
        read_sheets(xlsx(SHEET + f"<sheetData>{rows}</sheetData>" + _END, sharedStrings=strings), "")


def test_a_name_with_a_rare_formula_does_not_close_an_old_workbook() -> None:
    book = xlwt.Workbook()
    book.add_sheet("a").write(0, 0, "Biểu")
    stream = book.get_biff_data()
    area = b"\x2d" + struct.pack("<HHHH", 0, 1, 0, 1)  # an area that moves, which xlrd does not know in a name
    body = struct.pack("<HBBHHHBBBB", 0, 0, 1, len(area), 0, 0, 0, 0, 0, 0) + b"\0N" + area
    name = struct.pack("<HH", 0x0018, len(body)) + body
    bound = stream.index(b"\x85\x00") + 4  # BOUNDSHEET tells where its sheet begins, just after the globals' EOF
    start = struct.unpack_from("<I", stream, bound)[0]
    moved = stream[:bound] + struct.pack("<I", start + len(name)) + stream[bound + 4 :]
    (sheet,) = read_sheets(moved[: start - 4] + name + moved[start - 4 :], "").sheets
    assert sheet.at(1, 1).text == "Biểu"
