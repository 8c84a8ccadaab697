"""Workbooks of every format give the same cells, and no file costs more than its share."""

from __future__ import annotations

import contextlib
import io
import os
import random
import struct
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import python_calamine
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl.styles import Font
from openpyxl.workbook.defined_name import DefinedName

from parsers.grid import Cell, CellKind, Merge
from parsers.spreadsheets import PasswordError, SpreadsheetError, read_sheets
from tests.parsers.golden_forms import FOLDER, as_read, expected_path, golden_files
from tests.parsers.spreadsheet_samples import SHEET, ods, record, wide, xlsb, xlsb_cell, xlsb_row, xlsx
from tests.servers_libreoffice import LibreOffice


def cells(data: bytes, media_type: str = "") -> dict[str, Cell]:
    """The cells of the first sheet by address."""
    return {cell.address: cell for cell in read_sheets(data, media_type).sheets[0].cells.values()}


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def everything() -> openpyxl.Workbook:
    """A workbook with every kind of cell, merges, hidden parts and a hidden name."""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = "Biểu"
    page["A1"] = "Tiêu đề"
    page.merge_cells("A1:C1")
    page["A2"], page["B2"], page["C2"] = 3, 1.2, date(2020, 3, 12)
    page["B2"].number_format = "0.000"
    page["C2"].number_format = "d-mmm"
    page["A3"], page["B3"], page["C3"] = "=A2+1", True, "=1/0"
    page["D3"], page["E3"] = datetime(2020, 1, 2, 3, 4), time(3, 4)  # noqa: DTZ001 - cells have no zone
    page["A4"] = "Chữ"
    page["A4"].font = Font(name="Arial")
    page["F5"] = "ẩn"
    page.row_dimensions[5].hidden = True
    page.column_dimensions["F"].hidden = True
    book.create_sheet("Ẩn").sheet_state = "hidden"
    book["Ẩn"]["A1"] = "x"
    book.defined_names["thubao_unit"] = DefinedName("thubao_unit", attr_text='"03295"', hidden=True)
    return book


@pytest.mark.parametrize("path", golden_files(), ids=lambda path: path.name)
def test_golden_workbooks_are_read_as_expected(path: Path) -> None:
    assert as_read(path) == expected_path(path).read_text(encoding="utf-8")


def test_every_golden_workbook_is_tested() -> None:
    assert len(golden_files()) == len(list(FOLDER.glob("*.expected.json"))) >= 10


def test_all_that_a_workbook_holds_is_kept() -> None:
    book = read_sheets(saved(everything()), "")
    sheet, hidden = book.sheets
    assert (sheet.name, sheet.hidden, hidden.hidden) == ("Biểu", False, True)
    assert sheet.merges == (Merge(top=1, left=1, bottom=1, right=3),)
    assert (sheet.hidden_rows, sheet.hidden_columns) == ({5}, {6})
    assert (sheet.at(2, 1).value, sheet.at(2, 2).value, sheet.at(2, 3).value) == (3, Decimal("1.2"), date(2020, 3, 12))
    assert sheet.at(2, 2).number_format == "0.000"
    assert (sheet.at(3, 4).value, sheet.at(3, 5).value) == (datetime(2020, 1, 2, 3, 4), time(3, 4))  # noqa: DTZ001 - no zone
    assert (sheet.at(3, 1).kind, sheet.at(3, 1).formula) == (CellKind.BLANK, "=A2+1")
    assert sheet.at(4, 1).font == "Arial"
    assert book.uncalculated
    assert book.names == {"thubao_unit": "03295"}


def test_every_format_gives_the_same_cells(libreoffice: LibreOffice, tmp_path: Path) -> None:
    original = tmp_path / "all.xlsx"
    everything().save(original)
    calculated = read_sheets(libreoffice.convert(original, "xlsx").read_bytes(), "")
    assert not calculated.uncalculated
    assert calculated.sheets[0].at(3, 1).value == 4
    assert calculated.sheets[0].at(3, 3).kind is CellKind.ERROR
    for extension in ("ods", "xls"):
        other = read_sheets(libreoffice.convert(original, extension).read_bytes(), "")
        assert other.names == {"thubao_unit": "03295"}
        for one, two in zip(calculated.sheets, other.sheets, strict=True):
            assert (one.name, one.hidden, one.merges) == (two.name, two.hidden, two.merges)
            assert (one.hidden_rows, one.hidden_columns) == (two.hidden_rows, two.hidden_columns)
            assert {place: cell.value for place, cell in one.cells.items()} == {
                place: cell.value for place, cell in two.cells.items()
            }


WRITTEN = st.one_of(
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.text(
        st.characters(min_codepoint=32, max_codepoint=0x24F, exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30
    ).filter(lambda text: text.strip() and not text.startswith("=") and "_x" not in text),
    st.dates(date(1950, 1, 1), date(2090, 1, 1)),
    st.booleans(),
)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.tuples(st.integers(1, 60), st.integers(1, 40)), WRITTEN, max_size=30))
def test_what_openpyxl_writes_is_read_as_openpyxl_reads_it(written: dict[tuple[int, int], object]) -> None:
    book = openpyxl.Workbook()
    for (row, column), value in written.items():
        book.worksheets[0].cell(row, column, value)
    data = saved(book)
    theirs = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    ours = read_sheets(data, "").sheets[0]
    for row, column in written:
        value = theirs.cell(row, column).value
        found = ours.at(row, column).value
        if isinstance(value, datetime):
            value = value.date()
        if isinstance(value, str):
            assert str(found).casefold().split() == value.casefold().split() or found != value  # old fonts are decoded
        elif isinstance(value, float):
            assert float(str(found)) == value
        else:
            assert found == value
            assert type(found) is type(value)


def test_a_float_is_its_shortest_decimal() -> None:
    data = xlsx(
        SHEET
        + '<sheetData><row r="1"><c r="A1"><v>1.2000000000000002</v></c><c r="B1"><v>5E6</v></c></row></sheetData></worksheet>'
    )
    assert (cells(data)["A1"].value, cells(data)["B1"].value) == (Decimal("1.2000000000000002"), 5_000_000)
    assert isinstance(cells(data)["B1"].value, int)


def test_what_a_calculation_left_behind_the_fifteenth_digit_is_no_fraction() -> None:
    data = xlsx(SHEET + '<sheetData><row r="1"><c r="A1"><v>30.000000000000004</v></c></row></sheetData></worksheet>')
    assert cells(data)["A1"].value == 30
    assert isinstance(cells(data)["A1"].value, int)


def test_a_zero_beside_a_formula_that_was_never_calculated_is_no_figure() -> None:
    sheet = SHEET + '<sheetData><row r="1"><c r="A1"><f>SUM(B1:B9)</f><v>0</v></c></row></sheetData></worksheet>'
    fresh = (
        '<workbook xmlns:r="r"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets><calcPr fullCalcOnLoad="1"/></workbook>'
    )
    assert cells(xlsx(sheet))["A1"].value == 0
    never = read_sheets(xlsx(sheet, workbook=fresh), "")
    assert never.uncalculated
    assert never.sheets[0].at(1, 1).kind is CellKind.BLANK


def test_a_formula_that_gives_nothing_is_blank() -> None:
    sheet = SHEET + '<sheetData><row r="1"><c r="A1" t="str"><f>IF(1,"")</f><v></v></c></row></sheetData></worksheet>'
    book = read_sheets(xlsx(sheet), "")
    assert not book.sheets[0].cells
    assert not book.uncalculated


def test_a_document_type_is_refused_before_any_entity_means_anything() -> None:
    with pytest.raises(SpreadsheetError, match="DOCTYPE"):
        read_sheets(xlsx('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "7">]>' + SHEET.partition("?>")[2] + "</worksheet>"), "")


def test_rows_and_columns_beyond_the_limit_are_left_out_and_told() -> None:
    far = '<row r="6000"><c r="A6000"><v>2</v></c></row>'
    wide = '<row r="1"><c r="A1"><v>1</v></c><c r="IW1"><v>3</v></c></row>'
    for row in (far, ""):
        book = read_sheets(xlsx(f"{SHEET}<sheetData>{wide}{row}</sheetData></worksheet>"), "")
        assert [cell.value for cell in book.sheets[0].cells.values()] == [1]
        assert [finding.code for finding in book.findings] == ["S-CAPPED"]


def test_rich_and_inline_texts_are_whole() -> None:
    strings = '<sst><si><r><rPr><rFont val="Arial"/></rPr><t>Tập </t></r><r><t>thể</t></r><rPh><t>x</t></rPh></si></sst>'
    sheet = SHEET + (
        '<sheetData><row><c t="s"><v>0</v></c><c t="inlineStr"><is><r><t>Cá </t></r><r><t>nhân_x000D_</t></r></is></c></row>'
        "</sheetData></worksheet>"
    )
    found = cells(xlsx(sheet, sharedStrings=strings))
    assert (found["A1"].value, found["A1"].font, str(found["B1"].value).strip()) == ("Tập thể", "Arial", "Cá nhân")


def test_what_lies_under_a_merged_area_is_not_seen() -> None:
    sheet = SHEET + (
        '<sheetData><row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row></sheetData>'
        '<mergeCells><mergeCell ref="A1:B1"/></mergeCells></worksheet>'
    )
    assert set(cells(xlsx(sheet))) == {"A1"}


def test_old_excel_keeps_fonts_formats_and_what_is_hidden() -> None:
    book = xlwt.Workbook()
    page = book.add_sheet("A")
    page.write(0, 0, "x", xlwt.easyxf("font: name Arial"))
    page.write(0, 1, 0.85, xlwt.easyxf(num_format_str="0%"))
    page.write(0, 2, date(2020, 3, 12), xlwt.easyxf(num_format_str="d-mmm"))
    page.write_merge(1, 1, 0, 2, "gộp")
    page.write(2, 0, xlwt.Formula("1+1"))
    page.write(3, 0, True)
    page.row(3).hidden = True
    page.col(5).hidden = True
    stream = io.BytesIO()
    book.save(stream)
    result = read_sheets(stream.getvalue(), "")
    sheet = result.sheets[0]
    assert (sheet.at(1, 1).font, sheet.at(1, 2).number_format, sheet.at(1, 3).value) == ("Arial", "0%", date(2020, 3, 12))
    assert sheet.at(1, 2).value == Decimal("0.85")
    assert sheet.merges == (Merge(top=2, left=1, bottom=2, right=3),)
    assert (sheet.hidden_rows, sheet.hidden_columns) == ({4}, {6})
    assert (sheet.at(3, 1).kind, bool(sheet.at(3, 1).formula)) == (CellKind.BLANK, True)
    assert result.uncalculated


def _xlsb() -> bytes:
    sheet = (
        xlsb_row(0)
        + xlsb_cell(7, 0, 0, struct.pack("<I", 0))
        + xlsb_cell(5, 1, 0, struct.pack("<d", 1.25))
        + xlsb_cell(2, 2, 0, struct.pack("<i", (120 << 2) | 2))
        + xlsb_cell(2, 3, 0, struct.pack("<i", (125 << 2) | 3))
        + xlsb_cell(5, 4, 1, struct.pack("<d", 43902.0))
        + xlsb_row(1, hidden=True)
        + xlsb_cell(4, 0, 0, b"\1")
        + xlsb_cell(9, 1, 0, struct.pack("<d", 7.0) + struct.pack("<HI", 0, 0))
        + xlsb_cell(3, 2, 0, b"\x07")
    )
    return xlsb(sheet, ["Tập thể"], [("General", "Arial"), ("d-mmm", "Calibri")])


def test_binary_workbooks_are_read_record_by_record() -> None:
    book = read_sheets(_xlsb(), "")
    sheet = book.sheets[0]
    assert [sheet.at(1, column).value for column in range(1, 6)] == [
        "Tập thể",
        Decimal("1.25"),
        120,
        Decimal("1.25"),
        date(2020, 3, 12),
    ]
    assert (sheet.at(1, 1).font, sheet.at(1, 5).number_format) == ("Arial", "d-mmm")
    assert (sheet.at(2, 1).value, sheet.at(2, 2).value, sheet.at(2, 3).value) == (True, 7, "#DIV/0!")
    assert sheet.at(2, 2).formula
    assert sheet.hidden_rows == {2}


def test_calamine_reads_the_same_binary_workbook() -> None:
    theirs = python_calamine.load_workbook(io.BytesIO(_xlsb())).get_sheet_by_index(0).to_python()
    assert theirs[0][:4] == ["Tập thể", 1.25, 120, 1.25]
    assert theirs[1][:2] == [True, 7]


def test_short_cells_of_xlsb_stand_behind_the_one_before() -> None:
    """As SheetJS writes them: records 12 to 18 have no column of their own."""
    style = struct.pack("<I", 0)
    sheet = (
        xlsb_row(0)
        + xlsb_cell(7, 1, 0, struct.pack("<I", 0))  # B1, with its column
        + record(13, style + struct.pack("<i", 5 << 2 | 2))
        + record(12, style)
        + record(16, style + struct.pack("<d", 2.5))
        + xlsb_row(1)
        + record(18, style + struct.pack("<I", 0))
        + record(17, style + wide("120"))
    )
    (found,) = read_sheets(xlsb(sheet, ["Tập thể"]), "").sheets
    assert {address: cell.text for address, cell in found.cells.items()} == {
        (1, 2): "Tập thể", (1, 3): "5", (1, 5): "2.5", (2, 1): "Tập thể", (2, 2): "120",
    }  # fmt: skip


def test_open_document_styles_dates_and_hidden_parts() -> None:
    styles = (
        '<number:date-style style:name="N1"><number:day/><number:text>/</number:text>'
        '<number:month number:style="long"/></number:date-style>'
        '<style:style style:name="ce1" style:family="table-cell" style:data-style-name="N1">'
        '<style:text-properties style:font-name="Arial"/></style:style>'
        '<style:style style:name="ta1" style:family="table"><style:table-properties table:display="false"/></style:style>'
    )
    table = (
        '<table:table table:name="A" table:style-name="ta1"><table:table-column table:visibility="collapse"/>'
        '<table:table-row><table:table-cell table:number-columns-repeated="2"/>'
        '<table:table-cell table:style-name="ce1" office:value-type="date" office:date-value="2020-03-12">'
        "<text:p>12/03</text:p></table:table-cell>"
        '<table:table-cell office:value-type="string" table:number-columns-spanned="2">'
        "<office:annotation><text:p>ghi chú 99</text:p></office:annotation>"
        "<text:p>hai</text:p><text:p>dòng</text:p></table:table-cell><table:covered-table-cell/></table:table-row>"
        '<table:table-row table:visibility="filter"><table:table-cell office:value-type="percentage" office:value="0.85"/>'
        "</table:table-row></table:table>"
    )
    sheet = read_sheets(ods(table, styles), "").sheets[0]
    assert sheet.hidden
    assert (sheet.at(1, 3).value, sheet.at(1, 3).number_format, sheet.at(1, 3).font) == (date(2020, 3, 12), "d/mm", "Arial")
    assert sheet.at(1, 4).value == "hai\ndòng"
    assert sheet.merges == (Merge(top=1, left=4, bottom=1, right=5),)
    assert (sheet.hidden_rows, sheet.hidden_columns) == ({2}, {1})


@pytest.mark.parametrize(
    "data",
    [
        "Tập thể;3\nCá nhân;1,5\n".encode(),
        "Tập thể\t3\nCá nhân\t1,5\n".encode("utf-16"),
        "Tập thể\t3\nCá nhân\t1,5\n".encode("utf-16-le"),
        b"\xef\xbb\xbf" + "sep=|\nTập thể|3\nCá nhân|1,5\n".encode(),
        '"Tập thể",3\r\n"Cá nhân","1,5"\r\n'.encode(),
        "Tâ\u0323p thê\u0309;3\nCa\u0301 nhân;1,5\n".encode("cp1258"),
    ],
)
def test_plain_tables_in_any_encoding_and_with_any_separator(data: bytes) -> None:
    found = cells(data, "text/csv")
    assert [found[address].value for address in ("A1", "B1", "A2", "B2")] == ["Tập thể", "3", "Cá nhân", "1,5"]


def test_excel_2003_xml_is_a_workbook() -> None:
    data = (
        '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="Biểu"><Table>'
        '<Row><Cell ss:MergeAcross="1"><Data ss:Type="String">Tiêu đề</Data></Cell><Cell ss:Index="4">'
        '<Data ss:Type="Number">1.5</Data>'
        '<Comment><ss:Data xmlns="x">9</ss:Data></Comment></Cell></Row><Row ss:Index="5"><Cell ss:Formula="=1+1"/></Row></Table>'
        "</Worksheet></Workbook>"
    ).encode()
    book = read_sheets(data, "")
    assert [(cell.address, cell.value) for cell in book.sheets[0].cells.values()] == [
        ("A1", "Tiêu đề"),
        ("D1", Decimal("1.5")),
        ("A5", None),
    ]
    assert book.uncalculated


def test_a_locked_workbook_needs_its_password() -> None:
    locked = io.BytesIO()
    OOXMLFile(io.BytesIO(saved(openpyxl.Workbook()))).encrypt("mật khẩu", locked)
    with pytest.raises(PasswordError) as told:
        read_sheets(locked.getvalue(), "")
    assert "mật khẩu" in told.value.text.vi
    assert "password" in str(told.value)


def test_a_locked_open_document_needs_its_password() -> None:
    from tests.parsers.spreadsheet_samples import package

    with pytest.raises(PasswordError):
        read_sheets(package({"content.xml": "x", "META-INF/manifest.xml": "<manifest:encryption-data/>"}), "")


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), b"%PDF-1.4", b"\x09\x08\x10\x00", b"<html/>"]
)
def test_what_is_no_workbook_is_said_in_both_languages(data: bytes) -> None:
    with pytest.raises(SpreadsheetError) as told:
        read_sheets(data, "application/vnd.ms-excel")
    assert told.value.text.vi
    assert told.value.text.en == str(told.value)


def _damaged(data: bytes, dice: random.Random) -> bytes:
    spoilt = bytearray(data)
    for _ in range(dice.choice((1, 3, 20))):
        spoilt[dice.randrange(len(spoilt))] = dice.randrange(256)
    return bytes(spoilt[: dice.randrange(1, len(spoilt))] if dice.random() < 0.2 else spoilt)


@pytest.mark.parametrize(
    "name", ["plain_openpyxl.xlsx", "calculated_libreoffice.ods", "calculated_libreoffice.xls", "excel_unicode.tsv"]
)
def test_damaged_files_are_read_or_refused_in_words(name: str) -> None:
    data = (FOLDER / name).read_bytes()
    for seed in range(40):
        with contextlib.suppress(SpreadsheetError):  # anything else fails the test
            read_sheets(_damaged(data, random.Random(seed)), "text/csv")


def test_damaged_parts_are_read_or_refused_in_words() -> None:
    rows = '<sheetData><row r="2"><c r="B2" s="1"><v>1</v></c></row></sheetData></worksheet>'
    sheet = SHEET + '<cols><col min="1" max="3" hidden="1"/></cols>' + rows
    formats = '<numFmts><numFmt numFmtId="164" formatCode="d-mmm"/></numFmts>'
    styles = f'<styleSheet>{formats}<cellXfs><xf numFmtId="164" fontId="0"/></cellXfs></styleSheet>'
    for seed in range(150):
        dice = random.Random(seed)
        with contextlib.suppress(SpreadsheetError):  # anything else fails the test
            read_sheets(xlsx(_damaged(sheet.encode(), dice), styles=_damaged(styles.encode(), dice)), "")


def test_short_bytes_are_never_taken_for_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    locked = io.BytesIO()
    OOXMLFile(io.BytesIO(saved(openpyxl.Workbook()))).encrypt("x", locked)
    Path(os.fsdecode(name)).write_bytes(locked.getvalue())
    with pytest.raises(SpreadsheetError) as told:
        read_sheets(name, "")
    assert not isinstance(told.value, PasswordError)  # only the file of that name is locked


def test_old_excel_without_container_is_read_or_refused() -> None:
    with pytest.raises(SpreadsheetError):
        read_sheets(b"\x09\x08" + bytes(range(200)), "")
