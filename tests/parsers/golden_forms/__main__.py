"""Makes the golden workbooks and what is expected of them."""

from __future__ import annotations

import csv
import html
import io
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import docx
import openpyxl
import xlwt
from openpyxl.styles import Font

from parsers.legacy_tables import TCVN3
from tests.parsers.form_sheets import FORM, HEADER, HEADER_MERGES, TITLE, Row, rows, whole
from tests.parsers.golden_forms import FOLDER, as_read, expected_path, golden_files
from tests.parsers.spreadsheet_samples import xlsb, xlsb_cell, xlsb_row

FIGURES: dict[str, Row] = {
    "1": (8,),
    "1.total_participants": (None, 320),
    "1.it_training": (1, 25),
    "1.life_skills": ("3/120",),
    "1.science_law": ("2 lớp", "85 người"),
    "1.teacher_training": (1, "1.250"),
    "1.clc_staff": (0, 0),
    "1.universalization": ("không", "-"),
    "1.literacy": (None, None, "1 lớp, 20 người"),
    "2": ("05",),
    "3": ("2 băng rôn + 50 tờ rơi",),
    "4.donors": (12, 86),
    "4.books": ("540 quyển",),
    "5": (3,),
    "5.book_fair": (1,),
    "5.book_contest": (1, 60),
    "6": (2,),
    "6.sports": ("01", 150),
    "6.arts": (1, 100),
    "7": (1,),
    "7.institutions": ("3/1",),
    "8": (1, 45),
    "9.collectives": (2,),
    "9.individuals": (5,),
    "10.state_budget": (4_500_000,),
    "10.other": (None, "2 triệu"),
    "11": ("Tặng quà học sinh nghèo vượt khó",),
}
FORMULA = 987_654
OUTLINE = (
    "I.1. Công tác chỉ đạo, triển khai",
    "Ủy ban nhân dân xã ban hành Kế hoạch số 68/KH-UBND ngày 25/9/2020.",
    "I.3. Các hoạt động đã tổ chức",
    "Các trường tổ chức hội sách và trưng bày sách.",
)
BELOW: tuple[Row, ...] = ((), ("Nơi nhận:", None, None, "TM. ỦY BAN NHÂN DÂN"), (None, None, None, "CHỦ TỊCH"))


def _workbook(
    lines: Sequence[Row], merges: Sequence[tuple[int, int, int, int]] = (), *, sheet: str = "Biểu"
) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = sheet
    _fill(page, lines, merges)
    return book


def _fill(
    page: openpyxl.worksheet.worksheet.Worksheet, lines: Sequence[Row], merges: Sequence[tuple[int, int, int, int]] = ()
) -> None:
    for line in lines:
        page.append(list(line))
    for top, left, bottom, right in merges:
        page.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1)


def _plain() -> openpyxl.Workbook:
    top = len(TITLE)
    return _workbook([*whole(FIGURES), *BELOW], [(a + top, b, c + top, d) for a, b, c, d in HEADER_MERGES])


def _with_formulas() -> openpyxl.Workbook:
    book = _plain()
    page = book.worksheets[0]
    page["D8"] = "=SUM(D10:D16)"
    page["E9"] = "=SUM(E10:E16)"
    page["D22"] = "=1/0"
    page["D39"] = "=D40+2000000"
    return book


def _two_communes() -> openpyxl.Workbook:
    book = _workbook(whole(FIGURES, title=[("UBND XÃ QUÀI TỞ",), ("NĂM 2020",)]), sheet="Quài Tở")
    _fill(book.create_sheet("Quài Cang"), whole({"1": (4,), "2": (7,)}, title=[("UBND XÃ QUÀI CANG",), ("NĂM 2020",)]))
    _fill(book.create_sheet("Năm 2019"), whole({"1": (99,)}, title=[("UBND XÃ QUÀI TỞ",), ("NĂM 2019",)]))
    book.create_sheet("Sheet4").sheet_state = "hidden"
    _fill(book["Sheet4"], whole({"1": (77,)}))
    return book


def _old_font() -> bytes:
    """An .xls in the 1990s font, moved to the right, with a one-row header and a renamed sheet."""
    code = {letter: byte for byte, letter in TCVN3.items()}
    font = xlwt.easyxf("font: name .VnTime")
    book = xlwt.Workbook(encoding="cp1252")
    page = book.add_sheet("Bieu so lieu")
    lines = [
        ("ubnd xã quài nưa",),
        (),
        ("TT", "Nội dung", "Đơn vị tính", "Số lớp", "Số người", "Ghi chú"),
        *rows({**FIGURES, "6": (FORMULA,)}),
    ]
    for number, line in enumerate(lines):
        for column, value in enumerate(line):
            if isinstance(value, str):
                page.write(number + 2, column + 1, "".join(code.get(letter, letter) for letter in value), font)
            elif value is not None:
                page.write(number + 2, column + 1, xlwt.Formula("1+1") if value == FORMULA else value)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _csv(separator: str) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=separator)
    for line in [*TITLE, *HEADER, *rows(FIGURES)]:
        writer.writerow(["" if value is None else value for value in line])
    return stream.getvalue()


def _xlsb() -> bytes:
    """The sheet record by record, as no free program writes it."""
    strings: list[str] = []
    sheet = b""
    for number, line in enumerate(whole(FIGURES)):
        sheet += xlsb_row(number)
        for column, value in enumerate(line):
            if isinstance(value, str):
                strings.append(value)
                sheet += xlsb_cell(7, column, 0, struct.pack("<I", len(strings) - 1))
            elif isinstance(value, int):
                sheet += xlsb_cell(5, column, 0, struct.pack("<d", value))
    return xlsb(sheet, strings)


def _spreadsheet_xml() -> str:
    """The sheet as Excel 2003 saves it as XML."""
    lines = []
    for line in whole(FIGURES):
        cells = "".join(
            f'<Cell ss:Index="{place}"><Data ss:Type="{"String" if isinstance(value, str) else "Number"}">'
            f"{html.escape(str(value))}</Data></Cell>"
            for place, value in enumerate(line, start=1)
            if value is not None
        )
        lines.append(f"<Row>{cells}</Row>")
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        f'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="{space}" xmlns:ss="{space}">'
        f'<Worksheet ss:Name="Biểu"><Table>{"".join(lines)}</Table></Worksheet></Workbook>'
    )


def _word() -> bytes:
    """A report by python-docx: letterhead, two sections, and the form as a table between them."""
    document = docx.Document()
    for text in ("UBND XÃ QUÀI CANG", "BÁO CÁO", "Kết quả tổ chức Tuần lễ hưởng ứng học tập suốt đời năm 2020", *OUTLINE[:2]):
        document.add_paragraph(text)
    lines = [*HEADER, *rows(FIGURES)]
    table = document.add_table(rows=len(lines), cols=6)
    table.style = "Table Grid"
    for line, row in zip(lines, table.rows, strict=True):
        cells = row.cells
        for place, value in enumerate(line):
            cells[place].text = "" if value is None else str(value)
    for text in OUTLINE[2:]:
        document.add_paragraph(text)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _html() -> str:
    """The table as a mail program pastes it."""
    body = "".join(
        "<tr>" + "".join(f"<td><p>{'' if cell is None else html.escape(str(cell))}</p></td>" for cell in line) + "</tr>"
        for line in [*HEADER, *rows(FIGURES)]
    )
    return f"<html><head><meta charset='utf-8'></head><body><p>UBND XÃ QUÀI NƯA</p><table border=1>{body}</table></body></html>"


def _typed() -> str:
    """The form typed line by line."""
    lines = ["UBND xã Nà Sáy báo cáo:"]
    for line in rows(FIGURES):
        said = "/".join(str(each) for each in line[3:5] if each is not None)
        lines.append(f"{line[0] or '-'} {line[1]}: {said}" if said else str(line[1]))
    return "\n".join(lines) + "\n"


def _mail(kind: str, content: str) -> bytes:
    head = ("From: xa@xa.example", "Subject: Bao cao Tuan le", "MIME-Version: 1.0", f"Content-Type: text/{kind}; charset=utf-8")
    return "\r\n".join((*head, "Content-Transfer-Encoding: 8bit", "", content)).encode()


def _converted(path: Path, extension: str, target: Path) -> None:
    office = shutil.which("soffice")
    assert office is not None, "LibreOffice is needed to make the files"
    with tempfile.TemporaryDirectory() as folder:
        command = [
            office,
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--convert-to",
            extension,
            "--outdir",
            folder,
        ]
        subprocess.run([*command, str(path)], check=True, capture_output=True)
        shutil.copy(Path(folder) / f"{path.stem}.{extension}", target)


def make_files() -> None:
    """Write all files."""
    _plain().save(FOLDER / "plain_openpyxl.xlsx")
    _with_formulas().save(FOLDER / "uncalculated_openpyxl.xlsx")
    for extension in ("xlsx", "ods", "xls"):
        _converted(FOLDER / "uncalculated_openpyxl.xlsx", extension, FOLDER / f"calculated_libreoffice.{extension}")
    _two_communes().save(FOLDER / "two_communes_openpyxl.xlsx")
    emphasised = _workbook([("Xã Nà Sáy",), *HEADER, *rows({}, labels={"4.books": "Số sách quyên góp được"})])
    emphasised.worksheets[0]["A1"].font = Font(bold=True)
    emphasised.save(FOLDER / "blank_openpyxl.xlsx")
    (FOLDER / "old_font_xlwt.xls").write_bytes(_old_font())
    (FOLDER / "excel_2003_by_hand.xml").write_text(_spreadsheet_xml(), encoding="utf-8")
    (FOLDER / "by_hand.xlsb").write_bytes(_xlsb())
    (FOLDER / "report_python_docx.docx").write_bytes(_word())
    for extension in ("odt", "pdf"):
        _converted(FOLDER / "report_python_docx.docx", extension, FOLDER / f"report_libreoffice.{extension}")
    _converted(FOLDER / "plain_openpyxl.xlsx", "pdf", FOLDER / "printed_without_lines_libreoffice.pdf")
    (FOLDER / "pasted.html").write_text(_html(), encoding="utf-8")
    (FOLDER / "typed.txt").write_text(_typed(), encoding="utf-8")
    (FOLDER / "pasted.eml").write_bytes(_mail("html", _html()))
    (FOLDER / "typed.eml").write_bytes(_mail("plain", _typed()))
    (FOLDER / "windows.csv").write_bytes(_decomposed(_csv(";")).encode("cp1258", errors="replace"))
    (FOLDER / "excel_unicode.tsv").write_bytes(b"\xff\xfe" + _csv("\t").encode("utf-16-le"))
    (FOLDER / "utf8_mark.csv").write_bytes(b"\xef\xbb\xbf" + _csv(",").encode())


def _decomposed(text: str) -> str:
    """Letters as the Vietnamese Windows code page writes them: tone marks on their own."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    result = []
    for letter in text:
        try:
            letter.encode("cp1258")
            result.append(letter)
        except UnicodeEncodeError:
            result.append(_split(letter, tones))
    return "".join(result)


def _split(letter: str, tones: str) -> str:
    import unicodedata

    whole_letter = unicodedata.normalize("NFD", letter)
    marks = [mark for mark in whole_letter[1:] if mark in tones]
    rest = "".join(mark for mark in whole_letter[1:] if mark not in tones)
    return unicodedata.normalize("NFC", whole_letter[0] + rest) + "".join(marks)


if __name__ == "__main__":
    if "--files" in sys.argv:
        make_files()
    for golden in golden_files() if {"--regenerate", "--files"} & set(sys.argv) else ():
        expected_path(golden).write_text(as_read(golden), encoding="utf-8")
    assert FORM.indicators
