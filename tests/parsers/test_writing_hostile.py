"""Documents made to hurt: each is refused or read in part, soon and in little memory."""

from __future__ import annotations

import random
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO

import pypdfium2
import pytest

from config.errors import ParseError
from parsers.writing import ODT, Writing, assemble, read_html, read_text, read_writing
from parsers.writing_blocks import LETTERS_LIMIT, PARAGRAPH_LIMIT, RawCell, RawTable, RawWriting, WritingError, plain
from parsers.writing_rtf import lean_rtf
from tests.parsers.test_writing_docx import with_part
from tests.parsers.writing_samples import DOCX, report

BOMB = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>&d;</w:t></w:r></w:p></w:body>
</w:document>"""
EXTERNAL = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:body>
</w:document>"""


@contextmanager
def bounded(seconds: float = 2.0, megabytes: int = 0) -> Iterator[None]:
    """Fails when the block takes more processor time, or when Python holds more at its peak (0: not traced, which is slow)."""
    if megabytes:
        tracemalloc.start()
    began = time.process_time()
    try:
        yield
        taken = time.process_time() - began
        peak = tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
    assert taken < seconds * (6 if megabytes else 2)  # as much as two workers on one core; being traced takes thrice as long
    assert peak <= megabytes


@pytest.mark.parametrize("part", [BOMB, EXTERNAL], ids=["expansion", "external"])
def test_xml_with_entities_is_refused(part: bytes) -> None:
    data = with_part(report(), "word/document.xml", part)
    with bounded(), pytest.raises(ParseError):
        read_writing(data, DOCX)


def test_a_zip_bomb_is_refused_before_it_inflates() -> None:
    data = with_part(report(), "word/document.xml", b"<a>" + b" " * 120_000_000 + b"</a>")
    assert len(data) < 1_000_000
    with bounded(megabytes=200), pytest.raises(ParseError):
        read_writing(data, DOCX)


def test_rich_text_reaches_the_outside_program_without_its_pictures_and_not_at_all_when_it_is_nested_to_hurt() -> None:
    given: list[bytes] = []

    def convert(data: bytes, media_type: str, target: str) -> bytes:
        del media_type, target
        given.append(data)
        return report()

    with bounded(megabytes=200):
        read_writing(b"{\\rtf1 Xin {\\pict\\jpegblip " + b"ffd8\n" * 2_000_000 + b"}g\\{i}", "application/rtf", convert=convert)
    assert given == [b"{\\rtf1 Xin {\\pict\\jpegblip }g\\{i}"]
    with bounded(), pytest.raises(ParseError):
        read_writing(b"{\\rtf1" + b"{" * 300_000 + b"}" * 300_000 + b"}", "application/rtf", convert=convert)
    assert len(given) == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"{\\rtf1 Xin {\\pict\\pngblip\\bin2000000000 abc}\\par}", "bị hỏng"),
        (b"{\\rtf1 " + b"Xin ch\\'e0o\\par " * 400_000 + b"}", "quá lớn"),
        (b"{\\rtf1\\trowd " + b"\\cellx9" * 30_000 + b"\\intbl 7\\cell" * 30_000 + b"}", "quá lớn"),
    ],
)
def test_rich_text_that_would_keep_the_outside_program_busy_is_refused(data: bytes, said: str) -> None:
    with bounded(megabytes=200), pytest.raises(WritingError) as error:
        read_writing(data, "application/rtf", convert=lambda *_: pytest.fail("converted"))
    assert said in error.value.text.vi
    assert "bin" not in error.value.text.vi


def test_binary_pieces_are_left_out_of_rich_text() -> None:
    assert lean_rtf(b"{\\rtf1 a\\bin5 \\par}b\\\\bin3 c\\bin2 xyz}") == b"{\\rtf1 ab\\\\bin3 cz}"


def test_a_part_whose_announced_size_lies_is_refused() -> None:
    data = bytearray(with_part(report(), "word/document.xml", b"<a>" + b" " * 80_000_000 + b"</a>"))
    place = data.index(b"word/document.xml", len(data) - 4000)  # its entry in the directory
    data[place - 22 : place - 18] = (1000).to_bytes(4, "little")
    with bounded(megabytes=200), pytest.raises(ParseError):
        read_writing(bytes(data), DOCX)


def test_tags_nested_without_end_are_refused() -> None:
    namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    deep = f"<w:document {namespace}><w:body>{'<w:sdt><w:sdtContent>' * 5000}".encode()
    with bounded(), pytest.raises(ParseError):
        read_writing(with_part(report(), "word/document.xml", deep), DOCX)


def test_a_table_of_endless_rows_is_cut_and_said_so() -> None:
    row = "<w:tr><w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>2</w:t></w:r></w:p></w:tc></w:tr>"
    namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    part = f"<w:document {namespace}><w:body><w:tbl>{row * 45_000}</w:tbl></w:body></w:document>".encode()
    with bounded():
        writing = read_writing(with_part(report(), "word/document.xml", part), DOCX)
    assert [finding.code for finding in writing.findings] == ["D-CUT"]
    assert len(writing.tables[0].cells) <= 12_000


def test_a_repeated_row_of_an_odt_does_not_grow() -> None:
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
        '<office:body><office:text><table:table><table:table-row table:number-rows-repeated="1000000">'
        '<table:table-cell table:number-columns-repeated="16384"><text:p>1</text:p></table:table-cell></table:table-row>'
        "</table:table></office:text></office:body></office:document-content>"
    )
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", ODT)
        archive.writestr("content.xml", content)
    with bounded():
        writing = read_writing(stream.getvalue(), ODT)
    assert sum(len(table.cells) for table in writing.tables) <= 64 * 64


def test_ten_thousand_pages_are_bounded() -> None:
    document = pypdfium2.PdfDocument.new()
    for _ in range(10_000):
        document.new_page(595, 842)
    stream = BytesIO()
    document.save(stream)
    document.close()
    with bounded():
        writing = read_writing(stream.getvalue(), "application/pdf")
    assert writing.page_count == 10_000
    assert [finding.code for finding in writing.findings] == ["D-CUT"]


def test_deep_and_wide_html_is_bounded() -> None:
    with bounded():
        assert read_html("<div>" * 100_000 + "x").paragraphs == ()
    with bounded():
        read_html("<table>" + "<tr>" + "<td colspan=99999 rowspan=99999>1" * 2000 + "</table>")


def test_long_lines_of_text_are_bounded() -> None:
    with bounded():
        read_text("\t" * 2_000_000)
        read_text("1. " * 500_000)


def test_what_is_no_pdf_is_refused() -> None:
    with pytest.raises(ParseError):
        read_writing(b"%PDF-1.4\nnothing", "application/pdf")


def _odt(content: str, manifest: str = "<manifest/>") -> bytes:
    names = " ".join(f'xmlns:{each}="urn:oasis:names:tc:opendocument:xmlns:{each}:1.0"' for each in ("office", "text", "table"))
    body = f"<office:body><office:text>{content}</office:text></office:body>"
    body = f"<office:document-content {names}>{body}</office:document-content>"
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, part in (("mimetype", ODT), ("content.xml", body), ("META-INF/manifest.xml", manifest)):
            made.writestr(name, part)
    return target.getvalue()


def test_a_document_type_without_declarations_is_harmless() -> None:
    """The first OpenOffice names one in its manifest, and AbiWord still does."""
    named = '<!DOCTYPE manifest PUBLIC "-//OpenOffice.org//DTD Manifest 1.0//EN" "Manifest.dtd"><manifest/>'
    assert read_writing(_odt("<text:p>Xin gửi</text:p>", named), ODT).text == "Xin gửi"


def test_cells_covered_by_a_merged_one_may_be_left_out() -> None:
    """As pandoc does: the row has all columns of the table only with those that the merged cell covers."""

    def cell(text: str, more: str = "") -> str:
        return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"

    columns = "<table:table-column/>" * 4
    head = cell("Nội dung") + cell("Số lượng", 'table:number-columns-spanned="2"') + cell("Ghi chú")
    rows = [head, *("".join(map(cell, texts)) for texts in (("Tin bài", "7", "120", "đã gửi"), ("Sách", "8", "9", "")))]
    table = f"<table:table>{columns}{''.join(f'<table:table-row>{row}</table:table-row>' for row in rows)}</table:table>"
    (sheet,) = read_writing(_odt(table), ODT).tables
    assert (sheet.at(1, 4).text, sheet.at(2, 4).text) == ("Ghi chú", "đã gửi")


def test_a_text_is_read_up_to_a_limit_and_that_is_said() -> None:
    source = random.Random(1)
    lines = (
        " ".join(source.choices(["xã", "học", "tập", "suốt", "đời", "tuần", "lễ", "12", "lớp", "người"], k=14))
        for _ in range(18_000)
    )
    with bounded():
        writing = read_text("\n".join(lines))
    assert [each.code for each in writing.findings] == ["D-CUT"]
    assert "400000 ký tự" in writing.findings[0].text.vi
    assert 390_000 < sum(len(each.text) for each in writing.paragraphs) <= LETTERS_LIMIT


def test_a_text_of_one_endless_line_is_read_up_to_the_limit() -> None:
    writing = read_text("Báo cáo " * 100_000)
    assert 390_000 < len(writing.paragraphs[0].text) <= LETTERS_LIMIT
    assert [each.code for each in writing.findings] == ["D-CUT"]


@pytest.mark.parametrize("read", [read_text, lambda text: read_html(text.replace("\n", "<br>"))], ids=["text", "html"])
def test_lines_beyond_those_that_are_read_are_told(read: Callable[[str], Writing]) -> None:
    writing = read("một dòng\n" * 13_000)
    assert (len(writing.paragraphs), [each.code for each in writing.findings]) == (PARAGRAPH_LIMIT, ["D-CUT"])
    assert read("một dòng\n" * 5_000).findings == ()


def test_tables_set_into_tables_are_decoded_once_and_not_at_every_level() -> None:
    innermost = tuple(plain(f"ô chữ {number}") for number in range(5_000))
    cells = tuple(RawCell(row=1, column=1 + at, bottom=1, right=1 + at, paragraphs=(), inside=innermost) for at in range(60))
    with bounded(1.0):
        writing = assemble(RawWriting(blocks=(RawTable(cells=cells),)), keep_layout=True)
    assert writing.tables[0].at(1, 1).text.startswith("ô chữ 0 | ô chữ 1 | ")
    assert {len(each.text) for each in writing.tables[0].cells.values()} == {300}
