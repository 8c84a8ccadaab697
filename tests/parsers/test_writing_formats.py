"""The same report as .odt, .doc, .rtf and .pdf reads the same as the .docx it was made from."""

from __future__ import annotations

import functools

import docx
import pytest

from config.errors import ParseError
from parsers.grid import Sheet
from parsers.spreadsheets import PasswordError
from parsers.writing import ODT, Writing, read_html, read_text, read_writing
from service.convert import OutsidePrograms
from tests.parsers.writing_samples import DOCX, ROWS, SECTIONS, converted, form_table, report, saved
from tests.requirements import LIBREOFFICE, need

TYPES = {"odt": ODT, "doc": "application/msword", "rtf": "application/rtf", "pdf": "application/pdf"}


@functools.cache
def programs() -> OutsidePrograms:
    return OutsidePrograms()


@functools.cache
def made(extension: str) -> bytes:
    need(LIBREOFFICE)
    return converted(report(), extension, programs())


def values(sheet: Sheet) -> dict[tuple[int, int], str]:
    return {place: cell.text.replace("\n", " ") for place, cell in sheet.cells.items()}


@pytest.mark.parametrize("extension", TYPES)
def test_every_format_gives_the_same_table_and_text(extension: str) -> None:
    original = read_writing(report(), DOCX)
    writing = read_writing(made(extension), TYPES[extension], convert=programs().convert)
    assert [values(table) for table in writing.tables] == [values(table) for table in original.tables]
    said = " ".join(writing.text.split())
    for heading, text in SECTIONS:
        assert heading in said
        assert all(line in said for line in text.split("\n"))
    assert "XÃ QUÀI TỞ" in writing.heading
    assert not writing.needs_ocr


def test_old_word_files_need_the_conversion_and_say_so() -> None:
    with pytest.raises(ParseError, match="libreoffice"):
        read_writing(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "application/msword")


@functools.cache
def long_table() -> bytes:
    need(LIBREOFFICE)
    document = docx.Document()
    form_table(document, tuple((str(number), f"Chỉ tiêu số {number}", "lớp", str(number), "", "") for number in range(1, 91)))
    document.add_paragraph("Người lập biểu")
    return converted(saved(document), "pdf", programs())


def test_a_pdf_table_that_goes_on_over_pages_is_one_table() -> None:
    writing = read_writing(long_table(), "application/pdf")
    assert (writing.page_count > 1, len(writing.tables)) == (True, 1)
    table = writing.tables[0]
    assert [table.at(row, 4).text for row in range(3, 93)] == [str(number) for number in range(1, 91)]
    assert writing.paragraphs[-1].text == "Người lập biểu"


def test_a_repeated_header_is_dropped_where_a_table_goes_on() -> None:
    need(LIBREOFFICE)
    document = docx.Document()
    form_table(document, tuple((str(number), f"Chỉ tiêu {number}", "lớp", str(number), "", "") for number in range(1, 61)))
    for row in document.tables[0].rows[:2]:
        properties = row._tr.get_or_add_trPr()
        properties.append(docx.oxml.OxmlElement("w:tblHeader"))
    table = read_writing(converted(saved(document), "pdf", programs()), "application/pdf").tables[0]
    assert [table.at(row, 1).text for row in range(3, table.last_row + 1)] == [str(number) for number in range(1, 61)]


def test_old_fonts_survive_conversion_from_doc() -> None:
    need(LIBREOFFICE)
    document = docx.Document()
    document.styles["Normal"].font.name = ".VnTime"
    document.add_paragraph(
        "B¸o c¸o tæng kÕt TuÇn lÔ h­ëng øng häc tËp suèt ®êi n¨m 2020. Uû ban nh©n d©n x· ®· ban hµnh kÕ ho¹ch."
    )
    data = converted(saved(document), "doc", programs())
    text = read_writing(data, TYPES["doc"], convert=programs().convert).text
    assert text.startswith("Báo cáo tổng kết Tuần lễ hưởng ứng học tập suốt đời năm 2020. Uỷ ban")


def test_a_pdf_with_a_password_is_refused_as_locked() -> None:
    locked = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
        b"3 0 obj<</Filter/Standard/V 1/R 2/Length 40/P -4/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">>>endobj\n"
        b"trailer<</Root 1 0 R/Encrypt 3 0 R/ID[<00><00>]/Size 4>>\n%%EOF"
    )
    with pytest.raises(PasswordError):
        read_writing(locked, "application/pdf")


def table_of(writing: Writing) -> list[list[str]]:
    sheet = writing.tables[0]
    return [[sheet.at(row, column).text for column in range(1, sheet.last_column + 1)] for row in range(1, sheet.last_row + 1)]


def test_a_form_pasted_into_a_mail_is_a_table() -> None:
    html = """<html><head><style>td{color:red}</style></head><body><p>Em g&#7917;i s&#7889; li&#7879;u</p>
    <table><tr><th rowspan=2>STT</th>
    <th rowspan="2">Nội dung</th><th colspan=2>Số lượng</th></tr><tr><td>Lớp</td><td>Người</td></tr>
    <tr><td>1</td><td>Các lớp<br>bồi dưỡng</td><td>3</td><td>120</td></tr></table>
    <div style="display: none">ẩn</div><p>Trân trọng</p></body>"""
    writing = read_html(html)
    assert table_of(writing) == [
        ["STT", "Nội dung", "Số lượng", ""],
        ["", "", "Lớp", "Người"],
        ["1", "Các lớp\nbồi dưỡng", "3", "120"],
    ]
    assert [paragraph.text for paragraph in writing.paragraphs] == ["Em gửi số liệu", "Trân trọng"]
    assert {(each.top, each.left, each.bottom, each.right) for each in writing.tables[0].merges} == {
        (1, 1, 2, 1),
        (1, 2, 2, 2),
        (1, 3, 1, 4),
    }


def test_a_table_after_the_end_of_a_page_is_read() -> None:
    page = "<html><body>Kính chuyển</body></html><html><body><table><tr><td>1</td><td>2</td></tr></table></body></html>"
    (table,) = read_html(page + "<p>hết").tables
    assert [cell.text for cell in table.cells.values()] == ["1", "2"]


def test_html_in_bytes_is_decoded_by_its_own_charset() -> None:
    page = '<meta http-equiv="Content-Type" content="text/html; charset=utf-16"><p>Quài Tở</p>'
    assert read_html(b"\xff\xfe" + page.encode("utf-16-le")).text == "Quài Tở"
    assert read_html('<meta charset="windows-1258"><p>Qua\u0300i T\u01a1\u0309</p>'.encode("cp1258")).text == "Quài Tở"


def test_tabs_in_a_plain_mail_make_a_table() -> None:
    writing = read_text("Em gửi:\nSTT\tNội dung\tSố lớp\n1\tCác lớp bồi dưỡng\t3\n\nTrân trọng\tkính gửi")
    assert table_of(writing) == [["STT", "Nội dung", "Số lớp"], ["1", "Các lớp bồi dưỡng", "3"]]
    assert writing.paragraphs[-1].text == "Trân trọng\tkính gửi"


def test_rows_of_the_sample_are_all_in_the_pdf() -> None:
    table = table_of(read_writing(made("pdf"), "application/pdf"))
    assert [row[3] for row in table[2:]] == [row[3] for row in ROWS]


def test_a_web_archive_saved_as_doc_is_read() -> None:
    archive = (
        "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\nContent-Type: text/html; charset=utf-8\n"
        "Content-Transfer-Encoding: quoted-printable\n\n<p>Qu=C3=A0i T=E1=BB=9F</p><table><tr><td>1<td>3</table>\n--x--\n"
    )
    writing = read_writing(archive.encode(), "multipart/related")
    assert writing.text == "Quài Tở"
    assert table_of(writing) == [["1", "3"]]
    with pytest.raises(ParseError):
        read_writing(b"MIME-Version: 1.0\n\nnothing", "multipart/related")
